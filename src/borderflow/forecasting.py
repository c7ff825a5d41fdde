"""Forecasting: a fit's posterior, members with breaks that nobody knows of yet, one run folder.

A forecast is a run whose members differ in more than chance: each takes one draw of the posterior (`calibration`),
keeps the daily noise that the fit found for the past, and meets its own regime breaks in the future (`breaks`).
Events that are already announced are in the scenario. Its folder is that of a run, so a briefing, an export and the
page work on it as they do on any run; ``forecast.json`` says by which day everything was known.

The *prior-only* forecast is the same without the fit: what the model says before it has seen a single report. It always
stands beside the other, for a fit that does not beat its own prior has learned nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from borderflow.breaks import Rates, add_breaks
from borderflow.calibration import MODEL_ERROR, Fit, open_fit
from borderflow.ensemble import run, simulate_block
from borderflow.errors import ResultsError, UsageError, suggest
from borderflow.network import Network, compile_network
from borderflow.observations import Part, index_series
from borderflow.plans import choose_numbers
from borderflow.priors import PRIOR_DRAWS, list_unknowns, member_settings, standard_normals
from borderflow.results import Run, daily_series, summarise
from borderflow.scenario import Scenario, load
from borderflow.simulation import Setting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

__all__ = [
    "FORECAST_FILE",
    "FROZEN_QUANTILES",
    "draw_members",
    "error_of",
    "forecast",
    "freeze",
    "known_by",
    "predict_prior",
    "quantiles_beside",
    "rates_of",
    "shipped_fit",
]

FORECAST_FILE = "forecast.json"
#: Columns of the second table of a frozen forecast, named in thousandths: the ends of 50, 80, 90 and 95 % intervals.
FROZEN_QUANTILES = {f"q{n:03d}": n / 1000 for n in (25, 50, 100, 250, 500, 750, 900, 950, 975)}


def shipped_fit(scenario: Scenario) -> Path | None:
    """Return the folder of the fit that is shipped with a scenario, if any."""
    folder = scenario.folder / "fit" if scenario.folder is not None else None
    return folder if folder is not None and (folder / "fit.json").is_file() else None


def forecast(
    scenario: Scenario | str | Path,
    fit: Fit | str | Path | None = None,
    *,
    through: dt.date | str | None = None,
    members: int = 400,
    seed: int = 1,
    out: str | Path | None = None,
    workers: int | None = None,
    resume: bool = False,
    rates: Rates | None = None,
    progress: bool = False,
) -> Run:
    """Forecast a scenario.

    Parameters
    ----------
    scenario : Scenario, str or Path
    fit : Fit or path, optional
        The fit shipped with the scenario where not given.
    through : date, optional
        Last day of the forecast; the end of the scenario where not given.
    members : int
    seed : int
        Of chance and breaks; the same seed and fit give the same bytes.
    out : path, optional
        Run folder; ``runs/<name>-forecast`` where not given.
    workers : int, optional
        Threads.
    resume : bool
        Go on with an interrupted forecast.
    rates : Rates, optional
        Of the regime breaks.
    progress : bool

    Returns
    -------
    Run
        Its folder also holds ``forecast.json``: by which day everything was known, and the mark of the fit.

    Raises
    ------
    UsageError
        Without a fit, or with one of another scenario.
    """
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    fit = _find_fit(scenario, fit)
    whole = scenario
    if through is not None:
        last = through if isinstance(through, dt.date) else _parse_day(through)
        scenario = scenario.until(last + dt.timedelta(days=1))
    if scenario.end > whole.end:
        raise UsageError(f"--through {scenario.end:%Y-%m-%d} is after the end of the scenario, {whole.end:%Y-%m-%d}")
    if (scenario.end - dt.timedelta(hours=1)).date() <= fit.through:
        raise UsageError(f"the fit knows what was known by {fit.through}; --through must be a day after that")
    numbers, seed = choose_numbers(members, seed, None)
    network = compile_network(scenario)
    settings = draw_members(network, fit, members=len(numbers), seed=seed, rates=rates)
    name = whole.folder.name if whole.folder is not None else "scenario"
    about = {
        "known": fit.through.isoformat(), "model_error": fit.manifest.get("model_error", 1.0),
        "fit_seed": fit.manifest["seed"], "fit_members": len(fit),
        "fit_sha256": hashlib.sha256((fit.folder / "posterior.csv").read_bytes()).hexdigest(),
    }  # fmt: skip
    return run(
        scenario, members=members, seed=seed, settings=settings, workers=workers, resume=resume,
        out=out if out is not None else Path("runs") / f"{name}-forecast", progress=progress,
        beside={FORECAST_FILE: json.dumps(about, indent=1) + "\n"},
    )  # fmt: skip


def known_by(outlook: Run) -> dt.date | None:
    """Return the day by which everything in a forecast was known; None for a plain run."""
    return _about(outlook)[0]


def error_of(outlook: Run) -> float:
    """Return the factor on the model's own error in the fit behind a forecast; 1 for a plain run."""
    return _about(outlook)[1]


def _about(outlook: Run) -> tuple[dt.date | None, float]:
    path = outlook.folder / FORECAST_FILE
    held = outlook.manifest.get("forecast")  # of members in memory, which have no folder of their own
    if held is None and not path.is_file():
        return None, 1.0
    try:
        about = json.loads(path.read_text(encoding="utf-8")) if held is None else held
        return dt.date.fromisoformat(about["known"]), float(about.get("model_error", 1.0))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ResultsError(f"{path}: is torn; make the forecast again") from None


def _parse_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a date; write 2022-10-09") from None


def _find_fit(scenario: Scenario, fit: Fit | str | Path | None) -> Fit:
    if fit is None:
        fit = shipped_fit(scenario)
        if fit is None:
            raise UsageError("the scenario ships no fit; make one with borderflow fit and name it with --fit")
    if not isinstance(fit, Fit):
        fit = open_fit(fit)
    for name in fit.names:
        if ":" not in name and "." not in name and name not in scenario.parameters:
            raise UsageError(
                f"{fit.folder}: fits {name!r}, which the scenario does not have{suggest(name, scenario.parameters)}; "
                "it belongs to another scenario"
            )
    return fit


def draw_members(network: Network, fit: Fit, *, members: int, seed: int, rates: Rates | None = None) -> list[Setting]:
    """Return posterior draws with breaks, one per member; member ``m`` takes draw ``m`` modulo their number.

    A fit with a wider error of the model makes the forecast as much wider: what it allows for beyond the usual errors
    of countries and posts is added to the breaks from the first day on.
    """
    if rates is None:
        rates = rates_of(float(fit.manifest.get("model_error", 1.0)))
    values = fit.values[:, np.arange(members) % fit.values.shape[1]]
    settings = member_settings(fit.names, values, network.scenario, network.days)
    return add_breaks(network, settings, after=fit.through, seed=seed, rates=rates)


def rates_of(model_error: float, rates: Rates | None = None) -> Rates:
    """Return the rates of breaks that go with the factor of a fit on the model's own error."""
    wider = math.sqrt(max(model_error**2 - 1.0, 0.0))
    country, post = MODEL_ERROR["arrivals_daily"]
    return (rates or Rates()).with_error(wider * country, post=wider * post)


def predict_prior(
    scenario: Scenario,
    *,
    known: dt.date,
    members: int = 100,
    seed: int = 1,
    rates: Rates | None = None,
    workers: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> tuple[Mapping[tuple[str, Part], NDArray[np.float64]], tuple[dt.date, ...]]:
    """Return the daily series of the prior-only forecast, and its days: the model with no report in it.

    Breaks begin after ``known`` and have the same rates as in the forecast that it is compared with.
    """
    network = compile_network(scenario)
    unknowns = list_unknowns(scenario)
    z = standard_normals(unknowns.names, members, seed=seed, purpose=PRIOR_DRAWS)
    settings = member_settings(unknowns.names, unknowns.values(z), scenario, network.days)
    settings = add_breaks(network, settings, after=known, seed=seed, rates=rates)
    block = simulate_block(network, range(members), seed=seed, settings=settings, workers=workers, advance=advance)
    return index_series(daily_series(network, block)), network.days


def freeze(outlook: Run, path: str | Path) -> str:
    """Write the summary of a forecast for good, from the day after what was known, with its hash beside it.

    ``PATH`` has the columns of ``summary.csv``; ``PATH`` + ``.sha256`` holds the hash in the format of ``sha256sum``.
    Five quantiles say nothing of intervals of 80 and 95 %, so a second table beside it, ``NAME-quantiles.csv``, holds
    those of `FROZEN_QUANTILES` for the same rows, with a hash of its own.

    Returns
    -------
    str
        The SHA-256 of the file.
    """
    known = known_by(outlook)
    if known is None:
        raise UsageError(f"{outlook.folder}: is a run, not a forecast")
    target = Path(path)
    more = summarise(outlook.network, outlook.store, FROZEN_QUANTILES)
    _freeze_table(more, known, quantiles_beside(target))
    return _freeze_table(outlook.summary, known, target)


def quantiles_beside(path: Path) -> Path:
    """Return where the further quantiles of a frozen forecast lie."""
    return path.with_name(f"{path.stem}-quantiles{path.suffix}")


def _freeze_table(table: pd.DataFrame, known: dt.date, target: Path) -> str:
    rows = table[table["end"] > known.isoformat()]
    rows.to_csv(target, index=False, float_format="%.4f", lineterminator="\n")
    mark = hashlib.sha256(target.read_bytes()).hexdigest()
    target.with_name(target.name + ".sha256").write_text(f"{mark}  {target.name}\n", encoding="utf-8")
    return mark
