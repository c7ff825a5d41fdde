"""Observations held against each other: contradictions widen errors, running totals give up the days known by day."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

from borderflow.observations.targets import Observation, Observations, Part, Target
from borderflow.wording import last_digit

__all__ = ["observe", "reduce_cumulative"]


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
