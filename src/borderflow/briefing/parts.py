"""Parts of the page: a headline figure, a table, a drawing with what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from borderflow.charts import Flag

__all__ = ["Card", "Panel", "Table"]


@dataclass(frozen=True)
class Card:
    """One headline figure."""

    label: str
    value: str
    unit: str
    interval: str
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of a table; ``numeric`` is the number of first columns that hold words."""

    head: tuple[str, ...]
    rows: list[list[Any]]
    words: int = 1


@dataclass(frozen=True)
class Panel:
    """A drawing with what belongs to it."""

    title: str
    note: str
    drawing: Markup
    key: list[Flag]
    table: Table | None = None
    wide: bool = False
