"""What it is that opens, shuts, is handed out or sold out: the crossing itself, or a shop, a case, a window *at* the crossing.

A post that a preposition ties to another noun is where that thing stands, not what the verb speaks of. Without a parser
the noun phrase is walked back word by word from the post to what governs it.
"""

from __future__ import annotations

from collections.abc import Sequence

from borderflow.articles.cues import Cue
from borderflow.articles.scenes import BREAKS, Scene
from borderflow.articles.toponyms import Mention

__all__ = ["is_dated", "is_of_other_thing", "is_other_sense", "is_theme"]

_TIES = frozenset(
    ["at", "near", "on", "in", "by", "for", "of", "behind", "beside", "outside", "inside", "against", "about", "from", "to", "opposite", "before",
     "на", "у", "около", "возле", "при", "в", "рядом", "перед", "за", "о", "об", "для", "против", "с", "из", "от", "до"]
)  # fmt: skip
#: what is said of these is said of the post: "the Polish side of the crossing", "traffic over the bridge", "one of the posts"
_OF_POST = (
    "traffic", "movement", "passage", "side", "part", "section", "entrance", "exit", "entry", "barrier", "gate", "door", "road", "route", "work",
    "operation", "service", "access", "one", "two", "three", "four", "five", "six", "all", "both", "most", "none", "some", "any", "half", "each", "pair",
    "number", "series", "network", "crossing", "way", "closure", "closing", "opening", "re", "first", "second", "third", "last", "majority", "rest",
    "движени", "проезд", "проход", "пропуск", "сторон", "част", "участ", "въезд", "выезд", "работ", "дорог", "трасс", "шлагбаум", "ворот", "один", "одн", "два", "две",
    "три", "все", "оба", "обе", "больш", "половин", "закрыт", "открыт", "перекрыт", "запрет", "сообщени", "остальн", "некотор", "нескольк", "последн", "перв",
)  # fmt: skip
_TIME = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "yesterday", "tomorrow", "night", "morning", "evening",
         "noon", "midnight", "day", "days", "week", "weekend", "hours", "hour", "year", "month", "понедельник", "вторник", "сред", "четверг", "пятниц", "суббот",
         "воскресень", "сегодня", "вчера", "завтра", "утр", "вечер", "ноч", "полн", "полдн", "дн", "час", "недел", "год", "месяц", "сутк")  # fmt: skip
_NO_NOUN = frozenset(
    ["been", "be", "is", "are", "was", "were", "has", "have", "had", "will", "also", "again", "now", "then", "not", "only", "and", "or", "that", "which", "who",
     "there", "here", "it", "they", "them", "he", "she", "we", "said", "because", "up", "down", "out", "off", "early", "late", "once", "back", "fully",
     "и", "а", "но", "что", "который", "которая", "которые", "это", "он", "она", "они", "уже", "еще", "вновь", "снова", "был", "была", "были", "было", "не", "ее", "его",
     "их", "полностью", "частично", "временно", "ранее", "там", "здесь"]
)  # fmt: skip
_GENITIVE = frozenset(["поста", "пункта", "перехода", "терминала", "таможни", "погранперехода"])
_PASSIVE = frozenset(["be", "been", "being", "is", "are", "was", "were"])
_MARKS = frozenset(["«", "»", '"', "“", "”", "'", "-"])


_BE = frozenset(["be", "been", "being", "is", "are", "was", "were", "has", "have", "had", "will", "also", "now", "again", "still", "remains", "remained", "stays", "not", "never", "since", "then",
                 "остается", "остаются", "был", "была", "были", "было", "снова", "вновь", "уже", "еще", "опять", "никто", "не", "так", "и", "теперь", "пока"])  # fmt: skip
_BEFORE_OBJECT = frozenset([":", "the", "its", "their", "a", "свой", "свою", "having"])


def is_theme(scene: Scene, verb: Cue, one: Mention) -> bool:
    """Tell whether a place is itself what opens or shuts: "Kordai is open again", "reopened Desaguadero", "«Паэс» остаётся закрытым".

    A town is no post, but what is said to open or shut by a town's name is its post.
    """
    if one.best.kind not in ("city", "unknown", "crossing") or verb.kind not in ("close", "open"):
        return False
    if one.last <= verb.first:
        between = scene.words[one.last : verb.first]
        by_itself = (
            one.first == 0
            or scene.words[one.first - 1] not in _TIES - {"о", "об"}
            or scene.tokens[one.first - 1].text in _MARKS
        )
        return by_itself and len(between) <= 6 and all(word in _BE | _MARKS or word.endswith("ly") for word in between)
    between = scene.words[verb.last : one.first]
    passive = any(word in _PASSIVE for word in scene.before(verb.first, 3))
    return not passive and len(between) <= 3 and all(word in _BEFORE_OBJECT | _MARKS for word in between)


def is_dated(scene: Scene, verb: Cue) -> bool:
    """Tell whether a day follows a verb directly: of two verbs that say the same, this one says when."""
    return any(0 <= scene.token_at(one.start) - verb.last <= 2 for one in scene.dates)


def is_of_other_thing(scene: Scene, verb: Cue, post: Cue) -> bool:
    """Tell whether something else opens or shuts than the post: "the shop at the border post has closed"."""
    if post.first < verb.last and verb.first < post.last:
        return False
    if post.first >= verb.last:
        return _is_beside_object(scene, verb, post)
    return _is_beside_subject(scene, verb, post)


_NOT_OF_CALL_UP = frozenset(["about", "on", "for", "дня", "о", "об"])
_GOODS = frozenset(
    ["voters", "candidates", "guests", "members", "избирателей", "кандидатов", "goods", "products", "prices", "items", "food", "medicines", "товаров",
     "цен", "продуктов", "лекарств"]
)  # fmt: skip
_NO_TRAVELLERS = frozenset(
    ["ships", "vessels", "boats", "tankers", "planes", "customers", "patients", "shoppers", "applicants", "судов", "кораблей", "танкеров",
     "покупателей", "больных"]
)  # fmt: skip
_SHOWS = ("match", "concert", "hockey", "football", "theatre", "theater", "cinema", "festival", "opera", "ballet", "матч", "концерт", "хоккей", "хоккейн", "футбол",
          "театр", "кино", "фестивал", "опер", "балет", "спектакл")  # fmt: skip
_GUARDS = ("guard", "police", "border", "officer", "погран", "полици", "army", "команд")
_TRAVELLERS = ("car", "vehicle", "truck", "lorr", "bus", "coach", "van", "people", "men", "travel", "traffic", "motorist", "driver", "passenger", "famil", "refugee", "waiting",
               "машин", "авто", "фур", "грузов", "людей", "мужчин", "легков", "желающ", "выезжающ", "водител")  # fmt: skip
_STAFF = frozenset(
    ["drivers", "driver", "drivers'", "union", "staff", "crew", "crews", "водители", "водителей", "профсоюз"]
)
_UNTIL = frozenset(["until", "till", "from", "до", "с"])


def is_other_sense(scene: Scene, quantity: str, cues: Sequence[Cue]) -> bool:
    """Tell whether the words of an event mean something else here: notices about vaccination, a queue of ships."""
    verb = cues[0]
    if "-" in scene.tokens[verb.first].text and quantity.startswith("crossing"):
        return True  # "a closed-circuit camera"
    after = [set(scene.after(cue.last, 2)) for cue in cues]
    if quantity == "notices_served":
        return bool(_NOT_OF_CALL_UP & set(scene.after(cues[-1].last, 1)))
    if quantity == "exit_check_against_list":
        return any(words & _GOODS for words in after)
    if quantity in ("queue_cleared", "queue_long_flag"):
        lines = [cue.last for cue in scene.of("queue")]
        if any(_NO_TRAVELLERS & set(scene.after(at, 3)) for at in lines):
            return True
    if quantity == "queue_long_flag" and not _is_of_travellers(scene, cues):
        return True
    if quantity == "high_alert":
        return any(
            cues[0].first - 5 <= cue.first < cues[0].last and scene.words[cue.first].startswith(_GUARDS)
            for cue in scene.of("official")
        )
    if quantity == "tickets_sold_out":
        return any(word.startswith(_SHOWS) for word in scene.words)
    if quantity == "draft_office_open":  # its hours, not its opening: "works until eight"
        words = scene.after(verb.last, 2)
        return (
            scene.words[verb.first].startswith(("work", "работа"))
            and words[:1] != []
            and words[0] in _UNTIL
            and not scene.dates
        )
    if quantity.startswith("service") and any(words & _STAFF for words in after[1:]):
        return True  # "the bus drivers' union suspended its chairman"
    if quantity == "service_halted" and verb.kind == "nothing runs":
        return any(word in ("to", "reason", "plans", "причин") for word in scene.words[verb.first : verb.last])
    return False


def _is_of_travellers(scene: Scene, cues: Sequence[Cue]) -> bool:
    """Tell whether a line is one of cars or people: not "a long line of poplars", "очередь за хлебом"."""
    line = next((cue for cue in cues if cue.kind == "line of cars"), cues[0])
    tie, what = (scene.after(line.last, 2) + ["", ""])[:2]
    return tie not in ("of", "за", "for") or what.startswith(_TRAVELLERS) or what[:1].isdigit()


def _is_beside_subject(scene: Scene, verb: Cue, post: Cue) -> bool:
    """Tell whether the subject of a verb only stands at the post: "the post office at the border crossing reopened"."""
    if any(token.text in BREAKS for token in scene.tokens[post.last : verb.first]):
        return False
    following = scene.word(verb.last)
    if following in ("it", "them", "the", "its", "все", "его") and not _of_own_doors(scene, verb):
        return False  # "guards at the crossing closed it"
    if _is_owned(scene, post):
        return True
    tie = _tie_before(scene, post.first)
    while tie is not None:
        head = _word_before(scene, tie)
        if head is None:
            return False
        if _is_of_post(scene, head):
            return False
        if not _is_name(scene, head):
            return True
        tie = _tie_before(scene, head)
    return False


def _of_own_doors(scene: Scene, verb: Cue) -> bool:
    """Tell whether somebody shuts doors of their own: "the bank beside the gate shut its doors"."""
    return any(word in ("doors", "door", "gates", "двери") for word in scene.after(verb.last, 3))


def _is_beside_object(scene: Scene, verb: Cue, post: Cue) -> bool:
    """Tell whether a verb has another object, and the post is only where: "opened a bottle in front of the customs post"."""
    between = scene.words[verb.last : post.first]
    if any(word in _PASSIVE for word in scene.before(verb.first, 3)) and any(
        word in (",", ";", "and", "while") for word in between
    ):
        return True  # "a hall was taken out of service, and since then the post": a passive has no object
    at = next((n for n in range(post.first - 1, verb.last - 1, -1) if scene.words[n] in _TIES), None)
    if at is None:
        return False
    words = [token for token in scene.tokens[verb.last : at] if token.is_word]
    nouns = [
        token
        for token in words
        if not token.is_capital
        and token.lower not in _TIES | _NO_NOUN
        and not token.lower.startswith(_TIME)
        and not token.lower.startswith(_OF_POST)
        and not token.lower.endswith("ly")
    ]
    posts = any(verb.last <= cue.first < at for cue in scene.of("post"))
    return bool(nouns) and not posts and ":" not in between


def _is_owned(scene: Scene, post: Cue) -> bool:
    """Tell whether the genitive of a post depends on another noun: "дело начальника поста закрыли"."""
    at = post.first
    while at and (scene.tokens[at].text in _MARKS or scene.tokens[at].is_capital):
        at -= 1  # "поста «Озинки»"
    if scene.words[at] not in _GENITIVE or not at:
        return False
    before = scene.tokens[at - 1]
    if before.lower.endswith(("ого", "его", "ой", "ей")):
        before = scene.tokens[max(at - 2, 0)]
    plain = before.is_word and not before.is_capital and before.lower not in _TIES | _NO_NOUN
    return plain and not before.lower.startswith((*_OF_POST, *_TIME))


def _tie_before(scene: Scene, at: int) -> int | None:
    """Return the preposition that governs the noun phrase ending at a token, at most six words back."""
    for n in range(at - 1, max(at - 7, -1), -1):
        token = scene.tokens[n]
        if token.lower in _TIES:
            return n
        if token.text in BREAKS or token.lower in _NO_NOUN:
            return None
    return None


def _word_before(scene: Scene, at: int) -> int | None:
    """Return the word before a preposition; None where the phrase opens the clause ("At the border ...")."""
    n = at - 1
    while n >= 0 and (scene.tokens[n].text in _MARKS or scene.words[n] in ("front", "in", "the")):
        n -= 1
    if n < 0 or scene.tokens[n].text in BREAKS or not scene.tokens[n].is_word:
        return None
    token = scene.tokens[n]
    if token.lower in _NO_NOUN or token.lower.startswith(_TIME) or token.lower.endswith(("ly", "ed")):
        return None
    return n


def _is_name(scene: Scene, at: int) -> bool:
    return (at > 0 and scene.tokens[at].is_capital) or any(one.first <= at < one.last for one in scene.mentions)


def _is_of_post(scene: Scene, at: int) -> bool:
    if scene.words[at].startswith(_OF_POST):
        return True
    named = any(one.first <= at < one.last and one.best.kind == "crossing" for one in scene.mentions)
    return named or any(cue.first <= at < cue.last for cue in scene.of("post"))
