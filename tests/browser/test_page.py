"""The page in Chromium: what a planner does on it, and that nothing goes wrong or leaves the computer meanwhile."""

import base64
import io
import itertools
import json
import math
import re
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

pytestmark = pytest.mark.xdist_group("browser")
AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
ARTICLE = """On Tuesday 4,210 people entered Georgia, the ministry said.
<script>document.title = "caught"</script> <img src=x onerror="document.title='caught'">
The queue at Verkhny Lars reached 5,500 cars, officials said."""


INK = 480  # red, green and blue of a border are darker than that, those of land lighter


def serious(page):
    """Return what axe-core finds serious or critical."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [(one["id"], one["nodes"][0]["html"][:120]) for one in found if one["impact"] in ("serious", "critical")]


def assert_drawn(path, width):
    """Make sure that a saved picture opens, has its size, and that map, charts and words are on it."""
    from PIL import Image

    with Image.open(path) as image:
        assert image.format == "PNG" and image.width >= width and 0.8 < image.height / image.width < 2.5
        picture = image.convert("RGB")
    height = picture.height
    # title, map, charts, disclaimer: none is one flat colour, and the map has land, sea, lines and circles
    for name, top, bottom, colours in (
        ("title", 0, 0.06, 10),
        ("map", 0.08, 0.4, 300),
        ("charts", 0.45, 0.85, 100),
        ("words", 0.88, 0.97, 10),
    ):
        part = picture.crop((16, int(top * height), picture.width - 16, int(bottom * height)))
        assert len(part.getcolors(1 << 20)) > colours, name
    land, sea = picture.getpixel((picture.width - 40, 110)), picture.getpixel((30, 110))
    assert land != picture.getpixel((2, 2)) and sea != picture.getpixel((2, 2))


def test_load_play_and_choose(visit):
    one = visit(viewport={"width": 1280, "height": 800})
    page = one.open()
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    size = page.evaluate(
        "performance.getEntriesByType('resource').filter(r => !r.name.includes('/api/')).reduce((a, r) => a + r.decodedBodySize, 0)"
    )
    assert size < 4_000_000
    assert paint < 2_000 * 4, "two seconds on a free computer; tests share theirs"
    assert page.inner_text("h1").startswith("Leaving Russia") and "not live" in page.inner_text("header")
    assert "Tbilisi, UTC+4" in page.inner_text("#clocks") and "UTC" in page.inner_text("#clocks")
    assert "Верхний Ларс" in page.inner_text("#crossings")
    # the hour that the page opens at is that of the longest line; the first hour is before everything
    crowded = page.inner_text(".card:has-text('In line now') .big")
    page.focus("#hour")
    page.keyboard.press("Home")
    page.wait_for_function("() => document.querySelector('#clocks').innerText.includes('14 Sept')")
    page.wait_for_selector(f".card:has-text('In line now') .big:not(:text-is('{crowded}'))")
    page.select_option("select[aria-label=Speed]", "24")
    page.click("#play")
    page.wait_for_function("() => Number(document.querySelector('#hour').value) > 20")
    page.click("#play")
    page.click("#all-crossings")
    page.click("#post-torfyanovka")
    page.wait_for_function("() => document.querySelector('#charts').innerText.includes('Line at Torfyanovka')")
    page.wait_for_selector(".place:has-text('Vaalimaa')")
    assert "crossing=torfyanovka" in page.evaluate("new Promise(r => setTimeout(() => r(location.hash), 400))")
    one.map_drawn()
    assert page.evaluate("document.querySelector('#map canvas').width") > 100


def test_the_first_runs_of_the_reference_are_shown_while_the_others_are_simulated(long_address, visit):
    one = visit(viewport={"width": 1280, "height": 800})
    one.address, page = long_address, one.page
    page.goto(long_address)
    page.wait_for_selector("#status:has-text('Shown: the first 20')")
    assert re.search(r"Simulating the reference: [\d,]+ of 1000 runs", page.inner_text("#status"))
    assert "of 20 simulated runs" in page.inner_text("#charts") and "Верхний Ларс" in page.inner_text("#crossings")
    # a question asks for as many as the whole reference has
    page.click("#view-whatif")
    assert page.input_value("#members") == "1000"


def test_the_run_of_somebody_else_is_not_the_reference(visit, address):
    # questions are paired with the server's own members and seed
    body = json.dumps({"scenario": "russia-2022", "members": 2, "seed": 7}).encode()
    with urlopen(Request(f"{address}api/runs", body, {"Content-Type": "application/json"})) as answer:
        assert json.load(answer)["request"]["seed"] == 7
    page = visit(viewport={"width": 1280, "height": 800}).open()
    assert "of 8 simulated runs" in page.inner_text("#charts")


def test_what_if_and_downloads(visit, tmp_path):
    one = visit(viewport={"width": 1280, "height": 800})
    page = one.open("#view=whatif")
    page.uncheck("#event-lars-draft-office")
    page.fill("#move-finland-tourist-ban", "2")
    page.press("#move-finland-tourist-ban", "Tab")
    assert "Draft office at Verkhny Lars: off" in page.inner_text(".changes") and "2 Oct 2022" in page.inner_text(
        ".changes"
    )
    page.select_option("#members", "50")
    page.click("#run")
    page.wait_for_selector("#results")
    assert "paired runs" in page.inner_text("#progress")
    stopped = page.inner_text("#differences tr:has-text('stopped at exit') >> nth=0")
    assert "−" in stopped
    with page.expect_download() as given:
        page.click("#yaml")
    given.value.save_as(tmp_path / "scenario.yaml")
    assert re.search(
        r"lars-draft-office.*?enabled: false", (tmp_path / "scenario.yaml").read_text(encoding="utf-8"), re.DOTALL
    )
    page.click("#show-difference")
    page.wait_for_function("() => document.querySelector('#legend').innerText.includes('fewer')")
    assert "differences of 50 paired runs" in page.inner_text("#charts")
    page.click("#menu summary")
    for selector, ending in (("a[href$='hxl.csv']", "#date+start"), ("a[href$='briefing.html']", "Situation report")):
        with page.expect_download() as given:
            page.click(f"#files {selector}")
        given.value.save_as(tmp_path / "file")
        assert ending in (tmp_path / "file").read_text(encoding="utf-8")
    with page.expect_download() as given:
        page.click("#png")
    given.value.save_as(tmp_path / "picture.png")
    assert_drawn(tmp_path / "picture.png", width=900)


def test_all_kinds_of_change_by_hand(visit):
    one = visit(viewport={"width": 1280, "height": 800})
    page = one.open("#view=whatif")
    page.uncheck("#event-lars-draft-office")
    page.fill("#move-finland-tourist-ban", "-1")
    page.press("#move-finland-tourist-ban", "Tab")

    def crossing(place, kind, **fields):
        page.select_option("#way-post", place)
        page.select_option("#way-kind", kind)
        for name, value in fields.items():
            page.fill(f"#way-{name}", value)
        page.click("#way-add")

    crossing("ozinki", "close", start="", end="")
    assert page.inner_text("#progress") == "Give the day from which it holds."
    crossing("ozinki", "close", start="2022-09-24", end="2022-09-26")
    crossing("verkhny-lars", "lanes", factor="1.5", start="2022-09-23", end="")
    crossing("brunishevo", "open")
    page.click("#d-bans summary")
    page.focus("#exempt-finland-tourist-ban")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    changes = page.locator(".changes li").all_inner_texts()
    for words in (
        "Draft office at Verkhny Lars: off", "from 29 Sept 2022", "Ozinki shut from 24 Sept 2022 to 26 Sept 2022",
        "Verkhny Lars: capacity × 1.5 from 23 Sept 2022", "Brunishevo open", "% exempt",
    ):  # fmt: skip
        assert any(words in text for text in changes), (words, changes)
    assert len(changes) == 6
    page.select_option("#members", "8")
    page.click("#run")
    page.wait_for_selector("#results #yaml")
    with page.expect_download() as given:
        page.click("#yaml")
    text = Path(given.value.path()).read_text(encoding="utf-8")
    assert "ozinki" in text and "enabled: false" in text


def test_map_and_charts_tell_what_is_under_the_pointer(visit):
    one = visit(viewport={"width": 1280, "height": 800})
    page = one.open("#crossing=torfyanovka&country=GE&map=44.65,42.75,7.0")
    one.map_drawn()
    page.wait_for_timeout(1500)
    box = page.locator("#map").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(middle[0] - 40, middle[1] - 60)
    page.mouse.move(*middle, steps=4)
    page.wait_for_selector("#tip:has-text('Верхний Ларс')")
    told = page.inner_text("#tip")
    assert re.search(r"In line: [\d,<]+ persons \(", told) and "Wait if joining" in told and "90 % of runs" in told
    page.mouse.click(*middle)
    page.wait_for_function("() => document.querySelector('#charts').innerText.includes('Line at Verkhny Lars')")
    # a claim tells its source; a click in the chart sets the hour of the map
    plot = page.locator(".chart:has-text('Arrivals in Georgia') .u-over")
    plot.scroll_into_view_if_needed()
    area = plot.bounding_box()
    seen = ""
    for across in range(int(area["width"] * 0.05), int(area["width"] * 0.4), 3):
        for down in range(int(area["height"] * 0.2), int(area["height"] * 0.75), 6):
            page.mouse.move(area["x"] + across, area["y"] + down)
            seen = page.inner_text(".chart:has-text('Arrivals in Georgia') .chart-tip")
            if ", official, " in seen:
                break
        if ", official, " in seen:
            break
    assert re.search(r"E\d+: [\d,]+ persons, official, \w+", seen), seen
    # the same figures as a table: days by date, hours by the clock
    rows = {}
    for title in ("Arrivals in Georgia", "Line at Verkhny Lars"):
        table = page.locator(f".chart:has-text('{title}') details").first
        table.locator("summary").click()
        table.locator("tbody th").nth(8).wait_for()
        rows[title] = table.locator("tbody th").all_inner_texts()
    assert rows["Arrivals in Georgia"][8] == "2022-09-22" and rows["Line at Verkhny Lars"][1] == "2022-09-15 00:00"
    plot.scroll_into_view_if_needed()
    area = plot.bounding_box()
    before = page.input_value("#hour")
    page.mouse.click(area["x"] + area["width"] * 0.9, area["y"] + 20)
    page.wait_for_function("before => document.querySelector('#hour').value !== before", arg=before)


def test_an_article_is_pasted_and_accepted(visit):
    one = visit(viewport={"width": 1280, "height": 800})
    page = one.open("#view=evidence")
    page.fill("#article-text", ARTICLE)
    page.fill("#article-published", "2022-09-29")
    page.fill("#article-publisher", "Example")
    page.click("#article-read")
    page.wait_for_selector("#findings li:has-text('4,210')")
    assert any("4,210" in text for text in page.locator("#article-shown mark").all_inner_texts())
    # text is shown as text
    assert "<script>" in page.inner_text("#article-shown") and page.locator("#article-shown img").count() == 0
    page.click("#accept")
    page.wait_for_selector("#working")
    page.fill("#filter-text", "lars")
    page.wait_for_function("() => document.querySelectorAll('#ledger-rows tr').length > 3")
    page.click("#contradictions summary")
    page.wait_for_selector("#contradictions .sides .side")
    page.click("#open-working")
    page.wait_for_function("() => document.title.includes('borderflow') && location.hash.includes('draft')")
    assert page.title() != "caught"


def test_an_article_is_dropped_and_claims_lead_to_their_use_and_back(visit):
    one = visit(viewport={"width": 1280, "height": 800})
    page = one.open("#view=evidence")
    page.fill("#article-published", "2022-09-29")
    page.evaluate(
        """text => {
            const given = new DataTransfer();
            given.items.add(new File([text], "report.txt", {type: "text/plain"}));
            document.querySelector("#article-text").dispatchEvent(new DragEvent("drop", {dataTransfer: given, bubbles: true, cancelable: true}));
        }""",
        ARTICLE,
    )
    page.wait_for_selector("#findings li:has-text('4,210')")
    # a claim leads to the event that rests on it, and the event back to the claim
    page.fill("#filter-text", "e253")
    page.click("#claim-E253 button:has-text('Draft office at Verkhny Lars')")
    page.wait_for_selector("#row-lars-draft-office.flash")
    page.click("#row-lars-draft-office .claim-link:text-is('E253')")
    page.wait_for_selector("#claim-E253.flash")
    assert page.locator("#ledger-rows tr").count() == 1


def test_a_claim_of_a_group_leads_to_the_group_and_back(visit):
    one = visit(viewport={"width": 1280, "height": 800})
    page = one.open("#view=evidence")
    page.fill("#filter-text", "e124")
    page.click("#claim-E124 button:has-text('group: Other men in the reserve')")
    page.wait_for_selector("#from-group-reservist_other.flash")
    assert "reference group of the departure rates" in page.inner_text("#from-group-reservist_other")
    page.click("#from-group-reservist_other .claim-link:text-is('E124')")
    page.wait_for_selector("#claim-E124.flash")


def drawn_share(image, lines, camera, scale):
    """Return which share of lines has ink, of those parts that are in sight; lines in degrees, ``scale`` pixels a point."""
    width, height = image.size
    world = 512 * 2 ** camera[2] * scale

    def at(lon, lat):
        return lon / 360 * world, -math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi) * world

    middle = at(*camera[:2])
    ink = []
    for line in lines:
        spots = [(x - middle[0] + width / 2, y - middle[1] + height / 2) for x, y in (at(*point) for point in line)]
        for (x0, y0), (x1, y1) in itertools.pairwise(spots):
            steps = max(int(math.hypot(x1 - x0, y1 - y0)), 1)
            for n in range(steps):
                x, y = x0 + (x1 - x0) * n / steps, y0 + (y1 - y0) * n / steps
                if 12 < x < width - 12 and 12 < y < height - 12:
                    around = [image.getpixel((int(x) + dx, int(y) + dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
                    ink.append(min(sum(one[:3]) for one in around) < INK)
    return sum(ink) / len(ink), len(ink)


def test_disputed_borders_are_dashed_on_the_map_and_in_the_briefing(visit, address):
    from PIL import Image

    scale, camera = 3, (44.5, 42.35, 8.5)
    one = visit(viewport={"width": 1280, "height": 800}, device_scale_factor=scale, reduced_motion="reduce")
    page = one.open(f"#map={','.join(map(str, camera))}")
    one.map_drawn()
    shapes = page.evaluate("fetch('/api/borders').then(one => one.json())")
    # on a busy computer the map is idle before the lines of this zoom are there, and those in question come last: wait
    # for all of the solid ones, and for as much of the others as a line of dots would have
    for _ in range(20):
        page.wait_for_timeout(1500)
        taken = page.evaluate("document.querySelector('#map canvas').toDataURL('image/png')")
        with Image.open(io.BytesIO(base64.b64decode(taken.partition(",")[2]))) as opened:
            image = opened.convert("RGB")
        whole, more = drawn_share(image, shapes["boundaries"]["coordinates"], camera, scale)
        dashed, some = drawn_share(image, shapes["disputed"]["coordinates"], camera, scale)
        if whole > 0.97 and dashed > 0.2:
            break
    assert some > 1000 and more > 1000
    # ink is looked for within a third of a point, which makes a dash of 3 in 5.5 a little longer
    assert 0.4 < dashed < 0.8 and whole > 0.97
    # the briefing's map, as the browser understands it
    with urlopen(f"{address}api/runs") as answer:
        job = json.load(answer)[0]["id"]
    with urlopen(f"{address}api/runs/{job}/briefing.html") as answer:
        briefing = answer.read().decode()
    page.goto("about:blank")
    page.set_content(briefing)
    dashes = page.evaluate(
        "['disputed', 'boundaries'].map(one => [...document.querySelectorAll(`svg.map path.${one}`)].map(path => getComputedStyle(path).strokeDasharray))"
    )
    assert dashes[0] and all(re.match(r"\d", one) for one in dashes[0])
    assert dashes[1] and set(dashes[1]) == {"none"}


def test_the_forecast_says_what_its_spread_holds(visit, tmp_path):
    one = visit(viewport={"width": 1280, "height": 800})
    page = one.open()
    assert "chance alone" in page.inner_text("#charts")
    with page.expect_navigation():
        page.select_option("select[aria-label=Basis]", "forecast")
    page.wait_for_selector("body[data-ready]", state="attached")
    assert "basis=forecast" in page.evaluate("new Promise(r => setTimeout(() => r(location.hash), 400))")
    words = page.inner_text("#charts")
    assert "fit of reports to 28 Sept leaves open" in words and "chance alone" not in page.inner_text("body")
    one.map_drawn()
    page.click("#menu summary")
    with page.expect_download() as given:
        page.click("#png")
    given.value.save_as(tmp_path / "picture.png")
    assert_drawn(tmp_path / "picture.png", width=900)
    page.click("#view-about")
    page.wait_for_selector("#fit img >> nth=1")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#fit img')].every(one => { one.loading = 'eager'; return one.naturalWidth > 300; })"
    )


def test_a_long_run_can_be_cancelled_and_a_link_carries_the_question(visit):
    one = visit(viewport={"width": 1280, "height": 800})
    changes = [{"kind": "close", "crossing": "ozinki", "start": "2022-09-22T19:00:00.000Z", "end": None}]
    page = one.open("#view=whatif&hour=200&members=400")
    page.evaluate(
        "c => { location.hash = 'view=whatif&hour=200&members=400&changes=' + encodeURIComponent(c); location.reload(); }",
        json.dumps(changes),
    )
    page.wait_for_selector("#cancel")
    page.click("#cancel")
    page.wait_for_function("() => document.querySelector('#progress')?.innerText.includes('Cancelled')")
    assert "Ozinki shut" in page.inner_text(".changes") and page.input_value("#hour") == "200"


@pytest.mark.parametrize(
    "options",
    [
        {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
        {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    ],
    ids=["dark", "phone"],
)
@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make page")
def test_every_view_is_accessible(visit, options):
    one = visit(**options)
    page = one.open()
    for view in ("situation", "whatif", "evidence", "about"):
        page.click(f"#view-{view}")
        page.wait_for_function("() => document.querySelector('#panel h2')")
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, view
        assert serious(page) == [], view


def test_the_interface_documentation(visit):
    one = visit(viewport={"width": 1280, "height": 800})
    one.page.goto(one.address + "docs")
    assert "/api/comparisons" in one.page.inner_text("main")
    if AXE.is_file():
        # the policy forbids inline scripts, and axe is handed over by the test: evaluate is not inline
        assert serious(one.page) == []
