"""Claims as observations: what is matched with what, what is not, and with which error."""

import csv
import datetime as dt
import math

import numpy as np
import pytest

from borderflow.ledger import Claim, Ledger
from borderflow.observations import (
    Part,
    Target,
    match_claims,
    match_known,
    observe,
    read_observations,
    reduce_cumulative,
)
from borderflow.results import SUMMARY_COLUMNS
from borderflow.scenario import load

DAY = dt.date(2022, 9, 23)


@pytest.fixture(scope="module")
def scenario():
    return load("russia-2022")


@pytest.fixture(scope="module")
def known(scenario):
    return read_observations(scenario, through=dt.date(2022, 9, 29))


def claim(number, **more):
    row = {"id": f"T{number}", "date": "2022-09-23", "place": "Georgia (all crossings)", "country": "GE",
           "quantity": "arrivals_daily", "value": 9000, "unit": "persons", "claim_status": "official",
           "publisher": "a test"}  # fmt: skip
    return Claim(**{**row, **more})


def match(scenario, *claims):
    return match_claims(scenario, Ledger(claims))


def one(scenario, **more):
    found = match(scenario, claim(1, **more))
    assert len(found.used) == 1, found.unused
    return found.used[0]


@pytest.mark.parametrize(
    ("more", "quantity", "part"),
    [
        ({}, "arrivals_daily", Part("", "GE", "all")),
        ({"place": "Finland-Russia land border", "country": "FI", "mode": "land"}, "arrivals_daily",
         Part("", "FI", "all")),
        ({"place": "Estonia (eastern border)", "country": "EE"}, "arrivals_daily", Part("", "EE", "all")),
        ({"quantity": "departures_daily"}, "departures_daily", Part("", "GE", "all")),
        ({"place": "N. Ossetia, Verkhny Lars / Dariali", "country": "RU", "quantity": "queue_cars",
          "unit": "vehicles", "mode": "car"}, "queue_cars", Part("Verkhny Lars", "GE", "car")),
        ({"place": "Vaalimaa", "country": "FI", "quantity": "wait_hours", "unit": "hours", "mode": "car"},
         "wait_hours", Part("Torfyanovka", "FI", "car")),
        ({"place": "Verkhny Lars", "country": "RU", "quantity": "wait_hours", "unit": "days", "value": 2,
          "mode": "foot"}, "wait_hours", Part("Verkhny Lars", "GE", "foot")),
        ({"place": "Brusnichnoye / Nuijamaa", "country": "RU", "quantity": "departures_vehicles_daily",
          "unit": "vehicles/day", "mode": "car"}, "departures_vehicles_daily", Part("Brusnichnoye", "RU", "car")),
        # a post counts everybody
        ({"place": "Storskog / Borisoglebsk", "country": "NO"}, "departures_daily", Part("Borisoglebsk", "RU", "all")),
        ({"place": "Storskog / Borisoglebsk", "country": "NO", "note": "Russians only"}, "arrivals_daily",
         Part("Borisoglebsk", "NO", "all")),
    ],
)  # fmt: skip
def test_claims_find_their_series(scenario, more, quantity, part):
    found = one(scenario, **more)
    assert (found.target.quantity, found.target.parts) == (quantity, (part,))


def test_days_become_hours(scenario):
    found = one(scenario, place="Verkhny Lars", country="RU", quantity="wait_hours", unit="days", value=2, mode="car")
    assert found.value == 48.0


def test_several_posts_are_added_up(scenario):
    found = one(scenario, place="South-East Finland (Vaalimaa, Nuijamaa, Imatra)", country="FI", note="Russians")
    assert {part.place for part in found.target.parts} == {"Torfyanovka", "Brusnichnoye", "Svetogorsk"}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"claim_status": "denied"}, "denied"),
        ({"place": "Kazakhstan airports", "country": "KZ"}, "no single crossing or country"),
        ({"place": "Border regions of Kazakhstan", "country": "KZ"}, "no single crossing or country"),
        ({"place": "Georgia, Kazakhstan, Finland", "country": "RU"}, "no single crossing or country"),
        ({"quantity": "queue_km", "unit": "km", "place": "Verkhny Lars"}, "the model has no queue_km"),
        ({"quantity": "queue_cars", "unit": "vehicles"}, "known for crossings, not for a country"),
        ({"claim_status": "derived"}, "worked out from other claims"),
        ({"note": "both directions"}, "both directions together"),
        ({"date": "2022-07-05"}, "outside of the scenario"),
    ],
)
def test_unusable_claims_say_why(scenario, more, reason):
    found = match(scenario, claim(1, **more))
    assert not found.used
    assert reason in found.unused["T1"]


def test_every_claim_is_used_or_explained(scenario, known):
    with (scenario.folder / "evidence.csv").open(encoding="utf-8") as file:
        ids = {row["id"] for row in csv.DictReader(file) if row["known_on"] <= "2022-09-28"}
    cited = {name for observation in known.used for name in observation.claims}
    assert ids <= cited | set(known.unused)


def test_nothing_later_than_the_day_is_used(scenario):
    """E230, published on the 28th about days since the 26th, is not known on the 27th."""
    early = read_observations(scenario, through=dt.date(2022, 9, 27))
    assert all(observation.known <= dt.date(2022, 9, 27) for observation in early.used)
    assert "E230" not in {observation.id for observation in early.used}


def test_a_whole_day_is_known_after_midnight(scenario):
    """Arrivals of the 23rd, dated the 23rd, are used from the 24th on; a line that day, and a total so far, at once."""
    rows = Ledger((
        claim(1), claim(2, quantity="queue_cars", unit="vehicles", place="Verkhny Lars", country="RU", mode="car"),
        claim(3, date="2022-09-21", date_end="2022-09-23", quantity="arrivals_cumulative", value=20_000,
              known_on="2022-09-23"),
        claim(4, date="2022-09-22", date_end="2022-09-23", quantity="arrivals_cumulative", value=15_000),
    ))  # fmt: skip
    same, next_day = (match_known(scenario, rows, DAY + dt.timedelta(days=n)) for n in (0, 1))
    assert [observation.id for observation in same.used] == ["T2", "T3"] and len(next_day.used) == 4
    assert same.unused["T1"] == "covers the whole of 2022-09-23, so it cannot have been known that day"
    assert "T4" in same.unused


def test_the_rest_of_a_total_so_far_ends_with_half_a_day(scenario):
    """20,001 by some hour of the 23rd, of which 9,000 on the 21st: the rest is the 22nd and half of the 23rd."""
    rows = (claim(1, date="2022-09-21"),
            claim(2, date="2022-09-21", date_end="2022-09-23", quantity="arrivals_cumulative", value=20_001,
                  known_on="2022-09-23"))  # fmt: skip
    rest = next(each for each in reduce_cumulative(observe(match(scenario, *rows))).used if each.id == "T2")
    assert rest.value == 11_001 and [weight for _, weight in rest.target.days] == [1.0, 0.5]


def test_a_total_up_to_an_hour(scenario):
    """Counted at 15:00 on its last day: the first days and fifteen hours."""
    total = {"date": "2022-09-21", "date_end": "2022-09-23", "quantity": "arrivals_cumulative", "value": 20_000}
    found = one(scenario, **total, known_on="2022-09-23", note="To 15:00 on 23 Sep")
    assert [weight for _, weight in found.target.days] == [1.0, 1.0, 15 / 24]


def test_a_total_of_a_full_week_is_whole(scenario):
    """E091: 50,655 in the first full week, known on its last day as the ledger says; 7,065 are left for all of the 27th."""
    found = read_observations(scenario, through=dt.date(2022, 9, 28))
    week = next(each for each in found.used if each.id == "E091")
    assert week.target.days == ((dt.date(2022, 9, 27), 1.0),) and week.known == dt.date(2022, 9, 28)


def test_waits_of_nobody():
    """Nobody passes on the second day: a fit takes no wait there, a score only the day on which somebody passed."""
    part = Part("Lars", "GE", "car")
    days = [DAY, dt.date(2022, 9, 24)]
    target = Target("wait_hours", (part,), ((days[0], 1.0), (days[1], 1.0)), "mean")
    series = {("wait_hours", part): np.array([[10.0, np.nan], [10.0, 20.0], [np.nan, np.nan]])}
    assert target.evaluate(series, days).tolist() == [5.0, 15.0, 0.0]
    np.testing.assert_array_equal(target.evaluate(series, days, nobody=np.nan), [10.0, 15.0, np.nan])


def test_bounds_are_not_measurements(scenario):
    assert one(scenario, note="Lower bound (more than)").bound == "lower"
    assert one(scenario, note="up to 9,000").bound == "upper"
    assert one(scenario).bound == ""


def test_the_source_decides_the_error(scenario):
    official = one(scenario).error
    assert (
        official == pytest.approx(math.hypot(0.03, math.log(9501 / 8501) / math.sqrt(12)), rel=0.02) or official < 0.05
    )
    assert one(scenario, claim_status="media report").error > 0.24
    assert one(scenario, claim_status="media report", note="one traveller").error > 0.5


def test_contradictions_widen_the_error_and_are_not_averaged(scenario):
    """Two figures with a ratio r: each gets sqrt(2 (e² + (ln r / 2)²)), so both lie within one error of the middle."""
    found = observe(match(scenario, claim(1, value=9000), claim(2, value=6000)))
    assert [round(observation.value) for observation in found.used] == [9000, 6000]
    half = (math.log1p(9000) - math.log1p(6000)) / 2
    for observation in found.used:
        alone = one(scenario, value=observation.value)
        assert observation.error == pytest.approx(math.sqrt(2 * (alone.error**2 + half**2)))
        assert observation.contradicted


def test_the_same_figure_twice_is_one_observation(scenario):
    found = match(scenario, claim(1), claim(2, publisher="another"))
    assert len(found.used) == 1 and found.used[0].claims == ("T1", "T2")


def test_totals_keep_only_what_days_do_not_say(scenario):
    days = [claim(n, date=f"2022-09-{21 + n}", value=1000 + n) for n in (1, 2)]
    total = claim(9, date="2022-09-22", date_end="2022-09-24", quantity="arrivals_cumulative", value=4004,
                  known_on="2022-09-25")  # fmt: skip
    found = reduce_cumulative(observe(match(scenario, *days, total)))
    rest = next(observation for observation in found.used if observation.id == "T9")
    assert rest.value == 4004 - 1001 - 1002
    assert [day for day, _ in rest.target.days] == [dt.date(2022, 9, 24)]
    assert set(rest.claims) == {"T9", "T1", "T2"}
    whole = claim(8, date="2022-09-22", date_end="2022-09-23", quantity="arrivals_cumulative", value=2003)
    found = reduce_cumulative(observe(match(scenario, *days, whole)))
    assert found.unused["T8"] == "the sum of daily figures that are used"


def test_the_ledger_of_russia_2022(known):
    """Figures that can be checked by hand: 50,655 in a week less six days of 43,590 is 7,065 on the 27th (E091)."""
    by_id = {observation.id: observation for observation in known.used}
    assert by_id["E091"].value == 50_655 - 43_590 and by_id["E091"].target.first == dt.date(2022, 9, 27)
    assert by_id["E230"].bound == "lower" and by_id["E230"].target.parts[0].place == "Verkhny Lars"
    assert by_id["E188"].error > 3 and by_id["E189"].error > 3  # 243 or none
    assert "E156" in known.unused and len(known.used) >= 90


def test_a_reporting_day_takes_its_hours_from_two_days(scenario):
    found = one(scenario, note="Day of 10:00-10:00")
    assert found.target.days == ((DAY, pytest.approx(14 / 24)), (dt.date(2022, 9, 24), pytest.approx(10 / 24)))


def test_evaluation_by_hand():
    part = Part("", "GE", "all")
    days = [DAY, dt.date(2022, 9, 24)]
    series = {("arrivals_daily", part): np.array([[10.0, 20.0], [30.0, 40.0]])}
    target = Target("arrivals_daily", (part,), ((days[0], 1.0), (days[1], 0.5)), "sum")
    assert target.evaluate(series, days).tolist() == [20.0, 50.0]
    assert Target("arrivals_daily", (part,), target.days, "mean").evaluate(series, days)[0] == pytest.approx(40 / 3)
    missing = Target("arrivals_daily", (Part("", "KZ", "all"),), target.days, "sum")
    assert np.isnan(missing.evaluate(series, days)).all()


def test_quantities_are_those_of_the_summary(known, scenario):
    from borderflow.results import QUANTITIES

    assert {observation.target.quantity for observation in known.used} <= set(QUANTITIES)
    assert len(SUMMARY_COLUMNS) == 13


def test_parts_of_a_border_are_no_contradictions():
    """Romania counts entries from Ukraine and by way of Moldova apart, and both together."""
    found = read_observations(load("ukraine-2022"), through=dt.date(2022, 3, 7))
    by_id = {observation.id: observation for observation in found.used}
    whole, direct, via = by_id["U322"], by_id["U323"], by_id["U324"]
    assert [part.place for part in whole.target.parts] == [""]
    assert {part.place for part in direct.target.parts} == {"Diakove", "Solotvyno", "Porubne", "Orlivka (ferry)"}
    assert {part.place for part in via.target.parts} == {"Leuseni", "Sculeni", "Costesti", "Giurgiulesti"}
    for observation in (whole, direct, via):
        assert observation.target.quantity == "arrivals_daily"
        assert not observation.contradicted and observation.error < 0.1


def test_totals_over_all_countries():
    """The portal's totals are held against the total of the model; revised ones stay beside those that they revise."""
    found = read_observations(load("ukraine-2022"), through=dt.date(2022, 3, 6))
    days = {observation.id: observation for observation in found.used if observation.target.parts[0].country == "XX"}
    assert days["P019"].target.parts == (Part("", "XX", "all"),)
    assert days["P019"].value == 195_781 and days["P019"].contradicted == ("P010",)
    assert max(observation.known for observation in found.used) <= dt.date(2022, 3, 6)
