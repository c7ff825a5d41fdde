"""Arrays: a scenario compiled, and adapted to other values and events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from borderflow.network.calendars import Calendar, make_calendar
from borderflow.network.lanes import LaneTable, list_lanes, list_posts, recorded_lanes
from borderflow.network.model import Network
from borderflow.network.residents import number_areas, people_at_home, visa_shares
from borderflow.network.traffic import ordinary_traffic, scale_traffic
from borderflow.network.ways import ChoiceTable, list_choices, site_key
from borderflow.scenario import EntryBan, Scenario

if TYPE_CHECKING:
    from borderflow.kernels import border

__all__ = ["adapt_network", "compile_network", "vary_network"]


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
    origins = [place for place in scenario.places if place.kind == "origin"]
    posts = list_posts(scenario)
    lanes = list_lanes(scenario, posts)
    rows = list_choices(scenario, posts, lanes)
    calendar = make_calendar(scenario, [*origins, *scenario.countries])
    population = np.array([place.population or 0 for place in origins], np.int64)
    arrays = _flat_arrays(scenario, lanes, rows, calendar, population)
    return Network(
        scenario=scenario,
        arrays=arrays,
        trips=_trips(rows, lanes, arrays),
        lanes=tuple(lanes.stations),
        posts=posts.ids,
        origins=tuple(place.id for place in origins),
        groups=tuple(group.id for group in scenario.groups),
        countries=tuple(country.id for country in scenario.countries),
        services=posts.services,
        hours=np.datetime64(scenario.start.replace(tzinfo=None), "h") + np.arange(scenario.hours),
        days=calendar.days,
        recorded=recorded_lanes(lanes.rows),
        detours=rows.detours,
        home=people_at_home(scenario, population),
    )


def _flat_arrays(
    scenario: Scenario, lanes: LaneTable, rows: ChoiceTable, calendar: Calendar, population: NDArray[np.int64]
) -> border.Network:
    """Return what no event or parameter changes."""
    from borderflow.kernels import border

    row_share = visa_shares(scenario, population, len(rows.ways))
    return border.Network(
        people=_people(scenario, calendar, population),
        clock=border.Clock(
            local_hour=np.mod(calendar.local, 24),
            country_day=np.stack([calendar.day_of(country.time_zone) for country in scenario.countries]),
            utc_day=calendar.day_of("UTC"),
        ),
        choices=_choices(scenario, lanes, rows, row_share),
        lanes=_lanes(scenario, lanes, calendar),
    )


def _integers(values: Iterable[Any]) -> NDArray[np.int64]:
    return np.array(list(values), np.int64)


def _short(values: Iterable[Any]) -> NDArray[np.int32]:
    # the choice tables are read in random order all the time: half the size is half the cache misses
    return np.array(list(values), np.int32)


def _people(scenario: Scenario, calendar: Calendar, population: NDArray[np.int64]) -> border.People:
    from borderflow.kernels import border

    origins = [place for place in scenario.places if place.kind == "origin"]
    return border.People(
        population=population,
        origin_key=_integers(site_key("origin", place.id) for place in origins),
        origin_zone=_integers(calendar.zones.index(place.time_zone) for place in origins),
        origin_area=number_areas(scenario, [place.id for place in origins]),
        stopped=_integers(group.stopped for group in scenario.groups),
        call_rule=_integers(("never", "eligible", "outside").index(group.call_up) for group in scenario.groups),
    )


def _choices(scenario: Scenario, lanes: LaneTable, rows: ChoiceTable, row_share: NDArray[np.float64]) -> border.Choices:
    from borderflow.kernels import border

    posts, number = lanes.posts, {country.id: n for n, country in enumerate(scenario.countries)}
    havens = {place.id: number[place.country] for place in scenario.places if place.kind == "haven"}
    transit = [posts.number(f"onward-{one}") if one in posts.transit else -1 for one in number]
    banning, flat, ways = _banning(scenario), rows.alternatives, rows.pairs
    way_number = {way: n for n, way in enumerate(ways)}
    row_nest, nest_country, nest_alt = rows.nests()
    return border.Choices(
        row_nest=_short(row_nest),
        nest_country=_short(nest_country),
        nest_alt=_short(nest_alt),
        alt_lane=_short(a.lane for a in flat).astype(np.uint32),
        alt_way=_short(way_number[a.lane, a.service] for a in flat),
        first_way=_integers(np.searchsorted([lane for lane, _ in ways], np.arange(len(lanes.rows) + 1))),
        way_service=_integers(service for _, service in ways),
        service_lane=_integers([-1, *(lanes.platforms.get(service, -1) for service in posts.services)]),
        party=_integers([scenario.party_size]),
        row_share=row_share,
        row_key=_integers(rows.keys),
        post_row=_integers(rows.of_post),
        haven_country=_integers(havens.get(post, -1) for post in posts.ids),
        transit_post=_integers(transit),
        selective=_integers(bool(country.admits) or country.id in banning for country in scenario.countries),
    )


def _trips(rows: ChoiceTable, lanes: LaneTable, arrays: border.Network) -> border.Trips:
    from borderflow.kernels import border

    flat, platform, flat_lanes = rows.alternatives, arrays.choices.service_lane, arrays.lanes
    return border.Trips(
        lane=arrays.choices.alt_lane,
        service=_short(a.service for a in flat),
        hours=np.array([a.hours for a in flat], np.float32),
        fare=np.array([a.fare for a in flat], float),
        kind=_integers(a.kind for a in flat),
        own=_integers(a.own for a in flat),
        size=np.array([a.size for a in flat], float),
        platform=platform,
        ride=np.array([lanes.ride.get(lane, 0.0) for lane in platform.tolist()]),
        units=np.array([(row.exit_per_day, row.entry_per_day) for row in lanes.rows]).reshape(-1, 2),
        in_vehicles=_integers(row.in_vehicles for row in lanes.rows),
        mode=flat_lanes.mode,
        lane_kind=flat_lanes.kind,
        open_hours=flat_lanes.open_per_day[flat_lanes.hours],
        country_key=flat_lanes.country_key,
    )


def _lanes(scenario: Scenario, lanes: LaneTable, calendar: Calendar) -> border.Lanes:
    from borderflow.kernels import border

    numbers, opening = range(len(lanes.rows)), lanes.opening
    ordinary, citizens = ordinary_traffic(
        scenario, lanes.stations, lanes.rows, opening.shares, opening.samples, calendar.zones, calendar.local,
        calendar.local_day, calendar.first_ordinal,
    )  # fmt: skip
    ordinary = scale_traffic(ordinary.transpose(2, 0, 1), lanes.stations, scenario, None)
    column = np.full(len(lanes.rows), -1, np.int64)
    recorded = recorded_lanes(lanes.rows)
    column[list(recorded)] = np.arange(len(recorded))
    key = _integers(site_key("lane", lane.post, lane.direction, lane.mode) for lane in lanes.stations)
    stream_lane, stream_class = (np.ascontiguousarray(one) for one in np.nonzero(ordinary.any(axis=0)))
    return border.Lanes(
        post=_integers(row.post for row in lanes.rows),
        country=_integers(row.country for row in lanes.rows),
        kind=_integers(row.kind for row in lanes.rows),
        mode=_integers(row.mode for row in lanes.rows),
        key=key,
        hours=_integers(row.hours for row in lanes.rows),
        open_share=np.stack(opening.shares),
        open_per_day=np.array(opening.per_day),
        citizens=citizens,
        column=column,
        ordinary=ordinary,
        first_stream=_integers(np.append(0, np.cumsum(ordinary.any(axis=0).sum(axis=1)))),
        stream_lane=stream_lane,
        stream_class=stream_class,
        stream_site=key[stream_lane].astype(np.uint32),
        stream_purpose=(border.ORDINARY + border.SUB * stream_class).astype(np.uint32),
        fare=np.array([lanes.fares.get(n, 0.0) for n in numbers]),
        next=_integers(lanes.next.get(n, -1) for n in numbers),
        ride=np.array([lanes.ride.get(n, 0.0) for n in numbers]),
        country_key=_integers(site_key("country", country.id) for country in scenario.countries),
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
