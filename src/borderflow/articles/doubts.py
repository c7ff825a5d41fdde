"""Numbers that look like figures and are none: differences, parts, ages, victims, what is usual or long ago."""

from __future__ import annotations

import itertools

from borderflow.articles.choosing import OF_QUEUES, Choice
from borderflow.articles.cues import MOVES
from borderflow.articles.numbers import Amount
from borderflow.articles.scenes import Scene

__all__ = ["is_compared", "is_no_figure", "is_usual"]

_COMPARED = (
    ("up", "from"), ("down", "from"), ("against",), ("compared", "with"), ("compared", "to"), ("than",), ("instead", "of"), ("versus",),
    ("против",), ("по", "сравнению", "с"), ("вместо",), ("чем",), ("from", "just"), ("up", "from", "just"),
)  # fmt: skip
_STEPS = frozenset(
    ["jump", "rise", "increase", "drop", "fall", "decline", "reduction", "decrease", "difference", "gap", "shortfall", "excess", "growth", "gain",
     "rises", "drops", "falls"]
)  # fmt: skip
_OF_ALL = frozenset(
    ["many", "most", "all", "half", "some", "none", "one", "two", "few", "several", "any", "each", "majority", "third"]
)
_BY_ROAD = frozenset(
    ["away", "drive", "walk", "ride", "journey", "flight", "trip", "on", "езды", "пути", "ходьбы", "лета", "полета", "хода"]
)  # fmt: skip
_VEHICLES = frozenset(
    ["car", "bus", "road", "train", "boat", "plane", "foot", "air", "rail", "coach", "lorry", "truck"]
)
_CHANGES = frozenset({"by", "extra", "additional", "дополнительно", "дополнительных"})
_ROADS = frozenset(
    ["drive", "road", "route", "journey", "trip", "away", "north", "south", "east", "west", "inside", "outside", "deep", "wide", "border", "frontier",
     "от", "из", "дороги", "пути"]
)  # fmt: skip
_OPEN = frozenset({"open", "opens", "открыто", "открыты", "открытых"})
_AGE_WORDS = frozenset({"under", "below", "older", "younger", "aged", "старше", "младше", "моложе"})
_OF_THEM = frozenset(
    {("of", "them"), ("of", "these"), ("of", "those"), ("из", "них"), ("among", "them"), ("среди", "них")}
)
_TIMED = frozenset({"before", "after", "ago", "later", "earlier", "до", "после", "назад"})
_PART = frozenset({"including", "includes", "include", "included", "among", "включая", "числе"})
_BESIDE = frozenset(
    ["twice", "double", "triple", "half", "вдвое", "втрое", "than", "as", "above", "below", "times", "чем", "выше", "ниже", "больше", "раза"]
)  # fmt: skip
_LONG_AGO = frozenset({"used", "once", "formerly", "раньше", "прежде"})


def is_no_figure(scene: Scene, amount: Amount, segment: tuple[int, int], number: int, choice: Choice) -> bool:
    """Tell whether a number is a difference, a part of a total already given, a plan for others, or of long ago."""
    kind = choice.kind
    before = scene.before(amount.first, 3)
    after = scene.word(amount.last)
    if after in _THAN_BEFORE and amount.dimension in ("person", "bare", "vehicle", "other"):
        further = scene.word(amount.last + 1)
        if after != "more" or further in ("than", "", ".", ",", ")", "on", "in"):
            return True  # but "20,000 more are waiting" counts people
    if (
        before
        and not (before[-1] == "additional" and kind.quantity in OF_QUEUES)
        and (before[-1] in _CHANGES or (before[-1] == "на" and amount.dimension in ("bare", "percent")))
        and kind.quantity not in ("mobilised_planned", "rent_increase_pct")
    ):
        return True
    if _is_step(scene, amount) or _is_of_all(scene, amount) or _is_in_other_unit(scene, amount):
        return True
    if kind.quantity.endswith("_*") and (scene.rates[amount.first] == "longer" or _is_of_groups(scene, amount)):
        return True
    if scene.before(scene.token_at(amount.start), 4)[-3:-1] in (["addition", "to"], ["top", "of"]):
        return True  # "in addition to the 1,670 from Ishasha"
    if amount.dimension == "length" and any(word.startswith(_ON_FOOT) for word in scene.before(amount.first, 5)):
        return True  # "people walked about 15 kilometres"
    if kind.quantity in OF_QUEUES and _is_for_something(scene, amount):
        return True
    if amount.noun.startswith(_OF_A_TOWN) and not _is_of_borders(scene):
        return True  # "the hospital received 1,150 patients", "120 workers were sent home"
    if amount.vague and kind.quantity in OF_QUEUES:
        return True
    if (
        kind.quantity.endswith("_*")
        and before[-1:] == ["to"]
        and any(
            word.startswith(("limit", "cap", "restrict", "reduc", "огранич")) for word in scene.before(amount.first, 5)
        )
    ):
        return True  # "limited entries to 150 a day"
    if before[-2:] in (["группами", "по"], ["groups", "of"], ["batches", "of"], ["партиями", "по"], ["человек", "по"]):
        return True
    if before[-2:] in (["for", "every"], ["one", "in"], ["на", "каждые"]):
        return True  # "one latrine for every 200"
    if amount.dimension == "time" and any(
        0 <= scene.token_at(amount.start) - cue.last <= 2 for cue in scene.of("close", "open", "halt")
    ):
        return True  # "was opened for three hours"
    if kind.quantity.endswith("_*") and not scene.dates and _is_in_one_day(scene, amount):
        return True  # "in a single day": which, nobody says
    if number == 0 and amount.first == 1 and before == ["of"] and len(scene.amounts) > 1:
        return True  # "Of 1,240 checked, 61 were refused"
    whole = before[-2:] in (["of", "the"], ["out", "of"], ["of", "their"], ["of", "its"])
    if whole and kind.quantity == "mobilised_planned":
        return False  # "26,000 men have been called up, out of the 28,000 planned"
    if whole and (number or choice.cue is None or not segment[0] <= choice.cue.first < segment[1]):
        return True
    words = set(scene.words[max(segment[0] - 1, 0) : amount.first])
    at = scene.token_at(amount.start)
    people = scene.before(at, 2)
    if scene.words[at] in _AGE_WORDS:
        people = [*people, scene.words[at]]
    if (
        amount.value <= 110
        and amount.hedge in ("up to", "over")
        and any(word in ("men", "women", "people", "those", "males", "мужчин", "мужчины", "лиц") for word in people)
    ):
        return True  # "men under 65"
    if amount.dimension == "bare" and amount.value <= 100 and people[-1:] and people[-1] in _AGE_WORDS:
        return True  # "half of them are under 18"
    low = scene.clause(amount.first)[0]
    if kind.quantity.endswith("_*") and any(
        low <= cue.first < amount.first or 0 <= cue.first - amount.noun_end <= 2 for cue in scene.of("expect")
    ):
        return True
    if amount.dimension in ("person", "bare") and any(
        0 <= scene.token_at(amount.start) - cue.last <= 2
        and scene.words[cue.first].startswith(("прожива", "живут", "живет", "жили", "жило", "населени"))
        for cue in scene.of("home")
    ):
        return True  # "в республике проживали 120 тысяч человек"
    if any(
        (0 <= amount.first - cue.last <= 2 and cue.last - cue.first > 1)
        or amount.last <= cue.first < amount.noun_end + 1
        for cue in scene.of("home")
    ):
        return True  # "the town of 40,000", "home to around 40,000", "2.5 million inhabitants"
    if (kind.quantity.endswith("_*") or kind.quantity in ("asylum_applications", "shelter_used")) and _is_of_others(
        scene, amount
    ):
        return True
    if amount.dimension in ("person", "bare") and any(
        0 <= cue.first - amount.noun_end <= 2 for cue in scene.of("harm")
    ):
        return True
    if before[-2:] == ["estimated", "at"]:
        return True
    if _is_of_time_before(scene, amount, kind.quantity):
        return True
    if _is_part(scene, amount, segment, choice) or _is_only_expected(scene, amount, kind.quantity):
        return True
    parts = tuple(scene.words[:2])
    if parts in _OF_THEM and (kind.quantity in OF_QUEUES or choice.cue is None):
        return True  # "of these, 20 carried containers"
    if any(-5 <= cue.first - amount.first < 0 for cue in scene.of("clinic")):
        return True
    following = scene.word(amount.noun_end)
    if amount.dimension == "time" and (following in _TIMED or _is_way(scene, amount)):
        return True  # "20 minutes before the opening"
    if kind.quantity == "wait_hours" and any(
        0 < amount.first - cue.last <= 6
        and not any(cue.last <= wait.first < amount.first for wait in scene.of("queue"))
        for cue in scene.of("journey")
    ):
        return True  # "a drive of five hours"
    if kind.quantity == "checkpoints_open" and choice.cue is not None and scene.words[choice.cue.first] not in _OPEN:
        return True
    home = [cue for cue in scene.of("home") if -6 <= cue.first - amount.first <= 3]
    if (
        kind.quantity.endswith("_*")
        and home
        and not any(abs(cue.first - amount.noun_end) <= 3 for cue in scene.of("enter", "leave"))
    ):
        return True
    if amount.dimension == "length" and (following in _ROADS or _is_distance(scene, amount)):
        return True
    if amount.dimension in ("bare", "person") and amount.value < 10 and kind.quantity not in _MAY_BE_FEW:
        return True
    if amount.vague and kind.quantity.startswith("price"):
        return True
    return bool(words & _LONG_AGO) and any(
        token.lower in _LONG_AGO and not any(one.start <= token.start < one.end for one in scene.dates)
        for token in scene.tokens[max(segment[0] - 1, 0) : amount.first]
    )


_MAY_BE_FEW = frozenset(
    ["turned_back", "notices_served", "entry_refused", "exit_ban_exemption_children", "irregular_crossings_detected"]
)  # fmt: skip


_THAN_BEFORE = frozenset(["fewer", "more", "less", "higher", "lower", "больше", "меньше", "times", "раз"])


def _is_only_expected(scene: Scene, amount: Amount, quantity: str) -> bool:
    """Tell whether people are only expected, where what is claimed is how many there are: "expects 3,000 by the end of the month"."""
    if quantity.startswith(("forecast", "mobilised", "capacity")) or quantity == "shelter_capacity":
        return False
    at = scene.token_at(amount.start)
    return any(
        0 <= at - cue.last <= 2 for cue in scene.of("expect", "forecast") if scene.tokens[cue.first].text[0] < "а"
    )


def _is_of_time_before(scene: Scene, amount: Amount, quantity: str) -> bool:
    """Tell whether a number of people is how many there were before a day: "before November it was 40,000"."""
    if not (quantity == "stock_present" or quantity.endswith("_*")):
        return False
    low = scene.after_mark(amount.first, ",;:")
    words = scene.words[low : amount.first]
    return words[:1] in (["before"], ["prior"], ["до"]) and any(
        scene.tokens[low].start <= one.start < amount.start for one in scene.dates
    )


def _is_part(scene: Scene, amount: Amount, segment: tuple[int, int], choice: Choice) -> bool:
    """Tell whether a number only says what some of those counted are: "of whom 2,870 were nationals of Ukraine"."""
    at = scene.token_at(amount.start)
    before = tuple(scene.before(at, 2))
    own = choice.cue is not None and segment[0] <= choice.cue.first < segment[1] and choice.cue.kind in MOVES
    described = any(word.startswith(_KINDS_OF) for word in scene.words[amount.last : amount.noun_end + 3])
    after = scene.after(amount.noun_end, 2)
    why = bool({"because", "из-за", "owing", "due"} & set(after))  # "33 were refused, 21 of them because of"
    return (
        before in {("of", "whom"), ("of", "which"), ("из", "них"), ("из", "которых")} and (described or why) and not own
    )


_KINDS_OF = (
    "national", "citizen", "men", "women", "child", "minor", "гражд", "женщин", "мужчин", "дет", "несовершеннол",
)  # fmt: skip


_ON_FOOT = ("walk", "trek", "drove", "driv", "travel", "march", "прош", "проех", "пешк", "идти", "шли", "ехать")
_GROUPS = frozenset(
    ["men", "women", "girls", "boys", "children", "minors", "elderly", "мужчин", "женщин", "детей", "несовершеннолетних"]
)  # fmt: skip


def _is_of_groups(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is one of a list of men, women and children that only breaks a total down."""
    if amount.noun not in _GROUPS:
        return False
    return any(
        one.noun in _GROUPS
        and one.noun != amount.noun
        and 0 < min(abs(one.first - amount.noun_end), abs(amount.first - one.noun_end)) <= 3
        for one in scene.amounts
    )


def _is_for_something(scene: Scene, amount: Amount) -> bool:
    """Tell whether people wait for something that is no border: "the wait for a bus is two days"."""
    words = scene.before(amount.first, 12)
    if any(one.startswith("очеред") and two == "за" for one, two in itertools.pairwise(words)):
        return True  # "в очереди за мороженым"
    if any(
        one in ("queue", "queues", "line", "lines") and two == "for" and not _is_border_word(three, four)
        for one, two, three, four in zip(words, words[1:], words[2:], [*words[3:], ""], strict=False)
    ):
        return True  # "the queue for ice cream"
    return any(
        one.startswith(("wait", "queue")) and two == "for" and {three, four} & _WAITED_FOR
        for one, two, three, four in zip(words, words[1:], words[2:], words[3:], strict=False)
    )


_QUEUED_FOR = ("custom", "border", "cross", "checkpoint", "post", "exit", "entry", "passport", "inspect", "check", "control", "clearance", "process", "car", "lorr",
               "truck", "vehicle", "bus", "coach", "people", "pedestrian", "walker", "foot", "traveller", "passenger", "those", "everyone", "all", "freight", "cargo",
               "hour", "day", "minute", "over", "more", "about", "some", "around", "nearly", "almost", "up", "at", "several", "now", "bridge", "gate", "ferry", "them",
               "him", "her", "me", "us", "two", "three", "four", "five", "six", "ten", "immigration", "barrier")  # fmt: skip


def _is_border_word(one: str, two: str) -> bool:
    """Tell whether people who queue "for" this queue at a border: what is said of it, how long, or who does."""
    word = two if one in ("the", "a", "an", "its") else one
    return word.startswith(_QUEUED_FOR) or word[:1].isdigit() or not word


_OF_A_TOWN = ("patient", "student", "pupil", "spectator", "fan", "runner", "worker", "employee", "guest", "зрител", "болельщик", "рабоч", "школьник", "пациент",
              "студент", "первоклассник", "работник")  # fmt: skip


def _is_of_borders(scene: Scene) -> bool:
    return scene.has("post", "call up") or scene.names("country", "crossing")


_WAITED_FOR = frozenset(
    ["bus", "buses", "train", "trains", "flight", "visa", "visas", "permit", "appointment", "decision", "bed", "doctor", "taxi", "food", "water",
     "fuel"]
)  # fmt: skip


def _is_in_other_unit(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number in brackets only gives the one before in another unit: "60 kilometres (37 miles)"."""
    opened = amount.first - 1
    return (
        opened > 0
        and scene.tokens[opened].text == "("
        and any(one.noun_end == opened and one.dimension == amount.dimension for one in scene.amounts)
        and amount.dimension in ("length", "time")
    )


def _is_in_one_day(scene: Scene, amount: Amount) -> bool:
    text = " ".join(scene.words[amount.first : amount.noun_end + 10])
    return any(phrase in text for phrase in ("in a single day", "in one day", "in a day", "за один день", "за сутки"))


def _is_step(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is the size of a change: "a jump of only 4,000", "рост на 300"."""
    at = scene.token_at(amount.start)
    before = scene.before(at, 4)
    while before and before[-1] in ("only", "just", "a", "the", "some"):
        before.pop()
    return len(before) > 1 and before[-1] == "of" and before[-2] in _STEPS


def _is_of_all(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is the whole that others are a part of: "how many of the 120,000 inhabitants"."""
    at = scene.token_at(amount.start)
    before = scene.before(at, 4)
    while before and before[-1] in ("the", "these", "those", "its", "their", "her", "his"):
        before.pop()
    counted = scene.after(amount.noun_end, 1) == ["who"] and any(
        0 < cue.first - amount.noun_end <= 4 for cue in scene.of("enter", "cross")
    )
    return len(before) > 1 and before[-1] == "of" and before[-2] in _OF_ALL and not counted


def _is_way(scene: Scene, amount: Amount) -> bool:
    """Tell whether a time is how far something is: "about 45 minutes from the city", "two hours by car"."""
    following = scene.after(amount.noun_end, 3)
    if following[:1] == ["by"]:
        return bool(set(following[1:]) & _VEHICLES)
    if following[:2] == ["on", "foot"] or (following[:1] and following[0] in _BY_ROAD - {"on"}):
        return True
    return following[:1] in (["from"], ["от"], ["outside"]) and (
        any(amount.noun_end < one.first <= amount.noun_end + 6 for one in scene.mentions)
        or any(amount.noun_end < cue.first <= amount.noun_end + 4 for cue in scene.of("post"))
    )


def _is_distance(scene: Scene, amount: Amount) -> bool:
    """Tell whether a length is said to lead somewhere: "До столицы Монголии отсюда 340 километров"."""
    low = scene.after_mark(amount.first, ",;:—–")
    words = scene.words[low : amount.first]
    return words[:1] in (["до"], ["от"]) and (
        "до" in words[1:] or any(low <= mention.first < amount.first for mention in scene.mentions)
    )


def _is_of_others(scene: Scene, amount: Amount) -> bool:
    """Tell whether people counted are victims, displaced at home, moved by others, or a part named in brackets."""
    if any(-4 <= cue.first - amount.first < 0 or 0 <= cue.first - amount.noun_end <= 3 for cue in scene.of("harm")):
        return True
    if any(0 <= cue.first - amount.noun_end <= 3 for cue in scene.of("registered only")):
        return True
    if any(-2 <= cue.last - amount.first <= 0 for cue in scene.of("detain")):
        return True  # "detained 340 Syrians who entered by side roads"
    if _is_of_displaced(scene, amount) or _stays_inside(scene, amount):
        return True
    if any(-1 <= cue.first - amount.noun_end <= 4 for cue in scene.of("displaced")) and not scene.has("enter", "cross"):
        return True
    near = [cue for cue in scene.of("displaced", "moved") if -4 <= cue.first - amount.noun_end <= 6]
    if near and not any(0 <= cue.first - amount.noun_end <= 3 for cue in scene.of("enter", "leave")):
        return True
    before = [token.text for token in scene.tokens[: amount.first]]
    words = scene.before(amount.first, 4)
    if any(word in _PART for word in words[-3:]) or words[-2:] in (["group", "of"], ["groups", "of"], ["группа", "из"]):
        return True  # "including 70 children"
    if before.count("(") <= before.count(")"):
        return False
    at = len(before) - 1 - before[::-1].index("(")
    opened = scene.tokens[at].start
    if at == amount.first - 1 and any(
        one.last == at and one.best.kind in ("crossing", "city") for one in scene.mentions
    ):
        return False  # "most came through Hamdayet (27,533)"
    closed = next((n for n in range(at, len(scene.tokens)) if scene.tokens[n].text == ")"), at)
    if any(opened < one.start < scene.tokens[closed].start for one in scene.dates):
        return False  # "1,215 on 5 May (4 May: 980)"
    return not any(0 <= opened - one.end <= 2 for one in scene.dates)  # "on Monday (4,210)" is no aside


def _is_of_displaced(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is that of people displaced at home: "the number of displaced in the country rose to 1.2 million"."""
    before = [cue for cue in scene.of("displaced") if 0 <= amount.first - cue.last <= 10]
    return any(
        not any(cue.first <= other.first <= amount.noun_end + 2 for other in scene.of("enter", "leave", "cross"))
        and not any(token.is_number for token in scene.tokens[cue.last : scene.token_at(amount.start)])
        for cue in before
    )


def _stays_inside(scene: Scene, amount: Amount) -> bool:
    """Tell whether people only left their homes, not the country: "forced to flee their homes"."""
    if scene.has("enter", "cross"):
        return False
    for cue in scene.of("leave"):
        following = scene.after(cue.last, 3)
        near = -3 <= cue.first - amount.noun_end <= 8
        if (
            near
            and following[:1] in (["their"], ["свои"], ["свой"])
            and following[1:2]
            and following[1].startswith(("home", "house", "village", "дом", "жил"))
        ):
            return True
    return False


def is_compared(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is only compared with: "up from 3,875", "against 900"."""
    at = scene.token_at(amount.start)
    before = scene.before(at, 3)
    if before and before[-1] in ("a", "the", "just", "only"):
        before = before[:-1]
    if any(tuple(before[-len(words) :]) == words for words in _COMPARED):
        return True
    # "from 5 km to 800 metres": the first is how it was
    following = scene.word(amount.noun_end)
    ranged = scene.word(amount.last)
    return bool(before) and before[-1] in ("from", "с") and bool({following, ranged} & {"to", "до"})


def is_usual(scene: Scene, segment: tuple[int, int]) -> bool:
    """Tell whether a number is what is usual; "three times the usual" is not."""
    usual = [cue for cue in scene.of("usual") if segment[0] - 2 <= cue.first < segment[1]]
    first = next((one.first for one in scene.amounts if one.first >= segment[0]), 0)
    if any(cue.last <= first and "of" in scene.words[cue.last : first][:3] for cue in usual):
        return True  # "twice the usual figure of about 430 a day"
    return any(not any(word in _BESIDE for word in scene.before(cue.first, 3)) for cue in usual)
