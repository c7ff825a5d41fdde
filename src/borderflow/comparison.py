"""Comparison: what a change does, from paired members.

Two scenarios run with the same seed share every random draw that the change does not touch, so the difference of member
``m`` of one and member ``m`` of the other is the effect of the change in one possible course of events, and it scatters
far less than the difference of two independent runs: the method of common random numbers (Glasserman and Yao 1992,
Management Science 38, 884-908).

An effect has two spreads, which answer two questions. The *interval of the mean* says how well the mean effect is known
from so many members; it shrinks with more members. The *quantiles over members* say how much the effect itself varies
with chance, and with the parameters where a fit is given; they do not shrink.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from borderflow.ensemble import simulate_block
from borderflow.errors import ResultsError, UsageError, suggest
from borderflow.network import Network, compile_network
from borderflow.results import QUANTILES, QUANTITIES, Cube, Run, complete_days, daily_series, open_run
from borderflow.scenario import Scenario, load
from borderflow.simulation import Setting

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "EFFECT_COLUMNS",
    "STATISTICS",
    "Comparison",
    "DailyDifference",
    "Effect",
    "Key",
    "Outcome",
    "compare",
    "members_needed",
    "read_outcome",
    "simulate_outcome",
]

Floats = NDArray[np.float64]
#: Quantity, place, country, mode as in the summary; country empty for all countries of destination together.
Key = tuple[str, str, str, str]
Settings = Sequence[Setting] | Sequence[Mapping[str, float]]

LEVEL = 0.90  # of the interval of the mean, as wide as q05 to q95
ERROR, POWER = 0.05, 0.90  # of the test behind `members_needed`

#: Quantities that may be added over countries or crossings.
_ADDITIVE_COUNTRIES = (
    "arrivals_daily", "arrivals_excess_daily", "arrivals_exodus_daily", "departures_daily", "net_flow", "abroad",
    "turned_back", "notices_served", "called_up_at_border", "turned_away_on_road", "left_the_line", "entry_refused",
)  # fmt: skip
_ADDITIVE_CROSSINGS = ("person_hours_waiting", "needs_water")

#: How the days of a quantity become figures: their sum, the highest day, the last day or the mean of the days.
STATISTICS: Mapping[str, tuple[str, ...]] = {
    name: {"flow": ("sum",), "stock": ("highest", "mean"), "duration": ("highest", "mean"), "price": ("mean",)}[
        one.kind
    ]
    for name, one in QUANTITIES.items()
} | dict.fromkeys(("arrivals_cumulative", "mobilised_cumulative", "wrongly_drafted_returned", "abroad"), ("last",))

EFFECT_COLUMNS = (
    "quantity", "place", "country", "mode", "statistic", "start", "end", "unit", "reference", "other", "difference",
    "low", "high", "q05", "q25", "q50", "q75", "q95", "members", "members_needed", "members_needed_unpaired",
)  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# One scenario


@dataclass(frozen=True)
class Outcome:
    """What one scenario leads to: the daily series of all members, in memory, ready to be compared with others.

    Parameters
    ----------
    scenario : Scenario
    seed : int
    members : tuple of int
    days : tuple of date
        Local days.
    series : mapping
        `Key` to values, shape (member, day).
    complete : mapping
        Place, or country where there is none, to which days the period covers whole by its clock, shape (day,). All
        countries together (``""``) have the days that every one of them has whole.
    settings : tuple of Setting, optional
        What is special about each member: parameter values of a fit, daily noise, further events.
    """

    scenario: Scenario
    seed: int
    members: tuple[int, ...]
    days: tuple[date, ...]
    series: Mapping[Key, Floats]
    complete: Mapping[str, NDArray[np.bool_]]
    settings: tuple[Setting, ...] | None = None


def simulate_outcome(
    scenario: Scenario | str | Path,
    *,
    members: int | Sequence[int] = 100,
    seed: int = 1,
    settings: Settings | None = None,
    until: datetime | date | str | None = None,
    workers: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> Outcome:
    """Simulate a scenario in memory and keep its daily series.

    Parameters
    ----------
    scenario : Scenario, str or Path
    members : int or sequence of int
        How many members, or their numbers.
    seed : int
    settings : sequence of Setting or of mappings, optional
        What is special about each member, or only its parameter values, for example draws from a posterior; repeated
        in turn where there are fewer of them than members.
    until : date, optional
        Another end (exclusive).
    workers : int, optional
        Threads; the number of processors where not given.
    advance : callable, optional
        Called with the number of members done since the last call, from any thread; an exception in it stops the work.

    Returns
    -------
    Outcome

    Examples
    --------
    >>> outcome = simulate_outcome("russia-2022", members=2, until="2022-09-17")
    >>> outcome.series["arrivals_daily", "", "GE", "all"].shape
    (2, 4)
    """
    scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
    if until is not None:
        scenario = scenario.until(until)
    numbers = tuple(range(members)) if isinstance(members, int) else tuple(members)
    if not numbers:
        raise UsageError(f"members must be 1 or more, got {members}")
    network = compile_network(scenario)
    own = None
    if settings:
        given = [one if isinstance(one, Setting) else Setting(one) for one in settings]
        own = tuple(given[n % len(given)] for n in range(len(numbers)))
    block = simulate_block(network, numbers, seed=seed, settings=own, workers=workers, advance=advance)
    return _outcome(network, block, seed, numbers, own)


def read_outcome(run: Run | str | Path) -> Outcome:
    """Read the daily series of all members of a finished run.

    Examples
    --------
    >>> import borderflow as bf
    >>> run = bf.run("russia-2022", members=2, until="2022-09-17", out="/tmp/borderflow-doctest-outcome")
    >>> read_outcome(run).members
    (0, 1)
    """
    run = run if isinstance(run, Run) else open_run(run)
    return _outcome(run.network, run.store, int(run.manifest["seed"]), tuple(range(int(run.manifest["members"]))), None)


def _outcome(
    network: Network, cube: Cube, seed: int, members: tuple[int, ...], settings: tuple[Setting, ...] | None
) -> Outcome:
    series: dict[Key, Floats] = {}
    for one in daily_series(network, cube):
        series[one.quantity, one.place, one.country, one.mode] = one.values
        everywhere = (one.quantity, "", "", "all")
        by_country = not one.place and one.quantity in _ADDITIVE_COUNTRIES
        by_crossing = one.place and one.mode == "all" and one.quantity in _ADDITIVE_CROSSINGS
        if by_country or by_crossing:
            series[everywhere] = series[everywhere] + one.values if everywhere in series else one.values
    whole = complete_days(network)
    complete = dict(zip(network.countries, whole, strict=False))
    complete |= {"": whole.all(axis=0), network.scenario.origin_country: whole[-1]}
    complete |= {lane.name: complete[lane.country] for lane in network.lanes}
    return Outcome(network.scenario, seed, members, network.days, series, complete, settings)


# ---------------------------------------------------------------------------------------------------------------------
# Two scenarios


@dataclass(frozen=True)
class Effect:
    """The effect of a change on one figure: other scenario less reference, over paired members.

    Parameters
    ----------
    quantity, place, country, mode : str
        As in the summary; country empty: all countries of destination together.
    statistic : {'sum', 'highest', 'last', 'mean'}
        How the days of the period became one figure.
    start, end : date
        First and last local day of the period.
    reference, other, difference : float
        Means over members, in the quantity's unit.
    low, high : float
        90 % interval of the mean difference (Student).
    quantiles : tuple of float
        5, 25, 50, 75 and 95 % quantiles of the difference over members.
    members : int
        Pairs of members behind the figures; those without a value in either scenario are left out.
    members_needed, members_needed_unpaired : float
        Members that a claim of this size needs, with paired and with independent runs; NaN where no member differs. See
        `members_needed`.
    """

    quantity: str
    place: str
    country: str
    mode: str
    statistic: str
    start: date
    end: date
    reference: float
    other: float
    difference: float
    low: float
    high: float
    quantiles: tuple[float, ...]
    members: int
    members_needed: float
    members_needed_unpaired: float

    @property
    def unit(self) -> str:
        """Unit of all figures."""
        return QUANTITIES[self.quantity].unit

    @property
    def label(self) -> str:
        """What the figure is, in words, with its unit."""
        words = _LABELS.get((self.quantity, self.statistic)) or f"{self.quantity} ({self.statistic})"
        return f"{words}, {self.unit}"

    @property
    def where(self) -> str:
        """Place, country or ``all``, and the mode where it is one."""
        return f"{self.place or self.country or 'all'}{'' if self.mode == 'all' else ' ' + self.mode}"

    @property
    def certain(self) -> bool:
        """Whether the interval of the mean leaves zero out."""
        return self.low > 0 or self.high < 0

    @property
    def touched(self) -> bool:
        """Whether any member differs."""
        return bool(np.isfinite(self.members_needed)) or bool(np.nan_to_num([self.difference, *self.quantiles]).any())


@dataclass(frozen=True)
class DailyDifference:
    """Daily course of the effect on one quantity.

    Parameters
    ----------
    days : tuple of date
        Local days that the period covers whole.
    reference, other, mean, low, high : numpy.ndarray
        Mean of each scenario, mean difference and its 90 % interval, shape (day,).
    quantiles : numpy.ndarray
        5, 25, 50, 75 and 95 % quantiles of the difference over members, shape (5, day).
    """

    days: tuple[date, ...]
    reference: Floats
    other: Floats
    mean: Floats
    low: Floats
    high: Floats
    quantiles: Floats


@dataclass(frozen=True)
class Comparison:
    """A reference and a changed scenario, member by member.

    Examples
    --------
    >>> import borderflow as bf
    >>> scenario = bf.load("russia-2022").until("2022-09-24")
    >>> effect = bf.compare(scenario, scenario.without("mobilisation"), members=3).effect("left_home", country="RU")
    >>> effect.difference < 0, effect.statistic
    (True, 'sum')
    """

    reference: Outcome
    other: Outcome
    members: tuple[int, ...]
    days: tuple[date, ...]

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Every figure of either scenario, in the order of the summary."""
        return tuple(dict.fromkeys([*self.reference.series, *self.other.series]))

    def pair(self, key: Key) -> tuple[Floats, Floats]:
        """Return the series of both scenarios, shape (member, day) each, over common members and days.

        A place that only one scenario has counts as nobody in the other.
        """
        return self._cut(self.reference, key), self._cut(self.other, key)

    def _cut(self, outcome: Outcome, key: Key) -> Floats:
        known = outcome.series.get(key)
        if known is None:
            empty = np.nan if QUANTITIES[key[0]].kind in ("duration", "price") else 0.0
            return np.full((len(self.members), len(self.days)), empty)
        first = outcome.days.index(self.days[0])
        rows = [outcome.members.index(member) for member in self.members]
        cut = known[:, first : first + len(self.days)]
        return cut if rows == list(range(len(cut))) else cut[rows]

    def _whole(self, where: str) -> NDArray[np.bool_]:
        """Return which common days both scenarios cover whole, by the clock of a place or country."""
        out = np.ones(len(self.days), bool)
        for outcome in (self.reference, self.other):
            first = outcome.days.index(self.days[0])
            out &= outcome.complete.get(where, outcome.complete[""])[first : first + len(self.days)]
        return out

    def daily(self, quantity: str, place: str = "", country: str = "", mode: str = "all") -> DailyDifference:
        """Return the daily course of the effect on one quantity.

        Parameters
        ----------
        quantity : str
        place : str
            Name of a crossing or route; empty for a country as a whole.
        country : str
            Country code; may be left out where a place is named. Empty without a place: all countries.
        mode : str
        """
        key = self._key(quantity, place, country, mode)
        keep = self._whole(key[1] or key[2])
        before, after = (values[:, keep] for values in self.pair(key))
        figures = _figures(before.T, after.T)
        days = tuple(day for day, kept in zip(self.days, keep, strict=True) if kept)
        return DailyDifference(
            days, figures.reference, figures.other, figures.mean, figures.low, figures.high, figures.quantiles
        )

    def _key(self, quantity: str, place: str, country: str, mode: str) -> Key:
        if (quantity, place, country, mode) in self.keys:
            return quantity, place, country, mode
        if quantity not in QUANTITIES:
            raise UsageError(f"no quantity {quantity!r}{suggest(quantity, QUANTITIES)}")
        fitting = [key for key in self.keys if key[0] == quantity and key[1] == place and country in ("", key[2])]
        exact = [key for key in fitting if key[3] == mode] or (fitting if len(fitting) == 1 else [])
        if place and exact:
            return exact[0]
        what = f"{quantity} of {place or country or 'all countries'}, mode {mode}"
        if fitting:
            raise UsageError(f"no {what}; it is there for {', '.join(sorted({'/'.join(key[2:]) for key in fitting}))}")
        places = {key[1] for key in self.keys if key[0] == quantity}
        raise UsageError(f"no {what}{suggest(place, places) if place else ''}")

    def effect(
        self,
        quantity: str,
        place: str = "",
        country: str = "",
        mode: str = "all",
        *,
        statistic: str | None = None,
        since: date | None = None,
    ) -> Effect:
        """Return the effect on one figure over the period.

        Parameters
        ----------
        quantity, place, country, mode : str
            As for `daily`.
        statistic : {'sum', 'highest', 'last', 'mean'}, optional
            How the days become one figure; the first of `STATISTICS` for the quantity where not given.
        since : date, optional
            First day; the announcement where not given.
        """
        found = list(self.effects_of([self._key(quantity, place, country, mode)], since=since))
        fitting = [effect for effect in found if statistic in (None, effect.statistic)]
        if not fitting:
            known = " or ".join(STATISTICS[quantity])
            raise UsageError(f"no statistic {statistic!r} of {quantity}; its days become a {known}")
        return fitting[0]

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """The effects on every figure since the announcement, zero ones included."""
        return tuple(self.effects_of([key for key in self.keys if key[0] != "arrivals_cumulative"]))

    def effects_of(self, keys: Sequence[Key], *, since: date | None = None) -> Iterator[Effect]:
        """Yield the effects on some figures; all at once is far faster than one by one."""
        since = since or self.reference.scenario.announcement
        later = np.array([day >= since for day in self.days])
        kept = {where: later & self._whole(where) for where in {key[1] or key[2] for key in keys}}
        if not keys:
            return
        if not all(keep.any() for keep in kept.values()):
            raise UsageError(f"no whole day in common since {since:%Y-%m-%d}; compare over a longer period")
        wanted = [(key, statistic) for key in keys for statistic in STATISTICS[key[0]]]
        reduced = np.empty((2, len(wanted), len(self.members)))
        for row, (key, statistic) in enumerate(wanted):
            for side, values in enumerate(self.pair(key)):
                reduced[side, row] = _reduce(values[:, kept[key[1] or key[2]]], statistic)
        f = _figures(reduced[0], reduced[1])
        for row, (key, statistic) in enumerate(wanted):
            days = [day for day, keep in zip(self.days, kept[key[1] or key[2]], strict=True) if keep]
            yield Effect(
                *key, statistic, days[0], days[-1], float(f.reference[row]), float(f.other[row]),
                float(f.mean[row]), float(f.low[row]), float(f.high[row]), tuple(f.quantiles[:, row].tolist()),
                int(f.count[row]), float(f.needed[row]), float(f.needed_unpaired[row]),
            )  # fmt: skip

    def table(self) -> pd.DataFrame:
        """Return all effects as a data frame with the columns `EFFECT_COLUMNS`."""
        import pandas as pd

        rows = [
            (
                *(e.quantity, e.place, e.country, e.mode, e.statistic, e.start.isoformat(), e.end.isoformat(), e.unit),
                *(e.reference, e.other, e.difference, e.low, e.high, *e.quantiles),
                *(e.members, e.members_needed, e.members_needed_unpaired),
            )
            for e in self.effects
        ]
        return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))

    def main_effects(self, places: int = 3) -> tuple[Effect, ...]:
        """Return the figures that a reader asks for first, those that no member changes left out.

        Totals over all countries; arrivals of the countries that change most; line, wait and people stopped at the
        ``places`` crossings that change most.
        """
        touched = [effect for effect in self.effects if effect.touched]
        by_size: Callable[[Effect], float] = lambda effect: -abs(effect.difference)  # noqa: E731
        origin = self.reference.scenario.origin_country
        out = [e for e in touched if not e.place and e.country in ("", origin) and e.quantity in _MAIN_TOTALS]
        out.sort(key=lambda effect: _MAIN_TOTALS.index(effect.quantity))
        countries = [e for e in touched if e.quantity == "arrivals_daily" and e.country and not e.place]
        out += sorted(countries, key=by_size)[:5]
        for quantity, mode in (("queue_persons", "all"), ("wait_hours", "car")):
            here = [e for e in touched if (e.quantity, e.mode) == (quantity, mode) and abs(e.difference) >= 0.05]
            most = list(dict.fromkeys(e.place for e in sorted(here, key=by_size)))[:places]
            out += sorted((e for e in here if e.place in most), key=lambda e: (most.index(e.place), e.statistic))
        stopped = [e for e in touched if e.quantity == "turned_back" and e.place]
        return (*out, *sorted(stopped, key=by_size)[:places])

    def __str__(self) -> str:
        """Return the main effects as a plain table."""
        head = (
            f"Changed less reference, {len(self.members)} paired members, {self.days[0]} to {self.days[-1]} "
            f"(sums and means since {self.reference.scenario.announcement}).\n"
        )
        rows = [("figure", "where", "reference", "difference", "± mean", "5-95 % of members", "n")]
        for e in self.main_effects():
            needed = "-" if np.isnan(e.members_needed) else f"{e.members_needed:,.0f}"
            spread = f"{_say(e.quantiles[0], True)} to {_say(e.quantiles[-1], True)}"
            figures = (_say(e.reference), _say(e.difference, True), _say((e.high - e.low) / 2))
            rows.append((e.label, e.where, *figures, spread, needed))
        if len(rows) == 1:
            return f"{head}No member differs in any figure."
        notes = "± mean: half of the 90 % interval of the mean difference. n: members that a claim of this size needs."
        spread = "Parameters are held fixed: the spread is chance alone." if self.reference.settings is None else ""
        return "\n".join([head, *_align(rows), "", f"{notes} {spread}".rstrip()])

    def write(self, folder: str | Path) -> list[Path]:
        """Write ``effects.csv`` (all figures over the period) and ``differences.csv`` (all figures by day) to a folder.

        Returns
        -------
        list of Path
        """
        folder = Path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tables = {"effects.csv": self.table(), "differences.csv": self.daily_table()}
            for name, table in tables.items():
                table.to_csv(folder / name, index=False, float_format="%.4f", lineterminator="\n")
        except OSError as error:
            raise ResultsError(f"{folder}: cannot be written: {error.strerror or error}") from None
        return [folder / name for name in tables]

    def daily_table(self) -> pd.DataFrame:
        """Return all differences by day as a data frame, figures that no member changes left out."""
        import pandas as pd

        columns = ("reference", "other", "difference", "low", "high", "q05", "q25", "q50", "q75", "q95")
        parts = []
        for key in dict.fromkeys((e.quantity, e.place, e.country, e.mode) for e in self.effects if e.touched):
            d = self.daily(*key)
            figures = np.vstack([d.reference, d.other, d.mean, d.low, d.high, d.quantiles]).T
            part = pd.DataFrame(figures, columns=list(columns))
            for place, (name, value) in enumerate(zip(("quantity", "place", "country", "mode"), key, strict=True)):
                part.insert(place, name, value)
            part.insert(4, "day", [day.isoformat() for day in d.days])
            part.insert(5, "unit", QUANTITIES[key[0]].unit)
            parts.append(part)
        head = ["quantity", "place", "country", "mode", "day", "unit", *columns]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=head)

    def plot(self, path: str | Path | None = None, **options: Any) -> Any:
        """Draw the comparison; see `borderflow.plots.plot_comparison`."""
        from importlib import import_module

        return import_module("borderflow.plots").plot_comparison(self, path, **options)


_MAIN_TOTALS = (
    "left_home", "arrivals_daily", "abroad", "turned_back", "notices_served", "called_up_at_border", "entry_refused",
    "turned_away_on_road", "left_the_line", "person_hours_waiting",
)  # fmt: skip


#: Words of the figures that readers ask for first, by quantity and statistic.
_LABELS: Mapping[tuple[str, str], str] = {
    ("left_home", "sum"): "left home",
    ("arrivals_daily", "sum"): "arrivals",
    ("abroad", "last"): "abroad on the last day",
    ("turned_back", "sum"): "stopped at exit",
    ("notices_served", "sum"): "notices served",
    ("called_up_at_border", "sum"): "called up at the border",
    ("entry_refused", "sum"): "entry refused",
    ("turned_away_on_road", "sum"): "turned away on the road",
    ("left_the_line", "sum"): "left the line",
    ("person_hours_waiting", "sum"): "in line",
    ("queue_persons", "highest"): "longest line",
    ("queue_persons", "mean"): "line, mean of daily peaks",
    ("queue_cars", "highest"): "longest line of cars",
    ("queue_cars", "mean"): "cars, mean of daily peaks",
    ("wait_hours", "highest"): "wait, worst day",
    ("wait_hours", "mean"): "wait, mean of days",
}


def _say(value: float, signed: bool = False) -> str:
    if not np.isfinite(value):
        return "-"
    digits = 0 if abs(value) >= 100 or float(value).is_integer() else 1
    return f"{value:+,.{digits}f}" if signed else f"{value:,.{digits}f}"


def _align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines of text: two columns to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    cells = [
        [
            cell.ljust(width) if n < 2 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in rows
    ]
    return ["  ".join(row).rstrip() for row in cells]


def _reduce(values: Floats, statistic: str) -> Floats:
    """Return one figure per member from its days, shape (member,); NaN where no day has a value."""
    if statistic == "last":
        return values[:, -1]
    if statistic == "sum":
        total: Floats = values.sum(axis=1)
        return total
    known = ~np.isnan(values)
    if statistic == "highest":
        highest = np.where(known, values, -np.inf).max(axis=1)
        return np.where(known.any(axis=1), highest, np.nan)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(known, values, 0.0).sum(axis=1) / np.where(known.any(axis=1), known.sum(axis=1), np.nan)
    return mean


@dataclass(frozen=True)
class _Figures:
    """Figures over members, shape (row,); `quantiles` (5, row)."""

    reference: Floats
    other: Floats
    mean: Floats
    low: Floats
    high: Floats
    quantiles: Floats
    count: NDArray[np.int64]
    needed: Floats
    needed_unpaired: Floats


def _figures(before: Floats, after: Floats) -> _Figures:
    """Return the figures of rows of paired values, shape (row, member); pairs with a NaN are left out."""
    from scipy.special import stdtrit

    difference = after - before
    known = ~np.isnan(difference)
    count = known.sum(axis=1)

    def mean(values: Floats) -> Floats:
        total: Floats = np.where(known, values, 0.0).sum(axis=1) / np.where(count, count, np.nan)
        return total

    def variance(values: Floats) -> Floats:
        centred = np.where(known, values - mean(values)[:, None], 0.0)
        spread: Floats = (centred**2).sum(axis=1) / np.where(count > 1, count - 1, np.nan)
        return spread

    middle, spread = mean(difference), np.sqrt(variance(difference))
    half = stdtrit(np.maximum(count - 1, 1), 0.5 + LEVEL / 2) * spread / np.sqrt(np.maximum(count, 1))
    quantiles = np.full((len(QUANTILES), len(before)), np.nan)
    full = known.all(axis=1)
    if full.any():
        quantiles[:, full] = np.quantile(difference[full], QUANTILES, axis=1)
    for row in np.flatnonzero(~full & (count > 0)):
        quantiles[:, row] = np.quantile(difference[row, known[row]], QUANTILES)
    unpaired = np.sqrt(variance(before) + variance(after))
    return _Figures(
        mean(before), mean(after), middle, middle - half, middle + half, quantiles, count,
        members_needed(middle, spread), members_needed(middle, unpaired),
    )  # fmt: skip


def members_needed(difference: Floats | float, deviation: Floats | float) -> Floats:
    r"""Return how many members a claim of a difference of this size needs.

    The smallest number for which a two-sided paired t test with an error rate of 5 % finds such a difference with a
    probability of 90 %, in Guenther's approximation,

    .. math:: n = \left\lceil \frac{(z_{0.975} + z_{0.90})^2}{d^2} + \frac{z_{0.975}^2}{2} \right\rceil,
              \quad d = |\bar\Delta| / s_\Delta .

    Parameters
    ----------
    difference : numpy.ndarray or float
        Mean difference.
    deviation : numpy.ndarray or float
        Standard deviation of the difference between members.

    Returns
    -------
    numpy.ndarray
        At least 2; NaN where the difference is zero or the deviation unknown.

    References
    ----------
    W. C. Guenther (1981), Sample size formulas for normal theory t tests. The American Statistician 35, 243-244.

    Examples
    --------
    >>> members_needed(1.0, 2.0).tolist()
    44.0
    """
    from scipy.special import ndtri

    z_error, z_power = float(ndtri(1 - ERROR / 2)), float(ndtri(POWER))
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.abs(np.asarray(difference, float)) / np.asarray(deviation, float)
        n = np.ceil(((z_error + z_power) / effect) ** 2 + z_error**2 / 2)
    exact = (np.asarray(deviation) == 0) & (np.asarray(difference) != 0)
    return np.where(exact, 2.0, np.where(np.isfinite(n), np.maximum(n, 2.0), np.nan))


def compare(
    reference: Scenario | Run | Outcome | str | Path,
    other: Scenario | Run | Outcome | str | Path,
    fit: Any = None,
    *,
    members: int = 100,
    seed: int = 1,
    until: datetime | date | str | None = None,
    workers: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> Comparison:
    """Compare two scenarios, member by member, with the same draws.

    Parameters
    ----------
    reference, other : Scenario, Run, Outcome, str or Path
        Scenarios (also names and folders), which are simulated in memory; finished runs (also their folders); or
        outcomes from an earlier call, so that one reference serves many changes. ``other`` may differ in any way:
        events left out, moved or added, lanes, parameters.
    fit : optional
        What is special about the members: a sequence of `Setting` or of mappings from parameter to value. Both
        scenarios get the same, except that a parameter or factor that ``other`` sets differently keeps its new value
        there. Without it both run with the values of the scenario, and the spread
        is chance alone.
    members : int
        Number of pairs. Ignored where ``reference`` is a run or an outcome.
    seed : int
        Ignored where ``reference`` is a run or an outcome.
    until : date, optional
        Another end (exclusive).
    workers : int, optional
        Threads; the number of processors where not given.
    advance : callable, optional
        Called with the number of members done since the last call; an exception in it stops the work.

    Returns
    -------
    Comparison

    Raises
    ------
    UsageError
        Where the two cannot be paired: another seed, another start, no member or day in common.

    Examples
    --------
    >>> import borderflow as bf
    >>> scenario = bf.load("russia-2022").until("2022-09-23")
    >>> same = bf.compare(scenario, scenario, members=2)
    >>> any(effect.touched for effect in same.effects)
    False
    """
    common: dict[str, Any] = {"until": until, "workers": workers, "advance": advance}
    settings = _settings(fit)
    first = _as_outcome(reference, members=members, seed=seed, settings=settings, **common)
    source = _scenario_or_outcome(other)
    if isinstance(source, Scenario):
        if source.start != first.scenario.start:
            _refuse("starts", f"{first.scenario.start:%Y-%m-%d %H:%M}Z", f"{source.start:%Y-%m-%d %H:%M}Z")
        own = _changed_settings(first, source)
        if until is None and source.end > first.scenario.end:
            source = source.until(first.scenario.end)
        source = simulate_outcome(source, members=first.members, seed=first.seed, settings=own, **common)
    return _pair(first, source)


def _scenario_or_outcome(given: Scenario | Run | Outcome | str | Path) -> Scenario | Outcome:
    if isinstance(given, Scenario | Outcome):
        return given
    if isinstance(given, Run) or (Path(given) / "manifest.json").is_file():
        return read_outcome(given)
    return load(given)


def _as_outcome(given: Scenario | Run | Outcome | str | Path, **options: Any) -> Outcome:
    source = _scenario_or_outcome(given)
    return simulate_outcome(source, **options) if isinstance(source, Scenario) else source


def _settings(fit: Any) -> Settings | None:
    """Return what is special about each member, from a fit or a sequence."""
    if fit is None:
        return None
    if not isinstance(fit, Sequence) or not all(isinstance(one, Setting | Mapping) for one in fit):
        raise UsageError("fit: give a sequence of settings or of mappings from parameter to value, one for each member")
    return fit


def _changed_settings(reference: Outcome, other: Scenario) -> Settings | None:
    """Return the members' settings without the parameters and factors that the other scenario sets anew."""
    if reference.settings is None:
        return None
    ours, theirs = _numbers(reference.scenario), _numbers(other)
    new = {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)}
    return [
        replace(one, values={name: value for name, value in one.values.items() if name not in new})
        for one in reference.settings
    ]


def _numbers(scenario: Scenario) -> dict[str, float]:
    return {name: one.value for name, one in scenario.parameters.items()} | dict(scenario.factors)


def _refuse(what: str, ours: str, theirs: str) -> None:
    raise UsageError(f"members cannot be paired: {what} are {ours} and {theirs}; run both with the same")


def _pair(first: Outcome, second: Outcome) -> Comparison:
    if first.seed != second.seed:
        _refuse("seeds", str(first.seed), str(second.seed))
    if first.scenario.start != second.scenario.start:
        # hours are counted from the start, so draws of another start belong to other hours
        _refuse("starts", f"{first.scenario.start:%Y-%m-%d %H:%M}Z", f"{second.scenario.start:%Y-%m-%d %H:%M}Z")
    members = tuple(member for member in first.members if member in set(second.members))
    days = tuple(day for day in first.days if day in set(second.days))
    if not members or not days:
        raise UsageError("members cannot be paired: no member or no day in common")
    return Comparison(first, second, members, days)
