"""Regime breaks: what may change tomorrow that nobody knows of today.

In the days after a decree the main risk is not noise around a curve but a new curve: men of call-up age are stopped
at every post, a rumour flares up or dies, a neighbour restricts entry, a post gets lanes or loses them. No fit can
tell how often that happens or how strong it is. It enters each member of a forecast as a jump process with heavy
tails:

* *demand* and the pull of *each country* follow a random walk on the log scale with rare large jumps;
* *ordinary traffic* of each country drifts, outwards and back: people put journeys off, or hurry;
* a *flare* raises demand for some days, as the rumour of a closing border did;
* *exit checks* at every crossing begin on a random day and stop a share that may be tiny or most;
* the *capacity of a post* changes on a random day, up or down.

Rates and sizes are assumptions, stated in `Rates`; they were set before any later figure was known and are checked by
rolling origins (``benchmarks/RESULTS.md``): intervals have to cover what they say.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from borderflow.network import Network
from borderflow.priors import BACK_STEP, JUMP_DRAWS, standard_normals
from borderflow.scenario import Capacity, Event, ExitCheck, Shock
from borderflow.simulation import Setting

__all__ = ["Rates", "add_breaks"]


@dataclass(frozen=True)
class Rates:
    """How often and how strongly things change; all are assumptions.

    Parameters
    ----------
    model_error, model_error_back : float
        Standard deviation of the logarithm with which the model is off on the first day already, on the pull of each
        country and on ordinary traffic, and on ordinary traffic back. Wider than `calibration.MODEL_ERROR`, which the
        fit allows for in the past: set to the residuals of rolling origins.
    demand_error : float
        The same of demand as a whole.
    capacity_error : float
        The same of what each post lets out, from the first day on. National entries of a country whose posts are full
        depend on it and not on its pull.
    border_error : float
        The same of what all posts to one country let out together.
    demand_walk, country_walk, traffic_walk, back_walk : float
        Standard deviation per day of the logarithm of demand, of the pull of one country, of ordinary traffic, and of
        ordinary traffic back, which goes on from where the fit has found it.
    demand_jump_rate, country_jump_rate : float
        Jumps per day.
    jump_size : float
        Standard deviation of the logarithm of a jump.
    flare_rate, flare_size : float
        Flares per day; median rise of demand relative to the largest shock of the scenario.
    check_rate, check_stopped : float
        Start of nationwide exit checks per day; median share of men stopped (90 % from a ninth of its odds to nine
        times).
    post_rate, post_size : float
        Changes per day and post; standard deviation of the logarithm of the factor.
    """

    model_error: float = 0.13
    model_error_back: float = 0.12
    demand_error: float = 0.0
    capacity_error: float = 0.15
    border_error: float = 0.10
    demand_walk: float = 0.06
    country_walk: float = 0.06
    traffic_walk: float = 0.03
    back_walk: float = BACK_STEP
    demand_jump_rate: float = 0.06
    country_jump_rate: float = 0.03
    jump_size: float = 0.6
    flare_rate: float = 0.04
    flare_size: float = 0.3
    check_rate: float = 0.03
    check_stopped: float = 0.12
    post_rate: float = 0.02
    post_size: float = 0.35

    def with_error(self, more: float, *, post: float = 0.0) -> Rates:
        """Return the rates of a model that is further off, by standard deviations that come on top.

        Parameters
        ----------
        more : float
            On all demand, on the pull of each country, on ordinary traffic, and on what the posts to a country let out.
        post : float
            On what each post lets out.

        Examples
        --------
        >>> rates = Rates(model_error=0.3).with_error(0.4)
        >>> round(rates.model_error, 6), rates.demand_error
        (0.5, 0.4)
        """
        return replace(
            self,
            model_error=math.hypot(self.model_error, more),
            model_error_back=math.hypot(self.model_error_back, more),
            demand_error=math.hypot(self.demand_error, more),
            capacity_error=math.hypot(self.capacity_error, post),
            border_error=math.hypot(self.border_error, more),
        )


def add_breaks(
    network: Network, settings: Sequence[Setting], *, after: dt.date, seed: int, rates: Rates | None = None
) -> list[Setting]:
    """Return the members with breaks after a day.

    Parameters
    ----------
    network : Network
    settings : sequence of Setting
    after : date
        The last day that is known.
    seed : int
        Each member's breaks are a function of seed, its number and their name.
    rates : Rates, optional

    Examples
    --------
    >>> import borderflow as bf
    >>> from borderflow.network import compile_network
    >>> network = compile_network(bf.load("russia-2022").until("2022-10-05"))
    >>> broken = add_breaks(network, [Setting()] * 50, after=dt.date(2022, 9, 28), seed=1)
    >>> 0 < sum(len(one.events) for one in broken) / 50 < 200  # events a member
    True
    """
    rates = rates or Rates()
    days = [(n, day) for n, day in enumerate(network.days) if day > after]
    if not days:
        return list(settings)
    walks = _walks(network, days, len(settings), seed, rates)
    events = _events(network, days, settings, seed, rates)
    drift = _traffic(network, days, len(settings), seed, rates)
    noise = standard_normals(
        [f"noise/{column}/{n}" for column in range(walks.shape[0]) for n, _ in days], len(settings),
        seed=seed, purpose=JUMP_DRAWS, step=1,
    ).reshape(walks.shape[0], len(days), len(settings))  # fmt: skip
    out = []
    for member, one in enumerate(settings):
        scenario = network.scenario
        size = [one.values.get(name, scenario.value(name)) for name in ("demand_noise", "destination_noise")]
        normals = np.full((len(network.days), walks.shape[0]), np.nan) if one.normals is None else one.normals.copy()
        for column in range(walks.shape[0]):
            # the kernel applies exp(s z - s²/2): a shift of the logarithm is a shift of z by 1/s
            spread = max(size[min(column, 1)], 1e-3)
            for k, (n, _) in enumerate(days):
                normals[n, column] = noise[column, k, member] + walks[column, k, member] / spread
        traffic = drift[member] if one.traffic is None else one.traffic * drift[member]
        out.append(replace(one, normals=normals, events=(*one.events, *events[member]), traffic=traffic))
    return out


def _traffic(
    network: Network, days: Sequence[tuple[int, dt.date]], members: int, seed: int, rates: Rates
) -> NDArray[np.float64]:
    """Return factors on ordinary traffic, shape (member, 2, day of the network, country)."""
    out = np.ones((members, 2, len(network.days), len(network.countries)))
    at = [n for n, _ in days]
    for c, name in enumerate(network.countries):
        ways = ((rates.model_error, rates.traffic_walk), (rates.model_error_back, rates.back_walk))
        for way, (error, walk) in enumerate(ways):
            rows = [f"traffic/{way}/{name}/first", *(f"traffic/{way}/{name}/{day}" for _, day in days)]
            z = standard_normals(rows, members, seed=seed, purpose=JUMP_DRAWS, step=3)
            drift = error * z[0] + np.cumsum(walk * z[1:], axis=0)
            out[:, way, at, c] = np.exp(drift).T
    return out


def _walks(
    network: Network, days: Sequence[tuple[int, dt.date]], members: int, seed: int, rates: Rates
) -> NDArray[np.float64]:
    """Return log factors by column (all, then countries), day and member."""
    from scipy.special import ndtr

    out = []
    for column, name in enumerate(["all", *network.countries]):
        walk, rate = (
            (rates.demand_walk, rates.demand_jump_rate)
            if column == 0
            else (rates.country_walk, rates.country_jump_rate)
        )
        rows = [f"{kind}/{name}/{day}" for kind in ("walk", "whether", "size") for _, day in days]
        z = standard_normals(rows, members, seed=seed, purpose=JUMP_DRAWS).reshape(3, len(days), members)
        jumps = np.where(ndtr(z[1]) < rate, rates.jump_size * z[2], 0.0)
        first = standard_normals([f"first/{name}"], members, seed=seed, purpose=JUMP_DRAWS, step=4)[0]
        error = rates.demand_error if column == 0 else rates.model_error
        out.append(error * first + np.cumsum(walk * z[0] + jumps, axis=0))
    return np.array(out)


def _events(
    network: Network, days: Sequence[tuple[int, dt.date]], settings: Sequence[Setting], seed: int, rates: Rates
) -> list[list[Event]]:
    """Return the flares, checks and changes of capacity of each member."""
    from scipy.special import expit, logit, ndtr

    scenario, members = network.scenario, len(settings)
    posts = sorted({lane.post for lane in network.lanes if lane.kind == "land" and lane.direction == "out"})
    shocks = [event for event in scenario.active_events() if isinstance(event, Shock)]
    names = ["flare", "check", *(f"post:{post}" for post in posts)]
    rate = {"flare": rates.flare_rate if shocks else 0.0, "check": rates.check_rate}
    rows = [f"{kind}/{name}" for kind in ("when", "size", "length") for name in names]
    z = standard_normals(rows, members, seed=seed, purpose=JUMP_DRAWS, step=2).reshape(3, len(names), members)
    # the first change of its kind: exponential waiting times
    wait = -np.log(np.maximum(1.0 - ndtr(z[0]), 1e-300))
    strength = [shock.amplitude for shock in shocks]
    largest = [
        max((one.values.get(x, scenario.value(x)) if isinstance(x, str) else x for x in strength), default=0.0)
        for one in settings
    ]
    out: list[list[Event]] = [[] for _ in range(members)]
    common: dict[str, Any] = {"title": "A break that is not known yet", "evidence": ("assumption",)}
    if rates.capacity_error > 0:
        first = dt.datetime.combine(days[0][1], dt.time(0), dt.UTC)
        country = {place.id: place.country for place in scenario.places}
        off = rates.capacity_error * standard_normals(
            [f"first/{post}" for post in posts], members, seed=seed, purpose=JUMP_DRAWS, step=5
        ) + rates.border_error * standard_normals(
            [f"border/{country[post]}" for post in posts], members, seed=seed, purpose=JUMP_DRAWS, step=5
        )
        for number in range(members):
            for post, error in zip(posts, np.exp(off[:, number]), strict=True):
                out[number].append(
                    Capacity(id=f"off-{post}"[:64], kind="capacity", start=first, crossings=(post,), direction="out",
                             side="both", factor=float(error), **common)
                )  # fmt: skip
    for k, name in enumerate(names):
        per_day = rate.get(name, rates.post_rate)
        at = wait[k] / per_day if per_day > 0 else np.full(members, np.inf)
        for member in np.flatnonzero(at < len(days)):
            start = dt.datetime.combine(days[int(at[member])][1], dt.time(6), dt.UTC)
            size, length = float(z[1, k, member]), float(z[2, k, member])
            event: Event
            if name == "flare":
                event = Shock(
                    id="break-flare", kind="shock", start=start, rise_hours=8.0,
                    amplitude=largest[member] * rates.flare_size * float(np.exp(0.8 * size)),
                    half_life_days=2.0 * float(np.exp(0.5 * length)), **common,
                )  # fmt: skip
            elif name == "check":
                share = float(expit(logit(rates.check_stopped) + 1.336 * size))
                event = ExitCheck(
                    id="break-check", kind="exit_check", start=start, crossings=("all",), share_checked=1.0,
                    share_stopped=share, **common,
                )  # fmt: skip
            else:
                post = name.removeprefix("post:")
                event = Capacity(
                    id=f"break-{post}"[:64], kind="capacity", start=start, crossings=(post,), direction="out",
                    side="both", factor=float(np.exp(rates.post_size * size)), **common,
                )  # fmt: skip
            out[member].append(event)
    return out
