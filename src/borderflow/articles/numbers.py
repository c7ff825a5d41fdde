"""Numbers in running text: digits and words, English and Russian, with hedge, range and what they count.

A number is taken for what the next noun says ("1,850 vehicles", "14 kilometres"); one without a noun is left open
(``bare``). Ages, years, clock times, dates and numbers inside names (``M10``) are known as such and are no figures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from borderflow.articles.cues import find_cues
from borderflow.articles.lexicon import load_words
from borderflow.articles.tokens import Token
from borderflow.wording import Hedge

__all__ = ["Amount", "find_amounts"]

_UNITS = {
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

_HEDGES: tuple[tuple[Hedge, tuple[str, ...]], ...] = (
    ("over", (
        "more than", "over", "at least", "upwards of", "no fewer than", "not fewer than", "no less than", "not less than", "above", "exceeded", "exceeding",
        "exceeds", "in excess of", "well over", "just over", "a minimum of", "more than an estimated", "surpassed", "topped", "passed",
        "более", "более чем", "больше", "больше чем", "свыше", "не менее", "не меньше", "как минимум", "минимум", "превысило", "превысил", "превысила",
        "превышает", "по меньшей мере", "порядка более",
    )),
    ("up to", (
        "up to", "as many as", "as much as", "as long as", "no more than", "not more than", "at most", "less than", "fewer than", "under", "below", "a maximum of",
        "maximum", "until", "just under", "как максимум", "максимум", "не более", "не больше", "менее", "меньше", "до",
    )),
    ("about", (
        "about", "around", "some", "roughly", "approximately", "nearly", "almost", "close to", "an estimated", "estimated", "circa",
        "more or less", "near", "nearing", "approaching", "около", "примерно", "приблизительно", "порядка", "почти", "где-то", "ориентировочно",
    )),
)  # fmt: skip
_HEDGE_OF = {tuple(phrase.split()): hedge for hedge, phrases in _HEDGES for phrase in phrases}
_AFTER = {
    ("or", "more"): "over",
    ("and", "more"): "over",
    ("и", "более"): "over",
    ("или", "более"): "over",
    ("и", "больше"): "over",
}

#: what a noun says that a number counts; the first that a word begins with
_NOUNS: tuple[tuple[str, str], ...] = tuple(
    (stem, dimension)
    for dimension, stems in (
        ("length", "km|kilomet|mile|километ|км"),
        ("metre", "metres|meters|metre|meter|метр"),
        ("hour", "hour|hrs|часов|часа|час|часах|hours"),
        ("minute", "minute|min|mins|минут|мин"),
        ("day", "days|day|суток|сутк|сутки|дней|дня|день"),
        ("week", "week|недел"),
        ("month", "month|месяц"),
        ("year", "year|лет|года|годов|летн"),
        ("vehicle", "авто|car|vehicle|automobile|lorr|truck|автомобил|машин|легков|фур|грузов|автомашин|большегруз|тягач|hgv|микроавтобус|легковуш|транспортн"),
        ("person", "people|person|persons|refugee|migrant|asylum|citizen|individual|traveller|traveler|visitor|passenger|pedestrian|resident|"
                   "foreigner|foreign|national|men|women|man|woman|males|children|reservist|conscript|evacuee|returnee|displaced|arrivals|entries|civilian|"
                   "migrants|cyclist|walker|motorist|minor|adult|escapee|crosser|youngster|villager|patient|pensioner|newcomer|student|worker|russians|ukrainians|tourist|recruit|soldier|troops|holder|deportee|salvadoran|honduran|venezuelan|syrian|afghan|"
                   "военнослужащ|солдат|боец|бойц|кыргыз|узбек|таджик|лиц|человек|люд|людей|людям|людьми|запасник|дезертир|велосипедист|водител|гражд|россиян|беженц|беженк|мигрант|мужчин|женщин|дет|пассажир|иностранц|иностранн|путешествен|резервист|жител|пешеход|"
                   "мобилизованн|призванн|военнообязан|переселенц|турист|украинц|прибывш|гост|заявител"),
        ("notice", "notice|summons|paper|повестк|повесток|предписан"),
        ("RUB", "rouble|ruble|руб|rub"), ("USD", "dollar|usd|доллар"), ("EUR", "euro|eur|евро"), ("KZT", "tenge|тенге"),
        ("GBP", "pound|gbp|фунт"), ("GEL", "lari|gel|лари"), ("UAH", "hryvnia|гривен|гривн"), ("PLN", "zloty|злот"), ("TRY", "lira|лир"),
        ("AMD", "dram|драм"), ("NOK", "kroner|крон"),
        ("percent", "percent|per cent|pct|процент"),
        ("place", "beds|bed|places|spaces|cots|мест|койк|коек|койко"),
        ("flight", "flight|рейс"), ("bus", "bus|buses|coach|автобус"), ("train", "train|поезд"),
        ("lane", "lane|полос"), ("unit", "units|единиц"),
        ("post", "crossing|checkpoint|border|posts|post|переход|пункт|кпп"),
        ("application", "application|заявлен|ходатайств|заявк"),
        ("number", "personal|идентификационн|иин"),
        ("other", "ticket|token|visa|passport|families|family|household|group|attempt|incident|попыт|инцидент|нарушен|групп|семей|семьи|семья|case|cases|fatalit|death|dead|injur|погиб|ранен|случа|degree|градус|hectare|litre|liter|tonne|ton|тонн|seconds|пункт|regions|region|област|регион|countries|country|стран|times|раз|votes|percent|page|"
                  "town|village|school|hotel|tent|house|staff|employee|officer|police|guards|job|sandwich|peso|quetzal|shots|weapon|doses|trips|"
                  "school|company|firms|seats|квартир|градусов|сотрудник|полицейск|литр|гектар"),
    )
    for stem in stems.split("|")
)  # fmt: skip
_EXACT_ONLY = frozenset(
    {
        "авто",
        "min",
        "person",
        "man",
        "men",
        "car",
        "bed",
        "post",
        "day",
        "час",
        "days",
        "ton",
        "rub",
        "way",
        "дня",
        "лет",
        "дет",
        "день",
        "км",
        "гост",
        "раз",
        "люд",
        "posts",
        "lorr",
        "train",
        "border",
        "лир",
        "мест",
        "national",
        "gel",
        "country",
        "region",
        "paper",
    }
)
_DEMONYM = re.compile(r"(?:ans|ese|[kyzgl]s|zens|[aeq]lis|anis|ish)$")
_DIM_CACHE: dict[str, str | None] = {}
_TOO_LARGE = 1e15  # a row of digits that no article means as a figure
_STOP = load_words("ends a noun phrase")
_AGED = frozenset({"aged", "age", "ages", "возрасте", "возраста", "возраст"})
_PARTS_OF_DAY = frozenset({"morning", "afternoon", "evening", "утра", "вечера", "ночи"})
_BEFORE_HOUR = frozenset(
    ["at", "by", "until", "till", "from", "before", "after", "around", "about", "в", "к", "до", "с", "около", "после", "на"]
)  # fmt: skip
_ORDINAL_ENDINGS = frozenset({"го", "й", "я", "е", "м", "му", "х", "ю", "st", "nd", "rd", "th"})
_AFTER_AGE = frozenset({",", ".", ";", ")", "—", "–", "and", "or", "who", "from", "и", "из", "который", "которая"})
_COUNTS = frozenset(
    ["total", "number", "figure", "queue", "line", "crowd", "group", "record", "capacity", "maximum", "minimum", "average", "peak", "quota", "list",
     "convoy", "column", "batch", "caravan", "wave", "party", "backlog", "tailback", "jam", "rate", "toll"]
)  # fmt: skip
_KIN = ["brother", "sister", "son", "daughter", "mother", "father", "wife", "husband", "grandson", "granddaughter", "child", "baby", "boy", "girl"]  # fmt: skip
_OWNERS = frozenset(["a", "an", "the", "his", "her", "their", "my", "our", "lost"])
_ONE_PERSON = frozenset(
    ["who", "he", "she", "i", "sons", "daughters", "children", "kids", "boys", "girls", "they", *_KIN]
)
_ONE_PERSON_DATIVE = frozenset(
    ["ему", "ей", "мне", "отцу", "матери", "маме", "папе", "сыну", "дочери", "дочке", "брату", "сестре", "жене", "мужу", "внуку", "внучке",
     "бабушке", "дедушке", "деду", "ребенку"]
)  # fmt: skip
_ADVERBS = load_words("adverb after a number")
_GROWTH = (
    "взлет",
    "поднял",
    "рос",
    "возрос",
    "повыс",
    "дош",
    "вырос",
    "достиг",
    "увелич",
    "растян",
    "сократ",
    "подскоч",
    "подорож",
    "упал",
    "сниз",
)
_CURRENCY = {"$": "USD", "€": "EUR", "£": "GBP", "₽": "RUB"}
_DURATION = {"hour": 1.0, "minute": 1 / 60, "day": 24.0, "week": 168.0}
_LENGTH = {"km": 1.0, "metre": 0.001, "mile": 1.609344}
_PLURAL_ENDINGS = 3
_BEFORE_TIME = frozenset(
    {
        "about",
        "around",
        "almost",
        "nearly",
        "over",
        "than",
        "least",
        "waited",
        "wait",
        "for",
        "take",
        "takes",
        "took",
        "lasted",
        "to",
    }
)


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


class _Numeral(NamedTuple):
    first: int
    last: int  # exclusive
    value: float
    scale: float
    digits: bool


def find_amounts(tokens: Sequence[Token], taken: Sequence[tuple[int, int]] = ()) -> list[Amount]:
    """Return the numbers of a sentence that may be figures; ``taken`` are spans (dates) whose numbers are spoken for."""
    found: list[Amount] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if any(start <= token.start < end for start, end in taken):
            at += 1
            continue
        vague = _vague(tokens, at)
        numeral = vague or _numeral(tokens, at)
        if numeral is None:
            at += 1
            continue
        second = None if vague else _second(tokens, numeral, taken)
        amount = _amount(tokens, numeral, second, vague is not None)
        if amount is not None and max(amount.value, amount.high or 0.0) < _TOO_LARGE:
            found.append(amount)
        at = max((second or numeral).last, at + 1)
    return found


def _numeral(tokens: Sequence[Token], at: int) -> _Numeral | None:
    token = tokens[at]
    if token.is_number:
        return _digits(tokens, at)
    if not token.is_word:
        return None
    word = token.lower
    if word in _WHOLE:
        return _spelled_out(tokens, at) or _Numeral(at, at + 1, _WHOLE[word], 1.0, False)
    if word in ("half", "quarter") and _words(tokens, at + 1, 2) in (("a", "million"), ("of", "a")):
        size = at + (3 if word == "half" else 4)
        if size <= len(tokens) and tokens[size - 1].lower == "million":
            return _Numeral(at, size, 5e5 if word == "half" else 2.5e5, 1.0, False)
    if (spell := _spell(tokens, at)) is not None:
        return spell
    if word not in _UNITS and not (word == "a" and at + 1 < len(tokens)):
        if "-" in word and all(part in _UNITS for part in word.split("-")):
            return _scaled(tokens, at, at + 1, float(sum(_UNITS[part] for part in word.split("-"))), False)
        return None
    if word not in _UNITS:
        return None
    spelled = _spelled_out(tokens, at)
    if spelled is not None:
        return spelled
    value, last = float(_UNITS[word]), at + 1
    while last < len(tokens) and tokens[last].lower in _UNITS and _UNITS[tokens[last].lower] < _lowest(value):
        value += _UNITS[tokens[last].lower]
        last += 1
    if word in ("one", "один", "одна", "одного") and last == at + 1 and _scale(tokens, last) == 1.0:
        return None  # "one of them", "one lane"
    return _scaled(tokens, at, last, value, False)


def _spelled_out(tokens: Sequence[Token], at: int, start: float = 0.0) -> _Numeral | None:
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
        scale = size or (_scale(tokens, last) if group or word not in _UNITS else 1.0)
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
    return _Numeral(at, last, total + group, 1.0, False)


def _word_value(word: str) -> float:
    if word in _UNITS and _UNITS[word] >= 1 and word != "dozen":
        return float(_UNITS[word])
    if "-" in word and all(part in _UNITS for part in word.split("-")):
        return float(sum(_UNITS[part] for part in word.split("-")))
    return 0.0


def _spell(tokens: Sequence[Token], at: int) -> _Numeral | None:
    """Return a time without a numeral: "a day and a half", "half a day", "nearly a day", "более суток"."""
    word, following = tokens[at].lower, _words(tokens, at + 1, 4)
    if word == "half" and following[:1] in (("a",), ("an",)) and following[1:2] in (("day",), ("hour",)):
        return _Numeral(at, at + 2, 0.5, 1.0, False)
    if word == "a" and following[:1] in (("million",), ("thousand",), ("hundred",)):
        spelled = _spelled_out(tokens, at + 1, start=1.0)
        return spelled._replace(first=at) if spelled else _scaled(tokens, at, at + 1, 1.0, False)
    if word in ("a", "an") and following[:1] in (("day",), ("hour",), ("week",)):
        if following[1:4] == ("and", "a", "half"):
            return _Numeral(at, at + 1, 1.5, 1.0, False)
        if at and tokens[at - 1].lower in _BEFORE_TIME:
            return _Numeral(at, at + 1, 1.0, 1.0, False)
    return None


def _lowest(value: float) -> float:
    """Return the size that a further word of a number must stay below: 100 after 200, 10 after 40."""
    return 100.0 if value >= 100 and value % 100 == 0 else 10.0 if value >= 20 and value % 10 == 0 else 0.0


def _digits(tokens: Sequence[Token], at: int) -> _Numeral | None:
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


def _scaled(tokens: Sequence[Token], at: int, last: int, value: float, digits: bool) -> _Numeral:
    scale = 1.0
    if _words(tokens, last, 3) == ("and", "a", "half"):
        value, last = value + 0.5, last + 3
    elif _words(tokens, last, 2) == ("с", "половиной"):
        value, last = value + 0.5, last + 2
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
            return _Numeral(at, last + 1, value * scale + float(rest.text), 1.0, digits)  # "21 тысяча 43"
        if last < len(tokens) and tokens[last].text == "." and tokens[last - 1].lower in ("тыс", "млн", "млрд"):
            last += 1
    if _words(tokens, last, 3) == ("and", "a", "half") and scale > 1:
        value, last = value + 0.5, last + 3
    return _Numeral(at, last, value * scale, scale, digits)


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


def _words(tokens: Sequence[Token], at: int, count: int) -> tuple[str, ...]:
    return tuple(token.lower for token in tokens[at : at + count])


def _vague(tokens: Sequence[Token], at: int) -> _Numeral | None:
    if not tokens[at].lower.startswith(_VAGUE_STARTS):
        return None
    for words, value in _VAGUE:
        given = _words(tokens, at, len(words))
        if len(given) == len(words) and all(word.startswith(stem) for word, stem in zip(given, words, strict=True)):
            return _Numeral(at, at + len(words), value, 1.0, False)
    return None


def _second(tokens: Sequence[Token], numeral: _Numeral, taken: Sequence[tuple[int, int]]) -> _Numeral | None:
    """Return the upper end where the numeral starts a range."""
    at = numeral.last
    if at + 1 >= len(tokens) or any(start <= tokens[at + 1].start < end for start, end in taken):
        return None
    link, before = tokens[at].lower, tokens[numeral.first - 1].lower if numeral.first else ""
    dash = link in ("-", "–", "—", "‑") and tokens[at].start - tokens[at - 1].end <= 1
    if not (dash or link in ("to", "or", "до", "или") or (link in ("and", "и") and before in ("between", "между"))):
        return None
    second = _numeral(tokens, at + 1)
    if second is None:
        return None
    low = numeral.value * (
        second.scale if numeral.scale == 1.0 and numeral.value < second.value / second.scale else 1.0
    )
    return second if 0 < low < second.value <= 20 * low else None


def _amount(tokens: Sequence[Token], one: _Numeral, two: _Numeral | None, vague: bool) -> Amount | None:
    first, last = one.first, (two or one).last
    hedge, left = _hedge_before(tokens, first)
    if _is_clock_mark(tokens, first):
        return None
    dimension, noun_end, noun = _dimension(tokens, first, left, last)
    if dimension is None or (_no_figure(tokens, first, last, (two or one)) and dimension == "bare"):
        return None
    if two is not None and dimension == "bare" and 10 <= one.value < two.value <= 100 and _are_of_age(tokens, left):
        return None  # "men between 16 and 50 need a visa"
    value, low, high = one.value, None, None
    if two is not None:
        low = one.value * (two.scale if one.scale == 1.0 and one.value < two.value / two.scale else 1.0)
        high, hedge = two.value, "between"
        value = (low + high) / 2
    elif vague or _words(tokens, last, 2) in _AFTER:
        hedge = "over"
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


def _hedge_before(tokens: Sequence[Token], first: int) -> tuple[Hedge, int]:
    """Return the hedge before a number, and the token at which it starts."""
    at = first
    if at and tokens[at - 1].text in _CURRENCY:
        at -= 1
    if at and tokens[at - 1].lower in ("a", "an") and tokens[first].lower in ("quarter", "half", "dozen"):
        at -= 1
    for size in (3, 2, 1):
        if (
            size == 1
            and at > 2
            and tokens[at - 1].lower == "до"
            and tokens[at - 2].is_number
            and tokens[at - 3].lower in ("с", "со", "от")
        ):
            return "exact", at  # "сократилась с 12 до 7 километров"
        if size == 1 and at > 1 and tokens[at - 1].lower == "до" and tokens[at - 2].lower.startswith(_GROWTH):
            return "exact", at  # "grew to 4.5 km" is no upper bound
        if at >= size and (hedge := _HEDGE_OF.get(_words(tokens, at - size, size))):
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
    if any(token.lower in _AGED for token in tokens[max(left - 2, 0) : left]):
        return None, last, ""
    if (
        left > 2
        and tokens[left - 1].lower in ("and", "и")
        and any(token.lower in _AGED for token in tokens[left - 4 : left - 2])
    ):
        return None, last, ""
    if _words(tokens, last, 2) == ("per", "cent"):
        return "percent", last + 2, "per cent"
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
        dimension = _dim_of(word)
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
                and _dim_of(tokens[number + 1].lower) in ("person", "vehicle")
            ):
                return _dim_of(tokens[number + 1].lower) or dimension, number + 2, tokens[number + 1].lower
            if dimension == "person" and number + 1 < len(tokens) and _dim_of(tokens[number + 1].lower) == "other":
                return "other", number + 2, tokens[number + 1].lower  # "150 Syrian families"
            if dimension == "vehicle" and number + 1 < len(tokens) and _dim_of(tokens[number + 1].lower) == "vehicle":
                return dimension, number + 2, word + " " + tokens[number + 1].lower
            return dimension, number + 1, word
    return ("other" if _is_other_noun(tokens, end) else "bare"), last, ""


def _are_of_age(tokens: Sequence[Token], left: int) -> bool:
    """Tell whether the words before a range of small numbers name people, whose ages it then gives."""
    words = list(_words(tokens, max(left - 3, 0), min(left, 3)))
    while words and words[-1] in ("between", "from", "of", "от", "с", "в", "возрасте", ",", "("):
        words.pop()
    return bool(words) and (
        _dim_of(words[-1]) == "person" or words[-1] in ("those", "anyone", "everyone", "boys", "тех")
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


def _dim_of(word: str) -> str | None:
    if word.endswith(("-long", "-deep")):
        word = word[:-5]  # "a 20 km-long queue"
    if word not in _DIM_CACHE:
        if len(_DIM_CACHE) > 50_000:
            _DIM_CACHE.clear()
        _DIM_CACHE[word] = next(
            (
                dimension
                for stem, dimension in _NOUNS
                if word == stem
                or word == stem + "s"
                or (stem not in _EXACT_ONLY and len(stem) > 2 and word.startswith(stem))
            ),
            None,
        )
    return _DIM_CACHE[word]


def _no_figure(tokens: Sequence[Token], first: int, last: int, numeral: _Numeral) -> bool:
    """Tell whether a number without a noun is a year, a time of day, an age in commas, or part of a name."""
    before = tokens[first - 1] if first else None
    after = tokens[last] if last < len(tokens) else None
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
    if before is not None and before.lower in (
        "article",
        "section",
        "no",
        "number",
        "paragraph",
        "chapter",
        "resolution",
        "статья",
        "статье",
        "статьи",
        "номер",
        "page",
        "route",
        "highway",
    ):
        return True
    if _is_hour(tokens, first, last, numeral) or _is_ordinal(tokens, last):
        return True
    return 5 <= numeral.value <= 110 and _is_age(tokens, first, last)


def _is_clock_mark(tokens: Sequence[Token], first: int) -> bool:
    """Tell whether a number like 13.45 opens a line of a bulletin, as the hour it was written."""
    match = re.fullmatch(r"(\d{1,2})[.:](\d{2})", tokens[first].text)
    if match is None or int(match.group(1)) > 23 or int(match.group(2)) > 59:
        return False
    after = tokens[first + 1].text if first + 1 < len(tokens) else ""
    return first == 0 and (after in ("-", "–", "—", ".", ":") or after[:1].isupper() or after[:1].isdigit())


def _is_numeral(tokens: Sequence[Token], at: int) -> bool:
    return at >= 0 and (tokens[at].is_number or tokens[at].lower in _UNITS)


def _is_hour(tokens: Sequence[Token], first: int, last: int, numeral: _Numeral) -> bool:
    """Tell whether a number is an hour of the day: "at ten in the morning", "в девять утра"."""
    following = _words(tokens, last, 3)
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


def _is_age(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Tell whether a small number without a noun is somebody's age.

    It is one in apposition to a name (", 36, "; ", 36 and has"), with a word for one person before it ("a pensioner
    of 71", "who is 58", "my son is 24", "ему 57"), never a number of people.
    """
    before, after = _words(tokens, max(first - 4, 0), min(first, 4)), _words(tokens, last, 1)
    ends = not after or after[0] in _AFTER_AGE
    if before[-1:] == (",",) and first > 1 and tokens[first - 2].is_capital:
        return ends
    if before[-1:] == ("of",) and len(before) > 1 and before[-2] in _KIN:
        return True
    if before[-1:] == ("of",):
        return ends and len(before) > 2 and before[-3] in _OWNERS and before[-2] not in _COUNTS
    if before[-1:] in (("is",), ("was",), ("turned",), ("turns",), ("am",), ("are",), ("were",)):
        return bool(set(before[:-1]) & _ONE_PERSON)
    if before[-1:] == ("and",) and _is_numeral(tokens, first - 2) and set(before) & {"are", "were"}:
        return bool(set(_words(tokens, max(first - 7, 0), 6)) & _ONE_PERSON)
    return bool(before) and before[-1] in _ONE_PERSON_DATIVE
