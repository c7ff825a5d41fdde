"""Random numbers of the daily rule set, addressed by seed, member, day and the order in which they are used.

Numbers are made many at once, which costs a fifth of what they cost one by one.
"""

from __future__ import annotations

import math

import numpy as np

from borderflow.kernels.cells import DRAWS, SERIAL, WORD, WORDS
from borderflow.kernels.draws import binomial, fill_blocks, fine_share_of, invert_binomial, keep_apart
from borderflow.kernels.parts import copied, part

WORD_RANGE = 4294967296.0
WORD_BITS, WORD_MASK = np.uint64(32), np.uint64(0xFFFFFFFF)
# purposes of draws: append only; some had a use before
BLOCKS, BINOMIAL, POISSON, HYPERGEOMETRIC, SHARED_OUT = 7, 8, 2, 9, 10


@part
def _refill(s, seed, member, day):
    """Make the next random words of the day."""
    for block in range(WORDS):
        s.site[block] = s.tally[SERIAL] + block
    s.tally[SERIAL] += WORDS
    fill_blocks(s.words, WORDS, seed, member, day, s.site, s.purpose)
    s.tally[WORD] = 0


@copied
def start_day(s):
    """Begin the stream of a day."""
    s.tally[WORD] = 4 * WORDS
    s.tally[SERIAL] = 0


@copied
def next_word(s, seed, member, day):
    """Return the next 32 random bits of the day."""
    if s.tally[WORD] >= 4 * WORDS:
        _refill(s, seed, member, day)
    at = np.uint64(s.tally[WORD])
    s.tally[WORD] += 1
    return s.flat[at]


@copied
def some_words(s, many, seed, member, day):
    """Return how many random words of the day, at most ``many`` and at least one, are there from ``tally[WORD]`` on."""
    if s.tally[WORD] >= 4 * WORDS:
        _refill(s, seed, member, day)
    return min(many, 4 * WORDS - s.tally[WORD])


@copied
def next_share(s, seed, member, day):
    """Return the next random word of the day as a number in (0, 2 ** 32)."""
    return np.float64(next_word(s, seed, member, day)) + 0.5


@copied
def lots_of(first, many):
    """Return a table of lots in one word: the first of them, and how many."""
    return np.uint64(first) << WORD_BITS | np.uint64(many)


@copied
def draw_lot(lots, word):
    """Return the lot of a table that a random word falls to, and how far into it, of 2 ** 32."""
    spot = np.uint64(word) * (lots & WORD_MASK)
    return (spot >> WORD_BITS) + (lots >> WORD_BITS), spot & WORD_MASK


@copied
def next_serial(s):
    """Return the next address of a draw that makes its own numbers."""
    s.tally[SERIAL] += 1
    s.tally[DRAWS] += 1
    return s.tally[SERIAL] - 1


@part
def draw_binomial(s, n, p, seed, member, day):
    """Draw from Binomial(n, p): by inversion of one 53-bit number of the day, or as `draws.binomial` does."""
    keep_apart()
    if n <= 0 or p <= 0.0:
        return np.int64(0)
    if p >= 1.0:
        return np.int64(n)
    q = min(p, 1.0 - p)
    if n * q >= 10.0:
        return np.int64(binomial(n, p, seed, member, day, next_serial(s), BINOMIAL))
    s.tally[DRAWS] += 1
    u = fine_share_of(np.uint64(next_word(s, seed, member, day)), np.uint64(next_word(s, seed, member, day)))
    k = np.int64(0)
    if u >= 1.0 - n * q:
        k = np.int64(invert_binomial(n, q, math.exp(n * math.log1p(-q)), u))
    return k if p <= 0.5 else n - k
