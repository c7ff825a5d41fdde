"""One step of many persons: to choose, to go one road on, to rest.

What each of them does next is worked out without branches where that can be, and then written to every list that it may
belong to, of which one grows: a processor that guesses wrongly whether somebody stays or goes loses more time than the
rest takes. A loop does little for each person, so that the processor works on several at once. Loops are functions of
their own that get nothing but what they read, so that it stays in the processor's registers; numbers of rows are unsigned,
as signed ones may count from the end, which has to be looked at every time.
"""

from __future__ import annotations

import numpy as np

from borderflow.kernels.arithmetic import ONE
from borderflow.kernels.cells import (
    AGE_FIELD,
    ARRIVED,
    END,
    KM_FIELD,
    LENGTH,
    LISTS,
    ON_ROAD,
    OUT,
    PERSON_COLUMNS,
    SITE_FIELD,
    SPEED,
    STAGES,
    START,
    STAYING,
    WALKING,
    group_of,
    kind_of,
    km_of,
    recent_of,
    route_of,
    site_of,
    word_a,
    word_b,
)  # fmt: skip
from borderflow.kernels.draws import keep_apart
from borderflow.kernels.parts import copied, part
from borderflow.kernels.streams import WORD_RANGE, draw_lot, next_share

TWO, COLUMNS = np.uint64(2), np.uint64(PERSON_COLUMNS)


@copied
def rested(a, halve):
    """Return the first word of a person after the day's end: recent travel with today's, halved, or forgotten."""
    return ((a >> 34) << 33) * halve | (a & 1)


@copied
def put(listed, counts, lists, one, a, b):
    """Put a person on a list that has room."""
    at = np.uint64(one * lists + counts[one]) * COLUMNS
    listed[at] = a
    listed[at + ONE] = b
    counts[one] += 1


@part
def ride(link, stage, walk_share, rare, stream, listed, present, received, law, beds, first, people, counts, ahead,
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
            if kept + COLUMNS != at:
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
            put(listed, counts, lists, OUT, word_a(((recent_of(a) + speed) >> 1) * halve, covered + speed, a & 1), b)
            continue
        place = np.uint64(link[road, START] if bounced else link[road, END])
        present[place] += 1
        received[place] += 1
        a = word_a(recent_of(a) + left * halve, km_of(a) - covered + left, 0)
        b = word_b(np.int64(place), route_of(b), kind_of(b))
        if not bounced and km_of(a) < speed:
            put(listed, counts, lists, ARRIVED, a, b)
            continue
        # whose route goes on leaves in the morning, wherever that is
        seldom = rare[np.uint64(group_of(b)) * np.uint64(present.size) + place] and route_of(b) == 0
        put(listed, counts, lists, STAYING if seldom else beds, rested(a, halve), b)
    return np.int64(simple)


@part
def choose(stop, lots, own, way, word, listed, places, short, first, people, ahead):
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
    at = np.uint64(first) * COLUMNS
    for person in range(people):
        i = np.uint64(person)
        a, b = listed[at], listed[at + ONE]
        at += COLUMNS
        here = np.uint64(group_of(b)) * places + np.uint64(site_of(b))
        lot, into = draw_lot(lots[(here << ONE) + np.uint64(a < (stop[here] & short))], word[i])
        ahead[i] = way[(lot << ONE) + np.uint64(into >= own[lot])]


@part
def depart(listed, present, first, people, counts, ahead, resting):
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
def step(stage, listed, first, people, counts, ahead, taken, resting):
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
def lie_down(rare, listed, places, halve, beds, people, counts, resting):
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
            put(listed, counts, lists, WALKING, a ^ ON_ROAD, b)
            continue
        a = rested(a, halve)
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
