"""The hand-curated tables of scenarios/russia-2022 agree with each other and with the evidence."""

import csv
import math
import re
from collections import defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

FOLDER = Path(__file__).parent.parent / "scenarios" / "russia-2022"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED = {"yarag-kazmalyar", "syvyaoro"}
SUNDAY_CARS = [("torfyanovka", "E069"), ("brusnichnoye", "E067"), ("svetogorsk", "E068")]
SOUTH_EAST_FINLAND = ("torfyanovka", "brusnichnoye", "svetogorsk")


def read(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PLACES, LANES, LINKS, BASELINE = (read(name) for name in ("places", "lanes", "links", "baseline"))
PLACE = {row["id"]: row for row in PLACES}
CLAIMS = {row["id"]: row for row in read("evidence")}


def of_kind(kind):
    return [row for row in PLACES if row["kind"] == kind]


def distance_km(a, b):
    lat1, lon1, lat2, lon2 = (math.radians(float(PLACE[p][c])) for p in (a, b) for c in ("lat", "lon"))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(h))


def citizens(direction, *, country=None, posts=None, day=None):
    """Russian citizens a day in a direction, over a country or some posts, in the mean or on one weekday."""
    return sum(
        float(row["persons_per_day"]) * float(row["citizen_share"]) * (float(row[day]) if day else 1)
        for row in BASELINE
        if row["direction"] == direction
        and (country is None or PLACE[row["place"]]["country"] == country)
        and (posts is None or row["place"] in posts)
    )


def known_roads():
    """Known road distances between towns, grouped by the corridor of the gateway they end at."""
    by_corridor = defaultdict(list)
    for row in LINKS:
        if row["id"].startswith("road-"):
            gateway = PLACE[row["to"]]
            by_corridor[gateway["corridor"]].append((distance_km(row["from"], row["to"]), float(row["km"])))
    return by_corridor


def detour_factor(pairs):
    line, road = np.array(pairs).T
    return float(line @ road / (line @ line))


def test_ids_are_unique_slugs():
    for rows, key in ((PLACES, "id"), (LINKS, "id")):
        ids = [row[key] for row in rows]
        assert len(ids) == len(set(ids))
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each) for each in ids)
    services = [row["service"] for row in LINKS if row["service"]]
    assert len(services) == len(set(services))
    for rows, keys in ((LANES, ("crossing", "direction", "mode")), (BASELINE, ("place", "direction", "mode"))):
        found = [tuple(row[key] for key in keys) for row in rows]
        assert len(found) == len(set(found))


def test_kinds_and_numbers_of_places():
    assert {row["kind"] for row in PLACES} == {"origin", "gateway", "crossing", "airport", "hub", "entry"}
    assert len(of_kind("origin")) == 83
    assert len({row["region"] for row in of_kind("origin")}) == 83
    assert not {row["region"] for row in of_kind("origin")} & {"RU-CR", "RU-SEV", "UA-43", "UA-40"}
    assert len(of_kind("crossing")) == 38
    assert len(of_kind("airport")) >= 5
    assert len(of_kind("hub")) >= 6


def test_references_resolve():
    for row in of_kind("crossing"):
        assert PLACE[row["gateway"]]["kind"] == "gateway", row["id"]
    assert all(row["corridor"] for row in of_kind("gateway"))
    assert all(PLACE[row["crossing"]]["kind"] == "crossing" for row in LANES)
    assert all(row["from"] in PLACE and row["to"] in PLACE for row in LINKS)
    assert all(PLACE[row["place"]]["kind"] in ("crossing", "entry") for row in BASELINE)


def test_positions_and_time_zones():
    for row in PLACES:
        lat, lon = float(row["lat"]), float(row["lon"])
        assert 20 < lat < 72, row["id"]
        assert 18 < lon < 180, row["id"]
        ZoneInfo(row["time_zone"])
    for row in of_kind("crossing"):
        assert distance_km(row["id"], row["gateway"]) < 400, row["id"]


def test_populations_and_shares():
    total = sum(int(row["population"]) for row in of_kind("origin"))
    assert total == pytest.approx(144.7e6, rel=0.01)
    for row in of_kind("origin"):
        assert 0 < float(row["visa_share"]) < 0.2
        assert row["access"] in ("road", "air")
        claim = re.search(r"population (E\d+)", row["source"])
        if claim:
            assert float(CLAIMS[claim[1]]["value"]) == float(row["population"])
            assert CLAIMS[claim[1]]["place"] == row["name"]


@pytest.mark.parametrize("rows", [PLACES, LANES, LINKS, BASELINE], ids=["places", "lanes", "links", "baseline"])
def test_every_row_has_a_source_whose_claims_exist(rows):
    for row in rows:
        assert row["source"].strip(), row
        for claim in re.findall(r"\bE\d{3}\b", row["source"] + row.get("figure", "")):
            assert claim in CLAIMS, row


def test_every_open_crossing_has_lanes_with_a_figure():
    lanes = {(row["crossing"], row["direction"], row["mode"]): row for row in LANES}
    for row in of_kind("crossing"):
        post = row["id"]
        assert ((post, "out", "car") in lanes) == (post not in CLOSED)
        assert ((post, "in", "all") in lanes) == (post not in CLOSED)
    for row in LANES:
        assert row["figure"]
        assert float(row["exit_per_day"]) > 0
        assert float(row["entry_per_day"]) > 0
        assert row["unit"] == ("vehicles" if row["mode"] in ("car", "bus") else "persons")
        assert bool(row["opens"]) == bool(row["closes"]) == bool(row["hours_zone"])


def test_every_lane_out_can_be_reached():
    links = {(row["to"], row["mode"]) for row in LINKS}
    assert all((row["crossing"], row["mode"]) in links for row in LANES if row["direction"] == "out")
    for row in LINKS:
        if row["mode"] != "air":
            assert float(row["km"]) >= 0.98 * distance_km(row["from"], row["to"]), row["id"]
        if row["service"]:
            assert float(row["hours"]) > 0
            assert float(row["fare_rub"]) > 0
            assert float(row["seats_per_day"]) > 0


def test_ordinary_traffic_fits_its_lane():
    capacity = {(row["crossing"], row["direction"], row["mode"]): row for row in LANES}
    persons_per_vehicle = {"car": 2.4, "bus": 25}
    for row in BASELINE:
        if PLACE[row["place"]]["kind"] == "crossing":
            lane = capacity[row["place"], row["direction"], row["mode"]]
            busiest = float(row["persons_per_day"]) * max(float(row[day]) for day in DAYS)
            limit = min(float(lane["exit_per_day"]), float(lane["entry_per_day"]))
            assert busiest / persons_per_vehicle.get(row["mode"], 1) < limit, row


def test_weekday_multipliers_have_mean_one():
    for row in BASELINE:
        assert np.mean([float(row[day]) for day in DAYS]) == pytest.approx(1, abs=1e-3)


def test_georgia_agrees_with_the_daily_series():
    entries = {"sat": "E061", "sun": "E065", "mon": "E077", "tue": "E084", "wed": "E097"}
    exits = {"sat": "E064", "sun": "E066", "mon": "E078", "tue": "E085", "wed": "E098"}
    for direction, days in (("out", entries), ("in", exits)):
        for day, claim in days.items():
            assert citizens(direction, country="GE", day=day) == pytest.approx(float(CLAIMS[claim]["value"]), rel=0.05)
    assert citizens("out", country="GE") == pytest.approx(6300, rel=0.05)
    assert citizens("in", country="GE") == pytest.approx(6600, rel=0.05)
    assert citizens("out", posts=["verkhny-lars"]) == pytest.approx(2850, rel=0.06)


def test_finland_agrees_with_the_week_before():
    week = sum(citizens("out", country="FI", day=day) for day in DAYS)
    assert week == pytest.approx(float(CLAIMS["E054"]["value"]), rel=0.05)
    for day, claim in {"wed": "E055", "sat": "E059"}.items():
        assert citizens("out", country="FI", day=day) == pytest.approx(float(CLAIMS[claim]["value"]), rel=0.05)
    for day, claim in {"mon": "E075", "tue": "E083", "wed": "E056", "thu": "E058"}.items():
        found = citizens("out", posts=SOUTH_EAST_FINLAND, day=day)
        assert found == pytest.approx(float(CLAIMS[claim]["value"]), rel=0.05)
    assert citizens("in", country="FI") == pytest.approx(citizens("out", country="FI"), rel=0.05)


@pytest.mark.parametrize(("post", "claim"), SUNDAY_CARS)
def test_cars_on_a_sunday_in_south_east_finland(post, claim):
    (row,) = [row for row in BASELINE if row["place"] == post and row["mode"] == "car"]
    cars = float(row["persons_per_day"]) * float(row["sun"]) / 2.4
    assert cars == pytest.approx(float(CLAIMS[claim]["value"]), rel=0.05)


def test_other_countries_agree_with_the_evidence():
    assert 8500 <= citizens("out", country="KZ") <= 10500  # E051 and E138 contradict each other
    assert citizens("out", country="KZ") == pytest.approx(9300, rel=0.05)
    assert citizens("in", country="KZ") * 7 == pytest.approx(64000, rel=0.05)
    norway = [row for row in BASELINE if row["place"] == "borisoglebsk"]
    for direction in ("out", "in"):
        persons = sum(float(row["persons_per_day"]) for row in norway if row["direction"] == direction)
        assert persons == pytest.approx(55500 / 365 / 2, rel=0.05)
    assert citizens("out", country="EE") * 7 == pytest.approx(float(CLAIMS["E070"]["value"]), rel=0.05)
    assert citizens("out", country="LV") * 9 == pytest.approx(float(CLAIMS["E079"]["value"]), rel=0.05)
    assert citizens("in", country="LV") * 9 == pytest.approx(float(CLAIMS["E080"]["value"]), rel=0.05)


def test_detour_factors_are_plausible():
    roads = known_roads()
    assert set(roads) == {row["corridor"] for row in of_kind("gateway")}
    for corridor, pairs in roads.items():
        assert len(pairs) >= 3, corridor
        assert 1.05 <= detour_factor(pairs) <= 1.6, corridor


def test_air_routes():
    routes = [row for row in LINKS if row["mode"] == "air"]
    assert len({row["from"] for row in routes}) >= 5
    assert len({row["to"] for row in routes}) >= 6
    assert all((PLACE[row["from"]]["kind"], PLACE[row["to"]]["kind"]) == ("airport", "hub") for row in routes)
