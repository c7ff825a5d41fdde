"""Bounds: which fields may name a parameter, and between which values each makes sense."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from borderflow.scenario.events import (
    AccessLimit,
    CallUp,
    Capacity,
    DraftOffice,
    EntryBan,
    ExitCheck,
    ExitRule,
    Reception,
    Relief,
    Seats,
    Shock,
)
from borderflow.scenario.parameters import ENGINE_PARAMETERS
from borderflow.scenario.peoples import Country, Group, VisaClass

if TYPE_CHECKING:
    from borderflow.scenario.model import Scenario

__all__ = ["named_values", "wrong_values"]


_VALUE_FIELDS: Mapping[type[BaseModel], tuple[str, ...]] = {
    Group: ("share", "leaving"),
    VisaClass: ("share",),
    Country: ("attractiveness", "onward_rate", "return_rate", "transit_share", "bed_share", "bed_days"),
    Shock: ("amplitude", "rise_hours", "half_life_days", "reach_km"),
    CallUp: ("quota", "days", "share_wrong", "share_returned", "return_delay_days"),
    DraftOffice: ("share_checked", "share_stopped", "share_called_up", "capacity_loss"),
    ExitCheck: ("share_checked", "share_stopped", "share_called_up", "capacity_loss"),
    ExitRule: ("share_exempt", "share_informed"),
    EntryBan: ("share_admitted", "share_informed"),
    Capacity: ("factor",),
    AccessLimit: ("share_turned_away", "share_informed"),
    Seats: ("factor",),
    Relief: ("water_litres_per_day", "shelter_places"),
    Reception: ("places",),
}


def named_values(scenario: Scenario) -> Iterable[tuple[tuple[Any, ...], float | str]]:
    """Yield every field that may name a parameter, with its path."""
    for part in ("groups", "visa_classes", "countries", "events"):
        for index, item in enumerate(getattr(scenario, part)):
            for field in _VALUE_FIELDS.get(type(item), ()):
                yield (part, index, field), getattr(item, field)
            if isinstance(item, Shock):
                for group, value in item.groups.items():
                    yield (part, index, "groups", group), value
            if isinstance(item, ExitRule):
                for group, value in item.staying.items():
                    yield (part, index, "staying", group), value
            if isinstance(item, CallUp):
                for origin, value in item.regional_weights.items():
                    yield (part, index, "regional_weights", origin), value


#: Bounds of fields and parameters: lowest and highest value, and whether the lowest itself is allowed.
_BOUNDS: Mapping[str, tuple[float, float, bool]] = {
    **dict.fromkeys(
        (
            "share", "share_checked", "share_stopped", "share_called_up", "capacity_loss", "share_admitted",
            "share_informed", "share_turned_away", "share_wrong", "share_returned", "switch_share", "give_up_share",
            "seat_load", "onward_rate", "return_rate", "transit_share", "share_exempt", "staying", "bed_share",
        ),
        (0.0, 1.0, True),
    ),
    **dict.fromkeys(
        (
            "half_life_days", "reach_km", "bed_days", "car_occupancy", "bus_occupancy", "booking_horizon",
            "persons_per_toilet",
        ),
        (0.0, 1e6, False),
    ),
    **dict.fromkeys(
        (
            "amplitude", "rise_hours", "quota", "places", "return_delay_days", "factor", "water_litres_per_day",
            "shelter_places", "leaving", "groups", "regional_weights", "base_departure_rate", "fear_of_call_up",
            "demand_noise", "destination_noise", "value_of_time", "fare_aversion", "wait_aversion", "risk_aversion",
            "bicycle_penalty", "information_delay", "travel_spread", "patience", "rechoose_delay", "memory_penalty",
            "fare_response", "ordinary_wait_response", "ordinary_fear_response", "return_fear_response",
            "water_litres", "shelter_area",
        ),
        (0.0, 1e9, True),
    ),
    "days": (0.0, 3660.0, False),
    "access_response": (0.0, 2.0, True),
    "nest_scale": (0.0, 1.0, False),
    "attractiveness": (-50.0, 50.0, True),
}  # fmt: skip


def wrong_values(scenario: Scenario) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield fields and parameters whose value lies outside what it can mean."""
    fields = [*named_values(scenario), *((("parameters", name), name) for name in ENGINE_PARAMETERS)]
    for path, given in fields:
        if isinstance(given, str) and given not in scenario.parameters:
            continue
        value = scenario.value(given)
        name = next((part for part in reversed(path) if part in _BOUNDS), None)
        if name is None:
            continue
        low, high, closed = _BOUNDS[name]
        if not (low <= value <= high and (closed or value > low)):
            named = f" ({given})" if isinstance(given, str) and given != name else ""
            span = f"{low:g} to {high:g}" if closed else f"more than {low:g}, at most {high:g}"
            yield path, f"must be {span}, got {value:g}{named}"
    for holds in (True, False):
        shares = [one.share for one in scenario.visa_classes if one.holds_visa == holds]
        if shares and all(not isinstance(one, str) or one in scenario.parameters for one in shares):
            total = sum(scenario.value(one) for one in shares)
            if not math.isclose(total, 1.0, abs_tol=1e-9):
                whose = "with" if holds else "without"
                yield ("visa_classes",), f"shares of people {whose} a visa add up to {total:g}, not 1"
