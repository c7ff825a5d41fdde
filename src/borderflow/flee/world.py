"""The places of a Flee run from day to day: their types, open roads, conflicts, and where departures begin.

Everything follows from the tables alone, in Flee's order of operations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import Problem, ScenarioError
from borderflow.flee.settings import Settings
from borderflow.flee.tables import FEW, Tables

__all__ = ["World", "departure_weights", "on_list"]


class World:
    """Types of places and open roads, moved from day to day in Flee's order."""

    def __init__(self, tables: Tables, settings: Settings) -> None:
        self.tables, self.settings = tables, settings
        n = len(tables.places)
        self.chance = np.ones(n)
        self.camp, self.town, self.flood_zone = (np.zeros(n, bool) for _ in range(3))
        self.conflict = np.full(n, -1.0)
        self.since = np.full(n, -1)
        self.open = np.ones(len(tables.roads), bool)
        self.shut: list[list[int]] = []
        self.population = np.array([place.population for place in tables.places], float)
        self.capacity = np.array([place.capacity for place in tables.places], np.int64)
        for at, place in enumerate(tables.places):
            kind = place.type
            if kind == "conflict" and place.conflict_date > 0:
                kind = "town"
            intensity = float(place.attributes.get("conflict_intensity") or 1.0)
            self._become(at, kind, intensity)
            if not self.camp[at] and not self.flood_zone[at] and self.chance[at] < FEW:
                self.camp[at], self.town[at] = True, False

    def _become(self, at: int, kind: str, intensity: float) -> None:
        s = self.settings
        self.camp[at] = kind in ("camp", "idpcamp")
        self.town[at] = kind == "town"
        self.flood_zone[at] = kind == "flood"
        self.conflict[at] = intensity if kind == "conflict" else -1.0
        chances = {
            "camp": s.camp_movechance, "idpcamp": s.idpcamp_movechance, "conflict": s.conflict_movechance,
            "town": s.default_movechance, "flood": s.default_movechance,
        }  # fmt: skip
        self.chance[at] = chances.get(kind, 1.0)

    def run(self) -> Iterator[NDArray[np.float64]]:
        """Yield, for each day, the weights of departures; the state is that of the day's moves.

        Weights that follow the counts are those left by the day before, unless a conflict zone came or went.
        """
        old = None
        for day in range(self.tables.days):
            for change in self.tables.changes:
                if change.day == day:
                    self._become(change.place, change.type, float(self.settings.default_conflict_intensity))
            changed = False
            if self.settings.flood_rules is None:
                changed = self._conflicts(day)
            lags = not (self.settings.spawn_mode or self.settings.flood_zone_spawning_only)
            weights = old if lags and old is not None and not changed else departure_weights(self, day)
            self.shut.append([])
            self._closures(day)
            yield weights
            old = departure_weights(self, day)

    def _conflicts(self, day: int) -> bool:
        changed = False
        for at, values in self.tables.conflicts.items():
            now = values[day]
            before = values[day - 1] if day else 0.0
            if now > 1e-6 and before < 1e-6:
                self.conflict[at], self.since[at] = now, day
                self.chance[at], self.town[at] = self.settings.conflict_movechance, False
                changed = True
            elif day and before >= 1e-6 and now < 1e-6:
                self.conflict[at] = -1.0
                self.chance[at], self.town[at] = self.settings.default_movechance, True
                changed = True
        return changed

    def _closures(self, day: int) -> None:
        for row in self.tables.closures:
            if day == row.start:
                self._close(row.kind, row.first, row.second, day)
            if day == row.end:
                self._reopen(row.kind, row.first, row.second)

    def _roads(self, kind: str, first: str, second: str) -> list[int]:
        tables = self.tables
        if kind == "location":
            at = tables.index(first)
            return [n for n, road in enumerate(tables.roads) if at in (road.start, road.end)]
        pairs = [(tables.places[road.start].country, tables.places[road.end].country) for road in tables.roads]
        return [n for n in range(len(pairs)) if pairs[n] in ((first, second), (second, first))]

    def _close(self, kind: str, first: str, second: str, day: int) -> None:
        if kind in ("camp", "idpcamp"):
            at = self.tables.index(first)
            assert at is not None
            self.camp[at], self.town[at], self.conflict[at] = False, True, -1.0
            self.chance[at] = self.settings.default_movechance
            return
        for n in self._roads(kind, first, second):
            if self.open[n]:
                self.open[n] = False
                self.shut[day].append(n)

    def _reopen(self, kind: str, first: str, second: str) -> None:
        if kind in ("camp", "idpcamp"):
            at = self.tables.index(first)
            assert at is not None
            self.camp[at], self.town[at] = True, False
            self.chance[at] = self.settings.camp_movechance if kind == "camp" else self.settings.idpcamp_movechance
            return
        self.open[self._roads(kind, first, second)] = True

    def decay(self, day: int) -> NDArray[np.float64]:
        """Return the factor by which conflicts have faded."""
        steps = self.settings.conflict_spawn_decay
        if not steps:
            return np.ones(len(self.since))
        index = (day - self.since) // self.settings.conflict_spawn_decay_interval
        return np.asarray(np.array(steps)[np.clip(index, 0, len(steps) - 1)])

    def ipc(self, day: int) -> NDArray[np.float64]:
        """Return the share of people short of food."""
        out = np.zeros(len(self.chance))
        for at, values in self.tables.ipc.items():
            out[at] = values[day] / 100.0
        return out


def departure_weights(world: World, day: int) -> NDArray[np.float64]:
    """Return what departures of a day are shared by; where people are taken from the population, per person of it."""
    s = world.settings
    at_war = world.conflict > 0
    if s.flood_zone_spawning_only:
        level = np.array([int(world.tables.flood.get(at, (0,) * (day + 1))[day]) for at in range(len(at_war))])
        rate = [on_list(s.displaced_per_flood_day, f, "displaced_per_flood_day") if f > 0 else 0.0 for f in level]
        return np.array([int(one) if s.flood_spawn_mode != "pop_ratio" else one for one in rate], float)
    if s.spawn_mode:
        return np.where(at_war, s.displaced_per_conflict_day * world.conflict, 0.0)
    per_person = np.where(at_war, world.conflict * world.decay(day), 0.0)
    if s.starvation_driven_spawning and day > 0:
        per_person = per_person + world.ipc(day)
    return per_person if s.take_from_population else per_person * world.population


def on_list(values: Sequence[float], level: int, name: str) -> float:
    """Return the entry of a flood level; the last entry of a list cannot be used, as in Flee."""
    if not 0 <= level < len(values) - 1:
        wrong = f"flood level {level} needs a list of {level + 2} numbers or more, found {len(values)}; Flee stops here"
        raise ScenarioError([Problem("flood_level.csv", name, wrong)])
    return float(values[level])
