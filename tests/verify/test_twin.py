"""The engine against its plain-Python twin, draw for draw.

Theory: `borderflow.twin` states the rules a second time, with dictionaries and queues, and draws at the same
addresses. Answer: every integer of every hour and day is equal; waits and prices agree to 1e-5 relative, the
precision in which the engine stores them. No statistics, so no error rate: one unequal number is a failure.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from borderflow.network import compile_network
from borderflow.rules import compile_rules
from borderflow.scenario import Scenario, load
from borderflow.simulation import run_member
from borderflow.twin import run_twin
from networks import event, fleeing_scenario, one_crossing, scenarios, tiny_scenario

#: The engine looks for people who have waited a day only where those who join expect more hours than this; see
#: `test_who_waited_a_day_where_the_line_has_become_quick`.
COUNTED_ABOVE = 6.0


def assert_same(scenario: Scenario, *, seed: int, member: int, normals: np.ndarray | None = None) -> None:
    network = compile_network(scenario)
    rules, theta = compile_rules(network)
    engine = run_member(network, rules, theta, seed=seed, member=member, normals=normals).record
    twin = run_twin(network, rules, theta, seed=seed, member=member, normals=normals)
    # in the order in which a difference arises, so that the first one reported is the cause
    for name in ("origin", "daily", "country", "entered", "abroad"):
        ours, theirs = getattr(engine, name), getattr(twin, name)
        np.testing.assert_array_equal(ours, theirs, err_msg=name)
    for name in ("queue", "passed"):
        np.testing.assert_array_equal(getattr(engine.hourly, name), getattr(twin.hourly, name), err_msg=name)
    looked = engine.hourly.wait_joining > COUNTED_ABOVE
    ours, theirs = engine.hourly.waiting_day[looked], twin.hourly.waiting_day[looked]
    np.testing.assert_array_equal(ours, theirs, err_msg="waiting_day")
    for name in ("wait_joining", "wait_passing", "price"):
        ours, theirs = getattr(engine.hourly, name), getattr(twin.hourly, name)
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("member", range(4))
def test_tiny_network_with_every_kind_of_event(member):
    assert_same(tiny_scenario(days=6), seed=20220921, member=member)


def test_many_leavers_and_given_noise():
    # more people leave one place in an hour than a crowd holds
    scenario = tiny_scenario(parameters={"base_departure_rate": 4e-3})
    network = compile_network(scenario)
    normals = np.random.default_rng(1).normal(size=(len(network.days), 1 + len(network.countries)))
    normals[1, :] = np.nan
    assert_same(scenario, seed=1, member=2**32 - 1, normals=normals)


@settings(max_examples=150, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(scenario=scenarios(max_days=4), seed=st.integers(0, 2**63 - 1), member=st.integers(0, 2**32 - 1))
def test_random_networks(scenario, seed, member):
    assert_same(scenario, seed=seed, member=member)


def test_russia_around_the_announcement():
    assert_same(load("russia-2022").until("2022-09-24"), seed=1, member=0)


@pytest.mark.parametrize("member", range(3))
def test_a_war(member):
    assert_same(fleeing_scenario(days=6), seed=20220224, member=member)


def test_a_war_with_crowds():
    # so many that the parties of one place set out in several crowds
    assert_same(fleeing_scenario(days=3, parameters={"base_departure_rate": 3e-3}), seed=1, member=0)


def test_ukraine_in_the_first_days():
    assert_same(load("ukraine-2022").until("2022-02-26T12:00Z"), seed=1, member=0)


def test_news_without_delay():
    assert_same(tiny_scenario(days=6, parameters={"information_delay": 0.0}), seed=1, member=0)


def test_more_lose_patience_than_are_drawn_at_once():
    # two lines of 200 hours: the draws of one leave no room for those of the other
    calm = {"patience": 6.0, "switch_share": 0.03}
    cars = one_crossing(2400, 240, days=8, parameters=calm)
    lanes = (*cars.lanes, cars.lanes[0].model_copy(update={"mode": "bus"}))
    baseline = (*cars.baseline, cars.baseline[0].model_copy(update={"mode": "bus"}))
    assert_same(cars.model_copy(update={"lanes": lanes, "baseline": baseline}), seed=1, member=0)


def test_who_waited_a_day_where_the_line_has_become_quick():
    # a line of 60 hours, then twenty times the capacity: whoever is still there has waited more than a day
    faster = event("capacity", 60, crossings=["post"], factor=20.0)
    network = compile_network(one_crossing(7200, 2400, days=4, events=[faster]))
    rules, theta = compile_rules(network)
    engine = run_member(network, rules, theta, seed=1, member=0).record.hourly
    twin = run_twin(network, rules, theta, seed=1, member=0).hourly
    assert twin.waiting_day[60, 0] > 3000
    np.testing.assert_array_equal(engine.waiting_day, twin.waiting_day)
