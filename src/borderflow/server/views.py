"""Views: scenarios, borders and claims as the page reads them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from borderflow.errors import UsageError
from borderflow.event_words import capital_zone, describe_event, event_zone, moment, zone_words
from borderflow.ledger import Claim
from borderflow.observations.sites import PlaceFinder
from borderflow.places import country_name, load_borders
from borderflow.results import QUANTITIES
from borderflow.scenario import EntryBan, Place, Scenario
from borderflow.server.samples import HOURLY

__all__ = ["border_shapes", "scenario_view", "sources_of", "used_in", "whole_countries"]


def scenario_view(scenario: Scenario, name: str, forecast_from: str | None = None) -> dict[str, Any]:
    """Return a scenario as the page shows it: places, ways out, events in words, parameters with their sources."""
    open_posts = {lane.crossing for lane in scenario.lanes if lane.direction == "out"}
    return {
        "name": name,
        "title": scenario.title,
        "description": scenario.description,
        "start": scenario.start.isoformat(),
        "end": scenario.end.isoformat(),
        "announcement": scenario.announcement.isoformat(),
        "home": {
            "id": scenario.origin_country,
            "name": country_name(scenario.origin_country),
            "zone": capital_zone(scenario),
        },
        "countries": [
            {"id": one.id, "name": one.name, "zone": one.time_zone, "offset": _offset(scenario, one.time_zone)}
            for one in scenario.countries
        ],
        "posts": [_post(scenario, place) for place in scenario.places if place.id in open_posts],
        "routes": _routes(scenario),
        "origins": [
            {**_named(place), "population": place.population, "zone": place.time_zone}
            for place in scenario.places if place.kind == "origin"
        ],
        "events": [_event(scenario, event) for event in scenario.events],
        "parameters": [
            {"name": key, "value": one.value, "unit": one.unit, "source": one.source,
             "prior": [one.prior.shape, one.prior.low, one.prior.high]}
            for key, one in scenario.parameters.items()
        ],
        "forecast": forecast_from,
        "limits": scenario.limits,
        "sources": scenario.sources,
        "quantities": {
            key: {"unit": one.unit, "direction": one.direction, "kind": one.kind, "meaning": one.meaning}
            for key, one in QUANTITIES.items()
        },
        "hourly": {key: {"unit": unit, "kind": kind, "meaning": words} for key, (unit, kind, words) in HOURLY.items()},
        "disclaimer": load_borders()["disclaimer"],
    }  # fmt: skip


def _named(place: Place) -> dict[str, Any]:
    return {"id": place.id, "name": place.name, "local": place.name_local, "lon": place.lon, "lat": place.lat}


def _post(scenario: Scenario, place: Place) -> dict[str, Any]:
    gateway = scenario.place(place.gateway) if place.gateway else None
    modes = [lane.mode for lane in scenario.lanes if lane.crossing == place.id and lane.direction == "out"]
    return {
        **_named(place),
        "other": place.name_other_side,
        "country": place.country,
        "zone": place.time_zone,
        "corridor": gateway.corridor if gateway else "",
        "gateway": _named(gateway) if gateway else None,
        "modes": modes,
        "kind": place.kind,
        "wait_mode": "car" if "car" in modes else modes[0],
    }


def _routes(scenario: Scenario) -> list[dict[str, Any]]:
    out = []
    for link in scenario.links:
        hub = scenario.place(link.to)
        if link.service and link.mode == "air" and hub.kind == "hub":
            start = scenario.place(link.from_)
            out.append(
                {"id": link.service, "name": f"{start.name} – {hub.name}", "from": _named(start), "to": _named(hub),
                 "country": hub.country}
            )  # fmt: skip
    return out


def _offset(scenario: Scenario, zone: str) -> float:
    """Return hours ahead of UTC at the start: the day axis of the page; clocks are read from the zone itself."""
    return (scenario.start.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()) / timedelta(hours=1)


def _event(scenario: Scenario, event: Any) -> dict[str, Any]:
    zone = event_zone(scenario, event)
    return {
        "id": event.id,
        "kind": event.kind,
        "label": event.label,
        "title": event.title,
        "start": event.start.isoformat(),
        "end": event.end.isoformat() if event.end else None,
        "enabled": event.enabled,
        "what": describe_event(scenario, event),
        "zone": zone,
        "from": f"{moment(event.start, zone)} ({zone_words(event.start, zone)})",
        "crossings": getattr(event, "crossings", ()),
        "countries": getattr(event, "countries", ()),
        "services": getattr(event, "services", ()),
        "evidence": event.evidence,
        "note": event.note,
        "exempt": scenario.value(event.share_admitted) if isinstance(event, EntryBan) else None,
    }


@lru_cache(maxsize=1)
def border_shapes() -> dict[str, Any]:
    """Return land, borders, disputed borders and first-level divisions as GeoJSON, to a hundredth of a degree."""
    borders = load_borders()

    def lines(many: Sequence[Any]) -> dict[str, Any]:
        return {"type": "MultiLineString", "coordinates": [_thin(line) for line in many if len(line) > 1]}

    land = [
        {"type": "Feature", "properties": {"id": one["id"], "name": one["name"]},
         "geometry": {"type": "MultiPolygon", "coordinates": _polygons(one["rings"])}}
        for one in borders["countries"]
    ]  # fmt: skip
    return {
        "land": {"type": "FeatureCollection", "features": land},
        "boundaries": lines(borders["boundaries"]),
        "disputed": lines(borders["disputed"]),
        "admin1": lines([line for one in borders["admin1"] for line in one["lines"]]),
        "disclaimer": borders["disclaimer"],
        "sources": borders["sources"],
    }


def _thin(line: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[round(float(x), 3), round(float(y), 3)] for x, y in line]


def _polygons(rings: Sequence[Any]) -> list[list[list[list[float]]]]:
    """Return polygons from rings: outer ones run counter-clockwise, each followed by its holes."""
    out: list[list[list[list[float]]]] = []
    for ring in rings:
        area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in itertools.pairwise(ring))
        if area > 0 or not out:
            out.append([_thin(ring)])
        else:
            out[-1].append(_thin(ring))
    return out


def sources_of(scenario: Scenario) -> list[dict[str, str]]:
    """Return where the numbers of parameters, groups, countries, places, lanes and ordinary traffic come from."""
    texts = [("parameter", key, key.replace("_", " "), one.source) for key, one in scenario.parameters.items()]
    texts += [("group", one.id, one.label, one.source) for one in scenario.groups]
    texts += [("country", one.id, one.name, one.source) for one in scenario.countries]
    texts += [("place", one.id, one.name, one.source) for one in scenario.places]
    for one in scenario.lanes:
        title = f"{scenario.place(one.crossing).name}, {_way(one)}"
        key = f"{one.crossing}-{one.mode}-{one.direction}"
        texts.append(("capacity", key, title, f"{one.figure} {one.source}"))
    for row in scenario.baseline:
        title = f"{scenario.place(row.place).name}, {_way(row)}"
        texts.append(("ordinary traffic", f"{row.place}-{row.mode}-{row.direction}", title, row.source))
    return [
        {"kind": kind, "id": key, "title": title, "text": text.strip()} for kind, key, title, text in texts
        if text.strip()
    ]  # fmt: skip


def _way(row: Any) -> str:
    return f"{'all modes' if row.mode == 'all' else row.mode}, {row.direction}bound"


def used_in(scenario: Scenario) -> dict[str, list[dict[str, str]]]:
    """Return where each claim is used: events that cite it, and everything else whose source names it."""
    out: dict[str, list[dict[str, str]]] = {}
    for event in scenario.events:
        for claim in event.evidence:
            out.setdefault(claim, []).append({"kind": "event", "id": event.id, "title": event.title})
    for one in sources_of(scenario):
        # what looks like an id and is none (a road, a check point) is nobody's: callers look claims up
        for claim in sorted(set(re.findall(r"\b[A-Z]+\d+\b", one["text"]))):
            out.setdefault(claim, []).append({name: one[name] for name in ("kind", "id", "title")})
    return out


def whole_countries(scenario: Scenario, claims: Iterable[Claim]) -> dict[str, str]:
    """Return the country of each claim that speaks of one as a whole, by id."""
    find = PlaceFinder(scenario)
    out: dict[str, str] = {}
    for claim in claims:
        with suppress(UsageError):  # of no place of the model
            posts, country = find(claim)
            if not posts:
                out[claim.id] = country
    return out
