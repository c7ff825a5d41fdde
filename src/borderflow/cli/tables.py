"""Tables that end a command: what a person reads in a terminal of 80 columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from borderflow.terminals import plain_table

if TYPE_CHECKING:
    from borderflow.calibration import Fit
    from borderflow.results import Run
    from borderflow.skill import Scores

__all__ = ["print_camp_scores", "print_fit", "print_outlook", "print_scores", "print_table", "write_camp_scores"]


def print_table(run: Run) -> None:
    """Print the closing table: per country arrivals, excess, line, wait, turned back; then the longest lines."""
    from rich.console import Console

    from borderflow.results import headline

    rows = headline(run)
    console = Console()
    if not rows:
        console.print("The run ends before the announcement: no cumulative figures.")
        return
    since = f"{run.scenario.announcement:%Y-%m-%d}"
    table = plain_table(
        f"{run.scenario.title}\nfrom {since} to {rows[0]['until']}, mean of {run.manifest['members']} members",
        ["into"],
        ["arrivals", "+/-\n90 %", "above\nusual", "line,\ncars", "wait,\nhours", "turned\nback", "refused\nentry"],
    )
    for row in rows:
        queue, wait, arrivals = row["peak_queue"], row["longest_wait"], row["arrivals"]
        table.add_row(
            row["name"],
            f"{arrivals['mean']:,.0f}",
            f"{(arrivals['q95'] - arrivals['q05']) / 2:,.0f}",
            f"{row['excess']:,.0f}",
            "–" if queue is None else f"{queue['mean']:,.0f}",
            "–" if wait is None else f"{wait['mean']:,.0f}",
            f"{row['turned_back']:,.0f}",
            f"{row['entry_refused']:,.0f}",
        )
    console.print(table)
    peaks = {one.place: max(zip(one.values[:, 0].tolist(), one.ends, strict=True), default=(0.0, ""))
             for one in run.rows if one.quantity == "queue_cars"}  # fmt: skip
    longest = sorted(peaks.items(), key=lambda item: -item[1][0])[:4]
    lines = [f"{place} {mean:,.0f} ({day})" for place, (mean, day) in longest if mean >= 1]
    if lines:
        console.print(f"Longest lines of cars, daily peak: {'; '.join(lines)}.")
    console.print(
        "Arrivals are persons, gross, ordinary travellers included. Line and wait: highest daily peak of cars, longest "
        "daily mean of those who passed. The spread is chance alone; parameters are held fixed."
    )


def print_fit(finished: Fit, pictures: int) -> None:
    """Print what was learned, what was not, and where data and model disagree."""
    from rich.console import Console

    console = Console()
    table = finished.parameters
    table = table[table["kind"] != "noise"]
    learned = table[table["verdict"] == "learned"].sort_values("ratio")
    manifest = finished.manifest
    shown = plain_table(
        f"{manifest['title']}\nlearned from {manifest['used']} figures known by {finished.through}",
        ["unknown", "unit"],
        ["prior", "5 %", "median", "95 %", "spread\nleft"],
    )
    for row in learned.to_dict("records"):
        figures = [f"{float(row[key]):.3g}" for key in ("prior_q50", "q05", "q50", "q95")]
        shown.add_row(row["name"], row["unit"], *figures, f"{float(row['ratio']):.0%}")
    console.print(shown)
    console.print(f"{len(table) - len(learned)} of {len(table)} unknowns are prior only: the figures do not tell.")
    for warning in manifest["warnings"]:
        console.print(f"Data and model disagree: {warning}", highlight=False)
    console.print(f"Fit: {finished.folder}" + (f", {pictures} pictures" if pictures else ""), highlight=False)


def print_outlook(run: Run) -> None:
    """Print medians and 90 % intervals of the last day per country."""
    from rich.console import Console

    from borderflow.forecasting import known_by

    frame = run.summary
    last = frame.loc[frame["quantity"] == "arrivals_daily", "end"].max()
    table = plain_table(f"{run.scenario.title}\nknown by {known_by(run)}; median and 90 % interval", ["into"])
    table.add_column(f"entries on {last}", justify="right")
    table.add_column(f"entries since {run.scenario.announcement}", justify="right")
    rows = frame[(frame["place"] == "") & (frame["end"] == last)]
    for country in run.scenario.countries:
        cells = []
        for quantity in ("arrivals_daily", "arrivals_cumulative"):
            found = rows[(rows["quantity"] == quantity) & (rows["country"] == country.id)].to_dict("records")
            one = found[0] if found else None
            cells.append("–" if one is None else f"{one['q50']:,.0f} ({one['q05']:,.0f} to {one['q95']:,.0f})")
        table.add_row(country.name, *cells)
    Console().print(table)


def print_scores(scores: Scores) -> None:
    """Print each report with the interval and the baselines, then the skill."""
    from rich.console import Console

    from borderflow.baselines import BASELINES
    from borderflow.skill import PRIOR_ONLY

    console = Console()
    others = [name for name in (*BASELINES, PRIOR_ONLY) if f"{name} q50" in scores.table]
    short = {"persistence": "last\nreport", "event-aware fade": "fade,\nbans", PRIOR_ONLY: "prior\nonly"}
    table = plain_table()
    for name in ("what", "day", "report"):
        table.add_column(name, justify="right" if name == "report" else "left")
    table.add_column("forecast, 90 %", justify="right")
    for name in others:
        table.add_column(short.get(name, name), justify="right")
    sign = {"lower": "over ", "upper": "up to "}
    for row in scores.table.to_dict("records"):
        day = row["end"] if row["start"] == row["end"] else f"{row['start'][5:]} – {row['end'][5:]}"
        interval = f"{row['q50']:,.0f} ({row['q05']:,.0f} to {row['q95']:,.0f})"
        medians = [row.get(f"{name} q50") for name in others]
        table.add_row(
            row["label"], day, f"{sign.get(row['bound'], '')}{row['observed']:,.0f}", interval,
            *("–" if value is None or value != value else f"{value:,.0f}" for value in medians),
        )  # fmt: skip
    console.print(table)
    for name, value in scores.overall().items():
        console.print(f"{name:<28} {value:,.3f}", highlight=False)
    console.print(
        "Scores: lower is better. _log: on log(1 + x). relative NAME: geometric mean of the ratio of WIS on the log "
        "scale, below 1 where the forecast is better than NAME."
    )
    if scores.unused:
        console.print(f"{len(scores.unused)} reports could not be scored.")


def print_camp_scores(rows: list[dict[str, Any]]) -> None:
    """Print scores of camp counts."""
    from rich.console import Console

    table = plain_table(
        "Averaged relative difference to the counts, 0 is best",
        [""],
        ["raw", "rescaled", "5 to 95 %\nof members", "from\nday 30"],
    )
    for row in rows:
        spread = f"{row['q05']:.3f} to {row['q95']:.3f}" if row["q05"] == row["q05"] else ""
        table.add_row(row["model"], f"{row['ard']:.3f}", f"{row['ard_rescaled']:.3f}", spread, f"{row['later']:.3f}")
    Console().print(table)
    print("Every row knows each day's total; what is forecast is how people share themselves among camps.")


def write_camp_scores(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write scores of camp counts as CSV."""
    import csv
    import io

    from borderflow.folders import write_whole

    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, text.getvalue())
