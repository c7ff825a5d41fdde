"""Build the documentation site strictly: stage the pages that live elsewhere, then let zensical build them.

Pages of the project's root and the README of each scenario are part of the site, but a site generator sees one folder.
They are copied into ``build/pages`` and links between them are rewritten; a link that leads nowhere fails the build.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def staged() -> dict[Path, Path]:
    """Return every page or picture of the site: its place in the project -> its place in the site."""
    docs = ROOT / "docs"
    pages = {path: path.relative_to(docs) for path in docs.rglob("*") if path.is_file()}
    pages |= {
        ROOT / f"{name}.md": Path("project", f"{name.lower()}.md") for name in ("VISION", "CONTRIBUTING", "CHANGELOG")
    }
    pages |= {path: Path("scenarios", f"{path.parent.name}.md") for path in (ROOT / "scenarios").glob("*/README.md")}
    pages[ROOT / "benchmarks" / "RESULTS.md"] = Path("results.md")
    return pages


def rewrite(text: str, page: Path, pages: dict[Path, Path]) -> str:
    """Point relative links at the staged places; links to files outside the site become plain code."""

    def link(found: re.Match[str]) -> str:
        label, target, anchor = found.group(1), found.group(2), found.group(3) or ""
        if re.match(r"[a-z]+:", target):
            return found.group(0)
        there = (page.parent / target).resolve()
        if there in pages:
            up = "../" * (len(pages[page].parts) - 1)
            return f"[{label}]({up}{pages[there].as_posix()}{anchor})"
        if there.exists() and not there.is_relative_to(ROOT / "docs"):
            return label if "`" in label else f"{label} (`{there.relative_to(ROOT).as_posix()}`)"
        return found.group(0)

    return re.sub(r"\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)", link, text)


def main() -> int:
    """Stage and build; returns the exit code of the builder."""
    parser = argparse.ArgumentParser(description="Build the documentation site.")
    parser.add_argument("--out", type=Path, default=ROOT / "build", help="folder for pages/ and site/")
    out: Path = parser.parse_args().out.resolve()
    shutil.rmtree(out / "pages", ignore_errors=True)
    pages = staged()
    for source, place in pages.items():
        target = out / "pages" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".md":
            target.write_text(rewrite(source.read_text(encoding="utf-8"), source, pages), encoding="utf-8")
        else:
            shutil.copyfile(source, target)
    # the builder takes its folders, and the sources of the reference, from a configuration that lies beside them
    settings = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    settings = settings.replace('paths = ["src"]', f'paths = ["{(ROOT / "src").as_posix()}"]')
    (out / "zensical.toml").write_text(settings, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("zensical")), "build", "--strict", "--clean"]
    return subprocess.run(command, cwd=out, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
