"""Cube: what members leave behind, as labelled arrays on disk or in memory, member first.

On disk it is one zarr group in chunks of ten or more members, so that any number of workers on any number of
computers write disjoint files and nobody ever holds it whole. Every chunk ends with its CRC-32C: a torn or flipped one
is an error when read, never a figure. Every chunk is written, empty ones too, so that the cube itself says which
members are done; there is no list beside it that could disagree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import ResultsError
from borderflow.folders import options_of, read_json, sweep, write_whole
from borderflow.network import Network
from borderflow.simulation import Member

__all__ = [
    "AT_ONCE",
    "DAILY_NAMES",
    "DAMAGE",
    "ENDLESS",
    "HOURLY_NAMES",
    "LANE_DAY_NAMES",
    "MEMBERS_FILE",
    "MEMBERS_PER_CHUNK",
    "ORIGIN_NAMES",
    "POST_DAY_NAMES",
    "Block",
    "Cube",
    "Store",
    "array_specs",
    "first_line",
    "hourly_record",
    "land_posts",
    "member_arrays",
    "members_per_chunk",
]

ENDLESS = 1000.0  # hours: the kernel's wait where nobody is let through
MEMBERS_FILE = "members.json"  # values of each member, in run folders whose members differ
MEMBERS_PER_CHUNK = 10  # members in one chunk of the cube of a run of up to 10,000
MOST_CHUNKS = 1000  # of each array; runs with more members have larger chunks, for the sake of shared disks
LARGEST_BLOCK = 5e8  # bytes of members that a worker holds at once; members of a continent go alone
AT_ONCE = 100  # members read at once where figures are made of all of them
LARGEST_CHUNK = 1e9  # numbers in a chunk; what says that it is larger is damaged or made to harm


def members_per_chunk(network: Network, members: int) -> int:
    """Return how many members of a run go into one chunk: a worker computes so many at once.

    Ten, or as many as keep the chunks below `MOST_CHUNKS`; but no more than fit into `LARGEST_BLOCK`, and at least one.

    Examples
    --------
    >>> import borderflow as bf
    >>> from borderflow.network import compile_network
    >>> network = compile_network(bf.load("russia-2022").until("2022-09-30"))
    >>> [members_per_chunk(network, members) for members in (200, 10_000, 100_000)]
    [10, 10, 100]
    """
    each = sum(4.0 * np.prod(shape, dtype=float) for _, _, shape in array_specs(network).values())
    return min(max(MEMBERS_PER_CHUNK, -(-members // MOST_CHUNKS)), max(1, int(LARGEST_BLOCK // each)))


def array_specs(network: Network) -> dict[str, tuple[tuple[str, ...], str, tuple[int, ...]]]:
    """Return name -> (dimensions after member, dtype, shape after member)."""
    hours, days = len(network.hours), len(network.days)
    columns, lanes = len(network.recorded), len(network.lanes)
    origins, countries = len(network.origins), len(network.countries)
    hourly = ("hour", "lane")
    daily = ("day", "station")
    specs: dict[str, tuple[tuple[str, ...], str, tuple[int, ...]]] = {
        name: (hourly, "f4" if name in ("wait_joining", "wait_passing", "price") else "i4", (hours, columns))
        for name in HOURLY_NAMES
    }
    for name in LANE_DAY_NAMES:
        specs[name] = (("day", "lane"), "f4", (days, columns))
    for name in POST_DAY_NAMES:
        specs[name] = (("day", "post"), "f4", (days, len(land_posts(network))))
    for name in DAILY_NAMES:
        specs[name] = (daily, "i4", (days, lanes))
    for name in ORIGIN_NAMES:
        specs[name] = (("day", "origin"), "i4", (days, origins))
    for name in ("moved_on", "went_back", "abroad"):
        specs[name] = (("day", "country"), "i4", (days, countries))
    specs["entered"] = (("day", "country", "group"), "i4", (days, countries, len(network.groups)))
    return specs


HOURLY_NAMES = ("queue_exit", "queue_entry", "wait_joining", "wait_passing", "passed", "waiting_day", "price")
#: Order of the rows of ``Record.daily`` and ``Record.origin`` in the kernel.
DAILY_NAMES = (
    "passed_exodus", "passed_ordinary", "passed_citizens", "turned_back", "notices", "refused", "called_up",
    "turned_away", "abandoned", "chose",
)  # fmt: skip
ORIGIN_NAMES = ("left", "called", "wrong_returned")
#: Hours reduced to local days, by lane with a line and by crossing (all lanes together).
LANE_DAY_NAMES = ("queue_peak", "wait_joining_peak", "wait_passing_mean", "price_mean")
POST_DAY_NAMES = ("post_queue_peak", "post_person_hours", "post_waiting_day_peak")


def land_posts(network: Network) -> list[str]:
    """Return crossings with a line, in the order of the cube."""
    return list(dict.fromkeys(network.lanes[n].post for n in network.recorded if network.lanes[n].kind == "land"))


def member_arrays(member: Member) -> dict[str, NDArray[Any]]:
    """Return the arrays of one member by their names in the cube."""
    record = member.record
    out: dict[str, NDArray[Any]] = {
        "queue_exit": record.hourly.queue[..., 0],
        "queue_entry": record.hourly.queue[..., 1],
        "wait_joining": record.hourly.wait_joining,
        "wait_passing": record.hourly.wait_passing,
        "passed": record.hourly.passed,
        "waiting_day": record.hourly.waiting_day,
        "price": record.hourly.price,
        "moved_on": record.country[0],
        "went_back": record.country[1],
        "abroad": record.abroad,
        "entered": record.entered,
    }
    out |= {name: record.daily[row] for row, name in enumerate(DAILY_NAMES)}
    out |= {name: record.origin[row] for row, name in enumerate(ORIGIN_NAMES)}
    return out


def hourly_record(arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the arrays of `border.Hourly` from those of one member in the cube: what `member_arrays` took apart."""
    queue = np.stack([arrays["queue_exit"], arrays["queue_entry"]], axis=-1)
    return {"queue": queue, **{name: arrays[name] for name in HOURLY_NAMES[2:]}}


class Cube(Protocol):
    """What figures are computed from: arrays by name, member first, on disk (`Store`) or in memory (`Block`)."""

    @property
    def members(self) -> int:
        """Number of members."""
        ...

    @property
    def values(self) -> Sequence[Mapping[str, float]] | None:
        """Parameter values and factors of each member; None where all have those of the scenario."""
        ...

    def part(self, first: int, last: int) -> Cube:
        """Return the days of some members, in memory."""
        ...

    def read(self, name: str, *index: Any) -> NDArray[Any]:
        """Return an array or a part of it, member first."""
        ...


@dataclass(frozen=True)
class Block:
    """Members in memory, read like a `Store`: for fits and comparisons, which need figures and no file.

    Parameters
    ----------
    arrays : mapping
        Arrays by their names in the cube, member first.
    values : sequence of mappings, optional
        Parameter values and factors of each member.
    """

    arrays: Mapping[str, NDArray[Any]]
    values: Sequence[Mapping[str, float]] | None = None

    @classmethod
    def of(
        cls,
        network: Network,
        members: Sequence[Member],
        *,
        hourly: bool = True,
        values: Sequence[Mapping[str, float]] | None = None,
    ) -> Block:
        """Gather members; without ``hourly`` only their days are kept, a twentieth of the memory."""
        single = [member_arrays(member) for member in members]
        arrays = {name: np.stack([one[name] for one in single]) for name in single[0]}
        days: dict[str, NDArray[Any]] = dict(_reduce_to_days(network, arrays))
        if not hourly:
            arrays = {name: values for name, values in arrays.items() if name not in HOURLY_NAMES}
        return cls(arrays | days, values)

    @classmethod
    def join(cls, blocks: Sequence[Block]) -> Block:
        """Return the members of several blocks, one after the other."""
        arrays = {name: np.concatenate([block.arrays[name] for block in blocks]) for name in blocks[0].arrays}
        values = [one for block in blocks for one in block.values or ()]
        return cls(arrays, values or None)

    @property
    def members(self) -> int:
        """Number of members."""
        return len(self.arrays["passed_exodus"])

    def part(self, first: int, last: int) -> Block:
        """Return some of the members."""
        arrays = {name: values[first:last] for name, values in self.arrays.items()}
        return Block(arrays, None if self.values is None else self.values[first:last])

    def read(self, name: str, *index: Any) -> NDArray[Any]:
        """Return an array or a part of it, member first."""
        return self.arrays[name][index or ...]


class Store:
    """The cube on disk or in an object store, read and written by blocks of `per_chunk` members.

    Parameters
    ----------
    path : Path
        ``results.zarr`` in the run folder; a path of universal-pathlib for an object store.

    Raises
    ------
    ResultsError
        Where there is no cube.
    """

    def __init__(self, path: Path) -> None:
        import zarr

        self.path = path
        try:
            group: Any = zarr.open_group(str(path), mode="r+", storage_options=options_of(path))
            self.members = int(group["member"].shape[0])
        except DAMAGE as error:
            raise ResultsError(f"{path}: is not a cube of results: {first_line(error)}") from None
        self._group = group
        self._arrays: dict[str, Any] = {}

    @cached_property
    def per_chunk(self) -> int:
        """Members in one chunk of every array, see `members_per_chunk`."""
        return int(self._array("left").chunks[0])

    @classmethod
    def create(cls, path: Path, network: Network, members: int, *, first: int = 0) -> Store:
        """Lay an empty cube with its labels, or mend the labels of a begun one; chunks of members stay.

        Parameters
        ----------
        path : Path
        network : Network
        members : int
            Number of members.
        first : int
            Number of the first one.
        """
        for key, data in _skeleton(network, members, first).items():
            file = path / key
            if not file.is_file() or file.read_bytes() != data:
                write_whole(file, data)
        sweep(path)
        return cls(path)

    @cached_property
    def values(self) -> Sequence[Mapping[str, float]] | None:
        """Parameter values and factors of each member; None where all have those of the scenario."""
        path = self.path.with_name(MEMBERS_FILE)
        return list(read_json(path)["values"]) if path.is_file() else None

    def write(self, row: int, network: Network, members: Sequence[Member]) -> None:
        """Write consecutive members from this row on, which begins a chunk."""
        self.write_arrays(row, Block.of(network, members).arrays)

    def write_arrays(self, row: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write every array of consecutive members from this row on, which begins a chunk."""
        for name, values in arrays.items():
            self._array(name).with_config({"write_empty_chunks": True})[row : row + len(values)] = values

    def _array(self, name: str) -> Any:
        """Return an array; what its metadata say is read once."""
        if name not in self._arrays:
            self._arrays[name] = self._group[name]
        return self._arrays[name]

    def parts(self, *names: str) -> Iterator[Block]:
        """Yield these arrays of `AT_ONCE` members at a time, in memory."""
        for first in range(0, self.members, AT_ONCE):
            yield self._take(names, first, min(first + AT_ONCE, self.members))

    def part(self, first: int, last: int) -> Block:
        """Return the days of some members, in memory."""
        return self._take([name for name in self.names if name not in HOURLY_NAMES], first, last)

    def _take(self, names: Sequence[str], first: int, last: int) -> Block:
        arrays = {name: self.read(name, slice(first, last)) for name in names}
        return Block(arrays, None if self.values is None else self.values[first:last])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the arrays that members have."""
        return tuple(sorted(name for name, array in self._group.arrays() if array.ndim > 1))

    def whole(self, row: int) -> bool:
        """Tell whether every array has its chunk at this row and every chunk its checksum."""
        chunk = row // self.per_chunk
        for name in self.names:
            array = self._array(name)
            file = self.path / name / "c" / str(chunk)
            if not (file / "/".join("0" * (array.ndim - 1))).is_file():
                return False
            try:
                self.read(name, slice(row, row + self.per_chunk))
            except ResultsError:
                return False
        return True

    def read(self, name: str, *index: Any) -> NDArray[Any]:
        """Return an array or a part of it, member first.

        Raises
        ------
        ResultsError
            Where a chunk fails its checksum.
        """
        try:
            array = self._array(name)
            labels = tuple(int(self._array(dim).shape[0]) for dim in array.metadata.dimension_names)
            fits = array.shape == labels
            if fits and math.prod(array.chunks) <= LARGEST_CHUNK:
                return np.asarray(array[index or ...])
            reason = "its shape does not fit its labels"
        except IndexError:
            raise
        except DAMAGE as error:
            reason = first_line(error)
        raise ResultsError(f"{self.path}: array {name!r} is damaged ({reason}); run again")


#: What zarr and its codecs raise for metadata and chunks that are not as they were written.
DAMAGE = (ValueError, OSError, LookupError, TypeError, AttributeError, RuntimeError, MemoryError, ArithmeticError,
          NotImplementedError)  # fmt: skip


def first_line(error: Exception) -> str:
    """Return the first line of an error, or its name where it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _skeleton(network: Network, members: int, first: int) -> dict[str, bytes]:
    """Return file -> bytes of a cube without any member: labels as xarray reads them, shapes, codecs."""
    import zarr
    from zarr.codecs import BloscCodec, Crc32cCodec
    from zarr.storage import MemoryStore

    written: dict[str, Any] = {}
    group: Any = zarr.open_group(MemoryStore(written), mode="w", zarr_format=3)
    hours = {"units": f"hours since {network.scenario.start:%Y-%m-%d %H:%M:%S}", "calendar": "proleptic_gregorian"}
    labels: dict[str, NDArray[Any]] = {
        "member": np.arange(first, first + members, dtype=np.int64),
        "hour": np.arange(len(network.hours), dtype=np.int64),
        **{name: np.array(values, dtype=np.dtypes.StringDType()) for name, values in _coordinates(network).items()},
    }
    for name, values in labels.items():
        array = group.create_array(
            name, shape=values.shape, chunks=(max(1, len(values)),), dtype=str if values.dtype.kind == "T" else "i8",
            dimension_names=(name,), attributes=hours if name == "hour" else {},
        )  # fmt: skip
        array[:] = values
    per_chunk = members_per_chunk(network, members)
    for name, (dims, dtype, shape) in array_specs(network).items():
        chunk = (min(per_chunk, members), *shape)
        group.create_array(
            name, shape=(members, *shape), chunks=chunk, dtype=dtype, dimension_names=("member", *dims), fill_value=0,
            compressors=[BloscCodec(cname="lz4", clevel=3, shuffle="shuffle"), Crc32cCodec()],
        )  # fmt: skip
    return {key: value.to_bytes() for key, value in written.items()}


def _coordinates(network: Network) -> dict[str, list[str]]:
    lanes = [f"{lane.post}/{lane.direction}/{lane.mode}" for lane in network.lanes]
    return {
        "lane": [lanes[n] for n in network.recorded],
        "post": land_posts(network),
        "station": lanes,
        "day": [day.isoformat() for day in network.days],
        "origin": list(network.origins),
        "country": list(network.countries),
        "group": list(network.groups),
    }


def _reduce_to_days(network: Network, block: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    """Reduce the hourly arrays of a block of members to local days."""
    members = len(block["passed"])
    days, posts = len(network.days), land_posts(network)
    lanes = [network.lanes[n] for n in network.recorded]
    out = {name: np.zeros((members, days, len(lanes)), np.float32) for name in LANE_DAY_NAMES}
    out |= {name: np.zeros((members, days, len(posts)), np.float32) for name in POST_DAY_NAMES}
    queue = block["queue_exit"] + block["queue_entry"]
    waits = np.maximum(block["wait_passing"], 0.0) * block["passed"]
    for c, country in enumerate(network.countries):
        mine = [q for q, lane in enumerate(lanes) if lane.country == country]
        if not mine:
            continue
        day = network.arrays.clock.country_day[c]
        edges = np.flatnonzero(np.r_[True, day[1:] != day[:-1]])
        at = day[edges]
        length = np.diff(np.r_[edges, len(day)])[None, :, None]

        def highest(values: NDArray[Any], edges: NDArray[np.int64] = edges) -> NDArray[Any]:
            return np.maximum.reduceat(values, edges, axis=1)

        def summed(values: NDArray[Any], edges: NDArray[np.int64] = edges) -> NDArray[Any]:
            return np.add.reduceat(values, edges, axis=1, dtype=np.float64)

        here = np.ix_(range(members), at, mine)
        out["queue_peak"][here] = highest(queue[:, :, mine])
        # nobody can say how long the line of a shut crossing will take; the other hours of the day speak for it
        joining = block["wait_joining"][:, :, mine]
        joining = np.where(joining >= ENDLESS, np.nan, joining)
        out["wait_joining_peak"][here] = np.fmax.reduceat(joining, edges, axis=1)
        people = summed(block["passed"][:, :, mine])
        with np.errstate(invalid="ignore", divide="ignore"):
            out["wait_passing_mean"][here] = np.where(people > 0, summed(waits[:, :, mine]) / people, np.nan)
        out["price_mean"][here] = summed(block["price"][:, :, mine]) / length
        for p, post in enumerate(posts):
            own = [q for q in mine if lanes[q].post == post]
            if own:
                total = queue[:, :, own].sum(axis=2)[:, :, None]
                spot = np.ix_(range(members), at, [p])
                out["post_queue_peak"][spot] = highest(total)
                out["post_person_hours"][spot] = summed(total)
                out["post_waiting_day_peak"][spot] = highest(block["waiting_day"][:, :, own].sum(axis=2)[:, :, None])
    return out
