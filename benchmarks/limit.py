"""How much of a Flee run is random draws: the same run with every draw made twice, the second time for nothing.

The source of the kernel is compiled a second time with samplers that draw twice and return the first result. Results must
be equal to the last person, so both runs do the same work but for the draws; the difference of processor seconds is what
draws cost, and its share of the plain run is printed. All alternate, and the least of several rounds counts.

Two costs: of random numbers and samplers of counts, and of these with the choices of those who go on one by one, which
are draws as well, by the alias method. Choices that single people of a cell make are in neither.

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
from versus_flee import with_people

from borderflow.flee import load_directory, shipped_directories
from borderflow.flee.calendar import Compiled
from borderflow.flee.members import Workspace, simulate_members
from borderflow.kernels import daily

ROUNDS, MEMBERS = 7, 3
MODULES = ("cells", "streams", "turns", "choices", "steps", "walkers", "mornings", "journeys", "newcomers", "daily")
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


CHOICES_TWICE = """

@part
def choose(stop, lots, own, way, word, listed, places, short, first, people, ahead):
    keep_apart()
    choose_once(stop, lots, own, way, word, listed, places, short, first, people, ahead)
    choose_once(stop, lots, own, way, word, listed, places, short, first, people, ahead)
"""


def kernel_with_draws_twice(folder: Path, *, choices: bool) -> object:
    """Return ``simulate`` of a kernel whose draws are made twice, with or without choices of single persons."""
    end = "all_twice" if choices else "twice"
    for name in MODULES:
        source = (Path(daily.__file__).parent / f"{name}.py").read_text()
        source = source.replace("from borderflow.kernels.draws import", "from draws_twice import")
        for other in MODULES:
            source = source.replace(f"from borderflow.kernels.{other} import", f"from {other}_{end} import")
        if choices and name == "steps":
            source = source.replace("def choose(", "def choose_once(") + CHOICES_TWICE
        (folder / f"{name}_{end}.py").write_text(source)
    (folder / "draws_twice.py").write_text(TWICE)
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return importlib.import_module(f"daily_{end}").simulate


def seconds(compiled: Compiled, workspace: Workspace, simulate: object) -> tuple[float, np.ndarray]:
    """Return processor seconds of a member and where everybody was."""
    daily.simulate = simulate
    before = time.process_time()
    members = simulate_members(compiled, range(MEMBERS), seed=1, workspace=workspace)
    return (time.process_time() - before) / MEMBERS, np.array([member.present for member in members])


def main() -> None:
    """Measure and print."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    once = daily.simulate
    given = [Path(one) for one in sys.argv[1:]]
    sample = load_directory(shipped_directories()["flee-two-valleys"])
    plain = replace(sample, settings=replace(sample.settings, avoid_short_stints=False))
    scenarios = [("sample", sample.compiled), ("sample, without avoid_short_stints", plain.compiled)]
    scenarios += [("the same with 10,000,000 people", with_people(plain.compiled, 1e7))]
    scenarios += [
        (a.name, load_directory(a, settings=b).compiled) for a, b in zip(given[::2], given[1::2], strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        kernels = [once, *(kernel_with_draws_twice(Path(folder), choices=choices) for choices in (False, True))]
        print("| directory | a member, ms | draws, ms | share | with choices of single persons, ms | share |")
        print("|---|---|---|---|---|---|", flush=True)
        for name, compiled in scenarios:
            workspace = Workspace(compiled)
            results = [seconds(compiled, workspace, kernel)[1] for kernel in kernels]
            assert all((one == results[0]).all() for one in results), "all must do the same work"
            rounds = [[seconds(compiled, workspace, kernel)[0] for kernel in kernels] for _ in range(ROUNDS)]
            base, *double = np.min(rounds, axis=0)
            shares = [f"{1000 * (cost - base):.1f} | {(cost - base) / base:.0%}" for cost in double]
            print(f"| {name} | {1000 * base:.1f} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main()
