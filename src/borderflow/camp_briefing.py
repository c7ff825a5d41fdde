"""Briefing of a Flee directory: one self-contained HTML page of camps, registrations and scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from borderflow.camps import CampRun, score_camps
from borderflow.charts import Plot, day_name, fan_chart, number
from borderflow.errors import ResultsError
from borderflow.pages import write_page
from borderflow.results import QUANTILES

__all__ = ["write_camp_briefing"]


def write_camp_briefing(run: CampRun, path: str | Path | None = None) -> Path:
    """Write the report of a run of a Flee directory as one HTML file that needs nothing else.

    Parameters
    ----------
    run : CampRun
    path : path, optional
        Where to write; ``briefing.html`` in the run folder where not given.

    Returns
    -------
    Path
        The file written.
    """
    target = Path(path) if path is not None else run.folder / "briefing.html"
    return write_page("camps.html.j2", _contents(run), target)


def _contents(run: CampRun) -> dict[str, Any]:
    manifest, last = run.manifest, run.days[-1]
    scored = bool(run.counted.any())
    return {
        "title": manifest["title"],
        "version": manifest["borderflow"],
        "first": day_name(run.days[0]),
        "last": day_name(last),
        "members": f"{manifest['members']:,}",
        "hasten": manifest["hasten"],
        "seed": manifest["seed"],
        "digest": manifest["scenario_digest"][:12],
        "camps": [_camp(run, n, name, scored) for n, name in enumerate(run.camps)],
        "scores": [_score(row) for row in score_camps(run)] if scored else [],
        "elsewhere": _elsewhere(run),
        "warnings": manifest["warnings"],
        "settings": sorted((key, str(value)) for key, value in manifest["settings"].items()),
    }


def _camp(run: CampRun, n: int, name: str, scored: bool) -> dict[str, Any]:
    people = run.manifest["hasten"]
    values = run.simulated[:, :, n] * people
    counted = run.counted[:, n] * people if scored else None
    fan = np.quantile(values, QUANTILES, axis=0)
    plot = Plot("persons present", fan, usual=counted)
    about = run.manifest["camps"][name]
    return {
        "name": name.replace("_", " "),
        "country": about["country"].replace("_", " "),
        "mean": number(float(values[:, -1].mean()), whole=True),
        "low": number(float(fan[0, -1]), whole=True),
        "high": number(float(fan[-1, -1]), whole=True),
        "counted": number(float(counted[-1]), whole=True) if counted is not None else "",
        "capacity": number(float(about["capacity"]), whole=True) if about["capacity"] > 0 else "",
        "drawing": fan_chart(f"camp-{n}", name, "people present by day, model and registrations", run.days, [plot]),
    }


def _score(row: dict[str, Any]) -> dict[str, str]:
    spread = "" if np.isnan(row["q05"]) else f"{row['q05']:.3f} to {row['q95']:.3f}"
    return {
        "model": row["model"], "spread": spread, **{key: f"{row[key]:.3f}" for key in ("ard", "ard_rescaled", "later")},
    }  # fmt: skip


def _elsewhere(run: CampRun) -> list[dict[str, str]]:
    words = {"people_under_way": "people on roads", "people_elsewhere": "people at places that are no camp"}
    rows = []
    for quantity, what in words.items():
        mine = run.summary[(run.summary["quantity"] == quantity) & (run.summary["end"] == run.days[-1].isoformat())]
        if mine.empty:
            raise ResultsError(f"{run.folder / 'summary.csv'}: has no {quantity} on {run.days[-1]}; run again")
        at = mine.iloc[0]
        mean, low, high = (number(float(at[key]), whole=True) for key in ("mean", "q05", "q95"))
        rows.append({"what": what, "mean": mean, "low": low, "high": high})
    return rows
