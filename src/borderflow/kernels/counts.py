"""Counts: draws of one number at each of many places, several of them worked on at once (see `draws`).

A block of random numbers costs a tenth where many are made together, and so do a logarithm and a power of e. So a step
lists all its draws of an hour in a `tables.Bulk`, and they are made here. The numbers are those of the samplers of
`draws` at the same addresses.
"""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels.arithmetic import ZERO, exponential, logarithm
from borderflow.kernels.draws import (
    binomial,
    fill_blocks,
    fine_share_of,
    keep_apart,
    poisson_from,
    share_of,
    uniforms,
)
from borderflow.kernels.parts import copied, part
from borderflow.kernels.purposes import FEW
from borderflow.kernels.samples import LAST_FACTORIAL, log_factorial

#: Steps of the search for a Poisson number that all places take together; who needs more goes on alone.
TOGETHER = 12
#: Marks of binomial numbers that are still open: expected below ten, and not.
STILL_FEW, STILL_MANY = -1, -2
#: So many numbers that are still open are drawn one by one.
ALONE = 2
#: Remainders of Stirling's series for ``ln k!``, k below ten, where the series is too short.
REMAINDERS = np.array(
    [
        math.lgamma(k + 1.0) - (k + 0.5) * math.log(k + 1.0) + (k + 1.0) - 0.5 * math.log(2.0 * math.pi)
        for k in range(10)
    ]
)
INVERSES = np.array([0.0, *(1.0 / n for n in range(1, TOGETHER + 1))])


@copied
def ask(bulk, i, n, chance, site, purpose, where):
    """List the draw of a binomial number as the one of number ``i``; returns the number of the next."""
    bulk.number[i] = n
    bulk.mean[i] = chance
    bulk.site[i] = site
    bulk.purpose[i] = purpose
    bulk.where[i] = where
    return i + 1


@part
def draw_binomials(bulk, size, seed, member, t):
    """Draw from Binomial(``number``, ``mean``) for the first ``size`` of the listed, the same as `binomial` gives.

    What almost every draw comes to is written without a branch, so that the compiler works on eight at a time; the
    others are marked and go on together, or one by one where they are `ALONE`.
    """
    keep_apart()
    fill_blocks(bulk.words, size, seed, member, t, bulk.site, bulk.purpose)
    eights = (size + 7) // 8 * 8
    for i in range(eights):
        q = max(min(bulk.mean[i], 1.0 - bulk.mean[i]), 0.0)
        # the series of ln(1 - q) is exact to the last bit where q is small
        small = -q * (1.0 + q * (0.5 + q * (1.0 / 3.0 + q * (0.25 + q * 0.2))))
        bulk.mass[i] = exponential(np.float64(bulk.number[i]) * (small if q < 1e-3 else logarithm(1.0 - q)))
    for i in range(eights):
        n = np.float64(bulk.number[i])
        q = max(min(bulk.mean[i], 1.0 - bulk.mean[i]), 0.0)
        # few: by inversion, walking upwards from zero
        u = fine_share_of(bulk.words[0, i], bulk.words[1, i])
        mass = bulk.mass[i]
        until = mass
        few = 0.0
        for k in range(FEW):
            few += u > until
            mass *= q / (1.0 - q) * (n - k) * (1.0 / (k + 1.0))
            until += mass
        few = few if few < FEW else STILL_FEW
        # many: what the first step of transformed rejection accepts at once
        spread = math.sqrt(n * q * (1.0 - q))
        b = 1.15 + 2.53 * spread
        u = share_of(bulk.words[0, i]) - 0.5
        near = 0.5 - abs(u)
        many = math.floor((2.0 * (-0.0873 + 0.0248 * b + 0.01 * q) / near + b) * u + (n * q + 0.5))
        many = many if near >= 0.07 and share_of(bulk.words[1, i]) <= 0.92 - 4.2 / b else STILL_MANY
        drawn = few if n * q < 10.0 else many
        bulk.drawn[i] = np.int64(n - drawn if bulk.mean[i] > 0.5 and drawn >= 0.0 else drawn)
    left = ZERO
    for i in range(size):
        bulk.left[left] = i
        left += bulk.drawn[i] < 0
    open_many = ZERO
    for j in range(left):
        i = bulk.left[j]
        if bulk.drawn[i] == STILL_MANY and left > ALONE:
            bulk.left[open_many] = i
            open_many += 1
            continue
        bulk.drawn[i] = binomial(
            bulk.number[i], bulk.mean[i], seed, member, t, np.int64(bulk.site[i]), np.int64(bulk.purpose[i])
        )
    if open_many > 0:
        settle_many(bulk, open_many, seed, member, t)


@part
def settle_many(bulk, left, seed, member, t):
    """Go on with the transformed rejections whose first step accepted nothing, trial by trial for all of them.

    The squeeze, then the ratio of probabilities: the logarithm of one is compared with that of the mode, as in
    `draws.binomial` far from the mode.
    """
    keep_apart()
    for j in range(left):
        i = bulk.left[j]
        bulk.room[0, j] = np.float64(bulk.number[i])
        bulk.room[1, j] = min(bulk.mean[i], 1.0 - bulk.mean[i])
        for word in range(4):
            bulk.room[2 + word, j] = share_of(bulk.words[word, i])
    trials = ZERO
    while left > 0:
        for j in range((left + 7) // 8 * 8):
            n = bulk.room[0, j]
            q = bulk.room[1, j]
            spread = math.sqrt(n * q * (1.0 - q))
            b = 1.15 + 2.53 * spread
            a = -0.0873 + 0.0248 * b + 0.01 * q
            u = bulk.room[2, j] - 0.5
            v = bulk.room[3, j]
            near = 0.5 - abs(u)
            nearer, per_b = 1.0 / near, 1.0 / b
            trial = np.float64(math.floor((2.0 * a * nearer + b) * u + (n * q + 0.5)))
            x = min(max(trial, 0.0), n)
            mode = np.float64(math.floor((n + 1.0) * q))
            # one division for several numbers: it takes as long as ten multiplications
            per_odds = 1.0 / (q * (1.0 - q))
            odds, against = q * q * per_odds, (1.0 - q) * (1.0 - q) * per_odds
            one, rest, two, others = mode + 1.0, n - mode + 1.0, x + 1.0, n - x + 1.0
            per_all = 1.0 / (one * rest * two * others)
            per_one, per_rest = rest * two * others * per_all, one * two * others * per_all
            per_two, per_others = one * rest * others * per_all, one * rest * two * per_all
            bound = (
                (mode + 0.5) * logarithm(one * against * per_rest)
                + (n + 1.0) * logarithm(rest * per_others)
                + (x + 0.5) * logarithm(odds * others * per_two)
                + (remainder(mode, per_one) + remainder(n - mode, per_rest))
                - (remainder(x, per_two) + remainder(n - x, per_others))
            )
            # arithmetic on truths, because a branch would keep the compiler from working on eight at a time
            quick = (near >= 0.07) & (v <= 0.92 - 4.2 * per_b)
            likely = logarithm(v * (2.83 + 5.1 * per_b) * spread / (a * nearer * nearer + b)) <= bound
            bulk.room[6, j] = trial if quick | (likely & (trial == x)) else -1.0
        trials += 1
        tried = left
        left = ZERO
        for j in range(tried):
            i = bulk.left[j]
            k = np.int64(bulk.room[6, j])
            bulk.drawn[i] = bulk.number[i] - k if bulk.mean[i] > 0.5 else k
            bulk.left[left] = i
            bulk.room[0, left] = bulk.room[0, j]
            bulk.room[1, left] = bulk.room[1, j]
            bulk.room[2, left] = bulk.room[4, j]
            bulk.room[3, left] = bulk.room[5, j]
            left += k < 0
        for j in range(left if trials % 2 == 0 else ZERO):
            i = bulk.left[j]
            purpose = np.int64(bulk.purpose[i]) + 128 * trials
            u, v, u2, v2 = uniforms(seed, member, t, np.int64(bulk.site[i]), purpose)
            bulk.room[2, j] = u
            bulk.room[3, j] = v
            bulk.room[4, j] = u2
            bulk.room[5, j] = v2


@copied
def remainder(k, x):
    """Return the remainder of Stirling's series for ``ln k!``, exact to 1e-12, with ``x = 1 / (k + 1)``.

    From a table below ten.
    """
    y = x * x
    series = (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - y / 1680.0) * y) * y) * x
    return REMAINDERS[np.uint64(min(max(k, 0.0), 9.0))] if k < 10.0 else series


@part
def draw_poissons(bulk, size, seed, member, t, sites, purposes):
    """Draw ``number`` from Poisson(``mean``) for the first ``size`` places.

    What almost every draw comes to is made for all; the others are marked and go on together.
    """
    keep_apart()
    fill_blocks(bulk.words, size, seed, member, t, sites, purposes)
    for i in range((size + 7) // 8 * 8):
        bulk.mass[i] = exponential(-bulk.mean[i])
    for i in range((size + 7) // 8 * 8):
        mean = bulk.mean[i]
        u = fine_share_of(bulk.words[0, i], bulk.words[1, i])
        mass = bulk.mass[i]
        few = 0.0
        for k in range(1, TOGETHER + 1):
            more = u > mass
            few += 1.0 if more else 0.0
            u -= mass if more else 0.0
            mass *= mean * INVERSES[k] if more else 1.0
        few = -1.0 if u > mass else few
        # what the first trial of the transformed rejection accepts at once, see `draws.poisson_from`
        root = math.sqrt(mean)
        b = 0.931 + 2.53 * root
        a = -0.059 + 0.02483 * b
        squeeze = 0.9277 - 3.6224 / (b - 2.0)
        w = share_of(bulk.words[0, i]) - 0.5
        near = 0.5 - abs(w)
        many = (2.0 * a / near + b) * w + mean + 0.43
        many = many if near >= 0.07 and share_of(bulk.words[1, i]) <= squeeze else -1.0
        bulk.number[i] = np.int64(few if mean < 10.0 else many)
    # two words of a block for each trial
    for turn in range(bulk.words.shape[0] // 2):
        left = ZERO
        for i in range(size):
            bulk.left[left] = i
            left += bulk.number[i] < 0
        for j in range(left):
            i = bulk.left[j]
            bulk.room[0, j] = bulk.mean[i]
            bulk.room[1, j] = share_of(bulk.words[2 * turn, i])
            bulk.room[2, j] = share_of(bulk.words[2 * turn + 1, i])
        for j in range((left + 7) // 8 * 8):
            bulk.room[3, j] = try_poisson(bulk.room[0, j], bulk.room[1, j], bulk.room[2, j])
        for j in range(left):
            bulk.number[bulk.left[j]] = np.int64(bulk.room[3, j])
    for i in range(size):
        if bulk.number[i] < 0:
            bulk.number[i] = poisson_from(
                bulk.mean[i], bulk.mass[i], bulk.words[0, i], bulk.words[1, i], bulk.words[2, i], bulk.words[3, i],
                seed, member, t, np.int64(sites[i]), np.int64(purposes[i]),
            )  # fmt: skip


@copied
def try_poisson(mean, u, v):
    """Return what a trial of the transformed rejection comes to, see `draws.poisson_from`; -1 where it fails.

    It also fails where the table of factorials does not reach, and below ten, where numbers are not drawn in this way.
    """
    large = max(mean, 10.0)
    b = 0.931 + 2.53 * math.sqrt(large)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    shift = u - 0.5
    near = 0.5 - abs(shift)
    per_near = 1.0 / near
    x = np.float64(math.floor((2.0 * a * per_near + b) * shift + large + 0.43))
    quick = (near >= 0.07) & (v <= 0.9277 - 3.6224 / (b - 2.0))
    known = (x >= 0.0) & (x <= LAST_FACTORIAL) & ((near >= 0.013) | (v <= near))
    odds = logarithm(v * inverse_alpha / (a * per_near * per_near + b))
    likely = odds <= x * logarithm(large) - large - log_factorial(x)
    return x if (mean >= 10.0) & (quick | (known & likely)) else -1.0


@part
def draw_spacings(bulk, size, seed, member, t):
    """Draw ``room``: for four people in each of ``size`` places, what the share of the hour before the next shrinks by.

    ``mean`` is the number of people still to come, the first of the four included. The least of ``n`` uniform times is
    distributed as ``1 - u**(1 / n)``, and those after it are uniform in the rest of the hour.
    """
    keep_apart()
    fill_blocks(bulk.words, size, seed, member, t, bulk.site, bulk.purpose)
    for turn in range(bulk.words.shape[0]):
        for i in range((size + 7) // 8 * 8):
            left = max(bulk.mean[i] - turn, 1.0)
            bulk.room[turn, i] = exponential(logarithm(share_of(bulk.words[turn, i])) * (1.0 / left))
