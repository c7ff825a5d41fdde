"""Everything of a Flee run that is known before its first day, as flat arrays for the kernel.

Types of places, scores, chances to leave, open roads and departures follow from the tables alone, day by day, in Flee's
order of operations. Days with the same rules share an era.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import Problem, ScenarioError
from borderflow.flee.counts import Counts
from borderflow.flee.groups import Group, make_groups, shares_of
from borderflow.flee.paths import Paths, find_paths
from borderflow.flee.settings import FloodRules, Settings
from borderflow.flee.stages import find_stages
from borderflow.flee.tables import FEW, Road, Tables
from borderflow.places import great_circle_km

if TYPE_CHECKING:
    from borderflow.kernels import cells

__all__ = ["Compiled", "compile_calendar"]

FINEST_KM = Fraction(1, 100_000)  # lengths and speeds are rounded to a centimetre
MOST_ROADS = 1_000  # that people can take on one day
_MOST_PEOPLE = 2.0**53  # counted exactly
FEW_PEOPLE = 8  # in a cell: one by one they cost less
RADIUS = 6373.0 / 6371.0088  # Flee's Earth against ours


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
    _check_roads(tables, settings)
    unit = _unit(tables, settings)
    markers = [place.type == "marker" for place in tables.places]
    paths = find_paths(
        len(tables.places), roads, markers, settings.awareness_level, fixed=settings.fixed_routes, majors=tables.majors
    )
    groups = make_groups(tables, settings)
    world = _World(tables, settings)
    camps = tuple(n for n in range(len(tables.places)) if settings.flood_zone_spawning_only or world.camp[n])
    data = _data(tables, counts, camps, settings)
    totals, raw, debt = _departures(tables, counts, settings)
    days = _Eras(tables, settings, paths, groups, _base_scores(world, 0))
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
    world_days = world.run()
    for day, weights in enumerate(world_days):
        spawn[day] = weights
        capacity += [_attribute(tables, place, "capacity_per_day") for place in range(len(tables.places))]
        days.add(world, day, capacity)
    _check_sources(tables, settings, totals, spawn)
    rules = days.rules()
    _check_numbers(settings, world.population, paths, days.nearness, rules, spawn)
    return Compiled(
        geography=_geography(tables, settings, paths, unit),
        rules=rules,
        sources=cells.Sources(
            era=np.array(days.era, np.int64),
            shut_at=_starts(world.shut),
            shut=_flat(world.shut),
            total=totals,
            weight=spawn,
            group_share=shares_of(tables, groups),
            initial=initial,
            population=world.population,
        ),
        law=_law(roads, paths, settings, unit),
        camps=camps,
        unit_km=float(unit),
        data=data,
        raw=raw,
        debt=debt,
    )


# ---------------------------------------------------------------------------------------------------------------------
# Lengths


def _check_roads(tables: Tables, settings: Settings) -> None:
    """Refuse roads so short that people could go back and forth on them all day, without end where one has no length.

    Flee calls itself once more for each road that a person takes on a day, and Python stops that at 1,000.
    """
    for road in tables.roads:
        speed = max(road.speed or settings.max_move_speed, settings.max_walk_speed)
        if road.km * MOST_ROADS < speed:
            ends = f"{tables.places[road.start].name} to {tables.places[road.end].name}"
            wrong = (
                f"is {road.km:g} km long, and people who cover {speed:g} km a day could take it more than "
                f"{MOST_ROADS:,} times, where Flee stops; {speed / MOST_ROADS:g} km or more would be right"
            )
            raise ScenarioError([Problem("routes.csv", ends, wrong)])


def _unit(tables: Tables, settings: Settings) -> Fraction:
    """Return the longest length in which every road and every speed is whole."""
    lengths = [road.km for road in tables.roads] + [road.speed for road in tables.roads if road.speed is not None]
    lengths += [settings.max_move_speed, settings.max_walk_speed]
    steps = [round(Fraction(str(km)) / FINEST_KM) for km in lengths]
    return FINEST_KM * reduce(gcd, steps, 0)


def _geography(tables: Tables, settings: Settings, paths: Paths, unit: Fraction) -> cells.Geography:
    from borderflow.kernels import cells

    def whole(km: float) -> int:
        return int(round(Fraction(str(km)) / FINEST_KM) * FINEST_KM / unit)

    options = paths.options
    places = tables.places
    base = _nearness(tables, settings, paths)
    near = np.ones(len(options))
    if settings.stay_close_to_home and options:
        ends = [(places[o.start], places[o.end]) for o in options]
        # Flee takes the fourth column for the longitude, whatever it holds
        apart = RADIUS * great_circle_km(
            [a.y for a, _ in ends], [a.x for a, _ in ends], [b.y for _, b in ends], [b.x for _, b in ends]
        )
        near = 1.0 / np.maximum(1.0, apart) ** settings.home_distance_power
    links = [
        [road.start, road.end, whole(road.km), whole(road.speed or settings.max_move_speed)] for road in tables.roads
    ]
    return cells.Geography(
        link=np.array(links, np.uint32).reshape(-1, 4),
        walk_share=np.array([road.walk_share for road in tables.roads], float),
        option_at=np.array(paths.first, np.int64),
        option=np.array([(option.end, option.route) for option in options], np.int64).reshape(-1, 2),
        option_factor=np.stack([base, near], axis=1),
        route=np.stack(
            [
                np.append(paths.end, -1),
                np.append(paths.rest, 0),
                _starts(paths.hops),
                np.append(paths.start, -1),
                np.append(paths.next, -1),
            ],
            axis=1,
        ).astype(np.int64),
        hop=_flat(paths.hops),
        step=_stages(tables, settings, links, whole(settings.max_walk_speed)),
    )


def _stages(tables: Tables, settings: Settings, links: Sequence[Sequence[int]], walk: int) -> NDArray[np.int32]:
    speeds = [
        {link[3], walk} if road.walk_share > 0 else {link[3]} for link, road in zip(links, tables.roads, strict=True)
    ]
    return find_stages(len(tables.places), np.array(links, np.uint32).reshape(-1, 4), speeds)


def _nearness(tables: Tables, settings: Settings, paths: Paths) -> NDArray[np.float64]:
    """Return what the length of each option makes of its weight."""
    km = np.array([sum(tables.roads[n].km for n in option.roads) + option.more_km for option in paths.options], float)
    with np.errstate(divide="ignore"):
        return np.asarray((settings.softening + km) ** -settings.distance_power)


def _starts(lists: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    return np.append(0, np.cumsum([len(one) for one in lists])).astype(np.int64)


def _flat(lists: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    return np.array([n for one in lists for n in one], np.int64)


def _law(roads: Sequence[Road], paths: Paths, settings: Settings, unit: Fraction) -> cells.Law:
    from borderflow.kernels import cells

    modes = {"": cells.BY_TOTAL, "constant": cells.BY_PLACE, "poisson": cells.BY_POISSON, "pop_ratio": cells.BY_SHARE}
    mode = settings.flood_spawn_mode if settings.flood_zone_spawning_only else settings.spawn_mode
    steps = [
        round(Fraction(str(km)) / FINEST_KM) * FINEST_KM / unit
        for km in (settings.max_move_speed, settings.max_walk_speed)
    ]
    return cells.Law(
        speed=int(steps[0]),
        walk_speed=int(steps[1]),
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
    )


def _attribute(tables: Tables, place: int, name: str) -> int:
    text = tables.places[place].attributes.get(name, "")
    try:
        return int(text or 0)
    except ValueError:
        wrong = f"{name} is {text!r}; a whole number would be right"
        raise ScenarioError([Problem("locations.csv", tables.places[place].name, wrong)]) from None


# ---------------------------------------------------------------------------------------------------------------------
# Counts


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


# ---------------------------------------------------------------------------------------------------------------------
# What changes from day to day


class _World:
    """Types of places and open roads, moved from day to day in Flee's order."""

    def __init__(self, tables: Tables, settings: Settings) -> None:
        self.tables, self.settings = tables, settings
        n = len(tables.places)
        self.chance = np.ones(n)
        self.camp, self.town, self.flood_zone = (np.zeros(n, bool) for _ in range(3))
        self.conflict = np.full(n, -1.0)
        self.since = np.full(n, -1)
        self.open = np.ones(len(tables.roads), bool)
        self.shut: list[list[int]] = []
        self.population = np.array([place.population for place in tables.places], float)
        self.capacity = np.array([place.capacity for place in tables.places], np.int64)
        for at, place in enumerate(tables.places):
            kind = place.type
            if kind == "conflict" and place.conflict_date > 0:
                kind = "town"
            intensity = float(place.attributes.get("conflict_intensity") or 1.0)
            self._become(at, kind, intensity)
            if not self.camp[at] and not self.flood_zone[at] and self.chance[at] < FEW:
                self.camp[at], self.town[at] = True, False

    def _become(self, at: int, kind: str, intensity: float) -> None:
        s = self.settings
        self.camp[at] = kind in ("camp", "idpcamp")
        self.town[at] = kind == "town"
        self.flood_zone[at] = kind == "flood"
        self.conflict[at] = intensity if kind == "conflict" else -1.0
        chances = {
            "camp": s.camp_movechance, "idpcamp": s.idpcamp_movechance, "conflict": s.conflict_movechance,
            "town": s.default_movechance, "flood": s.default_movechance,
        }  # fmt: skip
        self.chance[at] = chances.get(kind, 1.0)

    def run(self) -> Any:
        """Yield, for each day, the weights of departures; the state is that of the day's moves.

        Weights that follow the counts are those left by the day before, unless a conflict zone came or went.
        """
        old = None
        for day in range(self.tables.days):
            for change in self.tables.changes:
                if change.day == day:
                    self._become(change.place, change.type, float(self.settings.default_conflict_intensity))
            changed = False
            if self.settings.flood_rules is None:
                changed = self._conflicts(day)
            lags = not (self.settings.spawn_mode or self.settings.flood_zone_spawning_only)
            weights = old if lags and old is not None and not changed else _weights(self, day)
            self.shut.append([])
            self._closures(day)
            yield weights
            old = _weights(self, day)

    def _conflicts(self, day: int) -> bool:
        changed = False
        for at, values in self.tables.conflicts.items():
            now = values[day]
            before = values[day - 1] if day else 0.0
            if now > 1e-6 and before < 1e-6:
                self.conflict[at], self.since[at] = now, day
                self.chance[at], self.town[at] = self.settings.conflict_movechance, False
                changed = True
            elif day and before >= 1e-6 and now < 1e-6:
                self.conflict[at] = -1.0
                self.chance[at], self.town[at] = self.settings.default_movechance, True
                changed = True
        return changed

    def _closures(self, day: int) -> None:
        for row in self.tables.closures:
            if day == row.start:
                self._close(row.kind, row.first, row.second, day)
            if day == row.end:
                self._reopen(row.kind, row.first, row.second)

    def _roads(self, kind: str, first: str, second: str) -> list[int]:
        tables = self.tables
        if kind == "location":
            at = tables.index(first)
            return [n for n, road in enumerate(tables.roads) if at in (road.start, road.end)]
        pairs = [(tables.places[road.start].country, tables.places[road.end].country) for road in tables.roads]
        return [n for n in range(len(pairs)) if pairs[n] in ((first, second), (second, first))]

    def _close(self, kind: str, first: str, second: str, day: int) -> None:
        if kind in ("camp", "idpcamp"):
            at = self.tables.index(first)
            assert at is not None
            self.camp[at], self.town[at], self.conflict[at] = False, True, -1.0
            self.chance[at] = self.settings.default_movechance
            return
        for n in self._roads(kind, first, second):
            if self.open[n]:
                self.open[n] = False
                self.shut[day].append(n)

    def _reopen(self, kind: str, first: str, second: str) -> None:
        if kind in ("camp", "idpcamp"):
            at = self.tables.index(first)
            assert at is not None
            self.camp[at], self.town[at] = True, False
            self.chance[at] = self.settings.camp_movechance if kind == "camp" else self.settings.idpcamp_movechance
            return
        self.open[self._roads(kind, first, second)] = True

    def decay(self, day: int) -> NDArray[np.float64]:
        """Return the factor by which conflicts have faded."""
        steps = self.settings.conflict_spawn_decay
        if not steps:
            return np.ones(len(self.since))
        index = (day - self.since) // self.settings.conflict_spawn_decay_interval
        return np.asarray(np.array(steps)[np.clip(index, 0, len(steps) - 1)])

    def ipc(self, day: int) -> NDArray[np.float64]:
        """Return the share of people short of food."""
        out = np.zeros(len(self.chance))
        for at, values in self.tables.ipc.items():
            out[at] = values[day] / 100.0
        return out


def _weights(world: _World, day: int) -> NDArray[np.float64]:
    """Return what departures of a day are shared by; where people are taken from the population, per person of it."""
    s = world.settings
    at_war = world.conflict > 0
    if s.flood_zone_spawning_only:
        level = np.array([int(world.tables.flood.get(at, (0,) * (day + 1))[day]) for at in range(len(at_war))])
        rate = [_on_list(s.displaced_per_flood_day, f, "displaced_per_flood_day") if f > 0 else 0.0 for f in level]
        return np.array([int(one) if s.flood_spawn_mode != "pop_ratio" else one for one in rate], float)
    if s.spawn_mode:
        return np.where(at_war, s.displaced_per_conflict_day * world.conflict, 0.0)
    per_person = np.where(at_war, world.conflict * world.decay(day), 0.0)
    if s.starvation_driven_spawning and day > 0:
        per_person = per_person + world.ipc(day)
    return per_person if s.take_from_population else per_person * world.population


def _on_list(values: Sequence[float], level: int, name: str) -> float:
    """Return the entry of a flood level; the last entry of a list cannot be used, as in Flee."""
    if not 0 <= level < len(values) - 1:
        wrong = f"flood level {level} needs a list of {level + 2} numbers or more, found {len(values)}; Flee stops here"
        raise ScenarioError([Problem("flood_level.csv", name, wrong)])
    return float(values[level])


class _Eras:
    """Collects what holds on each day; equal days are kept once."""

    def __init__(
        self,
        tables: Tables,
        settings: Settings,
        paths: Paths,
        groups: Sequence[Group],
        yesterday: NDArray[np.float64],
    ) -> None:
        self.yesterday = yesterday
        self.nearness = _nearness(tables, settings, paths)
        self.tables, self.settings, self.paths, self.groups = tables, settings, paths, groups
        self.era: list[int] = []
        self.known: dict[bytes, int] = {}
        self.rows: list[dict[str, NDArray[Any]]] = []
        options = paths.options
        # a long route may begin where people are: one more road stands for none, and is always open
        roads = [option.roads or (len(tables.roads),) for option in options]
        self.flat_roads = _flat(roads)
        self.road_starts = _starts(roads)[:-1]

    def add(self, world: _World, day: int, capacity: NDArray[np.int64]) -> None:
        base = _base_scores(world, day)
        flood_end, flood_leave = _flood_factors(world, day)
        score = np.array(
            [
                base**group.hazard * flood_end * (group.awareness if _forecasting(world, day) else 1.0)
                for group in self.groups
            ]
        )
        row = {
            "score": score,
            "leave": _chances(world, day, capacity, flood_leave, self.groups),
            "kind": np.stack([world.town, world.camp], axis=1).astype(np.uint8),
            "capacity": np.where(capacity > 0, capacity * self.settings.capacity_scaling, 0.0),
            "option_open": self._open_options(world.open),
            "link_open": world.open.astype(np.uint8),
            "known": np.zeros(0),
        }
        if self.settings.fixed_routes:
            row["known"] = self._table_of_routes(base, flood_end, row["option_open"])
        self.yesterday = base
        key = b"".join(np.ascontiguousarray(part).tobytes() for part in row.values())
        if key not in self.known:
            self.known[key] = len(self.rows)
            self.rows.append(row)
        self.era.append(self.known[key])

    def _open_options(self, is_open: NDArray[np.bool_]) -> NDArray[np.uint8]:
        if not len(self.flat_roads):
            return np.zeros(0, np.uint8)
        with_none = np.append(is_open, True).astype(np.uint8)
        return np.minimum.reduceat(with_none[self.flat_roads], self.road_starts)

    def _table_of_routes(
        self, base: NDArray[np.float64], flood: NDArray[np.float64], is_open: NDArray[np.uint8]
    ) -> NDArray[np.float64]:
        """Return the weight of the best way to each goal, -1 for the others.

        Flee makes the table of a place while it goes through the places in their order, so that those after it still
        have the score of the day before. A long route counts only where no other way leads to its end.
        """
        s, out = self.settings, np.full(len(self.paths.options), -1.0)
        best: dict[tuple[int, int], int] = {}
        for n, option in enumerate(self.paths.options):
            score = (base if option.end <= option.start else self.yesterday)[option.end] * flood[option.end]
            weight = ((s.weight_softening + score) * self.nearness[n]) ** s.weight_power
            pair = (option.start, option.end)
            if not is_open[n] or (pair in best and (option.long or weight <= out[best[pair]])):
                continue
            if pair in best:
                out[best[pair]] = -1.0
            best[pair], out[n] = n, weight
        return out

    def _watchers(self, capacity: NDArray[np.float64]) -> list[list[int]]:
        """Return, for each place with a capacity on any day, the places from which it can be chosen."""
        out: list[list[int]] = [[] for _ in self.tables.places]
        ever = capacity.max(axis=0) >= 1.0
        for start, end in sorted({(option.start, option.end) for option in self.paths.options}):
            if ever[end]:
                out[end].append(start)
        return out

    def rules(self) -> cells.Rules:
        from borderflow.kernels import cells

        stacked = {name: np.stack([row[name] for row in self.rows]) for name in self.rows[0]}
        watch = self._watchers(stacked["capacity"])
        limited = np.zeros(len(watch), np.uint8)
        limited[_flat(watch)] = 1
        return cells.Rules(
            **stacked,
            limited=limited,
            watch_at=_starts(watch),
            watch=_flat(watch),
        )


def _base_scores(world: _World, day: int) -> NDArray[np.float64]:
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
            score[at] *= _on_list(s.flood_rules.location_weights, level, "flood_loc_weights")
            if _forecasting(world, day) and at in world.tables.flood:
                score[at] = 0.0  # Flee asks for an attribute that does not exist
    return score


def _pull(name: str, attributes: Mapping[str, str]) -> float:
    try:
        return 1.0 + float(attributes["trade_volume"]) + float(attributes["hdi"]) ** 2
    except (KeyError, ValueError):
        wrong = "use_economic_pull needs columns trade_volume and hdi with numbers for every foreign place"
        raise ScenarioError([Problem("locations.csv", name, wrong)]) from None


def _forecasting(world: _World, day: int) -> bool:
    rules = world.settings.flood_rules
    return rules is not None and rules.forecaster and rules.timescale > 1 and day <= rules.end_time


def _flood_factors(world: _World, day: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the factor of each place as a goal, and of its chance to leave; NaN where a flood sets the chance."""
    rules = world.settings.flood_rules
    goal, leave = np.ones(len(world.chance)), np.ones(len(world.chance))
    if rules is None:
        return goal, leave
    for at, levels in world.tables.flood.items():
        level = int(levels[day])
        if level > 0:
            goal[at] *= _on_list(rules.location_weights, level, "flood_loc_weights")
        if _forecasting(world, day):
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
            today += weight * _on_list(rules.location_weights, int(levels[day]), "flood_loc_weights")
            coming += weight * _on_list(rules.location_weights, int(levels[at]), "flood_loc_weights")
        if at == rules.end_time:
            break
    return today, coming


def _chances(
    world: _World,
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
                constant[at], live[at] = _on_list(s.flood_rules.movechances, level, "flood_movechances"), 0.0
    if s.awareness_level == 0:
        constant, live = 0 * constant, 0 * live
    watching = _forecasting(world, day)
    out = np.zeros((len(groups), len(constant), 2))
    for n, group in enumerate(groups):
        factor = flood * group.awareness if watching else flood
        out[n, :, 0], out[n, :, 1] = constant * factor, live * factor
    return out
