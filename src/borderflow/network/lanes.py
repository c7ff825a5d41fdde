"""Lanes: every way over a border, to a shelter or onto a seat, post by post, as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import Problem, ScenarioError
from borderflow.network.calendars import THREE_DAYS, open_share
from borderflow.network.model import MODES, Station
from borderflow.routes import Roads
from borderflow.scenario import Lane, Link, Scenario

__all__ = ["UNLIMITED", "LaneRow", "LaneTable", "OpeningHours", "Posts", "list_lanes", "list_posts", "recorded_lanes"]

UNLIMITED = 1e9  # persons a day: a side that never holds anybody up


@dataclass(frozen=True)
class Posts:
    """Where people are counted on the way out, by number, and the services that they ride.

    Parameters
    ----------
    ids : tuple of str
        Crossings, other entry points, flights, services whose seats people wait for, havens, transit by country.
    named, air, waited : tuple of Link
        Links that are services: all, flights, those whose seats people wait for.
    services : tuple of str
        Ids of all of them, sorted.
    transit : dict
        Country -> the first town before one of the scenario's crossings there.
    """

    ids: tuple[str, ...]
    named: tuple[Link, ...]
    air: tuple[Link, ...]
    waited: tuple[Link, ...]
    services: tuple[str, ...]
    transit: dict[str, str]

    def number(self, post: str) -> int:
        """Return the number of a post."""
        return self.ids.index(post)


def list_posts(scenario: Scenario) -> Posts:
    """Number the posts of a scenario."""
    named = tuple(
        link
        for link in scenario.links
        if link.service and (link.mode != "air" or scenario.place(link.to).kind == "hub")
    )
    air = tuple(link for link in named if link.mode == "air")
    waited = tuple(link for link in named if link.waited_for)
    # a crossing without lanes leads nowhere
    with_lanes = {lane.crossing for lane in scenario.lanes}
    crossings = [p.id for p in scenario.places if p.kind == "crossing" and p.id in with_lanes]
    entries = [p.id for p in scenario.places if p.kind == "entry"]
    havens = [p.id for p in scenario.places if p.kind == "haven"]
    transit = {
        scenario.place(p.gateway).country: p.gateway
        for p in reversed(scenario.places)
        if p.kind == "crossing" and p.id in with_lanes and scenario.place(p.gateway).country != scenario.origin_country
    }
    ids = [*crossings, *entries, *(link.service for link in air), *(link.service for link in waited), *havens]
    ids += [f"onward-{country.id}" for country in scenario.countries if country.id in transit]
    return Posts(tuple(ids), named, air, waited, tuple(sorted({link.service for link in named})), transit)


class LaneRow(NamedTuple):
    """What the kernel knows of a lane."""

    post: int
    country: int
    kind: int
    mode: int
    exit_per_day: float
    entry_per_day: float
    in_vehicles: int
    hours: int  # row of the opening hours


@dataclass
class OpeningHours:
    """Opening hours, each kept once; the first are those of what never closes.

    Parameters
    ----------
    scenario : Scenario
    shares, samples : list of numpy.ndarray
        Open share of every hour of the scenario, and of the first three days.
    per_day : list of float
        Open hours a day.
    """

    scenario: Scenario
    shares: list[NDArray[np.float64]] = field(init=False)
    samples: list[NDArray[np.float64]] = field(init=False)
    per_day: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.shares, self.samples, self.per_day = [np.ones(self.scenario.hours)], [np.ones(THREE_DAYS)], [24.0]
        self._known: dict[tuple[str | None, str | None, str | None], int] = {(None, None, None): 0}

    def row(self, lane: Lane) -> int:
        """Return the row of a lane's opening hours."""
        spec = (lane.opens, lane.closes, lane.hours_zone)
        if spec not in self._known:
            assert lane.opens is not None and lane.closes is not None and lane.hours_zone is not None
            local = (lane.opens, lane.closes, lane.hours_zone, self.scenario.start)
            self._known[spec] = len(self.shares)
            self.shares.append(open_share(*local, self.scenario.hours))
            self.samples.append(open_share(*local, THREE_DAYS))
            begin, end = (sum(int(x) / 60**i for i, x in enumerate(t.split(":"))) for t in (lane.opens, lane.closes))
            self.per_day.append((end - begin) % 24 or 24.0)
        return self._known[spec]


@dataclass
class LaneTable:
    """Lanes in the order of their numbers.

    Parameters
    ----------
    scenario : Scenario
    posts : Posts
    opening : OpeningHours
    stations : list of Station
        As people read them.
    rows : list of LaneRow
    fares : dict
        Lane -> ordinary fare, thousand roubles.
    next, ride : dict
        Lane where people wait for a seat -> lane that they reach, hours from there on.
    platforms : dict
        Service -> lane where people wait for its seats.
    """

    scenario: Scenario
    posts: Posts
    opening: OpeningHours
    stations: list[Station] = field(default_factory=list)
    rows: list[LaneRow] = field(default_factory=list)
    fares: dict[int, float] = field(default_factory=dict)
    next: dict[int, int] = field(default_factory=dict)
    ride: dict[int, float] = field(default_factory=dict)
    platforms: dict[str, int] = field(default_factory=dict)

    def add(
        self, post: str, name: str, mode: str, country: str, what: str, kind: int, *, direction: str = "out",
        per_day: tuple[float, float] = (UNLIMITED, UNLIMITED), in_vehicles: bool = False, hours: int = 0,
    ) -> None:  # fmt: skip
        """Append a lane."""
        ids = [one.id for one in self.scenario.countries]
        zone = self.scenario.countries[ids.index(country)].time_zone
        self.stations.append(Station(post, name, mode, direction, country, zone, what))
        number = (self.posts.number(post), ids.index(country), kind, MODES.index(mode))
        self.rows.append(LaneRow(*number, *per_day, int(in_vehicles), hours))

    @property
    def ways_out(self) -> dict[tuple[int, str], int]:
        """Lanes that lead out of a post for a mode, entry points and waiting for a seat aside."""
        return {
            (row.post, lane.mode): number
            for number, (lane, row) in enumerate(zip(self.stations, self.rows, strict=True))
            if lane.direction == "out" and lane.kind not in ("entry", "service")
        }


def list_lanes(scenario: Scenario, posts: Posts) -> LaneTable:
    """Number the lanes of a scenario."""
    table = LaneTable(scenario, posts, OpeningHours(scenario))
    _add_crossings(table)
    _add_entries(table)
    _add_flights(table)
    _add_havens(table)
    _add_platforms(table)
    return table


def _add_crossings(table: LaneTable) -> None:
    from borderflow.kernels import border

    for lane in table.scenario.lanes:
        place = table.scenario.place(lane.crossing)
        kind = border.LAND if lane.direction == "out" else border.BACK
        table.add(
            place.id, place.name, lane.mode, place.country, "land", kind, direction=lane.direction,
            per_day=(lane.exit_per_day, lane.entry_per_day), in_vehicles=lane.unit == "vehicles",
            hours=table.opening.row(lane),
        )  # fmt: skip


def _add_entries(table: LaneTable) -> None:
    from borderflow.kernels import border

    for place in table.scenario.places:
        if place.kind == "entry":
            for direction, kind in (("out", border.OPEN), ("in", border.OPEN_BACK)):
                table.add(place.id, place.name, "all", place.country, "entry", kind, direction=direction)


def _add_flights(table: LaneTable) -> None:
    from borderflow.kernels import border

    for link in table.posts.air:
        hub, airport = table.scenario.place(link.to), table.scenario.place(link.from_)
        table.fares[len(table.rows)] = (link.fare_rub or 0.0) / 1000.0
        seats = (float(link.seats_per_day or 0.0), UNLIMITED)
        name = f"{airport.name} – {hub.name}"
        table.add(link.service, name, "air", hub.country, "air", border.AIR, per_day=seats)


def _add_havens(table: LaneTable) -> None:
    from borderflow.kernels import border

    for place in table.scenario.places:
        if place.kind == "haven":
            table.add(place.id, place.name, "all", place.country, "haven", border.HAVEN)


def _add_platforms(table: LaneTable) -> None:
    """Let people wait for a seat where a service starts; they ride to a lane of their own country or the next."""
    from borderflow.kernels import border

    ways_out, roads = table.ways_out, Roads(table.scenario)
    for link in table.posts.waited:
        start, end = table.scenario.place(link.from_), table.scenario.place(link.to)
        further = ways_out.get((table.posts.number(end.id), "all" if end.kind == "haven" else link.mode))
        if further is None:
            raise ScenarioError([Problem("links.csv", link.id, f"leads to {end.id}, which has no lane for it")])
        number = table.platforms[link.service] = len(table.rows)
        table.next[number], table.ride[number] = further, roads.listed_or(link, link.mode, 0.0)[0]
        seats = (float(link.seats_per_day or 0.0), UNLIMITED)
        name = f"{start.name} – {end.name}"
        table.add(link.service, name, link.mode, end.country, "service", border.WAITED, per_day=seats)


def recorded_lanes(rows: Sequence[LaneRow]) -> tuple[int, ...]:
    """Return the lanes that have a line, whose hours are recorded."""
    from borderflow.kernels import border

    return tuple(n for n, row in enumerate(rows) if row.kind in (border.LAND, border.AIR, border.WAITED))
