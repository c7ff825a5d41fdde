"""A crossing against SimPy and a corridor against UXsim, in one run: accuracy and time side by side.

A crossing: cars that arrive at random all day at one lane whose capacity they outgrow in the first half. SimPy serves
the same number of cars an hour one by one. Both are asked for the mean wait and the longest line of a day.

A corridor: a road of 300 km with a border post at its end. UXsim moves platoons of vehicles along it by Newell's model
at 60 km/h; borderflow lets people arrive after five hours without spread. Both are asked for the cars still waiting or
under way at each hour. They are not the same model: UXsim knows the road, borderflow the controls; what can be compared
is the line at the post. Times are processor seconds for the same number of cars and hours, compiled.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import simpy

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from member import computer
from sections import write_section

from borderflow.network import compile_network
from borderflow.rules import compile_rules
from borderflow.simulation import Workspace, run_member
from networks import one_crossing

PER_HOUR = 300.0
LOADS = (1.4, 0.4)  # first and second half of the day, of the capacity
RUNS = 10


def arrivals(seed: int, hours: int = 24) -> np.ndarray:
    """Draw cars in each hour."""
    load = np.where(np.arange(hours) < hours // 2, *LOADS)
    return np.random.default_rng(seed).poisson(load * PER_HOUR)


def by_simpy(cars: np.ndarray, seed: int) -> tuple[float, float]:
    """Serve cars one by one; return mean wait in hours and the longest line at the end of an hour."""
    env, waits, line = simpy.Environment(), [], []
    desk = simpy.Resource(env, 1)
    times = np.sort(
        np.concatenate([hour + np.random.default_rng((seed, hour)).random(n) for hour, n in enumerate(cars)])
    )

    def car():  # type: ignore[no-untyped-def]
        came = env.now
        with desk.request() as turn:
            yield turn
            waits.append(env.now - came)
            yield env.timeout(1 / PER_HOUR)

    def source():  # type: ignore[no-untyped-def]
        for at in times:
            yield env.timeout(at - env.now)
            env.process(car())

    def clock():  # type: ignore[no-untyped-def]
        while True:
            yield env.timeout(1.0)
            line.append(len(desk.queue))

    env.process(source())
    env.process(clock())
    env.run(until=len(cars) + 1e-6)
    return float(np.mean(waits)), float(max(line))


def crossing() -> tuple[list[tuple[str, float, float, float]], int]:
    """Return name, mean wait, longest line and seconds a day, of SimPy and of borderflow."""
    began = time.process_time()
    simple = [by_simpy(arrivals(seed), seed) for seed in range(RUNS)]
    simpy_s = (time.process_time() - began) / RUNS
    profile = tuple(np.where(np.arange(24) < 12, *LOADS) / np.mean(LOADS))
    scenario = one_crossing(24 * PER_HOUR * np.mean(LOADS), 24 * PER_HOUR, days=1, hour_profile=profile)
    network = compile_network(scenario)
    rules, theta = compile_rules(network)
    workspace = Workspace(network)
    run_member(network, rules, theta, seed=1, member=0, workspace=workspace)
    ours, began = [], time.process_time()
    for member in range(RUNS):
        hourly = run_member(network, rules, theta, seed=1, member=member, workspace=workspace).record.hourly
        passed = hourly.passed[:, 0]
        mean = float((np.maximum(hourly.wait_passing[:, 0], 0) * passed).sum() / passed.sum())
        ours.append((mean, float(hourly.queue[:, 0].sum(axis=1).max())))
    ours_s = (time.process_time() - began) / RUNS
    cars = int(np.mean([arrivals(seed).sum() for seed in range(RUNS)]))
    means = [np.mean(simple, axis=0), np.mean(ours, axis=0)]
    return [("SimPy, car by car", *means[0], simpy_s), ("borderflow", *means[1], ours_s)], cars


def corridor() -> list[tuple[str, float, float, float]]:
    """Return name, cars through, cars not yet through at the end, and seconds, of UXsim and of borderflow."""
    import uxsim

    hours, flow, capacity = 18, 400.0, 300.0  # cars an hour: demand for the first twelve hours, service
    began = time.process_time()
    world = uxsim.World(name="", deltan=5, tmax=3600 * hours, print_mode=0, save_mode=0, show_mode=0, random_seed=0)
    world.addNode("town", 0, 0)
    world.addNode("post", 300_000, 0, flow_capacity=capacity / 3600)
    world.addNode("abroad", 301_000, 0)
    world.addLink("road", "town", "post", length=300_000, free_flow_speed=60 / 3.6, jam_density=0.2)
    world.addLink("beyond", "post", "abroad", length=1_000, free_flow_speed=60 / 3.6, jam_density=0.2)
    world.adddemand("town", "abroad", 0, 12 * 3600, flow=flow / 3600)
    world.exec_simulation()
    through = float(world.analyzer.trip_completed)
    uxsim_s = time.process_time() - began
    # five hours on the road, then the post: arrivals at the post are the demand, five hours later
    profile = np.zeros(24)
    profile[5:17] = 1.0
    scenario = one_crossing(12 * flow, 24 * capacity, days=hours / 24, hour_profile=tuple(profile * 2))
    network = compile_network(scenario)
    rules, theta = compile_rules(network)
    workspace = Workspace(network)
    run_member(network, rules, theta, seed=1, member=0, workspace=workspace)
    began, passed = time.process_time(), []
    for member in range(RUNS):
        hourly = run_member(network, rules, theta, seed=1, member=member, workspace=workspace).record.hourly
        passed.append(float(hourly.passed[:, 0].sum()))
    ours_s = (time.process_time() - began) / RUNS
    mean = float(np.mean(passed))
    paper = min(12 * flow, (hours - 5) * capacity)
    return [
        ("on paper", paper, 12 * flow - paper, float("nan")), ("UXsim, platoons of five", through, 12 * flow - through, uxsim_s),
        ("borderflow", mean, 12 * flow - mean, ours_s),
    ]  # fmt: skip


def main() -> None:
    """Measure, print, write."""
    rows, cars = crossing()
    lines = [f"A crossing: {cars:,} cars in a day, {PER_HOUR:.0f} served an hour, {RUNS} days each.", "",
             "| | mean wait, h | longest line, cars | processor s a day |", "|---|---|---|---|"]  # fmt: skip
    lines += [f"| {name} | {wait:.2f} | {line:,.0f} | {spent:.5f} |" for name, wait, line, spent in rows]
    lines += ["", "A corridor: 300 km at 60 km/h, 400 cars an hour for twelve hours, a post that takes 300 an hour; after 18 hours.", "",
              "| | cars through | not yet through | processor s |", "|---|---|---|---|"]  # fmt: skip
    lines += [
        f"| {name} | {through:,.0f} | {left:,.0f} | {'–' if spent != spent else f'{spent:.5f}'} |"
        for name, through, left, spent in corridor()
    ]
    block = "\n".join(["## Queues", "", f"`benchmarks/versus_queues.py` on {computer()}.", "", *lines])
    print(block)
    write_section("queues", block)


if __name__ == "__main__":
    main()
