"""A settings file as a document: YAML as Flee's own reader takes it, and what was found wrong with its lines."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from borderflow.errors import Problem, ScenarioError

__all__ = ["Reader", "load_yaml", "shown"]

_LARGEST = 1_000_000  # bytes of a settings file; none comes near it
_DEEPEST = 50


def load_yaml(path: Path) -> tuple[dict[str, Any], str]:
    """Return the mapping in a settings file, and its text."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MantissaNoDotYAML1_1Warning, MarkedYAMLError, YAMLError

    if not path.is_file():
        raise ScenarioError([Problem(str(path), "", "no such settings file; name one with --settings FILE")])
    if (size := path.stat().st_size) > _LARGEST:
        raise ScenarioError([Problem(path.name, "", f"is {size / 1e6:.0f} MB; settings have at most 1 MB")])
    try:
        text = path.read_text(encoding="utf-8")
        yaml = YAML(typ="safe", pure=True)
        yaml.version = (1, 1)  # as Flee's reader: yes and on are true
        _refuse_bombs(path.name, yaml.parse(text))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MantissaNoDotYAML1_1Warning)  # 1e9: Flee takes it, so it is no news
            tree = yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ScenarioError([Problem(f"{path.name}:{line}", "", f"not valid YAML: {error.problem}")]) from None
    except (YAMLError, ValueError, OSError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # ruamel lets errors of its own inside out, for example for a key that is a list
        raise ScenarioError([Problem(path.name, "", f"cannot be read: {' '.join(str(error).split())[:200]}")]) from None
    if tree is None:
        return {}, text
    if not isinstance(tree, dict):
        raise ScenarioError([Problem(f"{path.name}:1", "", "is not a mapping of keys to values")])
    return tree, text


def _refuse_bombs(name: str, events: Iterable[Any]) -> None:
    """Refuse what unpacks to more than stands in the file, and nesting without end."""
    from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

    depth = 0
    for event in events:
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        where = f"{name}:{event.start_mark.line + 1}"
        if isinstance(event, AliasEvent):
            raise ScenarioError([Problem(where, f"*{event.anchor}", "is an alias; write the value out")])
        if depth > _DEEPEST:
            raise ScenarioError([Problem(where, "", f"is nested more than {_DEEPEST} deep")])


def shown(value: Any) -> str:
    """Return a value as it stands in the file, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _finite(value: Any) -> float:
    """Return a number, or raise ValueError."""
    made = float(value)
    if not math.isfinite(made):
        raise ValueError
    return made


class Reader:
    """Collects problems and warnings of one file."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.lines = name, text.splitlines()
        self.problems: list[Problem] = []
        self.warnings: list[str] = []

    def where(self, key: str) -> str:
        """Return the file and the first line of a key."""
        for number, line in enumerate(self.lines, 1):
            if re.match(rf"\s*['\"]?{re.escape(key)}['\"]?\s*:", line):
                return f"{self.name}:{number}"
        return self.name

    def wrong(self, key: str, message: str) -> None:
        """Note a problem with a key."""
        self.problems.append(Problem(self.where(key), key, message))

    def section(self, tree: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Return the mapping under a key; an empty one where there is none."""
        value = tree.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(key, f"is {shown(value)}; a mapping of keys to values would be right")
            return {}
        return value

    def number(self, key: str, section: Mapping[str, Any], kind: Any) -> Any:
        """Return the number under a key: real, whole, or yes and no."""
        value = section[key]
        try:
            if kind is bool:
                return bool(value)
            made = _finite(value)
            return int(made) if kind is int else made
        except (TypeError, ValueError):
            self.wrong(key, f"is {shown(value)}; a number would be right")
            return 1 if kind is int else 1.0

    def numbers(self, key: str, section: Mapping[str, Any]) -> tuple[float, ...]:
        """Return the numbers under a key, of which there may be one or none."""
        value = section.get(key, [])
        values = value if isinstance(value, list) else [value]
        try:
            return tuple(_finite(one) for one in values)
        except (TypeError, ValueError):
            self.wrong(key, f"is {shown(value)}; a list of numbers would be right")
            return ()
