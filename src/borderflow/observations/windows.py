"""The days that a claim covers, with the part of each that counts."""

from __future__ import annotations

import datetime as dt
import re

from borderflow.errors import UsageError
from borderflow.ledger import Claim
from borderflow.observations.quantities import FLOWS, SUMS
from borderflow.observations.targets import Target
from borderflow.scenario import Scenario

__all__ = ["days_covered", "first_known"]

_CLOCK_DAY = re.compile(r"\b(\d{1,2})[:.]00\s*(?:-|–|to)\s*(\d{1,2})[:.]00\b")
#: Notes of totals that say the hour at which they were counted.
_UNTIL = re.compile(r"\bto (\d{1,2}):00 on\b", re.IGNORECASE)
#: Notes of totals over whole days, whatever date they carry.
_COMPLETE = re.compile(r"\bweek\b|\bfull\b|-day total", re.IGNORECASE)


def days_covered(scenario: Scenario, claim: Claim) -> tuple[tuple[dt.date, float], ...]:
    """Return the days of a claim with the part of each that counts.

    A running total since the announcement that was out on its own last day covers about half of that day, or the part
    up to the hour that its note names, unless it is said to be that of a full week. A reporting
    day of 10:00 to 10:00 takes its hours from two days, as if the day were even.
    """
    first, last = claim.date, claim.last
    if claim.quantity == "arrivals_daily_baseline" and last >= scenario.announcement:
        first, last = scenario.start.date(), scenario.announcement - dt.timedelta(days=1)
    first = max(first, scenario.start.date()) if claim.quantity == "arrivals_daily_baseline" else first
    if claim.quantity in SUMS and claim.date_end is None and first > scenario.announcement:
        first = scenario.announcement  # "since the announcement"
    if not scenario.start.date() <= first <= last <= scenario.end.date():
        raise UsageError(f"lies outside of the scenario, {scenario.start:%Y-%m-%d} to {scenario.end:%Y-%m-%d}")
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    weights = [1.0] * len(days)
    clock = _CLOCK_DAY.search(claim.note)
    if clock and clock.group(1) == clock.group(2) and 0 < int(clock.group(1)) < 24 and claim.quantity in FLOWS:
        part = int(clock.group(1)) / 24.0
        if claim.date_end is None:
            days, weights = [*days, last + dt.timedelta(days=1)], [*weights, 0.0]
        weights[0], weights[-1] = 1.0 - part, part
    elif (
        claim.quantity in SUMS
        and claim.known_on == last
        and first == scenario.announcement
        and len(days) > 2
        and not _COMPLETE.search(claim.note)
    ):
        until = _UNTIL.search(claim.note)
        weights[-1] = int(until.group(1)) / 24.0 if until and int(until.group(1)) < 24 else 0.5
    return tuple(zip(days, weights, strict=True))


def first_known(claim: Claim, target: Target) -> dt.date:
    """Return the first day on which a figure can have been out."""
    whole = target.how == "sum" and target.days[-1][1] == 1.0
    return max(claim.known, target.last + dt.timedelta(days=1)) if whole else claim.known
