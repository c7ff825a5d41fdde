"""The daily rule set of Flee as cohorts: people in the same state are counted and move by multinomial draws.

Lengths are whole numbers of a unit in which every road length and every speed is whole. Flee's index of recent travel,
``r <- (r + m / v) / 2``, is then only ever asked whether ``r + m / v < 1``; with ``q = floor(r v)`` in those units that
is ``q + m < v``, and ``q <- floor((q + m) / 2)`` keeps ``q`` exact, because ``floor((x + m) / 2)`` depends on
``floor(x)`` alone. So the index needs no real number, and equal ``q`` means equal futures.

Where few people are in a cell they go on one by one, each to the end of the day: a cell for them would cost more than
it saves. Within a day, the others go on in order of the kilometres they have covered, so that cells which meet are
merged. Where a camp is near the range in which its occupancy changes choices, arrivals are split into parts small
against that range and handled one after the other, with live occupancy, as Flee handles its agents one after the other.
"""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels import kernel_cache
from borderflow.kernels.cells import (
    BROKEN_SUM,
    BUCKETS,
    BY_POISSON,
    BY_SHARE,
    BY_TOTAL,
    CAMP,
    CELLS,
    CHUNKS,
    DRAWS,
    END,
    EVENING,
    FOLLOWING,
    GOAL,
    HERE,
    LEAVE,
    LEAVE_CAMP,
    LEAVE_CELL,
    LENGTH,
    LOWEST,
    NIGHT,
    NOWHERE,
    OK,
    OUT_OF_ROOM,
    PENDING,
    QUEUED,
    REST,
    ROAD,
    ROUTE,
    SERIAL,
    SPAWN,
    SPAWN_GROUP,
    SPEED,
    START,
    TABLES,
    TOWN,
    TURN,
    VISITS,
    WALK,
    WALKERS,
    WORD,
    WORDS,
    A,
    B,
    N,
    X,
    add_people,
    add_walker,
    address_of,
    clear_table,
    compiled,
    group_of,
    inlined,
    km_of,
    mix,
    name_of,
    next_uniform,
    recent_of,
    route_of,
    site_of,
    sum_people,
    word_a,
    word_b,
    zero,
)  # fmt: skip
from borderflow.kernels.choices import GAP, choose, first_road, kappa_of, note_chances, pick, shift, weigh
from borderflow.kernels.draws import binomial, hypergeometric, poisson

__all__ = ["simulate"]

_RARE = 0.05  # below this chance of leaving, leavers of a place are drawn together
_FINE = 20.0  # parts of the range in which occupancy changes choices
_FIRST_DAY = 65535  # the day of draws before day 0
_SALT = np.uint64(0x9E3779B97F4A7C15)

with kernel_cache():

    @inlined
    def _settle(law, m, place, recent, km, route, group, n):
        """End the day of people at a place; they have completed a stage."""
        recent = (recent + km) >> 1 if law.avoid_short_stints else 0
        add_people(m, EVENING ^ (m.tally[TURN] & 1), word_a(recent, 0, 0), word_b(place, route, group), n)

    @inlined
    def _camp_out(law, m, link, recent, km, x, foot, route, group, n):
        """End the day of people on a road."""
        recent = (recent + km) >> 1 if law.avoid_short_stints else 0
        add_people(m, NIGHT ^ (m.tally[TURN] & 1), word_a(recent, x, foot), word_b(link, route, group), n)

    # -----------------------------------------------------------------------------------------------------------------
    # One by one

    @inlined
    def _walk_on(g, c, law, m, era, links, base, seed, member, day):
        """Let those who go on one by one, down to walker ``base``, travel and decide until their day ends.

        All go one road on, then all the next: the processor works on several people at once where none waits for
        what another has just done.
        """
        night, evening = NIGHT ^ (m.tally[TURN] & 1), EVENING ^ (m.tally[TURN] & 1)
        while m.tally[WALKERS] > base:
            kept = base
            for at in range(base, m.tally[WALKERS]):
                a, b, x = m.walker[at, A], m.walker[at, B], m.walker[at, X]
                recent, km, foot = recent_of(a), km_of(a), a & 1
                place, route, group = site_of(b), route_of(b), group_of(b)
                if x >= 0:
                    road = place - links if place >= links else place
                    speed = law.walk_speed if foot else np.int64(g.link[road, SPEED])
                    if (
                        not foot
                        and g.walk_share[road] > 0.0
                        and next_uniform(m, seed, member, day) < g.walk_share[road]
                    ):
                        speed = law.walk_speed
                    length = np.int64(g.link[road, LENGTH])
                    if x + speed <= length:
                        recent = (recent + km + speed) >> 1 if law.avoid_short_stints else 0
                        add_people(m, night, word_a(recent, x + speed, foot), b, 1)
                        continue
                    km += length - x
                    bounced = place >= links
                    place = np.int64(g.link[road, START] if bounced else g.link[road, END])
                    shift(c, law, m, place, 1)
                    m.received[place] += 1
                    if bounced or km >= speed:
                        recent = (recent + km) >> 1 if law.avoid_short_stints else 0
                        add_people(m, evening, word_a(recent, 0, 0), word_b(place, route, group), 1)
                        continue
                onward = np.int64(-1)
                if route == 0:
                    u = next_uniform(m, seed, member, day)
                    forced = law.avoid_short_stints and m.town[place] and recent + km < law.speed
                    chance = 1.0 if forced else m.chance[group, place]
                    if u < chance:
                        if m.fresh[group, place] == 0:
                            weigh(g, c, law, m, era, place, group)
                        if m.weight_sum[group, place] > 0.0:
                            onward = m.onward[
                                group, pick(m, place, group, u * m.per_chance[group, place] if not forced else u)
                            ]
                else:
                    link = first_road(g, c, m, era, route, place)
                    if link >= 0:
                        onward = word_b(link, g.route[route, REST], group)
                if onward < 0:
                    recent = (recent + km) >> 1 if law.avoid_short_stints else 0
                    add_people(m, evening, word_a(recent, 0, 0), word_b(place, 0, group), 1)
                    continue
                shift(c, law, m, place, -1)
                m.walker[kept, A] = word_a(recent, km, 0)
                m.walker[kept, B] = onward
                m.walker[kept, X] = 0
                kept += 1
            m.tally[WALKERS] = kept

    # -----------------------------------------------------------------------------------------------------------------
    # Cells

    @inlined
    def _arrive(g, c, law, m, era, place, recent, km, route, group, speed, bounced, n):
        """Let people arrive; those with part of their day left are put in order of the distance covered today."""
        shift(c, law, m, place, n)
        m.received[place] += n
        if bounced or km >= speed:
            _settle(law, m, place, recent, km, route, group, n)
            return
        if not law.avoid_short_stints:
            recent = 0
        if n <= law.few:
            for _ in range(n):
                add_walker(m, word_a(recent, km, 0), word_b(place, route, group), -1)
            return
        cell = add_people(m, PENDING, word_a(recent, km, 0), word_b(place, route, group), n)
        if cell >= 0 and m.cells[PENDING, cell, N] == n:
            # new, or emptied before by people who came through a very short road
            at = min(km * BUCKETS // law.speed, BUCKETS - 1)
            m.cells[PENDING, cell, FOLLOWING] = m.bucket[at]
            m.bucket[at] = cell
            m.tally[QUEUED] += 1
            m.tally[LOWEST] = min(m.tally[LOWEST], at)

    @inlined
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
                speed = law.walk_speed if on_foot else np.int64(g.link[road, SPEED])
                _ride(g, c, law, m, era, links, link, x, recent, km, foot, route, group, speed, people)

    @inlined
    def _ride(g, c, law, m, era, links, link, x, recent, km, foot, route, group, speed, n):
        road = link - links if link >= links else link
        length = np.int64(g.link[road, LENGTH])
        if x + speed > length:
            km += length - x
            bounced = link >= links
            place = np.int64(g.link[road, START] if bounced else g.link[road, END])
            _arrive(g, c, law, m, era, place, recent, km, route, group, speed, bounced, n)
            return
        _camp_out(law, m, link, recent, km + speed, x + speed, foot, route, group, n)

    # -----------------------------------------------------------------------------------------------------------------
    # Phase A

    @inlined
    def _set_out(c, law, m, era, place, link, a, b, n):
        """Put leavers of the morning on a road."""
        shift(c, law, m, place, -n)
        if n <= law.few:
            for _ in range(n):
                add_walker(m, a, b, 0)
        else:
            add_people(m, ROAD ^ (m.tally[TURN] & 1), a, b, n)

    @inlined
    def _leave_one_by_one(g, c, law, m, era, place, group, a, n, chance, seed, member, day):
        """Let each of few people decide whether to leave and where to; return how many left."""
        left = 0
        for _ in range(n):
            u = next_uniform(m, seed, member, day)
            if u < chance:
                if m.fresh[group, place] == 0:
                    weigh(g, c, law, m, era, place, group)
                if m.weight_sum[group, place] <= 0.0:
                    break
                onward = m.onward[group, pick(m, place, group, u / min(chance, 1.0))]
                if onward >= 0:
                    shift(c, law, m, place, -1)
                    add_walker(m, a, onward, 0)
                    left += 1
        return left

    @inlined
    def _leave_together(g, c, law, m, era, place, group, a, h, n, seed, member, day):
        """Let many people who leave choose where to; return how many left."""
        step, site = address_of(h, day)
        options = choose(g, c, law, m, era, place, group, n, seed, member, day, step, site)
        first = g.option_at[place]
        left = 0
        for o in range(options):
            k = m.chosen[o]
            if k > 0:
                route = np.int64(g.option[first + o, ROUTE])
                link = first_road(g, c, m, era, route, place)
                if link >= 0:
                    _set_out(c, law, m, era, place, link, a, word_b(link, g.route[route, REST], group), k)
                    left += k
        return left

    @inlined
    def _leavers(m, cell, place, group, n, chance, seed, member, day):
        """Draw how many of the many people in a cell leave."""
        here = HERE ^ (m.tally[TURN] & 1)
        h = name_of(m, here, cell)
        if chance < _RARE:
            left = m.leaving[group, place]
            leavers = 0
            if left > 0:
                step, site = address_of(h, day)
                others = m.at_rest[group, place] - n
                leavers = hypergeometric(n, others, left, seed, member, step, site, LEAVE_CELL)
                m.tally[DRAWS] += 1
                m.leaving[group, place] -= leavers
            m.at_rest[group, place] -= n
            return leavers
        if chance >= 1.0:
            return n
        step, site = address_of(h, day)
        m.tally[DRAWS] += 1
        return binomial(n, chance, seed, member, step, site, LEAVE)

    @compiled
    def _morning(g, c, law, m, era, camps, seed, member, day):
        """Phase A: everyone who is not under way decides whether to leave and where to.

        Camps come first: their people are the oldest, and Flee handles its agents in order of creation. Those who stay
        rest on with their travel of the past halved.
        """
        here = HERE ^ (m.tally[TURN] & 1)
        for cell in range(m.size[here, 0]):
            a, b, n = m.cells[here, cell, A], m.cells[here, cell, B], m.cells[here, cell, N]
            place = site_of(b)
            if c.kind[era, place, CAMP] != camps:
                continue
            route, group = route_of(b), group_of(b)
            left = 0
            if route > 0:
                link = first_road(g, c, m, era, route, place)
                if link >= 0:
                    _set_out(c, law, m, era, place, link, a, word_b(link, g.route[route, REST], group), n)
                    left = n
            else:
                chance = m.chance[group, place]
                people = n
                if n > law.few or chance < _RARE:
                    people = _leavers(m, cell, place, group, n, chance, seed, member, day)
                    chance = 1.0
                if people > law.few:
                    h = name_of(m, here, cell)
                    left = _leave_together(g, c, law, m, era, place, group, a, h, people, seed, member, day)
                elif people > 0:
                    left = _leave_one_by_one(g, c, law, m, era, place, group, a, people, chance, seed, member, day)
            if n > left:
                # a route that could not be followed is dropped
                evening = word_a(recent_of(a) >> 1, 0, a & 1)
                add_people(m, EVENING ^ (m.tally[TURN] & 1), evening, word_b(place, 0, group), n - left)

    @compiled
    def _rare_leavers(m, seed, member, day):
        """Draw together how many leave each place whose people seldom leave."""
        zero(m.at_rest)
        here = HERE ^ (m.tally[TURN] & 1)
        for cell in range(m.size[here, 0]):
            b = m.cells[here, cell, B]
            if route_of(b) == 0:
                m.at_rest[group_of(b), site_of(b)] += m.cells[here, cell, N]
        for group in range(m.at_rest.shape[0]):
            for place in range(m.at_rest.shape[1]):
                n = m.at_rest[group, place]
                m.leaving[group, place] = 0
                chance = m.chance[group, place]
                if n > 0 and chance < _RARE:
                    site = place * 16384 + group
                    m.leaving[group, place] = binomial(n, chance, seed, member, day, site, LEAVE_CAMP)
                    m.tally[DRAWS] += 1

    # -----------------------------------------------------------------------------------------------------------------
    # Phase B

    @inlined
    def _continue(g, c, law, m, era, links, cell, n, part, seed, member, day):
        """Let people who arrived with part of their day left decide again and travel on."""
        a, b = m.cells[PENDING, cell, A], m.cells[PENDING, cell, B]
        place, route, group = site_of(b), route_of(b), group_of(b)
        recent, km = recent_of(a), km_of(a)
        h = mix(name_of(m, PENDING, cell) ^ _SALT, part + 1024 * m.cells[PENDING, cell, VISITS])
        step, site = address_of(h, day)
        leavers = n
        forced = law.avoid_short_stints and m.town[place] and recent + km < law.speed
        if not forced and route == 0:
            chance = m.chance[group, place]
            if chance < 1.0:
                leavers = binomial(n, chance, seed, member, step, site, LEAVE)
                m.tally[DRAWS] += 1
        stay = n - leavers
        if leavers > 0:
            if route > 0:
                m.chosen[0] = leavers
                options = 1
            else:
                options = choose(g, c, law, m, era, place, group, leavers, seed, member, day, step, site)
                if options == 0:
                    stay += leavers
            first = g.option_at[place]
            for o in range(options):
                k = m.chosen[o]
                if k == 0:
                    continue
                way = route if route > 0 else np.int64(g.option[first + o, ROUTE])
                link = first_road(g, c, m, era, way, place)
                if link < 0:
                    stay += k
                    continue
                shift(c, law, m, place, -k)
                if k <= law.few:
                    for _ in range(k):
                        add_walker(m, word_a(recent, km, 0), word_b(link, g.route[way, REST], group), 0)
                else:
                    _go(g, c, law, m, era, links, link, 0, recent, km, 0, g.route[way, REST], group, k,
                        seed, member, step, (site + o * 2654435761) & 0xFFFFFFFF)  # fmt: skip
        if stay > 0:
            _settle(law, m, place, recent, km, 0, group, stay)

    @inlined
    def _drain(g, c, law, m, era, links, part, base, seed, member, day):
        """Let people with part of their day left go on, in order of the distance covered today."""
        bucket = m.tally[LOWEST]
        while True:
            _walk_on(g, c, law, m, era, links, base, seed, member, day)
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
        clear_table(m, PENDING)

    @compiled
    def _expect(g, c, law, m, era):
        """Estimate how many people each place with a capacity will get from other places today.

        Those due at a place send on their share at once; twice that, for those who come from farther.
        """
        for place in range(m.present.size):
            if m.due[place] == 0 or not c.limited[place]:
                continue
            if m.fresh[0, place] == 0:
                weigh(g, c, law, m, era, place, 0)
            for o in range(g.option_at[place], g.option_at[place + 1]):
                goal = g.option[o, GOAL]
                if m.kappa[goal] >= 0.5 and c.capacity[era, goal] >= 1.0 and m.weight_sum[0, place] > 0.0:
                    m.expected[goal] += 2.0 * m.due[place] * m.weight[0, o] / m.weight_sum[0, place]

    @compiled
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

    @inlined
    def _chunk(m, parts, who, n, turn):
        """Spread people evenly over the parts of the day, beginning with part ``turn``; -1 - who is a walker."""
        chunks = min(n, parts)
        for j in range(chunks):
            at = m.tally[CHUNKS]
            if at >= m.chunk.shape[0]:
                m.size[PENDING, 1] = 1
                return
            m.tally[CHUNKS] = at + 1
            part = (turn + j * parts // chunks) % parts
            m.chunk[at, 0] = who
            m.chunk[at, 1] = n * (j + 1) // chunks - n * j // chunks
            m.chunk[at, 2] = m.part[part]
            m.part[part] = at

    @inlined
    def _go_on(g, c, law, m, era, links, cell, n, part, seed, member, day):
        """Move people of a cell under way; few of them one by one."""
        road = ROAD ^ (m.tally[TURN] & 1)
        a, b = m.cells[road, cell, A], m.cells[road, cell, B]
        if n <= law.few:
            for _ in range(n):
                add_walker(m, word_a(recent_of(a), 0, a & 1), b, km_of(a))
            return
        step, site = address_of(mix(name_of(m, road, cell) ^ (_SALT << np.uint64(1)), part), day)
        _go(g, c, law, m, era, links, site_of(b), km_of(a), recent_of(a), 0, a & 1, route_of(b), group_of(b), n,
            seed, member, step, site)  # fmt: skip

    @inlined
    def _ends_today(g, law, links, link, x, foot):
        """Tell whether people on a road can reach its end today."""
        at = link - links if link >= links else link
        speed = np.int64(g.link[at, SPEED])
        if foot:
            speed = law.walk_speed
        elif g.walk_share[at] > 0.0:
            speed = max(speed, law.walk_speed)
        return x + speed > g.link[at, LENGTH]

    @inlined
    def _cell_ends_today(g, law, m, links, cell):
        road = ROAD ^ (m.tally[TURN] & 1)
        a = m.cells[road, cell, A]
        return _ends_today(g, law, links, site_of(m.cells[road, cell, B]), km_of(a), a & 1)

    @compiled
    def _note_due(g, law, m, links):
        """Count who is due at each place today from the road they are on."""
        road = ROAD ^ (m.tally[TURN] & 1)
        for place in range(m.present.size):
            m.due[place] = 0
        for at in range(m.tally[WALKERS]):
            link = site_of(m.walker[at, B])
            if _ends_today(g, law, links, link, m.walker[at, X], m.walker[at, A] & 1):
                m.due[g.link[link, END]] += 1
        for cell in range(m.size[road, 0]):
            link = site_of(m.cells[road, cell, B])
            if link < links and _cell_ends_today(g, law, m, links, cell):
                m.due[g.link[link, END]] += m.cells[road, cell, N]

    @compiled
    def _split(g, law, m, links, parts):
        """Spread everyone under way over the parts of the day; return how many of them go one by one."""
        road = ROAD ^ (m.tally[TURN] & 1)
        for part in range(parts):
            m.part[part] = -1
        m.tally[CHUNKS] = 0
        for cell in range(m.size[road, 0] - 1, -1, -1):
            turn = np.int64((name_of(m, road, cell) >> np.uint64(20)) % np.uint64(parts))
            n = m.cells[road, cell, N]
            if _cell_ends_today(g, law, m, links, cell):
                _chunk(m, parts, cell, n, turn)
            else:
                _chunk(m, 1, cell, n, 0)
        walkers = m.tally[WALKERS]
        for at in range(walkers):
            # steps of the golden ratio spread neighbours evenly
            _chunk(m, parts, -1 - at, 1, ((at * 2654435769) & 0xFFFFFFFF) * parts >> 32)
        return walkers

    @compiled
    def _travel(g, c, law, m, era, links, seed, member, day):
        """Phase B: everyone under way moves; those who arrive early decide and travel again."""
        _note_due(g, law, m, links)
        parts = _parts(g, c, law, m, era)
        for place in range(m.present.size):
            m.received[place] = 0
        base = _split(g, law, m, links, parts)
        for part in range(parts):
            m.tally[LOWEST] = BUCKETS
            at = m.part[part]
            while at >= 0:
                who = m.chunk[at, 0]
                if who < 0:
                    add_walker(m, m.walker[-1 - who, A], m.walker[-1 - who, B], m.walker[-1 - who, X])
                else:
                    _go_on(g, c, law, m, era, links, who, m.chunk[at, 1], part, seed, member, day)
                at = m.chunk[at, 2]
            _drain(g, c, law, m, era, links, part, base, seed, member, day)
        m.tally[WALKERS] = 0

    # -----------------------------------------------------------------------------------------------------------------
    # Departures

    @compiled
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
                k = binomial(left, share / share_left, seed, member, day, place, SPAWN_GROUP + GAP * group)
                share_left -= share
            if k > 0:
                add_people(m, HERE ^ (m.tally[TURN] & 1), word_a(0, 0, foot), word_b(place, 0, group), k)
                left -= k
            if left == 0:
                break

    @compiled
    def _spawn_at(g, c, sources, law, m, era, place, n, seed, member, day):
        if n <= 0:
            return
        if law.take:
            m.population[place] = max(0.0, m.population[place] - n)
        shift(c, law, m, place, n)
        _join(law, m, sources, place, n, seed, member, day)

    @compiled
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

    @compiled
    def _shut_roads(sources, m, links, day):
        """Mark people on roads that shut today: they will be sent back to where they set out."""
        if sources.shut_at[day] == sources.shut_at[day + 1]:
            return
        road, scratch = ROAD ^ (m.tally[TURN] & 1), NIGHT ^ (m.tally[TURN] & 1)
        for cell in range(m.size[road, 0]):
            b = m.cells[road, cell, B]
            for at in range(sources.shut_at[day], sources.shut_at[day + 1]):
                if sources.shut[at] == site_of(b):
                    b += links << 44
                    break
            add_people(m, scratch, m.cells[road, cell, A], b, m.cells[road, cell, N])
        clear_table(m, road)
        for cell in range(m.size[scratch, 0]):
            add_people(m, road, m.cells[scratch, cell, A], m.cells[scratch, cell, B], m.cells[scratch, cell, N])
        clear_table(m, scratch)

    @compiled
    def _new_day(c, sources, law, m, day):
        """Note occupancy factors of the day; choices are weighed again where rules or populations changed."""
        era = sources.era[day]
        for place in range(m.present.size):
            m.limit[place] = c.capacity[era, place]
            m.town[place] = c.kind[era, place, TOWN]
        if day == 0 or era != sources.era[day - 1] or (law.take and law.population_weight):
            zero(m.fresh)
            for place in range(m.present.size):
                m.kappa[place] = kappa_of(c.capacity[era, place], m.present[place], law.buffer)
        return era

    @compiled
    def _one_day(g, c, sources, law, m, links, seed, member, day):
        """Move one day on and return how many people set out; -1 where there is nowhere to set out from."""
        era = _new_day(c, sources, law, m, day)
        spawned = _spawn(g, c, sources, law, m, era, seed, member, day)
        _shut_roads(sources, m, links, day)
        note_chances(c, law, m, era)
        m.tally[WORD] = 4 * WORDS
        m.tally[SERIAL] = 0
        _rare_leavers(m, seed, member, day)
        for camps in range(1, -1, -1):
            _morning(g, c, law, m, era, camps, seed, member, day)
        here, road = HERE ^ (m.tally[TURN] & 1), ROAD ^ (m.tally[TURN] & 1)
        m.tally[CELLS] += m.size[here, 0] + m.size[road, 0]
        _travel(g, c, law, m, era, links, seed, member, day)
        clear_table(m, here)
        clear_table(m, road)
        m.tally[TURN] ^= 1
        return spawned

    @compiled
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
            days.under_way[day] = sum_people(m, ROAD ^ (m.tally[TURN] & 1))
            days.spawned[day] = spawned
            if here + days.under_way[day] != total or sum_people(m, HERE ^ (m.tally[TURN] & 1)) != here:
                return BROKEN_SUM, day
        return OK, sources.era.size
