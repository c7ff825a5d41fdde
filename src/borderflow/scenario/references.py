"""References between the parts of a scenario: those that lead nowhere, ids that stand twice, parameters nobody uses."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, get_args

from borderflow.errors import Problem, ScenarioError, UsageError, suggest
from borderflow.scenario.bounds import named_values, wrong_values
from borderflow.scenario.documents import Locator, read_text
from borderflow.scenario.events import HYPOTHETICAL, CallUp, Control, ExitCheck, ExitRule, Seats
from borderflow.scenario.parameters import ENGINE_PARAMETERS
from borderflow.scenario.tables import PlaceKind

if TYPE_CHECKING:
    from borderflow.scenario.model import Scenario

__all__ = ["check_references", "no_location"]


def no_location(_path: tuple[Any, ...]) -> str:
    """Say where a problem is that stands in no file."""
    return "scenario"


def check_references(scenario: Scenario, locate: Locator, *, hypothetical: bool = False) -> list[Problem]:
    """Return every reference that leads nowhere, every duplicate id, every parameter that is missing or unused."""
    problems: list[Problem] = []

    def wrong(path: tuple[Any, ...], message: str) -> None:
        problems.append(Problem(locate(path), ".".join(str(p) for p in path), message))

    def unique(path: str, ids: Sequence[str]) -> set[str]:
        seen: set[str] = set()
        for index, one in enumerate(ids):
            if one in seen:
                wrong((path, index), f"id {one!r} stands twice")
            seen.add(one)
        return seen

    def known(path: tuple[Any, ...], name: str, among: Iterable[str], what: str) -> None:
        among = list(among)
        if name not in among:
            wrong(path, f"no {what} {name!r}{suggest(name, among)}")

    places = unique("places", [p.id for p in scenario.places])
    groups = unique("groups", [g.id for g in scenario.groups])
    classes = unique("visa_classes", [v.id for v in scenario.visa_classes])
    countries = unique("countries", [c.id for c in scenario.countries])
    unique("events", [e.id for e in scenario.events])
    unique("links", [link.id for link in scenario.links])
    of_kind = {kind: {p.id for p in scenario.places if p.kind == kind} for kind in get_args(PlaceKind)}
    posts = of_kind["crossing"] | of_kind["entry"]
    services = {link.service for link in scenario.links if link.service}
    air = {link.service for link in scenario.links if link.service and link.mode == "air"}
    waited = {link.service for link in scenario.links if link.waited_for}

    for index, place in enumerate(scenario.places):
        if place.kind in ("crossing", "hub", "entry", "haven"):
            known(("places", index, "country"), place.country, countries, "country")
        if place.kind == "crossing":
            known(("places", index, "gateway"), place.gateway, of_kind["gateway"], "gateway")
        if place.kind == "origin" and place.population is None:
            wrong(("places", index, "population"), f"origin {place.id!r} needs a population")
        if place.kind == "haven" and place.country != scenario.origin_country:
            wrong(("places", index, "country"), f"haven {place.id!r} must lie in {scenario.origin_country}")
    for index, lane in enumerate(scenario.lanes):
        known(("lanes", index, "crossing"), lane.crossing, posts, "crossing")
    for index, link in enumerate(scenario.links):
        known(("links", index, "from"), link.from_, places, "place")
        known(("links", index, "to"), link.to, places, "place")
        if link.from_ == link.to:
            wrong(("links", index, "to"), f"leads from {link.from_!r} back to itself; name two places")
        if link.mode == "air" and link.to in of_kind["hub"] and not (link.seats_per_day and link.service):
            wrong(("links", index, "seats_per_day"), "an air route needs seats_per_day and a service id")
    lanes: set[tuple[str, str, str]] = set()
    for index, lane in enumerate(scenario.lanes):
        if (lane.crossing, lane.direction, lane.mode) in lanes:
            wrong(("lanes", index), f"{lane.crossing} has lane {lane.direction}/{lane.mode} twice")
        lanes.add((lane.crossing, lane.direction, lane.mode))
    flows: set[tuple[str, str, str]] = set()
    for index, row in enumerate(scenario.baseline):
        if (row.place, row.direction, row.mode) in flows:
            wrong(("baseline", index), f"{row.place} has ordinary traffic {row.direction}/{row.mode} twice")
        flows.add((row.place, row.direction, row.mode))
    for index, row in enumerate(scenario.baseline):
        known(("baseline", index, "place"), row.place, posts, "crossing or entry point")
        if row.place in of_kind["crossing"] and (row.place, row.direction, row.mode) not in lanes:
            wrong(("baseline", index, "mode"), f"{row.place} has no lane {row.direction}/{row.mode} in lanes.csv")
    for name, factor in scenario.factors.items():
        try:
            scenario.checked_factor(name, factor)
        except UsageError as error:
            wrong(("factors", name), str(error))
    for index, country in enumerate(scenario.countries):
        for name in country.admits:
            known(("countries", index, "admits"), name, classes, "visa class")

    for index, event in enumerate(scenario.events):
        at = ("events", index)
        if not event.evidence and not hypothetical:
            wrong((*at, "evidence"), "an event needs at least one claim id as evidence")
        for name in getattr(event, "crossings", ()):
            everywhere = isinstance(event, ExitCheck | ExitRule) and name == "all"
            if not everywhere:
                known(
                    (*at, "crossings"),
                    name,
                    of_kind["crossing"] | (air if isinstance(event, Control | ExitRule) else set()),
                    "crossing",
                )
        for name in getattr(event, "services", ()):
            known((*at, "services"), name, air | waited if isinstance(event, Seats) else services, "service")
        for name in getattr(event, "countries", ()):
            known((*at, "countries"), name, countries, "country")
        for name in getattr(event, "visa_classes", ()):
            known((*at, "visa_classes"), name, classes, "visa class")
        for name in getattr(event, "groups", {}):
            known((*at, "groups"), name, groups, "group")
        for name in (*getattr(event, "origins", ()), *getattr(event, "regional_weights", ())):
            known((*at, "origins"), name, of_kind["origin"], "origin")
        for name in getattr(event, "near", ()):
            known((*at, "near"), name, places, "place")
        for name in event.staying if isinstance(event, ExitRule) else ():
            known((*at, "staying"), name, groups, "group")
        for name in event.groups if isinstance(event, ExitRule) else ():
            if name in groups and not next(g for g in scenario.groups if g.id == name).stopped:
                wrong(
                    (*at, "groups"), f"group {name!r} must be marked 'stopped: true' for an exit rule to hold it back"
                )
    if (
        len(
            calls := [
                index for index, event in enumerate(scenario.events) if isinstance(event, CallUp) and event.enabled
            ]
        )
        > 1
    ):
        wrong(("events", calls[1]), "a second call_up event; one scenario has one call-up with one quota")

    used = set(ENGINE_PARAMETERS)
    for name in ENGINE_PARAMETERS:
        if name not in scenario.parameters:
            unit, meaning = ENGINE_PARAMETERS[name]
            wrong(("parameters", name), f"is missing: {meaning} [{unit}]")
    for path, value in named_values(scenario):
        if isinstance(value, str):
            used.add(value)
            known(path, value, scenario.parameters, "parameter")
    for name in scenario.parameters:
        if name not in used and not hypothetical:
            wrong(("parameters", name), f"is used nowhere{suggest(name, used - set(scenario.parameters))}")
    if evidence := _ledger_ids(scenario):
        for index, event in enumerate(scenario.events):
            for claim in event.evidence:
                known(("events", index, "evidence"), claim, evidence | {HYPOTHETICAL}, "claim in evidence.csv")
    for path, message in wrong_values(scenario):
        wrong(path, message)
    for mode in ("car", "bus", "foot", "train", "air"):
        if mode not in scenario.travel:
            wrong(("travel", mode), "is missing: how fast and how dear is this mode?")
    if not of_kind["origin"]:
        wrong(("places",), "no origin among the places")
    shares = sum(
        scenario.value(g.share)
        for g in scenario.groups
        if not isinstance(g.share, str) or g.share in scenario.parameters
    )
    if shares > 1 + 1e-9:
        wrong(("groups",), f"shares of the groups add up to {shares:g}, more than the population")
    return problems


def _ledger_ids(scenario: Scenario) -> set[str]:
    """Return the claim ids of the scenario's ledger, and the row ids of its seed report; empty where there is none."""
    if scenario.folder is None or not (scenario.folder / "evidence.csv").is_file():
        return set()
    reader = csv.reader(io.StringIO(read_text(scenario.folder / "evidence.csv"), newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        reason = f"not a valid CSV line: {error}"
        raise ScenarioError([Problem(f"evidence.csv:{reader.line_num}", "", reason)]) from None
    if not rows or "id" not in rows[0]:
        raise ScenarioError([Problem("evidence.csv:1", "id", "column is missing")])
    at = rows[0].index("id")
    return {row[at] for row in rows[1:] if len(row) > at and row[at]}
