"""Arrivals: who comes to every lane in an hour, and which lanes are busy with more than travellers passing by (DESIGN 5.5).

Most lanes are not: nobody stands in line, and the few ordinary travellers of the hour pass. They are dealt with here.
The others are listed in `tables.Passage`, and all further steps walk through that list.
"""

from __future__ import annotations

import numpy as np

from borderflow.kernels.arithmetic import ZERO
from borderflow.kernels.counts import draw_poissons
from borderflow.kernels.draws import binomial, keep_apart
from borderflow.kernels.parts import part
from borderflow.kernels.purposes import (
    ACCESS,
    AIR,
    BACK,
    HAVEN,
    MEMORY,
    OPEN,
    OPEN_BACK,
    ORDINARY_IN,
    ORDINARY_OUT,
    PASSED,
    PASSED_ORDINARY,
    RING,
    SMALL_POST,
    SUB,
    TURNED_AWAY,
    UNDERWAY,
)  # fmt: skip


@part
def set_pace(lanes, access, control, rate, passage, e):
    """Work out what the rules of a period make of every lane: its pace, and whether everybody is admitted."""
    keep_apart()
    for c in range(passage.free.size):
        passage.free[c] = 1
        for v in range(control.admit.shape[2]):
            if control.admit[e, c, v] < 1.0:
                passage.free[c] = 0
    for g in range(passage.bars.size):
        passage.bars[g] = 0
        for post in range(control.barred.shape[1]):
            if control.barred[e, post, g] > 0.0:
                passage.bars[g] = 1
    for lane in range(lanes.post.size):
        for side in range(2):
            passage.pace[lane, side] = rate[lane, side] * access.capacity[e, lane, side]
        if lanes.mode[lane] == 2 and access.foot[e, lanes.post[lane]] == 0:
            passage.pace[lane, 0] = 0.0
        passage.welcome[lane] = 1
        if lanes.kind[lane] == BACK or lanes.kind[lane] == OPEN_BACK:
            continue
        for x in range(lanes.first_stream[lane], lanes.first_stream[lane + 1]):
            if control.admit[e, lanes.country[lane], lanes.stream_class[x]] < 1.0:
                passage.welcome[lane] = 0


@part
def draw_traffic(lanes, minds, passage, bulk, seed, member, t):
    """Draw the ordinary travellers of every lane and class, and add them up by lane."""
    keep_apart()
    streams = lanes.stream_lane.size
    for x in range(streams):
        lane = np.uint64(lanes.stream_lane[x])
        v = np.uint64(lanes.stream_class[x])
        bulk.mean[x] = lanes.ordinary[np.uint64(t), lane, v] * minds.ordinary_factor[lane, v]
    draw_poissons(bulk, streams, seed, member, t, lanes.stream_site, lanes.stream_purpose)
    for lane in range(lanes.post.size):
        passage.ordinary[lane] = 0
    for x in range(streams):
        passage.ordinary[np.uint64(lanes.stream_lane[x])] += bulk.number[x]


@part
def arrive(lanes, clock, access, roads, lines, minds, pool, counter, passage, hourly, daily, bulk, seed, member, t, e):
    """Let everybody of this hour come to the lanes; returns how many lanes are busy."""
    keep_apart()
    draw_traffic(lanes, minds, passage, bulk, seed, member, t)
    arriving = roads.calendar[t % RING]
    exodus = arriving.shape[1] - 1
    busy = ZERO
    coming = ZERO
    passing = ZERO
    for lane in range(lanes.post.size):
        minds.wait[t % MEMORY, lane] = 0.0
    for lane in range(lanes.post.size):
        kind = lanes.kind[lane]
        anybody = arriving[lane, exodus] != 0
        total = ZERO
        ordinary = passage.ordinary[lane]
        column = lanes.column[lane]
        coming += ordinary
        if not anybody and lines.people[2 * lane] == 0 and lines.people[2 * lane + 1] == 0:
            least = min(passage.pace[lane, 0], passage.pace[lane, 1]) * lanes.open_share[lanes.hours[lane], t]
            ample = (least > SMALL_POST and ordinary + 1.0 <= least) or kind == OPEN or kind == OPEN_BACK
            if ordinary == 0 or (ample and passage.welcome[lane] == 1):
                # the common case: ordinary travellers only, nobody stands in line, nobody is held up
                passing += ordinary
                daily[PASSED_ORDINARY, clock.country_day[lanes.country[lane], t], lane] += ordinary
                if column >= 0:
                    hourly.passed[t, column] = ordinary
                    hourly.wait_passing[t, column] = 0.0 if ordinary > 0 else -1.0
                    if kind == AIR:
                        # elsewhere the memory of prices is never touched, so that it takes no room
                        hourly.price[t, column] = lanes.fare[lane]
                continue
        for k in range(passage.types.shape[1]):
            passage.types[busy, k] = 0
        if anybody:
            arriving[lane, exodus] = 0
            for k in range(exodus):
                n = arriving[lane, k]
                arriving[lane, k] = 0
                passage.types[busy, k] = n
                total += n
            counter[UNDERWAY] -= total
            away = access.turned_away[e, lane]
            for k in range(exodus if away > 0.0 else ZERO):
                n = passage.types[busy, k]
                if n > 0:
                    turned = binomial(n, away, seed, member, t, lanes.key[lane], ACCESS + SUB * k)
                    passage.types[busy, k] -= turned
                    pool[lanes.post[lane], k] += turned
                    daily[TURNED_AWAY, clock.country_day[lanes.country[lane], t], lane] += turned
                    total -= turned
        if kind == HAVEN:
            for k in range(exodus):
                pool[lanes.post[lane], k] += passage.types[busy, k]
            daily[PASSED, clock.country_day[lanes.country[lane], t], lane] += total
            continue
        for x in range(lanes.first_stream[lane], lanes.first_stream[lane + 1]):
            passage.types[busy, exodus + lanes.stream_class[x]] = bulk.number[x]
        passage.busy[busy] = lane
        passage.people[busy] = total + ordinary
        passage.waited[busy] = 0.0
        busy += 1
    counter[ORDINARY_IN] += coming
    counter[ORDINARY_OUT] += passing
    return busy
