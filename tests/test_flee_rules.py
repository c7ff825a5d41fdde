"""Every rule of Flee's day against a second program that moves one person after the other.

A tiny network per rule. For every day and place, and for people on roads, the means of both programs and the means of
squared deviations are compared; a difference counts beyond 4.9 standard errors, which one of a case's ~150 comparisons
passes by chance in 1 of 7,000 cases. That the comparison would notice is tested as well: with the rule switched off in
the kernel alone, it must fail (``without``).
"""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from borderflow.flee import load_directory
from borderflow.flee.members import Workspace, simulate_members
from flee_agents import Case, run, write

LIMIT = 4.9
RUNS, MEMBERS = 120, 1500


def war(days=8, *, value=1.0):
    return {"A": [value] * days}


def grow(first, last, days=8):
    return [(0, first), (days - 1, last)]


def line(*, size=1000, camp="camp", capacity=0, more=None):
    """A conflict zone, two towns, a camp: A - B - C - D, with a detour A - C."""
    more = more or {}
    return [
        ("A", "r", "home", "conflict_zone", size, more.get("A", {})),
        ("B", "s", "home", "town", 400, more.get("B", {})),
        ("C", "r", "away", "town", 90, more.get("C", {})),
        ("D", "t", "away", camp, capacity, more.get("D", {})),
    ]


def roads(*, ab=None, bc=None, cd=None, km=(90, 150, 60, 310)):
    return [
        ("A", "B", km[0], ab or {}),
        ("B", "C", km[1], bc or {}),
        ("C", "D", km[2], cd or {}),
        ("A", "C", km[3], {}),
    ]


def case(move=None, spawn=None, **changes):
    made = Case(places=line(), roads=roads(), counts={"D": grow(20, 120)}, conflicts=war())
    made.move = {"max_move_speed": 200, **(move or {})}
    made.spawn = spawn or {}
    return replace(made, **changes)


AGES = {
    "age": {"10": {"Default": 3, "A": 5}, "30": {"Default": 4, "A": 2}, "70": {"Default": 1, "A": 4}},
    "gender": {"male": {"Default": 1}, "female": {"Default": 1}},
}
AVOID = {"ChildrenAvoidHazards": True, "ElderlyAvoidHazards": True, "WomenAvoidHazards": True, "BoysTakeRisk": True}
CONTRAST = {"camp_weight": 5, "foreign_weight": 0.4}
FULL = {"capacity_buffer": 0.5, "camp_movechance": 0.05, "camp_weight": 8, "default_movechance": 0.6}
FLOOD = {"A": [1, 2, 2, 1, 1, 0, 0, 1], "B": [0, 0, 1, 1, 2, 2, 1, 0], "C": [0] * 8, "D": [0] * 8}
FLOOD_SPAWN = {
    "flood_zone_spawning_only": True, "conflict_zone_spawning_only": False, "take_from_population": True, "insert_day0": False,
    "flood_driven_spawn_mode": {"displaced_per_flood_day": [0.0, 0.01, 0.03, 0.0]},
}  # fmt: skip


def flood_spawn(mode):
    return {**FLOOD_SPAWN, "flood_driven_spawn_mode": {"spawn_mode": mode, "displaced_per_flood_day": [0, 6, 14, 0]}}


FLOODS = {"flood_movechances": [0, 0.5, 0.9, 1], "flood_loc_weights": [1, 0.5, 0.2, 0], "flood_forecaster": False}
FORECAST = {
    **FLOODS, "flood_forecaster": True, "flood_forecaster_timescale": 3, "flood_forecaster_end_time": 6,
    "flood_forecaster_weights": [1, 0.9, 0.8, 0.9, 0.7, 0.8, 1, 1], "flood_awareness_weights": [0.3, 1.0],
}  # fmt: skip
WET = [
    ("A", "r", "home", "flood_zone", 900, {}), ("B", "r", "home", "town", 500, {}),
    ("C", "r", "home", "town", 300, {}), ("D", "r", "home", "camp", 0, {}),
]  # fmt: skip
AWARE = {"floodawareness": {"0": {"Default": 1}, "1": {"Default": 2}}}
MARKED = [*line(), ("M", "t", "away", "marker", 0, {})]
BY_MARKER = [("A", "B", 90, {}), ("B", "M", 120, {}), ("M", "D", 130, {}), ("B", "C", 140, {}), ("C", "D", 60, {})]
RING = [*line(), ("E", "t", "away", "camp", 0, {}), ("F", "t", "home", "town", 50, {})]
AROUND = [
    ("A", "B", 90, {}), ("B", "C", 150, {}), ("C", "D", 260, {}), ("D", "E", 80, {}), ("E", "F", 240, {}), ("F", "A", 40, {}),
]  # fmt: skip
TWO = {"D": grow(20, 120), "E": grow(0, 30)}
FIXED = {"awareness_level": 2, "weight_power": 1.5, "camp_weight": 3, "weight_softening": 0.5}
DECAY = {"conflict_spawn_decay": [1.0, 0.5, 0.1], "conflict_spawn_decay_interval": 2}
BACK = {"A": [1] * 8, "C": [0, 0, 1, 1, 1, 1, 0, 0]}
SHUT = [0, 0, 1, 1, 1, 1, 1, 1]

#: rule: (case, the same with the rule switched off; None where the case itself is the plain one)
CASES = {
    "plain": (case(), case({"softening": 60})),
    "awareness 2": (case({"awareness_level": 2}), case()),
    "awareness 3, routes of several days": (
        case({"awareness_level": 3}, places=RING, roads=AROUND, counts={"D": grow(20, 120), "E": grow(0, 30)}),
        case({"awareness_level": 2}, places=RING, roads=AROUND, counts={"D": grow(20, 120), "E": grow(0, 30)}),
    ),
    "awareness 5": (
        case({"awareness_level": 5}, places=RING, roads=AROUND, counts={"D": grow(20, 120), "E": grow(0, 30)}),
        case({"awareness_level": 3}, places=RING, roads=AROUND, counts={"D": grow(20, 120), "E": grow(0, 30)}),
    ),
    "awareness 3, a full camp breaks routes": (
        case({"awareness_level": 3, **FULL}, places=line(capacity=60)),
        case({"awareness_level": 3, **FULL}),
    ),
    "markers": (
        case(places=MARKED, roads=BY_MARKER),
        case(places=[*line(), ("M", "t", "away", "town", 0, {})], roads=BY_MARKER),
    ),
    "markers, awareness 2, on foot": (
        case({"awareness_level": 2, "start_on_foot": True}, places=MARKED, roads=BY_MARKER),
        case({"awareness_level": 2}, places=MARKED, roads=BY_MARKER),
    ),
    "awareness below 0: markers lead nowhere": (
        case({"awareness_level": -1}, places=MARKED, roads=BY_MARKER), case(places=MARKED, roads=BY_MARKER),
    ),
    "walk_probability": (
        case(roads=roads(ab={"walk_probability": 0.5}, cd={"walk_probability": 0.9})),
        case(roads=roads(ab={"walk_probability": 0.3}, cd={"walk_probability": 0.9})),
    ),
    "speed of a road": (
        case(roads=[(a, b, km, {"max_move_speed": v}) for (a, b, km, _), v in zip(roads(), (40, 200, 90, 500), strict=True)]),
        case(),
    ),
    "speed of a road, avoid_short_stints": (
        case({"avoid_short_stints": True}, roads=[(a, b, km, {"max_move_speed": v}) for (a, b, km, _), v in zip(roads(), (100, 200, 90, 500), strict=True)]),
        case(roads=[(a, b, km, {"max_move_speed": v}) for (a, b, km, _), v in zip(roads(), (100, 200, 90, 500), strict=True)]),
    ),
    "avoid_short_stints": (case({"avoid_short_stints": True}), case()),
    "start_on_foot": (case({"start_on_foot": True}), case()),
    "short stints on foot with awareness 2": (
        case({"start_on_foot": True, "avoid_short_stints": True, "awareness_level": 2}),
        case({"start_on_foot": True, "awareness_level": 2}),
    ),
    "take_from_population": (
        case(spawn={"take_from_population": True}, places=[*line(size=70), ("Z", "r", "home", "conflict_zone", 70, {})],
             roads=[*roads(), ("Z", "B", 210, {})], conflicts={"A": [1] * 8, "Z": [3] * 8}),
        case(places=[*line(size=70), ("Z", "r", "home", "conflict_zone", 70, {})],
             roads=[*roads(), ("Z", "B", 210, {})], conflicts={"A": [1] * 8, "Z": [3] * 8}),
    ),
    "spawning, constant": (
        case(spawn={"conflict_driven_spawning": {"spawn_mode": "constant", "displaced_per_conflict_day": 17}}, conflicts=war(value=0.7)), case(),
    ),
    "spawning, pop_ratio": (
        case(spawn={"conflict_driven_spawning": {"spawn_mode": "pop_ratio", "displaced_per_conflict_day": 0.02}, "take_from_population": True}),
        case(spawn={"conflict_driven_spawning": {"spawn_mode": "pop_ratio", "displaced_per_conflict_day": 0.02}}),
    ),
    "spawning, poisson": (
        case(spawn={"conflict_driven_spawning": {"spawn_mode": "poisson", "displaced_per_conflict_day": 15}}),
        case(spawn={"conflict_driven_spawning": {"spawn_mode": "constant", "displaced_per_conflict_day": 15}}),
    ),
    "sum_from_camps off": (
        case(spawn={"sum_from_camps": False}, counts={"total": grow(20, 260), "D": grow(20, 120)}),
        case(counts={"total": grow(20, 260), "D": grow(20, 120)}),
    ),
    "empty_camps_on_day0": (case(spawn={"empty_camps_on_day0": True}), case()),
    "conflict decay": (
        case(spawn={"conflict_spawn_decay": [1.0, 0.5, 0.1], "conflict_spawn_decay_interval": 2}, conflicts={"A": [1] * 8, "B": [0, 0, 0, 1, 1, 1, 0, 0]}),
        case(conflicts={"A": [1] * 8, "B": [0, 0, 0, 1, 1, 1, 0, 0]}),
    ),
    "starvation_driven_spawning, a day late": (
        case(spawn={"starvation_driven_spawning": True}, ipc={"r": 20.0, "s": 90.0}, counts={"D": grow(20, 260)}),
        case(ipc={"r": 20.0, "s": 90.0}, counts={"D": grow(20, 260)}),
    ),
    "flee_when_starving": (case({"flee_when_starving": True}, ipc={"s": 60.0, "t": 30.0}), case()),
    "avoid_food_deprived_locations": (case({"avoid_food_deprived_locations": True}, ipc={"s": 80.0}), case()),
    "flood": (
        case({"flood_rules": FLOODS}, FLOOD_SPAWN, places=WET, flood=FLOOD, conflicts={}),
        case({"flood_rules": {**FLOODS, "flood_loc_weights": [1, 1, 1, 1]}}, FLOOD_SPAWN, places=WET, flood=FLOOD, conflicts={}),
    ),
    "flood, so many a day": (
        case({"flood_rules": FLOODS}, flood_spawn("constant"), places=WET, flood=FLOOD, conflicts={}),
        case({"flood_rules": FLOODS}, FLOOD_SPAWN, places=WET, flood=FLOOD, conflicts={}),
    ),
    "flood, so many a day by chance": (
        case({"flood_rules": FLOODS}, flood_spawn("poisson"), places=WET, flood=FLOOD, conflicts={}),
        case({"flood_rules": FLOODS}, flood_spawn("constant"), places=WET, flood=FLOOD, conflicts={}),
    ),
    "movechance by population, the more the fewer": (
        case({"movechance_pop_base": 300, "movechance_pop_scale_factor": -0.6}, places=line(capacity=5000)),
        case(places=line(capacity=5000)),
    ),
    "flood forecaster": (
        case({"flood_rules": FORECAST}, FLOOD_SPAWN, places=WET, flood=FLOOD, conflicts={}, groups=AWARE),
        case({"flood_rules": FLOODS}, FLOOD_SPAWN, places=WET, flood=FLOOD, conflicts={}),
    ),
    "age and gender": (
        case({**AVOID, **CONTRAST}, groups=AGES), case({"ChildrenAvoidHazards": True, **CONTRAST}, groups=AGES),
    ),
    "age alone": (case({"ElderlyAvoidHazards": True, **CONTRAST}, groups=AGES), case(CONTRAST)),
    "fixed routes": (
        case({**FIXED, "fixed_routes": True}, DECAY, places=RING, roads=AROUND, conflicts=BACK, counts=TWO),
        case(FIXED, DECAY, places=RING, roads=AROUND, conflicts=BACK, counts=TWO),
    ),
    "fixed routes do not see past a marker": (
        case({"fixed_routes": True}, places=MARKED, roads=BY_MARKER),
        case({"fixed_routes": True, "awareness_level": 2}, places=MARKED, roads=BY_MARKER),
    ),
    "fixed routes, a long one that is known": (
        case({"fixed_routes": True}, places=RING, roads=AROUND, counts=TWO, majors=[("F", "E", "D"), ("A", "B", "C")]),
        case({"fixed_routes": True}, places=RING, roads=AROUND, counts=TWO),
    ),
    "fixed routes to a full camp": (
        case({**FULL, "fixed_routes": True}, places=line(capacity=60)), case(FULL, places=line(capacity=60)),
    ),
    "pruning": (case({"pruning_threshold": 1.5}), case()),
    "weight_power": (case({"weight_power": 2.5}), case()),
    "distance_power": (case({"distance_power": 0.3}), case()),
    "weight_softening": (case({"weight_softening": 3, "camp_weight": 5}), case({"camp_weight": 5})),
    "use_pop_for_loc_weight": (
        case({"use_pop_for_loc_weight": True, "pop_power_for_loc_weight": 0.4}, {"take_from_population": True}),
        case(spawn={"take_from_population": True}),
    ),
    "movechance by population": (
        case({"movechance_pop_base": 300, "movechance_pop_scale_factor": 0.5, "conflict_movechance": 0.4}, {"take_from_population": True}),
        case({"conflict_movechance": 0.4}, {"take_from_population": True}),
    ),
    "stay_close_to_home": (case({"stay_close_to_home": True}), case()),
    "use_economic_pull": (
        case({"use_economic_pull": True}, places=line(more={"C": {"trade_volume": "0.5", "hdi": "0.7"}, "D": {"trade_volume": "4", "hdi": "0.9"}})), case(),
    ),
    "weights of foreign places and camps": (case({"foreign_weight": 2, "camp_weight": 3, "conflict_weight": 0.1}), case()),
    "idp camp": (case({"idpcamp_movechance": 0.3}, places=line(camp="idpcamp")), case()),
    "initial_idps": (
        case({"camp_movechance": 0.2}, places=line(more={"D": {"initial_idps": "25"}})), case({"camp_movechance": 0.2}),
    ),
    "capacity": (case(FULL, places=line(capacity=80)), case(FULL)),
    "capacity, several cells": (
        case({**FULL, "avoid_short_stints": True, "capacity_scaling": 1.25}, places=line(capacity=64)),
        case({**FULL, "avoid_short_stints": True}, places=line(capacity=64)),
    ),
    "capacity_per_day": (
        case(FULL, places=line(capacity=40, more={"D": {"capacity_per_day": "6"}})), case(FULL, places=line(capacity=40)),
    ),
    "location_changes": (case(changes=[("B", "camp", 3), ("C", "conflict_zone", 4)]), case()),
    "conflict comes and goes": (case(conflicts={"A": [1] * 8, "B": [0, 0, 1, 1, 1, 0, 0, 0]}), case()),
    "closure of a country": (
        case(closures=[("country", "home", "away", 2, 5)], roads=roads(km=(90, 250, 60, 310))),
        case(roads=roads(km=(90, 250, 60, 310))),
    ),
    "closure of a place": (
        case({"awareness_level": 2}, closures=[("location", "C", "", 3, 6)], roads=roads(km=(90, 250, 60, 310))),
        case({"awareness_level": 2}, roads=roads(km=(90, 250, 60, 310))),
    ),
    "closure of a camp": (case(closures=[("camp", "D", "", 0, 4)]), case()),
    "closure of an idp camp": (
        case({"idpcamp_movechance": 0.1}, closures=[("idpcamp", "D", "", 2, 5)], places=line(camp="idpcamp")),
        case({"idpcamp_movechance": 0.1}, places=line(camp="idpcamp")),
    ),
    "closures one over the other": (
        case(closures=[("country", "home", "away", 2, 7), ("location", "C", "", 3, 5)]),
        case(closures=[("country", "home", "away", 2, 7)]),
    ),
    "less people counted: a debt": (
        case(counts={"D": [(0, 20), (2, 90), (3, 70), (5, 80), (7, 160)]}), case(),
    ),
    "conflicts.csv decides who is at war": (
        case(places=[("A", "r", "home", "town", 1000, {}), *line()[1:]], conflicts={"A": [1] * 8, "B": SHUT}), case(),
    ),
}  # fmt: skip


def worst(ours, theirs):
    """Return the largest difference of means and of squared deviations, in standard errors of both."""
    both = np.concatenate([ours, theirs])
    highest = 0.0
    for a, b in ((ours, theirs), ((ours - both.mean(axis=0)) ** 2, (theirs - both.mean(axis=0)) ** 2)):
        pooled = np.concatenate([a, b]).var(axis=0)
        fixed = pooled < 1e-9
        if a.mean(axis=0)[fixed] != pytest.approx(b.mean(axis=0)[fixed]):
            return math.inf
        # a normal approximation needs some people in both samples
        enough = np.minimum(len(a) * both.mean(axis=0), len(b) * both.mean(axis=0)) > 60
        use = enough & ~fixed
        error = np.sqrt(pooled * (1 / len(a) + 1 / len(b)))
        # squares of counts have long tails: judged on wider margins
        scale = 1.0 if a is ours else 0.8
        if use.any():
            highest = max(highest, scale * float(np.max(np.abs(a.mean(axis=0) - b.mean(axis=0))[use] / error[use])))
    return highest


def cohorts(one, folder, members=MEMBERS):
    compiled = load_directory(write(one, folder)).compiled
    runs = simulate_members(compiled, range(members), seed=8, workspace=Workspace(compiled, cells=512))
    return np.array([np.column_stack([run.present, run.under_way]) for run in runs], float)


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_against_people_moved_one_by_one(rule, tmp_path):
    one, without = CASES[rule]
    theirs = np.array([run(one, seed) for seed in range(RUNS)], float)
    assert worst(cohorts(one, tmp_path / "with"), theirs) < LIMIT
    other = cohorts(without, tmp_path / "without")
    if other.shape[1:] == theirs.shape[1:]:
        assert worst(other, theirs) > LIMIT, "the comparison would not notice the rule"


def test_the_settings_written_are_the_settings_read(tmp_path):
    made = load_directory(write(case({"softening": 33}), tmp_path / "case"))
    assert made.settings.softening == 33.0
    assert json.loads((tmp_path / "case" / "simsetting.yml").read_text())["move_rules"]["softening"] == 33
