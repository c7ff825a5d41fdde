"""Samples: members of one scenario in memory, by hour where people wait and by day for the rest.

An hour of a member takes 118 lanes times seven arrays; the page looks at crossings. Blocks of members are therefore
reduced to crossings as soon as they are simulated, so that a hundred members of a month take some 60 MB.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from borderflow.cube import ENDLESS, HOURLY_NAMES, MEMBERS_PER_CHUNK, Block
from borderflow.network import Network
from borderflow.outcomes import Outcome, outcome_of
from borderflow.results import DailyFigures, Run, summarise_series
from borderflow.results.series import of_members
from borderflow.server.trails import Base, Keeper, Trail
from borderflow.simulation import Setting, simulate

__all__ = ["HOURLY", "HeldRun", "Sample", "columns_of", "draw_sample", "read_sample"]

#: Hourly quantities of a crossing: unit, kind, meaning. Direction is exit for all of them.
HOURLY: Mapping[str, tuple[str, str, str]] = {
    "queue_persons": ("persons", "stock", "people waiting to leave, all lanes and both sides of the crossing"),
    "queue_cars": ("vehicles", "stock", "cars waiting to leave, both sides of the crossing"),
    "wait_hours_joining": (
        "hours",
        "duration",
        "expected wait of those joining the line now; cars, where the crossing has a lane for them",
    ),
}
MODES = ("car", "bus", "foot", "train", "air")
BLOCK = 5  # members simulated at a time: where others take a processor, the threads still end together
EARLY = 20  # members of the first picture of a long run
SOON = 2.5  # seconds to wait for all of them that are too few for a picture before, which takes half a second itself
Floats = NDArray[np.float32]


class Cube(Protocol):
    """Anything that reads an array by name, member first."""

    def read(self, name: str, *index: Any) -> NDArray[Any]:
        """Return an array or a part of it."""


@dataclass(frozen=True)
class Sample:
    """Members of one scenario.

    Parameters
    ----------
    network : Network
    seed : int
    members : tuple of int
    block : Block
        Daily arrays.
    hourly : dict
        By name of `HOURLY`, shape (member, crossing, hour); NaN where nobody is let through, so that nobody can say how
        long the wait is.
    passed : numpy.ndarray
        Mean persons who got through per hour, shape (post, mode, hour): crossings in the order of the cube, then air
        routes; modes as in `MODES`.
    settings : tuple of Setting, optional
        What is special about each member: of a forecast, parameter values, daily noise and breaks.
    trails : tuple of Trail, optional
        What each member was on some days, for questions about the days after.
    """

    network: Network
    seed: int
    members: tuple[int, ...]
    block: Block
    hourly: Mapping[str, Floats]
    passed: Floats
    settings: tuple[Setting, ...] | None = field(default=None, repr=False)
    trails: tuple[Trail, ...] | None = field(default=None, repr=False)

    @property
    def nbytes(self) -> int:
        """Bytes of the figures of all members."""
        arrays = (*self.block.arrays.values(), *self.hourly.values(), self.passed)
        return sum(array.nbytes for array in arrays)

    @cached_property
    def outcome(self) -> Outcome:
        """The daily series, as one side of a comparison."""
        return outcome_of(self.network, self.block, self.seed, self.members, self.settings)

    @cached_property
    def daily(self) -> tuple[list[list[str]], Floats]:
        """Names of all daily series, and their values, shape (member, series, day), NaN on days not covered whole."""
        outcome, home = self.outcome, self.network.scenario.origin_country
        keys = [key for key in outcome.series if key[1] or key[2]]
        # the country of origin counts days in UTC, and so does what no country's clock is known for
        whole = [outcome.complete.get(key[1] or key[2], outcome.complete[home]) for key in keys]
        values = np.stack([outcome.series[key] for key in keys], axis=1).astype(np.float32)
        return [list(key) for key in keys], np.where(np.array(whole)[None], values, np.float32("nan"))


class HeldRun(Run):
    """A run whose cube is in memory: for briefings and tables of what somebody asked a minute ago.

    Its folder is where the ledger of its scenario lies; nothing of the run is there.
    """

    def __init__(self, sample: Sample, manifest: Mapping[str, Any], folder: Path) -> None:
        super().__init__(folder, sample.network.scenario, manifest)
        object.__setattr__(self, "_sample", sample)

    @property
    def network(self) -> Network:
        """The compiled network."""
        return self._held.network

    @cached_property
    def rows(self) -> Sequence[DailyFigures]:
        """The rows of the summary."""
        return summarise_series(self._held.network, self._held.block)

    @property
    def store(self) -> Any:
        """The cube with its labels."""
        return _Labelled(self._held)

    @property
    def _held(self) -> Sample:
        return self.__dict__["_sample"]  # type: ignore[no-any-return]


class _Labelled:
    """Daily arrays of a sample, and the labels that a cube on disk has."""

    def __init__(self, sample: Sample) -> None:
        network = sample.network
        self._block = sample.block
        self._labels: dict[str, list[str]] = {
            "station": [f"{lane.post}/{lane.direction}/{lane.mode}" for lane in network.lanes],
            "day": [day.isoformat() for day in network.days],
            "origin": list(network.origins),
            "country": list(network.countries),
        }

    @property
    def values(self) -> Sequence[Mapping[str, float]] | None:
        return self._block.values

    def parts(self, *_names: str) -> Iterator[Block]:
        """Yield all members at once: they are in memory."""
        yield self._block

    def read(self, name: str, *index: Any) -> NDArray[Any]:
        if name in self._labels:
            return np.array(self._labels[name], dtype=object)[index or ...]
        return self._block.read(name, *index)


@dataclass(frozen=True)
class _Columns:
    """Which columns of the hourly record belong to which crossing, mode and air route."""

    posts: tuple[str, ...]
    routes: tuple[str, ...]
    starts: NDArray[np.int64]
    land: NDArray[np.int64]
    main: NDArray[np.int64]
    cars: NDArray[np.bool_]
    place: NDArray[np.int64]
    mode: NDArray[np.int64]


def columns_of(network: Network) -> _Columns:
    """Return how the columns of the hourly record are grouped: crossings with a line first, air routes after them."""
    lanes = [network.lanes[n] for n in network.recorded]
    posts = tuple(dict.fromkeys(lane.post for lane in lanes if lane.kind == "land"))
    routes = tuple(dict.fromkeys(lane.post for lane in lanes if lane.kind == "air"))
    number = {post: n for n, post in enumerate((*posts, *routes))}
    # trains that people wait for at a station within the country have lines, too, and are no way out by themselves
    out = [q for q, lane in enumerate(lanes) if lane.direction == "out" and lane.post in number]
    # by crossing, so that one sum over stretches does them all
    land = sorted((q for q in out if lanes[q].kind == "land"), key=lambda q: number[lanes[q].post])
    owner = np.array([number[lanes[q].post] for q in land], np.int64)
    # the lane that waits are shown for: cars where a crossing has them
    main = np.full(len(posts), -1, np.int64)
    for q in land:
        at = number[lanes[q].post]
        if lanes[q].mode == "car" or main[at] < 0:
            main[at] = q
    return _Columns(
        posts, routes,
        starts=np.searchsorted(owner, np.arange(len(posts))),
        land=np.array(land, np.int64), main=main, cars=np.array([lanes[q].mode == "car" for q in main], bool),
        place=np.array([number[lanes[q].post] if q in set(out) else -1 for q in range(len(lanes))], np.int64),
        mode=np.array([MODES.index(lane.mode) if lane.mode in MODES else 0 for lane in lanes], np.int64),
    )  # fmt: skip


def _reduce(
    network: Network, columns: _Columns, cube: Cube, block: Block, part: tuple[Any, ...]
) -> tuple[dict[str, Floats], Floats]:
    """Return hourly arrays of crossings, and persons through per hour summed over members, for a block of members."""
    queue = cube.read("queue_exit", *part) + cube.read("queue_entry", *part)
    people = np.add.reduceat(queue[:, :, columns.land], columns.starts, axis=2)
    each = of_members(network, block, "car_occupancy")[:, :, None]
    wait = cube.read("wait_joining", *part)[:, :, columns.main]
    hourly = {
        "queue_persons": people,
        "queue_cars": queue[:, :, columns.main] * (columns.cars / each),
        "wait_hours_joining": np.where(wait >= ENDLESS, np.nan, wait),
    }
    through = cube.read("passed", *part).sum(axis=0, dtype=np.float64)
    passed = np.zeros((len(columns.posts) + len(columns.routes), len(MODES), len(network.hours)), np.float32)
    out = np.flatnonzero(columns.place >= 0)
    np.add.at(passed, (columns.place[out], columns.mode[out]), through[:, out].T.astype(np.float32))
    tidy = {name: np.ascontiguousarray(values.transpose(0, 2, 1), np.float32) for name, values in hourly.items()}
    return tidy, passed


@dataclass(frozen=True)
class _Part:
    """Some members, reduced."""

    block: Block
    hourly: Mapping[str, Floats]
    through: Floats
    trails: tuple[Trail, ...]


def _join(
    network: Network, seed: int, members: Sequence[int], settings: Sequence[Setting] | None, parts: Sequence[_Part]
) -> Sample:
    """Return the first members as one sample, as many as the parts have."""
    joined = {name: np.concatenate([part.hourly[name] for part in parts]) for name in HOURLY}
    number = len(joined["queue_persons"])
    return Sample(
        network, seed, tuple(members[:number]), Block.join([part.block for part in parts]), joined,
        np.sum([part.through for part in parts], axis=0) / np.float32(number),
        None if settings is None else tuple(settings[:number]),
        tuple(trail for part in parts for trail in part.trails) or None,
    )  # fmt: skip


def draw_sample(
    network: Network,
    members: Sequence[int],
    *,
    seed: int,
    settings: Sequence[Setting] | None = None,
    workers: int,
    advance: Callable[[int], None],
    keep: Sequence[int] = (),
    base: Base | None = None,
    early: Callable[[Sample], None] | None = None,
) -> Sample:
    """Simulate members in threads and keep what the page shows.

    Parameters
    ----------
    network : Network
    members : sequence of int
    seed : int
    settings : sequence of Setting, optional
        What is special about each member.
    workers : int
        Threads.
    advance : callable
        Called with the number of members done since the last call, from any thread; an exception in it stops the work.
    keep : sequence of int
        Hours at which to keep the members, for later questions.
    base : Base, optional
        Where the members go on from, instead of the first hour.
    early : callable, optional
        Gets the first `EARLY` members as soon as they are there, while the others are simulated, where these are many
        and take longer than `SOON`.
    """
    columns = columns_of(network)
    size = min(BLOCK, -(-len(members) // workers))

    def draw(first: int) -> _Part:
        part = slice(first, first + size)
        keeper = Keeper(keep, len(members[part]))
        made = simulate(
            network, members[part], seed=seed, settings=None if settings is None else settings[part],
            begins=None if base is None else base.moments(part), pauses=keeper.pauses,
        )  # fmt: skip
        advance(len(made))
        values = None if settings is None else [one.values for one in settings[part]]
        block = Block.of(network, made, values=values)
        hourly, passed = _reduce(network, columns, block, block, ())
        days = {name: one for name, one in block.arrays.items() if name not in HOURLY_NAMES}
        return _Part(Block(days, block.values), hourly, passed, keeper.trails(made))

    with ThreadPoolExecutor(workers) as pool:
        try:
            parts, began = [], time.monotonic()
            for part in _one_first(pool, draw, range(0, len(members), size)):
                parts.append(part)
                if early is not None and len(parts) * size == EARLY and len(members) >= 3 * EARLY:
                    left = (time.monotonic() - began) * (len(members) - EARLY) / EARLY
                    if left > SOON:
                        early(_join(network, seed, members, settings, parts))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return _join(network, seed, members, settings, parts)


def _one_first(pool: ThreadPoolExecutor, draw: Callable[[int], _Part], starts: range) -> Iterator[_Part]:
    """Yield parts in order; the first alone where the kernel is not compiled yet."""
    from borderflow.kernels import border

    if border.advance.signatures:
        yield from pool.map(draw, starts)
    else:
        yield pool.submit(draw, starts[0]).result()
        yield from pool.map(draw, starts[1:])


def read_sample(run: Run, most: int, advance: Callable[[int], None]) -> Sample:
    """Read the first members of a finished run.

    Parameters
    ----------
    run : Run
    most : int
        Members beyond this number stay on disk.
    advance : callable
        As in `draw_sample`.
    """
    network = run.network
    columns = columns_of(network)
    members = range(run.first, run.first + min(run.members, most))
    values = run.store.values
    parts = []
    daily = [name for name in run.cube().data_vars if "day" in run.cube()[name].dims]
    for row in range(0, len(members), MEMBERS_PER_CHUNK):
        part = (slice(row, min(row + MEMBERS_PER_CHUNK, len(members))),)
        block = Block(
            {str(name): run.store.read(str(name), *part) for name in daily}, None if values is None else values[part[0]]
        )
        hourly, passed = _reduce(network, columns, run.store, block, part)
        parts.append(_Part(block, hourly, passed, ()))
        advance(len(block.read("left")))
    return _join(network, run.seed, members, None, parts)
