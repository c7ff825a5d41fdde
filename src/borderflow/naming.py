"""What a name may mean: the places of a scenario first, then countries, then GeoNames; in any script, inflected or not.

Russian names are compared by their stems as well ("в Верхнем Ларсе" is Верхний Ларс). A stem is the word without its
case ending, so it matches a little too much; such a match scores 0.9.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

from borderflow.errors import ScenarioError
from borderflow.ledger import place_key
from borderflow.places import cyrillic_names, normalise_name, places_named
from borderflow.scenario import Place, Scenario, read_places, shipped

__all__ = ["Named", "Names", "resolve_place", "shipped_names", "to_latin"]

Source = Literal["scenario", "country", "crossings", "GeoNames", "text"]

_KINDS = {
    "crossing": "crossing",
    "origin": "region",
    "gateway": "city",
    "airport": "city",
    "hub": "city",
    "entry": "country",
}
_ENDINGS = (
    "иями", "ыми", "ими", "ого", "его", "ому", "ему", "ами", "ями", "иях", "ией", "иям", "ой", "ей", "ый", "ий", "ая", "яя", "ое", "ее",
    "ую", "юю", "ых", "их", "ым", "им", "ом", "ем", "ах", "ях", "ов", "ев", "ия", "ию", "ии", "ие", "а", "я", "о", "е", "у", "ю", "ы", "и", "ь", "й",
)  # fmt: skip
_PLAIN_ENDINGS = frozenset(ending.replace("й", "и") for ending in _ENDINGS)
_CYRILLIC = re.compile("[а-яіїєґ]")


class Named(NamedTuple):
    """A place that a name may mean, how well the name fits (0 to 1), and where it was found."""

    id: str
    name: str
    country: str
    kind: str
    score: float
    source: Source
    population: int = 0


@lru_cache(maxsize=100_000)
def stem(key: str) -> str:
    """Return a normalised name without Russian case endings.

    Examples
    --------
    >>> stem("верхнего ларса") == stem("верхнии ларс"), stem("грузию") == stem("грузия"), stem("narva")
    (True, True, 'narva')
    """
    return " ".join(_stem(word) for word in key.split())


def _stem(word: str) -> str:
    if not _CYRILLIC.search(word):
        return word
    word = word.replace("й", "и")
    for length in range(min(4, len(word) - 2), 0, -1):
        if word[-length:] in _PLAIN_ENDINGS:
            return word[:-length]
    return word


@lru_cache(maxsize=1)
def _country_rows() -> tuple[tuple[str, str, str], ...]:
    text = (files("borderflow") / "data" / "country_names.csv").read_text(encoding="utf-8")
    return tuple((row["iso2"], row["kind"], row["name"]) for row in csv.DictReader(io.StringIO(text)))


@lru_cache(maxsize=1)
def _english() -> dict[str, str]:
    names: dict[str, str] = {}
    for iso, kind, name in _country_rows():
        if kind == "name":
            names.setdefault(iso, name)
    return names


@lru_cache(maxsize=1)
def _gazetteer_stems() -> dict[str, tuple[str, ...]]:
    """Stems of all Cyrillic names of the gazetteer, and the names that have them."""
    found: dict[str, list[str]] = {}
    for key in cyrillic_names():
        found.setdefault(" ".join(map(_stem, key.split())), []).append(key)
    return {one: tuple(sorted(keys)) for one, keys in found.items()}


@lru_cache(maxsize=1)
def _listed_crossings() -> dict[str, list[tuple[Named, tuple[str, ...]]]]:
    """Well-known crossings, and regions in the news, by every spelling (general knowledge; names, no coordinates)."""
    text = (files("borderflow") / "data" / "crossings.csv").read_text(encoding="utf-8")
    found: dict[str, list[tuple[Named, tuple[str, ...]]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        key = normalise_name(row["name"])
        names = [row["name"], *filter(None, row["alternates"].split("|"))]
        latin = [name for name in names if not _CYRILLIC.search(name.casefold())]
        for name in names:
            # a post is shown with the side that the article names: "Ninotsminda / Bavra"
            alike = (one for one in latin if sound(one) == sound(name))
            other = name if name in latin else next(alike, latin[min(1, len(latin) - 1)])
            shown = row["name"] if sound(other) == sound(row["name"]) else f"{row['name']} / {other}"
            one = Named(key.replace(" ", "-"), shown, row["countries"][:2], row["kind"], 1.0, "crossings")
            for form in {normalise_name(name), stem(normalise_name(name))}:
                found.setdefault(form, []).append((one, tuple(latin)))
    return found


_SOUNDS = (
    ("shch", "s"), ("sch", "s"), ("sh", "s"), ("kh", "h"), ("ch", "c"), ("zh", "z"), ("ts", "c"), ("ck", "k"), ("q", "k"), ("x", "ks"),
    ("w", "v"), ("j", "i"), ("y", "i"), ("ph", "f"),
)  # fmt: skip
_LATIN = {"а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k", "л": "l", "м": "m",
          "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
          "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya"}  # fmt: skip


def _latin(text: str) -> str:
    return "".join(_LATIN.get(letter, letter) for letter in text)


def to_latin(text: str) -> str:
    """Return a Russian name in Latin letters, as maps write it.

    Examples
    --------
    >>> to_latin("Медыка")
    'Medyka'
    """
    return _latin(text.casefold().replace("ё", "е")).title()


def sound(name: str) -> str:
    """Return how a name sounds, roughly: consonants, and a star for vowels, so that spellings of one name agree.

    Examples
    --------
    >>> sound("Storskog") == sound("Сторскуг"), sound("Лухамаа") == sound("Luhamaa")
    (True, True)
    """
    word = re.sub(r"(.)\1+", r"\1", _latin(normalise_name(name)).replace(" ", ""))
    for letters, one in _SOUNDS:
        word = word.replace(letters, one)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiou]+", "*", word)).rstrip("*")


class Names:
    """An index of names: those of some scenarios (or of their places alone), countries, and the gazetteer.

    Examples
    --------
    >>> from borderflow.scenario import load
    >>> names = Names([load("russia-2022")])
    >>> [(one.id, one.source) for one in names.look_up("Верхнего Ларса")][:1]
    [('verkhny-lars', 'scenario')]
    >>> names.look_up("Гельсингфорс"), names.look_up("Эстонией")[0].country
    ([], 'EE')
    """

    def __init__(self, scenarios: Iterable[Scenario] = (), places: Iterable[Place] = ()) -> None:
        self._own: dict[str, list[Named]] = {}
        for place in itertools.chain(*(scenario.places for scenario in scenarios), places):
            for name in _names_of(place):
                self._add(name, place)

    def _add(self, name: str, place: Place) -> None:
        key = normalise_name(name)
        population = place.population or 0
        shown = (
            f"{place.name} / {place.name_other_side}"
            if place.name_other_side and place.kind == "crossing"
            else place.name.removesuffix(" airport")
        )
        for form, score in ((key, 1.0), (stem(key), 0.95)):
            entry = Named(place.id, shown, place.country, _KINDS.get(place.kind, "city"), score, "scenario", population)
            known = self._own.setdefault(form, [])
            if all(one.id != place.id for one in known):
                known.append(entry)

    @cached_property
    def _countries(self) -> dict[str, Named]:
        found: dict[str, Named] = {}
        for iso, kind, name in _country_rows():
            key = normalise_name(name)
            for form in (key, stem(key)):
                score = 1.0 if kind == "name" else 0.6
                known = found.get(form)
                if known is None or known.score < score:
                    found[form] = Named(
                        iso, _english()[iso], iso, "country" if kind == "name" else "derived", score, "country"
                    )
        return found

    @cached_property
    def _sounds(self) -> dict[str, Named]:
        """Crossings by their sound, for names written in another script than any list has them in."""
        found: dict[str, Named] = {}
        listed = ((key, [self._own_or(*entry) for entry in entries]) for key, entries in _listed_crossings().items())
        for key, ones in (*self._own.items(), *listed):
            for one in ones:
                if one.kind == "crossing" and len(form := sound(key)) >= 5:
                    found.setdefault(form, one._replace(score=0.85))
        return found

    def _own_or(self, one: Named, spellings: Iterable[str]) -> Named:
        """Return the scenario's own post where it has one of the spellings of a listed one."""
        own = (mine for name in spellings for mine in self._own.get(normalise_name(name), ()))
        return next((mine._replace(score=0.95) for mine in own if mine.kind == "crossing"), one)

    def sounding_like(self, name: str) -> list[Named]:
        """Return the crossing whose name sounds like a name in any script.

        Examples
        --------
        >>> [one.name for one in shipped_names().sounding_like("Сторскуг")]
        ['Borisoglebsk / Storskog']
        """
        one = self._sounds.get(sound(name)) if len(name) >= 5 else None
        return [] if one is None else [one]

    def country(self, name: str) -> Named | None:
        """Return the country that a name or an adjective stands for."""
        key = normalise_name(name)
        return self._countries.get(key) or self._countries.get(stem(key)) if key else None

    def state(self, code: str) -> Named | None:
        """Return the country of two letters: "KG" is Kyrgyzstan."""
        return self.country(_english().get(code, ""))

    @lru_cache(maxsize=50_000)  # noqa: B019  (lives as long as the index does)
    def look_up(self, name: str) -> list[Named]:
        """Return what a name may mean, the likeliest first."""
        key = normalise_name(name)
        if not key:
            return []
        form = stem(key)
        if key.endswith(("ок", "ек")):
            form = key[:-2] + "к"  # "у Озинок" is Озинки
        found = [*self._own.get(key, ())] or [*self._own.get(form, ())]
        # a crossing goes before the town or the region that shares its name
        found.sort(key=lambda one: (one.kind != "crossing", -one.score))
        if not any(one.kind == "crossing" for one in found):
            listed = _listed_crossings()
            found += [
                self._own_or(*entry)
                for entry in (listed.get(key) or listed.get(form, []))[:1]
                if not found or entry[0].kind == "crossing"
            ]
        country = self.country(name)
        if country is not None:
            found = [country, *found] if country.score == 1.0 else [*found, country]
        keys = {key: 1.0}
        if _CYRILLIC.search(key) and not places_named(key):
            keys |= dict.fromkeys(_gazetteer_stems().get(form, ()), 0.9)
            keys |= dict.fromkeys((one for one in _nominatives(key) if one in cyrillic_names()), 0.9)
        towns = [
            Named(str(place.geonameid), place.name, place.country, "city", score, "GeoNames", place.population)
            for one, score in keys.items()
            for place in places_named(one)
        ]
        towns.sort(key=lambda one: (-one.score, -one.population))
        return [*found, *towns[:5]]


def _nominatives(key: str) -> set[str]:
    """Return what a Russian name may be in the nominative: "дубая" of "дубаи", "ишкашиме" of "ишкашим"."""
    found: set[str] = set()
    for length in (1, 2):
        if len(key) - length >= 3 and key[-length:] in _CASES:
            found |= {key[:-length] + ending for ending in ("", "а", "я", "ь", "и", "й", "о", "е", "ы")}
    return found - {key}


_CASES = frozenset({"а", "я", "у", "ю", "е", "ы", "и", "ом", "ем", "ой", "ей", "ью", "ах", "ям"})


def _names_of(place: Place) -> set[str]:
    names = {place.name, place.name_local}
    for part in re.split(r"[/(),]", place.name_other_side):
        names.add(part)
    names |= {re.sub(r"\(.*?\)", "", name) for name in names}
    if place.kind in ("entry", "haven"):
        return set()  # places for accounting only, with names of countries and of the towns beside them
    countries = set(_english().values())  # "Sculeni (Romania)" does not make Romania a post
    return {name.strip() for name in names if name.strip() and name.strip() not in countries}


@lru_cache(maxsize=1)
def shipped_names() -> Names:
    """Return the index of all shipped scenarios, countries and the gazetteer."""
    found: list[Place] = []
    for folder in shipped().values():
        try:
            found += read_places(folder)
        except ScenarioError:  # a scenario that is being edited must not stop the reading of an article
            continue
    return Names(places=found)


def _within(name: str, names: Names) -> list[Named]:
    """Return places that a longer description names: "Finland-Russia land border" is about Finland."""
    words = re.findall(r"[^\W\d_]+", name)
    for size in range(len(words), 0, -1):
        for first in range(len(words) - size + 1):
            if words[first][0].isupper() and (one := names.look_up(" ".join(words[first : first + size]))):
                return [
                    entry._replace(score=0.7 * entry.score) for entry in one if entry.source != "GeoNames" or size > 1
                ]
    return []


def resolve_place(
    name: str, *, scenario: Scenario | None = None, names: Names | None = None, country: str | None = None
) -> tuple[Named, ...]:
    """Return the places that the name of a claim may mean, the likeliest first: scenario, countries, then GeoNames.

    Both sides of a post name it; asides in brackets are left out. A description that is no name ("Finland-Russia land
    border") stands for the first place of the scenario or country that it names, at a lower score. ``names`` is an
    index to use again, where many names are looked up; that of all shipped scenarios where neither is given.

    Examples
    --------
    >>> from borderflow.scenario import load
    >>> resolve_place("Torfyanovka / Vaalimaa", scenario=load("russia-2022"))[0].id
    'torfyanovka'
    >>> resolve_place("Georgia (all crossings)")[0].kind, resolve_place("Тбилиси")[0].name
    ('country', 'Tbilisi')
    """
    if names is None:
        names = shipped_names() if scenario is None else Names([scenario])
    found: dict[tuple[str, str], Named] = {}
    for side in (name, *place_key(name).split(" / ")):
        for one in names.look_up(side):
            if country is None or one.country == country or one.source == "scenario":
                found.setdefault((one.source, one.id), one)
    if not found:
        for one in _within(name, names):
            found.setdefault((one.source, one.id), one)
    order: Sequence[Source] = ("scenario", "country", "crossings", "GeoNames", "text")
    return tuple(
        sorted(found.values(), key=lambda one: (order.index(one.source) if one.kind != "derived" else 9, -one.score))
    )
