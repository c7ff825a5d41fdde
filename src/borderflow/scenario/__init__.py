"""Scenario: what is modelled, as pydantic models; load, save, check, JSON Schema.

A scenario is a folder: ``scenario.yaml`` (period, groups, parameters with priors, countries, events, text) beside the
tables ``places.csv``, ``lanes.csv``, ``links.csv``, ``baseline.csv`` and the ledger ``evidence.csv``. Unknown keys are
errors; every problem is reported with file, line, field and remedy, all at once.

The YAML is YAML 1.2 (``NO`` is Norway, ``12:30`` is text). Times need an offset: ``2022-09-29T09:00+03:00``.
"""

from borderflow.scenario.events import (
    HYPOTHETICAL,
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
    Reception,
    Relief,
    Seats,
    ServiceHalt,
    Shock,
)
from borderflow.scenario.fields import Share, Slug, Time, parse_time
from borderflow.scenario.folder import load, read_places, shipped
from borderflow.scenario.model import Scenario
from borderflow.scenario.parameters import ENGINE_PARAMETERS, FACTORS, Parameter, Prior
from borderflow.scenario.peoples import Country, Group, Travel, VisaClass
from borderflow.scenario.rows import read_table
from borderflow.scenario.tables import Baseline, Lane, Link, Place

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
    "Share",
    "Shock",
    "Slug",
    "Time",
    "Travel",
    "VisaClass",
    "load",
    "parse_time",
    "read_places",
    "read_table",
    "shipped",
]
