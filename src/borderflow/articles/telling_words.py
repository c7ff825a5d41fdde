"""Whether a telling is of an event: what is true of its words and of how it is put, for the learned choice to weigh."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import lru_cache

from borderflow.articles.cues import Cue
from borderflow.articles.logit import Alternative, Question
from borderflow.articles.scenes import BREAKS, Scene
from borderflow.articles.tellings import Telling

__all__ = ["AHEAD", "BE", "ask_whether", "bucket", "plain"]

_NOT = frozenset(["not", "never", "n't", "не", "neither", "nor", "ни", "cannot", "without", "без"])
_NO = frozenset(["no", "none", "nobody", "nothing", "no-one", "нет", "никто", "никаких", "никакого"])
_IF = frozenset(["if", "unless", "whether", "если", "ли", "lest", "in case"])
_MODAL = frozenset(
    ["may", "might", "could", "would", "should", "must", "can", "может", "могут", "могли", "мог", "бы", "должен", "должны", "должна"]
)  # fmt: skip
AHEAD = frozenset(
    ["will", "shall", "going", "plans", "planned", "plan", "due", "set", "scheduled", "expected", "intends", "tomorrow", "next", "upcoming",
     "будет", "будут", "планирует", "планируют", "намерены", "намерен", "собирается", "собираются", "завтра", "планируется", "предстоит"]
)  # fmt: skip
_FROM = frozenset(
    ["from", "since", "as", "с", "со", "starting", "effective", "until", "till", "до", "by", "к", "after", "before", "после", "когда", "when", "while", "once"]
)  # fmt: skip
BE = frozenset(
    ["is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "был", "была", "было", "были", "стоит"]
)
_STILL = frozenset(
    ["still", "remain", "remains", "remained", "stay", "stays", "stayed", "keep", "kept", "yet", "again", "вновь", "снова", "опять", "остается", "остаются", "пока", "еще", "now", "теперь", "already", "уже", "сейчас"]
)  # fmt: skip
_SAY = (
    "said", "say", "told", "announc", "report", "confirm", "declar", "inform", "сообщ", "заяв", "объяв", "уточн", "рассказ",
)  # fmt: skip
_WISH = (
    "demand", "urg", "propos", "suggest", "threat", "debat", "discuss", "consider", "hope", "fear", "risk", "call", "appeal", "want", "wish", "warn", "possib", "option", "idea", "ask", "question",
    "rule", "exclude", "prepar", "agree", "promis", "need", "wonder", "weigh", "mull", "plan",
    "требу", "прос", "предлож", "предлаг", "угрож", "гроз", "обсужд", "рассм", "надея", "надеж", "опаса", "боят", "возмож", "хот", "обеща", "готов", "решен", "план", "намер",
)  # fmt: skip
_DENY = (
    "rumour", "rumor", "talk", "claim", "alleg", "whisper", "gossip", "suppos", "reject", "dismiss", "deni", "deny", "denies", "fals", "fake", "hoax", "untrue", "invent", "contradict", "refut", "nonsense",
    "devoid", "baseless", "unfounded", "mistak", "wrong", "disput", "debunk", "contrary", "despite", "lie", "lies", "canard", "truth", "scrap", "abandon", "dropped", "cancel", "usual", "normal",
    "слух", "якобы", "будто", "опроверг", "отриц", "ложн", "неправд", "выдум", "фейк", "вранье", "недостовер", "вопреки", "вброс", "чуш", "ерунд", "враки", "домысл", "обычн", "штатн", "не соответств", "дезинф", "отказ", "передума",
)  # fmt: skip
_HABIT = frozenset(
    ["usually", "normally", "always", "often", "every", "each", "sometimes", "regularly", "обычно", "всегда", "часто", "каждый", "каждую", "иногда"]
)  # fmt: skip
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
    family, name = kind.family, kind.quantity
    yield "all"
    yield name
    yield f"{name} said {_said(telling)}"
    for rival in telling.rivals:
        shares = "same" if rival.anchor.first < anchor.last and anchor.first < rival.anchor.last else "near"
        yield f"{name} {shares} {rival.kind.quantity}"
        if rival.found:
            yield f"{name} rival said"
            yield f"{name} rival said {rival.kind.quantity}"
    stem = _stem(scene, anchor)
    yield f"a {stem}"
    yield f"{name} a {stem}"
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
        yield f"{name} gap {bucket(gap)} {'after' if mate.first >= anchor.first else 'before'}"
        between = scene.tokens[min(anchor.last, mate.last) : max(anchor.first, mate.first)]
        marks = {token.text for token in between} & BREAKS
        yield f"{family} mark {min(len(marks), 1)}"
        yield f"mate {mate.kind}"
    for mood in _moods(telling):
        yield f"m {mood}"
        yield f"{name} m {mood}"
    yield from (f"{family} p {word}" for word in _places_near(scene, anchor))
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


def bucket(gap: int) -> str:
    """Return a distance in tokens as one of five words."""
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
    if set(before[-6:]) & AHEAD or set(after[:6]) & AHEAD:
        yield "ahead"
    if set(after[:2]) & _FROM:
        yield "from after"
    if set(before[-6:]) & {"when", "while", "once", "after", "before", "until", "когда", "после", "до", "перед", "как"}:
        yield "when before"
    if set(before[-3:]) & BE:
        yield "be"
    if set(before[-3:]) & {"had", "been"}:
        yield "had"
    if set(before[-4:]) & _STILL:
        yield "still"
    if set(after[:3]) & _STILL:
        yield "again"
    if before[-1:] == ["to"]:
        yield "to"
    if any(_says(word) for word in before):
        yield "said before"
    if any(_says(word) for word in after):
        yield "said after"
    if any(_wishes(word) for word in before):
        yield "wish before"
    if any(_wishes(word) for word in after[:8]):
        yield "wish after"
    yield from _doubts(telling, before, words[anchor.last :])
    if scene.has("deny"):
        nearest = min(scene.of("deny"), key=lambda cue: abs(cue.first - anchor.first))
        yield "deny before" if nearest.first < anchor.first else "deny after"
    if telling.following is not None and telling.following.has("deny"):
        yield "deny next short" if len(telling.following.tokens) <= _SHORT else "deny next long"
    elif telling.following is not None and any(_denies(word) for word in telling.following.words[:_SHORT]):
        yield "doubt next"
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


_SHORT = 16  # tokens


@lru_cache(maxsize=50_000)
def _says(word: str) -> bool:
    return word.startswith(_SAY)


@lru_cache(maxsize=50_000)
def _wishes(word: str) -> bool:
    return word.startswith(_WISH)


@lru_cache(maxsize=50_000)
def _denies(word: str) -> bool:
    return word.startswith(_DENY)


def _doubts(telling: Telling, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield where a word of denying or of rumour stands: before, after, in the sentence before."""
    first = [word for word in before if _denies(word)]
    later = [word for word in after if _denies(word)]
    if first:
        yield "doubt before"
        yield f"doubt before {first[-1][:6]}"
    if later:
        yield "doubt after"
        yield f"doubt after {later[0][:6]}"
    if telling.past.scenes and any(_denies(word) for word in telling.past.scenes[0].words):
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
    yield from dict.fromkeys(f"has {one.best.kind}" for one in inside)
    if scene.routes():
        yield "route"


def plain(word: str) -> str:
    """Return a word as it is weighed: its first letters, "number", or "edge" where the sentence ends."""
    return word[:8] if word and (word.isalpha() or not word[0].isdigit()) else "number" if word else "edge"
