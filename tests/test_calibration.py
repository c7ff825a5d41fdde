"""Fits: a known truth is found again, ranks are uniform, nothing later is used, a killed fit goes on.

The synthetic truth is the tiny network of `networks` with reports made from one of its own members.
"""

import datetime as dt
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import borderflow as bf
from borderflow.calibration import as_known, calibrate, open_fit, pose_problem
from borderflow.ensemble import simulate_block
from borderflow.errors import ResultsError, UsageError
from borderflow.ledger import Claim, Ledger, read_ledger
from borderflow.network import compile_network
from borderflow.observations import index_series
from borderflow.priors import PRIOR_DRAWS, list_unknowns, member_settings, standard_normals
from borderflow.results import daily_series
from borderflow.scenario import Prior, load
from borderflow.smoother import smooth
from networks import tiny_scenario

FREE = {"base_departure_rate": (5e-5, 8e-4), "nest_scale": (0.3, 1.0), "return_fear_response": (0.05, 0.8)}
NAMES = ["base_departure_rate", "return_fear_response", "ordinary:GE"]


def loose():
    """Return the tiny scenario with three parameters that are not known."""
    scenario = tiny_scenario(days=3)
    free = {
        name: scenario.parameters[name].model_copy(
            update={"prior": Prior(shape="lognormal" if name != "nest_scale" else "uniform", low=low, high=high)}
        )
        for name, (low, high) in FREE.items()
    }
    return scenario.model_copy(update={"parameters": {**scenario.parameters, **free}})


SCENARIO = loose()
TARGETS = [("", "GE", "arrivals_daily"), ("", "FI", "arrivals_daily"), ("", "GE", "departures_daily")]


def reports(z, seed, error=0.03):
    """Return reports that one member of the model would have made, with some error."""
    network = compile_network(SCENARIO)
    unknowns = list_unknowns(SCENARIO, only=NAMES)
    settings = member_settings(unknowns.names, unknowns.values(z[:, None]), SCENARIO, network.days)
    block = simulate_block(network, [10_000 + seed], seed=7, settings=settings, workers=1)
    series = index_series(daily_series(network, block))
    rng = np.random.default_rng(seed)
    claims = []
    names = {"GE": "GE (all crossings)", "FI": "FI (all crossings)"}
    for _, country, quantity in TARGETS:
        values = next(
            v for (q, part), v in series.items() if q == quantity and part.country == country and not part.place
        )
        for n, day in enumerate(network.days[:3]):
            value = round(float(values[0, n]) * float(np.exp(error * rng.standard_normal())))
            claims.append(
                Claim(id=f"{quantity}-{country}-{n}", date=day, place=names[country], country=country, quantity=quantity,
                      value=value, unit="persons", claim_status="official", publisher="made up")
            )  # fmt: skip
    return Ledger(tuple(claims))


def test_known_parameters_are_found_again():
    """Truth two prior standard deviations out in the departure rate: the posterior must cover it and be narrower."""
    truth = np.array([1.6, 0.0, -1.0])
    problem = pose_problem(SCENARIO, reports(truth, 1), only=NAMES)
    assert problem.unknowns.names == tuple(NAMES)
    prior = standard_normals(NAMES, 80, seed=1, purpose=PRIOR_DRAWS)
    z, predicted = smooth(lambda x: problem.predict(x, seed=1, workers=1), prior, problem.data, steps=4, seed=1)[-1]
    low, high = np.quantile(z, [0.01, 0.99], axis=1)
    assert ((low < truth) & (truth < high)).all()
    assert z[0].std() < 0.7 and z[2].std() < 0.7
    assert np.mean(np.square((predicted - problem.data.value[:, None]) / problem.data.error[:, None])) < 3


def test_a_wider_error_of_the_model():
    """Twice the model's own error, 0.07 for a country: hypot(error, 0.14)."""
    truth = np.array([1.6, 0.0, -1.0])
    problem = pose_problem(SCENARIO, reports(truth, 1), only=NAMES, wider=2.0)
    for observation, error in zip(problem.observations, problem.data.error, strict=True):
        assert observation.target.parts[0].country in ("GE", "FI")
        assert error == pytest.approx(np.hypot(observation.error, 2.0 * 0.07))


def test_ranks_of_the_truth_are_uniform():
    """16 truths, 24 members, two unknowns: Kolmogorov against the uniform at an error rate of 0.001 each.

    A larger version with a chi-square test is in ``benchmarks/fits.py``.
    """
    ranks = []
    for k in range(16):
        truth = standard_normals(NAMES, 1, seed=900 + k, purpose=PRIOR_DRAWS)[:, 0]
        problem = pose_problem(SCENARIO, reports(truth, 50 + k, error=0.08), only=NAMES)
        prior = standard_normals(NAMES, 24, seed=k, purpose=PRIOR_DRAWS)
        z = smooth(lambda x, p=problem: p.predict(x, seed=1, workers=1), prior, problem.data, steps=2, seed=k)[-1][0]
        ranks.append((z < truth[:, None]).sum(axis=1))
    for column in (0, 2):
        where = (np.array(ranks)[:, column] + 0.5) / 25
        assert stats.kstest(where, "uniform").pvalue > 0.001, where


@pytest.fixture(scope="module")
def fit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit") / "fit"
    return calibrate("russia-2022", through="2022-09-23", members=12, steps=2, seed=3, out=folder, workers=1)


def test_a_fit_says_what_it_is(fit):
    assert fit.through == dt.date(2022, 9, 23)
    assert fit.values.shape == (len(fit.names), 12) and len(fit) == 12
    assert set(fit.parameters["verdict"]) <= {"learned", "prior only"}
    assert set(fit.parameters["name"]) == set(fit.names)
    assert (fit.observations["known"] <= "2022-09-23").all()
    assert fit.manifest["misfit"][-1] < fit.manifest["misfit"][0]
    assert "pull_kazakhstan" in fit[0] and not any(name.startswith("noise") for name in fit[0])
    cited = set(" ".join(fit.parameters["informed_by"]).split())
    assert cited <= set(fit.observations["id"])


def test_noise_of_a_day_is_not_found_after_the_last_report(fit):
    days = {name.split(":")[2] for name in fit.names if name.startswith("noise:")}
    assert days == {"2022-09-21", "2022-09-22", "2022-09-23"}


def test_the_same_seed_gives_the_same_bytes(fit, tmp_path):
    again = calibrate("russia-2022", through="2022-09-23", members=12, steps=2, seed=3, out=tmp_path / "fit", workers=2)
    for name in ("posterior.csv", "parameters.csv", "observations.csv"):
        one, other = ((folder / name).read_bytes() for folder in (fit.folder, again.folder))
        assert hashlib.sha256(one).digest() == hashlib.sha256(other).digest(), name


def test_a_killed_fit_goes_on(fit, tmp_path):
    """Killed after its first step, resumed: the same bytes as a fit that nobody disturbed."""
    code = (
        "from borderflow.calibration import calibrate; "
        f"calibrate('russia-2022', through='2022-09-23', members=12, steps=2, seed=3, out={str(tmp_path / 'fit')!r}, workers=1)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(bf.__file__).parent.parent)}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    deadline = time.monotonic() + 240
    while not (tmp_path / "fit.part" / "step-0.npz").is_file() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "fit").exists()
    done = calibrate("russia-2022", through="2022-09-23", members=12, steps=2, seed=3, out=tmp_path / "fit", workers=1,
                     resume=True)  # fmt: skip
    assert (done.folder / "posterior.csv").read_bytes() == (fit.folder / "posterior.csv").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fit"]
    assert not list(done.folder.glob("step-*"))


def test_events_that_nobody_knew_of_are_off():
    """The rumour of E269 was out on the 28th; the decree on the 21st; rules from before the crisis are always on."""
    scenario = load("russia-2022")
    known = {
        event.id for event in as_known(scenario, read_ledger(scenario.folder), dt.date(2022, 9, 25)).active_events()
    }
    assert {"mobilisation", "bicycle-posts", "baltic-tourist-ban"} <= known
    assert not {"closure-rumour", "finland-tourist-ban", "lars-bicycles", "ozinki-draft-office"} & known


def test_mistakes_are_told(tmp_path, fit):
    with pytest.raises(UsageError, match="'tomorrow' is not a date"):
        calibrate("russia-2022", through="tomorrow", out=tmp_path / "x")
    with pytest.raises(UsageError, match="members must be 4"):
        calibrate("russia-2022", members=1, out=tmp_path / "x")
    with pytest.raises(UsageError, match="factor on the model's error must be 0.1 to 100, got 0"):
        calibrate("russia-2022", model_error=0.0, out=tmp_path / "x")
    with pytest.raises(UsageError, match="steps must be 1"):
        calibrate("russia-2022", steps=0, out=tmp_path / "x")
    with pytest.raises(UsageError, match="no claim known by 2010-01-01"):
        calibrate("russia-2022", through="2010-01-01", out=tmp_path / "x")
    with pytest.raises(UsageError, match="ledger: no claim that the model can be held against"):
        calibrate("russia-2022", Ledger(()), out=tmp_path / "x")
    with pytest.raises(UsageError, match="a fit is written to a disk, not to an address"):
        calibrate("russia-2022", out="s3://bucket/fit")
    with pytest.raises(UsageError, match="exists and is not a fit"):
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "diary.txt").write_text("mine")
        calibrate("russia-2022", out=tmp_path / "other")
    with pytest.raises(ResultsError, match="nothing to resume"):
        calibrate("russia-2022", through="2022-09-23", members=12, out=tmp_path / "x", resume=True)
    with pytest.raises(ResultsError, match="is not a finished fit"):
        open_fit(tmp_path)
    torn = tmp_path / "torn"
    torn.mkdir()
    (torn / "fit.json").write_text(json.dumps({**fit.manifest, "format": 99}))
    (torn / "posterior.csv").write_bytes((fit.folder / "posterior.csv").read_bytes())
    with pytest.raises(ResultsError, match="format 99, this version reads format 1"):
        open_fit(torn)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "torn"]


def test_pictures_are_drawn(fit, tmp_path):
    pytest.importorskip("matplotlib")
    from borderflow.pictures import draw_fit

    for path in draw_fit(fit, tmp_path):
        assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" and path.stat().st_size > 20_000
