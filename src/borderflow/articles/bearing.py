"""Whether a word near a number bears on it: not where it belongs to another number or a date, or only names a thing."""

from __future__ import annotations

import itertools

from borderflow.articles.cues import Cue
from borderflow.articles.numbers import Amount
from borderflow.articles.scenes import Scene

__all__ = ["bears_on"]


def bears_on(scene: Scene, cue: Cue, amount: Amount) -> bool:
    """Tell whether a cue may say what a number counts."""
    return not (
        _of_neighbour(scene, cue, amount)
        or _of_date(scene, cue)
        or _is_sum(scene, cue, amount)
        or _is_attribute(scene, cue, amount)
        or _is_thing(scene, cue)
        or _is_of_part(scene, cue, amount)
        or _leads_to_next(scene, cue, amount)
        or _is_of_whole(scene, cue, amount)
    )


def _of_neighbour(scene: Scene, cue: Cue, amount: Amount) -> bool:
    """Tell whether a cue is the noun of another number: "600,000 refugees and 180,000 returnees"."""
    return cue.kind != "building" and any(
        one.last <= cue.first < one.noun_end for one in scene.amounts if one.first != amount.first
    )


def _is_sum(scene: Scene, cue: Cue, amount: Amount) -> bool:
    """Tell whether a verb only says how large a number is: "exits came to 1,480"."""
    verb = scene.words[cue.first]
    return (
        cue.kind == "enter"
        and verb.startswith(("came", "come", "reach"))
        and 0 <= scene.token_at(amount.start) - cue.last <= 0
        and cue.last - cue.first <= 2
    )


def _is_attribute(scene: Scene, cue: Cue, amount: Amount) -> bool:
    """Tell whether a participle only says who people are: "27,800 people fleeing the fighting have crossed into"."""
    return (
        cue.kind == "leave"
        and scene.words[cue.first] in ("fleeing", "leaving", "бегущих", "бежавших")
        and 0 <= cue.first - amount.noun_end <= 1
        and any(cue.last < other.first <= cue.last + 10 for other in scene.of("enter"))
    )


_COMERS = ("arrivals", "newcomer", "entrants", "прибывш", "въехавш", "приехавш")


def _is_of_whole(scene: Scene, cue: Cue, amount: Amount) -> bool:
    """Tell whether a noun only says of whom a number is a part: "1,300 of the new arrivals have returned"."""
    noun = any(word.startswith(_COMERS) for word in scene.words[cue.first : cue.last])
    if cue.kind != "enter" or not noun or not 0 <= cue.first - amount.noun_end <= 5:
        return False
    between = scene.words[amount.noun_end : cue.first]
    part = between[:2] in (["of", "the"], ["of", "these"], ["of", "those"]) or between[:1] == ["из"]
    return part and any(
        cue.last <= other.first <= cue.last + 5
        for other in scene.of("return", "leave", "onward", "turn back", "refuse")
    )


_LEADING = frozenset(
    ["of", "is", "was", "for", "at", "to", ":", "—", "–", "на", "до", "в", "up", "about", "around", "some", "over"]
)  # fmt: skip


def _leads_to_next(scene: Scene, cue: Cue, amount: Amount) -> bool:
    """Tell whether words on a capacity stand right before another number: "processed 980 against a capacity of 1,400"."""
    if cue.kind not in ("capacity", "capacity of shelter", "room for") or cue.first < amount.first:
        return False
    return any(
        other.first > amount.first
        and 0 <= other.first - cue.last <= 3
        and all(word in _LEADING for word in scene.words[cue.last : other.first])
        for other in scene.amounts
    )


def _is_of_part(scene: Scene, cue: Cue, amount: Amount) -> bool:
    """Tell whether a cue speaks of a part of a number: "1.2 million people, most of whom moved to"."""
    between = scene.words[amount.noun_end : cue.first]
    if between.count(",") > 1:
        return False  # "300,000 people, most of them Syrians, have taken that road": the verb is that of all
    return any(
        pair in (("of", "whom"), ("of", "which"), ("of", "them"), ("из", "которых"), ("из", "них"))
        for pair in itertools.pairwise(between[1:])
    )


_PASSIVE = frozenset(["were", "was", "been", "being", "are", "is"])


def _is_thing(scene: Scene, cue: Cue) -> bool:
    """Tell whether a word only names a thing or an act: "after its return to", "the entry fee", "the exit door"."""
    word = scene.words[cue.first]
    if cue.kind == "queue" and word in ("line", "lines") and cue.first:
        return scene.words[cue.first - 1] in _LINES  # "the new bus line"
    if cue.kind == "cross" and word in ("crossing", "crossings") and cue.last - cue.first == 1 and cue.first:
        named = scene.tokens[cue.first - 1]
        if named.is_capital or named.lower in ("border", "the", "this", "that", "each", "every", "its"):
            return True  # "at the Terehova crossing 186 cars"
    if word == "left" and cue.last - cue.first == 1 and cue.first and scene.words[cue.first - 1] in _PASSIVE:
        return True  # "2,700 travellers were left stranded"
    if cue.last - cue.first > 1 or word not in ("return", "entry", "exit", "entrance", "arrival", "departure", "leave"):
        return False
    before = scene.word(cue.first - 1)
    after = scene.word(cue.last)
    if after in _AFTER_THING:
        return True
    return word == "return" and before in ("its", "the", "a", "his", "her", "their", "this", "safe")


_AFTER_THING = frozenset(
    ["fee", "fees", "rules", "visa", "visas", "permit", "permits", "point", "points", "stamp", "ban", "hall", "requirements", "ticket", "tickets"]
)  # fmt: skip


_LINES = frozenset(["bus", "railway", "rail", "train", "tram", "metro", "telephone", "phone", "power", "finish", "finishing", "front", "production", "pipe", "border",
                    "coast", "state", "dividing", "ferry", "shipping", "air"])  # fmt: skip


def _of_date(scene: Scene, cue: Cue) -> bool:
    """Tell whether a cue only says since when: "since mobilisation was declared on 9 April"."""
    return any(one.start <= cue.start < one.end for one in scene.dates)
