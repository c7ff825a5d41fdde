"""Arithmetic on many numbers at once, and how a cumulative table is searched."""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels.draws import keep_apart
from borderflow.kernels.parts import copied, part
from borderflow.kernels.purposes import TRAVEL_BINS

LN_2 = math.log(2.0)
SQRT_HALF_BITS = np.float64(math.sqrt(0.5)).view(np.int64)
ROUNDING = 1.5 * 2.0**52  # added and taken away again, it rounds a number to a whole one
ROUNDING_BITS = np.float64(ROUNDING).view(np.int64)

ZERO = np.int64(0)
SEVEN = np.uint64(7)
EIGHT = np.uint64(8)  # numbers that are compared at once
ONE = np.uint64(1)


@copied
def bits_of(number):
    """Return the bits of a floating-point number as an integer."""
    return np.float64(number).view(np.int64)


@copied
def number_of(bits):
    """Return the floating-point number that has these bits."""
    return np.int64(bits).view(np.float64)


@copied
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


@copied
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


@copied
def power(x, p):
    """Return ``x**p`` for ``x >= 0``, zero for zero, to about 1e-14."""
    result = exponential(p * logarithm(x))
    return result if x > 0.0 else 0.0


@part
def raise_all(values, results, size, p):
    """Write the powers of the first ``size`` values, and of a few more to work on eight at a time."""
    keep_apart()
    for i in range((size + 7) // 8 * 8):
        results[i] = power(values[i], p)


@part
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


@copied
def lay_out(firsts, places, cumulative):
    """Let every list of options begin at a multiple of EIGHT; what is between them is beyond all goals."""
    place = 0
    for i in range(places.size):
        places[i] = place
        place += (firsts[i + 1] - firsts[i] + 7) // 8 * 8
    for row in range(cumulative.shape[0]):
        for i in range(cumulative.shape[1]):
            cumulative[row, i] = np.inf


@copied
def count_below(cumulative, row, first, goal):
    """Return which of the options from ``first`` on is the first whose cumulative value reaches ``goal``.

    Eight at a time, and counting instead of searching among them: nothing depends on what was found before, so the
    processor need not wait for one comparison, or guess it, before it turns to the next.
    """
    place = first
    while cumulative[row, place + SEVEN] < goal:
        place += EIGHT
    below = place - first
    for i in range(8):
        below += np.uint64(cumulative[row, place + np.uint64(i)] < goal)
    return below
