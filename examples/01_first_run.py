"""A first run: ten members of the shipped scenario, and what they say about arrivals and queues.

Run it with ``python examples/01_first_run.py``. It writes to a temporary folder and takes a few seconds.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import borderflow as bf

# A scenario is a folder of files that people can read and edit; this one is shipped.
scenario = bf.load("russia-2022")
print(scenario.title)
print(f"{len(scenario.events)} dated events, from {scenario.start:%d %B} to {scenario.end:%d %B %Y}\n")

with TemporaryDirectory() as folder:
    # Ten stochastic runs up to the morning of 27 September; real work wants 200 members and the whole period.
    run = bf.run(scenario, members=10, seed=1, until="2022-09-27", out=Path(folder) / "first")

    # Quantiles over members, one row per country and local day. Gross: ordinary travellers are counted, too.
    entries = run.quantiles("arrivals_daily", by="country")
    georgia = entries[entries["country"] == "GE"]
    print("Entries of Russian citizens into Georgia, persons a day, gross")
    print(georgia[["end", "mean", "q05", "q95"]].to_string(index=False, float_format="{:,.0f}".format))

    # The same at single crossings: the longest line of cars of each day at Verkhny Lars, the one road to Georgia.
    lines = run.quantiles("queue_cars", by="place")
    lars = lines[lines["place"] == "Verkhny Lars"]
    print("\nCars in line at Verkhny Lars, highest hour of the day")
    print(lars[["end", "mean", "q05", "q95"]].to_string(index=False, float_format="{:,.0f}".format))

print("\nThe spread is chance alone: all members share one set of parameter values.")
