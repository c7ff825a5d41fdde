"""The wording of a figure: over, about, up to, between; and the values that it leaves open.

A published number is rarely meant to its last digit. What its wording says about it is kept as bounds, so that a
figure given as "over 194,000" is never taken for a measurement of 194,000.
"""

from __future__ import annotations

import math
import re
from typing import Literal

__all__ = ["Hedge", "last_digit", "open_up", "read_hedge"]

Hedge = Literal["exact", "about", "over", "up to", "between"]

_NUMBER = r"\d+(?:[.,]\d{3})*(?:\.\d+)?"
_RANGE = re.compile(rf"(?<![\d:.,-])({_NUMBER})\s*(?:-|–|to)\s*({_NUMBER})(?![\d:-])")
_HEDGES: tuple[tuple[Hedge, str], ...] = (
    ("over", r"lower bound|at least|more than|no fewer than|not less than|over|above|minimum"),
    ("up to", r"upper bound|up to|at most|no more than|fewer than|less than|below|maximum|under"),
    ("about", r"about|almost|nearly|around|roughly|approximately|some|close to|estimated"),
)
_FACTORS = (1.0, 24.0, 1000.0, 1e6, 0.001)


def read_hedge(note: str, value: float) -> tuple[Hedge, float | None, float | None]:
    """Read from the wording of a note how a figure is meant, with bounds where the note gives a range.

    A hedge counts where the note starts with it, ends a clause with it, puts it before the figure itself, or says
    "lower bound" or "upper bound". A range counts where the figure is its middle (a midpoint in other units, such as
    days for hours, included).

    Examples
    --------
    >>> read_hedge("8,000-9,000 a day before; midpoint", 8500)
    ('between', 8000.0, 9000.0)
    >>> read_hedge("3-4 days; midpoint", 84)
    ('between', 72.0, 96.0)
    >>> read_hedge("Head of the region: more than 20,000 in two days", 20000)[0], read_hedge("Almost", 44000)
    ('over', ('about', 41800.0, 44000))
    """
    text = note.casefold()
    for match in _RANGE.finditer(text):
        low, high = (float(part.replace(",", "")) for part in match.groups())
        for factor in _FACTORS:
            middle = (low + high) / 2 * factor
            if 0 < low < high and abs(middle - value) <= 0.05 * value:
                return "between", low * factor, high * factor
    for hedge, words in _HEDGES:
        if _is_hedged(text, words, value):
            if hedge == "about" and _is_hedged(text, "almost|nearly|close to", value):
                return "about", open_up("about", value)[0], value
            return hedge, None, None
    return "exact", None, None


def _is_hedged(text: str, words: str, value: float) -> bool:
    """Tell whether a note hedges its figure with one of some words."""
    clauses = [clause.strip() for clause in re.split(r"[;:]|\. ", text)]
    if any(bound in text for bound in ("lower bound", "upper bound") if bound in words):
        return True
    for match in re.finditer(rf"\b(?:{words})\s+(?:an? )?({_NUMBER})", text):
        given = float(match.group(1).replace(",", ""))
        if any(math.isclose(given * factor, value, rel_tol=1e-6) for factor in _FACTORS):
            return True
    if re.match(rf"(?:{words})\b(?!\s+(?:\d|half|a third|the|to\b))", clauses[0]) and not clauses[0].startswith("some"):
        return True
    return any(re.search(rf"\b(?:{words})$", part.strip()) for clause in clauses for part in re.split(r"[,()]", clause))


def open_up(hedge: Hedge, value: float) -> tuple[float, float]:
    """Return the least and the greatest value that a wording leaves open.

    "Over" opens the figure upwards (to infinity), "up to" down to zero. "About" allows one unit of the last digit given
    either way, and 5 % at least. A plain figure allows half a unit of its last digit: 98,000 may be 97,500 to 98,500;
    below 100 it is taken as it stands.

    Examples
    --------
    >>> open_up("over", 194_000), open_up("exact", 98_000), open_up("exact", 60)
    ((194000, inf), (97500.0, 98500.0), (60.0, 60.0))
    """
    if hedge == "over":
        return value, math.inf
    if hedge == "up to":
        return 0.0, value
    if hedge == "exact":
        step = last_digit(value) / 2 if value >= 100 else 0.0
    else:
        step = max(last_digit(value), 0.05 * value)
    return value - step, value + step


def last_digit(value: float) -> float:
    """Return the size of the last digit given, a tenth of the value at most; 0 for figures that end in no zero.

    Examples
    --------
    >>> last_digit(98_000), last_digit(43_590), last_digit(53_136), last_digit(100_000)
    (1000.0, 10.0, 0.0, 10000.0)
    """
    if value <= 0 or value != int(value):
        return 0.0
    digits = str(int(value))
    zeros = len(digits) - len(digits.rstrip("0"))
    return min(float(10**zeros), value / 10) if zeros else 0.0
