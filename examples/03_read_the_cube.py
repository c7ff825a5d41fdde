"""The results cube: every member, every hour, with xarray.

``summary.csv`` has days and quantiles. Whoever needs more opens the cube: hourly queues and waits, daily flows, all by
member. Run it with ``python examples/03_read_the_cube.py``.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import borderflow as bf

LANE = "verkhny-lars/out/car"  # post/direction/mode

with TemporaryDirectory() as folder:
    run = bf.run("russia-2022", members=10, seed=1, until="2022-09-27", out=Path(folder) / "cube")
    cube = run.cube()  # opened lazily: nothing is read before it is asked for
    print(f"{dict(cube.sizes)}\n")

    # People in line at Lars, both sides, every six hours of two days: mean and range over members. Hours are UTC.
    line = (cube["queue_exit"] + cube["queue_entry"]).sel(lane=LANE, hour=slice("2022-09-24", "2022-09-25"))
    every_six = line.isel(hour=slice(None, None, 6))
    print("People in line in cars at Verkhny Lars")
    for hour, people in every_six.groupby("hour"):
        print(f"  {str(hour)[:13]}Z  {float(people.mean()):6,.0f}  ({int(people.min()):,} to {int(people.max()):,})")

    # A question that no summary answers: in how many members did somebody wait more than 24 hours somewhere?
    long_wait = (cube["waiting_day"] > 0).any(["hour", "lane"])
    print(
        f"\nMembers in which somebody stood in line for a day or more: {int(long_wait.sum())} of {cube.sizes['member']}"
    )

    # Where people came from: left home since the announcement, mean over members, the five largest
    day = cube["day"] >= run.scenario.announcement.isoformat()
    left = cube["left"].where(day, 0).sum("day").mean("member")
    print("\nLeft home since the announcement, by region")
    for name, people in left.to_series().nlargest(5).items():
        print(f"  {run.scenario.place(name).name:<24} {people:8,.0f}")
