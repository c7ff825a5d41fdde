"""Claims of the ledger -> observations, one by one, each with an error or a reason why the model has no such figure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from borderflow.errors import UsageError
from borderflow.evidence import same_places
from borderflow.ledger import Claim, Ledger, distinct
from borderflow.naming import Names
from borderflow.observations.quantities import FLOWS, LEVELS
from borderflow.observations.sites import PlaceFinder
from borderflow.observations.targets import Observation, Observations, Part, Target
from borderflow.observations.windows import days_covered, first_known
from borderflow.places import normalise_name
from borderflow.results import ALL_COUNTRIES
from borderflow.scenario import Scenario

__all__ = ["match_claims"]

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

_ANECDOTE = re.compile(r"traveller|diary|weak source|witness|blogger|driver in line|single|as told", re.IGNORECASE)
_UNCERTAIN_DAY = re.compile(r"(?:day|date|days|week) (?:approximate|inferred|not)", re.IGNORECASE)
_COUNTED_CITIZENS = re.compile(r"\brussians?\b", re.IGNORECASE)
_COUNTED_ALL = re.compile(r"all (?:nationalities|travellers)", re.IGNORECASE)

_UNITS: Mapping[str, str] = {
    "queue_cars": "vehicles", "wait_hours": "hours", "wait_hours_joining": "hours", "air_price": "RUB",
}  # fmt: skip


def match_claims(scenario: Scenario, ledger: Ledger) -> Observations:
    """Match every claim with a target, one by one; nothing is merged but the same figure from several publishers."""
    find = PlaceFinder(scenario)
    citizens = {normalise_name(one.place) for one in ledger if _COUNTED_CITIZENS.search(one.note)}
    used, unused = [], {}
    for figure in distinct(ledger, same_places(ledger, Names([scenario]))):
        claim = figure.claim
        try:
            made = _match(scenario, find, claim, normalise_name(claim.place) in citizens)
        except UsageError as reason:
            unused.update(dict.fromkeys(figure.claims, str(reason)))
            continue
        used.append(replace(made, claims=figure.claims))
    return Observations(tuple(used), unused)


def _match(scenario: Scenario, find: PlaceFinder, claim: Claim, citizens: bool) -> Observation:
    """Return the observation of one claim, or raise `UsageError` with the reason why there is none."""
    if claim.claim_status == "denied":
        raise UsageError("denied")
    if not claim.has_number:
        raise UsageError("no number")
    flow = claim.quantity in FLOWS
    if not flow and claim.quantity not in LEVELS:
        raise UsageError(f"the model has no {claim.quantity}")
    if claim.flows == "both":
        raise UsageError("both directions together")
    if claim.claim_status == "derived":
        raise UsageError("worked out from other claims, which are used themselves")
    posts, country = find(claim)
    quantity = {**FLOWS, **LEVELS}[claim.quantity]
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
    target = Target(quantity, parts, days_covered(scenario, claim), "sum" if flow else "mean")
    if claim.quantity == "arrivals_daily_baseline":
        target = replace(target, how="mean")
    return Observation(
        claim.id, (claim.id,), target, value, math.sqrt(sum(one**2 for one in error)), bound, claim.claim_status,
        claim.publisher, first_known(claim, target), claim.quantity == "queue_cleared",
    )  # fmt: skip


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
