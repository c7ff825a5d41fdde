"""Where an article may tell of an event: a word that often does, in a sentence that has what the event needs.

The rules of `happenings` know phrases; what they do not know they miss. A *telling* is looser: any word of a wide lexicon
(``borderflow/data/tellings.txt``) beside a word for what it happens to, and whatever the rules found. Which tellings are of an
event, where it was and on which day, the learned choice decides (`verdicts`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from borderflow.articles import circumstances
from borderflow.articles.cues import Cue, find_cues
from borderflow.articles.findings import Finding
from borderflow.articles.kinds import EVENTS
from borderflow.articles.memory import Memory
from borderflow.articles.placing import Family
from borderflow.articles.scenes import Route, Scene
from borderflow.articles.speakers import speaker
from borderflow.articles.toponyms import Mention

__all__ = ["Past", "Telling", "TellingKind", "Tellings", "kind_of"]


class TellingKind(NamedTuple):
    """A kind of event: the classes of words that may tell of it, those that must stand near, and where its place is sought."""

    quantity: str
    anchors: tuple[str, ...]
    mates: tuple[str, ...]
    family: Family
    mode: str = "all"


_SERVICES = ("bus", "train", "flight", "ferry", "service")
KINDS = {
    kind.quantity: kind
    for kind in (
        TellingKind("crossing_closed", ("close",), ("post",), "post"),
        TellingKind("crossing_opened", ("open",), ("post",), "post"),
        TellingKind("service_halted", ("halt", "nothing runs"), _SERVICES, "route"),
        TellingKind("service_resumed", ("resume",), _SERVICES, "route"),
        TellingKind("tickets_sold_out", ("sold out",), ("ticket",), "route", "air"),
        TellingKind("draft_office_open", ("draft office",), ("set up",), "post"),
        TellingKind("entry_ban", ("ban",), ("entry", "visitors"), "country"),
        TellingKind("exit_ban_men", ("exit ban", "forbid"), ("go out",), "country"),
        TellingKind("entry_rule_eased", ("eased",), ("papers",), "country"),
        TellingKind("foot_allowed", ("on foot",), ("let through",), "post", "foot"),
        TellingKind("bicycle_allowed", ("bicycle",), ("let through",), "post", "bicycle"),
        TellingKind("queue_cleared", ("queue gone", "gone"), ("queue",), "post"),
        TellingKind("exit_check_against_list", ("lists",), ("compare",), "post"),
        TellingKind("reception_centre_open", ("reception",), ("opens",), "town"),
        TellingKind("access_restricted", ("limit",), ("outsiders",), "post", "car"),
        TellingKind("capacity_reduced", ("slower",), ("slowed post",), "post"),
        TellingKind("notices_served", ("notice",), ("hand out",), "post"),
        TellingKind("inflow_stopped", ("no inflow",), ("inflow",), "post"),
        TellingKind("mobilisation_ended", ("mobilising",), ("ends",), "country"),
        TellingKind("temporary_protection", ("protection",), ("comes into force",), "country"),
        TellingKind("temporary_protection_proposed", ("protection",), ("proposed",), "country"),
        TellingKind("high_alert", ("alert",), ("declare",), "country"),
        TellingKind("queue_long_flag", ("line of cars",), ("long",), "post", "car"),
    )
}
_FAMILIES: dict[str, Family] = {kind.quantity: kind.family for kind in (*EVENTS, *circumstances.KINDS)}
_CLASSES = frozenset(name for kind in KINDS.values() for name in (*kind.anchors, *kind.mates))
_REACH, _MOST = 14, 4


def kind_of(quantity: str) -> TellingKind:
    """Return the kind of telling of a quantity; one that only the rules look for has no words."""
    return KINDS.get(quantity) or TellingKind(quantity, (), (), _FAMILIES.get(quantity, "post"))


class Past(NamedTuple):
    """What the sentences before had left behind when a telling was read."""

    posts: tuple[Mention, ...]
    towns: tuple[Mention, ...]
    countries: tuple[Mention, ...]
    routes: tuple[Route, ...]
    dateline: Mention | None
    headed: Mention | None
    home: Mention | None
    day: dt.date | None
    day_near: bool
    anchor: dt.date | None
    post_near: bool
    country_near: bool
    event: str
    event_near: bool
    number: int
    scenes: tuple[Scene, ...]

    @classmethod
    def of(cls, memory: Memory, scenes: tuple[Scene, ...]) -> Past:
        """Return what a memory holds now."""
        return cls(
            tuple(memory.posts[-3:]), tuple(memory.towns[-3:]), tuple(memory.countries[-3:]), tuple(memory.routes[-2:]),
            memory.dateline, memory.headed, memory.home, memory.day, memory.day_at == memory.number - 1, memory.anchor,
            memory.post_at >= memory.number - 1, memory.country_at >= memory.number - 1, memory.event,
            memory.event_at >= memory.number - 2, memory.number, scenes,
        )  # fmt: skip


@dataclass
class Telling:
    """A place of an article where an event may be told: its words, its sentence, and what the rules found there."""

    kind: TellingKind
    scene: Scene
    anchor: Cue
    mate: Cue | None
    past: Past
    heading: bool
    said_by: str = ""
    official: bool = False
    found: list[Finding] = field(default_factory=list)
    following: Scene | None = None
    rivals: list[Telling] = field(default_factory=list)
    asked: bool = False

    @property
    def start(self) -> int:
        """Where the words of the telling start."""
        return min(self.anchor.start, self.mate.start if self.mate else self.anchor.start)

    @property
    def end(self) -> int:
        """Where they end."""
        return max(self.anchor.end, self.mate.end if self.mate else self.anchor.end)


class Tellings:
    """The tellings of an article, collected sentence by sentence."""

    def __init__(self) -> None:
        self.all: list[Telling] = []
        self._scenes: tuple[Scene, ...] = ()
        self._open: list[Telling] = []  # of the sentence before

    def collect(self, scene: Scene, memory: Memory, found: Sequence[Finding], *, heading: bool) -> None:
        """Keep the tellings of a sentence; ``found`` are the events that the rules found in it."""
        for one in self._open:
            one.following = scene
        tellings = _tellings(scene, found)
        self._open = []
        if tellings:
            past, said, asked = Past.of(memory, self._scenes), speaker(scene, memory), scene.tokens[-1].text == "?"
            self._open = [
                Telling(kind, scene, anchor, mate, past, heading, *said, asked=asked) for kind, anchor, mate in tellings
            ]
            for one in self._open:
                one.rivals = [other for other in self._open if other.kind != one.kind and _is_beside(one, other)]
        self.all += self._open
        self._scenes = (scene, *self._scenes)[:3]

    def attach(self, found: Sequence[Finding]) -> None:
        """Give every event that the rules found to the telling that it rests on."""
        events = sorted((one for one in found if one.kind == "event"), key=lambda one: one.start)
        by_quantity: dict[str, list[Telling]] = {}
        for one in self.all:
            by_quantity.setdefault(one.kind.quantity, []).append(one)
        for event in events:
            near = [
                one
                for one in by_quantity.get(event.quantity, ())
                if one.scene.sentence.start <= event.start < one.scene.sentence.end
            ]
            if near:
                min(near, key=lambda one: (_apart(one, event), abs(one.start - event.start))).found.append(event)


_BESIDE = 5  # tokens


def _is_beside(one: Telling, other: Telling) -> bool:
    """Tell whether two tellings share words, or nearly: of "banned from leaving" at most one kind of ban is told."""
    apart = max(one.anchor.first - other.anchor.last, other.anchor.first - one.anchor.last)
    return apart <= _BESIDE or (one.start < other.end and other.start < one.end)


def _apart(one: Telling, event: Finding) -> int:
    """Return how many letters lie between a telling's anchor and the words of an event."""
    return max(one.anchor.start - event.end, event.start - one.anchor.end, 0)


def _tellings(scene: Scene, found: Sequence[Finding]) -> list[tuple[TellingKind, Cue, Cue | None]]:
    by_class: dict[str, list[Cue]] = {}
    for cue in (*find_cues(scene.tokens, "tellings.txt"), *(cue for cue in scene.cues if cue.kind in _CLASSES)):
        by_class.setdefault(cue.kind, []).append(cue)
    told: list[tuple[TellingKind, Cue, Cue | None]] = []
    for kind in KINDS.values():
        anchors = [cue for name in kind.anchors for cue in by_class.get(name, ())]
        if not anchors:
            continue
        mates = [cue for name in kind.mates for cue in by_class.get(name, ())]
        if kind.mates == ("post",):
            mates += [
                Cue("named", one.first, one.last, one.start, one.end)
                for one in (
                    *(one for one in scene.mentions if one.best.kind in ("crossing", "city", "unknown")),
                    *scene.loose,
                )
            ]
        told += [(kind, anchor, mate) for anchor, mate in _pairs(anchors, mates, kind)]
    for event in found:
        if not any(
            kind.quantity == event.quantity and anchor.start < event.end and event.start < anchor.end
            for kind, anchor, _ in told
        ):
            first = scene.token_at(event.start)
            last = scene.token_at(max(event.end - 1, event.start)) + 1
            told.append(
                (kind_of(event.quantity), Cue("found", first, max(last, first + 1), event.start, event.end), None)
            )
    return told


def _pairs(anchors: Sequence[Cue], mates: Sequence[Cue], kind: TellingKind) -> list[tuple[Cue, Cue | None]]:
    """Return each anchor with the mate nearest to it; of anchors side by side the one that reaches farthest."""
    kept: list[tuple[Cue, Cue | None]] = []
    for anchor in sorted(dict.fromkeys(anchors), key=lambda cue: (cue.first, -cue.last)):
        near = [
            cue
            for cue in mates
            if not (cue.first >= anchor.first and cue.last <= anchor.last) and _gap(anchor, cue) <= _REACH
        ]
        mate = min(near, key=lambda cue: (_gap(anchor, cue), cue.first)) if near else None
        if (
            mate is None
            and kind.mates
            and anchor.last - anchor.first < 2
            and anchor.kind not in ("queue gone", "exit ban", "nothing runs")
        ):
            continue
        if kept and anchor.first < kept[-1][0].last + 1:
            if anchor.last - anchor.first > kept[-1][0].last - kept[-1][0].first:
                kept[-1] = (anchor, mate)
            continue
        kept.append((anchor, mate))
    return kept[:_MOST]


def _gap(one: Cue, other: Cue) -> int:
    return max(one.first - other.last, other.first - one.last, 0)
