"""Pages: HTML files filled from templates; one file each that needs nothing else and opens offline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from borderflow.errors import ResultsError
from borderflow.folders import write_whole

__all__ = ["fill_template", "write_page"]


def fill_template(name: str, contents: Mapping[str, Any]) -> str:
    """Return a template with its contents; text in them is escaped, and what is missing is an error.

    Examples
    --------
    >>> "border-collapse" in fill_template("style.css.j2", {})
    True
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(
        loader=PackageLoader("borderflow"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template(name).render(contents)


def write_page(name: str, contents: Mapping[str, Any], path: Path) -> Path:
    """Write a filled template, all of it or nothing.

    Raises
    ------
    ResultsError
        Where the file cannot be written.
    """
    text = fill_template(name, contents)
    try:
        write_whole(path, text)
    except OSError as error:
        raise ResultsError(f"{path}: cannot be written: {error.strerror or error}") from None
    return path
