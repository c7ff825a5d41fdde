"""Times and lengths of a way, not of a wait or a line: how far a place is, how long a drive takes."""

from __future__ import annotations

from borderflow.articles.numbers import Amount
from borderflow.articles.scenes import Scene

__all__ = ["is_of_journey"]

_BY_ROAD = frozenset(
    ["away", "drive", "walk", "ride", "journey", "flight", "trip", "on", "езды", "пути", "ходьбы", "лета", "полета", "хода"]
)  # fmt: skip
_VEHICLES = frozenset(
    ["car", "bus", "road", "train", "boat", "plane", "foot", "air", "rail", "coach", "lorry", "truck"]
)
_ROADS = frozenset(
    ["drive", "road", "route", "journey", "trip", "away", "north", "south", "east", "west", "inside", "outside", "deep", "wide", "border", "frontier",
     "от", "из", "дороги", "пути"]
)  # fmt: skip
_TIMED = frozenset({"before", "after", "ago", "later", "earlier", "до", "после", "назад"})
_ON_FOOT = ("walk", "trek", "drove", "driv", "travel", "march", "прош", "проех", "пешк", "идти", "шли", "ехать")


def is_of_journey(scene: Scene, amount: Amount, quantity: str) -> bool:
    """Tell whether a time or a length says how far something is, how long it took or when it was."""
    if quantity == "wait_hours" and _is_of_drive(scene, amount):
        return True
    if amount.dimension == "time":
        return _is_of_time(scene, amount) or _is_in_other_unit(scene, amount)
    return amount.dimension == "length" and (_is_of_length(scene, amount) or _is_in_other_unit(scene, amount))


def _is_of_time(scene: Scene, amount: Amount) -> bool:
    """Tell whether a time is none of waiting: "was opened for three hours", "20 minutes before the opening"."""
    at = scene.token_at(amount.start)
    shut = any(0 <= at - cue.last <= 2 for cue in scene.of("close", "open", "halt"))
    return shut or scene.word(amount.noun_end) in _TIMED or _is_way(scene, amount)


def _is_of_length(scene: Scene, amount: Amount) -> bool:
    """Tell whether a length is that of a way: "people walked about 15 kilometres", "12 km from the border"."""
    gone = any(word.startswith(_ON_FOOT) for word in scene.before(amount.first, 5))
    return gone or scene.word(amount.noun_end) in _ROADS or _is_distance(scene, amount)


def _is_of_drive(scene: Scene, amount: Amount) -> bool:
    """Tell whether hours are those of a journey: "a drive of five hours"."""
    return any(
        0 < amount.first - cue.last <= 6
        and not any(cue.last <= wait.first < amount.first for wait in scene.of("queue"))
        for cue in scene.of("journey")
    )


def _is_in_other_unit(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number in brackets only gives the one before in another unit: "60 kilometres (37 miles)"."""
    opened = amount.first - 1
    return (
        opened > 0
        and scene.tokens[opened].text == "("
        and any(one.noun_end == opened and one.dimension == amount.dimension for one in scene.amounts)
    )


def _is_way(scene: Scene, amount: Amount) -> bool:
    """Tell whether a time is how far something is: "about 45 minutes from the city", "two hours by car"."""
    following = scene.after(amount.noun_end, 3)
    if following[:1] == ["by"]:
        return bool(set(following[1:]) & _VEHICLES)
    if following[:2] == ["on", "foot"] or (following[:1] and following[0] in _BY_ROAD - {"on"}):
        return True
    return following[:1] in (["from"], ["от"], ["outside"]) and (
        any(amount.noun_end < one.first <= amount.noun_end + 6 for one in scene.mentions)
        or any(amount.noun_end < cue.first <= amount.noun_end + 4 for cue in scene.of("post"))
    )


def _is_distance(scene: Scene, amount: Amount) -> bool:
    """Tell whether a length is said to lead somewhere: "До столицы Монголии отсюда 340 километров"."""
    low = scene.after_mark(amount.first, ",;:—–")
    words = scene.words[low : amount.first]
    return words[:1] in (["до"], ["от"]) and (
        "до" in words[1:] or any(low <= mention.first < amount.first for mention in scene.mentions)
    )
