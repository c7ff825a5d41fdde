"""Commands about scenarios: what is shipped, what is wrong with one, a new one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from borderflow.cli.directories import check_directory, only_for_directories, shipped_directory
from borderflow.cli.options import Flag, Out
from borderflow.cli.program import app
from borderflow.errors import UsageError

__all__ = ["check", "new", "scenarios"]


@app.command
def scenarios() -> None:
    """List the scenarios that are shipped."""
    from borderflow.flee import load_directory, shipped_directories
    from borderflow.scenario import load, shipped

    for name in shipped():
        scenario = load(name)
        print(f"{name:<16} {scenario.title} ({scenario.start:%Y-%m-%d} to {scenario.end:%Y-%m-%d})")
    for name, folder in shipped_directories().items():
        tables = load_directory(folder)
        print(f"{name:<16} in Flee's format ({tables.start:%Y-%m-%d} to {tables.end:%Y-%m-%d})")


@app.command
def check(
    scenario: str,
    *,
    guesses: Flag = False,
    settings: str | None = None,
    counts: str | None = None,
) -> None:
    """Check a scenario: "ok", or one line per problem with file, line, field and remedy (exit code 2).

    Also says how much of it is still a guess, by the words of its own sources.

    Parameters
    ----------
    scenario
        A shipped name or a scenario folder.
    guesses
        List every guess.
    settings
        Settings file of a Flee directory, where it is not its simsetting.yml.
    counts
        Folder of counts of a Flee directory, where it is not its source_data.
    """
    from borderflow.flee import is_directory

    if is_directory(shipped_directory(scenario)):
        check_directory(shipped_directory(scenario), settings, counts)
        return
    only_for_directories(settings=settings, counts=counts)
    from borderflow.guesses import REMEDIES, list_guesses
    from borderflow.network import compile_network
    from borderflow.rules import compile_rules
    from borderflow.scenario import load

    checked = load(scenario)
    network = compile_network(checked)
    compile_rules(network)
    crossings = {lane.post for lane in network.lanes if lane.kind == "land"}
    routes = {lane.post for lane in network.lanes if lane.kind == "air"}
    off = [event.id for event in checked.events if not event.enabled]
    print(
        f"ok: {checked.title}\n"
        f"    {checked.start:%Y-%m-%d} to {checked.end:%Y-%m-%d}, {checked.hours:,} hours; "
        f"{len(network.origins)} origins with {network.everyone:,} people, {len(crossings)} crossings, "
        f"{len(routes)} air routes, {len(checked.events)} events{' (off: ' + ', '.join(off) + ')' if off else ''}"
    )
    found = {file: (total, open_) for file, (total, open_) in list_guesses(checked).items() if open_}
    if found:
        print("    still guesses, by their own sources; what would be better:")
    for file, (total, open_) in found.items():
        print(f"      {file:<14} {len(open_):>4} of {total:<4} {REMEDIES[file]}")
        for one in open_ if guesses else ():
            print(f"        {one.name}: {one.source}")


@app.command
def new(
    name: str,
    /,
    *,
    from_: Annotated[str, Parameter(name="--from")],
    to: Annotated[list[str], Parameter(negative=())],
    announcement: str,
    crossings: Path | None = None,
    days: int = 30,
    population: int | None = None,
    residents: int | None = None,
    out: Out = None,
) -> None:
    """Draft a scenario that runs at once, from the gazetteer and a table of crossings.

    Parameters
    ----------
    name
        Of the scenario and its folder.
    from_
        Country that people leave, two letters after ISO 3166-1.
    to
        Country that they enter; may be repeated, the first is the reference.
    announcement
        Day of the shock.
    crossings
        CSV with name,country,lat,lon and, where known, cars_per_day, buses_per_day, walkers_per_day,
        ordinary_persons_per_day, opens, closes, source. Asked for one by one where not given.
    days
        How long to go on after the announcement.
    population
        Towns of at least so many residents are origins; the 60 largest where not given.
    residents
        Of the whole country, spread over the origins by size; the towns alone where not given.
    out
        Folder to write; NAME where not given.
    """
    from borderflow.crossings import ask_crossings, read_crossings
    from borderflow.drafting import draft_scenario

    if crossings is not None:
        rows = read_crossings(crossings)
    elif sys.stdin.isatty():
        rows = ask_crossings([one.strip().upper() for one in to])
    else:
        raise UsageError("new: name a table of crossings with --crossings, or run it in a terminal to be asked")
    folder = draft_scenario(
        name,
        origin=from_,
        destinations=to,
        crossings=rows,
        announcement=announcement,
        days=days,
        population=population,
        residents=residents,
        out=out,
    )
    print(f"{folder}: a draft that runs. What is still a guess: borderflow check {folder}")
