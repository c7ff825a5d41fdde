"""Results: what a run leaves behind, as a labelled cube on disk, quantiles over members and a tidy summary.

A run folder holds ``manifest.json``, ``results.zarr`` (hourly queues and waits, daily flows, per member) and
``summary.csv``, one row per quantity, place and day, with exactly the columns of `SUMMARY_COLUMNS`.
"""

from borderflow.cube import MEMBERS_FILE, MEMBERS_PER_CHUNK, Block, Cube, Store
from borderflow.results.quantities import ALL_COUNTRIES, QUANTILES, QUANTITIES, SUMMARY_COLUMNS, Quantity
from borderflow.results.runs import FORMAT, Run, headline, open_run
from borderflow.results.series import Series, complete_days, daily_series, ordinary_by_day
from borderflow.results.summaries import DailyFigures, read_summary, summarise, summarise_series, write_summary

__all__ = [
    "ALL_COUNTRIES",
    "FORMAT",
    "MEMBERS_FILE",
    "MEMBERS_PER_CHUNK",
    "QUANTILES",
    "QUANTITIES",
    "SUMMARY_COLUMNS",
    "Block",
    "Cube",
    "DailyFigures",
    "Quantity",
    "Run",
    "Series",
    "Store",
    "complete_days",
    "daily_series",
    "headline",
    "open_run",
    "ordinary_by_day",
    "read_summary",
    "summarise",
    "summarise_series",
    "write_summary",
]
