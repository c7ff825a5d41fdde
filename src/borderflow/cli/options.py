"""Words that several commands read: settings, members, days."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from borderflow.errors import UsageError

__all__ = ["Changes", "Flag", "Out", "Words", "read_day", "read_members", "read_settings"]

#: Said or not said.
Flag = Annotated[bool, Parameter(negative=())]
#: May be repeated.
Words = Annotated[list[str] | None, Parameter(negative=())]
#: Other parameter values, as ``--set name=value``; may be repeated.
Changes = Annotated[list[str] | None, Parameter(name="--set", negative=())]


def _on_disk(_kind: object, where: Path | None) -> None:
    from borderflow.folders import on_disk

    if where is not None:
        on_disk(where, "what this command makes")


#: Where to write, on a disk: `Path` alone would take an address for a folder named ``s3:``.
Out = Annotated[Path | None, Parameter(validator=_on_disk)]


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
