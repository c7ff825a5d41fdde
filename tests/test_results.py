"""The summary and the cube of a run: columns, labels, sums and quantiles, and errors of folders that are no runs."""

import csv
import itertools
import json
import shutil

import numpy as np
import pytest

import borderflow as bf
from borderflow.errors import ResultsError, UsageError
from borderflow.results import (
    QUANTILES,
    QUANTITIES,
    SUMMARY_COLUMNS,
    headline,
    open_run,
    ordinary_by_day,
    summaries,
    summarise_series,
)

MEMBERS = 12
COLUMNS = ["quantity", "place", "country", "mode", "start", "end", "unit", "mean", "q05", "q25", "q50", "q75", "q95"]
DESIGN = {  # DESIGN section 7
    "arrivals_daily", "arrivals_cumulative", "departures_daily", "queue_cars", "queue_persons", "wait_hours", "turned_back",
    "notices_served", "mobilised_cumulative", "entry_refused", "air_price",
}  # fmt: skip
STOCKS_OF_THE_CUMULATIVE = ("arrivals_cumulative", "mobilised_cumulative", "wrongly_drafted_returned")
FIGURES = COLUMNS[7:]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return bf.run(
        "russia-2022",
        members=MEMBERS,
        seed=3,
        until="2022-10-02",
        out=tmp_path_factory.mktemp("results") / "run",
        workers=1,
    )


@pytest.fixture(scope="module")
def summary(run):
    return run.summary


def series(summary, quantity, *, place="", country="", mode="all", figure="mean"):
    rows = summary[(summary["quantity"] == quantity) & (summary["place"] == place) & (summary["mode"] == mode)]
    if country:
        rows = rows[rows["country"] == country]
    assert rows["end"].is_unique
    return rows.set_index("end")[figure]


# ---------------------------------------------------------------------------------------------------------------------
# The file


def test_columns_exactly_and_in_order(run):
    assert list(SUMMARY_COLUMNS) == COLUMNS
    with (run.folder / "summary.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        assert next(rows) == COLUMNS
        assert all(len(row) == len(COLUMNS) for row in rows)
    assert b"\r" not in (run.folder / "summary.csv").read_bytes()


#: Quantities of scenarios in which people wait for trains, stay in havens and need beds; see verify/test_displacement.
OF_A_WAR = {
    "women_children_share", "beds_needed", "beds_short", "displaced", "displaced_daily", "displaced_onward_daily",
    "boarded_daily",
}  # fmt: skip


def test_every_quantity_occurs_with_its_unit(summary):
    assert set(summary["quantity"]) == set(QUANTITIES) - OF_A_WAR
    assert set(QUANTITIES) >= DESIGN
    for quantity, rows in summary.groupby("quantity"):
        assert set(rows["unit"]) == {QUANTITIES[quantity].unit}
    assert all(spec.meaning and spec.direction and spec.kind for spec in QUANTITIES.values())


def test_no_row_stands_twice(summary):
    assert not summary.duplicated(["quantity", "place", "country", "mode", "start", "end"]).any()


def test_country_totals_have_an_empty_place_and_all_modes(summary):
    totals = summary[summary["place"] == ""]
    assert set(totals["mode"]) == {"all"}
    assert set(totals["country"]) == set(summary["country"])
    assert {"arrivals_daily", "arrivals_cumulative", "departures_daily", "net_flow"} <= set(totals["quantity"])
    assert set(summary["mode"]) == {"all", "car", "bus", "foot", "train", "air"}


def test_days_of_flows(summary):
    daily = summary[~summary["quantity"].isin(STOCKS_OF_THE_CUMULATIVE)]
    assert (daily["start"] == daily["end"]).all()
    cumulative = summary[summary["quantity"] == "arrivals_cumulative"]
    assert set(cumulative["start"]) == {"2022-09-21"}
    assert (cumulative["start"] <= cumulative["end"]).all()
    assert summary["end"].str.fullmatch(r"2022-\d\d-\d\d").all()


def test_only_whole_local_days(summary):
    # from 14 September 00:00 UTC to 2 October 00:00 UTC: east of Greenwich the 14th is cut off, and so is the last day
    for country, first, last in (
        ("GE", "2022-09-15", "2022-10-01"),
        ("FI", "2022-09-15", "2022-10-01"),
        ("RU", "2022-09-14", "2022-10-01"),
    ):
        days = summary.loc[summary["country"] == country, "end"]
        assert (days.min(), days.max()) == (first, last), country


def test_quantiles_are_monotone_and_hold_the_mean(summary):
    known = summary.dropna(subset=FIGURES)
    quantiles = known[FIGURES[1:]].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    # a mean may leave the inner quantiles where one member is far out, never the whole range by much
    assert (known["mean"] >= known["q05"] - 12 * (known["q95"] - known["q05"]) - 1e-3).all()
    flat = known["q05"] == known["q95"]
    assert (
        abs(known["mean"] - known["q50"])[flat & (known["quantity"] == "arrivals_daily")]
        <= known["q50"][flat & (known["quantity"] == "arrivals_daily")] + 1
    ).all()


def test_missing_figures_only_where_nobody_passed(summary):
    missing = summary[summary[FIGURES].isna().any(axis=1)]
    # nobody passed, or nobody can say how long a shut post takes
    assert set(missing["quantity"]) <= {"wait_hours", "wait_hours_joining"}
    unknown = missing.loc[missing["quantity"] == "wait_hours_joining", "place"]
    assert set(unknown) <= {"Borisoglebsk", "Brunishevo"}  # shut on the 28th, and from the 28th on
    assert missing[FIGURES].isna().all(axis=None)


def test_nothing_is_negative_but_differences(summary):
    rows = summary[~summary["quantity"].isin(["net_flow", "arrivals_excess_daily"])]
    assert (rows[FIGURES].fillna(0) >= 0).all(axis=None)


# ---------------------------------------------------------------------------------------------------------------------
# Sums


@pytest.mark.parametrize("country", ["GE", "KZ", "FI", "NO", "TR"])
def test_cumulative_arrivals_are_the_sum_of_daily_ones(summary, country):
    daily = series(summary, "arrivals_daily", country=country)
    cumulative = series(summary, "arrivals_cumulative", country=country)
    np.testing.assert_allclose(cumulative, daily[daily.index >= "2022-09-21"].cumsum(), atol=0.01)


def test_cumulative_arrivals_of_a_post(summary):
    daily = series(summary, "arrivals_daily", place="Verkhny Lars")
    cumulative = series(summary, "arrivals_cumulative", place="Verkhny Lars")
    np.testing.assert_allclose(cumulative, daily[daily.index >= "2022-09-21"].cumsum(), atol=0.01)


@pytest.mark.parametrize(
    "quantity", ["arrivals_daily", "arrivals_exodus_daily", "turned_back", "entry_refused", "notices_served"]
)
@pytest.mark.parametrize("country", ["GE", "KZ", "FI"])
def test_a_country_is_the_sum_of_its_posts(summary, quantity, country):
    rows = summary[
        (summary["quantity"] == quantity) & (summary["country"] == country) & summary["mode"].isin(["all", "air"])
    ]
    posts = rows[rows["place"] != ""].groupby("end")["mean"].sum()
    np.testing.assert_allclose(series(summary, quantity, country=country), posts, atol=0.01)


def test_a_post_is_the_sum_of_its_modes(summary):
    rows = summary[(summary["quantity"] == "arrivals_daily") & (summary["place"] == "Verkhny Lars")]
    modes = rows[rows["mode"] != "all"].groupby("end")["mean"].sum()
    np.testing.assert_allclose(series(summary, "arrivals_daily", place="Verkhny Lars"), modes, atol=0.01)


def test_net_flow_and_excess(run, summary):
    arrivals, departures = (series(summary, q, country="GE") for q in ("arrivals_daily", "departures_daily"))
    np.testing.assert_allclose(series(summary, "net_flow", country="GE"), arrivals - departures, atol=0.01)
    network = run.network
    lanes = [n for n, lane in enumerate(network.lanes) if lane.country == "GE" and lane.direction == "out"]
    usual = dict(
        zip([day.isoformat() for day in network.days], ordinary_by_day(network)[:, lanes].sum(axis=1), strict=True)
    )
    expected = [arrivals[day] - usual[day] for day in arrivals.index]
    np.testing.assert_allclose(series(summary, "arrivals_excess_daily", country="GE"), expected, atol=0.01)


def test_cumulative_call_up_never_falls(summary):
    for quantity in ("mobilised_cumulative", "wrongly_drafted_returned"):
        for figure in FIGURES:
            assert (np.diff(series(summary, quantity, figure=figure)) >= 0).all()


def test_summary_is_made_of_the_cube(run, summary):
    cube = run.cube()
    lane = "verkhny-lars/out/car"
    persons = cube["queue_exit"].sel(lane=lane) + cube["queue_entry"].sel(lane=lane)
    local = (persons["hour"] + np.timedelta64(4, "h")).dt.strftime("%Y-%m-%d")  # Tbilisi
    peaks = persons.groupby(local.rename("local")).max().to_pandas()
    for quantity, factor in (("queue_persons", 1.0), ("queue_cars", 1 / run.scenario.value("car_occupancy"))):
        for figure, value in (
            ("mean", peaks.mean()),
            *((f"q{int(100 * q):02d}", peaks.quantile(q)) for q in QUANTILES),
        ):
            found = series(summary, quantity, place="Verkhny Lars", mode="car", figure=figure)
            np.testing.assert_allclose(found, value[found.index] * factor, atol=1e-3, rtol=1e-6)


def test_waits_are_weighted_by_the_people_who_passed(run, summary):
    cube = run.cube()
    one = cube[["wait_passing", "passed"]].sel(lane="verkhny-lars/out/car").compute()
    local = (one["hour"] + np.timedelta64(4, "h")).dt.strftime("%Y-%m-%d").rename("local")
    hours = (one["wait_passing"].clip(min=0) * one["passed"]).groupby(local).sum() / one["passed"].groupby(local).sum()
    found = series(summary, "wait_hours", place="Verkhny Lars", mode="car")
    np.testing.assert_allclose(found, hours.mean("member").to_pandas()[found.index], rtol=1e-4, atol=1e-4)


def test_needs_follow_the_standards(run, summary):
    value = run.scenario.value
    lars = {"place": "Verkhny Lars"}
    water = series(summary, "person_hours_waiting", **lars) / 24 * value("water_litres")
    np.testing.assert_allclose(series(summary, "needs_water", **lars), water, rtol=1e-6, atol=0.01)
    floor = series(summary, "waiting_over_24h", **lars) * value("shelter_area")
    np.testing.assert_allclose(series(summary, "needs_shelter", **lars), floor, rtol=1e-6, atol=0.01)
    peak = series(summary, "queue_persons", **lars)
    toilets = series(summary, "needs_toilets", **lars)
    assert (toilets >= peak / value("persons_per_toilet") - 1e-3).all()
    assert (toilets <= peak / value("persons_per_toilet") + 1).all()
    # relief takes from what is needed: a hundred places in Uralsk from the 26th
    mashtakovo = {"place": "Mashtakovo"}
    gap = series(summary, "waiting_over_24h", **mashtakovo) * value("shelter_area") - series(
        summary, "needs_shelter", **mashtakovo
    )
    assert (gap["2022-09-27":] <= 350.01).all()
    assert gap[:"2022-09-25"].max() == pytest.approx(0, abs=0.01)


def test_a_shut_post_has_no_wait_of_a_thousand_hours(run, summary):
    waits = summary.loc[summary["quantity"] == "wait_hours_joining", "mean"]
    assert waits.max() < 300
    assert all(row["longest_wait"] is None or row["longest_wait"]["mean"] < 300 for row in headline(run))


def test_headline(run, summary):
    rows = {row["country"]: row for row in headline(run)}
    assert set(rows) == {country.id for country in run.scenario.countries}
    assert rows["GE"]["arrivals"]["mean"] == series(summary, "arrivals_cumulative", country="GE")["2022-10-01"]
    assert rows["GE"]["peak_queue"]["place"] == "Verkhny Lars"
    assert rows["GE"]["turned_back"] == pytest.approx(series(summary, "turned_back", country="GE")["2022-09-21":].sum())


# ---------------------------------------------------------------------------------------------------------------------
# The cube and the run


def test_the_cube_opens_with_xarray(run):
    cube = run.cube()
    assert cube.sizes["member"] == MEMBERS
    assert cube.sizes["hour"] == run.scenario.hours
    assert cube["hour"].dtype.kind == "M"
    assert str(cube["hour"].values[0])[:13] == "2022-09-14T00"
    assert cube["day"].values.tolist() == [day.isoformat() for day in run.network.days]
    assert cube["country"].values.tolist() == list(run.network.countries)
    assert cube["origin"].values.tolist() == list(run.network.origins)
    assert "verkhny-lars/out/car" in cube["lane"].values
    assert cube["queue_exit"].dims == ("member", "hour", "lane")
    assert cube["notices"].dims == ("member", "day", "station")
    assert all(cube[name].dims[0] == "member" for name in cube.data_vars)


def test_cube_and_store_agree(run):
    cube = run.cube()
    for name in ("passed_exodus", "queue_exit", "abroad", "left"):
        np.testing.assert_array_equal(run.store.read(name), cube[name].values)


def test_passed_by_hour_adds_up_to_passed_by_day(run):
    cube = run.cube()
    lane = "torfyanovka/out/car"
    hourly = cube["passed"].sel(lane=lane).sum("hour")
    daily = (cube["passed_exodus"] + cube["passed_ordinary"]).sel(station=lane).sum("day")
    np.testing.assert_array_equal(hourly, daily)


def test_members_differ(run):
    left = run.store.read("left").sum(axis=(1, 2))
    assert len(set(left.tolist())) == MEMBERS


def test_quantiles(run, summary):
    by_country = run.quantiles("arrivals_daily")
    assert list(by_country.columns) == ["country", "start", "end", *FIGURES]
    assert set(by_country["country"]) == set(run.network.countries)
    by_place = run.quantiles("queue_cars", by="place")
    assert list(by_place.columns) == ["place", "country", "mode", "start", "end", *FIGURES]
    assert set(by_place["mode"]) == {"car"}
    assert len(run.quantiles("queue_persons", by="place", mode="foot")) > 0
    with pytest.raises(UsageError, match=r"no quantity 'arrivals_dayly' \(did you mean 'arrivals_daily'\?\)"):
        run.quantiles("arrivals_dayly")
    for wrong, words in (
        ({"quantity": "queue_cars"}, "no queue_cars by country: it is by place of mode car"),
        ({"quantity": "arrivals_daily", "mode": "car"}, "no arrivals_daily by country of mode car: it is by country"),
        ({"quantity": "queue_cars", "by": "crossing"}, "by 'crossing': one of country, place"),
        ({"quantity": "beds_needed"}, "no beds_needed by country: it is nowhere in this run"),
    ):
        with pytest.raises(UsageError, match=words):
            run.quantiles(**wrong)


def test_manifest(run):
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["members"] == MEMBERS and manifest["seed"] == 3
    assert manifest["borderflow"] == bf.__version__
    assert manifest["scenario_digest"] == run.scenario.digest() == bf.load("russia-2022").until("2022-10-02").digest()
    assert manifest["parameters"]["patience"] == run.scenario.value("patience")
    assert "lars-draft-office" in manifest["events"]
    assert manifest["seconds"] > 0


def test_a_summary_in_parts_is_the_whole_one(run, monkeypatch):
    """However few series there is room for at once, and however few members are read together."""
    whole = summarise_series(run.network, run.store)
    monkeypatch.setattr(summaries, "AT_ONCE", 5)
    one_by_one = summarise_series(run.network, run.store, room=40 * 8 * MEMBERS * len(run.network.days))
    assert [one.key for one in one_by_one] == [one.key for one in whole] == [one.key for one in run.rows]
    for a, b, c in zip(whole, one_by_one, run.rows, strict=True):
        np.testing.assert_array_equal(a.values, b.values)
        np.testing.assert_array_equal(a.values, c.values)  # what stands in the file is what was computed


def test_a_run_reads_back_whole(run):
    again = open_run(run.folder)
    assert again.scenario == run.scenario.model_copy(update={"folder": None})
    assert again.summary.equals(run.summary)
    assert again.network.lanes == run.network.lanes


def test_one_member(tmp_path):
    single = bf.run(
        "russia-2022", members=1, seed=3, until="2022-09-17", out=tmp_path / "run", workers=1
    ).summary.dropna()
    for one, other in itertools.pairwise(FIGURES):
        np.testing.assert_allclose(single[one], single[other], atol=1e-4)


# ---------------------------------------------------------------------------------------------------------------------
# Folders that are no runs


def test_open_run_where_there_is_none(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ResultsError, match="no manifest.json; give the folder of a finished run"):
            open_run(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read"),
        ("", "cannot be read"),
        ("{}", "format None, this version reads format 2"),
        ('{"format": 99}', "format 99, this version reads format 2; run again"),
    ],
)
def test_open_run_of_a_strange_manifest(tmp_path, content, message):
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ResultsError, match=message) as caught:
        open_run(tmp_path)
    assert "\n" not in str(caught.value)


def damaged(run, tmp_path, damage):
    target = tmp_path / "damaged"
    shutil.copytree(run.folder, target)
    damage(target)
    return target


DAMAGES = {
    "manifest is a list": lambda folder: (folder / "manifest.json").write_text("[]"),
    "manifest is binary": lambda folder: (folder / "manifest.json").write_bytes(b"\xff\xfe{}"),
    "scenario missing": lambda folder: (folder / "manifest.json").write_text('{"format": 2}'),
    "scenario wrong": lambda folder: (folder / "manifest.json").write_text('{"format": 2, "scenario": {"title": 5}}'),
    "summary missing": lambda folder: (folder / "summary.csv").unlink(),
    "cube missing": lambda folder: shutil.rmtree(folder / "results.zarr"),
}


@pytest.mark.parametrize("name", list(DAMAGES))
def test_open_run_of_a_torn_folder(run, tmp_path, name):
    folder = damaged(run, tmp_path, DAMAGES[name])
    with pytest.raises(ResultsError) as caught:
        torn = open_run(folder)
        assert len(torn.summary) and torn.cube()
    assert "\n" not in str(caught.value)
