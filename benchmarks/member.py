"""What one member of russia-2022 costs, term by term; writes its section of RESULTS.md.

Processor time of this process, least of several runs, because these computers are shared; compare ratios within a run.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numba
import numpy as np

import borderflow as bf
from borderflow.network import compile_network
from borderflow.rules import compile_rules
from borderflow.scenario import Scenario
from borderflow.simulation import Workspace, run_member

RESULTS = Path(__file__).with_name("RESULTS.md")
MARK = ("<!-- border engine -->", "<!-- /border engine -->")
RUNS = 9


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


def in_process(code: str, **environment: str) -> tuple[float, float]:
    """Return wall seconds and peak memory in MB of a fresh Python."""
    before = time.perf_counter()
    env = {**os.environ, **environment}
    code += "\nimport resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True).stdout
    return time.perf_counter() - before, float(out.split()[-1])


def main() -> None:
    """Measure, print, write."""
    scenario = bf.load("russia-2022").until("2022-11-13")
    quiet = scenario.with_parameters(base_departure_rate=0.0)
    rows = [
        ("full size, 60 days hourly", scenario),
        (
            "half the departures",
            scenario.with_parameters(base_departure_rate=scenario.value("base_departure_rate") / 2),
        ),
        ("no departures", quiet),
        ("no departures, no ordinary traffic", quiet.model_copy(update={"baseline": ()})),
    ]
    lines = ["| one member | least, ms | median, ms |", "|---|---|---|"]
    for name, variant in rows:
        least, median = cost(variant)
        lines.append(f"| {name} | {least:.1f} | {median:.1f} |")
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
        cold, _ = in_process(one.format(200), BORDERFLOW_CACHE=folder + "/cache")
        warm, _ = in_process(one.format(200), BORDERFLOW_CACHE=folder + "/cache")
        many, peak = in_process(one.format(1000), BORDERFLOW_CACHE=folder + "/cache")
    lines += [
        "",
        "| whole process | |",
        "|---|---|",
        f"| `load` | {times['load']:.2f} s processor time |",
        f"| `compile_network` | {times['compile_network']:.2f} s processor time |",
        f"| `run`, 200 members to 15 October, nothing compiled yet | {cold:.1f} s wall |",
        f"| the same, compiled | {warm:.1f} s wall |",
        f"| `run`, 1,000 members | {many:.1f} s wall, peak memory {peak:,.0f} MB |",
    ]
    block = "\n".join([MARK[0], "## Border engine", "", f"`make bench` on {computer()}.", "", *lines, MARK[1]])
    text = (
        RESULTS.read_text(encoding="utf-8")
        if RESULTS.exists()
        else "# Results\n\nWhat was measured, and how to measure it again.\n"
    )
    if MARK[0] in text:
        text = text[: text.index(MARK[0])] + block + text[text.index(MARK[1]) + len(MARK[1]) :]
    else:
        text = text.rstrip() + "\n\n" + block + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(block)
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
