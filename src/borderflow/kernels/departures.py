"""Departures: call-up, who leaves home in an hour, and the way that everybody takes (DESIGN 5.1 to 5.3)."""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels.arithmetic import ONE, ZERO, count_below, exponential, logarithm
from borderflow.kernels.draws import binomial, fill_blocks, fine_share_of, invert_binomial, keep_apart, philox, share_of
from borderflow.kernels.parts import copied, part
from borderflow.kernels.purposes import (
    BINS_OF_BLOCK,
    BY_BITS,
    CALL_ELIGIBLE,
    CALL_OUTSIDE,
    CALL_RETURN,
    CALL_RETURNABLE,
    CALLED,
    CALLED_DAY,
    CHOOSE,
    CHOOSE_CLASS,
    CHOOSE_HOURS,
    CHOOSE_LANE,
    CHOOSE_NEST,
    CROWD,
    LEAVE,
    LEFT,
    RING,
    SINGLES,
    SUB,
    TRAVEL_BINS,
    UNDERWAY,
    WRONG_RETURNED,
)  # fmt: skip


@part
def call_up(people, demand, homes, counter, origin, seed, member, t, day):
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
    for o in range(people.population.size):
        key = people.origin_key[o]
        called = 0
        for g in range(people.call_rule.size):
            rule = people.call_rule[g]
            if rule == 0:
                continue
            hazard = rate_eligible if rule == 1 else rate_outside
            hazard *= demand.call_weight[o, rule - 1]
            purpose = CALL_ELIGIBLE if rule == 1 else CALL_OUTSIDE
            n = binomial(homes.home[o, g], hazard, seed, member, t, key, purpose + SUB * g)
            if n > 0:
                homes.home[o, g] -= n
                called += n
                if rule == 2:
                    wrong = binomial(n, demand.returnable[0], seed, member, t, key, CALL_RETURNABLE + SUB * g)
                    homes.returnable[o, g] += wrong
                    counter[CALLED] += n - wrong
                else:
                    counter[CALLED] += n
            if homes.returnable[o, g] > 0 and back > 0.0:
                n = binomial(homes.returnable[o, g], back, seed, member, t, key, CALL_RETURN + SUB * g)
                homes.returnable[o, g] -= n
                homes.home[o, g] += n
                origin[WRONG_RETURNED, day, o] += n
        if called > 0:
            origin[CALLED_DAY, day, o] += called
            homes.recent[o] += 1000.0 * called / people.population[o]


@copied
def journey(hours):
    """Return the whole hours after which somebody arrives who sets out now for ``hours`` of travel."""
    return min(max(int(hours + 0.5), 1), RING - 1)


@copied
def set_on_road(roads, counter, t, lane, people, k, hours):
    """Put people on the road; they arrive at a lane ``hours`` later."""
    slot = (t + journey(hours)) % RING
    roads.calendar[slot, lane, k] += people
    roads.calendar[slot, lane, roads.calendar.shape[2] - 1] += people
    counter[UNDERWAY] += people


@copied
def depart(choices, minds, roads, counter, chosen, day, t, a, people, k, slowness):
    """Put people on the road towards one alternative."""
    chosen[day, choices.alt_lane[a]] += people
    set_on_road(roads, counter, t, minds.leg_lane[a], people, k, minds.leg_hours[a] * slowness)


@copied
def gather(crowd, size, n, party, cell, k, v, site, sub):
    """Add ``n`` people in parties to those who wait for their draws; returns how many parties wait."""
    parties = (n + party - 1) // party
    for i in range(parties):
        crowd.people[size + i] = min(party, n - i * party)
        crowd.cell[size + i] = cell
        crowd.kind[size + i] = k
        crowd.known[size + i] = v
        crowd.site[size + i] = site
        crowd.purpose[size + i] = CHOOSE + 256 * (i + 65536 * sub)
    return size + parties


@part
def set_out(choices, minds, roads, counter, chosen, country_day, travel, crowd, size, seed, member, t):
    """Let the first ``size`` parties of the crowd choose and depart: visa class, country, way, speed.

    Each has one block of numbers. One choice after the other for everybody, not one person after the other, and
    counting instead of searching: so the processor need not guess how a search ends before it turns to the next.
    """
    keep_apart()
    classes = np.uint64(minds.ordinary_factor.shape[1])
    fill_blocks(crowd.words, size, seed, member, t, crowd.site, crowd.purpose)
    for i in range(size):
        cell = np.uint64(crowd.cell[i])
        everything = 0.0
        for w in range(classes):
            everything += minds.part[cell * classes + w]
        goal = share_of(crowd.words[2, i]) * everything
        running = 0.0
        v = np.uint64(0)
        for w in range(classes - ONE):
            running += minds.part[cell * classes + w]
            v += np.uint64(running < goal)
        if crowd.known[i] > 0:
            v = np.uint64(crowd.known[i])
        row = cell >> ONE
        first = np.uint64(choices.row_nest[row])
        goal = share_of(crowd.words[0, i]) * minds.seen[cell * classes + v]
        view = (cell & ONE) * classes + v
        crowd.known[i] = v
        crowd.nest[i] = first + count_below(minds.outer, view, np.uint64(minds.row_place[row]), goal)
    for i in range(size):
        n = np.uint64(crowd.nest[i])
        first = np.uint64(choices.nest_alt[n])
        options = np.uint64(choices.nest_alt[n + ONE]) - first
        place = np.uint64(minds.nest_place[n])
        half = np.uint64(crowd.cell[i]) & ONE
        goal = share_of(crowd.words[1, i]) * minds.inner[half, place + options - ONE]
        crowd.way[i] = first + count_below(minds.inner, half, place, goal)
    lanes = np.uint64(roads.calendar.shape[1])
    columns = np.uint64(roads.calendar.shape[2])
    here = t % RING
    everyone = ZERO
    for i in range(size):
        a = np.uint64(crowd.way[i])
        c = np.uint64(choices.nest_country[np.uint64(crowd.nest[i])])
        slot = here + journey(minds.leg_hours[a] * travel[crowd.words[3, i] >> np.uint32(27)])
        slot -= RING if slot >= RING else 0
        place = (np.uint64(slot) * lanes + np.uint64(minds.leg_lane[a])) * columns
        # nobody asks on the way to a country that does not tell classes apart
        crowd.nest[i] = place + crowd.kind[i] + crowd.known[i] * np.uint64(choices.selective[c])
        crowd.way[i] = place + columns - ONE
        everyone += crowd.people[i]
        chosen[np.uint64(country_day[c, t]), choices.alt_lane[a]] += crowd.people[i]
    counter[UNDERWAY] += everyone
    # the calendar is large and people arrive anywhere in it: alone in a short loop, these waits overlap
    for i in range(size):
        roads.flat[crowd.nest[i]] += crowd.people[i]
        roads.flat[crowd.way[i]] += crowd.people[i]


@part
def set_out_many(choices, minds, roads, counter, chosen, country_day, travel, n, cell, k, sub, seed, member, t):
    """Let very many people of one cell choose by chains of binomials, the same multinomial law; returns how many left.

    Whoever is left over when parties are made sets out in another hour.
    """
    keep_apart()
    party = choices.party[0]
    n //= party
    classes = minds.ordinary_factor.shape[1]
    row = cell // 2
    key = choices.row_key[row]
    g = k // classes
    known = k % classes
    everything = 0.0
    for v in range(classes):
        everything += minds.part[cell * classes + v]
    left = n
    for v in range(classes):
        odds = minds.part[cell * classes + v]
        address = SUB * 64 * (v + 16 * sub)
        here = left if v == known else ZERO
        if known == 0:
            here = binomial(
                left, odds / everything if everything > 0.0 else 1.0, seed, member, t, key, CHOOSE_CLASS + address
            )
            everything -= odds
        left -= here
        outer = minds.outer[cell % 2 * classes + v]
        before = 0.0
        for nest in range(choices.row_nest[row], choices.row_nest[row + 1]):
            if here <= 0:
                break
            c = choices.nest_country[nest]
            until = outer[minds.row_place[row] + nest - choices.row_nest[row]]
            force = until - before
            rest = minds.seen[cell * classes + v] - before
            before = until
            address += SUB
            going = binomial(here, force / rest if rest > 0.0 else 1.0, seed, member, t, key, CHOOSE_NEST + address)
            here -= going
            choose_lane(
                choices, minds, roads, counter, chosen, country_day[c, t], travel, seed, member, t, key, nest,
                cell % 2, going, g * classes + v * choices.selective[c], address,
            )  # fmt: skip
        left += here
    return (n - left) * party


@part
def choose_lane(
    choices, minds, roads, counter, chosen, day, travel, seed, member, t, key, nest, stoppable, people, k, address
):  # fmt: skip
    """Spread many people of one nest over its alternatives and over travel times."""
    keep_apart()
    inner = minds.inner[stoppable, minds.nest_place[nest] :]
    before = 0.0
    options = choices.nest_alt[nest + 1] - choices.nest_alt[nest]
    for a in range(choices.nest_alt[nest], choices.nest_alt[nest + 1]):
        if people <= 0:
            break
        until = inner[a - choices.nest_alt[nest]]
        odds = until - before
        rest = inner[options - 1] - before
        before = until
        site = key + 7919 * (1 + a - choices.nest_alt[nest])
        m = binomial(people, odds / rest if rest > 0.0 else 1.0, seed, member, t, site, CHOOSE_LANE + address)
        people -= m
        party = choices.party[0]
        if m <= BY_BITS:
            for first in range(0, m, BINS_OF_BLOCK):
                block = CHOOSE_HOURS + address + 256 * (first // BINS_OF_BLOCK)
                w0, w1, w2, w3 = philox(seed, member, t, site, block)
                for i in range(min(BINS_OF_BLOCK, m - first)):
                    word = w0 if i < 6 else (w1 if i < 12 else (w2 if i < 18 else w3))
                    b = np.int64(word >> np.uint64(5 * (i % 6))) & 31
                    depart(choices, minds, roads, counter, chosen, day, t, a, party, k, travel[b])
            continue
        for b in range(TRAVEL_BINS):
            there = site + 104729 * (b + 1)
            some = binomial(m, 1.0 / (TRAVEL_BINS - b), seed, member, t, there, CHOOSE_HOURS + address)
            m -= some
            if some > 0:
                depart(choices, minds, roads, counter, chosen, day, t, a, some * party, k, travel[b])


@part
def weigh_nobody(bulk, size):
    """Write the probability that nobody of ``number`` people leaves: ``(1 - mean)**number``."""
    keep_apart()
    for i in range((size + 7) // 8 * 8):
        q = bulk.mean[i]
        # the series of ln(1 - q) is exact to the last bit where q is small
        small = -q * (1.0 + q * (0.5 + q * (1.0 / 3.0 + q * (0.25 + q * 0.2))))
        large = logarithm(max(1.0 - q, 1e-300))
        bulk.mass[i] = exponential(np.float64(bulk.number[i]) * (small if q < 1e-3 else large))


@part
def leave(
    people, clock, choices, demand, theta, homes, minds, roads, counter, origin, chosen, noise, travel, crowd, bulk,
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
            bulk.mean[i] = min(1.0, hazard * minds.reach[2 * o + people.stopped[g]])
            bulk.number[i] = homes.home[o, g]
            bulk.site[i] = people.origin_key[o]
            bulk.purpose[i] = LEAVE + SUB * g
            i += 1
    fill_blocks(bulk.words, i, seed, member, t, bulk.site, bulk.purpose)
    weigh_nobody(bulk, i)
    party = choices.party[0]
    size = ZERO
    i = -1
    origins = people.population.size
    for o in range(origins + 1):
        if size > CROWD or (size > 0 and o == origins):
            set_out(
                choices, minds, roads, counter, chosen, clock.country_day, travel, crowd, size, seed, member, t
            )  # fmt: skip
            size = ZERO
        if o == origins:
            break
        for g in range(groups):
            i += 1
            n = bulk.number[i]
            hazard = bulk.mean[i]
            if n * hazard < 10.0 and hazard <= 0.5:
                n = invert_binomial(n, hazard, bulk.mass[i], fine_share_of(bulk.words[0, i], bulk.words[1, i]))
            else:
                n = binomial(n, hazard, seed, member, t, people.origin_key[o], LEAVE + SUB * g)
            if n == 0:
                continue
            cell = 2 * o + people.stopped[g]
            k = g * classes
            if (n + party - 1) // party <= SINGLES:
                size = gather(crowd, size, n, party, cell, k, ZERO, choices.row_key[o], g)
            else:
                n = set_out_many(
                    choices, minds, roads, counter, chosen, clock.country_day, travel, n, cell, k, g,
                    seed, member, t,
                )  # fmt: skip
            homes.home[o, g] -= n
            origin[LEFT, day, o] += n
