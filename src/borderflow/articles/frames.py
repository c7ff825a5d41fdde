"""Headings and entry marks: the day and the place that the lines below them belong to.

A live blog writes "14:20 - ..." under the heading of a day, a bulletin "Tuesday, 3 May: ...", a situation report names a
post on a line of its own and lists figures below it. Such a mark is cut off its sentence; what is left is read as if it had
been published on the day of the mark.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from borderflow.articles.cues import MOVES, find_cues
from borderflow.articles.dates import When, find_dates
from borderflow.articles.tokens import Sentence, Token

__all__ = ["Framed", "frame_sentences"]


class Framed(NamedTuple):
    """A sentence without its mark: the day it was written on, and whether a new entry or a heading begins with it.

    ``opens`` is True at the first sentence of an entry of a live blog, which goes on with nothing said before it.
    """

    sentence: Sentence
    day: dt.date
    opens: bool
    heading: bool
    period: When | None = None


_CLOCK = re.compile(r"(?:[01]?\d|2[0-4])[.:][0-5]\d(?::[0-5]\d)?")
_POINT = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,2}")
_OPENING = frozenset(["-", "–", "—", "•", "*", "[", "(", "|", "#", "■", "▪", "●"])
_WITHIN = frozenset(
    [",", "(", ")", "[", "]", "|", "/", "gmt", "utc", "local", "time", "am", "pm", "a", "p", "m", "cet", "msk", "мск", "h", "hrs", "update", "updated",
     "обновлено", "год", "года", "г", "по", "местному", "московскому", "времени", "утро", "вечер", "ночь", "день", "morning", "evening", "afternoon",
     "night", "noon", "and", "at", "в", "о", "o'clock"]
)  # fmt: skip
_ENDING = frozenset(["-", "–", "—", ":", ".", "|"])
_LONGEST_HEADING = 16
_OLDEST = 400  # days between an entry and the report that holds it


def frame_sentences(sentences: Iterable[Sentence], published: dt.date) -> Iterator[Framed]:
    """Yield the sentences of an article with the day on which each was written.

    Examples
    --------
    >>> from borderflow.articles.tokens import split_sentences
    >>> text = "Monday 12 May\\n\\n14:05 - The queue is 3 km long."
    >>> [(one.day.isoformat(), one.sentence.text) for one in frame_sentences(split_sentences(text), dt.date(2031, 5, 14))]
    [('2031-05-12', 'Monday 12 May'), ('2031-05-12', 'The queue is 3 km long.')]
    """
    day, own, paragraph = published, published, -1
    for sentence in sentences:
        if (
            all(not token.is_word for token in sentence.tokens)
            and len(sentence.tokens) <= 2
            and len(sentence.text) <= 4
        ):
            continue  # the number of a point in a list: "3."
        first = sentence.paragraph != paragraph
        paragraph = sentence.paragraph
        own = day if first else own
        if not first or not _may_open(sentence.tokens):
            yield Framed(sentence, own, False, False)
            continue
        dates = find_dates(sentence.text, sentence.start, published)
        mark, timed, marked = _mark(sentence.tokens, dates)
        heading = mark == len(sentence.tokens) or _is_heading(sentence)
        period = next(
            (one for one in dates if heading and (_is_period(one, published) or _is_day_of_report(sentence, one))), None
        )
        roles = ("day", "future", "by") if heading else ("day", "future")
        named = [one for one in (dates if heading else marked) if one.role in roles and _fits(one, published)]
        if timed or heading:
            own = named[-1].last if named else period.last if period else day
            day = own if heading or timed else day
        elif named:
            own = named[-1].first
        rest = (
            _without(sentence, mark) if (timed or (mark and not marked)) and mark < len(sentence.tokens) else sentence
        )
        yield Framed(rest, own, timed, heading, period)


def _may_open(tokens: Sequence[Token]) -> bool:
    """Tell whether a paragraph may begin with a mark, or be a heading: cheap, for it is asked of every paragraph."""
    first = tokens[0]
    return (
        first.is_number
        or first.text in _OPENING
        or tokens[-1].text not in ".!?…;,"
        or bool(_DAY_WORD.fullmatch(first.lower))
    )


_DAY_WORD = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|jan\w*|feb\w*|mar|march|apr\w*|may|jun\w*|jul\w*|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*|today|yesterday"
    r"|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|сегодня|вчера"
)


def _mark(tokens: Sequence[Token], dates: Sequence[When]) -> tuple[int, bool, list[When]]:
    """Return how many tokens of a sentence are a mark of day and hour, whether it has an hour, and its dates."""
    at, timed, named = 0, False, []
    while at < len(tokens) and tokens[at].text in _OPENING:
        at += 1
    if numbered := _numbered(tokens, at):
        return numbered, False, []
    while at < len(tokens):
        token = tokens[at]
        date = next((one for one in dates if one.start <= token.start < one.end), None)
        if date is not None:
            named += [] if date in named else [date]
        elif not timed and _CLOCK.fullmatch(token.text):
            timed = True
        elif not (token.lower in _WITHIN or (token.text == "." and at and tokens[at - 1].lower in _WITHIN)):
            break
        at += 1
    if not timed and not named:
        return 0, False, []
    if at == len(tokens):
        return at, timed, named
    if tokens[at].text in _ENDING:
        while at < len(tokens) and tokens[at].text in _ENDING:
            at += 1
        return at, timed, named
    closed = tokens[at - 1].text in ")]|," or timed
    begins = tokens[at].is_capital or tokens[at].is_number or tokens[at].text in '«“"'
    # "14:20 The queue"; but "On Tuesday, 4,210 people" and "At 14:20 the queue" are plain sentences
    return (
        (at, timed, named)
        if timed and closed and begins and tokens[0].lower not in ("at", "в", "о")
        else (0, False, [])
    )


def _numbered(tokens: Sequence[Token], at: int) -> int:
    """Return how many tokens are the number of a point: "1.2 New arrivals", "3) Planning"."""
    if at + 1 >= len(tokens) or not _POINT.fullmatch(tokens[at].text):
        return 0
    last = at + 1
    while last < len(tokens) and tokens[last].text in ".)":
        last += 1
    dotted = "." in tokens[at].text or last > at + 1
    return last if dotted and last < len(tokens) and tokens[last].is_word and tokens[last].is_capital else 0


def _fits(one: When, published: dt.date) -> bool:
    return (one.first == one.last or one.role == "by") and 0 <= (published - one.last).days <= _OLDEST


def _is_period(one: When, published: dt.date) -> bool:
    """Tell whether a heading names the days that a report is about: "Reporting period: 3 to 9 September"."""
    return one.role == "span" and one.first < one.last <= published and (published - one.first).days <= _OLDEST


_REPORTED_ON = re.compile(
    r"(?:reporting (?:date|day)|figures for|update for|data for|(?:сводка|данные|итоги|обстановка) за)\W*$",
    re.IGNORECASE,
)


def _is_day_of_report(sentence: Sentence, one: When) -> bool:
    """Tell whether a heading says which single day is reported on: "Reporting date: 24 August", "Сводка за 3 мая"."""
    before = sentence.text[: one.start - sentence.start]
    return one.role == "day" and bool(_REPORTED_ON.search(before))


def _is_heading(sentence: Sentence) -> bool:
    """Tell whether a line stands by itself, without an end and without a verb that says what happened."""
    tokens = sentence.tokens
    item = tokens[0].text in _OPENING and tokens[0].text not in "[(#|"
    if item or len(tokens) > _LONGEST_HEADING or tokens[-1].text in ".!?…;,":
        return False
    return not any(
        cue.kind in _HAPPENS and not tokens[cue.first].lower.startswith(_NAMING) for cue in find_cues(tokens)
    )


#: nouns of what a heading may name: they say nothing of what happened
_NAMING = ("report", "сообщ", "influx", "inflow", "arrivals", "outflow", "exodus", "departures", "entries", "exits", "returns", "onward", "wait", "въезд",
           "выезд", "приток", "поток", "исход", "возвращени", "ожидани")  # fmt: skip
_HAPPENS = (
    MOVES
    | {
        "close",
        "open",
        "halt",
        "resume",
        "ban",
        "exit ban",
        "hand out",
        "call up",
        "wait",
        "say",
        "deny",
        "sold out",
        "queue gone",
        "gone",
    }
) - {"cross"}


def _without(sentence: Sentence, size: int) -> Sentence:
    """Return a sentence without its first tokens."""
    tokens = sentence.tokens[size:]
    return sentence._replace(
        start=tokens[0].start, text=sentence.text[tokens[0].start - sentence.start :], tokens=tokens
    )
