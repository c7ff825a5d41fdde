"""What a sentence does to the events of the one before: it denies them, confirms them, or says from when they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from borderflow.articles.cues import Cue
from borderflow.articles.event_sites import OF_STATES
from borderflow.articles.findings import Finding
from borderflow.articles.references import DECIDED
from borderflow.articles.scenes import Scene

__all__ = ["settle_events"]

_YES = frozenset(["yes", "indeed", "да", "верно"])
_SUCH = frozenset(["it", "this", "that", "them", "это", "эту", "эти", "такие"])
_RULES = frozenset(
    ["rule", "rules", "ban", "measure", "measures", "restriction", "restrictions", "decision", "decree", "order", "closure", "it", "this", "law",
     "запрет", "правило", "правила", "мера", "меры", "решение", "указ", "ограничение", "ограничения"]
)  # fmt: skip


def settle_events(scene: Scene, events: Sequence[Finding], *, asked: bool) -> Iterator[Finding]:
    """Yield the events of the sentence before as this one leaves them: denied, confirmed where it asked, or dated.

    "Is it true that the post is shut? The army denies it." - "The rule takes effect on 1 April."
    """
    if _denies_before(scene):
        yield from (one.model_copy(update={"status": "denied", "value": 0.0}) for one in events)
    elif not asked or any(word in _YES for word in scene.words[:4]):
        yield from _date_events(scene, events)


def _denies_before(scene: Scene) -> bool:
    """Tell whether a short sentence denies what the one before said: "The army denies it.", "В штабе это опровергли"."""
    if len(scene.tokens) > 14 or scene.has(*_OWN) or scene.names("crossing"):
        return False
    return any(_is_object(scene, cue) for cue in scene.of("deny"))


_OWN = ("close", "open", "halt", "resume", "ban", "exit ban", "hand out", "set up", "turn back", "sold out")


def _is_object(scene: Scene, cue: Cue) -> bool:
    """Tell whether a pronoun is what is denied: "denies it", "called this a hoax", "это опровергли" (not "denied that it had")."""
    before = set(scene.before(cue.first, 2))
    after = list(scene.tokens[cue.last : cue.last + 3])
    ends = [
        n for n, token in enumerate(after) if token.lower in _SUCH and (n + 1 == len(after) or not after[n + 1].is_word)
    ]
    return bool(ends) or bool(_SUCH & before)


def _date_events(scene: Scene, events: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the events of the sentence before, from the day that this one says: "The rule takes effect on 1 April"."""
    days = [one for one in scene.dates if one.first == one.last]
    starts = [
        day for day in days for cue in scene.of("takes effect") if -2 <= scene.token_at(day.start) - cue.last <= 8
    ]
    rules = any(word in _RULES for word in scene.words[:8])
    for one in events:
        if starts and rules and one.first <= scene.published and one.quantity in DECIDED | OF_STATES:
            day = starts[0].first
            yield one.model_copy(update={"first": day, "last": day, "planned": day > scene.published})
        else:
            yield one
