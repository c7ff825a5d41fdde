"""How the priors of a third crisis are pooled from the shipped ones (tools/make_defaults.py)."""

import math

import pytest

from benches import load_script
from borderflow.drafting import _defaults
from borderflow.scenario import Parameter, Prior


@pytest.fixture(scope="module")
def tool():
    return load_script("tools/make_defaults.py")


def parameter(value, low, high):
    prior = Prior(shape="lognormal", low=low, high=high)
    return Parameter(value=value, prior=prior, unit="h", source="a guess")


def test_a_fit_stands_for_its_crisis_where_it_has_learned(tool, monkeypatch):
    """Learned 8 (6 to 10) beside a prior of 2 (1 to 4): middle sqrt(16), from 1 to 10; not learned: from 1 to 20."""
    crises = [("a", "x", parameter(5.0, 1.0, 20.0)), ("b", "x", parameter(2.0, 1.0, 4.0))]
    for ratio, middle, high in ((0.3, 4.0, 10.0), (0.9, math.sqrt(10.0), 20.0)):
        monkeypatch.setattr(tool, "fitted", lambda name, r=ratio: {"x": (8.0, 6.0, 10.0, r)} if name == "a" else {})
        found = tool.pool(crises)
        assert found["value"] == pytest.approx(middle, rel=0.005)
        assert (found["prior"]["low"], found["prior"]["high"]) == (1.0, high)
        assert ("fit, 6 to 10" in found["source"]) == (ratio < 0.7)


def test_two_fits_that_agree_are_not_believed_too_much(tool, monkeypatch):
    """Both learned 4 (3.9 to 4.1); the priors together reach from 1 to 16: at least half of that on the log scale."""
    crises = [("a", "x", parameter(4.0, 1.0, 16.0)), ("b", "x", parameter(4.0, 2.0, 8.0))]
    monkeypatch.setattr(tool, "fitted", lambda name: {"x": (4.0, 3.9, 4.1, 0.1)})
    prior = tool.pool(crises)["prior"]
    assert (prior["low"], prior["high"]) == pytest.approx((2.0, 8.0), rel=0.01)


def test_one_crisis_alone_keeps_its_prior(tool, monkeypatch):
    monkeypatch.setattr(tool, "fitted", lambda name: {"x": (4.0, 3.9, 4.1, 0.1)})
    prior = tool.pool([("a", "x", parameter(4.0, 1.0, 16.0))])["prior"]
    assert (prior["low"], prior["high"]) == (1.0, 16.0)


def test_the_shipped_defaults_hold_what_the_fits_have_learned(tool):
    """Whoever ships another fit has to make the defaults again."""
    shipped = _defaults()["parameters"]
    for scenario in tool.shipped():
        for name, (_, low, high, ratio) in tool.fitted(scenario).items():
            if ratio < tool.LEARNED and "fit, " in shipped.get(name, {}).get("source", ""):
                prior = shipped[name]["prior"]
                assert prior["low"] <= low + 0.01 * abs(low), name
                assert prior["high"] >= high - 0.01 * abs(high), name
