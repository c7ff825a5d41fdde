"""Tiny scenarios in which it matters who decides first: a camp that fills within days, and people who leave it.

Played by Flee itself (``benchmarks/flee_creation.py``, which writes ``flee_order.csv``), by the second program and by ours.
"""

from __future__ import annotations

from flee_agents import Case

PLACES = [
    ("A", "r", "home", "conflict_zone", 1000, {}), ("B", "s", "home", "town", 400, {}), ("C", "r", "away", "town", 90, {}),
]  # fmt: skip
ROADS = [("A", "B", 90, {}), ("B", "C", 150, {}), ("C", "D", 60, {}), ("A", "C", 310, {})]
EAGER = {"max_move_speed": 200, "camp_weight": 8, "default_movechance": 0.6}
RESTLESS = {**EAGER, "capacity_buffer": 0.5, "camp_movechance": 0.05}


def _camp(places: int, move: dict) -> Case:
    return Case(
        places=[*PLACES, ("D", "t", "away", "camp", places, {})], roads=ROADS, move=move,
        counts={"D": [(0, 20), (7, 120)]}, conflicts={"A": [1.0] * 8},
    )  # fmt: skip


#: What is in the way: people who leave a nearly full camp; the same in many states; ways of several stops; nothing.
CASES = {
    "restless": _camp(80, RESTLESS),
    "restless, many states": _camp(64, {**RESTLESS, "avoid_short_stints": True}),
    "ways of several stops": _camp(60, {**RESTLESS, "awareness_level": 3}),
    "ways of several stops, no nights in towns": _camp(
        60, {**RESTLESS, "awareness_level": 3, "default_movechance": 1.0}
    ),
    "quiet": _camp(80, EAGER),
}
#: Those that the wheel of Flee 3.1 plays by the same rules: there, people with the rest of a way before them stay a night in a
#: town by its chance, as anybody; in the later state of the repository they always go on.
WITH_FLEE = [name for name in CASES if name != "ways of several stops"]
