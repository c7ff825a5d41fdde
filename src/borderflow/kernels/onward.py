"""Onward: people turned away choose again, people abroad move on or return (DESIGN 5.7, 5.8)."""

from __future__ import annotations

from borderflow.kernels.arithmetic import ZERO
from borderflow.kernels.choice import weigh
from borderflow.kernels.departures import gather, set_out, set_out_many
from borderflow.kernels.draws import binomial, hypergeometric, keep_apart
from borderflow.kernels.parts import part
from borderflow.kernels.purposes import (
    ABROAD_WHO,
    AGAIN,
    AGAIN_WHO,
    CROWD,
    ELSEWHERE,
    GIVE_UP,
    GIVE_UP_WHO,
    ONWARD,
    RETURN,
    RETURNED,
    SINGLES,
    SUB,
    TRANSIT,
    TRANSIT_WHO,
)  # fmt: skip


@part
def choose_again(
    clock, choices, access, abroad, theta, minds, roads, pool, counter, country, chosen, noise, travel, crowd,
    stopped_groups, seed, member, t, segment,
):  # fmt: skip
    """Let people who were turned away choose again: another post, another mode, or home (DESIGN 5.7).

    All at one post decide at the same pace, so their number is drawn first and then who they are.
    """
    keep_apart()
    classes = minds.ordinary_factor.shape[1]
    party = choices.party[0]
    size = ZERO
    for post in range(pool.shape[0]):
        row = choices.post_row[post]
        if row >= 0 and minds.news[1 + row] != minds.news[0]:
            for k in range(stopped_groups.size * classes):
                if pool[post, k] > 0:
                    minds.rows[size] = row
                    size += 1
                    break
    if size > 0:
        weigh(choices, access, minds, abroad.pull, noise[clock.utc_day[t]], theta, segment, size)
    size = ZERO
    posts = pool.shape[0]
    for post in range(posts + 1):
        if size > CROWD or (size > 0 and post == posts):
            set_out(
                choices, minds, roads, counter, chosen, clock.country_day, travel, crowd, size, seed, member, t
            )  # fmt: skip
            size = ZERO
        if post == posts:
            break
        others = ZERO
        for k in range(stopped_groups.size * classes):
            others += pool[post, k]
        row = choices.post_row[post]
        if others == 0 or row < 0:
            continue
        key = choices.row_key[row]
        decided = binomial(others, abroad.again[post], seed, member, t, key, AGAIN + ZERO)
        if decided == 0:
            continue
        home = binomial(decided, abroad.home[post], seed, member, t, key, GIVE_UP + ZERO)
        counter[RETURNED] += home
        c = choices.haven_country[post]
        if c >= 0:
            country[1, clock.country_day[c, t], c] += home
        for k in range(stopped_groups.size * classes):
            if decided == 0:
                break
            here = pool[post, k]
            if here == 0:
                continue
            others -= here
            n = hypergeometric(here, others, decided, seed, member, t, key, AGAIN_WHO + SUB * k)
            decided -= n
            back = hypergeometric(n, decided, home, seed, member, t, key, GIVE_UP_WHO + SUB * k)
            home -= back
            n -= back
            pool[post, k] -= back
            cell = 2 * row + stopped_groups[k // classes]
            v = k % classes
            if n == 0 or (minds.seen[cell * classes + v] if v > 0 else minds.reach[cell]) <= 0.0:
                continue
            if (n + party - 1) // party <= SINGLES:
                size = gather(crowd, size, n, party, cell, k - v, v, key, k)
            else:
                n = set_out_many(
                    choices, minds, roads, counter, chosen, clock.country_day, travel, n, cell, k, k,
                    seed, member, t,
                )  # fmt: skip
            pool[post, k] -= n
            if c >= 0:
                country[0, clock.country_day[c, t], c] += n


@part
def live_abroad(
    choices, rules, keys, country_day, state_abroad, pool, counter, country, present, seed, member, t
):  # fmt: skip
    """Let people of the exodus move on to a third country or go back (DESIGN 5.8).

    The number of those who leave a country is drawn first, then how many of them go back and what groups they are.
    """
    keep_apart()
    for c in range(state_abroad.shape[0]):
        d = country_day[c, t]
        others = ZERO
        for g in range(state_abroad.shape[1]):
            others += state_abroad[c, g]
        back = (1.0 - rules.onward[c]) * rules.back[c]
        leaving = binomial(others, rules.onward[c] + back, seed, member, t, keys[c], ONWARD + ZERO)
        present[d, c] = others - leaving
        if leaving == 0:
            continue
        returning = binomial(leaving, back / (rules.onward[c] + back), seed, member, t, keys[c], RETURN + ZERO)
        post = choices.transit_post[c]
        transit = ZERO
        if post >= 0:
            transit = binomial(leaving - returning, rules.transit[c], seed, member, t, keys[c], TRANSIT + ZERO)
        counter[ELSEWHERE] += leaving - returning - transit
        counter[RETURNED] += returning
        country[0, d, c] += leaving - returning
        country[1, d, c] += returning
        for g in range(state_abroad.shape[1]):
            here = state_abroad[c, g]
            others -= here
            n = hypergeometric(here, others, leaving, seed, member, t, keys[c], ABROAD_WHO + SUB * g)
            leaving -= n
            state_abroad[c, g] -= n
            if transit > 0:
                through = hypergeometric(n, leaving, transit, seed, member, t, keys[c], TRANSIT_WHO + SUB * g)
                transit -= through
                pool[post, g * (pool.shape[1] // (state_abroad.shape[1] + 1))] += through
    for post in range(pool.shape[0]):
        c = choices.haven_country[post]
        if c >= 0:
            people = ZERO
            for k in range(pool.shape[1]):
                people += pool[post, k]
            present[country_day[c, t], c] += people
