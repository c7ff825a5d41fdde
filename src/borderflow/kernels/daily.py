"""The daily rule set of Flee as cohorts: people in the same state are counted and move by multinomial draws.

A cell is a state with the number of people in it. At rest: place, remaining route, recent travel, on foot or not, group.
Under way: the same with a road and the kilometres covered on it. Only cells with people exist, so a day costs what
its occupied cells cost, whatever the number of people.

Lengths are whole numbers of a unit in which every road length and every speed is whole. Flee's index of recent travel,
``r <- (r + m / v) / 2``, is then only ever asked whether ``r + m / v < 1``; with ``q = floor(r v)`` in those units that
is ``q + m < v``, and ``q <- floor((q + m) / 2)`` keeps ``q`` exact, because ``floor((x + m) / 2)`` depends on
``floor(x)`` alone. So the index needs no real number, and equal ``q`` means equal futures.

Within a day, arrivals go on in order of the kilometres they have covered, so that cells which meet are merged. Where a
camp is near the range in which its occupancy changes choices, arrivals are split into parts small against that range
and handled one after the other, with live occupancy, as Flee handles its agents one after the other.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from borderflow.kernels import kernel_cache
from borderflow.kernels.draws import binomial, hypergeometric, philox, poisson

__all__ = [
    "BROKEN_SUM", "BUCKETS", "NOWHERE", "OK", "OUT_OF_ROOM", "Days", "Geography", "Law", "Memory", "Rules", "Sources", "simulate",
]  # fmt: skip

OK, OUT_OF_ROOM, BROKEN_SUM, NOWHERE = 0, 1, 2, 3
_FEW = 2  # people who go on one by one
BUCKETS = 1024  # steps of the kilometres covered today, for the order of arrivals
BY_TOTAL, BY_PLACE, BY_POISSON, BY_SHARE = 0, 1, 2, 3  # how many set out: Law.spawn_mode
# columns of arrays that are read together
START, END, LENGTH, SPEED = range(4)  # Geography.link
GOAL, ROUTE = range(2)  # Geography.option
LAST, REST, HOP, FROM, NEXT = range(5)  # Geography.route
TOWN, CAMP = range(2)  # Rules.kind
A, B, H, N, SPOT, FOLLOWING, VISITS, COLUMNS = range(8)  # Memory.cells
HERE, EVENING, ROAD, NIGHT, PENDING, TABLES = range(6)  # Memory.cells; HERE and EVENING, ROAD and NIGHT take turns
QUEUED, LOWEST, VERSION, CHUNKS, DRAWS, CELLS, TURN, WALKERS, SERIAL, TALLIES = range(10)  # Memory.tally
# purposes of draws: append only
LEAVE, CHOOSE, SPAWN, SPAWN_GROUP, WALK, LEAVE_CAMP, LEAVE_CELL, ALONE = range(8)
_GAP = 64 * 256  # blocks set aside for one binomial of a chain
_RARE = 0.05  # below this chance of leaving, leavers of a place are drawn together
_FINE = 20.0  # parts of the range in which occupancy changes choices
_FIRST_DAY = 65535  # the day of draws before day 0
_TO_UNIT = 1.0 / 4294967296.0
_SALT = np.uint64(0x9E3779B97F4A7C15)


class Geography(NamedTuple):
    """Places, roads and routes; lengths and speeds in whole units."""

    link: np.ndarray  # road, (start, end, length, speed)
    walk_share: np.ndarray
    option_at: np.ndarray  # place -> first option; one more than places
    option: np.ndarray  # option, (goal, route)
    option_factor: (
        np.ndarray
    )  # option, ((softening + distance) ** -distance_power, factor of the way between both ends)
    route: (
        np.ndarray
    )  # route, (last place, what is left after the next stop, first hop, start, next stop); and a last row
    hop: np.ndarray  # roads to the next place of a route


class Rules(NamedTuple):
    """What holds in each era; days with equal rules share one."""

    score: np.ndarray  # era, group, place
    leave: np.ndarray  # era, group, place, (constant, times the factor of population)
    kind: np.ndarray  # era, place, (town, camp)
    capacity: np.ndarray  # era, place; scaled
    limited: np.ndarray  # place: does the occupancy of a goal matter to people here, on any day
    option_open: np.ndarray  # era, option
    link_open: np.ndarray  # era, road


class Sources(NamedTuple):
    """What happens on each day."""

    era: np.ndarray
    shut_at: np.ndarray  # day -> first of the roads that shut; one more than days
    shut: np.ndarray
    total: np.ndarray  # people who set out
    weight: np.ndarray  # day, place
    group_share: np.ndarray  # place, group
    initial: np.ndarray  # place
    population: np.ndarray  # place


class Law(NamedTuple):
    """Settings as numbers."""

    speed: int
    walk_speed: int
    avoid_short_stints: bool
    start_on_foot: bool
    weight_softening: float
    weight_power: float
    pruning: float
    buffer: float
    take: bool
    spawn_mode: int
    population_weight: bool
    population_power: float
    population_base: float
    population_scale: float
    capacity_scaling: float


class Memory(NamedTuple):
    """State of one member and scratch.

    A cell is one row of ``cells``: its two words, ``recent travel << 33 | kilometres << 1 | on foot`` and
    ``place or road << 44 | route << 14 | group``, their hash, people, and where the index holds it.
    """

    cells: np.ndarray  # table, cell, column
    slots: np.ndarray  # table, slot -> cell
    size: np.ndarray  # table, (cells, 1 where there was no room)
    bucket: np.ndarray
    part: np.ndarray  # part -> first of its chunks
    chunk: np.ndarray  # chunk, (cell, people, next chunk of the part)
    present: np.ndarray  # place
    population: np.ndarray  # place
    kappa: np.ndarray  # place
    weight: np.ndarray  # group, option
    weight_sum: np.ndarray  # group, place
    fresh: np.ndarray  # group, place: state of occupancies when last weighed; 0 where rules have changed since
    chosen: np.ndarray  # people by option, of one choice
    at_rest: np.ndarray  # group, place
    leaving: np.ndarray  # group, place
    due: np.ndarray  # place: arrivals from roads today
    received: np.ndarray  # place: arrivals of the last day
    expected: np.ndarray  # place: arrivals of today by way of other places
    walker: np.ndarray  # people who go on one by one, (both words of their state)
    tally: np.ndarray


class Days(NamedTuple):
    """What a member leaves behind."""

    present: np.ndarray  # day, place
    under_way: np.ndarray  # day
    spawned: np.ndarray  # day


# Nothing here allocates, and counting references to a hundred arrays at every call would take most of the time: hence
# no run-time of numba (``_nrt``). Small functions are inlined, or handing over those arrays would.
_compiled: Any = partial(njit, cache=True, nogil=True, error_model="numpy", _nrt=False)
_inlined: Any = partial(_compiled, forceinline=True)

with kernel_cache():

    @_inlined
    def _mix(a, b):
        """Return 64 well-mixed bits of two words."""
        x = np.uint64(a) * np.uint64(0xBF58476D1CE4E5B9) ^ np.uint64(b) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(29)
        x *= np.uint64(0xBF58476D1CE4E5B9)
        x ^= x >> np.uint64(32)
        x *= np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(29)
        return x

    @_inlined
    def _address(h, day):
        """Return the words ``step`` and ``site`` of a draw: the day and 47 bits of a cell's name."""
        return day | np.int64((h >> np.uint64(32)) & np.uint64(0x7FFF)) << 16, np.int64(h & np.uint64(0xFFFFFFFF))

    @_inlined
    def _add(m, table, a, b, n):
        """Add people to a cell and return it; -1 where there is no room for another."""
        h = _mix(a, b)
        mask = np.uint64(m.slots.shape[1] - 1)
        at = h & mask
        while True:
            cell = m.slots[table, at]
            if cell < 0:
                break
            if m.cells[table, cell, A] == a and m.cells[table, cell, B] == b:
                m.cells[table, cell, N] += n
                return cell
            at = (at + np.uint64(1)) & mask
        cell = m.size[table, 0]
        if cell >= m.cells.shape[1]:
            m.size[table, 1] = 1
            return -1
        m.size[table, 0] = cell + 1
        m.slots[table, at] = cell
        m.cells[table, cell, A] = a
        m.cells[table, cell, B] = b
        m.cells[table, cell, H] = np.int64(h)
        m.cells[table, cell, N] = n
        m.cells[table, cell, SPOT] = np.int64(at)
        m.cells[table, cell, VISITS] = 0
        return cell

    @_inlined
    def _clear(m, table):
        for cell in range(m.size[table, 0]):
            m.slots[table, m.cells[table, cell, SPOT]] = -1
        m.size[table, 0] = 0

    @_compiled
    def _zero(values):
        """Fill a table of whole numbers with nothing."""
        for row in range(values.shape[0]):
            for column in range(values.shape[1]):
                values[row, column] = 0

    @_inlined
    def _word_a(recent, km, foot):
        return (recent << 33) | (km << 1) | foot

    @_inlined
    def _word_b(site, route, group):
        return (site << 44) | (route << 14) | group

    @_inlined
    def _kappa(capacity, present, buffer):
        """Return the factor by which a place near its capacity is less attractive."""
        if capacity < 1.0 or present <= buffer * capacity:
            return 1.0
        if present >= capacity:
            return 0.0
        return 1.0 - (present - buffer * capacity) / (capacity * (1.0 - buffer))

    @_inlined
    def _shift(g, c, law, m, era, place, n):
        """Change the number of people at a place; choices that depend on it are weighed again when next asked for."""
        m.present[place] += n
        if c.capacity[era, place] >= 1.0:
            kappa = _kappa(c.capacity[era, place], m.present[place], law.buffer)
            if kappa != m.kappa[place]:
                m.kappa[place] = kappa
                m.tally[VERSION] += 1

    @_compiled
    def _weigh(g, c, law, m, era, place, group):
        """Weigh the options of people at a place: score, distance, occupancy, pruning."""
        first, last = g.option_at[place], g.option_at[place + 1]
        weight = m.weight
        total = 0.0
        highest = 0.0
        for o in range(first, last):
            w = 0.0
            if c.option_open[era, o]:
                end = g.option[o, GOAL]
                score = c.score[era, group, end] * g.option_factor[o, 1]
                if law.population_weight and not c.kind[era, end, CAMP]:
                    score *= max(1.0, m.population[end]) ** law.population_power
                w = (law.weight_softening + score) * g.option_factor[o, 0]
                w *= m.kappa[end]
                if law.weight_power != 1.0:
                    w = w**law.weight_power
                total += w
                highest = max(highest, w)
            weight[group, o] = w
        if law.pruning >= 1.001:
            total = 0.0
            for o in range(first, last):
                if weight[group, o] < highest / law.pruning:
                    weight[group, o] = 0.0
                total += weight[group, o]
        if total <= 0.0:
            total = 0.0
            for o in range(first, last):
                weight[group, o] = 1.0 if c.option_open[era, o] else 0.0
                total += weight[group, o]
        m.weight_sum[group, place] = total
        m.fresh[group, place] = m.tally[VERSION]

    @_inlined
    def _choose(g, c, law, m, era, place, group, n, seed, member, step, site):
        """Share people among the options of a place: counts in ``m.chosen``; return the number of options, 0 if none."""
        if m.fresh[group, place] != m.tally[VERSION] and (c.limited[place] or m.fresh[group, place] == 0):
            _weigh(g, c, law, m, era, place, group)
        total = m.weight_sum[group, place]
        first, last = g.option_at[place], g.option_at[place + 1]
        options = last - first
        if total <= 0.0:
            return 0
        weight = m.weight
        count = m.chosen
        for o in range(options):
            count[o] = 0
        if n <= 3 * options:
            done = 0
            purpose = CHOOSE
            while done < n:
                words = philox(seed, member, step, site, purpose)
                purpose += 256
                for word in words:
                    if done >= n:
                        break
                    aim = (np.float64(word) + 0.5) * _TO_UNIT * total
                    o = first
                    pick = -1
                    while o < last:
                        if weight[group, o] > 0.0:
                            pick = o
                            aim -= weight[group, o]
                            if aim <= 0.0:
                                break
                        o += 1
                    count[pick - first] += 1
                    done += 1
            m.tally[DRAWS] += n
            return options
        left = n
        purpose = CHOOSE
        final = first
        for o in range(first, last):
            if weight[group, o] > 0.0:
                final = o
        for o in range(first, final):
            if left <= 0:
                break
            w = weight[group, o]
            if w > 0.0:
                k = binomial(left, w / total, seed, member, step, site, purpose)
                m.tally[DRAWS] += 1
                purpose += _GAP
                count[o - first] = k
                left -= k
                total -= w
        count[final - first] += left
        return options

    @_inlined
    def _pick(g, m, place, group, word):
        """Return the route that a uniform word falls to; 0 where there is none."""
        aim = (np.float64(word) + 0.5) * _TO_UNIT * m.weight_sum[group, place]
        pick = 0
        for o in range(g.option_at[place], g.option_at[place + 1]):
            if m.weight[group, o] > 0.0:
                pick = g.option[o, ROUTE]
                aim -= m.weight[group, o]
                if aim <= 0.0:
                    break
        return pick

    @_inlined
    def _first_road(g, c, m, era, route, place):
        """Return the road to the next place of a route; -1 where it is shut or its last place is a full camp."""
        end = g.route[route, LAST]
        if g.route[route, FROM] != place:
            # sent back from a road that shut: what is left of the route may still begin with a neighbour
            for link in range(g.link.shape[0]):
                if (
                    g.link[link, START] == place
                    and g.link[link, END] == g.route[route, NEXT]
                    and c.link_open[era, link]
                ):
                    return -1 if c.kind[era, end, CAMP] and m.kappa[end] < 0.5 else link
            return -1
        for at in range(g.route[route, HOP], g.route[route + 1, HOP]):
            link = g.hop[at]
            if c.link_open[era, link]:
                return -1 if c.kind[era, end, CAMP] and m.kappa[end] < 0.5 else link
        return -1

    @_inlined
    def _settle(law, m, place, recent, km, route, group, n):
        """End the day of people at a place; they have completed a stage."""
        recent = (recent + km) >> 1 if law.avoid_short_stints else 0
        _add(m, EVENING ^ m.tally[TURN], _word_a(recent, 0, 0), _word_b(place, route, group), n)

    @_inlined
    def _arrive(g, c, law, m, era, place, recent, km, route, group, speed, bounced, n):
        """Let people arrive; those with part of their day left are put in order of the distance covered today."""
        _shift(g, c, law, m, era, place, n)
        m.received[place] += n
        if bounced or km >= speed:
            _settle(law, m, place, recent, km, route, group, n)
            return
        if not law.avoid_short_stints:
            recent = 0
        if n <= _FEW and m.tally[WALKERS] + n <= m.walker.shape[0]:
            for _ in range(n):
                m.walker[m.tally[WALKERS], A] = _word_a(recent, km, 0)
                m.walker[m.tally[WALKERS], B] = _word_b(place, route, group)
                m.tally[WALKERS] += 1
            return
        cell = _add(m, PENDING, _word_a(recent, km, 0), _word_b(place, route, group), n)
        if cell >= 0 and m.cells[PENDING, cell, N] == n:
            # new, or emptied before by people who came through a very short road
            at = min(km * BUCKETS // law.speed, BUCKETS - 1)
            m.cells[PENDING, cell, FOLLOWING] = m.bucket[at]
            m.bucket[at] = cell
            m.tally[QUEUED] += 1
            m.tally[LOWEST] = min(m.tally[LOWEST], at)

    @_inlined
    def _go(g, c, law, m, era, links, link, x, recent, km, foot, route, group, n, seed, member, step, site):
        """Move people on a road for what is left of their day; ``link >= links`` is a road shut behind them."""
        road = link - links if link >= links else link
        share = g.walk_share[road]
        walkers = n if foot else 0
        if not foot and share > 0.0:
            walkers = binomial(n, share, seed, member, step, site, WALK)
            m.tally[DRAWS] += 1
        for on_foot in range(2):
            people = walkers if on_foot else n - walkers
            if people > 0:
                speed = law.walk_speed if on_foot else g.link[road, SPEED]
                _ride(g, c, law, m, era, links, link, x, recent, km, foot, route, group, speed, people)

    @_inlined
    def _ride(g, c, law, m, era, links, link, x, recent, km, foot, route, group, speed, n):
        road = link - links if link >= links else link
        length = g.link[road, LENGTH]
        if x + speed > length:
            km += length - x
            bounced = link >= links
            place = g.link[road, START] if bounced else g.link[road, END]
            _arrive(g, c, law, m, era, place, recent, km, route, group, speed, bounced, n)
            return
        km += speed
        recent = (recent + km) >> 1 if law.avoid_short_stints else 0
        _add(m, NIGHT ^ m.tally[TURN], _word_a(recent, x + speed, foot), _word_b(link, route, group), n)

    @_inlined
    def _chance(c, law, m, era, group, place):
        """Return the chance to leave a place today."""
        factor = 1.0
        if law.population_scale != 0.0:
            size = max(m.population[place], c.capacity[era, place] / law.capacity_scaling)
            factor = (size / law.population_base) ** law.population_scale
        return c.leave[era, group, place, 0] + c.leave[era, group, place, 1] * factor

    @_inlined
    def _set_out(g, c, law, m, era, a, b, n):
        """Put leavers of the morning on the road to the first place of their route; return how many stay after all."""
        route = (b >> 14) & ((1 << 30) - 1)
        link = _first_road(g, c, m, era, route, b >> 44)
        if link < 0:
            return n
        _shift(g, c, law, m, era, g.link[link, START], -n)
        _add(m, ROAD ^ m.tally[TURN], a, _word_b(link, g.route[route, REST], b & ((1 << 14) - 1)), n)
        return 0

    @_inlined
    def _morning_cell(g, c, law, m, era, cell, leavers, seed, member, day):
        """Let people of one resting cell leave; those who stay rest on with their travel of the past halved."""
        here = HERE ^ m.tally[TURN]
        a, b, n = m.cells[here, cell, A], m.cells[here, cell, B], m.cells[here, cell, N]
        place = b >> 44
        route = (b >> 14) & ((1 << 30) - 1)
        group = b & ((1 << 14) - 1)
        stay = n - leavers
        if leavers > 0:
            if route > 0:
                stay += _set_out(g, c, law, m, era, a, b, leavers)
            else:
                step, site = _address(np.uint64(m.cells[here, cell, H]), day)
                options = _choose(g, c, law, m, era, place, group, leavers, seed, member, step, site)
                if options == 0:
                    stay += leavers
                first = g.option_at[place]
                for o in range(options):
                    k = m.chosen[o]
                    if k > 0:
                        stay += _set_out(g, c, law, m, era, a, _word_b(place, g.option[first + o, ROUTE], group), k)
        if stay > 0:
            # a route that could not be followed is dropped
            _add(m, EVENING ^ m.tally[TURN], _word_a(a >> 34, 0, a & 1), _word_b(place, 0, group), stay)

    @_compiled
    def _morning(g, c, law, m, era, camps, seed, member, day):
        """Phase A: everyone who is not under way decides whether to leave and where to.

        Camps come first: their people are the oldest, and Flee handles its agents in order of creation.
        """
        here = HERE ^ m.tally[TURN]
        for cell in range(m.size[here, 0]):
            b = m.cells[here, cell, B]
            place = b >> 44
            if c.kind[era, place, CAMP] != camps:
                continue
            group = b & ((1 << 14) - 1)
            n = m.cells[here, cell, N]
            if (b >> 14) & ((1 << 30) - 1):
                leavers = n
            else:
                chance = _chance(c, law, m, era, group, place)
                if chance < _RARE:
                    left = m.leaving[group, place]
                    if left == 0:
                        leavers = 0
                    else:
                        step, site = _address(np.uint64(m.cells[here, cell, H]), day)
                        others = m.at_rest[group, place] - n
                        leavers = hypergeometric(n, others, left, seed, member, step, site, LEAVE_CELL)
                        m.tally[DRAWS] += 1
                        m.leaving[group, place] -= leavers
                    m.at_rest[group, place] -= n
                elif chance >= 1.0:
                    leavers = n
                else:
                    step, site = _address(np.uint64(m.cells[here, cell, H]), day)
                    leavers = binomial(n, chance, seed, member, step, site, LEAVE)
                    m.tally[DRAWS] += 1
            _morning_cell(g, c, law, m, era, cell, leavers, seed, member, day)

    @_compiled
    def _rare_leavers(c, law, m, era, seed, member, day):
        """Draw together how many leave each place whose people seldom leave."""
        _zero(m.at_rest)
        here = HERE ^ m.tally[TURN]
        for cell in range(m.size[here, 0]):
            b = m.cells[here, cell, B]
            if not (b >> 14) & ((1 << 30) - 1):
                m.at_rest[b & ((1 << 14) - 1), b >> 44] += m.cells[here, cell, N]
        for group in range(m.at_rest.shape[0]):
            for place in range(m.at_rest.shape[1]):
                n = m.at_rest[group, place]
                m.leaving[group, place] = 0
                if n > 0:
                    chance = _chance(c, law, m, era, group, place)
                    if chance < _RARE:
                        m.leaving[group, place] = binomial(
                            n, chance, seed, member, day, place * 16384 + group, LEAVE_CAMP
                        )
                        m.tally[DRAWS] += 1

    @_inlined
    def _continue(g, c, law, m, era, links, cell, n, part, seed, member, day):
        """Let people who arrived with part of their day left decide again and travel on."""
        a, b = m.cells[PENDING, cell, A], m.cells[PENDING, cell, B]
        place = b >> 44
        route = (b >> 14) & ((1 << 30) - 1)
        group = b & ((1 << 14) - 1)
        recent, km = a >> 33, (a >> 1) & 0xFFFFFFFF
        step, site = _address(
            _mix(np.uint64(m.cells[PENDING, cell, H]) ^ _SALT, part + 1024 * m.cells[PENDING, cell, VISITS]), day
        )
        leavers = n
        forced = law.avoid_short_stints and c.kind[era, place, TOWN] and recent + km < law.speed
        if not forced and route == 0:
            chance = _chance(c, law, m, era, group, place)
            if chance < 1.0:
                leavers = binomial(n, chance, seed, member, step, site, LEAVE)
                m.tally[DRAWS] += 1
        stay = n - leavers
        if leavers > 0:
            if route > 0:
                m.chosen[0] = leavers
                options = 1
            else:
                options = _choose(g, c, law, m, era, place, group, leavers, seed, member, step, site)
                if options == 0:
                    stay += leavers
            first = g.option_at[place]
            for o in range(options):
                k = m.chosen[o]
                if k == 0:
                    continue
                way = route if route > 0 else g.option[first + o, ROUTE]
                link = _first_road(g, c, m, era, way, place)
                if link < 0:
                    stay += k
                    continue
                _shift(g, c, law, m, era, place, -k)
                _go(g, c, law, m, era, links, link, 0, recent, km, 0, g.route[way, REST], group, k,
                    seed, member, step, (site + o * 2654435761) & 0xFFFFFFFF)  # fmt: skip
        if stay > 0:
            _settle(law, m, place, recent, km, 0, group, stay)

    @_compiled
    def _expect(g, c, law, m, era):
        """Estimate how many people each place with a capacity will get from other places today.

        Those due at a place send on their share at once; twice that, for those who come from farther.
        """
        for place in range(m.present.size):
            if m.due[place] == 0 or not c.limited[place]:
                continue
            if m.fresh[0, place] != m.tally[VERSION]:
                _weigh(g, c, law, m, era, place, 0)
            for o in range(g.option_at[place], g.option_at[place + 1]):
                goal = g.option[o, GOAL]
                if m.kappa[goal] >= 0.5 and c.capacity[era, goal] >= 1.0 and m.weight_sum[0, place] > 0.0:
                    m.expected[goal] += 2.0 * m.due[place] * m.weight[0, o] / m.weight_sum[0, place]

    @_compiled
    def _parts(g, c, law, m, era):
        """Return into how many parts the day's arrivals are split, so that each is small where occupancy matters.

        A place counts where its occupancy may pass through the range in which choices depend on it.
        """
        parts = 1.0
        for place in range(m.present.size):
            m.expected[place] = 0.0
        _expect(g, c, law, m, era)
        for place in range(m.present.size):
            capacity = c.capacity[era, place]
            if capacity >= 1.0 and m.present[place] < capacity:
                inflow = m.due[place] + max(m.received[place], m.expected[place])
                if m.present[place] + inflow > law.buffer * capacity:
                    parts = max(parts, inflow / max(1.0, capacity * (1.0 - law.buffer) / _FINE))
        return int(min(math.ceil(parts), m.part.size))

    @_compiled
    def _chunk(m, parts, cell, n, turn):
        """Spread the people of a cell evenly over the parts of the day, beginning with part ``turn``."""
        chunks = min(n, parts)
        for j in range(chunks):
            at = m.tally[CHUNKS]
            if at >= m.chunk.shape[0]:
                m.size[PENDING, 1] = 1
                return
            m.tally[CHUNKS] = at + 1
            part = (turn + j * parts // chunks) % parts
            m.chunk[at, 0] = cell
            m.chunk[at, 1] = n * (j + 1) // chunks - n * j // chunks
            m.chunk[at, 2] = m.part[part]
            m.part[part] = at

    @_inlined
    def _go_on(g, c, law, m, era, links, cell, n, part, seed, member, day):
        """Move people of a cell under way."""
        road = ROAD ^ m.tally[TURN]
        a, b = m.cells[road, cell, A], m.cells[road, cell, B]
        step, site = _address(_mix(np.uint64(m.cells[road, cell, H]) ^ (_SALT << np.uint64(1)), part), day)
        _go(g, c, law, m, era, links, b >> 44, (a >> 1) & 0xFFFFFFFF, a >> 33, 0, a & 1,
            (b >> 14) & ((1 << 30) - 1), b & ((1 << 14) - 1), n, seed, member, step, site)  # fmt: skip

    @_inlined
    def _ends_today(g, law, m, links, cell):
        """Tell whether people of a cell can reach the end of their road today."""
        road = ROAD ^ m.tally[TURN]
        link = m.cells[road, cell, B] >> 44
        at = link - links if link >= links else link
        speed = g.link[at, SPEED]
        if m.cells[road, cell, A] & 1:
            speed = law.walk_speed
        elif g.walk_share[at] > 0.0:
            speed = max(speed, law.walk_speed)
        return ((m.cells[road, cell, A] >> 1) & 0xFFFFFFFF) + speed > g.link[at, LENGTH]

    @_inlined
    def _walk(g, c, law, m, era, place, recent, km, route, group, seed, member, day):
        """Let one person who arrived with part of the day left decide again and travel on, to the end of the day.

        Nothing is gained from cells where one person is in them. Numbers are addressed by the order of such walks.
        """
        serial = m.tally[SERIAL]
        m.tally[SERIAL] += 1
        block = 0
        while True:
            # three numbers a stage: to leave, to choose, to walk
            words = philox(seed, member, day, serial, ALONE + 256 * block)
            block += 1
            m.tally[DRAWS] += 1
            m.tally[CELLS] += 1
            if route == 0:
                if not (law.avoid_short_stints and c.kind[era, place, TOWN] and recent + km < law.speed):
                    chance = _chance(c, law, m, era, group, place)
                    if chance < 1.0 and (np.float64(words[0]) + 0.5) * _TO_UNIT >= chance:
                        break
                if m.fresh[group, place] != m.tally[VERSION] and (c.limited[place] or m.fresh[group, place] == 0):
                    _weigh(g, c, law, m, era, place, group)
                route = _pick(g, m, place, group, words[1])
            link = _first_road(g, c, m, era, route, place)
            if link < 0:
                route = 0
                break
            route = g.route[route, REST]
            _shift(g, c, law, m, era, place, -1)
            speed = g.link[link, SPEED]
            if g.walk_share[link] > 0.0 and (np.float64(words[2]) + 0.5) * _TO_UNIT < g.walk_share[link]:
                speed = law.walk_speed
            if speed <= g.link[link, LENGTH]:
                recent = (recent + km + speed) >> 1 if law.avoid_short_stints else 0
                _add(m, NIGHT ^ m.tally[TURN], _word_a(recent, speed, 0), _word_b(link, route, group), 1)
                return
            km += g.link[link, LENGTH]
            place = g.link[link, END]
            _shift(g, c, law, m, era, place, 1)
            m.received[place] += 1
            if km >= speed:
                break
        _settle(law, m, place, recent, km, route, group, 1)

    @_inlined
    def _drain(g, c, law, m, era, links, part, seed, member, day):
        """Let people with part of their day left go on, in order of the distance covered today."""
        bucket = m.tally[LOWEST]
        while True:
            while m.tally[WALKERS] > 0:
                m.tally[WALKERS] -= 1
                at = m.tally[WALKERS]
                a, b = m.walker[at, A], m.walker[at, B]
                _walk(g, c, law, m, era, b >> 44, a >> 33, (a >> 1) & 0xFFFFFFFF, (b >> 14) & ((1 << 30) - 1),
                      b & ((1 << 14) - 1), seed, member, day)  # fmt: skip
            if m.tally[QUEUED] == 0:
                break
            # an arrival may fall into the bucket that is being emptied, never into one before it
            while m.bucket[bucket] < 0:
                bucket += 1
            cell = m.bucket[bucket]
            m.bucket[bucket] = m.cells[PENDING, cell, FOLLOWING]
            m.tally[QUEUED] -= 1
            n = m.cells[PENDING, cell, N]
            m.cells[PENDING, cell, N] = 0
            _continue(g, c, law, m, era, links, cell, n, part, seed, member, day)
            m.cells[PENDING, cell, VISITS] += 1
            m.tally[CELLS] += 1
        _clear(m, PENDING)

    @_compiled
    def _travel(g, c, law, m, era, links, seed, member, day):
        """Phase B: everyone under way moves; those who arrive early decide and travel again."""
        road = ROAD ^ m.tally[TURN]
        for place in range(m.present.size):
            m.due[place] = 0
        for cell in range(m.size[road, 0]):
            if _ends_today(g, law, m, links, cell):
                link = m.cells[road, cell, B] >> 44
                if link < links:
                    m.due[g.link[link, END]] += m.cells[road, cell, N]
            else:
                _go_on(g, c, law, m, era, links, cell, m.cells[road, cell, N], 0, seed, member, day)
        parts = _parts(g, c, law, m, era)
        for place in range(m.present.size):
            m.received[place] = 0
        for part in range(parts):
            m.part[part] = -1
        m.tally[CHUNKS] = 0
        for cell in range(m.size[road, 0] - 1, -1, -1):
            if _ends_today(g, law, m, links, cell):
                _chunk(
                    m,
                    parts,
                    cell,
                    m.cells[road, cell, N],
                    np.int64((np.uint64(m.cells[road, cell, H]) >> np.uint64(20)) % np.uint64(parts)),
                )
        for part in range(parts):
            m.tally[LOWEST] = BUCKETS
            at = m.part[part]
            while at >= 0:
                _go_on(g, c, law, m, era, links, m.chunk[at, 0], m.chunk[at, 1], part, seed, member, day)
                at = m.chunk[at, 2]
            _drain(g, c, law, m, era, links, part, seed, member, day)

    @_compiled
    def _join(law, m, sources, place, n, seed, member, day):
        """Add people who set out today, or are there from the start, to the cells of a place."""
        foot = 1 if law.start_on_foot else 0
        groups = sources.group_share.shape[1]
        left = n
        share_left = 1.0
        for group in range(groups):
            share = sources.group_share[place, group]
            k = left
            if group < groups - 1:
                k = binomial(left, share / share_left, seed, member, day, place, SPAWN_GROUP + _GAP * group)
                share_left -= share
            if k > 0:
                _add(m, HERE ^ m.tally[TURN], _word_a(0, 0, foot), _word_b(place, 0, group), k)
                left -= k
            if left == 0:
                break

    @_compiled
    def _spawn_at(g, c, sources, law, m, era, place, n, seed, member, day):
        if n <= 0:
            return
        if law.take:
            m.population[place] = max(0.0, m.population[place] - n)
        _shift(g, c, law, m, era, place, n)
        _join(law, m, sources, place, n, seed, member, day)

    @_compiled
    def _spawn(g, c, sources, law, m, era, seed, member, day):
        """Let today's people set out; return how many."""
        weight = sources.weight
        everyone = 0
        if law.spawn_mode == BY_TOTAL:
            left = sources.total[day]
            total = 0.0
            final = -1
            for place in range(weight.shape[1]):
                if weight[day, place] > 0.0:
                    total += weight[day, place] * (m.population[place] if law.take else 1.0)
                    final = place
            if total <= 0.0:
                return -1 if left > 0 else 0
            everyone = left
            for place in range(weight.shape[1]):
                if left <= 0:
                    break
                w = weight[day, place] * (m.population[place] if law.take else 1.0)
                if place == final:
                    k = left
                elif w > 0.0:
                    k = binomial(left, w / total, seed, member, day, place, SPAWN)
                    m.tally[DRAWS] += 1
                else:
                    k = 0
                total -= w
                left -= k
                _spawn_at(g, c, sources, law, m, era, place, k, seed, member, day)
            return everyone
        for place in range(weight.shape[1]):
            if weight[day, place] > 0.0:
                k = int(weight[day, place])
                if law.spawn_mode == BY_POISSON:
                    k = poisson(weight[day, place], seed, member, day, place, SPAWN)
                elif law.spawn_mode == BY_SHARE:
                    k = int(weight[day, place] * (m.population[place] if law.take else sources.population[place]))
                everyone += k
                _spawn_at(g, c, sources, law, m, era, place, k, seed, member, day)
        return everyone

    @_compiled
    def _shut_roads(sources, m, links, day):
        """Mark people on roads that shut today: they will be sent back to where they set out."""
        if sources.shut_at[day] == sources.shut_at[day + 1]:
            return
        road, scratch = ROAD ^ m.tally[TURN], NIGHT ^ m.tally[TURN]
        for cell in range(m.size[road, 0]):
            b = m.cells[road, cell, B]
            for at in range(sources.shut_at[day], sources.shut_at[day + 1]):
                if sources.shut[at] == b >> 44:
                    b += links << 44
                    break
            _add(m, scratch, m.cells[road, cell, A], b, m.cells[road, cell, N])
        _clear(m, road)
        for cell in range(m.size[scratch, 0]):
            _add(m, road, m.cells[scratch, cell, A], m.cells[scratch, cell, B], m.cells[scratch, cell, N])
        _clear(m, scratch)

    @_compiled
    def _new_day(c, sources, law, m, day):
        """Note occupancy factors of the day; choices are weighed again where rules or populations changed."""
        era = sources.era[day]
        if day == 0 or era != sources.era[day - 1] or (law.take and law.population_weight):
            _zero(m.fresh)
            for place in range(m.present.size):
                m.kappa[place] = _kappa(c.capacity[era, place], m.present[place], law.buffer)
        return era

    @_compiled
    def _sum(m, table):
        everyone = 0
        for cell in range(m.size[table, 0]):
            everyone += m.cells[table, cell, N]
        return everyone

    @_compiled
    def _one_day(g, c, sources, law, m, links, seed, member, day):
        """Move one day on and return how many people set out; -1 where there is nowhere to set out from."""
        era = _new_day(c, sources, law, m, day)
        spawned = _spawn(g, c, sources, law, m, era, seed, member, day)
        _shut_roads(sources, m, links, day)
        _rare_leavers(c, law, m, era, seed, member, day)
        for camps in range(1, -1, -1):
            _morning(g, c, law, m, era, camps, seed, member, day)
        here, road = HERE ^ m.tally[TURN], ROAD ^ m.tally[TURN]
        m.tally[CELLS] += m.size[here, 0] + m.size[road, 0]
        _travel(g, c, law, m, era, links, seed, member, day)
        _clear(m, here)
        _clear(m, road)
        m.tally[TURN] ^= 1
        return spawned

    @_compiled
    def simulate(g, c, sources, law, m, days, seed, member):
        """Run one member from the first day to the last.

        Parameters
        ----------
        g : Geography
        c : Rules
        sources : Sources
        law : Law
        m : Memory
            Empty tables; ``bucket`` and ``slots`` filled with -1, the rest with nothing.
        days : Days
            Arrays of zeros to write to.
        seed, member : int
            The address of every draw.

        Returns
        -------
        code : int
            `OK`, `OUT_OF_ROOM` (a table is too small; run again with larger ones), `BROKEN_SUM` (a bug) or
            `NOWHERE` (people set out, and no place has a weight).
        day : int
            The day on which that was noticed.
        """
        links = np.int64(g.link.shape[0])
        m.tally[VERSION] = 1
        total = 0
        for place in range(m.present.size):
            m.population[place] = sources.population[place]
            if sources.initial[place] > 0:
                m.present[place] = sources.initial[place]
                total += sources.initial[place]
                _join(law, m, sources, place, sources.initial[place], seed, member, _FIRST_DAY)
        for day in range(sources.era.size):
            spawned = _one_day(g, c, sources, law, m, links, seed, member, day)
            if spawned < 0:
                return NOWHERE, day
            for table in range(TABLES):
                if m.size[table, 1]:
                    return OUT_OF_ROOM, day
            total += spawned
            here = 0
            for place in range(m.present.size):
                days.present[day, place] = m.present[place]
                here += m.present[place]
            days.under_way[day] = _sum(m, ROAD ^ m.tally[TURN])
            days.spawned[day] = spawned
            if here + days.under_way[day] != total or _sum(m, HERE ^ m.tally[TURN]) != here:
                return BROKEN_SUM, day
        return OK, sources.era.size
