"""Whose turn it is: a day in parts, in the order in which people were created, where that order matters.

Flee handles its agents one after the other, always the oldest first, and each sees how full the camps are at that moment.
Where a camp's occupancy may change choices within a day, people go in parts: those of one age share its parts in an
order of chance, since who of them was created first is by chance as well. An age is a number of days, as few as there
can be (`cells.AGES`); elsewhere everybody has the same.
"""

from __future__ import annotations

import numpy as np

from borderflow.kernels.cells import CHUNKS, CROWDED, NOW, QUIET_FROM
from borderflow.kernels.parts import copied, part
from borderflow.kernels.streams import WORD_RANGE, next_share

FINE = 20.0  # parts of the range in which occupancy changes choices
LONGEST_WAY = 16  # days, about, until somebody who has set out rests
MOST_PARTS = 1024  # of a day, beside one for every age; so many people, and fewer, go one after the other


@part
def nobody_yet(m, day):
    """Begin to count people by age, in `Memory.of_age`; the order matters for some days from now on."""
    m.tally[QUIET_FROM] = day + LONGEST_WAY
    for age in range(m.tally[NOW] + 1):
        m.of_age[age] = 0


@part
def lay_out_parts(m, parts):
    """Give each age its share of the parts of a day, by the people counted; return whether everybody has a part."""
    parts = min(parts, MOST_PARTS)
    everyone = np.int64(0)
    ages = m.tally[NOW] + 1
    for age in range(ages):
        everyone += m.of_age[age]
    if everyone <= MOST_PARTS:
        parts = everyone
    at = np.int64(0)
    for age in range(ages):
        m.age_part[age] = at
        if m.of_age[age] > 0:
            at += max(np.int64(1), m.of_age[age] * parts // everyone)
    m.age_part[ages] = at
    for one in range(at):
        m.part[one] = -1
    m.tally[CHUNKS] = 0
    return parts == everyone


@copied
def turns(m):
    """Return how many turns there are."""
    return m.age_part[m.tally[NOW] + 1]


@copied
def _put(m, who, n, turn):
    """Let people have a turn."""
    at = m.tally[CHUNKS]
    m.tally[CHUNKS] = at + 1
    m.chunk[at, 0] = who
    m.chunk[at, 1] = n
    m.chunk[at, 2] = m.part[turn]
    m.part[turn] = at


@copied
def spread(m, who, n, age, alone, seed, member, day):
    """Give people turns among those of their age: evenly spread, beginning anywhere; -1 - who is a person.

    Where everybody has a turn alone they take the next free ones, to be mixed afterwards.
    """
    first = m.age_part[age]
    parts = m.age_part[age + 1] - first
    if n == 1 and not alone and m.tally[CHUNKS] < m.chunk.shape[0]:
        _put(m, who, n, first + np.int64(next_share(m.stream, seed, member, day) * parts / WORD_RANGE))
        return
    turn = np.int64(0) if alone else np.int64(next_share(m.stream, seed, member, day) * parts / WORD_RANGE)
    chunks = min(n, parts)
    for j in range(chunks):
        if m.tally[CHUNKS] >= m.chunk.shape[0]:
            m.tally[CROWDED] = 1
            return
        to = first + (turn + j * parts // chunks) % parts
        if alone:
            m.of_age[age] -= 1
            to = first + m.of_age[age]
        _put(m, who, n * (j + 1) // chunks - n * j // chunks, to)


@part
def mix(m, seed, member, day):
    """Put those who have turns alone into an order of chance within their age."""
    for age in range(m.tally[NOW] + 1):
        first = m.age_part[age]
        for last in range(m.age_part[age + 1] - 1, first, -1):
            other = first + np.int64(next_share(m.stream, seed, member, day) * (last - first + 1) / WORD_RANGE)
            m.part[last], m.part[other] = m.part[other], m.part[last]
