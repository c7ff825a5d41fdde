"""Pairing: which origins go to which crossings, estimated from totals.

A run keeps totals by place of origin and by crossing, not by pair, so that it stays small and says nothing about where
a few people from a small place went. Where a map draws lines between both, they are estimates.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from borderflow.places import great_circle_km
from borderflow.scenario import Place, Scenario

__all__ = ["estimate_pairs"]

ROUNDS = 60  # of fitting; the sums then agree to a few persons
CAR_KMH = 65.0  # where a scenario has no cars


def estimate_pairs(
    scenario: Scenario, origins: Sequence[Place], exits: Sequence[Place], left: ArrayLike, arrived: ArrayLike
) -> NDArray[np.float64]:
    """Return persons by origin and exit, such that sums over both agree with totals.

    The table starts from the odds that distance alone would give, ``exp(-value_of_time * km / speed)``, and is fitted
    to its margins in turn (iterative proportional fitting; Deming and Stephan 1940, Annals of Mathematical Statistics
    11, 427-444).

    Parameters
    ----------
    scenario : Scenario
        For ``value_of_time`` and the speed of cars.
    origins, exits : sequence of Place
        Where people leave, and where they cross.
    left : array_like
        Persons who set out, by origin, shape (origins,).
    arrived : array_like
        Persons who got through, by exit, shape (exits,).

    Returns
    -------
    numpy.ndarray
        Persons, shape (origins, exits), with the sum of ``arrived``; zero where nobody left or arrived.

    Examples
    --------
    >>> import borderflow as bf
    >>> scenario = bf.load("russia-2022")
    >>> places = [scenario.place(name) for name in ("moscow", "st-petersburg", "verkhny-lars", "torfyanovka")]
    >>> table = estimate_pairs(scenario, places[:2], places[2:], [600, 400], [500, 500])
    >>> table.sum(axis=0).round().tolist(), bool(table[1, 1] > table[1, 0])
    ([500.0, 500.0], True)
    """
    rows, columns = np.asarray(left, float), np.asarray(arrived, float)
    if rows.sum() <= 0 or columns.sum() <= 0:
        return np.zeros((len(origins), len(exits)))
    km = great_circle_km(
        np.array([[one.lat] for one in origins]),
        np.array([[one.lon] for one in origins]),
        [one.lat for one in exits],
        [one.lon for one in exits],
    )
    speed = scenario.travel["car"].speed_kmh if "car" in scenario.travel else CAR_KMH
    table: NDArray[np.float64] = np.exp(-scenario.value("value_of_time") * km / speed) + 1e-12
    rows = rows * columns.sum() / rows.sum()
    for _ in range(ROUNDS):
        table = table * (rows / np.maximum(table.sum(axis=1), 1e-12))[:, None]
        table = table * (columns / np.maximum(table.sum(axis=0), 1e-12))[None, :]
    return table
