"""Who leaves and where to, in the daily rule set: chances, weights of the ways within sight, occupancy of camps."""

from __future__ import annotations

import numpy as np

from borderflow.kernels.cells import (
    CAMP,
    END,
    FROM,
    GOAL,
    HOP,
    LAST,
    NEXT,
    RARE,
    REST,
    ROUTE,
    START,
    TRAVEL_AT,
    word_b,
)  # fmt: skip
from borderflow.kernels.parts import copied, part
from borderflow.kernels.streams import WORD_BITS, WORD_RANGE, draw_binomial, draw_lot, lots_of, next_word

# ---------------------------------------------------------------------------------------------------------------------
# Occupancy


@copied
def kappa_of(capacity, present, buffer):
    """Return the factor by which a place near its capacity is less attractive."""
    if capacity < 1.0 or present <= buffer * capacity:
        return 1.0
    if present >= capacity:
        return 0.0
    return 1.0 - (present - buffer * capacity) / (capacity * (1.0 - buffer))


@copied
def note_occupancy(c, law, m, place):
    """Note how full a place is; choices that depend on it are weighed again when next asked for."""
    kappa = kappa_of(m.limit[place], m.present[place], law.buffer)
    if kappa != m.kappa[place]:
        m.kappa[place] = kappa
        for at in range(c.watch_at[place], c.watch_at[place + 1]):
            for group in range(m.chance.shape[0]):
                m.fresh[group * m.present.size + c.watch[at]] = 0


@copied
def shift(c, law, m, place, n):
    """Change the number of people at a place."""
    m.present[place] += n
    if m.limit[place] >= 1.0:
        note_occupancy(c, law, m, place)


@part
def note_chances(g, c, law, m, era):
    """Note the chance to leave each place today."""
    for group in range(m.chance.shape[0]):
        for place in range(m.chance.shape[1]):
            factor = 1.0
            if law.population_scale != 0.0:
                size = max(m.population[place], c.capacity[era, place] / law.capacity_scaling)
                factor = (size / law.population_base) ** law.population_scale
            chance = c.leave[era, group, place, 0] + c.leave[era, group, place, 1] * factor
            at = group * m.present.size + place
            if chance != m.chance[group, place]:
                m.fresh[at] = 0
            m.chance[group, place] = chance
            m.stop[at] = law.speed << TRAVEL_AT if m.town[place] else 0
            m.rare[at] = chance < RARE
            m.ageless[at] = chance < RARE * (1.0 - law.buffer)


# ---------------------------------------------------------------------------------------------------------------------
# Ways


@copied
def first_road(g, c, m, era, route, place):
    """Return the road to the next place of a route; -1 where it is shut or its last place is a full camp."""
    end = g.route[route, LAST]
    if g.route[route, FROM] != place:
        # sent back from a road that shut: what is left of the route may still begin with a neighbour
        for link in range(g.link.shape[0]):
            if g.link[link, START] == place and g.link[link, END] == g.route[route, NEXT] and c.link_open[era, link]:
                return np.int64(-1 if c.kind[era, end, CAMP] and m.kappa[end] < 0.5 else link)
        return np.int64(-1)
    for at in range(g.route[route, HOP], g.route[route + 1, HOP]):
        link = g.hop[at]
        if c.link_open[era, link]:
            return np.int64(-1 if c.kind[era, end, CAMP] and m.kappa[end] < 0.5 else link)
    return np.int64(-1)


@copied
def _is_open(c, law, era, o):
    """Tell whether an option can be chosen: its roads are open and, with fixed routes, it is in the table."""
    return c.option_open[era, o] and not (law.fixed_routes and c.known[era, o] < 0.0)


@copied
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


@copied
def _weigh_options(g, c, law, m, era, place, group):
    """Weigh the options of people at a place, and note the road that each begins with; return the sum of weights."""
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
        m.onward[group * g.option.shape[0] + o] = word_b(link, g.route[route, REST], group) if link >= 0 else -1
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
    return total


@copied
def _next_low(m, o, options):
    while o < options and m.filled[o] >= 1.0:
        o += 1
    return o


@copied
def _next_high(m, o, options):
    while o < options and m.filled[o] < 1.0:
        o += 1
    return o


@part
def _lay_lots(m, first, options, onward, ways):
    """Lay the options of ``Memory.filled`` out in as many lots, so that one word picks one at once (the alias method).

    Every option has a lot and gives away to others what it needs more [1]_; on average a lot is 1. Options from ``ways``
    on are to stay. Chances are as fine as a random word, 2 ** -32.

    References
    ----------
    .. [1] Vose (1991). A linear algorithm for generating random numbers with a given distribution. IEEE Transactions on
       Software Engineering 17, 972-975. doi:10.1109/32.92917
    """
    for o in range(options):
        m.other[first + o] = o
    # whoever is below an equal share is filled up by the next one above it, who may fall below by that
    low = _next_low(m, np.int64(0), options)
    high = _next_high(m, np.int64(0), options)
    filling = low
    while filling < options and high < options:
        m.other[first + filling] = high
        m.filled[high] -= 1.0 - m.filled[filling]
        fell = m.filled[high] < 1.0
        filling = high
        if fell:
            high = _next_high(m, high + 1, options)
        if not fell or filling > low:
            low = _next_low(m, low + 1, options)
            filling = low
    for o in range(options):
        row, other = first + o, m.other[first + o]
        m.own[row] = np.uint64(WORD_RANGE * min(max(m.filled[o], 0.0), 1.0))
        m.way[2 * row] = m.onward[onward + o] if o < ways else -1
        m.way[2 * row + 1] = m.onward[onward + other] if other < ways else -1


@part
def _set_lots(g, m, place, group, total):
    """Lay out the options of people who are forced on, and of those who may stay."""
    first, options = g.option_at[place], g.option_at[place + 1] - g.option_at[place]
    at = group * m.present.size + place
    row = group * (2 * g.option.shape[0] + m.present.size) + 2 * first + place
    onward = group * g.option.shape[0] + first
    chance = min(m.chance[group, place], 1.0)
    m.lots[2 * at] = m.lots[2 * at + 1] = lots_of(m.own.size - 1, 1)
    if total <= 0.0:
        return
    for o in range(options):
        m.filled[o] = m.weight[group, first + o] * options / total
    _lay_lots(m, row, options, onward, options)
    m.lots[2 * at + 1] = lots_of(row, options)
    if chance >= 1.0:
        m.lots[2 * at] = m.lots[2 * at + 1]
    elif chance > 0.0:
        for o in range(options):
            m.filled[o] = chance * m.weight[group, first + o] * (options + 1) / total
        m.filled[options] = (1.0 - chance) * (options + 1)
        _lay_lots(m, row + options, options + 1, onward, options)
        m.lots[2 * at] = lots_of(row + options, options + 1)


@part
def weigh(g, c, law, m, era, place, group):
    """Weigh the options of people at a place, for drawing one at a time and for sharing many people out."""
    first, last = g.option_at[place], g.option_at[place + 1]
    total = _weigh_options(g, c, law, m, era, place, group)
    m.weight_sum[group, place] = total
    m.fresh[group * m.present.size + place] = 1
    _set_lots(g, m, place, group, total)
    if total <= 0.0:
        return
    left = total
    final = first
    for o in range(first, last):
        m.share[group, o] = min(m.weight[group, o] / left, 1.0) if left > 0.0 else 0.0
        left -= m.weight[group, o]
        if m.weight[group, o] > 0.0:
            final = o
    m.share[group, final] = 1.0


@copied
def pick(m, at, word):
    """Return the option that a random word falls to, for people forced on from a place that has options to choose."""
    lots = m.lots[2 * at + 1]
    lot, into = draw_lot(lots, word)
    return np.int64(lot - (lots >> WORD_BITS)) if into < m.own[lot] else m.other[lot]


@copied
def share_out(g, c, law, m, era, place, group, n, seed, member, day):
    """Share people among the options of a place: counts in ``m.chosen``; return the number of options, 0 if none."""
    if m.fresh[group * m.present.size + place] == 0:
        weigh(g, c, law, m, era, place, group)
    if m.weight_sum[group, place] <= 0.0:
        return np.int64(0)
    first, last = g.option_at[place], g.option_at[place + 1]
    options = last - first
    count = m.chosen
    for o in range(options):
        count[o] = 0
    if n <= 3 * options:
        at = group * m.present.size + place
        for _ in range(n):
            count[pick(m, at, next_word(m.stream, seed, member, day))] += 1
        return options
    left = n
    for o in range(first, last):
        k = draw_binomial(m.stream, left, m.share[group, o], seed, member, day)
        count[o - first] = k
        left -= k
        if left <= 0:
            break
    return options
