"""Make and freeze the forecast of a shipped scenario from its shipped fit: scenarios/NAME/forecast-DATE.csv and its hash.

    python tools/freeze_forecast.py ukraine-2022

DATE is the day by which everything was known, from the fit. A frozen forecast that exists is left alone: it may be
replaced only before any later figure is held against it, and the changelog has to say so.
"""

import sys
import tempfile
from pathlib import Path

from borderflow.calibration import open_fit
from borderflow.forecasting import forecast, freeze
from borderflow.scenario import shipped

MEMBERS, SEED = 400, 1

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in shipped():
        sys.exit(f"name one shipped scenario: {', '.join(sorted(shipped()))}")
    folder = shipped()[sys.argv[1]]
    fit = open_fit(folder / "fit")
    path = folder / f"forecast-{fit.through}.csv"
    if path.exists():
        sys.exit(f"{path}: is frozen; remove it first if it was never held against a later figure")
    with tempfile.TemporaryDirectory() as place:
        outlook = forecast(folder, fit, members=MEMBERS, seed=SEED, out=Path(place) / "outlook", progress=True)
        print(freeze(outlook, path))
