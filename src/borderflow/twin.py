"""The border rule set a second time: slow, plain Python, written from the rules and not from the kernel.

The kernel (`kernels/border.py`) is fast because it keeps people in flat arrays, linked lists and cumulative tables.
Whether it does what the model says is hard to see there. This module states the same rules with dictionaries and
queues, short enough to be read beside section 5 of the design and ``docs/model.md``. It draws from the same
counter-based generator at the same addresses (member, hour, site, purpose), so that both must agree on **every number
of every hour**;
``tests/verify/test_twin.py`` compares them. A difference means that one of the two misstates the model.

It is for tests and for readers; it is some hundred times slower than the kernel.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import ConservationError, UsageError
from borderflow.kernels import border, draws
from borderflow.network import Network
from borderflow.simulation import NEWS_HOURS, new_record

__all__ = ["Line", "Outlook", "Twin", "run_twin"]

#: People by type ``k = group * visa classes + visa class``; the group after the last one is ordinary traffic.
People = Counter[int]

#: A wait that counts as endless, hours.
ENDLESS = 1e3


class Address(NamedTuple):
    """Where a draw hangs: the same for twin and kernel."""

    seed: int
    member: int
    step: int
    site: int

    def binomial(self, n: Any, p: Any, purpose: int, sub: int = 0) -> int:
        return int(draws.binomial(int(n), float(p), *self, purpose + border.SUB * sub))

    def sample(self, people: Mapping[int, int], n: int, purpose: int) -> People:
        """Draw who ``n`` of these people are, all being alike: hypergeometric, type by type."""
        taken, others = People(), sum(people.values())
        for k, here in sorted(people.items()):
            others -= here
            rest, address = n - taken.total(), purpose + border.SUB * k
            taken[k] = int(draws.hypergeometric(int(here), int(others), rest, *self, address))
        return taken


@dataclass
class Batch:
    """People who joined a line in the same hour."""

    hour: int
    people: People
    waited: float  # mean hours in line before this station
    size: int  # people who joined
    gone: int = 0  # people who were served or left


@dataclass
class Line:
    """One station: first in, first out, with a capacity whose fraction is carried over while people stand."""

    batches: deque[Batch] = field(default_factory=deque)
    carry: float = 0.0

    @property
    def people(self) -> int:
        """People standing in the line."""
        return sum(batch.people.total() for batch in self.batches)

    def serve(self, coming: People, waited: float, capacity: float, at: Address) -> tuple[People, float]:
        """Let people join and serve the line for one hour; returns the served and the sum of their hours in line."""
        t, arrivals, was_idle = at.step, coming.total(), not self.batches
        small = 0.0 < capacity <= border.SMALL_POST and arrivals <= 64
        if was_idle and (arrivals == 0 or (not small and arrivals + 1 <= capacity)):
            return coming, waited * arrivals  # nobody meets a line; also an hour in which nobody comes
        # an idle station begins with the first of n arrivals, on average 1 / (n + 1) into the hour
        begin = 1.0 / (arrivals + 1) if was_idle and not small else 0.0
        carried = 0.0 if was_idle else self.carry
        prompt, idle = _one_by_one(arrivals, (self.people - carried) / capacity, capacity, at) if small else ([], 0.0)
        if arrivals:
            self.batches.append(Batch(t, People(coming), waited, arrivals))
        budget = carried + capacity * (1.0 - (idle if small else begin))
        whole = int(budget + 1e-9)
        served, done, hours = People(), 0, 0.0
        while self.batches and done < whole:
            batch = self.batches[0]
            present = batch.people.total()
            take = min(present, whole - done)
            served += self._take(batch, take, present, at)
            # person i passes once the capacity has added up to i people; waits of a batch are linear in i
            joined = batch.hour + (batch.gone + take / 2) / batch.size
            passing = t + begin + max(0.0, done + (take + 1) / 2 - carried) / capacity if capacity > 0 else t
            if prompt and batch.hour == t:
                hours += sum(prompt) + (take - len(prompt)) * 0.5 / capacity + take * batch.waited
            else:
                hours += take * (max(0.0, passing - joined) + batch.waited)
            batch.gone += take
            done += take
            if take == present:
                self.batches.popleft()
        self.carry = min(budget - done, 1.0) if self.batches else 0.0
        return served, hours

    @staticmethod
    def _take(batch: Batch, take: int, present: int, at: Address) -> People:
        """Remove ``take`` people at random from a batch (whoever joined in one hour is in random order)."""
        if take == present:
            return batch.people
        taken = at.sample(batch.people, take, border.SPLIT)
        batch.people -= taken
        return +taken

    def reconsider(
        self, remaining_behind: Callable[[int], float], patience: float, share: float, at: Address, side: int
    ) -> People:
        """Let a share of those out of patience leave, at each half day of waiting; returns who left."""
        left, before = People(), 0
        for batch in self.batches:
            age = at.step - batch.hour
            remaining = remaining_behind(before)
            if age > 0 and age % 12 == 0 and remaining > patience:
                for k, here in sorted(batch.people.items()):
                    left[k] += (n := at.binomial(here, share, border.RECONSIDER, k + 64 * (age // 12) + 65536 * side))
                    batch.people[k] -= n
                    batch.gone += n
            before += batch.people.total()
        self.batches = deque(batch for batch in self.batches if batch.people.total())
        return left

    def waiting_a_day(self, t: int) -> int:
        """Return the people at the front of the line who came to the crossing 24 hours ago or more."""
        long = 0
        for batch in self.batches:
            if t + 1 - batch.hour + batch.waited < 24:
                break
            long += batch.people.total()
        return long


def _one_by_one(arrivals: int, free: float, capacity: float, at: Address) -> tuple[list[float], float]:
    """Place arrivals at ordered uniform times of an hour; returns waits of those through in it, and the idle share.

    ``free`` is when the post is through with those before, in hours from the start of the hour.
    """
    prompt: list[float] = []
    if free >= 1.0:
        return prompt, 0.0
    idle, rest = 0.0, 1.0
    for i in range(arrivals):
        u = draws.uniforms(*at, border.ARRIVE + 256 * (i // 4))[i % 4]
        rest *= u ** (1.0 / (arrivals - i))  # the next of the order statistics that are left
        came = 1.0 - rest
        if came > free:
            idle, free = idle + came - free, came
        free += 1.0 / capacity
        if free <= 1.0:
            prompt.append(free - came)
    return prompt, idle + max(0.0, 1.0 - free)


def wait_ahead(at_exit: int, at_entry: int, exit_rate: float, entry_rate: float) -> float:
    """Return the hours until two stations in series, both at work, are through with the people ahead."""
    own = 0.0 if at_exit == 0 else at_exit / exit_rate if exit_rate > 0 else ENDLESS
    both = at_exit + at_entry
    other = 0.0 if both == 0 else both / entry_rate if entry_rate > 0 else ENDLESS
    return min(max(own, other), ENDLESS)


@dataclass
class Outlook:
    """What people at one place, stoppable or not, find when they look for a way out (a nested logit)."""

    countries: list[int]  # by nest
    open_to: list[list[float]]  # share of each visa class to which the nest is open
    ways: list[list[int]]  # alternatives of the nest
    odds: list[list[float]]  # of each of them
    force: list[float]  # pull of the nest on somebody to whom it is open
    classes: list[float]  # odds of visa classes among those who leave: share times (sum of pulls) ** access_response

    @property
    def reach(self) -> float:
        """The departure rate in units of the mean over the country."""
        return sum(self.classes)

    def pulls(self, v: int) -> list[float]:
        """Return the odds of the nests for visa class ``v``."""
        return [force * to[v] for force, to in zip(self.force, self.open_to, strict=True)]


def _pick(odds: list[float], u: float) -> int:
    """Return the first index at which the sum of odds reaches the share ``u`` of all."""
    goal = u * sum(odds)
    return next((i for i, value in enumerate(accumulate(odds)) if value >= goal), len(odds) - 1)


class Twin:
    """One member, hour by hour; `run_twin` is the entry."""

    t: int  # the hour
    e: int  # the period between two changes of rules

    def __init__(self, network: Network, rules: border.Rules, theta: border.Theta, seed: int, member: int) -> None:
        self.network, self.rules, self.theta, self.seed, self.member = network, rules, theta, seed, member
        a = self.arrays = network.arrays
        self.record = new_record(network)
        self.groups, self.classes = len(network.groups), a.choices.row_share.shape[1]
        self.home = network.home.copy()
        self.returnable = np.zeros_like(self.home)
        self.recent = [0.0] * len(network.origins)
        self.road: dict[tuple[int, int], People] = {}  # by hour of arrival and lane
        self.lines = [(Line(), Line()) for _ in network.lanes]
        self.pool = [People() for _ in network.posts]
        self.abroad = [People() for _ in network.countries]  # by group
        self.tally = Counter[str]()
        self.wait: list[list[float]] = []  # by hour and lane
        self.attraction: list[tuple[float, float]] = []  # of each lane, for people who cannot and can be stopped
        self.services = range(-1, len(a.choices.service_lane) - 1)  # -1: none
        self.seats: list[float] = []  # what waits for a seat do to the odds of a service
        self.ordinary: list[list[float]] = []  # what is left of ordinary traffic, by lane and visa class
        self.outlooks: dict[tuple[int, int], Outlook] = {}
        self.usual = 1.0
        bins = border.TRAVEL_BINS
        self.slowness = [math.exp(theta.travel_spread * NormalDist().inv_cdf((b + 0.5) / bins)) for b in range(bins)]
        ways = range(a.choices.alt_lane.size)
        size = network.trips.size
        self.appeal = [math.exp(self._utility(i) / theta.nest_scale + float(size[i])) for i in ways]
        self.rate = [[self._persons_per_open_hour(lane, side) for side in (0, 1)] for lane in range(len(self.lines))]

    def at(self, site: Any, step: int | None = None) -> Address:
        """Return the address of draws at a site in this hour."""
        return Address(self.seed, self.member, self.t if step is None else step, int(site))

    # --- what follows from parameters ---

    def draw_noise(self, normals: NDArray[np.float64] | None) -> None:
        """Draw the daily factors on departures and destinations (mean 1)."""
        keys = [0, *(int(key) for key in self.arrays.lanes.country_key)]
        self.noise = np.empty((len(self.network.days), len(keys)))
        for day, i in np.ndindex(*self.noise.shape):
            z = math.nan if normals is None else float(normals[day, i])
            if math.isnan(z):
                z = float(draws.normal(*self.at(keys[i], day), border.NOISE_COUNTRY if i else border.NOISE_ALL))
            spread = self.theta.destination_noise if i else self.theta.demand_noise
            self.noise[day, i] = math.exp(spread * z - spread**2 / 2)

    def _utility(self, way: int) -> float:
        c, p = self.network.trips, self.theta
        constants = (0.0, p.ride_constant, p.bus_constant, p.foot_constant, p.train_constant, p.air_constant)
        cost = p.value_of_time * float(c.hours[way]) + p.fare_aversion * float(c.fare[way])
        return constants[c.kind[way]] - cost - p.memory_penalty * float(c.own[way])

    def _persons_per_open_hour(self, lane: int, side: int) -> float:
        lanes, trips, p = self.arrays.lanes, self.network.trips, self.theta
        persons = (p.bus_occupancy if lanes.mode[lane] == 1 else p.car_occupancy) if trips.in_vehicles[lane] else 1.0
        persons = 1.0 - p.seat_load if lanes.kind[lane] == border.AIR else persons
        return float(trips.units[lane, side]) * persons / float(lanes.open_per_day[lanes.hours[lane]])

    # --- 1. call-up ---

    def call_up(self) -> None:
        """Call people up by origin, and send a share of those called by mistake home again."""
        people, demand, t = self.arrays.people, self.rules.demand, self.t
        record = self.record.origin[:, self.arrays.clock.utc_day[t]]
        for o, key in enumerate(people.origin_key):
            at, called = self.at(key), 0
            self.recent[o] *= math.exp(-1 / 168)
            for g, rule in enumerate(people.call_rule):
                if rule == 0:
                    continue
                mistake = int(rule == 2)
                purpose = border.CALL_OUTSIDE if mistake else border.CALL_ELIGIBLE
                chance = demand.call_rate[t, mistake] * demand.call_weight[o, mistake]
                n = at.binomial(self.home[o, g], chance, purpose, g)
                later_home = at.binomial(n, demand.returnable[0], border.CALL_RETURNABLE, g) if mistake else 0
                self.home[o, g] -= n
                self.returnable[o, g] += later_home
                self.tally["called"] += n - later_home
                called += n
                sent_home = at.binomial(self.returnable[o, g], demand.return_rate[t], border.CALL_RETURN, g)
                self.returnable[o, g] -= sent_home
                self.home[o, g] += sent_home
                record[border.WRONG_RETURNED, o] += sent_home
            record[border.CALLED_DAY, o] += called
            self.recent[o] += 1000 * called / max(1.0, float(people.population[o]))

    # --- 2, 3. news, departure, choice ---

    def _known_wait(self, lane: int, delay: int) -> float:
        """Return the wait of ``delay`` hours ago; in the first hours that of the first hour, once it is over."""
        hour = max(self.t - delay, 0)
        return self.wait[hour][lane] if hour < self.t else 0.0

    def spread_news(self) -> None:
        """Tell people what waits, risks, fares and rules are; it holds until the next news."""
        lanes, access, control, p, e = self.arrays.lanes, self.rules.access, self.rules.control, self.theta, self.e
        fear = float(self.rules.demand.intensity[self.t])
        delay = min(max(int(p.information_delay + 0.5), 1), border.MEMORY - 1)
        self.attraction, self.ordinary, self.outlooks = [], [], {}
        for lane, (post, kind) in enumerate(zip(lanes.post, lanes.kind, strict=True)):
            on_foot = lanes.mode[lane] == 2
            passable = min(access.capacity[e, lane]) > 0 and not (on_foot and access.foot[e, post] == 0)
            wait, outbound = self._known_wait(lane, delay), kind < border.BACK
            response = p.ordinary_wait_response * wait + p.ordinary_fear_response * fear
            reaction = passable * math.exp(-response if outbound else -p.return_fear_response * fear)
            open_to = access.open_to[e, lanes.country[lane]] if outbound else np.ones(self.classes)
            self.ordinary.append([reaction * float(share) for share in open_to])
            loss = p.wait_aversion * wait + p.bicycle_penalty * (on_foot and access.foot[e, post] == 1)
            if kind == border.AIR:
                booked = self._known_wait(lane, 1) / 24
                passable = passable and booked < p.booking_horizon
                loss += p.fare_aversion * float(lanes.fare[lane]) * math.exp(p.fare_response * booked)
            free = passable * (1 - float(access.known_away[e, lane])) * math.exp(-loss / p.nest_scale)
            notice = float(control.notice[e, post])
            risk = notice * float(control.stop_noticed[e, post]) + (1 - notice) * float(control.stop_listed[e, post])
            afraid = free * math.exp(-p.risk_aversion * risk / p.nest_scale) * float(access.tries[e, post])
            self.attraction.append((free, afraid))
        self.seats = [0.0 if service >= 0 and not access.service[e, service] else 1.0 for service in self.services]
        for i, service in enumerate(self.services):
            platform = int(self.arrays.choices.service_lane[1 + service])
            if platform >= 0:
                self.seats[i] *= math.exp(-p.wait_aversion * self._known_wait(platform, delay) / p.nest_scale)

    def outlook(self, row: int, stoppable: int) -> Outlook:
        """Return the odds of all ways out of a place, computed once per news."""
        if (row, stoppable) not in self.outlooks:
            self.outlooks[row, stoppable] = self._look(row, stoppable, self.noise[self.arrays.clock.utc_day[self.t]])
        return self.outlooks[row, stoppable]

    def _look(self, row: int, stoppable: int, noise: NDArray[np.float64]) -> Outlook:
        choices, access, theta = self.arrays.choices, self.rules.access, self.theta
        out, seen = Outlook([], [], [], [], [], []), [0.0] * self.classes
        for n in range(choices.row_nest[row], choices.row_nest[row + 1]):
            c, ways = int(choices.nest_country[n]), list(range(choices.nest_alt[n], choices.nest_alt[n + 1]))
            seats = [self.seats[1 + self.network.trips.service[a]] for a in ways]
            each = [self.appeal[a] * self.attraction[choices.alt_lane[a]][stoppable] for a in ways]
            out.countries.append(c)
            out.open_to.append([float(share) for share in access.open_to[self.e, c]])
            out.ways.append(ways)
            out.odds.append([one * seat for one, seat in zip(each, seats, strict=True)])
            pull, odds = float(self.rules.abroad.pull[c] * noise[1 + c]), sum(out.odds[-1])
            out.force.append(pull * odds**theta.nest_scale if odds > 0 else 0.0)
            seen = [one + out.force[-1] * to for one, to in zip(seen, out.open_to[-1], strict=True)]
        shares = zip(choices.row_share[row], seen, strict=True)
        out.classes = [float(share) * one**theta.access_response if one > 0 else 0.0 for share, one in shares]
        return out

    def measure_usual(self) -> None:
        """Take the mean over residents before anything happens as the unit of the departure rate."""
        population = self.arrays.people.population
        quiet = np.ones(1 + len(self.abroad))
        mean = sum(self._look(o, 1, quiet).reach * int(n) for o, n in enumerate(population))
        self.usual = mean / int(population.sum()) if mean > 0 else 1.0

    def leave(self) -> None:
        """Draw who leaves home in this hour, and let them choose."""
        people, demand, p, clock = self.arrays.people, self.rules.demand, self.theta, self.arrays.clock
        day = clock.utc_day[self.t]
        for o, g in np.ndindex(*self.home.shape):
            hour, area = clock.local_hour[people.origin_zone[o], self.t], people.origin_area[o]
            rate = p.base_departure_rate / 24 * float(demand.hour_profile[hour] * self.noise[day, 0])
            rate *= float(demand.leaving[g] * demand.shock[area, g, self.t]) * (1 + p.fear_of_call_up * self.recent[o])
            rate *= self.outlook(o, int(people.stopped[g])).reach / self.usual
            n = self.at(people.origin_key[o]).binomial(self.home[o, g], min(1.0, rate), border.LEAVE, g)
            left = self.choose(o, g, 0, n, g)
            self.home[o, g] -= left
            self.record.origin[border.LEFT, day, o] += left

    def choose(self, row: int, g: int, v: int, n: int, sub: int) -> int:
        """Let ``n`` people of a group choose and depart; ``v`` is their visa class, 0: the row's mixture."""
        outlook = self.outlook(row, int(self.arrays.people.stopped[g]))
        if n == 0 or (sum(outlook.pulls(v)) if v else outlook.reach) <= 0:
            return 0
        party, key = int(self.arrays.choices.party[0]), int(self.arrays.choices.row_key[row])
        for i, first in enumerate(range(0, n, party)):
            more, number = divmod(i, border.PARTIES)
            u = draws.uniforms(*self.at(key + more), border.CHOOSE + 256 * (number + border.PARTIES * sub))
            self._choose_one(u, g, v, min(party, n - first), outlook)
        return n

    def _type(self, g: int, v: int, c: int) -> int:
        """Return the type of somebody on the way to a country; where nobody asks for documents the class is 0."""
        asked: bool = bool(self.arrays.choices.selective[c])
        return int(g * self.classes + v * asked)

    def _choose_one(self, u: tuple[float, ...], g: int, v: int, n: int, outlook: Outlook) -> None:
        v = v or _pick(outlook.classes, u[2])
        nest = _pick(outlook.pulls(v), u[0])
        c, way = outlook.countries[nest], outlook.ways[nest][_pick(outlook.odds[nest], u[1])]
        self._depart(way, c, n, self._type(g, v, c), self.slowness[int(u[3] * border.TRAVEL_BINS)])

    def _depart(self, way: int, c: int, n: int, k: int, slowness: float) -> None:
        choices, trips = self.arrays.choices, self.network.trips
        lane, service = int(choices.alt_lane[way]), 1 + int(trips.service[way])
        self.record.daily[border.CHOSE, self.arrays.clock.country_day[c, self.t], lane] += n
        platform = int(choices.service_lane[service])
        hours = (float(trips.hours[way]) - float(trips.ride[service])) * slowness
        self._set_on_road(lane if platform < 0 else platform, n, k, hours)

    def _set_on_road(self, lane: int, n: int, k: int, hours: float) -> None:
        later = min(max(int(hours + 0.5), 1), border.RING - 1)
        if n:
            self.road.setdefault((self.t + later, lane), People())[k] += n

    # --- 4 to 7. lanes: arrival, two stations, controls ---

    def cross(self, lane: int) -> None:
        """Run one lane for one hour."""
        lanes, access, e, t = self.arrays.lanes, self.rules.access, self.e, self.t
        kind, post, c, key = (int(x[lane]) for x in (lanes.kind, lanes.post, lanes.country, lanes.key))
        daily = self.record.daily[:, self.arrays.clock.country_day[c, t], lane]
        at, back = self.at(key), kind in (border.BACK, border.OPEN_BACK)
        coming = self._arrivals(lane, at, daily)
        if kind == border.HAVEN:
            self.pool[post].update(coming)
            daily[border.PASSED] += coming.total()
            return
        if kind in (border.OPEN, border.OPEN_BACK):
            self._enter(coming, lane, at, daily, back)
            return
        exit_rate, entry_rate = (self.rate[lane][side] * float(access.capacity[e, lane, side]) for side in (0, 1))
        exit_rate *= not (lanes.mode[lane] == 2 and access.foot[e, post] == 0)
        exit_line, entry_line = self.lines[lane]
        open_now = float(lanes.open_share[lanes.hours[lane], t])
        out, hours = exit_line.serve(coming, 0.0, exit_rate * open_now, at)
        so_far = hours / out.total() if out.total() else 0.0
        out = out if back else self._exit_control(out, post, at, daily)
        through, hours = entry_line.serve(out, so_far, entry_rate * open_now, self.at(key + 1))
        if kind == border.WAITED:
            admitted = through.total()
            daily[border.PASSED] += admitted
            for k, n in through.items():
                self._set_on_road(int(lanes.next[lane]), n, k, float(lanes.ride[lane]))
        else:
            admitted = self._enter(through, lane, at, daily, back)

        open_of_day = float(lanes.open_per_day[lanes.hours[lane]]) / 24
        exit_rate, entry_rate = exit_rate * open_of_day, entry_rate * open_of_day
        beyond = entry_line.people
        expected = self.wait[t][lane] = wait_ahead(exit_line.people, beyond, exit_rate, entry_rate)
        patience = 24 * self.theta.booking_horizon if kind == border.AIR else self.theta.patience
        if not back and expected > patience:
            share = self.theta.switch_share
            left = exit_line.reconsider(
                lambda ahead: wait_ahead(ahead, beyond, exit_rate, entry_rate), patience, share, at, 0
            )
            left += entry_line.reconsider(
                lambda ahead: wait_ahead(0, ahead, exit_rate, entry_rate), patience, share, at, 1
            )
            daily[border.ABANDONED] += left.total()
            self._turn_away(left, post)
        if (column := lanes.column[lane]) < 0:
            return
        hourly = self.record.hourly
        hourly.passed[t, column] = admitted
        hourly.queue[t, column] = exit_line.people, entry_line.people
        hourly.wait_joining[t, column] = expected
        if kind == border.LAND:  # nobody stands in line for a booked flight
            hourly.waiting_day[t, column] = exit_line.waiting_a_day(t) + entry_line.waiting_a_day(t)
        if through.total():
            hourly.wait_passing[t, column] = hours / through.total()
        if kind == border.AIR:
            booked = min(expected / 24, self.theta.booking_horizon)
            hourly.price[t, column] = float(lanes.fare[lane]) * math.exp(self.theta.fare_response * booked)

    def _arrivals(self, lane: int, at: Address, daily: NDArray[np.int32]) -> People:
        """Return who reaches the lane: the exodus less those turned away on the road, and ordinary traffic."""
        lanes, coming = self.arrays.lanes, People()
        away = float(self.rules.access.turned_away[self.e, lane])
        for k, n in sorted(self.road.pop((self.t, lane), People()).items()):
            turned = at.binomial(n, away, border.ACCESS, k)
            daily[border.TURNED_AWAY] += turned
            self._turn_away(People({k: turned}), lanes.post[lane])
            coming[k] = n - turned
        for v, reaction in enumerate(self.ordinary[lane]):
            mean = float(lanes.ordinary[self.t, lane, v]) * reaction
            n = int(draws.poisson(mean, *at, border.ORDINARY + border.SUB * v))
            coming[self.groups * self.classes + v] = n
            self.tally["ordinary in"] += n
        return +coming

    def _turn_away(self, people: People, post: int) -> None:
        """People of the exodus will choose again; ordinary travellers go home."""
        for k, n in people.items():
            if k < self.groups * self.classes:
                self.pool[post][k] += n
            else:
                self.tally["ordinary out"] += n

    def _exit_control(self, people: People, post: int, at: Address, daily: NDArray[np.int32]) -> People:
        """Stop people: how many first, because all who may be stopped run the same risks, then who they are."""
        control, e, passed = self.rules.control, self.e, People()
        for k, n in people.items():
            g = k // self.classes
            held = at.binomial(n, control.barred[e, post, g], border.BARRED, k) if g < self.groups else 0
            daily[border.TURNED_BACK] += held
            self._turn_away(People({k: held}), post)
            passed[k] = n - held
        people = +passed
        groups = [*self.arrays.people.stopped, 0]
        at_risk = {k: n for k, n in sorted(people.items()) if groups[k // self.classes]}
        noticed = at.binomial(sum(at_risk.values()), control.notice[e, post], border.NOTICE)
        stopped = at.binomial(noticed, control.stop_noticed[e, post], border.STOP_NOTICED)
        stopped += at.binomial(sum(at_risk.values()) - noticed, control.stop_listed[e, post], border.STOP_LISTED)
        called = at.binomial(stopped, control.called[e, post], border.CALLED_AT_POST)
        daily[border.NOTICES] += noticed
        daily[border.TURNED_BACK] += stopped
        daily[border.CALLED_UP] += called
        self.tally["called"] += called
        who = at.sample(at_risk, stopped, border.STOP_WHO)
        passed.subtract(who)
        who.subtract(at.sample(who, called, border.CALLED_WHO))
        self._turn_away(who, post)
        return +passed

    def _enter(self, people: People, lane: int, at: Address, daily: NDArray[np.int32], back: bool) -> int:
        lanes, everyone = self.arrays.lanes, 0
        c = int(lanes.country[lane])
        for k, n in people.items():
            g, v = divmod(k, self.classes)
            admitted = n if back else at.binomial(n, self.rules.control.admit[self.e, c, v], border.ADMIT, k)
            everyone += admitted
            daily[border.REFUSED] += n - admitted
            self._turn_away(People({k: n - admitted}), lanes.post[lane])
            if g < self.groups:
                self.abroad[c][g] += admitted
                self.record.entered[self.arrays.clock.country_day[c, self.t], c, g] += admitted
                daily[border.PASSED] += admitted
            else:
                self.tally["ordinary out"] += admitted
                daily[border.PASSED_ORDINARY] += admitted
        return everyone

    # --- 7, 8. choosing again, abroad, the sum of people ---

    def choose_again(self) -> None:
        """Let people who were turned away choose again, or go home."""
        rates, choices = self.rules.abroad, self.arrays.choices
        posts = zip(self.pool, choices.post_row, choices.haven_country, rates.again, rates.home, strict=True)
        for pool, row, haven, hazard, share in posts:
            if row < 0:
                continue
            for stoppable in (0, 1) if pool.total() else ():
                self.outlook(int(row), stoppable)  # looked up as soon as somebody waits there
            at, out, home = self.at(self.arrays.choices.row_key[row]), 0, 0
            for k in sorted(pool):
                g, v = divmod(k, self.classes)
                decided = at.binomial(pool[k], hazard, border.AGAIN, k)
                back = at.binomial(decided, share, border.GIVE_UP, k)
                left = self.choose(int(row), g, v, decided - back, k)
                pool[k] -= back + left
                out += left
                home += back
            self.tally["returned"] += home
            if haven >= 0:
                day = self.arrays.clock.country_day[haven, self.t]
                self.record.country[:, day, haven] += np.array([out, home], np.int32)

    def live_abroad(self) -> None:
        """Let people move on to a third country or go back."""
        for c, present in enumerate(self.abroad):
            at, day = self.at(self.arrays.lanes.country_key[c]), self.arrays.clock.country_day[c, self.t]
            onward, back = float(self.rules.abroad.onward[c]), float(self.rules.abroad.back[c])
            chance = onward + (1 - onward) * back
            who = People({g: at.binomial(here, chance, border.ONWARD, g) for g, here in present.items()})
            leaving = who.total()
            share = (1 - onward) * back / chance if leaving else 0.0
            returned = at.binomial(leaving, share, border.RETURN)
            post = int(self.arrays.choices.transit_post[c])
            share = float(self.rules.abroad.transit[c]) if post >= 0 else 0.0
            transit = at.binomial(leaving - returned, share, border.TRANSIT)
            present.subtract(who)
            through = at.sample(who, transit, border.TRANSIT_WHO)
            self.pool[post].update({g * self.classes: n for g, n in through.items()})
            self.tally += Counter({"elsewhere": leaving - returned - transit, "returned": returned})
            self.record.country[:, day, c] += np.array([leaving - returned, returned], np.int32)
            inside = zip(self.pool, self.arrays.choices.haven_country, strict=True)
            displaced = sum(pool.total() for pool, country in inside if country == c)
            self.record.abroad[day, c] = present.total() + displaced

    def everyone(self) -> int:
        """Return all people of the exodus, wherever they are; ordinary travellers on their way cancel out."""
        total = int(self.home.sum() + self.returnable.sum())
        total += sum(people.total() for people in (*self.road.values(), *self.pool, *self.abroad))
        total += sum(line.people for lines in self.lines for line in lines)
        total += self.tally["called"] + self.tally["returned"] + self.tally["elsewhere"]
        return total + self.tally["ordinary out"] - self.tally["ordinary in"]

    def hour(self, t: int) -> None:
        """Run one hour, in the order of the rules."""
        segment = self.rules.segment
        self.t, self.e = t, int(segment[t])
        self.call_up()
        if t % NEWS_HOURS == 0 or segment[t] != segment[t - 1]:
            self.spread_news()
        if t == 0:
            self.measure_usual()
        self.leave()
        self.wait.append([0.0] * len(self.lines))
        for lane in range(len(self.lines)):
            self.cross(lane)
        self.choose_again()
        self.live_abroad()
        if self.everyone() != self.network.everyone:
            raise ConservationError(f"twin, member {self.member}, hour {t}: the sum of people differs from the start")

    def count_citizens(self) -> None:
        """Tell citizens of the country of origin from other ordinary arrivals."""
        lanes, daily = self.arrays.lanes, self.record.daily
        for day, lane in np.ndindex(*daily.shape[1:]):
            ordinary, at = daily[border.PASSED_ORDINARY, day, lane], self.at(lanes.key[lane], day)
            daily[border.CITIZENS_IN, day, lane] = at.binomial(ordinary, lanes.citizens[lane], border.CITIZENS)


def run_twin(
    network: Network,
    rules: border.Rules,
    theta: border.Theta,
    *,
    seed: int,
    member: int,
    hours: int | None = None,
    normals: NDArray[np.float64] | None = None,
) -> border.Record:
    """Run one member in plain Python.

    Parameters
    ----------
    network, rules, theta
        From `compile_network` and `compile_rules`.
    seed, member : int
        As for `simulation.run_member`.
    hours : int, optional
        Stop after so many hours; the rest of the record stays empty.
    normals : numpy.ndarray, optional
        As for `simulation.run_member`.

    Returns
    -------
    border.Record
        The record that `simulation.run_member` must produce.

    Raises
    ------
    ConservationError
        When people appear or vanish.
    """
    hours = len(network.hours) if hours is None else hours
    if not 0 <= hours <= len(network.hours):
        raise UsageError(f"hours must be 0 to {len(network.hours)}, got {hours}")
    twin = Twin(network, rules, theta, seed, member)
    twin.draw_noise(normals)
    for t in range(hours):
        twin.hour(t)
    twin.count_citizens()
    return twin.record
