"""Fit a scenario to its reports."""

from __future__ import annotations

import datetime as dt
import time
from functools import partial
from pathlib import Path

from borderflow.calibration.posteriors import FORMAT, Fit, open_fit
from borderflow.calibration.problems import Problem, find_ledger, pose_problem
from borderflow.calibration.tables import write_fit
from borderflow.ensemble import show_progress
from borderflow.errors import UsageError
from borderflow.fits import begin_fit, finish_fit, keep_step, read_steps
from borderflow.folders import on_disk
from borderflow.kernels import cache_folder
from borderflow.ledger import Ledger
from borderflow.plans import guarded
from borderflow.priors import PRIOR_DRAWS, standard_normals
from borderflow.scenario import Scenario, load
from borderflow.smoother import smooth

__all__ = ["calibrate"]


def calibrate(
    scenario: Scenario | str | Path,
    observations: str | Path | Ledger | None = None,
    *,
    through: dt.date | str | None = None,
    members: int = 300,
    steps: int = 6,
    model_error: float = 1.0,
    seed: int = 1,
    out: str | Path | None = None,
    workers: int | None = None,
    resume: bool = False,
    progress: bool = False,
) -> Fit:
    """Fit a scenario to its reports and write the fit's folder.

    Parameters
    ----------
    scenario : Scenario, str or Path
    observations : path or Ledger, optional
        A ledger; that of the scenario where not given.
    through : date, optional
        Use only what was *known by* that day; everything in the ledger where not given.
    members : int
        Size of the ensemble.
    steps : int
        Assimilations of the smoother; each costs one simulation of every member.
    model_error : float
        Factor on the model's own error (`MODEL_ERROR`), for a scenario that is further from what happened; right where
        the misfit of the result is about 1.
    seed : int
        The same seed gives the same bytes.
    out : path, optional
        The folder; ``fits/<name>`` where not given.
    workers : int, optional
        Threads.
    resume : bool
        Go on with an interrupted fit.
    progress : bool
        Show a progress bar.

    Returns
    -------
    Fit

    Examples
    --------
    >>> fit = calibrate("russia-2022", through="2022-09-22", members=10, steps=1, out="/tmp/borderflow-doctest-fit")
    >>> fit.values.shape[1], set(fit.parameters["verdict"]) <= {"learned", "prior only"}
    (10, True)
    """
    name = "fit"
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    if scenario.folder is not None:
        name = scenario.folder.name
    if not 4 <= members <= 100_000:
        raise UsageError(f"members must be 4 to 100,000, got {members}")
    if not 1 <= steps <= 100:
        raise UsageError(f"steps must be 1 to 100, got {steps}")
    if not 0.1 <= model_error <= 100.0:
        raise UsageError(f"the factor on the model's error must be 0.1 to 100, got {model_error:g}")
    folder = on_disk(out, "a fit") if out is not None else Path("fits") / name
    began = time.perf_counter()
    ledger = find_ledger(scenario, observations)
    problem = pose_problem(scenario, ledger, through=_day(through), wider=model_error)
    day = _day(through) or max(claim.known for claim in ledger)
    claim = {
        "digest": problem.scenario.digest(), "through": day.isoformat(), "seed": seed, "members": members,
        "steps": steps, "format": FORMAT, "engine": cache_folder().name, "observations": _mark(problem),
        "model_error": model_error,
    }  # fmt: skip
    part = begin_fit(folder, claim, resume)
    if part is None:
        return open_fit(folder)
    done = read_steps(part)
    prior = standard_normals(problem.unknowns.names, members, seed=seed, purpose=PRIOR_DRAWS)
    with show_progress(progress, members * (steps + 1), "fitting") as advance:
        advance(members * len(done))
        history = smooth(
            lambda z: problem.predict(z, seed=seed, workers=workers, advance=advance),
            prior, problem.data, steps=steps, seed=seed, mask=problem.mask, done=done,
            keep=partial(keep_step, part),
        )  # fmt: skip
    with guarded(part):
        write_fit(part, problem, history, {**claim, "seconds": round(time.perf_counter() - began, 1)})
        return open_fit(finish_fit(part, folder))


def _day(value: dt.date | str | None) -> dt.date | None:
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        raise UsageError(f"{value!r} is not a date; write 2022-09-28") from None


def _mark(problem: Problem) -> str:
    """Return a short mark of everything that is fitted to."""
    import hashlib

    text = repr([(one.id, one.target, round(one.value, 6), round(one.error, 6)) for one in problem.observations])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
