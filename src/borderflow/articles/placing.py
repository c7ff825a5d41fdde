"""Which place and which window a figure or an event belongs to."""

from __future__ import annotations

import itertools
from typing import Literal, NamedTuple

from borderflow.articles.memory import Memory
from borderflow.articles.scenes import CLAUSES, Scene
from borderflow.articles.toponyms import Mention

__all__ = ["Family", "Site", "choose_place", "is_by_the_way", "is_nationality", "suits"]

Family = Literal["entry", "exit", "post", "route", "country", "town", "host"]

_ROLE_VALUE: dict[Family, dict[str, float]] = {
    "entry": {"to": 1.5, "at": 1.5, "via": 1.2, "": 0.6, "from": -5.0, "with": -3.0},
    "town": {"to": 1.3, "at": 1.5, "via": 0.4, "": 0.7, "from": -2.0, "with": -3.0},
    "exit": {"from": 1.2, "via": 1.5, "at": 1.0, "": 0.6, "to": -0.5, "with": -1.0},
    "post": {"at": 1.5, "via": 1.5, "": 0.9, "to": 0.6, "from": 0.2, "with": -1.5},
    "route": {"to": 1.0, "from": 1.0, "at": 0.3, "via": 0.0, "": 0.2, "with": 0.8},
    "host": {"at": 1.5, "": 0.8, "to": 0.2, "via": 0.4, "from": -3.0, "with": -3.0},
    "country": {"": 1.0, "to": 1.0, "at": 0.8, "from": 0.5, "via": -1.0, "with": -1.0},
}
_KIND_VALUE: dict[Family, dict[str, float]] = {
    "entry": {"crossing": 1.3, "city": 1.0, "region": 0.2, "country": 0.5, "derived": -1.6},
    "town": {"city": 1.4, "crossing": 1.2, "unknown": 1.0, "region": 0.4, "country": 0.0, "derived": -1.8},
    "host": {"crossing": 0.8, "city": 0.8, "unknown": 0.6, "region": 0.4, "country": 1.2, "derived": -1.6},
    "exit": {"crossing": 1.2, "city": 0.6, "region": 0.2, "country": 0.4, "derived": -1.6},
    "post": {"crossing": 1.8, "city": 0.9, "unknown": 0.7, "region": 0.0, "country": -0.4, "derived": -2.0},
    "route": {"city": 1.0, "crossing": 0.2, "region": 0.5, "country": 0.3, "derived": -2.0},
    "country": {"country": 1.5, "derived": -0.3, "region": 0.0, "city": -0.8, "crossing": -1.0},
}


class Site(NamedTuple):
    """The places chosen: one, or the two ends of a route; ``sure`` is False where an earlier sentence named it."""

    mentions: tuple[Mention, ...]
    sure: bool
    link: str = " - "


def choose_place(scene: Scene, family: Family, segment: tuple[int, int], at: int, memory: Memory) -> Site | None:
    """Return the place that a figure at token ``at`` belongs to."""
    if family == "route" and (routes := scene.routes()):
        best_route = min(
            routes, key=lambda one: (not segment[0] <= one.goal.first < segment[1], abs(one.goal.first - at))
        )
        if not _nearer_goal(scene, best_route.goal, segment, at):
            return Site((*best_route.origins, best_route.goal), True)
    own = any(segment[0] <= one.first < segment[1] and one.best.kind != "derived" for one in scene.mentions)
    if memory.posts and family in ("entry", "exit", "post") and not own and _is_through_it(scene, segment):
        return Site((memory.posts[-1],), True)
    best, most = None, -0.5
    for mention in scene.mentions:
        value = suits(scene, mention, family, segment, at)
        if value > most:
            best, most = mention, value
    if family == "post" and (shared := _shared_border(scene)) is not None:
        return Site((shared,), True)
    if family == "post" and best is not None and is_by_the_way(scene, best, at) and (kept := _place_before(memory)):
        return Site((kept,), False)  # "the driver, from Samara, has waited for 30 hours": at the post named before
    if family == "post" and memory.posts and (_is_this_post(scene, segment) or _is_there(scene, segment)):
        return Site((memory.posts[-1],), True)
    if (
        family == "post"
        and best is not None
        and _is_direction(scene, best)
        and (kept := _post_of_side(scene, best, memory))
    ):
        return Site((kept,), False)  # "130 lorries waited to enter Kazakhstan": at the post just named
    if best is not None and best.best.kind == "derived" and (headed := _headed(family, memory)) is not None:
        return headed  # "the Thai authorities recorded 340 entries", below the heading of a post
    if best is not None and family in ("entry", "exit") and memory.place is not None and memory.counted_lately():
        between = [one for one in scene.amounts if at < one.first < best.first and one.dimension in ("person", "bare")]
        if between and best.first >= segment[1]:
            return Site((memory.place,), False)  # "88,600 followed, 85,584 of them over the bridges at Cúcuta"
    if best is not None:
        countries = _countries_with(scene, best) if family == "entry" and best.best.kind == "country" else (best,)
        return Site(countries, True, ", " if len(countries) > 1 else " - ")
    kinds = ("country", "region") if family == "country" else ("country",)
    spoken = [mention for mention in scene.mentions if mention.best.kind in kinds and scene.speaks(mention)]
    if not spoken and family in ("entry", "exit"):  # "the Kazakh interior ministry said 98,000 had come"
        spoken = list(scene.officials)
    if spoken and (family != "country" or at not in scene.rates):
        return Site((spoken[0],), True)  # "Georgia's ministry said 4,000 had come"
    return _remembered(scene, family, memory)


def _place_before(memory: Memory) -> Mention | None:
    """Return the post named a few sentences ago, or, where none was named at all, the town."""
    if memory.posts:
        return memory.posts[-1]
    return memory.towns[-1] if memory.towns else memory.dateline


def _shared_border(scene: Scene) -> Mention | None:
    """Return the first country of "the border between Haiti and the Dominican Republic", where no post is named."""
    words = scene.words
    for one in scene.mentions:
        before = words[max(one.first - 4, 0) : one.first]
        if (
            one.best.kind == "country"
            and {"between", "между"} & set(before)
            and any(word.startswith(("border", "границ", "frontier")) for word in before)
        ):
            return None if scene.names("crossing") else one
    return None


def _is_this_post(scene: Scene, segment: tuple[int, int]) -> bool:
    """Tell whether a figure's own words point back to a post: "через этот пост", "through that crossing"."""
    words = scene.words[segment[0] : segment[1]]
    if {"latter", "последнем"} & set(words[:4]):
        return True
    return any(
        one in ("этот", "этом", "тот", "this", "that", "same") and (two in _POST or two in ("пост", "пункт", "кпп"))
        for one, two in itertools.pairwise(words)
    )


def _is_through_it(scene: Scene, segment: tuple[int, int]) -> bool:
    """Tell whether people went "through it", the post named before: "через него проехали"."""
    words = scene.words[segment[0] : segment[1]]
    return any(
        pair in (("через", "него"), ("через", "нее"), ("through", "it"), ("over", "it"))
        for pair in itertools.pairwise(words)
    )


def _is_there(scene: Scene, segment: tuple[int, int]) -> bool:
    """Tell whether a figure's own words say "there" of the post just named (not "there were")."""
    words = scene.words[segment[0] : segment[1] + 1]
    return not scene.names("crossing") and any(
        one == "там" or (one == "there" and two not in ("is", "are", "was", "were", "has", "have", "had", "will"))
        for one, two in itertools.pairwise(words)
    )


_HOME_OF = ("hospital", "clinic", "driver", "resident", "student", "family", "man", "woman", "worker", "relatives", "company", "school", "university",
            "водител", "житель", "жительниц", "больниц", "студент", "семь", "мужчин", "женщин", "предпринимател", "пенсионер", "учител", "врач")  # fmt: skip


def is_by_the_way(scene: Scene, one: Mention, at: int) -> bool:
    """Tell whether a town only says where somebody comes from or was: "a driver from Samara", "a hospital in Peshawar"."""
    if one.best.kind not in ("city", "region", "unknown", "country"):
        return False
    before = scene.before(one.first, 4)
    if one.role == "from" and _is_home_of_one(scene, one):
        return True  # "Wilmer Castro, 44, a coffee picker from David", "a dentist from Homs", "Olga, from Kaliningrad"
    return one.role in ("from", "at", "to") and any(word.startswith(_HOME_OF) for word in before) and one.first < at


_RUNNING = frozenset(
    ["bus", "train", "flight", "ferry", "queue", "line", "convoy", "column", "route", "road", "coach", "minibus", "group", "family", "wave"]
)  # fmt: skip


def _is_home_of_one(scene: Scene, one: Mention) -> bool:
    """Tell whether one person comes from a place: after a name, or after "a" and a noun for somebody."""
    if any(one.first - 9 <= person < one.first for person in scene.people):
        return True
    before = scene.tokens[max(one.first - 4, 0) : one.first - 1]
    words = [token.lower for token in before]
    if words[-1:] == [","] and before[-2:] and before[-2].is_capital:
        return True
    return any(word in ("a", "an") for word in words[-3:-1]) and words[-1] not in _RUNNING


def _post_of_side(scene: Scene, best: Mention, memory: Memory) -> Mention | None:
    """Return the post whose side or direction a country names: the last one, a town where no post was named."""
    if best.best.kind != "derived":
        return memory.post_lately()
    if memory.posts and memory.post_at >= memory.number - 5:
        return memory.posts[-1]
    if memory.towns:
        return memory.towns[-1] if not memory.posts else None
    return memory.dateline if not memory.posts and not memory.is_of_capital() else None


def _is_direction(scene: Scene, one: Mention) -> bool:
    """Tell whether a country only says where people wanted to go or came from."""
    accusative = one.role == "at" and scene.words[one.last - 1][-1:] in "уюн" and scene.words[one.last - 1] >= "а"
    after = scene.word(one.last)
    if one.best.kind == "derived":
        return after in _OF_SIDE
    return one.best.kind == "country" and (one.role in ("to", "from") or accusative)


_OF_SIDE = frozenset(
    ["side", "bank", "post", "checkpoint", "gate", "barrier", "сторону", "стороне", "берегу", "посту", "постом", "пост"]
)  # fmt: skip


def _countries_with(scene: Scene, one: Mention) -> tuple[Mention, ...]:
    """Return the list of countries that a country stands in: one total for "Georgia, Kazakhstan and Finland"."""
    mentions = [mention for mention in scene.mentions if mention.best.kind == "country"]
    at = mentions.index(one)
    first = last = at
    while first and _in_list(scene, mentions[first - 1], mentions[first]):
        first -= 1
    while last + 1 < len(mentions) and _in_list(scene, mentions[last], mentions[last + 1]):
        last += 1
    return tuple(mentions[first : last + 1])


def _in_list(scene: Scene, one: Mention, other: Mention) -> bool:
    gap = scene.words[one.last : other.first]
    if scene.tokens[other.last - 1].text.endswith(("'s", "’s")) or scene.speaks(other):
        return False  # "into Syria, Lebanon's disaster unit said"
    return 0 < len(gap) <= 2 and all(word in (",", "and", "и") for word in gap) and one.role == other.role


def _nearer_goal(scene: Scene, end: Mention, segment: tuple[int, int], at: int) -> bool:
    """Tell whether a destination of its own stands nearer than the end of the route: "a fare to Dubai"."""
    goals = [
        one
        for one in scene.mentions
        if one.role in ("to", "at")
        and one.first > end.first
        and one.first < at
        and not (one.best.kind == "country" and one.first - end.last <= 2)  # "to Uralsk in Kazakhstan"
    ]
    return any(segment[0] <= one.first < segment[1] for one in goals)


def suits(scene: Scene, mention: Mention, family: Family, segment: tuple[int, int], at: int) -> float:
    """Return how well a place of the sentence suits a figure of some kind at token ``at``, as the rules see it."""
    kind = mention.best.kind
    after = scene.word(mention.last)
    if kind == "derived" and after in ("border", "side", "frontier", "territory", "soil", "стороне", "территории"):
        kind = "country"
    value = _ROLE_VALUE[family].get(mention.role, 0.0) + _KIND_VALUE[family].get(kind, 0.0)
    head = _is_head(scene, mention, at)  # "Mongolia, which asks for no visa, has recorded 5,240 arrivals"
    value += 2.0 if head or segment[0] <= mention.first < segment[1] else 0.0
    value -= min(abs(mention.first - at), 30) / 12
    value += mention.best.score - 0.8
    low, high = min(mention.last, at), max(mention.first, at)
    if family == "post" and kind == "country" and mention.role in ("to", "from"):
        value -= 1.0
    if family == "post" and kind in ("country", "derived") and _is_towards(scene, mention):
        value -= 4.0
    if family == "entry" and mention.role == "with" and scene.words[max(mention.first - 2, 0)].startswith("границ"):
        value += 3.5  # "пересекли границу с Таджикистаном": they came into it
    if at in scene.rates and not head:  # a number, no verb: "Latvia, where 14 were turned back"
        value -= 0.6 * any(token.text == "," for token in scene.tokens[low:high])
    if scene.speaks(mention):
        far = family in ("entry", "exit", "host") and kind in ("city", "unknown") and not _is_his(scene)
        value -= 6.0 if scene.is_of_medium(mention) or far else 2.5
    if not head and _is_of_side_clause(scene, mention, at):
        value -= 2.5
    if family == "post" and mention.role == "with" and _is_at_border(scene, mention):
        value += 3.0
    fled = scene.before(mention.first, 2)
    if family == "country" and {"fleeing", "fled", "бегущим", "бежавшим", "бежавших"} & set(fled):
        value -= 3.0  # protection "for people fleeing Albania" is not Albania's
    label = [token.text for token in scene.tokens[mention.last : mention.last + 2] if token.text not in '»”"']
    if mention.first <= 2 and label[:1] == [":"] and family in ("post", "town", "entry"):
        value += 2.5  # "Dojran: the post has been closed"
    if family == "post" and _is_sent_to(scene, mention):
        value -= 6.0
    if after == "instead" or any(word in _EXCEPT for word in scene.before(mention.first, 5)):
        value -= 6.0
    if is_nationality(scene, mention):
        value -= 9.0
    if (
        family in ("entry", "town", "host")
        and kind in ("city", "unknown")
        and is_by_the_way(scene, mention, len(scene.tokens))
    ):
        value -= 3.0  # "most have relatives in Kajiado"
    return value


def _is_towards(scene: Scene, mention: Mention) -> bool:
    """Tell whether a country only says which way: "in the direction of Kazakhstan", "в направлении Казахстана"."""
    before = scene.before(mention.first, 3)
    return any(word.startswith(("направлени", "сторону", "direction", "towards", "bound")) for word in before)


def _is_his(scene: Scene) -> bool:
    """Tell whether who speaks does so of his own parts: "the commissioner of Nsanje put arrivals in his district at"."""
    return any(
        word in ("his", "her", "their", "its", "our", "его", "ее", "их", "своем", "нашем") for word in scene.words
    )


def _is_of_side_clause(scene: Scene, mention: Mention, at: int) -> bool:
    """Tell whether a place is the subject of another clause: "were closed after Russia directed migrants to the border"."""
    before = scene.before(mention.first, 2)
    while before and before[-1] in ("the", ","):
        before.pop()
    following = scene.after(mention.last, 2)
    verb = any(
        word.endswith("ed") or word in ("has", "had", "was", "is", "will", "began", "said", "shut", "cut")
        for word in following
    )
    return bool(before) and before[-1] in CLAUSES and verb and at < mention.first


def _is_at_border(scene: Scene, mention: Mention) -> bool:
    """Tell whether "on the border with Latvia" says where, no other country being named."""
    before = scene.before(mention.first, 4)
    alone = not any(one.best.kind in ("country", "crossing") for one in scene.mentions if one != mention)
    return (
        alone
        and any(word.startswith(("границ", "border", "frontier")) for word in before)
        and any(word in ("на", "at", "on") for word in before)
    )


def _is_sent_to(scene: Scene, mention: Mention) -> bool:
    """Tell whether people were sent back to a place: "отправили обратно в Улан-Удэ"."""
    before = scene.before(mention.first, 2)
    return before[:1] in (["обратно"], ["back"], ["home"], ["домой"]) and before[1:] in (["в"], ["на"], ["to"])


def _is_head(scene: Scene, mention: Mention, at: int) -> bool:
    """Tell whether a place is the subject of the words at ``at``, beyond a relative clause of its own."""
    following = scene.after(mention.last, 2)
    if (
        mention.first > 1
        or following[:1] != [","]
        or following[1:] not in (["which"], ["where"], ["которая"], ["который"])
    ):
        return False
    ends = [n for n in range(mention.last + 2, at) if scene.tokens[n].text == ","]
    return len(ends) == 1 and at - ends[0] <= 6


def is_nationality(scene: Scene, mention: Mention) -> bool:
    """Tell whether a place says whose citizens people are: "9,870 Russian citizens", "6450 граждан России"."""
    before = scene.before(mention.first, 3)
    while before[-1:] in (["of"], ["the"]):
        before = before[:-1]
    if before and before[-1].startswith(_CITIZENS):
        return True
    if mention.best.kind != "derived":
        return False
    if scene.words[mention.last - 1].endswith(_PEOPLE):
        return True  # "Russians", "россиян"
    after = scene.word(mention.last)
    counted = any(one.last <= mention.first < one.noun_end for one in scene.amounts if one.dimension == "person")
    return counted or after.startswith(_CITIZENS)


_EXCEPT = frozenset({"except", "excluding", "besides", "кроме", "исключением"})
_PEOPLE = ("ans", "zens", "lis", "shis", "яне", "ян", "янам", "янами", "нцы", "нцев", "нцам", "нцами")
_CITIZENS = ("citizen", "national", "holder", "passport", "граждан", "подданн", "выходц", "жител")


def _meant(scene: Scene, memory: Memory) -> Mention | None:
    """Return the place that a noun with "the" points back to: "the country", "the town", "the checkpoint"."""
    words = set(scene.words)
    if memory.countries and any(
        one.lower in ("its", "their", "his", "ее", "его")
        and two.lower.startswith(("border", "frontier", "territor", "границ", "территор"))
        for one, two in itertools.pairwise(scene.tokens)
    ):
        return memory.countries[-1]
    regions = [one for one in memory.towns if one.best.kind == "region"]
    for nouns, kept in ((_REGION, regions), (_TOWN, memory.towns), (_POST, memory.posts), (_COUNTRY, memory.countries)):
        if kept and words & nouns:
            return kept[-1]
    return None


_REGION = frozenset(
    {"region", "republic", "province", "область", "области", "регион", "регионе", "республику", "республике"}
)
_COUNTRY = frozenset({"country", "страну", "страны", "стране", "страна", "republic", "республику", "республики"})
_TOWN = frozenset({"town", "city", "village", "settlement", "город", "города", "городе", "поселке", "село", "селе"})
_POST = frozenset(
    {"crossing", "checkpoint", "post", "terminal", "bridge", "переход", "переходе", "пост", "посту", "пункте"}
)


_HEADED: dict[Family, tuple[str, ...]] = {
    "post": ("crossing", "city", "unknown"),
    "town": ("crossing", "city", "unknown"),
    "entry": ("crossing", "city", "unknown", "region", "country"),
    "exit": ("crossing", "city", "unknown", "region", "country"),
    "host": ("crossing", "city", "unknown", "region", "country"),
    "country": ("country",),
    "route": (),
}


def _about(memory: Memory) -> Site | None:
    """Return the country whose call-up it is: the one that a sentence just before was about, else that of the dateline."""
    about = memory.subject if memory.subject_at >= memory.number - 2 else memory.home
    return Site((about,), False) if about is not None else None


def _headed(family: Family, memory: Memory) -> Site | None:
    """Return the place of the heading above, unless a post or town was named since."""
    head = memory.headed
    below = head is not None and head.best.kind == "country" and family in ("post", "town")
    if head is None or not (below or head.best.kind in _HEADED[family]):
        return None
    since = any(one.start > memory.headed_till for one in (*memory.posts, *memory.towns))
    return None if since else Site((head,), False)


def _remembered(scene: Scene, family: Family, memory: Memory) -> Site | None:
    if (headed := _headed(family, memory)) is not None:
        return headed
    if family == "country":
        return _about(memory)
    here = memory.dateline if not memory.is_of_capital() or not memory.towns else None
    if here is not None and family in ("post", "town", "entry") and here.best.kind in ("city", "crossing"):
        named = bool(memory.posts or memory.towns) and (family != "post" or memory.posts)
        if any(word in ("here", "здесь") for word in scene.words) or (not named and family != "entry"):
            return Site((here,), False)
    if family != "route" and (meant := _meant(scene, memory)) is not None:
        return Site((meant,), False)
    if family == "route":
        return Site((*memory.routes[-1].origins, memory.routes[-1].goal), False) if memory.routes else None
    if family == "post" and memory.queued is not None and memory.counted_lately():
        return Site((memory.queued,), False)  # "the cars at Bavet stood for 3 km; a driver said he had waited 10 hours"
    if family == "post":
        recent = memory.posts or memory.towns or memory.countries
        if memory.posts and memory.towns and memory.towns[-1].start > memory.posts[-1].start + 1500:
            recent = memory.towns
        if not recent:
            return None
        # those who wait for a ferry or a train wait where it leaves from
        by_timetable = memory.routes[-1:] if memory.service in ("ferry", "train", "flight") else []
        start = next((one.origins[0] for one in by_timetable if one.goal == recent[-1] and one.origins), recent[-1])
        return Site((start,), False)
    if family == "host" and (kept := memory.host or memory.home) is not None:
        return Site((kept,), False)
    if family == "town" and (near := sorted((*memory.posts, *memory.towns), key=lambda mention: mention.start)):
        return Site((near[-1],), False)
    later = bool(memory.posts) and memory.post_at >= memory.number - 2
    if memory.place is not None and not (
        later and family in ("entry", "exit") and memory.posts[-1].start > memory.place.end
    ):
        return Site((memory.place,), False)
    to = [one for one in memory.countries if one.role != "from"] if family in ("entry", "host") else []
    if to and not memory.posts and not memory.towns:
        return Site((to[-1],), False)  # "an influx from South Sudan" is about where it goes
    pool = sorted((*memory.posts, *memory.towns, *memory.countries), key=lambda mention: mention.start)
    return Site((pool[-1],), False) if pool else None
