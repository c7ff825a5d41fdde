"""Findings as events of a scenario, or as more evidence for the events that are there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from borderflow.articles import Finding
from borderflow.places import load_gazetteer, local_hour_offset, normalise_name
from borderflow.proposals.patches import Patch
from borderflow.scenario import Event, Scenario

__all__ = ["propose_events"]

_SAME_EVENT_DAYS = 21  # an event of one kind at one place within three weeks is the one already there
#: quantity of a finding -> kind of event, and the fields that are taken over from an event of that kind, with defaults
_EVENT_OF: dict[str, tuple[str, dict[str, Any]]] = {
    "draft_office_open": ("draft_office", {"share_checked": 1.0, "share_stopped": 0.1}),
    "exit_check_against_list": ("exit_check", {"share_checked": 1.0, "share_stopped": 0.1}),
    "entry_ban": ("entry_ban", {"share_admitted": 0.05, "share_informed": 0.9}),
    "service_halted": ("service_halt", {}),
    "crossing_closed": ("closure", {}),
    "crossing_opened": ("opening", {}),
    "foot_allowed": ("mode_rule", {}),
    "bicycle_allowed": ("mode_rule", {}),
    "access_restricted": ("access_limit", {"share_turned_away": 0.3, "share_informed": 0.5}),
}


def propose_events(
    findings: Sequence[Finding],
    ids: Sequence[str],
    scenario: Scenario,
    patch: Patch,
    notes: list[str],
) -> None:
    """Add to the patch an event, or more evidence, for every finding that the engine has a kind of event for."""
    new: list[tuple[str, dict[str, Any]]] = []
    for finding, claim_id in zip(findings, ids, strict=True):
        if finding.kind != "event" or finding.quantity not in _EVENT_OF:
            continue
        if finding.status == "denied" or (
            finding.value == 0 and finding.quantity not in ("foot_allowed", "bicycle_allowed")
        ):
            notes.append(f"{finding.quantity} at {finding.place or 'an unknown place'}: said not to be so; ledger only")
            continue
        kind, defaults = _EVENT_OF[finding.quantity]
        target, why = _target(finding, kind, scenario)
        if target is None:
            notes.append(f"{finding.quantity} at {finding.place or 'an unknown place'}: {why}; ledger only")
            continue
        existing = _existing(scenario, kind, target, finding.first)
        if existing is not None:
            _add_evidence(scenario.events.index(existing), claim_id, existing, patch, notes)
            continue
        twin = next(
            (
                event
                for _, event in new
                if event["kind"] == kind and all(event.get(key) == value for key, value in target.items())
            ),
            None,
        )
        if twin is not None:
            twin["evidence"].append(claim_id)
            continue
        new.append(
            (claim_id, _event(finding, claim_id, kind, target, defaults, scenario, {event["id"] for _, event in new}))
        )
    if new:
        patch.insert_events([event for _, event in new])
        notes += [
            f"new event {event['id']}: check its hour and shares, which the article does not give" for _, event in new
        ]


def _target(finding: Finding, kind: str, scenario: Scenario) -> tuple[dict[str, Any] | None, str]:
    """Return the fields that say what an event acts on, or why there are none."""
    own = [place for place in finding.places if place.source == "scenario"]
    if kind == "entry_ban":
        if finding.country not in {country.id for country in scenario.countries}:
            return None, "no country of the scenario"
        classes = [one.id for one in scenario.visa_classes if one.holds_visa]
        named = [
            one
            for one in classes
            if one in finding.who.casefold() or (one == "tourist" and "турист" in finding.who.casefold())
        ]
        return {"countries": [finding.country], "visa_classes": named or classes}, ""
    if kind == "service_halt":
        services = _services(finding, scenario)
        return ({"services": services}, "") if services else (None, "no service of the scenario runs there")
    crossings = {place.id for place in scenario.places if place.kind == "crossing"}
    named = list(dict.fromkeys(place.id for place in own if place.id in crossings))
    if not named:
        codes = {scenario.place(place.id).region for place in own if place.kind == "region"}
        named = [place.id for place in scenario.places if place.kind == "crossing" and place.region in codes]
        if len(named) != 1:
            return (
                None,
                f"{len(named)} crossings of the scenario in that region"
                if codes
                else "no crossing of the scenario by that name",
            )
    target: dict[str, Any] = {"crossings": named[:1]}
    if kind == "mode_rule":
        target |= {"mode": finding.mode, "allowed": bool(finding.value)}
    if kind == "access_limit":
        target |= {"modes": ["car"]}
    return target, ""


def _services(finding: Finding, scenario: Scenario) -> list[str]:
    """Return the services between the places of a finding, of its mode."""
    ends = {place.name.casefold() for place in finding.places} | {place.id for place in finding.places}
    towns = {place.id for place in finding.places if place.source == "GeoNames"}
    ends |= {
        normalise_name(name)
        for town in load_gazetteer()
        if str(town.geonameid) in towns
        for name in (town.name, *town.alternates)
    }
    found = []
    for link in scenario.links:
        if not link.service or (finding.mode not in ("all", link.mode)):
            continue
        words = set(link.service.split("-"))
        names = {word for word in ends if word in words} | {
            part for end in ends for part in end.split() if part in words
        }
        if len(names) >= 2 or (len(finding.places) and len(words & names) == len(words)):
            found.append(link.service)
    return list(dict.fromkeys(found))


def _existing(scenario: Scenario, kind: str, target: dict[str, Any], day: date) -> Event | None:
    for event in scenario.events:
        if event.kind != kind or abs((event.start.date() - day).days) > _SAME_EVENT_DAYS:
            continue
        shared = all(
            set(value) & set(getattr(event, key)) if isinstance(value, list) else getattr(event, key) == value
            for key, value in target.items()
            if key != "modes"
        )
        if shared:
            return event
    return None


def _add_evidence(index: int, claim_id: str, event: Event, patch: Patch, notes: list[str]) -> None:
    if claim_id in event.evidence:
        return
    node = patch.tree["events"][index]
    if "evidence" not in node:
        notes.append(f"event {event.id} has no evidence yet; add {claim_id} by hand")
        return
    patch.append(node, "evidence", claim_id)


def _event(
    finding: Finding,
    claim_id: str,
    kind: str,
    target: dict[str, Any],
    defaults: dict[str, Any],
    scenario: Scenario,
    taken: set[str],
) -> dict[str, Any]:
    like = next((one for one in scenario.events if one.kind == kind), None)
    fields = {name: getattr(like, name) if like is not None else value for name, value in defaults.items()}
    if kind == "draft_office" and like is not None:
        fields |= {name: getattr(like, name) for name in ("share_called_up", "capacity_loss")}
    place = str((target.get("crossings") or target.get("countries") or target.get("services"))[0])  # type: ignore[index]
    base = re.sub(r"[^a-z0-9]+", "-", f"{place}-{kind}".casefold()).strip("-")[:56]
    known = {event.id for event in scenario.events} | taken
    name = next(one for one in (base, *(f"{base}-{n}" for n in range(2, 1000))) if one not in known)
    return {
        "id": name,
        "kind": kind,
        "title": f"{kind.replace('_', ' ').capitalize()}: {finding.place or place}",
        "start": _local_midnight(finding, place, scenario),
        **target,
        **fields,
        "evidence": [claim_id],
        "note": f"proposed from an article{'; announced' if finding.planned else ''}; hour and shares are assumptions",
    }


def _local_midnight(finding: Finding, place: str, scenario: Scenario) -> str:
    zones = {one.id: one.time_zone for one in scenario.places} | {one.id: one.time_zone for one in scenario.countries}
    noon = datetime(finding.first.year, finding.first.month, finding.first.day, 12, tzinfo=UTC)
    hours = local_hour_offset(zones.get(place, "UTC"), noon)
    sign = "-" if hours < 0 else "+"
    return f"{finding.first.isoformat()}T00:00{sign}{int(abs(hours)):02}:{round(abs(hours) % 1 * 60):02}"
