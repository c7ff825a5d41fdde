"""Clusters: pools of workers on other computers, through Dask (extra ``cluster``).

The scheduler sends each worker the address of the run and numbers of blocks. Workers write their chunks themselves, so
neither the scheduler nor the computer that asked ever holds members. A block whose worker dies is given to another.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from borderflow.errors import UsageError
from borderflow.workers import Pool

__all__ = ["open_pool"]

RETRIES = 10  # tries of a block before its error is believed; a worker that vanishes is no try


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
    """Return a client of a scheduler."""
    distributed = _import("distributed")
    try:
        if isinstance(address, str):  # a client that could not even read its address takes 40 s to go, and complains
            distributed.comm.get_address_host_port(address)
        return distributed.Client(address, timeout="20s", set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"--cluster {address}: no Dask scheduler answers there: {reason}") from None


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
