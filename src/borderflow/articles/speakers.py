"""Who says so, and how a place is written down."""

from __future__ import annotations

from borderflow.articles.cues import Cue
from borderflow.articles.findings import PlaceCandidate, Standing
from borderflow.articles.memory import Memory
from borderflow.articles.placing import Site
from borderflow.articles.scenes import CLAUSES, Scene

__all__ = ["describe_site", "name_of", "speaker", "status_of"]


def speaker(scene: Scene, memory: Memory) -> tuple[str, bool]:
    """Return who says so, in the words of the article, and whether it is somebody in office."""
    for say in scene.of("say"):
        near = [cue for cue in scene.of("official", "witness") if abs(cue.first - say.first) <= 7]
        if near:
            one = min(near, key=lambda cue: abs(cue.first - say.first))
            words = [token.text for token in scene.tokens[_first_of_speaker(scene, one) : one.last]]
            memory.said_by, memory.official = " ".join(words), one.kind == "official"
            return memory.said_by, memory.official
        states = [
            mention
            for mention in scene.mentions
            if mention.best.kind == "country" and 0 <= say.first - mention.last <= 1
        ]
        if states:
            memory.said_by, memory.official = (
                scene.quote(states[0].start, states[0].end),
                True,
            )
            return memory.said_by, True
    if scene.has("say"):
        return "", False
    return (memory.said_by, memory.official) if _carries(scene) else ("", False)


def _first_of_speaker(scene: Scene, one: Cue) -> int:
    """Return the first token of the words for who speaks: at most three before the office."""
    begin = one.first
    while (
        begin > 0
        and one.first - begin < 3
        and not any(cue.first <= begin - 1 < cue.last for cue in scene.of("say"))
        and scene.tokens[begin - 1].is_word
        and scene.words[begin - 1] not in _NOT_OF_SPEAKER
    ):
        begin -= 1
    return begin


_NOT_OF_SPEAKER = CLAUSES | frozenset(
    ["the", "a", "and", "said", "to", "by", "that", "и", "что", "в", "in", "on", "of", "по", "данным", "словам"]
)  # fmt: skip


def _carries(scene: Scene) -> bool:
    return bool(scene.tokens) and scene.words[0] in _GOES_ON


_GOES_ON = frozenset(["he", "she", "it", "they", "another", "the", "он", "она", "они", "еще"])


def status_of(*, official: bool, denied: bool) -> Standing:
    """Return the status of a finding by who says so and whether it is said not to be so."""
    return "denied" if denied else "official" if official else "media report"


def describe_site(site: Site | None) -> tuple[str, str, tuple[PlaceCandidate, ...]]:
    """Return the name and country of the place chosen, and the candidates of all its mentions."""
    if site is None:
        return "", "", ()
    places = tuple(
        PlaceCandidate(name=one.name, country=one.country, kind=one.kind, id=one.id, source=one.source, score=one.score)
        for mention in site.mentions
        for one in mention.candidates
    )
    return name_of(site), site.mentions[0 if site.link == ", " else -1].best.country, places


def name_of(site: Site) -> str:
    """Return how a place is written down: its name, the two ends of a route, all countries of a list."""
    shown = [mention.best.name for mention in site.mentions]
    if site.link != " - " or len(shown) < 3:
        return site.link.join(shown)
    return " / ".join(shown[:-1]) + site.link + shown[-1]
