"""Ensemble: many members of a scenario, streamed to disk or kept in memory, and parts of a run joined again.

Blocks of ten members go through threads here or through any pool of workers elsewhere (`borderflow.workers`) and into
disjoint chunks of the cube, so memory does not grow with the members and the bytes do not depend on who computed what.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from borderflow.cube import MEMBERS_PER_CHUNK, Block, Store
from borderflow.engine import await_engine, start_engine
from borderflow.errors import UsageError
from borderflow.folders import is_remote, locate, write_whole
from borderflow.network import Network, compile_network
from borderflow.plans import MAX_SEED, Plan, begin, choose_numbers, close, finish, guarded, require_ours
from borderflow.results import Run, open_run
from borderflow.scenario import Scenario, load
from borderflow.simulation import Setting, simulate
from borderflow.snapshots import hour_of, open_branch, require_shared_past
from borderflow.workers import Desk, Pool, send_out, show_progress

MOST_WORKERS = 1024  # threads

__all__ = ["MOST_WORKERS", "merge", "run", "show_progress", "simulate_block"]


def run(
    scenario: Scenario | str | Path,
    *,
    members: int | range | None = None,
    seed: int | None = None,
    until: datetime | date | str | None = None,
    parameters: Mapping[str, float] | None = None,
    without: str | Sequence[str] = (),
    out: str | Path | None = None,
    workers: int | None = None,
    pool: Pool | None = None,
    base: str | None = None,
    snapshots: str | Sequence[str | date] = (),
    settings: Sequence[Setting] | None = None,
    beside: Mapping[str, str] | None = None,
    resume: bool = False,
    progress: bool = False,
) -> Run:
    """Simulate an ensemble and write its run folder.

    Parameters
    ----------
    scenario : Scenario, str or Path
        A scenario, a shipped name or a folder.
    members : int or range
        Number of stochastic runs, 200 where not given; a range such as ``range(200, 400)`` is a part for `merge`.
    seed : int
        Scenario seed, 1 where not given; the same seed gives the same bytes for any number and kind of workers.
    until : date, optional
        Another end (exclusive).
    parameters : mapping, optional
        Parameter values that replace the shipped ones.
    without : sequence of str
        Events to leave out.
    out : path or address, optional
        Run folder, ``runs/<name>`` where not given; ``s3://bucket/run`` and the like with the extra ``cloud``.
    workers : int, optional
        Threads; the number of processors where not given.
    pool : Pool, optional
        Where members run instead of threads here: anything whose ``map`` gives results in order. All its workers must
        reach the run folder.
    base : str, optional
        ``RUN@TIME``: go on from the members of a finished run as they were then. Seed and number of members are its
        own where not given; the scenario must be the same up to that hour.
    snapshots : sequence of str, datetime or date
        Hours (UTC) at which to keep the members, for later branches.
    settings : sequence of Setting, optional
        What is special about each member: parameter values, daily noise, further events.
    beside : mapping, optional
        Further files of the run folder: name to text.
    resume : bool
        Go on with an interrupted run of the same scenario, seed and members. Chunks that are torn or damaged are
        computed again.
    progress : bool
        Show a progress bar with a time to finish on standard error.

    Returns
    -------
    Run

    Raises
    ------
    UsageError, ScenarioError, ResultsError

    Examples
    --------
    >>> outcome = run("russia-2022", members=4, seed=7, until="2022-09-16", out="/tmp/borderflow-doctest-ensemble")
    >>> outcome.manifest["members"]
    4
    """
    name = scenario.title if isinstance(scenario, Scenario) else str(scenario)
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    if scenario.folder is not None:
        name = scenario.folder.name
    branch = None if base is None else open_branch(base)
    numbers, seed = choose_numbers(members, seed, branch)
    _require_bounds(seed, workers)
    if settings is not None and len(settings) != len(numbers):
        raise UsageError(f"settings are of {len(settings)} members, the run is of {len(numbers)}")
    if without:
        scenario = scenario.without(*_several(without))
    if parameters:
        scenario = scenario.with_parameters(**parameters)
    if until is not None:
        scenario = scenario.until(until)
    if branch is not None and until is None and scenario.end > branch.run.scenario.end:
        scenario = scenario.until(branch.run.scenario.end)
    hours = tuple(sorted({hour_of(scenario, when) for when in _several(snapshots)}))
    folder = locate(out) if out is not None else Path("runs") / name
    require_ours(folder)

    began = time.perf_counter()
    network = compile_network(scenario)
    if branch is not None:
        require_shared_past(branch, network)
    engine = start_engine(network) if pool is None else None
    plan = Plan(network, numbers, seed, hours, branch, settings)
    part = begin(folder, plan, resume)
    if part is None:
        return open_run(folder)
    desk = Desk(plan, Store(part / "results.zarr"), part, resume)
    if engine is not None:
        await_engine(engine, tell=progress)
    with guarded(part):
        send_out(desk, pool, workers or os.cpu_count() or 1, progress)
        rows = close(part, plan, desk.store, time.perf_counter() - began, beside)
    return open_run(finish(part, folder), rows)


def merge(parts: str | Path | Sequence[str | Path], out: str | Path) -> Run:
    """Join parts of one run, as made by ``run --members A:B``, into the run that one computer would have written.

    Parameters
    ----------
    parts : sequence of path
        Finished runs of the same scenario and seed by the same version, whose members follow each other without gap
        or overlap; in any order.
    out : path or address
        Run folder.

    Raises
    ------
    UsageError
        Where the parts do not fit together.
    ResultsError
        Where a part is missing or damaged.

    Examples
    --------
    >>> for name, numbers in (("a", range(3)), ("b", range(3, 5))):
    ...     _ = run("russia-2022", members=numbers, until="2022-09-16", out=f"/tmp/borderflow-doctest-{name}")
    >>> merge(["/tmp/borderflow-doctest-a", "/tmp/borderflow-doctest-b"], "/tmp/borderflow-doctest-merged").members
    5
    """
    runs = sorted((open_run(part) for part in _several(parts)), key=lambda one: one.first)
    if not runs:
        raise UsageError("merge: name at least one part")
    _require_fit(runs)
    folder = locate(out)
    if is_remote(folder) and str(folder) in {str(one.folder) for one in runs}:
        # on a disk the whole comes to be beside it; in an object store it would take the place of what it is made of
        raise UsageError(f"merge: {folder} is a part itself; name another address with --out")
    require_ours(folder)
    began = time.perf_counter()
    first, last = runs[0].first, runs[-1].first + runs[-1].members
    plan = Plan(runs[0].network, range(first, last), runs[0].seed, (), None, None)
    part = begin(folder, plan, resume=False)
    assert part is not None
    store = Store(part / "results.zarr")
    with guarded(part):
        for row in range(0, last - first, store.per_chunk):
            some = range(first + row, min(first + row + store.per_chunk, last))
            store.write_arrays(row, _gather(runs, some, store))
        ledger = runs[0].folder / "evidence.csv"
        if ledger.is_file():
            write_whole(part / "evidence.csv", ledger.read_bytes())
        rows = close(part, plan, store, time.perf_counter() - began)
    return open_run(finish(part, folder), rows)


def simulate_block(
    network: Network,
    members: Sequence[int],
    *,
    seed: int,
    values: Sequence[Mapping[str, float]] | None = None,
    settings: Sequence[Setting] | None = None,
    workers: int | None = None,
    hourly: bool = False,
    advance: Callable[[int], None] | None = None,
) -> Block:
    """Simulate members in threads and keep them in memory: for fits, comparisons and the page.

    Parameters
    ----------
    network : Network
    members : sequence of int
        Numbers of the members, in the order of the result.
    seed : int
    values : sequence of mappings, optional
        Parameter values of each member; the shipped ones where not given.
    settings : sequence of Setting, optional
        The same with daily noise and further events, instead of ``values``.
    workers : int, optional
        Threads; the number of processors where not given.
    hourly : bool
        Keep hourly arrays, too; days take a twentieth of the memory.
    advance : callable, optional
        Called with the number of members done since the last call, from any thread; an exception in it stops the work.

    Returns
    -------
    Block

    Examples
    --------
    >>> from borderflow.network import compile_network
    >>> from borderflow.scenario import load
    >>> block = simulate_block(compile_network(load("russia-2022").until("2022-09-16")), range(3), seed=1)
    >>> block.read("left").shape[0]
    3
    """
    _require_bounds(seed, workers)
    if settings is None and values is not None:
        settings = [Setting(one) for one in values]
    starts = range(0, len(members), MEMBERS_PER_CHUNK)
    stop = threading.Event()
    await_engine(start_engine(network))

    def block(first: int) -> Block | None:
        if stop.is_set():
            return None
        part = slice(first, first + MEMBERS_PER_CHUNK)
        own = None if settings is None else settings[part]
        made = simulate(network, members[part], seed=seed, settings=own)
        if advance is not None:
            advance(len(made))
        return Block.of(network, made, hourly=hourly, values=None if own is None else [one.values for one in own])

    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        try:
            blocks = list(pool.map(block, starts))
        except BaseException:
            stop.set()
            raise
    return Block.join([one for one in blocks if one is not None])


def _several(given: Any) -> Sequence[Any]:
    """Return what may be given alone as one of several: a text is a sequence of letters, too."""
    return (given,) if isinstance(given, str | Path) else given


def _require_bounds(seed: int, workers: int | None) -> None:
    if not 0 <= seed <= MAX_SEED:
        raise UsageError(f"seed must be 0 to 2**63 - 1, got {seed}")
    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise UsageError(f"workers must be 1 to {MOST_WORKERS}, got {workers}")


def _require_fit(runs: Sequence[Run]) -> None:
    """Make sure that sorted parts are of one run and follow each other."""
    same = ("scenario_digest", "seed", "engine", "format")
    for before, after in itertools.pairwise(runs):
        different = [key for key in same if before.manifest.get(key) != after.manifest.get(key)]
        if different:
            raise UsageError(f"merge: {before.folder} and {after.folder} have another {different[0].replace('_', ' ')}")
        end = before.first + before.members
        if after.first != end:
            what = "are missing" if after.first > end else "are in both"
            low, high = sorted((end, after.first))
            raise UsageError(f"merge: members {low}:{high} {what}, between {before.folder} and {after.folder}")
    for one in runs:
        if one.store.values is not None:
            raise UsageError(f"merge: {one.folder}: its members have parameter values of their own; merge plain runs")


def _gather(runs: Sequence[Run], numbers: range, store: Store) -> dict[str, Any]:
    """Return every array of some members, from whichever parts have them."""
    pieces = []
    for one in runs:
        low, high = max(numbers.start, one.first), min(numbers.stop, one.first + one.members)
        if low < high:
            span = slice(low - one.first, high - one.first)
            pieces.append({name: one.store.read(name, span) for name in store.names})
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in store.names}
