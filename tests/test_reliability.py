"""Killed at random moments, on a full disk: a run finishes to the same bytes or says why in one line.

Theory: a folder is begun, whole or not there; every chunk is whole or fails its checksum. Answer: equal SHA-256 of
every file of the cube and of the summary. Exact, so no error rate; the moments of the kills have a fixed seed.
"""

import hashlib
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from borderflow import cli
from borderflow.calibration import calibrate
from runs import hashes

WORDS = ("run", "russia-2022", "--members", "40", "--until", "2022-09-15", "--quiet", "--workers", "2", "--snapshot", "2022-09-14T12:00")  # fmt: skip
KILLS = int(os.environ.get("BORDERFLOW_KILLS", "4"))  # of each command; make kill: 20


@pytest.fixture(scope="module")
def forks():
    """A server of warm processes: what takes seconds to load is loaded once."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["warm"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    try:
        yield forks
    finally:
        os.environ.pop("PYTHONPATH") if before is None else os.environ.update(PYTHONPATH=before)


def start(forks, *words):
    from warm import command

    process = forks.Process(target=command, args=(words,))
    process.start()
    return process


def call(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["borderflow", *words])
    cli.main()


def files(folder: Path) -> dict[str, str]:
    """Return file -> hash of everything that a command leaves, without the seconds that it took."""
    out = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "briefing.html"):
        data = path.read_bytes()
        if path.name in ("manifest.json", "fit.json"):
            data = json.dumps({**json.loads(data), "seconds": 0}).encode()
        out[str(path.relative_to(folder))] = hashlib.sha256(data).hexdigest()
    return out


FIT = ("fit", "russia-2022", "--through", "2022-09-22", "--members", "12", "--steps", "2", "--quiet", "--workers", "2")
FORECAST = ("forecast", "russia-2022", "--through", "2022-10-02", "--members", "30", "--quiet", "--workers", "2")


@pytest.mark.parametrize("words", [WORDS, FIT, FORECAST], ids=lambda words: words[0])
def test_killed_at_random_moments(tmp_path, forks, words):
    """Killed at moments drawn evenly from start to finish; what had begun goes on, and every file is the same."""
    whole = tmp_path / "whole"
    start(forks, *words, "--out", str(whole)).join(300)
    began = time.monotonic()
    start(forks, *words, "--out", str(whole)).join(300)  # again: the first one may have compiled
    length = time.monotonic() - began
    expected, moments, states = files(whole), random.Random(20220921), []
    for kill in range(KILLS):
        out = tmp_path / str(kill)
        process = start(forks, *words, "--out", str(out))
        process.join(moments.uniform(0.0, 1.05 * length))
        process.kill()
        process.join(30)
        begun = (tmp_path / f"{kill}.part" / "claim.json").is_file()
        states.append("whole" if out.exists() else "begun" if begun else "nothing")
        resume = ["--resume"] if begun or out.exists() else []
        again = start(forks, *words, "--out", str(out), *resume)
        again.join(300)
        assert again.exitcode == 0, f"kill {kill}"
        assert files(out) == expected, f"kill {kill}"
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(str(kill))] == [str(kill)]
        assert words is FIT or (out / "briefing.html").is_file()
        shutil.rmtree(out)
    print(words[0], length, {state: states.count(state) for state in sorted(set(states))})
    assert "begun" in states


def test_a_run_killed_before_its_claim_is_begun_afresh(tmp_path, monkeypatch):
    out = tmp_path / "run"
    (tmp_path / "run.part" / "results.zarr").mkdir(parents=True)
    (tmp_path / "run.part" / "claim.json.77.partial").write_text("{")
    call(monkeypatch, *WORDS, "--out", str(out))
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of three megabytes."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("mounting a small disk needs root and mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_one_line_and_a_resumable_folder(tmp_path, small_disk, monkeypatch, capsys):
    out = small_disk / "run"
    (small_disk / "ballast").write_bytes(b"x" * 2_300_000)
    with pytest.raises(SystemExit) as stopped:
        call(monkeypatch, *WORDS, "--out", str(out))
    assert stopped.value.code == 2
    complaint = capsys.readouterr().err.strip()
    assert complaint.endswith("No space left on device; make room and go on with --resume")
    assert len(complaint.splitlines()) == 1
    assert not out.exists()
    (small_disk / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    call(monkeypatch, *WORDS, "--out", str(out), "--resume")
    call(monkeypatch, *WORDS, "--out", str(tmp_path / "whole"))
    assert hashes(out) == hashes(tmp_path / "whole")


@pytest.fixture(scope="module")
def whole_fit(tmp_path_factory):
    """What `FIT` leaves where nobody disturbs it."""
    out = tmp_path_factory.mktemp("fit") / "fit"
    with pytest.MonkeyPatch.context() as patch:
        call(patch, *FIT, "--out", str(out))
    return files(out)


@pytest.mark.parametrize("room", ["24k", "120k"], ids=["no room for a step", "no room for the pictures"])
def test_a_fit_on_a_full_disk(small_disk, whole_fit, monkeypatch, capsys, room):
    out = small_disk / "fit"
    subprocess.run(["mount", "-o", f"remount,size={room}", str(small_disk)], check=True)
    with pytest.raises(SystemExit) as stopped:
        call(monkeypatch, *FIT, "--out", str(out))
    assert stopped.value.code == 2
    complaint = capsys.readouterr().err.strip()
    assert complaint.endswith("No space left on device; make room and go on with --resume")
    assert len(complaint.splitlines()) == 1
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    call(monkeypatch, *FIT, "--out", str(out), "--resume")
    assert files(out) == whole_fit


@pytest.mark.parametrize("harm", ["torn", "flipped", "emptied", "gone"])
def test_a_damaged_step_of_a_fit_is_computed_again(tmp_path, whole_fit, monkeypatch, harm):
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("borderflow.calibration.calibrating.finish_fit", interrupt)
        calibrate("russia-2022", through="2022-09-22", members=12, steps=2, out=tmp_path / "fit")
    file = tmp_path / "fit.part" / "step-1.npz"
    data = file.read_bytes()
    if harm == "gone":
        file.unlink()
    else:
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 16]) + data[middle + 1 :]
        file.write_bytes({"torn": data[:middle], "flipped": flipped, "emptied": b""}[harm])
    call(monkeypatch, *FIT, "--out", str(tmp_path / "fit"), "--resume")
    assert files(tmp_path / "fit") == whole_fit


def interrupt(*_words):
    raise KeyboardInterrupt


@pytest.mark.parametrize("after", ["part", "settle"])
def test_a_fit_killed_around_its_last_rename(tmp_path, whole_fit, monkeypatch, after):
    """Killed before the last rename, or after it with its leftovers still there: `--resume` ends it, and tidies."""
    call(monkeypatch, *FIT, "--out", str(tmp_path / "fit"), "--seed", "7")  # an older fit that is replaced
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        if after == "settle":
            patch.setattr("borderflow.plans.settle", interrupt)
        else:
            rename = Path.rename
            patch.setattr(Path, "rename", lambda self, to: interrupt() if self.name == "fit.part" else rename(self, to))
        calibrate("russia-2022", through="2022-09-22", members=12, steps=2, out=tmp_path / "fit")
    call(monkeypatch, *FIT, "--out", str(tmp_path / "fit"), "--resume")
    assert files(tmp_path / "fit") == whole_fit
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fit"]
