"""Tables: rows of places.csv, lanes.csv, links.csv and baseline.csv."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from borderflow.scenario.fields import Model, Share, Slug, Zone

__all__ = ["Baseline", "Lane", "Link", "Place", "PlaceKind"]

PlaceKind = Literal["origin", "gateway", "crossing", "airport", "hub", "entry", "haven"]


class Place(Model):
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


class Lane(Model):
    """A row of ``lanes.csv``: the daily capacity of one direction and mode at one crossing, both sides."""

    crossing: str
    direction: Literal["out", "in"]
    mode: Literal["car", "bus", "foot", "train", "all"]
    unit: Literal["vehicles", "persons"]
    exit_per_day: Annotated[float, Field(ge=0, le=1e9)]
    entry_per_day: Annotated[float, Field(ge=0, le=1e9)]
    opens: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    closes: Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")] | None = None
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


class Link(Model):
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


class Baseline(Model):
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
