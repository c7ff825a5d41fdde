"""Fits of Flee directories: settings that share new arrivals among camps as the counts of the first months do.

Flee is driven by the counts' total, so only the shares of camps are forecast; and camps keep whom they have, so a good
score of occupancy may be nothing but memory. A fit therefore looks at *new arrivals*: how much each camp grew in a
window of days. What is fitted is scored on later windows, beside the settings as they were and beside persistence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from borderflow.errors import UsageError
from borderflow.flee import FleeScenario
from borderflow.flee.members import Workspace, simulate_members
from borderflow.folders import write_whole

__all__ = ["RANGES", "CampFit", "fit_camps", "growth_of", "score_growth", "share_error", "write_fit"]

WINDOW = 30  # days
Floats = NDArray[np.float64]

#: Settings that are fitted: lowest and highest value, and the step that values are rounded to. Chances are searched
#: evenly, the others evenly in their logarithm. Whole steps of 10 km keep states few.
RANGES: Mapping[str, tuple[float, float, float]] = {
    "default_movechance": (0.1, 1.0, 0.0),
    "softening": (1.0, 300.0, 0.0),
    "camp_weight": (0.25, 16.0, 0.0),
    "foreign_weight": (0.25, 16.0, 0.0),
    "conflict_weight": (0.02, 1.0, 0.0),
    "max_move_speed": (100.0, 800.0, 10.0),
    "max_walk_speed": (10.0, 70.0, 5.0),
}


@dataclass(frozen=True)
class CampFit:
    """A fit of a Flee directory.

    Parameters
    ----------
    values : mapping
        Fitted settings.
    through : int
        Days whose counts were used.
    error, before : float
        Error of the shares of new arrivals in those days, with the fitted settings and with those of the directory.
    evaluations : int
        Settings tried.
    """

    values: Mapping[str, Any]
    through: int
    error: float
    before: float
    evaluations: int

    def apply(self, scenario: FleeScenario) -> FleeScenario:
        """Return the scenario with the fitted settings."""
        return replace(scenario, settings=replace(scenario.settings, **self.values))


def growth_of(counts: ArrayLike, first: int, last: int, window: int = WINDOW) -> Floats:
    """Return new arrivals of each camp by window: how much it grew, nothing where it shrank.

    Parameters
    ----------
    counts : array_like
        Shape (..., day, camp).
    first, last : int
        Windows begin at ``first`` and end before day ``last``; a rest shorter than half a window is left out.
    window : int
        Days.

    Examples
    --------
    >>> growth_of([[0, 5], [2, 4], [6, 4]], 0, 3, window=1).tolist()
    [[2.0, 0.0], [4.0, 0.0]]
    """
    edges = list(range(first, last, window))
    if last - 1 - edges[-1] >= window / 2:
        edges.append(last - 1)
    at = np.asarray(counts, float)[..., edges, :]
    return np.asarray(np.maximum(0.0, np.diff(at, axis=-2)))


def share_error(forecast: ArrayLike, growth: ArrayLike) -> float:
    r"""Return the relative error of the shares of new arrivals, every person counting the same.

    .. math:: \frac{\sum_w \sum_c |G_w s_{wc} - g_{wc}|}{\sum_w G_w}

    with the growth :math:`g` of camps, its sum :math:`G` over camps and the forecast shares :math:`s`; 0 is perfect, 2
    the worst. Where nobody is forecast to arrive at all, all shares are zero.

    Examples
    --------
    >>> share_error([[1, 1]], [[30, 10]])
    0.5
    """
    f, g = np.asarray(forecast, float), np.asarray(growth, float)
    sums, totals = f.sum(axis=-1, keepdims=True), g.sum(axis=-1, keepdims=True)
    share = np.divide(f, sums, out=np.zeros_like(f), where=sums > 0)
    return float(np.abs(totals * share - g).sum() / max(1.0, totals.sum()))


def fit_camps(
    scenario: FleeScenario,
    through: int | date | None = None,
    *,
    members: int = 3,
    seed: int = 1,
    rounds: int = 10,
    ranges: Mapping[str, tuple[float, float, float]] = RANGES,
    advance: Callable[[int], None] | None = None,
) -> CampFit:
    """Fit settings to the new arrivals of the first days.

    Differential evolution [1]_ over the settings; every trial uses the same random numbers, so that two trials differ
    by their settings alone.

    Parameters
    ----------
    scenario : FleeScenario
    through : int or date, optional
        Days whose counts are used, or the day after the last of them; half of the period where not given.
    members : int
        Stochastic runs of one trial.
    seed : int
    rounds : int
        Generations.
    ranges : mapping
        Settings to fit.
    advance : callable, optional
        Called with 1 after each trial.

    References
    ----------
    .. [1] Storn, Price (1997). Differential evolution. Journal of Global Optimization 11, 341-359.
       doi:10.1023/A:1008202821328
    """
    from scipy.optimize import differential_evolution

    days = _days(scenario, through)
    early = replace(scenario, tables=replace(scenario.tables, days=days))
    growth = growth_of(early.compiled.data, 0, days)
    if growth.sum() <= 0:
        raise UsageError(f"{scenario.name}: no camp grows in the first {days} days; there is nothing to fit")
    tried = 0

    def error_of(made: FleeScenario) -> float:
        return share_error(growth_of(_mean(made, members, seed), 0, days), growth)

    def trial(point: Floats) -> float:
        nonlocal tried
        tried += 1
        if advance is not None:
            advance(1)
        return error_of(replace(early, settings=replace(early.settings, **_values(point, ranges))))

    found = differential_evolution(
        trial, [(0.0, 1.0)] * len(ranges), maxiter=rounds, popsize=4, seed=seed, polish=False, init="sobol", tol=0.0
    )
    return CampFit(_values(found.x, ranges), days, float(found.fun), error_of(early), tried)


def _days(scenario: FleeScenario, through: int | date | None) -> int:
    """Return how many days are used."""
    if through is None:
        return scenario.tables.days // 2
    days = through if isinstance(through, int) else (through - scenario.start).days
    if not WINDOW <= days <= scenario.tables.days:
        raise UsageError(
            f"--through: must be {WINDOW} days or more after {scenario.start} and not after {scenario.end}"
        )
    return days


def _values(point: Floats, ranges: Mapping[str, tuple[float, float, float]]) -> dict[str, Any]:
    """Return settings at a point of the unit cube."""
    out: dict[str, Any] = {}
    for where, (name, (low, high, step)) in zip(point.tolist(), ranges.items(), strict=True):
        value = low + where * (high - low) if name.endswith("chance") else low * (high / low) ** where
        out[name] = round(value / step) * step if step else round(value, 4 - math.ceil(math.log10(value)))
    return out


def _mean(scenario: FleeScenario, members: int, seed: int) -> Floats:
    """Return the mean number of people by day and camp."""
    compiled = scenario.compiled
    runs = simulate_members(compiled, range(members), seed=seed, workspace=Workspace(compiled))
    return np.asarray(np.mean([one.present[:, list(compiled.camps)] for one in runs], axis=0), float)


def score_growth(scenario: FleeScenario, fit: CampFit, *, members: int = 20, seed: int = 2) -> list[dict[str, Any]]:
    """Score the shares of new arrivals after the days that a fit has used.

    Returns
    -------
    list of dict
        ``forecast`` and ``error`` (`share_error`): the fitted settings, those of the directory, and two kinds of
        persistence: the shares of the last window before the fit ended, and those of the window before each. The last
        knows more than the others, namely every camp's counts until the window begins.
    """
    since, days = fit.through - 1, scenario.tables.days
    counted = scenario.compiled.data
    growth = growth_of(counted, since, days)
    before = growth_of(counted, since - WINDOW, since + 1)
    rows: list[tuple[str, Floats]] = [
        ("fitted settings", growth_of(_mean(fit.apply(scenario), members, seed), since, days)),
        ("settings of the directory", growth_of(_mean(scenario, members, seed), since, days)),
        (f"shares of the last {WINDOW} days before", np.repeat(before, len(growth), axis=0)),
        (f"shares of the {WINDOW} days before each window", np.concatenate([before, growth[:-1]])),
    ]
    return [{"forecast": name, "error": share_error(values, growth)} for name, values in rows]


def write_fit(scenario: FleeScenario, fit: CampFit, scores: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write ``simsetting.yml``, with which both Flee and borderflow run the fitted settings, and ``fit.json``."""
    import io

    from ruamel.yaml import YAML

    yaml = YAML()
    tree: Any = yaml.load(scenario.settings_text) or {}
    tree.setdefault("move_rules", {}).update(fit.values)
    text = io.StringIO()
    yaml.dump(tree, text)
    write_whole(folder / "simsetting.yml", text.getvalue())
    record = {
        "scenario_digest": scenario.digest, "through_days": fit.through, "values": dict(fit.values),
        "error_first_part": fit.error, "error_first_part_before": fit.before, "evaluations": fit.evaluations,
        "later": list(scores),
    }  # fmt: skip
    write_whole(folder / "fit.json", json.dumps(record, indent=1))
