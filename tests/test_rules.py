"""Rulebooks: the rules of one member are those of its own scenario compiled alone, whoever shared the book before."""

import numpy as np
import pytest

from borderflow.network import adapt_network, compile_network
from borderflow.rules import Rulebook, compile_rules
from borderflow.scenario import Capacity, EntryBan, Opening, Reception, Relief
from borderflow.simulation import Setting
from networks import fleeing_scenario, tiny_scenario

WHEN = {"start": "2022-09-23T05:00Z", "end": "2022-09-24T11:00Z"}
BREAKS = (
    Capacity(id="slow", title="", kind="capacity", crossings=("mountain", "forest"), modes=("car",), factor=0.3, **WHEN),
    EntryBan(id="late-ban", title="", kind="entry_ban", countries=("GE",), visa_classes=("tourist",), share_admitted=0.2,
             share_informed=0.4, **WHEN),
    Opening(id="late-opening", title="", kind="opening", crossings=("bridge",), **WHEN),
)  # fmt: skip
MEMBERS = {
    "as shipped": Setting(),
    "values": Setting({"patience": 9.0, "value_of_time": 0.3, "nest_scale": 0.4}),
    "factors": Setting({"capacity:mountain": 0.4, "capacity:forest": 3.0}),
    "further events": Setting({"rechoose_delay": 2.0}, events=BREAKS),
    "as shipped, once more": Setting(),
}


def assert_same(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        if isinstance(one, tuple):
            assert_same(one, other)
        else:
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("scenario", [tiny_scenario(days=4), fleeing_scenario(days=4)], ids=["tiny", "fleeing"])
def test_members_that_share_a_book_have_rules_of_their_own(scenario):
    network = compile_network(scenario)
    book = Rulebook(network)
    for setting in MEMBERS.values():
        if setting.events and "bridge" not in network.posts:
            continue
        own = setting.apply(network)
        assert_same(book.rules_of(own), compile_rules(compile_network(own.scenario)))


def test_a_book_knows_events_by_themselves_and_not_by_their_ids():
    """An event of the same id with another reach is another event; one switched off is as if it were not there."""
    network = compile_network(tiny_scenario(days=4))
    book = Rulebook(network)
    book.rules_of(network)
    for event in network.scenario.events:
        without = adapt_network(network, network.scenario.without(event.id))
        assert_same(book.rules_of(without), compile_rules(without))
        if "crossings" in type(event).model_fields and "mountain" in event.crossings:
            moved = event.model_copy(update={"crossings": ("forest",)})
            elsewhere = adapt_network(network, network.scenario.with_event(moved, hypothetical=True))
            assert_same(book.rules_of(elsewhere), compile_rules(elsewhere))


@pytest.mark.parametrize("kind", ["relief", "reception"])
def test_relief_and_beds_change_no_rule_at_whatever_hour_they_begin(kind):
    """Nobody weighs their ways anew because tents were put up: the rules with such an event are those without it."""
    scenario = fleeing_scenario(days=4)
    events = {
        "relief": Relief(id="tents", title="", kind="relief", crossings=("mountain",), shelter_places=100.0, **WHEN),
        "reception": Reception(id="beds", title="", kind="reception", countries=("GE",), places=900.0, **WHEN),
    }
    with_it = scenario.with_event(events[kind], hypothetical=True)
    assert_same(compile_rules(compile_network(with_it)), compile_rules(compile_network(scenario)))
