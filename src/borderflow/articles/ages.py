"""Numbers that are somebody's age."""

from __future__ import annotations

from collections.abc import Sequence

from borderflow.articles.numerals import UNITS, words_at
from borderflow.articles.tokens import Token

__all__ = ["AGED", "is_age"]


AGED = frozenset({"aged", "age", "ages", "возрасте", "возраста", "возраст"})


_AFTER_AGE = frozenset({",", ".", ";", ")", "—", "–", "and", "or", "who", "from", "и", "из", "который", "которая"})


_COUNTS = frozenset(
    ["total", "number", "figure", "queue", "line", "crowd", "group", "record", "capacity", "maximum", "minimum", "average", "peak", "quota", "list",
     "convoy", "column", "batch", "caravan", "wave", "party", "backlog", "tailback", "jam", "rate", "toll"]
)  # fmt: skip


_KIN = ["brother", "sister", "son", "daughter", "mother", "father", "wife", "husband", "grandson", "granddaughter", "child", "baby", "boy", "girl"]  # fmt: skip


_RELATIVES = frozenset([*_KIN, "grandmother", "grandfather", "uncle", "aunt", "cousin", "nephew", "niece", "neighbour", "neighbor", "friend", "матерью", "отцом",
                        "сыном", "дочерью", "женой", "мужем", "бабушкой", "дедушкой", "внуком", "внучкой", "братом", "сестрой"])  # fmt: skip


_WHOSE = frozenset(["his", "her", "my", "their", "our"])


_OWNERS = frozenset(["a", "an", "the", "his", "her", "their", "my", "our", "lost"])


_ONE_PERSON = frozenset(
    ["who", "he", "she", "i", "sons", "daughters", "children", "kids", "boys", "girls", "they", *_KIN]
)


_ONE_PERSON_DATIVE = frozenset(
    ["ему", "ей", "мне", "отцу", "матери", "маме", "папе", "сыну", "дочери", "дочке", "брату", "сестре", "жене", "мужу", "внуку", "внучке",
     "бабушке", "дедушке", "деду", "ребенку"]
)  # fmt: skip


def _is_numeral(tokens: Sequence[Token], at: int) -> bool:
    return at >= 0 and (tokens[at].is_number or tokens[at].lower in UNITS)


_BOUNDS = frozenset(["over", "under", "above", "below", "старше", "младше", "моложе"])
_ANYBODY = frozenset(
    ["nobody", "anybody", "anyone", "everybody", "everyone", "one", "никого", "никто", "всех", "those"]
)


def is_age(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Tell whether a small number without a noun is somebody's age.

    It is one in apposition to a name (", 36, "; ", 36 and has"), with a word for one person before it ("a pensioner
    of 71", "who is 58", "my son is 24", "ему 57"), never a number of people.
    """
    before, after = words_at(tokens, max(first - 4, 0), min(first, 4)), words_at(tokens, last, 1)
    ends = not after or after[0] in _AFTER_AGE
    if before[-1:] and before[-1] in _BOUNDS and before[-2:-1] and before[-2] in _ANYBODY:
        return ends
    if before[-1:] == (",",) and first > 1 and tokens[first - 2].is_capital:
        return ends
    if before[-1:] == (",",) and len(before) > 2 and (before[-2].split("-")[0] in _RELATIVES or before[-3] in _WHOSE):
        return ends  # "with his mother-in-law, 79."
    if before[-1:] == ("of",) and len(before) > 1 and before[-2] in _KIN:
        return True
    if before[-1:] == ("of",):
        return ends and len(before) > 2 and before[-3] in _OWNERS and before[-2] not in _COUNTS
    if before[-1:] in (("is",), ("was",), ("turned",), ("turns",), ("am",), ("are",), ("were",)):
        return bool(set(before[:-1]) & _ONE_PERSON)
    if before[-1:] == ("and",) and _is_numeral(tokens, first - 2) and set(before) & {"are", "were"}:
        return bool(set(words_at(tokens, max(first - 7, 0), 6)) & _ONE_PERSON)
    return bool(before) and before[-1] in _ONE_PERSON_DATIVE
