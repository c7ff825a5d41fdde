"""Commands about evidence: read an article, review a ledger, propose changes of a scenario."""

from __future__ import annotations

import sys
from pathlib import Path

from cyclopts import App

from borderflow.cli.options import Flag, Out, read_day
from borderflow.cli.program import app
from borderflow.errors import UsageError
from borderflow.terminals import plain_console

__all__ = ["check_evidence", "evidence_app", "propose_evidence", "read_evidence"]


evidence_app = App(
    name="evidence", help="Read articles, review a ledger, propose changes of a scenario.", help_format="plaintext"
)

app.command(evidence_app)


@evidence_app.command(name="read")
def read_evidence(article: Path, *, published: str | None = None, out: Out = None) -> None:
    """Read an article (text, HTML or PDF; English or Russian): claims and events with the words they rest on.

    Parameters
    ----------
    article
        The file. Nothing is fetched from anywhere.
    published
        Day of publication, for "on Tuesday" and "last week"; needed where the page does not say it.
    out
        Write the findings as a ledger, with columns for span, quote, speaker and place candidates.
    """
    from borderflow.articles import MOST_CHOSEN, as_claims, read_article
    from borderflow.articles import read_evidence as find_claims
    from borderflow.ledger import write_ledger
    from borderflow.review_page import print_findings

    text = read_article(article)
    day = read_day(published) or text.published
    findings = find_claims(text, published=day)
    if len(text.text) > MOST_CHOSEN:
        print(f"{article}: over {MOST_CHOSEN:,} characters, read by rules alone; its articles one by one give more")
    print_findings(findings, plain_console())
    if out is not None and day is not None:
        write_ledger(as_claims(findings, publisher=text.name, published=day), out)
        print(f"{len(findings)} findings: {out}")


@evidence_app.command(name="check")
def check_evidence(ledger: Path, *, html: Out = None) -> None:
    """Review a ledger: contradictions, denials, repetitions, what is superseded, unusable or missing for a fit.

    Parameters
    ----------
    ledger
        A ledger file, a scenario folder, or a shipped scenario.
    html
        Write the review as a page, too.
    """
    from borderflow.ledger import read_ledger
    from borderflow.review import review_ledger
    from borderflow.review_page import print_review, write_review
    from borderflow.scenario import load, shipped

    source = shipped().get(str(ledger), ledger) if not ledger.exists() else ledger
    scenario = load(source) if (source / "scenario.yaml").is_file() else None
    claims = read_ledger(source)
    review = review_ledger(claims, scenario)
    page = None if html is None else write_review(review, claims, html)
    print_review(review, claims, plain_console())
    if page is not None:
        print(f"Review: {page}")


@evidence_app.command(name="propose")
def propose_evidence(
    article: Path,
    scenario: str,
    /,
    *,
    published: str | None = None,
    publisher: str | None = None,
    url: str = "",
    accept: Flag = False,
    out: Out = None,
) -> None:
    """Show what an article would change in a scenario, as a diff; --accept applies it.

    Parameters
    ----------
    article
        The file to read.
    scenario
        A scenario folder or a shipped name.
    published
        Day of publication; needed where the page does not say it.
    publisher
        Who published it, for the ledger; the name of the file where not given.
    url
        Address of the article, for the ledger.
    accept
        Write the changes into the scenario (into a copy, with --out).
    out
        A new folder for the changed scenario; needed for shipped scenarios.
    """
    from borderflow.articles import read_article
    from borderflow.articles import read_evidence as find_claims
    from borderflow.naming import Names
    from borderflow.proposals import propose
    from borderflow.scenario import load, shipped

    loaded = load(scenario)
    if accept and out is None and loaded.folder in shipped().values():
        raise UsageError(f"{scenario!r} is shipped; name a folder for the changed copy: --accept --out my-scenario")
    text = read_article(article)
    day = read_day(published) or text.published
    findings = find_claims(text, published=day, names=Names([loaded]), announced=loaded.announcement)
    if day is None:
        return
    proposal = propose(findings, loaded, publisher=publisher or text.name, url=url, published=day)
    print(proposal.diff() or "no change", end="" if proposal.changes else "\n")
    for note in proposal.notes:
        print(f"note: {note}", file=sys.stderr)
    if accept:
        print(f"accepted: {proposal.accept(out)}", file=sys.stderr)
