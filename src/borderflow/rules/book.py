"""The rulebook of a network: what every member shares, and the rules of one member's events and values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import UsageError
from borderflow.network import Network
from borderflow.rules.demand import ShockReach, call_ups, count_areas, reach_of_shock, sum_shocks
from borderflow.rules.effects import EFFECTS, Effect, Force, new_force
from borderflow.rules.reach import Ground, Numbers, Span, Ways, step_of
from borderflow.scenario import (
    AccessLimit,
    CallUp,
    EntryBan,
    Event,
    ExitRule,
    Lane,
    ModeRule,
    Opening,
    Reception,
    Relief,
    Scenario,
    Shock,
)

if TYPE_CHECKING:
    from borderflow.kernels import border

__all__ = ["Rulebook", "compile_rules"]


def compile_rules(network: Network, values: Mapping[str, float] | None = None) -> tuple[border.Rules, border.Theta]:
    """Turn events and parameter values into the rules in force between two changes.

    Parameters
    ----------
    network : Network
    values : mapping, optional
        Parameter values that replace the shipped ones.

    Returns
    -------
    rules : border.Rules
    theta : border.Theta

    Raises
    ------
    UsageError
        For a value that the network's own arrays hold, too: use `adapt_network` first.
    """
    scenario = network.scenario if not values else network.scenario.with_parameters(**values)
    if values:
        _refuse_values_of_the_network(network.scenario, scenario)
    return Rulebook(network).rules_of(network, scenario)


def _refuse_values_of_the_network(old: Scenario, new: Scenario) -> None:
    """Refuse to change in the rules alone what the network's arrays hold, too."""
    shares = [*(one.share for one in old.groups), *(one.share for one in old.visa_classes)]
    held = [share for share in shares if isinstance(share, str)]
    wrong = [name for name in held if old.value(name) != new.value(name)]
    wrong += [name for name in new.factors if not name.startswith("capacity:") and name not in old.factors]
    if wrong:
        raise UsageError(f"{wrong[0]} is part of the network: adapt_network(network, scenario) first, then the rules")


@dataclass(frozen=True)
class Entry:
    """One event in the book: when it is on and what it touches."""

    event: Event
    span: Span
    effect: Effect | None
    ways: Ways | None
    shock: ShockReach | None


@dataclass(frozen=True)
class Rulebook:
    """What the rules of all members of a network share.

    Parameters
    ----------
    network : Network
        As compiled. Members may have one adapted from it, with other values and further events.
    """

    network: Network
    _entries: dict[int, Entry] = field(default_factory=dict, repr=False)

    def rules_of(self, network: Network, scenario: Scenario | None = None) -> tuple[border.Rules, border.Theta]:
        """Return the rules of one member.

        Parameters
        ----------
        network : Network
            That of the book, or one adapted from it.
        scenario : Scenario, optional
            With other values than the network's, where its arrays hold none of them.
        """
        from borderflow.kernels import border

        scenario = scenario or network.scenario
        entries = [self._entry(event) for event in scenario.events]
        active = [entry for entry in entries if entry.event.enabled]
        delays = [entry.ways.mean_hours(scenario) if entry.ways else 0 for entry in active]
        bounds = self._bounds(active, delays, scenario.hours)
        force = self._start(scenario, entries, bounds)
        for entry, delay in zip(active, delays, strict=True):
            now = entry.span.among(bounds)
            if entry.effect is not None and now.start < now.stop:
                entry.effect(force, now, bounds[now] < entry.span.low + delay, scenario.value)
        foot = self._foot_rules(entries, force)
        segment = np.searchsorted(bounds, np.arange(scenario.hours), side="right") - 1
        rules = border.Rules(
            segment=segment,
            demand=self._demand(network, scenario, active),
            control=_control(force),
            access=_access(force, foot, scenario.value("nest_scale")),
            abroad=self._abroad(scenario),
        )
        return rules, border.Theta(**{name: scenario.value(name) for name in border.Theta._fields})

    @cached_property
    def _ground(self) -> Ground:
        return Ground(self.network)

    def _entry(self, event: Event) -> Entry:
        """Return what an event touches; events are the same objects for all members, but for further ones."""
        known = self._entries.get(id(event))
        if known is not None and known.event is event:
            return known
        span = Span(step_of(self.network.scenario, event.start), step_of(self.network.scenario, event.end))
        find = EFFECTS.get(event.kind)
        entry = Entry(
            event,
            span,
            None if find is None else find(self._ground, event),
            self._ground.ways_of(event) if isinstance(event, EntryBan | AccessLimit | ExitRule) else None,
            reach_of_shock(self.network, event) if isinstance(event, Shock) else None,
        )
        self._entries[id(event)] = entry
        return entry

    @cached_property
    def _existing(self) -> dict[int, Span]:
        """When each lane exists that does not all the time."""
        scenario = self.network.scenario
        rows: dict[tuple[str, str, str], Lane] = {
            (lane.crossing, lane.direction, lane.mode): lane for lane in scenario.lanes
        }
        spans = {}
        for number, lane in enumerate(self.network.lanes):
            row = rows.get((lane.post, lane.direction, lane.mode))
            if row is not None and (row.first_day or row.last_day):
                zone = ZoneInfo(lane.time_zone)
                first = datetime.combine(row.first_day, time(0), zone) if row.first_day else scenario.start
                last = datetime.combine(row.last_day + timedelta(days=1), time(0), zone) if row.last_day else None
                spans[number] = Span(step_of(scenario, first), step_of(scenario, last))
        return spans

    def _bounds(self, active: Iterable[Entry], delays: Iterable[int], hours: int) -> Numbers:
        """Return the steps at which something changes, the first included."""
        cuts = {0}
        for entry, delay in zip(active, delays, strict=True):
            if isinstance(entry.event, Relief | Reception):
                continue  # they change what people lack, not what they do: without them nobody chooses otherwise
            cuts |= {entry.span.low, entry.span.high, entry.span.low + delay}
        for span in self._existing.values():
            cuts |= {span.low, span.high}
        return np.array(sorted(cut for cut in cuts if 0 <= cut < hours), np.int64)

    @cached_property
    def _closed_to(self) -> NDArray[np.bool_]:
        """Whom a country never admits: shape (country, visa class)."""
        scenario = self.network.scenario
        return np.array(
            [
                [bool(country.admits) and one.id not in country.admits for one in scenario.visa_classes]
                for country in scenario.countries
            ],
            bool,
        ).reshape(len(scenario.countries), len(scenario.visa_classes))

    def _start(self, scenario: Scenario, entries: Iterable[Entry], bounds: Numbers) -> Force:
        """Return the rules before any event is on."""
        network = self.network
        force = new_force(
            len(bounds), len(network.lanes), len(network.posts), len(network.groups), self._closed_to,
            len(network.services),
        )  # fmt: skip
        for name in scenario.factors:
            kind, _, post = name.partition(":")
            if kind == "capacity":
                force.capacity[:, self._ground.lanes_out.get(post, [])] = scenario.factor(kind, post)
        for number, span in self._existing.items():
            within = span.among(bounds)
            force.capacity[: within.start, number] = force.capacity[within.stop :, number] = 0.0
        for entry in entries:
            # a post that an opening speaks of, switched on or not, is shut outside of it
            if isinstance(entry.event, Opening):
                force.shut[:, self._ground.lanes_of(entry.event.crossings)] = True
        return force

    def _foot_rules(self, entries: Iterable[Entry], force: Force) -> NDArray[np.int64]:
        """Return whether nobody (0), cyclists (1) or walkers, too (2), may use the foot lane of a post.

        Both may wherever a lane for them exists, unless some mode rule, switched on or not, speaks of the post.
        """
        allowed = np.where(force.foot_allowed[:, :, 1], 2, np.where(force.foot_allowed[:, :, 0], 1, 0))
        ruled = np.zeros(len(self.network.posts), bool)
        for entry in entries:
            if isinstance(entry.event, ModeRule):
                ruled[[self._ground.posts[name] for name in entry.event.crossings if name in self._ground.posts]] = True
        return np.ascontiguousarray(np.where(ruled, allowed, 2).astype(np.int64))

    def _demand(self, network: Network, scenario: Scenario, active: Sequence[Entry]) -> border.Demand:
        """Return who leaves and who is called up."""
        from borderflow.kernels import border

        shocks = [(e.event, e.span, e.shock) for e in active if isinstance(e.event, Shock) and e.shock is not None]
        shock, intensity = sum_shocks(scenario, count_areas(self.network), shocks,
                                      [(e.event, e.span) for e in active if isinstance(e.event, ExitRule)])  # fmt: skip
        rate, weight, returnable, back = call_ups(
            network,
            scenario,
            [
                (e.event, e.span, step_of(scenario, e.event.returns_from or e.event.start))
                for e in active
                if isinstance(e.event, CallUp)
            ],
        )
        return border.Demand(
            shock=shock,
            intensity=intensity,
            call_rate=rate,
            call_weight=weight,
            returnable=np.array([returnable]),
            return_rate=back,
            leaving=np.array([scenario.value(group.leaving) for group in scenario.groups]),
            hour_profile=np.array(scenario.hour_profile),
        )

    @cached_property
    def _movers(self) -> tuple[Numbers, Numbers]:
        """Posts from which people move on, and havens."""
        transit = self.network.arrays.choices.transit_post
        havens = [self._ground.posts[p.id] for p in self.network.scenario.places if p.kind == "haven"]
        return transit[transit >= 0], np.array(havens, np.int64)

    def _abroad(self, scenario: Scenario) -> border.Abroad:
        """Return what becomes of people who were turned away or are in a country."""
        from borderflow.kernels import border

        value, countries, posts = scenario.value, scenario.countries, len(self.network.posts)
        again = np.full(posts, 1.0 - np.exp(-1.0 / max(value("rechoose_delay"), 1e-9)))
        home = np.full(posts, value("give_up_share"))
        transit, havens = self._movers
        again[transit], home[transit] = 1.0, 0.0  # whoever moves on sets out at once
        if len(havens):
            # people displaced within the country go abroad or back home, at the rates of the country they are in
            country = next(one for one in countries if one.id == scenario.origin_country)
            onward, back = value(country.onward_rate) / 24.0, value(country.return_rate) / 24.0
            again[havens] = min(onward + back, 1.0)
            home[havens] = back / (onward + back) if onward + back > 0 else 0.0
        return border.Abroad(
            pull=np.exp([value(country.attractiveness) for country in countries]),
            onward=np.array([value(country.onward_rate) / 24.0 for country in countries]),
            back=np.array([value(country.return_rate) / 24.0 for country in countries]),
            transit=np.array([value(country.transit_share) for country in countries]),
            again=again,
            home=home,
        )


def _control(force: Force) -> border.Control:
    from borderflow.kernels import border

    # lists are looked at for those who were served a notice, too
    both = 1.0 - (1.0 - force.stop_noticed) * (1.0 - force.stop_listed)
    return border.Control(
        notice=force.notice,
        stop_noticed=np.where(force.notice > 0, both, 0.0),
        stop_listed=force.stop_listed,
        called=force.called,
        barred=np.clip(force.barred, 0.0, 1.0),
        admit=np.clip(force.admit, 0.0, 1.0),
    )


def _access(force: Force, foot: NDArray[np.int64], nest_scale: float) -> border.Access:
    from borderflow.kernels import border

    return border.Access(
        capacity=np.where(force.shut, 0.0, np.maximum(force.capacity, 0.0)),
        turned_away=np.clip(force.turned_away, 0.0, 1.0),
        known_away=np.clip(force.known_away, 0.0, 1.0),
        foot=foot,
        service=force.service,
        # the kernel weighs a lane within its country, then the country by the power `nest_scale`: the share who try is
        # raised by its inverse, so that a rule at all posts of a country lowers its pull by just that share
        tries=force.tries ** (1.0 / nest_scale),
        open_to=np.clip(force.open_to, 0.0, 1.0),
    )
