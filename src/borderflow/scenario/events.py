"""Events: what happened or might happen at a date, one model a kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import Field, model_validator

from borderflow.scenario.fields import Model, Slug, Time, Value

__all__ = [
    "EVENT_KINDS",
    "HYPOTHETICAL",
    "AccessLimit",
    "CallUp",
    "Capacity",
    "Closure",
    "Control",
    "DraftOffice",
    "EntryBan",
    "Event",
    "EventBase",
    "ExitCheck",
    "ExitRule",
    "ModeRule",
    "Opening",
    "Reception",
    "Relief",
    "Seats",
    "ServiceHalt",
    "Shock",
]


#: Evidence of an event that nobody reported: somebody asks what it would do.
HYPOTHETICAL = "what-if"


class EventBase(Model):
    """What all events have in common."""

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


class Shock(EventBase):
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


class CallUp(EventBase):
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


class Control(EventBase):
    """What all controls at the exit side have in common."""

    crossings: tuple[str, ...]
    share_checked: Value
    share_stopped: Value
    share_called_up: Value = 0.0
    serves_notices: bool = False
    capacity_loss: Value = 0.0


class DraftOffice(Control):
    """A recruitment point at the exit side: checks draftable people, serves notices, stops a share, slows the post."""

    label: ClassVar[str] = "draft office"
    kind: Literal["draft_office"]
    serves_notices: bool = True


class ExitCheck(Control):
    """Exit control compares travellers with lists; ``crossings: [all]`` means every post and airport."""

    label: ClassVar[str] = "exit check"
    kind: Literal["exit_check"]


class ExitRule(EventBase):
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


class EntryBan(EventBase):
    """A receiving state admits only a share of the named visa classes; a share of leavers knows and stays away."""

    label: ClassVar[str] = "entry ban"
    kind: Literal["entry_ban"]
    countries: tuple[str, ...]
    visa_classes: tuple[str, ...]
    share_admitted: Value
    share_informed: Value


class ServiceHalt(EventBase):
    """A bus, train or air service stops; ``services`` are service ids of ``links.csv``."""

    label: ClassVar[str] = "service halted"
    kind: Literal["service_halt"]
    services: tuple[str, ...]


class Capacity(EventBase):
    """Multiplies the capacity of lanes by ``factor`` (repairs, extra lanes, staff)."""

    label: ClassVar[str] = "capacity change"
    kind: Literal["capacity"]
    crossings: tuple[str, ...]
    modes: tuple[Literal["car", "bus", "foot", "train", "all"], ...] = ()
    direction: Literal["out", "in", "both"] = "out"
    side: Literal["exit", "entry", "both"] = "both"
    factor: Value


class ModeRule(EventBase):
    """Bicycles or walkers are admitted or not at a crossing's foot lane."""

    label: ClassVar[str] = "mode rule"
    kind: Literal["mode_rule"]
    crossings: tuple[str, ...]
    mode: Literal["bicycle", "foot"]
    allowed: bool


class AccessLimit(EventBase):
    """A region turns outside vehicles away on the road to the crossing; a share of leavers knows and stays away."""

    label: ClassVar[str] = "road access limit"
    kind: Literal["access_limit"]
    crossings: tuple[str, ...]
    modes: tuple[Literal["car", "bus", "foot"], ...]
    share_turned_away: Value
    share_informed: Value = 0.5


class Closure(EventBase):
    """A crossing lets nobody through."""

    label: ClassVar[str] = "closure"
    kind: Literal["closure"]
    crossings: tuple[str, ...]
    side: Literal["exit", "entry", "both"] = "both"


class Opening(EventBase):
    """A crossing that is otherwise shut lets people through while the event lasts."""

    label: ClassVar[str] = "opening"
    kind: Literal["opening"]
    crossings: tuple[str, ...]


class Seats(EventBase):
    """Multiplies the seats of flights and of services that people wait for (extra trains, cancelled flights)."""

    label: ClassVar[str] = "seats"
    kind: Literal["seats"]
    services: tuple[str, ...]
    factor: Value


class Relief(EventBase):
    """Water and shelter provided to people in a queue; lowers unmet needs, not the flow."""

    label: ClassVar[str] = "relief"
    kind: Literal["relief"]
    crossings: tuple[str, ...]
    water_litres_per_day: Value = 0.0
    shelter_places: Value = 0.0


class Reception(EventBase):
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


#: Models of events by their kind, as it is written in the file.
EVENT_KINDS: Mapping[str, type[EventBase]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model for model in get_args(get_args(Event)[0])
}
