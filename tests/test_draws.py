"""The samplers against published vectors and exact distributions.

Every statistical test uses fixed seeds; chi-square tests reject at p < 1e-4, so that the whole file (about 30 tests of
that kind) would fail once in 300 fresh seeds.
"""

import numpy as np
import pytest
from numba import njit
from scipy import stats

from borderflow.kernels import counts, draws, samples, tables

ERROR_RATE = 1e-4
DRAWS = 100_000


def test_philox_known_answers():
    # Known-answer vectors of the Random123 distribution for philox4x32-10.
    zero = draws.philox(0, 0, 0, 0, 0)
    assert [int(w) for w in zero] == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    ones = draws.philox(np.uint64(2**64 - 1), 2**32 - 1, 2**32 - 1, 2**32 - 1, 2**32 - 1)
    assert [int(w) for w in ones] == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
    pi = draws.philox(np.uint64(0x299F31D0A4093822), 0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344)
    assert [int(w) for w in pi] == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]


@njit
def many_binomials(n, p, count):
    out = np.empty(count, np.int64)
    for i in range(count):
        out[i] = draws.binomial(n, p, 7, i, 0, 3, 1)
    return out


@njit
def many_poissons(mean, count):
    out = np.empty(count, np.int64)
    for i in range(count):
        out[i] = draws.poisson(mean, 7, i, 0, 3, 1)
    return out


@njit
def many_hypergeometrics(marked, others, taken, count):
    out = np.empty(count, np.int64)
    for i in range(count):
        out[i] = draws.hypergeometric(marked, others, taken, 7, i, 0, 3, 1)
    return out


def chi_square_p(sample, distribution):
    low, high = int(sample.min()), int(sample.max())
    edges = np.arange(low, high + 1)
    expected = distribution.pmf(edges) * len(sample)
    expected[0] += distribution.cdf(low - 1) * len(sample)
    expected[-1] += distribution.sf(high) * len(sample)
    observed = np.bincount(sample - low, minlength=len(edges)).astype(float)
    keep, o, e = [], 0.0, 0.0
    for i in range(len(edges)):
        o, e = o + observed[i], e + expected[i]
        if e >= 10:
            keep.append((o, e))
            o = e = 0.0
    if keep and e:
        keep[-1] = (keep[-1][0] + o, keep[-1][1] + e)
    o_all, e_all = np.array(keep).T
    return stats.chisquare(o_all, e_all * o_all.sum() / e_all.sum()).pvalue


@pytest.mark.parametrize(
    ("n", "p"),
    [(1, 0.3), (5, 0.5), (40, 0.02), (40, 0.9), (1000, 0.3), (10**5, 0.05), (10**6, 1e-6), (10**7, 0.6), (25, 0.4)],
)
def test_binomial_agrees_with_scipy(n, p):
    sample = many_binomials(n, p, DRAWS)
    assert sample.min() >= 0
    assert sample.max() <= n
    assert chi_square_p(sample, stats.binom(n, p)) > ERROR_RATE


def test_binomial_edges():
    assert draws.binomial(0, 0.5, 1, 1, 1, 1, 1) == 0
    assert draws.binomial(10, 0.0, 1, 1, 1, 1, 1) == 0
    assert draws.binomial(10, -0.1, 1, 1, 1, 1, 1) == 0
    assert draws.binomial(10, 1.0, 1, 1, 1, 1, 1) == 10
    assert draws.binomial(10, 1.5, 1, 1, 1, 1, 1) == 10


@pytest.mark.parametrize("mean", [0.01, 0.7, 4.0, 9.9, 10.0, 45.0, 1200.0])
def test_poisson_agrees_with_scipy(mean):
    assert chi_square_p(many_poissons(mean, DRAWS), stats.poisson(mean)) > ERROR_RATE


@pytest.mark.parametrize(
    ("marked", "others", "taken"), [(3, 4, 2), (50, 50, 30), (5, 1000, 400), (900, 100, 700), (20000, 5000, 800)]
)
def test_hypergeometric_agrees_with_scipy(marked, others, taken):
    sample = many_hypergeometrics(marked, others, taken, DRAWS)
    assert chi_square_p(sample, stats.hypergeom(marked + others, marked, taken)) > ERROR_RATE


def test_hypergeometric_edges():
    assert draws.hypergeometric(0, 5, 3, 1, 1, 1, 1, 1) == 0
    assert draws.hypergeometric(5, 0, 3, 1, 1, 1, 1, 1) == 3
    assert draws.hypergeometric(5, 5, 10, 1, 1, 1, 1, 1) == 5
    assert draws.hypergeometric(5, 5, 0, 1, 1, 1, 1, 1) == 0


def test_uniform_is_uniform_and_normal_is_normal():
    u = np.array([draws.uniform(3, i, 1, 2, 0) for i in range(20_000)])
    z = np.array([draws.normal(3, i, 1, 2, 0) for i in range(20_000)])
    assert 0 < u.min() <= u.max() < 1
    assert stats.kstest(u, "uniform").pvalue > ERROR_RATE
    assert stats.kstest(z, "norm").pvalue > ERROR_RATE


def test_addresses_do_not_share_numbers():
    # Neighbouring members, steps, sites and purposes are uncorrelated; 4 correlations of 20,000, 5 sigma.
    base = np.array([draws.uniform(3, i, 1, 2, 0) for i in range(20_000)])
    for shift in ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)):
        other = np.array([draws.uniform(3, i + shift[0], 1 + shift[1], 2 + shift[2], shift[3]) for i in range(20_000)])
        assert abs(np.corrcoef(base, other)[0, 1]) < 5 / np.sqrt(20_000)


def test_compiled_draws_equal_plain_python(monkeypatch):
    addresses = [(n, p, (9, i, 2, 3, 4)) for n, p in [(5, 0.2), (1000, 0.4), (10**6, 0.01)] for i in range(50)]
    compiled = [(draws.binomial(n, p, *at), draws.poisson(n * p, *at)) for n, p, at in addresses]
    monkeypatch.setattr(draws, "keep_apart", lambda: None)  # a word to the compiler
    plain = [(draws.binomial.py_func(n, p, *at), draws.poisson.py_func(n * p, *at)) for n, p, at in addresses]
    assert compiled == plain


# ---------------------------------------------------------------------------------------------------------------------
# many draws at once


def new_bulk(size):
    whole, words = np.int64, np.uint32
    kinds = {"number": whole, "drawn": whole, "where": whole, "left": whole, "site": words, "purpose": words}
    rows = {"words": np.zeros((4, size), words), "room": np.zeros((7, size))}
    return tables.Bulk(**{name: rows.get(name, np.zeros(size, kinds.get(name, float))) for name in tables.Bulk._fields})


@njit
def binomials_at_once(bulk, size, times):
    same = True
    for t in range(times):
        counts.draw_binomials(bulk, size, 7, 1, t)
        for i in range(size):
            same &= bulk.drawn[i] == draws.binomial(bulk.number[i], bulk.mean[i], 7, 1, t, i, bulk.purpose[i])
    return same


@njit
def samples_at_once(bulk, size, times):
    same = True
    for t in range(times):
        samples.draw_hypergeometrics(bulk, size, 7, 1, t)
        for i in range(size):
            others, taken = np.int64(bulk.room[0, i]), np.int64(bulk.room[1, i])
            same &= bulk.drawn[i] == draws.hypergeometric(bulk.number[i], others, taken, 7, 1, t, i, bulk.purpose[i])
    return same


@pytest.mark.parametrize("size", [1, 3, 8, 61])
def test_binomials_at_once_are_those_drawn_one_by_one(size):
    # every branch: none, few, few that take many steps, many, many near zero, more likely than not, certain
    bulk, spread = new_bulk(72), np.random.default_rng(3)
    bulk.number[:size] = spread.choice([0, 1, 7, 24, 60, 500, 20_000, 10**7], size)
    bulk.mean[:size] = spread.choice([0.0, 1e-7, 0.02, 0.3, 0.5, 0.77, 0.999, 1.0], size)
    bulk.site[:size], bulk.purpose[:size] = np.arange(size), 5
    assert binomials_at_once(bulk, size, 2000)


@pytest.mark.parametrize("size", [1, 3, 8, 61])
def test_samples_at_once_are_those_drawn_one_by_one(size):
    # from a few people to more than the table of factorials holds
    bulk, spread = new_bulk(72), np.random.default_rng(4)
    bulk.number[:size] = spread.choice([1, 2, 9, 70, 900, 5000], size)
    others = spread.choice([1, 3, 40, 300, 2500, 10**6], size)
    bulk.room[0, :size] = others
    bulk.room[1, :size] = 1 + spread.random(size) ** 3 * (bulk.number[:size] + others - 2)
    bulk.room[1] = np.floor(bulk.room[1])
    bulk.site[:size], bulk.purpose[:size] = np.arange(size), 5
    assert samples_at_once(bulk, size, 300)
