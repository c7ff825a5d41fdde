"""Ordinary traffic: people who would cross anyway, by lane, visa class and hour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from borderflow.network.calendars import THREE_DAYS
from borderflow.network.lanes import LaneRow
from borderflow.network.model import Station
from borderflow.scenario import Baseline, Scenario

__all__ = ["ordinary_traffic", "scale_traffic"]


def ordinary_traffic(
    scenario: Scenario,
    lanes: Sequence[Station],
    lane_rows: Sequence[LaneRow],
    open_rows: Sequence[NDArray[np.float64]],
    open_sample: Sequence[NDArray[np.float64]],
    zones: Sequence[str],
    local: NDArray[np.int64],
    local_day: NDArray[np.int64],
    first_ordinal: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ordinary persons per hour (lane, visa class, hour) and the citizens' share by lane.

    The day's traffic follows the hour profile within the opening hours and the weekday multipliers of the row.
    """
    classes = scenario.visa_classes
    hours = local.shape[1]
    ordinary = np.zeros((len(lanes), len(classes), hours))
    citizens = np.zeros(len(lanes))
    profile = np.array(scenario.hour_profile) / 24.0
    rows: dict[tuple[str, str, str], Baseline] = {(b.place, b.direction, b.mode): b for b in scenario.baseline}
    names = [one.id for one in classes]
    for number, lane in enumerate(lanes):
        row = rows.get((lane.post, lane.direction, lane.mode))
        if row is None:
            continue
        zone = zones.index(lane.time_zone)
        open_now = open_rows[lane_rows[number].hours]
        weight = profile[np.mod(local[zone], 24)] * (open_now > 0)
        # a day cut off by the period keeps its hourly rates, so a whole day of this post is the norm
        clock = np.arange(THREE_DAYS) + local[zone, 0]
        whole = np.bincount(clock // 24 - clock[0] // 24) == 24
        passing = profile[clock % 24] * (open_sample[lane_rows[number].hours] > 0)
        scale = np.bincount(clock // 24 - clock[0] // 24, weights=passing)[whole].mean()
        weekday = np.array(row.weekdays)[(local_day[zone] + first_ordinal - 1) % 7]
        rate = row.persons_per_day * weekday * weight / scale
        citizens[number] = row.citizen_share
        country = next(c for c in scenario.countries if c.id == lane.country)
        admitted = [names.index(name) for name in country.admits]
        tourist = names.index("tourist") if "tourist" in names else -1
        if row.tourist_share > 0 and tourist >= 0:
            ordinary[number, tourist] = rate * row.tourist_share
            others = [n for n in admitted if n != tourist] or [0]
            ordinary[number, others[0]] += rate * (1.0 - row.tourist_share)
        else:
            others = [n for n in admitted if n != tourist] or [0]
            ordinary[number, others[0]] = rate
    return ordinary, citizens


def scale_traffic(
    ordinary: NDArray[np.float64], lanes: Sequence[Station], scenario: Scenario, old: Scenario | None
) -> NDArray[np.float64]:
    """Apply the factors of ordinary traffic, relative to those of ``old``; shape (hour, lane, class)."""
    names = [one.id for one in scenario.visa_classes]
    tourist = names.index("tourist") if "tourist" in names else -1
    by_lane = ordinary.sum(axis=0)
    factor = np.ones_like(by_lane)
    for number, lane in enumerate(lanes):
        factor[number] = _ratio(scenario, old, "ordinary", lane.country)
        odds = _ratio(scenario, old, "tourists", lane.country)
        total = by_lane[number].sum()
        if odds != 1.0 and tourist >= 0 and total > 0:
            share = by_lane[number, tourist] / total
            new = odds * share / (1.0 - share + odds * share)
            others = (1.0 - new) / (1.0 - share) if share < 1.0 else 1.0
            factor[number] *= np.where(np.arange(len(names)) == tourist, new / share if share > 0 else 1.0, others)
    return np.ascontiguousarray(ordinary * factor[None])


def _ratio(scenario: Scenario, old: Scenario | None, kind: str, country: str) -> float:
    before = 1.0 if old is None else old.factor(kind, country)
    return scenario.factor(kind, country) / before if before > 0 else 0.0
