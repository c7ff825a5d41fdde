"""What a fork server loads once, so that every process it forks is a warm `borderflow`."""

import sys
from collections.abc import Sequence

from borderflow import briefing, ensemble, workers  # noqa: F401
from borderflow.cli import main
from borderflow.network import compile_network
from borderflow.simulation import simulate
from networks import tiny_scenario

simulate(compile_network(tiny_scenario(days=1)), [0], seed=0)  # compiles, or loads what is compiled


def command(words: Sequence[str]) -> None:
    """Be the command line."""
    sys.argv = ["borderflow", *words]
    main()
