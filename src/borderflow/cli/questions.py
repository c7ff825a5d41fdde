"""Commands that ask what if: paired comparisons and sensitivity."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from borderflow.cli.options import Changes, Flag, Out, Words, read_settings
from borderflow.cli.program import app
from borderflow.errors import UsageError

__all__ = ["compare", "sensitivity"]


@app.command
def compare(
    first: str,
    second: str | None = None,
    /,
    *,
    without: Words = None,
    set_: Changes = None,
    close: Words = None,
    open_: Annotated[list[str] | None, Parameter(name="--open", negative=())] = None,
    lanes: Words = None,
    move: Words = None,
    fit: Path | None = None,
    members: int | None = None,
    seed: int | None = None,
    until: str | None = None,
    out: Out = None,
    workers: int | None = None,
    quiet: Flag = False,
) -> None:
    """What a change does: paired members of a scenario with and without it, or of two finished runs.

    Parameters
    ----------
    first
        A shipped name, a scenario folder or a run folder: the reference.
    second
        What to compare it with, where no option below says it.
    without
        Leave out the event with this id; may be repeated, as all options down to --move.
    set_
        Another parameter value, as name=value.
    close
        Close a crossing, as CROSSING, CROSSING=START or CROSSING=START/END.
    open_
        Open a crossing, written likewise.
    lanes
        Multiply the capacity out of the country, as CROSSING=2 or CROSSING/car=2.
    move
        Move an event, as EVENT=DAYS; negative: earlier.
    fit
        Folder of a fit: members take draws of its posterior, with breaks, as in a forecast.
    members
        Number of pairs, 100 where not given; of a run all its own.
    seed
        Seed of both scenarios, 1 where not given; that of a run is its own.
    until
        Another end (a date, exclusive).
    out
        Folder for effects.csv and differences.csv.
    workers
        Threads; the number of processors where not given.
    quiet
        No progress bar.
    """
    from borderflow.changes import apply_changes
    from borderflow.comparison import compare as compare_scenarios
    from borderflow.ensemble import show_progress
    from borderflow.results import open_run
    from borderflow.scenario import Scenario, load

    changes = {"without": without or [], "close": close or [], "open_": open_ or [], "lanes": lanes or [],
               "move": move or []}  # fmt: skip
    settings = read_settings(set_ or [])
    changed = any(changes.values()) or bool(settings)
    if changed == (second is not None):
        raise UsageError("compare: name a change (--without, --set, --close, --open, --lanes, --move) or a second run")
    run = open_run(first) if (Path(first) / "manifest.json").is_file() else None
    if run is not None and (members, seed, until, fit) != (None, None, None, None):
        raise UsageError(f"--members, --seed, --until, --fit: for scenarios; {first} is a finished run")
    reference = load(first) if run is None and changed else run or first
    base = reference if isinstance(reference, Scenario) else None if run is None else run.scenario
    other = str(second) if base is None or not changed else apply_changes(base, **changes, parameters=settings)
    pairs = members if members is not None else 100 if run is None else run.members
    with show_progress(not quiet, 2 * pairs) as advance:
        found = compare_scenarios(
            reference, other, fit, members=pairs, seed=1 if seed is None else seed, until=until, workers=workers,
            advance=advance,
        )  # fmt: skip
    print(found)
    for path in found.write(out) if out is not None else ():
        print(path)


@app.command
def sensitivity(
    scenario: str,
    /,
    *,
    of: Words = None,
    events: Flag = False,
    parameters: Flag = False,
    sobol: int | None = None,
    among: Words = None,
    members: int = 10,
    seed: int = 1,
    until: str | None = None,
    out: Out = None,
    workers: int | None = None,
    quiet: Flag = False,
) -> None:
    """Which events and parameters matter: tornado charts and Sobol indices.

    Parameters
    ----------
    scenario
        A shipped name or a scenario folder.
    of
        Figure, as QUANTITY[/MODE][@PLACE or COUNTRY]; person_hours_waiting where not given; may be repeated.
    events
        Leave out one event at a time.
    parameters
        Move one parameter at a time to the ends of its prior.
    sobol
        Samples (a power of two) for Sobol indices of the parameters in --among; needs the extra "sensitivity".
    among
        Events or parameters to look at; all where not given (not for --sobol).
    members
        Members of every comparison; 2 are enough for --sobol.
    seed
        Seed.
    until
        Another end (a date, exclusive).
    out
        Folder for the pictures; needs the extra "plots".
    workers
        Threads; the number of processors where not given.
    quiet
        No progress bar.
    """
    from borderflow import sensitivity as studies
    from borderflow.ensemble import show_progress

    if events + parameters + (sobol is not None) != 1:
        raise UsageError("sensitivity: name one of --events, --parameters and --sobol SAMPLES")
    if sobol is not None and out is not None:
        raise UsageError("--out: for the pictures of --events and --parameters; --sobol has none")
    figures = of or ["person_hours_waiting"]
    for figure in figures:  # before anything is simulated
        studies.read_figure(figure)
    with show_progress(
        not quiet, studies.count_members(scenario, events, parameters, sobol, among, members)
    ) as advance:
        common: dict[str, Any] = {"members": members, "seed": seed, "until": until, "workers": workers}
        common["advance"] = advance
        if sobol is not None:
            for figure in figures:
                print(studies.sobol_indices(scenario, among or [], figure, samples=sobol, **common))
            return
        study = (studies.study_events if events else studies.study_parameters)(scenario, among, **common)
    for figure in figures:
        tornado = study.tornado(figure)
        print(f"{tornado}\n")
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            name = "".join(letter if letter.isalnum() else "-" for letter in figure.lower())
            tornado.plot(out / f"tornado-{name}.png")
