"""Phase B of a day: everyone under way moves; those who arrive with part of their day left decide and travel again.

Cells go on in order of the kilometres covered today, so that cells which meet are merged. Where a camp is near the range
in which its occupancy changes choices, arrivals are split into parts small against that range and handled one after the
other, with live occupancy, as Flee handles its agents one after the other (`turns`).
"""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels.cells import (
    ARRIVED,
    BUCKETS,
    CELLS,
    END,
    FOLLOWING,
    FULL,
    GOAL,
    GROUP_MASK,
    LENGTH,
    LOWEST,
    ON,
    ON_ROAD,
    OUT,
    PENDING,
    QUEUED,
    REST,
    ROAD,
    ROUTE,
    SPEED,
    STAGES,
    START,
    TRAVEL,
    WALKING,
    A,
    B,
    N,
    add_people,
    add_person,
    age_of,
    camp_out,
    clear_table,
    kind_of,
    km_of,
    recent_of,
    rest,
    room,
    route_of,
    site_of,
    sum_people,
    today,
    under_way_today,
    word_a,
    word_b,
)  # fmt: skip
from borderflow.kernels.choices import first_road, share_out, shift, weigh
from borderflow.kernels.parts import copied, part
from borderflow.kernels.streams import draw_binomial
from borderflow.kernels.turns import FINE, lay_out_parts, mix, nobody_yet, spread, turns
from borderflow.kernels.walkers import walk_on

# ---------------------------------------------------------------------------------------------------------------------
# Cells


@copied
def _settle(law, m, place, recent, km, route, kind, n):
    """End the day of people at a place; they have completed a stage."""
    rest(m, law, place, word_a((recent + km) >> 1 if law.avoid_short_stints else 0, 0, 0), route, kind, n)


@copied
def _arrive(g, c, law, m, place, recent, km, route, kind, speed, bounced, n):
    """Let people arrive; those with part of their day left are put in order of the distance covered today.

    Kilometres that have the same consequences for the rest of the day count as the same; what they add to recent travel
    is moved there.
    """
    shift(c, law, m, place, n)
    m.received[place] += n
    if bounced or km >= speed:
        _settle(law, m, place, recent, km, route, kind, n)
        return
    at = min(km * BUCKETS // law.speed, BUCKETS - 1)
    if km < g.step.shape[1]:
        least = np.int64(g.step[place, km])
        recent += km - least
        km = least
    if not law.avoid_short_stints:
        recent = 0
    a, b = word_a(recent, km, 0), word_b(place, route, kind)
    if n <= law.few:
        for _ in range(n):
            add_person(m, ARRIVED, under_way_today(law, recent, km), b)
        return
    cell = add_people(m, PENDING, a, b, n)
    if cell >= 0 and m.cells[PENDING, cell, N] == n:
        # new, or emptied before by people who came through a very short road
        m.cells[PENDING, cell, FOLLOWING] = m.bucket[at]
        m.bucket[at] = cell
        m.tally[QUEUED] += 1
        m.tally[LOWEST] = min(m.tally[LOWEST], at)


@copied
def _ride(g, c, law, m, links, link, x, recent, km, foot, route, kind, speed, n):
    road = link - links if link >= links else link
    length = np.int64(g.link[road, LENGTH])
    if x + speed > length:
        bounced = link >= links
        place = np.int64(g.link[road, START] if bounced else g.link[road, END])
        _arrive(g, c, law, m, place, recent, km + length - x, route, kind, speed, bounced, n)
        return
    recent = (recent + km + speed) >> 1 if law.avoid_short_stints else 0
    camp_out(m, law, link, word_a(recent, x + speed, foot), route, kind, n)


@copied
def _go(g, c, law, m, links, link, x, recent, km, foot, route, kind, n, seed, member, day):
    """Move people on a road for what is left of their day; ``link >= links`` is a road shut behind them."""
    road = link - links if link >= links else link
    walkers = n if foot else np.int64(0)
    if not foot and g.walk_share[road] > 0.0:
        walkers = draw_binomial(m.stream, n, g.walk_share[road], seed, member, day)
    for on_foot in range(2):
        people = walkers if on_foot else n - walkers
        if people > 0:
            speed = np.int64(law.walk_speed) if on_foot else np.int64(g.link[road, SPEED])
            _ride(g, c, law, m, links, link, x, recent, km, foot, route, kind, speed, people)


@copied
def _go_on(g, c, law, m, links, cell, n, seed, member, day):
    """Move people of a cell under way; few of them one by one."""
    road = today(m, ROAD)
    a, b = m.cells[road, cell, A], m.cells[road, cell, B]
    if n <= law.few:
        for _ in range(n):
            add_person(m, WALKING, a | ON_ROAD, b)
        return
    recent, x, foot = recent_of(a), km_of(a), a & 1
    _go(g, c, law, m, links, site_of(b), x, recent, np.int64(0), foot, route_of(b), kind_of(b), n, seed, member, day)


@copied
def _continue(g, c, law, m, era, links, cell, n, seed, member, day):
    """Let people who arrived with part of their day left decide again and travel on."""
    a, b = m.cells[PENDING, cell, A], m.cells[PENDING, cell, B]
    place, route, kind = site_of(b), route_of(b), kind_of(b)
    group = kind & GROUP_MASK
    recent, km = recent_of(a), km_of(a)
    leavers = n
    forced = law.avoid_short_stints and m.town[place] and recent + km < law.speed
    if not forced and route == 0:
        leavers = draw_binomial(m.stream, n, m.chance[group, place], seed, member, day)
    stay = n - leavers
    if leavers > 0:
        options = np.int64(1)
        m.chosen[0] = leavers
        if route == 0:
            options = share_out(g, c, law, m, era, place, group, leavers, seed, member, day)
            if options == 0:
                stay += leavers
        first = g.option_at[place]
        for o in range(options):
            k = m.chosen[o]
            if k == 0:
                continue
            way = route if route > 0 else np.int64(g.option[first + o, ROUTE])
            link = first_road(g, c, m, era, way, place)
            if link < 0:
                stay += k
                continue
            shift(c, law, m, place, -k)
            if k <= law.few:
                for _ in range(k):
                    add_person(m, WALKING, under_way_today(law, recent, km), word_b(link, g.route[way, REST], kind))
            else:
                _go(g, c, law, m, links, link, np.int64(0), recent, km, np.int64(0), g.route[way, REST], kind, k,
                    seed, member, day)  # fmt: skip
    if stay > 0:
        _settle(law, m, place, recent, km, np.int64(0), kind, stay)


@copied
def _drain(g, c, law, m, era, links, base, seed, member, day):
    """Let people with part of their day left go on: cells in order of the distance covered today, then persons."""
    bucket = m.tally[LOWEST]
    while m.tally[QUEUED] > 0:
        # an arrival may fall into the bucket that is being emptied, never into one before it
        while m.bucket[bucket] < 0:
            bucket += 1
        cell = m.bucket[bucket]
        m.bucket[bucket] = m.cells[PENDING, cell, FOLLOWING]
        m.tally[QUEUED] -= 1
        n = m.cells[PENDING, cell, N]
        m.cells[PENDING, cell, N] = 0
        _continue(g, c, law, m, era, links, cell, n, seed, member, day)
        m.tally[CELLS] += 1
    clear_table(m, PENDING)
    walk_on(g, c, law, m, era, base, seed, member, day)


# ---------------------------------------------------------------------------------------------------------------------
# Parts of the day


@copied
def _ends_today(g, law, links, link, x, foot):
    """Tell whether people on a road can reach its end today."""
    at = link - links if link >= links else link
    speed = np.int64(g.link[at, SPEED])
    if foot:
        speed = law.walk_speed
    elif g.walk_share[at] > 0.0:
        speed = max(speed, law.walk_speed)
    return x + speed > g.link[at, LENGTH]


@copied
def _cell_ends_today(g, law, m, links, cell):
    road = today(m, ROAD)
    a = m.cells[road, cell, A]
    return _ends_today(g, law, links, site_of(m.cells[road, cell, B]), km_of(a), a & 1)


@copied
def _person_ends_today(g, law, m, links, row):
    a, link = m.person[row, TRAVEL], site_of(m.person[row, ON])
    if a & (ON_ROAD | 1) == 0 and g.stage[STAGES * min(link, links) + FULL] > 0:
        return True
    return _ends_today(g, law, links, link, km_of(a) if a < 0 else np.int64(0), a & 1)


@part
def _note_due(g, law, m, links):
    """Count who is due at each place today from the road they are on."""
    road = today(m, ROAD)
    for place in range(m.present.size):
        m.due[place] = 0
    for row in range(WALKING * room(m), WALKING * room(m) + m.persons[WALKING]):
        link = site_of(m.person[row, ON])
        if link < links and _person_ends_today(g, law, m, links, row):
            m.due[g.link[link, END]] += 1
    for cell in range(m.size[road, 0]):
        link = site_of(m.cells[road, cell, B])
        if link < links and _cell_ends_today(g, law, m, links, cell):
            m.due[g.link[link, END]] += m.cells[road, cell, N]


@part
def _note_ages(g, law, m, links, day):
    """Count who can reach the end of their road today by age."""
    road = today(m, ROAD)
    nobody_yet(m, day)
    for row in range(WALKING * room(m), WALKING * room(m) + m.persons[WALKING]):
        if _person_ends_today(g, law, m, links, row):
            m.of_age[age_of(m.person[row, ON])] += 1
    for cell in range(m.size[road, 0]):
        if _cell_ends_today(g, law, m, links, cell):
            m.of_age[age_of(m.cells[road, cell, B])] += m.cells[road, cell, N]


@part
def _expect(g, c, law, m, era):
    """Estimate how many people each place with a capacity will get from other places today.

    Those due at a place send on their share at once; twice that, for those who come from farther.
    """
    for place in range(m.present.size):
        m.expected[place] = 0.0
    for place in range(m.present.size):
        if m.due[place] == 0 or not c.limited[place]:
            continue
        if m.fresh[place] == 0:
            weigh(g, c, law, m, era, place, 0)
        for o in range(g.option_at[place], g.option_at[place + 1]):
            goal = g.option[o, GOAL]
            if m.kappa[goal] >= 0.5 and c.capacity[era, goal] >= 1.0 and m.weight_sum[0, place] > 0.0:
                m.expected[goal] += 2.0 * m.due[place] * m.weight[0, o] / m.weight_sum[0, place]


@copied
def _may_fill(c, law, m, era, place, most):
    """Tell whether a place may pass through the range in which choices depend on it, with so many arrivals."""
    capacity = c.capacity[era, place]
    return capacity >= 1.0 and m.present[place] < capacity and m.present[place] + most > law.buffer * capacity


@copied
def _parts(g, c, law, m, era, links):
    """Return into how many parts the day's arrivals are split, so that each is small where occupancy matters."""
    road = today(m, ROAD)
    # three times everybody is more than the estimate below can be
    most = 3 * (m.persons[WALKING] + sum_people(m, road))
    near = False
    for place in range(m.present.size):
        near = near or _may_fill(c, law, m, era, place, most + m.received[place])
    if not near:
        return np.int64(1)
    _note_due(g, law, m, links)
    _expect(g, c, law, m, era)
    parts = 1.0
    for place in range(m.present.size):
        inflow = m.due[place] + max(m.received[place], m.expected[place])
        if _may_fill(c, law, m, era, place, inflow):
            parts = max(parts, inflow / max(1.0, c.capacity[era, place] * (1.0 - law.buffer) / FINE))
    return np.int64(math.ceil(parts))


@copied
def _walk(m, row):
    """Put a person who is on a road, from any list, among those who go on now."""
    add_person(m, WALKING, m.person[row, TRAVEL], m.person[row, ON])


@part
def _split(g, c, law, m, links, parts, base, seed, member, day):
    """Give turns to those who can reach the end of their road today, and move the others, who matter to nobody.

    Returns whether everybody has a turn alone.
    """
    road = today(m, ROAD)
    _note_ages(g, law, m, links, day)
    alone = lay_out_parts(m, parts)
    for cell in range(m.size[road, 0] - 1, -1, -1):
        n = m.cells[road, cell, N]
        if _cell_ends_today(g, law, m, links, cell):
            spread(m, cell, n, age_of(m.cells[road, cell, B]), alone, seed, member, day)
        else:
            _go_on(g, c, law, m, links, cell, n, seed, member, day)
    for walker in range(base):
        row = WALKING * room(m) + walker
        if _person_ends_today(g, law, m, links, row):
            spread(m, -1 - walker, 1, age_of(m.person[row, ON]), alone, seed, member, day)
        else:
            _walk(m, row)
    if alone:
        mix(m, seed, member, day)
    return alone


@copied
def _travel_in_turn(g, c, law, m, era, links, parts, seed, member, day):
    """Move people in the order of creation, a part after the other."""
    base = m.persons[WALKING]
    m.tally[LOWEST] = BUCKETS
    alone = _split(g, c, law, m, links, parts, base, seed, member, day)
    for one in range(turns(m)):
        at = m.part[one]
        while at >= 0:
            who = m.chunk[at, 0]
            if who < 0:
                _walk(m, WALKING * room(m) - 1 - who)
            else:
                _go_on(g, c, law, m, links, who, m.chunk[at, 1], seed, member, day)
            at = m.chunk[at, 2]
            if alone or at < 0:
                _drain(g, c, law, m, era, links, base, seed, member, day)
                m.tally[LOWEST] = BUCKETS
    _drain(g, c, law, m, era, links, base, seed, member, day)
    m.persons[WALKING] = 0


@copied
def travel(g, c, law, m, era, links, seed, member, day):
    """Move everyone under way to the end of their day."""
    for row in range(OUT * room(m), OUT * room(m) + m.persons[OUT]):
        add_person(m, WALKING, m.person[row, TRAVEL] | ON_ROAD, m.person[row, ON])
    m.persons[OUT] = 0
    parts = _parts(g, c, law, m, era, links)
    for place in range(m.present.size):
        m.received[place] = 0
    if parts > 1:
        _travel_in_turn(g, c, law, m, era, links, parts, seed, member, day)
        return
    m.tally[LOWEST] = BUCKETS
    road = today(m, ROAD)
    for cell in range(m.size[road, 0]):
        _go_on(g, c, law, m, links, cell, m.cells[road, cell, N], seed, member, day)
    _drain(g, c, law, m, era, links, np.int64(0), seed, member, day)
