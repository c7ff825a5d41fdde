"""Calibration: what the reports say about the unknowns of a scenario.

`calibrate` draws members from the prior, simulates them through the last reported day, and moves them by an iterated
ensemble smoother (`smoother`) until they agree with the observations within their errors and that of the model. It
leaves a *fit*: a folder with

* ``posterior.csv``: one row per member, one column per unknown;
* ``parameters.csv``: prior and posterior of each unknown, whether it was learned, and from which observations;
* ``observations.csv``: each observation with its claims, error, and what prior and posterior predict for it;
* ``fit.json``: version, seed, what was known, warnings.

A fit says what the data cannot tell, too: an unknown whose spread stays as it was is called *prior only*.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from borderflow.ensemble import show_progress, simulate_block
from borderflow.errors import ResultsError, UsageError
from borderflow.fits import FIT_FILE, Step, begin_fit, finish_fit, keep_step, read_steps
from borderflow.kernels import cache_folder
from borderflow.ledger import Ledger, read_ledger
from borderflow.network import Network, compile_network
from borderflow.observations import Observation, Part, index_series, read_observations
from borderflow.plans import guarded
from borderflow.priors import PRIOR_DRAWS, Unknowns, is_value, list_unknowns, member_settings, standard_normals
from borderflow.results import daily_series
from borderflow.scenario import Scenario, load, parse_time
from borderflow.smoother import Data, smooth

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEARNED", "MODEL_ERROR", "SMALL", "Fit", "Problem", "as_known", "calibrate", "open_fit", "pose_problem"]

FORMAT = 1
#: How far the model is from what it stands for even with the best values: standard deviation of the logarithm, by
#: quantity, for a country and for single crossings. Assumptions, held against the residuals of the shipped fit.
MODEL_ERROR: Mapping[str, tuple[float, float]] = {
    "arrivals_daily": (0.07, 0.15),
    "departures_daily": (0.07, 0.15),
    "departures_vehicles_daily": (0.15, 0.15),
    "queue_cars": (0.25, 0.25),
    "queue_persons": (0.25, 0.25),
    "wait_hours": (0.25, 0.25),
    "wait_hours_joining": (0.25, 0.25),
}
OTHER_MODEL_ERROR = 0.3
#: Size below which differences do not matter: figures are compared as ``log(1 + x / size)``. Whether 0 or 25 cars stood
#: at a post at dawn says little about its capacity.
SMALL: Mapping[str, float] = {"queue_cars": 50.0, "queue_persons": 130.0, "wait_hours": 3.0, "wait_hours_joining": 3.0}
#: Ratio of posterior to prior spread below which an unknown counts as learned.
LEARNED = 0.8
_SHOWN = (0.05, 0.25, 0.5, 0.75, 0.95)


def as_known(scenario: Scenario, ledger: Ledger, day: dt.date) -> Scenario:
    """Return the scenario with the events switched off that nobody knew of by a day.

    An event is known from the first day on which one of its claims was out; what began before the announcement counts
    as known.
    """
    claims = ledger.by_id
    unknown = []
    for event in scenario.active_events():
        dates = [claims[name].known for name in event.evidence if name in claims]
        old = event.start.date() < scenario.announcement
        if not old and dates and min(dates) > day:
            unknown.append(event.id)
    return scenario.without(*unknown) if unknown else scenario


@dataclass(frozen=True)
class Problem:
    """A scenario, what is unknown about it, and what was observed.

    Parameters
    ----------
    scenario : Scenario
        As known, ending after the last observation.
    network : Network
    unknowns : Unknowns
    observations : tuple of Observation
    unused : mapping
        Claims that are not used, with the reason.
    wider : float
        Factor on the model's own error, see `MODEL_ERROR`.
    """

    scenario: Scenario
    network: Network
    unknowns: Unknowns
    observations: tuple[Observation, ...]
    unused: Mapping[str, str]
    wider: float = 1.0

    @cached_property
    def data(self) -> Data:
        """Values and errors on the scale ``log(1 + x / size)``, see `SMALL`; the model's own error is in."""
        return Data(
            tuple(one.id for one in self.observations),
            np.log1p(np.array([one.value for one in self.observations]) / self.sizes),
            np.array([math.hypot(one.error, self.wider * model_error(one)) for one in self.observations]),
            np.array([{"lower": 1, "upper": -1}.get(one.bound, 0) for one in self.observations]),
        )

    @cached_property
    def sizes(self) -> NDArray[np.float64]:
        """Return the size of each observation below which differences do not matter."""
        return np.array([SMALL.get(one.target.quantity, 1.0) for one in self.observations])

    @cached_property
    def mask(self) -> NDArray[np.float64]:
        """Return which unknown can touch which observation: the noise of a day none before it."""
        rows = []
        for unknown in self.unknowns.items:
            rows.append([float(unknown.day is None or _touches(unknown.day, one)) for one in self.observations])
        return np.array(rows)

    def predict(
        self,
        z: NDArray[np.float64],
        *,
        seed: int,
        workers: int | None = None,
        advance: Callable[[int], None] | None = None,
    ) -> NDArray[np.float64]:
        """Return what members predict, on the scale of the data; shape (observation, member)."""
        values = self.unknowns.values(z)
        settings = member_settings(self.unknowns.names, values, self.scenario, self.network.days)
        members = range(z.shape[1])
        block = simulate_block(self.network, members, seed=seed, settings=settings, workers=workers, advance=advance)
        series = index_series(daily_series(self.network, block))
        raw = [one.target.evaluate(series, self.network.days) for one in self.observations]
        return np.log1p(np.maximum(np.array(raw), 0.0) / self.sizes[:, None])


def _touches(day: dt.date, one: Observation) -> bool:
    """Tell whether noise of a day can touch an observation: not in the past, and hardly after a week."""
    return one.target.last >= day and (one.target.first - day).days <= 7


def model_error(one: Observation) -> float:
    """Return the model's own error for an observation."""
    country, post = MODEL_ERROR.get(one.target.quantity, (OTHER_MODEL_ERROR, OTHER_MODEL_ERROR))
    return post if one.target.parts[0].place else country


def pose_problem(
    scenario: Scenario,
    observations: str | Path | Ledger | None = None,
    *,
    through: dt.date | None = None,
    only: Sequence[str] | None = None,
    wider: float = 1.0,
) -> Problem:
    """Match a scenario with the observations known by a day.

    Raises
    ------
    UsageError
        Where no claim can be matched.
    """
    ledger = _find_ledger(scenario, observations)
    if through is not None:
        scenario = as_known(scenario, ledger, through)
    found = read_observations(scenario, ledger, through=through)
    usable = tuple(one for one in found.used if not one.flag)
    if not usable:
        raise UsageError(
            f"{ledger.name}: no claim{f' known by {through}' if through else ''} that the model can be held against"
        )
    last = max(one.target.last for one in usable)
    end = min(scenario.end, parse_time(last + dt.timedelta(days=1)))
    network = compile_network(scenario.until(end))
    days = [day for day in network.days if scenario.announcement <= day <= last]
    seen = {part.country for one in usable for part in one.target.parts if part.country in network.countries}
    countries = [name for name in network.countries if name in seen]
    # a walk needs at least two days to be told from a factor
    exits = [one.target for one in usable if one.target.quantity == "departures_daily" and len(one.target.days) == 1]
    back = [name for name in network.countries if sum(Part("", name, "all") in one.parts for one in exits) > 1]
    unknowns = list_unknowns(network.scenario, days=days, countries=countries, back=back, only=only)
    return _without_gaps(Problem(network.scenario, network, unknowns, usable, found.unused, wider))


def _without_gaps(problem: Problem) -> Problem:
    """Leave out observations whose series the model does not have."""
    predicted = problem.predict(np.zeros((len(problem.unknowns), 1)), seed=1, workers=1)[:, 0]
    unused = dict(problem.unused)
    kept = []
    for one, value in zip(problem.observations, predicted, strict=True):
        if np.isfinite(value):
            kept.append(one)
        else:
            unused[one.id] = f"the summary has no {one.target.label} on these days"
    if not kept:
        raise UsageError("no observation lies on days and places that the model has")
    return replace(problem, observations=tuple(kept), unused=unused)


def _find_ledger(scenario: Scenario, observations: str | Path | Ledger | None) -> Ledger:
    if isinstance(observations, Ledger):
        return observations
    if observations is not None:
        path = Path(observations)
        if not path.exists() and scenario.folder is not None and (scenario.folder / path).is_file():
            path = scenario.folder / path
        return read_ledger(path)
    if scenario.folder is None:
        raise UsageError("the scenario has no folder, hence no ledger; name one with --observations")
    return read_ledger(scenario.folder)


# ---------------------------------------------------------------------------------------------------------------------
# A fit


@dataclass(frozen=True, eq=False)
class Fit(Sequence[Mapping[str, float]]):
    """A posterior; as a sequence, the parameter values and factors of each member.

    Parameters
    ----------
    folder : Path
    manifest : mapping
        The content of ``fit.json``.
    names : tuple of str
        Unknowns.
    values : numpy.ndarray
        Shape (unknown, member), in the unknowns' own units.
    """

    folder: Path
    manifest: Mapping[str, Any]
    names: tuple[str, ...]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return int(self.values.shape[1])

    def __getitem__(self, member: Any) -> Any:
        if isinstance(member, slice):
            return [self[n] for n in range(*member.indices(len(self)))]
        if not -len(self) <= member < len(self):
            raise IndexError(member)
        plain = (n for n, name in enumerate(self.names) if is_value(name))
        return {self.names[n]: float(self.values[n, member]) for n in plain}

    @property
    def through(self) -> dt.date:
        """The day by which everything that was used was known."""
        return dt.date.fromisoformat(self.manifest["through"])

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """Prior and posterior of each unknown."""
        import pandas as pd

        return pd.read_csv(self.folder / "parameters.csv", keep_default_na=False)

    @cached_property
    def observations(self) -> pd.DataFrame:
        """Observations with what was predicted for them."""
        import pandas as pd

        return pd.read_csv(self.folder / "observations.csv", keep_default_na=False)


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
    folder = Path(out) if out is not None else Path("fits") / name
    began = time.perf_counter()
    ledger = _find_ledger(scenario, observations)
    day = _day(through) or max(claim.known for claim in ledger)
    problem = pose_problem(scenario, ledger, through=_day(through), wider=model_error)
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
        _write(part, problem, history, {**claim, "seconds": round(time.perf_counter() - began, 1)})
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


def open_fit(folder: str | Path) -> Fit:
    """Open the folder of a fit.

    Raises
    ------
    ResultsError
        Where it is missing, torn or of another version.
    """
    folder = Path(folder)
    try:
        manifest = json.loads((folder / FIT_FILE).read_text(encoding="utf-8"))
        with (folder / "posterior.csv").open(encoding="utf-8") as file:
            names = file.readline().rstrip("\n").split(",")
            rows = [line for line in file if line.strip()]
        if not rows:
            raise ValueError("posterior.csv holds no members")
        values = np.loadtxt(rows, delimiter=",", ndmin=2).T
    except (OSError, ValueError) as error:
        raise ResultsError(f"{folder}: is not a finished fit ({error}); make one with borderflow fit") from None
    if manifest.get("format") != FORMAT:
        raise ResultsError(
            f"{folder}: format {manifest.get('format')!r}, this version reads format {FORMAT}; fit again"
        )
    if len(names) != len(values):
        raise ResultsError(f"{folder / 'posterior.csv'}: {len(values)} columns under {len(names)} names; fit again")
    return Fit(folder, manifest, tuple(names), values)


# ---------------------------------------------------------------------------------------------------------------------
# Writing


def _write(
    part: Path,
    problem: Problem,
    history: Sequence[Step],
    claim: Mapping[str, Any],
) -> None:
    from borderflow import __version__

    (prior, first), (posterior, last) = history[0], history[-1]
    values = problem.unknowns.values(posterior)
    header = ",".join(problem.unknowns.names)
    np.savetxt(part / "posterior.csv", values.T, fmt="%.6g", delimiter=",", header=header, comments="")
    table = _parameter_table(problem, prior, posterior, first)
    table.to_csv(part / "parameters.csv", index=False, float_format="%.5g", lineterminator="\n")
    seen = _observation_table(problem, first, last)
    seen.to_csv(part / "observations.csv", index=False, float_format="%.5g", lineterminator="\n")
    warnings = [f"{row['id']}: {row['label']}: {row['warning']}" for row in seen.to_dict("records") if row["warning"]]
    manifest = {
        "format": FORMAT,
        "borderflow": __version__,
        "title": problem.scenario.title,
        **{key: value for key, value in claim.items() if key != "format"},
        "learned": int((table["verdict"] == "learned").sum()),
        "unknowns": len(table),
        "used": len(problem.observations),
        "unused": dict(problem.unused),
        "misfit": [round(misfit(problem.data, one), 4) for _, one in history],
        "warnings": warnings,
    }
    (part / FIT_FILE).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def misfit(data: Data, predicted: NDArray[np.float64]) -> float:
    """Return the mean squared distance of the members from the data in units of the error; about 1 is right."""
    from borderflow.smoother import cut_at_bounds

    gap = (cut_at_bounds(data, predicted) - data.value[:, None]) / data.error[:, None]
    return float(np.mean(np.square(gap)))


def _parameter_table(
    problem: Problem, prior: NDArray[np.float64], posterior: NDArray[np.float64], first: NDArray[np.float64]
) -> pd.DataFrame:
    import pandas as pd

    before, after = problem.unknowns.values(prior), problem.unknowns.values(posterior)
    ratio = posterior.std(axis=1) / prior.std(axis=1)
    rows = []
    for n, unknown in enumerate(problem.unknowns.items):
        low, middle, high = np.quantile(before[n], (0.05, 0.5, 0.95))
        row = {"name": unknown.name, "kind": unknown.kind, "unit": unknown.unit}
        row |= {"prior_q05": low, "prior_q50": middle, "prior_q95": high}
        low, middle, high = np.quantile(after[n], (0.05, 0.5, 0.95))
        row |= {"q05": low, "q50": middle, "q95": high, "ratio": ratio[n]}
        row["verdict"] = "learned" if ratio[n] < LEARNED else "prior only"
        row["informed_by"] = " ".join(_informants(problem, prior[n], first, problem.mask[n]))
        rows.append(row)
    return pd.DataFrame(rows)


def _informants(
    problem: Problem, z: NDArray[np.float64], predicted: NDArray[np.float64], mask: NDArray[np.float64]
) -> list[str]:
    """Return up to three observations that say most about an unknown, by the share of its variance they explain."""
    from borderflow.smoother import CUT, cut_at_bounds

    g = cut_at_bounds(problem.data, predicted)
    a, b = z - z.mean(), g - g.mean(axis=1, keepdims=True)
    scale = np.sqrt((a**2).sum() * (b**2).sum(axis=1))
    r2 = np.square(np.divide(b @ a, scale, out=np.zeros(len(g)), where=scale > 0)) * mask
    variance = g.var(axis=1)
    told = np.where(r2 > CUT**2 / z.size, r2 * variance / (variance + problem.data.error**2), 0.0)
    best = np.argsort(-told, kind="stable")[:3]
    return [problem.data.names[n] for n in best if told[n] > 0]


def _observation_table(problem: Problem, first: NDArray[np.float64], last: NDArray[np.float64]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    noise = standard_normals(problem.data.names, last.shape[1], seed=0, purpose=PRIOR_DRAWS, step=1)
    for n, one in enumerate(problem.observations):
        error, size = problem.data.error[n], float(problem.sizes[n])
        row: dict[str, Any] = {
            "id": one.id, "claims": " ".join(one.claims), "quantity": one.target.quantity, "label": one.target.label,
            "start": one.target.first.isoformat(), "end": one.target.last.isoformat(), "value": one.value,
            "error": error, "bound": one.bound, "contradicted": " ".join(one.contradicted),
            "known": one.known.isoformat(),
        }  # fmt: skip
        for name, predicted in (("prior", first[n]), ("posterior", last[n])):
            for p in _SHOWN:
                row[f"{name}_q{round(100 * p):02d}"] = size * math.expm1(float(np.quantile(predicted, p)))
        low, high = np.quantile(last[n] + error * noise[n], (0.025, 0.975))
        y = problem.data.value[n]
        below = one.bound != "upper" and high < y
        above = one.bound != "lower" and low > y
        middle = size * math.expm1(float(np.median(last[n])))
        row["warning"] = f"reported {one.value:,.0f}, the model says {middle:,.0f}" if below or above else ""
        rows.append(row)
    return pd.DataFrame(rows)
