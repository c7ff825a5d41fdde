"""What claims say together: agreement, contradiction, parts and wholes, denial, what is superseded."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borderflow.evidence import contradictions, relate, relations, same_places
from borderflow.ledger import Claim, distinct, read_ledger
from borderflow.scenario import shipped

ROW = {
    "id": "A", "date": "2031-05-02", "place": "Alpha / Beta", "country": "FI", "quantity": "queue_cars", "value": 1000,
    "unit": "vehicles", "mode": "car", "claim_status": "official", "publisher": "P", "known_on": "2031-05-02",
}  # fmt: skip


def claim(**changes):
    return Claim(**(ROW | changes))


def kind(first, second):
    relation = relate(claim(**first), claim(**({"id": "B", "publisher": "Q"} | second)))
    return None if relation is None else relation.kind


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"value": 3500}, {"value": 2500}, "contradicts"),
        ({"value": 3500}, {"value": 3505}, "agrees"),  # one per cent
        ({"value": 3000, "note": "Over"}, {"value": 9000}, "agrees"),
        ({"value": 3000, "note": "Up to"}, {"value": 9000}, "contradicts"),
        ({"value": 3000}, {"value": 9000, "date": "2031-05-03"}, None),  # another day of a stock
        ({"value": 3000}, {"value": 4500, "mode": "vehicle"}, "part"),  # cars among all vehicles
        ({"value": 6000}, {"value": 4500, "mode": "vehicle"}, "contradicts"),  # more cars than vehicles
        ({"value": 3000, "mode": "foot"}, {"value": 4500}, None),
        ({"value": 3000, "claim_status": "denied"}, {"value": 900}, "denied"),
        ({"value": 3000}, {"value": 900, "publisher": "P", "known_on": "2031-05-04"}, "superseded"),
        ({"quantity": "wait_hours", "unit": "days", "value": 2}, {"quantity": "wait_hours", "unit": "hours", "value": 48}, "agrees"),
        ({"unit": "flag", "value": 1}, {"value": 900}, None),  # a statement without a number
    ],
)  # fmt: skip
def test_two_claims_about_one_place(first, second, expected):
    assert kind(first, second) == expected
    assert kind(second, {"id": "B"} | first | {"publisher": first.get("publisher", "Q")}) in (
        expected,
        "agrees",
        "contradicts",
    )


@pytest.mark.parametrize(
    "names",
    [
        ["Verkhny Lars", "Верхний Ларс", "Verkhny Lars / Dariali", "Lars", "В. Ларс / Казбеги"],  # the scenario's
        ["Georgia", "Грузия", "საქართველო", "Georgia (all crossings)"],  # a country, in its own language
        ["Narva", "Нарва", "Ivangorod / Narva"],
        ["Yerevan", "Ереван", "Երևան"],
    ],
)
def test_the_same_figure_counts_once_in_whatever_script_its_place_is_written(names):
    claims = [claim(id=f"A{n}", place=name, country="AM", publisher=f"P{n}") for n, name in enumerate(names)]
    claims.append(claim(id="B", place=names[1], country="AM", publisher="Q", value=5500))
    (figure, other) = distinct(claims, same_places(claims))
    assert figure.claims == tuple(f"A{n}" for n in range(len(names))) and other.claims == ("B",)
    assert contradictions(claims)[0].claims == (*figure.claims, "B")


@pytest.mark.parametrize(
    "names", [["Alpha", "Beta"], ["Orsk", "Orsk region"], ["Moscow", "Moscow - Tbilisi"], ["Georgia", "Verkhny Lars"]]
)
def test_places_that_only_sound_alike_stay_apart(names):
    claims = [claim(id=f"A{n}", place=name, publisher=f"P{n}") for n, name in enumerate(names)]
    assert len(distinct(claims, same_places(claims))) == len(names)


def test_a_part_of_a_window_must_not_exceed_the_whole():
    total = {
        "quantity": "arrivals_cumulative",
        "unit": "persons",
        "mode": "all",
        "date_end": "2031-05-09",
        "value": 900,
    }
    assert kind(total, total | {"date_end": "2031-05-05", "value": 400}) == "superseded"  # same start, later end
    assert kind(total, total | {"date": "2031-05-04", "value": 400}) == "part"
    assert kind(total, total | {"date": "2031-05-04", "value": 1400}) == "contradicts"
    assert kind(total, total | {"date": "2031-05-04", "date_end": "2031-05-12", "value": 1400}) is None


def test_people_counted_differently_do_not_contradict():
    day = {"quantity": "departures_daily", "unit": "persons", "mode": "all"}
    gross = day | {"value": 20000, "note": "all nationalities"}
    assert kind(day | {"value": 12000, "note": "Russian citizens leaving"}, gross) == "part"
    assert kind(day | {"value": 12000, "note": "net of returns"}, day | {"value": 20000}) is None
    assert kind(day | {"value": 12000}, day | {"value": 20000}) == "contradicts"


def test_a_rule_that_changes_is_superseded_and_one_that_is_disputed_contradicts():
    rule = {"quantity": "foot_allowed", "unit": "flag", "mode": "foot", "value": 1}
    assert kind(rule, rule) == "agrees"
    assert kind(rule, rule | {"value": 0}) == "contradicts"
    assert kind(rule, rule | {"value": 0, "date": "2031-05-09"}) == "superseded"
    assert kind(rule, rule | {"claim_status": "denied"}) == "denied"


def test_a_group_tells_its_size():
    found = contradictions(
        [claim(value=3500), claim(id="B", value=2500, place="Beta"), claim(id="C", value=3400, place="Alpha")]
    )
    assert len(found) == 1
    (one,) = found
    assert one.claims == ("A", "B", "C")
    assert (one.low, one.high, one.unit) == (2500, 3500, "vehicles")
    assert one.gap == pytest.approx((3450 - 2550) / 3000)  # half a hundred of rounding on either side
    assert one.spread == pytest.approx(math.log(3500 / 2500))


def test_the_known_conflicts_of_the_shipped_ledger_are_found():
    ledger = read_ledger(shipped()["russia-2022"])
    groups = {frozenset(one.claims) for one in contradictions(ledger)}
    for pair in ({"E231", "E232"}, {"E255", "E256"}, {"E062", "E063"}, {"E188", "E189"}, {"E125", "E141", "E162"}):
        assert any(pair <= group for group in groups), pair
    denied = {relation.first for relation in relations(ledger) if relation.kind == "denied"}
    assert {"E142", "E163", "E243", "S09", "E167"} <= denied


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.sampled_from(["", "over", "about", "up to"])), min_size=2, max_size=6)
)
def test_the_order_of_a_ledger_does_not_matter(rows):
    claims = [claim(id=f"C{n}", value=value, note=note, publisher=f"P{n}") for n, (value, note) in enumerate(rows)]
    there = {frozenset(one.claims): one.gap for one in contradictions(claims)}
    back = {frozenset(one.claims): one.gap for one in contradictions(claims[::-1])}
    assert there == pytest.approx(back)
