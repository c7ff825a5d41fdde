"""Tables of a Flee directory: places, roads, closures, conflicts, period and the optional ones.

Every quirk that changes a result is kept; what Flee would misread without saying so becomes a warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from borderflow.errors import Problem, ScenarioError, suggest
from borderflow.flee.rows import parse_day, read_rows
from borderflow.flee.settings import Settings

__all__ = ["Closure", "Place", "Road", "Tables", "TypeChange", "kind_of", "read_tables"]

FEW = 0.005  # below this chance to leave, Flee takes a place for a camp
_FILES = {
    "locations.csv", "routes.csv", "closures.csv", "conflicts.csv", "sim_period.csv", "registration_corrections.csv",
    "flood_level.csv", "region_attributes_IPC.csv", "major_routes.csv", "agents.csv",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A row of ``locations.csv``; ``population`` and ``capacity`` are divided by ``hasten``."""

    name: str
    region: str
    country: str
    x: float
    y: float
    type: str
    foreign: bool
    population: int
    capacity: int
    conflict_date: int
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Road:
    """One direction of a row of ``routes.csv``, in the order in which Flee makes its links."""

    start: int
    end: int
    km: float
    speed: float | None
    walk_share: float


@dataclass(frozen=True)
class Closure:
    """A row of ``closures.csv``; an end that never comes means for good."""

    kind: str
    first: str
    second: str
    start: int
    end: int
    where: str


@dataclass(frozen=True)
class TypeChange:
    """A row of ``location_changes.csv``."""

    place: int
    type: str
    day: int


@dataclass(frozen=True)
class Tables:
    """Everything of ``input_csv`` but counts."""

    start: date
    days: int
    places: tuple[Place, ...]
    roads: tuple[Road, ...]
    closures: tuple[Closure, ...]
    conflicts: Mapping[int, tuple[float, ...]]  # place -> day
    changes: tuple[TypeChange, ...] = ()
    majors: tuple[tuple[int, ...], ...] = ()  # places along each row of major_routes.csv
    ipc: Mapping[int, tuple[float, ...]] = field(default_factory=dict)  # place -> day, per cent
    flood: Mapping[int, tuple[float, ...]] = field(default_factory=dict)  # place -> day
    groups: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)  # attribute, value, place
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def index(self, name: str) -> int | None:
        """Return the number of a place; the last of two with one name, as in Flee."""
        return next((n for n in range(len(self.places) - 1, -1, -1) if self.places[n].name == name), None)


def kind_of(text: str) -> str:
    """Return what Flee makes of a location type: the first of these words that it contains.

    Examples
    --------
    >>> kind_of("Forwarding_hub"), kind_of("conflict_zone"), kind_of("idpcamp"), kind_of("village")
    ('forward', 'conflict', 'idpcamp', '')
    """
    text = text.lower()
    if "camp" in text:
        return "idpcamp" if "idp" in text else "camp"
    for word, kind in (("conflict", "conflict"), ("forward", "forward"), ("marker", "marker"), ("flood_zone", "flood")):
        if word in text:
            return kind
    return "town" if "default" in text or "town" in text else ""


def read_tables(folder: Path, root: Path, settings: Settings) -> Tables:
    """Read the tables of a directory.

    Parameters
    ----------
    folder : Path
        Where ``locations.csv`` is.
    root : Path
        The directory Flee is started in, for ``location_changes.csv``.
    settings : Settings

    Raises
    ------
    ScenarioError
        With one problem per mistake.
    """
    notes: list[str] = []
    start, days = _read_period(folder / "sim_period.csv")
    places = _read_places(folder / "locations.csv", settings, notes)
    names = {place.name: n for n, place in enumerate(places)}
    flood_mode = settings.flood_zone_spawning_only
    made: dict[str, Any] = {
        "roads": _read_roads(folder / "routes.csv", names, notes),
        "closures": _read_closures(folder / "closures.csv", names, places, notes),
        "conflicts": {},
    }
    if not flood_mode:
        made["conflicts"] = _read_days(folder / "conflicts.csv", names, days, notes)
    if settings.flood_rules is not None or flood_mode:
        made["flood"] = _read_days(folder / "flood_level.csv", names, days, notes)
    if settings.fixed_routes:
        made["majors"] = _read_majors(folder / "major_routes.csv", names, made["roads"])
    made["ipc"] = _read_ipc(folder / "region_attributes_IPC.csv", places, days)
    made["groups"] = _read_groups(folder)
    made["changes"] = _read_changes(root / "location_changes.csv", names)
    if root != folder and (folder / "location_changes.csv").is_file():
        notes.append("location_changes.csv: lies beside the other tables; Flee looks for it in the folder above")
    read = {*_FILES, "location_changes.csv", "simsetting.yml"}
    for path in sorted(folder.glob("*")):
        if path.suffix in (".csv", ".yml") and path.name not in read and not path.name.startswith("demographics_"):
            notes.append(f"{path.name}: Flee does not read this file{suggest(path.name, _FILES)}")
    return Tables(start, days, places, warnings=tuple(notes), **made)


def _one(path: Path, message: str, line: int | None = None, field: str = "") -> ScenarioError:
    return ScenarioError([Problem(f"{path.name}:{line}" if line else path.name, field, message)])


def _read_period(path: Path) -> tuple[date, int]:
    if not path.is_file():
        raise _one(path, f"is not in {path.parent.name}; it has the rows StartDate,YYYY-MM-DD and Length,days")
    known = {cells[0].strip().lower(): (line, cells) for line, cells in read_rows(path) if len(cells) > 1}
    for key in ("startdate", "length"):
        if key not in known:
            raise _one(path, f"has no row {'StartDate,YYYY-MM-DD' if key == 'startdate' else 'Length,days'}")
    line, cells = known["startdate"]
    start = parse_day(cells[1].strip())
    if start is None:
        raise _one(path, f"start is {cells[1]!r}; YYYY-MM-DD would be right", line)
    line, cells = known["length"]
    if not cells[1].strip().isdigit() or not 1 <= int(cells[1]) < 60000:
        raise _one(path, f"length is {cells[1]!r}; a number of days, 1 to 59,999, would be right", line)
    return start, int(cells[1])


def _read_places(path: Path, settings: Settings, notes: list[str]) -> tuple[Place, ...]:
    if not path.is_file():
        raise _one(path, f"is not in {path.parent}; give a Flee directory")
    problems: list[Problem] = []
    extra: list[str] = []
    for line, cells in read_rows(path, comments=False):
        if cells[0].startswith("#") and len(cells) > 8:
            if extra:
                problems.append(Problem(f"{path.name}:{line}", "", "second long comment row; Flee shifts names"))
            extra += cells[8:]
    places: list[Place] = []
    home = ""
    for line, cells in read_rows(path):
        where = f"{path.name}:{line}"
        cells = cells + [""] * (8 - len(cells))
        if len(cells) > 8 + len(extra):
            problems.append(Problem(where, cells[0], "has more cells than the header row that begins with # names"))
            continue
        country = cells[2] or "unknown"
        home = home or country
        kind = kind_of(cells[5])
        numbers: dict[str, float] = {}
        for at, what in ((3, "x"), (4, "y"), (6, "conflict date"), (7, "population or capacity")):
            text = cells[at].strip() or "0"
            try:
                numbers[what] = float(text) if at < 6 else int(text)
            except ValueError:
                if at != 6 or kind == "conflict":
                    problems.append(Problem(where, cells[0], f"{what} is {cells[at]!r}; a number would be right"))
                numbers[what] = 0
        if kind == "conflict" and not cells[6].strip():
            problems.append(Problem(where, cells[0], "a conflict zone needs a date in column 7; 0 for the first day"))
        if kind == "":
            notes.append(f"{where}: {cells[0]}: type {cells[5]!r} is unknown to Flee, which lets everybody leave daily")
        if any(place.name == cells[0] for place in places):
            notes.append(f"{where}: {cells[0]}: name stands twice; Flee joins roads to the last")
        size = int(numbers["population or capacity"]) // settings.hasten
        camp = kind in ("camp", "idpcamp")
        places.append(
            Place(
                name=cells[0],
                region=cells[1] or "unknown",
                country=country,
                x=numbers["x"],
                y=numbers["y"],
                type=kind,
                foreign=country != home,
                population=0 if camp else size,
                capacity=size if camp else -1,
                conflict_date=int(numbers["conflict date"]),
                attributes=dict(zip(extra, cells[8:], strict=False)),
            )
        )
    if not places and not problems:
        problems.append(Problem(path.name, "", "holds no place"))
    if problems:
        raise ScenarioError(problems)
    if settings.default_movechance < FEW:
        notes.append(
            f"{settings.file}: default_movechance: is below {FEW}, with which Flee takes every town for a camp"
        )
    return tuple(places)


def _read_roads(path: Path, names: Mapping[str, int], notes: list[str]) -> tuple[Road, ...]:
    if not path.is_file():
        raise _one(path, f"is not in {path.parent}")
    extra: list[str] = []
    for _, cells in read_rows(path, comments=False):
        if cells[0].startswith("#"):
            extra = cells[4:]
            break
    problems: list[Problem] = []
    roads: list[Road] = []
    for line, cells in read_rows(path):
        where = f"{path.name}:{line}"
        if len(cells) < 3:
            problems.append(Problem(where, "", "a row is name,name,kilometres"))
            continue
        unknown = next((name for name in cells[:2] if name not in names), None)
        if unknown is not None:
            problems.append(Problem(where, "", f"no place {unknown!r} in locations.csv{suggest(unknown, names)}"))
            continue
        values = dict(zip(extra, cells[4:], strict=False))
        try:
            km = float(cells[2])
            speed = float(values["max_move_speed"]) if "max_move_speed" in values else None
            share = float(values.get("walk_probability") or 0.0)
            if not 0 <= km < 1e6 or (speed is not None and speed <= 0) or not 0 <= share <= 1:
                raise ValueError
        except ValueError:
            problems.append(Problem(where, "", "kilometres, max_move_speed and walk_probability must be numbers >= 0"))
            continue
        flag = cells[3].strip() if len(cells) > 3 else ""
        if flag not in ("", "0", "1", "2"):
            problems.append(Problem(where, "", f"forced_redirection is {flag!r}; 0, 1, 2 or nothing would be right"))
            continue
        if "max_move_speed" in extra and "max_move_speed" not in values:
            problems.append(Problem(where, "", "max_move_speed is missing in this row, where Flee stops"))
            continue
        if flag in ("1", "2"):
            double = ", and 1 makes the road twice, so that it is chosen twice as often" if flag == "1" else ""
            notes.append(f"{where}: forced_redirection {flag}: Flee redirects nobody{double}")
        start, end = names[cells[0]], names[cells[1]]
        if flag == "2":
            start, end = end, start
        for _ in range(2 if flag == "1" else 1):
            roads.append(Road(start, end, km, speed, share))
            roads.append(Road(end, start, km, speed, share))
    if problems:
        raise ScenarioError(problems)
    return tuple(roads)


def _read_majors(path: Path, names: Mapping[str, int], roads: tuple[Road, ...]) -> tuple[tuple[int, ...], ...]:
    """Read long routes that people know, with ``fixed_routes``: names in their order, empty cells left out."""
    if not path.is_file():
        return ()
    joined = {(road.start, road.end) for road in roads}
    problems: list[Problem] = []
    rows: list[tuple[int, ...]] = []
    for line, cells in read_rows(path, comments=False):
        where, found = f"{path.name}:{line}", [name for name in cells if name]
        unknown = next((name for name in found if name not in names), None)
        if unknown is not None:
            hint = "; Flee reads comments here as routes" if unknown.startswith("#") else suggest(unknown, names)
            problems.append(Problem(where, "", f"no place {unknown!r} in locations.csv{hint}"))
            continue
        row = tuple(names[name] for name in found)
        apart = next((pair for pair in pairwise(found) if (names[pair[0]], names[pair[1]]) not in joined), None)
        if apart is not None:
            problems.append(Problem(where, "", f"no road between {apart[0]} and {apart[1]} in routes.csv"))
        elif len(row) > 1:
            rows.append(row)
    if problems:
        raise ScenarioError(problems)
    return tuple(rows)


def _read_closures(
    path: Path, names: Mapping[str, int], places: tuple[Place, ...], notes: list[str]
) -> tuple[Closure, ...]:
    if not path.is_file():
        return ()
    problems: list[Problem] = []
    out: list[Closure] = []
    countries = {place.country for place in places}
    for line, cells in read_rows(path):
        where = f"{path.name}:{line}"
        if len(cells) < 5:
            problems.append(Problem(where, "", "a row is type,name1,name2,start day,end day"))
            continue
        try:
            first, last = int(cells[3]), int(cells[4])
        except ValueError:
            problems.append(Problem(where, "", f"days are {cells[3]!r} and {cells[4]!r}; whole numbers would be right"))
            continue
        kind = cells[0]
        if kind == "country":
            missing = next((name for name in cells[1:3] if name not in countries), None)
        elif kind in ("location", "camp", "idpcamp"):
            missing = None if cells[1] in names else cells[1]
        elif kind in ("link", "remove_forced_redirection"):
            missing = None
            why = "compares names in a way that never matches" if kind == "link" else "redirects nobody anyway"
            notes.append(f"{where}: {kind} {cells[1]}, {cells[2]}: has no effect, because Flee {why}")
            if kind == "link" and len(cells[1]) == 1 and len(cells[2]) == 1:
                problems.append(Problem(where, kind, "between names of one letter is not supported"))
            continue
        else:
            known = ("country", "location", "camp", "idpcamp", "link", "remove_forced_redirection")
            problems.append(Problem(where, "", f"closure type {kind!r} is unknown{suggest(kind, known)}"))
            continue
        if missing is not None:
            problems.append(Problem(where, kind, f"no {'country' if kind == 'country' else 'place'} {missing!r}"))
            continue
        if kind == "location" and cells[2] and cells[2] not in ("", places[names[cells[1]]].country):
            notes.append(
                f"{where}: location {cells[1]}: {cells[2]!r} is not looked at; every road of {cells[1]} is closed"
            )
        out.append(Closure(kind, cells[1], cells[2], first, last, where))
    if problems:
        raise ScenarioError(problems)
    return tuple(out)


def _read_days(path: Path, names: Mapping[str, int], days: int, notes: list[str]) -> dict[int, tuple[float, ...]]:
    """Read a table of days by place: the row counts, not its first cell."""
    if not path.is_file():
        raise _one(path, f"is not in {path.parent}, and Flee needs it")
    header: list[str] = []
    for _, cells in read_rows(path, comments=False):
        if cells[0].startswith("#"):
            header = [name.strip() for name in cells]
            break
    while header and not header[-1]:
        header.pop()  # spreadsheets leave commas at the end
    if not header:
        raise _one(path, "has no header row that begins with #Day", 1)
    rows = list(read_rows(path))
    if len(rows) < days:
        raise _one(path, f"has {len(rows)} days, the period {days}, so that Flee stops on day {len(rows)}")
    columns: list[list[float]] = []
    for number, (line, cells) in enumerate(rows[:days]):
        try:
            columns.append([float(text) for text in cells[1 : len(header)]])
        except ValueError:
            raise _one(path, "holds a cell that is not a number", line) from None
        if len(cells) < len(header):
            raise _one(path, f"has {len(cells)} cells, the header {len(header)}", line)
        if cells[0].strip() != str(number) and number in (0, 1, days - 1):
            notes.append(f"{path.name}:{line}: says day {cells[0]}; Flee counts rows, so this is day {number}")
    out: dict[int, tuple[float, ...]] = {}
    for at, name in enumerate(header[1:]):
        if name in names:
            values = tuple(row[at] for row in columns)
            out[names[name]] = values
            if path.name == "conflicts.csv" and _changes(values):
                notes.append(
                    f"{path.name}:1: {name}: intensity changes while it lasts; Flee keeps that of its first day"
                )
        elif name:
            notes.append(f"{path.name}:1: {name}: no such place in locations.csv; Flee leaves the column out")
    return out


def _changes(values: tuple[float, ...]) -> bool:
    return any(a > 1e-6 and b > 1e-6 and a != b for a, b in pairwise(values))


def _read_ipc(path: Path, places: tuple[Place, ...], days: int) -> dict[int, tuple[float, ...]]:
    """Read food insecurity by region, per cent, interpolated between the days of the table."""
    if not path.is_file():
        return {}
    header: list[str] = []
    rows: list[tuple[float, list[float]]] = []
    for line, cells in read_rows(path, comments=False):
        if cells[0].startswith("#"):
            header = [name.strip() for name in cells]
            continue
        try:
            rows.append((float(cells[0]), [float(text) for text in cells[1:]]))
        except ValueError:
            raise _one(path, "holds a cell that is not a number", line) from None
    if not header or not rows:
        raise _one(path, "needs a header row #Day,region,… and at least one day")
    if rows[0][0] > 0 or rows[-1][0] < days - 1:
        raise _one(path, f"covers days {rows[0][0]:g} to {rows[-1][0]:g}, the period 0 to {days - 1}, where Flee stops")
    import numpy as np

    at = [day for day, _ in rows]
    by_region = {
        name: tuple(np.interp(range(days), at, [values[n] for _, values in rows]).tolist())
        for n, name in enumerate(header[1:])
    }
    return {
        n: by_region[place.region]
        for n, place in enumerate(places)
        if place.region in by_region and place.name not in by_region
    }


def _read_groups(folder: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Read ``demographics_<attribute>.csv``: weights of each value, by place or in ``Default``."""
    out: dict[str, dict[str, dict[str, float]]] = {}
    for path in sorted(folder.glob("demographics_*.csv")):
        attribute = path.stem.split("_")[1]
        header: list[str] = []
        rows: dict[str, dict[str, float]] = {}
        for line, cells in read_rows(path, comments=False):
            if not header:
                header = [cell.strip().lstrip("#") for cell in cells]
                if "Default" not in header:
                    raise _one(path, "has no column Default", line)
                continue
            try:
                rows[cells[0].strip()] = {
                    name: float(text or 0) for name, text in zip(header[1:], cells[1:], strict=False)
                }
            except ValueError:
                raise _one(path, "holds a weight that is not a number", line) from None
        if not rows:
            raise _one(path, "holds no value")
        out[attribute] = rows
    return out


def _read_changes(path: Path, names: Mapping[str, int]) -> tuple[TypeChange, ...]:
    if not path.is_file():
        return ()
    out = []
    for line, cells in read_rows(path):
        if len(cells) < 3 or cells[0] not in names or not cells[2].strip().isdigit() or not kind_of(cells[1]):
            raise _one(path, "a row is name of a place,new type,day", line)
        out.append(TypeChange(names[cells[0]], kind_of(cells[1]), int(cells[2])))
    return tuple(out)
