"""Series: daily values of one quantity at one place, member by member, from the cube of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from borderflow.cube import DAILY_NAMES, LANE_DAY_NAMES, POST_DAY_NAMES, Cube, land_posts
from borderflow.network import Network
from borderflow.results.quantities import ALL_COUNTRIES
from borderflow.rules.reach import step_of
from borderflow.scenario import Event, Reception, Relief

__all__ = ["Series", "complete_days", "daily_series", "of_members", "ordinary_by_day"]


@dataclass(frozen=True)
class Series:
    """Daily values of one quantity at one place.

    Parameters
    ----------
    quantity, place, country, mode : str
        As in the summary: country totals have an empty place and mode ``all``.
    values : numpy.ndarray
        Shape (member, day), days as in ``network.days``; days that the period covers in part are included.
    start : str
        Fixed first day of cumulative quantities, else empty.
    """

    quantity: str
    place: str
    country: str
    mode: str
    values: NDArray[np.float64]
    start: str = ""


_CONTROLS = {
    "turned_back": "turned_back",
    "notices_served": "notices",
    "called_up_at_border": "called_up",
    "turned_away_on_road": "turned_away",
    "left_the_line": "abandoned",
    "entry_refused": "refused",
}


def ordinary_by_day(network: Network) -> NDArray[np.float64]:
    """Return expected ordinary arrivals of citizens without any reaction, shape (day, lane)."""
    a = network.arrays
    hourly = a.lanes.ordinary.sum(axis=2) * a.lanes.citizens[None, :]
    out = np.zeros((len(network.days), len(network.lanes)))
    for lane in range(len(network.lanes)):
        day = a.clock.country_day[a.lanes.country[lane]]
        out[:, lane] = np.bincount(day, weights=hourly[:, lane], minlength=len(network.days))
    return out


def daily_series(network: Network, store: Cube) -> Iterator[Series]:
    """Yield every daily series of the summary: one quantity at one place, all members, all days of the network."""
    scenario = network.scenario
    lanes, days = network.lanes, [day.isoformat() for day in network.days]
    since = np.array([day >= scenario.announcement.isoformat() for day in days])
    names = {country.id: country.id for country in scenario.countries}
    daily = {name: store.read(name).astype(float) for name in DAILY_NAMES}
    lane_days = {name: store.read(name) for name in (*LANE_DAY_NAMES, *POST_DAY_NAMES)}
    gross = daily["passed_exodus"] + daily["passed_citizens"]
    usual = ordinary_by_day(network)[None]
    if store.values is not None:
        usual = usual * np.stack([of_members(network, store, f"ordinary:{lane.country}") for lane in lanes], axis=-1)

    home = scenario.origin_country
    out = [n for n, lane in enumerate(lanes) if lane.direction == "out" and lane.kind not in ("service", "haven")]
    back = [n for n, lane in enumerate(lanes) if lane.direction == "in"]
    announced = scenario.announcement.isoformat()

    def cumulated(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.cumsum(np.where(since[None, :], values, 0.0), axis=1)

    # countries
    moved, went = store.read("moved_on").astype(float), store.read("went_back").astype(float)
    present = store.read("abroad").astype(float)
    for c, country in enumerate(names):
        if country == home:
            continue
        inward = [n for n in out if lanes[n].country == country]
        outward = [n for n in back if lanes[n].country == country]
        arrivals = gross[:, :, inward].sum(axis=2)
        exits = daily["passed_citizens"][:, :, outward].sum(axis=2) + moved[:, :, c] + went[:, :, c]
        yield Series("arrivals_daily", "", country, "all", arrivals)
        yield Series("arrivals_cumulative", "", country, "all", cumulated(arrivals), announced)
        yield Series("arrivals_excess_daily", "", country, "all", arrivals - usual[:, :, inward].sum(axis=2))
        yield Series("arrivals_exodus_daily", "", country, "all", daily["passed_exodus"][:, :, inward].sum(axis=2))
        yield Series("departures_daily", "", country, "all", exits)
        yield Series("net_flow", "", country, "all", arrivals - exits)
        yield Series("abroad", "", country, "all", present[:, :, c])
        for quantity, name in _CONTROLS.items():
            yield Series(quantity, "", country, "all", daily[name][:, :, inward].sum(axis=2))

    yield from _behind_the_border(network, store, gross, out, cumulated)
    yield from _within_the_country(network, store, lane_days, daily["passed_exodus"])

    # posts and their lanes; posts count everybody: people and cars out of the country of origin
    everybody = daily["passed_exodus"] + daily["passed_ordinary"]
    for post in dict.fromkeys(lane.post for lane in lanes):
        numbers = [n for n in out if lanes[n].post == post]
        if not numbers:
            continue
        lane = lanes[numbers[0]]
        mode = "air" if lane.kind == "air" else "all"
        arrivals = gross[:, :, numbers].sum(axis=2)
        yield Series("arrivals_daily", lane.name, lane.country, mode, arrivals)
        yield Series(
            "arrivals_exodus_daily", lane.name, lane.country, mode, daily["passed_exodus"][:, :, numbers].sum(axis=2)
        )
        if lane.kind == "entry":
            continue
        yield Series("arrivals_cumulative", lane.name, lane.country, mode, cumulated(arrivals), announced)
        for quantity, name in _CONTROLS.items():
            yield Series(quantity, lane.name, lane.country, mode, daily[name][:, :, numbers].sum(axis=2))
        if lane.kind == "land":
            for n in numbers:
                yield Series("arrivals_daily", lane.name, lane.country, lanes[n].mode, gross[:, :, n])
            yield Series("departures_daily", lane.name, home, "all", everybody[:, :, numbers].sum(axis=2))
            for n in numbers:
                if lanes[n].mode == "car":
                    cars = everybody[:, :, n] / of_members(network, store, "car_occupancy")
                    yield Series("departures_vehicles_daily", lane.name, home, "car", cars)
        yield from _queue_series(network, store, lane_days, post)

    # the country of origin
    left, called = store.read("left").sum(axis=2).astype(float), store.read("called").sum(axis=2).astype(float)
    returned = store.read("wrong_returned").sum(axis=2).astype(float)
    yield Series("left_home", "", home, "all", left)
    called += daily["called_up"].sum(axis=2)
    yield Series("mobilised_cumulative", "", home, "all", np.cumsum(called, axis=1), days[0])
    yield Series("wrongly_drafted_returned", "", home, "all", np.cumsum(returned, axis=1), days[0])


def _behind_the_border(
    network: Network, store: Cube, gross: NDArray[np.float64], out: list[int], cumulated: Any
) -> Iterator[Series]:
    """Yield the total without double counts, arrivals by sex and age, and beds."""
    scenario = network.scenario
    if (network.arrays.choices.transit_post >= 0).any():
        # who passes two countries enters twice; the total counts the border of the country of origin only
        first = [n for n in out if scenario.origin_country == _leaves(network, n)]
        total = gross[:, :, first].sum(axis=2)
        yield Series("arrivals_daily", "", ALL_COUNTRIES, "all", total)
        yield Series(
            "arrivals_cumulative", "", ALL_COUNTRIES, "all", cumulated(total), scenario.announcement.isoformat()
        )
    entered = store.read("entered").astype(float)
    counts = np.array([group.woman_or_child for group in scenario.groups])
    places = _places(network, store)
    for c, country in enumerate(scenario.countries):
        arrivals = entered[:, :, c].sum(axis=2)
        if counts.any() and country.id != scenario.origin_country:
            with np.errstate(invalid="ignore", divide="ignore"):
                share = 100.0 * entered[:, :, c, counts].sum(axis=2) / arrivals
            yield Series("women_children_share", "", country.id, "all", np.where(arrivals > 0, share, np.nan))
        if scenario.value(country.bed_share) > 0:
            needed = np.zeros_like(arrivals)
            share, days = (of_members(network, store, one)[:, 0] for one in (country.bed_share, country.bed_days))
            stays = np.exp(-1.0 / days)
            for day in range(arrivals.shape[1]):
                before = needed[:, day - 1] if day else 0.0
                needed[:, day] = before * stays + arrivals[:, day] * share
            yield Series("beds_needed", "", country.id, "all", needed)
            yield Series("beds_short", "", country.id, "all", np.maximum(needed - places[:, c], 0.0))


def _leaves(network: Network, lane: int) -> str:
    """Return the country that a lane leaves."""
    station, scenario = network.lanes[lane], network.scenario
    if station.kind != "land":
        return scenario.origin_country
    return scenario.place(scenario.place(station.post).gateway).country


def _places(network: Network, store: Cube) -> NDArray[np.float64]:
    """Return beds that reception events offer, by member (one row where all have the same), country and local day."""
    places = np.zeros((1 if store.values is None else store.members, len(network.countries), len(network.days)))
    for event in network.scenario.active_events():
        if isinstance(event, Reception):
            for c in map(network.countries.index, event.countries):
                places[:, c] += _share_of_days(network, c, event) * of_members(network, store, event.places)
    return places


def _within_the_country(
    network: Network, store: Cube, lane_days: Mapping[str, NDArray[Any]], passed: NDArray[np.float64]
) -> Iterator[Series]:
    """Yield people displaced within the country of origin, and those who wait for a seat."""
    home, lanes = network.scenario.origin_country, network.lanes
    havens = [n for n, lane in enumerate(lanes) if lane.kind == "haven"]
    if havens:
        c = network.countries.index(home)
        yield Series("displaced", "", home, "all", store.read("abroad")[:, :, c].astype(float))
        yield Series("displaced_daily", "", home, "all", passed[:, :, havens].sum(axis=2))
        yield Series("displaced_onward_daily", "", home, "all", store.read("moved_on")[:, :, c].astype(float))
    for n in havens:
        yield Series("displaced_daily", lanes[n].name, home, "all", passed[:, :, n])
    for n, lane in enumerate(lanes):
        if lane.kind == "service":
            q = network.recorded.index(n)
            yield Series("boarded_daily", lane.name, lane.country, lane.mode, passed[:, :, n])
            for quantity, array in (("queue_persons", "queue_peak"), ("wait_hours", "wait_passing_mean")):
                yield Series(quantity, lane.name, lane.country, lane.mode, lane_days[array][:, :, q].astype(float))


def of_members(network: Network, store: Cube, name: float | str) -> NDArray[np.float64]:
    """Return a number, a parameter value or a factor relative to the scenario's: shape (member, 1) or (1, 1)."""
    scenario = network.scenario
    if not isinstance(name, str):
        return np.array([[float(name)]])
    kind, _, of = name.partition(":")
    shipped = scenario.factor(kind, of) if of else scenario.value(kind)
    values = np.array([one.get(name, shipped) for one in store.values or ({},)])[:, None]
    return values / shipped if of else values


def _queue_series(network: Network, store: Cube, lane_days: Mapping[str, NDArray[Any]], post: str) -> Iterator[Series]:
    """Yield queues, waits and needs of one crossing, or bookings and fares of one air route."""
    columns = [q for q, n in enumerate(network.recorded) if network.lanes[n].post == post]
    lanes = [network.lanes[network.recorded[q]] for q in columns]
    name, country = lanes[0].name, lanes[0].country

    def of(array: str, position: int) -> NDArray[np.float64]:
        return np.asarray(lane_days[array][:, :, position], dtype=float)

    def each(value: float | str) -> NDArray[np.float64]:
        return of_members(network, store, value)

    for q, lane in zip(columns, lanes, strict=True):
        if lane.kind == "air":
            yield Series("air_booked", name, country, "air", of("queue_peak", q))
            yield Series("air_price", name, country, "air", 1000.0 * of("price_mean", q))
            return
        if lane.mode == "car":
            yield Series("queue_cars", name, country, "car", of("queue_peak", q) / each("car_occupancy"))
        yield Series("queue_persons", name, country, lane.mode, of("queue_peak", q))
        yield Series("wait_hours", name, country, lane.mode, of("wait_passing_mean", q))
        yield Series("wait_hours_joining", name, country, lane.mode, of("wait_joining_peak", q))
    p = land_posts(network).index(post)
    peak, person_hours, long_wait = (of(array, p) for array in POST_DAY_NAMES)
    water, places = _relief(network, store, post)
    yield Series("queue_persons", name, country, "all", peak)
    yield Series("person_hours_waiting", name, country, "all", person_hours)
    yield Series("waiting_over_24h", name, country, "all", long_wait)
    need = person_hours / 24.0 * each("water_litres")
    yield Series("needs_water", name, country, "all", np.maximum(need - water, 0.0))
    yield Series("needs_toilets", name, country, "all", np.ceil(peak / each("persons_per_toilet")))
    floor = np.maximum(long_wait - places, 0.0) * each("shelter_area")
    yield Series("needs_shelter", name, country, "all", floor)


def _relief(network: Network, store: Cube, post: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return litres a day and shelter places that relief events provide at a crossing, by member and local day."""
    scenario, days = network.scenario, len(network.days)
    water, places = np.zeros((1, days)), np.zeros((1, days))
    for event in scenario.active_events():
        if not isinstance(event, Relief) or post not in event.crossings:
            continue
        share = _share_of_days(network, network.countries.index(scenario.place(post).country), event)
        water = water + share * of_members(network, store, event.water_litres_per_day)
        places = places + share * of_members(network, store, event.shelter_places)
    return water, places


def _share_of_days(network: Network, country: int, event: Event) -> NDArray[np.float64]:
    """Return the share of each local day of a country in which an event is on."""
    day, step, days = network.arrays.clock.country_day[country], np.arange(len(network.hours)), len(network.days)
    begin, end = (step_of(network.scenario, moment) for moment in (event.start, event.end))
    during = np.bincount(day, weights=(step >= begin) & (step < end), minlength=days)
    share: NDArray[np.float64] = during / np.maximum(np.bincount(day, minlength=days), 1)
    return share


def complete_days(network: Network) -> NDArray[np.bool_]:
    """Return which local days of each country, and last which UTC days, the period covers whole: (country + 1, day)."""
    clock = network.arrays.clock
    counts = np.array([np.bincount(day, minlength=len(network.days)) for day in (*clock.country_day, clock.utc_day)])
    # a change of clocks makes days of 23 or 25 hours
    return counts >= 23
