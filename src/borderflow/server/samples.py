"""Samples: members of one scenario in memory, by hour where people wait and by day for the rest.

An hour of a member takes 118 lanes times seven arrays; the page looks at crossings. Blocks of members are therefore
reduced to crossings as soon as they are simulated, so that a hundred members of a month take some 60 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from borderflow.cube import ENDLESS, HOURLY_NAMES, MEMBERS_PER_CHUNK, Block
from borderflow.ensemble import simulate_block
from borderflow.network import Network
from borderflow.results import Run, summarise

if TYPE_CHECKING:
    import pandas as pd

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
    """

    network: Network
    seed: int
    members: tuple[int, ...]
    block: Block
    hourly: Mapping[str, Floats]
    passed: Floats
    values: tuple[Mapping[str, float], ...] | None = field(default=None, repr=False)


class HeldRun(Run):
    """A run whose cube is in memory and has no folder: for briefings and tables of what somebody asked a minute ago."""

    def __init__(self, sample: Sample, manifest: Mapping[str, Any]) -> None:
        from pathlib import Path

        folder = sample.network.scenario.folder or Path()
        super().__init__(folder, sample.network.scenario, manifest)
        object.__setattr__(self, "_sample", sample)

    @property
    def network(self) -> Network:
        """The compiled network."""
        return self._held.network

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The tidy summary."""
        return summarise(self._held.network, self._held.block)

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
    out = [q for q, lane in enumerate(lanes) if lane.direction == "out"]
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


def _reduce(network: Network, columns: _Columns, cube: Cube, part: tuple[Any, ...]) -> tuple[dict[str, Floats], Floats]:
    """Return hourly arrays of crossings, and persons through per hour summed over members."""
    queue = cube.read("queue_exit", *part) + cube.read("queue_entry", *part)
    people = np.add.reduceat(queue[:, :, columns.land], columns.starts, axis=2)
    wait = cube.read("wait_joining", *part)[:, :, columns.main]
    hourly = {
        "queue_persons": people,
        "queue_cars": queue[:, :, columns.main] * (columns.cars / network.scenario.value("car_occupancy")),
        "wait_hours_joining": np.where(wait >= ENDLESS, np.nan, wait),
    }
    through = cube.read("passed", *part).sum(axis=0, dtype=np.float64)
    passed = np.zeros((len(columns.posts) + len(columns.routes), len(MODES), len(network.hours)), np.float32)
    out = np.flatnonzero(columns.place >= 0)
    np.add.at(passed, (columns.place[out], columns.mode[out]), through[:, out].T.astype(np.float32))
    tidy = {name: np.ascontiguousarray(values.transpose(0, 2, 1), np.float32) for name, values in hourly.items()}
    return tidy, passed


def draw_sample(
    network: Network,
    members: Sequence[int],
    *,
    seed: int,
    values: Sequence[Mapping[str, float]] | None = None,
    workers: int,
    advance: Callable[[int], None],
) -> Sample:
    """Simulate members in threads and keep what the page shows.

    Parameters
    ----------
    network : Network
    members : sequence of int
    seed : int
    values : sequence of mappings, optional
        Parameter values of each member; the scenario's own where not given.
    workers : int
        Threads.
    advance : callable
        Called with the number of members done since the last call, from any thread; an exception in it stops the work.
    """
    columns = columns_of(network)
    size = min(MEMBERS_PER_CHUNK, -(-len(members) // workers))

    def draw(first: int) -> tuple[Block, dict[str, Floats], Floats]:
        part = slice(first, first + size)
        block = simulate_block(
            network, members[part], seed=seed, values=None if values is None else values[part],
            workers=1, hourly=True, advance=advance,
        )  # fmt: skip
        hourly, passed = _reduce(network, columns, block, ())
        days = {name: one for name, one in block.arrays.items() if name not in HOURLY_NAMES}
        return Block(days), hourly, passed

    with ThreadPoolExecutor(workers) as pool:
        try:
            parts = list(pool.map(draw, range(0, len(members), size)))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return Sample(
        network, seed, tuple(members), Block.join([block for block, _, _ in parts]),
        {name: np.concatenate([hourly[name] for _, hourly, _ in parts]) for name in HOURLY},
        np.sum([passed for _, _, passed in parts], axis=0) / np.float32(len(members)),
        None if values is None else tuple(values),
    )  # fmt: skip


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
    members = range(min(int(run.manifest["members"]), most))
    blocks, hourlies, totals = [], [], []
    daily = [name for name in run.cube().data_vars if "day" in run.cube()[name].dims]
    for first in range(0, len(members), MEMBERS_PER_CHUNK):
        part = (slice(first, min(first + MEMBERS_PER_CHUNK, len(members))),)
        hourly, passed = _reduce(network, columns, run.store, part)
        blocks.append(Block({str(name): run.store.read(str(name), *part) for name in daily}))
        hourlies.append(hourly)
        totals.append(passed)
        advance(len(blocks[-1].read("left")))
    joined = {name: np.concatenate([hourly[name] for hourly in hourlies]) for name in HOURLY}
    return Sample(
        network, int(run.manifest["seed"]), tuple(members), Block.join(blocks), joined,
        np.sum(totals, axis=0) / np.float32(len(members)),
    )  # fmt: skip
