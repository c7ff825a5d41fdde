"""Members: a pause changes nothing, and going on from a moment gives the rest of the straight run, byte for byte.

Exact, so no error rate. The network is the tiny one, in which every rule acts.
"""

from typing import Any

import numpy as np
import pytest

from borderflow.errors import ConservationError, ResultsError
from borderflow.network import compile_network
from borderflow.rules import compile_rules
from borderflow.simulation import Member, Moment, Workspace, run_member
from networks import tiny_scenario

NETWORK = compile_network(tiny_scenario(days=3))
RULES, THETA = compile_rules(NETWORK)


def run(**more: Any) -> Member:
    return run_member(NETWORK, RULES, THETA, seed=1, member=3, **more)


def figures(member: Member) -> dict[str, np.ndarray]:
    record = member.record
    return {**record.hourly._asdict(), **{name: part for name, part in record._asdict().items() if name != "hourly"}}


def assert_same(one: Member, other: Member) -> None:
    for name, values in figures(one).items():
        np.testing.assert_array_equal(values, figures(other)[name], err_msg=name)


@pytest.fixture(scope="module")
def straight() -> Member:
    return run()


# hours off the six-hour beat of news and off midnight, too
@pytest.mark.parametrize("hour", [1, 7, 24, 31, 59, 71])
def test_a_pause_changes_nothing_and_the_rest_is_the_tail(straight, hour):
    kept: list[Moment] = []
    assert_same(run(pauses={hour: kept.append}), straight)
    assert_same(run(begin=kept[-1]), straight)


def test_several_pauses(straight):
    kept: list[Moment] = []
    assert_same(run(pauses={5: kept.append, 30: kept.append}), straight)
    assert [one.hour for one in kept] == [5, 30]


def test_lines_that_outgrow_their_room_change_nothing(straight):
    kept: list[Moment] = []
    small = Workspace(NETWORK, nodes=8)
    assert_same(run(workspace=small, pauses={2: kept.append}), straight)
    assert small.nodes > 8
    assert kept[0].nodes == 8  # the moment was kept again each time the member began anew
    assert_same(run(begin=kept[0], workspace=Workspace(NETWORK, nodes=8)), straight)


def test_a_moment_of_another_network_is_refused():
    kept: list[Moment] = []
    run(pauses={5: kept.append})
    other = compile_network(tiny_scenario(days=4))
    rules, theta = compile_rules(other)
    with pytest.raises(ResultsError, match="does not fit the network; branch from a run of the same places"):
        run_member(other, rules, theta, seed=1, member=3, begin=kept[0])


def test_the_sum_of_people_is_checked_after_a_branch():
    kept: list[Moment] = []
    run(pauses={5: kept.append})
    kept[0].arrays["state.homes.home"][0, 0] += 1
    with pytest.raises(ConservationError, match="differs from"):
        run(begin=kept[0])
