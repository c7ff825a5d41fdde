"""Quantities: what each figure of the summary means, its unit, direction, and whether it is a stock or a flow.

Names are those of the vocabulary of evidence, so that a figure and a claim join.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["ALL_COUNTRIES", "QUANTILES", "QUANTITIES", "SUMMARY_COLUMNS", "Quantity"]


@dataclass(frozen=True)
class Quantity:
    """What a quantity of the summary means.

    Parameters
    ----------
    unit : str
    direction : str
        ``in`` (into the receiving country), ``out`` (out of it, back or onwards), ``exit`` (out of the country of
        origin), ``-`` where none applies.
    kind : {'flow', 'stock', 'price', 'duration', 'share'}
        Flows are sums over the local day or since the announcement; stocks are levels at the hour that the meaning
        names.
    meaning : str
    """

    unit: str
    direction: str
    kind: Literal["flow", "stock", "price", "duration", "share"]
    meaning: str


#: Quantities of ``summary.csv``. Names are those of the evidence vocabulary, so that a figure and a claim join.
QUANTITIES: Mapping[str, Quantity] = {
    "arrivals_daily": Quantity(
        "persons", "in", "flow", "entries of citizens of the origin country in one local day, gross"
    ),
    "arrivals_cumulative": Quantity("persons", "in", "flow", "gross entries summed from the announcement to the day"),
    "arrivals_excess_daily": Quantity(
        "persons",
        "in",
        "flow",
        "entries above ordinary traffic as it was before: gross less the mean of the same weekday without any shock",
    ),
    "arrivals_exodus_daily": Quantity(
        "persons", "in", "flow", "entries of people who left for good, ordinary travellers not counted"
    ),
    "departures_daily": Quantity(
        "persons",
        "out",
        "flow",
        "exits of citizens of the origin country in one local day, gross, moving on included; at a crossing, in the "
        "row of the country of origin: everybody of any nationality who left it there",
    ),
    "departures_vehicles_daily": Quantity(
        "vehicles", "exit", "flow", "cars that left the country of origin at a crossing in one local day"
    ),
    "net_flow": Quantity("persons", "in", "flow", "gross entries minus gross exits of the day"),
    "abroad": Quantity("persons", "-", "stock", "people of the exodus present at the end of the day"),
    "women_children_share": Quantity(
        "percent", "in", "share", "women and children among the entries of the exodus in one local day"
    ),
    "beds_needed": Quantity("persons", "in", "stock", "arrivals who need a bed from the country, end of the day"),
    "beds_short": Quantity("persons", "in", "stock", "arrivals who need a bed beyond the places that there are"),
    "displaced": Quantity("persons", "-", "stock", "people who left home and are in a haven within the country"),
    "displaced_daily": Quantity("persons", "-", "flow", "people who reached a haven within the country in one day"),
    "displaced_onward_daily": Quantity("persons", "exit", "flow", "people who set out from a haven for the border"),
    "boarded_daily": Quantity("persons", "exit", "flow", "people who got a seat of a service that people wait for"),
    "queue_cars": Quantity(
        "vehicles", "exit", "stock", "cars waiting, both sides of the crossing, highest hour of the day"
    ),
    "queue_persons": Quantity(
        "persons", "exit", "stock", "people waiting, both sides of the crossing, highest hour of the day"
    ),
    "wait_hours": Quantity("hours", "exit", "duration", "waiting time of people who passed in the day, mean over them"),
    "wait_hours_joining": Quantity(
        "hours", "exit", "duration", "expected wait of those joining the line, highest hour of the day"
    ),
    "turned_back": Quantity(
        "persons", "exit", "flow", "people stopped by exit control; whoever tries again counts again"
    ),
    "notices_served": Quantity("persons", "exit", "flow", "call-up notices served at exit control"),
    "called_up_at_border": Quantity("persons", "exit", "flow", "people called up on the spot at exit control"),
    "turned_away_on_road": Quantity(
        "persons", "exit", "flow", "people turned away on the road to a crossing, each time"
    ),
    "left_the_line": Quantity(
        "persons", "exit", "flow", "people who gave up waiting in line, ordinary travellers included"
    ),
    "entry_refused": Quantity(
        "persons",
        "in",
        "flow",
        "people refused by the receiving state, ordinary travellers included; whoever tries again counts again",
    ),
    "left_home": Quantity("persons", "exit", "flow", "people of the exodus who set out"),
    "mobilised_cumulative": Quantity(
        "persons", "-", "flow", "people called up since the start, at home and at the border, those sent home included"
    ),
    "wrongly_drafted_returned": Quantity("persons", "-", "flow", "wrongly called people sent home since the start"),
    "air_price": Quantity("RUB", "exit", "price", "one-way fare, mean of the day"),
    "air_booked": Quantity("persons", "exit", "stock", "people holding or waiting for a seat, highest hour of the day"),
    "person_hours_waiting": Quantity("person-hours", "exit", "flow", "hours that people spent in line in the day"),
    "waiting_over_24h": Quantity(
        "persons", "exit", "stock", "people in line for 24 h or more, highest hour of the day"
    ),
    "needs_water": Quantity(
        "litres", "exit", "flow", "water for the people in line, Sphere minimum, less what relief provides"
    ),
    "needs_toilets": Quantity(
        "toilets", "exit", "stock", "shared toilets for the longest line of the day, Sphere first phase"
    ),
    "needs_shelter": Quantity(
        "m2",
        "exit",
        "stock",
        "covered floor for people in line for 24 h or more, Sphere minimum, less places that relief provides",
    ),
}

ALL_COUNTRIES = "XX"  # code of the total over all countries, as in the ledgers
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


SUMMARY_COLUMNS = (
    "quantity", "place", "country", "mode", "start", "end", "unit", "mean", "q05", "q25", "q50", "q75", "q95",
)  # fmt: skip
