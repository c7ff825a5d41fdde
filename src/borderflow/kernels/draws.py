"""Counter-based random draws: Philox4x32-10 and exact samplers of counts on top of it.

A draw is a pure function of ``(seed, member, step, site, purpose)``. Nothing is stateful, so the same seed gives the
same numbers for any number of threads, workers or machines, member 731 can be re-run alone, and a counterfactual
shares every draw that its change does not touch.

``key`` is the 64-bit scenario seed. The 128-bit counter is ``(member, step, site, purpose + 256 * block)``: a sampler
that needs more numbers than one block gives counts ``block`` upwards, so at most 256 purposes exist and each has
2**24 blocks of its own.

References
----------
.. [1] Salmon, Moraes, Dror, Shaw (2011). Parallel random numbers: as easy as 1, 2, 3. SC'11.
   doi:10.1145/2063384.2063405
.. [2] Hörmann (1993). The generation of binomial random variates. J. Stat. Comput. Simul. 46, 101-110.
   doi:10.1080/00949659308811496
.. [3] Hörmann (1993). The transformed rejection method for generating Poisson random variables. Insurance:
   Mathematics and Economics 12, 39-45. doi:10.1016/0167-6687(93)90997-4
.. [4] Kachitvichyanukul, Schmeiser (1985). Computer generation of hypergeometric random variates. J. Stat. Comput.
   Simul. 22, 127-145. doi:10.1080/00949658508810839
"""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numba.extending import intrinsic

from borderflow.kernels import kernel_cache
from borderflow.kernels.parts import open_copied, open_part

__all__ = [
    "binomial", "fill_blocks", "hypergeometric", "invert_binomial", "invert_hypergeometric",
    "normal", "philox", "poisson", "poisson_from", "uniform", "uniforms",
]  # fmt: skip

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_TO_UNIT = 1.0 / 4294967296.0
_INVERSES = np.array([0.0, *(1.0 / n for n in range(1, 1001))])
_LOG_FACTORIALS = np.array([math.lgamma(n + 1.0) for n in range(4096)])
NEAR = 16.0  # steps from the mode up to which a probability is found step by step
_BLOCK = 256  # purposes fit below this number, blocks of one purpose count above it


@intrinsic
def keep_apart(_context):
    """Keep the function that says this a function of its own: its machine code is made once, not at every call.

    Whatever is called from many places, or once an hour, gains nothing from being copied there and costs a cold start.
    """

    def mark(context, builder, _signature, _arguments):
        builder.function.attributes.add("noinline")
        return context.get_dummy_value()

    return types.void(), mark


with kernel_cache():

    @open_copied
    def _round(c0, c1, c2, c3, k0, k1):
        """Return the four words after one round of Philox with round key ``(k0, k1)``."""
        p0 = _M0 * c0
        p1 = _M1 * c2
        return (p1 >> _SHIFT) ^ c1 ^ k0, p1 & _MASK, (p0 >> _SHIFT) ^ c3 ^ k1, p0 & _MASK

    @open_part
    def philox(seed, member, step, site, purpose):
        """Return the four 32-bit words of Philox4x32-10 at one counter [1]_.

        Parameters
        ----------
        seed, member, step, site, purpose : int
            Key (64 bits) and the four 32-bit words of the counter.

        Returns
        -------
        tuple of four numpy.uint64
            Each below 2**32.
        """
        k0 = np.uint64(seed) & _MASK
        k1 = np.uint64(seed) >> _SHIFT
        c0 = np.uint64(member) & _MASK
        c1 = np.uint64(step) & _MASK
        c2 = np.uint64(site) & _MASK
        c3 = np.uint64(purpose) & _MASK
        for _ in range(10):
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            k0 = (k0 + _W0) & _MASK
            k1 = (k1 + _W1) & _MASK
        return c0, c1, c2, c3

    @open_part
    def fill_blocks(words, size, seed, member, step, sites, purposes):
        """Write the blocks of ``size`` addresses of one step to ``words``, the same numbers as `philox` gives.

        The ten rounds stand side by side, without a loop, because only then does the compiler work on several
        addresses at once: a block costs a fifth of what it costs alone.

        Parameters
        ----------
        words : numpy.ndarray
            ``uint32``, shape (4, at least ``size``), filled in place.
        size : int
        seed, member, step : int
        sites, purposes : numpy.ndarray
            ``int64``, the other two words of each counter.
        """
        keep_apart()
        key0 = np.uint64(seed) & _MASK
        key1 = np.uint64(seed) >> _SHIFT
        for i in range(size):
            k0 = key0
            k1 = key1
            c0 = np.uint64(member) & _MASK
            c1 = np.uint64(step) & _MASK
            c2 = np.uint64(sites[i]) & _MASK
            c3 = np.uint64(purposes[i]) & _MASK
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            k0, k1 = (k0 + _W0) & _MASK, (k1 + _W1) & _MASK
            c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
            words[0, i] = c0
            words[1, i] = c1
            words[2, i] = c2
            words[3, i] = c3

    @open_copied
    def share_of(word):
        """Return the uniform in the open interval (0, 1) of one 32-bit word."""
        return (np.float64(word) + 0.5) * _TO_UNIT

    @open_copied
    def fine_share_of(high, low):
        """Return the uniform in the open interval (0, 1) of two 32-bit words, with 53 bits."""
        upper = np.float64(high >> np.uint64(5))
        lower = np.float64(low >> np.uint64(6))
        return (upper * 67108864.0 + lower + 0.5) / 9007199254740992.0

    @open_part
    def uniforms(seed, member, step, site, purpose):
        """Return four independent uniforms in the open interval (0, 1), 32 bits each, of one block."""
        a, b, c, d = philox(seed, member, step, site, purpose)
        return share_of(a), share_of(b), share_of(c), share_of(d)

    @open_part
    def uniform(seed, member, step, site, purpose):
        """Return one uniform in (0, 1) with 53 bits: words 0 and 1 of the block."""
        a, b, _, _ = philox(seed, member, step, site, purpose)
        return fine_share_of(a, b)

    @open_part
    def normal(seed, member, step, site, purpose):
        """Return one standard normal by the Box-Muller transform of one block."""
        a, b, _, _ = uniforms(seed, member, step, site, purpose)
        return math.sqrt(-2.0 * math.log(a)) * math.cos(2.0 * math.pi * b)

    @open_part
    def _stirling(k):
        """Remainder of Stirling's series for ln k!, exact to 1e-9 (table below ten)."""
        if k < 10:
            return math.lgamma(k + 1.0) - (k + 0.5) * math.log(k + 1.0) + (k + 1.0) - 0.9189385332046727
        x = 1.0 / (k + 1.0)
        y = x * x
        return (1.0 / 12.0 - (1.0 / 360.0 - y / 1260.0) * y) * x

    @open_part
    def invert_binomial(n, q, nobody, u):
        """Return the ``u``-quantile of Binomial(n, q), walking upwards from zero, whose probability is ``nobody``."""
        k = 0
        mass = nobody
        odds = q / (1.0 - q)
        while u > mass and k < n:
            u -= mass
            k += 1
            mass *= odds * (n - k + 1) / k
            if mass < 1e-300:
                break
        return k

    @open_part
    def binomial(n, p, seed, member, step, site, purpose):
        """Draw from Binomial(n, p).

        Inversion of one 53-bit uniform where ``n * min(p, 1 - p) < 10``; transformed rejection (BTRS [2]_) otherwise.
        The common draw of zero costs one multiplication, because ``(1 - p)**n >= 1 - n * p``.

        Parameters
        ----------
        n : int
            Trials; zero or less gives zero.
        p : float
            Probability; below 0 counts as 0, above 1 as 1.
        seed, member, step, site, purpose : int
            The address of the draw.

        Returns
        -------
        int
        """
        keep_apart()
        if n <= 0 or p <= 0.0:
            return 0
        if p >= 1.0:
            return n
        q = p if p <= 0.5 else 1.0 - p
        word0, word1, word2, word3 = philox(seed, member, step, site, purpose)
        if n * q < 10.0:
            u = fine_share_of(word0, word1)
            k = 0
            if u >= 1.0 - n * q:
                # ln(1 - q) by its series where that is exact to the last bit
                log = -q * (1.0 + q * (0.5 + q * (1.0 / 3.0 + q * (0.25 + q * 0.2)))) if q < 1e-3 else math.log1p(-q)
                k = invert_binomial(n, q, math.exp(n * log), u)
            return k if p <= 0.5 else n - k
        spread = math.sqrt(n * q * (1.0 - q))
        b = 1.15 + 2.53 * spread
        a = -0.0873 + 0.0248 * b + 0.01 * q
        c = n * q + 0.5
        squeeze = 0.92 - 4.2 / b
        odds = q / (1.0 - q)
        alpha = (2.83 + 5.1 / b) * spread
        mode = math.floor((n + 1) * q)
        u, v, u2, v2 = share_of(word0), share_of(word1), share_of(word2), share_of(word3)
        block = purpose
        while True:
            for _ in range(2):
                u -= 0.5
                us = 0.5 - abs(u)
                x = math.floor((2.0 * a / us + b) * u + c)
                if us >= 0.07 and v <= squeeze:
                    return np.int64(x) if p <= 0.5 else n - np.int64(x)
                if 0.0 <= x <= n and abs(x - mode) <= NEAR:
                    # probability of x over that of the mode, factor by factor: no logarithm is needed
                    low, high = min(x, mode), max(x, mode)
                    above = below = 1.0
                    while low < high:
                        low += 1.0
                        above *= odds * (n - low + 1.0)
                        below *= low
                    v *= alpha / (a / (us * us) + b)
                    if v * below <= above if x >= mode else v * above <= below:
                        return np.int64(x) if p <= 0.5 else n - np.int64(x)
                elif 0.0 <= x <= n:
                    v = math.log(v * alpha / (a / (us * us) + b))
                    bound = (
                        (mode + 0.5) * math.log((mode + 1.0) / (odds * (n - mode + 1.0)))
                        + (n + 1.0) * math.log((n - mode + 1.0) / (n - x + 1.0))
                        + (x + 0.5) * math.log(odds * (n - x + 1.0) / (x + 1.0))
                        + _stirling(mode)
                        + _stirling(n - mode)
                        - _stirling(x)
                        - _stirling(n - x)
                    )
                    if v <= bound:
                        return np.int64(x) if p <= 0.5 else n - np.int64(x)
                u, v = u2, v2
            block += _BLOCK
            u, v, u2, v2 = uniforms(seed, member, step, site, block)

    @open_part
    def _log_factorial(n):
        """Return ln n!, from a table while the table reaches, by Stirling's series above, where it is exact."""
        if n < _LOG_FACTORIALS.size:
            return _LOG_FACTORIALS[n]
        return (n + 0.5) * math.log(n) - n + 0.9189385332046727 + (1.0 / 12.0 - 1.0 / (360.0 * n * n)) / n

    @open_part
    def poisson(mean, seed, member, step, site, purpose):
        """Draw from Poisson(mean): inversion below 10, transformed rejection (PTRS [3]_) above.

        Parameters
        ----------
        mean : float
            Zero or less gives zero.
        seed, member, step, site, purpose : int
            The address of the draw.
        """
        keep_apart()
        if mean <= 0.0:
            return 0
        a, b, c, d = philox(seed, member, step, site, purpose)
        return poisson_from(mean, math.exp(-mean), a, b, c, d, seed, member, step, site, purpose)

    @open_part
    def poisson_from(mean, nobody, word0, word1, word2, word3, seed, member, step, site, purpose):
        """Draw from Poisson(mean), mean positive, given the probability of zero and the first block of the address."""
        if mean < 10.0:
            u = fine_share_of(word0, word1)
            mass = nobody
            k = 0
            while u > mass and k < 1000:
                u -= mass
                k += 1
                mass *= mean * _INVERSES[k]
                if mass < 1e-300:
                    break
            return k
        root = math.sqrt(mean)
        b = 0.931 + 2.53 * root
        a = -0.059 + 0.02483 * b
        inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
        squeeze = 0.9277 - 3.6224 / (b - 2.0)
        u, v, u2, v2 = share_of(word0), share_of(word1), share_of(word2), share_of(word3)
        block = purpose
        while True:
            for _ in range(2):
                u -= 0.5
                us = 0.5 - abs(u)
                x = math.floor((2.0 * a / us + b) * u + mean + 0.43)
                if us >= 0.07 and v <= squeeze:
                    return np.int64(x)
                if (
                    x >= 0.0
                    and (us >= 0.013 or v <= us)
                    and math.log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b)
                    <= -mean + x * math.log(mean) - _log_factorial(np.int64(x))
                ):
                    return np.int64(x)
                u, v = u2, v2
            block += _BLOCK
            u, v, u2, v2 = uniforms(seed, member, step, site, block)

    @open_part
    def _log_choose(n, k):
        return _log_factorial(n) - _log_factorial(k) - _log_factorial(n - k)

    @open_part
    def hypergeometric(marked, others, taken, seed, member, step, site, purpose):
        """Draw how many of ``taken`` people are marked, taken without replacement from ``marked + others``.

        Inversion of one uniform, walking outwards from the mode, so its cost is the standard deviation [4]_.

        Parameters
        ----------
        marked, others, taken : int
            People of the two kinds and how many are taken (at most their sum).
        seed, member, step, site, purpose : int
            The address of the draw.
        """
        keep_apart()
        if marked <= 0 or taken <= 0:
            return 0
        if others <= 0:
            return taken
        low = max(0, taken - others)
        if low == min(marked, taken):
            return low
        return invert_hypergeometric(marked, others, taken, uniform(seed, member, step, site, purpose))

    @open_part
    def invert_hypergeometric(marked, others, taken, u):
        """Return what `hypergeometric` draws with the uniform ``u``: a quantile, counted outwards from the mode."""
        keep_apart()
        low = max(0, taken - others)
        high = min(marked, taken)
        total = marked + others
        mode = np.int64((taken + 1.0) * (marked + 1.0) / (total + 2.0))
        mode = min(max(mode, low), high)
        peak = math.exp(_log_choose(marked, mode) + _log_choose(others, taken - mode) - _log_choose(total, taken))
        u -= peak
        if u <= 0.0:
            return mode
        up = peak
        down = peak
        above = mode
        below = mode
        while above < high or below > low:
            if above < high:
                up *= (marked - above) * 1.0 * (taken - above) / ((above + 1.0) * (others - taken + above + 1.0))
                above += 1
                u -= up
                if u <= 0.0:
                    return above
            if below > low:
                down *= below * 1.0 * (others - taken + below) / ((marked - below + 1.0) * (taken - below + 1.0))
                below -= 1
                u -= down
                if u <= 0.0:
                    return below
        return mode
