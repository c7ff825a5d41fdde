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
    DRAWS,
    END,
    FIRST,
    KM,
    LAST_ONE,
    LENGTH,
    LISTS,
    ON,
    OUT,
    PENDING,
    PERSON_COLUMNS,
    REST,
    SCALE,
    SPEED,
    START,
    STAYING,
    THRESHOLD,
    WALKING,
    X,
    Z,
    add_person,
    group_of,
    kind_of,
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
from borderflow.kernels.streams import WORD_RANGE, next_share


@part
def _ride(link, walk_share, rare, stream, person, present, received, law, beds, base, people, counts,
          seed, member, day):  # fmt: skip
    """Let persons on roads travel to the end of their road or of their day; return how many arrive and may go on.

    ``counts`` holds how many persons there are on each list and is kept up; those who may go on are put on a list that is
    empty before.
    """
    keep_apart()
    lists = person.shape[0] // LISTS
    links = np.uint64(link.shape[0])
    row = np.uint64(WALKING * lists + base)
    tent = np.uint64(OUT * lists + counts[OUT])
    arrival = np.uint64(ARRIVED * lists)
    bed = np.uint64(beds * lists + counts[beds])
    stay = np.uint64(STAYING * lists + counts[STAYING])
    places = np.uint64(present.size)
    halve = np.int64(law.avoid_short_stints)
    for _ in range(people):
        z, km, b, x = person[row, Z], person[row, KM], person[row, ON], person[row, X]
        row += ONE
        road = np.uint64(site_of(b))
        bounced = road >= links
        road -= links * np.uint64(bounced)
        speed = np.int64(link[road, SPEED])
        if x & 1 or (law.some_walk and next_share(stream, seed, member, day) < walk_share[road] * WORD_RANGE):
            speed = np.int64(law.walk_speed)
        left = np.int64(link[road, LENGTH]) - (x >> 1)
        if speed <= left:
            person[tent, Z] = ((z + speed) >> 1) * halve
            person[tent, KM] = 0
            person[tent, ON] = b
            person[tent, X] = x + (speed << 1)
            tent += ONE
            continue
        place = np.uint64(link[road, START] if bounced else link[road, END])
        present[place] += 1
        received[place] += 1
        z += left
        km += left
        b = word_b(np.int64(place), route_of(b), kind_of(b))
        person[arrival, Z] = z
        person[arrival, KM] = km
        person[arrival, ON] = b
        person[arrival, X] = 0
        ends = np.uint64(bounced) | np.uint64(km >= speed)
        arrival += ONE - ends
        z = (z >> 1) * halve
        person[stay, Z] = z
        person[stay, ON] = b
        person[stay, X] = 0
        person[bed, Z] = z
        person[bed, KM] = 0
        person[bed, ON] = b
        person[bed, X] = 0
        # whose route goes on leaves in the morning, wherever that is
        seldom = np.uint64(rare[np.uint64(group_of(b)) * places + place]) & np.uint64(route_of(b) == 0)
        stay += ends & seldom
        bed += ends & (ONE - seldom)
    counts[beds] = np.int64(bed) - beds * lists
    counts[STAYING] = np.int64(stay) - STAYING * lists
    counts[OUT] = np.int64(tent) - OUT * lists
    return np.int64(arrival) - ARRIVED * lists


@part
def _decide(town, rare, gate, fan, own, way, stream, person, present, short, stop, halve, beds, first, people, counts,
            seed, member, day):  # fmt: skip
    """Let persons without a route decide whether to stay and where to go, and put them on the lists they belong to.

    Parameters
    ----------
    short : int
        1 where people do not stay in towns after less than a day's travel, ``numpy.uint64``.
    stop : int
        Kilometres of a day's travel.
    halve : int
        0 where recent travel does not count.
    beds : int
        The list of those who stay.
    first, people : int
        Row of the first person, and how many follow from there.
    """
    keep_apart()
    lists = person.shape[0] // LISTS
    places = np.uint64(present.size)
    row = np.uint64(first)
    bed = np.uint64(beds * lists + counts[beds])
    stay = np.uint64(STAYING * lists + counts[STAYING])
    leaving = np.uint64(WALKING * lists + counts[WALKING])
    for _ in range(people):
        z, km, b, x = person[row, Z], person[row, KM], person[row, ON], person[row, X]
        row += ONE
        place = np.uint64(site_of(b))
        at = np.uint64(group_of(b)) * places + place
        forced = short & np.uint64(town[place]) & np.uint64(z < stop)
        word = next_share(stream, seed, member, day)
        mark = word * gate[at, np.uint64(SCALE) + (forced << ONE)]
        step = min(np.uint64(np.int64(mark)), np.uint64(fan[at, LAST_ONE]))
        o = np.uint64(fan[at, FIRST]) + step
        onward = way[o, np.uint64(mark - np.float64(np.int64(step)) >= own[o])]
        goes = np.uint64(onward >= 0) & np.uint64(word < gate[at, np.uint64(THRESHOLD) + (forced << ONE)])
        present[place] -= np.int64(goes)
        person[leaving, Z] = z
        person[leaving, KM] = km
        person[leaving, ON] = onward | (b & AGE_FIELD)
        person[leaving, X] = x
        leaving += goes
        stays = ONE - goes
        z = (z >> 1) * halve
        person[stay, Z] = z
        person[stay, ON] = b
        person[stay, X] = x
        person[bed, Z] = z
        person[bed, KM] = 0
        person[bed, ON] = b
        person[bed, X] = x
        seldom = np.uint64(rare[at])
        stay += stays & seldom
        bed += stays & (ONE - seldom)
    counts[beds] = np.int64(bed) - beds * lists
    counts[STAYING] = np.int64(stay) - STAYING * lists
    counts[WALKING] = np.int64(leaving) - WALKING * lists


@copied
def _follow_routes(g, c, m, era, halve, beds, first, people):
    """Let persons with a route go on along it, or drop it where it cannot be followed; return how many others are left.

    The others are moved up.
    """
    kept = first
    for row in range(first, first + people):
        z, b, x = m.person[row, Z], m.person[row, ON], m.person[row, X]
        place, route, kind = site_of(b), route_of(b), kind_of(b)
        if route == 0:
            for column in range(PERSON_COLUMNS):
                m.person[kept, column] = m.person[row, column]
            kept += 1
            continue
        link = first_road(g, c, m, era, route, place)
        if link >= 0:
            m.present[place] -= 1
            add_person(m, WALKING, z, m.person[row, KM], word_b(link, g.route[route, REST], kind), x)
        else:
            add_person(m, beds, (z >> 1) * halve, 0, word_b(place, 0, kind), x)
    return kept - first


@copied
def decide(g, c, law, m, era, short, first, people, seed, member, day):
    """Let persons at places decide, from row ``first`` on; those who stay where people seldom leave join their cells."""
    beds = today(m, ASLEEP)
    halve = np.int64(law.avoid_short_stints)
    for row in range(first, first + people):
        b = m.person[row, ON]
        if m.fresh[group_of(b) * m.present.size + site_of(b)] == 0:
            weigh(g, c, law, m, era, site_of(b), group_of(b))
    if law.some_routes:
        people = _follow_routes(g, c, m, era, halve, beds, first, people)
    _decide(m.town, m.rare, m.gate, m.fan, m.own, m.way, m.stream, m.person, m.present, np.uint64(short),
            np.int64(law.speed), halve, beds, first, people, m.persons, seed, member, day)  # fmt: skip
    m.stream.tally[DRAWS] += people
    for at in range(STAYING * room(m), STAYING * room(m) + m.persons[STAYING]):
        rest_in_a_cell(m, law, word_a(m.person[at, Z], 0, m.person[at, X]), m.person[at, ON], 1)
    m.persons[STAYING] = 0
    for place in range(m.present.size):
        if m.limit[place] >= 1.0:
            note_occupancy(c, law, m, place)


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
        decide(g, c, law, m, era, 0, awake * room(m), m.persons[awake], seed, member, day)


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
    decide(g, c, law, m, era, 0, ARRIVED * room(m), waiting, seed, member, day)
    return np.int64(0)


@copied
def walk_on(g, c, law, m, era, base, seed, member, day):
    """Let those who go on one by one, but the first ``base``, travel and decide until their day ends.

    All go one road on, then all the next. How full places are is noted after each road.
    """
    while True:
        # those who arrived in a cell begin with a decision
        people = m.persons[ARRIVED]
        m.persons[ARRIVED] = 0
        walking = m.persons[WALKING] - base
        if people + walking == 0 or not _fits(m, people + walking):
            m.persons[WALKING] = base
            return
        if people == 0:
            people = _ride(g.link, g.walk_share, m.rare, m.stream, m.person, m.present, m.received, law,
                           today(m, ASLEEP), base, walking, m.persons, seed, member, day)  # fmt: skip
            m.persons[WALKING] = base
        decide(g, c, law, m, era, law.avoid_short_stints, ARRIVED * room(m), people, seed, member, day)
