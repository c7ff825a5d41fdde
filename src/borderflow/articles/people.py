"""Names of people, which are often names of places too: "Jordan Hale, 38", "Mrs Pasto", "deputy Zafar Samarkand"."""

from __future__ import annotations

from collections.abc import Sequence

from borderflow.articles.lexicon import load_words
from borderflow.articles.tokens import Token

__all__ = ["find_people"]

_TITLES = load_words("title before a person")
_DOES = load_words("what a person does")
_PARTICLES = frozenset(
    {"de", "del", "da", "dos", "van", "von", "der", "bin", "ibn", "ben", "al", "el", "la", "ad-din", "оглы", "кызы"}
)
_PLACES = load_words("noun after a place") | load_words("noun before a place") | load_words("noun of a post")
_AFTER_AGE = frozenset(
    [",", ".", ";", ")", "—", "–", "-", "and", "who", "has", "had", "is", "was", "из", "и", "лет", "год", "года", "years"]
)  # fmt: skip


def find_people(tokens: Sequence[Token]) -> set[int]:
    """Return the tokens of a sentence that belong to names of people.

    A name is one of a person where an age follows it, a title or an office stands before it, or, of two words, where what
    follows only a person does ("said", "recalls", "who").

    Examples
    --------
    >>> from borderflow.articles.tokens import split_sentences
    >>> (sentence,) = split_sentences("Wilmer Castro, 44, had left David.")
    >>> [sentence.tokens[at].text for at in sorted(find_people(sentence.tokens))]
    ['Wilmer', 'Castro']
    """
    found: set[int] = set()
    at = 0
    while at < len(tokens):
        if not _is_part(tokens, at):
            at += 1
            continue
        last = _end_of_name(tokens, at)
        if _is_person(tokens, at, last):
            found.update(range(at, last))
        at = last
    return found


def _is_part(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    return (
        token.is_word
        and token.is_capital
        and len(token.text) > 1
        and not (token.text.isupper() and len(token.text) > 2)
    )


def _end_of_name(tokens: Sequence[Token], at: int) -> int:
    last = at + 1
    while last < len(tokens) and last - at < 5 and tokens[last].start - tokens[last - 1].end == 1:
        if _is_part(tokens, last):
            last += 1
        elif tokens[last].lower in _PARTICLES and last + 1 < len(tokens) and _is_part(tokens, last + 1):
            last += 2
        else:
            break
    return min(last, len(tokens))


def _is_person(tokens: Sequence[Token], first: int, last: int) -> bool:
    if tokens[last - 1].text.endswith(("'s", "’s")) and last - first == 1:
        return False
    return (
        _is_aged(tokens, last) or _is_titled(tokens, first, last) or (last - first > 1 and _acts(tokens, first, last))
    )


def _is_aged(tokens: Sequence[Token], last: int) -> bool:
    """Tell whether an age follows: ", 44,", " (44)", ", 52 года,"."""
    if last + 1 >= len(tokens) or tokens[last].text not in ",(" or not tokens[last + 1].text.isdigit():
        return False
    age = int(tokens[last + 1].text) if len(tokens[last + 1].text) < 4 else 0
    after = tokens[last + 2].lower if last + 2 < len(tokens) else "."
    return 3 <= age <= 110 and after in _AFTER_AGE


def _is_titled(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Tell whether a title or an office stands before a name, or opens it: "Mrs Oyun", "commissioner Grace Mwanza"."""
    before = tokens[first - 1].lower if first else ""
    if before == "." and first > 1:
        before = tokens[first - 2].lower
    following = tokens[last].lower if last < len(tokens) else ""
    if following in _PLACES or tokens[last - 1].lower in _PLACES:
        return False  # "president Kennedy bridge"
    if before in _TITLES and not tokens[first - 1].text.isupper():
        return True
    return tokens[first].lower in _TITLES and last - first > 1 and not tokens[first].text.isupper()


def _acts(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Tell whether what stands beside a name of two words only a person does: "Marek Lublin recalls", "«…», — говорит Ринат Агаев"."""
    before = tokens[first - 1].lower if first else ""
    following = tokens[last].lower if last < len(tokens) else ""
    return following in _DOES or before in _DOES
