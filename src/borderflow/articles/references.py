"""Openings and closings that are only referred to, asked about, wished for or feared; and from when a closing counts."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

from borderflow.articles.cues import Cue
from borderflow.articles.kinds import EventKind
from borderflow.articles.memory import Memory
from borderflow.articles.scenes import Scene

__all__ = [
    "DECIDED",
    "following",
    "is_for_some",
    "is_of_post_before",
    "is_open",
    "is_reference",
    "lasting",
    "since_decree",
]


DECIDED = frozenset(
    ["entry_ban", "exit_ban_men", "crossing_closed", "crossing_opened", "access_restricted", "service_halted", "foot_allowed", "bicycle_allowed"]
)  # fmt: skip


_BE = frozenset({"is", "are", "was", "were", "very", "so", "too", "quite", "lies", ","})


_NOT_YET = frozenset(
    ["agreed", "agree", "promised", "want", "wants", "wanted", "hope", "hopes", "hoped", "urged", "asked", "threatened", "refused", "demanded",
     "calls", "call", "called", "pressure", "pledged", "ready", "willing", "offered", "appealed", "begged", "possible", "need", "needs"]
)  # fmt: skip


_NOT_DONE = frozenset(
    [("ruled", "out"), ("rules", "out"), ("ruling", "out"), ("intention", "of"), ("plans", "for"), ("short", "of"), ("decided", "against"),
     ("instead", "of"), ("rather", "than"), ("threat", "of"), ("threatened", "with"), ("talk", "of"), ("fear", "of"), ("fears", "of"),
     ("calls", "for"), ("called", "for"), ("risk", "of"), ("possibility", "of"), ("вместо", "того"), ("речь", "о"), ("возможности", "закрыть"),
     ("threatening", "to"), ("failed", "to"), ("tried", "to"), ("consider", "whether"), ("debate", "on"), ("considering", "the"), ("considers", "the")]
)  # fmt: skip


_ORDINALS = {
    "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "второй": 2, "третий": 3, "четвертый": 4, "пятый": 5, "шестой": 6, "седьмой": 7, "третьи": 3, "вторые": 2,
}  # fmt: skip


_PRONOUNS = frozenset(["it", "they", "which", "он", "она", "оно", "его", "ее", "который", "которая"])


def is_of_post_before(scene: Scene, kind: EventKind, verb: Cue, memory: Memory) -> bool:
    """Tell whether a closing is that of a post named before: "It had been closed since Monday", "..., and reopened on Friday"."""
    if kind.quantity not in ("crossing_closed", "crossing_opened"):
        return False
    before = scene.before(verb.first, 6)
    while before and (before[-1] in _AUXILIARY or before[-1].endswith("ly")):
        before.pop()
    bare = not any(word[0].isalnum() for word in before)
    if bare and memory.headed is not None and memory.headed.best.kind == "crossing":
        return True  # "Koidula", and on a line below "Closed since 14 May"
    if (bare or before[-1] in _MOVEMENT) and memory.post_lately() is not None and not scene.mentions:
        return True  # "...; reopening announced for 16 March", "движение открыли вновь"
    named = [one for one in scene.mentions if one.best.kind == "crossing" and one.last <= verb.first]
    if named:
        return bool(before) and before[-1] in _PRONOUNS | {"and", "but", "и", "затем", "then"}
    return bool(before) and before[-1] in _PRONOUNS and memory.post_lately() is not None


_MOVEMENT = frozenset(["traffic", "движение", "проезд", "пропуск", "movement", "passage"])
_AUXILIARY = frozenset(
    ["had", "has", "have", "is", "was", "were", "are", "been", "be", "to", "will", "since", "now", "then", "again", "also", "too", "снова", "вновь",
     "был", "была", "было", "был", "уже", "only", "just"]
)  # fmt: skip


def is_for_some(scene: Scene, cue: Cue) -> bool:
    """Tell whether a border is closed only to some, which is a ban: "close its border to", "закрыть границу для"."""
    after = scene.word(cue.last)
    return cue.kind != "ban" or after in ("to", "for", "для") or scene.words[cue.last - 1] in ("to", "for", "для")


def is_open(scene: Scene, cue: Cue) -> bool:
    """Tell whether a cue is only asked about: "without saying when service might resume"."""
    before = set(scene.before(cue.first, 4))
    return bool(before & {"when", "whether", "if", "might", "may", "когда"})


def is_reference(scene: Scene, kind: EventKind, verb: Cue) -> bool:
    """Tell whether a closing or an opening is only referred to: "at the closed crossings", "before the opening"."""
    if kind.quantity == "service_halted":
        nouns = ("bus", "tram", "train", "coach", "truck", "rest")
        return scene.words[verb.first] in ("stop", "stops") and scene.word(verb.first - 1) in nouns
    if kind.quantity not in ("crossing_closed", "crossing_opened"):
        return False
    return (
        _is_undecided(scene, verb)
        or _is_adjective(scene, verb)
        or _is_of_work(scene, verb)
        or _is_of_hours(scene, verb)
        or _is_not_done(scene, verb)
        or (kind.quantity == "crossing_opened" and _is_no_earlier(scene, verb))
        or _is_only_dated_by(scene, verb)
    )


def _is_adjective(scene: Scene, verb: Cue) -> bool:
    """Tell whether "open" or "close" only describes something: "very close to the border", "a conference on open borders"."""
    word, last, after = scene.words[verb.first], scene.word(verb.first - 1), scene.word(verb.last)
    if word == "close":
        return after == "to" and last in _BE
    if word in ("closed", "open") and last in ("the", "at", "a", "an") and after != ".":
        return True
    of_post = verb.first > 0 and any(cue.first == verb.last for cue in scene.of("post"))
    return word == "open" and of_post and last not in _BE | {"to", "will", "would", "and"}


def _is_of_work(scene: Scene, verb: Cue) -> bool:
    """Tell whether a post is only said to work: "the two posts were open", "OPEN: Sarpi, Sadakhlo", "переход открыт"."""
    word, last, after = scene.words[verb.first], scene.word(verb.first - 1), scene.word(verb.last)
    alone = verb.last - verb.first == 1
    if word == "open":
        to_some = alone and after in ("only", "to")  # "would be open only to lorries": to whom, is another matter
        return to_some or after == ":" or (alone and last in _BE | _REMAINS and after != "again")
    return (
        word in ("открыт", "открыта", "открыто", "открыты")
        and not scene.dates
        and last not in ("вновь", "снова", "был", "были", "»")
        and not any(one.last == verb.first for one in scene.mentions)
    )


def _is_of_hours(scene: Scene, verb: Cue) -> bool:
    """Tell whether it is how a post works: that it shuts at night, on which days or at which hours it is open."""
    following = scene.after(verb.last, 2)
    if following[:1] == ["overnight"] or following in (["на", "ночь"], ["at", "night"], ["for", "the"]):
        return True
    return scene.words[verb.first] == "opening" and following[:1] != [] and following[0] in _HOURS


def _is_not_done(scene: Scene, verb: Cue) -> bool:
    """Tell whether it was ruled out, agreed to, or is only spoken of: "have ruled out closing it", "had agreed to reopen it"."""
    wider = scene.before(verb.first, 6)
    pairs = list(itertools.pairwise(wider))
    if any(pair in _NOT_DONE for pair in pairs[-3:]):
        return True
    if any(one in ("before", "until", "after", "once") and two in ("they", "it", "these", "its") for one, two in pairs):
        return True  # "a few hours before they closed", "a month after it had been shut"
    if "when" in wider and _OF_OTHER_TIMES & set(wider[wider.index("when") :]):
        return True  # "when the border had first been opened", "when traffic would resume"
    if "когда" in wider and scene.words[verb.first].startswith(("откро", "закро")):
        return True
    return wider[-1:] == ["to"] and len(wider) > 1 and wider[-2] in _NOT_YET


def _is_no_earlier(scene: Scene, verb: Cue) -> bool:
    """Tell whether nobody says when: "will open no earlier than May"."""
    pairs = itertools.pairwise(scene.after(verb.last, 4))
    return any(pair in (("не", "раньше"), ("not", "before"), ("no", "earlier"), ("не", "ранее")) for pair in pairs)


def _is_only_dated_by(scene: Scene, verb: Cue) -> bool:
    """Tell whether a closing only says when something else was: "before the opening", "после закрытия"."""
    word = scene.words[verb.first]
    named = word.startswith(("clos", "open", "reopen", "re-open", "закрыти", "открыти")) and word.endswith(
        ("ing", "ure", "тия", "тии", "тию", "тием")
    )
    return named and not _DATES_BY.isdisjoint(scene.before(verb.first, 3))


_REMAINS = frozenset(["remain", "remains", "remained", "stay", "stayed", "kept", "keep"])
_HOURS = frozenset(["day", "days", "hours", "times", "time", "ceremony"])
_OF_OTHER_TIMES = frozenset(["had", "would", "will", "might", "may", "could"])
_DATES_BY = frozenset(
    ["before", "after", "since", "until", "day", "до", "после", "перед", "накануне", "сроках", "сроки"]
)
_GROUNDS = frozenset(
    ["decision", "decisions", "plan", "plans", "reason", "reasons", "grounds", "need", "intention", "оснований", "причин", "планов",
     "необходимости", "решения", "решений", "намерений"]
)  # fmt: skip
_TALKED_OF = frozenset(
    ["discussed", "rejected", "considered", "debated", "proposed", "обсуждали", "обсуждалось", "отклонили"]
)
_SAID_OF = frozenset(["was", "were", "been", "being", "but", "is", "обсуждалось", "обсуждали"])


def _is_undecided(scene: Scene, verb: Cue) -> bool:
    """Tell whether nobody decided on it: "no decision to close", "closing X was discussed but rejected", "оснований ... нет"."""
    before = scene.before(verb.first, 8)
    if any(one == "no" and two in _GROUNDS for one, two in itertools.pairwise(before)):
        return True
    following = scene.after(verb.last, 9)
    if set(before[-3:]) & _GROUNDS and {"нет", "отсутствуют"} & set(following):
        return True
    acted = scene.words[verb.first] in ("closing", "reopening", "opening", "closure", "закрытие", "открытие")
    return acted and bool(_TALKED_OF & set(following)) and bool(_SAID_OF & set(following))


def following(scene: Scene) -> Iterator[Cue]:
    """Yield where a sentence says that another place will do the same: "Medininkai is to follow on 1 May"."""
    for n, (one, two) in enumerate(itertools.pairwise(scene.tokens)):
        set_down = one.lower == "will" or (one.lower == "to" and n and scene.words[n - 1] in ("is", "are", "due"))
        if set_down and two.lower == "follow" and (n + 2 >= len(scene.tokens) or _ends(scene, n + 2)):
            yield Cue("follow", n, n + 2, one.start, two.end)


def _ends(scene: Scene, at: int) -> bool:
    """Tell whether a verb has no object: a stop, or a day, comes after it."""
    return scene.words[at] in (".", ",", ";", "on", "in", "from", "next", "later", "soon", "tomorrow")


def lasting(scene: Scene, kind: EventKind, verb: Cue) -> dt.timedelta:
    """Return how long a closing has lasted: "closed for a fifth day running", "has been closed for nine days"."""
    if kind.quantity not in ("crossing_closed", "service_halted"):
        return dt.timedelta()
    following = scene.after(verb.last, 7)
    for at, word in enumerate(following[:-1]):
        if word in _ORDINALS and following[at + 1] in ("day", "straight", "consecutive", "день", "сутки"):
            return dt.timedelta(days=_ORDINALS[word] - 1)
    before = set(scene.before(verb.first, 4))
    spans = [
        one
        for one in scene.amounts
        if one.dimension == "time" and verb.last <= one.first <= verb.last + 3 and one.value % 24 == 0
    ]
    if spans and before & {"been", "now", "остается"} and "for" in following[:2]:
        return dt.timedelta(days=int(spans[0].value // 24) - 1)
    return dt.timedelta()


def since_decree(scene: Scene, kind: EventKind, day: dt.date) -> dt.date:
    """Return the day from which a rule holds, not before the decree that makes it: "с понедельника", published on Sunday."""
    if kind.quantity not in DECIDED or not scene.has("decree"):
        return day
    made = [one.first for one in scene.dates if day < one.first <= scene.published and one.role == "day"]
    return day + dt.timedelta(days=7) if made and (scene.published - day).days < 7 else day
