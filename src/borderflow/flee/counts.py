"""Counts of a Flee directory: ``data_layout.csv``, its files, and registration corrections.

A series is a list of (day since the start, count) in the order of its file. Between two rows it is interpolated and cut
to a whole number, before the first row it is the first count, after the last row the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from borderflow.errors import Problem, ScenarioError
from borderflow.flee.rows import parse_day, read_rows

__all__ = ["Counts", "merge", "read_counts", "value_on"]

Rows = list[tuple[int, float]]


@dataclass(frozen=True)
class Counts:
    """Counts by name, in the order of ``data_layout.csv``; the first is the total, by position."""

    names: tuple[str, ...]
    rows: tuple[Rows, ...]
    offset: tuple[int, ...]  # taken from every value: the value of day 0 where camps start empty

    def value(self, name: str, day: int) -> int:
        """Return the count of a name on a day."""
        at = self.names.index(name)
        return value_on(self.rows[at], day) - self.offset[at]

    def driver(self, days: int, *, sum_from_camps: bool, empty_at_start: bool) -> list[int]:
        """Return the daily change that drives departures; day 0 holds everybody counted so far, the total twice.

        Flee adds up the first row as well on day 0 and leaves it out on every later day.
        """
        used = range(1, len(self.names)) if sum_from_camps else [self.names.index("total")]
        first = range(len(self.names)) if sum_from_camps else used
        at = [[value_on(rows, day) for day in range(days)] for rows in self.rows]
        start = 0 if empty_at_start else sum(at[n][0] for n in first)
        return [start] + [sum(at[n][day] - at[n][day - 1] for n in used) for day in range(1, days)]


def value_on(rows: Rows, day: int) -> int:
    """Return a series on a day.

    Examples
    --------
    >>> value_on([(0, 10.0), (3, 20.0)], 1)
    13
    >>> value_on([(0, 10.0), (3, 20.0)], 9)
    20
    """
    if day <= rows[0][0]:
        return int(rows[0][1])
    for n in range(1, len(rows)):
        if day < rows[n][0]:
            (start, low), (end, high) = rows[n - 1], rows[n]
            # in this order of operations, because what is cut off depends on the last bit
            return int(low + float(day - start) / float(end - start) * (high - low))
    return int(rows[-1][1])


def merge(first: Rows, second: Rows) -> Rows:
    """Add a second file to a series, as Flee does: exact only where both have the same days.

    On a day of the second file alone, the **next** value of the first is added; days of the first after the end of the
    second are dropped, and at a day of the second after its end its last row is repeated.

    Examples
    --------
    >>> merge([(0, 1.0), (4, 5.0)], [(0, 10.0), (2, 20.0), (4, 30.0)])
    [(0, 11.0), (2, 25.0), (4, 35.0)]
    """
    out: Rows = []
    at = 0
    last = 0.0
    for day, count in second:
        while day > first[at][0]:
            out.append((first[at][0], last + first[at][1]))
            if at == len(first) - 1:
                break
            at += 1
        if day == first[at][0]:
            out.append((day, count + first[at][1]))
            if at < len(first) - 1:
                at += 1
            last = count
        elif day < first[at][0]:
            out.append((day, count + first[at][1]))
            last = count
    return out


def read_counts(folder: Path, corrections: Path, start: date, hasten: int, *, empty_at_start: bool) -> Counts:
    """Read ``data_layout.csv`` and the files it names, and apply ``registration_corrections.csv``.

    Raises
    ------
    ScenarioError
    """
    layout = folder / "data_layout.csv"
    if not layout.is_file():
        raise ScenarioError([Problem(str(layout), "", "no such file; name its folder with --counts DIR")])
    names: list[str] = []
    series: list[Rows] = []
    problems: list[Problem] = []
    for line, cells in read_rows(layout):
        if len(cells) < 2:
            continue
        files = [folder / name for name in cells[1:]]
        missing = [path.name for path in files if not path.is_file()]
        if missing:
            problems.append(Problem(f"{layout.name}:{line}", cells[0], f"{missing[0]!r} is not in {folder.name}"))
            continue
        parts = [_read_series(path, start, hasten) for path in files]
        rows = parts[0]
        for path, more in zip(files[1:], parts[1:], strict=True):
            if more[0][0] > rows[0][0]:
                wrong = "begins later than the file before it, with which Flee stops; repeat its first count earlier"
                problems.append(Problem(path.name, cells[0], wrong))
                break
            rows = merge(rows, more)
        names.append(cells[0])
        series.append(rows)
    if problems:
        raise ScenarioError(problems)
    if not names:
        raise ScenarioError([Problem(layout.name, "", "names no file of counts; a row is name,file")])
    if corrections.is_file():
        _correct(corrections, names, series, start)
    offset = tuple(value_on(rows, 0) if empty_at_start else 0 for rows in series)
    return Counts(tuple(names), tuple(series), offset)


def _read_series(path: Path, start: date, hasten: int) -> Rows:
    out: Rows = []
    problems: list[Problem] = []
    for n, (line, cells) in enumerate(read_rows(path, blank_first_cell=True)):
        if n == 0 and (len(cells) < 2 or cells[0] in ("", "Date", "DateTime")):
            continue
        if len(cells) < 2 or cells[1] == "":
            continue
        day = parse_day(cells[0])
        try:
            count = int(cells[1])
        except ValueError:
            problems.append(Problem(f"{path.name}:{line}", "", f"count is {cells[1]!r}; a whole number would be right"))
            continue
        if day is None:
            problems.append(Problem(f"{path.name}:{line}", "", f"date is {cells[0]!r}; YYYY-MM-DD would be right"))
            continue
        if out and (day - start).days < out[-1][0]:
            problems.append(Problem(f"{path.name}:{line}", "", f"{cells[0]} is before the row above it; sort by date"))
        out.append(((day - start).days, count / hasten))
    if not out and not problems:
        problems.append(Problem(path.name, "", "holds no count; a row is YYYY-MM-DD,number"))
    if problems:
        raise ScenarioError(problems)
    return out


def _correct(path: Path, names: list[str], series: list[Rows], start: date) -> None:
    """Scale everything before the date of a correction, so that the step on that date vanishes."""
    problems: list[Problem] = []
    for line, cells in read_rows(path, comments=False):
        if len(cells) < 2:
            continue
        day = parse_day(cells[1])
        where = f"{path.name}:{line}"
        if cells[0] not in names:
            problems.append(Problem(where, cells[0], "is not in data_layout.csv; Flee stops here, comments included"))
            continue
        if day is None:
            problems.append(Problem(where, cells[0], f"date is {cells[1]!r}; YYYY-MM-DD would be right"))
            continue
        if (day - start).days < 0:
            continue
        rows = series[names.index(cells[0])]
        at = next((n for n, row in enumerate(rows) if row[0] == (day - start).days), 0)
        if at == 0:
            problems.append(Problem(where, cells[0], f"has no count on {cells[1]} after its first; Flee stops here"))
        elif rows[at - 1][1] < 1:
            problems.append(Problem(where, cells[0], f"counts {rows[at - 1][1]:g} before {cells[1]}; Flee stops here"))
        else:
            scale = rows[at][1] / rows[at - 1][1]
            rows[:at] = [(when, count * scale) for when, count in rows[:at]]
    if problems:
        raise ScenarioError(problems)
