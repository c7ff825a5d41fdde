"""Roads, routes and distances of a Flee run: lengths and speeds in whole units, and what distance makes of a weight."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from math import gcd
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import Problem, ScenarioError
from borderflow.flee.paths import Paths
from borderflow.flee.settings import Settings
from borderflow.flee.stages import find_stages
from borderflow.flee.tables import Tables
from borderflow.places import great_circle_km

if TYPE_CHECKING:
    from borderflow.kernels import cells

__all__ = ["check_roads", "find_unit", "flat", "lay_out", "nearness", "starts", "whole_units"]

FINEST_KM = Fraction(1, 100_000)  # lengths and speeds are rounded to a centimetre
MOST_UNITS = 2**28  # of a day's travel: recent travel and two days' more fit into a word of a state
MOST_ROADS = 1_000  # that people can take on one day
RADIUS = 6373.0 / 6371.0088  # Flee's Earth against ours


def check_roads(tables: Tables, settings: Settings) -> None:
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


def find_unit(tables: Tables, settings: Settings) -> Fraction:
    """Return the longest length in which every road and every speed is whole.

    Raises
    ------
    ScenarioError
        Where a day's travel is more of these units than a state holds.
    """
    lengths = [road.km for road in tables.roads] + [road.speed for road in tables.roads if road.speed is not None]
    lengths += [settings.max_move_speed, settings.max_walk_speed]
    steps = [round(Fraction(str(km)) / FINEST_KM) for km in lengths]
    unit = FINEST_KM * reduce(gcd, steps, 0)
    fastest = max([settings.max_move_speed, settings.max_walk_speed, *(road.speed or 0.0 for road in tables.roads)])
    if settings.avoid_short_stints and fastest > MOST_UNITS * unit:
        wrong = (
            f"people cover {fastest:g} km a day, and lengths are told to {float(unit):g} km; of so fine a unit at most "
            f"{MOST_UNITS:,} a day can be counted; fewer decimals or a lower speed would be right"
        )
        raise ScenarioError([Problem(settings.file or "simsetting.yml", "max_move_speed", wrong)])
    return unit


def whole_units(km: float, unit: Fraction) -> int:
    """Return a length in whole units."""
    return int(round(Fraction(str(km)) / FINEST_KM) * FINEST_KM / unit)


def lay_out(tables: Tables, settings: Settings, paths: Paths, unit: Fraction) -> cells.Geography:
    """Return places, roads and routes as arrays."""
    from borderflow.kernels import cells

    options = paths.options
    places = tables.places
    base = nearness(tables, settings, paths)
    near = np.ones(len(options))
    if settings.stay_close_to_home and options:
        ends = [(places[o.start], places[o.end]) for o in options]
        # Flee takes the fourth column for the longitude, whatever it holds
        apart = RADIUS * great_circle_km(
            [a.y for a, _ in ends], [a.x for a, _ in ends], [b.y for _, b in ends], [b.x for _, b in ends]
        )
        near = 1.0 / np.maximum(1.0, apart) ** settings.home_distance_power
    links = [
        [road.start, road.end, whole_units(road.km, unit), whole_units(road.speed or settings.max_move_speed, unit)]
        for road in tables.roads
    ]
    return cells.Geography(
        link=np.array(links, np.uint32).reshape(-1, 4),
        walk_share=np.array([road.walk_share for road in tables.roads], float),
        stage=_steps(tables, settings, links),
        option_at=np.array(paths.first, np.int64),
        option=np.array([(option.end, option.route) for option in options], np.int64).reshape(-1, 2),
        option_factor=np.stack([base, near], axis=1),
        route=np.stack(
            [
                np.append(paths.end, -1),
                np.append(paths.rest, 0),
                starts(paths.hops),
                np.append(paths.start, -1),
                np.append(paths.next, -1),
            ],
            axis=1,
        ).astype(np.int64),
        hop=flat(paths.hops),
        step=_stages(tables, settings, links, whole_units(settings.max_walk_speed, unit)),
    )


def _steps(tables: Tables, settings: Settings, links: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Return what one road does to the state of those who get to its end on the day of setting out."""
    from borderflow.kernels import cells

    out = np.zeros((len(links) + 1, cells.STAGES), np.int64)
    for n, (_, end, length, speed) in enumerate(links):
        out[n] = cells.ON_ROAD, -1, n << cells.SITE_AT
        if length < speed and tables.roads[n].walk_share <= 0:
            travel = length if settings.avoid_short_stints else 0
            out[n] = (travel << cells.TRAVEL_AT) + (length << 1), speed << 1, end << cells.SITE_AT
    return out.ravel()


def _stages(tables: Tables, settings: Settings, links: Sequence[Sequence[int]], walk: int) -> NDArray[np.int32]:
    speeds = [
        {link[3], walk} if road.walk_share > 0 else {link[3]} for link, road in zip(links, tables.roads, strict=True)
    ]
    return find_stages(len(tables.places), np.array(links, np.uint32).reshape(-1, 4), speeds)


def nearness(tables: Tables, settings: Settings, paths: Paths) -> NDArray[np.float64]:
    """Return what the length of each option makes of its weight."""
    km = np.array([sum(tables.roads[n].km for n in option.roads) + option.more_km for option in paths.options], float)
    with np.errstate(divide="ignore"):
        return np.asarray((settings.softening + km) ** -settings.distance_power)


def starts(lists: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Return where each list begins when all are joined; one more for the end."""
    return np.append(0, np.cumsum([len(one) for one in lists])).astype(np.int64)


def flat(lists: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Return lists joined."""
    return np.array([n for one in lists for n in one], np.int64)
