"""Numbers of a sentence as claims: what each one counts, where, when, how it is worded, and who says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from borderflow.articles.choosing import OF_QUEUES, Choice, choose_kind, fitting_kinds
from borderflow.articles.comparisons import is_compared, is_usual
from borderflow.articles.counted import name_numbers
from borderflow.articles.doubts import is_no_figure
from borderflow.articles.findings import Finding
from borderflow.articles.kinds import FIGURES, MONEY, FigureKind, figure_kind
from borderflow.articles.logit import Decide
from borderflow.articles.memory import Memory
from borderflow.articles.moods import is_unreal
from borderflow.articles.numbers import Amount
from borderflow.articles.place_question import ask_place
from borderflow.articles.placing import Site
from borderflow.articles.quantity_question import NONE, Ruling, ask_quantity, choice_of
from borderflow.articles.scenes import Scene
from borderflow.articles.sites import choose_site
from borderflow.articles.speakers import describe_site, speaker, status_of
from borderflow.articles.window_question import Dated, ask_window
from borderflow.articles.windows import Window, choose_window, since_announcement
from borderflow.ledger import vocabulary

__all__ = ["is_present", "read_figures"]

_TOTAL = frozenset({"total", "totals", "date", "altogether", "overall", "far", "всего", "общей", "итого"})
_PRESENT = frozenset(
    ["предлагают", "просят", "стоят", "продают", "costs", "cost", "sells", "asks", "is", "are", "now", "currently", "has", "have", "takes", "take", "remains", "can", "сейчас", "теперь", "ждут", "ждет", "стоят", "стоит",
     "составляет", "остается", "приходится", "занимает", "нет", "может", "могут", "уже"]
)  # fmt: skip
_TRUCKS = ("truck", "lorr", "hgv", "cargo", "freight", "heavy-duty", "фур", "грузов", "большегруз", "тягач")
_ARRIVALS_BY_PASSING = next(kind for kind in FIGURES if kind.quantity == "arrivals_*" and kind.needs == (("cross",),))
_TURNED_BACK = figure_kind("turned_back")
_DEPARTURES = figure_kind("departures_*")


@dataclass
class _Before:
    """What the numbers of a sentence left behind for those after them."""

    kind: FigureKind | None = None
    window: Window | None = None
    site: Site | None = None
    end: int = 0


def read_figures(scene: Scene, memory: Memory, decide: Decide | None) -> Iterator[Finding]:
    """Yield the claims of a sentence: what each number counts, where and when is decided between candidates.

    Without ``decide`` it is as the rules say, and no candidates are sought.
    """
    before = _Before()
    for number, amount in enumerate(name_numbers(scene, memory)):
        if not _may_count(scene, amount):
            continue
        segment = scene.segment(number)
        options = fitting_kinds(scene, amount, segment)
        previous = before.kind
        ruling = _rule(scene, amount, segment, number, options, before, memory)
        if decide is None:
            if ruling.choice is not None and not ruling.why:
                sure = min(1.0, 0.35 + 0.5 * ruling.choice.score)
                yield _claim(scene, amount, segment, number, ruling, sure, (), before, memory, None)
            continue
        asked = ask_quantity(scene, amount, segment, number, options, ruling, previous, memory)
        chosen, sure = decide("quantity", asked)
        quantity = asked.alternatives[chosen].name if chosen >= 0 else NONE
        if quantity == NONE:
            continue
        if ruling.choice is None or ruling.choice.kind.quantity != quantity:
            ruling = Ruling(choice_of(scene, amount, segment, quantity, options), "learned")
        yield _claim(scene, amount, segment, number, ruling, sure, asked.around, before, memory, decide)


def _may_count(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number may be a figure at all, by what its noun says that it counts."""
    if amount.dimension in ("minute", "month", "lane") or amount.value <= 0:
        return False
    if amount.dimension == "other":
        return not amount.noun  # a noun that no list holds may be one for people; "families" is known to be none
    return amount.dimension != "percent" or scene.has("rent")


def _rule(
    scene: Scene,
    amount: Amount,
    segment: tuple[int, int],
    number: int,
    options: Sequence[Choice],
    before: _Before,
    memory: Memory,
) -> Ruling:
    """Return what the rules make of a number, and why they drop it where they do."""
    if amount.dimension == "other":
        return Ruling(None, "noun")
    choice = choose_kind(scene, amount, segment, options, before.kind, memory)
    if choice is None:
        return Ruling(None, "no word")
    if _is_only_before(scene, choice, memory) or _is_only_home(scene, choice, memory):
        return Ruling(choice, "elsewhere")
    if choice.kind.quantity == "entry_refused" and _is_on_the_way_out(scene, memory):
        choice = choice._replace(
            kind=_TURNED_BACK
        )  # "640 men were stopped on leaving. On Friday alone 118 were not let in"
    if is_no_figure(scene, amount, segment, number, choice):
        return Ruling(choice, "no figure")
    if is_unreal(scene, amount, choice.kind, choice.cue):
        return Ruling(choice, "unreal")
    before.kind = choice.kind
    window = _window_of(scene, amount, choice.kind, segment, number, before, memory)
    if choice.kind is _ARRIVALS_BY_PASSING and choice.cue and choice.cue.kind == "cross" and memory.goes_out(scene):
        choice = choice._replace(kind=_DEPARTURES)
    if before.site is not None and _is_breakdown(scene, amount, choice, segment, before.end):
        return Ruling(choice, "breakdown")
    compared = is_compared(scene, amount) and not window.given
    if compared and not is_usual(scene, segment) and not _is_earlier(scene, amount, choice.kind):
        return Ruling(choice, "compared")
    choice, site = choose_site(scene, amount, choice, segment, before.site, memory)
    long = _is_too_long(scene, amount, choice.kind, segment, window)
    return Ruling(choice, "too long" if long else "", window, site)


def _is_earlier(scene: Scene, amount: Amount, kind: FigureKind) -> bool:
    return kind.quantity.endswith("_*") and _is_of_before(scene, amount)


def _claim(
    scene: Scene,
    amount: Amount,
    segment: tuple[int, int],
    number: int,
    ruling: Ruling,
    sure: float,
    around: tuple[str, ...],
    before: _Before,
    memory: Memory,
    decide: Decide | None,
) -> Finding:
    """Return the claim that a number of a kind makes, at the place and in the window that are likeliest."""
    choice, _, window, ruled = ruling
    assert choice is not None
    kind = before.kind = choice.kind
    before.end = amount.noun_end
    if window is None:
        window = _window_of(scene, amount, kind, segment, number, before, memory)
        _, ruled = choose_site(scene, amount, choice, segment, before.site, memory)
    site = ruled
    if decide is None:
        sure *= 1.0 if site is not None and site.sure else 0.8
    else:
        asked, sites = ask_place(
            scene, kind.quantity, kind.family, segment, amount.first, amount.noun_end, ruled, before.site, memory
        )
        if sites:
            at, sure_of_place = decide("place", asked)
            sure, site = sure * sure_of_place, sites[at] if at >= 0 else None
    dated, sure_of_window = _date(scene, amount, kind, segment, around, window, before, memory, decide)
    before.window = dated.window if dated.window.given else before.window
    before.site = site if site is not None and site.sure else before.site
    finding = _finding(scene, amount, choice, dated, segment, site, memory, sure * sure_of_window)
    _remember(scene, amount, kind, dated.window, site, memory)
    return finding


def _date(
    scene: Scene,
    amount: Amount,
    kind: FigureKind,
    segment: tuple[int, int],
    around: tuple[str, ...],
    window: Window,
    before: _Before,
    memory: Memory,
    decide: Decide | None,
) -> tuple[Dated, float]:
    """Return the window of a number and what it makes of the quantity, and how probable that is."""
    rate, compared = scene.rates[amount.first], is_compared(scene, amount)
    if not rate and compared and memory.rate_at == memory.number:
        rate = "day"  # "640 a day, compared with 1,150 the week before"

    def temporal(one: Window) -> Dated:
        return Dated(*_temporal(scene, amount, kind, segment, one, rate, memory))

    said = temporal(window)
    usual = f"{kind.quantity.removesuffix('_*')}_daily_baseline"
    if compared and not window.given and _is_earlier(scene, amount, kind) and usual in vocabulary():
        said = said._replace(quantity=usual)
    if decide is None:
        return said, 1.0
    asked, readings = ask_window(scene, amount, kind.quantity, segment, around, said, before.window, memory, temporal)
    at, sure = decide("window", asked)
    return readings[at] if at >= 0 else said, sure


def _is_only_before(scene: Scene, choice: Choice, memory: Memory) -> bool:
    """Tell whether cars only stand before something, no post or line being spoken of: "340 cars in front of the building"."""
    if choice.kind.quantity != "queue_cars" or choice.cue is None or choice.cue.kind not in ("before post", "wait"):
        return False
    near = scene.has("post", "queue") or scene.names("crossing", "city", "unknown")
    return not near and max(memory.post_at, memory.queue_at) < memory.number - 4 and memory.headed is None


def _is_only_home(scene: Scene, choice: Choice, memory: Memory) -> bool:
    """Tell whether people are only sent home, from no border: "120 were sent home because of a power cut"."""
    if choice.kind.quantity != "turned_back" or choice.cue is None:
        return False
    words = scene.words[choice.cue.first : choice.cue.last]
    if not {"home", "домой"} & set(words) or scene.has("post", "call up", "men", "notice", "queue"):
        return False
    near = scene.names("country", "crossing", "unknown")
    return not near and memory.post_at < memory.number - 6 and memory.headed is None


def _is_on_the_way_out(scene: Scene, memory: Memory) -> bool:
    """Tell whether a refusal without a word on entry follows one on the way out."""
    said = any(word.startswith(("entry", "enter", "въезд", "въех", "admit", "admis")) for word in scene.words)
    return not said and memory.counted_lately() and memory.quantity in ("turned_back", "notices_served")


def _window_of(
    scene: Scene,
    amount: Amount,
    kind: FigureKind,
    segment: tuple[int, int],
    number: int,
    before: _Before,
    memory: Memory,
) -> Window:
    """Return the window of a number: its own, else one that is carried on to it."""
    window = choose_window(scene, segment, amount.first, total=number > 0 and _is_total(scene, segment))
    if _is_to_come(scene, window, kind):
        window = Window(scene.published, scene.published, False, False, None)
    if kind.quantity in ("notices_served", "turned_back") and window.open_start:
        window = _since_office(window, memory)
    if window.given or is_compared(scene, amount):
        return window
    if (
        memory.period is not None
        and kind.quantity.endswith("_*")
        and _is_item(scene, amount)
        and not _is_total(scene, segment)
    ):
        one = memory.period
        return Window(
            one.first, one.last, False, True, one
        )  # "Reporting date: 24 August", and below it "Inflow: 1,015"
    rate = scene.rates[amount.first] == "day"
    return _carried(scene, kind, segment, before.window, memory, rate=rate) or window


def _is_item(scene: Scene, amount: Amount) -> bool:
    """Tell whether a sentence is an item of a list: a label, a colon and the number."""
    at = scene.token_at(amount.start)
    return len(scene.tokens) <= 14 and at > 0 and scene.tokens[at - 1].text in ":–—" and not scene.dates


def _since_office(window: Window, memory: Memory) -> Window:
    """Return the window of what was done by a day, from the day on which the office at the post opened."""
    begin = memory.since if memory.since_at >= memory.number - 2 else None
    if begin is None or not 0 <= (window.last - begin).days <= 60:
        return window
    return window._replace(first=begin, open_start=False)


def _is_too_long(scene: Scene, amount: Amount, kind: FigureKind, segment: tuple[int, int], window: Window) -> bool:
    """Tell whether a window is none that such a number can have."""
    if kind.quantity in OF_QUEUES and ((window.last - window.first).days > 7 or is_usual(scene, segment)):
        return True  # no queue lasts that long; and what is usual is not how it is now
    spans = window.given and (window.last - window.first).days > 3
    if spans and is_usual(scene, segment) and scene.rates[amount.first] != "day":
        return True  # the usual number of a week is no daily one
    # what something cost "last year" is no price of a day
    return kind.counts == MONEY and window.given and (window.last - window.first).days > 31


def _remember(
    scene: Scene, amount: Amount, kind: FigureKind, window: Window, site: Site | None, memory: Memory
) -> None:
    """Leave behind what the next sentences may go on from."""
    memory.quantity, memory.counted_at = kind.quantity, memory.number
    memory.counted.add(kind.quantity)
    if site is not None and kind.family != "exit" and not kind.quantity.startswith(("returns", "onward")):
        memory.place = site.mentions[0]
    if site is not None and kind.quantity in ("arrivals_*", "stock_present"):
        memory.host = site.mentions[0]
    memory.queued = site.mentions[0] if site is not None and kind.quantity in OF_QUEUES else None
    if scene.rates[amount.first] == "day":
        memory.rate_at = memory.number
    if window.given and window.when is not None:
        memory.when, memory.when_at = window.when, memory.number


def _is_to_come(scene: Scene, window: Window, kind: FigureKind) -> bool:
    """Tell whether a window still to come was chosen for what has happened: "12,600 had", of a plan "by the end of the year"."""
    flows = kind.quantity == "mobilised_cumulative" or kind.quantity.endswith("_*")
    return flows and window.given and window.first >= scene.published and window.last > scene.published


def _is_of_before(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number compared with is what it was before, no day given: "compared with 500 previously"."""
    following = set(scene.after(amount.noun_end, 3))
    return bool(following & {"previously", "before", "earlier", "normally", "usually", "ранее", "раньше", "прежде"})


def _is_breakdown(scene: Scene, amount: Amount, choice: Choice, segment: tuple[int, int], start: int) -> bool:
    """Tell whether numbers after a colon only break a total down: "31,000 people have crossed: 16,130 Lebanese and 15,600 Syrians"."""
    if choice.cue is not None and segment[0] <= choice.cue.first < segment[1]:
        return False
    low, high = scene.tokens[segment[0]].start, scene.tokens[min(segment[1], len(scene.tokens)) - 1].end
    named = any(low <= one.start < high and one.best.kind != "derived" for one in scene.mentions)
    dated = any(low <= one.start < high for one in scene.dates)
    before = scene.words[start : amount.first]
    colon = next((token.start for token in scene.tokens[start : amount.first] if token.text == ":"), -1)
    if any(0 <= colon - one.end <= 1 for one in scene.dates):
        return False  # "1,240 on 16 May (15 May: 1,105)"
    return not named and not dated and (":" in before or "including" in before)


def _is_total(scene: Scene, segment: tuple[int, int]) -> bool:
    return any(word in _TOTAL for word in scene.words[segment[0] : segment[1]])


def _is_only(scene: Scene, amount: Amount) -> bool:
    """Tell whether "всего" right before a number says "only": "за тот же день прошли всего 260"."""
    at = scene.token_at(amount.start)
    return at > 1 and scene.words[at - 1] == "всего" and scene.tokens[at - 2].is_word


def _is_sum_of_day(scene: Scene, amount: Amount) -> bool:
    """Tell whether "a total of" only introduces a number, which says nothing of the days before."""
    at = scene.token_at(amount.start)
    before = scene.before(at, 3)
    perfect = {"have", "has", "had"} & set(scene.after(amount.noun_end, 6))
    return before == ["a", "total", "of"] or (before == ["altogether"] and not perfect)


def _carried(
    scene: Scene, kind: FigureKind, segment: tuple[int, int], last: Window | None, memory: Memory, *, rate: bool
) -> Window | None:
    """Return the window that a figure without a date takes from the figure before it, in its sentence or the last one."""
    flow = vocabulary_kind(kind.quantity) == "flow"
    if _is_total(scene, segment) or rate:
        return None
    if last is not None and flow and last.last <= scene.published:
        return last
    if memory.when is None:
        return None
    when, near = memory.when, memory.when_at >= memory.number - 1
    if when.last > scene.published and when.role != "span":
        return None  # the day of a plan says nothing of what has happened
    if flow and near and not is_usual(scene, segment) and not scene.said:
        return Window(when.first, when.last, when.role == "by", True, when)
    if not flow and near and when.role == "day" and not scene.said and not is_present(scene) and _is_past(scene):
        return Window(when.first, when.last, False, True, when)
    return None


def _is_past(scene: Scene) -> bool:
    """Tell whether a sentence has a verb of the past."""
    return any(
        token.lower in _PAST_VERBS
        or (token.text[0] < "а" and token.lower.endswith("ed"))
        or (
            token.text[0] >= "а"
            and len(token.text) > 3
            and token.lower.endswith(("л", "ла", "ло", "ли", "лся", "лась", "лось", "лись"))
        )
        for token in scene.tokens
        if token.is_word
    )


_PAST_VERBS = frozenset(
    ["was", "were", "had", "stood", "sat", "took", "cost", "paid", "got", "said", "went", "came", "lay", "grew", "spoke", "told", "held", "kept",
     "ran", "left", "could", "fell", "rose"]
)  # fmt: skip


def is_present(scene: Scene) -> bool:
    """Tell whether a sentence speaks of how things are now."""
    return any(word in _PRESENT for word in scene.words)


def vocabulary_kind(quantity: str) -> str:
    """Return whether a quantity, its window still open, is a stock or a flow."""
    return "flow" if quantity.endswith("_*") else vocabulary()[quantity].kind


def _finding(
    scene: Scene,
    amount: Amount,
    choice: Choice,
    dated: Dated,
    segment: tuple[int, int],
    site: Site | None,
    memory: Memory,
    sure: float,
) -> Finding:
    kind = choice.kind
    quantity, window = dated
    word = vocabulary()[quantity]
    near = scene.words[segment[0] : amount.first] if quantity == "queue_cars" else []
    truck = amount.noun.startswith(_TRUCKS) or any(
        word.startswith(_TRUCKS) for word in near + scene.words[amount.last : amount.noun_end]
    )
    truck = truck and not any(word.startswith(("car", "легков")) for word in scene.words[segment[0] : segment[1]])
    if quantity == "queue_cars" and truck:
        quantity, word = "queue_trucks", vocabulary()["queue_trucks"]
    place, country, places = describe_site(site)
    said_by, official = speaker(scene, memory)
    denied = _is_denied(scene, amount, choice)
    low, high = amount.low, amount.high
    hedge = amount.hedge
    if hedge == "over" and {"not", "n't", "never", "не", "don't", "doesn't"} & set(
        scene.before(scene.token_at(amount.start), 4)
    ):
        hedge = "up to"  # "do not wait for more than an hour"
    unit = word.unit
    if kind.counts[0] in MONEY:
        unit = amount.dimension if amount.dimension in MONEY else memory.currency
    begin, end = _evidence(scene, amount, choice)
    return Finding(
        kind="claim",
        quantity=quantity,
        value=round(amount.value, 6),
        low=low,
        high=high,
        hedge=hedge,
        unit=unit,
        mode="truck" if truck else "all" if quantity.startswith("capacity") and kind.mode == "car" else kind.mode,
        first=window.first,
        last=max(window.last, window.first),
        open_start=window.open_start,
        place=place,
        country=country,
        places=places,
        status=status_of(official=official, denied=denied),
        planned=quantity == "mobilised_planned",
        said_by=said_by,
        start=begin,
        end=end,
        quote=scene.quote(begin, end),
        confidence=round(min(sure, 1.0), 2),
    )


def _temporal(
    scene: Scene, amount: Amount, kind: FigureKind, segment: tuple[int, int], window: Window, rate: str, memory: Memory
) -> tuple[str, Window]:
    """Return the quantity with its window: daily, weekly, monthly or cumulative; usual, or as it stands."""
    name = kind.quantity
    if (
        name == "throughput_vehicles_per_day"
        and not rate
        and window.when is not None
        and window.when.role in ("by", "since")
    ):
        return "departures_vehicles_cumulative", window
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
        if name in ("wrongly_drafted_returned", "mobilised_cumulative") and not window.given:
            window = window._replace(open_start=True)
        return name, window
    stem = name.removesuffix("_*")
    if is_usual(scene, segment) and f"{stem}_daily_baseline" in vocabulary():
        return f"{stem}_daily_baseline", window
    days = (window.last - window.first).days + 1
    when = window.when
    if not window.given and memory.when is not None and _continues(scene):
        window = Window(memory.when.first, memory.when.last, memory.when.role == "by", True, memory.when)
        when, days = memory.when, (window.last - window.first).days + 1
    if rate == "day":
        return f"{stem}_daily", window
    only = window.given and when is not None and when.role == "day" and _is_only(scene, amount)
    total = _is_total(scene, segment) and not _is_sum_of_day(scene, amount) and not only
    if window.given and when is not None and when.role in ("day", "future") and not total:
        return f"{stem}_daily", window
    if window.given and when is not None and when.role == "span" and _is_day_long(scene, window):
        return f"{stem}_daily", window
    if window.given and when is not None and when.role == "span":
        text = scene.quote(when.start, when.end).casefold()
        if (
            days == 8
            and text.endswith(("past week", "last week", "прошедшую неделю"))
            and f"{stem}_weekly" in vocabulary()
        ):
            return f"{stem}_weekly", window  # a week back from today, which is not over
        return _named_span(stem, window, days), window
    if window.given:
        if when is not None and when.role == "day":  # a total with a single day is a total up to that day
            window = window._replace(open_start=True)
        return f"{stem}_cumulative", window
    if memory.announced is not None and since_announcement(scene):
        return f"{stem}_cumulative", window._replace(first=memory.announced, open_start=False)
    return f"{stem}_cumulative", window._replace(open_start=True)


def _is_day_long(scene: Scene, window: Window) -> bool:
    return (window.last - window.first).days == 1 and window.last == scene.published


def _named_span(stem: str, window: Window, days: int) -> str:
    if days == 7 and window.first.weekday() == 0 and f"{stem}_weekly" in vocabulary():
        return f"{stem}_weekly"
    whole_month = window.first.day == 1 and (window.last + dt.timedelta(days=1)).day == 1 and 28 <= days <= 31
    if whole_month and f"{stem}_monthly" in vocabulary():
        return f"{stem}_monthly"
    whole_year = (window.first.month, window.first.day, window.last.month, window.last.day) == (1, 1, 12, 31)
    return f"{stem}_annual" if whole_year and f"{stem}_annual" in vocabulary() else f"{stem}_cumulative"


def _continues(scene: Scene) -> bool:
    """Tell whether a sentence goes on with the window of the one before: "another 45 were refused"."""
    return any(word in ("another", "also", "further", "еще", "также", "others", "other") for word in scene.words[:4])


def _is_denied(scene: Scene, amount: Amount, choice: Choice) -> bool:
    for cue in scene.of("deny"):
        if abs(cue.first - amount.first) <= 14:
            return True
    own = range(choice.cue.first, choice.cue.last) if choice.cue is not None else ()
    near = [at for at in range(max(amount.first - 3, 0), amount.first) if at not in own]
    before = [scene.words[at] for at in near]  # "не впустили 75" is refused, and no denial
    return (
        any(word in ("not", "не") for word in before)
        and amount.hedge == "exact"
        and not any(word in ("than", "more", "less", "менее", "более") for word in before)
    )


def _evidence(scene: Scene, amount: Amount, choice: Choice) -> tuple[int, int]:
    """Return the span from the cue to the number, both included."""
    start, end = amount.start, amount.end
    if choice.cue is not None and abs(choice.cue.first - amount.first) <= 12:
        start, end = min(start, choice.cue.start), max(end, choice.cue.end)
    return start, end
