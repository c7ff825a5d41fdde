"""What one member costs, term by term; writes its section of RESULTS.md.

Processor time of this process, least of several runs, because these computers are shared; compare ratios within a run.
Terms are measured in the kernel itself, `borderflow.kernels.border.advance`, with clocks in it (`clocks.py`).
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
from clocks import clocked, milliseconds, new_clocks
from sections import write_section

import borderflow as bf
from borderflow.kernels import border
from borderflow.network import compile_network
from borderflow.rules import compile_rules
from borderflow.scenario import Scenario
from borderflow.simulation import NEWS_HOURS, Workspace, new_record, run_member

RUNS = 9
COLUMNS = {0: "full size", 2: "no departures", 3: "no traffic either", 4: "ukraine-2022"}
#: Steps of an hour, by the name of their function in the kernel.
TERMS = {
    "call_up": "call-up",
    "spread_news": "news of waits and rules",
    "weigh": "weighing the ways out",
    "leave": "leaving home and choosing",
    "cross": "crossings",
    "choose_again": "choosing again, from posts and havens",
    "live_abroad": "abroad",
    "count_people": "sum of people, every hour",
    "recount": "recount, every day",
}


def computer() -> str:
    """Describe this computer in one line."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0] if names else cpu
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{cpu}, {os.cpu_count()} processors, {memory:.0f} GiB, Python {platform.python_version()}, "
        f"numba {numba.__version__}, numpy {np.__version__}; load {os.getloadavg()[0]:.1f}"
    )


def cost(scenario: Scenario) -> tuple[float, float]:
    """Return least and median milliseconds of processor time per member."""
    network = compile_network(scenario)
    rules, theta = compile_rules(network)
    workspace = Workspace(network)
    run_member(network, rules, theta, seed=1, member=0, workspace=workspace)
    times = []
    for member in range(RUNS):
        before = time.process_time()
        run_member(network, rules, theta, seed=1, member=member, workspace=workspace)
        times.append(1000 * (time.process_time() - before))
    return min(times), sorted(times)[RUNS // 2]


def term_costs(scenario: Scenario, advance: Callable[..., tuple[int, int]]) -> list[float]:
    """Return milliseconds per member of every term."""
    network = compile_network(scenario)
    a, (rules, theta), workspace = network.arrays, compile_rules(network), Workspace(network)
    costs, hours = [], len(network.hours)
    for _ in range(RUNS + 1):  # the first one compiles
        state, record, spent = workspace.reset(), new_record(network), new_clocks(list(TERMS), hours)
        normals = np.full(state.noise.shape, np.nan)
        filled = state.minds, state.rate, state.noise, state.travel
        border.prepare(network.trips, theta, *filled, 1, 0, normals)
        code, _ = advance(a, rules, theta, state, record, 1, 0, 0, hours, network.everyone, NEWS_HOURS, spent)
        assert code == border.OK
        costs.append(spent)
    return list(milliseconds(costs[1:])[0])


def terms_table(columns: dict[str, list[float]]) -> list[str]:
    """Return lines of a table: terms by variant."""
    lines = ["| ms per member | " + " | ".join(columns) + " |", "|---" * (1 + len(columns)) + "|"]
    for row, term in enumerate(TERMS.values()):
        lines.append(f"| {term} | " + " | ".join(f"{column[row]:.1f}" for column in columns.values()) + " |")
    return lines


#: The scenarios compared by place and hour.
COMPARED = {"russia-2022, 60 days": ("russia-2022", "2022-11-13"), "ukraine-2022, 43 days": ("ukraine-2022", None)}


def bytes_of(record: border.Record) -> int:
    """Return the bytes of all that a member leaves behind."""
    return sum(array.nbytes for array in (*record.hourly, *record[1:]))


def per_place_hour() -> list[str]:
    """Return lines of a table: what a place costs in an hour, in the two shipped crises."""
    lines = [
        "| per place (origin or post) and hour | place-hours | ns of a member | bytes of a member's record |",
        "|---|---|---|---|",
    ]
    for title, (name, until) in COMPARED.items():
        scenario = bf.load(name).until(until) if until else bf.load(name)
        network = compile_network(scenario)
        rules, theta = compile_rules(network)
        size = (len(network.origins) + len(network.posts)) * len(network.hours)
        kept = bytes_of(run_member(network, rules, theta, seed=1, member=0).record)
        lines.append(f"| {title} | {size:,} | {1e6 * cost(scenario)[0] / size:.0f} | {kept / size:.1f} |")
    return lines


def per_work(columns: dict[str, list[float]], variants: dict[str, Scenario]) -> list[str]:
    """Return lines of a table: what a lane costs in an hour, and a party that chooses; the terms told apart by that."""
    lines = [
        "| a member by its work | lanes times hours | parties that choose | ns of a party, leaving home and choosing "
        "| ns of a lane and hour, all other terms | bytes of its record, per recorded lane and hour |",
        "|---|---|---|---|---|---|",
    ]
    choosing = [list(TERMS).index(name) for name in ("leave", "choose_again")]
    for name, scenario in variants.items():
        network, costs = compile_network(scenario), columns[name]
        rules, theta = compile_rules(network)
        record = run_member(network, rules, theta, seed=1, member=0).record
        hours, party = len(network.hours), int(network.arrays.choices.party[0])
        lane_hours, parties = len(network.lanes) * hours, record.daily[border.CHOSE].sum() / party
        chosen = sum(costs[row] for row in choosing)
        kept = bytes_of(record) / (len(network.recorded) * hours)
        lines.append(
            f"| {name} | {lane_hours:,} | {parties:,.0f} | {1e6 * chosen / parties:.1f} "
            f"| {1e6 * (sum(costs) - chosen) / lane_hours:.0f} | {kept:.1f} |"
        )
    return lines


def in_process(code: str, **environment: str) -> tuple[float, float, float]:
    """Return wall seconds, processor seconds and peak memory in MB of a fresh Python."""
    before, busy = time.perf_counter(), sum(os.times()[2:4])
    env = {**os.environ, **environment}
    code += "\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True).stdout
    return time.perf_counter() - before, sum(os.times()[2:4]) - busy, float(out.split()[-1])


def main() -> None:
    """Measure, print, write."""
    scenario = bf.load("russia-2022").until("2022-11-13")
    quiet = scenario.with_parameters(base_departure_rate=0.0)
    rows = [
        ("russia-2022 to full size, 60 days hourly", scenario),
        (
            "half the departures",
            scenario.with_parameters(base_departure_rate=scenario.value("base_departure_rate") / 2),
        ),
        ("no departures", quiet),
        ("no departures, no ordinary traffic", quiet.model_copy(update={"baseline": ()})),
        ("ukraine-2022, 43 days", bf.load("ukraine-2022")),
        ("ukraine-2022, its first 40 days", bf.load("ukraine-2022").until("2022-03-29")),
    ]
    lines = ["| one member | least, ms | median, ms |", "|---|---|---|"]
    for name, variant in rows:
        least, median = cost(variant)
        lines.append(f"| {name} | {least:.1f} | {median:.1f} |")
    advance = clocked([border.advance], list(TERMS), "t")
    variants = {name: rows[row][1] for row, name in COLUMNS.items()}
    columns = {name: term_costs(variant, advance) for name, variant in variants.items()}
    lines += ["", *terms_table(columns)]
    times = {}
    for name, action in (
        ("load", lambda: bf.load("russia-2022")),
        ("compile_network", lambda: compile_network(scenario)),
    ):
        before = time.process_time()
        action()
        times[name] = time.process_time() - before
    with tempfile.TemporaryDirectory() as folder:
        one = f"import borderflow as bf; bf.run('russia-2022', members={{}}, out={folder + '/run'!r})"
        cold, cold_busy, _ = in_process(one.format(200), BORDERFLOW_CACHE=folder + "/cache")
        warm, warm_busy, _ = in_process(one.format(200), BORDERFLOW_CACHE=folder + "/cache")
        many, many_busy, peak = in_process(one.format(1000), BORDERFLOW_CACHE=folder + "/cache")
    lines += [
        "",
        "| whole process | |",
        "|---|---|",
        f"| `load` | {times['load']:.2f} s processor time |",
        f"| `compile_network` | {times['compile_network']:.2f} s processor time |",
        f"| `run`, 200 members to 15 October, nothing compiled yet | {cold:.1f} s wall, {cold_busy:.1f} s processor time |",
        f"| the same, compiled | {warm:.1f} s wall, {warm_busy:.1f} s processor time |",
        f"| compiling the kernel, the difference | {cold_busy - warm_busy:.1f} s processor time |",
        f"| `run`, 1,000 members | {many:.1f} s wall, {many_busy:.1f} s processor time, peak memory {peak:,.0f} MB |",
    ]
    lines += ["", *per_place_hour()]
    lines += ["", *per_work(columns, {name: variants[name] for name in (COLUMNS[0], COLUMNS[4])})]
    block = "\n".join(["## Border engine", "", f"`make bench` on {computer()}.", "", *lines])
    write_section("border engine", block)
    print(block)
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
