"""What a reader returns: claims and events, each with the exact span of the article that it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from borderflow.articles.texts import Article
from borderflow.errors import UsageError
from borderflow.ledger import Claim, vocabulary
from borderflow.wording import Hedge

__all__ = ["Extractor", "Finding", "PlaceCandidate", "Standing", "as_claims"]

Standing = Literal["official", "media report", "estimate", "denied"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PlaceCandidate(_Model):
    """A place that a name in the article may mean, with a score from 0 to 1 and where it was found."""

    name: str
    country: str
    kind: str
    id: str
    source: Literal["scenario", "country", "crossings", "GeoNames", "text"]
    score: Annotated[float, Field(ge=0, le=1)]


class Finding(_Model):
    """A claim (a number) or an event (a rule or fact that holds) found in an article.

    Parameters
    ----------
    kind : {'claim', 'event'}
    quantity : str
        A word of the vocabulary.
    value, low, high, hedge
        In ``unit``; an event has 1, or 0 where the article says that it is not so.
    first, last : date
        The window; ``open_start`` where the article does not say when counting began.
    place, country, places
        The likeliest place, and all candidates.
    status : {'official', 'media report', 'estimate', 'denied'}
    planned : bool
        Said of the future.
    said_by, who : str
        Words of the article: who says so; whom a rule concerns.
    start, end : int
        The span of the article's text that the finding rests on.
    quote : str
        The text of that span.
    confidence : float
        The probability that what is said (quantity, place, window) is right.
    """

    kind: Literal["claim", "event"]
    quantity: str
    value: Annotated[float, Field(ge=0)]
    low: float | None = None
    high: float | None = None
    hedge: Hedge = "exact"
    unit: str
    mode: str = "all"
    first: dt.date
    last: dt.date
    open_start: bool = False
    place: str
    country: str = ""
    places: tuple[PlaceCandidate, ...] = ()
    status: Standing = "media report"
    planned: bool = False
    said_by: str = ""
    who: str = ""
    start: Annotated[int, Field(ge=0)]
    end: int
    quote: str
    method: str = "rules"
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.5

    @field_validator("quantity")
    @classmethod
    def _in_vocabulary(cls, value: str) -> str:
        if value not in vocabulary():
            raise ValueError(f"unknown quantity {value!r}")
        return value


class Extractor(Protocol):
    """Anything that finds claims and events in an article.

    What an extractor returns is kept only where ``article.text[start:end]`` is the quote, word for word.
    """

    name: str

    def extract(self, article: Article, published: dt.date) -> Sequence[Finding]:
        """Return what the article claims; dates are resolved against the day of publication."""
        ...


_HEDGE_WORDS = {"over": "More than", "up to": "Up to", "about": "About"}


def as_claims(
    findings: Sequence[Finding], *, publisher: str, url: str = "", published: dt.date, prefix: str = "R"
) -> list[Claim]:
    """Return findings as rows of a ledger; the columns after ``known_on`` carry bounds, span and candidates.

    Raises
    ------
    UsageError
        For a finding, publisher or address that no row of a ledger can hold.
    """
    rows = []
    for number, one in enumerate(findings, start=1):
        try:
            rows.append(_as_claim(one, f"{prefix}{number:03}", publisher, url, published))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "finding"
            raise UsageError(f"finding {number}, {one.quantity}: {field}: {first['msg']}") from None
    return rows


def _as_claim(one: Finding, name: str, publisher: str, url: str, published: dt.date) -> Claim:
    words = [
        _HEDGE_WORDS.get(one.hedge, ""),
        "planned" if one.planned else "",
        one.who,
        f"{one.low:g}-{one.high:g}; midpoint" if one.low is not None and one.high is not None else "",
        "start of the window not given" if one.open_start else "",
        f"said by {one.said_by}" if one.said_by else "",
    ]
    places = "; ".join(
        f"{place.name} [{place.country or '?'}] {place.score:.2f} {place.source}" for place in one.places
    )
    return Claim(
        id=name,
        date=one.last if one.open_start else one.first,
        date_end=one.last if one.last != one.first and not one.open_start else None,
        place=one.place or "unknown",
        country=one.country or "XX",
        quantity=one.quantity,
        value=one.value,
        low=one.low,
        high=one.high,
        hedge=one.hedge if one.kind == "claim" and one.hedge != "exact" else None,
        unit=one.unit,
        mode=one.mode,
        claim_status=one.status,
        publisher=publisher,
        source_url=url,
        note="; ".join(word for word in words if word),
        known_on=published,
        span_start=one.start,
        span_end=one.end,
        quote=" ".join(one.quote.split()),
        said_by=one.said_by,
        candidates=places,
    )
