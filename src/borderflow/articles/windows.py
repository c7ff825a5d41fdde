"""Which days a figure or an event belongs to."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from borderflow.articles.dates import When
from borderflow.articles.numbers import Amount
from borderflow.articles.scenes import Scene

__all__ = ["Window", "choose_window", "is_aside", "is_in_relative", "is_of_another", "since_announcement"]


class Window(NamedTuple):
    """The days chosen; ``given`` is False where the sentence names none."""

    first: dt.date
    last: dt.date
    open_start: bool
    given: bool
    when: When | None


def choose_window(scene: Scene, segment: tuple[int, int], at: int, *, told: bool = True, total: bool = False) -> Window:
    """Return the window of a figure: the nearest date of its segment, then of the sentence, then when it was said."""
    published = scene.published
    start, end = _span(scene, segment)
    position = scene.tokens[min(at, len(scene.tokens) - 1)].start
    usable = [one for n, one in enumerate(scene.dates) if n not in scene.said and not is_aside(scene, one)]
    usable = [one for one in usable if not is_in_relative(scene, one, at)]
    if at not in scene.rates:
        usable = [one for one in usable if not _of_another_verb(scene, one, at)]
    own = [
        one
        for one in usable
        if (start <= one.start < end or one.start > position)
        and not is_of_another(scene, one, at, inside=one.start < end)
    ]
    if not own:
        first = min((one.start for one in scene.amounts), default=position)
        shared = [one for one in usable if not is_of_another(scene, one, at)]
        # a date before the first figure, or after the last, is shared by all of them
        last = max((one.end for one in scene.amounts), default=position)
        own = (
            [one for one in shared if one.start < first and not total]
            or [one for one in shared if one.start >= last and len(shared) == 1]
            or ([] if total else sorted(one for one in shared if one.end <= position)[-1:])
        )
    if own:
        since = [one for one in own if one.role == "since" and one.start > position and _is_near(scene, one, at)]
        chosen = since[0] if since else min(own, key=lambda one: _distance(scene, one, position))
        return _up_to(scene, _window(chosen, True), chosen, usable)
    if told and scene.said:
        one = scene.dates[min(scene.said)]
        if one.last <= published:
            return _window(one, False)
    return Window(published, published, False, False, None)


_RELATIVE = ("which", "where", "whose", "котор", "где", "куда", "чей")


def is_in_relative(scene: Scene, one: When, at: int) -> bool:
    """Tell whether a date belongs to a relative clause that a figure stands outside of: "a post, which was empty on Monday"."""
    where = scene.token_at(one.start)
    for n in range(max(where - 14, 0), where):
        if scene.tokens[n].text != "," or n + 1 >= len(scene.tokens):
            continue
        if not any(word.startswith(_RELATIVE) for word in scene.words[n + 1 : n + 3]):
            continue
        end = next((k for k in range(n + 2, len(scene.tokens)) if scene.tokens[k].text in ",;:"), len(scene.tokens))
        if where < end and not n < at < end:
            return True
    return False


def _is_near(scene: Scene, one: When, at: int) -> bool:
    """Tell whether only words stand between a figure and a date after it: "28,120 who have arrived since Sunday"."""
    where = scene.token_at(one.start)
    end = next((amount.noun_end for amount in scene.amounts if amount.first == at), at + 1)
    return all(token.text not in ",;:" and not token.is_number for token in scene.tokens[end:where])


def _of_another_verb(scene: Scene, one: When, at: int) -> bool:
    """Tell whether a date stands at another verb, beyond a comma: "closed since Monday, has resumed work"."""
    where = scene.token_at(one.start)
    verbs = scene.of("close", "open", "halt", "resume", "ban")
    if not verbs or not any(token.text == "," for token in scene.tokens[min(at, where) : max(at, where)]):
        return False
    nearest = min(verbs, key=lambda cue: abs(cue.first - where))
    return abs(nearest.first - where) < abs(at - where) and not any(
        token.text == "," for token in scene.tokens[min(nearest.first, where) : max(nearest.first, where)]
    )


def is_of_another(scene: Scene, one: When, at: int, *, inside: bool = True) -> bool:
    """Tell whether a number stands between a figure and a date, so that the date is the number's.

    A date outside the figure's own words is its date only through numbers in a list: "1,460 cars and 38 coaches on Friday".
    """
    position = scene.token_at(one.start)
    between = [
        amount
        for amount in scene.amounts
        if at < amount.first < position
        and amount.dimension not in ("other", "post", "percent")
        and not (amount.dimension == "bare" and amount.value < 10)
        and not (at not in scene.rates and amount.dimension in ("time", "length"))
    ]
    if not between:
        return not inside
    if _is_list_with_date(scene, one, at, between):
        return False
    end = next((amount.noun_end for amount in scene.amounts if amount.first == at), at + 1)
    for amount in between:
        gap = scene.words[end : amount.first]
        if len(gap) > 2 or not all(word in ("and", "и", "plus", ",", "some", "about", "more") for word in gap):
            return True
        end = amount.noun_end  # "1,460 cars and 38 coaches on Friday": one date for both
    return False


def _is_list_with_date(scene: Scene, one: When, at: int, between: Sequence[Amount]) -> bool:
    """Tell whether the date after the last of a list is that of all: "6 km at A, 3.5 km at B and 11 km at C on Sunday"."""
    own = next((amount for amount in scene.amounts if amount.first == at), None)
    where = scene.token_at(one.start)
    if own is None or any(amount.dimension not in (own.dimension, "bare") for amount in between):
        return False
    words = scene.words[own.noun_end : where]
    dated = any(own.start < other.start < one.start for other in scene.dates)
    listed = any(word in ("and", "и", ",") for word in words) and not any(word in _APART for word in words)
    return listed and not dated and where - between[-1].noun_end <= 6


_APART = frozenset(
    ["against", "from", "than", "compared", "up", "down", "after", "before", "but", "while", "said", "when", "of", ";", ":", "с", "до", "против",
     "чем", "после", "а", "но", "which", "who", "—", "–"]
)  # fmt: skip


def is_aside(scene: Scene, one: When) -> bool:
    """Tell whether a date only compares ("twice as many as in November") or says how long something lasts ("until")."""
    at = scene.token_at(one.start)
    before = scene.words[max(at - 3, 0) : at + 1]
    end = scene.token_at(one.end)
    following = scene.tokens[end : end + 2]
    if any(token.is_number for token in following) and any(
        token.text.endswith(("'s", "’s")) for token in scene.tokens[at : end + 1]
    ):
        return False  # "nearly double Friday's 225"
    near = set(scene.before(at, 5))
    if {"period", "период", "периодом"} & near and near & _SAME:
        return True  # "against 212,000 in the same period of last year"
    if scene.after(end, 2) in ([",", "when"], [",", "когда"]):
        return False  # "more than on 3 May, when there were 5,480"
    further = scene.tokens[max(at - 6, 0) : at]
    if any(token.lower in ("than", "чем") for token in further) and not any(token.is_number for token in further):
        return True  # "more than on any day this year"
    if one.role == "since" and _RECORD & set(scene.before(at, 4)):
        return True  # "reopened for the first time since March"
    until = set(scene.words[max(at - 2, 0) : at + 1]) & {"until", "till", "до"}
    if ("as", "of") in itertools.pairwise(before):
        return bool(until)
    comparing = [n for n, word in enumerate(before[:-1]) if word in ("than", "as", "чем", "double", "twice", "triple")]
    counted = comparing and any(word[:1].isdigit() for word in before[comparing[-1] :])  # "more than 500 notices since"
    return bool(until) or bool(comparing and not counted)


_RECORD = frozenset(
    ["time", "first", "highest", "largest", "most", "lowest", "busiest", "longest", "впервые", "рекорд"]
)  # fmt: skip


_SAME = frozenset(
    ["same", "corresponding", "comparable", "previous", "тот", "аналогичный", "аналогичным", "соответствующий", "такой", "прошлый"]
)  # fmt: skip


def _up_to(scene: Scene, window: Window, chosen: When, usable: Sequence[When]) -> Window:
    """Close a window that is open to one side with the other date of the sentence: "as of Sunday 73,000 since 25 August"."""
    if chosen.role == "since" and chosen.last == scene.published:
        ends = [one.last for one in usable if one.role == "by" and chosen.first < one.last < scene.published]
        if not ends and scene.said:
            told = scene.dates[min(scene.said)]
            ends = [told.last] if chosen.first < told.last < scene.published else []
        return window._replace(last=ends[0]) if ends else window
    if chosen.role == "by" and chosen.last <= scene.published:
        starts = [one.first for one in usable if one.role == "since" and one.first < chosen.last]
        return (
            window._replace(first=starts[0], open_start=False, when=chosen._replace(first=starts[0], role="span"))
            if starts
            else window
        )
    return window


def _distance(scene: Scene, one: When, position: int) -> float:
    # a date that follows its figure is likelier to belong to it than one that comes before, and a comma parts them
    low, high = (position, one.start) if one.start >= position else (one.end, position)
    between = {token.text for token in scene.tokens if low <= token.start < high}
    comma = 60 * bool(between & {":", ";"}) + 25 * ("," in between)
    return comma + (high - low) * (1.0 if one.start >= position else 1.3)


def _span(scene: Scene, segment: Sequence[int]) -> tuple[int, int]:
    tokens = scene.tokens
    return tokens[segment[0]].start, tokens[min(segment[1], len(tokens)) - 1].end


def _window(one: When, given: bool) -> Window:
    return Window(one.first, one.last, one.role == "by", given, one)


def since_announcement(scene: Scene) -> bool:
    """Tell whether counting began with the announcement: "since the mobilisation was announced"."""
    return bool(_ANNOUNCED.search(scene.sentence.text.casefold()))


_ANNOUNCED = re.compile(
    r"since (?:the |president |[\w']+ ){0,4}(?:announc|mobili|call-up|decree|order)"
    r"|(?:с момента|после|с начала|со дня) (?:объявлен|мобилиз|указ|начала мобилиз)"
)
