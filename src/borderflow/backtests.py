"""Backtests: would the forecast have been right on an earlier day?

For each *origin* the scenario is fitted to what was known by that day, with the events known by that day only, and the
forecast is held against the reports of the days after. An *ablation* does the same with one mechanism switched off and
says what that mechanism is worth.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from borderflow.breaks import Rates
from borderflow.calibration import Fit, as_known, calibrate
from borderflow.ensemble import simulate_block
from borderflow.errors import UsageError
from borderflow.forecasting import draw_members, predict_prior, rates_of
from borderflow.ledger import Ledger, read_ledger
from borderflow.network import compile_network
from borderflow.observations import index_series, match_known, reduce_cumulative
from borderflow.results import daily_series
from borderflow.scenario import Prior, Scenario
from borderflow.skill import predict_targets, score_targets

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ABLATIONS", "backtest", "fix_parameters", "switch_off"]

#: Mechanisms that can be switched off: parameters held at a value, and events left out.
ABLATIONS: Mapping[str, tuple[Mapping[str, float], tuple[str, ...]]] = {
    "queue feedback": ({"wait_aversion": 0.0, "ordinary_wait_response": 0.0, "patience": 1e6}, ()),
    "mode switching": ({"switch_share": 0.0}, ("lars-bicycles", "lars-on-foot")),
    "fear term": ({"fear_of_call_up": 0.0}, ()),
    "entry bans": ({}, ("finland-tourist-ban", "baltic-tourist-ban")),
}


def fix_parameters(scenario: Scenario, **values: float) -> Scenario:
    """Return the scenario with parameters held at a value, so that a fit does not touch them."""
    changed = scenario.with_parameters(**values)
    fixed = {
        name: changed.parameters[name].model_copy(update={"prior": Prior(shape="fixed", low=value, high=value)})
        for name, value in values.items()
    }
    return changed.model_copy(update={"parameters": {**changed.parameters, **fixed}})


def switch_off(scenario: Scenario, mechanism: str) -> Scenario:
    """Return the scenario with one mechanism of `ABLATIONS` switched off."""
    if mechanism not in ABLATIONS:
        raise UsageError(f"no mechanism {mechanism!r}; there are {', '.join(ABLATIONS)}")
    values, events = ABLATIONS[mechanism]
    there = {event.id for event in scenario.events}
    return fix_parameters(scenario.without(*(one for one in events if one in there)), **values)


def backtest(
    scenario: Scenario,
    origin: dt.date,
    *,
    until: dt.date,
    members: int = 200,
    steps: int = 4,
    seed: int = 1,
    ledger: Ledger | None = None,
    fit: Fit | None = None,
    rates: Rates | None = None,
    workers: int | None = None,
    prior_members: int = 100,
) -> pd.DataFrame:
    """Fit to what was known on a day, forecast, and score the reports after it.

    Parameters
    ----------
    scenario : Scenario
    origin : date
        Nothing known later is used, events included.
    until : date
        Last day of the reports that are scored; they were out by the day after.
    members, steps, seed : int
        Of the fit; the forecast has as many members.
    ledger : Ledger, optional
        That of the scenario where not given.
    fit : Fit, optional
        Made for that origin before, instead of a new one.
    rates : Rates, optional
        Of the regime breaks.
    workers : int, optional
    prior_members : int
        Members of the prior-only forecast; 0 leaves it out.

    Returns
    -------
    pandas.DataFrame
        As `skill.score_targets`, with a column ``origin``; ``attrs["gaps"]`` names the reports that could not be
        scored, with the reason.
    """
    if ledger is None:
        if scenario.folder is None:
            raise UsageError("the scenario has no folder, hence no ledger")
        ledger = read_ledger(scenario.folder)
    if fit is None:
        with tempfile.TemporaryDirectory() as folder:
            fit = calibrate(
                scenario, ledger, through=origin, members=members, steps=steps, seed=seed, workers=workers,
                out=Path(folder) / "fit",
            )  # fmt: skip
    if fit.through != origin:
        raise UsageError(f"{fit.folder}: was fitted to what was known by {fit.through}, not {origin}")
    then = as_known(scenario, ledger, origin).until(until + dt.timedelta(days=1))
    network = compile_network(then)
    settings = draw_members(network, fit, members=members, seed=seed, rates=rates)
    block = simulate_block(network, range(members), seed=seed, settings=settings, workers=workers)
    # each report with its own error: how far it is from others is no forecast; and days until the origin may have been
    # reported later, which is none either
    found = reduce_cumulative(match_known(then, ledger, until + dt.timedelta(days=1))).used
    wanted = [one for one in found if origin < one.target.first and one.target.last <= until]
    predicted, gaps = predict_targets(wanted, index_series(daily_series(network, block)), network.days)
    wanted = [one for one in wanted if one.id not in gaps]
    if not wanted:
        raise UsageError(f"no report between {origin} and {until} that the forecast has a figure for")
    prior = None
    if prior_members:
        rates = rates if rates is not None else rates_of(float(fit.manifest["model_error"]))
        prior = predict_prior(then, known=origin, members=prior_members, rates=rates, workers=workers)
    table = score_targets(wanted, predicted, then, origin=origin, prior=prior, ledger=ledger)
    table.insert(0, "origin", origin.isoformat())
    table.attrs["gaps"] = gaps
    return table
