"""The question of where something was counted: its candidates are the places in sight, those of earlier sentences among them."""

from __future__ import annotations

from collections.abc import Iterator

from borderflow.articles.logit import Alternative, Question
from borderflow.articles.memory import Memory
from borderflow.articles.placing import Family, Site, is_by_the_way, is_nationality, suits
from borderflow.articles.scenes import Scene
from borderflow.articles.speakers import name_of
from borderflow.articles.toponyms import Mention
from borderflow.articles.vicinity import between, vicinity_of

__all__ = ["ask_place", "sites_in_sight"]


def sites_in_sight(
    scene: Scene, family: Family, said: Site | None, last: Site | None, memory: Memory
) -> dict[str, tuple[Site, list[str]]]:
    """Return the places that something may belong to, by name, each with where it was found.

    Where the rules read a number as a sum over several countries, none of these alone is a candidate: it would be given
    what others received. No label teaches that, because sums are rare in reports.
    """
    found: dict[str, tuple[Site, list[str]]] = {}

    def add(site: Site | None, source: str) -> None:
        if site is not None:
            name = name_of(site)
            found.setdefault(name, (site, []))[1].append(source)

    add(said, "ruled")
    for number, mention in enumerate(scene.mentions):
        add(Site((mention,), True), f"here {number}")
    for number, mention in enumerate(scene.possible):
        add(Site((mention,), True), f"may be {number}")
    if family == "route":
        for route in scene.routes():
            add(Site((*route.origins, route.goal), True), "route here")
        for kept in memory.routes[-2:]:
            add(Site((*kept.origins, kept.goal), False), "route before")
    add(last, "of the number before")
    for name, places in (("post", memory.posts), ("town", memory.towns), ("country", memory.countries)):
        for back, mention in enumerate(reversed(places[-3:])):
            add(Site((mention,), False), f"{name} {back}")
    kept_one: Mention | None
    for name, kept_one in (
        ("dateline", memory.dateline), ("heading", memory.headed), ("counted", memory.place), ("host", memory.host),
        ("home", memory.home), ("queued", memory.queued), ("subject", memory.subject),
    ):  # fmt: skip
        add(Site((kept_one,), False) if kept_one is not None else None, name)
    for unlisted in memory.possible:
        add(Site((unlisted,), False), "may be before")
    for code in dict.fromkeys(site.mentions[-1].best.country for site, _ in found.values()):
        if code in memory.states:
            add(Site((memory.states[code],), False), "state of one")
    if memory.dateline is not None and memory.dateline.best.country in memory.states:
        add(Site((memory.states[memory.dateline.best.country],), False), "state of dateline")
    if said is None or said.link != ", ":
        return found
    found[name_of(said)][1].append(f"here {scene.mentions.index(said.mentions[0])}")
    parts = {one.best.name for one in said.mentions}
    return {name: sight for name, sight in found.items() if name not in parts}


def ask_place(
    scene: Scene,
    quantity: str,
    family: Family,
    segment: tuple[int, int],
    at: int,
    end: int,
    said: Site | None,
    last: Site | None,
    memory: Memory,
) -> tuple[Question, list[Site]]:
    """Return the question of where a number was counted, and the place that each candidate stands for."""
    sights = sites_in_sight(scene, family, said, last, memory)
    inside = sum(segment[0] <= one.first < segment[1] and one.best.kind != "derived" for one in scene.mentions)
    own = (
        f"{min(inside, 2)} inside"
        if inside
        else "some here"
        if any(one.best.kind != "derived" for one in scene.mentions)
        else "none here"
    )
    alternatives = []
    for name, (site, sources) in sights.items():
        words = dict.fromkeys(_words(scene, site, sources, family, segment, at, end, own, memory))
        crossed = [f"{family} {word}" for word in words]
        alternatives.append(Alternative(quantity, (*words, *crossed), name))
    ruled = name_of(said) if said is not None else ""
    number = next((n for n, one in enumerate(alternatives) if one.means == ruled), -1)
    trust = (family, quantity, "sure" if said is not None and said.sure else "unsure", own)
    position = scene.tokens[min(at, len(scene.tokens) - 1)].start
    return (
        Question(position, position + 1, (), tuple(alternatives), number if said is not None else -1, trust),
        [site for site, _ in sights.values()],
    )


def _words(
    scene: Scene,
    site: Site,
    sources: list[str],
    family: Family,
    segment: tuple[int, int],
    at: int,
    end: int,
    own: str,
    memory: Memory,
) -> Iterator[str]:
    main = site.mentions[-1]
    kind = main.best.kind
    yield f"kind {kind}"
    yield f"kind {kind}, {own}"
    if len(site.mentions) > 1:
        yield f"several {site.link}"
    here = False
    for source in sources:
        if source.startswith("here "):
            here = True
            yield from _of_mention(scene, scene.mentions[int(source[5:])], family, segment, at, end)
        elif source.startswith("may be "):
            yield "may be"
            if source[7:].isdigit():
                yield from _of_mention(scene, scene.possible[int(source[7:])], family, segment, at, end)
        elif source != "ruled":
            yield f"{source}"
            yield f"{source}, {own}"
            yield f"{source}, {kind}"
    yield "here" if here else f"not here, {own}"
    if not here and scene.spokesman:
        yield f"not here, officials of {'it' if scene.spokesman == main.best.country else 'another'} speak"
    if not here:
        ago = (
            memory.number - memory.post_at
            if kind == "crossing"
            else memory.number - memory.country_at
            if kind == "country"
            else 9
        )
        yield f"{kind} {min(ago, 4)} sentences ago, {own}"
    yield f"score {int(main.best.score * 5)}"


#: what officials call the country that they speak for
_OF_SPEAKER = frozenset(["country", "territory", "страну", "страны", "стране", "республику"])


def _of_mention(
    scene: Scene, one: Mention, family: Family, segment: tuple[int, int], at: int, end: int
) -> Iterator[str]:
    kind, role = one.best.kind, one.role
    inside = segment[0] <= one.first < segment[1]
    near = vicinity_of(at, end, one.first, one.last)
    side, reach, low, high = near
    yield f"{role} {kind}"
    yield f"{role} {side}"
    yield f"{side} {reach}"
    yield f"{kind} {side} {'in' if inside else 'out'}"
    yield f"{'in' if inside else 'out'} {role} {kind}"
    yield f"{'in' if inside else 'out'}"
    yield from between(scene, near)
    rivals = [
        other
        for other in scene.mentions
        if other is not one and other.best.kind != "derived" and low <= other.first < high
    ]
    yield f"{side} {min(len(rivals), 2)} between"
    if any(other.best.kind == kind for other in rivals):
        yield f"{side} like between"
    if scene.speaks(one):
        yield f"speaks {kind}"
        if not _OF_SPEAKER.isdisjoint(scene.words):
            yield f"speaks {kind}, the country"
    if is_nationality(scene, one):
        yield f"nationality {kind}"
    if is_by_the_way(scene, one, at):
        yield "by the way"
    yield f"suits {max(min(round(suits(scene, one, family, segment, at)), 6), -4)}"
    seen = scene.outline
    yield f"pre {seen[one.first - 1] if one.first else ''}"
    if one.first > 1:
        yield f"pre {seen[one.first - 2]} {seen[one.first - 1]}"
    yield f"post {seen[one.last] if one.last < len(seen) else ''}"
    if one.first == 0:
        yield "opens"
