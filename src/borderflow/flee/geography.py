"""Reading places, roads and long routes of a Flee directory."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from borderflow.errors import Problem, ScenarioError, suggest
from borderflow.flee.rows import read_rows, wrong_file
from borderflow.flee.settings import Settings
from borderflow.flee.tables import FEW, Place, Road, kind_of

__all__ = ["read_majors", "read_places", "read_roads"]


def read_places(path: Path, settings: Settings, notes: list[str]) -> tuple[Place, ...]:
    """Read ``locations.csv``; notes are of what Flee would misread."""
    if not path.is_file():
        raise wrong_file(path, f"is not in {path.parent}; give a Flee directory")
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


def read_roads(path: Path, names: Mapping[str, int], notes: list[str]) -> tuple[Road, ...]:
    """Read ``routes.csv``: two roads from each row, four where Flee makes it twice."""
    if not path.is_file():
        raise wrong_file(path, f"is not in {path.parent}")
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


def read_majors(path: Path, names: Mapping[str, int], roads: tuple[Road, ...]) -> tuple[tuple[int, ...], ...]:
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
