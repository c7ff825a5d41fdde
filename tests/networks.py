"""Small networks made in code, for tests: one crossing, a tiny network with an event of every kind, and random ones.

`one_crossing` is a single post with ordinary traffic only: the line of a textbook. `tiny_scenario` is the smallest
network in which every rule of a call-up acts, `fleeing_scenario` the smallest with the rules of a war: attacks, trains
that people wait for, havens, transit, an exit rule. `scenarios` draws random small networks for hypothesis.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from borderflow.scenario import ENGINE_PARAMETERS, Scenario

START = datetime(2022, 9, 26, tzinfo=UTC)  # a Monday

#: Value, lowest and highest believable value of every parameter of the engine.
PARAMETERS: Mapping[str, tuple[float, float, float]] = {
    "base_departure_rate": (2e-4, 1e-5, 1e-3),
    "fear_of_call_up": (0.3, 0.05, 1.5),
    "demand_noise": (0.1, 0.03, 0.2),
    "destination_noise": (0.1, 0.03, 0.2),
    "value_of_time": (0.05, 0.02, 0.12),
    "fare_aversion": (0.02, 0.007, 0.06),
    "wait_aversion": (0.03, 0.01, 0.08),
    "risk_aversion": (4.0, 1.5, 10.0),
    "access_response": (0.7, 0.0, 1.0),
    "nest_scale": (0.6, 0.3, 1.0),
    "bus_constant": (-1.0, -2.5, 0.5),
    "foot_constant": (-0.8, -2.5, 0.5),
    "bicycle_penalty": (1.5, 0.5, 4.0),
    "train_constant": (-0.7, -2.0, 0.5),
    "air_constant": (-0.5, -2.0, 1.0),
    "ride_constant": (-1.0, -2.5, 0.5),
    "information_delay": (6.0, 1.0, 24.0),
    "travel_spread": (0.25, 0.1, 0.5),
    "patience": (12.0, 6.0, 100.0),
    "switch_share": (0.3, 0.03, 0.5),
    "rechoose_delay": (6.0, 2.0, 72.0),
    "give_up_share": (0.35, 0.1, 0.7),
    "memory_penalty": (2.0, 0.5, 5.0),
    "car_occupancy": (2.7, 2.3, 3.3),
    "bus_occupancy": (38.0, 25.0, 50.0),
    "seat_load": (0.8, 0.65, 0.92),
    "fare_response": (0.55, 0.3, 0.9),
    "booking_horizon": (3.0, 2.5, 7.0),
    "ordinary_wait_response": (0.02, 0.005, 0.06),
    "ordinary_fear_response": (0.3, 0.0, 1.0),
    "return_fear_response": (0.2, 0.0, 1.0),
    "water_litres": (15.0, 15.0, 16.0),
    "persons_per_toilet": (50.0, 50.0, 51.0),
    "shelter_area": (3.5, 3.5, 3.6),
}

#: Values that switch every reaction off: what is left is a line and a server.
CALM: Mapping[str, float] = {
    "base_departure_rate": 0.0,
    "demand_noise": 0.0,
    "destination_noise": 0.0,
    "travel_spread": 0.0,
    "patience": 1e6,
    "switch_share": 0.0,
    "ordinary_wait_response": 0.0,
    "ordinary_fear_response": 0.0,
    "return_fear_response": 0.0,
    "car_occupancy": 1.0,
}

TRAVEL = {
    "car": {"speed_kmh": 65, "rest_after_hours": 14, "rest_hours": 6, "fare_rub_per_km": 3.0},
    "bus": {"speed_kmh": 50, "overhead_hours": 0.5, "base_fare_rub": 300, "fare_rub_per_km": 3.5},
    "foot": {"speed_kmh": 8, "overhead_hours": 1.0},
    "train": {"speed_kmh": 60, "overhead_hours": 3, "base_fare_rub": 600, "fare_rub_per_km": 2.2},
    "air": {"speed_kmh": 700, "overhead_hours": 4, "base_fare_rub": 3500, "fare_rub_per_km": 4.0},
}

GROUPS = (
    {"id": "experienced", "share": 0.05, "leaving": 1.5, "call_up": "eligible", "stopped": True},
    {"id": "reservist", "share": 0.15, "leaving": 1.0, "call_up": "outside", "stopped": True},
    {"id": "companion", "share": 0.75, "leaving": 0.2, "call_up": "never", "stopped": False},
)

VISA_CLASSES = (
    {"id": "none", "holds_visa": False, "share": 1.0},
    {"id": "tourist", "holds_visa": True, "share": 0.8},
    {"id": "exempt", "holds_visa": True, "share": 0.2},
)

COUNTRIES = (
    {"id": "GE", "time_zone": "Asia/Tbilisi", "attractiveness": 0.0, "onward_rate": 0.1, "return_rate": 0.02},
    {"id": "FI", "time_zone": "Europe/Helsinki", "attractiveness": 1.5, "admits": ["tourist", "exempt"]},
    {"id": "TR", "time_zone": "Europe/Istanbul", "attractiveness": -0.5, "onward_rate": 0.2},
)


def sourced(row: Mapping[str, Any], **defaults: Any) -> dict[str, Any]:
    """Return a row with the texts that every row needs and a test does not care about."""
    return {**defaults, **row, "source": "made up"}


def place(name: str, kind: str, lat: float, lon: float, **more: Any) -> dict[str, Any]:
    row = {"id": name, "kind": kind, "lat": lat, "lon": lon, **more}
    return sourced(row, name=name, country="RU", time_zone="Europe/Moscow")


def lane(
    crossing: str, direction: str, mode: str, exit_per_day: float, entry_per_day: float, **more: Any
) -> dict[str, Any]:
    row = {"crossing": crossing, "direction": direction, "mode": mode, "exit_per_day": exit_per_day,
           "entry_per_day": entry_per_day, **more}  # fmt: skip
    return sourced(row, unit="persons", figure="made up")


def link(start: str, end: str, mode: str, **more: Any) -> dict[str, Any]:
    row = {"from": start, "to": end, "mode": mode, **more}
    return sourced(row, id=f"{start}-{end}-{mode}")


def traffic(where: str, direction: str, mode: str, persons_per_day: float, **more: Any) -> dict[str, Any]:
    row = {"place": where, "direction": direction, "mode": mode, "persons_per_day": persons_per_day, **more}
    return sourced(row, citizen_share=0.8, tourist_share=0.0)


def event(kind: str, start_hour: float = 0.0, end_hour: float | None = None, **more: Any) -> dict[str, Any]:
    """Return an event that begins so many hours after `START`."""
    row = {"id": kind.replace("_", "-"), "kind": kind, "title": kind, "evidence": ["E1"], **more}
    row["start"] = (START + timedelta(hours=start_hour)).isoformat()
    if end_hour is not None:
        row["end"] = (START + timedelta(hours=end_hour)).isoformat()
    return row


def build(
    *,
    places: Any,
    lanes: Any,
    links: Any,
    baseline: Any = (),
    events: Any = (),
    groups: Any = GROUPS,
    visa_classes: Any = VISA_CLASSES,
    countries: Any = COUNTRIES,
    hour_profile: Any = (1.0,) * 24,
    start: datetime = START,
    days: float = 4,
    parameters: Mapping[str, float] | None = None,
    **more: Any,
) -> Scenario:
    """Return a scenario from plain rows, with default values of all parameters but the given ones."""
    values = {name: PARAMETERS[name][0] for name in ENGINE_PARAMETERS} | dict(parameters or {})
    return Scenario.model_validate(
        {
            "title": "A small network",
            "start": start.isoformat(),
            "end": (start + timedelta(days=days)).isoformat(),
            "announcement": start.date().isoformat(),
            "origin_country": "RU",
            "hour_profile": list(hour_profile),
            "groups": [sourced(row, label=row["id"]) for row in groups],
            "visa_classes": [sourced(row, label=row["id"]) for row in visa_classes],
            "countries": [sourced(row, name=row["id"]) for row in countries],
            "travel": {mode: sourced(row) for mode, row in TRAVEL.items()},
            "parameters": {
                name: sourced({"value": value, "prior": {"shape": "fixed", "low": value, "high": value}, "unit": "-"})
                for name, value in values.items()
            },
            "events": list(events),
            "places": list(places),
            "lanes": list(lanes),
            "links": list(links),
            "baseline": list(baseline),
            **more,
        }
    )


def one_crossing(
    persons_per_day: float,
    exit_per_day: float,
    entry_per_day: float = 1e9,
    *,
    time_zone: str = "UTC",
    weekdays: Mapping[str, float] | None = None,
    hours: Mapping[str, str] | None = None,
    population: int = 0,
    **more: Any,
) -> Scenario:
    """Return one post with one lane out (cars of one person), ordinary traffic and, with a population, an exodus.

    All reactions are off (`CALM`) unless ``parameters`` say otherwise.
    """
    parameters = {**CALM, **more.pop("parameters", {})}
    return build(
        places=[
            place("town", "origin", 60.5, 28.0, population=population, visa_share=0.2, access="road;rail"),
            place("gate", "gateway", 60.6, 27.8, access="road;rail"),
            place("post", "crossing", 60.6, 27.7, country="FI", gateway="gate"),
        ],
        countries=[{"id": "FI", "time_zone": time_zone, "attractiveness": 0.0}],
        lanes=[lane("post", "out", "car", exit_per_day, entry_per_day, unit="vehicles", **(hours or {}))],
        links=[link("gate", "post", "car", km=10)],
        baseline=[traffic("post", "out", "car", persons_per_day, **(weekdays or {}))],
        parameters=parameters,
        **more,
    )


EVENTS = (
    event("shock", 20, amplitude=60.0, rise_hours=6.0, half_life_days=2.0, groups={"companion": 0.5}),
    event("shock", 40, 60, id="rumour", amplitude=30.0, rise_hours=3.0, half_life_days=1.0, origins=["south", "east"]),
    event("call_up", 22, quota=3000.0, days=3.0, share_wrong=0.2, share_returned=0.5, return_delay_days=1.0),
    event("draft_office", 40, crossings=["mountain"], share_checked=0.9, share_stopped=0.3, share_called_up=0.2,
          capacity_loss=0.1),
    event("exit_check", 30, crossings=["all"], share_checked=1.0, share_stopped=0.05),
    event("entry_ban", 50, countries=["FI"], visa_classes=["tourist"], share_admitted=0.1, share_informed=0.7),
    event("service_halt", 55, 80, services=["north-mountain"]),
    event("capacity", 35, 70, crossings=["mountain"], modes=["car"], side="exit", factor=0.6),
    event("mode_rule", 30, id="bicycles", crossings=["mountain"], mode="bicycle", allowed=True),
    event("mode_rule", 52, id="walkers", crossings=["mountain"], mode="foot", allowed=True),
    event("access_limit", 45, 75, crossings=["bridge"], modes=["car"], share_turned_away=0.4, share_informed=0.5),
    event("closure", 60, 68, crossings=["forest"], side="entry"),
    event("opening", 48, crossings=["ferry"]),
    event("seats", 36, services=["capital-istanbul"], factor=2.0),
    event("relief", 36, crossings=["mountain"], water_litres_per_day=10_000.0, shelter_places=100.0),
)  # fmt: skip


def tiny_scenario(**changes: Any) -> Scenario:
    """Return four origins, four crossings in two countries and an air route, with an event of every kind.

    Parameters
    ----------
    **changes
        Arguments of `build` that replace the tiny network's own.
    """
    parts: dict[str, Any] = {
        "places": [
            place("north", "origin", 59.9, 30.3, population=400_000, visa_share=0.3, access="road;rail"),
            place("south", "origin", 45.0, 39.0, population=300_000, visa_share=0.1, access="road;rail"),
            place("east", "origin", 56.8, 60.6, time_zone="Asia/Yekaterinburg", population=150_000, visa_share=0.05,
                  access="road;rail"),
            place("island", "origin", 69.3, 88.2, time_zone="Asia/Krasnoyarsk", population=40_000, visa_share=0.05,
                  access="air"),
            place("valley", "gateway", 43.0, 44.7, access="road;rail;airport"),
            place("lake", "gateway", 60.7, 28.7, access="road;rail"),
            place("mountain", "crossing", 42.75, 44.62, country="GE", gateway="valley"),
            place("bridge", "crossing", 43.4, 40.0, country="GE", gateway="valley"),
            place("ferry", "crossing", 43.6, 39.7, country="GE", gateway="valley"),
            place("forest", "crossing", 60.6, 27.9, country="FI", gateway="lake"),
            place("capital", "airport", 55.7, 37.6, access="road;rail;airport"),
            place("istanbul", "hub", 41.0, 28.9, country="TR"),
            place("elsewhere", "entry", 42.0, 43.0, country="GE"),
        ],
        "lanes": [
            lane("mountain", "out", "car", 400, 500, unit="vehicles"),
            lane("mountain", "out", "bus", 20, 24, unit="vehicles"),
            lane("mountain", "out", "foot", 500, 450),
            lane("mountain", "in", "all", 2000, 2000),
            lane("bridge", "out", "car", 130.5, 90.3, unit="vehicles", opens="08:30", closes="22:00",
                 hours_zone="Asia/Tbilisi"),
            lane("bridge", "out", "foot", 17.3, 15.1),
            lane("ferry", "out", "car", 60, 60, unit="vehicles", opens="18:00", closes="02:00",
                 hours_zone="Asia/Tbilisi", first_day="2022-09-27"),
            lane("forest", "out", "car", 300, 280, unit="vehicles", opens="07:00", closes="21:00",
                 hours_zone="Europe/Helsinki"),
            lane("forest", "in", "all", 900, 900, opens="07:00", closes="21:00", hours_zone="Europe/Helsinki"),
        ],
        "links": [
            link("valley", "mountain", "car", km=35),
            link("valley", "mountain", "bus", km=35),
            link("valley", "mountain", "foot", km=35, hours=6),
            link("valley", "bridge", "car", km=20),
            link("valley", "bridge", "foot", km=20, hours=4),
            link("valley", "ferry", "car", km=60),
            link("lake", "forest", "car", km=15),
            link("south", "valley", "car", km=800),
            link("north", "mountain", "bus", hours=40, fare_rub=4000, seats_per_day=300, service="north-mountain"),
            link("capital", "istanbul", "air", hours=3.5, fare_rub=15_000, seats_per_day=900,
                 service="capital-istanbul"),
        ],
        "baseline": [
            traffic("mountain", "out", "car", 700, sat=1.2, sun=0.8),
            traffic("mountain", "in", "all", 800),
            traffic("bridge", "out", "car", 150),
            traffic("forest", "out", "car", 400, tourist_share=0.5),
            traffic("forest", "in", "all", 420),
            traffic("elsewhere", "out", "all", 600),
            traffic("elsewhere", "in", "all", 550),
        ],
        "events": EVENTS,
        "hour_profile": [0.5] * 6 + [1.0] * 4 + [1.3] * 10 + [1.0] * 4,
    }  # fmt: skip
    return build(**{**parts, **changes})


WAR_GROUPS = (
    {"id": "women", "share": 0.6, "leaving": 1.0, "woman_or_child": True},
    {"id": "barred", "share": 0.3, "leaving": 0.8, "stopped": True},
    {"id": "exempt", "share": 0.05, "leaving": 0.8},
)
WAR_COUNTRIES = (
    {"id": "FI", "time_zone": "Europe/Helsinki", "attractiveness": 0.0, "bed_share": 0.2, "bed_days": 2.0},
    {"id": "GE", "time_zone": "Asia/Tbilisi", "attractiveness": 0.3, "onward_rate": 0.6, "return_rate": 0.05,
     "transit_share": 0.8},
    {"id": "TR", "time_zone": "Europe/Istanbul", "attractiveness": 0.0},
    {"id": "RU", "time_zone": "Europe/Moscow", "attractiveness": 0.5, "onward_rate": 0.5, "return_rate": 0.1},
)  # fmt: skip
WAR_EVENTS = (
    event("shock", 12, amplitude=80.0, rise_hours=4.0, half_life_days=2.0, near=["east"], reach_km=400.0),
    event("exit_rule", 24, groups=["barred"], share_exempt=0.1, share_informed=0.6, staying={"women": 0.3}),
    event("seats", 30, 60, services=["east-shelter"], factor=0.5),
    event("service_halt", 40, 48, services=["gate-forest"]),
    event("reception", 12, countries=["FI"], places=200.0),
)


def fleeing_scenario(**changes: Any) -> Scenario:
    """Return three origins, a haven, trains with seats, crossings to two countries and from one of them to a third.

    Parameters
    ----------
    **changes
        Arguments of `build` that replace the network's own.
    """
    parts: dict[str, Any] = {
        "places": [
            place("west", "origin", 60.0, 29.0, population=300_000, access="road;rail", region="RU-W"),
            place("east", "origin", 60.0, 42.0, population=500_000, access="road;rail", region="RU-E"),
            place("south", "origin", 50.0, 40.0, population=200_000, access="road;rail", region="RU-S"),
            place("gate", "gateway", 60.2, 28.5, access="road;rail", region="RU-W"),
            place("valley", "gateway", 43.0, 44.7, access="road;rail"),
            place("tbilisi", "gateway", 41.7, 44.8, country="GE", access="road;rail"),
            place("forest", "crossing", 60.3, 27.9, country="FI", gateway="gate"),
            place("rail", "crossing", 60.35, 27.9, country="FI", gateway="gate"),
            place("mountain", "crossing", 42.75, 44.62, country="GE", gateway="valley"),
            place("batumi", "crossing", 41.5, 41.6, country="TR", gateway="tbilisi"),
            place("shelter", "haven", 60.0, 29.0, access="road;rail", region="RU-W"),
        ],
        "lanes": [
            lane("forest", "out", "car", 900, 800, unit="vehicles"),
            lane("forest", "out", "foot", 700, 700),
            lane("forest", "in", "all", 2000, 2000),
            lane("rail", "out", "train", 900, 900),
            lane("mountain", "out", "car", 600, 600, unit="vehicles"),
            lane("batumi", "out", "car", 250, 240, unit="vehicles"),
        ],
        "links": [
            link("gate", "forest", "car", km=35),
            link("gate", "forest", "foot", km=35, hours=3),
            link("valley", "mountain", "car", km=35),
            link("tbilisi", "batumi", "car", km=370),
            link("gate", "rail", "train", hours=2, seats_per_day=500, service="gate-forest", waited_for=True),
            link("east", "shelter", "train", hours=9, seats_per_day=700, service="east-shelter", waited_for=True),
        ],
        "baseline": [traffic("forest", "out", "car", 300), traffic("forest", "in", "all", 300)],
        "events": WAR_EVENTS,
        "groups": WAR_GROUPS,
        "countries": WAR_COUNTRIES,
        "visa_classes": VISA_CLASSES[:1],
        "party_size": 3,
    }
    return build(**{**parts, **changes})


# ---------------------------------------------------------------------------------------------------------------------
# Random networks

SHARES = st.sampled_from([0.0, 0.05, 0.3, 0.5, 0.9, 1.0])
CAPACITIES = st.one_of(  # units a day: closed, below one an hour, small and fractional, ample
    st.just(0.0), st.floats(2.0, 24.0), st.floats(20.0, 200.0), st.floats(200.0, 5000.0)
)
ZONES = st.sampled_from(["UTC", "Europe/Moscow", "Asia/Tbilisi", "America/New_York", "Asia/Kolkata"])
CLOCKS = st.sampled_from(["00:00", "06:30", "08:00", "12:15", "18:00", "22:45"])


@st.composite
def _event(
    draw: Any, number: int, hours: int, crossings: list[str], origins: list[str], services: list[str], air: list[str]
) -> Any:
    kinds = ["shock", "call_up", "draft_office", "exit_check", "entry_ban", "capacity", "mode_rule", "access_limit",
             "closure", "opening", "relief", "exit_rule"]  # fmt: skip
    kind = draw(st.sampled_from(kinds + ["service_halt"] * bool(services) + ["seats"] * bool(air)))
    start = draw(st.integers(-10, hours))
    end = draw(st.one_of(st.none(), st.integers(start + 1, start + 60)))
    some = draw(st.lists(st.sampled_from(crossings), min_size=1, unique=True))
    share = lambda: draw(SHARES)  # noqa: E731
    more: dict[str, Any] = {
        "shock": lambda: {
            "amplitude": draw(st.floats(0.0, 300.0)),
            "rise_hours": draw(st.floats(0.0, 48.0)),
            "half_life_days": draw(st.floats(0.5, 20.0)),
            "origins": draw(st.lists(st.sampled_from(origins), unique=True)),
            "near": draw(st.lists(st.sampled_from(origins), unique=True)),
            "reach_km": draw(st.floats(10.0, 2000.0)),
        },
        "exit_rule": lambda: {
            "groups": draw(st.lists(st.sampled_from(["experienced", "reservist"]), min_size=1, unique=True)),
            "crossings": draw(st.sampled_from([["all"], some])),
            "share_exempt": share(),
            "share_informed": share(),
            "staying": {"companion": share()},
        },
        "call_up": lambda: {
            "quota": draw(st.floats(0.0, 50_000.0)),
            "days": draw(st.floats(1.0, 30.0)),
            "share_wrong": share(),
            "share_returned": share(),
            "return_delay_days": draw(st.floats(0.1, 5.0)),
        },
        "draft_office": lambda: {
            "crossings": [*some, *(one for one in air if one == "flight")],
            "share_checked": share(),
            "share_stopped": share(),
            "share_called_up": share(),
            "capacity_loss": share(),
        },
        "exit_check": lambda: {
            "crossings": draw(st.sampled_from([["all"], some])),
            "share_checked": share(),
            "share_stopped": share(),
            "capacity_loss": share(),
        },
        "entry_ban": lambda: {
            "countries": draw(st.lists(st.sampled_from(["GE", "FI", "TR"]), min_size=1, unique=True)),
            "visa_classes": draw(st.lists(st.sampled_from(["none", "tourist", "exempt"]), min_size=1, unique=True)),
            "share_admitted": share(),
            "share_informed": share(),
        },
        "service_halt": lambda: {"services": services},
        "capacity": lambda: {
            "crossings": some,
            "direction": draw(st.sampled_from(["out", "in", "both"])),
            "side": draw(st.sampled_from(["exit", "entry", "both"])),
            "factor": draw(st.floats(0.0, 3.0)),
        },
        "mode_rule": lambda: {
            "crossings": some,
            "mode": draw(st.sampled_from(["bicycle", "foot"])),
            "allowed": draw(st.booleans()),
        },
        "access_limit": lambda: {
            "crossings": some,
            "modes": ["car", "foot"],
            "share_turned_away": share(),
            "share_informed": share(),
        },
        "closure": lambda: {"crossings": some, "side": draw(st.sampled_from(["exit", "entry", "both"]))},
        "opening": lambda: {"crossings": some},
        "seats": lambda: {"services": air, "factor": draw(st.floats(0.0, 3.0))},
        "relief": lambda: {"crossings": some},
    }[kind]()
    return event(kind, start, end, id=f"{kind.replace('_', '-')}-{number}", **more)


@st.composite
def scenarios(draw: Any, max_days: int = 6) -> Scenario:
    """Draw a random small network: lanes, hours, capacities, visa rules, events of all kinds, parameter values."""
    days = draw(st.integers(1, max_days))
    origins = [f"origin{n}" for n in range(draw(st.integers(1, 4)))]
    crossings = [f"crossing{n}" for n in range(draw(st.integers(1, 3)))]
    home = {name: draw(st.sampled_from(["GE", "FI"])) for name in crossings}
    places = [
        place(name, "origin", 45.0 + 5 * n, 35.0 + 8 * n, population=draw(st.sampled_from([0, 500, 40_000, 900_000])),
              visa_share=draw(SHARES), access="road;rail", time_zone=draw(ZONES))
        for n, name in enumerate(origins)
    ]  # fmt: skip
    lanes, links, baseline = [], [], []
    for n, name in enumerate(crossings):
        places.append(place(f"gate{n}", "gateway", 50.0 + n, 30.0 - n, access="road;rail"))
        places.append(place(name, "crossing", 50.1 + n, 29.8 - n, country=home[name], gateway=f"gate{n}"))
        modes = ["car", *draw(st.lists(st.sampled_from(["bus", "foot"]), unique=True))]
        for direction, mode in [("out", mode) for mode in modes] + [("in", "all")] * draw(st.integers(0, 1)):
            hours: dict[str, Any] = {}
            if draw(st.booleans()):
                hours = {"opens": draw(CLOCKS), "closes": draw(CLOCKS), "hours_zone": draw(ZONES)}
            unit = "vehicles" if mode in ("car", "bus") and draw(st.booleans()) else "persons"
            lanes.append(lane(name, direction, mode, draw(CAPACITIES), draw(CAPACITIES), unit=unit, **hours))
            if mode != "all":
                links.append(link(f"gate{n}", name, mode, km=draw(st.sampled_from([0.0, 12.0, 90.0]))))
            if draw(st.booleans()):
                tourists = draw(SHARES)
                baseline.append(traffic(name, direction, mode, draw(st.floats(0.0, 3000.0)), tourist_share=tourists))
    services, air = [], []
    if draw(st.booleans()):
        places += [
            place("airport", "airport", 55.7, 37.6, access="road;rail;airport"),
            place("hub", "hub", 41.0, 28.9, country="TR"),
        ]
        links.append(link("airport", "hub", "air", hours=3.5, fare_rub=9000,
                          seats_per_day=draw(st.floats(1.0, 2000.0)), service="flight"))  # fmt: skip
        services, air = ["flight"], ["flight"]
    if draw(st.booleans()):
        places.append(place("elsewhere", "entry", 42.0, 43.0, country=draw(st.sampled_from(["GE", "FI"]))))
        baseline.append(traffic("elsewhere", "out", "all", draw(st.floats(0.0, 2000.0)), tourist_share=draw(SHARES)))
        baseline.append(traffic("elsewhere", "in", "all", draw(st.floats(0.0, 2000.0))))
    if any(one["mode"] == "bus" for one in lanes) and draw(st.booleans()):
        end = next(one["crossing"] for one in lanes if one["mode"] == "bus")
        links.append(link(origins[0], end, "bus", id="coach", hours=20, service="coach", seats_per_day=300))
        services = [*services, "coach"]
    countries = [dict(one) for one in COUNTRIES]
    if draw(st.booleans()):
        places.append(place("shelter", "haven", 52.0, 31.0, access="road;rail"))
        rate = draw(st.floats(0.0, 20.0))
        countries.append({"id": "RU", "time_zone": draw(ZONES), "attractiveness": draw(st.floats(-1.0, 2.0)),
                          "onward_rate": min(1.0, rate), "return_rate": draw(SHARES)})  # fmt: skip
        if draw(st.booleans()):
            seats = draw(st.floats(1.0, 2000.0))
            links.append(link(origins[0], "shelter", "train", hours=draw(st.floats(0.3, 30.0)), seats_per_day=seats,
                              service="train", waited_for=True))  # fmt: skip
            services, air = [*services, "train"], [*air, "train"]
    if draw(st.booleans()):
        places.append(place("inland", "gateway", 42.0, 44.0, country="GE", access="road;rail"))
        places.append(place("further", "crossing", 41.0, 43.0, country="FI", gateway="inland"))
        lanes.append(lane("further", "out", "car", draw(CAPACITIES), draw(CAPACITIES)))
        links.append(link("inland", "further", "car", km=50))
        countries[0]["transit_share"] = draw(SHARES)
    selective = draw(st.booleans())
    events = [draw(_event(n, 24 * days, crossings, origins, services, air)) for n in range(draw(st.integers(0, 8)))]
    # one scenario has one call-up
    calls = [one for one in events if one["kind"] == "call_up"]
    events = [one for one in events if one not in calls[1:]]
    scenario = build(
        places=places,
        lanes=lanes,
        links=links,
        baseline=baseline,
        events=events,
        countries=countries if selective else [{**one, "admits": []} for one in countries],
        days=days,
        party_size=draw(st.sampled_from([1, 1, 3])),
        parameters={name: draw(st.floats(low, high)) for name, (_, low, high) in PARAMETERS.items()},
    )
    if scenario.events:
        scenario.with_event(scenario.events[0])  # every reference leads somewhere
    return scenario
