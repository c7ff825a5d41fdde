"""The smoother and sequential ABC against posteriors that are known on paper.

Linear model, Gaussian prior and errors: the posterior is Gaussian with a closed form. Simulation-based calibration: the
rank of the true value among the posterior draws is uniform; chi-square test at an error rate of 0.001, fixed seeds.
"""

import numpy as np
import pytest
from scipy import stats

from borderflow.errors import UsageError
from borderflow.priors import PRIOR_DRAWS, standard_normals
from borderflow.sequential import sample_abc
from borderflow.smoother import CUT, Data, cut_at_bounds, inflations, smooth, taper, update

MATRIX = np.array([[1.0, 0.5], [0.3, -1.0], [0.0, 2.0]])
ERROR = np.array([0.5, 0.7, 1.0])


def data(y, error=ERROR, bound=None):
    y = np.asarray(y, dtype=float)
    return Data(tuple(f"y{n}" for n in range(y.size)), y, np.asarray(error, float),
                np.zeros(y.size, int) if bound is None else np.asarray(bound))  # fmt: skip


def exact(y, matrix=MATRIX, error=ERROR):
    precision = np.eye(matrix.shape[1]) + matrix.T @ np.diag(error**-2.0) @ matrix
    covariance = np.linalg.inv(precision)
    return covariance @ matrix.T @ (np.asarray(y) / error**2), covariance


def prior(members, seed=1, names=("a", "b")):
    return standard_normals(names, members, seed=seed, purpose=PRIOR_DRAWS)


def test_linear_posterior_on_paper():
    """4,000 members: mean within 0.05 and covariance within 0.05 of the closed form."""
    y = [1.0, -0.5, 2.0]
    z, predicted = smooth(lambda x: MATRIX @ x, prior(4000), data(y), steps=4, seed=3)[-1]
    mean, covariance = exact(y)
    np.testing.assert_allclose(z.mean(axis=1), mean, atol=0.05)
    np.testing.assert_allclose(np.cov(z), covariance, atol=0.05)
    np.testing.assert_allclose(predicted, MATRIX @ z)


def test_calibration_of_the_smoother_by_simulation():
    """300 truths, 99 draws each, 10 bins of ranks for each of two unknowns: p > 0.001 in both."""
    rng = np.random.default_rng(8)
    ranks = []
    for k in range(300):
        truth = rng.standard_normal(2)
        y = MATRIX @ truth + ERROR * rng.standard_normal(3)
        z = smooth(lambda x: MATRIX @ x, prior(99, seed=100 + k), data(y), steps=3, seed=k)[-1][0]
        ranks.append((z < truth[:, None]).sum(axis=1))
    for column in np.array(ranks).T:
        counts = np.histogram(column, bins=np.linspace(0, 100, 11))[0]
        assert stats.chisquare(counts).pvalue > 0.001


def test_a_rank_histogram_would_notice_a_narrow_posterior():
    """The same test with half the spread must fail, or it could not fail at all."""
    rng = np.random.default_rng(8)
    ranks = []
    for _ in range(300):
        truth = rng.standard_normal(2)
        mean, covariance = exact(MATRIX @ truth + ERROR * rng.standard_normal(3))
        z = mean[:, None] + 0.5 * np.linalg.cholesky(covariance) @ rng.standard_normal((2, 99))
        ranks.append((z < truth[:, None]).sum(axis=1))
    counts = np.histogram(np.array(ranks)[:, 0], bins=np.linspace(0, 100, 11))[0]
    assert stats.chisquare(counts).pvalue < 0.001


def test_what_the_data_do_not_touch_stays_at_the_prior():
    """30 unknowns without any influence keep 97 % of their spread on average, and no mean beyond 0.25."""
    names = ["a", *(f"idle{n}" for n in range(30))]
    z = smooth(lambda x: x[:1], prior(300, names=names), data([2.0], [0.3]), steps=4, seed=2)[-1][0]
    assert abs(z[0].mean() - 2.0 / 1.09) < 0.1
    assert z[1:].std(axis=1).mean() > 0.97 * prior(300, names=names)[1:].std(axis=1).mean()
    assert np.abs(z[1:].mean(axis=1)).max() < 0.25


def test_a_mask_forbids_learning():
    z0 = prior(200)
    mask = np.array([[1.0], [0.0]])
    z = smooth(lambda x: x[:1] + x[1:], z0, data([3.0], [0.5]), steps=2, seed=1, mask=mask)[-1][0]
    np.testing.assert_array_equal(z[1], z0[1])
    assert z[0].mean() > 1.0


def test_days_and_totals_that_move_together_pull_the_right_way():
    """Ten days and ten running totals, 30 weak common causes, all of them 0.7 beyond the prior mean, 120 members.

    Squared distance of members from the data in units of their error, mean of three seeds: exact posterior 0.4. A taper on
    the covariances of unknowns with data alone leaves 5.0 and flows that are 0.2 to 0.4 too low.
    """
    far, off = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        causes = rng.uniform(0.5, 1.5, (1, 30)) / 30**0.5 * rng.uniform(0.7, 1.3, (10, 30))
        flows = np.hstack([causes, 0.3 * np.eye(10)])
        both = np.vstack([flows, np.tril(np.ones((10, 10))) @ flows / np.arange(1, 11)[:, None]])
        truth = rng.standard_normal(40) + 0.7 * (np.arange(40) < 30)
        y = both @ truth + 0.2 * rng.standard_normal(20)
        start = prior(120, seed=seed, names=[f"u{n}" for n in range(40)])
        z = smooth(lambda x, g=both: g @ x, start, data(y, np.full(20, 0.2)), steps=4, seed=seed)[-1][0]
        mean, _ = exact(y, both, np.full(20, 0.2))
        far.append(np.mean(np.square((both @ z - y[:, None]) / 0.2)))
        off.append(np.mean(both @ z.mean(axis=1) - both @ mean))
    assert np.mean(far) < 2.0
    assert np.abs(off).max() < 0.1


def test_inflations_count_the_data_once():
    for steps in (1, 2, 6):
        factors = inflations(steps)
        assert (1.0 / factors).sum() == pytest.approx(1.0)
        assert (np.diff(factors) < 0).all() and factors[-1] >= 1.0


def test_taper_by_hand():
    z = np.array([[1.0, -1.0, 1.0, -1.0] * 25])
    strong, none = z * 3.0, np.array([[1.0, 1.0, -1.0, -1.0] * 25])
    assert taper(z, strong)[0, 0] == pytest.approx(100 / 102)
    assert taper(z, none)[0, 0] == 0.0
    assert taper(z, np.ones((1, 100)))[0, 0] == 0.0
    assert 0 < CUT < 4


def test_a_bound_moves_only_those_beyond_it():
    z = prior(500)
    bounded = data([0.0], [0.1], bound=[1])
    moved = update(z, z[:1], bounded, inflation=1.0, seed=1, step=1)
    inside = z[0] > 0
    np.testing.assert_array_equal(moved[0][inside], z[0][inside])
    assert moved[0][~inside].mean() > z[0][~inside].mean() + 0.2
    assert cut_at_bounds(bounded, np.array([[-1.0, 2.0]])).tolist() == [[-1.0, 0.0]]


def test_same_seed_same_bytes_and_resumed_steps():
    y = [1.0, -0.5, 2.0]
    whole = smooth(lambda x: MATRIX @ x, prior(50), data(y), steps=3, seed=3)
    again = smooth(lambda x: MATRIX @ x, prior(50), data(y), steps=3, seed=3, done=whole[:2])
    assert whole[-1][0].tobytes() == again[-1][0].tobytes()
    other = smooth(lambda x: MATRIX @ x, prior(50), data(y), steps=3, seed=4)
    assert whole[-1][0].tobytes() != other[-1][0].tobytes()


def test_wrong_data_are_told():
    with pytest.raises(UsageError, match="every error must be positive"):
        data([1.0], [0.0])
    with pytest.raises(UsageError, match="differ in length"):
        Data(("a", "b"), np.zeros(1), np.ones(1), np.zeros(1, int))
    with pytest.raises(UsageError, match="steps must be at least 1"):
        smooth(lambda x: x, prior(5), data([1.0, 1.0], [1.0, 1.0]), steps=0, seed=1)


# ---------------------------------------------------------------------------------------------------------------------
# Sequential ABC


def test_abc_agrees_with_the_smoother_and_with_paper():
    """Two unknowns, three data: means within 0.15 of the closed form, spreads within 20 % (1,000 particles)."""
    y = np.array([1.0, -0.5, 2.0])
    rng = np.random.default_rng(2)

    def distance(z):
        seen = MATRIX @ z + ERROR[:, None] * rng.standard_normal((3, z.shape[1]))
        return np.sqrt(np.square((seen - y[:, None]) / ERROR[:, None]).sum(axis=0))

    found = sample_abc(distance, 2, particles=1000, generations=6, seed=5)
    mean, spread = found.moments()
    right, covariance = exact(y)
    np.testing.assert_allclose(mean, right, atol=0.15)
    np.testing.assert_allclose(spread, np.sqrt(np.diag(covariance)), rtol=0.2)
    assert found.weight.sum() == pytest.approx(1.0)


def test_abc_stops_at_its_budget():
    found = sample_abc(lambda z: np.abs(z[0] - 1.0), 1, particles=50, generations=50, seed=1, most=2000)
    assert found.simulations <= 2050
    with pytest.raises(UsageError, match="at least 10 particles"):
        sample_abc(lambda z: z[0], 1, particles=3)
