"""Measure a what-if of the page: a paired run from the hour of the change against a whole one.

python benchmarks/whatif.py; processor time, so that other work on the computer matters little.
"""

import os
import time

import borderflow as bf
from borderflow.network import compile_network, vary_network
from borderflow.server.pictures import comparison_picture
from borderflow.server.questions import Close, Switch, ask
from borderflow.server.samples import draw_sample
from borderflow.server.trails import Base, hours_to_keep
from borderflow.snapshots import shared_hours

MEMBERS = range(40)
CHANGES = {
    "no draft office at Verkhny Lars (27 September)": Switch(kind="switch", event="lars-draft-office", on=False),
    "no entry ban of Finland (30 September)": Switch(kind="switch", event="finland-tourist-ban", on=False),
    "Verkhny Lars shut from 21 September": Close(kind="close", crossing="verkhny-lars", start="2022-09-20T20:00Z"),
}


def main() -> None:
    """Print one line for each change."""

    def draw(network, **more):
        begin = time.process_time()
        sample = draw_sample(network, MEMBERS, seed=1, workers=1, advance=lambda count: None, **more)
        return sample, (time.process_time() - begin) / len(MEMBERS)

    scenario = bf.load("russia-2022")
    network = compile_network(scenario)
    draw(network)
    reference, _ = draw(network, keep=hours_to_keep(network, 100))
    reference.outcome, reference.daily  # noqa: B018
    for name, change in CHANGES.items():
        changed = vary_network(network, ask(scenario, [change]))
        base = Base.latest(reference.trails, shared_hours(network, changed)[0])
        _, whole = draw(changed)
        sample, branch = draw(changed, base=base)
        begin = time.process_time()
        comparison_picture(reference, sample)
        shown = time.process_time() - begin
        print(
            f"{name}: whole {1e3 * whole:.1f} ms a member, from its hour {1e3 * branch:.1f} ms, picture {shown:.2f} s"
        )
    print("load", os.getloadavg())


if __name__ == "__main__":
    main()
