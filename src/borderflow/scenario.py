"""Scenario: what is modelled, as pydantic models; load, save, check, JSON Schema.

A scenario is a folder: ``scenario.yaml`` (period, groups, parameters with priors, countries, events, text) beside the
tables ``places.csv``, ``lanes.csv``, ``links.csv``, ``baseline.csv`` and the ledger ``evidence.csv``. Unknown keys are
errors; every problem is reported with file, line, field and remedy, all at once.

The YAML is YAML 1.2 (``NO`` is Norway, ``12:30`` is text). Times need an offset: ``2022-09-29T09:00+03:00``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from borderflow.errors import Problem, ScenarioError, UsageError, suggest

__all__ = [
    "ENGINE_PARAMETERS",
    "FACTORS",
    "HYPOTHETICAL",
    "AccessLimit",
    "Baseline",
    "CallUp",
    "Capacity",
    "Closure",
    "Country",
    "DraftOffice",
    "EntryBan",
    "Event",
    "ExitCheck",
    "ExitRule",
    "Group",
    "Lane",
    "Link",
    "ModeRule",
    "Opening",
    "Parameter",
    "Place",
    "Prior",
    "Reception",
    "Relief",
    "Scenario",
    "Seats",
    "ServiceHalt",
    "Shock",
    "VisaClass",
    "load",
    "read_table",
    "shipped",
]

#: Evidence of an event that nobody reported: somebody asks what it would do.
HYPOTHETICAL = "what-if"
LANE_MODES = ("car", "bus", "foot", "train", "air", "all")

#: Parameters that the border rule set reads by name, with unit and meaning; every scenario must give each of them.
ENGINE_PARAMETERS: Mapping[str, tuple[str, str]] = {
    "base_departure_rate": ("1/day", "share of a group that leaves for good per day without any shock"),
    "fear_of_call_up": (
        "per promille",
        "relative rise of the departure rate per 1/1000 of the region called in a week",
    ),
    "demand_noise": ("log", "standard deviation of the daily factor on all departures"),
    "destination_noise": ("log", "standard deviation of the daily factor on each destination country"),
    "value_of_time": ("1/h", "loss of utility per hour of travel"),
    "fare_aversion": ("1/kRUB", "loss of utility per 1,000 roubles of fare"),
    "wait_aversion": ("1/h", "loss of utility per hour of expected wait"),
    "risk_aversion": ("1", "loss of utility per unit probability of being stopped"),
    "access_response": ("1", "power of the sum of pulls in the departure rate: who sees better ways out leaves sooner"),
    "nest_scale": ("1", "dissimilarity of crossings within one country (1: plain logit)"),
    "bus_constant": ("1", "utility of a bus seat against one's own car"),
    "foot_constant": ("1", "utility of the bicycle and foot lane against one's own car"),
    "bicycle_penalty": ("1", "extra loss of utility while only bicycles are admitted to the foot lane"),
    "train_constant": ("1", "utility of a train seat against one's own car"),
    "air_constant": ("1", "utility of a flight against one's own car"),
    "ride_constant": ("1", "utility of reaching the car lane by train or flight and a hired ride"),
    "information_delay": ("h", "age of the waits that people know about when they choose"),
    "travel_spread": ("log", "standard deviation of the logarithm of travel time"),
    "patience": ("h", "remaining wait beyond which people in a queue reconsider"),
    "switch_share": ("1", "share of those out of patience who leave the line, at each half day of waiting"),
    "rechoose_delay": ("h", "mean time until people turned away choose again"),
    "give_up_share": ("1", "share of those choosing again who go home"),
    "memory_penalty": ("1", "loss of utility of the post where one was turned away"),
    "car_occupancy": ("persons/vehicle", "persons in a car"),
    "bus_occupancy": ("persons/vehicle", "persons in a bus"),
    "seat_load": ("1", "share of seats taken by ordinary passengers"),
    "fare_response": ("1/day", "rise of the logarithm of the fare per day of seats booked ahead"),
    "booking_horizon": ("days", "days ahead beyond which flights count as sold out"),
    "ordinary_wait_response": ("1/h", "fall of the logarithm of ordinary outbound traffic per hour of known wait"),
    "ordinary_fear_response": ("1", "fall of the logarithm of ordinary outbound traffic at full shock"),
    "return_fear_response": ("1", "fall of the logarithm of ordinary traffic back at full shock"),
    "water_litres": ("litres/person/day", "water standard for the needs table"),
    "persons_per_toilet": ("persons", "sanitation standard for the needs table"),
    "shelter_area": ("m2/person", "covered floor standard for the needs table"),
}


#: Factors that a member may have on rows of the tables, written ``kind:id``: what the id names, and the meaning. They
#: stand for what no single figure tells, such as how far the capacities of 36 posts are off.
FACTORS: Mapping[str, tuple[Literal["crossing", "country"], str]] = {
    "capacity": ("crossing", "factor on what a post lets out, both sides, all lanes"),
    "ordinary": ("country", "factor on ordinary traffic, both directions"),
    "tourists": ("country", "factor on the odds that an ordinary traveller comes on a tourist visa"),
}


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"time without an offset: write {value:%Y-%m-%dT%H:%M}Z or {value:%Y-%m-%dT%H:%M}+03:00")
    if not 1900 <= value.year <= 2200:
        raise ValueError(f"must lie between the years 1900 and 2200, got {value.year}")
    return value.astimezone(UTC)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown IANA time zone {value!r}, for example 'Europe/Helsinki'") from None
    return value


Time = Annotated[datetime, AfterValidator(_aware)]
Zone = Annotated[str, AfterValidator(_zone)]
Share = Annotated[float, Field(ge=0, le=1)]
#: A number, or the name of a parameter that holds it.
Value = float | Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)]


class Prior(_Model):
    """What is believed about a parameter before any data.

    Parameters
    ----------
    shape : {'normal', 'lognormal', 'logitnormal', 'uniform', 'loguniform', 'fixed'}
        For the normal family 90 % of the belief lies between ``low`` and ``high`` (5 and 95 % quantiles, on the
        log or logit scale where the name says so); for the uniform family they are the bounds.
    low, high : float
        In the parameter's unit.
    """

    shape: Literal["normal", "lognormal", "logitnormal", "uniform", "loguniform", "fixed"]
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high or (self.low == self.high and self.shape != "fixed"):
            raise ValueError(f"low must be below high, got low={self.low}, high={self.high}")
        if self.shape in ("lognormal", "loguniform") and self.low <= 0:
            raise ValueError(f"a {self.shape} prior needs low > 0, got {self.low}")
        if self.shape == "logitnormal" and not (self.low > 0 and self.high < 1):
            raise ValueError(f"a logitnormal prior needs 0 < low < high < 1, got {self.low}, {self.high}")
        return self


class Parameter(_Model):
    """A number of the model: value, prior, unit and where it comes from."""

    value: float
    prior: Prior
    unit: str
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _value_in_range(self) -> Self:
        low, high = self.prior.low, self.prior.high
        bounded = self.prior.shape in ("uniform", "loguniform")
        if bounded and not low <= self.value <= high:
            raise ValueError(f"value {self.value} lies outside its {self.prior.shape} prior {low} .. {high}")
        return self


class Group(_Model):
    """People who share rules.

    Parameters
    ----------
    share : Value
        Share of an origin's population.
    leaving : Value
        Departure rate relative to ``base_departure_rate``.
    call_up : {'eligible', 'outside', 'never'}
        Called by the criteria, called only by mistake, or never called.
    stopped : bool
        Whether exit controls may stop the group.
    woman_or_child : bool
        Whether the group counts in the share of women and children among arrivals.
    """

    id: Slug
    label: str
    share: Value
    leaving: Value
    call_up: Literal["eligible", "outside", "never"] = "never"
    stopped: bool = False
    woman_or_child: bool = False
    source: Annotated[str, Field(min_length=1)]


class VisaClass(_Model):
    """A kind of travel document; ``share`` is the share among those who hold a visa (or who hold none)."""

    id: Slug
    label: str
    holds_visa: bool
    share: Value
    source: Annotated[str, Field(min_length=1)]


class Country(_Model):
    """A country of destination.

    Parameters
    ----------
    attractiveness : Value
        Alternative-specific constant of the logit (utility).
    admits : tuple of str
        Visa classes admitted without an entry ban; empty means all.
    onward_rate, return_rate : Value
        Share of the people of the exodus present that moves on to a third country, or goes back, per day.
    transit_share : Value
        Share of those who move on that does so through crossings of the scenario that leave this country.
    bed_share, bed_days : Value
        Share of arrivals of the exodus who need a bed from the country, and for how long on average.

    Notes
    -----
    The country of origin may be among the countries where the scenario has havens: then people displaced within it are
    those present there, and the three rates are theirs.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z]{2})?$")]
    name: str
    time_zone: Zone
    attractiveness: Value
    admits: tuple[str, ...] = ()
    onward_rate: Value = 0.0
    return_rate: Value = 0.0
    transit_share: Value = 0.0
    bed_share: Value = 0.0
    bed_days: Value = 1.0
    source: Annotated[str, Field(min_length=1)]


class Travel(_Model):
    """How a mode covers ground between places whose road or rail time is not listed.

    ``hours = overhead_hours + km / speed_kmh + rest_hours * floor(driving hours / rest_after_hours)``,
    ``fare = base_fare_rub + fare_rub_per_km * km`` per person.
    """

    speed_kmh: Annotated[float, Field(gt=0)]
    overhead_hours: Annotated[float, Field(ge=0)] = 0.0
    rest_after_hours: Annotated[float, Field(gt=0)] = 1000.0
    rest_hours: Annotated[float, Field(ge=0)] = 0.0
    base_fare_rub: Annotated[float, Field(ge=0)] = 0.0
    fare_rub_per_km: Annotated[float, Field(ge=0)] = 0.0
    source: Annotated[str, Field(min_length=1)]


class _EventBase(_Model):
    id: Slug
    title: str
    start: Time
    end: Time | None = None
    evidence: tuple[str, ...] = ()
    enabled: bool = True
    note: str = ""

    #: Name shown to people.
    label: ClassVar[str] = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end {self.end:%Y-%m-%dT%H:%MZ} is not after start {self.start:%Y-%m-%dT%H:%MZ}")
        return self


class Shock(_EventBase):
    """Raises the departure rate by ``amplitude * shape(t)``; shape rises within hours, peaks at 1 and decays.

    A shock with places in ``near`` is spatial: at a distance ``d`` from the nearest of them its amplitude is multiplied
    by ``exp(-d / reach_km)`` and its rise takes ``1 + d / reach_km`` times as long.
    """

    label: ClassVar[str] = "shock to departures"
    kind: Literal["shock"]
    amplitude: Value
    rise_hours: Value
    half_life_days: Value
    groups: dict[str, Value] = Field(default_factory=dict)
    origins: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    reach_km: Value = 100.0


class CallUp(_EventBase):
    """Fills regional quotas from the draftable pools over ``days`` days, front-loaded.

    Quotas are proportional to the draftable pool times ``regional_weights`` (1 where an origin is not named; scaled so
    that the national quota holds). ``share_wrong`` of the called come from groups outside the
    criteria; ``share_returned`` of those come home after a mean of ``return_delay_days``, not before ``returns_from``.
    """

    label: ClassVar[str] = "call-up"
    kind: Literal["call_up"]
    quota: Value
    days: Value
    regional_weights: dict[str, Value] = Field(default_factory=dict)
    share_wrong: Value
    share_returned: Value
    return_delay_days: Value
    returns_from: Time | None = None


class _Control(_EventBase):
    crossings: tuple[str, ...]
    share_checked: Value
    share_stopped: Value
    share_called_up: Value = 0.0
    serves_notices: bool = False
    capacity_loss: Value = 0.0


class DraftOffice(_Control):
    """A recruitment point at the exit side: checks draftable people, serves notices, stops a share, slows the post."""

    label: ClassVar[str] = "draft office"
    kind: Literal["draft_office"]
    serves_notices: bool = True


class ExitCheck(_Control):
    """Exit control compares travellers with lists; ``crossings: [all]`` means every post and airport."""

    label: ClassVar[str] = "exit check"
    kind: Literal["exit_check"]


class ExitRule(_EventBase):
    """The country of origin forbids some groups to leave; a share knows and does not try, families part or stay.

    Parameters
    ----------
    groups : tuple of str
        Groups that may not leave; they must be marked ``stopped``.
    crossings : tuple of str
        Where the rule is enforced; ``all`` means every crossing and flight out of the country of origin.
    share_exempt : Value
        Share of the barred that is let through all the same.
    share_informed : Value
        Share of the barred that knows and does not set out for the border.
    staying : dict
        Share of the leavers of other groups who stay, because a barred person of theirs cannot come along.
    """

    label: ClassVar[str] = "exit rule"
    kind: Literal["exit_rule"]
    groups: tuple[str, ...]
    crossings: tuple[str, ...] = ("all",)
    share_exempt: Value
    share_informed: Value
    staying: dict[str, Value] = Field(default_factory=dict)


class EntryBan(_EventBase):
    """A receiving state admits only a share of the named visa classes; a share of leavers knows and stays away."""

    label: ClassVar[str] = "entry ban"
    kind: Literal["entry_ban"]
    countries: tuple[str, ...]
    visa_classes: tuple[str, ...]
    share_admitted: Value
    share_informed: Value


class ServiceHalt(_EventBase):
    """A bus, train or air service stops; ``services`` are service ids of ``links.csv``."""

    label: ClassVar[str] = "service halted"
    kind: Literal["service_halt"]
    services: tuple[str, ...]


class Capacity(_EventBase):
    """Multiplies the capacity of lanes by ``factor`` (repairs, extra lanes, staff)."""

    label: ClassVar[str] = "capacity change"
    kind: Literal["capacity"]
    crossings: tuple[str, ...]
    modes: tuple[Literal["car", "bus", "foot", "train", "all"], ...] = ()
    direction: Literal["out", "in", "both"] = "out"
    side: Literal["exit", "entry", "both"] = "both"
    factor: Value


class ModeRule(_EventBase):
    """Bicycles or walkers are admitted or not at a crossing's foot lane."""

    label: ClassVar[str] = "mode rule"
    kind: Literal["mode_rule"]
    crossings: tuple[str, ...]
    mode: Literal["bicycle", "foot"]
    allowed: bool


class AccessLimit(_EventBase):
    """A region turns outside vehicles away on the road to the crossing; a share of leavers knows and stays away."""

    label: ClassVar[str] = "road access limit"
    kind: Literal["access_limit"]
    crossings: tuple[str, ...]
    modes: tuple[Literal["car", "bus", "foot"], ...]
    share_turned_away: Value
    share_informed: Value = 0.5


class Closure(_EventBase):
    """A crossing lets nobody through."""

    label: ClassVar[str] = "closure"
    kind: Literal["closure"]
    crossings: tuple[str, ...]
    side: Literal["exit", "entry", "both"] = "both"


class Opening(_EventBase):
    """A crossing that is otherwise shut lets people through while the event lasts."""

    label: ClassVar[str] = "opening"
    kind: Literal["opening"]
    crossings: tuple[str, ...]


class Seats(_EventBase):
    """Multiplies the seats of flights and of services that people wait for (extra trains, cancelled flights)."""

    label: ClassVar[str] = "seats"
    kind: Literal["seats"]
    services: tuple[str, ...]
    factor: Value


class Relief(_EventBase):
    """Water and shelter provided to people in a queue; lowers unmet needs, not the flow."""

    label: ClassVar[str] = "relief"
    kind: Literal["relief"]
    crossings: tuple[str, ...]
    water_litres_per_day: Value = 0.0
    shelter_places: Value = 0.0


class Reception(_EventBase):
    """Beds for arrivals in a receiving country; who finds none is counted as a need, and the flow goes on."""

    label: ClassVar[str] = "reception"
    kind: Literal["reception"]
    countries: tuple[str, ...]
    places: Value


Event = Annotated[
    Shock
    | CallUp
    | DraftOffice
    | ExitCheck
    | ExitRule
    | EntryBan
    | ServiceHalt
    | Capacity
    | ModeRule
    | AccessLimit
    | Closure
    | Opening
    | Seats
    | Relief
    | Reception,
    Field(discriminator="kind"),
]


PlaceKind = Literal["origin", "gateway", "crossing", "airport", "hub", "entry", "haven"]


class Place(_Model):
    """A row of ``places.csv``: an origin, gateway, crossing, airport, hub, other entry point or haven."""

    id: Slug
    name: Annotated[str, Field(min_length=1)]
    name_local: str = ""
    name_other_side: str = ""
    kind: PlaceKind
    country: str
    region: str = ""
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    time_zone: Zone
    population: Annotated[int, Field(ge=0, le=2_000_000_000)] | None = None
    visa_share: Share = 0.0
    gateway: str = ""
    corridor: str = ""
    access: tuple[Literal["road", "rail", "airport", "air"], ...] = ()
    source: Annotated[str, Field(min_length=1)]

    @field_validator("access", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part for part in value.split(";") if part) if isinstance(value, str) else value


class Lane(_Model):
    """A row of ``lanes.csv``: the daily capacity of one direction and mode at one crossing, both sides."""

    crossing: str
    direction: Literal["out", "in"]
    mode: Literal["car", "bus", "foot", "train", "all"]
    unit: Literal["vehicles", "persons"]
    exit_per_day: Annotated[float, Field(ge=0, le=1e9)]
    entry_per_day: Annotated[float, Field(ge=0, le=1e9)]
    opens: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    closes: Annotated[str, Field(pattern=r"^([01]\d|2[0-4]):[0-5]\d$")] | None = None
    hours_zone: Zone | None = None
    first_day: date | None = None
    last_day: date | None = None
    figure: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _hours_together(self) -> Self:
        if (self.opens is None) != (self.closes is None) or (self.opens is not None and self.hours_zone is None):
            raise ValueError("opens, closes and hours_zone go together: give all three or none")
        return self


class Link(_Model):
    """A row of ``links.csv``: a known road distance, a last leg, or a named bus, train or air service."""

    id: Slug
    from_: str = Field(alias="from")
    to: str
    mode: Literal["car", "bus", "foot", "train", "air"]
    km: Annotated[float, Field(ge=0, le=40_000)] | None = None
    hours: Annotated[float, Field(gt=0, le=240)] | None = None
    fare_rub: Annotated[float, Field(ge=0, le=1e7)] | None = None
    seats_per_day: Annotated[float, Field(ge=0, le=1e6)] | None = None
    service: str = ""
    waited_for: bool = False
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _seats_to_wait_for(self) -> Self:
        if self.waited_for and not (self.service and self.seats_per_day and self.mode in ("bus", "train")):
            raise ValueError("a service that people wait for is a bus or a train with a service id and seats_per_day")
        return self


class Baseline(_Model):
    """A row of ``baseline.csv``: ordinary traffic of one lane, persons a day with weekday multipliers."""

    place: str
    mode: Literal["car", "bus", "foot", "train", "all"]
    direction: Literal["out", "in"]
    persons_per_day: Annotated[float, Field(ge=0, le=1e7)]
    citizen_share: Share
    tourist_share: Share
    mon: Annotated[float, Field(ge=0, le=7)] = 1.0
    tue: Annotated[float, Field(ge=0, le=7)] = 1.0
    wed: Annotated[float, Field(ge=0, le=7)] = 1.0
    thu: Annotated[float, Field(ge=0, le=7)] = 1.0
    fri: Annotated[float, Field(ge=0, le=7)] = 1.0
    sat: Annotated[float, Field(ge=0, le=7)] = 1.0
    sun: Annotated[float, Field(ge=0, le=7)] = 1.0
    source: Annotated[str, Field(min_length=1)]

    @property
    def weekdays(self) -> tuple[float, ...]:
        """Multipliers from Monday to Sunday."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)


class Scenario(_Model):
    """A checked scenario; build one with `load`.

    Parameters
    ----------
    title, description : str
    start, end : datetime
        UTC, whole hours; ``end`` is exclusive.
    announcement : date
        From this local date cumulative figures count.
    origin_country : str
        ISO 3166-1 alpha-2 code of the country that people leave.
    hour_profile : tuple of 24 floats
        Relative departure rate by local hour at the origin, mean 1.
    nearest_posts : int
        Crossings of one country that people of a place choose among: its nearest by road.
    party_size : int
        People who choose and travel together.
    groups, visa_classes, countries, travel, parameters, events
        See their models.
    factors : dict
        Factors on rows of the tables, 1 where not named; see `FACTORS`.
    places, lanes, links, baseline
        The tables.

    Examples
    --------
    >>> import borderflow as bf
    >>> scenario = bf.load("russia-2022")
    >>> scenario.start.isoformat()
    '2022-09-14T00:00:00+00:00'
    >>> quiet = scenario.without("lars-draft-office")
    >>> len(quiet.active_events()) == len(scenario.active_events()) - 1
    True
    """

    title: str
    description: str = ""
    start: Time
    end: Time
    step: Literal["1h"] = "1h"
    announcement: date
    origin_country: str
    hour_profile: tuple[Annotated[float, Field(ge=0)], ...]
    nearest_posts: Annotated[int, Field(ge=1, le=50)] = 5
    party_size: Annotated[int, Field(ge=1, le=100)] = 1
    groups: tuple[Group, ...]
    visa_classes: tuple[VisaClass, ...]
    countries: tuple[Country, ...]
    travel: dict[Literal["car", "bus", "foot", "train", "air"], Travel]
    parameters: dict[str, Parameter]
    events: tuple[Event, ...]
    factors: dict[str, float] = {}
    limits: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    places: tuple[Place, ...] = ()
    lanes: tuple[Lane, ...] = ()
    links: tuple[Link, ...] = ()
    baseline: tuple[Baseline, ...] = ()
    folder: Path | None = None

    @field_validator("hour_profile")
    @classmethod
    def _full_day(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if len(value) != 24:
            raise ValueError(f"needs 24 numbers, one per local hour, got {len(value)}")
        if not math.isclose(sum(value), 24, rel_tol=0.01):
            raise ValueError(f"must have mean 1 (sum 24), got sum {sum(value):g}")
        return value

    @model_validator(mode="after")
    def _whole_hours(self) -> Self:
        for name, moment in (("start", self.start), ("end", self.end)):
            if moment.minute or moment.second or moment.microsecond:
                raise ValueError(f"{name} must be a whole hour, got {moment.isoformat()}")
        if self.end <= self.start:
            raise ValueError(f"end {self.end:%Y-%m-%d} is not after start {self.start:%Y-%m-%d}")
        if self.end - self.start > timedelta(days=3660):
            raise ValueError(f"period {self.end - self.start} is longer than ten years")
        return self

    @property
    def hours(self) -> int:
        """Number of hourly steps."""
        return int((self.end - self.start) / timedelta(hours=1))

    @cached_property
    def _places_by_id(self) -> dict[str, Place]:
        return {place.id: place for place in self.places}

    def place(self, place_id: str) -> Place:
        """Return the place with this id; `UsageError` names the closest one otherwise."""
        try:
            return self._places_by_id[place_id]
        except KeyError:
            raise UsageError(f"no place {place_id!r} in the scenario{suggest(place_id, self._places_by_id)}") from None

    def value(self, value: float | str) -> float:
        """Return a number, looking it up when it is the name of a parameter."""
        return self.parameters[value].value if isinstance(value, str) else float(value)

    def active_events(self) -> tuple[Event, ...]:
        """Return the events that are switched on."""
        return tuple(event for event in self.events if event.enabled)

    def without(self, *event_ids: str) -> Scenario:
        """Return the scenario with the named events switched off.

        They stay in the list: a post whose only mode rule or opening is switched off must not count as one that no
        rule ever spoke of.
        """
        known = {event.id for event in self.events}
        for event_id in event_ids:
            if event_id not in known:
                raise UsageError(f"no event {event_id!r} in the scenario{suggest(event_id, known)}")
        events = tuple(e.model_copy(update={"enabled": False}) if e.id in event_ids else e for e in self.events)
        return self.model_copy(update={"events": events})

    def with_event(self, event: Event, *, hypothetical: bool = False) -> Scenario:
        """Return the scenario with one more event, or with the event of the same id replaced.

        A hypothetical event, the "if" of a what-if, may come without evidence and leave a parameter unused; what is
        read from a file may not.
        """
        others = tuple(e for e in self.events if e.id != event.id)
        changed = self.model_copy(update={"events": (*others, event)})
        if problems := _check_references(changed, _no_location, hypothetical=hypothetical):
            raise ScenarioError(problems)
        return changed

    def factor(self, kind: str, of: str) -> float:
        """Return a factor on rows of the tables; 1 where none is set."""
        return self.factors.get(f"{kind}:{of}", 1.0)

    def with_parameters(self, **values: float) -> Scenario:
        """Return the scenario with other parameter values (priors unchanged) or factors (``capacity:POST`` ...)."""
        parameters, factors = dict(self.parameters), dict(self.factors)
        for name, value in values.items():
            if ":" in name:
                factors[self._checked_factor(name, value)] = float(value)
                continue
            if name not in parameters:
                raise UsageError(f"no parameter {name!r} in the scenario{suggest(name, parameters)}")
            if not math.isfinite(value):
                raise UsageError(f"parameter {name!r} must be a finite number, got {value}")
            parameters[name] = parameters[name].model_copy(update={"value": float(value)})
        changed = self.model_copy(update={"parameters": parameters, "factors": factors})
        if problems := list(_wrong_values(changed)):
            path, message = problems[0]
            raise UsageError(f"{'.'.join(str(part) for part in path)}: {message}")
        return changed

    def _checked_factor(self, name: str, value: float) -> str:
        kind, _, of = name.partition(":")
        if kind not in FACTORS:
            raise UsageError(f"no factor {name!r}; kinds are {', '.join(FACTORS)}{suggest(kind, FACTORS)}")
        whose = FACTORS[kind][0]
        known = [c.id for c in self.countries] if whose == "country" else [lane.crossing for lane in self.lanes]
        if of not in known:
            raise UsageError(f"factor {name!r}: no {whose} {of!r}{suggest(of, known)}")
        if not (math.isfinite(value) and value >= 0):
            raise UsageError(f"factor {name!r} must be a finite number of at least 0, got {value}")
        return name

    def until(self, end: datetime | date | str) -> Scenario:
        """Return the scenario with another end (exclusive; a date means its 00:00 UTC)."""
        moment = parse_time(end)
        if moment <= self.start:
            raise UsageError(f"--until {moment:%Y-%m-%d} is not after the start {self.start:%Y-%m-%d}")
        try:
            Scenario.model_validate(_SKELETON | {"start": self.start, "end": moment})
        except ValidationError as error:
            raise UsageError(f"--until {end}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
        return self.model_copy(update={"end": moment})

    def digest(self) -> str:
        """Return the SHA-256 of everything that can change a result."""
        text = self.model_dump_json(by_alias=True, exclude={"folder"})
        return hashlib.sha256(text.encode()).hexdigest()


_SKELETON: dict[str, Any] = {
    "title": "",
    "announcement": "2000-01-01",
    "origin_country": "XX",
    "hour_profile": [1.0] * 24,
    "groups": [],
    "visa_classes": [],
    "countries": [],
    "travel": {},
    "parameters": {},
    "events": [],
}


def parse_time(value: datetime | date | str) -> datetime:
    """Return a UTC time from a datetime, a date or ISO text; dates mean 00:00 UTC.

    Examples
    --------
    >>> parse_time("2022-11-13").isoformat()
    '2022-11-13T00:00:00+00:00'
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise UsageError(f"not a date: {value!r}; write 2022-10-15 or 2022-10-15T06:00Z") from None
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if not 1900 <= value.year <= 2200:
        raise UsageError(f"a date must lie between the years 1900 and 2200, got {value.year}")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# ---------------------------------------------------------------------------------------------------------------------
# Reading


def shipped() -> dict[str, Path]:
    """Return the shipped scenarios: name to folder.

    Examples
    --------
    >>> "russia-2022" in shipped()
    True
    """
    here = Path(__file__).parent
    for root in (here / "scenarios", here.parents[1] / "scenarios"):
        if root.is_dir():
            return {f.parent.name: f.parent for f in sorted(root.glob("*/scenario.yaml"))}
    return {}


def load(source: str | Path) -> Scenario:
    """Read and check a scenario.

    Parameters
    ----------
    source : str or Path
        A shipped name such as ``"russia-2022"``, or a scenario folder.

    Raises
    ------
    ScenarioError
        With one problem per mistake: file, line, field, what is wrong, what would be right.

    Examples
    --------
    >>> load("russia-2022").origin_country
    'RU'
    """
    folder = Path(source)
    known = shipped()
    if not folder.exists() and str(source) in known:
        folder = known[str(source)]
    if not folder.is_dir():
        reason = "is a file, not a scenario folder" if folder.exists() else "no such scenario or folder"
        hint = suggest(str(source), known) or f" (shipped: {', '.join(known) or 'none'})"
        raise ScenarioError([Problem(str(source), "", f"{reason}{hint}")])
    return _read_folder(folder)


_Row = TypeVar("_Row", bound=BaseModel)
_Locator = Callable[[tuple[Any, ...]], str]  # from a path of keys to "file:line"


def _no_location(_path: tuple[Any, ...]) -> str:
    return "scenario"


def _read_folder(folder: Path) -> Scenario:
    problems: list[Problem] = []
    raw, lines = _read_yaml(folder / "scenario.yaml")
    tables: dict[str, tuple[Any, ...]] = {}
    table_lines: dict[str, list[int]] = {}
    models: dict[str, type[_Model]] = {"places": Place, "lanes": Lane, "links": Link, "baseline": Baseline}
    for name, model in models.items():
        rows, row_lines, wrong = read_table(folder / f"{name}.csv", model)
        tables[name], table_lines[name] = rows, row_lines
        problems += wrong
        if name in raw:
            problems.append(Problem(lines((name,)), name, f"tables live in {name}.csv, not in scenario.yaml"))
            raw.pop(name)
    scenario: Scenario | None = None
    try:
        if "folder" in raw:
            raw.pop("folder")
            problems.append(Problem(lines(("folder",)), "folder", "unknown key"))
        scenario = Scenario.model_validate(raw)
    except ValidationError as error:
        problems += [_explain(one, lines(one["loc"]), Scenario, raw) for one in error.errors()]
    if scenario is None or problems:
        # references into a table that could not be read would each be wrong once more
        raise ScenarioError(problems)
    scenario = scenario.model_copy(update={**tables, "folder": folder})

    def locate(path: tuple[Any, ...]) -> str:
        if path and path[0] in table_lines:
            rows = table_lines[path[0]]
            at = rows[path[1]] if len(path) > 1 and path[1] < len(rows) else 1
            return f"{path[0]}.csv:{at}"
        return lines(path)

    problems += _check_references(scenario, locate)
    if problems:
        raise ScenarioError(problems)
    return scenario


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ScenarioError([Problem(str(path), "", "file is missing")]) from None
    except OSError as error:
        raise ScenarioError([Problem(str(path), "", f"cannot be read: {error.strerror}")]) from None
    if len(data) > 50_000_000:
        raise ScenarioError([Problem(path.name, "", f"is {len(data) / 1e6:.0f} MB; 50 MB is the limit")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ScenarioError([Problem(f"{path.name}:{line}", "", "is not UTF-8 text; save the file as UTF-8")]) from None


def _read_yaml(path: Path) -> tuple[dict[str, Any], _Locator]:
    """Return the plain data of a YAML file and a function from a path of keys to ``file:line``."""
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import RoundTripConstructor
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    class TextTimes(RoundTripConstructor):
        """Leaves times as text, so that one rule (ours) reads them and offsets survive."""

    TextTimes.add_constructor("tag:yaml.org,2002:timestamp", lambda _self, node: node.value)
    text = _read_text(path)
    reader = YAML(typ="rt")
    reader.Constructor = TextTimes
    reader.max_depth = 50
    try:
        tree = reader.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        reason = " ".join(str(error.problem or error.context or error).split())
        raise ScenarioError([Problem(f"{path.name}:{line}", "", f"not valid YAML: {reason}")]) from None
    except (YAMLError, ValueError, RecursionError, AttributeError, TypeError, KeyError) as error:
        # ruamel lets errors of its own inside out, for example for a mapping that is merged into itself
        reason = " ".join(str(error).split())[:200]
        raise ScenarioError([Problem(f"{path.name}:1", "", f"not valid YAML: {reason}")]) from None
    if not isinstance(tree, dict):
        raise ScenarioError([Problem(f"{path.name}:1", "", "is empty or not a mapping of keys to values")])

    def locate(keys: tuple[Any, ...]) -> str:
        node: Any = tree
        line = 1
        for key in keys:
            try:
                at: Any = node.lc
                position = at.key(key) if isinstance(node, dict) else at.item(key)
                line, node = position[0] + 1, node[key]
            except (KeyError, IndexError, TypeError, AttributeError):
                # pydantic puts the tag of a union into the path; it is no key of the file
                continue
        return f"{path.name}:{line}"

    return _plain(tree, path.name), locate


def _plain(node: Any, name: str, depth: int = 0, budget: list[int] | None = None) -> Any:
    """Turn ruamel's containers into plain ones; anchors that multiply without end are refused."""
    budget = [200_000] if budget is None else budget
    budget[0] -= 1
    if budget[0] < 0:
        raise ScenarioError([Problem(f"{name}:1", "", "more than 200,000 values; long tables belong in CSV files")])
    if isinstance(node, dict):
        return {str(key): _plain(value, name, depth + 1, budget) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value, name, depth + 1, budget) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, int):
        return int(node)
    if isinstance(node, float):
        return float(node)
    text = str(node)
    if any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise ScenarioError(
            [Problem(f"{name}:1", "", f"holds half of a surrogate pair, which is no text: {text[:40]!a}")]
        )
    return text


def read_table(path: Path, model: type[_Row]) -> tuple[tuple[_Row, ...], list[int], list[Problem]]:
    """Read a CSV table of one model: its rows, the line each stands on, and what is wrong with the file."""
    text = _read_text(path)
    problems: list[Problem] = []
    known = [field.alias or name for name, field in model.model_fields.items()]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[_Row] = []
    lines: list[int] = []
    try:
        header = next(reader, None)
        if not header:
            return (), [], [Problem(f"{path.name}:1", "", f"is empty; the first line must be {','.join(known)}")]
        for column in header:
            if column not in known:
                hint = suggest(column, known)
                problems.append(Problem(f"{path.name}:1", column, f"unknown column{hint}"))
            elif header.count(column) > 1:
                problems.append(Problem(f"{path.name}:1", column, "column stands twice"))
        for name, field in model.model_fields.items():
            if field.is_required() and (field.alias or name) not in header:
                problems.append(Problem(f"{path.name}:1", field.alias or name, "column is missing"))
        if problems:
            return (), [], problems
        line = reader.line_num + 1
        for cells in reader:
            if not any(cells):
                line = reader.line_num + 1
                continue
            if len(cells) != len(header):
                wrong = f"has {len(cells)} cells, the header has {len(header)}"
                problems.append(Problem(f"{path.name}:{line}", "", wrong))
            else:
                record = {key: cell for key, cell in zip(header, cells, strict=True) if cell != ""}
                try:
                    rows.append(model.model_validate(record))
                    lines.append(line)
                except ValidationError as error:
                    problems += [_explain(one, f"{path.name}:{line}", model, record) for one in error.errors()]
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(f"{path.name}:{reader.line_num}", "", f"not a valid CSV line: {error}"))
    return tuple(rows), lines, problems


def _explain(error: Mapping[str, Any], where: str, model: type[BaseModel], data: Any) -> Problem:
    """Turn one pydantic error into a sentence that names the remedy."""
    path = [part for part in error["loc"] if part not in _TAGS]
    field = ".".join(str(part) for part in path)
    kind, message, given = error["type"], error["msg"], error.get("input")
    if kind == "extra_forbidden":
        hint = suggest(str(path[-1]), _known_keys(model, error["loc"], data))
        return Problem(where, field, f"unknown key{hint}")
    if kind == "missing":
        return Problem(where, field, "is missing")
    if kind == "union_tag_invalid":
        tag = str(error["ctx"]["tag"])
        hint = suggest(tag, _TAGS) or f" (one of {', '.join(sorted(_TAGS))})"
        return Problem(where, f"{field}.kind", f"unknown event kind {tag!r}{hint}")
    if kind == "union_tag_not_found":
        return Problem(where, field, f"needs a 'kind', one of {', '.join(sorted(_TAGS))}")
    if kind == "literal_error":
        hint = suggest(str(given), [part.strip(" '") for part in str(error["ctx"]["expected"]).split(",")])
        return Problem(where, field, f"must be {error['ctx']['expected']}, got {_show(given)}{hint}")
    if kind == "value_error":
        return Problem(where, field, str(error["ctx"]["error"]))
    text = message[0].lower() + message[1:]
    return Problem(where, field, f"{text}, got {_show(given)}")


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


_TAGS = {
    "shock",
    "call_up",
    "draft_office",
    "exit_check",
    "exit_rule",
    "entry_ban",
    "service_halt",
    "capacity",
    "mode_rule",
    "access_limit",
    "closure",
    "opening",
    "seats",
    "relief",
    "reception",
}


def _known_keys(model: type[BaseModel], loc: Sequence[Any], data: Any) -> list[str]:
    """Return the keys allowed where an unknown one was found."""
    tags = {part for part in loc if part in _TAGS}
    candidates: Iterable[type[BaseModel]]
    if tags:
        candidates = [m for m in _EventBase.__subclasses__() + _Control.__subclasses__() if _tag_of(m) in tags]
    elif len(loc) == 1:
        candidates = [model]
    else:
        homes: dict[Any, type[BaseModel]] = {
            "groups": Group,
            "visa_classes": VisaClass,
            "countries": Country,
            "travel": Travel,
            "parameters": Prior if "prior" in loc else Parameter,
        }
        candidates = [homes.get(loc[0], model)]
    return [name for m in candidates for name in m.model_fields]


def _tag_of(model: type[BaseModel]) -> str:
    field = model.model_fields.get("kind")
    return "" if field is None else str(field.annotation.__args__[0])  # type: ignore[union-attr]


# ---------------------------------------------------------------------------------------------------------------------
# References between the parts


def _check_references(scenario: Scenario, locate: _Locator, *, hypothetical: bool = False) -> list[Problem]:
    """Return every reference that leads nowhere, every duplicate id, every parameter that is missing or unused."""
    problems: list[Problem] = []

    def wrong(path: tuple[Any, ...], message: str) -> None:
        problems.append(Problem(locate(path), ".".join(str(p) for p in path), message))

    def unique(path: str, ids: Sequence[str]) -> set[str]:
        seen: set[str] = set()
        for index, one in enumerate(ids):
            if one in seen:
                wrong((path, index), f"id {one!r} stands twice")
            seen.add(one)
        return seen

    def known(path: tuple[Any, ...], name: str, among: Iterable[str], what: str) -> None:
        among = list(among)
        if name not in among:
            wrong(path, f"no {what} {name!r}{suggest(name, among)}")

    places = unique("places", [p.id for p in scenario.places])
    groups = unique("groups", [g.id for g in scenario.groups])
    classes = unique("visa_classes", [v.id for v in scenario.visa_classes])
    countries = unique("countries", [c.id for c in scenario.countries])
    unique("events", [e.id for e in scenario.events])
    unique("links", [link.id for link in scenario.links])
    of_kind = {kind: {p.id for p in scenario.places if p.kind == kind} for kind in get_args(PlaceKind)}
    posts = of_kind["crossing"] | of_kind["entry"]
    services = {link.service for link in scenario.links if link.service}
    air = {link.service for link in scenario.links if link.service and link.mode == "air"}
    waited = {link.service for link in scenario.links if link.waited_for}

    for index, place in enumerate(scenario.places):
        if place.kind in ("crossing", "hub", "entry", "haven"):
            known(("places", index, "country"), place.country, countries, "country")
        if place.kind == "crossing":
            known(("places", index, "gateway"), place.gateway, of_kind["gateway"], "gateway")
        if place.kind == "origin" and place.population is None:
            wrong(("places", index, "population"), f"origin {place.id!r} needs a population")
        if place.kind == "haven" and place.country != scenario.origin_country:
            wrong(("places", index, "country"), f"haven {place.id!r} must lie in {scenario.origin_country}")
    for index, lane in enumerate(scenario.lanes):
        known(("lanes", index, "crossing"), lane.crossing, posts, "crossing")
    for index, link in enumerate(scenario.links):
        known(("links", index, "from"), link.from_, places, "place")
        known(("links", index, "to"), link.to, places, "place")
        if link.from_ == link.to:
            wrong(("links", index, "to"), f"leads from {link.from_!r} back to itself; name two places")
        if link.mode == "air" and link.to in of_kind["hub"] and not (link.seats_per_day and link.service):
            wrong(("links", index, "seats_per_day"), "an air route needs seats_per_day and a service id")
    lanes: set[tuple[str, str, str]] = set()
    for index, lane in enumerate(scenario.lanes):
        if (lane.crossing, lane.direction, lane.mode) in lanes:
            wrong(("lanes", index), f"{lane.crossing} has lane {lane.direction}/{lane.mode} twice")
        lanes.add((lane.crossing, lane.direction, lane.mode))
    flows: set[tuple[str, str, str]] = set()
    for index, row in enumerate(scenario.baseline):
        if (row.place, row.direction, row.mode) in flows:
            wrong(("baseline", index), f"{row.place} has ordinary traffic {row.direction}/{row.mode} twice")
        flows.add((row.place, row.direction, row.mode))
    for index, row in enumerate(scenario.baseline):
        known(("baseline", index, "place"), row.place, posts, "crossing or entry point")
        if row.place in of_kind["crossing"] and (row.place, row.direction, row.mode) not in lanes:
            wrong(("baseline", index, "mode"), f"{row.place} has no lane {row.direction}/{row.mode} in lanes.csv")
    for name, factor in scenario.factors.items():
        try:
            scenario._checked_factor(name, factor)
        except UsageError as error:
            wrong(("factors", name), str(error))
    for index, country in enumerate(scenario.countries):
        for name in country.admits:
            known(("countries", index, "admits"), name, classes, "visa class")

    for index, event in enumerate(scenario.events):
        at = ("events", index)
        if not event.evidence and not hypothetical:
            wrong((*at, "evidence"), "an event needs at least one claim id as evidence")
        for name in getattr(event, "crossings", ()):
            everywhere = isinstance(event, ExitCheck | ExitRule) and name == "all"
            if not everywhere:
                known(
                    (*at, "crossings"),
                    name,
                    of_kind["crossing"] | (air if isinstance(event, _Control | ExitRule) else set()),
                    "crossing",
                )
        for name in getattr(event, "services", ()):
            known((*at, "services"), name, air | waited if isinstance(event, Seats) else services, "service")
        for name in getattr(event, "countries", ()):
            known((*at, "countries"), name, countries, "country")
        for name in getattr(event, "visa_classes", ()):
            known((*at, "visa_classes"), name, classes, "visa class")
        for name in getattr(event, "groups", {}):
            known((*at, "groups"), name, groups, "group")
        for name in (*getattr(event, "origins", ()), *getattr(event, "regional_weights", ())):
            known((*at, "origins"), name, of_kind["origin"], "origin")
        for name in getattr(event, "near", ()):
            known((*at, "near"), name, places, "place")
        for name in event.staying if isinstance(event, ExitRule) else ():
            known((*at, "staying"), name, groups, "group")
        for name in event.groups if isinstance(event, ExitRule) else ():
            if name in groups and not next(g for g in scenario.groups if g.id == name).stopped:
                wrong(
                    (*at, "groups"), f"group {name!r} must be marked 'stopped: true' for an exit rule to hold it back"
                )
    if (
        len(
            calls := [
                index for index, event in enumerate(scenario.events) if isinstance(event, CallUp) and event.enabled
            ]
        )
        > 1
    ):
        wrong(("events", calls[1]), "a second call_up event; one scenario has one call-up with one quota")

    used = set(ENGINE_PARAMETERS)
    for name in ENGINE_PARAMETERS:
        if name not in scenario.parameters:
            unit, meaning = ENGINE_PARAMETERS[name]
            wrong(("parameters", name), f"is missing: {meaning} [{unit}]")
    for path, value in _values(scenario):
        if isinstance(value, str):
            used.add(value)
            known(path, value, scenario.parameters, "parameter")
    for name in scenario.parameters:
        if name not in used and not hypothetical:
            wrong(("parameters", name), f"is used nowhere{suggest(name, used - set(scenario.parameters))}")
    if evidence := _ledger_ids(scenario):
        for index, event in enumerate(scenario.events):
            for claim in event.evidence:
                known(("events", index, "evidence"), claim, evidence | {HYPOTHETICAL}, "claim in evidence.csv")
    for path, message in _wrong_values(scenario):
        wrong(path, message)
    for mode in ("car", "bus", "foot", "train", "air"):
        if mode not in scenario.travel:
            wrong(("travel", mode), "is missing: how fast and how dear is this mode?")
    if not of_kind["origin"]:
        wrong(("places",), "no origin among the places")
    shares = sum(
        scenario.value(g.share)
        for g in scenario.groups
        if not isinstance(g.share, str) or g.share in scenario.parameters
    )
    if shares > 1 + 1e-9:
        wrong(("groups",), f"shares of the groups add up to {shares:g}, more than the population")
    return problems


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


def _values(scenario: Scenario) -> Iterable[tuple[tuple[Any, ...], float | str]]:
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


def _ledger_ids(scenario: Scenario) -> set[str]:
    """Return the claim ids of the scenario's ledger, and the row ids of its seed report; empty where there is none."""
    if scenario.folder is None or not (scenario.folder / "evidence.csv").is_file():
        return set()
    reader = csv.reader(io.StringIO(_read_text(scenario.folder / "evidence.csv"), newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        reason = f"not a valid CSV line: {error}"
        raise ScenarioError([Problem(f"evidence.csv:{reader.line_num}", "", reason)]) from None
    if not rows or "id" not in rows[0]:
        raise ScenarioError([Problem("evidence.csv:1", "id", "column is missing")])
    at = rows[0].index("id")
    return {row[at] for row in rows[1:] if len(row) > at and row[at]}


# ---------------------------------------------------------------------------------------------------------------------
# Values that make sense

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


def _wrong_values(scenario: Scenario) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield fields and parameters whose value lies outside what it can mean."""
    fields = [*_values(scenario), *((("parameters", name), name) for name in ENGINE_PARAMETERS)]
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
