"""Flee itself where it matters who decides first: many runs of tiny scenarios; writes ``tests/flee_order.csv``.

    python benchmarks/flee_creation.py [RUNS]

Means and variances of people at each place, day by day. The wheel of Flee 3.1 does not lower the capacity of a camp by the
people who are in it on day 0, as the later state of its repository does, and does not know ``capacity_scaling``: the test
gives ours the same capacities.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path

import numpy as np
from versus_flee import HERE, flee_runs

sys.path.insert(0, str(HERE.parent / "tests"))

from flee_agents import write
from flee_order import CASES, WITH_FLEE


def people_of(folder: Path, runs: int) -> np.ndarray:
    """Return people at places, shape (run, day, place)."""
    found = flee_runs(folder, folder / "simsetting.yml", range(1, 1 + runs))
    return np.array([list(one["places"].values()) for one in found]).swapaxes(1, 2)


def main() -> None:
    """Run Flee and write what it did."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    with (HERE.parent / "tests" / "flee_order.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["case", "runs", "day", "place", "mean", "variance"])
        for name in WITH_FLEE:
            with tempfile.TemporaryDirectory() as folder:
                people = people_of(write(CASES[name], Path(folder) / "case"), runs)
            for day, place in np.ndindex(people.shape[1:]):
                one = people[:, day, place]
                table.writerow([name, runs, day, "ABCD"[place], f"{one.mean():.5f}", f"{one.var():.5f}"])
            print(f"{name}: {runs} runs", flush=True)


if __name__ == "__main__":
    main()
