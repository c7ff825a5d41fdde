"""A patch of a scenario from the findings of an article, tried on a copy."""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from borderflow.articles import Finding, as_claims
from borderflow.errors import ScenarioError, UsageError
from borderflow.ledger import COLUMNS, Claim, Ledger, place_key, read_ledger
from borderflow.places import country_name
from borderflow.proposals.events import propose_events
from borderflow.proposals.patches import Patch, append_rows
from borderflow.scenario import CallUp, Scenario, load

__all__ = ["Proposal", "propose"]


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
    # as bytes: marks and ends of lines of other systems stay as they are
    yaml_text = (scenario.folder / "scenario.yaml").read_bytes().decode("utf-8")
    ledger_file = scenario.folder / "evidence.csv"
    ledger_text = ledger_file.read_bytes().decode("utf-8") if ledger_file.is_file() else ",".join(COLUMNS) + "\n"
    ledger = read_ledger(ledger_file) if ledger_file.is_file() else Ledger(())
    home = {"place": country_name(scenario.origin_country), "country": scenario.origin_country}
    findings = [one if one.place else one.model_copy(update=home) for one in findings]
    ids, rows, notes = _match_rows(findings, ledger, publisher, url, published)
    patch = Patch(_plain_ends(yaml_text))
    propose_events(findings, ids, scenario, patch, notes)
    _propose_quota(findings, ids, scenario, patch, notes)
    before = {"scenario.yaml": yaml_text, "evidence.csv": ledger_text if ledger_file.is_file() or not rows else ""}
    ledger_after = append_rows(_plain_ends(ledger_text), rows)
    after = {
        "scenario.yaml": _ends_of(yaml_text, patch.applied()), "evidence.csv": _ends_of(ledger_text, ledger_after),
    }  # fmt: skip
    proposal = Proposal(scenario.folder, before, after, tuple(notes))
    _try_out(proposal)
    return proposal


def _plain_ends(text: str) -> str:
    """Return a text whose lines all end as on Windows with plain ends; others as they are."""
    return text.replace("\r\n", "\n") if _of_windows(text) else text


def _ends_of(model: str, text: str) -> str:
    """Return a text with plain ends of lines with those of another."""
    return text.replace("\n", "\r\n") if _of_windows(model) else text


def _of_windows(text: str) -> bool:
    return 0 < text.count("\r\n") == text.count("\n")


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


def _propose_quota(
    findings: Sequence[Finding],
    ids: Sequence[str],
    scenario: Scenario,
    patch: Patch,
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
    node = patch.tree["parameters"][name]["prior"]
    for key, old, new in (("low", prior.low, low), ("high", prior.high, high)):
        if new != old:
            patch.replace(node, key, f"{int(new) if new == int(new) else new}")
    shape = prior.shape
    if shape == "fixed":
        patch.replace(node, "shape", "loguniform")
    claims = ", ".join(claim for _, claim in planned)
    notes.append(f"prior of {name}: {shown} becomes {low:,.0f} to {high:,.0f} ({claims})")


def _try_out(proposal: Proposal) -> Scenario:
    """Load the patched scenario from a copy, so that nothing wrong is ever shown or written."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "scenario"
        shutil.copytree(proposal.folder, copy)
        for name, text in proposal.after.items():
            (copy / name).write_text(text, encoding="utf-8", newline="")
        try:
            read_ledger(copy)
            return load(copy)
        except ScenarioError as error:
            raise ScenarioError(error.problems) from None
