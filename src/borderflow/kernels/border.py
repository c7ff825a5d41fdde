"""The border rule set, one hour at a time (DESIGN section 5; mathematics in ``docs/model.md``).

Names of indices: ``o`` origin, ``g`` group (the last group number, ``G``, is ordinary traffic), ``v`` visa class,
``k = g * V + v`` type of person, ``c`` country, ``p`` post (crossing, air route or other entry point), ``l`` lane,
``s = 2 * l + side`` station (side 0: exit, 1: entry), ``a`` alternative, ``r`` row of the choice table (origins first,
then posts, from which people turned away choose again), ``t`` hour, ``d`` local day.

Steps are in the modules beside this one, in the order of an hour: `odds`, `departures`, `arrivals`, `lines`,
`controls`, `crossings`, `patience`, `onward`; what they work on is in `tables`, draws of many numbers at once in `counts`
and `samples`. State is counts only. Each hour runs, in this order: call-up, departure and
choice, arrival at lanes, service at the exit station, exit control, service at the entry station, entry control,
reconsidering in line, choosing again after being turned away, stays abroad, record, check of the sum of people.
"""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels import kernel_cache
from borderflow.kernels.arithmetic import BEYOND, ZERO, normal_quantile
from borderflow.kernels.arrivals import set_pace
from borderflow.kernels.crossings import cross
from borderflow.kernels.departures import call_up, leave
from borderflow.kernels.draws import binomial, keep_apart, normal
from borderflow.kernels.odds import spread_news, weigh
from borderflow.kernels.onward import choose_again, live_abroad
from borderflow.kernels.parts import kernel, part
from borderflow.kernels.purposes import *  # noqa: F403 - who reads states and records looks rows up beside `advance`
from borderflow.kernels.purposes import (
    AIR,
    BROKEN_RECOUNT,
    BROKEN_SUM,
    CALLED,
    CHOSE,
    CITIZENS,
    CITIZENS_IN,
    ELSEWHERE,
    NOISE_ALL,
    NOISE_COUNTRY,
    OK,
    ORDINARY_IN,
    ORDINARY_OUT,
    PASSED_ORDINARY,
    RETURNED,
    SUB,
    TRAVEL_BINS,
    UNDERWAY,
)  # fmt: skip
from borderflow.kernels.tables import *  # noqa: F403


@part
def count_people(heads, counter):
    """Return all people in the state, ordinary travellers on their way cancelled out."""
    keep_apart()
    total = counter[CALLED] + counter[RETURNED] + counter[ELSEWHERE] + counter[UNDERWAY]
    for i in range(heads.size):
        total += heads[i]
    return total + counter[ORDINARY_OUT] - counter[ORDINARY_IN]


@part
def note_choices(countries, country_day, choosing, chosen, t):
    """Add who chose each lane in this hour to the record of its day."""
    keep_apart()
    for lane in range(countries.size):
        chosen[country_day[countries[lane], t], lane] += choosing[lane]
        choosing[lane] = 0


@part
def recount(roads, lines, counter, every_type):
    """Tell whether roads and lines hold the people that their counters say, walking every hour and batch."""
    keep_apart()
    if every_type:
        coming = ZERO
        for slot in range(roads.calendar.shape[0]):
            for lane in range(roads.calendar.shape[1]):
                here = ZERO
                for k in range(roads.calendar.shape[2] - 1):
                    here += roads.calendar[slot, lane, k]
                coming += here
                if (here > 0) != (roads.calendar[slot, lane, -1] > 0):
                    return False
        if coming != counter[UNDERWAY]:
            return False
    for s in range(lines.head.size):
        total = np.int64(0)
        node = lines.head[s]
        while node >= 0:
            for k in range(lines.types.shape[1]):
                if lines.types[node, k] < 0:
                    return False
                total += lines.types[node, k]
            node = lines.following[node]
        if total != lines.people[s]:
            return False
    return True


with kernel_cache():

    @kernel
    def prepare(trips, theta, minds, rate, noise, travel, seed, member, normals):
        """Fill what follows from parameters: weights of alternatives, rates of lanes, daily noise, travel factors.

        ``normals`` holds standard normal numbers (days, 1 + C) that replace the member's own where not NaN.
        """
        inverse = 1.0 / theta.nest_scale
        constants = (
            0.0,
            theta.ride_constant,
            theta.bus_constant,
            theta.foot_constant,
            theta.train_constant,
            theta.air_constant,
        )
        for a in range(trips.lane.size):
            utility = (
                constants[trips.kind[a]]
                - theta.value_of_time * trips.hours[a]
                - theta.fare_aversion * trips.fare[a]
                - theta.memory_penalty * trips.own[a]
            )
            # twice the seats, twice the odds within the country, whatever the nest scale
            minds.alt_weight[a] = math.exp(utility * inverse + trips.size[a])
            service = 1 + trips.service[a]
            waits_at = trips.platform[service]
            minds.leg_lane[a] = waits_at if waits_at >= 0 else trips.lane[a]
            minds.leg_hours[a] = trips.hours[a] - trips.ride[service]
        for steps in (minds.inner, minds.outer, minds.mixture):
            steps[:] = BEYOND
        for lane in range(trips.mode.size):
            persons = 1.0
            if trips.in_vehicles[lane] == 1:
                persons = theta.bus_occupancy if trips.mode[lane] == 1 else theta.car_occupancy
            if trips.lane_kind[lane] == AIR:
                persons = 1.0 - theta.seat_load
            for side in range(2):
                rate[lane, side] = trips.units[lane, side] * persons / trips.open_hours[lane]
        for day in range(noise.shape[0]):
            for column in range(noise.shape[1]):
                z = normals[day, column]
                if math.isnan(z):
                    site = 0 if column == 0 else trips.country_key[column - 1]
                    z = normal(seed, member, day, site, NOISE_ALL if column == 0 else NOISE_COUNTRY)
                spread = theta.demand_noise if column == 0 else theta.destination_noise
                noise[day, column] = math.exp(spread * z - 0.5 * spread * spread)
        for b in range(TRAVEL_BINS):
            travel[b] = math.exp(theta.travel_spread * normal_quantile(b))

    @kernel
    def advance(network, rules, theta, state, record, seed, member, first, last, everyone, news_hours):
        """Run one member from hour ``first`` to ``last`` (exclusive).

        Returns ``(code, hour)``: OK, or which check failed and when. The sum of people is checked every hour from the
        counters; once a day every line, and once a week and at the end every type of people on every road, is walked
        through and compared with its counter.
        """
        people, clock, choices, lanes = network.people, network.clock, network.choices, network.lanes
        homes, roads, lines, minds = state.homes, state.roads, state.lines, state.minds
        pool, abroad, counter = state.pool, state.abroad, state.counter
        chosen = record.daily[CHOSE]
        for t in range(first, last):
            segment = rules.segment[t]
            if t == first or segment != rules.segment[t - 1]:
                set_pace(lanes, rules.access, rules.control, state.rate, state.passage, segment)
            call_up(
                people, rules.demand, homes, counter, record.origin, state.bulk, seed, member, t, clock.utc_day[t]
            )  # fmt: skip
            if t % news_hours == 0 or segment != rules.segment[t - 1]:
                spread_news(
                    choices, lanes, rules.access, rules.control, theta, minds, rules.demand.intensity[t], segment, t
                )
                origins = people.population.size
                for o in range(origins):
                    minds.rows[o] = o
                if t == 0:
                    # the mean over residents before anything happens is the unit of `reach`
                    minds.usual[0] = 1.0
                    weigh(choices, rules.access, minds, rules.abroad.pull, state.ones, theta, segment, origins)
                    mean = 0.0
                    residents = 0
                    for o in range(origins):
                        mean += minds.reach[2 * o + 1] * people.population[o]
                        residents += people.population[o]
                    minds.usual[0] = mean / residents if mean > 0.0 else 1.0
                noise = state.noise[clock.utc_day[t]]
                weigh(choices, rules.access, minds, rules.abroad.pull, noise, theta, segment, origins)
            leave(
                people, clock, choices, rules.demand, theta, homes, minds, roads, counter, record.origin, state.noise,
                state.travel, state.crowd, state.bulk, seed, member, t,
            )  # fmt: skip
            code = cross(
                lanes, clock, rules.control, rules.access, theta, people.stopped, roads, lines, minds, pool, abroad,
                record.entered, counter, state.passage, record.hourly, record.daily, state.bulk, seed, member, t, segment,
            )  # fmt: skip
            if code != OK:
                return code, t
            choose_again(
                clock, choices, rules.access, rules.abroad, theta, minds, roads, pool, counter, record.country,
                state.noise, state.travel, state.crowd, state.bulk, people.stopped, seed, member, t, segment,
            )  # fmt: skip
            note_choices(lanes.country, clock.country_day, roads.chosen, chosen, t)
            live_abroad(
                choices, rules.abroad, lanes.country_key, clock.country_day, abroad, state.leaving, pool, counter,
                record.country, record.abroad, state.bulk, seed, member, t,
            )  # fmt: skip
            if count_people(state.heads, counter) != everyone:
                return BROKEN_SUM, t
            ends = t + 1 == last
            if ((t + 1) % 24 == 0 or ends) and not recount(roads, lines, counter, ends or (t + 1) % 168 == 0):
                return BROKEN_RECOUNT, t
        return OK, last

    @kernel
    def count_citizens(daily, lane_citizens, lane_key, seed, member):
        """Thin ordinary arrivals to citizens of the origin country, day by day and lane by lane (exchangeable)."""
        for d in range(daily.shape[1]):
            for lane in range(lane_key.size):
                n = np.int64(daily[PASSED_ORDINARY, d, lane])
                daily[CITIZENS_IN, d, lane] = binomial(
                    n, lane_citizens[lane], seed, member, d, lane_key[lane], CITIZENS + SUB * ZERO
                )
