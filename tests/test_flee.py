"""Flee directories: read with their quirks, run as cohorts, and the same answer as Flee itself."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from borderflow.camps import CampRun, member_csv, merge_camps, run_camps, score_camps
from borderflow.errors import ResultsError, ScenarioError, UsageError
from borderflow.flee import load_directory, shipped_directories
from borderflow.flee.members import Workspace, simulate_members
from borderflow.scenario import load
from borderflow.shares import ard, rescale

SHARED = Path(__file__).parents[2] / "shared"
DATA, BASELINE = SHARED / "flee-data", SHARED / "reference" / "flee-baseline.json"
PAIRS = (
    "burundi2015/modern125-hasten10.yml", "burundi2015/modern125aw2dm75-hasten10.yml", "car2013/modern125-hasten10.yml",
    "mali2012/modern125-hasten10.yml", "mali2012/modern125aw2dm75-hasten10.yml", "ssudan2013/modern125-hasten10.yml",
    "tigray2020/modern125-hasten10.yml",
)  # fmt: skip
SAMPLE = shipped_directories()["flee-two-valleys"]


@pytest.fixture
def sample(tmp_path):
    """A copy of the sample that may be changed."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "two"))


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


# ---------------------------------------------------------------------------------------------------------------------
# The same answer as Flee


@pytest.mark.skipif(not BASELINE.is_file(), reason="../shared with Flee's own results is absent")
@pytest.mark.parametrize("pair", PAIRS)
def test_the_same_answer_as_flee(pair):
    """Means within 4 standard errors or 0.5 % of everybody, deviations of the same size, scores within 0.01.

    With 24 members here and 10 seeds there, a mean is 4 standard errors off once in 10,000 cells of 1,862; the band of
    0.5 % of everybody takes those. The deviation of a cell is known to 24 % from 10 seeds, so it is judged over all
    cells of a scenario together.
    """
    members = 24
    conflict, settings = pair.split("/")
    scenario = load_directory(DATA / conflict, settings=DATA / settings)
    known = json.loads(BASELINE.read_text())["scenarios"][pair]
    compiled, days, seeds = scenario.compiled, known["days"], len(known["seeds"])
    names = [scenario.tables.places[n].name for n in compiled.camps]
    assert names == list(known["camps"])
    mean, sd, data = (np.array([known["camps"][name][key] for name in names]).T for key in ("mean", "sd", "data"))
    assert (compiled.data[days] == data).all()
    runs = simulate_members(compiled, range(members), seed=1)
    camps = np.array([one.present[:, list(compiled.camps)] for one in runs], float)
    everybody = known["people_end"][0]
    assert all(one.present[-1].sum() + one.under_way[-1] == everybody for one in runs)
    ours, spread = camps[:, days].mean(axis=0), camps[:, days].std(axis=0, ddof=1)
    allowed = np.maximum(4 * np.sqrt(sd**2 / seeds + spread**2 / members), 0.005 * everybody)
    assert (np.abs(ours - mean) <= allowed).all()
    large = (sd > 0.01 * mean) & (mean > 0.005 * everybody)
    ratio = np.exp(np.mean(np.log(np.maximum(spread, 0.5)[large] / sd[large])))
    assert 0.6 < ratio < 1.6
    counted = compiled.data.astype(float)
    assert abs(ard(camps, counted).mean() - np.mean(known["ard"])) < 0.01
    assert abs(ard(rescale(camps, counted), counted).mean() - np.mean(known["ard_rescaled"])) < 0.01


# ---------------------------------------------------------------------------------------------------------------------
# Runs


def test_a_run_leaves_everything_behind(tmp_path):
    run = run_camps(SAMPLE, members=12, seed=3, out=tmp_path / "run", workers=2)
    names = {path.name for path in run.folder.iterdir()}
    assert names == {"manifest.json", "results.zarr", "summary.csv", "out.csv"}
    assert not list(tmp_path.glob("*.part"))
    head, first, *_ = (run.folder / "out.csv").read_text().splitlines()
    assert head.startswith("Day,Date,North_Camp sim,North_Camp data,North_Camp error,")
    assert head.endswith(
        "Total error,refugees in camps (UNHCR),total refugees (simulation),raw UNHCR refugee count,"
        "refugees in camps (simulation),refugee_debt"
    )
    # the date is a day ahead of the day, and raw counts the total and the camps on day 0
    cells = first.split(",")
    assert cells[:2] == ["0", "2031-03-02"]
    last = run.summary[(run.summary["quantity"] == "camp_population") & (run.summary["end"] == "2031-07-28")]
    assert np.isclose(last[last["place"] != ""]["mean"].sum(), last[last["place"] == ""]["mean"].sum(), atol=0.01)
    again = run_camps(SAMPLE, members=12, seed=3, out=tmp_path / "again", workers=1)
    assert (again.folder / "summary.csv").read_bytes() == (run.folder / "summary.csv").read_bytes()
    rows = {row["model"]: row for row in score_camps(CampRun.open(run.folder))}
    assert rows["shares of 7 days ago"]["later"] < rows["shares of 30 days ago"]["later"]
    assert 0 < rows["simulation, by member"]["ard_rescaled"] < 1


def test_parts_joined_are_the_run_of_one_computer(tmp_path):
    whole = run_camps(SAMPLE, members=25, seed=3, until="2031-05-10", out=tmp_path / "whole")
    parts = [
        run_camps(SAMPLE, members=some, seed=3, until="2031-05-10", out=tmp_path / f"part-{some.start}").folder
        for some in (range(13), range(13, 25))
    ]
    joined = merge_camps(reversed(parts), tmp_path / "joined")
    for name in ("summary.csv", "out.csv"):
        assert (joined.folder / name).read_bytes() == (whole.folder / name).read_bytes()
    assert (joined.simulated == whole.simulated).all()
    assert joined.days[-1].isoformat() == "2031-05-09"
    one = CampRun.open(parts[1])
    assert member_csv(one, 14) == member_csv(whole, 14)
    with pytest.raises(UsageError, match="--member 3: the run has members 13 to 24"):
        member_csv(one, 3)
    with pytest.raises(UsageError, match="begins with member 13, should be 25"):
        merge_camps([whole.folder, parts[1]], tmp_path / "twice")


def test_an_earlier_end_changes_nothing_before_it(tmp_path):
    long = load_directory(SAMPLE)
    short = long.until("2031-05-10")
    for one, other in zip(*(simulate_members(s.compiled, range(3), seed=1) for s in (short, long)), strict=True):
        assert (one.present == other.present[: short.tables.days]).all()
    for wrong in ("2031-03-01", "2031-07-30", "soon"):
        with pytest.raises(UsageError, match="--until"):
            long.until(wrong)


def test_an_interrupted_run_goes_on(tmp_path):
    class StopError(Exception):
        pass

    def stop_after_two_blocks(done, seen=[]):  # noqa: B006
        seen.append(done)
        if len(seen) == 2:
            raise StopError

    whole = run_camps(SAMPLE, members=34, until="2031-04-10", out=tmp_path / "whole")
    with pytest.raises(StopError):
        run_camps(
            SAMPLE, members=34, until="2031-04-10", out=tmp_path / "run", workers=1, advance=stop_after_two_blocks
        )
    assert not (tmp_path / "run").exists()
    with pytest.raises(ResultsError, match="another seed"):
        run_camps(SAMPLE, members=34, seed=2, until="2031-04-10", out=tmp_path / "run", resume=True)
    run = run_camps(SAMPLE, members=34, until="2031-04-10", out=tmp_path / "run", resume=True)
    assert not (tmp_path / "run.part").exists()
    for name in ("summary.csv", "out.csv"):
        assert (run.folder / name).read_bytes() == (whole.folder / name).read_bytes()
    again = run_camps(SAMPLE, members=34, until="2031-04-10", out=tmp_path / "run", resume=True)
    assert again.manifest == run.manifest
    with pytest.raises(ResultsError, match="nothing to resume"):
        run_camps(SAMPLE, members=35, until="2031-04-10", out=tmp_path / "run", resume=True)


def test_a_member_is_the_same_whoever_runs_it():
    compiled = load_directory(SAMPLE).compiled
    alone = simulate_members(compiled, [5], seed=1)[0]
    workspace = Workspace(compiled, cells=64)  # too small at first: tables grow and the member is run again
    several = simulate_members(compiled, [4, 5], seed=1, workspace=workspace)[1]
    assert workspace.cells > 64
    assert (alone.present == several.present).all()
    assert (alone.present != simulate_members(compiled, [6], seed=1)[0].present).any()


def test_tables_do_not_grow_with_the_population():
    scenario = load_directory(SAMPLE)
    settings = replace(scenario.settings, avoid_short_stints=False)
    cells = []
    for factor in (100, 10_000):
        compiled = replace(scenario, settings=settings).compiled
        sources = compiled.sources._replace(
            total=compiled.sources.total * factor, initial=compiled.sources.initial * factor
        )
        rules = compiled.rules._replace(capacity=compiled.rules.capacity * factor)
        member = simulate_members(replace(compiled, sources=sources, rules=rules), [0], seed=1)[0]
        cells.append(member.cells)
    assert cells[1] < 1.2 * cells[0]


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("simsetting.yml", "move_rules:", "move_rules:\n  harvest_months: [6]", ["harvest_months", "not supported"]),
        ("simsetting.yml", "move_rules:", "move_rules:\n  MatchCampEthnicity: True", ["MatchCampEthnicity", "KeyError"]),
        ("simsetting.yml", "softening: 36.0", "softening: far", ["simsetting.yml:9", "softening", "'far'"]),
        ("simsetting.yml", "max_move_speed: 400.0", "max_move_speed: 2690.00001", ["max_move_speed", "268,435,456 a day"]),
        ("input_csv/routes.csv", "Ardal,Brenn,90,", "Ardal,Bren,90,", ["routes.csv:2", "'Bren'", "did you mean 'Brenn'"]),
        ("input_csv/routes.csv", "Ardal,Brenn,90,", "Ardal,Brenn,near,", ["routes.csv:2", "numbers"]),
        ("input_csv/routes.csv", "Ardal,Brenn,90,", "Ardal,Brenn,90,drive", ["routes.csv:2", "'drive'"]),
        ("input_csv/locations.csv", "#name", "\ufeff#name", ["byte order mark"]),
        ("input_csv/locations.csv", "camp,,45000", "camp,,many", ["North_Camp", "'many'"]),
        ("input_csv/closures.csv", "location,Halvard_Pass", "location,Halvard", ["closures.csv:3", "'Halvard'"]),
        ("input_csv/closures.csv", "location,Halvard_Pass", "road,Halvard_Pass", ["closure type 'road'"]),
        ("input_csv/sim_period.csv", "Length,150", "Length,151", ["150 days", "period 151"]),
        ("input_csv/sim_period.csv", "2031-03-01", "1 March", ["1 March", "YYYY-MM-DD"]),
        ("input_csv/registration_corrections.csv", "2031-05-20", "2031-05-21", ["North_Camp", "2031-05-21"]),
        ("source_data/data_layout.csv", "Quay_Camp,osterland-quay.csv\n", "", ["Quay_Camp", "no row"]),
        ("source_data/data_layout.csv", "osterland-quay.csv", "quay.csv", ["data_layout.csv:5", "'quay.csv'"]),
        ("source_data/refugees.csv", "2031-03-11,", "11.3.2031,", ["refugees.csv:3", "11.3.2031"]),
    ],
)  # fmt: skip
def test_a_mistake_gets_one_line(sample, file, old, new, words):
    edit(sample / file, old, new)
    with pytest.raises(ScenarioError) as caught:
        _ = load_directory(sample).compiled
    assert len(str(caught.value).splitlines()) == 1
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("simsetting.yml", "move_rules:", "move_rules:\n  camps_are_sinks: True", "camps_are_sinks"),
        ("simsetting.yml", "softening:", "sofening:", "did you mean 'softening'"),
        ("input_csv/routes.csv", "Ardal,Brenn,90,", "Ardal,Brenn,90,1", "makes the road twice"),
        ("input_csv/conflicts.csv", "\n1,1,0,0\n", "\n1,0.5,0,0\n", "keeps that of its first day"),
        ("input_csv/conflicts.csv", "\n1,1,0,0\n", "\n2,1,0,0\n", "Flee counts rows"),
        ("input_csv/closures.csv", "location,Halvard_Pass,,60,75", "link,Ardal,Brenn,60,75", "has no effect"),
        ("input_csv/locations.csv", "Dunmere,Upper_Valley,Valdia,10.40,21.20,town", "Dunmere,Upper_Valley,Valdia,10.40,21.20,village", "unknown to Flee"),
    ],
)  # fmt: skip
def test_what_flee_misreads_is_a_warning(sample, file, old, new, words):
    assert load_directory(sample).warnings == ()
    edit(sample / file, old, new)
    assert any(words in line for line in load_directory(sample).warnings)


def test_flees_own_pairs_of_folders(sample):
    for path in (sample / "input_csv").iterdir():
        path.rename(sample / path.name)
    (sample / "source_data").rename(sample.parent / "counts")
    (sample / "simsetting.yml").rename(sample.parent / "preset.yml")
    with pytest.raises(ScenarioError, match="--settings FILE"):
        load_directory(sample)
    with pytest.raises(ScenarioError, match="--counts DIR"):
        load_directory(sample, settings=sample.parent / "preset.yml")
    read = load_directory(sample, settings=sample.parent / "preset.yml", counts=sample.parent / "counts")
    assert (read.compiled.data == load_directory(SAMPLE).compiled.data).all()


def test_a_folder_of_something_else_is_not_replaced(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-anna.txt").write_text("dear")
    with pytest.raises(UsageError, match="not a run folder"):
        run_camps(SAMPLE, members=1, out=tmp_path / "letters")
    assert (tmp_path / "letters" / "to-anna.txt").read_text() == "dear"


def test_the_command_line(tmp_path):
    def call(*arguments):
        command = [sys.executable, "-m", "borderflow.cli", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=600)

    answer = call("check", "flee-two-valleys")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "150 days; 13 places, 4 camps, 17 roads" in answer.stdout
    answer = call("run", SAMPLE, "--members", 4, "--member", 2, "--out", "here")
    assert answer.returncode == 0, answer.stderr
    assert "shares of 30 days ago" in answer.stdout
    names = {path.name for path in (tmp_path / "here").iterdir()}
    assert names == {"manifest.json", "results.zarr", "summary.csv", "out.csv", "briefing.html", "scores.csv"}
    # one member: whole people
    assert "." not in (tmp_path / "here" / "out.csv").read_text().splitlines()[-1].split(",")[2]
    assert "Orr Camp" in (tmp_path / "here" / "briefing.html").read_text()
    answer = call("run", SAMPLE, "--without", "war")
    assert answer.returncode == 2
    assert answer.stderr.startswith("borderflow: --without: not for Flee directories")
    answer = call("run", "russia-2022", "--settings", "x.yml")
    assert answer.returncode == 2
    assert "only for Flee directories" in answer.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "nosuch",
            "no such scenario or folder (shipped: russia-2022, ukraine-2022; in Flee's format: flee-two-valleys)",
        ),
        ("flee-two-valey", "no such scenario or folder (did you mean 'flee-two-valleys'?)"),
        ("flee-two-valleys", "is in Flee's format; check, run and fit take it, and borderflow.flee.load_directory"),
    ],
)
def test_shipped_directories_are_among_the_names(name, said):
    with pytest.raises(ScenarioError) as caught:
        load(name)
    assert str(caught.value) == f"{name}: {said}"
