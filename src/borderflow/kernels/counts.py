"""Counts: draws of one number at each of many places, several of them worked on at once (see `draws`).

A block of random numbers costs a tenth where many are made together, and so do a logarithm and a power of e. So a step
lists all its draws of an hour in a `tables.Bulk`, and they are made here. The numbers are those of the samplers of
`draws` at the same addresses.
"""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels.arithmetic import exponential, logarithm
from borderflow.kernels.draws import (
    binomial,
    fill_blocks,
    fine_share_of,
    keep_apart,
    poisson_from,
    share_of,
)
from borderflow.kernels.parts import copied, part
from borderflow.kernels.purposes import FEW

#: Steps of the search for a Poisson number that all places take together; who needs more goes on alone.
TOGETHER = 12
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
    others are marked and drawn one by one.
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
        few = few if few < FEW else -1.0
        # many: what the first step of transformed rejection accepts at once
        spread = math.sqrt(n * q * (1.0 - q))
        b = 1.15 + 2.53 * spread
        u = share_of(bulk.words[0, i]) - 0.5
        near = 0.5 - abs(u)
        many = math.floor((2.0 * (-0.0873 + 0.0248 * b + 0.01 * q) / near + b) * u + (n * q + 0.5))
        many = many if near >= 0.07 and share_of(bulk.words[1, i]) <= 0.92 - 4.2 / b else -1.0
        drawn = few if n * q < 10.0 else many
        bulk.drawn[i] = np.int64(n - drawn if bulk.mean[i] > 0.5 and drawn >= 0.0 else drawn)
    for i in range(size):
        if bulk.drawn[i] < 0:
            bulk.drawn[i] = binomial(
                bulk.number[i], bulk.mean[i], seed, member, t, np.int64(bulk.site[i]), np.int64(bulk.purpose[i])
            )


@part
def draw_poissons(bulk, size, seed, member, t, sites, purposes):
    """Draw ``number`` from Poisson(``mean``) for the first ``size`` places.

    The first trial of every place is made with all others; the few that fail it draw alone.
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
        # the first trial of the transformed rejection, see `draws.poisson_from`
        root = math.sqrt(mean)
        b = 0.931 + 2.53 * root
        a = -0.059 + 0.02483 * b
        squeeze = 0.9277 - 3.6224 / (b - 2.0)
        w = share_of(bulk.words[0, i]) - 0.5
        near = 0.5 - abs(w)
        many = (2.0 * a / near + b) * w + mean + 0.43
        many = many if near >= 0.07 and share_of(bulk.words[1, i]) <= squeeze else -1.0
        bulk.number[i] = np.int64(few if mean < 10.0 else many)
    for i in range(size):
        if bulk.number[i] < 0:
            bulk.number[i] = poisson_from(
                bulk.mean[i], bulk.mass[i], bulk.words[0, i], bulk.words[1, i], bulk.words[2, i], bulk.words[3, i],
                seed, member, t, np.int64(sites[i]), np.int64(purposes[i]),
            )  # fmt: skip


@part
def draw_spacings(bulk, size, seed, member, t):
    """Draw ``root``: for four people in each of ``size`` places, what the share of the hour before the next shrinks by.

    ``mean`` is the number of people still to come, the first of the four included. The least of ``n`` uniform times is
    distributed as ``1 - u**(1 / n)``, and those after it are uniform in the rest of the hour.
    """
    keep_apart()
    fill_blocks(bulk.words, size, seed, member, t, bulk.site, bulk.purpose)
    for turn in range(4):
        for i in range((size + 7) // 8 * 8):
            left = max(bulk.mean[i] - turn, 1.0)
            bulk.root[turn, i] = exponential(logarithm(share_of(bulk.words[turn, i])) * (1.0 / left))
