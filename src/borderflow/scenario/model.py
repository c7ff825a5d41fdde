"""The model of a whole scenario, and its changed copies."""

from __future__ import annotations

import hashlib
import math
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from borderflow.errors import ScenarioError, UsageError, suggest
from borderflow.scenario.bounds import wrong_values
from borderflow.scenario.events import Event
from borderflow.scenario.fields import Model, Time, parse_time
from borderflow.scenario.parameters import FACTORS, Parameter
from borderflow.scenario.peoples import Country, Group, Travel, VisaClass
from borderflow.scenario.references import check_references, no_location
from borderflow.scenario.tables import Baseline, Lane, Link, Place

__all__ = ["Scenario"]


class Scenario(Model):
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
    factors: dict[str, float] = Field(default_factory=dict)
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
        if problems := check_references(changed, no_location, hypothetical=hypothetical):
            raise ScenarioError(problems)
        return changed

    def factor(self, kind: str, of: str) -> float:
        """Return a factor on rows of the tables; 1 where none is set."""
        return self.factors.get(f"{kind}:{of}", 1.0)

    def with_parameters(self, **values: float) -> Scenario:
        """Return the scenario with other parameter values (priors unchanged) or factors (``capacity:POST`` ...)."""
        parameters, factors = dict(self.parameters), dict(self.factors)
        for name, value in values.items():
            if isinstance(value, str):
                raise UsageError(f"parameter {name!r} must be a finite number, got {value!r}")
            if ":" in name:
                factors[self.checked_factor(name, value)] = float(value)
                continue
            if name not in parameters:
                raise UsageError(f"no parameter {name!r} in the scenario{suggest(name, parameters)}")
            if not math.isfinite(value):
                raise UsageError(f"parameter {name!r} must be a finite number, got {value}")
            parameters[name] = parameters[name].model_copy(update={"value": float(value)})
        changed = self.model_copy(update={"parameters": parameters, "factors": factors})
        if problems := list(wrong_values(changed)):
            path, message = problems[0]
            raise UsageError(f"{'.'.join(str(part) for part in path)}: {message}")
        return changed

    def checked_factor(self, name: str, value: float) -> str:
        """Return the name of a factor after checking it and its value."""
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
