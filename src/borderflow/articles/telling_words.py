"""What is true of a telling, in words that the learned choice weighs: whether it is of an event, where that was, and when."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from borderflow.articles.cues import Cue
from borderflow.articles.dates import When
from borderflow.articles.logit import Alternative, Question
from borderflow.articles.placing import Site
from borderflow.articles.scenes import BREAKS, Scene
from borderflow.articles.speakers import name_of
from borderflow.articles.tellings import Telling, loose_names
from borderflow.articles.toponyms import Mention
from borderflow.articles.windows import choose_window
from borderflow.naming import shipped_names

__all__ = ["DENY", "DayOption", "PlaceOption", "ask_day", "ask_place", "ask_whether", "days_of", "places_of"]

_NOT = frozenset(["not", "never", "n't", "не", "neither", "nor", "ни", "cannot", "without", "без"])
_NO = frozenset(["no", "none", "nobody", "nothing", "no-one", "нет", "никто", "никаких", "никакого"])
_IF = frozenset(["if", "unless", "whether", "если", "ли", "lest", "in case"])
_MODAL = frozenset(
    [
        "may",
        "might",
        "could",
        "would",
        "should",
        "must",
        "can",
        "может",
        "могут",
        "могли",
        "мог",
        "бы",
        "должен",
        "должны",
        "должна",
    ]
)
_AHEAD = frozenset(
    ["will", "shall", "going", "plans", "planned", "plan", "due", "set", "scheduled", "expected", "intends", "tomorrow", "next", "upcoming",
     "будет", "будут", "планирует", "планируют", "намерены", "намерен", "собирается", "собираются", "завтра", "планируется", "предстоит"]
)  # fmt: skip
_FROM = frozenset(
    [
        "from",
        "since",
        "as",
        "с",
        "со",
        "starting",
        "effective",
        "until",
        "till",
        "до",
        "by",
        "к",
        "after",
        "before",
        "после",
        "когда",
        "when",
        "while",
        "once",
    ]
)
_BE = frozenset(
    ["is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "был", "была", "было", "были", "стоит"]
)
_STILL = frozenset(
    [
        "still",
        "remain",
        "remains",
        "remained",
        "stay",
        "stays",
        "stayed",
        "keep",
        "kept",
        "yet",
        "again",
        "вновь",
        "снова",
        "опять",
        "остается",
        "остаются",
        "пока",
        "еще",
        "now",
        "теперь",
        "already",
        "уже",
        "сейчас",
    ]
)
_SAY = (
    "said",
    "say",
    "told",
    "announc",
    "report",
    "confirm",
    "declar",
    "inform",
    "сообщ",
    "заяв",
    "объяв",
    "уточн",
    "рассказ",
)
_WISH = (
    "demand", "urg", "propos", "suggest", "threat", "debat", "discuss", "consider", "hope", "fear", "risk", "call", "appeal", "want", "wish", "warn", "possib", "option", "idea", "ask", "question",
    "rule", "exclude", "prepar", "agree", "promis", "need", "wonder", "weigh", "mull", "plan",
    "требу", "прос", "предлож", "предлаг", "угрож", "гроз", "обсужд", "рассм", "надея", "надеж", "опаса", "боят", "возмож", "хот", "обеща", "готов", "решен", "план", "намер",
)  # fmt: skip
DENY = (
    "rumour", "rumor", "talk", "claim", "alleg", "whisper", "gossip", "suppos", "reject", "dismiss", "deni", "deny", "denies", "fals", "fake", "hoax", "untrue", "invent", "contradict", "refut", "nonsense",
    "devoid", "baseless", "unfounded", "mistak", "wrong", "disput", "debunk", "contrary", "despite", "lie", "lies", "canard", "truth", "scrap", "abandon", "dropped", "cancel", "usual", "normal",
    "слух", "якобы", "будто", "опроверг", "отриц", "ложн", "неправд", "выдум", "фейк", "вранье", "недостовер", "вопреки", "вброс", "чуш", "ерунд", "враки", "домысл", "обычн", "штатн", "не соответств", "дезинф", "отказ", "передума",
)  # fmt: skip
_HABIT = frozenset(
    [
        "usually",
        "normally",
        "always",
        "often",
        "every",
        "each",
        "sometimes",
        "regularly",
        "обычно",
        "всегда",
        "часто",
        "каждый",
        "каждую",
        "иногда",
    ]
)
_RELATIVE = ("which", "who", "whose", "that", "where", "котор", "где")


def ask_whether(telling: Telling) -> Question:
    """Return the question whether a telling is of an event: no, yes, or one that is denied."""
    names = ("no", "yes", "denied")
    said, trust = 0, [telling.kind.quantity]
    if telling.found:
        one = telling.found[0]
        said = 2 if one.value == 0 else 1
        trust.append(f"{one.confidence:.1f}")
    return Question(
        telling.start,
        telling.end,
        tuple(_around(telling)),
        tuple(Alternative(name) for name in names),
        said,
        tuple(trust),
    )


def _around(telling: Telling) -> Iterator[str]:
    scene, anchor, kind = telling.scene, telling.anchor, telling.kind
    words = scene.words
    family, name = kind.family, kind.quantity
    yield "all"
    yield name
    yield f"{name} said {_said(telling)}"
    stem = _stem(scene, anchor)
    yield f"a {stem}"
    yield f"{name} a {stem}"
    yield f"end {words[anchor.last - 1][-3:]}"
    yield (
        f"{name} known {anchor.kind}"
        if any(cue.first == anchor.first and cue.kind == anchor.kind for cue in scene.cues)
        else f"{name} loose"
    )
    mate = telling.mate
    if mate is None:
        yield "alone"
        yield f"{name} alone"
    else:
        gap = max(anchor.first - mate.last, mate.first - anchor.last, 0)
        yield f"b {_stem(scene, mate)}"
        yield f"{name} b {_stem(scene, mate)}"
        yield f"gap {min(gap, 9)}"
        yield f"{name} gap {_bucket(gap)} {'after' if mate.first >= anchor.first else 'before'}"
        between = scene.tokens[min(anchor.last, mate.last) : max(anchor.first, mate.first)]
        marks = {token.text for token in between} & BREAKS
        yield f"{family} mark {min(len(marks), 1)}"
        yield f"mate {mate.kind}"
    for mood in _moods(telling):
        yield f"m {mood}"
        yield f"{name} m {mood}"
    yield from (f"{family} p {word}" for word in _places_near(scene, anchor))
    low, high = max(anchor.first - 7, 0), anchor.last + 7
    for n in range(low, min(high, len(words))):
        if not anchor.first <= n < anchor.last and scene.tokens[n].is_word:
            yield f"w {words[n][:6]}"
    for n in (anchor.first - 2, anchor.first - 1, anchor.last, anchor.last + 1):
        at = n - anchor.first if n < anchor.first else n - anchor.last + 1
        yield f"{at} {_shape(scene, n)}"
        if abs(at) == 1:
            yield f"{name} {at} {_shape(scene, n)}"


def _said(telling: Telling) -> str:
    if not telling.found:
        return "no"
    return "denied" if telling.found[0].value == 0 else "yes"


def _stem(scene: Scene, cue: Cue) -> str:
    return " ".join(word[:6] for word in scene.words[cue.first : min(cue.last, cue.first + 3)])


def _shape(scene: Scene, at: int) -> str:
    if not 0 <= at < len(scene.tokens):
        return "edge"
    token = scene.tokens[at]
    if token.is_number:
        return "number"
    if any(one.first <= at < one.last for one in scene.mentions):
        return "place"
    return token.lower[:7]


def _bucket(gap: int) -> str:
    return "0" if gap == 0 else "2" if gap <= 2 else "5" if gap <= 5 else "9" if gap <= 9 else "far"


def _moods(telling: Telling) -> Iterator[str]:
    """Yield how a telling is put: negated, doubted, asked for, of the past or to come, by whom it is said."""
    scene, anchor = telling.scene, telling.anchor
    words = scene.words
    low, high = scene.clause(anchor.first)
    low = max(low, scene.after_mark(anchor.first, ";:()—–"))
    before, after = words[low : anchor.first], words[anchor.last : high]
    near = before[-4:]
    if any(word in _NOT or word.endswith("n't") for word in near):
        yield "not"
    if any(word in _NOT or word.endswith("n't") for word in words[anchor.first : anchor.last]):
        yield "not inside"
    if _NO & set(near):
        yield "no"
    if set(after[:3]) & _NOT:
        yield "not after"
    if "longer" in near or "больше" in near:
        yield "no longer"
    if _IF & set(before):
        yield "if"
    if set(before[-4:]) & _MODAL:
        yield "modal"
    if set(before[-6:]) & _AHEAD or set(after[:6]) & _AHEAD:
        yield "ahead"
    if set(after[:2]) & _FROM:
        yield "from after"
    if set(before[-6:]) & {"when", "while", "once", "after", "before", "until", "когда", "после", "до", "перед", "как"}:
        yield "when before"
    if set(before[-3:]) & _BE:
        yield "be"
    if set(before[-3:]) & {"had", "been"}:
        yield "had"
    if set(before[-4:]) & _STILL:
        yield "still"
    if set(after[:3]) & _STILL:
        yield "again"
    if before[-1:] == ["to"]:
        yield "to"
    if any(word.startswith(_SAY) for word in before):
        yield "said before"
    if any(word.startswith(_SAY) for word in after):
        yield "said after"
    if any(word.startswith(_WISH) for word in before):
        yield "wish before"
    if any(word.startswith(_WISH) for word in after[:8]):
        yield "wish after"
    yield from _doubts(telling, before, words[anchor.last :])
    if scene.has("deny"):
        nearest = min(scene.of("deny"), key=lambda cue: abs(cue.first - anchor.first))
        yield "deny before" if nearest.first < anchor.first else "deny after"
    if telling.denied_next:
        yield f"deny next {telling.denied_next}"
    if telling.mate is not None and telling.mate.first > anchor.first:
        if set(words[max(telling.mate.first - 3, anchor.last) : telling.mate.last + 1]) & _NOT:
            yield "not mate"
        elif set(words[max(telling.mate.first - 3, anchor.last) : telling.mate.last + 1]) & _NO:
            yield "no mate"
    elif telling.mate is not None and set(words[max(telling.mate.first - 3, 0) : telling.mate.last]) & (_NOT | _NO):
        yield "not mate before"
    if _HABIT & set(words):
        yield "habit"
    if any(word.startswith(_RELATIVE) for word in before[-5:]):
        yield "relative"
    if telling.asked:
        yield "asked"
    if telling.heading:
        yield "heading"
    if telling.past.number == 0:
        yield "first"
    if _is_quoted(scene, anchor):
        yield "quoted"
    if any(token.is_number and len(token.text) == 4 and token.text[:2] in ("19", "20") for token in scene.tokens):
        yield "year"
    if telling.official:
        yield "official"
    elif scene.has("official"):
        yield "official here"
    if scene.amounts:
        yield "amount near" if any(abs(one.first - anchor.first) <= 4 for one in scene.amounts) else "amount"
    days = [(n, one) for n, one in enumerate(scene.dates) if n not in scene.said]
    if days:
        nearest_day = min((abs(scene.token_at(one.start) - anchor.first) for _, one in days), default=99)
        yield "day near" if nearest_day <= 5 else "day"
        if any(one.last < scene.published - dt.timedelta(days=60) for _, one in days):
            yield "long ago"
        if any(one.first > scene.published for _, one in days):
            yield "to come"
    else:
        yield "no day"
    if (
        words[anchor.first - 1 : anchor.first] in (["the"], ["a"], ["an"])
        and telling.mate is not None
        and telling.mate.first == anchor.last
    ):
        yield "adjective"
    if anchor.first == 0:
        yield "opens"
    elif anchor.first == low:
        yield "opens clause"


def _doubts(telling: Telling, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield where a word of denying or of rumour stands: before, after, in the sentence before."""
    first = [word for word in before if word.startswith(DENY)]
    later = [word for word in after if word.startswith(DENY)]
    if first:
        yield "doubt before"
        yield f"doubt before {first[-1][:6]}"
    if later:
        yield "doubt after"
        yield f"doubt after {later[0][:6]}"
    if telling.past.scenes and any(word.startswith(DENY) for word in telling.past.scenes[0].words):
        yield "doubt back"


def _is_quoted(scene: Scene, anchor: Cue) -> bool:
    opened = sum(token.text in '"“«„' for token in scene.tokens[: anchor.first])
    closed = sum(token.text in '"”»' for token in scene.tokens[: anchor.first])
    return opened > closed or (opened == closed and opened % 2 == 1)


def _places_near(scene: Scene, anchor: Cue) -> Iterator[str]:
    low, high = scene.clause(anchor.first)
    inside = [one for one in scene.mentions if low <= one.first < high]
    if not inside:
        yield "none" if not scene.mentions else "elsewhere"
        return
    nearest = min(inside, key=lambda one: abs(one.first - anchor.first))
    yield f"{nearest.best.kind} {nearest.role or 'bare'} {'before' if nearest.first < anchor.first else 'after'}"
    yield from {f"has {one.best.kind}" for one in inside}
    if scene.routes():
        yield "route"


class PlaceOption(NamedTuple):
    """A place that an event may have been at: how it is written, whether a mention of the sentence, and what speaks for it."""

    place: str
    site: Site | None
    words: tuple[str, ...]


def places_of(telling: Telling) -> list[PlaceOption]:
    """Return the places in sight of a telling, each once."""
    found: dict[str, tuple[Site | None, list[str]]] = {}

    def add(site: Site | None, words: Sequence[str]) -> None:
        name = "" if site is None else name_of(site)
        if name in found:
            found[name][1].extend(words)
        else:
            found[name] = (site, list(words))

    add(None, ["nowhere"])
    family = telling.kind.family
    if family == "route":
        for site, words in _route_sites(telling):
            add(site, words)
    for mention, words in _near_mentions(telling):
        for one, how in _as_family(telling, mention):
            add(
                Site((one,), True),
                [
                    *(f"{family} {word}" for word in (*words, *how)),
                    *(f"{telling.kind.quantity} {word}" for word in how),
                ],
            )
    for mention in telling.loose:
        words = [f"{family} loose", *(f"{family} loose {word}" for word in _of_loose(telling, mention))]
        add(Site((mention,), True), words)
    for mention, words in _past_mentions(telling):
        for one, how in _as_family(telling, mention):
            add(Site((one,), False), [f"{family} {word}" for word in (*words, *how)])
    for event in telling.found:
        if event.place not in found:
            found[event.place] = (None, ["by rules only"])
    return [PlaceOption(name, site, tuple(dict.fromkeys(words))) for name, (site, words) in found.items()]


def _of_loose(telling: Telling, one: Mention) -> Iterator[str]:
    """Yield what speaks for a name that no list holds."""
    scene, anchor = telling.scene, telling.anchor
    gap = max(one.first - anchor.last, anchor.first - one.last, 0)
    low, high = scene.clause(anchor.first)
    yield f"gap {_bucket(gap)} {'before' if one.first < anchor.first else 'after'}"
    yield f"role {one.role or 'bare'}"
    yield "clause" if low <= one.first < high else "other clause"
    yield f"-1 {_plain(scene.word(one.first - 1))}"
    yield f"+1 {_plain(scene.word(one.last))}"
    inside = [mention for mention in scene.mentions if one.first <= mention.first < one.last]
    yield f"over {inside[0].best.kind}" if inside else "apart"
    if not scene.mentions:
        yield "only one"
    if any(abs(mention.first - anchor.first) < abs(one.first - anchor.first) for mention in scene.mentions):
        yield "farther"
    if telling.mate is not None and (one.last == telling.mate.first or one.first - telling.mate.last in (0, 1)):
        yield "at mate"


def _as_family(telling: Telling, mention: Mention) -> Iterator[tuple[Mention, tuple[str, ...]]]:
    """Yield a place, and the state that it lies in where states make such a rule."""
    kind = mention.best.kind
    if kind == "derived":
        state = shipped_names().state(mention.best.country)
        if state is not None:
            yield mention._replace(candidates=(state,)), ("k derived",)
        return
    yield mention, (f"k {kind}", f"k {kind} {mention.role or 'bare'}")
    if telling.kind.family == "country" and kind in ("city", "region"):
        state = shipped_names().state(mention.best.country)
        if state is not None:
            capital = "capital" if mention.best.population >= 300_000 else "town"
            yield mention._replace(candidates=(state,)), (f"k state of {kind}", f"state of {capital}")


def _near_mentions(telling: Telling) -> Iterator[tuple[Mention, list[str]]]:
    scene, anchor = telling.scene, telling.anchor
    low, high = scene.clause(anchor.first)
    order = sorted(scene.mentions, key=lambda one: max(one.first - anchor.last, anchor.first - one.last, 0))
    fit = [one for one in order if one.best.kind in _FIT[telling.kind.family]]
    for rank, one in enumerate(order):
        side = "before" if one.first < anchor.first else "after"
        gap = max(one.first - anchor.last, anchor.first - one.last, 0)
        between = scene.tokens[min(one.last, anchor.last) : max(one.first, anchor.first)]
        words = ["here", f"gap {_bucket(gap)}", f"{side} {one.role or 'bare'}", f"side {side}", f"rank {min(rank, 3)}"]
        words.append("clause" if low <= one.first < high else "other clause")
        marks = sum(token.text in BREAKS for token in between)
        words.append(f"marks {min(marks, 2)}")
        if fit and one is fit[0]:
            words.append("nearest fit")
        if len(scene.mentions) == 1:
            words.append("only one")
        if scene.speaks(one):
            words.append("speaks")
        if scene.is_of_citizens(one):
            words.append("citizens")
        if scene.is_border(one):
            words.append("its border")
        if scene.is_called_post(one):
            words.append("called post")
        if one.first <= 1:
            words.append("opens")
            if scene.word(one.last) in (":", "-", "–", "—", "."):
                words.append("label")
        before, after = scene.word(one.first - 1), scene.word(one.last)
        words += [f"-1 {_plain(before)}", f"+1 {_plain(after)}"]
        words += [f"-2 {_plain(scene.word(one.first - 2))}"]
        verbs = sum(
            cue.kind in ("say", "close", "open", "halt", "set up")
            for cue in scene.cues
            if min(one.last, anchor.last) <= cue.first < max(one.first, anchor.first)
        )
        words.append(f"verbs {min(verbs, 2)}")
        if telling.mate is not None and abs(one.first - telling.mate.last) <= 2:
            words.append("at mate")
        yield one, words


_FIT = {
    "post": ("crossing", "unknown", "city"), "town": ("city", "unknown", "crossing"), "country": ("country", "derived"), "route": ("city",),
    "entry": ("crossing",), "exit": ("crossing",), "host": ("country",),
}  # fmt: skip


def _plain(word: str) -> str:
    return word[:8] if word and (word.isalpha() or not word[0].isdigit()) else "number" if word else "edge"


def _past_mentions(telling: Telling) -> Iterator[tuple[Mention, list[str]]]:
    past = telling.past
    bare = "bare" if not telling.scene.mentions else "with places"
    has_fit = any(one.best.kind in _FIT[telling.kind.family] for one in telling.scene.mentions)
    state = "beside fit" if has_fit else bare
    for back, scene in enumerate(past.scenes, start=1):
        for n, one in enumerate(reversed(scene.mentions)):
            yield (
                one,
                [f"back {back}", f"back {back} {state}", f"back {back} last {min(n, 2)}", f"role {one.role or 'bare'}"],
            )
        if back == 1:
            for one in loose_names(scene):
                yield one, ["back loose", f"back loose {state}", f"back loose {one.role or 'bare'}"]
    for name, mentions in (("post", past.posts), ("town", past.towns), ("country", past.countries)):
        for n, one in enumerate(reversed(mentions)):
            yield one, [f"past {name} {n}", f"past {name} {n} {state}"]
    for name, single in (("dateline", past.dateline), ("headed", past.headed), ("home", past.home)):
        if single is not None:
            yield single, [f"past {name}", f"past {name} {state}"]


def _route_sites(telling: Telling) -> Iterator[tuple[Site, list[str]]]:
    scene, anchor, past = telling.scene, telling.anchor, telling.past
    for route in scene.routes():
        gap = abs(route.goal.first - anchor.first)
        low, high = scene.clause(anchor.first)
        yield (
            Site((*route.origins, route.goal), True),
            ["linked", f"linked gap {_bucket(gap)}", f"linked in {low <= route.goal.first < high}"],
        )
    places = [one for one in scene.mentions if one.best.kind != "derived"][:6]
    free = [
        one for one in telling.loose if not any(one.first < other.last and other.first < one.last for other in places)
    ]
    places = sorted([*places, *free[:3]], key=lambda one: one.first)[:7]
    for one, other in itertools.permutations(places, 2):
        apart = abs(places.index(one) - places.index(other))
        yield (
            Site((one, other), True),
            ["pair", f"pair {one.role or 'bare'} {other.role or 'bare'}", f"pair {'forth' if one.first < other.first else 'back'}", f"pair apart {min(apart, 3)}",
             f"pair {one.best.kind} {other.best.kind}"],
        )  # fmt: skip
    starts = [("dateline", past.dateline), ("headed", past.headed)]
    starts += [(f"town {n}", one) for n, one in enumerate(reversed(past.towns))]
    for name, start in starts:
        if start is None:
            continue
        for one in places:
            if one.best.name != start.best.name:
                yield (
                    Site((start, one), False),
                    ["half", f"half {name}", f"half {one.role or 'bare'}", f"half {one.best.kind}"],
                )
    for n, route in enumerate(reversed(past.routes)):
        if route.origins:
            yield (
                Site((*route.origins, route.goal), False),
                [f"past route {n}", f"past route {n} {'bare' if not places else 'with places'}"],
            )


def ask_place(telling: Telling, options: Sequence[PlaceOption]) -> Question:
    """Return the question where an event was; which of the places in sight."""
    said = next((n for n, one in enumerate(options) if telling.found and one.place == telling.found[0].place), -1)
    trust = (telling.kind.family, f"{telling.found[0].confidence:.1f}") if telling.found else ()
    family = telling.kind.family
    alternatives = tuple(
        Alternative(family, one.words if one.place else (f"{telling.kind.quantity} nowhere", *one.words))
        for one in options
    )
    return Question(telling.start, telling.end, (), alternatives, said, trust)


class DayOption(NamedTuple):
    """A day from which an event may hold, and what speaks for it."""

    day: dt.date
    words: tuple[str, ...]


def days_of(telling: Telling) -> list[DayOption]:
    """Return the days in sight of a telling, each once; of a weekday the one before and the one after."""
    found: dict[dt.date, list[str]] = {}
    for day, words in _days(telling):
        found.setdefault(day, []).extend(words)
    for event in telling.found:
        found.setdefault(event.first, ["by rules only"])
    return [DayOption(day, tuple(dict.fromkeys(words))) for day, words in found.items()]


def _tense(telling: Telling) -> str:
    scene, anchor = telling.scene, telling.anchor
    before = scene.before(anchor.first, 6)
    word = scene.words[anchor.first]
    ahead = (
        bool(set(before) & _AHEAD)
        or before[-1:] == ["to"]
        or word.endswith(("ют", "ет", "ит", "ят", "утся", "ется", "ятся", "ится"))
    )
    past = word.endswith(
        ("ed", "ли", "ла", "ло", "лся", "лись", "лась", "лось", "ыт", "ыта", "ыто", "ыты", "ен", "ена", "ены", "ено")
    ) or bool(set(before[-3:]) & _BE)
    return "ahead" if ahead else "past" if past else "plain"


def _days(telling: Telling) -> Iterator[tuple[dt.date, list[str]]]:
    scene, anchor, past = telling.scene, telling.anchor, telling.past
    published, tense = scene.published, _tense(telling)
    usable = [n for n in range(len(scene.dates)) if n not in scene.said]
    state = "no date" if not scene.dates else "only said" if not usable else "dated"
    week = dt.timedelta(days=7)
    yield (
        published,
        ["published", f"published {state}", f"published {tense} {state}", f"published {telling.kind.quantity} {state}"],
    )
    yield published - dt.timedelta(days=1), ["eve"]
    window = choose_window(scene, scene.clause(anchor.first), anchor.first, told=False)
    if window.given:
        yield window.first, ["by window", f"by window {window.when.role if window.when else ''}"]
    low, high = scene.clause(anchor.first)
    order = sorted(scene.dates, key=lambda one: _far(scene, one, anchor))
    for rank, one in enumerate(order):
        at = scene.token_at(one.start)
        side = "before" if at < anchor.first else "after"
        said = scene.dates.index(one) in scene.said
        between = scene.tokens[min(at, anchor.last) : max(at, anchor.first)]
        words = [
            "date", f"date {one.role}", f"date {one.role} {side}", f"rank {min(rank, 3)}", f"rank {min(rank, 3)} {side}", f"gap {_bucket(abs(at - anchor.first))}",
            "date in" if low <= at < high else "date out", f"date marks {min(sum(token.text in BREAKS for token in between), 2)}",
            f"date -1 {_plain(scene.word(at - 1))}", f"date at {_plain(scene.word(at))}",
        ]  # fmt: skip
        if said:
            words.append("date said")
        if scene.speaks is not None and any(cue.first < at and at - cue.first <= 3 for cue in scene.of("say")):
            words.append("date by say")
        relation = "future" if one.first > published else "today" if one.first == published else "past"
        words += [f"date {relation} {tense}"]
        if (published - one.first).days > 60:
            words.append("date old")
        yield one.first, words
        if one.last != one.first:
            yield one.last, ["date end", f"date end {one.role}", f"date end {one.role} {tense}"]
        if _is_weekday(scene, one):
            other = one.first + week if one.first <= published else one.first - week
            if abs((other - published).days) <= 9:
                yield (
                    other,
                    [
                        *(
                            word
                            for word in words
                            if not word.startswith("date future") and not word.startswith("date past")
                        ),
                        "turned",
                        f"turned {tense} {'to future' if other > published else 'to past'}",
                    ],
                )
    yield from _lasting_days(telling)
    if past.day is not None:
        yield past.day, ["past day", f"past day {'near' if past.day_near else 'far'} {state}"]
    if past.anchor is not None:
        yield past.anchor, ["past anchor", f"past anchor {state}"]
    for back, before in enumerate(past.scenes, start=1):
        for n, one in enumerate(before.dates):
            yield (
                one.first,
                [
                    f"back {back}",
                    f"back {back} {state} {one.role}",
                    f"back {back} {'said' if n in before.said else 'own'}",
                ],
            )


def _lasting_days(telling: Telling) -> Iterator[tuple[dt.date, list[str]]]:
    """Yield the days from which something has lasted for some time: "for nine days", "since one week", "for a fifth day"."""
    scene, anchor = telling.scene, telling.anchor
    spans = [
        (one.first, int(one.value // 24))
        for one in scene.amounts
        if one.dimension == "time" and one.value >= 24 and one.value % 24 == 0
    ]
    words = scene.words
    for n, word in enumerate(words[:-1]):
        if word in _ORDINALS and words[n + 1].startswith(("day", "день", "сутк", "дня")):
            spans.append((n, _ORDINALS[word] - 1))
            spans.append((n, _ORDINALS[word]))
        if word in ("week", "неделю", "недели") and not any(at <= n <= at + 3 for at, _ in spans):
            spans.append((n, 7))
    for at, days in spans:
        if 0 < days <= 60:
            side = "after" if at >= anchor.first else "before"
            yield (
                scene.published - dt.timedelta(days=days),
                [
                    "lasting",
                    f"lasting {side}",
                    f"lasting -1 {_plain(scene.word(at - 1))}",
                    f"lasting gap {_bucket(abs(at - anchor.first))}",
                ],
            )


_ORDINALS = {
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "второй": 2, "третий": 3, "четвертый": 4, "пятый": 5, "шестой": 6, "седьмой": 7, "третьи": 3, "вторые": 2, "вторую": 2, "третью": 3,
}  # fmt: skip
_WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "понедельник",
    "вторник",
    "сред",
    "четверг",
    "пятниц",
    "суббот",
    "воскресень",
)


def _is_weekday(scene: Scene, one: When) -> bool:
    words = [token.lower for token in scene.tokens if one.start <= token.start < one.end]
    return any(word.startswith(_WEEKDAYS) for word in words) and not any(word.isdigit() for word in words)


def _far(scene: Scene, one: When, anchor: Cue) -> int:
    at = scene.token_at(one.start)
    return max(at - anchor.last, anchor.first - at, 0)


def ask_day(telling: Telling, options: Sequence[DayOption]) -> Question:
    """Return the question from which day an event holds."""
    said = next((n for n, one in enumerate(options) if telling.found and one.day == telling.found[0].first), -1)
    trust = (telling.kind.family,) if telling.found else ()
    return Question(
        telling.start, telling.end, (), tuple(Alternative("day", one.words) for one in options), said, trust
    )
