"""Fits on disk: the folder in which a fit comes to be, and the steps of it that are finished.

As with a run, work happens in ``FOLDER.part``, which becomes ``FOLDER`` only when everything is written. ``claim.json``
says what the fit will be, and each finished step of the smoother lies beside it as an archive with checksums (CRC-32):
an interrupted fit goes on after the last step that is whole, and a damaged one is computed again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from borderflow.archives import read_archive, write_archive
from borderflow.folders import read_json, remove, sweep, write_whole
from borderflow.plans import difference, finish, goes_on, guarded, part_of, require_ours, settle

__all__ = ["FIT_FILE", "Step", "begin_fit", "finish_fit", "keep_step", "read_steps"]

FIT_FILE = "fit.json"
#: Members and what they predict, shapes (unknown, member) and (observation, member).
Step = tuple[NDArray[np.float64], NDArray[np.float64]]


def begin_fit(folder: Path, claim: Mapping[str, Any], resume: bool) -> Path | None:
    """Return the folder to write to; None where a resumed fit turns out to be finished.

    Raises
    ------
    UsageError
        Where something else than a fit would be replaced.
    ResultsError
        Where there is nothing to resume, or the begun fit is another one.
    """
    require_ours(folder, _is_ours, "fit")
    part = part_of(folder)
    if resume and not goes_on(part, claim, partial(_is_finished, folder, claim), "fit"):
        _tidy(folder)
        return None
    with guarded(part):
        if not resume:
            remove(part)
            write_whole(part / "claim.json", json.dumps(claim))
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


def _is_finished(folder: Path, claim: Mapping[str, Any]) -> bool:
    """Tell whether a folder holds this very fit, because it was killed after its last byte."""
    return (folder / FIT_FILE).is_file() and not difference(claim, read_json(folder / FIT_FILE))


def read_steps(part: Path) -> list[Step]:
    """Return the finished steps of an interrupted fit, up to the first that is missing or damaged."""
    done: list[Step] = []
    while (step := _read(_file(part, len(done)))) is not None:
        done.append(step)
    return done


def _read(file: Path) -> Step | None:
    arrays = read_archive(file)
    return None if arrays is None or not {"z", "predicted"} <= arrays.keys() else (arrays["z"], arrays["predicted"])


def keep_step(part: Path, step: int, z: NDArray[np.float64], predicted: NDArray[np.float64]) -> None:
    """Write one finished step, whole or not at all."""
    with guarded(part):
        write_archive(_file(part, step), {"z": z, "predicted": predicted})


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
