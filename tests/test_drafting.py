"""Drafts: from a table or from answers to a scenario that runs, and what is still a guess in it."""

import csv
import http.server
import json
import os
import pty
import re
import shlex
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import borderflow as bf
from borderflow.crossings import Crossing, ask_crossings, read_crossings
from borderflow.drafting import _defaults, draft_scenario
from borderflow.guesses import REMEDIES, list_guesses
from borderflow.ledger import read_ledger
from borderflow.places import load_gazetteer
from borderflow.scenario import ENGINE_PARAMETERS, Parameter, Travel, load, shipped

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "borderflow.cli"]
BRIDGE = Crossing(name="Tornio - Haparanda", country="SE", lat=65.842, lon=24.137, cars_per_day=4000, walkers_per_day=0,
                  ordinary_persons_per_day=9000, source="a ministry")  # fmt: skip
VALLEY = Crossing(name="Kilpisjärvi", country="NO", lat=69.05, lon=20.794)


def draft(folder, **changes):
    wanted = {"origin": "FI", "destinations": ["SE", "NO"], "crossings": [BRIDGE, VALLEY], "announcement": "2026-01-10"}
    return draft_scenario("storm", **{**wanted, **changes}, out=folder)


def call(*arguments, cwd, **options):
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, cwd=cwd, timeout=300, check=False, **options
    )


# --- what a draft holds ---


def test_the_draft_loads_runs_and_says_so(tmp_path):
    scenario = load(draft(tmp_path / "storm"))
    assert scenario.origin_country == "FI"
    assert [country.id for country in scenario.countries] == ["SE", "NO"]
    assert sum(place.kind == "origin" for place in scenario.places) == 60
    run = bf.run(scenario, members=2, out=tmp_path / "run")
    arrivals = run.quantiles("arrivals_exodus_daily").groupby("country")["mean"].sum()
    assert (arrivals > 0).all()
    assert bf.write_briefing(run).stat().st_size > 10_000


def test_what_is_given_is_taken_and_what_is_not_is_a_guess(tmp_path):
    scenario = load(draft(tmp_path / "storm"))
    lanes = {(lane.crossing, lane.direction, lane.mode): lane for lane in scenario.lanes}
    assert lanes["tornio-haparanda", "out", "car"].exit_per_day == 4000
    assert lanes["tornio-haparanda", "out", "car"].source == "a ministry"
    assert ("tornio-haparanda", "out", "foot") not in lanes
    guessed = lanes["kilpisjarvi", "out", "car"]
    assert guessed.exit_per_day == _defaults()["crossing"]["cars_per_day"]["value"]
    assert guessed.source.startswith("guess")
    ordinary = {(row.place, row.mode, row.direction): row.persons_per_day for row in scenario.baseline}
    assert sum(ordinary["tornio-haparanda", mode, "out"] for mode in ("car", "bus")) == 9000


def test_origins_are_the_towns_of_the_gazetteer(tmp_path):
    scenario = load(draft(tmp_path / "storm", population=100_000))
    origins = {place.name: place.population for place in scenario.places if place.kind == "origin"}
    assert origins == {t.name: t.population for t in load_gazetteer() if t.country == "FI" and t.population >= 100_000}
    scaled = load(draft(tmp_path / "all", population=100_000, residents=5_600_000))
    people = [place.population for place in scaled.places if place.kind == "origin"]
    assert sum(people) == pytest.approx(5_600_000, abs=len(people))


def test_roads_are_great_circles_times_the_detour(tmp_path):
    scenario = load(draft(tmp_path / "storm"))
    from borderflow.routes import detour_factors

    detour = _defaults()["crossing"]["detour"]["value"]
    assert detour_factors(scenario)["*"] == pytest.approx(detour, rel=2e-3)


def test_the_ledger_of_a_draft_is_a_ledger(tmp_path):
    folder = draft(tmp_path / "storm")
    (claim,) = read_ledger(folder / "evidence.csv").claims
    assert load(folder).events[0].evidence == (claim.id,)


def test_defaults_name_their_scenarios_and_are_complete():
    default = _defaults()
    assert set(ENGINE_PARAMETERS) <= set(default["parameters"])
    for name, raw in default["parameters"].items():
        parameter = Parameter.model_validate(raw)
        if parameter.prior.shape != "fixed":
            assert any(scenario in parameter.source for scenario in shipped()), name
    for how in default["travel"].values():
        assert Travel.model_validate(how).source.startswith("guess: as in ")
    assert sum(group["share"] for group in default["groups"]) <= 1 + 1e-9
    assert sum(default["hour_profile"]) == pytest.approx(24, rel=0.01)


# any two neighbours on Earth and any table within the bounds of its columns give a scenario that loads
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    towns=st.lists(st.sampled_from([t for t in load_gazetteer() if t.population > 5000]), min_size=1, max_size=3),
    origin=st.sampled_from(["UA", "SD", "VE", "MM", "AM"]),
    name=st.text(min_size=1, max_size=12).filter(lambda text: text.strip() and text.isprintable()),
    cars=st.sampled_from([None, 0.0, 1.0, 12345.6]),
    walkers=st.sampled_from([None, 5.0]),
    hours=st.sampled_from([(None, None), ("08:00", "20:00"), ("20:00", "04:00")]),
)
def test_any_table_gives_a_scenario_that_loads(tmp_path_factory, towns, origin, name, cars, walkers, hours):
    towns = [town for town in towns if town.country != origin]
    if not towns:
        return
    rows = [
        Crossing(name=name, country=town.country, lat=town.latitude, lon=town.longitude, cars_per_day=cars,
                 walkers_per_day=walkers, opens=hours[0], closes=hours[1])
        for town in towns
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("any") / "draft"
    draft(folder, origin=origin, destinations=sorted({town.country for town in towns}), crossings=rows)
    assert load(folder).place(load(folder).lanes[0].crossing).name == rows[0].name


# --- guesses ---


def test_guesses_are_counted_by_the_words_of_their_sources(tmp_path):
    folder = draft(tmp_path / "storm")
    before = list_guesses(load(folder))
    assert set(before) == set(REMEDIES)
    assert len(before["evidence.csv"][1]) == 1
    text = (folder / "lanes.csv").read_text()
    (folder / "lanes.csv").write_text(re.sub(r"guess: median over the posts[^,\n]*", "a ministry", text))
    after = list_guesses(load(folder))
    assert len(after["lanes.csv"][1]) < len(before["lanes.csv"][1])
    assert after["baseline.csv"] == before["baseline.csv"]


def test_check_explains_what_is_still_a_guess(tmp_path):
    draft(tmp_path / "storm")
    short = call("check", "storm", cwd=tmp_path)
    assert short.returncode == 0
    assert short.stdout.startswith("ok: ")
    assert re.search(r"lanes.csv +\d+ of \d+ +capacities from the border guard", short.stdout)
    long = call("check", "storm", "--guesses", cwd=tmp_path)
    assert "kilpisjarvi/out/car: guess: median over the posts" in long.stdout


# --- crossings ---


def test_crossings_can_be_asked_for():
    answers = iter(
        [
            "Bridge",
            "xx",
            "se",
            "nowhere at all",
            "65.842, 24.137",
            "many",
            "4000",
            "",
            "Pass",
            "NO",
            "Tromsø",
            "",
            "0",
            "",
        ]
    )
    asked = []

    def ask(question):
        asked.append(question)
        return next(answers)

    bridge, over = ask_crossings(["SE", "NO"], ask)
    assert (bridge.country, bridge.lat, bridge.cars_per_day, bridge.walkers_per_day) == ("SE", 65.842, 4000, None)
    assert (over.country, over.walkers_per_day) == ("NO", 0)
    assert over.lat == pytest.approx(69.6, abs=0.2)
    assert sum("again" in question for question in asked) == 3


def test_a_terminal_is_asked(tmp_path):
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "new", "storm", "--from", "FI", "--to", "SE", "--announcement", "2026-01-10"],
        stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, text=True,
    )  # fmt: skip
    os.write(leader, b"Bridge\n\n65.842, 24.137\n4000\n\n\n")
    out, complaint = process.communicate(timeout=60)
    os.close(leader)
    os.close(follower)
    assert process.returncode == 0, complaint
    assert "a draft that runs" in out
    assert load(tmp_path / "storm").place("bridge").country == "SE"


def test_answers_that_end_are_one_line():
    answers = iter(["Bridge", "SE"])

    def ask(_question):
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    with pytest.raises(bf.UsageError, match="new: the answers ended; write a table and name it with --crossings"):
        ask_crossings(["SE"], ask)


@pytest.mark.parametrize("closes", ["24:30", "24:01", "25:00"])
def test_no_post_closes_after_midnight_of_its_day(tmp_path, closes):
    # a draft with 24:30 was made and did not run
    path = tmp_path / "crossings.csv"
    path.write_text(f"name,country,lat,lon,opens,closes\nBridge,SE,65.8,24.1,08:00,{closes}\n")
    with pytest.raises(bf.ScenarioError, match="crossings.csv:2: closes"):
        read_crossings(path)


def test_a_table_is_checked_line_by_line(tmp_path):
    path = tmp_path / "crossings.csv"
    path.write_text("name,country,lat,lon,cars_per_dya\nBridge,SE,65,24,1\n")
    with pytest.raises(
        bf.ScenarioError, match=r"crossings.csv:1: cars_per_dya: unknown column .did you mean 'cars_per_day'"
    ):
        read_crossings(path)
    path.write_text("name,country,lat,lon\nBridge,Sweden,65,24\nPass,NO,95,24\n")
    with pytest.raises(bf.ScenarioError) as caught:
        read_crossings(path)
    assert [problem.where for problem in caught.value.problems] == ["crossings.csv:2", "crossings.csv:3"]
    path.write_text("name,country,lat,lon\n")
    with pytest.raises(bf.UsageError, match="holds no crossing"):
        read_crossings(path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"origin": "FX"}, "unknown code 'FX'"),
        ({"destinations": []}, "at least one country"),
        ({"destinations": ["FI"]}, "countries must differ"),
        ({"destinations": ["SE"]}, "leads into NO, which is none of SE"),
        ({"crossings": []}, "at least one crossing"),
        ({"announcement": "soon"}, "not a date: 'soon'"),
        ({"days": 0}, "days must be 1 to 3650"),
        ({"population": 10**9}, "lower --population"),
        ({"residents": 5}, "fewer than the"),
        ({"crossings": [BRIDGE.model_copy(update={"cars_per_day": 0.0, "buses_per_day": 0.0})]}, "lets nobody through"),
    ],
)
def test_mistakes_leave_nothing_behind(tmp_path, changes, words):
    with pytest.raises(bf.UsageError, match=words):
        draft(tmp_path / "storm", **changes)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "storm").mkdir()
    draft(tmp_path / "storm")  # empty: may be filled
    with pytest.raises(bf.UsageError, match="exists; name a new folder"):
        draft(tmp_path / "storm")
    answer = call(
        "new", "x", "--from", "FI", "--to", "SE", "--announcement", "2026-01-10", cwd=tmp_path, stdin=subprocess.DEVNULL
    )
    assert answer.returncode == 2
    assert "--crossings" in answer.stderr


# --- the tutorial ---


def test_from_nothing_to_a_briefing_in_five_commands(tmp_path):
    page = (ROOT / "docs" / "tutorials" / "own-scenario.md").read_text(encoding="utf-8")
    table = re.search(r"```csv\n(.*?)```", page, re.DOTALL).group(1)
    commands = re.search(r"```console\n(.*?)```", page, re.DOTALL).group(1).splitlines()
    assert len(commands) == 5
    (tmp_path / "crossings.csv").write_text(table, encoding="utf-8")
    for line in commands:
        answer = call(*shlex.split(line)[1:], cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "first" / "briefing.html").stat().st_size > 10_000
    assert (tmp_path / "first" / "first-hxl.csv").is_file()


class Router(http.server.BaseHTTPRequestHandler):
    """Answers as OSRM and Valhalla do; knows no road to the far north."""

    def do_GET(self):
        far = "69.05" in self.path
        if self.path.startswith("/route/v1"):
            body = (
                {"code": "NoRoute"} if far else {"code": "Ok", "routes": [{"distance": 123_400.0, "duration": 5400.0}]}
            )
        else:
            body = {} if far else {"trip": {"summary": {"length": 123.4, "time": 5400.0}}}
        self.send_response(400 if far else 200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("kind", ["osrm", "valhalla"])
def test_roads_from_a_routing_server(tmp_path, kind):
    folder = draft(tmp_path / "storm", population=100_000)
    server = http.server.HTTPServer(("127.0.0.1", 0), Router)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tool = [sys.executable, str(ROOT / "tools" / "road_times.py"), str(folder)]
    try:
        asked = [*tool, f"--{kind}", f"http://127.0.0.1:{server.server_port}"]
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    finally:
        server.shutdown()
        server.server_close()
    assert answer.returncode == 0, answer.stderr
    with (folder / "links.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    known = [row for row in rows.values() if row["mode"] == "car" and "OpenStreetMap" in row["source"]]
    assert {(row["km"], row["hours"]) for row in known} == {("123.4", "1.50")}
    assert any(row["to"] == "kilpisjarvi" and row["source"].startswith("guess") for row in rows.values())
    load(folder)
    dead = subprocess.run(
        [*tool, f"--{kind}", "http://127.0.0.1:9"], capture_output=True, text=True, timeout=60, check=False
    )
    assert dead.returncode == 1
    assert "nothing was changed" in dead.stderr
