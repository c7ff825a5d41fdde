"""Briefing: one self-contained HTML situation report of a run, for people who plan reception.

The page opens without a network: drawings are SVG inside it, and addresses of sources are links that nobody follows
unasked. Figures come from the summary and, where a sum over days needs its own interval, from the daily arrays of the
cube. Claims of the scenario's ledger are drawn beside the model, contradictory ones included.
"""

from borderflow.briefing.page import write_briefing

__all__ = ["write_briefing"]
