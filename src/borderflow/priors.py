"""Priors: what a fit does not know, on a scale where all of it is standard normal before any data.

Five kinds of unknowns:

* *parameters* of the scenario whose prior is not fixed;
* *capacities*: a factor for every post. Most capacities are guesses by class of post, so guesses may be off together:
  ``log f(p) = m + s z(p)`` with a common ``m``, a common ``s`` and an own ``z(p)`` (a hierarchical prior). Posts with a
  figure of their own share neither and are off by ``OBSERVED_SPREAD`` only;
* *ordinary traffic*: a factor per country, and one on the odds that an ordinary traveller holds a tourist visa;
* *daily noise*: the factors on all departures and on each destination, day by day;
* *journeys back*: who comes back went out some days before, and of those who went out since the announcement a share
  ``s`` stays. So ordinary traffic back falls to ``1 - s (1 - exp(-t / VISIT_DAYS))`` in the days ``t`` after it, and
  from countries with reported exits it walks around that; what the walk has found by the last report goes on in a
  forecast.

The first three go to the members as `simulation.Setting.values`, then their ``normals`` and their ``traffic``.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import UsageError
from borderflow.scenario import Prior, Scenario
from borderflow.simulation import Setting

__all__ = [
    "BACK_STEP",
    "Unknown",
    "Unknowns",
    "is_value",
    "list_unknowns",
    "member_settings",
    "prior_quantile",
    "standard_normals",
]

_Z90 = 1.6448536269514722  # 95 % quantile of the standard normal
#: Spread of the common error of guessed capacities; assumption: observed throughput was 2.6 to 10 times the design at
#: the three posts where both are known (E044, E176, E370, E373, E374), and the guesses by class allow for that.
COMMON_SPREAD = 0.25
#: Prior of the spread between posts whose capacity is guessed, and spread of those with a figure; assumptions.
OWN_SPREAD = Prior(shape="lognormal", low=0.1, high=0.5)
OBSERVED_SPREAD = 0.15
#: Spread of ordinary traffic: the two figures for Kazakhstan are 21 % apart (E051, E138).
ORDINARY_SPREAD = 0.10
#: Spread of the odds of tourist visas; the shares of baseline.csv are assumptions (167 of 243 and 379 of 458 at
#: Storskog held a Schengen visa of some kind, E188, E246).
TOURIST_SPREAD = 0.7

#: Days that ordinary travellers stay, and the share of them that does not come back after an announcement; assumptions.
#: Exits from Georgia and Finland were a sixth below those of the same weekday before on the third day and a quarter on
#: the fifth (E064, E066, E078 beside E173, E184, E209).
VISIT_DAYS = 6.0
STAYING = Prior(shape="logitnormal", low=0.05, high=0.7)
#: Step per day of the walk of ordinary traffic back around that, standard deviation of the logarithm; assumption.
BACK_STEP = 0.05
STAY = "back.staying"

PRIOR_DRAWS, DATA_DRAWS, JUMP_DRAWS = 240, 241, 242  # purposes of draws, beside those of the kernels

Kind = Literal["parameter", "capacity", "ordinary", "noise"]


def prior_quantile(prior: Prior, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the prior's quantile at ``Phi(z)``, so that standard normal ``z`` gives values of the prior.

    Examples
    --------
    >>> prior_quantile(Prior(shape="lognormal", low=1.0, high=100.0), np.array([0.0])).round(6).tolist()
    [10.0]
    >>> prior_quantile(Prior(shape="uniform", low=2.0, high=4.0), np.array([0.0])).tolist()
    [3.0]
    """
    from scipy.special import expit, logit, ndtr

    low, high = prior.low, prior.high
    if prior.shape == "fixed":
        return np.full_like(z, low)
    if prior.shape == "uniform":
        return np.asarray(low + (high - low) * ndtr(z))
    if prior.shape == "loguniform":
        return np.asarray(low * (high / low) ** ndtr(z))
    ends = np.array([low, high])
    if prior.shape == "lognormal":
        ends = np.log(ends)
    elif prior.shape == "logitnormal":
        ends = logit(ends)
    value = ends.mean() + (ends[1] - ends[0]) / (2.0 * _Z90) * z
    if prior.shape == "lognormal":
        return np.asarray(np.exp(value))
    return np.asarray(expit(value) if prior.shape == "logitnormal" else value)


@dataclass(frozen=True)
class Unknown:
    """One unknown.

    Parameters
    ----------
    name : str
        A parameter, ``capacity:POST``, ``ordinary:COUNTRY``, ``tourists:COUNTRY``, ``capacity.mean``,
        ``capacity.spread``, ``back.staying``, ``noise:COUNTRY:DAY`` (``noise:all:DAY`` for that on all departures),
        or ``back:COUNTRY:DAY``, the step of a walk from the day before.
    kind : {'parameter', 'capacity', 'ordinary', 'noise'}
    unit : str
    prior : Prior, optional
        Of the value; standard normal where there is none (noise, and the post's part of a guessed capacity).
    day : date, optional
        Of noise and steps: they cannot touch an earlier figure.
    """

    name: str
    kind: Kind
    unit: str = "1"
    prior: Prior | None = None
    day: dt.date | None = None


@dataclass(frozen=True)
class Unknowns:
    """The unknowns of a fit, in the order of the rows of its matrices."""

    items: tuple[Unknown, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(one.name for one in self.items)

    def __len__(self) -> int:
        return len(self.items)

    def values(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values in their own units; rows without a prior stay as they are, capacities become factors.

        Parameters
        ----------
        z : numpy.ndarray
            Shape (unknown, member), standard normal before any data.
        """
        out = np.array(z, dtype=float)
        where = {name: n for n, name in enumerate(self.names)}
        for n, one in enumerate(self.items):
            if one.prior is not None:
                out[n] = prior_quantile(one.prior, z[n])
        for n, one in enumerate(self.items):
            if one.name.startswith("capacity:") and one.prior is None:
                out[n] = np.exp(out[where["capacity.mean"]] + out[where["capacity.spread"]] * z[n])
        return out


def member_settings(
    names: Sequence[str], values: NDArray[np.float64], scenario: Scenario, days: Sequence[dt.date]
) -> list[Setting]:
    """Return what is special about each member.

    Parameters
    ----------
    names : sequence of str
        Names of unknowns.
    values : numpy.ndarray
        From `Unknowns.values`, shape (unknown, member).
    scenario : Scenario
    days : sequence of date
        Days of the network that the members run in; noise of other days is left out.
    """
    columns = {country.id: 1 + n for n, country in enumerate(scenario.countries)} | {"all": 0}
    day_number = {day.isoformat(): n for n, day in enumerate(days)}
    plain = [(n, name) for n, name in enumerate(names) if is_value(name)]
    noise: list[tuple[int, int, int]] = []
    steps: list[tuple[int, int, int]] = []
    for n, name in enumerate(names):
        kind, _, rest = name.partition(":")
        whose, _, day = rest.partition(":")
        if kind in ("noise", "back") and day in day_number:
            (noise if kind == "noise" else steps).append((n, day_number[day], columns[whose]))
    staying = values[names.index(STAY)] if STAY in names else None
    out = []
    for member in range(values.shape[1]):
        normals = np.full((len(days), 1 + len(scenario.countries)), np.nan)
        for n, day_at, column in noise:
            normals[day_at, column] = values[n, member]
        traffic = None
        if steps or staying is not None:
            traffic = np.ones((2, len(days), len(scenario.countries)))
        for n, day_at, column in steps:
            assert traffic is not None
            traffic[1, day_at:, column - 1] *= math.exp(BACK_STEP * values[n, member])
        if staying is not None:
            assert traffic is not None
            traffic[1] *= share_back(staying[member], days, scenario.announcement)[:, None]
        out.append(Setting({name: float(values[n, member]) for n, name in plain}, normals, traffic=traffic))
    return out


def share_back(staying: float, days: Sequence[dt.date], announcement: dt.date) -> NDArray[np.float64]:
    """Return what is left of ordinary traffic back by day, where a share of those who go out now does not return.

    Examples
    --------
    >>> days = [dt.date(2022, 9, 20), dt.date(2022, 9, 21), dt.date(2022, 10, 21)]
    >>> share_back(0.4, days, dt.date(2022, 9, 21)).round(3).tolist()
    [1.0, 0.968, 0.602]
    """
    since = np.array([(day - announcement).days + 0.5 for day in days])
    return np.asarray(1.0 - staying * (1.0 - np.exp(-np.maximum(since, 0.0) / VISIT_DAYS)))


def is_value(name: str) -> bool:
    """Tell whether an unknown is a value or factor of the scenario, and not noise or part of a prior."""
    return "." not in name and not name.startswith(("noise:", "back:"))


def list_unknowns(
    scenario: Scenario,
    *,
    days: Sequence[dt.date] = (),
    countries: Sequence[str] = (),
    back: Sequence[str] = (),
    only: Sequence[str] | None = None,
) -> Unknowns:
    """Return everything about a scenario that is not known.

    Parameters
    ----------
    scenario : Scenario
    days : sequence of date
        Days whose noise is to be found, usually those of the observations since the announcement.
    countries : sequence of str
        Destinations whose noise is to be found.
    back : sequence of str
        Countries whose ordinary traffic back is to be found day by day.
    only : sequence of str, optional
        Names to keep; all where not given.

    Raises
    ------
    UsageError
        For a name in ``only`` that the scenario does not have.

    Examples
    --------
    >>> import borderflow as bf
    >>> found = list_unknowns(bf.load("russia-2022"))
    >>> "patience" in found.names, "capacity:verkhny-lars" in found.names, "pull_georgia" in found.names
    (True, True, False)
    """
    items = [
        Unknown(name, "parameter", one.unit, one.prior)
        for name, one in scenario.parameters.items()
        if one.prior.shape != "fixed"
    ]
    items += [*_capacities(scenario), *_ordinary(scenario)]
    for day in days:
        items += [Unknown(f"back:{whose}:{day}", "noise", "1", None, day) for whose in back]
        items += [Unknown(f"noise:{whose}:{day}", "noise", "1", None, day) for whose in ("all", *countries)]
    if only is not None:
        known = {one.name for one in items}
        for name in only:
            if name not in known:
                raise UsageError(f"{name!r} is not among the unknowns of the scenario")
        items = [one for one in items if one.name in set(only)]
    return Unknowns(tuple(items))


def _around_one(spread: float) -> Prior:
    return Prior(shape="lognormal", low=math.exp(-_Z90 * spread), high=math.exp(_Z90 * spread))


def _capacities(scenario: Scenario) -> list[Unknown]:
    posts = {lane.crossing: lane for lane in scenario.lanes if lane.direction == "out" and lane.mode in ("car", "all")}
    guessed = [post for post, lane in posts.items() if lane.source.startswith("assumption")]
    out = []
    if guessed:
        mean = Prior(shape="normal", low=-_Z90 * COMMON_SPREAD, high=_Z90 * COMMON_SPREAD)
        out = [Unknown("capacity.mean", "capacity", "log", mean)]
        out.append(Unknown("capacity.spread", "capacity", "log", OWN_SPREAD))
    for post in posts:
        prior = None if post in guessed else _around_one(OBSERVED_SPREAD)
        out.append(Unknown(f"capacity:{post}", "capacity", "1", prior))
    return out


def _ordinary(scenario: Scenario) -> list[Unknown]:
    country_of = {place.id: place.country for place in scenario.places}
    counted = {country_of[row.place] for row in scenario.baseline}
    tourists = {country_of[row.place] for row in scenario.baseline if row.tourist_share > 0}
    out = []
    for country in scenario.countries:
        if country.id in counted:
            out.append(Unknown(f"ordinary:{country.id}", "ordinary", "1", _around_one(ORDINARY_SPREAD)))
        if country.id in tourists:
            out.append(Unknown(f"tourists:{country.id}", "ordinary", "1", _around_one(TOURIST_SPREAD)))
    if counted:
        out.append(Unknown(STAY, "ordinary", "1", STAYING))
    return out


def standard_normals(
    rows: Sequence[str], members: int, *, seed: int, purpose: int, step: int = 0
) -> NDArray[np.float64]:
    """Return standard normal numbers, shape (row, member), each a pure function of seed, row name and member.

    Adding a row leaves the others alone, and so does adding members.
    """
    import zlib

    from borderflow.kernels import draws

    sites = [zlib.crc32(name.encode()) & 0x7FFFFFFF for name in rows]
    return np.array([[draws.normal(seed, m, step, site, purpose) for m in range(members)] for site in sites])
