"""Whether an event is negated at its verb, or somebody denies it, and of which places that says anything."""

from __future__ import annotations

import itertools

from borderflow.articles.cues import Cue
from borderflow.articles.kinds import EventKind
from borderflow.articles.placing import Site
from borderflow.articles.scenes import Scene

__all__ = ["NOT", "is_closable", "is_of_state", "negation"]

NOT = frozenset(
    ["not", "never", "n't", "не", "didn't", "don't", "doesn't", "hasn't", "haven't", "isn't", "won't", "wasn't", "neither", "none", "nor", "longer",
     "ни"]
)  # fmt: skip
_NAMED = frozenset(
    {"draft office", "exodus", "long", "line of cars", "exit ban", "ban"}
)  # of these, "no" says that there is none
_BARRED = ("barred", "banned", "no", "turned", "cannot", "нельзя", "закр", "запре")


def negation(scene: Scene, kind: EventKind, cues: tuple[Cue, ...]) -> tuple[bool, bool]:
    """Return whether an event is negated by "not" at its verb, and whether somebody denies it."""
    verb = cues[0]
    low = scene.clause(verb.first)[0]
    before = scene.words[max(verb.first - 4, low) : verb.first]
    negative = any(word in NOT for word in before) or any(word.endswith("n't") for word in before)
    after = scene.after(verb.last, 2)
    words = scene.words[verb.first : verb.last]
    barred = kind.quantity in ("foot_allowed", "bicycle_allowed") and any(word.startswith(_BARRED) for word in words)
    refused = scene.after(verb.last, 6)
    unplanned = any(
        one == "не" and two.startswith(("планир", "намер", "собира", "будут", "будет", "станут", "станет"))
        for one, two in itertools.pairwise(refused)
    )
    none = any(
        one.first > low and scene.words[one.first - 1] in ("no", "such", "нет", "никакого", "никаких")
        for one in cues
        if one.kind in _NAMED
    )
    negative = negative or barred or none or unplanned or after[:1] == ["not"]
    denial = [
        cue
        for cue in scene.of("deny")
        if abs(cue.first - verb.first) <= 16 and not (verb.first <= cue.first and cue.last <= verb.last)
    ]
    return negative, bool(denial)


def is_closable(site: Site | None) -> bool:
    """Tell whether a post or a whole country is named, which can be closed."""
    kind = site.mentions[0].best.kind if site is not None else ""
    return kind == "crossing" or (kind == "country" and site is not None and site.sure)


def is_of_state(scene: Scene, site: Site | None, verb: Cue) -> bool:
    """Tell whether a state is what did not act: "Norway has not closed the crossing", "Kazakhstan has not closed the border"."""
    if site is not None and site.mentions[0].best.kind == "country":
        return True
    passive = any(word in ("been", "be") for word in scene.before(verb.first, 3))
    return not passive and any(
        one.best.kind == "country" and not one.role and one.last <= verb.first for one in scene.mentions
    )
