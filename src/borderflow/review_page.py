"""The review of a ledger for people: a table in the terminal, and one HTML page without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from borderflow.articles import Finding
from borderflow.evidence import Contradiction, Relation
from borderflow.ledger import Claim, Ledger, vocabulary
from borderflow.pages import write_page
from borderflow.review import Gap, Matter, Review
from borderflow.terminals import plain_table

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_findings", "print_review", "write_review"]

_SAYS = {
    "contradict": "contradict",
    "denied": "denied",
    "superseded": "superseded",
    "agree": "agree",
    "single": "one claim",
}


def print_findings(findings: Sequence[Finding], console: Console) -> None:
    """Print what was read from an article: the claim, where, when, who says so, and the words."""
    if not findings:
        console.print("No claim or event found.")
        return
    from rich.markup import escape

    table = plain_table()
    words = max(len(one.quantity) for one in findings)  # a word of the vocabulary is not broken
    for name, ratio, least in (("what", 7, words), ("where", 5, 1), ("when", 3, 10), ("words of the article", 6, 1)):
        table.add_column(name, ratio=ratio, overflow="fold", min_width=least)
    for one in findings:
        table.add_row(*(escape(cell) for cell in _finding_cells(one)))
    console.print(table)
    claims = sum(one.kind == "claim" for one in findings)
    console.print(f"{claims} claims, {len(findings) - claims} events. Check each against its words before you use it.")


def _finding_cells(one: Finding) -> tuple[str, ...]:
    word = {"over": "over ", "up to": "up to ", "about": "about "}.get(one.hedge, "")
    value = (
        f"{number(one.low)}-{number(one.high)}"
        if one.low is not None and one.high is not None
        else word + number(one.value)
    )
    what = ("yes" if one.value else "no") if one.kind == "event" else f"{value} {one.unit}"
    marks = [mark for mark, holds in (("planned", one.planned), ("denied", one.status == "denied")) if holds]
    when = str(one.last) if one.first == one.last else f"{one.first} to {one.last}"
    said = f"{one.said_by}: " if one.said_by else ""
    seen: dict[str, None] = dict.fromkeys(
        f"{place.name} ({place.country}) {place.score:.2f}" for place in one.places[:2] if place.name != one.place
    )
    others = f"\nor {'; '.join(seen)}" if seen and " - " not in one.place and ", " not in one.place else ""
    place = f"{one.place or 'place not given'}{f' ({one.country})' if one.country else ''}{others}"
    return (
        f"{one.quantity}\n{what}{''.join(f', {mark}' for mark in marks)}{f', {one.who}' if one.who else ''}",
        place,
        f"until {one.last}" if one.open_start else when,
        f"{said}\u201c{' '.join(one.quote.split())}\u201d [{one.start}:{one.end}]",
    )


def print_review(review: Review, ledger: Ledger, console: Console) -> None:
    """Print a review: contradictions, denials, what is superseded, repeated, unusable and missing."""
    matters = len(review.matters)
    console.print(f"[bold]{review.name}[/bold]: {review.claims} claims on {matters} matters (place x quantity x days)")
    counts = ", ".join(f"{review.count(verdict)} {word}" for verdict, word in _SAYS.items())  # type: ignore[arg-type]
    console.print(f"{counts}\n", highlight=False)
    claims = ledger.by_id
    _print_table(console, "Contradictions", ("what", "claims", "apart"), _contradicting(review.contradictions, claims))
    _print_table(console, "Denied", ("claim", "beside"), _denied(review.relations, claims))
    _print_table(console, "Superseded by a later figure", ("claim", "later"), _superseded(review.relations, claims))
    _print_table(console, "The same figure through several publishers", ("figure", "publishers"), (
        (f"{describe(one.claim)} ({', '.join(one.claims)})", "; ".join(one.publishers)) for one in review.repeated
    ))  # fmt: skip
    _print_table(console, "Not usable as a measurement", ("claim", "why"), _gathered(review.unusable))
    _print_table(console, "Missing for a fit", ("about", "what"), _gathered(review.missing))


def _print_table(console: Console, title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    from rich.markup import escape

    rows = list(rows)
    if not rows:
        console.print(f"{title}: none")
        return
    table = plain_table(f"{title} ({len(rows)})")
    for number, name in enumerate(head):
        table.add_column(
            name,
            justify="right" if name == "apart" else "left",
            no_wrap=name == "apart",
            ratio=None if name == "apart" else (3, 4)[number],
        )
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)


def number(value: float) -> str:
    """Return a value as people write it.

    Examples
    --------
    >>> number(12_500.0), number(2.5), number(0.35)
    ('12,500', '2.5', '0.35')
    """
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"


def _amount(claim: Claim) -> str:
    word = {"over": "over ", "up to": "up to ", "about": "about "}.get(claim.wording, "")
    if claim.kind == "state":
        return "yes" if claim.value else "no"
    low, high = claim.bounds()
    return f"{number(low)}-{number(high)}" if claim.wording == "between" else f"{word}{number(claim.value)}"


def days(claim: Claim) -> str:
    """Return the window of a claim in few letters.

    Examples
    --------
    >>> from borderflow.ledger import read_ledger
    >>> from borderflow.scenario import shipped
    >>> days(read_ledger(shipped()["russia-2022"]).by_id["E062"])
    '17-26 Sep 2022'
    """
    first, last = claim.date, claim.last
    if first == last:
        return f"{first.day} {first:%b %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}-{last.day} {last:%b %Y}"
    return f"{first.day} {first:%b}{'' if first.year == last.year else f' {first.year}'} - {last.day} {last:%b %Y}"


def describe(claim: Claim) -> str:
    """Return a claim in one line: place, quantity, value with unit, days."""
    unit = "" if claim.unit == "flag" else f" {claim.unit}"
    return f"{claim.place}, {claim.quantity} {_amount(claim)}{unit}, {days(claim)}"


def _contradicting(found: Iterable[Contradiction], claims: Mapping[str, Claim]) -> Iterable[tuple[str, ...]]:
    for one in found:
        own = [claims[name] for name in one.claims]
        when = days(own[0].model_copy(update={"date": one.first, "date_end": one.last}))
        said = "\n".join(f"{claim.id} {_amount(claim)} ({claim.claim_status}, {claim.publisher})" for claim in own)
        yield f"{one.place}\n{one.quantity}, {one.unit}\n{when}", said, f"{one.gap:.0%}"


def _denied(found: Iterable[Relation], claims: Mapping[str, Claim]) -> Iterable[tuple[str, ...]]:
    beside: dict[str, list[str]] = {}
    for one in found:
        if one.kind == "denied":
            other = claims[one.second]
            beside.setdefault(one.first, []).append(
                f"{other.id} {_amount(other)}{'' if one.gap > 0.01 else ' (the same)'}"
            )
    for claim in claims.values():
        if claim.claim_status == "denied":
            yield f"{claim.id} {describe(claim)}", "; ".join(beside.get(claim.id, ["nothing else said"]))


def _superseded(found: Iterable[Relation], claims: Mapping[str, Claim]) -> Iterable[tuple[str, ...]]:
    later: dict[str, str] = {}
    for one in found:
        if one.kind == "superseded" and (
            one.first not in later or claims[one.second].last > claims[later[one.first]].last
        ):
            later[one.first] = one.second
    for name, other in later.items():
        yield f"{name} {describe(claims[name])}", f"{other} {_amount(claims[other])}, {days(claims[other])}"


def _gathered(gaps: Iterable[Gap]) -> Iterable[tuple[str, ...]]:
    by_message: dict[str, list[str]] = {}
    for gap in gaps:
        by_message.setdefault(gap.message, []).append(gap.about)
    for message, about in by_message.items():
        yield ", ".join(about), message


def write_review(review: Review, ledger: Ledger, path: str | Path) -> Path:
    """Write a review as one HTML page: everything in it, no script, nothing from elsewhere."""
    claims = ledger.by_id
    order = {verdict: position for position, verdict in enumerate(_SAYS)}
    matters = sorted(review.matters, key=lambda one: (order[one.verdict], -one.gap, one.place, one.quantity, one.first))
    contents = {
        "review": review,
        "verdicts": [(word, review.count(verdict)) for verdict, word in _SAYS.items()],  # type: ignore[arg-type]
        "contradictions": [
            (one, [(claim, _amount(claim)) for claim in map(claims.__getitem__, one.claims)])
            for one in review.contradictions
        ],
        "denied": list(_denied(review.relations, claims)),
        "superseded": list(_superseded(review.relations, claims)),
        "missing": list(_gathered(review.missing)),
        "unusable": list(_gathered(review.unusable)),
        "matters": [_row(one) for one in matters],
        "describe": describe,
        "number": number,
        "what": stands,
        "when": lambda one: days(claims[one.claims[0]].model_copy(update={"date": one.first, "date_end": one.last})),
    }
    return write_page("review.html.j2", contents, Path(path))


def stands(quantity: str) -> str:
    """Return whether a quantity is a stock, a flow or a state, and its direction, seen from the country of origin.

    Examples
    --------
    >>> stands("arrivals_daily"), stands("queue_cars"), stands("population")
    ('flow in', 'stock, way out', 'stock')
    """
    word = vocabulary()[quantity]
    way = {"in": "in", "out": "out", "both": "both ways"}.get(word.direction, "")
    return (
        f"{word.kind} {way}".strip()
        if word.kind == "flow"
        else f"{word.kind}, way {way}"
        if way in ("in", "out")
        else word.kind
    )


def _row(matter: Matter) -> dict[str, object]:
    claim = matter.claims[0].model_copy(update={"date": matter.first, "date_end": matter.last})
    return {
        "place": matter.place,
        "quantity": matter.quantity,
        "what": stands(matter.quantity),
        "meaning": vocabulary()[matter.quantity].meaning,
        "days": days(claim),
        "verdict": _SAYS[matter.verdict],
        "css": matter.verdict,
        "gap": f"{matter.gap:.0%}" if matter.gap else "",
        "claims": [(one, f"{_amount(one)}{'' if one.unit == 'flag' else ' ' + one.unit}") for one in matter.claims],
    }
