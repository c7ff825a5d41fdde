"""Skill: a forecast held against what was reported later, beside the baselines.

Every report is scored one by one, contradictory ones too: which of them was right is not for a score to decide. A
figure given as "over" or "up to" is not a measurement; it is scored as an event (Brier). What cannot be matched is
listed with the reason.

An interval of the forecast is about the quantity. What is *reported* differs from it by the error of the report: three
per cent for a border guard's count, a factor of two for one traveller's wait. The columns ``told ...`` are the scores
of the forecast of the report, the same members with that error; where reports are counts the two agree, and for
anecdotes only the second can cover what it says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from borderflow.baselines import BASELINES, predict_baselines, usual_traffic
from borderflow.calibration import open_fit
from borderflow.errors import ResultsError, UsageError
from borderflow.folders import locate
from borderflow.forecasting import (
    FROZEN_QUANTILES,
    error_of,
    known_by,
    predict_prior,
    quantiles_beside,
    rates_of,
    shipped_fit,
)
from borderflow.ledger import Ledger, read_ledger
from borderflow.observations import Observation, Part, Target, index_series, match_claims, read_observations
from borderflow.results import SUMMARY_COLUMNS, Run, daily_series, open_run
from borderflow.scenario import Scenario, load
from borderflow.scoring import (
    LEVELS,
    bias,
    brier_score,
    coverage,
    crps_ensemble,
    log_scale,
    pit,
    relative_skill,
    sharpness,
    weighted_interval_score,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PRIOR_ONLY", "Scores", "score", "score_targets"]

PRIOR_ONLY = "prior only"
NO_FIGURE = "the forecast has no such figure"
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
#: Cars in line below which a line counts as gone.
CLEARED_CARS = 50.0
_ERRORS = 21  # equally likely errors of a report that each member gets
Series = Mapping[tuple[str, Part], NDArray[np.float64]]


@dataclass(frozen=True)
class Scores:
    """Scores of one forecast.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per report: target, observation, interval, scores, and median and WIS of each baseline.
    unused : mapping
        Reports that could not be scored, with the reason.
    """

    table: pd.DataFrame
    unused: Mapping[str, str]

    def overall(self) -> dict[str, float]:
        """Return means over the reports that are measurements, and skill relative to each baseline.

        ``relative NAME`` is the geometric mean over reports of the ratio of WIS on the log scale; below 1 the forecast
        is better than that baseline.
        """
        rows = self.table[self.table["kind"] == "value"]
        out: dict[str, float] = {"reports": float(len(rows))}
        for name in ("crps", "crps_log", "wis", "wis_log", "bias", "width90_log"):
            out[name] = float(rows[name].mean())
        for level in LEVELS:
            out[f"coverage {level:.0%}"] = float(rows[f"in{round(100 * level)}"].mean())
        if "told wis_log" in rows:
            out["told wis_log"] = float(rows["told wis_log"].mean())
            for level in LEVELS:
                out[f"told coverage {level:.0%}"] = float(rows[f"told in{round(100 * level)}"].mean())
        for name in (*BASELINES, PRIOR_ONLY):
            if f"{name} wis_log" in rows:
                # a score of nothing at all would decide every mean of ratios; a hundredth is a per cent off
                out[f"relative {name}"] = relative_skill(rows["wis_log"], rows[f"{name} wis_log"], floor=0.01)
        return out

    def by_country(self) -> pd.DataFrame:
        """Return reports, coverage and relative skill per country of arrival."""
        import pandas as pd

        rows = self.table[self.table["kind"] == "value"]
        out = []
        for country, part in rows.groupby("country"):
            line: dict[str, Any] = {"country": country, "reports": len(part), "wis_log": part["wis_log"].mean()}
            line |= {f"in{level}": part[f"in{level}"].mean() for level in (50, 90)}
            for name in (*BASELINES, PRIOR_ONLY):
                if f"{name} wis_log" in part:
                    line[name] = relative_skill(part["wis_log"], part[f"{name} wis_log"], floor=0.01)
            out.append(line)
        return pd.DataFrame(out)

    def __str__(self) -> str:
        return "\n".join(f"{name:<28} {value:10.3f}" for name, value in self.overall().items())


def score(
    forecast: Run | str | Path,
    observations: str | Path | Ledger,
    *,
    after: dt.date | str | None = None,
    scenario: Scenario | str | Path | None = None,
    prior_members: int = 100,
    workers: int | None = None,
) -> Scores:
    """Score a run, a forecast or a frozen forecast against reports.

    Parameters
    ----------
    forecast : Run or path
        A run folder, or a CSV with the columns of ``summary.csv``; the CSV has no members, so only single days and
        totals since the announcement can be scored, from its five quantiles, or from the nine of the table that
        `forecasting.freeze` puts beside it.
    observations : path or Ledger
        Reports in the form of the ledger.
    after : date, optional
        Score reports about days after this one; the day by which a forecast's figures were known where not given.
    scenario : Scenario, str or Path, optional
        For a CSV: the scenario that it belongs to.
    prior_members : int
        Members of the prior-only forecast; 0 leaves it out.
    workers : int, optional

    Raises
    ------
    UsageError
        Where nothing can be scored.
    """
    ledger = observations if isinstance(observations, Ledger) else read_ledger(observations)
    run = forecast if isinstance(forecast, Run) else None
    path = None if isinstance(forecast, Run) else locate(forecast)
    if run is None and path is not None and path.is_dir():
        run = open_run(path)
    if run is not None:
        scenario = _with_folder(run)
        origin = _origin(run, after)
        series: Series = index_series(daily_series(run.network, run.store))
        days: Sequence[dt.date] = run.network.days
        probabilities: tuple[float, ...] | None = None
    else:
        assert path is not None
        if scenario is None:
            raise UsageError(f"{path}: a table alone; name the scenario it belongs to with --scenario")
        scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
        table, shown = _read_frozen(path)
        origin = _after(after) or dt.date.fromisoformat(str(table["end"].min())) - dt.timedelta(days=1)
        series, days, probabilities = {}, (), tuple(shown.values())
    found = match_claims(scenario, ledger)
    wanted = [one for one in found.used if one.target.last > origin]
    early = {one.id: f"about days until {origin}" for one in found.used if one.target.last <= origin}
    unused = {**found.unused, **early}
    if run is not None:
        predicted, gaps = predict_targets(wanted, series, days)
    else:
        values = {one.id: _from_quantiles(table, shown, one.target, scenario) for one in wanted}
        predicted = {name: these for name, these in values.items() if np.isfinite(these).all()}
        gaps = {one.id: NO_FIGURE for one in wanted if one.id not in predicted}
    unused |= gaps
    wanted = [one for one in wanted if one.id in predicted]
    if not wanted:
        raise UsageError(f"{ledger.name}: no report after {origin} that the forecast has a figure for")
    rates = rates_of(error_of(run) if run is not None else _shipped_error(scenario))
    prior = None
    if prior_members:
        prior = predict_prior(scenario, known=origin, members=prior_members, rates=rates, workers=workers)
    scored = score_targets(wanted, predicted, scenario, origin=origin, prior=prior, probabilities=probabilities)
    return Scores(scored, unused)


def predict_targets(
    wanted: Iterable[Observation], series: Series, days: Sequence[dt.date]
) -> tuple[dict[str, NDArray[np.float64]], dict[str, str]]:
    """Return what members say about targets, and the targets about which they say nothing, with the reason.

    A wait is that of people who pass. Members in which nobody passes have none; a report is held against the others,
    if they are at least half of all.
    """
    predicted, gaps = {}, {}
    for one in wanted:
        values = one.target.evaluate(series, days, nobody=np.nan)
        known = values[np.isfinite(values)]
        if known.size == 0 and not np.isfinite(one.target.evaluate(series, days)).all():
            gaps[one.id] = NO_FIGURE
        elif 2 * known.size < values.size:
            share = 1 - known.size / values.size
            gaps[one.id] = f"nobody passes there in {share:.0%} of the members, so they have no wait"
        else:
            predicted[one.id] = known
    return predicted, gaps


def _shipped_error(scenario: Scenario) -> float:
    """Return the factor on the model's error of the fit that is shipped with a scenario; 1 without one."""
    folder = shipped_fit(scenario)
    return float(open_fit(folder).manifest.get("model_error", 1.0)) if folder is not None else 1.0


def _with_folder(run: Run) -> Scenario:
    """Return the scenario of a run, with the ledger that the run folder holds."""
    return run.scenario.model_copy(update={"folder": run.folder}) if run.scenario.folder is None else run.scenario


def _after(after: dt.date | str | None) -> dt.date | None:
    if after is None or isinstance(after, dt.date):
        return after
    try:
        return dt.date.fromisoformat(after)
    except ValueError:
        raise UsageError(f"--after {after!r} is not a date; write 2022-09-28") from None


def _origin(run: Run, after: dt.date | str | None) -> dt.date:
    return _after(after) or known_by(run) or run.scenario.start.date()


def _read_frozen(path: Path) -> tuple[pd.DataFrame, Mapping[str, float]]:
    """Return the table of a frozen forecast and the probabilities of its columns of quantiles."""
    table = _read_table(path, SUMMARY_COLUMNS)
    more = quantiles_beside(path)
    if not more.is_file():
        return table, dict(zip(SUMMARY_COLUMNS[8:], _QUANTILES, strict=True))
    return _read_table(more, (*SUMMARY_COLUMNS[:8], *FROZEN_QUANTILES)), FROZEN_QUANTILES


def _read_table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    try:
        table = pd.read_csv(path, keep_default_na=False, na_values={c: [""] for c in columns[7:]})
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path}: cannot be read as a table: {error}") from None
    missing = [name for name in columns if name not in table]
    if missing:
        raise ResultsError(f"{path}: column {missing[0]!r} is missing; a forecast has {', '.join(columns)}")
    return table


def _from_quantiles(
    table: pd.DataFrame, shown: Mapping[str, float], target: Target, scenario: Scenario
) -> NDArray[np.float64]:
    """Return the quantiles of a target from a frozen table; NaN where it has no such row."""
    nothing = np.full(len(shown), np.nan)
    if len(target.parts) != 1:
        return nothing
    part, quantity = target.parts[0], target.quantity
    first, last = target.first, target.last
    if first != last:
        if quantity != "arrivals_daily" or first != scenario.announcement:
            return nothing
        quantity = "arrivals_cumulative"
    rows = table[
        (table["quantity"] == quantity) & (table["place"] == part.place) & (table["country"] == part.country)
        & (table["mode"] == part.mode) & (table["end"] == last.isoformat())
    ]  # fmt: skip
    return rows.iloc[0][list(shown)].to_numpy(float) if len(rows) == 1 else nothing


def score_targets(
    wanted: Iterable[Observation],
    predicted: Mapping[str, NDArray[np.float64]],
    scenario: Scenario,
    *,
    origin: dt.date,
    prior: tuple[Series, tuple[dt.date, ...]] | None = None,
    probabilities: Sequence[float] | None = None,
    ledger: Ledger | None = None,
) -> pd.DataFrame:
    """Return one row of scores per report.

    Parameters
    ----------
    wanted : iterable of Observation
    predicted : mapping
        By id of the report: members, or quantiles.
    scenario : Scenario
        Its ledger, as known at the origin, feeds the baselines.
    origin : date
        Last day that was known.
    prior : (series, days), optional
        From `predict_prior`.
    probabilities : sequence of float, optional
        Those of the quantiles that ``predicted`` holds, the five of a summary among them; members where not given.
    ledger : Ledger, optional
        Instead of the scenario's.
    """
    import pandas as pd

    usual, exact = usual_traffic(scenario), probabilities is None
    has_ledger = ledger is not None or scenario.folder is not None
    known = read_observations(scenario, ledger, through=origin).used if has_ledger else ()
    country_of = {place.name: place.country for place in scenario.places}
    rows = []
    for one in wanted:
        values = predicted[one.id]
        others = predict_baselines(one.target, known, usual, scenario, origin=origin)
        if prior is not None:
            before = one.target.evaluate(*prior)
            if np.isfinite(before).all():
                others[PRIOR_ONLY] = before
        part = one.target.parts[0]
        row: dict[str, Any] = {
            "id": one.id, "label": one.target.label, "country": country_of.get(part.place, part.country),
            "start": one.target.first.isoformat(), "end": one.target.last.isoformat(), "observed": one.value,
            "kind": "event" if one.bound or one.flag else "value", "bound": one.bound, "status": one.status,
        }  # fmt: skip
        quantiles = np.quantile(values, _QUANTILES) if exact else values[_positions(probabilities, _QUANTILES)]
        row |= {f"q{round(100 * p):02d}": float(q) for p, q in zip(_QUANTILES, quantiles, strict=True)}
        if row["kind"] == "value":
            row |= _value_scores(one.value, values, probabilities)
            if exact:
                row |= _told_scores(one, values)
            for name, members in others.items():
                row[f"{name} q50"] = float(np.median(members))
                row[f"{name} wis"] = float(weighted_interval_score(one.value, members))
                row[f"{name} wis_log"] = float(weighted_interval_score(log_scale(one.value), log_scale(members)))
        elif exact:
            row["probability"] = probability(one, values)
            row["brier"] = float(brier_score(1.0 if not one.flag else one.value, row["probability"]))
            for name, members in others.items():
                chance = probability(one, members)
                row[f"{name} brier"] = float(brier_score(1.0 if not one.flag else one.value, chance))
        rows.append(row)
    return pd.DataFrame(rows)


def probability(one: Observation, members: NDArray[np.float64]) -> float:
    """Return the forecast probability that a bound holds, or that a line is gone."""
    if one.flag:
        return float(np.mean(members <= CLEARED_CARS))
    return float(np.mean(members >= one.value) if one.bound == "lower" else np.mean(members <= one.value))


def _told_scores(one: Observation, values: NDArray[np.float64]) -> dict[str, float]:
    """Return coverage and WIS of the forecast of a report: every member with every error of the report."""
    from scipy.special import ndtri

    z = ndtri((np.arange(_ERRORS) + 0.5) / _ERRORS)
    told = np.expm1(np.maximum(np.log1p(values)[:, None] + one.error * z, 0.0)).ravel()
    inside = coverage(np.array([one.value]), told[None, :], LEVELS)
    out = {f"told in{round(100 * level)}": float(at) for level, at in zip(LEVELS, inside, strict=True)}
    out["told wis_log"] = float(weighted_interval_score(log_scale(one.value), log_scale(told)))
    return out


def _positions(probabilities: Sequence[float] | None, wanted: Sequence[float]) -> list[int]:
    """Return where probabilities stand among others; fewer where some are missing."""
    return [n for level in wanted for n, p in enumerate(probabilities or ()) if abs(p - level) < 1e-9]


def _value_scores(
    observed: float, values: NDArray[np.float64], probabilities: Sequence[float] | None
) -> dict[str, float]:
    """Return the scores of one measurement; from quantiles only what they allow."""
    exact = probabilities is None
    scale: tuple[tuple[Literal["", "_log"], Any], ...] = (("", np.asarray), ("_log", log_scale))
    out: dict[str, float] = {}
    for suffix, transform in scale:
        y, x = transform(observed), transform(values)
        if exact:
            out[f"crps{suffix}"] = float(crps_ensemble(y, x))
            out[f"wis{suffix}"] = float(weighted_interval_score(y, x))
            out[f"width90{suffix}"] = float(sharpness(x))
        else:
            pairs = list(zip(probabilities or (), x, strict=True))
            out[f"crps{suffix}"] = float("nan")
            out[f"wis{suffix}"] = float(weighted_interval_score(y, quantiles=pairs))
            low, high = x[_positions(probabilities, (0.05, 0.95))]
            out[f"width90{suffix}"] = float(high - low)
    if exact:
        out |= {"pit": float(pit(observed, values)), "bias": float(bias(observed, values))}
        inside = coverage(np.array([observed]), values[None, :], LEVELS)
        out |= {f"in{round(100 * level)}": float(one) for level, one in zip(LEVELS, inside, strict=True)}
    else:
        middle = values[_positions(probabilities, (0.5,))][0]
        out |= {"pit": float("nan"), "bias": float(np.sign(middle - observed))}
        for level in LEVELS:
            ends = values[_positions(probabilities, (0.5 - level / 2, 0.5 + level / 2))]
            both = len(ends) == 2
            out[f"in{round(100 * level)}"] = float(ends[0] <= observed <= ends[1]) if both else float("nan")
    return out
