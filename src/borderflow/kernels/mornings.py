"""Phase A of a day: everyone who is not under way decides whether to leave and where to."""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels.cells import (
    AGE_FIELD,
    AWAKE,
    FOLLOWING,
    HERE,
    ON,
    RARE,
    REST,
    ROAD,
    ROUTE,
    WALKING,
    A,
    B,
    N,
    add_people,
    add_person,
    age_of,
    group_of,
    kind_of,
    recent_of,
    rest,
    room,
    route_of,
    site_of,
    today,
    word_a,
    word_b,
    zero,
)  # fmt: skip
from borderflow.kernels.choices import first_road, pick, share_out, shift, weigh
from borderflow.kernels.draws import hypergeometric
from borderflow.kernels.parts import copied, part
from borderflow.kernels.streams import HYPERGEOMETRIC, draw_binomial, next_serial, next_word
from borderflow.kernels.turns import FINE, lay_out_parts, mix, nobody_yet, spread, turns
from borderflow.kernels.walkers import wake, wake_some

_BLOCK = 64  # persons of a part who decide at once


@copied
def _set_out(c, law, m, place, link, a, b, n):
    """Put leavers of the morning on a road."""
    shift(c, law, m, place, -n)
    if n <= law.few:
        for _ in range(n):
            add_person(m, WALKING, a, b)
    else:
        add_people(m, today(m, ROAD), a, b, n)


@copied
def _leave_one_by_one(g, c, law, m, era, a, b, n, seed, member, day):
    """Let each of few people who leave choose where to; return how many left."""
    place, group = site_of(b), group_of(b)
    if m.fresh[group * m.present.size + place] == 0:
        weigh(g, c, law, m, era, place, group)
    left = 0
    if m.weight_sum[group, place] > 0.0:
        for _ in range(n):
            option = pick(m, group * m.present.size + place, next_word(m.stream, seed, member, day))
            onward = m.onward[group * g.option.shape[0] + g.option_at[place] + option]
            if onward >= 0:
                shift(c, law, m, place, -1)
                add_person(m, WALKING, a, onward | (b & AGE_FIELD))
                left += 1
    return left


@copied
def _leave_together(g, c, law, m, era, a, b, n, seed, member, day):
    """Let many people who leave choose where to; return how many left."""
    place = site_of(b)
    options = share_out(g, c, law, m, era, place, group_of(b), n, seed, member, day)
    first = g.option_at[place]
    left = 0
    for o in range(options):
        k = m.chosen[o]
        if k > 0:
            route = np.int64(g.option[first + o, ROUTE])
            link = first_road(g, c, m, era, route, place)
            if link >= 0:
                _set_out(c, law, m, place, link, a, word_b(link, g.route[route, REST], kind_of(b)), k)
                left += k
    return left


@part
def _leave_cell(g, c, law, m, era, cell, n, seed, member, day):
    """Let people of a cell leave; return how many could."""
    here = today(m, HERE)
    a, b = m.cells[here, cell, A], m.cells[here, cell, B]
    place, route = site_of(b), route_of(b)
    if route > 0:
        link = first_road(g, c, m, era, route, place)
        if link < 0:
            return np.int64(0)
        _set_out(c, law, m, place, link, a, word_b(link, g.route[route, REST], kind_of(b)), n)
        return n
    if n > law.few:
        return _leave_together(g, c, law, m, era, a, b, n, seed, member, day)
    return _leave_one_by_one(g, c, law, m, era, a, b, n, seed, member, day)


@part
def _leavers(m, cell, seed, member, day):
    """Draw how many people of a cell leave; those on a route all do."""
    here = today(m, HERE)
    b, n = m.cells[here, cell, B], m.cells[here, cell, N]
    place, group = site_of(b), group_of(b)
    if route_of(b) > 0:
        return n
    if m.chance[group, place] >= RARE:
        return draw_binomial(m.stream, n, m.chance[group, place], seed, member, day)
    leavers = np.int64(0)
    if m.leaving[group, place] > 0:
        others = m.at_rest[group, place] - n
        leavers = np.int64(
            hypergeometric(n, others, m.leaving[group, place], seed, member, day, next_serial(m.stream), HYPERGEOMETRIC)
        )
        m.leaving[group, place] -= leavers
    m.at_rest[group, place] -= n
    return leavers


@copied
def _stay(law, m, cell, n):
    """Let people of a cell rest on with their travel of the past halved; a route that they could not follow is dropped."""
    here = today(m, HERE)
    a, b = m.cells[here, cell, A], m.cells[here, cell, B]
    if n > 0:
        rest(m, law, site_of(b), word_a(recent_of(a) >> 1, 0, a & 1), 0, kind_of(b), n)


@part
def _parts(law, m):
    """Return into how many parts the morning is split; 1 where those who leave change nobody's choice.

    Places only empty in the morning, so one that attracts fully at first goes on to do so.
    """
    parts = 0.0
    for place in range(m.present.size):
        if m.limit[place] >= 1.0 and m.kappa[place] < 1.0:
            leaving = 0.0
            for group in range(m.chance.shape[0]):
                leaving = max(leaving, m.chance[group, place])
            leaving *= m.present[place]
            parts = max(parts, leaving / max(1.0 / FINE, m.limit[place] * (1.0 - law.buffer) / FINE))
    return np.int64(math.ceil(parts))


@part
def _leave_in_turn(g, c, law, m, era, parts, seed, member, day):
    """Let people decide in the order of creation, a part after the other."""
    here, awake = today(m, HERE), today(m, AWAKE)
    nobody_yet(m, day)
    for cell in range(m.size[here, 0]):
        k = _leavers(m, cell, seed, member, day)
        m.cells[here, cell, FOLLOWING] = k
        m.of_age[age_of(m.cells[here, cell, B])] += k
    for row in range(awake * room(m), awake * room(m) + m.persons[awake]):
        m.of_age[age_of(m.person[row, ON])] += 1
    alone = lay_out_parts(m, parts)
    for cell in range(m.size[here, 0] - 1, -1, -1):
        k = m.cells[here, cell, FOLLOWING]
        if k > 0:
            spread(m, cell, k, age_of(m.cells[here, cell, B]), alone, seed, member, day)
    for person in range(m.persons[awake]):
        spread(m, -1 - person, 1, age_of(m.person[awake * room(m) + person, ON]), alone, seed, member, day)
    if alone:
        mix(m, seed, member, day)
    block = 1 if alone else _BLOCK
    for one in range(turns(m)):
        waiting = np.int64(0)
        at = m.part[one]
        while at >= 0:
            who = m.chunk[at, 0]
            if who < 0:
                waiting = wake_some(g, c, law, m, era, -1 - who, waiting, block, seed, member, day)
            else:
                m.cells[here, who, N] -= _leave_cell(g, c, law, m, era, who, m.chunk[at, 1], seed, member, day)
            at = m.chunk[at, 2]
        wake_some(g, c, law, m, era, -1, waiting, 1, seed, member, day)
    for cell in range(m.size[here, 0]):
        _stay(law, m, cell, m.cells[here, cell, N])


@copied
def leave(g, c, law, m, era, seed, member, day):
    """Let people at rest decide: all at once where the order of deciding makes no difference."""
    parts = _parts(law, m)
    if parts > 1:
        _leave_in_turn(g, c, law, m, era, parts, seed, member, day)
        return
    here = today(m, HERE)
    for cell in range(m.size[here, 0]):
        n = m.cells[here, cell, N]
        k = _leavers(m, cell, seed, member, day)
        if k > 0:
            n -= _leave_cell(g, c, law, m, era, cell, k, seed, member, day)
        _stay(law, m, cell, n)
    wake(g, c, law, m, era, seed, member, day)


@part
def draw_rare_leavers(m, seed, member, day):
    """Draw together how many leave each place whose people seldom leave."""
    zero(m.at_rest)
    here = today(m, HERE)
    for cell in range(m.size[here, 0]):
        b = m.cells[here, cell, B]
        if route_of(b) == 0:
            m.at_rest[group_of(b), site_of(b)] += m.cells[here, cell, N]
    for group in range(m.at_rest.shape[0]):
        for place in range(m.at_rest.shape[1]):
            m.leaving[group, place] = 0
            if m.at_rest[group, place] > 0 and m.chance[group, place] < RARE:
                n, chance = m.at_rest[group, place], m.chance[group, place]
                m.leaving[group, place] = draw_binomial(m.stream, n, chance, seed, member, day)
