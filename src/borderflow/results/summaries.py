"""Summaries: mean and quantiles over members, one row per quantity, place, mode and local day.

Figures over members are the mean and the 5, 25, 50, 75 and 95 % quantiles (linear interpolation, Hyndman-Fan type 7).
They have four decimals, in memory as in the file. Members are read a hundred at a time and their series are kept up to
`ROOM`; a run with more is read again for the next series, so that the quantiles are exact and memory has a bound.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from borderflow.cube import AT_ONCE, Cube
from borderflow.errors import ResultsError
from borderflow.network import Network
from borderflow.results.quantities import ALL_COUNTRIES, QUANTILES, QUANTITIES, SUMMARY_COLUMNS
from borderflow.results.series import Series, complete_days, daily_series

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DailyFigures", "as_table", "read_summary", "summarise", "summarise_series", "write_summary"]

ROOM = 4e8  # bytes of series kept at once
FIGURES = SUMMARY_COLUMNS[7:]
_SHOWN = dict(zip(SUMMARY_COLUMNS[8:], QUANTILES, strict=True))


@dataclass(frozen=True)
class DailyFigures:
    """Mean and quantiles over members of one quantity at one place, day by day.

    Parameters
    ----------
    quantity, place, country, mode : str
        As in the summary: country totals have an empty place and mode ``all``.
    starts, ends : tuple of str
        First and last local day of each row; the same but for cumulative quantities.
    unit : str
    values : numpy.ndarray
        Shape (day, 6): mean, then the quantiles of `QUANTILES` (or others asked for); NaN where no member has a value.
    """

    quantity: str
    place: str
    country: str
    mode: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    unit: str
    values: NDArray[np.float64]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells it from all others."""
        return self.quantity, self.place, self.country, self.mode


def summarise(network: Network, store: Cube, quantiles: Mapping[str, float] = _SHOWN) -> pd.DataFrame:
    """Return the tidy summary as a table.

    ``quantiles`` gives other columns than those of ``summary.csv``: their names and probabilities. Days that the
    period covers only in part (the first and last local days of a country) are left out, because a sum over a part of a
    day reads like a day.
    """
    return as_table(summarise_series(network, store, shown=tuple(quantiles.values())), ("mean", *quantiles))


def summarise_series(
    network: Network, store: Cube, room: float = ROOM, shown: Sequence[float] = QUANTILES
) -> list[DailyFigures]:
    """Return the rows of the summary, series by series.

    Parameters
    ----------
    network : Network
    store : Cube
    room : float
        Bytes of members' values kept at once.
    shown : sequence of float
        Probabilities of the quantiles.
    """
    complete = complete_days(network)
    receiving = {lane.name: lane.country for lane in network.lanes}
    days = [day.isoformat() for day in network.days]
    out = []
    for series in _whole_series(network, store, room):
        # the country of origin counts days in UTC, the last row; crossings count the days of the receiving side
        country = receiving.get(series.place, series.country)
        keep = complete[network.countries.index(country) if country in network.countries else -1]
        if country == ALL_COUNTRIES:
            keep = complete[:-1].all(axis=0)
        if series.quantity == "arrivals_cumulative":
            keep = keep & (np.array(days) >= series.start)
        ends = tuple(itertools.compress(days, keep))
        starts = tuple(min(series.start, end) for end in ends) if series.start else ends
        named = (series.quantity, series.place, series.country, series.mode)
        figures = _figures(series.values, shown)[keep]
        out.append(DailyFigures(*named, starts, ends, QUANTITIES[series.quantity].unit, figures))
    return out


def _whole_series(network: Network, store: Cube, room: float) -> Iterator[Series]:
    """Yield every series with all members, computing them for some members at a time and keeping what has room."""
    parts = [(first, min(first + AT_ONCE, store.members)) for first in range(0, store.members, AT_ONCE)]
    most = max(1, int(room / (8 * store.members * len(network.days))))
    first = 0
    while True:
        kept: list[Series] = []
        for low, high in parts:
            some = itertools.islice(daily_series(network, store.part(low, high)), first, first + most)
            for n, series in enumerate(some):
                if low == 0:
                    kept.append(_with_room(series, store.members))
                kept[n].values[low:high] = series.values
        yield from kept
        if len(kept) < most:
            return
        first += most


def _with_room(series: Series, members: int) -> Series:
    """Return a series with room for so many members."""
    values = np.empty((members, series.values.shape[1]))
    return Series(series.quantity, series.place, series.country, series.mode, values, series.start)


def _figures(values: NDArray[np.float64], shown: Sequence[float]) -> NDArray[np.float64]:
    """Return mean and quantiles over members, shape (day, 1 + quantile); days without any value give NaN."""
    if not np.isnan(values).any():
        # sorting once is several times faster than asking for five quantiles
        ordered = np.sort(values, axis=0)
        at = np.array(shown) * (len(ordered) - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, len(ordered) - 1)
        part = (at - low)[:, None]
        quantiles = ordered[low] * (1 - part) + ordered[high] * part
        return np.vstack([values.mean(axis=0), quantiles]).T.round(4)
    out = np.full((values.shape[1], 1 + len(shown)), np.nan)
    for day in range(values.shape[1]):
        known = values[~np.isnan(values[:, day]), day]
        if len(known):
            out[day] = np.r_[known.mean(), np.quantile(known, shown)]
    return out.round(4)


def as_table(rows: Iterable[DailyFigures], names: Sequence[str] = FIGURES) -> pd.DataFrame:
    """Return rows of the summary as a table with `SUMMARY_COLUMNS`, or other names for the figures."""
    import pandas as pd

    rows = list(rows)
    lengths = [len(one.ends) for one in rows]
    columns: dict[str, list[str]] = {
        name: [getattr(one, name) for one, length in zip(rows, lengths, strict=True) for _ in range(length)]
        for name in ("quantity", "place", "country", "mode")
    }
    columns["start"] = [day for one in rows for day in one.starts]
    columns["end"] = [day for one in rows for day in one.ends]
    columns["unit"] = [one.unit for one, length in zip(rows, lengths, strict=True) for _ in range(length)]
    table = pd.DataFrame(columns, columns=list(SUMMARY_COLUMNS[:7]))
    values = np.concatenate([np.empty((0, len(names))), *(one.values for one in rows)])
    for name, figures in zip(names, values.T, strict=True):
        table[name] = figures
    return table


def write_summary(rows: Iterable[DailyFigures], path: Path) -> None:
    """Write the summary with four decimals, so that the file is the same on every machine."""
    form = ",".join(["%.4f"] * len(FIGURES))
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(SUMMARY_COLUMNS) + "\n")
        for one in rows:
            head, unit = _cells(one.key), _cells((one.unit,))
            for start, end, figures in zip(one.starts, one.ends, one.values.tolist(), strict=True):
                file.write(f"{head},{start},{end},{unit},{(form % tuple(figures)).replace('nan', '')}\n")


def _cells(words: Sequence[str]) -> str:
    """Return cells of a CSV line, quoted where they need it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(words)
    return text.getvalue()


def read_summary(path: Path) -> list[DailyFigures]:
    """Read a summary.

    Raises
    ------
    ResultsError
        Where it cannot be read or is no summary.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file, strict=True)
            if tuple(next(lines, ())) != SUMMARY_COLUMNS:
                raise ResultsError(f"{path}: is damaged: its columns are not those of a summary; run again")
            return [_daily_figures(key, list(rows)) for key, rows in itertools.groupby(lines, lambda row: row[:4])]
    except (ValueError, IndexError, csv.Error, OSError) as error:
        raise ResultsError(f"{path}: cannot be read: {str(error).splitlines()[0][:200]}; run again") from None


def _daily_figures(key: list[str], rows: list[list[str]]) -> DailyFigures:
    quantity, place, country, mode = key
    values = [[float(cell or "nan") for cell in row[7:]] for row in rows]
    shaped = np.array(values).reshape(len(rows), len(FIGURES))
    starts, ends = (tuple(row[column] for row in rows) for column in (4, 5))
    return DailyFigures(quantity, place, country, mode, starts, ends, rows[0][6], shaped)
