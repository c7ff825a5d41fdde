"""Scores of places and chances to leave them, by the settings, hunger and floods of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import Problem, ScenarioError
from borderflow.flee.groups import Group
from borderflow.flee.settings import FloodRules
from borderflow.flee.world import World, on_list

__all__ = ["base_scores", "chances", "flood_factors", "is_forecasting"]


def base_scores(world: World, day: int) -> NDArray[np.float64]:
    """Return the score of every place today."""
    s, places = world.settings, world.tables.places
    foreign = np.array([place.foreign for place in places])
    score = np.ones(len(places))
    if s.use_economic_pull:
        score[foreign] *= [_pull(place.name, place.attributes) for place in places if place.foreign]
    score[foreign] *= s.foreign_weight
    if s.avoid_food_deprived_locations and day > 0:
        score *= np.where(foreign, 1.0, 1.0 - world.ipc(day) ** 2)
    score[world.camp] *= s.camp_weight
    at_war = world.conflict > 0
    with np.errstate(over="ignore"):  # refused afterwards, see _check_numbers
        score *= np.where(at_war, s.conflict_weight ** (world.decay(day) * world.conflict), 1.0)
    if s.flood_rules is not None:
        for at in np.flatnonzero(world.flood_zone).tolist():
            level = int(world.tables.flood[at][day]) if at in world.tables.flood else 0
            score[at] *= on_list(s.flood_rules.location_weights, level, "flood_loc_weights")
            if is_forecasting(world, day) and at in world.tables.flood:
                score[at] = 0.0  # Flee asks for an attribute that does not exist
    return score


def _pull(name: str, attributes: Mapping[str, str]) -> float:
    try:
        return 1.0 + float(attributes["trade_volume"]) + float(attributes["hdi"]) ** 2
    except (KeyError, ValueError):
        wrong = "use_economic_pull needs columns trade_volume and hdi with numbers for every foreign place"
        raise ScenarioError([Problem("locations.csv", name, wrong)]) from None


def is_forecasting(world: World, day: int) -> bool:
    """Tell whether people look at the flood forecast today."""
    rules = world.settings.flood_rules
    return rules is not None and rules.forecaster and rules.timescale > 1 and day <= rules.end_time


def flood_factors(world: World, day: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the factor of each place as a goal, and of its chance to leave; NaN where a flood sets the chance."""
    rules = world.settings.flood_rules
    goal, leave = np.ones(len(world.chance)), np.ones(len(world.chance))
    if rules is None:
        return goal, leave
    for at, levels in world.tables.flood.items():
        level = int(levels[day])
        if level > 0:
            goal[at] *= on_list(rules.location_weights, level, "flood_loc_weights")
        if is_forecasting(world, day):
            today, coming = _forecast(rules, levels, day)
            goal[at] *= today**2 / rules.timescale
            leave[at] *= coming / rules.timescale
    return goal, leave


def _forecast(rules: FloodRules, levels: Sequence[float], day: int) -> tuple[float, float]:
    """Return the forecast as goals and as chances see it: with today's level, and with the level to come."""
    today = coming = 0.0
    for ahead in range(1, rules.timescale + 1):
        at = min(day + ahead, rules.end_time)
        if at < len(levels) and levels[at] > 0:
            if at >= len(rules.forecast_weights):
                wrong = f"day {at} needs a weight, found {len(rules.forecast_weights)}; Flee stops here"
                raise ScenarioError([Problem("settings", "flood_forecaster_weights", wrong)])
            weight = rules.forecast_weights[at]
            today += weight * on_list(rules.location_weights, int(levels[day]), "flood_loc_weights")
            coming += weight * on_list(rules.location_weights, int(levels[at]), "flood_loc_weights")
        if at == rules.end_time:
            break
    return today, coming


def chances(
    world: World,
    day: int,
    capacity: NDArray[np.int64],
    flood: NDArray[np.float64],
    groups: Sequence[Group],
) -> NDArray[np.float64]:
    """Return chances to leave, shape (group, place, 2): a constant, and what the live population multiplies."""
    s = world.settings
    constant, live = np.zeros(len(world.chance)), world.chance.copy()
    if s.movechance_pop_scale_factor and not s.take_from_population:
        size = np.maximum(world.population, capacity)
        if s.movechance_pop_scale_factor < 0 and (size <= 0).any():
            name = world.tables.places[int(np.argmin(size))].name
            wrong = "has no population, by which movechance_pop_scale_factor below 0 divides; Flee stops here"
            raise ScenarioError([Problem("locations.csv", name, wrong)])
        live *= np.maximum(size / s.movechance_pop_base, 0.0) ** s.movechance_pop_scale_factor
    if s.flee_when_starving:
        short = world.ipc(day)
        constant, live = short + (1 - short) * constant, (1 - short) * live
    if not (s.take_from_population and s.movechance_pop_scale_factor):
        constant, live = constant + live, np.zeros_like(live)
    if s.flood_rules is not None:
        for at, levels in world.tables.flood.items():
            level = int(levels[day])
            if level > 0:
                constant[at], live[at] = on_list(s.flood_rules.movechances, level, "flood_movechances"), 0.0
    if s.awareness_level == 0:
        constant, live = 0 * constant, 0 * live
    watching = is_forecasting(world, day)
    out = np.zeros((len(groups), len(constant), 2))
    for n, group in enumerate(groups):
        factor = flood * group.awareness if watching else flood
        out[n, :, 0], out[n, :, 1] = constant * factor, live * factor
    return out
