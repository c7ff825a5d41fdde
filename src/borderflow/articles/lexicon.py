"""Word lists of the reader, kept as text files beside the code: one ``[class]`` after another, words below it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

__all__ = ["load_lexicon", "load_words"]


@lru_cache(maxsize=8)
def load_lexicon(name: str) -> Mapping[str, str]:
    """Return the classes of a file in ``borderflow/data``, each with the text below its heading.

    Examples
    --------
    >>> "queue*" in load_lexicon("cues.txt")["queue"]
    True
    """
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (files("borderflow") / "data" / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[] "), [])
        elif line and not line.startswith("#"):
            current.append(line)
    return {kind: " ".join(lines) for kind, lines in found.items()}


def load_words(kind: str) -> frozenset[str]:
    """Return the words of a class of ``words.txt``."""
    return frozenset(load_lexicon("words.txt")[kind].split())
