"""Priors: quantiles, the hierarchical capacities, and how unknowns reach the members."""

import datetime as dt

import numpy as np
import pytest
from scipy import stats

from borderflow.errors import UsageError
from borderflow.priors import BACK_STEP, PRIOR_DRAWS, list_unknowns, member_settings, prior_quantile, standard_normals
from borderflow.scenario import Prior, load


@pytest.fixture(scope="module")
def scenario():
    return load("russia-2022")


@pytest.mark.parametrize("shape", ["normal", "lognormal", "logitnormal"])
def test_ninety_percent_lie_between_low_and_high(shape):
    z = stats.norm.ppf([0.05, 0.95])
    np.testing.assert_allclose(prior_quantile(Prior(shape=shape, low=0.2, high=0.7), z), [0.2, 0.7], rtol=1e-9)


@pytest.mark.parametrize("shape", ["uniform", "loguniform"])
def test_bounds_of_the_uniform_family(shape):
    values = prior_quantile(Prior(shape=shape, low=0.2, high=0.7), np.array([-40.0, 40.0]))
    np.testing.assert_allclose(values, [0.2, 0.7])
    assert prior_quantile(Prior(shape="fixed", low=2, high=2), np.zeros(3)).tolist() == [2, 2, 2]


def test_every_prior_of_the_scenario_gives_values_the_model_accepts(scenario):
    unknowns = list_unknowns(scenario)
    for size in (-3.0, 0.0, 3.0):
        values = unknowns.values(np.full((len(unknowns), 1), size))
        setting = member_settings(unknowns.names, values, scenario, [])[0]
        scenario.with_parameters(**setting.values)


def test_capacities_share_what_is_not_known(scenario):
    """Guessed posts: log f = m + s z; a post with a figure of its own does not move with the common error."""
    unknowns = list_unknowns(scenario)
    z = np.zeros((len(unknowns), 2))
    row = {name: n for n, name in enumerate(unknowns.names)}
    z[row["capacity.mean"], 1] = 1.0
    values = unknowns.values(z)
    moved = {post: values[row[f"capacity:{post}"], 1] / values[row[f"capacity:{post}"], 0]
             for post in ("mashtakovo", "verkhny-lars")}  # fmt: skip
    assert moved["mashtakovo"] == pytest.approx(np.exp(0.25), rel=1e-6)
    assert moved["verkhny-lars"] == pytest.approx(1.0)


def test_noise_reaches_its_day_and_country(scenario):
    day = dt.date(2022, 9, 23)
    unknowns = list_unknowns(scenario, days=[day], countries=["FI"])
    z = np.zeros((len(unknowns), 1))
    row = unknowns.names.index(f"noise:FI:{day}")
    z[row] = 1.5
    days = [dt.date(2022, 9, 22), day]
    normals = member_settings(unknowns.names, unknowns.values(z), scenario, days)[0].normals
    column = 1 + [country.id for country in scenario.countries].index("FI")
    assert normals[1, column] == 1.5 and normals[1, 0] == 0.0
    assert np.isnan(normals[0]).all() and np.isnan(normals[1, column + 1])
    assert not any(name.startswith("noise") for name in member_settings(unknowns.names, z, scenario, days)[0].values)


def test_journeys_back_walk(scenario):
    """Two steps of +1 and -2: up by one step on the first day, down by one from the second on; outwards nothing."""
    days = [dt.date(2022, 9, day) for day in (21, 22, 23, 24)]
    unknowns = list_unknowns(scenario, days=days[1:3], back=["GE"])
    z = np.zeros((len(unknowns), 1))
    for day, step in zip(days[1:3], (1.0, -2.0), strict=True):
        z[unknowns.names.index(f"back:GE:{day}")] = step
    made = member_settings(unknowns.names, unknowns.values(z), scenario, days)[0]
    column = [country.id for country in scenario.countries].index("GE")
    others = np.delete(made.traffic[1], column, axis=1)
    walk = np.log(made.traffic[1, :, column] / others[:, 0]) / BACK_STEP
    np.testing.assert_allclose(walk, [0.0, 1.0, -1.0, -1.0], atol=1e-12)
    assert (made.traffic[0] == 1.0).all() and not any(name.startswith("back") for name in made.values)


def test_some_who_went_out_do_not_come_back(scenario):
    """Half stay, visits of 6 days: on the 27th, six and a half days after the 21st begins, 1 - 0.5 (1 - e^(-6.5/6))."""
    days = [dt.date(2022, 9, 20), dt.date(2022, 9, 27)]
    unknowns = list_unknowns(scenario, only=["back.staying"])
    made = member_settings(unknowns.names, np.array([[0.5]]), scenario, days)[0]
    np.testing.assert_allclose(made.traffic[1, 0], 1.0)
    np.testing.assert_allclose(made.traffic[1, 1], 1.0 - 0.5 * (1.0 - np.exp(-6.5 / 6.0)))
    assert (made.traffic[0] == 1.0).all() and not made.values


def test_draws_are_standard_normal_and_depend_on_names_only():
    """10,000 draws: Kolmogorov at an error rate of 0.001."""
    one = standard_normals(["a", "b"], 5000, seed=1, purpose=PRIOR_DRAWS)
    assert stats.kstest(one.ravel(), "norm").pvalue > 0.001
    assert abs(np.corrcoef(one)[0, 1]) < 0.05
    more = standard_normals(["b", "c", "a"], 10, seed=1, purpose=PRIOR_DRAWS)
    np.testing.assert_array_equal(more[2], one[0, :10])


def test_unknown_names_are_told(scenario):
    with pytest.raises(UsageError, match="'pull_georgia' is not among the unknowns"):
        list_unknowns(scenario, only=["pull_georgia"])
