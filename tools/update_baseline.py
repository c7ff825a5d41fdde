"""Rewrite tests/baseline.yaml, on purpose: ``python tools/update_baseline.py``.

The baseline holds the headline numbers of one fixed run of russia-2022, rounded to four significant digits.
``tests/test_baseline.py`` fails when any of them changes, so that no change of a result slips in unnoticed. When a
change is meant, run this file and add a line to the changelog that says which numbers moved and why.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ruamel.yaml import YAML

import borderflow as bf

TARGET = Path(__file__).parent.parent / "tests" / "baseline.yaml"
SCENARIO, MEMBERS, SEED, UNTIL = "russia-2022", 20, 1, "2022-10-04"
LAST = "2022-10-03"
HEAD = f"""\
# Headline numbers of `borderflow run {SCENARIO} --members {MEMBERS} --seed {SEED} --until {UNTIL}`, four significant digits.
# Do not edit: `python tools/update_baseline.py` writes this file; say in the changelog what moved and why.
"""


def rounded(value: float) -> float | int:
    """Return four significant digits.

    >>> rounded(123456.0), rounded(0.123456), rounded(0.0)
    (123500, 0.1235, 0)
    """
    text = float(f"{float(value):.4g}")
    return int(text) if text.is_integer() else text


def baseline_run(folder: Path) -> bf.Run:
    """Run what the baseline is about."""
    return bf.run(SCENARIO, members=MEMBERS, seed=SEED, until=UNTIL, out=folder, workers=1)


def headline_numbers(run: bf.Run) -> dict[str, float | int]:
    """Return the numbers by name, rounded."""
    frame = run.summary

    def pick(quantity: str, *, place: str = "", country: str = "", mode: str = "all"):
        rows = frame[(frame["quantity"] == quantity) & (frame["place"] == place) & (frame["mode"] == mode)]
        rows = rows[rows["country"] == country] if country else rows
        return rows[rows["end"] <= LAST].set_index("end")

    out: dict[str, float] = {}
    for country in ("GE", "KZ", "FI"):
        out[f"{country} arrivals since the announcement"] = pick("arrivals_cumulative", country=country).loc[
            LAST, "mean"
        ]
        out[f"{country} arrivals of the exodus"] = pick("arrivals_exodus_daily", country=country)["mean"].sum()
        out[f"{country} turned back"] = pick("turned_back", country=country)["mean"].sum()
    for country in ("NO", "TR", "AM", "MN"):
        out[f"{country} arrivals since the announcement"] = pick("arrivals_cumulative", country=country).loc[
            LAST, "mean"
        ]
    out["GE arrivals since the announcement, 5 % quantile"] = pick("arrivals_cumulative", country="GE").loc[LAST, "q05"]
    out["GE arrivals since the announcement, 95 % quantile"] = pick("arrivals_cumulative", country="GE").loc[
        LAST, "q95"
    ]
    out["GE departures on 26 September"] = pick("departures_daily", country="GE").loc["2022-09-26", "mean"]
    out["GE net flow on 26 September"] = pick("net_flow", country="GE").loc["2022-09-26", "mean"]
    out["GE excess on 26 September"] = pick("arrivals_excess_daily", country="GE").loc["2022-09-26", "mean"]
    out["KZ present at the end"] = pick("abroad", country="KZ").loc[LAST, "mean"]
    out["FI refused"] = pick("entry_refused", country="FI")["mean"].sum()
    lars = {"place": "Verkhny Lars", "country": "GE"}
    out["Lars longest line of cars"] = pick("queue_cars", mode="car", **lars)["mean"].max()
    out["Lars longest line of cars, 95 % quantile"] = pick("queue_cars", mode="car", **lars)["q95"].max()
    out["Lars longest wait of those passing, h"] = pick("wait_hours", mode="car", **lars)["mean"].max()
    out["Lars longest wait of those joining, h"] = pick("wait_hours_joining", mode="car", **lars)["mean"].max()
    out["Lars arrivals by bicycle and on foot"] = pick("arrivals_daily", mode="foot", **lars)["mean"].sum()
    out["Lars notices served"] = pick("notices_served", **lars)["mean"].sum()
    out["Lars turned away on the road"] = pick("turned_away_on_road", **lars)["mean"].sum()
    out["Lars left the line"] = pick("left_the_line", **lars)["mean"].sum()
    out["Lars most people waiting over 24 h"] = pick("waiting_over_24h", **lars)["mean"].max()
    out["Lars water needed, litres"] = pick("needs_water", **lars)["mean"].sum()
    out["Mashtakovo longest line of cars"] = pick("queue_cars", place="Mashtakovo", mode="car")["mean"].max()
    out["Moscow - Yerevan highest fare, RUB"] = max(
        pick("air_price", place=lane.name, mode="air")["mean"].max()
        for lane in run.network.lanes
        if lane.post == "moscow-yerevan"
    )
    out["left home"] = pick("left_home")["mean"].sum()
    out["called up"] = pick("mobilised_cumulative").loc[LAST, "mean"]
    out["wrongly called and sent home"] = pick("wrongly_drafted_returned").loc[LAST, "mean"]
    return {name: rounded(value) for name, value in out.items()}


def read() -> dict[str, float | int]:
    """Return the numbers that the file holds; empty where there is none."""
    return dict(YAML(typ="safe").load(TARGET.read_text(encoding="utf-8"))) if TARGET.exists() else {}


def differences(old: dict[str, float | int], new: dict[str, float | int]) -> list[str]:
    """Return one line per number that is not the same."""
    names = list(dict.fromkeys([*old, *new]))
    return [f"{name}: {old.get(name)} -> {new.get(name)}" for name in names if old.get(name) != new.get(name)]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        new = headline_numbers(baseline_run(Path(folder) / "run"))
    lines = differences(read(), new)
    if not lines:
        print("tests/baseline.yaml is up to date")
        return
    TARGET.write_text(HEAD + "".join(f"{name}: {value}\n" for name, value in new.items()), encoding="utf-8")
    print("\n".join(lines))
    print(
        f"{len(lines)} numbers of tests/baseline.yaml rewritten; add a line to the changelog that says why",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
