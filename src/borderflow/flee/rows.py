"""Rows of Flee's comma-separated tables, with the line each stands on."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from borderflow.errors import Problem, ScenarioError

__all__ = ["parse_day", "read_rows", "wrong_file"]


def read_rows(path: Path, *, comments: bool = True, blank_first_cell: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of a table, as Flee reads it: nothing stripped, empty lines and ``#`` rows skipped.

    Parameters
    ----------
    path : Path
    comments : bool
        Skip rows whose first cell begins with ``#``.
    blank_first_cell : bool
        Accept a row with cells of which the first is empty; most of Flee's readers stop there.

    Raises
    ------
    ScenarioError
        For a file that cannot be read, a byte order mark, and a row with an empty first cell.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError([Problem(path.name, "", f"cannot be read: {error}")]) from None
    if text.startswith("\ufeff"):
        wrong = "begins with a byte order mark, which Flee takes for a part of the first cell; save as plain UTF-8"
        raise ScenarioError([Problem(f"{path.name}:1", "", wrong)])
    reader = csv.reader(text.splitlines(keepends=True))
    try:
        for cells in reader:
            if not cells:
                continue
            if cells[0] == "" and not blank_first_cell:
                wrong = "first cell is empty, where Flee stops; fill it or delete the line"
                raise ScenarioError([Problem(f"{path.name}:{reader.line_num}", "", wrong)])
            if comments and cells[0].startswith("#"):
                continue
            yield reader.line_num, cells
    except csv.Error as error:
        raise ScenarioError([Problem(f"{path.name}:{reader.line_num}", "", f"not a CSV line: {error}")]) from None


def parse_day(text: str) -> date | None:
    """Return a date written YYYY-MM-DD, None for anything else.

    Examples
    --------
    >>> parse_day("2015-05-01")
    datetime.date(2015, 5, 1)
    >>> parse_day("1 May") is None
    True
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        return None


def wrong_file(path: Path, message: str, line: int | None = None, field: str = "") -> ScenarioError:
    """Return the error that says what is wrong with a file."""
    return ScenarioError([Problem(f"{path.name}:{line}" if line else path.name, field, message)])
