"""A run in one of the formats, whole or not there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Literal, get_args

from borderflow.disclosure import MIN_CELL, check_sensitivity, describe, tabulate
from borderflow.errors import ResultsError, UsageError, suggest
from borderflow.exports.exchange import write_hdx
from borderflow.exports.grids import write_geojson, write_netcdf
from borderflow.exports.orders import Order
from borderflow.exports.tables import write_csv, write_hub, write_hxl, write_parquet
from borderflow.folders import is_remote, on_disk
from borderflow.forecasting import known_by
from borderflow.results import Run, open_run

__all__ = ["Format", "export"]

Format = Literal["csv", "hxl", "hub", "parquet", "netcdf", "geojson", "hdx"]


_WRITERS: Mapping[str, tuple[Callable[[Order, Path], None], str]] = {
    "csv": (write_csv, ".csv"),
    "hxl": (write_hxl, ".csv"),
    "hub": (write_hub, ".csv"),
    "parquet": (write_parquet, ".parquet"),
    "netcdf": (write_netcdf, ".nc"),
    "geojson": (write_geojson, ".geojson"),
    "hdx": (write_hdx, ""),
}


def export(
    run: Run | str | Path,
    format: Format,
    path: str | Path | None = None,
    *,
    min_cell: int = MIN_CELL,
    sensitivity: str = "moderate",
    reference_date: date | str | None = None,
    model_id: str = "borderflow",
) -> Path:
    """Write the figures of a run in a format that others read.

    Parameters
    ----------
    run : Run, str or Path
        A run or forecast, or its folder.
    format : {'csv', 'hxl', 'hub', 'parquet', 'netcdf', 'geojson', 'hdx'}
    path : path, optional
        File, or folder for ``hdx``; beside the other files of the run where not given.
    min_cell : int
        Counts of people above 0 and below this are left out; 0 for use inside a house only.
    sensitivity : {'low', 'moderate', 'high', 'severe'}
        Label in the metadata; ``hdx`` refuses the upper two.
    reference_date : date, optional
        Of the ``hub`` format: the last day known when the forecast was made; the announcement where neither this nor
        the run says it.
    model_id : str
        Of the ``hub`` format.

    Returns
    -------
    Path

    Raises
    ------
    UsageError, ResultsError

    Examples
    --------
    >>> import borderflow as bf
    >>> run = bf.run("russia-2022", members=2, until="2022-09-23", out="/tmp/borderflow-doctest-export")
    >>> export(run, "hxl").name
    'borderflow-doctest-export-hxl.csv'
    """
    if format not in get_args(Format):
        raise UsageError(f"format {format!r}: one of {', '.join(get_args(Format))}{suggest(format, get_args(Format))}")
    run = run if isinstance(run, Run) else open_run(run)
    check_sensitivity(sensitivity)
    if format == "hdx" and sensitivity in ("high", "severe"):
        raise UsageError(f"hdx: data of {sensitivity} sensitivity must not be shared on a public platform")
    known = known_by(run) or run.scenario.announcement
    order = Order(
        run,
        tabulate(run, min_cell=min_cell),
        describe(run, sensitivity=sensitivity, min_cell=min_cell),
        _day(reference_date if reference_date is not None else known),
        model_id,
    )
    write, ending = _WRITERS[format]
    if path is None and is_remote(run.folder):
        raise UsageError(f"{run.folder}: exports are written to a disk; name a file on one with --out")
    beside = run.folder / f"{run.folder.name or 'run'}-{format}{ending}"
    target = beside if path is None else on_disk(path, "an export")
    return _whole_or_not(order, write, target, folder=format == "hdx")


def _day(given: date | str) -> date:
    try:
        if isinstance(given, str):
            return date.fromisoformat(given)
        return given.date() if isinstance(given, datetime) else given
    except ValueError:
        raise UsageError(f"not a date: {given!r}; write 2022-09-28") from None


def _whole_or_not(order: Order, write: Callable[[Order, Path], None], target: Path, *, folder: bool) -> Path:
    """Write beside the target and rename, so that nothing half-written is left behind."""
    part = target.with_name(target.name + ".part")
    if folder and target.exists() and not (target / "metadata.json").is_file():
        raise UsageError(f"{target} exists and is not an exported folder; choose another path")
    if not folder and target.is_dir():
        raise UsageError(f"{target} is a folder; name a file")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write(order, part)
        if folder and target.exists():
            shutil.rmtree(target)
        part.replace(target)
    except OSError as error:
        raise ResultsError(f"{target}: cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            shutil.rmtree(part) if part.is_dir() else part.unlink()
    return target
