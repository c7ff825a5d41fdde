"""Edits of a text at positions that its YAML tree gives, so that comments and layout stay as they are."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from borderflow.errors import UsageError
from borderflow.ledger import Claim

__all__ = ["Patch", "append_rows"]


@dataclass
class Patch:
    """Edits of a YAML text, by position.

    Parameters
    ----------
    text : str
    edits : list of tuple
        Start, end, and what stands there afterwards.
    """

    text: str
    edits: list[tuple[int, int, str]] = field(default_factory=list)

    @cached_property
    def tree(self) -> Any:
        """The text parsed, with the positions of its nodes."""
        from ruamel.yaml import YAML

        return YAML(typ="rt").load(self.text)

    @cached_property
    def lines(self) -> list[int]:
        """Where every line begins."""
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def applied(self) -> str:
        """Return the text with all edits made, the last one in it first."""
        text = self.text
        for start, end, new in sorted(self.edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def replace(self, node: Any, key: str, new: str) -> None:
        """Give a key of a node another plain value."""
        line, column = node.lc.value(key)
        start = self.lines[line] + column
        end = start + len(re.match(r"[^,}\]\s#]+", self.text[start:]).group())  # type: ignore[union-attr]
        self.edits.append((start, end, new))

    def append(self, node: Any, key: str, item: str) -> None:
        """Add an item to a list under a key of a node, written in the way that the list is."""
        listed = node[key]
        if listed.fa.flow_style():
            line, column = node.lc.value(key)
            end = self.text.index("]", self.lines[line] + column)
            self.edits.append((end, end, f", {item}" if len(listed) else item))
            return
        line, column = listed.lc.item(len(listed) - 1)
        end = self.text.find("\n", self.lines[line])
        end = len(self.text) if end < 0 else end
        dash = self.text.rindex("-", 0, self.lines[line] + column) - self.lines[line]
        self.edits.append((end, end, f"\n{' ' * dash}- {item}"))

    def insert_events(self, events: Sequence[dict[str, Any]]) -> None:
        """Add events at the end of the scenario's list of events, before the next key and its comments."""
        node, text = self.tree["events"], self.text
        if node.fa.flow_style() or not len(node):
            raise UsageError("scenario.yaml: events must be a list with one '- ' a line for a proposal to be added")
        first_line, first_column = node.lc.item(0)
        dash = text.rindex("-", 0, self.lines[first_line] + first_column + 1) - self.lines[first_line]
        keys = list(self.tree)
        following = keys[keys.index("events") + 1] if keys.index("events") + 1 < len(keys) else None
        at = self.lines[self.tree.lc.key(following)[0]] if following is not None else len(text)
        # blank lines and comments before the next key belong to that key
        block = text[:at]
        while (line := block.rstrip("\n").rsplit("\n", 1)[-1]).strip() == "" or line.startswith("#"):
            block = block[: block.rstrip("\n").rfind("\n") + 1]
        at = len(block)
        margin = " " * dash
        body = "".join(f"{margin}- {_flow(event, margin)}\n" for event in events)
        self.edits.append((at, at, ("" if block.endswith("\n") else "\n") + body))


def _flow(event: dict[str, Any], margin: str) -> str:
    parts = [f"{key}: {_scalar(value)}" for key, value in event.items()]
    lines, line = [], "{"
    for part in parts:
        if len(line) + len(part) > 108:
            lines.append(line.rstrip())
            line = margin + "   "
        line += part + ", "
    return "\n".join([*lines, line.rstrip(", ") + "}"])


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_scalar(one) for one in value) + "]"
    if isinstance(value, (int, float)):
        return f"{value:g}"
    text = str(value)
    plain = re.fullmatch(
        r"[A-Za-z][A-Za-z0-9_-]*|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}[+-]\d{2}:\d{2}", text
    ) and text.casefold() not in ("no", "yes", "on", "off", "null", "true", "false")
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def append_rows(text: str, rows: Sequence[Claim]) -> str:
    """Return the text of a ledger with more rows, in the columns that it has."""
    header = next(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    for row in rows:
        cells = {name: getattr(row, name, None) for name in header}
        writer.writerow(
            [
                ""
                if cell is None
                else f"{cell:g}"
                if isinstance(cell, float) and abs(cell) < 1e5
                else int(cell)
                if isinstance(cell, float) and cell == int(cell)
                else cell
                for cell in cells.values()
            ]
        )
    return text if not rows else text + ("" if text.endswith("\n") else "\n") + lines.getvalue()
