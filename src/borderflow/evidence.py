"""What a ledger says together: which claims agree, contradict, supersede or deny one another, and what is missing.

Two claims can only contradict each other when they speak of the same thing. Three differences are allowed for first:

* *rounding and wording*: claims are compared by their bounds (`Claim.bounds`), so "over 53,000" agrees with 53,136;
* *window*: flows over different windows are not the same figure; but a part must not exceed its whole;
* *population*: cars are a part of all vehicles, walkers a part of all travellers, citizens a part of all nationalities,
  and a net flow is another figure than a gross one; again only a part that exceeds its whole contradicts it.

What is left is a contradiction. It is never resolved here: whoever uses the claims widens the error by its size.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from borderflow.errors import UsageError
from borderflow.ledger import Claim, Ledger, place_key, vocabulary
from borderflow.naming import Names, shipped_names

__all__ = ["Contradiction", "Relation", "contradictions", "population_of", "relate", "relations", "same_places"]

RelationKind = Literal["agrees", "contradicts", "part", "superseded", "denied"]

_SURE = 0.85  # score of a name that a list has, in any case or script
_ROUNDING = 0.01  # figures closer than one per cent are the same figure, rounded elsewhere

#: A mode or population and those that it is a part of.
_WHOLES: dict[str, tuple[str, ...]] = {
    "car": ("vehicle", "land", "all"),
    "truck": ("vehicle", "land", "all"),
    "vehicle": ("land", "all"),
    "bus": ("vehicle", "land", "all"),
    "foot": ("land", "all"),
    "bicycle": ("land", "all"),
    "foreign-foot": ("foot", "foreign", "land", "all"),
    "rail": ("land", "all"),
    "train": ("land", "all"),
    "land": ("all",),
    "air": ("all",),
    "UA": ("all",),
    "foreign": ("all",),
}
_EVERYBODY = re.compile(r"all (?:nationalities|citizenships|travellers)|of all nationalities")
_CITIZENS = re.compile(r"\b(?:russians|russian citizens|ukrainians|citizens) (?:only|entering|leaving|who)|\brussians,")


@dataclass(frozen=True)
class Relation:
    """How two claims about one place and quantity stand to each other.

    ``gap`` is the distance between their bounds over the mean of their values (0 where the bounds meet).
    """

    kind: RelationKind
    first: str
    second: str
    gap: float
    reason: str


@dataclass(frozen=True)
class Contradiction:
    """Claims about one place, quantity and window that cannot all be right.

    Parameters
    ----------
    claims : tuple of str
        Ids, in the order of the ledger.
    low, high : float
        Least and greatest of the values claimed, in ``unit``.
    gap : float
        Largest relative gap between the bounds of two of the claims.
    spread : float
        ``log(high / low)``: the width to which an error in the logarithm has to be opened; infinite where one is 0.
    """

    place: str
    country: str
    quantity: str
    first: date
    last: date
    claims: tuple[str, ...]
    low: float
    high: float
    unit: str
    gap: float

    @property
    def spread(self) -> float:
        """Logarithm of the greatest over the least value claimed."""
        return math.log(self.high / self.low) if self.low > 0 else math.inf


def population_of(claim: Claim) -> tuple[str, str]:
    """Return what a claim counts: the mode, and "citizens", "everybody", "net" or "" where the note does not say.

    Examples
    --------
    >>> population_of(Claim(id="E1", date="2022-09-26", place="Lars", country="RU", quantity="departures_cumulative",
    ...                     value=20000, unit="persons", claim_status="official", publisher="x",
    ...                     note="More than 20,000 in two days; all nationalities"))
    ('all', 'everybody')
    """
    note = claim.note.casefold()
    if claim.quantity != "net_flow" and re.search(r"(?:^|[;,] )net\b", note):
        return claim.mode, "net"
    if _EVERYBODY.search(note):
        return claim.mode, "everybody"
    return claim.mode, "citizens" if _CITIZENS.search(note) else ""


def same_places(claims: Iterable[Claim], names: Names | None = None) -> dict[str, str]:
    """Return for every place of the claims the one spelling that stands for it.

    Both sides of a post name it: "Torfyanovka / Vaalimaa" and "Vaalimaa" are one place. So do names in other scripts
    that the scenarios, the list of countries or that of well-known crossings have for it, or the gazetteer for a single
    town of the claim's country: "Верхний Ларс" is "Verkhny Lars". ``names`` is the index; that of all shipped scenarios
    where none is given.

    Examples
    --------
    >>> common = dict(date="2022-09-26", country="FI", quantity="queue_km", value=5, unit="km", claim_status="official",
    ...               publisher="x")
    >>> one = Claim(id="A", place="Torfyanovka / Vaalimaa", **common)
    >>> other = Claim(id="B", place="Vaalimaa", **common)
    >>> len(set(same_places([one, other]).values()))
    1
    """
    parent: dict[str, str] = {}

    def root(side: str) -> str:
        while parent.setdefault(side, side) != side:
            side = parent[side]
        return side

    index = names or shipped_names()
    countries: dict[str, set[str]] = {}
    for claim in claims:
        countries.setdefault(claim.place, set()).add(claim.country)
    keys = {name: place_key(name).split(" / ") for name in countries}
    for name, sides in keys.items():
        for side in sides[1:]:
            parent[root(side)] = root(sides[0])
        for side in () if "," in name else sides:  # "N. Ossetia, Verkhny Lars / Dariali" is more than the post
            for known in _known_as(side, countries[name], index):
                parent[root(known)] = root(side)
    spelling: dict[str, str] = {}
    for name in sorted(keys, key=len, reverse=True):
        spelling.setdefault(root(keys[name][0]), name)
    return {name: spelling[root(keys[name][0])] for name in keys}


def _known_as(side: str, countries: set[str], names: Names) -> list[str]:
    """Return the ids of the place that a name surely means: of the first list that has it, and of a single town."""
    found = [one for one in names.look_up(side) if one.kind != "derived" and one.score >= _SURE]
    towns = [one for one in found if one.source == "GeoNames" and one.country in countries]
    known = [one for one in found[:1] if one.source != "GeoNames"]
    if len(towns) == 1 and all(one.kind == "city" for one in known):
        known += towns
    return [f"{one.source}: {one.id}" for one in known]


def relate(one: Claim, other: Claim) -> Relation | None:
    """Return how two claims about the same place and quantity stand to each other; None where they do not meet.

    Examples
    --------
    >>> common = dict(date="2022-09-26", place="Verkhny Lars", country="RU", quantity="queue_cars", unit="vehicles",
    ...               claim_status="official", publisher="x", mode="car")
    >>> relate(Claim(id="A", value=3500, **common), Claim(id="B", value=2500, **common)).kind
    'contradicts'
    >>> relate(Claim(id="A", value=3000, note="over", **common), Claim(id="B", value=3500, **common)).kind
    'agrees'
    """
    if one.quantity != other.quantity or not (one.has_number and other.has_number):
        return None
    if one.kind == "state":
        return _relate_states(one, other)
    try:
        low, high = _bounds_in(one, other.unit)
    except UsageError:
        return None
    part = _part(one, other)
    if part == "none":
        return None
    other_low, other_high = other.bounds()
    mean = (one.in_unit(other.unit) + other.value) / 2 or 1.0
    if "denied" in (one.claim_status, other.claim_status):
        return _relate_denied(one, other, abs(one.in_unit(other.unit) - other.value) / mean)
    if part == "same":
        gap = max(other_low - high, low - other_high, 0.0) / mean
        if gap <= _ROUNDING:
            return Relation("agrees", one.id, other.id, 0.0, "bounds meet")
        if (older := _older(one, other)) is not None:
            newer = other if older is one else one
            return Relation("superseded", older.id, newer.id, gap, f"{newer.publisher} gave a later figure")
        return Relation("contradicts", one.id, other.id, gap, "same place, window and population")
    # one is the part of the other, or the other way round
    gap = max(low - other_high if part == "first" else other_low - high, 0.0) / mean
    if gap > _ROUNDING:
        return Relation("contradicts", one.id, other.id, gap, "the part exceeds the whole")
    if part == "first" and _superseded(one, other):
        return Relation("superseded", one.id, other.id, 0.0, "a later figure from the same start")
    if part == "second" and _superseded(other, one):
        return Relation("superseded", other.id, one.id, 0.0, "a later figure from the same start")
    return Relation("part", one.id, other.id, 0.0, "window or population of one lies within the other")


def _bounds_in(claim: Claim, unit: str) -> tuple[float, float]:
    factor = claim.in_unit(unit) / claim.value if claim.value else 1.0
    low, high = claim.bounds()
    return low * factor, high * factor


def _part(one: Claim, other: Claim) -> Literal["same", "first", "second", "none"]:
    """Tell which of two claims counts a part of what the other counts."""
    orders = (_within_window(one, other), _within_mode(one, other), _within_people(one, other))
    if "none" in orders or {"first", "second"} <= set(orders):
        return "none"
    return "first" if "first" in orders else "second" if "second" in orders else "same"


def _within_window(one: Claim, other: Claim) -> Literal["same", "first", "second", "none"]:
    if vocabulary()[one.quantity].standing or (one.date, one.last) == (other.date, other.last):
        return "same"
    if one.kind == "flow" and "cumulative" in one.quantity:
        if other.date <= one.date and one.last <= other.last:
            return "first"
        if one.date <= other.date and other.last <= one.last:
            return "second"
    return "none"


def _within_mode(one: Claim, other: Claim) -> Literal["same", "first", "second", "none"]:
    if one.mode == other.mode:
        return "same"
    if one.kind == "stock" and "queue" not in one.quantity:
        return "none"  # a price or a wait of one mode is no part of that of another
    if other.mode in _WHOLES.get(one.mode, ()):
        return "first"
    return "second" if one.mode in _WHOLES.get(other.mode, ()) else "none"


def _within_people(one: Claim, other: Claim) -> Literal["same", "first", "second", "none"]:
    mine, theirs = population_of(one)[1], population_of(other)[1]
    if mine == theirs or "" in (mine, theirs):
        return "none" if "net" in (mine, theirs) and mine != theirs else "same"
    if "net" in (mine, theirs):
        return "none"
    return "first" if mine == "citizens" else "second"


def _older(one: Claim, other: Claim) -> Claim | None:
    """Return the claim that its own publisher has replaced, if any."""
    if one.publisher != other.publisher or one.known == other.known:
        return None
    return min(one, other, key=lambda claim: claim.known)


def _superseded(part: Claim, whole: Claim) -> bool:
    return (
        "cumulative" in part.quantity and part.date == whole.date and part.last < whole.last and part.mode == whole.mode
    )


def _relate_denied(one: Claim, other: Claim, gap: float) -> Relation | None:
    """A denied claim is set beside the others; among denied ones there is nothing to settle."""
    if one.claim_status == other.claim_status:
        return None
    denied, standing = (one, other) if one.claim_status == "denied" else (other, one)
    return Relation(
        "denied", denied.id, standing.id, gap, "another figure stands" if gap > _ROUNDING else "the figure itself"
    )


def _relate_states(one: Claim, other: Claim) -> Relation | None:
    if "denied" in (one.claim_status, other.claim_status):
        return _relate_denied(one, other, abs(one.value - other.value))
    if one.unit != other.unit or (one.mode != other.mode and _within_mode(one, other) == "none"):
        return None
    if one.value == other.value:
        return Relation("agrees", one.id, other.id, 0.0, "both say so") if one.date == other.date else None
    if one.date == other.date:
        return Relation("contradicts", one.id, other.id, 1.0, "one says yes, the other no")
    older, newer = sorted((one, other), key=lambda claim: claim.date)
    return Relation("superseded", older.id, newer.id, 1.0, "the rule changed later")


def relations(ledger: Ledger | Sequence[Claim]) -> tuple[Relation, ...]:
    """Return every pair of claims that meet, with how they stand to each other."""
    claims = tuple(ledger)
    places = same_places(claims)
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        groups.setdefault((places[claim.place], claim.quantity), []).append(claim)
    found = []
    for group in groups.values():
        for number, one in enumerate(group):
            found += [relation for other in group[number + 1 :] if (relation := relate(one, other))]
    return tuple(found)


def contradictions(ledger: Ledger | Sequence[Claim]) -> tuple[Contradiction, ...]:
    """Return the groups of claims that cannot all be right, the widest gap first.

    Examples
    --------
    >>> from borderflow.ledger import read_ledger
    >>> from borderflow.scenario import shipped
    >>> found = contradictions(read_ledger(shipped()["russia-2022"]))
    >>> [round(one.gap, 2) for one in found if "E062" in one.claims]  # 62,120 or 51,643 departures from Georgia
    [0.18]
    """
    by_id = {claim.id: claim for claim in ledger}
    groups: list[set[str]] = []
    gaps: dict[str, float] = {}
    for relation in relations(tuple(ledger)):
        if relation.kind != "contradicts":
            continue
        pair = {relation.first, relation.second}
        joined = [group for group in groups if group & pair]
        groups = [group for group in groups if not group & pair] + [pair.union(*joined)]
        for name in pair:
            gaps[name] = max(gaps.get(name, 0.0), relation.gap)
    order = {name: number for number, name in enumerate(by_id)}
    found = [_contradiction([by_id[name] for name in sorted(group, key=order.__getitem__)], gaps) for group in groups]
    return tuple(sorted(found, key=lambda one: (-one.gap, one.place, one.quantity)))


def _contradiction(claims: Sequence[Claim], gaps: dict[str, float]) -> Contradiction:
    unit = vocabulary()[claims[0].quantity].unit
    try:
        values = [claim.in_unit(unit) for claim in claims]
    except UsageError:
        unit, values = claims[0].unit, [claim.in_unit(claims[0].unit) for claim in claims]
    return Contradiction(
        place=max((claim.place for claim in claims), key=len),
        country=claims[0].country,
        quantity=claims[0].quantity,
        first=min(claim.date for claim in claims),
        last=max(claim.last for claim in claims),
        claims=tuple(claim.id for claim in claims),
        low=min(values),
        high=max(values),
        unit=unit,
        gap=max(gaps[claim.id] for claim in claims),
    )
