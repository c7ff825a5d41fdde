"""Guesses: what in a scenario no source supports yet, and what to put in its place.

An entry counts as a guess where its own source says so: by the words *guess*, *assumption* or *unverified*.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass

from borderflow.scenario import Scenario

__all__ = ["REMEDIES", "Guess", "list_guesses"]


@dataclass(frozen=True)
class Guess:
    """One thing about a scenario that no source supports.

    Parameters
    ----------
    file : str
    name : str
    source : str
        What the scenario itself says about it.
    """

    file: str
    name: str
    source: str


_UNSUPPORTED = re.compile(r"\b(guess|assumption|unverified)\b", re.IGNORECASE)

#: What to put in the place of guesses, by file, in the order in which they matter.
REMEDIES: Mapping[str, str] = {
    "evidence.csv": "reports of what happened and of what was counted",
    "lanes.csv": "capacities from the border guard, or the busiest day ever seen",
    "baseline.csv": "border statistics of an ordinary month",
    "places.csv": "residents from a census; positions of crossings from a map",
    "links.csv": "road km and hours from a routing program or an atlas",
    "scenario.yaml": "parameters from a fit; groups and rules from the law",
}


def list_guesses(scenario: Scenario) -> dict[str, tuple[int, list[Guess]]]:
    """Return by file how many entries there are and which of them are guesses, by the words of their own sources.

    Examples
    --------
    >>> import borderflow as bf
    >>> rows, guesses = list_guesses(bf.load("russia-2022"))["lanes.csv"]
    >>> 0 < len(guesses) < rows
    True
    """
    entries: dict[str, list[Guess]] = {file: [] for file in REMEDIES}
    s = scenario
    for lane in s.lanes:
        entries["lanes.csv"].append(Guess("lanes.csv", f"{lane.crossing}/{lane.direction}/{lane.mode}", lane.source))
    for row in s.baseline:
        entries["baseline.csv"].append(Guess("baseline.csv", f"{row.place}/{row.direction}/{row.mode}", row.source))
    entries["places.csv"] += [Guess("places.csv", place.id, place.source) for place in s.places]
    entries["links.csv"] += [Guess("links.csv", link.id, link.source) for link in s.links]
    named: list[tuple[str, str]] = [(f"parameters.{name}", one.source) for name, one in s.parameters.items()]
    named += [(f"groups.{one.id}", one.source) for one in s.groups]
    named += [(f"visa_classes.{one.id}", one.source) for one in s.visa_classes]
    named += [(f"countries.{one.id}", one.source) for one in s.countries]
    named += [(f"travel.{mode}", how.source) for mode, how in s.travel.items()]
    entries["scenario.yaml"] += [Guess("scenario.yaml", name, source) for name, source in named]
    entries["evidence.csv"] += _claims(s)
    return {
        file: (len(found), [one for one in found if _UNSUPPORTED.search(one.source)]) for file, found in entries.items()
    }


def _claims(scenario: Scenario) -> list[Guess]:
    path = None if scenario.folder is None else scenario.folder / "evidence.csv"
    if path is None or not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # an assumption named in the note of a claim is part of its wording; only place-holders are guesses
    cited = {claim for event in scenario.active_events() for claim in event.evidence}
    return [
        Guess("evidence.csv", row["id"], row["note"] if (row.get("note") or "").startswith("guess") else "")
        for row in rows
        if row.get("id") in cited
    ]
