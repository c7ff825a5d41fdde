"""Clusters: pools of workers on other computers, through Dask (extra ``cluster``).

The scheduler sends each worker the address of the run and numbers of blocks. Workers write their chunks themselves, so
neither the scheduler nor the computer that asked ever holds members. A block whose worker dies is given to another.
"""

from __future__ import annotations

import asyncio
import importlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import Any

from borderflow.errors import UsageError
from borderflow.workers import Pool

__all__ = ["open_pool"]

RETRIES = 10  # tries of a block before its error is believed; a worker that vanishes is no try
PATIENCE = 20.0  # seconds until a scheduler must have answered, and as many again until it has taken a client


@contextmanager
def open_pool(*, cluster: str | None = None, slurm: int | None = None) -> Iterator[Pool | None]:
    """Give the pool of a Dask scheduler or of Slurm jobs, None where neither is asked for.

    Parameters
    ----------
    cluster : str, optional
        Address of a running scheduler, for example ``tcp://10.0.0.5:8786``.
    slurm : int, optional
        Number of jobs to submit through dask-jobqueue; partition, cores, memory and wall time are those of its own
        configuration.

    Raises
    ------
    UsageError
        For both at once, without the extra ``cluster``, or where no scheduler answers.

    Examples
    --------
    >>> with open_pool() as pool:
    ...     print(pool)
    None
    """
    if cluster is not None and slurm is not None:
        raise UsageError("--cluster and --slurm: give one of them")
    if cluster is None and slurm is None:
        yield None
        return
    with ExitStack() as stack:
        address = cluster if slurm is None else stack.enter_context(_submit_jobs(slurm))
        client = stack.enter_context(_connect(address))
        yield client.get_executor(pure=False, retries=RETRIES)


def _connect(address: Any) -> Any:
    """Return a client of a scheduler.

    Dask's own client waits for ever where something takes the connection and says nothing, raises whatever a stranger's
    bytes lead to, and then needs 40 s to go. So the address is asked first who it is, and the client gets a time limit.
    """
    distributed = _import("distributed")

    def connect() -> Any:
        if isinstance(address, str):
            distributed.comm.get_address_host_port(address)
            name = asyncio.run(_ask(distributed, address))
            if name != "Scheduler":
                raise ValueError(f"it says that it is {name!r}, not 'Scheduler'")
        return distributed.Client(address, timeout=PATIENCE, set_as_default=False)

    try:
        return _within(2 * PATIENCE, connect)
    except Exception as error:  # a server of another kind may answer anything, a length of exabytes too
        reason = (str(error) or f"nothing said for {PATIENCE:g} s").splitlines()[0]
        raise UsageError(f"--cluster {address}: no Dask scheduler answers there: {reason}") from None


async def _ask(distributed: Any, address: str) -> str:
    """Return what kind of Dask server an address is, nothing where the answer does not say."""
    async with asyncio.timeout(PATIENCE):
        server = distributed.rpc(address, timeout=PATIENCE)
        try:
            return str((await server.identity()).get("type", ""))
        finally:
            await server.close_rpc()


def _within(seconds: float, make: Callable[[], Any]) -> Any:
    """Return what `make` returns, made in a thread: a notebook has an event loop of its own in the one that asks.

    Past its time the thread is left behind, which no pool of threads would do.
    """
    made: Future[Any] = Future()

    def put() -> None:
        try:
            made.set_result(make())
        except Exception as error:
            made.set_exception(error)

    threading.Thread(target=put, daemon=True).start()
    return made.result(timeout=seconds)


def _submit_jobs(jobs: int) -> Any:
    """Return a cluster of Slurm jobs."""
    if not 1 <= jobs <= 10_000:
        raise UsageError(f"--slurm must be 1 to 10,000 jobs, got {jobs}")
    try:
        cluster = _import("dask_jobqueue").SLURMCluster()
    except (ValueError, TypeError, RuntimeError, OSError) as error:
        reason = str(error).splitlines()[0].removesuffix(", for example:")
        raise UsageError(f"--slurm: dask-jobqueue says: {reason}; docs/scaling.md has an example") from None
    cluster.scale(jobs=jobs)
    return cluster


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise UsageError(f"needs {name}: pip install 'borderflow[cluster]'") from None
