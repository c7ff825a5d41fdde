"""Baselines: what anybody would forecast from the reports alone.

A forecast is only worth what it adds to these. Each sees the observations known by the same day as the model:

* *persistence*: the last report, with a spread from past differences that grows with the square root of the days ahead;
* *trend*: a straight line through the last five reports, with the same spread;
* *fade*: the excess over ordinary traffic halves every week;
* *event-aware fade*: the same, halved once an announced entry ban is in force;
* *ordinary*: traffic as it was before.

Each is a lognormal given by equally likely values, so it is scored exactly as an ensemble is. Sums over days take equal
quantiles of every day, as if the days were wrong together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from borderflow.ensemble import simulate_block
from borderflow.network import compile_network
from borderflow.observations import Observation, Part, Target, index_series
from borderflow.results import daily_series
from borderflow.scenario import EntryBan, Scenario, Shock

__all__ = ["BASELINES", "History", "Usual", "find_history", "predict_baselines", "usual_traffic"]

BASELINES = ("persistence", "trend", "fade", "event-aware fade", "ordinary")
FADE_DAYS = 7.0  # half-life of the excess; no fall was visible by the 27th, a week is a common guess
LEAST_SPREAD, UNKNOWN_SPREAD, USUAL_SPREAD = 0.10, 0.25, 0.15  # of the logarithm, per square root of a day
SPREAD_MOST = 1.5
_GRID = (np.arange(200) + 0.5) / 200.0


@dataclass(frozen=True)
class History:
    """Past values of one target, day by day.

    Parameters
    ----------
    days : tuple of date
    values : numpy.ndarray
        Shape (day,).
    """

    days: tuple[dt.date, ...]
    values: NDArray[np.float64]

    @property
    def spread(self) -> float:
        """Standard deviation of the logarithm over a day, from past differences."""
        if len(self.values) < 3:
            return UNKNOWN_SPREAD
        gaps = np.sqrt(np.diff([day.toordinal() for day in self.days]))
        steps = np.diff(np.log1p(self.values)) / gaps
        return float(max(np.sqrt(np.mean(steps**2)), LEAST_SPREAD))


@dataclass(frozen=True)
class Usual:
    """Ordinary traffic: the model without shocks, call-up and anything that came with them.

    Parameters
    ----------
    series : mapping
        By quantity and part, shape (1, day).
    days : tuple of date
    """

    series: Mapping[tuple[str, Part], NDArray[np.float64]]
    days: tuple[dt.date, ...]

    def on(self, target: Target, day: dt.date) -> float:
        """Return the usual value on a day; 0 where the model has none."""
        single = Target(target.quantity, target.parts, ((day, 1.0),), "sum")
        value = float(single.evaluate(self.series, self.days)[0])
        return value if np.isfinite(value) else 0.0


def usual_traffic(scenario: Scenario, *, members: int = 4) -> Usual:
    """Simulate ordinary traffic: no event since the announcement, nobody leaves for good."""
    late = [event.id for event in scenario.active_events() if event.start.date() >= scenario.announcement]
    shocks = [event.id for event in scenario.active_events() if isinstance(event, Shock)]
    calm = scenario.without(*dict.fromkeys([*late, *shocks]))
    network = compile_network(calm)
    block = simulate_block(network, range(members), seed=1, workers=1)
    series = index_series(daily_series(network, block))
    with np.errstate(invalid="ignore"):
        mean = {key: np.nan_to_num(values).mean(axis=0, keepdims=True) for key, values in series.items()}
    return Usual(mean, network.days)


def find_history(target: Target, known: Sequence[Observation]) -> History | None:
    """Return the past of a target: its daily reports, or the mean of its latest total where there are none."""
    same = [
        one for one in known if one.target.quantity == target.quantity and one.target.parts == target.parts
        and not one.bound and not one.flag
    ]  # fmt: skip
    daily: dict[dt.date, Observation] = {}
    for one in same:
        day = one.target.first
        if len(one.target.days) == 1 and (day not in daily or one.error < daily[day].error):
            daily[day] = one
    if daily:
        days = tuple(sorted(daily))
        return History(days, np.array([daily[day].value for day in days]))
    totals = sorted((one for one in same if one.target.how == "sum"), key=lambda one: (one.target.last, -one.error))
    if not totals:
        return None
    last = totals[-1]
    weight = sum(part for _, part in last.target.days)
    return History((last.target.last,), np.array([last.value / weight]))


def predict_baselines(
    target: Target, known: Sequence[Observation], usual: Usual, scenario: Scenario, *, origin: dt.date
) -> dict[str, NDArray[np.float64]]:
    """Return equally likely values of each baseline for a target, days up to the origin as they were reported.

    Parameters
    ----------
    target : Target
    known : sequence of Observation
        What was known at the origin.
    usual : Usual
    scenario : Scenario
        For announced entry bans.
    origin : date
    """
    history = find_history(target, known)
    out = {}
    for name in BASELINES:
        if history is None and name != "ordinary":
            continue
        total = np.zeros(_GRID.size)
        for day, weight in target.days:
            total += weight * _one_day(name, target, day, history, usual, scenario)
        out[name] = total / sum(weight for _, weight in target.days) if target.how == "mean" else total
    if not target.quantity.startswith(("arrivals", "departures")):
        out.pop("ordinary", None)  # there is no usual line of cars
    return out


def _one_day(
    name: str, target: Target, day: dt.date, history: History | None, usual: Usual, scenario: Scenario
) -> NDArray[np.float64]:
    from scipy.special import ndtri

    z = ndtri(_GRID)
    normal = usual.on(target, day)
    if history is None or name == "ordinary":
        return np.asarray(normal * np.exp(USUAL_SPREAD * z))
    if day in history.days:
        return np.full(z.size, history.values[history.days.index(day)])
    last = float(history.values[-1])
    ahead = max((day - history.days[-1]).days, 1)
    if name == "persistence":
        middle = last
    elif name == "trend":
        middle = _trend(history, day)
    else:
        then = usual.on(target, history.days[-1])
        middle = max(normal + (last - then) * 2.0 ** (-ahead / FADE_DAYS), 0.0)
        if name == "event-aware fade" and _banned(target, day, scenario):
            middle *= 0.5
    spread = min(history.spread * np.sqrt(ahead), SPREAD_MOST)
    return np.asarray(np.maximum((1.0 + middle) * np.exp(spread * z) - 1.0, 0.0))


def _trend(history: History, day: dt.date) -> float:
    if len(history.days) < 2:
        return float(history.values[-1])
    days = np.array([one.toordinal() for one in history.days[-5:]], dtype=float)
    slope, level = np.polyfit(days - days[-1], history.values[-5:], 1)
    return max(float(level + slope * (day.toordinal() - days[-1])), 0.0)


def _banned(target: Target, day: dt.date, scenario: Scenario) -> bool:
    """Tell whether an entry ban that came after the announcement is in force in a country of the target."""
    countries = {part.country for part in target.parts}
    by_name = {place.name: place.country for place in scenario.places}
    countries |= {by_name[part.place] for part in target.parts if part.place in by_name}
    zone = {country.id: ZoneInfo(country.time_zone) for country in scenario.countries}
    for event in scenario.active_events():
        for country in countries & set(event.countries) if isinstance(event, EntryBan) else ():
            first = event.start.astimezone(zone[country]).date()
            last = event.end.astimezone(zone[country]).date() if event.end else None
            if scenario.announcement <= first <= day and (last is None or day < last):
                return True
    return False
