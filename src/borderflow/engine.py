"""Engine: the machine code of the kernel, loaded from its cache or compiled once for this computer.

Compiling takes seconds that nothing can interrupt, so it happens in a thread that nobody has to wait for: the rest gets
ready meanwhile, and whoever waits can have enough of it at any moment.
"""

from __future__ import annotations

import sys
import threading
from contextlib import suppress

from borderflow.network import Network
from borderflow.simulation import simulate

__all__ = ["await_engine", "start_engine"]

PATIENCE = 3.0  # seconds after which a person is told what takes so long


def start_engine(network: Network) -> threading.Event:
    """Begin to load or compile the machine code; return what says when it is there.

    Examples
    --------
    >>> from borderflow.network import compile_network
    >>> from borderflow.scenario import load
    >>> start_engine(compile_network(load("russia-2022").until("2022-09-15"))).wait(timeout=400)
    True
    """
    from borderflow.kernels import border

    ready = threading.Event()

    def load() -> None:
        with suppress(Exception):  # what goes wrong here goes wrong in the first member, too, and is told there
            simulate(network, (0,), seed=0, last=0)
        ready.set()

    if border.advance.signatures:
        ready.set()
    else:
        threading.Thread(target=load, name="engine", daemon=True).start()
    return ready


def await_engine(ready: threading.Event, *, tell: bool = False) -> None:
    """Wait for the machine code; tell a person who watches why it takes so long."""
    if not ready.wait(PATIENCE) and tell and sys.stderr.isatty():
        print("borderflow: compiling the engine, once for this computer", file=sys.stderr)
    ready.wait()
