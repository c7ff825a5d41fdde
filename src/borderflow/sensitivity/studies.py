"""Studies: one paired comparison for each event, or two for each parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from borderflow.comparison import Comparison, compare, settle
from borderflow.effects import Effect
from borderflow.network import compile_network
from borderflow.outcomes import simulate_outcome
from borderflow.priors import is_value, list_unknowns
from borderflow.scenario import Scenario, load
from borderflow.sensitivity.swings import Study, Swing
from borderflow.simulation import Setting

__all__ = ["Advance", "count_members", "prepare", "study_events", "study_parameters"]

Advance = Callable[[int], None]
Z95 = 1.6448536269514722  # standard normal quantile of 95 %
#: Quantities of single crossings that a study keeps; of countries it keeps all.
_OF_CROSSINGS = ("arrivals_daily", "queue_persons", "wait_hours", "turned_back", "person_hours_waiting")


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
    scenario = prepare(scenario, until)
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
    scenario = prepare(scenario, until)
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
    scenario = prepare(scenario, None)
    if samples is not None:
        return max(members, 20) + samples * (len(names or ()) + 2) * members
    if events:
        return members * (1 + len(scenario.active_events() if names is None else names))
    return members * (1 + 2 * (len(list_unknowns(scenario)) if names is None else len(names))) if parameters else 0


def prepare(scenario: Scenario | str | Path, until: datetime | date | str | None) -> Scenario:
    """Load a scenario where it is not, and end it where asked."""
    scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
    return scenario if until is None else scenario.until(until)


def _kept(comparison: Comparison) -> tuple[Effect, ...]:
    keys = [
        key for key in comparison.keys if key[0] != "arrivals_cumulative" and (not key[1] or key[0] in _OF_CROSSINGS)
    ]
    return tuple(comparison.effects_of(keys))
