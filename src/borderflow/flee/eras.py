"""What holds on each day of a Flee run: scores, chances to leave, open ways. Days with the same rules share an era."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from borderflow.flee.groups import Group
from borderflow.flee.lengths import flat, nearness, starts
from borderflow.flee.paths import Paths
from borderflow.flee.scores import base_scores, chances, flood_factors, is_forecasting
from borderflow.flee.settings import Settings
from borderflow.flee.tables import Tables
from borderflow.flee.world import World

if TYPE_CHECKING:
    from borderflow.kernels import cells

__all__ = ["Eras"]


class Eras:
    """Collects what holds on each day; equal days are kept once."""

    def __init__(
        self,
        tables: Tables,
        settings: Settings,
        paths: Paths,
        groups: Sequence[Group],
        yesterday: NDArray[np.float64],
    ) -> None:
        self.yesterday = yesterday
        self.nearness = nearness(tables, settings, paths)
        self.tables, self.settings, self.paths, self.groups = tables, settings, paths, groups
        self.era: list[int] = []
        self.known: dict[bytes, int] = {}
        self.rows: list[dict[str, NDArray[Any]]] = []
        options = paths.options
        # a long route may begin where people are: one more road stands for none, and is always open
        roads = [option.roads or (len(tables.roads),) for option in options]
        self.flat_roads = flat(roads)
        self.road_starts = starts(roads)[:-1]

    def add(self, world: World, day: int, capacity: NDArray[np.int64]) -> None:
        """Note what holds today; a day like one before shares its era."""
        base = base_scores(world, day)
        flood_end, flood_leave = flood_factors(world, day)
        score = np.array(
            [
                base**group.hazard * flood_end * (group.awareness if is_forecasting(world, day) else 1.0)
                for group in self.groups
            ]
        )
        row = {
            "score": score,
            "leave": chances(world, day, capacity, flood_leave, self.groups),
            "kind": np.stack([world.town, world.camp], axis=1).astype(np.uint8),
            "capacity": np.where(capacity > 0, capacity * self.settings.capacity_scaling, 0.0),
            "option_open": self._open_options(world.open),
            "link_open": world.open.astype(np.uint8),
            "known": np.zeros(0),
        }
        if self.settings.fixed_routes:
            row["known"] = self._table_of_routes(base, flood_end, row["option_open"])
        self.yesterday = base
        key = b"".join(np.ascontiguousarray(part).tobytes() for part in row.values())
        if key not in self.known:
            self.known[key] = len(self.rows)
            self.rows.append(row)
        self.era.append(self.known[key])

    def _open_options(self, is_open: NDArray[np.bool_]) -> NDArray[np.uint8]:
        if not len(self.flat_roads):
            return np.zeros(0, np.uint8)
        with_none = np.append(is_open, True).astype(np.uint8)
        return np.minimum.reduceat(with_none[self.flat_roads], self.road_starts)

    def _table_of_routes(
        self, base: NDArray[np.float64], flood: NDArray[np.float64], is_open: NDArray[np.uint8]
    ) -> NDArray[np.float64]:
        """Return the weight of the best way to each goal, -1 for the others.

        Flee makes the table of a place while it goes through the places in their order, so that those after it still
        have the score of the day before. A long route counts only where no other way leads to its end.
        """
        s, out = self.settings, np.full(len(self.paths.options), -1.0)
        best: dict[tuple[int, int], int] = {}
        for n, option in enumerate(self.paths.options):
            score = (base if option.end <= option.start else self.yesterday)[option.end] * flood[option.end]
            weight = ((s.weight_softening + score) * self.nearness[n]) ** s.weight_power
            pair = (option.start, option.end)
            if not is_open[n] or (pair in best and (option.long or weight <= out[best[pair]])):
                continue
            if pair in best:
                out[best[pair]] = -1.0
            best[pair], out[n] = n, weight
        return out

    def _watchers(self, capacity: NDArray[np.float64]) -> list[list[int]]:
        """Return, for each place with a capacity on any day, the places from which it can be chosen."""
        out: list[list[int]] = [[] for _ in self.tables.places]
        ever = capacity.max(axis=0) >= 1.0
        for start, end in sorted({(option.start, option.end) for option in self.paths.options}):
            if ever[end]:
                out[end].append(start)
        return out

    def rules(self) -> cells.Rules:
        """Return what holds in each era, as arrays."""
        from borderflow.kernels import cells

        stacked = {name: np.stack([row[name] for row in self.rows]) for name in self.rows[0]}
        watch = self._watchers(stacked["capacity"])
        limited = np.zeros(len(watch), np.uint8)
        limited[flat(watch)] = 1
        return cells.Rules(
            **stacked,
            limited=limited,
            watch_at=starts(watch),
            watch=flat(watch),
        )
