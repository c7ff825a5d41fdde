"""One sentence with everything recognised in it, and what earlier sentences left behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from borderflow.articles.cues import Cue, find_cues
from borderflow.articles.dates import When, find_dates
from borderflow.articles.numbers import Amount, find_amounts
from borderflow.articles.tokens import Sentence, Token
from borderflow.articles.toponyms import Mention, find_places_in
from borderflow.naming import Names

__all__ = ["Memory", "Scene", "build_scene"]

_SEPARATORS = frozenset(
    {
        ",",
        ";",
        ":",
        "—",
        "–",
        "(",
        ")",
        "and",
        "but",
        "while",
        "whereas",
        "и",
        "а",
        "но",
        "of",
        "из",
        "with",
        "before",
        "though",
    }
)
_STRONG = frozenset({";", ":", "but", "while", "whereas", "но", "though", "although", "хотя", "тогда"})


@dataclass
class Memory:
    """What earlier sentences left behind: the last places and windows spoken of, and the last kind of figure."""

    posts: list[Mention] = field(default_factory=list)
    towns: list[Mention] = field(default_factory=list)
    countries: list[Mention] = field(default_factory=list)
    routes: list[tuple[Mention, ...]] = field(default_factory=list)
    quantity: str = ""
    place: Mention | None = None
    when: When | None = None
    said_by: str = ""
    official: bool = False
    announced: dt.date | None = None

    def keep(self, scene: Scene) -> None:
        """Remember the places of a sentence."""
        for mention in scene.mentions:
            kind = mention.best.kind
            if kind == "crossing":
                self.posts.append(mention)
            elif kind in ("city", "region"):
                self.towns.append(mention)
            elif kind == "country":
                self.countries.append(mention)
        if (pair := scene.route()) is not None:
            self.routes.append(pair)
        for kept in (self.posts, self.towns, self.countries, self.routes):
            del kept[:-4]


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

    def has(self, *kinds: str) -> bool:
        """Tell whether a cue of one of some classes is in the sentence."""
        return any(cue.kind in kinds for cue in self.cues)

    def of(self, *kinds: str) -> Iterator[Cue]:
        """Yield the cues of some classes."""
        return (cue for cue in self.cues if cue.kind in kinds)

    def segment(self, number: int) -> tuple[int, int]:
        """Return the tokens that belong to one of the numbers: up to the separators towards its neighbours."""
        amounts = [one for one in self.amounts if one.dimension not in ("other", "percent")]
        at = amounts.index(self.amounts[number]) if self.amounts[number] in amounts else -1
        if at < 0:
            return 0, len(self.tokens)
        low = self._cut(amounts[at - 1].noun_end, amounts[at].first) if at else 0
        high = self._cut(amounts[at].noun_end, amounts[at + 1].first) if at + 1 < len(amounts) else len(self.tokens)
        return low, high

    def _cut(self, start: int, end: int) -> int:
        strong = [at for at in range(start, end) if self.tokens[at].lower in _STRONG]
        if strong:
            return strong[-1]
        cuts = [at for at in range(start, end) if self.tokens[at].lower in _SEPARATORS]
        return cuts[-1] if cuts else start

    def clause(self, at: int) -> tuple[int, int]:
        """Return the tokens of the clause around a token, between strong separators and commas before a new verb."""
        low = max((n + 1 for n in range(at) if self.tokens[n].lower in _STRONG), default=0)
        high = min(
            (n for n in range(at + 1, len(self.tokens)) if self.tokens[n].lower in _STRONG), default=len(self.tokens)
        )
        return low, high

    def token_at(self, position: int) -> int:
        """Return the number of the token at a position of the text."""
        return next((n for n, token in enumerate(self.tokens) if token.end > position), len(self.tokens) - 1)

    def route(self) -> tuple[Mention, ...] | None:
        """Return the places that something runs between: where it starts (one or more), then where it ends."""
        for one, other in zip(self.mentions, self.mentions[1:], strict=False):
            gap = [token.lower for token in self.tokens[one.last : other.first]]
            if other.best.kind == "derived" or one.best.kind == "derived":
                continue
            linked = len(gap) <= 2 and any(word in ("to", "-", "–", "—", "в", "до", "на") for word in gap)
            paired = (
                len(gap) <= 2
                and any(word in ("and", "и") for word in gap)
                and one.first
                and any(token.lower in ("between", "между") for token in self.tokens[max(one.first - 2, 0) : one.first])
            )
            if (linked and (one.role == "from" or any(word in "-–—" for word in gap))) or paired:
                return one, other
        origins = [m for m in self.mentions if m.role == "from" and m.best.kind != "derived"]
        goals = [
            m
            for m in self.mentions
            if m.role in ("to", "at") and m.best.kind != "derived" and origins and m.first > origins[0].first
        ]
        if origins and goals and goals[0].first - origins[-1].last <= 4:
            return (*[one for one in origins if one.first < goals[0].first], goals[0])
        return None


def build_scene(sentence: Sentence, names: Names, countries: frozenset[str], published: dt.date) -> Scene:
    """Recognise everything in a sentence."""
    dates = find_dates(sentence.text, sentence.start, published)
    amounts = find_amounts(sentence.tokens, [(one.start, one.end) for one in dates])
    cues = find_cues(sentence.tokens)
    mentions = find_places_in(sentence, names, countries)
    said = frozenset(number for number, one in enumerate(dates) if _only_said(sentence, cues, one))
    return Scene(sentence, tuple(cues), tuple(amounts), tuple(dates), tuple(mentions), said, published)


def _only_said(sentence: Sentence, cues: list[Cue], one: When) -> bool:
    """Tell whether a date stands at the verb of saying: "the ministry said on Wednesday that"."""
    if one.role not in ("day", "future"):
        return False
    tokens = sentence.tokens
    for cue in cues:
        if cue.kind != "say":
            continue
        between = [token.lower for token in tokens[cue.last : cue.last + 8] if token.end <= one.start]
        if (
            cue.end <= one.start
            and len(between) <= 5
            and len(between) < 8
            and tokens[min(cue.last + len(between), len(tokens) - 1)].start <= one.end
        ):
            plain = all(
                word
                in (
                    "on",
                    "in",
                    "late",
                    "early",
                    "a",
                    "the",
                    "news",
                    "conference",
                    "reporters",
                    "journalists",
                    "в",
                    "во",
                    "parliament",
                    "press",
                    "to",
                    "told",
                    "statement",
                    "briefing",
                    "its",
                    "website",
                    "us",
                )
                for word in between
            )
            if plain and one.start - cue.end < 60:
                return True
        if one.end <= cue.start and [token.text for token in tokens if one.end <= token.start < cue.start] in (
            [],
            ["the"],
        ):
            return True
    return False
