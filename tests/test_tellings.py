"""Events that the learned choice decides on: wider words than the rules know, places and days weighed, each event once."""

import datetime as dt
import json
from pathlib import Path

import pytest

from benches import load_script
from borderflow.articles import Article, RuleExtractor, read_evidence
from borderflow.articles.telling_days import ask_day, days_of
from borderflow.articles.telling_places import ask_place, places_of
from borderflow.articles.telling_words import ask_whether
from borderflow.articles.tellings import Tellings
from borderflow.articles.verdicts import load_event_judges, settle_tellings

PUBLISHED = dt.date(2031, 5, 14)
HONEST = Path(__file__).parent / "reports" / "honest"


def tellings(text):
    found = Tellings()
    list(RuleExtractor().find(Article(text, "test"), PUBLISHED, found))
    return found.all


def events(text, **kwargs):
    found = RuleExtractor(**kwargs).extract(Article(text, "test"), PUBLISHED)
    return [(one.quantity, one.place, one.first.isoformat(), one.value) for one in found if one.kind == "event"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Estonia padlocked the post at Koidula on Sunday.", ("crossing_closed", "Kunichina Gora / Koidula")),
        ("The pirogues between Zongo and Bangui do not sail since Sunday.", ("service_halted", "Zongo - Bangui")),
        ("Паром из Баку в Актау с воскресенья стоит на приколе.", ("service_halted", "Baku - Aktau")),
    ],
)
def test_words_that_no_rule_knows_are_weighed(text, found):
    assert events(text, chooses=False) == []
    assert events(text) == [(*found, "2031-05-11", 1.0)]


def test_one_event_told_twice_is_one_and_two_are_two():
    text = "Latvia closed the crossing at Terehova on Monday. Terehova, shut since Monday, reopens on Friday. Narva was closed on Tuesday."
    assert sorted(events(text)) == [
        ("crossing_closed", "Burachki / Terehova", "2031-05-12", 1.0),
        ("crossing_closed", "Ivangorod / Narva", "2031-05-13", 1.0),
        ("crossing_opened", "Burachki / Terehova", "2031-05-16", 1.0),
    ]


def test_what_is_found_has_its_words_and_a_probability():
    article = Article("Georgia reopened the crossing at Verkhny Lars on Monday, the ministry said.", "test")
    (one,) = read_evidence(article, published=PUBLISHED)
    assert article.text[one.start : one.end] == one.quote
    assert 0.35 <= one.confidence <= 1.0


def test_probability_is_the_product_of_three_choices():
    (telling,) = [
        one for one in tellings("The crossing at Narva was closed on Monday.") if one.kind.quantity == "crossing_closed"
    ]
    judges = load_event_judges()
    places, days = places_of(telling), days_of(telling)
    yes = judges.whether.probabilities(ask_whether(telling))[1]
    where = max(judges.place.probabilities(ask_place(telling, places)))
    when = max(judges.day.probabilities(ask_day(telling, days)))
    (found,) = settle_tellings([telling], judges, least=0.0)
    assert found.confidence == pytest.approx(yes * where * when, abs=0.006)
    assert settle_tellings([telling], judges, least=1.0) == []


def test_higher_confidence_never_adds_an_event():
    text = (Path(__file__).parent / "reports" / "patterns.yaml").read_text(encoding="utf-8")
    all_of = tellings(text[:4000])
    counts = [len(settle_tellings(all_of, load_event_judges(), least)) for least in (0.0, 0.3, 0.6, 0.9)]
    assert counts == sorted(counts, reverse=True)


def test_training_aligns_a_label_with_the_telling_that_has_its_place_and_day():
    tool = load_script("tools/train_events.py")
    report = {
        "id": "x", "published": "2031-05-14", "text": "Narva was closed on Monday. The shop at Koidula has closed.",
        "events": ["crossing_closed | Narva | 2031-05-12"],
    }  # fmt: skip
    answers = list(tool.answers_of(tool.prepare(report, []), None))
    right = [one for kind, one in answers if kind == "whether" and one.right == (1,)]
    assert [report["text"][one.question.start : one.question.end] for one in right] == ["Narva was closed"]
    assert any(kind == "whether" and one.right == (0,) for kind, one in answers)


def test_what_rules_said_at_the_time_lies_within_the_reports():
    tool = load_script("tools/train_events.py")
    for name in (*tool.OTHERS, *tool.WRITERS):
        texts = {one["id"]: one["text"] for one in tool.bench.load_reports(*tool.bench.SETS[name])}
        for report, rows in json.loads((HONEST / f"events-{name}.json").read_text(encoding="utf-8")).items():
            assert all(0 <= row[5] < row[6] <= len(texts[report]) for row in rows), (name, report)
