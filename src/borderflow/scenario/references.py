"""References between the parts of a scenario: those that lead nowhere, ids that stand twice, parameters nobody uses."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, get_args

from borderflow.errors import Problem, ScenarioError, UsageError, suggest
from borderflow.scenario.bounds import named_values, wrong_values
from borderflow.scenario.documents import Locator, read_text
from borderflow.scenario.events import HYPOTHETICAL, CallUp, Control, Event, ExitCheck, ExitRule, Seats
from borderflow.scenario.parameters import ENGINE_PARAMETERS
from borderflow.scenario.tables import Link, PlaceKind

if TYPE_CHECKING:
    from borderflow.scenario.model import Scenario

__all__ = ["check_references", "no_location"]


def no_location(_path: tuple[Any, ...]) -> str:
    """Say where a problem is that stands in no file."""
    return "scenario"


def check_references(scenario: Scenario, locate: Locator, *, hypothetical: bool = False) -> list[Problem]:
    """Return every reference that leads nowhere, every duplicate id, every parameter that is missing or unused."""
    check = _Check(scenario, locate, hypothetical)
    check.places()
    check.tables()
    check.countries()
    check.events()
    check.parameters()
    check.evidence()
    check.sums()
    return check.problems


class _Check:
    """The problems found so far, and the names that references may lead to."""

    def __init__(self, scenario: Scenario, locate: Locator, hypothetical: bool) -> None:
        self.scenario, self.locate, self.hypothetical = scenario, locate, hypothetical
        self.problems: list[Problem] = []
        self.of_place = self.unique("places", [p.id for p in scenario.places])
        self.of_group = self.unique("groups", [g.id for g in scenario.groups])
        self.of_class = self.unique("visa_classes", [v.id for v in scenario.visa_classes])
        self.of_country = self.unique("countries", [c.id for c in scenario.countries])
        self.unique("events", [e.id for e in scenario.events])
        self.unique("links", [link.id for link in scenario.links])
        self.of_kind = {kind: {p.id for p in scenario.places if p.kind == kind} for kind in get_args(PlaceKind)}
        self.posts = self.of_kind["crossing"] | self.of_kind["entry"]
        self.services = {link.service for link in scenario.links if link.service}
        self.air = {link.service for link in scenario.links if link.service and link.mode == "air"}
        self.waited = {link.service for link in scenario.links if link.waited_for}

    def wrong(self, path: tuple[Any, ...], message: str) -> None:
        self.problems.append(Problem(self.locate(path), ".".join(str(p) for p in path), message))

    def unique(self, path: str, ids: Sequence[str]) -> set[str]:
        seen: set[str] = set()
        for index, one in enumerate(ids):
            if one in seen:
                self.wrong((path, index), f"id {one!r} stands twice")
            seen.add(one)
        return seen

    def known(self, path: tuple[Any, ...], name: str, among: Iterable[str], what: str) -> None:
        among = list(among)
        if name not in among:
            self.wrong(path, f"no {what} {name!r}{suggest(name, among)}")

    def places(self) -> None:
        home = self.scenario.origin_country
        for index, place in enumerate(self.scenario.places):
            if place.kind in ("crossing", "hub", "entry", "haven"):
                self.known(("places", index, "country"), place.country, self.of_country, "country")
            if place.kind == "crossing":
                self.known(("places", index, "gateway"), place.gateway, self.of_kind["gateway"], "gateway")
            if place.kind == "origin" and place.population is None:
                self.wrong(("places", index, "population"), f"origin {place.id!r} needs a population")
            if place.kind == "haven" and place.country != home:
                self.wrong(("places", index, "country"), f"haven {place.id!r} must lie in {home}")

    def tables(self) -> None:
        for index, lane in enumerate(self.scenario.lanes):
            self.known(("lanes", index, "crossing"), lane.crossing, self.posts, "crossing")
        for index, link in enumerate(self.scenario.links):
            self._link(index, link)
        lanes = self._once("lanes", ((one.crossing, one.direction, one.mode) for one in self.scenario.lanes), "lane")
        traffic = ((one.place, one.direction, one.mode) for one in self.scenario.baseline)
        self._once("baseline", traffic, "ordinary traffic")
        for index, row in enumerate(self.scenario.baseline):
            self.known(("baseline", index, "place"), row.place, self.posts, "crossing or entry point")
            if row.place in self.of_kind["crossing"] and (row.place, row.direction, row.mode) not in lanes:
                reason = f"{row.place} has no lane {row.direction}/{row.mode} in lanes.csv"
                self.wrong(("baseline", index, "mode"), reason)

    def _link(self, index: int, link: Link) -> None:
        at = ("links", index)
        self.known((*at, "from"), link.from_, self.of_place, "place")
        self.known((*at, "to"), link.to, self.of_place, "place")
        if link.from_ == link.to:
            self.wrong((*at, "to"), f"leads from {link.from_!r} back to itself; name two places")
        if link.mode == "air" and link.to in self.of_kind["hub"] and not (link.seats_per_day and link.service):
            self.wrong((*at, "seats_per_day"), "an air route needs seats_per_day and a service id")

    def _once(self, table: str, rows: Iterable[tuple[str, str, str]], what: str) -> set[tuple[str, str, str]]:
        seen: set[tuple[str, str, str]] = set()
        for index, row in enumerate(rows):
            if row in seen:
                place, direction, mode = row
                self.wrong((table, index), f"{place} has {what} {direction}/{mode} twice")
            seen.add(row)
        return seen

    def countries(self) -> None:
        for name, factor in self.scenario.factors.items():
            try:
                self.scenario.checked_factor(name, factor)
            except UsageError as error:
                self.wrong(("factors", name), str(error))
        for index, country in enumerate(self.scenario.countries):
            for name in country.admits:
                self.known(("countries", index, "admits"), name, self.of_class, "visa class")

    def events(self) -> None:
        for index, event in enumerate(self.scenario.events):
            if not event.evidence and not self.hypothetical:
                self.wrong(("events", index, "evidence"), "an event needs at least one claim id as evidence")
            for field, names, among, what in self._named_by(event):
                for name in names:
                    self.known(("events", index, field), name, among, what)
            if isinstance(event, ExitRule):
                self._exit_rule(index, event)
        events = enumerate(self.scenario.events)
        calls = [index for index, event in events if isinstance(event, CallUp) and event.enabled]
        if len(calls) > 1:
            self.wrong(("events", calls[1]), "a second call_up event; one scenario has one call-up with one quota")

    def _named_by(self, event: Event) -> Iterator[tuple[str, Iterable[str], set[str], str]]:
        """Yield the fields of an event that name something: field, names, what they may name, what that is."""
        crossings = self.of_kind["crossing"] | (self.air if isinstance(event, Control | ExitRule) else set())
        everywhere = {"all"} if isinstance(event, ExitCheck | ExitRule) else set()
        services = self.air | self.waited if isinstance(event, Seats) else self.services
        yield (
            "crossings",
            [name for name in getattr(event, "crossings", ()) if name not in everywhere],
            crossings,
            "crossing",
        )
        yield "services", getattr(event, "services", ()), services, "service"
        yield "countries", getattr(event, "countries", ()), self.of_country, "country"
        yield "visa_classes", getattr(event, "visa_classes", ()), self.of_class, "visa class"
        yield "groups", getattr(event, "groups", ()), self.of_group, "group"
        yield "origins", getattr(event, "origins", ()), self.of_kind["origin"], "origin"
        yield "origins", getattr(event, "regional_weights", ()), self.of_kind["origin"], "origin"
        yield "near", getattr(event, "near", ()), self.of_place, "place"
        yield "staying", getattr(event, "staying", ()), self.of_group, "group"

    def _exit_rule(self, index: int, event: ExitRule) -> None:
        stopped = {group.id for group in self.scenario.groups if group.stopped}
        for name in event.groups:
            if name in self.of_group - stopped:
                reason = f"group {name!r} must be marked 'stopped: true' for an exit rule to hold it back"
                self.wrong(("events", index, "groups"), reason)

    def parameters(self) -> None:
        given, used = self.scenario.parameters, set(ENGINE_PARAMETERS)
        for name, (unit, meaning) in ENGINE_PARAMETERS.items():
            if name not in given:
                self.wrong(("parameters", name), f"is missing: {meaning} [{unit}]")
        for path, value in named_values(self.scenario):
            if isinstance(value, str):
                used.add(value)
                self.known(path, value, given, "parameter")
        for name in given:
            if name not in used and not self.hypothetical:
                self.wrong(("parameters", name), f"is used nowhere{suggest(name, used - set(given))}")

    def evidence(self) -> None:
        if claims := _ledger_ids(self.scenario):
            for index, event in enumerate(self.scenario.events):
                for claim in event.evidence:
                    self.known(("events", index, "evidence"), claim, claims | {HYPOTHETICAL}, "claim in evidence.csv")

    def sums(self) -> None:
        scenario = self.scenario
        for path, message in wrong_values(scenario):
            self.wrong(path, message)
        for mode in ("car", "bus", "foot", "train", "air"):
            if mode not in scenario.travel:
                self.wrong(("travel", mode), "is missing: how fast and how dear is this mode?")
        if not self.of_kind["origin"]:
            self.wrong(("places",), "no origin among the places")
        shares = [g.share for g in scenario.groups if not isinstance(g.share, str) or g.share in scenario.parameters]
        total = sum(map(scenario.value, shares))
        if total > 1 + 1e-9:
            self.wrong(("groups",), f"shares of the groups add up to {total:g}, more than the population")


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
