"""Commands that learn from reports: fit, forecast, score."""

from __future__ import annotations

import sys
from pathlib import Path

from borderflow.cli.directories import fit_directory, only_for_directories, shipped_directory
from borderflow.cli.options import Flag, Out
from borderflow.cli.program import app
from borderflow.cli.tables import print_camp_scores, print_fit, print_outlook, print_scores, write_camp_scores
from borderflow.errors import UsageError

__all__ = ["fit", "forecast", "score"]


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
    out: Out = None,
    workers: int | None = None,
    resume: Flag = False,
    settings: str | None = None,
    counts: str | None = None,
    quiet: Flag = False,
) -> None:
    """Fit a scenario to its reports; writes posterior.csv, parameters.csv, observations.csv, fit.json and pictures.

    A Flee directory is fitted to how much each of its camps grew until --through, half of its period where not given,
    and scored on the rest; writes simsetting.yml and fit.json.

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
    settings
        Settings file of a Flee directory, where it is not its simsetting.yml.
    counts
        Folder of counts of a Flee directory, where it is not its source_data.
    quiet
        No progress bar and no closing table.
    """
    from borderflow.flee import is_directory

    if is_directory(shipped_directory(scenario)):
        if observations is not None or resume or workers is not None or (members, steps, model_error) != (300, 6, 1.0):
            words = "--observations, --resume, --workers, --members, --steps, --model-error"
            raise UsageError(f"{words}: not for Flee directories, which hold their counts")
        fit_directory(scenario, settings, counts, through, seed, out, quiet)
        return
    only_for_directories(settings=settings, counts=counts)
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
        print_fit(finished, len(pictures))


@app.command
def forecast(
    scenario: str,
    /,
    *,
    fit: Path | None = None,
    through: str | None = None,
    members: int = 400,
    seed: int = 1,
    out: str | None = None,
    workers: int | None = None,
    resume: Flag = False,
    quiet: Flag = False,
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
        Run folder, or an address; runs/SCENARIO-forecast where not given.
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
        print_outlook(finished)
        print(f"Figures: {finished.folder / 'summary.csv'}")
        print(f"Briefing: {page}")


@app.command
def score(
    run: str,
    /,
    *,
    observations: Path | None = None,
    after: str | None = None,
    scenario: str | None = None,
    out: Out = None,
    quiet: Flag = False,
) -> None:
    """Score a run or a forecast against reports, beside simple baselines; writes scores.csv.

    A run of a Flee directory is scored by the averaged relative difference to the directory's own data.

    Parameters
    ----------
    run
        A run folder or its address, or a frozen forecast (a CSV with the columns of summary.csv).
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
    from borderflow.folders import locate

    folder = locate(run)
    if CampRun.is_run(folder):
        if (observations, after, scenario) != (None, None, None):
            raise UsageError("--observations, --after, --scenario: not for Flee directories, which hold their counts")
        rows = score_camps(CampRun.open(folder))
        write_camp_scores(out or folder / "scores.csv", rows)
        if not quiet:
            print_camp_scores(rows)
        return
    if observations is None:
        raise UsageError(f"{run}: name the reports to score it against with --observations")
    from borderflow.skill import score as score_forecast

    scores = score_forecast(folder, observations, after=after, scenario=scenario)
    target = out or (folder / "scores.csv" if folder.is_dir() else folder.with_name("scores.csv"))
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            scores.table.to_csv(file, index=False, float_format="%.6g", lineterminator="\n")
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror or error}") from None
    if not quiet:
        print_scores(scores)
        print(f"Scores: {target}")
