"""What tests of runs share: the tiny scenario, a run of it, and the hashes of everything that must not move."""

import hashlib
from pathlib import Path
from typing import Any

import borderflow as bf
from networks import tiny_scenario

MEMBERS = 25  # two whole blocks and a half
SEED = 11
TINY = tiny_scenario(days=3)


def hashes(folder: Path) -> dict[str, str]:
    """Return file -> hash of the summary and of everything in the cube."""
    files = [folder / "summary.csv", *(path for path in (folder / "results.zarr").rglob("*") if path.is_file())]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def run_tiny(out: Path | str, **changes: Any) -> bf.Run:
    return bf.run(TINY, **{"members": MEMBERS, "seed": SEED, "workers": 1, **changes}, out=out)


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir() if path != folder)
