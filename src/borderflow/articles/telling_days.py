"""From which day an event holds: the days in sight of a telling, and what speaks for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from borderflow.articles.cues import Cue
from borderflow.articles.dates import When
from borderflow.articles.logit import Alternative, Question
from borderflow.articles.scenes import BREAKS, Scene
from borderflow.articles.telling_words import AHEAD, BE, bucket, plain
from borderflow.articles.tellings import Telling
from borderflow.articles.windows import choose_window

__all__ = ["DayOption", "ask_day", "days_of"]


class DayOption(NamedTuple):
    """A day from which an event may hold, and what speaks for it."""

    day: dt.date
    words: tuple[str, ...]


def days_of(telling: Telling) -> list[DayOption]:
    """Return the days in sight of a telling, each once; of a weekday the one before and the one after."""
    found: dict[dt.date, list[str]] = {}
    for day, words in _days(telling):
        found.setdefault(day, []).extend(words)
    for event in telling.found:
        found.setdefault(event.first, ["by rules only"])
    return [DayOption(day, tuple(dict.fromkeys(words))) for day, words in found.items()]


def _tense(telling: Telling) -> str:
    scene, anchor = telling.scene, telling.anchor
    before = scene.before(anchor.first, 6)
    word = scene.words[anchor.first]
    ahead = (
        bool(set(before) & AHEAD)
        or before[-1:] == ["to"]
        or word.endswith(("ют", "ет", "ит", "ят", "утся", "ется", "ятся", "ится"))
    )
    past = word.endswith(
        ("ed", "ли", "ла", "ло", "лся", "лись", "лась", "лось", "ыт", "ыта", "ыто", "ыты", "ен", "ена", "ены", "ено")
    ) or bool(set(before[-3:]) & BE)
    return "ahead" if ahead else "past" if past else "plain"


def _days(telling: Telling) -> Iterator[tuple[dt.date, list[str]]]:
    scene, anchor, past = telling.scene, telling.anchor, telling.past
    published, tense = scene.published, _tense(telling)
    usable = [n for n in range(len(scene.dates)) if n not in scene.said]
    state = "no date" if not scene.dates else "only said" if not usable else "dated"
    week = dt.timedelta(days=7)
    yield (
        published,
        ["published", f"published {state}", f"published {tense} {state}", f"published {telling.kind.quantity} {state}"],
    )
    yield published - dt.timedelta(days=1), ["eve"]
    window = choose_window(scene, scene.clause(anchor.first), anchor.first, told=False)
    if window.given:
        yield window.first, ["by window", f"by window {window.when.role if window.when else ''}"]
    low, high = scene.clause(anchor.first)
    order = sorted(scene.dates, key=lambda one: _far(scene, one, anchor))
    for rank, one in enumerate(order):
        at = scene.token_at(one.start)
        side = "before" if at < anchor.first else "after"
        said = scene.dates.index(one) in scene.said
        between = scene.tokens[min(at, anchor.last) : max(at, anchor.first)]
        words = [
            "date", f"date {one.role}", f"date {one.role} {side}", f"rank {min(rank, 3)}", f"rank {min(rank, 3)} {side}", f"gap {bucket(abs(at - anchor.first))}",
            "date in" if low <= at < high else "date out", f"date marks {min(sum(token.text in BREAKS for token in between), 2)}",
            f"date -1 {plain(scene.word(at - 1))}", f"date at {plain(scene.word(at))}",
        ]  # fmt: skip
        if said:
            words.append("date said")
        if any(cue.first < at and at - cue.first <= 3 for cue in scene.of("say")):
            words.append("date by say")
        relation = "future" if one.first > published else "today" if one.first == published else "past"
        words += [f"date {relation} {tense}"]
        name = telling.kind.quantity
        words += [
            f"{name} date",
            f"{name} date {one.role} {side}",
            f"{name} date {relation}",
            f"date -2 {plain(scene.word(at - 2))}",
        ]
        away = (one.first - published).days
        words.append(f"date away {max(min(away, 8), -8)}")
        if (published - one.first).days > 60:
            words.append("date old")
        yield one.first, words
        if one.last != one.first:
            yield one.last, ["date end", f"date end {one.role}", f"date end {one.role} {tense}"]
        if _is_weekday(scene, one):
            other = one.first + week if one.first <= published else one.first - week
            if abs((other - published).days) <= 9:
                away = max(min((other - published).days, 8), -8)
                kept = [
                    word
                    for word in words
                    if not word.startswith(("date future", "date past", "date today", "date away"))
                ]
                way = "to future" if other > published else "to past"
                before = plain(scene.word(at - 1))
                yield (
                    other,
                    [
                        *kept,
                        "turned",
                        f"turned {tense} {way}",
                        f"turned away {away}",
                        f"turned {way} -1 {before}",
                        f"turned {way} {name}",
                    ],
                )
    yield from _lasting_days(telling)
    if past.day is not None:
        yield past.day, ["past day", f"past day {'near' if past.day_near else 'far'} {state}"]
    if past.anchor is not None:
        yield past.anchor, ["past anchor", f"past anchor {state}"]
    if telling.following is not None:
        opens = plain(telling.following.words[0])
        for n, one in enumerate(telling.following.dates[:2]):
            yield (
                one.first,
                [
                    "next",
                    f"next {state} {one.role}",
                    f"next {'said' if n in telling.following.said else 'own'}",
                    f"next opens {opens}",
                ],
            )
    for back, earlier in enumerate(past.scenes, start=1):
        for n, one in enumerate(earlier.dates):
            yield (
                one.first,
                [
                    f"back {back}",
                    f"back {back} {state} {one.role}",
                    f"back {back} {'said' if n in earlier.said else 'own'}",
                ],
            )


def _lasting_days(telling: Telling) -> Iterator[tuple[dt.date, list[str]]]:
    """Yield the days from which something has lasted for some time: "for nine days", "since one week", "for a fifth day"."""
    scene, anchor = telling.scene, telling.anchor
    spans = [
        (one.first, int(one.value // 24))
        for one in scene.amounts
        if one.dimension == "time" and one.value >= 24 and one.value % 24 == 0
    ]
    words = scene.words
    for n, word in enumerate(words[:-1]):
        if word in _ORDINALS and words[n + 1].startswith(("day", "день", "сутк", "дня")):
            spans.append((n, _ORDINALS[word] - 1))
            spans.append((n, _ORDINALS[word]))
        if word in ("week", "неделю", "недели") and not any(at <= n <= at + 3 for at, _ in spans):
            spans.append((n, 7))
    for at, days in spans:
        if 0 < days <= 60:
            side = "after" if at >= anchor.first else "before"
            yield (
                scene.published - dt.timedelta(days=days),
                [
                    "lasting",
                    f"lasting {side}",
                    f"lasting -1 {plain(scene.word(at - 1))}",
                    f"lasting gap {bucket(abs(at - anchor.first))}",
                ],
            )


_ORDINALS = {
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "второй": 2, "третий": 3, "четвертый": 4, "пятый": 5, "шестой": 6, "седьмой": 7, "третьи": 3, "вторые": 2, "вторую": 2, "третью": 3,
}  # fmt: skip
_WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "понедельник",
    "вторник",
    "сред",
    "четверг",
    "пятниц",
    "суббот",
    "воскресень",
)


def _is_weekday(scene: Scene, one: When) -> bool:
    words = [token.lower for token in scene.tokens if one.start <= token.start < one.end]
    return any(word.startswith(_WEEKDAYS) for word in words) and not any(word.isdigit() for word in words)


def _far(scene: Scene, one: When, anchor: Cue) -> int:
    at = scene.token_at(one.start)
    return max(at - anchor.last, anchor.first - at, 0)


def ask_day(telling: Telling, options: Sequence[DayOption]) -> Question:
    """Return the question from which day an event holds."""
    said = next((n for n, one in enumerate(options) if telling.found and one.day == telling.found[0].first), -1)
    trust = (telling.kind.family,) if telling.found else ()
    return Question(
        telling.start, telling.end, (), tuple(Alternative("day", one.words) for one in options), said, trust
    )
