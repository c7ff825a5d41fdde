"""What a number may claim: for every quantity which words must meet, what it counts, and where its place is sought.

``needs`` is a list of alternatives: at least one cue of each set must stand in the sentence. The likeliest kind is the
one whose cues stand nearest to the number; ``weight`` decides between kinds whose words contain each other's.
"""

from __future__ import annotations

from typing import NamedTuple

from borderflow.articles.placing import Family
from borderflow.units import CURRENCIES

__all__ = ["EVENTS", "FIGURES", "MONEY", "EventKind", "FigureKind", "figure_kind"]


class FigureKind(NamedTuple):
    """A kind of figure. ``quantity`` ends in ``_*`` where the window decides the last word (daily, cumulative)."""

    quantity: str
    counts: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    family: Family
    weight: float = 1.0
    mode: str = "all"
    without: tuple[str, ...] = ()
    rate: str = ""  # "day" or "hour" where the number must be a rate


_PEOPLE = ("person", "bare")
MONEY = CURRENCIES

FIGURES: tuple[FigureKind, ...] = (
    FigureKind(
        "wrongly_drafted_returned",
        _PEOPLE,
        (("wrongly",), ("return", "turn back", "call up"), ("call up", "notice", "draft office")),
        "country",
        3.0,
    ),
    FigureKind("irregular_crossings_detected", _PEOPLE, (("detain",), ("irregular",)), "entry", 2.6),
    FigureKind("protest_detentions", _PEOPLE, (("detain",), ("protest",)), "country", 2.4),
    FigureKind(
        "personal_numbers_issued", ("number", "person", "bare"), (("identity number",), ("hand out",)), "entry", 2.0
    ),
    FigureKind("notices_served", ("notice", "person", "bare"), (("notice",), ("hand out",)), "post", 1.7),
    FigureKind("notices_served", ("notice",), (("notice",),), "post", 0.6),
    FigureKind("mobilised_cumulative", _PEOPLE, (("call up",), ("done",)), "country", 1.6),
    FigureKind("mobilised_planned", _PEOPLE, (("call up",), ("plan",)), "country", 1.5),
    FigureKind("mobilised_planned", _PEOPLE, (("call up",),), "country", 0.8),
    FigureKind("entry_refused", _PEOPLE, (("refuse",),), "entry", 1.9),
    FigureKind("turned_back", _PEOPLE, (("turn back",),), "post", 1.7),
    FigureKind("shelter_used", _PEOPLE, (("slept",), ("shelter",)), "town", 1.5),
    FigureKind("shelter_used", _PEOPLE, (("slept",),), "town", 0.9),
    FigureKind("shelter_used", _PEOPLE, (("took in",), ("building",)), "town", 2.4),
    FigureKind("shelter_used", (*_PEOPLE, "place"), (("occupied",),), "town", 1.7),
    FigureKind("shelter_capacity", ("place",), (("shelter", "capacity of shelter"),), "town", 1.5),
    FigureKind("shelter_capacity", _PEOPLE, (("shelter",), ("capacity of shelter",)), "town", 1.2),
    FigureKind("shelter_capacity", _PEOPLE, (("room for",),), "town", 1.6),
    FigureKind("shelter_capacity", _PEOPLE, (("building",), ("capacity of shelter",)), "town", 1.2),
    FigureKind(
        "asylum_applications",
        ("application", "person", "bare"),
        (("asylum",),),
        "host",
        1.6,
    ),
    FigureKind(
        "capacity_persons_per_day",
        _PEOPLE,
        (("capacity",),),
        "post",
        1.5,
        without=("shelter", "slept", "building", "bus", "train", "flight", "ferry"),
    ),
    FigureKind(
        "throughput_persons_per_hour",
        _PEOPLE,
        (("throughput", "queue", "cross", "capacity"),),
        "post",
        1.9,
        rate="hour",
    ),
    FigureKind("throughput_persons_per_day", _PEOPLE, (("throughput",),), "post", 1.2, rate="day"),
    FigureKind("queue_persons", _PEOPLE, (("queue",),), "post", 1.1, without=("elsewhere",)),
    FigureKind("stock_present", _PEOPLE, (("host",),), "host", 1.8),
    FigureKind(
        "stock_present", ("person",), (("stay",),), "host", 1.5, without=("queue", "slept", "shelter", "wait", "open")
    ),
    FigureKind("exit_ban_exemption_children", ("person",), (("exempt",), ("parent",)), "country", 1.5),
    FigureKind("onward_departures_*", _PEOPLE, (("onward",),), "host", 2.0),
    FigureKind("forecast_refugees", ("person",), (("forecast",),), "host", 1.3),
    FigureKind("forecast_refugees", ("person", "bare"), (("planned influx",),), "host", 1.3),
    FigureKind("returns_*", _PEOPLE, (("return",),), "entry", 1.05),
    FigureKind("departures_*", _PEOPLE, (("leave",),), "exit"),
    FigureKind("arrivals_*", _PEOPLE, (("enter",),), "entry"),
    FigureKind("crossings_*", _PEOPLE, (("both ways",), ("cross", "enter", "leave")), "post", 1.6),
    FigureKind("arrivals_*", _PEOPLE, (("cross",),), "entry", 0.55),
    FigureKind("queue_cars", ("vehicle",), (("queue",),), "post", 1.3, "car", without=("elsewhere",)),
    FigureKind("queue_cars", ("vehicle",), (("before post", "wait"),), "post", 0.6, "car", without=("elsewhere",)),
    FigureKind("capacity_cars_per_day", ("vehicle",), (("capacity",),), "post", 1.5, "vehicle"),
    FigureKind("throughput_vehicles_per_day", ("vehicle",), (("throughput",),), "post", 1.1, "vehicle"),
    FigureKind(
        "departures_vehicles_*",
        ("vehicle",),
        (("outward",), ("throughput", "cross")),
        "post",
        1.7,
        "car",
        without=("capacity",),
    ),
    FigureKind("departures_vehicles_*", ("vehicle",), (("leave",),), "post", 1.2, "car"),
    FigureKind("departures_vehicles_*", ("vehicle",), (("cross",),), "post", 0.5, "car"),
    FigureKind("queue_km", ("length",), (("queue",),), "post"),
    FigureKind("wait_hours", ("time",), (("wait",),), "post", 1.0, "car"),
    FigureKind("ride_price", MONEY, (("ride",),), "post", 1.6, "car"),
    FigureKind("place_in_line_price", MONEY, (("line place",),), "post", 1.8, "car"),
    FigureKind("bicycle_price", MONEY, (("bicycle",),), "post", 1.5, "bicycle"),
    FigureKind("bus_price", MONEY, (("bus",), ("ticket", "price")), "route", 1.3, "bus", without=("ride",)),
    FigureKind(
        "air_price", MONEY, (("flight",), ("ticket", "price")), "route", 1.2, "air", without=("lodging", "rent")
    ),
    FigureKind(
        "air_price",
        MONEY,
        (("ticket",), ("price",)),
        "route",
        0.8,
        "air",
        without=("lodging", "rent", "train", "bus", "ferry"),
    ),
    FigureKind("rent_daily", MONEY, (("rent",),), "town", 1.7, rate="day"),
    FigureKind("rent_increase_pct", ("percent",), (("rent",),), "town", 1.2),
    FigureKind("flights_daily", ("flight",), (("flight",),), "route", 1.0, "air", rate="day"),
    FigureKind("buses_daily", ("bus",), (("bus",),), "route", 1.0, "bus", rate="day", without=("capacity", "queue")),
    FigureKind("trains_daily", ("train",), (("train",),), "route", 1.0, "train", rate="day"),
    FigureKind("checkpoints_open", ("post",), (("open",),), "country", 1.0),
)


def figure_kind(quantity: str, counted: str = "") -> FigureKind:
    """Return the first kind of a quantity, of those that count something where that is given."""
    return next(kind for kind in FIGURES if kind.quantity == quantity and (not counted or counted in kind.counts))


class EventKind(NamedTuple):
    """A kind of event: the cues that must meet within ``reach`` tokens of one another; the first is its verb.

    Where the sentence counts one of ``unless``, the event says nothing more: "a long line" beside "the line of 900 cars".
    """

    quantity: str
    verb: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    family: Family
    mode: str = "all"
    without: tuple[str, ...] = ()
    reach: int = 12
    unless: frozenset[str] = frozenset()


_SERVICES = ("bus", "train", "flight", "ferry")

EVENTS: tuple[EventKind, ...] = (
    EventKind("draft_office_open", ("set up",), (("draft office",),), "post"),
    EventKind("turned_back", ("turn back",), (("men",),), "post", without=("exit ban",), reach=6),
    EventKind("notices_served", ("hand out",), (("notice",),), "post", without=("expect",), reach=5),
    EventKind("exit_ban_men", ("exit ban",), (("men",),), "country", without=("turn back",)),
    EventKind("access_restricted", ("limit",), (("outsiders",),), "post", "car", reach=14),
    EventKind(
        "entry_ban",
        ("ban",),
        (("visitors", "men"), ("entry",)),
        "country",
        without=("exit ban", "outsiders", "draft office"),
        reach=14,
    ),
    EventKind("service_halted", ("halt",), (_SERVICES,), "route", without=("resume", "still"), reach=14),
    EventKind("service_halted", ("nothing runs",), (), "route", without=("resume",)),
    EventKind("service_resumed", ("resume",), (_SERVICES,), "route", reach=14),
    EventKind(
        "tickets_sold_out",
        ("sold out",),
        (("ticket", "flight", "train", "bus"),),
        "route",
        "air",
        without=("lodging",),
        reach=18,
    ),
    EventKind("exit_check_against_list", ("compare",), (("lists",),), "post"),
    EventKind("bicycle_allowed", ("let through",), (("bicycle",),), "post", "bicycle", reach=10),
    EventKind("foot_allowed", ("let through",), (("on foot",),), "post", "foot", reach=10),
    EventKind("queue_cleared", ("queue gone",), (), "post"),
    EventKind("queue_cleared", ("gone",), (("queue",),), "post", reach=18),
    EventKind(
        "crossing_closed",
        ("close",),
        (("post",),),
        "post",
        without=("draft office", "shelter", "ban", "lanes", "still"),
        reach=13,
    ),
    EventKind(
        "crossing_opened",
        ("open",),
        (("post",),),
        "post",
        without=("draft office", "shelter", "lanes", "still"),
        reach=15,
    ),
)
