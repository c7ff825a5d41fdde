"""Routes: the ways out that every place has, with hours and fares.

Distances of roads that are not listed in ``links.csv`` are great circles times the detour factor of the corridor,
fitted by least squares to the roads that are listed (`detour_factors`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from borderflow.places import great_circle_km
from borderflow.scenario import Link, Place, Scenario

__all__ = ["Alternative", "Roads", "detour_factors", "find_alternatives"]

ACCESS = ("car", "ride", "bus", "foot", "train", "air")
NEAREST_AIRPORTS = 2  # a place chooses among flights from its nearest airports
CIRCLES_KEPT = 2500  # places whose distances to all others are kept at a time
CROSSINGS_IN_REACH = 120  # crossings, nearest by great circle, among which a place looks for its ways out
NEGLIGIBLE = 0.002  # odds against the best way below which a way is left out
USUAL_SEATS = 500.0  # seats a day of a service that counts as large as the road (size term of the logit)
SPARE_HOURS = 60.0  # posts of a country further than its nearest by more than this are left out


def detour_factors(scenario: Scenario) -> dict[str, float]:
    """Fit the detour factor of each corridor: least squares of listed road km on great-circle km, through zero.

    ``factor = sum(road * circle) / sum(circle**2)`` over the car links of the corridor that name a distance. A
    corridor without any gets the factor of all listed roads together.

    Examples
    --------
    >>> import borderflow as bf
    >>> factors = detour_factors(bf.load("russia-2022"))
    >>> all(1.0 < factor < 1.7 for factor in factors.values())
    True
    """
    sums: dict[str, list[float]] = {}
    for link in scenario.links:
        if link.mode != "car" or link.km is None:
            continue
        start, end = scenario.place(link.from_), scenario.place(link.to)
        if end.kind == "crossing":
            continue
        circle = float(great_circle_km(start.lat, start.lon, end.lat, end.lon))
        for corridor in {end.corridor or start.corridor, "*"}:
            entry = sums.setdefault(corridor, [0.0, 0.0])
            entry[0] += link.km * circle
            entry[1] += circle * circle
    factors = {corridor: a / b for corridor, (a, b) in sums.items() if b > 0}
    default = factors.get("*", 1.3)
    for place in scenario.places:
        if place.corridor:
            factors.setdefault(place.corridor, default)
    factors["*"] = default
    return factors


class Roads:
    """Hours and fares between places on the ground and by domestic flight."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.detours = detour_factors(scenario)
        self.listed = {
            (link.from_, link.to): link
            for link in scenario.links
            if link.mode == "car" and (link.km is not None or link.hours is not None)
        }
        self.airports = [place for place in scenario.places if place.kind == "airport"]
        self.time_weight = scenario.value("value_of_time")
        self.fare_weight = scenario.value("fare_aversion")
        self._number = {place.id: n for n, place in enumerate(scenario.places)}
        self._lat, self._lon = np.array([(place.lat, place.lon) for place in scenario.places]).T
        # distances from a place are worked out when it is first asked about, and forgotten again: all of them together
        # would grow with the square of the places
        self._circles = lru_cache(maxsize=CIRCLES_KEPT)(self._circles_of)
        self._rides: dict[str, tuple[float, float] | None] = {}
        self._rides_from = ""

    def circle(self, start: Place, end: Place) -> float:
        """Return the great-circle distance in km."""
        return float(self._circles(self._number[start.id]).item(self._number[end.id]))

    def _circles_of(self, number: int) -> NDArray[np.float64]:
        return great_circle_km(self._lat[number], self._lon[number], self._lat, self._lon)

    def nearest(self, start: Place, ends: Sequence[Place], most: int) -> list[int]:
        """Return the positions of the nearest of many places by great circle, in their order."""
        if len(ends) <= most:
            return list(range(len(ends)))
        circles = self._circles(self._number[start.id])
        far = circles[[self._number[end.id] for end in ends]]
        near: list[int] = np.sort(np.argpartition(far, most)[:most]).tolist()
        return near

    def km(self, start: Place, end: Place) -> float:
        """Return the distance by road in km: as listed, else by the corridor's detour factor."""
        listed = self.listed.get((start.id, end.id)) or self.listed.get((end.id, start.id))
        if listed is not None and listed.km is not None:
            return listed.km
        return self.circle(start, end) * self.detours[end.corridor or start.corridor or "*"]

    def by(self, mode: str, km: float) -> tuple[float, float]:
        """Return hours and fare (thousand roubles) of ``km`` by one mode."""
        how = self.scenario.travel[mode]  # type: ignore[index]
        driving = km / how.speed_kmh
        rests = int(driving / how.rest_after_hours) * how.rest_hours
        return how.overhead_hours + driving + rests, (how.base_fare_rub + how.fare_rub_per_km * km) / 1000.0

    def listed_or(self, link: Link | None, mode: str, km: float) -> tuple[float, float]:
        """Return hours and fare of a link, taking what it lists and computing the rest."""
        hours, fare = self.by(mode, link.km if link is not None and link.km is not None else km)
        if link is not None and link.hours is not None:
            hours = link.hours
        if link is not None and link.fare_rub is not None:
            fare = link.fare_rub / 1000.0
        return hours, fare

    def drive(self, start: Place, end: Place) -> tuple[float, float] | None:
        """Return hours and fuel of one's own car, None where no road leads out."""
        if start.id == end.id:
            return 0.0, 0.0
        if "air" in start.access:
            return None
        return self.by("car", self.km(start, end))

    def cheapest(self, ways: Iterable[tuple[float, float]]) -> tuple[float, float] | None:
        """Return the way of least generalised cost at the shipped weights."""
        return min(ways, key=lambda way: self.time_weight * way[0] + self.fare_weight * way[1], default=None)

    def ride(self, start: Place, end: Place) -> tuple[float, float] | None:
        """Return the cheapest way to reach ``end`` without a car, None where there is none."""
        if start.id != self._rides_from:
            # places are gone through one by one: rides from one of them at a time are worth keeping
            self._rides, self._rides_from = {}, start.id
        if end.id not in self._rides:
            self._rides[end.id] = self.cheapest(self._ways_to_ride(start, end))
        return self._rides[end.id]

    def _ways_to_ride(self, start: Place, end: Place) -> list[tuple[float, float]]:
        """Return the ways to reach ``end`` without a car: train, and domestic flight through the nearest airport."""
        if start.id == end.id:
            return [(0.0, 0.0)]
        ways = []
        if "air" not in start.access and ("rail" in end.access or end.kind in ("airport", "origin")):
            ways.append(self.by("train", self.km(start, end)))
        if "air" in start.access and (end.kind == "airport" or "airport" in end.access):
            ways.append(self.by("air", self.circle(start, end)))
        elif "airport" in end.access:
            for airport in self.airports:
                access = self.by("train", self.km(start, airport)) if start.id != airport.id else (0.0, 0.0)
                if airport.id == end.id or access[0] > 16:
                    continue
                hours, fare = self.by("air", self.circle(airport, end))
                ways.append((access[0] + hours, access[1] + fare))
        return ways


@dataclass(frozen=True)
class Alternative:
    """One way out of a place: which lane, how to reach it, what it costs."""

    country: int
    lane: int
    service: int
    hours: float
    fare: float
    kind: int
    own: int
    size: float


def find_alternatives(
    scenario: Scenario,
    start: Place,
    own_post: int,
    roads: Roads,
    posts: Sequence[str],
    lanes: Mapping[tuple[int, str], int],
    services: Sequence[str],
    legs: Mapping[tuple[str, str, str], Link],
    named: Sequence[Link],
) -> list[Alternative]:
    """Return every way out that a place has: crossing, flight or haven, and how to get there.

    Crossings are those that leave the country of the place; havens are shelter for people who left home, so nobody
    goes from one to the next.
    """
    countries = [country.id for country in scenario.countries]
    found: list[tuple[int, int, int, float, float, int, int, float]] = []
    served: dict[str, list[Link]] = {}
    for link in named:
        if link.mode != "air":
            served.setdefault(link.to, []).append(link)

    def add(
        post: int, mode: str, way: tuple[float, float] | None, kind: str, link: Link | None = None, size: float = 0.0
    ) -> None:
        lane = lanes.get((post, mode))
        if lane is None or way is None:
            return
        place = scenario.place(posts[post]) if mode != "air" else None
        country = place.country if place else scenario.place(named_to[posts[post]]).country
        number = services.index(link.service) if link is not None else -1
        # whoever left the car line is free to walk past it; what the control there does is weighed as a risk anyway
        own = int(post == own_post and mode != "foot")
        if link is not None and link.waited_for:
            own = int(posts.index(link.service) == own_post)
        found.append((countries.index(country), lane, number, *way, ACCESS.index(kind), own, size))

    def serve(post: int, mode_of: Callable[[Link], str], straight: float) -> None:
        """Add the listed services to a post."""
        for link in served.get(posts[post], ()):
            begin = scenario.place(link.from_)
            same = start.id == begin.id or start.region == begin.region
            reach_it = (0.0, 0.0) if same else roads.ride(start, begin)
            if reach_it is not None:
                way = roads.listed_or(link, link.mode, straight)
                size = np.log((link.seats_per_day or USUAL_SEATS) / USUAL_SEATS)
                add(post, mode_of(link), (reach_it[0] + way[0], reach_it[1] + way[1]), link.mode, link, size)

    named_to = {link.service: link.to for link in named}
    known = {place.id for place in scenario.places}
    ground = {n: scenario.place(post) for n, post in enumerate(posts) if post not in named_to and post in known}
    crossings = [
        n
        for n, place in ground.items()
        if place.kind == "crossing" and scenario.place(place.gateway).country == start.country
    ]
    gateways = [scenario.place(ground[n].gateway) for n in crossings]
    crossings = [crossings[n] for n in roads.nearest(start, gateways, CROSSINGS_IN_REACH)]
    reach: dict[str, list[tuple[float, int]]] = {}
    for post in crossings:
        place = scenario.place(posts[post])
        gateway = scenario.place(place.gateway)
        hours = (roads.drive(start, gateway) or roads.ride(start, gateway) or (1e9, 0.0))[0]
        reach.setdefault(place.country, []).append((hours, post))
    for distances in reach.values():
        distances.sort()
        near = [post for hours, post in distances[: scenario.nearest_posts] if hours <= distances[0][0] + SPARE_HOURS]
        for post in near:
            place = scenario.place(posts[post])
            gateway = scenario.place(place.gateway)
            last = {mode: legs.get((gateway.id, place.id, mode)) for mode in ("car", "bus", "foot")}
            straight = roads.circle(gateway, place) * 1.2
            by_car, by_bus = (
                roads.listed_or(last["car"], "car", straight),
                roads.listed_or(last["bus"], "bus", straight),
            )
            drive, ride = roads.drive(start, gateway), roads.ride(start, gateway)
            if drive is not None:
                add(post, "car", (drive[0] + by_car[0], drive[1] + by_car[1]), "car")
            if ride is not None:
                # a hired ride for the last leg costs what a car costs and as much again for the driver's way back
                add(post, "car", (ride[0] + by_car[0], ride[1] + 2 * by_car[1] + 1.0), "ride")
                if last["bus"] is not None and place.id not in served:
                    add(post, "bus", (ride[0] + by_bus[0], ride[1] + by_bus[1]), "bus")
            serve(post, lambda link: link.mode, straight)
            to_foot = roads.cheapest(way for way in (drive, ride) if way is not None)
            if to_foot is not None and last["foot"] is not None:
                on_foot = roads.listed_or(last["foot"], "foot", straight)
                add(post, "foot", (to_foot[0] + on_foot[0], to_foot[1] + on_foot[1]), "foot")
    at_home = start.country == scenario.origin_country
    for post, place in ground.items():
        if place.kind != "haven" or not at_home or start.kind == "haven" or start.region == place.region:
            continue
        add(post, "all", roads.drive(start, place), "car")
        if place.id not in served:
            add(post, "all", roads.ride(start, place), "train")
        serve(post, lambda _link: "all", roads.circle(start, place) * 1.2)
    access = {
        begin: roads.ride(start, scenario.place(begin))
        for begin in {link.from_ for link in named if link.mode == "air" and at_home}
    }
    nearest = sorted((way[0], begin) for begin, way in access.items() if way is not None)[:NEAREST_AIRPORTS]
    for link in named:
        if link.mode == "air" and link.from_ in {begin for _, begin in nearest}:
            way = access[link.from_] or (0.0, 0.0)
            flight = roads.listed_or(link, "air", roads.circle(scenario.place(link.from_), scenario.place(link.to)))
            # the fare of the flight belongs to the lane: seats get dearer as they are booked ahead
            add(posts.index(link.service), "air", (way[0] + flight[0], way[1]), "air", link)
    out = _worth_a_look(scenario, [Alternative(*one) for one in found])
    out.sort(key=lambda a: (a.country, a.lane, a.kind, a.service))
    return out


def _worth_a_look(scenario: Scenario, ways: Sequence[Alternative]) -> list[Alternative]:
    """Drop ways that next to nobody would take: odds below `NEGLIGIBLE` of the best way to the same country."""
    time_weight, fare_weight = scenario.value("value_of_time"), scenario.value("fare_aversion")
    scale = scenario.value("nest_scale")
    odds = [(way.size - time_weight * way.hours - fare_weight * way.fare) / scale for way in ways]
    best: dict[int, float] = {}
    for way, one in zip(ways, odds, strict=True):
        best[way.country] = max(best.get(way.country, -np.inf), one)
    least = np.log(NEGLIGIBLE)
    return [way for way, one in zip(ways, odds, strict=True) if one > best[way.country] + least or way.own]
