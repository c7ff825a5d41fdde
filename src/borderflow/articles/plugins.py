"""Optional readers beside the rules: a spaCy pipeline, and any language model that the user brings.

Both are off unless given to `read_evidence`, and neither opens a connection: the model is a function of yours. Whatever they
return is checked like everything else: a quote that is not in the article word for word is dropped, and so is a
quantity outside the vocabulary or a unit that does not fit.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from borderflow.articles.findings import Finding
from borderflow.articles.texts import Article
from borderflow.errors import UsageError
from borderflow.ledger import vocabulary
from borderflow.units import convert_unit

__all__ = ["LLMExtractor", "SpacyExtractor"]

_PROMPT = """Read the news report below, published on {published}. List every sourced figure and every event about people
crossing a border: arrivals, departures, lines, waits, capacities, draft offices, halted services, entry bans, call-ups,
people turned back, notices, fares, closures and openings. Count people, never name a person.
Answer with a JSON array only. Each item: {{"quantity": one of [{words}], "value": number (1 or 0 for a yes-or-no
quantity), "unit": its unit, "first": "YYYY-MM-DD", "last": "YYYY-MM-DD", "place": place name, "country": two letters,
"quote": the words of the report that say so, copied exactly}}.

{text}"""


class LLMExtractor:
    """A language model as a reader.

    Parameters
    ----------
    ask : callable
        Takes a prompt, returns the model's answer as text. Where it runs and what it costs is yours to decide.
    name : str
        Written into ``method`` of what it finds.

    Examples
    --------
    >>> from datetime import date
    >>> answer = '[{"quantity": "queue_km", "value": 3, "unit": "km", "first": "2031-05-14", "last": "2031-05-14",'
    >>> answer += ' "place": "Narva", "country": "EE", "quote": "a line of three kilometres"}]'
    >>> reader = LLMExtractor(lambda prompt: answer)
    >>> article = Article("At Narva there was a line of three kilometres.", "example")
    >>> [(one.quantity, one.start, one.method) for one in reader.extract(article, date(2031, 5, 14))]
    [('queue_km', 19, 'llm')]
    >>> reader.extract(Article("Nothing of the kind.", "example"), date(2031, 5, 14))
    []
    """

    def __init__(self, ask: Callable[[str], str], *, name: str = "llm") -> None:
        self.ask = ask
        self.name = name

    def extract(self, article: Article, published: dt.date) -> list[Finding]:
        """Return what the model found and the article really says.

        Raises
        ------
        UsageError
            If the answer is no JSON array.
        """
        prompt = _PROMPT.format(published=published.isoformat(), words=", ".join(vocabulary()), text=article.text)
        answer = self.ask(prompt)
        try:
            items = json.loads(answer[answer.index("[") : answer.rindex("]") + 1])
        except ValueError:
            raise UsageError(f"{self.name}: the answer is no JSON array: {' '.join(answer.split())[:80]!r}") from None
        return [one for item in items if isinstance(item, dict) for one in self._checked(item, article)]

    def _checked(self, item: Mapping[str, Any], article: Article) -> Iterator[Finding]:
        quote = str(item.get("quote", ""))
        start = article.text.find(quote) if quote.strip() else -1
        word = vocabulary().get(str(item.get("quantity")))
        if start < 0 or word is None:
            return
        try:
            value = convert_unit(float(item.get("value", 1)), str(item.get("unit") or word.unit), word.unit)
            yield Finding(
                kind="event" if word.kind == "state" else "claim",
                quantity=word.name,
                value=value,
                unit=word.unit,
                first=dt.date.fromisoformat(str(item.get("first"))),
                last=dt.date.fromisoformat(str(item.get("last") or item.get("first"))),
                place=str(item.get("place", "")),
                country=str(item.get("country", ""))[:5],
                start=start,
                end=start + len(quote),
                quote=quote,
                method=self.name,
                confidence=0.5,
            )
        except (UsageError, ValidationError, ValueError, TypeError):
            return


class SpacyExtractor:
    """Figures of a spaCy pipeline: its CARDINAL and QUANTITY entities with the nearest GPE or FAC of the sentence.

    Parameters
    ----------
    pipeline : callable
        A loaded spaCy pipeline (``spacy.load(...)``); borderflow does not depend on spaCy and does not load one.
    quantities : mapping
        Lemma of a noun or verb to a quantity, for example ``{"queue": "queue_cars", "arrive": "arrivals_daily"}``.
    """

    name = "spacy"

    def __init__(self, pipeline: Callable[[str], Any], quantities: Mapping[str, str]) -> None:
        for quantity in quantities.values():
            if quantity not in vocabulary():
                raise UsageError(f"unknown quantity {quantity!r}")
        self.pipeline = pipeline
        self.quantities = quantities

    def extract(self, article: Article, published: dt.date) -> list[Finding]:
        """Return the numbers of every sentence that holds one of the lemmas."""
        return [
            one
            for sentence in self.pipeline(article.text).sents
            for one in self._sentence(sentence, article, published)
        ]

    def _sentence(self, sentence: Any, article: Article, published: dt.date) -> Iterator[Finding]:
        words = [
            self.quantities[token.lemma_.casefold()] for token in sentence if token.lemma_.casefold() in self.quantities
        ]
        if not words:
            return
        places = [entity for entity in sentence.ents if entity.label_ in ("GPE", "FAC", "LOC")]
        for entity in sentence.ents:
            digits = "".join(letter for letter in entity.text if letter.isdigit())
            if entity.label_ not in ("CARDINAL", "QUANTITY") or not digits:
                continue
            near = min(places, key=lambda place, at=entity: abs(place.start_char - at.start_char), default=None)  # type: ignore[misc]
            word = vocabulary()[words[0]]
            yield Finding(
                kind="claim",
                quantity=word.name,
                value=float(digits),
                unit=word.unit,
                first=published,
                last=published,
                place=near.text if near is not None else "",
                start=entity.start_char,
                end=entity.end_char,
                quote=article.text[entity.start_char : entity.end_char],
                method=self.name,
                confidence=0.3,
            )
