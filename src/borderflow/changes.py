"""Changes: a scenario with one thing different, for what-if questions.

Each function returns a new scenario. What it adds is hypothetical and cites no evidence; its id begins with
``what-if``. Changes add up, also two of one crossing. `Scenario.without`, `Scenario.with_parameters` and
`Scenario.with_event` make the other changes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from borderflow.errors import UsageError, suggest
from borderflow.scenario import CallUp, Capacity, Closure, Event, Opening, Scenario, parse_time

__all__ = ["alter_event", "apply_changes", "change_capacity", "close_crossing", "move_event", "open_crossing"]

Moment = datetime | date | str
MOST_DAYS = 36_600  # that an event can be moved by: a hundred years


def close_crossing(
    scenario: Scenario, crossing: str, start: Moment | None = None, end: Moment | None = None
) -> Scenario:
    """Close a crossing.

    Parameters
    ----------
    scenario : Scenario
    crossing : str
        Id of a crossing.
    start, end : date, optional
        From when (the announcement where not given) until when (the end of the period); dates mean midnight
        by the clocks of the crossing.

    Examples
    --------
    >>> import borderflow as bf
    >>> closed = close_crossing(bf.load("russia-2022"), "ozinki", "2022-09-27")
    >>> closed.events[-1].id, closed.events[-1].start.isoformat()
    ('what-if-closed-ozinki', '2022-09-26T19:00:00+00:00')
    """
    return _with(scenario, Closure, f"closed-{crossing}", f"{crossing} closed", (crossing,), start, end)


def open_crossing(
    scenario: Scenario, crossing: str, start: Moment | None = None, end: Moment | None = None
) -> Scenario:
    """Open a crossing that a closure or the absence of an opening keeps shut; outside of the time given it stays shut.

    Parameters
    ----------
    scenario, crossing, start, end
        As for `close_crossing`.
    """
    return _with(scenario, Opening, f"open-{crossing}", f"{crossing} open", (crossing,), start, end)


def change_capacity(
    scenario: Scenario,
    crossing: str,
    factor: float,
    start: Moment | None = None,
    end: Moment | None = None,
    *,
    modes: Sequence[str] = (),
    direction: Literal["out", "in", "both"] = "out",
    side: Literal["exit", "entry", "both"] = "both",
) -> Scenario:
    """Multiply the capacity of a crossing's lanes: 2 doubles them.

    Parameters
    ----------
    scenario, crossing, start, end
        As for `close_crossing`.
    factor : float
        0 or more.
    modes : sequence of str
        Lanes concerned (``car``, ``bus``, ``foot``, ``train``); all where not given.
    direction, side
        As for the event ``capacity``.

    Examples
    --------
    >>> import borderflow as bf
    >>> doubled = change_capacity(bf.load("russia-2022"), "verkhny-lars", 2, modes=["car"])
    >>> doubled.events[-1].factor
    2.0
    """
    title = f"{crossing}: capacity times {factor:g}"
    more = {"factor": factor, "modes": tuple(modes), "direction": direction, "side": side}
    return _with(scenario, Capacity, f"capacity-{crossing}", title, (crossing,), start, end, **more)


def move_event(
    scenario: Scenario, event_id: str, *, hours: float = 0.0, days: float = 0.0, start: Moment | None = None
) -> Scenario:
    """Move an event, its end with it.

    Parameters
    ----------
    scenario : Scenario
    event_id : str
    hours, days : float
        By how much; negative: earlier.
    start : date, optional
        New start instead (dates mean 00:00 UTC).

    Examples
    --------
    >>> import borderflow as bf
    >>> later = move_event(bf.load("russia-2022"), "finland-tourist-ban", days=2)
    >>> [event.start.day for event in later.events if event.id == "finland-tourist-ban"]
    [1]
    """
    event = _event(scenario, event_id)
    if not (math.isfinite(hours) and math.isfinite(days) and abs(hours) / 24 + abs(days) <= MOST_DAYS):
        raise UsageError(f"event {event_id!r}: moves by {MOST_DAYS:,} days at most, got {days:g} days and {hours:g} h")
    by = timedelta(hours=hours, days=days) if start is None else parse_time(start) - event.start
    shifted: dict[str, Any] = {"start": event.start + by, "end": None if event.end is None else event.end + by}
    if isinstance(event, CallUp) and event.returns_from is not None:
        shifted["returns_from"] = event.returns_from + by
    return alter_event(scenario, event_id, **shifted)


def alter_event(scenario: Scenario, event_id: str, **fields: Any) -> Scenario:
    """Set fields of an event: a ban's exempt share, a control's share stopped, its crossings.

    Parameters
    ----------
    scenario : Scenario
    event_id : str
    **fields
        Fields of the event's kind; numbers, or names of parameters.

    Examples
    --------
    >>> import borderflow as bf
    >>> milder = alter_event(bf.load("russia-2022"), "finland-tourist-ban", share_admitted=0.3)
    >>> [event.share_admitted for event in milder.events if event.id == "finland-tourist-ban"]
    [0.3]
    """
    event = _event(scenario, event_id)
    known = type(event).model_fields
    for name in fields:
        if name not in known or name in ("id", "kind"):
            raise UsageError(f"event {event_id!r} has no field {name!r} to set{suggest(name, known)}")
    altered = _checked(type(event), {**event.model_dump(), **fields}, f"event {event_id!r}")
    # in its old place, so that every other event keeps its number in messages
    events = tuple(altered if one.id == event_id else one for one in scenario.events)
    scenario.with_event(altered, hypothetical=True)
    return scenario.model_copy(update={"events": events})


def apply_changes(
    scenario: Scenario,
    *,
    without: Sequence[str] = (),
    parameters: Mapping[str, float] | None = None,
    close: Sequence[str] = (),
    open_: Sequence[str] = (),
    lanes: Sequence[str] = (),
    move: Sequence[str] = (),
) -> Scenario:
    """Apply changes written as on the command line.

    Parameters
    ----------
    scenario : Scenario
    without : sequence of str
        Ids of events to leave out.
    parameters : mapping, optional
        Other parameter values.
    close, open_ : sequence of str
        ``CROSSING``, ``CROSSING=START`` or ``CROSSING=START/END``.
    lanes : sequence of str
        ``CROSSING=FACTOR`` or ``CROSSING/MODE=FACTOR``: capacity out of the country, from the announcement.
    move : sequence of str
        ``EVENT=DAYS``, negative for earlier.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> import borderflow as bf
    >>> changed = apply_changes(bf.load("russia-2022"), lanes=["verkhny-lars/car=2"], move=["finland-tourist-ban=-2"])
    >>> changed.events[-1].modes, len(changed.events) - len(bf.load("russia-2022").events)
    (('car',), 1)
    """
    if without:
        scenario = scenario.without(*without)
    if parameters:
        scenario = scenario.with_parameters(**parameters)
    for change, texts in ((close_crossing, close), (open_crossing, open_)):
        for text in texts:
            crossing, _, period = text.partition("=")
            start, _, end = period.partition("/")
            scenario = change(scenario, crossing, start or None, end or None)
    for text in lanes:
        crossing, factor = _number_in(text, "--lanes", "CROSSING=FACTOR, for example verkhny-lars/car=2")
        crossing, _, mode = crossing.partition("/")
        scenario = change_capacity(scenario, crossing, factor, modes=[mode] if mode else [])
    for text in move:
        event_id, days = _number_in(text, "--move", "EVENT=DAYS, for example finland-tourist-ban=-2")
        scenario = move_event(scenario, event_id, days=days)
    return scenario


def _number_in(text: str, option: str, remedy: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        return name, float(number)
    except ValueError:
        raise UsageError(f"{option} {text!r}: write {remedy}") from None


def _event(scenario: Scenario, event_id: str) -> Event:
    known = {event.id: event for event in scenario.events}
    if event_id not in known:
        raise UsageError(f"no event {event_id!r} in the scenario{suggest(event_id, known)}")
    return known[event_id]


def _with(
    scenario: Scenario,
    kind: type[Closure] | type[Opening] | type[Capacity],
    name: str,
    title: str,
    crossings: tuple[str, ...],
    start: Moment | None,
    end: Moment | None,
    **more: Any,
) -> Scenario:
    zone = ZoneInfo(scenario.place(crossings[0]).time_zone)
    taken = {event.id for event in scenario.events}
    # a second change of a crossing stands beside the first: an event of the same id would take its place
    names = itertools.chain([name], (f"{name}-{n}" for n in itertools.count(2)))
    name = next(one for one in names if f"what-if-{one}" not in taken)
    fields = {
        "id": f"what-if-{name}",
        "kind": str(kind.model_fields["kind"].annotation.__args__[0]),  # type: ignore[union-attr]
        "title": title,
        "start": _local(start if start is not None else scenario.announcement, zone),
        "end": None if end is None else _local(end, zone),
        "crossings": crossings,
        "note": "hypothetical",
        **more,
    }
    return scenario.with_event(_checked(kind, fields, f"change of {crossings[0]}"), hypothetical=True)


def _checked(kind: Any, fields: dict[str, Any], what: str) -> Any:
    try:
        return TypeAdapter(kind).validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        given = f", got {first['input']!r:.60}" if where else ""
        raise UsageError(f"{what}: {where}{': ' if where else ''}{reason}{given}") from None


def _local(moment: Moment, zone: ZoneInfo) -> datetime:
    """Return a UTC time; a date, or a time without an offset, is meant by local clocks."""
    if isinstance(moment, str):
        parsed = parse_time(moment)
        moment = datetime.fromisoformat(moment) if "T" in moment or " " in moment else parsed.date()
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(0))
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)
