"""Jobs: work that takes longer than a request, one at a time, bounded, with progress and cancelling."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from borderflow.errors import BorderflowError

__all__ = ["Cancelled", "Full", "Job", "Jobs"]

PACE = 0.5  # seconds between two tellings of progress: each makes the browser draw
MOST_BYTES = 1_000_000_000  # of results: a thousand members of two months take some 400 MB
State = Literal["queued", "running", "done", "failed", "cancelled"]


class Cancelled(Exception):  # noqa: N818
    """Somebody cancelled the job; raised inside its work."""


class Full(BorderflowError):  # noqa: N818
    """The queue takes no more jobs."""


@dataclass
class Job:
    """One piece of work.

    Parameters
    ----------
    id : str
        Hard to guess.
    kind : str
    work : callable
        Gets the job; returns the result. Calls `advance` now and then.
    request : object
        What was asked, for those who look the job up.
    early : bytes, optional
        A picture of the first members, while the others are simulated and where they never were.
    """

    id: str
    kind: str
    work: Callable[[Job], Any] = field(repr=False)
    request: Any = None
    state: State = "queued"
    done: int = 0
    total: int = 0
    version: int = 0
    began: float = 0.0
    seconds: float = 0.0
    error: str = ""
    result: Any = field(default=None, repr=False)
    early: bytes | None = field(default=None, repr=False)
    _told: float = field(default=0.0, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    def advance(self, count: int) -> None:
        """Count work done; raises `Cancelled` when nobody wants it any more."""
        if self._stop.is_set():
            raise Cancelled
        self.done += count
        # those who watch are told a few times a second, and of all that matters at once
        if (now := time.monotonic()) - self._told >= PACE:
            self._told = now
            self.version += 1

    def show(self, picture: bytes) -> None:
        """Let those who wait see a picture of the members done so far."""
        self.early = picture
        self.version += 1

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ("done", "failed", "cancelled")

    @property
    def seconds_left(self) -> float | None:
        """Seconds until it is done at the pace so far; None before there is a pace."""
        if self.state != "running" or not self.done or not self.total:
            return None
        return (time.monotonic() - self.began) * (self.total - self.done) / self.done


class Jobs:
    """A queue with one worker thread; the results of the last jobs are kept.

    Parameters
    ----------
    waiting : int
        Jobs that may wait; more are refused.
    kept : int
        Finished jobs that are remembered.
    weigh : callable, optional
        Bytes that a result holds; nothing where not given.
    most_bytes : int
        Bytes of all results that are remembered; the newest is kept whatever it holds.
    """

    def __init__(
        self, waiting: int = 8, kept: int = 12, *, weigh: Callable[[Any], int] = lambda _result: 0,
        most_bytes: int = MOST_BYTES,
    ) -> None:  # fmt: skip
        self._waiting, self._kept = waiting, kept
        self._weigh, self._most_bytes = weigh, most_bytes
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._queue: deque[Job] = deque()
        self._lock = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def submit(self, kind: str, total: int, work: Callable[[Job], Any], request: Any = None) -> Job:
        """Queue work.

        Raises
        ------
        Full
            When too many jobs wait.
        """
        job = Job(secrets.token_urlsafe(9), kind, work, request, total=total)
        with self._lock:
            if len(self._queue) >= self._waiting:
                raise Full(f"{len(self._queue)} jobs are waiting already; cancel one or try again later")
            self._jobs[job.id] = job
            self._queue.append(job)
            self._forget()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="borderflow-jobs", daemon=True)
                self._thread.start()
            self._lock.notify()
        return job

    def find(self, job_id: str) -> Job | None:
        """Return a job, None where it is unknown or forgotten."""
        return self._jobs.get(job_id)

    def all(self) -> list[Job]:
        """Return the jobs that are remembered, the oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def cancel(self, job: Job) -> None:
        """Stop a job at the next block of members, or take it out of the queue."""
        with self._lock:
            job._stop.set()
            if job in self._queue:
                self._queue.remove(job)
                job.state = "cancelled"
            job.version += 1

    def close(self) -> None:
        """Cancel everything and wait for the worker."""
        with self._lock:
            self._closed = True
            for job in self._jobs.values():
                job._stop.set()
            self._queue.clear()
            self._lock.notify()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def _forget(self) -> None:
        """Drop the oldest finished jobs: those above the number kept, then those whose results hold too much."""
        over = [one for one in self._jobs.values() if one.over]
        more = max(0, len(self._jobs) - self._kept)
        held = 0
        for number, one in enumerate(reversed(over[more:])):
            held += self._weigh(one.result) if one.result is not None else 0
            more += number > 0 and held > self._most_bytes
        for old in over[:more]:
            del self._jobs[old.id]

    def _run(self) -> None:
        while True:
            with self._lock:
                while not self._queue and not self._closed:
                    self._lock.wait()
                if self._closed:
                    return
                job = self._queue.popleft()
                job.state, job.began = "running", time.monotonic()
                job.version += 1
            self._work(job)
            with self._lock:
                self._forget()

    def _work(self, job: Job) -> None:
        state: State = "done"
        try:
            job.result = job.work(job)
        except Cancelled:
            state = "cancelled"
        except BorderflowError as error:
            state, job.error = "failed", str(error)
        except Exception as error:  # the worker must outlive whatever a job does; the message goes to whoever asked
            state, job.error = "failed", f"{type(error).__name__}: {error}"
        job.seconds = time.monotonic() - job.began
        # last, so that whoever sees the state finds the rest in place
        job.state = state
        if state == "done":
            job.early = None  # of a job that was stopped it stays: somebody may be about to ask for it
        job.version += 1
