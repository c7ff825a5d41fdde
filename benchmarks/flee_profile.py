"""What one member of a Flee run costs, term by term: the kernel with clocks in it; writes its section of RESULTS.md.

Two tables: the stages of a day, which together are a member but for the loops between them, and what is called within
them. What is called a million times for some nanoseconds is counted only.

    python benchmarks/flee_profile.py [DIR SETTINGS]...     directories beside the sample
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from clocks import clocked, milliseconds, new_clocks
from member import computer
from sections import write_section

from borderflow.flee import FleeScenario, load_directory, shipped_directories
from borderflow.flee.members import Workspace, simulate_members
from borderflow.kernels import cells, daily, journeys, mornings, walkers

ROUNDS = 7
TRAVEL = (journeys._drain, journeys._travel_in_turn, journeys.travel)
DAY = (*TRAVEL, daily._one_day, daily._record, daily.simulate)
#: Stages of a day, by the name of their function in the kernel.
STAGES = {
    "_new_day": "rules of the day",
    "spawn": "setting out",
    "shut_roads": "roads that shut",
    "note_chances": "chances of leaving",
    "draw_rare_leavers": "leavers of places that few leave",
    "leave": "morning: who leaves, where to",
    "_parts": "into how many parts the day is split",
    "_split": "giving turns in the order of creation",
    "_go_on": "cells on roads",
    "_continue": "cells that go on the same day",
    "walk_on": "persons on roads",
    "_gather": "persons in the same state into cells",
    "clear_table": "emptying tables",
    "sum_people": "sum of people",
}
INSIDE = (
    cells.rest_in_a_cell, walkers._settle, walkers.decide, walkers._go, walkers.wake, walkers.wake_some, walkers.walk_on, mornings._leavers, mornings._leave_together,
    mornings._leave_one_by_one, mornings._leave_cell, mornings._leave_in_turn, mornings.leave, mornings.draw_rare_leavers, journeys._continue, *DAY,
)  # fmt: skip
#: What the stages call, draws first.
CALLS = {
    "draw_binomial": "draw: binomial, people who leave",
    "share_out": "draw: where many people go",
    "pick": "draw: where one of a cell goes",
    "choose": "persons decide, one draw each",
    "step": "persons go one road on, or stay",
    "depart": "persons leave in the morning, or stay",
    "ride": "persons whose day is not simply one road",
    "weigh": "weighing the ways of a place",
    "add_people": "finding or making the cell of a state",
    "note_occupancy": "how full a place is",
    "first_road": "first road of a way",
    "shift": "counting people in and out of a place",
}


def plain(scenario: FleeScenario) -> float:
    """Return milliseconds of processor time of a member without clocks."""
    workspace, times = Workspace(scenario.compiled), []
    for _ in range(ROUNDS + 1):
        before = time.process_time()
        simulate_members(scenario.compiled, [0], seed=1, workspace=workspace)
        times.append(1000 * (time.process_time() - before))
    return min(times[1:])


def profile(scenario: FleeScenario, kernel: Callable[..., Any], terms: dict[str, str]) -> Any:
    """Return milliseconds and calls of every term in a member, whose result must be that without clocks."""
    compiled, workspace, runs = scenario.compiled, Workspace(scenario.compiled), []
    (expected,) = simulate_members(compiled, [0], seed=1, workspace=workspace)  # makes room for its cells
    for _ in range(ROUNDS + 1):  # the first one compiles
        record = [np.zeros_like(one) for one in (expected.present, expected.under_way, expected.spawned)]
        spent = new_clocks(list(terms), len(expected.under_way))
        memory, days = workspace.reset(), daily_record(*record)
        code, _ = kernel(compiled.geography, compiled.rules, compiled.sources, compiled.law, memory, days, 1, 0, spent)
        assert code == 0 and (record[0] == expected.present).all(), "clocks must not change anything"
        runs.append(spent)
    return milliseconds(runs[1:])


def daily_record(present: Any, under_way: Any, spawned: Any) -> Any:
    """Return where the kernel writes its days."""
    from borderflow.kernels.cells import Days

    return Days(present=present, under_way=under_way, spawned=spawned)


def table(scenarios: dict[str, FleeScenario], functions: tuple[Any, ...], terms: dict[str, str]) -> list[str]:
    """Return lines of a table: milliseconds and calls of terms by scenario."""
    kernel = clocked(functions, list(terms), "day")
    columns = [profile(scenario, kernel, terms) for scenario in scenarios.values()]
    head = "".join(f" {name}, ms | calls |" for name in scenarios)
    lines = [f"| |{head}", "|---" * (1 + 2 * len(scenarios)) + "|"]
    for row, name in enumerate(terms.values()):
        cells = "".join(f" {in_words(ms[row])} | {calls[row]:,} |" for ms, calls in columns)
        lines.append(f"| {name} |{cells}")
    return lines


def in_words(ms: float) -> str:
    """Return milliseconds as text."""
    return f"{ms:.2f}" if ms == ms else "too short"


def main() -> None:
    """Measure, print, write."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    given = [Path(one) for one in sys.argv[1:]]
    sample = load_directory(shipped_directories()["flee-two-valleys"])
    scenarios = {
        "sample": sample,
        "without `avoid_short_stints`": replace(sample, settings=replace(sample.settings, avoid_short_stints=False)),
    }
    scenarios |= {a.name: load_directory(a, settings=b) for a, b in zip(given[::2], given[1::2], strict=True)}
    lines = ["| a member without clocks | ms |", "|---|---|"]
    lines += [f"| {name} | {plain(scenario):.1f} |" for name, scenario in scenarios.items()]
    lines += ["", "Stages of a day:", "", *table(scenarios, DAY, STAGES)]
    lines += [
        "",
        "Within the stages, each call with a clock of its own, where that is longer than a clock:",
        "",
        *table(scenarios, INSIDE, CALLS),
    ]
    head = f"`benchmarks/flee_profile.py` on {computer()}; least of {ROUNDS} runs of one member, day by day."
    block = "\n".join(["### Profile inside the daily kernel", "", head, "", *lines])
    write_section("flee profile", block)
    print(block)


if __name__ == "__main__":
    main()
