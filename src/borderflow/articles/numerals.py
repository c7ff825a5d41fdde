"""Numerals, in digits and in words, English and Russian: what number some tokens spell."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from borderflow.articles.tokens import Token

__all__ = ["AND_MORE", "UNITS", "Numeral", "numeral_at", "several_at", "words_at"]


UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
    "один": 1, "одна": 1, "одного": 1, "два": 2, "две": 2, "двух": 2, "двое": 2, "двоих": 2, "три": 3, "трех": 3, "трое": 3,
    "троих": 3, "четыре": 4, "четырех": 4, "четверо": 4, "пять": 5, "пяти": 5, "пятеро": 5, "шесть": 6, "шести": 6,
    "шестеро": 6, "семь": 7, "семи": 7, "семеро": 7, "восемь": 8, "восьми": 8, "девять": 9, "девяти": 9, "десять": 10,
    "десяти": 10, "одиннадцать": 11, "одиннадцати": 11, "двенадцать": 12, "двенадцати": 12, "тринадцать": 13,
    "четырнадцать": 14, "пятнадцать": 15, "пятнадцати": 15, "шестнадцать": 16, "семнадцать": 17, "восемнадцать": 18,
    "девятнадцать": 19, "двадцать": 20, "двадцати": 20, "тридцать": 30, "тридцати": 30, "сорок": 40, "сорока": 40,
    "пятьдесят": 50, "пятидесяти": 50, "шестьдесят": 60, "шестидесяти": 60, "семьдесят": 70, "семидесяти": 70,
    "восемьдесят": 80, "восьмидесяти": 80, "девяносто": 90, "сто": 100, "ста": 100, "двести": 200, "двухсот": 200,
    "триста": 300, "трехсот": 300, "четыреста": 400, "четырехсот": 400, "пятьсот": 500, "пятисот": 500, "шестьсот": 600,
    "шестисот": 600, "семьсот": 700, "семисот": 700, "восемьсот": 800, "восьмисот": 800, "девятьсот": 900, "девятисот": 900,
    "двоим": 2, "троим": 3, "четверых": 4, "пятерых": 5, "шестерых": 6, "семерых": 7, "восьмерых": 8, "десятерых": 10, "dozen": 12, "полтора": 1.5, "полторы": 1.5, "полутора": 1.5, "пол": 0.5, "дюжина": 12,
}  # fmt: skip


_SCALES = (("hundred", 100.0), ("thousand", 1e3), ("million", 1e6), ("billion", 1e9), ("тысяч", 1e3), ("тыс", 1e3), ("млн", 1e6),
           ("миллион", 1e6), ("млрд", 1e9), ("миллиард", 1e9), ("mln", 1e6), ("bn", 1e9))  # fmt: skip


_WHOLE = {
    "полмиллиона": 5e5,
    "полтысячи": 500.0,
    "полсотни": 50.0,
    "сотня": 100.0,
    "сотню": 100.0,
    "тысяча": 1e3,
    "тысячу": 1e3,
    "миллион": 1e6,
}


_VAGUE = (  # several of a scale: at least ten of the next lower one
    (("tens", "of", "thousands"), 10_000.0), (("hundreds", "of", "thousands"), 100_000.0), (("dozens", "of", "thousands"), 20_000.0),
    (("десятк", "тысяч"), 10_000.0), (("сотн", "тысяч"), 100_000.0),
)  # fmt: skip


_VAGUE_STARTS = tuple({words[0] for words, _ in _VAGUE})


_PLURAL_ENDINGS = 3


_BEFORE_TIME = frozenset(
    ["about", "around", "almost", "nearly", "over", "than", "least", "waited", "wait", "for", "take", "takes", "took", "lasted", "to"]
)  # fmt: skip


_STARTS = frozenset({*UNITS, *_WHOLE, "half", "quarter", "a", "an", "суток", "сутки"})
AND_MORE = (("с", "лишним"), ("с", "небольшим"), ("с", "гаком"), ("с", "хвостиком"))
_BEFORE_DAY = frozenset(
    ["более", "больше", "меньше", "менее", "около", "почти", "порядка", "свыше", "ждут", "ждать", "ждал", "ждали", "стоят", "стоять", "стояли", "простояли",
     "провели", "заняло", "занимает", "примерно"]
)  # fmt: skip


class Numeral(NamedTuple):
    """A number spelled by some tokens: from ``first`` to before ``last``, its value, and the scale that its words name."""

    first: int
    last: int  # exclusive
    value: float
    scale: float
    digits: bool


def numeral_at(tokens: Sequence[Token], at: int) -> Numeral | None:
    """Return the number that begins at a token, in digits or words, or None."""
    token = tokens[at]
    if token.is_number:
        return _digits(tokens, at)
    word = token.lower
    if not (word in _STARTS or "-" in word):
        return None  # most words
    if word in _WHOLE:
        return _spelled_out(tokens, at) or Numeral(at, at + 1, _WHOLE[word], 1.0, False)
    if word in ("half", "quarter") and words_at(tokens, at + 1, 2) in (("a", "million"), ("of", "a")):
        size = at + (3 if word == "half" else 4)
        if size <= len(tokens) and tokens[size - 1].lower == "million":
            return Numeral(at, size, 5e5 if word == "half" else 2.5e5, 1.0, False)
    if (spell := _spell(tokens, at)) is not None:
        return spell
    if word not in UNITS and not (word == "a" and at + 1 < len(tokens)):
        if "-" in word and all(part in UNITS for part in word.split("-")):
            return _scaled(tokens, at, at + 1, float(sum(UNITS[part] for part in word.split("-"))), False)
        return None
    if word not in UNITS:
        return None
    spelled = _spelled_out(tokens, at)
    if spelled is not None:
        return spelled
    value, last = float(UNITS[word]), at + 1
    while last < len(tokens) and tokens[last].lower in UNITS and UNITS[tokens[last].lower] < _lowest(value):
        value += UNITS[tokens[last].lower]
        last += 1
    if word in ("one", "один", "одна", "одного") and last == at + 1 and _scale(tokens, last) == 1.0:
        return None  # "one of them", "one lane"
    return _scaled(tokens, at, last, value, False)


def _spelled_out(tokens: Sequence[Token], at: int, start: float = 0.0) -> Numeral | None:
    """Return a number of thousands and hundreds in words: "six hundred and fifty", "две тысячи шестьсот", "тысячу двести"."""
    total, group, last, steps = 0.0, start, at, int(start > 0)
    lowest = math.inf  # the scale named last: a further part must be smaller
    while last < len(tokens):
        word = tokens[last].lower
        if (
            word in ("and",)
            and steps
            and last + 1 < len(tokens)
            and _word_value(tokens[last + 1].lower)
            and group % 100 == 0
            and lowest > 1
        ):
            last += 1
            continue
        size = _WHOLE.get(word) if word in ("тысяча", "тысячу", "миллион") else None
        scale = size or (_scale(tokens, last) if group or word not in UNITS else 1.0)
        if scale == 100.0 and group:
            group *= 100.0
        elif scale >= 1e3 and (group or size):
            if scale >= lowest:
                break
            total, group, lowest = total + (group or 1.0) * scale, 0.0, scale
        elif (value := _word_value(word)) and (group == 0 or value < _lowest(group)):
            group += value
        else:
            break
        last, steps = last + 1, steps + 1
    if steps < 3 and not (steps == 2 and total and group):
        return None  # a plain word and its scale: read below, with "and a half" and ranges
    return Numeral(at, last, total + group, 1.0, False)


def _word_value(word: str) -> float:
    if word in UNITS and UNITS[word] >= 1 and word != "dozen":
        return float(UNITS[word])
    if "-" in word and all(part in UNITS for part in word.split("-")):
        return float(sum(UNITS[part] for part in word.split("-")))
    return 0.0


def _spell(tokens: Sequence[Token], at: int) -> Numeral | None:
    """Return a time without a numeral: "a day and a half", "half a day", "nearly a day", "более суток"."""
    word, following = tokens[at].lower, words_at(tokens, at + 1, 4)
    if word in ("суток", "сутки") and at and tokens[at - 1].lower in _BEFORE_DAY:
        return Numeral(at, at, 1.0, 1.0, False)  # "не меньше суток", "ждут сутки"
    if word == "half" and following[:1] in (("a",), ("an",)) and following[1:2] in (("day",), ("hour",)):
        return Numeral(at, at + 2, 0.5, 1.0, False)
    if word == "a" and following[:1] in (("million",), ("thousand",), ("hundred",)):
        spelled = _spelled_out(tokens, at + 1, start=1.0)
        return spelled._replace(first=at) if spelled else _scaled(tokens, at, at + 1, 1.0, False)
    if word in ("a", "an") and following[:1] in (("day",), ("hour",), ("week",)):
        if following[1:4] == ("and", "a", "half"):
            return Numeral(at, at + 1, 1.5, 1.0, False)
        if at and tokens[at - 1].lower in _BEFORE_TIME:
            return Numeral(at, at + 1, 1.0, 1.0, False)
    return None


def _lowest(value: float) -> float:
    """Return the size that a further word of a number must stay below: 100 after 200, 10 after 40."""
    return 100.0 if value >= 100 and value % 100 == 0 else 10.0 if value >= 20 and value % 10 == 0 else 0.0


def _digits(tokens: Sequence[Token], at: int) -> Numeral | None:
    text, last = tokens[at].text, at + 1
    # 4 310: groups of three after a space
    while (
        re.fullmatch(r"\d{1,3}", tokens[at].text) and last < len(tokens) and re.fullmatch(r"\d{3}", tokens[last].text)
    ):
        if tokens[last].start - tokens[last - 1].end != 1:
            break
        text += tokens[last].text
        last += 1
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        value = float(text.replace(",", ""))
    elif re.fullmatch(r"\d{1,3}(\.\d{3}){2,}", text):
        value = float(text.replace(".", ""))
    elif re.fullmatch(r"\d+[.,]\d+", text):
        value = float(text.replace(",", "."))
    elif text.isascii() and text.isdigit() and len(text) <= 12:
        value = float(text)
    else:
        return None
    return _scaled(tokens, at, last, value, True)


def _scaled(tokens: Sequence[Token], at: int, last: int, value: float, digits: bool) -> Numeral:
    scale = 1.0
    if words_at(tokens, last, 3) == ("and", "a", "half"):
        value, last = value + 0.5, last + 3
    elif words_at(tokens, last, 2) == ("с", "половиной"):
        value, last = value + 0.5, last + 2
    elif words_at(tokens, last, 2) in AND_MORE:
        last += 2  # "два с лишним километра": the hedge is read from them
    while (step := _scale(tokens, last)) != 1.0:
        scale *= step
        last += 1
        rest = tokens[last] if last < len(tokens) else None
        if (
            step == 1e3
            and digits
            and rest is not None
            and re.fullmatch(r"\d{1,3}", rest.text)
            and rest.start - tokens[last - 1].end == 1
        ):
            return Numeral(at, last + 1, value * scale + float(rest.text), 1.0, digits)  # "21 тысяча 43"
        if last < len(tokens) and tokens[last].text == "." and tokens[last - 1].lower in ("тыс", "млн", "млрд"):
            last += 1
    if words_at(tokens, last, 3) == ("and", "a", "half") and scale > 1:
        value, last = value + 0.5, last + 3
    return Numeral(at, last, value * scale, scale, digits)


def _scale(tokens: Sequence[Token], at: int) -> float:
    if at >= len(tokens):
        return 1.0
    word = tokens[at].lower
    if word in ("k", "m") and at and tokens[at - 1].is_number and tokens[at - 1].end == tokens[at].start:
        return 1e3 if word == "k" else 1.0
    return next(
        (
            size
            for stem, size in _SCALES
            if word == stem or (word.startswith(stem) and len(word) - len(stem) <= _PLURAL_ENDINGS)
        ),
        1.0,
    )


def words_at(tokens: Sequence[Token], at: int, count: int) -> tuple[str, ...]:
    """Return some tokens from one on, in small letters."""
    return tuple(token.lower for token in tokens[at : at + count])


def several_at(tokens: Sequence[Token], at: int) -> Numeral | None:
    """Return the least that "tens of thousands" at a token may mean, or None."""
    if not tokens[at].lower.startswith(_VAGUE_STARTS):
        return None
    for words, value in _VAGUE:
        given = words_at(tokens, at, len(words))
        if len(given) == len(words) and all(word.startswith(stem) for word, stem in zip(given, words, strict=True)):
            return Numeral(at, at + len(words), value, 1.0, False)
    return None
