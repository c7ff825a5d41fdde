"""One sentence with everything recognised in it, and what earlier sentences left behind."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from bisect import bisect_right
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from borderflow.articles.cues import MOVES, Cue, find_cues
from borderflow.articles.dates import When, find_dates
from borderflow.articles.loose import loose_names
from borderflow.articles.numbers import Amount, find_amounts
from borderflow.articles.people import find_people
from borderflow.articles.saying import only_said
from borderflow.articles.tokens import Sentence, Token
from borderflow.articles.toponyms import Mention, find_places_in, find_possible
from borderflow.naming import Named, Names

__all__ = ["BREAKS", "CLAUSES", "Route", "Scene", "build_scene", "is_of_capital", "stem_of"]

_SEPARATORS = frozenset(
    [",", ";", ":", "—", "–", "(", ")", "and", "but", "while", "whereas", "и", "а", "но", "of", "из", "with", "before", "though"]
)  # fmt: skip
#: marks that part one clause from the next
BREAKS = frozenset([",", ";", ":", "—", "–", "(", ")", "."])
_COMPARING = frozenset({"from", "against", "compared", "versus", "против", "вместо"})
_STRONG = frozenset({";", ":", "but", "while", "whereas", "но", "though", "although", "хотя", "тогда"})


_PER = {
    "hour": ("an hour", "per hour", "every hour", "each hour", "hourly", "в час"),
    "day": (
        "a day", "per day", "each day", "every day", "daily", "в день", "в сутки", "ежедневно", "за день", "/ day", "a 24-hour",
    ),
    "longer": (
        "a week", "per week", "each week", "every week", "в неделю", "еженедельно",
        "a month", "per month", "each month", "every month", "monthly", "в месяц", "ежемесячно",
        "a year", "per year", "each year", "every year", "annually", "yearly", "в год", "ежегодно",
    ),
}  # fmt: skip
_ONLY_AFTER = ("a ", "an ", "за ", "/ ")
_LISTING = frozenset({",", "and", "и", "or", "или", "to", "в", "as", "well", "«", "»"})


_NO_RATE_BEFORE = (
    "in", "within", "over", "for", "after", "than", "half", "about", "earlier", "once", "twice", "of", "almost", "nearly",
)  # fmt: skip
_NO_RATE_AFTER = ("ago", "earlier", "before", "later", "and", "or", "long")


def _is_no_rate(phrase: str, after: str, before: str) -> bool:
    """Tell whether "a week" says how long or when, not how often: "in a week", "a year earlier"."""
    text = before + after
    return any(f" {word} {phrase} " in text for word in _NO_RATE_BEFORE) or any(
        f" {phrase} {word} " in text for word in _NO_RATE_AFTER
    )


_MEDIA = frozenset(
    {"paper", "daily", "weekly", "newspaper", "radio", "site", "website", "agency", "broadcaster", "herald", "tribune"}
)
#: words with which a side clause begins
CLAUSES = frozenset(
    ["after", "when", "as", "because", "while", "although", "since", "where", "once", "когда", "после", "поскольку", "где"]
)  # fmt: skip
_STATIONS = ("station", "airport", "terminus", "автовокзал", "вокзал", "аэропорт", "автостанц")
_HEARERS = frozenset(
    ["journalists", "reporters", "conference", "briefing", "журналистам", "корреспонденту", "брифинге", "пресс-конференции", "журналистами"]
)  # fmt: skip
_AND = frozenset({",", "and", "и", "or", "или"})


class Route(NamedTuple):
    """Where something runs: one or more places it starts from, and where it goes."""

    origins: tuple[Mention, ...]
    goal: Mention


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """Return the beginning of a word, which English and Russian endings leave alone; a number is one like any other.

    Examples
    --------
    >>> stem_of("crossed") == stem_of("crossings"), stem_of("въехали") == stem_of("въехало"), stem_of("4,210")
    (True, True, '0')
    """
    return "0" if word[0].isdigit() else word[:5]


@dataclass(frozen=True)
class Scene:
    """A sentence, its tokens, cues, numbers, dates and places."""

    sentence: Sentence
    cues: tuple[Cue, ...]
    amounts: tuple[Amount, ...]
    dates: tuple[When, ...]
    mentions: tuple[Mention, ...]
    said: frozenset[int]  # numbers of the dates that only say when something was said
    published: dt.date

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens of the sentence."""
        return self.sentence.tokens

    @cached_property
    def words(self) -> list[str]:
        """The tokens in small letters, marks among them."""
        return [token.lower for token in self.tokens]

    def word(self, at: int) -> str:
        """Return the word at a token, nothing beyond the sentence."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def before(self, at: int, count: int) -> list[str]:
        """Return the last words before a token."""
        return self.words[max(at - count, 0) : at]

    def after(self, at: int, count: int) -> list[str]:
        """Return the first words from a token on."""
        return self.words[at : at + count]

    def after_mark(self, at: int, marks: Container[str] = BREAKS) -> int:
        """Return the token after the last of some marks before a token."""
        return max((n + 1 for n in range(at) if self.tokens[n].text in marks), default=0)

    @cached_property
    def outline(self) -> list[str]:
        """The beginnings of the words; what is a place, a date or a number stands as such."""
        seen = [stem_of(word) for word in self.words]
        for one in self.amounts:
            seen[one.first : one.last] = [f"#{one.dimension}"] * (one.last - one.first)
        for mention in self.mentions:
            seen[mention.first : mention.last] = [f"@{mention.best.kind}"] * (mention.last - mention.first)
        for when in self.dates:
            for at in range(self.token_at(when.start), len(seen)):
                if self.tokens[at].start >= when.end:
                    break
                seen[at] = f"@{when.role}"
        return seen

    @cached_property
    def possible(self) -> list[Mention]:
        """The names that may be places though nothing says so."""
        taken = [(one.first, one.last) for one in self.mentions]
        taken += [(self.token_at(one.start), self.token_at(one.end - 1) + 1) for one in self.dates]
        return find_possible(self.tokens, taken)

    @cached_property
    def loose(self) -> tuple[Mention, ...]:
        """What else may name a place, where an event is told."""
        return loose_names(self.tokens, self.people, self.mentions)

    @cached_property
    def officials(self) -> tuple[Mention, ...]:
        """The adjectives that say whose officials speak: "Honduran migration officers said"."""
        if not self.has("say"):
            return ()
        offices = list(self.of("official"))
        return tuple(
            one
            for one in self.mentions
            if one.best.kind == "derived" and any(0 <= cue.first - one.last <= 1 for cue in offices)
        )

    @cached_property
    def spokesman(self) -> str:
        """The country that speaks, or whose officials do: "the Kazakh interior ministry said"; empty where none does."""
        speaking = (one for one in self.mentions if one.best.kind in ("country", "derived") and self.speaks(one))
        return next((one.best.country for one in speaking), "")

    @cached_property
    def by_kind(self) -> Mapping[str, tuple[Cue, ...]]:
        """The cues by their class."""
        found: dict[str, list[Cue]] = {}
        for cue in self.cues:
            found.setdefault(cue.kind, []).append(cue)
        return {kind: tuple(cues) for kind, cues in found.items()}

    @cached_property
    def people(self) -> set[int]:
        """The tokens that belong to names of people."""
        return find_people(self.tokens)

    def has(self, *kinds: str) -> bool:
        """Tell whether a cue of one of some classes is in the sentence."""
        return any(kind in self.by_kind for kind in kinds)

    def names(self, *kinds: str) -> bool:
        """Tell whether the sentence names a place of one of some kinds."""
        return any(one.best.kind in kinds for one in self.mentions)

    def quote(self, start: int, end: int) -> str:
        """Return what stands between two positions of the text."""
        return self.sentence.text[start - self.sentence.start : end - self.sentence.start]

    def of(self, *kinds: str) -> list[Cue]:
        """Return the cues of some classes, in order."""
        if len(kinds) == 1:
            return list(self.by_kind.get(kinds[0], ()))
        return sorted((cue for kind in kinds for cue in self.by_kind.get(kind, ())), key=lambda cue: cue.first)

    @cached_property
    def rates(self) -> Mapping[int, str]:
        """For every number, by its first token: "day" or "hour" where it is said to be a rate, else nothing."""
        firsts = [one.first for one in self.amounts]
        ends = [*firsts[1:], len(self.tokens)][: len(firsts)]
        return {one.first: self._rate(one, end) for one, end in zip(self.amounts, ends, strict=True)}

    @cached_property
    def first_rate(self) -> Mapping[str, int]:
        """The first number of each rate."""
        found: dict[str, int] = {}
        for first, rate in self.rates.items():
            found.setdefault(rate, first)
        return found

    def _rate(self, amount: Amount, end: int) -> str:
        following = self.tokens[amount.last : min(amount.noun_end + 12, end)]
        stop = next((n for n, token in enumerate(following) if token.text in ",;:."), len(following))
        after = f" {' '.join(self.after(amount.last, stop))} "
        before = f" {' '.join(self.before(amount.first, 6))} "
        for rate, phrases in _PER.items():
            for phrase in phrases:
                said = f" {phrase} " in after or (not phrase.startswith(_ONLY_AFTER) and f" {phrase} " in before)
                if said and not (rate == "longer" and _is_no_rate(phrase, after, before)):
                    return rate
        average = " average " in before and any(word in before for word in (" daily ", " сутки "))
        return "day" if average and amount.dimension != "time" else ""

    @cached_property
    def _counted(self) -> list[Amount]:
        return [one for one in self.amounts if one.dimension not in ("other", "percent")]

    @cached_property
    def _position(self) -> Mapping[int, int]:
        return {one.first: at for at, one in enumerate(self._counted)}

    def segment(self, number: int) -> tuple[int, int]:
        """Return the tokens that belong to one of the numbers: up to the separators towards its neighbours."""
        amounts = self._counted
        at = self._position.get(self.amounts[number].first, -1)
        if at < 0:
            return 0, len(self.tokens)
        low = self._cut(amounts[at - 1].noun_end, self.token_at(amounts[at].start)) if at else 0
        high = len(self.tokens)
        if at + 1 < len(amounts):
            high = self._cut(amounts[at].noun_end, self.token_at(amounts[at + 1].start))
        low, high = min(low, amounts[at].first), max(high, amounts[at].last)  # the noun of one may reach past the next
        return low, high

    def _cut(self, start: int, end: int) -> int:
        strong = [
            at
            for at in range(start, end)
            if self.words[at] in _STRONG or (self.words[at] == "а" and at > start and self.tokens[at - 1].text == ",")
        ]
        if strong:
            return strong[-1]
        moved = [cue.first - 1 for cue in self.cues if cue.kind in MOVES and start < cue.first < end]
        if moved and self.tokens[moved[0]].text == ",":
            return moved[0]  # "8,200 came in, left again for Turkey, 2,700": the new verb begins the words of the next
        cuts = [at for at in range(start, end) if self.words[at] in _SEPARATORS]
        commas = [at for at in cuts if self.tokens[at].text == "," and self.tokens[cuts[-1]].text in "–—"]
        # "a bicycle for 60, a seat — for 35": what stands before the dash belongs to the number after it
        if cuts:
            return commas[-1] if commas else cuts[-1]
        compared = [at for at in range(start, end) if self.words[at] in _COMPARING]
        return compared[0] if compared else start  # "1,840 on Friday from 920 a week before"

    def clause(self, at: int) -> tuple[int, int]:
        """Return the tokens of the clause around a token, between strong separators and commas before a new verb."""
        low = max((n + 1 for n in range(at) if self.words[n] in _STRONG), default=0)
        high = min((n for n in range(at + 1, len(self.tokens)) if self.words[n] in _STRONG), default=len(self.tokens))
        return low, high

    def token_at(self, position: int) -> int:
        """Return the number of the token at a position of the text."""
        return min(bisect_right(self._ends, position), len(self.tokens) - 1)

    @cached_property
    def _ends(self) -> list[int]:
        return [token.end for token in self.tokens]

    def speaks(self, mention: Mention) -> bool:
        """Tell whether a place only belongs to who says so: "officials in Panama City said", "Georgia's ministry said"."""
        officials = list(self.of("official", "witness"))
        if mention.best.kind != "crossing" and any(cue.first == mention.last for cue in self.of("say")):
            return True  # "Dhaka estimates that"
        if self.is_of_medium(mention) or self._is_in_attribution(mention) or self._is_where_told(mention):
            return True
        for cue in self.of("say"):
            for speaker in officials:
                if abs(speaker.first - cue.first) > 9:
                    continue
                low, high = min(speaker.first, cue.first), max(speaker.last, cue.last)
                between = self.tokens[min(mention.last, speaker.last) : max(mention.first, speaker.first)]
                if any(token.text in ",;:" or token.lower in CLAUSES for token in between):
                    continue  # "entered Finland since President Putin announced"
                if low - 3 <= mention.first < high and (
                    (mention.last <= speaker.first + 1 and speaker.first - mention.last <= 1)
                    or speaker.last <= mention.first <= speaker.last + 3
                ):
                    return mention.best.kind != "crossing"
        return False

    def is_of_medium(self, mention: Mention) -> bool:
        """Tell whether a place says where a newspaper or station is at home: "the Edirne daily Sinir Postasi"."""
        following = self.tokens[mention.last : mention.last + 3]
        return bool(following) and (
            following[0].lower in _MEDIA
            or (
                following[0].lower in ("news", "regional", "local")
                and any(one.lower in _MEDIA for one in following[1:])
            )
        )

    def _is_where_told(self, mention: Mention) -> bool:
        """Tell whether a place is where somebody spoke: "a spokeswoman told journalists in Tbilisi"."""
        before = self.before(mention.first, 4)
        while before and before[-1] in ("in", "at", "в", "the"):
            before.pop()
        return before[-1:] != [] and before[-1] in _HEARERS and mention.best.kind != "crossing"

    def _is_in_attribution(self, mention: Mention) -> bool:
        """Tell whether a place belongs to words on who says so: "according to a driver parked near Gonio"."""
        comma = next((at for at in range(mention.first - 1, -1, -1) if self.tokens[at].text in ",;:"), -1)
        start = self.words[comma + 1 : comma + 3]
        attributed = start in (
            ["according", "to"],
            ["по", "словам"],
            ["по", "данным"],
            ["по", "информации"],
            ["по", "сведениям"],
        )
        return comma >= 0 and attributed and mention.best.kind != "crossing"

    def is_called_post(self, mention: Mention) -> bool:
        """Tell whether a town's name is that of a post here: "пункт пропуска «Гулистан»", "the Guliston checkpoint"."""
        before = self.before(mention.first, 2)
        after = self.word(mention.last)
        return bool(set(before) & {"пропуска", "переход", "переходе", "перехода", "кпп", "мапп"}) or after in (
            "crossing", "checkpoint", "crossings", "checkpoints",
        )  # fmt: skip

    def is_of_citizens(self, mention: Mention) -> bool:
        """Tell whether a country only says whose citizens people are: "holders of passports of", "граждан Мьянмы"."""
        before = self.before(mention.first, 3)
        while before[-1:] in (["of"], ["the"]):
            before = before[:-1]
        return bool(before) and before[-1].startswith(("citizen", "national", "гражд", "подданн", "выходц"))

    def is_border(self, mention: Mention) -> bool:
        """Tell whether an adjective names a border, hence a country: "the Tunisian border"."""
        after = self.word(mention.last)
        return mention.best.kind == "derived" and (
            after in ("border", "side", "frontier") or after.startswith("границ")
        )

    def routes(self) -> list[Route]:
        """Return the routes of the sentence: "Orenburg - Aktobe", "between Pskov and Tartu", "from A and B to C and D"."""
        places = [one for one in self.mentions if one.best.kind != "derived"]
        found: list[Route] = []
        for at, (one, other) in enumerate(itertools.pairwise(places)):
            if self._linked(one, other):
                goals = self.listed(places[at + 1 :])
                last = at + len(goals)
                if len(goals) > 1 and last + 1 < len(places) and self._linked(places[last], places[last + 1]):
                    goals = goals[:-1]  # "Orenburg - Aktobe and Saratov - Uralsk": a new route begins there
                starts = self._starts(places[: at + 1])
                found += [Route(starts, goal) for goal in goals]
        taken = {mention for route in found for mention in (*route.origins, route.goal)}
        origins = [one for one in places if one.role == "from" and one not in taken]
        goals = [one for one in places if one.role in ("to", "at") and origins and one.first > origins[0].first]
        if origins and goals and goals[0].first - origins[-1].last <= 5 and goals[0] not in taken:
            starts = tuple(one for one in origins if one.first < goals[0].first)
            if starts:
                found += [Route(starts, goal) for goal in self.listed(goals)]
        if not found and (start := self._station()) is not None:
            goals = [one for one in places if one.role == "to" and one != start]
            goals = goals or [one for one in places if one.role == "at" and one != start]
            found = [Route((start,), one) for one in self.listed(goals)]
        return sorted(found, key=lambda route: route.goal.first)

    def _station(self) -> Mention | None:
        """Return the town whose bus station, railway station or airport a sentence speaks of: what runs, runs from there."""
        for one in self.mentions:
            near = self.words[max(one.first - 4, 0) : one.last + 3]
            if one.best.kind == "city" and any(word.startswith(_STATIONS) for word in near):
                return one
        return None

    def _starts(self, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
        """Return the last of some places and those before it in its list: "from Samara and Tolyatti to Uralsk"."""
        found = [mentions[-1]]
        for one in reversed(mentions[:-1]):
            gap = self.words[one.last : found[0].first]
            if one.role != "from" or found[0].role != "from" or gap not in (["and"], ["и"], [","]):
                break
            found.insert(0, one)
        return tuple(found)

    def listed(self, mentions: Sequence[Mention]) -> list[Mention]:
        """Return the first of some places and those that follow it in a list: "to Tbilisi, Baku and Yerevan"."""
        found = list(mentions[:1])
        for one in mentions[1:]:
            gap = self.words[found[-1].last : one.first]
            if not (0 < len(gap) <= 3 and all(word in _LISTING for word in gap) and set(gap) & _AND):
                break
            found.append(one)
        return found

    def _linked(self, one: Mention, other: Mention) -> bool:
        """Tell whether two places are the ends of a route by what stands between or before them."""
        gap = self.words[one.last : other.first]
        if not gap or len(gap) > 2 or one.best.kind == "country" == other.best.kind:
            return False
        before = self.before(one.first, 2)
        if any(word in ("and", "и") for word in gap):
            return any(word in ("between", "между") for word in before)
        dashed = gap in (["-"], ["–"], ["—"])
        plain = one.role == "" and other.role == "to" and gap == ["to"] and one.best.kind == "city" == other.best.kind
        return dashed or plain or (one.role == "from" and any(word in ("to", "в", "до", "на") for word in gap))


_SAME_PERIOD = re.compile(
    r"\b(?:during|in|over|within|for|throughout) (?:the|this|that) (?:reporting|same|said|covered|review|given)? ?(?:period|timeframe)\b(?! of| from| to)"
    r"|\b(?:за|в) (?:отч[её]тный|указанный|этот|тот|данный|рассматриваемый)(?: же)? период\b(?! с| прошл)|\bза (?:это|то)(?: же)? время\b"
)


def is_of_capital(scene: Scene, mention: Mention) -> bool:
    """Tell whether a town only says which government speaks: "the ministry in Rabat speaks of"."""
    return (
        mention.best.kind == "city"
        and mention.best.population >= 300_000
        and scene.has("official")
        and scene.speaks(mention)
    )


def build_scene(
    sentence: Sentence,
    names: Names,
    countries: frozenset[str],
    published: dt.date,
    anchor: dt.date | None = None,
    begin: dt.date | None = None,
    told: Mapping[str, Named] | None = None,
    period: When | None = None,
) -> Scene:
    """Recognise everything in a sentence.

    ``anchor`` is the day that the sentences before it spoke of; ``told`` are places that no list holds but they named;
    ``period`` are the days that "during the reporting period" or "in the same period" means.
    """
    dates = find_dates(sentence.text, sentence.start, published, anchor, begin)
    if period is not None and (same := _SAME_PERIOD.search(sentence.text.casefold())):
        start, end = (sentence.start + at for at in same.span())
        if not any(one.start < end and start < one.end for one in dates):
            dates = sorted([*dates, period._replace(start=start, end=end)], key=lambda one: one.start)
    cues = find_cues(sentence.tokens)
    amounts = [
        _by_its_verb(sentence.tokens, one, cues)
        for one in find_amounts(sentence.tokens, [(one.start, one.end) for one in dates])
    ]
    mentions = find_places_in(sentence, names, countries, told or {})
    cues = [*cues, *_by_direction(sentence.tokens, cues, mentions)]
    said = frozenset(number for number, one in enumerate(dates) if only_said(sentence, cues, one))
    return Scene(sentence, tuple(cues), tuple(amounts), tuple(dates), tuple(mentions), said, published)


def _by_direction(tokens: Sequence[Token], cues: Sequence[Cue], mentions: Sequence[Mention]) -> Iterator[Cue]:
    """Yield cues of entering where no verb that is known says so, only the direction: "sent 379,000 people into Bangladesh"."""
    for one in mentions:
        at = next((n for n in range(one.first - 1, max(one.first - 4, -1), -1) if tokens[n].lower == "into"), -1)
        moved = any(cue.kind in MOVES and -8 <= cue.first - at <= 1 for cue in cues)
        if at >= 0 and not moved and one.best.kind != "derived":
            yield Cue("enter", at, at + 1, tokens[at].start, tokens[at].end)


_TAKES = frozenset({"enter", "turn back", "refuse"})


def _by_its_verb(tokens: Sequence[Token], amount: Amount, cues: Sequence[Cue]) -> Amount:
    """Return a number with a noun that no list holds as people, where its verb says so: "4,100 beekeepers have fled".

    Only people move by themselves or are refused; a number of units is one of vehicles where a line is spoken of.
    """
    if amount.dimension == "unit":
        lined = any(cue.kind in ("queue", "capacity", "throughput") for cue in cues)
        return amount._replace(dimension="vehicle" if lined else "other")
    if amount.dimension != "other" or amount.noun or not _may_be_people(tokens, amount):
        return amount
    end = amount.last + 1
    while end < len(tokens) and end - amount.last < 4 and (tokens[end].is_capital or tokens[end].lower in _OF_GROUP):
        end += 1  # "members of the Rohingya community"
    verbs = [cue for cue in cues if cue.kind in MOVES and 0 <= cue.first - end <= 3]
    after = any(all(token.is_word for token in tokens[end : cue.first]) for cue in verbs)
    russian = amount.last < len(tokens) and tokens[amount.last].text[0] >= "а"
    before = russian and any(
        cue.kind in _TAKES and 0 <= amount.first - cue.last <= 2 and not tokens[cue.first].lower.startswith("приня")
        for cue in cues
    )
    return amount._replace(dimension="person", noun_end=amount.last + 1) if after or before else amount


_OF_GROUP = frozenset({"of", "the", "community", "minority"})
_THINGS = ("tions", "ments", "ries", "ges", "ings", "cles", "ines", "loads", "tonnes", "goods", "boats", "ships", "packages", "parcels",
           "ний", "ций", "стей")  # fmt: skip


def _may_be_people(tokens: Sequence[Token], amount: Amount) -> bool:
    word = tokens[amount.last].lower if amount.last < len(tokens) else ""
    return (
        amount.value >= 5 and len(word) > 3 and (word[0] >= "а" or (word.endswith("s") and not word.endswith(_THINGS)))
    )
