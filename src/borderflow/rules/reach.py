"""Reach: when an event is on, and which posts, lanes and ways of the network it touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from borderflow.network import Network
from borderflow.scenario import AccessLimit, EntryBan, ExitRule, Scenario

__all__ = ["Ground", "Numbers", "Span", "Ways", "step_of"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Span:
    """The steps from ``low`` to before ``high``."""

    low: int
    high: int

    def among(self, bounds: Numbers) -> slice:
        """Return the segments, which begin at these steps, that lie within."""
        low, high = np.searchsorted(bounds, (self.low, self.high))
        return slice(int(low), int(high))


def step_of(scenario: Scenario, moment: datetime | None) -> int:
    """Return the step at which something begins: the nearest whole hour; the end of the scenario for None."""
    if moment is None:
        return scenario.hours
    return int(np.floor((moment - scenario.start) / timedelta(hours=1) + 0.5))


@dataclass(frozen=True)
class Ways:
    """Ways out that lead to some lanes: hours, fare in thousands of roubles, people at the origin."""

    hours: NDArray[np.float64]
    fare: NDArray[np.float64]
    people: NDArray[np.float64]

    def mean_hours(self, scenario: Scenario) -> int:
        """Return the mean travel time over residents and the odds of their ways at no wait, at least an hour.

        So long after a rule starts do those who meet it set out before they could know of it.
        """
        cost = scenario.value("value_of_time") * self.hours + scenario.value("fare_aversion") * self.fare
        weight = self.people * np.exp(-cost / scenario.value("nest_scale"))
        return max(1, round(float(weight @ self.hours / weight.sum()))) if weight.sum() > 0 else 1


@dataclass(frozen=True)
class Ground:
    """What events can touch, by name."""

    network: Network

    @cached_property
    def posts(self) -> dict[str, int]:
        """Numbers of posts by id."""
        return {post: number for number, post in enumerate(self.network.posts)}

    @cached_property
    def lanes(self) -> dict[str, list[int]]:
        """Numbers of lanes by post."""
        lanes: dict[str, list[int]] = {}
        for number, lane in enumerate(self.network.lanes):
            lanes.setdefault(lane.post, []).append(number)
        return lanes

    @cached_property
    def lanes_out(self) -> dict[str, list[int]]:
        """Numbers of lanes out by post."""
        lanes = self.network.lanes
        return {post: [n for n in mine if lanes[n].direction == "out"] for post, mine in self.lanes.items()}

    @cached_property
    def controlled(self) -> list[int]:
        """Posts where the country of origin controls who leaves it.

        Neither its own stations and havens nor the border of another country.
        """
        scenario = self.network.scenario
        beyond = {
            lane.post
            for lane in self.network.lanes
            if lane.kind in ("service", "haven")
            or (
                lane.kind == "land"
                and scenario.place(scenario.place(lane.post).gateway).country != scenario.origin_country
            )
        }
        return [number for post, number in self.posts.items() if post in self.lanes and post not in beyond]

    def posts_of(self, crossings: Iterable[str]) -> Numbers:
        """Return the numbers of named posts; ``all`` means all that are controlled."""
        if "all" in crossings:
            return np.array(self.controlled, np.int64)
        return np.array([self.posts[name] for name in crossings if name in self.posts], np.int64)

    def lanes_of(self, names: Iterable[str], modes: Iterable[str] = (), direction: str = "both") -> Numbers:
        """Return the numbers of the lanes of named posts or services, of these modes and this direction."""
        lanes, modes = self.network.lanes, tuple(modes)
        numbers = [n for name in names for n in self.lanes.get(name, ())]
        return np.array(
            [n for n in numbers if direction in (lanes[n].direction, "both") and (not modes or lanes[n].mode in modes)],
            np.int64,
        )

    def ways_of(self, event: EntryBan | AccessLimit | ExitRule) -> Ways:
        """Return the ways of residents to the lanes that a rule concerns."""
        a, choices = self.network.arrays, self.network.arrays.choices
        concerned = [
            number
            for number, lane in enumerate(self.network.lanes)
            if lane.direction == "out"
            and (
                lane.country in event.countries
                if isinstance(event, EntryBan)
                else lane.post in event.crossings or ("all" in event.crossings and lane.kind in ("land", "air"))
            )
        ]
        ways = slice(0, int(choices.nest_alt[choices.row_nest[len(self.network.origins)]]))
        nest_of_way = np.repeat(np.arange(choices.nest_country.size), np.diff(choices.nest_alt))
        row = np.searchsorted(choices.row_nest, nest_of_way[ways], side="right") - 1
        mine = np.isin(choices.alt_lane[ways], concerned)
        hours, fare = (
            column[ways][mine].astype(float) for column in (self.network.trips.hours, self.network.trips.fare)
        )
        return Ways(hours, fare, a.people.population[row][mine].astype(float))
