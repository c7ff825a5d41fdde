"""The review of a ledger: every matter with its verdict, what cannot be used, and what is missing for a fit.

A matter is a place, a quantity and a window. Its verdict is the worst of what its claims say to one another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from borderflow.errors import UsageError
from borderflow.evidence import Contradiction, Relation, contradictions, relations, same_places
from borderflow.ledger import Claim, Figure, Ledger, distinct, place_key, vocabulary
from borderflow.naming import Names, resolve_place, shipped_names
from borderflow.places import normalise_name
from borderflow.scenario import Scenario

__all__ = ["Gap", "Matter", "Review", "review_ledger"]

Verdict = Literal["contradict", "denied", "superseded", "agree", "single"]
_ORDER: tuple[Verdict, ...] = ("contradict", "denied", "superseded", "agree", "single")
_VERDICT_OF: Mapping[str, Verdict] = {
    "contradicts": "contradict", "denied": "denied", "superseded": "superseded", "agrees": "agree", "part": "agree",
}  # fmt: skip
_DAILY = ("arrivals_daily", "departures_daily", "arrivals_partday")
_CAPACITY = tuple(name for name in vocabulary() if name.startswith(("capacity_", "throughput_"))) + ("exit_lanes",)
_WAITING = ("queue_cars", "queue_km", "queue_persons", "wait_hours")


@dataclass(frozen=True)
class Matter:
    """The claims about one place, quantity and window, and what they come to."""

    place: str
    country: str
    quantity: str
    first: date
    last: date
    claims: tuple[Claim, ...]
    relations: tuple[Relation, ...]
    verdict: Verdict

    @property
    def gap(self) -> float:
        """Largest relative distance between two claims that contradict or deny each other."""
        return max((one.gap for one in self.relations if one.kind in ("contradicts", "denied")), default=0.0)


@dataclass(frozen=True)
class Gap:
    """Something that is missing, or that cannot be used: what it is about and what would help."""

    about: str
    message: str


@dataclass(frozen=True)
class Review:
    """Everything that `borderflow evidence check` shows."""

    name: str
    claims: int
    matters: tuple[Matter, ...]
    contradictions: tuple[Contradiction, ...]
    relations: tuple[Relation, ...]
    repeated: tuple[Figure, ...]
    missing: tuple[Gap, ...]
    unusable: tuple[Gap, ...]

    def count(self, verdict: Verdict) -> int:
        """Return the number of matters with a verdict."""
        return sum(1 for one in self.matters if one.verdict == verdict)


def review_ledger(ledger: Ledger, scenario: Scenario | None = None) -> Review:
    """Review a ledger; with a scenario also what a fit of that scenario would miss.

    Examples
    --------
    >>> from borderflow.ledger import read_ledger
    >>> from borderflow.scenario import load, shipped
    >>> found = review_ledger(read_ledger(shipped()["russia-2022"]), load("russia-2022"))
    >>> found.count("contradict") > 5, found.claims
    (True, 267)
    """
    found, places = relations(ledger), same_places(ledger)
    return Review(
        name=ledger.name,
        claims=len(ledger),
        matters=tuple(_matters(ledger, found, places)),
        contradictions=contradictions(ledger),
        relations=found,
        repeated=tuple(one for one in distinct(ledger, places) if len(one.claims) > 1),
        missing=tuple(_missing_from(ledger, places) if scenario is None else _missing_for(ledger, scenario)),
        unusable=tuple(_unusable(ledger, scenario)),
    )


def _matters(ledger: Ledger, found: tuple[Relation, ...], places: Mapping[str, str]) -> Iterator[Matter]:
    groups: dict[tuple[str, str, date, date], list[Claim]] = {}
    for claim in ledger:
        standing = vocabulary()[claim.quantity].standing
        window = (date.min, date.max) if standing else (claim.date, claim.last)
        groups.setdefault((places[claim.place], claim.quantity, *window), []).append(claim)
    by_claim: dict[str, list[Relation]] = {}
    for relation in found:
        for name in (relation.first, relation.second):
            by_claim.setdefault(name, []).append(relation)
    for (_, quantity, _, _), claims in groups.items():
        ids = {claim.id for claim in claims}
        related = dict.fromkeys(one for claim in claims for one in by_claim.get(claim.id, ()))
        own = tuple(
            one
            for one in related
            if {one.first, one.second} <= ids
            or (one.kind == "superseded" and one.first in ids)
            or one.kind in ("contradicts", "denied")
        )
        verdict: Verdict = min((_VERDICT_OF[one.kind] for one in own), key=_ORDER.index, default="single")
        first, last = min(claim.date for claim in claims), max(claim.last for claim in claims)
        # in the words of its own claims: elsewhere the same place may be "Finland, Storskog / Borisoglebsk"
        ((place, _),) = Counter(claim.place for claim in claims).most_common(1)
        yield Matter(place, claims[0].country, quantity, first, last, tuple(claims), own, verdict)


def _unusable(ledger: Ledger, scenario: Scenario | None) -> Iterator[Gap]:
    names = shipped_names() if scenario is None else Names([scenario])
    unplaced: dict[str, list[str]] = {}
    for claim in ledger:
        word = vocabulary()[claim.quantity]
        if not claim.has_number:
            yield Gap(claim.id, "says that something happened, and gives no number")
            continue
        try:
            claim.in_unit()
        except UsageError:
            yield Gap(claim.id, f"{claim.quantity} in {claim.unit}; the vocabulary counts it in {word.unit}")
        if claim.claim_status != "denied" and word.kind == "flow" and claim.value == 0:
            yield Gap(claim.id, f"{claim.quantity} of 0: no relative error can be formed")
        if not _is_known(claim, names):
            unplaced.setdefault(claim.place, []).append(claim.id)
    for place, ids in unplaced.items():
        yield Gap(
            f"{place} ({', '.join(ids)})", "no place of that name in the scenario, among countries or in GeoNames"
        )


def _is_known(claim: Claim, names: Names) -> bool:
    sides = place_key(claim.place).replace(" - ", " / ").split(" / ")
    return any(
        resolve_place(part, names=names) for part in (claim.place, *sides, *re.split(r" - |,| and | / ", claim.place))
    )


def _missing_from(ledger: Ledger, places: Mapping[str, str]) -> Iterator[Gap]:
    """Yield what a ledger misses by itself."""
    daily = {claim.country for claim in ledger.about(*_DAILY)}
    for country in dict.fromkeys(claim.country for claim in ledger.about("arrivals_cumulative", "arrivals_weekly")):
        if country not in daily:
            ids = [
                claim.id for claim in ledger.about("arrivals_cumulative", "arrivals_weekly") if claim.country == country
            ]
            yield Gap(country, f"totals without a daily figure ({', '.join(ids[:4])})")
    capable = {places[claim.place] for claim in ledger.about(*_CAPACITY)}
    for place in dict.fromkeys(places[claim.place] for claim in ledger.about(*_WAITING)):
        if place not in capable:
            yield Gap(place, "a line or a wait, but no capacity")


def _missing_for(ledger: Ledger, scenario: Scenario) -> Iterator[Gap]:
    """Yield what a fit of a scenario would miss: daily figures by country, capacities and lines by crossing."""
    first, last = scenario.announcement, scenario.end.date()
    inside = [claim for claim in ledger if first <= claim.last and claim.date <= last]
    for country in scenario.countries:
        own = [claim for claim in inside if claim.country == country.id and vocabulary()[claim.quantity].kind == "flow"]
        if any(claim.quantity in _DAILY and claim.days <= 2 for claim in own):
            continue
        totals = [claim.id for claim in own if claim.quantity.startswith("arrivals")]
        yield Gap(
            country.name,
            f"no daily figures, only {', '.join(totals[:4])}" if totals else "no figure of arrivals at all",
        )
    for place in scenario.places:
        if place.kind != "crossing":
            continue
        sides = {
            normalise_name(name) for name in (place.name, place.name_local, *place.name_other_side.split("/")) if name
        }
        own = [claim for claim in ledger if sides & set(place_key(claim.place).split(" / "))]
        lacks = []
        if not any(claim.quantity in _CAPACITY for claim in own):
            lacks.append("capacity")
        if not any(claim.quantity in _WAITING for claim in own):
            lacks.append("line or wait")
        if lacks:
            yield Gap(place.name, f"no {' and no '.join(lacks)}")
    for event in scenario.events:
        if not event.evidence:
            yield Gap(event.id, "event without evidence")
