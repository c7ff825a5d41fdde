"""Plots: what they show is what the run holds; every axis names its unit; mistakes are one line."""

import subprocess
import sys

import numpy as np
import pytest

import borderflow as bf
from borderflow.comparison import compare
from borderflow.results import QUANTITIES
from networks import tiny_scenario


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return bf.run(tiny_scenario(), members=6, seed=2, out=tmp_path_factory.mktemp("runs") / "tiny")


def lines(axes):
    return {line.get_label(): line for line in axes.get_lines()}


@pytest.mark.parametrize("quantity", sorted(QUANTITIES))
def test_every_quantity_of_the_run_can_be_drawn(run, quantity):
    if quantity not in set(run.summary["quantity"]):
        with pytest.raises(bf.UsageError, match=f"this run has no {quantity}"):
            run.plot(quantity)
        return
    picture = run.plot(quantity)
    for axes in picture.axes:
        assert QUANTITIES[quantity].unit in axes.get_ylabel()
        assert axes.get_title(loc="left")


def test_the_line_is_the_median_of_the_summary(run):
    picture = run.plot("queue_persons", "mountain")
    rows = run.summary[(run.summary["quantity"] == "queue_persons") & (run.summary["place"] == "mountain")]
    rows = rows[rows["mode"] == "all"]
    np.testing.assert_array_equal(lines(picture.axes[0])["median"].get_ydata(), rows["q50"])


def test_the_queue_is_that_of_the_cube(run):
    picture = run.plot_queue("mountain")
    cube = run.cube()
    columns = [name for name in cube["lane"].values if str(name).startswith("mountain/")]
    line = (cube["queue_exit"] + cube["queue_entry"]).sel(lane=columns).sum("lane").median("member")
    np.testing.assert_array_equal(lines(picture.axes[0])["median"].get_ydata(), line)
    assert [axes.get_ylabel() for axes in picture.axes] == ["persons", "hours"]
    assert len(run.plot_queue().axes) == 6


def test_the_map_shows_the_lines_of_a_day_and_the_disclaimer(run):
    picture = run.plot_map("2022-09-28")
    words = " ".join(text.get_text() for text in picture.axes[0].texts)
    assert "mountain" in words
    assert "28 September 2022" in picture.axes[0].get_title(loc="left")
    assert "express no opinion" in picture.get_supxlabel()


def test_a_comparison_draws_its_main_effects(run):
    found = compare(tiny_scenario(), tiny_scenario().without("draft-office"), members=4)
    picture = found.plot()
    first = lines(picture.axes[0])["mean difference"].get_ydata()
    np.testing.assert_allclose(first, found.daily("arrivals_daily").mean)
    assert all("difference" in axes.get_ylabel() for axes in picture.axes)
    with pytest.raises(bf.UsageError, match="nothing to draw"):
        compare(tiny_scenario(), tiny_scenario(), members=2).plot()


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_pictures_are_saved_by_their_ending(run, tmp_path, ending):
    path = tmp_path / f"x.{ending}"
    run.plot("arrivals_daily", ["GE"], path=path)
    assert path.stat().st_size > 5_000


def test_pictures_show_themselves_in_notebooks(run):
    assert run.plot("arrivals_daily", "GE")._repr_png_()[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda run: run.plot("arivals_daily"), "did you mean 'arrivals_daily'"),
        (lambda run: run.plot("arrivals_daily", "GEO"), "no arrivals_daily of 'GEO'"),
        (lambda run: run.plot("queue_persons", "mountian"), "did you mean 'mountain'"),
        (lambda run: run.plot("queue_persons", mode="rocket"), "has no mode 'rocket'"),
        (lambda run: run.plot_queue("mountian"), "did you mean 'mountain'"),
        (lambda run: run.plot_map("2021-01-01"), "no whole day 2021-01-01"),
        (lambda run: run.plot_map(path="map.docx"), "ending '.docx'"),
    ],
)
def test_mistakes(run, draw, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(bf.UsageError, match=words):
        draw(run)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written(run, tmp_path):
    with pytest.raises(bf.ResultsError, match="cannot be written"):
        run.plot("arrivals_daily", path=tmp_path / "nowhere" / "x.png")


def test_without_matplotlib_the_message_names_the_extra(run):
    code = (
        "import sys; sys.modules['matplotlib.axes'] = None\n"
        f"import borderflow as bf\nrun = bf.open_run({str(run.folder)!r})\n"
        "try:\n    run.plot('arrivals_daily')\nexcept bf.UsageError as error:\n    print(error)\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "pip install 'borderflow[plots]'" in answer.stdout
