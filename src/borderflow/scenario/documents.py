"""Documents: text and YAML from disk, with the line of every key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from borderflow.errors import Problem, ScenarioError

__all__ = ["Locator", "read_text", "read_yaml"]

Locator = Callable[[tuple[Any, ...]], str]  # from a path of keys to "file:line"


def read_text(path: Path) -> str:
    """Return the text of a file, which must be UTF-8 and not too large."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ScenarioError([Problem(str(path), "", "file is missing")]) from None
    except OSError as error:
        raise ScenarioError([Problem(str(path), "", f"cannot be read: {error.strerror}")]) from None
    if len(data) > 50_000_000:
        raise ScenarioError([Problem(path.name, "", f"is {len(data) / 1e6:.0f} MB; 50 MB is the limit")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ScenarioError([Problem(f"{path.name}:{line}", "", "is not UTF-8 text; save the file as UTF-8")]) from None


def read_yaml(path: Path) -> tuple[dict[str, Any], Locator]:
    """Return the plain data of a YAML file and a function from a path of keys to ``file:line``."""
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import RoundTripConstructor
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    class TextTimes(RoundTripConstructor):
        """Leaves times as text, so that one rule (ours) reads them and offsets survive."""

    TextTimes.add_constructor("tag:yaml.org,2002:timestamp", lambda _self, node: node.value)
    text = read_text(path)
    reader = YAML(typ="rt")
    reader.Constructor = TextTimes
    reader.max_depth = 50
    try:
        tree = reader.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        reason = " ".join(str(error.problem or error.context or error).split())
        raise ScenarioError([Problem(f"{path.name}:{line}", "", f"not valid YAML: {reason}")]) from None
    except (YAMLError, ValueError, RecursionError, AttributeError, TypeError, KeyError) as error:
        # ruamel lets errors of its own inside out, for example for a mapping that is merged into itself
        reason = " ".join(str(error).split())[:200]
        raise ScenarioError([Problem(f"{path.name}:1", "", f"not valid YAML: {reason}")]) from None
    if not isinstance(tree, dict):
        raise ScenarioError([Problem(f"{path.name}:1", "", "is empty or not a mapping of keys to values")])

    def locate(keys: tuple[Any, ...]) -> str:
        node: Any = tree
        line = 1
        for key in keys:
            try:
                at: Any = node.lc
                position = at.key(key) if isinstance(node, dict) else at.item(key)
                line, node = position[0] + 1, node[key]
            except (KeyError, IndexError, TypeError, AttributeError):
                # pydantic puts the tag of a union into the path; it is no key of the file
                continue
        return f"{path.name}:{line}"

    return _plain(tree, path.name), locate


def _plain(node: Any, name: str, depth: int = 0, budget: list[int] | None = None) -> Any:
    """Turn ruamel's containers into plain ones; anchors that multiply without end are refused."""
    budget = [200_000] if budget is None else budget
    budget[0] -= 1
    if budget[0] < 0:
        raise ScenarioError([Problem(f"{name}:1", "", "more than 200,000 values; long tables belong in CSV files")])
    if isinstance(node, dict):
        return {str(key): _plain(value, name, depth + 1, budget) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value, name, depth + 1, budget) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, int):
        return int(node)
    if isinstance(node, float):
        return float(node)
    text = str(node)
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise ScenarioError(
            [Problem(f"{name}:1", "", f"holds half of a surrogate pair, which is no text: {text[:40]!a}")]
        )
    return text
