"""People are conserved: every hour, every member, every network.

Theory: a person is in exactly one place. On paper: home + wrongly called + under way + in line + turned away + abroad
+ called + returned + elsewhere = everyone at the start, ordinary travellers cancelled out; and every flow that the
record reports is the difference of two stocks. Tolerance zero; random networks from a fixed seed, so no error rate.

The check must be able to fail: the last tests break the sum on purpose.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from borderflow.errors import ConservationError
from borderflow.kernels import border
from borderflow.network import Network, compile_network
from borderflow.rules import compile_rules
from borderflow.scenario import Scenario, load
from borderflow.simulation import NEWS_HOURS, Member, new_record, new_state, run_member
from networks import one_crossing, scenarios, tiny_scenario


def run(scenario: Scenario, seed: int = 1, member: int = 0) -> tuple[Network, Member]:
    network = compile_network(scenario)
    rules, theta = compile_rules(network)
    return network, run_member(network, rules, theta, seed=seed, member=member)


def in_line(state: border.State, classes: int) -> tuple[int, int]:
    """Return people of the exodus and ordinary travellers in line, counted batch by batch."""
    types = np.zeros(state.lines.types.shape[1], np.int64)
    for head in state.lines.head:
        node = head
        while node >= 0:
            types += state.lines.types[node]
            node = state.lines.following[node]
    return int(types[:-classes].sum()), int(types[-classes:].sum())


def assert_conserved(network: Network, member: Member) -> None:
    state, record = member.state, member.record
    coming = state.roads.calendar[:, :, :-1].sum(axis=2)
    np.testing.assert_array_equal(coming > 0, state.roads.calendar[:, :, -1] == 1)
    for array in (state.homes.home, state.homes.returnable, state.roads.calendar, state.lines.people, state.pool,
                  state.abroad, state.counter, record.daily, record.origin, record.country, record.abroad,
                  record.hourly.queue, record.hourly.passed, record.hourly.waiting_day, record.hourly.price,
                  record.hourly.wait_joining):  # fmt: skip
        assert (array >= 0).all()
    total = {name: int(record.daily[getattr(border, name)].sum()) for name in (
        "PASSED", "PASSED_ORDINARY", "CITIZENS_IN", "TURNED_BACK", "REFUSED", "CALLED_UP", "TURNED_AWAY", "ABANDONED",
        "CHOSE")}  # fmt: skip
    left, called, sent_home = (
        int(record.origin[row].sum()) for row in (border.LEFT, border.CALLED_DAY, border.WRONG_RETURNED)
    )
    home, returnable = int(state.homes.home.sum()), int(state.homes.returnable.sum())
    under_way, abroad, pool = int(coming.sum()), int(state.abroad.sum()), int(state.pool.sum())
    count = state.counter
    exodus, ordinary = in_line(state, network.arrays.choices.row_share.shape[1])

    # stocks
    everywhere = home + returnable + under_way + exodus + pool + abroad
    assert everywhere + count[border.CALLED] + count[border.RETURNED] + count[border.ELSEWHERE] == network.everyone
    assert under_way == count[border.UNDERWAY]
    assert ordinary == count[border.ORDINARY_IN] - count[border.ORDINARY_OUT]
    assert (
        record.hourly.queue[-1].sum(axis=-1) == state.lines.people.reshape(-1, 2)[list(network.recorded)].sum(axis=1)
    ).all()
    # flows are differences of stocks
    assert home == network.everyone - left - called + sent_home
    assert called + total["CALLED_UP"] == count[border.CALLED] + returnable + sent_home
    choices = network.arrays.choices
    sheltered = np.zeros(len(network.countries), np.int64)  # at havens, by the country they are counted in
    for post, c in enumerate(choices.haven_country):
        if c >= 0:
            sheltered[c] += state.pool[post].sum()
    assert total["PASSED"] == abroad + int(sheltered.sum()) + int(record.country.sum())
    # whoever moves on is gone for good, unless by transit (to a country of the model) or from a haven (to a crossing)
    onward = record.country[0].sum(axis=0)
    haven = np.isin(np.arange(len(onward)), choices.haven_country)
    through = choices.transit_post >= 0
    assert onward[~haven & ~through].sum() <= count[border.ELSEWHERE] <= onward[~haven].sum()
    today = network.arrays.clock.country_day[:, -1]
    present = state.abroad.sum(axis=1) + sheltered
    assert (record.abroad[today, np.arange(len(today))] == present).all()
    arrived = total["PASSED"] + total["PASSED_ORDINARY"]
    stopped = total["TURNED_BACK"] + total["REFUSED"] + total["TURNED_AWAY"] + total["ABANDONED"]
    assert total["CHOSE"] + count[border.ORDINARY_IN] == under_way + exodus + ordinary + arrived + stopped
    assert total["CHOSE"] >= left
    assert total["CITIZENS_IN"] <= total["PASSED_ORDINARY"]
    # hours add up to days, lane by lane
    recorded = record.daily[[border.PASSED, border.PASSED_ORDINARY]].sum(axis=(0, 1))[list(network.recorded)]
    assert (record.hourly.passed.sum(axis=0) == recorded).all()


@settings(max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios(), seed=st.integers(0, 2**63 - 1), member=st.integers(0, 2**32 - 1))
def test_random_networks(scenario, seed, member):
    assert_conserved(*run(scenario, seed, member))


@pytest.mark.parametrize("member", range(5))
def test_tiny_network(member):
    assert_conserved(*run(tiny_scenario(days=10), member=member))


def test_many_leavers():
    network, member = run(tiny_scenario(days=10, parameters={"base_departure_rate": 0.5}))
    assert_conserved(network, member)
    assert member.record.origin[border.LEFT].sum() > 0.2 * network.everyone


def test_russia():
    assert_conserved(*run(load("russia-2022")))


def test_one_person_too_many_is_an_error(monkeypatch):
    network = compile_network(tiny_scenario(days=1))
    rules, theta = compile_rules(network)
    monkeypatch.setattr(Network, "everyone", property(lambda self: int(self.home.sum()) + 1))
    with pytest.raises(ConservationError, match=r"member 7, 2022-09-26T00Z: the hourly sum"):
        run_member(network, rules, theta, seed=1, member=7)


def _half_way() -> tuple[Network, border.State, border.Record, tuple[border.Rules, border.Theta]]:
    network = compile_network(tiny_scenario(days=4))
    rules, theta = compile_rules(network)
    state, record = new_state(network), new_record(network)
    normals = np.full(state.noise.shape, np.nan)
    border.prepare(network.trips, theta, state.minds, state.rate, state.noise, state.travel, 1, 0, normals)
    assert _advance(network, state, record, (rules, theta), 0, 66) == (border.OK, 66)
    return network, state, record, (rules, theta)


def _advance(network, state, record, rules, first, last):
    return border.advance(network.arrays, *rules, state, record, 1, 0, first, last, network.everyone, NEWS_HOURS)


@pytest.mark.parametrize("place", ["home", "pool", "abroad", "line", "counter"])
def test_a_person_from_nowhere_is_seen_within_the_hour(place):
    network, state, record, rules = _half_way()
    line = int(np.argmax(state.lines.people))
    array = {"home": state.homes.home, "pool": state.pool, "abroad": state.abroad, "line": state.lines.people[line:],
             "counter": state.counter[border.CALLED :]}[place]  # fmt: skip
    array.flat[0] += 1
    assert _advance(network, state, record, rules, 66, 72) == (border.BROKEN_SUM, 66)


def test_a_swap_that_the_sum_does_not_see_is_seen_by_the_recount():
    network, state, record, rules = _half_way()
    state.counter[border.UNDERWAY] -= 1  # one under way is lost, one at home appears
    state.homes.home[0, 0] += 1
    code, _ = _advance(network, state, record, rules, 66, 96)
    assert code == border.BROKEN_RECOUNT


def test_endless_lines_lose_nobody():
    # all ways out of a large town lead to one post whose line has grown to 1,000 hours: odds of exp(-0.08 * 1000 / 0.3)
    scenario = one_crossing(
        3000, 200, population=12_000_000, days=4,
        parameters={"base_departure_rate": 0.02, "wait_aversion": 0.08, "nest_scale": 0.3, "access_response": 0.0},
    )  # fmt: skip
    assert_conserved(*run(scenario))
