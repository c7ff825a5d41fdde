"""Changes of a scenario for what-if questions: what they do, and what they refuse."""

from datetime import UTC, datetime

import pytest

import borderflow as bf
from borderflow.changes import alter_event, apply_changes, change_capacity, close_crossing, move_event, open_crossing
from borderflow.outcomes import simulate_outcome
from networks import tiny_scenario


@pytest.fixture(scope="module")
def russia():
    return bf.load("russia-2022")


def test_a_date_is_meant_by_the_clocks_of_the_crossing(russia):
    zone_hours = {"ozinki": 5, "verkhny-lars": 4}
    for crossing, ahead in zone_hours.items():
        event = close_crossing(russia, crossing, "2022-09-27", "2022-09-28T12:00").events[-1]
        assert event.start == datetime(2022, 9, 26, 24 - ahead, tzinfo=UTC)
        assert event.end == datetime(2022, 9, 28, 12 - ahead, tzinfo=UTC)
    exact = close_crossing(russia, "ozinki", "2022-09-27T06:00Z").events[-1]
    assert exact.start == datetime(2022, 9, 27, 6, tzinfo=UTC)


def test_without_a_date_it_holds_from_the_announcement(russia):
    event = change_capacity(russia, "verkhny-lars", 2).events[-1]
    assert event.start == datetime(2022, 9, 20, 20, tzinfo=UTC)
    assert event.end is None
    assert event.evidence == ()


def test_an_event_moves_with_its_end(russia):
    before = next(e for e in russia.events if e.id == "storskog-stop")
    moved = next(e for e in move_event(russia, "storskog-stop", hours=5).events if e.id == "storskog-stop")
    assert (moved.start - before.start, moved.end - before.end) == (moved.start - before.start,) * 2
    assert (moved.start - before.start).total_seconds() == 5 * 3600
    placed = move_event(russia, "storskog-stop", start="2022-10-01T00:00Z")
    assert next(e for e in placed.events if e.id == "storskog-stop").start == datetime(2022, 10, 1, tzinfo=UTC)
    assert [e.id for e in placed.events] == [e.id for e in russia.events]


def test_a_crossing_opens_for_a_time_and_is_shut_before_and_after():
    ferry = next(e for e in tiny_scenario().events if e.kind == "opening")
    opened = open_crossing(tiny_scenario().without(ferry.id), "ferry", "2022-09-28", "2022-09-29")
    days = simulate_outcome(opened, members=3).series["arrivals_daily", "ferry", "GE", "all"].sum(axis=0)
    assert (days > 0).tolist() == [False, False, True, True, False]  # the ferry works until 02:00, by clocks of Tbilisi


def test_changes_can_be_stacked_and_run(russia, tmp_path):
    changed = close_crossing(russia, "ozinki")
    changed = alter_event(change_capacity(changed, "verkhny-lars", 2), "finland-tourist-ban", share_admitted=0.3)
    run = bf.run(changed, members=1, until="2022-09-22", out=tmp_path / "run")
    again = bf.open_run(run.folder).scenario
    assert [e.id for e in again.events][-2:] == ["what-if-closed-ozinki", "what-if-capacity-verkhny-lars"]


def test_written_as_on_the_command_line(russia):
    changed = apply_changes(
        russia, without=["call-up"], parameters={"patience": 30}, close=["ozinki=2022-09-27/2022-09-29"],
        lanes=["verkhny-lars/car=2"], move=["finland-tourist-ban=-2"],
    )  # fmt: skip
    assert changed.parameters["patience"].value == 30
    assert not next(e for e in changed.events if e.id == "call-up").enabled
    closed, lanes = changed.events[-2:]
    assert (closed.end - closed.start).days == 2
    assert (lanes.factor, lanes.modes) == (2.0, ("car",))
    assert next(e for e in changed.events if e.id == "finland-tourist-ban").start.day == 27


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: close_crossing(s, "ozinky"), "did you mean 'ozinki'"),
        (lambda s: close_crossing(s, "moscow"), "no crossing 'moscow'"),
        (lambda s: close_crossing(s, "ozinki", "2022-09-27", "2022-09-26"), "is not after start"),
        (lambda s: close_crossing(s, "ozinki", "yesterday"), "not a date: 'yesterday'"),
        (lambda s: change_capacity(s, "ozinki", -1), "must be 0 to"),
        (lambda s: change_capacity(s, "ozinki", 2, modes=["rocket"]), "modes"),
        (lambda s: move_event(s, "finland-turist-ban", days=1), "did you mean 'finland-tourist-ban'"),
        (lambda s: alter_event(s, "finland-tourist-ban", share_admited=1), "did you mean 'share_admitted'"),
        (lambda s: alter_event(s, "finland-tourist-ban", kind="shock"), "no field 'kind' to set"),
        (lambda s: alter_event(s, "finland-tourist-ban", share_admitted=3), "must be 0 to 1, got 3"),
        (lambda s: alter_event(s, "finland-tourist-ban", share_admitted="nix"), "no parameter 'nix'"),
        (lambda s: apply_changes(s, lanes=["ozinki"]), "--lanes 'ozinki': write CROSSING=FACTOR"),
        (lambda s: apply_changes(s, move=["call-up=soon"]), "--move 'call-up=soon': write EVENT=DAYS"),
        (lambda s: apply_changes(s, move=["call-up=nan"]), "moves by 36,600 days at most, got nan days"),
        (lambda s: apply_changes(s, move=["call-up=1e9"]), r"at most, got 1e\+09 days"),
        (lambda s: move_event(s, "call-up", hours=float("inf")), "and inf h"),
    ],
)
def test_mistakes(russia, change, words):
    with pytest.raises(bf.BorderflowError, match=words):
        change(russia)


def test_two_changes_of_one_crossing_both_hold(russia):
    # the second had taken the place of the first
    changed = apply_changes(
        russia,
        close=["ozinki=2022-09-24/2022-09-25", "ozinki=2022-09-27/2022-09-28"],
        lanes=["verkhny-lars/car=2", "verkhny-lars/bus=3"],
    )
    new = [event for event in changed.events if event.id.startswith("what-if")]
    assert [event.id for event in new] == [
        "what-if-closed-ozinki", "what-if-closed-ozinki-2", "what-if-capacity-verkhny-lars",
        "what-if-capacity-verkhny-lars-2",
    ]  # fmt: skip
    assert [event.start.day for event in new[:2]] == [23, 26]
    assert [(event.modes, event.factor) for event in new[2:]] == [(("car",), 2.0), (("bus",), 3.0)]
    shut = close_crossing(close_crossing(tiny_scenario(), "forest", "2022-09-27", "2022-09-28"), "forest", "2022-09-29")
    days = simulate_outcome(shut, members=2).series["departures_daily", "forest", "RU", "all"].sum(axis=0)
    assert (days > 0).tolist() == [True, False, True, False, False]
