"""How much of a Flee run is random draws: the same run with every draw made twice, the second time for nothing.

The source of the kernel is compiled a second time with samplers that draw twice and return the first result. Results must
be equal to the last person, so both runs do the same work but for the draws; the difference of processor seconds is what
draws cost, and its share of the plain run is printed. Both alternate, and the least of several rounds counts.

    python benchmarks/limit.py [DIR SETTINGS]...     directories beside the sample
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from borderflow.flee import FleeScenario, load_directory, shipped_directories
from borderflow.flee.members import Workspace, simulate_members
from borderflow.kernels import daily

ROUNDS, MEMBERS = 7, 3
MODULES = ("cells", "streams", "choices", "steps", "walkers", "mornings", "journeys", "newcomers", "daily")
TWICE = """
from numba import njit
from borderflow.kernels import draws
from borderflow.kernels.draws import fine_share_of, invert_binomial, keep_apart  # noqa: F401


@njit
def binomial(n, p, seed, member, step, site, purpose):
    again = draws.binomial(n, p, seed, member ^ 1024, step, site, purpose)
    return draws.binomial(n, p, seed, member, step, site, purpose) if again >= 0 else -1


@njit
def hypergeometric(marked, others, taken, seed, member, step, site, purpose):
    again = draws.hypergeometric(marked, others, taken, seed, member ^ 1024, step, site, purpose)
    return draws.hypergeometric(marked, others, taken, seed, member, step, site, purpose) if again >= 0 else -1


@njit
def poisson(mean, seed, member, step, site, purpose):
    again = draws.poisson(mean, seed, member ^ 1024, step, site, purpose)
    return draws.poisson(mean, seed, member, step, site, purpose) if again >= 0 else -1


@njit
def fill_blocks(words, size, seed, member, step, sites, purposes):
    draws.fill_blocks(words, size, seed, member ^ 1024, step, sites, purposes)
    draws.fill_blocks(words, size, seed, member, step, sites, purposes)
"""


def kernel_with_draws_twice(folder: Path) -> object:
    """Return ``simulate`` of a kernel whose draws are made twice."""
    for name in MODULES:
        source = (Path(daily.__file__).parent / f"{name}.py").read_text()
        source = source.replace("from borderflow.kernels.draws import", "from draws_twice import")
        for other in MODULES:
            source = source.replace(f"from borderflow.kernels.{other} import", f"from {other}_twice import")
        (folder / f"{name}_twice.py").write_text(source)
    (folder / "draws_twice.py").write_text(TWICE)
    sys.path.insert(0, str(folder))
    return importlib.import_module("daily_twice").simulate


def seconds(scenario: FleeScenario, workspace: Workspace, simulate: object) -> tuple[float, np.ndarray]:
    """Return processor seconds of a member and where everybody was."""
    daily.simulate = simulate
    before = time.process_time()
    members = simulate_members(scenario.compiled, range(MEMBERS), seed=1, workspace=workspace)
    return (time.process_time() - before) / MEMBERS, np.array([member.present for member in members])


def main() -> None:
    """Measure and print."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    once = daily.simulate
    given = [Path(one) for one in sys.argv[1:]]
    sample = load_directory(shipped_directories()["flee-two-valleys"])
    plain = replace(sample, settings=replace(sample.settings, avoid_short_stints=False))
    scenarios = [("sample", sample), ("sample, without avoid_short_stints", plain)]
    scenarios += [(a.name, load_directory(a, settings=b)) for a, b in zip(given[::2], given[1::2], strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        twice = kernel_with_draws_twice(Path(folder))
        print("| directory | a member, ms | draws, ms | share |\n|---|---|---|---|", flush=True)
        for name, scenario in scenarios:
            workspace = Workspace(scenario.compiled)
            _, one = seconds(scenario, workspace, once)
            _, two = seconds(scenario, workspace, twice)
            assert (one == two).all(), "both must do the same work"
            rounds = [[seconds(scenario, workspace, kernel)[0] for kernel in (once, twice)] for _ in range(ROUNDS)]
            base, double = np.min(rounds, axis=0)
            cost = double - base
            print(f"| {name} | {1000 * base:.1f} | {1000 * cost:.1f} | {cost / base:.0%} |", flush=True)


if __name__ == "__main__":
    main()
