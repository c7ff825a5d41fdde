"""What a figure is about (its target), and the figure itself with its error (an observation)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from borderflow.results import Series

__all__ = ["Observation", "Observations", "Part", "Target", "index_series"]


@dataclass(frozen=True, order=True)
class Part:
    """One series of the summary; an empty place is the country as a whole."""

    place: str
    country: str
    mode: str


@dataclass(frozen=True)
class Target:
    """What is observed: series of the summary, added up over places, and days with weights.

    Parameters
    ----------
    quantity : str
        As in ``summary.csv``.
    parts : tuple of Part
    days : tuple of (date, float)
        Days and the part of each that the figure covers.
    how : {'sum', 'mean'}
        Flows are summed over the days; levels are averaged over them.
    """

    quantity: str
    parts: tuple[Part, ...]
    days: tuple[tuple[dt.date, float], ...]
    how: Literal["sum", "mean"]

    @property
    def label(self) -> str:
        """A short name for tables and pictures."""
        places = ", ".join(sorted({part.place or part.country for part in self.parts}))
        mode = "" if self.parts[0].mode in ("all", "car") else f" ({self.parts[0].mode})"
        return f"{self.quantity} {places}{mode}"

    @property
    def first(self) -> dt.date:
        """The first day."""
        return self.days[0][0]

    @property
    def last(self) -> dt.date:
        """The last day."""
        return self.days[-1][0]

    def evaluate(
        self,
        series: Mapping[tuple[str, Part], NDArray[np.float64]],
        days: Sequence[dt.date],
        *,
        nobody: float = 0.0,
    ) -> NDArray[np.float64]:
        """Return the model's value by member; NaN where the series or a day of it is missing.

        Parameters
        ----------
        series : mapping
            Values of shape (member, day) by quantity and part, see `index_series`.
        days : sequence of date
            Days of the series.
        nobody : float
            The wait of a member in which nobody passed on any of the days. A fit needs a number, and takes no wait; a
            score must not count it as a forecast of no wait, and takes NaN.
        """
        where = {day: n for n, day in enumerate(days)}
        members = len(next(iter(series.values())))
        at = [where.get(day, -1) for day, _ in self.days]
        if min(at) < 0 or any((self.quantity, part) not in series for part in self.parts):
            return np.full(members, np.nan)
        weights = np.array([weight for _, weight in self.days])
        if self.how == "mean":
            weights = weights / weights.sum()
        total = np.zeros(members)
        for part in self.parts:
            values = series[self.quantity, part][:, at]
            total += _mean_wait(values, weights, nobody) if self.quantity.startswith("wait") else values @ weights
        return total


def _mean_wait(values: NDArray[np.float64], weights: NDArray[np.float64], nobody: float) -> NDArray[np.float64]:
    """Return the mean wait over the days on which somebody passed; days without anybody count as 0 in a fit."""
    passed = np.isfinite(values)
    total = np.where(passed, values, 0.0) @ weights
    if not math.isnan(nobody):
        return np.asarray(np.where(passed.any(axis=1), total, nobody))
    part = passed @ weights
    return np.asarray(np.divide(total, part, out=np.full(len(values), np.nan), where=part > 0))


@dataclass(frozen=True)
class Observation:
    """A figure with its error.

    Parameters
    ----------
    id : str
        That of the first claim.
    claims : tuple of str
        All claims that it comes from.
    target : Target
    value : float
        In the unit of the summary.
    error : float
        Standard deviation of ``log(1 + value)``.
    bound : {'', 'lower', 'upper'}
        Whether the figure is only a bound.
    status, publisher : str
    known : date
        The first day on which it can have been out: that of the ledger, but for a flow over whole days not before the
        day after them.
    flag : bool
        Whether the value is 1 (holds) or 0 (does not) instead of a number.
    contradicted : tuple of str
        Ids of observations of the same target with another value.
    """

    id: str
    claims: tuple[str, ...]
    target: Target
    value: float
    error: float
    bound: Literal["", "lower", "upper"] = ""
    status: str = "official"
    publisher: str = ""
    known: dt.date = dt.date.min
    flag: bool = False
    contradicted: tuple[str, ...] = ()

    @property
    def logarithm(self) -> float:
        """``log(1 + value)``."""
        return math.log1p(self.value)


@dataclass(frozen=True)
class Observations:
    """Observations, and the claims that could not be used with the reason."""

    used: tuple[Observation, ...]
    unused: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.used)

    def between(self, first: dt.date | None = None, last: dt.date | None = None) -> Observations:
        """Return the observations whose window ends within some days."""
        kept = tuple(
            one
            for one in self.used
            if (first is None or one.target.last >= first) and (last is None or one.target.last <= last)
        )
        return replace(self, used=kept)


def index_series(series: Iterable[Series]) -> dict[tuple[str, Part], NDArray[np.float64]]:
    """Return daily series by quantity and part."""
    return {(one.quantity, Part(one.place, one.country, one.mode)): one.values for one in series}
