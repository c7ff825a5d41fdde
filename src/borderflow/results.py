"""Results: what a run leaves behind, as a labelled cube on disk, quantiles over members and a tidy summary.

A run folder holds ``manifest.json``, ``results.zarr`` (hourly queues and waits, daily flows, per member) and
``summary.csv``, one row per quantity, place and day, with exactly the columns of `SUMMARY_COLUMNS`.

Figures over members are the mean and the 5, 25, 50, 75 and 95 % quantiles (linear interpolation, Hyndman-Fan type 7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from borderflow.cube import (
    DAILY_NAMES,
    LANE_DAY_NAMES,
    MEMBERS_FILE,
    MEMBERS_PER_CHUNK,
    POST_DAY_NAMES,
    Block,
    Cube,
    Store,
    land_posts,
)
from borderflow.errors import ResultsError, UsageError, suggest
from borderflow.folders import locate, options_of, read_json
from borderflow.network import Network, compile_network
from borderflow.scenario import Event, Reception, Relief, Scenario

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = [
    "MEMBERS_FILE",
    "MEMBERS_PER_CHUNK",
    "QUANTILES",
    "QUANTITIES",
    "SUMMARY_COLUMNS",
    "Block",
    "Cube",
    "Quantity",
    "Run",
    "Series",
    "Store",
    "complete_days",
    "daily_series",
    "open_run",
    "summarise",
]

ALL_COUNTRIES = "XX"  # code of the total over all countries, as in the ledgers
FORMAT = 2  # version of the run folder
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SUMMARY_COLUMNS = (
    "quantity", "place", "country", "mode", "start", "end", "unit", "mean", "q05", "q25", "q50", "q75", "q95",
)  # fmt: skip


@dataclass(frozen=True)
class Quantity:
    """What a quantity of the summary means.

    Parameters
    ----------
    unit : str
    direction : str
        ``in`` (into the receiving country), ``out`` (out of it, back or onwards), ``exit`` (out of the country of
        origin), ``-`` where none applies.
    kind : {'flow', 'stock', 'price', 'duration', 'share'}
        Flows are sums over the local day or since the announcement; stocks are levels at the hour that the meaning
        names.
    meaning : str
    """

    unit: str
    direction: str
    kind: Literal["flow", "stock", "price", "duration", "share"]
    meaning: str


#: Quantities of ``summary.csv``. Names are those of the evidence vocabulary, so that a figure and a claim join.
QUANTITIES: Mapping[str, Quantity] = {
    "arrivals_daily": Quantity(
        "persons", "in", "flow", "entries of citizens of the origin country in one local day, gross"
    ),
    "arrivals_cumulative": Quantity("persons", "in", "flow", "gross entries summed from the announcement to the day"),
    "arrivals_excess_daily": Quantity(
        "persons",
        "in",
        "flow",
        "entries above ordinary traffic as it was before: gross less the mean of the same weekday without any shock",
    ),
    "arrivals_exodus_daily": Quantity(
        "persons", "in", "flow", "entries of people who left for good, ordinary travellers not counted"
    ),
    "departures_daily": Quantity(
        "persons",
        "out",
        "flow",
        "exits of citizens of the origin country in one local day, gross, moving on included; at a crossing, in the "
        "row of the country of origin: everybody of any nationality who left it there",
    ),
    "departures_vehicles_daily": Quantity(
        "vehicles", "exit", "flow", "cars that left the country of origin at a crossing in one local day"
    ),
    "net_flow": Quantity("persons", "in", "flow", "gross entries minus gross exits of the day"),
    "abroad": Quantity("persons", "-", "stock", "people of the exodus present at the end of the day"),
    "women_children_share": Quantity(
        "percent", "in", "share", "women and children among the entries of the exodus in one local day"
    ),
    "beds_needed": Quantity("persons", "in", "stock", "arrivals who need a bed from the country, end of the day"),
    "beds_short": Quantity("persons", "in", "stock", "arrivals who need a bed beyond the places that there are"),
    "displaced": Quantity("persons", "-", "stock", "people who left home and are in a haven within the country"),
    "displaced_daily": Quantity("persons", "-", "flow", "people who reached a haven within the country in one day"),
    "displaced_onward_daily": Quantity("persons", "exit", "flow", "people who set out from a haven for the border"),
    "boarded_daily": Quantity("persons", "exit", "flow", "people who got a seat of a service that people wait for"),
    "queue_cars": Quantity(
        "vehicles", "exit", "stock", "cars waiting, both sides of the crossing, highest hour of the day"
    ),
    "queue_persons": Quantity(
        "persons", "exit", "stock", "people waiting, both sides of the crossing, highest hour of the day"
    ),
    "wait_hours": Quantity("hours", "exit", "duration", "waiting time of people who passed in the day, mean over them"),
    "wait_hours_joining": Quantity(
        "hours", "exit", "duration", "expected wait of those joining the line, highest hour of the day"
    ),
    "turned_back": Quantity("persons", "exit", "flow", "people stopped by exit control"),
    "notices_served": Quantity("persons", "exit", "flow", "call-up notices served at exit control"),
    "called_up_at_border": Quantity("persons", "exit", "flow", "people called up on the spot at exit control"),
    "turned_away_on_road": Quantity("persons", "exit", "flow", "people turned away on the road to a crossing"),
    "left_the_line": Quantity(
        "persons", "exit", "flow", "people who gave up waiting in line, ordinary travellers included"
    ),
    "entry_refused": Quantity(
        "persons", "in", "flow", "people refused by the receiving state, ordinary travellers included"
    ),
    "left_home": Quantity("persons", "exit", "flow", "people of the exodus who set out"),
    "mobilised_cumulative": Quantity(
        "persons", "-", "flow", "people called up since the start, at home and at the border, those sent home included"
    ),
    "wrongly_drafted_returned": Quantity("persons", "-", "flow", "wrongly called people sent home since the start"),
    "air_price": Quantity("RUB", "exit", "price", "one-way fare, mean of the day"),
    "air_booked": Quantity("persons", "exit", "stock", "people holding or waiting for a seat, highest hour of the day"),
    "person_hours_waiting": Quantity("person-hours", "exit", "flow", "hours that people spent in line in the day"),
    "waiting_over_24h": Quantity(
        "persons", "exit", "stock", "people in line for 24 h or more, highest hour of the day"
    ),
    "needs_water": Quantity(
        "litres", "exit", "flow", "water for the people in line, Sphere minimum, less what relief provides"
    ),
    "needs_toilets": Quantity(
        "toilets", "exit", "stock", "shared toilets for the longest line of the day, Sphere first phase"
    ),
    "needs_shelter": Quantity(
        "m2",
        "exit",
        "stock",
        "covered floor for people in line for 24 h or more, Sphere minimum, less places that relief provides",
    ),
}


# ---------------------------------------------------------------------------------------------------------------------
# Summary


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

    # posts and their lanes
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
            # posts count everybody: people and cars out of the country of origin
            everybody = daily["passed_exodus"] + daily["passed_ordinary"]
            yield Series("departures_daily", lane.name, home, "all", everybody[:, :, numbers].sum(axis=2))
            for n in numbers:
                if lanes[n].mode == "car":
                    cars = everybody[:, :, n] / of_members(network, store, "car_occupancy")
                    yield Series("departures_vehicles_daily", lane.name, home, "car", cars)
        yield from _queue_series(network, lane_days, post, of_members(network, store, "car_occupancy"))

    # the country of origin
    left, called = store.read("left").sum(axis=2).astype(float), store.read("called").sum(axis=2).astype(float)
    returned = store.read("wrong_returned").sum(axis=2).astype(float)
    yield Series("left_home", "", home, "all", left)
    called += daily["called_up"].sum(axis=2)
    yield Series("mobilised_cumulative", "", home, "all", np.cumsum(called, axis=1), days[0])
    yield Series("wrongly_drafted_returned", "", home, "all", np.cumsum(returned, axis=1), days[0])


_CONTROLS = {
    "turned_back": "turned_back",
    "notices_served": "notices",
    "called_up_at_border": "called_up",
    "turned_away_on_road": "turned_away",
    "left_the_line": "abandoned",
    "entry_refused": "refused",
}


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
    places = _places(network)
    for c, country in enumerate(scenario.countries):
        arrivals = entered[:, :, c].sum(axis=2)
        if counts.any() and country.id != scenario.origin_country:
            with np.errstate(invalid="ignore", divide="ignore"):
                share = 100.0 * entered[:, :, c, counts].sum(axis=2) / arrivals
            yield Series("women_children_share", "", country.id, "all", np.where(arrivals > 0, share, np.nan))
        if scenario.value(country.bed_share) > 0:
            needed = np.zeros_like(arrivals)
            stays = np.exp(-1.0 / scenario.value(country.bed_days))
            for day in range(arrivals.shape[1]):
                before = needed[:, day - 1] if day else 0.0
                needed[:, day] = before * stays + arrivals[:, day] * scenario.value(country.bed_share)
            yield Series("beds_needed", "", country.id, "all", needed)
            yield Series("beds_short", "", country.id, "all", np.maximum(needed - places[c], 0.0))


def _leaves(network: Network, lane: int) -> str:
    """Return the country that a lane leaves."""
    station, scenario = network.lanes[lane], network.scenario
    if station.kind != "land":
        return scenario.origin_country
    return scenario.place(scenario.place(station.post).gateway).country


def _places(network: Network) -> NDArray[np.float64]:
    """Return beds that reception events offer, by country and local day."""
    places = np.zeros((len(network.countries), len(network.days)))
    for event in network.scenario.active_events():
        if isinstance(event, Reception):
            for c in map(network.countries.index, event.countries):
                places[c] += _share_of_days(network, c, event) * network.scenario.value(event.places)
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


def of_members(network: Network, store: Cube, name: str) -> NDArray[np.float64]:
    """Return a parameter value or a factor relative to the scenario's, by member: shape (member, 1) or (1, 1)."""
    scenario = network.scenario
    kind, _, of = name.partition(":")
    shipped = scenario.factor(kind, of) if of else scenario.value(kind)
    values = np.array([one.get(name, shipped) for one in store.values or ({},)])[:, None]
    return values / shipped if of else values


def _queue_series(
    network: Network, lane_days: Mapping[str, NDArray[Any]], post: str, occupancy: NDArray[np.float64]
) -> Iterator[Series]:
    """Yield queues, waits and needs of one crossing, or bookings and fares of one air route."""
    scenario = network.scenario
    columns = [q for q, n in enumerate(network.recorded) if network.lanes[n].post == post]
    lanes = [network.lanes[network.recorded[q]] for q in columns]
    name, country = lanes[0].name, lanes[0].country

    def of(array: str, position: int) -> NDArray[np.float64]:
        return np.asarray(lane_days[array][:, :, position], dtype=float)

    for q, lane in zip(columns, lanes, strict=True):
        if lane.kind == "air":
            yield Series("air_booked", name, country, "air", of("queue_peak", q))
            yield Series("air_price", name, country, "air", 1000.0 * of("price_mean", q))
            return
        if lane.mode == "car":
            yield Series("queue_cars", name, country, "car", of("queue_peak", q) / occupancy)
        yield Series("queue_persons", name, country, lane.mode, of("queue_peak", q))
        yield Series("wait_hours", name, country, lane.mode, of("wait_passing_mean", q))
        yield Series("wait_hours_joining", name, country, lane.mode, of("wait_joining_peak", q))
    p = land_posts(network).index(post)
    peak, person_hours, long_wait = (of(array, p) for array in POST_DAY_NAMES)
    water, places = _relief(network, post)
    yield Series("queue_persons", name, country, "all", peak)
    yield Series("person_hours_waiting", name, country, "all", person_hours)
    yield Series("waiting_over_24h", name, country, "all", long_wait)
    need = person_hours / 24.0 * scenario.value("water_litres")
    yield Series("needs_water", name, country, "all", np.maximum(need - water[None, :], 0.0))
    yield Series("needs_toilets", name, country, "all", np.ceil(peak / scenario.value("persons_per_toilet")))
    floor = np.maximum(long_wait - places[None, :], 0.0) * scenario.value("shelter_area")
    yield Series("needs_shelter", name, country, "all", floor)


def _relief(network: Network, post: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return litres a day and shelter places that relief events provide at a crossing, by local day."""
    scenario, days = network.scenario, len(network.days)
    water, places = np.zeros(days), np.zeros(days)
    for event in scenario.active_events():
        if not isinstance(event, Relief) or post not in event.crossings:
            continue
        share = _share_of_days(network, network.countries.index(scenario.place(post).country), event)
        water += share * scenario.value(event.water_litres_per_day)
        places += share * scenario.value(event.shelter_places)
    return water, places


def _share_of_days(network: Network, country: int, event: Event) -> NDArray[np.float64]:
    """Return the share of each local day of a country in which an event is on."""
    day, hours = network.arrays.clock.country_day[country], network.hours
    begin = np.datetime64(event.start.replace(tzinfo=None))
    end = np.datetime64(event.end.replace(tzinfo=None)) if event.end else hours[-1] + 1
    days = len(network.days)
    during = np.bincount(day, weights=(hours >= begin) & (hours < end), minlength=days)
    share: NDArray[np.float64] = during / np.maximum(np.bincount(day, minlength=days), 1)
    return share


def summarise(network: Network, store: Cube) -> pd.DataFrame:
    """Return the tidy summary: mean and quantiles over members, one row per quantity, place, mode and local day.

    Days that the period covers only in part (the first and last local days of a country) are left out, because a sum
    over a part of a day reads like a day.
    """
    import pandas as pd

    days = [day.isoformat() for day in network.days]
    complete = complete_days(network)
    columns: dict[str, list[Any]] = {name: [] for name in SUMMARY_COLUMNS[:7]}
    figures = [np.empty((0, len(SUMMARY_COLUMNS) - 7))]
    receiving = {lane.name: lane.country for lane in network.lanes}
    for series in daily_series(network, store):
        # the country of origin counts days in UTC, the last row; crossings count the days of the receiving side
        country = receiving.get(series.place, series.country)
        keep = complete[network.countries.index(country) if country in network.countries else -1]
        if series.quantity == "arrivals_cumulative":
            keep = keep & (np.array(days) >= series.start)
        ends = [day for day, kept in zip(days, keep, strict=True) if kept]
        figures.append(_figures(series.values[:, keep]))
        starts = [min(series.start, end) for end in ends] if series.start else ends
        named = (series.quantity, series.place, series.country, series.mode)
        for name, value in zip(SUMMARY_COLUMNS, (*named, starts, ends, QUANTITIES[series.quantity].unit), strict=False):
            columns[name] += value if isinstance(value, list) else [value] * len(ends)
    table = pd.DataFrame(columns)
    for name, values in zip(SUMMARY_COLUMNS[7:], np.concatenate(figures).T, strict=True):
        table[name] = values
    return table


def _figures(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return mean and quantiles over members, shape (day, 6); days without any value give NaN."""
    if not np.isnan(values).any():
        # sorting once is several times faster than asking for five quantiles
        ordered = np.sort(values, axis=0)
        at = np.array(QUANTILES) * (len(ordered) - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, len(ordered) - 1)
        part = (at - low)[:, None]
        quantiles = ordered[low] * (1 - part) + ordered[high] * part
        return np.vstack([values.mean(axis=0), quantiles]).T
    out = np.full((values.shape[1], 6), np.nan)
    for day in range(values.shape[1]):
        known = values[~np.isnan(values[:, day]), day]
        if len(known):
            out[day] = np.r_[known.mean(), np.quantile(known, QUANTILES)]
    return out


def complete_days(network: Network) -> NDArray[np.bool_]:
    """Return which local days of each country, and last which UTC days, the period covers whole: (country + 1, day)."""
    clock = network.arrays.clock
    counts = np.array([np.bincount(day, minlength=len(network.days)) for day in (*clock.country_day, clock.utc_day)])
    # a change of clocks makes days of 23 or 25 hours
    return counts >= 23


def write_summary(frame: pd.DataFrame, path: Path) -> None:
    """Write the summary with four decimals, so that the file is the same on every machine."""
    with path.open("w", encoding="utf-8", newline="") as file:
        frame.to_csv(file, index=False, float_format="%.4f", lineterminator="\n")


# ---------------------------------------------------------------------------------------------------------------------
# A run, read back


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, scenario and figures.

    Examples
    --------
    >>> import borderflow as bf
    >>> run = bf.run("russia-2022", members=4, seed=1, until="2022-09-17", out="/tmp/borderflow-doctest-results")
    >>> table = run.quantiles("arrivals_daily", by="country")
    >>> list(table.columns)
    ['country', 'start', 'end', 'mean', 'q05', 'q25', 'q50', 'q75', 'q95']
    """

    folder: Path
    scenario: Scenario
    manifest: Mapping[str, Any]

    @property
    def seed(self) -> int:
        """Scenario seed."""
        return int(self.manifest["seed"])

    @property
    def members(self) -> int:
        """Number of members."""
        return int(self.manifest["members"])

    @property
    def first(self) -> int:
        """Number of the first member; not 0 in a part of a larger run."""
        return int(self.manifest.get("first", 0))

    @cached_property
    def network(self) -> Network:
        """The compiled network (labels of the cube's numbers)."""
        return compile_network(self.scenario)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The tidy summary."""
        import pandas as pd

        path = self.folder / "summary.csv"
        try:
            with path.open(encoding="utf-8") as file:
                figures = dict.fromkeys(SUMMARY_COLUMNS[7:], float)
                table = pd.read_csv(file, keep_default_na=False, na_values={c: [""] for c in figures}, dtype=figures)
        except (ValueError, OSError) as error:
            raise ResultsError(f"{path}: cannot be read: {str(error).splitlines()[0][:200]}; run again") from None
        if tuple(table.columns) != SUMMARY_COLUMNS:
            raise ResultsError(f"{path}: is damaged: its columns are not those of a summary; run again")
        return table

    def cube(self) -> xr.Dataset:
        """Open the cube lazily: hourly and daily arrays by member."""
        import xarray as xr

        path = self.folder / "results.zarr"
        cube: xr.Dataset = xr.open_zarr(str(path), consolidated=False, chunks=None, storage_options=options_of(path))
        return cube

    @cached_property
    def store(self) -> Store:
        """The cube as plain arrays."""
        return Store(self.folder / "results.zarr")

    def quantiles(
        self, quantity: str, *, by: Literal["country", "place"] = "country", mode: str | None = None
    ) -> pd.DataFrame:
        """Return mean and quantiles of one quantity per day.

        Parameters
        ----------
        quantity : str
            A key of `QUANTITIES`.
        by : {'country', 'place'}
            Country totals, or single crossings and routes.
        mode : str, optional
            Only this mode; all modes of the summary otherwise.

        Raises
        ------
        UsageError
            For a quantity that the summary does not have.
        """
        if quantity not in QUANTITIES:
            raise UsageError(f"no quantity {quantity!r}{suggest(quantity, QUANTITIES)}")
        frame = self.summary
        rows = (frame["quantity"] == quantity) & ((frame["place"] == "") == (by == "country"))
        if mode is not None:
            rows &= frame["mode"] == mode
        columns = ["start", "end", *SUMMARY_COLUMNS[7:]]
        head = ["country"] if by == "country" else ["place", "country", "mode"]
        return frame.loc[rows, head + columns].reset_index(drop=True)

    def plot(self, quantity: str, where: str | Sequence[str] | None = None, **options: Any) -> Any:
        """Draw a quantity day by day; see `borderflow.plots.plot_quantity`.

        Parameters
        ----------
        quantity : str
            A key of `QUANTITIES`.
        where : str or sequence of str, optional
            Country codes, or names of crossings and routes; the six with the highest days where not given.
        **options
            ``mode``, and ``path`` of a file to save to (png, svg, pdf).

        Returns
        -------
        matplotlib.figure.Figure
            Needs the extra ``plots``; shows itself in a notebook.
        """
        return _plots().plot_quantity(self, quantity, where, **options)

    def plot_queue(self, where: str | Sequence[str] | None = None, **options: Any) -> Any:
        """Draw lines and waits at crossings hour by hour; see `borderflow.plots.plot_queue`."""
        return _plots().plot_queue(self, where, **options)

    def plot_map(self, day: Any = None, **options: Any) -> Any:
        """Draw the crossings of one day with their lines on a map; see `borderflow.plots.plot_map`."""
        return _plots().plot_map(self, day, **options)


def _plots() -> Any:
    """Load the plots, an extra that stands further down; figures are methods only for the reader's convenience."""
    from importlib import import_module

    return import_module("borderflow.plots")


def open_run(folder: str | Path) -> Run:
    """Open a run folder.

    Raises
    ------
    ResultsError
        Where the folder is missing, incomplete or of another version.
    """
    folder = locate(folder)
    path = folder / "manifest.json"
    if not path.is_file():
        raise ResultsError(f"{folder}: no manifest.json; give the folder of a finished run")
    manifest = read_json(path)
    if manifest.get("format") != FORMAT:
        raise ResultsError(f"{path}: format {manifest.get('format')!r}, this version reads format {FORMAT}; run again")
    try:
        scenario = Scenario.model_validate(manifest.get("scenario"))
    except ValueError:
        raise ResultsError(f"{path}: holds no scenario that this version can read; run again") from None
    for part in ("summary.csv", "results.zarr"):
        if not (folder / part).exists():
            raise ResultsError(f"{folder}: {part} is missing; run again")
    return Run(folder, scenario, manifest)


def headline(run: Run) -> list[dict[str, Any]]:
    """Return one row per country with arrivals since the announcement: for the closing table and the briefing.

    Keys: ``country``, ``name``, ``arrivals`` (mean, q05, q95), ``excess`` (mean), ``peak_queue`` (vehicles, mean,
    q05, q95, place), ``longest_wait`` (hours, mean, place), ``turned_back`` (mean).
    """
    frame = run.summary
    last = frame.loc[frame["quantity"] == "arrivals_cumulative", "end"].max()
    announced = run.scenario.announcement.isoformat()
    out = []
    for country in run.scenario.countries:
        mine = frame[(frame["country"] == country.id) & (frame["end"] >= announced)]
        total = mine[
            (mine["quantity"] == "arrivals_cumulative") & (mine["place"] == "") & (mine["end"] == mine["end"].max())
        ]
        if total.empty:
            continue
        at = total.iloc[0]
        whole = mine[mine["place"] == ""]

        def summed(quantity: str, whole: Any = whole) -> float:
            return float(whole.loc[whole["quantity"] == quantity, "mean"].sum())

        def highest(quantity: str, mine: Any = mine) -> Any:
            rows = mine[(mine["quantity"] == quantity) & (mine["mode"] == "car")]
            return None if rows.empty or rows["mean"].isna().all() else rows.loc[rows["mean"].idxmax()]

        queue, wait = highest("queue_cars"), highest("wait_hours")
        out.append(
            {
                "country": country.id,
                "name": country.name,
                "until": last,
                "arrivals": {key: float(at[key]) for key in ("mean", "q05", "q95")},
                "excess": summed("arrivals_excess_daily"),
                "exodus": summed("arrivals_exodus_daily"),
                "peak_queue": None if queue is None else {k: queue[k] for k in ("mean", "q05", "q95", "place", "end")},
                "longest_wait": None if wait is None else {k: wait[k] for k in ("mean", "q05", "q95", "place", "end")},
                "turned_back": summed("turned_back"),
                "entry_refused": summed("entry_refused"),
            }
        )
    return out
