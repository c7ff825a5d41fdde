"""A Flee directory as a whole: where its files are, and everything they say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from borderflow.errors import Problem, ScenarioError, UsageError
from borderflow.flee.calendar import Compiled, compile_calendar
from borderflow.flee.counts import Counts, read_counts
from borderflow.flee.reading import read_tables
from borderflow.flee.settings import Settings, read_settings
from borderflow.flee.tables import Tables
from borderflow.folders import FLEE_TABLE, shipped_with

__all__ = ["FleeScenario", "find_directory", "is_directory", "load_directory", "shipped_directories"]


@dataclass(frozen=True)
class FleeScenario:
    """A Flee scenario, checked.

    Parameters
    ----------
    name : str
        Of its directory.
    settings : Settings
    tables : Tables
    counts : Counts or None
        None where departures follow floods.
    digest : str
        SHA-256 of every file read.
    settings_text : str
        The settings file as it was written.
    """

    name: str
    settings: Settings
    tables: Tables
    counts: Counts | None
    digest: str
    settings_text: str = ""

    @property
    def title(self) -> str:
        """The name of the directory, readable."""
        return self.name.replace("_", " ")

    @property
    def start(self) -> date:
        """First day."""
        return self.tables.start

    @property
    def end(self) -> date:
        """Day after the last."""
        return self.tables.start + timedelta(days=self.tables.days)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What Flee misreads or ignores without saying so."""
        return (*self.settings.warnings, *self.tables.warnings)

    def until(self, end: date | str) -> FleeScenario:
        """Return the same scenario with another end, exclusive.

        Raises
        ------
        UsageError
            For a day that is no date or not within the period.
        """
        try:
            day = date.fromisoformat(str(end))
        except ValueError:
            raise UsageError(f"--until {end}: a date as 2014-05-31 would be right") from None
        days = (day - self.start).days
        if not 1 <= days <= self.tables.days:
            raise UsageError(f"--until {end}: must be after {self.start} and not after {self.end}")
        return replace(self, tables=replace(self.tables, days=days))

    @cached_property
    def compiled(self) -> Compiled:
        """Arrays for the kernel."""
        return compile_calendar(self.tables, self.counts, self.settings)


def is_directory(source: str | Path) -> bool:
    """Tell whether a folder is in Flee's format: it, or ``input_csv`` in it, holds ``locations.csv``."""
    folder = Path(source)
    return any((folder / part / "locations.csv").is_file() for part in ("input_csv", "."))


def shipped_directories() -> dict[str, Path]:
    """Return the shipped scenarios in Flee's format: name to folder.

    Examples
    --------
    >>> "flee-two-valleys" in shipped_directories()
    True
    """
    return shipped_with(FLEE_TABLE)


def find_directory(source: str | Path) -> tuple[Path, Path]:
    """Return the folder of tables and the folder that Flee is started in."""
    folder = Path(source)
    if (folder / "input_csv" / "locations.csv").is_file():
        return folder / "input_csv", folder
    if (folder / "locations.csv").is_file():
        return folder, folder
    raise ScenarioError([Problem(str(source), "", "holds neither input_csv/locations.csv nor locations.csv")])


def load_directory(
    source: str | Path, *, settings: str | Path | None = None, counts: str | Path | None = None
) -> FleeScenario:
    """Read and check a Flee or FabFlee directory.

    Parameters
    ----------
    source : str or Path
        A directory with ``input_csv`` and ``source_data``, or with the tables themselves (then give ``counts``).
    settings : path, optional
        Settings file; ``simsetting.yml`` of the directory where not given.
    counts : path, optional
        Folder with ``data_layout.csv``; ``source_data`` of the directory where not given.

    Raises
    ------
    ScenarioError
        With one problem per mistake: file, line, what is wrong, what would be right.
    """
    tables_folder, root = find_directory(source)
    chosen = Path(settings) if settings is not None else _settings_file(root, tables_folder)
    read = read_settings(chosen)
    tables = read_tables(tables_folder, root, read)
    counts_folder = Path(counts) if counts is not None else root / "source_data"
    series = None
    if not read.flood_zone_spawning_only:
        series = read_counts(
            counts_folder, tables_folder / "registration_corrections.csv", tables.start, read.hasten,
            empty_at_start=read.empty_camps_on_day0,
        )  # fmt: skip
    digest = hashlib.sha256()
    for path in _files(tables_folder, counts_folder, chosen, root):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    text = chosen.read_text(encoding="utf-8")
    return FleeScenario(root.resolve().name, read, tables, series, digest.hexdigest(), text)


def _settings_file(root: Path, tables: Path) -> Path:
    for folder in (root, tables):
        if (folder / "simsetting.yml").is_file():
            return folder / "simsetting.yml"
    old = next((f / "simsetting.csv" for f in (root, tables) if (f / "simsetting.csv").is_file()), None)
    if old is not None:
        wrong = "is in the format of Flee 2; write its settings to simsetting.yml, or name a file with --settings"
        raise ScenarioError([Problem(str(old), "", wrong)])
    raise ScenarioError([Problem(str(root), "", "holds no simsetting.yml; name a settings file with --settings FILE")])


def _files(*places: Path) -> Iterator[Path]:
    for place in places:
        if place.is_file():
            yield place
        elif place.is_dir():
            yield from sorted(path for path in place.glob("*.csv") if path.is_file())
