"""Headline figures: what the page is, its facts, its cards, the table of countries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from borderflow.briefing.claims import period_words
from borderflow.briefing.figures import Figures, Spread
from borderflow.briefing.parts import Card, Table
from borderflow.charts import day_name, number
from borderflow.forecasting import known_by
from borderflow.results import ALL_COUNTRIES

__all__ = ["country_table", "describe_page", "describe_since", "headline_cards", "list_facts"]


def describe_page(f: Figures) -> str:
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


def describe_since(f: Figures) -> str:
    """Say why totals begin where they do."""
    assert f.window is not None
    announced = f.scenario.announcement
    if f.since == announced:
        return "since the announcement"
    if announced < f.since:
        return f"from the first whole day; the announcement was on {day_name(announced)}"
    return f"the whole period, since it ends before the announcement of {day_name(announced)}"


def list_facts(f: Figures) -> list[tuple[str, str]]:
    """Return what the run is: period, knowledge, members, seed, version."""
    scenario, manifest = f.scenario, f.run.manifest
    start, last = scenario.start.date(), (scenario.end - timedelta(hours=1)).date()
    drawn = ("arrivals_daily", "arrivals_cumulative", "arrivals_weekly", "queue_cars", "wait_hours", "air_price")
    known = [c.known_on for c in f.claims.values() if start <= c.first <= last and c.quantity in drawn and c.known_on]
    origin = known_by(f.run)
    knowledge = "no ledger of claims was found with this run"
    if known:
        try:
            knowledge = f"claims on the period known by {day_name(date.fromisoformat(max(known)))}"
        except ValueError:
            knowledge = f"claims on the period known by {max(known)}"
    return [
        (
            "Period",
            f"{period_words(start, last)}, hourly (UTC); days on this page are local days of the receiving country",
        ),
        ("Announcement", day_name(scenario.announcement)),
        ("As of", knowledge),
        *([("Forecast from", f"what was known by {day_name(origin)}")] if origin is not None else []),
        ("Runs (members)", f"{int(manifest['members']):,}"),
        ("Seed", str(manifest["seed"])),
        ("Made with", f"borderflow {manifest['borderflow']}"),
        ("Scenario digest", str(manifest["scenario_digest"])[:12]),
    ]


def headline_cards(f: Figures) -> list[Card]:
    """Return the headline figures: main countries, then lines, waits and people held back."""
    assert f.window is not None
    total = sum(f.exodus.values())
    cards = []
    main = [country for country, people in f.exodus.items() if people > 0 and people >= 0.02 * total]
    for country in main[:4]:
        lanes = f.of_country(country)
        gross = f.summed("gross", lanes)
        excess = Spread.of(f.excess(country))
        over, low, high = (number(value, signed=True, whole=True) for value in (excess.mean, excess.low, excess.high))
        spread = Spread.of(gross)
        unit = f"persons in, all entries of citizens of {f.home_name} (flow), {f.totals}"
        more = f"{over} against ordinary traffic ({low} to {high})"
        if abs(spread.mean - excess.mean) < 0.5:
            # flights carry ordinary passengers too, but a scenario need not count them
            unit = f"persons in who left {f.home_name} for good (flow), {f.totals}"
            more = "Ordinary passengers are not in the scenario and not counted"
        cards.append(Card(f"Entries into {f.country_names[country]}", spread.text, unit, spread.interval, more))
    cards += _line_cards(f)
    every = range(len(f.lanes))
    for label, name, words in (
        (
            "Stopped at exit control",
            "turned_back",
            "persons kept from leaving, each attempt counted, all crossings and airports (flow)",
        ),
        (
            "Refused entry",
            "refused",
            "persons refused by the receiving states, each attempt counted, ordinary travellers included (flow)",
        ),
    ):
        spread = Spread.of(f.summed(name, every))
        if spread.high > 0:
            cards.append(Card(label, spread.text, f"{words}, {f.totals}", spread.interval))
    return cards + _inland_cards(f)


def _inland_cards(f: Figures) -> list[Card]:
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
            spread = Spread.at(daily, day)
            cards.append(Card(label, spread.text, f"{words} {day_name(daily.days[day])}", spread.interval))
    short = {c.id: f.daily("beds_short", "", c.id) for c in f.scenario.countries}
    worst = {country: day for country, daily in short.items() if (day := daily.worst()) is not None}
    if worst:
        country = max(worst, key=lambda one: float(short[one].mean[worst[one]]))
        day, daily = worst[country], short[country]
        spread, where = Spread.at(daily, day), f.country_names[country]
        words = f"persons in {where} who need one and find none (stock), highest on {day_name(daily.days[day])}"
        cards.append(Card("Beds short", spread.text, words, spread.interval))
    return cards


def _line_cards(f: Figures) -> list[Card]:
    """Return the longest wait, the largest line and the most people in line for a day."""

    def worst(quantity: str, mode: str) -> tuple[Spread, date, str] | None:
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
        cards.append(Card("Largest line", "none", "no crossing had a line of cars (stock)", "–"))
    else:
        spread, day, where = queue
        more = (
            ""
            if people is None
            else f"With buses and walkers: {people[0].text} persons at {people[2]} on {day_name(people[1])}"
        )
        unit = f"vehicles (cars) waiting to leave, {where}, highest hour of {day_name(day)} (stock)"
        cards.append(Card("Largest line", spread.text, unit, spread.interval, more))
    if wait is not None:
        spread, day, where = wait
        unit = f"hours by car, mean of those who got through at {where} on {day_name(day)}"
        cards.append(Card("Longest wait", spread.text, unit, spread.interval, _wait_at_busiest(f, where)))
    if held is not None and held[0].mean >= 0.5:
        spread, day, where = held
        unit = f"persons at {where}, highest hour of {day_name(day)} (stock)"
        cards.append(Card("In line for 24 hours or more", spread.text, unit, spread.interval))
    else:
        cards.append(Card("In line for 24 hours or more", "none", "nobody at any crossing (stock)", "–"))
    return cards


def _wait_at_busiest(f: Figures, said: str) -> str:
    """Return the longest wait where most hours are spent: the record may belong to a small post."""
    busiest = next(iter(f.person_hours), None)
    peak = None if busiest is None else f.peak("wait_hours", busiest, "car")
    if busiest is None or peak is None or said.startswith(f.posts[busiest].name):
        return ""
    return f"At {f.posts[busiest].name}, where most time is spent in line: {peak[0].text} hours on {day_name(peak[1])}"


def country_table(f: Figures) -> Table:
    """Return totals of every country."""
    assert f.window is not None
    rows: list[list[Any]] = []
    for country in f.exodus:
        lanes = f.of_country(country)
        gross, left = Spread.of(f.summed("gross", lanes)), Spread.of(f.summed("passed_exodus", lanes))
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
    return Table(head, rows)
