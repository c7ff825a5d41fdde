"""Where a number was counted, and what that makes of it: people who left *for* a country have arrived there."""

from __future__ import annotations

from borderflow.articles.choosing import Choice
from borderflow.articles.cues import Cue
from borderflow.articles.kinds import FigureKind, figure_kind
from borderflow.articles.memory import Memory
from borderflow.articles.numbers import Amount
from borderflow.articles.placing import Site, choose_place
from borderflow.articles.scenes import Scene
from borderflow.articles.toponyms import Mention

__all__ = ["choose_site"]

_ONWARD = figure_kind("onward_departures_*")
_ARRIVALS = figure_kind("arrivals_*")


def choose_site(
    scene: Scene, amount: Amount, choice: Choice, segment: tuple[int, int], last: Site | None, memory: Memory
) -> tuple[Choice, Site | None]:
    """Return where a number was counted, and what it counts now that this is known."""
    site = choose_place(scene, choice.kind.family, segment, amount.first, memory)
    if choice.kind is _ONWARD and site is not None and choice.cue is not None and site.sure:
        site = _host(scene, site, choice.cue, memory)
    leaving = choice.kind.quantity == "departures_*"
    if leaving and site is not None and site.sure and _are_goals(scene, site, choice):
        if memory.place is not None and _are_some_of_them(scene, site, memory):
            choice, site = (
                choice._replace(kind=_ONWARD),
                Site((memory.place,), False),
            )  # "another 5,600 have left for Uganda"
        elif (post := _left_through(scene, memory)) is not None:
            site = Site((post,), False)  # "695 left for Egypt", of the post just named
        else:
            choice = choice._replace(kind=_ARRIVALS)  # "fled to Turkey"
    if site is None and choice.kind.family == "country" and memory.place is not None and memory.counted_lately():
        site = Site((memory.place,), False) if memory.quantity.startswith(("mobilised", "wrongly_drafted")) else None
    if last is None:
        return choice, site
    if site is not None and choice.cue is None and _is_with_speaker(scene, amount, site):
        site = last  # "6,150 on Thursday, more than on 3 May, when there were 5,480, officers at Masnaa said"
    if site is None or not site.sure or _elsewhere(site, choice.kind, segment):
        site = last
    return choice, site


def _host(scene: Scene, site: Site, cue: Cue, memory: Memory) -> Site:
    """Return the country that people moved on from, where the place chosen is the one they went to."""
    if not all(one.role in ("to", "at") and one.first >= cue.first for one in site.mentions):
        return site
    earlier = [
        one for one in scene.mentions if one.best.kind != "derived" and one.last <= cue.first and one.role != "from"
    ]
    state = memory.host if memory.host is not None and memory.host.best.kind == "country" else memory.home
    kept = earlier[-1] if earlier else state or memory.host or memory.place
    return site if kept is None else Site((kept,), bool(earlier))


_PARTS = frozenset(["another", "of", "them", "ещё", "еще", "них", "those", "whom", "some", "others", "many"])


def _are_some_of_them(scene: Scene, site: Site, memory: Memory) -> bool:
    """Tell whether those who left for a country are some of those counted as having come to another one."""
    came = memory.quantity.startswith(("arrivals", "stock_present"))
    other = memory.place is not None and all(one.best.country != memory.place.best.country for one in site.mentions)
    headed = (
        memory.headed is not None and memory.headed.best.kind == "country"
    )  # below "Georgia", "left for Turkey: 5,100"
    return came and other and (headed or any(word in _PARTS for word in scene.words[:4]))


def _left_through(scene: Scene, memory: Memory) -> Mention | None:
    """Return the post that people left by for a country, where the sentence or the one before names it."""
    here = [one for one in scene.mentions if one.best.kind == "crossing"]
    return here[-1] if here else memory.post_lately()


def _are_goals(scene: Scene, site: Site, choice: Choice) -> bool:
    """Tell whether people who left went to these places: "for Turkey", "в Армению" (not "в Армении")."""
    return choice.cue is not None and all(
        (one.role == "to" and one.first >= choice.cue.last)
        or (
            one.role == "at"
            and one.best.kind == "country"
            and scene.words[one.last - 1][-1:] in "ую"
            and not any(token.text in ":;" for token in scene.tokens[one.last : choice.cue.first])
            and not any(one.last <= cue.first < choice.cue.first for cue in scene.of("enter"))
        )
        for one in site.mentions
    )


def _is_with_speaker(scene: Scene, amount: Amount, site: Site) -> bool:
    """Tell whether a place only comes with who says so, after the comma that ends the words of a number."""
    return all(
        one.first > amount.noun_end
        and any(token.text == "," for token in scene.tokens[amount.noun_end : one.first])
        and any(0 < one.first - cue.first <= 4 for cue in scene.of("official", "witness"))
        and any(0 <= cue.first - one.last <= 2 for cue in scene.of("say"))
        for one in site.mentions
    )


def _elsewhere(site: Site, kind: FigureKind, segment: tuple[int, int]) -> bool:
    """Tell whether a place was taken from far off: "arrivals from A at 41,000 and departures at 28,500"."""
    return kind.family in ("entry", "exit", "route") and not any(
        segment[0] <= mention.first < segment[1] for mention in site.mentions
    )
