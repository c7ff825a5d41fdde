"""From an article to claims and events, each with the span of the text that it rests on.

`read_evidence` runs the rules of this package: numbers, dates, places and cue words are recognised sentence by sentence; a claim
is a number with a cue that says what it counts, a place and a window; an event is a meeting of cues. No network, no
model, no chance: the same text gives the same findings. Other extractors can be given; see `plugins`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from borderflow.articles.aftermath import settle_events
from borderflow.articles.circumstances import CIRCUMSTANCES, read_circumstances
from borderflow.articles.figures import read_figures
from borderflow.articles.findings import Extractor, Finding, PlaceCandidate, as_claims
from borderflow.articles.frames import frame_sentences
from borderflow.articles.happenings import read_events
from borderflow.articles.logit import Decide, decide_by, load_judges
from borderflow.articles.memory import Memory
from borderflow.articles.scenes import build_scene, is_of_capital
from borderflow.articles.tellings import Tellings
from borderflow.articles.texts import Article, read_article
from borderflow.articles.tokens import split_sentences
from borderflow.articles.toponyms import country_of, find_countries, find_dateline, name_of_heading
from borderflow.articles.verdicts import load_event_judges, settle_tellings
from borderflow.errors import UsageError
from borderflow.naming import Names, shipped_names

__all__ = [
    "MOST_CHOSEN",
    "Article",
    "Extractor",
    "Finding",
    "PlaceCandidate",
    "RuleExtractor",
    "as_claims",
    "read_article",
    "read_evidence",
]

#: The confidence from which a claim is given; ``benchmarks/RESULTS.md`` says what others give.
LEAST_CONFIDENCE = 0.2
#: Characters of the longest text that learned choices are made in; a megabyte of them takes twice as long as rules do,
#: and no article is a hundred pages.
MOST_CHOSEN = 100_000


class RuleExtractor:
    """The default reader: rules, gazetteer, dateparser, simplemma; deterministic.

    Parameters
    ----------
    names : Names, optional
        The index of place names; that of all shipped scenarios where not given.
    announced : date, optional
        The day that "since the announcement" means.
    chooses : bool
        Whether learned choices have the last word; False gives what the rules alone find. They alone read a text of more
        than `MOST_CHOSEN` characters, too.
    decide : callable, optional
        How a choice between candidates is made; of claims by the judges that the reader is shipped with where not given.
    least : float
        The confidence from which a claim is given: a higher one finds fewer claims, more of them right.
    """

    name = "rules"

    def __init__(
        self,
        names: Names | None = None,
        announced: dt.date | None = None,
        *,
        chooses: bool = True,
        decide: Decide | None = None,
        least: float = LEAST_CONFIDENCE,
    ) -> None:
        self.names = names
        self.announced = announced
        self.chooses = chooses
        self.decide = decide or (decide_by(load_judges()) if chooses else None)
        self.least = least

    def extract(self, article: Article, published: dt.date) -> list[Finding]:
        """Return the claims and events of an article, in the order of the text."""
        tellings = Tellings() if self.chooses and len(article.text) <= MOST_CHOSEN else None
        ruled = list(self.find(article, published, tellings))
        if tellings is None:
            events = [one for one in ruled if one.kind == "event"]
        else:
            tellings.attach(ruled)
            # what surrounds events has words of its own, and too few labels to learn from: it is as the rules say
            learned = [one for one in tellings.all if one.kind.quantity not in CIRCUMSTANCES]
            events = [
                *settle_tellings(learned, load_event_judges()),
                *(one for one in ruled if one.kind == "event" and one.quantity in CIRCUMSTANCES),
            ]
        claims = [one for one in ruled if one.kind == "claim"]
        found = sorted([*claims, *events], key=lambda one: (one.start, one.end, one.quantity, one.place))
        placed = {one.quantity for one in found if one.kind == "event" and one.place}
        # a headline or first sentence without the place says nothing that a later sentence does not say better
        return [one for one in found if one.kind == "claim" or one.place or one.quantity not in placed]

    def find(self, article: Article, published: dt.date, tellings: Tellings | None) -> Iterator[Finding]:
        """Yield the claims of an article and the events that rules find, and give each sentence to ``tellings``.

        Without tellings the rules alone read it.
        """
        decide = self.decide if tellings is not None else None
        names = self.names or shipped_names()
        sentences = list(split_sentences(article.text))
        countries = find_countries(sentences, names)
        memory = Memory(announced=self.announced)
        seen: set[tuple[object, ...]] = set()
        counted: set[str] = set()
        events: list[Finding] = []  # of the last sentence: the next one may deny them, or say from when they hold
        asked = False
        for sentence, day, opens, heading, period in frame_sentences(sentences, published):
            if opens:  # an entry of a live blog goes on with nothing that the entry above it said
                yield from events
                events = []
                memory.open_entry()
            scene = build_scene(
                sentence, names, countries, day, memory.anchor, memory.begin, memory.told, memory.period or memory.when
            )
            if heading:
                if not scene.mentions and (named := name_of_heading(sentence)) is not None:
                    scene = replace(scene, mentions=(named,))
                if not scene.amounts:
                    memory.head(scene)
                memory.period = period or memory.period
            for place in scene.mentions:
                if place.best.country not in memory.states and (state := country_of(place, names)) is not None:
                    memory.states[place.best.country] = state
            if memory.home is None:
                memory.home = next(
                    (country_of(one, names) for one in scene.mentions if is_of_capital(scene, one)), None
                )
            if (written := find_dateline(sentence, names, countries)) is not None:
                memory.dateline, memory.home = written, country_of(written, names)
            told: list[Finding] = []
            if scene.cues or scene.amounts:
                yield from settle_events(scene, events, asked=asked)
                asked = any(token.text == "?" for token in scene.tokens[-3:])
                events = []
                figures = list(read_figures(scene, memory, decide))
                happened = [
                    one
                    for one in read_events(scene, memory, {one.quantity for one in figures})
                    if not _is_counted(one, figures, counted)
                ]
                around = read_circumstances(scene, memory, {one.quantity for one in figures})
                counted |= {one.quantity for one in figures}
                for one in (*figures, *happened, *around):
                    key = (one.quantity, one.place, one.value, one.low, one.first, one.last, _says_no(one))
                    if key in seen:
                        continue
                    seen.add(key)
                    if one.kind == "event":
                        events.append(one)
                    elif one.confidence >= self.least:
                        yield one
                told = events
            if tellings is not None:
                tellings.collect(scene, memory, told, heading=heading)
            memory.keep(scene)
        yield from () if asked else events


def _says_no(one: Finding) -> bool:
    return one.status == "denied" or (one.kind == "event" and one.value == 0)


def _is_counted(event: Finding, figures: Sequence[Finding], counted: Collection[str]) -> bool:
    """Tell whether an event only repeats, without a place of its own, what a figure here or before has counted."""
    if event.quantity not in ("notices_served", "turned_back"):
        return False
    again = event.quantity in counted and event.confidence < 0.8
    return again or any(one.start < event.end and event.start < one.end for one in figures)


def read_evidence(
    article: str | Path | Article,
    *,
    published: dt.date | None = None,
    names: Names | None = None,
    announced: dt.date | None = None,
    extractors: Sequence[Extractor] = (),
) -> list[Finding]:
    """Read an article: its claims and events, each with the exact span that it rests on.

    Parameters
    ----------
    article : path or Article
        A text, HTML or PDF file, or an `Article`.
    published : date, optional
        The day of publication, against which "on Tuesday" and "last week" are resolved; from the page itself where it
        says so.
    names : Names, optional
        Place names to look for before the gazetteer; those of the shipped scenarios where not given.
    announced : date, optional
        The day that "since the announcement" means.
    extractors : sequence of Extractor, optional
        Further readers; what they return without a span that holds their quote is dropped.

    Raises
    ------
    UsageError
        If the file cannot be read as text, or the day of publication is not known, or lies at an end of the calendar.

    Examples
    --------
    >>> from datetime import date
    >>> text = "On Tuesday 4,210 people entered Georgia, the ministry said. The queue at Verkhny Lars is 14 km long."
    >>> for one in read_evidence(Article(text, "example"), published=date(2031, 5, 14)):
    ...     print(one.quantity, one.value, one.place, one.first)
    arrivals_daily 4210.0 Georgia 2031-05-13
    queue_km 14.0 Verkhny Lars / Dariali (Kazbegi) 2031-05-14
    """
    if not isinstance(article, Article):
        article = read_article(article)
    day = published or article.published
    if day is None:
        raise UsageError(
            f"{article.name}: does not say when it was published; give the day, for example --published 2022-09-29"
        )
    if not 1500 <= day.year <= 2500:
        raise UsageError(f"{article.name}: published {day}; a day of the years 1500 to 2500 would be right")
    found = RuleExtractor(names, announced).extract(article, day)
    for extractor in extractors:
        found += [
            one
            for one in extractor.extract(article, day)
            if article.text[one.start : one.end] == one.quote and one.quote.strip()
        ]
    return sorted(found, key=lambda one: (one.start, one.end, one.quantity, one.place))
