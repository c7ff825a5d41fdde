"""Dates that only say when something was said."""

from __future__ import annotations

from collections.abc import Sequence

from borderflow.articles.cues import MOVES, Cue
from borderflow.articles.dates import When
from borderflow.articles.tokens import Sentence, Token

__all__ = ["only_said"]


def _is_of_dateline(tokens: Sequence[Token], one: When) -> bool:
    """Tell whether a date stands between a place and the dash before the text: "Moscow, Sept 27 (dpa) –"."""
    head = [token for token in tokens if token.end <= one.start]
    rest = [token.text for token in tokens if token.start >= one.end][:1]
    named = all(token.is_capital or not token.is_word for token in head)
    return (
        0 < len(head) <= 6 and named and head[-1].text == "," and rest[:1] in (["("], ["-"], ["–"], ["—"], [","], [":"])
    )


def _ends_saying(tokens: Sequence[Token], cue: Cue, one: When) -> bool:
    """Tell whether a date closes the words on who says so: "according to the ministry on Thursday"."""
    between = [token for token in tokens[cue.last : cue.last + 9] if token.end <= one.start]
    adjoining = cue.last + len(between) < len(tokens) and tokens[cue.last + len(between)].start <= one.end
    return (
        0 < len(between) < 9
        and adjoining
        and all(token.is_word for token in between)
        and between[-1].lower in ("on", "в", "во", "late", "early")
    )


def _opens_saying(tokens: Sequence[Token], cues: Sequence[Cue], one: When) -> bool:
    """Tell whether a date opens a sentence whose verb is one of saying: "On Sunday the agency said some 4,000 had come"."""
    head = [token.lower for token in tokens if token.end <= one.start]
    if len(head) > 2 or any(word not in ("on", "late", "early", "в", "во") for word in head):
        return False
    first = next((n for n, token in enumerate(tokens) if token.start >= one.end), len(tokens))
    verb = next((cue for cue in cues if cue.kind == "say" and cue.first >= first), None)
    if (
        verb is None
        or verb.first - first > 10
        or tokens[verb.first].lower in ("estimates", "reports", "report", "estimate")
    ):
        return False
    between = tokens[first : verb.first]
    if [token.text for token in tokens[first : first + 1]] == [","] and any(
        token.text == "," for token in tokens[verb.last : verb.last + 4]
    ):
        return False  # "On Monday, the police told her later, 2,310 people came": an aside between commas
    speaks = any(cue.kind in ("official", "witness") and first <= cue.first < verb.first for cue in cues)
    counted = any(token.is_number for token in between) or any(
        cue.kind in MOVES | {"queue", "close", "open", "halt"} and first <= cue.first < verb.first for cue in cues
    )
    return speaks and not counted and sum(token.text == "," for token in between) <= 4


_DECIDED = (
    "resolved", "decided", "ruled", "voted", "agreed", "ordered", "approved", "постановил", "решил", "утвердил", "приказал",
)  # fmt: skip


def _is_of_decision(tokens: Sequence[Token], one: When) -> bool:
    """Tell whether a date only says when something was decided that holds later: "resolved on 13 March to close X as of 15 March"."""
    before = [token.lower for token in tokens if one.start - 30 <= token.start and token.end <= one.start][-3:]
    while before and before[-1] in ("on", "в", "во"):
        before.pop()
    rest = [token for token in tokens if token.start >= one.end]
    later = any(
        two.lower in _HOLDS_FROM and any(token.is_number or token.is_capital for token in rest[n + 1 : n + 5])
        for n, two in enumerate(rest[3:], start=3)
    )
    return bool(before) and before[-1].startswith(_DECIDED) and [token.lower for token in rest[:1]] != [","] and later


_HOLDS_FROM = frozenset(["from", "as", "with", "starting", "effective", "on", "с", "со"])


def only_said(sentence: Sentence, cues: list[Cue], one: When) -> bool:
    """Tell whether a date stands at the verb of saying: "the ministry said on Wednesday that"."""
    if one.role not in ("day", "future"):
        return False
    tokens = sentence.tokens
    if (
        len(tokens[0].text) > 2
        and tokens[0].text.isupper()
        and one.start - sentence.start < 45
        and any(token.text in ",(" for token in tokens[:5] if token.end <= one.start)
    ):
        return True  # a dateline: "GENEVA, July 20 (agency) -"
    if _is_of_dateline(tokens, one) or _opens_saying(tokens, cues, one) or _is_of_decision(tokens, one):
        return True
    for cue in cues:
        if cue.kind != "say":
            continue
        if (
            cue.last - cue.first == 2
            and tokens[cue.first].lower in ("according", "по")
            and _ends_saying(tokens, cue, one)
        ):
            return True
        between = [token.lower for token in tokens[cue.last : cue.last + 8] if token.end <= one.start]
        if (
            cue.end <= one.start
            and len(between) <= 5
            and len(between) < 8
            and tokens[min(cue.last + len(between), len(tokens) - 1)].start <= one.end
        ):
            plain = all(word in _PLAIN for word in between)
            if plain and one.start - cue.end < 60:
                return True
        if one.end <= cue.start and [token.text for token in tokens if one.end <= token.start < cue.start] in (
            [],
            ["the"],
        ):
            return True
    return False


_PLAIN = frozenset(
    ["on", "in", "late", "early", "a", "the", "news", "conference", "reporters", "journalists", "в", "во", "parliament", "press", "to", "told",
     "statement", "briefing", "its", "website", "us", "joint", "written", "televised", "short", "interview", "tweet", "post", "message"]
)  # fmt: skip
