"""Fan charts: quantiles over local days, with claims and events on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
from markupsafe import Markup
from numpy.typing import ArrayLike

from borderflow.charts.svg import WIDTH, Floats, drawing, rule, short, tag, text_tag, text_width
from borderflow.charts.words import day_name, number

__all__ = ["LEFT", "RIGHT", "Flag", "Mark", "Plot", "fan_chart"]

LEFT, RIGHT = 52.0, 8.0


@dataclass(frozen=True)
class Mark:
    """A claim on a chart.

    Parameters
    ----------
    first, last : date
        The days it speaks of.
    value : float
    style : {'official', 'other', 'denied', 'part'}
        Filled, hollow, crossed, or a triangle for claims about a part of what the chart shows.
    hover : str
        Who says what.
    """

    first: date
    last: date
    value: float
    style: Literal["official", "other", "denied", "part"]
    hover: str


@dataclass(frozen=True)
class Flag:
    """An event on the time axis: its number in the list of events, when it starts and its anchor in the page."""

    number: int
    at: float
    title: str
    anchor: str


@dataclass(frozen=True)
class Plot:
    """One pair of axes: 5, 25, 50, 75 and 95 % quantiles by day, shape (5, days), with claims.

    Parameters
    ----------
    caption : str
        What the vertical axis shows, with its unit.
    fan : numpy.ndarray
    marks : tuple of Mark
    usual : numpy.ndarray, optional
        Level without the crisis, by day.
    height : float
        Of the axes, in units of the drawing.
    whole : bool
        Whether the values count people or things.
    """

    caption: str
    fan: Floats
    marks: tuple[Mark, ...] = ()
    usual: Floats | None = None
    height: float = 150.0
    whole: bool = True


def fan_chart(
    ident: str, title: str, description: str, days: Sequence[date], plots: Sequence[Plot], flags: Sequence[Flag] = ()
) -> Markup:
    """Draw plots above each other over the same days, with numbered events on top.

    Examples
    --------
    >>> plot = Plot("persons a day", np.ones((5, 2)) * [[10.0, 20.0]])
    >>> "<svg" in fan_chart("demo", "Demo", "", [date(2022, 9, 21), date(2022, 9, 22)], [plot])
    True
    """
    span = max(len(days), 1)

    def x(day: float) -> float:
        return LEFT + day / span * (WIDTH - LEFT - RIGHT)

    strip, rows = _flags(flags, x, span)
    top = 14.0 * rows + 6.0
    parts: list[Markup] = []
    bottom = top
    for plot in plots:
        parts.append(_axes(plot, days, x, bottom + 22.0))
        bottom += 22.0 + plot.height + 10.0
    parts.append(_days_axis(days, x, bottom - 10.0))
    rules = [rule("flag", x(flag.at), top - 2, x(flag.at), bottom - 10) for flag in flags if 0 <= flag.at <= span]
    return drawing(ident, title, description, bottom + 14.0, [*rules, *parts, strip])


def _flags(flags: Sequence[Flag], x: Any, span: int) -> tuple[Markup, int]:
    """Return numbers of events in as many rows as they need not to touch, and how many rows that is."""
    ends: list[float] = []
    out = []
    by_place: dict[float, list[Flag]] = {}
    for flag in sorted(flags, key=lambda one: (one.at, one.number)):
        if 0 <= flag.at <= span:
            by_place.setdefault(round(flag.at, 1), []).append(flag)
    for at, group in by_place.items():
        width = sum(text_width(str(flag.number), 10) + 7 for flag in group)
        begin = min(max(x(at) - width / 2, 0.0), WIDTH - width)
        row = next((n for n, end in enumerate(ends) if begin > end + 1), len(ends))
        ends[row : row + 1] = [begin + width]
        for flag in group:
            wide = text_width(str(flag.number), 10) + 6
            box = tag("rect", class_="tag", x=begin, y=14.0 * row + 2, width=wide, height=12, rx=2)
            label = text_tag("n", begin + wide / 2, 14 * row + 11.5, str(flag.number), "middle")
            out.append(tag("a", box, label, href=f"#{flag.anchor}", title=flag.title))
            begin += wide + 1
    return Markup("").join(out), len(ends)


def _axes(plot: Plot, days: Sequence[date], x: Any, top: float) -> Markup:
    """Return one pair of axes with its bands, median, usual level and claims."""
    known = np.r_[plot.fan.ravel(), [mark.value for mark in plot.marks], [] if plot.usual is None else plot.usual]
    highest = float(np.nan_to_num(known).max(initial=0.0))
    steps = _ticks(max(highest, 1.0))
    bottom = top + plot.height

    def y(value: ArrayLike) -> Any:
        return bottom - np.asarray(value) / max(highest * 1.06, steps[-1]) * plot.height

    out = [text_tag("cap", 0, top - 10, plot.caption)]
    for value in steps:
        out.append(rule("grid", LEFT, y(value), WIDTH - RIGHT, y(value)))
        out.append(text_tag("tick", LEFT - 5, y(value) + 4, f"{value:,.10g}", "end"))
    centres = np.array([x(n + 0.5) for n in range(len(days))])
    half = (x(1) - x(0)) * 0.4
    for low, high, name in ((0, 4, "b90"), (1, 3, "b50")):
        out.append(tag("path", class_=name, d=_band(centres, y(plot.fan[low]), y(plot.fan[high]), half)))
    out.append(tag("path", class_="median", d=_line(centres, y(plot.fan[2]), half)))
    if plot.usual is not None:
        out.append(tag("path", class_="usual", d=_line(centres, y(plot.usual), half)))
    out += [_day_hover(plot, days, x, top)]
    out += [_mark(mark, days, x, y) for mark in plot.marks if mark.last >= days[0] and mark.first <= days[-1]]
    return Markup("").join(out)


def _day_hover(plot: Plot, days: Sequence[date], x: Any, top: float) -> Markup:
    """Return invisible columns that tell the figures of each day under the pointer."""
    if len(days) > 120:
        return Markup("")
    out = []
    for n, day in enumerate(days):
        if np.isfinite(plot.fan[2, n]):
            low, middle, high = (number(plot.fan[q, n], whole=plot.whole) for q in (0, 2, 4))
            words = f"{day_name(day)}: {middle} ({low} to {high})"
            out.append(tag("rect", class_="hit", x=x(n), y=top, width=x(1) - x(0), height=plot.height, title=words))
    return Markup("").join(out)


def _mark(mark: Mark, days: Sequence[date], x: Any, y: Any) -> Markup:
    begin, end = (mark.first - days[0]).days, (mark.last - days[0]).days
    at, height = x(min(max((begin + end) / 2, 0), len(days) - 1) + 0.5), float(y(mark.value))
    shape = {
        "official": lambda: tag("circle", class_="official", cx=at, cy=height, r=3.4),
        "other": lambda: tag("circle", class_="other", cx=at, cy=height, r=3.4),
        "denied": lambda: tag("path", class_="denied", d=f"M{short(at - 3.5)} {short(height - 3.5)}l7 7m0 -7l-7 7"),
        "part": lambda: tag("path", class_="other", d=f"M{short(at - 3.5)} {short(height - 3)}h7l-3.5 6z"),
    }[mark.style]()
    if end > begin:
        shape = rule("range", x(max(begin, 0) + 0.1), height, x(min(end, len(days) - 1) + 0.9), height) + shape
    return tag("g", shape, class_="claim", title=mark.hover)


def _days_axis(days: Sequence[date], x: Any, y: float) -> Markup:
    """Return the axis of days; labels at most every sixth of the width, weeks preferred."""
    if not days:
        return Markup("")
    step = next(s for s in (1, 2, 3, 7, 14, 28, 56, 112, 224, 448, 896, 3660) if len(days) / s <= 6)
    out = [rule("axis", LEFT, y, WIDTH - RIGHT, y)]
    long = (days[-1] - days[0]).days > 300
    for n in range(0, len(days), step):
        day = days[0] + timedelta(days=n)
        label = day_name(day, "month" if long else "short")
        half = text_width(label, 11) / 2
        out.append(rule("axis", x(n + 0.5), y, x(n + 0.5), y + 4))
        out.append(text_tag("tick", min(max(x(n + 0.5), half), WIDTH - half), y + 16, label, "middle"))
    return Markup("").join(out)


def _ticks(top: float) -> list[float]:
    """Return round values from 0 to the last one below or just at ``top``, three to six of them."""
    power = 10.0 ** np.floor(np.log10(top / 4))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if top / (s * power) <= 5)
    return [float(n * step) for n in range(int(top / step + 1e-9) + 1)]


def _runs(values: Floats) -> Iterable[tuple[int, int]]:
    """Yield stretches without gaps as (first, last + 1)."""
    good = np.flatnonzero(np.isfinite(values))
    if len(good):
        for run in np.split(good, np.flatnonzero(np.diff(good) > 1) + 1):
            yield int(run[0]), int(run[-1]) + 1


def _line(x: Floats, y: Floats, half: float) -> str:
    return "".join("M" + "L".join(_pairs(*_stretch(x[a:b], y[a:b], half))) for a, b in _runs(y))


def _band(x: Floats, low: Floats, high: Floats, half: float) -> str:
    out = []
    for a, b in _runs(low + high):
        xs, below = _stretch(x[a:b], low[a:b], half)
        above = _stretch(x[a:b], high[a:b], half)[1]
        out.append("M" + "L".join([*_pairs(xs, below), *_pairs(xs[::-1], above[::-1])]) + "z")
    return "".join(out)


def _stretch(x: Floats, y: Floats, half: float) -> tuple[Floats, Floats]:
    """Give a day that stands alone a width, since one point draws nothing."""
    return (np.array([x[0] - half, x[0] + half]), np.repeat(y, 2)) if len(x) == 1 else (x, y)


def _pairs(x: Floats, y: Floats) -> list[str]:
    return [f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]
