"""Flee from PyPI against borderflow on the same directories, one core, one call; and what a member costs by population.

Flee lives in an environment of its own (``.venv-flee``). Processor seconds of the day loop of one member, everything
loaded; borderflow compiled before. Settings have no ``hasten``: Flee moves every person as an agent. The wheel is Flee
3.1 of August 2023; the agreement of results is tested against a later state of its repository, so here only time is compared.

    python benchmarks/versus_flee.py [DIR SETTINGS]...     directories beside the sample
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from borderflow.flee import load_directory, shipped_directories
from borderflow.flee.calendar import Compiled, ages_of_cells
from borderflow.flee.members import Workspace, simulate_members

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parent / ".venv-flee"
MEMBERS = 8


def flee_python() -> Path:
    """Return the Python of Flee's environment, made on first use."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "flee"], check=True)
    return python


def flee_runs(folder: Path, settings: Path, seeds: Iterable[int]) -> list[dict[str, Any]]:
    """Return what ``flee_driver.py`` says of each run of Flee: seconds, agents, days, and people by place."""
    command = [str(flee_python()), str(HERE / "flee_driver.py"), str(folder), str(settings), *map(str, seeds)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [json.loads(line.removeprefix("RESULT ")) for line in out.splitlines() if line.startswith("RESULT ")]


def with_people(compiled: Compiled, people: float) -> Compiled:
    """Return a calendar with so many people, everybody and every capacity times one factor."""
    sources, rules = compiled.sources, compiled.rules
    factor = people / float(sources.total.sum() + sources.initial.sum())
    return replace(
        compiled,
        sources=sources._replace(
            total=(sources.total * factor).astype(sources.total.dtype),
            initial=(sources.initial * factor).astype(sources.initial.dtype),
        ),
        rules=rules._replace(capacity=rules.capacity * factor),
        law=compiled.law._replace(ages=ages_of_cells(people)),
    )


def our_seconds(compiled: Compiled) -> tuple[float, int]:
    """Return processor seconds of one member, mean of several, and cells a day."""
    workspace = Workspace(compiled)
    simulate_members(compiled, [0], seed=1, workspace=workspace)
    before = time.process_time()
    members = simulate_members(compiled, range(1, 1 + MEMBERS), seed=1, workspace=workspace)
    return (time.process_time() - before) / MEMBERS, members[0].cells // compiled.sources.era.size


def main() -> None:
    """Measure and print."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    sample = shipped_directories()["flee-two-valleys"]
    given = [Path(one) for one in sys.argv[1:]]
    pairs = [(sample, sample / "simsetting.yml"), *zip(given[::2], given[1::2], strict=True)]
    print("| directory | agents | Flee, s | borderflow, ms | ratio |\n|---|---|---|---|---|", flush=True)
    for folder, settings in pairs:
        scenario = load_directory(folder, settings=settings)
        ours, _ = our_seconds(scenario.compiled)
        (flee,) = flee_runs(folder, settings, [1])
        theirs, agents = flee["seconds"], flee["agents"]
        print(f"| {folder.name} | {agents:,} | {theirs:.1f} | {1000 * ours:.1f} | {theirs / ours:,.0f} |", flush=True)
    print("\n| sample, people | as shipped, ms | cells a day | without avoid_short_stints, ms | cells a day |")
    print("|---|---|---|---|---|")
    scenario = load_directory(sample)
    plain = replace(scenario, settings=replace(scenario.settings, avoid_short_stints=False))
    for size in (1e4, 1e5, 1e6, 1e7, 1e8):
        times = [our_seconds(with_people(one.compiled, size)) for one in (scenario, plain)]
        cells = [f"{1000 * seconds:.1f} | {count:,}" for seconds, count in times]
        print(f"| {size:,.0f} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
