"""The gazetteer, distances, clocks and borders as shipped."""

import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borderflow import places
from borderflow.errors import UsageError
from borderflow.places import country_name, find_places, great_circle_km, iso3, load_borders, load_gazetteer

DATA = files("borderflow") / "data"
LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


# Distances ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("here", "there", "ellipsoid_km"),
    [
        # Geodesics on WGS 84; a sphere is within 0.6 % of them.
        ((55.7558, 37.6173), (59.9343, 30.3351), 634.5),  # Moscow, St Petersburg
        ((51.5074, -0.1278), (40.7128, -74.0060), 5585.2),  # London, New York
        ((0.0, 0.0), (0.0, 180.0), 20003.9),  # antipodes, over a pole
        ((0.0, 179.5), (0.0, -179.5), 111.32),  # across the antimeridian
    ],
)
def test_distances_agree_with_geodesics(here, there, ellipsoid_km):
    assert great_circle_km(*here, *there) == pytest.approx(ellipsoid_km, rel=0.006)


def test_distance_of_a_quarter_meridian_is_exact():
    assert great_circle_km(0, 0, 90, 0) == pytest.approx(places.EARTH_RADIUS_KM * np.pi / 2, rel=1e-12)


def test_distances_broadcast():
    assert great_circle_km([[41.7], [43.0]], 44.8, [55.7, 59.9, 56.8], [37.6, 30.3, 60.6]).shape == (2, 3)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_distance_is_symmetric_and_bounded(lat1, lon1, lat2, lon2):
    there = float(great_circle_km(lat1, lon1, lat2, lon2))
    assert there == pytest.approx(float(great_circle_km(lat2, lon2, lat1, lon1)), abs=1e-6)
    assert 0 <= there <= np.pi * places.EARTH_RADIUS_KM + 1e-6


# Names --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found", "country"),
    [
        ("Тбилиси", "Tbilisi", "GE"),
        ("თბილისი", "Tbilisi", "GE"),
        ("Владикавказ", "Vladikavkaz", "RU"),
        ("Харків", "Kharkiv", "UA"),
        ("Харьков", "Kharkiv", "UA"),
        ("Алма-Ата", "Almaty", "KZ"),
        ("Орал", "Oral", "KZ"),
        ("Helsingfors", "Helsinki", "FI"),
        ("LAPPEENRANTA", "Lappeenranta", "FI"),
        ("jyvaskyla", "Jyväskylä", "FI"),
        ("Tromso", "Tromsø", "NO"),
        ("Երևան", "Yerevan", "AM"),
        ("دمشق", "Damascus", "SY"),
        ("Lodz", "Łódź", "PL"),
        ("Улан-Батор", "Ulan Bator", "MN"),
        ("Simferopol", "Simferopol", "UA"),
    ],
)
def test_exact_names_in_many_scripts(asked, found, country):
    first = find_places(asked)[0]
    assert (first.place.name, first.place.country, first.score) == (found, country, 1)


def test_matched_name_is_the_spelling_that_fitted():
    assert find_places("тбилиси")[0].matched_name == "Тбилиси"


def test_same_names_are_all_offered_and_the_largest_comes_first():
    donetsk = [c for c in find_places("Donetsk") if c.score == 1]
    assert [c.place.country for c in donetsk] == ["UA", "RU"]
    assert donetsk[0].place.population > donetsk[1].place.population
    assert find_places("Donetsk", country="ru")[0].place.country == "RU"
    assert all(c.place.country == "RU" for c in find_places("Donetsk", country="RU", limit=20))


@pytest.mark.parametrize(
    ("asked", "found"), [("Владикавказе", "Vladikavkaz"), ("Helsnki", "Helsinki"), ("Tblisii", "Tbilisi")]
)
def test_close_names_are_offered_below_exact_ones(asked, found):
    best = find_places(asked)[0]
    assert best.place.name == found
    assert best.score < 0.95


def test_scores_fall_and_the_limit_holds():
    scores = [c.score for c in find_places("Petropavlovsk", limit=12)]
    assert len(scores) == 12
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


@pytest.mark.parametrize("asked", ["", " - ", "qqxzzvwk"])
def test_nothing_is_offered_for_nonsense(asked):
    assert find_places(asked) == []


def test_arguments_that_do_not_fit_are_explained():
    with pytest.raises(UsageError, match="did you mean 'GE'"):
        find_places("Tbilisi", country="Georgia")
    with pytest.raises(UsageError, match="limit"):
        find_places("Tbilisi", limit=0)


def test_lookups_are_fast_once_loaded():
    find_places("warm up")
    asked = ["Екатеринбург", "Ekaterinbrug", "თბილისი", "Przemysl", "Verkhny Lars"] * 4
    started = time.process_time()
    for name in asked:
        find_places(name)
    assert (time.process_time() - started) / len(asked) < 0.05


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing_more(text):
    once = places.normalise_name(text)
    assert once == once.strip()
    assert places.normalise_name(once) == once


# The gazetteer ------------------------------------------------------------------------------------------------------


def test_every_record_is_sound():
    gazetteer = load_gazetteer()
    assert len(gazetteer) > 50_000
    assert len({place.geonameid for place in gazetteer}) == len(gazetteer)
    assert all(-90 <= place.latitude <= 90 and -180 <= place.longitude <= 180 for place in gazetteer)
    assert {len(country_name(place.country)) > 2 for place in gazetteer} == {True}
    for zone in {place.time_zone for place in gazetteer}:
        places.local_hour_offset(zone, datetime(2022, 9, 21, tzinfo=UTC))


def test_countries_near_the_conflict_are_covered_in_detail():
    held = Counter(place.country for place in load_gazetteer() if place.population >= 500)
    assert held["UA"] > 5_000 and held["RU"] > 5_000 and held["GE"] > 150 and held["KZ"] > 250


def test_crimea_is_ukrainian_in_the_gazetteer():
    crimea = [p for p in load_gazetteer() if 44.3 < p.latitude < 45.9 and 32.4 < p.longitude < 36.6]
    assert len(crimea) > 300
    assert {p.country for p in crimea} == {"UA"}
    simferopol, sevastopol = (find_places(name)[0].place for name in ("Симферополь", "Севастополь"))
    assert (simferopol.country, simferopol.admin1) == ("UA", "11")
    assert (sevastopol.country, sevastopol.admin1) == ("UA", "20")


@pytest.mark.parametrize("name", ["Sukhumi", "Сухуми", "Tskhinvali", "Цхинвал"])
def test_abkhazia_and_south_ossetia_are_georgian_in_the_gazetteer(name):
    assert find_places(name)[0].place.country == "GE"


def test_countries_are_named():
    assert (country_name("TR"), iso3("ua"), iso3("XK")) == ("Türkiye", "UKR", "XKX")
    with pytest.raises(UsageError, match="did you mean 'FI'"):
        iso3("FIN")


# Clocks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "when", "hours"),
    [
        ("Europe/Moscow", datetime(2022, 7, 1, tzinfo=UTC), 3),
        ("Asia/Tbilisi", datetime(2022, 9, 21, tzinfo=UTC), 4),
        ("Asia/Kathmandu", datetime(2022, 1, 1, tzinfo=UTC), 5.75),
        ("Europe/Helsinki", datetime(2022, 10, 30, 0, 59, tzinfo=UTC), 3),  # the last minute of summer time
        ("Europe/Helsinki", datetime(2022, 10, 30, 1, 0, tzinfo=UTC), 2),
        ("Europe/Warsaw", datetime(2022, 3, 27, 0, 59, tzinfo=UTC), 1),
        ("Europe/Warsaw", datetime(2022, 3, 27, 1, 0, tzinfo=UTC), 2),
        ("Asia/Almaty", datetime(2024, 2, 29, 12, tzinfo=UTC), 6),  # the day before Kazakhstan moved to one clock
        ("Asia/Almaty", datetime(2024, 3, 1, 12, tzinfo=UTC), 5),
    ],
)
def test_clocks_follow_daylight_saving(zone, when, hours):
    assert places.local_hour_offset(zone, when) == hours


def test_clock_errors_say_what_is_wanted():
    with pytest.raises(UsageError, match="did you mean 'Asia/Tbilisi'"):
        places.local_hour_offset("Asia/Tiblisi", datetime(2022, 9, 21, tzinfo=UTC))
    with pytest.raises(UsageError, match="time_zone"):
        places.local_hour_offset("Europe", datetime(2022, 9, 21, tzinfo=UTC))
    with pytest.raises(UsageError, match="UTC"):
        places.local_hour_offset("Asia/Tbilisi", datetime(2022, 9, 21))


# Borders ------------------------------------------------------------------------------------------------------------


def rings_around(latitude, longitude):
    """Countries whose rings go around a point an odd number of times."""
    return {
        country["id"] for country in load_borders()["countries"] if is_inside(country["rings"], latitude, longitude)
    }


def is_inside(rings, latitude, longitude):
    crossed = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > latitude) != (y2 > latitude) and longitude < x1 + (latitude - y1) / (y2 - y1) * (x2 - x1):
                crossed += 1
    return crossed % 2 == 1


def edges(country):
    return {
        frozenset((tuple(a), tuple(b)))
        for entry in load_borders()["countries"]
        if entry["id"] == country
        for ring in entry["rings"]
        for a, b in pairwise(ring)
    }


def drawn(lines):
    return [frozenset((tuple(a), tuple(b))) for line in lines for a, b in pairwise(line)]


@pytest.mark.parametrize(
    ("where", "latitude", "longitude", "country"),
    [
        ("Simferopol", 44.957, 34.110, "UA"),
        ("Sevastopol", 44.58, 33.56, "UA"),
        ("Kerch", 45.34, 36.42, "UA"),
        ("Donetsk", 48.02, 37.80, "UA"),
        ("Taman peninsula", 45.05, 37.3, "RU"),
        ("Kaliningrad", 54.71, 20.51, "RU"),
        ("Anadyr", 64.73, 177.4, "RU"),
        ("Sukhumi", 43.02, 41.01, "GE"),
        ("Tskhinvali", 42.225, 43.97, "GE"),
        ("Laayoune", 27.15, -13.19, "EH"),
        ("Dakhla road", 24.0, -15.5, "EH"),
        ("northern Nicosia", 35.25, 33.35, "CY"),
        ("Hargeisa", 9.56, 44.06, "SO"),
        ("Golan", 33.0, 35.8, "SY"),
        ("Pristina", 42.66, 21.16, "XK"),
        ("Baikonur", 45.63, 63.3, "KZ"),
        ("Nakhchivan", 39.21, 45.41, "AZ"),
    ],
)
def test_places_lie_where_the_united_nations_draw_them(where, latitude, longitude, country):
    assert rings_around(latitude, longitude) == {country}, where


def test_no_ring_of_russia_touches_crimea():
    russia = next(country for country in load_borders()["countries"] if country["id"] == "RU")
    inside = [(x, y) for ring in russia["rings"] for x, y in ring if 32 < x < 36.55 and 44 < y < 46]
    assert inside == []


@pytest.mark.parametrize(
    "pair", ["RU UA", "RU GE", "RU KZ", "RU FI", "RU EE", "RU MN", "UA PL", "RS XK", "EH MA", "IL SY"]
)
def test_neighbours_share_their_border(pair):
    one, other = pair.split()
    assert len(edges(one) & edges(other)) >= 1


def test_the_large_cities_of_the_region_lie_in_their_country():
    wrong = [
        place.name
        for place in load_gazetteer()
        if place.population > 250_000
        and place.country in {"RU", "UA", "GE", "KZ", "FI", "BY", "AZ", "AM", "MN", "LV", "PL", "TR"}
        and place.country not in (around := rings_around(place.latitude, place.longitude))
        and around
    ]
    assert wrong == []


def test_lines_are_the_edges_of_the_rings_once_each():
    borders = load_borders()
    sides = defaultdict(set)
    for country in borders["countries"]:
        for edge in edges(country["id"]):
            sides[edge].add(country["id"])
    between = {edge for edge, countries in sides.items() if len(countries) == 2}
    boundaries, disputed, coast = (drawn(borders[kind]) for kind in ("boundaries", "disputed", "coast"))
    assert len(boundaries) == len(set(boundaries))
    assert set(boundaries) <= between
    assert between <= set(boundaries) | set(disputed)
    assert not set(boundaries) & set(disputed)
    assert not set(coast) & between


def test_borders_not_recognised_by_both_sides_are_dashed():
    dashed = set(drawn(load_borders()["disputed"]))
    for one, other in (("RS", "XK"), ("EH", "MA"), ("IL", "SY")):
        assert edges(one) & edges(other) <= dashed
    georgian = [line for line in load_borders()["disputed"] if all(39.9 < x < 45 and 41.9 < y < 43.7 for x, y in line)]
    assert any(x < 42.2 for line in georgian for x, _ in line)  # along the Inguri
    assert any(abs(x - 43.9) < 0.3 and abs(y - 42.1) < 0.2 for line in georgian for x, y in line)  # south of Tskhinvali


def test_no_line_runs_across_the_map():
    borders = load_borders()
    lines = [*borders["boundaries"], *borders["disputed"], *borders["coast"]]
    lines += [line for country in borders["admin1"] for line in country["lines"]]
    lines += [ring for country in borders["countries"] for ring in country["rings"]]
    longest = max(abs(a[0] - b[0]) for line in lines for a, b in pairwise(line))
    assert longest < 10  # the Sahara has straight borders of some 8 degrees
    assert all(-30 < x <= 180 and -5 < y < 84 for line in lines for x, y in line)


def test_the_cut_at_the_antimeridian_is_no_coast():
    assert [
        e for e in drawn(load_borders()["coast"]) if all(x > 179.8 for x, _ in e) and len({x for x, _ in e}) == 1
    ] == []


def test_rings_are_closed_and_countries_named():
    borders = load_borders()
    for country in borders["countries"]:
        assert len(country["id"]) == 2 and country["name"] and country["rings"]
        assert all(ring[0] == ring[-1] and len(ring) > 3 for ring in country["rings"])
    assert {entry["country"] for entry in borders["admin1"]} == {
        "RU",
        "UA",
        "GE",
        "KZ",
        "FI",
        "NO",
        "EE",
        "LV",
        "MN",
        "AZ",
    }
    assert "68/262" in borders["disclaimer"] and "endorsement" in borders["disclaimer"]


# Files --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "largest"), [("gazetteer.csv.gz", 5_000_000), ("borders.json.gz", 700_000)])
def test_files_are_small_and_hold_no_time_stamp(name, largest):
    packed = (DATA / name).read_bytes()
    assert len(packed) < largest
    assert packed[4:8] == b"\0\0\0\0"  # the time of packing
    assert packed[3] == 0  # no file name


def test_gazetteer_is_sorted():
    ids = [place.geonameid for place in load_gazetteer()]
    assert ids == sorted(ids)


def test_borders_are_in_a_fixed_order():
    borders = load_borders()
    assert [c["id"] for c in borders["countries"]] == sorted(c["id"] for c in borders["countries"])
    for lines in (borders["boundaries"], borders["disputed"], borders["coast"]):
        assert lines == sorted(lines)
        assert all(line <= line[::-1] for line in lines)


def test_importing_reads_no_table():
    script = (
        "import sys; sys.addaudithook(lambda event, args: event == 'open' and 'borderflow/data' in str(args[0]) "
        "and sys.exit('read ' + str(args[0])));"
        "from borderflow import places;"
        "assert not places.load_gazetteer.cache_info().currsize; assert 'pandas' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert done.returncode == 0, done.stderr


def test_tables_are_read_once():
    assert load_gazetteer() is load_gazetteer()
    assert load_borders() is load_borders()


def test_all_names_what_is_public():
    assert sorted(places.__all__) == sorted(
        name
        for name, value in vars(places).items()
        if not name.startswith("_") and (getattr(value, "__module__", "") == places.__name__ or name.isupper())
    )
