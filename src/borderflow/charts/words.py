"""Words and numbers as people read them, the same whatever the locale."""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np

__all__ = ["MONTHS", "day_name", "number"]


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def day_name(day: date, form: Literal["long", "short", "month"] = "long") -> str:
    """Return a date in words, the same whatever the locale.

    Examples
    --------
    >>> day_name(date(2022, 9, 27)), day_name(date(2022, 9, 27), "short"), day_name(date(2022, 9, 27), "month")
    ('27 September 2022', '27 Sep', 'Sep 2022')
    """
    month = MONTHS[day.month - 1]
    return {
        "long": f"{day.day} {month} {day.year}",
        "short": f"{day.day} {month[:3]}",
        "month": f"{month[:3]} {day.year}",
    }[form]


def number(value: float, *, signed: bool = False, whole: bool = False) -> str:
    """Return a number as people read it: three significant digits, thousands separated, no false precision.

    Parameters
    ----------
    signed : bool
        Write a plus before what is above zero.
    whole : bool
        The number counts people or things: no decimals, and "<1" for what rounds to nothing but is not nothing.

    Examples
    --------
    >>> number(203742.7), number(45.47), number(7.44), number(0.03), number(-1543), number(float("nan"))
    ('204,000', '45', '7.4', '0', '−1,540', '–')
    >>> number(8.7, whole=True), number(0.3, whole=True)
    ('9', '<1')
    """
    if not np.isfinite(value):
        return "–"
    size = abs(value)
    if size >= 100:
        digits = int(np.floor(np.log10(size))) - 2
        text = f"{round(size / 10**digits) * 10**digits:,}" if digits > 0 else f"{round(size):,}"
    elif whole and 0.01 <= size < 0.5:
        text = "<1"
    elif whole or size >= 9.95:
        text = f"{size:.0f}"
    else:
        text = f"{size:.1f}".removesuffix(".0")
    sign = "" if text in ("0", "<1") else "−" if value < 0 else "+" if signed else ""
    return sign + text
