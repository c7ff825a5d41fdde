"""Places in running text: the longest name that fits, with candidates, a score, and how the sentence uses it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from borderflow.articles.lexicon import load_words
from borderflow.articles.people import find_people
from borderflow.articles.tokens import Sentence, Token
from borderflow.naming import Named, Names, to_latin

__all__ = [
    "NEVER",
    "Mention",
    "country_of",
    "find_countries",
    "find_dateline",
    "find_places_in",
    "find_possible",
    "is_word",
    "mention_of",
    "name_of_heading",
    "unlisted",
]

#: Score below which a capitalised word is no place.
_LEAST = 0.5
_WEAK = 0.2  # a name that only counts beside a sure one

_ROLES = {
    "into": "to", "to": "to", "towards": "to", "toward": "to", "for": "to", "onto": "to", "reach": "to", "reached": "to", "entered": "to",
    "enter": "to", "entering": "to", "reaching": "to", "к": "to", "до": "to",
    "from": "from", "left": "from", "leaving": "from", "leave": "from", "fled": "from", "fleeing": "from", "quit": "from", "из": "from", "с": "from", "со": "from",
    "покинули": "from", "покинуло": "from",
    "in": "at", "at": "at", "near": "at", "outside": "at", "on": "at", "around": "at", "of": "at", "by": "at", "across": "at", "inside": "at", "within": "at",
    "в": "at", "во": "at", "на": "at", "у": "at", "под": "at", "около": "at", "перед": "at", "возле": "at", "близ": "at", "вблизи": "at", "за": "at",
    "through": "via", "via": "via", "через": "via", "between": "from", "между": "from", "против": "at", "with": "with", "с границы": "from",
}  # fmt: skip
_SETTLEMENTS = frozenset({"camp", "village", "township", "settlement"})
_SITES = frozenset({"site", "centre", "center", "camp", "settlement", "point"})
_ORIGIN = frozenset({"from", "fleeing", "fled", "escape", "escaping", "escaped", "из", "flee"})
_SIDES = frozenset({"north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "out"})
_NOUNS_AFTER = load_words("noun after a place")
_NOUNS_BEFORE = load_words("noun before a place")
_POSTS = load_words("noun of a post")
NEVER = load_words("never a place")


#: words after which an unknown capitalised word is a place
_BODIES = ("director", "ministr", "department", "service", "agency", "commission", "committee", "council", "forces", "force", "party", "union",
           "organi", "office", "university", "bank", "guard", "police", "army", "news", "times", "post", "court", "institute", "association",
           "watch", "federation", "corps", "regiment", "intelligence", "security", "command", "fund", "foundation", "programme", "program")  # fmt: skip
_PLACE_WORDS = load_words("before an unknown place")
_SURE_WORDS = load_words("surely before a place")


def _nominative(text: str) -> str:
    """Return a name in -у or -е as it may stand in the nominative: "Медыку", "Медыке" -> "Медыка"."""
    return text[:-1] + "а" if text[-1:] in "уые" else text


class Mention(NamedTuple):
    """A place named in a sentence: its tokens (last exclusive), its place in the text, its candidates and its role.

    ``role`` is ``to``, ``from``, ``at``, ``via``, ``with`` or empty (the subject, an adjective, a title).
    """

    first: int
    last: int
    start: int
    end: int
    role: str
    candidates: tuple[Named, ...]

    @property
    def best(self) -> Named:
        """The likeliest candidate."""
        return self.candidates[0]


def mention_of(
    tokens: Sequence[Token], first: int, last: int, candidates: tuple[Named, ...], role: str | None = None
) -> Mention:
    """Return the mention of a place by some tokens, in the role that the words before them give it."""
    role = _role(tokens, first) if role is None else role
    return Mention(first, last, tokens[first].start, tokens[last - 1].end, role, candidates)


@lru_cache(maxsize=20_000)
def is_word(lower: str) -> bool:
    """Tell whether a word is in a dictionary, so that its capital may only come from the start of a sentence."""
    import simplemma

    return bool(simplemma.is_known(lower, lang="ru" if lower[0] >= "а" else "en"))


@lru_cache(maxsize=20_000)
def _lemma(word: str) -> str:
    import simplemma

    return str(simplemma.lemmatize(word, lang="ru"))


def find_countries(sentences: Iterable[Sentence], names: Names) -> frozenset[str]:
    """Return the codes of the countries that a text speaks of."""
    found: set[str] = set()
    for sentence in sentences:
        for number, token in enumerate(sentence.tokens):
            if token.is_word and (token.is_capital or token.text[0] >= "а"):
                one = names.country(_plain(token)) or (
                    names.country(f"{token.text} {sentence.tokens[number + 1].text}")
                    if number + 1 < len(sentence.tokens) and token.is_capital
                    else None
                )
                if one is not None:
                    found.add(one.country)
    return frozenset(found)


_ROAD_POST = re.compile(r"-(?:авто|железно)дорожн\w+$", re.IGNORECASE)


def _plain(token: Token) -> str:
    text = _ROAD_POST.sub("", token.text)
    return text[:-2] if text.endswith(("'s", "’s")) else text


def find_places_in(
    sentence: Sentence, names: Names, countries: frozenset[str], told: Mapping[str, Named] | None = None
) -> list[Mention]:
    """Return the places named in a sentence, in order; ``told`` are those that no list holds but the text has named."""
    found: list[Mention] = []
    weak: list[Mention] = []
    tokens = sentence.tokens
    people = find_people(tokens)
    known = {name.partition(" ")[0].partition("-")[0] for name in told or ()}
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if at in people:
            at += 1
            continue
        mention = None
        if token.is_word and (token.is_capital or token.text[0] >= "а"):
            mention = _longest(tokens, at, names, countries) if token.is_capital else _adjective(tokens, at, names)
            if (
                told
                and token.is_capital
                and _plain(token).casefold().partition("-")[0] in known
                and (mention is None or mention.best.score < _LEAST)
            ):
                mention = _told(tokens, at, told) or mention
        if mention is None or _is_dateline(sentence, mention):
            at += 1 if mention is None else mention.last - at
            continue
        previous = found[-1] if found else None
        if mention.best.score < _LEAST and not (
            previous is not None and previous.best.score >= _LEAST and _joined(tokens, previous.last, mention.first)
        ):
            weak.append(mention)
            at = mention.last
            continue
        alike = previous is not None and (previous.best.kind == "country") == (mention.best.kind == "country")
        if not mention.role and previous is not None and alike and _joined(tokens, previous.last, mention.first):
            mention = mention._replace(role=previous.role)
        if (
            mention.best.kind == "country"
            and previous is not None
            and previous.best.kind in ("city", "crossing", "region")
            and mention.first - previous.last == 1
            and tokens[previous.last].text == ","
            and any(one.country in (mention.best.country, "") for one in previous.candidates)
        ):
            at = mention.last
            continue  # "Renk, South Sudan" is one place
        if weak and _joined(tokens, weak[-1].last, mention.first):
            found.append(weak.pop())  # "between Chop and Záhony": the sure one vouches for the other
        found.append(mention)
        at = mention.last
    return found


def _told(tokens: Sequence[Token], at: int, told: Mapping[str, Named]) -> Mention | None:
    """Return a place that no list holds, where the text has called it one before."""
    for size in range(min(4, len(tokens) - at), 0, -1):
        words = tokens[at : at + size]
        if _one_name(words) and (one := told.get(_name(words).casefold())) is not None:
            return mention_of(tokens, at, at + size, (one,))
    return None


def find_dateline(sentence: Sentence, names: Names, countries: frozenset[str]) -> Mention | None:
    """Return the place where an article was written, if a sentence opens with it: "TORKHAM - The crossing here"."""
    token = sentence.tokens[0]
    if not token.is_word or not token.text.isupper() or len(token.text) < 4:
        return None
    mention = _longest(sentence.tokens, 0, names, countries)
    return mention if mention is not None and _is_dateline(sentence, mention) else None


def name_of_heading(sentence: Sentence) -> Mention | None:
    """Return the place that a line of its own names where no list holds it: "Burbiey", "Pagak entry point"."""
    words = [token for token in sentence.tokens if token.is_word]
    run = next((n for n, token in enumerate(sentence.tokens) if not (token.is_word and token.is_capital)), len(words))
    size = min(run, len(words))
    rest = {token.lower for token in words[size:] if not token.is_capital}  # "Butuo, 13 April"
    if not 0 < size <= 3 or not rest <= (
        _POSTS | _SITES | {"entry", "border", "transit", "reception", "district", "province"}
    ):
        return None
    if any(token.lower in NEVER or token.lower in _POSTS for token in words[:size]) or all(
        is_word(token.lower) for token in words[:size]
    ):
        return None
    one = unlisted(words[:size], "crossing" if rest & _POSTS else "unknown", 0.6)
    return Mention(0, size, words[0].start, words[size - 1].end, "at", (one,))


def find_possible(tokens: Sequence[Token], taken: Iterable[tuple[int, int]]) -> list[Mention]:
    """Return the names of a sentence that no list holds and nothing calls a place; ``taken`` are tokens known as others.

    Whether one is the place of a number, a learned choice decides: the rules take none of them.
    """
    known = {at for first, last in taken for at in range(first, last)} | find_people(tokens)
    found: list[Mention] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        last = at + 1
        if token.is_word and token.is_capital and at not in known and len(token.text) > 2:
            while last < len(tokens) and last - at < 4 and last not in known and _goes_with(tokens, last):
                last += 1
            quoted = at > 0 and tokens[at - 1].text in '«“"'
            plain = last == at + 1 and is_word(token.lower)
            if token.lower not in NEVER and token.lower not in _POSTS and (quoted or not plain) and len(found) < 5:
                found.append(mention_of(tokens, at, last, (unlisted(tokens[at:last], "unknown", 0.3),)))
        at = last
    return found


def _goes_with(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a token goes on with a name: a capital after a space, or a hyphen and what follows it."""
    if tokens[at].text == "-":
        return tokens[at - 1].end == tokens[at].start and at + 1 < len(tokens) and tokens[at + 1].is_capital
    return tokens[at].is_word and tokens[at].is_capital and tokens[at].start - tokens[at - 1].end <= 1


def country_of(mention: Mention, names: Names) -> Mention | None:
    """Return the country that a place lies in, as if it stood there."""
    one = names.state(mention.best.country)
    return None if one is None else mention._replace(role="", candidates=(one,))


def _is_dateline(sentence: Sentence, mention: Mention) -> bool:
    """Tell whether a place only says where an article was written: "TBILISI, Sept. 29 -"."""
    if mention.first or not sentence.tokens[0].text.isupper() or len(sentence.tokens[0].text) < 4:
        return False
    rest = [token.text for token in sentence.tokens[mention.last : mention.last + 9]]
    return rest == ["."] or any(mark in rest for mark in ("-", "–", "—", "(")) or rest[:1] in ([","], [":"])


def _joined(tokens: Sequence[Token], start: int, end: int) -> bool:
    return 0 < end - start <= 2 and all(
        token.lower in ("and", "и", ",", "or", "или", "-", "–", "—", "/", "to") for token in tokens[start:end]
    )


def _adjective(tokens: Sequence[Token], at: int, names: Names) -> Mention | None:
    """Return a country named by a Russian adjective in small letters: "грузинская граница"."""
    if len(tokens[at].text) < 5:
        return None
    one = names.country(tokens[at].text)
    if one is None or one.kind != "derived":
        return None
    return mention_of(tokens, at, at + 1, (one,), role="")


def _longest(tokens: Sequence[Token], at: int, names: Names, countries: frozenset[str]) -> Mention | None:
    if at + 3 < len(tokens) and tokens[at + 1].text == "(" and tokens[at + 3].text == ")":
        text = f"{tokens[at].text} ({tokens[at + 2].text})"  # "Frankfurt (Oder)"
        if scored := _scored(tokens, at, at + 4, names.look_up(text), countries):
            return mention_of(tokens, at, at + 4, scored)
    joined = _with_particle(tokens, at)
    for size in range(_run(tokens, at), 0, -1):
        words = tokens[at : at + size]
        if not _one_name(words):
            continue
        if size == 1 and joined:
            one = _as_written(_name(tokens[at:joined]), "unknown", 0.55)
            return mention_of(tokens, at, joined, (one,))
        if size == 1 and _is_half(tokens, at, names):
            return _unknown(tokens, at)
        short = len(words[0].text) < 3 and not words[0].text.isupper()
        if size == 1 and (words[0].lower in NEVER or (short and not (words[0].text[0] >= "А" and _role(tokens, at)))):
            return _unknown(tokens, at)
        text = " ".join(_plain(word) for word in words).replace(" - ", "-")
        candidates = names.look_up(text)
        if size == 1 and at == 0 and candidates and candidates[0].source == "crossings" and is_word(text.casefold()):
            near = [token.lower for token in tokens[1:3]]
            if not (set(near) & (_NOUNS_AFTER | {":", "(", "-", "–", "—", "/"}) or _is_shut_or_open(tokens, 1)):
                candidates = []  # "Море штормит" is the sea, not Moreh
        if not candidates and size == 1 and text[0].casefold() >= "а" and (lemma := _lemma(text)) != text:
            candidates = names.look_up(lemma)
        if not candidates and text[0].casefold() >= "а":
            candidates = (
                names.look_up(to_latin(text))
                or names.look_up(to_latin(_nominative(text)))
                or (names.look_up(to_latin(text[:-1])) if text[-1:] in "еуа" and len(text) > 4 else [])
                or (names.sounding_like(text) if size == 1 and not is_word(text.casefold()) else [])
            )
        scored = _scored(tokens, at, at + size, candidates, countries)
        if size == 1 and scored and scored[0].source == "GeoNames" and _goes_on(tokens, at, names):
            one = unlisted(tokens[at : at + 2], "unknown", 0.5)
            return mention_of(tokens, at, at + 2, (one,))
        if scored and scored[0].score < _LEAST and (unknown := _unknown(tokens, at)) is not None:
            return unknown
        if scored:
            return mention_of(tokens, at, at + size, scored)
    return _unknown(tokens, at)


_PARTICLES = frozenset(
    ["i", "de", "del", "do", "da", "di", "el", "al", "la", "las", "los", "en", "sur", "ed", "es", "y"]
)


def _with_particle(tokens: Sequence[Token], at: int) -> int:
    """Return the end of a name that goes on over a small word, after a word that only places follow: "at Hani i Hotit"."""
    if tokens[at - 1 : at] and tokens[at - 1].lower not in _ROLES:
        return 0
    last = at + 1
    while last < len(tokens) and tokens[last].lower in _PARTICLES and not tokens[last].is_capital:
        last += 1
    if at == 0 or last == at + 1 or last > at + 3 or last >= len(tokens) or not tokens[last].is_capital:
        return 0
    return last + 1 if tokens[last].is_word and tokens[at].lower not in NEVER else 0


def _goes_on(tokens: Sequence[Token], at: int, names: Names) -> bool:
    """Tell whether a name is only the first word of a longer one that no list holds: "at Majdal Anjar"."""
    if (
        at == 0
        or at + 1 >= len(tokens)
        or tokens[at - 1].lower not in ("in", "at", "near", "from", "to", "through", "в", "из", "у", "через", "под")
    ):
        return False
    one, two = tokens[at], tokens[at + 1]
    joined = (
        two.is_word and two.is_capital and two.start - one.end == 1 and not two.text.isupper() and len(two.text) > 2
    )
    return joined and two.lower not in NEVER and not names.look_up(two.text) and not is_word(two.lower)


def _is_half(tokens: Sequence[Token], at: int, names: Names) -> bool:
    """Tell whether a word is half of a name with a hyphen whose other half is no place: "Ken-Bulun"."""
    for step in (1, -1):
        other = at + 2 * step
        if 0 <= other < len(tokens) and tokens[at + step].text == "-":
            low, high = sorted((tokens[at], tokens[other]))
            if high.start - low.end == 1 and tokens[other].is_capital and not names.look_up(tokens[other].text):
                return True
    return False


def _run(tokens: Sequence[Token], at: int) -> int:
    """Return how many tokens from one on may be one name at most: six, as far as only single spaces and hyphens part them."""
    last = at + 1
    while last < len(tokens) and last - at < 6:
        one = tokens[last]
        if not ((one.is_word and one.start - tokens[last - 1].end <= 1) or one.text == "-"):
            break
        last += 1
    return last - at


def _one_name(words: Sequence[Token]) -> bool:
    """Tell whether tokens may be one name: words with single spaces, or with a hyphen and none ("Raja-Jooseppi")."""
    if not (words[0].is_word and words[-1].is_word):
        return False
    if len(words) > 1 and words[0].lower in ("the", "a", "an") and not words[1].is_capital:
        return False  # "The crossing" is no name, whatever towns were once called so
    return all(
        (one.is_word and two.is_word and two.start - one.end == 1)
        or ("-" in (one.text, two.text) and two.start == one.end)
        for one, two in itertools.pairwise(words)
    )


def _role(tokens: Sequence[Token], at: int) -> str:
    """Return the role that the word before a place gives it, over articles, nouns and adjectives."""
    for back in range(1, 6):
        if at - back < 0:
            return ""
        word = tokens[at - back].lower
        if word == "of" and at - back > 0 and tokens[at - back - 1].lower in _SIDES:
            return "from"  # "further east of Guinea"
        nearby = tokens[max(at - back - 3, 0) : at - back]
        if (
            word in ("in", "at", "в")
            and any(token.lower in _ORIGIN for token in nearby)
            and not any(token.is_capital for token in nearby)
        ):
            return "from"  # "from their villages in Rakhine", "fleeing violence in Myanmar"
        if word in _ROLES and not (word == "of" and at - back > 0 and tokens[at - back - 1].lower in _NOUNS_BEFORE):
            return _ROLES[word]
        if not (tokens[at - back].is_word or word in "«\"“'"):
            return ""
        if (
            word not in _NOUNS_BEFORE
            and not (back > 1 and tokens[at - back].is_capital)
            and word not in _BETWEEN_ROLE
            and not word.endswith(
                ("ский", "ского", "ском", "скую", "ской", "ian", "ish", "ese", "an", "ный", "ного", "ном", "ную")
            )
        ):
            return ""
    return ""


_BETWEEN_ROLE = frozenset(
    ["the", "a", "of", "border", "пункт", "пограничный", "автомобильный", "southern", "northern", "eastern", "western", "neighbouring", "neighboring",
     "соседнюю", "соседний", "town", "nearby"]
)  # fmt: skip


def _scored(
    tokens: Sequence[Token], first: int, last: int, candidates: Sequence[Named], countries: frozenset[str]
) -> tuple[Named, ...]:
    context = _context(tokens, first, last, known=any(one.population >= 1e6 for one in candidates))
    found = []
    for one in candidates:
        if one.source in ("scenario", "crossings"):
            score = 0.85 * one.score + 0.1 + min(context, 0.0)
        elif one.source == "country":
            score = 0.95 if one.kind == "country" else 0.6
        else:
            size = (
                0.75
                if one.population >= 1e6
                else 0.65
                if one.population >= 1e5
                else 0.55
                if one.population >= 15_000
                else 0.42
            )
            score = size * one.score + context + (0.15 if one.country in countries else 0.0) + 0.1 * (last - first > 1)
        if score >= _WEAK:
            found.append(one._replace(score=round(min(score, 1.0), 2)))
    order = {"scenario": 0, "country": 1, "crossings": 2}
    found.sort(
        key=lambda one: (
            one.source == "GeoNames",
            -one.score if one.source == "GeoNames" else -1.0,
            order.get(one.source, 3),
            -one.score,
            one.kind != "crossing",
        )
    )
    return tuple(found[:5])


def _context(tokens: Sequence[Token], first: int, last: int, *, known: bool) -> float:
    """Return what the words around a name say for (or against) its being a place."""
    score = 0.0
    before = tokens[first - 1] if first else None
    after = tokens[last] if last < len(tokens) else None
    role = _role(tokens, first)
    if role and role != "with":
        score += 0.15
    if (
        (after is not None and after.lower in _NOUNS_AFTER)
        or (before is not None and before.lower in _NOUNS_BEFORE)
        or (before is not None and before.text in "«“" and first > 1 and tokens[first - 2].lower in _NOUNS_BEFORE)
    ):
        score += 0.15
    if last - first == 1 and is_word(tokens[first].lower):
        score -= 0.1 if known else 0.25
    if _is_shut_or_open(tokens, last):
        score += 0.3  # "Kordai is open again"
    if before is None and not role:
        score -= 0.1 if after is not None and after.text in ",(-–—" else 0.2
    if after is not None and after.is_word and after.is_capital and not tokens[first].text.isupper():
        score -= 0.3  # a first name, or a part of a longer name
    if (
        before is not None
        and before.is_word
        and before.is_capital
        and before.lower not in _ROLES
        and before.lower not in _NOUNS_BEFORE
        and first > 1
    ):
        score -= 0.3
    if after is not None and after.lower in ("said", "says", "told", "added", "recalled", "admitted") and not known:
        score -= 0.4  # "Méndez said"
    if (
        before is not None
        and before.lower in ("del", "de", "la", "el", "al", "bin", "ibn", "van", "von")
        and first > 1
        and tokens[first - 2].is_capital
    ):
        score -= 0.4  # "the Casa del Puente shelter"
    if after is not None and after.text == "," and last + 1 < len(tokens) and tokens[last + 1].is_number and not role:
        score -= 0.3  # "Ahmad, 34,"
    return score


_STATES = frozenset(["open", "reopened", "closed", "shut", "sealed", "opened", "jammed", "empty"])
_RUSSIAN_STATES = (
    "закрыт", "открыт", "закрыл", "открыл", "вновь", "снова", "работает", "перекрыт", "заработал", "стоит", "пуст",
)  # fmt: skip


def _is_shut_or_open(tokens: Sequence[Token], last: int) -> bool:
    """Tell whether what follows a name is said of posts and towns: "is open again", "has been closed", "закрыт с полудня"."""
    following = [token.lower for token in tokens[last : last + 4]]
    if following[:1] == ["»"]:
        following = following[1:]
    if following and following[0].startswith(_RUSSIAN_STATES):
        return True
    return (
        bool(following)
        and following[0] in ("is", "was", "has", "remains", "stays", "remained")
        and bool(_STATES & set(following[1:]))
    )


def _name(words: Sequence[Token]) -> str:
    return " ".join(_plain(word) for word in words).replace(" - ", "-")


def unlisted(words: Sequence[Token], kind: str, score: float) -> Named:
    """Return a place that no list holds, its name as maps would write it."""
    name = _name(words)
    shown = name
    if name[:1] >= "А" and name[:1].isalpha():
        shown = " ".join(to_latin(_nominative(part) if part[-1:] == "е" else part) for part in name.split())
    return _as_written(name, kind, score)._replace(name=shown)


def _as_written(name: str, kind: str, score: float) -> Named:
    """Return a place that no list holds under the name that the text gives it."""
    return Named(name.casefold(), name, "", kind, score, "text")


def _is_joined(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether a name goes on after a hyphen: "Ken-Bulun"."""
    if at + 2 >= len(tokens) or tokens[at + 1].text != "-":
        return False
    return (
        tokens[at + 1].start == tokens[at].end
        and tokens[at + 2].start == tokens[at + 1].end
        and tokens[at + 2].is_capital
    )


def _unknown(tokens: Sequence[Token], at: int) -> Mention | None:
    """Return a post whose name no list holds, where the sentence itself calls it one."""
    if tokens[at].lower in NEVER or len(tokens[at].text) < 3:
        return None
    last = at + 1
    if _is_joined(tokens, at):
        last = at + 3  # "Ken-Bulun"
    while (
        last < len(tokens)
        and last - at < 3
        and tokens[last].is_word
        and tokens[last].is_capital
        and tokens[last].start - tokens[last - 1].end == 1
    ):
        last += 1
    after = tokens[last].lower if last < len(tokens) else ""
    following = tokens[last + 1].lower if last + 1 < len(tokens) else ""
    before = tokens[at - 1].lower if at else ""
    further = tokens[at - 2].lower if at > 1 else ""
    if after in ("transit", "reception", "refugee") and following in _SITES and not is_word(tokens[at].lower):
        one = _as_written(_name(tokens[at:last]), "city", 0.6)
        return mention_of(tokens, at, last, (one,))
    if after in _SETTLEMENTS and (before in ("the", "in", "at", "near", "to") or not is_word(tokens[at].lower)):
        one = _as_written(" ".join(_plain(token) for token in tokens[at : last + 1]), "city", 0.6)
        return mention_of(tokens, at, last + 1, (one,))
    if before.startswith(("лагер", "camp")) and further != "the" and not is_word(tokens[at].lower):
        return mention_of(tokens, at, last, (unlisted(tokens[at:last], "city", 0.6),), role="at")
    named_after = after in _POSTS or (after in ("border", "bridge") and following in (*_POSTS, ""))
    named_before = (
        before in _POSTS
        or (before in ("of", "at", "«", "“", '"') and further in _POSTS)
        or (before in '«“"' and further in _NOUNS_BEFORE)
    )
    if last - at > 1 and tokens[last - 1].lower.startswith(_BODIES):
        return None  # "the Immigration and Passports Directorate"
    quoted = (
        before in "«“"
        and further in ("на", "через", "у", "перед", "под")
        and tokens[last : last + 1]
        and tokens[last].text in "»”"
    )
    if quoted or (_is_shut_or_open(tokens, last) and not is_word(tokens[at].lower)):
        one = unlisted(tokens[at:last], "crossing", 0.55)
        return mention_of(tokens, at, last, (one,))
    body = tokens[at].lower.startswith(("мин", "гос", "рос", "ген", "глав")) or tokens[at].lower.endswith(
        ("ском", "ской", "скую")
    )
    strong = before in _PLACE_WORDS or (before in ("в", "во") and not body)
    capitalised = last - at
    if strong and not named_after and not named_before and (capitalised > 1 or not is_word(tokens[at].lower)):
        name = _name(tokens[at:last])
        following_verb = last < len(tokens) and tokens[last].lower in ("said", "says", "told")
        if following_verb or name.isupper() or tokens[at].text[-1:] in "'’":
            return None
        where = [token.lower for token in tokens[last : last + 2]]
        sure = (
            where in ([",", "where"], [",", "где"])
            or before in _SURE_WORDS
            or capitalised > 1
            or (before in ("in", "at", "в", "во") and tokens[at].text[0] < "а")
        )
        score = 0.5 if sure else 0.45
        return mention_of(tokens, at, last, (unlisted(tokens[at:last], "unknown", score),))
    if not ((named_after and (at == 0 or not is_word(tokens[at].lower) or before == "the")) or named_before):
        return None
    if is_word(tokens[at].lower) and last - at == 1 and not named_before:
        return None
    one = unlisted(tokens[at:last], "crossing", 0.6)
    return mention_of(tokens, at, last, (one,), role=_role(tokens, at) or "at")
