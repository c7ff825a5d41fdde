"""Shares of a figure's variance over the prior: Sobol indices by Saltelli's design, through SALib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from borderflow.effects import STATISTICS, reduce_days
from borderflow.errors import UsageError, suggest
from borderflow.network import Network, compile_network
from borderflow.outcomes import Key, Outcome, simulate_outcome
from borderflow.priors import Unknowns, list_unknowns, member_settings
from borderflow.scenario import Scenario
from borderflow.sensitivity.studies import Advance, prepare
from borderflow.sensitivity.swings import read_figure

__all__ = ["SobolIndices", "sobol_indices"]

Floats = NDArray[np.float64]
SOBOL_BATCH = 60  # members simulated at once


@dataclass(frozen=True)
class SobolIndices:
    """Shares of a figure's variance over the prior.

    Parameters
    ----------
    figure : str
    names : tuple of str
        Parameters, the largest total index first.
    first, total : numpy.ndarray
        First-order and total indices: the share of the variance that the parameter explains alone, and with all its
        interactions.
    first_error, total_error : numpy.ndarray
        Half widths of their 95 % intervals, by resampling.
    mean, deviation : float
        Of the figure over the prior.
    chance : float
        Variance between members at the scenario's own values over that between parameter sets: how much of the spread
        of single members no parameter explains.
    runs : int
        Members simulated.
    """

    figure: str
    names: tuple[str, ...]
    first: Floats
    first_error: Floats
    total: Floats
    total_error: Floats
    mean: float
    deviation: float
    chance: float
    runs: int

    def __str__(self) -> str:
        """Return the indices as a plain table."""
        width = max(len(name) for name in self.names)
        lines = [f"{self.figure}: mean {self.mean:,.0f}, deviation {self.deviation:,.0f} over the prior"]
        lines.append(f"{'':<{width}}  {'alone':>14}  {'with others':>14}")
        for n, name in enumerate(self.names):
            first = f"{self.first[n]:.2f} ± {self.first_error[n]:.2f}"
            total = f"{self.total[n]:.2f} ± {self.total_error[n]:.2f}"
            lines.append(f"{name:<{width}}  {first:>14}  {total:>14}")
        return "\n".join([*lines, f"chance: {self.chance:.1%} of the variance between parameter sets"])


def sobol_indices(
    scenario: Scenario | str | Path,
    names: Sequence[str],
    figure: str,
    statistic: str | None = None,
    *,
    scale: Literal["linear", "log"] = "linear",
    samples: int = 64,
    members: int = 2,
    seed: int = 1,
    until: datetime | date | str | None = None,
    workers: int | None = None,
    advance: Advance | None = None,
) -> SobolIndices:
    """Return Sobol indices of one figure for some parameters over their priors, the others held.

    Every parameter set is run with the same ``members``, so that chance is common to all of them and their differences
    are the parameters' doing; the figure is the mean over these members.

    Parameters
    ----------
    scenario : Scenario, str or Path
    names : sequence of str
        Parameters and factors with a prior, best those that `study_parameters` puts on top.
    figure : str
        As for `read_figure`.
    statistic : str, optional
        As for `Comparison.effect`.
    scale : {'linear', 'log'}
        ``log`` takes the indices of ``log(1 + figure)``: right for lines and waits, whose variance a few long ones
        would decide otherwise.
    samples : int
        A power of two; ``samples * (len(names) + 2)`` parameter sets are run.
    members, seed, until, workers, advance
        As for `compare`.

    Raises
    ------
    UsageError
        For an unknown parameter or figure, or without the extra ``sensitivity``.

    References
    ----------
    A. Saltelli, P. Annoni, I. Azzini, F. Campolongo, M. Ratto, S. Tarantola (2010). Variance based sensitivity analysis
    of model output. Computer Physics Communications 181, 259-270. doi:10.1016/j.cpc.2009.09.018
    """
    if samples < 2 or samples & (samples - 1):
        raise UsageError(f"samples must be a power of two, got {samples}")
    if not names:
        raise UsageError("name the parameters, best those that study_parameters puts on top")
    scenario = prepare(scenario, until)
    unknowns = list_unknowns(scenario, only=names)
    network = compile_network(scenario)
    common: dict[str, Any] = {"seed": seed, "workers": workers, "advance": advance}
    base = simulate_outcome(network, members=max(members, 20), **common)
    key = _key_of(base, figure)
    wanted = statistic or STATISTICS[key[0]][0]
    if wanted not in STATISTICS[key[0]]:
        known = " or ".join(STATISTICS[key[0]])
        raise UsageError(f"no statistic {wanted!r} of {key[0]}; its days become a {known}")
    problem, design = _design(unknowns, samples, seed)
    figures = _run_design(network, unknowns, design, key, wanted, members, common)
    if scale == "log" and (figures < 0).any():
        raise UsageError(f"{figure}: is below 0 for some parameter sets; take scale 'linear'")
    if np.isnan(figures).any():
        raise UsageError(f"{figure}: has no value for {int(np.isnan(figures).sum())} of {len(figures)} parameter sets")
    scaled = np.log1p(figures) if scale == "log" else figures
    indices = _analyse(problem, scaled, seed)
    order = np.argsort(-indices["ST"])
    alone = _figure(base, key, wanted)
    alone = np.log1p(alone) if scale == "log" else alone
    chance = float(alone.var(ddof=1) / scaled.var(ddof=1)) if scaled.var() > 0 else np.nan
    return SobolIndices(
        figure, tuple(unknowns.names[n] for n in order), indices["S1"][order], indices["S1_conf"][order],
        indices["ST"][order], indices["ST_conf"][order], float(figures.mean()), float(figures.std(ddof=1)), chance,
        len(figures) * members,
    )  # fmt: skip


def _key_of(outcome: Outcome, figure: str) -> Key:
    quantity, where, mode = read_figure(figure)
    for key in outcome.series:
        if (key[0], key[1] or key[2], key[3]) == (quantity, where, mode):
            return key
    known = {key[1] or key[2] for key in outcome.series if key[0] == quantity and key[3] == mode}
    raise UsageError(f"no {quantity}/{mode} of {where or 'all countries'}{suggest(where, known)}")


def _figure(outcome: Outcome, key: Key, statistic: str) -> Floats:
    """Return one figure per member since the announcement."""
    since = np.array([day >= outcome.scenario.announcement for day in outcome.days])
    kept = since & outcome.complete[key[1] or key[2]]
    if not kept.any():
        raise UsageError(f"no whole day since {outcome.scenario.announcement}; study a longer period")
    return reduce_days(outcome.series[key][:, kept], statistic)


def _salib(part: str) -> Any:
    try:
        from importlib import import_module

        return import_module(f"SALib.{part}.sobol")
    except ImportError:
        raise UsageError("Sobol indices need the extra: pip install 'borderflow[sensitivity]'") from None


def _design(unknowns: Unknowns, samples: int, seed: int) -> tuple[dict[str, Any], Floats]:
    """Return SALib's problem and points in the unit cube, shape (set, parameter)."""
    problem = {"num_vars": len(unknowns), "names": list(unknowns.names), "bounds": [[0.0, 1.0]] * len(unknowns)}
    design = _salib("sample").sample(problem, samples, calc_second_order=False, seed=seed % 2**32)
    return problem, np.asarray(design, float)


def _analyse(problem: dict[str, Any], figures: Floats, seed: int) -> dict[str, Floats]:
    found = _salib("analyze").analyze(
        problem, figures, calc_second_order=False, print_to_console=False, seed=seed % 2**32
    )
    return {name: np.asarray(found[name], float) for name in ("S1", "S1_conf", "ST", "ST_conf")}


def _run_design(
    network: Network,
    unknowns: Unknowns,
    design: Floats,
    key: Key,
    statistic: str,
    members: int,
    common: Mapping[str, Any],
) -> Floats:
    """Return the mean figure of every parameter set, shape (set,)."""
    from scipy.special import ndtri

    values = unknowns.values(ndtri(np.clip(design.T, 1e-9, 1 - 1e-9)))
    sets = member_settings(unknowns.names, values, network.scenario, network.days)
    figures = []
    at_once = max(1, SOBOL_BATCH // members)
    for first in range(0, len(sets), at_once):
        batch = sets[first : first + at_once]
        outcome = simulate_outcome(
            network,
            members=list(range(members)) * len(batch),
            settings=[one for one in batch for _ in range(members)],
            keys={key},
            **common,
        )
        figures.append(_figure(outcome, key, statistic).reshape(len(batch), members).mean(axis=1))
    return np.concatenate(figures)
