"""Make the frozen forecast of russia-2022 anew from the shipped fit: scenarios/russia-2022/forecast-2022-09-28.csv.

    python tools/freeze_russia_2022.py

A frozen forecast is replaced only before any later figure is held against it, and the changelog says so.
"""

import tempfile
from pathlib import Path

from borderflow.forecasting import forecast, freeze
from borderflow.scenario import shipped

if __name__ == "__main__":
    folder = shipped()["russia-2022"]
    with tempfile.TemporaryDirectory() as place:
        outlook = forecast(folder, members=400, seed=1, out=Path(place) / "outlook", progress=True)
        print(freeze(outlook, folder / "forecast-2022-09-28.csv"))
