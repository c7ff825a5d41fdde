"""Write src/borderflow/data/defaults.yaml: what `borderflow new` gives a scenario about which nothing is known.

Run from an environment with borderflow:  python tools/make_defaults.py

Every default is pooled from the shipped scenarios and names them. Of a parameter the value is the mean of theirs (the
geometric mean where the prior is on a logarithmic scale) and the prior reaches from the lowest of their lower ends to
the highest of their upper ends: what two crises disagree about is not known of a third. Values that a scenario holds
fixed because it does not use them do not count where another has a prior.

Where the fit that a scenario ships has narrowed a parameter to less than `LEARNED` of its prior's width, the fit's
middle and 90 % interval stand for that scenario instead. A fit speaks of its own crisis only: what a single scenario
leaves open keeps its prior, and since two may agree by chance, what comes out is at least `NARROWEST` as wide as what
comes out of the priors alone.
"""

from __future__ import annotations

import csv
import math
import statistics
from pathlib import Path

from ruamel.yaml import YAML

from borderflow.routes import detour_factors
from borderflow.scenario import ENGINE_PARAMETERS, Parameter, Scenario, Shock, load, shipped

LEARNED = 0.7  # share of the prior's width below which a fit has said something
NARROWEST = 0.5
OUT = Path(__file__).parents[1] / "src" / "borderflow" / "data" / "defaults.yaml"


def fitted(name: str) -> dict[str, tuple[float, float, float, float]]:
    """Return middle, 5 %, 95 % and ratio of spreads of each unknown of the fit that a scenario ships."""
    path = shipped()[name] / "fit" / "parameters.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["name"]: (float(row["q50"]), float(row["q05"]), float(row["q95"]), float(row["ratio"]))
            for row in csv.DictReader(file)
        }


def span(shape: str, intervals: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Return the mean of the middles and the ends that hold all intervals."""
    middles = [middle for middle, _, _ in intervals]
    mean = statistics.geometric_mean(middles) if shape in ("lognormal", "loguniform") else statistics.fmean(middles)
    return mean, min(low for _, low, _ in intervals), max(high for _, _, high in intervals)


def stretch(
    shape: str, found: tuple[float, float, float], wide: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Return ends that are at least `NARROWEST` as far apart as the wide ones, on the scale of the prior."""
    there, back = (math.log, math.exp) if shape in ("lognormal", "loguniform") else (float, float)
    if shape == "logitnormal":
        there, back = (lambda p: math.log(p / (1 - p))), (lambda x: 1 / (1 + math.exp(-x)))
    low, high = there(found[1]), there(found[2])
    short = NARROWEST * (there(wide[2]) - there(wide[1])) - (high - low)
    if short <= 0:
        return found
    return found[0], back(low - short / 2), back(high + short / 2)


def pool(named: list[tuple[str, str, Parameter]]) -> dict[str, object]:
    """Pool a parameter from scenarios: their names, its name in each, and what it is there."""
    used = [one for one in named if one[2].prior.shape != "fixed"] or named[:1]
    first = used[0][2]
    shape = first.prior.shape
    if shape == "fixed":
        prior = {"shape": shape, "low": first.prior.low, "high": first.prior.high}
        return {"value": float(f"{first.value:.3g}"), "prior": prior, "unit": first.unit, "source": first.source}
    priors = [(one.value, one.prior.low, one.prior.high) for _, _, one in used]
    intervals, said = [], []
    for (scenario, name, _), prior_of in zip(used, priors, strict=True):
        *interval, ratio = fitted(scenario).get(name, (*prior_of, 1.0))
        learned = ratio < LEARNED and len(used) > 1
        intervals.append(tuple(interval) if learned else prior_of)
        middle, low, high = intervals[-1]
        said.append(f"{scenario} {middle:.3g} ({'fit, ' if learned else ''}{low:.3g} to {high:.3g})")
    mean, low, high = stretch(shape, span(shape, intervals), span(shape, priors))
    return {
        "value": float(f"{mean:.3g}"),
        "prior": {"shape": shape, "low": float(f"{low:.3g}"), "high": float(f"{high:.3g}")},
        "unit": first.unit,
        "source": f"guess pooled from {'; '.join(said)}",
    }


def pool_values(scenarios: dict[str, Scenario], names: list[tuple[str, object]], unit: str) -> dict[str, object]:
    """Pool fields that may name a parameter; plain numbers count as fixed."""
    found = []
    for name, value in names:
        if isinstance(value, str):
            found.append((name, value, scenarios[name].parameters[value]))
    pooled = pool(found)
    return {**pooled, "unit": unit}


def first_shock(scenario: Scenario) -> Shock:
    return min((e for e in scenario.active_events() if isinstance(e, Shock)), key=lambda e: e.start)


def crossings(scenarios: dict[str, Scenario]) -> dict[str, dict[str, object]]:
    per_day: dict[str, list[float]] = {"car": [], "bus": [], "foot": []}
    shares, ratio, detours = [], [], []
    for name, scenario in scenarios.items():
        occupancy = {"car": scenario.value("car_occupancy"), "bus": scenario.value("bus_occupancy"), "foot": 1.0}
        lanes = {(lane.crossing, lane.mode): lane for lane in scenario.lanes if lane.direction == "out"}
        for lane in lanes.values():
            if lane.mode in per_day and lane.exit_per_day > 0:
                scale = 1.0 if lane.unit == "vehicles" or lane.mode == "foot" else 1.0 / occupancy[lane.mode]
                per_day[lane.mode].append(lane.exit_per_day * scale)
                ratio.append(lane.entry_per_day / lane.exit_per_day)
        for row in scenario.baseline:
            lane = lanes.get((row.place, row.mode)) if row.direction == "out" else None
            if lane is not None and lane.exit_per_day > 0 and lane.mode in ("car", "bus"):
                persons = lane.exit_per_day * (occupancy[lane.mode] if lane.unit == "vehicles" else 1.0)
                shares.append(row.persons_per_day / persons)
        detours.append((name, detour_factors(scenario)["*"]))
    of = " and ".join(scenarios)
    guess = f"guess: median over the posts of {of}"
    return {
        "cars_per_day": {"value": round(statistics.median(per_day["car"]), -1), "source": guess},
        "buses_per_day": {"value": round(statistics.median(per_day["bus"])), "source": guess},
        "walkers_per_day": {"value": round(statistics.median(per_day["foot"]), -1), "source": guess},
        "entry_over_exit": {"value": round(statistics.median(ratio), 2), "source": guess},
        "ordinary_share": {"value": round(statistics.median(shares), 2),
                           "source": f"guess: median share of the capacity taken by ordinary travellers at the posts of {of}"},
        "detour": {"value": round(statistics.fmean(d for _, d in detours), 2),
                   "source": "guess: great circle x the detour of roads in " + ", ".join(f"{n} ({d:.2f})" for n, d in detours)},
    }  # fmt: skip


def main() -> None:
    scenarios = {name: load(path) for name, path in shipped().items()}
    parameters: dict[str, object] = {}
    for name in ENGINE_PARAMETERS:
        parameters[name] = pool([(key, name, one.parameters[name]) for key, one in scenarios.items()])
    for name, field in (
        ("shock_amplitude", "amplitude"),
        ("shock_rise", "rise_hours"),
        ("shock_half_life", "half_life_days"),
    ):
        unit = {"amplitude": "1", "rise_hours": "h", "half_life_days": "days"}[field]
        parameters[name] = pool_values(
            scenarios, [(key, getattr(first_shock(one), field)) for key, one in scenarios.items()], unit
        )
    for field in ("onward_rate", "return_rate"):
        named = [(key, getattr(country, field)) for key, one in scenarios.items() for country in one.countries]
        parameters[field] = pool_values(scenarios, list(dict.fromkeys(named)), "1/day")
        # a scenario of its own names several countries; one line each scenario is enough
        parameters[field]["source"] = f"guess pooled from the countries of {' and '.join(scenarios)}"  # type: ignore[index]
    newest = list(scenarios.values())[-1]
    ukraine = scenarios.get("ukraine-2022", newest)
    profiles = [one.hour_profile for one in scenarios.values()]
    profile = [round(statistics.fmean(hour), 2) for hour in zip(*profiles, strict=True)]
    profile[12] = round(profile[12] + 24 - sum(profile), 2)
    tree = {
        "parameters": parameters,
        "attractiveness": {"prior": {"shape": "normal", "low": -3.0, "high": 3.0}, "unit": "1",
                           "source": "guess: as attractive as the first country named; a spread that holds those of "
                                     + " and ".join(scenarios)},
        "groups": [
            {"id": "adults", "label": "Adults under 60", "share": 0.58, "leaving": 1.0,
             "source": "guess: reference group of the departure rates; share as in ukraine-2022, women and men together"},
            {"id": "children", "label": "Children under 18", "share": 0.18,
             "leaving": ukraine.parameters["leaving_children"].value, "source": "guess: share and rate as in ukraine-2022"},
            {"id": "older", "label": "People of 60 and more", "share": 0.24,
             "leaving": ukraine.parameters["leaving_older"].value, "source": "guess: share and rate as in ukraine-2022"},
        ],
        "travel": {mode: {**how.model_dump(exclude_defaults=True), "source": f"guess: as in {next(iter(scenarios))} ({how.source})"}
                   for mode, how in next(iter(scenarios.values())).travel.items()},
        "hour_profile": profile,
        "crossing": crossings(scenarios),
    }  # fmt: skip
    writer = YAML()
    writer.width = 120
    with OUT.open("w", encoding="utf-8") as file:
        file.write("# What `borderflow new` gives a scenario about which nothing is known yet. Pooled from the shipped\n"
                   "# scenarios by tools/make_defaults.py; every entry says from which.\n")  # fmt: skip
        writer.dump(tree, file)
    print(OUT)


if __name__ == "__main__":
    main()
