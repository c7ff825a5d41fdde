"""Reading scenarios: every malformed file gives lines that say file, line, field and remedy, and nothing else is raised.

Each case copies the shipped folder and breaks one thing. The expected line is found in the broken file itself.
"""

import contextlib
import csv
import io
import json
import random
import re
import shutil
import signal
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from borderflow.errors import BorderflowError, ScenarioError, UsageError
from borderflow.scenario import ENGINE_PARAMETERS, Closure, Scenario, load, parse_time, shipped

SHIPPED = shipped()["russia-2022"]
YAML = "scenario.yaml"
FILES = ("scenario.yaml", "places.csv", "lanes.csv", "links.csv", "baseline.csv", "evidence.csv")
ONE_LINE = re.compile(r"[^\n:]*\.(yaml|csv)(:\d+)?: [^\n]+")


@pytest.fixture
def folder(tmp_path):
    target = tmp_path / "broken"
    target.mkdir()
    for name in FILES:
        shutil.copy(SHIPPED / name, target / name)
    return target


@contextlib.contextmanager
def at_most(seconds):
    """Fail instead of hanging."""

    def give_up(_signal, _frame):
        raise AssertionError(f"took longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def problems(folder: Path) -> list[str]:
    """Return the problems of a broken folder, each in one line that begins with a file."""
    with at_most(20), pytest.raises(ScenarioError) as caught:
        load(folder)
    lines = str(caught.value).split("\n")
    assert len(lines) == len(caught.value.problems)
    assert all(ONE_LINE.fullmatch(line) for line in lines), lines
    return lines


def replace(folder: Path, name: str, old: str, new: str) -> int:
    """Replace the first ``old`` in a file; return the line on which the text stands."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"the test is out of date: {old!r} is not in {name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def line_of(folder: Path, name: str, text: str) -> int:
    whole = (folder / name).read_text(encoding="utf-8")
    return whole[: whole.index(text)].count("\n") + 1


# ---------------------------------------------------------------------------------------------------------------------
# scenario.yaml: old text, new text, what the line with the fault must say. The line is that of `at` in the broken file.

CASES = {
    "misspelt key of an event": (
        "share_checked: office_checked, share_stopped: office_stopped,\n     share_called_up: office_called, capacity_loss: office_slowdown, evidence: [S03",
        "share_checked: office_checked, share_stopped: office_stopped,\n     share_caled_up: office_called, capacity_loss: office_slowdown, evidence: [S03",
        "share_caled_up",
        r"events\.7\.share_caled_up: unknown key \(did you mean 'share_called_up'\?\)",
    ),
    "misspelt key at the top": ("announcement:", "anouncement:", "anouncement:", r"anouncement: unknown key \(did you mean 'announcement'\?\)"),
    "misspelt key of a group": ("leaving: leaving_experienced", "leavin: leaving_experienced", "leavin:", r"groups\.0\.leavin: unknown key \(did you mean 'leaving'\?\)"),
    "misspelt key of a prior": ("shape: lognormal, low: 0.01,", "shape: lognormal, lo: 0.01,", "lo: 0.01", r"share_experienced\.prior\.lo: unknown key \(did you mean 'low'\?\)"),
    "misspelt kind": ("kind: call_up,", "kind: call_upp,", "kind: call_upp", r"events\.3\.kind: unknown event kind 'call_upp' \(did you mean 'call_up'\?\)"),
    "no kind": ("{id: call-up, kind: call_up,", "{id: call-up,", "{id: call-up,", r"events\.3: needs a 'kind'"),
    "text for a switch": ("kind: mode_rule, title: Walkers let", "kind: mode_rule, enabled: perhaps, title: Walkers let", "enabled: perhaps", r"enabled: .*got 'perhaps'"),
    "list for a number": ("share_admitted: ban_exempt_admitted", "share_admitted: [1, 2]", "share_admitted: [1", r"share_admitted"),
    "number for a list": ("limits:\n", "limits: 5\nother:\n", "limits: 5", r"limits: .*got 5"),
    "number for a text": ("title: Leaving Russia after the mobilisation of 21 September 2022\n", "title: 5\n", "title: 5", r"title: .*string.*got 5"),
    "unknown crossing": ("crossings: [ozinki]", "crossings: [ozinkie]", "crossings: [ozinkie]", r"no crossing 'ozinkie' \(did you mean 'ozinki'\?\)"),
    "unknown service": ("services: [samara-uralsk,", "services: [samara-uralskk,", "samara-uralskk", r"no service 'samara-uralskk' \(did you mean 'samara-uralsk'\?\)"),
    "land service for seats": ("services: [moscow-istanbul,", "services: [samara-uralsk,", "services: [samara-uralsk, moscow-antalya]", r"no service 'samara-uralsk'"),
    "unknown country": ("countries: [FI], visa", "countries: [FN], visa", "countries: [FN]", r"no country 'FN'"),
    "unknown group": ("groups: {reservist_experienced: 0.3", "groups: {reservist_experiencd: 0.3", "reservist_experiencd", r"no group 'reservist_experiencd' \(did you mean 'reservist_experienced'\?\)"),
    "unknown parameter": ("share_stopped: listed_share,", "share_stopped: listd_share,", "share_stopped: listd_share", r"no parameter 'listd_share'"),
    "unknown visa class": ("visa_classes: [tourist], share_admitted: ban", "visa_classes: [tourists], share_admitted: ban", "visa_classes: [tourists]", r"no visa class 'tourists' \(did you mean 'tourist'\?\)"),
    "unknown visa class of a country": ("admits: [tourist, exempt]", "admits: [turist, exempt]", "admits: [turist", r"no visa class 'turist' \(did you mean 'tourist'\?\)"),
    "unknown claim": ("evidence: [S17, E247]", "evidence: [S17, E9999]", "E9999", r"no claim in evidence.csv 'E9999'"),
    "no evidence": ("evidence: [S16], note", "evidence: [], note", "evidence: []", r"needs at least one claim"),
    "unknown origin": ("half_life_days: rumour_half_life,", "half_life_days: rumour_half_life, origins: [moscwo],", "origins: [moscwo]", r"no origin 'moscwo' \(did you mean 'moscow'\?\)"),
    "same event twice": ("id: lars-relief", "id: uralsk-shelter", None, r"id 'uralsk-shelter' stands twice"),
    "same group twice": ("id: companion\n", "id: reservist_other\n", None, r"id 'reservist_other' stands twice"),
    "same key twice": ("limits:\n", "title: again\nlimits:\n", "title: again", r'duplicate key "title"'),
    "event ends before it starts": ("end: 2022-09-28T00:00+03:00,", "end: 2022-09-20T00:00+03:00,", "id: north-ossetia-early-limit", r"end 2022-09-19T21:00Z is not after start 2022-09-23T00:30Z"),
    "scenario ends before it starts": ("end: 2022-10-15T00:00Z", "end: 2022-09-01T00:00Z", None, r"end 2022-09-01 is not after start 2022-09-14"),
    "start within an hour": ("start: 2022-09-14T00:00Z", "start: 2022-09-14T00:30Z", None, r"start must be a whole hour"),
    "eleven years": ("end: 2022-10-15T00:00Z", "end: 2033-10-15T00:00Z", None, r"longer than ten years"),
    "naive time": ("start: 2022-09-27T10:00+03:00", "start: 2022-09-27T10:00", "start: 2022-09-27T10:00,", r"events\.7\.start: time without an offset: write 2022-09-27T10:00Z or 2022-09-27T10:00\+03:00"),
    "no time": ("start: 2022-09-27T10:00+03:00", "start: soon", "start: soon", r"events\.7\.start: .*got 'soon'"),
    "no such day": ("announcement: 2022-09-21", "announcement: 2022-02-30", "announcement: 2022-02-30", r"announcement: "),
    "time far out": ("start: 2022-09-14T00:00Z", "start: 99999999999999999999", "start: 99999", r"start: "),
    "nan": ("call_up_quota: {value: 300000,", "call_up_quota: {value: .nan,", "value: .nan", r"call_up_quota\.value: input should be a finite number, got nan"),
    "infinity": ("call_up_quota: {value: 300000,", "call_up_quota: {value: .inf,", "value: .inf", r"call_up_quota\.value: input should be a finite number, got inf"),
    "number of 400 digits": ("call_up_quota: {value: 300000,", "call_up_quota: {value: 1" + 400 * "0" + ",", "call_up_quota: {value: 1000", r"call_up_quota\.value: "),
    "number of 5000 digits": ("call_up_quota: {value: 300000,", "call_up_quota: {value: 1" + 5000 * "0" + ",", None, r"not valid YAML: Exceeds the limit"),
    "nan in an event": ("rise_hours: 12,", "rise_hours: .nan,", "rise_hours: .nan", r"rise_hours"),
    "prior upside down": ("prior: {shape: lognormal, low: 0.01, high: 0.04}", "prior: {shape: lognormal, low: 0.04, high: 0.01}", "low: 0.04, high: 0.01", r"share_experienced\.prior: low must be below high"),
    "log prior from zero": ("prior: {shape: lognormal, low: 0.01, high: 0.04}", "prior: {shape: lognormal, low: 0, high: 0.04}", "low: 0, high: 0.04", r"share_experienced\.prior: a lognormal prior needs low > 0"),
    "logit prior above one": ("prior: {shape: logitnormal, low: 0.02, high: 0.3}", "prior: {shape: logitnormal, low: 0.02, high: 1.3}", "high: 1.3", r"a logitnormal prior needs 0 < low < high < 1"),
    "unknown prior": ("prior: {shape: lognormal, low: 0.01,", "prior: {shape: lognormall, low: 0.01,", "lognormall", r"must be .*got 'lognormall' \(did you mean 'lognormal'\?\)"),
    "value outside its prior": ("nest_scale: {value: 0.6", "nest_scale: {value: 1.6", "nest_scale: {value: 1.6", r"nest_scale: value 1\.6 lies outside its uniform prior 0\.3 \.\. 1\.0"),
    "parameter missing": ("  patience: {value: 48", "  patiance: {value: 48", None, r"parameters\.patience: is missing: remaining wait"),
    "parameter unused": ("share_stopped: listed_share,", "share_stopped: 0.01,", "  listed_share:", r"parameters\.listed_share: is used nowhere"),
    "shares above one": ("share_companions: {value: 0.83", "share_companions: {value: 0.93", "groups:", r"groups: shares of the groups add up to 1\.1, more than the population"),
    "hour profile too short": ("hour_profile: [0.55, ", "hour_profile: [", "hour_profile:", r"hour_profile: needs 24 numbers, one per local hour, got 23"),
    "hour profile with another mean": ("hour_profile: [0.55, ", "hour_profile: [5.55, ", "hour_profile:", r"hour_profile: must have mean 1"),
    "unknown time zone": ("time_zone: Asia/Tbilisi", "time_zone: Asia/Tiflis", "Asia/Tiflis", r"countries\.0\.time_zone: unknown IANA time zone 'Asia/Tiflis'"),
    "time zone outside": ("time_zone: Asia/Tbilisi", "time_zone: ../../etc/passwd", "../../etc", r"countries\.0\.time_zone: unknown IANA time zone"),
    "empty time zone": ("time_zone: Asia/Tbilisi", 'time_zone: ""', 'time_zone: ""', r"countries\.0\.time_zone: unknown IANA time zone"),
    "country code": ("{id: GE, name", "{id: Georgia, name", "{id: Georgia", r"countries\.0\.id: "),
    "no value": ("title: Partial mobilisation announced,", "title: ,", "title: ,", r"title"),
    "other step": ("step: 1h", "step: 2h", "step: 2h", r"step: must be '1h', got '2h'"),
    "speed zero": ("speed_kmh: 65", "speed_kmh: 0", "speed_kmh: 0", r"travel\.car\.speed_kmh: .*got 0"),
    "tables in the YAML": ("limits:\n", "places: []\nlimits:\n", "places: []", r"places: tables live in places.csv, not in scenario.yaml"),
    "unclosed bracket": ("hour_profile: [0.55", "hour_profile: [[0.55", None, r"not valid YAML"),
    "unclosed quote": ('source: "with value_of_time', "source: 'with value_of_time", None, r"not valid YAML"),
    "tab": ("limits:\n", "\tlimits:\n", "\tlimits", r"not valid YAML"),
    "two documents": ("limits:\n", "---\nlimits:\n", "---\nlimits", r"not valid YAML"),
    "unknown alias": ("limits:\n", "limits: *nothing\nother:\n", "limits: *nothing", r"not valid YAML"),
    "control character": ("limits:\n", "limits: a\x07b\nother:\n", None, r"not valid YAML"),
    "very deep": ("limits:\n", "deep: " + 4000 * "[" + 4000 * "]" + "\nlimits:\n", None, r"not valid YAML: maximum depth"),
    "code": ("title: Leaving Russia", "title: !!python/object/apply:os.getcwd []\nother: Leaving", "other:", r"other: unknown key"),
    "key that is a number": ("limits:\n", "5: x\nlimits:\n", None, r"5: unknown key"),
    "key that is a list": ("limits:\n", "? [a, b]\n: x\nlimits:\n", None, r"unknown key"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_broken_yaml(folder, name):
    old, new, at, message = CASES[name]
    replace(folder, YAML, old, new)
    found = problems(folder)
    mine = [line for line in found if re.search(message, line)]
    assert mine, found
    if at is not None:
        assert mine[0].startswith(f"{YAML}:{line_of(folder, YAML, at)}: "), mine
    assert len(found) <= 4, found


def test_a_yaml_bomb_is_refused_quickly(folder):
    rungs = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rungs += [f"a{n}: &a{n} [{', '.join(9 * [f'*a{n - 1}'])}]" for n in range(1, 9)]
    replace(folder, YAML, "limits:\n", "\n".join(rungs) + "\nlimits:\n")
    with at_most(5):
        assert "more than 200,000 values" in problems(folder)[0]


def test_a_list_that_holds_itself_ends(folder):
    replace(folder, YAML, "limits:\n", "extra: &x [*x]\nlimits:\n")
    assert any("extra: unknown key" in line for line in problems(folder))


# ---------------------------------------------------------------------------------------------------------------------
# Whole files


@pytest.mark.parametrize("name", [name for name in FILES if name != "evidence.csv"])
def test_missing_file(folder, name):
    (folder / name).unlink()
    (line,) = problems(folder)
    assert line.endswith(f"{name}: file is missing")


@pytest.mark.parametrize("name", [name for name in FILES if name != "evidence.csv"])
def test_folder_in_place_of_a_file(folder, name):
    (folder / name).unlink()
    (folder / name).mkdir()
    assert "cannot be read" in problems(folder)[0]


@pytest.mark.parametrize("name", [name for name in FILES if name != "evidence.csv"])
@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf"])
def test_empty_file(folder, name, content):
    (folder / name).write_bytes(content)
    found = problems(folder)
    assert any(line.startswith(f"{name}:1: ") and "is empty" in line for line in found)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("Türkiye\nMoskva\nTürkiye\n".encode("latin-1"), 1),
        (b"a,b\n" + bytes(range(256)) * 50, 3),
        ("id,name\nx,y\n".encode("utf-16"), 1),
    ],
    ids=["latin-1", "binary", "utf-16"],
)
def test_not_utf8(folder, name, content, line):
    (folder / name).write_bytes(content)
    assert problems(folder) == [f"{name}:{line}: is not UTF-8 text; save the file as UTF-8"]


@pytest.mark.parametrize("name", [name for name in FILES if name != "evidence.csv"])
def test_too_large(folder, name):
    (folder / name).write_bytes(b"#" * 50_000_001)
    assert "50 MB is the limit" in problems(folder)[-1]


@pytest.mark.parametrize("content", ["- a\n- b\n", "hello\n", "# nothing\n", "5\n", "null\n"])
def test_yaml_that_is_no_mapping(folder, content):
    (folder / YAML).write_text(content)
    assert problems(folder) == [f"{YAML}:1: is empty or not a mapping of keys to values"]


@pytest.mark.parametrize("name", FILES)
def test_byte_order_marks_and_carriage_returns_are_fine(folder, name):
    path = folder / name
    text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load(folder).digest() == load(SHIPPED).digest()


def test_no_such_folder_names_the_shipped_one(tmp_path):
    for source, remedy in (("russia2022", "did you mean 'russia-2022'?"), (tmp_path / "zzz", "shipped: russia-2022")):
        with pytest.raises(ScenarioError, match=re.escape(remedy)) as caught:
            load(source)
        assert "\n" not in str(caught.value)
    (tmp_path / "file").write_text("")
    with pytest.raises(ScenarioError, match="is a file, not a scenario folder"):
        load(tmp_path / "file")
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ScenarioError, match="is a finished run, not a scenario folder"):
        load(tmp_path)


# ---------------------------------------------------------------------------------------------------------------------
# Tables

ROWS = {
    "unknown column": ("places.csv", "id,name,", "id,nam,", 1, r"nam: unknown column \(did you mean 'name'\?\)"),
    "column twice": ("places.csv", "name_local,", "name,", 1, r"name: column stands twice"),
    "latitude": ("places.csv", "55.7520,", "95.7520,", None, r"lat: .*got '95\.7520'"),
    "latitude nan": ("places.csv", "55.7520,", "nan,", None, r"lat: .*got 'nan'"),
    "longitude inf": ("places.csv", ",37.6178", ",inf", None, r"lon: .*got 'inf'"),
    "bad number": ("places.csv", "55.7520,", "55;75,", None, r"lat: .*got '55;75'"),
    "population below zero": ("places.csv", "13010112", "-1", None, r"population: .*got '-1'"),
    "population with a fraction": ("places.csv", "13010112", "1.5", None, r"population: .*got '1\.5'"),
    "population of ten thousand million": ("places.csv", "13010112", "10000000000", None, r"population: .*got '10000000000'"),
    "population missing": ("places.csv", "13010112", "", None, r"origin 'moscow' needs a population"),
    "visa share": ("places.csv", "13010112,0.10", "13010112,1.10", None, r"visa_share: .*got '1\.10'"),
    "visa share nan": ("places.csv", "13010112,0.10", "13010112,nan", None, r"visa_share: .*got 'nan'"),
    "kind": ("places.csv", ",origin,RU,RU-MOW", ",orign,RU,RU-MOW", None, r"kind: .*got 'orign' \(did you mean 'origin'\?\)"),
    "time zone": ("places.csv", "Europe/Moscow", "Europe/Moscou", None, r"time_zone: unknown IANA time zone 'Europe/Moscou'"),
    "id with blanks": ("places.csv", "\nmoscow,", "\nmos cow,", 2, r"id: "),
    "same place twice": ("places.csv", "\nmoscow-region,", "\nst-petersburg,", 4, r"id 'st-petersburg' stands twice"),
    "access": ("places.csv", ",,,road,", ",,,raod,", None, r"access.*got 'raod'"),
    "lane of an unknown crossing": ("lanes.csv", "verkhny-lars,out,bus", "verkhni-lars,out,bus", None, r"no crossing 'verkhni-lars' \(did you mean 'verkhny-lars'\?\)"),
    "direction": ("lanes.csv", "psou,out,bus", "psou,ot,bus", None, r"direction: must be 'out' or 'in', got 'ot'"),
    "capacity below zero": ("lanes.csv", "psou,out,bus,vehicles,200", "psou,out,bus,vehicles,-200", None, r"exit_per_day: .*got '-200'"),
    "capacity inf": ("lanes.csv", "psou,out,bus,vehicles,200", "psou,out,bus,vehicles,inf", None, r"exit_per_day: .*got 'inf'"),
    "clock": ("lanes.csv", "09:00,16:00,Europe/Moscow", "9:00,16:00,Europe/Moscow", None, r"opens: .*got '9:00'"),
    "hours past midnight": ("lanes.csv", "09:00,16:00,Europe/Moscow", "09:00,24:30,Europe/Moscow", None, r"lanes.csv:\d+: closes"),
    "hours without a zone": ("lanes.csv", "09:00,16:00,Europe/Moscow", "09:00,16:00,", None, r"opens, closes and hours_zone go together"),
    "link to nowhere": ("links.csv", "vladikavkaz,verkhny-lars,bus", "vladikavkaz,verkhni-lars,bus", None, r"no place 'verkhni-lars' \(did you mean 'verkhny-lars'\?\)"),
    "same link twice": ("links.csv", "vladikavkaz-verkhny-lars-bus,", "vladikavkaz-verkhny-lars-car,", None, r"id 'vladikavkaz-verkhny-lars-car' stands twice"),
    "mode": ("links.csv", "verkhny-lars,bus,35", "verkhny-lars,buss,35", None, r"mode: .*got 'buss' \(did you mean 'bus'\?\)"),
    "km": ("links.csv", "verkhny-lars,bus,35", "verkhny-lars,bus,1e9", None, r"km: .*got '1e9'"),
    "flight without seats": ("links.csv", ",22000,3600,moscow-istanbul", ",22000,,moscow-istanbul", None, r"an air route needs seats_per_day"),
    "traffic somewhere else": ("baseline.csv", "verkhny-lars,bus,out", "verkhni-lars,bus,out", None, r"no crossing or entry point 'verkhni-lars' \(did you mean 'verkhny-lars'\?\)"),
    "traffic without a lane": ("baseline.csv", "verkhny-lars,bus,out", "verkhny-lars,train,out", None, r"verkhny-lars has no lane out/train in lanes.csv"),
    "citizen share": ("baseline.csv", "bus,out,600,0.70", "bus,out,600,7.0", None, r"citizen_share: .*got '7\.0'"),
    "weekday nan": ("baseline.csv", "bus,out,600,0.70,0,1.018", "bus,out,600,0.70,0,nan", None, r"mon: .*got 'nan'"),
    "no source": ("baseline.csv", "0.70,0,1.018,0.889,1.016,0.952,0.967,1.109,1.049,assumption: 30 buses a day (E006) x 20 persons", "0.70,0,1.018,0.889,1.016,0.952,0.967,1.109,1.049,", None, r"source: is missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_broken_table(folder, name):
    file, old, new, line, message = ROWS[name]
    at = replace(folder, file, old, new) + old.startswith("\n")
    found = problems(folder)
    mine = [one for one in found if re.search(message, one)]
    assert mine, found
    assert mine[0].startswith(f"{file}:{line or at}: "), mine


@pytest.mark.parametrize("name", ["places.csv", "lanes.csv", "links.csv", "baseline.csv"])
class TestAnyTable:
    def edit(self, folder, name, change):
        path = folder / name
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        change(rows)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        path.write_text(out.getvalue(), encoding="utf-8")

    def test_too_few_cells(self, folder, name):
        self.edit(folder, name, lambda rows: rows[3].pop())
        columns = len((folder / name).read_text(encoding="utf-8").split("\n")[0].split(","))
        assert f"{name}:4: has {columns - 1} cells, the header has {columns}" in problems(folder)

    def test_too_many_cells(self, folder, name):
        self.edit(folder, name, lambda rows: rows[3].append("x"))
        columns = len((folder / name).read_text(encoding="utf-8").split("\n")[0].split(","))
        assert f"{name}:4: has {columns + 1} cells, the header has {columns}" in problems(folder)

    def test_unclosed_quote(self, folder, name):
        self.edit(folder, name, lambda rows: None)
        path = folder / name
        lines = path.read_text(encoding="utf-8").replace('"', "").split("\n")
        lines[3] = '"' + lines[3]
        path.write_text("\n".join(lines), encoding="utf-8")
        assert any(re.match(rf"{name}:\d+: not a valid CSV line", line) for line in problems(folder))

    def test_missing_column(self, folder, name):
        def drop_source(rows):
            for row in rows:
                row.pop()

        self.edit(folder, name, drop_source)
        assert problems(folder) == [f"{name}:1: source: column is missing"]

    def test_a_row_twice(self, folder, name):
        self.edit(folder, name, lambda rows: rows.insert(3, rows[2]))
        assert any(line.startswith(f"{name}:4: ") and "twice" in line for line in problems(folder))

    def test_a_huge_cell(self, folder, name):
        self.edit(folder, name, lambda rows: rows[3].__setitem__(-1, "a" * 200_000))
        assert any("field larger than field limit" in line for line in problems(folder))

    def test_blank_lines_and_their_numbers(self, folder, name):
        path = folder / name
        lines = path.read_text(encoding="utf-8").split("\n")
        path.write_text("\n".join([*lines[:2], "", "", *lines[2:], "", ""]), encoding="utf-8")
        assert load(folder).digest() == load(SHIPPED).digest()
        self.edit(folder, name, lambda rows: rows.insert(5, ["x"]))
        assert any(line.startswith(f"{name}:6: has 1 cells") for line in problems(folder))


def test_all_problems_at_once(folder):
    replace(folder, YAML, "crossings: [ozinki]", "crossings: [ozinkie]")
    replace(folder, YAML, "evidence: [S17, E247]", "evidence: [S17, E9999]")
    replace(folder, "links.csv", "vladikavkaz,verkhny-lars,bus", "vladikavkaz,verkhni-lars,bus")
    found = problems(folder)
    assert len(found) == 3
    assert {line.split(":")[0] for line in found} == {YAML, "links.csv"}


def test_a_thousand_million_people_in_one_place_is_allowed(folder):
    replace(folder, "places.csv", "13010112", "1000000000")
    assert load(folder).place("moscow").population == 10**9


# ---------------------------------------------------------------------------------------------------------------------
# Slips that once came through, or came out as a traceback (what happened then).

SLIPS = {
    "time in the year 1": (YAML, "start: 2022-09-22T12:00Z", "start: 0001-01-01T00:00+03:00", "OverflowError from _aware"),
    "time in the year 9999": (YAML, "end: 2022-09-28T00:00+03:00", "end: 9999-12-31T23:00-03:00", "OverflowError from _aware"),
    "mapping merged into itself": (YAML, "limits:\n", "a: &a {<<: *a, z: 1}\nlimits:\n", "AttributeError out of ruamel"),
    "huge cell in the ledger": ("evidence.csv", "E001,", '"' + "a" * 200_000 + '",', "csv.Error from _ledger_ids"),
    "unclosed quote in the ledger": ("evidence.csv", "\nE002,", '\n"E002,', "read as if nothing were wrong"),
    "no way to travel by bus": (YAML, "  bus: {speed_kmh: 50, overhead_hours: 0.5, base_fare_rub: 300, fare_rub_per_km: 3.5, source: general knowledge}\n", "", "KeyError in compile_network"),
    "speed without end": (YAML, "speed_kmh: 65", "speed_kmh: .inf", "Travel does not ask for finite numbers"),
    "share of 150 %": (YAML, "ban_exempt_admitted: {value: 0.05", "ban_exempt_admitted: {value: 1.5", "shares of events have no bounds"),
    "share below zero": (YAML, "share_experienced: {value: 0.02,", "share_experienced: {value: -0.02,", "shares have no bounds"),
    "visa classes above one": (YAML, "share_exempt_visas: {value: 0.15", "share_exempt_visas: {value: 0.55", "only groups are summed"),
    "half-life of nothing": (YAML, "shock_half_life: {value: 9", "shock_half_life: {value: 0", "division by zero in shock_shape"),
    "scale of nests zero": (YAML, "nest_scale: {value: 0.6, prior: {shape: uniform, low: 0.3", "nest_scale: {value: 0, prior: {shape: uniform, low: 0", "ZeroDivisionError in compile_network"),
    "a folder of one's own": (YAML, "limits:\n", "folder: /etc\nlimits:\n", "`folder` is a field of the model, so the key is accepted"),
    "text that is no Unicode": (YAML, "limits:\n", 'limits:\n  - "\\ud800"\n', "loads; the manifest cannot be written later"),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
def test_slips(folder, name):
    file, old, new, _ = SLIPS[name]
    replace(folder, file, old, new)
    problems(folder)


def test_one_bad_row_is_one_problem(folder):
    replace(folder, "places.csv", "55.7520,", "95.7520,")
    assert len(problems(folder)) == 1


def test_a_missing_column_is_one_problem(folder):
    text = (folder / "places.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(text)))
    at = rows[0].index("kind")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([row[:at] + row[at + 1 :] for row in rows])
    (folder / "places.csv").write_text(out.getvalue(), encoding="utf-8")
    assert len(problems(folder)) == 1


# ---------------------------------------------------------------------------------------------------------------------
# Random damage


@pytest.mark.parametrize("seed", range(25))
def test_random_damage_gives_problems_or_a_scenario_and_nothing_else(folder, seed):
    # cuts, swaps and foreign characters at random places; fixed seeds
    chance = random.Random(seed)
    path = folder / chance.choice([YAML, YAML, *FILES[1:]])
    text = path.read_text(encoding="utf-8")
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(text))
        length = chance.choice([0, 1, 1, 5, 200])
        text = (
            text[:at]
            + chance.choice(["", "", ":", '"', "{", "]", "\n", "- ", ",", "é", "&a", "nan", "1e999", "#"])
            + text[at + length :]
        )
    path.write_text(text, encoding="utf-8")
    try:
        with at_most(20):
            load(folder)
    except ScenarioError as error:
        assert all(ONE_LINE.fullmatch(line) for line in str(error).split("\n"))


# ---------------------------------------------------------------------------------------------------------------------
# A scenario in memory


@pytest.fixture(scope="module")
def scenario():
    return load("russia-2022")


def test_round_trip(scenario):
    data = scenario.model_dump(mode="json", by_alias=True)
    again = Scenario.model_validate(json.loads(json.dumps(data)))
    assert again == scenario
    assert again.digest() == scenario.digest()
    without_folder = Scenario.model_validate(scenario.model_dump(mode="json", by_alias=True, exclude={"folder"}))
    assert without_folder.model_copy(update={"folder": scenario.folder}) == scenario


def test_the_json_schema_builds(scenario):
    schema = Scenario.model_json_schema(by_alias=True)
    text = json.dumps(schema)
    assert {"events", "parameters", "places", "links"} <= set(schema["properties"])
    assert all(f'"{event.kind}"' in text for event in scenario.events)
    assert schema["additionalProperties"] is False


def test_every_kind_of_event_ships(scenario):
    kinds = {event.kind for event in scenario.events}
    assert kinds >= {"shock", "call_up", "draft_office", "exit_check", "entry_ban", "service_halt", "capacity", "mode_rule",
                     "access_limit", "closure", "seats", "relief"}  # fmt: skip


def test_yaml_is_version_1_2(scenario):
    # NO is Norway, and a time keeps its offset
    assert "NO" in {country.id for country in scenario.countries}
    (office,) = (event for event in scenario.events if event.id == "ozinki-draft-office")
    assert office.start == datetime(2022, 9, 29, 5, tzinfo=UTC)


def test_without(scenario):
    changed = scenario.without("lars-draft-office", "call-up")
    # switched off, not forgotten: order and ids stay
    assert [e.id for e in changed.events] == [e.id for e in scenario.events]
    off = {e.id for e in scenario.active_events()} - {e.id for e in changed.active_events()}
    assert off == {"lars-draft-office", "call-up"}
    assert scenario.without() == scenario
    assert changed.without("call-up") == changed
    assert changed.digest() != scenario.digest()
    with pytest.raises(
        UsageError, match=r"no event 'lars-draft-ofice' in the scenario \(did you mean 'lars-draft-office'\?\)"
    ):
        scenario.without("lars-draft-ofice")


def test_with_parameters(scenario):
    changed = scenario.with_parameters(call_up_quota=1_200_000, patience=30)
    assert changed.value("call_up_quota") == 1_200_000.0
    assert isinstance(changed.parameters["patience"].value, float)
    assert changed.parameters["call_up_quota"].prior == scenario.parameters["call_up_quota"].prior
    assert scenario.value("call_up_quota") == 300_000
    assert changed.digest() != scenario.digest()
    with pytest.raises(UsageError, match=r"no parameter 'patiance' in the scenario \(did you mean 'patience'\?\)"):
        scenario.with_parameters(patiance=30)
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(UsageError, match="'patience' must be a finite number"):
            scenario.with_parameters(patience=wrong)


def test_with_event(scenario):
    closure = Closure(id="lars-closed", kind="closure", title="Lars shut", start="2022-09-25T00:00+03:00",
                      crossings=("verkhny-lars",), evidence=("E176",))  # fmt: skip
    added = scenario.with_event(closure)
    assert len(added.events) == len(scenario.events) + 1
    assert added.without("lars-closed").active_events() == scenario.active_events()
    later = added.with_event(closure.model_copy(update={"start": datetime(2022, 9, 30, tzinfo=UTC)}))
    assert len(later.events) == len(added.events)
    assert later.events[-1].start == datetime(2022, 9, 30, tzinfo=UTC)
    with pytest.raises(ScenarioError, match=r"no crossing 'verkhni-lars' \(did you mean 'verkhny-lars'\?\)"):
        scenario.with_event(closure.model_copy(update={"crossings": ("verkhni-lars",)}))
    with pytest.raises(ScenarioError, match="at least one claim"):
        scenario.with_event(closure.model_copy(update={"evidence": ()}))


def test_until(scenario):
    assert scenario.until("2022-09-20").end == datetime(2022, 9, 20, tzinfo=UTC)
    assert scenario.until(date(2022, 11, 1)).end == datetime(2022, 11, 1, tzinfo=UTC)
    assert scenario.until(datetime(2022, 9, 20, 6, tzinfo=UTC)).hours == 150
    assert scenario.until("2022-09-20T00:00+03:00").end == datetime(2022, 9, 19, 21, tzinfo=UTC)
    with pytest.raises(UsageError, match="is not after the start"):
        scenario.until("2022-09-14")
    for wrong in ("soon", "", "2022-13-01", "20 September"):
        with pytest.raises(UsageError, match="not a date"):
            scenario.until(wrong)


@pytest.mark.parametrize("end", ["2022-09-20T00:30Z", "2099-01-01", "0001-01-01T00:00+03:00"])
def test_until_refuses_in_its_own_words(scenario, end):
    with pytest.raises(BorderflowError):
        scenario.until(end)


def test_parse_time_takes_dates_and_offsets():
    assert parse_time("2022-09-20T12:00+03:00") == datetime(2022, 9, 20, 9, tzinfo=UTC)
    assert parse_time(date(2022, 9, 20)) == datetime(2022, 9, 20, tzinfo=UTC)


def test_place_and_value(scenario):
    assert scenario.place("ozinki").country == "KZ"
    with pytest.raises(UsageError, match=r"no place 'ozinky' in the scenario \(did you mean 'ozinki'\?\)"):
        scenario.place("ozinky")
    assert scenario.value("car_occupancy") == scenario.parameters["car_occupancy"].value
    assert scenario.value(0.25) == 0.25


def test_a_disabled_event_is_not_active(folder):
    replace(folder, YAML, "{id: lars-relief,", "{id: lars-relief, enabled: false,")
    scenario = load(folder)
    assert "lars-relief" in {e.id for e in scenario.events}
    assert "lars-relief" not in {e.id for e in scenario.active_events()}


def test_parameters_have_value_prior_unit_and_source(scenario):
    assert set(ENGINE_PARAMETERS) <= set(scenario.parameters)
    for name, parameter in scenario.parameters.items():
        assert parameter.source and parameter.unit, name
        low, high = parameter.prior.low, parameter.prior.high
        assert low <= parameter.value <= high, name
    for name, (unit, _) in ENGINE_PARAMETERS.items():
        assert scenario.parameters[name].unit == unit, name


def test_the_digest_follows_content_and_not_the_folder(folder, scenario):
    assert load(folder).digest() == scenario.digest()
    replace(folder, YAML, "patience: {value: 48", "patience: {value: 49")
    assert load(folder).digest() != scenario.digest()
