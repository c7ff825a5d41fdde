"""Exports are opened by the readers of those they are meant for."""

import csv
import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import borderflow as bf
from borderflow.disclosure import COLUMNS, FIGURES, describe, tabulate
from borderflow.exports import HUB_COLUMNS, HXL_TAGS, export
from borderflow.results import QUANTILES, QUANTITIES
from networks import tiny_scenario

FORMATS = ("csv", "hxl", "hub", "parquet", "netcdf", "geojson", "hdx")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return bf.run(tiny_scenario(), members=6, seed=2, out=tmp_path_factory.mktemp("runs") / "tiny")


@pytest.fixture(scope="module")
def whole(run):
    return tabulate(run, min_cell=0)


# --- readers ---


def test_csv_has_the_figures_of_the_summary(run, whole, tmp_path):
    path = export(run, "csv", tmp_path / "all.csv", min_cell=0)
    read = pd.read_csv(path, keep_default_na=False, na_values={name: [""] for name in FIGURES})
    assert tuple(read.columns) == tuple(COLUMNS)
    assert len(read) == len(run.summary)
    np.testing.assert_allclose(read["mean"], run.summary["mean"], atol=6e-5)
    assert set(read["country"]) == {"GEO", "FIN", "TUR", "RUS"}
    assert set(read["origin"]) == {"RUS"}


def test_hxl_is_read_by_libhxl(run, tmp_path):
    import hxl

    path = export(run, "hxl", tmp_path / "all.csv")
    with hxl.data(str(path), hxl.InputOptions(allow_local=True)) as source:
        assert [column.display_tag for column in source.columns] == [HXL_TAGS[name] for name in COLUMNS]
        assert [column.header for column in source.columns] == list(COLUMNS)
        arrivals = source.with_rows("#indicator+code=arrivals_daily").with_rows("#country+code+v_iso3=FIN")
        rows = list(arrivals)
    table = tabulate(run)
    assert len(rows) == ((table["quantity"] == "arrivals_daily") & (table["country"] == "FIN")).sum() > 0
    assert rows[0].get("#date+end") in set(table["end"])


def test_hxl_columns_keep_their_meaning_apart():
    assert set(HXL_TAGS) == set(COLUMNS)
    assert len(set(HXL_TAGS.values())) == len(HXL_TAGS)


def test_parquet_is_read_by_pandas_with_its_types(run, tmp_path):
    import pyarrow.parquet as pq

    path = export(run, "parquet", tmp_path / "all.parquet", sensitivity="high")
    read = pd.read_parquet(path)
    pd.testing.assert_frame_equal(read, tabulate(run), check_dtype=False)
    assert read["mean"].dtype == np.float64
    about = json.loads(pq.read_schema(path).metadata[b"borderflow"])
    assert about["sensitivity"] == "high"
    assert about["min_cell"] == 10


def test_hub_format(run, whole, tmp_path):
    path = export(run, "hub", tmp_path / "hub.csv", min_cell=0, reference_date="2022-09-27", model_id="team-model")
    read = pd.read_csv(path, dtype={"output_type_id": str}, keep_default_na=False)
    assert tuple(read.columns) == HUB_COLUMNS
    assert set(read["model_id"]) == {"team-model"}
    assert read["target_end_date"].min() == "2022-09-28"
    days = pd.to_datetime(read["target_end_date"]) - pd.to_datetime(read["reference_date"])
    assert (days.dt.days == read["horizon"]).all()
    assert set(read["output_type_id"]) == {"NA", *(f"{q:g}" for q in QUANTILES)}
    key = ["target", "location", "target_end_date", "output_type", "output_type_id"]
    assert not read.duplicated(key).any()
    for _, group in read[read["output_type"] == "quantile"].groupby(key[:3]):
        assert group.sort_values("output_type_id", key=lambda ids: ids.astype(float))["value"].is_monotonic_increasing
    one = whole[(whole["quantity"] == "wait_hours") & (whole["place_code"] == "mountain") & (whole["mode"] == "car")]
    mine = read[
        (read["target"] == "wait_hours_car") & (read["location"] == "mountain") & (read["output_type"] == "mean")
    ]
    np.testing.assert_allclose(mine["value"], one[one["end"] > "2022-09-27"]["mean"], atol=6e-5)


def test_netcdf_is_read_by_xarray_after_the_cf_conventions(run, whole, tmp_path):
    path = export(run, "netcdf", tmp_path / "all.nc", min_cell=0)
    with xr.open_dataset(path, engine="scipy") as read:
        read.load()
    assert read.attrs["Conventions"] == "CF-1.11"
    assert read.attrs["featureType"] == "timeSeries"
    assert read.attrs["sensitivity"] == "moderate"
    assert read["time"].dtype.kind == "M"
    assert read["latitude"].attrs == {"standard_name": "latitude", "units": "degrees_north"}
    assert read["site_id"].attrs["cf_role"] == "timeseries_id"
    assert {name for name in QUANTITIES if name in read} == set(whole["quantity"])
    for name in set(whole["quantity"]):
        assert read[name].attrs["units"] in ("1", "hour", "L", "m2")
        assert read[name].attrs["cell_methods"].startswith("time: ")
    ids = [text.decode() if isinstance(text, bytes) else str(text) for text in read["site_id"].values]
    at = {"site": ids.index("mountain/car"), "time": np.datetime64("2022-09-28")}
    one = whole[(whole["quantity"] == "queue_persons") & (whole["place_code"] == "mountain")]
    one = one[(one["mode"] == "car") & (one["end"] == "2022-09-28")].iloc[0]
    got = read["queue_persons"].isel(site=at["site"]).sel(time=at["time"])
    np.testing.assert_allclose(got.values, [one[f"q{100 * q:02.0f}"] for q in QUANTILES], rtol=1e-6)
    assert float(read["latitude"][at["site"]]) == 42.75


def test_geojson_of_crossings(run, whole, tmp_path):
    path = export(run, "geojson", tmp_path / "all.geojson", min_cell=0)
    read = json.loads(path.read_text())
    assert read["type"] == "FeatureCollection"
    assert read["metadata"]["sensitivity"] == "moderate"
    crossings = {feature["properties"]["port_number"] for feature in read["features"]}
    assert crossings == {"mountain", "bridge", "ferry", "forest"}
    for feature in read["features"]:
        assert feature["geometry"]["type"] == "Point"
        lon, lat = feature["geometry"]["coordinates"]
        assert 27 < lon < 45
        assert 42 < lat < 61
    at = {"port_number": "mountain", "lane_type": "passenger_vehicle", "date": "2022-09-28"}
    (one,) = [f["properties"] for f in read["features"] if at.items() <= f["properties"].items()]
    wait = whole[(whole["quantity"] == "wait_hours") & (whole["place_code"] == "mountain") & (whole["mode"] == "car")]
    assert one["delay_minutes"] == pytest.approx(60 * wait[wait["end"] == "2022-09-28"]["mean"].iloc[0], abs=0.06)
    assert one["port_status"] == "Open"
    assert one["border"] == "RUS-GEO"
    ferry = [f["properties"] for f in read["features"] if f["properties"]["port_number"] == "ferry"]
    assert ferry[0]["port_status"] == "No traffic"  # it opens on the third day
    # few passed is hidden, and yet it was open
    guarded = json.loads(export(run, "geojson", tmp_path / "some.geojson", min_cell=10_000).read_text())["features"]
    assert not any(one["properties"]["persons_admitted"] for one in guarded)
    shown = [[one["properties"]["port_status"] for one in features] for features in (guarded, read["features"])]
    assert shown[0] == shown[1]


def test_hdx_folder(run, tmp_path):
    import hxl

    folder = export(run, "hdx", tmp_path / "for-hdx")
    about = json.loads((folder / "metadata.json").read_text())
    assert {one["name"] for one in about["resources"]} | {"metadata.json"} == {path.name for path in folder.iterdir()}
    for field in ("title", "notes", "dataset_source", "dataset_date", "methodology_other", "caveats", "license_id"):
        assert about[field], field
    assert about["private"] is True
    assert about["dataset_date"] == "[2022-09-26T00:00:00 TO 2022-09-29T23:59:59]"  # the end of a scenario is exclusive
    assert {"name": "geo"} in about["groups"]
    assert "not observed" in about["caveats"]
    with hxl.data(str(folder / "figures-hxl.csv"), hxl.InputOptions(allow_local=True)) as source:
        assert sum(1 for _ in source) == len(run.summary)
    with (folder / "data-dictionary.csv").open() as file:
        words = {row["name"] for row in csv.DictReader(file)}
    assert words == set(COLUMNS) | set(QUANTITIES)
    again = export(run, "hdx", tmp_path / "for-hdx")
    assert again == folder


# --- small cells and labels ---


def test_no_small_count_leaves(run, whole):
    table = tabulate(run, min_cell=10)
    counts = table["unit"].isin(["persons", "vehicles"])
    left = table.loc[counts, list(FIGURES)].to_numpy()
    assert not ((np.abs(left) > 0) & (np.abs(left) < 10)).any()
    small = whole.loc[counts, list(FIGURES)].to_numpy()
    small = (np.abs(small) > 0) & (np.abs(small) < 10)
    assert small.any()
    assert (table.loc[counts, "hidden"].to_numpy() >= small.any(axis=1)).all()
    others = ~counts & ~table["quantity"].isin(
        ["person_hours_waiting", "needs_water", "needs_toilets", "needs_shelter"]
    )
    pd.testing.assert_frame_equal(table[others].drop(columns="hidden"), whole[others].drop(columns="hidden"))


def test_what_follows_from_a_hidden_line_is_hidden_with_it(run, whole):
    table = tabulate(run, min_cell=100)
    line = whole[(whole["quantity"] == "queue_persons") & (whole["mode"] == "all")]
    short = line[(line["mean"] > 0) & (line["mean"] < 100)]
    assert len(short) > 0
    for row in short.itertuples():
        same = table[(table["place"] == row.place) & (table["end"] == row.end)]
        follows = same[same["quantity"].isin(["person_hours_waiting", "needs_water", "needs_toilets"])]
        assert follows["mean"].isna().all()
        assert (follows["hidden"] == 1).all()


def test_zero_lets_everything_through(whole, run):
    assert not whole["hidden"].any()
    np.testing.assert_array_equal(whole["mean"], run.summary["mean"])


def test_codes_are_opaque_text(tmp_path):
    places = tuple(
        place.model_copy(update={"region": "007-Ж"}) if place.id == "mountain" else place
        for place in tiny_scenario().places
    )
    run = bf.run(tiny_scenario().model_copy(update={"places": places}), members=2, out=tmp_path / "run")
    read = pd.read_csv(export(run, "csv", tmp_path / "x.csv"), dtype=str, keep_default_na=False)
    assert set(read[read["place_code"] == "mountain"]["region_code"]) == {"007-Ж"}
    assert set(pd.read_parquet(export(run, "parquet", tmp_path / "x.pq"))["region_code"]) >= {"007-Ж"}


def test_the_description_says_what_the_spread_leaves_out(run):
    about = describe(run, sensitivity="low", min_cell=5)
    assert any("chance alone" in text for text in about["caveats"])
    assert any("1 to 4 people are left out" in text for text in about["caveats"])
    assert about["origin"] == "RUS"


# --- mistakes ---


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"format": "xls"}, "format 'xls': one of csv"),
        ({"format": "hx"}, "did you mean 'hxl'"),
        ({"format": "csv", "min_cell": -1}, "min_cell must be 0 or more"),
        ({"format": "csv", "sensitivity": "secret"}, "one of low, moderate, high, severe"),
        ({"format": "hdx", "sensitivity": "severe"}, "must not be shared on a public platform"),
        ({"format": "hub", "reference_date": "2023-01-01"}, "no day after the reference date"),
        ({"format": "hub", "reference_date": "soon"}, "not a date: 'soon'"),
        ({"format": "hub", "reference_date": "2022-09-27 or so"}, "not a date: '2022-09-27 or so'"),
    ],
)
def test_mistakes(run, tmp_path, wrong, words):
    with pytest.raises(bf.UsageError, match=words):
        export(run, path=tmp_path / "out", **wrong)
    assert not list(tmp_path.iterdir())


def test_an_address_is_no_folder_of_this_disk(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for where in ("s3://bucket/all.csv", Path("s3://bucket/all.csv"), "memory://all.csv"):
        with pytest.raises(bf.UsageError, match="an export is written to a disk, not to an address"):
            export(run, "csv", where)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_a_place_that_cannot_be_written_is_said_in_one_line(run, tmp_path, format):
    (tmp_path / "file").write_text("")
    with pytest.raises(bf.ResultsError, match="cannot be written"):
        export(run, format, tmp_path / "file" / "below", reference_date=date(2022, 9, 26))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_of_somebody_else_is_not_replaced(run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(bf.UsageError, match="not an exported folder"):
        export(run, "hdx", tmp_path / "mine")
    with pytest.raises(bf.UsageError, match="is a folder; name a file"):
        export(run, "csv", tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
