"""Quantities of the ledger that the model has, by the name of the model's own."""

from collections.abc import Mapping

__all__ = ["FLOWS", "LEVELS", "SUMS"]

FLOWS: Mapping[str, str] = {
    "arrivals_daily": "arrivals_daily",
    "arrivals_cumulative": "arrivals_daily",
    "arrivals_weekly": "arrivals_daily",
    "arrivals_daily_baseline": "arrivals_daily",
    "departures_daily": "departures_daily",
    "departures_cumulative": "departures_daily",
    "departures_vehicles_daily": "departures_vehicles_daily",
    "departures_vehicles_cumulative": "departures_vehicles_daily",
    "net_flow": "net_flow",
    "entry_refused": "entry_refused",
    "notices_served": "notices_served",
    "turned_back": "turned_back",
    "arrivals_excess_daily": "arrivals_excess_daily",
}
LEVELS: Mapping[str, str] = {
    "queue_cars": "queue_cars",
    "queue_persons": "queue_persons",
    "wait_hours": "wait_hours",
    "wait_hours_joining": "wait_hours_joining",
    "mobilised_cumulative": "mobilised_cumulative",
    "air_price": "air_price",
    "queue_cleared": "queue_cars",
}
#: Totals over several days.
SUMS = {"arrivals_cumulative", "departures_cumulative", "arrivals_weekly", "departures_vehicles_cumulative"}
