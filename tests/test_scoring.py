"""Scores against an independent library, against closed forms, and the properties that make them scores.

Agreement with scoringrules is to rounding (1e-9): no error rate. Expectations over random samples use fixed seeds.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from borderflow import scoring
from borderflow.errors import UsageError

sr = pytest.importorskip("scoringrules")

RNG = np.random.default_rng(5)
OBSERVED = RNG.normal(size=40)
MEMBERS = RNG.normal(0.3, 1.4, size=(40, 31))
MEMBERS[3] = MEMBERS[3, 0]  # all the same
OBSERVED[5] = MEMBERS[5, 4]  # a tie


def test_crps_agrees_with_scoringrules():
    np.testing.assert_allclose(
        scoring.crps_ensemble(OBSERVED, MEMBERS), sr.crps_ensemble(OBSERVED, MEMBERS, estimator="nrg"), atol=1e-9
    )
    np.testing.assert_allclose(
        scoring.crps_ensemble(OBSERVED, MEMBERS, fair=True),
        sr.crps_ensemble(OBSERVED, MEMBERS, estimator="fair"), atol=1e-9,
    )  # fmt: skip


def test_crps_of_many_members_is_that_of_the_normal():
    """The CRPS of a standard normal at y has a closed form; 200,000 quantiles come within 1e-4 of it."""
    members = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    for y in (-2.0, 0.0, 1.3):
        exact = y * (2 * stats.norm.cdf(y) - 1) + 2 * stats.norm.pdf(y) - 1 / np.sqrt(np.pi)
        assert abs(float(scoring.crps_ensemble(y, members)) - exact) < 1e-4


def test_interval_and_weighted_interval_scores_agree_with_scoringrules():
    low, high = np.quantile(MEMBERS, [0.1, 0.9], axis=1)
    np.testing.assert_allclose(
        scoring.interval_score(OBSERVED, low, high, level=0.8), sr.interval_score(OBSERVED, low, high, 0.2), atol=1e-9
    )
    levels = [0.5, 0.8, 0.95]
    lower = np.stack([np.quantile(MEMBERS, (1 - level) / 2, axis=1) for level in levels], axis=-1)
    upper = np.stack([np.quantile(MEMBERS, (1 + level) / 2, axis=1) for level in levels], axis=-1)
    middle = np.median(MEMBERS, axis=1)
    pairs = [(0.5, middle)]
    for n, level in enumerate(levels):
        pairs += [((1 - level) / 2, lower[:, n]), ((1 + level) / 2, upper[:, n])]
    alpha = 1 - np.array(levels)
    np.testing.assert_allclose(
        scoring.weighted_interval_score(OBSERVED, quantiles=pairs),
        sr.weighted_interval_score(OBSERVED, middle, lower, upper, alpha, w_median=0.5, w_alpha=alpha / 2), atol=1e-9,
    )  # fmt: skip


def test_the_weighted_interval_score_approaches_the_crps():
    """With 999 evenly spaced quantiles the two agree within 1 % (Bracher et al., section 2.2)."""
    at = np.arange(1, 1000) / 1000
    members = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    for y in (0.0, 1.0, 2.5):
        wis = scoring.weighted_interval_score(y, quantiles=[(p, stats.norm.ppf(p)) for p in at])
        assert float(wis) == pytest.approx(float(scoring.crps_ensemble(y, members)), rel=0.01)


def test_the_right_forecast_has_the_best_expected_score():
    """Proper: over 4,000 draws the true distribution beats shifted, narrow and wide ones (fixed seed)."""
    rng = np.random.default_rng(11)
    y = rng.normal(size=4000)
    z = stats.norm.ppf((np.arange(99) + 0.5) / 99)
    for score in (scoring.crps_ensemble, scoring.weighted_interval_score):
        truth = score(y, np.tile(z, (4000, 1))).mean()
        for shift, width in ((0.5, 1.0), (0.0, 0.5), (0.0, 2.0)):
            assert score(y, np.tile(shift + width * z, (4000, 1))).mean() > truth


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(-1e6, 1e6), st.floats(-100, 100))
def test_crps_is_not_negative_and_moves_with_its_unit(members, y, shift):
    base = float(scoring.crps_ensemble(y, members))
    assert base >= -1e-6
    assert float(scoring.crps_ensemble(y + shift, np.array(members) + shift)) == pytest.approx(base, abs=1e-5)
    assert float(scoring.crps_ensemble(2 * y, 2 * np.array(members))) == pytest.approx(2 * base, abs=1e-5)


def test_coverage_and_pit_of_a_calibrated_forecast():
    """2,000 draws from the forecast itself: coverage within 3 standard errors, PIT uniform (Kolmogorov, p > 0.001)."""
    rng = np.random.default_rng(3)
    members = rng.normal(size=(2000, 199))
    y = rng.normal(size=2000)
    for level, found in zip(scoring.LEVELS, scoring.coverage(y, members), strict=True):
        assert abs(found - level) < 3 * np.sqrt(level * (1 - level) / 2000) + 0.01
    assert stats.kstest(scoring.pit(y, members), "uniform").pvalue > 0.001
    assert abs(scoring.bias(y, members).mean()) < 0.06


def test_pit_of_a_narrow_forecast_heaps_at_the_ends():
    rng = np.random.default_rng(4)
    where = scoring.pit(rng.normal(size=500), 0.2 * rng.normal(size=(500, 99)))
    assert np.mean((where < 0.05) | (where > 0.95)) > 0.6


def test_brier_score_agrees_with_scoringrules():
    happened, chance = np.array([1, 0, 1]), np.array([0.8, 0.3, 0.1])
    np.testing.assert_allclose(scoring.brier_score(happened, chance), sr.brier_score(happened, chance))


def test_skill_counts_every_target_once():
    assert scoring.relative_skill([1, 1000], [2, 500]) == pytest.approx(1.0)
    assert scoring.relative_skill([1, np.nan], [2, 1]) == pytest.approx(0.5)
    assert np.isnan(scoring.relative_skill([np.nan], [1.0]))


def test_wrong_arguments_are_told():
    with pytest.raises(UsageError, match="at least 2 members, got 1"):
        scoring.crps_ensemble(0.0, [1.0], fair=True)
    with pytest.raises(UsageError, match=r"level must lie between 0 and 1, got 1.5"):
        scoring.interval_score(0.0, 0.0, 1.0, level=1.5)
    with pytest.raises(UsageError, match=r"median \(probability 0.5\) is missing"):
        scoring.weighted_interval_score(0.0, quantiles=[(0.25, 0.0), (0.75, 1.0)])
    with pytest.raises(UsageError, match="quantile 0.25 has no counterpart 0.75"):
        scoring.weighted_interval_score(0.0, quantiles=[(0.25, 0.0), (0.5, 1.0)])
    with pytest.raises(UsageError, match="between 0 and 1"):
        scoring.brier_score(1, 1.2)


def test_log_scale_keeps_the_sign():
    np.testing.assert_allclose(scoring.log_scale([-99.0, 0.0, 99.0]), [-np.log(100), 0.0, np.log(100)])
