"""Members of a Flee run: the compiled calendar handed to the kernel, one stochastic run after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import ConservationError, Problem, ScenarioError
from borderflow.flee.calendar import Compiled

if TYPE_CHECKING:
    from borderflow.kernels.cells import Memory

__all__ = ["Member", "Workspace", "simulate_members"]

_FIRST_CELLS, _FIRST_PERSONS = 4096, 16384


@dataclass(frozen=True)
class Member:
    """One stochastic run.

    Parameters
    ----------
    number : int
    present : numpy.ndarray
        People at each place at the end of each day, shape (day, place).
    under_way : numpy.ndarray
        People on roads at the end of each day.
    spawned : numpy.ndarray
        People who set out on each day; those in camps from the start are not counted.
    draws, cells : int
        Work done: draws of binomials or single people, and occupied cells handled.
    """

    number: int
    present: NDArray[np.int64]
    under_way: NDArray[np.int64]
    spawned: NDArray[np.int64]
    draws: int
    cells: int


@dataclass
class Workspace:
    """Tables of cells and lists of persons that members use one after the other; they grow by themselves.

    Parameters
    ----------
    compiled : Compiled
    cells : int
        Room for occupied cells in each table.
    persons : int
        Room for those who go on one by one in each list.
    """

    compiled: Compiled
    cells: int = _FIRST_CELLS
    persons: int = _FIRST_PERSONS

    def __post_init__(self) -> None:
        self.memory = _new_memory(self.compiled, self.cells, self.persons)

    def grow(self) -> None:
        """Make four times as much room for what did not fit, and only for that: larger tables do not stay in caches."""
        from borderflow.kernels.cells import CROWDED

        if self.memory.size[:, 1].any():
            self.cells *= 4
        if self.memory.tally[CROWDED]:
            self.persons *= 4
        self.memory = _new_memory(self.compiled, self.cells, self.persons)

    def reset(self) -> Memory:
        """Return the memory before the first day."""
        from borderflow.kernels.cells import SPOT

        m = self.memory
        for table, (cells, _) in enumerate(m.size):
            # left from the last day of another member
            m.slots[table, m.cells[table, :cells, SPOT]] = -1
        for array in (m.size, m.persons, m.present, m.fresh, m.received, m.pace, m.tally, m.stream.tally):
            array.fill(0)
        m.bucket.fill(-1)
        return m


def _new_memory(compiled: Compiled, cells: int, persons: int) -> Memory:
    from borderflow.kernels import cells as k
    from borderflow.kernels import streams, turns

    places = len(compiled.sources.population)
    groups = compiled.sources.group_share.shape[1]
    options = len(compiled.geography.option) + 1  # one more, for places without
    lots = groups * (2 * options + places) + 1  # who is forced on has one for each option, others one more, to stay
    words = np.zeros((4, k.WORDS), np.uint32)
    person = np.zeros((k.LISTS * persons, k.PERSON_COLUMNS), np.int64)
    return k.Memory(
        cells=np.zeros((k.TABLES, cells, k.COLUMNS), np.int64),
        slots=np.full((k.TABLES, 4 * cells), -1, np.int32),
        size=np.zeros((k.TABLES, 2), np.int64),
        person=person,
        listed=person.ravel(),
        persons=np.zeros(k.LISTS, np.int64),
        bucket=np.full(k.BUCKETS, -1, np.int64),
        part=np.full(turns.MOST_PARTS + k.AGES, -1, np.int64),
        of_age=np.zeros(k.AGES, np.int64),
        age_part=np.zeros(k.AGES + 1, np.int64),
        chunk=np.zeros((2 * persons, 3), np.int64),
        present=np.zeros(places, np.int64),
        population=np.zeros(places),
        kappa=np.ones(places),
        limit=np.zeros(places),
        town=np.zeros(places, np.uint8),
        chance=np.zeros((groups, places)),
        lots=np.zeros(2 * groups * places, np.uint64),
        stop=np.zeros(groups * places, np.int64),
        weight=np.zeros((groups, options)),
        share=np.zeros((groups, options)),
        filled=np.zeros(options),
        own=np.zeros(lots, np.uint64),
        other=np.zeros(lots, np.int64),
        onward=np.zeros(groups * options, np.int64),
        way=np.full(2 * lots, -1, np.int64),
        ahead=np.zeros(4 * k.WORDS, np.int64),
        resting=np.zeros((4 * k.WORDS + 1) * k.PERSON_COLUMNS, np.int64),
        taken=np.zeros(len(compiled.geography.link) + 1, np.int64),
        weight_sum=np.zeros((groups, places)),
        fresh=np.zeros(groups * places, np.uint8),
        rare=np.zeros(groups * places, np.uint8),
        ageless=np.zeros(groups * places, np.uint8),
        chosen=np.zeros(options, np.int64),
        at_rest=np.zeros((groups, places), np.int64),
        leaving=np.zeros((groups, places), np.int64),
        due=np.zeros(places, np.int64),
        received=np.zeros(places, np.int64),
        pace=np.zeros(places),
        expected=np.zeros(places),
        stream=k.Stream(
            words=words,
            flat=words.ravel(),
            site=np.zeros(k.WORDS, np.int64),
            purpose=np.full(k.WORDS, streams.BLOCKS, np.int64),
            tally=np.zeros(k.STREAM_TALLIES, np.int64),
        ),
        tally=np.zeros(k.TALLIES, np.int64),
    )


def simulate_members(
    compiled: Compiled, members: Sequence[int], *, seed: int, workspace: Workspace | None = None
) -> list[Member]:
    """Run members one after the other.

    Parameters
    ----------
    compiled : Compiled
    members : sequence of int
        Numbers; a member is the same whoever runs it and when.
    seed : int
        Scenario seed, 0 to 2**63 - 1.
    workspace : Workspace, optional
        Tables to work in.

    Raises
    ------
    ConservationError
        When people appear or vanish: a bug in the engine.
    ScenarioError
        Where everybody has left every place that people leave from.
    """
    from borderflow.kernels import cells as k
    from borderflow.kernels.daily import simulate

    workspace = workspace or Workspace(compiled)
    days, places = compiled.sources.era.size, len(compiled.sources.population)
    out = []
    for member in members:
        while True:
            record = k.Days(
                present=np.zeros((days, places), np.int64),
                under_way=np.zeros(days, np.int64),
                spawned=np.zeros(days, np.int64),
            )
            memory = workspace.reset()
            code, day = simulate(
                compiled.geography, compiled.rules, compiled.sources, compiled.law, memory, record, seed, member
            )
            if code != k.OUT_OF_ROOM:
                break
            workspace.grow()
        if code == k.BROKEN_SUM:
            raise ConservationError(f"member {member}, day {day}: people appeared or vanished")
        if code == k.NOWHERE:
            wrong = f"on day {day} nobody is left to leave from any conflict zone, where Flee stops"
            raise ScenarioError([Problem("locations.csv", "", wrong)])
        draws, cells = int(memory.stream.tally[k.DRAWS]), int(memory.tally[k.CELLS])
        out.append(Member(member, record.present, record.under_way, record.spawned, draws, cells))
    return out
