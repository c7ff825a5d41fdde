"""How well the reader of articles does on labelled reports: precision and recall per kind.

    python benchmarks/evidence.py                        # all reports, with every miss
    python benchmarks/evidence.py FILE.yaml ...          # reports of your own, in the same form
    python benchmarks/evidence.py --reports DIR          # every *.yaml of a folder: precision and recall
    python benchmarks/evidence.py --reports DIR --wrong  # the same, with each miss and each wrong finding
    python benchmarks/evidence.py --closed               # the sets kept for evaluation, in sums only
    python benchmarks/evidence.py --write                # all reports and the speed, into benchmarks/RESULTS.md

A claim counts as found where quantity, place, value (with its bounds and its "over" or "up to") and window are all
right; an event where kind, place, first day and yes or no are: a label with a fourth part, "denied", needs a finding that
says no, one without a finding that says yes. The reports stand in `tests/reports`, in sets
(first to seventeenth; a fifth was begun elsewhere and never finished, the ninth and tenth are closed). Each was run once before
the rules had been fitted to it, and all are development material now; `benchmarks/RESULTS.md` keeps the figures of those
runs. "styles" are pages in forms of their own, written to work on the rules. The sets in `tests/reports/closed` are for
evaluation: whoever works on the rules neither opens them nor looks at what is missed there.
"""

import argparse
import platform
import re
import time
from collections import Counter
from datetime import date
from pathlib import Path

from ruamel.yaml import YAML

from borderflow.articles import Article, read_evidence
from borderflow.naming import shipped_names
from borderflow.places import normalise_name

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "tests" / "reports"
CLOSED = {  # by outside writers; nobody who works on the rules has read them
    name: tuple(str(REPORTS / "closed" / f"{language}-{name}.yaml") for language in ("english", "russian"))
    for name in ("ninth", "tenth", "eighteenth")
}


SETS = {
    "first": ("english", "russian"),
    "second": ("english-second", "russian-second"),
    "third": ("english-third", "russian-third"),
    "fourth": ("english-fourth", "russian-fourth"),
    "sixth": ("english-sixth", "russian-sixth"),
    "seventh": ("english-seventh", "russian-seventh"),
    "eighth": ("english-eighth", "russian-eighth"),
    "eleventh": ("english-eleventh", "russian-eleventh"),
    "twelfth": ("english-twelfth", "russian-twelfth"),
    "thirteenth": ("english-thirteenth", "russian-thirteenth"),
    "fourteenth": ("english-fourteenth", "russian-fourteenth"),
    "fifteenth": ("english-fifteenth", "russian-fifteenth"),
    "sixteenth": ("english-sixteenth", "russian-sixteenth"),
    "seventeenth": ("english-seventeenth", "russian-seventeenth"),
    "styles": ("styles",),
}


def load_reports(*names):
    yaml = YAML(typ="safe")
    known = names or [name for pair in SETS.values() for name in pair]
    files = [Path(name) if name.endswith(".yaml") else REPORTS / f"{name}.yaml" for name in known]
    return [report for file in files for report in yaml.load(file.read_text(encoding="utf-8"))]


def place_fits(wanted, found):
    if wanted == "*":
        return True
    names = shipped_names()
    for option in wanted.split(";"):
        ends, given = option.strip().split(" - "), found.split(" - ")
        if len(ends) == len(given) and all(
            same_place(names, one, other) for one, other in zip(ends, given, strict=True)
        ):
            return True
    return False


def same_place(names, wanted, given):
    sides = {normalise_name(re.sub(r"\(.*\)", "", side)) for side in given.split(" / ")}
    return normalise_name(wanted) in sides or any(one.name == given for one in names.look_up(wanted)[:3])


def value_fits(wanted, one):
    def near(a, b):
        return b is not None and abs(a - b) <= 0.005 * max(abs(a), 1)

    hedge = "exact"
    for word in ("over", "up to"):
        if wanted.startswith(word):
            hedge, wanted = word, wanted.removeprefix(word).strip()
    if "-" in wanted:
        low, high = map(float, wanted.split("-"))
        return near(low, one.low) and near(high, one.high)
    # "over" and "up to" change what the figure says; "about" does not
    open_ended = one.hedge if one.hedge in ("over", "up to") else "exact"
    return near(float(wanted), one.value) and hedge == open_ended


def window_fits(wanted, one):
    if wanted == "*":
        return True
    if "/" not in wanted:
        return one.first == one.last == date.fromisoformat(wanted)
    first, last = wanted.split("/")
    if one.last != date.fromisoformat(last):
        return False
    return one.open_start if not first else one.first == date.fromisoformat(first) and not one.open_start


def matches(label, one):
    parts = [part.strip() for part in label.split("|")]
    if one.quantity not in [name.strip() for name in parts[0].split(";")] or not place_fits(parts[1], one.place):
        return False
    if one.kind == "claim":
        return value_fits(parts[2], one) and window_fits(parts[3], one)
    denied = parts[3:] == ["denied"]
    return denied == (one.value == 0) and (parts[2] == "*" or one.first == date.fromisoformat(parts[2]))


def match_labels(labels, findings):
    """Return the labels that are found, each with its finding, the findings that no label asks for, and the labels missed."""
    left, hits, missed = list(findings), [], []
    for label in labels:
        hit = next((one for one in left if matches(label, one)), None)
        if hit is None:
            missed.append(label)
        else:
            left.remove(hit)
            hits.append((label, hit))
    return hits, left, missed


def _quantity(label):
    return label.split("|")[0].split(";")[0].strip()


def judge(report):
    """Return found, wrongly found and missed: pairs of (kind of finding, quantity, text)."""
    findings = read_evidence(Article(report["text"], report["id"]), published=as_date(report["published"]))
    right, wrong, missed = [], [], []
    for kind, labels in (("claim", report["claims"]), ("event", report["events"])):
        hits, left, lost = match_labels(labels, [one for one in findings if one.kind == kind])
        right += [(kind, _quantity(label), label) for label, _ in hits]
        missed += [(kind, _quantity(label), label) for label in lost]
        wrong += [(kind, one.quantity, show(one)) for one in left]
    return right, wrong, missed


def as_date(value):
    return value if isinstance(value, date) else date.fromisoformat(value)


def show(one):
    value = (
        f"{one.low:g}-{one.high:g}" if one.low is not None and one.high is not None else f"{one.hedge} {one.value:g}"
    )
    start = "" if one.open_start else one.first
    return f"{one.quantity} | {one.place} | {value} | {start}/{one.last} | {one.quote!r}"


def measure(reports, *, verbose=False):
    counts = Counter()
    for report in reports:
        right, wrong, missed = judge(report)
        for verdict, items in (("right", right), ("wrong", wrong), ("missed", missed)):
            for kind, quantity, _ in items:
                counts[kind, quantity, verdict] += 1
        if verbose and (wrong or missed):
            print(f"\n{report['id']} ({report['published']}): {report['text']}")
            for word, items in (("missed", missed), ("wrong ", wrong)):
                for _, _, text in items:
                    print(f"   {word} {text}")
    return counts


def rates(counts, kind, quantity=None):
    right, wrong, missed = (
        sum(n for (k, q, v), n in counts.items() if k == kind and v == verdict and quantity in (None, q))
        for verdict in ("right", "wrong", "missed")
    )
    precision = right / (right + wrong) if right + wrong else float("nan")
    recall = right / (right + missed) if right + missed else float("nan")
    return right, wrong, missed, precision, recall


def table(counts):
    lines = ["| kind | labelled | right | wrong | precision | recall |", "|---|---|---|---|---|---|"]

    def row(name, numbers):
        right, wrong, missed, precision, recall = numbers
        shown = ["–" if rate != rate else f"{rate:.2f}" for rate in (precision, recall)]
        return f"| {name} | {right + missed} | {right} | {wrong} | {shown[0]} | {shown[1]} |"

    for kind in ("claim", "event"):
        for quantity in sorted({q for k, q, _ in counts if k == kind}):
            lines.append(row(f"`{quantity}`", rates(counts, kind, quantity)))
        lines.append(row(f"**all {kind}s**", rates(counts, kind)))
    return "\n".join(lines)


def sums(sets):
    """Return the lines of a table of sets, without a word about what was found or missed in them."""
    lines = [
        "| set | claims: labelled | precision | recall | events: labelled | precision | recall |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, files in sets.items():
        counts = measure(load_reports(*files))
        cells = []
        for kind in ("claim", "event"):
            right, _, missed, precision, recall = rates(counts, kind)
            cells += [str(right + missed), f"{precision:.2f}", f"{recall:.2f}"]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def speed(size=1_000_000):
    """Return the processor time of reading a text of some length, made of the reports one after another."""
    text = "\n\n".join(report["text"] for report in load_reports("english", "russian"))
    text = (text + "\n\n") * (size // len(text) + 1)
    article = Article(text[:size], "long")
    read_evidence(Article("The queue at Narva is 3 km long.", "warm"), published=date(2031, 5, 14))
    start = time.process_time()
    found = read_evidence(article, published=date(2031, 5, 14))
    return time.process_time() - start, len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE.yaml", help="files of reports; all of tests/reports if none")
    parser.add_argument("--reports", type=Path, metavar="DIR", help="score every *.yaml of a folder")
    parser.add_argument("--wrong", action="store_true", help="with --reports: show each miss and each wrong finding")
    parser.add_argument("--closed", action="store_true", help="score the sets kept for evaluation, in sums only")
    parser.add_argument("--write", action="store_true", help="write the tables into benchmarks/RESULTS.md")
    given = parser.parse_args()
    if given.write:
        write()
        return
    if given.closed:
        print("\n".join(sums(CLOSED)))
        return
    files = given.files
    if given.reports is not None:
        files = sorted(str(file) for file in given.reports.glob("*.yaml"))
        if not files:
            parser.error(f"{given.reports}: holds no *.yaml of reports")
    reports = load_reports(*files)
    counts = measure(reports, verbose=given.wrong or given.reports is None)
    print(f"\n{len(reports)} reports\n{table(counts)}")


def write():
    from sections import write_section

    reports = load_reports()
    lines = sums(SETS)
    seconds, found = speed()
    header = (
        f"`python benchmarks/evidence.py --write` on {platform.processor() or platform.machine()}, Python "
        f"{platform.python_version()}. A text of 1 MB took {seconds:.1f} s of processor time ({found:,} different "
        f"findings), by rules alone, as any text of over 100,000 characters. The rules and judges "
        f"have been fitted to all {len(reports)} reports, so these figures say what they can read, not what they will."
    )
    parts = [header, "\n".join(lines), f"All sets, by kind:\n\n{table(measure(reports))}"]
    write_section("evidence", "## Reading articles today\n\n" + "\n\n".join(parts))


if __name__ == "__main__":
    main()
