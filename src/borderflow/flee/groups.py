"""Groups of people whom the rules treat alike: what is left of age, gender and awareness when only counts are kept.

Flee draws attributes for every agent. Only two things follow from them: the power to which the score of a place is
raised (1; 2 for those who avoid hazards; 0 for those who do not look at them), and the weight of flood forecasts.
People with the same two are exchangeable, whatever their attributes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import Problem, ScenarioError
from borderflow.flee.settings import Settings
from borderflow.flee.tables import Tables

__all__ = ["Group", "make_groups", "shares_of"]


@dataclass(frozen=True)
class Group:
    """People whom the rules treat alike.

    Parameters
    ----------
    hazard : int
        Power of the score of a place.
    awareness : float
        Weight of flood forecasts.
    members : tuple of mappings
        Combinations of attributes that fall into the group.
    """

    hazard: int
    awareness: float
    members: tuple[Mapping[str, str], ...]


def make_groups(tables: Tables, settings: Settings) -> tuple[Group, ...]:
    """Return the groups that the rules in force tell apart; one where they tell nobody apart.

    Raises
    ------
    ScenarioError
        Where a rule needs an attribute that no ``demographics_<attribute>.csv`` gives.
    """
    from borderflow.kernels.cells import GROUPS  # that the kernel can tell apart

    needed = []
    if settings.children_avoid_hazards or settings.elderly_avoid_hazards:
        needed.append("age")
    if settings.women_avoid_hazards or (settings.children_avoid_hazards and settings.boys_take_risk):
        needed.append("gender")
    forecaster = settings.flood_rules is not None and settings.flood_rules.forecaster
    if forecaster:
        needed.append("floodawareness")
    for attribute in needed:
        if attribute not in tables.groups:
            wrong = "is needed by a rule that is switched on, and missing; Flee stops without it"
            raise ScenarioError([Problem(f"demographics_{attribute}.csv", "", wrong)])
    found: dict[tuple[int, float], list[dict[str, str]]] = {}
    for values in product(*(tables.groups[attribute] for attribute in needed)):
        person = dict(zip(needed, values, strict=True))
        key = (_hazard(person, settings), _awareness(person, settings))
        found.setdefault(key, []).append(person)
    if len(found) > GROUPS:
        wrong = f"makes {len(found)} groups of people whom the rules tell apart; {GROUPS} or fewer would be right"
        raise ScenarioError([Problem("flood_awareness_weights", "", wrong)])
    return tuple(Group(*key, tuple(members)) for key, members in found.items())


def _hazard(person: Mapping[str, str], settings: Settings) -> int:
    """Return the power of the score, in the order in which Flee applies its rules."""
    power, marked = 1, False
    age = _whole("age", person["age"]) if "age" in person else 0
    if settings.children_avoid_hazards:
        if age < 19:
            power, marked = 2, True
        # no upper bound of age, as in Flee
        if settings.boys_take_risk and person["gender"] == "male" and age > 14:
            power = 0
    if settings.elderly_avoid_hazards and age > 59:
        power, marked = power * 2, True
    if settings.women_avoid_hazards and person["gender"] == "female" and not marked:
        power *= 2
    return power


def _awareness(person: Mapping[str, str], settings: Settings) -> float:
    if "floodawareness" not in person or settings.flood_rules is None:
        return 1.0
    at, weights = _whole("floodawareness", person["floodawareness"]), settings.flood_rules.awareness_weights
    if not 0 <= at < len(weights):
        wrong = f"value {at} has no entry in flood_awareness_weights, which holds {len(weights)}"
        raise ScenarioError([Problem("demographics_floodawareness.csv", "", wrong)])
    return weights[at]


def _whole(attribute: str, text: str) -> int:
    try:
        return int(float(text))
    except ValueError:
        wrong = f"value is {text!r}; a number would be right"
        raise ScenarioError([Problem(f"demographics_{attribute}.csv", "", wrong)]) from None


def shares_of(tables: Tables, groups: Sequence[Group]) -> NDArray[np.float64]:
    """Return the share of each group among people who appear at a place, shape (place, group)."""
    out = np.zeros((len(tables.places), len(groups)))
    for at, place in enumerate(tables.places):
        for n, group in enumerate(groups):
            for person in group.members:
                share = 1.0
                for attribute, value in person.items():
                    rows = tables.groups[attribute]
                    column = place.name if place.name in rows[value] else "Default"
                    total = sum(weights.get(column, 0.0) for weights in rows.values())
                    if total <= 0:
                        wrong = f"weights of {column} sum to nothing"
                        raise ScenarioError([Problem(f"demographics_{attribute}.csv", "", wrong)])
                    share *= rows[value].get(column, 0.0) / total
                out[at, n] += share
    return out
