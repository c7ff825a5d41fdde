"""Whether words say that something happened, or only that it may, will, should or would: such a figure is no report."""

from __future__ import annotations

from borderflow.articles.cues import Cue
from borderflow.articles.kinds import FigureKind
from borderflow.articles.numbers import Amount
from borderflow.articles.scenes import BREAKS, Scene

__all__ = ["is_unreal"]

_MAY = frozenset(["may", "might", "could", "может", "могут", "могли", "мог"])
_WILL = frozenset(
    ["will", "would", "shall", "should", "'ll", "won't", "can", "cannot", "can't", "будет", "будут", "сможет", "смогут", "должен", "должны",
     "должно", "станет", "станут", "предстоит", "сумеют", "хотят", "хочет", "намерены", "намерен", "планируют", "планирует", "собираются",
     "готовы", "готов", "готова", "рассчитывают", "надеются"]
)  # fmt: skip
_TOWARDS = frozenset(
    ["expected", "likely", "due", "set", "about", "ready", "prepared", "preparing", "prepares", "plan", "plans", "planned", "planning", "hope",
     "hopes", "hoping", "hoped", "want", "wants", "wanted", "wanting", "intend", "intends", "wish", "wishing", "seeking", "aims", "going",
     "willing", "desperate", "eager", "promised", "promises", "agreed", "offered", "pledged", "forecast", "projected", "slated", "bound",
     "designed", "supposed", "able", "capacity", "how", "entitled", "eligible", "permission", "chance", "right", "approved", "order", "threatened", "decide", "choose"]
)  # fmt: skip
_DONE = frozenset(
    ["allowed", "permitted", "managed", "able", "forced", "began", "begun", "started", "continue", "continued", "continues", "helped", "had",
     "made", "obliged", "compelled", "cleared", "let", "began", "starting", "continuing"]
)  # fmt: skip
_DRIVEN = (
    "forc", "prompt", "caus", "driv", "drove", "compel", "led", "leading", "sent", "sending", "allow", "enabl", "permit", "let", "made", "help",
    "push",
)  # fmt: skip
_PAST = frozenset(
    ["went", "took", "came", "left", "drove", "ran", "paid", "flew", "rode", "swam", "got", "fled", "were", "was", "have"]
)  # fmt: skip
_IF = frozenset(["if", "unless", "whether", "lest", "если", "ли", "когда-нибудь"])
#: what is said of these is what it is: plans, sizes and prices
_NEVER = ("mobilised_planned", "capacity", "shelter_capacity")
#: of these, "will take" and "can take" say how it is now
_STANDING = ("wait_hours", "queue", "price", "throughput")


def is_unreal(scene: Scene, amount: Amount, kind: FigureKind, cue: Cue | None) -> bool:
    """Tell whether a figure stands under "may", "will", "expected to" or "if"."""
    if kind.quantity.startswith(_NEVER) or kind.counts[0] in ("RUB", "place"):
        return False
    standing = any(word in kind.quantity for word in _STANDING)
    if cue is not None and _is_under(scene, amount, cue, _MAY if standing else _MAY | _WILL, towards=not standing):
        return True
    low = scene.after_mark(amount.first)
    return any(word in _IF for word in scene.words[low : amount.first])


def _is_under(scene: Scene, amount: Amount, cue: Cue, modals: frozenset[str], *, towards: bool) -> bool:
    """Tell whether a modal stands at the verb of a figure: "20,000 people may cross", "is expected to receive 5,000"."""
    if cue.first >= amount.last:
        start, end = amount.noun_end, cue.first
        if end - start > 7:
            return False
    elif 0 <= amount.first - cue.last <= 7:
        start, end = max(cue.first - 4, 0), cue.first
    else:
        return False
    words = scene.tokens[start:end]
    stop = max((n + 1 for n, token in enumerate(words) if token.text in BREAKS), default=0)
    if cue.first < amount.first:
        words = (*words, *scene.tokens[cue.last : amount.first])
    found = [token for token in words[stop:] if token.text in modals or token.lower in modals - {"may"}]
    if found:
        return True
    before = scene.words[start:end]
    if not towards or before[-1:] != ["to"]:
        return False
    if any(word.startswith(_DRIVEN) for word in scene.before(amount.first, 6)):
        return False  # "forcing an estimated 10,000 people to flee"
    near = set(before[-5:-1])
    return bool(near & _TOWARDS) or not (
        near & _DONE or any(word.endswith("ed") or word in _PAST for word in before[:-1])
    )
