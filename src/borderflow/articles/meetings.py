"""The cues that make an event together: a verb and what it needs, within reach of one another and in one clause."""

from __future__ import annotations

from borderflow.articles.cues import Cue
from borderflow.articles.event_sites import is_label
from borderflow.articles.kinds import EventKind
from borderflow.articles.memory import Memory
from borderflow.articles.negations import NOT
from borderflow.articles.references import is_for_some, is_of_post_before, is_open, is_reference
from borderflow.articles.scenes import Scene
from borderflow.articles.themes import is_of_other_thing, is_other_sense, is_theme

__all__ = ["gap_between", "meeting_cues"]

_LABEL = 10  # tokens
_WORDS = 3  # a cue of more words has others in between: "not let men out of", "traffic at Narva has been suspended"


def meeting_cues(scene: Scene, kind: EventKind, verb: Cue, memory: Memory) -> tuple[Cue, ...] | None:
    """Return the cues that make the event together with its verb, all within reach and in one clause."""
    low, high = scene.clause(verb.first)
    labelled = low > 0 and scene.tokens[low - 1].text == ":"
    if labelled and (kind.family == "route" or (low <= _LABEL and verb.first <= low + 1)):
        low = 0  # "Bus line A - B: service suspended": what stands before the colon is what is spoken of
    if verb.first <= 2 and is_label(scene, verb):
        high = len(scene.tokens)  # "CLOSED: Guguti (since 22 April)"
    others = [
        cue
        for cue in scene.of(*kind.without)
        if low <= cue.first < high and not is_open(scene, cue) and not _is_apart(scene, kind, cue, verb)
    ]
    if any(cue.first != verb.first or is_for_some(scene, cue) for cue in others):
        return None
    if kind.quantity == "service_halted" and any(verb.first <= cue.first < verb.last for cue in scene.of("ticket")):
        return None  # "no tickets left for buses"
    if is_reference(scene, kind, verb):
        return None
    found = [verb]
    for needed in kind.needs:
        named = [
            Cue("post", one.first, one.last, one.start, one.end)
            for one in scene.mentions
            if "post" in needed and ((one.best.kind == "crossing" and not one.role) or is_theme(scene, verb, one))
        ]
        near = [
            cue
            for cue in (*scene.of(*needed), *named)
            if low <= cue.first < high
            and gap_between(cue, verb) + _commas(scene, kind, cue, verb) <= kind.reach
            and (
                verb.last - verb.first > _WORDS
                or kind.quantity == "tickets_sold_out"
                or not (cue.first < verb.last and verb.first < cue.last and cue.last <= verb.last)
            )
        ]
        if not near and needed == ("post",) and is_of_post_before(scene, kind, verb, memory):
            continue
        if not near:
            return None
        nearest = min(near, key=lambda cue: gap_between(cue, verb))
        if needed == ("post",) and is_of_other_thing(scene, verb, nearest):
            return None
        found.append(nearest)
    return None if is_other_sense(scene, kind.quantity, found) else tuple(found)


def _is_apart(scene: Scene, kind: EventKind, cue: Cue, verb: Cue) -> bool:
    """Tell whether a cue that would exclude an event is none of its clause: "halted on 24 February, will run again"."""
    if kind.quantity == "exit_ban_men":
        return gap_between(cue, verb) > 8 or cue.first == verb.first
    between = scene.tokens[min(cue.last, verb.last) : max(cue.first, verb.first)]
    negated = any(word in NOT for word in scene.before(cue.first, 3))
    return kind.quantity == "service_halted" and (negated or any(token.text == "," for token in between))


def _commas(scene: Scene, kind: EventKind, one: Cue, other: Cue) -> int:
    """Return how much farther a comma sets two cues apart: "letting nobody through on bicycles, and pedestrians wait"."""
    if kind.mode not in ("foot", "bicycle"):
        return 0
    between = scene.tokens[min(one.last, other.last) : max(one.first, other.first)]
    return 8 * sum(token.text == "," for token in between)


def gap_between(one: Cue, other: Cue) -> int:
    """Return how many tokens stand between two cues."""
    return max(one.first - other.last, other.first - one.last, 0)
