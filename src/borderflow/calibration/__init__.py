"""Calibration: what the reports say about the unknowns of a scenario.

`calibrate` draws members from the prior, simulates them through the last reported day, and moves them by an iterated
ensemble smoother (`smoother`) until they agree with the observations within their errors and that of the model. It
leaves a *fit*: a folder with

* ``posterior.csv``: one row per member, one column per unknown;
* ``parameters.csv``: prior and posterior of each unknown, whether it was learned, and from which observations;
* ``observations.csv``: each observation with its claims, error, and what prior and posterior predict for it;
* ``fit.json``: version, seed, what was known, warnings.

A fit says what the data cannot tell, too: an unknown whose spread stays as it was is called *prior only*.
"""

from borderflow.calibration.calibrating import calibrate
from borderflow.calibration.posteriors import Fit, open_fit
from borderflow.calibration.problems import MODEL_ERROR, SMALL, Problem, as_known, pose_problem
from borderflow.calibration.tables import LEARNED

__all__ = ["LEARNED", "MODEL_ERROR", "SMALL", "Fit", "Problem", "as_known", "calibrate", "open_fit", "pose_problem"]
