"""Demand: shocks to the departure rate and call-ups, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from borderflow.network import Network, distance_to
from borderflow.rules.reach import Span
from borderflow.scenario import CallUp, ExitRule, Scenario, Shock

__all__ = ["CALL_HOURS", "ShockReach", "call_ups", "count_areas", "reach_of_shock", "shock_shape", "sum_shocks"]

CALL_HOURS = (6, 9, 12)  # UTC hours at which notices of the day are counted
Floats = NDArray[np.float64]


def shock_shape(hours_since: Floats, rise_hours: ArrayLike, half_life_days: float) -> Floats:
    """Return the shape of a shock: ``(1 - exp(-t / rise)) * 2**(-t / half_life)``, scaled to a peak of 1.

    Parameters
    ----------
    hours_since : numpy.ndarray
        Hours since the shock began; negative values give 0.
    rise_hours : float or numpy.ndarray
        Time constant of the rise: preparing to leave takes time.
    half_life_days : float
        Half-life of the decay.

    Examples
    --------
    >>> shape = shock_shape(np.array([-1.0, 0.0, 1000.0]), 12.0, 5.0)
    >>> shape[:2].tolist(), bool(0 < shape[2] < 0.01)
    ([0.0, 0.0], True)
    """
    rise, decay = np.maximum(rise_hours, 1e-6), half_life_days * 24.0 / np.log(2.0)
    at = np.maximum(hours_since, 0.0)
    peak_at = rise * np.log1p(decay / rise)
    peak = (1.0 - np.exp(-peak_at / rise)) * np.exp(-peak_at / decay)
    shape: Floats = (1.0 - np.exp(-at / rise)) * np.exp(-at / decay) / peak
    return np.where(hours_since < 0, 0.0, shape)


@dataclass(frozen=True)
class ShockReach:
    """Which areas a shock touches, and how far each lies from it in km."""

    areas: NDArray[np.int64] | slice
    far: Floats


def reach_of_shock(network: Network, shock: Shock) -> ShockReach:
    """Return which areas (sets of origins alike to all shocks) a shock touches."""
    of_origin = network.arrays.people.origin_area
    firsts = [network.origins[int(np.argmax(of_origin == area))] for area in range(count_areas(network))]
    areas = [area for area, origin in enumerate(firsts) if not shock.origins or origin in shock.origins]
    far = [distance_to(network.scenario, firsts[area], shock) for area in areas]
    return ShockReach(slice(None) if len(areas) == len(firsts) else np.array(areas, np.int64), np.array(far))


def count_areas(network: Network) -> int:
    """Return the number of sets of origins that are alike to all shocks."""
    return int(network.arrays.people.origin_area.max()) + 1 if len(network.origins) else 1


def sum_shocks(
    scenario: Scenario,
    areas: int,
    shocks: Sequence[tuple[Shock, Span, ShockReach]],
    rules: Sequence[tuple[ExitRule, Span]],
) -> tuple[Floats, Floats]:
    """Return 1 + sum of shocks (area, group, hour) and the sum of their shapes, at most 1."""
    hours, value = scenario.hours, scenario.value
    shock = np.ones((areas, len(scenario.groups), hours))
    intensity = np.zeros(hours)
    steps: Floats = np.arange(hours, dtype=float) + 0.5
    for event, span, reach in shocks:
        since, half_life, rise = steps - span.low, value(event.half_life_days), value(event.rise_hours)
        lasts = steps < span.high
        intensity += np.where(lasts, shock_shape(since, rise, half_life), 0.0)
        far = (reach.far / value(event.reach_km))[:, None]
        shape = np.where(lasts, shock_shape(since, rise * (1.0 + far), half_life), 0.0) * np.exp(-far)
        factors = [value(event.amplitude) * value(event.groups.get(group.id, 1.0)) for group in scenario.groups]
        shock[reach.areas] += np.array(factors)[None, :, None] * shape[:, None, :]
    for rule, span in rules:
        # whoever will not go without a barred husband, father or son stays, too
        staying = np.array([value(rule.staying.get(group.id, 0.0)) for group in scenario.groups])
        shock[:, :, (steps > span.low) & (steps < span.high)] *= 1.0 - staying[None, :, None]
    return shock, np.minimum(intensity, 1.0)


def call_ups(
    network: Network, scenario: Scenario, calls: Sequence[tuple[CallUp, Span, int]]
) -> tuple[Floats, Floats, float, Floats]:
    """Return how people are called up.

    The number called in the slots of day ``d`` is proportional to ``exp(-3 d / days)``: the first days are the
    busiest. The hazard of a slot is its number over the pool that the slots before have left, times the origin's
    weight, so that the national quota is met; people who left meanwhile make the number smaller.

    Parameters
    ----------
    network : Network
    scenario : Scenario
        The network's, or one with other values.
    calls : sequence of (CallUp, Span, int)
        With when each is on, and from which step people are sent home.

    Returns
    -------
    rate : numpy.ndarray
        Probability of being called, by hour and rule (eligible, outside), for an origin of weight 1.
    weight : numpy.ndarray
        Factor by origin and rule, with mean 1 over the pool.
    returnable : float
        Share of the wrongly called who will be sent home.
    back : numpy.ndarray
        Hazard by hour of those to come home.
    """
    hours, value = scenario.hours, scenario.value
    rate, weight = np.zeros((hours, 2)), np.ones((len(network.origins), 2))
    back, returnable = np.zeros(hours), 0.0
    rules = ("eligible", "outside")
    of_rule = np.array([[group.call_up == rule for rule in rules] for group in scenario.groups], np.int64)
    pools = (network.home @ of_rule).astype(float)
    for event, span, homewards in calls:
        days = max(value(event.days), 1.0)
        raw = np.array([value(event.regional_weights.get(origin, 1.0)) for origin in network.origins])
        slots = _slots(scenario, span.low, span.low + int(np.ceil(days * 24)))
        pace = np.exp(-3.0 * (slots - span.low) / (24.0 * days))
        during = (slots >= 0) & (slots < min(span.high, hours))
        wrong = value(event.share_wrong)
        for rule, share in enumerate((1.0 - wrong, wrong)):
            total = float(pools[:, rule] @ raw)
            weight[:, rule] = raw * pools[:, rule].sum() / total if total > 0 else 1.0
            number = value(event.quota) * share * pace / pace.sum()
            left = pools[:, rule].sum() - np.r_[0.0, np.cumsum(number)[:-1]]
            hazard = np.where(left > 0, number / np.maximum(left, 1.0), 1.0) if pools[:, rule].any() else 0.0 * number
            rate[slots[during], rule] = np.minimum(hazard[during], 1.0)
        returnable = value(event.share_returned)
        slot_days = value(event.return_delay_days) * len(CALL_HOURS)
        back[_slots(scenario, max(homewards, 0), hours)] = 1.0 - np.exp(-1.0 / max(slot_days, 1e-6))
    return rate, weight, returnable, back


def _slots(scenario: Scenario, low: int, high: int) -> NDArray[np.int64]:
    """Return the steps between two at which notices are counted."""
    steps = np.arange(low, high)
    return steps[np.isin((steps + scenario.start.hour) % 24, CALL_HOURS)]
