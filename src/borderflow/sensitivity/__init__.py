"""Sensitivity: which events and which parameters matter for a figure, and how much.

Three questions, in order of cost:

* `study_events`: what would each event's absence change? One paired comparison for each event.
* `study_parameters`: what does each parameter change between the 5 and the 95 % quantile of its prior, the others held?
  One paired comparison for each end.
* `sobol_indices`: which share of the figure's variance over the whole prior does each parameter explain, alone (first
  order) and together with the others (total)? Saltelli's design on Sobol's sequence, through SALib.

Results of the first two are drawn as tornado charts: one bar for each event or parameter, the longest on top.
"""

from borderflow.sensitivity.studies import count_members, study_events, study_parameters
from borderflow.sensitivity.swings import Study, Swing, Tornado, read_figure
from borderflow.sensitivity.variance import SobolIndices, sobol_indices

__all__ = [
    "SobolIndices",
    "Study",
    "Swing",
    "Tornado",
    "count_members",
    "read_figure",
    "sobol_indices",
    "study_events",
    "study_parameters",
]
