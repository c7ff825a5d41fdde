"""The command line: one command per thing a person wants, errors in one line, exit code 2.

Heavy parts are imported inside the commands that need them, so that ``borderflow --help`` answers at once.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, CycloptsError, Parameter

from borderflow import __version__
from borderflow.errors import BorderflowError, ScenarioError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from borderflow.calibration import Fit
    from borderflow.results import Run
    from borderflow.skill import Scores

__all__ = ["app", "main"]

app = App(
    name="borderflow",
    version=__version__,
    help="Simulate sudden flight across borders, hour by hour: queues, controls, policies, honest uncertainty.",
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)


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
    guesses: Annotated[bool, Parameter(negative=())] = False,
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

    if is_directory(_shipped_directory(scenario)):
        _check_directory(_shipped_directory(scenario), settings, counts)
        return
    _only_for_directories(settings=settings, counts=counts)
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
    out: Path | None = None,
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


@app.command
def run(
    scenario: str,
    /,
    *,
    members: str | None = None,
    seed: int | None = None,
    until: str | None = None,
    set_: Annotated[list[str] | None, Parameter(name="--set", negative=())] = None,
    without: Annotated[list[str] | None, Parameter(negative=())] = None,
    out: str | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    slurm: int | None = None,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    snapshot: Annotated[list[str] | None, Parameter(negative=())] = None,
    resume: Annotated[bool, Parameter(negative=())] = False,
    settings: str | None = None,
    counts: str | None = None,
    member: int | None = None,
    quiet: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Simulate an ensemble; writes summary.csv, results.zarr, manifest.json and briefing.html.

    Parameters
    ----------
    scenario
        A shipped name or a scenario folder.
    members
        Number of stochastic runs, 200 where not given; or a part A:B of them (B exclusive), for merge.
    seed
        The same seed gives the same bytes for any number of workers; 1 where not given.
    until
        Another end (a date, exclusive).
    set_
        Another parameter value, as name=value; may be repeated.
    without
        Leave out the event with this id; may be repeated.
    out
        Run folder, or an address such as s3://bucket/run; runs/SCENARIO where not given.
    workers
        Threads; the number of processors where not given.
    cluster
        Address of a Dask scheduler whose workers do the work, for example tcp://10.0.0.5:8786.
    slurm
        Submit this many Slurm jobs of Dask workers, as configured in ~/.config/dask/jobqueue.yaml.
    from_
        RUN@TIME: go on from the members of a finished run as they were then, for example
        runs/russia-2022@2022-09-27T00:00; the scenario must be the same up to that hour.
    snapshot
        Keep the members at this hour (UTC) for later branches; may be repeated.
    resume
        Go on with an interrupted run.
    quiet
        No progress bar and no closing table.
    settings
        Settings file of a Flee directory, where it is not its simsetting.yml.
    counts
        Folder of counts of a Flee directory, where it is not its source_data.
    member
        Write out.csv of a Flee directory for this member instead of the mean.
    """
    from borderflow.flee import is_directory

    if is_directory(_shipped_directory(scenario)):
        given = {
            "until": until, "set": set_, "without": without, "cluster": cluster, "slurm": slurm, "from": from_,
            "snapshot": snapshot, "resume": resume,
        }  # fmt: skip
        for name, value in given.items():
            if value:
                raise UsageError(f"--{name}: not for Flee directories; change the tables or the settings file")
        _run_directory(scenario, members, seed, settings, counts, member, out, workers, quiet)
        return
    _only_for_directories(settings=settings, counts=counts, member=member)
    from borderflow.briefing import write_briefing
    from borderflow.clusters import open_pool
    from borderflow.ensemble import run as run_ensemble

    with open_pool(cluster=cluster, slurm=slurm) as pool:
        finished = run_ensemble(
            scenario,
            members=_members(members),
            seed=seed,
            until=until,
            parameters=_settings(set_ or []),
            without=without or [],
            out=out,
            workers=workers,
            pool=pool,
            base=from_,
            snapshots=snapshot or [],
            resume=resume,
            progress=not quiet,
        )
    page = write_briefing(finished)
    if not quiet:
        _print_table(finished)
        seconds = finished.manifest["seconds"]
        print(f"{finished.members:,} members in {seconds:.1f} s. Figures: {finished.folder / 'summary.csv'}")
        print(f"Briefing: {page}")


@app.command
def compare(
    first: str,
    second: str | None = None,
    /,
    *,
    without: Annotated[list[str] | None, Parameter(negative=())] = None,
    set_: Annotated[list[str] | None, Parameter(name="--set", negative=())] = None,
    close: Annotated[list[str] | None, Parameter(negative=())] = None,
    open_: Annotated[list[str] | None, Parameter(name="--open", negative=())] = None,
    lanes: Annotated[list[str] | None, Parameter(negative=())] = None,
    move: Annotated[list[str] | None, Parameter(negative=())] = None,
    fit: Path | None = None,
    members: int = 100,
    seed: int = 1,
    until: str | None = None,
    out: Path | None = None,
    workers: int | None = None,
    quiet: Annotated[bool, Parameter(negative=())] = False,
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
        Number of pairs.
    seed
        Seed of both scenarios.
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
    from borderflow.scenario import load

    changes = {"without": without or [], "close": close or [], "open_": open_ or [], "lanes": lanes or [],
               "move": move or []}  # fmt: skip
    settings = _settings(set_ or [])
    changed = any(changes.values()) or bool(settings)
    if changed == (second is not None):
        raise UsageError("compare: name a change (--without, --set, --close, --open, --lanes, --move) or a second run")
    reference = load(first) if changed else first
    other = apply_changes(load(first), **changes, parameters=settings) if changed else str(second)
    with show_progress(not quiet, 2 * members) as advance:
        found = compare_scenarios(
            reference, other, fit, members=members, seed=seed, until=until, workers=workers, advance=advance
        )
    print(found)
    for path in found.write(out) if out is not None else ():
        print(path)


@app.command
def sensitivity(
    scenario: str,
    /,
    *,
    of: Annotated[list[str] | None, Parameter(negative=())] = None,
    events: Annotated[bool, Parameter(negative=())] = False,
    parameters: Annotated[bool, Parameter(negative=())] = False,
    sobol: int | None = None,
    among: Annotated[list[str] | None, Parameter(negative=())] = None,
    members: int = 10,
    seed: int = 1,
    until: str | None = None,
    out: Path | None = None,
    workers: int | None = None,
    quiet: Annotated[bool, Parameter(negative=())] = False,
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
    figures = of or ["person_hours_waiting"]
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


@app.command
def export(
    run: Path,
    /,
    *,
    format: str,
    out: Path | None = None,
    min_cell: int = 10,
    sensitivity: str = "moderate",
    reference_date: str | None = None,
    model_id: str = "borderflow",
) -> None:
    """Write the figures of a run in a format that others read; small cells are left out.

    Parameters
    ----------
    run
        The folder of a run or forecast.
    format
        csv, hxl, hub, parquet, netcdf, geojson or hdx.
    out
        File, or folder for hdx; beside the other files of the run where not given.
    min_cell
        Counts of people above 0 and below this are left out; 0 for use inside a house only.
    sensitivity
        low, moderate, high or severe: the label in the metadata.
    reference_date
        For hub: the last day known when the forecast was made.
    model_id
        For hub.
    """
    from borderflow.exports import export as export_run

    print(
        export_run(
            run,
            format,  # type: ignore[arg-type]
            out,
            min_cell=min_cell,
            sensitivity=sensitivity,
            reference_date=reference_date,
            model_id=model_id,
        )
    )


@app.command
def brief(run: Path, *, out: Path | None = None) -> None:
    """Write the briefing of a finished run again.

    Parameters
    ----------
    run
        The run folder.
    out
        The HTML file; briefing.html in the run folder where not given.
    """
    from borderflow.briefing import write_briefing
    from borderflow.camps import CampRun
    from borderflow.results import open_run

    if CampRun.is_run(run):
        from borderflow.camp_briefing import write_camp_briefing

        print(write_camp_briefing(CampRun.open(run), out))
        return
    print(write_briefing(open_run(run), out))


@app.command
def merge(*parts: str, out: str, quiet: Annotated[bool, Parameter(negative=())] = False) -> None:
    """Join parts of one run, made by run --members A:B, into the run that one computer would have written.

    Parameters
    ----------
    parts
        Run folders or addresses, in any order.
    out
        Run folder of the whole, or an address.
    quiet
        Do not say where it is.
    """
    from borderflow.briefing import write_briefing
    from borderflow.ensemble import merge as merge_parts

    whole = merge_parts(parts, out)
    page = write_briefing(whole)
    if not quiet:
        print(f"{whole.members:,} members. Figures: {whole.folder / 'summary.csv'}")
        print(f"Briefing: {page}")


def _shipped_directory(source: str) -> str:
    """Return the folder of a shipped scenario in Flee's format, or the source itself."""
    from borderflow.flee import shipped_directories

    known = shipped_directories()
    return str(known[source]) if source in known and not Path(source).exists() else source


def _only_for_directories(**given: object) -> None:
    for name, value in given.items():
        if value is not None:
            raise UsageError(f"--{name}: only for Flee directories")


def _check_directory(folder: str, settings: str | None, counts: str | None) -> None:
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


def _run_directory(
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

    wanted = _members(members)
    if isinstance(wanted, range):
        raise UsageError("--members: a part A:B is not for Flee directories, whose runs take seconds")
    folder = _shipped_directory(scenario)
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
            _print_camp_scores(finished.folder, score_camps(finished))
        seconds = finished.manifest["seconds"]
        print(f"{finished.manifest['members']:,} members in {seconds:.1f} s. Flee's columns: {finished.folder}/out.csv")
        print(f"Briefing: {page}")


def _print_camp_scores(folder: Path, rows: list[dict[str, Any]]) -> None:
    """Print scores of camp counts and write them beside the run."""
    import csv
    import io

    from rich import box
    from rich.console import Console
    from rich.table import Table

    from borderflow.folders import write_whole

    table = Table(
        title="Averaged relative difference to the counts, 0 is best", title_justify="left", box=box.SIMPLE_HEAD
    )
    table.add_column("", no_wrap=True)
    for name in ("raw", "rescaled", "5 to 95 %\nof members", "from\nday 30"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        spread = f"{row['q05']:.3f} to {row['q95']:.3f}" if row["q05"] == row["q05"] else ""
        table.add_row(row["model"], f"{row['ard']:.3f}", f"{row['ard_rescaled']:.3f}", spread, f"{row['later']:.3f}")
    Console().print(table)
    print("Every row knows each day's total; what is forecast is how people share themselves among camps.")
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(folder / "scores.csv", text.getvalue())


evidence_app = App(
    name="evidence", help="Read articles, review a ledger, propose changes of a scenario.", help_format="plaintext"
)
app.command(evidence_app)


@evidence_app.command(name="read")
def read_evidence(article: Path, *, published: str | None = None, out: Path | None = None) -> None:
    """Read an article (text, HTML or PDF; English or Russian): claims and events with the words they rest on.

    Parameters
    ----------
    article
        The file. Nothing is fetched from anywhere.
    published
        Day of publication, for "on Tuesday" and "last week"; needed where the page does not say it.
    out
        Write the findings as a ledger, with columns for span, quote, speaker and place candidates.
    """
    from borderflow.articles import as_claims, read_article
    from borderflow.articles import read_evidence as find_claims
    from borderflow.ledger import write_ledger
    from borderflow.review_page import print_findings

    text = read_article(article)
    day = _day(published) or text.published
    findings = find_claims(text, published=day)
    print_findings(findings, _console())
    if out is not None and day is not None:
        write_ledger(as_claims(findings, publisher=text.name, published=day), out)
        print(f"{len(findings)} findings: {out}")


@evidence_app.command(name="check")
def check_evidence(ledger: Path, *, html: Path | None = None) -> None:
    """Review a ledger: contradictions, denials, repetitions, what is superseded, unusable or missing for a fit.

    Parameters
    ----------
    ledger
        A ledger file, a scenario folder, or a shipped scenario.
    html
        Write the review as a page, too.
    """
    from borderflow.ledger import read_ledger
    from borderflow.review import review_ledger
    from borderflow.review_page import print_review, write_review
    from borderflow.scenario import load, shipped

    source = shipped().get(str(ledger), ledger) if not ledger.exists() else ledger
    scenario = load(source) if (source / "scenario.yaml").is_file() else None
    claims = read_ledger(source)
    review = review_ledger(claims, scenario)
    print_review(review, claims, _console())
    if html is not None:
        print(f"Review: {write_review(review, claims, html)}")


@evidence_app.command(name="propose")
def propose_evidence(
    article: Path,
    scenario: str,
    /,
    *,
    published: str | None = None,
    publisher: str | None = None,
    url: str = "",
    accept: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
) -> None:
    """Show what an article would change in a scenario, as a diff; --accept applies it.

    Parameters
    ----------
    article
        The file to read.
    scenario
        A scenario folder or a shipped name.
    published
        Day of publication; needed where the page does not say it.
    publisher
        Who published it, for the ledger; the name of the file where not given.
    url
        Address of the article, for the ledger.
    accept
        Write the changes into the scenario (into a copy, with --out).
    out
        A new folder for the changed scenario; needed for shipped scenarios.
    """
    from borderflow.articles import read_article
    from borderflow.articles import read_evidence as find_claims
    from borderflow.naming import Names
    from borderflow.proposals import propose
    from borderflow.scenario import load, shipped

    loaded = load(scenario)
    if accept and out is None and loaded.folder in shipped().values():
        raise UsageError(f"{scenario!r} is shipped; name a folder for the changed copy: --accept --out my-scenario")
    text = read_article(article)
    day = _day(published) or text.published
    findings = find_claims(text, published=day, names=Names([loaded]), announced=loaded.announcement)
    if day is None:
        return
    proposal = propose(findings, loaded, publisher=publisher or text.name, url=url, published=day)
    print(proposal.diff() or "no change", end="" if proposal.changes else "\n")
    for note in proposal.notes:
        print(f"note: {note}", file=sys.stderr)
    if accept:
        print(f"accepted: {proposal.accept(out)}", file=sys.stderr)


def _day(text: str | None) -> date | None:
    """Read a day given as --published."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--published {text!r}: write a day as 2022-09-29") from None


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _members(text: str | None) -> int | range | None:
    """Read a number of members, or a part of them as A:B."""
    if text is None:
        return None
    first, colon, last = text.replace(",", "").replace("_", "").partition(":")
    try:
        return range(int(first), int(last)) if colon else int(first)
    except ValueError:
        raise UsageError(f"--members {text}: write a number, or A:B for the members from A to before B") from None


@app.command
def serve(
    scenario_or_run: str | None = None,
    /,
    *,
    port: int = 8000,
    host: str = "127.0.0.1",
    token: str | None = None,
    members: int = 100,
    workers: int | None = None,
) -> None:
    """Open the page: map, charts, "what if", evidence; with the interface for programs at /docs.

    Parameters
    ----------
    scenario_or_run
        A shipped name, a scenario folder or a run folder; russia-2022 where not given.
    port
        Where to listen; 0 takes a free port.
    host
        Address to listen on; one that others can reach needs --token.
    token
        What others must know to be answered.
    members
        Stochastic runs of the reference and of every question.
    workers
        Threads; the number of processors where not given.
    """
    from borderflow.server import serve as serve_page

    serve_page(scenario_or_run, host=host, port=port, token=token, members=members, workers=workers)


@app.command
def fit(
    scenario: str,
    /,
    *,
    observations: Path | None = None,
    through: str | None = None,
    members: int = 300,
    steps: int = 6,
    model_error: float = 1.0,
    seed: int = 1,
    out: Path | None = None,
    workers: int | None = None,
    resume: Annotated[bool, Parameter(negative=())] = False,
    quiet: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Fit a scenario to its reports; writes posterior.csv, parameters.csv, observations.csv, fit.json and pictures.

    Parameters
    ----------
    scenario
        A shipped name or a scenario folder.
    observations
        A ledger (CSV); that of the scenario where not given.
    through
        Use only what was known by this date.
    members
        Size of the ensemble.
    steps
        Rounds of the smoother; each simulates every member once.
    model_error
        Factor on the model's own error; right where the misfit of the fit is about 1.
    seed
        The same seed gives the same bytes.
    out
        Folder of the fit; fits/SCENARIO where not given.
    workers
        Threads; the number of processors where not given.
    resume
        Go on with an interrupted fit.
    quiet
        No progress bar and no closing table.
    """
    from borderflow.calibration import calibrate
    from borderflow.pictures import draw_fit

    finished = calibrate(
        scenario,
        observations,
        through=through,
        members=members,
        steps=steps,
        model_error=model_error,
        seed=seed,
        out=out,
        workers=workers,
        resume=resume,
        progress=not quiet,
    )
    try:
        pictures = draw_fit(finished)
    except UsageError as error:
        pictures = []
        print(f"borderflow: no pictures: {error}", file=sys.stderr)
    if not quiet:
        _print_fit(finished, len(pictures))


@app.command
def forecast(
    scenario: str,
    /,
    *,
    fit: Path | None = None,
    through: str | None = None,
    members: int = 400,
    seed: int = 1,
    out: Path | None = None,
    workers: int | None = None,
    resume: Annotated[bool, Parameter(negative=())] = False,
    quiet: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Forecast with a fit, stochastic members and breaks that nobody knows of yet; writes a run folder.

    Parameters
    ----------
    scenario
        A shipped name or a scenario folder.
    fit
        Folder of a fit; the one shipped with the scenario where not given.
    through
        Last day of the forecast; the end of the scenario where not given.
    members
        Number of stochastic runs, one posterior draw each.
    seed
        The same seed gives the same bytes.
    out
        Run folder; runs/SCENARIO-forecast where not given.
    workers
        Threads; the number of processors where not given.
    resume
        Go on with an interrupted forecast.
    quiet
        No progress bar and no closing table.
    """
    from borderflow.briefing import write_briefing
    from borderflow.forecasting import forecast as run_forecast

    finished = run_forecast(
        scenario,
        fit,
        through=through,
        members=members,
        seed=seed,
        out=out,
        workers=workers,
        resume=resume,
        progress=not quiet,
    )
    page = write_briefing(finished)
    if not quiet:
        _print_outlook(finished)
        print(f"Figures: {finished.folder / 'summary.csv'}")
        print(f"Briefing: {page}")


@app.command
def score(
    run: Path,
    /,
    *,
    observations: Path | None = None,
    after: str | None = None,
    scenario: str | None = None,
    out: Path | None = None,
    quiet: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Score a run or a forecast against reports, beside simple baselines; writes scores.csv.

    A run of a Flee directory is scored by the averaged relative difference to the directory's own data.

    Parameters
    ----------
    run
        A run folder, or a frozen forecast (a CSV with the columns of summary.csv).
    observations
        Reports, a CSV in the form of the ledger; needed but for runs of a Flee directory.
    after
        Score reports about days after this date; the day by which a forecast's figures were known where not given.
    scenario
        For a frozen forecast: the scenario that it belongs to.
    out
        File of the scores; scores.csv in the run folder, or beside the frozen forecast, where not given.
    quiet
        No table.
    """
    from borderflow.camps import CampRun, score_camps

    if CampRun.is_run(run):
        _print_camp_scores(run, score_camps(CampRun.open(run)))
        return
    if observations is None:
        raise UsageError(f"{run}: name the reports to score it against with --observations")
    from borderflow.skill import score as score_forecast

    scores = score_forecast(run, observations, after=after, scenario=scenario)
    target = out or (run / "scores.csv" if run.is_dir() else run.with_name("scores.csv"))
    try:
        scores.table.to_csv(target, index=False, float_format="%.6g", lineterminator="\n")
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror or error}") from None
    if not quiet:
        _print_scores(scores)
        print(f"Scores: {target}")


def _print_fit(finished: Fit, pictures: int) -> None:
    """Print what was learned, what was not, and where data and model disagree."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = finished.parameters
    table = table[table["kind"] != "noise"]
    learned = table[table["verdict"] == "learned"].sort_values("ratio")
    shown = Table(
        title=f"{finished.manifest['title']}\nlearned from {finished.manifest['used']} figures "
        f"known by {finished.through}",
        title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0),
    )  # fmt: skip
    for name in ("unknown", "unit"):
        shown.add_column(name, no_wrap=True)
    for name in ("prior", "5 %", "median", "95 %", "spread\nleft"):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in learned.to_dict("records"):
        figures = [f"{float(row[key]):.3g}" for key in ("prior_q50", "q05", "q50", "q95")]
        shown.add_row(row["name"], row["unit"], *figures, f"{float(row['ratio']):.0%}")
    console.print(shown)
    console.print(f"{len(table) - len(learned)} of {len(table)} unknowns are prior only: the figures do not tell.")
    for warning in finished.manifest["warnings"]:
        console.print(f"Data and model disagree: {warning}", highlight=False)
    console.print(f"Fit: {finished.folder}" + (f", {pictures} pictures" if pictures else ""), highlight=False)


def _print_outlook(run: Run) -> None:
    """Print medians and 90 % intervals of the last day per country."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from borderflow.forecasting import known_by

    frame = run.summary
    last = frame.loc[frame["quantity"] == "arrivals_daily", "end"].max()
    table = Table(
        title=f"{run.scenario.title}\nknown by {known_by(run)}; median and 90 % interval",
        title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0),
    )  # fmt: skip
    table.add_column("into", no_wrap=True)
    table.add_column(f"entries on {last}", justify="right")
    table.add_column(f"entries since {run.scenario.announcement}", justify="right")
    rows = frame[(frame["place"] == "") & (frame["end"] == last)]
    for country in run.scenario.countries:
        cells = []
        for quantity in ("arrivals_daily", "arrivals_cumulative"):
            found = rows[(rows["quantity"] == quantity) & (rows["country"] == country.id)].to_dict("records")
            one = found[0] if found else None
            cells.append("–" if one is None else f"{one['q50']:,.0f} ({one['q05']:,.0f} to {one['q95']:,.0f})")
        table.add_row(country.name, *cells)
    Console().print(table)


def _print_scores(scores: Scores) -> None:
    """Print each report with the interval and the baselines, then the skill."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from borderflow.baselines import BASELINES
    from borderflow.skill import PRIOR_ONLY

    console = Console()
    others = [name for name in (*BASELINES, PRIOR_ONLY) if f"{name} q50" in scores.table]
    short = {"persistence": "last\nreport", "event-aware fade": "fade,\nbans", PRIOR_ONLY: "prior\nonly"}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("what", "day", "report"):
        table.add_column(name, justify="right" if name == "report" else "left")
    table.add_column("forecast, 90 %", justify="right")
    for name in others:
        table.add_column(short.get(name, name), justify="right")
    sign = {"lower": "over ", "upper": "up to "}
    for row in scores.table.to_dict("records"):
        day = row["end"] if row["start"] == row["end"] else f"{row['start'][5:]} – {row['end'][5:]}"
        interval = f"{row['q50']:,.0f} ({row['q05']:,.0f} to {row['q95']:,.0f})"
        medians = [row.get(f"{name} q50") for name in others]
        table.add_row(
            row["label"], day, f"{sign.get(row['bound'], '')}{row['observed']:,.0f}", interval,
            *("–" if value is None or value != value else f"{value:,.0f}" for value in medians),
        )  # fmt: skip
    console.print(table)
    for name, value in scores.overall().items():
        console.print(f"{name:<28} {value:,.3f}", highlight=False)
    console.print(
        "Scores: lower is better. _log: on log(1 + x). relative NAME: geometric mean of the ratio of WIS on the log "
        "scale, below 1 where the forecast is better than NAME."
    )
    if scores.unused:
        console.print(f"{len(scores.unused)} reports could not be scored.")


def _settings(pairs: list[str]) -> dict[str, float]:
    """Read ``name=value`` pairs."""
    values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        try:
            values[name.strip()] = float(text)
        except ValueError:
            equals = ""
        if not equals or not name.strip():
            raise UsageError(f"--set {pair!r}: write name=value with a number, for example --set patience=36")
    return values


def _print_table(run: Run) -> None:
    """Print the closing table: per country arrivals, excess, line, wait, turned back; then the longest lines."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from borderflow.results import headline

    rows = headline(run)
    console = Console()
    if not rows:
        console.print("The run ends before the announcement: no cumulative figures.")
        return
    since = f"{run.scenario.announcement:%Y-%m-%d}"
    table = Table(
        title=f"{run.scenario.title}\nfrom {since} to {rows[0]['until']}, mean of {run.manifest['members']} members",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("into", no_wrap=True)
    for name in (
        "arrivals",
        "+/-\n90 %",
        "above\nusual",
        "line,\ncars",
        "wait,\nhours",
        "turned\nback",
        "refused\nentry",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        queue, wait, arrivals = row["peak_queue"], row["longest_wait"], row["arrivals"]
        table.add_row(
            row["name"],
            f"{arrivals['mean']:,.0f}",
            f"{(arrivals['q95'] - arrivals['q05']) / 2:,.0f}",
            f"{row['excess']:,.0f}",
            "–" if queue is None else f"{queue['mean']:,.0f}",
            "–" if wait is None else f"{wait['mean']:,.0f}",
            f"{row['turned_back']:,.0f}",
            f"{row['entry_refused']:,.0f}",
        )
    console.print(table)
    peaks = run.summary[run.summary["quantity"] == "queue_cars"].sort_values("mean", ascending=False)
    longest = peaks.drop_duplicates("place").head(4).to_dict("records")
    lines = [f"{row['place']} {row['mean']:,.0f} ({row['end']})" for row in longest if row["mean"] >= 1]
    if lines:
        console.print(f"Longest lines of cars, daily peak: {'; '.join(lines)}.")
    console.print(
        "Arrivals are persons, gross, ordinary travellers included. Line and wait: highest daily peak of cars, longest "
        "daily mean of those who passed. The spread is chance alone; parameters are held fixed."
    )


def main() -> None:
    """Run the command line; a traceback is a bug, everything else is one line on standard error."""
    try:
        app(sys.argv[1:], result_action="return_value", exit_on_error=False, print_error=False)
    except CycloptsError as error:
        print(f"borderflow: {' '.join(str(error).split())} (see borderflow --help)", file=sys.stderr)
        sys.exit(2)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except BorderflowError as error:
        print(f"borderflow: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except KeyboardInterrupt:
        print("borderflow: cancelled; an interrupted run goes on with --resume", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
