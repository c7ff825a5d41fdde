"""Samples: how many of a kind are among people taken from many, all being alike; many such draws at once (see `counts`)."""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels.arithmetic import exponential
from borderflow.kernels.draws import fill_blocks, fine_share_of, invert_hypergeometric, keep_apart
from borderflow.kernels.parts import copied, part

LOG_FACTORIALS = np.array([math.lgamma(n + 1.0) for n in range(4096)])
LAST_FACTORIAL = 4095.0
#: Steps to either side of the mode of a hypergeometric number that are made for all places together.
WALK = 4


@copied
def log_factorial(n):
    """Return ``ln n!`` from the table; what is beyond it counts as its end."""
    return LOG_FACTORIALS[np.uint64(min(max(n, 0.0), LAST_FACTORIAL))]


@part
def draw_hypergeometrics(bulk, size, seed, member, t):
    """Draw how many of some people taken are marked, for the first ``size`` of the listed.

    ``number`` people are marked; the first row of ``room`` holds how many are not, the second how many are taken.
    The same as `draws.hypergeometric` gives where the number is not certain: one uniform number, spent on the
    probabilities from the mode outwards. `WALK` steps to either side are made for everybody.
    """
    keep_apart()
    fill_blocks(bulk.words, size, seed, member, t, bulk.site, bulk.purpose)
    for i in range((size + 7) // 8 * 8):
        marked = np.float64(bulk.number[i])
        others = bulk.room[0, i]
        taken = bulk.room[1, i]
        total = marked + others
        mode = np.float64(math.floor((taken + 1.0) * (marked + 1.0) / (total + 2.0)))
        mode = min(max(mode, max(0.0, taken - others)), min(marked, taken))
        mass = exponential(
            (log_factorial(marked) - log_factorial(mode) - log_factorial(marked - mode))
            + (log_factorial(others) - log_factorial(taken - mode) - log_factorial(others - taken + mode))
            - (log_factorial(total) - log_factorial(taken) - log_factorial(total - taken))
        )
        u = fine_share_of(bulk.words[0, i], bulk.words[1, i]) - mass
        found = mode if u <= 0.0 else -1.0
        up = mass
        down = mass
        for step in range(WALK):
            above = mode + step
            below = mode - step
            up *= (marked - above) * (taken - above) / ((above + 1.0) * (others - taken + above + 1.0))
            u -= up
            found = above + 1.0 if (u <= 0.0) & (found < 0.0) else found
            down *= below * (others - taken + below) / ((marked - below + 1.0) * (taken - below + 1.0))
            u -= down
            found = below - 1.0 if (u <= 0.0) & (found < 0.0) else found
        bulk.drawn[i] = np.int64(found if total <= LAST_FACTORIAL else -1.0)
    for i in range(size):
        if bulk.drawn[i] < 0:
            bulk.drawn[i] = invert_hypergeometric(
                bulk.number[i],
                np.int64(bulk.room[0, i]),
                np.int64(bulk.room[1, i]),
                fine_share_of(bulk.words[0, i], bulk.words[1, i]),
            )
