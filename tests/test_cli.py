"""The command line as people use it: a process, its exit code, what it prints and where."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "borderflow.cli"]


def call(*arguments, cwd=None):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, cwd=cwd, check=False, timeout=300)


def test_help_answers_at_once():
    # processor time, not wall time: other work on the computer must not fail the test
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = call("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert answer.returncode == 0
    assert "run" in answer.stdout
    assert "check" in answer.stdout
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 0.5


def test_scenarios_lists_what_is_shipped():
    answer = call("scenarios")
    assert answer.returncode == 0
    assert answer.stdout.startswith("russia-2022")


def test_check_says_ok():
    answer = call("check", "russia-2022")
    assert answer.returncode == 0
    assert answer.stdout.startswith("ok: ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "russa-2022"], ["russa-2022", "did you mean 'russia-2022'"]),
        (["run", "russia-2022", "--members", "0"], ["members", "got 0"]),
        (["run", "russia-2022", "--seed", "-1"], ["seed", "got -1"]),
        (["run", "russia-2022", "--membrs", "3"], ["--membrs", "--members"]),
        (["run", "russia-2022", "--set", "patience"], ["name=value"]),
        (["run", "russia-2022", "--set", "patiense=3"], ["patiense", "did you mean 'patience'"]),
        (["run", "russia-2022", "--set", "patience=nan"], ["patience", "finite"]),
        (["run", "russia-2022", "--without", "lars-draft-ofice"], ["did you mean 'lars-draft-office'"]),
        (["run", "russia-2022", "--until", "tomorrow"], ["tomorrow", "2022-10-15"]),
        (["run", "russia-2022", "--until", "2022-09-01"], ["not after the start"]),
        (["run", "russia-2022", "--workers", "0"], ["workers", "got 0"]),
        (["brief", "nowhere"], ["nowhere", "manifest.json"]),
        (
            ["evidence", "check", "russia-2022", "--html", "/dev/null/page.html"],
            ["/dev/null/page.html", "cannot be written"],
        ),
        (
            [
                "new",
                "x",
                "--from",
                "RU",
                "--to",
                "GE",
                "--announcement",
                "2022-09-21",
                "--crossings",
                "/dev/null/x.csv",
            ],
            ["x.csv"],
        ),
        (["compare", "russia-2022"], ["name a change", "--without"]),
        (["compare", "russia-2022", "runs/x", "--without", "call-up"], ["name a change", "second run"]),
        (["compare", "russia-2022", "--close", "ozinky"], ["did you mean 'ozinki'"]),
        (["compare", "russia-2022", "--lanes", "ozinki"], ["CROSSING=FACTOR"]),
        (["compare", "russia-2022", "--move", "call-up=nan", "--close", "ozinki"], ["call-up", "nan days"]),
        (["compare", "russia-2022", "--close", "ozinki", "--out", "s3://b/x"], ["disk", "address"]),
        (["compare", "russia-2022", "--close", "ozinki", "--seed", "-1"], ["seed", "got -1"]),
        (["run", "flee-two-valleys", "--out", "s3://b/x"], ["disk", "address"]),
        (["run", "flee-two-valleys", "--members", "3", "--member", "7"], ["--member 7", "0 to 2"]),
        (["run", "russia-2022", "--cluster", "tcp://127.0.0.1:1", "--workers", "2"], ["--workers", "their own"]),
        (["sensitivity", "russia-2022", "--events", "--of", "arivals_daily"], ["did you mean 'arrivals_daily'"]),
        (["sensitivity", "russia-2022", "--sobol", "2", "--among", "patience", "--out", "x"], ["--out", "pictures"]),
        (["export", "nowhere", "--format", "csv", "--reference-date", "2022-09-27"], ["only for --format hub"]),
        (["forecast", "russia-2022", "--through", "2022-09-20"], ["known by 2022-09-28", "a day after"]),
        (["frobnicate"], ["frobnicate"]),
    ],
)
def test_mistakes_get_one_line_and_exit_code_2(arguments, words, tmp_path):
    answer = call(*arguments, cwd=tmp_path)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "Traceback" not in answer.stderr
    for word in words:
        assert word in answer.stderr
    assert not list(tmp_path.iterdir()), "a mistake leaves nothing behind"


def test_run_writes_its_folder_and_a_table(tmp_path):
    answer = call(
        "run", "russia-2022", "--members", "3", "--until", "2022-09-26", "--set", "patience=30", "--without", "call-up",
        "--out", "here", cwd=tmp_path,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    for country in ("Georgia", "Kazakhstan", "Finland"):
        assert country in answer.stdout
    names = {path.name for path in (tmp_path / "here").iterdir()}
    assert names == {"manifest.json", "results.zarr", "summary.csv", "briefing.html", "evidence.csv"}
    manifest = json.loads((tmp_path / "here" / "manifest.json").read_text())
    assert manifest["parameters"]["patience"] == 30
    assert "call-up" not in manifest["events"]
    assert manifest["members"] == 3
    again = call("brief", "here", "--out", "again.html", cwd=tmp_path)
    assert again.returncode == 0
    assert (tmp_path / "again.html").stat().st_size > 10_000


def test_a_run_of_a_flee_directory_is_told_apart(tmp_path):
    assert call("run", "flee-two-valleys", "--members", "2", "--quiet", "--out", "camps", cwd=tmp_path).stdout == ""
    quiet = call("score", "camps", "--quiet", "--out", "mine.csv", cwd=tmp_path)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert (tmp_path / "mine.csv").read_bytes() == (tmp_path / "camps" / "scores.csv").read_bytes()
    for words in (
        ["score", "camps", "--after", "2022-09-01"], ["export", "camps", "--format", "csv"], ["serve", "camps"],
        ["compare", "camps", "camps"],
    ):  # fmt: skip
        answer = call(*words, cwd=tmp_path)
        assert answer.returncode == 2 and len(answer.stderr.splitlines()) == 1
        assert "Flee director" in answer.stderr and "run again" not in answer.stderr


def test_a_change_of_a_finished_run(tmp_path):
    call("run", "russia-2022", "--members", "2", "--until", "2022-09-26", "--quiet", "--out", "here", cwd=tmp_path)
    answer = call("compare", "here", "--without", "lars-draft-office", "--quiet", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("Changed less reference, 2 paired members, 2022-09-14 to 2022-09-26")
    wrong = call("compare", "here", "--without", "lars-draft-office", "--members", "3", cwd=tmp_path)
    assert wrong.returncode == 2 and "here is a finished run" in wrong.stderr


def test_compare_prints_effects_and_writes_tables(tmp_path):
    asked = ["compare", "russia-2022", "--without", "lars-draft-office", "--members", "2", "--until", "2022-09-30"]
    answer = call(*asked, "--out", "here", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "stopped at exit, persons" in answer.stdout
    assert "Verkhny Lars" in answer.stdout
    assert {path.name for path in (tmp_path / "here").iterdir()} == {"effects.csv", "differences.csv"}


def test_quiet_prints_nothing(tmp_path):
    answer = call("run", "russia-2022", "--members", "1", "--until", "2022-09-16", "--quiet", cwd=tmp_path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert (tmp_path / "runs" / "russia-2022" / "summary.csv").is_file()


def test_interrupt_leaves_no_half_written_folder(tmp_path):
    process = subprocess.Popen(
        [*COMMAND, "run", "russia-2022", "--members", "5000", "--out", "here"],
        stderr=subprocess.PIPE, cwd=tmp_path, text=True, env=os.environ,
    )  # fmt: skip
    log = tmp_path / "here.part" / "results.zarr" / "left" / "c" / "0"
    for _ in range(600):
        if log.exists() or process.poll() is not None:
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "--resume" in complaint
    assert len(complaint.strip().splitlines()) == 1
    assert not Path(tmp_path / "here").exists()
