"""Numbers with a meaning: purposes of draws, kinds of lanes, rows of arrays, limits."""

from __future__ import annotations

# Purposes of draws (DESIGN section 7: counter = member, step, site, purpose). Append only: a number once given to a
# purpose keeps it, or every published run would change. Given once and no longer used: 7, 8, 25, 26, 30, 31, 32.
CALL_ELIGIBLE = 1
CALL_OUTSIDE = 2
CALL_RETURNABLE = 3
CALL_RETURN = 4
LEAVE = 5
CHOOSE = 6
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

OK = 0
BROKEN_SUM = 1
OUT_OF_NODES = 2
BROKEN_RECOUNT = 3

RING = 192  # hours that a journey may take at most
MEMORY = 64  # hours that waits are remembered for people's information
TRAVEL_BINS = 32  # equally likely values of the travel-time factor
SMALL_POST = 12.0  # persons per hour up to which arrivals within an hour are placed one by one
CROWD = 496  # parties that wait for their draws until all of them set out; what they need fits into the fastest memory
PARTIES = 65536  # parties that one site gives numbers to
FEW = 14  # steps of an inversion that are made for everybody, needed or not
