"""Residents: people at home by group, their visas, and how far they live from what drives them out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from borderflow.places import great_circle_km
from borderflow.scenario import Scenario, Shock

__all__ = ["distance_to", "number_areas", "people_at_home", "visa_shares"]


def people_at_home(scenario: Scenario, population: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return people at home by origin and group."""
    share = np.array([scenario.value(group.share) for group in scenario.groups])
    home: NDArray[np.int64] = np.floor(population[:, None] * share[None, :] + 0.5).astype(np.int64)
    if (home.sum(axis=1) > population).any():
        home = np.floor(population[:, None] * share[None, :]).astype(np.int64)
    return home


def visa_shares(scenario: Scenario, population: NDArray[np.int64], rows: int) -> NDArray[np.float64]:
    """Return the share of each visa class by row of the choice table; posts take the mean over residents."""
    visa = np.array([place.visa_share for place in scenario.places if place.kind == "origin"])
    visa = np.append(visa, np.full(rows - len(visa), np.average(visa, weights=np.maximum(population, 1))))
    return np.ascontiguousarray(
        np.stack(
            [(visa if one.holds_visa else 1.0 - visa) * scenario.value(one.share) for one in scenario.visa_classes],
            axis=1,
        )
    )


def number_areas(scenario: Scenario, origins: Sequence[str]) -> NDArray[np.int64]:
    """Number the sets of origins that share all shocks: named alike, and as far from the places of spatial ones."""
    shocks = [event for event in scenario.active_events() if isinstance(event, Shock)]
    marks = [
        tuple((not shock.origins or origin in shock.origins, distance_to(scenario, origin, shock)) for shock in shocks)
        for origin in origins
    ]
    order = sorted(set(marks), reverse=True)
    return np.array([order.index(mark) for mark in marks], np.int64)


def distance_to(scenario: Scenario, origin: str, shock: Shock) -> float:
    """Return the great-circle distance in km from an origin to the nearest place of a spatial shock, 0 for others."""
    here = scenario.place(origin)
    there = [scenario.place(name) for name in shock.near]
    return min((float(great_circle_km(here.lat, here.lon, p.lat, p.lon)) for p in there), default=0.0)
