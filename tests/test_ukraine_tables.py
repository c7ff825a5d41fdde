"""The hand-curated tables of scenarios/ukraine-2022 agree with each other and with the evidence."""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import borderflow as bf
from borderflow.ledger import read_ledger
from borderflow.places import great_circle_km
from borderflow.routes import detour_factors

FOLDER = Path(__file__).parent.parent / "scenarios" / "ukraine-2022"


def read(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CLAIMS = {row["id"]: row for row in read("evidence")}


@pytest.fixture(scope="module")
def scenario():
    return bf.load("ukraine-2022")


def known_by(day):
    return [row for row in CLAIMS.values() if row["known_on"] <= day]


def test_every_row_names_its_source_and_every_claim_exists(scenario):
    for row in (*scenario.places, *scenario.lanes, *scenario.links, *scenario.baseline):
        for claim in re.findall(r"\b[UP]\d{3}\b", row.source + getattr(row, "figure", "")):
            assert claim in CLAIMS, row
    for parameter in scenario.parameters.values():
        assert all(claim in CLAIMS for claim in re.findall(r"\b[UP]\d{3}\b", parameter.source)), parameter.source


def test_the_38_posts_of_the_list(scenario):
    posts = [place for place in scenario.places if place.kind == "crossing"]
    numbers = [re.search(r"UX\d\d", place.source) for place in posts]
    assert sorted(found.group() for found in numbers if found) == [f"UX{n:02d}" for n in range(1, 39)]
    lanes = {lane.crossing for lane in scenario.lanes}
    assert {"kuchurhan"} == {p.id for p in posts if p.id not in lanes and scenario.place(p.gateway).country == "UA"}


def test_residents_are_those_of_the_ledger(scenario):
    origins = [place for place in scenario.places if place.kind == "origin"]
    assert len(origins) == 25
    assert not any(place.region in ("UA-43", "UA-40") for place in origins)
    for place in origins:
        claim = re.search(r"U\d{3}", place.source).group()
        assert place.population == float(CLAIMS[claim]["value"])
    # the country without Crimea a year later, U029
    assert sum(place.population for place in origins) == pytest.approx(float(CLAIMS["U029"]["value"]), rel=0.02)


def test_every_lane_out_can_be_reached(scenario):
    reached = {(link.to, link.mode) for link in scenario.links}
    assert all((lane.crossing, lane.mode) in reached for lane in scenario.lanes if lane.direction == "out")
    for link in scenario.links:
        start, end = scenario.place(link.from_), scenario.place(link.to)
        assert link.km >= 0.98 * great_circle_km(start.lat, start.lon, end.lat, end.lon), link.id


def test_ordinary_traffic_fits_its_lane_and_the_total(scenario):
    lanes = {(lane.crossing, lane.direction, lane.mode): lane for lane in scenario.lanes}
    persons = {"car": 3.5, "bus": 45}
    for row in scenario.baseline:
        lane = lanes[row.place, row.direction, row.mode]
        busiest = row.persons_per_day * max(row.weekdays) / persons.get(row.mode, 1)
        assert busiest < min(lane.exit_per_day, lane.entry_per_day), row
    posts = {place.id: scenario.place(place.gateway).country for place in scenario.places if place.kind == "crossing"}
    both_ways = sum(row.persons_per_day for row in scenario.baseline if posts[row.place] == "UA")
    assert both_ways == pytest.approx(float(CLAIMS["U030"]["value"]), rel=0.05)


def test_a_post_can_pass_what_it_is_known_to_have_passed(scenario):
    persons = {"car": scenario.value("car_occupancy"), "bus": scenario.value("bus_occupancy")}
    passed = {"yahodyn": "U168", "rava-ruska": "U221", "uzhhorod": "U146", "malyi-bereznyi": "U145",
              "mali-selmentsi": "U147", "mostyska-rail": "U234", "orlivka": "U238"}  # fmt: skip
    for post, claim in passed.items():
        lanes = [lane for lane in scenario.lanes if lane.crossing == post and lane.direction == "out"]
        able = sum(lane.exit_per_day * persons.get(lane.mode, 1) for lane in lanes)
        assert 1 <= able / float(CLAIMS[claim]["value"]) < 1.5, post
    poland = [
        lane for lane in scenario.lanes if lane.direction == "out" and scenario.place(lane.crossing).country == "PL"
    ]
    assert sum(lane.exit_per_day * persons.get(lane.mode, 1) for lane in poland) > 0.95 * float(CLAIMS["U321"]["value"])


def test_detour_factors_are_plausible(scenario):
    assert all(1.0 < factor < 1.65 for factor in detour_factors(scenario).values())


def test_what_was_known_on_a_day_holds_no_later_vintage():
    """The portal's figure for 24 February: 79,208 on 5 March, 85,787 on the evening of the 6th, another one (U059) later."""

    def portal(day):
        rows = [
            r
            for r in known_by(day)
            if (r["country"], r["quantity"], r["date"]) == ("XX", "arrivals_daily", "2022-02-24")
        ]
        return [float(row["value"]) for row in rows]

    assert portal("2022-03-04") == []
    assert portal("2022-03-05") == [79208]
    assert portal("2022-03-06") == [79208, 85787]
    assert set(portal("2022-03-07")) == {79208, 85787, float(CLAIMS["U059"]["value"])}


def test_the_ledger_answers_by_vintage():
    ledger = read_ledger(FOLDER)
    counts = {day: len(ledger.known_by(date.fromisoformat(day))) for day in ("2022-02-23", "2022-03-05", "2022-03-06")}
    assert counts["2022-02-23"] < counts["2022-03-05"] < counts["2022-03-06"] < len(ledger)
    poland = [c for c in ledger.known_by(date(2022, 3, 5)) if c.country == "PL" and c.id.startswith("P")]
    assert [c.value for c in poland] == [756303]  # the portal's figure for the 5th came a day later


def test_ledger_ids_are_unique_and_nothing_in_it_is_known_later():
    assert max(Counter(row["id"] for row in read("evidence")).values()) == 1
    assert sum(claim.startswith("U") for claim in CLAIMS) == 331
    assert all(date.fromisoformat(row["known_on"]) <= date(2022, 3, 7) for row in CLAIMS.values())
    assert all(row["date"] <= "2022-03-06" for row in CLAIMS.values())
