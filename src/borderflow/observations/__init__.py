"""Observations: claims of the ledger as figures that the model has, too, each with an error.

A claim becomes an observation where the model has its quantity at its place: the quantity, place, country, mode and
window are those of ``summary.csv``. What cannot be matched is listed with the reason. The error is on the log scale
``log(1 + x)`` and adds up, in variance, from the kind of source, the wording and rounding of the figure, how the
quantity is counted, and contradictions: claims about the same target stay apart, every one of them with an error that
covers the distance to the others, and together they weigh as much as one. Nothing is averaged.

A figure worded as "over" or "up to" is a bound, not a measurement: the model is held against it only where it lies on
the wrong side.
"""

from __future__ import annotations

from borderflow.observations.matching import match_claims
from borderflow.observations.reading import match_known, read_observations
from borderflow.observations.reconciling import observe, reduce_cumulative
from borderflow.observations.targets import Observation, Observations, Part, Target, index_series

__all__ = [
    "Observation",
    "Observations",
    "Part",
    "Target",
    "index_series",
    "match_claims",
    "match_known",
    "observe",
    "read_observations",
    "reduce_cumulative",
]
