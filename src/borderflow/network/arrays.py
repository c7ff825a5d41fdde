"""Arrays: a scenario compiled, and adapted to other values and events."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import Problem, ScenarioError
from borderflow.network.calendars import THREE_DAYS, local_offsets, open_share
from borderflow.network.model import MODES, Network, Station
from borderflow.network.residents import number_areas, people_at_home, visa_shares
from borderflow.network.traffic import ordinary_traffic, scale_traffic
from borderflow.routes import Alternative, Exits, Roads
from borderflow.scenario import EntryBan, Lane, Scenario

__all__ = ["UNLIMITED", "adapt_network", "compile_network", "vary_network"]

UNLIMITED = 1e9  # persons a day: a side that never holds anybody up


def _key(*names: str) -> int:
    """Return the site key of draws: a hash of where the draw hangs in the model, so that adding a place moves none."""
    return zlib.crc32("/".join(names).encode()) & 0x7FFFFFFF


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
    waited = [link for link in named if link.waited_for]
    posts += [link.service for link in waited]
    posts += [p.id for p in scenario.places if p.kind == "haven"]
    passed_through = {
        scenario.place(p.gateway).country: p.gateway
        for p in reversed(scenario.places)
        if p.id in posts and p.kind == "crossing" and scenario.place(p.gateway).country != scenario.origin_country
    }
    posts += [f"onward-{country.id}" for country in countries if country.id in passed_through]
    services = sorted({link.service for link in named})

    # Lanes: land posts, entry points without a post, air routes
    zones: list[str] = ["UTC"]
    lanes: list[Station] = []
    lane_rows: list[tuple[int, int, int, int, float, float, int, int]] = []
    open_rows = [np.ones(hours)]
    open_sample = [np.ones(THREE_DAYS)]
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
            open_sample.append(open_share(lane.opens, lane.closes, lane.hours_zone, scenario.start, THREE_DAYS))
            begin, end = (sum(int(x) / 60**i for i, x in enumerate(t.split(":"))) for t in (lane.opens, lane.closes))
            open_days.append((end - begin) % 24 or 24.0)
        return open_known[spec]

    for lane in scenario.lanes:
        place = scenario.place(lane.crossing)
        country = countries[country_number[place.country]]
        kind = border.LAND if lane.direction == "out" else border.BACK
        lanes.append(Station(place.id, place.name, lane.mode, lane.direction, country.id, country.time_zone, "land"))
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
    for place in scenario.places:
        if place.kind == "haven":
            country = countries[country_number[place.country]]
            lanes.append(Station(place.id, place.name, "all", "out", country.id, country.time_zone, "haven"))
            lane_rows.append(
                (posts.index(place.id), country_number[place.country], border.HAVEN, MODES.index("all"),
                 UNLIMITED, UNLIMITED, 0, 0)
            )  # fmt: skip
    out_lanes = {
        (row[0], lane.mode): number
        for number, (lane, row) in enumerate(zip(lanes, lane_rows, strict=True))
        if lane.direction == "out" and lane.kind != "entry"
    }
    # people wait for a seat where the service starts, and ride from there to a lane of their own country or the next
    next_lane, ride_hours = {}, {}
    service_lane, service_ride = np.full(1 + len(services), -1, np.int64), np.zeros(1 + len(services))
    for link in waited:
        start, end = scenario.place(link.from_), scenario.place(link.to)
        further = out_lanes.get((posts.index(end.id), "all" if end.kind == "haven" else link.mode))
        if further is None:
            raise ScenarioError([Problem("links.csv", link.id, f"leads to {end.id}, which has no lane for it")])
        country = countries[country_number[end.country]]
        name = f"{start.name} – {end.name}"
        next_lane[len(lanes)], ride_hours[len(lanes)] = further, Roads(scenario).listed_or(link, link.mode, 0.0)[0]
        service_lane[1 + services.index(link.service)] = len(lanes)
        service_ride[1 + services.index(link.service)] = ride_hours[len(lanes)]
        lanes.append(Station(link.service, name, link.mode, "out", country.id, country.time_zone, "service"))
        lane_rows.append(
            (posts.index(link.service), country_number[end.country], border.WAITED, MODES.index(link.mode),
             float(link.seats_per_day or 0.0), UNLIMITED, 0, 0)
        )  # fmt: skip

    # Choice: one row per origin, then one per post from which people choose again
    exits = Exits(scenario, posts, out_lanes, services, named)
    service_from = {link.service: link.from_ for link in (*air, *waited)}
    onward = {f"onward-{country}": country for country in passed_through}
    rows: list[list[Alternative]] = []
    row_keys: list[int] = []
    post_row = np.full(len(posts), -1, np.int64)
    for place in origins:
        rows.append(exits.of(place))
        row_keys.append(_key("row", place.id))
        if not rows[-1]:
            raise ScenarioError([Problem("links.csv", place.id, "no way out: no crossing or flight can be reached")])
    for number, post in enumerate(posts):
        if post in service_from:
            here = scenario.place(service_from[post])
        elif post in onward:
            # people who move on through crossings of the scenario start at the first town before one
            here = scenario.place(passed_through[onward[post]])
        elif scenario.place(post).kind == "crossing":
            here = scenario.place(scenario.place(post).gateway)
        elif scenario.place(post).kind == "haven":
            here = scenario.place(post)
        else:
            continue
        post_row[number] = len(rows)
        rows.append(exits.of(here, number))
        row_keys.append(_key("row", post))
    flat = [alternative for row in rows for alternative in row]
    ways = sorted({(a.lane, a.service) for a in flat})
    way_number = {way: n for n, way in enumerate(ways)}
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
    home = people_at_home(scenario, population)
    row_share = visa_shares(scenario, population, len(rows))

    havens = {place.id: place.country for place in scenario.places if place.kind == "haven"}
    banning = _banning(scenario)

    # Calendars
    for place in origins:
        zone_row(place.time_zone)
    for country in countries:
        zone_row(country.time_zone)
    offsets = local_offsets(zones, scenario.start, hours)
    steps = np.arange(hours) + scenario.start.hour
    local = steps[None, :] + offsets
    first_ordinal = scenario.start.date().toordinal()
    local_day = np.floor_divide(local, 24)
    first_day = min(0, int(local_day.min()))
    days = tuple(date.fromordinal(first_ordinal + n) for n in range(first_day, int(local_day.max()) + 1))
    country_day = local_day[[zones.index(country.time_zone) for country in countries]] - first_day
    utc_day = local_day[0] - first_day

    ordinary, citizens = ordinary_traffic(
        scenario, lanes, lane_rows, open_rows, open_sample, zones, local, local_day, first_ordinal
    )
    ordinary = scale_traffic(ordinary.transpose(2, 0, 1), lanes, scenario, None)
    tables = np.array(lane_rows, dtype=float).reshape(len(lane_rows), 8)
    recorded = tuple(n for n, row in enumerate(lane_rows) if row[2] in (border.LAND, border.AIR, border.WAITED))
    column = np.full(len(lanes), -1, np.int64)
    column[list(recorded)] = np.arange(len(recorded))

    def integers(values: Iterable[Any]) -> NDArray[np.int64]:
        return np.array(list(values), np.int64)

    def short(values: Iterable[Any]) -> NDArray[np.int32]:
        # the choice tables are read in random order all the time: half the size is half the cache misses
        return np.array(list(values), np.int32)

    lane_key = integers(_key("lane", lane.post, lane.direction, lane.mode) for lane in lanes)
    stream_lane, stream_class = (np.ascontiguousarray(one) for one in np.nonzero(ordinary.any(axis=0)))

    arrays = border.Network(
        people=border.People(
            population=population,
            origin_key=integers(_key("origin", place.id) for place in origins),
            origin_zone=integers(zones.index(place.time_zone) for place in origins),
            origin_area=number_areas(scenario, [place.id for place in origins]),
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
            alt_way=short(way_number[a.lane, a.service] for a in flat),
            first_way=integers(np.searchsorted([lane for lane, _ in ways], np.arange(len(lanes) + 1))),
            way_service=integers(service for _, service in ways),
            row_share=row_share,
            row_key=integers(row_keys),
            post_row=post_row,
            haven_country=integers(country_number[havens[post]] if post in havens else -1 for post in posts),
            transit_post=integers(
                posts.index(f"onward-{country.id}") if country.id in passed_through else -1 for country in countries
            ),
            service_lane=service_lane,
            party=integers([scenario.party_size]),
            selective=integers(bool(country.admits) or country.id in banning for country in countries),
        ),
        lanes=border.Lanes(
            post=tables[:, 0].astype(np.int64),
            country=tables[:, 1].astype(np.int64),
            kind=tables[:, 2].astype(np.int64),
            mode=tables[:, 3].astype(np.int64),
            key=lane_key,
            units=np.ascontiguousarray(tables[:, 4:6]),
            in_vehicles=tables[:, 6].astype(np.int64),
            hours=tables[:, 7].astype(np.int64),
            open_share=np.stack(open_rows),
            open_per_day=np.array(open_days),
            citizens=citizens,
            column=column,
            ordinary=ordinary,
            first_stream=integers(np.append(0, np.cumsum(ordinary.any(axis=0).sum(axis=1)))),
            stream_lane=stream_lane,
            stream_class=stream_class,
            stream_site=lane_key[stream_lane].astype(np.uint32),
            stream_purpose=(border.ORDINARY + border.SUB * stream_class).astype(np.uint32),
            fare=np.array([fares.get(n, 0.0) for n in range(len(lanes))]),
            next=integers(next_lane.get(n, -1) for n in range(len(lanes))),
            ride=np.array([ride_hours.get(n, 0.0) for n in range(len(lanes))]),
            country_key=integers(_key("country", country.id) for country in countries),
        ),
    )
    trips = border.Trips(
        lane=arrays.choices.alt_lane,
        service=short(a.service for a in flat),
        hours=np.array([a.hours for a in flat], np.float32),
        fare=np.array([a.fare for a in flat], float),
        kind=integers(a.kind for a in flat),
        own=integers(a.own for a in flat),
        size=np.array([a.size for a in flat], float),
        platform=service_lane,
        ride=service_ride,
    )
    return Network(
        scenario=scenario,
        arrays=arrays,
        trips=trips,
        lanes=tuple(lanes),
        posts=tuple(posts),
        origins=tuple(place.id for place in origins),
        groups=tuple(group.id for group in groups),
        countries=tuple(country.id for country in countries),
        services=tuple(services),
        hours=np.datetime64(scenario.start.replace(tzinfo=None), "h") + np.arange(hours),
        days=days,
        recorded=recorded,
        detours=exits.roads.detours,
        home=home,
    )


def _banning(scenario: Scenario) -> set[str]:
    """Return the countries that any event bars people from, switched on or not."""
    return {name for event in scenario.events if isinstance(event, EntryBan) for name in event.countries}


def vary_network(network: Network, scenario: Scenario) -> Network:
    """Return the network of a scenario that may differ in anything; only events cost next to nothing.

    The arrays are those of `compile_network`, which no event changes but one: origins share an area where they see the
    same shocks.

    Examples
    --------
    >>> import borderflow as bf
    >>> network = compile_network(bf.load("russia-2022").until("2022-09-16"))
    >>> vary_network(network, network.scenario.without("lars-draft-office")).arrays.lanes is network.arrays.lanes
    True
    """
    old = network.scenario
    if scenario.model_copy(update={"events": old.events}) != old or _banning(scenario) != _banning(old):
        return compile_network(scenario)
    areas = number_areas(scenario, network.origins)
    people = network.arrays.people._replace(origin_area=areas)
    return replace(network, scenario=scenario, arrays=network.arrays._replace(people=people))


def adapt_network(network: Network, scenario: Scenario) -> Network:
    """Return the network for a scenario that differs in events, parameter values and factors only.

    What the compiled arrays hold of values is worked out anew: people at home by group, visa shares, ordinary traffic.
    The set of ways out stays as it was compiled; see the docs, section 5.

    Parameters
    ----------
    network : Network
    scenario : Scenario
        Made from ``network.scenario`` with `Scenario.with_parameters` or other events.

    Examples
    --------
    >>> import borderflow as bf
    >>> network = compile_network(bf.load("russia-2022").until("2022-09-16"))
    >>> more = adapt_network(network, network.scenario.with_parameters(share_experienced=0.03))
    >>> more.everyone > network.everyone
    True
    """
    if scenario is network.scenario:
        return network
    a = network.arrays
    old = network.scenario
    changed: dict[str, Any] = {}
    if [scenario.value(one.share) for one in scenario.visa_classes] != [
        old.value(one.share) for one in old.visa_classes
    ]:
        shares = visa_shares(scenario, a.people.population, len(a.choices.row_share))
        changed["choices"] = a.choices._replace(row_share=shares)
    if scenario.factors != old.factors:
        changed["lanes"] = a.lanes._replace(ordinary=scale_traffic(a.lanes.ordinary, network.lanes, scenario, old))
    home = network.home
    if [scenario.value(one.share) for one in scenario.groups] != [old.value(one.share) for one in old.groups]:
        home = people_at_home(scenario, a.people.population)
    return replace(network, scenario=scenario, arrays=a._replace(**changed), home=home)
