"""Summaries: mean and quantiles over members, one row per quantity, place, mode and local day.

Figures over members are the mean and the 5, 25, 50, 75 and 95 % quantiles (linear interpolation, Hyndman-Fan type 7).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from borderflow.cube import Cube
from borderflow.network import Network
from borderflow.results.quantities import QUANTILES, QUANTITIES, SUMMARY_COLUMNS
from borderflow.results.series import complete_days, daily_series

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["summarise", "write_summary"]


def summarise(network: Network, store: Cube) -> pd.DataFrame:
    """Return the tidy summary: mean and quantiles over members, one row per quantity, place, mode and local day.

    Days that the period covers only in part (the first and last local days of a country) are left out, because a sum
    over a part of a day reads like a day.
    """
    import pandas as pd

    days = [day.isoformat() for day in network.days]
    complete = complete_days(network)
    columns: dict[str, list[Any]] = {name: [] for name in SUMMARY_COLUMNS[:7]}
    figures = [np.empty((0, len(SUMMARY_COLUMNS) - 7))]
    receiving = {lane.name: lane.country for lane in network.lanes}
    for series in daily_series(network, store):
        # the country of origin counts days in UTC, the last row; crossings count the days of the receiving side
        country = receiving.get(series.place, series.country)
        keep = complete[network.countries.index(country) if country in network.countries else -1]
        if series.quantity == "arrivals_cumulative":
            keep = keep & (np.array(days) >= series.start)
        ends = [day for day, kept in zip(days, keep, strict=True) if kept]
        figures.append(_figures(series.values[:, keep]))
        starts = [min(series.start, end) for end in ends] if series.start else ends
        named = (series.quantity, series.place, series.country, series.mode)
        for name, value in zip(SUMMARY_COLUMNS, (*named, starts, ends, QUANTITIES[series.quantity].unit), strict=False):
            columns[name] += value if isinstance(value, list) else [value] * len(ends)
    table = pd.DataFrame(columns)
    for name, values in zip(SUMMARY_COLUMNS[7:], np.concatenate(figures).T, strict=True):
        table[name] = values
    return table


def _figures(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return mean and quantiles over members, shape (day, 6); days without any value give NaN."""
    if not np.isnan(values).any():
        # sorting once is several times faster than asking for five quantiles
        ordered = np.sort(values, axis=0)
        at = np.array(QUANTILES) * (len(ordered) - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, len(ordered) - 1)
        part = (at - low)[:, None]
        quantiles = ordered[low] * (1 - part) + ordered[high] * part
        return np.vstack([values.mean(axis=0), quantiles]).T
    out = np.full((values.shape[1], 6), np.nan)
    for day in range(values.shape[1]):
        known = values[~np.isnan(values[:, day]), day]
        if len(known):
            out[day] = np.r_[known.mean(), np.quantile(known, QUANTILES)]
    return out


def write_summary(frame: pd.DataFrame, path: Path) -> None:
    """Write the summary with four decimals, so that the file is the same on every machine."""
    with path.open("w", encoding="utf-8", newline="") as file:
        frame.to_csv(file, index=False, float_format="%.4f", lineterminator="\n")
