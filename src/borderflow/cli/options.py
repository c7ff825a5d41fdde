"""Words that several commands read: settings, members, days."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from borderflow.errors import UsageError

__all__ = ["Changes", "Flag", "Words", "read_day", "read_members", "read_settings"]

#: Said or not said.
Flag = Annotated[bool, Parameter(negative=())]
#: May be repeated.
Words = Annotated[list[str] | None, Parameter(negative=())]
#: Other parameter values, as ``--set name=value``; may be repeated.
Changes = Annotated[list[str] | None, Parameter(name="--set", negative=())]


def read_settings(pairs: list[str]) -> dict[str, float]:
    """Read ``name=value`` pairs."""
    values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        try:
            values[name.strip()] = float(text)
        except ValueError:
            equals = ""
        if not equals or not name.strip():
            raise UsageError(f"--set {pair!r}: write name=value with a number, for example --set patience=36")
    return values


def read_members(text: str | None) -> int | range | None:
    """Read a number of members, or a part of them as A:B."""
    if text is None:
        return None
    first, colon, last = text.replace(",", "").replace("_", "").partition(":")
    try:
        return range(int(first), int(last)) if colon else int(first)
    except ValueError:
        raise UsageError(f"--members {text}: write a number, or A:B for the members from A to before B") from None


def read_day(text: str | None) -> date | None:
    """Read a day given as --published."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--published {text!r}: write a day as 2022-09-29") from None
