"""Fits and forecasts measured: backtests, ablations, calibration by simulation, ABC beside the smoother.

    python benchmarks/fits.py [backtests] [ablations] [calibration] [abc] [pyabc]

Writes its sections of RESULTS.md, each between two marks. Development only; nothing here is installed.
"""

from __future__ import annotations

import datetime as dt
import platform
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sections import write_section

import borderflow as bf
from borderflow.backtests import ABLATIONS, backtest, switch_off
from borderflow.baselines import BASELINES
from borderflow.breaks import Rates
from borderflow.calibration import calibrate, open_fit
from borderflow.skill import PRIOR_ONLY, Scores

ORIGINS = [dt.date(2022, 9, day) for day in (23, 24, 25, 26)]
UNTIL = dt.date(2022, 9, 28)
MEMBERS, STEPS = 120, 4
TRUTHS = 200
FITS = Path(tempfile.gettempdir()) / "borderflow-backtests"


def computer() -> str:
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.processor())  # fmt: skip
    return f"{model}, Python {platform.python_version()}, processor time {time.process_time():.0f} s"


def table(frame: pd.DataFrame, digits: int = 2) -> str:
    """Return a table in Markdown."""
    head = "| " + " | ".join(map(str, frame.columns)) + " |\n|" + "---|" * len(frame.columns)
    rows = []
    for row in frame.itertuples(index=False):
        cells = ["–" if isinstance(one, float) and np.isnan(one) else f"{one:,.{digits}f}" if isinstance(one, float)
                 else str(one) for one in row]  # fmt: skip
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join([head, *rows])


def fit_origin(scenario: bf.Scenario, origin: dt.date, name: str = "") -> bf.Fit:
    """Fit one origin, or open what an earlier run has left: tuning the breaks needs no new fit."""
    folder = FITS / f"{name or 'whole'}-{origin}".replace(" ", "-")
    if (folder / "fit.json").exists():
        return open_fit(folder)
    return calibrate(scenario, through=origin, members=MEMBERS, steps=STEPS, out=folder)


def backtests(scenario: bf.Scenario, rates: Rates | None = None, **options: object) -> pd.DataFrame:
    frames = []
    for origin in ORIGINS:
        fit = fit_origin(scenario, origin)
        frames.append(backtest(scenario, origin, until=UNTIL, members=MEMBERS, fit=fit, rates=rates, **options))
        print(origin, len(frames[-1]), f"{time.process_time():.0f} s", flush=True)
    gaps = {f"{origin} {name}": why for origin, frame in zip(ORIGINS, frames, strict=True)
            for name, why in frame.attrs["gaps"].items()}  # fmt: skip
    out = pd.concat(frames, ignore_index=True)
    out.attrs["gaps"] = gaps
    return out


def kind_of(label: str) -> str:
    quantity = label.split()[0]
    if quantity.startswith("wait"):
        return "waits"
    if quantity.startswith("queue"):
        return "lines of cars"
    if quantity == "departures_daily" and label.split()[1] in ("GE", "FI", "KZ", "LV", "EE"):
        return "exits from a country"
    return "entries to a country" if label.split()[1] in ("GE", "FI", "KZ", "LV", "EE", "MN") else "flows at crossings"


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """Return coverage and relative skill by kind of figure, contradicted nonsense included."""
    rows = []
    values = frame[frame["kind"] == "value"].copy()
    values["what"] = values["label"].map(kind_of)
    for what, part in [("all", values), *values.groupby("what")]:
        overall = Scores(part, {}).overall()
        row = {"figure": what, "forecasts": len(part), "reports": part["id"].nunique(), "WIS (log)": overall["wis_log"]}
        row |= {f"in {level} %": f"{overall[f'coverage {level}%']:.0%}" for level in (50, 80, 90)}
        row |= {f"told in {level} %": f"{overall[f'told coverage {level}%']:.0%}" for level in (50, 80, 90, 95)}
        row |= {f"vs {name}": overall.get(f"relative {name}", float("nan")) for name in (*BASELINES, PRIOR_ONLY)}
        rows.append(row)
    return pd.DataFrame(rows)


def run_backtests() -> None:
    frame = backtests(bf.load("russia-2022"))
    frame.to_csv(Path(__file__).with_name("backtests.csv"), index=False, float_format="%.5g", lineterminator="\n")
    found = summary(frame)
    lost = [name for name in (*BASELINES, PRIOR_ONLY) if found.loc[0, f"vs {name}"] > 1]
    counted = frame[(frame["kind"] == "value") & frame["persistence wis_log"].notna()]
    kinds = counted.assign(what=counted["label"].map(kind_of)).groupby("what")["id"]
    where = [f"{row['figure']} ({row['vs persistence']:.2f}; {kinds.count()[row['figure']]} forecasts of "
             f"{kinds.nunique()[row['figure']]} reports)" for _, row in found.iloc[1:].iterrows()
             if row["vs persistence"] > 1]  # fmt: skip
    beaten = int((counted["wis_log"] < counted["persistence wis_log"]).sum())
    gaps = [name for name, why in frame.attrs["gaps"].items() if "nobody passes" in why]
    write_section(
        "backtests",
        f"""
## Backtests of the forecast

Rolling origins 23, 24, 25 and 26 September 2022, each fitted to what can have been known by that day ({MEMBERS} members,
{STEPS} steps; a count of a whole day from the day after) with the events known by that day, held against the reports
about the days until the 28th. Ratios are geometric means of WIS on the log scale, below 1 where the model is better. *In*
is the interval of the quantity, *told in* the interval of its report, the same members with the error of the report: the
second is the one that has to cover. Forecasts from different origins of one report are one test, not four, and reports
contradict each other in part: coverage is a rough check, not a proof. {computer()}, fits of 66 s not counted.

{table(found)}

Of {len(counted)} forecasts with a persistence forecast the model is better in {beaten}. Persistence wins for:
{"; ".join(where) or "no kind of figure"}. Baselines that beat the model over all reports: {", ".join(lost) or "none"}.
Not scored, because nobody passes there in most members, so that there is no wait: {", ".join(gaps) or "none"}.
Every row is in `backtests.csv`. Entry bans after the 28th and the road limit before Lars cannot be tested here.

What was changed after looking at these same days, so that coverage is in-sample for it: the first-day errors of pull, posts
and borders, the walk of journeys back, and the prior of how many stay who came for a visit. Before, the same reports gave
41, 69 and 78 % in the 50, 80 and 90 % intervals, national entries 48, 57 and 62 %, exits 0, 25 and 58 %. Ratios to
persistence are not comparable with the earlier table (0.74): a count of a whole day is now known a day later, for
persistence, too.

*Exits* are journeys back, six reports. By weekday they rise by a sixth on Saturday; on the 24th they did not, and on the
26th they were a quarter below the Monday before. "As yesterday" is right there by luck, since the fall cancels the
weekend. The model now lets them fall (some who went out stay), which took its WIS from 0.18 to 0.12 at the same origins,
and its medians are still a fifth too high. *Waits* are four reports, only one of them with a persistence forecast: 16 h at
Kyakhta by one traveller, where the model has no line; 40 and 84 h at Lars, where it says 27 to 40 h. 3,500 cars in line and
some 2,500 let out a day make 34 h, and witnesses spoke of up to 48 h (E235): those who tell their wait are those who waited
long. Twelve and eight forecasts that are wrong together cannot tell whether an interval covers.
""",
    )


def log_ratio(frame: pd.DataFrame, whole: pd.DataFrame) -> pd.Series:
    """Return the logarithm of the ratio of WIS by report: forecasts of one report from several origins are one test."""
    both = whole.index.intersection(frame.index)
    ratio = np.log(np.maximum(frame.loc[both, "wis_log"], 0.01) / np.maximum(whole.loc[both, "wis_log"], 0.01))
    return ratio.groupby("id").mean()


def run_ablations() -> None:
    rows = []
    scenario = bf.load("russia-2022")
    origins = ORIGINS[2:]
    whole = None
    for name in ("nothing", *ABLATIONS):
        changed = scenario if name == "nothing" else switch_off(scenario, name)
        fits = [fit_origin(changed, origin, "" if name == "nothing" else name) for origin in origins]
        frames = [backtest(changed, origin, until=UNTIL, members=MEMBERS, fit=fit, prior_members=0)
                  for origin, fit in zip(origins, fits, strict=True)]  # fmt: skip
        frame = pd.concat(frames, ignore_index=True)
        frame = frame[frame["kind"] == "value"].set_index(["origin", "id"])
        whole = frame if whole is None else whole
        ratio = log_ratio(frame, whole)
        row = {"switched off": name, "misfit of the fits": " / ".join(f"{fit.manifest['misfit'][-1]:.2f}" for fit in fits),
               "WIS (log)": float(frame["wis_log"].mean()), "ratio to the whole model": float(np.exp(ratio.mean())),
               "± (2 s.e.)": float(2 * np.exp(ratio.mean()) * ratio.std() / np.sqrt(len(ratio)))}  # fmt: skip
        for what, labels in frame.groupby(frame["label"].map(kind_of)):
            there = whole[whole["label"].map(kind_of) == what]
            reports = there.index.get_level_values("id").nunique()
            row[f"{what} ({reports})"] = float(np.exp(log_ratio(labels, there).mean()))
        rows.append(row)
        print(name, f"{time.process_time():.0f} s", flush=True)
    assert whole is not None
    write_section(
        "ablations",
        f"""
## Ablations

Origins {" and ".join(f"{origin:%d}" for origin in origins)} September, one mechanism switched off at a time and everything
fitted again ({MEMBERS} members, {STEPS} steps); forecasts of {whole.index.get_level_values("id").nunique()} reports until
the 28th. Ratios are geometric means of WIS on the log scale over reports (their number in brackets), above 1 where the
mechanism helps. Misfit is that of the two fits to the past, 1 is right. The Finnish ban lies after the 28th, so "entry
bans" is only what the Baltic restriction is worth. Reports are not independent, so the standard errors are too small.
{computer()}.

{table(pd.DataFrame(rows))}

Queue feedback is worth most: without it lines of cars are twice as badly forecast and the fit to the 26th is worse.
Entry bans are needed to explain whom Estonia and Latvia turned away (misfit 5.86 without); for other figures they are worth
little. Mode switching helps flows at crossings and harms entries, both within the noise of few reports. The fear term is
worth nothing that these reports can show. Exits are better without any of them, by 5 to 19 %, on two reports.
""",
    )


def run_calibration() -> None:
    """Simulation-based calibration on the tiny network of the tests."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from scipy import stats

    from borderflow.calibration import pose_problem
    from borderflow.priors import PRIOR_DRAWS, standard_normals
    from borderflow.smoother import smooth
    from test_calibration import NAMES, SCENARIO, reports

    done = FITS / "ranks.csv"  # a study that is broken off goes on
    done.parent.mkdir(exist_ok=True)
    before = done.read_text().count("\n") if done.exists() else 0
    for k in range(before, TRUTHS):
        truth = standard_normals(NAMES, 1, seed=5000 + k, purpose=PRIOR_DRAWS)[:, 0]
        problem = pose_problem(SCENARIO, reports(truth, 5000 + k, error=0.08), only=NAMES)
        prior = standard_normals(NAMES, 49, seed=k, purpose=PRIOR_DRAWS)
        z = smooth(lambda x, p=problem: p.predict(x, seed=1, workers=1), prior, problem.data, steps=4, seed=k)[-1][0]
        with done.open("a") as file:
            file.write(",".join(map(str, (z < truth[:, None]).sum(axis=1))) + "\n")
    rows = []
    for name, column in zip(NAMES, np.loadtxt(done, delimiter=",", dtype=int, ndmin=2)[:TRUTHS].T, strict=True):
        counts = np.histogram(column, bins=np.linspace(0, 50, 11))[0]
        rows.append({"unknown": name, f"ranks in ten bins ({TRUTHS / 10:.0f} each expected)": " ".join(map(str, counts)),
                     "chi-square p": float(stats.chisquare(counts).pvalue)})  # fmt: skip
    write_section(
        "calibration",
        f"""
## Calibration by simulation

{TRUTHS} truths drawn from the prior of a small network with an event of every kind, reports with an error of 8 % made from
each, 49 members, 4 steps; the rank of the truth among the members should be uniform. A right posterior fails one of these
{len(rows)} chi-square tests (p below 0.05 over their number) in one of twenty such studies. {computer()}.

{table(pd.DataFrame(rows), 3)}
""",
    )


def run_abc() -> None:
    """Compare the smoother with sequential ABC on four unknowns of the shipped scenario."""
    from borderflow.calibration import pose_problem
    from borderflow.priors import PRIOR_DRAWS, standard_normals
    from borderflow.sequential import sample_abc
    from borderflow.smoother import cut_at_bounds, smooth

    names = ["shock_amplitude", "pull_kazakhstan", "pull_finland", "ordinary:FI"]
    problem = pose_problem(bf.load("russia-2022"), through=dt.date(2022, 9, 28), only=names)
    national = [n for n, one in enumerate(problem.observations) if not one.target.parts[0].place]
    problem = type(problem)(problem.scenario, problem.network, problem.unknowns,
                            tuple(problem.observations[n] for n in national), problem.unused)  # fmt: skip
    prior = standard_normals(names, 150, seed=1, purpose=PRIOR_DRAWS)
    began = time.process_time()
    z = smooth(lambda x: problem.predict(x, seed=1), prior, problem.data, steps=4, seed=1)[-1][0]
    first = time.process_time() - began

    def distance(candidates: np.ndarray) -> np.ndarray:
        g = cut_at_bounds(problem.data, problem.predict(candidates, seed=1))
        rng = np.random.default_rng(int(1e6 * abs(candidates[0, 0])) + 1)
        noisy = np.where(
            problem.data.bound[:, None] == 0, g + problem.data.error[:, None] * rng.standard_normal(g.shape), g
        )
        return np.sqrt(np.mean(np.square((noisy - problem.data.value[:, None]) / problem.data.error[:, None]), axis=0))

    began = time.process_time()
    found = sample_abc(distance, len(names), particles=100, generations=6, seed=1, most=4000)
    mean, spread = found.moments()
    rows = [{"unknown": name, "smoother mean": float(z[n].mean()), "sd": float(z[n].std()),
             "ABC mean": float(mean[n]), "ABC sd": float(spread[n])} for n, name in enumerate(names)]  # fmt: skip
    write_section(
        "abc",
        f"""
## Sequential ABC beside the smoother

Four unknowns, {len(national)} national figures, on the scale where the prior is standard normal. The smoother took 750
simulations ({first:.0f} s of processor time), ABC {found.simulations} ({time.process_time() - began:.0f} s) down to a
tolerance of {found.tolerance:.2f} errors. ABC at a finite tolerance is too wide. {computer()}.

{table(pd.DataFrame(rows))}
""",
    )


def run_pyabc() -> None:
    """Compare own sequential ABC with pyabc on a toy with a known posterior."""
    import pyabc

    from borderflow.sequential import sample_abc

    rng = np.random.default_rng(3)
    own = sample_abc(
        lambda z: np.abs(z[0] + 0.5 * rng.standard_normal(z.shape[1]) - 1.0), 1, particles=500, generations=6
    )
    mean, spread = own.moments()
    noise = np.random.default_rng(4)
    sampler = pyabc.ABCSMC(
        lambda p: {"y": p["a"] + 0.5 * noise.standard_normal()}, pyabc.Distribution(a=pyabc.RV("norm", 0, 1)),
        lambda x, y: abs(x["y"] - y["y"]), population_size=500, sampler=pyabc.sampler.SingleCoreSampler(),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        sampler.new(f"sqlite:///{folder}/toy.db", {"y": 1.0})
        history = sampler.run(max_nr_populations=6)
        frame, weight = history.get_distribution()
    theirs = float(np.average(frame["a"], weights=weight))
    width = float(np.sqrt(np.average((frame["a"] - theirs) ** 2, weights=weight)))
    write_section(
        "pyabc",
        f"""
## Own sequential ABC and pyabc {pyabc.__version__}

A toy with a known posterior: mean 0.8, standard deviation 0.447; 500 particles, 6 generations. Own: {mean[0]:.3f},
{spread[0]:.3f}. pyabc: {theirs:.3f}, {width:.3f}. A mean of 500 weighted particles is good to about 0.02 (one standard
error), so the two agree with each other and with what is known at an error rate of 5 %. {computer()}.
""",
    )


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["backtests", "ablations", "calibration", "abc"]
    for one in wanted:
        {"backtests": run_backtests, "ablations": run_ablations, "calibration": run_calibration, "abc": run_abc,
         "pyabc": run_pyabc}[one]()  # fmt: skip
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
