"""Crossings: who arrives at a lane, its two stations in series, and their controls (DESIGN 5.5 to 5.7)."""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels.arithmetic import ZERO, exponential
from borderflow.kernels.departures import set_on_road
from borderflow.kernels.draws import binomial, fill_blocks, hypergeometric, keep_apart, poisson_from
from borderflow.kernels.lines import reconsider, serve, wait_ahead, waiting_a_day
from borderflow.kernels.parts import copied, part
from borderflow.kernels.purposes import (
    ABANDONED,
    ACCESS,
    ADMIT,
    AIR,
    BACK,
    BARRED,
    BROKEN_RECOUNT,
    CALLED,
    CALLED_AT_POST,
    CALLED_UP,
    CALLED_WHO,
    HAVEN,
    LAND,
    MEMORY,
    NOTICE,
    NOTICES,
    OK,
    OPEN,
    OPEN_BACK,
    ORDINARY,
    ORDINARY_IN,
    ORDINARY_OUT,
    OUT_OF_NODES,
    PASSED,
    PASSED_ORDINARY,
    REFUSED,
    RING,
    SMALL_POST,
    STOP_LISTED,
    STOP_NOTICED,
    STOP_WHO,
    SUB,
    TURNED_AWAY,
    TURNED_BACK,
    UNDERWAY,
    WAITED,
)  # fmt: skip


@part
def expect_nobody(bulk, size):
    """Write the probability that nobody comes where ``mean`` people are expected: ``exp(-mean)``."""
    keep_apart()
    for i in range((size + 7) // 8 * 8):
        bulk.mass[i] = exponential(-bulk.mean[i])


@copied
def exit_control(control, stopped_groups, pool, counter, daily, types, classes, key, post, lane, seed, member, t, d, e):
    """Serve notices, stop and call up; ``types`` keeps those who pass (DESIGN 5.7).

    All who may be stopped run the same risks, so their number is drawn first and then who they are.
    """
    for k in range(stopped_groups.size * classes):
        held = control.barred[e, post, k // classes]
        if held > 0.0 and types[k] > 0:
            n = binomial(types[k], held, seed, member, t, key, BARRED + SUB * k)
            types[k] -= n
            pool[post, k] += n
            daily[TURNED_BACK, d, lane] += n
    notice = control.notice[e, post]
    listed = control.stop_listed[e, post]
    if notice <= 0.0 and listed <= 0.0:
        return
    others = ZERO
    for k in range(stopped_groups.size * classes):
        others += types[k] * stopped_groups[k // classes]
    if others == 0:
        return
    noticed = binomial(others, notice, seed, member, t, key, NOTICE + ZERO)
    stopped = binomial(noticed, control.stop_noticed[e, post], seed, member, t, key, STOP_NOTICED + ZERO)
    stopped += binomial(others - noticed, listed, seed, member, t, key, STOP_LISTED + ZERO)
    called = binomial(stopped, control.called[e, post], seed, member, t, key, CALLED_AT_POST + ZERO)
    daily[NOTICES, d, lane] += noticed
    daily[TURNED_BACK, d, lane] += stopped
    daily[CALLED_UP, d, lane] += called
    counter[CALLED] += called
    for k in range(stopped_groups.size * classes):
        if stopped == 0:
            break
        here = types[k] * stopped_groups[k // classes]
        if here == 0:
            continue
        others -= here
        m = hypergeometric(here, others, stopped, seed, member, t, key, STOP_WHO + SUB * k)
        stopped -= m
        c = hypergeometric(m, stopped, called, seed, member, t, key, CALLED_WHO + SUB * k)
        called -= c
        types[k] -= m
        pool[post, k] += m - c


@copied
def enter(
    admit, pool, abroad, entered, counter, daily, types, classes, key, post, lane, c, back, seed, member, t, d, e
):
    """Admit or refuse at the entry side; the admitted are abroad, the refused choose again (DESIGN 5.7)."""
    groups = abroad.shape[1]
    everyone = 0
    for g in range(groups + 1):
        for v in range(classes):
            k = g * classes + v
            n = types[k]
            if n == 0:
                continue
            admitted = n
            if not back and admit[e, c, v] < 1.0:
                admitted = binomial(n, admit[e, c, v], seed, member, t, key, ADMIT + SUB * k)
                daily[REFUSED, d, lane] += n - admitted
            everyone += admitted
            if g < groups:
                abroad[c, g] += admitted
                entered[d, c, g] += admitted
                pool[post, k] += n - admitted
                daily[PASSED, d, lane] += admitted
            else:
                counter[ORDINARY_OUT] += n
                daily[PASSED_ORDINARY, d, lane] += admitted
    return everyone


@copied
def cross(
    lanes, clock, control, access, theta, stopped_groups, roads, lines, minds, pool, abroad, entered, counter, rate, types, hourly,
    daily, bulk, seed, member, t, e,
):  # fmt: skip
    """Run every lane for one hour: arrivals, two stations in series, controls, waits, record."""
    classes = minds.ordinary_factor.shape[1]
    exodus = types.size - classes
    slot = t % RING
    now = t % MEMORY
    streams = lanes.stream_lane.size
    for x in range(streams):
        lane = lanes.stream_lane[x]
        v = lanes.stream_class[x]
        bulk.mean[x] = lanes.ordinary[t, lane, v] * minds.ordinary_factor[lane, v]
        bulk.site[x] = lanes.key[lane]
        bulk.purpose[x] = ORDINARY + SUB * v
    fill_blocks(bulk.words, streams, seed, member, t, bulk.site, bulk.purpose)
    expect_nobody(bulk, streams)
    arriving = roads.calendar[slot]
    twice = ZERO  # everybody who arrives now by type, and again their sums
    for i in range(slot * arriving.size, (slot + 1) * arriving.size):
        twice += roads.flat[i]
    for lane in range(lanes.post.size):
        kind = lanes.kind[lane]
        post = lanes.post[lane]
        c = lanes.country[lane]
        d = clock.country_day[c, t]
        s = 2 * lane
        column = lanes.column[lane]
        back = kind == BACK or kind == OPEN_BACK
        queueing = kind != OPEN and kind != OPEN_BACK
        total = np.int64(arriving[lane, exodus])
        twice -= 2 * total
        ordinary = 0
        everybody_admitted = True
        for x in range(lanes.first_stream[lane], lanes.first_stream[lane + 1]):
            drawn = ZERO
            if bulk.mean[x] > 0.0:
                drawn = poisson_from(
                    bulk.mean[x], bulk.mass[x], bulk.words[0, x], bulk.words[1, x], bulk.words[2, x], bulk.words[3, x],
                    seed, member, t, lanes.key[lane], ORDINARY + SUB * lanes.stream_class[x],
                )  # fmt: skip
            bulk.number[x] = drawn
            ordinary += drawn
            everybody_admitted &= back or control.admit[e, c, lanes.stream_class[x]] >= 1.0
        share = lanes.open_share[lanes.hours[lane], t]
        exit_rate = rate[lane, 0] * access.capacity[e, lane, 0]
        entry_rate = rate[lane, 1] * access.capacity[e, lane, 1]
        if lanes.mode[lane] == 2 and access.foot[e, post] == 0:
            exit_rate = 0.0
        if total == 0 and lines.people[s] == 0 and lines.people[s + 1] == 0:
            least = min(exit_rate, entry_rate) * share
            if ordinary == 0:
                minds.wait[now, lane] = 0.0
                if kind == AIR:
                    hourly.price[t, column] = lanes.fare[lane]
                continue
            if everybody_admitted and (not queueing or (least > SMALL_POST and ordinary + 1.0 <= least)):
                # the common case: ordinary travellers only, nobody stands in line, nobody is held up
                minds.wait[now, lane] = 0.0
                counter[ORDINARY_IN] += ordinary
                counter[ORDINARY_OUT] += ordinary
                daily[PASSED_ORDINARY, d, lane] += ordinary
                if column >= 0:
                    hourly.passed[t, column] = ordinary
                    hourly.wait_passing[t, column] = 0.0
                    if kind == AIR:
                        hourly.price[t, column] = lanes.fare[lane]
                continue
        key = lanes.key[lane]
        for k in range(types.size):
            types[k] = 0
        if total > 0:
            counter[UNDERWAY] -= total
            arriving[lane, exodus] = 0
            away = access.turned_away[e, lane]
            for k in range(exodus):
                n = np.int64(arriving[lane, k])
                if n == 0:
                    continue
                arriving[lane, k] = 0
                if away > 0.0:
                    turned = binomial(n, away, seed, member, t, key, ACCESS + SUB * k)
                    n -= turned
                    total -= turned
                    pool[post, k] += turned
                    daily[TURNED_AWAY, d, lane] += turned
                types[k] = n
        for x in range(lanes.first_stream[lane], lanes.first_stream[lane + 1]):
            types[exodus + lanes.stream_class[x]] = bulk.number[x]
        total += ordinary
        counter[ORDINARY_IN] += ordinary
        if kind == HAVEN:
            for k in range(exodus):
                pool[post, k] += types[k]
            daily[PASSED, d, lane] += total
            continue
        n = total
        waits = 0.0
        mean_wait = 0.0
        for side in range(2 * queueing):
            capacity = (exit_rate if side == 0 else entry_rate) * share
            n, waits = serve(lines, counter, s + side, key + side, types, n, mean_wait, capacity, seed, member, t)
            if n < 0:
                return OUT_OF_NODES
            if side == 0 and n > 0:
                mean_wait = waits / n
                if not back and minds.guard[post] == 1:
                    exit_control(
                        control, stopped_groups, pool, counter, daily, types, classes, key, post, lane,
                        seed, member, t, d, e,
                    )  # fmt: skip
                    n = ZERO
                    for k in range(types.size):
                        n += types[k]
        admitted = 0
        if n > 0 and kind == WAITED:
            admitted = n
            daily[PASSED, d, lane] += n
            for k in range(exodus):
                if types[k] > 0:
                    set_on_road(roads, counter, t, lanes.next[lane], types[k], k, lanes.ride[lane])
        elif n > 0:
            admitted = enter(
                control.admit, pool, abroad, entered, counter, daily, types, classes, key, post, lane, c, back,
                seed, member, t, d, e,
            )  # fmt: skip
        expected = 0.0
        if lines.people[s] > 0 or lines.people[s + 1] > 0:
            day_share = lanes.open_per_day[lanes.hours[lane]] / 24.0
            exit_rate *= day_share
            entry_rate *= day_share
            expected = wait_ahead(lines.people[s], lines.people[s + 1], exit_rate, entry_rate)
            patience = 24.0 * theta.booking_horizon if kind == AIR else theta.patience
            if not back and expected > patience:
                abandoned = daily[ABANDONED, d, lane : lane + 1]
                beyond = lines.people[s + 1]
                for side in range(2):
                    reconsider(
                        lines, pool, counter, abandoned, s + side, exodus, patience, theta.switch_share, beyond,
                        exit_rate, entry_rate, key, post, side, seed, member, t,
                    )  # fmt: skip
                    beyond = 0
        minds.wait[now, lane] = expected
        if column >= 0:
            hourly.passed[t, column] = admitted
            if n > 0:
                hourly.wait_passing[t, column] = waits / n
            if expected > 0.0:
                hourly.queue[t, column, 0] = lines.people[s]
                hourly.queue[t, column, 1] = lines.people[s + 1]
                hourly.wait_joining[t, column] = expected
                if kind == LAND:
                    hourly.waiting_day[t, column] = waiting_a_day(lines, s, t) + waiting_a_day(lines, s + 1, t)
            if kind == AIR:
                ahead = min(expected / 24.0, theta.booking_horizon)
                hourly.price[t, column] = lanes.fare[lane] * math.exp(theta.fare_response * ahead)
    return OK if twice == 0 else BROKEN_RECOUNT
