"""Effects of events with the shipped fit, and the parameters that matter: two sections of RESULTS.md.

    python benchmarks/effects.py [events] [tornado] [sobol]

``tornado`` draws a picture into the working directory instead. Development only; nothing here is installed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from fits import computer, table
from sections import write_section

import borderflow as bf
from borderflow.changes import change_capacity, close_crossing
from borderflow.effects import Effect
from borderflow.forecasting import shipped_fit
from borderflow.sensitivity import SobolIndices, Study, sobol_indices, study_events

UNTIL = "2022-10-10"
MEMBERS = 100
OFFICES = ("lars-draft-office", "torfyanovka-draft-office", "kurgan-tyumen-draft-offices", "ozinki-draft-office",
           "astrakhan-draft-office")  # fmt: skip
#: Figures of the table: heading, quantity, place or country, mode, statistic.
FIGURES = (
    (
        "entries, persons",
        "arrivals_daily",
        ("GE", "KZ", "FI", ""),
        "all",
        "sum",
    ),
    ("longest line at Lars, all modes, persons", "queue_persons", ("Verkhny Lars",), "all", "highest"),
    ("wait at Lars by car, mean of days, hours", "wait_hours", ("Verkhny Lars",), "car", "mean"),
    ("person-hours in lines", "person_hours_waiting", ("",), "all", "sum"),
    ("stopped at exit, persons", "turned_back", ("",), "all", "sum"),
    ("entry refused, persons", "entry_refused", ("",), "all", "sum"),
)
PARAMETERS = [
    "shock_amplitude",
    "wait_aversion",
    "value_of_time",
    "access_response",
    "capacity:verkhny-lars",
    "nest_scale",
]
SOBOL = (("arrivals_daily@GE", "sum"), ("wait_hours/car@Verkhny Lars", "mean"))
SAMPLES = 128


def changes(scenario: bf.Scenario) -> dict[str, bf.Scenario]:
    return {
        "no draft offices at the posts": scenario.without(*OFFICES),
        "no entry ban in Finland": scenario.without("finland-tourist-ban"),
        "no bus halt Samara and Tolyatti – Uralsk": scenario.without("samara-tolyatti-bus-halt"),
        "Verkhny Lars closed from 30 September": close_crossing(scenario, "verkhny-lars", "2022-09-30"),
        "lanes for cars at Lars doubled from 30 September": change_capacity(
            scenario, "verkhny-lars", 2.0, "2022-09-30", modes=["car"]
        ),
    }


def said(effect: Effect) -> str:
    """Return mean, its interval, quantiles over members and members needed; a dash where no member differs."""
    if not effect.touched:
        return "–"
    digits = 1 if effect.quantity.startswith("wait") else 0
    low, high = effect.quantiles[0], effect.quantiles[-1]
    needed = f"{effect.members_needed:,.0f}" if effect.members_needed < 1e5 else "> 100,000"
    return (
        f"{effect.difference:+,.{digits}f} ({effect.low:+,.{digits}f} to {effect.high:+,.{digits}f}); "
        f"members {low:+,.{digits}f} to {high:+,.{digits}f}; {needed}"
    )


def rows(study: Study) -> pd.DataFrame:
    out = []
    for heading, quantity, places, mode, statistic in FIGURES:
        for place in places:
            bars = {}
            for swing in study.swings:
                found = [one for one in swing.effects[0] if (one.quantity, one.place or one.country, one.mode,
                         one.statistic) == (quantity, place, mode, statistic)]  # fmt: skip
                bars[swing.name] = found[0]
            any_one = next(iter(bars.values()))
            name = f"{heading}: {place or 'all'}" if len(places) > 1 else heading
            out.append({"figure": name, "as announced": f"{any_one.reference:,.0f}",
                        **{swing: said(one) for swing, one in bars.items()}})  # fmt: skip
    return pd.DataFrame(out)


def run_events() -> None:
    scenario = bf.load("russia-2022").until(UNTIL)
    folder = shipped_fit(bf.load("russia-2022"))
    assert folder is not None
    study = study_events(scenario, [], bf.open_fit(folder), changes=changes(scenario), members=MEMBERS)
    found = rows(study)
    parts = [f"*{name}*\n\n{table(found[['figure', 'as announced', name]].rename(columns={name: 'difference'}))}"
             for name in found.columns[2:]]  # fmt: skip
    write_section(
        "effects",
        f"""
## Effects of events

russia-2022 with the shipped fit, {MEMBERS} paired members, 21 September to 9 October 2022; gross flows of citizens of
Russia, ordinary travellers included. Each difference is that of the changed scenario less the one as announced: its mean,
the 90 % interval of the mean, the 5 to 95 % range over members (chance and parameters), and how many paired members a
claim of that size needs (two-sided paired t test, error rate 5 %, power 90 %); a dash where no member differs. A mean
whose interval holds zero is no claim. A mean wait is over the days on which somebody passed, so that of a closed post is
of the days before. How strongly draft offices and bans work is the prior's word, not the data's.
{computer()}.

{(chr(10) * 2).join(parts)}
""",
    )


def run_tornado() -> None:
    """Draw what the absence of each event changes in the lines at Lars and in entries to Georgia."""
    scenario = bf.load("russia-2022").until(UNTIL)
    folder = shipped_fit(bf.load("russia-2022"))
    assert folder is not None
    study = study_events(scenario, None, bf.open_fit(folder), members=30)
    for number, figure in enumerate(("person_hours_waiting@Verkhny Lars", "arrivals_daily@GE")):
        chart = study.tornado(figure)
        print(chart)
        chart.plot(Path(f"tornado-{number}.png"))


def indices(found: SobolIndices) -> pd.DataFrame:
    return pd.DataFrame([
        {"parameter": name, "alone": f"{found.first[n]:.2f} ± {found.first_error[n]:.2f}",
         "with others": f"{found.total[n]:.2f} ± {found.total_error[n]:.2f}"}
        for n, name in enumerate(found.names)
    ])  # fmt: skip


def run_sobol() -> None:
    scenario = bf.load("russia-2022").until(UNTIL)
    parts = []
    for figure, statistic in SOBOL:
        found = sobol_indices(scenario, PARAMETERS, figure, statistic, scale="log", samples=SAMPLES, members=2)
        parts.append(f"*log(1 + {figure}, {statistic})*; chance {found.chance:.1%} of the variance; {found.runs:,} "
                     f"members\n\n{table(indices(found))}")  # fmt: skip
        print(found, flush=True)
    write_section(
        "sobol",
        f"""
## Parameters that matter

Sobol indices (SALib, Saltelli's design, {SAMPLES} base samples, two common members a set) over the *prior* of six
parameters, the others at their shipped values, 21 September to 9 October; half widths of 95 % intervals by resampling.
{computer()}.

{(chr(10) * 2).join(parts)}
""",
    )


if __name__ == "__main__":
    for one in sys.argv[1:] or ["events", "sobol"]:
        {"events": run_events, "tornado": run_tornado, "sobol": run_sobol}[one]()
