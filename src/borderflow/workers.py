"""Workers: blocks of members through anything with a ``map``, threads here or processes anywhere.

Each worker computes a block and writes its own chunks of the cube; nobody sends members to anybody. What a worker
elsewhere is told is the address of the run and the number of a block; the rest it reads from ``claim.json`` there.
"""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from borderflow.cube import Store
from borderflow.errors import ResultsError
from borderflow.folders import absolute, locate, read_json
from borderflow.kernels import cache_folder
from borderflow.network import compile_network
from borderflow.plans import Plan, guarded
from borderflow.scenario import Scenario
from borderflow.simulation import Moment, Setting, simulate
from borderflow.snapshots import Snapshots

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["Desk", "Pool", "Task", "send_out", "show_progress", "work_on"]

MAX_TASKS = 10_000  # a scheduler keeps a note of every task, so very large runs send several blocks in one

#: One block for a worker: its first row of the cube, and what is special about its members.
Task = tuple[int, Sequence[Setting] | None]


class Pool(Protocol):
    """Anything that members can go through: executors, pools of processes, ``Client.get_executor()`` of Dask."""

    def map(self, function: Callable[[Any], Any], tasks: Any, /) -> Iterable[Any]:
        """Return the results of ``function`` for every task, in the order of the tasks."""
        ...


@dataclass(frozen=True)
class Desk:
    """Where one worker does its blocks."""

    plan: Plan
    store: Store
    part: Path
    resume: bool

    def block(self, task: Task) -> int:
        """Compute and write one block; return its number of members. A block that is whole already is left alone."""
        row, settings = task
        plan = self.plan
        numbers = plan.numbers[row : row + self.store.per_chunk]
        kept = [Snapshots(self.part, hour) for hour in plan.hours]
        if self.resume and self.store.whole(row) and all(one.whole(row) for one in kept):
            return len(numbers)
        found: dict[int, dict[int, Moment]] = {one.hour: {} for one in kept}
        members = simulate(
            plan.network, numbers, seed=plan.seed, settings=settings,
            begins=None if plan.branch is None else plan.branch.moments(numbers),
            pauses={hour: moments.__setitem__ for hour, moments in found.items()},
        )  # fmt: skip
        for one in kept:
            one.keep(row, found[one.hour])
        self.store.write(row, plan.network, members)
        return len(numbers)


def work_on(address: str, token: str, resume: bool, tasks: Sequence[Task]) -> int:
    """Do blocks of a run that was begun elsewhere; return the number of members done.

    Parameters
    ----------
    address : str
        Folder of the begun run, on a disk that both computers share or in an object store.
    token : str
        SHA-256 of its claim.
    resume : bool
        Leave alone blocks that are whole.
    tasks : sequence of Task

    Raises
    ------
    ResultsError
        Where this computer does not see the folder, has another engine, or cannot write.
    """
    desk = _open_desk(address, token, resume)
    with guarded(desk.part):
        return sum(desk.block(task) for task in tasks)


@lru_cache(maxsize=2)
def _open_desk(address: str, token: str, resume: bool) -> Desk:
    """Read the claim of a begun run once per process."""
    part, here = locate(address), socket.gethostname()
    claim_file = part / "claim.json"
    if not claim_file.is_file():
        raise ResultsError(f"{here} does not see {part}; use a folder that all workers share, or an address")
    claim = read_json(claim_file)
    if _token(claim) != token:
        raise ResultsError(f"{part}: another run has begun here meanwhile")
    if claim["engine"] != cache_folder().name:
        raise ResultsError(f"{here} has another version of the engine; install the same borderflow on all workers")
    network = compile_network(Scenario.model_validate(claim["scenario"]))
    numbers = range(claim["first"], claim["first"] + claim["members"])
    branch = claim["branch"] and Snapshots(locate(claim["branch"][0]), claim["branch"][1])
    plan = Plan(network, numbers, claim["seed"], tuple(claim["snapshots"]), branch or None, None)
    return Desk(plan, Store(part / "results.zarr"), part, resume)


def _token(claim: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(claim, sort_keys=True).encode()).hexdigest()


def send_out(desk: Desk, pool: Pool | None, workers: int, progress: bool) -> None:
    """Send every block through a pool, threads where none is given."""
    plan = desk.plan
    size = desk.store.per_chunk
    rows = range(0, len(plan.numbers), size)
    tasks: list[Task] = [(row, None if plan.settings is None else plan.settings[row : row + size]) for row in rows]
    with show_progress(progress, len(plan.numbers)) as advance:
        if pool is not None:
            work = partial(work_on, str(absolute(desk.part)), _token(read_json(desk.part / "claim.json")), desk.resume)
            step = -(-len(tasks) // MAX_TASKS)
            for count in pool.map(work, [tasks[n : n + step] for n in range(0, len(tasks), step)]):
                advance(count)
            return
        with _threads(workers) as stopping:
            for count in stopping(desk.block, tasks):
                advance(count)


@contextmanager
def _threads(workers: int) -> Iterator[Callable[[Callable[[Task], int], Sequence[Task]], Iterable[int]]]:
    """Give a ``map`` over threads that begins no further task once one has failed or the user has had enough."""
    stop = threading.Event()

    def unless_stopped(function: Callable[[Task], int], task: Task) -> int:
        if stop.is_set():
            return 0
        try:
            return function(task)
        except BaseException:
            stop.set()
            raise

    with ThreadPoolExecutor(workers) as pool:
        try:
            yield lambda function, tasks: pool.map(partial(unless_stopped, function), tasks)
        except BaseException:
            stop.set()
            raise


class show_progress:  # noqa: N801 - read as a verb: with show_progress(...) as advance
    """A progress bar in members, on standard error; silent unless asked for and a person is watching."""

    def __init__(self, wanted: bool, members: int, doing: str = "simulating") -> None:
        import sys

        self._progress: Progress | None = None
        if wanted and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._progress = Progress(
                TextColumn(doing),
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
