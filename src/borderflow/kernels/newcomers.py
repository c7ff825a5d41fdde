"""People who set out today, and those whose road shuts behind them."""

from __future__ import annotations

import numpy as np

from borderflow.kernels.cells import (
    BY_POISSON,
    BY_SHARE,
    BY_TOTAL,
    GROUP_BITS,
    HERE,
    NIGHT,
    NOW,
    ON,
    OUT,
    ROAD,
    A,
    B,
    N,
    add_people,
    clear_table,
    room,
    site_of,
    today,
    word_a,
    word_b,
)  # fmt: skip
from borderflow.kernels.choices import shift
from borderflow.kernels.draws import poisson
from borderflow.kernels.parts import copied, part
from borderflow.kernels.streams import POISSON, draw_binomial


@part
def join(law, m, sources, place, n, age, seed, member, day):
    """Add people who set out today, or are there from the start, to the cells of a place."""
    foot = 1 if law.start_on_foot else 0
    groups = sources.group_share.shape[1]
    left = n
    share_left = 1.0
    for group in range(groups):
        share = sources.group_share[place, group]
        k = left
        if group < groups - 1:
            k = draw_binomial(m.stream, left, share / share_left, seed, member, day)
            share_left -= share
        if k > 0:
            add_people(m, today(m, HERE), word_a(0, 0, foot), word_b(place, 0, age << GROUP_BITS | group), k)
            left -= k
        if left == 0:
            break


@part
def _spawn_at(c, sources, law, m, place, n, seed, member, day):
    if n <= 0:
        return
    if law.take:
        m.population[place] = max(0.0, m.population[place] - n)
    shift(c, law, m, place, n)
    join(law, m, sources, place, n, m.tally[NOW], seed, member, day)


@copied
def _spawn_total(c, sources, law, m, seed, member, day):
    """Share today's total by the weights of places; return it, or -1 where no place has a weight."""
    weight = sources.weight
    left = sources.total[day]
    total = 0.0
    final = -1
    for place in range(weight.shape[1]):
        if weight[day, place] > 0.0:
            total += weight[day, place] * (m.population[place] if law.take else 1.0)
            final = place
    if total <= 0.0:
        return np.int64(-1 if left > 0 else 0)
    for place in range(weight.shape[1]):
        if left <= 0:
            break
        w = weight[day, place] * (m.population[place] if law.take else 1.0)
        k = left if place == final else draw_binomial(m.stream, left, w / total, seed, member, day)
        total -= w
        left -= k
        _spawn_at(c, sources, law, m, place, k, seed, member, day)
    return np.int64(sources.total[day])


@part
def spawn(c, sources, law, m, seed, member, day):
    """Let today's people set out; return how many, or -1 where there is nowhere to set out from."""
    if law.spawn_mode == BY_TOTAL:
        return _spawn_total(c, sources, law, m, seed, member, day)
    weight = sources.weight
    everyone = np.int64(0)
    for place in range(weight.shape[1]):
        if weight[day, place] > 0.0:
            k = np.int64(weight[day, place])
            if law.spawn_mode == BY_POISSON:
                k = np.int64(poisson(weight[day, place], seed, member, day, place, POISSON))
            elif law.spawn_mode == BY_SHARE:
                k = np.int64(weight[day, place] * (m.population[place] if law.take else sources.population[place]))
            everyone += k
            _spawn_at(c, sources, law, m, place, k, seed, member, day)
    return everyone


@copied
def _behind(sources, links, day, b):
    """Return the second word of people on a road, marked where their road shuts today."""
    for at in range(sources.shut_at[day], sources.shut_at[day + 1]):
        if sources.shut[at] == site_of(b):
            return b + word_b(links, 0, 0)
    return b


@part
def shut_roads(sources, m, links, day):
    """Mark people on roads that shut today: they will be sent back to where they set out."""
    if sources.shut_at[day] == sources.shut_at[day + 1]:
        return
    road, scratch = today(m, ROAD), today(m, NIGHT)
    for cell in range(m.size[road, 0]):
        b = _behind(sources, links, day, m.cells[road, cell, B])
        add_people(m, scratch, m.cells[road, cell, A], b, m.cells[road, cell, N])
    clear_table(m, road)
    for cell in range(m.size[scratch, 0]):
        add_people(m, road, m.cells[scratch, cell, A], m.cells[scratch, cell, B], m.cells[scratch, cell, N])
    clear_table(m, scratch)
    for at in range(m.persons[OUT]):
        person = OUT * room(m) + at
        m.person[person, ON] = _behind(sources, links, day, m.person[person, ON])
