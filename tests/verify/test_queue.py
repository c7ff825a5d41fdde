"""One line against queueing theory and against a simulation of single vehicles.

**Fluid line.** Demand of 1.5 times the capacity for a day, then half of it. On paper, in units of the day's capacity
C: queue 0.5 C t rises to a peak of C / 2 after 24 h and is gone at 48 h; those joining at ``u`` wait queue / capacity
(peak 12 h at 24 h); those passing at ``s`` have waited ``s / 3`` up to 36 h and ``48 - s`` after. Ordinary arrivals
are Poisson, so a member's queue scatters by 600 of 120,000 people; means over 20 members are held to five standard
errors.

**M/D/1.** With capacity 1 an hour the rule "whoever finds nobody starts with the next hour" is the chain ``X -> X + A
- [X > 0]``, ``A`` Poisson(rho): exactly the chain that an M/D/1 station leaves behind at departures, whose law is
that of the number in the *system*. Pollaczek-Khinchine: ``L = rho + rho**2 / (2 (1 - rho))``. At small posts (up to
`border.SMALL_POST` an hour) the engine places arrivals within the hour and comes to ``L`` itself. With a larger capacity
``c`` the hour holds ``c`` services and the engine knows only how many came within it: ``X -> A if 0 < A < c is taken at once
(0), A - c + 1 if A >= c, from X = 0``, and ``max(X + A - c, 0)`` from ``X > 0``. Its mean lies below ``L``, by what
single vehicles do to each other within one hour: the table `SHORTFALL`. In hours of waiting that is at most 0.19 (two
an hour at a load of 0.7). Each mean is held to five standard errors (error rate 6e-7 each).

**Small posts.** Fractional capacities of 0.3 to 6 persons an hour, cars of one person, against SimPy with the same
number of arrivals in each hour at uniform times. Stated tolerance: throughput within 0.1 %; mean wait within 2 % or
two minutes, whichever is more (the one cell beyond 2 % is 1.7 an hour at a load of 0.7, by 0.03 h).
"""

from collections.abc import Iterator

import numpy as np
import pytest
import simpy

from borderflow.kernels import border
from borderflow.network import compile_network
from borderflow.rules import compile_rules
from borderflow.scenario import Scenario
from borderflow.simulation import run_member
from networks import one_crossing

TWO_MINUTES = 1 / 30


def members(scenario: Scenario, count: int, seed: int = 11) -> Iterator[border.Hourly]:
    network = compile_network(scenario)
    rules, theta = compile_rules(network)
    for member in range(count):
        yield run_member(network, rules, theta, seed=seed, member=member).record.hourly


def mean_wait(hourly: border.Hourly, lane: int = 0) -> tuple[float, int]:
    """Return the sum of hours waited by those who passed, and how many they are."""
    passed = hourly.passed[:, lane]
    return float((hourly.wait_passing[:, lane].astype(float) * passed)[passed > 0].sum()), int(passed.sum())


# --- fluid line ---


@pytest.mark.parametrize(("exit_factor", "entry_factor"), [(1.0, 100.0), (100.0, 1.0)], ids=["exit side", "entry side"])
def test_fluid_line(exit_factor, entry_factor):
    capacity = 10_000.0  # an hour
    scenario = one_crossing(
        24 * capacity, 24 * capacity * exit_factor, 24 * capacity * entry_factor, days=3,
        weekdays={"mon": 1.5, "tue": 0.5, "wed": 0.5},
    )  # fmt: skip
    side = 0 if exit_factor == 1.0 else 1
    hourly = list(members(scenario, 20))
    queue = np.mean([h.queue[:, 0, side] for h in hourly], axis=0)
    other = np.mean([h.queue[:, 0, 1 - side] for h in hourly], axis=0)
    end = np.arange(1, 73)
    on_paper = np.where(end <= 24, 0.5 * end, np.maximum(12 - 0.5 * (end - 24), 0)) * capacity
    error = 5 * np.sqrt(capacity * end * 1.5 / 20)
    assert (np.abs(queue - on_paper) < error + 1)[:47].all()
    assert queue.argmax() == 23
    assert queue[47:].max() < error[47] + 1  # cleared at 48 h
    assert other.max() == 0
    joining = np.mean([h.wait_joining[:, 0] for h in hourly], axis=0)
    np.testing.assert_allclose(joining, queue / capacity, rtol=1e-6, atol=1e-6)
    assert joining.max() == pytest.approx(12.0, abs=error[23] / capacity)
    passing = np.mean([h.wait_passing[:, 0] for h in hourly], axis=0)
    middle = end - 0.5
    realised = np.where(middle <= 36, middle / 3, 48 - middle)
    realised[35] = (2 * 35.75 / 3 + 2 * (48 - 36.25)) / 4  # the hour of the kink
    # the first hour holds the step from no line to a line
    np.testing.assert_allclose(passing[1:47], realised[1:47], atol=0.1)


# --- M/D/1 ---


def pollaczek_khinchine(rho: float) -> float:
    """Return the mean number in an M/D/1 system."""
    return rho + rho**2 / (2 * (1 - rho))


def mean_of_chain(rho: float, c: int, most: int = 1500) -> float:
    """Return the stationary mean of the hourly chain with integer capacity ``c`` and Poisson(rho c) arrivals."""
    arrivals = np.zeros(most + 1)
    log = -rho * c + np.arange(most + 1) * np.log(rho * c) - np.cumsum(np.log(np.maximum(np.arange(most + 1), 1)))
    arrivals[:] = np.exp(log)
    state = np.zeros(most + 1)
    state[0] = 1.0
    for _ in range(200_000):
        busy = state.copy()
        busy[0] = 0.0
        line = np.convolve(busy, arrivals)
        new = np.zeros(most + 1)
        new[0] = line[: c + 1].sum() + state[0] * arrivals[:c].sum()
        new[1:] = line[c + 1 : c + 1 + most]
        begun = arrivals[c:]
        new[1 : 1 + begun.size] += state[0] * begun[:most]
        new /= new.sum()
        if np.abs(new - state).sum() < 1e-12:
            break
        state = new
    return float((state * np.arange(most + 1)).sum())


@pytest.mark.parametrize("rho", [0.5, 0.7, 0.9])
def test_chain_is_m_d_1_at_one_an_hour(rho):
    assert mean_of_chain(rho, 1, 300) == pytest.approx(pollaczek_khinchine(rho), rel=1e-6)


#: By how much the hourly line is shorter than M/D/1, relative to L, by persons an hour and load.
SHORTFALL = {
    (1, 0.5): 0.0, (1, 0.7): 0.0, (1, 0.9): 0.0, (2, 0.7): 0.172, (2, 0.9): 0.048, (10, 0.9): 0.243, (10, 0.95): 0.121,
    (50, 0.97): 0.198,
}  # fmt: skip


@pytest.mark.parametrize(("c", "rho"), list(SHORTFALL))
def test_line_near_saturation(c, rho):
    queues = []
    for hourly in members(one_crossing(24 * c * rho, 24 * c, days=430), 24):
        queues.append(hourly.queue[30 * 24 :, 0, 0].mean())
    mean, error = np.mean(queues), np.std(queues, ddof=1) / np.sqrt(len(queues))
    chain, theory = mean_of_chain(rho, c), pollaczek_khinchine(rho)
    assert error < 0.04 * theory
    if 1 < c <= border.SMALL_POST:
        # vehicles at the end of the hour are counted, some of which are being served: within 5 % of L
        assert abs(mean - theory) < 5 * error + 0.05 * theory
    else:
        assert abs(mean - chain) < 5 * error
    assert 1 - chain / theory == pytest.approx(SHORTFALL[c, rho], abs=0.002)
    assert (theory - chain) / (rho * c) < 0.2  # Little: the shortfall in hours of waiting


# --- fractions of persons ---


@pytest.mark.parametrize("side", [0, 1], ids=["exit side", "entry side"])
def test_fraction_is_carried_over(side):
    # 0.37 persons an hour for 1,000 hours of a line that never ends: 370 people, one more or less
    rates = [24 * 0.37, 24 * 0.37] if side == 0 else [24 * 0.8, 24 * 0.37]
    for hourly in members(one_crossing(24 * 3.0, *rates, days=43), 3):
        passed = np.cumsum(hourly.passed[:, 0])
        assert abs(int(passed[1015] - passed[15]) - 370) <= 1
        steps = passed[999 + 16 :: 100] - passed[16 : len(passed) - 999 : 100]
        assert (abs(steps - 0.37 * 999) <= 1).all()


def single_vehicles(arrivals: np.ndarray, rate: float, rng: np.random.Generator) -> np.ndarray:
    """Return the hours from joining to passing of each vehicle that passed: SimPy, one server, first in, first out."""
    env = simpy.Environment()
    server = simpy.Resource(env, 1)
    waits = []

    def vehicle():
        joined = env.now
        with server.request() as turn:
            yield turn
            yield env.timeout(1 / rate)
        waits.append(env.now - joined)

    def traffic():
        for hour, count in enumerate(arrivals):
            for at in np.sort(rng.random(count)):
                yield env.timeout(max(0.0, hour + at - env.now))
                env.process(vehicle())

    env.process(traffic())
    env.run(until=len(arrivals))
    return np.array(waits)


@pytest.mark.parametrize("load", [0.7, 0.9, 1.0, 1.2])
@pytest.mark.parametrize("rate", [0.3, 0.8, 1.0, 1.7, 2.5, 6.0])
def test_small_post_against_single_vehicles(rate, load):
    rng = np.random.default_rng([int(10 * rate), int(10 * load)])
    days = 60 if rate <= 1 else 30
    hours = passed = hours_simpy = passed_simpy = 0.0
    for hourly in members(one_crossing(24 * rate * load, 24 * rate, days=days), 8):
        queue = hourly.queue[:, 0, 0].astype(int)
        arrivals = np.diff(queue, prepend=0) + hourly.passed[:, 0]
        sums = mean_wait(hourly)
        hours, passed = hours + sums[0], passed + sums[1]
        waits = single_vehicles(arrivals, rate, rng)
        hours_simpy, passed_simpy = hours_simpy + waits.sum(), passed_simpy + len(waits)
    assert passed == pytest.approx(passed_simpy, rel=1e-3)
    assert hours / passed == pytest.approx(hours_simpy / passed_simpy, rel=0.02, abs=TWO_MINUTES)
