"""Effects: what each kind of event does to the rules in force while it is on.

Each kind has a function that finds once what an event touches and returns what fills in its values, for any member.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from borderflow.rules.reach import Ground
from borderflow.scenario import (
    AccessLimit,
    Capacity,
    Closure,
    DraftOffice,
    EntryBan,
    ExitCheck,
    ExitRule,
    ModeRule,
    Opening,
    Seats,
    ServiceHalt,
)

__all__ = ["EFFECTS", "Effect", "Force", "new_force"]

SIDES: Mapping[str, list[int]] = {"exit": [0], "entry": [1], "both": [0, 1]}
Floats = NDArray[np.float64]
Value = Callable[[float | str], float]


@dataclass(frozen=True)
class Force:
    """Rules in force by segment; shapes as in `border.Control` and `border.Access`."""

    capacity: Floats
    shut: NDArray[np.bool_]
    notice: Floats
    stop_noticed: Floats
    stop_listed: Floats
    called: Floats
    barred: Floats
    tries: Floats
    admit: Floats
    open_to: Floats
    turned_away: Floats
    known_away: Floats
    foot_allowed: NDArray[np.bool_]
    service: NDArray[np.int64]


def new_force(segments: int, lanes: int, posts: int, groups: int, closed_to: NDArray[np.bool_], services: int) -> Force:
    """Return the rules of a scenario without any event; ``closed_to`` says whom a country never admits."""
    by_post, by_lane = (segments, posts), (segments, lanes)
    admitted = np.where(closed_to, 0.0, 1.0)[None].repeat(segments, axis=0)
    return Force(
        capacity=np.ones((*by_lane, 2)),
        shut=np.zeros((*by_lane, 2), bool),
        notice=np.zeros(by_post),
        stop_noticed=np.zeros(by_post),
        stop_listed=np.zeros(by_post),
        called=np.zeros(by_post),
        barred=np.zeros((*by_post, groups)),
        tries=np.ones(by_post),
        admit=admitted,
        open_to=admitted.copy(),
        turned_away=np.zeros(by_lane),
        known_away=np.zeros(by_lane),
        foot_allowed=np.zeros((*by_post, 2), bool),
        service=np.ones((segments, max(1, services)), np.int64),
    )


#: Fills in values: the rules in force, the segments in which the event is on, in which of those it is met unawares.
Effect = Callable[[Force, slice, NDArray[np.bool_], Value], None]


def _control(ground: Ground, event: DraftOffice | ExitCheck) -> Effect:
    posts = ground.posts_of(event.crossings)
    slowed = np.array([n for p in posts for n in ground.lanes_out.get(ground.network.posts[p], ())], np.int64)

    def fill(force: Force, now: slice, _unawares: NDArray[np.bool_], value: Value) -> None:
        checked, stopped = value(event.share_checked), value(event.share_stopped)
        if event.serves_notices:
            force.notice[now, posts] = 1.0 - (1.0 - force.notice[now, posts]) * (1.0 - checked)
            force.stop_noticed[now, posts] = np.maximum(force.stop_noticed[now, posts], stopped)
        else:
            force.stop_listed[now, posts] = 1.0 - (1.0 - force.stop_listed[now, posts]) * (1.0 - checked * stopped)
        force.called[now, posts] = np.maximum(force.called[now, posts], value(event.share_called_up))
        force.capacity[now, slowed, 0] *= 1.0 - value(event.capacity_loss)

    return fill


def _exit_rule(ground: Ground, event: ExitRule) -> Effect:
    posts = ground.posts_of(event.crossings)
    groups = [g for g, group in enumerate(ground.network.groups) if group in event.groups]

    def fill(force: Force, now: slice, unawares: NDArray[np.bool_], value: Value) -> None:
        exempt, informed = value(event.share_exempt), value(event.share_informed)
        knows = informed * exempt + (1.0 - informed)
        later = exempt / knows if knows > 0 else 0.0
        passing = np.where(unawares, exempt, later)[:, None]
        force.tries[now, posts] *= knows
        for g in groups:
            force.barred[now, posts, g] = 1.0 - (1.0 - force.barred[now, posts, g]) * passing

    return fill


def _entry_ban(ground: Ground, event: EntryBan) -> Effect:
    countries = [ground.network.countries.index(name) for name in event.countries]
    classes = [one.id for one in ground.network.scenario.visa_classes]
    pairs = [(c, classes.index(one)) for c in countries for one in event.visa_classes]

    def fill(force: Force, now: slice, unawares: NDArray[np.bool_], value: Value) -> None:
        admitted, informed = value(event.share_admitted), value(event.share_informed)
        knows = informed * admitted + (1.0 - informed)
        # those in line or on the road at the start are admitted by the share; of those who set out later the informed
        # are all admissible
        later = admitted / knows if knows > 0 else 0.0
        passing = np.where(unawares, admitted, later)
        for c, v in pairs:
            force.admit[now, c, v] *= passing
            force.open_to[now, c, v] *= knows

    return fill


def _service_halt(ground: Ground, event: ServiceHalt) -> Effect:
    services = [ground.network.services.index(name) for name in event.services]
    # a service that people wait for takes nobody in, either
    waited = [n for n in ground.lanes_of(event.services) if ground.network.lanes[n].kind == "service"]

    def fill(force: Force, now: slice, _unawares: NDArray[np.bool_], _value: Value) -> None:
        force.service[now, services] = 0
        force.shut[now, waited] = True

    return fill


def _capacity(ground: Ground, event: Capacity) -> Effect:
    lanes, sides = ground.lanes_of(event.crossings, event.modes, event.direction), SIDES[event.side]

    def fill(force: Force, now: slice, _unawares: NDArray[np.bool_], value: Value) -> None:
        for side in sides:
            force.capacity[now, lanes, side] *= value(event.factor)

    return fill


def _mode_rule(ground: Ground, event: ModeRule) -> Effect:
    posts = ground.posts_of(event.crossings)

    def fill(force: Force, now: slice, _unawares: NDArray[np.bool_], _value: Value) -> None:
        force.foot_allowed[now, posts, int(event.mode == "foot")] = event.allowed

    return fill


def _access_limit(ground: Ground, event: AccessLimit) -> Effect:
    lanes = ground.lanes_of(event.crossings, event.modes, "out") if event.modes else np.zeros(0, np.int64)

    def fill(force: Force, now: slice, unawares: NDArray[np.bool_], value: Value) -> None:
        away, informed = value(event.share_turned_away), value(event.share_informed)
        knows = 1.0 - informed * away
        later = away * (1.0 - informed) / knows if knows > 0 else 0.0
        passing = 1.0 - np.where(unawares, away, later)[:, None]
        force.known_away[now, lanes] = 1.0 - (1.0 - force.known_away[now, lanes]) * knows
        force.turned_away[now, lanes] = 1.0 - (1.0 - force.turned_away[now, lanes]) * passing

    return fill


def _closure(ground: Ground, event: Closure) -> Effect:
    lanes, sides = ground.lanes_of(event.crossings), SIDES[event.side]

    def fill(force: Force, now: slice, _unawares: NDArray[np.bool_], _value: Value) -> None:
        for side in sides:
            force.shut[now, lanes, side] = True

    return fill


def _opening(ground: Ground, event: Opening) -> Effect:
    lanes = ground.lanes_of(event.crossings)

    def fill(force: Force, now: slice, _unawares: NDArray[np.bool_], _value: Value) -> None:
        force.shut[now, lanes] = False

    return fill


def _seats(ground: Ground, event: Seats) -> Effect:
    lanes = ground.lanes_of(event.services)

    def fill(force: Force, now: slice, _unawares: NDArray[np.bool_], value: Value) -> None:
        force.capacity[now, lanes, 0] *= value(event.factor)

    return fill


#: What finds the reach of an event, by its kind; shocks, call-ups, relief and reception change no rule.
EFFECTS: Mapping[str, Callable[[Ground, Any], Effect]] = {
    "draft_office": _control,
    "exit_check": _control,
    "exit_rule": _exit_rule,
    "entry_ban": _entry_ban,
    "service_halt": _service_halt,
    "capacity": _capacity,
    "mode_rule": _mode_rule,
    "access_limit": _access_limit,
    "closure": _closure,
    "opening": _opening,
    "seats": _seats,
}
