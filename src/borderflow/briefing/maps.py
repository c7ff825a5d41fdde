"""Maps: one of the whole, and one of each of the busiest stretches of border."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from borderflow.briefing.figures import Figures, Floats
from borderflow.briefing.parts import Panel
from borderflow.charts import Dot, Route, day_name, map_chart, number, view_around
from borderflow.pairing import estimate_pairs
from borderflow.places import great_circle_km

__all__ = ["CLUSTER_KM", "MOST_MAPS", "WAIT_CLASSES", "draw_maps"]

MOST_MAPS = 5
CLUSTER_KM = 420.0  # crossings this near to a busy one share its map
WAIT_CLASSES = (1.0, 6.0, 24.0, 48.0)  # hours; bounds of the colours on the maps


def draw_maps(f: Figures) -> list[Panel]:
    """Return one map of the whole and maps of the busiest stretches of border."""
    left = f.set_out
    places = f.origins
    order = np.argsort(-left, kind="stable")
    cover = np.cumsum(left[order]) / max(left.sum(), 1.0)
    shown = order[: int(np.searchsorted(cover, 0.96)) + 1] if left.sum() > 0 else order
    origins = [
        Dot(places[n].lon, places[n].lat, max(1.2, 11.0 * float(np.sqrt(left[n] / max(left.max(), 1.0)))), "origin",
            f"{places[n].name}: {number(float(left[n]), whole=True)} people set out in the whole period (mean)",
            _label(places[n].name, places[n].name_local) if rank < 8 else ())
        for rank, n in enumerate(order)
    ]  # fmt: skip
    crossings = _crossing_dots(f)
    if not crossings and not origins:
        return []
    tints = {country.id.split("-")[0]: "host" for country in f.scenario.countries} | {f.scenario.origin_country: "home"}
    busy = [post for post in f.posts if f.exodus_at[post] >= 0.002 * max(sum(f.exodus_at.values()), 1.0)]
    frame = [(places[n].lon, places[n].lat) for n in shown] + [_spot(f, post) for post in busy]
    beyond = len(order) - len(shown)
    note = (
        "Grey: where people set out. Coloured: crossings. Bows: estimated pairing of origins and crossings, not roads."
    )
    if beyond > 0 and left.sum() > 0:
        share = 100 * (1 - cover[len(shown) - 1])
        note += f" Not all places of origin are in the frame: {number(share)} % of those who set out live beyond."
    panels = [
        Panel(
            f"{f.home_name} and the crossings", note,
            map_chart("map-all", f"Map of origins and crossings, {f.scenario.title}", _map_words(f),
                      view_around(frame, least_km=400.0, shape=0.76), [*crossings.values(), *origins], _pairs(f, left),
                      tints, 0.56),
            [], wide=True,
        )
    ]  # fmt: skip
    large = {post: replace(dot, radius=max(dot.radius, 4.0)) for post, dot in crossings.items()}
    for n, (leader, group) in enumerate(_clusters(f)):
        around = [_spot(f, post) for post in group]
        around += [(g.lon, g.lat) for post in group if (g := _gateway(f, post)) is not None]
        lane = f.posts[leader]
        panels.append(
            Panel(
                f"Around {lane.name}, {f.country_names[lane.country]}", _cluster_words(f, group),
                map_chart(f"map-{n}", f"Map of the crossings around {lane.name}", _cluster_words(f, group),
                          view_around(around, least_km=420.0, shape=0.72, margin=0.14),
                          [*(large[post] for post in group), *(d for p, d in large.items() if p not in group),
                           *_gateways(f, group), *origins], (), tints),
                [],
            )
        )  # fmt: skip
    return panels


def _label(name: str, local: str) -> tuple[str, ...]:
    return (name, local) if local and local != name else (name,)


def _spot(f: Figures, post: str) -> tuple[float, float]:
    place = f.scenario.place(post)
    return place.lon, place.lat


def _gateway(f: Figures, post: str) -> Any:
    place = f.scenario.place(post)
    return f.scenario.place(place.gateway) if place.gateway else None


def _gateways(f: Figures, posts: Iterable[str]) -> list[Dot]:
    """Return the last towns before the crossings, for orientation."""
    towns = {town.id: town for post in posts if (town := _gateway(f, post)) is not None}
    return [Dot(t.lon, t.lat, 1.6, "town", t.name, _label(t.name, t.name_local)) for t in towns.values()]


def _crossing_dots(f: Figures) -> dict[str, Dot]:
    """Return crossings by size of line and length of wait, those with most time in line first."""
    lines = {post: peak[0].mean if (peak := f.peak("queue_persons", post)) is not None else 0.0 for post in f.posts}
    largest = max([*lines.values(), 1.0])
    out = {}
    for post in f.person_hours:
        place, lane = f.scenario.place(post), f.posts[post]
        wait, modes = 0.0, [f.lanes[n].mode for n in f.of_post(post)]
        for mode in ("car", *modes):
            if wait == 0.0 and (peak := f.peak("wait_hours", post, mode)) is not None:
                wait = peak[0].mean
        step = int(np.searchsorted(WAIT_CLASSES, wait, side="right"))
        title = f"{lane.name} / {place.name_other_side}" if place.name_other_side else lane.name
        hover = f"{title} ({place.name_local}): " if place.name_local else f"{title}: "
        hover += (
            f"{number(lines[post], whole=True)} people in line at worst, mean wait of the worst day {number(wait)} h"
        )
        label = _label(lane.name, place.name_local)
        out[post] = Dot(
            place.lon, place.lat, max(2.8, 14.0 * float(np.sqrt(lines[post] / largest))), f"post w{step}", hover, label
        )
    return out


def _pairs(f: Figures, left: Floats) -> list[Route]:
    """Return bows for the largest flows between origins and crossings."""
    posts = list(f.posts)
    origins = f.origins
    into = np.array([f.exodus_at[post] for post in posts])
    if not len(posts) or into.sum() <= 0 or left.sum() <= 0:
        return []
    ends = [_spot(f, post) for post in posts]
    table = estimate_pairs(f.scenario, origins, [f.scenario.place(post) for post in posts], left, into)
    most = np.argsort(-table, axis=None)[:45]
    out = []
    for o, p in zip(*np.unravel_index(most, table.shape), strict=True):
        if table[o, p] >= 0.003 * into.sum():
            wide = max(0.5, 30.0 * float(table[o, p] / into.sum()))
            pair = f"{origins[o].name} to {f.posts[posts[p]].name}"
            words = f"{pair}: about {number(float(table[o, p]), whole=True)} people (estimated pairing)"
            out.append(Route((origins[o].lon, origins[o].lat), ends[p], wide, words))
    return out


def _clusters(f: Figures) -> list[tuple[str, list[str]]]:
    """Return the busiest crossings with those near them: one detail map each."""
    weight = {post: f.person_hours[post] / 24.0 + f.exodus_at[post] for post in f.posts}
    total = sum(weight.values())
    rest = [post for post in sorted(weight, key=lambda p: -weight[p]) if weight[post] > 0]
    out: list[tuple[str, list[str]]] = []
    while rest and len(out) < MOST_MAPS:
        leader = rest[0]
        lon, lat = _spot(f, leader)
        spots = np.array([_spot(f, post) for post in rest])
        near = great_circle_km(lat, lon, spots[:, 1], spots[:, 0]) <= CLUSTER_KM
        group = [post for post, close in zip(rest, near, strict=True) if close]
        if sum(weight[post] for post in group) < 0.005 * total:
            break
        out.append((leader, group))
        rest = [post for post in rest if post not in group]
    return out


def _map_words(f: Figures) -> str:
    words = "Crossings by people in line on the worst day and by wait; origins by people who set out."
    return f"{words} {_cluster_words(f, f.person_hours)}"


def _cluster_words(f: Figures, posts: Iterable[str]) -> str:
    """Say the three largest lines in words."""
    peaks = [(post, peak) for post in posts if (peak := f.peak("queue_persons", post)) is not None]
    peaks = sorted(peaks, key=lambda one: -one[1][0].mean)[:3]
    told = [f"{f.posts[post].name} {peak[0].text} ({day_name(peak[1], 'short')})" for post, peak in peaks]
    return f"People in line at worst: {', '.join(told)}." if told else "No line at these crossings."
