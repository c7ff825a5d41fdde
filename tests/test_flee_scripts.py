"""``out.csv`` in the hands of Flee's own scripts: as they read it, and, where Flee is installed, by the scripts themselves.

Flee has an environment of its own, which ``benchmarks/versus_flee.py`` makes (``.venv-flee``, the wheel of PyPI); the path of
another Python that has Flee can be given as ``BORDERFLOW_FLEE_PYTHON``.
"""

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from borderflow.camps import CampRun, run_camps, score_camps
from borderflow.flee import load_directory, shipped_directories

SAMPLE = shipped_directories()["flee-two-valleys"]
PYTHON = Path(os.environ.get("BORDERFLOW_FLEE_PYTHON", Path(__file__).parents[1] / ".venv-flee" / "bin" / "python"))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_camps(SAMPLE, members=6, seed=3, out=tmp_path_factory.mktemp("flee") / "run", workers=1).folder


def score(folder):
    row = next(row for row in score_camps(CampRun.open(folder)) if row["model"] == "simulation, their mean")
    return row["ard"], row["ard_rescaled"]


def test_the_columns_that_flees_scripts_ask_for(run):
    """Read, named and added up as ``extract-validation-results.py`` and ``plot_flee_output.py`` do."""
    table = pd.read_csv(run / "out.csv", sep=",", encoding="latin1", index_col="Day")
    camps = [" ".join(name.split()[:-1]) for name in table.columns if " sim" in name and "numAgents" not in name]
    places = load_directory(SAMPLE).tables.places
    assert camps == [place.name for place in places if place.type == "camp"]
    assert list(table.index) == list(range(150))
    assert pd.to_datetime(table["Date"]).diff().dropna().dt.days.eq(1).all()
    sums = ["refugees in camps (simulation)", "refugees in camps (UNHCR)"]
    asked = [f"{camp} {kind}" for camp in camps for kind in ("sim", "data", "error")]
    asked += ["Total error", "total refugees (simulation)", "raw UNHCR refugee count", "refugee_debt", *sums]
    assert all(pd.api.types.is_numeric_dtype(table[name]) for name in asked)
    sim, data = (table[[f"{camp} {kind}" for camp in camps]].to_numpy() for kind in ("sim", "data"))
    assert np.allclose(sim.sum(axis=1), table[sums[0]], atol=0.01 * len(camps))
    assert (data.sum(axis=1) == table[sums[1]]).all()
    raw = (np.abs(sim - data).sum(axis=1) / np.maximum(1, data.sum(axis=1))).mean()
    rescaled = sim * (data.sum(axis=1) / sim.sum(axis=1))[:, None]
    scaled = (np.abs(rescaled - data).sum(axis=1) / np.maximum(1, data.sum(axis=1))).mean()
    assert (raw, scaled) == pytest.approx(score(run), abs=1e-4)


def flee(script, *arguments):
    """Run one of Flee's scripts and return what it prints."""
    if not PYTHON.exists():
        pytest.skip("Flee is not installed; python benchmarks/versus_flee.py makes .venv-flee")
    where = "import flee.postprocessing, os; print(os.path.dirname(flee.postprocessing.__file__))"
    space = os.environ | {"MPLBACKEND": "Agg"}
    folder = subprocess.run([PYTHON, "-c", where], capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    command = [str(PYTHON), str(Path(folder) / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=space)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_flees_own_score_is_ours(run):
    text = flee("extract-validation-results.py", run)
    found = [float(re.search(rf"Error \({name}\): ([\d.]+)", text)[1]) for name in ("normal", "rescaled")]
    assert found == pytest.approx(score(run), abs=1e-3)


def test_flees_own_pictures(run, tmp_path):
    flee("plot_flee_output.py", run, tmp_path)
    pictures = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.png"))
    assert len(pictures) >= 4
    assert all((tmp_path / path).read_bytes().startswith(b"\x89PNG") for path in pictures)
