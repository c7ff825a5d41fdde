"""Odds: what people know, and what it does to the odds of every way out (DESIGN 5.3)."""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels.arithmetic import ONE, ZERO, raise_all, write_steps
from borderflow.kernels.draws import keep_apart
from borderflow.kernels.parts import copied, part
from borderflow.kernels.purposes import AIR, BACK, HAVEN, MEMORY


@copied
def known_hour(theta, t):
    """Return the row of the remembered waits that people know at hour ``t``: of an hour ago at the latest."""
    delay = min(max(np.int64(theta.information_delay + 0.5), 1), MEMORY - 1)
    return (t - delay) % MEMORY if t >= delay else 0


@part
def spread_news(choices, lanes, access, control, theta, minds, intensity, segment, t):
    """Recompute what known waits, risks, fares and rules do to the odds of each lane (DESIGN 5.3, 5.8)."""
    keep_apart()
    minds.news[0] += 1
    for post in range(minds.guard.size):
        minds.guard[post] = control.notice[segment, post] > 0.0 or control.stop_listed[segment, post] > 0.0
    inverse = 1.0 / theta.nest_scale
    known = known_hour(theta, t)
    for lane in range(lanes.post.size):
        kind = lanes.kind[lane]
        post = lanes.post[lane]
        odds = 1.0
        if access.capacity[segment, lane, 0] <= 0.0 or access.capacity[segment, lane, 1] <= 0.0:
            odds = 0.0
        if lanes.mode[lane] == 2 and access.foot[segment, post] == 0:
            odds = 0.0
        response = theta.return_fear_response * intensity
        if kind < BACK:
            response = theta.ordinary_wait_response * minds.wait[known, lane] + theta.ordinary_fear_response * intensity
        for v in range(minds.ordinary_factor.shape[1]):
            reaction = 0.0
            if odds > 0.0:
                reaction = math.exp(-response)
                if kind < BACK:
                    reaction *= access.open_to[segment, lanes.country[lane], v]
            minds.ordinary_factor[lane, v] = reaction
        if kind > AIR and kind != HAVEN:
            continue
        odds *= 1.0 - access.known_away[segment, lane]
        if odds > 0.0:
            utility = -theta.wait_aversion * minds.wait[known, lane]
            if lanes.mode[lane] == 2 and access.foot[segment, post] == 1:
                utility -= theta.bicycle_penalty
            if kind == AIR:
                # seats are looked up, not read about: the state of an hour ago counts
                ahead = minds.wait[(t + MEMORY - 1) % MEMORY, lane] / 24.0
                if ahead >= theta.booking_horizon:
                    odds = 0.0
                utility -= theta.fare_aversion * lanes.fare[lane] * math.exp(theta.fare_response * ahead)
            odds *= math.exp(utility * inverse)
        notice = control.notice[segment, post]
        risk = notice * control.stop_noticed[segment, post] + (1.0 - notice) * control.stop_listed[segment, post]
        afraid = odds * math.exp(-theta.risk_aversion * risk * inverse) if risk > 0.0 else odds
        afraid *= access.tries[segment, post]
        for way in range(choices.first_way[lane], choices.first_way[lane + 1]):
            service = choices.way_service[way]
            runs = service < 0 or access.service[segment, service] == 1
            seat = 1.0 if runs else 0.0
            waits_at = choices.service_lane[1 + service]
            if runs and waits_at >= 0:
                seat = math.exp(-theta.wait_aversion * minds.wait[known, waits_at] * inverse)
            minds.way_factor[2 * way] = odds * seat
            minds.way_factor[2 * way + 1] = afraid * seat


@part
def weigh(choices, access, minds, pull, noise, theta, segment, size):
    """Weigh the ways out of the first ``size`` of the listed rows: nested logit over visa classes (DESIGN 5.3).

    Staying is an option, too: whoever sees better ways out leaves sooner, by the power ``access_response`` of the
    sum of pulls (0: not at all, 1: a logit with staying as one alternative).
    """
    keep_apart()
    classes = minds.ordinary_factor.shape[1]
    nests = choices.nest_country.size
    width = np.uint64(minds.inner.shape[1])
    free_sums, afraid_sums = minds.sums[0], minds.sums[1]
    i = 0
    for r in range(size):
        row = minds.rows[r]
        minds.news[1 + row] = minds.news[0]
        place = np.uint64(0)
        for n in range(choices.row_nest[row], choices.row_nest[row + 1]):
            free = 0.0
            afraid = 0.0
            first = np.uint64(choices.nest_alt[n])
            options = np.uint64(choices.nest_alt[n + 1]) - first
            for i_alt in range(options):
                way = np.uint64(2) * np.uint64(choices.alt_way[first + i_alt])
                weight = minds.alt_weight[first + i_alt]
                free += weight * minds.way_factor[way]
                afraid += weight * minds.way_factor[way + ONE]
                free_sums[place + i_alt] = free
                afraid_sums[place + i_alt] = afraid
            place += width
            minds.odds[i] = free
            minds.odds[i + 1] = afraid
            i += 2
        # in a loop of its own: whoever reads sixteen numbers at once has to wait for the last of them to be written
        place = ZERO
        for n in range(choices.row_nest[row], choices.row_nest[row + 1]):
            options = np.int64(choices.nest_alt[n + 1]) - choices.nest_alt[n]
            write_steps(free_sums, place, minds.inner, n, options)
            write_steps(afraid_sums, place, minds.inner, nests + n, options)
            place += np.int64(width)
    raise_all(minds.odds, minds.force, i, theta.nest_scale)
    for v in range(classes):
        for c in range(pull.size):
            minds.pull[v, c] = pull[c] * noise[1 + c] * access.open_to[segment, c, v]
    i = 0
    j = 0
    for r in range(size):
        row = minds.rows[r]
        cell = 2 * row
        first = choices.row_nest[row]
        options = choices.row_nest[row + 1] - first
        place = np.uint64(0)
        for v in range(classes):
            free = 0.0
            afraid = 0.0
            k = np.uint64(i)
            for i_nest in range(options):
                now = minds.pull[v, np.uint64(choices.nest_country[first + i_nest])]
                free += minds.force[k] * now
                afraid += minds.force[k + ONE] * now
                k += np.uint64(2)
                free_sums[place] = free
                afraid_sums[place] = afraid
                place += ONE
            minds.seen[cell * classes + v] = free
            minds.seen[(cell + 1) * classes + v] = afraid
            minds.odds[j] = free
            minds.odds[j + 1] = afraid
            j += 2
        for v in range(classes):
            write_steps(free_sums, v * options, minds.outer, cell * classes + v, options)
            write_steps(afraid_sums, v * options, minds.outer, (cell + 1) * classes + v, options)
        i += 2 * options
    raise_all(minds.odds, minds.force, j, theta.access_response)
    j = 0
    for r in range(size):
        cell = 2 * minds.rows[r]
        free = 0.0
        afraid = 0.0
        for v in range(classes):
            share = choices.row_share[minds.rows[r], v]
            free += share * minds.force[j]
            afraid += share * minds.force[j + 1]
            free_sums[v] = free
            afraid_sums[v] = afraid
            j += 2
        write_steps(free_sums, ZERO, minds.mixture, cell, classes)
        write_steps(afraid_sums, ZERO, minds.mixture, cell + 1, classes)
        minds.reach[cell] = free / minds.usual[0]
        minds.reach[cell + 1] = afraid / minds.usual[0]
