"""Numbers that only measure others: by how much something changed, what it was before, what is usual."""

from __future__ import annotations

from borderflow.articles.choosing import OF_QUEUES
from borderflow.articles.numbers import Amount
from borderflow.articles.scenes import Scene

__all__ = ["is_compared", "is_difference", "is_usual"]

_COMPARED = (
    ("up", "from"), ("down", "from"), ("against",), ("compared", "with"), ("compared", "to"), ("than",), ("instead", "of"), ("versus",),
    ("против",), ("по", "сравнению", "с"), ("вместо",), ("чем",), ("from", "just"), ("up", "from", "just"),
)  # fmt: skip
_STEPS = frozenset(
    ["jump", "rise", "increase", "drop", "fall", "decline", "reduction", "decrease", "difference", "gap", "shortfall", "excess", "growth", "gain",
     "rises", "drops", "falls"]
)  # fmt: skip
_CHANGES = frozenset({"by", "extra", "additional", "дополнительно", "дополнительных"})
_THAN_BEFORE = frozenset(["fewer", "more", "less", "higher", "lower", "больше", "меньше", "times", "раз"])
_BESIDE = frozenset(
    ["twice", "double", "triple", "half", "вдвое", "втрое", "than", "as", "above", "below", "times", "чем", "выше", "ниже", "больше", "раза"]
)  # fmt: skip


def is_difference(scene: Scene, amount: Amount, quantity: str) -> bool:
    """Tell whether a number is by how much something changed: "400 fewer", "an extra 300", "in addition to the 1,670 from Ishasha"."""
    added = scene.before(scene.token_at(amount.start), 4)[-3:-1] in (["addition", "to"], ["top", "of"])
    return added or _is_fewer(scene, amount) or _is_by(scene, amount, quantity) or _is_step(scene, amount)


def _is_fewer(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is how many fewer or more there were; but "20,000 more are waiting" counts people."""
    after, further = scene.word(amount.last), scene.word(amount.last + 1)
    if after not in _THAN_BEFORE or amount.dimension not in ("person", "bare", "vehicle", "other"):
        return False
    return after != "more" or further in ("than", "", ".", ",", ")", "on", "in")


def _is_by(scene: Scene, amount: Amount, quantity: str) -> bool:
    """Tell whether "by", "additional" or "на" stands right before a number."""
    word = scene.word(amount.first - 1)
    if quantity in ("mobilised_planned", "rent_increase_pct") or (word == "additional" and quantity in OF_QUEUES):
        return False
    return word in _CHANGES or (word == "на" and amount.dimension in ("bare", "percent"))


def _is_step(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is the size of a change: "a jump of only 4,000", "рост на 300"."""
    at = scene.token_at(amount.start)
    before = scene.before(at, 4)
    while before and before[-1] in ("only", "just", "a", "the", "some"):
        before.pop()
    return len(before) > 1 and before[-1] == "of" and before[-2] in _STEPS


def is_compared(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is only compared with: "up from 3,875", "against 900"."""
    at = scene.token_at(amount.start)
    before = scene.before(at, 3)
    if before and before[-1] in ("a", "the", "just", "only"):
        before = before[:-1]
    if any(tuple(before[-len(words) :]) == words for words in _COMPARED):
        return True
    # "from 5 km to 800 metres": the first is how it was
    following = scene.word(amount.noun_end)
    ranged = scene.word(amount.last)
    return bool(before) and before[-1] in ("from", "с") and bool({following, ranged} & {"to", "до"})


def is_usual(scene: Scene, segment: tuple[int, int]) -> bool:
    """Tell whether a number is what is usual; "three times the usual" is not."""
    usual = [cue for cue in scene.of("usual") if segment[0] - 2 <= cue.first < segment[1]]
    first = next((one.first for one in scene.amounts if one.first >= segment[0]), 0)
    if any(cue.last <= first and "of" in scene.words[cue.last : first][:3] for cue in usual):
        return True  # "twice the usual figure of about 430 a day"
    return any(not any(word in _BESIDE for word in scene.before(cue.first, 3)) for cue in usual)
