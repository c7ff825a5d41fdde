"""Ensembles on disk: the same bytes for any number of workers and after any interruption; never half a run.

Theory: a member is a pure function of scenario, seed and number, and blocks write disjoint chunks. Answer: equal SHA-256
of every file of the cube and of the summary. Exact, so no error rate. Most tests run the tiny network of `networks`,
in which every rule acts; the shipped scenario comes in where it matters.
"""

import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import borderflow as bf
from borderflow import cube, ensemble, plans, workers
from borderflow.errors import ConservationError, ResultsError, UsageError
from borderflow.network import compile_network
from borderflow.simulation import Setting
from runs import MEMBERS, TINY, hashes, leftovers
from runs import run_tiny as run

SOURCES = Path(bf.__file__).parent.parent


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    folder = tmp_path_factory.mktemp("straight") / "run"
    run(folder)
    return folder


@pytest.fixture(scope="module")
def expected(straight):
    return hashes(straight)


# ---------------------------------------------------------------------------------------------------------------------
# The same bytes


def test_a_run_leaves_its_folder_and_nothing_else(straight, expected):
    assert leftovers(straight) == []
    names = {path.name for path in straight.iterdir()}
    assert {"manifest.json", "results.zarr", "summary.csv"} <= names
    assert "claim.json" not in names
    assert len(expected) > 50


@pytest.mark.parametrize("workers", [2, 3])
def test_the_number_of_workers_moves_no_byte(tmp_path, expected, workers):
    run(tmp_path / "run", workers=workers)
    assert hashes(tmp_path / "run") == expected


def test_the_number_of_workers_moves_no_byte_of_russia(tmp_path):
    for threads in (1, 2):
        bf.run("russia-2022", members=25, seed=11, until="2022-09-16", workers=threads, out=tmp_path / str(threads))
    assert hashes(tmp_path / "1") == hashes(tmp_path / "2")


def test_another_seed_moves_bytes(tmp_path, expected):
    run(tmp_path / "run", seed=12, members=5)
    assert hashes(tmp_path / "run")["summary.csv"] != expected["summary.csv"]


def test_members_do_not_depend_on_how_many_there_are(tmp_path, straight):
    few = run(tmp_path / "run", members=7)
    many = bf.open_run(straight)
    for name in ("queue_exit", "passed_exodus", "passed_citizens", "left", "abroad"):
        np.testing.assert_array_equal(few.store.read(name), many.store.read(name)[:7])


def test_a_counterfactual_agrees_until_its_event(tmp_path, straight):
    # the shock begins in hour 20: before it both runs make the same draws
    calm = run(tmp_path / "run", without=["shock"])
    told = bf.open_run(straight)
    ours, theirs = calm.store.read("passed"), told.store.read("passed")
    np.testing.assert_array_equal(ours[:, :20], theirs[:, :20])
    assert calm.store.read("left").sum() < 0.5 * told.store.read("left").sum()


def test_parameters_reach_the_members(tmp_path, straight):
    more = run(tmp_path / "run", members=3, parameters={"base_departure_rate": 1e-3})
    assert more.store.read("left").sum() > 2 * bf.open_run(straight).store.read("left")[:3].sum()
    assert more.manifest["parameters"]["base_departure_rate"] == 1e-3


# ---------------------------------------------------------------------------------------------------------------------
# Interrupted and resumed


def break_after(monkeypatch, blocks: int, error: BaseException) -> None:
    """Make `simulate` raise once so many blocks are through."""
    through = []
    simulate = workers.simulate

    def breaking(network, members, **more):
        if len(through) >= blocks:
            raise error
        through.append(members)
        return simulate(network, members, **more)

    monkeypatch.setattr(workers, "simulate", breaking)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("blocks", [0, 1, 2])
def test_resume_after_an_error_gives_the_same_bytes(tmp_path, monkeypatch, expected, blocks, workers):
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        break_after(patch, blocks, ConservationError("made up"))
        with pytest.raises(ConservationError, match="made up"):
            run(out, workers=workers)
    assert not out.exists()
    assert leftovers(out) == ["run.part"]
    with pytest.raises(ResultsError, match="no manifest.json"):
        bf.open_run(tmp_path / "run.part")
    run(out, workers=workers, resume=True)
    assert hashes(out) == expected
    assert leftovers(out) == []


def test_resume_does_not_repeat_what_is_done(tmp_path, monkeypatch):
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        break_after(patch, 2, ConservationError("made up"))
        with pytest.raises(ConservationError):
            run(out)
    done = []
    simulate = workers.simulate
    monkeypatch.setattr(
        workers,
        "simulate",
        lambda network, members, **more: done.append(list(members)) or simulate(network, members, **more),
    )
    run(out, resume=True)
    assert done == [list(range(20, 25))]


def test_a_full_disk_is_one_line_and_can_be_resumed(tmp_path, monkeypatch, expected):
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        break_after(patch, 1, OSError(28, "No space left on device"))
        with pytest.raises(ResultsError, match="No space left on device; make room and go on with --resume") as caught:
            run(out)
    assert "\n" not in str(caught.value)
    run(out, resume=True)
    assert hashes(out) == expected


def test_an_error_while_summarising_leaves_no_folder(tmp_path, monkeypatch, expected):
    out = tmp_path / "run"

    def broken(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(plans, "summarise_series", broken)
        with pytest.raises(KeyboardInterrupt):
            run(out)
    assert not out.exists()
    run(out, resume=True)
    assert hashes(out) == expected


def test_starting_afresh_over_a_broken_run(tmp_path, monkeypatch, expected):
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        break_after(patch, 1, ConservationError("made up"))
        with pytest.raises(ConservationError):
            run(out, seed=12)
    run(out)
    assert hashes(out) == expected
    assert leftovers(out) == []


@pytest.mark.parametrize(
    "changes", [{"seed": 12}, {"members": 26}, {"until": "2022-09-28"}, {"without": ["shock"]}, {"parameters": {"patience": 40.0}}]
)  # fmt: skip
def test_resume_of_something_else_is_refused_and_harms_nothing(tmp_path, monkeypatch, expected, changes):
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        break_after(patch, 1, ConservationError("made up"))
        with pytest.raises(ConservationError):
            run(out)
    with pytest.raises(ResultsError, match="was begun with another .*; run without --resume to start afresh"):
        run(out, resume=True, **changes)
    run(out, resume=True)
    assert hashes(out) == expected


def test_nothing_to_resume(tmp_path):
    with pytest.raises(ResultsError, match="nothing to resume; run without --resume"):
        run(tmp_path / "run", resume=True)
    assert list(tmp_path.iterdir()) == []


SLOW_RUN = """
import sys, time
from networks import tiny_scenario
from borderflow import cube, ensemble, plans, workers
simulate = workers.simulate
def slowly(*a, **k):
    members = simulate(*a, **k)
    time.sleep(0.5)
    return members
workers.simulate = slowly
ensemble.run(tiny_scenario(days=3), members={members}, seed=11, workers=1, out=sys.argv[1])
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda sign: sign.name)
def test_a_killed_process_leaves_nothing_half_written_and_resumes(tmp_path, expected, sign):
    out = tmp_path / "run"
    code = SLOW_RUN.format(members=MEMBERS)
    process = subprocess.Popen([sys.executable, "-c", code, str(out)], stderr=subprocess.PIPE,
                               env={**os.environ, "PYTHONPATH": f"{SOURCES}:{Path(__file__).parent}"})  # fmt: skip
    try:
        first = tmp_path / "run.part" / "results.zarr" / "left" / "c" / "0"
        deadline = time.monotonic() + 60
        while not first.exists():
            assert process.poll() is None and time.monotonic() < deadline, process.stderr.read().decode()
            time.sleep(0.02)
        process.send_signal(sign)
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode != 0
    assert not out.exists()
    assert leftovers(out) == ["run.part"]
    run(out, resume=True)
    assert hashes(out) == expected
    assert leftovers(out) == []


def test_cancelling_while_the_engine_compiles_waits_for_nothing(tmp_path):
    """Machine code takes seconds to make, and nothing can interrupt the compiler; a person is not made to wait for it."""
    out = tmp_path / "runs" / "run"
    command = [sys.executable, "-m", "borderflow.cli", "run", "russia-2022", "--members", "2", "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES), "BORDERFLOW_CACHE": str(tmp_path / "cache")}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment)
    try:
        deadline = time.monotonic() + 120
        while not (out.with_name("run.part") / "claim.json").exists():
            assert process.poll() is None and time.monotonic() < deadline, process.stderr.read().decode()
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130, said.decode()
    assert len(said.decode().strip().splitlines()) == 1
    compiled = {file.name.split(".")[1].split("-")[0] for file in (tmp_path / "cache").rglob("*.nbi")}
    assert "advance" not in compiled
    assert not out.exists() and leftovers(out) == ["run.part"]


# ---------------------------------------------------------------------------------------------------------------------
# Damaged


def begun(tmp_path, monkeypatch, blocks=2):
    """Leave a run with so many blocks behind and return the folder it will have."""
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        break_after(patch, blocks, ConservationError("made up"))
        with pytest.raises(ConservationError):
            run(out)
    return out


def chunk_of(out, name, block):
    path = out.with_name("run.part") / "results.zarr" / name / "c" / str(block)
    return next(file for file in path.rglob("*") if file.is_file())


DAMAGES = {
    "torn": lambda file: file.write_bytes(file.read_bytes()[:-5]),
    "empty": lambda file: file.write_bytes(b""),
    "flipped": lambda file: file.write_bytes(bytes([file.read_bytes()[0]]) + bytes([file.read_bytes()[1] ^ 16]) + file.read_bytes()[2:]),
    "last bit": lambda file: file.write_bytes(file.read_bytes()[:-1] + bytes([file.read_bytes()[-1] ^ 1])),
    "gone": lambda file: file.unlink(),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"tail"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["left", "queue_exit", "post_person_hours"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_chunk_is_computed_again(tmp_path, monkeypatch, expected, damage, name):
    out = begun(tmp_path, monkeypatch)
    DAMAGES[damage](chunk_of(out, name, 1))
    done = []
    simulate = workers.simulate
    monkeypatch.setattr(workers, "simulate", lambda *a, **more: done.append(list(a[1])) or simulate(*a, **more))
    run(out, resume=True)
    assert hashes(out) == expected
    assert done == [list(range(10, 20)), list(range(20, 25))]  # the whole block is left alone


@pytest.mark.parametrize("label", ["zarr.json", "left/zarr.json", "day/c/0", "member/c/0"])
def test_damaged_labels_are_mended(tmp_path, monkeypatch, expected, label):
    out = begun(tmp_path, monkeypatch)
    file = out.with_name("run.part") / "results.zarr" / label
    file.write_bytes(file.read_bytes()[:-3])
    run(out, resume=True)
    assert hashes(out) == expected


def test_what_a_killed_writer_left_is_swept(tmp_path, monkeypatch, expected):
    out = begun(tmp_path, monkeypatch)
    left = chunk_of(out, "left", 0)
    left.with_name("0.1234.partial").write_bytes(b"half a chunk")
    run(out, resume=True)
    assert hashes(out) == expected


def test_a_chunk_damaged_after_the_run_is_an_error_and_no_figure(tmp_path):
    out = tmp_path / "run"
    finished = run(out, members=3)
    DAMAGES["flipped"](next(file for file in (out / "results.zarr" / "left" / "c").rglob("*") if file.is_file()))
    with pytest.raises(ResultsError, match="array 'left' is damaged") as caught:
        finished.store.read("left")
    assert "\n" not in str(caught.value)


def test_resume_of_a_run_that_was_killed_after_its_last_byte(tmp_path, expected):
    out = tmp_path / "run"
    run(out)
    assert run(out, resume=True).folder == out
    assert hashes(out) == expected
    with pytest.raises(ResultsError, match="nothing to resume"):
        run(out, resume=True, seed=12)


# ---------------------------------------------------------------------------------------------------------------------
# Parts


@pytest.mark.parametrize("cuts", [(10, 20), (3, 4), (24,), (1, 11, 12, 21)])
def test_merged_parts_are_the_run(tmp_path, expected, cuts):
    edges = [0, *cuts, MEMBERS]
    folders = [tmp_path / f"part-{low}" for low in edges[:-1]]
    for folder, low, high in zip(folders, edges[:-1], edges[1:], strict=True):
        part = run(folder, members=range(low, high))
        assert (part.first, part.members) == (low, high - low)
    whole = bf.merge(folders[::-1], tmp_path / "whole")
    assert hashes(tmp_path / "whole") == expected
    assert (whole.first, whole.members) == (0, MEMBERS)
    assert run(tmp_path / "whole", resume=True).folder == tmp_path / "whole"  # the very run, nothing to do


def test_parts_merge_to_larger_parts(tmp_path):
    for low, high in ((5, 9), (9, 17)):
        run(tmp_path / str(low), members=range(low, high))
    part = bf.merge([tmp_path / "5", tmp_path / "9"], tmp_path / "part")
    run(tmp_path / "straight", members=range(5, 17))
    assert hashes(tmp_path / "part") == hashes(tmp_path / "straight")
    assert part.first == 5


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([], "name at least one part"),
        ([{"members": range(3)}, {"members": range(5, 7)}], "members 3:5 are missing, between"),
        ([{"members": range(5)}, {"members": range(3, 7)}], "members 3:5 are in both, between"),
        ([{"members": range(3)}, {"members": range(3, 5), "seed": 12}], "have another seed"),
        ([{"members": range(3)}, {"members": range(3, 5), "without": ["shock"]}], "have another scenario digest"),
    ],
)
def test_parts_that_do_not_fit(tmp_path, parts, message):
    for number, changes in enumerate(parts):
        run(tmp_path / str(number), **changes)
    with pytest.raises(UsageError, match=message) as caught:
        bf.merge([tmp_path / str(number) for number in range(len(parts))], tmp_path / "whole")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "whole").exists() and not (tmp_path / "whole.part").exists()


def test_a_damaged_part_is_named(tmp_path):
    run(tmp_path / "a", members=range(3))
    run(tmp_path / "b", members=range(3, 5))
    DAMAGES["torn"](
        next(file for file in (tmp_path / "b" / "results.zarr" / "left" / "c").rglob("*") if file.is_file())
    )
    with pytest.raises(ResultsError, match="b/results.zarr: array 'left' is damaged"):
        bf.merge([tmp_path / "a", tmp_path / "b"], tmp_path / "whole")


# ---------------------------------------------------------------------------------------------------------------------
# Pools


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_members_go_through_anything_with_a_map(tmp_path, expected, kind):
    if kind == "threads":
        with ThreadPoolExecutor(2) as pool:
            run(tmp_path / "run", pool=pool)
    else:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            run(tmp_path / "run", pool=pool)
    assert hashes(tmp_path / "run") == expected


def test_settings_travel_to_workers_elsewhere(tmp_path):
    settings = [Setting({"patience": 24.0 + member}) for member in range(13)]
    run(tmp_path / "here", members=13, settings=settings)
    with ThreadPoolExecutor(2) as pool:
        there = run(tmp_path / "there", members=13, settings=settings, pool=pool)
    assert hashes(tmp_path / "here") == hashes(tmp_path / "there")
    assert there.store.values[3] == {"patience": 27.0}
    with pytest.raises(UsageError, match="settings are of 13 members, the run is of 14"):
        run(tmp_path / "more", members=14, settings=settings)


def test_a_worker_that_does_not_see_the_folder_says_so(tmp_path):
    with pytest.raises(ResultsError, match="does not see .*; use a folder that all workers share"):
        workers.work_on(str(tmp_path / "nowhere"), "token", False, [(0, None)])


def test_a_worker_refuses_another_run_and_another_engine(tmp_path, monkeypatch):
    out = begun(tmp_path, monkeypatch)
    part = str(out.with_name("run.part"))
    with pytest.raises(ResultsError, match="another run has begun here meanwhile"):
        workers.work_on(part, "token", False, [(0, None)])
    claim = json.loads((tmp_path / "run.part" / "claim.json").read_text())
    (tmp_path / "run.part" / "claim.json").write_text(json.dumps(claim | {"engine": "kernels-0"}))
    with pytest.raises(ResultsError, match="has another version of the engine"):
        workers.work_on(part, workers._token(claim | {"engine": "kernels-0"}), False, [(0, None)])


# ---------------------------------------------------------------------------------------------------------------------
# Folders


def test_a_run_replaces_a_run(tmp_path, expected):
    out = tmp_path / "run"
    run(out, seed=12, members=2)
    run(out)
    assert hashes(out) == expected
    assert leftovers(out) == []


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "run").mkdir()
    assert run(tmp_path / "run", members=1).manifest["members"] == 1


def test_a_new_folder_may_lie_deep(tmp_path):
    assert run(tmp_path / "a" / "b" / "run", members=1).folder == tmp_path / "a" / "b" / "run"


def test_a_foreign_folder_is_refused_and_kept(tmp_path):
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.txt").write_text("years of work")
    with pytest.raises(UsageError, match="exists and is not a run folder; choose another with --out"):
        run(out)
    assert (out / "chapter.txt").read_text() == "years of work"
    assert leftovers(out) == []


def test_a_file_is_refused_and_kept(tmp_path):
    (tmp_path / "run").write_text("x")
    with pytest.raises(UsageError, match="is not a run folder"):
        run(tmp_path / "run")
    assert (tmp_path / "run").read_text() == "x"


def test_a_folder_below_a_file_is_one_line(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ResultsError, match="cannot be written"):
        run(tmp_path / "file" / "run", members=1)


@pytest.mark.parametrize("suffix", [".part", ".old"])
def test_foreign_folders_beside_the_run_are_kept(tmp_path, suffix):
    out = tmp_path / "run"
    run(out, members=1)
    foreign = tmp_path / f"run{suffix}"
    foreign.mkdir()
    (foreign / "chapter.txt").write_text("years of work")
    with contextlib.suppress(UsageError, ResultsError):
        run(out, members=2)
    assert (foreign / "chapter.txt").read_text() == "years of work"


def test_the_working_folder_itself(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        run(Path(), members=1)
    except bf.BorderflowError as error:
        assert "\n" not in str(error)


def test_resume_with_a_torn_claim(tmp_path, monkeypatch):
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        break_after(patch, 1, ConservationError("made up"))
        with pytest.raises(ConservationError):
            run(out)
    (tmp_path / "run.part" / "claim.json").write_text('{"digest": ')
    with pytest.raises(ResultsError):
        run(out, resume=True)


def test_killed_between_the_two_renames(tmp_path, monkeypatch, expected):
    out = tmp_path / "run"
    run(out, seed=12, members=1)
    rename = Path.rename

    def dies(self, target):
        if self.name == "run.part":
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", dies)
        with pytest.raises(KeyboardInterrupt):
            run(out)
    run(out, resume=True)
    assert hashes(out) == expected


# ---------------------------------------------------------------------------------------------------------------------
# Arguments


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"members": 0}, "members must be 1 to 1,000,000, got 0"),
        ({"members": -5}, "members must be 1 to"),
        ({"members": 10**7}, "members must be 1 to"),
        ({"members": range(5, 5)}, "members A:B must be 0 <= A < B <= 1,000,000, got 5:5"),
        ({"members": range(-2, 5)}, "members A:B must be"),
        ({"seed": -1}, r"seed must be 0 to 2\*\*63 - 1, got -1"),
        ({"seed": 2**63}, "seed must be 0 to"),
        ({"workers": 0}, "workers must be 1 to 1024, got 0"),
        ({"workers": 5000}, "workers must be 1 to 1024"),
        ({"without": ["shok"]}, r"no event 'shok' in the scenario \(did you mean 'shock'\?\)"),
        ({"parameters": {"patiance": 1.0}}, r"no parameter 'patiance' in the scenario \(did you mean 'patience'\?\)"),
        ({"parameters": {"patience": float("nan")}}, "must be a finite number"),
        ({"until": "soon"}, "not a date: 'soon'"),
        ({"until": "2022-09-01"}, "is not after the start"),
    ],
)
def test_bad_arguments_are_one_line_and_leave_nothing(tmp_path, changes, message):
    with pytest.raises(UsageError, match=message) as caught:
        run(tmp_path / "run", **changes)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_scenario_leaves_nothing(tmp_path):
    with pytest.raises(bf.ScenarioError, match="did you mean 'russia-2022'"):
        bf.run("russia2022", out=tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_shipped_name_a_folder_and_a_scenario_in_memory_are_the_same(tmp_path):
    scenario = bf.load("russia-2022")
    for number, source in enumerate(
        ("russia-2022", bf.shipped()["russia-2022"], scenario, scenario.until("2022-09-15"))
    ):
        bf.run(source, members=1, seed=11, until="2022-09-15", out=tmp_path / str(number), workers=1)
    first, *others = (hashes(tmp_path / str(number)) for number in range(4))
    assert all(one == first for one in others)


@pytest.mark.parametrize("seed", [0, 2**63 - 1])
def test_extreme_seeds(tmp_path, seed):
    assert run(tmp_path / "run", members=1, seed=seed).manifest["seed"] == seed


def test_progress_is_silent_without_a_terminal(tmp_path, capfd):
    run(tmp_path / "run", members=1, progress=True)
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


def test_a_block_in_memory_is_the_cube_on_disk(straight):
    network = compile_network(TINY)
    store = bf.open_run(straight).store
    seen = []
    block = ensemble.simulate_block(network, range(MEMBERS), seed=11, workers=2, advance=seen.append)
    assert sum(seen) == MEMBERS
    for name in ("left", "passed_citizens", "queue_peak", "post_person_hours"):
        np.testing.assert_array_equal(block.read(name), store.read(name))
    assert "queue_exit" not in block.arrays
    values = [{"patience": 24.0}, {"patience": 60.0}]
    pair = ensemble.simulate_block(network, [3, 4], seed=11, values=values, hourly=True)
    alone = ensemble.simulate_block(network, [4], seed=11, values=values[1:], hourly=True)
    np.testing.assert_array_equal(pair.read("queue_exit")[1], alone.read("queue_exit")[0])


# ---------------------------------------------------------------------------------------------------------------------
# Chunks of another size


def summary(folder):
    return (folder / "summary.csv").read_bytes()


@pytest.fixture
def seven(monkeypatch):
    """Chunks of seven members instead of ten, as a run of very many members has larger ones."""
    monkeypatch.setattr(cube, "MEMBERS_PER_CHUNK", 7)


def test_the_size_of_chunks_moves_no_figure(tmp_path, straight, seven):
    run(tmp_path / "run", workers=2)
    assert summary(tmp_path / "run") == summary(straight)
    assert len(list((tmp_path / "run" / "results.zarr" / "left" / "c").iterdir())) == 4
    assert np.array_equal(bf.open_run(tmp_path / "run").store.read("left"), bf.open_run(straight).store.read("left"))


def test_parts_branches_and_torn_chunks_with_larger_chunks(tmp_path, straight, seven, monkeypatch):
    """Parts of ten make a run of seven, a branch reads its run's own chunks, and a torn one is computed again."""
    run(tmp_path / "run", snapshots=["2022-09-27T12:00"])
    run(tmp_path / "low", members=range(9))
    run(tmp_path / "high", members=range(9, MEMBERS))
    bf.merge([tmp_path / "low", tmp_path / "high"], tmp_path / "merged")
    assert hashes(tmp_path / "merged") == hashes(tmp_path / "run")
    monkeypatch.setattr(cube, "MEMBERS_PER_CHUNK", 10)
    run(tmp_path / "branch", base=f"{tmp_path / 'run'}@2022-09-27T12:00")
    assert hashes(tmp_path / "branch") == hashes(straight)
    shutil.rmtree(tmp_path / "run" / "snapshots")
    run(tmp_path / "again", base=f"{tmp_path / 'run'}@2022-09-27T12:00")
    assert hashes(tmp_path / "again") == hashes(straight)


def test_large_runs_have_large_chunks_and_large_members_go_alone(monkeypatch):
    network = compile_network(TINY)
    sizes = [cube.members_per_chunk(network, members) for members in (1, 10_000, 10_001, 100_000, 1_000_000)]
    assert sizes == [10, 10, 11, 100, 1000]
    each = sum(4 * np.prod(shape) for _, _, shape in cube.array_specs(network).values())
    monkeypatch.setattr(cube, "LARGEST_BLOCK", 3.5 * each)
    assert cube.members_per_chunk(network, 1_000_000) == 3
    monkeypatch.setattr(cube, "LARGEST_BLOCK", 0.5 * each)
    assert cube.members_per_chunk(network, 5) == 1


def test_plain_python_of_a_notebook_is_understood(tmp_path):
    whole = run(tmp_path / "a", members=np.int64(3), seed=np.int64(2), without="closure", snapshots="2022-09-27")
    again = run(tmp_path / "b", members=3, seed=2, without=["closure"], snapshots=[date(2022, 9, 27)])
    assert hashes(whole.folder) == hashes(again.folder)
    assert "closure" not in whole.manifest["events"] and (whole.folder / "snapshots" / "000024").is_dir()
    assert bf.merge(whole.folder, tmp_path / "c").members == 3
    for wrong, words in (
        ({"members": 2.0}, "members must be a whole number, got 2.0"),
        ({"seed": "one"}, "seed must be a whole number, got 'one'"),
        ({"parameters": {"patience": "36"}}, "parameter 'patience' must be a finite number, got '36'"),
    ):
        with pytest.raises(UsageError, match=words):
            run(tmp_path / "d", **wrong)
    assert not (tmp_path / "d").exists() and not (tmp_path / "d.part").exists()


def test_a_part_in_an_object_store_is_not_replaced_by_the_whole(tmp_path):
    run("memory://merging/a", members=range(2))
    run("memory://merging/b", members=range(2, 3))
    with pytest.raises(UsageError, match="merging/a is a part itself; name another address"):
        bf.merge(["memory://merging/a", "memory://merging/b"], "memory://merging/a")
    assert bf.open_run("memory://merging/a").members == 2
    run(tmp_path / "c", members=range(2))
    assert bf.merge([tmp_path / "c"], tmp_path / "c").members == 2  # on a disk it may
