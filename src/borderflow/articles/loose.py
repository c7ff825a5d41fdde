"""Names that may be those of places though no list holds them: runs of capitals, short names in quotation marks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from borderflow.articles.tokens import Token
from borderflow.articles.toponyms import NEVER, Mention, is_word, mention_of, unlisted

__all__ = ["loose_names"]


def loose_names(tokens: Sequence[Token], people: Collection[int], mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return what else may name a place in a sentence: capitalised words and short names in quotation marks that no list holds.

    "The La Quiaca bridge", where a list holds Quiaca only; "«Сыпатай батыр»"; "Kobila lane".
    """
    found: list[Mention] = []
    at = 0
    while at < len(tokens):
        last = _end_of_quoted(tokens, at) or _end_of_capitals(tokens, at, people)
        if not last:
            at += 1
            continue
        known = any(one.first == at and one.last == last for one in mentions)
        if not known and not _is_common(tokens, at, last):
            one = unlisted(tokens[at:last], "unknown", 0.4)
            found.append(mention_of(tokens, at, last, (one,)))
        at = last
    return tuple(found)


def _end_of_quoted(tokens: Sequence[Token], at: int) -> int:
    if not at or tokens[at - 1].text not in '«“"„' or not (tokens[at].is_word and tokens[at].is_capital):
        return 0
    for last in range(at + 1, min(at + 5, len(tokens))):
        if tokens[last].text in '»”"“':
            return last
        if not (tokens[last].is_word or tokens[last].text == "-"):
            return 0
    return 0


def _end_of_capitals(tokens: Sequence[Token], at: int, people: Collection[int]) -> int:
    """Return the end of a run of capitalised words from a token on, hyphens and small particles within it; 0 if none begins."""
    if not _is_named(tokens[at]) or at in people:
        return 0
    last = at + 1
    while last < len(tokens) and last - at < 5 and last not in people:
        near = tokens[last].start - tokens[last - 1].end
        if _is_named(tokens[last]) and near <= 1:
            last += 1
        elif (near == 0 and tokens[last].text == "-" and last + 1 < len(tokens) and _is_named(tokens[last + 1])) or (
            tokens[last].lower in _WITHIN and near == 1 and last + 1 < len(tokens) and _is_named(tokens[last + 1])
        ):
            last += 2
        else:
            break
    return last


_WITHIN = frozenset(["i", "de", "del", "do", "da", "el", "al", "la", "las", "los"])


def _is_named(token: Token) -> bool:
    return token.is_word and token.is_capital and len(token.text) > 1


def _is_common(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Tell whether a capital only opens a sentence, or a word is a month, a day, an office: no name of a place."""
    if all(token.lower in NEVER for token in tokens[first:last]):
        return True
    opens = first == 0 or tokens[first - 1].text in '.:«“"—–-•|'
    return last - first == 1 and (opens and is_word(tokens[first].lower))
