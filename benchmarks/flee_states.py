"""How many values of recent travel have different futures: can cells be merged without changing any result?

With ``avoid_short_stints`` people are forced on while ``q + m < v`` (recent travel, kilometres today, speed). Two values
of ``q`` in the same place may be merged only if no way to go on, on this day or any later one, ever answers that question
differently. The answers are thresholds, so the classes are intervals; they are found by taking every threshold
back along every way (Moore's minimisation of an automaton) until nothing new appears. Counted are the values of ``q`` that
can be reached at all, and the classes among them, at rest (R), on roads overnight (L) and within the day (C).

    python benchmarks/flee_states.py [DIR SETTINGS]...     directories beside the sample; awareness_level 1, no markers
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from borderflow.flee import FleeScenario, load_directory, shipped_directories

Node = tuple


class Automaton:
    """Where people can be, and what a way does to their recent travel."""

    def __init__(self, scenario: FleeScenario) -> None:
        compiled = scenario.compiled
        self.law, self.links = compiled.law, compiled.geography.link.tolist()
        places = len(compiled.sources.population)
        self.out: list[list[int]] = [[] for _ in range(places)]
        for n, (start, *_) in enumerate(self.links):
            self.out[start].append(n)
        leave, town = compiled.rules.leave[:, 0, :, 0], compiled.rules.kind[:, :, 0] == 1
        self.may_stay = (leave < 1).any(axis=0)
        self.asked = (town & (leave < 1)).any(axis=0)  # does it matter here whether people are forced on?
        self.always_town = town.all(axis=0)
        appear = (compiled.sources.weight > 0).any(axis=0) | (compiled.sources.initial > 0)
        self.begin = [("R", n, int(compiled.law.start_on_foot)) for n in np.flatnonzero(appear)]

    def ride(self, link: int, x: int, km: int, foot: int) -> tuple[Node, int | None]:
        """Return where a day's speed leads; and the kilometres by which the day ends, None where it goes on."""
        _, end, length, speed = self.links[link]
        v = self.law.walk_speed if foot else speed
        if x + v > length:
            return ("C", end, km + length - x, v), None
        return ("L", link, x + v, foot), km + v

    def onward(self, node: Node) -> list[tuple[Node, int | None]]:
        """Return every next node."""
        kind, at, *rest = node
        if kind == "L":
            return [self.ride(at, rest[0], 0, rest[1])]
        if kind == "R":
            stay = [(node, 0)] if self.may_stay[at] else []
            return stay + [self.ride(link, 0, 0, rest[0]) for link in self.out[at]]
        km, v = rest
        settle = (("R", at, 0), km)
        if km >= v:
            return [settle]
        return ([settle] if self.may_stay[at] else []) + [self.ride(link, 0, km, 0) for link in self.out[at]]

    def reachable(self) -> dict[Node, set[int]]:
        """Return the values of recent travel that occur at each node."""
        found: dict[Node, set[int]] = defaultdict(set)
        todo = [(node, 0) for node in self.begin]
        while todo:
            node, q = todo.pop()
            if q in found[node]:
                continue
            found[node].add(q)
            forced = node[0] == "C" and node[2] < node[3] and self.always_town[node[1]] and q + node[2] < self.law.speed
            for to, km in self.onward(node):
                if not (forced and km is not None and to[0] == "R"):
                    todo.append((to, q if km is None else (q + km) >> 1))
        return found

    def thresholds(self, found: dict[Node, set[int]]) -> dict[Node, set[int]]:
        """Return the values at which the future changes, at each node."""
        made: dict[Node, set[int]] = defaultdict(set)
        grown = True
        while grown:
            grown = False
            for node, values in found.items():
                new = set()
                if node[0] == "C" and node[2] < node[3] and self.asked[node[1]]:
                    new.add(self.law.speed - node[2])
                for to, km in self.onward(node):
                    new |= made[to] if km is None else {2 * t - km for t in made[to]}
                new = {t for t in new if min(values) < t <= max(values)} - made[node]
                made[node] |= new
                grown = grown or bool(new)
        return made


def main() -> None:
    """Count and print."""
    given = [Path(one) for one in sys.argv[1:]]
    scenarios = [load_directory(shipped_directories()["flee-two-valleys"])]
    scenarios += [load_directory(a, settings=b) for a, b in zip(given[::2], given[1::2], strict=True)]
    print(
        "| directory | at rest, values | classes | on roads | classes | within a day | classes |\n|---|---|---|---|---|---|---|"
    )
    for scenario in scenarios:
        automaton = Automaton(scenario)
        found = automaton.reachable()
        made = automaton.thresholds(found)
        counts = {kind: [0, 0] for kind in "RLC"}
        for node, values in found.items():
            edges = sorted(made[node])
            counts[node[0]][0] += len(values)
            counts[node[0]][1] += len(np.unique(np.searchsorted(edges, sorted(values), side="right")))
        cells = " | ".join(f"{values:,} | {classes:,}" for values, classes in counts.values())
        print(f"| {scenario.name} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
