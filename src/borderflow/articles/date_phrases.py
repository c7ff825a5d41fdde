"""The phrases that dates come in, English and Russian, as patterns."""

from __future__ import annotations

import re

__all__ = [
    "ALREADY",
    "AND",
    "BETWEEN",
    "BY",
    "CLAUSE",
    "DAYS_TO",
    "END_OF",
    "FROM_NOW",
    "FUTURE",
    "HOLIDAYS",
    "HOUR",
    "MONTHS",
    "NAMES",
    "RANGE_ON",
    "SCAN",
    "SCHEDULED",
    "SINCE",
    "SMALL",
    "START_OF",
    "TRIGGER",
    "WEEKDAYS",
]


MONTHS = (
    "january|jan|январ[ьяе]", "february|feb|феврал[ьяе]", "march|mar|март[ае]?", "april|apr|апрел[ьяе]", "may|ма[йяе]",
    "june|jun|июн[ьяе]", "july|jul|июл[ьяе]", "august|aug|август[ае]?", "september|sept|sep|сентябр[ьяе]",
    "october|oct|октябр[ьяе]", "november|nov|ноябр[ьяе]", "december|dec|декабр[ьяе]",
)  # fmt: skip


WEEKDAYS = (
    "monday|понедельник(?:а|у|ом)?", "tuesday|вторник(?:а|у|ом)?", "wednesday|сред[ауыей]{1,2}", "thursday|четверг(?:а|у|ом)?",
    "friday|пятниц[ауыей]{1,2}", "saturday|суббот[ауыей]{1,2}", "sunday|воскресень[еяю]",
)  # fmt: skip


_MONTH = "|".join(MONTHS)


_WEEKDAY = "|".join(WEEKDAYS)


SMALL = {
    "one": 1, "a": 1, "an": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "один": 1, "одну": 1, "два": 2, "две": 2, "двое": 2, "три": 3, "трое": 3, "четыре": 4, "четверо": 4, "пять": 5, "шесть": 6, "семь": 7, "десять": 10,
}  # fmt: skip


_COUNT = r"\d{1,2}|" + "|".join(sorted(SMALL, key=len, reverse=True))


_DAY_MONTH = rf"(?:the )?\d{{1,2}}(?:st|nd|rd|th|-го|-е)?(?: of)? (?:{_MONTH})\b\.?(?:,? \d{{4}}\b(?: года| г\.)?)?"


_MONTH_DAY = rf"(?:{_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?\b(?![:.]\d|,\d| \d{{3}}\b)(?:,? \d{{4}}\b)?"


_NUMERIC = r"\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4}|(?:(?<=\bon )|(?<=\bс )|(?<=\bдо )|(?<=\bпо )|(?<=\bfrom )|(?<=\buntil )|(?<=\bsince ))\d{1,2}\.(?:0[1-9]|1[0-2])(?=[ .,;)]|$)(?! (?:km|км|m|hours|час|%|million|billion|тыс|млн|млрд))"


#: name -> pattern of one phrase; the first that matches at a place counts
_ATOMS: tuple[tuple[str, str], ...] = (
    ("half", rf"(?P<hq>first|second|перв\w+|втор\w+) (?:half of|половин\w+) (?P<hm>{_MONTH})\b"),
    ("days", rf"(?P<d1>\d{{1,2}})(?: ?[-–—] ?| to | and | по | до | и )(?P<d2>\d{{1,2}}) (?P<dm>{_MONTH})\b(?: (?P<dy>\d{{4}})\b)?"
             rf"|(?P<em>{_MONTH})\.? (?P<e1>\d{{1,2}})(?: ?[-–—] ?| to | and )(?P<e2>\d{{1,2}})\b(?!:|,\d)(?:, (?P<ey>\d{{4}}))?"),
    ("day", rf"{_NUMERIC}|{_DAY_MONTH}|{_MONTH_DAY}"),
    ("those days", rf"\b(?:over|in|during|on|за) (?:those|these|the same|the|эти же|те же|эти|те) (?P<tn>{_COUNT}|last two) (?P<tu>days|weeks|дня|дней|недели)\b"),
    ("ago", rf"(?P<an>{_COUNT}|неделю|месяц|год|сутки|день) ?(?P<au>days?|weeks?|fortnight|months?|years?|дн(?:я|ей)|недел[иь]|месяц(?:а|ев)|лет|года|суток)? (?P<how>ago|earlier|before|previously|назад|ранее|раньше)\b"),
    ("before yesterday", r"(?:the )?day before yesterday\b|позавчера"),
    ("before", r"\b(?:the |a )?(?:previous day|day before|day earlier|preceding day)\b|дн[её]м раньше|дн[её]м ранее|за день до (?:этого|того)|накануне|на кануне|(?:в )?предыдущий день|(?:за )?предыдущие сутки"),
    ("after", r"\b(?:the |a )?(?:next day|following day|day later|day after(?=\s*(?:[,.;:)]|$)))\b|(?:на|в|за) следующий день|дн[её]м позже|день спустя|через день|наутро|следующие сутки"),
    ("day only", r"\b(?:on )?the (?P<od>\d{1,2})(?:st|nd|rd|th)\b(?! of\b| century)|\b(?P<rod>\d{1,2})-го(?! \w*(?:числа|года))\b"),
    ("same", r"(?:on |in )?(?:the same|that same|that first|that|the said) (?:day|date|evening|morning|afternoon|night)\b|(?:в|за) (?:тот|этот) же день|(?:в|за) (?:этот|тот) день|за те же сутки|с (?:этой|той) же даты|с указанной даты|с (?:этого|того) же (?:дня|числа)|тем же вечером"),
    ("since then", r"\bsince then\b|\bsince(?=\s*(?:[.;]|$))|\bс тех пор\b"),
    ("later", rf"(?P<ln>{_COUNT}) (?P<lu>days?|weeks?) (?:later|(?:on|after)(?=\s*[,.;:)]|$))|(?:через|спустя) (?P<rln>{_COUNT}) (?P<rlu>дн(?:я|ей)|недел[иь])\b|(?P<sln>{_COUNT}) (?P<slu>дн(?:я|ей)|недел[иь]) спустя\b"),
    ("week before", r"(?:in |over )?(?:the |a )?(?:week before|preceding week|previous week|prior week|week earlier)\b|неделей (?:ранее|раньше)|за предыдущую неделю|на предыдущей неделе"),
    ("today", r"\b(?:today|tonight|this (?:morning|afternoon|evening)|сегодня|нынешн\w+ утр\w+)\b"),
    ("yesterday", r"\b(?:yesterday|last night|вчера(?:шн\w+ дня)?|со вчерашнего дня)\b"),
    ("night to", rf"\b(?:в ночь (?:с \w+ )?на|in the night to|overnight to) (?P<nd>{_WEEKDAY})\b"),
    ("overnight", r"\bovernight\b|\b(?:этой|минувшей|прошлой) ночью\b"),
    ("holiday", r"\b(?P<hol>new year's eve|new year's day|christmas eve|christmas day|boxing day|новый год|канун нового года|рождеств\w+)\b"),
    ("tomorrow", r"\b(?:tomorrow|завтра)\b"),
    ("weekend", r"\b(?:(?:last|this|over the|at the|the past|past) weekend|the weekend|(?:прошл|минувш)\w+ выходн\w+|(?:на|за|в) выходн\w+)\b"),
    ("weekday", rf"\b(?:(?P<wq>last|next|this|past|the following|following|прошл\w+|минувш\w+|следующ\w+|ближайш\w+) )?(?P<wd>{_WEEKDAY})\b"),
    ("hours", r"\b(?:(?:over|in|during|within|for) )?(?:the )?(?:past|last|previous) (?:24|twenty-four) hours\b|\b(?:in|within) (?:24|twenty-four) hours\b|\b(?:за|в течение) (?:последние |минувшие |прошедшие |прошлые |истекшие )?(?:24 часа|сутки)\b"),
    ("some hours", r"\b(?:(?:over|in|during|within|for) )?(?:the )?(?:past|last|previous) (?P<hn>36|48|60|72|96) hours\b|\b(?:за|в течение) (?:последние |минувшие |прошедшие )?(?P<hr>36|48|60|72|96) час(?:ов|а)\b"),
    ("first day", r"\b(?:on|in|during) the first (?:day|24 hours)\b|\bза первые сутки\b|\b(?:в|за) первый(?: же)? день\b"),
    ("first days", rf"\b(?:in |over |during |за )?(?:the )?(?:first|первые|перв\w+) (?P<fn>{_COUNT}|week|недел[юяи]) ?(?:days|дн(?:я|ей))? (?:of )?(?P<fm>{_MONTH})\b"),
    ("past days", rf"\b(?:(?:over|in|during|within|for) )?(?:the )?(?:past|last|previous) (?:(?P<pn>{_COUNT}|few|several) (?P<pu>days|day|weeks|months|month)|(?P<pd>days?))\b|\b(?:in|over|during|within) the past (?P<pm>month)\b"
                  rf"|\b(?:within|in) (?:less than |under |just |only )?(?P<qn>{_COUNT}) (?P<qu>days|weeks)\b|\bза (?:последн\w+ |минувш\w+ |прошедш\w+ |прошл\w+ )?(?P<rn>{_COUNT}) (?P<ru>дн(?:я|ей)|суток|недел[иь])\b"
                  r"|\b(?P<rec>in recent days|in the past few days|in recent weeks|(?:за|в) последние (?:несколько )?дн(?:и|ей))\b"),
    ("past week", r"\b(?:in|within|over|during) (?:a|one|the|the last|the past|the previous) week\b(?! to\b| until\b| ending\b| from\b| between\b| beginning\b| of\b)|\bза (?:последнюю )?неделю\b"),
    ("last week", r"\b(?:last|the past|past) week\b|\b(?:на )?(?:прошл|минувш|прошедш)\w+ недел\w+"),
    ("this week", r"\b(?:this|earlier this|later this|earlier that|that) week\b|\b(?:на )?эт\w+ недел\w+|начала (?:этой |текущей )?недели|(?:start|beginning) of (?:the|this) week"),
    ("last month", r"\b(?:last|the previous) month\b|\b(?:в )?(?:прошл|минувш)\w+ месяц\w*"),
    ("this month", r"\b(?:this month|the month|the whole month|в этом месяце|начала месяца|месяца)\b"),
    ("last year", r"\b(?:last year|a year (?:ago|earlier|before)|previous year|год назад|прошл\w+ год\w*|годом ранее)\b"),
    ("this year", r"\b(?:this year|the year|в этом году|начала года|с начала года|текущего года)\b"),
    ("month", rf"\b(?:(?P<mq>early|mid|late|(?:the )?(?:start|beginning|middle|end) of|(?:в )?(?:начал[ео]|середин[еу]|кон(?:це|ец)))[ -])?(?P<mm>{_MONTH})\b\.?(?: (?P<my>\d{{4}})\b|(?P<ml> (?:of )?last year\b| прошлого года\b))?"),
    ("year", r"(?:(?<=in )|(?<=since )|(?<=of )|(?<=by )|(?<=в )|(?<=с ))(?P<yy>(?:19|20)\d{2})\b(?: год[ау]?)?|(?P<yr>(?:19|20)\d{2}) год[ау]?\b"),
)  # fmt: skip


#: name -> words one of which is in every phrase of that name, so that most patterns need not be tried
_WORDS_OF = {
    "before yesterday": ("yesterday", "позавчера"),
    "before": (
        "previous",
        "before",
        "earlier",
        "preceding",
        "ранее",
        "раньше",
        "до ",
        "накануне",
        "на кануне",
        "предыдущ",
    ),
    "after": ("next", "following", "later", "after", "следующ", "позже", "спустя", "через", "наутро"),
    "same": ("same", "that ", "said", "тот", "этот", "те ", "тем ", "же д", "же ч", "указанной"),
    "since then": ("since", "с тех"),
    "later": ("later", "on", "after", "через", "спустя"),
    "week before": ("week", "недел"),
    "ago": ("ago", "earlier", "before", "previously", "назад", "ранее", "раньше"),
    "today": ("today", "tonight", "this ", "сегодня", "нынешн"),
    "yesterday": ("yesterday", "last night", "вчера", "ночи"),
    "overnight": ("overnight", "ночью"),
    "night to": ("ночь", "night"),
    "holiday": ("new year", "christmas", "boxing", "нов", "рождеств"),
    "tomorrow": ("tomorrow", "завтра"),
    "weekend": ("weekend", "выходн"),
    "hours": ("hours", "часа", "сутки"),
    "some hours": ("hours", "час"),
    "first day": ("first", "перв"),
    "first days": ("first", "перв"),
    "past days": ("past", "last", "previous", "days", "дн", "суток", "recent", "месяц"),
    "last week": ("week", "недел"),
    "past week": ("week", "недел"),
    "this week": ("week", "недел"),
    "last month": ("month", "месяц"),
    "this month": ("month", "месяц"),
    "last year": ("year", "год"),
    "this year": ("year", "год"),
}


SCAN = tuple((name, re.compile(pattern), _WORDS_OF.get(name, ())) for name, pattern in _ATOMS)


TRIGGER = re.compile(
    rf"the \d+(?:st|nd|rd|th)|\d-го|\b(?:{_MONTH}|{_WEEKDAY})\b|{_NUMERIC}|(?:19|20)\d\d|christmas|рождеств|новый год|day|night|week|month|year|morrow|hours|ago|earlier|month|same|later|then|тех пор|же даты|указанной даты|же дня|же числа|сегодня|вчера|завтра|ранее|раньше|позже|спустя|наутро|назад|недел|месяц|год|сутки|дн|день|выходн|накануне|суток"
)


#: holidays by how their names begin: month and day
HOLIDAYS = {
    "new year's eve": (12, 31), "new year's day": (1, 1), "christmas eve": (12, 24), "christmas day": (12, 25), "boxing day": (12, 26),
    "новый год": (1, 1), "канун": (12, 31), "рождеств": (1, 7),
}  # fmt: skip


NAMES = frozenset({"may", "mar", "mars", "march", "мая", "май", "мае", "sun", "sat"})


FUTURE = re.compile(
    r"\b(?:will|to be|is to|are to|was to|were to|is due|are due|going to|plans?|planned|planning|intends?|would|next|upcoming|from now|set to|expected to|shall)\b"
    r"|\b(?:будет|будут|планиру\w+|намерен\w*|собира\w+|закро\w+|откро\w+|запрет(?:ит|ят)|введ(?:ет|ут)|начн\w+|заработа(?:ет|ют)|станет|перестан\w+|прекрат(?:ит|ят)|приостанов(?:ит|ят)|вступ(?:ит|ят|ает|ают)|следующ\w+|готов\w+|разверн(?:ет|ут)|появ(?:ит|ят)\w*|ограничит|отменит|пустят|примет|возобнов(?:ит|ят)\w*|пойд(?:ет|ут)|обещ\w+|открыть|закрыть|вернут\w*|пуст(?:ит|ят))\b"
)


#: verbs of the present tense that speak of what is set down: "the post closes on Friday"
SCHEDULED = re.compile(
    r"\b(?:(?:is|are) (?:suspended|closed|cancelled|halted|shut|stopped|reopened|opened) from|stops|closes|opens|reopens|shuts|bans|bars|ends|halts|suspends|introduces|resumes|lifts|takes effect|comes into force|enters into force)\b"
    r"|\b(?:закрыва|открыва|прекраща|приостанавлива|вводит|отменя|запреща|перестает|ограничива)\w*"
)


CLAUSE = re.compile(r"[;,:](?!\d)|\bthat\b|\bbut\b|\bwhile\b|\bчто\b|\bно\b")


FROM_NOW = re.compile(r"\b(?:from|as of|starting|starting from|effective|effective from|beginning)(?: on)?\s*$")


ALREADY = re.compile(r"\b(?:already|had|were|was|have|has|stood|numbered|totalled)\b")


RANGE_ON = re.compile(r"\s*(?:morning |evening )?(?:to|until|till|through)\b")


SINCE = re.compile(
    r"(?:\bsince [^,.;]{1,90}?|\b(?:с момента|с начала|после) [^,.;]{1,50}?|\bsince(?: (?:early|late|last|the (?:start|beginning) of|the))?|\bfrom|\bafter(?: the \w+ (?:on|of))?|\bsince the [\w' -]{3,40}? (?:on|of)|\bstarting(?: on| from)?|\bas of|\beffective|\bс|\bсо|\bначиная с|\bпосле|\bс момента [\w ]{3,40}?)(?: on)?\s*(?:the\s+)?$"
)


START_OF = re.compile(r"(?:\bsince|\bfrom)?\s*(?:the )?(?:start|beginning) of(?: the)?\s*$|\b(?:с )?начал[ао]\s*$")


BY = re.compile(
    r"(?:\bby(?: the)?|\bas of|\buntil|\btill|\bup to|\bthrough(?! on)|\bto|\bк|\bпо|\bдо|\bпо состоянию на|\bна утро|\bна)(?: (?:the )?(?:early|late|end of|morning of|evening of|noon on|midnight on|утро|утру|вечер\w*|конец|концу|полудню|обеду|исходу))?(?: on)?\s*$"
)


DAYS_TO = re.compile(
    rf"(?:(?:in|over|during|for) )?(?:the )?(?:(?P<n>{_COUNT}) days|(?P<w>week)|(?P<h>24|twenty-four) hours) (?:to|until|till|through|up to|ending(?: on)?)\s*(?:the )?$"
)


BETWEEN = re.compile(r"(?:\bbetween|\bfrom|\bс|\bсо|\bмежду)(?: on)?\s*(?:the\s+)?$")


AND = re.compile(r"\s*(?:morning |evening |night |noon )?(?:and|to|until|till|through|по|до|и|[-–—])\s*(?:the\s+)?$")


HOUR = re.compile(
    r"(?<= )(?:\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\.?| o'clock)?|noon|midnight|midday|полдень|полудню|полудня|полночь|полуночи)(?: (?:on|утра|дня|вечера|часам|часов))?(?= $)"
)


END_OF = re.compile(r"\b(?:by|until|before|till|к|до)(?: the)? (?:end of|конц[уа]|the end of)(?: the)?\s*$")
