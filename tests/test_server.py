"""The server: its figures are those of a run, its jobs bounded, its doors shut, and no request makes it stumble."""

import io
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

import borderflow as bf
from borderflow.disclosure import COLUMNS, MIN_CELL
from borderflow.server import create_app
from borderflow.server.guard import MOST_BYTES
from borderflow.server.jobs import Cancelled, Full, Jobs
from borderflow.server.pictures import figures, unpack

LOCAL = "http://localhost"
UNTIL = "2022-09-26"
PAGE = Path(bf.__file__).parent / "static"


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app("russia-2022", members=2, workers=2), base_url=LOCAL) as one:
        finish(one, one.get("/api/runs").json()[0])
        yield one


def finish(client, job, seconds=120):
    end = time.monotonic() + seconds
    while job["state"] in ("queued", "running"):
        assert time.monotonic() < end, job
        job = client.get(f"/api/runs/{job['id']}", params={"after": job["version"], "wait": 5}).json()
    return job


def ask(client, *changes, kind="comparisons", **more):
    question = {"scenario": "russia-2022", "changes": changes, "until": UNTIL, "members": 3, **more}
    answer = client.post(f"/api/{kind}", json=question)
    assert answer.status_code == 202, answer.text
    job = finish(client, answer.json())
    assert job["state"] == "done", job["error"]
    return job["id"]


def picture(client, job):
    return unpack(client.get(f"/api/runs/{job}/picture").content)


# ---------------------------------------------------------------------------------------------------------------------
# Figures


def test_daily_figures_are_those_of_the_summary(client, tmp_path):
    run = bf.run("russia-2022", members=3, seed=5, until=UNTIL, out=tmp_path / "run")
    assert_pictured(run, *picture(client, ask(client, kind="runs", seed=5)))


def assert_pictured(run, header, arrays):
    """Hold every figure of a run's summary to the picture that the page drew."""
    table = {tuple(row[:4]): n for n, row in enumerate(header["series"])}
    columns = ["quantity", "place", "country", "mode"]
    for key, rows in run.summary.groupby(columns):
        at = [header["days"].index(day) for day in rows["end"]]
        expected = rows[["mean", "q05", "q25", "q50", "q75", "q95"]].to_numpy().T
        assert np.allclose(arrays["daily"][:, table[key]][:, at], expected, rtol=1e-5, atol=1e-3, equal_nan=True), key


def test_hours_agree_with_days(client):
    # one member: the highest hour of a local day is the daily figure
    header, arrays = picture(client, ask(client, kind="runs", members=1))
    names = [tuple(row) for row in header["series"]]
    lars = names.index(("queue_persons", "Verkhny Lars", "GE", "all"))
    hourly = arrays["queue_persons"][0, header["posts"].index("verkhny-lars")]
    day = header["days"].index("2022-09-23")
    # Georgia is four hours ahead
    hours = slice(
        (day - header["days"].index("2022-09-14")) * 24 - 4, (day - header["days"].index("2022-09-14")) * 24 + 20
    )
    assert hourly[hours].max() == arrays["daily"][0, lars, day] > 100


def test_quantiles_where_some_members_have_no_figure():
    values = np.array([[1.0, np.nan, np.nan], [3.0, np.nan, np.nan], [2.0, 5.0, np.nan]])
    out = figures(values)
    assert out[:, 0].tolist() == pytest.approx([2.0, *np.quantile([1, 2, 3], (0.05, 0.25, 0.5, 0.75, 0.95))])
    assert out[:, 1].tolist() == [5.0] * 6 and np.isnan(out[:, 2]).all()


def test_a_change_that_changes_nothing_makes_no_difference(client):
    # the ban moves within the time after the end
    job = ask(client, {"kind": "move", "event": "finland-tourist-ban", "start": "2022-10-05T00:00Z"})
    header, arrays = picture(client, job)
    assert header["effects"] == [] and client.get(f"/api/runs/{job}/effects").json() == []
    assert (
        not np.nan_to_num(arrays["difference_daily"]).any()
        and not np.nan_to_num(arrays["difference_queue_persons"]).any()
    )


def test_a_shut_crossing_lets_nobody_through_and_the_difference_is_paired(client):
    job = ask(client, {"kind": "close", "crossing": "verkhny-lars", "start": "2022-09-22T00:00+04:00"})
    header, arrays = picture(client, job)
    lars = header["posts"].index("verkhny-lars")
    later = (8 * 24) - 4
    assert arrays["passed"][lars, :, later + 1 :].sum() == 0 < arrays["passed"][lars, :, :later].sum()
    names = [tuple(row) for row in header["series"]]
    key = names.index(("arrivals_daily", "", "GE", "all"))
    reference = picture(client, ask(client, kind="runs"))[1]
    expected = arrays["daily"][0, key] - reference["daily"][0, key]
    assert np.allclose(arrays["difference_daily"][0, key], expected, atol=0.01, equal_nan=True)
    effect = next(one for one in header["effects"] if one["quantity"] == "arrivals_daily" and one["country"] == "GE")
    assert effect["difference"] == pytest.approx(effect["changed"] - effect["reference"]) and effect["difference"] < 0


def test_the_changed_scenario_comes_back_as_a_file(client, tmp_path):
    changes = [
        {"kind": "switch", "event": "lars-draft-office", "on": False},
        {"kind": "lanes", "crossing": "verkhny-lars", "factor": 1.5, "start": "2022-09-22T00:00Z", "modes": ["car"]},
        {"kind": "exempt", "event": "finland-tourist-ban", "share": 0.4},
        {"kind": "open", "crossing": "brunishevo"},
        {"kind": "set", "parameter": "patience", "value": 30},
    ]
    job = ask(client, *changes, seed=5)
    text = client.get(f"/api/runs/{job}/scenario.yaml").text
    folder = tmp_path / "changed"
    shutil.copytree(bf.load("russia-2022").folder, folder)
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    changed = bf.load(folder)
    assert changed.value("patience") == 30 and f"{changed.end:%Y-%m-%d}" == UNTIL
    off = {event.id for event in changed.events if not event.enabled} - {
        e.id for e in bf.load("russia-2022").events if not e.enabled
    }
    assert off == {"lars-draft-office", "pededze-closure"}
    assert "# Claim ids E..." in text  # comments survive
    # and simulating it gives what the page had shown
    assert_pictured(bf.run(folder, members=3, seed=5, out=tmp_path / "run"), *picture(client, job))


def test_files_of_a_run(client):
    job = ask(client, kind="runs")
    summary = client.get(f"/api/runs/{job}/summary.csv")
    assert "attachment" in summary.headers["content-disposition"]
    # the mechanism of every export: what counts a few people at one crossing on one day is left out
    table = pd.read_csv(io.StringIO(summary.text), keep_default_na=False, na_values={"mean": [""]})
    assert list(table.columns) == list(COLUMNS)
    people = table[(table["unit"] == "persons") & (table["mean"] > 0)]
    assert people["mean"].min() >= MIN_CELL and (table["hidden"] == 1).any()
    tagged = client.get(f"/api/runs/{job}/hxl.csv").text.splitlines()
    assert tagged[1].startswith("#") and tagged[2:] == summary.text.splitlines()[1:]
    briefing = client.get(f"/api/runs/{job}/briefing.html")
    assert "Situation report" in briefing.text and "script" not in briefing.headers["content-security-policy"]


def test_a_run_folder_is_served_as_it_is(tmp_path):
    run = bf.run("russia-2022", members=3, seed=2, until="2022-09-17", out=tmp_path / "my run")
    with TestClient(create_app(run.folder, members=3), base_url=LOCAL) as one:
        assert one.get("/api/scenarios").json()[0]["name"] == "my-run"
        header, arrays = picture(one, finish(one, one.get("/api/runs").json()[0])["id"])
        assert header["members"] == 3 and header["seed"] == 2
        rows = run.summary[(run.summary["quantity"] == "left_home")]
        n = [tuple(row[:1]) for row in header["series"]].index(("left_home",))
        at = [header["days"].index(day) for day in rows["end"]]
        assert np.allclose(arrays["daily"][0, n, at], rows["mean"], rtol=1e-5)
        # pairs with what is on disk
        change = {"kind": "switch", "event": "exit-lists", "on": False}
        job = finish(one, one.post("/api/comparisons", json={"scenario": "my-run", "changes": [change]}).json())
        assert one.get(f"/api/runs/{job['id']}/effects").json() == []


def test_a_scenario_with_trains_that_people_wait_for(tmp_path):
    with TestClient(create_app("ukraine-2022", members=1), base_url=LOCAL) as one:
        assert finish(one, one.get("/api/runs").json()[0], 200)["state"] == "done"
        job = one.get("/api/runs").json()[0]["id"]
        header, arrays = picture(one, job)
        view = one.get("/api/scenarios/ukraine-2022").json()
        assert set(header["posts"]) <= {post["id"] for post in view["posts"]} and len(header["posts"]) > 10
        assert set(header["routes"]) <= {route["id"] for route in view["routes"]}
        n = header["posts"].index("medyka-przemysl") if "medyka-przemysl" in header["posts"] else 0
        assert arrays["queue_persons"][0, n].max() > 0 and arrays["passed"].sum() > 100_000
        change = {"kind": "close", "crossing": header["posts"][n], "start": "2022-03-01T00:00Z"}
        body = {"scenario": "ukraine-2022", "changes": [change], "members": 1}
        answer = finish(one, one.post("/api/comparisons", json=body).json(), 200)
        assert answer["state"] == "done", answer["error"]


def test_claims_say_where_they_are_used(client):
    claims = {one["id"]: one for one in client.get("/api/scenarios/russia-2022/claims").json()["claims"]}
    assert {"kind": "event", "id": "lars-draft-office", "title": "Draft office at Verkhny Lars"} in claims["E253"][
        "used_in"
    ]


@pytest.mark.parametrize("name", ["russia-2022", "ukraine-2022"])
def test_every_use_of_a_claim_can_be_shown(client, name):
    answer = client.get(f"/api/scenarios/{name}/claims").json()
    rows = {(one["kind"], one["id"]): one for one in answer["sources"]}
    assert len(rows) == len(answer["sources"])
    events = {one["id"]: one for one in client.get(f"/api/scenarios/{name}").json()["events"]}
    kinds = set()
    for claim in answer["claims"]:
        for use in claim["used_in"]:
            kinds.add(use["kind"])
            if use["kind"] == "event":
                assert claim["id"] in events[use["id"]]["evidence"]
            else:
                assert claim["id"] in rows[use["kind"], use["id"]]["text"]
    assert kinds == {"event", "parameter", "group", "country", "place", "capacity", "ordinary traffic"}


def test_a_claim_says_whether_it_speaks_of_a_whole_country(client):
    # the page draws these beside the arrivals of a country; of Ukraine it drew none, whose unit is persons a day
    of = {name: {(one["place"], one["whole"]) for one in client.get(f"/api/scenarios/{name}/claims").json()["claims"]
                 if one["quantity"] == "arrivals_daily"} for name in ("russia-2022", "ukraine-2022")}  # fmt: skip
    assert {("Georgia (all crossings)", "GE"), ("Finland-Russia land border", "FI")} <= of["russia-2022"]
    assert ("Storskog / Borisoglebsk", "") in of["russia-2022"]
    assert {("Poland (all UA crossings)", "PL"), ("Slovakia (UA border)", "SK")} <= of["ukraine-2022"]
    assert {("Romania (all borders)", "RO"), ("Romania (via Moldova)", "")} <= of["ukraine-2022"]


def test_a_job_says_what_was_asked(client):
    # the page takes another's run for its reference only where members and seed are the server's own
    usual = client.get("/api/scenarios").json()[0]
    assert (usual["members"], usual["seed"]) == (2, 1)
    asked = client.get(f"/api/runs/{ask(client, kind='runs', members=1, seed=9)}").json()["request"]
    assert (asked["members"], asked["seed"], asked["until"], asked["basis"]) == (1, 9, UNTIL, "scenario")


def test_borders_close_and_wind(client):
    shapes = client.get("/api/borders").json()
    assert "Crimea" in shapes["disclaimer"]
    rings = [
        ring for one in shapes["land"]["features"] for polygon in one["geometry"]["coordinates"] for ring in polygon
    ]
    assert len(rings) > 100 and all(ring[0] == ring[-1] for ring in rings)


def test_a_run_of_another_engine_is_shown_but_not_paired(tmp_path):
    run = bf.run("russia-2022", members=2, seed=2, until="2022-09-16", out=tmp_path / "old")
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["engine"] = "another"
    (run.folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with TestClient(create_app(run.folder, members=2), base_url=LOCAL) as one:
        assert finish(one, one.get("/api/runs").json()[0])["state"] == "done"
        body = {"scenario": "old", "changes": [{"kind": "switch", "event": "exit-lists", "on": False}]}
        answer = one.post("/api/comparisons", json=body)
        assert answer.status_code == 422 and "another engine (another" in answer.json()["detail"]
        # other members than those on disk are simulated by this engine on both sides
        assert one.post("/api/comparisons", json=body | {"seed": 3}).status_code == 202


# ---------------------------------------------------------------------------------------------------------------------
# Forecasts


def test_a_forecast_is_that_of_the_library(client, tmp_path):
    outlook = bf.forecast("russia-2022", members=3, seed=4, through="2022-09-30", out=tmp_path / "outlook")
    question = {"scenario": "russia-2022", "members": 3, "seed": 4, "until": "2022-10-01"}
    job = finish(client, client.post("/api/forecasts", json=question).json())
    assert (job["state"], job["kind"]) == ("done", "forecast"), job["error"]
    header, arrays = picture(client, job["id"])
    assert (header["spread"], header["known"]) == ("forecast", "2022-09-28")
    table = {tuple(row[:4]): n for n, row in enumerate(header["series"])}
    for key, rows in outlook.summary.groupby(["quantity", "place", "country", "mode"]):
        at = [header["days"].index(day) for day in rows["end"]]
        expected = rows[["mean", "q05", "q25", "q50", "q75", "q95"]].to_numpy().T
        assert np.allclose(arrays["daily"][:, table[key]][:, at], expected, rtol=1e-5, atol=1e-3, equal_nan=True), key
    # lines by hour know as well how many people sit in the cars of each member: the highest hour is the day's figure
    lars = [tuple(row) for row in header["series"]].index(("queue_cars", "Verkhny Lars", "GE", "car"))
    one_member = finish(client, client.post("/api/forecasts", json=question | {"members": 1}).json())
    head, single = picture(client, one_member["id"])
    hours = single["queue_cars"][0, head["posts"].index("verkhny-lars")]
    days = single["daily"][0, lars]
    assert np.nanmax(days) == pytest.approx(hours.max(), rel=1e-5) and hours.max() > 100
    # its briefing says what the spread contains, and since when
    page = client.get(f"/api/runs/{job['id']}/briefing.html").text
    assert "each with values of its own" in page and "Forecast from" in page and "28 September 2022" in page
    assert "chance variation only" not in page
    # a folder with a forecast is told apart from a plain run, and cannot be paired
    with TestClient(create_app(outlook.folder, members=3), base_url=LOCAL) as one:
        shown = picture(one, finish(one, one.get("/api/runs").json()[0])["id"])[0]
        assert (shown["spread"], shown["known"]) == ("forecast", "2022-09-28")
        body = {"scenario": "outlook", "changes": [{"kind": "switch", "event": "exit-lists", "on": False}]}
        assert "parameters and breaks of their own" in one.post("/api/comparisons", json=body).json()["detail"]
        # what is simulated beside it has the scenario's own values, and does not call itself a forecast
        beside = finish(one, one.post("/api/runs", json=body | {"members": 2}).json())
        assert picture(one, beside["id"])[0]["spread"] == "chance"
        assert "chance variation only" in one.get(f"/api/runs/{beside['id']}/briefing.html").text


def test_a_question_about_a_forecast_is_that_of_the_library(client):
    scenario = bf.load("russia-2022").until("2022-09-30")
    change = {"kind": "switch", "event": "lars-draft-office", "on": False}
    header, _ = picture(client, ask(client, change, basis="forecast", until="2022-09-30", members=2, seed=5))
    assert header["spread"] == "forecast"
    fit = Path(scenario.folder) / "fit"
    full = bf.compare(scenario, scenario.without("lars-draft-office"), fit, members=2, seed=5)
    effect = full.effect("turned_back", "Verkhny Lars", "GE")
    told = next(one for one in header["effects"] if (one["quantity"], one["place"]) == ("turned_back", "Verkhny Lars"))
    assert told["difference"] == effect.difference and told["difference"] < 0


def test_the_fit_can_be_looked_at(client):
    about = client.get("/api/scenarios/russia-2022/fit").json()
    assert about["known"] == "2022-09-28" and about["draws"] > 50
    learned = {one["name"]: one for one in about["unknowns"]}
    assert learned["patience"]["low"] < learned["patience"]["median"] < learned["patience"]["high"]
    for name in ("predictive.png", "parameters.png"):
        image = client.get(f"/api/scenarios/russia-2022/fit/{name}")
        assert image.headers["content-type"] == "image/png" and image.content[:4] == b"\x89PNG"
    for name in ("fit.json", "..%2Ffit.json", "posterior.csv"):
        assert client.get(f"/api/scenarios/russia-2022/fit/{name}").status_code in (404, 422)


def test_no_fit_is_a_problem(client, tmp_path):
    name = "flee-two-valleys"
    assert client.get(f"/api/scenarios/{name}/fit").status_code in (404, 422)


# ---------------------------------------------------------------------------------------------------------------------
# Jobs


def test_a_job_can_be_cancelled(client):
    question = {
        "scenario": "russia-2022",
        "members": 1000,
        "changes": [{"kind": "switch", "event": "exit-lists", "on": False}],
    }
    job = client.post("/api/runs", json=question).json()
    waiting = client.post("/api/runs", json=question).json()
    assert client.get(f"/api/runs/{job['id']}/picture").status_code == 409
    assert client.delete(f"/api/runs/{waiting['id']}").json()["state"] == "cancelled"
    client.delete(f"/api/runs/{job['id']}")
    began = time.monotonic()
    assert finish(client, job)["state"] == "cancelled"
    assert time.monotonic() - began < 30


def test_the_queue_is_bounded_and_the_worker_survives():
    jobs = Jobs(waiting=2, kept=3)
    gate = []

    def wait(job):
        while not gate:
            time.sleep(0.005)
            job.advance(0)

    first = jobs.submit("x", 1, wait)
    while first.state == "queued":
        time.sleep(0.005)

    def stumble(_job):
        raise ZeroDivisionError("oops")

    bad, good = jobs.submit("x", 1, stumble), jobs.submit("x", 1, lambda job: job.advance(1) or 42)
    with pytest.raises(Full, match="2 jobs are waiting"):
        jobs.submit("x", 1, wait)
    gate.append(1)
    while not good.over:
        time.sleep(0.005)
    assert (first.state, bad.state, good.state, good.result) == ("done", "failed", "done", 42)
    assert bad.error == "ZeroDivisionError: oops"
    last = [jobs.submit("x", 1, lambda _job: None) for _ in range(2)]
    assert jobs.find(first.id) is None and jobs.find(last[-1].id) is last[-1]
    good._stop.set()
    with pytest.raises(Cancelled):
        good.advance(1)
    jobs.close()


def test_old_results_are_forgotten_when_they_hold_too_much_together():
    jobs = Jobs(weigh=len, most_bytes=10)

    def finished(size):
        job = jobs.submit("x", 1, lambda _job: b"x" * size)
        while not job.over:
            time.sleep(0.005)
        return job

    small, middle = finished(4), finished(6)
    assert jobs.find(small.id) is small and jobs.find(middle.id) is middle  # ten bytes are not too many
    next_one = finished(1)
    finished(0)  # the worker has cleared up after the one before when it takes this one
    assert jobs.find(small.id) is None and jobs.find(middle.id) is middle and jobs.find(next_one.id) is next_one
    large = finished(100)
    finished(0)
    assert jobs.find(middle.id) is None
    assert jobs.find(next_one.id) is None and len(large.result) == 100
    jobs.close()


def test_progress_is_told_a_few_times_a_second_and_what_matters_at_once():
    gate, told = [], []

    def work(job):
        for _ in range(200):
            job.advance(1)
        told.append(job.version)
        job.show(b"x")
        told.append(job.version)
        while not gate:
            time.sleep(0.005)

    jobs = Jobs()
    job = jobs.submit("x", 200, work)
    while len(told) < 2:
        time.sleep(0.005)
    assert job.done == 200 and told[0] <= 4 and told[1] == told[0] + 1
    gate.append(1)
    while not job.over:
        time.sleep(0.005)
    assert job.version > told[1]
    jobs.close()


def test_the_first_members_of_a_reference_are_shown_while_the_others_are_simulated(client, monkeypatch):
    monkeypatch.setattr("borderflow.server.samples.SOON", 0.0)
    monkeypatch.setattr("borderflow.server.samples.EARLY", 10)
    question = {"scenario": "russia-2022", "members": 60, "until": "2022-09-24"}
    job = client.post("/api/runs", json=question).json()
    while not job["early"]:
        assert job["state"] in ("queued", "running"), job
        job = client.get(f"/api/runs/{job['id']}", params={"after": job["version"], "wait": 5}).json()
    few, early = picture(client, job["id"])
    assert finish(client, job)["state"] == "done"
    whole, arrays = picture(client, job["id"])
    assert (few["members"], whole["members"]) == (10, 60)
    # the first ten are the first ten of the sixty
    own = picture(client, ask(client, kind="runs", members=10, until="2022-09-24"))[1]
    assert np.array_equal(early["daily"], own["daily"], equal_nan=True)
    assert not np.array_equal(early["daily"], arrays["daily"], equal_nan=True)


def test_answers_for_this_computer_are_not_packed(client):
    app = client.app
    path = "/api/scenarios/russia-2022/claims"
    near = TestClient(app, base_url=LOCAL, client=("127.0.0.1", 5))
    assert "content-encoding" not in near.get(path, headers={"accept-encoding": "gzip"}).headers
    assert client.get(path, headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"


def test_a_full_queue_is_a_problem(client):
    question = {
        "scenario": "russia-2022",
        "members": 1000,
        "changes": [{"kind": "switch", "event": "exit-lists", "on": False}],
    }
    made = [client.post("/api/runs", json=question) for _ in range(12)]
    refused = [one for one in made if one.status_code == 503]
    assert refused and refused[0].headers["retry-after"] and refused[0].json()["title"] == "Service Unavailable"
    for one in made:
        if one.status_code == 202:
            client.delete(f"/api/runs/{one.json()['id']}")
    for one in made:
        if one.status_code == 202:
            assert finish(client, one.json())["state"] == "cancelled"


# ---------------------------------------------------------------------------------------------------------------------
# Problems


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"scenario": "rusia-2022"}, 404, "did you mean 'russia-2022'"),
        ({"scenario": "../../etc"}, 422, "scenario"),
        ({"scenario": "russia-2022", "members": 0}, 422, "members"),
        ({"scenario": "russia-2022", "until": "2022-13-99"}, 422, "not a date"),
        ({"scenario": "russia-2022", "until": "2021-01-01"}, 422, "is not after the start"),
        ({"scenario": "russia-2022", "colour": 1}, 422, "colour"),
        ({"scenario": "russia-2022", "changes": [{"kind": "switch", "event": "lars-office", "on": True}]}, 422, "did you mean"),
        ({"scenario": "russia-2022", "changes": [{"kind": "close", "crossing": "moscow", "start": "2022-09-22T00:00Z"}]}, 422, "moscow"),
        ({"scenario": "russia-2022", "changes": [{"kind": "close", "crossing": "ozinki", "start": "2022-09-22T00:00"}]}, 422, "offset"),
        ({"scenario": "russia-2022", "changes": [{"kind": "open", "crossing": "ozinki"}]}, 422, "not shut"),
        ({"scenario": "russia-2022", "changes": [{"kind": "exempt", "event": "exit-lists", "share": 0.1}]}, 422, "no entry ban"),
        ({"scenario": "russia-2022", "changes": [{"kind": "set", "parameter": "patience", "value": 1e99}]}, 422, "patience"),
        ({"scenario": "russia-2022", "changes": [{"kind": "switch", "event": "exit-lists", "on": True}] * 51}, 422, "changes"),
    ],
)  # fmt: skip
def test_bad_questions_are_problems(client, body, status, words):
    answer = client.post("/api/comparisons", json=body)
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status and problem["title"] and words in json.dumps(problem)


def test_unknown_things_are_problems(client):
    for path in ("/api/runs/nope", "/api/scenarios/nope", "/api/nope", "/nope.js"):
        answer = client.get(path)
        assert answer.status_code == 404 and answer.headers["content-type"] == "application/problem+json", path
    assert client.post("/api/runs", content=b"{", headers={"content-type": "application/json"}).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/..%2f..%2fpyproject.toml",
        "/assets/..%2f..%2fcli%2fprogram.py",
        "/%2e%2e/cli/program.py",
        "//etc/passwd",
    ],
)
def test_paths_lead_nowhere_else(client, path):
    assert client.get(path).status_code in (404, 405)


# ---------------------------------------------------------------------------------------------------------------------
# Doors


def test_only_names_of_this_computer_without_a_token(client):
    for host, status in (
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:80", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
    ):
        assert client.get("/api/scenarios", headers={"host": host}).status_code == status, host


def test_other_sites_cannot_post(client):
    body = {"scenario": "nope"}
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert client.post("/api/runs", json=body, headers=headers).status_code == 403, headers
    assert client.post("/api/runs", json=body, headers={"origin": LOCAL}).status_code == 404


def test_a_token_is_asked_for_and_kept_out_of_the_address():
    app = create_app("russia-2022", members=1, token="open-sesame")
    one = TestClient(app, base_url="http://planner.example", follow_redirects=False)
    refused = one.get("/api/scenarios")
    assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer"
    assert (
        one.get("/?token=wrong").status_code == 401 and one.get("/api/scenarios?token=open-sesame").status_code == 401
    )
    assert one.get("/api/scenarios", headers={"authorization": "Bearer open-sesame"}).status_code == 200
    welcome = one.get("/?token=open-sesame")
    assert welcome.status_code == 303 and welcome.headers["location"] == "/"
    assert "HttpOnly" in welcome.headers["set-cookie"] and "SameSite=strict" in welcome.headers["set-cookie"]
    assert one.get("/api/scenarios").status_code == 200


def test_large_bodies_are_refused(client):
    big = b"x" * (MOST_BYTES + 1)
    assert client.post("/api/runs", content=big).status_code == 413
    counted = client.post("/api/runs", content=(big[n : n + 65536] for n in range(0, len(big), 65536)))
    assert counted.status_code == 413 and counted.json()["status"] == 413


def test_every_answer_forbids_what_is_not_from_here(client):
    for path in ("/", "/docs", "/api/scenarios", "/api/nope", "/openapi.json"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy, path
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"


def test_the_documentation_of_the_interface_is_whole_and_local(client):
    page, schema = client.get("/docs").text, client.get("/openapi.json").json()
    assert all(path in page for path in schema["paths"]) and len(schema["paths"]) >= 12
    assert "<script" not in page and not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", page)


@pytest.mark.skipif(not (PAGE / "index.html").is_file(), reason="the page is not built (make page)")
def test_the_built_page_is_small_and_local():
    files = [path for path in PAGE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 4_000_000
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", html) and " on" not in re.sub(r"[^<]*<|>[^<]*", " ", html).replace(
        " one", ""
    )
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", html)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "0.0.0.0"], "give a --token"),
        (["--host", "0.0.0.0", "--token", "short"], "8 characters"),
        (["--port", "99999"], "0 to 65535"),
        (["--members", "0"], "--members must be"),
        (["nowhere"], "no such scenario"),
        ([str(Path(__file__).parents[1] / "scenarios" / "flee-two-valleys")], "is a Flee directory"),
    ],
)
def test_the_command_refuses_in_one_line(options, words):
    command = [sys.executable, "-m", "borderflow.cli", "serve", *options]
    out = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert out.returncode == 2 and words in out.stderr and len(out.stderr.strip().splitlines()) == 1


# ---------------------------------------------------------------------------------------------------------------------
# Any request


def test_no_request_makes_the_server_stumble(client):
    """A few hundred requests made up from the interface's own description; errors are answers, never a 500."""
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, Phase, given, settings

    schema = schemathesis.openapi.from_asgi("/openapi.json", client.app, headers={"host": "localhost"})

    @given(case=schema.as_strategy())
    @settings(
        max_examples=250, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def send(case):
        if isinstance(case.body, dict) and case.path in ("/api/runs", "/api/comparisons") and case.method == "POST":
            # a scenario that exists, so that the changes are looked at; short, so that it costs little
            case.body |= {"scenario": "russia-2022", "until": "2022-09-15", "members": 1}
        if "wait" in (case.query or {}):
            case.query["wait"] = 0
        case.headers = {**(case.headers or {}), "host": "localhost"}
        response = case.call(timeout=120)
        assert response.status_code < 500 or response.status_code == 503, (case.method, case.path, response.text)

    send()


# ---------------------------------------------------------------------------------------------------------------------
# Evidence

ARTICLE = (
    "On Tuesday 4,210 people entered Georgia, the ministry said. <script>alert(1)</script> "
    "The queue at Verkhny Lars reached 5,500 cars, officials said."
)


def test_an_article_becomes_claims_in_a_working_scenario(client):
    read = client.post(
        "/api/articles", json={"text": ARTICLE, "published": "2022-09-29", "scenario": "russia-2022"}
    ).json()
    assert read["text"] == ARTICLE
    found = {(one["quantity"], one["value"]): one for one in read["findings"]}
    arrivals = found["arrivals_daily", 4210.0]
    assert arrivals["first"] == "2022-09-27" and ARTICLE[arrivals["start"] : arrivals["end"]] == arrivals["quote"]
    body = {"scenario": "russia-2022", "findings": read["findings"], "publisher": "Example", "published": "2022-09-29"}
    made = client.post("/api/working-scenarios", json=body)
    assert made.status_code == 201, made.text
    name = made.json()["scenario"]
    assert name == "russia-2022-draft-1" and "4210" in made.json()["diff"]
    before, after = (client.get(f"/api/scenarios/{one}/claims").json()["claims"] for one in ("russia-2022", name))
    assert len(after) > len(before) and any(one["publisher"] == "Example" and one["value"] == 4210 for one in after)
    packed = client.get(f"/api/scenarios/{name}/files.zip")
    assert packed.content[:2] == b"PK" and client.get("/api/scenarios").json()[-1]["name"] == name


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"text": "  "}, "no text"),
        ({"text": "On Tuesday 5 people left."}, "published"),
        ({"file": "%%%", "type": ".txt"}, "base64"),
        ({"file": "AAAA", "type": ".exe"}, "type"),
        ({"file": "AAAA", "type": ".pdf", "published": "2022-09-29"}, "article"),
        ({"text": "x" * 200_001}, "text"),
    ],
)
def test_bad_articles_are_problems(client, body, words):
    answer = client.post("/api/articles", json=body)
    assert answer.status_code in (413, 422) and words in answer.text


def test_contradictions_name_claims_of_the_ledger(client):
    groups = client.get("/api/scenarios/russia-2022/contradictions").json()
    known = {one["id"] for one in client.get("/api/scenarios/russia-2022/claims").json()["claims"]}
    assert groups and all(len(one["claims"]) > 1 and set(one["claims"]) <= known for one in groups)
