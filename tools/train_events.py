"""Train the judges of events: whether a telling is of one, where it was, from which day it holds.

    python tools/train_events.py             # train on all labelled reports, write src/borderflow/data/events.npz
    python tools/train_events.py --left-out  # train without one writer at a time, and measure on that writer

A label says which event a report tells of, not where: for each, the telling is right whose places and days hold those of the
label and which the judges of the round before find likeliest (in the first round the one nearest to its place and day); other
tellings that would fit are left out, all the rest are of no event. What the rules said is that of rules which had not been
worked on with the report (`tests/reports/honest`), for else they would be trusted as nobody may trust them on a new text.
"""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from train_reader import Answered, fit

from borderflow.articles import Article, RuleExtractor
from borderflow.articles.findings import Finding
from borderflow.articles.logit import pack_judges
from borderflow.articles.telling_days import ask_day, days_of
from borderflow.articles.telling_places import ask_place, places_of
from borderflow.articles.telling_words import ask_whether
from borderflow.articles.tellings import Tellings
from borderflow.articles.verdicts import LEAST, EventJudges, settle_tellings

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))
import evidence as bench  # noqa: E402

REPORTS = ROOT / "tests" / "reports"
HONEST = REPORTS / "honest"
OUT = ROOT / "src" / "borderflow" / "data" / "events.npz"
PENALTY = {"whether": 5.0, "place": 1.5, "day": 1.5}
#: the sets of writers who had not seen the rules, and of which an honest run is kept
WRITERS = ("eighth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth")
OTHERS = ("second", "third", "fourth", "sixth", "seventh", "styles")


class Label(NamedTuple):
    """A labelled event in its parts."""

    quantities: tuple[str, ...]
    place: str
    day: str
    denied: bool


class Asked(NamedTuple):
    """A telling with its three questions."""

    telling: object
    whether: object
    places: list
    place: object
    days: list
    day: object


class Report(NamedTuple):
    """A labelled report with its tellings and what the rules of the time found."""

    labelled: dict
    labels: list
    asked: list
    findings: list


class _Honest(Tellings):
    """Tellings of a report with the events that other rules found in it."""

    def __init__(self, events):
        super().__init__()
        self._events = events

    def collect(self, scene, memory, found, *, heading):
        span = scene.sentence
        super().collect(
            scene, memory, [one for one in self._events if span.start <= one.start < span.end], heading=heading
        )


def load_others():
    """Return the sentences without an event, and short reports on denials, with what rules found that had not seen them."""
    rows = json.loads((HONEST / "events-patterns.json").read_text(encoding="utf-8"))
    lines = [
        (f"{language}-{n}", line)
        for language in ("english", "russian")
        for n, line in enumerate((REPORTS / f"no-events-{language}.txt").read_text(encoding="utf-8").splitlines())
        if line and not line.startswith("#")
    ]
    reports = [{"id": name, "published": "2031-05-14", "text": line, "events": []} for name, line in lines]
    reports += bench.load_reports(str(REPORTS / "patterns.yaml"))
    return [prepare(one, rows.get(one["id"], [])) for one in reports]


def load_set(name):
    """Return the reports of a set, ready to train on."""
    rows = json.loads((HONEST / f"events-{name}.json").read_text(encoding="utf-8"))
    return [prepare(one, rows.get(one["id"], [])) for one in bench.load_reports(*bench.SETS[name])]


def prepare(report, rows):
    published, text = bench.as_date(report["published"]), report["text"]
    findings = [_finding(row, text) for row in rows]
    tellings = _Honest(findings)
    for _ in RuleExtractor().find(Article(text, report["id"]), published, tellings):
        pass
    tellings.attach(findings)
    asked = []
    for one in tellings.all:
        places, days = places_of(one), days_of(one)
        asked.append(Asked(one, ask_whether(one), places, ask_place(one, places), days, ask_day(one, days)))
    parts = [[part.strip() for part in label.split("|")] for label in report["events"]]
    labels = [Label(tuple(one.strip() for one in p[0].split(";")), p[1], p[2], p[3:] == ["denied"]) for p in parts]
    return Report(report, labels, asked, findings)


def _finding(row, text):
    quantity, place, country, value, first, start, end, confidence, planned = row
    day = date.fromisoformat(first)
    return Finding(
        kind="event", quantity=quantity, value=value, unit="flag", first=day, last=day, place=place, country=country,
        start=start, end=end, quote=text[start:end], confidence=confidence, planned=bool(planned),
        status="denied" if value == 0 else "media report",
    )  # fmt: skip


class Fit(NamedTuple):
    """A telling that a label may be about: how well it fits, and which of its places and days are right."""

    worth: float
    places: tuple[int, ...]
    days: tuple[int, ...] | None


def fit_of(label, asked, judges):
    """Return how a label fits a telling; None where it cannot be about it."""
    if asked.telling.kind.quantity not in label.quantities:
        return None
    places = tuple(n for n, one in enumerate(asked.places) if bench.place_fits(label.place, one.place))
    days = None if label.day == "*" else tuple(n for n, one in enumerate(asked.days) if str(one.day) == label.day)
    if not places or days == ():
        return None
    here = any(asked.places[n].site is not None and asked.places[n].site.sure for n in places)
    worth = 2.0 * here + (
        0.5
        if days is None
        else 1.0 * any("date" in asked.days[n].words for n in days) + 0.3 * _is_published(asked, days)
    )
    if any(
        bench.place_fits(label.place, one.place) and label.day in ("*", str(one.first)) for one in asked.telling.found
    ):
        worth += 3.0
    if judges is not None:
        worth += 6 * judges.whether.probabilities(asked.whether)[2 if label.denied else 1]
        worth += 3 * judges.place.probabilities(asked.place)[list(places)].sum()
        worth += 0 if days is None else 2 * judges.day.probabilities(asked.day)[list(days)].sum()
    return Fit(worth, places, days)


def _is_published(asked, days):
    return any("published" in asked.days[n].words for n in days)


def answers_of(report, judges):
    """Yield the questions of a report with their right answers: (which question, answered)."""
    fits = {
        (j, i): found
        for j, asked in enumerate(report.asked)
        for i, label in enumerate(report.labels)
        if (found := fit_of(label, asked, judges)) is not None
    }
    told = {}
    for i in range(len(report.labels)):
        likeliest = sorted((-found.worth, j) for (j, n), found in fits.items() if n == i)
        if likeliest:
            told.setdefault(likeliest[0][1], []).append(i)
    for j, asked in enumerate(report.asked):
        if j in told:
            mine = [fits[j, i] for i in told[j]]
            yield "whether", Answered(asked.whether, (2 if report.labels[told[j][0]].denied else 1,))
            yield "place", Answered(asked.place, tuple(sorted({n for one in mine for n in one.places})))
            if days := sorted({n for one in mine for n in one.days or ()}):
                yield "day", Answered(asked.day, tuple(days))
        elif not any(found.worth >= 2.0 for (n, _), found in fits.items() if n == j):
            yield "whether", Answered(asked.whether, (0,))


def train(reports, rounds=3):
    """Return judges trained on some reports."""
    judges = None
    for _ in range(rounds):
        rows = {kind: [] for kind in PENALTY}
        for report in reports:
            for kind, answered in answers_of(report, judges):
                rows[kind].append(answered)
        judges = EventJudges(**{kind: fit(rows[kind], PENALTY[kind], least=3) for kind in PENALTY})
    return judges


def measure(reports, judges, least):
    right, wrong, missed = [], [], 0
    for report in reports:
        found = (
            report.findings if judges is None else settle_tellings([one.telling for one in report.asked], judges, least)
        )
        hits, left, lost = bench.match_labels(report.labelled["events"], found)
        right, wrong, missed = right + [one for _, one in hits], wrong + left, missed + len(lost)
    return right, wrong, missed


def _rates(right, wrong, missed):
    return f"{len(right) / max(len(right) + len(wrong), 1):.2f} | {len(right) / max(len(right) + missed, 1):.2f}"


def left_out(sets, levels=(0.25, 0.35, 0.5)):
    """Return the lines of two tables: what was read of each writer left out, and how often a confidence is right."""
    lines = [
        "| set left out | events | rules: precision | recall |"
        + "".join(f" {level} and more: precision | recall |" for level in levels)
    ]
    lines.append("|---" * (4 + 2 * len(levels)) + "|")
    totals, sure = {}, []
    for name in WRITERS:
        judges = train([one for other, reports in sets.items() if other != name for one in reports])
        cells = []
        for level in (None, *levels):
            right, wrong, missed = measure(sets[name], None if level is None else judges, level)
            before = totals.setdefault(level, ([], [], 0))
            totals[level] = (before[0] + right, before[1] + wrong, before[2] + missed)
            cells.append(_rates(right, wrong, missed))
        right, wrong, _ = measure(sets[name], judges, 0.1)
        sure += [(one.confidence, True) for one in right] + [(one.confidence, False) for one in wrong]
        lines.append(f"| {name} | {len([1 for r in sets[name] for _ in r.labels])} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    count = len(totals[None][0]) + totals[None][2]
    lines.append(f"| all | {count} | {' | '.join(_rates(*total) for total in totals.values())} |")
    return lines, reliability(sure)


def reliability(sure):
    """Return the lines of a table: of findings with a confidence between two bounds, how many were right."""
    lines = ["| confidence | findings | mean confidence | right |", "|---|---|---|---|"]
    for low, high in ((0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 1.01)):
        here = [(p, hit) for p, hit in sure if low <= p < high]
        if here:
            mean, share = np.mean([p for p, _ in here]), np.mean([hit for _, hit in here])
            lines.append(f"| {low:g} to {min(high, 1):g} | {len(here)} | {mean:.2f} | {share:.2f} |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--left-out", action="store_true", help="measure on each writer without training on that writer"
    )
    given = parser.parse_args()
    sets = {name: load_set(name) for name in (*OTHERS, *WRITERS)} | {"patterns": load_others()}
    if given.left_out:
        table, sure = left_out(sets)
        print("\n".join([*table, "", *sure]))
        return
    judges = train([one for reports in sets.values() for one in reports])
    OUT.write_bytes(pack_judges(judges._asdict()))
    right, wrong, missed = measure([one for reports in sets.values() for one in reports], judges, LEAST)
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes; on what it was trained on {_rates(right, wrong, missed)}")


if __name__ == "__main__":
    main()
