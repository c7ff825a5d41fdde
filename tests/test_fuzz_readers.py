"""Bad input, continued: Flee directories, articles, bodies of requests, fits, frozen forecasts, tables of crossings.

As in `test_fuzz`: right files broken in the ways of `breakages`, some dozens of tries with a fixed seed here, ten minutes
a reader in `make fuzz`; then known bombs and traps one by one.
"""

import base64
import datetime as dt
import json
import shutil
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

import borderflow as bf
from borderflow.articles import read_evidence
from borderflow.calibration import calibrate, open_fit
from borderflow.camp_briefing import write_camp_briefing
from borderflow.camps import CampRun, run_camps, score_camps
from borderflow.crossings import read_crossings
from borderflow.errors import UsageError
from borderflow.flee import load_directory, shipped_directories
from borderflow.flee.members import simulate_members
from borderflow.forecasting import draw_members
from borderflow.network import compile_network
from borderflow.server import create_app
from breakages import HOSTILE, answers, broken, enough, report, several, tries, until_over
from pages import pdf_of

SAMPLE = shipped_directories()["flee-two-valleys"]


@pytest.fixture(scope="module", autouse=True)
def written():
    yield
    report()


# ---------------------------------------------------------------------------------------------------------------------
# Flee directories


@pytest.fixture
def directory(tmp_path):
    folder = tmp_path / "two-valleys"
    shutil.copytree(SAMPLE, folder)
    return folder


def move(folder: Path) -> None:
    """Do with a directory what `run` does, for one member."""
    scenario = load_directory(folder)
    simulate_members(scenario.compiled, [0], seed=1)


def test_flee_directories(directory):
    move(directory)  # compiles
    names = sorted(str(path.relative_to(SAMPLE)) for path in SAMPLE.rglob("*") if path.suffix in (".csv", ".yml"))
    good = {name: (SAMPLE / name).read_bytes() for name in names}

    @tries(60)
    @given(st.sampled_from(names), several())
    def read(name, ways):
        if enough("Flee directory"):
            return
        (directory / name).write_bytes(broken(good[name], ways))
        try:
            answers(lambda: move(directory), "Flee directory")
        finally:
            (directory / name).write_bytes(good[name])

    until_over(read)


def line(name: str, old: str, new: str):
    """Return what replaces text in a file of the directory."""

    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, old
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def rows(name: str, *more: str):
    """Return what adds rows to a table of the directory."""

    def change(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write("".join(f"{row}\n" for row in more))

    return change


def settings(text: str):
    return lambda folder: (folder / "simsetting.yml").write_text(text, encoding="utf-8")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} {{<<: [{','.join(['*' + chr(97 + n)] * 9)}]}}\n" for n in range(9)
)
FIRST_COUNT = (SAMPLE / "source_data" / "refugees.csv").read_text().split("\n")[1]
FIRST_PLACE = (SAMPLE / "input_csv" / "locations.csv").read_text().split("\n")[1]

TRAPS = {
    "YAML: nine to the ninth aliases": settings(BOMB),
    "YAML: aliases as a setting": settings(BOMB + "spawn_rules: *j\n"),
    "YAML: aliases as a number": settings(BOMB + "move_rules:\n  max_move_speed: *j\n"),
    "YAML: aliases as a key": settings(BOMB + "move_rules:\n  ? *j\n  : 1\n"),
    "YAML: merges of merges": settings(MERGES + "move_rules: *j\n"),
    "YAML: a mapping that holds itself": settings("move_rules: &a {b: *a}\nspawn_rules: *a\n"),
    "YAML: a number that is a list that holds itself": settings("move_rules: {max_move_speed: &a [*a]}\n"),
    "YAML: a hundred thousand brackets": settings("move_rules: " + "[" * 100_000),
    "YAML: code": settings("move_rules: !!python/object/apply:os.system ['touch /tmp/borderflow-was-here']\n"),
    "YAML: a number of ten thousand digits": settings(f"move_rules: {{max_move_speed: {'9' * 10_000}}}\n"),
    "YAML: a speed of NaN": settings("move_rules: {max_move_speed: .nan}\n"),
    "YAML: a decay of NaN": line("simsetting.yml", "[1.0, 1.0, 1.0, 0.5, 0.1]", "[1.0, 1.0, 1.0, nan, 0.1]"),
    "YAML: a decay beyond all numbers": line("simsetting.yml", "[1.0, 1.0, 1.0, 0.5, 0.1]", "[1.0, 1.0e+300]"),
    "YAML: a decay written as 1e300": line("simsetting.yml", "[1.0, 1.0, 1.0, 0.5, 0.1]", "[1.0, 1e300]"),
    "YAML: a number without a point": line("simsetting.yml", "max_move_speed: 400.0", "max_move_speed: 1e-400"),
    "a period of 1e9 days": line("input_csv/sim_period.csv", "Length,", "Length,1000000000\n#"),
    "a count of NaN": line("source_data/refugees.csv", FIRST_COUNT, f"{FIRST_COUNT.split(',')[0]},nan"),
    "counts that run backwards": rows("source_data/refugees.csv", "2000-01-01,5"),
    "a camp of counts out of the folder": rows("source_data/data_layout.csv", "Quay,../../../../etc/passwd"),
    "counts by an absolute path": rows("source_data/data_layout.csv", "Quay,/etc/passwd"),
    "a link to nowhere": rows("input_csv/routes.csv", "Atlantis,Mu,10"),
    "a link of negative length": rows("input_csv/routes.csv", f"{FIRST_PLACE.split(',')[0]},{FIRST_PLACE.split(',')[0]},-5"),
}  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS)
def test_traps_in_flee_directories(directory, trap):
    TRAPS[trap](directory)
    text = answers(lambda: move(directory))
    assert not Path("/tmp/borderflow-was-here").exists()
    if not trap.startswith("YAML: nine") and "merges" not in trap and "itself" not in trap:
        assert text, "it was taken"
    assert "root:" not in text  # nothing of a file elsewhere is shown


def test_a_place_twice_is_said_aloud(directory):
    """Flee takes it, so it is read, with a warning."""
    rows("input_csv/locations.csv", FIRST_PLACE)(directory)
    assert any("stands twice" in one for one in load_directory(directory).warnings)


def test_a_billion_people_in_flee_directories(directory):
    """People are counts: a thousand million of them are simulated, or refused, within the time of a thousand."""
    path = directory / "source_data" / "refugees.csv"
    head, *body = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, *(f"{row.split(',')[0]},{10**9 + n}" for n, row in enumerate(body))]) + "\n")
    answers(lambda: move(directory))


def test_names_in_flee_directories_do_not_climb_out(directory, tmp_path):
    """A place may be called as it likes: names end in tables, never in paths."""
    old = FIRST_PLACE.split(",")[0]
    for path in directory.rglob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").replace(old, "../../../climber"), encoding="utf-8")
    before = set(tmp_path.rglob("*"))
    answers(lambda: run_camps(directory, members=2, out=tmp_path / "run"))
    made = {path for path in set(tmp_path.rglob("*")) - before if tmp_path / "run" not in (path, *path.parents)}
    assert not made


# ---------------------------------------------------------------------------------------------------------------------
# Articles

TEXT = """MOSCOW, 27 September 2022. More than 53,000 people entered Georgia since the announcement, the minister said on
Tuesday. The queue at Verkhny Lars reached 3,500 cars on Monday evening; waiting took up to 48 hours. «За сутки в Казахстан
въехали 20 тыс. россиян», сообщили в министерстве. Finland let in 8,314 Russians on Sunday, down from 8,500 a week earlier.
A mobile draft office was set up at the crossing, and tickets to Yerevan cost 200,000 rubles.
"""
PAGE = (
    '<!DOCTYPE html><html><head><meta property="article:published_time" content="2022-09-27T08:00:00Z"></head><body>'
    + "".join(f"<p>{part}</p>" for part in TEXT.split("\n"))
    + "<table><tr><td>Vaalimaa</td><td>4,120</td></tr></table></body></html>"
)
ARTICLES = {
    ".txt": TEXT.encode(),
    ".html": PAGE.encode(),
    ".pdf": pdf_of(TEXT.split("\n")[0].encode("ascii", "replace").decode()),
}


def read(path: Path) -> None:
    for one in read_evidence(path, published=dt.date(2022, 9, 28), announced=dt.date(2022, 9, 21)):
        assert one.end > one.start


def test_articles(tmp_path):
    @tries(60)
    @given(st.sampled_from(sorted(ARTICLES)), several(5), st.sampled_from(["utf-8", "utf-16", "cp1251"]))
    def look(kind, ways, encoding):
        if enough("article"):
            return
        data = ARTICLES[kind]
        if kind != ".pdf":
            data = data.decode().encode(encoding, errors="replace")
        (tmp_path / f"article{kind}").write_bytes(broken(data, ways))
        answers(lambda: read(tmp_path / f"article{kind}"), "article")

    until_over(look)


def packed(data: bytes) -> bytes:
    """Return a PDF whose only page is compressed."""
    stream = zlib.compress(data, 9)
    head = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    head += b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << >> >>\nendobj\n"
    head += b"4 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(stream)
    return head + stream + b"\nendstream\nendobj\ntrailer << /Size 5 /Root 1 0 R >>\nstartxref\n0\n%%EOF"


ODD = {
    "a PDF that unpacks to a gigabyte": lambda: packed(bytes(10**9)),
    "a PDF whose pages hold themselves": lambda: (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n"
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000000 >>\nendobj\ntrailer << /Size 3 /Root 1 0 R >>\n%%EOF"
    ),
    "a PDF whose table stands where no file reaches": lambda: (
        ARTICLES[".pdf"][: ARTICLES[".pdf"].rindex(b"startxref")] + b"startxref\n" + b"9" * 40 + b"\n%%EOF"
    ),
    "a hundred thousand open tags": lambda: b"<html>" + b"<div><p>" * 100_000,
    "a hundred thousand entities": lambda: b"<!DOCTYPE html><html><body><p>" + b"&amp;" * 100_000,
    "an entity that multiplies": lambda: (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>'
    ),
    "an entity that names a file": lambda: (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'
    ),
    "one line of ten thousand figures": lambda: b"On Monday " + b"1,000 people and " * 10_000,
    "a figure of a hundred thousand digits": lambda: b"On Monday " + b"9" * 100_000 + b" people entered Georgia.",
    "a million points": lambda: b"." * 1_000_000,
    "a hundred thousand dates": lambda: b"on 5 May 2022, " * 20_000,
    "days before the calendar begins": lambda: (
        b"On 2 January 0001 5,000 people entered Georgia. 20 years earlier 300 did, in the 9 days to 1 January 0001 40, the day before 9."
        b" On 31 December 9999 5,000 people entered Georgia. 5 days later 300 did, the next day 20, since late 9999-12-31 70."
    ),
    "letters of both directions": lambda: ("\u202e" * 5_000 + "On Monday 5,000 people entered Georgia." + "\u202d" * 5_000).encode(),
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_odd_articles(tmp_path, odd):
    (tmp_path / "article").write_bytes(ODD[odd]())
    text = answers(lambda: read(tmp_path / "article"))
    assert "root:" not in text


# ---------------------------------------------------------------------------------------------------------------------
# Bodies of requests


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app("russia-2022", members=2, workers=1), base_url="http://localhost") as one:
        for job in one.get("/api/runs").json():
            one.delete(f"/api/runs/{job['id']}")
        yield one


LARS = "verkhny-lars"
SHORT = {"scenario": "russia-2022", "members": 1, "until": "2022-09-15"}
BODIES = [
    ("/api/runs", {**SHORT, "seed": 4, "changes": [{"kind": "switch", "event": "lars-draft-office", "on": False}]}),
    ("/api/comparisons", {**SHORT, "changes": [{"kind": "close", "crossing": LARS, "start": "2022-09-14T10:00:00Z", "end": None}]}),
    ("/api/comparisons", {**SHORT, "changes": [{"kind": "lanes", "crossing": LARS, "factor": 2, "modes": ["car"], "start": "2022-09-14T10:00:00Z"},
                                               {"kind": "set", "parameter": "patience", "value": 30},
                                               {"kind": "move", "event": "mobilisation", "start": "2022-09-14T12:00:00Z"},
                                               {"kind": "exempt", "event": "finland-tourist-ban", "share": 0.5}]}),
    ("/api/articles", {"text": TEXT, "published": "2022-09-28", "scenario": "russia-2022"}),
    ("/api/articles", {"file": base64.b64encode(ARTICLES[".pdf"]).decode(), "type": ".pdf", "published": "2022-09-28"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def bodies(client):
    found = client.post("/api/articles", json=BODIES[3][1]).json()["findings"]
    accept = {"scenario": "russia-2022", "findings": found[:3], "publisher": "Example", "url": "https://example.org/a",
              "published": "2022-09-28"}  # fmt: skip
    return [(path, json.dumps(body, indent=0).encode()) for path, body in [*BODIES, ("/api/working-scenarios", accept)]]


def send(client, path: str, body: bytes) -> None:
    """Post a body; whatever it is, the answer is a result, a problem in JSON, or "busy"."""
    answer = client.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    if answer.status_code == 202:
        client.delete(f"/api/runs/{answer.json()['id']}")
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == answer.status_code and problem["detail"]
        raise UsageError(problem["detail"][:900])


@st.composite
def misfits(draw, body: bytes) -> bytes:
    """Draw a body of the right form with wrong values somewhere in it."""
    tree = json.loads(body)
    node, key = tree, draw(st.sampled_from(sorted(tree)))
    while isinstance(node[key], (dict, list)) and node[key] and draw(st.booleans()):
        node = node[key]
        key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
    values = (
        st.sampled_from(HOSTILE) | st.integers() | st.floats() | st.none() | st.booleans() | st.just([]) | st.just({})
    )
    node[key] = draw(values | st.text(max_size=50) | st.lists(values, max_size=3))
    return json.dumps(tree).encode("utf-8", "surrogatepass")


def test_bodies_of_requests(client, bodies):
    @tries(100)
    @given(st.data())
    def ask(data):
        if enough("API body"):
            return
        path, good = data.draw(st.sampled_from(bodies))
        wrong = data.draw(misfits(good) | several().map(lambda ways: broken(good, ways)))
        answers(lambda: send(client, path, wrong), "API body")

    until_over(ask)


JSON_BOMBS = {
    "a hundred thousand brackets": b"[" * 100_000,
    "a hundred thousand nested objects": b'{"scenario":' * 60_000,
    "a number of a hundred thousand digits": b'{"scenario": "russia-2022", "members": ' + b"9" * 100_000 + b"}",
    "1e400": b'{"scenario": "russia-2022", "members": 1e400}',
    "NaN": b'{"scenario": "russia-2022", "members": NaN}',
    "a key fifty thousand times": b"{" + b'"scenario": "russia-2022",' * 10_000 + b'"members": 1}',
    "half a surrogate pair": b'{"scenario": "\\ud800"}',
    "a name that climbs out": b'{"scenario": "../../../etc/passwd"}',
    "no JSON": b"\xff\xfe\x00",
    "nothing": b"",
}


@pytest.mark.parametrize("bomb", JSON_BOMBS)
def test_json_bombs(client, bomb):
    text = answers(lambda: send(client, "/api/runs", JSON_BOMBS[bomb]))
    assert text or bomb.startswith("a key")  # JSON takes a key twice; the last one counts


def test_a_pdf_bomb_by_request(client):
    data = base64.b64encode(packed(bytes(3 * 10**8))).decode()
    body = json.dumps({"file": data, "type": ".pdf", "published": "2022-09-28"}).encode()
    answers(lambda: send(client, "/api/articles", body))


def test_a_name_of_a_working_scenario_does_not_climb_out(client, bodies):
    accept = json.loads(bodies[-1][1])
    accept["findings"][0]["place"] = "../../../etc/cron.d/x"
    answers(lambda: send(client, "/api/working-scenarios", json.dumps(accept).encode()))
    for one in client.get("/api/scenarios").json():
        assert "/" not in one["name"] and ".." not in one["name"]
    assert client.get("/api/scenarios/..%2F..%2Fetc%2Fpasswd").status_code in (404, 422)


# ---------------------------------------------------------------------------------------------------------------------
# What other commands read


@pytest.fixture(scope="module")
def fit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit") / "fit"
    return calibrate("russia-2022", through="2022-09-22", members=4, steps=1, out=folder, workers=1).folder


CROSSINGS = b"""name,country,lat,lon,cars_per_day,buses_per_day,walkers_per_day,ordinary_persons_per_day,opens,closes,source
Verkhny Lars,GE,42.75,44.63,3000,40,1000,2500,00:00,24:00,report of 2021
Vaalimaa,FI,60.6,27.85,2000,,,1800,,,
"""


def test_fits_frozen_forecasts_and_crossings(fit, tmp_path):
    frozen = sorted(bf.shipped()["russia-2022"].glob("forecast-*.csv"))[0]
    table = b"\n".join(frozen.read_bytes().split(b"\n")[:200])
    reports = b"\n".join((bf.shipped()["russia-2022"] / "evidence.csv").read_bytes().split(b"\n")[:80])
    names = ("fit.json", "posterior.csv", "parameters.csv", "observations.csv")
    good = {**{name: (fit / name).read_bytes() for name in names},
            "forecast.csv": table, "reports.csv": reports, "crossings.csv": CROSSINGS}  # fmt: skip
    folder = tmp_path / "fit"
    shutil.copytree(fit, folder)
    for name in ("forecast.csv", "reports.csv", "crossings.csv"):
        (folder / name).write_bytes(good[name])
    scenario = bf.load("russia-2022").until("2022-09-30")

    def look(name):
        if name == "crossings.csv":
            read_crossings(folder / name)
        elif name in ("forecast.csv", "reports.csv"):
            bf.score(folder / "forecast.csv", folder / "reports.csv", after="2022-09-28", scenario="russia-2022",
                     prior_members=0)  # fmt: skip
        elif name in ("parameters.csv", "observations.csv"):
            assert len(open_fit(folder).parameters.columns) >= 12 and "label" in open_fit(folder).observations
        else:
            draw_members(compile_network(scenario), open_fit(folder), members=4, seed=1)

    @tries(40)
    @given(st.sampled_from(sorted(good)), several(2))
    def read(name, ways):
        if enough("fits and tables"):
            return
        (folder / name).write_bytes(broken(good[name], ways))
        try:
            answers(lambda: look(name), "fits and tables")
        finally:
            (folder / name).write_bytes(good[name])

    until_over(read)


@pytest.mark.parametrize("fact", ["through", "seed", "used", "learned", "model_error"])
def test_a_fit_that_lost_a_fact(fit, tmp_path, fact):
    folder = tmp_path / "fit"
    shutil.copytree(fit, folder)
    known = json.loads((folder / "fit.json").read_text())
    for wrong in (None, "0000-00-00", 10**30):
        (folder / "fit.json").write_text(json.dumps({**known, fact: wrong}))
        assert fact in answers(lambda: open_fit(folder))


@pytest.mark.parametrize("fact", ["title", "members", "seed", "warnings", "settings", "camps", "scenario_digest"])
def test_a_run_of_a_flee_directory_that_lost_a_fact(tmp_path, fact):
    run_camps(SAMPLE, members=1, out=tmp_path / "run")
    file = tmp_path / "run" / "manifest.json"
    known = json.loads(file.read_text())
    for wrong in (None, 10**30):
        file.write_text(json.dumps({**known, fact: wrong}))
        assert fact in answers(lambda: CampRun.open(tmp_path / "run"))
    file.write_text(json.dumps(known))
    whole = (tmp_path / "run" / "summary.csv").read_bytes()
    for torn in (b"", b"quantity,unit\n", whole.split(b"\n")[0], whole.replace(b"people_under_way", b"people"),
                 whole.replace(b".", b"x")):  # fmt: skip
        (tmp_path / "run" / "summary.csv").write_bytes(torn)
        assert "summary.csv" in answers(lambda: write_camp_briefing(CampRun.open(tmp_path / "run")))


def said(folder: Path, wrong: dict, ask) -> str:
    """Return what is said when a run of one member is asked, whose manifest says something else."""
    run_camps(SAMPLE, members=1, out=folder)
    file = folder / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **wrong}))
    return answers(lambda: ask(CampRun.open(folder)))


@pytest.mark.parametrize(
    "wrong",
    [{"camp_places": [9, 99]}, {"camp_places": [-1]}, {"camp_places": ["9"]}, {"days": 151}, {"days": 10**9}, {"days": 0},
     {"raw": []}, {"debt": [0.5] * 150}, {"hasten": 0}, {"places": [[1, "a", True]]}, {"start": "9999-12-31"}],
    ids=str,
)  # fmt: skip
def test_a_frame_whose_facts_disagree(tmp_path, wrong):
    assert "manifest.json: is damaged" in said(tmp_path / "run", wrong, lambda run: run.days)


@pytest.mark.parametrize(
    "wrong",
    [{"camp_places": [9, 10, 11]}, {"camp_places": [9, 10, 12, 11]}, {"members": 2}, {"members": 10**9}, {"first": 1},
     {"days": 149, "raw": [0] * 149, "debt": [0] * 149}, {"start": "2031-01-01"}],
    ids=str,
)  # fmt: skip
def test_a_cube_that_is_not_that_of_its_manifest(tmp_path, wrong):
    assert "differ; run again" in said(tmp_path / "run", wrong, score_camps)


@pytest.mark.parametrize("side", [0, -1])
def test_chunks_of_no_size(tmp_path, side):
    run_camps(SAMPLE, members=1, out=tmp_path / "run")
    file = tmp_path / "run" / "results.zarr" / "present" / "zarr.json"
    known = json.loads(file.read_text())
    known["chunk_grid"]["configuration"]["chunk_shape"][0] = side
    file.write_text(json.dumps(known))
    assert "damaged" in answers(lambda: score_camps(CampRun.open(tmp_path / "run")))


@pytest.mark.parametrize("name", ["present", "under_way", "spawned", "counted"])
def test_arrays_that_do_not_fit_their_labels(tmp_path, name):
    run_camps(SAMPLE, members=2, out=tmp_path / "run")
    file = tmp_path / "run" / "results.zarr" / name / "zarr.json"
    known = json.loads(file.read_text())
    known["shape"][1] = 0
    file.write_text(json.dumps(known))
    assert f"{name} does not fit" in answers(lambda: score_camps(CampRun.open(tmp_path / "run")))


def test_runs_of_flee_directories(tmp_path):
    run_camps(SAMPLE, members=2, out=tmp_path / "run")
    names = [
        "manifest.json",
        "summary.csv",
        "results.zarr/zarr.json",
        "results.zarr/present/zarr.json",
        "results.zarr/present/c/0/0/0",
    ]
    good = {name: (tmp_path / "run" / name).read_bytes() for name in names}

    def look():
        run = CampRun.open(tmp_path / "run")
        score_camps(run)
        write_camp_briefing(run)
        assert len(run.summary)

    @tries(40)
    @given(st.sampled_from(names), several(2))
    def read(name, ways):
        if enough("run of a Flee directory"):
            return
        (tmp_path / "run" / name).write_bytes(broken(good[name], ways))
        try:
            answers(look, "run of a Flee directory")
        finally:
            (tmp_path / "run" / name).write_bytes(good[name])

    until_over(read)
