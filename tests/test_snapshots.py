"""Branches: a run that goes on from a snapshot writes what a straight run of the changed scenario writes.

Theory: a member at an hour is all of its past that acts on its future. Answer: equal SHA-256 of every file of the cube
and of the summary. Exact, so no error rate.
"""

import shutil

import numpy as np
import pytest

import borderflow as bf
from borderflow import snapshots
from borderflow.errors import ResultsError, UsageError
from runs import TINY, hashes, run_tiny

NOON = "2022-09-27T12:00"  # hour 36 of 72
HOUR = 36


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    folder = tmp_path_factory.mktemp("straight") / "run"
    run_tiny(folder, snapshots=[NOON])
    return folder


@pytest.fixture(scope="module")
def expected(straight):
    return hashes(straight)


def test_snapshots_do_not_move_the_run(tmp_path, expected):
    run_tiny(tmp_path / "plain")
    assert hashes(tmp_path / "plain") == expected


def test_a_branch_without_a_change_is_its_run(tmp_path, straight, expected):
    branch = bf.run(TINY, base=f"{straight}@{NOON}", out=tmp_path / "branch")
    assert hashes(tmp_path / "branch") == expected
    assert branch.manifest["branched_from"] == {"run": str(straight), "hour": HOUR}


@pytest.mark.parametrize("when", ["2022-09-26T01:00", "2022-09-27T17:00", "2022-09-28T23:00"])
def test_a_branch_from_an_hour_that_was_not_kept_replays_once(tmp_path, expected, when, monkeypatch):
    run_tiny(tmp_path / "run")
    bf.run(TINY, base=f"{tmp_path / 'run'}@{when}", out=tmp_path / "branch")
    assert hashes(tmp_path / "branch") == expected
    monkeypatch.setattr(snapshots.Snapshots, "_replay", None)  # the second branch finds what the first one kept
    bf.run(TINY, base=f"{tmp_path / 'run'}@{when}", out=tmp_path / "again")
    assert hashes(tmp_path / "again") == expected


def later_events():
    """Events of the tiny scenario that begin after the snapshot."""
    begin = TINY.start
    return [event.id for event in TINY.active_events() if (event.start - begin).total_seconds() > 3600 * HOUR]


def test_the_tiny_scenario_has_later_events():
    assert later_events()


@pytest.mark.parametrize("event", later_events())
def test_a_policy_after_the_snapshot_is_as_in_a_straight_run(tmp_path, straight, event):
    bf.run(TINY, base=f"{straight}@{NOON}", without=[event], out=tmp_path / "branch")
    run_tiny(tmp_path / "whole", without=[event])
    assert hashes(tmp_path / "branch") == hashes(tmp_path / "whole")


def test_a_branch_pays_only_for_the_hours_after_it(tmp_path, straight, monkeypatch):
    seen = []
    advance = snapshots.simulate

    monkeypatch.setattr(snapshots, "simulate", lambda *a, **k: seen.append(k) or advance(*a, **k))
    bf.run(TINY, base=f"{straight}@{NOON}", out=tmp_path / "branch")
    assert seen == []  # nothing was replayed


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"without": ["shock"]}, "event 'shock' changes what happens before 2022-09-27T12Z"),
        ({"parameters": {"patience": 40.0}}, "parameter patience changes what happens before"),
        ({"seed": 12}, "a branch keeps the seed of its run, 11, got 12"),
        ({"members": 26}, "the run branched from has members 0:25, got 0:26"),
        ({"until": "2022-09-28"}, "a branch runs over the period of its run"),
    ],
)
def test_a_branch_with_another_past_is_refused(tmp_path, straight, changes, message):
    with pytest.raises(UsageError, match=message) as caught:
        bf.run(TINY, base=f"{straight}@{NOON}", out=tmp_path / "branch", **changes)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ("run", "write RUN@TIME, for example"),
        ("@2022-09-27", "write RUN@TIME, for example"),
        ("{run}@noon", "not a time: 'noon'"),
        ("{run}@2022-09-27T00:30", "is no whole hour"),
        ("{run}@2022-09-26T00:00", "must lie after 2022-09-26T00:00 and before 2022-09-29T00:00"),
        ("{run}@2023-01-01T00:00", "must lie after"),
        ("nowhere@2022-09-27T00:00", "no manifest.json"),
    ],
)
def test_a_base_that_is_none(tmp_path, straight, base, message):
    with pytest.raises(bf.BorderflowError, match=message) as caught:
        bf.run(TINY, base=base.format(run=straight), out=tmp_path / "branch")
    assert "\n" not in str(caught.value)


def test_some_members_of_a_run_and_a_branch_of_a_part(tmp_path, straight):
    few = bf.run(TINY, base=f"{straight}@{NOON}", members=range(3, 17), out=tmp_path / "few")
    whole = bf.open_run(straight)
    np.testing.assert_array_equal(few.store.read("queue_exit"), whole.store.read("queue_exit")[3:17])
    run_tiny(tmp_path / "part", members=range(7, 19))
    again = bf.run(TINY, base=f"{tmp_path / 'part'}@{NOON}", out=tmp_path / "branch")
    np.testing.assert_array_equal(again.store.read("left"), whole.store.read("left")[7:19])


@pytest.mark.parametrize("damage", ["torn", "flipped", "empty", "gone"])
def test_a_damaged_snapshot_is_made_again(tmp_path, straight, expected, damage):
    shutil.copytree(straight, tmp_path / "run")
    file = tmp_path / "run" / "snapshots" / f"{HOUR:06d}" / "0000010.npz"
    data = bytearray(file.read_bytes())
    good = bytes(data)
    if damage == "flipped":
        data[len(data) // 2] ^= 1
    file.write_bytes({"torn": data[: len(data) // 2], "flipped": data, "empty": b"", "gone": b""}[damage])
    if damage == "gone":
        file.unlink()
    bf.run(TINY, base=f"{tmp_path / 'run'}@{NOON}", out=tmp_path / "branch")
    assert hashes(tmp_path / "branch") == expected
    assert len(file.read_bytes()) == len(good)


def test_a_damaged_cube_is_named(tmp_path, straight):
    shutil.copytree(straight, tmp_path / "run")
    chunk = tmp_path / "run" / "results.zarr" / "passed" / "c" / "0" / "0" / "0"
    data = bytearray(chunk.read_bytes())
    data[10] ^= 1
    chunk.write_bytes(bytes(data))
    with pytest.raises(ResultsError, match="array 'passed' is damaged"):
        bf.run(TINY, base=f"{tmp_path / 'run'}@{NOON}", out=tmp_path / "branch")
