"""Ensemble: many members of a scenario, streamed to disk, with progress, cancel and resume.

Blocks of ten members run in threads (the kernel releases the GIL) and write disjoint chunks of the cube, so memory
does not grow with the members and the bytes do not depend on the number of workers. Work happens in ``FOLDER.part``,
which becomes ``FOLDER`` only when everything is written: a run folder is whole or not there.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from borderflow.cube import MEMBERS_PER_CHUNK, Block, Store
from borderflow.errors import ResultsError, UsageError
from borderflow.kernels import cache_folder
from borderflow.network import Network, compile_network
from borderflow.results import FORMAT, Run, open_run, summarise, write_summary
from borderflow.scenario import Scenario, load
from borderflow.simulation import Setting, simulate

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["run", "show_progress", "simulate_block"]

MAX_MEMBERS = 1_000_000
MAX_SEED = 2**63 - 1


def run(
    scenario: Scenario | str | Path,
    *,
    members: int = 200,
    seed: int = 1,
    until: datetime | date | str | None = None,
    parameters: Mapping[str, float] | None = None,
    without: tuple[str, ...] | list[str] = (),
    out: str | Path | None = None,
    workers: int | None = None,
    resume: bool = False,
    progress: bool = False,
) -> Run:
    """Simulate an ensemble and write its run folder.

    Parameters
    ----------
    scenario : Scenario, str or Path
        A scenario, a shipped name or a folder.
    members : int
        Number of stochastic runs.
    seed : int
        Scenario seed; the same seed gives the same bytes for any number of workers.
    until : date, optional
        Another end (exclusive).
    parameters : mapping, optional
        Parameter values that replace the shipped ones.
    without : sequence of str
        Events to leave out.
    out : path, optional
        Run folder; ``runs/<name>`` where not given.
    workers : int, optional
        Threads; the number of processors where not given.
    resume : bool
        Go on with an interrupted run of the same scenario, seed and members.
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
    if not 1 <= members <= MAX_MEMBERS:
        raise UsageError(f"members must be 1 to {MAX_MEMBERS:,}, got {members}")
    if not 0 <= seed <= MAX_SEED:
        raise UsageError(f"seed must be 0 to 2**63 - 1, got {seed}")
    if workers is not None and not 1 <= workers <= 1024:
        raise UsageError(f"workers must be 1 to 1024, got {workers}")
    if without:
        scenario = scenario.without(*without)
    if parameters:
        scenario = scenario.with_parameters(**parameters)
    if until is not None:
        scenario = scenario.until(until)
    folder = Path(out) if out is not None else Path("runs") / name
    if not folder.name:
        raise UsageError(f"{folder} cannot be a run folder; name one with --out")
    for place in (folder, folder.with_name(folder.name + ".part"), folder.with_name(folder.name + ".old")):
        if place.exists() and not _is_ours(place):
            raise UsageError(f"{place} exists and is not a run folder; choose another with --out")

    began = time.perf_counter()
    network = compile_network(scenario)
    part = folder.with_name(folder.name + ".part")
    # the name of the kernel cache holds a hash of the engine: bytes of two engines must not mix
    claim = {
        "digest": scenario.digest(), "seed": seed, "members": members, "format": FORMAT, "engine": cache_folder().name,
    }  # fmt: skip
    store, done = _begin(part, network, claim, resume)
    todo = [first for first in range(0, members, MEMBERS_PER_CHUNK) if first not in done]
    _work(network, store, part, todo, members, seed, workers or os.cpu_count() or 1, progress, len(done))
    write_summary(summarise(network, store), part / "summary.csv")
    if scenario.folder is not None and (scenario.folder / "evidence.csv").is_file():
        shutil.copyfile(scenario.folder / "evidence.csv", part / "evidence.csv")
    _write_manifest(part, scenario, claim, time.perf_counter() - began)
    return open_run(_finish(part, folder))


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
    if settings is None and values is not None:
        settings = [Setting(one) for one in values]
    starts = range(0, len(members), MEMBERS_PER_CHUNK)
    stop = threading.Event()

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
            # one block first: several threads would otherwise compile the kernel at the same time
            head = [pool.submit(block, first).result() for first in starts[:1]]
            blocks = head + list(pool.map(block, starts[1:]))
        except BaseException:
            stop.set()
            raise
    return Block.join([one for one in blocks if one is not None])


def _is_ours(folder: Path) -> bool:
    """Tell whether a folder may be replaced: a run, finished or begun, or an empty folder."""
    ours = any((folder / name).is_file() for name in ("manifest.json", "claim.json"))
    return folder.is_dir() and (ours or not any(folder.iterdir()))


def _begin(part: Path, network: Network, claim: Mapping[str, Any], resume: bool) -> tuple[Store, set[int]]:
    """Return the cube to write to and the blocks that are already there."""
    claim_file = part / "claim.json"
    if resume:
        if not claim_file.is_file():
            raise ResultsError(f"{part}: nothing to resume; run without --resume")
        try:
            known = dict(json.loads(claim_file.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            raise ResultsError(f"{claim_file}: is torn; run without --resume to start afresh") from None
        different = [key for key in claim if known.get(key) != claim[key]]
        if different:
            raise ResultsError(f"{part}: was begun with another {different[0]}; run without --resume to start afresh")
        log = part / "done.log"
        done = {int(line) for line in log.read_text().split() if line.isdigit()} if log.exists() else set()
        return Store(part / "results.zarr"), done
    try:
        if part.exists():
            shutil.rmtree(part)
        part.mkdir(parents=True)
        store = Store.create(part / "results.zarr", network, int(claim["members"]))
        claim_file.write_text(json.dumps(claim), encoding="utf-8")
    except OSError as error:
        raise ResultsError(f"{part}: cannot be written: {error.strerror or error}") from None
    return store, set()


def _work(
    network: Network,
    store: Store,
    part: Path,
    todo: list[int],
    members: int,
    seed: int,
    workers: int,
    progress: bool,
    done: int,
) -> None:
    """Run the blocks that are missing, in threads."""
    stop = threading.Event()

    def block(first: int) -> int:
        if stop.is_set():
            return 0
        numbers = range(first, min(first + MEMBERS_PER_CHUNK, members))
        store.write(first, network, simulate(network, numbers, seed=seed))
        return len(numbers)

    lock = threading.Lock()
    # one block first: several threads would otherwise compile the kernel at the same time
    with show_progress(progress, members) as advance, ThreadPoolExecutor(workers) as pool:
        advance(done * MEMBERS_PER_CHUNK)
        try:
            for group in (todo[:1], todo[1:]):
                futures = {pool.submit(block, first): first for first in group}
                for future in as_completed(futures):
                    count = future.result()
                    with lock, (part / "done.log").open("a", encoding="utf-8") as log:
                        log.write(f"{futures[future]}\n")
                    advance(count)
        except BaseException as error:
            stop.set()
            pool.shutdown(cancel_futures=True)
            if isinstance(error, OSError):
                reason = error.strerror or error
                raise ResultsError(f"{part}: cannot be written: {reason}; make room and go on with --resume") from None
            raise


class show_progress:  # noqa: N801 - read as a verb: with show_progress(...) as advance
    """A progress bar in members, on standard error; silent unless asked for and a person is watching."""

    def __init__(self, wanted: bool, members: int) -> None:
        import sys

        self._progress: Progress | None = None
        if wanted and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._progress = Progress(
                TextColumn("simulating"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("members,"),
                TimeRemainingColumn(),
                TextColumn("left"),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._progress.add_task("members", total=members)

    def __enter__(self) -> Callable[[int], None]:
        if self._progress is None:
            return lambda _count: None
        self._progress.start()
        progress = self._progress
        return lambda count: progress.advance(self._task, count)

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()


def _write_manifest(part: Path, scenario: Scenario, claim: Mapping[str, Any], seconds: float) -> None:
    from borderflow import __version__

    manifest = {
        "format": FORMAT,
        "borderflow": __version__,
        "title": scenario.title,
        "scenario_digest": claim["digest"],
        "seed": claim["seed"],
        "members": claim["members"],
        "start": scenario.start.isoformat(),
        "end": scenario.end.isoformat(),
        "parameters": {name: parameter.value for name, parameter in scenario.parameters.items()},
        "events": [event.id for event in scenario.active_events()],
        "seconds": round(seconds, 3),
        "scenario": scenario.model_dump(mode="json", by_alias=True, exclude={"folder"}),
    }
    (part / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")


def _finish(part: Path, folder: Path) -> Path:
    """Put the finished run in its place, replacing an older one."""
    if folder.exists():
        old = folder.with_name(folder.name + ".old")
        if old.exists():
            shutil.rmtree(old)
        folder.rename(old)
        part.rename(folder)
        shutil.rmtree(old)
    else:
        part.rename(folder)
    # kept until here, so that a run killed between the two renames can still be resumed
    (folder / "claim.json").unlink()
    (folder / "done.log").unlink(missing_ok=True)
    return folder
