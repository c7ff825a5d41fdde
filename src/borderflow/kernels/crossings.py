"""Crossings: an hour at every lane, its two stations in series, their controls and their lines (DESIGN 5.5 to 5.7)."""

from __future__ import annotations

import math

from borderflow.kernels.arrivals import arrive
from borderflow.kernels.controls import control_entries, control_exits
from borderflow.kernels.draws import keep_apart
from borderflow.kernels.lines import reconsider, run_stations, wait_ahead, waiting_a_day
from borderflow.kernels.parts import copied, part
from borderflow.kernels.purposes import (
    ABANDONED,
    AIR,
    BACK,
    LAND,
    MEMORY,
    OK,
    OUT_OF_NODES,
)  # fmt: skip


@part
def look_at_lines(
    lanes, lines, theta, minds, pool, counter, passage, hourly, daily, country_day, exodus, busy, seed, member, t
):  # fmt: skip
    """Work out the wait that people join, let those out of patience leave, and record the lines as they are now."""
    keep_apart()
    for i in range(busy):
        lane = passage.busy[i]
        kind = lanes.kind[lane]
        column = lanes.column[lane]
        s = 2 * lane
        expected = 0.0
        if lines.people[s] > 0 or lines.people[s + 1] > 0:
            day_share = lanes.open_per_day[lanes.hours[lane]] / 24.0
            exit_rate = passage.pace[lane, 0] * day_share
            entry_rate = passage.pace[lane, 1] * day_share
            expected = wait_ahead(lines.people[s], lines.people[s + 1], exit_rate, entry_rate)
            minds.wait[t % MEMORY, lane] = expected
            patience = 24.0 * theta.booking_horizon if kind == AIR else theta.patience
            if kind != BACK and expected > patience:
                d = country_day[lanes.country[lane], t]
                abandoned = daily[ABANDONED, d, lane : lane + 1]
                beyond = lines.people[s + 1]
                for side in range(2):
                    reconsider(
                        lines, pool, counter, abandoned, s + side, exodus, patience, theta.switch_share, beyond,
                        exit_rate, entry_rate, lanes.key[lane], lanes.post[lane], side, seed, member, t,
                    )  # fmt: skip
                    beyond = 0
            if column >= 0 and expected > 0.0:
                hourly.queue[t, column, 0] = lines.people[s]
                hourly.queue[t, column, 1] = lines.people[s + 1]
                hourly.wait_joining[t, column] = expected
                if kind == LAND:
                    hourly.waiting_day[t, column] = waiting_a_day(lines, s, t) + waiting_a_day(lines, s + 1, t)
        if kind == AIR and column >= 0:
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
    look_at_lines(
        lanes, lines, theta, minds, pool, counter, passage, hourly, daily, clock.country_day,
        stopped_groups.size * minds.ordinary_factor.shape[1], busy, seed, member, t,
    )  # fmt: skip
    return OK
