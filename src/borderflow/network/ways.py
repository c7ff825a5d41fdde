"""Ways out: what people at every place, or turned away at every post, choose among, as rows of a table."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from borderflow.errors import Problem, ScenarioError
from borderflow.network.lanes import LaneTable, Posts
from borderflow.routes import Alternative, Exits
from borderflow.scenario import Place, Scenario

__all__ = ["ChoiceTable", "list_choices", "site_key"]


def site_key(*names: str) -> int:
    """Return the site key of draws: a hash of where the draw hangs in the model, so that adding a place moves none."""
    return zlib.crc32("/".join(names).encode()) & 0x7FFFFFFF


@dataclass(frozen=True)
class ChoiceTable:
    """One row for every origin, then one for every post from which people choose again.

    Parameters
    ----------
    ways : list of lists of Alternative
        By row, alternatives of one country side by side.
    keys : list of int
        Site keys of draws, by row.
    of_post : list of int
        Row of a post, or -1.
    detours : dict
        Detour factor by corridor.
    """

    ways: list[list[Alternative]]
    keys: list[int]
    of_post: list[int]
    detours: dict[str, float]

    @property
    def alternatives(self) -> list[Alternative]:
        """All alternatives, row after row."""
        return [alternative for row in self.ways for alternative in row]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Pairs of lane and service that occur, sorted."""
        return sorted({(a.lane, a.service) for a in self.alternatives})

    def nests(self) -> tuple[list[int], list[int], list[int]]:
        """Return the first nest of every row, the country of every nest, the first alternative of every nest."""
        row_nest, nest_country, nest_alt = [0], [], [0]
        position = 0
        for row in self.ways:
            for n, one in enumerate(row):
                if n == 0 or one.country != row[n - 1].country:
                    if n:
                        nest_alt.append(position)
                    nest_country.append(one.country)
                position += 1
            nest_alt.append(position)
            row_nest.append(len(nest_country))
        return row_nest, nest_country, nest_alt


def list_choices(scenario: Scenario, posts: Posts, lanes: LaneTable) -> ChoiceTable:
    """List the ways out of every origin, and of every post at which people choose again."""
    exits = Exits(scenario, posts.ids, lanes.ways_out, posts.services, posts.named)
    table = ChoiceTable([], [], [-1] * len(posts.ids), exits.roads.detours)
    for place in scenario.places:
        if place.kind == "origin":
            table.ways.append(exits.of(place))
            table.keys.append(site_key("row", place.id))
            if not table.ways[-1]:
                raise ScenarioError(
                    [Problem("links.csv", place.id, "no way out: no crossing or flight can be reached")]
                )
    start = {link.service: link.from_ for link in (*posts.air, *posts.waited)}
    # people who move on through crossings of the scenario start at the first town before one
    start |= {f"onward-{country}": town for country, town in posts.transit.items()}
    for number, post in enumerate(posts.ids):
        here = scenario.place(start[post]) if post in start else _where_they_choose_again(scenario, post)
        if here is not None:
            table.of_post[number] = len(table.ways)
            table.ways.append(exits.of(here, number))
            table.keys.append(site_key("row", post))
    return table


def _where_they_choose_again(scenario: Scenario, post: str) -> Place | None:
    """Return where people start who choose again at a place on the map, if any do."""
    place = scenario.place(post)
    if place.kind == "crossing":
        return scenario.place(place.gateway)
    return place if place.kind == "haven" else None
