"""A scenario, what is unknown about it, and what was observed: the problem that a fit solves."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from borderflow.ensemble import simulate_block
from borderflow.errors import UsageError
from borderflow.ledger import Ledger, read_ledger
from borderflow.network import Network, compile_network
from borderflow.observations import Observation, Part, index_series, read_observations
from borderflow.priors import Unknowns, list_unknowns, member_settings
from borderflow.results import daily_series
from borderflow.scenario import Scenario, parse_time
from borderflow.smoother import Data

__all__ = ["MODEL_ERROR", "SMALL", "Problem", "as_known", "find_ledger", "model_error", "pose_problem"]

#: How far the model is from what it stands for even with the best values: standard deviation of the logarithm, by
#: quantity, for a country and for single crossings. Assumptions, held against the residuals of the shipped fit.
MODEL_ERROR: Mapping[str, tuple[float, float]] = {
    "arrivals_daily": (0.07, 0.15),
    "departures_daily": (0.07, 0.15),
    "departures_vehicles_daily": (0.15, 0.15),
    "queue_cars": (0.25, 0.25),
    "queue_persons": (0.25, 0.25),
    "wait_hours": (0.25, 0.25),
    "wait_hours_joining": (0.25, 0.25),
}
OTHER_MODEL_ERROR = 0.3
#: Size below which differences do not matter: figures are compared as ``log(1 + x / size)``. Whether 0 or 25 cars stood
#: at a post at dawn says little about its capacity.
SMALL: Mapping[str, float] = {"queue_cars": 50.0, "queue_persons": 130.0, "wait_hours": 3.0, "wait_hours_joining": 3.0}


def as_known(scenario: Scenario, ledger: Ledger, day: dt.date) -> Scenario:
    """Return the scenario with the events switched off that nobody knew of by a day.

    An event is known from the first day on which one of its claims was out; what began before the announcement counts
    as known.
    """
    claims = ledger.by_id
    unknown = []
    for event in scenario.active_events():
        dates = [claims[name].known for name in event.evidence if name in claims]
        old = event.start.date() < scenario.announcement
        if not old and dates and min(dates) > day:
            unknown.append(event.id)
    return scenario.without(*unknown) if unknown else scenario


@dataclass(frozen=True)
class Problem:
    """A scenario, what is unknown about it, and what was observed.

    Parameters
    ----------
    scenario : Scenario
        As known, ending after the last observation.
    network : Network
    unknowns : Unknowns
    observations : tuple of Observation
    unused : mapping
        Claims that are not used, with the reason.
    wider : float
        Factor on the model's own error, see `MODEL_ERROR`.
    """

    scenario: Scenario
    network: Network
    unknowns: Unknowns
    observations: tuple[Observation, ...]
    unused: Mapping[str, str]
    wider: float = 1.0

    @cached_property
    def data(self) -> Data:
        """Values and errors on the scale ``log(1 + x / size)``, see `SMALL`; the model's own error is in."""
        return Data(
            tuple(one.id for one in self.observations),
            np.log1p(np.array([one.value for one in self.observations]) / self.sizes),
            np.array([math.hypot(one.error, self.wider * model_error(one)) for one in self.observations]),
            np.array([{"lower": 1, "upper": -1}.get(one.bound, 0) for one in self.observations]),
        )

    @cached_property
    def sizes(self) -> NDArray[np.float64]:
        """Return the size of each observation below which differences do not matter."""
        return np.array([SMALL.get(one.target.quantity, 1.0) for one in self.observations])

    @cached_property
    def mask(self) -> NDArray[np.float64]:
        """Return which unknown can touch which observation: the noise of a day none before it."""
        rows = []
        for unknown in self.unknowns.items:
            rows.append([float(unknown.day is None or _touches(unknown.day, one)) for one in self.observations])
        return np.array(rows)

    def predict(
        self,
        z: NDArray[np.float64],
        *,
        seed: int,
        workers: int | None = None,
        advance: Callable[[int], None] | None = None,
    ) -> NDArray[np.float64]:
        """Return what members predict, on the scale of the data; shape (observation, member)."""
        values = self.unknowns.values(z)
        settings = member_settings(self.unknowns.names, values, self.scenario, self.network.days)
        members = range(z.shape[1])
        block = simulate_block(self.network, members, seed=seed, settings=settings, workers=workers, advance=advance)
        series = index_series(daily_series(self.network, block))
        raw = [one.target.evaluate(series, self.network.days) for one in self.observations]
        return np.log1p(np.maximum(np.array(raw), 0.0) / self.sizes[:, None])


def _touches(day: dt.date, one: Observation) -> bool:
    """Tell whether noise of a day can touch an observation: not in the past, and hardly after a week."""
    return one.target.last >= day and (one.target.first - day).days <= 7


def model_error(one: Observation) -> float:
    """Return the model's own error for an observation."""
    country, post = MODEL_ERROR.get(one.target.quantity, (OTHER_MODEL_ERROR, OTHER_MODEL_ERROR))
    return post if one.target.parts[0].place else country


def pose_problem(
    scenario: Scenario,
    observations: str | Path | Ledger | None = None,
    *,
    through: dt.date | None = None,
    only: Sequence[str] | None = None,
    wider: float = 1.0,
) -> Problem:
    """Match a scenario with the observations known by a day.

    Raises
    ------
    UsageError
        Where no claim can be matched.
    """
    ledger = find_ledger(scenario, observations)
    if through is not None:
        scenario = as_known(scenario, ledger, through)
    found = read_observations(scenario, ledger, through=through)
    usable = tuple(one for one in found.used if not one.flag)
    if not usable:
        raise UsageError(
            f"{ledger.name}: no claim{f' known by {through}' if through else ''} that the model can be held against"
        )
    last = max(one.target.last for one in usable)
    end = min(scenario.end, parse_time(last + dt.timedelta(days=1)))
    network = compile_network(scenario.until(end))
    days = [day for day in network.days if scenario.announcement <= day <= last]
    seen = {part.country for one in usable for part in one.target.parts if part.country in network.countries}
    countries = [name for name in network.countries if name in seen]
    # a walk needs at least two days to be told from a factor
    exits = [one.target for one in usable if one.target.quantity == "departures_daily" and len(one.target.days) == 1]
    back = [name for name in network.countries if sum(Part("", name, "all") in one.parts for one in exits) > 1]
    unknowns = list_unknowns(network.scenario, days=days, countries=countries, back=back, only=only)
    return _without_gaps(Problem(network.scenario, network, unknowns, usable, found.unused, wider))


def _without_gaps(problem: Problem) -> Problem:
    """Leave out observations whose series the model does not have."""
    predicted = problem.predict(np.zeros((len(problem.unknowns), 1)), seed=1, workers=1)[:, 0]
    unused = dict(problem.unused)
    kept = []
    for one, value in zip(problem.observations, predicted, strict=True):
        if np.isfinite(value):
            kept.append(one)
        else:
            unused[one.id] = f"the summary has no {one.target.label} on these days"
    if not kept:
        raise UsageError("no observation lies on days and places that the model has")
    return replace(problem, observations=tuple(kept), unused=unused)


def find_ledger(scenario: Scenario, observations: str | Path | Ledger | None) -> Ledger:
    """Return the ledger that is named, beside the scenario too, or that of the scenario."""
    if isinstance(observations, Ledger):
        return observations
    if observations is not None:
        path = Path(observations)
        if not path.exists() and scenario.folder is not None and (scenario.folder / path).is_file():
            path = scenario.folder / path
        return read_ledger(path)
    if scenario.folder is None:
        raise UsageError("the scenario has no folder, hence no ledger; name one with --observations")
    return read_ledger(scenario.folder)
