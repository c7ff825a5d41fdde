"""The files of a fit: what was learned, and how prior and posterior agree with each observation."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from borderflow.fits import FIT_FILE, Step
from borderflow.priors import PRIOR_DRAWS, standard_normals
from borderflow.smoother import Data

if TYPE_CHECKING:
    import pandas as pd
from borderflow.calibration.posteriors import FORMAT, SHOWN
from borderflow.calibration.problems import Problem

__all__ = ["LEARNED", "misfit", "write_fit"]

#: Ratio of posterior to prior spread below which an unknown counts as learned.
LEARNED = 0.8


def write_fit(
    part: Path,
    problem: Problem,
    history: Sequence[Step],
    claim: Mapping[str, Any],
) -> None:
    """Write the files of a fit; `history` holds every step's unknowns with what they predict."""
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
            for p in SHOWN:
                row[f"{name}_q{round(100 * p):02d}"] = size * math.expm1(float(np.quantile(predicted, p)))
        low, high = np.quantile(last[n] + error * noise[n], (0.025, 0.975))
        y = problem.data.value[n]
        below = one.bound != "upper" and high < y
        above = one.bound != "lower" and low > y
        middle = size * math.expm1(float(np.median(last[n])))
        row["warning"] = f"reported {one.value:,.0f}, the model says {middle:,.0f}" if below or above else ""
        rows.append(row)
    return pd.DataFrame(rows)
