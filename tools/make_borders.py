"""Write the borders that borderflow ships, drawn after United Nations practice.

Build-time only. Needs shapely >= 2.1 and the file ``world_map.gpkg`` of Debian's package ``qgis-common``
(3.22.16 was used), which need not be installed. Its fields and lines are those of Natural Earth's 1:10m provinces,
which are in the public domain; the package's own copyright file does not list it.

    apt-get download qgis-common && dpkg-deb -x qgis-common_*.deb qgis
    python tools/make_borders.py $(find qgis -name world_map.gpkg)

Natural Earth draws who holds the ground. All provinces are cut from one file, given to countries as in ``UNITS`` and
``PARTED`` below, and simplified together as one coverage, so that neighbours keep identical edges. Edges are then
sorted into coasts, boundaries, disputed lines and province lines by who lies on either side.
The same source and the same GEOS give the same bytes. Run after ``make_gazetteer.py``, which writes countries.csv.
"""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
import struct
import sys
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from shapely import Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon, STRtree

DATA = Path(__file__).parent.parent / "src" / "borderflow" / "data"

REGION = shapely.box(-20, 5, 180, 82)
LEFT_OUT = {"US", "UM", "GU", "MP", "MH", "FM", "PW", "GL"}  # islands at its edge
CUT = 179.89  # degrees east; the source cuts Chukotka at 179.9, and that edge is no coast
TOLERANCE = 0.03  # degrees; triangles below its square are removed (Visvalingam-Whyatt)
DECIMALS = 3
SMALLEST_ISLAND = 0.012  # square degrees, some 100 km2 in the middle of the map; a country's largest part always stays
NEAR_DISPUTED = 0.04  # degrees; an edge this close to a disputed line is that line
SHORTEST_DISPUTED = 0.1  # degrees; shorter remainders are slips between the two sources of line
WITH_PROVINCES = frozenset({"RU", "UA", "GE", "KZ", "FI", "NO", "EE", "LV", "MN", "AZ"})

# Units without an ISO code, or held apart, by their Natural Earth code: whom they belong to on this map.
UNITS = {
    "KAB": "KZ",  # Baikonur, leased to Russia
    "CYN": "CY",  # northern Cyprus; its line is drawn as disputed
    "WSB": "CY",  # British bases on Cyprus, too small to show
    "ESB": "CY",
    "SOL": "SO",  # Somaliland
    "KAS": "XX",  # Siachen: status not agreed upon
}
UNDETERMINED = {"XX": "Status not determined"}
# Neighbours whose common edge is not agreed upon; between India and Pakistan the Line of Control, from here northward.
DISPUTED_PAIRS = {frozenset(pair) for pair in (("XK", "RS"), ("EH", "MA"), ("IL", "SY"), ("CN", "IN"))}
LINE_OF_CONTROL_PAIR, LINE_OF_CONTROL_FROM = frozenset({"IN", "PK"}), 32.3
# Lines of Natural Earth (name, whose ground) that the United Nations do not draw, that events have overtaken, or that
# were never more than a line of contact.
NOT_DRAWN = {
    ("Ukrainian claim", "UKR"),
    ("Ceasefire Line 1994", "AZE"),
    ("Former USSR oblast in 1991", "AZE"),
    ("Pakistani claim", "IND"),
    ("Indian claim", "PAK"),
    ("Portuguese claim", "ESP"),
}
# Ground to part from its holder along a line of Natural Earth: holder -> line, a point beyond it, whose ground that is.
PARTED = {"IL": ("Syrian claim", Point(35.78, 33.0), "SY"), "MA": ("Western Saharan claim", Point(-13.0, 26.5), "EH")}

DISCLAIMER = (
    "Borders, names and shading on this map are there for orientation. They express no opinion, and imply neither "
    "endorsement nor acceptance, by the authors or by anyone using the map, about the legal status of any country, "
    "territory, city or area, about its authorities, or about where its borders run. Dashed lines mark borders that "
    "are disputed or not finally settled. Crimea and Sevastopol are shown as part of Ukraine (General Assembly "
    "resolution 68/262), Abkhazia and South Ossetia as part of Georgia, the Golan Heights as part of Syria, Western "
    "Sahara as a territory of its own; Kosovo is to be read in the context of Security Council resolution 1244 (1999). "
    "In Jammu and Kashmir the dashed line is roughly the Line of Control; its final status has not been agreed upon "
    "by the parties. Lines are simplified and must not be used for navigation or for judging where a point lies "
    "within some 5 km of a border."
)
SOURCES = [
    {
        "name": "Natural Earth 1:10m provinces and disputed lines, as packed in QGIS 3.22 (world_map.gpkg)",
        "licence": "public domain",
        "changes": "regrouped after United Nations practice, cut to the region, simplified",
    },
    {
        "name": "GeoNames (country names)",
        "licence": "CC BY 4.0",
        "changes": "some short names after United Nations usage",
    },
]

Segment = tuple[tuple[float, float], tuple[float, float]]


def read_layer(gpkg: Path, layer: str) -> list[tuple[dict[str, Any], Geometry]]:
    with sqlite3.connect(f"file:{gpkg}?mode=ro", uri=True) as db:
        db.row_factory = sqlite3.Row
        rows = [dict(row) for row in db.execute(f'SELECT * FROM "{layer}" ORDER BY fid')]
    return [(row, parse_geometry(row["geom"])) for row in rows]


def parse_geometry(blob: bytes) -> Geometry:
    """Geometry of a GeoPackage: a header with an envelope of known length, then well-known binary."""
    envelope_bytes = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[blob[3] >> 1 & 7]
    magic, _, _, _ = struct.unpack_from("<2sBBi", blob)
    assert magic == b"GP"
    return shapely.from_wkb(blob[8 + envelope_bytes :])


def keeper(province: dict[str, Any]) -> str:
    """Country (ISO 3166-1 alpha-2) of a province on this map."""
    if (province["fips"] or "") in ("UP11", "UP20"):  # Crimea and Sevastopol, with Russia in the source
        return "UA"
    return UNITS.get(province["adm0_a3"], province["iso_a2"])


def read_units(gpkg: Path, disputed: dict[str, Geometry]) -> list[tuple[str, str, Geometry]]:
    """(country, province or '', polygons): provinces where they will be drawn, else whole countries."""
    pieces = defaultdict(list)
    for row, shape in read_layer(gpkg, "states_provinces"):
        country = keeper(row)
        apart = country in WITH_PROVINCES or row["adm0_a3"] == "CYN"
        pieces[country, str(row["fid"]) if apart else ""].append(shape)
    for country in ("-1", *LEFT_OUT):
        del pieces[country, ""]
    for holder in PARTED:
        inside, beyond = part_ground(holder, shapely.coverage_union_all(pieces[holder, ""]), disputed)
        pieces[holder, ""] = inside
        pieces[PARTED[holder][2], ""] += beyond
    shapes = {key: main_parts(shapely.coverage_union_all(parts)) for key, parts in pieces.items()}
    return [(*key, shape) for key, shape in sorted(shapes.items(), key=lambda item: item[0]) if not shape.is_empty]


def part_ground(holder: str, shape: Geometry, disputed: dict[str, Geometry]) -> tuple[list[Polygon], list[Polygon]]:
    name, beyond, _ = PARTED[holder]
    line = shapely.line_merge(disputed[name])
    corners = shapely.MultiPoint(shapely.get_coordinates(shape))
    ends = [shapely.shortest_line(Point(line.coords[end]), corners).coords[1] for end in (0, -1)]
    line = LineString([ends[0], *line.coords[1:-1], ends[1]])  # on corners, so that neighbours need no new ones
    parts = shapely.get_parts(shapely.polygonize([shapely.union_all([shape.boundary, line])]))
    parts = [part for part in parts if shape.covers(part.point_on_surface())]
    moved = [part for part in parts if part.covers(beyond)]
    assert len(moved) == 1 and moved[0].area < shape.area * 0.75, f"{name} does not part {holder}"
    return [part for part in parts if part is not moved[0]], moved


def main_parts(shape: Geometry) -> MultiPolygon:
    """Polygons whose middle lies in the region (the far side of the antimeridian and overseas parts fall away)."""
    return MultiPolygon([part for part in shapely.get_parts(shape) if REGION.contains(part.centroid)])


def drop_islands(units: list[tuple[str, str, Geometry]]) -> list[tuple[str, str, Geometry]]:
    by_country = defaultdict(list)
    for country, _, shape in units:
        by_country[country].append(shape)
    largest = {
        country: max(shapely.get_parts(shapely.coverage_union_all(shapes)), key=lambda part: part.area)
        for country, shapes in by_country.items()
    }
    land = shapely.get_parts(shapely.coverage_union_all([shape for _, _, shape in units]))
    tree = STRtree(land)
    kept = []
    for country, province, shape in units:
        parts = []
        for part in shapely.get_parts(shape):
            inner = part.point_on_surface()
            mass = land[tree.query(inner, predicate="within")[0]]
            if mass.area >= SMALLEST_ISLAND or mass.covers(largest[country].point_on_surface()):
                parts.append(part)
        if parts:
            kept.append((country, province, MultiPolygon(parts)))
    return kept


def simplify(units: list[tuple[str, str, Geometry]]) -> list[tuple[str, str, Geometry]]:
    shapes = shapely.coverage_simplify([shape for _, _, shape in units], TOLERANCE)
    rounded = [shapely.transform(shape, lambda xy: xy.round(DECIMALS)) for shape in shapes]
    rounded = [shape if shape.is_valid else uncross(shape) for shape in rounded]
    assert shapely.coverage_is_valid(rounded), "rounding pulled neighbours apart"
    return [(country, province, shape) for (country, province, _), shape in zip(units, rounded, strict=True)]


def uncross(shape: Geometry) -> Geometry:
    """Polygons without the crossings that rounding makes in straits narrower than its step."""
    parts = shapely.get_parts(shapely.make_valid(shape))
    return MultiPolygon([part for part in parts if part.geom_type == "Polygon"])


def segments(shape: Geometry) -> Iterable[Segment]:
    for polygon in shapely.get_parts(shape):
        for ring in (polygon.exterior, *polygon.interiors):
            points = [(x, y) for x, y in ring.coords]
            for a, b in pairwise(points):
                yield (a, b) if a <= b else (b, a)


def sort_edges(units: list[tuple[str, str, Geometry]], disputed: dict[str, Geometry]) -> dict[str, list[Segment]]:
    """Edges by kind: coast, boundary, disputed, or the country whose provinces they part."""
    sides: dict[Segment, list[str]] = defaultdict(list)
    for country, _, shape in units:
        for segment in segments(shape):
            sides[segment].append(country)
    zone = shapely.union_all(list(disputed.values())).buffer(NEAR_DISPUTED)
    shapely.prepare(zone)
    kinds = defaultdict(list)
    for segment, countries in sorted(sides.items()):
        pair = frozenset(countries)
        if len(countries) == 1:
            if segment[0][0] < CUT:
                kinds["coast"].append(segment)
        elif is_disputed_pair(pair, segment) or zone.contains(LineString(segment)):
            kinds["disputed"].append(segment)
        elif len(pair) == 2:
            kinds["boundary"].append(segment)
        else:
            kinds[countries[0]].append(segment)
    return kinds


def is_disputed_pair(pair: frozenset[str], segment: Segment) -> bool:
    control = pair == LINE_OF_CONTROL_PAIR and min(segment[0][1], segment[1][1]) > LINE_OF_CONTROL_FROM
    return control or pair in DISPUTED_PAIRS or "XX" in pair or pair == {"CY"}


def lines_of(edges: list[Segment] | Geometry) -> list[list[list[float]]]:
    """Polylines of joined edges, in a fixed order and direction."""
    merged = shapely.line_merge(MultiLineString(edges) if isinstance(edges, list) else edges)
    lines = []
    for line in shapely.get_parts(merged):
        points = without_repeats(line)
        if len(points) > 1:
            lines.append(min(points, points[::-1]))
    return sorted(lines)


def without_repeats(line: Geometry) -> list[list[float]]:
    points = [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in line.coords]
    return points[:1] + [point for before, point in pairwise(points) if point != before]


def disputed_lines(kinds: dict[str, list[Segment]], disputed: dict[str, Geometry]) -> list[list[list[float]]]:
    """Disputed edges of the coverage, and what the source draws elsewhere, across countries."""
    edges = kinds["disputed"]
    elsewhere = shapely.union_all(list(disputed.values())).simplify(TOLERANCE / 3)
    near = elsewhere.buffer(2 * NEAR_DISPUTED)
    shapely.prepare(near)
    drawn = [edge for edge in edges + kinds["boundary"] + kinds["coast"] if near.intersects(LineString(edge))]
    rest = shapely.line_merge(elsewhere.difference(MultiLineString(drawn).buffer(NEAR_DISPUTED)))
    whole = [line for line in shapely.get_parts(rest) if line.length > SHORTEST_DISPUTED]
    return sorted(lines_of(edges) + lines_of(MultiLineString(whole)))


def rings_of(shapes: list[Geometry]) -> list[list[list[float]]]:
    """Outer rings counter-clockwise, each followed by its holes, clockwise."""
    whole = shapely.orient_polygons(shapely.normalize(shapely.coverage_union_all(shapes)))
    rings = [without_repeats(ring) for part in shapely.get_parts(whole) for ring in (part.exterior, *part.interiors)]
    return [ring for ring in rings if len(ring) > 3]  # rounding closes the tiniest


def build(gpkg: Path) -> dict[str, Any]:
    lines = defaultdict(list)
    for row, line in read_layer(gpkg, "disputed_borders"):
        if (row["name"], row["adm0_a3_l"]) not in NOT_DRAWN and line.intersects(REGION):
            lines[row["name"]].append(line)
    disputed = {name: shapely.union_all(parts) for name, parts in lines.items()}
    units = simplify(drop_islands(read_units(gpkg, disputed)))
    kinds = sort_edges(units, disputed)
    with (DATA / "countries.csv").open(encoding="utf-8", newline="") as table:
        names = {row["iso2"]: row["name"] for row in csv.DictReader(table)} | UNDETERMINED
    shapes = defaultdict(list)
    for country, _, shape in units:
        shapes[country].append(shape)
    return {
        "disclaimer": DISCLAIMER,
        "sources": SOURCES,
        "countries": [{"id": iso, "name": names[iso], "rings": rings_of(shapes[iso])} for iso in sorted(shapes)],
        "boundaries": lines_of(kinds["boundary"]),
        "disputed": disputed_lines(kinds, disputed),
        "coast": lines_of(kinds["coast"]),
        "admin1": [{"country": iso, "lines": lines_of(kinds[iso])} for iso in sorted(WITH_PROVINCES)],
    }


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} world_map.gpkg")
    borders = build(Path(sys.argv[1]))
    text = json.dumps(borders, ensure_ascii=False, separators=(",", ":"))
    packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    (DATA / "borders.json.gz").write_bytes(packed)
    sizes = {key: round(len(json.dumps(value)) / 1e3) for key, value in borders.items()}
    print(f"{len(borders['countries'])} countries, {len(packed) / 1e3:.0f} kB; in kB before packing: {sizes}")


if __name__ == "__main__":
    main()
