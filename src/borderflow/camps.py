"""Runs of Flee directories: an ensemble of camp counts, written to a run folder and read back.

The folder holds ``manifest.json``, ``results.zarr`` (dimensions member, day, place), ``summary.csv`` with the columns
of every summary, and ``out.csv`` in Flee's own columns.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from borderflow.cube import DAMAGE, first_line
from borderflow.errors import ResultsError, UsageError
from borderflow.flee import FleeScenario, load_directory
from borderflow.flee.members import Member, Workspace, simulate_members
from borderflow.folders import read_json, remove, write_whole
from borderflow.results import QUANTILES, SUMMARY_COLUMNS
from borderflow.shares import ard, persistence, rescale

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CAMP_QUANTITIES", "CampRun", "out_csv", "run_camps", "score_camps"]

FORMAT = 1
MEMBERS_PER_BLOCK = 10
_LARGEST = 8e9  # bytes of a cube: what says that it is larger was not written by us
Floats = NDArray[np.float64]

#: Quantities of the summary: unit and meaning.
CAMP_QUANTITIES: Mapping[str, tuple[str, str]] = {
    "camp_population": ("persons", "people in a camp, or in all camps of a country, at the end of the day; a stock"),
    "people_under_way": ("persons", "people on roads at the end of the day; a stock"),
    "people_elsewhere": ("persons", "people at places that are no camp at the end of the day; a stock"),
    "left_home": ("persons", "people who set out on the day; a flow"),
}


@dataclass(frozen=True)
class CampRun:
    """A finished run of a Flee directory.

    Parameters
    ----------
    folder : Path
    manifest : mapping
    """

    folder: Path
    manifest: Mapping[str, Any]

    @classmethod
    def open(cls, folder: str | Path) -> CampRun:
        """Open a run folder.

        Raises
        ------
        ResultsError
            Where it is missing, incomplete or no run of a Flee directory.
        """
        folder = Path(folder)
        if not (folder / "manifest.json").is_file():
            raise ResultsError(f"{folder}: no manifest.json; give the folder of a finished run")
        manifest = read_json(folder / "manifest.json")
        if manifest.get("kind") != "camps" or manifest.get("camp_format") != FORMAT:
            raise ResultsError(f"{folder}: is no run of a Flee directory that this version can read")
        for part in ("summary.csv", "results.zarr"):
            if not (folder / part).exists():
                raise ResultsError(f"{folder}: {part} is missing; run again")
        return cls(folder, manifest)

    @staticmethod
    def is_run(folder: str | Path) -> bool:
        """Tell whether a folder holds a run of a Flee directory."""
        path = Path(folder) / "manifest.json"
        return path.is_file() and read_json(path).get("kind") == "camps"

    def cube(self) -> Any:
        """Read the cube: an xarray dataset with dimensions member, day, place and camp.

        Raises
        ------
        ResultsError
            Where a chunk fails its checksum, or says that it is larger than any run of this kind.
        """
        import xarray as xr

        path = self.folder / "results.zarr"
        try:
            cube = xr.open_zarr(str(path), consolidated=False, chunks=None)
            if cube.nbytes > _LARGEST:
                raise ValueError(f"claims to hold {cube.nbytes / 1e9:,.0f} GB")
            if missing := {"present", "under_way", "spawned", "counted", "day", "camp", "place"} - set(cube.variables):
                raise ValueError(f"lacks {', '.join(sorted(missing))}")
            return cube.load()
        except DAMAGE as error:
            raise ResultsError(f"{path}: is damaged ({first_line(error)}); run again") from None

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The tidy summary."""
        import pandas as pd

        try:
            return pd.read_csv(self.folder / "summary.csv", keep_default_na=False)
        except (ValueError, OSError) as error:
            raise ResultsError(f"{self.folder / 'summary.csv'}: is damaged ({first_line(error)}); run again") from None

    @cached_property
    def days(self) -> list[date]:
        """Days of the period."""
        return [date.fromisoformat(text) for text in self.cube()["day"].values.tolist()]

    @cached_property
    def camps(self) -> list[str]:
        """Names of camps, in the order of the file."""
        return list(self.cube()["camp"].values.tolist())

    @cached_property
    def simulated(self) -> Floats:
        """People in each camp in Flee's units (divided by ``hasten``), shape (member, day, camp)."""
        cube = self.cube()
        return np.asarray(cube["present"].sel(place=cube["camp"].values).values, float)

    @cached_property
    def counted(self) -> Floats:
        """Registrations in Flee's units, shape (day, camp)."""
        return np.asarray(self.cube()["counted"].values, float)


def run_camps(
    source: str | Path,
    *,
    settings: str | Path | None = None,
    counts: str | Path | None = None,
    members: int = 200,
    seed: int = 1,
    out: str | Path | None = None,
    workers: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> CampRun:
    """Simulate an ensemble of a Flee or FabFlee directory and write its run folder.

    Parameters
    ----------
    source : str or Path
        A directory in Flee's format.
    settings, counts : path, optional
        Settings file and folder of counts; those of the directory where not given.
    members, seed : int
        Number of stochastic runs; the same seed gives the same bytes for any number of workers.
    out : path, optional
        Run folder; ``runs/<name>`` where not given.
    workers : int, optional
        Threads; the number of processors where not given.
    advance : callable, optional
        Called with the number of members done since the last call.

    Raises
    ------
    ScenarioError, UsageError, ResultsError
    """
    if not 1 <= members <= 100_000:
        raise UsageError(f"members must be 1 to 100,000, got {members}")
    if not 0 <= seed < 2**63:
        raise UsageError(f"seed must be 0 to 2**63 - 1, got {seed}")
    if workers is not None and not 1 <= workers <= 1024:
        raise UsageError(f"workers must be 1 to 1024, got {workers}")
    scenario = load_directory(source, settings=settings, counts=counts)
    folder = Path(out) if out is not None else Path("runs") / scenario.name
    if folder.exists() and not (folder / "manifest.json").is_file() and any(folder.iterdir()):
        raise UsageError(f"{folder} exists and is not a run folder; choose another with --out")
    began = time.perf_counter()
    results = _simulate(scenario, members, seed, workers or os.cpu_count() or 1, advance)
    part = folder.with_name(folder.name + ".part")
    try:
        remove(part)
        part.mkdir(parents=True)
        _write_cube(part / "results.zarr", scenario, results)
        _write_summary(part / "summary.csv", scenario, results)
        mean = results["present"][:, :, list(scenario.compiled.camps)].mean(axis=0)
        write_whole(
            part / "out.csv",
            out_csv(scenario, np.asarray(mean, float), _totals(results), _displaced_at_home(scenario, results)),
        )
        write_whole(
            part / "manifest.json",
            json.dumps(_manifest(scenario, members, seed, time.perf_counter() - began), indent=1),
        )
        remove(folder)
        part.rename(folder)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise ResultsError(f"{folder}: cannot be written: {error.strerror or error}") from None
    return CampRun.open(folder)


def _simulate(
    scenario: FleeScenario, members: int, seed: int, workers: int, advance: Callable[[int], None] | None
) -> dict[str, NDArray[np.int32]]:
    """Run blocks of members in threads; return arrays with the member first."""
    compiled = scenario.compiled
    days, places = scenario.tables.days, len(scenario.tables.places)
    arrays = {
        "present": np.zeros((members, days, places), np.int32),
        "under_way": np.zeros((members, days), np.int32),
        "spawned": np.zeros((members, days), np.int32),
    }

    def block(first: int) -> None:
        numbers = range(first, min(first + MEMBERS_PER_BLOCK, members))
        made: Sequence[Member] = simulate_members(compiled, numbers, seed=seed, workspace=Workspace(compiled))
        for member in made:
            arrays["present"][member.number] = member.present
            arrays["under_way"][member.number] = member.under_way
            arrays["spawned"][member.number] = member.spawned
        if advance is not None:
            advance(len(made))

    starts = list(range(0, members, MEMBERS_PER_BLOCK))
    block(starts[0])  # alone: several threads would otherwise compile the kernel at the same time
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(block, starts[1:]))
    return arrays


def _write_cube(path: Path, scenario: FleeScenario, results: Mapping[str, NDArray[np.int32]]) -> None:
    import xarray as xr
    from zarr.codecs import BloscCodec, Crc32cCodec

    compiled, places = scenario.compiled, scenario.tables.places
    hasten = scenario.settings.hasten
    unit = "persons" if hasten == 1 else f"{hasten} persons"
    cube = xr.Dataset(
        {
            "present": (("member", "day", "place"), results["present"], {"unit": unit, "kind": "stock"}),
            "under_way": (("member", "day"), results["under_way"], {"unit": unit, "kind": "stock"}),
            "spawned": (("member", "day"), results["spawned"], {"unit": unit, "kind": "flow"}),
            "counted": (("day", "camp"), compiled.data, {"unit": unit, "kind": "stock"}),
        },
        coords={
            "member": np.arange(len(results["present"])),
            "day": np.array([day.isoformat() for day in _days(scenario)], dtype=object),
            "place": np.array([place.name for place in places], dtype=object),
            "camp": np.array([places[n].name for n in compiled.camps], dtype=object),
        },
    )
    size = min(MEMBERS_PER_BLOCK, len(results["present"]))
    codecs = [BloscCodec(cname="lz4", clevel=3, shuffle="shuffle"), Crc32cCodec()]
    encoding: dict[str, dict[str, Any]] = {str(name): {"compressors": codecs} for name in cube.data_vars}
    encoding["present"]["chunks"] = (size, *results["present"].shape[1:])
    cube.to_zarr(str(path), mode="w", consolidated=False, zarr_format=3, encoding=encoding)


def _days(scenario: FleeScenario) -> list[date]:
    return [scenario.start + timedelta(days=n) for n in range(scenario.tables.days)]


def _home(scenario: FleeScenario) -> str:
    return scenario.tables.places[0].country


def _series(scenario: FleeScenario, results: Mapping[str, NDArray[np.int32]]) -> list[tuple[str, str, str, Floats]]:
    """Return quantity, place, country and values by member and day, in persons."""
    people = np.float64(scenario.settings.hasten)
    places, camps = scenario.tables.places, list(scenario.compiled.camps)
    present = results["present"]
    out: list[tuple[str, str, str, Floats]] = []
    for n in camps:
        out.append(("camp_population", places[n].name, places[n].country, present[:, :, n] * people))
    for country in dict.fromkeys(places[n].country for n in camps):
        mine = [n for n in camps if places[n].country == country]
        out.append(("camp_population", "", country, present[:, :, mine].sum(axis=2) * people))
    home = _home(scenario)
    rest = [n for n in range(len(places)) if n not in camps]
    out.append(("people_under_way", "", home, results["under_way"] * people))
    out.append(("people_elsewhere", "", home, present[:, :, rest].sum(axis=2) * people))
    out.append(("left_home", "", home, results["spawned"] * people))
    return out


def _write_summary(path: Path, scenario: FleeScenario, results: Mapping[str, NDArray[np.int32]]) -> None:
    days = [day.isoformat() for day in _days(scenario)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(SUMMARY_COLUMNS)
    for quantity, place, country, values in _series(scenario, results):
        figures = np.vstack([values.mean(axis=0), np.quantile(values, QUANTILES, axis=0)])
        unit = CAMP_QUANTITIES[quantity][0]
        for n, day in enumerate(days):
            writer.writerow([quantity, place, country, "all", day, day, unit, *(f"{one:.4f}" for one in figures[:, n])])
    write_whole(path, text.getvalue())


def _manifest(scenario: FleeScenario, members: int, seed: int, seconds: float) -> dict[str, Any]:
    from borderflow import __version__

    return {
        "kind": "camps",
        "camp_format": FORMAT,
        "borderflow": __version__,
        "title": scenario.title,
        "name": scenario.name,
        "scenario_digest": scenario.digest,
        "settings_file": scenario.settings.file,
        "settings": {k: v for k, v in vars(scenario.settings).items() if k not in ("warnings", "flood_rules", "file")},
        "hasten": scenario.settings.hasten,
        "seed": seed,
        "members": members,
        "start": scenario.start.isoformat(),
        "end": scenario.end.isoformat(),
        "home": _home(scenario),
        "warnings": list(scenario.warnings),
        "raw": scenario.compiled.raw.tolist(),
        "debt": scenario.compiled.debt.tolist(),
        "camps": {
            scenario.tables.places[n].name: {
                "country": scenario.tables.places[n].country,
                "capacity": scenario.tables.places[n].capacity * scenario.settings.hasten,
            }
            for n in scenario.compiled.camps
        },
        "seconds": round(seconds, 3),
    }


# ---------------------------------------------------------------------------------------------------------------------
# Flee's own columns


def _totals(results: Mapping[str, NDArray[np.int32]], member: int | None = None) -> Floats:
    """Return everybody in the simulation by day."""
    everyone = results["present"].sum(axis=2) + results["under_way"]
    return np.asarray(everyone.mean(axis=0) if member is None else everyone[member], float)


def _displaced_at_home(
    scenario: FleeScenario, results: Mapping[str, NDArray[np.int32]], member: int | None = None
) -> Floats | None:
    """Return people at places of the country of origin by day, where the settings ask for that column."""
    if not scenario.settings.idp_totals:
        return None
    mine = [n for n, place in enumerate(scenario.tables.places) if not place.foreign]
    here = results["present"][:, :, mine].sum(axis=2)
    return np.asarray(here.mean(axis=0) if member is None else here[member], float)


def out_csv(
    scenario: FleeScenario, simulated: NDArray[Any], totals: NDArray[Any], displaced: NDArray[Any] | None = None
) -> str:
    """Return ``out.csv``: Flee's columns, in Flee's units, its date one day ahead of its day included.

    Parameters
    ----------
    scenario : FleeScenario
    simulated : numpy.ndarray
        People in each camp, shape (day, camp): a mean over members, or one member.
    totals : numpy.ndarray
        Everybody in the simulation, by day.
    displaced : numpy.ndarray, optional
        People displaced within the country, by day.
    """
    compiled = scenario.compiled
    names = [scenario.tables.places[n].name for n in compiled.camps]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    head = ["Day", "Date", *(f"{name} {word}" for name in names for word in ("sim", "data", "error"))]
    head += [
        "Total error", "refugees in camps (UNHCR)", "total refugees (simulation)", "raw UNHCR refugee count",
        "refugees in camps (simulation)", "refugee_debt",
    ]  # fmt: skip
    writer.writerow(head + (["total IDPs"] if displaced is not None else []))
    for day in range(scenario.tables.days):
        here, data, raw = simulated[day], compiled.data[day], int(compiled.raw[day])
        row: list[Any] = [day, (scenario.start + timedelta(days=day + 1)).isoformat()]
        for count, known in zip(here, data, strict=True):
            row += [_plain(count), int(known), round(abs(count / known - 1.0), 4) if known > 1e-5 else 0.0]
        if raw > 0:
            error = round(float(np.abs(here - data).sum()) / raw, 4)
            row += [error, int(data.sum()), _plain(totals[day]), raw, _plain(here.sum()), int(compiled.debt[day])]
        else:
            row += [0.0, 0, _plain(totals[day]), 0, _plain(here.sum()), 0]
        writer.writerow(row + ([_plain(displaced[day])] if displaced is not None else []))
    return text.getvalue()


def _plain(value: float) -> float | int:
    """Return a count as Flee writes it: whole where it is whole, two decimals for a mean."""
    return int(value) if float(value).is_integer() else round(float(value), 2)


def member_csv(scenario: FleeScenario, run: CampRun, member: int) -> str:
    """Return ``out.csv`` of one member of a run.

    Raises
    ------
    UsageError
        For a member that the run does not have.
    """
    cube = run.cube()
    if not 0 <= member < cube.sizes["member"]:
        raise UsageError(f"--member {member}: the run has members 0 to {cube.sizes['member'] - 1}")
    one = cube.isel(member=[member])
    results = {name: np.asarray(one[name].values) for name in ("present", "under_way", "spawned")}
    here = results["present"][0][:, list(scenario.compiled.camps)]
    return out_csv(scenario, here, _totals(results, 0), _displaced_at_home(scenario, results, 0))


# ---------------------------------------------------------------------------------------------------------------------
# Scores


def score_camps(run: CampRun) -> list[dict[str, Any]]:
    """Return the averaged relative difference of a run and of baselines that know the same totals.

    Returns
    -------
    list of dict
        ``model``, ``ard`` and ``ard_rescaled``: over all days, as Flee counts them, and ``later``: rescaled, over the
        days that every row can speak of (from day 30 on). ``q05`` and ``q95`` over members, of the rescaled one.

    Raises
    ------
    UsageError
        Where the run has no counts.
    """
    counted = run.counted
    if not counted.any():
        raise UsageError(f"{run.folder}: has no counts to score against")
    since = 30 if len(counted) > 30 else 0
    single = ard(rescale(run.simulated, counted), counted)
    mean = run.simulated.mean(axis=0)
    rows = [
        {
            "model": "simulation, by member", "ard": float(ard(run.simulated, counted).mean()),
            "ard_rescaled": float(single.mean()), "q05": float(np.quantile(single, 0.05)),
            "q95": float(np.quantile(single, 0.95)),
            "later": float(ard(rescale(run.simulated, counted)[:, since:], counted[since:]).mean()),
        },
        {
            "model": "simulation, their mean", "ard": float(ard(mean, counted)),
            "ard_rescaled": float(ard(rescale(mean, counted), counted)), "q05": np.nan, "q95": np.nan,
            "later": float(ard(rescale(mean, counted)[since:], counted[since:])),
        },
    ]  # fmt: skip
    for days in (7, 30):
        if len(counted) > days:
            known = persistence(counted, days)[days:]
            score = float(ard(known, counted[days:]))
            later = float(ard(known[max(0, since - days) :], counted[max(since, days) :]))
            rows.append(
                {
                    "model": f"shares of {days} days ago", "ard": score, "ard_rescaled": score,
                    "q05": np.nan, "q95": np.nan, "later": later,
                }
            )  # fmt: skip
    return rows
