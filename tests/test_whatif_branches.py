"""What-if on the page: a question that goes on from members kept at an hour gives what a whole paired run gives."""

import dataclasses

import numpy as np
import pytest

import borderflow as bf
from borderflow.kernels import border
from borderflow.network import compile_network, vary_network
from borderflow.server.pictures import comparison_picture, unpack
from borderflow.server.questions import Close, Exempt, Lanes, Move, Open, Setting, Switch, ask
from borderflow.server.samples import draw_sample
from borderflow.server.trails import Base, hours_to_keep
from borderflow.snapshots import shared_hours

MEMBERS = range(3)
UNTIL = "2022-10-03"


def draw(network, **more):
    return draw_sample(network, MEMBERS, seed=3, workers=2, advance=lambda count: None, **more)


@pytest.fixture(scope="module")
def reference():
    network = compile_network(bf.load("russia-2022").until(UNTIL))
    return draw(network, keep=hours_to_keep(network, len(MEMBERS)))


def members_equal(one, other):
    assert one.block.arrays.keys() == other.block.arrays.keys()
    for name, values in one.block.arrays.items():
        assert np.array_equal(values, other.block.arrays[name], equal_nan=True), name
    for name, values in one.hourly.items():
        assert np.array_equal(values, other.hourly[name], equal_nan=True), name
    assert np.array_equal(one.passed, other.passed)


# changes, and the hour at which each begins to act
CHANGES = [
    (Switch(kind="switch", event="lars-draft-office", on=False), 319),
    (Switch(kind="switch", event="finland-tourist-ban", on=False), 381),
    (Move(kind="move", event="finland-tourist-ban", start="2022-09-27T21:00Z"), 333),
    (Move(kind="move", event="finland-tourist-ban", start="2022-10-01T21:00Z"), 381),
    (Close(kind="close", crossing="verkhny-lars", start="2022-09-26T20:00Z"), 308),
    (Lanes(kind="lanes", crossing="mashtakovo", factor=2, start="2022-09-24T00:00Z", end="2022-09-26T00:00Z"), 240),
    (Exempt(kind="exempt", event="finland-tourist-ban", share=0.5), 381),
    (Close(kind="close", crossing="ozinki", start="2022-09-20T19:00Z"), 163),
    (Open(kind="open", crossing="brunishevo"), None),
    (Setting(kind="set", parameter="patience", value=30), 0),
    (Setting(kind="set", parameter="water_litres", value=5), 456),
]  # fmt: skip


@pytest.mark.parametrize(("change", "begins"), CHANGES, ids=[f"{one.kind}-{n}" for n, (one, _) in enumerate(CHANGES)])  # fmt: skip
def test_going_on_from_an_hour_is_a_whole_paired_run(reference, change, begins):
    scenario = reference.network.scenario
    changed = ask(scenario, [change])
    network = compile_network(changed)
    shared, _ = shared_hours(reference.network, network)
    base = Base.latest(reference.trails, shared)
    assert begins in (None, shared)
    assert (base is None) == (shared < 144)
    assert base is None or shared - 96 < base.hour <= shared
    whole = draw(network)
    members_equal(draw(network, base=base), whole)
    # the page's figures are those of a full comparison of the library
    _, message = comparison_picture(reference, draw(vary_network(reference.network, changed), base=base))
    told = {
        (e["quantity"], e["place"], e["country"], e["mode"], e["statistic"]): e for e in unpack(message)[0]["effects"]
    }
    full = bf.compare(scenario, changed, members=len(MEMBERS), seed=3)
    for effect in full.main_effects(places=4):
        one = told.pop((effect.quantity, effect.place, effect.country, effect.mode, effect.statistic))
        assert one["difference"] == effect.difference and one["q95"] == effect.quantiles[-1]
    assert not told


def test_an_hour_too_late_would_not_do(reference):
    # the check has a tooth: members kept after the change began lead elsewhere
    network = compile_network(reference.network.scenario.without("lars-draft-office"))
    wrong = draw(network, base=Base(reference.trails, 332))
    assert not np.array_equal(wrong.block.read("turned_back"), draw(network).block.read("turned_back"))


@pytest.mark.parametrize(
    "change",
    [one for one, _ in CHANGES] + [Switch(kind="switch", event="mobilisation", on=False)],
    ids=lambda one: one.kind,
)
def test_a_varied_network_is_the_compiled_one(reference, change):
    changed = ask(reference.network.scenario, [change])
    ours, theirs = vary_network(reference.network, changed), compile_network(changed)
    assert shared_hours(ours, theirs) == (len(theirs.hours), "")
    arrays = ("arrays", "trips", "hours", "home", "scenario")  # compared above
    same = [field.name for field in dataclasses.fields(ours) if field.name not in arrays]
    assert all(getattr(ours, name) == getattr(theirs, name) for name in same) and ours.scenario is changed


@pytest.mark.parametrize("name", border.Trips._fields)
def test_networks_with_other_trips_share_no_hour(reference, name):
    trips = reference.network.trips
    other = dataclasses.replace(reference.network, trips=trips._replace(**{name: getattr(trips, name) + 1}))
    assert shared_hours(reference.network, other) == (0, f"network.trips.{name}")


def test_moments_are_few_where_members_are_many(reference):
    network = reference.network
    assert len(hours_to_keep(network, 100)) == 6
    assert hours_to_keep(network, 300) == (144, 216)
    assert hours_to_keep(network, 1000) == ()


def test_the_first_members_come_early_where_the_others_take_long(monkeypatch):
    network = compile_network(bf.load("russia-2022").until("2022-09-16"))
    few = []
    monkeypatch.setattr("borderflow.server.samples.SOON", 1e9)
    draw_sample(network, range(60), seed=1, workers=2, advance=lambda count: None, early=few.append)
    assert few == []
    monkeypatch.setattr("borderflow.server.samples.SOON", 0.0)
    sample = draw_sample(network, range(60), seed=1, workers=2, advance=lambda count: None, early=few.append)
    assert [one.members for one in few] == [tuple(range(20))]
    assert np.array_equal(few[0].block.read("left"), sample.block.read("left")[:20])
    draw_sample(network, range(40), seed=1, workers=2, advance=lambda count: None, early=few.append)
    assert len(few) == 1
