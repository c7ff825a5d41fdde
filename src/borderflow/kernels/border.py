"""The border rule set, one hour at a time (DESIGN section 5; mathematics in ``docs/model.md``).

Names of indices: ``o`` origin, ``g`` group (the last group number, ``G``, is ordinary traffic), ``v`` visa class,
``k = g * V + v`` type of person, ``c`` country, ``p`` post (crossing, air route or other entry point), ``l`` lane,
``s = 2 * l + side`` station (side 0: exit, 1: entry), ``a`` alternative, ``r`` row of the choice table (origins first,
then posts, from which people turned away choose again), ``t`` hour, ``d`` local day.

State is counts only. Each hour runs, in this order: call-up, departure and choice, arrival at lanes, service at the
exit station, exit control, service at the entry station, entry control, reconsidering in line, choosing again after
being turned away, stays abroad, record, check of the sum of people.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from borderflow.kernels import kernel_cache
from borderflow.kernels.draws import (
    binomial,
    fill_blocks,
    fine_share_of,
    hypergeometric,
    invert_binomial,
    keep_apart,
    normal,
    philox,
    poisson_from,
    share_of,
    uniforms,
)
from borderflow.kernels.parts import PartCompiler

# Purposes of draws (DESIGN section 7: counter = member, step, site, purpose). Append only: a number once given to a
# purpose keeps it, or every published run would change.
CALL_ELIGIBLE = 1
CALL_OUTSIDE = 2
CALL_RETURNABLE = 3
CALL_RETURN = 4
LEAVE = 5
CHOOSE = 6
CHOOSE_NEST = 7
CHOOSE_LANE = 8
CHOOSE_CLASS = 25
CHOOSE_HOURS = 26
ARRIVE = 27
ORDINARY = 9
ACCESS = 10
SPLIT = 11
NOTICE = 12
STOP_NOTICED = 13
STOP_LISTED = 14
CALLED_AT_POST = 15
ADMIT = 16
RECONSIDER = 17
AGAIN = 18
GIVE_UP = 19
ONWARD = 20
RETURN = 21
CITIZENS = 22
NOISE_ALL = 23
NOISE_COUNTRY = 24
STOP_WHO = 28
CALLED_WHO = 29
AGAIN_WHO = 30
GIVE_UP_WHO = 31
ABROAD_WHO = 32
BARRED = 33
TRANSIT = 34
TRANSIT_WHO = 35

# One purpose owns 2**24 blocks of numbers; one of its sub-draws (a type, a person, a batch) owns this many of them.
SUB = 256 * 64

# Kinds of lanes.
LAND = 0
AIR = 1
OPEN = 2  # no queue: entry points without a post of the model
BACK = 3  # towards the country of origin: ordinary traffic only
OPEN_BACK = 4
HAVEN = 5  # shelter within the country of origin
WAITED = 6  # where people wait for a seat of a bus or train

# Counters of people in the state.
UNDERWAY = 0
CALLED = 1
RETURNED = 2
ELSEWHERE = 3
ORDINARY_IN = 4
ORDINARY_OUT = 5
NODES = 6  # batches in use

# Rows of Record.daily, per day and lane.
PASSED = 0
PASSED_ORDINARY = 1
CITIZENS_IN = 2
TURNED_BACK = 3
NOTICES = 4
REFUSED = 5
CALLED_UP = 6
TURNED_AWAY = 7
ABANDONED = 8
CHOSE = 9
DAILY = 10

# Rows of Record.origin, per day and origin.
LEFT = 0
CALLED_DAY = 1
WRONG_RETURNED = 2
ORIGIN = 3

LN_2 = math.log(2.0)
SQRT_HALF_BITS = np.float64(math.sqrt(0.5)).view(np.int64)
ROUNDING = 1.5 * 2.0**52  # added and taken away again, it rounds a number to a whole one
ROUNDING_BITS = np.float64(ROUNDING).view(np.int64)

ZERO = np.int64(0)
SEVEN = np.uint64(7)
EIGHT = np.uint64(8)  # numbers that are compared at once
ONE = np.uint64(1)

OK = 0
BROKEN_SUM = 1
OUT_OF_NODES = 2
BROKEN_RECOUNT = 3

RING = 192  # hours that a journey may take at most
MEMORY = 64  # hours that waits are remembered for people's information
TRAVEL_BINS = 32  # equally likely values of the travel-time factor
SMALL_POST = 12.0  # persons per hour up to which arrivals within an hour are placed one by one
SINGLES = 200  # up to this many leavers of one cell choose one by one, more by multinomial
CROWD = 1024  # people whose choices are drawn in bulk
BINS_OF_BLOCK = 24  # travel-time bins of five bits each that one block of numbers gives
BY_BITS = 8 * BINS_OF_BLOCK  # up to this many people draw their travel-time bins from bits


class People(NamedTuple):
    """Origins and groups."""

    population: np.ndarray  # (O,) residents
    origin_key: np.ndarray  # (O,) site keys of draws
    origin_zone: np.ndarray  # (O,) row of Clock.local_hour
    origin_area: np.ndarray  # (O,) row of Demand.shock
    stopped: np.ndarray  # (G,) 1 where exit control may stop the group
    call_rule: np.ndarray  # (G,) 0 never, 1 eligible, 2 outside the criteria


class Clock(NamedTuple):
    """Local time."""

    local_hour: np.ndarray  # (Z, T) local hour of the day
    country_day: np.ndarray  # (C, T) local day since the first local day of the scenario
    utc_day: np.ndarray  # (T,)


class Choices(NamedTuple):
    """Ways out: rows (places) hold nests (countries) hold alternatives (lane and how to reach it)."""

    row_nest: np.ndarray  # (R + 1,) first nest of a row
    nest_country: np.ndarray  # (N,)
    nest_alt: np.ndarray  # (N + 1,) first alternative of a nest
    alt_lane: np.ndarray  # (A,)
    alt_service: np.ndarray  # (A,) or -1
    alt_hours: np.ndarray  # (A,)
    alt_fare: np.ndarray  # (A,) thousand roubles
    alt_kind: np.ndarray  # (A,) 0 car, 1 ride, 2 bus, 3 foot, 4 train, 5 air
    alt_own: np.ndarray  # (A,) 1 where the row is a post and the alternative is that same post
    alt_size: np.ndarray  # (A,) logarithm of the seats of a service against a large one
    alt_way: np.ndarray  # (A,) way: a pair of lane and service
    first_way: np.ndarray  # (L + 1,) first way of a lane
    way_service: np.ndarray  # (U,) or -1
    service_lane: np.ndarray  # (1 + W,) lane where people wait for a seat of a service, or -1; first: no service
    service_ride: np.ndarray  # (1 + W,) hours from there on
    party: np.ndarray  # (1,) people who choose and travel together
    row_share: np.ndarray  # (R, V) share of visa classes
    row_key: np.ndarray  # (R,)
    post_row: np.ndarray  # (P,) row from which people turned away at a post choose again, or -1
    haven_country: np.ndarray  # (P,) country of a haven, or -1
    transit_post: np.ndarray  # (C,) where people who move on by land choose their way, or -1
    selective: np.ndarray  # (C,) 1 where the country tells visa classes apart


class Lanes(NamedTuple):
    """Posts and their lanes."""

    post: np.ndarray  # (L,)
    country: np.ndarray  # (L,)
    kind: np.ndarray  # (L,)
    mode: np.ndarray  # (L,) 0 car, 1 bus, 2 foot, 3 train, 4 air, 5 all
    key: np.ndarray  # (L,)
    units: np.ndarray  # (L, 2) capacity per day in units
    in_vehicles: np.ndarray  # (L,)
    hours: np.ndarray  # (L,) row of open_share
    open_share: np.ndarray  # (K, T) open share of the hour
    open_per_day: np.ndarray  # (K,) open hours per day
    citizens: np.ndarray  # (L,) share of ordinary travellers who are citizens of the origin country
    column: np.ndarray  # (L,) column of the hourly record, or -1
    ordinary: np.ndarray  # (T, L, V) ordinary persons per hour without reaction
    has_ordinary: np.ndarray  # (L,) whether the lane has any ordinary traffic
    first_stream: np.ndarray  # (L + 1,) first stream of a lane: its visa classes with ordinary traffic
    stream_lane: np.ndarray  # (X,)
    stream_class: np.ndarray  # (X,)
    fare: np.ndarray  # (L,) ordinary fare of air lanes, thousand roubles
    next: np.ndarray  # (L,) lane that passengers of a service reach, or -1
    ride: np.ndarray  # (L,) hours of the ride
    country_key: np.ndarray  # (C,)


class Network(NamedTuple):
    """What does not change with events or parameters; see ``network.compile_network``."""

    people: People
    clock: Clock
    choices: Choices
    lanes: Lanes


class Demand(NamedTuple):
    """Who leaves or is called up when."""

    shock: np.ndarray  # (area, G, T) 1 + sum of shocks
    intensity: np.ndarray  # (T,) sum of shock shapes, at most 1
    call_rate: np.ndarray  # (T, 2) probability of being called in this hour: eligible, outside
    call_weight: np.ndarray  # (O, 2) factor on it by origin
    returnable: np.ndarray  # (1,) share of the wrongly called who will be sent home
    return_rate: np.ndarray  # (T,) hourly hazard of wrongly called people to come home
    leaving: np.ndarray  # (G,) relative departure rate
    hour_profile: np.ndarray  # (24,)


class Control(NamedTuple):
    """What exit and entry control do, by period between two changes of rules."""

    notice: np.ndarray  # (E, P) probability of being served a notice
    stop_noticed: np.ndarray  # (E, P) probability of being stopped once served
    stop_listed: np.ndarray  # (E, P) probability of being stopped otherwise
    called: np.ndarray  # (E, P) probability that a stopped person is called up on the spot
    barred: np.ndarray  # (E, P, G) probability of being held back by a rule for the group
    admit: np.ndarray  # (E, C, V) probability of admission of those who come


class Access(NamedTuple):
    """What is open, by period between two changes of rules."""

    capacity: np.ndarray  # (E, L, 2) factor
    turned_away: np.ndarray  # (E, L) share turned away on the road
    known_away: np.ndarray  # (E, L) share of leavers that does not choose the lane because of that
    foot: np.ndarray  # (E, P) 0 shut, 1 bicycles only, 2 walkers too
    service: np.ndarray  # (E, W) 1 where the service runs
    tries: np.ndarray  # (E, P) what rules for groups leave of the odds of a post, for people who may be stopped
    open_to: np.ndarray  # (E, C, V) share for which the country is open as far as people know


class Abroad(NamedTuple):
    """What people do after arrival, and how a destination pulls."""

    pull: np.ndarray  # (C,) exponential of attractiveness
    onward: np.ndarray  # (C,) hourly hazard
    back: np.ndarray  # (C,) hourly hazard
    transit: np.ndarray  # (C,) share of those who move on that goes through crossings of the model
    again: np.ndarray  # (P,) hourly probability that people turned away, or in a haven, decide
    home: np.ndarray  # (P,) share of those who decide that goes home for good


class Rules(NamedTuple):
    """What follows from events and parameter values; see ``rules.compile_rules``."""

    segment: np.ndarray  # (T,) index of the period between two changes of rules
    demand: Demand
    control: Control
    access: Access
    abroad: Abroad


class Theta(NamedTuple):
    """Parameter values; names and units in ``scenario.ENGINE_PARAMETERS``."""

    base_departure_rate: float
    fear_of_call_up: float
    demand_noise: float
    destination_noise: float
    value_of_time: float
    fare_aversion: float
    wait_aversion: float
    risk_aversion: float
    access_response: float
    nest_scale: float
    bus_constant: float
    foot_constant: float
    bicycle_penalty: float
    train_constant: float
    air_constant: float
    ride_constant: float
    information_delay: float
    travel_spread: float
    patience: float
    switch_share: float
    rechoose_delay: float
    give_up_share: float
    memory_penalty: float
    car_occupancy: float
    bus_occupancy: float
    seat_load: float
    fare_response: float
    booking_horizon: float
    ordinary_wait_response: float
    ordinary_fear_response: float
    return_fear_response: float


class Homes(NamedTuple):
    """People at home."""

    home: np.ndarray  # (O, G)
    returnable: np.ndarray  # (O, G) wrongly called, will be sent home
    recent: np.ndarray  # (O,) called in the last week per thousand residents, decaying


class Roads(NamedTuple):
    """People under way, by hour of arrival."""

    calendar: np.ndarray  # (RING, L, G * V + 1) by type of person; last: their sum
    flat: np.ndarray  # the memory of `calendar`


class Lines(NamedTuple):
    """People in line: per station a list of batches that joined in the same hour."""

    head: np.ndarray  # (S,) first batch of a station's line, -1 empty
    tail: np.ndarray  # (S,)
    people: np.ndarray  # (S,) people in the line
    carry: np.ndarray  # (S,) unused fraction of capacity
    following: np.ndarray  # (M,) next batch
    hour: np.ndarray  # (M,) hour of joining the station
    size: np.ndarray  # (M,) people who joined
    gone: np.ndarray  # (M,) people who were served or left
    waited: np.ndarray  # (M,) mean hours waited before joining this station
    types: np.ndarray  # (M, K) people still there
    free: np.ndarray  # (1,) head of the list of free batches


class Minds(NamedTuple):
    """What people know and how that weighs."""

    wait: np.ndarray  # (MEMORY, L) expected wait of those joining, hours
    way_factor: np.ndarray  # (2 * U,) what waits, risk and rules do to the odds of a way: not stoppable, stoppable
    guard: np.ndarray  # (P,) 1 where somebody may be held back or stopped
    ordinary_factor: np.ndarray  # (L, V) what waits, fear and bans leave of ordinary traffic
    alt_weight: np.ndarray  # (A,)
    leg_lane: np.ndarray  # (A,) lane that people reach first, or where they wait for a seat on the way
    leg_hours: np.ndarray  # (A,) hours to there
    nest_place: np.ndarray  # (N,) where the alternatives of a nest begin in each half of `inner`, a multiple of EIGHT
    row_place: np.ndarray  # (R,) where the nests of a row begin in each part of `outer`, a multiple of EIGHT
    pull: np.ndarray  # (V, C) how a country draws a visa class today
    inner: np.ndarray  # (2, .) sum of the odds of the alternatives of a nest up to this one: not stoppable, stoppable
    rows: np.ndarray  # (R,) rows to weigh
    odds: np.ndarray  # room for sums of odds of those rows
    force: np.ndarray  # room for their powers
    outer: np.ndarray  # (2 * V, .) sum of the pulls of the nests of a row up to this one, as a visa class sees them
    seen: np.ndarray  # (2 * R * V,) sum of pulls as each visa class sees them, by cell (2 * row + stoppable) and class
    part: np.ndarray  # (2 * R * V,) odds of visa classes among those who leave, by cell and class
    reach: np.ndarray  # (2 * R,) departure rate relative to the mean of the country, by cell
    usual: np.ndarray  # (1,) mean of (sum of pulls)**access_response over all residents at the first hour
    news: np.ndarray  # (1 + R,) number of the last news, then the news that the odds of each row come from


class Crowd(NamedTuple):
    """People who set out in this hour and wait for their draws."""

    cell: np.ndarray  # (CROWD,) 2 * row + stoppable
    people: np.ndarray  # (CROWD,) who choose together
    kind: np.ndarray  # (CROWD,) type of person in visa class 0
    known: np.ndarray  # (CROWD,) visa class; 0: drawn from the row's mixture
    nest: np.ndarray  # (CROWD,) what they choose; then where in the calendar they arrive
    way: np.ndarray  # (CROWD,)
    site: np.ndarray  # (CROWD,) addresses of draws
    purpose: np.ndarray  # (CROWD,)
    words: np.ndarray  # (4, CROWD) blocks of numbers


class Bulk(NamedTuple):
    """Room for draws of one number at each of many places."""

    mean: np.ndarray  # (B,) expected number or probability
    mass: np.ndarray  # (B,) probability of zero
    number: np.ndarray  # (B,) out of how many, or what was drawn
    site: np.ndarray  # (B,) addresses of draws
    purpose: np.ndarray  # (B,)
    words: np.ndarray  # (4, B) blocks of numbers


class State(NamedTuple):
    """Everything that one member is at one hour; all people are integers."""

    homes: Homes
    roads: Roads
    lines: Lines
    minds: Minds
    crowd: Crowd
    bulk: Bulk
    pool: np.ndarray  # (P, K) turned away, will choose again
    abroad: np.ndarray  # (C, G)
    counter: np.ndarray  # (7,)
    ones: np.ndarray  # (1 + C,) the noise of a day without any
    noise: np.ndarray  # (days, 1 + C) factors on departures and destinations
    rate: np.ndarray  # (L, 2) capacity per open hour, persons
    travel: np.ndarray  # (TRAVEL_BINS,)
    types: np.ndarray  # (2, K) room for people on their way through a crossing


class Hourly(NamedTuple):
    """Hourly figures of lanes with a line."""

    queue: np.ndarray  # (T, Q, 2) people in line, exit and entry side, at the end of the hour
    wait_joining: np.ndarray  # (T, Q) hours
    wait_passing: np.ndarray  # (T, Q) hours, mean over those who passed in the hour; -1 where nobody did
    passed: np.ndarray  # (T, Q) people admitted in the hour
    waiting_day: np.ndarray  # (T, Q) people in line for 24 h or more
    price: np.ndarray  # (T, Q) fare in thousand roubles (air lanes)


class Record(NamedTuple):
    """What one member leaves behind."""

    hourly: Hourly
    daily: np.ndarray  # (DAILY, D, L)
    origin: np.ndarray  # (ORIGIN, D, O)
    country: np.ndarray  # (2, D, C) people of the exodus who moved on, went back
    entered: np.ndarray  # (D, C, G) entries of the exodus
    abroad: np.ndarray  # (D, C) people of the exodus present at the end of the day


# Only `prepare`, `advance` and `count_citizens` are called from Python; the rest is compiled into them. All arrays come
# from outside and outlive the call, so reference counting (`_nrt`) is off: passing tuples of arrays from function to
# function would otherwise count them up and down, which costs more than the draws. Functions take the small tuples
# they need, because every array passed costs compile time; and zero is passed as ``ZERO``, because numba compiles a
# function once more for each literal. Numbers of places that many people look up are unsigned (``ONE``, ``np.uint64``),
# because a signed one may count from the end, which has to be looked at every time.
_OPTIONS: dict[str, Any] = {"_nrt": False, "error_model": "numpy"}
_NO_WRAPPERS: dict[str, Any] = _OPTIONS | {
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "pipeline_class": PartCompiler,
}
# said in so many words, because numba hands it down from the caller where it is not
_inner = njit(**_NO_WRAPPERS, forceinline=False)
_leaf = njit(**_NO_WRAPPERS, forceinline=True)
_CACHED: dict[str, Any] = _OPTIONS | {"no_cfunc_wrapper": True}
_outer = njit(**_CACHED, cache=True, nogil=True)

with kernel_cache():

    @_leaf
    def bits_of(number):
        """Return the bits of a floating-point number as an integer."""
        return np.float64(number).view(np.int64)

    @_inner
    def normal_quantile(b):
        """Return the standard normal quantile at the middle of bin ``b`` of ``TRAVEL_BINS``, by bisection."""
        target = (b + 0.5) / TRAVEL_BINS
        low = -6.0
        high = 6.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            if 0.5 * math.erfc(-middle / math.sqrt(2.0)) < target:
                low = middle
            else:
                high = middle
        return 0.5 * (low + high)

    @_leaf
    def lay_out(firsts, places, cumulative):
        """Let every list of options begin at a multiple of EIGHT; what is between them is beyond all goals."""
        place = 0
        for i in range(places.size):
            places[i] = place
            place += (firsts[i + 1] - firsts[i] + 7) // 8 * 8
        for part in range(cumulative.shape[0]):
            for i in range(cumulative.shape[1]):
                cumulative[part, i] = np.inf

    @_outer
    def prepare(choices, lanes, theta, minds, rate, noise, travel, seed, member, normals):
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
        for a in range(choices.alt_lane.size):
            utility = (
                constants[choices.alt_kind[a]]
                - theta.value_of_time * choices.alt_hours[a]
                - theta.fare_aversion * choices.alt_fare[a]
                - theta.memory_penalty * choices.alt_own[a]
            )
            # twice the seats, twice the odds within the country, whatever the nest scale
            minds.alt_weight[a] = math.exp(utility * inverse + choices.alt_size[a])
            service = 1 + choices.alt_service[a]
            waits_at = choices.service_lane[service]
            minds.leg_lane[a] = waits_at if waits_at >= 0 else choices.alt_lane[a]
            minds.leg_hours[a] = choices.alt_hours[a] - choices.service_ride[service]
        lay_out(choices.nest_alt, minds.nest_place, minds.inner)
        lay_out(choices.row_nest, minds.row_place, minds.outer)
        for lane in range(lanes.post.size):
            persons = 1.0
            if lanes.in_vehicles[lane] == 1:
                persons = theta.bus_occupancy if lanes.mode[lane] == 1 else theta.car_occupancy
            if lanes.kind[lane] == AIR:
                persons = 1.0 - theta.seat_load
            for side in range(2):
                rate[lane, side] = lanes.units[lane, side] * persons / lanes.open_per_day[lanes.hours[lane]]
        for day in range(noise.shape[0]):
            for column in range(noise.shape[1]):
                z = normals[day, column]
                if math.isnan(z):
                    site = 0 if column == 0 else lanes.country_key[column - 1]
                    z = normal(seed, member, day, site, NOISE_ALL if column == 0 else NOISE_COUNTRY)
                spread = theta.demand_noise if column == 0 else theta.destination_noise
                noise[day, column] = math.exp(spread * z - 0.5 * spread * spread)
        for b in range(TRAVEL_BINS):
            travel[b] = math.exp(theta.travel_spread * normal_quantile(b))

    @_inner
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

    @_leaf
    def known_hour(theta, t):
        """Return the row of the remembered waits that people know at hour ``t``: of an hour ago at the latest."""
        delay = min(max(int(theta.information_delay + 0.5), 1), MEMORY - 1)
        return (t - delay) % MEMORY if t >= delay else 0

    @_inner
    def spread_news(choices, lanes, access, control, theta, minds, intensity, segment, t):
        """Recompute what known waits, risks, fares and rules do to the odds of each lane (DESIGN 5.3, 5.8)."""
        keep_apart()
        minds.news[0] += 1
        for post in range(minds.guard.size):
            minds.guard[post] = control.notice[segment, post] > 0.0 or control.stop_listed[segment, post] > 0.0
            for g in range(control.barred.shape[2]):
                if control.barred[segment, post, g] > 0.0:
                    minds.guard[post] = 1
        inverse = 1.0 / theta.nest_scale
        known = known_hour(theta, t)
        for lane in range(lanes.post.size):
            kind = lanes.kind[lane]
            post = lanes.post[lane]
            odds = 1.0
            if access.capacity[segment, lane, 0] <= 0.0 or access.capacity[segment, lane, 1] <= 0.0:
                odds = 0.0
            if lanes.mode[lane] == 2 and access.foot[segment, post] == 0:
                odds = 0.0
            response = theta.return_fear_response * intensity
            if kind < BACK:
                response = (
                    theta.ordinary_wait_response * minds.wait[known, lane] + theta.ordinary_fear_response * intensity
                )
            for v in range(minds.ordinary_factor.shape[1]):
                reaction = 0.0
                if odds > 0.0:
                    reaction = math.exp(-response)
                    if kind < BACK:
                        reaction *= access.open_to[segment, lanes.country[lane], v]
                minds.ordinary_factor[lane, v] = reaction
            if kind > AIR and kind != HAVEN:
                continue
            odds *= 1.0 - access.known_away[segment, lane]
            if odds > 0.0:
                utility = -theta.wait_aversion * minds.wait[known, lane]
                if lanes.mode[lane] == 2 and access.foot[segment, post] == 1:
                    utility -= theta.bicycle_penalty
                if kind == AIR:
                    # seats are looked up, not read about: the state of an hour ago counts
                    ahead = minds.wait[(t + MEMORY - 1) % MEMORY, lane] / 24.0
                    if ahead >= theta.booking_horizon:
                        odds = 0.0
                    utility -= theta.fare_aversion * lanes.fare[lane] * math.exp(theta.fare_response * ahead)
                odds *= math.exp(utility * inverse)
            notice = control.notice[segment, post]
            risk = notice * control.stop_noticed[segment, post] + (1.0 - notice) * control.stop_listed[segment, post]
            afraid = odds * math.exp(-theta.risk_aversion * risk * inverse) if risk > 0.0 else odds
            afraid *= access.tries[segment, post]
            for way in range(choices.first_way[lane], choices.first_way[lane + 1]):
                service = choices.way_service[way]
                runs = service < 0 or access.service[segment, service] == 1
                seat = 1.0 if runs else 0.0
                waits_at = choices.service_lane[1 + service]
                if runs and waits_at >= 0:
                    seat = math.exp(-theta.wait_aversion * minds.wait[known, waits_at] * inverse)
                minds.way_factor[2 * way] = odds * seat
                minds.way_factor[2 * way + 1] = afraid * seat

    @_leaf
    def number_of(bits):
        """Return the floating-point number that has these bits."""
        return np.int64(bits).view(np.float64)

    @_leaf
    def logarithm(x):
        """Return the natural logarithm of ``x > 0`` to about 1e-15, by the series of the inverse hyperbolic tangent.

        Arithmetic only, so that the compiler can work on many numbers at once, which the C library does not allow.
        """
        tiny = x < 1e-290
        bits = bits_of(x * (18014398509481984.0 if tiny else 1.0))  # 2**54
        exponent = (bits - SQRT_HALF_BITS) >> 52
        m = number_of(bits - (exponent << 52))  # from sqrt(1/2) to sqrt(2)
        s = (m - 1.0) / (m + 1.0)
        z = s * s
        series = 1.0 / 21.0
        series = series * z + 1.0 / 19.0
        series = series * z + 1.0 / 17.0
        series = series * z + 1.0 / 15.0
        series = series * z + 1.0 / 13.0
        series = series * z + 1.0 / 11.0
        series = series * z + 1.0 / 9.0
        series = series * z + 1.0 / 7.0
        series = series * z + 1.0 / 5.0
        series = series * z + 1.0 / 3.0
        return (np.float64(exponent) - (54.0 if tiny else 0.0)) * LN_2 + 2.0 * (s + s * z * series)

    @_leaf
    def exponential(x):
        """Return ``e**x`` to about 1e-15 for ``x`` from -700 to 700, by its series; arithmetic only, as `logarithm`."""
        y = min(max(x, -700.0), 700.0)
        turns = y / LN_2 + ROUNDING
        k = bits_of(turns) - ROUNDING_BITS
        r = y - (turns - ROUNDING) * LN_2
        series = 1.0 / 6227020800.0
        series = series * r + 1.0 / 479001600.0
        series = series * r + 1.0 / 39916800.0
        series = series * r + 1.0 / 3628800.0
        series = series * r + 1.0 / 362880.0
        series = series * r + 1.0 / 40320.0
        series = series * r + 1.0 / 5040.0
        series = series * r + 1.0 / 720.0
        series = series * r + 1.0 / 120.0
        series = series * r + 1.0 / 24.0
        series = series * r + 1.0 / 6.0
        series = series * r + 0.5
        series = series * r + 1.0
        series = series * r + 1.0
        return series * number_of((k + 1023) << 52)

    @_leaf
    def power(x, p):
        """Return ``x**p`` for ``x >= 0``, zero for zero, to about 1e-14."""
        result = exponential(p * logarithm(x))
        return result if x > 0.0 else 0.0

    @_inner
    def raise_all(values, results, size, p):
        """Write the powers of the first ``size`` values, and of a few more to work on eight at a time."""
        keep_apart()
        for i in range((size + 7) // 8 * 8):
            results[i] = power(values[i], p)

    @_inner
    def weigh(choices, access, minds, pull, noise, theta, segment, size):
        """Weigh the ways out of the first ``size`` of the listed rows: nested logit over visa classes (DESIGN 5.3).

        Staying is an option, too: whoever sees better ways out leaves sooner, by the power ``access_response`` of the
        sum of pulls (0: not at all, 1: a logit with staying as one alternative).
        """
        keep_apart()
        classes = minds.ordinary_factor.shape[1]
        i = 0
        for r in range(size):
            row = minds.rows[r]
            minds.news[1 + row] = minds.news[0]
            for n in range(choices.row_nest[row], choices.row_nest[row + 1]):
                free = 0.0
                afraid = 0.0
                first = np.uint64(choices.nest_alt[n])
                place = np.uint64(minds.nest_place[n])
                for i_alt in range(np.uint64(choices.nest_alt[n + 1]) - first):
                    way = np.uint64(2) * np.uint64(choices.alt_way[first + i_alt])
                    weight = minds.alt_weight[first + i_alt]
                    free += weight * minds.way_factor[way]
                    afraid += weight * minds.way_factor[way + ONE]
                    minds.inner[0, place + i_alt] = free
                    minds.inner[1, place + i_alt] = afraid
                minds.odds[i] = free
                minds.odds[i + 1] = afraid
                i += 2
        raise_all(minds.odds, minds.force, i, theta.nest_scale)
        for v in range(classes):
            for c in range(pull.size):
                minds.pull[v, c] = pull[c] * noise[1 + c] * access.open_to[segment, c, v]
        i = 0
        j = 0
        for r in range(size):
            row = minds.rows[r]
            for v in range(classes):
                free = 0.0
                afraid = 0.0
                k = np.uint64(i)
                place = np.uint64(minds.row_place[row])
                for n in range(np.uint64(choices.row_nest[row]), np.uint64(choices.row_nest[row + 1])):
                    now = minds.pull[v, np.uint64(choices.nest_country[n])]
                    free += minds.force[k] * now
                    afraid += minds.force[k + ONE] * now
                    k += np.uint64(2)
                    minds.outer[v, place] = free
                    minds.outer[classes + v, place] = afraid
                    place += ONE
                minds.seen[2 * row * classes + v] = free
                minds.seen[(2 * row + 1) * classes + v] = afraid
                minds.odds[j] = free
                minds.odds[j + 1] = afraid
                j += 2
            i += 2 * (choices.row_nest[row + 1] - choices.row_nest[row])
        raise_all(minds.odds, minds.force, j, theta.access_response)
        j = 0
        for r in range(size):
            row = minds.rows[r]
            free = 0.0
            afraid = 0.0
            for v in range(classes):
                share = choices.row_share[row, v]
                minds.part[2 * row * classes + v] = share * minds.force[j]
                minds.part[(2 * row + 1) * classes + v] = share * minds.force[j + 1]
                free += share * minds.force[j]
                afraid += share * minds.force[j + 1]
                j += 2
            minds.reach[2 * row] = free / minds.usual[0]
            minds.reach[2 * row + 1] = afraid / minds.usual[0]

    @_leaf
    def journey(hours):
        """Return the whole hours after which somebody arrives who sets out now for ``hours`` of travel."""
        return min(max(int(hours + 0.5), 1), RING - 1)

    @_leaf
    def set_on_road(roads, counter, t, lane, people, k, hours):
        """Put people on the road; they arrive at a lane ``hours`` later."""
        slot = (t + journey(hours)) % RING
        roads.calendar[slot, lane, k] += people
        roads.calendar[slot, lane, roads.calendar.shape[2] - 1] += people
        counter[UNDERWAY] += people

    @_leaf
    def depart(choices, minds, roads, counter, chosen, day, t, a, people, k, slowness):
        """Put people on the road towards one alternative."""
        chosen[day, choices.alt_lane[a]] += people
        set_on_road(roads, counter, t, minds.leg_lane[a], people, k, minds.leg_hours[a] * slowness)

    @_leaf
    def count_below(cumulative, part, first, goal):
        """Return which of the options from ``first`` on is the first whose cumulative value reaches ``goal``.

        Eight at a time, and counting instead of searching among them: nothing depends on what was found before, so the
        processor need not wait for one comparison, or guess it, before it turns to the next.
        """
        place = first
        while cumulative[part, place + SEVEN] < goal:
            place += EIGHT
        below = place - first
        for i in range(8):
            below += np.uint64(cumulative[part, place + np.uint64(i)] < goal)
        return below

    @_leaf
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

    @_inner
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
            part = (cell & ONE) * classes + v
            crowd.known[i] = v
            crowd.nest[i] = first + count_below(minds.outer, part, np.uint64(minds.row_place[row]), goal)
        for i in range(size):
            n = np.uint64(crowd.nest[i])
            first = np.uint64(choices.nest_alt[n])
            options = np.uint64(choices.nest_alt[n + ONE]) - first
            place = np.uint64(minds.nest_place[n])
            part = np.uint64(crowd.cell[i]) & ONE
            goal = share_of(crowd.words[1, i]) * minds.inner[part, place + options - ONE]
            crowd.way[i] = first + count_below(minds.inner, part, place, goal)
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

    @_inner
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
            part = minds.part[cell * classes + v]
            address = SUB * 64 * (v + 16 * sub)
            here = left if v == known else ZERO
            if known == 0:
                here = binomial(
                    left, part / everything if everything > 0.0 else 1.0, seed, member, t, key, CHOOSE_CLASS + address
                )
                everything -= part
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

    @_inner
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
                part = binomial(m, 1.0 / (TRAVEL_BINS - b), seed, member, t, there, CHOOSE_HOURS + address)
                m -= part
                if part > 0:
                    depart(choices, minds, roads, counter, chosen, day, t, a, part * party, k, travel[b])

    @_inner
    def weigh_nobody(bulk, size):
        """Write the probability that nobody of ``number`` people leaves: ``(1 - mean)**number``."""
        keep_apart()
        for i in range((size + 7) // 8 * 8):
            q = bulk.mean[i]
            # the series of ln(1 - q) is exact to the last bit where q is small
            small = -q * (1.0 + q * (0.5 + q * (1.0 / 3.0 + q * (0.25 + q * 0.2))))
            large = logarithm(max(1.0 - q, 1e-300))
            bulk.mass[i] = exponential(np.float64(bulk.number[i]) * (small if q < 1e-3 else large))

    @_inner
    def expect_nobody(bulk, size):
        """Write the probability that nobody comes where ``mean`` people are expected: ``exp(-mean)``."""
        keep_apart()
        for i in range((size + 7) // 8 * 8):
            bulk.mass[i] = exponential(-bulk.mean[i])

    @_inner
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
        for o in range(people.population.size):
            for g in range(groups):
                i += 1
                n = bulk.number[i]
                hazard = bulk.mean[i]
                if n * hazard < 10.0 and hazard <= 0.5:
                    n = invert_binomial(n, hazard, bulk.mass[i], fine_share_of(bulk.words[0, i], bulk.words[1, i]))
                else:
                    n = binomial(n, hazard, seed, member, t, bulk.site[i], bulk.purpose[i])
                if n == 0:
                    continue
                cell = 2 * o + people.stopped[g]
                k = g * classes
                parties = (n + party - 1) // party
                if parties <= SINGLES:
                    if size + parties > CROWD:
                        set_out(
                            choices, minds, roads, counter, chosen, clock.country_day, travel, crowd, size,
                            seed, member, t,
                        )  # fmt: skip
                        size = ZERO
                    size = gather(crowd, size, n, party, cell, k, ZERO, choices.row_key[o], g)
                else:
                    n = set_out_many(
                        choices, minds, roads, counter, chosen, clock.country_day, travel, n, cell, k, g,
                        seed, member, t,
                    )  # fmt: skip
                homes.home[o, g] -= n
                origin[LEFT, day, o] += n
        if size > 0:
            set_out(
                choices, minds, roads, counter, chosen, clock.country_day, travel, crowd, size,
                seed, member, t,
            )  # fmt: skip

    @_leaf
    def release(lines, counter, node):
        """Give a batch back to the store."""
        lines.following[node] = lines.free[0]
        lines.free[0] = node
        counter[NODES] -= 1

    @_leaf
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

    @_leaf
    def serve(lines, counter, s, key, types, coming, waited, capacity, seed, member, t):
        """Serve one station for one hour, first in, first out (DESIGN 5.6); ``types`` turns from joining to served.

        ``capacity`` is persons per hour, a real number; its fraction is carried over while a line stands. A station
        that starts the hour idle can work only from the first of its ``n`` arrivals on, on average ``n / (n + 1)`` of
        the hour. Waits are those of the fluid line: person ``i`` of a batch of ``n`` joined at ``i / n`` of its hour
        and passes when the capacity since the one before has added up to a whole person.

        At a small post arrivals that happen to come together wait for each other even where capacity is ample. There
        the arrivals of the hour are placed at ordered uniform times, the post serves them in turn, and the time it is
        idle is what its capacity loses.

        Returns
        -------
        people : int
            Served, or -1 when the store of batches is full.
        wait : float
            Sum over the served of hours since joining the crossing.
        """
        opening = 0.0
        small = 0.0 < capacity <= SMALL_POST and coming <= 64
        prompt = 0
        prompt_wait = 0.0
        if lines.people[s] == 0:
            lines.carry[s] = 0.0
            if coming == 0:
                return 0, 0.0
            if not small:
                if coming + 1.0 <= capacity:
                    return coming, waited * coming
                opening = 1.0 / (coming + 1.0)
        carried = lines.carry[s]
        budget = capacity * (1.0 - opening) + carried
        if small:
            free = (lines.people[s] - carried) / capacity  # hours until those before are through
            if free < 1.0:
                idle = 0.0
                rest = 1.0
                u0, u1, u2, u3 = 0.0, 0.0, 0.0, 0.0
                for i in range(coming):
                    turn = i % 4
                    if turn == 0:
                        u0, u1, u2, u3 = uniforms(seed, member, t, key, ARRIVE + 256 * (i // 4))
                    u = u0 if turn == 0 else (u1 if turn == 1 else (u2 if turn == 2 else u3))
                    rest *= u ** (1.0 / (coming - i))
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
        if coming > 0 and not join(lines, counter, s, types, coming, t, waited):
            return -1, 0.0
        for k in range(types.size):
            types[k] = 0
        able = int(budget + 1e-9)
        done = 0
        total_wait = 0.0
        while done < able and lines.head[s] >= 0:
            node = lines.head[s]
            there = lines.size[node] - lines.gone[node]
            take = min(there, able - done)
            if take == there:
                for k in range(types.size):
                    types[k] += lines.types[node, k]
            else:
                others = there
                still = take
                for k in range(types.size):
                    here = lines.types[node, k]
                    if here == 0:
                        continue
                    others -= here
                    m = hypergeometric(here, others, still, seed, member, t, key, SPLIT + SUB * k)
                    lines.types[node, k] -= m
                    types[k] += m
                    still -= m
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
                lines.head[s] = lines.following[node]
                if lines.head[s] < 0:
                    lines.tail[s] = -1
                release(lines, counter, node)
        lines.carry[s] = min(budget - done, 1.0) if lines.people[s] > 0 else 0.0
        return done, total_wait

    @_leaf
    def exit_control(
        control, stopped_groups, pool, counter, daily, types, classes, key, post, lane, seed, member, t, d, e
    ):
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
        others = 0
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

    @_leaf
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

    @_leaf
    def wait_ahead(at_exit, at_entry, exit_rate, entry_rate):
        """Return the hours until a crossing has dealt with the people ahead, both stations working at once.

        The exit side needs ``at_exit / exit_rate``; the entry side has them all to do and is never idle while it is
        the slower one: ``max(at_exit / exit_rate, (at_exit + at_entry) / entry_rate)``, at most 1,000 hours.
        """
        hours = 0.0
        if at_exit > 0:
            hours = at_exit / exit_rate if exit_rate > 0.0 else 1e3
        if at_exit + at_entry > 0:
            hours = max(hours, (at_exit + at_entry) / entry_rate if entry_rate > 0.0 else 1e3)
        return min(hours, 1e3)

    @_inner
    def reconsider(
        lines, pool, counter, abandoned, s, exodus, patience, share, beyond, exit_rate, entry_rate, key, post, side, seed,
        member, t,
    ):  # fmt: skip
        """Let people whose remaining wait exceeds their patience leave the line, at each half day of waiting.

        ``beyond`` is the number of people at the entry side, seen from the exit side's line. ``exodus`` is the number of
        types that belong to the exodus; ordinary travellers who leave the line go home.
        """
        keep_apart()
        ahead = 0
        before = -1
        node = lines.head[s]
        while node >= 0:
            after = lines.following[node]
            there = lines.size[node] - lines.gone[node]
            age = t - lines.hour[node]
            if age > 0 and age % 12 == 0:
                remaining = wait_ahead(ahead * (1 - side), beyond + ahead * side, exit_rate, entry_rate)
                if remaining > patience:
                    for k in range(lines.types.shape[1]):
                        here = lines.types[node, k]
                        if here == 0:
                            continue
                        sub = SUB * (k + 64 * (age // 12) + 65536 * side)
                        n = binomial(here, share, seed, member, t, key, RECONSIDER + sub)
                        lines.types[node, k] -= n
                        lines.gone[node] += n
                        lines.people[s] -= n
                        there -= n
                        abandoned[0] += n
                        if k < exodus:
                            pool[post, k] += n
                        else:
                            counter[ORDINARY_OUT] += n
            ahead += there
            if there == 0:
                if before < 0:
                    lines.head[s] = after
                else:
                    lines.following[before] = after
                if after < 0:
                    lines.tail[s] = before
                release(lines, counter, node)
            else:
                before = node
            node = after

    @_inner
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

    @_leaf
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
                        seed, member, t, bulk.site[x], bulk.purpose[x],
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

    @_inner
    def choose_again(
        clock, choices, access, abroad, theta, minds, roads, pool, counter, country, chosen, noise, travel, crowd,
        stopped_groups, seed, member, t, segment,
    ):  # fmt: skip
        """Let people who were turned away choose again: another post, another mode, or home (DESIGN 5.7).

        All at one post decide at the same pace, so their number is drawn first and then who they are.
        """
        keep_apart()
        classes = minds.ordinary_factor.shape[1]
        party = choices.party[0]
        size = ZERO
        for post in range(pool.shape[0]):
            row = choices.post_row[post]
            if row >= 0 and minds.news[1 + row] != minds.news[0]:
                for k in range(stopped_groups.size * classes):
                    if pool[post, k] > 0:
                        minds.rows[size] = row
                        size += 1
                        break
        if size > 0:
            weigh(choices, access, minds, abroad.pull, noise[clock.utc_day[t]], theta, segment, size)
        size = ZERO
        for post in range(pool.shape[0]):
            others = 0
            for k in range(stopped_groups.size * classes):
                others += pool[post, k]
            row = choices.post_row[post]
            if others == 0 or row < 0:
                continue
            key = choices.row_key[row]
            decided = binomial(others, abroad.again[post], seed, member, t, key, AGAIN + ZERO)
            if decided == 0:
                continue
            home = binomial(decided, abroad.home[post], seed, member, t, key, GIVE_UP + ZERO)
            counter[RETURNED] += home
            c = choices.haven_country[post]
            if c >= 0:
                country[1, clock.country_day[c, t], c] += home
            for k in range(stopped_groups.size * classes):
                if decided == 0:
                    break
                here = pool[post, k]
                if here == 0:
                    continue
                others -= here
                n = hypergeometric(here, others, decided, seed, member, t, key, AGAIN_WHO + SUB * k)
                decided -= n
                back = hypergeometric(n, decided, home, seed, member, t, key, GIVE_UP_WHO + SUB * k)
                home -= back
                n -= back
                pool[post, k] -= back
                cell = 2 * row + stopped_groups[k // classes]
                v = k % classes
                if n == 0 or (minds.seen[cell * classes + v] if v > 0 else minds.reach[cell]) <= 0.0:
                    continue
                parties = (n + party - 1) // party
                if parties <= SINGLES:
                    if size + parties > CROWD:
                        set_out(
                            choices, minds, roads, counter, chosen, clock.country_day, travel, crowd, size,
                            seed, member, t,
                        )  # fmt: skip
                        size = ZERO
                    size = gather(crowd, size, n, party, cell, k - v, v, key, k)
                else:
                    n = set_out_many(
                        choices, minds, roads, counter, chosen, clock.country_day, travel, n, cell, k, k,
                        seed, member, t,
                    )  # fmt: skip
                pool[post, k] -= n
                if c >= 0:
                    country[0, clock.country_day[c, t], c] += n
        if size > 0:
            set_out(
                choices, minds, roads, counter, chosen, clock.country_day, travel, crowd, size,
                seed, member, t,
            )  # fmt: skip

    @_inner
    def live_abroad(
        choices, rules, keys, country_day, state_abroad, pool, counter, country, present, seed, member, t
    ):  # fmt: skip
        """Let people of the exodus move on to a third country or go back (DESIGN 5.8).

        The number of those who leave a country is drawn first, then how many of them go back and what groups they are.
        """
        keep_apart()
        for c in range(state_abroad.shape[0]):
            d = country_day[c, t]
            others = 0
            for g in range(state_abroad.shape[1]):
                others += state_abroad[c, g]
            back = (1.0 - rules.onward[c]) * rules.back[c]
            leaving = binomial(others, rules.onward[c] + back, seed, member, t, keys[c], ONWARD + ZERO)
            present[d, c] = others - leaving
            if leaving == 0:
                continue
            returning = binomial(leaving, back / (rules.onward[c] + back), seed, member, t, keys[c], RETURN + ZERO)
            post = choices.transit_post[c]
            transit = ZERO
            if post >= 0:
                transit = binomial(leaving - returning, rules.transit[c], seed, member, t, keys[c], TRANSIT + ZERO)
            counter[ELSEWHERE] += leaving - returning - transit
            counter[RETURNED] += returning
            country[0, d, c] += leaving - returning
            country[1, d, c] += returning
            for g in range(state_abroad.shape[1]):
                here = state_abroad[c, g]
                others -= here
                n = hypergeometric(here, others, leaving, seed, member, t, keys[c], ABROAD_WHO + SUB * g)
                leaving -= n
                state_abroad[c, g] -= n
                if transit > 0:
                    through = hypergeometric(n, leaving, transit, seed, member, t, keys[c], TRANSIT_WHO + SUB * g)
                    transit -= through
                    pool[post, g * (pool.shape[1] // (state_abroad.shape[1] + 1))] += through
        for post in range(pool.shape[0]):
            c = choices.haven_country[post]
            if c >= 0:
                people = ZERO
                for k in range(pool.shape[1]):
                    people += pool[post, k]
                present[country_day[c, t], c] += people

    @_leaf
    def total_of(array):
        """Return the sum of a two-dimensional array of people."""
        total = np.int64(0)
        for i in range(array.shape[0]):
            for j in range(array.shape[1]):
                total += array[i, j]
        return total

    @_inner
    def count_people(homes, lines, pool, abroad, counter):
        """Return all people in the state, ordinary travellers on their way cancelled out."""
        keep_apart()
        total = counter[CALLED] + counter[RETURNED] + counter[ELSEWHERE] + counter[UNDERWAY]
        total += total_of(homes.home) + total_of(homes.returnable) + total_of(pool) + total_of(abroad)
        for s in range(lines.people.size):
            total += lines.people[s]
        return total + counter[ORDINARY_OUT] - counter[ORDINARY_IN]

    @_inner
    def recount(roads, lines, counter, every_type):
        """Tell whether roads and lines hold the people that their counters say, walking every hour and batch."""
        keep_apart()
        if every_type:
            coming = ZERO
            for slot in range(roads.calendar.shape[0]):
                for lane in range(roads.calendar.shape[1]):
                    total = np.int64(roads.calendar[slot, lane, -1])
                    coming += total
                    for k in range(roads.calendar.shape[2] - 1):
                        total -= roads.calendar[slot, lane, k]
                    if total != 0:
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

    @_outer
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
            call_up(people, rules.demand, homes, counter, record.origin, seed, member, t, clock.utc_day[t])
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
                people, clock, choices, rules.demand, theta, homes, minds, roads, counter, record.origin, chosen, state.noise,
                state.travel, state.crowd, state.bulk, seed, member, t,
            )  # fmt: skip
            code = cross(
                lanes, clock, rules.control, rules.access, theta, people.stopped, roads, lines, minds, pool, abroad,
                record.entered, counter, state.rate, state.types[0], record.hourly, record.daily, state.bulk, seed, member, t, segment,
            )  # fmt: skip
            if code != OK:
                return code, t
            choose_again(
                clock, choices, rules.access, rules.abroad, theta, minds, roads, pool, counter, record.country, chosen,
                state.noise, state.travel, state.crowd, people.stopped, seed, member, t, segment,
            )  # fmt: skip
            live_abroad(
                choices, rules.abroad, lanes.country_key, clock.country_day, abroad, pool, counter, record.country,
                record.abroad, seed, member, t,
            )  # fmt: skip
            if count_people(homes, lines, pool, abroad, counter) != everyone:
                return BROKEN_SUM, t
            ends = t + 1 == last
            if ((t + 1) % 24 == 0 or ends) and not recount(roads, lines, counter, ends or (t + 1) % 168 == 0):
                return BROKEN_RECOUNT, t
        return OK, last

    @_outer
    def count_citizens(daily, lane_citizens, lane_key, seed, member):
        """Thin ordinary arrivals to citizens of the origin country, day by day and lane by lane (exchangeable)."""
        for d in range(daily.shape[1]):
            for lane in range(lane_key.size):
                n = np.int64(daily[PASSED_ORDINARY, d, lane])
                daily[CITIZENS_IN, d, lane] = binomial(
                    n, lane_citizens[lane], seed, member, d, lane_key[lane], CITIZENS + SUB * ZERO
                )
