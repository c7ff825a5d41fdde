"""Choices between candidates, learned from labelled reports: the conditional logit that the reader decides by.

A reader's question ("what does this number count?", "which place is it about?") has candidates. Each has a utility, the sum
of the weights of what is true of it, and is chosen with the probability of McFadden's conditional logit,

    P(candidate c) = exp(u_c) / sum over candidates d of exp(u_d).

What stands *around* (words beside a number) is the same for all candidates and weighs differently for each name
(``own``); what is true of one candidate only (it stands nearer, the rules say it) weighs alike for all (``common``). What the rules say
is one of these things. The weights are made by ``tools/train_reader.py`` and stand in ``borderflow/data/reader.npz``.

McFadden, D. (1974). Conditional logit analysis of qualitative choice behavior. In P. Zarembka (ed.), *Frontiers in
Econometrics*, 105-142. Academic Press.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from itertools import repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "Alternative",
    "Decide",
    "Judge",
    "Question",
    "decide_by",
    "decide_by_rules",
    "load_judges",
    "pack_judges",
    "unpack_judges",
]

Weights = npt.NDArray[np.float64]


class Alternative(NamedTuple):
    """A candidate: its name, by which words around weigh, what is true of it alone, and what choosing it means."""

    name: str
    words: tuple[str, ...] = ()
    means: Hashable = None


class Question(NamedTuple):
    """A choice to make.

    Parameters
    ----------
    start, end : int
        The span of the article's text that the question is about.
    around : tuple of str
        What is true whichever candidate is right.
    alternatives : tuple of Alternative
        The candidates.
    said : int
        The candidate that the rules choose; -1 where they choose none of them.
    trust : tuple of str
        How sure the rules are, and by what; weighs on the candidate that they choose.
    about : tuple
        What the question is about, for whoever knows the answer: the value, bounds and hedge of a number.
    """

    start: int
    end: int
    around: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    said: int = -1
    trust: tuple[str, ...] = ()
    about: tuple[object, ...] = ()

    def words_of(self, number: int) -> tuple[str, ...]:
        """Return all that is true of a candidate alone, what the rules say among it."""
        one = self.alternatives[number]
        if number != self.said:
            return one.words
        return (*one.words, "said", *(f"said {word}" for word in self.trust))


@dataclass(frozen=True)
class Judge:
    """The weights of one kind of question.

    Parameters
    ----------
    names : tuple of str
        The names of candidates for which words around have weights of their own.
    around : tuple of str
        The words around, one for each row of ``own``.
    own : array of shape (words around, names)
        Their weights.
    words : tuple of str
        What may be true of one candidate, one for each number in ``common``.
    common : array of shape (words,)
        Their weights.

    Examples
    --------
    >>> judge = Judge(("queue", "price"), ("cars",), np.array([[np.log(3.0), 0.0]]), (), np.zeros(0))
    >>> judge.probabilities(Question(0, 4, ("cars",), (Alternative("queue"), Alternative("price"))))
    array([0.75, 0.25])
    """

    names: tuple[str, ...]
    around: tuple[str, ...]
    own: Weights
    words: tuple[str, ...]
    common: Weights

    @cached_property
    def _column(self) -> Mapping[str, int]:
        return {name: at for at, name in enumerate(self.names)}

    @cached_property
    def _row(self) -> Mapping[str, int]:
        return {word: at for at, word in enumerate(self.around)}

    @cached_property
    def _weight(self) -> Mapping[str, float]:
        return dict(zip(self.words, self.common.tolist(), strict=True))

    def utilities(self, question: Question) -> Weights:
        """Return the utility of each candidate; what no weight is known of counts nothing."""
        rows = [self._row[word] for word in question.around if word in self._row]
        base = (self.own[rows].sum(axis=0) if rows else np.zeros(len(self.names))).tolist()
        weight, column, nothing = self._weight.get, self._column, repeat(0.0)
        return np.array(
            [
                (base[column[one.name]] if one.name in column else 0.0)
                + sum(map(weight, question.words_of(number), nothing))
                for number, one in enumerate(question.alternatives)
            ],
            dtype=float,
        )

    def probabilities(self, question: Question) -> Weights:
        """Return the probability of each candidate."""
        values = self.utilities(question)
        grown = np.exp(values - values.max())
        shares: Weights = grown / grown.sum()
        return shares


def pack_judges(judges: Mapping[str, Judge]) -> bytes:
    """Return judges as the bytes of a file; weights are kept to a hundredth."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for kind, judge in judges.items():
        for part, words in (("names", judge.names), ("around", judge.around), ("words", judge.words)):
            arrays[f"{kind}.{part}"] = np.frombuffer("\n".join(words).encode(), dtype=np.uint8)
        for part, weights in (("own", judge.own), ("common", judge.common)):
            arrays[f"{kind}.{part}"] = np.clip(np.rint(weights * 100), -32_000, 32_000).astype(np.int16)
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def unpack_judges(data: bytes) -> dict[str, Judge]:
    """Return the judges of a file, by the kind of question that each decides."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:

        def words(key: str) -> tuple[str, ...]:
            text = bytes(arrays[key]).decode()
            return tuple(text.split("\n")) if text else ()

        kinds = sorted({key.rpartition(".")[0] for key in arrays.files})
        return {
            kind: Judge(
                words(f"{kind}.names"),
                words(f"{kind}.around"),
                arrays[f"{kind}.own"] / 100,
                words(f"{kind}.words"),
                arrays[f"{kind}.common"] / 100,
            )
            for kind in kinds
        }


#: how a question of some kind is decided: the number of the candidate, and how probable it is
Decide = Callable[[str, Question], tuple[int, float]]


@lru_cache(maxsize=2)
def load_judges(name: str = "reader.npz") -> Mapping[str, Judge]:
    """Return judges that the reader is shipped with: those of claims, or those of events in ``events.npz``."""
    return unpack_judges((files("borderflow") / "data" / name).read_bytes())


def decide_by(judges: Mapping[str, Judge]) -> Decide:
    """Return how questions are decided: by the likeliest candidate, of which the probability is given as well."""

    def decide(kind: str, question: Question) -> tuple[int, float]:
        if kind not in judges:
            return question.said, 1.0
        shares = judges[kind].probabilities(question)
        best = int(np.argmax(shares))
        return best, float(shares[best])

    return decide


def decide_by_rules(kind: str, question: Question) -> tuple[int, float]:
    """Decide as the rules say."""
    return question.said, 1.0
