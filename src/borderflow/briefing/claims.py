"""Claims of the scenario's ledger, as the page shows them beside the model, contradictory ones included."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from borderflow.charts import day_name
from borderflow.places import normalise_name
from borderflow.results import Run
from borderflow.scenario import shipped

__all__ = ["LedgerClaim", "link_claims", "names_in", "natural_order", "period_words", "read_claims"]


@dataclass(frozen=True)
class LedgerClaim:
    """One row of the ledger."""

    id: str
    first: date
    last: date | None
    place: str
    country: str
    quantity: str
    value: float
    unit: str
    mode: str
    status: str
    publisher: str
    url: str
    note: str
    known_on: str

    @property
    def link(self) -> str:
        """The address where it is a web address: a ledger may hold anything, and a page must not run it."""
        return self.url if re.match(r"https?://", self.url) else ""

    @property
    def days(self) -> str:
        """The days it speaks of, in words."""
        return period_words(self.first, self.last or self.first)

    @property
    def hover(self) -> str:
        """What it says, for the pointer."""
        return f"{self.id}, {self.status}: {self.value:,.10g} {self.unit}, {self.place}, {self.days} ({self.publisher})"


def read_claims(run: Run) -> dict[str, LedgerClaim]:
    """Return the claims behind the run by id: beside the run, in the scenario's folder, or shipped under its title."""
    folders = [run.folder, run.scenario.folder]
    for folder in shipped().values():
        # the head of the file is enough to know it; loading a scenario takes longer than the whole page
        with (folder / "scenario.yaml").open(encoding="utf-8") as file:
            head = file.read(2000)
        if re.search(rf"^title: *['\"]?{re.escape(run.scenario.title)}['\"]? *$", head, re.MULTILINE):
            folders.append(folder)
    path = next((f / "evidence.csv" for f in folders if f is not None and (f / "evidence.csv").is_file()), None)
    if path is None:
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        claims = [_claim(row) for row in csv.DictReader(file)]
    return {claim.id: claim for claim in claims if claim is not None}


def _claim(row: Mapping[str, str | None]) -> LedgerClaim | None:
    """Return a claim, or None for a row whose date or value cannot be read: the check of the ledger reports those."""
    cell = {key: (value or "").strip() for key, value in row.items() if isinstance(value, str) or value is None}
    try:
        first = date.fromisoformat(cell["date"])
        last = date.fromisoformat(cell["date_end"]) if cell.get("date_end") else None
        value = float(cell["value"])
    except (KeyError, ValueError):
        return None
    words = {
        name: cell.get(name, "")
        for name in ("id", "place", "country", "quantity", "unit", "mode", "publisher", "note", "known_on")
    }
    if last is not None and last < first:
        return None
    return LedgerClaim(
        first=first,
        last=last,
        value=value,
        status=cell.get("claim_status", ""),
        url=cell.get("source_url", ""),
        **words,
    )


def names_in(text: str) -> list[str]:
    """Return the names that a place of a claim or a table gives: ``A / B (C, D)`` has four."""
    return [name for part in re.split(r"[/,()]| - | – ", text) if (name := normalise_name(part))]


def natural_order(text: str) -> tuple[str, int, str]:
    """Sort E99 before E116."""
    found = re.match(r"(\D*)(\d*)", text)
    return (found[1], int(found[2] or 0), text) if found else (text, 0, text)


def link_claims(text: str, claims: Mapping[str, LedgerClaim]) -> Markup:
    """Return text whose claim ids lead to the list of claims."""
    parts = re.split(r"(\w+)", text)
    return Markup("").join(
        Markup('<a href="#claim-{0}">{0}</a>').format(part) if part in claims else escape(part) for part in parts
    )


def period_words(first: date, last: date) -> str:
    """Return a period in words, saying month and year only where they change."""
    if first == last:
        return day_name(first)
    begin = day_name(first)
    if (first.year, first.month) == (last.year, last.month):
        begin = str(first.day)
    elif first.year == last.year:
        begin = begin.removesuffix(f" {first.year}")
    return f"{begin} to {day_name(last)}"
