"""Disclosure: what may leave a run for others to read, and what has to go with it.

Figures of a model name nobody, and can still point at a group that can be found on one day at one small crossing: what
the IASC guidance on data responsibility calls sensitive non-personal data. Exports therefore leave out counts below a
minimum cell size, carry a sensitivity label, and describe where the figures come from and what they are not.

References
----------
IASC (2023). Operational Guidance on Data Responsibility in Humanitarian Action.
OCHA (2025). Data Responsibility Guidelines. (Four levels of sensitivity.)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from borderflow.errors import UsageError
from borderflow.places import iso3
from borderflow.results import ALL_COUNTRIES, QUANTITIES, SUMMARY_COLUMNS, Run

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "MIN_CELL", "Sensitivity", "check_sensitivity", "describe", "tabulate"]

#: Counts of people below this are left out. Statistical offices use 3 to 10; we take the cautious end, because places
#: are small and days are short.
MIN_CELL = 10
Sensitivity = Literal["low", "moderate", "high", "severe"]

FIGURES = SUMMARY_COLUMNS[7:]
#: Figures that follow from the number of people in line: hidden where that number is.
_OF_THE_LINE = (
    "queue_persons", "queue_cars", "person_hours_waiting", "waiting_over_24h", "needs_water", "needs_toilets",
    "needs_shelter",
)  # fmt: skip

#: Columns of every table that is exported, with their meaning.
COLUMNS: Mapping[str, str] = {
    "quantity": "name of the quantity; meanings in the data dictionary",
    "place": "crossing, air route or entry point; empty for a country as a whole",
    "place_code": "id of the place in the scenario, an opaque text",
    "region_code": "ISO 3166-2 code or P-code of the area of the place, as the scenario has it; an opaque text",
    "country": "ISO 3166-1 alpha-3 code of the country entered, or of the country of origin",
    "country_code": "the scenario's own code of that country: ISO 3166-1 alpha-2, longer for a part of a country",
    "origin": "ISO 3166-1 alpha-3 code of the country that people leave",
    "mode": "car, bus, foot, train, air, or all",
    "start": "first local day, included",
    "end": "last local day, included",
    "unit": "unit of the figures",
    "direction": "in: into the receiving country; out: out of it; exit: on the side that people leave",
    "kind": "flow (a sum over the days), stock (a level), duration, price, share",
    "mean": "mean over the members of the ensemble",
    "q05": "5 % quantile over members",
    "q25": "25 % quantile over members",
    "q50": "median over members",
    "q75": "75 % quantile over members",
    "q95": "95 % quantile over members",
    "hidden": "1 where a figure is left out because it counts fewer people than the minimum cell size",
}


def check_sensitivity(label: str) -> Sensitivity:
    """Return the label, or say which there are."""
    if label not in get_args(Sensitivity):
        raise UsageError(f"sensitivity {label!r}: one of {', '.join(get_args(Sensitivity))}")
    return label  # type: ignore[return-value]


def alpha3(country: str) -> str:
    """Return the ISO 3166-1 alpha-3 code of a scenario's country; parts of a country have the code of the whole."""
    if country == ALL_COUNTRIES:
        return "XXX"  # of the codes that ISO leaves to its users
    return iso3(country.split("-")[0])


def tabulate(run: Run, *, min_cell: int = MIN_CELL) -> pd.DataFrame:
    """Return the summary as it may leave: with ISO codes, meanings and without small cells.

    Parameters
    ----------
    run : Run
    min_cell : int
        Counts of persons or vehicles above 0 and below this are left out (NaN), and with the people in line everything
        that follows from them; 0 leaves everything in.

    Returns
    -------
    pandas.DataFrame
        With the columns `COLUMNS`; text columns hold text, also codes such as ``"007"``.
    """
    if min_cell < 0:
        raise UsageError(f"min_cell must be 0 or more, got {min_cell}")
    frame = run.summary.copy()
    codes = {lane.name: lane.post for lane in run.network.lanes}
    regions = {place.id: place.region for place in run.scenario.places}
    frame["place_code"] = frame["place"].map(codes).fillna("")
    frame["region_code"] = frame["place_code"].map(regions).fillna("")
    frame["country_code"] = frame["country"]
    frame["country"] = frame["country"].map({code: alpha3(code) for code in set(frame["country"])})
    frame["origin"] = alpha3(run.scenario.origin_country)
    frame["direction"] = frame["quantity"].map({name: one.direction for name, one in QUANTITIES.items()})
    frame["kind"] = frame["quantity"].map({name: one.kind for name, one in QUANTITIES.items()})
    frame["hidden"] = 0
    if min_cell:
        _hide_small(frame, min_cell)
    return frame[list(COLUMNS)]


def _hide_small(frame: pd.DataFrame, min_cell: int) -> None:
    """Blank figures of small groups, in place."""
    figures = frame[list(FIGURES)].to_numpy(float)
    counts = frame["unit"].isin(["persons", "vehicles"]).to_numpy()
    small = (np.abs(figures) > 0) & (np.abs(figures) < min_cell) & counts[:, None]
    quantity, mode = frame["quantity"].to_numpy(), frame["mode"].to_numpy()
    where = (frame["place"] + "\0" + frame["end"]).to_numpy()
    whole = np.flatnonzero((quantity == "queue_persons") & (mode == "all") & small.any(axis=1))
    hidden = {where[row]: small[row].copy() for row in whole}
    for row in np.flatnonzero(np.isin(quantity, _OF_THE_LINE)):
        if where[row] in hidden:
            small[row] |= hidden[where[row]]
    frame[list(FIGURES)] = np.where(small, np.nan, figures)
    frame["hidden"] = small.any(axis=1).astype(int)


def describe(run: Run, *, sensitivity: str = "moderate", min_cell: int = MIN_CELL) -> dict[str, Any]:
    """Return what has to go with the figures: source, method, caveats, sensitivity.

    Parameters
    ----------
    run : Run
    sensitivity : {'low', 'moderate', 'high', 'severe'}
        The level after the OCHA guidelines, as whoever publishes judges it.
    min_cell : int
        As used for the table.
    """
    check_sensitivity(sensitivity)
    manifest, scenario = run.manifest, run.scenario
    hidden = f"Counts of 1 to {min_cell - 1} people are left out." if min_cell > 1 else "No figure is left out."
    return {
        "title": scenario.title,
        "description": " ".join(scenario.description.split()),
        "source": f"borderflow {manifest['borderflow']}, a simulation; no figure here was counted",
        "scenario_digest": manifest["scenario_digest"],
        "seed": manifest["seed"],
        "members": manifest["members"],
        "start": f"{scenario.start:%Y-%m-%d}",
        "end": f"{scenario.end:%Y-%m-%d}",
        "last": f"{scenario.end - timedelta(hours=1):%Y-%m-%d}",
        "origin": alpha3(scenario.origin_country),
        "countries": sorted({alpha3(country.id) for country in scenario.countries}),
        "license": "CC-BY-4.0",
        "attribution": list(scenario.sources),
        "methodology": (
            f"Hour-by-hour simulation of departures, choice of crossing, lines and controls, {manifest['members']} "
            "stochastic members. Figures are the mean and quantiles over members. Events and parameters come from the "
            "scenario, each with its source; equations and tests are in the documentation of the model."
        ),
        "caveats": [
            "Simulated, not observed.",
            "Gross arrivals include ordinary travellers; they are not refugees and not asylum claims.",
            _spread_words(run),
            f"{hidden} Totals and their parts may still tell a left-out figure by subtraction; release only what the "
            "purpose needs.",
            *scenario.limits,
        ],
        "sensitivity": sensitivity,
        "sensitivity_scheme": "OCHA Data Responsibility Guidelines, four levels, set by the publisher",
        "min_cell": min_cell,
        "personal_data": "none: people are counts in groups",
    }


def _spread_words(run: Run) -> str:
    if run.store.values is not None:
        return "Members differ in their parameters and in chance; what the model has wrong is in neither."
    return "The spread is chance alone: all members share one set of parameter values. The truth may lie well outside."
