"""Who decides first, and who sees a camp full: the order in which people were created, against Flee and one by one.

Means and variances of every place and day. A difference counts beyond 4.9 standard errors of both sides; of some 60
comparisons in a case one passes that by chance in 17,000 cases. With 4,000 runs of Flee a camp's mean is known to 0.05
people, so that 0.4, by which it was missed as long as people had no age, are 8 standard errors: the test must fail for
people who all have the same age (it does, with 6 to 11 standard errors against 1.8 to 3.0).
"""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from borderflow.flee import load_directory
from borderflow.flee.members import Workspace, simulate_members
from flee_agents import run, write
from flee_order import CASES, WITH_FLEE

LIMIT = 4.9
MEMBERS = 16_000
FLEE = Path(__file__).with_name("flee_order.csv")


def of_flee(case):
    """Return runs, and means and variances by day and place, of Flee 3.1."""
    rows = [row for row in csv.DictReader(FLEE.read_text().splitlines()) if row["case"] == case]
    table = np.array([[float(row["mean"]), float(row["variance"])] for row in rows]).reshape(8, 4, 2)
    return int(rows[0]["runs"]), table[..., 0], table[..., 1]


def ours(case, folder, *, capacity=None, ages=True, members=MEMBERS):
    """Return people by member, day and place."""
    compiled = load_directory(write(case, folder)).compiled
    if capacity is not None:
        had = compiled.rules.capacity
        compiled = replace(compiled, rules=compiled.rules._replace(capacity=np.where(had > 0, float(capacity), 0.0)))
    if not ages:
        compiled = replace(compiled, law=compiled.law._replace(age_days=10**6))
    runs = simulate_members(compiled, range(members), seed=11, workspace=Workspace(compiled, cells=512))
    return np.array([one.present for one in runs], float)


def apart(people, runs, mean, variance):
    """Return the largest difference of means and variances, in standard errors of both."""
    away = (people - people.mean(axis=0)) ** 2
    errors = np.sqrt(np.stack([people.var(axis=0), away.var(axis=0)]) * (1 / len(people) + 1 / runs))
    gaps = np.abs(np.stack([people.mean(axis=0) - mean, away.mean(axis=0) - variance]))
    use = people.mean(axis=0) > 1.0  # rarer people are counted too seldom for a normal approximation
    return np.max(gaps[:, use] / errors[:, use])


@pytest.mark.parametrize("case", WITH_FLEE)
def test_the_order_of_creation_as_in_flee_itself(case, tmp_path):
    capacity = CASES[case].places[3][4]  # the wheel does not lower it by the people of day 0
    flee = of_flee(case)
    assert apart(ours(CASES[case], tmp_path / "with", capacity=capacity), *flee) < LIMIT
    without = ours(CASES[case], tmp_path / "without", capacity=capacity, ages=False)
    assert apart(without, *flee) > LIMIT, "the comparison would not notice the order"


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_creation_one_by_one(case, tmp_path):
    people = np.array([run(CASES[case], seed) for seed in range(2000)], float)[:, :, :4]
    assert apart(ours(CASES[case], tmp_path), len(people), people.mean(axis=0), people.var(axis=0)) < LIMIT
