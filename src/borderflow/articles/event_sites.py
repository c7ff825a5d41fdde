"""The places of an event: every one of a list, every route, each with a day of its own in brackets."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from borderflow.articles.cues import Cue
from borderflow.articles.kinds import EventKind
from borderflow.articles.placing import Family, Site
from borderflow.articles.scenes import Scene
from borderflow.articles.toponyms import Mention
from borderflow.articles.windows import Window
from borderflow.naming import shipped_names

__all__ = ["OF_STATES", "as_state", "each_site", "is_label", "of_whose_rule", "spread"]

OF_STATES = frozenset({"entry_ban", "exit_ban_men", "temporary_protection", "entry_rule_eased"})
_BETWEEN_ROUTES = frozenset({",", "and", "и", "or", "или", "from", "из"})


def of_whose_rule(scene: Scene, site: Site | None) -> Site | None:
    """Return the state that makes a rule, where the place found only says whom it concerns: "no Belarusian will be let in"."""
    if site is None or site.mentions[0].best.kind != "derived" or scene.is_border(site.mentions[0]):
        return site
    states = [one for one in scene.mentions if one.best.kind == "country" and one.role != "from"]
    towns = [one for one in scene.mentions if one.best.kind == "city"]
    makers = states or towns
    return Site((makers[0],), True) if makers else site


def as_state(scene: Scene, one: Mention) -> Mention:
    """Return the state that a capital speaks for: what "Kyiv announced" holds in Ukraine."""
    speaks = any(cue.first == one.last for cue in scene.of("say"))
    capital = one.best.kind == "city" or (one.best.kind == "region" and speaks)
    country = shipped_names().state(one.best.country) if capital else None
    return one if country is None else one._replace(candidates=(country,))


def each_site(
    scene: Scene, site: Site | None, kind: EventKind, verb: Cue
) -> Iterator[tuple[Site | None, Window | None]]:
    """Yield the places of an event, in a list after "CLOSED:" each with its own day in brackets."""
    if not (kind.family == "post" and verb.first <= 2 and is_label(scene, verb)):
        yield from ((one, None) for one in spread(scene, site, kind.family))
        return
    places = [
        one for one in scene.mentions if one.first > verb.first and one.best.kind in ("crossing", "city", "unknown")
    ]
    for one, other in itertools.zip_longest(places, places[1:]):
        end = scene.tokens[other.first].start if other is not None else scene.sentence.end
        days = [day for day in scene.dates if one.end <= day.start < end]
        own = (
            Window(days[0].first, days[0].last, False, True, days[0])
            if days
            else Window(scene.published, scene.published, False, False, None)
        )
        yield Site((one,), True), own


def is_label(scene: Scene, verb: Cue) -> bool:
    """Tell whether a colon follows a verb, so that it stands over a list: "CLOSED: Guguti"."""
    return verb.last < len(scene.tokens) and scene.tokens[verb.last].text == ":"


def spread(scene: Scene, site: Site | None, family: Family) -> list[Site | None]:
    """Return one site for every place of a list: "Lavoriškės and Raigardas"."""
    if site is None or not site.sure:
        return [site]
    if family == "route":
        return list(_each_route(scene, site))
    if family == "country" and site.mentions[0].best.kind == "country":
        return _in_one_list(scene, [one for one in scene.mentions if one.best.kind == "country"], site)
    if len(site.mentions) > 1 or family != "post":
        return [site]
    chosen = site.mentions[0]
    return [Site((mention,), True) for mention in _listed(scene, chosen)]


def _in_one_list(scene: Scene, places: Sequence[Mention], site: Site) -> list[Site | None]:
    """Return one site for every place of the list that a place stands in."""
    groups = (scene.listed(places[at:]) for at in range(len(places)))
    found = next((group for group in groups if site.mentions[0] in group), site.mentions)
    return [Site((one,), True) for one in found]


def _each_route(scene: Scene, site: Site) -> Iterator[Site | None]:
    """Yield the routes of a list that a route stands in, or the goals: "to Tbilisi and Baku"."""
    if len(site.mentions) == 1:
        yield from _in_one_list(scene, [one for one in scene.mentions if one.best.kind != "derived"], site)
        return
    run: list[Site] = []
    end: int | None = None
    for route in scene.routes():
        gap: list[str] = scene.words[end : route.origins[0].first] if end is not None else []
        if len(gap) > 3 or any(word not in _BETWEEN_ROUTES for word in gap):
            if any(one.mentions == site.mentions for one in run):
                break
            run = []
        run.append(Site((*route.origins, route.goal), True))
        end = route.goal.last
    yield from run if any(one.mentions == site.mentions for one in run) else [site]


def _listed(scene: Scene, chosen: Mention) -> list[Mention]:
    mentions = list(scene.mentions)
    if chosen not in mentions:
        return [chosen]  # "there": named in an earlier sentence
    at = mentions.index(chosen)
    found = [chosen]
    for step in (1, -1):
        here = at
        while 0 <= here + step < len(mentions):
            one, two = sorted((mentions[here], mentions[here + step]))
            gap = scene.words[one.last : two.first]
            close = gap and len(gap) <= 2 and all(word in (",", "and", "и", "«", "»") for word in gap)
            parallel = (
                len(gap) <= 8
                and any(word in ("and", "и", ",") for word in gap)
                and not any(
                    one.last <= cue.first < two.first for cue in scene.of("set up", "close", "open", "say", "halt")
                )
            )
            if not (
                close
                or parallel
                or (
                    gap
                    and mentions[here + step].best.kind in ("country", "derived")
                    and "and" not in gap
                    and len(gap) <= 4
                )
            ):
                break
            here += step
            if mentions[here].best.kind == "crossing" or (close and mentions[here].best.kind == "city"):
                found.append(mentions[here])
    return sorted(found)
