"""Numbers that look like figures and are none: differences, parts, bystanders, ways, what is expected or long ago."""

from __future__ import annotations

import itertools

from borderflow.articles.bystanders import is_bystander, is_of_town
from borderflow.articles.choosing import OF_QUEUES, Choice
from borderflow.articles.comparisons import is_difference
from borderflow.articles.journeys import is_of_journey
from borderflow.articles.numbers import Amount
from borderflow.articles.parts import is_out_of, is_part, is_whole
from borderflow.articles.scenes import Scene

__all__ = ["is_no_figure"]

_OPEN = frozenset({"open", "opens", "открыто", "открыты", "открытых"})
_LONG_AGO = frozenset({"used", "once", "formerly", "раньше", "прежде"})
_MAY_BE_FEW = frozenset(
    ["turned_back", "notices_served", "entry_refused", "exit_ban_exemption_children", "irregular_crossings_detected"]
)  # fmt: skip


def is_no_figure(scene: Scene, amount: Amount, segment: tuple[int, int], number: int, choice: Choice) -> bool:
    """Tell whether a number is a difference, a part of a total already given, a plan for others, or of long ago."""
    quantity = choice.kind.quantity
    if is_difference(scene, amount, quantity) or is_whole(scene, amount, number) or is_of_town(scene, amount):
        return True
    if is_out_of(scene, amount):
        if quantity == "mobilised_planned":
            return False  # "26,000 men have been called up, out of the 28,000 planned"
        if number or choice.cue is None or not segment[0] <= choice.cue.first < segment[1]:
            return True
    return (
        is_part(scene, amount, segment, choice)
        or is_bystander(scene, amount, quantity)
        or is_of_journey(scene, amount, quantity)
        or (quantity in OF_QUEUES and (amount.vague or _is_for_something(scene, amount)))
        or (quantity.endswith("_*") and _is_no_flow(scene, amount))
        or scene.before(amount.first, 2) == ["estimated", "at"]
        or _is_of_time_before(scene, amount, quantity)
        or _is_only_expected(scene, amount, quantity)
        or _is_of_no_opening(scene, choice)
        or _is_too_few(amount, quantity)
        or _is_long_ago(scene, amount, segment)
    )


def _is_no_flow(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number of people says what is usual, allowed or expected, or what one day saw that nobody names."""
    limited = scene.word(amount.first - 1) == "to" and any(
        word.startswith(_LIMITS) for word in scene.before(amount.first, 5)
    )  # "limited entries to 150 a day"
    low = scene.clause(amount.first)[0]
    expected = any(
        low <= cue.first < amount.first or 0 <= cue.first - amount.noun_end <= 2 for cue in scene.of("expect")
    )
    on_some_day = not scene.dates and _is_in_one_day(scene, amount)
    return scene.rates[amount.first] == "longer" or limited or expected or on_some_day


_LIMITS = ("limit", "cap", "restrict", "reduc", "огранич")


def _is_of_no_opening(scene: Scene, choice: Choice) -> bool:
    """Tell whether posts are not said to be open, but to open or to have been opened."""
    cue = choice.cue
    return choice.kind.quantity == "checkpoints_open" and cue is not None and scene.words[cue.first] not in _OPEN


def _is_too_few(amount: Amount, quantity: str) -> bool:
    """Tell whether a number is too small for what it is to count."""
    return amount.dimension in ("bare", "person") and amount.value < 10 and quantity not in _MAY_BE_FEW


def _is_long_ago(scene: Scene, amount: Amount, segment: tuple[int, int]) -> bool:
    """Tell whether "once" or "used to" stands before a number, not in a date."""
    return any(
        token.lower in _LONG_AGO and not any(one.start <= token.start < one.end for one in scene.dates)
        for token in scene.tokens[max(segment[0] - 1, 0) : amount.first]
    )


def _is_only_expected(scene: Scene, amount: Amount, quantity: str) -> bool:
    """Tell whether people are only expected, where what is claimed is how many there are: "expects 3,000 by the end of the month"."""
    if quantity.startswith(("forecast", "mobilised", "capacity")) or quantity == "shelter_capacity":
        return False
    at = scene.token_at(amount.start)
    return any(
        0 <= at - cue.last <= 2 for cue in scene.of("expect", "forecast") if scene.tokens[cue.first].text[0] < "а"
    )


def _is_of_time_before(scene: Scene, amount: Amount, quantity: str) -> bool:
    """Tell whether a number of people is how many there were before a day: "before November it was 40,000"."""
    if not (quantity == "stock_present" or quantity.endswith("_*")):
        return False
    low = scene.after_mark(amount.first, ",;:")
    words = scene.words[low : amount.first]
    return words[:1] in (["before"], ["prior"], ["до"]) and any(
        scene.tokens[low].start <= one.start < amount.start for one in scene.dates
    )


def _is_in_one_day(scene: Scene, amount: Amount) -> bool:
    text = " ".join(scene.words[amount.first : amount.noun_end + 10])
    return any(phrase in text for phrase in ("in a single day", "in one day", "in a day", "за один день", "за сутки"))


def _is_for_something(scene: Scene, amount: Amount) -> bool:
    """Tell whether people wait for something that is no border: "the wait for a bus is two days"."""
    words = scene.before(amount.first, 12)
    if any(one.startswith("очеред") and two == "за" for one, two in itertools.pairwise(words)):
        return True  # "в очереди за мороженым"
    if any(
        one in ("queue", "queues", "line", "lines") and two == "for" and not _is_border_word(three, four)
        for one, two, three, four in zip(words, words[1:], words[2:], [*words[3:], ""], strict=False)
    ):
        return True  # "the queue for ice cream"
    return any(
        one.startswith(("wait", "queue")) and two == "for" and {three, four} & _WAITED_FOR
        for one, two, three, four in zip(words, words[1:], words[2:], words[3:], strict=False)
    )


_QUEUED_FOR = ("custom", "border", "cross", "checkpoint", "post", "exit", "entry", "passport", "inspect", "check", "control", "clearance", "process", "car", "lorr",
               "truck", "vehicle", "bus", "coach", "people", "pedestrian", "walker", "foot", "traveller", "passenger", "those", "everyone", "all", "freight", "cargo",
               "hour", "day", "minute", "over", "more", "about", "some", "around", "nearly", "almost", "up", "at", "several", "now", "bridge", "gate", "ferry", "them",
               "him", "her", "me", "us", "two", "three", "four", "five", "six", "ten", "immigration", "barrier")  # fmt: skip


def _is_border_word(one: str, two: str) -> bool:
    """Tell whether people who queue "for" this queue at a border: what is said of it, how long, or who does."""
    word = two if one in ("the", "a", "an", "its") else one
    return word.startswith(_QUEUED_FOR) or word[:1].isdigit() or not word


_WAITED_FOR = frozenset(
    ["bus", "buses", "train", "trains", "flight", "visa", "visas", "permit", "appointment", "decision", "bed", "doctor", "taxi", "food", "water",
     "fuel"]
)  # fmt: skip
