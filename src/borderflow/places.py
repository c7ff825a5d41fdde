"""Places: a gazetteer searched in any script, distances, countries, clocks and borders.

Nothing is read when the module is imported; each table is read on first use and kept.

Sources and licences of the files in ``borderflow/data``:

``gazetteer.csv.gz`` and ``countries.csv``
    GeoNames (https://www.geonames.org), Creative Commons Attribution 4.0, cut and trimmed by
    ``tools/make_gazetteer.py``. Populations carry no date.
``borders.json.gz``
    Natural Earth (public domain) as packed with QGIS, redrawn by ``tools/make_borders.py`` after United Nations
    practice; the file carries its own disclaimer, which any map drawn from it should show.

Clocks come from the IANA time zone database through :mod:`zoneinfo`. Systems without one (Windows, bare containers)
need the PyPI package ``tzdata``.
"""

from __future__ import annotations

import csv
import difflib
import gzip
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np
from numpy.typing import ArrayLike, NDArray

from borderflow.errors import UsageError, suggest

__all__ = [
    "EARTH_RADIUS_KM",
    "Candidate",
    "GazetteerPlace",
    "country_name",
    "cyrillic_names",
    "find_places",
    "great_circle_km",
    "iso3",
    "load_borders",
    "load_gazetteer",
    "local_hour_offset",
    "normalise_name",
    "places_named",
]

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth, (2a + b) / 3 of GRS 80 (Moritz 2000, Journal of Geodesy 74, 128-133)."""

_WORST_CLOSE_MATCH = 0.7  # difflib ratio below which two names are taken for different names
_SHORTLIST = 60  # names compared letter by letter after the bigram filter
_UNFOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ə": "a"})
_APOSTROPHES = re.compile("['`´ʹʺʻʼʽʾʿˈ‘’′″\"“”]")
_PLAIN_CYRILLIC = re.compile("[а-яё]+")
_BARE_CYRILLIC = str.maketrans("ёй", "еи")
_OTHER_SCRIPT = re.compile("[\u0370-\u1dff\u2c80-\uffff]")  # neither Latin letters nor their marks
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_NOT_LETTERS = re.compile(r"[\W_]+")


class GazetteerPlace(NamedTuple):
    """One populated place of the gazetteer.

    ``country`` is ISO 3166-1 alpha-2, ``admin1`` GeoNames' code of the first-level division (FIPS-like, not ISO
    3166-2), ``time_zone`` an IANA name (the clock in use there), ``population`` undated and 0 where unknown.
    """

    geonameid: int
    name: str
    latitude: float
    longitude: float
    country: str
    admin1: str
    population: int
    time_zone: str
    alternates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A place that a name may mean, how well the name fits (0 to 1), and the spelling that fitted."""

    place: GazetteerPlace
    score: float
    matched_name: str


def great_circle_km(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> NDArray[np.float64]:
    r"""Great-circle distance in km between points given in degrees.

    .. math:: d = 2 R \arcsin \sqrt{\sin^2\tfrac{\Delta\phi}{2}
              + \cos\phi_1 \cos\phi_2 \sin^2\tfrac{\Delta\lambda}{2}}

    on a sphere of mean Earth radius; against the ellipsoid the error stays below about 0.6 %.

    Parameters
    ----------
    lat1, lon1, lat2, lon2 : array_like
        Latitudes and longitudes in degrees; shapes broadcast against each other.

    Returns
    -------
    numpy.ndarray
        Distances in km, of the broadcast shape.

    References
    ----------
    R. W. Sinnott (1984), Virtues of the haversine. Sky and Telescope 68 (2), 159.

    Examples
    --------
    >>> round(float(great_circle_km(55.75, 37.62, 41.69, 44.83)))  # Moscow to Tbilisi
    1648
    """
    phi1, lam1, phi2, lam2 = (np.radians(np.asarray(angle, dtype=np.float64)) for angle in (lat1, lon1, lat2, lon2))
    chord = np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin((lam2 - lam1) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0))), dtype=np.float64)


def normalise_name(text: str) -> str:
    """Reduce a name to what is compared: no case, diacritics, apostrophes or punctuation.

    Examples
    --------
    >>> normalise_name("Kamʼianets-Podilskyi"), normalise_name("ÅLESUND"), normalise_name("Орёл")
    ('kamianets podilskyi', 'alesund', 'орел')
    """
    plain = text.casefold()
    if plain.isascii() and plain.isalpha():
        return plain
    if _PLAIN_CYRILLIC.fullmatch(plain):
        return plain.translate(_BARE_CYRILLIC)
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_UNFOLDED)
        bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
        text = unicodedata.normalize("NFC", bare)
    return _NOT_LETTERS.sub(" ", _APOSTROPHES.sub("", text.casefold())).strip()


@lru_cache(maxsize=1)
def load_gazetteer() -> tuple[GazetteerPlace, ...]:
    """Every place of the shipped gazetteer, in order of its GeoNames id.

    Examples
    --------
    >>> [place.name for place in load_gazetteer() if place.country == "GE" and place.population > 200_000]
    ['Tbilisi']
    """
    packed = (files("borderflow") / "data" / "gazetteer.csv.gz").read_bytes()
    rows = csv.reader(gzip.decompress(packed).decode("utf-8").splitlines())
    next(rows)
    return tuple(
        GazetteerPlace(
            int(i), name, float(lat), float(lon), iso, adm, int(pop), zone, tuple(alt.split("|")) if alt else ()
        )
        for i, name, lat, lon, iso, adm, pop, zone, alt in rows
    )


@lru_cache(maxsize=1)
def load_borders() -> dict[str, Any]:
    """Borders of Europe, North Africa and Asia for a regional map, in degrees of longitude and latitude.

    Returns
    -------
    dict
        ``countries`` (``id``, ``name``, ``rings``: outer rings counter-clockwise, each followed by its holes,
        clockwise), ``boundaries``, ``disputed`` and ``coast`` (polylines), ``admin1`` (``country``, ``lines``),
        ``disclaimer``, ``sources``. A boundary is in only one of the lists of lines: disputed ones are to be dashed.
        The dictionary is shared by all callers: do not change it.

    Examples
    --------
    >>> sorted(load_borders())
    ['admin1', 'boundaries', 'coast', 'countries', 'disclaimer', 'disputed', 'sources']
    """
    packed = (files("borderflow") / "data" / "borders.json.gz").read_bytes()
    borders: dict[str, Any] = json.loads(gzip.decompress(packed))
    return borders


class _NameIndex:
    """Normalised names, the places that bear them, and one 64-bit set of letter pairs for each name."""

    def __init__(self, places: tuple[GazetteerPlace, ...]) -> None:
        self.bearers: dict[str, list[int]] = {}
        for number, place in enumerate(places):
            for key in {normalise_name(name) for name in (place.name, *place.alternates)}:
                self.bearers.setdefault(key, []).append(number)

    @cached_property
    def keys(self) -> list[str]:
        return list(self.bearers)

    @cached_property
    def pairs(self) -> NDArray[np.uint64]:
        return _letter_pairs(self.keys)

    def close_keys(self, key: str) -> list[tuple[float, str]]:
        """Names alike to ``key`` with their difflib ratio; letter pairs in common choose whom to compare."""
        wanted = _letter_pairs([key])[0]
        common = np.bitwise_count(self.pairs & wanted).astype(np.float64)
        alike = 2 * common / (np.bitwise_count(self.pairs) + np.bitwise_count(wanted))
        shortlist = np.argsort(-alike, kind="stable")[:_SHORTLIST]
        compared = difflib.SequenceMatcher(autojunk=False)
        compared.set_seq2(key)
        found = []
        for number in shortlist:
            compared.set_seq1(self.keys[number])
            if (ratio := compared.ratio()) >= _WORST_CLOSE_MATCH and ratio < 1:
                found.append((ratio, self.keys[number]))
        return found


def _letter_pairs(keys: list[str]) -> NDArray[np.uint64]:
    # All keys in one array of code points, so that half a million names take milliseconds.
    joined = np.frombuffer(("\0" + "\0".join(keys) + "\0").encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    bits = np.left_shift(np.uint64(1), (joined[:-1] * np.uint64(31) + joined[1:] * np.uint64(17)) % np.uint64(61))
    starts = np.flatnonzero(joined[:-1] == 0)
    return np.bitwise_or.reduceat(bits, starts)


@lru_cache(maxsize=1)
def _name_index() -> _NameIndex:
    return _NameIndex(load_gazetteer())


def find_places(name: str, *, country: str | None = None, limit: int = 5) -> list[Candidate]:
    """Places that a name may mean, the likeliest first; the caller chooses, or asks.

    A name equal to the main or any alternate name (after :func:`normalise_name`) scores 1. Names that are only close
    score nine tenths of their difflib ratio. Larger populations come first among equals. Names are looked up as
    given: an inflected form ("в Верхнем Ларсе") is at best a close match.

    Parameters
    ----------
    name : str
        In any script the gazetteer holds.
    country : str, optional
        ISO 3166-1 alpha-2 code to search in.
    limit : int
        Largest number of candidates.

    Raises
    ------
    UsageError
        If the country code is unknown or ``limit`` is below 1.

    Examples
    --------
    >>> [(c.place.name, c.place.country, c.score) for c in find_places("тбилиси", limit=1)]
    [('Tbilisi', 'GE', 1.0)]
    >>> [c.place.country for c in find_places("Donetsk", limit=2)]  # one in Ukraine, one in Russia
    ['UA', 'RU']
    """
    if limit < 1:
        raise UsageError(f"limit: got {limit}, wanted 1 or more")
    iso2 = None if country is None else _country(country)[0]
    key = normalise_name(name)
    if not key:
        return []
    places, index = load_gazetteer(), _name_index()
    scores = {number: (1.0, key) for number in index.bearers.get(key, ()) if iso2 in (None, places[number].country)}
    if len(scores) < limit:
        for ratio, close in index.close_keys(key):
            for number in index.bearers[close]:
                if iso2 in (None, places[number].country) and scores.get(number, (0.0,))[0] < 0.9 * ratio:
                    scores[number] = (round(0.9 * ratio, 4), close)
    ranked = sorted(scores, key=lambda number: (-scores[number][0], -places[number].population, number))
    return [Candidate(places[n], scores[n][0], _spelling(places[n], scores[n][1])) for n in ranked[:limit]]


def places_named(key: str) -> list[GazetteerPlace]:
    """Places that bear exactly a name, given as `normalise_name` writes it; the most populous first.

    Examples
    --------
    >>> [place.country for place in places_named("narva")]
    ['EE']
    """
    places = load_gazetteer()
    known = (
        _bearers("latin") if key.isascii() else _bearers("cyrillic") if _CYRILLIC.search(key) else _name_index().bearers
    )
    return sorted((places[n] for n in known.get(key, ())), key=lambda place: -place.population)


@lru_cache(maxsize=2)
def _bearers(script: Literal["latin", "cyrillic"]) -> dict[str, list[int]]:
    """Names of one script, so that reading an English article need not normalise Arabic and Chinese ones."""
    found: dict[str, list[int]] = {}
    for number, place in enumerate(load_gazetteer()):
        for name in (place.name, *place.alternates):
            own = _CYRILLIC.search(name) if script == "cyrillic" else not _OTHER_SCRIPT.search(name)
            if own:
                numbers = found.setdefault(normalise_name(name), [])
                if number not in numbers[-1:]:
                    numbers.append(number)
    return found


def cyrillic_names() -> Iterable[str]:
    """All Cyrillic names of the gazetteer, as `normalise_name` writes them.

    Examples
    --------
    >>> "нарва" in cyrillic_names()
    True
    """
    return _bearers("cyrillic").keys()


def _spelling(place: GazetteerPlace, key: str) -> str:
    return next(name for name in (place.name, *place.alternates) if normalise_name(name) == key)


@lru_cache(maxsize=1)
def _countries() -> dict[str, tuple[str, str]]:
    text = (files("borderflow") / "data" / "countries.csv").read_text(encoding="utf-8")
    return {row["iso2"]: (row["iso3"], row["name"]) for row in csv.DictReader(text.splitlines())}


def _country(iso2: str) -> tuple[str, str, str]:
    code = iso2.strip().upper()
    known = _countries()
    if code not in known:
        by_name = {normalise_name(name): key for key, (_, name) in known.items()}
        hint = by_name.get(normalise_name(iso2)) or next((k for k, (three, _) in known.items() if three == code), None)
        ending = f" (did you mean {hint!r}?)" if hint else suggest(code, known)
        raise UsageError(f"country: unknown code {iso2!r}, wanted two letters after ISO 3166-1{ending}")
    return (code, *known[code])


def country_name(iso2: str) -> str:
    """English short name of a country or territory, by its ISO 3166-1 alpha-2 code (and XK for Kosovo).

    Examples
    --------
    >>> country_name("GE"), country_name("kz")
    ('Georgia', 'Kazakhstan')
    """
    return _country(iso2)[2]


def iso3(iso2: str) -> str:
    """ISO 3166-1 alpha-3 code of a country, by its alpha-2 code.

    Examples
    --------
    >>> iso3("FI")
    'FIN'
    """
    return _country(iso2)[1]


def local_hour_offset(time_zone: str, when: datetime) -> float:
    """Hours by which local clocks are ahead of UTC at an instant.

    Parameters
    ----------
    time_zone : str
        IANA name, such as ``"Asia/Tbilisi"``.
    when : datetime.datetime
        An aware instant; its own time zone does not matter.

    Raises
    ------
    UsageError
        If ``when`` is naive or the zone is unknown, also where the system has no time zone database.

    Examples
    --------
    >>> from datetime import UTC
    >>> [local_hour_offset("Europe/Helsinki", datetime(2022, month, 1, tzinfo=UTC)) for month in (9, 12)]
    [3.0, 2.0]
    """
    if when.tzinfo is None:
        raise UsageError(f"when: got {when.isoformat()} without a time zone, wanted for instance tzinfo=UTC")
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
        hint = suggest(time_zone, known) if known else " (no time zone database found; install tzdata)"
        raise UsageError(f"time_zone: unknown name {time_zone!r}, wanted an IANA name{hint}") from None
    offset = when.astimezone(zone).utcoffset()
    return (offset or timedelta()) / timedelta(hours=1)
