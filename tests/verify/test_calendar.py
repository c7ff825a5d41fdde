"""Local time: opening hours, changes of clocks, local days, and events from their exact hour.

Theory: Helsinki is UTC+3 in summer and UTC+2 in winter; clocks went back on 30 October 2022 at 01:00 UTC and forward
on 26 March 2023 at 01:00 UTC. A post that is open from 08:00 to 20:00 is open 05-17 UTC in summer and 06-18 UTC in
winter; one that is open from 22:00 to 04:00 is open 7 hours in the night when clocks go back and 5 when they go
forward; a local day has 25 or 23 hours. Answers are exact; only `test_local_days` counts Poisson traffic (five
standard errors).
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from borderflow.kernels import border
from borderflow.network import compile_network, open_share
from borderflow.rules import compile_rules
from borderflow.simulation import run_member
from networks import START, event, one_crossing

AUTUMN = datetime(2022, 10, 29, tzinfo=UTC)
SPRING = datetime(2023, 3, 25, tzinfo=UTC)


def run(scenario, member=0):
    network = compile_network(scenario)
    rules, theta = compile_rules(network)
    return network, run_member(network, rules, theta, seed=2, member=member).record


def hours_of(share, day):
    return np.flatnonzero(share[24 * day : 24 * day + 24]).tolist()


@pytest.mark.parametrize(("start", "before", "after"), [(AUTUMN, 5, 6), (SPRING, 6, 5)], ids=["autumn", "spring"])
def test_opening_hours_follow_the_clocks(start, before, after):
    share = open_share("08:00", "20:00", "Europe/Helsinki", start, 72)
    assert hours_of(share, 0) == list(range(before, before + 12))
    assert hours_of(share, 1) == hours_of(share, 2) == list(range(after, after + 12))
    assert set(share) == {0.0, 1.0}


@pytest.mark.parametrize(("start", "hours"), [(AUTUMN, [6, 7, 6]), (SPRING, [6, 5, 6])], ids=["autumn", "spring"])
def test_night_hours_over_the_change(start, hours):
    share = open_share("22:00", "04:00", "Europe/Helsinki", start - timedelta(hours=12), 96)
    assert [share[24 * n : 24 * n + 24].sum() for n in range(3)] == hours


def test_parts_of_hours_and_round_the_clock():
    share = open_share("09:30", "16:15", "Asia/Kolkata", START, 24)  # 04:00 to 10:45 UTC
    assert share.tolist() == [0.0] * 4 + [1.0] * 6 + [0.75] + [0.0] * 13
    assert open_share("00:00", "24:00", "Europe/Helsinki", AUTUMN, 72).tolist() == [1.0] * 72
    assert open_share("08:00", "08:00", "UTC", START, 48).tolist() == [1.0] * 48


@pytest.mark.parametrize(("start", "before", "after"), [(AUTUMN, 5, 6), (SPRING, 6, 5)], ids=["autumn", "spring"])
def test_a_shut_post_passes_nobody(start, before, after):
    # a line that never ends, so that somebody passes in every open hour; ordinary traffic comes in open hours only
    hours = {"opens": "08:00", "closes": "20:00", "hours_zone": "Europe/Helsinki"}
    scenario = one_crossing(6000, 2400, start=start, days=3, hours=hours, time_zone="Europe/Helsinki")
    _, record = run(scenario)
    for day, opens in enumerate((before, after, after)):
        assert hours_of(record.hourly.passed[:, 0], day) == list(range(opens, opens + 12))
    # 2,400 a day in 12 open hours: 200 an hour, the daily capacity of the table once per open day
    full = record.hourly.passed[24:, 0].reshape(2, 24).sum(axis=1)
    assert (full == 2400).all()


@pytest.mark.parametrize(
    ("start", "hours", "days"),
    [(AUTUMN, [21, 24 + 1, 24, 2], [29, 30, 31, 1]), (SPRING, [22, 23, 24, 3], [25, 26, 27, 28])],
    ids=["autumn", "spring"],
)
def test_local_days(start, hours, days):
    network, record = run(one_crossing(24_000.0, 1e9, start=start, days=3, time_zone="Europe/Helsinki"))
    assert [day.day for day in network.days] == days
    assert np.bincount(network.arrays.clock.country_day[0]).tolist() == hours
    counted = record.daily[border.PASSED_ORDINARY, :, 0]
    expected = 1000.0 * np.array(hours)
    assert (np.abs(counted - expected) < 5 * np.sqrt(expected)).all()
    assert counted.sum() == record.hourly.passed[:, 0].sum()


def test_weekdays_and_hours_of_the_day_are_local():
    # all traffic of the week on Tuesday 27 September, all of the day between 10:00 and 12:00 in Tbilisi (06-08 UTC)
    profile = [0.0] * 10 + [12.0, 12.0] + [0.0] * 12
    week = {name: float(name == "tue") for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    _, record = run(one_crossing(5000, 1e9, days=4, time_zone="Asia/Tbilisi", weekdays=week, hour_profile=profile))
    assert np.flatnonzero(record.hourly.passed[:, 0]).tolist() == [30, 31]
    assert abs(record.hourly.passed[:, 0].sum() - 5000) < 5 * np.sqrt(5000)


CLOSURES = {
    "closure": {"crossings": ["post"]},
    "closure of one side": {"crossings": ["post"], "side": "entry"},
    "capacity": {"crossings": ["post"], "factor": 0.0},
}


@pytest.mark.parametrize("kind", list(CLOSURES))
@pytest.mark.parametrize(("start", "end"), [(30, 41), (1, 2), (0, 96), (47, 49)])
def test_an_event_holds_from_its_hour_to_its_hour(kind, start, end):
    shut = event(kind.split()[0], start, end, **CLOSURES[kind])
    _, record = run(one_crossing(24_000, 20_000, days=4, events=[shut]))
    passed = record.hourly.passed[:, 0] > 0
    expected = np.ones(96, bool)
    expected[start:end] = False
    assert (passed == expected).all()


def test_events_between_hours_begin_at_the_nearest_hour():
    for minutes, hour in ((15, 30), (29, 30), (30, 31), (45, 31)):
        shut = event("closure", 30 + minutes / 60, 50, crossings=["post"])
        _, record = run(one_crossing(24_000, 20_000, days=4, events=[shut]))
        assert np.flatnonzero(record.hourly.passed[:, 0] == 0)[0] == hour


def test_events_before_the_start_and_lanes_with_dates():
    shut = event("closure", -100, 5, crossings=["post"])
    _, record = run(one_crossing(24_000, 20_000, days=2, events=[shut]))
    assert np.flatnonzero(record.hourly.passed[:, 0])[0] == 5
    scenario = one_crossing(24_000, 20_000, days=4, time_zone="Europe/Helsinki")
    dated = scenario.lanes[0].model_copy(update={"first_day": date(2022, 9, 27), "last_day": date(2022, 9, 28)})
    _, record = run(scenario.model_copy(update={"lanes": (dated,)}))
    # local days of Helsinki, three hours before those of UTC
    assert np.flatnonzero(record.hourly.passed[:, 0]).tolist() == list(range(21, 69))


def test_a_day_of_a_post_with_opening_hours_has_a_day_of_traffic():
    hours = {"opens": "08:00", "closes": "20:00", "hours_zone": "Europe/Helsinki"}
    for days in (4, 1):
        scenario = one_crossing(2400, 1e9, days=days, time_zone="Europe/Helsinki", hours=hours)
        assert compile_network(scenario).arrays.lanes.ordinary[:24].sum() == pytest.approx(2400)
