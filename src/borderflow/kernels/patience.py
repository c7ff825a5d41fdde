"""Patience: at each half day of waiting, people whose remaining wait exceeds their patience may leave the line (DESIGN 5.6).

All lines are walked through first, and their draws are made together. Whoever leaves shortens the wait of those behind,
who may then be patient again: so more is drawn than is used, and what is used is found out batch by batch.
"""

from __future__ import annotations

import numpy as np

from borderflow.kernels.arithmetic import ZERO
from borderflow.kernels.counts import ask, draw_binomials
from borderflow.kernels.draws import keep_apart
from borderflow.kernels.lines import release
from borderflow.kernels.parts import copied, part
from borderflow.kernels.purposes import ABANDONED, AIR, BACK, MEMORY, ORDINARY_OUT, RECONSIDER, SUB


@copied
def remaining_wait(lanes, lines, passage, s, ahead):
    """Return the hours that people of a station's line with so many ahead of them have still to wait, at most 1,000.

    Both stations work at once. The exit side needs ``ahead / exit_rate``; the entry side has them and its own line to do
    and is never idle while it is the slower one: ``max(ahead / exit_rate, (ahead + at_entry) / entry_rate)``.
    """
    lane = s // 2
    day_share = lanes.open_per_day[lanes.hours[lane]] / 24.0
    exit_rate = passage.pace[lane, 0] * day_share
    entry_rate = passage.pace[lane, 1] * day_share
    at_exit = ahead if s % 2 == 0 else ZERO
    both = ahead + (lines.people[s + 1] if s % 2 == 0 else ZERO)
    hours = 0.0
    if at_exit > 0:
        hours = at_exit / exit_rate if exit_rate > 0.0 else 1e3
    if both > 0:
        hours = max(hours, both / entry_rate if entry_rate > 0.0 else 1e3)
    return min(hours, 1e3)


@copied
def drop(lines, counter, s, node):
    """Take a batch that nobody is left in out of a station's line."""
    before = np.int64(-1)
    at = lines.head[s]
    while at != node:
        before = at
        at = lines.following[at]
    after = lines.following[node]
    if before < 0:
        lines.head[s] = after
    else:
        lines.following[before] = after
    if after < 0:
        lines.tail[s] = before
    release(lines, counter, node)


@copied
def leave_lines(
    lanes, lines, theta, pool, counter, passage, daily, country_day, exodus, bulk, size, seed, member, t
):  # fmt: skip
    """Draw who leaves of those listed, and let them go.

    ``exodus`` is the number of types that belong to the exodus; ordinary travellers who leave the line go home.
    """
    draw_binomials(bulk, size, seed, member, t)
    types = lines.types.shape[1]
    line = np.int64(-1)
    batch = np.int64(-1)
    left = ZERO
    stays = False
    for j in range(size):
        node = bulk.where[j] // types
        k = bulk.where[j] % types
        s = bulk.station[j]
        lane = s // 2
        if s != line:
            line = s
            left = ZERO
        if node != batch:
            batch = node
            ahead = bulk.ahead[j] - left
            patience = 24.0 * theta.booking_horizon if lanes.kind[lane] == AIR else theta.patience
            stays = left > 0 and remaining_wait(lanes, lines, passage, s, ahead) <= patience
        n = ZERO if stays else bulk.drawn[j]
        if n == 0:
            continue
        left += n
        lines.types[node, k] -= n
        lines.gone[node] += n
        lines.people[s] -= n
        daily[ABANDONED, country_day[lanes.country[lane], t], lane] += n
        if k < exodus:
            pool[lanes.post[lane], k] += n
        else:
            counter[ORDINARY_OUT] += n
        if lines.gone[node] == lines.size[node]:
            drop(lines, counter, s, node)


@part
def reconsider(
    lanes, lines, theta, minds, pool, counter, passage, daily, country_day, exodus, bulk, busy, seed, member, t
):  # fmt: skip
    """Work out the wait that people join, and let those out of patience leave, at each half day of waiting."""
    keep_apart()
    types = lines.types.shape[1]
    room = bulk.where.size - 2 * types * (t // 12 + 1) - 8  # so many draws more may the next lane need
    size = ZERO
    for i in range(busy + 1):
        if i == busy or size > room:
            leave_lines(
                lanes, lines, theta, pool, counter, passage, daily, country_day, exodus, bulk, size, seed, member, t
            )  # fmt: skip
            size = ZERO
        if i == busy:
            break
        lane = passage.busy[i]
        if lines.people[2 * lane] == 0 and lines.people[2 * lane + 1] == 0:
            continue
        expected = remaining_wait(lanes, lines, passage, 2 * lane, lines.people[2 * lane])
        minds.wait[t % MEMORY, lane] = expected
        patience = 24.0 * theta.booking_horizon if lanes.kind[lane] == AIR else theta.patience
        if lanes.kind[lane] == BACK or expected <= patience:
            continue
        for s in range(2 * lane, 2 * lane + 2):
            ahead = ZERO
            node = lines.head[s]
            while node >= 0:
                age = t - lines.hour[node]
                if age > 0 and age % 12 == 0 and remaining_wait(lanes, lines, passage, s, ahead) > patience:
                    for k in range(types):
                        if lines.types[node, k] > 0:
                            bulk.station[size] = s
                            bulk.ahead[size] = ahead
                            sub = SUB * (k + 64 * (age // 12) + 65536 * (s % 2))
                            size = ask(
                                bulk, size, lines.types[node, k], theta.switch_share, lanes.key[lane],
                                RECONSIDER + sub, node * types + k,
                            )  # fmt: skip
                ahead += lines.size[node] - lines.gone[node]
                node = lines.following[node]
