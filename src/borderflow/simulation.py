"""Simulation: one member, or a block of members, of a compiled network.

A member is a pure function of ``(network, rules, theta, seed, member)``; see ``kernels/draws.py``. Members of a block
run one after the other in one thread; the kernel releases the GIL, so blocks run in parallel threads.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import ConservationError, ResultsError
from borderflow.network import Network, adapt_network
from borderflow.rules import Rulebook
from borderflow.scenario import Event

if TYPE_CHECKING:
    from borderflow.kernels import border

__all__ = [
    "NEWS_HOURS",
    "Member",
    "Moment",
    "Setting",
    "Workspace",
    "new_record",
    "new_state",
    "run_member",
    "simulate",
]

#: Hours between two updates of what people know (waits, fares, risks) when they choose.
NEWS_HOURS = 6
_FIRST_NODES = 8192


@dataclass(frozen=True)
class Member:
    """One stochastic run.

    Parameters
    ----------
    number : int
    record : border.Record
        Hourly and daily arrays.
    state : border.State
        The state after the last hour.
    """

    number: int
    record: border.Record
    state: border.State


@dataclass(frozen=True)
class Moment:
    """One member at the beginning of an hour: all that it is, and all that it has left behind so far.

    Parameters
    ----------
    hour : int
    arrays : mapping
        Arrays of `border.State` and `border.Record` by dotted name, hourly ones up to the hour.
    """

    hour: int
    arrays: Mapping[str, NDArray[np.generic]]

    @classmethod
    def of(cls, hour: int, state: border.State, record: border.Record) -> Moment:
        """Copy a member as it is now."""
        return cls(hour, {name: array.copy() for name, array in _kept(hour, state, record)})

    @classmethod
    def joined(
        cls, hour: int, state: Mapping[str, NDArray[np.generic]], hourly: Mapping[str, NDArray[np.generic]]
    ) -> Moment:
        """Put `state` together with the hourly record, by the names of `border.Hourly`."""
        return cls(hour, {**state, **{_HOURLY + name: array for name, array in hourly.items()}})

    @property
    def state(self) -> dict[str, NDArray[np.generic]]:
        """All but the hourly record, which whoever keeps the run has already."""
        return {name: array for name, array in self.arrays.items() if not name.startswith(_HOURLY)}

    @property
    def nodes(self) -> int:
        """Room for batches in line that the member had."""
        return len(self.arrays["state.lines.hour"])

    def with_room(self, nodes: int) -> Moment:
        """Return the same moment with room for more batches in line."""
        here, extra = self.nodes, nodes - self.nodes
        arrays = dict(self.arrays)
        for name, array in self.arrays.items():
            if name.startswith("state.lines.") and len(array) == here:
                arrays[name] = np.concatenate([array, np.zeros((extra, *array.shape[1:]), array.dtype)])
        free: NDArray[np.generic] = self.arrays["state.lines.free"]
        arrays["state.lines.following"][here:] = np.append(np.arange(here + 1, nodes), free)
        return Moment(self.hour, arrays | {"state.lines.free": np.full_like(free, here)})

    def put(self, state: border.State, record: border.Record) -> None:
        """Make a state and a record those of this moment.

        Raises
        ------
        ResultsError
            Where they belong to another network.
        """
        for name, array in _kept(self.hour, state, record):
            before = self.arrays.get(name)
            if before is None or before.shape != array.shape or before.dtype != array.dtype:
                raise ResultsError(f"snapshot: {name} does not fit the network; branch from a run of the same places")
            array[...] = before


_HOURLY = "record.hourly."  # names of the arrays that grow by a row each hour
# what `border.prepare` fills from the parameters, and room to work in: not part of what a member is
_MADE_AGAIN = (
    "state.minds.alt_weight", "state.minds.leg_", "state.minds.pull", "state.minds.sums", "state.minds.rows",
    "state.minds.odds", "state.minds.force", "state.crowd.", "state.bulk.", "state.roads.flat", "state.heads",
    "state.leaving", "state.ones", "state.noise", "state.rate", "state.travel", "state.passage.",
)  # fmt: skip


def _kept(hour: int, state: border.State, record: border.Record) -> Iterator[tuple[str, NDArray[np.generic]]]:
    for name, array in (*_named("state", state), *_named("record", record)):
        if not name.startswith(_MADE_AGAIN):
            yield name, array[:hour] if name.startswith(_HOURLY) else array


def _named(name: str, part: Any) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Yield every array of a tuple of tuples with its dotted name."""
    if isinstance(part, np.ndarray):
        yield name, part
    elif isinstance(part, tuple):
        names: tuple[str, ...] = getattr(part, "_fields")  # noqa: B009
        for one, value in zip(names, part, strict=True):
            yield from _named(f"{name}.{one}", value)


def new_state(network: Network, nodes: int = _FIRST_NODES) -> border.State:
    """Return the state before the first hour: everyone at home, room for ``nodes`` batches of people in line."""
    from borderflow.kernels import border

    a = network.arrays
    lanes, posts, countries = len(network.lanes), len(network.posts), len(network.countries)
    groups, classes = len(network.groups), a.choices.row_share.shape[1]
    types, stations = (groups + 1) * classes, 2 * lanes
    alternatives, nests, rows = a.choices.alt_lane.size, a.choices.nest_country.size, a.choices.row_key.size
    ways, ways_in = (_sixteens(int(np.diff(x).max(initial=1))) for x in (a.choices.nest_alt, a.choices.row_nest))
    calendar = np.zeros((border.RING, lanes, types - classes + 1), np.int32)
    places, half_days = max(len(network.origins), countries), len(network.hours) // 12 + 1
    rooms = places * groups, posts * types, a.lanes.stream_lane.size, 16 * lanes, lanes * types, 2 * types * half_days
    bulk = max(rooms) + 8
    crowd = border.CROWD + 16
    # all people who are counted every hour lie side by side
    shapes = [network.home.shape, network.home.shape, (stations,), (posts, types), (countries, groups)]
    heads = np.zeros(sum(math.prod(shape) for shape in shapes), np.int64)
    ends = np.cumsum([math.prod(shape) for shape in shapes])[:-1]
    home, returnable, people, pool, abroad = (
        part.reshape(shape) for part, shape in zip(np.split(heads, ends), shapes, strict=True)
    )
    home[:] = network.home
    return border.State(
        homes=border.Homes(
            home=home,
            returnable=returnable,
            recent=np.zeros(len(network.origins)),
        ),
        roads=border.Roads(calendar, flat=calendar.reshape(-1), chosen=np.zeros(lanes, np.uint32)),
        lines=border.Lines(
            head=np.full(stations, -1, np.int64),
            tail=np.full(stations, -1, np.int64),
            people=people,
            carry=np.zeros(stations),
            following=np.append(np.arange(1, nodes), -1),
            hour=np.zeros(nodes, np.int64),
            size=np.zeros(nodes, np.int64),
            gone=np.zeros(nodes, np.int64),
            waited=np.zeros(nodes),
            types=np.zeros((nodes, types), np.int64),
            free=np.zeros(1, np.int64),
        ),
        minds=border.Minds(
            wait=np.zeros((border.MEMORY, lanes)),
            way_factor=np.zeros(2 * a.choices.way_service.size),
            guard=np.zeros(posts, np.int64),
            ordinary_factor=np.zeros((lanes, classes)),
            alt_weight=np.zeros(alternatives),
            leg_lane=np.zeros(alternatives, np.uint32),
            leg_hours=np.zeros(alternatives),
            pull=np.zeros((classes, countries)),
            inner=_steps(2 * nests, ways),
            rows=np.zeros(rows, np.int64),
            odds=np.zeros(2 * max(nests, rows * classes) + 8),
            force=np.zeros(2 * max(nests, rows * classes) + 8),
            outer=_steps(2 * rows * classes, ways_in),
            mixture=_steps(2 * rows, _sixteens(classes)),
            sums=np.zeros((2, max(ways, classes) * ways_in + 16)),
            seen=np.zeros(2 * rows * classes),
            reach=np.zeros(2 * rows),
            usual=np.zeros(1),
            news=np.append(0, np.full(rows, -1)),
        ),
        crowd=border.Crowd(
            cell=np.zeros(crowd, np.uint32),
            people=np.zeros(crowd, np.uint32),
            kind=np.zeros(crowd, np.uint32),
            known=np.zeros(crowd, np.uint32),
            nest=np.zeros(crowd, np.uint32),
            way=np.zeros(crowd, np.uint32),
            site=np.zeros(crowd, np.uint32),
            purpose=np.zeros(crowd, np.uint32),
            words=np.zeros((4, crowd), np.uint32),
            first=np.zeros(crowd, np.int64),
            runs=np.zeros(1, np.int64),
        ),
        bulk=border.Bulk(
            mean=np.zeros(bulk),
            mass=np.zeros(bulk),
            number=np.zeros(bulk, np.int64),
            drawn=np.zeros(bulk, np.int64),
            where=np.zeros(bulk, np.int64),
            site=np.zeros(bulk, np.uint32),
            purpose=np.zeros(bulk, np.uint32),
            words=np.zeros((4, bulk), np.uint32),
            left=np.zeros(bulk, np.int64),
            station=np.zeros(bulk, np.int64),
            ahead=np.zeros(bulk, np.int64),
            room=np.zeros((7, bulk)),
        ),
        passage=border.Passage(
            pace=np.zeros((lanes, 2)),
            welcome=np.zeros(lanes, np.int64),
            free=np.zeros(countries, np.int64),
            bars=np.zeros(groups, np.int64),
            ordinary=np.zeros(lanes, np.int64),
            busy=np.zeros(lanes, np.int64),
            types=np.zeros((lanes, types), np.int64),
            people=np.zeros(lanes, np.int64),
            waited=np.zeros(lanes),
            capacity=np.zeros(lanes),
            first=np.zeros(lanes, np.int64),
            cut=np.zeros(lanes, np.int64),
            taken=np.zeros(lanes, np.int64),
            divided=np.zeros(lanes, np.int64),
            watched=np.zeros(lanes, np.int64),
            others=np.zeros(lanes, np.int64),
            noticed=np.zeros(lanes, np.int64),
            stopped=np.zeros(lanes, np.int64),
        ),
        pool=pool,
        abroad=abroad,
        leaving=np.zeros((countries, groups), np.int64),
        heads=heads,
        counter=np.zeros(7, np.int64),
        ones=np.ones(1 + countries),
        noise=np.zeros((len(network.days), 1 + countries)),
        rate=np.zeros((lanes, 2)),
        travel=np.zeros(border.TRAVEL_BINS),
    )


def _steps(rows: int, options: int) -> NDArray[np.uint32]:
    """Return rows of steps, each of them on cache lines of its own: what lies on two is read at half the pace."""
    raw = np.zeros(rows * options + 16, np.uint32)
    first = -(raw.ctypes.data // 4) % 16
    return raw[first : first + rows * options].reshape(rows, options)


def _sixteens(options: int) -> int:
    """Return the room for so many options: a multiple of sixteen."""
    return -(-options // 16) * 16


def new_record(network: Network) -> border.Record:
    """Return empty arrays for everything a member leaves behind."""
    from borderflow.kernels import border

    hours, columns, days = len(network.hours), len(network.recorded), len(network.days)
    return border.Record(
        hourly=border.Hourly(
            queue=np.zeros((hours, columns, 2), np.int32),
            wait_joining=np.zeros((hours, columns), np.float32),
            wait_passing=np.full((hours, columns), -1.0, np.float32),
            passed=np.zeros((hours, columns), np.int32),
            waiting_day=np.zeros((hours, columns), np.int32),
            price=np.zeros((hours, columns), np.float32),
        ),
        daily=np.zeros((border.DAILY, days, len(network.lanes)), np.int32),
        origin=np.zeros((border.ORIGIN, days, len(network.origins)), np.int32),
        country=np.zeros((2, days, len(network.countries)), np.int32),
        entered=np.zeros((days, len(network.countries), len(network.groups)), np.int32),
        abroad=np.zeros((days, len(network.countries)), np.int32),
    )


@dataclass
class Workspace:
    """Arrays that one thread uses for one member after the other, so that memory is asked for once.

    Parameters
    ----------
    network : Network
    nodes : int
        Room for batches in line; grows by itself.
    """

    network: Network
    nodes: int = _FIRST_NODES

    def __post_init__(self) -> None:
        self.state = new_state(self.network, self.nodes)

    def reset(self) -> border.State:
        """Return the state before the first hour."""
        fresh, network = self.state, self.network
        for array in _arrays_of(fresh):
            array.fill(0)
        fresh.homes.home[:] = network.home
        fresh.ones.fill(1.0)
        fresh.lines.head.fill(-1)
        fresh.lines.tail.fill(-1)
        fresh.lines.following[:] = np.arange(1, self.nodes + 1)
        fresh.lines.following[-1] = -1
        fresh.minds.news[1:] = -1
        return fresh

    def grow(self, nodes: int | None = None) -> None:
        """Make room for four times as many batches, or for so many."""
        self.nodes = nodes or 4 * self.nodes
        self.state = new_state(self.network, self.nodes)


def _arrays_of(state: tuple[object, ...]) -> Iterator[NDArray[np.generic]]:
    for part in state:
        if isinstance(part, np.ndarray):
            yield part
        elif isinstance(part, tuple):
            yield from _arrays_of(part)


def run_member(
    network: Network,
    rules: border.Rules,
    theta: border.Theta,
    *,
    seed: int,
    member: int,
    normals: NDArray[np.float64] | None = None,
    workspace: Workspace | None = None,
    record: border.Record | None = None,
    begin: Moment | None = None,
    pauses: Mapping[int, Callable[[Moment], None]] | None = None,
    last: int | None = None,
) -> Member:
    """Run one member from the first hour to the last.

    Parameters
    ----------
    network, rules, theta
        From `compile_network` and `compile_rules`.
    seed : int
        Scenario seed, 0 to 2**63 - 1.
    member : int
        Number of the member, 0 to 2**32 - 1; the member is the same whoever runs it and when.
    normals : numpy.ndarray, optional
        Standard normal numbers, shape (days, 1 + countries), for the daily noise; NaN where the member draws its own.
    workspace : Workspace, optional
        Arrays to work in; the returned member's state is a view of them.
    record : border.Record, optional
        Arrays of zeros to write to (``wait_passing``: -1).
    begin : Moment, optional
        Where to go on from, instead of the first hour.
    pauses : mapping, optional
        Hour -> what to do with the moment at its beginning.
    last : int, optional
        Hour to stop at; the end of the scenario where not given.

    Raises
    ------
    ConservationError
        When people appear or vanish: a bug in the engine.
    """
    from borderflow.kernels import border

    workspace = workspace or Workspace(network)
    if begin is not None and begin.nodes != workspace.nodes:
        workspace.grow(begin.nodes)
    state = workspace.reset()
    record = record or new_record(network)
    if normals is None:
        normals = np.full(state.noise.shape, np.nan)
    a = network.arrays
    border.prepare(network.trips, theta, state.minds, state.rate, state.noise, state.travel, seed, member, normals)
    hour = 0
    if not border.advance.signatures:
        with _uncollected():
            border.advance(a, rules, theta, state, record, seed, member, 0, 0, network.everyone, NEWS_HOURS)
    if begin is not None:
        begin.put(state, record)
        hour = begin.hour
    code = border.OK
    for stop in sorted({*(pauses or ()), len(network.hours) if last is None else last}):
        code, hour = border.advance(
            a, rules, theta, state, record, seed, member, hour, stop, network.everyone, NEWS_HOURS
        )
        if code != border.OK:
            break
        if pauses and stop in pauses:
            pauses[stop](Moment.of(stop, state, record))
    if code == border.OUT_OF_NODES:
        workspace.grow(4 * workspace.nodes)
        if begin is not None:
            begin = begin.with_room(workspace.nodes)
        for array in _arrays_of(record):
            array.fill(0)
        record.hourly.wait_passing.fill(-1.0)
        return run_member(
            network, rules, theta, seed=seed, member=member, normals=normals, workspace=workspace, record=record,
            begin=begin, pauses=pauses, last=last,
        )  # fmt: skip
    if code != border.OK:
        check = "the hourly sum" if code == border.BROKEN_SUM else "the daily recount"
        raise ConservationError(
            f"member {member}, {network.hours[hour]}Z: {check} of people differs from {network.everyone:,} at the start"
        )
    border.count_citizens(record.daily, a.lanes.citizens, a.lanes.key, seed, member)
    return Member(member, record, state)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let no garbage be collected: while numba compiles, walking through all it holds takes an eighth of the time."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


@dataclass(frozen=True)
class Setting:
    """What is special about one member of a fit or a forecast.

    Parameters
    ----------
    values : mapping
        Parameter values and factors that replace the shipped ones.
    normals : numpy.ndarray, optional
        Standard normal numbers of the daily noise, shape (days, 1 + countries); NaN where the member draws its own.
    events : tuple of Event
        Events that come on top of the scenario's.
    traffic : numpy.ndarray, optional
        Factors on ordinary traffic, shape (2, days, countries): out of the country of origin, and back.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    normals: NDArray[np.float64] | None = None
    events: tuple[Event, ...] = ()
    traffic: NDArray[np.float64] | None = None

    def apply(self, network: Network) -> Network:
        """Return the network of this member."""
        scenario = network.scenario.with_parameters(**self.values) if self.values else network.scenario
        if self.events:
            scenario = scenario.model_copy(update={"events": (*scenario.events, *self.events)})
        own = adapt_network(network, scenario)
        return own if self.traffic is None else _with_traffic(own, self.traffic)


def _with_traffic(network: Network, traffic: NDArray[np.float64]) -> Network:
    """Return the network with ordinary traffic multiplied day by day."""
    a = network.arrays
    day = a.clock.country_day[a.lanes.country].T  # (hour, lane)
    back = np.array([lane.direction == "in" for lane in network.lanes], dtype=np.int64)
    factor = traffic[back[None, :], day, a.lanes.country[None, :]]
    ordinary = np.ascontiguousarray(a.lanes.ordinary * factor[:, :, None])
    return replace(network, arrays=a._replace(lanes=a.lanes._replace(ordinary=ordinary)))


def simulate(
    network: Network,
    members: Sequence[int],
    *,
    seed: int,
    values: Sequence[Mapping[str, float]] | None = None,
    settings: Sequence[Setting] | None = None,
    begins: Sequence[Moment] | None = None,
    pauses: Mapping[int, Callable[[int, Moment], None]] | None = None,
    last: int | None = None,
) -> list[Member]:
    """Run a block of members one after the other.

    Parameters
    ----------
    network : Network
    members : sequence of int
    seed : int
    values : sequence of mappings, optional
        Parameter values of each member; the shipped ones where not given.
    settings : sequence of Setting, optional
        The same with daily noise and further events, instead of ``values``.
    begins : sequence of Moment, optional
        Where each member goes on from, instead of the first hour.
    pauses : mapping, optional
        Hour -> what to do with each member's position and its moment at the beginning of that hour.
    last : int, optional
        Hour to stop at; the end of the scenario where not given.

    Returns
    -------
    list of Member
        Their records are their own; their ``state`` is the one workspace, which holds the last member's.
    """
    if settings is None and values is not None:
        settings = [Setting(one) for one in values]
    book = Rulebook(network)
    shared = book.rules_of(network) if settings is None else None
    out = []
    workspace = Workspace(network)
    for position, member in enumerate(members):
        own, normals = network, None
        if settings is not None:
            own, normals = settings[position].apply(network), settings[position].normals
        rules, theta = shared or book.rules_of(own)
        workspace.network = own
        stops = {hour: partial(keep, position) for hour, keep in (pauses or {}).items()}
        begin = begins[position] if begins else None
        out.append(
            run_member(
                own, rules, theta, seed=seed, member=member, normals=normals, workspace=workspace, begin=begin,
                pauses=stops, last=last,
            )
        )  # fmt: skip
    return out
