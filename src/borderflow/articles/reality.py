"""Whether an event took place or is set to: not what is wished, threatened, debated, imagined, usual, or long past.

Every test speaks of the words that govern a verb, whatever the kind of event, so that a new phrase of an old sort
needs a word in a list here and no rule.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Sequence

from borderflow.articles.cues import Cue
from borderflow.articles.kinds import EventKind
from borderflow.articles.placing import Site
from borderflow.articles.scenes import BREAKS, Scene

__all__ = ["is_background", "is_foretold", "is_gossip", "is_stated", "is_unreal_event"]

#: who wishes, threatens or debates something does not do it
_WISHED = (
    "demand", "urg", "propos", "suggest", "threat", "petition", "debat", "discuss", "consider", "weigh", "mull", "plead", "plea", "beg", "idea", "option",
    "hope", "hoping", "fear", "risk", "call for", "calls for", "appeal", "advocat", "lobb", "dream", "reason", "pretext", "excuse", "question", "wonder", "speculat", "ponder", "warn",
    "требу", "потребов", "прос", "предлож", "предлаг", "пригроз", "гроз", "угрож", "обсужд", "рассмотр", "рассматр", "идея", "идеи", "идею", "идее", "вопрос", "предложен",
    "опаса", "боят", "надею", "надежд", "возможност", "причин", "повод", "мечта", "раздумыва", "дума",
)  # fmt: skip
_ASKED = (
    "ask", "asks", "asked", "asking", "want", "wants", "wanted", "ready", "call", "calls", "called", "calling", "хотят", "хочет", "хотели",
)  # fmt: skip
_PROMISED = ("promis", "pledg", "vow", "assur", "обеща")
_WISH = frozenset(["wish", "wishes", "wished", "hoped", "only", "if", "could"])
_TO_DO = frozenset(["to", "that", "be", "whether", "of", "on", "for", "чтобы", "о"])
_MODAL = frozenset(
    ["may", "might", "could", "would", "should", "must", "может", "могут", "могли", "мог", "могла", "бы", "должен", "должна", "должны", "следует"]
)  # fmt: skip
_OPENS = frozenset(["if", "unless", "whether", "lest", "whenever", "если", "ли", "будто", "словно"])
_WHEN = frozenset(["when", "once", "after", "before", "until", "till", "while", "когда"])
_SINCE = frozenset(["since", "after", "before", "until", "начала", "после", "тех"])
_GENERIC = (
    "close", "closes", "open", "opens", "reopen", "reopens", "shut", "shuts", "stop", "stops", "resume", "resumes", "halt", "halts", "disappear", "disappears",
    "закрывают", "закрывает", "закрывается", "закрываются", "открывают", "открывается", "открываются", "отменяют", "отменяется",
)  # fmt: skip
_HABIT = frozenset(
    ["usually", "normally", "typically", "always", "often", "ordinarily", "traditionally", "routinely", "seldom", "rarely", "regularly", "sometimes",
     "обычно", "всегда", "часто", "традиционно", "регулярно", "иногда", "редко", "ежегодно", "ежедневно"]
)  # fmt: skip
_EVERY = frozenset(["every", "each", "каждый", "каждую", "каждое", "каждой"])
_SEASONS = ("winter", "summer", "spring", "autumn", "year", "month", "week", "day", "night", "morning", "evening", "time", "sunday", "weekend",
            "зим", "лет", "весн", "осен", "год", "месяц", "недел", "день", "ноч", "утр", "вечер", "раз")  # fmt: skip
_FICTION = (
    "novel", "film", "movie", "exhibition", "museum", "documentary", "poem", "comedy", "theatre", "theater", "anniversar", "joked", "metaphor", "fiction",
    "роман", "фильм", "сериал", "выставк", "спектакл", "повести", "рассказе", "музе", "комеди", "годовщин", "шутит", "пошутил",
)  # fmt: skip
_PLAYED = frozenset(
    [("television", "series"), ("tv", "series"), ("crime", "series"), ("television", "drama"), ("stage", "play")]
)
_TALKED_OF = frozenset(
    ["options", "option", "conceivable", "discussed", "rejected", "considered", "debated", "proposed", "mooted", "shelved", "dropped", "abandoned", "floated", "lifted", "scrapped", "repealed",
     "revoked", "discarded", "отвергли", "отклонили", "обсуждают", "обсуждается", "обсудят", "рассмотрят", "рассматривают", "снят", "снята", "сняли", "отказались", "отказался", "отказалась",
     "отложили", "отложено", "избежать", "averted", "avoided", "prevented"]
)  # fmt: skip
_AVERTED = frozenset(
    [("advised", "against"), ("decided", "against"), ("danger", "of"), ("warned", "against"), ("spared", "the"), ("instead", "of"), ("rather", "than"),
     ("short", "of"), ("вместо", "того")]
)  # fmt: skip
_NOTHING = frozenset(["nobody", "no-one", "none", "никто", "никого"])
_DONE_TO = frozenset(
    ["turned_back", "notices_served", "service_halted", "tickets_sold_out", "queue_cleared", "service_resumed", "exit_check_against_list",
     "queue_long_flag"]
)  # fmt: skip
_DECADE = re.compile(r"(?:1[89]|20)\d0")
_LONG_AGO, _FAR_OFF = dt.timedelta(days=60), dt.timedelta(days=400)


def is_background(day: dt.date, published: dt.date) -> bool:
    """Tell whether a day lies so far from the report's own that the event is only its background: "closed in 2019"."""
    return day < published - _LONG_AGO or day > published + _FAR_OFF


_DECREED = frozenset({"crossing_closed", "crossing_opened", "entry_ban", "exit_ban_men", "service_halted"})


def is_foretold(scene: Scene, kind: EventKind, verb: Cue) -> bool:
    """Tell whether somebody without an office only foretells what states decide: "they will close it any day now"."""
    spoken = _is_quoted(scene, verb) or scene.has("witness")
    return kind.quantity in _DECREED and spoken and not scene.has("official", "decree")


def is_gossip(scene: Scene) -> bool:
    """Tell whether nobody in particular is said to say so: "on Telegram it has been claimed"."""
    return any(word.startswith(_GOSSIP) for word in scene.words) and any(
        word in ("claimed", "messages", "posts", "rumours", "rumors", "слухи", "сообщения") for word in scene.words
    )


_GOSSIP = ("telegram", "facebook", "twitter", "whatsapp", "social", "соцсет", "телеграм", "чат")


def is_stated(scene: Scene, kind: EventKind, verb: Cue, site: Site | None) -> bool:
    """Tell whether somebody says of a post by name that it does not shut: "“Kobero has not been closed,” he said"."""
    named = site is not None and site.sure and site.mentions[0].best.kind in ("crossing", "city", "unknown")
    words = scene.words[max(verb.first - 4, 0) : verb.last + 4]
    normal = any(word.startswith(("work", "operat", "работ", "действ")) for word in words)
    return (
        kind.quantity.startswith("crossing")
        and named
        and not normal
        and (_is_quoted(scene, verb) or scene.has("official"))
    )


def _is_quoted(scene: Scene, verb: Cue) -> bool:
    """Tell whether a verb stands in words that somebody spoke, not in a name in quotation marks."""
    opened = max((n for n in range(verb.first) if scene.tokens[n].text in _QUOTES), default=-1)
    closed = next((n for n in range(verb.last, len(scene.tokens)) if scene.tokens[n].text in _CLOSING), opened)
    return opened >= 0 and closed - opened > 4


_QUOTES, _CLOSING = frozenset(['"', "“", "«", "„"]), frozenset(['"', "”", "“", "»"])


def is_unreal_event(scene: Scene, kind: EventKind, verb: Cue, *, negative: bool, denied: bool) -> bool:
    """Tell whether the words around a verb say that it did not take place and is not set to."""
    if _is_fiction(scene) or _is_hypothetical(scene, verb):
        return True
    if denied or (negative and kind.quantity in _DECREED - _DONE_TO):
        return kind.quantity == "queue_long_flag"
    if kind.quantity in _DONE_TO - {"queue_cleared"} and (negative or _is_of_nobody(scene, verb)):
        return True
    low, high = _clause(scene, verb)
    before = scene.words[low : verb.first]
    after = scene.words[verb.last : high]
    return (
        _is_conditional(before, scene.words[verb.first])
        or any(pair in _AVERTED for pair in itertools.pairwise(before[-5:]))
        or before[-1:] == ["with"]  # "a grey box with shut windows"
        or _is_of_old(scene)
        or (bool(set(before) & _NOTHING) and kind.quantity != "queue_cleared")
        or after[:1] == ["ли"]
        or (bool({"if", "если"} & set(after)) and bool({"would", "will", "may", "could", "might"} & set(before)))
        or (kind.quantity == "mass_exit_claim" and bool(set(before[-4:]) & _SINCE))
        or (scene.words[verb.first].endswith("ing") and bool({"would", "could", "might"} & set(after[:6])))
        or _is_wished(scene, verb, before)
        or _is_habit(before + after)
        or _is_talked_of(after)
    )


def _is_hypothetical(scene: Scene, verb: Cue) -> bool:
    """Tell whether an event stands under a condition: "if the crossing closes", "если переход закроют"."""
    low = scene.after_mark(verb.first, ",;:—–")
    if any(word in ("might", "could") for word in scene.before(verb.first, 3)):
        return True
    return any(word in ("if", "unless", "если", "whether") for word in scene.words[low : verb.first])


def _is_of_old(scene: Scene) -> bool:
    """Tell whether a sentence speaks of decades: "has not run since the 1990s"."""
    return any(
        _DECADE.fullmatch(token.text) and _follows(scene, n, ("s", "х", "е")) for n, token in enumerate(scene.tokens)
    ) or any(word in ("decades", "centuries", "десятилетий", "десятилетия") for word in scene.words)


def _follows(scene: Scene, at: int, endings: Sequence[str]) -> bool:
    return any(
        token.lower in endings and token.start - scene.tokens[at].end <= 1 for token in scene.tokens[at + 1 : at + 3]
    )


def _is_fiction(scene: Scene) -> bool:
    words = scene.words
    return not scene.amounts and (
        any(word.startswith(_FICTION) for word in words) or any(pair in _PLAYED for pair in itertools.pairwise(words))
    )


def _clause(scene: Scene, verb: Cue) -> tuple[int, int]:
    low = scene.after_mark(verb.first)
    high = next((n for n in range(verb.last, len(scene.tokens)) if scene.tokens[n].text in BREAKS), len(scene.tokens))
    return low, high


def _is_conditional(before: Sequence[str], word: str) -> bool:
    """Tell whether a verb stands under "if", or under "when" in the tense of what is always so."""
    if set(before) & _OPENS or before[:1] == ["should"] or (before[:1] == ["had"] and "would" in before):
        return True
    return bool(set(before) & _WHEN) and word in _GENERIC


def _is_wished(scene: Scene, verb: Cue, before: Sequence[str]) -> bool:
    """Tell whether somebody only asks for, threatens or debates an event: "demanded that Poland close its border"."""
    following = itertools.chain(before[1:], [""])
    near = [one for one, two in zip(before, following, strict=False) if two != "up"][-9:]  # not "called up"
    if before[:1] == ["чтобы"] or _is_under_modal(scene, verb, near):
        return True
    at = max((n for n, one in enumerate(near) if one.startswith(_WISHED) or one in _ASKED), default=-1)
    if at < 0:
        return False
    word = scene.words[verb.first]
    participle = word.endswith("ed") and near[at] in _ASKED  # "want the checkpoint opened"
    return bool(_TO_DO & set(near[at + 1 :])) or participle or word.endswith(("ть", "ться"))


def _is_under_modal(scene: Scene, verb: Cue, near: Sequence[str]) -> bool:
    """Tell whether a verb stands under "may", "could" or "would" (but "said it would close" tells of a plan)."""
    modals = [token for token in scene.tokens[max(verb.first - 4, 0) : verb.first] if token.lower in _MODAL]
    if not modals or modals[-1].text == "May" or {"not", "no", "never", "longer", "не"} & set(near[-4:]):
        return False
    promised = scene.has("say") or any(word.startswith(_PROMISED) for word in scene.words)
    return not (modals[-1].lower in ("would", "should") and promised and not _WISH & set(near))


def _is_habit(words: Sequence[str]) -> bool:
    seasonal = any(one in _EVERY and two.startswith(_SEASONS) for one, two in itertools.pairwise(words))
    return seasonal or bool(set(words) & _HABIT)


def _is_talked_of(after: Sequence[str]) -> bool:
    """Tell whether what was spoken of has been dropped or is being debated: "a ban is being debated", "was lifted"."""
    return bool(set(after[:12]) & _TALKED_OF)


def _is_of_nobody(scene: Scene, verb: Cue) -> bool:
    """Tell whether nobody is who it happened to: "no man has been turned back", "nobody was sent home"."""
    before = scene.before(verb.first, 6)
    return bool(set(before) & _NOTHING) or any(
        one == "no" and two in ("man", "men", "one", "person", "people", "notice", "notices", "papers")
        for one, two in itertools.pairwise(before)
    )
