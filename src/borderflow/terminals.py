"""Terminals: tables that a person can read in 80 columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["plain_console", "plain_table"]


def plain_console() -> Console:
    """Return a terminal that colours nothing by itself."""
    from rich.console import Console

    return Console(highlight=False)


def plain_table(title: str | None = None, words: Iterable[str] = (), numbers: Iterable[str] = ()) -> Table:
    """Return an empty table without side lines.

    Parameters
    ----------
    title : str, optional
        Above the table, on the left.
    words, numbers : iterable of str
        Heads of the columns, those of numbers on the right and never broken.

    Examples
    --------
    >>> table = plain_table("Arrivals", ["into"], ["persons"])
    >>> table.add_row("Georgia", "204,000")
    >>> [column.header for column in table.columns]
    ['into', 'persons']
    """
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in words:
        table.add_column(name, no_wrap=True)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table
