"""Fits on disk: the folder in which a fit comes to be, and the steps of it that are finished.

As with a run, work happens in ``FOLDER.part``, which becomes ``FOLDER`` only when everything is written. ``claim.json``
says what the fit will be, and each finished step of the smoother lies beside it as an archive with checksums (CRC-32):
an interrupted fit goes on after the last step that is whole, and a damaged one is computed again.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import ResultsError, UsageError
from borderflow.folders import read_json, remove, sweep, write_whole
from borderflow.plans import finish, guarded, part_of, settle

__all__ = ["FIT_FILE", "Step", "begin_fit", "finish_fit", "keep_step", "read_steps"]

FIT_FILE = "fit.json"
#: Members and what they predict, shapes (unknown, member) and (observation, member).
Step = tuple[NDArray[np.float64], NDArray[np.float64]]
_DAMAGE = (OSError, ValueError, EOFError, KeyError, NotImplementedError, zipfile.BadZipFile, zlib.error)


def begin_fit(folder: Path, claim: Mapping[str, Any], resume: bool) -> Path | None:
    """Return the folder to write to; None where a resumed fit turns out to be finished.

    Raises
    ------
    UsageError
        Where something else than a fit would be replaced.
    ResultsError
        Where there is nothing to resume, or the begun fit is another one.
    """
    part = part_of(folder)
    for place in (folder, part, folder.with_name(folder.name + ".old")):
        if place.exists() and not _is_ours(place):
            raise UsageError(f"{place} exists and is not a fit; choose another with --out")
    claim_file = part / "claim.json"
    if resume and not claim_file.is_file():
        if not (folder / FIT_FILE).is_file() or _difference(claim, read_json(folder / FIT_FILE)):
            raise ResultsError(f"{part}: nothing to resume; fit without --resume")
        _tidy(folder)
        return None
    if resume:
        try:
            different = _difference(claim, read_json(claim_file))
        except ResultsError:
            raise ResultsError(f"{claim_file}: is torn; fit without --resume to start afresh") from None
        if different:
            raise ResultsError(f"{part}: was begun with another {different}; fit without --resume to start afresh")
    with guarded(part):
        if not resume:
            remove(part)
            write_whole(claim_file, json.dumps(claim))
        sweep(part)
    return part


def _is_ours(folder: Path) -> bool:
    """Tell whether a folder may be replaced: a fit, finished or begun, or an empty folder."""
    if not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    # killed before its claim was whole
    torn = all(name.startswith("claim.json.") for name in names)
    return torn or bool(names & {FIT_FILE, "claim.json"})


def _difference(claim: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Return the first thing in which two fits differ, in words; empty where they write the same bytes."""
    return next((key.replace("_", " ") for key in claim if known.get(key) != claim[key]), "")


def read_steps(part: Path) -> list[Step]:
    """Return the finished steps of an interrupted fit, up to the first that is missing or damaged."""
    done: list[Step] = []
    while (step := _read(_file(part, len(done)))) is not None:
        done.append(step)
    return done


def _read(file: Path) -> Step | None:
    try:
        data = io.BytesIO(file.read_bytes())
        with zipfile.ZipFile(data) as archive:
            if archive.testzip() is not None:
                return None
        with np.load(data, allow_pickle=False) as arrays:
            return arrays["z"], arrays["predicted"]
    except _DAMAGE:
        return None


def keep_step(part: Path, step: int, z: NDArray[np.float64], predicted: NDArray[np.float64]) -> None:
    """Write one finished step, whole or not at all."""
    data = io.BytesIO()
    np.savez(data, z=z, predicted=predicted)
    with guarded(part):
        write_whole(_file(part, step), data.getvalue())


def _file(folder: Path, step: int) -> Path:
    return folder / f"step-{step}.npz"


def finish_fit(part: Path, folder: Path) -> Path:
    """Put a fit that is written in its place, replacing an older one."""
    finish(part, folder)
    _tidy(folder)
    return folder


def _tidy(folder: Path) -> None:
    """Remove what only an interrupted fit needs."""
    settle(folder)
    for file in folder.glob("step-*.npz"):
        file.unlink()
