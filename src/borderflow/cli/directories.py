"""Flee's directories on the command line: which words they take, checking and running them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from borderflow.cli.options import read_members
from borderflow.cli.tables import print_camp_scores, write_camp_scores
from borderflow.errors import UsageError

__all__ = [
    "check_directory", "fit_directory", "merge_directories", "only_for_directories", "run_directory",
    "shipped_directory",
]  # fmt: skip


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
    until: str | None,
    settings: str | None,
    counts: str | None,
    member: int | None,
    out: str | None,
    workers: int | None,
    resume: bool,
    quiet: bool,
) -> None:
    """Run a Flee directory."""
    from borderflow.camp_briefing import write_camp_briefing
    from borderflow.camps import member_csv, run_camps, score_camps
    from borderflow.folders import write_whole
    from borderflow.plans import choose_numbers

    numbers, _ = choose_numbers(read_members(members), seed, None)
    if member is not None and member not in numbers:
        raise UsageError(f"--member {member}: the run has members {numbers.start} to {numbers.stop - 1}")
    finished = run_camps(
        shipped_directory(scenario),
        settings=settings,
        counts=counts,
        members=read_members(members),
        seed=seed,
        until=until,
        out=out,
        workers=workers,
        resume=resume,
    )
    if member is not None:
        write_whole(finished.folder / "out.csv", member_csv(finished, member))
    page = write_camp_briefing(finished)
    scores = score_camps(finished) if finished.counted.any() else []
    if scores:
        write_camp_scores(finished.folder / "scores.csv", scores)
    if not quiet:
        for line in finished.manifest["warnings"]:
            print(f"borderflow: {line}", file=sys.stderr)
        if scores:
            print_camp_scores(scores)
        seconds = finished.manifest["seconds"]
        print(f"{finished.manifest['members']:,} members in {seconds:.1f} s. Flee's columns: {finished.folder}/out.csv")
        print(f"Briefing: {page}")


def merge_directories(parts: Sequence[str], out: str, quiet: bool) -> None:
    """Join parts of one run of a Flee directory."""
    from borderflow.camp_briefing import write_camp_briefing
    from borderflow.camps import merge_camps

    joined = merge_camps(parts, out)
    page = write_camp_briefing(joined)
    if not quiet:
        print(f"{len(joined.numbers):,} members. Flee's columns: {joined.folder / 'out.csv'}")
        print(f"Briefing: {page}")


def fit_directory(
    source: str, settings: str | None, counts: str | None, through: str | None, seed: int, out: Path | None, quiet: bool
) -> None:
    """Fit the settings of a Flee directory and score what they say about the days after."""
    from datetime import date

    from borderflow.camp_fits import fit_camps, score_growth, write_fit
    from borderflow.flee import load_directory

    scenario = load_directory(shipped_directory(source), settings=settings, counts=counts)
    try:
        last = None if through is None else date.fromisoformat(through)
    except ValueError:
        raise UsageError(f"--through {through}: a date as 2014-05-31 would be right") from None
    made = fit_camps(scenario, last, seed=seed)
    scores = score_growth(scenario, made) if made.through + 15 < scenario.tables.days else []
    folder = out or Path("fits") / scenario.name
    write_fit(scenario, made, scores, folder)
    if quiet:
        return
    print(f"First {made.through} days: error of the shares of new arrivals {made.before:.3f}, fitted {made.error:.3f}")
    for row in scores:
        print(f"    after them  {row['error']:.3f}  {row['forecast']}")
    for name, value in made.values.items():
        print(f"    {name}: {getattr(scenario.settings, name):g} -> {value:g}")
    print(f"Settings for Flee and for run --settings: {folder / 'simsetting.yml'}")
