"""The question of when something was counted: its candidates are the days in sight, each with what they make of the number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from borderflow.articles.dates import Role, When
from borderflow.articles.logit import Alternative, Question
from borderflow.articles.memory import Memory
from borderflow.articles.numbers import Amount
from borderflow.articles.scenes import Scene
from borderflow.articles.vicinity import between, vicinity_of
from borderflow.articles.windows import Window, is_aside, is_in_relative, is_of_another, since_announcement
from borderflow.ledger import vocabulary

__all__ = ["Dated", "ask_window"]


class Dated(NamedTuple):
    """A quantity with its window, as a number may be read."""

    quantity: str
    window: Window

    @property
    def key(self) -> tuple[str, dt.date, dt.date, bool]:
        """What a reader sees of it."""
        return self.quantity, self.window.first, max(self.window.first, self.window.last), self.window.open_start


def _windows(scene: Scene, last: Window | None, memory: Memory) -> Iterator[tuple[Window, str]]:
    """Yield the windows in sight, each with where it was found; one may come twice."""
    today = scene.published
    for number, one in enumerate(scene.dates):
        yield Window(one.first, one.last, one.role == "by", True, one), f"here {number}"
    yield Window(today, today, False, False, None), "today"
    said = {word for word in scene.outline if word in _SPEAKS_OF}
    speaks = {_SPEAKS_OF[word] for word in said}
    if last is not None:
        yield last, "of the number before"
        if "before" in speaks:
            yield _moved(last, -1), "before that of the number before"
    for name, when in (("lately", memory.when), ("period", memory.period)):
        if when is not None:
            window = Window(when.first, when.last, when.role == "by", True, when)
            yield window, name
            if "before" in speaks:
                yield _moved(window, -1), f"before {name}"
            if "after" in speaks:
                yield _moved(window, 1), f"after {name}"
    for when, number in memory.spans[-4:]:
        ago = min(memory.number - number, 3)
        yield Window(when.first, when.last, when.role == "by", True, when), f"{ago} sentences ago"
    yield from _made(today, memory.day or today, memory, speaks)
    yield from _begun(scene, memory, today)


#: words by which days that no date names are spoken of
_SPEAKS_OF = {
    stem: kind
    for kind, stems in {
        "before": "previ before earli ago last ( again from compa up down than ранее раньш прошл недел проти чем предыд с до year",
        "after": "after next follo следу после",
        "night": "night overn 0 ночь ночью ночи сутки часа часов hours",
        "week": "week weeks weeke weekl недел неделя выход",
        "day": "yeste eve day накан вчера день previ ( before",
        "year": "year new год года году нового",
        "first": "first open перв первы start",
    }.items()
    for stem in stems.split()
}


def _made(today: dt.date, day: dt.date, memory: Memory, speaks: Collection[str]) -> Iterator[tuple[Window, str]]:
    """Yield the days that words may mean which name no date: the night, the week, the day before."""
    monday, of_day = _monday(today), _monday(day)
    made = [
        ("night", "night", _later(today, -1), today),
        ("night", "last night", _later(day, -1), day),
        ("day", "day", day, day),
        ("day", "day before", _later(day, -1), _later(day, -1)),
        ("day", "yesterday", _later(today, -1), _later(today, -1)),
        ("week", "week to day", _later(day, -6), day),
        ("week", "week to yesterday", _later(today, -7), _later(today, -1)),
        ("week", "last week", _later(monday, -7), _later(monday, -1)),
        ("week", "week of day", of_day, _later(of_day, 6)),
        ("week", "this week", monday, today),
        ("year", "this year", dt.date(today.year, 1, 1), today),
    ]
    if memory.begin is not None:
        made.append(("first", "first day", memory.begin, memory.begin))
    for kind, name, first, end in made:
        if kind in speaks or name == "day":
            yield Window(first, end, False, True, When(0, 0, first, end, "day" if first == end else "span")), name


def _begun(scene: Scene, memory: Memory, today: dt.date) -> Iterator[tuple[Window, str]]:
    """Yield the windows from a day named here or before to the day of the report, or that it speaks of."""
    day = memory.day or today
    starts = dict.fromkeys((one.first for one in scene.dates), "from here")
    for one in ([memory.begin] if memory.begin else []) + [one.first for one, _ in memory.spans[-2:]]:
        starts.setdefault(one, "from earlier")
    ends = {today: "today", _later(today, -1): "yesterday", day: "day"}
    if memory.period is not None:
        ends.setdefault(memory.period.last, "period")
    for when in scene.dates:
        ends.setdefault(when.last, "here")
    for first, where in starts.items():
        for end, name in ends.items():
            if first < end <= today:
                role: Role = "since" if end == today else "span"
                yield Window(first, end, False, True, When(0, 0, first, end, role)), f"{where} to {name}"


def _later(day: dt.date, days: int) -> dt.date:
    """Return the day some days later, or earlier; the calendar's first or last where there is none."""
    return dt.date.fromordinal(min(max(day.toordinal() + days, 1), dt.date.max.toordinal()))


def _monday(day: dt.date) -> dt.date:
    return _later(day, -day.weekday())


def _moved(window: Window, steps: int) -> Window:
    """Return the window of the same length right before or after another."""
    shift = steps * ((window.last - window.first).days + 1)
    first, last = _later(window.first, shift), _later(window.last, shift)
    return Window(first, last, False, True, When(0, 0, first, last, "day" if first == last else "span"))


def _readings(kind: str, window: Window, temporal: Dated) -> Iterator[Dated]:
    """Yield what a window may make of a kind of number: a day's count, a sum up to it, what is usual."""
    yield temporal
    if not kind.endswith("_*"):
        if vocabulary()[kind].kind == "flow":
            yield Dated(kind, window._replace(open_start=True))
            yield Dated(kind, window._replace(open_start=False))
        else:
            yield Dated(kind, window._replace(first=window.last, open_start=False))
        return
    stem = kind.removesuffix("_*")
    words = vocabulary()
    if f"{stem}_daily" in words and (window.last - window.first).days <= 1:
        yield Dated(f"{stem}_daily", window._replace(open_start=False))
    if f"{stem}_partday" in words and window.first == window.last:
        yield Dated(f"{stem}_partday", window)
    if f"{stem}_weekly" in words and (window.last - window.first).days == 6:
        yield Dated(f"{stem}_weekly", window)
    yield Dated(f"{stem}_cumulative", window._replace(first=window.last, open_start=True))
    if window.first < window.last:
        yield Dated(f"{stem}_cumulative", window._replace(open_start=False))
    if f"{stem}_daily_baseline" in words and not window.given:
        yield Dated(f"{stem}_daily_baseline", window)


def ask_window(
    scene: Scene,
    amount: Amount,
    kind: str,
    segment: tuple[int, int],
    around: tuple[str, ...],
    said: Dated,
    last: Window | None,
    memory: Memory,
    temporal: Callable[[Window], Dated],
) -> tuple[Question, list[Dated]]:
    """Return the question of when a number was counted, and what each candidate stands for."""
    windows: dict[tuple[object, ...], tuple[Window, list[str]]] = {}
    for window, source in _windows(scene, last, memory):
        windows.setdefault((window.first, window.last, window.open_start), (window, []))[1].append(source)
    found: dict[tuple[object, ...], tuple[Dated, tuple[str, ...], str]] = {}
    for window, sources in windows.values():
        told = tuple(dict.fromkeys(_told(scene, amount, segment, sources)))
        for one in _readings(kind, window, temporal(window)):
            if one.key not in found:
                found[one.key] = one, told, _source(sources)
    found.setdefault(said.key, (said, (), "ruled"))
    alternatives = tuple(
        Alternative(f"{_word(kind, one)} {source}", _words(scene, amount, kind, one, told, source), one.key)
        for one, told, source in found.values()
    )
    at = list(found).index(said.key)
    trust = (_word(kind, said), kind, found[said.key][2], f"{min(len(scene.dates), 3)} dates")
    question = Question(amount.start, amount.end, around, alternatives, at, trust)
    return question, [one for one, _, _ in found.values()]


def _word(kind: str, one: Dated) -> str:
    """Return what a window makes of a kind of number, in a word."""
    if kind.endswith("_*"):
        return one.quantity.removeprefix(kind[:-1]) + (" to" if one.window.open_start else "")
    return vocabulary()[kind].kind + (" to" if one.window.open_start else "")


def _source(sources: list[str]) -> str:
    for where in ("here", "today", "of the number before", "lately"):
        if any(one.startswith(where) for one in sources):
            return where
    return "made" if sources else "ruled"


def _words(scene: Scene, amount: Amount, kind: str, one: Dated, told: tuple[str, ...], source: str) -> tuple[str, ...]:
    """Return what is true of a reading: its length, whether it lies ahead, and what is told of its window, by what it makes."""
    word = _word(kind, one)
    days = (one.window.last - one.window.first).days
    length = "1" if days <= 0 else "2" if days == 1 else "week" if days < 8 else "long"
    ahead = "ahead" if one.window.last > scene.published else "today" if one.window.last == scene.published else "past"
    dates = f"{min(len(scene.dates), 2)} dates {source}"
    return (
        word,
        ahead,
        dates,
        f"{word} {length}",
        f"{word} {length} {ahead}",
        f"{word} rate {scene.rates[amount.first]}",
        f"{kind} {word}",
        f"{kind} {source}",
        f"{word} {dates}",
        *told,
        *(f"{word} {what}" for what in told),
    )


def _told(scene: Scene, amount: Amount, segment: tuple[int, int], sources: list[str]) -> Iterator[str]:
    for source in sources:
        if source.startswith("here "):
            yield from _of_date(scene, amount, segment, int(source[5:]))
        else:
            yield source
    if since_announcement(scene):
        yield "announced"


def _of_date(scene: Scene, amount: Amount, segment: tuple[int, int], number: int) -> Iterator[str]:
    """Yield what is true of a date of the sentence: how it stands, on which side of the number, how far, beyond what."""
    one = scene.dates[number]
    first, last = scene.token_at(one.start), scene.token_at(one.end - 1) + 1
    near = vicinity_of(amount.first, amount.noun_end, first, last)
    side, reach, low, high = near
    inside = "in" if segment[0] <= first < segment[1] else "out"
    yield f"{one.role}"
    yield f"{one.role} {side} {inside}"
    yield f"{side} {reach}"
    yield f"{inside} {side}"
    if number in scene.said:
        yield "said"
        yield f"said {min(len(scene.dates), 2)} dates"
    if is_aside(scene, one):
        yield "aside"
    if is_in_relative(scene, one, amount.first):
        yield "in relative"
    if is_of_another(scene, one, amount.first, inside=inside == "in"):
        yield f"of another {inside}"
    yield from between(scene, near)
    if any(
        n != number and scene.tokens[low].start <= other.start < scene.tokens[min(high, len(scene.tokens) - 1)].start
        for n, other in enumerate(scene.dates)
        if low < len(scene.tokens)
    ):
        yield f"{side} date between"
    words = scene.outline
    yield f"pre {words[first - 1] if first else ''}"
    yield f"when {scene.words[first][:5]}"
