"""Briefing: one self-contained HTML situation report of a run, for people who plan reception.

The page opens without a network: drawings are SVG inside it, and addresses of sources are links that nobody follows
unasked. Figures come from the summary and, where a sum over days needs its own interval, from the daily arrays of the
cube. Claims of the scenario's ledger are drawn beside the model, contradictory ones included.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

from borderflow.charts import Dot, Flag, Mark, Plot, Route, day_name, fan_chart, map_chart, number, view_around
from borderflow.errors import ResultsError, UsageError
from borderflow.event_words import capital_zone, describe_event, event_zone, moment, zone_words
from borderflow.folders import locate, write_whole
from borderflow.network import Station
from borderflow.pairing import estimate_pairs
from borderflow.places import country_name, great_circle_km, load_borders, normalise_name
from borderflow.results import ALL_COUNTRIES, SUMMARY_COLUMNS, Run
from borderflow.scenario import Event, Relief, Shock, shipped

__all__ = ["write_briefing"]

MOST_COUNTRIES, MOST_CROSSINGS, MOST_ROUTES, MOST_MAPS, MOST_ROWS = 8, 9, 6, 5, 15
SHOWN_CARS = 10.0  # a line shorter than this at its worst gets no chart of its own
CLUSTER_KM = 420.0  # crossings this near to a busy one share its map
FEW_MEMBERS = 20  # below this, 5 and 95 % quantiles say little
TABLE_DAYS = 62  # longer runs give every n-th day in the tables beside the charts
WAIT_CLASSES = (1.0, 6.0, 24.0, 48.0)  # hours; bounds of the colours on the maps
Floats = NDArray[np.float64]


def write_briefing(run: Run, path: str | Path | None = None) -> Path:
    """Write the situation report of a run as one HTML file that needs nothing else.

    Parameters
    ----------
    run : Run
        A finished run.
    path : path, optional
        Where to write; ``briefing.html`` in the run folder where not given.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ResultsError
        Where the file cannot be written.

    Examples
    --------
    >>> import borderflow as bf
    >>> run = bf.run("russia-2022", members=4, seed=7, until="2022-09-16", out="/tmp/borderflow-doctest")
    >>> write_briefing(run).name
    'briefing.html'
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    path = locate(path) if path is not None else run.folder / "briefing.html"
    pages = Environment(
        loader=PackageLoader("borderflow"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = pages.get_template("briefing.html.j2").render(_contents(run))
    try:
        write_whole(path, text)
    except OSError as error:
        raise ResultsError(f"{path}: cannot be written: {error.strerror or error}") from None
    return path


# ---------------------------------------------------------------------------------------------------------------------
# Claims


@dataclass(frozen=True)
class _Claim:
    """One row of the ledger."""

    id: str
    first: date
    last: date | None
    place: str
    country: str
    quantity: str
    value: float
    unit: str
    mode: str
    status: str
    publisher: str
    url: str
    note: str
    known_on: str

    @property
    def link(self) -> str:
        """The address where it is a web address: a ledger may hold anything, and a page must not run it."""
        return self.url if re.match(r"https?://", self.url) else ""

    @property
    def days(self) -> str:
        """The days it speaks of, in words."""
        return _period(self.first, self.last or self.first)

    @property
    def hover(self) -> str:
        """What it says, for the pointer."""
        return f"{self.id}, {self.status}: {self.value:,.10g} {self.unit}, {self.place}, {self.days} ({self.publisher})"


def _ledger(run: Run) -> dict[str, _Claim]:
    """Return the claims behind the run by id: beside the run, in the scenario's folder, or shipped under its title."""
    folders = [run.folder, run.scenario.folder]
    for folder in shipped().values():
        # the head of the file is enough to know it; loading a scenario takes longer than the whole page
        with (folder / "scenario.yaml").open(encoding="utf-8") as file:
            head = file.read(2000)
        if re.search(rf"^title: *['\"]?{re.escape(run.scenario.title)}['\"]? *$", head, re.MULTILINE):
            folders.append(folder)
    path = next((f / "evidence.csv" for f in folders if f is not None and (f / "evidence.csv").is_file()), None)
    if path is None:
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        claims = [_claim(row) for row in csv.DictReader(file)]
    return {claim.id: claim for claim in claims if claim is not None}


def _claim(row: Mapping[str, str | None]) -> _Claim | None:
    """Return a claim, or None for a row whose date or value cannot be read: the check of the ledger reports those."""
    cell = {key: (value or "").strip() for key, value in row.items() if isinstance(value, str) or value is None}
    try:
        first = date.fromisoformat(cell["date"])
        last = date.fromisoformat(cell["date_end"]) if cell.get("date_end") else None
        value = float(cell["value"])
    except (KeyError, ValueError):
        return None
    words = {
        name: cell.get(name, "")
        for name in ("id", "place", "country", "quantity", "unit", "mode", "publisher", "note", "known_on")
    }
    if last is not None and last < first:
        return None
    return _Claim(
        first=first,
        last=last,
        value=value,
        status=cell.get("claim_status", ""),
        url=cell.get("source_url", ""),
        **words,
    )


def _names_in(text: str) -> list[str]:
    """Return the names that a place of a claim or a table gives: ``A / B (C, D)`` has four."""
    return [name for part in re.split(r"[/,()]| - | – ", text) if (name := normalise_name(part))]


# ---------------------------------------------------------------------------------------------------------------------
# Figures


@dataclass(frozen=True)
class _Daily:
    """One series of the summary: mean and quantiles by day, shape (6, days)."""

    days: tuple[date, ...]
    figures: Floats
    whole: bool = True  # counts people or things

    @property
    def mean(self) -> Floats:
        return np.asarray(self.figures[0])

    @property
    def fan(self) -> Floats:
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
class _Spread:
    """Mean and 90 % interval over members; ``whole`` where it counts people or things."""

    mean: float
    low: float
    high: float
    whole: bool = True

    @classmethod
    def of(cls, values: Floats) -> _Spread:
        low, high = np.quantile(values, (0.05, 0.95))
        return cls(float(values.mean()), float(low), float(high))

    @classmethod
    def at(cls, daily: _Daily, day: int) -> _Spread:
        mean, low, high = (float(daily.figures[row, day]) for row in (0, 1, 5))
        return cls(mean, low, high, daily.whole)

    @property
    def text(self) -> str:
        return number(self.mean, whole=self.whole)

    @property
    def interval(self) -> str:
        return " to ".join(number(value, whole=self.whole) for value in (self.low, self.high))


_NOTHING = _Daily((), np.zeros((6, 0)))


class _Figures:
    """What the page says about a run: series of the summary, sums over days from the cube, names, claims."""

    def __init__(self, run: Run) -> None:
        self.run, self.scenario = run, run.scenario
        self.claims = _ledger(run)
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
    def series(self) -> dict[tuple[str, str, str, str], _Daily]:
        frame = self.run.summary
        values = frame[list(SUMMARY_COLUMNS[7:])].to_numpy(dtype=float)
        ends = frame["end"].to_numpy()
        known: dict[str, date] = {text: date.fromisoformat(text) for text in dict.fromkeys(ends)}
        rows: dict[tuple[str, str, str, str], list[int]] = {}
        keys = zip(*(frame[name].to_numpy() for name in ("quantity", "place", "country", "mode")), strict=True)
        for n, key in enumerate(keys):
            rows.setdefault(key, []).append(n)
        return {
            key: _Daily(tuple(known[ends[n]] for n in at), values[at].T, not key[0].startswith("wait_"))
            for key, at in rows.items()
        }

    def daily(self, quantity: str, place: str = "", country: str = "", mode: str = "all") -> _Daily:
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
        return _period(self.since, self.window[1])

    @cached_property
    def _cube(self) -> dict[str, Floats]:
        names = (
            "passed_exodus",
            "passed_citizens",
            "turned_back",
            "notices",
            "called_up",
            "turned_away",
            "refused",
            "abandoned",
        )
        return {name: self.run.store.read(name).astype(np.float32) for name in names}

    def summed(self, name: str, lanes: Sequence[int], first: date | None = None, last: date | None = None) -> Floats:
        """Return sums of a daily array over lanes and days, one per member."""
        assert self.window is not None
        day0 = self.days[0]
        a, b = ((day - day0).days for day in (first or self.since, last or self.window[1]))
        values = self._cube["passed_exodus"] + self._cube["passed_citizens"] if name == "gross" else self._cube[name]
        return np.asarray(values[:, a : b + 1][:, :, list(lanes)].sum(axis=(1, 2), dtype=np.float64))

    def excess(self, country: str) -> Floats:
        """Return entries above ordinary traffic since the announcement, one per member."""
        gross, above = (self.daily(q, "", country).mean for q in ("arrivals_daily", "arrivals_excess_daily"))
        days = [day >= self.since for day in self.daily("arrivals_daily", "", country).days]
        return self.summed("gross", self.of_country(country)) - float((gross - above)[days].sum())

    def of_country(self, country: str) -> list[int]:
        return [n for n in self.out if self.lanes[n].country == country]

    def of_post(self, post: str) -> list[int]:
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

    def peak(self, quantity: str, post: str, mode: str = "all") -> tuple[_Spread, date] | None:
        """Return a crossing's worst day, None where nothing ever stood there."""
        lane = self.posts.get(post) or self.routes[post]
        daily = self.daily(quantity, lane.name, lane.country, mode)
        day = daily.worst()
        return None if day is None else (_Spread.at(daily, day), daily.days[day])

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
                for one in _names_in(name):
                    out.setdefault(one, post)
        return out

    def named_posts(self, claim: _Claim) -> list[str]:
        """Return the crossings that a claim names."""
        return sorted({self._post_names[name] for name in _names_in(claim.place) if name in self._post_names})

    def scope(self, claim: _Claim) -> tuple[tuple[str, ...], list[int], bool] | None:
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

    def marks(self, claims: Iterable[tuple[_Claim, Literal["whole", "part"]]]) -> tuple[Mark, ...]:
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


def _period(first: date, last: date) -> str:
    """Return a period in words, saying month and year only where they change."""
    if first == last:
        return day_name(first)
    begin = day_name(first)
    if (first.year, first.month) == (last.year, last.month):
        begin = str(first.day)
    elif first.year == last.year:
        begin = begin.removesuffix(f" {first.year}")
    return f"{begin} to {day_name(last)}"


# ---------------------------------------------------------------------------------------------------------------------
# Parts of the page


@dataclass(frozen=True)
class _Card:
    """One headline figure."""

    label: str
    value: str
    unit: str
    interval: str
    note: str = ""


@dataclass(frozen=True)
class _Table:
    """Rows of a table; ``numeric`` is the number of first columns that hold words."""

    head: tuple[str, ...]
    rows: list[list[Any]]
    words: int = 1


@dataclass(frozen=True)
class _Panel:
    """A drawing with what belongs to it."""

    title: str
    note: str
    drawing: Markup
    key: list[Flag]
    table: _Table | None = None
    wide: bool = False


def _contents(run: Run) -> dict[str, Any]:
    """Return everything that the template shows."""
    f = _Figures(run)
    scenario, manifest = run.scenario, run.manifest
    cited = {claim for event in scenario.events for claim in event.evidence}
    sources = [p.source for p in scenario.parameters.values()]
    sources += [g.source for g in scenario.groups] + [c.source for c in scenario.countries]
    cited |= {word for text in sources for word in re.findall(r"\w+", text)}
    f.used |= cited & set(f.claims)
    out: dict[str, Any] = {
        "scenario": scenario,
        "home": f.home_name,
        "facts": _facts(f),
        "about": _about(f),
        "members": int(manifest["members"]),
        "few": int(manifest["members"]) < FEW_MEMBERS,
        "varied": bool(manifest.get("settings")),  # members with values of their own, as in a forecast
        "window": f.window is not None,
        "known": set(f.claims),
        "linked": lambda text: _linked(text, f.claims),
    }
    if f.window is not None:
        out |= {
            "totals": f.totals,
            "since": _since(f),
            "period": _period(*f.window),
            "cards": _cards(f),
            "countries": _country_table(f),
            "maps": _maps(f),
            "arrivals": _arrival_panels(f),
            "cumulative": _cumulative_claims(f),
            "crossings": _crossing_panels(f),
            "air": _air_panels(f),
            "needs": _needs(f),
            "standards": [
                (name, scenario.parameters[name])
                for name in ("water_litres", "persons_per_toilet", "shelter_area")
                if name in scenario.parameters
            ],
            "controls": _controls(f),
        }
    out["events"] = _events(f)
    out["parameters"] = [
        (name, _raw(p.value), _prior(p.prior), p.unit, p.source) for name, p in scenario.parameters.items()
    ]
    out["claims"] = [f.claims[name] for name in sorted(f.used, key=_natural) if name in f.claims]
    out["ledger"] = len(f.claims)
    out["disclaimer"] = load_borders()["disclaimer"]
    return out


def _natural(text: str) -> tuple[str, int, str]:
    """Sort E99 before E116."""
    found = re.match(r"(\D*)(\d*)", text)
    return (found[1], int(found[2] or 0), text) if found else (text, 0, text)


def _linked(text: str, claims: Mapping[str, _Claim]) -> Markup:
    """Return text whose claim ids lead to the list of claims."""
    parts = re.split(r"(\w+)", text)
    return Markup("").join(
        Markup('<a href="#claim-{0}">{0}</a>').format(part) if part in claims else escape(part) for part in parts
    )


def _about(f: _Figures) -> str:
    """Say in two sentences what the page is."""
    origins = len(f.origins)
    start = f"{origins} place{'s' if origins != 1 else ''} in {f.home_name}"
    ways = f"{len(f.posts)} border crossing{'s' if len(f.posts) != 1 else ''}"
    if f.routes:
        ways += f" and {len(f.routes)} air route{'s' if len(f.routes) != 1 else ''}"
    return (
        f"This is a simulation: counted groups of people leave {start} over {ways}, hour by hour, under dated events, "
        "many times over with different chance. It gives people who plan "
        "reception the size and spread of arrivals, lines, waits and needs; it does not count what happened and is no "
        "advice to anybody on the move."
    )


def _since(f: _Figures) -> str:
    """Say why totals begin where they do."""
    assert f.window is not None
    announced = f.scenario.announcement
    if f.since == announced:
        return "since the announcement"
    if announced < f.since:
        return f"from the first whole day; the announcement was on {day_name(announced)}"
    return f"the whole period, since it ends before the announcement of {day_name(announced)}"


def _facts(f: _Figures) -> list[tuple[str, str]]:
    scenario, manifest = f.scenario, f.run.manifest
    start, last = scenario.start.date(), (scenario.end - timedelta(hours=1)).date()
    drawn = ("arrivals_daily", "arrivals_cumulative", "arrivals_weekly", "queue_cars", "wait_hours", "air_price")
    known = [c.known_on for c in f.claims.values() if start <= c.first <= last and c.quantity in drawn and c.known_on]
    knowledge = "no ledger of claims was found with this run"
    if known:
        try:
            knowledge = f"claims on the period known by {day_name(date.fromisoformat(max(known)))}"
        except ValueError:
            knowledge = f"claims on the period known by {max(known)}"
    return [
        ("Period", f"{_period(start, last)}, hourly (UTC); days on this page are local days of the receiving country"),
        ("Announcement", day_name(scenario.announcement)),
        ("As of", knowledge),
        ("Runs (members)", f"{int(manifest['members']):,}"),
        ("Seed", str(manifest["seed"])),
        ("Made with", f"borderflow {manifest['borderflow']}"),
        ("Scenario digest", str(manifest["scenario_digest"])[:12]),
    ]


def _cards(f: _Figures) -> list[_Card]:
    """Return the headline figures: main countries, then lines, waits and people held back."""
    assert f.window is not None
    total = sum(f.exodus.values())
    cards = []
    main = [country for country, people in f.exodus.items() if people > 0 and people >= 0.02 * total]
    for country in main[:4]:
        lanes = f.of_country(country)
        gross = f.summed("gross", lanes)
        excess = _Spread.of(f.excess(country))
        over, low, high = (number(value, signed=True, whole=True) for value in (excess.mean, excess.low, excess.high))
        spread = _Spread.of(gross)
        unit = f"persons in, all entries of citizens of {f.home_name} (flow), {f.totals}"
        more = f"{over} against ordinary traffic ({low} to {high})"
        if abs(spread.mean - excess.mean) < 0.5:
            # flights carry ordinary passengers too, but a scenario need not count them
            unit = f"persons in who left {f.home_name} for good (flow), {f.totals}"
            more = "Ordinary passengers are not in the scenario and not counted"
        cards.append(_Card(f"Entries into {f.country_names[country]}", spread.text, unit, spread.interval, more))
    cards += _line_cards(f)
    every = range(len(f.lanes))
    for label, name, words in (
        ("Stopped at exit control", "turned_back", "persons kept from leaving, all crossings and airports (flow)"),
        ("Refused entry", "refused", "persons refused by the receiving states, ordinary travellers included (flow)"),
    ):
        spread = _Spread.of(f.summed(name, every))
        if spread.high > 0:
            cards.append(_Card(label, spread.text, f"{words}, {f.totals}", spread.interval))
    return cards + _inland_cards(f)


def _inland_cards(f: _Figures) -> list[_Card]:
    """Return figures of scenarios with havens and transit: everybody once, people displaced, beds that lack."""
    cards = []
    for label, quantity, country, words in (
        ("Entries, nobody twice", "arrivals_cumulative", ALL_COUNTRIES,
         f"persons in, over the border of {f.home_name}; who goes on through a second country counts once (flow), by"),
        ("Displaced within the country", "displaced", f.scenario.origin_country,
         f"persons who left home and are in havens of {f.home_name} (stock), highest on"),
    ):  # fmt: skip
        daily = f.daily(quantity, "", country)
        day = daily.worst()
        if day is not None:
            spread = _Spread.at(daily, day)
            cards.append(_Card(label, spread.text, f"{words} {day_name(daily.days[day])}", spread.interval))
    short = {c.id: f.daily("beds_short", "", c.id) for c in f.scenario.countries}
    worst = {country: day for country, daily in short.items() if (day := daily.worst()) is not None}
    if worst:
        country = max(worst, key=lambda one: float(short[one].mean[worst[one]]))
        day, daily = worst[country], short[country]
        spread, where = _Spread.at(daily, day), f.country_names[country]
        words = f"persons in {where} who need one and find none (stock), highest on {day_name(daily.days[day])}"
        cards.append(_Card("Beds short", spread.text, words, spread.interval))
    return cards


def _line_cards(f: _Figures) -> list[_Card]:
    """Return the longest wait, the largest line and the most people in line for a day."""

    def worst(quantity: str, mode: str) -> tuple[_Spread, date, str] | None:
        found = [(peak, post) for post in f.posts if (peak := f.peak(quantity, post, mode)) is not None]
        if not found:
            return None
        (spread, day), post = max(found, key=lambda one: one[0][0].mean)
        lane = f.posts[post]
        return spread, day, f"{lane.name} ({f.country_names[lane.country]})"

    queue, wait = worst("queue_cars", "car"), worst("wait_hours", "car")
    held, people = worst("waiting_over_24h", "all"), worst("queue_persons", "all")
    cards = []
    if queue is None or queue[0].mean < 1:
        cards.append(_Card("Largest line", "none", "no crossing had a line of cars (stock)", "–"))
    else:
        spread, day, where = queue
        more = (
            ""
            if people is None
            else f"With buses and walkers: {people[0].text} persons at {people[2]} on {day_name(people[1])}"
        )
        unit = f"vehicles (cars) waiting to leave, {where}, highest hour of {day_name(day)} (stock)"
        cards.append(_Card("Largest line", spread.text, unit, spread.interval, more))
    if wait is not None:
        spread, day, where = wait
        unit = f"hours by car, mean of those who got through at {where} on {day_name(day)}"
        cards.append(_Card("Longest wait", spread.text, unit, spread.interval, _wait_at_busiest(f, where)))
    if held is not None and held[0].mean >= 0.5:
        spread, day, where = held
        unit = f"persons at {where}, highest hour of {day_name(day)} (stock)"
        cards.append(_Card("In line for 24 hours or more", spread.text, unit, spread.interval))
    else:
        cards.append(_Card("In line for 24 hours or more", "none", "nobody at any crossing (stock)", "–"))
    return cards


def _wait_at_busiest(f: _Figures, said: str) -> str:
    """Return the longest wait where most hours are spent: the record may belong to a small post."""
    busiest = next(iter(f.person_hours), None)
    peak = None if busiest is None else f.peak("wait_hours", busiest, "car")
    if busiest is None or peak is None or said.startswith(f.posts[busiest].name):
        return ""
    return f"At {f.posts[busiest].name}, where most time is spent in line: {peak[0].text} hours on {day_name(peak[1])}"


def _country_table(f: _Figures) -> _Table:
    """Return totals of every country."""
    assert f.window is not None
    rows: list[list[Any]] = []
    for country in f.exodus:
        lanes = f.of_country(country)
        gross, left = _Spread.of(f.summed("gross", lanes)), _Spread.of(f.summed("passed_exodus", lanes))
        excess = float(f.excess(country).mean())
        refused, stopped = (float(f.summed(name, lanes).mean()) for name in ("refused", "turned_back"))
        rows.append(
            [f.country_names[country], gross.text, gross.interval, number(excess, signed=True, whole=True), left.text,
             left.interval, number(stopped, whole=True), number(refused, whole=True)]
        )  # fmt: skip
    head = (
        "Country",
        "Entries, gross",
        "90 %",
        "Above ordinary traffic",
        "Left for good",
        "90 %",
        "Stopped at exit",
        "Refused entry",
    )
    return _Table(head, rows)


# ---------------------------------------------------------------------------------------------------------------------
# Maps


def _maps(f: _Figures) -> list[_Panel]:
    """Return one map of the whole and maps of the busiest stretches of border."""
    left = f.run.store.read("left").mean(axis=0).sum(axis=0).astype(float)
    places = f.origins
    order = np.argsort(-left, kind="stable")
    cover = np.cumsum(left[order]) / max(left.sum(), 1.0)
    shown = order[: int(np.searchsorted(cover, 0.96)) + 1] if left.sum() > 0 else order
    origins = [
        Dot(places[n].lon, places[n].lat, max(1.2, 11.0 * float(np.sqrt(left[n] / max(left.max(), 1.0)))), "origin",
            f"{places[n].name}: {number(float(left[n]), whole=True)} people set out in the whole period (mean)",
            _label(places[n].name, places[n].name_local) if rank < 8 else ())
        for rank, n in enumerate(order)
    ]  # fmt: skip
    crossings = _crossing_dots(f)
    if not crossings and not origins:
        return []
    tints = {country.id.split("-")[0]: "host" for country in f.scenario.countries} | {f.scenario.origin_country: "home"}
    busy = [post for post in f.posts if f.exodus_at[post] >= 0.002 * max(sum(f.exodus_at.values()), 1.0)]
    frame = [(places[n].lon, places[n].lat) for n in shown] + [_spot(f, post) for post in busy]
    beyond = len(order) - len(shown)
    note = (
        "Grey: where people set out. Coloured: crossings. Bows: estimated pairing of origins and crossings, not roads."
    )
    if beyond > 0 and left.sum() > 0:
        share = 100 * (1 - cover[len(shown) - 1])
        note += f" Not all places of origin are in the frame: {number(share)} % of those who set out live beyond."
    panels = [
        _Panel(
            f"{f.home_name} and the crossings", note,
            map_chart("map-all", f"Map of origins and crossings, {f.scenario.title}", _map_words(f),
                      view_around(frame, least_km=400.0, shape=0.76), [*crossings.values(), *origins], _pairs(f, left),
                      tints, 0.56),
            [], wide=True,
        )
    ]  # fmt: skip
    large = {post: replace(dot, radius=max(dot.radius, 4.0)) for post, dot in crossings.items()}
    for n, (leader, group) in enumerate(_clusters(f)):
        around = [_spot(f, post) for post in group]
        around += [(g.lon, g.lat) for post in group if (g := _gateway(f, post)) is not None]
        lane = f.posts[leader]
        panels.append(
            _Panel(
                f"Around {lane.name}, {f.country_names[lane.country]}", _cluster_words(f, group),
                map_chart(f"map-{n}", f"Map of the crossings around {lane.name}", _cluster_words(f, group),
                          view_around(around, least_km=420.0, shape=0.72, margin=0.14),
                          [*(large[post] for post in group), *(d for p, d in large.items() if p not in group),
                           *_gateways(f, group), *origins], (), tints),
                [],
            )
        )  # fmt: skip
    return panels


def _label(name: str, local: str) -> tuple[str, ...]:
    return (name, local) if local and local != name else (name,)


def _spot(f: _Figures, post: str) -> tuple[float, float]:
    place = f.scenario.place(post)
    return place.lon, place.lat


def _gateway(f: _Figures, post: str) -> Any:
    place = f.scenario.place(post)
    return f.scenario.place(place.gateway) if place.gateway else None


def _gateways(f: _Figures, posts: Iterable[str]) -> list[Dot]:
    """Return the last towns before the crossings, for orientation."""
    towns = {town.id: town for post in posts if (town := _gateway(f, post)) is not None}
    return [Dot(t.lon, t.lat, 1.6, "town", t.name, _label(t.name, t.name_local)) for t in towns.values()]


def _crossing_dots(f: _Figures) -> dict[str, Dot]:
    """Return crossings by size of line and length of wait, those with most time in line first."""
    lines = {post: peak[0].mean if (peak := f.peak("queue_persons", post)) is not None else 0.0 for post in f.posts}
    largest = max([*lines.values(), 1.0])
    out = {}
    for post in f.person_hours:
        place, lane = f.scenario.place(post), f.posts[post]
        wait, modes = 0.0, [f.lanes[n].mode for n in f.of_post(post)]
        for mode in ("car", *modes):
            if wait == 0.0 and (peak := f.peak("wait_hours", post, mode)) is not None:
                wait = peak[0].mean
        step = int(np.searchsorted(WAIT_CLASSES, wait, side="right"))
        title = f"{lane.name} / {place.name_other_side}" if place.name_other_side else lane.name
        hover = f"{title} ({place.name_local}): " if place.name_local else f"{title}: "
        hover += (
            f"{number(lines[post], whole=True)} people in line at worst, mean wait of the worst day {number(wait)} h"
        )
        label = _label(lane.name, place.name_local)
        out[post] = Dot(
            place.lon, place.lat, max(2.8, 14.0 * float(np.sqrt(lines[post] / largest))), f"post w{step}", hover, label
        )
    return out


def _pairs(f: _Figures, left: Floats) -> list[Route]:
    """Return bows for the largest flows between origins and crossings."""
    posts = list(f.posts)
    origins = f.origins
    into = np.array([f.exodus_at[post] for post in posts])
    if not len(posts) or into.sum() <= 0 or left.sum() <= 0:
        return []
    ends = [_spot(f, post) for post in posts]
    table = estimate_pairs(f.scenario, origins, [f.scenario.place(post) for post in posts], left, into)
    most = np.argsort(-table, axis=None)[:45]
    out = []
    for o, p in zip(*np.unravel_index(most, table.shape), strict=True):
        if table[o, p] >= 0.003 * into.sum():
            wide = max(0.5, 30.0 * float(table[o, p] / into.sum()))
            pair = f"{origins[o].name} to {f.posts[posts[p]].name}"
            words = f"{pair}: about {number(float(table[o, p]), whole=True)} people (estimated pairing)"
            out.append(Route((origins[o].lon, origins[o].lat), ends[p], wide, words))
    return out


def _clusters(f: _Figures) -> list[tuple[str, list[str]]]:
    """Return the busiest crossings with those near them: one detail map each."""
    weight = {post: f.person_hours[post] / 24.0 + f.exodus_at[post] for post in f.posts}
    total = sum(weight.values())
    rest = [post for post in sorted(weight, key=lambda p: -weight[p]) if weight[post] > 0]
    out: list[tuple[str, list[str]]] = []
    while rest and len(out) < MOST_MAPS:
        leader = rest[0]
        lon, lat = _spot(f, leader)
        spots = np.array([_spot(f, post) for post in rest])
        near = great_circle_km(lat, lon, spots[:, 1], spots[:, 0]) <= CLUSTER_KM
        group = [post for post, close in zip(rest, near, strict=True) if close]
        if sum(weight[post] for post in group) < 0.005 * total:
            break
        out.append((leader, group))
        rest = [post for post in rest if post not in group]
    return out


def _map_words(f: _Figures) -> str:
    words = "Crossings by people in line on the worst day and by wait; origins by people who set out."
    return f"{words} {_cluster_words(f, f.person_hours)}"


def _cluster_words(f: _Figures, posts: Iterable[str]) -> str:
    """Say the three largest lines in words."""
    peaks = [(post, peak) for post in posts if (peak := f.peak("queue_persons", post)) is not None]
    peaks = sorted(peaks, key=lambda one: -one[1][0].mean)[:3]
    told = [f"{f.posts[post].name} {peak[0].text} ({day_name(peak[1], 'short')})" for post, peak in peaks]
    return f"People in line at worst: {', '.join(told)}." if told else "No line at these crossings."


# ---------------------------------------------------------------------------------------------------------------------
# Charts


def _arrival_panels(f: _Figures) -> list[_Panel]:
    """Return people setting out, then daily entries of each main country with claims."""
    panels = []
    home = f.daily("left_home", "", f.scenario.origin_country)
    if home.worst() is not None:
        events = [event for event in f.concerning() if isinstance(event, Shock)]
        note = f"Persons who set out to leave {f.home_name} for good, per day (flow, out), {_highest(home)}"
        panels.append(
            _chart(
                f,
                "left",
                "People setting out",
                note,
                home,
                [Plot("persons a day", home.fan)],
                events,
                capital_zone(f.scenario),
            )
        )
    claims: dict[str, list[tuple[_Claim, Literal["whole", "part"]]]] = {}
    for claim in f.claims.values():
        wanted = claim.quantity == "arrivals_daily" and claim.unit in ("persons", "persons/day")
        if wanted and (scope := f.scope(claim)) is not None and len(scope[0]) == 1:
            claims.setdefault(scope[0][0], []).append((claim, "whole" if scope[2] else "part"))
    by_land = {lane.country for lane in f.posts.values()}
    total = sum(f.exodus.values())
    chosen = [
        c for c, people in f.exodus.items() if c in claims or (c in by_land and people >= 0.005 * total and people > 0)
    ]
    for country in chosen[:MOST_COUNTRIES]:
        gross, excess = f.daily("arrivals_daily", "", country), f.daily("arrivals_excess_daily", "", country)
        if not gross.days:
            continue
        own = [
            (claim, scope) for claim, scope in claims.get(country, []) if gross.days[0] <= claim.first <= gross.days[-1]
        ]
        zone = next(c.time_zone for c in f.scenario.countries if c.id == country)
        note = (
            f"Entries of citizens of {f.home_name}, persons per local day ({zone}), gross (flow, in), {_highest(gross)}"
        )
        note += _inside(gross, [claim for claim, scope in own if scope == "whole" and claim.status != "denied"])
        plot = Plot("persons a day", gross.fan, f.marks(own), gross.mean - excess.mean)
        panels.append(
            _chart(
                f, f"in-{country}", f.country_names[country], note, gross, [plot], f.concerning(country=country), zone
            )
        )
    return panels


def _highest(daily: _Daily, unit: str = "") -> str:
    day = daily.worst()
    if day is None:
        return ""
    spread = _Spread.at(daily, day)
    return f"highest {spread.text}{unit} on {day_name(daily.days[day])} ({spread.interval})."


def _inside(daily: _Daily, claims: Sequence[_Claim]) -> str:
    """Say how many claims lie inside the 90 % band: the shortest check of the model that a reader can make."""
    single = [claim for claim in claims if claim.last in (None, claim.first)]
    if not single:
        return ""
    hits = sum(bool(daily.on(c.first)[1] <= c.value <= daily.on(c.first)[5]) for c in single)
    return f" Claims for the whole inside the 90 % band: {hits} of {len(single)}."


def _chart(
    f: _Figures,
    ident: str,
    title: str,
    note: str,
    daily: _Daily,
    plots: Sequence[Plot],
    events: Sequence[Event],
    zone: str,
) -> _Panel:
    flags = f.flags(events, daily.days, zone)
    drawing = fan_chart(ident, title, note, daily.days, plots, flags)
    step = -(-len(daily.days) // TABLE_DAYS)
    head = ["Day"]
    for plot in plots:
        short = plot.caption.split(",")[0]
        head += (
            [f"{short}: median", "5 %", "95 %"]
            + (["ordinary"] if plot.usual is not None else [])
            + (["claims"] if plot.marks else [])
        )
    rows: list[list[Any]] = []
    for n, day in list(enumerate(daily.days))[::step]:
        row = [day_name(day)]
        for plot in plots:
            row += [number(float(plot.fan[q, n])) for q in (2, 0, 4)]
            if plot.usual is not None:
                row.append(number(float(plot.usual[n])))
            if plot.marks:
                row.append("; ".join(f"{m.value:,.10g}" for m in plot.marks if m.first <= day <= m.last))
        rows.append(row)
    return _Panel(title, note, drawing, sorted(flags, key=lambda flag: flag.number), _Table(tuple(head), rows))


def _crossing_panels(f: _Figures) -> list[_Panel]:
    """Return lines and waits of the crossings with most cars in line, and of those that claims speak of."""
    claims: dict[str, dict[str, list[tuple[_Claim, Literal["whole", "part"]]]]] = {}
    for claim in f.claims.values():
        queue = claim.quantity == "queue_cars" and claim.unit == "vehicles"
        wait = claim.quantity == "wait_hours" and claim.unit == "hours" and claim.mode in ("car", "vehicle", "all", "")
        if (queue or wait) and len(posts := f.named_posts(claim)) == 1:
            claims.setdefault(posts[0], {}).setdefault(claim.quantity, []).append((claim, "whole"))
    worst = {post: peak[0].mean if (peak := f.peak("queue_cars", post, "car")) is not None else 0.0 for post in f.posts}
    order = sorted(worst, key=lambda post: -worst[post])
    chosen = [post for post in order if worst[post] >= SHOWN_CARS or post in claims][:MOST_CROSSINGS]
    panels = []
    for post in chosen:
        lane, place = f.posts[post], f.scenario.place(post)
        cars, waits = (f.daily(q, lane.name, lane.country, "car") for q in ("queue_cars", "wait_hours"))
        if not cars.days:
            continue
        own = {
            quantity: [
                (c, s) for c, s in claims.get(post, {}).get(quantity, []) if cars.days[0] <= c.first <= cars.days[-1]
            ]
            for quantity in ("queue_cars", "wait_hours")
        }
        plots = [
            Plot("cars in line, highest hour of the day", cars.fan, f.marks(own["queue_cars"]), height=125),
            Plot(
                "hours waited by car, mean of those who got through",
                waits.fan,
                f.marks(own["wait_hours"]),
                height=105,
                whole=False,
            ),
        ]
        title = f"{lane.name} / {place.name_other_side}" if place.name_other_side else lane.name
        title += f", {f.country_names[lane.country]}"
        note = f"Line: vehicles waiting to leave, both sides of the border (stock), {_highest(cars)} "
        note += f"Wait: hours, {_highest(waits)} Local days: {lane.time_zone}."
        panels.append(_chart(f, f"post-{post}", title, note, cars, plots, f.concerning(post=post), lane.time_zone))
    return panels


def _air_panels(f: _Figures) -> list[_Panel]:
    """Return fares and bookings of the routes that claims speak of, then of the busiest."""
    claims: dict[str, list[tuple[_Claim, Literal["whole", "part"]]]] = {}
    ends = {}
    for service in f.routes:
        link = next((link for link in f.scenario.links if link.service == service), None)
        if link is not None:
            ends[service] = tuple(normalise_name(f.scenario.place(p).name) for p in (link.from_, link.to))
    unit = next(
        (str(u) for q, u in zip(f.run.summary["quantity"], f.run.summary["unit"], strict=True) if q == "air_price"), ""
    )
    for claim in f.claims.values():
        names = _names_in(claim.place)
        if claim.quantity == "air_price" and claim.unit == unit and len(names) == 2:
            for service, (start, end) in ends.items():
                if end == names[1] and (start == names[0] or start.split()[0] == names[0]):
                    claims.setdefault(service, []).append((claim, "whole"))
    booked = {
        service: float(np.nan_to_num(f.daily("air_booked", lane.name, lane.country, "air").mean).max(initial=0.0))
        for service, lane in f.routes.items()
    }
    order = sorted(f.routes, key=lambda service: (service not in claims, -booked[service]))
    panels = []
    for service in order[:MOST_ROUTES]:
        lane = f.routes[service]
        price, seats = (f.daily(q, lane.name, lane.country, "air") for q in ("air_price", "air_booked"))
        if not price.days:
            continue
        own = [
            (claim, scope) for claim, scope in claims.get(service, []) if price.days[0] <= claim.first <= price.days[-1]
        ]
        plots = [
            Plot(f"fare one way, {unit}, mean of the day", price.fan, f.marks(own), height=120),
            Plot("persons holding or waiting for a seat, highest hour", seats.fan, height=90),
        ]
        note = (
            f"Fare: {_highest(price, f' {unit}')} People with a booking or waiting for one (stock): {_highest(seats)}"
        )
        panels.append(
            _chart(f, f"air-{service}", lane.name, note, price, plots, f.concerning(service=service), lane.time_zone)
        )
    return panels


# ---------------------------------------------------------------------------------------------------------------------
# Tables


def _cumulative_claims(f: _Figures) -> list[dict[str, Any]]:
    """Return claims on sums over several days beside what the model gives for the same days and places."""
    assert f.window is not None
    rows = []
    for claim in f.claims.values():
        if (
            claim.quantity not in ("arrivals_cumulative", "arrivals_weekly")
            or claim.unit != "persons"
            or claim.last is None
        ):
            continue
        scope = f.scope(claim)
        if scope is None or not scope[1] or claim.first < f.window[0] or claim.last > f.window[1]:
            continue
        f.used.add(claim.id)
        spread = _Spread.of(f.summed("gross", scope[1], claim.first, claim.last))
        off = 100 * (spread.mean / claim.value - 1) if claim.value else float("nan")
        rows.append(
            {
                "claim": claim,
                "model": spread,
                "off": number(off, signed=True),
                "inside": spread.low <= claim.value <= spread.high,
            }
        )
    return sorted(rows, key=lambda row: (row["claim"].place, row["claim"].first, _natural(row["claim"].id)))


@dataclass(frozen=True)
class _Need:
    """What people in line at one crossing need on its worst day."""

    place: str
    local: str
    country: str
    day: str
    values: tuple[_Spread, ...]


def _needs(f: _Figures) -> list[_Need]:
    """Return what people in line need at each crossing on the day with most hours spent in line."""
    quantities = ("person_hours_waiting", "waiting_over_24h", "needs_water", "needs_toilets", "needs_shelter")
    rows = []
    for post, lane in f.posts.items():
        hours = f.daily("person_hours_waiting", lane.name, lane.country)
        worst = hours.worst()
        if worst is None or hours.mean[worst] < 24:
            continue
        day = hours.days[worst]
        at = [f.daily(quantity, lane.name, lane.country).on(day) for quantity in quantities]
        values = tuple(_Spread(float(one[0]), float(one[1]), float(one[5])) for one in at)
        local = f.scenario.place(post).name_local
        rows.append(_Need(lane.name, local, f.country_names[lane.country], day_name(day), values))
    return sorted(rows, key=lambda row: -row.values[0].mean)[:MOST_ROWS]


@dataclass(frozen=True)
class _Held:
    """People held back at one crossing or several."""

    place: str
    country: str
    lanes: tuple[int, ...]
    values: tuple[_Spread, ...]
    total: bool = False


def _controls(f: _Figures) -> list[_Held]:
    """Return people held back, by crossing; air routes as one row, all together last."""

    def row(place: str, country: str, lanes: Iterable[int], total: bool = False) -> _Held:
        lanes = tuple(lanes)
        names = ("notices", "turned_back", "called_up", "turned_away", "refused", "abandoned")
        return _Held(place, country, lanes, tuple(_Spread.of(f.summed(name, lanes)) for name in names), total)

    rows = [row(lane.name, f.country_names[lane.country], f.of_post(post)) for post, lane in f.posts.items()]
    if f.routes:
        rows.append(row("All air routes", "", [n for service in f.routes for n in f.of_post(service)]))
    rows = [one for one in rows if max(value.mean for value in one.values) >= 1]
    rows.sort(key=lambda one: -sum(value.mean for value in one.values[:-1]))
    if rest := rows[MOST_ROWS:]:
        rows[MOST_ROWS:] = [row(f"{len(rest)} others", "", [n for one in rest for n in one.lanes])]
    return [*rows, row("All", "", f.out, total=True)] if rows else []


def _events(f: _Figures) -> list[dict[str, Any]]:
    rows = []
    for event in sorted(f.scenario.events, key=lambda one: one.start):
        zone = event_zone(f.scenario, event)
        rows.append(
            {
                "number": f.event_number(event),
                "event": event,
                "start": moment(event.start, zone),
                "end": moment(event.end, zone) if event.end else "",
                "zone": zone_words(event.start, zone),
                "what": describe_event(f.scenario, event),
            }
        )
    return rows


def _raw(value: float) -> str:
    """Return a parameter as given, readable: 0.000002 as 2 × 10⁻⁶."""
    text = f"{value:,.6g}"
    if "e" in text:
        digits, _, power = text.partition("e")
        raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{digits} × 10{raised}"
    return text.replace("-", "−")


def _prior(prior: Any) -> str:
    """Return a prior in words: 5 and 95 % quantiles of the normal family, bounds of the uniform one."""
    if prior.shape == "fixed":
        return "fixed"
    return f"{prior.shape}, {_raw(prior.low)} to {_raw(prior.high)}"
