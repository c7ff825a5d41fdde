"""What if: the same members with and without one event.

Both runs use the same seed, so they share every random draw that the event does not touch. Member 3 with the event and
member 3 without it are the same world up to the hour in which the event begins, and their difference is what the event
does, not luck. Run it with ``python examples/02_without_an_event.py``.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import borderflow as bf

EVENT = "closure-rumour"  # from 24 September: "men may soon no longer leave"
MEMBERS = 10

scenario = bf.load("russia-2022")
(event,) = (event for event in scenario.events if event.id == EVENT)
print(f"Without: {event.title} ({event.start:%d %B}; evidence {', '.join(event.evidence)})\n")

with TemporaryDirectory() as folder:
    common = {"members": MEMBERS, "seed": 1, "until": "2022-09-28"}
    with_event = bf.run(scenario, out=Path(folder) / "with", **common)
    without = bf.run(scenario.without(EVENT), out=Path(folder) / "without", **common)

    # People who left home, by member and day, over all origins
    left = with_event.cube()["left"].sum("origin")
    left_without = without.cube()["left"].sum("origin")

    # Pairing: before the event starts, every member is the same in both runs, to the person.
    before = left["day"] < f"{event.start:%Y-%m-%d}"
    assert np.array_equal(left[:, before], left_without[:, before])

    paired = (left - left_without).sum("day").values  # one number per member
    low, high = np.quantile(paired, [0.05, 0.95])
    print(f"People who left because of it, by 27 September: {paired.mean():,.0f} ({low:,.0f} to {high:,.0f})")

    # The same difference between members that do not belong together scatters more: that is what pairing saves.
    unpaired = left.sum("day").values - np.roll(left_without.sum("day").values, 1)
    print(f"Standard deviation over members: {paired.std():,.0f} paired, {unpaired.std():,.0f} unpaired")
