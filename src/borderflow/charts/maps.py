"""Maps: places, lines and borders, with labels wherever there is room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from borderflow.charts.svg import drawing, short, tag, text_tag, text_width
from borderflow.charts.views import View, draw_borders, draw_land

__all__ = ["Dot", "Route", "map_chart"]


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
    land, names = draw_land(view, tints or {})
    parts = [tag("rect", class_="sea", width=view.width, height=view.height), land, draw_borders(view)]
    parts += [_route(view, route) for route in routes]
    spots = []
    for dot in dots:
        x, y = (float(value) for value in view.place(dot.lon, dot.lat))
        spots.append((x, y))
    # large ones first, so that small ones stay visible on them
    for dot, (x, y) in sorted(zip(dots, spots, strict=True), key=lambda pair: -pair[0].radius):
        if -20 < x < view.width + 20 and -20 < y < view.height + 20:
            parts.append(tag("circle", class_=dot.style, cx=x, cy=y, r=dot.radius, title=dot.hover))
    parts.append(_labels(view, dots, spots, names, fine))
    parts.append(_scale_bar(view))
    return drawing(ident, title, description, view.height, parts, "map")


def _route(view: View, route: Route) -> Markup:
    """Return a bow between two places: straight lines would hide each other and pass for roads."""
    (x0, y0), (x1, y1) = ((float(a), float(b)) for a, b in (view.place(*route.start), view.place(*route.end)))
    bend = 0.14
    cx, cy = (x0 + x1) / 2 - (y1 - y0) * bend, (y0 + y1) / 2 + (x1 - x0) * bend
    bow = f"M{short(x0)} {short(y0)}Q{short(cx)} {short(cy)} {short(x1)} {short(y1)}"
    return tag("path", class_="route", stroke_width=route.width, d=bow, title=route.hover)


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
        half = text_width(name, 12) / 2 + 4
        box4 = (x - half, y - 8, x + half, y + 4)
        if box4[0] > 0 and box4[2] < view.width and not any(_touch(box4, other) for other in taken):
            taken.append(box4)
            out.append(text_tag("country", x, y, name, "middle"))
    return Markup("").join(out)


def _label(lines: Sequence[str], x: float, y: float, anchor: str, upright: int, shown: str) -> Markup:
    """Return lines of text that keep their side of the dot when the page shrinks the text (hence offsets in em)."""
    first = {0: 0.35 - 0.5 * (len(lines) - 1), -1: 1.0 - len(lines), 1: 0.8}[upright]
    spans = [
        tag("tspan", line, class_="local" if n else "name", x=x, dy=f"{1.0 if n else first:.2f}em")
        for n, line in enumerate(lines)
    ]
    return tag("text", *spans, class_="label" + shown, x=x, y=y, text_anchor=anchor)


def _disc(dot: Dot, x: float, y: float) -> tuple[float, float, float, float]:
    """Return the box around a dot."""
    return x - dot.radius, y - dot.radius, x + dot.radius, y + dot.radius


def _room(
    view: View, x: float, y: float, dot: Dot, taken: Sequence[tuple[float, ...]], size: float
) -> tuple[float, float, float, float, float, float, str, int] | None:
    """Return a free box beside a dot (left, top, right, bottom), where its text is tied, and on which side of that."""
    wide = max(text_width(line, 11.5) for line in dot.label) * 1.15 * size  # the first line is bold
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
    bar = tag("path", class_="scale", d=f"M6 {short(y - 4)}v4h{short(wide)}v-4")
    return bar + text_tag("tick", wide + 10, y, f"{km:,} km")
