"""Snapshots: members of a run at one hour, kept beside its cube, so that a branch pays only for the hours after it.

A branch shares everything with its run up to the hour: places, parameters, seed and every rule in force before. What
it writes is then, byte for byte, what a straight run of the changed scenario would have written. One file holds a block
of members; hours already recorded are not in it, they are read from the cube of the run. A file that is missing or
damaged is made again by replaying the hours before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from borderflow.archives import read_archive, write_archive
from borderflow.cube import HOURLY_NAMES, hourly_record
from borderflow.errors import UsageError
from borderflow.network import Network
from borderflow.results import Run, open_run
from borderflow.rules import compile_rules
from borderflow.scenario import Scenario
from borderflow.simulation import Moment, simulate

__all__ = ["Snapshots", "hour_of", "open_branch", "require_shared_past", "shared_hours"]


@dataclass(frozen=True)
class Snapshots:
    """The members of one run at the beginning of one hour.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    hour : int
        Hours since the start of the scenario.
    """

    folder: Path
    hour: int

    @cached_property
    def run(self) -> Run:
        """The finished run that the snapshots belong to."""
        return open_run(self.folder)

    def file(self, row: int) -> Path:
        """Return the file of the block of members that begins at this row of the cube."""
        return self.folder / "snapshots" / f"{self.hour:06d}" / f"{row:07d}.npz"

    def keep(self, row: int, moments: Mapping[int, Moment]) -> None:
        """Write a block of members, by their position in it."""
        arrays = {
            f"{position}/{name}": array for position, moment in moments.items() for name, array in moment.state.items()
        }
        write_archive(self.file(row), arrays, packed=True)

    def whole(self, row: int) -> bool:
        """Tell whether the file of this block is there and passes its checksums."""
        return self._read(row) is not None

    def moments(self, numbers: Sequence[int]) -> list[Moment]:
        """Return members of the run by number, with the hours that its cube has recorded.

        Raises
        ------
        ResultsError
            Where a chunk of the cube fails its checksum.
        """
        rows = [number - self.run.first for number in numbers]
        size = self.run.store.per_chunk
        blocks = {row - row % size for row in rows}
        kept = {block: self._read(block) or self._replay(block) for block in sorted(blocks)}
        span = slice(rows[0], rows[-1] + 1)
        hours = {name: self.run.store.read(name, span, slice(0, self.hour)) for name in HOURLY_NAMES}
        out = []
        for row in rows:
            recorded = hourly_record({name: values[row - rows[0]] for name, values in hours.items()})
            position = row % size
            out.append(Moment.joined(self.hour, kept[row - position][position], recorded))
        return out

    def _read(self, row: int) -> dict[int, dict[str, NDArray[Any]]] | None:
        arrays = read_archive(self.file(row))
        if arrays is None:
            return None
        out: dict[int, dict[str, NDArray[Any]]] = {}
        for key, array in arrays.items():
            position, _, name = key.partition("/")
            if not position.isdecimal():
                return None
            out.setdefault(int(position), {})[name] = array
        return out

    def _replay(self, row: int) -> dict[int, dict[str, NDArray[Any]]]:
        """Run a block of members up to the hour, and keep it for the next branch where the folder can be written."""
        run, found = self.run, dict[int, Moment]()
        last = min(row + run.store.per_chunk, run.members)
        simulate(
            run.network, range(run.first + row, run.first + last), seed=run.seed, last=self.hour,
            pauses={self.hour: found.__setitem__},
        )  # fmt: skip
        with suppress(OSError):
            self.keep(row, found)
        return {position: dict(moment.arrays) for position, moment in found.items()}


def hour_of(scenario: Scenario, when: str | date) -> int:
    """Return hours since the start of the scenario of a moment in UTC; a date means its 00:00.

    Raises
    ------
    UsageError
        For what is no time, no whole hour, or outside the period.

    Examples
    --------
    >>> import borderflow as bf
    >>> hour_of(bf.load("russia-2022"), "2022-09-15T06:00")
    30
    """
    try:
        moment = datetime.fromisoformat(when) if isinstance(when, str) else when
    except ValueError:
        raise UsageError(f"not a time: {when!r}; write for example 2022-09-27T00:00") from None
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = (moment - scenario.start).total_seconds()
    if seconds % 3600:
        raise UsageError(f"{when}: is no whole hour")
    if not 0 < seconds < 3600 * scenario.hours:
        raise UsageError(
            f"{when}: must lie after {scenario.start:%Y-%m-%dT%H:%M} and before {scenario.end:%Y-%m-%dT%H:%M}"
        )
    return int(seconds // 3600)


def open_branch(base: str) -> Snapshots:
    """Open ``RUN@TIME``, what ``--from`` takes.

    Raises
    ------
    UsageError, ResultsError
    """
    where, at, when = base.rpartition("@")
    if not at or not where:
        raise UsageError(f"--from {base}: write RUN@TIME, for example runs/russia-2022@2022-09-27T00:00")
    run = open_run(where)
    if run.store.values is not None:
        raise UsageError(
            f"--from {base}: the members of this run have parameter values of their own; branch a plain run"
        )
    return Snapshots(run.folder, hour_of(run.scenario, when))


def require_shared_past(base: Snapshots, network: Network) -> None:
    """Make sure that a scenario is the one of a run up to the hour of its snapshots.

    Raises
    ------
    UsageError
        Where it is not, naming the events that differ.
    """
    before = base.run.network
    time = f"{before.hours[base.hour]}Z"
    ours, theirs = network.scenario, before.scenario
    if (ours.start, ours.end) != (theirs.start, theirs.end):
        raise UsageError(f"a branch runs over the period of its run, {theirs.start:%Y-%m-%d} to {theirs.end:%Y-%m-%d}")
    hours, changed = shared_hours(before, network)
    if hours >= base.hour:
        return
    events = {event.id: event for event in theirs.active_events()}
    own = {event.id: event for event in ours.active_events()}
    differ = [name for name in {**events, **own} if events.get(name) != own.get(name)]
    early = [
        name for name in differ if (events.get(name) or own[name]).start <= theirs.start + timedelta(hours=base.hour)
    ]
    blamed = f"event {early[0]!r}" if early else f"event {differ[0]!r}" if differ else changed
    raise UsageError(
        f"{blamed} changes what happens before {time}, and a branch shares its past with {base.folder}; branch "
        "earlier, or run the whole scenario"
    )


def shared_hours(ours: Network, theirs: Network) -> tuple[int, str]:
    """Return how many hours from the start the same acts on members of two networks, and what differs first.

    Parameters
    ----------
    ours, theirs : Network
        Of the same start; rules are those of their scenarios.

    Returns
    -------
    tuple of int and str
        Hours, all where nothing differs; the name of the array that differs first, empty where none does.

    Examples
    --------
    >>> import borderflow as bf
    >>> from borderflow.network import compile_network
    >>> scenario = bf.load("russia-2022").until("2022-09-30")
    >>> shared_hours(compile_network(scenario), compile_network(scenario.without("lars-draft-office")))[0]
    319
    """
    before, after = _acting(ours), _acting(theirs)
    least, what = min(len(ours.hours), len(theirs.hours)), ""
    for name in {**before, **after}:
        if name not in before or name not in after:
            return 0, name.replace("parameter.", "parameter ")
        hours = _same_hours(before[name], after[name], least)
        if hours < least:
            least, what = hours, name.replace("parameter.", "parameter ")
    return least, what


@dataclass(frozen=True)
class _Acting:
    """An array that acts on members; ``hour`` says from which hour each of its rows acts, None: all from the first."""

    array: NDArray[Any]
    hour: NDArray[np.int64] | None = None


def _same_hours(ours: _Acting, theirs: _Acting, most: int) -> int:
    """Return for how many hours two arrays say the same, at most as many as asked."""
    if ours.hour is None or theirs.hour is None:
        return most if np.array_equal(ours.array, theirs.array, equal_nan=ours.array.dtype.kind == "f") else 0
    if ours.array.shape[1:] != theirs.array.shape[1:]:
        return 0
    rows = min(len(ours.array), len(theirs.array))
    a, b = ours.array[:rows].reshape(rows, -1), theirs.array[:rows].reshape(rows, -1)
    differ = (a != b) & ~((a != a) & (b != b))
    first = np.flatnonzero(differ.any(axis=1))
    return most if not len(first) else min(int(ours.hour[first[0]]), int(theirs.hour[first[0]]), most)


#: Axis of time, in hours, of arrays that have one; all others must be equal as a whole.
_TIME_AXIS = {
    "network.clock.local_hour": 1, "network.clock.country_day": 1, "network.clock.utc_day": 0,
    "network.lanes.open_share": 1, "network.lanes.ordinary": 0, "rules.segment": 0,
    "rules.demand.intensity": 0, "rules.demand.call_rate": 0, "rules.demand.return_rate": 0,
}  # fmt: skip


def _acting(network: Network) -> dict[str, _Acting]:
    """Return everything that acts on members, by name."""
    rules, theta = compile_rules(network)
    each = np.arange(len(network.hours))
    begins = np.searchsorted(rules.segment, np.arange(int(rules.segment[-1]) + 1))
    # numbers of areas depend on all shocks, what an origin sees of them does not
    shocks = np.moveaxis(rules.demand.shock[network.arrays.people.origin_area], -1, 0)
    out = {"people at the start": _Acting(network.home), "shocks": _Acting(shocks, each)}
    parts = (("network", network.arrays), ("network.trips", network.trips), ("rules", rules), ("parameter", theta))
    for name, part in parts:
        for path, value in _leaves(name, part):
            if path in ("network.people.origin_area", "rules.demand.shock"):
                continue
            if path in _TIME_AXIS:
                out[path] = _Acting(np.moveaxis(value, _TIME_AXIS[path], 0), each)
            elif path.startswith(("rules.control.", "rules.access.")):
                out[path] = _Acting(value, begins)
            else:
                out[path] = _Acting(np.asarray(value))
    return out


def _leaves(name: str, part: Any) -> list[tuple[str, Any]]:
    if isinstance(part, tuple):
        fields: tuple[str, ...] = getattr(part, "_fields")  # noqa: B009
        return [leaf for one, value in zip(fields, part, strict=True) for leaf in _leaves(f"{name}.{one}", value)]
    return [(name, part)]
