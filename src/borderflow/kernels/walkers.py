"""People of the daily rule set who go on one by one, because few are in the same state.

What each of them does next is worked out without branches where that can be, and then written to every list that it may
belong to, of which one grows: a processor that guesses wrongly whether somebody stays or goes loses more time than the
rest takes. The two loops over persons are functions of their own that get nothing but what they read, so that it stays
in the processor's registers; numbers of rows are unsigned, as signed ones may count from the end, which has to be looked
at every time.
"""

from __future__ import annotations

import numpy as np

from borderflow.kernels.arithmetic import ONE
from borderflow.kernels.cells import (
    AGE_FIELD,
    ARRIVED,
    ASLEEP,
    AWAKE,
    BELOW,
    DRAWS,
    END,
    FIRST,
    FULL,
    GATES,
    KM_FIELD,
    LENGTH,
    LISTS,
    ON,
    ON_ROAD,
    OUT,
    PENDING,
    PERSON_COLUMNS,
    REST,
    SCALE,
    SITE_FIELD,
    SPEED,
    STAGES,
    START,
    STAYING,
    TRAVEL,
    WALKING,
    WORD,
    add_person,
    group_of,
    kind_of,
    km_of,
    recent_of,
    rest_in_a_cell,
    room,
    route_of,
    site_of,
    today,
    word_a,
    word_b,
)  # fmt: skip
from borderflow.kernels.choices import first_road, note_occupancy, weigh
from borderflow.kernels.draws import keep_apart
from borderflow.kernels.parts import copied, part
from borderflow.kernels.streams import WORD_RANGE, next_share, some_words

TWO, COLUMNS = np.uint64(2), np.uint64(PERSON_COLUMNS)


@copied
def _rested(a, halve):
    """Return the first word of a person after the day's end: recent travel with today's, halved, or forgotten."""
    return ((a >> 34) << 33) * halve | (a & 1)


@copied
def _put(listed, counts, lists, one, a, b):
    """Put a person on a list that has room."""
    at = np.uint64(one * lists + counts[one]) * COLUMNS
    listed[at] = a
    listed[at + ONE] = b
    counts[one] += 1


@part
def _ride(link, stage, walk_share, rare, stream, listed, present, received, law, beds, first, people, counts, ahead,
          seed, member, day):  # fmt: skip
    """Let persons on roads travel whose day is not simply one road; return how many others there are, for `_step`.

    The others are moved up, and noted in ``ahead``.
    """
    keep_apart()
    lists = listed.size // (LISTS * PERSON_COLUMNS)
    links = np.uint64(link.shape[0])
    at = np.uint64(first) * COLUMNS
    kept = at
    simple = np.uint64(0)
    for _ in range(people):
        a, b = listed[at], listed[at + ONE]
        at += COLUMNS
        road = np.uint64(site_of(b))
        bounced = road >= links
        if stage[np.uint64(STAGES) * min(road, links) + ONE] > 0 and a & (ON_ROAD | 1) == 0:
            ahead[simple] = b
            simple += ONE
            listed[kept] = a
            listed[kept + ONE] = b
            kept += COLUMNS
            continue
        road -= links * np.uint64(bounced)
        speed = np.int64(link[road, SPEED])
        if a & 1 or (law.some_walk and next_share(stream, seed, member, day) < walk_share[road] * WORD_RANGE):
            speed = np.int64(law.walk_speed)
        covered = km_of(a) * np.int64(a < 0)
        left = np.int64(link[road, LENGTH]) - covered
        halve = np.int64(law.avoid_short_stints)
        if speed <= left:
            _put(listed, counts, lists, OUT, word_a(((recent_of(a) + speed) >> 1) * halve, covered + speed, a & 1), b)
            continue
        place = np.uint64(link[road, START] if bounced else link[road, END])
        present[place] += 1
        received[place] += 1
        a = word_a(recent_of(a) + left * halve, km_of(a) - covered + left, 0)
        b = word_b(np.int64(place), route_of(b), kind_of(b))
        if not bounced and km_of(a) < speed:
            _put(listed, counts, lists, ARRIVED, a, b)
            continue
        # whose route goes on leaves in the morning, wherever that is
        seldom = rare[np.uint64(group_of(b)) * np.uint64(present.size) + place] and route_of(b) == 0
        _put(listed, counts, lists, STAYING if seldom else beds, _rested(a, halve), b)
    return np.int64(simple)


@part
def _choose(stop, gate, own, way, word, listed, places, short, first, people, ahead):
    """Let persons without a route choose whether to stay and where to: the second word of their state on the road.

    Parameters
    ----------
    word : array
        A random word for each person.
    short : int
        -1 where people do not stay in towns after less than a day's travel, else 0.
    first, people : int
        Row of the first person, and how many follow from there.
    ahead : array
        Filled for each person; -1 who stays.
    """
    keep_apart()
    nowhere = np.uint64(way.size - 1)
    at = np.uint64(first) * COLUMNS
    for person in range(people):
        i = np.uint64(person)
        a, b = listed[at], listed[at + ONE]
        at += COLUMNS
        here = np.uint64(group_of(b)) * places + np.uint64(site_of(b))
        forced = np.uint64(a < (stop[here] & short))
        row = ((here << ONE) + forced) * np.uint64(GATES)
        share = np.float64(word[i]) + 0.5
        mark = min(share, gate[row + np.uint64(BELOW)]) * gate[row + np.uint64(SCALE)] + gate[row + np.uint64(FIRST)]
        o = np.uint64(np.int64(mark))
        o = (o << ONE) + np.uint64(mark >= own[o])
        # a row is chosen, not what is in it: that the processor would guess at
        ahead[i] = way[o if share < gate[row] else nowhere]


@part
def _depart(listed, present, first, people, counts, ahead, resting):
    """Put persons who have chosen in the morning among those on roads; return how many stay, in ``resting``."""
    keep_apart()
    lists = listed.size // (LISTS * PERSON_COLUMNS)
    at = np.uint64(first) * COLUMNS
    leaving = np.uint64(WALKING * lists + counts[WALKING]) * COLUMNS
    staying = np.uint64(0)
    for person in range(people):
        a, b, onward = listed[at], listed[at + ONE], ahead[np.uint64(person)]
        at += COLUMNS
        goes = np.uint64(onward >= 0)
        present[np.uint64(site_of(b))] -= np.int64(goes)
        listed[leaving] = a
        listed[leaving + ONE] = onward | (b & AGE_FIELD)
        leaving += goes * COLUMNS
        resting[staying] = a
        resting[staying + ONE] = b
        staying += (ONE - goes) * COLUMNS
    counts[WALKING] = np.int64(leaving // COLUMNS) - WALKING * lists
    return np.int64(staying // COLUMNS)


@part
def _step(stage, listed, first, people, counts, ahead, taken, resting):
    """Let persons who have chosen by day go one road on, and put those who may go farther on the list of who has arrived.

    ``taken`` is increased by how many go by each road; last by those who stay. Returns how many others there are, in
    ``resting``.
    """
    keep_apart()
    lists = listed.size // (LISTS * PERSON_COLUMNS)
    last = np.uint64(taken.size - 1)
    at = np.uint64(first) * COLUMNS
    arrival = np.uint64(ARRIVED * lists + counts[ARRIVED]) * COLUMNS
    staying = np.uint64(0)
    for person in range(people):
        a, b, onward = listed[at], listed[at + ONE], ahead[np.uint64(person)]
        at += COLUMNS
        road = min(np.uint64(site_of(onward)), last)
        taken[road] += 1
        row = np.uint64(STAGES) * road
        a += stage[row]
        b ^= (b ^ (onward & ~SITE_FIELD | stage[row + TWO] | (b & AGE_FIELD))) & ~(onward >> 63)
        listed[arrival] = a
        listed[arrival + ONE] = b
        again = np.uint64((a & KM_FIELD) < stage[row + ONE])
        arrival += again * COLUMNS
        resting[staying] = a
        resting[staying + ONE] = b
        staying += (ONE - again) * COLUMNS
    counts[ARRIVED] = np.int64(arrival // COLUMNS) - ARRIVED * lists
    return np.int64(staying // COLUMNS)


@part
def _lie_down(rare, listed, places, halve, beds, people, counts, resting):
    """End the day of persons in ``resting``; those who may be on a road overnight are put among those on roads."""
    keep_apart()
    lists = listed.size // (LISTS * PERSON_COLUMNS)
    at = np.uint64(0)
    bed = np.uint64(beds * lists + counts[beds]) * COLUMNS
    stay = np.uint64(STAYING * lists + counts[STAYING]) * COLUMNS
    for _ in range(people):
        a, b = resting[at], resting[at + ONE]
        at += COLUMNS
        if a < 0:
            _put(listed, counts, lists, WALKING, a ^ ON_ROAD, b)
            continue
        a = _rested(a, halve)
        listed[stay] = a
        listed[stay + ONE] = b
        listed[bed] = a
        listed[bed + ONE] = b
        # whose route goes on leaves in the morning, wherever that is
        seldom = np.uint64(rare[np.uint64(group_of(b)) * places + np.uint64(site_of(b))]) & np.uint64(route_of(b) == 0)
        stay += seldom * COLUMNS
        bed += (ONE - seldom) * COLUMNS
    counts[beds] = np.int64(bed // COLUMNS) - beds * lists
    counts[STAYING] = np.int64(stay // COLUMNS) - STAYING * lists


@copied
def _note_taken(g, m, road, here):
    """Move the people of one step who went by a road in the counts of places; ``here`` is 1 where they were at places."""
    k = m.taken[road]
    m.taken[road] = 0
    m.present[g.link[road, START]] -= k * here
    if g.stage[STAGES * road + FULL] >= 0:
        m.present[g.link[road, END]] += k
        m.received[g.link[road, END]] += k


@part
def _go(g, m, halve, beds, first, people, here):
    """Let persons who have chosen by day go one road on, or stay; and count them."""
    resting = _step(g.stage, m.listed, first, people, m.persons, m.ahead, m.taken, m.resting)
    _lie_down(m.rare, m.listed, np.uint64(m.present.size), halve, beds, resting, m.persons, m.resting)
    roads = m.taken.size - 1
    m.taken[roads] = 0
    if people < roads:
        for person in range(people):
            if m.ahead[person] >= 0:
                _note_taken(g, m, site_of(m.ahead[person]), here)
    else:
        for road in range(roads):
            _note_taken(g, m, np.int64(road), here)


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
            add_person(m, beds, _rested(a, halve), word_b(place, 0, kind))
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
    while people > 0:
        some = some_words(m.stream, people, seed, member, day)
        _choose(m.stop, m.gate, m.own, m.way, m.stream.flat[m.stream.tally[WORD] :], m.listed,
                np.uint64(m.present.size), -np.int64(short), first, some, m.ahead)  # fmt: skip
        if morning:
            resting = _depart(m.listed, m.present, first, some, m.persons, m.ahead, m.resting)
            _lie_down(m.rare, m.listed, np.uint64(m.present.size), halve, beds, resting, m.persons, m.resting)
        else:
            _go(g, m, halve, beds, first, some, np.int64(1))
        m.stream.tally[WORD] += some
        first += some
        people -= some
    _settle(c, law, m)


@copied
def _fits(m, people):
    """Tell whether so many more persons fit on every list."""
    beds = today(m, ASLEEP)
    if max(m.persons[beds], m.persons[OUT], m.persons[WALKING]) + people < room(m):
        return True
    m.size[PENDING, 1] = 1
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
        while walking > 0:
            some = min(walking, m.ahead.size)
            simple = _ride(g.link, g.stage, g.walk_share, m.rare, m.stream, m.listed, m.present, m.received, law,
                           today(m, ASLEEP), first, some, m.persons, m.ahead, seed, member, day)  # fmt: skip
            _go(g, m, halve, today(m, ASLEEP), first, simple, np.int64(0))
            first += some
            walking -= some
        m.persons[WALKING] = base
        if m.persons[ARRIVED] == 0:
            _settle(c, law, m)
