"""The daily rule set of Flee as cohorts: people in the same state are counted and move by multinomial draws.

Lengths are whole numbers of a unit in which every road length and every speed is whole. Flee's index of recent travel,
``r <- (r + m / v) / 2``, is then only ever asked whether ``r + m / v < 1``; with ``q = floor(r v)`` in those units that
is ``q + m < v``, and ``q <- floor((q + m) / 2)`` keeps ``q`` exact, because ``floor((x + m) / 2)`` depends on
``floor(x)`` alone. So the index needs no real number, and equal ``q`` means equal futures.

A day is in the modules beside this one, in its order: `newcomers`, `mornings` (phase A), `journeys` (phase B); what
they work on is in `cells`, what people choose in `choices`, those who go on one by one in `walkers`.
"""

from __future__ import annotations

import numpy as np

from borderflow.kernels import kernel_cache
from borderflow.kernels.cells import (
    ASLEEP,
    AWAKE,
    BROKEN_SUM,
    CELLS,
    CROWDED,
    EVENING,
    HERE,
    IN_ORDER,
    LISTS,
    NEXT_GATHERING,
    NIGHT,
    NOW,
    NOWHERE,
    OK,
    ON,
    OUT,
    OUT_OF_ROOM,
    QUIET_FROM,
    ROAD,
    TABLES,
    TOWN,
    TRAVEL,
    TURN,
    WAIT,
    add_people,
    clear_table,
    in_a_cell,
    room,
    sum_people,
    today,
)  # fmt: skip
from borderflow.kernels.choices import kappa_of, note_chances
from borderflow.kernels.journeys import travel
from borderflow.kernels.mornings import draw_rare_leavers, leave
from borderflow.kernels.newcomers import join, shut_roads, spawn
from borderflow.kernels.parts import copied, kernel, part
from borderflow.kernels.streams import start_day
from borderflow.kernels.turns import LONGEST_WAY

__all__ = ["simulate"]

_FIRST_DAY = 65535  # the day of draws before day 0
_MANY = 64  # persons whom it may be worth looking through for equals
_FILLING = 0.5  # of what makes a place less attractive
_FADING = 0.9  # of a day's arrivals from one day to the next
_EQUALS = 24  # persons in a cell, on average, that make it worth it
_TRIAL = 512  # new cells before that is asked
_LONGEST_WAIT = 32  # days


@copied
def _note_age(law, m, day):
    """Note the age of today's newcomers; all have the same while no place with a capacity is about to fill.

    The order in which people were created matters only on days on which a place passes through the range between nearly full
    and full. Nobody needs an age who rests before the next of these days, and hardly anybody's matters of months ago.
    """
    begun = m.tally[NOW] > 0
    soon = day < max(m.tally[QUIET_FROM], LONGEST_WAY)
    for place in range(m.present.size):
        m.pace[place] = max(np.float64(m.received[place]), _FADING * m.pace[place])
        nearly_full = law.buffer * m.limit[place]
        if m.limit[place] >= 1.0:
            begun = begun or m.present[place] > _FILLING * nearly_full
            if m.present[place] <= nearly_full:
                soon = soon or m.present[place] + 2.0 * LONGEST_WAY * m.pace[place] > nearly_full
    m.tally[IN_ORDER] = begun and soon
    if m.tally[IN_ORDER]:
        m.tally[NOW] = 1 + day // law.age_days


@part
def _new_day(c, sources, law, m, day):
    """Note occupancy factors of the day; choices are weighed again where rules or populations changed."""
    era = sources.era[day]
    for place in range(m.present.size):
        m.limit[place] = c.capacity[era, place]
        m.town[place] = c.kind[era, place, TOWN]
    if day == 0 or era != sources.era[day - 1] or (law.take and law.population_weight):
        m.fresh[:] = 0
        for place in range(m.present.size):
            m.kappa[place] = kappa_of(c.capacity[era, place], m.present[place], law.buffer)
    _note_age(law, m, day)
    start_day(m.stream)
    return era


@copied
def _gather_some(m, law, one, table):
    """Put persons of a list into cells of a table until these turn out to be many; return how many, and new cells.

    The others are moved up.
    """
    before, kept = m.size[table, 0], np.int64(0)
    for person in range(m.persons[one]):
        row, to = one * room(m) + person, one * room(m) + kept
        new = m.size[table, 0] - before
        if new < _TRIAL or person - kept >= _EQUALS * new:
            add_people(m, table, m.person[row, TRAVEL], in_a_cell(m, law, m.person[row, ON]), 1)
        else:
            m.person[to, TRAVEL] = m.person[row, TRAVEL]
            m.person[to, ON] = m.person[row, ON]
            kept += 1
    gathered = m.persons[one] - kept
    m.persons[one] = kept
    return gathered, m.size[table, 0] - before


@part
def _gather(m, law, day):
    """Put persons into cells where many are in the same state; look again the later, the fewer there were."""
    asleep, evening = today(m, ASLEEP), today(m, EVENING)
    if m.persons[asleep] < _MANY or day < m.tally[NEXT_GATHERING]:
        return
    gathered, cells = _gather_some(m, law, asleep, evening)
    _gather_some(m, law, OUT, today(m, NIGHT))
    worth = gathered >= _EQUALS * cells
    m.tally[WAIT] = 1 if worth else min(max(2, 2 * m.tally[WAIT]), _LONGEST_WAIT)
    m.tally[NEXT_GATHERING] = day + m.tally[WAIT]


@copied
def _one_day(g, c, sources, law, m, links, seed, member, day):
    """Move one day on and return how many people set out; -1 where there is nowhere to set out from."""
    era = _new_day(c, sources, law, m, day)
    spawned = spawn(c, sources, law, m, seed, member, day)
    shut_roads(sources, m, links, day)
    note_chances(g, c, law, m, era)
    draw_rare_leavers(m, seed, member, day)
    leave(g, c, law, m, era, seed, member, day)
    here, road = today(m, HERE), today(m, ROAD)
    m.tally[CELLS] += m.size[here, 0] + m.size[road, 0]
    travel(g, c, law, m, era, links, seed, member, day)
    _gather(m, law, day)
    clear_table(m, here)
    clear_table(m, road)
    m.persons[today(m, AWAKE)] = 0
    m.tally[TURN] ^= 1
    return spawned


@part
def _out_of_room(m):
    """Tell whether a table or list was too small."""
    for table in range(TABLES):
        if m.size[table, 1]:
            return True
    for one in range(LISTS):
        if m.persons[one] > room(m):
            m.tally[CROWDED] = 1
    return m.tally[CROWDED] > 0


@part
def _record(m, days, day):
    """Write down where everybody is; return how many are at places and on roads, -1 where places are counted wrongly."""
    here = np.int64(0)
    for place in range(m.present.size):
        days.present[day, place] = m.present[place]
        here += m.present[place]
    days.under_way[day] = sum_people(m, today(m, ROAD)) + m.persons[OUT]
    if sum_people(m, today(m, HERE)) + m.persons[today(m, AWAKE)] != here:
        return np.int64(-1)
    return here + days.under_way[day]


with kernel_cache():

    @kernel
    def simulate(g, c, sources, law, m, days, seed, member):
        """Run one member from the first day to the last.

        Parameters
        ----------
        g : Geography
        c : Rules
        sources : Sources
        law : Law
        m : Memory
            Empty tables; ``bucket`` and ``slots`` filled with -1, the rest with nothing.
        days : Days
            Arrays of zeros to write to.
        seed, member : int
            The address of every draw.

        Returns
        -------
        code : int
            `OK`, `OUT_OF_ROOM` (a table is too small; run again with larger ones), `BROKEN_SUM` (a bug) or
            `NOWHERE` (people set out, and no place has a weight).
        day : int
            The day on which that was noticed.
        """
        links = np.int64(g.link.shape[0])
        total = np.int64(0)
        start_day(m.stream)
        for place in range(m.present.size):
            m.population[place] = sources.population[place]
            if sources.initial[place] > 0:
                m.present[place] = sources.initial[place]
                total += sources.initial[place]
                join(law, m, sources, place, sources.initial[place], np.int64(0), seed, member, _FIRST_DAY)
        for day in range(sources.era.size):
            spawned = _one_day(g, c, sources, law, m, links, seed, member, day)
            if spawned < 0:
                return NOWHERE, day
            if _out_of_room(m):
                return OUT_OF_ROOM, day
            total += spawned
            days.spawned[day] = spawned
            if _record(m, days, day) != total:
                return BROKEN_SUM, day
        return OK, sources.era.size
