"""How time and memory grow with places, people, members and hours; and a continent: writes its section of RESULTS.md.

Every network is synthetic: places of the shipped gazetteer, crossings between random gateways, all numbers made up. Each
row is a process of its own, so that peak memory is its own. Time is processor time of one thread once compiled; powers
are fitted by least squares on logarithms over the upper half of each range, where fixed costs no longer count.

Usage: ``growth.py`` for all (a quarter of an hour), ``growth.py quick`` without the largest, ``growth.py one PLACES CROSSINGS
PEOPLE HOURS`` or ``growth.py many MEMBERS`` for one row.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from member import computer
from sections import write_section


def synthetic(places: int, crossings: int, people: float, hours: int):  # type: ignore[no-untyped-def]
    """Return a scenario of gazetteer towns around made-up borders."""
    from borderflow.places import load_gazetteer
    from networks import COUNTRIES, build, lane, link, place, traffic

    towns = load_gazetteer()
    draw = np.random.default_rng(1)
    picked = draw.choice(len(towns), size=places + crossings, replace=len(towns) < places + crossings)
    spots = [(float(towns[n].latitude), float(towns[n].longitude)) for n in picked]
    each = max(int(people / places), 1)
    rows = [
        place(f"town{n}", "origin", *spots[n], population=each, visa_share=0.2, access="road;rail")
        for n in range(places)
    ]
    lanes, links, base = [], [], []
    ids = [country["id"] for country in COUNTRIES]
    for n in range(crossings):
        lat, lon = spots[places + n]
        rows.append(place(f"gate{n}", "gateway", lat, lon, access="road;rail"))
        rows.append(
            place(f"post{n}", "crossing", min(lat + 0.1, 90.0), lon, country=ids[n % len(ids)], gateway=f"gate{n}")
        )
        lanes.append(lane(f"post{n}", "out", "car", 3000.0, 3000.0))
        lanes.append(lane(f"post{n}", "out", "bus", 1000.0, 1000.0))
        links += [link(f"gate{n}", f"post{n}", mode, km=12.0) for mode in ("car", "bus")]
        base.append(traffic(f"post{n}", "out", "car", 500.0, tourist_share=0.3))
    return build(places=rows, lanes=lanes, links=links, baseline=base, days=hours / 24,
                 parameters={"base_departure_rate": 2e-4})  # fmt: skip


def one(places: int, crossings: int, people: float, hours: int) -> dict[str, float]:
    """Measure one member of one network in this process."""
    from borderflow.network import compile_network
    from borderflow.rules import compile_rules
    from borderflow.simulation import Workspace, run_member

    scenario = synthetic(places, crossings, people, hours)
    began = time.process_time()
    network = compile_network(scenario)
    rules, theta = compile_rules(network)
    built = time.process_time() - began
    small = compile_network(synthetic(20, 4, 1e5, 24))
    run_member(small, *compile_rules(small), seed=1, member=0)  # compiles
    workspace = Workspace(network)
    began = time.process_time()
    member = run_member(network, rules, theta, seed=1, member=0, workspace=workspace)
    return {
        "compile_s": built, "member_s": time.process_time() - began,
        "left": float(member.record.origin[0].sum()), "alternatives": float(network.arrays.choices.alt_lane.size),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def many(members: int) -> dict[str, float]:
    """Measure a whole run of many members of a very small network in this process."""
    import borderflow as bf

    scenario = synthetic(10, 2, 1e5, 24)
    with tempfile.TemporaryDirectory() as folder:
        bf.run(scenario, members=1, workers=1, out=f"{folder}/warm")
        began = time.process_time()
        bf.run(scenario, members=members, workers=1, out=f"{folder}/run")
        spent = time.process_time() - began
        sizes = [file.stat().st_size for file in Path(folder, "run").rglob("*") if file.is_file()]
    return {
        "run_s": spent,
        "disk_mb": sum(sizes) / 2**20,
        "files": float(len(sizes)),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def apart(*words: object) -> dict[str, float]:
    """Measure in a process of its own."""
    done = subprocess.run([sys.executable, __file__, *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        raise SystemExit(1)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def power(x: list[float], y: list[float]) -> float:
    """Return the exponent of y on x over the upper half of the range, where fixed costs no longer count."""
    half = len(x) // 2
    return float(np.polyfit(np.log(x[half:]), np.log(np.maximum(y[half:], 1e-6)), 1)[0])


def main() -> None:
    """Measure, print, write."""
    quick = "quick" in sys.argv
    lines = []
    sweeps = [
        ("places", [100, 1_000, 10_000] + [100_000] * (not quick), lambda n: ("one", n, 50, 1e7, 240)),
        ("people", [1e4, 1e5, 1e6, 1e7, 1e8, 1e9], lambda n: ("one", 200, 20, n, 240)),
        ("hours", [240, 720, 1440, 2880], lambda n: ("one", 200, 20, 1e7, n)),
        ("crossings", [20, 200] + [2_000] * (not quick), lambda n: ("one", 2_000, n, 1e7, 240)),
    ]
    fixed = {"places": "50 crossings, 10 million people, 240 hours", "people": "200 places, 20 crossings, 240 hours",
             "hours": "200 places, 20 crossings, 10 million people", "crossings": "2,000 places, 10 million people, 240 hours"}  # fmt: skip
    for name, values, words in sweeps:
        lines += [
            "",
            f"| {name} ({fixed[name]}) | `compile_network`, s | one member, s | peak memory, MB | people who left | alternatives |",
            "|---|---|---|---|---|---|",
        ]
        rows = [apart(*words(value)) for value in values]
        for value, row in zip(values, rows, strict=True):
            lines.append(
                f"| {value:,.0f} | {row['compile_s']:.2f} | {row['member_s']:.3f} | {row['memory_mb']:,.0f} | {row['left']:,.0f} | {row['alternatives']:,.0f} |"
            )
            print(lines[-1], flush=True)
        x = [float(value) for value in values]
        exponents = {key: power(x, [row[key] for row in rows]) for key in ("compile_s", "member_s", "memory_mb")}
        lines.append(
            f"\nPowers over the upper half: compile {exponents['compile_s']:.2f}, member {exponents['member_s']:.2f}, memory {exponents['memory_mb']:.2f}."
        )
        print(lines[-1], flush=True)
    sizes = [10, 100, 1_000, 10_000] + [100_000] * (not quick)
    lines += [
        "",
        "| members (10 places, 2 crossings, 24 hours) | whole `run`, processor s | peak memory, MB | on disk, MB | files |",
        "|---|---|---|---|---|",
    ]
    rows = [apart("many", size) for size in sizes]
    for size, row in zip(sizes, rows, strict=True):
        lines.append(
            f"| {size:,} | {row['run_s']:.2f} | {row['memory_mb']:,.0f} | {row['disk_mb']:,.1f} | {row['files']:,.0f} |"
        )
        print(lines[-1], flush=True)
    x = [float(size) for size in sizes]
    usual = [n for n, size in enumerate(sizes) if size <= 10_000]
    part = [x[n] for n in usual]
    powers = {key: power(part, [rows[n][key] for n in usual]) for key in ("run_s", "disk_mb", "memory_mb")}
    lines.append(
        f"\nPowers over the upper half up to 10,000: time {powers['run_s']:.2f}, disk {powers['disk_mb']:.2f}, memory "
        f"{powers['memory_mb']:.2f}. Members of this network cost next to nothing, so that the time is that of making files; "
        "above 10,000 members chunks grow, and the files do not."
    )
    print(lines[-1], flush=True)
    row = apart("one", 20_000, 2_000, 5e8, 1440)
    lines += ["", "A continent: 20,000 places of the gazetteer, 2,000 crossings, 500 million people, 60 days hourly: "
              f"`compile_network` {row['compile_s']:.1f} s, one member {row['member_s']:.1f} s of one core, peak memory "
              f"{row['memory_mb'] / 1024:.2f} GiB, {row['left']:,.0f} people left, {row['alternatives']:,.0f} alternatives."]  # fmt: skip
    print(lines[-1])
    block = "\n".join(["## Growth", "", f"`benchmarks/growth.py` on {computer()}.", *lines])
    write_section("growth", block)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "one":
        print(json.dumps(one(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), int(float(sys.argv[5])))))
    elif len(sys.argv) > 1 and sys.argv[1] == "many":
        print(json.dumps(many(int(sys.argv[2]))))
    else:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        main()
