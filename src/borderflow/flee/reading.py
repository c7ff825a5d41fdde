"""Reading the tables of a Flee directory: all of them, the period, and what happens where and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from borderflow.errors import Problem, ScenarioError, suggest
from borderflow.flee.geography import read_majors, read_places, read_roads
from borderflow.flee.rows import parse_day, read_rows, wrong_file
from borderflow.flee.settings import Settings
from borderflow.flee.tables import Closure, Place, Tables, TypeChange, kind_of

__all__ = ["read_tables"]

_FILES = {
    "locations.csv", "routes.csv", "closures.csv", "conflicts.csv", "sim_period.csv", "registration_corrections.csv",
    "flood_level.csv", "region_attributes_IPC.csv", "major_routes.csv", "agents.csv",
}  # fmt: skip


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
    places = read_places(folder / "locations.csv", settings, notes)
    names = {place.name: n for n, place in enumerate(places)}
    flood_mode = settings.flood_zone_spawning_only
    made: dict[str, Any] = {
        "roads": read_roads(folder / "routes.csv", names, notes),
        "closures": _read_closures(folder / "closures.csv", names, places, notes),
        "conflicts": {},
    }
    if not flood_mode:
        made["conflicts"] = _read_days(folder / "conflicts.csv", names, days, notes)
    if settings.flood_rules is not None or flood_mode:
        made["flood"] = _read_days(folder / "flood_level.csv", names, days, notes)
    if settings.fixed_routes:
        made["majors"] = read_majors(folder / "major_routes.csv", names, made["roads"])
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


def _read_period(path: Path) -> tuple[date, int]:
    if not path.is_file():
        raise wrong_file(path, f"is not in {path.parent.name}; it has the rows StartDate,YYYY-MM-DD and Length,days")
    known = {cells[0].strip().lower(): (line, cells) for line, cells in read_rows(path) if len(cells) > 1}
    for key in ("startdate", "length"):
        if key not in known:
            raise wrong_file(path, f"has no row {'StartDate,YYYY-MM-DD' if key == 'startdate' else 'Length,days'}")
    line, cells = known["startdate"]
    start = parse_day(cells[1].strip())
    if start is None:
        raise wrong_file(path, f"start is {cells[1]!r}; YYYY-MM-DD would be right", line)
    line, cells = known["length"]
    if not cells[1].strip().isdigit() or not 1 <= int(cells[1]) < 60000:
        raise wrong_file(path, f"length is {cells[1]!r}; a number of days, 1 to 59,999, would be right", line)
    return start, int(cells[1])


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
        raise wrong_file(path, f"is not in {path.parent}, and Flee needs it")
    header: list[str] = []
    for _, cells in read_rows(path, comments=False):
        if cells[0].startswith("#"):
            header = [name.strip() for name in cells]
            break
    while header and not header[-1]:
        header.pop()  # spreadsheets leave commas at the end
    if not header:
        raise wrong_file(path, "has no header row that begins with #Day", 1)
    rows = list(read_rows(path))
    if len(rows) < days:
        raise wrong_file(path, f"has {len(rows)} days, the period {days}, so that Flee stops on day {len(rows)}")
    columns: list[list[float]] = []
    for number, (line, cells) in enumerate(rows[:days]):
        try:
            columns.append([float(text) for text in cells[1 : len(header)]])
        except ValueError:
            raise wrong_file(path, "holds a cell that is not a number", line) from None
        if len(cells) < len(header):
            raise wrong_file(path, f"has {len(cells)} cells, the header {len(header)}", line)
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
            raise wrong_file(path, "holds a cell that is not a number", line) from None
    if not header or not rows:
        raise wrong_file(path, "needs a header row #Day,region,… and at least one day")
    if rows[0][0] > 0 or rows[-1][0] < days - 1:
        raise wrong_file(
            path, f"covers days {rows[0][0]:g} to {rows[-1][0]:g}, the period 0 to {days - 1}, where Flee stops"
        )
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
                    raise wrong_file(path, "has no column Default", line)
                continue
            try:
                rows[cells[0].strip()] = {
                    name: float(text or 0) for name, text in zip(header[1:], cells[1:], strict=False)
                }
            except ValueError:
                raise wrong_file(path, "holds a weight that is not a number", line) from None
        if not rows:
            raise wrong_file(path, "holds no value")
        out[attribute] = rows
    return out


def _read_changes(path: Path, names: Mapping[str, int]) -> tuple[TypeChange, ...]:
    if not path.is_file():
        return ()
    out = []
    for line, cells in read_rows(path):
        if len(cells) < 3 or cells[0] not in names or not cells[2].strip().isdigit() or not kind_of(cells[1]):
            raise wrong_file(path, "a row is name of a place,new type,day", line)
        out.append(TypeChange(names[cells[0]], kind_of(cells[1]), int(cells[2])))
    return tuple(out)
