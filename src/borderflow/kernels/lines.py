"""Lines: people who joined a station in the same hour are a batch; first in, first out (DESIGN 5.6)."""

from __future__ import annotations

import numpy as np

from borderflow.kernels.arithmetic import ZERO
from borderflow.kernels.counts import ask, draw_spacings
from borderflow.kernels.draws import keep_apart
from borderflow.kernels.parts import copied, part
from borderflow.kernels.purposes import (
    ARRIVE,
    NODES,
    OPEN,
    OPEN_BACK,
    SMALL_POST,
    SPLIT,
    SUB,
)  # fmt: skip
from borderflow.kernels.samples import draw_hypergeometrics


@copied
def release(lines, counter, node):
    """Give a batch back to the store."""
    lines.following[node] = lines.free[0]
    lines.free[0] = node
    counter[NODES] -= 1


@copied
def join(lines, counter, s, types, total, t, waited):
    """Append a batch to a station's line; returns False when the store of batches is full."""
    node = lines.free[0]
    if node < 0:
        return False
    lines.free[0] = lines.following[node]
    counter[NODES] += 1
    lines.following[node] = -1
    lines.hour[node] = t
    lines.size[node] = total
    lines.gone[node] = 0
    lines.waited[node] = waited
    for k in range(types.size):
        lines.types[node, k] = types[k]
    lines.people[s] += total
    if lines.head[s] < 0:
        lines.head[s] = node
    else:
        lines.following[lines.tail[s]] = node
    lines.tail[s] = node
    return True


@copied
def serve(lines, counter, passage, roots, i, s, capacity, t):
    """Serve one station for one hour, first in, first out (DESIGN 5.6); returns False when the store of batches is full.

    ``passage`` holds who joins at place ``i`` of its lists, and afterwards who was served and the sum of their hours
    since they joined the crossing; only who is taken from a batch that is cut has still to be drawn.

    ``capacity`` is persons per hour, a real number; its fraction is carried over while a line stands. A station
    that starts the hour idle can work only from the first of its ``n`` arrivals on, on average ``n / (n + 1)`` of
    the hour. Waits are those of the fluid line: person ``i`` of a batch of ``n`` joined at ``i / n`` of its hour
    and passes when the capacity since the one before has added up to a whole person.

    At a small post arrivals that happen to come together wait for each other even where capacity is ample. There
    the arrivals of the hour are placed at ordered uniform times, the post serves them in turn, and the time it is
    idle is what its capacity loses.
    """
    coming = passage.people[i]
    waited = passage.waited[i]
    small = 0.0 < capacity <= SMALL_POST and coming <= 64
    opening = 0.0
    prompt = 0
    prompt_wait = 0.0
    if lines.people[s] == 0:
        lines.carry[s] = 0.0
        if coming == 0 or (not small and coming + 1.0 <= capacity):
            return True
        if not small:
            opening = 1.0 / (coming + 1.0)
    carried = lines.carry[s]
    budget = capacity * (1.0 - opening) + carried
    if small:
        free = (lines.people[s] - carried) / capacity  # hours until those before are through
        if free < 1.0:
            idle = 0.0
            rest = 1.0
            for one in range(coming):
                rest *= roots[one % 4, passage.first[i] + one // 4]
                at = 1.0 - rest
                if at > free:
                    idle += at - free
                    free = at
                free += 1.0 / capacity
                if free <= 1.0:
                    prompt += 1
                    prompt_wait += free - at
            idle += max(0.0, 1.0 - free)
            budget = capacity * (1.0 - idle) + carried
    types = passage.types[i]
    if coming > 0 and not join(lines, counter, s, types, coming, t, waited):
        return False
    for k in range(types.size):
        types[k] = 0
    able = np.int64(budget + 1e-9)
    done = 0
    total_wait = 0.0
    while done < able and lines.head[s] >= 0:
        node = lines.head[s]
        there = lines.size[node] - lines.gone[node]
        take = min(there, able - done)
        joined = lines.hour[node] + (lines.gone[node] + 0.5 * take) / lines.size[node]
        passing = t + opening + max(0.0, done + 0.5 * (take + 1) - carried) / capacity if capacity > 0.0 else t
        if prompt > 0 and lines.hour[node] == t:
            total_wait += prompt_wait + (take - prompt) * 0.5 / capacity + take * lines.waited[node]
        else:
            total_wait += take * (max(0.0, passing - joined) + lines.waited[node])
        lines.gone[node] += take
        lines.people[s] -= take
        done += take
        if take == there:
            for k in range(types.size):
                types[k] += lines.types[node, k]
            lines.head[s] = lines.following[node]
            if lines.head[s] < 0:
                lines.tail[s] = -1
            release(lines, counter, node)
        else:
            passage.cut[i] = node
            passage.taken[i] = take
    lines.carry[s] = min(budget - done, 1.0) if lines.people[s] > 0 else 0.0
    passage.people[i] = done
    passage.waited[i] = total_wait / done if done > 0 else 0.0
    return True


@part
def place_arrivals(lanes, lines, passage, bulk, busy, side, seed, member, t):
    """Draw when the people who come to small posts arrive within the hour; others get no place in the lists of draws."""
    keep_apart()
    size = ZERO
    for i in range(busy):
        lane = passage.busy[i]
        s = 2 * lane + side
        coming = passage.people[i]
        capacity = passage.pace[lane, side] * lanes.open_share[lanes.hours[lane], t]
        passage.capacity[i] = capacity
        passage.first[i] = size
        if coming == 0 or coming > 64 or not 0.0 < capacity <= SMALL_POST:
            continue
        carried = lines.carry[s] if lines.people[s] > 0 else 0.0
        if (lines.people[s] - carried) / capacity >= 1.0:
            continue
        for block in range((coming + 3) // 4):
            bulk.mean[size] = coming - 4 * block
            bulk.site[size] = lanes.key[lane] + side
            bulk.purpose[size] = ARRIVE + 256 * block
            size += 1
    draw_spacings(bulk, size, seed, member, t)


@part
def divide_batches(lanes, lines, passage, bulk, busy, side, seed, member, t):
    """Draw who is taken from each batch that was cut: whoever joined in one hour is in random order.

    How many of the first type are among those taken, how many of the second among the others taken, and so on, for all
    batches together. What is certain is not drawn.
    """
    keep_apart()
    types = np.uint64(lines.types.shape[1])
    batches = ZERO
    for i in range(busy):
        node = passage.cut[i]
        passage.divided[batches] = i
        if node >= 0:
            passage.others[i] = lines.size[node] - lines.gone[node] + passage.taken[i]
            batches += 1
    for k in range(types):
        size = ZERO
        for j in range(batches):
            # without branches: what is certain is nobody where there is something to draw
            i = np.uint64(passage.divided[j])
            node = np.uint64(passage.cut[i])
            here = lines.types[node, k]
            still = passage.taken[i]
            others = passage.others[i] - here
            most = min(here, still)
            drawn = (most > 0) & (still - others < most)
            certain = ZERO if drawn else most
            lines.types[node, k] = here - certain
            passage.types[i, k] += certain
            passage.taken[i] = still - certain
            passage.others[i] = others
            bulk.room[0, size] = others
            bulk.room[1, size] = still
            ask(bulk, size, here, 0.0, lanes.key[passage.busy[i]] + side, SPLIT + SUB * np.int64(k), np.int64(i))
            size += drawn
        if size == 0:
            continue
        draw_hypergeometrics(bulk, size, seed, member, t)
        for j in range(size):
            i = np.uint64(bulk.where[j])
            lines.types[np.uint64(passage.cut[i]), k] -= bulk.drawn[j]
            passage.types[i, k] += bulk.drawn[j]
            passage.taken[i] -= bulk.drawn[j]


@part
def run_stations(lanes, lines, counter, passage, bulk, busy, side, seed, member, t):
    """Serve one side of all busy lanes; returns False when the store of batches is full."""
    keep_apart()
    place_arrivals(lanes, lines, passage, bulk, busy, side, seed, member, t)
    for i in range(busy):
        lane = passage.busy[i]
        passage.cut[i] = -1
        if lanes.kind[lane] == OPEN or lanes.kind[lane] == OPEN_BACK:
            continue
        if not serve(lines, counter, passage, bulk.room, i, 2 * lane + side, passage.capacity[i], t):
            return False
    divide_batches(lanes, lines, passage, bulk, busy, side, seed, member, t)
    return True


@part
def waiting_a_day(lines, s, t):
    """Return how many people of a line have waited 24 h or more since they joined the crossing."""
    keep_apart()
    people = 0
    node = lines.head[s]
    while node >= 0:
        if t + 1 - lines.hour[node] + lines.waited[node] < 24.0:
            break
        people += lines.size[node] - lines.gone[node]
        node = lines.following[node]
    return people
