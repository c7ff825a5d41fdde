"""Event words: events in words that a planner reads, with their numbers and on their local clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from borderflow.charts import day_name, number
from borderflow.scenario import (
    AccessLimit,
    CallUp,
    Capacity,
    Closure,
    DraftOffice,
    EntryBan,
    Event,
    ExitCheck,
    ExitRule,
    ModeRule,
    Opening,
    Place,
    Reception,
    Relief,
    Scenario,
    Seats,
    ServiceHalt,
    Shock,
)

__all__ = ["capital_zone", "describe_event", "event_zone", "moment", "zone_words"]


def capital_zone(scenario: Scenario) -> str:
    """Return the clock of the largest place of origin."""
    origins = [place for place in scenario.places if place.kind == "origin"]
    return max(origins, key=lambda place: place.population or 0).time_zone if origins else "UTC"


def _gateway(scenario: Scenario, post: str) -> Place | None:
    place = scenario.place(post)
    return scenario.place(place.gateway) if place.gateway else None


def event_zone(scenario: Scenario, event: Event) -> str:
    """Return the clock that people at the event go by: the side of the border that acts, or the largest origin."""
    crossings = [p for p in getattr(event, "crossings", ()) if p in {place.id for place in scenario.places}]
    if crossings:
        gateway = _gateway(scenario, crossings[0])
        entry = getattr(event, "side", "exit") == "entry"
        return str(scenario.place(crossings[0]).time_zone if entry or gateway is None else gateway.time_zone)
    countries = [c for c in scenario.countries if c.id in getattr(event, "countries", ())]
    return countries[0].time_zone if countries else capital_zone(scenario)


def moment(when: datetime, zone: str) -> str:
    """Return day and time of an instant on a local clock, in words."""
    local = when.astimezone(ZoneInfo(zone))
    return f"{day_name(local.date())}, {local:%H:%M}"


def zone_words(when: datetime, zone: str) -> str:
    """Return a time zone with its distance from UTC on that day."""
    offset = when.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    sign = "−" if minutes < 0 else "+"
    text = f"{abs(minutes) // 60}" + (f":{abs(minutes) % 60:02d}" if minutes % 60 else "")
    return f"{zone}, UTC{sign}{text}"


def describe_event(scenario: Scenario, event: Event) -> str:
    """Say in words what an event does, with its numbers."""

    def share(value: float | str) -> str:
        return f"{100 * scenario.value(value):.3g} %"

    def given(value: float | str) -> str:
        return number(scenario.value(value))

    at = _listed(
        "every crossing and airport" if name == "all" else _place_name(scenario, name)
        for name in getattr(event, "crossings", ())
    )
    services = _listed(_service_name(scenario, name) for name in getattr(event, "services", ()))
    match event:
        case Shock():
            where = f" in {_listed(_place_name(scenario, name) for name in event.origins)}" if event.origins else ""
            if event.near:
                near = _listed(_place_name(scenario, name) for name in event.near)
                where = f" near {near}, fading by distance over {given(event.reach_km)} km"
            return (
                f"raises departures{where}, at its peak by {given(event.amplitude)} times the ordinary rate; rises "
                f"within about {given(event.rise_hours)} h and halves every {given(event.half_life_days)} days"
            )
        case CallUp():
            return (
                f"calls up {given(event.quota)} people over {given(event.days)} days; {share(event.share_wrong)} of "
                f"them outside the criteria, of whom {share(event.share_returned)} are sent home"
            )
        case DraftOffice() | ExitCheck():
            words = f"at {at}: checks {share(event.share_checked)}, stops {share(event.share_stopped)} of those checked"
            words += (
                f", calls up {share(event.share_called_up)} on the spot"
                if scenario.value(event.share_called_up)
                else ""
            )
            words += ", serves notices" if event.serves_notices else ""
            return words + (
                f"; costs {share(event.capacity_loss)} of capacity" if scenario.value(event.capacity_loss) else ""
            )
        case ExitRule():
            labels = {group.id: group.label for group in scenario.groups}
            staying = {share(part) for part in event.staying.values()}
            who = _listed(labels.get(name, name) for name in event.groups)
            words = (
                f"holds back {who}; {share(event.share_exempt)} of "
                f"them pass all the same, {share(event.share_informed)} know and do not set out"
            )
            return words + (f"; {_listed(sorted(staying))} of those with them stay, too" if staying else "")
        case Reception():
            names = {country.id: country.name for country in scenario.countries}
            return f"{given(event.places)} beds in {_listed(names.get(name, name) for name in event.countries)}"
        case EntryBan():
            country_names = {country.id: country.name for country in scenario.countries}
            where = _listed(country_names.get(name, name) for name in event.countries)
            classes = {one.id: one.label for one in scenario.visa_classes}
            whom = _listed(classes.get(name, name) for name in event.visa_classes)
            admit = "admits" if len(event.countries) == 1 else "admit"
            known = f"{share(event.share_informed)} of them know beforehand"
            return f"{where} {admit} {share(event.share_admitted)} of people with: {whom}; {known}"
        case ServiceHalt():
            return f"stops {services}"
        case Capacity():
            modes = _listed(event.modes) or "all"
            side = {"exit": "exit side", "entry": "entry side", "both": "both sides"}[event.side]
            return f"at {at}: capacity times {given(event.factor)} ({modes} lanes, {side})"
        case ModeRule():
            who = "bicycles" if event.mode == "bicycle" else "people on foot"
            return f"at {at}: {who} {'admitted' if event.allowed else 'not admitted'}"
        case AccessLimit():
            turned = f"{share(event.share_turned_away)} of outsiders turned away ({_listed(event.modes)})"
            return f"on the road to {at}: {turned}"
        case Closure():
            return f"{at} shut"
        case Opening():
            return f"{at} open"
        case Seats():
            return f"seats times {given(event.factor)}: {services}"
        case Relief():
            return (
                f"at {at}: {given(event.water_litres_per_day)} litres of water a day and "
                f"{given(event.shelter_places)} places under cover provided"
            )
    return ""


def _place_name(scenario: Scenario, name: str) -> str:
    known = next((place.name for place in scenario.places if place.id == name), None)
    return known if known is not None else name


def _service_name(scenario: Scenario, service: str) -> str:
    link = next((link for link in scenario.links if link.service == service), None)
    if link is None:
        return service
    return f"{_place_name(scenario, link.from_)} – {_place_name(scenario, link.to)} ({link.mode})"


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    return " and ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)
