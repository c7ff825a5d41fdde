"""The border rule set a second time: slow, plain Python, written from the rules and not from the kernel.

`kernels/border.py` is fast because it keeps people in flat arrays, linked lists and cumulative tables. Whether it does
what the model says is hard to see there. This module states the same rules with dictionaries and queues, short enough
to be read beside section 5 of the design and ``docs/model.md``. It draws from the same counter-based generator at the
same addresses (member, hour, site, purpose), so that both must agree on **every number of every hour**;
``tests/verify/test_twin.py`` compares them. A difference means that one of the two misstates the model.

It is for tests and for readers; it is about two hundred times slower than the kernel.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import NamedTuple

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

    def binomial(self, n: int, p: float, purpose: int, sub: int = 0) -> int:
        return int(draws.binomial(int(n), float(p), *self, purpose + border.SUB * sub))

    def poisson(self, mean: float, purpose: int, sub: int = 0) -> int:
        return int(draws.poisson(float(mean), *self, purpose + border.SUB * sub))

    def split(self, marked: int, others: int, taken: int, sub: int) -> int:
        return int(draws.hypergeometric(marked, others, taken, *self, border.SPLIT + border.SUB * sub))


@dataclass
class Batch:
    """People who joined a line in the same hour."""

    hour: int
    people: People
    waited: float  # mean hours in line before this station
    size: int = 0  # people who joined
    gone: int = 0  # people who were served or left

    def __post_init__(self) -> None:
        self.size = self.people.total()


@dataclass
class Line:
    """One station: first in, first out, with a capacity whose fraction is carried over while people stand."""

    batches: deque[Batch] = field(default_factory=deque)
    carry: float = 0.0

    @property
    def people(self) -> int:
        """People standing in the line."""
        return sum(batch.people.total() for batch in self.batches)

    def serve(self, coming: People, waited: float, capacity: float, t: int, at: Address) -> tuple[People, float]:
        """Let people join and serve the line for one hour; returns the served and the sum of their hours in line."""
        arrivals = coming.total()
        was_idle = not self.batches
        if was_idle and arrivals + 1 <= capacity:
            return coming, waited * arrivals  # nobody meets a line; also an hour in which nobody comes
        # an idle station begins with the first of n arrivals, on average 1 / (n + 1) into the hour
        begin = 1.0 / (arrivals + 1) if was_idle else 0.0
        carried = 0.0 if was_idle else self.carry
        if arrivals:
            self.batches.append(Batch(t, People(coming), waited))
        budget = carried + capacity * (1.0 - begin)
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
            taken, batch.people = batch.people, People()
            return taken
        taken, others = People(), present
        for k in sorted(batch.people):
            here = batch.people[k]
            others -= here
            taken[k] = at.split(here, others, take - taken.total(), k)
        batch.people -= taken
        return +taken

    def reconsider(self, behind: float, rate: float, patience: float, share: float, t: int, at: Address, side: int) -> People:
        """Let a share of those out of patience leave, at each half day of waiting; returns who left."""
        left, ahead = People(), 0
        for batch in self.batches:
            age = t - batch.hour
            remaining = behind + (ahead / rate if rate > 0 else ENDLESS)
            if age > 0 and age % 12 == 0 and remaining > patience:
                for k in sorted(batch.people):
                    n = at.binomial(batch.people[k], share, border.RECONSIDER, k + 64 * (age // 12) + 65536 * side)
                    batch.people[k] -= n
                    batch.gone += n
                    left[k] += n
            ahead += batch.people.total()
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


@dataclass
class Outlook:
    """What people at one place, stoppable or not, find when they look for a way out (a nested logit).

    Parameters
    ----------
    ways : list of list of int
        Alternatives by nest (country).
    odds : list of list of float
        Their odds within the nest, cumulative, in single precision like the kernel's.
    force : list of float
        Pull of each nest on somebody to whom it is open.
    seen : list of float
        Sum of pulls as each visa class sees them.
    mixture : list of float
        Visa classes among those who leave.
    reach : float
        Sum over classes of share times ``seen ** access_response``.
    """

    countries: list[int]
    ways: list[list[int]]
    odds: list[list[float]]
    force: list[float]
    seen: list[float]
    mixture: list[float]
    reach: float

    def pull(self, nest: int, openness: NDArray[np.float64]) -> float:
        """Return the probability that a leaver takes this nest, over the mixture of visa classes."""
        return self.force[nest] * sum(self.classes(nest, openness))

    def classes(self, nest: int, openness: NDArray[np.float64]) -> list[float]:
        """Return the odds of visa classes among those who take this nest."""
        to = openness[self.countries[nest]]
        return [m * float(to[v]) / s if s > 0 else 0.0 for v, (m, s) in enumerate(zip(self.mixture, self.seen, strict=True))]


def _first_reaching(cumulative: list[float], goal: float) -> int:
    return next((i for i, value in enumerate(cumulative[:-1]) if value >= goal), len(cumulative) - 1)


class Twin:
    """One member, hour by hour; `run_twin` is the entry."""

    def __init__(
        self, network: Network, rules: border.Rules, theta: border.Theta, seed: int, member: int, normals: NDArray[np.float64] | None
    ) -> None:
        self.network, self.rules, self.theta, self.seed, self.member = network, rules, theta, seed, member
        a = self.arrays = network.arrays
        self.record = new_record(network)
        self.groups, self.classes = len(network.groups), a.choices.row_share.shape[1]
        lanes, posts, countries = len(network.lanes), len(network.posts), len(network.countries)
        self.home = network.home.copy()
        self.returnable = np.zeros_like(self.home)
        self.recent = [0.0] * len(network.origins)
        self.road: dict[tuple[int, int], People] = {}  # by hour of arrival and lane
        self.lines = [(Line(), Line()) for _ in range(lanes)]
        self.pool = [People() for _ in range(posts)]
        self.abroad = [People() for _ in range(countries)]  # by group
        self.tally = Counter[str]()
        self.wait: list[list[float]] = []  # by hour and lane
        self.outlooks: dict[tuple[int, int], Outlook] = {}
        self.usual = 1.0
        self.noise = self._daily_noise(normals)
        bins = border.TRAVEL_BINS
        self.slowness = [math.exp(theta.travel_spread * NormalDist().inv_cdf((b + 0.5) / bins)) for b in range(bins)]
        self.appeal = [np.float32(math.exp(self._utility(a) / theta.nest_scale)) for a in range(a.choices.alt_lane.size)]
        self.rate = [[self._persons_per_open_hour(lane, side) for side in (0, 1)] for lane in range(lanes)]

    # --- what follows from parameters ---

    def _at(self, t: int, site: int) -> Address:
        return Address(self.seed, self.member, t, int(site))

    def _daily_noise(self, normals: NDArray[np.float64] | None) -> NDArray[np.float64]:
        keys = [0, *(int(key) for key in self.arrays.lanes.country_key)]
        out = np.empty((len(self.network.days), len(keys)))
        for day, column in np.ndindex(*out.shape):
            purpose = border.NOISE_COUNTRY if column else border.NOISE_ALL
            z = math.nan if normals is None else float(normals[day, column])
            z = float(draws.normal(*self._at(day, keys[column]), purpose)) if math.isnan(z) else z
            spread = self.theta.destination_noise if column else self.theta.demand_noise
            out[day, column] = math.exp(spread * z - spread**2 / 2)
        return out

    def _utility(self, a: int) -> float:
        c, theta = self.arrays.choices, self.theta
        constants = (0.0, theta.ride_constant, theta.bus_constant, theta.foot_constant, theta.train_constant, theta.air_constant)
        cost = theta.value_of_time * float(c.alt_hours[a]) + theta.fare_aversion * float(c.alt_fare[a])
        return constants[c.alt_kind[a]] - cost - theta.memory_penalty * float(c.alt_own[a]) + float(c.alt_size[a])

    def _persons_per_open_hour(self, lane: int, side: int) -> float:
        lanes, theta = self.arrays.lanes, self.theta
        persons = (theta.bus_occupancy if lanes.mode[lane] == 1 else theta.car_occupancy) if lanes.in_vehicles[lane] else 1.0
        if lanes.kind[lane] == border.AIR:
            persons = 1.0 - theta.seat_load
        return float(lanes.units[lane, side]) * persons / float(lanes.open_per_day[lanes.hours[lane]])

    # --- 1. call-up ---

    def call_up(self, t: int) -> None:
        """Call people up by origin, and send a share of those called by mistake home again."""
        people, demand, day = self.arrays.people, self.rules.demand, self.arrays.clock.utc_day[t]
        for o, key in enumerate(people.origin_key):
            at = self._at(t, key)
            self.recent[o] *= math.exp(-1 / 168)
            called = 0
            for g, rule in enumerate(people.call_rule):
                if rule == 0:
                    continue
                by_mistake = rule == 2
                purpose = border.CALL_OUTSIDE if by_mistake else border.CALL_ELIGIBLE
                n = at.binomial(self.home[o, g], demand.call_rate[t, int(by_mistake)], purpose, g)
                later_home = at.binomial(n, demand.returnable[0], border.CALL_RETURNABLE, g) if by_mistake else 0
                self.home[o, g] -= n
                self.returnable[o, g] += later_home
                self.tally["called"] += n - later_home
                called += n
                sent_home = at.binomial(self.returnable[o, g], demand.return_rate[t], border.CALL_RETURN, g)
                self.returnable[o, g] -= sent_home
                self.home[o, g] += sent_home
                self.record.origin[border.WRONG_RETURNED, day, o] += sent_home
            self.record.origin[border.CALLED_DAY, day, o] += called
            if called:
                self.recent[o] += 1000 * called / float(people.population[o])

    # --- 2, 3. news, departure, choice ---

    def _known_wait(self, t: int, lane: int, delay: int) -> float:
        """Return the wait of ``delay`` hours ago; in the first hours that of the first hour, once it is over."""
        hour = max(t - delay, 0)
        return self.wait[hour][lane] if hour < t else 0.0

    def spread_news(self, t: int) -> None:
        """Tell people what waits, risks, fares and rules are; it holds until the next news."""
        lanes, access, control, theta = self.arrays.lanes, self.rules.access, self.rules.control, self.theta
        e, fear = self.rules.segment[t], float(self.rules.demand.intensity[t])
        delay = min(int(theta.information_delay + 0.5), border.MEMORY - 1)
        self.attraction: list[tuple[float, float]] = []  # of each lane for people who cannot, can be stopped
        self.ordinary: list[list[float]] = []
        for lane, (post, kind) in enumerate(zip(lanes.post, lanes.kind, strict=True)):
            on_foot = lanes.mode[lane] == 2
            passable = min(access.capacity[e, lane]) > 0 and not (on_foot and access.foot[e, post] == 0)
            wait, outbound = self._known_wait(t, lane, delay), kind < border.BACK
            if outbound:
                reaction = math.exp(-(theta.ordinary_wait_response * wait + theta.ordinary_fear_response * fear))
            else:
                reaction = math.exp(-theta.return_fear_response * fear)
            openness = access.open_to[e, lanes.country[lane]] if outbound else np.ones(self.classes)
            self.ordinary.append([passable * reaction * float(share) for share in openness])
            loss = theta.wait_aversion * wait
            if on_foot and access.foot[e, post] == 1:
                loss += theta.bicycle_penalty
            if kind == border.AIR:
                booked = self._known_wait(t, lane, 1) / 24
                passable = passable and booked < theta.booking_horizon
                loss += theta.fare_aversion * float(lanes.fare[lane]) * math.exp(theta.fare_response * booked)
            free = passable * (1 - float(access.known_away[e, lane])) * math.exp(-loss / theta.nest_scale)
            notice = float(control.notice[e, post])
            risk = notice * float(control.stop_noticed[e, post]) + (1 - notice) * float(control.stop_listed[e, post])
            self.attraction.append((free, free * math.exp(-theta.risk_aversion * risk / theta.nest_scale)))
        self.outlooks.clear()

    def outlook(self, t: int, row: int, stoppable: int) -> Outlook:
        """Return the odds of all ways out of a place, computed once per news."""
        if (row, stoppable) not in self.outlooks:
            self.outlooks[row, stoppable] = self._look(t, row, stoppable)
        return self.outlooks[row, stoppable]

    def _look(self, t: int, row: int, stoppable: int) -> Outlook:
        choices, access, theta, e = self.arrays.choices, self.rules.access, self.theta, self.rules.segment[t]
        noise = self.noise[self.arrays.clock.utc_day[t]]
        nests = range(choices.row_nest[row], choices.row_nest[row + 1])
        countries = [int(choices.nest_country[n]) for n in nests]
        ways = [list(range(choices.nest_alt[n], choices.nest_alt[n + 1])) for n in nests]
        odds, force = [], []
        for c, alternatives in zip(countries, ways, strict=True):
            total, cumulative = 0.0, []
            for a in alternatives:
                service = choices.alt_service[a]
                if service < 0 or access.service[e, service]:
                    total += float(self.appeal[a]) * self.attraction[choices.alt_lane[a]][stoppable]
                cumulative.append(float(np.float32(total)))
            odds.append(cumulative)
            force.append(float(self.rules.abroad.pull[c] * noise[1 + c]) * total**theta.nest_scale if total > 0 else 0.0)
        seen = [sum(f * float(access.open_to[e, c, v]) for f, c in zip(force, countries, strict=True)) for v in range(self.classes)]
        parts = [
            float(share) * s**theta.access_response if s > 0 else 0.0
            for share, s in zip(choices.row_share[row], seen, strict=True)
        ]
        reach = sum(parts)
        mixture = [part / reach if reach > 0 else 0.0 for part in parts]
        return Outlook(countries, ways, odds, force, seen, mixture, reach)

    def measure_usual(self) -> None:
        """Take the mean over residents before anything happens as the unit of the departure rate."""
        population = self.arrays.people.population
        mean = sum(self.outlook(0, o, 1).reach * int(n) for o, n in enumerate(population))
        self.usual = mean / int(population.sum()) if mean > 0 else 1.0

    def leave(self, t: int) -> None:
        """Draw who leaves home in this hour, and let them choose."""
        people, demand, theta, clock = self.arrays.people, self.rules.demand, self.theta, self.arrays.clock
        day = clock.utc_day[t]
        for o, g in np.ndindex(*self.home.shape):
            profile = demand.hour_profile[clock.local_hour[people.origin_zone[o], t]]
            rate = theta.base_departure_rate / 24 * profile * self.noise[day, 0] * (1 + theta.fear_of_call_up * self.recent[o])
            shock = demand.shock[people.origin_area[o], g, t]
            reach = self.outlook(t, o, int(people.stopped[g])).reach / self.usual
            hazard = min(1.0, float(rate * demand.leaving[g] * shock) * reach)
            n = self._at(t, people.origin_key[o]).binomial(self.home[o, g], hazard, border.LEAVE, g)
            left = self.choose(t, o, g, 0, n, g)
            self.home[o, g] -= left
            self.record.origin[border.LEFT, day, o] += left

    def choose(self, t: int, row: int, g: int, v: int, n: int, sub: int) -> int:
        """Let ``n`` people of a group choose and depart; ``v`` is their visa class, 0: the row's mixture."""
        if n == 0:
            return 0
        outlook = self.outlook(t, row, int(self.arrays.people.stopped[g]))
        openness = self.rules.access.open_to[self.rules.segment[t]]
        if v > 0:
            pulls = [f * float(openness[c, v]) for f, c in zip(outlook.force, outlook.countries, strict=True)]
        else:
            pulls = [outlook.pull(nest, openness) for nest in range(len(outlook.force))]
        if sum(pulls) <= 0:
            return 0
        if n <= border.SINGLES:
            return sum(self._choose_one(t, row, g, v, outlook, pulls, border.CHOOSE + 256 * (i + 65536 * sub)) for i in range(n))
        return self._choose_many(t, row, g, v, n, outlook, pulls, sub)

    def _choose_one(self, t: int, row: int, g: int, v: int, outlook: Outlook, pulls: list[float], purpose: int) -> int:
        choices = self.arrays.choices
        u_nest, u_way, u_class, u_speed = draws.uniforms(*self._at(t, choices.row_key[row]), purpose)
        nest = _first_reaching(list(np.cumsum(pulls)), u_nest * sum(pulls))
        odds = outlook.odds[nest]
        if odds[-1] <= 0:
            return 0
        a = outlook.ways[nest][_first_reaching(odds, u_way * odds[-1])]
        c = outlook.countries[nest]
        if choices.selective[c] == 0:
            v = 0  # nobody asks
        elif v == 0:
            classes = outlook.classes(nest, self.rules.access.open_to[self.rules.segment[t]])
            v = _first_reaching(list(np.cumsum(classes)), u_class * sum(classes))
        self._depart(t, a, c, 1, g * self.classes + v, self.slowness[int(u_speed * border.TRAVEL_BINS)])
        return 1

    def _choose_many(self, t: int, row: int, g: int, v: int, n: int, outlook: Outlook, pulls: list[float], sub: int) -> int:
        choices = self.arrays.choices
        key = int(choices.row_key[row])
        left = n
        for nest, c in enumerate(outlook.countries):
            rest = 1 - sum(pulls[:nest]) / sum(pulls)
            address = 1 + nest + 64 * sub
            here = self._at(t, key).binomial(left, pulls[nest] / sum(pulls) / rest if rest > 0 else 1.0, border.CHOOSE_NEST, address)
            left -= here
            by_class = [0] * self.classes
            if v > 0 or not choices.selective[c]:
                by_class[v if choices.selective[c] else 0] = here
            else:
                weights = outlook.classes(nest, self.rules.access.open_to[self.rules.segment[t]])
                for one in range(self.classes):
                    rest = sum(weights[one:])
                    p = weights[one] / rest if rest > 0 else 1.0
                    by_class[one] = self._at(t, key + one).binomial(here, p, border.CHOOSE_CLASS, address)
                    here -= by_class[one]
            for one, m in enumerate(by_class):
                self._spread(t, key, outlook, nest, g * self.classes + one, m, address + 4096 * one)
        return n - left

    def _spread(self, t: int, key: int, outlook: Outlook, nest: int, k: int, n: int, address: int) -> None:
        """Divide many people of one nest over ways, and those over travel times."""
        odds, c = outlook.odds[nest], outlook.countries[nest]
        bins = border.TRAVEL_BINS
        for i, a in enumerate(outlook.ways[nest]):
            before = odds[i - 1] if i else 0.0
            share = (odds[i] - before) / (odds[-1] - before) if odds[-1] > before else 1.0
            site = key + 7919 * (1 + i)
            m = self._at(t, site).binomial(n, share, border.CHOOSE_LANE, address)
            n -= m
            for b in range(bins):
                part = self._at(t, site + 104729 * (b + 1)).binomial(m, 1 / (bins - b), border.CHOOSE_HOURS, address)
                m -= part
                self._depart(t, a, c, part, k, self.slowness[b])

    def _depart(self, t: int, a: int, c: int, n: int, k: int, slowness: float) -> None:
        lane = int(self.arrays.choices.alt_lane[a])
        hours = min(max(int(float(self.arrays.choices.alt_hours[a]) * slowness + 0.5), 1), border.RING - 1)
        if n:
            self.road.setdefault((t + hours, lane), People())[k] += n
            self.record.daily[border.CHOSE, self.arrays.clock.country_day[c, t], lane] += n

    # --- 4 to 7. lanes: arrival, two stations, controls ---

    def cross(self, t: int, lane: int) -> None:
        """Run one lane for one hour."""
        lanes, access, e = self.arrays.lanes, self.rules.access, self.rules.segment[t]
        kind, post, c, key = (int(x[lane]) for x in (lanes.kind, lanes.post, lanes.country, lanes.key))
        day = int(self.arrays.clock.country_day[c, t])
        at, back = self._at(t, key), kind >= border.BACK
        coming = self._arrivals(t, lane, at, day)
        if kind in (border.OPEN, border.OPEN_BACK):
            self._enter(coming, lane, at, day, back)
            return
        share = float(lanes.open_share[lanes.hours[lane], t])
        exit_rate, entry_rate = (self.rate[lane][side] * float(access.capacity[e, lane, side]) for side in (0, 1))
        if lanes.mode[lane] == 2 and access.foot[e, post] == 0:
            exit_rate = 0.0
        exit_line, entry_line = self.lines[lane]
        out, hours = exit_line.serve(coming, 0.0, exit_rate * share, t, at)
        so_far = hours / out.total() if out.total() else 0.0
        if not back:
            out = self._exit_control(out, lane, at, day)
        through, hours = entry_line.serve(out, so_far, entry_rate * share, t, self._at(t, key + 1))
        admitted = self._enter(through, lane, at, day, back)

        day_share = float(lanes.open_per_day[lanes.hours[lane]]) / 24
        exit_rate, entry_rate = exit_rate * day_share, entry_rate * day_share
        ahead = self._expected(entry_line, entry_rate)
        expected = min(self._expected(exit_line, exit_rate) + ahead, ENDLESS)
        patience = 24 * self.theta.booking_horizon if kind == border.AIR else self.theta.patience
        if not back and expected > patience:
            share = self.theta.switch_share
            left = exit_line.reconsider(ahead, exit_rate, patience, share, t, at, 0)
            left += entry_line.reconsider(0.0, entry_rate, patience, share, t, at, 1)
            self.record.daily[border.ABANDONED, day, lane] += left.total()
            self._turn_away(left, post)
        self.wait[t][lane] = expected
        column = lanes.column[lane]
        if column < 0:
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
            ahead = min(expected / 24, self.theta.booking_horizon)
            hourly.price[t, column] = float(lanes.fare[lane]) * math.exp(self.theta.fare_response * ahead)

    @staticmethod
    def _expected(line: Line, rate: float) -> float:
        if not line.people:
            return 0.0
        return line.people / rate if rate > 0 else ENDLESS

    def _arrivals(self, t: int, lane: int, at: Address, day: int) -> People:
        """Return who reaches the lane: the exodus less those turned away on the road, and ordinary traffic."""
        lanes, coming = self.arrays.lanes, People()
        away = float(self.rules.access.turned_away[self.rules.segment[t], lane])
        for k, n in sorted(self.road.pop((t, lane), People()).items()):
            turned = at.binomial(n, away, border.ACCESS, k)
            self.record.daily[border.TURNED_AWAY, day, lane] += turned
            self._turn_away(People({k: turned}), lanes.post[lane])
            coming[k] = n - turned
        for v in range(self.classes):
            mean = float(lanes.ordinary[t, lane, v]) * self.ordinary[lane][v]
            n = at.poisson(mean, border.ORDINARY, v)
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

    def _exit_control(self, people: People, lane: int, at: Address, day: int) -> People:
        control, e, post = self.rules.control, self.rules.segment[at.step], self.arrays.lanes.post[lane]
        passed, daily = People(people), self.record.daily[:, day, lane]
        for k, n in people.items():
            g = k // self.classes
            if g == self.groups or not self.arrays.people.stopped[g]:
                continue
            noticed = at.binomial(n, control.notice[e, post], border.NOTICE, k)
            stopped = at.binomial(noticed, control.stop_noticed[e, post], border.STOP_NOTICED, k)
            called = at.binomial(stopped, control.called[e, post], border.CALLED_AT_POST, k)
            stopped += at.binomial(n - noticed, control.stop_listed[e, post], border.STOP_LISTED, k)
            passed[k] -= stopped
            self._turn_away(People({k: stopped - called}), post)
            self.tally["called"] += called
            daily[border.NOTICES] += noticed
            daily[border.TURNED_BACK] += stopped
            daily[border.CALLED_UP] += called
        return +passed

    def _enter(self, people: People, lane: int, at: Address, day: int, back: bool) -> int:
        lanes, daily = self.arrays.lanes, self.record.daily[:, day, lane]
        c, everyone = int(lanes.country[lane]), 0
        for k, n in people.items():
            g, v = divmod(k, self.classes)
            share = 1.0 if back else float(self.rules.control.admit[self.rules.segment[at.step], c, v])
            admitted = at.binomial(n, share, border.ADMIT, k)
            everyone += admitted
            daily[border.REFUSED] += n - admitted
            self._turn_away(People({k: n - admitted}), lanes.post[lane])
            if g < self.groups:
                self.abroad[c][g] += admitted
                daily[border.PASSED] += admitted
            else:
                self.tally["ordinary out"] += admitted
                daily[border.PASSED_ORDINARY] += admitted
        return everyone

    # --- 7, 8. choosing again, abroad, the sum of people ---

    def choose_again(self, t: int) -> None:
        """Let people who were turned away choose again, or go home."""
        hazard = 1 - math.exp(-1 / max(self.theta.rechoose_delay, 1e-9))
        for pool, row in zip(self.pool, self.arrays.choices.post_row, strict=True):
            if row < 0:
                continue
            at = self._at(t, self.arrays.choices.row_key[row])
            for k in sorted(+pool):
                n = at.binomial(pool[k], hazard, border.AGAIN, k)
                home = at.binomial(n, self.theta.give_up_share, border.GIVE_UP, k)
                self.tally["returned"] += home
                pool[k] -= home + self.choose(t, int(row), k // self.classes, k % self.classes, n - home, k)

    def live_abroad(self, t: int) -> None:
        """Let people move on to a third country or go back."""
        for c, present in enumerate(self.abroad):
            at, day = self._at(t, self.arrays.lanes.country_key[c]), self.arrays.clock.country_day[c, t]
            for g in sorted(present):
                onward = at.binomial(present[g], self.rules.abroad.onward[c], border.ONWARD, g)
                back = at.binomial(present[g] - onward, self.rules.abroad.back[c], border.RETURN, g)
                present[g] -= onward + back
                self.tally["elsewhere"] += onward
                self.tally["returned"] += back
                self.record.country[:, day, c] += (onward, back)
            self.record.abroad[day, c] = present.total()

    def everyone(self) -> int:
        """Return all people of the exodus, wherever they are; ordinary travellers on their way cancel out."""
        places = [*self.road.values(), *self.pool, *self.abroad]
        total = int(self.home.sum() + self.returnable.sum()) + sum(people.total() for people in places)
        total += sum(line.people for lines in self.lines for line in lines)
        total += self.tally["called"] + self.tally["returned"] + self.tally["elsewhere"]
        return total + self.tally["ordinary out"] - self.tally["ordinary in"]

    def hour(self, t: int) -> None:
        """Run one hour, in the order of the rules."""
        segment = self.rules.segment
        self.call_up(t)
        if t % NEWS_HOURS == 0 or segment[t] != segment[t - 1]:
            self.spread_news(t)
            for o, stoppable in np.ndindex(len(self.network.origins), 2):
                self.outlook(t, o, stoppable)
        if t == 0:
            self.measure_usual()
        self.leave(t)
        self.wait.append([0.0] * len(self.network.lanes))
        for lane in range(len(self.network.lanes)):
            self.cross(t, lane)
        self.choose_again(t)
        self.live_abroad(t)
        if self.everyone() != self.network.everyone:
            raise ConservationError(f"twin, member {self.member}, hour {t}: the sum of people differs from the start")


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
    twin = Twin(network, rules, theta, seed, member, normals)
    for t in range(hours):
        twin.hour(t)
    daily, lanes = twin.record.daily, network.arrays.lanes
    for day, lane in np.ndindex(*daily.shape[1:]):
        at = Address(seed, member, day, int(lanes.key[lane]))
        daily[border.CITIZENS_IN, day, lane] = at.binomial(
            daily[border.PASSED_ORDINARY, day, lane], lanes.citizens[lane], border.CITIZENS
        )
    return twin.record
