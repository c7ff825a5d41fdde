"""Which tellings are of an event, where it was and from which day it holds: what the learned choice makes of them.

Three conditional logits (see `logit`) answer for each telling whether it is of an event, whether it is denied, where it was,
and when; the product of their probabilities is the confidence of the finding. What the rules found is one of the things they weigh.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from borderflow.articles.event_sites import spread
from borderflow.articles.findings import Finding
from borderflow.articles.happenings import whom
from borderflow.articles.logit import Judge, Weights, load_judges
from borderflow.articles.placing import Site
from borderflow.articles.speakers import describe_site, name_of, status_of
from borderflow.articles.telling_days import DayOption, ask_day, days_of
from borderflow.articles.telling_places import PlaceOption, ask_place, places_of
from borderflow.articles.telling_words import ask_whether
from borderflow.articles.tellings import Telling

__all__ = ["LEAST", "EventJudges", "load_event_judges", "settle_tellings"]

#: least confidence of an event that is reported; what it costs and gains is in benchmarks/RESULTS.md
LEAST = 0.35
_AS_GOOD = 0.45  # of the likeliest place: others of the same sentence are places of the event, too


class EventJudges(NamedTuple):
    """The weights of the three questions."""

    whether: Judge
    place: Judge
    day: Judge


def load_event_judges() -> EventJudges:
    """Return the judges that the reader is shipped with."""
    return EventJudges(**load_judges("events.npz"))


def settle_tellings(tellings: Iterable[Telling], judges: EventJudges, least: float = LEAST) -> list[Finding]:
    """Return the events that the tellings of an article make, each once, with what the choice is sure of it."""
    found = [one for telling in tellings for one in _events(telling, judges, least)]
    kept: list[Finding] = []
    for one in sorted(found, key=lambda one: (-one.confidence, one.start, one.place)):
        if one.confidence >= least and not any(_is_same(one, other) for other in kept):
            kept.append(one)
    return kept


def _is_same(one: Finding, other: Finding) -> bool:
    """Tell whether two findings are one event: same kind, same place or one within the other, days next to each other."""
    if (one.quantity, one.value) != (other.quantity, other.value):
        return False
    inside = one.place in other.place.split(" / ") or other.place in one.place.split(" / ")
    if one.place and other.place and not inside and one.place != other.place:
        return False
    return one.value == 0 or not (one.place and other.place) or abs((one.first - other.first).days) <= 1


def _events(telling: Telling, judges: EventJudges, least: float) -> Iterator[Finding]:
    """Yield the events of a telling; where and when are only asked while its confidence may still reach the least."""
    _, yes, denied = judges.whether.probabilities(ask_whether(telling))
    value, sure = (1.0, float(yes)) if yes >= denied else (0.0, float(denied))
    if sure < least:
        return
    places = places_of(telling)
    where = judges.place.probabilities(ask_place(telling, places))
    chosen = _places(telling, places, where)
    sure *= min(float(sum(where[n] for n in chosen)), 1.0)
    if sure < least:
        return
    days = days_of(telling)
    when = judges.day.probabilities(ask_day(telling, days))
    day = int(np.argmax(when))
    if value:  # what did not happen did so on no day
        sure *= float(when[day])
    for option in _spread(telling, [places[n] for n in chosen]):
        yield _finding(telling, option, days[day], value, sure)


def _places(telling: Telling, options: Sequence[PlaceOption], shares: Weights) -> list[int]:
    """Return the likeliest place, and those of the same sentence that are nearly as likely: of a list, each is one."""
    best = int(np.argmax(shares))
    chosen = [best]
    for n in sorted(range(len(options)), key=lambda n: -shares[n]):
        site = options[n].site
        if n != best and shares[n] >= _AS_GOOD * shares[best] and _is_here(site) and _is_here(options[best].site):
            taken = [options[k].site for k in chosen]
            if site is not None and not any(other is not None and _overlap(site, other) for other in taken):
                chosen.append(n)
    return chosen


def _is_here(site: Site | None) -> bool:
    return site is not None and site.sure


def _overlap(one: Site, other: Site) -> bool:
    """Tell whether two places cannot both be meant: names over the same words, a route and a place, two ways to one goal."""
    ends, others = ([(mention.first, mention.last) for mention in site.mentions] for site in (one, other))
    if len(ends) != len(others):
        return True
    if len(ends) == 1:
        return ends[0][0] < others[0][1] and others[0][0] < ends[0][1]
    return set(ends) == set(others) or ends[-1] == others[-1]


def _spread(telling: Telling, options: Sequence[PlaceOption]) -> list[PlaceOption]:
    """Return the places chosen with those that stand in one list with the likeliest, and those that the rules found with it."""
    found = {one.place: one for one in options}
    first = options[0]
    if first.site is not None and first.site.sure:
        for site in filter(None, spread(telling.scene, first.site, telling.kind.family)):
            found.setdefault(name_of(site), PlaceOption(name_of(site), site, ()))
    if any(event.place == first.place for event in telling.found):
        for event in telling.found:
            found.setdefault(event.place, PlaceOption(event.place, None, ()))
    return list(found.values())


def _finding(telling: Telling, where: PlaceOption, when: DayOption, value: float, confidence: float) -> Finding:
    scene = telling.scene
    known = next((event for event in telling.found if event.place == where.place), None)
    several = len({event.first for event in telling.found}) > 1
    day = known.first if known is not None and several else when.day
    made: Mapping[str, object] = {
        "value": value, "first": day, "last": day, "planned": _is_planned(telling, day, known), "confidence": round(min(confidence, 1.0), 2),
        "status": status_of(official=telling.official, denied=value == 0), "method": "choice",
    }  # fmt: skip
    if known is not None:
        return known.model_copy(
            update={**made, "status": known.status if (known.value == 0) == (value == 0) else made["status"]}
        )
    place, country, places = describe_site(where.site)
    if where.site is None and where.place and telling.found:
        place, country, places = where.place, telling.found[0].country, telling.found[0].places
    return Finding(
        kind="event", quantity=telling.kind.quantity, unit="flag", mode=_mode(telling),
        place=place, country=country, places=places, said_by=telling.said_by, who=whom(scene, telling.kind.quantity, telling.anchor),
        start=telling.start, end=telling.end, quote=scene.quote(telling.start, telling.end), **made,  # type: ignore[arg-type]
    )  # fmt: skip


def _is_planned(telling: Telling, day: dt.date, known: Finding | None) -> bool:
    return day > telling.scene.published or (known is not None and known.planned)


def _mode(telling: Telling) -> str:
    """Return by what people travel: that of the kind, of a service the one whose word stands nearest."""
    if telling.kind.family != "route":
        return telling.kind.mode
    cues = telling.scene.of("bus", "train", "ferry", "flight")
    nearest = min(cues, key=lambda cue: abs(cue.first - telling.anchor.first), default=None)
    return telling.kind.mode if nearest is None else nearest.kind.replace("flight", "air")
