"""People of the daily rule set who go on one by one, because few are in the same state: who decides and travels when.

The loops over persons are in `steps`.
"""

from __future__ import annotations

import numpy as np

from borderflow.kernels.cells import (
    ARRIVED,
    ASLEEP,
    AWAKE,
    CROWDED,
    DRAWS,
    END,
    FULL,
    ON,
    OUT,
    PERSON_COLUMNS,
    REST,
    STAGES,
    START,
    STAYING,
    TRAVEL,
    WALKING,
    WORD,
    add_person,
    group_of,
    kind_of,
    rest_in_a_cell,
    room,
    route_of,
    site_of,
    today,
    word_b,
)  # fmt: skip
from borderflow.kernels.choices import first_road, note_occupancy, weigh
from borderflow.kernels.parts import copied, part
from borderflow.kernels.steps import choose, depart, lie_down, rested, ride, step
from borderflow.kernels.streams import some_words


@copied
def _note_taken(g, m, road, here):
    """Move the people of one step who went by a road in the counts of places; ``here`` is 1 where they were at places."""
    k = m.taken[road]
    m.taken[road] = 0
    m.present[g.link[road, START]] -= k * here
    if g.stage[STAGES * road + FULL] >= 0:
        m.present[g.link[road, END]] += k
        m.received[g.link[road, END]] += k


@copied
def _count_taken(g, m, people, ahead, here):
    """Count the people of a step at places: by roads, or by persons where they are few and all ``ahead`` in the memory."""
    roads = m.taken.size - 1
    m.taken[roads] = 0
    if ahead and people < roads:
        for person in range(people):
            if m.ahead[person] >= 0:
                _note_taken(g, m, site_of(m.ahead[person]), here)
    else:
        for road in range(roads):
            _note_taken(g, m, np.int64(road), here)


@part
def _go(g, m, halve, beds, first, people):
    """Let persons who have chosen by day go one road on, or stay."""
    resting = step(g.stage, m.listed, first, people, m.persons, m.ahead, m.taken, m.resting)
    lie_down(m.rare, m.listed, np.uint64(m.present.size), halve, beds, resting, m.persons, m.resting)


@copied
def _follow_routes(g, c, m, era, halve, beds, first, people):
    """Let persons with a route go on along it, or drop it where it cannot be followed; return how many others are left.

    The others are moved up.
    """
    kept = first
    for row in range(first, first + people):
        a, b = m.person[row, TRAVEL], m.person[row, ON]
        place, route, kind = site_of(b), route_of(b), kind_of(b)
        if route == 0:
            for column in range(PERSON_COLUMNS):
                m.person[kept, column] = m.person[row, column]
            kept += 1
            continue
        link = first_road(g, c, m, era, route, place)
        if link >= 0:
            m.present[place] -= 1
            add_person(m, WALKING, a, word_b(link, g.route[route, REST], kind))
        else:
            add_person(m, beds, rested(a, halve), word_b(place, 0, kind))
    return kept - first


@copied
def _weigh_for(g, c, law, m, era, first, people):
    """Weigh the ways of places where persons decide and something has changed since."""
    places = m.present.size
    if people < m.chance.size:
        for row in range(first, first + people):
            b = m.person[row, ON]
            if m.fresh[group_of(b) * places + site_of(b)] == 0:
                weigh(g, c, law, m, era, site_of(b), group_of(b))
        return
    for group in range(m.chance.shape[0]):
        for place in range(places):
            if m.present[place] > 0 and m.fresh[group * places + place] == 0:
                weigh(g, c, law, m, era, np.int64(place), np.int64(group))


@copied
def _settle(c, law, m):
    """Let those who stay where people seldom leave join their cells, and note how full places are."""
    for at in range(STAYING * room(m), STAYING * room(m) + m.persons[STAYING]):
        rest_in_a_cell(m, law, m.person[at, TRAVEL], m.person[at, ON], 1)
    m.persons[STAYING] = 0
    for place in range(m.present.size):
        if m.limit[place] >= 1.0:
            note_occupancy(c, law, m, place)


@copied
def decide(g, c, law, m, era, short, morning, first, people, seed, member, day):
    """Let persons at places decide, from row ``first`` on."""
    beds = today(m, ASLEEP)
    halve = np.int64(law.avoid_short_stints)
    _weigh_for(g, c, law, m, era, first, people)
    if law.some_routes:
        people = _follow_routes(g, c, m, era, halve, beds, first, people)
    m.stream.tally[DRAWS] += people
    left = people
    some = np.int64(0)
    while left > 0:
        some = some_words(m.stream, left, seed, member, day)
        choose(m.stop, m.lots, m.own, m.way, m.stream.flat[m.stream.tally[WORD] :], m.listed,
                np.uint64(m.present.size), -np.int64(short), first, some, m.ahead)  # fmt: skip
        if morning:
            resting = depart(m.listed, m.present, first, some, m.persons, m.ahead, m.resting)
            lie_down(m.rare, m.listed, np.uint64(m.present.size), halve, beds, resting, m.persons, m.resting)
        else:
            _go(g, m, halve, beds, first, some)
        m.stream.tally[WORD] += some
        first += some
        left -= some
    if not morning:
        _count_taken(g, m, people, some == people, np.int64(1))
    _settle(c, law, m)


@copied
def _fits(m, people):
    """Tell whether so many more persons fit on every list."""
    beds = today(m, ASLEEP)
    if max(m.persons[beds], m.persons[OUT], m.persons[WALKING]) + people < room(m):
        return True
    m.tally[CROWDED] = 1
    return False


@copied
def wake(g, c, law, m, era, seed, member, day):
    """Let all persons at rest decide whether to leave and where to."""
    awake = today(m, AWAKE)
    if _fits(m, m.persons[awake]):
        decide(g, c, law, m, era, 0, 1, awake * room(m), m.persons[awake], seed, member, day)


@part
def wake_some(g, c, law, m, era, who, waiting, block, seed, member, day):
    """Let a person at rest decide with those who wait for it, once they are a block; return how many wait.

    With a negative number for nobody, those who wait decide.
    """
    if who >= 0:
        row = today(m, AWAKE) * room(m) + who
        for column in range(PERSON_COLUMNS):
            m.person[ARRIVED * room(m) + waiting, column] = m.person[row, column]
        waiting += 1
    if waiting < block or not _fits(m, waiting):
        return waiting
    decide(g, c, law, m, era, 0, 1, ARRIVED * room(m), waiting, seed, member, day)
    return np.int64(0)


@copied
def walk_on(g, c, law, m, era, base, seed, member, day):
    """Let those who go on one by one, but the first ``base``, travel and decide until their day ends.

    All go one road on, then all the next. How full places are is noted after each road.
    """
    halve = np.int64(law.avoid_short_stints)
    while True:
        # those who arrived in a cell begin with a decision
        people = m.persons[ARRIVED]
        walking = m.persons[WALKING] - base
        if people + walking == 0 or not _fits(m, people + walking):
            m.persons[ARRIVED] = 0
            m.persons[WALKING] = base
            return
        if people > 0:
            m.persons[ARRIVED] = 0
            decide(g, c, law, m, era, law.avoid_short_stints, 0, ARRIVED * room(m), people, seed, member, day)
            continue
        first = WALKING * room(m) + base
        all_ahead = walking <= m.ahead.size
        simple = np.int64(0)
        while walking > 0:
            some = min(walking, m.ahead.size)
            simple = ride(g.link, g.stage, g.walk_share, m.rare, m.stream, m.listed, m.present, m.received, law,
                           today(m, ASLEEP), first, some, m.persons, m.ahead, seed, member, day)  # fmt: skip
            _go(g, m, halve, today(m, ASLEEP), first, simple)
            first += some
            walking -= some
        _count_taken(g, m, simple, all_ahead, np.int64(0))
        m.persons[WALKING] = base
        if m.persons[ARRIVED] == 0:
            _settle(c, law, m)
