"""Charts day by day: people setting out, entries of countries, lines and waits of crossings, fares and seats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from borderflow.briefing.claims import LedgerClaim, names_in
from borderflow.briefing.figures import Daily, Figures, Spread
from borderflow.briefing.parts import Panel, Table
from borderflow.charts import Plot, day_name, fan_chart, number
from borderflow.event_words import capital_zone
from borderflow.places import normalise_name
from borderflow.scenario import Event, Shock

__all__ = [
    "MOST_COUNTRIES",
    "MOST_CROSSINGS",
    "MOST_ROUTES",
    "SHOWN_CARS",
    "TABLE_DAYS",
    "air_panels",
    "arrival_panels",
    "crossing_panels",
]

MOST_COUNTRIES = 8
MOST_CROSSINGS = 9
MOST_ROUTES = 6
SHOWN_CARS = 10.0  # a line shorter than this at its worst gets no chart of its own
TABLE_DAYS = 62  # longer runs give every n-th day in the tables beside the charts


def arrival_panels(f: Figures) -> list[Panel]:
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
    claims: dict[str, list[tuple[LedgerClaim, Literal["whole", "part"]]]] = {}
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


def _highest(daily: Daily, unit: str = "") -> str:
    day = daily.worst()
    if day is None:
        return ""
    spread = Spread.at(daily, day)
    return f"highest {spread.text}{unit} on {day_name(daily.days[day])} ({spread.interval})."


def _inside(daily: Daily, claims: Sequence[LedgerClaim]) -> str:
    """Say how many claims lie inside the 90 % band: the shortest check of the model that a reader can make."""
    single = [claim for claim in claims if claim.last in (None, claim.first)]
    if not single:
        return ""
    hits = sum(bool(daily.on(c.first)[1] <= c.value <= daily.on(c.first)[5]) for c in single)
    return f" Claims for the whole inside the 90 % band: {hits} of {len(single)}."


def _chart(
    f: Figures,
    ident: str,
    title: str,
    note: str,
    daily: Daily,
    plots: Sequence[Plot],
    events: Sequence[Event],
    zone: str,
) -> Panel:
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
    return Panel(title, note, drawing, sorted(flags, key=lambda flag: flag.number), Table(tuple(head), rows))


def crossing_panels(f: Figures) -> list[Panel]:
    """Return lines and waits of the crossings with most cars in line, and of those that claims speak of."""
    claims: dict[str, dict[str, list[tuple[LedgerClaim, Literal["whole", "part"]]]]] = {}
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


def air_panels(f: Figures) -> list[Panel]:
    """Return fares and bookings of the routes that claims speak of, then of the busiest."""
    claims: dict[str, list[tuple[LedgerClaim, Literal["whole", "part"]]]] = {}
    ends = {}
    for service in f.routes:
        link = next((link for link in f.scenario.links if link.service == service), None)
        if link is not None:
            ends[service] = tuple(normalise_name(f.scenario.place(p).name) for p in (link.from_, link.to))
    unit = next((one.unit for one in f.run.rows if one.quantity == "air_price"), "")
    for claim in f.claims.values():
        names = names_in(claim.place)
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
