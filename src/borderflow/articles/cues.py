"""Words that say what a figure is about, by class; and the machine that finds them.

A cue is one or more words. ``word*`` is any word that begins so, which covers inflection in English and Russian;
``one/other`` is either word; ``..`` stands for up to three words in between, ``...`` for up to six. Classes are small and say one thing ("queue", "close", "recruitment
office"); what a claim is, the grammar decides from classes that meet. They stand in ``borderflow/data/cues.txt``; a new phrase is taught by adding it there.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from borderflow.articles.lexicon import load_lexicon
from borderflow.articles.tokens import Token

__all__ = ["MOVES", "Cue", "find_cues"]

#: classes of people moving over a border, or being kept from it
MOVES = frozenset({"enter", "leave", "return", "cross", "turn back", "refuse", "onward"})

_GAP = {"..": 3, "...": 6}
#: of these classes the longest cue counts: "fled to" is no "fled", "can process" no "process"
_RIVALS = (
    frozenset({"enter", "leave", "return", "turn back", "refuse", "onward"}),
    frozenset({"capacity of shelter", "slept"}),
    frozenset({"capacity", "throughput"}),
    frozenset({"post", "throughput", "cross", "let through"}),  # "пункт пропуска" lets nobody through by itself
    frozenset({"registered only", "throughput", "cross"}),
    frozenset({"forecast", "enter"}),
    frozenset({"forecast", "queue"}),  # "the agency expects up to 90,000" waits for nobody in a line
    frozenset({"forecast", "wait"}),
    frozenset({"urge", "call up"}),  # "called on the neighbours to take in 300,000"
    frozenset({"queue", "throughput"}),  # "awaiting clearance"
    frozenset({"men", "call up"}),  # "men of call-up age" are not called up
    frozenset({"official", "cross"}),  # "traffic police" is no traffic
    frozenset({"host", "enter", "still"}),
    frozenset({"expect", "enter"}),  # "could reach half a million" is no arrival
    frozenset({"asylum", "seekers"}),
    frozenset({"still", "open"}),
    frozenset({"still", "halt"}),
    frozenset({"no post", "post"}),
    frozenset({"moved", "enter"}),
    frozenset({"refuse", "deny"}),  # "denied entry" denies nothing
    frozenset({"turn back", "deny"}),
    frozenset({"draft office", "notice", "hand out"}),  # "пункт вручения повесток" hands none out by being there
)


_RIVALS_OF = {
    kind: frozenset().union(*(group for group in _RIVALS if kind in group)) - {kind}
    for kind in frozenset().union(*_RIVALS)
}


class Cue(NamedTuple):
    """A cue found: its class, the tokens it covers (last exclusive), and its place in the text."""

    kind: str
    first: int
    last: int
    start: int
    end: int


_Patterns = dict[str, list[tuple[str, tuple[str, ...]]]]


@lru_cache(maxsize=4)
def _compiled(lexicon: str) -> tuple[_Patterns, _Patterns]:
    exact: _Patterns = {}
    begins: _Patterns = {}
    for kind, text in load_lexicon(lexicon).items():
        for phrase in text.split("|"):
            for words in itertools.product(*(word.split("/") for word in phrase.split())):
                if not words:
                    continue
                first, rest = words[0], words[1:]
                home, key = (begins, first[:-1]) if first.endswith("*") else (exact, first)
                home.setdefault(key, []).append((kind, rest))
    return exact, begins


def find_cues(tokens: Sequence[Token], lexicon: str = "cues.txt") -> list[Cue]:
    """Return the cues in a sentence, in the order of their first word; at most one of a class at each word."""
    found: list[Cue] = []
    for number, token in enumerate(tokens):
        starting = _starting(token.lower, lexicon)
        if not starting:
            continue
        best: dict[str, int] = {}
        for kind, rest in starting:
            last = _match(tokens, number + 1, rest) if rest else number + 1
            if last > best.get(kind, 0):
                best[kind] = last
        found += [Cue(kind, number, last, token.start, tokens[last - 1].end) for kind, last in best.items()]
    long = [one for one in found if one.last - one.first > 1 and one.kind in _RIVALS_OF]
    return [one for one in found if not any(_covers(other, one) for other in long)] if long else found


def _covers(one: Cue, other: Cue) -> bool:
    """Tell whether a longer cue says what a shorter one inside it seems to say: "can sleep" is no "sleep"."""
    return (
        one.first <= other.first
        and other.last <= one.last
        and one.last - one.first > other.last - other.first
        and other.kind in _RIVALS_OF[one.kind]
    )


@lru_cache(maxsize=50_000)
def _starting(word: str, lexicon: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    exact, begins = _compiled(lexicon)
    found: list[tuple[str, tuple[str, ...]]] = list(exact.get(word, ()))
    for length in range(2, len(word) + 1):
        found += begins.get(word[:length], ())
    return tuple(found)


def _match(tokens: Sequence[Token], at: int, rest: tuple[str, ...]) -> int:
    """Return the token after the match of the remaining words, or 0."""
    if not rest:
        return at
    if rest[0] in _GAP:
        for skip in range(_GAP[rest[0]] + 1):
            if at + skip < len(tokens) and (end := _match(tokens, at + skip, rest[1:])):
                return end
            if at + skip >= len(tokens) or not (tokens[at + skip].is_word or tokens[at + skip].is_number):
                return 0
        return 0
    if at >= len(tokens) or not _fits(tokens[at].lower, rest[0]):
        return 0
    return _match(tokens, at + 1, rest[1:])


def _fits(word: str, pattern: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern
