"""Tornado charts and Sobol indices: against single comparisons, and against a model whose indices are known."""

import subprocess
import sys
from datetime import date

import numpy as np
import pytest

import borderflow as bf
from borderflow.changes import change_capacity
from borderflow.comparison import compare
from borderflow.priors import Unknown, Unknowns, prior_quantile
from borderflow.scenario import Prior
from borderflow.sensitivity import count_members, read_figure, sobol_indices, study_events, study_parameters, variance
from networks import tiny_scenario

PRIORS = {
    "patience": Prior(shape="lognormal", low=4.0, high=40.0),
    "base_departure_rate": Prior(shape="lognormal", low=1e-4, high=4e-4),
    "switch_share": Prior(shape="logitnormal", low=0.1, high=0.5),
}


@pytest.fixture(scope="module")
def tiny():
    scenario = tiny_scenario()
    parameters = {
        name: one.model_copy(update={"prior": PRIORS[name]}) if name in PRIORS else one
        for name, one in scenario.parameters.items()
    }
    return scenario.model_copy(update={"parameters": parameters})


def test_every_bar_is_a_comparison(tiny):
    study = study_events(tiny, ["draft-office", "closure", "relief"], members=4, seed=2)
    tornado = study.tornado("turned_back@GE")
    for name, _, ends, (effect,) in tornado.bars:
        alone = compare(tiny, tiny.without(name), members=4, seed=2).effect("turned_back", country="GE")
        assert effect == alone
        assert ends == ("without",)
    sizes = [abs(effects[0].difference) for *_, effects in tornado.bars]
    assert sizes == sorted(sizes, reverse=True)
    assert tornado.bars[0][0] == "draft-office"
    assert "relief" not in [name for name, *_ in tornado.bars], "it changes needs, not people"
    assert "draft-office" in str(tornado)


def test_all_events_and_further_changes(tiny):
    more = {"two more lanes": change_capacity(tiny, "mountain", 3)}
    study = study_events(tiny, members=2, changes=more)
    assert len(study.swings) == len(tiny.active_events()) + 1
    assert "two more lanes" in [name for name, *_ in study.tornado("person_hours_waiting", bars=99).bars]


def test_parameters_are_moved_to_the_ends_of_their_priors(tiny):
    study = study_parameters(tiny, ["patience", "base_departure_rate"], members=3, seed=2)
    tornado = study.tornado("person_hours_waiting")
    bars = {name: (ends, effects) for name, _, ends, effects in tornado.bars}
    assert bars["base_departure_rate"][0] == ("0.0001", "0.0004")
    low, high = bars["base_departure_rate"][1]
    assert low.difference < 0 < high.difference
    moved = compare(tiny, tiny.with_parameters(base_departure_rate=1e-4), members=3, seed=2).effect(
        "person_hours_waiting"
    )
    assert low.difference == pytest.approx(moved.difference, rel=1e-9)


def test_the_common_error_of_capacities_moves_all_guessed_posts():
    scenario = bf.load("russia-2022").until("2022-09-24")
    study = study_parameters(scenario, ["capacity.mean", "capacity.spread", "capacity:petukhovo"], members=1)
    common, own = study.swings
    assert (common.name, own.name) == ("capacity.mean", "capacity:petukhovo")
    for swing in (common, own):
        assert any(effect.touched for effects in swing.effects for effect in effects)


# --- Sobol ---


def test_indices_of_a_model_that_is_known(monkeypatch):
    """Y = 4 z1 + 3 z2 + 0 z3 of standard normals: S1 = ST = 16/25, 9/25, 0.

    SALib's 95 % intervals by resampling are taken times 2.5, which is five standard errors (error rate below 1e-6 each
    if they are right).
    """
    normal = Prior(shape="normal", low=-1.6448536269514722, high=1.6448536269514722)
    unknowns = Unknowns(tuple(Unknown(name, "parameter", "1", normal) for name in ("a", "b", "c")))
    problem, design = variance._design(unknowns, 512, 3)
    from scipy.special import ndtri

    z = prior_quantile(normal, ndtri(design))
    found = variance._analyse(problem, 4 * z[:, 0] + 3 * z[:, 1], 3)
    for index in ("S1", "ST"):
        assert (np.abs(found[index] - [0.64, 0.36, 0.0]) < 2.5 * found[f"{index}_conf"] + 1e-9).all()
        assert found[f"{index}_conf"].max() < 0.15


def test_indices_of_a_scenario(tiny):
    names = ["base_departure_rate", "patience"]
    found = sobol_indices(tiny, names, "person_hours_waiting", samples=16, members=1, scale="log")
    assert found.names[0] == "base_departure_rate"
    assert found.total[0] > 0.5
    assert found.runs == 16 * 4
    assert 0 <= found.chance < 0.5
    again = sobol_indices(tiny, names, "person_hours_waiting", samples=16, members=1, scale="log")
    np.testing.assert_array_equal(found.total, again.total)
    assert "base_departure_rate" in str(found)


def test_a_parameter_set_is_a_run_with_these_values(tiny):
    """The first point of the design, run alone with the same member, gives the same figure."""
    from scipy.special import ndtri

    from borderflow.network import compile_network
    from borderflow.outcomes import simulate_outcome
    from borderflow.priors import list_unknowns

    unknowns = list_unknowns(tiny, only=["patience"])
    _, design = variance._design(unknowns, 4, 1)
    key = ("left_home", "", "RU", "all")
    common = {"seed": 1, "workers": 1, "advance": None}
    figures = variance._run_design(compile_network(tiny), unknowns, design, key, "sum", 2, common)
    value = float(prior_quantile(PRIORS["patience"], ndtri(design[:1, 0]))[0])
    alone = simulate_outcome(tiny.with_parameters(patience=value), members=2)
    assert figures[0] == variance._figure(alone, key, "sum").mean()


# --- mistakes, the command ---


def test_figures_are_read():
    assert read_figure("queue_persons") == ("queue_persons", "", "all")
    with pytest.raises(bf.UsageError, match="did you mean 'queue_persons'"):
        read_figure("queue_person@x")


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda s: study_events(s, ["closer"], members=1), "did you mean 'closure'"),
        (lambda s: study_parameters(s, ["patiense"], members=1), "'patiense' is not among the unknowns"),
        (lambda s: study_events(s, ["closure"], members=1).tornado("turned_back@mountian"), "did you mean 'mountain'"),
        (lambda s: study_events(s, [], members=1).tornado("turned_back"), "holds no event or parameter"),
        (lambda s: sobol_indices(s, ["patience"], "turned_back", samples=3), "power of two, got 3"),
        (lambda s: sobol_indices(s, [], "turned_back"), "name the parameters"),
        (lambda s: sobol_indices(s, ["patience"], "turned_back@XX", samples=2), "no turned_back/all of XX"),
        (lambda s: sobol_indices(s, ["patience"], "turned_back", "median", samples=2), "its days become a sum"),
        (
            lambda s: sobol_indices(
                s.model_copy(update={"announcement": date(2022, 10, 5)}), ["patience"], "turned_back", samples=2
            ),
            "no whole day since 2022-10-05",
        ),
    ],
)
def test_mistakes(tiny, ask, words):
    with pytest.raises(bf.UsageError, match=words):
        ask(tiny)


def test_progress_knows_how_much_there_is(tiny):
    counts = []
    study_parameters(tiny, ["patience", "switch_share"], members=2, advance=counts.append)
    assert sum(counts) == count_members(tiny, False, True, None, ["patience", "switch_share"], 2)
    counts.clear()
    study_events(tiny, ["closure"], members=3, advance=counts.append)
    assert sum(counts) == count_members(tiny, True, False, None, ["closure"], 3)


def test_the_picture_of_a_tornado(tiny, tmp_path):
    picture = study_parameters(tiny, members=2).tornado("person_hours_waiting").plot(tmp_path / "t.png")
    assert "person-hours" in picture.axes[0].get_xlabel()
    assert (tmp_path / "t.png").stat().st_size > 5_000
    with pytest.raises(bf.UsageError, match="nothing to draw"):
        study_events(tiny, ["relief"], members=1).tornado("turned_back").plot()


def test_the_command(tmp_path):
    command = [
        sys.executable,
        "-m",
        "borderflow.cli",
        "sensitivity",
        "russia-2022",
        "--until",
        "2022-09-24",
        "--members",
        "1",
    ]
    options = ["--events", "--among", "mobilisation", "--of", "arrivals_daily@GE", "--out", "here"]
    answer = subprocess.run(
        [*command, *options], capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert "mobilisation" in answer.stdout
    assert (tmp_path / "here" / "tornado-arrivals-daily-ge.png").is_file()
    wrong = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False)
    assert wrong.returncode == 2
    assert "--events, --parameters and --sobol" in wrong.stderr
