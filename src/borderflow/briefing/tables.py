"""Tables: claims on sums, needs of people in line, people held back, events, parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from borderflow.briefing.claims import natural_order
from borderflow.briefing.figures import Figures, Spread
from borderflow.charts import day_name, number
from borderflow.event_words import describe_event, event_zone, moment, zone_words

__all__ = ["MOST_ROWS", "compare_sums", "held_back", "list_events", "needs_at_worst", "plain_value", "prior_words"]

MOST_ROWS = 15


def compare_sums(f: Figures) -> list[dict[str, Any]]:
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
        spread = Spread.of(f.summed("gross", scope[1], claim.first, claim.last))
        off = 100 * (spread.mean / claim.value - 1) if claim.value else float("nan")
        rows.append(
            {
                "claim": claim,
                "model": spread,
                "off": number(off, signed=True),
                "inside": spread.low <= claim.value <= spread.high,
            }
        )
    return sorted(rows, key=lambda row: (row["claim"].place, row["claim"].first, natural_order(row["claim"].id)))


@dataclass(frozen=True)
class _Need:
    """What people in line at one crossing need on its worst day."""

    place: str
    local: str
    country: str
    day: str
    values: tuple[Spread, ...]


def needs_at_worst(f: Figures) -> list[_Need]:
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
        values = tuple(Spread(float(one[0]), float(one[1]), float(one[5])) for one in at)
        local = f.scenario.place(post).name_local
        rows.append(_Need(lane.name, local, f.country_names[lane.country], day_name(day), values))
    return sorted(rows, key=lambda row: -row.values[0].mean)[:MOST_ROWS]


@dataclass(frozen=True)
class _Held:
    """People held back at one crossing or several."""

    place: str
    country: str
    lanes: tuple[int, ...]
    values: tuple[Spread, ...]
    total: bool = False


def held_back(f: Figures) -> list[_Held]:
    """Return people held back, by crossing; air routes as one row, all together last."""

    def row(place: str, country: str, lanes: Iterable[int], total: bool = False) -> _Held:
        lanes = tuple(lanes)
        names = ("notices", "turned_back", "called_up", "turned_away", "refused", "abandoned")
        return _Held(place, country, lanes, tuple(Spread.of(f.summed(name, lanes)) for name in names), total)

    rows = [row(lane.name, f.country_names[lane.country], f.of_post(post)) for post, lane in f.posts.items()]
    if f.routes:
        rows.append(row("All air routes", "", [n for service in f.routes for n in f.of_post(service)]))
    rows = [one for one in rows if max(value.mean for value in one.values) >= 1]
    rows.sort(key=lambda one: -sum(value.mean for value in one.values[:-1]))
    if rest := rows[MOST_ROWS:]:
        rows[MOST_ROWS:] = [row(f"{len(rest)} others", "", [n for one in rest for n in one.lanes])]
    return [*rows, row("All", "", f.out, total=True)] if rows else []


def list_events(f: Figures) -> list[dict[str, Any]]:
    """Return the events in order of time, with local times and what they do in words."""
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


def plain_value(value: float) -> str:
    """Return a parameter as given, readable: 0.000002 as 2 × 10⁻⁶."""
    text = f"{value:,.6g}"
    if "e" in text:
        digits, _, power = text.partition("e")
        raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{digits} × 10{raised}"
    return text.replace("-", "−")


def prior_words(prior: Any) -> str:
    """Return a prior in words: 5 and 95 % quantiles of the normal family, bounds of the uniform one."""
    if prior.shape == "fixed":
        return "fixed"
    return f"{prior.shape}, {plain_value(prior.low)} to {plain_value(prior.high)}"
