"""Network: a scenario as frozen flat arrays that the kernel walks through.

`compile_network` turns places, lanes, links and ordinary traffic into arrays that no event or parameter changes;
`compile_rules` turns events and parameter values into the rules in force between two changes. The second takes
milliseconds, so every member of a fit may have its own parameter values.

Distances of roads that are not listed are great circles times the detour factor of the corridor, fitted by least
squares to the roads that are listed (`detour_factors`).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import Problem, ScenarioError
from borderflow.places import great_circle_km
from borderflow.scenario import (
    AccessLimit,
    Baseline,
    CallUp,
    Capacity,
    Closure,
    DraftOffice,
    EntryBan,
    ExitCheck,
    Lane,
    Link,
    ModeRule,
    Opening,
    Place,
    Scenario,
    Seats,
    ServiceHalt,
    Shock,
)

if TYPE_CHECKING:
    from borderflow.kernels import border

__all__ = ["Network", "Station", "compile_network", "compile_rules", "detour_factors"]

MODES = ("car", "bus", "foot", "train", "air", "all")
ACCESS = ("car", "ride", "bus", "foot", "train", "air")
UNLIMITED = 1e9  # persons a day: a side that never holds anybody up
NEAREST_POSTS = 5  # crossings of one country that a place chooses among: its nearest by road
NEAREST_AIRPORTS = 2  # a place chooses among flights from its nearest airports
NEGLIGIBLE = 0.002  # odds against the best way below which a way is left out
USUAL_SEATS = 500.0  # seats a day of a service that counts as large as the road (size term of the logit)
SPARE_HOURS = 60.0  # posts of a country further than its nearest by more than this are left out


@dataclass(frozen=True)
class Station:
    """One lane of one post, as people read it."""

    post: str
    name: str
    mode: str
    direction: str
    country: str
    time_zone: str
    kind: str


@dataclass(frozen=True)
class Network:
    """A scenario as arrays.

    Parameters
    ----------
    scenario : Scenario
    arrays : border.Network
        Flat arrays; shapes are given there.
    lanes : tuple of Station
        By lane number.
    posts, origins, groups, countries, services : tuple of str
        Ids by number.
    hours : numpy.ndarray
        ``datetime64[h]``, UTC, one per step.
    days : tuple of date
        Local days, from the earliest local date of any country.
    recorded : tuple of int
        Lanes with an hourly record, by column.
    detours : dict
        Detour factor by corridor.
    home : numpy.ndarray
        People at home at the start, shape (origins, groups).
    """

    scenario: Scenario
    arrays: border.Network
    lanes: tuple[Station, ...]
    posts: tuple[str, ...]
    origins: tuple[str, ...]
    groups: tuple[str, ...]
    countries: tuple[str, ...]
    services: tuple[str, ...]
    hours: NDArray[np.datetime64]
    days: tuple[date, ...]
    recorded: tuple[int, ...]
    detours: dict[str, float]
    home: NDArray[np.int64]

    @property
    def everyone(self) -> int:
        """People at home at the start."""
        return int(self.home.sum())


def _key(*names: str) -> int:
    """Return the site key of draws: a hash of where the draw hangs in the model, so that adding a place moves none."""
    return zlib.crc32("/".join(names).encode()) & 0x7FFFFFFF


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


# ---------------------------------------------------------------------------------------------------------------------
# Travel


class _Roads:
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

    def circle(self, start: Place, end: Place) -> float:
        return float(great_circle_km(start.lat, start.lon, end.lat, end.lon))

    def km(self, start: Place, end: Place) -> float:
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
        if start.id == end.id:
            return 0.0, 0.0
        if "air" in start.access:
            return None
        return self.by("car", self.km(start, end))

    def ride(self, start: Place, end: Place) -> list[tuple[float, float]]:
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


def _cheapest(ways: Iterable[tuple[float, float]], scenario: Scenario) -> tuple[float, float] | None:
    """Return the way of least generalised cost at the shipped weights."""
    time_weight = scenario.value("value_of_time")
    fare_weight = scenario.value("fare_aversion")
    return min(ways, key=lambda way: time_weight * way[0] + fare_weight * way[1], default=None)


@dataclass(frozen=True)
class _Alternative:
    country: int
    lane: int
    service: int
    hours: float
    fare: float
    kind: int
    own: int
    size: float


def _alternatives(
    scenario: Scenario,
    start: Place,
    own_post: int,
    roads: _Roads,
    posts: Sequence[str],
    lanes: Mapping[tuple[int, str], int],
    services: Sequence[str],
    legs: Mapping[tuple[str, str, str], Link],
    named: Sequence[Link],
) -> list[_Alternative]:
    """Return every way out that a place has: crossing or flight, and how to get there."""
    countries = [country.id for country in scenario.countries]
    found: list[tuple[int, int, int, float, float, int, int, float]] = []
    served: dict[str, list[Link]] = {}
    for link in named:
        if link.mode != "air":
            served.setdefault(link.to, []).append(link)

    def add(
        post: int, mode: str, way: tuple[float, float] | None, kind: str, service: str = "", size: float = 0.0
    ) -> None:
        lane = lanes.get((post, mode))
        if lane is None or way is None:
            return
        place = scenario.place(posts[post]) if mode != "air" else None
        country = place.country if place else scenario.place(named_to[posts[post]]).country
        number = services.index(service) if service else -1
        found.append((countries.index(country), lane, number, *way, ACCESS.index(kind), int(post == own_post), size))

    named_to = {link.service: link.to for link in named}
    crossings = [n for n, post in enumerate(posts) if post not in named_to and scenario.place(post).kind == "crossing"]
    reach: dict[str, list[tuple[float, int]]] = {}
    for post in crossings:
        place = scenario.place(posts[post])
        gateway = scenario.place(place.gateway)
        hours = (roads.drive(start, gateway) or _cheapest(roads.ride(start, gateway), scenario) or (1e9, 0.0))[0]
        reach.setdefault(place.country, []).append((hours, post))
    for distances in reach.values():
        distances.sort()
        near = [post for hours, post in distances[:NEAREST_POSTS] if hours <= distances[0][0] + SPARE_HOURS]
        for post in near:
            place = scenario.place(posts[post])
            gateway = scenario.place(place.gateway)
            last = {mode: legs.get((gateway.id, place.id, mode)) for mode in ("car", "bus", "foot")}
            straight = roads.circle(gateway, place) * 1.2
            by_car, by_bus = roads.listed_or(last["car"], "car", straight), roads.listed_or(last["bus"], "bus", straight)
            drive, ride = roads.drive(start, gateway), _cheapest(roads.ride(start, gateway), scenario)
            if drive is not None:
                add(post, "car", (drive[0] + by_car[0], drive[1] + by_car[1]), "car")
            if ride is not None:
                # a hired ride for the last leg costs what a car costs and as much again for the driver's way back
                add(post, "car", (ride[0] + by_car[0], ride[1] + 2 * by_car[1] + 1.0), "ride")
                if last["bus"] is not None and place.id not in served:
                    add(post, "bus", (ride[0] + by_bus[0], ride[1] + by_bus[1]), "bus")
            for link in served.get(place.id, ()):
                begin = scenario.place(link.from_)
                same = start.id == begin.id or start.region == begin.region
                reach_it = (0.0, 0.0) if same else _cheapest(roads.ride(start, begin), scenario)
                if reach_it is not None:
                    way = roads.listed_or(link, link.mode, straight)
                    size = np.log((link.seats_per_day or USUAL_SEATS) / USUAL_SEATS)
                    way = (reach_it[0] + way[0], reach_it[1] + way[1])
                    add(post, link.mode, way, link.mode, link.service, size)
            to_foot = min((way for way in (drive, ride) if way is not None), default=None)
            if to_foot is not None and last["foot"] is not None:
                on_foot = roads.listed_or(last["foot"], "foot", straight)
                add(post, "foot", (to_foot[0] + on_foot[0], to_foot[1] + on_foot[1]), "foot")
    access = {
        begin: _cheapest(roads.ride(start, scenario.place(begin)), scenario)
        for begin in {link.from_ for link in named if link.mode == "air"}
    }
    nearest = sorted((way[0], begin) for begin, way in access.items() if way is not None)[:NEAREST_AIRPORTS]
    for link in named:
        if link.mode == "air" and link.from_ in {begin for _, begin in nearest}:
            way = access[link.from_] or (0.0, 0.0)
            flight = roads.listed_or(link, "air", roads.circle(scenario.place(link.from_), scenario.place(link.to)))
            # the fare of the day belongs to the lane: seats get dearer as they are booked ahead
            add(posts.index(link.service), "air", (way[0] + flight[0], way[1] + flight[1]), "air", link.service)
    out = _worth_a_look(scenario, [_Alternative(*one) for one in found])
    out.sort(key=lambda a: (a.country, a.lane, a.kind, a.service))
    return out


def _worth_a_look(scenario: Scenario, ways: Sequence[_Alternative]) -> list[_Alternative]:
    """Drop ways that next to nobody would take: odds below `NEGLIGIBLE` of the best way to the same country."""
    value = scenario.value

    def log_odds(way: _Alternative) -> float:
        utility = way.size - value("value_of_time") * way.hours - value("fare_aversion") * way.fare
        return utility / value("nest_scale")

    best: dict[int, float] = {}
    for way in ways:
        best[way.country] = max(best.get(way.country, -np.inf), log_odds(way))
    return [way for way in ways if log_odds(way) > best[way.country] + np.log(NEGLIGIBLE) or way.own]


# ---------------------------------------------------------------------------------------------------------------------
# Calendars


def _local_hours(zones: Sequence[str], start: datetime, hours: int) -> NDArray[np.int64]:
    """Return the offset from UTC in hours, per zone and step; half hours are rounded down."""
    out = np.empty((len(zones), hours), np.int64)
    for row, name in enumerate(zones):
        zone = ZoneInfo(name)
        day = -1
        offset = 0
        for t in range(hours):
            # offsets change on whole hours at most twice a year: look them up every hour of a change, else daily
            if t % 24 == 0 or day != t // 24:
                day = t // 24
                today = (start + timedelta(hours=t)).astimezone(zone).utcoffset() or timedelta()
                tomorrow = (start + timedelta(hours=t + 24)).astimezone(zone).utcoffset() or timedelta()
                offset = int(today.total_seconds() // 3600)
                steady = today == tomorrow
            if not steady:
                now = (start + timedelta(hours=t)).astimezone(zone).utcoffset() or timedelta()
                offset = int(now.total_seconds() // 3600)
            out[row, t] = offset
    return out


def open_share(opens: str, closes: str, zone: str, start: datetime, hours: int) -> NDArray[np.float64]:
    """Return the share of each hour in which a post with these local opening hours is open.

    Parameters
    ----------
    opens, closes : str
        Local ``HH:MM``; a closing time at or before the opening time means the next day.
    zone : str
        IANA time zone; changes of clocks are followed.
    start : datetime
        UTC time of the first step.
    hours : int
        Number of hourly steps.

    Returns
    -------
    numpy.ndarray
        Shape ``(hours,)``, 0 to 1.

    Examples
    --------
    >>> share = open_share("09:30", "16:00", "Europe/Moscow", datetime(2022, 9, 26, tzinfo=UTC), 24)
    >>> share[[5, 6, 7, 12, 13]].tolist()
    [0.0, 0.5, 1.0, 1.0, 0.0]
    """
    tz = ZoneInfo(zone)
    begin = time.fromisoformat(opens)
    shut_next = closes == "24:00"
    end = time(0) if shut_next else time.fromisoformat(closes)
    share = np.zeros(hours)
    first = (start.astimezone(tz) - timedelta(days=2)).date()
    for n in range(hours // 24 + 5):
        day = first + timedelta(days=n)
        opening = datetime.combine(day, begin, tz).astimezone(UTC)
        last_day = day + timedelta(days=1) if shut_next or end <= begin else day
        closing = datetime.combine(last_day, end, tz).astimezone(UTC)
        low = (opening - start) / timedelta(hours=1)
        high = (closing - start) / timedelta(hours=1)
        for t in range(max(0, int(np.floor(low))), min(hours, int(np.ceil(high)))):
            share[t] += max(0.0, min(high, t + 1) - max(low, t))
    return np.minimum(share, 1.0)


# ---------------------------------------------------------------------------------------------------------------------
# Scenario -> arrays


def compile_network(scenario: Scenario) -> Network:
    """Turn a scenario into flat arrays.

    Raises
    ------
    ScenarioError
        Where tables do not fit together in a way that single rows cannot show.

    Examples
    --------
    >>> import borderflow as bf
    >>> network = compile_network(bf.load("russia-2022"))
    >>> len(network.origins) >= 80
    True
    """
    from borderflow.kernels import border

    hours = scenario.hours
    origins = [place for place in scenario.places if place.kind == "origin"]
    countries = list(scenario.countries)
    country_number = {country.id: n for n, country in enumerate(countries)}
    named = [
        link
        for link in scenario.links
        if link.service and (link.mode != "air" or scenario.place(link.to).kind == "hub")
    ]
    air = [link for link in named if link.mode == "air"]
    open_posts = {lane.crossing for lane in scenario.lanes}
    posts = [p.id for p in scenario.places if p.kind == "crossing" and p.id in open_posts]
    posts += [p.id for p in scenario.places if p.kind == "entry"]
    posts += [link.service for link in air]
    services = sorted({link.service for link in named})

    # Lanes: land posts, entry points without a post, air routes
    zones: list[str] = ["UTC"]
    lanes: list[Station] = []
    lane_rows: list[tuple[int, int, int, int, float, float, int, int]] = []
    open_rows = [np.ones(hours)]
    open_days = [24.0]
    open_known: dict[tuple[str | None, str | None, str | None], int] = {(None, None, None): 0}

    def zone_row(name: str) -> int:
        if name not in zones:
            zones.append(name)
        return zones.index(name)

    def hours_row(lane: Lane) -> int:
        spec = (lane.opens, lane.closes, lane.hours_zone)
        if spec not in open_known:
            assert lane.opens is not None and lane.closes is not None and lane.hours_zone is not None
            share = open_share(lane.opens, lane.closes, lane.hours_zone, scenario.start, hours)
            open_known[spec] = len(open_rows)
            open_rows.append(share)
            begin, end = (sum(int(x) / 60**i for i, x in enumerate(t.split(":"))) for t in (lane.opens, lane.closes))
            open_days.append((end - begin) % 24 or 24.0)
        return open_known[spec]

    for lane in scenario.lanes:
        place = scenario.place(lane.crossing)
        country = countries[country_number[place.country]]
        kind = border.LAND if lane.direction == "out" else border.BACK
        lanes.append(
            Station(place.id, place.name, lane.mode, lane.direction, country.id, country.time_zone, "land")
        )
        lane_rows.append(
            (posts.index(place.id), country_number[place.country], kind, MODES.index(lane.mode),
             lane.exit_per_day, lane.entry_per_day, int(lane.unit == "vehicles"), hours_row(lane))
        )  # fmt: skip
    for place in scenario.places:
        if place.kind != "entry":
            continue
        country = countries[country_number[place.country]]
        for direction, kind in (("out", border.OPEN), ("in", border.OPEN_BACK)):
            lanes.append(Station(place.id, place.name, "all", direction, country.id, country.time_zone, "entry"))
            lane_rows.append(
                (posts.index(place.id), country_number[place.country], kind, MODES.index("all"),
                 UNLIMITED, UNLIMITED, 0, 0)
            )  # fmt: skip
    fares = {}
    for link in air:
        hub, airport = scenario.place(link.to), scenario.place(link.from_)
        country = countries[country_number[hub.country]]
        name = f"{airport.name} – {hub.name}"
        fares[len(lanes)] = (link.fare_rub or 0.0) / 1000.0
        lanes.append(Station(link.service, name, "air", "out", country.id, country.time_zone, "air"))
        lane_rows.append(
            (posts.index(link.service), country_number[hub.country], border.AIR, MODES.index("air"),
             float(link.seats_per_day or 0.0), UNLIMITED, 0, 0)
        )  # fmt: skip
    out_lanes = {
        (row[0], lane.mode): number
        for number, (lane, row) in enumerate(zip(lanes, lane_rows, strict=True))
        if lane.direction == "out" and lane.kind != "entry"
    }

    # Choice: one row per origin, then one per post from which people choose again
    roads = _Roads(scenario)
    legs = {(link.from_, link.to, link.mode): link for link in scenario.links if not link.service}
    air_from = {link.service: link.from_ for link in air}
    rows: list[list[_Alternative]] = []
    row_keys: list[int] = []
    post_row = np.full(len(posts), -1, np.int64)
    for place in origins:
        rows.append(_alternatives(scenario, place, -1, roads, posts, out_lanes, services, legs, named))
        row_keys.append(_key("row", place.id))
        if not rows[-1]:
            raise ScenarioError([Problem("links.csv", place.id, "no way out: no crossing or flight can be reached")])
    for number, post in enumerate(posts):
        if post in air_from:
            here = scenario.place(air_from[post])
        elif scenario.place(post).kind == "crossing":
            here = scenario.place(scenario.place(post).gateway)
        else:
            continue
        post_row[number] = len(rows)
        rows.append(_alternatives(scenario, here, number, roads, posts, out_lanes, services, legs, named))
        row_keys.append(_key("row", post))
    flat = [alternative for row in rows for alternative in row]
    row_nest, nest_country, nest_alt = [0], [], [0]
    position = 0
    for row in rows:
        for n, one in enumerate(row):
            if n == 0 or one.country != row[n - 1].country:
                if n:
                    nest_alt.append(position)
                nest_country.append(one.country)
            position += 1
        nest_alt.append(position)
        row_nest.append(len(nest_country))

    # People
    groups = scenario.groups
    population = np.array([place.population or 0 for place in origins], np.int64)
    share = np.array([scenario.value(group.share) for group in groups])
    home = np.floor(population[:, None] * share[None, :] + 0.5).astype(np.int64)
    if (home.sum(axis=1) > population).any():
        home = np.floor(population[:, None] * share[None, :]).astype(np.int64)
    visa = np.array([place.visa_share for place in origins])
    visa = np.append(visa, np.full(len(rows) - len(origins), np.average(visa, weights=np.maximum(population, 1))))
    row_share = np.stack(
        [(visa if one.holds_visa else 1.0 - visa) * scenario.value(one.share) for one in scenario.visa_classes], axis=1
    )

    # Calendars
    for place in origins:
        zone_row(place.time_zone)
    for country in countries:
        zone_row(country.time_zone)
    offsets = _local_hours(zones, scenario.start, hours)
    steps = np.arange(hours) + scenario.start.hour
    local = steps[None, :] + offsets
    first_ordinal = scenario.start.date().toordinal()
    local_day = np.floor_divide(local, 24)
    first_day = min(0, int(local_day.min()))
    days = tuple(date.fromordinal(first_ordinal + n) for n in range(first_day, int(local_day.max()) + 1))
    country_day = local_day[[zones.index(country.time_zone) for country in countries]] - first_day
    utc_day = local_day[0] - first_day

    ordinary, citizens = _ordinary_traffic(scenario, lanes, lane_rows, open_rows, zones, local, local_day, first_ordinal)
    tables = np.array(lane_rows, dtype=float).reshape(len(lane_rows), 8)
    recorded = tuple(n for n, row in enumerate(lane_rows) if row[2] in (border.LAND, border.AIR))
    column = np.full(len(lanes), -1, np.int64)
    column[list(recorded)] = np.arange(len(recorded))
    def integers(values: Iterable[Any]) -> NDArray[np.int64]:
        return np.array(list(values), np.int64)

    def short(values: Iterable[Any]) -> NDArray[np.int32]:
        # the choice tables are read in random order all the time: half the size is half the cache misses
        return np.array(list(values), np.int32)

    arrays = border.Network(
        people=border.People(
            population=population,
            origin_key=integers(_key("origin", place.id) for place in origins),
            origin_zone=integers(zones.index(place.time_zone) for place in origins),
            origin_area=_areas(scenario, [place.id for place in origins]),
            stopped=integers(group.stopped for group in groups),
            call_rule=integers(("never", "eligible", "outside").index(group.call_up) for group in groups),
        ),
        clock=border.Clock(
            local_hour=np.mod(local, 24),
            country_day=np.ascontiguousarray(country_day),
            utc_day=np.ascontiguousarray(utc_day),
        ),
        choices=border.Choices(
            row_nest=short(row_nest),
            nest_country=short(nest_country),
            nest_alt=short(nest_alt),
            alt_lane=short(a.lane for a in flat).astype(np.uint32),
            alt_service=short(a.service for a in flat),
            alt_hours=np.array([a.hours for a in flat], np.float32),
            alt_fare=np.array([a.fare for a in flat], float),
            alt_kind=integers(a.kind for a in flat),
            alt_own=integers(a.own for a in flat),
            alt_size=np.array([a.size for a in flat], float),
            row_share=np.ascontiguousarray(row_share),
            row_key=integers(row_keys),
            post_row=post_row,
            selective=integers(bool(country.admits) for country in countries),
        ),
        lanes=border.Lanes(
            post=tables[:, 0].astype(np.int64),
            country=tables[:, 1].astype(np.int64),
            kind=tables[:, 2].astype(np.int64),
            mode=tables[:, 3].astype(np.int64),
            key=integers(_key("lane", lane.post, lane.direction, lane.mode) for lane in lanes),
            units=np.ascontiguousarray(tables[:, 4:6]),
            in_vehicles=tables[:, 6].astype(np.int64),
            hours=tables[:, 7].astype(np.int64),
            open_share=np.stack(open_rows),
            open_per_day=np.array(open_days),
            citizens=citizens,
            column=column,
            ordinary=np.ascontiguousarray(ordinary.transpose(2, 0, 1)),
            has_ordinary=ordinary.any(axis=(1, 2)),
            fare=np.array([fares.get(n, 0.0) for n in range(len(lanes))]),
            country_key=integers(_key("country", country.id) for country in countries),
        ),
    )
    return Network(
        scenario=scenario,
        arrays=arrays,
        lanes=tuple(lanes),
        posts=tuple(posts),
        origins=tuple(place.id for place in origins),
        groups=tuple(group.id for group in groups),
        countries=tuple(country.id for country in countries),
        services=tuple(services),
        hours=np.datetime64(scenario.start.replace(tzinfo=None), "h") + np.arange(hours),
        days=days,
        recorded=recorded,
        detours=roads.detours,
        home=home,
    )


def _areas(scenario: Scenario, origins: Sequence[str]) -> NDArray[np.int64]:
    """Number the sets of origins that share all shocks."""
    shocks = [event for event in scenario.active_events() if isinstance(event, Shock)]
    marks = [tuple(not shock.origins or origin in shock.origins for shock in shocks) for origin in origins]
    order = sorted(set(marks), reverse=True)
    return np.array([order.index(mark) for mark in marks], np.int64)


def _ordinary_traffic(
    scenario: Scenario,
    lanes: Sequence[Station],
    lane_rows: Sequence[tuple[int, int, int, int, float, float, int, int]],
    open_rows: Sequence[NDArray[np.float64]],
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
        open_now = open_rows[lane_rows[number][7]]
        weight = profile[np.mod(local[zone], 24)] * (open_now > 0)
        day = local_day[zone] - local_day[zone].min()
        # a day cut off by the period keeps its hourly rates, so normalise by a full day of this profile
        full = np.bincount(day, weights=weight)
        complete = np.bincount(day) == 24
        scale = full[complete].mean() if complete.any() else 1.0
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


# ---------------------------------------------------------------------------------------------------------------------
# Events and parameters -> rules


def compile_rules(network: Network, values: Mapping[str, float] | None = None) -> tuple[border.Rules, border.Theta]:
    """Turn events and parameter values into the rules in force between two changes.

    Parameters
    ----------
    network : Network
    values : mapping, optional
        Parameter values that replace the shipped ones.

    Returns
    -------
    rules : border.Rules
    theta : border.Theta
    """
    from borderflow.kernels import border

    scenario = network.scenario if not values else network.scenario.with_parameters(**values)
    value = scenario.value
    events = scenario.active_events()
    hours, start = scenario.hours, scenario.start
    n_lanes, n_posts = len(network.lanes), len(network.posts)
    n_countries, n_classes = len(network.countries), len(scenario.visa_classes)
    rows = {(lane.crossing, lane.direction, lane.mode): lane for lane in scenario.lanes}

    def hour_of(moment: datetime | None) -> int:
        """Return the step at which something begins: the nearest whole hour."""
        if moment is None:
            return hours
        return int(np.floor((moment - start) / timedelta(hours=1) + 0.5))

    def day_hours(lane: Station) -> tuple[int, int]:
        row = rows.get((lane.post, lane.direction, lane.mode))
        if row is None:
            return 0, hours
        zone = ZoneInfo(lane.time_zone)
        first = datetime.combine(row.first_day, time(0), zone) if row.first_day else None
        last = datetime.combine(row.last_day + timedelta(days=1), time(0), zone) if row.last_day else None
        return (hour_of(first) if first else 0), hour_of(last)

    existing = [day_hours(lane) for lane in network.lanes]
    cuts = {0}
    for event in events:
        cuts |= {hour_of(event.start), hour_of(event.end)}
    for pair in existing:
        cuts |= set(pair)
    bounds = sorted(cut for cut in cuts if 0 <= cut < hours)
    segment = np.zeros(hours, np.int64)
    segment[bounds] = 1
    segment = np.cumsum(segment) - 1
    n = len(bounds)

    capacity = np.ones((n, n_lanes, 2))
    notice, stop_noticed = np.zeros((n, n_posts)), np.zeros((n, n_posts))
    stop_listed, called = np.zeros((n, n_posts)), np.zeros((n, n_posts))
    admit = np.ones((n, n_countries, n_classes))
    open_to = np.ones((n, n_countries, n_classes))
    turned_away, known_away = np.zeros((n, n_lanes)), np.zeros((n, n_lanes))
    foot = np.zeros((n, n_posts), np.int64)
    service = np.ones((n, max(1, len(network.services))), np.int64)

    class_ids = [one.id for one in scenario.visa_classes]
    for c, country in enumerate(scenario.countries):
        for v, one in enumerate(class_ids):
            if country.admits and one not in country.admits:
                admit[:, c, v] = 0.0
                open_to[:, c, v] = 0.0
    lanes_of: dict[str, list[int]] = {}
    for number, lane in enumerate(network.lanes):
        lanes_of.setdefault(lane.post, []).append(number)
        low, high = existing[number]
        for e, bound in enumerate(bounds):
            if not low <= bound < high:
                capacity[e, number] = 0.0
    ruled = {
        (name, rule.mode) for rule in scenario.events if isinstance(rule, ModeRule) for name in rule.crossings
    }
    for p, post in enumerate(network.posts):
        # walkers and cyclists are admitted wherever a lane for them exists, unless some mode rule speaks of the post
        open_from_start = not any((post, mode) in ruled for mode in ("bicycle", "foot"))
        foot[:, p] = 2 if open_from_start else 0
    closed_first = {name for event in scenario.events if isinstance(event, Opening) for name in event.crossings}
    for name in closed_first:
        for number in lanes_of.get(name, ()):
            capacity[:, number] = 0.0

    def during(event: Any) -> NDArray[np.bool_]:
        low, high = hour_of(event.start), hour_of(event.end)
        return np.array([low <= bound < high for bound in bounds])

    def post_numbers(event: Any) -> list[int]:
        if "all" in event.crossings:
            return [p for p, post in enumerate(network.posts) if post in lanes_of]
        return [network.posts.index(name) for name in event.crossings if name in network.posts]

    def sides(side: str) -> list[int]:
        return {"exit": [0], "entry": [1], "both": [0, 1]}[side]

    foot_allowed = np.zeros((n, n_posts, 2), bool)
    for event in events:
        now = during(event)
        if not now.any():
            continue
        if isinstance(event, DraftOffice | ExitCheck):
            checked, stopped = value(event.share_checked), value(event.share_stopped)
            for p in post_numbers(event):
                if event.serves_notices:
                    notice[now, p] = 1.0 - (1.0 - notice[now, p]) * (1.0 - checked)
                    stop_noticed[now, p] = np.maximum(stop_noticed[now, p], stopped)
                else:
                    stop_listed[now, p] = 1.0 - (1.0 - stop_listed[now, p]) * (1.0 - checked * stopped)
                called[now, p] = np.maximum(called[now, p], value(event.share_called_up))
                for number in lanes_of.get(network.posts[p], ()):
                    if network.lanes[number].direction == "out":
                        capacity[now, number, 0] *= 1.0 - value(event.capacity_loss)
        elif isinstance(event, EntryBan):
            admitted, informed = value(event.share_admitted), value(event.share_informed)
            knows = informed * admitted + (1.0 - informed)
            for name in event.countries:
                c = network.countries.index(name)
                for one in event.visa_classes:
                    v = class_ids.index(one)
                    # of those who come, the informed are all admissible, the others only by the share admitted
                    admit[now, c, v] *= admitted / knows if knows > 0 else 0.0
                    open_to[now, c, v] *= knows
        elif isinstance(event, ServiceHalt):
            for name in event.services:
                service[now, network.services.index(name)] = 0
        elif isinstance(event, Capacity):
            for name in event.crossings:
                for number in lanes_of.get(name, ()):
                    lane = network.lanes[number]
                    if (event.direction in (lane.direction, "both")) and (not event.modes or lane.mode in event.modes):
                        for side in sides(event.side):
                            capacity[now, number, side] *= value(event.factor)
        elif isinstance(event, ModeRule):
            for p in post_numbers(event):
                foot_allowed[now, p, int(event.mode == "foot")] = event.allowed
        elif isinstance(event, AccessLimit):
            for name in event.crossings:
                for number in lanes_of.get(name, ()):
                    lane = network.lanes[number]
                    if lane.direction == "out" and lane.mode in event.modes:
                        away, informed = value(event.share_turned_away), value(event.share_informed)
                        knows = 1.0 - informed * away
                        known_away[now, number] = 1.0 - (1.0 - known_away[now, number]) * knows
                        turned_away[now, number] = away * (1.0 - informed) / knows if knows > 0 else 0.0
        elif isinstance(event, Closure):
            for name in event.crossings:
                for number in lanes_of.get(name, ()):
                    for side in sides(event.side):
                        capacity[now, number, side] = 0.0
        elif isinstance(event, Opening):
            for name in event.crossings:
                for number in lanes_of.get(name, ()):
                    capacity[now, number] = 1.0
        elif isinstance(event, Seats):
            for name in event.services:
                for number in lanes_of.get(name, ()):
                    capacity[now, number, 0] *= value(event.factor)
    for p, post in enumerate(network.posts):
        if any((post, mode) in ruled for mode in ("bicycle", "foot")):
            foot[:, p] = np.where(foot_allowed[:, p, 1], 2, np.where(foot_allowed[:, p, 0], 1, 0))
    # lists are looked at for those who were served a notice, too
    stop_noticed = np.where(notice > 0, 1.0 - (1.0 - stop_noticed) * (1.0 - stop_listed), 0.0)

    shock, intensity = _shocks(network, scenario, hour_of)
    call_rate, returnable, return_rate = _call_ups(network, scenario, hour_of)
    rules = border.Rules(
        segment=segment,
        demand=border.Demand(
            shock=shock,
            intensity=intensity,
            call_rate=call_rate,
            returnable=np.array([returnable]),
            return_rate=return_rate,
            leaving=np.array([value(group.leaving) for group in scenario.groups]),
            hour_profile=np.array(scenario.hour_profile),
        ),
        control=border.Control(
            notice=notice,
            stop_noticed=stop_noticed,
            stop_listed=stop_listed,
            called=called,
            admit=np.clip(admit, 0.0, 1.0),
        ),
        access=border.Access(
            capacity=np.maximum(capacity, 0.0),
            turned_away=np.clip(turned_away, 0.0, 1.0),
            known_away=np.clip(known_away, 0.0, 1.0),
            foot=foot,
            service=service,
            open_to=np.clip(open_to, 0.0, 1.0),
        ),
        abroad=border.Abroad(
            pull=np.exp([value(country.attractiveness) for country in scenario.countries]),
            onward=np.array([value(country.onward_rate) / 24.0 for country in scenario.countries]),
            back=np.array([value(country.return_rate) / 24.0 for country in scenario.countries]),
        ),
    )
    theta = border.Theta(**{name: value(name) for name in border.Theta._fields})
    return rules, theta


def shock_shape(hours_since: NDArray[np.float64], rise_hours: float, half_life_days: float) -> NDArray[np.float64]:
    """Return the shape of a shock: ``(1 - exp(-t / rise)) * 2**(-t / half_life)``, scaled to a peak of 1.

    Parameters
    ----------
    hours_since : numpy.ndarray
        Hours since the shock began; negative values give 0.
    rise_hours : float
        Time constant of the rise: preparing to leave takes time.
    half_life_days : float
        Half-life of the decay.

    Examples
    --------
    >>> shape = shock_shape(np.array([-1.0, 0.0, 1000.0]), 12.0, 5.0)
    >>> shape[:2].tolist(), bool(0 < shape[2] < 0.01)
    ([0.0, 0.0], True)
    """
    rise, decay = max(rise_hours, 1e-6), half_life_days * 24.0 / np.log(2.0)
    at = np.maximum(hours_since, 0.0)
    peak_at = rise * np.log1p(decay / rise)
    peak = (1.0 - np.exp(-peak_at / rise)) * np.exp(-peak_at / decay)
    shape: NDArray[np.float64] = (1.0 - np.exp(-at / rise)) * np.exp(-at / decay) / peak
    return np.where(hours_since < 0, 0.0, shape)


def _shocks(network: Network, scenario: Scenario, hour_of: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return 1 + sum of shocks (area, group, hour) and the sum of their shapes, at most 1."""
    hours = scenario.hours
    areas = int(network.arrays.people.origin_area.max()) + 1 if len(network.origins) else 1
    member_of = [int(np.argmax(network.arrays.people.origin_area == area)) for area in range(areas)]
    shock = np.ones((areas, len(scenario.groups), hours))
    intensity = np.zeros(hours)
    steps = np.arange(hours) + 0.5
    for event in scenario.active_events():
        if not isinstance(event, Shock):
            continue
        shape = shock_shape(
            steps - hour_of(event.start), scenario.value(event.rise_hours), scenario.value(event.half_life_days)
        )
        shape = np.where(steps < hour_of(event.end), shape, 0.0)
        intensity += shape
        for area in range(areas):
            if event.origins and network.origins[member_of[area]] not in event.origins:
                continue
            for g, group in enumerate(scenario.groups):
                factor = scenario.value(event.groups.get(group.id, 1.0))
                shock[area, g] += scenario.value(event.amplitude) * factor * shape
    return shock, np.minimum(intensity, 1.0)


CALL_HOURS = (6, 9, 12)  # UTC hours at which notices of the day are counted


def _call_ups(
    network: Network, scenario: Scenario, hour_of: Any
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """Return hazards of being called (hour, eligible/outside), the share sent home later and their hazard of return.

    The number called in the slots of day ``d`` is proportional to ``exp(-3 d / days)``: the first days are the
    busiest. Hazards refer to the pools at the start, so that regional quotas are proportional to regional pools.
    """
    hours = scenario.hours
    rate = np.zeros((hours, 2))
    back = np.zeros(hours)
    returnable = 0.0
    home = network.home
    pool = [
        max(1, int(home[:, [g for g, group in enumerate(scenario.groups) if group.call_up == rule]].sum()))
        for rule in ("eligible", "outside")
    ]
    for event in scenario.active_events():
        if not isinstance(event, CallUp):
            continue
        first, last = hour_of(event.start), min(hour_of(event.end), hours)
        days = scenario.value(event.days)
        every = np.arange(first, first + int(np.ceil(days * 24)))
        slots = [t for t in every if (t + scenario.start.hour) % 24 in CALL_HOURS]
        weight = np.exp(-3.0 * (np.array(slots) - first) / (24.0 * days))
        weight /= weight.sum()
        wrong = scenario.value(event.share_wrong)
        number = scenario.value(event.quota) * weight
        for t, called in zip(slots, number, strict=True):
            if 0 <= t < last:
                rate[t, 0] += called * (1.0 - wrong) / pool[0]
                rate[t, 1] += called * wrong / pool[1]
        returnable = scenario.value(event.share_returned)
        slot_days = scenario.value(event.return_delay_days) * len(CALL_HOURS)
        begin = hour_of(event.returns_from or event.start)
        for t in range(max(begin, 0), hours):
            if (t + scenario.start.hour) % 24 in CALL_HOURS:
                back[t] = 1.0 - np.exp(-1.0 / max(slot_days, 1e-6))
    return rate, returnable, back
