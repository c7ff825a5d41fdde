"""The briefing: one file that opens offline, escapes what it prints, and says the right figures for any run."""

import re
import time
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from html.parser import HTMLParser

import numpy as np
import pytest

import borderflow as bf
import networks
from borderflow.briefing import write_briefing
from borderflow.charts import Dot, Flag, Mark, Plot, fan_chart, map_chart, number, view_around
from borderflow.errors import ResultsError
from borderflow.results import headline

SECTIONS = [
    "headline",
    "map",
    "arrivals",
    "crossings",
    "air",
    "needs",
    "controls",
    "events",
    "claims",
    "parameters",
    "limits",
    "sources",
]
LEDGER = "id,date,date_end,place,country,quantity,value,unit,mode,claim_status,publisher,source_url,note,known_on\n"
SVG = "{http://www.w3.org/2000/svg}"


class Page(HTMLParser):
    """What a test asks about a page: tags with attributes, ids, and the text people read."""

    def __init__(self, path):
        super().__init__()
        self.raw = path.read_text(encoding="utf-8")
        self.tags, self.text = [], []
        self.feed(self.raw)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    handle_startendtag = handle_starttag

    def handle_data(self, data):
        self.text.append(data)

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())

    def attributes(self, name):
        return [(tag, attrs[name]) for tag, attrs in self.tags if name in attrs]

    @property
    def drawings(self):
        return [ET.fromstring(text) for text in re.findall(r'<svg class="(?:chart|map)".*?</svg>', self.raw, re.DOTALL)]


@pytest.fixture(scope="module")
def russia(tmp_path_factory):
    return bf.run("russia-2022", members=4, until="2022-09-27", out=tmp_path_factory.mktemp("russia") / "run")


@pytest.fixture(scope="module")
def page(russia):
    return Page(write_briefing(russia))


def brief(scenario, folder, ledger="", members=3, **options):
    run = bf.run(scenario, members=members, out=folder / "run", **options)
    if ledger:
        (run.folder / "evidence.csv").write_text(LEDGER + ledger, encoding="utf-8")
    return Page(write_briefing(run, folder / "page.html"))


def check_whole(page):
    """Check what holds for every page: nothing from elsewhere, well-formed drawings, no dangling link or double id."""
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert not page.attributes("src") and not page.attributes("srcset") and not page.attributes("style")
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    ids = [value for _, value in page.attributes("id")]
    assert len(ids) == len(set(ids))
    for tag, address in page.attributes("href"):
        assert tag == "a"
        assert address[1:] in ids if address.startswith("#") else re.match(r"https?://", address)
    css = page.raw[page.raw.index("<style>") : page.raw.index("</style>")]
    assert "@import" not in css and "url(" not in css
    for drawing in page.drawings:
        assert drawing.find(f"{SVG}title").text and drawing.find(f"{SVG}desc") is not None
    assert "nan" not in re.sub(r"[^a-z ]", "", " ".join(page.raw.split())).split()
    assert "None" not in page.words.split() and "inf" not in page.words.split()


def test_is_one_file_that_needs_nothing_else(page):
    check_whole(page)
    assert page.drawings
    assert len(page.raw.encode()) < 1_500_000
    assert "/work/" not in page.raw and "/tmp/" not in page.raw


def test_has_every_part(page, russia):
    ids = [value for tag, value in page.attributes("id") if tag == "section"]
    assert ids == SECTIONS
    for words in ("chance variation only", "Sphere Handbook", "Disputed or not settled", "express no opinion",
                  "14 to 26 September 2022", "Europe/Moscow, UTC+3",
                  russia.manifest["scenario_digest"][:12]):  # fmt: skip
        assert words in page.words, words
    for name in russia.scenario.parameters:
        assert name.replace("_", " ") in page.words
    for event in russia.scenario.events:
        assert f'id="event-{event.id}"' in page.raw
    for text in (*russia.scenario.limits, *russia.scenario.sources):
        assert " ".join(text.split()) in page.words
    assert "Верхний Ларс" in page.words


def test_agrees_with_the_headline(page, russia):
    for row in headline(russia):
        if row["country"] in ("GE", "FI", "KZ"):
            assert number(row["arrivals"]["mean"]) in page.words
            assert number(abs(row["excess"])) in page.words
    turned_back = sum(row["turned_back"] for row in headline(russia))
    assert number(turned_back, whole=True) in page.words


def test_draws_claims_on_the_days_they_speak_of(page):
    titles = {drawing.find(f"{SVG}title").text: drawing for drawing in page.drawings}
    hovers = [g.find(f"{SVG}title").text for g in titles["Georgia"].iter(f"{SVG}g") if g.get("class") == "claim"]
    assert any(text.startswith("E152, official: 9,307 persons") for text in hovers)
    lars = next(drawing for title, drawing in titles.items() if title.startswith("Verkhny Lars"))
    hovers = [g.find(f"{SVG}title").text[:4] for g in lars.iter(f"{SVG}g") if g.get("class") == "claim"]
    assert {"E231", "E232"} <= set(hovers)  # two officials contradict each other on the 26th
    assert 'id="claim-E231"' in page.raw


def test_cumulative_claims_stand_beside_the_model(page, russia):
    daily = russia.quantiles("arrivals_daily", by="country")
    mine = daily[(daily["country"] == "GE") & daily["end"].between("2022-09-21", "2022-09-26")]
    row = page.raw[page.raw.index('id="cumulative"') :]
    row = next(part for part in row.split("<tr>") if 'href="#claim-E095"' in part)
    assert "53,136" in row and number(mine["mean"].sum()) in row


def test_is_written_quickly(russia, tmp_path):
    began = time.process_time()  # of this process, since other work on the machine is not the page's fault
    write_briefing(bf.open_run(russia.folder), tmp_path / "again.html")
    assert time.process_time() - began < 2.5


def test_same_run_same_bytes(russia, tmp_path):
    one, two = (write_briefing(russia, tmp_path / f"{n}.html").read_bytes() for n in "ab")
    assert one == two


def test_escapes_what_files_say(tmp_path):
    evil = "<script>alert('x')</script>"
    scenario = networks.tiny_scenario(
        events=[networks.event("draft_office", 40, title=evil, note=evil, crossings=["mountain"], share_checked=0.9,
                               share_stopped=0.3)]
    ).model_copy(update={"title": evil, "description": evil, "limits": (evil,), "sources": (evil,)})  # fmt: skip
    ledger = (
        f'E1,2022-09-27,,mountain,GE,queue_cars,40,vehicles,car,official,{evil},javascript:alert(1),{evil},2022-09-27\n'
        'E2,2022-09-27,,mountain,GE,wait_hours,4,hours,car,media report,"a"" onclick=""b",http://example.org/"><b>,,2022-09-27\n'
    )  # fmt: skip
    page = brief(scenario, tmp_path, ledger)
    check_whole(page)
    assert page.words.count(evil) >= 6
    assert not [value for _, value in page.attributes("href") if value.startswith("javascript")]


def test_every_kind_of_event_is_told_in_words(tmp_path):
    page = brief(networks.tiny_scenario(), tmp_path)
    check_whole(page)
    for words in ("raises departures in south and east", "calls up 3,000 people over 3 days", "serves notices",
                  "every crossing and airport",
                  "FI admits 10 %", "stops north – mountain (bus)", "capacity times 0.6", "people on foot admitted",
                  "40 % of outsiders turned away (car)", "forest shut", "ferry open", "seats times 2",
                  "10,000 litres of water a day"):  # fmt: skip
        assert words in page.words, words


def test_events_switched_off_are_shown_as_off(tmp_path):
    office = networks.event("closure", 30, crossings=["forest"], enabled=False)
    page = brief(networks.tiny_scenario(events=[office]), tmp_path)
    assert '<tr id="event-closure" class="off">' in page.raw


def test_a_run_of_one_day_and_one_member(tmp_path):
    page = brief(networks.one_crossing(900, 500, days=1), tmp_path, members=1)
    check_whole(page)
    assert "fewer than 20 runs" in page.words and "Intervals cover 90 % of 1 run with" in page.words


def test_a_run_shorter_than_a_local_day(tmp_path):
    run = bf.run(networks.tiny_scenario(days=3), members=2, out=tmp_path / "run")
    summary = run.folder / "summary.csv"
    summary.write_text(summary.read_text().splitlines()[0] + "\n")  # what is left when no day is whole
    page = Page(write_briefing(bf.open_run(run.folder)))
    check_whole(page)
    assert "shorter than one local day" in page.words


def test_run_that_ends_before_the_announcement(tmp_path):
    scenario = networks.tiny_scenario(events=[]).model_copy(update={"announcement": date(2023, 1, 1)})
    page = brief(scenario, tmp_path)
    check_whole(page)
    assert "ends before the announcement of 1 January 2023" in page.words


def test_no_line_no_air_no_claims_no_events(tmp_path):
    page = brief(networks.one_crossing(200, 5000), tmp_path)
    check_whole(page)
    for words in ("no crossing had a line of cars", "No control holds anybody back",
                  "No event in this run", "No ledger of claims was found", "Nobody waits long enough"):  # fmt: skip
        assert words in page.words, words


def test_long_runs_keep_their_tables_short(tmp_path):
    page = brief(networks.one_crossing(200, 150, days=150, time_zone="Europe/Helsinki"), tmp_path, members=2)
    check_whole(page)
    tables = re.findall(r"<details>.*?</details>", page.raw, re.DOTALL)
    assert max(text.count("<tr>") for text in tables) <= 64


def test_claims_on_parts_and_denied_ones_look_different(tmp_path):
    ledger = (
        "A-1,2022-09-27,,GE,GE,arrivals_daily,900,persons,all,official,who,https://example.org/1,,2022-09-27\n"
        "A-2,2022-09-27,,GE (all crossings),GE,arrivals_daily,300,persons,all,media report,who,https://example.org/2,,\n"
        "A-3,2022-09-28,,mountain,GE,arrivals_daily,500,persons,land,official,who,https://example.org/3,,\n"
        "A-4,2022-09-28,,GE,GE,arrivals_daily,5000,persons,all,denied,who,https://example.org/4,,\n"
        "A-5,someday,,GE,GE,arrivals_daily,lots,persons,all,official,who,https://example.org/5,,\n"
        "A-6,2022-09-27,2022-09-28,GE,GE,arrivals_cumulative,3000,persons,all,official,who,https://example.org/6,,\n"
    )
    page = brief(networks.tiny_scenario(), tmp_path, ledger)
    check_whole(page)
    georgia = next(d for d in page.drawings if d.find(f"{SVG}title").text == "GE")
    marks = [child.get("class") for g in georgia.iter(f"{SVG}g") if g.get("class") == "claim" for child in list(g)[1:]]
    assert sorted(marks) == ["denied", "official", "other", "other"]
    assert 'id="claim-A-5"' not in page.raw
    assert 'href="#claim-A-6"' in page.raw


def test_a_folder_that_cannot_be_written(russia, tmp_path):
    (tmp_path / "a-file").write_text("")
    with pytest.raises(ResultsError, match="cannot be written"):
        write_briefing(russia, tmp_path / "a-file" / "page.html")
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


# ---------------------------------------------------------------------------------------------------------------------
# Drawings


def boxes(drawing, style):
    out = []
    for text in drawing.iter(f"{SVG}text"):
        if text.get("class", "").startswith(style):
            lines = [span.text for span in text.iter(f"{SVG}tspan")] or [text.text]
            wide = 6.0 * max(map(len, lines))
            x, y, anchor = float(text.get("x")), float(text.get("y")), text.get("text-anchor")
            first = list(text.iter(f"{SVG}tspan"))
            top = y + (float(first[0].get("dy")[:-2]) if first else 0) * 11.5 - 9
            left = x - {"start": 0, "middle": 0.5, "end": 1}[anchor] * wide
            out.append((left, top, left + wide, top + 11 * len(lines)))
    return out


def touching(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_labels_do_not_overlap():
    rng = np.random.default_rng(5)
    dots = [Dot(40 + 8 * a, 50 + 5 * b, 3.0, "post w1", "", ("Some crossing", "Пост")) for a, b in rng.random((60, 2))]
    drawing = ET.fromstring(map_chart("m", "M", "", view_around([(d.lon, d.lat) for d in dots], least_km=100), dots))
    labels = boxes(drawing, "label")
    assert 5 < len(labels) < 60
    assert not [1 for n, a in enumerate(labels) for b in labels[:n] if touching(a, b)]
    assert all(box[0] >= 0 and box[2] <= 400 for box in labels)


def test_event_numbers_do_not_overlap():
    days = [date(2022, 9, 1) + timedelta(days=n) for n in range(30)]
    flags = [Flag(n, at, "what", f"event-{n}") for n, at in enumerate([0, 0, 0, 5, 5.2, 5.4, 6, 6, 7, 29.9, 30, 30])]
    drawing = ET.fromstring(fan_chart("f", "F", "", days, [Plot("persons", np.ones((5, 30)))], flags))
    tags = [
        tuple(float(r.get(k)) for k in ("x", "y", "width", "height"))
        for r in drawing.iter(f"{SVG}rect")
        if r.get("class") == "tag"
    ]
    tags = [(x, y, x + w, y + h) for x, y, w, h in tags]
    assert len(tags) == len(flags)
    assert not [1 for n, a in enumerate(tags) for b in tags[:n] if touching(a, b)]


def test_nothing_is_drawn_across_the_map_at_180_degrees():
    view = view_around([(60.0, 55.0), (100.0, 60.0)], least_km=9000)
    (west, east), _ = view.place([179.99, -179.99], [65.0, 65.0])
    assert abs(west - east) < 1


def test_projection_keeps_areas():
    view = view_around([(20.0, 40.0), (120.0, 70.0)], least_km=100)
    areas = []
    for lon, lat in ((25.0, 45.0), (60.0, 55.0), (110.0, 68.0)):
        half = 0.05 / np.cos(np.radians(lat))  # degrees of longitude for the same ground
        x, y = view.place(lon + half * np.array([-1, 1, 1, -1]), lat + 0.05 * np.array([-1, -1, 1, 1]))
        areas.append(0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))))
    assert np.allclose(areas, areas[0], rtol=1e-3)


def test_gaps_are_left_open_and_lone_days_drawn():
    fan = np.tile([1.0, 2.0, np.nan, np.nan, 3.0], (5, 1))
    days = [date(2022, 9, 1) + timedelta(days=n) for n in range(5)]
    mark = Mark(days[0], days[0], 2.0, "official", "says")
    drawing = ET.fromstring(fan_chart("f", "F", "", days, [Plot("hours", fan, (mark,), whole=False)]))
    median = next(path.get("d") for path in drawing.iter(f"{SVG}path") if path.get("class") == "median")
    assert median.count("M") == 2 and "nan" not in ET.tostring(drawing, encoding="unicode")


def test_years_get_an_axis():
    for count in (1, 2, 40, 400, 3660):
        days = [date(2022, 9, 1) + timedelta(days=n) for n in range(count)]
        drawing = ET.fromstring(fan_chart("f", "F", "", days, [Plot("persons", np.zeros((5, count)))]))
        labels = [t.text for t in drawing.iter(f"{SVG}text") if t.get("class") == "tick" and t.text[0] != "0"]
        assert 1 <= len([t for t in labels if re.search("[A-Z]", t)]) <= 7
