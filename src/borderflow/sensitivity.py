"""Sensitivity: which events and which parameters matter for a figure, and how much.

Three questions, in order of cost:

* `study_events`: what would each event's absence change? One paired comparison for each event.
* `study_parameters`: what does each parameter change between the 5 and the 95 % quantile of its prior, the others held?
  One paired comparison for each end.
* `sobol_indices`: which share of the figure's variance over the whole prior does each parameter explain, alone (first
  order) and together with the others (total)? Saltelli's design on Sobol's sequence, through SALib.

Results of the first two are drawn as tornado charts: one bar for each event or parameter, the longest on top.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from borderflow.comparison import Comparison, compare, settle
from borderflow.effects import STATISTICS, Effect, reduce_days
from borderflow.errors import UsageError, suggest
from borderflow.network import Network, compile_network
from borderflow.outcomes import Key, Outcome, simulate_outcome
from borderflow.priors import Unknowns, is_value, list_unknowns, member_settings
from borderflow.results import QUANTITIES
from borderflow.scenario import Scenario, load
from borderflow.simulation import Setting

__all__ = [
    "SobolIndices",
    "Study",
    "Swing",
    "Tornado",
    "count_members",
    "read_figure",
    "sobol_indices",
    "study_events",
    "study_parameters",
]

Floats = NDArray[np.float64]
Advance = Callable[[int], None]

Z95 = 1.6448536269514722  # standard normal quantile of 95 %
SOBOL_BATCH = 60  # members simulated at once
#: Quantities of single crossings that a study keeps; of countries it keeps all.
_OF_CROSSINGS = ("arrivals_daily", "queue_persons", "wait_hours", "turned_back", "person_hours_waiting")


@dataclass(frozen=True)
class Swing:
    """One event or parameter, and what it does.

    Parameters
    ----------
    name : str
        Id of the event, or name of the parameter.
    title : str
        In words.
    ends : tuple of str
        What was done: ``("without",)``, or the two values of the parameter.
    effects : tuple of tuple of Effect
        Effects on every figure kept, for each end.
    """

    name: str
    title: str
    ends: tuple[str, ...]
    effects: tuple[tuple[Effect, ...], ...]


@dataclass(frozen=True)
class Tornado:
    """Swings of one figure, the largest first.

    Parameters
    ----------
    figure : Effect
        Any of the effects: its label, place, unit and reference value are those of the figure.
    bars : tuple
        For each event or parameter: name, title, ends, and one effect for each end.
    members : int
    """

    figure: Effect
    bars: tuple[tuple[str, str, tuple[str, ...], tuple[Effect, ...]], ...]
    members: int

    def __str__(self) -> str:
        """Return the bars as a plain table."""
        f = self.figure
        head = f"{f.label}, {f.where}: {f.reference:,.1f} in the reference; differences, mean of {self.members} members"
        width = max([len(name) for name, *_ in self.bars], default=0)
        lines = []
        for name, _, ends, effects in self.bars:
            parts = [f"{e.difference:+14,.1f} ({end})" for end, e in zip(ends, effects, strict=True)]
            lines.append(f"{name:<{width}}  {'  '.join(parts)}")
        return "\n".join([head, *lines]) if lines else f"{head}\nnothing changes it"

    def plot(self, path: str | Path | None = None, **options: Any) -> Any:
        """Draw the tornado; see `borderflow.effect_plots.plot_tornado`."""
        from importlib import import_module

        return import_module("borderflow.effect_plots").plot_tornado(self, path, **options)


@dataclass(frozen=True)
class Study:
    """What each of many events or parameters does, on every figure that matters to readers.

    Examples
    --------
    >>> import borderflow as bf
    >>> short = bf.load("russia-2022").until("2022-09-24")
    >>> study = study_events(short, ["mobilisation", "lars-posts-shut"], members=2)
    >>> [name for name, *_ in study.tornado("arrivals_daily@GE").bars]
    ['mobilisation', 'lars-posts-shut']
    """

    swings: tuple[Swing, ...]
    members: int

    def tornado(self, figure: str, statistic: str | None = None, *, bars: int = 15) -> Tornado:
        """Return the swings of one figure, the largest first; those without any effect are left out.

        Parameters
        ----------
        figure : str
            As for `read_figure`, for example ``"wait_hours/car@Verkhny Lars"``.
        statistic : str, optional
            As for `Comparison.effect`.
        bars : int
            How many at most.
        """
        quantity, place_or_country, mode = read_figure(figure)
        rows = []
        sample = None
        for swing in self.swings:
            found = [_pick(effects, quantity, place_or_country, mode, statistic) for effects in swing.effects]
            sample = found[0]
            if any(effect.touched for effect in found):
                rows.append((swing.name, swing.title, swing.ends, tuple(found)))
        if sample is None:
            raise UsageError("the study holds no event or parameter")
        rows.sort(key=lambda row: -max(abs(effect.difference) for effect in row[3]))
        return Tornado(sample, tuple(rows[:bars]), self.members)


def read_figure(text: str) -> tuple[str, str, str]:
    """Read a figure written as ``QUANTITY[/MODE][@PLACE or COUNTRY]``.

    Returns
    -------
    tuple of str
        Quantity, place or country (empty: all countries of destination together), mode (``all`` where not given).

    Examples
    --------
    >>> read_figure("wait_hours/car@Verkhny Lars")
    ('wait_hours', 'Verkhny Lars', 'car')
    >>> read_figure("person_hours_waiting")
    ('person_hours_waiting', '', 'all')
    """
    head, _, where = text.partition("@")
    quantity, _, mode = head.partition("/")
    if quantity not in QUANTITIES:
        raise UsageError(f"no quantity {quantity!r}{suggest(quantity, QUANTITIES)}")
    return quantity, where, mode or "all"


def _pick(effects: Sequence[Effect], quantity: str, where: str, mode: str, statistic: str | None) -> Effect:
    for effect in effects:
        at = effect.place or effect.country
        if (effect.quantity, at, effect.mode) == (quantity, where, mode) and statistic in (None, effect.statistic):
            return effect
    known = {e.place or e.country for e in effects if e.quantity == quantity and e.mode == mode}
    raise UsageError(f"the study has no {quantity}/{mode} of {where or 'all countries'}{suggest(where, known)}")


def _kept(comparison: Comparison) -> tuple[Effect, ...]:
    keys = [
        key for key in comparison.keys if key[0] != "arrivals_cumulative" and (not key[1] or key[0] in _OF_CROSSINGS)
    ]
    return tuple(comparison.effects_of(keys))


def study_events(
    scenario: Scenario | str | Path,
    events: Sequence[str] | None = None,
    fit: Any = None,
    *,
    changes: Mapping[str, Scenario] | None = None,
    members: int = 50,
    seed: int = 1,
    until: datetime | date | str | None = None,
    workers: int | None = None,
    advance: Advance | None = None,
) -> Study:
    """Leave out one event at a time and see what it changes.

    Parameters
    ----------
    scenario : Scenario, str or Path
    events : sequence of str, optional
        Ids; all events that are on where not given.
    fit : optional
        As for `compare`.
    changes : mapping, optional
        Further changed scenarios by a name, for example lanes that are added.
    members, seed, until, workers, advance
        As for `compare`.

    Returns
    -------
    Study
    """
    scenario = _load(scenario, until)
    common: dict[str, Any] = {"workers": workers, "advance": advance}
    names = [event.id for event in scenario.active_events()] if events is None else list(events)
    titles = {event.id: event.title for event in scenario.events}
    reference = simulate_outcome(
        scenario, members=members, seed=seed, settings=settle(scenario, fit, members, seed), **common
    )
    swings = []
    for name in names:
        found = compare(reference, scenario.without(name), **common)
        swings.append(Swing(name, titles[name], ("without",), (_kept(found),)))
    for name, changed in (changes or {}).items():
        swings.append(Swing(name, name, ("changed",), (_kept(compare(reference, changed, **common)),)))
    return Study(tuple(swings), members)


def study_parameters(
    scenario: Scenario | str | Path,
    names: Sequence[str] | None = None,
    *,
    members: int = 10,
    seed: int = 1,
    until: datetime | date | str | None = None,
    workers: int | None = None,
    advance: Advance | None = None,
) -> Study:
    """Move one parameter at a time to the 5 and 95 % quantiles of its prior and see what it changes.

    Parameters
    ----------
    scenario : Scenario, str or Path
    names : sequence of str, optional
        Parameters and factors (``capacity:POST`` ...); all that have a prior where not given.
    members, seed, until, workers, advance
        As for `compare`.

    Returns
    -------
    Study
    """
    scenario = _load(scenario, until)
    network = compile_network(scenario)
    unknowns = list_unknowns(scenario, only=names)
    count = len(unknowns)
    # columns: all at the median, then one unknown after the other low, then high
    z = np.concatenate([np.zeros((count, 1)), -Z95 * np.eye(count), Z95 * np.eye(count)], axis=1)
    values = unknowns.values(z)
    common: dict[str, Any] = {"members": members, "seed": seed, "workers": workers, "advance": advance}
    reference = simulate_outcome(network, **common)
    swings = []
    for n, one in enumerate(unknowns.items):
        ends, effects = [], []
        for column in (1 + n, 1 + count + n):
            moved = {
                name: float(values[row, column])
                for row, name in enumerate(unknowns.names)
                if is_value(name) and values[row, column] != values[row, 0]
            }
            if not moved:
                continue  # the spread of factors that are all at their median here, or what is no value of a scenario
            other = simulate_outcome(network, settings=[Setting(moved)], **common)
            effects.append(_kept(Comparison(reference, other, reference.members, reference.days)))
            ends.append(f"{values[n, column]:.3g}")
        if effects:
            swings.append(Swing(one.name, one.name, tuple(ends), tuple(effects)))
    return Study(tuple(swings), members)


def count_members(
    scenario: Scenario | str | Path,
    events: bool,
    parameters: bool,
    samples: int | None,
    names: Sequence[str] | None,
    members: int,
) -> int:
    """Return how many members a study will simulate, for a progress bar."""
    scenario = _load(scenario, None)
    if samples is not None:
        return max(members, 20) + samples * (len(names or ()) + 2) * members
    if events:
        return members * (1 + len(scenario.active_events() if names is None else names))
    return members * (1 + 2 * (len(list_unknowns(scenario)) if names is None else len(names))) if parameters else 0


def _load(scenario: Scenario | str | Path, until: datetime | date | str | None) -> Scenario:
    scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
    return scenario if until is None else scenario.until(until)


# ---------------------------------------------------------------------------------------------------------------------
# Variance


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
    scenario = _load(scenario, until)
    unknowns = list_unknowns(scenario, only=names)
    network = compile_network(scenario)
    common: dict[str, Any] = {"seed": seed, "workers": workers, "advance": advance}
    base = simulate_outcome(network, members=max(members, 20), **common)
    key = _key_of(base, figure)
    wanted = statistic or STATISTICS[key[0]][0]
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
    return reduce_days(outcome.series[key][:, since & outcome.complete[key[1] or key[2]]], statistic)


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
