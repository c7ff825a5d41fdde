"""Rules: events and parameter values as what is in force between two changes.

Everything here follows from the scenario's events and from parameter values, takes milliseconds, and is kept apart from
the network, so that every member of a fit may have values of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import UsageError
from borderflow.network import Network, Station, distance_to
from borderflow.scenario import (
    AccessLimit,
    CallUp,
    Capacity,
    Closure,
    DraftOffice,
    EntryBan,
    ExitCheck,
    ExitRule,
    Lane,
    ModeRule,
    Opening,
    Scenario,
    Seats,
    ServiceHalt,
    Shock,
)

if TYPE_CHECKING:
    from borderflow.kernels import border

__all__ = ["compile_rules", "shock_shape"]

CALL_HOURS = (6, 9, 12)  # UTC hours at which notices of the day are counted


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
    from borderflow.kernels import border

    scenario = network.scenario if not values else network.scenario.with_parameters(**values)
    if values:
        _refuse_values_of_the_network(network.scenario, scenario)
    value = scenario.value
    events = scenario.active_events()
    hours, start = scenario.hours, scenario.start
    n_lanes, n_posts = len(network.lanes), len(network.posts)
    n_countries, n_classes = len(network.countries), len(scenario.visa_classes)
    rows: dict[tuple[str, str, str], Lane] = {
        (lane.crossing, lane.direction, lane.mode): lane for lane in scenario.lanes
    }

    def hour_of(moment: datetime | None) -> int:
        """Return the step at which something begins: the nearest whole hour."""
        if moment is None:
            return hours
        return int(np.floor((moment - start) / timedelta(hours=1) + 0.5))

    def day_hours(lane: Station) -> tuple[int, int]:
        row = rows.get((lane.post, lane.direction, lane.mode))
        if row is None:
            return 0, hours
        zone = ZoneInfo(lane.time_zone)
        first = datetime.combine(row.first_day, time(0), zone) if row.first_day else None
        last = datetime.combine(row.last_day + timedelta(days=1), time(0), zone) if row.last_day else None
        return (hour_of(first) if first else 0), hour_of(last)

    existing = [day_hours(lane) for lane in network.lanes]
    cuts = {0}
    for event in events:
        cuts |= {hour_of(event.start), hour_of(event.end)}
        if isinstance(event, EntryBan | AccessLimit | ExitRule):
            cuts.add(hour_of(event.start) + _hours_on_the_way(network, scenario, event))
    for pair in existing:
        cuts |= set(pair)
    bounds = sorted(cut for cut in cuts if 0 <= cut < hours)
    segment = np.zeros(hours, np.int64)
    segment[bounds] = 1
    segment = np.cumsum(segment) - 1
    n = len(bounds)

    capacity = np.ones((n, n_lanes, 2))
    notice, stop_noticed = np.zeros((n, n_posts)), np.zeros((n, n_posts))
    stop_listed, called = np.zeros((n, n_posts)), np.zeros((n, n_posts))
    barred, tries = np.zeros((n, n_posts, len(scenario.groups))), np.ones((n, n_posts))
    admit = np.ones((n, n_countries, n_classes))
    open_to = np.ones((n, n_countries, n_classes))
    turned_away, known_away = np.zeros((n, n_lanes)), np.zeros((n, n_lanes))
    foot = np.zeros((n, n_posts), np.int64)
    service = np.ones((n, max(1, len(network.services))), np.int64)

    class_ids = [one.id for one in scenario.visa_classes]
    for c, country in enumerate(scenario.countries):
        for v, one in enumerate(class_ids):
            if country.admits and one not in country.admits:
                admit[:, c, v] = 0.0
                open_to[:, c, v] = 0.0
    lanes_of: dict[str, list[int]] = {}
    for number, lane in enumerate(network.lanes):
        lanes_of.setdefault(lane.post, []).append(number)
        low, high = existing[number]
        if lane.direction == "out":
            capacity[:, number] = scenario.factor("capacity", lane.post)
        for e, bound in enumerate(bounds):
            if not low <= bound < high:
                capacity[e, number] = 0.0
    ruled = {(name, rule.mode) for rule in scenario.events if isinstance(rule, ModeRule) for name in rule.crossings}
    for p, post in enumerate(network.posts):
        # walkers and cyclists are admitted wherever a lane for them exists, unless some mode rule speaks of the post
        open_from_start = not any((post, mode) in ruled for mode in ("bicycle", "foot"))
        foot[:, p] = 2 if open_from_start else 0
    # a post that an opening speaks of, switched on or not, is shut outside of it
    shut = np.zeros((n, n_lanes, 2), bool)
    for event in scenario.events:
        for name in event.crossings if isinstance(event, Opening) else ():
            shut[:, lanes_of.get(name, [])] = True

    def during(event: Any) -> NDArray[np.bool_]:
        low, high = hour_of(event.start), hour_of(event.end)
        return np.array([low <= bound < high for bound in bounds])

    def met_unawares(event: Any) -> NDArray[np.bool_]:
        low = hour_of(event.start)
        high = low + _hours_on_the_way(network, scenario, event)
        return np.array([low <= bound < high for bound in bounds])

    # control of the country of origin reaches neither its own stations and havens nor the border of another country
    beyond = {lane.post for lane in network.lanes if lane.kind in ("service", "haven")}
    beyond |= {
        lane.post
        for lane in network.lanes
        if lane.kind == "land" and scenario.place(scenario.place(lane.post).gateway).country != scenario.origin_country
    }

    def post_numbers(event: Any) -> list[int]:
        if "all" in event.crossings:
            return [p for p, post in enumerate(network.posts) if post in lanes_of and post not in beyond]
        return [network.posts.index(name) for name in event.crossings if name in network.posts]

    def sides(side: str) -> list[int]:
        return {"exit": [0], "entry": [1], "both": [0, 1]}[side]

    foot_allowed = np.zeros((n, n_posts, 2), bool)
    for event in events:
        now = during(event)
        if not now.any():
            continue
        if isinstance(event, DraftOffice | ExitCheck):
            checked, stopped = value(event.share_checked), value(event.share_stopped)
            for p in post_numbers(event):
                if event.serves_notices:
                    notice[now, p] = 1.0 - (1.0 - notice[now, p]) * (1.0 - checked)
                    stop_noticed[now, p] = np.maximum(stop_noticed[now, p], stopped)
                else:
                    stop_listed[now, p] = 1.0 - (1.0 - stop_listed[now, p]) * (1.0 - checked * stopped)
                called[now, p] = np.maximum(called[now, p], value(event.share_called_up))
                for number in lanes_of.get(network.posts[p], ()):
                    if network.lanes[number].direction == "out":
                        capacity[now, number, 0] *= 1.0 - value(event.capacity_loss)
        elif isinstance(event, ExitRule):
            exempt, informed = value(event.share_exempt), value(event.share_informed)
            knows = informed * exempt + (1.0 - informed)
            later = exempt / knows if knows > 0 else 0.0
            passing = np.where(met_unawares(event), exempt, later)[now]
            groups = [g for g, group in enumerate(scenario.groups) if group.id in event.groups]
            for p in post_numbers(event):
                tries[now, p] *= knows
                for g in groups:
                    barred[now, p, g] = 1.0 - (1.0 - barred[now, p, g]) * passing
        elif isinstance(event, EntryBan):
            admitted, informed = value(event.share_admitted), value(event.share_informed)
            knows = informed * admitted + (1.0 - informed)
            for name in event.countries:
                c = network.countries.index(name)
                for one in event.visa_classes:
                    v = class_ids.index(one)
                    # those in line or on the road at the start are admitted by the share; of those who set out later
                    # the informed are all admissible
                    later = admitted / knows if knows > 0 else 0.0
                    admit[now, c, v] *= np.where(met_unawares(event), admitted, later)[now]
                    open_to[now, c, v] *= knows
        elif isinstance(event, ServiceHalt):
            for name in event.services:
                service[now, network.services.index(name)] = 0
                for number in lanes_of.get(name, ()):  # a service that people wait for takes nobody in, either
                    if network.lanes[number].kind == "service":
                        shut[now, number] = True
        elif isinstance(event, Capacity):
            for name in event.crossings:
                for number in lanes_of.get(name, ()):
                    lane = network.lanes[number]
                    if (event.direction in (lane.direction, "both")) and (not event.modes or lane.mode in event.modes):
                        for side in sides(event.side):
                            capacity[now, number, side] *= value(event.factor)
        elif isinstance(event, ModeRule):
            for p in post_numbers(event):
                foot_allowed[now, p, int(event.mode == "foot")] = event.allowed
        elif isinstance(event, AccessLimit):
            for name in event.crossings:
                for number in lanes_of.get(name, ()):
                    lane = network.lanes[number]
                    if lane.direction == "out" and lane.mode in event.modes:
                        away, informed = value(event.share_turned_away), value(event.share_informed)
                        knows = 1.0 - informed * away
                        known_away[now, number] = 1.0 - (1.0 - known_away[now, number]) * knows
                        later = away * (1.0 - informed) / knows if knows > 0 else 0.0
                        passing = 1.0 - np.where(met_unawares(event), away, later)[now]
                        turned_away[now, number] = 1.0 - (1.0 - turned_away[now, number]) * passing
        elif isinstance(event, Closure):
            for name in event.crossings:
                for number in lanes_of.get(name, ()):
                    for side in sides(event.side):
                        shut[now, number, side] = True
        elif isinstance(event, Opening):
            for name in event.crossings:
                shut[np.ix_(np.flatnonzero(now), np.array(lanes_of.get(name, []), np.int64))] = False
        elif isinstance(event, Seats):
            for name in event.services:
                for number in lanes_of.get(name, ()):
                    capacity[now, number, 0] *= value(event.factor)
    for p, post in enumerate(network.posts):
        if any((post, mode) in ruled for mode in ("bicycle", "foot")):
            foot[:, p] = np.where(foot_allowed[:, p, 1], 2, np.where(foot_allowed[:, p, 0], 1, 0))
    # lists are looked at for those who were served a notice, too
    stop_noticed = np.where(notice > 0, 1.0 - (1.0 - stop_noticed) * (1.0 - stop_listed), 0.0)

    again = np.full(n_posts, 1.0 - np.exp(-1.0 / max(value("rechoose_delay"), 1e-9)))
    home = np.full(n_posts, value("give_up_share"))
    for p in network.arrays.choices.transit_post:
        if p >= 0:
            again[p], home[p] = 1.0, 0.0  # whoever moves on sets out at once
    for p in (network.posts.index(place.id) for place in scenario.places if place.kind == "haven"):
        # people displaced within the country go abroad or back home, at the rates of the country they are in
        country = next(one for one in scenario.countries if one.id == scenario.origin_country)
        onward, back = value(country.onward_rate) / 24.0, value(country.return_rate) / 24.0
        again[p] = min(onward + back, 1.0)
        home[p] = back / (onward + back) if onward + back > 0 else 0.0

    shock, intensity = _shocks(network, scenario, hour_of)
    call_rate, call_weight, returnable, return_rate = _call_ups(network, scenario, hour_of)
    rules = border.Rules(
        segment=segment,
        demand=border.Demand(
            shock=shock,
            intensity=intensity,
            call_rate=call_rate,
            call_weight=call_weight,
            returnable=np.array([returnable]),
            return_rate=return_rate,
            leaving=np.array([value(group.leaving) for group in scenario.groups]),
            hour_profile=np.array(scenario.hour_profile),
        ),
        control=border.Control(
            notice=notice,
            stop_noticed=stop_noticed,
            stop_listed=stop_listed,
            called=called,
            barred=np.clip(barred, 0.0, 1.0),
            admit=np.clip(admit, 0.0, 1.0),
        ),
        access=border.Access(
            capacity=np.where(shut, 0.0, np.maximum(capacity, 0.0)),
            turned_away=np.clip(turned_away, 0.0, 1.0),
            known_away=np.clip(known_away, 0.0, 1.0),
            foot=foot,
            service=service,
            # the kernel weighs a lane within its country, then the country by the power `nest_scale`: the share who try
            # is raised by its inverse, so that a rule at all posts of a country lowers its pull by just that share
            tries=tries ** (1.0 / value("nest_scale")),
            open_to=np.clip(open_to, 0.0, 1.0),
        ),
        abroad=border.Abroad(
            pull=np.exp([value(country.attractiveness) for country in scenario.countries]),
            onward=np.array([value(country.onward_rate) / 24.0 for country in scenario.countries]),
            back=np.array([value(country.return_rate) / 24.0 for country in scenario.countries]),
            transit=np.array([value(country.transit_share) for country in scenario.countries]),
            again=again,
            home=home,
        ),
    )
    theta = border.Theta(**{name: value(name) for name in border.Theta._fields})
    return rules, theta


def _refuse_values_of_the_network(old: Scenario, new: Scenario) -> None:
    """Refuse to change in the rules alone what the network's arrays hold, too."""
    shares = [*(one.share for one in old.groups), *(one.share for one in old.visa_classes)]
    held = [share for share in shares if isinstance(share, str)]
    wrong = [name for name in held if old.value(name) != new.value(name)]
    wrong += [name for name in new.factors if not name.startswith("capacity:") and name not in old.factors]
    if wrong:
        raise UsageError(f"{wrong[0]} is part of the network: adapt_network(network, scenario) first, then the rules")


def _hours_on_the_way(network: Network, scenario: Scenario, event: EntryBan | AccessLimit | ExitRule) -> int:
    """Return for how long after a rule starts those who meet it set out before they could know of it.

    The mean travel time to the lanes concerned, over residents and the odds of their ways at no wait.
    """
    choices = network.arrays.choices
    lanes = [
        number
        for number, lane in enumerate(network.lanes)
        if lane.direction == "out"
        and (
            lane.country in event.countries
            if isinstance(event, EntryBan)
            else lane.post in event.crossings or ("all" in event.crossings and lane.kind in ("land", "air"))
        )
    ]
    rows = len(network.origins)
    ways = slice(0, int(choices.nest_alt[choices.row_nest[rows]]))
    nest_of_way = np.repeat(np.arange(choices.nest_country.size), np.diff(choices.nest_alt))
    row = np.searchsorted(choices.row_nest, nest_of_way[ways], side="right") - 1
    hours = choices.alt_hours[ways].astype(float)
    cost = scenario.value("value_of_time") * hours + scenario.value("fare_aversion") * choices.alt_fare[ways]
    weight = network.arrays.people.population[row] * np.exp(-cost / scenario.value("nest_scale"))
    weight *= np.isin(choices.alt_lane[ways], lanes)
    return max(1, round(float(weight @ hours / weight.sum()))) if weight.sum() > 0 else 1


def shock_shape(hours_since: NDArray[np.float64], rise_hours: float, half_life_days: float) -> NDArray[np.float64]:
    """Return the shape of a shock: ``(1 - exp(-t / rise)) * 2**(-t / half_life)``, scaled to a peak of 1.

    Parameters
    ----------
    hours_since : numpy.ndarray
        Hours since the shock began; negative values give 0.
    rise_hours : float
        Time constant of the rise: preparing to leave takes time.
    half_life_days : float
        Half-life of the decay.

    Examples
    --------
    >>> shape = shock_shape(np.array([-1.0, 0.0, 1000.0]), 12.0, 5.0)
    >>> shape[:2].tolist(), bool(0 < shape[2] < 0.01)
    ([0.0, 0.0], True)
    """
    rise, decay = max(rise_hours, 1e-6), half_life_days * 24.0 / np.log(2.0)
    at = np.maximum(hours_since, 0.0)
    peak_at = rise * np.log1p(decay / rise)
    peak = (1.0 - np.exp(-peak_at / rise)) * np.exp(-peak_at / decay)
    shape: NDArray[np.float64] = (1.0 - np.exp(-at / rise)) * np.exp(-at / decay) / peak
    return np.where(hours_since < 0, 0.0, shape)


def _shocks(network: Network, scenario: Scenario, hour_of: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return 1 + sum of shocks (area, group, hour) and the sum of their shapes, at most 1."""
    hours = scenario.hours
    areas = int(network.arrays.people.origin_area.max()) + 1 if len(network.origins) else 1
    member_of = [int(np.argmax(network.arrays.people.origin_area == area)) for area in range(areas)]
    shock = np.ones((areas, len(scenario.groups), hours))
    intensity = np.zeros(hours)
    steps = np.arange(hours) + 0.5
    for event in scenario.active_events():
        if not isinstance(event, Shock):
            continue
        since, half_life = steps - hour_of(event.start), scenario.value(event.half_life_days)
        rise, reach = scenario.value(event.rise_hours), scenario.value(event.reach_km)
        lasts = steps < hour_of(event.end)
        intensity += np.where(lasts, shock_shape(since, rise, half_life), 0.0)
        for area in range(areas):
            origin = network.origins[member_of[area]]
            if event.origins and origin not in event.origins:
                continue
            far = distance_to(scenario, origin, event) / reach
            shape = np.where(lasts, shock_shape(since, rise * (1.0 + far), half_life), 0.0) * np.exp(-far)
            for g, group in enumerate(scenario.groups):
                factor = scenario.value(event.groups.get(group.id, 1.0))
                shock[area, g] += scenario.value(event.amplitude) * factor * shape
    for event in scenario.active_events():
        if isinstance(event, ExitRule):
            lasts = (steps > hour_of(event.start)) & (steps < hour_of(event.end))
            for g, group in enumerate(scenario.groups):
                # whoever will not go without a barred husband, father or son stays, too
                shock[:, g, lasts] *= 1.0 - scenario.value(event.staying.get(group.id, 0.0))
    return shock, np.minimum(intensity, 1.0)


def _call_ups(
    network: Network, scenario: Scenario, hour_of: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64], float, NDArray[np.float64]]:
    """Return how people are called up.

    The number called in the slots of day ``d`` is proportional to ``exp(-3 d / days)``: the first days are the
    busiest. The hazard of a slot is its number over the pool that the slots before have left, times the origin's
    weight, so that the national quota is met; people who left meanwhile make the number smaller.

    Returns
    -------
    rate : numpy.ndarray
        Probability of being called, by hour and rule (eligible, outside), for an origin of weight 1.
    weight : numpy.ndarray
        Factor by origin and rule, with mean 1 over the pool.
    returnable : float
        Share of the wrongly called who will be sent home.
    back : numpy.ndarray
        Hazard by hour of those to come home.
    """
    hours = scenario.hours
    rate = np.zeros((hours, 2))
    weight = np.ones((len(network.origins), 2))
    back = np.zeros(hours)
    returnable = 0.0
    pools = np.zeros((len(network.origins), 2))
    for g, group in enumerate(scenario.groups):
        if group.call_up != "never":
            pools[:, ("eligible", "outside").index(group.call_up)] += network.home[:, g]
    for event in scenario.active_events():
        if not isinstance(event, CallUp):
            continue
        first, last = hour_of(event.start), min(hour_of(event.end), hours)
        days = max(scenario.value(event.days), 1.0)
        raw = np.array([scenario.value(event.regional_weights.get(origin, 1.0)) for origin in network.origins])
        for rule in range(2):
            total = float(pools[:, rule] @ raw)
            weight[:, rule] = raw * pools[:, rule].sum() / total if total > 0 else 1.0
        slots = [
            t for t in range(first, first + int(np.ceil(days * 24))) if (t + scenario.start.hour) % 24 in CALL_HOURS
        ]
        pace = np.exp(-3.0 * (np.array(slots) - first) / (24.0 * days))
        wrong = scenario.value(event.share_wrong)
        for rule, share in enumerate((1.0 - wrong, wrong)):
            number = scenario.value(event.quota) * share * pace / pace.sum()
            left = pools[:, rule].sum() - np.r_[0.0, np.cumsum(number)[:-1]]
            hazard = np.where(left > 0, number / np.maximum(left, 1.0), 1.0) if pools[:, rule].any() else 0.0 * number
            for t, chance in zip(slots, hazard, strict=True):
                if 0 <= t < last:
                    rate[t, rule] = min(float(chance), 1.0)
        returnable = scenario.value(event.share_returned)
        slot_days = scenario.value(event.return_delay_days) * len(CALL_HOURS)
        begin = hour_of(event.returns_from or event.start)
        for t in range(max(begin, 0), hours):
            if (t + scenario.start.hour) % 24 in CALL_HOURS:
                back[t] = 1.0 - np.exp(-1.0 / max(slot_days, 1e-6))
    return rate, weight, returnable, back
