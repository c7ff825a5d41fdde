"""Numbers of a sentence as claims: what each one counts, where, when, how it is worded, and who says so."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from borderflow.articles.cues import Cue
from borderflow.articles.findings import Finding, PlaceCandidate
from borderflow.articles.kinds import FIGURES, FigureKind
from borderflow.articles.numbers import Amount
from borderflow.articles.placing import Site, Window, choose_place, choose_window
from borderflow.articles.scenes import Memory, Scene
from borderflow.ledger import vocabulary

__all__ = ["describe_site", "read_figures", "speaker"]

_COMPARED = (
    ("up", "from"), ("down", "from"), ("against",), ("compared", "with"), ("compared", "to"), ("than",), ("instead", "of"), ("versus",),
    ("против",), ("по", "сравнению", "с"), ("вместо",), ("чем",), ("from", "just"), ("up", "from", "just"),
)  # fmt: skip
_CHANGES = frozenset({"by", "extra", "additional", "дополнительно", "дополнительных"})
_PER_DAY = (
    ("a", "day"),
    ("per", "day"),
    ("each", "day"),
    ("every", "day"),
    ("daily",),
    ("в", "день"),
    ("в", "сутки"),
    ("ежедневно",),
    ("за", "день"),
    ("/", "day"),
    ("persons", "daily"),
    ("a", "24-hour"),
)
_PER_HOUR = (("an", "hour"), ("per", "hour"), ("every", "hour"), ("each", "hour"), ("hourly",), ("в", "час"))
_ROADS = frozenset(
    [
        "drive",
        "road",
        "route",
        "journey",
        "trip",
        "away",
        "north",
        "south",
        "east",
        "west",
        "inside",
        "outside",
        "deep",
        "wide",
        "border",
        "frontier",
        "от",
        "из",
        "дороги",
        "пути",
    ]
)
_TOTAL = frozenset({"total", "altogether", "overall", "far", "всего", "общей", "итого"})
_NOUN_OF_FIGURE = frozenset(
    {
        "figure",
        "number",
        "total",
        "quota",
        "tally",
        "count",
        "цифра",
        "цифру",
        "число",
        "квота",
        "план",
        "плане",
        "количество",
    }
)
_LONG_AGO = frozenset({"used", "once", "formerly", "раньше", "прежде"})


class _Choice(NamedTuple):
    kind: FigureKind
    score: float
    cue: Cue | None


def read_figures(scene: Scene, memory: Memory) -> Iterator[Finding]:
    """Yield the claims of a sentence."""
    previous: FigureKind | None = None
    last_window: Window | None = None
    last_site: Site | None = None
    for number, amount in enumerate(_with_nouns(scene.amounts)):
        if amount.dimension in ("other", "percent", "minute", "month", "lane") or amount.value <= 0:
            continue
        segment = scene.segment(number)
        choice = _choose(scene, amount, segment, previous, memory)
        if choice is None or _is_no_figure(scene, amount, segment, number, choice.kind):
            continue
        previous = choice.kind
        window = choose_window(scene, segment, amount.first)
        if not window.given and last_window is not None and vocabulary_kind(choice.kind.quantity) == "flow":
            window = last_window
        last_window = window if window.given else last_window
        compared = _is_compared(scene, amount)
        if compared and not window.given and not _is_usual(scene, segment):
            continue
        site = choose_place(scene, choice.kind.family, segment, amount.first, memory)
        if site is not None and not site.sure and last_site is not None:
            site = last_site
        last_site = site if site is not None and site.sure else last_site
        finding = _finding(scene, amount, choice, segment, window, site, memory)
        if finding is not None:
            memory.quantity = choice.kind.quantity
            memory.place = site.mentions[0] if site is not None else memory.place
            memory.when = window.when or memory.when
            yield finding


def _with_nouns(amounts: Sequence[Amount]) -> Iterator[Amount]:
    """Yield the numbers; one without a noun after "1,020 cars" counts cars as well."""
    last = ""
    for one in amounts:
        yield one._replace(dimension=last) if one.dimension == "bare" and last == "vehicle" else one
        if one.dimension not in ("bare", "percent", "other", "time"):
            last = one.dimension


def vocabulary_kind(quantity: str) -> str:
    """Return whether a quantity, its window still open, is a stock or a flow."""
    return "flow" if quantity.endswith("_*") else vocabulary()[quantity].kind


def _choose(
    scene: Scene, amount: Amount, segment: tuple[int, int], previous: FigureKind | None, memory: Memory
) -> _Choice | None:
    """Return the likeliest kind of a number: by its own words, else by those of its neighbour."""
    options = [choice for kind in FIGURES if (choice := _score(scene, amount, segment, kind)) is not None]
    best = max(options, key=lambda one: one.score, default=None)
    bare = amount.dimension in ("bare", "person")
    if (
        previous is not None
        and amount.dimension in (*previous.counts, "bare")
        and (best is None or (bare and best.score < 0.35 and not _own_cue(best, segment)))
    ):
        return _Choice(previous, 0.4, None)
    if (
        best is None
        and bare
        and amount.value >= 100
        and memory.quantity
        and (_speaks_of_figure(scene) or (scene.has("say") and amount.value >= 1000))
    ):
        kind = next(
            (kind for kind in FIGURES if kind.quantity == memory.quantity and amount.dimension in kind.counts), None
        )
        return None if kind is None else _Choice(kind, 0.3, None)
    return best


def _own_cue(choice: _Choice, segment: tuple[int, int]) -> bool:
    return choice.cue is not None and segment[0] <= choice.cue.first < segment[1]


def _speaks_of_figure(scene: Scene) -> bool:
    return any(token.lower in _NOUN_OF_FIGURE for token in scene.tokens)


def _score(scene: Scene, amount: Amount, segment: tuple[int, int], kind: FigureKind) -> _Choice | None:
    if amount.dimension not in kind.counts or (kind.without and scene.has(*kind.without)):
        return None
    rate = _rate(scene, amount)
    if (
        kind.rate == "day"
        and not rate
        and any(_rate(scene, one) == "day" for one in scene.amounts if one.first < amount.first)
    ):
        rate = "day"
    if (kind.rate and rate != kind.rate) or (rate == "hour" and kind.rate != "hour"):
        return None
    total, nearest = 0.0, None
    for needed in kind.needs:
        cues = [
            cue
            for cue in scene.of(*needed)
            if not (cue.first >= amount.first and cue.last <= amount.last) and not _of_neighbour(scene, cue, amount)
        ]
        # a noun of the number itself ("4,000 arrivals") is a cue as well
        if not cues:
            return None
        one = min(cues, key=lambda cue: _reach(cue, amount, segment))
        reach = _reach(one, amount, segment)
        total += 1.0 / (1.0 + reach / 5.0)
        nearest = nearest if nearest is not None and _reach(nearest, amount, segment) <= reach else one
    score = kind.weight * total / len(kind.needs)
    return _Choice(kind, score, nearest) if score >= 0.16 else None


def _of_neighbour(scene: Scene, cue: Cue, amount: Amount) -> bool:
    """Tell whether a cue is the noun of another number: "600,000 refugees and 180,000 returnees"."""
    return any(one.last <= cue.first < one.noun_end for one in scene.amounts if one.first != amount.first)


def _reach(cue: Cue, amount: Amount, segment: tuple[int, int]) -> float:
    distance = max(cue.first - amount.noun_end, amount.first - cue.last, 0)
    inside = segment[0] <= cue.first < segment[1]
    return float(distance) if inside else distance + 6.0


def _rate(scene: Scene, amount: Amount) -> str:
    """Return "day" or "hour" where a number is said to be a rate."""
    end = min(
        amount.noun_end + 10, *(one.first for one in scene.amounts if one.first > amount.first), len(scene.tokens)
    )
    after = []
    for token in scene.tokens[amount.last : end]:
        if token.text in ",;:.":
            break
        after.append(token.lower)
    before = [token.lower for token in scene.tokens[max(amount.first - 4, 0) : amount.first]]
    for rate, phrases in (("hour", _PER_HOUR), ("day", _PER_DAY)):
        for phrase in phrases:
            size = len(phrase)
            if any(tuple(after[at : at + size]) == phrase for at in range(len(after))) or (
                size == 1 and phrase[0] in before
            ):
                return rate
    if (
        amount.dimension != "time"
        and any(word in before for word in ("daily", "ежедневно", "сутки", "средняя"))
        and "average" in before
    ):
        return "day"
    return ""


def _is_no_figure(scene: Scene, amount: Amount, segment: tuple[int, int], number: int, kind: FigureKind) -> bool:
    """Tell whether a number is a difference, a part of a total already given, a plan for others, or of long ago."""
    before = [token.lower for token in scene.tokens[max(amount.first - 3, 0) : amount.first]]
    after = scene.tokens[amount.last].lower if amount.last < len(scene.tokens) else ""
    if after in (
        "fewer",
        "more",
        "less",
        "higher",
        "lower",
        "больше",
        "меньше",
        "times",
        "раз",
    ) and amount.dimension in ("person", "bare", "vehicle", "other"):
        return True
    if (
        before
        and (before[-1] in _CHANGES or (before[-1] == "на" and amount.dimension in ("bare", "percent")))
        and kind.quantity != "mobilised_planned"
    ):
        return True
    if before[-2:] in (["of", "the"], ["out", "of"], ["of", "their"], ["of", "its"]) and number:
        return True
    words = {token.lower for token in scene.tokens[max(segment[0] - 1, 0) : amount.first]}
    at = scene.token_at(amount.start)
    people = [token.lower for token in scene.tokens[max(at - 2, 0) : at]]
    if (
        amount.value <= 110
        and amount.hedge in ("up to", "over")
        and any(word in ("men", "women", "people", "those", "males", "мужчин", "мужчины", "лиц") for word in people)
    ):
        return True  # "men under 65"
    low = scene.clause(amount.first)[0]
    if kind.quantity.endswith("_*") and any(low <= cue.first < amount.first for cue in scene.of("expect")):
        return True
    home = [cue for cue in scene.of("home") if -6 <= cue.first - amount.first <= 3]
    if (
        kind.quantity.endswith("_*")
        and home
        and not any(abs(cue.first - amount.noun_end) <= 3 for cue in scene.of("enter", "leave"))
    ):
        return True
    following = scene.tokens[amount.noun_end].lower if amount.noun_end < len(scene.tokens) else ""
    if amount.dimension == "length" and following in _ROADS:
        return True
    if (
        amount.dimension in ("bare", "person")
        and amount.value < 10
        and kind.quantity not in ("turned_back", "notices_served", "entry_refused")
    ):
        return True
    if amount.vague and kind.quantity.startswith("price"):
        return True
    return bool(words & _LONG_AGO)


def _is_compared(scene: Scene, amount: Amount) -> bool:
    at = scene.token_at(amount.start)
    before = [token.lower for token in scene.tokens[max(at - 3, 0) : at]]
    if before and before[-1] in ("a", "the", "just", "only"):
        before = before[:-1]
    if any(tuple(before[-len(words) :]) == words for words in _COMPARED):
        return True
    # "from 5 km to 800 metres": the first is how it was
    following = scene.tokens[amount.noun_end].lower if amount.noun_end < len(scene.tokens) else ""
    return bool(before) and before[-1] in ("from", "с") and following in ("to", "до")


def _is_usual(scene: Scene, segment: tuple[int, int]) -> bool:
    return any(segment[0] - 2 <= cue.first < segment[1] for cue in scene.of("usual"))


def _finding(
    scene: Scene,
    amount: Amount,
    choice: _Choice,
    segment: tuple[int, int],
    window: Window,
    site: Site | None,
    memory: Memory,
) -> Finding | None:
    kind = choice.kind
    rate = _rate(scene, amount)
    quantity, window = _temporal(scene, amount, kind, segment, window, rate, memory)
    word = vocabulary()[quantity]
    truck = amount.noun.startswith(("truck", "lorr", "фур", "грузов"))
    if quantity == "queue_cars" and truck:
        quantity, word = "queue_trucks", vocabulary()["queue_trucks"]
    place, country, places = describe_site(site)
    said_by, official = speaker(scene, memory)
    denied = _is_denied(scene, amount, segment)
    low, high = amount.low, amount.high
    unit = amount.dimension if kind.counts[0] in ("RUB",) else word.unit
    begin, end = _evidence(scene, amount, choice)
    return Finding(
        kind="claim",
        quantity=quantity,
        value=round(amount.value, 6),
        low=low,
        high=high,
        hedge=amount.hedge,
        unit=unit,
        mode="truck" if truck else "all" if quantity.startswith("capacity") and kind.mode == "car" else kind.mode,
        first=window.first,
        last=max(window.last, window.first),
        open_start=window.open_start,
        place=place,
        country=country,
        places=places,
        status="denied" if denied else "official" if official else "media report",
        planned=quantity == "mobilised_planned",
        said_by=said_by,
        start=begin,
        end=end,
        quote=_quote(scene, begin, end),
        confidence=round(min(1.0, 0.35 + 0.5 * choice.score) * (1.0 if site is not None and site.sure else 0.8), 2),
    )


def _temporal(
    scene: Scene, amount: Amount, kind: FigureKind, segment: tuple[int, int], window: Window, rate: str, memory: Memory
) -> tuple[str, Window]:
    """Return the quantity with its window: daily, weekly, monthly or cumulative; usual, or as it stands."""
    name = kind.quantity
    if not name.endswith("_*"):
        if vocabulary()[name].kind == "flow" and not window.given and memory.when is not None and _continues(scene):
            window = Window(memory.when.first, memory.when.last, memory.when.role == "by", True, None)
        elif (
            vocabulary()[name].kind == "stock"
            and window.given
            and window.when is not None
            and window.when.role in ("since", "by")
        ):
            day = window.last if window.when.role == "by" else scene.published
            window = window._replace(first=day, last=day, open_start=False)
        return name, window
    stem = name.removesuffix("_*")
    if _is_usual(scene, segment) and f"{stem}_daily_baseline" in vocabulary():
        return f"{stem}_daily_baseline", window
    days = (window.last - window.first).days + 1
    when = window.when
    if not window.given and memory.when is not None and _continues(scene):
        window = Window(memory.when.first, memory.when.last, memory.when.role == "by", True, memory.when)
        when, days = memory.when, (window.last - window.first).days + 1
    if rate == "day":
        return f"{stem}_daily", window
    total = any(token.lower in _TOTAL for token in scene.tokens[segment[0] : segment[1]])
    if window.given and when is not None and when.role in ("day", "future") and not total:
        return f"{stem}_daily", window
    if window.given and when is not None and when.role == "span" and _is_day_long(scene, window):
        return f"{stem}_daily", window
    if window.given and when is not None and when.role == "span":
        return _named_span(stem, window, days), window
    if window.given:
        if when is not None and when.role == "day":  # a total with a single day is a total up to that day
            window = window._replace(open_start=True)
        return f"{stem}_cumulative", window
    if memory.announced is not None and _since_announcement(scene):
        return f"{stem}_cumulative", window._replace(first=memory.announced, open_start=False)
    return f"{stem}_cumulative", window._replace(open_start=True)


def _since_announcement(scene: Scene) -> bool:
    """Tell whether counting began with the announcement: "since the mobilisation was announced"."""
    text = scene.sentence.text.casefold()
    return bool(
        re.search(
            r"since (?:the |president |[\w']+ ){0,4}(?:announc|mobili|call-up|decree|order)|(?:с момента|после|с начала|со дня) (?:объявлен|мобилиз|указ|начала мобилиз)",
            text,
        )
    )


def _is_day_long(scene: Scene, window: Window) -> bool:
    return (window.last - window.first).days == 1 and window.last == scene.published


def _named_span(stem: str, window: Window, days: int) -> str:
    if days == 7 and window.first.weekday() == 0 and f"{stem}_weekly" in vocabulary():
        return f"{stem}_weekly"
    whole_month = window.first.day == 1 and (window.last + dt.timedelta(days=1)).day == 1 and 28 <= days <= 31
    if whole_month and f"{stem}_monthly" in vocabulary():
        return f"{stem}_monthly"
    return f"{stem}_annual" if days >= 365 and f"{stem}_annual" in vocabulary() else f"{stem}_cumulative"


def _continues(scene: Scene) -> bool:
    """Tell whether a sentence goes on with the window of the one before: "another 45 were refused"."""
    return any(
        token.lower in ("another", "also", "further", "еще", "также", "others", "other") for token in scene.tokens[:4]
    )


def _is_denied(scene: Scene, amount: Amount, segment: tuple[int, int]) -> bool:
    for cue in scene.of("deny"):
        if abs(cue.first - amount.first) <= 14:
            return True
    before = [token.lower for token in scene.tokens[max(amount.first - 3, 0) : amount.first]]
    return (
        any(word in ("not", "не") for word in before)
        and amount.hedge == "exact"
        and not any(word in ("than", "more", "less", "менее", "более") for word in before)
    )


def speaker(scene: Scene, memory: Memory) -> tuple[str, bool]:
    """Return who says so, in the words of the article, and whether it is somebody in office."""
    for say in scene.of("say"):
        near = [cue for cue in scene.of("official", "witness") if abs(cue.first - say.first) <= 7]
        if near:
            one = min(near, key=lambda cue: abs(cue.first - say.first))
            begin, end = one.first, one.last
            while (
                begin > 0
                and one.first - begin < 3
                and scene.tokens[begin - 1].is_word
                and scene.tokens[begin - 1].lower
                not in (
                    "the",
                    "a",
                    "and",
                    "said",
                    "to",
                    "by",
                    "that",
                    "и",
                    "что",
                    "в",
                    "in",
                    "on",
                    "of",
                    "по",
                    "данным",
                    "словам",
                )
            ):
                begin -= 1
            words = [token.text for token in scene.tokens[begin:end]]
            memory.said_by, memory.official = " ".join(words), one.kind == "official"
            return memory.said_by, memory.official
        states = [
            mention
            for mention in scene.mentions
            if mention.best.kind == "country" and 0 <= say.first - mention.last <= 1
        ]
        if states:
            memory.said_by, memory.official = (
                scene.sentence.text[states[0].start - scene.sentence.start : states[0].end - scene.sentence.start],
                True,
            )
            return memory.said_by, True
    if any(True for _ in scene.of("say")):
        return "", False
    return (memory.said_by, memory.official) if _carries(scene) else ("", False)


def _carries(scene: Scene) -> bool:
    return bool(scene.tokens) and scene.tokens[0].lower in (
        "he",
        "she",
        "it",
        "they",
        "another",
        "the",
        "он",
        "она",
        "они",
        "еще",
    )


def describe_site(site: Site | None) -> tuple[str, str, tuple[PlaceCandidate, ...]]:
    """Return the name and country of the place chosen, and the candidates of all its mentions."""
    if site is None:
        return "", "", ()
    places = tuple(
        PlaceCandidate(name=one.name, country=one.country, kind=one.kind, id=one.id, source=one.source, score=one.score)
        for mention in site.mentions
        for one in mention.candidates
    )
    shown = [mention.best.name for mention in site.mentions]
    names = (
        site.link.join(shown)
        if site.link != " - " or len(shown) < 3
        else " / ".join(shown[:-1]) + site.link + shown[-1]
    )
    return names, site.mentions[0 if site.link == ", " else -1].best.country, places


def _evidence(scene: Scene, amount: Amount, choice: _Choice) -> tuple[int, int]:
    """Return the span from the cue to the number, both included."""
    start, end = amount.start, amount.end
    if choice.cue is not None and abs(choice.cue.first - amount.first) <= 12:
        start, end = min(start, choice.cue.start), max(end, choice.cue.end)
    return start, end


def _quote(scene: Scene, start: int, end: int) -> str:
    base = scene.sentence.start
    return scene.sentence.text[start - base : end - base]
