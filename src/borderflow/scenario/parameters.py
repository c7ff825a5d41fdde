"""Parameters: numbers of the model with their priors, those that the engine reads by name, and factors on tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from borderflow.scenario.fields import Model

__all__ = ["ENGINE_PARAMETERS", "FACTORS", "Parameter", "Prior"]


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


class Prior(Model):
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


class Parameter(Model):
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
