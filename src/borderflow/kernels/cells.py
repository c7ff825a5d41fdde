"""States and their people: what the daily rule set is given, what it remembers, and tables of occupied states.

A cell is a state with the number of people in it. At rest: place, remaining route, recent travel, on foot or not, group,
age. Under way: the same with a road and the kilometres covered on it. Only cells with people exist; where few people are in
a state they are kept as persons, one row each, because a cell costs as much as several of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from borderflow.kernels.parts import copied, part

OK, OUT_OF_ROOM, BROKEN_SUM, NOWHERE = 0, 1, 2, 3
BUCKETS = 1024  # steps of the kilometres covered today, for the order of arrivals
BY_TOTAL, BY_PLACE, BY_POISSON, BY_SHARE = 0, 1, 2, 3  # how many set out: Law.spawn_mode
# columns of arrays that are read together
START, END, LENGTH, SPEED = range(4)  # Geography.link
GOAL, ROUTE = range(2)  # Geography.option
LAST, REST, HOP, FROM, NEXT = range(5)  # Geography.route
TOWN, CAMP = range(2)  # Rules.kind
A, B, N, SPOT, FOLLOWING, COLUMNS = range(6)  # Memory.cells
HERE, EVENING, ROAD, NIGHT, PENDING, TABLES = range(6)  # Memory.cells; HERE and EVENING, ROAD and NIGHT take turns
# lists of Memory.person: at rest, AWAKE and ASLEEP taking turns; on a road overnight; on a road now; just arrived; just
# arrived to stay where people seldom leave
AWAKE, ASLEEP, OUT, WALKING, ARRIVED, STAYING, LISTS = range(7)
# Memory.tally
(
    QUEUED, LOWEST, CHUNKS, CELLS, TURN, WAIT, NEXT_GATHERING, NOW, IN_ORDER, QUIET_FROM, CROWDED, TALLIES
) = range(12)  # fmt: skip
DRAWS, SERIAL, WORD, STREAM_TALLIES = range(4)  # Stream.tally
TRAVEL, ON, PERSON_COLUMNS = range(3)  # Memory.person
GAIN, FULL, STAGE, STAGES = range(4)  # Geography.stage
RARE = 0.05  # below this chance of leaving, leavers of a place are drawn together
WORDS = 64  # blocks of four random words made at once
GROUP_BITS, AGE_BITS, ROUTE_BITS = 8, 12, 24
KIND_BITS = GROUP_BITS + AGE_BITS
TRAVEL_AT, SITE_AT = 33, KIND_BITS + ROUTE_BITS  # first bits of recent travel and of the place or road
GROUPS, AGES = 1 << GROUP_BITS, 1 << AGE_BITS
GROUP_MASK, KIND_MASK, ROUTE_MASK, KM_MASK = GROUPS - 1, (1 << KIND_BITS) - 1, (1 << ROUTE_BITS) - 1, 0xFFFFFFFF
AGE_FIELD = KIND_MASK - GROUP_MASK
SITE_MASK, RECENT_MASK = (1 << 19) - 1, (1 << 30) - 1
KM_FIELD, SITE_FIELD = KM_MASK << 1, SITE_MASK << SITE_AT
ON_ROAD = np.int64(-1 << 63)  # in Memory.person


class Geography(NamedTuple):
    """Places, roads and routes; lengths and speeds in whole units."""

    link: np.ndarray  # road, (start, end, length, speed)
    walk_share: np.ndarray
    # road, (what a day on it adds to the first word of a state, kilometres of the day that end it there, as in the first
    # word, the place as in the second word), joined; where somebody may be on the road overnight `ON_ROAD`, -1 and the road,
    # to be looked at one by one; last, for those who stay, nothing
    stage: np.ndarray
    option_at: np.ndarray  # place -> first option; one more than places
    option: np.ndarray  # option, (goal, route)
    option_factor: (
        np.ndarray
    )  # option, ((softening + distance) ** -distance_power, factor of the way between both ends)
    # route, (last place, what is left after the next stop, first hop, start, next stop); and a last row
    route: np.ndarray
    hop: np.ndarray  # roads to the next place of a route
    step: np.ndarray  # place, kilometres of the day -> the least that have the same consequences; nothing: not known


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
    some_walk: bool  # on some road people may walk
    some_routes: bool  # some ways have several stops
    few: int  # so many people in a state, and fewer, go on one by one
    age_days: int  # people who set out within so many days have one age
    ages: int  # of cells, for each doubling of the time since people set out


class Stream(NamedTuple):
    """Random words not yet used; a tuple of its own, since handing all of `Memory` over costs more than a draw."""

    words: np.ndarray  # four, blocks
    flat: np.ndarray  # the same in one row
    site: np.ndarray
    purpose: np.ndarray
    tally: np.ndarray


class Memory(NamedTuple):
    """State of one member and scratch.

    A cell is one row of ``cells``: its two words, ``recent travel << 33 | kilometres << 1 | on foot`` and
    ``place or road << 44 | route << 20 | age << 8 | group``, people, and where the index holds it.
    """

    cells: np.ndarray  # table, cell, column
    slots: np.ndarray  # table, slot -> cell
    size: np.ndarray  # table, (cells, 1 where there was no room)
    # list and person, the two words of the state; within the day recent travel includes the kilometres of today, and
    # below 0 the kilometres are those on the road where the day began
    person: np.ndarray
    listed: np.ndarray  # the same, joined
    persons: np.ndarray  # list
    bucket: np.ndarray
    part: np.ndarray  # part -> first of its chunks
    of_age: np.ndarray  # age: people who get turns; where all go alone, those who have none yet
    age_part: np.ndarray  # age -> first of its parts; one more than ages
    chunk: np.ndarray  # chunk, (cell, or -1 - person; people; next chunk of the part)
    present: np.ndarray  # place
    population: np.ndarray  # place
    kappa: np.ndarray  # place
    limit: np.ndarray  # place: capacity today
    town: np.ndarray  # place: a town today
    chance: np.ndarray  # group, place: to leave today
    # group and place, 0 or 1 where forced on, joined: first row of the lots << 32 | how many lots
    lots: np.ndarray
    stop: np.ndarray  # group and place: first word of a state below which people are forced on
    weight: np.ndarray  # group, option
    share: np.ndarray  # group, option: chance of those who took none of the options before it
    filled: np.ndarray  # option of one place, to stay last: how much of its lot is its own
    own: np.ndarray  # lot: random words below it, of 2 ** 32, take the option that the lot is of; the others another
    other: np.ndarray  # lot: which other, counted from the first option of the place
    onward: np.ndarray  # group and option: second word of the state on its first road; -1 where it cannot be set out on
    way: np.ndarray  # lot, (its own, the other's), joined: onward, -1 to stay; last a lot with nothing but that
    ahead: np.ndarray  # person who decides: onward, -1 to stay
    resting: np.ndarray  # those of them who stay or may be on the road overnight, as in `listed`
    taken: np.ndarray  # road, those who stay last: people of one step
    weight_sum: np.ndarray  # group, place
    fresh: np.ndarray  # group and place: 1 where nothing has changed since options were last weighed
    rare: np.ndarray  # group and place: 1 where people seldom leave today
    ageless: np.ndarray  # group and place: 1 where so few leave that it does not matter who of them goes first
    chosen: np.ndarray  # people by option, of one choice
    at_rest: np.ndarray  # group, place: in cells
    leaving: np.ndarray  # group, place
    due: np.ndarray  # place: arrivals from roads today
    received: np.ndarray  # place: arrivals of the last day
    pace: np.ndarray  # place: most arrivals on a day, the less the longer ago
    expected: np.ndarray  # place: arrivals of today by way of other places
    stream: Stream
    tally: np.ndarray


class Days(NamedTuple):
    """What a member leaves behind."""

    present: np.ndarray  # day, place
    under_way: np.ndarray  # day
    spawned: np.ndarray  # day


# ---------------------------------------------------------------------------------------------------------------------
# States


@copied
def word_a(recent, km, foot):
    """Return the first word of a state."""
    return (recent << TRAVEL_AT) | (km << 1) | foot


@copied
def word_b(site, route, kind):
    """Return the second word of a state."""
    return (site << SITE_AT) | (route << KIND_BITS) | kind


@copied
def recent_of(a):
    """Return recent travel from the first word of a state."""
    return (a >> TRAVEL_AT) & RECENT_MASK


@copied
def km_of(a):
    """Return the kilometres from the first word of a state."""
    return (a >> 1) & KM_MASK


@copied
def site_of(b):
    """Return the place or road from the second word of a state."""
    # the mask tells the compiler that this is no index from the end
    return (b >> SITE_AT) & SITE_MASK


@copied
def route_of(b):
    """Return the remaining route from the second word of a state."""
    return (b >> KIND_BITS) & ROUTE_MASK


@copied
def group_of(b):
    """Return the group from the second word of a state."""
    return b & GROUP_MASK


@copied
def kind_of(b):
    """Return age and group from the second word of a state."""
    return b & KIND_MASK


@copied
def age_of(b):
    """Return the age from the second word of a state: the lower, the earlier people set out."""
    return (b & KIND_MASK) >> GROUP_BITS


@copied
def today(m, one):
    """Return which of two tables or lists that take turns is meant by its name today."""
    return one ^ (m.tally[TURN] & 1)


@copied
def under_way_today(law, recent, km):
    """Return the first word of a person who has covered kilometres today and begins the next road."""
    return word_a((recent + km) * np.int64(law.avoid_short_stints), km, 0)


# ---------------------------------------------------------------------------------------------------------------------
# Cells


@copied
def _slot_of(a, b):
    """Return bits that place a state in the index."""
    x = np.uint64(a) * np.uint64(0xBF58476D1CE4E5B9) ^ np.uint64(b) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(37)) ^ (x >> np.uint64(47))


@copied
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
    return cell


@copied
def clear_table(m, table):
    """Empty a table."""
    for cell in range(m.size[table, 0]):
        m.slots[table, m.cells[table, cell, SPOT]] = -1
    m.size[table, 0] = 0


@part
def zero(values):
    """Fill a table of whole numbers with nothing."""
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            values[row, column] = 0


@part
def sum_people(m, table):
    """Return how many people are in a table."""
    everyone = 0
    for cell in range(m.size[table, 0]):
        everyone += m.cells[table, cell, N]
    return everyone


# ---------------------------------------------------------------------------------------------------------------------
# Persons


@copied
def room(m):
    """Return how many persons a list can hold."""
    return m.person.shape[0] // LISTS


@copied
def add_person(m, of, a, b):
    """Put a person on a list; those who do not fit are noticed at the end of the day."""
    at = of * room(m) + min(m.persons[of], room(m) - 1)
    m.person[at, TRAVEL] = a
    m.person[at, ON] = b
    m.persons[of] += 1


@copied
def in_a_cell(m, law, b):
    """Return the second word of a state as a cell has it: the longer ago people set out, the wider their age.

    As long as no order will be asked for, all have the age of today's newcomers.
    """
    if not m.tally[IN_ORDER]:
        return b & ~AGE_FIELD | m.tally[NOW] << GROUP_BITS
    since = m.tally[NOW] - age_of(b)
    width = np.int64(0)
    while since >> width >= 2 * law.ages:
        width += 1
    return b & ~(((np.int64(1) << width) - 1) << GROUP_BITS)


@copied
def rest_in_a_cell(m, law, a, b, n):
    """Let people spend the night at a place in a cell: of no age where it does not matter who of them goes first."""
    if route_of(b) == 0 and m.ageless[group_of(b) * m.present.size + site_of(b)]:
        b &= ~AGE_FIELD
    add_people(m, today(m, EVENING), a, in_a_cell(m, law, b), n)


@copied
def rest(m, law, place, a, route, kind, n):
    """Let people spend the night at a place: as persons where they are few and may leave in the morning."""
    b = word_b(place, route, kind)
    if n > law.few or (route == 0 and m.rare[(kind & GROUP_MASK) * m.present.size + place]):
        rest_in_a_cell(m, law, a, b, n)
    else:
        for _ in range(n):
            add_person(m, today(m, ASLEEP), a, b)


@copied
def camp_out(m, law, link, a, route, kind, n):
    """Let people spend the night on a road."""
    b = word_b(link, route, kind)
    if n > law.few:
        add_people(m, today(m, NIGHT), a, in_a_cell(m, law, b), n)
    else:
        for _ in range(n):
            add_person(m, OUT, a, b)
