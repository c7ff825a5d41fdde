"""What a number counts: by its own words, by those of its neighbour, or by what the sentence before counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from borderflow.articles.bearing import bears_on
from borderflow.articles.cues import Cue
from borderflow.articles.kinds import FIGURES, MONEY, FigureKind, figure_kind
from borderflow.articles.memory import Memory
from borderflow.articles.nouns import dim_of
from borderflow.articles.numbers import Amount
from borderflow.articles.scenes import Scene

__all__ = ["OF_QUEUES", "Choice", "choose_kind", "fitting_kinds"]

OF_QUEUES = frozenset({"queue_km", "queue_cars", "wait_hours", "queue_persons"})
_THROUGHPUT = {"capacity_cars_per_day": "throughput_vehicles_per_day"}
_OF_CARS = figure_kind("capacity_cars_per_day")
_NOUN_OF_FIGURE = frozenset(
    ["figure", "number", "total", "quota", "tally", "count", "цифра", "цифру", "число", "квота", "план", "плане", "количество"]
)  # fmt: skip
_OF_DIMENSION = {
    dimension: tuple(kind for kind in FIGURES if dimension in kind.counts)
    for dimension in dict.fromkeys(one for kind in FIGURES for one in kind.counts)
}
_USED = figure_kind("shelter_used")
_PLANNED = figure_kind("mobilised_planned")
_SHELTER = figure_kind("shelter_capacity", "person")
_NIGHTLY = frozenset({"night", "nightly", "сутки", "ночь", "посуточно"})
_PRICES = {"bus": figure_kind("bus_price")}


class Choice(NamedTuple):
    """A kind that a number may be of, how well its words fit, and the nearest of them."""

    kind: FigureKind
    score: float
    cue: Cue | None


def choose_kind(
    scene: Scene,
    amount: Amount,
    segment: tuple[int, int],
    options: Sequence[Choice],
    previous: FigureKind | None,
    memory: Memory,
) -> Choice | None:
    """Return the likeliest kind of a number as the rules see it: by its own words, else by those of its neighbour."""
    called = previous.quantity if previous is not None else memory.quantity if memory.counted_lately() else ""
    bare = amount.dimension in ("bare", "person")
    if called == "mobilised_cumulative" and bare and _is_target(scene, amount):
        return Choice(_PLANNED, 0.5, None)  # "41,200 have reported, 69 per cent of the target of 60,000"
    given = memory.event == "notices_served" and memory.event_at == memory.number - 1 and scene.has("hand out")
    if amount.dimension == "bare" and given and not scene.has("notice"):
        return Choice(figure_kind("notices_served"), 0.4, None)  # "76 got them"
    best = max(options, key=lambda one: one.score, default=None)
    best = _as_meant(scene, amount, segment, best, options, memory) if best is not None else None
    if best is not None and best.kind.quantity in ("air_price", "bus_price") and not _is_fare(scene, best, memory):
        best = previous = None
    if best is None and previous is not None and _is_otherwise(scene, amount):
        return None
    if (
        previous is not None
        and amount.dimension in (*previous.counts, "bare")
        and (best is None or (bare and best.score < 0.35 and not _own_cue(best, segment)))
    ):
        return Choice(previous, 0.4, None)
    if (best is None or best.score < 0.3) and (shared := _shared_with_next(scene, amount)) is not None:
        return shared
    if best is None or (bare and best.score < 0.3 and not _own_cue(best, segment)):
        return _continued(scene, amount, segment, memory) or best
    return best


def fitting_kinds(scene: Scene, amount: Amount, segment: tuple[int, int]) -> list[Choice]:
    """Return the kinds that a number may be of by its own words."""
    fitting = _OF_DIMENSION.get(amount.dimension, ())
    return [choice for kind in fitting if (choice := _score(scene, amount, segment, kind)) is not None]


def _as_meant(
    scene: Scene, amount: Amount, segment: tuple[int, int], best: Choice, options: Sequence[Choice], memory: Memory
) -> Choice:
    """Return the likeliest kind as the words beside it, or the sentence before, make it another one."""
    match best.kind.quantity:
        case "air_price" if not scene.has("flight") and memory.service in _PRICES:
            return best._replace(kind=_PRICES[memory.service])
        case "mobilised_cumulative" if _is_of_plan(scene, amount, segment):
            return next((one for one in options if one.kind.quantity == "mobilised_planned"), best)
        case "shelter_capacity" if _is_held(scene, amount, best):
            return best._replace(kind=_USED)
        case "capacity_persons_per_day" if _is_of_shelter(scene, amount, memory):
            return best._replace(kind=_SHELTER)
        case "capacity_persons_per_day" if amount.dimension == "bare" and _of_cars(memory):
            return best._replace(kind=_OF_CARS)  # "900 vehicles a day. It was built for 1,600"
    return best


def _is_fare(scene: Scene, best: Choice, memory: Memory) -> bool:
    """Tell whether a price is that of a flight or a bus: not "tickets cost 40 euros", for a match or a ferry."""
    by_sea = best.kind.quantity == "air_price" and not scene.has("flight") and memory.service in ("ferry", "train")
    return not by_sea and _is_of_travel(scene, memory)


def _shared_with_next(scene: Scene, amount: Amount) -> Choice | None:
    """Return the kind of the number after "and": "52,000 citizens and 125,000 refugees have crossed into Syria"."""
    number = next((n for n, one in enumerate(scene.amounts) if one.first == amount.first), len(scene.amounts))
    if number + 1 >= len(scene.amounts):
        return None
    other = scene.amounts[number + 1]
    gap = scene.words[amount.noun_end : scene.token_at(other.start)]
    if (
        other.dimension != amount.dimension
        or len(gap) > 3
        or not set(gap) & {"and", "и", "plus"}
        or set(gap) & {",", "from", "to"}
    ):
        return None
    best = max(fitting_kinds(scene, other, scene.segment(number + 1)), key=lambda one: one.score, default=None)
    return None if best is None or best.cue is None or best.cue.first < other.first else best._replace(score=0.4)


def _is_of_travel(scene: Scene, memory: Memory) -> bool:
    """Tell whether a ticket is one to travel with: a flight, bus or train, or where it goes, is spoken of here or just before."""
    if scene.has("flight", "bus", "train", "ferry", "ride"):
        return True
    goes = any(one.role == "to" or one.best.kind == "crossing" for one in scene.mentions) or bool(scene.routes())
    return goes or memory.service_at >= memory.number - 2


def _is_otherwise(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number has a verb of its own that says something else: "while 16,697 are still living there"."""
    after = scene.word(amount.noun_end)
    return after in _OWN_VERBS


_OWN_VERBS = frozenset(
    ["are", "were", "is", "have", "had", "remain", "remained", "live", "lived", "work", "worked", "died", "need", "остаются", "остались", "живут"]
)  # fmt: skip


def _is_of_shelter(scene: Scene, amount: Amount, memory: Memory) -> bool:
    """Tell whether a capacity is that of a camp spoken of before: "Its capacity is 7,200"."""
    return (
        scene.rates[amount.first] != "day"
        and memory.shelter_at >= memory.number - 1
        and memory.post_at < memory.number - 1
    )


def _is_of_plan(scene: Scene, amount: Amount, segment: tuple[int, int]) -> bool:
    """Tell whether a number of men is planned, and only the next verb of the past: "the planned call-up of 200,000 was"."""
    plans = [cue for cue in scene.of("plan") if segment[0] <= cue.first < amount.first]
    done = [cue for cue in scene.of("done") if segment[0] <= cue.first < amount.first]
    return bool(plans) and not done


def _continued(scene: Scene, amount: Amount, segment: tuple[int, int], memory: Memory) -> Choice | None:
    """Return the kind of the figure before, where a sentence only gives the next value of it.

    It does so with another day or place ("the day before there had been 377"), or by speaking of "the figure".
    """
    before = scene.before(scene.token_at(amount.start), 3)
    there = "there" in before and ("are" in before or "were" in before)
    if there or before[-2:] in (["of", "which"], ["of", "whom"]):
        return None  # "there are 4.4 million refugees in the country"
    wanted = _next_value_of(scene, amount, segment, memory)
    kind = next((one for one in FIGURES if one.quantity == wanted and _may_count(one, amount)), None)
    return None if kind is None else Choice(kind, 0.3, None)


def _may_count(kind: FigureKind, amount: Amount) -> bool:
    """Tell whether a kind of figure may be that of a number whose noun the sentence before gave."""
    return (
        amount.dimension in kind.counts
        or (amount.dimension == "bare" and kind.counts not in (("time",), ("length",)))
        or (amount.dimension == "person" and "bare" in kind.counts)
    )


def _next_value_of(scene: Scene, amount: Amount, segment: tuple[int, int], memory: Memory) -> str:
    """Return the quantity that a number gives the next value of, nothing where it gives none."""
    if amount.dimension == "vehicle":
        return "queue_cars" if _goes_on_with_cars(scene, amount, memory) else ""
    if amount.dimension == "time":
        alone = _is_all_that_is_said(scene, amount, memory)  # "Through! 19 hours altogether"
        return "wait_hours" if alone or _is_of_label(scene, amount) else ""
    if amount.dimension == "length":
        # "the queue has gone. On Saturday it was still 11 kilometres long"
        still = memory.queue_at >= memory.number - 1 and _is_of_it(scene, amount)
        return "queue_km" if still or _is_of_vehicles(scene, amount) or _is_answer(scene, amount, memory) else ""
    if amount.dimension in MONEY:
        return _next_price(scene, segment, memory)
    return _next_count(scene, amount, segment, memory) if amount.dimension in ("bare", "person") else ""


def _goes_on_with_cars(scene: Scene, amount: Amount, memory: Memory) -> bool:
    """Tell whether a number of vehicles is one of those in a line spoken of before."""
    if _is_of_label(scene, amount):
        return True
    if scene.rates[amount.first]:
        return False
    lined = memory.counted_lately() and memory.quantity in OF_QUEUES
    if lined and (scene.tokens[amount.first].text[0] >= "а" or _is_said_to_be(scene, amount)):
        return True
    # "the line is gone. On Wednesday there were still 560 vehicles"
    return memory.queue_at >= memory.number - 1 and _is_still_there(scene, amount)


def _next_price(scene: Scene, segment: tuple[int, int], memory: Memory) -> str:
    if memory.service == "flight" and memory.service_at >= memory.number - 1 and _goes_to(scene, segment):
        return "air_price"  # "no seats to Istanbul. To Dubai: 1,650 dollars"
    priced = (scene.has("price") or _has_frame(scene, segment)) and not scene.has("lodging", "rent", "elsewhere")
    return memory.quantity if memory.quantity.endswith("_price") and memory.counted_lately() and priced else ""


def _next_count(scene: Scene, amount: Amount, segment: tuple[int, int], memory: Memory) -> str:
    again = memory.counted_lately() and (
        (amount.value >= 10 and _has_frame(scene, segment)) or (amount.value >= 1000 and scene.has("say", "deny"))
    )
    if not (again or (amount.value >= 100 and _speaks_of_figure(scene))):
        return ""
    if memory.quantity == "mobilised_cumulative" and scene.has("deny"):
        return "mobilised_planned"
    if memory.quantity.startswith("capacity"):  # "it can clear 1,200 cars in 24 hours. On Tuesday it cleared 700"
        return _THROUGHPUT.get(memory.quantity, "") if scene.has("throughput") else ""
    return memory.quantity


def _is_said_to_be(scene: Scene, amount: Amount) -> bool:
    """Tell whether vehicles only are there or were counted ("there were 340 cars"), not escorted, sold or burnt."""
    if any(token.text[0] >= "а" for token in scene.tokens if token.is_word):
        return True
    words = set(scene.words[max(amount.first - 5, 0) : amount.noun_end + 4])
    return bool(words & _BEING) or scene.has("register")


def _is_target(scene: Scene, amount: Amount) -> bool:
    at = scene.token_at(amount.start)
    words = ("target", "goal", "quota", "planned", "plan", "разнаряд", "плане", "квот", "запланирован")
    return any(word.startswith(words) for word in (*scene.before(at, 4), scene.word(amount.noun_end)))


def _is_held(scene: Scene, amount: Amount, choice: Choice) -> bool:
    """Tell whether "holds" says how many are there, beside what a place was built for: "built for 6,000, it holds 7,750"."""
    if choice.cue is None or scene.words[choice.cue.first] not in _HOLDS:
        return False
    built = [cue for cue in scene.of("capacity", "capacity of shelter", "room for") if cue.first != choice.cue.first]
    return any(0 <= one.first - cue.last <= 3 for cue in built for one in scene.amounts if one.first != amount.first)


_HOLDS = frozenset(["hold", "holds", "houses", "shelters", "вмещает"])


def _of_cars(memory: Memory) -> bool:
    return memory.counted_lately() and ("vehicles" in memory.quantity or memory.quantity == "capacity_cars_per_day")


def _is_of_label(scene: Scene, amount: Amount) -> bool:
    """Tell whether a line of a list only names a post and what stands there: "Ilek: 60 cars, two hours"."""
    at = next((one.last for one in scene.mentions if one.first == 0 and one.best.kind in ("crossing", "city")), 0)
    if not at or (scene.tokens[at : at + 1] and scene.tokens[at].text not in ":–—-"):
        return False
    cars = next((one for one in scene.amounts if one.dimension == "vehicle"), None)
    near = cars is not None and cars.first - at <= 4 and bool(amount.noun)
    return near and amount.first - at <= 12 and not scene.has("enter", "leave", "cross", "throughput", "capacity")


def _is_all_that_is_said(scene: Scene, amount: Amount, memory: Memory) -> bool:
    """Tell whether a short sentence gives nothing but a time, right after one on the line or on being through."""
    words = [token for token in scene.tokens if token.is_word or token.is_number]
    lined = (memory.counted_lately() and memory.quantity in OF_QUEUES) or memory.queue_at >= memory.number - 3
    return (
        len(words) <= 5
        and amount.value >= 1
        and (lined or memory.through_at == memory.number - 1)
        and not scene.has("journey", "close", "open", "halt")
    )


def _is_still_there(scene: Scene, amount: Amount) -> bool:
    words = set(scene.before(amount.first, 5))
    return (
        {"there", "were"} <= words
        or {"there", "are"} <= words
        or bool(words & {"оставалось", "стояло", "было", "осталось"})
    )


def _is_of_vehicles(scene: Scene, amount: Amount) -> bool:
    """Tell whether a length is one of vehicles: "forty-one kilometres of lorries", "1,100 cars, 5 km of them", "300 cars, 1.5 km"."""
    after = scene.after(amount.noun_end, 2)
    if after[:1] == ["of"] and (after[1:] == ["them"] or (after[1:] and dim_of(after[1]) == "vehicle")):
        return True
    if after[:1] and after[0].startswith(("машин", "грузов", "фур", "автомоб", "легков")):
        return True
    gap = next(
        (
            scene.tokens[one.noun_end : amount.first]
            for one in scene.amounts
            if one.dimension == "vehicle" and one.first < amount.first
        ),
        None,
    )
    return (
        gap is not None
        and len(gap) <= 6
        and any(token.text in ",;(:" for token in gap)
        and scene.has("queue", "wait", "before post")
    )


def _is_answer(scene: Scene, amount: Amount, memory: Memory) -> bool:
    """Tell whether a length opens a sentence after one on the line: "How long is the queue? — Seven kilometres, he says"."""
    first = all(
        not token.is_word or token.lower in ("about", "some", "around", "over")
        for token in scene.tokens[: amount.first]
    )
    after = scene.after(amount.noun_end, 2)
    return (
        first
        and memory.queue_at == memory.number - 1
        and not set(after) & {"away", "from", "north", "south", "east", "west", "to", "of"}
    )


def _goes_to(scene: Scene, segment: tuple[int, int]) -> bool:
    return any(one.role == "to" and segment[0] - 2 <= one.first < segment[1] for one in scene.mentions) or scene.words[
        0
    ] in (
        "to",
        "до",
    )


def _is_of_it(scene: Scene, amount: Amount) -> bool:
    """Tell whether a length is said of "it", with nothing but a verb in between: "it was still", "put it at"."""
    at = scene.token_at(amount.start)
    words = scene.before(at, 4)
    if "it" not in words:
        return False
    return all(word in _SAYING_LENGTH for word in words[words.index("it") + 1 :])


_SAYING_LENGTH = frozenset(
    ["was", "is", "had", "been", "still", "now", "at", "measured", "stretched", "some", "about", "already", "only"]
)


_BEING = frozenset(
    ["is", "are", "was", "were", "been", "there", "remained", "remain", "stood", "stand", "left", "numbered", "totalled", "reached", "of", "in",
     "fell", "rose", "shrank", "grew", "to"]
)  # fmt: skip


def _has_frame(scene: Scene, segment: tuple[int, int]) -> bool:
    """Tell whether a number has a day or a place of its own."""
    start, end = scene.tokens[segment[0]].start, scene.tokens[min(segment[1], len(scene.tokens)) - 1].end
    return any(n not in scene.said and start <= one.start < end for n, one in enumerate(scene.dates)) or any(
        segment[0] <= mention.first < segment[1] and mention.best.kind != "derived" for mention in scene.mentions
    )


def _own_cue(choice: Choice, segment: tuple[int, int]) -> bool:
    return choice.cue is not None and segment[0] <= choice.cue.first < segment[1]


def _speaks_of_figure(scene: Scene) -> bool:
    if any(word in _NOUN_OF_FIGURE for word in scene.words):
        return True
    words = scene.words[:3]
    return words[:2] in (["that", "is"], ["this", "is"], ["that", "means"], ["речь", "идет"]) or words[:1] == ["это"]


def _score(scene: Scene, amount: Amount, segment: tuple[int, int], kind: FigureKind) -> Choice | None:
    if kind.without and scene.has(*kind.without):
        return None
    if any(not scene.by_kind.keys() & set(needed) for needed in kind.needs):
        return None
    rate = scene.rates[amount.first]
    if kind.rate == "day" and not rate and scene.first_rate.get("day", amount.first) < amount.first:
        rate = "day"
    if kind.quantity == "rent_daily" and any(word in _NIGHTLY for word in scene.words):
        rate = "day"
    if (kind.rate and rate != kind.rate) or (rate == "hour" and kind.rate != "hour"):
        return None
    if rate == "longer" and kind.quantity.endswith("_*"):
        return None  # "half a million come every year" is what is usual
    total, nearest = 0.0, None
    for needed in kind.needs:
        cues = [
            cue
            for cue in scene.of(*needed)
            if not (cue.first >= amount.first and cue.last <= amount.last) and bears_on(scene, cue, amount)
        ]
        # a noun of the number itself ("4,000 arrivals") is a cue as well
        if not cues:
            return None
        one = min(cues, key=lambda cue: _reach(cue, amount, segment))
        reach = _reach(one, amount, segment)
        total += 1.0 / (1.0 + reach / 5.0)
        nearest = nearest if nearest is not None and _reach(nearest, amount, segment) <= reach else one
    score = kind.weight * total / len(kind.needs)
    return Choice(kind, score, nearest) if score >= 0.16 else None


def _reach(cue: Cue, amount: Amount, segment: tuple[int, int]) -> float:
    distance = max(cue.first - amount.noun_end, amount.first - cue.last, 0)
    inside = segment[0] <= cue.first < segment[1]
    return float(distance) if inside else distance + 6.0
