"""Views: Lambert's azimuthal equal-area projection of a stretch of the earth, and what may be seen of borders in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import ArrayLike, NDArray

from borderflow.charts.svg import WIDTH, Floats, tag
from borderflow.places import EARTH_RADIUS_KM, load_borders

__all__ = ["View", "draw_borders", "draw_land", "project", "view_around"]


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


def draw_land(view: View, tints: Mapping[str, str]) -> tuple[Markup, list[tuple[str, float, float]]]:
    """Return fills of countries, and names of the large ones with a point well inside."""
    shapes: dict[str, list[Floats]] = {}
    for country, ring in _visible(view, "rings"):
        if len(ring) > 3:
            shapes.setdefault(country, []).append(ring)
    titles = {land["id"]: land["name"] for land in load_borders()["countries"]}
    out, names = [], []
    for country, rings in shapes.items():
        path = "".join(_outline(ring[:-1]) + "z" for ring in rings)
        out.append(tag("path", class_=tints.get(country, "land"), d=path))
        spot = _inner_point(view, rings)
        if spot is not None and country != "XX":
            names.append((titles[country], *spot))
    return tag("g", *out, transform="scale(.1)"), names


def draw_borders(view: View) -> Markup:
    """Return borders, disputed ones with a class of their own."""
    out = []
    for kind in ("boundaries", "disputed"):
        path = "".join(_outline(line) for _, line in _visible(view, kind) if len(line) > 1)
        if path:
            out.append(tag("path", class_=kind, d=path))
    return tag("g", *out, transform="scale(.1)")
