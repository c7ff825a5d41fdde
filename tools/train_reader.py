"""Train the judges of the reader of articles: conditional logits over candidates, by maximum likelihood with a penalty.

    python tools/train_reader.py             # train on all labelled reports, write src/borderflow/data/reader.npz
    python tools/train_reader.py --left-out  # train without one writer at a time, and measure on that writer

For n questions, candidates c with features x_c and the set R of right candidates, the loss is

    L(w) = - sum over questions of log( sum over r in R of exp(w x_r) / sum over c of exp(w x_c) ) + penalty/2 |w|^2,

with gradient  sum of E[x] - E[x | right] + penalty w  (McFadden 1974; several right candidates are told apart by nobody, so
their probabilities are added). It is minimised with scipy's L-BFGS-B. The result does not depend on chance.
"""

import argparse
import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array

from borderflow.articles import Article, RuleExtractor
from borderflow.articles.logit import Judge, Question, decide_by, decide_by_rules, pack_judges
from borderflow.articles.quantity_question import NONE, class_of

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))
import evidence as bench  # noqa: E402

OUT = ROOT / "src" / "borderflow" / "data" / "reader.npz"
#: what the rules said of a set before it was opened, for sets on which they have been worked since
HONEST = ROOT / "tests" / "reports" / "honest"
SETS = {
    **{name: files for name, files in bench.SETS.items() if name != "first"},
    "forms": ("forms",),
    "claim-patterns": ("claim-patterns",),
}


class Answered(NamedTuple):
    """A question with the candidates that are right, and how much it counts."""

    question: Question
    right: tuple[int, ...]
    weight: float = 1.0


def _numbered(words, least):
    """Return the words said at least a number of times, each with its number, in the order of the alphabet."""
    counts = Counter(words)
    return {word: at for at, word in enumerate(sorted(word for word, n in counts.items() if n >= least))}


def _sparse(rows, width):
    """Return a matrix of ones from the columns of each row."""
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    columns = np.array([at for row in rows for at in row], dtype=np.int32)
    return csr_array((np.ones(len(columns)), columns, starts), shape=(len(rows), width))


class Design:
    """What is true of all candidates of all questions, as sparse matrices: around a question, and of one candidate."""

    def __init__(self, answered, least=2):
        questions = [one.question for one in answered]
        told = [[question.words_of(n) for n in range(len(question.alternatives))] for question in questions]
        self.around = _numbered((word for question in questions for word in set(question.around)), least)
        self.names = _numbered((one.name for question in questions for one in question.alternatives), 1)
        self.words = _numbered((word for rows in told for words in rows for word in words), least)
        self.settings = _sparse(
            [[self.around[word] for word in q.around if word in self.around] for q in questions], len(self.around)
        )
        self.features = _sparse(
            [[self.words[word] for word in words if word in self.words] for rows in told for words in rows],
            len(self.words),
        )
        self.turned = self.settings.T.tocsr(), self.features.T.tocsr()
        sizes = [len(question.alternatives) for question in questions]
        self.begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self.of = np.repeat(np.arange(len(questions)), sizes)
        self.name = np.array([self.names[one.name] for question in questions for one in question.alternatives])
        self.right = np.array(
            [float(n in one.right) for one in answered for n in range(len(one.question.alternatives))]
        )
        self.weights = np.array([one.weight for one in answered])
        self.cut = len(self.around) * len(self.names)
        self.size = self.cut + len(self.words)

    def parts(self, values):
        """Return the weights of what is around, one row a word, and those of what is true of one candidate."""
        return values[: self.cut].reshape(len(self.around), len(self.names)), values[self.cut :]

    def loss(self, values, penalty):
        """Return the penalised negative log likelihood and its gradient."""
        own, common = self.parts(values)
        utility = (self.settings @ own)[self.of, self.name] + self.features @ common
        grown = np.exp(utility - np.maximum.reduceat(utility, self.begins)[self.of])
        total = np.add.reduceat(grown, self.begins)
        hit = np.maximum(np.add.reduceat(grown * self.right, self.begins), 1e-300)
        pull = self.weights[self.of] * grown * (1.0 / total[self.of] - self.right / hit[self.of])
        named = np.zeros((len(self.weights), len(self.names)))
        np.add.at(named, (self.of, self.name), pull)
        slope = np.concatenate([(self.turned[0] @ named).ravel(), self.turned[1] @ pull])
        return penalty / 2 * values @ values - self.weights @ np.log(hit / total), slope + penalty * values

    def judge(self, values):
        """Return the parameters as a judge; words whose weights are all below a hundredth are left out."""
        own, common = self.parts(values)
        rows, kept = np.abs(own).max(axis=1, initial=0) >= 0.01, np.abs(common) >= 0.01
        around = tuple(word for word, one in zip(self.around, rows, strict=True) if one)
        words = tuple(word for word, one in zip(self.words, kept, strict=True) if one)
        return Judge(tuple(self.names), around, own[rows], words, common[kept])


def fit(answered, penalty=1.0, least=2):
    """Return the judge that best explains the answers."""
    design = Design([one for one in answered if one.right], least)
    found = minimize(
        design.loss,
        np.zeros(design.size),
        (penalty,),
        method="L-BFGS-B",
        jac=True,
        options={"maxiter": 300, "ftol": 1e-8},
    )
    return design.judge(found.x)


# --- questions with answers --------------------------------------------------------------------------------------------


class Label(NamedTuple):
    """A labelled claim in its parts."""

    quantities: tuple[str, ...]
    place: str
    value: str
    window: str

    @property
    def classes(self):
        return {class_of(one) for one in self.quantities}


def labels_of(report):
    parts = [[part.strip() for part in label.split("|")] for label in report["claims"]]
    return [Label(tuple(one.strip() for one in p[0].split(";")), *p[1:4]) for p in parts]


def _worth(label, question, said):
    """Return how well a label fits a number; 0 where it does not."""
    value, low, high, hedge = question.about
    if not {one.name for one in question.alternatives} & label.classes:
        return 0.0
    number = SimpleNamespace(value=value, low=low, high=high, hedge=hedge)
    plain = label.value.removeprefix("over").removeprefix("up to").strip()
    if not any(bench.value_fits(start + plain, number) for start in ("", "over ", "up to ")):
        return 0.0
    worth = 1.0 + 0.5 * bench.value_fits(label.value, number)
    if said is not None:
        worth += 3 * (said.quantity in label.quantities) + 1.5 * bench.place_fits(label.place, said.place)
        worth += bench.window_fits(label.window, said)
    return worth


def align(labels, questions, said):
    """Return for each number its label, None where it has none; "again" where a label's value stands a second time."""
    pairs = []
    for n, label in enumerate(labels):
        for k, question in enumerate(questions):
            if worth := _worth(label, question, said[k]):
                apart = abs(n / max(len(labels), 1) - k / max(len(questions), 1))
                pairs.append((worth - apart, n, k))
    answers, used = [None] * len(questions), set()
    for _, n, k in sorted(pairs, reverse=True):
        if n not in used and answers[k] is None:
            answers[k] = labels[n]
            used.add(n)
    fitting = {k for _, _, k in pairs}
    return [("again" if answer is None and k in fitting else answer) for k, answer in enumerate(answers)], len(used)


def finding_of(question, findings):
    """Return what was found of a number: the finding whose span holds it and whose value it has."""
    value = question.about[0]
    return next(
        (
            one
            for one in findings
            if one.kind == "claim"
            and one.start <= question.start
            and question.end <= one.end
            and abs(one.value - value) <= 1e-6 * max(value, 1)
        ),
        None,
    )


def read(report, decide):
    article = Article(report["text"], report["id"])
    return RuleExtractor(decide=decide, least=0.0).extract(article, bench.as_date(report["published"]))


def recorded(report, honest=None):
    """Return the questions that a report asks with their right answers, by kind, and counts of what has none.

    ``honest`` are the findings of rules that had not been worked on with this report; those of today's where not given.
    """
    asked = []

    def listen(kind, question):
        if kind == "quantity":
            asked.append(question)
        return decide_by_rules(kind, question)

    today = read(report, listen)
    findings = today if honest is None else honest
    said = [finding_of(question, findings) for question in asked]
    labels = labels_of(report)
    answers, used = align(labels, asked, said)
    by_span = {(q.start, q.end): (a, f) for q, a, f in zip(asked, answers, said, strict=True)}
    found, lost, current = (
        {"quantity": [], "place": [], "window": []},
        Counter(labels=len(labels), asked=used),
        [None, None],
    )

    def number_of(question, test):
        return next((n for n, one in enumerate(question.alternatives) if test(one)), -1)

    def answer(kind, question):
        if kind not in found:
            return decide_by_rules(kind, question)
        if kind == "quantity":
            label, finding = by_span.get((question.start, question.end), (None, None))
            current[:] = label, finding
            kept = class_of(finding.quantity) if finding is not None else NONE
            trust = question.trust if honest is None else (("none" if kept == NONE else "kind"), "old", kept)
            question = question._replace(said=number_of(question, lambda one: one.name == kept), trust=trust)
            if label == "again":
                return number_of(question, lambda one: one.name == kept), 1.0
            wanted = {NONE} if label is None else label.classes
        else:
            label, finding = current
            if not isinstance(label, Label):
                return decide_by_rules(kind, question)
            same = finding is not None and class_of(finding.quantity) in label.classes
            if same:
                key = (
                    finding.place
                    if kind == "place"
                    else (finding.quantity, finding.first, finding.last, finding.open_start)
                )
                question = question._replace(said=number_of(question, lambda one: one.means == key))
            if honest is not None or not same:
                question = question._replace(trust=("old",) if same else ("other kind",))
            if kind == "place":
                wanted = {
                    one.means
                    for one in question.alternatives
                    if label.place != "*" and bench.place_fits(label.place, one.means)
                }
                if label.place == "*":
                    return decide_by_rules(kind, question)
            else:
                wanted = {
                    one.means
                    for one in question.alternatives
                    if any(one.means[0] == q or class_of(q) == one.means[0] for q in label.quantities)
                    and bench.window_fits(
                        label.window, SimpleNamespace(first=one.means[1], last=one.means[2], open_start=one.means[3])
                    )
                }
        right = tuple(
            n
            for n, one in enumerate(question.alternatives)
            if (one.name if kind == "quantity" else one.means) in wanted
        )
        lost[f"{kind} asked"] += 1
        if not right:
            lost[f"{kind} not offered"] += 1
            return decide_by_rules(kind, question)
        lost[f"{kind} ruled right"] += question.said in right
        found[kind].append(Answered(question, right))
        return (question.said if question.said in right else right[0]), 1.0

    read(report, answer)
    return found, lost


def honest_findings(name):
    """Return what rules of the time said of the reports of a set, by id; None where today's rules never saw the set."""
    file = HONEST / f"{name}.json"
    if not file.exists():
        return None
    rows = json.loads(file.read_text(encoding="utf-8"))
    return {
        report: [
            SimpleNamespace(kind="claim", quantity=q, place=place, value=value, first=date.fromisoformat(first),
                            last=date.fromisoformat(last), open_start=opens, start=start, end=end)
            for q, place, value, first, last, opens, start, end in found
        ]
        for report, found in rows.items()
    }  # fmt: skip


def questions_of(name):
    """Return the answered questions of a set, by kind, and counts of what could not be answered."""
    honest = honest_findings(name)
    found, lost = {}, Counter()
    for report in bench.load_reports(*SETS[name]):
        asked, missed = recorded(report, None if honest is None else honest[report["id"]])
        lost += missed
        for kind, rows in asked.items():
            found.setdefault(kind, []).extend(rows)
    return found, lost


# --- training and measuring ----------------------------------------------------------------------------------------------

#: chosen by leaving out one at a time the writers whom no rule had met
PENALTY = {"quantity": 3.0, "place": 6.0, "window": 5.0}
#: sets that today's rules had not seen, each by a writer of its own
UNSEEN = ("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth")


def train(sets, skip=(), penalty=PENALTY):
    """Return judges trained on all sets but some."""
    rows = {}
    for name, found in sets.items():
        if name not in skip:
            for kind, answered in found.items():
                rows.setdefault(kind, []).extend(answered)
    return {kind: fit(answered, penalty[kind]) for kind, answered in rows.items()}


def graded(name, decide):
    """Return the confidence of each claim found in a set with whether it is right, and how many are labelled."""
    grades, labelled = [], 0
    for report in bench.load_reports(*SETS[name]):
        claims = [one for one in read(report, decide) if one.kind == "claim"]
        hits, left, _ = bench.match_labels(report["claims"], claims)
        labelled += len(report["claims"])
        grades += [(one.confidence, True) for _, one in hits] + [(one.confidence, False) for one in left]
    return grades, labelled


def rates(grades, labelled, least=0.0):
    right = sum(ok for sure, ok in grades if sure >= least)
    given = sum(sure >= least for sure, _ in grades)
    return right / max(given, 1), right / max(labelled, 1)


def left_out(sets, cuts=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5)):
    """Print precision and recall of the rules, and of judges that never met a writer, on that writer; then how sure is how right."""
    everything, all_labelled, ruled_all = [], 0, []
    print("| set | rules: precision | recall | " + " | ".join(f"from {cut:g}" for cut in cuts) + " |")
    for name in UNSEEN:
        ruled, labelled = graded(name, decide_by_rules)
        found, _ = graded(name, decide_by(train(sets, (name,))))
        everything, all_labelled = everything + found, all_labelled + labelled
        ruled_all = ruled_all + ruled
        line = " | ".join("{:.2f} / {:.2f}".format(*rates(found, labelled, cut)) for cut in cuts)
        print("| {} | {:.2f} | {:.2f} | {} |".format(name, *rates(ruled, labelled), line), flush=True)
    line = " | ".join("{:.3f} / {:.3f}".format(*rates(everything, all_labelled, cut)) for cut in cuts)
    print("| all | {:.3f} | {:.3f} | {} |".format(*rates(ruled_all, all_labelled), line))
    print("\n| confidence | claims | mean confidence | right |")
    for low in np.arange(0, 1, 0.1):
        part = [(sure, ok) for sure, ok in everything if low <= sure < low + 0.1 or (low > 0.85 and sure >= 1)]
        if part:
            sure, ok = np.mean(part, axis=0)
            print(f"| {low:.1f} to {low + 0.1:.1f} | {len(part)} | {sure:.2f} | {ok:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--left-out", action="store_true", help="train without one writer at a time, and measure on that one"
    )
    given = parser.parse_args()
    sets = {}
    for name in SETS:
        sets[name], counts = questions_of(name)
        print(name, dict(counts), flush=True)
    if given.left_out:
        left_out(sets)
    else:
        OUT.write_bytes(pack_judges(train(sets)))
        print(f"{OUT}: {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
