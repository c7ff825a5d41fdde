"""Numbers in running text: digits and words, English and Russian, with hedge, range and what they count.

A number is taken for what the next noun says ("1,850 vehicles", "14 kilometres"); one without a noun is left open
(``bare``). Ages, years, clock times, dates and numbers inside names (``M10``) are known as such and are no figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from borderflow.articles.ages import AGED, is_age
from borderflow.articles.cues import find_cues
from borderflow.articles.lexicon import load_words
from borderflow.articles.nouns import dim_of
from borderflow.articles.numerals import AND_MORE, Numeral, numeral_at, several_at, words_at
from borderflow.articles.tokens import Token
from borderflow.wording import Hedge

__all__ = ["Amount", "find_amounts"]


_HEDGES: tuple[tuple[Hedge, tuple[str, ...]], ...] = (
    ("over", (
        "more than", "over", "at least", "upwards of", "no fewer than", "not fewer than", "no less than", "not less than", "above", "exceeded", "exceeding",
        "exceeds", "in excess of", "well over", "just over", "a minimum of", "more than an estimated", "surpassed", "topped", "passed",
        "более", "более чем", "больше", "больше чем", "свыше", "не менее", "не меньше", "как минимум", "минимум", "превысило", "превысил", "превысила",
        "превышает", "по меньшей мере", "порядка более",
    )),
    ("up to", (
        "not exceed", "not exceeding", "never exceed", "never exceeds", "от силы", "не превышает", "не превышают", "не превышала", "не превысила", "не дольше",
        "up to", "as many as", "as much as", "as long as", "no more than", "not more than", "at most", "less than", "fewer than", "under", "below", "a maximum of",
        "maximum", "until", "just under", "как максимум", "максимум", "не более", "не больше", "менее", "меньше", "до",
    )),
    ("about", (
        "about", "around", "some", "roughly", "approximately", "nearly", "almost", "close to", "an estimated", "estimated", "circa",
        "more or less", "approx", "ca", "near", "nearing", "approaching", "около", "примерно", "приблизительно", "порядка", "почти", "где-то", "ориентировочно",
    )),
)  # fmt: skip
_HEDGE_OF = {tuple(phrase.split()): hedge for hedge, phrases in _HEDGES for phrase in phrases}
_AFTER: dict[tuple[str, ...], Hedge] = {
    ("at", "least"): "over",
    ("не", "меньше"): "over",
    ("не", "менее"): "over",
    ("at", "most"): "up to",
    ("or", "more"): "over",
    ("and", "more"): "over",
    ("и", "более"): "over",
    ("или", "более"): "over",
    ("и", "больше"): "over",
}

_DEMONYM = re.compile(r"(?:ans|ese|[kyzgl]s|zens|[aeq]lis|anis|ish)$")
_TOO_LARGE = 1e15  # a row of digits that no article means as a figure
_STOP = load_words("ends a noun phrase")
_PARTS_OF_DAY = frozenset({"morning", "afternoon", "evening", "утра", "вечера", "ночи"})
_BEFORE_HOUR = frozenset(
    ["at", "by", "until", "till", "from", "before", "after", "around", "about", "в", "к", "до", "с", "около", "после", "на"]
)  # fmt: skip
_ORDINAL_ENDINGS = frozenset({"го", "й", "я", "е", "м", "му", "х", "ю", "st", "nd", "rd", "th"})
_ADVERBS = load_words("adverb after a number")
_GROWTH = (
    "взлет", "поднял", "рос", "возрос", "повыс", "дош", "вырос", "достиг", "увелич", "растян", "сократ", "подскоч", "подорож", "упал", "сниз",
)  # fmt: skip
_CURRENCY = {"$": "USD", "€": "EUR", "£": "GBP", "₽": "RUB"}
_DURATION = {"hour": 1.0, "minute": 1 / 60, "day": 24.0, "week": 168.0}
_LENGTH = {"km": 1.0, "metre": 0.001, "mile": 1.609344}


class Amount(NamedTuple):
    """A number: its place, its value and bounds, its hedge, and what it counts.

    ``value`` is in km, hours, persons, vehicles or the currency that ``dimension`` names.
    """

    first: int
    last: int
    start: int
    end: int
    value: float
    low: float | None
    high: float | None
    hedge: Hedge
    dimension: str
    noun_end: int
    noun: str
    vague: bool = False


def find_amounts(tokens: Sequence[Token], taken: Sequence[tuple[int, int]] = ()) -> list[Amount]:
    """Return the numbers of a sentence that may be figures; ``taken`` are spans (dates) whose numbers are spoken for."""
    found: list[Amount] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if any(start <= token.start < end for start, end in taken):
            at += 1
            continue
        vague = several_at(tokens, at)
        numeral = vague or numeral_at(tokens, at)
        if numeral is None:
            at += 1
            continue
        second = None if vague else _second(tokens, numeral, taken)
        following = (second or numeral).last
        dated = following < len(tokens) and any(start <= tokens[following].start < end for start, end in taken)
        amount = _amount(tokens, numeral, second, vague is not None, dated=dated)
        if amount is not None and max(amount.value, amount.high or 0.0) < _TOO_LARGE:
            found.append(amount)
        at = max((second or numeral).last, at + 1)
    return found


def _second(tokens: Sequence[Token], numeral: Numeral, taken: Sequence[tuple[int, int]]) -> Numeral | None:
    """Return the upper end where the numeral starts a range."""
    at = numeral.last
    if at + 1 >= len(tokens) or any(start <= tokens[at + 1].start < end for start, end in taken):
        return None
    link, before = tokens[at].lower, tokens[numeral.first - 1].lower if numeral.first else ""
    if (
        link == "до"
        and before in ("с", "со")
        and any(token.lower.startswith(_GROWTH) for token in tokens[max(numeral.first - 5, 0) : numeral.first])
    ):
        return None  # "подорожала с пяти до двенадцати тысяч"
    dash = link in ("-", "–", "—", "‑") and tokens[at].start - tokens[at - 1].end <= 1
    if not (dash or link in ("to", "or", "до", "или") or (link in ("and", "и") and before in ("between", "между"))):
        return None
    second = numeral_at(tokens, at + 1)
    if second is None:
        return None
    low = numeral.value * (
        second.scale if numeral.scale == 1.0 and numeral.value < second.value / second.scale else 1.0
    )
    return second if 0 < low < second.value <= 20 * low else None


def _amount(
    tokens: Sequence[Token], one: Numeral, two: Numeral | None, vague: bool, *, dated: bool = False
) -> Amount | None:
    first, last = one.first, (two or one).last
    hedge, left = _hedge_before(tokens, first)
    if _is_clock_mark(tokens, first):
        return None
    dimension, noun_end, noun = _dimension(tokens, first, left, last)
    if dated and dimension in (*_DURATION, "month"):
        dimension, noun_end, noun = "bare", last, ""  # "fell to 11,200 last week": no weeks
    if dimension in ("length", "metre") and noun_end < len(tokens) and tokens[noun_end].text == "/":
        return None  # a speed: "18 км/ч"
    if dimension is None or (_no_figure(tokens, first, last, (two or one)) and dimension == "bare"):
        return None
    if two is not None and dimension == "bare" and 10 <= one.value < two.value <= 100 and _are_of_age(tokens, left):
        return None  # "men between 16 and 50 need a visa"
    value, low, high = one.value, None, None
    if dimension in _DURATION and words_at(tokens, noun_end, 3) == ("and", "a", "half") and value % 1 == 0:
        value, noun_end = value + 0.5, noun_end + 3  # "thirteen hours and a half"
    if two is not None:
        low = one.value * (two.scale if one.scale == 1.0 and one.value < two.value / two.scale else 1.0)
        high, hedge = two.value, "between"
        value = (low + high) / 2
    elif vague or (last - first > 2 and words_at(tokens, last - 2, 2) in AND_MORE):
        hedge = "over"
    elif (after := _hedge_after(tokens, last, noun_end)) is not None:
        hedge = after
    factor = 1.0
    if dimension in _DURATION:
        factor, dimension = _DURATION[dimension], "time"
    elif dimension in ("length", "metre"):
        factor = _LENGTH["metre" if dimension == "metre" else "mile" if noun.startswith("mile") else "km"]
        dimension = "length"
    low, high = (None if bound is None else bound * factor for bound in (low, high))
    start = tokens[left].start if left < first else tokens[first].start
    return Amount(
        first, last, start, tokens[noun_end - 1].end, value * factor, low, high, hedge, dimension, noun_end, noun, vague
    )


_CLOSING = (("or", "more"), ("and", "more"), ("и", "более"), ("или", "более"), ("и", "больше"))


def _hedge_after(tokens: Sequence[Token], last: int, noun_end: int) -> Hedge | None:
    """Return the hedge that follows a number or its noun: "300 or more", "14 km at least", "машин 500, не меньше"."""
    if words_at(tokens, noun_end, 1) in (("max",), ("maximum",), ("tops",), ("максимум",)):
        return "up to"
    for at in dict.fromkeys((last, noun_end)):
        for start in (at, at + 1) if at < len(tokens) and tokens[at].text == "," else (at,):
            words = words_at(tokens, start, 3)
            counted = (
                start + 2 < len(tokens) and numeral_at(tokens, start + 2) is not None
            )  # "22 km, at least 3,000 vehicles"
            ends = not counted and (len(words) < 3 or not words[2][:1].isalpha() or words[:2] in _CLOSING)
            if ends and (hedge := _AFTER.get(words[:2])) is not None:
                return hedge
    return None


_GIVEN = frozenset(["hand", "hands", "handed", "handing", "turned", "took", "sent", "brought", "carried"])


def _hedge_before(tokens: Sequence[Token], first: int) -> tuple[Hedge, int]:
    """Return the hedge before a number, and the token at which it starts."""
    at = first
    if at and tokens[at - 1].text in _CURRENCY:
        at -= 1
    if at and tokens[at - 1].lower in ("a", "an") and tokens[first].lower in ("quarter", "half", "dozen"):
        at -= 1
    if at > 1 and tokens[at - 1].text == "." and tokens[at - 2].lower in ("approx", "ca", "est", "прибл", "ок"):
        return "about", at - 2
    for size in (3, 2, 1):
        if (
            size == 1
            and at > 2
            and tokens[at - 1].lower == "до"
            and numeral_at(tokens, at - 2) is not None
            and tokens[at - 3].lower in ("с", "со", "от")
        ):
            return "exact", at  # "сократилась с 12 до 7 километров"
        if size == 1 and at > 1 and tokens[at - 1].lower == "до" and tokens[at - 2].lower.startswith(_GROWTH):
            return "exact", at  # "grew to 4.5 km" is no upper bound
        if size == 1 and at > 1 and tokens[at - 1].lower == "over" and tokens[at - 2].lower in _GIVEN:
            return "exact", at  # "handed over 118" is not more than 118
        if at >= size and (hedge := _HEDGE_OF.get(words_at(tokens, at - size, size))):
            return hedge, at - size
    return "exact", at


def _dimension(tokens: Sequence[Token], first: int, left: int, last: int) -> tuple[str | None, int, str]:
    """Return what a number counts, the token after its noun, and the noun; None where it is no figure."""
    if first and tokens[first - 1].text in _CURRENCY:
        return _CURRENCY[tokens[first - 1].text], last, ""
    if last < len(tokens) and tokens[last].text in _CURRENCY:
        return _CURRENCY[tokens[last].text], last + 1, ""
    if last < len(tokens) and tokens[last].text == "%":
        return "percent", last + 1, "%"
    if any(token.lower in AGED for token in tokens[max(left - 2, 0) : left]):
        return None, last, ""
    if (
        left > 2
        and tokens[left - 1].lower in ("and", "и")
        and any(token.lower in AGED for token in tokens[left - 4 : left - 2])
    ):
        return None, last, ""
    if words_at(tokens, last, 2) == ("per", "cent"):
        return "percent", last + 2, "per cent"
    if left == first and (turned := _turned(tokens, first)):
        return turned, last, tokens[first - 1].lower
    end = last
    if end < len(tokens) and tokens[end].text in "-‑" and tokens[end].start == tokens[end - 1].end:
        following = tokens[end + 1].lower if end + 1 < len(tokens) else ""
        if following.startswith(("year", "летн", "month", "метров", "градус")):
            return None, last, ""
        end += 1
    for number in range(end, min(end + 5, len(tokens))):
        word = tokens[number].lower
        if not tokens[number].is_word or word in _STOP:
            if number == end or word != "и":
                break
            continue
        if number > end and len(word) > 4 and word.endswith(("ли", "лись", "ло", "лось")):
            break  # a verb of the past: the noun before it is over
        dimension = dim_of(word)
        if dimension == "hour" and left and _is_clock(tokens, left, number):
            return None, last, ""
        if dimension is None and tokens[number].is_capital and _DEMONYM.search(word):
            dimension = "person"  # "6,120 Congolese"
        if dimension is not None:
            if dimension == "year":
                return None, last, ""
            if (
                dimension == "person"
                and number + 1 < len(tokens)
                and dim_of(tokens[number + 1].lower) in ("person", "vehicle")
            ):
                return dim_of(tokens[number + 1].lower) or dimension, number + 2, tokens[number + 1].lower
            if dimension == "person" and number + 1 < len(tokens) and dim_of(tokens[number + 1].lower) == "other":
                return "other", number + 2, tokens[number + 1].lower  # "150 Syrian families"
            if dimension == "vehicle" and number + 1 < len(tokens) and dim_of(tokens[number + 1].lower) == "vehicle":
                return dimension, number + 2, word + " " + tokens[number + 1].lower
            return dimension, number + 1, word
    return ("other" if _is_other_noun(tokens, end) else "bare"), last, ""


_TURNED = frozenset(
    ["часов", "километров", "машин", "человек", "минут", "суток", "автомобилей", "легковушек", "фур", "грузовиков", "метров", "мужчин", "повесток", "мест"]
)  # fmt: skip


def _turned(tokens: Sequence[Token], first: int) -> str | None:
    """Return what a number counts whose noun stands before it, as Russian does where it is not exact: "часов двенадцать"."""
    if (
        first > 1
        and tokens[first - 1].lower == "в"
        and tokens[first - 2].lower in ("километра", "часа", "километров", "часов")
    ):
        return dim_of(tokens[first - 2].lower)  # "километра в полтора"
    if not first or tokens[first - 1].lower not in _TURNED or (first > 1 and numeral_at(tokens, first - 2) is not None):
        return None
    following = tokens[first + 1].lower if first + 1 < len(tokens) else ""
    return None if following[:1].isalpha() and dim_of(following) is not None else dim_of(tokens[first - 1].lower)


def _are_of_age(tokens: Sequence[Token], left: int) -> bool:
    """Tell whether the words before a range of small numbers name people, whose ages it then gives."""
    words = list(words_at(tokens, max(left - 3, 0), min(left, 3)))
    while words and words[-1] in ("between", "from", "of", "от", "с", "в", "возрасте", ",", "("):
        words.pop()
    return bool(words) and (
        dim_of(words[-1]) == "person" or words[-1] in ("those", "anyone", "everyone", "boys", "тех")
    )


def _is_clock(tokens: Sequence[Token], left: int, noun: int) -> bool:
    """Tell a time of day from a length of time: "в 9 часов", "на 8 часов утра"."""
    before = tokens[left - 1].lower
    after = tokens[noun + 1].lower if noun + 1 < len(tokens) else ""
    return before == "в" or (before in ("на", "к", "с") and after in ("утра", "вечера", "дня", "ночи"))


def _is_other_noun(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a number counts something that is no traveller: "1,200 cases", "three fatalities"."""
    if at >= len(tokens) or not tokens[at].is_word or tokens[at].is_capital or tokens[at].lower in _STOP:
        return False
    word = tokens[at].lower
    if word.endswith("ly"):
        return False  # "500 previously"
    return word not in _ADVERBS and not find_cues(tokens[at : at + 3])


def _no_figure(tokens: Sequence[Token], first: int, last: int, numeral: Numeral) -> bool:
    """Tell whether a number without a noun is a year, a time of day, an age in commas, or part of a name."""
    before = tokens[first - 1] if first else None
    after = tokens[last] if last < len(tokens) else None
    if _is_address(tokens, first, last):
        return True
    if (
        before is not None
        and first > 1
        and before.is_word
        and before.is_capital
        and numeral.digits
        and numeral.value < 100
    ):
        return True  # part of a name: "Darfur 24"
    if before is not None and (
        before.text in ("№", "#")
        or (before.text in (":", "/") and before.end == tokens[first].start)
        or (before.end == tokens[first].start and before.text not in "(«\"“'—–-")
    ):
        return True
    if (
        before is not None
        and before.text in "-‑"
        and before.end == tokens[first].start
        and first > 1
        and tokens[first - 2].is_word
    ):
        return True  # Covid-19
    if after is not None and (
        (after.text in (":", "/") and after.start == tokens[last - 1].end)
        or (
            after.lower == "a"
            and last + 2 < len(tokens)
            and tokens[last + 1].text == "."
            and tokens[last + 2].lower in ("m", "p")
        )
        or (after.lower == "p" and last + 1 < len(tokens) and tokens[last + 1].text == ".")
        or after.lower in ("am", "pm", "a.m", "p.m", "o'clock", "год", "году", "года", "г")
    ):
        return True
    if (
        numeral.digits
        and 1900 <= numeral.value <= 2100
        and tokens[first].text.isdigit()
        and len(tokens[first].text) == 4
    ):
        return True
    if before is not None and before.lower in _NUMBERED:
        return True
    if _is_hour(tokens, first, last, numeral) or _is_ordinal(tokens, last):
        return True
    return 5 <= numeral.value <= 110 and is_age(tokens, first, last)


_NUMBERED = frozenset(
    ["article", "section", "no", "number", "paragraph", "chapter", "resolution", "статья", "статье", "статьи", "номер", "page", "route", "highway"]
)  # fmt: skip


_STREETS = (
    "street", "str", "road", "avenue", "lane", "calle", "rue", "via", "avenida", "carrera", "plaza", "boulevard", "rruga", "ulica", "jalan",
)  # fmt: skip
_BEFORE_ADDRESS = frozenset(["at", "of", "in", "house", "flat", "room", "building", "number", "дом", "доме", "дома", "квартира", "квартире", "кв", "корпус",
                             "kilometre", "kilometer", "km", "километре", "километр", "км", "gate", "platform", "shelter", "zone", "block"])  # fmt: skip


def _is_address(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Tell whether a number is that of a house: "at 14 Calle Sucre", "47 Enqelab Street", "в доме 17", "at kilometre 5"."""
    before = tokens[first - 1].lower if first else ""
    if not tokens[first].text.isdigit() or len(tokens[first].text) > 4:
        return False
    following = words_at(tokens, last, 3)
    if following[:1] and following[0] in _STREETS:
        return True
    if following[1:2] and following[1] in _STREETS and tokens[last].is_capital:
        return True
    ends = not following or not following[0][:1].isalpha() or tokens[last].is_capital
    return before in _BEFORE_ADDRESS - {"at", "of", "in"} and ends


def _is_clock_mark(tokens: Sequence[Token], first: int) -> bool:
    """Tell whether a number like 13.45 opens a line of a bulletin, as the hour it was written."""
    match = re.fullmatch(r"(\d{1,2})[.:](\d{2})", tokens[first].text)
    if match is None or int(match.group(1)) > 23 or int(match.group(2)) > 59:
        return False
    after = tokens[first + 1].text if first + 1 < len(tokens) else ""
    return first == 0 and (after in ("-", "–", "—", ".", ":") or after[:1].isupper() or after[:1].isdigit())


def _is_hour(tokens: Sequence[Token], first: int, last: int, numeral: Numeral) -> bool:
    """Tell whether a number is an hour of the day: "at ten in the morning", "в девять утра"."""
    following = words_at(tokens, last, 3)
    part = following[2:] if following[:2] == ("in", "the") else following[:1]
    at = first > 0 and tokens[first - 1].lower in _BEFORE_HOUR  # "turned back ten in the morning" counts people
    return at and numeral.value <= 24 and len(part) == 1 and part[0] in _PARTS_OF_DAY


def _is_ordinal(tokens: Sequence[Token], last: int) -> bool:
    """Tell whether a number names one of a row, as in "95-го"."""
    return (
        last + 1 < len(tokens)
        and tokens[last].text in "-‑"
        and tokens[last].start == tokens[last - 1].end
        and tokens[last + 1].start == tokens[last].end
        and tokens[last + 1].lower in _ORDINAL_ENDINGS
    )
