"""Comparison: what a change does, from paired members.

Two scenarios run with the same seed share every random draw that the change does not touch, so the difference of member
``m`` of one and member ``m`` of the other is the effect of the change in one possible course of events, and it scatters
far less than the difference of two independent runs: the method of common random numbers (Glasserman and Yao 1992,
Management Science 38, 884-908).
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

from borderflow.calibration import Fit, open_fit
from borderflow.effects import EFFECT_COLUMNS, STATISTICS, Effect, pair_figures, reduce_days
from borderflow.errors import ResultsError, UsageError, suggest
from borderflow.folders import on_disk
from borderflow.forecasting import draw_members
from borderflow.kernels import cache_folder
from borderflow.network import compile_network
from borderflow.outcomes import Key, Outcome, Settings, read_outcome, simulate_outcome
from borderflow.results import ALL_COUNTRIES, QUANTITIES, Run
from borderflow.scenario import Scenario, load
from borderflow.simulation import Setting

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "DailyDifference", "carry_settings", "compare"]

Floats = NDArray[np.float64]


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
            empty = np.nan if QUANTITIES[key[0]].kind in ("duration", "price", "share") else 0.0
            return np.full((len(self.members), len(self.days)), empty)
        first = outcome.days.index(self.days[0])
        cut = known[:, first : first + len(self.days)]
        if self.members == outcome.members:
            return cut
        rows = {member: row for row, member in enumerate(outcome.members)}
        return cut[[rows[member] for member in self.members]]

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
        figures = pair_figures(before.T, after.T)
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
                reduced[side, row] = reduce_days(values[:, kept[key[1] or key[2]]], statistic)
        f = pair_figures(reduced[0], reduced[1])
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
        ``places`` crossings that change most. Where none of these differs, as with relief and reception: needs and beds
        at the ``places`` crossings and countries that change most.
        """
        asked = (*_MAIN_TOTALS, "queue_persons", "wait_hours")
        touched = [
            effect for effect in self.effects_of([key for key in self.keys if key[0] in asked]) if effect.touched
        ]
        by_size: Callable[[Effect], float] = lambda effect: -abs(effect.difference)  # noqa: E731
        origin = self.reference.scenario.origin_country
        out = [e for e in touched if not e.place and e.country in ("", origin) and e.quantity in _MAIN_TOTALS]
        out.sort(key=lambda effect: _MAIN_TOTALS.index(effect.quantity))
        all_of_them = ("", ALL_COUNTRIES)
        countries = [
            e for e in touched if e.quantity == "arrivals_daily" and e.country not in all_of_them and not e.place
        ]
        out += sorted(countries, key=by_size)[:5]
        for quantity, mode in (("queue_persons", "all"), ("wait_hours", "car")):
            here = [e for e in touched if (e.quantity, e.mode) == (quantity, mode) and abs(e.difference) >= 0.05]
            most = list(dict.fromkeys(e.place for e in sorted(here, key=by_size)))[:places]
            out += sorted((e for e in here if e.place in most), key=lambda e: (most.index(e.place), e.statistic))
        stopped = [e for e in touched if e.quantity == "turned_back" and e.place]
        return (*out, *sorted(stopped, key=by_size)[:places]) or self._needs(places)

    def _needs(self, places: int) -> tuple[Effect, ...]:
        """Return needs and beds where they change most, those that no member changes left out."""
        found = self.effects_of([key for key in self.keys if key[0] in _NEEDS])
        by_size = sorted((one for one in found if one.touched), key=lambda one: -abs(one.difference))
        sorts = [(quantity, statistic) for quantity in _NEEDS for statistic in STATISTICS[quantity]]
        of = {kind: [one for one in by_size if (one.quantity, one.statistic) == kind] for kind in sorts}
        return tuple(one for kind in sorts for one in of[kind][:places])

    def __str__(self) -> str:
        """Return the main effects as a plain table."""
        head = (
            f"Changed less reference, {len(self.members)} paired members, {self.days[0]} to {self.days[-1]} "
            f"(sums and means since {self.reference.scenario.announcement}).\n"
        )
        rows = [("figure", "where", "reference", "difference", "± mean", "5-95 % of members", "n")]
        for e in self.main_effects():
            needed = "-" if np.isnan(e.members_needed) else f"{e.members_needed:,.0f}"
            needed = "many" if e.members_needed >= 10_000 else needed
            spread = f"{_say(e.quantiles[0], True)} to {_say(e.quantiles[-1], True)}"
            figures = (_say(e.reference), _say(e.difference, True), _say((e.high - e.low) / 2))
            rows.append((e.label, e.where, *figures, spread, needed))
        if len(rows) == 1:
            return f"{head}No member differs in any figure."
        notes = (
            "± mean: half of the 90 % interval of the mean difference. "
            "n: members that a claim of this size needs; many: 10,000 or more."
        )
        varied = self.reference.varied or self.other.varied
        spread = "" if varied else "Parameters are held fixed: the spread is chance alone."
        return "\n".join([head, *_align(rows), "", f"{notes} {spread}".rstrip()])

    def write(self, folder: str | Path) -> list[Path]:
        """Write ``effects.csv`` (all figures over the period) and ``differences.csv`` (all figures by day) to a folder.

        Returns
        -------
        list of Path
        """
        folder = on_disk(folder, "a comparison")
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
        """Draw the comparison; see `borderflow.effect_plots.plot_comparison`."""
        from importlib import import_module

        return import_module("borderflow.effect_plots").plot_comparison(self, path, **options)


_MAIN_TOTALS = (
    "left_home", "arrivals_daily", "abroad", "turned_back", "notices_served", "called_up_at_border", "entry_refused",
    "turned_away_on_road", "left_the_line", "person_hours_waiting",
)  # fmt: skip
_NEEDS = ("needs_water", "needs_toilets", "needs_shelter", "beds_short")


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
        For a reference that is a scenario. A fit or its folder: each member takes a draw of the posterior, with the
        daily noise that the fit found and breaks that nobody knows of yet, as a forecast does. Or a sequence of
        `Setting` or of mappings from parameter to value. Both scenarios get the same, except that a parameter or factor
        that ``other`` sets differently keeps its new value there. Without it both run with the values of the scenario,
        and the spread is chance alone.
    members : int
        Number of pairs. Ignored where ``reference`` is a run or an outcome.
    seed : int
        Ignored where ``reference`` is a run or an outcome.
    until : date, optional
        Another end (exclusive) of a reference that is a scenario; ``other`` runs to the end of the reference in any
        case.
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
        Where the two cannot be paired: another seed, start or engine, no member or day in common, new members beside
        a run whose members have parameters of their own.

    Examples
    --------
    >>> import borderflow as bf
    >>> scenario = bf.load("russia-2022").until("2022-09-23")
    >>> same = bf.compare(scenario, scenario, members=2)
    >>> any(effect.touched for effect in same.effects)
    False
    """
    common: dict[str, Any] = {"workers": workers, "advance": advance}
    first = _scenario_or_outcome(reference)
    if isinstance(first, Outcome) and (fit is not None or until is not None):
        raise UsageError("a fit and another end are for scenarios; the reference is simulated already")
    if isinstance(first, Scenario):
        first = first if until is None else first.until(until)
        first = simulate_outcome(
            first, members=members, seed=seed, settings=settle(first, fit, members, seed), **common
        )
    source = _scenario_or_outcome(other)
    if isinstance(source, Scenario):
        _require_start(first, source)
        if first.varied and first.settings is None:
            raise UsageError(
                "the members of the reference have parameters and breaks of their own, which new members cannot share; "
                "compare two such runs, or the scenario with its fit"
            )
        _require_engine(first, cache_folder().name)
        own = carry_settings(first.settings, first.scenario, source)
        source = source.until(first.scenario.end)
        source = simulate_outcome(source, members=first.members, seed=first.seed, settings=own, **common)
    return _pair(first, source)


def _scenario_or_outcome(given: Scenario | Run | Outcome | str | Path) -> Scenario | Outcome:
    if isinstance(given, Scenario | Outcome):
        return given
    if isinstance(given, Run) or (Path(given) / "manifest.json").is_file():
        return read_outcome(given)
    return load(given)


def settle(scenario: Scenario, fit: Any, members: int, seed: int) -> Settings | None:
    """Return what is special about each member of a comparison: from a fit with its breaks, or as given.

    Parameters
    ----------
    scenario : Scenario
    fit : Fit, path, sequence or None
        See `compare`.
    members, seed : int
    """
    if fit is None:
        return None
    if isinstance(fit, str | Path):
        fit = open_fit(fit)
    if isinstance(fit, Fit):
        return draw_members(compile_network(scenario), fit, members=members, seed=seed)
    if not isinstance(fit, Sequence) or not all(isinstance(one, Setting | Mapping) for one in fit):
        raise UsageError("fit: give a fit, or a sequence of settings or of mappings from parameter to value")
    return fit


def carry_settings(settings: Sequence[Setting] | None, reference: Scenario, other: Scenario) -> list[Setting] | None:
    """Return the members' settings without the parameters and factors that the other scenario sets anew."""
    if settings is None:
        return None
    ours, theirs = _numbers(reference), _numbers(other)
    new = {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)}
    return [
        replace(one, values={name: value for name, value in one.values.items() if name not in new}) for one in settings
    ]


def _numbers(scenario: Scenario) -> dict[str, float]:
    return {name: one.value for name, one in scenario.parameters.items()} | dict(scenario.factors)


def _refuse(what: str, ours: str, theirs: str) -> None:
    raise UsageError(f"members cannot be paired: {what} are {ours} and {theirs}; run both with the same")


def _require_start(first: Outcome, other: Scenario) -> None:
    """Hours are counted from the start, so draws of another start belong to other hours."""
    if first.scenario.start != other.start:
        _refuse("starts", f"{first.scenario.start:%Y-%m-%d %H:%M}Z", f"{other.start:%Y-%m-%d %H:%M}Z")


def _require_engine(first: Outcome, other: str) -> None:
    if first.engine and other and first.engine != other:
        _refuse("engines", first.engine, other)


def _pair(first: Outcome, second: Outcome) -> Comparison:
    if first.seed != second.seed:
        _refuse("seeds", str(first.seed), str(second.seed))
    _require_start(first, second.scenario)
    _require_engine(first, second.engine)
    members = tuple(member for member in first.members if member in set(second.members))
    days = tuple(day for day in first.days if day in set(second.days))
    if not members or not days:
        raise UsageError("members cannot be paired: no member or no day in common")
    return Comparison(first, second, members, days)
