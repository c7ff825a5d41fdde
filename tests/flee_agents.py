"""Flee's daily rules, one person after the other, in plain Python: a second opinion on the cohort kernel.

Written from the description of the rules, without the kernel, the reader or the compiler of `borderflow`: a case is a
handful of Python rows, which `write` turns into a Flee directory for the one and `run` plays for the other. Slow and
simple on purpose. Live occupancy in the order of creation, as in Flee's serial engine.
"""

from __future__ import annotations

import json
import math
import random
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np


@dataclass
class Case:
    """A tiny scenario. Rows are as in Flee's tables; ``None`` in a list of extra columns is an empty cell."""

    places: list[tuple]  # name, region, country, type, population or capacity, {extra column: text}
    roads: list[tuple]  # name, name, km, {extra column: text}
    days: int = 8
    spawn: dict = field(default_factory=dict)
    move: dict = field(default_factory=dict)
    counts: dict = field(default_factory=dict)  # camp -> [(day, count)]
    conflicts: dict = field(default_factory=dict)  # place -> value by day
    closures: list[tuple] = field(default_factory=list)
    changes: list[tuple] = field(default_factory=list)  # place, type, day
    ipc: dict = field(default_factory=dict)  # region -> per cent, every day the same
    flood: dict = field(default_factory=dict)  # place -> level by day
    majors: list[tuple] = field(default_factory=list)  # names along each long route
    groups: dict = field(default_factory=dict)  # attribute -> {value: {column: weight}}


def write(case: Case, root: Path) -> Path:
    """Write a case as a Flee directory."""
    tables, counts = root / "input_csv", root / "source_data"
    tables.mkdir(parents=True)
    counts.mkdir()

    def put(path, rows):
        path.write_text("\n".join(",".join(str(cell) for cell in row) for row in rows) + "\n")

    extra = sorted({key for row in case.places for key in row[5]})
    put(tables / "locations.csv", [
        ["#name", "region", "country", "lat", "lon", "type", "conflict_date", "pop", *extra],
        *([n, region, country, i, 2 * i, kind, 0, size, *(more.get(key, "") for key in extra)]
          for i, (n, region, country, kind, size, more) in enumerate(case.places)),
    ])  # fmt: skip
    extra = sorted({key for row in case.roads for key in row[3]})
    put(tables / "routes.csv", [
        ["#name1", "name2", "distance", "forced_redirection", *extra],
        *([a, b, km, 0, *(more.get(key, "") for key in extra)] for a, b, km, more in case.roads),
    ])  # fmt: skip
    put(tables / "closures.csv", [["#type", "name1", "name2", "start", "end"], *case.closures])
    for name, columns in (("conflicts", case.conflicts), ("flood_level", case.flood)):
        rows = [[day, *(values[day] for values in columns.values())] for day in range(case.days)]
        put(
            tables / f"{name}.csv",
            [["#Day", *(columns or ["nobody"])], *(rows if columns else [[d, 0] for (d,) in rows])],
        )
    put(tables / "sim_period.csv", [["StartDate", "2031-01-01"], ["Length", case.days]])
    if case.majors:
        put(tables / "major_routes.csv", case.majors)
    if case.ipc:
        put(
            tables / "region_attributes_IPC.csv",
            [["#Day", *case.ipc], [0, *case.ipc.values()], [99, *case.ipc.values()]],
        )
    for attribute, values in case.groups.items():
        head = sorted({column for row in values.values() for column in row})
        rows = [[value, *(row[column] for column in head)] for value, row in values.items()]
        put(tables / f"demographics_{attribute}.csv", [[attribute, *head], *rows])
    if case.changes:
        put(root / "location_changes.csv", [["#name", "type", "day"], *case.changes])
    series = {"total": [(0, 0)], **case.counts}  # the first row of the layout is the total
    put(counts / "data_layout.csv", [[name, f"{name}.csv"] for name in series])
    for name, rows in series.items():
        put(counts / f"{name}.csv", [["Date", "n"], *([f"2031-01-{day + 1:02}", n] for day, n in rows)])
    (root / "simsetting.yml").write_text(json.dumps({"spawn_rules": case.spawn, "move_rules": case.move}))
    return root


class Spot:
    """A place."""

    def __init__(self, row: tuple, at: int, home: str) -> None:
        self.name, self.region, self.country, self.kind, size, self.extra = row
        self.at, self.x, self.y = at, float(at), float(2 * at)
        self.foreign = self.country != home
        self.pop, self.capacity = (0, size) if "camp" in self.kind else (size, -1)
        self.links: list[Way] = []
        self.parked: list[Way] = []
        self.here = 0
        self.ipc, self.since, self.level = 0.0, -1, 0


class Way:
    """One direction of a road; once shut, it stays shut for those who are on it, and a copy is opened later."""

    def __init__(self, start: Spot, end: Spot, km: float, speed: float, walk: float) -> None:
        self.start, self.end, self.km, self.speed, self.walk, self.shut = start, end, km, speed, walk, False


class Person:
    """Somebody, in a test only."""

    def __init__(self, place: Spot, traits: tuple) -> None:
        self.place, self.traits = place, traits
        self.way: Way | None = None
        self.x = self.km = self.recent = 0.0
        self.route: tuple = ()
        self.fresh = True


class World:
    """A case being played."""

    def __init__(self, case: Case, seed: int) -> None:
        self.case, self.random, self.day = case, random.Random(seed), 0
        m = self.m = {
            "max_move_speed": 360.0, "max_walk_speed": 35.0, "foreign_weight": 1.0, "camp_weight": 1.0,
            "conflict_weight": 1 / math.sqrt(10), "conflict_movechance": 1.0, "camp_movechance": 0.001,
            "idpcamp_movechance": 0.1, "default_movechance": 0.3, "awareness_level": 1, "capacity_buffer": 0.9,
            "capacity_scaling": 1.0, "softening": 10.0, "weight_softening": 0.0, "weight_power": 1.0,
            "distance_power": 1.0, "home_distance_power": 0.5, "pop_power_for_loc_weight": 0.1,
            "movechance_pop_base": 10000.0, "movechance_pop_scale_factor": 0.0, "pruning_threshold": 1.0, **case.move,
        }  # fmt: skip
        self.flood_rules = m.get("flood_rules")
        home = case.places[0][2]
        self.spots = [Spot(row, at, home) for at, row in enumerate(case.places)]
        self.named = {spot.name: spot for spot in self.spots}
        for spot in self.spots:
            self.become(spot, spot.kind, float(spot.extra.get("conflict_intensity") or 1))
        for a, b, km, more in case.roads:
            speed = float(more.get("max_move_speed") or m["max_move_speed"])
            walk = float(more.get("walk_probability") or 0)
            for start, end in ((a, b), (b, a)):
                self.named[start].links.append(Way(self.named[start], self.named[end], km, speed, walk))
        for spot in self.spots:
            spot.score = self.score(spot)
        self.people: list[Person] = []
        self.owed = 0
        self.columns = [spot for spot in self.spots if spot.camp]
        for spot in [] if case.spawn.get("empty_camps_on_day0") else self.columns:
            stock = self.count(spot.name, 0) if case.spawn.get("insert_day0", True) else 0
            for _ in range(stock + int(spot.extra.get("initial_idps") or 0)):
                self.born(spot)
        self.weights = self.spawn_weights()

    # ---- tables

    def become(self, spot: Spot, kind: str, intensity: float) -> None:
        m = self.m
        spot.kind = kind
        spot.camp, spot.town, spot.marker = "camp" in kind, kind == "town", kind == "marker"
        spot.flood_zone, spot.conflict = kind == "flood_zone", intensity if kind == "conflict_zone" else -1.0
        spot.chance = {
            "camp": m["camp_movechance"], "idpcamp": m["idpcamp_movechance"], "conflict_zone": m["conflict_movechance"],
            "town": m["default_movechance"], "flood_zone": m["default_movechance"],
        }.get(kind, 1.0)  # fmt: skip

    def count(self, name: str, day: int) -> int:
        rows = self.case.counts[name]
        for (a, n), (b, o) in pairwise(rows):
            if a <= day < b:
                return int(n + (o - n) * (day - a) / (b - a))
        return rows[-1][1] if day >= rows[-1][0] else rows[0][1]

    def decay(self, spot: Spot) -> float:
        steps = self.case.spawn.get("conflict_spawn_decay")
        if not steps:
            return 1.0
        old = (self.day - spot.since) // self.case.spawn.get("conflict_spawn_decay_interval", 30)
        return steps[min(old, len(steps) - 1)]

    def spawn_weights(self) -> list[float]:
        starving = self.case.spawn.get("starvation_driven_spawning") and self.day > 0
        return [
            (spot.pop * spot.conflict * self.decay(spot) if spot.conflict > 0 else 0.0)
            + (spot.pop * spot.ipc / 100 if starving else 0.0)
            for spot in self.spots
        ]

    def events(self) -> None:
        for name, kind, day in self.case.changes:
            if day == self.day:
                self.become(self.named[name], kind, 1.0)
        for spot in self.spots:
            spot.ipc = self.case.ipc.get(spot.region, 0.0)
            spot.level = int(self.case.flood.get(spot.name, [0] * self.case.days)[self.day])
        for name, values in self.case.conflicts.items():
            spot, now, before = self.named[name], values[self.day], values[self.day - 1] if self.day else 0
            if now > 0 and before == 0:
                spot.conflict, spot.chance, spot.town, spot.since = (
                    now,
                    self.m["conflict_movechance"],
                    False,
                    self.day,
                )
                self.weights = self.spawn_weights()
            elif before > 0 and now == 0:
                spot.conflict, spot.chance, spot.town = -1.0, self.m["default_movechance"], True
                self.weights = self.spawn_weights()

    def close_and_open(self) -> None:
        for kind, first, second, start, end in self.case.closures:
            for begin in (True, False):
                if self.day != (start if begin else end):
                    continue
                if kind in ("camp", "idpcamp"):
                    self.become(self.named[first], "town" if begin else kind, 1.0)
                    continue
                for spot in self.spots:
                    for way in list(spot.links if begin else spot.parked):
                        ends = (way.start, way.end)
                        names = {s.name for s in ends} if kind == "location" else [s.country for s in ends]
                        if not (first in names if kind == "location" else sorted(names) == sorted((first, second))):
                            continue
                        if begin:
                            way.shut = True
                            spot.links.remove(way)
                            spot.parked.append(Way(way.start, way.end, way.km, way.speed, way.walk))
                        else:
                            spot.parked.remove(way)
                            spot.links.append(way)

    # ---- people

    def born(self, spot: Spot) -> None:
        traits = []
        for values in self.case.groups.values():
            column = spot.name if spot.name in next(iter(values.values())) else "Default"
            traits += self.random.choices(list(values), [row[column] for row in values.values()])
        self.people.append(Person(spot, tuple(traits)))
        spot.here += 1

    def poisson(self, mean: float) -> int:
        n, left = 0, math.exp(-mean)
        product = self.random.random()
        while product > left:
            n, product = n + 1, product * self.random.random()
        return n

    def set_out(self) -> None:
        """Let today's people appear."""
        take, driven = self.case.spawn.get("take_from_population"), self.case.spawn.get("conflict_driven_spawning")
        flood = self.case.spawn.get("flood_driven_spawn_mode")
        new: list[Spot] = []
        if flood or driven:
            mode = (flood or driven).get("spawn_mode", "pop_ratio")
            for spot in self.spots:
                rate = (
                    (interp(flood["displaced_per_flood_day"], spot.level) if spot.level > 0 else 0)
                    if flood
                    else max(spot.conflict, 0) * driven["displaced_per_conflict_day"]
                )
                if mode == "poisson":
                    new += [spot] * (self.poisson(rate) if rate > 0 else 0)
                else:
                    new += [spot] * int(rate * (spot.pop if mode == "pop_ratio" else 1))
        else:
            step = sum(
                self.count(name, self.day) - (self.count(name, self.day - 1) if self.day else 0)
                for name in self.case.counts
                if (name == "total") != self.case.spawn.get("sum_from_camps", True)
            )
            n = step - self.owed
            if self.case.spawn.get("insert_day0", True) and self.day == 0:
                n = 0
                for spot in self.columns:
                    if spot.capacity > 0:
                        spot.capacity -= self.count(spot.name, 0)
            self.owed = max(0, -n)
            new = self.random.choices(self.spots, self.weights, k=max(0, n))
        for spot in new:
            if take:
                spot.pop = max(0, spot.pop - 1)
            self.born(spot)

    # ---- choices

    def refresh(self) -> None:
        """Score every place, once a day."""
        m, self.known = self.m, {}
        self.weights = self.spawn_weights()
        for spot in self.spots:
            spot.score = self.score(spot)
            if m.get("fixed_routes"):
                spot.table = self.table(spot)
            spot.capacity += int(spot.extra.get("capacity_per_day") or 0)

    def score(self, spot: Spot) -> float:
        m, s = self.m, 1.0
        if spot.foreign:
            if m.get("use_economic_pull"):
                s *= 1 + float(spot.extra["trade_volume"]) + float(spot.extra["hdi"]) ** 2
            s *= m["foreign_weight"]
        elif m.get("avoid_food_deprived_locations") and self.day > 0:
            s *= 1 - (spot.ipc / 100) ** 2
        s *= m["camp_weight"] if spot.camp else 1.0
        s *= m["conflict_weight"] ** (self.decay(spot) * spot.conflict) if spot.conflict > 0 else 1.0
        if spot.flood_zone:
            s *= interp(self.flood_rules["flood_loc_weights"], spot.level)
            s *= 0.0 if self.forecasting() and spot.name in self.case.flood else 1.0
        return s

    def trait(self, traits: tuple, attribute: str) -> str:
        return traits[list(self.case.groups).index(attribute)]

    def forecasting(self) -> bool:
        f = self.flood_rules or {}
        return bool(f.get("flood_forecaster")) and self.day <= f["flood_forecaster_end_time"]

    def forecast(self, spot: Spot, traits: tuple, as_goal: bool) -> float:
        f = self.flood_rules
        levels, total = self.case.flood[spot.name], 0.0
        for ahead in range(1, f["flood_forecaster_timescale"] + 1):
            q = min(self.day + ahead, f["flood_forecaster_end_time"])
            if levels[q] > 0:
                level = spot.level if as_goal else levels[q]
                total += interp(f["flood_loc_weights"], level) * f["flood_forecaster_weights"][q]
            if q == f["flood_forecaster_end_time"]:
                break
        factor = total**2 if as_goal else total
        aware = f["flood_awareness_weights"][int(self.trait(traits, "floodawareness"))]
        return factor / f["flood_forecaster_timescale"] * aware

    def attraction(self, here: Spot, end: Spot, traits: tuple) -> float:
        m, b, marked = self.m, end.score, False
        if m.get("ChildrenAvoidHazards"):
            if int(self.trait(traits, "age")) < 19:
                b, marked = b * b, True
            if m.get("BoysTakeRisk") and self.trait(traits, "gender") == "male" and int(self.trait(traits, "age")) > 14:
                b = 1.0
        if m.get("ElderlyAvoidHazards") and int(self.trait(traits, "age")) > 59:
            b, marked = b * b, True
        if m.get("WomenAvoidHazards") and self.trait(traits, "gender") == "female" and not marked:
            b = b * b
        if m.get("stay_close_to_home"):
            b /= max(1.0, sphere(here.x, here.y, end.x, end.y)) ** m["home_distance_power"]
        if end.level > 0:
            b *= interp(self.flood_rules["flood_loc_weights"], end.level)
        if self.forecasting():
            b *= self.forecast(end, traits, as_goal=True)
        if m.get("use_pop_for_loc_weight") and not end.camp:
            b *= max(1, end.pop) ** m["pop_power_for_loc_weight"]
        return b

    def kappa(self, spot: Spot) -> float:
        full, buffer = spot.capacity * self.m["capacity_scaling"], self.m["capacity_buffer"]
        if full < 1 or spot.here <= buffer * full:
            return 1.0
        return 0.0 if spot.here >= full else 1 - (spot.here - buffer * full) / (full * (1 - buffer))

    def ways(self, here: Spot) -> list[tuple]:
        """Return every loop-free way within awareness: (places, km)."""
        out, depth = [], max(1, self.m["awareness_level"])

        def search(path: tuple, km: float, steps: int) -> None:
            for way in path[-1].links:
                if way.end in path or (way.end.marker and self.m["awareness_level"] < 0):
                    continue
                fixed = bool(self.m.get("fixed_routes"))
                longer, cost = (*path, way.end), steps + (fixed or not way.end.marker)
                if not way.end.marker:
                    out.append((longer[1:], km + way.km))
                if cost < depth or (way.end.marker and not fixed):
                    search(longer, km + way.km, cost)

        search((here,), 0.0, 0)
        return out

    def table(self, here: Spot) -> dict:
        """Return the best way to each goal and its weight; scores of places not yet visited today are yesterday's."""
        m, best = self.m, {}
        for route, km in self.ways(here):
            weight = ((m["weight_softening"] + route[-1].score) / (m["softening"] + km) ** m["distance_power"]) ** m[
                "weight_power"
            ]
            if route[-1] not in best or weight > best[route[-1]][1]:
                best[route[-1]] = (route, weight)
        hubs = [((), 0.0), *((route, km) for route, km in self.ways(here))]
        for stops, km in hubs:
            hub = stops[-1] if stops else here
            for names in (*self.case.majors, *(row[::-1] for row in self.case.majors)):
                row = [self.named[name] for name in names]
                if row[0] is hub and row[-1] not in best:
                    long = sum(next(w.km for w in a.links if w.end is b) for a, b in pairwise(row)) / 4
                    weight = (
                        (m["weight_softening"] + row[-1].score) / (m["softening"] + km + long) ** m["distance_power"]
                    ) ** m["weight_power"]
                    best[row[-1]] = ((*stops, *row[2:]), weight)
        return best

    def select(self, one: Person) -> tuple:
        m, key = self.m, (one.place, one.traits)
        if m.get("fixed_routes"):
            known = one.place.table
            weights = [w * self.attraction(one.place, end, one.traits) for end, (_, w) in known.items()]
            if not known:
                return ()
            if sum(weights) <= 0:
                weights = None
            return self.random.choices([route for route, _ in known.values()], weights)[0]
        if key not in self.known:
            rows = [
                (route, (m["weight_softening"] + self.attraction(one.place, route[-1], one.traits))
                 / (m["softening"] + km) ** m["distance_power"])
                for route, km in self.ways(one.place)
            ]  # fmt: skip
            free = all(route[-1].capacity * m["capacity_scaling"] < 1 for route, _ in rows)
            self.known[key] = [rows, self.tally(rows) if rows and free else None]
        rows, sums = self.known[key]
        if not rows:
            return ()
        sums = sums or self.tally(rows)
        return rows[min(bisect_left(sums, self.random.random() * sums[-1]), len(rows) - 1)][0]

    def tally(self, rows: list) -> list[float]:
        weights = [(base * self.kappa(route[-1])) ** self.m["weight_power"] for route, base in rows]
        if self.m["pruning_threshold"] >= 1.001:
            least = max(weights) / self.m["pruning_threshold"]
            weights = [w if w >= least else 0.0 for w in weights]
        return list(accumulate(weights if sum(weights) > 0 else [1.0] * len(rows)))

    def decide(self, one: Person, forced: bool) -> None:
        m, spot = self.m, one.place
        if one.route or (spot.town and forced):
            p = 1.0
        else:
            p = (
                spot.chance
                * (max(spot.pop, spot.capacity) / m["movechance_pop_base"]) ** m["movechance_pop_scale_factor"]
            )
            if m.get("flee_when_starving"):
                p = spot.ipc / 100 + (1 - spot.ipc / 100) * p
            if spot.level > 0:
                p = interp(self.flood_rules["flood_movechances"], spot.level)
            if self.forecasting():
                p *= self.forecast(spot, one.traits, as_goal=False)
        if self.random.random() >= p:
            return
        route = one.route or self.select(one)
        one.route = ()
        way = next((way for way in spot.links if route and way.end is route[0]), None)
        if way is None or (route[-1].camp and self.kappa(route[-1]) < 0.5):
            return
        one.route, one.way, one.place, one.x = route[1:], way, None, 0.0
        spot.here -= 1

    def travel(self, one: Person) -> None:
        m = self.m
        while one.way is not None:
            way = one.way
            v = m["max_walk_speed"] if m.get("start_on_foot") and one.fresh else way.speed
            if way.walk and self.random.random() < way.walk:
                v = m["max_walk_speed"]
            one.x += v
            one.km += v
            if one.x <= way.km:
                return
            one.fresh = False
            one.km += way.km - one.x
            one.place, one.way = way.start if way.shut else way.end, None
            one.place.here += 1
            if way.shut or one.km >= v:
                return
            self.decide(
                one, bool(m.get("avoid_short_stints")) and (one.recent + one.km / m["max_move_speed"]) / 2 < 0.5
            )

    def step(self) -> None:
        self.events()
        self.set_out()
        self.close_and_open()
        self.refresh()
        for one in self.people:
            if one.way is None:
                self.decide(one, forced=False)
        for one in self.people:
            self.travel(one)
        for one in self.people:
            one.recent, one.km = (one.recent + one.km / self.m["max_move_speed"]) / 2, 0.0
        self.day += 1


def interp(values: list[float], level: float) -> float:
    low = int(level)
    return values[low] + (values[low + 1] - values[low]) * (level - low)


def sphere(x1: float, y1: float, x2: float, y2: float) -> float:
    """Great circle in km; the fourth column taken for the longitude, as in Flee."""
    lon1, lat1, lon2, lat2 = map(math.radians, (x1, y1, x2, y2))
    a = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6373.0 * math.asin(math.sqrt(a))


def run(case: Case, seed: int) -> np.ndarray:
    """Play a case and return people by day and place; the last column is people on roads."""
    world, out = World(case, seed), []
    for _ in range(case.days):
        world.step()
        out.append([spot.here for spot in world.spots] + [sum(one.place is None for one in world.people)])
    return np.array(out)
