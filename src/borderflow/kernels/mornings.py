"""Phase A of a day: everyone who is not under way decides whether to leave and where to."""

from __future__ import annotations

import numpy as np

from borderflow.kernels.cells import (
    CAMP,
    HERE,
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
    group_of,
    recent_of,
    rest,
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
from borderflow.kernels.streams import HYPERGEOMETRIC, draw_binomial, next_serial, next_share
from borderflow.kernels.walkers import wake


@copied
def _set_out(c, law, m, place, link, a, b, n):
    """Put leavers of the morning on a road."""
    shift(c, law, m, place, -n)
    if n <= law.few:
        for _ in range(n):
            add_person(m, WALKING, recent_of(a), 0, b, a & 1)
    else:
        add_people(m, today(m, ROAD), a, b, n)


@copied
def _leave_one_by_one(g, c, law, m, era, place, group, a, n, seed, member, day):
    """Let each of few people who leave choose where to; return how many left."""
    if m.fresh[group * m.present.size + place] == 0:
        weigh(g, c, law, m, era, place, group)
    left = 0
    if m.weight_sum[group, place] > 0.0:
        for _ in range(n):
            onward = m.onward[pick(m, group * m.present.size + place, next_share(m.stream, seed, member, day))]
            if onward >= 0:
                shift(c, law, m, place, -1)
                add_person(m, WALKING, recent_of(a), 0, onward, a & 1)
                left += 1
    return left


@copied
def _leave_together(g, c, law, m, era, place, group, a, n, seed, member, day):
    """Let many people who leave choose where to; return how many left."""
    options = share_out(g, c, law, m, era, place, group, n, seed, member, day)
    first = g.option_at[place]
    left = 0
    for o in range(options):
        k = m.chosen[o]
        if k > 0:
            route = np.int64(g.option[first + o, ROUTE])
            link = first_road(g, c, m, era, route, place)
            if link >= 0:
                _set_out(c, law, m, place, link, a, word_b(link, g.route[route, REST], group), k)
                left += k
    return left


@copied
def _leavers(m, place, group, n, chance, seed, member, day):
    """Draw how many of the many people in a cell leave."""
    if chance >= RARE:
        return draw_binomial(m.stream, n, chance, seed, member, day)
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
def leave(g, c, law, m, era, camps, seed, member, day):
    """Let people at rest decide: those of camps first, who are the oldest, since Flee handles agents as they were made.

    Those who stay rest on with their travel of the past halved.
    """
    here = today(m, HERE)
    for cell in range(m.size[here, 0]):
        a, b, n = m.cells[here, cell, A], m.cells[here, cell, B], m.cells[here, cell, N]
        place = site_of(b)
        if c.kind[era, place, CAMP] != camps:
            continue
        route, group = route_of(b), group_of(b)
        left = 0
        if route > 0:
            link = first_road(g, c, m, era, route, place)
            if link >= 0:
                _set_out(c, law, m, place, link, a, word_b(link, g.route[route, REST], group), n)
                left = n
        else:
            chance = m.chance[group, place]
            people = _leavers(m, place, group, n, chance, seed, member, day)
            if people > law.few:
                left = _leave_together(g, c, law, m, era, place, group, a, people, seed, member, day)
            elif people > 0:
                left = _leave_one_by_one(g, c, law, m, era, place, group, a, people, seed, member, day)
        if n > left:
            # a route that could not be followed is dropped
            rest(m, law, place, word_a(recent_of(a) >> 1, 0, a & 1), 0, group, n - left)
    wake(g, c, law, m, era, camps, seed, member, day)


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
