"""From the findings of an article to a reviewable patch of a scenario: claims, events with evidence, wider priors.

Only text is inserted or replaced where the patch says so, so comments and layout of the YAML stay as they are. A patch
is tried on a copy first: what it leads to is loaded and checked before it is shown.

What is proposed: every finding as a row of ``evidence.csv`` (or the id of the row that already gives the same figure);
for events that the engine knows an event, or more evidence for the event that is already there; for planned call-ups a
prior wide enough for the official and the reported figure. Denied events change nothing but the ledger.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from borderflow.articles import Finding, as_claims
from borderflow.errors import ScenarioError, UsageError
from borderflow.ledger import COLUMNS, Claim, Ledger, place_key, read_ledger
from borderflow.places import country_name, load_gazetteer, local_hour_offset, normalise_name
from borderflow.scenario import CallUp, Event, Scenario, load

__all__ = ["Proposal", "propose"]

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


@dataclass
class _Patch:
    """Insertions and replacements in a text, by position."""

    edits: list[tuple[int, int, str]] = field(default_factory=list)

    def apply(self, text: str) -> str:
        for start, end, new in sorted(self.edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text


@dataclass(frozen=True)
class Proposal:
    """A patch of a scenario: the new files, what was done and what could not be, and the difference to read."""

    folder: Path
    before: dict[str, str]
    after: dict[str, str]
    notes: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether anything would change."""
        return self.before != self.after

    def diff(self) -> str:
        """Return the patch as a unified diff."""
        lines: list[str] = []
        for name, old in self.before.items():
            new = self.after[name]
            lines += difflib.unified_diff(old.splitlines(True), new.splitlines(True), f"a/{name}", f"b/{name}", n=1)
        return "".join(line if line.endswith("\n") else line + "\n" for line in lines)

    def accept(self, folder: Path | None = None) -> Path:
        """Write the patched files: in place, or into a copy of the scenario."""
        home = self.folder
        if folder is not None:
            if folder.exists():
                raise UsageError(f"{folder}: exists already; name a folder that does not")
            shutil.copytree(self.folder, folder)
            home = folder
        for name, text in self.after.items():
            if text != self.before[name] or folder is not None:
                part = home / f"{name}.part"
                part.write_text(text, encoding="utf-8", newline="")
                part.replace(home / name)
        return home


def propose(
    findings: Sequence[Finding], scenario: Scenario, *, publisher: str, url: str = "", published: date
) -> Proposal:
    """Return the patch of a scenario that some findings of an article amount to.

    Parameters
    ----------
    findings : sequence of Finding
        What was read, or the part of it that somebody accepted.
    scenario : Scenario
        Loaded from a folder.
    publisher, url, published
        Of the article, for the ledger.

    Raises
    ------
    UsageError
        If the scenario has no folder.
    ScenarioError
        If the patched scenario would not pass its check (a mistake in the patch, never written anywhere).
    """
    if scenario.folder is None:
        raise UsageError("a proposal needs a scenario that was loaded from a folder")
    yaml_text = (scenario.folder / "scenario.yaml").read_text(encoding="utf-8")
    ledger_file = scenario.folder / "evidence.csv"
    ledger_text = ledger_file.read_bytes().decode("utf-8") if ledger_file.is_file() else ",".join(COLUMNS) + "\n"
    ledger = read_ledger(ledger_file) if ledger_file.is_file() else Ledger(())
    home = {"place": country_name(scenario.origin_country), "country": scenario.origin_country}
    findings = [one if one.place else one.model_copy(update=home) for one in findings]
    ids, rows, notes = _match_rows(findings, ledger, publisher, url, published)
    tree, patch = _parse(yaml_text), _Patch()
    _propose_events(findings, ids, scenario, tree, yaml_text, patch, notes)
    _propose_quota(findings, ids, scenario, tree, yaml_text, patch, notes)
    before = {"scenario.yaml": yaml_text, "evidence.csv": ledger_text if ledger_file.is_file() else ""}
    after = {"scenario.yaml": patch.apply(yaml_text), "evidence.csv": _append(ledger_text, rows)}
    proposal = Proposal(scenario.folder, before, after, tuple(notes))
    _try_out(proposal)
    return proposal


def _match_rows(
    findings: Sequence[Finding], ledger: Ledger, publisher: str, url: str, published: date
) -> tuple[list[str], list[Claim], list[str]]:
    """Return the claim id of every finding, the rows that are new, and notes."""
    taken = set(ledger.by_id)
    number = 1
    ids: list[str] = []
    rows: list[Claim] = []
    notes: list[str] = []
    for claim in as_claims(findings, publisher=publisher, url=url, published=published):
        known = next((one for one in ledger if _same_figure(one, claim)), None)
        if known is not None:
            ids.append(known.id)
            notes.append(f"{claim.quantity} at {claim.place}: already in the ledger as {known.id}")
            continue
        while f"N{number:03}" in taken:
            number += 1
        taken.add(f"N{number:03}")
        ids.append(f"N{number:03}")
        rows.append(claim.model_copy(update={"id": f"N{number:03}"}))
    return ids, rows, notes


def _same_figure(known: Claim, new: Claim) -> bool:
    same_place = bool(set(place_key(known.place).split(" / ")) & set(place_key(new.place).split(" / ")))
    same = (known.quantity, known.value, known.unit) == (new.quantity, new.value, new.unit)
    return (
        same
        and same_place
        and known.last == new.last
        and (known.claim_status == "denied") == (new.claim_status == "denied")
    )


def _append(text: str, rows: Sequence[Claim]) -> str:
    header = next(csv.reader(io.StringIO(text)))
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    for row in rows:
        cells = {name: getattr(row, name, None) for name in header}
        writer.writerow(
            [
                ""
                if cell is None
                else f"{cell:g}"
                if isinstance(cell, float) and abs(cell) < 1e5
                else int(cell)
                if isinstance(cell, float) and cell == int(cell)
                else cell
                for cell in cells.values()
            ]
        )
    return text if not rows else text + ("" if text.endswith("\n") else "\n") + lines.getvalue()


def _parse(text: str) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="rt").load(text)


def _propose_events(
    findings: Sequence[Finding],
    ids: Sequence[str],
    scenario: Scenario,
    tree: Any,
    text: str,
    patch: _Patch,
    notes: list[str],
) -> None:
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
            _add_evidence(scenario.events.index(existing), claim_id, existing, tree, text, patch, notes)
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
        _insert_events([event for _, event in new], tree, text, patch)
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


def _add_evidence(
    index: int, claim_id: str, event: Event, tree: Any, text: str, patch: _Patch, notes: list[str]
) -> None:
    if claim_id in event.evidence:
        return
    node = tree["events"][index]
    if "evidence" not in node:
        notes.append(f"event {event.id} has no evidence yet; add {claim_id} by hand")
        return
    listed = node["evidence"]
    lines = _line_starts(text)
    if listed.fa.flow_style():
        start = lines[node.lc.value("evidence")[0]] + node.lc.value("evidence")[1]
        end = text.index("]", start)
        patch.edits.append((end, end, f", {claim_id}" if len(listed) else claim_id))
    else:
        line, column = listed.lc.item(len(listed) - 1)
        end = text.find("\n", lines[line])
        end = len(text) if end < 0 else end
        dash = text.rindex("-", 0, lines[line] + column) - lines[line]
        patch.edits.append((end, end, f"\n{' ' * dash}- {claim_id}"))


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


def _insert_events(events: Sequence[dict[str, Any]], tree: Any, text: str, patch: _Patch) -> None:
    node, lines = tree["events"], _line_starts(text)
    if node.fa.flow_style() or not len(node):
        raise UsageError("scenario.yaml: events must be a list with one '- ' a line for a proposal to be added")
    first_line, first_column = node.lc.item(0)
    dash = text.rindex("-", 0, lines[first_line] + first_column + 1) - lines[first_line]
    keys = list(tree)
    following = keys[keys.index("events") + 1] if keys.index("events") + 1 < len(keys) else None
    at = lines[tree.lc.key(following)[0]] if following is not None else len(text)
    # blank lines and comments before the next key belong to that key
    block = text[:at]
    while (line := block.rstrip("\n").rsplit("\n", 1)[-1]).strip() == "" or line.startswith("#"):
        block = block[: block.rstrip("\n").rfind("\n") + 1]
    at = len(block)
    margin = " " * dash
    body = "".join(f"{margin}- {_flow(event, margin)}\n" for event in events)
    patch.edits.append((at, at, ("" if block.endswith("\n") else "\n") + body))


def _flow(event: dict[str, Any], margin: str) -> str:
    parts = [f"{key}: {_scalar(value)}" for key, value in event.items()]
    lines, line = [], "{"
    for part in parts:
        if len(line) + len(part) > 108:
            lines.append(line.rstrip())
            line = margin + "   "
        line += part + ", "
    return "\n".join([*lines, line.rstrip(", ") + "}"])


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_scalar(one) for one in value) + "]"
    if isinstance(value, (int, float)):
        return f"{value:g}"
    text = str(value)
    plain = re.fullmatch(
        r"[A-Za-z][A-Za-z0-9_-]*|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}[+-]\d{2}:\d{2}", text
    ) and text.casefold() not in ("no", "yes", "on", "off", "null", "true", "false")
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _propose_quota(
    findings: Sequence[Finding],
    ids: Sequence[str],
    scenario: Scenario,
    tree: Any,
    text: str,
    patch: _Patch,
    notes: list[str],
) -> None:
    """Widen the prior of the call-up's quota until every figure of the plan, the denied ones too, lies in it."""
    call_up = next((event for event in scenario.events if isinstance(event, CallUp)), None)
    planned = [
        (one, name)
        for one, name in zip(findings, ids, strict=True)
        if one.quantity == "mobilised_planned" and one.value > 0
    ]
    if not planned:
        return
    if call_up is None or not isinstance(call_up.quota, str):
        notes.append("planned call-up: the scenario has no call-up with a quota that is a parameter; ledger only")
        return
    name = call_up.quota
    prior = scenario.parameters[name].prior
    values = [bound for one, _ in planned for bound in (one.low or one.value, one.high or one.value)]
    low, high = min(prior.low, *values), max(prior.high, *values)
    shown = f"{prior.low:,.0f} to {prior.high:,.0f}"
    if (low, high) == (prior.low, prior.high):
        given = ", ".join(f"{value:,.0f}" for value in sorted(set(values)))
        notes.append(f"planned call-up: the prior of {name} ({shown}) already holds {given}")
        return
    node = tree["parameters"][name]["prior"]
    for key, old, new in (("low", prior.low, low), ("high", prior.high, high)):
        if new != old:
            patch.edits.append(_replaced(node, key, f"{int(new) if new == int(new) else new}", text))
    shape = prior.shape
    if shape == "fixed":
        patch.edits.append(_replaced(node, "shape", "loguniform", text))
    claims = ", ".join(claim for _, claim in planned)
    notes.append(f"prior of {name}: {shown} becomes {low:,.0f} to {high:,.0f} ({claims})")


def _replaced(node: Any, key: str, new: str, text: str) -> tuple[int, int, str]:
    line, column = node.lc.value(key)
    start = _line_starts(text)[line] + column
    end = start + len(re.match(r"[^,}\]\s#]+", text[start:]).group())  # type: ignore[union-attr]
    return start, end, new


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for match in re.finditer("\n", text):
        starts.append(match.end())
    return starts


def _try_out(proposal: Proposal) -> Scenario:
    """Load the patched scenario from a copy, so that nothing wrong is ever shown or written."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "scenario"
        shutil.copytree(proposal.folder, copy)
        for name, text in proposal.after.items():
            (copy / name).write_text(text, encoding="utf-8", newline="")
        try:
            return load(copy)
        except ScenarioError as error:
            raise ScenarioError(error.problems) from None
