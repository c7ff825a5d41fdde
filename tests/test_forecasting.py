"""Forecasts, breaks, baselines, skill and backtests; the commands fit, forecast and score."""

import datetime as dt
import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import borderflow as bf
from borderflow.backtests import ABLATIONS, backtest, fix_parameters, switch_off
from borderflow.baselines import BASELINES, History, find_history, predict_baselines, usual_traffic
from borderflow.breaks import Rates, add_breaks
from borderflow.calibration import calibrate
from borderflow.errors import ResultsError, UsageError
from borderflow.forecasting import draw_members, forecast, freeze, known_by, shipped_fit
from borderflow.ledger import Claim, Ledger, read_ledger, write_ledger
from borderflow.network import compile_network
from borderflow.observations import Observation, Part, Target, read_observations
from borderflow.results import SUMMARY_COLUMNS
from borderflow.scenario import load
from borderflow.simulation import Setting
from borderflow.skill import predict_targets, score, score_targets

ORIGIN = dt.date(2022, 9, 22)
GE = Part("", "GE", "all")


@pytest.fixture(scope="module")
def scenario():
    return load("russia-2022")


@pytest.fixture(scope="module")
def fit(tmp_path_factory):
    return calibrate(
        "russia-2022", through=ORIGIN, members=8, steps=1, out=tmp_path_factory.mktemp("f") / "fit", workers=1
    )


@pytest.fixture(scope="module")
def outlook(fit, tmp_path_factory):
    folder = tmp_path_factory.mktemp("o") / "outlook"
    return forecast("russia-2022", fit, through="2022-09-25", members=12, seed=2, out=folder, workers=1)


def on(day):
    return Target("arrivals_daily", (GE,), ((day, 1.0),), "sum")


# ---------------------------------------------------------------------------------------------------------------------
# Forecasts


def test_a_forecast_is_a_run(outlook):
    assert known_by(outlook) == ORIGIN
    table = outlook.quantiles("arrivals_daily")
    assert table["end"].max() == "2022-09-25"
    assert len(outlook.store.values) == 12
    assert bf.open_run(outlook.folder).manifest["members"] == 12


def test_the_same_seed_gives_the_same_figures(fit, outlook, tmp_path):
    again = forecast("russia-2022", fit, through="2022-09-25", members=12, seed=2, out=tmp_path / "o", workers=2)
    assert (again.folder / "summary.csv").read_bytes() == (outlook.folder / "summary.csv").read_bytes()


def test_the_past_of_a_forecast_is_that_of_the_fit(fit, outlook):
    """Breaks begin after the day that is known: nothing before it differs from a forecast without any."""
    network = compile_network(load("russia-2022").until("2022-09-26"))
    calm = Rates(**dict.fromkeys(Rates.__dataclass_fields__, 0.0))
    settings = draw_members(network, fit, members=12, seed=2)
    without = draw_members(network, fit, members=12, seed=2, rates=calm)
    known = [n for n, day in enumerate(network.days) if day <= ORIGIN]
    for one, other in zip(settings, without, strict=True):
        np.testing.assert_array_equal(one.normals[known], other.normals[known])
        assert all(event.start.date() > ORIGIN for event in one.events) and not other.events


def test_freezing_keeps_the_columns_and_the_hash(outlook, tmp_path):
    path = tmp_path / "frozen.csv"
    mark = freeze(outlook, path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == mark
    assert (tmp_path / "frozen.csv.sha256").read_text() == f"{mark}  frozen.csv\n"
    table = pd.read_csv(path)
    assert tuple(table.columns) == SUMMARY_COLUMNS and table["end"].min() == "2022-09-23"
    more = tmp_path / "frozen-quantiles.csv"
    mark, of = (tmp_path / "frozen-quantiles.csv.sha256").read_text().split()
    assert hashlib.sha256(more.read_bytes()).hexdigest() == mark and of == more.name
    table = table.merge(pd.read_csv(more), on=[*SUMMARY_COLUMNS[:7]])
    np.testing.assert_allclose(table[["q05", "q50", "q95"]], table[["q050", "q500", "q950"]], atol=1e-4)
    waits = table["q050"].isna()  # of nobody
    assert (waits | ((table["q025"] <= table["q050"]) & (table["q950"] <= table["q975"]))).all() and not waits.all()


def test_a_fit_of_another_scenario_is_refused(fit, tmp_path):
    from networks import tiny_scenario

    with pytest.raises(UsageError, match="belongs to another scenario"):
        forecast(tiny_scenario(), fit, out=tmp_path / "x")
    with pytest.raises(UsageError, match="after the end of the scenario"):
        forecast("russia-2022", fit, through="2023-01-01", out=tmp_path / "x")
    with pytest.raises(UsageError, match=f"known by {ORIGIN}; --through must be a day after that"):
        forecast("russia-2022", fit, through=ORIGIN, out=tmp_path / "x")
    with pytest.raises(UsageError, match="members must be 1 to 1,000,000"):
        forecast("russia-2022", fit, members=10_000_000, out=tmp_path / "x")
    with pytest.raises(UsageError, match="ships no fit"):
        forecast(tiny_scenario(), out=tmp_path / "x")
    with pytest.raises(ResultsError, match="is not a finished fit"):
        forecast("russia-2022", tmp_path, out=tmp_path / "x")
    assert not (tmp_path / "x").exists()


# ---------------------------------------------------------------------------------------------------------------------
# Breaks


def test_breaks_come_as_often_as_they_say(scenario):
    """2,000 members over 10 days: checks at 0.03 a day begin in 1 - exp(-0.3) of them, within 4 standard errors."""
    network = compile_network(scenario.until("2022-10-03"))
    after = dt.date(2022, 9, 22)
    days = sum(day > after for day in network.days)
    rates = Rates(post_rate=0.0)
    broken = add_breaks(network, [Setting()] * 2000, after=after, seed=4, rates=rates)
    expected = 1 - np.exp(-0.03 * days)
    found = np.mean([any(event.kind == "exit_check" for event in one.events) for one in broken])
    assert abs(found - expected) < 4 * np.sqrt(expected * (1 - expected) / 2000)
    # and demand walks: the spread of the last day is that of walk and jumps, within 15 %
    shock = np.array([one.normals[-1, 0] for one in broken]) * scenario.value("demand_noise")
    wanted = np.sqrt(scenario.value("demand_noise") ** 2 + days * (0.06**2 + 0.06 * 0.6**2))
    assert np.std(shock) == pytest.approx(wanted, rel=0.15)


def test_an_error_on_all_demand_lies_on_every_day(scenario):
    """No walk, no jump: 2,000 members differ from those without it by one number each, of spread 0.3 within 10 %."""
    network = compile_network(scenario.until("2022-09-27"))
    still = Rates(demand_walk=0.0, demand_jump_rate=0.0)
    without = add_breaks(network, [Setting()] * 2000, after=ORIGIN, seed=4, rates=still)
    broken = add_breaks(network, [Setting()] * 2000, after=ORIGIN, seed=4, rates=still.with_error(0.3))
    days = [n for n, day in enumerate(network.days) if day > ORIGIN]
    moved = np.array([(one.normals - other.normals)[days, 0] for one, other in zip(broken, without, strict=True)])
    moved *= scenario.value("demand_noise")
    np.testing.assert_allclose(moved, np.repeat(moved[:, :1], len(days), axis=1), atol=1e-9)
    assert moved[:, 0].std() == pytest.approx(0.3, rel=0.1)


def test_journeys_back_go_on_from_where_the_fit_has_found_them(scenario):
    """Half the usual journeys back from Georgia by the 22nd: without drift half from then on, with drift around half."""
    network = compile_network(scenario.until("2022-09-27"))
    column = network.countries.index("GE")
    found = np.ones((2, len(network.days), len(network.countries)))
    found[1, network.days.index(ORIGIN) :, column] = 0.5
    settings = [Setting(traffic=found)] * 400
    still = Rates(model_error_back=0.0, back_walk=0.0)
    for one in add_breaks(network, settings, after=ORIGIN, seed=4, rates=still):
        np.testing.assert_allclose(one.traffic[1], found[1])
    drift = Rates(model_error_back=0.0, back_walk=0.1)
    last = np.log(
        [one.traffic[1, -1, column] for one in add_breaks(network, settings, after=ORIGIN, seed=4, rates=drift)]
    )
    days = sum(day > ORIGIN for day in network.days)
    # 400 members: mean within 4 standard errors, spread within 15 %
    assert abs(last.mean() - np.log(0.5)) < 4 * 0.1 * np.sqrt(days / 400)
    assert last.std() == pytest.approx(0.1 * np.sqrt(days), rel=0.15)


def test_adding_members_leaves_the_breaks_of_others_alone(scenario):
    network = compile_network(scenario.until("2022-09-27"))
    few = add_breaks(network, [Setting()] * 3, after=ORIGIN, seed=4)
    many = add_breaks(network, [Setting()] * 9, after=ORIGIN, seed=4)
    for one, other in zip(few, many[:3], strict=True):
        assert one.events == other.events
        np.testing.assert_array_equal(one.normals, other.normals)


# ---------------------------------------------------------------------------------------------------------------------
# Baselines


def observation(day, value):
    return Observation(f"x{day}", (f"x{day}",), on(day), value, 0.03, known=day)


@pytest.fixture(scope="module")
def usual(scenario):
    return usual_traffic(scenario.until("2022-10-03"), members=2)


def test_baselines_by_hand(scenario, usual):
    """Reports 6,000, 7,000, 8,000: the last is 8,000, the line says 9,000 on the next day; the fade keeps 2^(-1/7)."""
    days = [dt.date(2022, 9, 21) + dt.timedelta(days=n) for n in range(3)]
    known = [observation(day, value) for day, value in zip(days, (6000, 7000, 8000), strict=True)]
    found = predict_baselines(on(dt.date(2022, 9, 24)), known, usual, scenario, origin=days[-1])
    assert set(found) == set(BASELINES)
    medians = {name: float(np.median(values)) for name, values in found.items()}
    assert medians["persistence"] == pytest.approx(8000, rel=0.001)
    assert medians["trend"] == pytest.approx(9000, rel=0.001)
    before, after = usual.on(on(days[-1]), days[-1]), usual.on(on(days[-1]), dt.date(2022, 9, 24))
    assert medians["fade"] == pytest.approx(after + (8000 - before) * 2 ** (-1 / 7), rel=0.001)
    assert medians["ordinary"] == pytest.approx(after, rel=0.001)
    assert 5000 < after < 8500


def test_the_event_aware_fade_halves_with_the_ban(scenario, usual):
    part = Part("", "FI", "all")
    target = {day: Target("arrivals_daily", (part,), ((dt.date(2022, 9, day), 1.0),), "sum") for day in (28, 29, 30)}
    known = [Observation("x", ("x",), target[28], 7000, 0.03, known=dt.date(2022, 9, 28))]
    for day, ratio in ((29, 1.0), (30, 0.5)):
        found = predict_baselines(target[day], known, usual, scenario, origin=dt.date(2022, 9, 28))
        assert np.median(found["event-aware fade"]) == pytest.approx(ratio * np.median(found["fade"]), rel=0.001)


def test_the_spread_of_persistence_grows_with_the_square_root(scenario, usual):
    day = dt.date(2022, 9, 21)
    known = [observation(day + dt.timedelta(days=n), v) for n, v in enumerate((6000, 7500, 6000, 7500))]
    width = []
    for ahead in (1, 4):
        target = on(day + dt.timedelta(days=3 + ahead))
        values = np.log1p(predict_baselines(target, known, usual, scenario, origin=day)["persistence"])
        width.append(np.std(values))
    assert width[1] == pytest.approx(2 * width[0], rel=0.01)


def test_a_history_is_found_in_totals_where_there_are_no_days(scenario):
    known = read_observations(scenario, through=dt.date(2022, 9, 28)).used
    history = find_history(Target("arrivals_daily", (Part("", "KZ", "all"),), ((ORIGIN, 1.0),), "sum"), known)
    assert history is not None and history.values[0] == pytest.approx(98_000 / 6.5)
    assert History((ORIGIN,), np.array([5.0])).spread == 0.25


# ---------------------------------------------------------------------------------------------------------------------
# Skill


def claim(number, **more):
    row = {"id": f"L{number}", "date": "2022-09-24", "place": "Georgia (all crossings)", "country": "GE",
           "quantity": "arrivals_daily", "value": 9330, "unit": "persons", "claim_status": "official",
           "publisher": "a test", "known_on": "2022-09-26"}  # fmt: skip
    return Claim(**{**row, **more})


LATER = Ledger((
    claim(1), claim(2, value=7000, publisher="another"),
    claim(3, place="Verkhny Lars", country="RU", quantity="queue_cars", unit="vehicles", value=2300, mode="car"),
    claim(4, note="more than 5,000", value=5000, date="2022-09-25"),
    claim(5, place="Verkhny Lars", country="RU", quantity="queue_cleared", unit="flag", value=1, date="2022-09-25"),
    claim(6, date="2022-09-21"), claim(7, place="Moon"),
    claim(8, date="2022-09-21", date_end="2022-09-25", quantity="arrivals_cumulative", value=42_000),
))  # fmt: skip


def test_scores_of_a_forecast(outlook, tmp_path):
    write_ledger(LATER, tmp_path / "later.csv")
    scores = score(outlook, tmp_path / "later.csv", prior_members=8, workers=1)
    rows = scores.table.set_index("id")
    assert list(rows.index) == ["L1", "L2", "L3", "L4", "L5", "L8"]
    assert set(scores.unused) == {"L6", "L7"} and scores.unused["L6"] == "about days until 2022-09-22"
    # contradictory reports are scored one by one
    assert rows.loc["L1", "q50"] == rows.loc["L2", "q50"] and rows.loc["L1", "wis"] != rows.loc["L2", "wis"]
    assert rows.loc["L4", "kind"] == "event" and 0 <= rows.loc["L4", "brier"] <= 1
    assert rows.loc["L5", "brier"] == pytest.approx((1 - rows.loc["L5", "probability"]) ** 2)
    for name in (*BASELINES, "prior only"):
        assert np.isfinite(rows.loc["L1", f"{name} wis_log"])
    overall = scores.overall()
    assert overall["reports"] == 4 and 0 <= overall["coverage 90%"] <= 1
    assert {"GE"} <= set(scores.by_country()["country"])
    assert "relative persistence" in str(scores)


def test_a_frozen_forecast_is_scored_from_its_quantiles(outlook, tmp_path):
    path = tmp_path / "frozen.csv"
    freeze(outlook, path)
    whole = score(outlook, LATER, prior_members=0, workers=1).table.set_index("id")
    frozen = score(path, LATER, scenario="russia-2022", prior_members=0, workers=1)
    rows = frozen.table.set_index("id")
    for name in ("L1", "L3", "L8"):
        assert rows.loc[name, "q50"] == pytest.approx(whole.loc[name, "q50"], abs=0.01)
        for level in (50, 80, 90, 95):
            assert rows.loc[name, f"in{level}"] == whole.loc[name, f"in{level}"]
        assert np.isnan(rows.loc[name, "crps"])
    # a table without the second one beside it, as those frozen before there was one: two levels only
    alone = tmp_path / "alone.csv"
    alone.write_bytes(path.read_bytes())
    rows = score(alone, LATER, scenario="russia-2022", prior_members=0, workers=1).table.set_index("id")
    assert rows.loc["L1", ["in50", "in90"]].equals(whole.loc["L1", ["in50", "in90"]])
    assert rows.loc["L1", ["in80", "in95"]].isna().all()
    with pytest.raises(UsageError, match="name the scenario it belongs to with --scenario"):
        score(path, LATER)
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ResultsError, match="column 'quantity' is missing"):
        score(tmp_path / "bad.csv", LATER, scenario="russia-2022")


def test_a_report_with_an_error_of_its_own():
    """Members without spread, a report with an error of 0.5: 90 % reach from e^-0.82 to e^0.82 times the median."""
    values, day = np.full(100, 999.0), dt.date(2022, 9, 24)
    rows = [Observation("near", ("a",), on(day), 500.0, 0.5), Observation("far", ("b",), on(day), 400.0, 0.5)]
    table = score_targets(rows, {"near": values, "far": values}, load("russia-2022"), origin=ORIGIN).set_index("id")
    assert np.log(1000 / 501) < 0.82 < np.log(1000 / 401)
    assert table["told in90"].tolist() == [1.0, 0.0] and table["in90"].tolist() == [0.0, 0.0]
    # and the WIS of a normal of that spread, by its closed form for the CRPS, which it approximates
    z = np.log(501 / 1000) / 0.5
    crps = 0.5 * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert table.loc["near", "told wis_log"] == pytest.approx(crps, rel=0.12)


def test_nobody_has_no_wait():
    """One of four members lets people pass on foot: no score; three of four: scored from these three."""
    day = dt.date(2022, 9, 24)
    part = Part("Lars", "GE", "foot")
    wait = Observation("w", ("w",), Target("wait_hours", (part,), ((day, 1.0),), "mean"), 24.0, 0.5)
    few = {("wait_hours", part): np.array([[np.nan], [np.nan], [np.nan], [12.0]])}
    most = {("wait_hours", part): np.array([[np.nan], [10.0], [11.0], [12.0]])}
    assert predict_targets([wait], few, [day]) == (
        {}, {"w": "nobody passes there in 75% of the members, so they have no wait"}
    )  # fmt: skip
    predicted, gaps = predict_targets([wait], most, [day])
    assert predicted["w"].tolist() == [10.0, 11.0, 12.0] and not gaps
    assert predict_targets([wait], {("wait_hours", GE): np.ones((4, 1))}, [day])[1] == {
        "w": "the forecast has no such figure"
    }


def test_nothing_to_score_is_told(outlook):
    with pytest.raises(UsageError, match="no report after 2022-09-25"):
        score(outlook, LATER, after="2022-09-25")
    with pytest.raises(UsageError, match="is not a date"):
        score(outlook, LATER, after="soon")


# ---------------------------------------------------------------------------------------------------------------------
# Backtests


def test_a_backtest_uses_nothing_later(scenario):
    """The reports that are scored were not known at the origin; a ledger without them gives the same forecast."""
    ledger = read_ledger(scenario.folder)
    options = {"until": dt.date(2022, 9, 24), "members": 6, "steps": 1, "workers": 1, "prior_members": 0}
    table = backtest(scenario, dt.date(2022, 9, 23), **options)
    assert (table["start"] > "2022-09-23").all() and len(table) >= 3
    changed = Ledger(tuple(
        one.model_copy(update={"value": 2 * one.value}) if one.known > dt.date(2022, 9, 23) and one.unit == "persons" else one
        for one in ledger
    ), ledger.name, ledger.lines)  # fmt: skip
    again = backtest(scenario, dt.date(2022, 9, 23), ledger=changed, **options)
    both = table.merge(again, on="id", suffixes=("", "_changed"))
    assert (both["q50"] == both["q50_changed"]).all() and (both["observed"] != both["observed_changed"]).any()


def test_mechanisms_can_be_switched_off(scenario):
    off = switch_off(scenario, "queue feedback")
    assert off.value("wait_aversion") == 0.0 and off.parameters["wait_aversion"].prior.shape == "fixed"
    assert "lars-on-foot" not in {event.id for event in switch_off(scenario, "mode switching").active_events()}
    assert fix_parameters(scenario, patience=20.0).value("patience") == 20.0
    with pytest.raises(UsageError, match="no mechanism 'luck'"):
        switch_off(scenario, "luck")
    assert len(ABLATIONS) == 4


# ---------------------------------------------------------------------------------------------------------------------
# The shipped fit, and the commands


@pytest.mark.parametrize(
    ("name", "day", "last", "countries"),
    [
        ("russia-2022", "2022-09-28", "2022-10-09", ["GE", "KZ", "FI"]),
        ("ukraine-2022", "2022-03-06", "2022-03-31", ["PL", "HU", "SK", "RO", "MD", "XX"]),
    ],
)
def test_the_shipped_fit_and_the_frozen_forecast(name, day, last, countries):
    folder = shipped_fit(load(name))
    assert folder is not None
    fit = bf.open_fit(folder)
    assert fit.through == dt.date.fromisoformat(day)
    assert (fit.observations["known"] <= day).all()
    frozen = folder.parent / f"forecast-{day}.csv"
    mark, of = frozen.with_name(frozen.name + ".sha256").read_text().split()
    assert hashlib.sha256(frozen.read_bytes()).hexdigest() == mark and of == frozen.name
    table = pd.read_csv(frozen)
    assert tuple(table.columns) == SUMMARY_COLUMNS and table["end"].min() > day and table["end"].max() >= last
    whole = table[table["place"].isna() & (table["mode"] == "all")]
    for country in countries:
        for quantity in ("arrivals_daily", "arrivals_cumulative"):
            rows = whole[(whole["country"] == country) & (whole["quantity"] == quantity)]
            assert (rows["end"] >= last).any(), (country, quantity)
            assert (rows["q05"] <= rows["q50"]).all() and (rows["q50"] <= rows["q95"]).all()


def command(*words, cwd):
    environment = {"PYTHONPATH": str(Path(bf.__file__).parent.parent), "PATH": "/usr/bin:/bin", "HOME": str(cwd)}
    return subprocess.run([sys.executable, "-m", "borderflow.cli", *map(str, words)], cwd=cwd, capture_output=True,
                          text=True, timeout=300, env=environment)  # fmt: skip


def test_the_commands(tmp_path):
    write_ledger(LATER, tmp_path / "later.csv")
    done = command(
        "fit", "russia-2022", "--through", "2022-09-22", "--members", 6, "--steps", 1, "--out", "fit", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "prior only" in done.stdout and (tmp_path / "fit" / "predictive.png").is_file()
    done = command("forecast", "russia-2022", "--fit", "fit", "--through", "2022-09-25", "--members", 6, "--out", "ahead",
                   cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "known by 2022-09-22" in done.stdout and (tmp_path / "ahead" / "briefing.html").is_file()
    page = (tmp_path / "ahead" / "briefing.html").read_text(encoding="utf-8")
    assert "each with values of its own" in page and "chance variation only" not in page
    assert "what was known by 22 September 2022" in page
    done = command("score", "ahead", "--observations", "later.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "relative persistence" in done.stdout and (tmp_path / "ahead" / "scores.csv").is_file()
    done = command("fit", "russia-2022", "--through", "yesterday", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "is not a date" in done.stderr
    done = command("score", "nowhere", "--observations", "later.csv", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
