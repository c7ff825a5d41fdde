"""The same member is the same bytes, and a changed scenario shares every draw that the change does not touch.

Theory: a draw is a function of (seed, member, hour, site, purpose), and sites are named, not numbered. Hence a member
does not depend on who else is run, in which order, in how many threads or pieces; a shorter run is the beginning of a
longer one; an event changes nothing before it begins, nor ever what nobody's choice can reach (ordinary traffic back,
entry points elsewhere); a further place moves no draw of the others. All answers are exact equalities: no tolerance,
no error rate.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest

from borderflow.kernels import border
from borderflow.network import Network, compile_network
from borderflow.rules import compile_rules
from borderflow.simulation import NEWS_HOURS, Workspace, new_record, new_state, run_member, simulate
from networks import START, event, place, tiny_scenario, traffic


def arrays(record: border.Record) -> dict[str, np.ndarray]:
    return {**record.hourly._asdict(), **{name: value for name, value in record._asdict().items() if name != "hourly"}}


def assert_identical(a: border.Record, b: border.Record) -> None:
    for name, one in arrays(a).items():
        assert one.tobytes() == arrays(b)[name].tobytes(), name


def run(scenario, member=0, seed=5, **more):
    network = compile_network(scenario)
    rules, theta = compile_rules(network)
    return network, run_member(network, rules, theta, seed=seed, member=member, **more).record


@pytest.fixture(scope="module")
def network() -> Network:
    return compile_network(tiny_scenario())


@pytest.fixture(scope="module")
def alone(network) -> list[border.Record]:
    rules, theta = compile_rules(network)
    return [run_member(network, rules, theta, seed=5, member=member).record for member in range(8)]


# --- one member ---


def test_members_differ_and_seeds_differ(network, alone):
    rules, theta = compile_rules(network)
    other = run_member(network, rules, theta, seed=6, member=0).record
    queues = {record.hourly.queue.tobytes() for record in [*alone, other]}
    assert len(queues) == 9


@pytest.mark.parametrize("order", [range(8), reversed(range(8)), [5], [3, 3, 0], [7, 2, 4]])
def test_any_block_in_any_order(network, alone, order):
    for member in simulate(network, list(order), seed=5):
        assert_identical(member.record, alone[member.number])


def test_two_threads(network, alone):
    blocks = [[0, 2, 4, 6], [7, 5, 3, 1]]
    with ThreadPoolExecutor(2) as pool:
        for block in pool.map(lambda members: simulate(network, members, seed=5), blocks * 3):
            for member in block:
                assert_identical(member.record, alone[member.number])


def test_freshly_compiled(alone):
    _, record = run(tiny_scenario(), member=3)
    assert_identical(record, alone[3])


@pytest.mark.parametrize("cuts", [[48], [6, 12, 66], list(range(NEWS_HOURS, 96, NEWS_HOURS))])
def test_pieces_of_time(network, alone, cuts):
    rules, theta = compile_rules(network)
    a, state, record = network.arrays, new_state(network), new_record(network)
    normals = np.full(state.noise.shape, np.nan)
    border.prepare(network.trips, theta, state.minds, state.rate, state.noise, state.travel, 5, 2, normals)
    bounds = [0, *cuts, len(network.hours)]
    for first, last in pairwise(bounds):
        out = border.advance(a, rules, theta, state, record, 5, 2, first, last, network.everyone, NEWS_HOURS)
        assert out == (border.OK, last)
    border.count_citizens(record.daily, a.lanes.citizens, a.lanes.key, 5, 2)
    assert_identical(record, alone[2])


def test_small_and_used_workspaces(network, alone):
    rules, theta = compile_rules(network)
    workspace = Workspace(network, nodes=4)  # too small: grows by itself
    for member in (4, 1, 4):
        again = run_member(network, rules, theta, seed=5, member=member, workspace=workspace)
        assert_identical(again.record, alone[member])
    assert workspace.nodes > 4


def test_record_of_the_caller_is_filled_when_the_workspace_grows(network, alone):
    rules, theta = compile_rules(network)
    record = new_record(network)
    run_member(network, rules, theta, seed=5, member=4, workspace=Workspace(network, nodes=4), record=record)
    assert_identical(record, alone[4])


def test_a_shorter_run_is_the_beginning(alone):
    _, record = run(tiny_scenario().until("2022-09-29"))
    for name in border.Hourly._fields:
        assert getattr(record.hourly, name).tobytes() == getattr(alone[0].hourly, name)[:72].tobytes(), name


# --- changed scenarios ---

CHANGES = {
    "closure": event("closure", 50, 70, id="new", crossings=["bridge"]),
    "draft office": event("draft_office", 51, id="new", crossings=["bridge"], share_checked=1.0, share_stopped=0.5),
    "ban": event(
        "entry_ban", 53, id="new", countries=["FI"], visa_classes=["tourist"], share_admitted=0.0, share_informed=0.5
    ),
    "capacity": event("capacity", 49, id="new", crossings=["mountain"], factor=2.5),
    "access limit": event("access_limit", 52, id="new", crossings=["mountain"], modes=["car"], share_turned_away=0.9),
    "halt": event("service_halt", 50, id="new", services=["capital-istanbul"]),
    "seats": event("seats", 50, id="new", services=["capital-istanbul"], factor=0.1),
}


def pair(change: str, member: int, **parameters: float) -> tuple[Network, border.Record, border.Record, int]:
    """Return the network, the record without and with the event, and the hour at which the event begins."""
    before = tiny_scenario(parameters=parameters)
    changed = tiny_scenario(parameters=parameters, events=[*before.model_dump()["events"], CHANGES[change]])
    begin = int((changed.events[-1].start - START).total_seconds() // 3600)
    network, without = run(before, member)
    return network, without, run(changed, member)[1], begin


@pytest.mark.parametrize("member", [0, 9])
@pytest.mark.parametrize("change", list(CHANGES))
def test_nothing_changes_before_the_event(change, member):
    _, without, with_event, begin = pair(change, member)
    for name in border.Hourly._fields:
        ours, theirs = getattr(without.hourly, name), getattr(with_event.hourly, name)
        assert ours[:begin].tobytes() == theirs[:begin].tobytes(), name
    assert without.origin[:, :2].tobytes() == with_event.origin[:, :2].tobytes()
    assert any(
        a.tobytes() != b.tobytes() for a, b in zip(arrays(without).values(), arrays(with_event).values(), strict=True)
    )


@pytest.mark.parametrize("change", ["closure", "draft office", "access limit", "halt", "seats"])
def test_what_nobody_can_reach_stays_the_same_throughout(change):
    network, without, with_event, _ = pair(change, 1)
    far = [n for n, one in enumerate(network.lanes) if one.direction == "in" or one.kind == "entry"]
    assert len(far) == 4
    assert without.daily[:, :, far].tobytes() == with_event.daily[:, :, far].tobytes()
    assert without.daily[border.PASSED_ORDINARY][:, far].sum() > 1000


@pytest.mark.parametrize("change", list(CHANGES))
def test_who_leaves_is_the_same_where_ways_out_do_not_matter(change):
    # access_response 0: departures do not depend on the ways out, so the same people leave on the same days
    _, without, with_event, _ = pair(change, 2, access_response=0.0)
    assert without.origin.tobytes() == with_event.origin.tobytes()
    assert without.origin[border.LEFT].sum() > 1000


def test_a_further_place_moves_no_draw(alone):
    tiny = tiny_scenario().model_dump(by_alias=True)
    # named so that it sorts and stands before all others: numbers shift, names do not
    entry = place("aaa", "entry", 40.0, 40.0, country="TR")
    more = tiny_scenario(
        places=[entry, *tiny["places"]], baseline=[traffic("aaa", "out", "all", 500), *tiny["baseline"]]
    )
    network, record = run(more)
    kept = [n for n, one in enumerate(network.lanes) if one.post != "aaa"]
    assert len(kept) == len(network.lanes) - 2
    for name in border.Hourly._fields:
        assert getattr(record.hourly, name).tobytes() == getattr(alone[0].hourly, name).tobytes(), name
    assert record.daily[:, :, kept].tobytes() == alone[0].daily.tobytes()
    assert record.origin.tobytes() == alone[0].origin.tobytes()


@pytest.mark.parametrize("event_ids", [("opening",), ("bicycles", "walkers")])
def test_an_event_left_out_is_an_event_switched_off(event_ids):
    scenario = tiny_scenario()
    switched_off = [
        {**one, "enabled": one["id"] not in event_ids} for one in scenario.model_dump(by_alias=True)["events"]
    ]
    assert_identical(run(scenario.without(*event_ids))[1], run(tiny_scenario(events=switched_off))[1])


def test_any_other_event_left_out_is_an_event_switched_off():
    scenario = tiny_scenario()
    for event_id in ("shock", "call-up", "draft-office", "entry-ban", "closure", "seats", "access-limit", "capacity"):
        switched_off = [
            {**one, "enabled": one["id"] != event_id} for one in scenario.model_dump(by_alias=True)["events"]
        ]
        assert_identical(run(scenario.without(event_id))[1], run(tiny_scenario(events=switched_off))[1])
