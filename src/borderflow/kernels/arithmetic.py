"""Arithmetic on many numbers at once, and how one of many options is found by a random word."""

from __future__ import annotations

import math

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from borderflow.kernels.draws import keep_apart
from borderflow.kernels.parts import copied, part
from borderflow.kernels.purposes import TRAVEL_BINS

LN_2 = math.log(2.0)
SQRT_HALF_BITS = np.float64(math.sqrt(0.5)).view(np.int64)
ROUNDING = 1.5 * 2.0**52  # added and taken away again, it rounds a number to a whole one
ROUNDING_BITS = np.float64(ROUNDING).view(np.int64)

ZERO = np.int64(0)
ONE = np.uint64(1)

SECOND = np.uint64(16)
SIXTEEN = 16  # numbers that are compared at once; rows of steps are as long as a multiple of them
WORDS = 2.0**32
BEYOND = np.uint32(2**32 - 1)  # the step that no word reaches
LAST_WORD = np.uint32(2**32 - 2)  # the word after it is counted as this one


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


def _sixteen_of(builder, number):
    """Return sixteen times the same number."""
    nothing = ir.Constant(ir.VectorType(number.type, SIXTEEN), ir.Undefined)
    one = builder.insert_element(nothing, number, ir.IntType(32)(0))
    return builder.shuffle_vector(one, nothing, ir.Constant(ir.VectorType(ir.IntType(32), SIXTEEN), [0] * SIXTEEN))


@intrinsic
def _reached_of_sixteen(_context, table, place, word):
    """Return how many of the sixteen numbers from ``place`` on in a table are not above a word of 32 bits.

    Written out for the compiler: one comparison of all sixteen, which it does not find by itself.
    """

    def count(context, builder, signature, arguments):
        wide = ir.VectorType(ir.IntType(32), SIXTEEN)
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        here = builder.bitcast(builder.gep(data, [arguments[1]]), wide.as_pointer())
        reached = builder.icmp_unsigned("<=", builder.load(here, align=4), _sixteen_of(builder, arguments[2]))
        return builder.zext(builder.ctpop(builder.bitcast(reached, ir.IntType(SIXTEEN))), ir.IntType(64))

    return types.uint64(table, types.uint64, types.uint32), count


@intrinsic
def fill_sixteen(_context, numbers, place, first, step):
    """Write ``first``, ``first + step``, ... to the sixteen numbers from ``place`` on, all at once."""

    def fill(context, builder, signature, arguments):
        wide = ir.VectorType(ir.IntType(32), SIXTEEN)
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        here = builder.bitcast(builder.gep(data, [arguments[1]]), wide.as_pointer())
        first, step = (_sixteen_of(builder, builder.trunc(one, ir.IntType(32))) for one in arguments[2:])
        steps = builder.mul(step, ir.Constant(wide, list(range(SIXTEEN))))
        builder.store(builder.add(first, steps), here, align=4)
        return context.get_dummy_value()

    return types.void(numbers, types.uint64, types.uint64, types.uint64), fill


@copied
def count_reached(steps, row, word):
    """Return which option of a row of steps a word of 32 bits falls on: how many steps it reaches.

    Counting instead of searching: nothing depends on what was found before, so the processor need not guess how a
    search ends before it turns to the next.
    """
    width = np.uint64(steps.shape[1])
    first = row * width
    goal = min(word, LAST_WORD)
    below = _reached_of_sixteen(steps, first, goal)
    if width > SECOND:
        below += _reached_of_sixteen(steps, first + SECOND, goal)
        for more in range(first + SECOND + SECOND, first + width, SECOND):
            below += _reached_of_sixteen(steps, more, goal)
    return below


@intrinsic
def find_sixteen(_context, words, place, steps, row, options, found, first):
    """Write to ``found``, from ``place`` on, the options that the sixteen words from there on fall on.

    They are those of `count_reached`, and ``first``, the number of the first option, more. All words look at one row of
    steps, which begins at ``row``; so each step is compared with sixteen words instead of each word with sixteen steps.
    """

    def find(context, builder, signature, arguments):
        wide = ir.VectorType(ir.IntType(32), SIXTEEN)
        words, steps, found = (
            context.make_array(signature.args[i])(context, builder, arguments[i]).data for i in (0, 2, 5)
        )
        goals = builder.load(builder.bitcast(builder.gep(words, [arguments[1]]), wide.as_pointer()), align=4)
        most = ir.Constant(wide, [int(LAST_WORD)] * SIXTEEN)
        goals = builder.select(builder.icmp_unsigned("<", goals, most), goals, most)
        reached = cgutils.alloca_once_value(builder, _sixteen_of(builder, builder.trunc(arguments[6], ir.IntType(32))))
        last = builder.sub(arguments[4], ir.Constant(ir.IntType(64), 1))
        with cgutils.for_range(builder, last) as loop:
            step = builder.load(builder.gep(steps, [builder.add(arguments[3], loop.index)]))
            above = builder.icmp_unsigned("<=", _sixteen_of(builder, step), goals)
            builder.store(builder.add(builder.load(reached), builder.zext(above, wide)), reached)
        place = builder.bitcast(builder.gep(found, [arguments[1]]), wide.as_pointer())
        builder.store(builder.load(reached), place, align=4)
        return context.get_dummy_value()

    return types.void(words, types.uint64, steps, types.uint64, types.int64, found, types.uint64), find


@intrinsic
def _write_sixteen(_context, sums, place, scale, last, steps, here):
    """Write sixteen steps: the sums from ``place`` on times ``scale``, rounded; ``BEYOND`` from the ``last`` on."""

    def write(context, builder, signature, arguments):
        wide, fine = ir.VectorType(ir.IntType(32), SIXTEEN), ir.VectorType(ir.DoubleType(), SIXTEEN)
        sums, steps = (context.make_array(signature.args[i])(context, builder, arguments[i]).data for i in (0, 4))
        each = builder.load(builder.bitcast(builder.gep(sums, [arguments[1]]), fine.as_pointer()), align=8)
        each = builder.fmul(each, _sixteen_of(builder, arguments[2]))
        each = builder.fadd(each, ir.Constant(fine, [0.5] * SIXTEEN))
        most = ir.Constant(fine, [float(BEYOND)] * SIXTEEN)
        each = builder.select(builder.fcmp_ordered("<", each, most), each, most)
        last = _sixteen_of(builder, builder.trunc(arguments[3], ir.IntType(32)))
        within = builder.icmp_signed("<", ir.Constant(wide, list(range(SIXTEEN))), last)
        result = builder.select(within, builder.fptoui(each, wide), ir.Constant(wide, [int(BEYOND)] * SIXTEEN))
        builder.store(result, builder.bitcast(builder.gep(steps, [arguments[5]]), wide.as_pointer()), align=4)
        return context.get_dummy_value()

    return types.void(sums, types.uint64, types.float64, types.int64, steps, types.uint64), write


@copied
def write_steps(sums, place, steps, row, size):
    """Write the steps of a row of options: how many of the 2**32 words fall on the options up to this one.

    ``sums`` holds the sums of their odds up to each, from ``place`` on. The last option and what comes after it no word
    reaches; these steps are `BEYOND` from the start.
    """
    total = sums[np.uint64(place + size - 1)]
    scale = WORDS / total if total > 0.0 else 1.0
    first = np.uint64(row) * np.uint64(steps.shape[1])
    for more in range(0, size - 1, SIXTEEN):
        _write_sixteen(sums, np.uint64(place + more), scale, size - 1 - more, steps, first + np.uint64(more))
