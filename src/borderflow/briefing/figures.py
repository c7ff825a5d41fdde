"""Figures of the page: series of the summary, sums over days from the cube, names, claims on places.

A sum over days needs an interval of its own, so it comes from the daily arrays of the cube, member by member.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from borderflow.briefing.claims import LedgerClaim, names_in, period_words, read_claims
from borderflow.charts import Flag, Mark, number
from borderflow.cube import Block
from borderflow.errors import UsageError
from borderflow.network import Station
from borderflow.places import country_name, normalise_name
from borderflow.results import Run
from borderflow.scenario import Event, Relief, Shock

__all__ = ["Daily", "Figures", "Floats", "Spread"]

Floats = NDArray[np.float64]
#: Daily arrays of the cube that the page sums over days.
COUNTED = (
    "passed_exodus", "passed_citizens", "turned_back", "notices", "called_up", "turned_away", "refused", "abandoned",
)  # fmt: skip


@dataclass(frozen=True)
class Daily:
    """One series of the summary: mean and quantiles by day, shape (6, days)."""

    days: tuple[date, ...]
    figures: Floats
    whole: bool = True  # counts people or things

    @property
    def mean(self) -> Floats:
        """Means over members by day."""
        return np.asarray(self.figures[0])

    @property
    def fan(self) -> Floats:
        """Quantiles by day, shape (5, days)."""
        return np.asarray(self.figures[1:])

    def worst(self) -> int | None:
        """Return the day with the highest mean, None where no day has one above zero."""
        mean = np.nan_to_num(self.mean)
        return int(mean.argmax()) if mean.size and mean.max() > 0 else None

    def on(self, day: date) -> Floats:
        """Return mean and quantiles of a day, NaN where it has none."""
        at = (day - self.days[0]).days if self.days else -1
        return self.figures[:, at] if 0 <= at < len(self.days) else np.full(6, np.nan)


@dataclass(frozen=True)
class Spread:
    """Mean and 90 % interval over members; ``whole`` where it counts people or things."""

    mean: float
    low: float
    high: float
    whole: bool = True

    @classmethod
    def of(cls, values: Floats) -> Spread:
        """Return mean and interval of one value a member."""
        low, high = np.quantile(values, (0.05, 0.95))
        return cls(float(values.mean()), float(low), float(high))

    @classmethod
    def at(cls, daily: Daily, day: int) -> Spread:
        """Return those of one day of a series."""
        mean, low, high = (float(daily.figures[row, day]) for row in (0, 1, 5))
        return cls(mean, low, high, daily.whole)

    @property
    def text(self) -> str:
        """The mean in words."""
        return number(self.mean, whole=self.whole)

    @property
    def interval(self) -> str:
        """The interval in words."""
        return " to ".join(number(value, whole=self.whole) for value in (self.low, self.high))


_NOTHING = Daily((), np.zeros((6, 0)))


class Figures:
    """What the page says about a run: series of the summary, sums over days from the cube, names, claims."""

    def __init__(self, run: Run) -> None:
        self.run, self.scenario = run, run.scenario
        self.claims = read_claims(run)
        # labels come from the cube: compiling the network again would take longer than all the rest of the page
        self.lanes = [self._station(text) for text in run.store.read("station")]
        self.days = [date.fromisoformat(text) for text in run.store.read("day")]
        self.origins = [self.scenario.place(text) for text in run.store.read("origin")]
        # stations of services and havens lie within the country: nobody leaves it there
        self.out = [
            n for n, lane in enumerate(self.lanes) if lane.direction == "out" and lane.kind not in ("service", "haven")
        ]
        self.country_names = {country.id: country.name for country in self.scenario.countries}
        try:
            self.home_name = country_name(self.scenario.origin_country)
        except UsageError:
            self.home_name = self.scenario.origin_country
        self.used: set[str] = set()  # ids of claims that the page mentions
        self._events = sorted(self.scenario.events, key=lambda event: event.start)

    def _station(self, label: str) -> Station:
        """Return a lane from its label in the cube, named as in the summary."""
        post, direction, mode = label.rsplit("/", 2)
        link = next((link for link in self.scenario.links if link.service == post), None)
        if link is not None:
            start, end = self.scenario.place(link.from_), self.scenario.place(link.to)
            name, country, kind = f"{start.name} – {end.name}", end.country, "air" if mode == "air" else "service"
        else:
            place = self.scenario.place(post)
            name, country, kind = place.name, place.country, "land" if place.kind == "crossing" else place.kind
        zone = next(one.time_zone for one in self.scenario.countries if one.id == country)
        return Station(post, name, mode, direction, country, zone, kind)

    @cached_property
    def series(self) -> dict[tuple[str, str, str, str], Daily]:
        """Every series of the summary by quantity, place, country and mode."""
        days: dict[tuple[str, ...], tuple[date, ...]] = {}
        for one in self.run.rows:
            if one.ends not in days:
                days[one.ends] = tuple(map(date.fromisoformat, one.ends))
        return {
            key: Daily(days[one.ends], one.values.T, not one.quantity.startswith("wait_"))
            for key, one in self.run.figures.items()
        }

    def daily(self, quantity: str, place: str = "", country: str = "", mode: str = "all") -> Daily:
        """Return a series, empty where the run has none."""
        return self.series.get((quantity, place, country, mode), _NOTHING)

    @cached_property
    def window(self) -> tuple[date, date] | None:
        """First and last day that is whole in every country; None for a run shorter than that."""
        spans = [one.days for key, one in self.series.items() if key[0] == "arrivals_daily" and one.days]
        if not spans:
            return None
        first, last = max(days[0] for days in spans), min(days[-1] for days in spans)
        return (first, last) if first <= last else None

    @cached_property
    def since(self) -> date:
        """The day from which totals count: the announcement, or the first day where the run does not reach it."""
        assert self.window is not None
        announced = self.scenario.announcement
        return announced if self.window[0] <= announced <= self.window[1] else self.window[0]

    @property
    def totals(self) -> str:
        """The period of totals, in words."""
        assert self.window is not None
        return period_words(self.since, self.window[1])

    @cached_property
    def _sums(self) -> dict[tuple[str, date, date], NDArray[np.int64]]:
        """Sums over days by member and lane: of everything for totals, of entries where a claim has days of its own."""
        assert self.window is not None
        first, last = self.window
        wanted = [(name, self.since, last) for name in (*COUNTED, "gross")]
        for claim in self.claims.values():
            own = claim.quantity in ("arrivals_cumulative", "arrivals_weekly") and claim.last is not None
            if own and claim.last is not None and first <= claim.first <= claim.last <= last:
                wanted.append(("gross", claim.first, claim.last))
        parts = [self._sums_of(part, wanted) for part in self.run.store.parts(*COUNTED)]
        return {key: np.concatenate([part[key] for part in parts]) for key in dict.fromkeys(wanted)}

    def _sums_of(
        self, part: Block, wanted: Iterable[tuple[str, date, date]]
    ) -> dict[tuple[str, date, date], NDArray[np.int64]]:
        daily = {name: part.read(name) for name in COUNTED}
        daily["gross"] = daily["passed_exodus"] + daily["passed_citizens"]
        day0 = self.days[0]
        return {
            (name, first, last): daily[name][:, (first - day0).days : (last - day0).days + 1].sum(axis=1)
            for name, first, last in wanted
        }

    @cached_property
    def set_out(self) -> Floats:
        """Mean number of people of the exodus who set out in the whole period, by origin."""
        totals = sum(part.read("left").sum(axis=(0, 1), dtype=np.float64) for part in self.run.store.parts("left"))
        return np.asarray(totals / self.run.members)

    def summed(self, name: str, lanes: Sequence[int], first: date | None = None, last: date | None = None) -> Floats:
        """Return sums of a daily array over lanes and days, one per member."""
        assert self.window is not None
        by_lane = self._sums[name, first or self.since, last or self.window[1]]
        return np.asarray(by_lane[:, list(lanes)].sum(axis=1), dtype=np.float64)

    def excess(self, country: str) -> Floats:
        """Return entries above ordinary traffic since the announcement, one per member."""
        gross, above = (self.daily(q, "", country).mean for q in ("arrivals_daily", "arrivals_excess_daily"))
        days = [day >= self.since for day in self.daily("arrivals_daily", "", country).days]
        return self.summed("gross", self.of_country(country)) - float((gross - above)[days].sum())

    def of_country(self, country: str) -> list[int]:
        """Return the lanes out into a country."""
        return [n for n in self.out if self.lanes[n].country == country]

    def of_post(self, post: str) -> list[int]:
        """Return the lanes out at a crossing or of a route."""
        return [n for n in self.out if self.lanes[n].post == post]

    @cached_property
    def posts(self) -> dict[str, Station]:
        """Land crossings with a lane out, by id."""
        return {self.lanes[n].post: self.lanes[n] for n in self.out if self.lanes[n].kind == "land"}

    @cached_property
    def routes(self) -> dict[str, Station]:
        """Air routes, by service."""
        return {self.lanes[n].post: self.lanes[n] for n in self.out if self.lanes[n].kind == "air"}

    @cached_property
    def exodus(self) -> dict[str, float]:
        """Mean number of people of the exodus who entered, by country, the largest first."""
        totals = {
            c.id: float(self.summed("passed_exodus", self.of_country(c.id)).mean()) for c in self.scenario.countries
        }
        return dict(sorted(totals.items(), key=lambda pair: -pair[1]))

    @cached_property
    def exodus_at(self) -> dict[str, float]:
        """The same by land crossing."""
        return {post: float(self.summed("passed_exodus", self.of_post(post)).mean()) for post in self.posts}

    def peak(self, quantity: str, post: str, mode: str = "all") -> tuple[Spread, date] | None:
        """Return a crossing's worst day, None where nothing ever stood there."""
        lane = self.posts.get(post) or self.routes[post]
        daily = self.daily(quantity, lane.name, lane.country, mode)
        day = daily.worst()
        return None if day is None else (Spread.at(daily, day), daily.days[day])

    @cached_property
    def person_hours(self) -> dict[str, float]:
        """Mean hours that people spent in line in the whole period, by crossing, the largest first."""
        totals = {
            post: float(np.nansum(self.daily("person_hours_waiting", lane.name, lane.country).mean))
            for post, lane in self.posts.items()
        }
        return dict(sorted(totals.items(), key=lambda pair: -pair[1]))

    # claims on places

    @cached_property
    def _post_names(self) -> dict[str, str]:
        out: dict[str, str] = {}
        for post in self.posts:
            place = self.scenario.place(post)
            for name in (place.name, place.name_local, place.name_other_side):
                for one in names_in(name):
                    out.setdefault(one, post)
        return out

    def named_posts(self, claim: LedgerClaim) -> list[str]:
        """Return the crossings that a claim names."""
        return sorted({self._post_names[name] for name in names_in(claim.place) if name in self._post_names})

    def scope(self, claim: LedgerClaim) -> tuple[tuple[str, ...], list[int], bool] | None:
        """Return countries and lanes that a claim on arrivals speaks of, and whether it covers the countries whole."""
        if claim.mode not in ("all", "land", ""):
            return None
        by_name = {normalise_name(name): country for country, name in self.country_names.items()}
        head = [normalise_name(part) for part in re.split(r"[,]", claim.place.split("(")[0])]
        if head and all(name in by_name for name in head):
            ids = tuple(by_name[name] for name in head)
            return ids, [n for country in ids for n in self.of_country(country)], True
        posts = self.named_posts(claim)
        if posts:
            countries = tuple(sorted({self.posts[post].country for post in posts}))
            own = {post for post, lane in self.posts.items() if lane.country in countries}
            return countries, [n for post in posts for n in self.of_post(post)], own == set(posts)
        text = normalise_name(claim.place)
        name = normalise_name(self.country_names.get(claim.country, ""))
        if name and name in text and "land border" in text:
            return (claim.country,), self.of_country(claim.country), True
        return None

    def marks(self, claims: Iterable[tuple[LedgerClaim, Literal["whole", "part"]]]) -> tuple[Mark, ...]:
        """Return claims as marks of a chart."""
        out = []
        for claim, scope in claims:
            self.used.add(claim.id)
            style: Literal["official", "other", "denied", "part"] = (
                "official" if claim.status == "official" else "other"
            )
            if claim.status == "denied":
                style = "denied"
            elif scope == "part":
                style = "part"
            out.append(Mark(claim.first, claim.last or claim.first, claim.value, style, claim.hover))
        return tuple(out)

    # events

    def event_number(self, event: Event) -> int:
        """Return the event's number in the list of events."""
        return self._events.index(event) + 1

    def flags(self, events: Iterable[Event], days: Sequence[date], zone: str) -> list[Flag]:
        """Return the events that begin on these days as marks of the time axis."""
        out = []
        for event in events:
            local = event.start.astimezone(ZoneInfo(zone))
            at = (local.date() - days[0]).days + local.hour / 24 if days else -1
            if 0 <= at <= len(days):
                out.append(Flag(self.event_number(event), at, event.title, f"event-{event.id}"))
        return out

    def concerning(
        self, country: str | None = None, post: str | None = None, service: str | None = None
    ) -> list[Event]:
        """Return the events in force that concern everybody, a country with its main crossings, a crossing, a route."""
        main = {p for p, n in self.exodus_at.items() if n >= 0.15 * max(self.exodus.get(country or "", 0.0), 1.0)}
        out = []
        for event in self._events:
            crossings, services = set(getattr(event, "crossings", ())), set(getattr(event, "services", ()))
            mine = isinstance(event, Shock) or (country in getattr(event, "countries", ()))
            if post is not None:
                mine = post in crossings or self.posts[post].country in getattr(event, "countries", ())
                mine |= any(link.to == post and link.service in services for link in self.scenario.links)
            elif service is not None:
                mine |= service in services or service in crossings
            elif country is not None and not isinstance(event, Relief):
                mine |= any(self.posts[p].country == country for p in crossings & main)
            if event.enabled and mine:
                out.append(event)
        return out
