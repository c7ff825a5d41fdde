"""Known vulnerabilities of what is installed, by pip-audit: from the package index, else from osv.dev.

Usage: ``audit.py SITE_PACKAGES`` with a Python that has pip-audit. Exit code 0 for none, 1 for some; where neither gives
advisories (a mirror, no network) it says so in one line and ends with 0, because that is no finding.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

KNOWN = "setuptools==65.5.0"  # has published advisories: a source that knows none for it gives none at all
SOURCES = ("pypi", "osv")


def audit(*words: str) -> list[dict[str, Any]] | None:
    """Run pip-audit; None where it cannot ask."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    return found


def source_of_advisories() -> str | None:
    """Return the first source that gives advisories."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "known.txt"
        file.write_text(KNOWN + "\n", encoding="utf-8")
        for source in SOURCES:
            found = audit("--vulnerability-service", source, "--no-deps", "--disable-pip", "-r", str(file))
            if found and found[0].get("vulns"):
                return source
    return None


def main() -> int:
    """Ask, print, and return the exit code."""
    source = source_of_advisories()
    if source is None:
        print("audit: skipped, neither this package index nor osv.dev gives advisories here")
        return 0
    found = audit("--vulnerability-service", source, "--path", sys.argv[1], "--skip-editable")
    if found is None:
        print("audit: pip-audit could not read what is installed", file=sys.stderr)
        return 2
    asked = [one for one in found if "vulns" in one]
    bad = [(one["name"], one["version"], vuln["id"]) for one in asked for vuln in one["vulns"]]
    for name, version, advisory in bad:
        print(f"{name} {version}: {advisory}", file=sys.stderr)
    print(f"audit: {len(asked)} of {len(found)} packages asked about at {source}, {len(bad)} advisories")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
