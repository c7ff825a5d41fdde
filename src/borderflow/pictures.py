"""Pictures of a fit: prior to posterior, and what the posterior predicts beside what was reported.

Needs matplotlib, from the extra ``plots``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from borderflow.calibration import SMALL
from borderflow.errors import ResultsError, UsageError

if TYPE_CHECKING:
    import pandas as pd

    from borderflow.calibration import Fit

__all__ = ["draw_fit"]

_PRIOR, _POSTERIOR, _REPORT = "#9aa5b1", "#1f5fa8", "#c8402f"


def draw_fit(fit: Fit, folder: str | Path | None = None) -> list[Path]:
    """Draw a fit as PNG files: ``parameters.png`` and ``predictive.png``.

    Parameters
    ----------
    fit : Fit
    folder : path, optional
        That of the fit where not given.

    Raises
    ------
    UsageError
        Without matplotlib.
    ResultsError
        Where there is no room for them.
    """
    try:
        import matplotlib
    except ImportError:
        raise UsageError("pictures need matplotlib: pip install 'borderflow[plots]'") from None
    matplotlib.use("Agg")
    target = Path(folder) if folder is not None else fit.folder
    try:
        return [_draw_parameters(fit, target / "parameters.png"), _draw_predictive(fit, target / "predictive.png")]
    except OSError as error:
        reason = f"pictures cannot be written: {error.strerror or error}"
        raise ResultsError(f"{target}: {reason}; make room and go on with --resume") from None


def _draw_parameters(fit: Fit, path: Path) -> Path:
    """Draw 90 % intervals of prior and posterior, each relative to the prior's, learned ones first."""
    from matplotlib import pyplot as plt

    table = fit.parameters
    table = table[(table["kind"] != "noise") & (table["name"] != "")].sort_values("ratio").reset_index(drop=True)
    shown = table.head(40)
    figure, axes = plt.subplots(figsize=(9, 0.27 * len(shown) + 1.6), layout="constrained")
    for row, one in enumerate(shown.itertuples()):
        scale = _scale(one)
        colour = _POSTERIOR if one.verdict == "learned" else "#7f9fc4"
        axes.plot([0, 1], [row, row], color=_PRIOR, lw=7, alpha=0.35, solid_capstyle="butt")
        axes.plot([scale(one.q05), scale(one.q95)], [row, row], color=colour, lw=3, solid_capstyle="butt")
        axes.plot(scale(one.q50), row, "o", color=colour, ms=5)
    axes.set_yticks(range(len(shown)), [f"{one.name} [{one.unit}]" for one in shown.itertuples()], fontsize=8)
    axes.invert_yaxis()
    axes.set_xticks([0, 0.5, 1], ["prior 5 %", "", "prior 95 %"])
    axes.set_xlim(-0.6, 1.6)
    axes.axvline(0, color="#d0d5da", lw=0.8, zorder=0)
    axes.axvline(1, color="#d0d5da", lw=0.8, zorder=0)
    learned = int((table["verdict"] == "learned").sum())
    axes.set_title(
        f"Prior (grey) and posterior (blue), 90 % intervals; {learned} of {len(table)} learned,\n"
        f"the {len(shown)} that moved most, known by {fit.through}; pale: prior only",
        fontsize=10, loc="left",
    )  # fmt: skip
    figure.savefig(path, dpi=100)
    plt.close(figure)
    return path


def _scale(one: Any) -> Any:
    """Return a function to prior units: 0 at the prior's 5 % and 1 at its 95 % quantile, logarithmic where it fits."""
    low, high = float(one.prior_q05), float(one.prior_q95)
    if low > 0 and high / low > 2:
        return lambda x: float(np.log(max(x, 1e-12) / low) / np.log(high / low))
    return lambda x: float((x - low) / (high - low))


def _draw_predictive(fit: Fit, path: Path) -> Path:
    """Draw every series with at least two days, then one panel for what is left."""
    from matplotlib import pyplot as plt

    table = fit.observations
    single = table[(table["start"] == table["end"])]
    counts = single.groupby("label")["start"].nunique()
    labels = [label for label in counts.sort_values(ascending=False).index if counts[label] >= 2][:11]
    rest = table[~table["label"].isin(labels) | (table["start"] != table["end"])]
    columns = 3
    rows = -(-(len(labels) + 1) // columns)
    figure, grid = plt.subplots(rows, columns, figsize=(13, 2.9 * rows), layout="constrained", squeeze=False)
    for axes, label in zip(grid.flat, labels, strict=False):
        _draw_series(axes, single[single["label"] == label], label)
    _draw_rest(grid.flat[len(labels)], rest)
    for axes in grid.flat[len(labels) + 1 :]:
        axes.axis("off")
    figure.suptitle(
        "Posterior predictive check: reports (red; bar: error of report and model, 90 %), "
        "posterior (blue, 50 and 90 %), prior median (grey)", fontsize=10,
    )  # fmt: skip
    figure.savefig(path, dpi=90)
    plt.close(figure)
    return path


def _draw_series(axes: Any, table: pd.DataFrame, label: str) -> None:
    days = [str(day) for day in sorted(table["start"].unique())]
    at = {day: n for n, day in enumerate(days)}
    x = [at[day] for day in table["start"]]
    once = table.drop_duplicates("start").sort_values("start")
    base = [at[day] for day in once["start"]]
    for low, high, alpha in (("posterior_q05", "posterior_q95", 0.25), ("posterior_q25", "posterior_q75", 0.45)):
        axes.bar(base, once[high] - once[low], bottom=once[low], width=0.6, color=_POSTERIOR, alpha=alpha, lw=0)
    axes.plot(base, once["posterior_q50"], "_", color=_POSTERIOR, ms=16, mew=2)
    axes.plot(base, once["prior_q50"], "_", color=_PRIOR, ms=16, mew=2)
    _draw_reports(axes, x, table)
    step = -(-len(days) // 7)
    axes.set_xticks(range(0, len(days), step), [day[8:10] + "." + day[5:7] for day in days[::step]], fontsize=7)
    axes.tick_params(axis="y", labelsize=7)
    axes.set_ylim(bottom=0)
    axes.set_title(_short(label), fontsize=9)


def _draw_reports(axes: Any, x: list[int], table: pd.DataFrame) -> None:
    size = table["quantity"].map(SMALL).fillna(1.0).to_numpy(float)
    logs, wide = np.log1p(table["value"].to_numpy(float) / size), 1.645 * table["error"].to_numpy(float)
    kind = table["bound"].to_numpy(str)
    low = np.where(kind == "upper", 0.0, size * np.maximum(np.expm1(logs - wide), 0.0))
    high = np.where(kind == "lower", size * np.expm1(logs), size * np.expm1(logs + np.minimum(wide, 1.0)))
    axes.vlines(x, low, np.where(kind == "upper", table["value"], high), color=_REPORT, lw=0.9, alpha=0.7)
    for bound, marker in (("", "o"), ("lower", "^"), ("upper", "v")):
        mine = kind == bound
        axes.plot(np.array(x)[mine], table["value"].to_numpy(float)[mine], marker, color=_REPORT, ms=4, lw=0)


def _draw_rest(axes: Any, table: pd.DataFrame) -> None:
    """Draw what has no series: predicted against reported, both on a log scale."""
    y = np.log10(1 + table["value"].to_numpy(float))
    low, middle, high = (np.log10(1 + table[f"posterior_q{p}"].to_numpy(float)) for p in ("05", "50", "95"))
    axes.vlines(y, low, high, color=_POSTERIOR, alpha=0.5, lw=1.5)
    axes.plot(y, middle, "o", color=_POSTERIOR, ms=3)
    top = max(float(y.max(initial=1.0)), float(high.max(initial=1.0)))
    axes.plot([0, top], [0, top], color=_REPORT, lw=1)
    ticks = list(range(int(top) + 1))
    axes.set_xticks(ticks, [f"{10**n:,}" for n in ticks], fontsize=7)
    axes.set_yticks(ticks, [f"{10**n:,}" for n in ticks], fontsize=7)
    axes.set_xlabel("reported", fontsize=8)
    axes.set_title("all other figures: model against report", fontsize=9)


def _short(label: str) -> str:
    quantity, _, place = label.partition(" ")
    words = quantity.replace("_daily", " a day").replace("departures_vehicles", "cars out").replace("_", " ")
    return f"{words}, {place if len(place) < 34 else place[:32] + '…'}"
