"""Crossings: an hour at every lane, its two stations in series, their controls and their lines (DESIGN 5.5 to 5.7)."""

from __future__ import annotations

import math

from borderflow.kernels.arrivals import arrive
from borderflow.kernels.controls import control_entries, control_exits
from borderflow.kernels.draws import keep_apart
from borderflow.kernels.lines import run_stations, waiting_a_day
from borderflow.kernels.parts import copied, part
from borderflow.kernels.patience import reconsider
from borderflow.kernels.purposes import (
    AIR,
    LAND,
    MEMORY,
    OK,
    OUT_OF_NODES,
)  # fmt: skip


@part
def record_lines(lanes, lines, theta, minds, passage, hourly, busy, t):
    """Record the lines as they are now, and the wait that people joined, which was before some left."""
    keep_apart()
    for i in range(busy):
        lane = passage.busy[i]
        column = lanes.column[lane]
        if column < 0:
            continue
        s = 2 * lane
        expected = minds.wait[t % MEMORY, lane]
        if expected > 0.0:
            hourly.queue[t, column, 0] = lines.people[s]
            hourly.queue[t, column, 1] = lines.people[s + 1]
            hourly.wait_joining[t, column] = expected
            if lanes.kind[lane] == LAND:
                hourly.waiting_day[t, column] = waiting_a_day(lines, s, t) + waiting_a_day(lines, s + 1, t)
        if lanes.kind[lane] == AIR:
            ahead = min(expected / 24.0, theta.booking_horizon)
            hourly.price[t, column] = lanes.fare[lane] * math.exp(theta.fare_response * ahead)


@copied
def cross(
    lanes, clock, control, access, theta, stopped_groups, roads, lines, minds, pool, abroad, entered, counter, passage,
    hourly, daily, bulk, seed, member, t, e,
):  # fmt: skip
    """Run every lane for one hour: arrivals, two stations in series, controls, waits, record.

    One step after the other for all lanes that are busy, not one lane after the other: their draws are made together.
    """
    busy = arrive(
        lanes, clock, access, roads, lines, minds, pool, counter, passage, hourly, daily, bulk, seed, member, t, e
    )  # fmt: skip
    for side in range(2):
        if not run_stations(lanes, lines, counter, passage, bulk, busy, side, seed, member, t):
            return OUT_OF_NODES
        if side == 0:
            control_exits(
                lanes, clock, control, stopped_groups, minds, pool, counter, passage, daily, bulk, busy, seed, member,
                t, e,
            )  # fmt: skip
    control_entries(
        lanes, clock, control, roads, minds, pool, abroad, entered, counter, passage, hourly, daily, busy, seed,
        member, t, e,
    )  # fmt: skip
    reconsider(
        lanes, lines, theta, minds, pool, counter, passage, daily, clock.country_day,
        stopped_groups.size * minds.ordinary_factor.shape[1], bulk, busy, seed, member, t,
    )  # fmt: skip
    record_lines(lanes, lines, theta, minds, passage, hourly, busy, t)
    return OK
