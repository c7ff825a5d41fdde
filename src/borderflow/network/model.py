"""The model: a scenario as frozen flat arrays, and its lanes as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from borderflow.scenario import Scenario

if TYPE_CHECKING:
    from borderflow.kernels import border

__all__ = ["MODES", "Network", "Station"]

MODES = ("car", "bus", "foot", "train", "air", "all")


@dataclass(frozen=True)
class Station:
    """One lane of one post, as people read it."""

    post: str
    name: str
    mode: str
    direction: str
    country: str
    time_zone: str
    kind: str


@dataclass(frozen=True)
class Network:
    """A scenario as arrays.

    Parameters
    ----------
    scenario : Scenario
    arrays : border.Network
        Flat arrays; shapes are given there.
    trips : border.Trips
        What the ways out are like before anything happens.
    lanes : tuple of Station
        By lane number.
    posts, origins, groups, countries, services : tuple of str
        Ids by number.
    hours : numpy.ndarray
        ``datetime64[h]``, UTC, one per step.
    days : tuple of date
        Local days, from the earliest local date of any country.
    recorded : tuple of int
        Lanes with an hourly record, by column.
    detours : dict
        Detour factor by corridor.
    home : numpy.ndarray
        People at home at the start, shape (origins, groups).
    """

    scenario: Scenario
    arrays: border.Network
    trips: border.Trips
    lanes: tuple[Station, ...]
    posts: tuple[str, ...]
    origins: tuple[str, ...]
    groups: tuple[str, ...]
    countries: tuple[str, ...]
    services: tuple[str, ...]
    hours: NDArray[np.datetime64]
    days: tuple[date, ...]
    recorded: tuple[int, ...]
    detours: dict[str, float]
    home: NDArray[np.int64]

    @property
    def everyone(self) -> int:
        """People at home at the start."""
        return int(self.home.sum())
