"""Routes of a Flee run: every loop-free way within the awareness of people, and what is left of it at each stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from borderflow.errors import Problem, ScenarioError
from borderflow.flee.tables import Road

__all__ = ["Option", "Paths", "find_paths"]

MOST_OPTIONS = 2_000_000


@dataclass(frozen=True)
class Option:
    """A way that people at a place may choose.

    Parameters
    ----------
    start, end : int
        Places.
    roads : tuple of int
        What must be open, and whose lengths add up.
    route : int
        Number of the route to walk.
    more_km : float
        Length besides the roads: of a known long route, as Flee counts it.
    long : bool
        Does it go on along a known long route.
    """

    start: int
    end: int
    roads: tuple[int, ...]
    route: int
    more_km: float = 0.0
    long: bool = False


@dataclass
class Paths:
    """Options by place, and routes by number; route 0 is none.

    A route is walked by the names of its places: at each stop the first open road to the next place is taken, even
    where a parallel one was chosen.
    """

    options: list[Option] = field(default_factory=list)
    first: list[int] = field(default_factory=lambda: [0])  # place -> first option; one more than places
    end: list[int] = field(default_factory=lambda: [-1])
    rest: list[int] = field(default_factory=lambda: [0])
    hops: list[tuple[int, ...]] = field(default_factory=lambda: [()])
    start: list[int] = field(default_factory=lambda: [-1])
    next: list[int] = field(default_factory=lambda: [-1])
    _known: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)

    def route(self, start: int, places: tuple[int, ...], roads: dict[tuple[int, int], tuple[int, ...]]) -> int:
        """Return the number of a route from a place, and note what is left of it after each stop."""
        if not places:
            return 0
        key = (start, places)
        if key not in self._known:
            rest = self.route(places[0], places[1:], roads)
            self._known[key] = len(self.end)
            self.end.append(places[-1])
            self.rest.append(rest)
            self.hops.append(roads.get((start, places[0]), ()))
            self.start.append(start)
            self.next.append(places[0])
        return self._known[key]


def find_paths(
    places: int,
    roads: Sequence[Road],
    markers: Sequence[bool],
    awareness: int,
    *,
    fixed: bool = False,
    majors: Sequence[Sequence[int]] = (),
) -> Paths:
    """Find the options of every place.

    Parameters
    ----------
    places : int
        How many.
    roads : sequence of Road
    markers : sequence of bool
        Places that are only passed through: they cost no step and nobody goes there.
    awareness : int
        Stops that people look ahead; 0 makes nobody move, negative values are as 1.
    fixed : bool
        For tables of fixed routes, where a marker costs a step.
    majors : sequence of sequence of int
        Long routes that people know: places in their order, in both directions.

    Examples
    --------
    >>> roads = [Road(0, 1, 10, None, 0), Road(1, 0, 10, None, 0), Road(1, 2, 5, None, 0), Road(2, 1, 5, None, 0)]
    >>> [(option.start, option.end) for option in find_paths(3, roads, [False] * 3, 2).options]
    [(0, 1), (0, 2), (1, 0), (1, 2), (2, 1), (2, 0)]
    """
    out: list[list[int]] = [[] for _ in range(places)]
    between: dict[tuple[int, int], tuple[int, ...]] = {}
    for n, road in enumerate(roads):
        out[road.start].append(n)
        key = (road.start, road.end)
        between[key] = (*between.get(key, ()), n)
    paths = Paths()
    for start in range(places):
        if awareness != 0:
            _look_ahead(paths, start, out, roads, markers, between, awareness, fixed)
            if majors:
                _add_majors(paths, start, roads, between, majors)
        paths.first.append(len(paths.options))
        if len(paths.options) > MOST_OPTIONS:
            wrong = f"{awareness} makes more than {MOST_OPTIONS:,} ways to choose from; a lower level would be right"
            raise ScenarioError([Problem("settings", "awareness_level", wrong)])
    return paths


def _look_ahead(
    paths: Paths,
    start: int,
    out: list[list[int]],
    roads: Sequence[Road],
    markers: Sequence[bool],
    between: dict[tuple[int, int], tuple[int, ...]],
    depth: int,
    fixed: bool,
) -> None:
    """Add every way from a place: depth first, along its roads in the order of the file."""
    stack: list[tuple[tuple[int, ...], tuple[int, ...], int]] = [((start,), (), 0)]
    while stack:
        places, taken, steps = stack.pop()
        last = places[-1]
        if taken and markers[last] and depth < 0:
            continue  # a quirk: with a negative level markers lead nowhere
        if taken and not markers[last]:
            route = paths.route(start, places[1:], between)
            paths.options.append(Option(start, last, taken, route))
        if taken and steps >= max(1, depth) and (fixed or not markers[last]):
            continue
        for n in reversed(out[last]):
            end = roads[n].end
            if end not in places:
                stack.append(((*places, end), (*taken, n), steps + (fixed or not markers[end])))


def _add_majors(
    paths: Paths,
    start: int,
    roads: Sequence[Road],
    between: dict[tuple[int, int], tuple[int, ...]],
    majors: Sequence[Sequence[int]],
) -> None:
    """Add the long routes that begin at a place or within its sight.

    Two quirks of Flee: a quarter of the length counts, and the first stop of the long route is left out, so that
    whoever is not next to the second comes no farther than its beginning.
    """
    near = [((), ()), *((option.roads, _places(paths, option.route)) for option in paths.options[paths.first[-1] :])]
    for taken, stops in near:
        hub = stops[-1] if stops else start
        for row in (*majors, *(tuple(reversed(one)) for one in majors)):
            if row[0] == hub:
                km = sum(roads[between[pair][0]].km for pair in pairwise(row))
                route = paths.route(start, (*stops, *row[2:]), between)
                paths.options.append(Option(start, row[-1], taken, route, km / 4, long=True))


def _places(paths: Paths, route: int) -> tuple[int, ...]:
    """Return the places of a route."""
    out = []
    while route:
        out.append(paths.next[route])
        route = paths.rest[route]
    return tuple(out)
