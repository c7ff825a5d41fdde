"""Commands that make a run and show it: run, merge, brief, export, serve."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from borderflow.cli.directories import merge_directories, only_for_directories, run_directory, shipped_directory
from borderflow.cli.options import Changes, Flag, Out, Words, read_members, read_settings
from borderflow.cli.program import app
from borderflow.cli.tables import print_table
from borderflow.errors import UsageError

__all__ = ["brief", "export", "merge", "run", "serve"]


@app.command
def run(
    scenario: str,
    /,
    *,
    members: str | None = None,
    seed: int | None = None,
    until: str | None = None,
    set_: Changes = None,
    without: Words = None,
    out: str | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    slurm: int | None = None,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    snapshot: Words = None,
    resume: Flag = False,
    settings: str | None = None,
    counts: str | None = None,
    member: int | None = None,
    quiet: Flag = False,
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

    if is_directory(shipped_directory(scenario)):
        given = {
            "set": set_, "without": without, "cluster": cluster, "slurm": slurm, "from": from_, "snapshot": snapshot,
        }  # fmt: skip
        for name, value in given.items():
            if value:
                raise UsageError(f"--{name}: not for Flee directories; change the tables or the settings file")
        run_directory(scenario, members, seed, until, settings, counts, member, out, workers, resume, quiet)
        return
    only_for_directories(settings=settings, counts=counts, member=member)
    from borderflow.briefing import write_briefing
    from borderflow.clusters import open_pool
    from borderflow.ensemble import run as run_ensemble

    if workers is not None and (cluster is not None or slurm is not None):
        raise UsageError("--workers: threads of this computer; --cluster and --slurm bring workers of their own")
    with open_pool(cluster=cluster, slurm=slurm) as pool:
        finished = run_ensemble(
            scenario,
            members=read_members(members),
            seed=seed,
            until=until,
            parameters=read_settings(set_ or []),
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
        print_table(finished)
        seconds = finished.manifest["seconds"]
        print(f"{finished.members:,} members in {seconds:.1f} s. Figures: {finished.folder / 'summary.csv'}")
        print(f"Briefing: {page}")


@app.command
def merge(*parts: str, out: str, quiet: Flag = False) -> None:
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
    from borderflow.camps import CampRun
    from borderflow.ensemble import merge as merge_parts

    if parts and CampRun.is_run(parts[0]):
        merge_directories(parts, out, quiet)
        return
    whole = merge_parts(parts, out)
    page = write_briefing(whole)
    if not quiet:
        print(f"{whole.members:,} members. Figures: {whole.folder / 'summary.csv'}")
        print(f"Briefing: {page}")


@app.command
def brief(run: str, *, out: str | None = None) -> None:
    """Write the briefing of a finished run again.

    Parameters
    ----------
    run
        The run folder, or its address.
    out
        The HTML file, or its address; briefing.html in the run folder where not given.
    """
    from borderflow.briefing import write_briefing
    from borderflow.camps import CampRun
    from borderflow.folders import locate
    from borderflow.results import open_run

    folder = locate(run)
    if CampRun.is_run(folder):
        from borderflow.camp_briefing import write_camp_briefing

        print(write_camp_briefing(CampRun.open(folder), out))
        return
    print(write_briefing(open_run(folder), out))


@app.command
def export(
    run: str,
    /,
    *,
    format: str,
    out: Out = None,
    min_cell: int = 10,
    sensitivity: str = "moderate",
    reference_date: str | None = None,
    model_id: str | None = None,
) -> None:
    """Write the figures of a run in a format that others read; small cells are left out.

    Parameters
    ----------
    run
        The folder of a run or forecast, or its address.
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
        For hub; borderflow where not given.
    """
    from borderflow.exports import export as export_run

    if format != "hub" and (reference_date, model_id) != (None, None):
        raise UsageError("--reference-date and --model-id: only for --format hub")
    print(
        export_run(
            run,
            format,  # type: ignore[arg-type]
            out,
            min_cell=min_cell,
            sensitivity=sensitivity,
            reference_date=reference_date,
            model_id=model_id or "borderflow",
        )
    )


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
