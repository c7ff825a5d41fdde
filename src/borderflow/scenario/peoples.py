"""Peoples: who leaves, with which papers, to which countries, and how fast a mode of travel is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from borderflow.scenario.fields import Model, Slug, Value, Zone

__all__ = ["Country", "Group", "Travel", "VisaClass"]


class Group(Model):
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


class VisaClass(Model):
    """A kind of travel document; ``share`` is the share among those who hold a visa (or who hold none)."""

    id: Slug
    label: str
    holds_visa: bool
    share: Value
    source: Annotated[str, Field(min_length=1)]


class Country(Model):
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


class Travel(Model):
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
