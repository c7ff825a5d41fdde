"""Proposals: events with evidence, wider priors, rows of the ledger; comments stay, the result passes the check."""

import shutil
import subprocess
import sys
from datetime import date

import pytest

from borderflow.articles import Article, read_evidence
from borderflow.ledger import read_ledger
from borderflow.naming import Names
from borderflow.proposals import propose
from borderflow.scenario import load, shipped

DAY = date(2022, 9, 28)


def proposal(text, scenario=None):
    scenario = scenario or load("russia-2022")
    found = read_evidence(
        Article(text, "test"), published=DAY, names=Names([scenario]), announced=scenario.announcement
    )
    return propose(found, scenario, publisher="An invented paper", published=DAY)


def test_a_new_event_with_evidence_and_every_comment_kept(tmp_path):
    one = proposal("A draft office was opened at the Mashtakovo checkpoint on Wednesday, regional officials said.")
    assert "+  - {id: mashtakovo-draft-office, kind: draft_office," in one.diff()
    assert "-  " not in "".join(
        line for line in one.diff().splitlines() if line.startswith("-") and not line.startswith("---")
    )
    changed = load(one.accept(tmp_path / "mine"))
    (event,) = [event for event in changed.events if event.id == "mashtakovo-draft-office"]
    assert (
        event.crossings == ("mashtakovo",) and event.start.isoformat() == "2022-09-27T19:00:00+00:00"
    )  # midnight at UTC+5
    row = read_ledger(tmp_path / "mine").by_id[event.evidence[0]]
    assert (row.quantity, row.value, row.publisher, row.known_on) == (
        "draft_office_open",
        1.0,
        "An invented paper",
        DAY,
    )
    old = (shipped()["russia-2022"] / "scenario.yaml").read_text(encoding="utf-8").splitlines()
    new = (tmp_path / "mine" / "scenario.yaml").read_text(encoding="utf-8").splitlines()
    assert [line for line in old if "#" in line] == [line for line in new if "#" in line]
    assert set(old) <= set(new)


def test_an_event_that_is_already_there_gets_the_evidence():
    one = proposal("Finland will bar Russians with tourist visas from entering the country from Friday.")
    assert "evidence: [S19, S20, E306, N001]" in one.diff() or any(
        "already in the ledger as" in note for note in one.notes
    )
    assert "kind: entry_ban" not in "".join(line for line in one.diff().splitlines() if line.startswith("+"))


def test_a_planned_call_up_widens_the_prior_to_hold_both_figures(tmp_path):
    one = proposal(
        "The defence ministry plans to call up 300,000 reservists. Media reported that 1.6 million could be mobilised, which the Kremlin denied."
    )
    changed = load(one.accept(tmp_path / "mine"))
    prior = changed.parameters["call_up_quota"].prior
    assert prior.low <= 300_000 and prior.high == 1_600_000
    denied = [
        row
        for row in read_ledger(tmp_path / "mine")
        if row.publisher == "An invented paper" and row.claim_status == "denied"
    ]
    assert [row.value for row in denied] == [1_600_000]
    assert any("becomes 200,000 to 1,600,000" in note for note in one.notes)


def test_what_is_denied_or_unknown_only_reaches_the_ledger():
    one = proposal(
        "The governor denied that the crossing at Petukhovo was closed. A draft office was opened at Atlantis crossing."
    )
    assert one.before["scenario.yaml"] == one.after["scenario.yaml"]
    assert one.before["evidence.csv"] != one.after["evidence.csv"]
    assert len(one.notes) == 2


def test_a_figure_of_the_ledger_is_not_written_twice():
    text = "The queue at Verkhny Lars counted 5,500 cars on Tuesday, the interior ministry said."
    one = proposal(text)
    assert one.diff() == "" and not one.changes
    assert one.notes == ("queue_cars at Verkhny Lars / Dariali (Kazbegi): already in the ledger as E255",)


def test_a_halted_service_is_found_by_its_places(tmp_path):
    scenario = load("russia-2022").without()
    one = proposal(
        "Buses between Samara and Uralsk do not run: all services are cancelled since 28 September.", scenario
    )
    assert "N001" in one.diff()
    assert "samara-tolyatti-bus-halt" in one.diff() or "samara-uralsk" in one.diff()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["read", "a.txt", "--published", "2031-05-14"], 0, "queue_km"),
        (["read", "a.txt"], 2, "give the day, for example --published 2022-09-29"),
        (["read", "a.txt", "--published", "soon"], 2, "--published 'soon': write a day"),
        (["read", "absent.txt", "--published", "2031-05-14"], 2, "no such file"),
        (["propose", "a.txt", "russia-2022", "--published", "2031-05-14", "--accept"], 2, "'russia-2022' is shipped"),
        (["propose", "a.txt", "russia-2022", "--published", "2022-09-28"], 0, "+N001,2022-09-28"),
        (["check", "absent.csv"], 2, "file is missing"),
    ],
)
def test_commands(tmp_path, arguments, code, says):
    (tmp_path / "a.txt").write_text("The queue at Ozinki is 3 km long, drivers said.", encoding="utf-8")
    command = [sys.executable, "-m", "borderflow.cli", "evidence", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert done.returncode == code, done.stderr
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if code:
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("file", ["scenario.yaml", "evidence.csv"])
def test_marks_and_ends_of_lines_of_other_systems_stay(tmp_path, file):
    # a ledger saved by a spreadsheet begins with a byte order mark; the new row had lost its id there
    shutil.copytree(shipped()["russia-2022"], tmp_path / "home")
    path = tmp_path / "home" / file
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    one = proposal(
        "A draft office was opened at the Mashtakovo checkpoint on Wednesday, regional officials said.",
        load(tmp_path / "home"),
    )
    assert len([line for line in one.diff().splitlines() if line.startswith("-") and line[1:2] != "-"]) == 0
    mine = one.accept(tmp_path / "mine")
    after = (mine / file).read_bytes()
    assert after.startswith(path.read_bytes()[:500])
    assert after.count(b"\n") == after.count(b"\r\n") > path.read_bytes().count(b"\n")
    (event,) = [event for event in load(mine).events if event.id == "mashtakovo-draft-office"]
    assert read_ledger(mine).by_id[event.evidence[0]].publisher == "An invented paper"
