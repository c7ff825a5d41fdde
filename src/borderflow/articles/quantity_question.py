"""The question of what a number counts: its candidates are the kinds of figures that it may be of, and none."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from borderflow.articles.choosing import Choice
from borderflow.articles.cues import MOVES
from borderflow.articles.kinds import FIGURES, FigureKind
from borderflow.articles.logit import Alternative, Question
from borderflow.articles.memory import Memory
from borderflow.articles.numbers import Amount
from borderflow.articles.placing import Site
from borderflow.articles.scenes import Scene, stem_of
from borderflow.articles.windows import Window

__all__ = ["NONE", "Ruling", "ask_quantity", "choice_of", "class_of"]

NONE = "none"
_STARRED = sorted(
    {kind.quantity.removesuffix("_*") for kind in FIGURES if kind.quantity.endswith("_*")}, key=len, reverse=True
)
_TIED = {"queue_trucks": "queue_cars"}
#: what a number without a noun, or with a noun that no list holds, may count
_LOOSE = frozenset({"person", "bare", "vehicle", "place", "notice", "application", "time", "length", "number"})


#: words that say what happened to those counted, so that a number beside one need not go on with the one before
_SAYING = MOVES | {
    "queue", "wait", "capacity", "throughput", "shelter", "slept", "host", "asylum", "call up", "notice", "occupied", "room for", "capacity of shelter",
}  # fmt: skip


class Ruling(NamedTuple):
    """What the rules make of a number: its kind, why they drop it (nothing where they keep it), its window and place."""

    choice: Choice | None
    why: str
    window: Window | None = None
    site: Site | None = None


def class_of(quantity: str) -> str:
    """Return the kind that a quantity is of, its window left open.

    Examples
    --------
    >>> class_of("arrivals_weekly"), class_of("queue_trucks"), class_of("wait_hours")
    ('arrivals_*', 'queue_cars', 'wait_hours')
    """
    if quantity.startswith("arrivals_men") or quantity.endswith("_pct"):
        return quantity
    starred = next((stem for stem in _STARRED if quantity.startswith(f"{stem}_")), None)
    return f"{starred}_*" if starred is not None else _TIED.get(quantity, quantity)


@lru_cache(maxsize=64)
def _kinds_for(dimension: str) -> tuple[str, ...]:
    counted = _LOOSE if dimension in ("bare", "other") else {"person", "bare"} if dimension == "person" else {dimension}
    return tuple(dict.fromkeys(kind.quantity for kind in FIGURES if counted & set(kind.counts)))


def _prices(amount: Amount, memory: Memory) -> tuple[str, ...]:
    """Return the prices that a number without a noun may be one of, where money was spoken of before."""
    return _kinds_for(memory.currency) if memory.currency and amount.dimension in ("bare", "other") else ()


def choice_of(
    scene: Scene, amount: Amount, segment: tuple[int, int], quantity: str, options: Sequence[Choice]
) -> Choice:
    """Return a number as being of a kind, with the nearest word that says so."""
    fitting = [one for one in options if one.kind.quantity == quantity]
    if fitting:
        return max(fitting, key=lambda one: one.score)
    kinds = [kind for kind in FIGURES if kind.quantity == quantity]
    kind = next((one for one in kinds if amount.dimension in one.counts), kinds[0])
    cues = [
        cue
        for needed in kind.needs
        for cue in scene.of(*needed)
        if segment[0] <= cue.first < segment[1] and not (cue.first >= amount.first and cue.last <= amount.last)
    ]
    return Choice(kind, 0.4, min(cues, key=lambda cue: abs(cue.first - amount.first), default=None))


def ask_quantity(
    scene: Scene,
    amount: Amount,
    segment: tuple[int, int],
    number: int,
    options: Sequence[Choice],
    ruling: Ruling,
    before: FigureKind | None,
    memory: Memory,
) -> Question:
    """Return the question of what a number counts."""
    setting = _setting(scene, amount, segment, number)
    names = (*_kinds_for(amount.dimension), *_prices(amount, memory), NONE)
    kept = ruling.choice.kind.quantity if ruling.choice is not None and not ruling.why else NONE
    score = min(int(ruling.choice.score * 4), 4) if ruling.choice is not None else 0
    trust = (
        ("none", f"none {ruling.why}")
        if kept == NONE
        else ("kind", f"score {score}", kept, f"counts {amount.dimension}")
    )
    return Question(
        amount.start,
        amount.end,
        tuple(dict.fromkeys(_around(scene, amount, segment, number, before, memory))),
        tuple(_candidate(name, amount, options, ruling, before, memory, segment, setting) for name in names),
        names.index(kept) if kept in names else -1,
        trust,
        (amount.value, amount.low, amount.high, amount.hedge),
    )


def _candidate(
    name: str,
    amount: Amount,
    options: Sequence[Choice],
    ruling: Ruling,
    before: FigureKind | None,
    memory: Memory,
    segment: tuple[int, int],
    setting: tuple[str, ...],
) -> Alternative:
    if name == NONE:
        return Alternative(NONE, ("none",))
    words = ["kind"]
    fitting = [one for one in options if one.kind.quantity == name]
    if fitting:
        best = max(fitting, key=lambda one: one.score)
        place = sum(one.score > best.score for one in options)
        words += [
            f"fits {min(int(best.score * 4), 5)}",
            f"rank {min(place, 3)}",
            f"rank {min(place, 3)} {amount.dimension}",
        ]
        if best.cue is not None and segment[0] <= best.cue.first < segment[1]:
            words.append("own word")
    if before is not None and before.quantity == name:
        words += ["as before", f"as before {amount.dimension}", *(f"as before {one}" for one in setting)]
    if memory.quantity == name:
        since = "as lately" if memory.counted_lately() else "as once"
        words += [since, f"{since} {amount.dimension}", *(f"{since} {one}" for one in setting)]
    if set(memory.counted) >= {name} and memory.quantity != name:
        words.append("counted before")
    if ruling.why and ruling.choice is not None and ruling.choice.kind.quantity == name:
        words += ["but for a doubt", f"but for {ruling.why}"]
    return Alternative(name, tuple(words))


def _setting(scene: Scene, amount: Amount, segment: tuple[int, int], number: int) -> tuple[str, ...]:
    """Return what tells whether a number goes on with what was counted before it: what stands between, and its own words."""
    words = []
    low, high = scene.tokens[segment[0]].start, scene.tokens[min(segment[1], len(scene.tokens)) - 1].end
    cues = [cue for cue in scene.cues if segment[0] <= cue.first < segment[1] and cue.kind in _SAYING]
    words.append("own verb" if cues else "no verb")
    if any(segment[0] <= one.first < segment[1] for one in scene.mentions):
        words.append("own place")
    if any(low <= one.start < high for one in scene.dates):
        words.append("own day")
    last = max((one for one in scene.amounts if one.first < amount.first), key=lambda one: one.first, default=None)
    if last is not None:
        gap = scene.outline[last.noun_end : amount.first]
        words.append(f"gap {min(len(gap), 6)}")
        words.append(f"after {last.dimension} {amount.dimension}")
        if len(gap) < 3:
            words.append(f"gap {' '.join(gap)}")
        words += [
            f"gap {mark}"
            for mark in (",", ";", ":", "and", "и", "(", "—", "from", "с", "up", "down", "agai", "of", "из")
            if mark in gap
        ]
    else:
        words.append("first number")
    if len(scene.tokens) < 12:
        words.append("short")
    return (*words, f"{words[0]} {amount.dimension}")


def _around(
    scene: Scene, amount: Amount, segment: tuple[int, int], number: int, before: FigureKind | None, memory: Memory
) -> Iterator[str]:
    """Yield what stands around a number: words by distance, cues, dates, places, and what was spoken of before."""
    first, last = scene.token_at(amount.start), amount.noun_end
    seen = scene.outline
    yield f"d {amount.dimension}"
    yield f"h {amount.hedge}"
    yield f"v {min(int(math.log10(amount.value)) if amount.value >= 1 else -1, 6)}"
    yield f"n {min(number, 3)} of {min(len(scene.amounts), 4)}"
    yield f"rate {scene.rates[amount.first]}"
    if amount.noun:
        yield f"noun {stem_of(amount.noun)}"
    left = seen[max(first - 10, 0) : first][::-1]
    right = seen[last : last + 10]
    inner = seen[amount.last : last]
    for word in inner:
        yield f"in {word}"
    for side, words in (("l", left), ("r", right)):
        for at, word in enumerate(words):
            if at < 3:
                yield f"{side}{at} {word}"
                yield f"{side}near {word}"
            yield f"{side} {word}"
        if len(words) > 1:
            yield f"{side}{side} {words[0]} {words[1]}"
        if len(words) > 2:
            yield f"{side}{side}{side} {words[0]} {words[1]} {words[2]}"
        if not words:
            yield f"{side} end"
    for cue in scene.cues:
        far = cue.first - last if cue.first >= last else first - cue.last
        side = "r" if cue.first >= last else "l"
        yield f"cue {cue.kind}"
        if segment[0] <= cue.first < segment[1]:
            yield f"own {cue.kind}"
            yield f"own {side} {cue.kind} {'near' if far < 4 else 'far'}"
    for mention in scene.mentions:
        if segment[0] <= mention.first < segment[1]:
            yield f"at {mention.role} {mention.best.kind}"
    if not scene.mentions:
        yield "no place"
    start, end = scene.tokens[segment[0]].start, scene.tokens[min(segment[1], len(scene.tokens)) - 1].end
    for one in scene.dates:
        yield f"date {one.role}"
        if start <= one.start < end:
            yield f"own date {one.role}"
    if not scene.dates:
        yield "no date"
    yield f"before {before.quantity if before is not None else ''}"
    yield f"lately {memory.quantity if memory.counted_lately() else ''}"
    yield f"once {memory.quantity}"
    for topic, at in (
        ("post", memory.post_at),
        ("shelter", memory.shelter_at),
        ("queue", memory.queue_at),
        ("event", memory.event_at),
    ):
        if at >= memory.number - 2:
            yield f"lately {topic}"
    if memory.service_at >= memory.number - 2:
        yield f"lately {memory.service}"
    if memory.headed is not None:
        yield "headed"
    for kind in memory.cues:
        yield f"last {kind}"
    for word in memory.opening:
        yield f"last opens {word}"
    for word in seen[:2]:
        yield f"opens {word}"
