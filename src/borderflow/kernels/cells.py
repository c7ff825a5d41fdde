"""States and their people: what the daily rule set is given, what it remembers, and tables of occupied states.

A cell is a state with the number of people in it. At rest: place, remaining route, recent travel, on foot or not, group.
Under way: the same with a road and the kilometres covered on it. Only cells with people exist.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from borderflow.kernels import kernel_cache
from borderflow.kernels.draws import fill_blocks

OK, OUT_OF_ROOM, BROKEN_SUM, NOWHERE = 0, 1, 2, 3
BUCKETS = 1024  # steps of the kilometres covered today, for the order of arrivals
BY_TOTAL, BY_PLACE, BY_POISSON, BY_SHARE = 0, 1, 2, 3  # how many set out: Law.spawn_mode
# columns of arrays that are read together
START, END, LENGTH, SPEED = range(4)  # Geography.link
GOAL, ROUTE = range(2)  # Geography.option
LAST, REST, HOP, FROM, NEXT = range(5)  # Geography.route
TOWN, CAMP = range(2)  # Rules.kind
A, B, N, SPOT, FOLLOWING, VISITS, COLUMNS = range(7)  # Memory.cells
HERE, EVENING, ROAD, NIGHT, PENDING, TABLES = range(6)  # Memory.cells; HERE and EVENING, ROAD and NIGHT take turns
QUEUED, LOWEST, CHUNKS, DRAWS, CELLS, TURN, WALKERS, SERIAL, WORD, TALLIES = range(10)  # Memory.tally
X, WALKER_COLUMNS = 2, 3  # Memory.walker, after A and B
# purposes of draws: append only
LEAVE, CHOOSE, SPAWN, SPAWN_GROUP, WALK, LEAVE_CAMP, LEAVE_CELL, ALONE = range(8)
GUIDES = 32  # steps of a share
WORDS = 64  # blocks of four random words made at once
TO_UNIT = 1.0 / 4294967296.0
GROUP_BITS, ROUTE_BITS = 14, 30
GROUP_MASK, ROUTE_MASK, KM_MASK = (1 << GROUP_BITS) - 1, (1 << ROUTE_BITS) - 1, 0xFFFFFFFF
SITE_MASK, RECENT_MASK = (1 << 19) - 1, (1 << 30) - 1


class Geography(NamedTuple):
    """Places, roads and routes; lengths and speeds in whole units."""

    link: np.ndarray  # road, (start, end, length, speed)
    walk_share: np.ndarray
    option_at: np.ndarray  # place -> first option; one more than places
    option: np.ndarray  # option, (goal, route)
    option_factor: (
        np.ndarray
    )  # option, ((softening + distance) ** -distance_power, factor of the way between both ends)
    # route, (last place, what is left after the next stop, first hop, start, next stop); and a last row
    route: np.ndarray
    hop: np.ndarray  # roads to the next place of a route


class Rules(NamedTuple):
    """What holds in each era; days with equal rules share one."""

    score: np.ndarray  # era, group, place
    leave: np.ndarray  # era, group, place, (constant, times the factor of population)
    kind: np.ndarray  # era, place, (town, camp)
    capacity: np.ndarray  # era, place; scaled
    option_open: np.ndarray  # era, option
    link_open: np.ndarray  # era, road
    known: np.ndarray  # era, option: weight of the way in the table of fixed routes; no options where there are none
    limited: np.ndarray  # place: does the occupancy of a goal matter to people here, on any day
    watch_at: np.ndarray  # place -> first of the places whose choices depend on its occupancy; one more than places
    watch: np.ndarray


class Sources(NamedTuple):
    """What happens on each day."""

    era: np.ndarray
    shut_at: np.ndarray  # day -> first of the roads that shut; one more than days
    shut: np.ndarray
    total: np.ndarray  # people who set out
    weight: np.ndarray  # day, place
    group_share: np.ndarray  # place, group
    initial: np.ndarray  # place
    population: np.ndarray  # place


class Law(NamedTuple):
    """Settings as numbers."""

    speed: int
    walk_speed: int
    avoid_short_stints: bool
    start_on_foot: bool
    weight_softening: float
    weight_power: float
    pruning: float
    buffer: float
    take: bool
    spawn_mode: int
    population_weight: bool
    population_power: float
    population_base: float
    population_scale: float
    capacity_scaling: float
    fixed_routes: bool
    few: int  # so many people in a cell, and fewer, go on one by one


class Memory(NamedTuple):
    """State of one member and scratch.

    A cell is one row of ``cells``: its two words, ``recent travel << 33 | kilometres << 1 | on foot`` and
    ``place or road << 44 | route << 14 | group``, people, and where the index holds it.
    """

    cells: np.ndarray  # table, cell, column
    slots: np.ndarray  # table, slot -> cell
    size: np.ndarray  # table, (cells, 1 where there was no room)
    bucket: np.ndarray
    part: np.ndarray  # part -> first of its chunks
    chunk: np.ndarray  # chunk, (cell, or -1 - walker; people; next chunk of the part)
    present: np.ndarray  # place
    population: np.ndarray  # place
    kappa: np.ndarray  # place
    limit: np.ndarray  # place: capacity today
    town: np.ndarray  # place: a town today
    chance: np.ndarray  # group, place: to leave today
    per_chance: np.ndarray  # group, place: 1 through it
    weight: np.ndarray  # group, option
    reach: np.ndarray  # group, option: share of people whose choice is this option or one before it
    guide: np.ndarray  # group, place, step of a share: first option that it can be
    onward: np.ndarray  # group, option: second word of the state on its first road; -1 where it cannot be set out on
    weight_sum: np.ndarray  # group, place
    fresh: np.ndarray  # group, place: 1 where nothing has changed since options were last weighed
    chosen: np.ndarray  # people by option, of one choice
    at_rest: np.ndarray  # group, place
    leaving: np.ndarray  # group, place
    due: np.ndarray  # place: arrivals from roads today
    received: np.ndarray  # place: arrivals of the last day
    expected: np.ndarray  # place: arrivals of today by way of other places
    walker: (
        np.ndarray
    )  # people who go on one by one, (both words of their state, kilometres on their road; -1 at a place)
    words: np.ndarray  # (four, blocks): random words not yet used
    word_site: np.ndarray
    word_purpose: np.ndarray
    tally: np.ndarray


class Days(NamedTuple):
    """What a member leaves behind."""

    present: np.ndarray  # day, place
    under_way: np.ndarray  # day
    spawned: np.ndarray  # day


# Nothing here allocates, and counting references to a hundred arrays at every call would take most of the time: hence
# no run-time of numba (``_nrt``). Small functions are inlined, or handing over those arrays would.
compiled: Any = partial(njit, cache=True, nogil=True, error_model="numpy", _nrt=False)
inlined: Any = partial(compiled, forceinline=True)

with kernel_cache():

    @inlined
    def mix(a, b):
        """Return 64 well-mixed bits of two words."""
        x = np.uint64(a) * np.uint64(0xBF58476D1CE4E5B9) ^ np.uint64(b) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(29)
        x *= np.uint64(0xBF58476D1CE4E5B9)
        x ^= x >> np.uint64(32)
        x *= np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(29)
        return x

    @inlined
    def address_of(h, day):
        """Return the words ``step`` and ``site`` of a draw: the day and 47 bits of a cell's name."""
        return day | np.int64((h >> np.uint64(32)) & np.uint64(0x7FFF)) << 16, np.int64(h & np.uint64(0xFFFFFFFF))

    @inlined
    def word_a(recent, km, foot):
        """Return the first word of a state."""
        return (recent << 33) | (km << 1) | foot

    @inlined
    def word_b(site, route, group):
        """Return the second word of a state."""
        return (site << (GROUP_BITS + ROUTE_BITS)) | (route << GROUP_BITS) | group

    @inlined
    def recent_of(a):
        """Return recent travel from the first word of a state."""
        return (a >> 33) & RECENT_MASK

    @inlined
    def km_of(a):
        """Return the kilometres from the first word of a state."""
        return (a >> 1) & KM_MASK

    @inlined
    def site_of(b):
        """Return the place or road from the second word of a state."""
        # the mask tells the compiler that this is no index from the end
        return (b >> (GROUP_BITS + ROUTE_BITS)) & SITE_MASK

    @inlined
    def route_of(b):
        """Return the remaining route from the second word of a state."""
        return (b >> GROUP_BITS) & ROUTE_MASK

    @inlined
    def group_of(b):
        """Return the group from the second word of a state."""
        return b & GROUP_MASK

    @inlined
    def name_of(m, table, cell):
        """Return 64 well-mixed bits that stand for a cell, to address its draws."""
        return mix(m.cells[table, cell, A], m.cells[table, cell, B])

    @inlined
    def _slot_of(a, b):
        """Return bits that place a state in the index; cheaper than `mix`, and good enough for that."""
        x = np.uint64(a) * np.uint64(0xBF58476D1CE4E5B9) ^ np.uint64(b) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(37)) ^ (x >> np.uint64(47))

    @inlined
    def add_people(m, table, a, b, n):
        """Add people to a cell and return it; -1 where there is no room for another."""
        mask = np.uint64(m.slots.shape[1] - 1)
        at = _slot_of(a, b) & mask
        while True:
            cell = m.slots[table, at]
            if cell < 0:
                break
            if m.cells[table, cell, A] == a and m.cells[table, cell, B] == b:
                m.cells[table, cell, N] += n
                return cell
            at = (at + np.uint64(1)) & mask
        cell = m.size[table, 0]
        if cell >= m.cells.shape[1]:
            m.size[table, 1] = 1
            return -1
        m.size[table, 0] = cell + 1
        m.slots[table, at] = cell
        m.cells[table, cell, A] = a
        m.cells[table, cell, B] = b
        m.cells[table, cell, N] = n
        m.cells[table, cell, SPOT] = np.int64(at)
        m.cells[table, cell, VISITS] = 0
        return cell

    @inlined
    def clear_table(m, table):
        """Empty a table."""
        for cell in range(m.size[table, 0]):
            m.slots[table, m.cells[table, cell, SPOT]] = -1
        m.size[table, 0] = 0

    @inlined
    def add_walker(m, a, b, x):
        """Put a person among those who go on one by one; ``x`` are the kilometres on their road, -1 at a place."""
        at = m.tally[WALKERS]
        if at >= m.walker.shape[0]:
            m.size[PENDING, 1] = 1
            return
        m.walker[at, A] = a
        m.walker[at, B] = b
        m.walker[at, X] = x
        m.tally[WALKERS] = at + 1

    @inlined
    def next_uniform(m, seed, member, day):
        """Return the next number in (0, 1) of the day, for people who go on one by one.

        Numbers are addressed by the order of their use, and made many at once, which costs a fifth.
        """
        at = m.tally[WORD]
        if at >= 4 * WORDS:
            for block in range(WORDS):
                m.word_site[block] = m.tally[SERIAL] + block
            m.tally[SERIAL] += WORDS
            fill_blocks(m.words, WORDS, seed, member, day, m.word_site, m.word_purpose)
            at = 0
        m.tally[WORD] = at + 1
        m.tally[DRAWS] += 1
        return (np.float64(m.words[at // WORDS, at % WORDS]) + 0.5) * TO_UNIT

    @compiled
    def zero(values):
        """Fill a table of whole numbers with nothing."""
        for row in range(values.shape[0]):
            for column in range(values.shape[1]):
                values[row, column] = 0

    @compiled
    def sum_people(m, table):
        """Return how many people are in a table."""
        everyone = 0
        for cell in range(m.size[table, 0]):
            everyone += m.cells[table, cell, N]
        return everyone
