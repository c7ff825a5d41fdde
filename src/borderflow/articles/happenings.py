"""Events of a sentence: what opens, closes, stops or is forbidden, where, from when, for whom, and whether it is denied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

from borderflow.articles.cues import Cue
from borderflow.articles.dates import When
from borderflow.articles.event_sites import OF_STATES, as_state, each_site, of_whose_rule
from borderflow.articles.figures import is_present
from borderflow.articles.findings import Finding
from borderflow.articles.kinds import EVENTS, EventKind
from borderflow.articles.meetings import gap_between, meeting_cues
from borderflow.articles.memory import Memory
from borderflow.articles.negations import is_closable, is_of_state, negation
from borderflow.articles.placing import Site, choose_place
from borderflow.articles.reality import is_background, is_foretold, is_gossip, is_stated, is_unreal_event
from borderflow.articles.references import DECIDED, following, lasting, since_decree
from borderflow.articles.scenes import Scene
from borderflow.articles.speakers import describe_site, speaker, status_of
from borderflow.articles.themes import is_dated
from borderflow.articles.windows import Window, choose_window

__all__ = ["read_events", "read_kinds", "whom"]

_AHEAD = frozenset(
    ["will", "plan", "plans", "planned", "planning", "intends", "going", "would", "планирует", "планируют", "намерен", "намерены", "намерено",
     "собирается", "собираются", "будет", "будут", "закроет", "закроют", "откроет", "откроют", "запретит", "запретят", "заработает", "начнет",
     "начнут", "прекратит", "прекратят", "приостановит", "появится", "введет", "развернут", "ограничит"]
)  # fmt: skip


_ANYWHERE = frozenset({"exit_check_against_list", "queue_long_flag"})


def read_events(scene: Scene, memory: Memory, counted: Collection[str] = ()) -> Iterator[Finding]:
    """Yield the events of a sentence, each kind at most once for each place; ``counted`` are quantities already claimed."""
    repeated = list(_repeated(scene, memory))
    yield from repeated
    seen = {("crossing_opened", one.place) for one in repeated}  # "a similar office will open at" opens no post
    for finding in read_kinds(scene, EVENTS, memory, counted, seen):
        memory.event, memory.event_at = finding.quantity, memory.number
        yield finding


def read_kinds(
    scene: Scene,
    kinds: Sequence[EventKind],
    memory: Memory,
    counted: Collection[str] = (),
    seen: Collection[tuple[str, str]] = (),
) -> Iterator[Finding]:
    """Yield the events of some kinds in a sentence; ``seen`` are quantities and places that it has given already."""
    known = set(seen)
    for kind in kinds:
        if scene.by_kind.keys().isdisjoint(kind.verb):
            continue
        if kind.quantity in counted or kind.unless & set(counted):
            continue  # "handed out 230 notices" is a claim with its number
        verbs = scene.of(*kind.verb)
        if len(verbs) > 1:  # of two verbs that say the same, the one with a day goes first
            verbs.sort(key=lambda cue: (not is_dated(scene, cue), cue.first))
        for verb in verbs:
            cues = meeting_cues(scene, kind, verb, memory)
            if cues is None:
                continue
            for finding in _events(scene, kind, cues, memory):
                if (finding.quantity, finding.place) not in known and not _is_within(finding, known):
                    known.add((finding.quantity, finding.place))
                    yield finding


def _is_within(finding: Finding, known: Collection[tuple[str, str]]) -> bool:
    """Tell whether the same was found at a place that this one is a part of: a town, and the bridge in it."""
    return any(
        quantity == finding.quantity
        and place
        and (f"{place} / " in finding.place or finding.place in place.split(" / "))
        for quantity, place in known
    )


def _repeated(scene: Scene, memory: Memory) -> Iterator[Finding]:
    """Yield the event of the sentence before at another place: "Estonia introduced a similar rule"."""
    if memory.event_at < memory.number - 2 or not scene.mentions:
        return
    kind = next((kind for kind in EVENTS if kind.quantity == memory.event), None)
    for verb in following(scene):
        if kind is not None and kind.quantity in DECIDED and not scene.of(*kind.verb):
            found = [one for one in _events(scene, kind, (verb,), memory) if one.place and one.confidence > 0.6]
            yield from found
            memory.event_at = memory.number if found else memory.event_at
    verbs = list(scene.of(*(kind.verb if kind is not None else ()), "introduce"))
    for similar in scene.of("similar"):
        near = [verb for verb in verbs if gap_between(verb, similar) <= 8]
        if kind is None or not near:
            continue
        for finding in _events(scene, kind, (min(near, key=lambda verb: gap_between(verb, similar)), similar), memory):
            if finding.place and finding.confidence > 0.6:
                memory.event_at = memory.number
                yield finding
        return


def _events(scene: Scene, kind: EventKind, cues: tuple[Cue, ...], memory: Memory) -> Iterator[Finding]:
    verb = cues[0]
    segment = scene.clause(verb.first)
    window = _window_of(scene, segment, verb, memory)
    site = _site_of(scene, kind, segment, verb, memory)
    negative, denied = negation(scene, kind, cues)
    if (negative or denied) and _is_no_denial(scene, kind, verb, site, denied=denied):
        return
    if is_unreal_event(scene, kind, verb, negative=negative, denied=denied):
        return
    if is_background(_first_day(window, scene), scene.published) or _is_vague(window, scene):
        return
    ahead = any(word in _AHEAD for word in scene.words[segment[0] : segment[1]])
    planned = ahead or window.first > scene.published
    said_by, official = speaker(scene, memory)
    if planned and kind.quantity in DECIDED and is_gossip(scene):
        return
    if planned and not official and not window.given and is_foretold(scene, kind, verb):
        return
    if _is_out_of_place(kind, site):
        return
    start, end = min(cue.start for cue in cues), max(cue.end for cue in cues)
    for one, said in each_site(scene, site, kind, verb):
        window = window if said is None else said
        place, country, places = describe_site(one)
        day = _day_of(scene, kind, verb, window)
        yield Finding(
            kind="event",
            quantity=kind.quantity,
            value=0.0 if negative or denied else 1.0,
            unit="flag",
            mode=_mode(kind, cues),
            first=day,
            last=day,
            place=place,
            country=country,
            places=places,
            status=status_of(official=official, denied=denied),
            planned=planned,
            said_by=said_by,
            who=whom(scene, kind.quantity, verb),
            start=start,
            end=end,
            quote=scene.quote(start, end),
            confidence=0.8 if one is not None and one.sure else 0.55,
        )


def _window_of(scene: Scene, segment: tuple[int, int], verb: Cue, memory: Memory) -> Window:
    """Return when an event is said to take place: its own day, else that of the sentence before."""
    window = choose_window(scene, segment, verb.first, told=False)
    if not window.given and memory.day is not None and memory.day_at == memory.number - 1 and not is_present(scene):
        return Window(memory.day, memory.day, False, False, When(0, 0, memory.day, memory.day, "day"))
    return window


def _site_of(scene: Scene, kind: EventKind, segment: tuple[int, int], verb: Cue, memory: Memory) -> Site | None:
    """Return where an event takes place: a post, a route, or the state that makes a rule."""
    site = choose_place(scene, kind.family, segment, verb.first, memory)
    if site is None and kind.family == "country" and memory.countries:
        meant = any(word in ("country", "страну", "страны") for word in scene.words)
        site = Site((memory.countries[-1],), False) if meant or memory.country_at >= memory.number - 1 else None
    if site is not None and not site.sure and kind.family == "post":
        # an earlier sentence's country says nothing of the post
        site = None if site.mentions[0].best.kind in ("country", "region") else site
    if kind.quantity in OF_STATES - {"exit_ban_men"}:
        site = of_whose_rule(scene, site)
    if site is not None and kind.quantity in OF_STATES:
        site = site._replace(mentions=tuple(as_state(scene, one) for one in site.mentions))
    return site


def _is_no_denial(scene: Scene, kind: EventKind, verb: Cue, site: Site | None, *, denied: bool) -> bool:
    """Tell whether an event that is said not to be so is none at all.

    That a post works as usual, or has no office, is no event; a state that does not close one speaks to a fear. Of a
    closing that was denied, the town that the sentence happens to name is no place.
    """
    if kind.quantity not in ("crossing_closed", "crossing_opened", "draft_office_open"):
        return False
    if not denied and not is_of_state(scene, site, verb) and not is_stated(scene, kind, verb, site):
        return True
    return kind.quantity != "draft_office_open" and not is_closable(site)


def _is_out_of_place(kind: EventKind, site: Site | None) -> bool:
    """Tell whether the place of an event is none where it can be."""
    if site is None:  # at which post or on which route, nobody says
        return (kind.family == "post" or kind.quantity.startswith("service")) and kind.quantity not in _ANYWHERE
    where = site.mentions[0].best.kind
    # notices handed out all over a country, not at a post; guards on alert at one
    return (kind.quantity, where) in (("notices_served", "country"), ("high_alert", "crossing"))


def _day_of(scene: Scene, kind: EventKind, verb: Cue, window: Window) -> dt.date:
    """Return the day from which an event holds."""
    day = since_decree(scene, kind, _first_day(window, scene)) - lasting(scene, kind, verb)
    if kind.quantity != "tickets_sold_out":
        return day
    spans = window.when is not None and window.when.role == "span"
    return scene.published if spans else min(day, scene.published)  # "booked through 25 May": they are now


def _is_vague(window: Window, scene: Scene) -> bool:
    """Tell whether a month or a longer time that is over is all that is said of the day: "closed in January"."""
    when = window.when
    return (
        when is not None and when.role == "span" and (when.last - when.first).days > 10 and when.last < scene.published
    )


def _first_day(window: Window, scene: Scene) -> dt.date:
    when = window.when
    if when is None or (when.role == "span" and when.last >= scene.published and when.first < scene.published):
        return scene.published
    return window.first


def _mode(kind: EventKind, cues: tuple[Cue, ...]) -> str:
    if kind.family == "route":
        return next(
            (cue.kind.replace("flight", "air") for cue in cues if cue.kind in ("bus", "train", "ferry", "flight")),
            kind.mode,
        )
    return kind.mode


def whom(scene: Scene, quantity: str, verb: Cue) -> str:
    """Return whom an entry ban concerns, in the words of the article."""
    if quantity not in ("entry_ban", "exit_ban_men"):
        return ""
    low, high = scene.clause(verb.first)
    near = [cue for cue in scene.of("visitors", "men") if low <= cue.first < high]
    if not near:
        return ""
    first = min(near, key=lambda cue: cue.first)
    last = first.last
    while last < min(first.last + 7, high) and scene.words[last] not in _ENDS_WHOM:
        last += 1
    return " ".join(token.text for token in scene.tokens[first.first : last])


_ENDS_WHOM = frozenset(
    ["from", "entering", "to", "as", "on", "at", "in", "since", "until", ",", ".", "с", "в", "на", "по", "выезжать", "покидать"]
)  # fmt: skip
