"""Observations: claims of the ledger as figures that the model has, too, each with an error.

A claim becomes an observation where the model has its quantity at its place: the quantity, place, country, mode and
window are those of ``summary.csv``. What cannot be matched is listed with the reason. The error is on the log scale
``log(1 + x)`` and adds up, in variance, from the kind of source, the wording and rounding of the figure, how the
quantity is counted, and contradictions: claims about the same target stay apart, every one of them with an error that
covers the distance to the others, and together they weigh as much as one. Nothing is averaged.

A figure worded as "over" or "up to" is a bound, not a measurement: the model is held against it only where it lies on
the wrong side.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import UsageError
from borderflow.ledger import Claim, Ledger, distinct, read_ledger
from borderflow.places import normalise_name
from borderflow.results import ALL_COUNTRIES
from borderflow.scenario import Scenario
from borderflow.wording import last_digit

if TYPE_CHECKING:
    from borderflow.results import Series

__all__ = [
    "Observation",
    "Observations",
    "Part",
    "Target",
    "match_claims",
    "match_known",
    "observe",
    "read_observations",
    "reduce_cumulative",
]

#: Error of a figure by kind of source, standard deviation of the logarithm. Official counts disagree with each other by
#: a few per cent where two of them exist (E090 against the daily series, E207 against E206); press figures of the same
#: line differ by a third (E231, E232, E256).
SOURCE_ERROR: Mapping[str, float] = {
    "official": 0.03, "derived": 0.05, "media report": 0.25, "estimate": 0.30, "denied": math.inf,
}  # fmt: skip
#: One person's account, a weak source, a day that is not certain, lorries among the vehicles, unclear who was counted.
ANECDOTE_ERROR, DAY_ERROR, LORRY_ERROR, WHO_ERROR = 0.50, 0.20, 0.25, 0.15
#: How far a count of this kind is from the model's definition: lines are counted at some hour and some tail, waits are
#: of some travellers.
COUNT_ERROR: Mapping[str, float] = {"queue_cars": 0.25, "queue_persons": 0.25, "wait_hours": 0.30}
#: Cars in line below which a line counts as gone.
CLEARED_CARS = 50.0

_ANECDOTE = re.compile(r"traveller|diary|weak source|witness|blogger|driver in line|single|as told", re.IGNORECASE)
_UNCERTAIN_DAY = re.compile(r"(?:day|date|days|week) (?:approximate|inferred|not)", re.IGNORECASE)
_CLOCK_DAY = re.compile(r"\b(\d{1,2})[:.]00\s*(?:-|–|to)\s*(\d{1,2})[:.]00\b")
#: Notes of totals that say the hour at which they were counted.
_UNTIL = re.compile(r"\bto (\d{1,2}):00 on\b", re.IGNORECASE)
#: Notes of totals over whole days, whatever date they carry.
_COMPLETE = re.compile(r"\bweek\b|\bfull\b|-day total", re.IGNORECASE)
_COUNTED_CITIZENS = re.compile(r"\brussians?\b", re.IGNORECASE)
_COUNTED_ALL = re.compile(r"all (?:nationalities|travellers)", re.IGNORECASE)
#: Words beside a country's name that still mean the country as a whole.
_WHOLE = {"all", "crossings", "land", "border", "borders", "eastern", "with", "russia", "russian", "the", "total"}

_FLOWS: Mapping[str, str] = {
    "arrivals_daily": "arrivals_daily",
    "arrivals_cumulative": "arrivals_daily",
    "arrivals_weekly": "arrivals_daily",
    "arrivals_daily_baseline": "arrivals_daily",
    "departures_daily": "departures_daily",
    "departures_cumulative": "departures_daily",
    "departures_vehicles_daily": "departures_vehicles_daily",
    "departures_vehicles_cumulative": "departures_vehicles_daily",
    "net_flow": "net_flow",
    "entry_refused": "entry_refused",
    "notices_served": "notices_served",
    "turned_back": "turned_back",
    "arrivals_excess_daily": "arrivals_excess_daily",
}
_LEVELS: Mapping[str, str] = {
    "queue_cars": "queue_cars",
    "queue_persons": "queue_persons",
    "wait_hours": "wait_hours",
    "wait_hours_joining": "wait_hours_joining",
    "mobilised_cumulative": "mobilised_cumulative",
    "air_price": "air_price",
    "queue_cleared": "queue_cars",
}
_SUMS = {"arrivals_cumulative", "departures_cumulative", "arrivals_weekly", "departures_vehicles_cumulative"}


@dataclass(frozen=True, order=True)
class Part:
    """One series of the summary; an empty place is the country as a whole."""

    place: str
    country: str
    mode: str


@dataclass(frozen=True)
class Target:
    """What is observed: series of the summary, added up over places, and days with weights.

    Parameters
    ----------
    quantity : str
        As in ``summary.csv``.
    parts : tuple of Part
    days : tuple of (date, float)
        Days and the part of each that the figure covers.
    how : {'sum', 'mean'}
        Flows are summed over the days; levels are averaged over them.
    """

    quantity: str
    parts: tuple[Part, ...]
    days: tuple[tuple[dt.date, float], ...]
    how: Literal["sum", "mean"]

    @property
    def label(self) -> str:
        """A short name for tables and pictures."""
        places = ", ".join(sorted({part.place or part.country for part in self.parts}))
        mode = "" if self.parts[0].mode in ("all", "car") else f" ({self.parts[0].mode})"
        return f"{self.quantity} {places}{mode}"

    @property
    def first(self) -> dt.date:
        """The first day."""
        return self.days[0][0]

    @property
    def last(self) -> dt.date:
        """The last day."""
        return self.days[-1][0]

    def evaluate(
        self,
        series: Mapping[tuple[str, Part], NDArray[np.float64]],
        days: Sequence[dt.date],
        *,
        nobody: float = 0.0,
    ) -> NDArray[np.float64]:
        """Return the model's value by member; NaN where the series or a day of it is missing.

        Parameters
        ----------
        series : mapping
            Values of shape (member, day) by quantity and part, see `index_series`.
        days : sequence of date
            Days of the series.
        nobody : float
            The wait of a member in which nobody passed on any of the days. A fit needs a number, and takes no wait; a
            score must not count it as a forecast of no wait, and takes NaN.
        """
        where = {day: n for n, day in enumerate(days)}
        members = len(next(iter(series.values())))
        at = [where.get(day, -1) for day, _ in self.days]
        if min(at) < 0 or any((self.quantity, part) not in series for part in self.parts):
            return np.full(members, np.nan)
        weights = np.array([weight for _, weight in self.days])
        if self.how == "mean":
            weights = weights / weights.sum()
        total = np.zeros(members)
        for part in self.parts:
            values = series[self.quantity, part][:, at]
            total += _mean_wait(values, weights, nobody) if self.quantity.startswith("wait") else values @ weights
        return total


def _mean_wait(values: NDArray[np.float64], weights: NDArray[np.float64], nobody: float) -> NDArray[np.float64]:
    """Return the mean wait over the days on which somebody passed; days without anybody count as 0 in a fit."""
    passed = np.isfinite(values)
    total = np.where(passed, values, 0.0) @ weights
    if not math.isnan(nobody):
        return np.asarray(np.where(passed.any(axis=1), total, nobody))
    part = passed @ weights
    return np.asarray(np.divide(total, part, out=np.full(len(values), np.nan), where=part > 0))


@dataclass(frozen=True)
class Observation:
    """A figure with its error.

    Parameters
    ----------
    id : str
        That of the first claim.
    claims : tuple of str
        All claims that it comes from.
    target : Target
    value : float
        In the unit of the summary.
    error : float
        Standard deviation of ``log(1 + value)``.
    bound : {'', 'lower', 'upper'}
        Whether the figure is only a bound.
    status, publisher : str
    known : date
        The first day on which it can have been out: that of the ledger, but for a flow over whole days not before the
        day after them.
    flag : bool
        Whether the value is 1 (holds) or 0 (does not) instead of a number.
    contradicted : tuple of str
        Ids of observations of the same target with another value.
    """

    id: str
    claims: tuple[str, ...]
    target: Target
    value: float
    error: float
    bound: Literal["", "lower", "upper"] = ""
    status: str = "official"
    publisher: str = ""
    known: dt.date = dt.date.min
    flag: bool = False
    contradicted: tuple[str, ...] = ()

    @property
    def logarithm(self) -> float:
        """``log(1 + value)``."""
        return math.log1p(self.value)


@dataclass(frozen=True)
class Observations:
    """Observations, and the claims that could not be used with the reason."""

    used: tuple[Observation, ...]
    unused: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.used)

    def between(self, first: dt.date | None = None, last: dt.date | None = None) -> Observations:
        """Return the observations whose window ends within some days."""
        kept = tuple(
            one
            for one in self.used
            if (first is None or one.target.last >= first) and (last is None or one.target.last <= last)
        )
        return replace(self, used=kept)


def index_series(series: Iterable[Series]) -> dict[tuple[str, Part], NDArray[np.float64]]:
    """Return daily series by quantity and part."""
    return {(one.quantity, Part(one.place, one.country, one.mode)): one.values for one in series}


def read_observations(
    scenario: Scenario, source: str | Path | Ledger | None = None, *, through: dt.date | None = None
) -> Observations:
    """Read a ledger and match it with what the model has, as far as it was known by a day.

    Parameters
    ----------
    scenario : Scenario
    source : path or Ledger, optional
        The ledger of the scenario where not given.
    through : date, optional
        Only what was *known* by that day (``known_on``), whatever day it speaks of.

    Examples
    --------
    >>> import borderflow as bf
    >>> import datetime as dt
    >>> found = read_observations(bf.load("russia-2022"), through=dt.date(2022, 9, 28))
    >>> next(one.value for one in found.used if one.id == "E206")
    10804.0
    """
    if isinstance(source, Ledger):
        ledger = source
    elif source is not None:
        ledger = read_ledger(source)
    elif scenario.folder is not None:
        ledger = read_ledger(scenario.folder)
    else:
        raise UsageError("the scenario has no folder, hence no ledger; name one with --observations")
    return reduce_cumulative(observe(match_known(scenario, ledger, through)))


def match_known(scenario: Scenario, ledger: Ledger, through: dt.date | None) -> Observations:
    """Match the claims of a ledger that can have been known by a day.

    Besides what the ledger says was out later, this leaves out flows over whole days that end with that day: whoever
    wrote down that a day had 142,400 arrivals did so after midnight, whatever date the figure carries.
    """
    if through is None:
        return match_claims(scenario, ledger)
    found = match_claims(scenario, ledger.known_by(through))
    early = tuple(one for one in found.used if one.known <= through)
    late = {
        name: f"covers the whole of {one.target.last}, so it cannot have been known that day"
        for one in found.used
        if one.known > through
        for name in one.claims
    }
    return Observations(early, {**found.unused, **late})


# ---------------------------------------------------------------------------------------------------------------------
# Claims -> targets


def match_claims(scenario: Scenario, ledger: Ledger) -> Observations:
    """Match every claim with a target, one by one; nothing is merged but the same figure from several publishers."""
    find = _PlaceFinder(scenario)
    citizens = {normalise_name(one.place) for one in ledger if _COUNTED_CITIZENS.search(one.note)}
    used, unused = [], {}
    for figure in distinct(ledger):
        claim = figure.claim
        try:
            made = _match(scenario, find, claim, normalise_name(claim.place) in citizens)
        except UsageError as reason:
            unused.update(dict.fromkeys(figure.claims, str(reason)))
            continue
        used.append(replace(made, claims=figure.claims))
    return Observations(tuple(used), unused)


def _match(scenario: Scenario, find: _PlaceFinder, claim: Claim, citizens: bool) -> Observation:
    """Return the observation of one claim, or raise `UsageError` with the reason why there is none."""
    if claim.claim_status == "denied":
        raise UsageError("denied")
    if not claim.has_number:
        raise UsageError("no number")
    flow = claim.quantity in _FLOWS
    if not flow and claim.quantity not in _LEVELS:
        raise UsageError(f"the model has no {claim.quantity}")
    if claim.flows == "both":
        raise UsageError("both directions together")
    if claim.claim_status == "derived":
        raise UsageError("worked out from other claims, which are used themselves")
    posts, country = find(claim)
    quantity = {**_FLOWS, **_LEVELS}[claim.quantity]
    error = [SOURCE_ERROR[claim.claim_status], COUNT_ERROR.get(quantity, 0.0)]
    quantity, parts = _parts(scenario, claim, quantity, posts, country, citizens, error)
    low, high = claim.bounds()
    value = claim.value if claim.unit == "flag" else claim.in_unit(_UNITS.get(quantity))
    scale = value / claim.value if claim.value else 1.0
    bound: Literal["", "lower", "upper"] = "lower" if math.isinf(high) else "upper" if low == 0 < value else ""
    if not bound:
        error.append((math.log1p(high * scale) - math.log1p(low * scale)) / math.sqrt(12.0))
    if _ANECDOTE.search(claim.note):
        error.append(ANECDOTE_ERROR)
    if _UNCERTAIN_DAY.search(claim.note):
        error.append(DAY_ERROR)
    if claim.mode == "vehicle":
        error.append(LORRY_ERROR)
    target = Target(quantity, parts, _window(scenario, claim), "sum" if flow else "mean")
    if claim.quantity == "arrivals_daily_baseline":
        target = replace(target, how="mean")
    return Observation(
        claim.id, (claim.id,), target, value, math.sqrt(sum(one**2 for one in error)), bound, claim.claim_status,
        claim.publisher, _first_known(claim, target), claim.quantity == "queue_cleared",
    )  # fmt: skip


def _first_known(claim: Claim, target: Target) -> dt.date:
    """Return the first day on which a figure can have been out."""
    whole = target.how == "sum" and target.days[-1][1] == 1.0
    return max(claim.known, target.last + dt.timedelta(days=1)) if whole else claim.known


_UNITS: Mapping[str, str] = {
    "queue_cars": "vehicles", "wait_hours": "hours", "wait_hours_joining": "hours", "air_price": "RUB",
}  # fmt: skip


def _parts(
    scenario: Scenario,
    claim: Claim,
    quantity: str,
    posts: tuple[tuple[str, str], ...],
    country: str,
    citizens: bool,
    error: list[float],
) -> tuple[str, tuple[Part, ...]]:
    """Return the quantity and the series of the summary; add to the error where it is unclear who was counted."""
    home = scenario.origin_country
    if country and posts:
        if quantity != "arrivals_daily":
            raise UsageError(f"{quantity} of a part of a country's border is not in the summary")
        return quantity, tuple(Part(name, of, "all") for name, of in posts)
    if country:
        if country == ALL_COUNTRIES:
            error.append(WHO_ERROR)  # entries of some countries, people present in others
        if quantity not in ("arrivals_daily", "departures_daily", "net_flow", "entry_refused", "turned_back",
                            "notices_served", "arrivals_excess_daily", "mobilised_cumulative"):  # fmt: skip
            raise UsageError(f"{quantity} is known for crossings, not for a country")
        if (country == home) != (quantity == "mobilised_cumulative"):
            raise UsageError(f"{quantity} of {country} is not in the model")
        return quantity, (Part("", country, "all"),)
    if quantity == "net_flow":
        raise UsageError("net flow is known for countries, not for crossings")
    if quantity == "arrivals_daily" and not citizens:
        if not _COUNTED_ALL.search(claim.note):
            error.append(WHO_ERROR)
        quantity = "departures_daily"
    elif quantity == "departures_daily" and claim.country != home:
        raise UsageError("exits through one crossing, back to the country of origin, are not in the summary")
    mode = {"vehicle": "car", "bicycle": "foot"}.get(claim.mode, claim.mode)
    if quantity in ("queue_cars", "departures_vehicles_daily"):
        mode = "car"
    elif quantity.startswith("wait"):
        mode = "car" if mode in ("all", "land") else mode
    elif quantity != "queue_persons" or mode == "land":
        mode = "all"
    if claim.mode == "truck":
        raise UsageError("lorries are not in the model")
    whose = home if quantity in ("departures_daily", "departures_vehicles_daily") else ""
    return quantity, tuple(Part(name, whose or of, mode) for name, of in posts)


def _window(scenario: Scenario, claim: Claim) -> tuple[tuple[dt.date, float], ...]:
    """Return the days of a claim with the part of each that counts.

    A running total since the announcement that was out on its own last day covers about half of that day, or the part
    up to the hour that its note names, unless it is said to be that of a full week. A reporting
    day of 10:00 to 10:00 takes its hours from two days, as if the day were even.
    """
    first, last = claim.date, claim.last
    if claim.quantity == "arrivals_daily_baseline" and last >= scenario.announcement:
        first, last = scenario.start.date(), scenario.announcement - dt.timedelta(days=1)
    first = max(first, scenario.start.date()) if claim.quantity == "arrivals_daily_baseline" else first
    if claim.quantity in _SUMS and claim.date_end is None and first > scenario.announcement:
        first = scenario.announcement  # "since the announcement"
    if not scenario.start.date() <= first <= last <= scenario.end.date():
        raise UsageError(f"lies outside of the scenario, {scenario.start:%Y-%m-%d} to {scenario.end:%Y-%m-%d}")
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    weights = [1.0] * len(days)
    clock = _CLOCK_DAY.search(claim.note)
    if clock and clock.group(1) == clock.group(2) and 0 < int(clock.group(1)) < 24 and claim.quantity in _FLOWS:
        part = int(clock.group(1)) / 24.0
        if claim.date_end is None:
            days, weights = [*days, last + dt.timedelta(days=1)], [*weights, 0.0]
        weights[0], weights[-1] = 1.0 - part, part
    elif (
        claim.quantity in _SUMS
        and claim.known_on == last
        and first == scenario.announcement
        and len(days) > 2
        and not _COMPLETE.search(claim.note)
    ):
        until = _UNTIL.search(claim.note)
        weights[-1] = int(until.group(1)) / 24.0 if until and int(until.group(1)) < 24 else 0.5
    return tuple(zip(days, weights, strict=True))


class _PlaceFinder:
    """Finds the crossings, or the country, that a claim speaks of."""

    def __init__(self, scenario: Scenario) -> None:
        self.posts: dict[str, tuple[str, str]] = {}
        open_posts = {lane.crossing for lane in scenario.lanes}
        for place in scenario.places:
            if place.kind != "crossing" or place.id not in open_posts:
                continue
            for text in (place.name, place.name_local, place.name_other_side, place.id):
                for piece in re.split(r"[(),]", text or ""):
                    if piece.strip() and normalise_name(piece) not in {c.id.lower() for c in scenario.countries}:
                        self.posts.setdefault(normalise_name(piece), (place.name, place.country))
        self.countries = {normalise_name(c.name): c.id for c in scenario.countries}
        self.home = scenario.origin_country
        self.sides = self._sides(scenario, open_posts)
        # an aside such as "(Abkhazia)" names the whole, not the post
        for name in [*self.countries, "abkhazia"]:
            self.posts.pop(name, None)

    def _sides(self, scenario: Scenario, open_posts: set[str]) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
        """Return the posts by country and the country on their other side, of countries with more than one such."""
        name_of = {country.id: normalise_name(country.name) for country in scenario.countries}
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for place in scenario.places:
            if place.kind == "crossing" and place.id in open_posts:
                far = place.region if place.region in name_of else self.home
                found.setdefault((place.country, far), []).append((place.name, place.country))
        many = [one for one, far in found if far != self.home]
        return {
            (one, word): tuple(posts)
            for (one, far), posts in found.items()
            if one in many
            for word in ((f"{far.lower()} border",) if far == self.home else (f"via {name_of[far]}",))
        }

    def __call__(self, claim: Claim) -> tuple[tuple[tuple[str, str], ...], str]:
        """Return crossings (name, country), a country, or both for a part of its border.

        Raises
        ------
        UsageError
            Where the model has none of them.
        """
        plain = re.sub(r"\([^)]*\)", " ", claim.place)
        asides = [piece for part in re.findall(r"\(([^)]*)\)", claim.place) for piece in part.split(",")]
        listed = [self.posts.get(normalise_name(piece)) for piece in asides]
        if len(listed) > 1 and all(listed):
            return tuple(one for one in listed if one), ""
        for piece in re.split(r"[/,;]", plain):
            found = self.posts.get(normalise_name(piece))
            if found:
                return (found,), ""
        words = set(normalise_name(re.sub(r"[-–,]", " ", plain)).split())
        if claim.quantity == "mobilised_cumulative" and normalise_name(plain) == "russia":
            return (), self.home
        for name, country in self.countries.items():
            inside = set(name.split())
            if inside <= words and words - inside <= _WHOLE and claim.country == country:
                part = [self.sides.get((country, normalise_name(aside))) for aside in asides]
                return next((one for one in part if one), ()), country
        if claim.country == ALL_COUNTRIES and claim.quantity.startswith("arrivals"):
            return (), ALL_COUNTRIES
        raise UsageError(f"no single crossing or country of the model: {claim.place}")


# ---------------------------------------------------------------------------------------------------------------------
# Contradictions and sums


def observe(matched: Observations) -> Observations:
    """Widen the errors of observations that contradict each other.

    ``n`` observations of one target each get the error ``sqrt(n (error² + half the spread²))``: every one of them
    covers the others, and together they weigh as much as one.
    """
    groups: dict[tuple[str, tuple[Part, ...], tuple[tuple[dt.date, float], ...], bool], list[Observation]] = {}
    for one in matched.used:
        target = one.target
        groups.setdefault((target.quantity, target.parts, target.days, one.flag), []).append(one)
    out = []
    for group in groups.values():
        logs = [one.logarithm for one in group if not one.bound]
        half = (max(logs) - min(logs)) / 2.0 if logs else 0.0
        for one in group:
            rivals = tuple(other.id for other in group if other is not one)
            count = len(group) if not one.bound else 1
            out.append(replace(one, error=math.sqrt(count * (one.error**2 + half**2)), contradicted=rivals))
    order = {one.id: n for n, one in enumerate(matched.used)}
    return Observations(tuple(sorted(out, key=lambda one: order[one.id])), matched.unused)


def reduce_cumulative(found: Observations) -> Observations:
    """Take from running totals the days that daily figures give already, so that no day counts twice.

    A total whose days are all known by day is left out where it agrees with their sum, and gets an error that covers
    the distance where it does not. A total that goes further becomes the figure of its remaining days, if it is given
    precisely enough for that.
    """
    daily: dict[tuple[str, tuple[Part, ...], dt.date], Observation] = {}
    for one in found.used:
        key = (one.target.quantity, one.target.parts, one.target.first)
        if len(one.target.days) == 1 and not one.bound and (key not in daily or daily[key].error > one.error):
            daily[key] = one
    used, unused = [], dict(found.unused)
    for one in found.used:
        target = one.target
        if (
            target.how == "mean"
            and target.quantity in ("arrivals_daily",)
            and any((target.quantity, target.parts, day) in daily for day, _ in target.days)
        ):
            unused[one.id] = "daily figures of the same days are used"
            continue
        if target.how != "sum" or len(target.days) < 2:
            used.append(one)
            continue
        known = [daily.get((target.quantity, target.parts, day)) for day, _ in target.days]
        told = [day for day in known if day is not None]
        if len(told) == len(known):
            total = sum(day.value for day in told)
            gap = abs(math.log1p(one.value) - math.log1p(total))
            if gap < 0.05 or one.bound:
                unused[one.id] = "the sum of daily figures that are used"
            else:
                used.append(replace(one, error=math.hypot(one.error, gap), target=_whole_days(target)))
            continue
        days = tuple(one for one, at in zip(target.days, known, strict=True) if at is None)
        rest = [day for day, _ in days]
        left = one.value - sum(day.value for day in told)
        contiguous = (rest[-1] - rest[0]).days + 1 == len(rest)
        if told and contiguous and not one.bound and left > 0 and max(last_digit(one.value), 1.0) < 0.1 * left:
            # the errors of the days add up to that of what is left
            spread = math.hypot(one.value * 0.5 * one.error, math.hypot(*(day.value * 0.5 * day.error for day in told)))
            claims = tuple(dict.fromkeys([*one.claims, *(name for day in told for name in day.claims)]))
            short = replace(target, days=days)
            used.append(replace(one, claims=claims, target=short, value=left, error=min(spread / left, 0.5)))
        else:
            used.append(one)
    return Observations(tuple(used), unused)


def _whole_days(target: Target) -> Target:
    return replace(target, days=tuple((day, 1.0) for day, _ in target.days))
