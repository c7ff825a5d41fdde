"""Trails: what members of a reference were on some days, so that a question pays only for the hours after its change.

A changed scenario shares everything with its reference up to the hour at which the change begins to act. Its members
therefore go on from those of the reference as they were then: the same draws, the same bytes as a run from the first
hour. Kept in memory, packed: 0.4 MB for a moment and 0.7 MB for the hours of a member of russia-2022.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numcodecs import blosc
from numpy.typing import NDArray

from borderflow.network import Network
from borderflow.simulation import Member, Moment

__all__ = ["Base", "Keeper", "Trail", "hours_to_keep"]

MOST_MOMENTS = 600  # of all members of a sample: some 250 MB
MOST_HOURS = 6


def hours_to_keep(network: Network, members: int) -> tuple[int, ...]:
    """Return hours at which to keep members: a day before the announcement, and starts of events two days after it.

    A question about the days between costs nearly as much as a whole run in any case: most people set out later. Of
    many events, or for many members, some are taken, evenly spread.

    Examples
    --------
    >>> import borderflow as bf
    >>> from borderflow.network import compile_network
    >>> hours_to_keep(compile_network(bf.load("russia-2022")), 100)
    (144, 216, 309, 332, 347, 389)
    """
    scenario, whole = network.scenario, len(network.hours)
    announced = (scenario.announcement - scenario.start.date()).days * 24
    starts = {int((event.start - scenario.start).total_seconds() // 3600) for event in scenario.active_events()}
    later = sorted(hour for hour in starts if max(announced + 48, 1) <= hour < whole)
    most = min(MOST_HOURS, MOST_MOMENTS // members)
    before = [announced - 24] if 0 < announced - 24 < whole and most > 1 else []
    rest = most - len(before)
    if len(later) > rest:
        later = [later[round(n * (len(later) - 1) / max(rest - 1, 1))] for n in range(rest)]
    return (*before, *later)


@dataclass(frozen=True)
class _Packed:
    """An array, compressed: most of a member's state is nobody."""

    data: bytes
    dtype: str
    shape: tuple[int, ...]

    @classmethod
    def of(cls, array: NDArray[Any]) -> _Packed:
        plain = np.ascontiguousarray(array)
        data = blosc.compress(plain, b"lz4", 1, blosc.SHUFFLE) if plain.nbytes else b""
        return cls(data, plain.dtype.str, plain.shape)

    def open(self) -> NDArray[Any]:
        out = np.empty(self.shape, self.dtype)
        if out.nbytes:
            blosc.decompress(self.data, out)
        return out


@dataclass(frozen=True)
class Trail:
    """One member: what it was at some hours, and what it has recorded by hour.

    Parameters
    ----------
    moments : mapping
        Hour -> arrays of the moment without the hourly record.
    hourly : mapping
        The hourly record of the whole run.
    """

    moments: Mapping[int, Mapping[str, _Packed]] = field(repr=False)
    hourly: Mapping[str, _Packed] = field(repr=False)

    def at(self, hour: int) -> Moment:
        """Return the member as it was at an hour that was kept."""
        state = {name: one.open() for name, one in self.moments[hour].items()}
        return Moment.joined(hour, state, {name: one.open()[:hour] for name, one in self.hourly.items()})


class Keeper:
    """Keeps a block of members at some hours while they are simulated.

    Parameters
    ----------
    hours : sequence of int
    members : int
        How many the block has.
    """

    def __init__(self, hours: Sequence[int], members: int) -> None:
        self._found: list[dict[int, Mapping[str, _Packed]]] = [{} for _ in range(members)]
        #: What `simulate` has to do with each member at each hour.
        self.pauses: Mapping[int, Callable[[int, Moment], None]] = {hour: partial(self._keep, hour) for hour in hours}

    def _keep(self, hour: int, position: int, moment: Moment) -> None:
        self._found[position][hour] = {name: _Packed.of(array) for name, array in moment.state.items()}

    def trails(self, members: Sequence[Member]) -> tuple[Trail, ...]:
        """Return the trails of the finished members; none where no hour was to be kept."""
        if not self.pauses:
            return ()
        return tuple(
            Trail(found, {name: _Packed.of(array) for name, array in one.record.hourly._asdict().items()})
            for one, found in zip(members, self._found, strict=True)
        )


@dataclass(frozen=True)
class Base:
    """Members of a reference at one hour, to go on from.

    Parameters
    ----------
    trails : sequence of Trail
    hour : int
    """

    trails: Sequence[Trail] = field(repr=False)
    hour: int

    @classmethod
    def latest(cls, trails: Sequence[Trail] | None, shared: int) -> Base | None:
        """Return the last kept hour within the shared ones; None where there is none."""
        hours = [hour for hour in (trails[0].moments if trails else ()) if hour <= shared]
        return cls(trails, max(hours)) if trails and hours else None

    def moments(self, part: slice) -> list[Moment]:
        """Return some of the members, by position."""
        return [trail.at(self.hour) for trail in self.trails[part]]
