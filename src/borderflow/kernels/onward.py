"""Onward: people turned away choose again, people abroad move on or return (DESIGN 5.7, 5.8)."""

from __future__ import annotations

from borderflow.kernels.arithmetic import ZERO
from borderflow.kernels.counts import ask, draw_binomials
from borderflow.kernels.departures import join, set_out
from borderflow.kernels.draws import binomial, hypergeometric, keep_apart
from borderflow.kernels.odds import weigh
from borderflow.kernels.parts import part
from borderflow.kernels.purposes import (
    AGAIN,
    ELSEWHERE,
    GIVE_UP,
    ONWARD,
    RETURN,
    RETURNED,
    SUB,
    TRANSIT,
    TRANSIT_WHO,
)  # fmt: skip


@part
def choose_again(
    clock, choices, access, abroad, theta, minds, roads, pool, counter, country, noise, travel, crowd, bulk,
    stopped_groups, seed, member, t, segment,
):  # fmt: skip
    """Let people who were turned away choose again: another post, another mode, or home (DESIGN 5.7).

    Who waits where is listed first, and all their numbers are drawn at once.
    """
    keep_apart()
    classes = minds.ordinary_factor.shape[1]
    types = stopped_groups.size * classes
    size = ZERO
    i = ZERO
    for post in range(pool.shape[0]):
        row = choices.post_row[post]
        before = i
        for k in range(types):
            if row >= 0 and pool[post, k] > 0:
                i = ask(
                    bulk, i, pool[post, k], abroad.again[post], choices.row_key[row], AGAIN + SUB * k, post * types + k
                )  # fmt: skip
        if i > before and minds.news[1 + row] != minds.news[0]:
            minds.rows[size] = row
            size += 1
    if size > 0:
        weigh(choices, access, minds, abroad.pull, noise[clock.utc_day[t]], theta, segment, size)
    draw_binomials(bulk, i, seed, member, t)
    size = ZERO
    for j in range(i):
        if bulk.drawn[j] > 0:
            at = bulk.where[j]
            chance = abroad.home[at // types]
            size = ask(bulk, size, bulk.drawn[j], chance, bulk.site[j], GIVE_UP + SUB * (at % types), at)
    draw_binomials(bulk, size, seed, member, t)
    deciding = size
    size = ZERO
    for j in range(deciding):
        post = bulk.where[j] // types
        k = bulk.where[j] % types
        v = k % classes
        row = choices.post_row[post]
        cell = 2 * row + stopped_groups[k // classes]
        home = bulk.drawn[j]
        leaving = bulk.number[j] - home
        if (minds.seen[cell * classes + v] if v > 0 else minds.reach[cell]) <= 0.0:
            leaving = ZERO
        pool[post, k] -= home + leaving
        counter[RETURNED] += home
        c = choices.haven_country[post]
        if c >= 0:
            country[0, clock.country_day[c, t], c] += leaving
            country[1, clock.country_day[c, t], c] += home
        size = join(
            choices, minds, roads, counter, travel, crowd, size, leaving,
            cell, k - v, v, choices.row_key[row], k, seed, member, t,
        )  # fmt: skip
    set_out(choices, minds, roads, travel, crowd, size, seed, member, t)


@part
def live_abroad(
    choices, rules, keys, country_day, state_abroad, leaving_now, pool, counter, country, present, bulk, seed, member, t
):  # fmt: skip
    """Let people of the exodus move on to a third country or go back (DESIGN 5.8).

    Who leaves a country is drawn group by group, all of them at once; then how many of all these go back, and how many
    of the others through crossings of the model, and what groups those are.
    """
    keep_apart()
    groups = state_abroad.shape[1]
    size = ZERO
    for c in range(state_abroad.shape[0]):
        chance = rules.onward[c] + (1.0 - rules.onward[c]) * rules.back[c]
        people = ZERO
        for g in range(groups):
            here = state_abroad[c, g]
            people += here
            if here > 0 and chance > 0.0:
                size = ask(bulk, size, here, chance, keys[c], ONWARD + SUB * g, c * groups + g)
        present[country_day[c, t], c] = people
    draw_binomials(bulk, size, seed, member, t)
    for c in range(state_abroad.shape[0]):
        for g in range(groups):
            leaving_now[c, g] = 0
    for i in range(size):
        leaving_now[bulk.where[i] // groups, bulk.where[i] % groups] = bulk.drawn[i]
    size = ZERO
    for c in range(state_abroad.shape[0]):
        leaving = ZERO
        for g in range(groups):
            leaving += leaving_now[c, g]
            state_abroad[c, g] -= leaving_now[c, g]
        if leaving > 0:
            back = (1.0 - rules.onward[c]) * rules.back[c]
            size = ask(bulk, size, leaving, back / (rules.onward[c] + back), keys[c], RETURN + ZERO, c)
    draw_binomials(bulk, size, seed, member, t)
    for i in range(size):
        c = bulk.where[i]
        d = country_day[c, t]
        leaving = bulk.number[i]
        returning = bulk.drawn[i]
        present[d, c] -= leaving
        post = choices.transit_post[c]
        transit = ZERO
        if post >= 0:
            transit = binomial(leaving - returning, rules.transit[c], seed, member, t, keys[c], TRANSIT + ZERO)
        counter[ELSEWHERE] += leaving - returning - transit
        counter[RETURNED] += returning
        country[0, d, c] += leaving - returning
        country[1, d, c] += returning
        for g in range(groups if transit > 0 else ZERO):
            n = leaving_now[c, g]
            leaving -= n
            through = hypergeometric(n, leaving, transit, seed, member, t, keys[c], TRANSIT_WHO + SUB * g)
            transit -= through
            pool[post, g * (pool.shape[1] // (groups + 1))] += through
    for post in range(pool.shape[0]):
        c = choices.haven_country[post]
        if c >= 0:
            people = ZERO
            for k in range(pool.shape[1]):
                people += pool[post, k]
            present[country_day[c, t], c] += people
