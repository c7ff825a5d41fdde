"""Sections of RESULTS.md, each between two marks, that the benchmarks write anew."""

import re
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")


def write_section(name: str, text: str) -> None:
    """Replace one section of RESULTS.md, or put it at the end."""
    old = RESULTS.read_text(encoding="utf-8")
    new = f"<!-- {name} -->\n{text.strip()}\n<!-- /{name} -->"
    pattern = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
    whole = pattern.sub(lambda _: new, old) if pattern.search(old) else f"{old.rstrip()}\n\n{new}\n"
    RESULTS.write_text(whole, encoding="utf-8")
