"""Everything borderflow raises on purpose.

    BorderflowError
    ├── ScenarioError      a scenario file is wrong (one or more problems, each with file:line)
    │   └── LedgerError    a file of claims is wrong
    ├── ConservationError  people appeared or vanished inside the engine (a bug, never an input error)
    ├── ResultsError       a results folder is missing, torn or of another version
    └── UsageError         a command or function was called with arguments that do not fit

A message says what is wrong, where (file:line or id), what came, and what would be right.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "BorderflowError",
    "ConservationError",
    "LedgerError",
    "Problem",
    "ResultsError",
    "ScenarioError",
    "UsageError",
    "suggest",
]


MOST_LINES = 40  # of one error; who mends these asks again
_HEAD, _TAIL = 300, 200  # letters of a line that is too long: what is wrong, and what would be right


class BorderflowError(Exception):
    """Root of all errors raised on purpose; the command line prints it in one line and exits with 2.

    What came from a file is shown, but neither pages of it nor signs that would steer a terminal.

    Examples
    --------
    >>> len(str(BorderflowError("x" * 5000)))
    501
    >>> str(BorderflowError("a name with \\x1b[2J in it"))
    'a name with �[2J in it'
    """

    def __str__(self) -> str:
        lines = super().__str__().split("\n")
        more = [f"and {len(lines) - MOST_LINES:,} problems more"] if len(lines) > MOST_LINES else []
        return "\n".join([*map(_legible, lines[:MOST_LINES]), *more])


def _legible(line: str) -> str:
    if len(line) > _HEAD + _TAIL:
        line = f"{line[:_HEAD]}…{line[-_TAIL:]}"
    return line if line.isprintable() else "".join(letter if letter.isprintable() else "�" for letter in line)


class UsageError(BorderflowError):
    """A command or function was called with arguments that do not fit together."""


class ResultsError(BorderflowError):
    """A results folder is missing, incomplete or was written by another version."""


class ConservationError(BorderflowError):
    """The sum of people over all states changed within an hour: a bug in the engine."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input file.

    Parameters
    ----------
    where : str
        ``file`` or ``file:line``.
    field : str
        Dotted path of the field, empty where the file as a whole is meant.
    message : str
        What is wrong, what came, what would be right.

    Examples
    --------
    >>> str(Problem("scenario.yaml:41", "events.3.crosing", "unknown key (did you mean 'crossing'?)"))
    "scenario.yaml:41: events.3.crosing: unknown key (did you mean 'crossing'?)"
    """

    where: str
    field: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.field, self.message) if part)


class ScenarioError(BorderflowError):
    """A scenario cannot be used; ``problems`` lists every reason found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class LedgerError(ScenarioError):
    """A ledger cannot be used; ``problems`` lists every reason found."""


def suggest(word: str, known: Iterable[str]) -> str:
    """Return ``" (did you mean 'x'?)"`` for the closest known word, or an empty string.

    Examples
    --------
    >>> suggest("crosing", ["crossing", "country"])
    " (did you mean 'crossing'?)"
    >>> suggest("zzz", ["crossing"])
    ''
    """
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""
