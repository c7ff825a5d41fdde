"""Flee's directories on the command line: which words they take, checking and running them."""

from __future__ import annotations

import sys
from pathlib import Path

from borderflow.cli.options import read_members
from borderflow.cli.tables import print_camp_scores
from borderflow.errors import UsageError

__all__ = ["check_directory", "only_for_directories", "run_directory", "shipped_directory"]


def shipped_directory(source: str) -> str:
    """Return the folder of a shipped scenario in Flee's format, or the source itself."""
    from borderflow.flee import shipped_directories

    known = shipped_directories()
    return str(known[source]) if source in known and not Path(source).exists() else source


def only_for_directories(**given: object) -> None:
    """Refuse options that only Flee directories have."""
    for name, value in given.items():
        if value is not None:
            raise UsageError(f"--{name}: only for Flee directories")


def check_directory(folder: str, settings: str | None, counts: str | None) -> None:
    """Check a Flee directory and say what Flee would misread."""
    from borderflow.flee import load_directory

    checked = load_directory(folder, settings=settings, counts=counts)
    compiled = checked.compiled
    print(
        f"ok: {checked.title}, in Flee's format\n"
        f"    {checked.start:%Y-%m-%d} to {checked.end:%Y-%m-%d}, {checked.tables.days:,} days; "
        f"{len(checked.tables.places)} places, {len(compiled.camps)} camps, {len(checked.tables.roads) // 2} roads"
    )
    if checked.warnings:
        print("    what Flee reads otherwise than one would think; it is read here as Flee does:")
    for line in checked.warnings:
        print(f"      {line}")


def run_directory(
    scenario: str,
    members: str | None,
    seed: int | None,
    settings: str | None,
    counts: str | None,
    member: int | None,
    out: str | None,
    workers: int | None,
    quiet: bool,
) -> None:
    """Run a Flee directory."""
    from borderflow.camp_briefing import write_camp_briefing
    from borderflow.camps import member_csv, run_camps, score_camps
    from borderflow.flee import load_directory
    from borderflow.folders import write_whole

    wanted = read_members(members)
    if isinstance(wanted, range):
        raise UsageError("--members: a part A:B is not for Flee directories, whose runs take seconds")
    folder = shipped_directory(scenario)
    finished = run_camps(
        folder,
        settings=settings,
        counts=counts,
        members=200 if wanted is None else wanted,
        seed=1 if seed is None else seed,
        out=out,
        workers=workers,
    )
    if member is not None:
        read = load_directory(folder, settings=settings, counts=counts)
        write_whole(finished.folder / "out.csv", member_csv(read, finished, member))
    page = write_camp_briefing(finished)
    if not quiet:
        for line in finished.manifest["warnings"]:
            print(f"borderflow: {line}", file=sys.stderr)
        if finished.counted.any():
            print_camp_scores(finished.folder, score_camps(finished))
        seconds = finished.manifest["seconds"]
        print(f"{finished.manifest['members']:,} members in {seconds:.1f} s. Flee's columns: {finished.folder}/out.csv")
        print(f"Briefing: {page}")
