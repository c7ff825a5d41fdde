"""Charts: static SVG from numbers, without scripts and without anything from elsewhere.

Two kinds: `fan_chart` (quantiles over local days, with claims and events on them) and `map_chart` (places, lines and
borders in Lambert's azimuthal equal-area projection). Colours come from the CSS variables of the page, so that one
drawing serves light, dark and paper. A chart is some 400 units wide: on a phone its text stays readable.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import ArrayLike, NDArray

from borderflow.places import EARTH_RADIUS_KM, load_borders

__all__ = [
    "Dot",
    "Flag",
    "Mark",
    "Plot",
    "Route",
    "View",
    "day_name",
    "fan_chart",
    "map_chart",
    "number",
    "project",
    "view_around",
]

WIDTH = 400.0  # units of every drawing
LEFT, RIGHT = 52.0, 8.0
GLYPH = 0.6  # mean width of a letter in units of its size; generous, so that wide fonts do not collide either
Floats = NDArray[np.float64]
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def day_name(day: date, form: Literal["long", "short", "month"] = "long") -> str:
    """Return a date in words, the same whatever the locale.

    Examples
    --------
    >>> day_name(date(2022, 9, 27)), day_name(date(2022, 9, 27), "short"), day_name(date(2022, 9, 27), "month")
    ('27 September 2022', '27 Sep', 'Sep 2022')
    """
    month = MONTHS[day.month - 1]
    return {
        "long": f"{day.day} {month} {day.year}",
        "short": f"{day.day} {month[:3]}",
        "month": f"{month[:3]} {day.year}",
    }[form]


def number(value: float, *, signed: bool = False, whole: bool = False) -> str:
    """Return a number as people read it: three significant digits, thousands separated, no false precision.

    Parameters
    ----------
    signed : bool
        Write a plus before what is above zero.
    whole : bool
        The number counts people or things: no decimals, and "<1" for what rounds to nothing but is not nothing.

    Examples
    --------
    >>> number(203742.7), number(45.47), number(7.44), number(0.03), number(-1543), number(float("nan"))
    ('204,000', '45', '7.4', '0', '−1,540', '–')
    >>> number(8.7, whole=True), number(0.3, whole=True)
    ('9', '<1')
    """
    if not np.isfinite(value):
        return "–"
    size = abs(value)
    if size >= 100:
        digits = int(np.floor(np.log10(size))) - 2
        text = f"{round(size / 10**digits) * 10**digits:,}" if digits > 0 else f"{round(size):,}"
    elif whole and 0.01 <= size < 0.5:
        text = "<1"
    elif whole or size >= 9.95:
        text = f"{size:.0f}"
    else:
        text = f"{size:.1f}".removesuffix(".0")
    sign = "" if text in ("0", "<1") else "−" if value < 0 else "+" if signed else ""
    return sign + text


# ---------------------------------------------------------------------------------------------------------------------
# Fan charts


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
    rules = [_rule("flag", x(flag.at), top - 2, x(flag.at), bottom - 10) for flag in flags if 0 <= flag.at <= span]
    return _svg(ident, title, description, bottom + 14.0, [*rules, *parts, strip])


def _flags(flags: Sequence[Flag], x: Any, span: int) -> tuple[Markup, int]:
    """Return numbers of events in as many rows as they need not to touch, and how many rows that is."""
    ends: list[float] = []
    out = []
    by_place: dict[float, list[Flag]] = {}
    for flag in sorted(flags, key=lambda one: (one.at, one.number)):
        if 0 <= flag.at <= span:
            by_place.setdefault(round(flag.at, 1), []).append(flag)
    for at, group in by_place.items():
        width = sum(_width(str(flag.number), 10) + 7 for flag in group)
        begin = min(max(x(at) - width / 2, 0.0), WIDTH - width)
        row = next((n for n, end in enumerate(ends) if begin > end + 1), len(ends))
        ends[row : row + 1] = [begin + width]
        for flag in group:
            wide = _width(str(flag.number), 10) + 6
            box = _tag("rect", class_="tag", x=begin, y=14.0 * row + 2, width=wide, height=12, rx=2)
            label = _text("n", begin + wide / 2, 14 * row + 11.5, str(flag.number), "middle")
            out.append(_tag("a", box, label, href=f"#{flag.anchor}", title=flag.title))
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

    out = [_text("cap", 0, top - 10, plot.caption)]
    for value in steps:
        out.append(_rule("grid", LEFT, y(value), WIDTH - RIGHT, y(value)))
        out.append(_text("tick", LEFT - 5, y(value) + 4, f"{value:,.10g}", "end"))
    centres = np.array([x(n + 0.5) for n in range(len(days))])
    half = (x(1) - x(0)) * 0.4
    for low, high, name in ((0, 4, "b90"), (1, 3, "b50")):
        out.append(_tag("path", class_=name, d=_band(centres, y(plot.fan[low]), y(plot.fan[high]), half)))
    out.append(_tag("path", class_="median", d=_line(centres, y(plot.fan[2]), half)))
    if plot.usual is not None:
        out.append(_tag("path", class_="usual", d=_line(centres, y(plot.usual), half)))
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
            out.append(_tag("rect", class_="hit", x=x(n), y=top, width=x(1) - x(0), height=plot.height, title=words))
    return Markup("").join(out)


def _mark(mark: Mark, days: Sequence[date], x: Any, y: Any) -> Markup:
    begin, end = (mark.first - days[0]).days, (mark.last - days[0]).days
    at, height = x(min(max((begin + end) / 2, 0), len(days) - 1) + 0.5), float(y(mark.value))
    shape = {
        "official": lambda: _tag("circle", class_="official", cx=at, cy=height, r=3.4),
        "other": lambda: _tag("circle", class_="other", cx=at, cy=height, r=3.4),
        "denied": lambda: _tag("path", class_="denied", d=f"M{_f(at - 3.5)} {_f(height - 3.5)}l7 7m0 -7l-7 7"),
        "part": lambda: _tag("path", class_="other", d=f"M{_f(at - 3.5)} {_f(height - 3)}h7l-3.5 6z"),
    }[mark.style]()
    if end > begin:
        shape = _rule("range", x(max(begin, 0) + 0.1), height, x(min(end, len(days) - 1) + 0.9), height) + shape
    return _tag("g", shape, class_="claim", title=mark.hover)


def _days_axis(days: Sequence[date], x: Any, y: float) -> Markup:
    """Return the axis of days; labels at most every sixth of the width, weeks preferred."""
    if not days:
        return Markup("")
    step = next(s for s in (1, 2, 3, 7, 14, 28, 56, 112, 224, 448, 896, 3660) if len(days) / s <= 6)
    out = [_rule("axis", LEFT, y, WIDTH - RIGHT, y)]
    long = (days[-1] - days[0]).days > 300
    for n in range(0, len(days), step):
        day = days[0] + timedelta(days=n)
        label = day_name(day, "month" if long else "short")
        half = _width(label, 11) / 2
        out.append(_rule("axis", x(n + 0.5), y, x(n + 0.5), y + 4))
        out.append(_text("tick", min(max(x(n + 0.5), half), WIDTH - half), y + 16, label, "middle"))
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


# ---------------------------------------------------------------------------------------------------------------------
# Maps


@dataclass(frozen=True)
class Dot:
    """A place on a map; the first line of its label is Latin, the second in the script used there."""

    lon: float
    lat: float
    radius: float
    style: str
    hover: str
    label: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """A curved line between two places, ``width`` units wide."""

    start: tuple[float, float]
    end: tuple[float, float]
    width: float
    hover: str


@dataclass(frozen=True)
class View:
    """A window on the Earth: centre of projection, centre of the window (km from there), km per unit and size."""

    lon: float
    lat: float
    x: float
    y: float
    scale: float
    width: float
    height: float

    def place(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Return positions in units of the drawing."""
        east, north = project(np.asarray(lon, float), np.asarray(lat, float), self.lon, self.lat)
        return (east - self.x) / self.scale + self.width / 2, (self.y - north) / self.scale + self.height / 2


def project(lon: Floats, lat: Floats, lon0: float, lat0: float) -> tuple[Floats, Floats]:
    """Lambert's azimuthal equal-area projection on the sphere, km (Snyder 1987, USGS Paper 1395, eqs 24-2 to 24-4).

    It has no seam but the point opposite its centre, so that nothing is drawn across the map at 180 degrees.
    """
    lam, phi, phi0 = np.radians(lon - lon0), np.radians(lat), np.radians(lat0)
    nearness = np.sin(phi0) * np.sin(phi) + np.cos(phi0) * np.cos(phi) * np.cos(lam)
    k = EARTH_RADIUS_KM * np.sqrt(2.0 / np.maximum(1.0 + nearness, 1e-3))
    return k * np.cos(phi) * np.sin(lam), k * (np.cos(phi0) * np.sin(phi) - np.sin(phi0) * np.cos(phi) * np.cos(lam))


def view_around(
    points: Sequence[tuple[float, float]], *, least_km: float, shape: float = 0.62, margin: float = 0.08
) -> View:
    """Return the window that holds all points (lon, lat), at least ``least_km`` wide, no flatter than ``shape``.

    Examples
    --------
    >>> view = view_around([(175.0, 65.0), (-175.0, 65.0)], least_km=100.0)
    >>> bool(abs(abs(view.lon) - 180) < 1e-6)
    True
    """
    lon, lat = np.radians(np.array(points, float)).T
    mean = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]).mean(axis=1)
    lon0 = float(np.degrees(np.arctan2(mean[1], mean[0])))
    lat0 = float(np.degrees(np.arctan2(mean[2], np.hypot(mean[0], mean[1]))))
    x, y = project(np.degrees(lon), np.degrees(lat), lon0, lat0)
    wide = max(float(np.ptp(x)) * (1 + 2 * margin), least_km)
    high = max(float(np.ptp(y)) * (1 + 2 * margin), wide * shape)
    ratio = min(high / wide, 1.0)
    wide = max(wide, high / ratio)
    middle = float(x.max() + x.min()) / 2, float(y.max() + y.min()) / 2
    return View(lon0, lat0, *middle, wide / WIDTH, WIDTH, WIDTH * ratio)


def map_chart(
    ident: str,
    title: str,
    description: str,
    view: View,
    dots: Sequence[Dot],
    routes: Sequence[Route] = (),
    tints: Mapping[str, str] | None = None,
    fine: float = 1.0,
) -> Markup:
    """Draw a map: land, borders (disputed ones dashed), routes, dots, and the labels that have room.

    Labels are placed in the order of ``dots``; one that would touch another is left out.

    Parameters
    ----------
    tints : mapping, optional
        CSS class of the fill by country code.
    fine : float
        Where the page shows the map larger, the share by which it shrinks the text; labels that fit only then carry
        the class ``wide``.
    """
    land, names = _land(view, tints or {})
    parts = [_tag("rect", class_="sea", width=view.width, height=view.height), land, _borders(view)]
    parts += [_route(view, route) for route in routes]
    spots = []
    for dot in dots:
        x, y = (float(value) for value in view.place(dot.lon, dot.lat))
        spots.append((x, y))
    # large ones first, so that small ones stay visible on them
    for dot, (x, y) in sorted(zip(dots, spots, strict=True), key=lambda pair: -pair[0].radius):
        if -20 < x < view.width + 20 and -20 < y < view.height + 20:
            parts.append(_tag("circle", class_=dot.style, cx=x, cy=y, r=dot.radius, title=dot.hover))
    parts.append(_labels(view, dots, spots, names, fine))
    parts.append(_scale_bar(view))
    return _svg(ident, title, description, view.height, parts, "map")


@lru_cache(maxsize=1)
def _flat() -> dict[str, tuple[Floats, Floats, NDArray[np.int64], list[str]]]:
    """Return rings and lines of the borders as long arrays with their offsets, so that one call projects them all."""
    borders = load_borders()
    sets: dict[str, list[tuple[str, Any]]] = {
        "rings": [(land["id"], ring) for land in borders["countries"] for ring in land["rings"]],
        **{kind: [("", line) for line in borders[kind]] for kind in ("boundaries", "disputed")},
    }
    out = {}
    for kind, lines in sets.items():
        flat = np.array([point for _, line in lines for point in line], float).reshape(-1, 2)
        offsets = np.r_[0, np.cumsum([len(line) for _, line in lines])].astype(np.int64)
        out[kind] = (flat[:, 0], flat[:, 1], offsets, [name for name, _ in lines])
    return out


def _visible(view: View, kind: str) -> Iterable[tuple[str, Floats]]:
    """Yield lines of one kind that may be seen, thinned to the drawing, points far outside drawn in to its edge."""
    lon, lat, offsets, names = _flat()[kind]
    if not len(lon):
        return
    xy = np.column_stack(view.place(lon, lat))
    beyond = 80.0
    low, high = (f.reduceat(xy, offsets[:-1], axis=0) for f in (np.minimum, np.maximum))
    seen = (high > -5).all(axis=1) & (low < (view.width + 5, view.height + 5)).all(axis=1)
    seen &= (high - low).max(axis=1) > 1.2  # islets that would be a speck
    for n in np.flatnonzero(seen):
        # vertices lie close together, so that moving far ones to a frame well outside changes nothing inside
        line = np.clip(xy[offsets[n] : offsets[n + 1]], -beyond, (view.width + beyond, view.height + beyond))
        cell = np.round(line / 0.7)
        keep = np.r_[True, (cell[1:] != cell[:-1]).any(axis=1)]
        keep[-1] = True
        yield names[n], line[keep]


def _land(view: View, tints: Mapping[str, str]) -> tuple[Markup, list[tuple[str, float, float]]]:
    """Return fills of countries, and names of the large ones with a point well inside."""
    shapes: dict[str, list[Floats]] = {}
    for country, ring in _visible(view, "rings"):
        if len(ring) > 3:
            shapes.setdefault(country, []).append(ring)
    titles = {land["id"]: land["name"] for land in load_borders()["countries"]}
    out, names = [], []
    for country, rings in shapes.items():
        path = "".join(_outline(ring[:-1]) + "z" for ring in rings)
        out.append(_tag("path", class_=tints.get(country, "land"), d=path))
        spot = _inner_point(view, rings)
        if spot is not None and country != "XX":
            names.append((titles[country], *spot))
    return _tag("g", *out, transform="scale(.1)"), names


def _outline(line: Floats) -> str:
    """Return a path in tenths of a unit, each step relative to the last: half as long as absolute decimals."""
    steps = np.rint(line * 10).astype(np.int64)
    steps[1:] -= steps[:-1].copy()
    return ("M" + " ".join(map(str, steps[0])) + "l" + " ".join(map(str, steps[1:].ravel()))).replace(" -", "-")


def _inner_point(view: View, rings: Sequence[Floats]) -> tuple[float, float] | None:
    """Return the point of a coarse grid that lies inside and farthest from any border and from the frame."""
    ring = max(rings, key=len)
    grid = np.meshgrid(np.linspace(20, view.width - 20, 21), np.linspace(14, view.height - 14, 15))
    gx, gy = (axis.ravel() for axis in grid)
    x, y = ring[:-1, 0], ring[:-1, 1]
    x1, y1 = np.roll(x, -1), np.roll(y, -1)
    with np.errstate(divide="ignore", invalid="ignore"):
        cut = (y > gy[:, None]) != (y1 > gy[:, None])
        inside = (cut & (gx[:, None] < (x1 - x) * (gy[:, None] - y) / (y1 - y) + x)).sum(axis=1) % 2 == 1
    if not inside.any():
        return None
    room = np.min(np.hypot(gx[:, None] - x, gy[:, None] - y), axis=1)
    room = np.where(inside, np.minimum(room, np.minimum(gx, view.width - gx)), -1)
    best = int(np.argmax(room))
    return (float(gx[best]), float(gy[best])) if room[best] > 12 else None


def _borders(view: View) -> Markup:
    out = []
    for kind in ("boundaries", "disputed"):
        path = "".join(_outline(line) for _, line in _visible(view, kind) if len(line) > 1)
        if path:
            out.append(_tag("path", class_=kind, d=path))
    return _tag("g", *out, transform="scale(.1)")


def _route(view: View, route: Route) -> Markup:
    """Return a bow between two places: straight lines would hide each other and pass for roads."""
    (x0, y0), (x1, y1) = ((float(a), float(b)) for a, b in (view.place(*route.start), view.place(*route.end)))
    bend = 0.14
    cx, cy = (x0 + x1) / 2 - (y1 - y0) * bend, (y0 + y1) / 2 + (x1 - x0) * bend
    bow = f"M{_f(x0)} {_f(y0)}Q{_f(cx)} {_f(cy)} {_f(x1)} {_f(y1)}"
    return _tag("path", class_="route", stroke_width=route.width, d=bow, title=route.hover)


def _labels(
    view: View,
    dots: Sequence[Dot],
    spots: Sequence[tuple[float, float]],
    names: Sequence[tuple[str, float, float]],
    fine: float,
) -> Markup:
    """Return labels of dots, then names of countries, wherever there is room."""
    taken = [_disc(dot, x, y) for dot, (x, y) in zip(dots, spots, strict=True) if dot.label]
    taken.append((0.0, view.height - 16, 110.0, view.height))  # the scale
    out = []
    for size in (1.0, fine) if fine != 1.0 else (1.0,):
        shown = "" if size == 1.0 else " wide"
        rest = []
        for dot, (x, y) in zip(dots, spots, strict=True):
            if not dot.label or not (0 < x < view.width and 0 < y < view.height):
                continue
            box = _room(view, x, y, dot, taken, size)
            if box is None:
                rest.append((dot, (x, y)))
                continue
            taken.append(box[:4])
            out.append(_label(dot.label, *box[4:], shown))
        dots, spots = [dot for dot, _ in rest], [spot for _, spot in rest]
    for name, x, y in names:
        half = _width(name, 12) / 2 + 4
        box4 = (x - half, y - 8, x + half, y + 4)
        if box4[0] > 0 and box4[2] < view.width and not any(_touch(box4, other) for other in taken):
            taken.append(box4)
            out.append(_text("country", x, y, name, "middle"))
    return Markup("").join(out)


def _label(lines: Sequence[str], x: float, y: float, anchor: str, upright: int, shown: str) -> Markup:
    """Return lines of text that keep their side of the dot when the page shrinks the text (hence offsets in em)."""
    first = {0: 0.35 - 0.5 * (len(lines) - 1), -1: 1.0 - len(lines), 1: 0.8}[upright]
    spans = [
        _tag("tspan", line, class_="local" if n else "name", x=x, dy=f"{1.0 if n else first:.2f}em")
        for n, line in enumerate(lines)
    ]
    return _tag("text", *spans, class_="label" + shown, x=x, y=y, text_anchor=anchor)


def _disc(dot: Dot, x: float, y: float) -> tuple[float, float, float, float]:
    """Return the box around a dot."""
    return x - dot.radius, y - dot.radius, x + dot.radius, y + dot.radius


def _room(
    view: View, x: float, y: float, dot: Dot, taken: Sequence[tuple[float, ...]], size: float
) -> tuple[float, float, float, float, float, float, str, int] | None:
    """Return a free box beside a dot (left, top, right, bottom), where its text is tied, and on which side of that."""
    wide = max(_width(line, 11.5) for line in dot.label) * 1.15 * size  # the first line is bold
    high = 12.0 * size * len(dot.label)
    gap = dot.radius + 3
    own = _disc(dot, x, y)
    sides = [("start", gap, 0), ("end", -gap, 0), ("middle", 0.0, -1), ("middle", 0.0, 1)]
    sides += [(anchor, dx * 0.7, upright) for upright in (-1, 1) for anchor, dx, _ in sides[:2]]
    for anchor, dx, upright in sides:
        off = gap if dx == 0 else gap * 0.5
        at, tie = x + dx, y + upright * off
        begin = at - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * wide
        top = tie - {0: high / 2, -1: high, 1: 0.0}[upright]
        box = (begin, top, begin + wide, top + high)
        if box[0] < 2 or box[2] > view.width - 2 or box[1] < 2 or box[3] > view.height - 2:
            continue
        if not any(_touch(box, other) for other in taken if other != own):
            return (*box, at, tie, anchor, upright)
    return None


def _touch(a: Sequence[float], b: Sequence[float]) -> bool:
    return a[0] < b[2] + 1 and b[0] < a[2] + 1 and a[1] < b[3] and b[1] < a[3]


def _scale_bar(view: View) -> Markup:
    km = next(length for length in (2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1) if length / view.scale <= 90)
    wide = km / view.scale
    y = view.height - 5
    bar = _tag("path", class_="scale", d=f"M6 {_f(y - 4)}v4h{_f(wide)}v-4")
    return bar + _text("tick", wide + 10, y, f"{km:,} km")


# ---------------------------------------------------------------------------------------------------------------------
# SVG


def _tag(name: str, *inner: str, title: str = "", **attributes: str | float) -> Markup:
    """Return an element; numbers to a tenth, ``class_`` for class, ``text_anchor`` for text-anchor; text is escaped."""
    # a page has thousands: every text is escaped once here, and pieces are joined as plain text
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else _f(value)}"'
        for key, value in attributes.items()
    )
    hover = f"<title>{escape(title)}</title>" if title else ""
    return Markup(f"<{name}{given}>{hover}{''.join(map(escape, inner))}</{name}>")


def _rule(style: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    return _tag("line", class_=style, x1=x1, y1=y1, x2=x2, y2=y2)


def _text(style: str, x: float, y: float, words: str, anchor: str = "start") -> Markup:
    return _tag("text", words, class_=style, x=x, y=y, text_anchor=anchor)


def _svg(
    ident: str, title: str, description: str, height: float, parts: Sequence[Markup], style: str = "chart"
) -> Markup:
    """Return a drawing that scales with its column and that screen readers can name."""
    return Markup(
        '<svg class="{5}" viewBox="0 0 {0} {1}" role="img" aria-labelledby="{2}-t {2}-d"'
        ' xmlns="http://www.w3.org/2000/svg"><title id="{2}-t">{3}</title><desc id="{2}-d">{4}</desc>{6}</svg>'
    ).format(_f(WIDTH), _f(height), ident, title, description, style, Markup("").join(parts))


def _f(value: float) -> str:
    return f"{float(value):.1f}".removesuffix(".0")


def _width(text: str, size: float) -> float:
    """Return about how wide a text will be."""
    return size * sum(1.0 if unicodedata.east_asian_width(c) in "WF" else GLYPH for c in text)
