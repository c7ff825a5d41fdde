"""Where an event was: the places in sight of a telling, and what speaks for each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from borderflow.articles.logit import Alternative, Question
from borderflow.articles.placing import Site
from borderflow.articles.scenes import BREAKS
from borderflow.articles.speakers import name_of
from borderflow.articles.telling_words import bucket, plain
from borderflow.articles.tellings import Telling
from borderflow.articles.toponyms import Mention
from borderflow.naming import shipped_names

__all__ = ["PlaceOption", "ask_place", "places_of"]


class PlaceOption(NamedTuple):
    """A place that an event may have been at: how it is written, whether a mention of the sentence, and what speaks for it."""

    place: str
    site: Site | None
    words: tuple[str, ...]


def places_of(telling: Telling) -> list[PlaceOption]:
    """Return the places in sight of a telling, each once."""
    found: dict[str, tuple[Site | None, list[str]]] = {}

    def add(site: Site | None, words: Sequence[str]) -> None:
        name = "" if site is None else name_of(site)
        if name in found:
            found[name][1].extend(words)
        else:
            found[name] = (site, list(words))

    add(None, ["nowhere"])
    family = telling.kind.family
    if family == "route":
        for site, words in _route_sites(telling):
            add(site, words)
    for mention, words in _near_mentions(telling):
        for one, how in _as_family(telling, mention):
            add(
                Site((one,), True),
                [
                    *(f"{family} {word}" for word in (*words, *how)),
                    *(f"{telling.kind.quantity} {word}" for word in how),
                ],
            )
    for mention in telling.scene.loose:
        words = [f"{family} loose", *(f"{family} loose {word}" for word in _of_loose(telling, mention))]
        add(Site((mention,), True), words)
    for mention, words in _past_mentions(telling):
        for one, how in _as_family(telling, mention):
            add(Site((one,), False), [f"{family} {word}" for word in (*words, *how)])
    for event in telling.found:
        if event.place not in found:
            found[event.place] = (None, ["by rules only"])
    return [PlaceOption(name, site, tuple(dict.fromkeys(words))) for name, (site, words) in found.items()]


def _of_loose(telling: Telling, one: Mention) -> Iterator[str]:
    """Yield what speaks for a name that no list holds."""
    scene, anchor = telling.scene, telling.anchor
    gap = max(one.first - anchor.last, anchor.first - one.last, 0)
    low, high = scene.clause(anchor.first)
    yield f"gap {bucket(gap)} {'before' if one.first < anchor.first else 'after'}"
    yield f"role {one.role or 'bare'}"
    yield "clause" if low <= one.first < high else "other clause"
    yield f"-1 {plain(scene.word(one.first - 1))}"
    yield f"+1 {plain(scene.word(one.last))}"
    inside = [mention for mention in scene.mentions if one.first <= mention.first < one.last]
    yield f"over {inside[0].best.kind}" if inside else "apart"
    if not scene.mentions:
        yield "only one"
    if one.first <= 1 or (one.first > 1 and scene.tokens[one.first - 1].text in ".;•|*"):
        yield f"opens {plain(scene.word(one.last))}"
    if any(abs(mention.first - anchor.first) < abs(one.first - anchor.first) for mention in scene.mentions):
        yield "farther"
    if telling.mate is not None and (one.last == telling.mate.first or one.first - telling.mate.last in (0, 1)):
        yield "at mate"


def _as_family(telling: Telling, mention: Mention) -> Iterator[tuple[Mention, tuple[str, ...]]]:
    """Yield a place, and the state that it lies in where states make such a rule."""
    kind = mention.best.kind
    if kind == "derived":
        state = shipped_names().state(mention.best.country)
        if state is not None:
            yield mention._replace(candidates=(state,)), ("k derived",)
        return
    yield mention, (f"k {kind}", f"k {kind} {mention.role or 'bare'}")
    if telling.kind.family == "country" and kind in ("city", "region"):
        state = shipped_names().state(mention.best.country)
        if state is not None:
            capital = "capital" if mention.best.population >= 300_000 else "town"
            yield mention._replace(candidates=(state,)), (f"k state of {kind}", f"state of {capital}")


def _near_mentions(telling: Telling) -> Iterator[tuple[Mention, list[str]]]:
    scene, anchor = telling.scene, telling.anchor
    low, high = scene.clause(anchor.first)
    order = sorted(scene.mentions, key=lambda one: max(one.first - anchor.last, anchor.first - one.last, 0))
    fit = [one for one in order if one.best.kind in _FIT[telling.kind.family]]
    for rank, one in enumerate(order):
        side = "before" if one.first < anchor.first else "after"
        gap = max(one.first - anchor.last, anchor.first - one.last, 0)
        between = scene.tokens[min(one.last, anchor.last) : max(one.first, anchor.first)]
        words = ["here", f"gap {bucket(gap)}", f"{side} {one.role or 'bare'}", f"side {side}", f"rank {min(rank, 3)}"]
        words.append("clause" if low <= one.first < high else "other clause")
        marks = sum(token.text in BREAKS for token in between)
        words.append(f"marks {min(marks, 2)}")
        if fit and one is fit[0]:
            words.append("nearest fit")
        if len(scene.mentions) == 1:
            words.append("only one")
        if scene.speaks(one):
            words.append("speaks")
        if scene.is_of_citizens(one):
            words.append("citizens")
        if scene.is_border(one):
            words.append("its border")
        if scene.is_called_post(one):
            words.append("called post")
        if one.first <= 1:
            words.append("opens")
            if scene.word(one.last) in (":", "-", "–", "—", "."):
                words.append("label")
        before, after = scene.word(one.first - 1), scene.word(one.last)
        words += [f"-1 {plain(before)}", f"+1 {plain(after)}"]
        words += [f"-2 {plain(scene.word(one.first - 2))}"]
        verbs = sum(
            cue.kind in ("say", "close", "open", "halt", "set up")
            for cue in scene.cues
            if min(one.last, anchor.last) <= cue.first < max(one.first, anchor.first)
        )
        words.append(f"verbs {min(verbs, 2)}")
        if telling.mate is not None and abs(one.first - telling.mate.last) <= 2:
            words.append("at mate")
        yield one, words


_FIT = {
    "post": ("crossing", "unknown", "city"), "town": ("city", "unknown", "crossing"), "country": ("country", "derived"), "route": ("city",),
    "entry": ("crossing",), "exit": ("crossing",), "host": ("country",),
}  # fmt: skip


def _past_mentions(telling: Telling) -> Iterator[tuple[Mention, list[str]]]:
    past = telling.past
    bare = "bare" if not telling.scene.mentions else "with places"
    has_fit = any(one.best.kind in _FIT[telling.kind.family] for one in telling.scene.mentions)
    state = "beside fit" if has_fit else bare
    for back, scene in enumerate(past.scenes, start=1):
        for n, one in enumerate(reversed(scene.mentions)):
            yield (
                one,
                [f"back {back}", f"back {back} {state}", f"back {back} last {min(n, 2)}", f"role {one.role or 'bare'}"],
            )
        if back == 1:
            for one in scene.loose:
                yield one, ["back loose", f"back loose {state}", f"back loose {one.role or 'bare'}"]
    for name, mentions in (("post", past.posts), ("town", past.towns), ("country", past.countries)):
        for n, one in enumerate(reversed(mentions)):
            yield one, [f"past {name} {n}", f"past {name} {n} {state}"]
    for name, single in (("dateline", past.dateline), ("headed", past.headed), ("home", past.home)):
        if single is not None:
            yield single, [f"past {name}", f"past {name} {state}"]


def _route_sites(telling: Telling) -> Iterator[tuple[Site, list[str]]]:
    scene, anchor, past = telling.scene, telling.anchor, telling.past
    for route in scene.routes():
        gap = abs(route.goal.first - anchor.first)
        low, high = scene.clause(anchor.first)
        yield (
            Site((*route.origins, route.goal), True),
            ["linked", f"linked gap {bucket(gap)}", f"linked in {low <= route.goal.first < high}"],
        )
    places = [one for one in scene.mentions if one.best.kind != "derived"][:6]
    free = [
        one
        for one in telling.scene.loose
        if not any(one.first < other.last and other.first < one.last for other in places)
    ]
    places = sorted([*places, *free[:3]], key=lambda one: one.first)[:7]
    for one, other in itertools.permutations(places, 2):
        apart = abs(places.index(one) - places.index(other))
        yield (
            Site((one, other), True),
            ["pair", f"pair {one.role or 'bare'} {other.role or 'bare'}", f"pair {'forth' if one.first < other.first else 'back'}", f"pair apart {min(apart, 3)}",
             f"pair {one.best.kind} {other.best.kind}"],
        )  # fmt: skip
    starts = [("dateline", past.dateline), ("headed", past.headed)]
    starts += [(f"town {n}", one) for n, one in enumerate(reversed(past.towns))]
    for name, start in starts:
        if start is None:
            continue
        for one in places:
            if one.best.name != start.best.name:
                yield (
                    Site((start, one), False),
                    ["half", f"half {name}", f"half {one.role or 'bare'}", f"half {one.best.kind}"],
                )
    for n, route in enumerate(reversed(past.routes)):
        if route.origins:
            yield (
                Site((*route.origins, route.goal), False),
                [f"past route {n}", f"past route {n} {'bare' if not places else 'with places'}"],
            )


def ask_place(telling: Telling, options: Sequence[PlaceOption]) -> Question:
    """Return the question where an event was; which of the places in sight."""
    said = next((n for n, one in enumerate(options) if telling.found and one.place == telling.found[0].place), -1)
    trust = (telling.kind.family, f"{telling.found[0].confidence:.1f}") if telling.found else ()
    family = telling.kind.family
    alternatives = tuple(
        Alternative(family, one.words if one.place else (f"{telling.kind.quantity} nowhere", *one.words))
        for one in options
    )
    return Question(telling.start, telling.end, (), alternatives, said, trust)
