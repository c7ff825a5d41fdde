"""How something stands to a number of the same sentence: on which side, how far, and what lies between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from borderflow.articles.scenes import Scene

__all__ = ["Vicinity", "between", "vicinity_of"]


class Vicinity(NamedTuple):
    """The side of a number that something stands on, how far from it in a word, and the tokens between the two."""

    side: str
    reach: str
    low: int
    high: int


def vicinity_of(at: int, end: int, first: int, last: int) -> Vicinity:
    """Return how the tokens ``first`` to ``last`` stand to a number at the tokens ``at`` to ``end``.

    Examples
    --------
    >>> vicinity_of(3, 5, 8, 9)
    Vicinity(side='after', reach='2', low=5, high=8)
    """
    after = first >= end
    low, high = (end, first) if after else (last, at)
    far = max(high - low, 0)
    reach = "0" if far < 2 else "2" if far < 4 else "4" if far < 8 else "8" if far < 15 else "15"
    return Vicinity("after" if after else "before", reach, low, high)


def between(scene: Scene, near: Vicinity) -> Iterator[str]:
    """Yield what lies between: a comma, another mark, another number."""
    marks = {token.text for token in scene.tokens[near.low : near.high]}
    yield f"{near.side} comma" if "," in marks else f"{near.side} no comma"
    if marks & {";", ":", "—", "–", "("}:
        yield f"{near.side} mark"
    if any(near.low <= other.first < near.high for other in scene.amounts):
        yield f"{near.side} number between"
