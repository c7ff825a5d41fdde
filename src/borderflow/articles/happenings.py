"""Events of a sentence: what opens, closes, stops or is forbidden, where, from when, for whom, and whether it is denied."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterator, Sequence

from borderflow.articles.cues import Cue
from borderflow.articles.dates import When
from borderflow.articles.figures import is_present
from borderflow.articles.findings import Finding
from borderflow.articles.kinds import EVENTS, EventKind
from borderflow.articles.memory import Memory
from borderflow.articles.placing import Site, choose_place
from borderflow.articles.reality import is_background, is_foretold, is_gossip, is_stated, is_unreal_event
from borderflow.articles.references import (
    DECIDED,
    following,
    is_for_some,
    is_hypothetical,
    is_of_post_before,
    is_open,
    is_reference,
    lasting,
    since_decree,
)
from borderflow.articles.scenes import Scene
from borderflow.articles.speakers import describe_site, speaker
from borderflow.articles.themes import is_dated, is_of_other_thing, is_other_sense, is_theme
from borderflow.articles.toponyms import Mention
from borderflow.articles.windows import Window, choose_window
from borderflow.naming import shipped_names

__all__ = ["read_events", "read_kinds", "settle_events"]

_AHEAD = frozenset(
    [
        "will",
        "plan",
        "plans",
        "planned",
        "planning",
        "intends",
        "going",
        "would",
        "планирует",
        "планируют",
        "намерен",
        "намерены",
        "намерено",
        "собирается",
        "собираются",
        "будет",
        "будут",
        "закроет",
        "закроют",
        "откроет",
        "откроют",
        "запретит",
        "запретят",
        "заработает",
        "начнет",
        "начнут",
        "прекратит",
        "прекратят",
        "приостановит",
        "появится",
        "введет",
        "развернут",
        "ограничит",
    ]
)
_NOT = frozenset(
    {
        "not",
        "never",
        "n't",
        "не",
        "didn't",
        "don't",
        "doesn't",
        "hasn't",
        "haven't",
        "isn't",
        "won't",
        "wasn't",
        "neither",
        "none",
        "nor",
        "longer",
        "ни",
    }
)


_ANYWHERE = frozenset({"exit_check_against_list", "queue_long_flag"})
_NAMED = frozenset(
    {"draft office", "exodus", "long", "line of cars", "exit ban", "ban"}
)  # of these, "no" says that there is none
_LABEL = 10  # tokens
_WORDS = 3  # a cue of more words has others in between: "not let men out of", "traffic at Narva has been suspended"
_BARRED = ("barred", "banned", "no", "turned", "cannot", "нельзя", "закр", "запре")
_RULES = frozenset(
    ["rule", "rules", "ban", "measure", "measures", "restriction", "restrictions", "decision", "decree", "order", "closure", "it", "this", "law",
     "запрет", "правило", "правила", "мера", "меры", "решение", "указ", "ограничение", "ограничения"]
)  # fmt: skip
_BETWEEN_ROUTES = frozenset({",", "and", "и", "or", "или", "from", "из"})


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
            cues = _meeting(scene, kind, verb, memory)
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
        near = [verb for verb in verbs if _gap(verb, similar) <= 8]
        if kind is None or not near:
            continue
        for finding in _events(scene, kind, (min(near, key=lambda verb: _gap(verb, similar)), similar), memory):
            if finding.place and finding.confidence > 0.6:
                memory.event_at = memory.number
                yield finding
        return


def settle_events(scene: Scene, events: Sequence[Finding], *, asked: bool) -> Iterator[Finding]:
    """Yield the events of the sentence before as this one leaves them: denied, confirmed where it asked, or dated.

    "Is it true that the post is shut? The army denies it." - "The rule takes effect on 1 April."
    """
    if _denies_before(scene):
        yield from (one.model_copy(update={"status": "denied", "value": 0.0}) for one in events)
    elif not asked or any(token.lower in _YES for token in scene.tokens[:4]):
        yield from _date_events(scene, events)


_YES = frozenset(["yes", "indeed", "да", "верно"])
_SUCH = frozenset(
    ["it", "this", "that", "them", "reports", "claim", "claims", "report", "это", "эту", "эти", "такие", "её"]
)


def _denies_before(scene: Scene) -> bool:
    """Tell whether a short sentence denies what the one before said: "The army denies it.", "В штабе это опровергли"."""
    if len(scene.tokens) > 14 or any(one.best.kind == "crossing" for one in scene.mentions):
        return False
    return any(
        _SUCH & {token.lower for token in scene.tokens[max(cue.first - 2, 0) : cue.last + 3]}
        for cue in scene.of("deny")
    )


def _date_events(scene: Scene, events: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the events of the sentence before, from the day that this one says: "The rule takes effect on 1 April"."""
    days = [one for one in scene.dates if one.first == one.last]
    starts = [
        day for day in days for cue in scene.of("takes effect") if -2 <= scene.token_at(day.start) - cue.last <= 8
    ]
    rules = any(token.lower in _RULES for token in scene.tokens[:8])
    for one in events:
        undated = one.first == scene.published or one.first < scene.published
        if starts and rules and undated and one.quantity in DECIDED | _OF_STATES:
            day = starts[0].first
            yield one.model_copy(update={"first": day, "last": day, "planned": day > scene.published})
        else:
            yield one


def _meeting(scene: Scene, kind: EventKind, verb: Cue, memory: Memory) -> tuple[Cue, ...] | None:
    """Return the cues that make the event together with its verb, all within reach and in one clause."""
    low, high = scene.clause(verb.first)
    labelled = low > 0 and scene.tokens[low - 1].text == ":"
    if labelled and (kind.family == "route" or (low <= _LABEL and verb.first <= low + 1)):
        low = 0  # "Bus line A - B: service suspended": what stands before the colon is what is spoken of
    if verb.first <= 2 and _is_label(scene, verb):
        high = len(scene.tokens)  # "CLOSED: Guguti (since 22 April)"
    others = [
        cue
        for cue in scene.of(*kind.without)
        if low <= cue.first < high and not is_open(scene, cue) and not _is_apart(scene, kind, cue, verb)
    ]
    if any(cue.first != verb.first or is_for_some(scene, cue) for cue in others):
        return None
    if kind.quantity == "service_halted" and any(verb.first <= cue.first < verb.last for cue in scene.of("ticket")):
        return None  # "no tickets left for buses"
    if is_reference(scene, kind, verb):
        return None
    found = [verb]
    for needed in kind.needs:
        named = [
            Cue("post", one.first, one.last, one.start, one.end)
            for one in scene.mentions
            if "post" in needed and ((one.best.kind == "crossing" and not one.role) or is_theme(scene, verb, one))
        ]
        near = [
            cue
            for cue in (*scene.of(*needed), *named)
            if low <= cue.first < high
            and _gap(cue, verb) + _commas(scene, kind, cue, verb) <= kind.reach
            and (
                verb.last - verb.first > _WORDS
                or kind.quantity == "tickets_sold_out"
                or not (cue.first < verb.last and verb.first < cue.last and cue.last <= verb.last)
            )
        ]
        if not near and needed == ("post",) and is_of_post_before(scene, kind, verb, memory):
            continue
        if not near:
            return None
        nearest = min(near, key=lambda cue: _gap(cue, verb))
        if needed == ("post",) and is_of_other_thing(scene, verb, nearest):
            return None
        found.append(nearest)
    return None if is_other_sense(scene, kind.quantity, found) else tuple(found)


def _is_apart(scene: Scene, kind: EventKind, cue: Cue, verb: Cue) -> bool:
    """Tell whether a cue that would exclude an event is none of its clause: "halted on 24 February, will run again"."""
    if kind.quantity == "exit_ban_men":
        return _gap(cue, verb) > 8 or cue.first == verb.first
    between = scene.tokens[min(cue.last, verb.last) : max(cue.first, verb.first)]
    negated = any(token.lower in _NOT for token in scene.tokens[max(cue.first - 3, 0) : cue.first])
    return kind.quantity == "service_halted" and (negated or any(token.text == "," for token in between))


def _commas(scene: Scene, kind: EventKind, one: Cue, other: Cue) -> int:
    """Return how much farther a comma sets two cues apart: "letting nobody through on bicycles, and pedestrians wait"."""
    if kind.mode not in ("foot", "bicycle"):
        return 0
    between = scene.tokens[min(one.last, other.last) : max(one.first, other.first)]
    return 8 * sum(token.text == "," for token in between)


def _gap(one: Cue, other: Cue) -> int:
    return max(one.first - other.last, other.first - one.last, 0)


def _events(scene: Scene, kind: EventKind, cues: tuple[Cue, ...], memory: Memory) -> Iterator[Finding]:
    verb = cues[0]
    segment = _segment(scene, verb)
    window = choose_window(scene, segment, verb.first, told=False)
    if not window.given and memory.day is not None and memory.day_at == memory.number - 1 and not is_present(scene):
        window = Window(memory.day, memory.day, False, False, When(0, 0, memory.day, memory.day, "day"))
    site = choose_place(scene, kind.family, segment, verb.first, memory)
    if (
        site is None
        and kind.family == "country"
        and memory.countries
        and (
            memory.country_at >= memory.number - 1
            or any(token.lower in ("country", "страну", "страны") for token in scene.tokens)
        )
    ):
        site = Site((memory.countries[-1],), False)
    if (
        site is not None
        and not site.sure
        and site.mentions[0].best.kind in ("country", "region")
        and kind.family == "post"
    ):
        site = None  # an earlier sentence's country says nothing of the post
    if site is not None and kind.quantity in _OF_STATES:
        site = site._replace(mentions=tuple(_as_state(scene, one) for one in site.mentions))
    negative, denied = _negation(scene, kind, cues)
    if (
        negative
        and not denied
        and kind.quantity in ("crossing_closed", "crossing_opened", "draft_office_open")
        and not _is_of_state(scene, site, verb)
        and not is_stated(scene, kind, verb, site)
    ):
        return  # that a post works as usual, or has no office, is no event; a state that does not close one speaks to a fear
    if (negative or denied) and kind.quantity in ("crossing_closed", "crossing_opened") and not _is_closable(site):
        return  # of a closing that was denied, the town that the sentence happens to name is no place
    if is_hypothetical(scene, verb) or is_unreal_event(scene, kind, verb, negative=negative, denied=denied):
        return
    if is_background(kind, _first_day(window, scene), scene.published):
        return
    planned = (
        any(token.lower in _AHEAD for token in scene.tokens[segment[0] : segment[1]]) or window.first > scene.published
    )
    said_by, official = speaker(scene, memory)
    if planned and kind.quantity in DECIDED and is_gossip(scene):
        return
    if planned and not official and not window.given and is_foretold(scene, kind, verb):
        return
    if site is None and kind.family == "post" and kind.quantity not in _ANYWHERE:
        return  # at which post, nobody says
    if kind.quantity == "notices_served" and site is not None and site.mentions[0].best.kind == "country":
        return  # handed out all over a country, not at a post
    if kind.quantity == "high_alert" and site is not None and site.mentions[0].best.kind == "crossing":
        return  # guards were
    for one, said in _each_dated(scene, site, kind, verb):
        window = window if said is None else said
        place, country, places = describe_site(one)
        start, end = min(cue.start for cue in cues), max(cue.end for cue in cues)
        base = scene.sentence.start
        day = since_decree(scene, kind, _first_day(window, scene)) - lasting(scene, kind, verb)
        if kind.quantity == "tickets_sold_out":
            spans = window.when is not None and window.when.role == "span"
            day = scene.published if spans else min(day, scene.published)  # "booked through 25 May": they are now
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
            status="denied" if denied else "official" if official else "media report",
            planned=planned,
            said_by=said_by,
            who=_concerned(scene, kind, verb),
            start=start,
            end=end,
            quote=scene.sentence.text[start - base : end - base],
            confidence=0.8 if one is not None and one.sure else 0.55,
        )


_OF_STATES = frozenset({"entry_ban", "exit_ban_men", "temporary_protection", "entry_rule_eased"})


def _as_state(scene: Scene, one: Mention) -> Mention:
    """Return the state that a capital speaks for: what "Kyiv announced" holds in Ukraine."""
    speaks = any(cue.first == one.last for cue in scene.of("say"))
    capital = one.best.kind == "city" or (one.best.kind == "region" and speaks)
    country = shipped_names().state(one.best.country) if capital else None
    return one if country is None else one._replace(candidates=(country,))


def _is_closable(site: Site | None) -> bool:
    """Tell whether a post or a whole country is named, which can be closed."""
    kind = site.mentions[0].best.kind if site is not None else ""
    return kind == "crossing" or (kind == "country" and site is not None and site.sure)


def _is_of_state(scene: Scene, site: Site | None, verb: Cue) -> bool:
    """Tell whether a state is what did not act: "Norway has not closed the crossing", "Kazakhstan has not closed the border"."""
    if site is not None and site.mentions[0].best.kind == "country":
        return True
    passive = any(token.lower in ("been", "be") for token in scene.tokens[max(verb.first - 3, 0) : verb.first])
    return not passive and any(
        one.best.kind == "country" and not one.role and one.last <= verb.first for one in scene.mentions
    )


def _first_day(window: Window, scene: Scene) -> dt.date:
    when = window.when
    if when is None or (when.role == "span" and when.last >= scene.published and when.first < scene.published):
        return scene.published
    return window.first


def _segment(scene: Scene, verb: Cue) -> tuple[int, int]:
    return scene.clause(verb.first)


def _each_dated(
    scene: Scene, site: Site | None, kind: EventKind, verb: Cue
) -> Iterator[tuple[Site | None, Window | None]]:
    """Yield the places of an event, in a list after "CLOSED:" each with its own day in brackets."""
    if not (kind.family == "post" and verb.first <= 2 and _is_label(scene, verb)):
        yield from ((one, None) for one in _each(scene, site, kind))
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


def _is_label(scene: Scene, verb: Cue) -> bool:
    return verb.last < len(scene.tokens) and scene.tokens[verb.last].text == ":"


def _mode(kind: EventKind, cues: tuple[Cue, ...]) -> str:
    if kind.family == "route":
        return next(
            (cue.kind.replace("flight", "air") for cue in cues if cue.kind in ("bus", "train", "ferry", "flight")),
            kind.mode,
        )
    return kind.mode


def _each(scene: Scene, site: Site | None, kind: EventKind) -> list[Site | None]:
    """Return one site for every place of a list: "Lavoriškės and Raigardas"."""
    if site is None or not site.sure:
        return [site]
    if kind.family == "route":
        return list(_each_route(scene, site))
    if kind.family == "country" and site.mentions[0].best.kind == "country":
        countries = [one for one in scene.mentions if one.best.kind == "country"]
        groups = [scene.listed(countries[at:]) for at in range(len(countries))]
        same = next((group for group in groups if site.mentions[0] in group), list(site.mentions))
        return [Site((one,), True) for one in same]
    if len(site.mentions) > 1 or kind.family != "post":
        return [site]
    chosen = site.mentions[0]
    return [Site((mention,), True) for mention in _listed(scene, chosen)]


def _each_route(scene: Scene, site: Site) -> Iterator[Site]:
    """Yield the routes of a list that a route stands in, or the goals: "to Tbilisi and Baku"."""
    if len(site.mentions) == 1:
        places = [one for one in scene.mentions if one.best.kind != "derived"]
        groups = [scene.listed(places[at:]) for at in range(len(places))]
        chosen = next((group for group in groups if site.mentions[0] in group), list(site.mentions))
        yield from (Site((one,), True) for one in chosen)
        return
    run: list[Site] = []
    end: int | None = None
    for route in scene.routes():
        gap: list[str] = (
            [token.lower for token in scene.tokens[end : route.origins[0].first]] if end is not None else []
        )
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
            gap = [token.lower for token in scene.tokens[one.last : two.first]]
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


def _negation(scene: Scene, kind: EventKind, cues: tuple[Cue, ...]) -> tuple[bool, bool]:
    """Return whether an event is negated by "not" at its verb, and whether somebody denies it."""
    verb = cues[0]
    low, _high = scene.clause(verb.first)
    before = [token.lower for n, token in enumerate(scene.tokens[max(verb.first - 4, low) : verb.first])]
    negative = any(word in _NOT for word in before) or any(word.endswith("n't") for word in before)
    after = [token.lower for token in scene.tokens[verb.last : verb.last + 2]]
    words = [token.lower for token in scene.tokens[verb.first : verb.last]]
    barred = kind.quantity in ("foot_allowed", "bicycle_allowed") and any(word.startswith(_BARRED) for word in words)
    refused = [token.lower for token in scene.tokens[verb.last : verb.last + 6]]
    unplanned = any(
        one == "не" and two.startswith(("планир", "намер", "собира", "будут", "будет", "станут", "станет"))
        for one, two in itertools.pairwise(refused)
    )
    none = any(
        one.first > low and scene.tokens[one.first - 1].lower in ("no", "such", "нет", "никакого", "никаких")
        for one in cues
        if one.kind in _NAMED
    )
    negative = negative or barred or none or unplanned or after[:1] == ["not"]
    denial = [
        cue
        for cue in scene.of("deny")
        if abs(cue.first - verb.first) <= 16 and not (verb.first <= cue.first and cue.last <= verb.last)
    ]
    return negative, bool(denial)


def _concerned(scene: Scene, kind: EventKind, verb: Cue) -> str:
    """Return whom an entry ban concerns, in the words of the article."""
    if kind.quantity not in ("entry_ban", "exit_ban_men"):
        return ""
    low, high = scene.clause(verb.first)
    near = [cue for cue in scene.of("visitors", "men") if low <= cue.first < high]
    if not near:
        return ""
    first = min(near, key=lambda cue: cue.first)
    last = first.last
    stops = (
        "from",
        "entering",
        "to",
        "as",
        "on",
        "at",
        "in",
        "since",
        "until",
        ",",
        ".",
        "с",
        "в",
        "на",
        "по",
        "выезжать",
        "покидать",
    )
    while last < min(first.last + 7, high) and scene.tokens[last].lower not in stops:
        last += 1
    return " ".join(token.text for token in scene.tokens[first.first : last])
