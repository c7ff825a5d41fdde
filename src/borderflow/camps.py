"""Runs of Flee directories: an ensemble of camp counts, written to a run folder, joined from parts and scored.

The folder holds ``manifest.json``, ``results.zarr`` (dimensions member, day, place), ``summary.csv`` with the columns
of every summary, and ``out.csv`` in Flee's own columns. Work happens in ``FOLDER.part``; members written there are
not made again by a run that is resumed.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from borderflow.camp_store import FORMAT, MEMBERS_PER_BLOCK, CampRun, CampStore, Frame
from borderflow.camp_tables import CAMP_QUANTITIES, means_of, out_csv, summary_csv
from borderflow.errors import UsageError
from borderflow.flee import FleeScenario, load_directory
from borderflow.flee.members import Member, Workspace, simulate_members
from borderflow.folders import on_disk, read_json, remove, sweep, write_whole
from borderflow.kernels import cache_folder
from borderflow.plans import choose_numbers, difference, finish, goes_on, guarded, part_of, require_ours, settle
from borderflow.shares import ard, persistence, rescale

__all__ = ["CAMP_QUANTITIES", "CampRun", "member_csv", "merge_camps", "out_csv", "run_camps", "score_camps"]


def run_camps(
    source: str | Path,
    *,
    settings: str | Path | None = None,
    counts: str | Path | None = None,
    members: int | range | None = None,
    seed: int | None = None,
    until: date | str | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    resume: bool = False,
    advance: Callable[[int], None] | None = None,
) -> CampRun:
    """Simulate an ensemble of a Flee or FabFlee directory and write its run folder.

    Parameters
    ----------
    source : str or Path
        A directory in Flee's format.
    settings, counts : path, optional
        Settings file and folder of counts; those of the directory where not given.
    members : int or range, optional
        Number of stochastic runs, 200 where not given, or a part of them.
    seed : int, optional
        1 where not given; the same seed gives the same bytes for any number of workers.
    until : date or str, optional
        Another end, exclusive; later counts are not used.
    out : path, optional
        Run folder; ``runs/<name>`` where not given.
    workers : int, optional
        Threads; the number of processors where not given.
    resume : bool
        Go on with an interrupted run.
    advance : callable, optional
        Called with the number of members done since the last call.

    Raises
    ------
    ScenarioError, UsageError, ResultsError
    """
    numbers, seed = choose_numbers(members, seed, None)
    if workers is not None and not 1 <= workers <= 1024:
        raise UsageError(f"workers must be 1 to 1024, got {workers}")
    scenario = load_directory(source, settings=settings, counts=counts)
    if until is not None:
        scenario = scenario.until(until)
    folder = on_disk(out, "a run of a Flee directory") if out is not None else Path("runs") / scenario.name
    require_ours(folder)
    began = time.perf_counter()
    claim = _claim(scenario, numbers, seed)
    part = _begin(folder, scenario, numbers, claim, resume)
    if part is None:
        return CampRun.open(folder)
    with guarded(part):
        store = CampStore(part / "results.zarr")
        _simulate(scenario, store, numbers, seed, workers or os.cpu_count() or 1, advance)
        _close(part, _manifest(scenario, claim, time.perf_counter() - began), store)
        return CampRun.open(finish(part, folder))


def _claim(scenario: FleeScenario, numbers: range, seed: int) -> dict[str, Any]:
    """Return what must be equal for two runs to write the same bytes."""
    return {
        "scenario_digest": scenario.digest, "days": scenario.tables.days, "seed": seed, "members": len(numbers),
        "first": numbers.start, "camp_format": FORMAT, "engine": cache_folder().name,
    }  # fmt: skip


def _begin(folder: Path, scenario: FleeScenario, numbers: range, claim: Mapping[str, Any], resume: bool) -> Path | None:
    """Return the folder to write to with the cube laid out; None where a resumed run turns out to be finished."""
    part = part_of(folder)
    if resume:
        if not goes_on(part, claim, partial(_is_finished, folder, claim), "run"):
            settle(folder)
            return None
        sweep(part)
        return part
    with guarded(part):
        remove(part)
        CampStore.create(part / "results.zarr", Frame.of(scenario), numbers, scenario.compiled.data)
        write_whole(part / "claim.json", json.dumps(claim))
    return part


def _is_finished(folder: Path, claim: Mapping[str, Any]) -> bool:
    """Tell whether a folder holds this very run, because it was killed after its last byte."""
    manifest = folder / "manifest.json"
    return manifest.is_file() and not difference(claim, read_json(manifest))


def _simulate(
    scenario: FleeScenario,
    store: CampStore,
    numbers: range,
    seed: int,
    workers: int,
    advance: Callable[[int], None] | None,
) -> None:
    """Run blocks of members in threads and write each when it is done; blocks already written stay."""
    compiled, lock = scenario.compiled, Lock()

    def block(row: int) -> None:
        some = numbers[row : row + MEMBERS_PER_BLOCK]
        if not store.whole(row):
            made: Sequence[Member] = simulate_members(compiled, some, seed=seed, workspace=Workspace(compiled))
            with lock:
                store.write(made)
        if advance is not None:
            advance(len(some))

    rows = list(range(0, len(numbers), MEMBERS_PER_BLOCK))
    block(rows[0])  # alone: several threads would otherwise compile the kernel at the same time
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(block, rows[1:]))


def _close(part: Path, manifest: Mapping[str, Any], store: CampStore) -> None:
    """Write what stands beside a full cube, the manifest last."""
    frame = Frame.read(manifest)
    write_whole(part / "summary.csv", summary_csv(frame, store))
    write_whole(part / "out.csv", out_csv(frame, store.read("counted"), means_of(frame, store)))
    write_whole(part / "manifest.json", json.dumps(manifest, indent=1))


def _manifest(scenario: FleeScenario, claim: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    from borderflow import __version__

    frame = Frame.of(scenario)
    return {
        "kind": "camps",
        "borderflow": __version__,
        "title": scenario.title,
        "name": scenario.name,
        **claim,
        "settings_file": scenario.settings.file,
        "settings": {k: v for k, v in vars(scenario.settings).items() if k not in ("warnings", "flood_rules", "file")},
        **frame.written,
        "end": scenario.end.isoformat(),
        "home": frame.home,
        "warnings": list(scenario.warnings),
        "camps": {
            scenario.tables.places[n].name: {
                "country": scenario.tables.places[n].country,
                "capacity": scenario.tables.places[n].capacity * scenario.settings.hasten,
            }
            for n in frame.camps
        },
        "seconds": round(seconds, 3),
    }


def member_csv(run: CampRun, member: int) -> str:
    """Return ``out.csv`` of one member of a run.

    Raises
    ------
    UsageError
        For a member that the run does not have.
    """
    if member not in run.numbers:
        raise UsageError(f"--member {member}: the run has members {run.numbers.start} to {run.numbers.stop - 1}")
    row = member - run.numbers.start
    return out_csv(run.frame, run.store.read("counted"), means_of(run.frame, run.store, row))


def merge_camps(parts: Sequence[str | Path], out: str | Path) -> CampRun:
    """Join parts of one run, as made by ``run --members A:B``, into the run that one computer would have written.

    Parameters
    ----------
    parts : sequence of path
        Finished runs of the same directory, settings and seed, whose members follow each other; in any order.
    out : path
        Run folder.

    Raises
    ------
    UsageError
        Where the parts do not fit together.
    ResultsError
        Where a part is missing or damaged.
    """
    runs = sorted((CampRun.open(part) for part in parts), key=lambda one: one.numbers.start)
    first = runs[0]
    for before, one in pairwise(runs):
        different = [
            key for key in ("scenario_digest", "days", "seed", "engine") if one.manifest[key] != first.manifest[key]
        ]
        if different:
            raise UsageError(f"merge: {first.folder} and {one.folder} differ in {different[0]}")
        if one.numbers.start != before.numbers.stop:
            raise UsageError(
                f"merge: {one.folder} begins with member {one.numbers.start}, should be {before.numbers.stop}"
            )
    folder = on_disk(out, "a run of a Flee directory")
    require_ours(folder)
    numbers = range(first.numbers.start, runs[-1].numbers.stop)
    manifest = dict(first.manifest) | {
        "members": len(numbers), "seconds": round(sum(one.manifest["seconds"] for one in runs), 3),
    }  # fmt: skip
    part = part_of(folder)
    with guarded(part):
        remove(part)
        store = CampStore.create(part / "results.zarr", first.frame, numbers, first.store.read("counted"))
        for row in range(0, len(numbers), MEMBERS_PER_BLOCK):
            store.write([_member_of(runs, n) for n in numbers[row : row + MEMBERS_PER_BLOCK]])
        _close(part, manifest, store)
        write_whole(part / "claim.json", "{}")
        return CampRun.open(finish(part, folder))


def _member_of(runs: Sequence[CampRun], number: int) -> Member:
    """Read one member from the part that has it."""
    run = next(one for one in runs if number in one.numbers)
    row = number - run.numbers.start
    present, under_way, spawned = (run.store.read(name, row) for name in ("present", "under_way", "spawned"))
    return Member(number, present, under_way, spawned, draws=0, cells=0)


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
