"""What a number without a noun of its own counts: the noun before it, that of the number before, or what was spoken of last."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from borderflow.articles.kinds import MONEY
from borderflow.articles.memory import Memory
from borderflow.articles.nouns import dim_of
from borderflow.articles.numbers import Amount
from borderflow.articles.scenes import Scene

__all__ = ["name_numbers"]

_PRICED = frozenset(
    ["за", "for", "to", "at", "against", "costs", "cost", "стоит", "стоил", "from", "просят", "просит", "просили", "берут", "asks", "asked",
     "charges", "charge", "charged", "paid", "стоила", "стоило", "стоили", "обойдется"]
)  # fmt: skip
_OF_LAST = frozenset(
    ["hours", "hour", "km", "kilometres", "kilometers", "kilometre", "km-long", "часов", "часа", "километров", "километра", "км"]
)  # fmt: skip
_AGAIN = frozenset(
    ["took", "takes", "was", "were", "is", "and", "to", "or", "и", "до", "—", "–", "а", "against", "from", ","]
)


def name_numbers(scene: Scene, memory: Memory) -> Iterator[Amount]:
    """Yield the numbers; one without a noun after "1,020 cars" or "for 60 roubles" counts the same, if worded alike."""
    priced = scene.has("price", "ticket", "ride", "bicycle", "rent", "line place")
    last, noun = memory.currency if priced or memory.currency_at >= memory.number - 1 else "", ""
    for one in scene.amounts:
        worded = scene.word(one.first - 1)
        now = {"now", "теперь", "сейчас", "today", "сегодня"} & set(scene.before(one.first, 2))
        same = last == "vehicle" or (last in MONEY and bool(worded in _PRICED or now or _is_of_service(scene, one)))
        if one.dimension == "bare" and _is_of_them(scene, one):
            lined = memory.quantity == "queue_cars" and memory.counted_lately()
            one = one._replace(dimension="vehicle", noun=memory.vehicles) if lined or memory.vehicles else one
        if one.dimension == "bare" and _is_of_places(scene, one):
            one = one._replace(dimension="place")
        if one.dimension == "bare" and _is_of_cars(scene, one):
            before = (word for word in reversed(scene.words[: one.first]) if dim_of(word) == "vehicle")
            one = one._replace(dimension="vehicle", noun=next(before, ""))
        else:
            one = one._replace(dimension=last, noun=noun) if one.dimension == "bare" and same else one
        if one.dimension == "bare" and last in ("time", "length") and noun in _OF_LAST and worded in _AGAIN:
            one = one._replace(dimension=last, noun=noun)
        yield one
        noun = one.noun if one.dimension in ("vehicle", "time", "length") else noun
        if one.dimension not in ("bare", "percent", "other", "time"):
            last = one.dimension
        if one.dimension in MONEY:
            memory.currency, memory.currency_at = one.dimension, memory.number


def _is_of_places(scene: Scene, amount: Amount) -> bool:
    """Tell whether the places that a number counts stand before it: "Мест в ней сто двадцать", "Beds: 340"."""
    low = scene.after_mark(amount.first, ",;.")
    words = [token.lower for token in scene.tokens[low : amount.first] if token.is_word]
    return (
        bool(words)
        and words[0] in ("мест", "коек", "кроватей", "раскладушек", "beds", "places", "bunks")
        and len(words) <= 7
    )


def _is_of_service(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number after one of money is the fare of another service: "a taxi costs 120 dollars, a flight to Cancún 410"."""
    before = [
        cue for cue in scene.of("flight", "bus", "train", "ride", "ticket", "ferry") if 0 < amount.first - cue.last <= 7
    ]
    return any(
        all(not token.is_number and token.text not in ";." for token in scene.tokens[cue.last : amount.first])
        for cue in before
    )


def _is_of_them(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is one of those counted before: "к вечеру их было уже 340", "230 of them are waiting"."""
    before = set(scene.before(amount.first, 5))
    after = scene.after(amount.last, 2)
    return "их" in before or after == ["of", "them"]


def _is_of_cars(scene: Scene, amount: Amount) -> bool:
    """Tell whether the noun of a number stands before it: "машин при этом накопилось 870", "очередь грузовиков — почти 800"."""
    counted = scene.before(amount.first, 12)
    if counted[-1:] == [":"] and any(
        word in ("cars", "lorries", "vehicles", "trucks", "машины", "машин") for word in counted
    ):
        return True  # "my uncle counted the cars as we walked past them: 430"
    numbered = scene.before(amount.first, 10)
    if any(
        pair == ("number", "of") and dim_of(word) == "vehicle"
        for pair, word in zip(itertools.pairwise(numbered), numbered[2:], strict=False)
    ):
        return True  # "the number of lorries waiting stood at 430"
    lined = [cue.last for cue in scene.of("queue") if cue.last < amount.first <= cue.last + 7]
    if lined and scene.words[lined[-1]].startswith(("груз", "фур", "машин", "автомоб", "легков")):
        return True
    if lined and scene.after(lined[-1], 1) == ["of"] and dim_of(scene.word(lined[-1] + 1)) == "vehicle":
        return True  # "the line of lorries: 800"
    following = scene.after(amount.last, 2)
    if following in (["of", "them"], ["of", "these"]) and any(
        word.rstrip("s") in ("lorrie", "truck", "car", "vehicle") for word in scene.words[: amount.first]
    ):
        return True  # "the line of lorries reaches back ..., and there are about 650 of them"
    for at in range(amount.first - 1, max(amount.first - 8, -1), -1):
        token = scene.tokens[at]
        if not token.is_word:
            return False
        if token.lower in ("машин", "автомобилей", "автомашин", "легковушек", "грузовиков", "фур"):
            return not any(one.last <= at < one.noun_end for one in scene.amounts)
    return False
