"""SVG: elements, lines of text, and drawings that screen readers can name."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

__all__ = ["GLYPH", "WIDTH", "Floats", "drawing", "rule", "short", "tag", "text_tag", "text_width"]

WIDTH = 400.0  # units of every drawing
GLYPH = 0.6  # mean width of a letter in units of its size; generous, so that wide fonts do not collide either
Floats = NDArray[np.float64]


def tag(name: str, *inner: str, title: str = "", **attributes: str | float) -> Markup:
    """Return an element; numbers to a tenth, ``class_`` for class, ``text_anchor`` for text-anchor; text is escaped."""
    # a page has thousands: every text is escaped once here, and pieces are joined as plain text
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else short(value)}"'
        for key, value in attributes.items()
    )
    hover = f"<title>{escape(title)}</title>" if title else ""
    return Markup(f"<{name}{given}>{hover}{''.join(map(escape, inner))}</{name}>")


def rule(style: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    """Return a straight line."""
    return tag("line", class_=style, x1=x1, y1=y1, x2=x2, y2=y2)


def text_tag(style: str, x: float, y: float, words: str, anchor: str = "start") -> Markup:
    """Return words at a place."""
    return tag("text", words, class_=style, x=x, y=y, text_anchor=anchor)


def drawing(
    ident: str, title: str, description: str, height: float, parts: Sequence[Markup], style: str = "chart"
) -> Markup:
    """Return a drawing that scales with its column and that screen readers can name."""
    return Markup(
        '<svg class="{5}" viewBox="0 0 {0} {1}" role="img" aria-labelledby="{2}-t {2}-d"'
        ' xmlns="http://www.w3.org/2000/svg"><title id="{2}-t">{3}</title><desc id="{2}-d">{4}</desc>{6}</svg>'
    ).format(short(WIDTH), short(height), ident, title, description, style, Markup("").join(parts))


def short(value: float) -> str:
    """Return a number to a tenth."""
    return f"{float(value):.1f}".removesuffix(".0")


def text_width(text: str, size: float) -> float:
    """Return about how wide a text will be."""
    return size * sum(1.0 if unicodedata.east_asian_width(c) in "WF" else GLYPH for c in text)
