"""What a second lane does to a line, against the fluid queue.

One post, demand ``1.5 C`` on the first day and ``0.5 C`` after, ``C`` the capacity of a day. On paper, in units of C
and days: the line without the change rises to 1/2 at the end of day 1 and is gone at the end of day 2, an area of 1/2
person-days; with double capacity there is none. So the change saves ``C / 2`` person-days, 12 C person-hours, and takes
``C / 2`` off the longest line; closing the post on day 2 keeps the line of ``C / 2`` standing for that day.

Ordinary arrivals are Poisson, so the area of the line scatters between members, but not the two scenarios of one
member: both see the same arrivals. With C = 10,000 persons an hour the mean over 20 members is held to five standard
errors of the *unpaired* scatter (error rate below 6e-7 for each figure), and the paired scatter to a tenth of that
where both lines stand.
"""

import numpy as np
import pytest

from borderflow.changes import change_capacity, close_crossing
from borderflow.comparison import compare
from borderflow.outcomes import simulate_outcome
from networks import one_crossing

AN_HOUR = 10_000.0
A_DAY = 24 * AN_HOUR


@pytest.fixture(scope="module")
def line():
    return one_crossing(A_DAY, A_DAY, days=4, weekdays={"mon": 1.5, "tue": 0.5, "wed": 0.5, "thu": 0.5})


@pytest.fixture(scope="module")
def reference(line):
    return simulate_outcome(line, members=20, seed=5)


def test_a_second_lane_saves_the_area_of_the_line(line, reference):
    effect = compare(reference, change_capacity(line, "post", 2)).effect("person_hours_waiting", place="post")
    # area of a line of n hours: variance of a sum of cumulative Poisson counts, C * n**3 / 3 per phase
    error = 5 * np.sqrt(1.5 * AN_HOUR * 48**3 / 3 / 20)
    assert effect.other == 0
    # lines are counted at the end of the hour: the rising day holds 0.5 C (1 + ... + 24), the falling one (23 + ... + 0)
    on_paper = -0.5 * AN_HOUR * (24 * 25 / 2 + 23 * 24 / 2)
    assert abs(effect.difference - on_paper) < error
    assert effect.members_needed <= 3


def test_a_second_lane_takes_the_longest_line_away(line, reference):
    effect = compare(reference, change_capacity(line, "post", 2)).effect("queue_persons", place="post")
    assert effect.statistic == "highest"
    assert abs(effect.difference + 12 * AN_HOUR) < 5 * np.sqrt(36 * AN_HOUR / 20) + AN_HOUR * 1e-3


def test_a_day_of_closure_holds_the_line_where_it_stood(line, reference):
    closed = compare(reference, close_crossing(line, "post", "2022-09-27T00:00Z", "2022-09-28T00:00Z"))
    days = closed.daily("queue_persons", place="post")
    at = [day.day for day in days.days].index(27)
    # the highest hour of day 2 is its first, which serves C and sees half of it come; shut, it serves nobody and, as
    # ordinary travellers stay away from a shut post, sees nobody come
    assert abs(days.reference[at] - (0.5 * A_DAY - 0.5 * AN_HOUR)) < 5 * np.sqrt(36.5 * AN_HOUR / 20)
    assert abs(days.mean[at] - 0.5 * AN_HOUR) < 5 * np.sqrt(0.5 * AN_HOUR / 20)
    assert closed.daily("arrivals_daily", place="post").other[at] == 0
    hours = closed.daily("person_hours_waiting", place="post")
    # the area of a standing line less that of a falling one: 12 C * 24 - 0.5 C (23 + ... + 0)
    on_paper = AN_HOUR * (12 * 24 - 0.5 * 23 * 24 / 2)
    assert abs(hours.mean[at] - on_paper) < 5 * np.sqrt(0.5 * AN_HOUR * 24**3 / 3 / 20)


def test_where_both_lines_stand_the_arrivals_cancel(line, reference):
    """A quarter more capacity: both lines hold the same arrivals on day 1, so their difference is capacity alone."""
    key = ("queue_persons", "post", "FI", "all")
    before, after = compare(reference, change_capacity(line, "post", 1.25)).pair(key)
    difference = (after - before)[:, 0]
    np.testing.assert_allclose(difference, -0.25 * A_DAY, rtol=0.01)
    assert difference.std() < before[:, 0].std() / 10
