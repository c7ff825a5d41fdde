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
    from borderflow.articles import Article, Finding, read_article, read_evidence
    from borderflow.briefing import write_briefing
    from borderflow.calibration import Fit, calibrate, open_fit
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
    from borderflow.evidence import contradictions
    from borderflow.exports import export
    from borderflow.forecasting import forecast
    from borderflow.ledger import Claim, Ledger, read_ledger, write_ledger
    from borderflow.proposals import propose
    from borderflow.results import Run, open_run
    from borderflow.review import review_ledger
    from borderflow.scenario import Scenario, load, shipped
    from borderflow.skill import Scores, score

_HOMES = {
    "Article": "articles",
    "BorderflowError": "errors",
    "Claim": "ledger",
    "Comparison": "comparison",
    "ConservationError": "errors",
    "Finding": "articles",
    "Fit": "calibration",
    "Ledger": "ledger",
    "LedgerError": "errors",
    "ResultsError": "errors",
    "Run": "results",
    "Scenario": "scenario",
    "ScenarioError": "errors",
    "Scores": "skill",
    "UsageError": "errors",
    "calibrate": "calibration",
    "compare": "comparison",
    "contradictions": "evidence",
    "export": "exports",
    "forecast": "forecasting",
    "load": "scenario",
    "merge": "ensemble",
    "open_fit": "calibration",
    "open_run": "results",
    "propose": "proposals",
    "read_article": "articles",
    "read_evidence": "articles",
    "read_ledger": "ledger",
    "review_ledger": "review",
    "run": "ensemble",
    "score": "skill",
    "shipped": "scenario",
    "write_briefing": "briefing",
    "write_ledger": "ledger",
}

__all__ = [
    "Article",
    "BorderflowError",
    "Claim",
    "Comparison",
    "ConservationError",
    "Finding",
    "Fit",
    "Ledger",
    "LedgerError",
    "ResultsError",
    "Run",
    "Scenario",
    "ScenarioError",
    "Scores",
    "UsageError",
    "calibrate",
    "compare",
    "contradictions",
    "export",
    "forecast",
    "load",
    "merge",
    "open_fit",
    "open_run",
    "propose",
    "read_article",
    "read_evidence",
    "read_ledger",
    "review_ledger",
    "run",
    "score",
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
