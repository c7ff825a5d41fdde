"""Who leaves and where to, in the daily rule set: chances, weights of the ways within sight, occupancy of camps."""

from __future__ import annotations

import numpy as np

from borderflow.kernels import kernel_cache
from borderflow.kernels.cells import (
    CAMP,
    CHOOSE,
    DRAWS,
    END,
    FROM,
    GOAL,
    GUIDES,
    HOP,
    LAST,
    NEXT,
    REST,
    ROUTE,
    START,
    compiled,
    inlined,
    next_uniform,
    word_b,
)  # fmt: skip
from borderflow.kernels.draws import binomial

GAP = 64 * 256  # blocks set aside for one binomial of a chain
_ALWAYS = 2.0  # above every share

with kernel_cache():

    @inlined
    def kappa_of(capacity, present, buffer):
        """Return the factor by which a place near its capacity is less attractive."""
        if capacity < 1.0 or present <= buffer * capacity:
            return 1.0
        if present >= capacity:
            return 0.0
        return 1.0 - (present - buffer * capacity) / (capacity * (1.0 - buffer))

    @inlined
    def shift(c, law, m, place, n):
        """Change the number of people at a place; choices that depend on it are weighed again when next asked for."""
        m.present[place] += n
        if m.limit[place] >= 1.0:
            kappa = kappa_of(m.limit[place], m.present[place], law.buffer)
            if kappa != m.kappa[place]:
                m.kappa[place] = kappa
                for at in range(c.watch_at[place], c.watch_at[place + 1]):
                    for group in range(m.fresh.shape[0]):
                        m.fresh[group, c.watch[at]] = 0

    @compiled
    def note_chances(c, law, m, era):
        """Note the chance to leave each place today."""
        for group in range(m.chance.shape[0]):
            for place in range(m.chance.shape[1]):
                factor = 1.0
                if law.population_scale != 0.0:
                    size = max(m.population[place], c.capacity[era, place] / law.capacity_scaling)
                    factor = (size / law.population_base) ** law.population_scale
                chance = c.leave[era, group, place, 0] + c.leave[era, group, place, 1] * factor
                m.chance[group, place] = chance
                m.per_chance[group, place] = 1.0 / min(max(chance, 1e-300), 1.0)

    @inlined
    def first_road(g, c, m, era, route, place):
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

    @inlined
    def _is_open(c, law, era, o):
        """Tell whether an option can be chosen: its roads are open and, with fixed routes, it is in the table."""
        return c.option_open[era, o] and not (law.fixed_routes and c.known[era, o] < 0.0)

    @inlined
    def _weight(g, c, law, m, era, group, o):
        """Return the weight of an open option: score, distance, occupancy."""
        end = g.option[o, GOAL]
        score = c.score[era, group, end] * g.option_factor[o, 1]
        if law.population_weight and not c.kind[era, end, CAMP]:
            score *= max(1.0, m.population[end]) ** law.population_power
        if law.fixed_routes:
            return c.known[era, o] * score
        w = (law.weight_softening + score) * g.option_factor[o, 0] * m.kappa[end]
        return w**law.weight_power if law.weight_power != 1.0 else w

    @compiled
    def weigh(g, c, law, m, era, place, group):
        """Weigh the options of people at a place, and note the road that each begins with."""
        first, last = g.option_at[place], g.option_at[place + 1]
        weight = m.weight
        total = 0.0
        highest = 0.0
        for o in range(first, last):
            w = _weight(g, c, law, m, era, group, o) if _is_open(c, law, era, o) else 0.0
            weight[group, o] = w
            total += w
            highest = max(highest, w)
            route = np.int64(g.option[o, ROUTE])
            link = first_road(g, c, m, era, route, place)
            m.onward[group, o] = word_b(link, g.route[route, REST], group) if link >= 0 else -1
        if law.pruning >= 1.001 and not law.fixed_routes:
            total = 0.0
            for o in range(first, last):
                if weight[group, o] < highest / law.pruning:
                    weight[group, o] = 0.0
                total += weight[group, o]
        if total <= 0.0:
            total = 0.0
            for o in range(first, last):
                weight[group, o] = 1.0 if _is_open(c, law, era, o) else 0.0
                total += weight[group, o]
        reach = 0.0
        final = first
        for o in range(first, last):
            reach += weight[group, o] / total
            m.reach[group, o] = reach
            if weight[group, o] > 0.0:
                final = o
        for o in range(final, last):
            m.reach[group, o] = _ALWAYS
        o = first
        for step in range(GUIDES if total > 0.0 else 0):
            while m.reach[group, o] < step * (1.0 / GUIDES):
                o += 1
            m.guide[group, place, step] = o
        m.weight_sum[group, place] = total
        m.fresh[group, place] = 1

    @inlined
    def pick(m, place, group, u):
        """Return the option that a uniform number falls to."""
        o = np.int64(m.guide[group, place, np.uint32(u * GUIDES)])
        while m.reach[group, o] < u:
            o += 1
        return o

    @inlined
    def choose(g, c, law, m, era, place, group, n, seed, member, day, step, site):
        """Share people among the options of a place: counts in ``m.chosen``; return the number of options, 0 if none."""
        if m.fresh[group, place] == 0:
            weigh(g, c, law, m, era, place, group)
        total = m.weight_sum[group, place]
        first, last = g.option_at[place], g.option_at[place + 1]
        options = last - first
        if total <= 0.0:
            return 0
        count = m.chosen
        for o in range(options):
            count[o] = 0
        if n <= 3 * options:
            for _ in range(n):
                count[pick(m, place, group, next_uniform(m, seed, member, day)) - first] += 1
            return options
        left = n
        purpose = CHOOSE
        for o in range(first, last):
            if m.reach[group, o] == _ALWAYS:
                count[o - first] = left
                break
            w = m.weight[group, o]
            if w > 0.0:
                k = binomial(left, w / total, seed, member, step, site, purpose)
                m.tally[DRAWS] += 1
                purpose += GAP
                count[o - first] = k
                left -= k
                total -= w
                if left <= 0:
                    break
        return options
