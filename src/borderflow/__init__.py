"""borderflow: sudden flight across borders, hour by hour, with queues, controls, policies and honest uncertainty.

>>> import borderflow as bf
>>> scenario = bf.load("russia-2022")
>>> run = bf.run(scenario, members=4, seed=1, until="2022-09-16", out="/tmp/borderflow-doctest")
>>> len(run.quantiles("arrivals_daily", by="country")) > 0
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from borderflow.briefing import write_briefing
    from borderflow.comparison import Comparison, compare
    from borderflow.ensemble import merge, run
    from borderflow.errors import (
        BorderflowError,
        ConservationError,
        LedgerError,
        ResultsError,
        ScenarioError,
        UsageError,
    )
    from borderflow.exports import export
    from borderflow.ledger import Claim, Ledger, read_ledger, write_ledger
    from borderflow.results import Run, open_run
    from borderflow.scenario import Scenario, load, shipped

_HOMES = {
    "BorderflowError": "errors",
    "Claim": "ledger",
    "Comparison": "comparison",
    "ConservationError": "errors",
    "Ledger": "ledger",
    "LedgerError": "errors",
    "ResultsError": "errors",
    "Run": "results",
    "Scenario": "scenario",
    "ScenarioError": "errors",
    "UsageError": "errors",
    "compare": "comparison",
    "export": "exports",
    "load": "scenario",
    "merge": "ensemble",
    "open_run": "results",
    "read_ledger": "ledger",
    "run": "ensemble",
    "shipped": "scenario",
    "write_briefing": "briefing",
    "write_ledger": "ledger",
}

__all__ = [
    "BorderflowError",
    "Claim",
    "Comparison",
    "ConservationError",
    "Ledger",
    "LedgerError",
    "ResultsError",
    "Run",
    "Scenario",
    "ScenarioError",
    "UsageError",
    "compare",
    "export",
    "load",
    "merge",
    "open_run",
    "read_ledger",
    "run",
    "shipped",
    "write_briefing",
    "write_ledger",
]


def __getattr__(name: str) -> Any:
    """Load the parts of the front door on first use, so that ``borderflow --help`` pays for none of them."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"borderflow.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'borderflow' has no attribute {name!r}")
