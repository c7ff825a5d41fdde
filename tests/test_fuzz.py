"""Bad input: every reader answers a broken file with lines for a person, never a traceback, a hang or a full memory.

Files that are right are broken in ways that files break, drawn by hypothesis: bytes flipped, lines lost, doubled or
swapped, figures and words replaced by hostile ones. Known bombs follow one by one. `make fuzz` does the same for ten
minutes a reader; here each gets some dozens of tries with a fixed seed. What was tried is told in docs/reliability.md.
"""

import json
import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import borderflow as bf
from borderflow.cli import options
from borderflow.disclosure import describe
from borderflow.ledger import read_ledger
from borderflow.network import compile_network
from borderflow.observations import match_claims, observe
from borderflow.outcomes import read_outcome
from borderflow.review import review_ledger
from borderflow.rules import compile_rules
from breakages import HOSTILE, answers, broken, enough, report, several, tries, until_over
from runs import TINY, run_tiny

# ---------------------------------------------------------------------------------------------------------------------
# Readers


SHIPPED = bf.shipped()["russia-2022"]
FILES = ("scenario.yaml", "places.csv", "lanes.csv", "links.csv", "baseline.csv")


def use(folder: Path) -> None:
    """Do with a scenario what `run` does before the first hour."""
    scenario = bf.load(folder)
    compile_rules(compile_network(scenario.until(scenario.start.date().replace(day=scenario.start.day + 1))))


@pytest.fixture(scope="module", autouse=True)
def written():
    yield
    report()


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenario") / "copy"
    shutil.copytree(SHIPPED, folder)
    return folder


@pytest.mark.parametrize("reader", ["scenario.yaml", "tables"])
def test_scenario_files(copy, reader):
    names = FILES[:1] if reader == "scenario.yaml" else FILES[1:]
    good = {name: (SHIPPED / name).read_bytes() for name in names}

    @tries(20)
    @given(st.sampled_from(names), several())
    def read(name, ways):
        if enough(reader):
            return
        (copy / name).write_bytes(broken(good[name], ways))
        try:
            answers(lambda: use(copy), reader)
        finally:
            (copy / name).write_bytes(good[name])

    until_over(read)


def test_ledgers(tmp_path):
    good = b"\n".join((SHIPPED / "evidence.csv").read_bytes().split(b"\n")[:60])
    file, scenario = tmp_path / "evidence.csv", bf.load("russia-2022")

    def look():
        ledger = read_ledger(file)
        review_ledger(ledger, scenario)
        observe(match_claims(scenario, ledger))

    @tries(40)
    @given(several())
    def read(ways):
        if not enough("ledger"):
            file.write_bytes(broken(good, ways))
            answers(look, "ledger")

    until_over(read)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "run"
    run_tiny(folder, members=3, snapshots=["2022-09-27T00:00"])
    return folder


PARTS = ("manifest.json", "summary.csv", "results.zarr/zarr.json", "results.zarr/left/zarr.json",
         "results.zarr/left/c/0/0/0", "results.zarr/member/c/0", "results.zarr/day/zarr.json")  # fmt: skip


def test_run_folders(finished):
    good = {name: (finished / name).read_bytes() for name in PARTS}

    def look():
        run = bf.open_run(finished)
        run.quantiles("arrivals_daily")
        run.store.read("left")
        read_outcome(run)
        describe(run)

    @tries(120)
    @given(st.sampled_from(PARTS), several(2))
    def read(name, ways):
        if enough("run folder"):
            return
        (finished / name).write_bytes(broken(good[name], ways))
        try:
            answers(look, "run folder")
        finally:
            (finished / name).write_bytes(good[name])

    until_over(read)
    look()


OPTIONS = ["--members", "--seed", "--until", "--set", "--without", "--from", "--snapshot", "--workers"]


def test_words_on_the_command_line():
    @tries(40)
    @given(st.text(max_size=80) | st.sampled_from(HOSTILE), st.sampled_from(OPTIONS))
    def read(text, option):
        if enough("words"):
            return
        words = {
            "--until": {"until": text},
            "--without": {"without": [text]},
            "--from": {"base": text},
            "--snapshot": {"snapshots": [text]},
        }
        answers(lambda: bf.run(TINY, members=0, out="/nonexistent/run", **words.get(option, {})), "words")
        answers(lambda: options.read_members(text))
        answers(lambda: options.read_settings([text]))

    until_over(read)


# ---------------------------------------------------------------------------------------------------------------------
# Bombs


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} {{<<: [{','.join(['*' + chr(97 + n)] * 9)}]}}\n" for n in range(9)
)

YAML_BOMBS = {
    "nine to the ninth aliases": BOMB,
    "merges of merges": MERGES,
    "a list that holds itself": "title: &a [*a]\n",
    "a mapping that holds itself": "title: &a {b: *a}\n",
    "a hundred thousand brackets": "title: " + "[" * 100_000 + "\n",
    "five thousand unknown keys": "\n".join(f"k{n}: 1" for n in range(5_000)),
    "code": "title: !!python/object/apply:os.system ['touch /tmp/borderflow-was-here']\n",
    "a number of ten thousand digits": f"title: {'9' * 10_000}\n",
    "nothing but nul": "\0" * 1000,
}


@pytest.mark.parametrize("bomb", YAML_BOMBS)
def test_yaml_bombs(copy, bomb):
    good = (copy / "scenario.yaml").read_bytes()
    (copy / "scenario.yaml").write_text(YAML_BOMBS[bomb])
    try:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert answers(lambda: bf.load(copy))
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000  # kB
    finally:
        (copy / "scenario.yaml").write_bytes(good)
    assert not Path("/tmp/borderflow-was-here").exists()


def row(name: str, column: str, value: str) -> Callable[[Path], None]:
    """Return what puts a value into a column of the first row of a table."""

    def change(folder: Path) -> None:
        import csv

        with (folder / name).open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        rows[0][column] = value
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    return change


def text(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / "scenario.yaml"
        before = file.read_text(encoding="utf-8")
        assert old in before, old
        file.write_text(before.replace(old, new, 1), encoding="utf-8")

    return change


TRAPS: dict[str, Callable[[Path], None]] = {
    "a population of 1e30": row("places.csv", "population", "1" + "0" * 30),
    "a population of nan": row("places.csv", "population", "nan"),
    "a negative population": row("places.csv", "population", "-5"),
    "a capacity of infinity": row("lanes.csv", "exit_per_day", "inf"),
    "traffic of nan": row("baseline.csv", "persons_per_day", "nan"),
    "an id twice": lambda folder: (folder / "places.csv").write_bytes(
        (folder / "places.csv").read_bytes() + (folder / "places.csv").read_bytes().split(b"\n")[1] + b"\n"
    ),
    "a link from a place to itself": lambda folder: [row("links.csv", end, "moscow")(folder) for end in ("from", "to")],
    "a place named ../../etc/passwd": row("places.csv", "id", "../../etc/passwd"),
    "a latitude of 1e9": row("places.csv", "lat", "1e9"),
    "a time zone that climbs out": row("places.csv", "time_zone", "../../../etc/passwd"),
    "an end before the start": text("end:", "end: 2000-01-01 #"),
    "an end in the year 9999": text("end:", "end: 9999-12-31T00:00:00Z #"),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_traps(tmp_path, trap):
    folder = tmp_path / "scenario"
    shutil.copytree(SHIPPED, folder)
    TRAPS[trap](folder)
    complaint = answers(lambda: use(folder))
    assert complaint, "it was taken"
    assert ":" in complaint.splitlines()[0]


def test_a_billion_people_are_counts_and_cost_nothing(tmp_path):
    folder = tmp_path / "scenario"
    shutil.copytree(SHIPPED, folder)
    row("places.csv", "population", "1000000000")(folder)
    assert answers(lambda: use(folder)) == ""


def test_a_table_of_fifty_megabytes_is_refused_unread(tmp_path):
    folder = tmp_path / "scenario"
    shutil.copytree(SHIPPED, folder)
    with (folder / "places.csv").open("ab") as file:
        file.truncate(60_000_000)
    assert "50 MB is the limit" in answers(lambda: bf.load(folder))


# ---------------------------------------------------------------------------------------------------------------------
# Run folders made to harm


def test_a_zarr_bomb_is_refused_and_not_unpacked(finished, tmp_path):
    """An array that says it is a million times larger than the run: read naively, it would ask for terabytes."""
    folder = tmp_path / "bomb"
    shutil.copytree(finished, folder)
    file = folder / "results.zarr" / "left" / "zarr.json"
    meta = json.loads(file.read_text())
    meta["shape"] = [10**6, 10**4, 10**4]
    meta["chunk_grid"]["configuration"]["chunk_shape"] = [10**6, 10**4, 10**4]
    file.write_text(json.dumps(meta))
    assert "does not fit" in answers(lambda: bf.open_run(folder).store.read("left"))


def test_a_run_that_claims_more_members_than_its_cube_has(finished, tmp_path):
    folder = tmp_path / "many"
    shutil.copytree(finished, folder)
    file = folder / "manifest.json"
    known = json.loads(file.read_text())
    file.write_text(json.dumps({**known, "members": 10**12}))
    assert answers(lambda: read_outcome(folder)) == ""  # the cube says who is in it
    file.write_text(json.dumps({**known, "members": 10**30}))
    assert "members" in answers(lambda: read_outcome(folder))


def test_a_snapshot_that_is_a_zip_bomb_is_made_again(finished, tmp_path):
    folder = tmp_path / "bomb"
    shutil.copytree(finished, folder)
    file = next((folder / "snapshots").rglob("*.npz"))
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("0/state.homes.home.npy", "w", force_zip64=True) as entry,
    ):
        np.lib.format.write_array_header_1_0(entry, {"descr": "<f8", "fortran_order": False, "shape": (2**36,)})
        for _ in range(64):
            entry.write(bytes(2**20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    branch = bf.run(TINY, base=f"{folder}@2022-09-27T00:00", out=tmp_path / "branch")
    assert branch.members == 3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000  # kB


def test_a_run_folder_with_pickles_runs_no_code(finished, tmp_path):
    folder = tmp_path / "pickle"
    shutil.copytree(finished, folder)
    file = next((folder / "snapshots").rglob("*.npz"))
    np.savez(file, **{"0/state.homes.home": np.array([object()], dtype=object)})
    assert bf.run(TINY, base=f"{folder}@2022-09-27T00:00", out=tmp_path / "branch").members == 3


def test_names_do_not_climb_out_of_the_run_folder(tmp_path):
    """Whatever a scenario calls its places, a run writes into its own folder only."""
    before = set(tmp_path.rglob("*"))
    run_tiny(tmp_path / "run", members=1)
    made = set(tmp_path.rglob("*")) - before
    assert made and all((tmp_path / "run") in (path, *path.parents) for path in made)


def test_the_command_line_prints_no_traceback_for_a_bomb(tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "scenario")
    (tmp_path / "scenario" / "scenario.yaml").write_text(BOMB)
    done = subprocess.run(
        [sys.executable, "-m", "borderflow.cli", "check", "scenario"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr and done.stderr.count("\n") < 40
