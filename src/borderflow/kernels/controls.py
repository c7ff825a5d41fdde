"""Controls: who is stopped at the exit side and who is refused at the entry side of the busy lanes (DESIGN 5.7)."""

from __future__ import annotations

from borderflow.kernels.arithmetic import ZERO
from borderflow.kernels.counts import ask, draw_binomials
from borderflow.kernels.departures import set_on_road
from borderflow.kernels.draws import binomial, hypergeometric, keep_apart
from borderflow.kernels.parts import copied, part
from borderflow.kernels.purposes import (
    ADMIT,
    BACK,
    BARRED,
    CALLED,
    CALLED_AT_POST,
    CALLED_UP,
    CALLED_WHO,
    NOTICE,
    NOTICES,
    OPEN,
    OPEN_BACK,
    ORDINARY_OUT,
    PASSED,
    PASSED_ORDINARY,
    REFUSED,
    STOP_LISTED,
    STOP_NOTICED,
    STOP_WHO,
    SUB,
    TURNED_BACK,
    WAITED,
)  # fmt: skip


@part
def hold_back(lanes, clock, control, minds, pool, passage, daily, bulk, busy, seed, member, t, e):
    """Turn back people of groups that a rule bars from leaving."""
    keep_apart()
    types = pool.shape[1]
    classes = minds.ordinary_factor.shape[1]
    size = ZERO
    for g in range(control.barred.shape[2]):
        if passage.bars[g] == 0:
            continue
        for i in range(busy):
            lane = passage.busy[i]
            held = control.barred[e, lanes.post[lane], g]
            if held <= 0.0 or (lanes.kind[lane] >= OPEN and lanes.kind[lane] != WAITED):
                continue
            for k in range(g * classes, (g + 1) * classes):
                if passage.types[i, k] > 0:
                    size = ask(
                        bulk, size, passage.types[i, k], held, lanes.key[lane], BARRED + SUB * k, i * types + k
                    )  # fmt: skip
    draw_binomials(bulk, size, seed, member, t)
    for j in range(size):
        i = bulk.where[j] // types
        k = bulk.where[j] % types
        lane = passage.busy[i]
        passage.types[i, k] -= bulk.drawn[j]
        passage.people[i] -= bulk.drawn[j]
        pool[lanes.post[lane], k] += bulk.drawn[j]
        daily[TURNED_BACK, clock.country_day[lanes.country[lane], t], lane] += bulk.drawn[j]


@part
def draw_stopped(lanes, control, stopped_groups, minds, passage, bulk, busy, seed, member, t, e):
    """Serve notices and draw how many are stopped; returns at how many lanes anybody may be.

    All who may be stopped run the same risks, so their number is drawn first and then who they are.
    """
    keep_apart()
    classes = minds.ordinary_factor.shape[1]
    watched = ZERO
    size = ZERO
    for i in range(busy):
        lane = passage.busy[i]
        post = lanes.post[lane]
        if minds.guard[post] == 0 or (lanes.kind[lane] >= OPEN and lanes.kind[lane] != WAITED):
            continue
        others = ZERO
        for g in range(stopped_groups.size):
            for k in range(g * classes, (g + 1) * classes):
                others += passage.types[i, k] * stopped_groups[g]
        passage.watched[watched] = i
        passage.others[watched] = others
        passage.noticed[watched] = 0
        passage.stopped[watched] = 0
        if others > 0 and control.notice[e, post] > 0.0:
            size = ask(bulk, size, others, control.notice[e, post], lanes.key[lane], NOTICE + ZERO, watched)
        watched += others > 0
    draw_binomials(bulk, size, seed, member, t)
    for j in range(size):
        passage.noticed[bulk.where[j]] = bulk.drawn[j]
    size = ZERO
    for j in range(watched):
        lane = passage.busy[passage.watched[j]]
        post = lanes.post[lane]
        noticed = passage.noticed[j]
        rest = passage.others[j] - noticed
        if noticed > 0:
            size = ask(bulk, size, noticed, control.stop_noticed[e, post], lanes.key[lane], STOP_NOTICED + ZERO, j)
        if rest > 0 and control.stop_listed[e, post] > 0.0:
            size = ask(bulk, size, rest, control.stop_listed[e, post], lanes.key[lane], STOP_LISTED + ZERO, j)
    draw_binomials(bulk, size, seed, member, t)
    for j in range(size):
        passage.stopped[bulk.where[j]] += bulk.drawn[j]
    return watched


@part
def control_exits(
    lanes, clock, control, stopped_groups, minds, pool, counter, passage, daily, bulk, busy, seed, member, t, e
):  # fmt: skip
    """Hold back, serve notices, stop and call up at the exit side; ``types`` keeps those who pass."""
    keep_apart()
    classes = minds.ordinary_factor.shape[1]
    hold_back(lanes, clock, control, minds, pool, passage, daily, bulk, busy, seed, member, t, e)
    watched = draw_stopped(lanes, control, stopped_groups, minds, passage, bulk, busy, seed, member, t, e)
    for j in range(watched):
        noticed = passage.noticed[j]
        stopped = passage.stopped[j]
        if noticed == 0 and stopped == 0:
            continue
        i = passage.watched[j]
        lane = passage.busy[i]
        key = lanes.key[lane]
        post = lanes.post[lane]
        d = clock.country_day[lanes.country[lane], t]
        called = binomial(stopped, control.called[e, post], seed, member, t, key, CALLED_AT_POST + ZERO)
        daily[NOTICES, d, lane] += noticed
        daily[TURNED_BACK, d, lane] += stopped
        daily[CALLED_UP, d, lane] += called
        counter[CALLED] += called
        passage.people[i] -= stopped
        others = passage.others[j]
        for k in range(stopped_groups.size * classes):
            if stopped == 0:
                break
            here = passage.types[i, k] * stopped_groups[k // classes]
            if here == 0:
                continue
            others -= here
            m = hypergeometric(here, others, stopped, seed, member, t, key, STOP_WHO + SUB * k)
            stopped -= m
            c = hypergeometric(m, stopped, called, seed, member, t, key, CALLED_WHO + SUB * k)
            called -= c
            passage.types[i, k] -= m
            pool[post, k] += m - c


@copied
def admit_some(
    control, pool, abroad, entered, counter, daily, types, classes, key, post, lane, c, seed, member, t, d, e
):
    """Admit or refuse, type by type; the refused choose again. Returns how many were admitted."""
    everyone = ZERO
    for g in range(abroad.shape[1] + 1):
        for v in range(classes):
            k = g * classes + v
            n = ZERO + types[k]
            if n == 0:
                continue
            admitted = n
            if control.admit[e, c, v] < 1.0:
                admitted = binomial(n, control.admit[e, c, v], seed, member, t, key, ADMIT + SUB * k)
                daily[REFUSED, d, lane] += n - admitted
            everyone += admitted
            if g < abroad.shape[1]:
                abroad[c, g] += admitted
                entered[d, c, g] += admitted
                pool[post, k] += n - admitted
                daily[PASSED, d, lane] += admitted
            else:
                counter[ORDINARY_OUT] += n
                daily[PASSED_ORDINARY, d, lane] += admitted
    return everyone


@copied
def admit_all(abroad, entered, counter, daily, types, classes, lane, c, d):
    """Let everybody in; the exodus is abroad from now on."""
    everyone = ZERO
    for g in range(abroad.shape[1]):
        here = ZERO
        for k in range(g * classes, (g + 1) * classes):
            here += types[k]
        abroad[c, g] += here
        entered[d, c, g] += here
        everyone += here
    daily[PASSED, d, lane] += everyone
    ordinary = ZERO
    for k in range(abroad.shape[1] * classes, types.size):
        ordinary += types[k]
    counter[ORDINARY_OUT] += ordinary
    daily[PASSED_ORDINARY, d, lane] += ordinary
    return everyone + ordinary


@part
def control_entries(
    lanes, clock, control, roads, minds, pool, abroad, entered, counter, passage, hourly, daily, busy, seed, member, t, e
):  # fmt: skip
    """Let people in at the entry side, or on to the ride that they waited for; record who came through."""
    keep_apart()
    classes = minds.ordinary_factor.shape[1]
    for i in range(busy):
        n = passage.people[i]
        lane = passage.busy[i]
        kind = lanes.kind[lane]
        c = lanes.country[lane]
        d = clock.country_day[c, t]
        types = passage.types[i]
        admitted = ZERO
        if n > 0 and kind == WAITED:
            admitted = n
            daily[PASSED, d, lane] += n
            for k in range(pool.shape[1] - classes):
                if types[k] > 0:
                    set_on_road(roads, counter, t, lanes.next[lane], types[k], k, lanes.ride[lane])
        elif n > 0 and (kind == BACK or kind == OPEN_BACK or passage.free[c] == 1):
            admitted = admit_all(abroad, entered, counter, daily, types, classes, lane, c, d)
        elif n > 0:
            admitted = admit_some(
                control, pool, abroad, entered, counter, daily, types, classes, lanes.key[lane], lanes.post[lane],
                lane, c, seed, member, t, d, e,
            )  # fmt: skip
        column = lanes.column[lane]
        if column >= 0:
            hourly.passed[t, column] = admitted
            if n > 0:
                hourly.wait_passing[t, column] = passage.waited[i]
