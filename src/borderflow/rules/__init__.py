"""Rules: events and parameter values as what is in force between two changes.

Everything here follows from the scenario's events and from parameter values, and is kept apart from the network, so
that every member of a fit may have values of its own. What is the same for all members (which posts, lanes, countries
and ways an event touches, and when) is found once, in a `Rulebook`; the values are filled in for each.
"""

from borderflow.rules.book import Rulebook, compile_rules
from borderflow.rules.demand import CALL_HOURS, shock_shape

__all__ = ["CALL_HOURS", "Rulebook", "compile_rules", "shock_shape"]
