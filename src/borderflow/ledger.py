"""The ledger: sourced claims in a CSV file, one figure a row.

A claim says that a quantity of the vocabulary had a value at a place in a window, according to somebody. Claims that
contradict each other all stay; what is made of them is decided later and says which claims it used. Ids are stable.

The vocabulary is ``borderflow/data/vocabulary.csv``: for every quantity whether it is a stock (a level at a time), a
flow (counted over a window) or a state (a rule or fact that holds: 1, or 0 where it is said not to), its direction
seen from the country of origin, its unit, and whether it is *standing* (a capacity, a plan, a population: a figure
whose day matters little).

Notes carry the wording of a figure. "Over", "up to", "about", "8,000-9,000 a day; midpoint" and the like are read from
them (`read_hedge`), unless the columns ``low``, ``high`` and ``hedge`` say so themselves.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from borderflow.errors import LedgerError, Problem, ScenarioError, UsageError, suggest
from borderflow.folders import locate
from borderflow.places import normalise_name
from borderflow.scenario import read_table
from borderflow.units import convert_unit, read_unit
from borderflow.wording import Hedge, open_up, read_hedge

__all__ = [
    "COLUMNS",
    "Claim",
    "Figure",
    "Ledger",
    "Quantity",
    "distinct",
    "place_key",
    "read_ledger",
    "vocabulary",
    "write_ledger",
]

Status = Literal["official", "media report", "estimate", "derived", "denied"]
Kind = Literal["stock", "flow", "state"]
Direction = Literal["out", "in", "both", ""]

#: Columns that every ledger file has, in this order; the ones of `EXTRA_COLUMNS` follow where a claim uses them.
COLUMNS = (
    "id", "date", "date_end", "place", "country", "quantity", "value", "unit", "mode", "claim_status", "publisher",
    "source_url", "note", "known_on",
)  # fmt: skip
EXTRA_COLUMNS = (
    "low", "high", "hedge", "direction", "span_start", "span_end", "quote", "said_by", "candidates",
)  # fmt: skip

#: Preference among publishers of the same figure; the first is the one shown.
_RANK = {"official": 0, "derived": 1, "estimate": 2, "media report": 3, "denied": 4}


class Quantity(NamedTuple):
    """A word of the vocabulary."""

    name: str
    kind: Kind
    direction: Direction
    unit: str
    standing: bool
    meaning: str


@lru_cache(maxsize=1)
def vocabulary() -> Mapping[str, Quantity]:
    """Return the quantities that claims may be about, by name.

    Examples
    --------
    >>> word = vocabulary()["arrivals_daily"]
    >>> word.kind, word.direction, word.unit
    ('flow', 'in', 'persons/day')
    """
    text = (files("borderflow") / "data" / "vocabulary.csv").read_text(encoding="utf-8")
    words = {}
    for row in csv.DictReader(io.StringIO(text)):
        words[row["quantity"]] = Quantity(
            row["quantity"], row["kind"], row["direction"], row["unit"], row["standing"] == "yes", row["meaning"]  # type: ignore[arg-type]
        )  # fmt: skip
    return words


class Claim(BaseModel):
    """One sourced figure.

    Parameters
    ----------
    id : str
        Stable; events and observations cite it.
    date, date_end : date
        The local day, or the first and last day of the window.
    place, country : str
        As the source names the place, and the ISO 3166-1 alpha-2 code that the figure belongs to (``XX`` for several).
    quantity : str
        A word of the `vocabulary`.
    value : float
        In ``unit``. For a state 1 where it holds, 0 where it is said not to. A claim without a number has the unit
        ``flag`` whatever its quantity.
    low, high : float, optional
        Bounds that the source itself gives, in ``unit``.
    hedge : {'exact', 'about', 'over', 'up to', 'between'}, optional
        How the source words the figure; read from the note where not given.
    mode : str
        ``all``, or the mode or kind of traveller that was counted.
    claim_status : {'official', 'media report', 'estimate', 'derived', 'denied'}
    known_on : date, optional
        The day on which the claim was out.
    span_start, span_end, quote, said_by, candidates
        Where a claim was read from an article: the span of its text, its words, who says so, and what the place may be.

    Examples
    --------
    >>> claim = Claim(id="E1", date="2022-09-27", place="Verkhny Lars", country="RU", quantity="queue_cars", value=5000,
    ...               unit="vehicles", claim_status="official", publisher="a ministry", note="Almost 5,000 with trucks")
    >>> claim.kind, claim.flows, claim.wording
    ('stock', 'out', 'about')
    >>> claim.bounds()
    (4500.0, 5000.0)
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$", max_length=64)]
    date: dt.date
    date_end: dt.date | None = None
    place: Annotated[str, Field(min_length=1)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z]{2})?$")]
    quantity: str
    value: Annotated[float, Field(ge=0, le=1e12)]
    low: Annotated[float, Field(ge=0, le=1e12)] | None = None
    high: Annotated[float, Field(ge=0, le=1e12)] | None = None
    hedge: Hedge | None = None
    unit: str
    mode: Annotated[str, Field(min_length=1)] = "all"
    direction: Direction | None = None
    claim_status: Status
    publisher: Annotated[str, Field(min_length=1)]
    source_url: str = ""
    note: str = ""
    known_on: dt.date | None = None
    span_start: Annotated[int, Field(ge=0)] | None = None
    span_end: Annotated[int, Field(ge=0)] | None = None
    quote: str | None = None
    said_by: str | None = None
    candidates: str | None = None

    @field_validator("quantity")
    @classmethod
    def _in_vocabulary(cls, value: str) -> str:
        if value not in vocabulary():
            raise ValueError(f"unknown quantity {value!r}{suggest(value, vocabulary())}")
        return value

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, value: str) -> str:
        try:
            read_unit(value)
        except UsageError as error:
            raise ValueError(str(error)) from None
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.date_end is not None and self.date_end < self.date:
            raise ValueError(f"date_end {self.date_end} is before date {self.date}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}")
        if (
            self.quantity in vocabulary()
            and vocabulary()[self.quantity].kind == "state"
            and self.unit == "flag"
            and self.value not in (0, 1)
        ):
            raise ValueError(f"a flag is 1 or 0, got {self.value:g}")
        return self

    @property
    def kind(self) -> Kind:
        """Whether the figure is a stock, a flow or a state."""
        return vocabulary()[self.quantity].kind

    @property
    def flows(self) -> Direction:
        """The direction: as given, "both" where the note says both directions, else that of the vocabulary."""
        if self.direction is not None:
            return self.direction
        return "both" if "both directions" in self.note.casefold() else vocabulary()[self.quantity].direction

    @property
    def last(self) -> dt.date:
        """The last day of the window."""
        return self.date_end or self.date

    @property
    def days(self) -> int:
        """The length of the window in days."""
        return (self.last - self.date).days + 1

    @property
    def known(self) -> dt.date:
        """The day on which the claim was out; the end of its window where the file does not say."""
        return self.known_on or self.last

    @property
    def has_number(self) -> bool:
        """False for a claim that only says that something happened, whatever its quantity."""
        return self.unit != "flag" or self.kind == "state"

    @property
    def wording(self) -> Hedge:
        """How the source words the figure."""
        if self.kind == "state":
            return "exact"
        return self.hedge or read_hedge(self.note, self.value)[0]

    def in_unit(self, unit: str | None = None) -> float:
        """Return the value in another unit, the vocabulary's where none is given."""
        return convert_unit(self.value, self.unit, unit or vocabulary()[self.quantity].unit)

    def bounds(self) -> tuple[float, float]:
        """Return the least and the greatest value that the wording and the rounding of the figure leave open.

        Bounds in the columns ``low`` and ``high`` go first, then the wording of the note (`wording.open_up`).
        """
        if self.kind == "state":
            return self.value, self.value
        hedge, low, high = read_hedge(self.note, self.value)
        if self.hedge is not None and self.hedge != hedge:
            hedge, low, high = self.hedge, None, None
        low, high = (self.low if self.low is not None else low), (self.high if self.high is not None else high)
        open_low, open_high = open_up(hedge, self.value)
        return (open_low if low is None else low, open_high if high is None else high)


@dataclass(frozen=True)
class Ledger:
    """Claims of one file, in the order of the file.

    Examples
    --------
    >>> from datetime import date
    >>> from borderflow.scenario import shipped
    >>> ledger = read_ledger(shipped()["russia-2022"])
    >>> ledger.by_id["E099"].value, ledger.where("E099")
    (98000.0, 'evidence.csv:73')
    >>> len(ledger.known_by(date(2022, 9, 26))) < len(ledger)
    True
    """

    claims: tuple[Claim, ...]
    name: str = "ledger"
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def by_id(self) -> dict[str, Claim]:
        """Claims by their id."""
        return {claim.id: claim for claim in self.claims}

    def known_by(self, day: dt.date) -> Ledger:
        """Return the ledger as it stood at the end of a day."""
        return Ledger(tuple(claim for claim in self.claims if claim.known <= day), self.name, self.lines)

    def about(self, *quantities: str) -> Ledger:
        """Return the claims about some quantities."""
        for name in quantities:
            if name not in vocabulary():
                raise UsageError(f"unknown quantity {name!r}{suggest(name, vocabulary())}")
        return Ledger(tuple(claim for claim in self.claims if claim.quantity in quantities), self.name, self.lines)

    def where(self, claim_id: str) -> str:
        """Return ``file:line`` of a claim."""
        line = self.lines.get(claim_id)
        return self.name if line is None else f"{self.name}:{line}"

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.claims)

    def __len__(self) -> int:
        return len(self.claims)


def read_ledger(path: str | Path) -> Ledger:
    """Read a ledger: a CSV file, or a scenario folder (its ``evidence.csv``).

    Raises
    ------
    LedgerError
        With one problem for every mistake: file, line, field, what came and what would be right.
    """
    file = locate(path)
    if file.is_dir():
        file = file / "evidence.csv"
    try:
        claims, lines, problems = read_table(file, Claim)
    except ScenarioError as error:
        raise LedgerError(error.problems) from None
    seen: dict[str, int] = {}
    for claim, line in zip(claims, lines, strict=True):
        if claim.id in seen:
            problems.append(
                Problem(f"{file.name}:{line}", "id", f"{claim.id!r} stands already in line {seen[claim.id]}")
            )
        seen.setdefault(claim.id, line)
    if problems:
        raise LedgerError(problems)
    return Ledger(claims, file.name, seen)


def write_ledger(ledger: Ledger | Iterable[Claim], path: str | Path) -> None:
    """Write claims as CSV: the columns of `COLUMNS`, and bounds, hedge and direction where a claim gives them."""
    claims = tuple(ledger)
    columns = [*COLUMNS, *(name for name in EXTRA_COLUMNS if any(getattr(one, name) is not None for one in claims))]
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(columns)
    for claim in claims:
        rows.writerow([_cell(getattr(claim, name)) for name in columns])
    Path(path).write_text(text.getvalue(), encoding="utf-8", newline="")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else repr(value)
    return str(value)


_ASIDE = re.compile(r"\([^)]*\)")
_SIDES = re.compile(r"\s*[/;]\s*")


def place_key(place: str) -> str:
    """Reduce a place of a claim to what is compared: both sides of a post in a fixed order, asides left out.

    Examples
    --------
    >>> place_key("Medyka / Shehyni") == place_key("Shehyni / Medyka"), place_key("Georgia (all crossings)")
    (True, 'georgia')
    """
    sides = (normalise_name(side) for side in _SIDES.split(_ASIDE.sub(" ", place)))
    return " / ".join(sorted(side for side in sides if side)) or normalise_name(place)


@dataclass(frozen=True)
class Figure:
    """One figure, and every claim that gives it; ``claim`` is the best of them (official before reported)."""

    claim: Claim
    claims: tuple[str, ...]
    publishers: tuple[str, ...]


def distinct(ledger: Ledger | Iterable[Claim], places: Mapping[str, str] | None = None) -> tuple[Figure, ...]:
    """Return every figure once, though several publishers carry it.

    ``places`` says which spellings are one place (`borderflow.evidence.same_places`), where they are not compared as
    they are written.

    Claims give the same figure where place, quantity, mode, value (in the vocabulary's unit) and window agree; the
    window of a standing figure (a plan, a capacity) does not matter. Claims without a number stand alone. A denial is
    never merged with what it denies.

    Examples
    --------
    >>> from borderflow.scenario import shipped
    >>> figures = distinct(read_ledger(shipped()["russia-2022"]))
    >>> [figure.claims for figure in figures if "E286" in figure.claims]
    [('E286', 'E301', 'S18')]
    """
    groups: dict[tuple[object, ...], list[Claim]] = {}
    for claim in ledger:
        place = places[claim.place] if places is not None else place_key(claim.place)
        groups.setdefault((place, *_figure_key(claim)) if claim.has_number else (claim.id,), []).append(claim)
    found = []
    for claims in groups.values():
        best = min(claims, key=lambda claim: (_RANK[claim.claim_status], claim.known, claim.id))
        publishers = tuple(dict.fromkeys(claim.publisher for claim in claims))
        found.append(Figure(best, tuple(claim.id for claim in claims), publishers))
    return tuple(found)


def _figure_key(claim: Claim) -> tuple[object, ...]:
    word = vocabulary()[claim.quantity]
    try:
        value = round(claim.in_unit(), 6)
        unit = word.unit
    except UsageError:
        value, unit = claim.value, claim.unit
    window = () if word.standing else (claim.date, claim.last)
    denied = claim.claim_status == "denied"
    return claim.quantity, value, unit, claim.mode, window, denied
