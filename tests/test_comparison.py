"""Paired comparisons: what they hold equal, what they find, how sure they say they are."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats

import borderflow as bf
from borderflow.changes import change_capacity, close_crossing, move_event
from borderflow.comparison import Comparison, compare
from borderflow.effects import EFFECT_COLUMNS, STATISTICS, members_needed
from borderflow.errors import UsageError
from borderflow.outcomes import Outcome, simulate_outcome
from borderflow.results import QUANTITIES
from borderflow.simulation import Setting
from networks import EVENTS, fleeing_scenario, tiny_scenario

MEMBERS = 12


@pytest.fixture(scope="module")
def tiny():
    return tiny_scenario()


@pytest.fixture(scope="module")
def reference(tiny):
    return simulate_outcome(tiny, members=MEMBERS, seed=3)


def outcome(series, *, seed=1, members=None):
    """Return an outcome with given daily values, shape (member, day), of arrivals in Finland."""
    scenario = tiny_scenario()
    values = np.asarray(series, float)
    days = tuple(date(2022, 9, 26 + n) for n in range(values.shape[1]))
    complete = dict.fromkeys(("", "FI"), np.ones(len(days), bool))
    numbers = tuple(range(len(values))) if members is None else members
    return Outcome(scenario, seed, numbers, days, {("arrivals_daily", "", "FI", "all"): values}, complete)


# --- what is held equal ---


def test_a_scenario_differs_from_itself_in_nothing(tiny, reference):
    same = compare(reference, tiny)
    assert len(same.effects) > 100
    for effect in same.effects:
        assert not effect.touched, effect
        assert effect.difference == effect.low == effect.high == 0 or effect.members == 0
    assert same.main_effects() == ()
    assert "No member differs" in str(same)


def test_where_only_needs_differ_the_main_effects_are_needs():
    scenario = bf.load("ukraine-2022").until("2022-03-01")
    camp = compare(scenario, scenario.without("palanca-camp"), members=2)
    effects = camp.main_effects()
    assert {(one.quantity, one.place) for one in effects} == {("needs_shelter", "Maiaky-Udobne")}
    highest = next(one for one in effects if one.statistic == "highest")
    # 500 places under cover of 3.5 square metres each
    assert highest.difference == pytest.approx(1750.0)
    assert highest.label == "covered floor needed in line, most, m2"
    assert "No member differs" not in str(camp)
    beds = compare(camp.reference, scenario.without("moldova-centres")).main_effects()
    assert {(one.quantity, one.country) for one in beds} == {("beds_short", "MD")}
    assert max(one.difference for one in beds) == pytest.approx(900.0)


def test_the_other_way_round_has_the_other_sign(tiny, reference):
    changed = simulate_outcome(tiny.without("draft-office"), members=MEMBERS, seed=3)
    there, back = Comparison(reference, changed, reference.members, reference.days), compare(changed, reference)
    assert any(effect.touched for effect in there.effects)
    for a, b in zip(there.effects, back.effects, strict=True):
        np.testing.assert_allclose(
            [a.difference, a.low, a.high, *a.quantiles],
            [-b.difference, -b.high, -b.low, *(-q for q in b.quantiles[::-1])],
        )
        np.testing.assert_equal(a.members_needed, b.members_needed)


@pytest.mark.parametrize("event", [row["id"] for row in EVENTS])
def test_nothing_differs_before_the_change(tiny, reference, event):
    begin = next(one.start for one in tiny.events if one.id == event)
    changed = compare(reference, tiny.without(event))
    touched = [key for key in changed.keys if not np.array_equal(*changed.pair(key), equal_nan=True)]
    assert touched, "every event of the tiny network acts"
    early = np.array([day < begin.date() for day in changed.days])
    for key in touched:
        if not key[0].startswith("needs_shelter"):
            before, after = changed.pair(key)
            np.testing.assert_array_equal(before[:, early], after[:, early])


def test_pairing_makes_a_difference_far_more_certain(tiny, reference):
    effect = compare(reference, tiny.without("draft-office")).effect("person_hours_waiting")
    assert effect.certain
    assert effect.difference > 0  # who is not stopped stands in line
    assert effect.members_needed <= effect.members_needed_unpaired / 10


# --- what it finds ---


def test_runs_on_disk_and_scenarios_in_memory_give_the_same_figures(tiny, reference, tmp_path):
    for name, scenario in (("a", tiny), ("b", tiny.without("closure"))):
        bf.run(scenario, members=MEMBERS, seed=3, out=tmp_path / name)
    on_disk = compare(tmp_path / "a", tmp_path / "b")
    in_memory = compare(reference, tiny.without("closure"))
    mixed = compare(bf.open_run(tmp_path / "a"), tiny.without("closure"))
    for other in (on_disk, mixed):
        assert [str(e) for e in other.effects] == [str(e) for e in in_memory.effects]


def test_the_figures_are_those_of_the_summary(tiny, tmp_path):
    run = bf.run(tiny, members=MEMBERS, seed=3, out=tmp_path / "run")
    found = compare(run, tiny.without("closure"))
    frame = run.summary.set_index(["quantity", "place", "country", "mode", "end"])["mean"]
    checked = 0
    for key in found.keys:
        if (key[1] or key[2]) and key[0] != "arrivals_cumulative":
            daily = found.daily(*key)
            for day, value in zip(daily.days, daily.reference, strict=True):
                np.testing.assert_allclose(value, frame[(*key, day.isoformat())], atol=6e-5)
                checked += 1
    assert checked > 400


def test_totals_over_countries_are_sums_of_the_countries(tiny, reference):
    found = compare(reference, tiny.without("shock"))
    parts = [found.pair(("arrivals_daily", "", country, "all"))[1] for country in ("GE", "FI", "TR")]
    np.testing.assert_array_equal(found.pair(("arrivals_daily", "", "", "all"))[1], sum(parts))


def test_who_passes_two_countries_is_in_the_total_once():
    # the total without double counts was added to the sum of the countries: all arrivals twice
    scenario = fleeing_scenario(days=4)
    found = simulate_outcome(scenario, members=2)
    once = found.series["arrivals_daily", "", "XX", "all"]
    by_country = sum(found.series["arrivals_daily", "", country, "all"] for country in ("FI", "GE", "TR"))
    assert 0 < once.sum() < by_country.sum()
    np.testing.assert_array_equal(found.series["arrivals_daily", "", "", "all"], once)
    main = compare(found, scenario.without("shock")).main_effects()
    assert [one.country for one in main if one.quantity == "arrivals_daily"].count("") == 1
    assert "XX" not in {one.country for one in main}


def test_every_quantity_has_a_statistic(reference, tiny):
    assert set(STATISTICS) == set(QUANTITIES)
    found = compare(reference, tiny.without("shock"))
    for quantity, want in (("queue_persons", 2), ("turned_back", 1), ("wait_hours", 2), ("air_price", 1)):
        assert len(STATISTICS[quantity]) == want
    highest = found.effect("queue_persons", place="mountain", statistic="highest")
    mean = found.effect("queue_persons", place="mountain", statistic="mean")
    assert highest.reference > mean.reference > 0


@pytest.mark.parametrize(
    ("change", "quantity", "where", "sign"),
    [
        (lambda s: close_crossing(s, "mountain", "2022-09-27"), "arrivals_daily", {"place": "mountain"}, -1),
        (
            lambda s: change_capacity(s, "mountain", 3, modes=["car"]),
            "wait_hours",
            {"place": "mountain", "mode": "car"},
            -1,
        ),
        (lambda s: move_event(s, "entry-ban", hours=-30), "entry_refused", {"country": "FI"}, 1),
        (lambda s: s.with_parameters(patience=2.0), "left_the_line", {"place": "mountain"}, 1),
        (lambda s: s.without("service-halt"), "arrivals_daily", {"place": "mountain", "mode": "bus"}, 1),
        (lambda s: s.without("opening"), "arrivals_daily", {"place": "ferry"}, -1),
    ],
    ids=["closed", "lanes", "moved", "parameter", "bus halt", "never opened"],
)
def test_changes_of_every_kind(tiny, reference, change, quantity, where, sign):
    effect = compare(reference, change(tiny)).effect(quantity, **where)
    assert np.sign(effect.difference) == sign
    assert effect.certain


def test_a_crossing_that_only_one_scenario_has_counts_as_nobody_in_the_other(tiny, reference):
    fewer = tiny.model_copy(
        update={
            "lanes": tuple(lane for lane in tiny.lanes if lane.crossing != "ferry"),
            "links": tuple(link for link in tiny.links if link.to != "ferry"),
            "events": tuple(event for event in tiny.events if event.id != "opening"),
        }
    )
    effect = compare(reference, fewer).effect("arrivals_daily", place="ferry")
    assert effect.reference > 0
    assert effect.other == 0
    assert effect.difference == -effect.reference


# --- how sure it is ---


def test_members_needed_has_the_power_it_promises():
    """Against the noncentral t distribution: power at n, and short of it with two members fewer."""

    def power(n, d):
        critical = stats.t.ppf(0.975, n - 1)
        shift = d * np.sqrt(n)
        return stats.nct.sf(critical, n - 1, shift) + stats.nct.cdf(-critical, n - 1, shift)

    for d in (0.1, 0.2, 0.5, 0.8, 1.0, 1.5):
        n = int(members_needed(d, 1.0))
        assert power(n, d) > 0.9 - 0.01, d
        assert power(n - 2, d) < 0.9 + 0.005, d


def test_members_needed_at_the_edges():
    np.testing.assert_array_equal(
        members_needed([0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 0.0, np.nan]), [np.nan, 2, np.nan, np.nan]
    )


def test_the_interval_of_the_mean_covers_as_often_as_it_says():
    """90 % of 2,000 intervals from 8 normal members; five standard errors of a proportion are 3.4 points."""
    generator = np.random.default_rng(5)
    inside = 0
    for _ in range(2000):
        before = generator.normal(size=(8, 1))
        effect = compare(outcome(before), outcome(before + generator.normal(2.0, 3.0, (8, 1)))).effect(
            "arrivals_daily", country="FI"
        )
        inside += effect.low <= 2.0 <= effect.high
    assert abs(inside / 2000 - 0.9) < 0.034


def test_members_without_a_value_are_left_out_in_pairs():
    before = outcome([[1.0], [np.nan], [3.0], [5.0]])
    after = outcome([[2.0], [7.0], [np.nan], [9.0]])
    effect = compare(before, after).effect("arrivals_daily", country="FI")
    assert effect.members == 2
    assert (effect.reference, effect.other, effect.difference) == (3.0, 5.5, 2.5)
    np.testing.assert_allclose(effect.quantiles, np.quantile([1.0, 4.0], [0.05, 0.25, 0.5, 0.75, 0.95]))


def test_only_common_members_are_paired():
    found = compare(outcome([[1.0], [2.0], [3.0]]), outcome([[30.0], [20.0]], members=(2, 1)))
    assert found.members == (1, 2)
    assert found.effect("arrivals_daily", country="FI").difference == np.mean([20 - 2, 30 - 3])


# --- a fit ---


def test_members_may_have_parameter_values_of_their_own(tiny):
    values = [{"patience": float(p)} for p in (2, 50)]
    spread = compare(tiny, tiny.without("draft-office"), values, members=4, seed=3)
    left = spread.pair(("left_the_line", "mountain", "GE", "all"))[0].sum(axis=1)
    assert min(left[[0, 2]]) > max(left[[1, 3]])
    fixed = [simulate_outcome(tiny.with_parameters(patience=p), members=[m], seed=3) for m, p in enumerate((2.0, 50.0))]
    for member, alone in enumerate(fixed):
        key = ("turned_back", "", "GE", "all")
        np.testing.assert_array_equal(spread.reference.series[key][member], alone.series[key][0])


def test_a_changed_parameter_keeps_its_new_value_whatever_the_fit_says(tiny):
    values = [{"patience": 50.0, "switch_share": 0.3}] * 2
    found = compare(tiny, tiny.with_parameters(patience=2.0), values, members=2, seed=3)
    assert found.effect("left_the_line", place="mountain").difference > 0
    assert [set(own.values) for own in found.other.settings] == [{"switch_share"}] * 2


def test_settings_and_mappings_of_values_are_the_same(tiny):
    a = compare(tiny, tiny.without("closure"), [Setting({"patience": 2.0})], members=2)
    b = compare(tiny, tiny.without("closure"), [{"patience": 2.0}], members=2)
    assert str(a) == str(b)
    for wrong in (3, {"patience": 2.0}, [2.0], object()):
        with pytest.raises(UsageError, match="fit: give a fit, or a sequence of settings"):
            compare(tiny, tiny, wrong, members=2)


def test_further_events_of_a_member_are_in_both_scenarios(tiny):
    closure = close_crossing(tiny, "forest", "2022-09-27").events[-1]
    found = compare(tiny, tiny.without("draft-office"), [Setting(), Setting(events=(closure,))], members=2, seed=3)
    for arrivals in found.pair(("arrivals_daily", "forest", "FI", "all")):
        assert arrivals[0].sum() > 2 * arrivals[1].sum()


# --- mistakes, progress, files ---


def test_what_cannot_be_paired_is_refused(tiny, reference):
    shifted = tiny.model_copy(update={"start": tiny.start.replace(hour=1)})
    with pytest.raises(UsageError, match="cannot be paired: starts are"):
        compare(reference, shifted)
    with pytest.raises(UsageError, match="cannot be paired: seeds are 1 and 2"):
        compare(outcome([[1.0]]), outcome([[1.0]], seed=2))
    with pytest.raises(UsageError, match="no member or no day in common"):
        compare(outcome([[1.0]]), outcome([[1.0]], members=(9,)))
    with pytest.raises(UsageError, match="members must be 1 to 1,000,000, got 0"):
        compare(tiny, tiny, members=0)
    with pytest.raises(UsageError, match="seed must be 0 to"):
        compare(tiny, tiny, members=1, seed=-1)
    with pytest.raises(UsageError, match="workers must be 1 to 1024, got 0"):
        compare(tiny, tiny, members=1, workers=0)
    for more in ({"until": "2022-09-28"}, {"fit": [{"patience": 2.0}]}):
        with pytest.raises(UsageError, match="the reference is simulated already"):
            compare(reference, tiny, **more)
    with pytest.raises(UsageError, match="engines are kernels-old and kernels-"):
        compare(replace(reference, engine="kernels-old"), tiny)
    with pytest.raises(UsageError, match="engines are kernels-old and kernels-"):
        compare(replace(reference, engine="kernels-old"), reference)


def test_runs_whose_members_differ_are_not_said_to_share_parameters(tiny, tmp_path):
    settings = [Setting({"patience": float(p)}) for p in (2, 8, 50)]
    own = bf.run(tiny, members=3, seed=3, settings=settings, out=tmp_path / "own")
    plain = bf.run(tiny, members=3, seed=3, out=tmp_path / "plain")
    assert "held fixed" not in str(compare(plain, own))
    assert "held fixed" in str(compare(plain, tiny.without("closure")))
    with pytest.raises(UsageError, match="have parameters and breaks of their own, which new members cannot share"):
        compare(own, tiny.without("closure"))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("queue_person",), "no quantity 'queue_person' .did you mean 'queue_persons'"),
        (("queue_persons", "mountian"), "did you mean 'mountain'"),
        (("queue_cars", "mountain", "", "bus"), None),
        (("turned_back", "", "XX"), "no turned_back of XX"),
    ],
)
def test_a_figure_that_is_not_there(tiny, reference, asked, words):
    found = compare(reference, tiny.without("closure"))
    if words is None:  # only one mode has it: no need to be told which
        assert found.effect(*asked).mode == "car"
        return
    with pytest.raises(UsageError, match=words):
        found.effect(*asked)


def test_progress_counts_members_and_an_exception_cancels(tiny):
    counts = []
    compare(tiny, tiny.without("closure"), members=25, advance=counts.append)
    assert sum(counts) == 50

    class CancelledError(Exception):
        pass

    def cancel(_count):
        raise CancelledError

    with pytest.raises(CancelledError):
        compare(tiny, tiny.without("closure"), members=25, advance=cancel)


def test_tables(tiny, reference, tmp_path):
    found = compare(reference, tiny.without("draft-office"))
    effects, differences = found.write(tmp_path / "here")
    import pandas as pd

    table = pd.read_csv(effects)
    assert tuple(table.columns) == EFFECT_COLUMNS
    assert len(table) == len(found.effects)
    by_day = pd.read_csv(differences, keep_default_na=False, na_values={"difference": ""})
    rows = by_day[(by_day["quantity"] == "turned_back") & (by_day["place"] == "mountain") & (by_day["mode"] == "all")]
    assert rows["difference"].sum() == pytest.approx(found.effect("turned_back", place="mountain").difference, abs=1e-3)
    text = str(found)
    assert "stopped at exit, persons" in text
    assert max(map(len, text.splitlines()[2:-2])) <= 105
    (tmp_path / "file").write_text("")
    with pytest.raises(bf.ResultsError, match="cannot be written"):
        found.write(tmp_path / "file")


def test_a_fit_gives_each_member_a_draw_of_its_posterior_in_both_scenarios(tiny, tmp_path):
    from borderflow.calibration import Fit
    from borderflow.forecasting import draw_members
    from borderflow.network import compile_network

    manifest = {"through": "2022-09-27"}
    fit = Fit(tmp_path, manifest, ("patience", "noise:all:2022-09-27"), np.array([[2.0, 50.0, 9.0], [0.0, 3.0, -3.0]]))
    found = compare(tiny, tiny.without("draft-office"), fit, members=4, seed=3)
    drawn = draw_members(compile_network(tiny), fit, members=4, seed=3)
    assert [one.values for one in found.reference.settings] == [one.values for one in drawn]
    assert [one.values["patience"] for one in found.other.settings] == [2.0, 50.0, 9.0, 2.0]
    left = found.pair(("left_home", "", "RU", "all"))[0][:, 1]
    assert left[1] > left[0] > left[2]  # the noise that the fit found for the 27th
    assert "chance alone" not in str(found)
