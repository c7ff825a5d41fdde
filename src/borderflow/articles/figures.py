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

__all__ = ["describe_site", "is_present", "read_figures", "speaker"]

_COMPARED = (
    ("up", "from"), ("down", "from"), ("against",), ("compared", "with"), ("compared", "to"), ("than",), ("instead", "of"), ("versus",),
    ("против",), ("по", "сравнению", "с"), ("вместо",), ("чем",), ("from", "just"), ("up", "from", "just"),
)  # fmt: skip
_CHANGES = frozenset({"by", "extra", "additional", "дополнительно", "дополнительных"})
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
_OPEN = frozenset({"open", "opens", "открыто", "открыты", "открытых"})
_AGE_WORDS = frozenset({"under", "below", "older", "younger", "aged", "старше", "младше", "моложе"})
_BESIDE = frozenset({"than", "as", "above", "below", "times", "чем", "выше", "ниже", "больше", "раза"})
_OF_QUEUES = frozenset({"queue_km", "queue_cars", "wait_hours", "queue_persons"})
_TOTAL = frozenset({"total", "totals", "date", "already", "altogether", "overall", "far", "всего", "общей", "итого"})
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
_PRESENT = frozenset(
    ["is", "are", "now", "currently", "has", "have", "takes", "take", "remains", "can", "сейчас", "теперь", "ждут", "ждет", "стоят", "стоит",
     "составляет", "остается", "приходится", "занимает", "нет", "может", "могут", "уже"]
)  # fmt: skip
_LONG_AGO = frozenset({"used", "once", "formerly", "раньше", "прежде"})


_PRICES = {"bus": next(kind for kind in FIGURES if kind.quantity == "bus_price")}


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
        if choice is None or _is_no_figure(scene, amount, segment, number, choice):
            continue
        previous = choice.kind
        window = choose_window(scene, segment, amount.first)
        if not window.given:
            window = (
                _carried(scene, choice.kind, segment, last_window, memory, rate=scene.rates[amount.first] == "day")
                or window
            )
        last_window = window if window.given else last_window
        compared = _is_compared(scene, amount)
        if compared and not window.given and not _is_usual(scene, segment):
            continue
        site = choose_place(scene, choice.kind.family, segment, amount.first, memory)
        if last_site is not None and (site is None or not site.sure or _elsewhere(site, choice.kind, segment)):
            site = last_site
        last_site = site if site is not None and site.sure else last_site
        if choice.kind.quantity in _OF_QUEUES and ((window.last - window.first).days > 7 or _is_usual(scene, segment)):
            continue  # no queue lasts that long; and what is usual is not how it is now
        if window.given and (window.last - window.first).days > 3 and _is_usual(scene, segment):
            continue  # the usual number of a week is no daily one
        finding = _finding(scene, amount, choice, segment, window, site, memory)
        if finding is not None:
            memory.quantity, memory.counted_at = choice.kind.quantity, memory.number
            memory.place = site.mentions[0] if site is not None else memory.place
            if window.given and window.when is not None:
                memory.when, memory.when_at = window.when, memory.number
            yield finding


def _elsewhere(site: Site, kind: FigureKind, segment: tuple[int, int]) -> bool:
    """Tell whether a place was taken from far off: "arrivals from A at 41,000 and departures at 28,500"."""
    return kind.family in ("entry", "exit", "route") and not any(
        segment[0] <= mention.first < segment[1] for mention in site.mentions
    )


def _carried(
    scene: Scene, kind: FigureKind, segment: tuple[int, int], last: Window | None, memory: Memory, *, rate: bool
) -> Window | None:
    """Return the window that a figure without a date takes from the figure before it, in its sentence or the last one."""
    flow = vocabulary_kind(kind.quantity) == "flow"
    if any(token.lower in _TOTAL for token in scene.tokens[segment[0] : segment[1]]) or rate:
        return None
    if last is not None and flow:
        return last
    if memory.when is None:
        return None
    when, near = memory.when, memory.when_at >= memory.number - 1
    if flow and near and not _is_usual(scene, segment) and not scene.said:
        return Window(when.first, when.last, when.role == "by", True, when)
    if not flow and near and when.role == "day" and not scene.said and not is_present(scene):
        return Window(when.first, when.last, False, True, when)
    return None


def is_present(scene: Scene) -> bool:
    """Tell whether a sentence speaks of how things are now."""
    return any(token.lower in _PRESENT for token in scene.tokens)


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
    if best is not None and best.kind.quantity == "air_price" and not scene.has("flight") and memory.service in _PRICES:
        best = _Choice(_PRICES[memory.service], best.score, best.cue)
    bare = amount.dimension in ("bare", "person")
    if (
        previous is not None
        and amount.dimension in (*previous.counts, "bare")
        and (best is None or (bare and best.score < 0.35 and not _own_cue(best, segment)))
    ):
        return _Choice(previous, 0.4, None)
    if best is None or (bare and best.score < 0.3 and not _own_cue(best, segment)):
        return _continued(scene, amount, segment, memory) or best
    return best


def _continued(scene: Scene, amount: Amount, segment: tuple[int, int], memory: Memory) -> _Choice | None:
    """Return the kind of the figure before, where a sentence only gives the next value of it.

    It does so with another day or place ("the day before there had been 377"), or by speaking of "the figure".
    """
    bare = amount.dimension in ("bare", "person")
    rate = scene.rates[amount.first]
    if amount.dimension == "vehicle" and memory.counted_lately() and memory.quantity in _OF_QUEUES and not rate:
        wanted = "queue_cars"
    elif (
        (memory.quantity and bare and amount.value >= 10 and memory.counted_lately() and _has_frame(scene, segment))
        or (bare and memory.quantity and amount.value >= 100 and _speaks_of_figure(scene))
        or (bare and memory.quantity and amount.value >= 1000 and scene.has("say") and memory.counted_lately())
    ):
        wanted = memory.quantity
    else:
        return None
    fits = (one for one in FIGURES if one.quantity == wanted and (amount.dimension in one.counts or bare))
    kind = next(fits, None)
    return None if kind is None else _Choice(kind, 0.3, None)


def _has_frame(scene: Scene, segment: tuple[int, int]) -> bool:
    """Tell whether a number has a day or a place of its own."""
    start, end = scene.tokens[segment[0]].start, scene.tokens[min(segment[1], len(scene.tokens)) - 1].end
    return any(n not in scene.said and start <= one.start < end for n, one in enumerate(scene.dates)) or any(
        segment[0] <= mention.first < segment[1] and mention.best.kind != "derived" for mention in scene.mentions
    )


def _own_cue(choice: _Choice, segment: tuple[int, int]) -> bool:
    return choice.cue is not None and segment[0] <= choice.cue.first < segment[1]


def _speaks_of_figure(scene: Scene) -> bool:
    if any(token.lower in _NOUN_OF_FIGURE for token in scene.tokens):
        return True
    words = [token.lower for token in scene.tokens[:3]]
    return words[:2] in (["that", "is"], ["this", "is"], ["that", "means"], ["речь", "идет"]) or words[:1] == ["это"]


def _score(scene: Scene, amount: Amount, segment: tuple[int, int], kind: FigureKind) -> _Choice | None:
    if amount.dimension not in kind.counts or (kind.without and scene.has(*kind.without)):
        return None
    if any(not scene.by_kind.keys() & set(needed) for needed in kind.needs):
        return None
    rate = scene.rates[amount.first]
    if kind.rate == "day" and not rate and scene.first_rate.get("day", amount.first) < amount.first:
        rate = "day"
    if (kind.rate and rate != kind.rate) or (rate == "hour" and kind.rate != "hour"):
        return None
    total, nearest = 0.0, None
    for needed in kind.needs:
        cues = [
            cue
            for cue in scene.of(*needed)
            if not (cue.first >= amount.first and cue.last <= amount.last)
            and not _of_neighbour(scene, cue, amount)
            and not _of_date(scene, cue)
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


def _of_date(scene: Scene, cue: Cue) -> bool:
    """Tell whether a cue only says since when: "since mobilisation was declared on 9 April"."""
    return any(one.start <= cue.start < one.end for one in scene.dates)


def _reach(cue: Cue, amount: Amount, segment: tuple[int, int]) -> float:
    distance = max(cue.first - amount.noun_end, amount.first - cue.last, 0)
    inside = segment[0] <= cue.first < segment[1]
    return float(distance) if inside else distance + 6.0


def _is_no_figure(scene: Scene, amount: Amount, segment: tuple[int, int], number: int, choice: _Choice) -> bool:
    """Tell whether a number is a difference, a part of a total already given, a plan for others, or of long ago."""
    kind = choice.kind
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
    if before[-2:] in (["of", "the"], ["out", "of"], ["of", "their"], ["of", "its"]) and (
        number or choice.cue is None or not segment[0] <= choice.cue.first < segment[1]
    ):
        return True
    words = {token.lower for token in scene.tokens[max(segment[0] - 1, 0) : amount.first]}
    at = scene.token_at(amount.start)
    people = [token.lower for token in scene.tokens[max(at - 2, 0) : at]]
    if scene.tokens[at].lower in _AGE_WORDS:
        people = [*people, scene.tokens[at].lower]
    if (
        amount.value <= 110
        and amount.hedge in ("up to", "over")
        and any(word in ("men", "women", "people", "those", "males", "мужчин", "мужчины", "лиц") for word in people)
    ):
        return True  # "men under 65"
    if amount.dimension == "bare" and amount.value <= 100 and people[-1:] and people[-1] in _AGE_WORDS:
        return True  # "half of them are under 18"
    low = scene.clause(amount.first)[0]
    if kind.quantity.endswith("_*") and any(
        low <= cue.first < amount.first or 0 <= cue.first - amount.noun_end <= 2 for cue in scene.of("expect")
    ):
        return True
    if any(0 <= amount.first - cue.last <= 2 and cue.last - cue.first > 1 for cue in scene.of("home")):
        return True  # "the town of 40,000", "home to around 40,000"
    if kind.quantity.endswith("_*") and _is_of_others(scene, amount):
        return True
    if any(-5 <= cue.first - amount.first < 0 for cue in scene.of("clinic")):
        return True
    if (
        kind.quantity == "checkpoints_open"
        and choice.cue is not None
        and scene.tokens[choice.cue.first].lower not in _OPEN
    ):
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


def _is_of_others(scene: Scene, amount: Amount) -> bool:
    """Tell whether people counted are victims, displaced at home, moved by others, or a part named in brackets."""
    if any(-4 <= cue.first - amount.first < 0 or 0 <= cue.first - amount.noun_end <= 1 for cue in scene.of("harm")):
        return True
    near = [cue for cue in scene.of("displaced", "moved") if -4 <= cue.first - amount.noun_end <= 6]
    if near and not any(0 <= cue.first - amount.noun_end <= 3 for cue in scene.of("enter", "leave")):
        return True
    before = [token.text for token in scene.tokens[: amount.first]]
    inside = before.count("(") > before.count(")")
    return inside and any(one.first < amount.first and one.dimension == "person" for one in scene.amounts)


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
    usual = (cue for cue in scene.of("usual") if segment[0] - 2 <= cue.first < segment[1])
    return any(
        not any(token.lower in _BESIDE for token in scene.tokens[max(cue.first - 3, 0) : cue.first]) for cue in usual
    )


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
    rate = scene.rates[amount.first]
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
        if name.endswith("_cumulative") and not window.given:
            window = window._replace(open_start=True)
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
