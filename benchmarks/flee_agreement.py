"""The same answer as Flee: 400 members of each conflict against what Flee itself computed from it.

    python benchmarks/flee_agreement.py DATA BASELINE [MEMBERS]

DATA holds one folder per conflict and the settings files; BASELINE is JSON with Flee's means and standard deviations over
its seeds, per camp and day, and its scores. Prints a table for RESULTS.md.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from borderflow.flee import FleeScenario, load_directory
from borderflow.flee.members import Workspace, simulate_members
from borderflow.shares import ard, rescale


def run(scenario: FleeScenario, members: int) -> np.ndarray:
    """Return people by member, day and camp."""
    compiled = scenario.compiled

    def some(first: int) -> list[np.ndarray]:
        numbers = range(first, min(first + 10, members))
        made = simulate_members(compiled, numbers, seed=1, workspace=Workspace(compiled))
        return [one.present[:, list(compiled.camps)] for one in made]

    with ThreadPoolExecutor(2) as pool:
        return np.array([one for part in pool.map(some, range(0, members, 10)) for one in part], float)


def compare(scenario: FleeScenario, known: dict[str, Any], members: int) -> list[str]:
    """Return the cells of one row."""
    camps = run(scenario, members)
    names = [scenario.tables.places[n].name for n in scenario.compiled.camps]
    mean, sd = (np.array([known["camps"][name][key] for name in names]).T for key in ("mean", "sd"))
    seeds, everybody = len(known["seeds"]), known["people_end"][0]
    ours, spread = camps[:, known["days"]].mean(axis=0), camps[:, known["days"]].std(axis=0, ddof=1)
    error = np.sqrt(sd**2 / seeds + spread**2 / members)
    outside = np.abs(ours - mean) > np.maximum(4 * error, 0.005 * everybody)
    large = (sd > 0.01 * mean) & (mean > 0.005 * everybody)
    ratio = spread[large] / sd[large]
    # how far the ratio strays where nothing differs: the deviation of as few of our own members as Flee has seeds
    rng = np.random.default_rng(1)
    few = [camps[rng.choice(members, seeds, replace=False)][:, known["days"]].std(axis=0, ddof=1) for _ in range(400)]
    chance = [float(np.exp(np.mean(np.log(spread[large] / np.maximum(one[large], 0.3))))) for one in few]
    low, high = np.quantile(chance, (0.025, 0.975))
    counted = scenario.compiled.data.astype(float)
    raw, scaled = ard(camps, counted).mean(), ard(rescale(camps, counted), counted).mean()
    return [
        f"{np.abs(ours - mean).max() / everybody:.2%}", f"{int(outside.sum())} of {outside.size}",
        f"{np.exp(np.log(ratio).mean()):.2f}", f"{low:.2f} to {high:.2f}", f"{np.mean(np.abs(ratio - 1) <= 0.25):.0%}",
        f"{np.mean(known['ard']):.3f}", f"{raw:.3f}", f"{np.mean(known['ard_rescaled']):.3f}", f"{scaled:.3f}",
    ]  # fmt: skip


def main(data: Path, baseline: Path, members: int = 400) -> None:
    """Compare every scenario of the baseline and print."""
    print(
        "| directory, settings | mean | outside | deviation | by chance | cells within 25 % | score, Flee | ours | rescaled, Flee | ours |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for pair, known in json.loads(baseline.read_text())["scenarios"].items():
        conflict, settings = pair.split("/")
        scenario = load_directory(data / conflict, settings=data / settings)
        print(f"| {conflict}, {settings} | {' | '.join(compare(scenario, known, members))} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
