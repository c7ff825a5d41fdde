"""Routes: the ways out that every place has, with hours and fares.

Distances of roads that are not listed in ``links.csv`` are great circles times the detour factor of the corridor,
fitted by least squares to the roads that are listed (`detour_factors`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from borderflow.places import great_circle_km
from borderflow.scenario import Link, Place, Scenario

__all__ = ["Alternative", "Exits", "Roads", "detour_factors"]

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
        self._listed_at: dict[str, set[str]] = {}
        for begin, end in self.listed:
            self._listed_at.setdefault(begin, set()).add(end)
            self._listed_at.setdefault(end, set()).add(begin)
        self.airports = [place for place in scenario.places if place.kind == "airport"]
        self.time_weight = scenario.value("value_of_time")
        self.fare_weight = scenario.value("fare_aversion")
        # where ways lead to; distances to them from a place are worked out when it is first asked about, and forgotten
        # again: those between all places would grow with their square
        ends = {place.gateway for place in scenario.places if place.kind == "crossing"}
        ends |= {place.id for place in scenario.places if place.kind in ("airport", "haven")}
        ends |= {link.from_ for link in scenario.links if link.service}
        self._column = {place.id: n for n, place in enumerate(p for p in scenario.places if p.id in ends)}
        spots = [(place.lat, place.lon) for place in scenario.places if place.id in ends]
        self._lat, self._lon = np.array(spots, dtype=float).reshape(-1, 2).T
        self._circles = lru_cache(maxsize=CIRCLES_KEPT)(self._circles_of)
        self._rides: dict[str, tuple[float, float] | None] = {}
        self._rides_from = ""

    def circle(self, start: Place, end: Place) -> float:
        """Return the great-circle distance in km."""
        column = self._column.get(end.id)
        if column is None:
            return float(great_circle_km(start.lat, start.lon, end.lat, end.lon))
        return float(self._circles(start.lat, start.lon)[column])

    def _circles_of(self, lat: float, lon: float) -> NDArray[np.float64]:
        return great_circle_km(lat, lon, self._lat, self._lon)

    def columns(self, ends: Sequence[Place]) -> NDArray[np.int64]:
        """Return where distances to some ends stand, for `nearest`."""
        return np.array([self._column[end.id] for end in ends], np.int64)

    def nearest(self, start: Place, columns: NDArray[np.int64], most: int) -> list[int]:
        """Return the positions of the nearest of many ends by great circle, in their order."""
        if len(columns) <= most:
            return list(range(len(columns)))
        far = self._circles(start.lat, start.lon)[columns]
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

    def hours_by_car(self, start: Place, ends: Sequence[Place], columns: NDArray[np.int64]) -> list[float]:
        """Return hours to drive to many ends: what `drive` returns for each, worked out for all at once."""
        how, usual = self.scenario.travel["car"], self.detours[start.corridor or "*"]
        detours = np.array([self.detours[end.corridor] if end.corridor else usual for end in ends])
        driving = self._circles(start.lat, start.lon)[columns] * detours / how.speed_kmh
        rests = np.trunc(driving / how.rest_after_hours) * how.rest_hours
        hours: list[float] = (how.overhead_hours + driving + rests).tolist()
        listed = self._listed_at.get(start.id, set())
        for n, end in enumerate(ends):
            if end.id == start.id or end.id in listed:
                hours[n] = (self.drive(start, end) or (0.0, 0.0))[0]
        return hours

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


#: Country, lane, service, hours, fare, kind, own, size: an `Alternative` before it is weighed.
_Way = tuple[int, int, int, float, float, int, int, float]


@dataclass(frozen=True)
class _Leg:
    """The last leg to a crossing: km by road, hours and fares by mode, and whether a bus goes there without a list."""

    straight: float
    by_car: tuple[float, float]
    by_bus: tuple[float, float]
    on_foot: tuple[float, float] | None
    has_bus: bool


class Exits:
    """What leads out of a scenario, sorted once, so that asking for the ways out of one place is no look at all others.

    Parameters
    ----------
    scenario : Scenario
    posts : sequence of str
        Crossings, services and havens by number.
    lanes : mapping
        Number of the lane out of a post for a mode.
    services : sequence of str
        Services by number.
    named : sequence of Link
        Links that are services.
    """

    def __init__(
        self,
        scenario: Scenario,
        posts: Sequence[str],
        lanes: Mapping[tuple[int, str], int],
        services: Sequence[str],
        named: Sequence[Link],
    ) -> None:
        self.scenario, self.posts, self.lanes = scenario, posts, lanes
        self.roads = Roads(scenario)
        self.legs = {(link.from_, link.to, link.mode): link for link in scenario.links if not link.service}
        self.service_number = {service: n for n, service in enumerate(services)}
        self.post_number = {post: n for n, post in reversed(list(enumerate(posts)))}
        self.country_number = {country.id: n for n, country in enumerate(scenario.countries)}
        self.named_to = {link.service: link.to for link in named}
        self.flights = [link for link in named if link.mode == "air"]
        self.airports = sorted({link.from_ for link in self.flights})
        self.served: dict[str, list[Link]] = {}
        for link in named:
            if link.mode != "air":
                self.served.setdefault(link.to, []).append(link)
        known = {place.id for place in scenario.places}
        ground = {n: scenario.place(one) for n, one in enumerate(posts) if one not in self.named_to and one in known}
        self.havens = [(n, place) for n, place in ground.items() if place.kind == "haven"]
        self.crossings: dict[str, list[int]] = {}
        for n, place in ground.items():
            if place.kind == "crossing":
                self.crossings.setdefault(scenario.place(place.gateway).country, []).append(n)
        self.gateways = {n: scenario.place(one.gateway) for n, one in ground.items() if one.kind == "crossing"}
        self._leg = cache(self._leg_of)
        self.columns = {
            country: self.roads.columns([self.gateways[n] for n in numbers])
            for country, numbers in self.crossings.items()
        }

    def of(self, start: Place, own_post: int = -1) -> list[Alternative]:
        """Return every way out that a place has: crossing, flight or haven, and how to get there.

        Crossings are those that leave the country of the place; havens are shelter for people who left home, so nobody
        goes from one to the next. ``own_post`` is the post that the people have come from, -1 for none.
        """
        at_home = start.country == self.scenario.origin_country
        found: list[_Way] = []
        for post in self._in_reach(start):
            found += self._by_crossing(start, post, own_post)
        if at_home and start.kind != "haven":
            for post, place in self.havens:
                if start.region != place.region:
                    found += self._to_haven(start, post, place, own_post)
        if at_home:
            found += self._by_air(start, own_post)
        out = _worth_a_look(self.scenario, [Alternative(*one) for one in found])
        out.sort(key=lambda a: (a.country, a.lane, a.kind, a.service))
        return out

    def _in_reach(self, start: Place) -> list[int]:
        """Return the crossings nearest to a place, by country."""
        numbers = self.crossings.get(start.country, [])
        if not numbers:
            return []
        near = self.roads.nearest(start, self.columns[start.country], CROSSINGS_IN_REACH)
        gateways = [self.gateways[numbers[n]] for n in near]
        if "air" in start.access:
            hours = [0.0 if one.id == start.id else (self.roads.ride(start, one) or (1e9, 0.0))[0] for one in gateways]
        else:
            hours = self.roads.hours_by_car(start, gateways, self.columns[start.country][near])
        reach: dict[str, list[tuple[float, int]]] = {}
        for n, its in zip(near, hours, strict=True):
            reach.setdefault(self.scenario.place(self.posts[numbers[n]]).country, []).append((its, numbers[n]))
        out: list[int] = []
        for distances in reach.values():
            distances.sort()
            few = distances[: self.scenario.nearest_posts]
            out += [post for its, post in few if its <= distances[0][0] + SPARE_HOURS]
        return out

    def _way(
        self, post: int, mode: str, way: tuple[float, float] | None, kind: str, own_post: int,
        link: Link | None = None, size: float = 0.0,
    ) -> Iterator[_Way]:  # fmt: skip
        """Yield a way out, where there is a lane for it."""
        lane = self.lanes.get((post, mode))
        if lane is None or way is None:
            return
        name = self.posts[post]
        country = self.scenario.place(name if mode != "air" else self.named_to[name]).country
        number = self.service_number[link.service] if link is not None else -1
        # whoever left the car line is free to walk past it; what the control there does is weighed as a risk anyway
        own = int(post == own_post and mode != "foot")
        if link is not None and link.waited_for:
            own = int(self.post_number[link.service] == own_post)
        yield self.country_number[country], lane, number, *way, ACCESS.index(kind), own, size

    def _leg_of(self, post: int) -> _Leg:
        """Return the way from a gateway to its crossing, which is the same wherever people come from."""
        roads, place, gateway = self.roads, self.scenario.place(self.posts[post]), self.gateways[post]
        last = {mode: self.legs.get((gateway.id, place.id, mode)) for mode in ("car", "bus", "foot")}
        straight = roads.circle(gateway, place) * 1.2
        return _Leg(
            straight,
            roads.listed_or(last["car"], "car", straight),
            roads.listed_or(last["bus"], "bus", straight),
            None if last["foot"] is None else roads.listed_or(last["foot"], "foot", straight),
            last["bus"] is not None and place.id not in self.served,
        )

    def _by_crossing(self, start: Place, post: int, own_post: int) -> Iterator[_Way]:
        roads, gateway, leg = self.roads, self.gateways[post], self._leg(post)
        by_car, by_bus = leg.by_car, leg.by_bus
        drive, ride = roads.drive(start, gateway), roads.ride(start, gateway)
        if drive is not None:
            yield from self._way(post, "car", (drive[0] + by_car[0], drive[1] + by_car[1]), "car", own_post)
        if ride is not None:
            # a hired ride for the last leg costs what a car costs and as much again for the driver's way back
            hired = (ride[0] + by_car[0], ride[1] + 2 * by_car[1] + 1.0)
            yield from self._way(post, "car", hired, "ride", own_post)
            if leg.has_bus:
                yield from self._way(post, "bus", (ride[0] + by_bus[0], ride[1] + by_bus[1]), "bus", own_post)
        yield from self._served(start, post, None, leg.straight, own_post)
        to_foot, on_foot = roads.cheapest(way for way in (drive, ride) if way is not None), leg.on_foot
        if to_foot is not None and on_foot is not None:
            yield from self._way(post, "foot", (to_foot[0] + on_foot[0], to_foot[1] + on_foot[1]), "foot", own_post)

    def _to_haven(self, start: Place, post: int, place: Place, own_post: int) -> Iterator[_Way]:
        yield from self._way(post, "all", self.roads.drive(start, place), "car", own_post)
        if place.id not in self.served:
            yield from self._way(post, "all", self.roads.ride(start, place), "train", own_post)
        yield from self._served(start, post, "all", self.roads.circle(start, place) * 1.2, own_post)

    def _served(self, start: Place, post: int, mode: str | None, straight: float, own_post: int) -> Iterator[_Way]:
        """Yield the listed services to a post; they use the lane of their own mode where none is named."""
        for link in self.served.get(self.posts[post], ()):
            begin = self.scenario.place(link.from_)
            same = start.id == begin.id or start.region == begin.region
            reach_it = (0.0, 0.0) if same else self.roads.ride(start, begin)
            if reach_it is not None:
                way = self.roads.listed_or(link, link.mode, straight)
                size = np.log((link.seats_per_day or USUAL_SEATS) / USUAL_SEATS)
                both = (reach_it[0] + way[0], reach_it[1] + way[1])
                yield from self._way(post, mode or link.mode, both, link.mode, own_post, link, size)

    def _by_air(self, start: Place, own_post: int) -> Iterator[_Way]:
        place = self.scenario.place
        access = {begin: self.roads.ride(start, place(begin)) for begin in self.airports}
        nearest = sorted((way[0], begin) for begin, way in access.items() if way is not None)[:NEAREST_AIRPORTS]
        near = {begin for _, begin in nearest}
        for link in self.flights:
            if link.from_ in near:
                way = access[link.from_] or (0.0, 0.0)
                flight = self.roads.listed_or(link, "air", self.roads.circle(place(link.from_), place(link.to)))
                # the fare of the flight belongs to the lane: seats get dearer as they are booked ahead
                by_air = (way[0] + flight[0], way[1])
                yield from self._way(self.post_number[link.service], "air", by_air, "air", own_post, link)


def _worth_a_look(scenario: Scenario, ways: Sequence[Alternative]) -> list[Alternative]:
    """Drop ways that next to nobody would take: odds below `NEGLIGIBLE` of the best way to the same country."""
    time, fare, scale = map(scenario.value, ("value_of_time", "fare_aversion", "nest_scale"))
    odds = [(way.size - time * way.hours - fare * way.fare) / scale for way in ways]
    best: dict[int, float] = {}
    for way, its in zip(ways, odds, strict=True):
        best[way.country] = max(best.get(way.country, -np.inf), its)
    least = np.log(NEGLIGIBLE)
    return [way for way, its in zip(ways, odds, strict=True) if its > best[way.country] + least or way.own]
