"""The arrays of the border rule set: what a network, its rules, a member and its record consist of.

Indices are those of `kernels.border`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


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
    alt_way: np.ndarray  # (A,) way: a pair of lane and service
    first_way: np.ndarray  # (L + 1,) first way of a lane
    way_service: np.ndarray  # (U,) or -1
    service_lane: np.ndarray  # (1 + W,) lane where people wait for a seat of a service, or -1; first: no service
    party: np.ndarray  # (1,) people who choose and travel together
    row_share: np.ndarray  # (R, V) share of visa classes
    row_key: np.ndarray  # (R,)
    post_row: np.ndarray  # (P,) row from which people turned away at a post choose again, or -1
    haven_country: np.ndarray  # (P,) country of a haven, or -1
    transit_post: np.ndarray  # (C,) where people who move on by land choose their way, or -1
    selective: np.ndarray  # (C,) 1 where the country tells visa classes apart


class Trips(NamedTuple):
    """What alternatives and lanes are like before anything happens; read once for every member."""

    lane: np.ndarray  # (A,) as in `Choices`
    service: np.ndarray  # (A,) or -1
    hours: np.ndarray  # (A,)
    fare: np.ndarray  # (A,) thousand roubles
    kind: np.ndarray  # (A,) 0 car, 1 ride, 2 bus, 3 foot, 4 train, 5 air
    own: np.ndarray  # (A,) 1 where the row is a post and the alternative is that same post
    size: np.ndarray  # (A,) logarithm of the seats of a service against a large one
    platform: np.ndarray  # (1 + W,) `Choices.service_lane`
    ride: np.ndarray  # (1 + W,) hours from there on
    units: np.ndarray  # (L, 2) capacity per day in units
    in_vehicles: np.ndarray  # (L,)
    mode: np.ndarray  # (L,) as in `Lanes`
    lane_kind: np.ndarray  # (L,) as in `Lanes`
    open_hours: np.ndarray  # (L,) a day
    country_key: np.ndarray  # (C,) as in `Lanes`


class Lanes(NamedTuple):
    """Posts and their lanes."""

    post: np.ndarray  # (L,)
    country: np.ndarray  # (L,)
    kind: np.ndarray  # (L,)
    mode: np.ndarray  # (L,) 0 car, 1 bus, 2 foot, 3 train, 4 air, 5 all
    key: np.ndarray  # (L,)
    hours: np.ndarray  # (L,) row of open_share
    open_share: np.ndarray  # (K, T) open share of the hour
    open_per_day: np.ndarray  # (K,) open hours per day
    citizens: np.ndarray  # (L,) share of ordinary travellers who are citizens of the origin country
    column: np.ndarray  # (L,) column of the hourly record, or -1
    ordinary: np.ndarray  # (T, L, V) ordinary persons per hour without reaction
    first_stream: np.ndarray  # (L + 1,) first stream of a lane: its visa classes with ordinary traffic
    stream_lane: np.ndarray  # (X,)
    stream_class: np.ndarray  # (X,)
    stream_site: np.ndarray  # (X,) addresses of its draws
    stream_purpose: np.ndarray  # (X,)
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

    calendar: np.ndarray  # (RING, L, G * V + 1) by type of person; last: 1 where anybody comes
    flat: np.ndarray  # the memory of `calendar`
    chosen: np.ndarray  # (L,) people who chose a lane in this hour


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
    guard: np.ndarray  # (P,) 1 where somebody may be stopped
    ordinary_factor: np.ndarray  # (L, V) what waits, fear and bans leave of ordinary traffic
    alt_weight: np.ndarray  # (A,)
    leg_lane: np.ndarray  # (A,) lane that people reach first, or where they wait for a seat on the way
    leg_hours: np.ndarray  # (A,) hours to there
    pull: np.ndarray  # (V, C) how a country draws a visa class today
    inner: np.ndarray  # (2 * N, .) steps of the alternatives of a nest: not stoppable, then stoppable
    rows: np.ndarray  # (R,) rows to weigh
    odds: np.ndarray  # room for sums of odds of those rows
    force: np.ndarray  # room for their powers
    outer: np.ndarray  # (2 * R * V, .) steps of the nests of a row, by cell and class
    mixture: np.ndarray  # (2 * R, .) steps of visa classes among those who leave, by cell
    sums: np.ndarray  # (2, .) room for sums of odds up to an option
    seen: np.ndarray  # (2 * R * V,) sum of pulls as each visa class sees them, by cell (2 * row + stoppable) and class
    reach: np.ndarray  # (2 * R,) departure rate relative to the mean of the country, by cell
    usual: np.ndarray  # (1,) mean of (sum of pulls)**access_response over all residents at the first hour
    news: np.ndarray  # (1 + R,) number of the last news, then the news that the odds of each row come from


class Crowd(NamedTuple):
    """People who set out in this hour and wait for their draws: room for CROWD parties."""

    cell: np.ndarray  # (W,) 2 * row + stoppable
    people: np.ndarray  # (W,) who choose together
    kind: np.ndarray  # (W,) type of person in visa class 0
    known: np.ndarray  # (W,) visa class; 0: drawn from the row's mixture
    nest: np.ndarray  # (W,) what they choose
    way: np.ndarray  # (W,)
    site: np.ndarray  # (W,) addresses of draws
    purpose: np.ndarray  # (W,)
    words: np.ndarray  # (4, W) blocks of numbers
    first: np.ndarray  # (1 + W,) first of those who come from one cell, side by side
    runs: np.ndarray  # (1,) how many times the cell changes


class Bulk(NamedTuple):
    """Room for draws of one number at each of many places."""

    mean: np.ndarray  # (B,) expected number or probability
    mass: np.ndarray  # (B,) probability of zero
    number: np.ndarray  # (B,) out of how many, or what was drawn from Poisson
    drawn: np.ndarray  # (B,) how many of them
    where: np.ndarray  # (B,) row of another array that this is about
    site: np.ndarray  # (B,) addresses of draws
    purpose: np.ndarray  # (B,)
    words: np.ndarray  # (4, B) blocks of numbers
    left: np.ndarray  # (B,) places whose number is still open
    station: np.ndarray  # (B,) in whose line people lose patience
    ahead: np.ndarray  # (B,) how many stand before them
    room: np.ndarray  # (7, B) room to work in; shares drawn from each word of a block


class Passage(NamedTuple):
    """People on their way through the crossings in this hour, in the order of the lanes that are busy."""

    pace: np.ndarray  # (L, 2) by lane: persons per open hour, in the period between two changes of rules
    welcome: np.ndarray  # (L,) by lane: 1 where all its ordinary travellers are admitted
    free: np.ndarray  # (C,) 1 where everybody is admitted
    bars: np.ndarray  # (G,) 1 where a rule holds anybody of a group back
    ordinary: np.ndarray  # (L,) by lane: ordinary travellers who come
    busy: np.ndarray  # (L,) number of the lane
    types: np.ndarray  # (L, K) people by type
    people: np.ndarray  # (L,) their sum
    waited: np.ndarray  # (L,) mean of their hours since they joined the crossing
    capacity: np.ndarray  # (L,) persons that a side can serve in this hour
    first: np.ndarray  # (L,) first of the draws that place its arrivals within the hour
    cut: np.ndarray  # (L,) batch from which only some are taken, or -1
    taken: np.ndarray  # (L,) how many
    divided: np.ndarray  # (L,) places in the list where a batch is cut
    watched: np.ndarray  # (L,) places in the list where anybody may be stopped
    others: np.ndarray  # (L,) how many of them, in the order of `watched`; people whose turn to be taken has not come
    noticed: np.ndarray  # (L,)
    stopped: np.ndarray  # (L,)


class State(NamedTuple):
    """Everything that one member is at one hour; all people are integers."""

    homes: Homes
    roads: Roads
    lines: Lines
    minds: Minds
    crowd: Crowd
    bulk: Bulk
    passage: Passage
    pool: np.ndarray  # (P, K) turned away, will choose again
    abroad: np.ndarray  # (C, G)
    leaving: np.ndarray  # (C, G) who leaves a country in this hour
    heads: np.ndarray  # the memory of all people at home, returnable, in line, turned away and abroad
    counter: np.ndarray  # (7,)
    ones: np.ndarray  # (1 + C,) the noise of a day without any
    noise: np.ndarray  # (days, 1 + C) factors on departures and destinations
    rate: np.ndarray  # (L, 2) capacity per open hour, persons
    travel: np.ndarray  # (TRAVEL_BINS,)


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
