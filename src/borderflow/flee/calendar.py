"""Everything of a Flee run that is known before its first day, as flat arrays for the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import Problem, ScenarioError
from borderflow.flee.counts import Counts
from borderflow.flee.eras import Eras
from borderflow.flee.groups import make_groups, shares_of
from borderflow.flee.lengths import check_roads, find_unit, flat, lay_out, starts, whole_units
from borderflow.flee.paths import Paths, find_paths
from borderflow.flee.scores import base_scores
from borderflow.flee.settings import Settings
from borderflow.flee.tables import Road, Tables
from borderflow.flee.world import World

if TYPE_CHECKING:
    from borderflow.kernels import cells

__all__ = ["Compiled", "ages_of_cells", "compile_calendar"]

_MOST_PEOPLE = 2.0**53  # counted exactly
FEW_PEOPLE = 16  # in a cell: one by one they cost less
_MANY_PEOPLE = 200_000  # with so many, cells cost more than a finer order of creation is worth


@dataclass(frozen=True)
class Compiled:
    """Arrays for the kernel and what is needed to read its results.

    Parameters
    ----------
    geography, rules, sources, law
        Arguments of `borderflow.kernels.daily.simulate`.
    camps : tuple of int
        Places with a column in ``out.csv``, in the order of the file.
    unit_km : float
        Kilometres of one unit of length.
    data : numpy.ndarray
        Counts by day and camp.
    raw, debt : numpy.ndarray
        Sum of changes of the counts, and decreases still to be paid, by day.
    """

    geography: cells.Geography
    rules: cells.Rules
    sources: cells.Sources
    law: cells.Law
    camps: tuple[int, ...]
    unit_km: float
    data: NDArray[np.int64]
    raw: NDArray[np.int64]
    debt: NDArray[np.int64]


def compile_calendar(tables: Tables, counts: Counts | None, settings: Settings) -> Compiled:
    """Compile tables, counts and settings.

    Raises
    ------
    ScenarioError
        For what Flee could not run either: a camp without counts, nobody to leave from, a flood level off its list.
    """
    from borderflow.kernels import cells

    roads = tables.roads
    check_roads(tables, settings)
    unit = find_unit(tables, settings)
    markers = [place.type == "marker" for place in tables.places]
    paths = find_paths(
        len(tables.places), roads, markers, settings.awareness_level, fixed=settings.fixed_routes, majors=tables.majors
    )
    groups = make_groups(tables, settings)
    world = World(tables, settings)
    camps = tuple(n for n in range(len(tables.places)) if settings.flood_zone_spawning_only or world.camp[n])
    data = _data(tables, counts, camps, settings)
    totals, raw, debt = _departures(tables, counts, settings)
    days = Eras(tables, settings, paths, groups, base_scores(world, 0))
    capacity = world.capacity.copy()
    initial = np.zeros(len(tables.places), np.int64)
    for column, place in enumerate(camps):
        if not settings.empty_camps_on_day0 and world.camp[place]:
            initial[place] = (data[0, column] if settings.insert_day0 else 0) + _attribute(
                tables, place, "initial_idps"
            )
    if settings.insert_day0 and not settings.spawn_mode and counts is not None:
        for column, place in enumerate(camps):
            if capacity[place] > 0:
                capacity[place] -= data[0, column]
    spawn = np.zeros((tables.days, len(tables.places)))
    capacity_per_day = np.array([_attribute(tables, place, "capacity_per_day") for place in range(len(tables.places))])
    for day, weights in enumerate(world.run()):
        spawn[day] = weights
        capacity += capacity_per_day
        days.add(world, day, capacity)
    _check_sources(tables, settings, totals, spawn)
    rules = days.rules()
    _check_numbers(settings, world.population, paths, days.nearness, rules, spawn)
    return Compiled(
        geography=lay_out(tables, settings, paths, unit),
        rules=rules,
        sources=cells.Sources(
            era=np.array(days.era, np.int64),
            shut_at=starts(world.shut),
            shut=flat(world.shut),
            total=totals,
            weight=spawn,
            group_share=shares_of(tables, groups),
            initial=initial,
            population=world.population,
        ),
        law=_law(roads, paths, settings, unit, days=tables.days, people=float(totals.sum() + initial.sum())),
        camps=camps,
        unit_km=float(unit),
        data=data,
        raw=raw,
        debt=debt,
    )


def ages_of_cells(people: float) -> int:
    """Return how many ages of cells there are for each doubling of the days since people set out.

    Examples
    --------
    >>> ages_of_cells(100_000), ages_of_cells(10_000_000)
    (2, 1)
    """
    return 2 if people < _MANY_PEOPLE else 1


def _law(
    roads: Sequence[Road], paths: Paths, settings: Settings, unit: Fraction, *, days: int, people: float
) -> cells.Law:
    from borderflow.kernels import cells

    modes = {"": cells.BY_TOTAL, "constant": cells.BY_PLACE, "poisson": cells.BY_POISSON, "pop_ratio": cells.BY_SHARE}
    mode = settings.flood_spawn_mode if settings.flood_zone_spawning_only else settings.spawn_mode
    return cells.Law(
        speed=whole_units(settings.max_move_speed, unit),
        walk_speed=whole_units(settings.max_walk_speed, unit),
        avoid_short_stints=settings.avoid_short_stints,
        start_on_foot=settings.start_on_foot,
        weight_softening=settings.weight_softening,
        weight_power=settings.weight_power,
        pruning=settings.pruning_threshold,
        buffer=settings.capacity_buffer,
        take=settings.take_from_population,
        spawn_mode=modes[mode],
        population_weight=settings.use_pop_for_loc_weight,
        population_power=settings.pop_power_for_loc_weight,
        population_base=settings.movechance_pop_base,
        population_scale=settings.movechance_pop_scale_factor if settings.take_from_population else 0.0,
        capacity_scaling=settings.capacity_scaling,
        fixed_routes=settings.fixed_routes,
        some_walk=any(road.walk_share > 0 for road in roads),
        some_routes=any(paths.rest),
        few=FEW_PEOPLE,
        age_days=-(-days // (cells.AGES - 1)),
        ages=ages_of_cells(people),
    )


def _attribute(tables: Tables, place: int, name: str) -> int:
    text = tables.places[place].attributes.get(name, "")
    try:
        return int(text or 0)
    except ValueError:
        wrong = f"{name} is {text!r}; a whole number would be right"
        raise ScenarioError([Problem("locations.csv", tables.places[place].name, wrong)]) from None


def _data(tables: Tables, counts: Counts | None, camps: Sequence[int], settings: Settings) -> NDArray[np.int64]:
    out = np.zeros((tables.days, len(camps)), np.int64)
    if counts is None or settings.flood_zone_spawning_only:
        return out
    missing = [tables.places[place].name for place in camps if tables.places[place].name not in counts.names]
    if missing:
        wrong = f"camp {missing[0]!r} of locations.csv has no row, without which Flee stops"
        raise ScenarioError([Problem("data_layout.csv", "", wrong)])
    for column, place in enumerate(camps):
        out[:, column] = [counts.value(tables.places[place].name, day) for day in range(tables.days)]
    return out


def _departures(
    tables: Tables, counts: Counts | None, settings: Settings
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return departures, raw total and debt by day, where departures follow the counts."""
    zero = np.zeros(tables.days, np.int64)
    if settings.spawn_mode or settings.flood_zone_spawning_only or counts is None:
        return zero, zero.copy(), zero.copy()
    if not settings.sum_from_camps and "total" not in counts.names:
        raise ScenarioError([Problem("data_layout.csv", "", "has no row total, which sum_from_camps: False needs")])
    change = counts.driver(
        tables.days, sum_from_camps=settings.sum_from_camps, empty_at_start=settings.empty_camps_on_day0
    )
    leave, debts, owed = [], [], 0
    for day, step in enumerate(change):
        n = 0 if settings.insert_day0 and day == 0 else step - owed
        owed = max(0, -n)
        leave.append(max(0, n))
        debts.append(owed)
    return np.array(leave, np.int64), np.cumsum(change).astype(np.int64), np.array(debts, np.int64)


def _check_sources(tables: Tables, settings: Settings, totals: NDArray[np.int64], weights: NDArray[np.float64]) -> None:
    """Refuse what Flee stops at: a day on which departures follow the counts and no place has a weight."""
    if settings.spawn_mode or settings.flood_zone_spawning_only:
        return
    empty = np.flatnonzero(weights.sum(axis=1) <= 0)
    if len(empty):
        wrong = (
            f"on day {empty[0]} no conflict zone has people to leave from, where Flee stops; "
            "give a conflict zone a population and an intensity on that day"
        )
        raise ScenarioError([Problem("conflicts.csv", "", wrong)])


def _check_numbers(
    settings: Settings,
    population: NDArray[np.float64],
    paths: Paths,
    nearness: NDArray[np.float64],
    rules: cells.Rules,
    weights: NDArray[np.float64],
) -> None:
    """Refuse settings whose products no number holds: people are shared by them, and infinity has no share."""
    end = np.array([option.end for option in paths.options], int)
    power = settings.pop_power_for_loc_weight if settings.use_pop_for_loc_weight else 0.0
    with np.errstate(all="ignore"):
        score = rules.score[:, :, end] * np.maximum(1.0, population[end]) ** power
        ways = ((settings.weight_softening + score) * nearness) ** settings.weight_power
        beyond = {
            "the weight of a way": not np.isfinite(ways.sum(axis=-1)).all(),
            "a chance to leave": not np.isfinite(rules.leave).all(),
            "the people who set out on a day": not (np.abs(weights).sum(axis=1) < _MOST_PEOPLE).all(),
        }
    for what, wrong in beyond.items():
        if wrong:
            told = f"{what} is beyond what a number holds; settings or intensities nearer to 1 would be right"
            raise ScenarioError([Problem(settings.file or "simsetting.yml", "", told)])
