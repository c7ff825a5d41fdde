"""People counted who cross no border: residents, victims, those displaced at home, patients, men of some age."""

from __future__ import annotations

from borderflow.articles.numbers import Amount
from borderflow.articles.scenes import Scene

__all__ = ["is_bystander", "is_of_town"]

_AGE_WORDS = frozenset({"under", "below", "older", "younger", "aged", "старше", "младше", "моложе"})
_PART = frozenset({"including", "includes", "include", "included", "among", "включая", "числе"})
_OF_A_TOWN = ("patient", "student", "pupil", "spectator", "fan", "runner", "worker", "employee", "guest", "зрител", "болельщик", "рабоч", "школьник", "пациент",
              "студент", "первоклассник", "работник")  # fmt: skip


def is_of_town(scene: Scene, amount: Amount) -> bool:
    """Tell whether people are of a town, no border being spoken of: "the hospital received 1,150 patients"."""
    bordered = scene.has("post", "call up") or scene.names("country", "crossing")
    return amount.noun.startswith(_OF_A_TOWN) and not bordered


def is_bystander(scene: Scene, amount: Amount, quantity: str) -> bool:
    """Tell whether a number is one of people who do not move."""
    moved = quantity.endswith("_*") or quantity in ("asylum_applications", "shelter_used")
    people = amount.dimension in ("person", "bare")
    return (
        _is_of_age(scene, amount)
        or _is_of_residents(scene, amount, quantity)
        or (moved and _is_of_others(scene, amount))
        or (people and any(0 <= cue.first - amount.noun_end <= 2 for cue in scene.of("harm")))
        or any(-5 <= cue.first - amount.first < 0 for cue in scene.of("clinic"))
    )


def _is_of_age(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is an age: "men under 65", "half of them are under 18"."""
    at = scene.token_at(amount.start)
    people = scene.before(at, 2)
    if scene.words[at] in _AGE_WORDS:
        people.append(scene.words[at])
    if amount.value <= 110 and amount.hedge in ("up to", "over") and not _OF_AGE.isdisjoint(people):
        return True
    return amount.dimension == "bare" and amount.value <= 100 and people[-1:] != [] and people[-1] in _AGE_WORDS


_OF_AGE = frozenset(["men", "women", "people", "those", "males", "мужчин", "мужчины", "лиц"])


def _is_of_residents(scene: Scene, amount: Amount, quantity: str) -> bool:
    """Tell whether a number is how many live somewhere: "the town of 40,000", "home to around 40,000", "2.5 million inhabitants"."""
    homes = scene.of("home")
    at = scene.token_at(amount.start)
    if amount.dimension in ("person", "bare") and any(
        0 <= at - cue.last <= 2 and scene.words[cue.first].startswith(_LIVES) for cue in homes
    ):
        return True  # "в республике проживали 120 тысяч человек"
    if any(
        (0 <= amount.first - cue.last <= 2 and cue.last - cue.first > 1)
        or amount.last <= cue.first < amount.noun_end + 1
        for cue in homes
    ):
        return True
    near = any(-6 <= cue.first - amount.first <= 3 for cue in homes)
    moved = any(abs(cue.first - amount.noun_end) <= 3 for cue in scene.of("enter", "leave"))
    return quantity.endswith("_*") and near and not moved


_LIVES = ("прожива", "живут", "живет", "жили", "жило", "населени")


def _is_of_others(scene: Scene, amount: Amount) -> bool:
    """Tell whether people counted are victims, displaced at home, moved by others, or a part named in brackets."""
    if any(-4 <= cue.first - amount.first < 0 or 0 <= cue.first - amount.noun_end <= 3 for cue in scene.of("harm")):
        return True
    if any(0 <= cue.first - amount.noun_end <= 3 for cue in scene.of("registered only")):
        return True
    if any(-2 <= cue.last - amount.first <= 0 for cue in scene.of("detain")):
        return True  # "detained 340 Syrians who entered by side roads"
    if _is_of_displaced(scene, amount) or _stays_inside(scene, amount):
        return True
    if any(-1 <= cue.first - amount.noun_end <= 4 for cue in scene.of("displaced")) and not scene.has("enter", "cross"):
        return True
    near = [cue for cue in scene.of("displaced", "moved") if -4 <= cue.first - amount.noun_end <= 6]
    if near and not any(0 <= cue.first - amount.noun_end <= 3 for cue in scene.of("enter", "leave")):
        return True
    before = [token.text for token in scene.tokens[: amount.first]]
    words = scene.before(amount.first, 4)
    if any(word in _PART for word in words[-3:]) or words[-2:] in (["group", "of"], ["groups", "of"], ["группа", "из"]):
        return True  # "including 70 children"
    if before.count("(") <= before.count(")"):
        return False
    at = len(before) - 1 - before[::-1].index("(")
    opened = scene.tokens[at].start
    if at == amount.first - 1 and any(
        one.last == at and one.best.kind in ("crossing", "city") for one in scene.mentions
    ):
        return False  # "most came through Hamdayet (27,533)"
    closed = next((n for n in range(at, len(scene.tokens)) if scene.tokens[n].text == ")"), at)
    if any(opened < one.start < scene.tokens[closed].start for one in scene.dates):
        return False  # "1,215 on 5 May (4 May: 980)"
    return not any(0 <= opened - one.end <= 2 for one in scene.dates)  # "on Monday (4,210)" is no aside


def _is_of_displaced(scene: Scene, amount: Amount) -> bool:
    """Tell whether a number is that of people displaced at home: "the number of displaced in the country rose to 1.2 million"."""
    before = [cue for cue in scene.of("displaced") if 0 <= amount.first - cue.last <= 10]
    return any(
        not any(cue.first <= other.first <= amount.noun_end + 2 for other in scene.of("enter", "leave", "cross"))
        and not any(token.is_number for token in scene.tokens[cue.last : scene.token_at(amount.start)])
        for cue in before
    )


def _stays_inside(scene: Scene, amount: Amount) -> bool:
    """Tell whether people only left their homes, not the country: "forced to flee their homes"."""
    if scene.has("enter", "cross"):
        return False
    for cue in scene.of("leave"):
        following = scene.after(cue.last, 3)
        near = -3 <= cue.first - amount.noun_end <= 8
        if (
            near
            and following[:1] in (["their"], ["свои"], ["свой"])
            and following[1:2]
            and following[1].startswith(("home", "house", "village", "дом", "жил"))
        ):
            return True
    return False
