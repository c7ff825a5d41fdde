"""Outcomes: what one scenario leads to, as daily series of all members in memory.

An outcome is one side of a comparison. Simulated once, it serves as the reference of many changes; read from a run
folder, it is compared with another run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from borderflow.ensemble import simulate_block
from borderflow.errors import UsageError
from borderflow.kernels import cache_folder
from borderflow.network import Network, compile_network
from borderflow.plans import MAX_MEMBERS
from borderflow.results import ALL_COUNTRIES, Cube, Run, complete_days, daily_series, open_run
from borderflow.scenario import Scenario, load
from borderflow.simulation import Setting

__all__ = ["Key", "Outcome", "Settings", "outcome_of", "read_outcome", "simulate_outcome"]

Floats = NDArray[np.float64]
#: Quantity, place, country, mode as in the summary; country empty for all countries of destination together.
Key = tuple[str, str, str, str]
Settings = Sequence[Setting] | Sequence[Mapping[str, float]]

#: Quantities that may be added over countries or crossings.
_ADDITIVE_COUNTRIES = (
    "arrivals_daily", "arrivals_excess_daily", "arrivals_exodus_daily", "departures_daily", "net_flow", "abroad",
    "turned_back", "notices_served", "called_up_at_border", "turned_away_on_road", "left_the_line", "entry_refused",
)  # fmt: skip
_ADDITIVE_CROSSINGS = ("person_hours_waiting", "needs_water")


@dataclass(frozen=True)
class Outcome:
    """What one scenario leads to: the daily series of all members, in memory, ready to be compared with others.

    Parameters
    ----------
    scenario : Scenario
    seed : int
    members : tuple of int
    days : tuple of date
        Local days.
    series : mapping
        `Key` to values, shape (member, day).
    complete : mapping
        Place, or country where there is none, to which days the period covers whole by its clock, shape (day,). All
        countries together (``""``) have the days that every one of them has whole.
    settings : tuple of Setting, optional
        What is special about each member: parameter values of a fit, daily noise, further events.
    varied : bool
        Do members have parameter values of their own? Of a run on disk its settings are not known, but this is.
    engine : str
        Mark of the engine that made the members; those of two engines cannot be paired. Empty where nobody knows.
    """

    scenario: Scenario
    seed: int
    members: tuple[int, ...]
    days: tuple[date, ...]
    series: Mapping[Key, Floats]
    complete: Mapping[str, NDArray[np.bool_]]
    settings: tuple[Setting, ...] | None = None
    varied: bool = False
    engine: str = ""


def simulate_outcome(
    scenario: Scenario | Network | str | Path,
    *,
    members: int | Sequence[int] = 100,
    seed: int = 1,
    settings: Settings | None = None,
    until: datetime | date | str | None = None,
    keys: Collection[Key] | None = None,
    workers: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> Outcome:
    """Simulate a scenario in memory and keep its daily series.

    Parameters
    ----------
    scenario : Scenario, Network, str or Path
        A network saves compiling it for each of many outcomes; it cannot be given another end.
    members : int or sequence of int
        How many members, or their numbers.
    seed : int
    settings : sequence of Setting or of mappings, optional
        What is special about each member, or only its parameter values, for example draws from a posterior; repeated
        in turn where there are fewer of them than members.
    until : date, optional
        Another end (exclusive).
    keys : collection of tuple, optional
        Figures to keep; all where not given. Many outcomes of a few figures fit into memory where few of all would.
    workers : int, optional
        Threads; the number of processors where not given.
    advance : callable, optional
        Called with the number of members done since the last call, from any thread; an exception in it stops the work.

    Returns
    -------
    Outcome

    Examples
    --------
    >>> outcome = simulate_outcome("russia-2022", members=2, until="2022-09-17")
    >>> outcome.series["arrivals_daily", "", "GE", "all"].shape
    (2, 4)
    """
    network = scenario if isinstance(scenario, Network) else _compile(scenario, until)
    count = members if isinstance(members, int) else len(members)
    if not 1 <= count <= MAX_MEMBERS:
        raise UsageError(f"members must be 1 to {MAX_MEMBERS:,}, got {count}")
    numbers = tuple(range(members)) if isinstance(members, int) else tuple(members)
    own = None
    if settings:
        given = [one if isinstance(one, Setting) else Setting(one) for one in settings]
        own = tuple(given[n % len(given)] for n in range(len(numbers)))
    block = simulate_block(network, numbers, seed=seed, settings=own, workers=workers, advance=advance)
    return outcome_of(network, block, seed, numbers, own, keys)


def _compile(scenario: Scenario | str | Path, until: datetime | date | str | None) -> Network:
    scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
    return compile_network(scenario if until is None else scenario.until(until))


def read_outcome(run: Run | str | Path) -> Outcome:
    """Read the daily series of all members of a finished run.

    Examples
    --------
    >>> import borderflow as bf
    >>> run = bf.run("russia-2022", members=2, until="2022-09-17", out="/tmp/borderflow-doctest-outcome")
    >>> read_outcome(run).members
    (0, 1)
    """
    run = run if isinstance(run, Run) else open_run(run)
    members = tuple(run.store.read("member").tolist())
    found = outcome_of(run.network, run.store, run.seed, members, None)
    return replace(found, engine=str(run.manifest.get("engine", "")))


def outcome_of(
    network: Network,
    cube: Cube,
    seed: int,
    members: tuple[int, ...],
    settings: tuple[Setting, ...] | None = None,
    keys: Collection[Key] | None = None,
) -> Outcome:
    """Return the daily series of members that somebody has simulated already; ``keys`` where not all are wanted."""
    series: dict[Key, Floats] = {}
    for one in daily_series(network, cube):
        series[one.quantity, one.place, one.country, one.mode] = one.values
        everywhere = (one.quantity, "", "", "all")
        by_country = not one.place and one.quantity in _ADDITIVE_COUNTRIES
        by_crossing = one.place and one.mode == "all" and one.quantity in _ADDITIVE_CROSSINGS
        if one.country == ALL_COUNTRIES:
            # it comes after the countries: who passes two of them is in the sum of both
            series[everywhere] = one.values
        elif by_country or by_crossing:
            series[everywhere] = series[everywhere] + one.values if everywhere in series else one.values
    if keys is not None:
        series = {key: values for key, values in series.items() if key in keys}
    whole = complete_days(network)
    complete = dict(zip(network.countries, whole, strict=False))
    complete |= dict.fromkeys(("", ALL_COUNTRIES), whole.all(axis=0)) | {network.scenario.origin_country: whole[-1]}
    complete |= {lane.name: complete[lane.country] for lane in network.lanes}
    varied = settings is not None or cube.values is not None
    return Outcome(
        network.scenario, seed, members, network.days, series, complete, settings, varied, cache_folder().name
    )  # fmt: skip
