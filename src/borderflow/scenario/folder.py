"""The folder of a scenario: those that are shipped, and reading and checking one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from borderflow.errors import Problem, ScenarioError, suggest
from borderflow.folders import FLEE_TABLE, shipped_with
from borderflow.scenario.documents import read_yaml
from borderflow.scenario.fields import Model
from borderflow.scenario.model import Scenario
from borderflow.scenario.references import check_references
from borderflow.scenario.rows import explain, read_table
from borderflow.scenario.tables import Baseline, Lane, Link, Place

__all__ = ["load", "read_places", "shipped"]


def shipped() -> dict[str, Path]:
    """Return the shipped scenarios: name to folder.

    Examples
    --------
    >>> "russia-2022" in shipped()
    True
    """
    return shipped_with("scenario.yaml")


def load(source: str | Path) -> Scenario:
    """Read and check a scenario.

    Parameters
    ----------
    source : str or Path
        A shipped name such as ``"russia-2022"``, or a scenario folder.

    Raises
    ------
    ScenarioError
        With one problem per mistake: file, line, field, what is wrong, what would be right.

    Examples
    --------
    >>> load("russia-2022").origin_country
    'RU'
    """
    folder = Path(source)
    known = shipped()
    if not folder.exists() and str(source) in known:
        folder = known[str(source)]
    if not folder.is_dir():
        raise ScenarioError([Problem(str(source), "", _missing(str(source), folder, known))])
    if (folder / "manifest.json").is_file() and not (folder / "scenario.yaml").is_file():
        raise ScenarioError([Problem(str(source), "", "is a finished run, not a scenario folder")])
    return _read_folder(folder)


def _missing(source: str, folder: Path, known: dict[str, Path]) -> str:
    """Return what is wrong with a source that is no folder, and what there is instead."""
    directories = shipped_with(FLEE_TABLE)
    if not folder.exists() and source in directories:
        return "is in Flee's format; check, run and fit take it, and borderflow.flee.load_directory"
    reason = "is a file, not a scenario folder" if folder.exists() else "no such scenario or folder"
    names = ", ".join(known) or "none"
    if directories:
        names += f"; in Flee's format: {', '.join(directories)}"
    return f"{reason}{suggest(source, [*known, *directories]) or f' (shipped: {names})'}"


def read_places(folder: Path) -> tuple[Place, ...]:
    """Read only the places of a scenario folder, for their names.

    Raises
    ------
    ScenarioError
        If a row of the table is wrong.

    Examples
    --------
    >>> read_places(shipped()["russia-2022"])[0].country
    'RU'
    """
    rows, _lines, problems = read_table(folder / "places.csv", Place)
    if problems:
        raise ScenarioError(problems)
    return rows


def _read_folder(folder: Path) -> Scenario:
    problems: list[Problem] = []
    raw, lines = read_yaml(folder / "scenario.yaml")
    tables: dict[str, tuple[Any, ...]] = {}
    table_lines: dict[str, list[int]] = {}
    models: dict[str, type[Model]] = {"places": Place, "lanes": Lane, "links": Link, "baseline": Baseline}
    for name, model in models.items():
        rows, row_lines, wrong = read_table(folder / f"{name}.csv", model)
        tables[name], table_lines[name] = rows, row_lines
        problems += wrong
        if name in raw:
            problems.append(Problem(lines((name,)), name, f"tables live in {name}.csv, not in scenario.yaml"))
            raw.pop(name)
    scenario: Scenario | None = None
    try:
        if "folder" in raw:
            raw.pop("folder")
            problems.append(Problem(lines(("folder",)), "folder", "unknown key"))
        scenario = Scenario.model_validate(raw)
    except ValidationError as error:
        problems += [explain(one, lines(one["loc"]), Scenario) for one in error.errors()]
    if scenario is None or problems:
        # references into a table that could not be read would each be wrong once more
        raise ScenarioError(problems)
    scenario = scenario.model_copy(update={**tables, "folder": folder})

    def locate(path: tuple[Any, ...]) -> str:
        if path and path[0] in table_lines:
            rows = table_lines[path[0]]
            at = rows[path[1]] if len(path) > 1 and path[1] < len(rows) else 1
            return f"{path[0]}.csv:{at}"
        return lines(path)

    problems += check_references(scenario, locate)
    if problems:
        raise ScenarioError(problems)
    return scenario
