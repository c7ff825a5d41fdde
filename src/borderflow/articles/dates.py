"""Date phrases, English and Russian, resolved against the day of publication.

Phrases are found by the patterns below (a date parser let loose on running text invents dates: "12,400" becomes
12 December); single days with a month go to dateparser, weekdays and spans are counted here. A weekday is the last one
up to the day of publication, or the next one where the sentence speaks of the future.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from borderflow.articles.date_phrases import (
    ALREADY,
    AND,
    BETWEEN,
    BY,
    CLAUSE,
    DAYS_TO,
    END_OF,
    FROM_NOW,
    FUTURE,
    HOLIDAYS,
    HOUR,
    MONTHS,
    NAMES,
    RANGE_ON,
    SCAN,
    SCHEDULED,
    SINCE,
    SMALL,
    START_OF,
    TRIGGER,
    WEEKDAYS,
)

__all__ = ["Role", "When", "find_dates"]

Role = Literal["day", "span", "since", "by", "future"]


class When(NamedTuple):
    """A date phrase: its place, its first and last day, and how it stands.

    ``role`` is ``day`` (one day), ``span`` (a closed window), ``since`` (from ``first`` on; ``last`` is the day of
    publication) or ``by`` (until ``last``; the start is not known).
    """

    start: int
    end: int
    first: date
    last: date
    role: Role
    is_start: bool = False
    since: bool = False


def find_dates(
    text: str, offset: int, published: date, anchor: date | None = None, begin: date | None = None
) -> list[When]:
    """Return the date phrases of one sentence; ``offset`` is where the sentence starts in the article.

    "The day before" and "two days later" count from the day named before them in the sentence, else from ``anchor``,
    the day that the sentences before spoke of, else from the day of publication.

    Examples
    --------
    >>> [(one.first.isoformat(), one.role) for one in find_dates("It closed on Tuesday.", 0, date(2031, 5, 14))]
    [('2031-05-13', 'day')]
    >>> find_dates("Since 10 May", 0, date(2031, 5, 14))[0].role
    'since'
    """
    lower = _lower(text)
    if not TRIGGER.search(lower):
        return []
    atoms = _atoms(lower, text, published, anchor, begin)
    return [one._replace(start=one.start + offset, end=one.end + offset) for one in _join(lower, atoms, published)]


_SAME_LENGTH = str.maketrans({"ё": "е", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\n": " "})


def _lower(text: str) -> str:
    """Return a text in small letters, letter for letter: "İpsala" has as many after as before."""
    small = text.lower()
    if len(small) != len(text):
        small = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return small.translate(_SAME_LENGTH)


def _atoms(lower: str, text: str, published: date, anchor: date | None, begin: date | None) -> list[When]:
    taken = bytearray(len(lower))
    matches: list[tuple[int, str, re.Match[str]]] = []
    for name, pattern, words in SCAN:
        if words and not any(word in lower for word in words):
            continue
        for match in pattern.finditer(lower):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            if name == "month" and match.group("mm") in NAMES and not _is_month(lower, text, match):
                continue
            if name in ("day", "days") and not _is_capital_may(lower, text, match):
                continue
            taken[start:end] = b"\1" * (end - start)
            matches.append((start, name, match))
    found: list[When] = []
    for _, name, match in sorted(matches, key=lambda one: one[0]):
        counted = begin if name == "first day" and begin else anchor
        try:
            window = _resolve_in_turn(name, match, published, counted, lower)
        except (ValueError, OverflowError):
            window = None  # "5 years before 1 January 0001": no calendar has it
        if window is not None:
            start_of = match.group().startswith(("начала", "start", "beginning"))
            found.append(
                When(
                    *match.span(), *window, "day" if window[0] == window[1] else "span", start_of, name == "since then"
                )
            )
            anchor = window[1]
    return found


def _resolve_in_turn(
    name: str, match: re.Match[str], published: date, anchor: date | None, lower: str
) -> tuple[date, date] | None:
    """Resolve a phrase that may count from the day spoken of before it."""
    day = timedelta(days=1)
    match name:
        case "before":
            one = (anchor or published) - day
        case "after":
            one = (anchor or published) + day
        case "day only":
            found = _nearest_with(int(match.group("od") or match.group("rod")), anchor or published)
            if found is None:
                return None
            one = found
        case "those days":
            length = _count(match.group("tn")) * (1 if match.group("tu").startswith(("day", "дн")) else 7)
            if anchor is None and length < 7:
                return None
            last = published if length >= 7 or anchor is None else anchor
            return last - day * (length - 1), last
        case "half":
            start, end = _named_month_of(match.group("hm"), published)
            middle = start.replace(day=15)
            return (start, middle) if match.group("hq").startswith(("first", "перв")) else (middle + day, end)
        case "first days":
            start, end = _named_month_of(match.group("fm"), published)
            length = 7 if match.group("fn").startswith(("week", "недел")) else _count(match.group("fn"))
            return start, min(start + day * (length - 1), end)
        case "same" | "first day" | "since then":
            if anchor is None:
                return None
            one = anchor
        case "later":
            count = match.group("ln") or match.group("rln") or match.group("sln")
            unit = match.group("lu") or match.group("rlu") or match.group("slu")
            if anchor is None:
                return None
            one = anchor + _count(count) * day * (7 if unit.startswith(("week", "недел")) else 1)
        case "week before":
            monday = (anchor or published) - day * (anchor or published).weekday()
            return monday - 7 * day, monday - day
        case "ago" if match.groupdict().get("how") in ("earlier", "before", "ранее", "раньше", "previously"):
            return _ago(match, anchor or published)
        case _:
            ahead = _looks_ahead(lower, *match.span()) or (name == "weekday" and _is_set_down(lower, match, published))
            return _resolve(name, match, published, ahead)
    return one, one


def _is_set_down(lower: str, match: re.Match[str], published: date) -> bool:
    """Tell whether a weekday of the coming three days goes with a verb of the present: "stops admitting them on Thursday"."""
    days = (_number_of(WEEKDAYS, match.group("wd")) - published.weekday()) % 7
    if not 1 <= days <= 3:
        return False
    first = max(
        (found.end() for found in CLAUSE.finditer(lower, max(match.start() - 120, 0), match.start())),
        default=max(match.start() - 120, 0),
    )
    last = next((found.start() for found in CLAUSE.finditer(lower, match.end(), match.end() + 120)), match.end() + 120)
    return bool(SCHEDULED.search(lower[first:last])) and "since" not in lower[first : match.start()]


def _nearest_with(number: int, near: date) -> date | None:
    """Return the day of this number that is nearest: "the 31st", said on 2 November, is in October."""
    days = [near + timedelta(days=shift) for shift in range(-31, 32)]
    return min((one for one in days if one.day == number), key=lambda one: abs(one - near), default=None)


def _named_month_of(name: str, published: date) -> tuple[date, date]:
    month = _number_of(MONTHS, name) + 1
    year = published.year - (month > published.month)
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _count(text: str) -> int:
    word = text.split()[-1]  # "the last two weeks"
    return int(word) if word.isdigit() else SMALL[word]


_OTHER_VERB = re.compile(r" (?:and|и) (?:will|would|is to|are to|не |будет|будут)")


def _looks_ahead(lower: str, start: int, end: int) -> bool:
    """Tell whether the clause around a phrase speaks of the future."""
    first = max(
        (found.end() for found in CLAUSE.finditer(lower, max(start - 200, 0), start)), default=max(start - 200, 0)
    )
    last = next((found.start() for found in CLAUSE.finditer(lower, end, end + 200)), end + 200)
    other = _OTHER_VERB.search(lower, end, last)
    last = other.start() if other else last  # "stopped on Monday and will not run again before May"
    now = FROM_NOW.search(lower[first:start])
    if (
        now
        and not (now.group().startswith("as of") and _is_count(lower[first:start], lower[end : end + 80]))
        and not RANGE_ON.match(lower[end:])
    ):
        return True
    return bool(FUTURE.search(lower[first:last]))


def _is_count(before: str, after: str) -> bool:
    """Tell whether "as of" says up to when something was counted: "5,200 had entered as of Sunday"."""
    return bool(ALREADY.search(before) or ALREADY.search(after) or re.search(r"\d,\d|\d{3}", before + after))


def _is_capital_may(lower: str, text: str, match: re.Match[str]) -> bool:
    """Tell a month from the verb: "18 to 60 may leave"."""
    at = match.group().find("may")
    return (
        at < 0
        or not match.group()[at:].startswith("may")
        or lower[match.start() + at - 1 : match.start() + at].isalpha()
        or text[match.start() + at].isupper()
    )


def _is_month(lower: str, text: str, match: re.Match[str]) -> bool:
    before = lower[: match.start()].rstrip().rsplit(" ", 1)[-1]
    return (
        text[match.start()].isupper()
        and before in ("in", "since", "by", "of", "until", "last", "this", "early", "late", "mid")
    ) or before in ("в", "с", "за", "начала", "конца", "к")


def _resolve(name: str, match: re.Match[str], published: date, future: bool) -> tuple[date, date] | None:
    day = timedelta(days=1)
    monday = published - day * published.weekday()
    try:
        match name:
            case "day":
                one = _parse(match.group(), published, future)
                return None if one is None else (one, one)
            case "days":
                return _days(match, published)
            case "today":
                return published, published
            case "some hours":
                return published - day * (int(match.group("hn") or match.group("hr")) // 24), published
            case "weekend" if future and match.group().startswith(("this", "the", "эт", "на ")):
                return monday + day * 5, monday + day * 6
            case "night to":
                one = _weekday(match.group("nd"), "", published, future)
                return one - day, one
            case "overnight":
                return published - day, published
            case "yesterday":
                return published - day, published - day
            case "before yesterday":
                return published - day * 2, published - day * 2
            case "holiday":
                month, number = next(one for name, one in HOLIDAYS.items() if match.group("hol").startswith(name))
                one = _nearest(month, number, published, future)
                return one, one
            case "tomorrow":
                return published + day, published + day
            case "weekend":
                saturday = monday - day * 2
                return saturday, saturday + day
            case "weekday":
                one = _weekday(match.group("wd"), match.group("wq") or "", published, future)
                return one, one
            case "hours":
                return published - day, published
            case "past days":
                return _past_days(match, published)
            case "past week":
                return published - day * 7, published
            case "last week":
                return monday - day * 7, monday - day
            case "this week":
                return monday, published
            case "last month" | "this month":
                return _month_of(published, -1 if name == "last month" else 0, published)
            case "last year" | "this year":
                year = published.year - (name == "last year")
                return date(year, 1, 1), min(date(year, 12, 31), published)
            case "year":
                year = int(match.group("yy") or match.group("yr"))
                return date(year, 1, 1), min(date(year, 12, 31), max(published, date(year, 1, 1)))
            case "month":
                return _named_month(match, published, future)
            case "ago":
                return _ago(match, published)
    except (ValueError, OverflowError):
        return None
    return None


@lru_cache(maxsize=4096)
def _parse(phrase: str, published: date, future: bool) -> date | None:
    """Parse a day with a month by dateparser, in the year that makes it nearest."""
    import dateparser

    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", phrase):
        return date.fromisoformat(phrase)
    if short := re.fullmatch(r"(\d{1,2})\.(\d{2})", phrase):
        return _nearest(int(short.group(2)), int(short.group(1)), published, future)
    clean = re.sub(r"^the | of\b|(?<=\d)(?:st|nd|rd|th|-го|-е)\b| года| г\.|[,.](?= |$)", "", phrase)
    base = datetime(published.year, published.month, published.day)
    languages = ["ru"] if re.search(r"[а-я]", phrase) else ["en"]
    parsed = dateparser.parse(
        clean,
        languages=languages,
        settings={"RELATIVE_BASE": base, "PREFER_DATES_FROM": "current_period", "DATE_ORDER": "DMY"},
    )
    if parsed is None:
        return None
    one: date = parsed.date()
    if re.search(r"\d{4}", phrase):
        return one
    return _nearest(one.month, one.day, published, future)


def _nearest(month: int, day: int, published: date, future: bool) -> date:
    """Return the day of the year that lies nearest: up to two months ahead, unless the sentence looks ahead anyway."""
    years = (published.year - 1, published.year, published.year + 1)
    days = [date(year, month, min(day, calendar.monthrange(year, month)[1])) for year in years]
    ahead = 330 if future else 45
    fitting = [one for one in days if (one - published).days <= ahead]
    if future:
        return min(fitting, key=lambda one: abs((one - published).days))
    return max(fitting)


def _number_of(names: Sequence[str], word: str) -> int:
    return next(number for number, pattern in enumerate(names) if re.fullmatch(pattern, word))


def _weekday(word: str, qualifier: str, published: date, future: bool) -> date:
    wanted = _number_of(WEEKDAYS, word)
    back = (published.weekday() - wanted) % 7
    if qualifier.startswith(("next", "following", "the following", "следующ", "ближайш")):
        return published + timedelta(days=(7 - back) or 7)
    if qualifier.startswith(("last", "past", "прошл", "минувш")):
        return published - timedelta(days=back or 7)
    if future and back:
        return published + timedelta(days=7 - back)
    return published - timedelta(days=back)


def _days(match: re.Match[str], published: date) -> tuple[date, date] | None:
    kind = "d" if match.group("dm") else "e"
    month = _number_of(MONTHS, match.group(f"{kind}m")) + 1
    first, last = int(match.group(f"{kind}1")), int(match.group(f"{kind}2"))
    if not 1 <= first < last <= 31:
        return None
    if match.group(f"{kind}y"):
        year = int(match.group(f"{kind}y"))
        return date(year, month, first), date(year, month, last)
    end = _nearest(month, last, published, False)
    return end.replace(day=first), end


def _past_days(match: re.Match[str], published: date) -> tuple[date, date] | None:
    text = match.group("pn") or match.group("qn") or match.group("rn") or ""
    unit = match.group("pu") or match.group("qu") or match.group("ru") or "days"
    if match.group("rec") or text in ("few", "several"):
        return None  # "in recent days": no window that could be named
    if match.group("pm"):
        return _months_before(published, 1), published
    count = int(text) if text.isdigit() else SMALL.get(text, 1)
    if unit[0] == "m":
        return _months_before(published, count), published
    return published - timedelta(days=count * (7 if unit.startswith(("w", "нед")) else 1)), published


def _months_before(one: date, count: int) -> date:
    month = (one.month - 1 - count) % 12 + 1
    year = one.year + (one.month - 1 - count) // 12
    return date(year, month, min(one.day, calendar.monthrange(year, month)[1]))


def _month_of(published: date, shift: int, limit: date) -> tuple[date, date]:
    month = (published.month - 1 + shift) % 12 + 1
    year = published.year + (published.month - 1 + shift) // 12
    last = date(year, month, calendar.monthrange(year, month)[1])
    return date(year, month, 1), min(last, limit)


def _named_month(match: re.Match[str], published: date, future: bool) -> tuple[date, date]:
    month = _number_of(MONTHS, match.group("mm")) + 1
    if match.group("my"):
        year = int(match.group("my"))
    elif match.group("ml"):
        year = published.year - 1
    else:
        year = published.year - (month > published.month and not (future and month - published.month <= 4))
    first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    part = match.group("mq") or ""
    if any(word in part for word in ("early", "start", "begin", "начал")):
        last = date(year, month, 10)
    elif any(word in part for word in ("mid", "серед")):
        first, last = date(year, month, 11), date(year, month, 20)
    elif any(word in part for word in ("late", "end", "кон")):
        first = date(year, month, 21)
    return first, last if last < published or first > published else published


def _ago(match: re.Match[str], published: date) -> tuple[date, date] | None:
    number, unit = match.group("an"), match.group("au") or ""
    if number in ("неделю", "месяц", "год", "сутки", "день"):
        number, unit = "1", number
    if not unit:
        return None
    count = int(number) if number.isdigit() else SMALL[number]
    days = (
        7
        if unit.startswith(("week", "недел"))
        else 14
        if unit.startswith("fortnight")
        else 30
        if unit.startswith(("month", "месяц"))
        else 365
        if unit.startswith(("year", "лет", "год"))
        else 1
    )
    one = published - timedelta(days=count * days)
    return one, one


def _join(lower: str, atoms: list[When], published: date) -> list[When]:
    """Join two atoms to a window, and read what stands before an atom: since, by, from ... to."""
    found: list[When] = []
    at = 0
    while at < len(atoms):
        one = atoms[at]
        before = _without_hour(lower[max(one.start - 100, 0) : one.start])
        between = BETWEEN.search(before)
        if at + 1 < len(atoms) and not between and _are_one_window(lower, one, atoms[at + 1]):
            found.append(
                _placed(one._replace(end=atoms[at + 1].end, last=atoms[at + 1].last, role="span"), before, published)
            )
            at += 2
            continue
        if (
            at + 1 < len(atoms)
            and between
            and AND.fullmatch(lower[one.end : atoms[at + 1].start])
            and one.first <= atoms[at + 1].last
        ):
            other = atoms[at + 1]
            found.append(When(one.start - len(before) + between.start(), other.end, one.first, other.last, "span"))
            at += 2
            continue
        try:
            found.append(_placed(one, before, published))
        except OverflowError:  # "in the 20 days to 1 January 0001"
            found.append(one)
        at += 1
    return found


def _without_hour(before: str) -> str:
    """Return the words before a date with the hour blanked out: "as of 6 a.m. on September 29"."""
    match = HOUR.search(before)
    if match is None:
        return before
    # the blanks go to the front, so that the words before the hour stand next to the date
    return " " * len(match.group() + " ") + before[: match.start()]


def _are_one_window(lower: str, one: When, other: When) -> bool:
    """Tell whether two days that follow each other are one window: "on Sunday and Monday"."""
    return (
        one.role == other.role == "day"
        and (other.first - one.first).days == 1
        and lower[one.end : other.start].strip() in ("and", "и")
        and not re.match(r"\s*respectively|\s*соответственно", lower[other.end :])
    )


def _is_whole_month(one: When, published: date) -> bool:
    return one.first.day == 1 and (one.last == published or (one.last - one.first).days >= 27)


def _placed(one: When, before: str, published: date) -> When:
    if one.role == "span" and one.last >= published and END_OF.search(before):
        return one._replace(first=published, last=max(one.last, published + timedelta(days=1)), role="future")
    if one.since:
        return one._replace(last=max(one.first, published), role="since")
    if one.role == "day" and (days := DAYS_TO.search(before)):
        length = timedelta(days=6 if days.group("w") else 1 if days.group("h") else _count(days.group("n")) - 1)
        return When(one.start - len(before) + days.start(), one.end, one.first - length, one.last, "span")
    since = SINCE.search(before) or START_OF.search(before)
    if since and since.group().strip().endswith("as of") and one.role == "day" and one.first <= published:
        return one._replace(start=one.start - len(before) + since.start(), role="by")
    if (
        since
        and one.first <= published
        and (
            one.role == "day"
            or one.is_start
            or (one.role == "span" and re.search(r"(?:late|mid|early)[ -]*$", before))
            or START_OF.search(before)
            or since.group().startswith("since")
            or _is_whole_month(one, published)
        )
    ):
        begin = one.start - len(before) + since.start()
        shift = 20 * ("late" in since.group()) + 10 * ("mid" in since.group())
        first = one.first + timedelta(days=shift if one.role == "span" else 0)
        return When(begin, one.end, first, max(first, published), "since")
    if since and one.role == "day":
        return one._replace(start=one.start - len(before) + since.start(), role="future")
    by = BY.search(before)
    if by and one.role == "day":
        return one._replace(start=one.start - len(before) + by.start(), role="by")
    return one
