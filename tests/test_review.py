"""The review of a ledger: verdicts, what is missing, the table in the terminal and the page."""

import datetime as dt
import io
import re

import pytest
from rich.console import Console

from borderflow.articles import Article, read_evidence
from borderflow.ledger import Claim, Ledger, read_ledger
from borderflow.review import review_ledger
from borderflow.review_page import print_findings, print_review, write_review
from borderflow.scenario import load, shipped

ROW = {
    "id": "A", "date": "2031-05-02", "place": "Narva", "country": "EE", "quantity": "queue_cars", "value": 1000,
    "unit": "vehicles", "mode": "car", "claim_status": "official", "publisher": "P", "known_on": "2031-05-02",
}  # fmt: skip


def ledger(*changes):
    return Ledger(tuple(Claim(**(ROW | {"id": f"C{n}"} | change)) for n, change in enumerate(changes)), "test.csv")


@pytest.fixture(scope="module")
def russia():
    claims = read_ledger(shipped()["russia-2022"])
    return claims, review_ledger(claims, load("russia-2022"))


def test_every_claim_belongs_to_one_matter(russia):
    claims, review = russia
    assert sorted(claim.id for matter in review.matters for claim in matter.claims) == sorted(
        claim.id for claim in claims
    )
    assert sum(review.count(verdict) for verdict in ("contradict", "denied", "superseded", "agree", "single")) == len(
        review.matters
    )


def test_verdicts():
    review = review_ledger(
        ledger({"value": 900}, {"value": 2000}, {"date": "2031-05-03"}, {"date": "2031-05-04"}, {"date": "2031-05-04", "note": "about"},
               {"date": "2031-05-05", "claim_status": "denied"}, {"date": "2031-05-05", "value": 5000})
    )  # fmt: skip
    assert [matter.verdict for matter in review.matters] == ["contradict", "single", "agree", "denied"]


def test_a_matter_is_named_in_the_words_of_its_own_claims(russia):
    """One claim on "Finland, Storskog / Borisoglebsk" does not move what Norway counted at Storskog to Finland."""
    for matter in russia[1].matters:
        assert matter.place in {claim.place for claim in matter.claims}
    (norway,) = [one for one in russia[1].matters if "E215" in {claim.id for claim in one.claims}]
    assert norway.place == "Storskog / Borisoglebsk"


def test_what_is_missing_without_a_scenario():
    review = review_ledger(
        ledger(
            {
                "quantity": "arrivals_cumulative",
                "unit": "persons",
                "date_end": "2031-05-09",
                "country": "GE",
                "place": "Georgia",
            },
            {},
        )
    )
    assert [(gap.about, gap.message) for gap in review.missing] == [
        ("GE", "totals without a daily figure (C0)"),
        ("Narva", "a line or a wait, but no capacity"),
    ]


def test_what_is_missing_for_a_scenario(russia):
    missing = {gap.about: gap.message for gap in russia[1].missing}
    assert missing["Kazakhstan"].startswith("no daily figures, only E099")
    assert missing["Torfyanovka"] == "no capacity"
    assert "Georgia" not in missing and "Finland" not in missing
    assert "Verkhny Lars" not in missing


def test_claims_that_cannot_be_used():
    review = review_ledger(
        ledger({"unit": "flag", "value": 1}, {"quantity": "air_price", "unit": "EUR"}, {"place": "Nowhere at all"})
    )
    messages = {gap.about: gap.message for gap in review.unusable}
    assert messages["C0"].startswith("says that something happened")
    assert "in EUR" in messages["C1"]
    assert "no place of that name" in messages["Nowhere at all (C2)"]


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_the_terminal(russia, width):
    claims, review = russia
    out = io.StringIO()
    print_review(review, claims, Console(file=out, width=width))
    lines = out.getvalue().splitlines()
    assert max(len(line) for line in lines) <= width
    text = " ".join(out.getvalue().split())
    assert "E232 2,500" in text and "Contradictions (" in text and "Missing for a fit" in text


def test_the_page_escapes_and_needs_nothing(tmp_path):
    nasty = ledger(
        {"publisher": "<script>alert(1)</script>", "source_url": "javascript:alert(1)", "note": "<b>x</b>"},
        {"value": 9},
    )
    page = write_review(review_ledger(nasty), nasty, tmp_path / "review.html").read_text(encoding="utf-8")
    assert "<script" not in page and "javascript:" not in page and "<b>x" not in page
    assert not re.search(r'(?:src|href)="(?!https?://|#)', page)
    assert "contradict" in page


def test_a_word_of_the_vocabulary_is_not_broken_over_two_lines_on_a_narrow_screen():
    text = "From 21 to 29 September over 194,000 people entered Georgia, the ministry of the interior said. "
    text += "At Verkhny Lars the queue was 15 km long, the ministry of the interior said on Tuesday."
    found = read_evidence(Article(text, "test"), published=dt.date(2031, 9, 29))
    console = Console(width=80, record=True, file=io.StringIO())
    print_findings(found, console)
    shown = console.export_text()
    assert "arrivals_cumulative" in {one.quantity for one in found}
    assert all(one.quantity in shown for one in found)
