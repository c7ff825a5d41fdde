"""What surrounds figures and events: long lines without a number, an exodus, fears, who is called up, the last way out.

Each is said without a number and bears on what people do, so the vocabulary has a word for it. They are read like
events, with words of their own (``borderflow/data/circumstances.txt``), which no other reading sees.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator

from borderflow.articles.cues import find_cues
from borderflow.articles.findings import Finding
from borderflow.articles.happenings import read_kinds
from borderflow.articles.kinds import EventKind
from borderflow.articles.memory import Memory
from borderflow.articles.placing import Site, choose_place
from borderflow.articles.scenes import Scene
from borderflow.articles.speakers import describe_site, speaker, status_of
from borderflow.wording import Hedge

__all__ = ["CIRCUMSTANCES", "read_circumstances"]

_LINES = frozenset({"queue_cars", "queue_km", "queue_persons", "queue_trucks"})
_CALLED = frozenset({"wrongly_drafted_returned"})

KINDS: tuple[EventKind, ...] = (
    EventKind("queue_long_flag", ("line of cars",), (("long",), ("on the road", "post")), "post", "car",
              without=("elsewhere", "queue gone"), reach=7, unless=_LINES),
    EventKind("mass_exit_claim", ("exodus",), (), "country"),
    EventKind("last_land_route", ("last route",), (("land to Europe",),), "country", without=("bus", "train", "ferry", "flight"),
              reach=12),
    EventKind("callup_criteria", ("only",), (("experience",), ("called-up men",)), "country", reach=14),
    EventKind("callup_beyond_criteria", ("outside criteria",), (("called-up men", "notice"),), "country", reach=14),
    EventKind("wider_draft_feared", ("fear",), (("wider draft",), ("called-up men",)), "country", reach=12),
    EventKind("wider_draft_feared", ("vague",), (("call-up decree",),), "country", reach=10),
    EventKind("wrongly_drafted_returned", ("sent home",), (("mistake",), ("called-up men",)), "country", reach=16,
              unless=_CALLED),
    EventKind("border_closure_rumour", ("rumour",), (("shut to men",),), "country", reach=10),
    EventKind("reception_centre_open", ("opens",), (("reception",),), "town", reach=9),
    EventKind("capacity_reduced", ("slower",), (("slowed post",),), "post", reach=18),
    EventKind("entry_rule_eased", ("eased",), (("papers",),), "country", reach=12),
    EventKind("temporary_protection_proposed", ("proposed",), (("protection",),), "country", reach=8),
    EventKind("temporary_protection", ("comes into force",), (("protection",),), "country", without=("proposed",), reach=9),
    EventKind("mobilisation_ended", ("call-up ended",), (), "country"),
    EventKind("inflow_stopped", ("no inflow",), (), "post"),
    EventKind("trains_full_flag", ("left behind",), (("train",),), "town", "rail"),
    EventKind("relief_points_planned", ("opens",), (("relief points",),), "post", reach=8),
    EventKind("high_alert", ("alert",), (("declare",),), "country", reach=8),
)  # fmt: skip

CIRCUMSTANCES = frozenset(kind.quantity for kind in KINDS) | {"reservists_share_pct"}


def read_circumstances(scene: Scene, memory: Memory, counted: Collection[str] = ()) -> Iterator[Finding]:
    """Yield the circumstances that a sentence names, each at most once for each place."""
    words = find_cues(scene.tokens, "circumstances.txt")
    there = {cue.kind for cue in words} | scene.by_kind.keys() | ({"post"} if scene.mentions else set())
    kinds = [kind for kind in KINDS if all(not there.isdisjoint(needed) for needed in (kind.verb, *kind.needs))]
    if not kinds and "in the reserve" not in there:
        return
    cues = tuple(sorted((*scene.cues, *words), key=lambda cue: cue.first))
    seen = dataclasses.replace(scene, cues=cues)
    told: set[str] = set()
    for finding in read_kinds(seen, kinds, memory, counted):
        if finding.quantity not in told:  # said twice in a sentence, it is still one
            told.add(finding.quantity)
            yield finding
    yield from _read_reserve(seen, memory)


def _read_reserve(scene: Scene, memory: Memory) -> Iterator[Finding]:
    """Yield which share of men are reservists: "most men under 65 are registered as reservists", "70 per cent are in the reserve"."""
    for reserve in scene.of("in the reserve"):
        people = [cue for cue in scene.of("men", "visitors", "of age") if abs(cue.first - reserve.first) <= 14]
        share = _share(scene, reserve.first)
        if not people or share is None:
            continue
        value, hedge, first, last = share
        low, high = min(first, reserve.first), max(last, reserve.last)
        site = choose_place(scene, "country", (0, len(scene.tokens)), reserve.first, memory)
        if site is None and memory.countries:
            site = Site((memory.countries[-1],), False)
        if site is not None and site.mentions[0].best.kind not in ("country", "region", "derived"):
            continue  # "in the reserve team of"
        place, country, places = describe_site(site)
        said_by, official = speaker(scene, memory)
        start, end = scene.tokens[low].start, scene.tokens[high - 1].end
        yield Finding(
            kind="claim", quantity="reservists_share_pct", value=value, hedge=hedge, unit="percent", mode="men", first=scene.published, last=scene.published,
            place=place, country=country, places=places, status=status_of(official=official, denied=scene.has("deny")),
            said_by=said_by, start=start, end=end, quote=scene.quote(start, end), confidence=0.6,
        )  # fmt: skip
        return


def _share(scene: Scene, near: int) -> tuple[float, Hedge, int, int] | None:
    """Return a share in per cent: a number, a fraction in words, or "most", which is over a half."""
    for one in scene.amounts:
        if one.dimension == "percent" and abs(one.first - near) <= 16 and 0 < one.value <= 100:
            return one.value, one.hedge, one.first, one.noun_end
    words = scene.words
    for at in range(max(near - 16, 0), min(near + 10, len(words))):
        for phrase, value in _FRACTIONS.items():
            if tuple(words[at : at + len(phrase)]) == phrase:
                return value, "exact", at, at + len(phrase)
        if words[at] in _MOST:
            return 50.0, "over", at, at + 1
    return None


_MOST = frozenset(["most", "majority", "большинство", "большая"])
_FRACTIONS = {
    ("two", "thirds"): 200 / 3, ("three", "quarters"): 75.0, ("a", "third"): 100 / 3, ("a", "quarter"): 25.0, ("half",): 50.0,
    ("две", "трети"): 200 / 3, ("три", "четверти"): 75.0, ("треть",): 100 / 3, ("четверть",): 25.0, ("половина",): 50.0,
}  # fmt: skip
