"""Departures: call-up, who leaves home in an hour, and the way that everybody takes (DESIGN 5.1 to 5.3)."""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels.arithmetic import ONE, SIXTEEN, ZERO, count_reached, fill_sixteen, find_sixteen
from borderflow.kernels.counts import ask, draw_binomials
from borderflow.kernels.draws import binomial, fill_blocks, keep_apart
from borderflow.kernels.parts import copied, part
from borderflow.kernels.purposes import (
    CALL_ELIGIBLE,
    CALL_OUTSIDE,
    CALL_RETURN,
    CALL_RETURNABLE,
    CALLED,
    CALLED_DAY,
    CHOOSE,
    CROWD,
    LEAVE,
    LEFT,
    PARTIES,
    RING,
    SUB,
    UNDERWAY,
    WRONG_RETURNED,
)  # fmt: skip

AROUND = np.uint64(RING)
LATEST = RING - 1.0


@part
def call_up(people, demand, homes, counter, origin, bulk, seed, member, t, day):
    """Call people up, origin by origin, and send wrongly called ones home (DESIGN 5.1)."""
    keep_apart()
    rate_eligible = demand.call_rate[t, 0]
    rate_outside = demand.call_rate[t, 1]
    back = demand.return_rate[t]
    decay = math.exp(-1.0 / 168.0)
    for o in range(people.population.size):
        homes.recent[o] *= decay
    if rate_eligible <= 0.0 and rate_outside <= 0.0 and back <= 0.0:
        return
    groups = people.call_rule.size
    size = ZERO
    for o in range(people.population.size):
        for g in range(groups):
            rule = people.call_rule[g]
            if rule > 0:
                hazard = (rate_eligible if rule == 1 else rate_outside) * demand.call_weight[o, rule - 1]
                purpose = CALL_ELIGIBLE if rule == 1 else CALL_OUTSIDE
                size = ask(
                    bulk, size, homes.home[o, g], hazard, people.origin_key[o], purpose + SUB * g, o * groups + g
                )  # fmt: skip
    draw_binomials(bulk, size, seed, member, t)
    i = ZERO
    for o in range(people.population.size):
        called = 0
        while i < size and bulk.where[i] // groups == o:
            g = bulk.where[i] % groups
            n = bulk.drawn[i]
            i += 1
            homes.home[o, g] -= n
            called += n
            counter[CALLED] += n
            if n > 0 and people.call_rule[g] == 2:
                key = people.origin_key[o]
                wrong = binomial(n, demand.returnable[0], seed, member, t, key, CALL_RETURNABLE + SUB * g)
                homes.returnable[o, g] += wrong
                counter[CALLED] -= wrong
        if called > 0:
            origin[CALLED_DAY, day, o] += called
            homes.recent[o] += 1000.0 * called / people.population[o]
    size = ZERO
    for o in range(people.population.size):
        for g in range(groups):
            n = homes.returnable[o, g]
            if n > 0 and back > 0.0:
                size = ask(bulk, size, n, back, people.origin_key[o], CALL_RETURN + SUB * g, o * groups + g)
    draw_binomials(bulk, size, seed, member, t)
    for i in range(size):
        o = bulk.where[i] // groups
        homes.returnable[o, bulk.where[i] % groups] -= bulk.drawn[i]
        homes.home[o, bulk.where[i] % groups] += bulk.drawn[i]
        origin[WRONG_RETURNED, day, o] += bulk.drawn[i]


@copied
def journey(hours):
    """Return the whole hours after which somebody arrives who sets out now for ``hours`` of travel."""
    return min(max(np.int64(hours + 0.5), 1), RING - 1)


@copied
def set_on_road(roads, counter, t, lane, people, k, hours):
    """Put people on the road; they arrive at a lane ``hours`` later."""
    slot = (t + journey(hours)) % RING
    roads.calendar[slot, lane, k] += people
    roads.calendar[slot, lane, roads.calendar.shape[2] - 1] = 1
    counter[UNDERWAY] += people


@copied
def gather(crowd, size, first, parties, party, cell, k, v, site, sub):
    """Add ``parties`` of one place and type to those who wait for their draws, the ``first`` of them and the next.

    Sixteen at a time; what is too much the next ones overwrite.
    """
    if crowd.runs[0] == 0 or crowd.cell[size - 1] != cell:
        crowd.first[crowd.runs[0]] = size
        crowd.runs[0] += 1
    purpose = CHOOSE + 256 * (first % PARTIES + PARTIES * sub)
    for more in range(0, parties, SIXTEEN):
        i = np.uint64(size + more)
        fill_sixteen(crowd.people, i, party, ZERO)
        fill_sixteen(crowd.cell, i, cell, ZERO)
        fill_sixteen(crowd.kind, i, k, ZERO)
        fill_sixteen(crowd.known, i, v, ZERO)
        fill_sixteen(crowd.site, i, site + first // PARTIES, ZERO)
        fill_sixteen(crowd.purpose, i, purpose + 256 * more, 256 + ZERO)


@copied
def join(
    choices, minds, roads, counter, travel, crowd, size, n, cell, k, v, site, sub, seed, member, t
):  # fmt: skip
    """Let ``n`` people in parties join those who wait for their draws; returns how many parties wait.

    Whenever the crowd is full it sets out.
    """
    party = choices.party[0]
    parties = (n + party - 1) // party
    counter[UNDERWAY] += n
    first = ZERO
    while first < parties:
        if size == CROWD:
            set_out(choices, minds, roads, travel, crowd, size, seed, member, t)
            size = ZERO
        some = min(parties - first, CROWD - size, PARTIES - first % PARTIES)
        gather(crowd, size, first, some, party, cell, k, v, site, sub)
        first += some
        size += some
    if n > 0:
        crowd.people[size - 1] -= parties * party - n
    return size


@part
def set_out(choices, minds, roads, travel, crowd, size, seed, member, t):
    """Let the first ``size`` parties of the crowd choose and depart: visa class, country, way, speed.

    Each has one block of numbers. One choice after the other for everybody, not one person after the other, so that
    the processor turns to the next while it waits for what one finds in memory.
    """
    keep_apart()
    classes = np.uint64(minds.ordinary_factor.shape[1])
    nests = np.uint64(choices.nest_country.size)
    fill_blocks(crowd.words, size, seed, member, t, crowd.site, crowd.purpose)
    if classes > ONE:
        for i in range(size):
            v = count_reached(minds.mixture, np.uint64(crowd.cell[i]), crowd.words[2, i])
            crowd.known[i] = crowd.known[i] if crowd.known[i] > 0 else v
        for i in range(size):
            cell = np.uint64(crowd.cell[i])
            view = cell * classes + np.uint64(crowd.known[i])
            first = np.uint64(choices.row_nest[cell >> ONE])
            crowd.nest[i] = first + count_reached(minds.outer, view, crowd.words[0, i])
    else:
        # all of one place look at one row of steps; what is too much at its end the next place overwrites
        crowd.first[crowd.runs[0]] = size
        for run in range(crowd.runs[0]):
            cell = np.uint64(crowd.cell[crowd.first[run]])
            nest = choices.row_nest[cell >> ONE]
            options = choices.row_nest[(cell >> ONE) + ONE] - nest
            steps = cell * np.uint64(minds.outer.shape[1])
            for i in range(crowd.first[run], crowd.first[run + 1], SIXTEEN):
                find_sixteen(crowd.words, np.uint64(i), minds.outer, steps, options, crowd.nest, np.uint64(nest))
    for i in range(size):
        n = np.uint64(crowd.nest[i])
        half = np.uint64(crowd.cell[i]) & ONE
        crowd.way[i] = np.uint64(choices.nest_alt[n]) + count_reached(minds.inner, half * nests + n, crowd.words[1, i])
    if classes > ONE:
        for i in range(size):
            # nobody asks on the way to a country that does not tell classes apart
            asked = choices.selective[np.uint64(choices.nest_country[np.uint64(crowd.nest[i])])]
            crowd.kind[i] += crowd.known[i] * np.uint64(asked)
    lanes = np.uint64(roads.calendar.shape[1])
    columns = np.uint64(roads.calendar.shape[2])
    here = np.uint64(t % RING)
    for i in range(size):
        a = np.uint64(crowd.way[i])
        hours = minds.leg_hours[a] * travel[crowd.words[3, i] >> np.uint32(27)] + 0.5
        slot = here + np.uint64(np.int64(max(min(hours, LATEST), 1.0)))
        slot = slot if slot < AROUND else slot - AROUND
        crowd.nest[i] = (slot * lanes + np.uint64(minds.leg_lane[a])) * columns
        roads.chosen[np.uint64(choices.alt_lane[a])] += crowd.people[i]
    # the calendar is large and people arrive anywhere in it: alone in a short loop, these waits overlap
    for i in range(size):
        place = np.uint64(crowd.nest[i])
        roads.flat[place + np.uint64(crowd.kind[i])] += crowd.people[i]
        roads.flat[place + columns - ONE] = 1
    crowd.runs[0] = 0


@part
def leave(
    people, clock, choices, demand, theta, homes, minds, roads, counter, origin, noise, travel, crowd, bulk,
    seed, member, t,
):  # fmt: skip
    """Draw leavers of every origin and group and let them choose (DESIGN 5.2)."""
    keep_apart()
    day = clock.utc_day[t]
    groups = homes.home.shape[1]
    classes = minds.ordinary_factor.shape[1]
    i = ZERO
    for o in range(people.population.size):
        hour = clock.local_hour[people.origin_zone[o], t]
        common = theta.base_departure_rate / 24.0 * demand.hour_profile[hour] * noise[day, 0]
        common *= 1.0 + theta.fear_of_call_up * homes.recent[o]
        for g in range(groups):
            hazard = common * demand.leaving[g] * demand.shock[people.origin_area[o], g, t]
            chance = min(1.0, hazard * minds.reach[2 * o + people.stopped[g]])
            i = ask(bulk, i, homes.home[o, g], chance, people.origin_key[o], LEAVE + SUB * g, i)
    draw_binomials(bulk, i, seed, member, t)
    size = ZERO
    for i in range(people.population.size * groups):
        n = bulk.drawn[i]
        if n == 0:
            continue
        o = i // groups
        g = i % groups
        homes.home[o, g] -= n
        origin[LEFT, day, o] += n
        size = join(
            choices, minds, roads, counter, travel, crowd, size, n,
            2 * o + people.stopped[g], g * classes, ZERO, choices.row_key[o], g, seed, member, t,
        )  # fmt: skip
    set_out(choices, minds, roads, travel, crowd, size, seed, member, t)
