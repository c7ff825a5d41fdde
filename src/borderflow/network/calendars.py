"""Calendars: local time and opening hours, step by step, changes of clocks followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from borderflow.scenario import Country, Place, Scenario

__all__ = ["THREE_DAYS", "Calendar", "local_offsets", "make_calendar", "open_share"]

THREE_DAYS = 72  # hours that hold a whole local day wherever they begin


def local_offsets(zones: Sequence[str], start: datetime, hours: int) -> NDArray[np.int64]:
    """Return the offset from UTC in hours, per zone and step; half hours are rounded down."""
    out = np.empty((len(zones), hours), np.int64)
    for row, name in enumerate(zones):
        zone = ZoneInfo(name)
        day = -1
        offset = 0
        for t in range(hours):
            # offsets change on whole hours at most twice a year: look them up every hour of a change, else daily
            if t % 24 == 0 or day != t // 24:
                day = t // 24
                today = (start + timedelta(hours=t)).astimezone(zone).utcoffset() or timedelta()
                tomorrow = (start + timedelta(hours=t + 24)).astimezone(zone).utcoffset() or timedelta()
                offset = int(today.total_seconds() // 3600)
                steady = today == tomorrow
            if not steady:
                now = (start + timedelta(hours=t)).astimezone(zone).utcoffset() or timedelta()
                offset = int(now.total_seconds() // 3600)
            out[row, t] = offset
    return out


@dataclass(frozen=True)
class Calendar:
    """Local hours and days of every step.

    Parameters
    ----------
    zones : tuple of str
        IANA names, UTC first.
    local : numpy.ndarray
        Hours since the midnight that begins the scenario's first UTC day, by zone and step.
    days : tuple of date
        Local days, from the earliest local date of any zone.
    first_day : int
        The first of them, counted from the scenario's first UTC day.
    first_ordinal : int
        Proleptic ordinal of the scenario's first UTC day.
    """

    zones: tuple[str, ...]
    local: NDArray[np.int64]
    days: tuple[date, ...]
    first_day: int
    first_ordinal: int

    @cached_property
    def local_day(self) -> NDArray[np.int64]:
        """Local days since the scenario's first UTC day, by zone and step."""
        return np.floor_divide(self.local, 24)

    def day_of(self, zone: str) -> NDArray[np.int64]:
        """Return the number among `days` of every step's local day."""
        return np.ascontiguousarray(self.local_day[self.zones.index(zone)] - self.first_day)


def make_calendar(scenario: Scenario, places: Sequence[Place | Country]) -> Calendar:
    """Return the local time of every step at these places and countries."""
    zones = tuple(dict.fromkeys(["UTC", *(place.time_zone for place in places)]))
    steps = np.arange(scenario.hours) + scenario.start.hour
    local = steps[None, :] + local_offsets(zones, scenario.start, scenario.hours)
    local_day = np.floor_divide(local, 24)
    first_ordinal, first_day = scenario.start.date().toordinal(), min(0, int(local_day.min()))
    days = tuple(date.fromordinal(first_ordinal + n) for n in range(first_day, int(local_day.max()) + 1))
    return Calendar(zones, local, days, first_day, first_ordinal)


def open_share(opens: str, closes: str, zone: str, start: datetime, hours: int) -> NDArray[np.float64]:
    """Return the share of each hour in which a post with these local opening hours is open.

    Parameters
    ----------
    opens, closes : str
        Local ``HH:MM``; a closing time at or before the opening time means the next day.
    zone : str
        IANA time zone; changes of clocks are followed.
    start : datetime
        UTC time of the first step.
    hours : int
        Number of hourly steps.

    Returns
    -------
    numpy.ndarray
        Shape ``(hours,)``, 0 to 1.

    Examples
    --------
    >>> share = open_share("09:30", "16:00", "Europe/Moscow", datetime(2022, 9, 26, tzinfo=UTC), 24)
    >>> share[[5, 6, 7, 12, 13]].tolist()
    [0.0, 0.5, 1.0, 1.0, 0.0]
    """
    tz = ZoneInfo(zone)
    begin = time.fromisoformat(opens)
    shut_next = closes == "24:00"
    end = time(0) if shut_next else time.fromisoformat(closes)
    share = np.zeros(hours)
    first = (start.astimezone(tz) - timedelta(days=2)).date()
    for n in range(hours // 24 + 5):
        day = first + timedelta(days=n)
        opening = datetime.combine(day, begin, tz).astimezone(UTC)
        last_day = day + timedelta(days=1) if shut_next or end <= begin else day
        closing = datetime.combine(last_day, end, tz).astimezone(UTC)
        low = (opening - start) / timedelta(hours=1)
        high = (closing - start) / timedelta(hours=1)
        for t in range(max(0, int(np.floor(low))), min(hours, int(np.ceil(high)))):
            share[t] += max(0.0, min(high, t + 1) - max(low, t))
    return np.minimum(share, 1.0)
