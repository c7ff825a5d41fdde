"""Wholes that others are a part of, and parts of a total that is given already."""

from __future__ import annotations

from borderflow.articles.choosing import OF_QUEUES, Choice
from borderflow.articles.cues import MOVES
from borderflow.articles.numbers import Amount
from borderflow.articles.scenes import Scene

__all__ = ["is_out_of", "is_part", "is_whole"]

_OF_ALL = frozenset(
    ["many", "most", "all", "half", "some", "none", "one", "two", "few", "several", "any", "each", "majority", "third"]
)
_OF_THEM = frozenset(
    {("of", "them"), ("of", "these"), ("of", "those"), ("из", "них"), ("among", "them"), ("среди", "них")}
)
_KINDS_OF = (
    "national", "citizen", "men", "women", "child", "minor", "гражд", "женщин", "мужчин", "дет", "несовершеннол",
)  # fmt: skip
_GROUPS = frozenset(
    ["men", "women", "girls", "boys", "children", "minors", "elderly", "мужчин", "женщин", "детей", "несовершеннолетних"]
)  # fmt: skip


def is_whole(scene: Scene, amount: Amount, number: int) -> bool:
    """Tell whether a number only says of how many the next ones are a part: "Of 1,240 checked, 61 were refused"."""
    opens = number == 0 and amount.first == 1 and scene.before(1, 1) == ["of"] and len(scene.amounts) > 1
    return opens or _is_of_all(scene, amount)


def is_out_of(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number follows "out of" or "of the"."""
    return scene.before(amount.first, 2) in (["of", "the"], ["out", "of"], ["of", "their"], ["of", "its"])


def is_part(scene: Scene, amount: Amount, segment: tuple[int, int], choice: Choice) -> bool:
    """Tell whether a number is a part of those counted, or the size of a share: "of these, 20 carried containers"."""
    among = tuple(scene.words[:2]) in _OF_THEM and (choice.kind.quantity in OF_QUEUES or choice.cue is None)
    grouped = choice.kind.quantity.endswith("_*") and _is_of_groups(scene, amount)
    return among or grouped or _is_of_each(scene, amount) or _is_of_whom(scene, amount, segment, choice)


def _is_of_each(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is how many go at a time, or share something: "in groups of 20", "one latrine for every 200"."""
    return scene.before(amount.first, 2) in (
        ["группами", "по"], ["groups", "of"], ["batches", "of"], ["партиями", "по"], ["человек", "по"],
        ["for", "every"], ["one", "in"], ["на", "каждые"],
    )  # fmt: skip


def _is_of_all(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is the whole that others are a part of: "how many of the 120,000 inhabitants"."""
    at = scene.token_at(amount.start)
    before = scene.before(at, 4)
    while before and before[-1] in ("the", "these", "those", "its", "their", "her", "his"):
        before.pop()
    counted = scene.after(amount.noun_end, 1) == ["who"] and any(
        0 < cue.first - amount.noun_end <= 4 for cue in scene.of("enter", "cross")
    )
    return len(before) > 1 and before[-1] == "of" and before[-2] in _OF_ALL and not counted


def _is_of_whom(scene: Scene, amount: Amount, segment: tuple[int, int], choice: Choice) -> bool:
    """Tell whether a number only says what some of those counted are: "of whom 2,870 were nationals of Ukraine"."""
    at = scene.token_at(amount.start)
    before = tuple(scene.before(at, 2))
    own = choice.cue is not None and segment[0] <= choice.cue.first < segment[1] and choice.cue.kind in MOVES
    described = any(word.startswith(_KINDS_OF) for word in scene.words[amount.last : amount.noun_end + 3])
    after = scene.after(amount.noun_end, 2)
    why = bool({"because", "из-за", "owing", "due"} & set(after))  # "33 were refused, 21 of them because of"
    return (
        before in {("of", "whom"), ("of", "which"), ("из", "них"), ("из", "которых")} and (described or why) and not own
    )


def _is_of_groups(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is one of a list of men, women and children that only breaks a total down."""
    if amount.noun not in _GROUPS:
        return False
    return any(
        one.noun in _GROUPS
        and one.noun != amount.noun
        and 0 < min(abs(one.first - amount.noun_end), abs(amount.first - one.noun_end)) <= 3
        for one in scene.amounts
    )
