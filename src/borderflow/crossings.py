"""Crossings: the table that a draft starts from, read from a file or asked for one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from borderflow.errors import ScenarioError, UsageError
from borderflow.places import find_places
from borderflow.scenario import read_table

__all__ = ["Crossing", "ask_crossings", "read_crossings"]


class Crossing(BaseModel):
    """A row of the table of crossings.

    Parameters
    ----------
    name : str
    country : str
        The country entered, ISO 3166-1 alpha-2.
    lat, lon : float
        Degrees.
    cars_per_day, buses_per_day, walkers_per_day : float, optional
        Out of the country of origin, what the post can pass; a guess where empty, no such lane where 0.
    ordinary_persons_per_day : float, optional
        Ordinary travellers out per day; a guess where empty.
    opens, closes : str, optional
        Local hours ``HH:MM``; around the clock where empty.
    source : str
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    name_local: str = ""
    cars_per_day: Annotated[float, Field(ge=0, le=1e6)] | None = None
    buses_per_day: Annotated[float, Field(ge=0, le=1e5)] | None = None
    walkers_per_day: Annotated[float, Field(ge=0, le=1e7)] | None = None
    ordinary_persons_per_day: Annotated[float, Field(ge=0, le=1e7)] | None = None
    opens: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    closes: Annotated[str, Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")] | None = None
    source: str = "guess: position and existence as given, unverified"


def read_crossings(path: str | Path) -> tuple[Crossing, ...]:
    """Read a table of crossings; the columns are the fields of `Crossing`, of which the first four are needed.

    Raises
    ------
    ScenarioError
        With one problem per mistake.
    """
    path = Path(path)
    rows, _, problems = read_table(path, Crossing)
    if problems:
        raise ScenarioError(problems)
    if not rows:
        raise UsageError(f"{path}: holds no crossing")
    return rows


def ask_crossings(countries: Sequence[str], ask: Callable[[str], str] = input) -> tuple[Crossing, ...]:
    """Ask for crossings one after the other.

    Parameters
    ----------
    countries : sequence of str
        Countries that may be entered.
    ask : callable
        From a question to an answer.
    """
    try:
        return _ask_for_all(countries, ask)
    except EOFError:
        raise UsageError("new: the answers ended; write a table and name it with --crossings") from None


def _ask_for_all(countries: Sequence[str], ask: Callable[[str], str]) -> tuple[Crossing, ...]:
    found: list[Crossing] = []
    while True:
        name = ask(f"Crossing {len(found) + 1}, its name (empty: no more): ").strip()
        if not name:
            return tuple(found)
        country = _ask(ask, f"  into which country ({', '.join(countries)})? ", lambda a: _one_of(a, countries))
        lat, lon = _ask(ask, "  where: latitude, longitude, or a town close to it? ", _read_spot)
        cars = _ask(ask, "  cars a day that it can pass (empty: not known)? ", _read_number)
        walkers = _ask(ask, "  people on foot a day (empty: not known, 0: not allowed)? ", _read_number)
        found.append(Crossing(name=name, country=country, lat=lat, lon=lon, cars_per_day=cars, walkers_per_day=walkers))


def _ask(ask: Callable[[str], str], question: str, read: Callable[[str], Any]) -> Any:
    """Ask until the answer can be read."""
    while True:
        try:
            return read(ask(question).strip())
        except (UsageError, ValueError) as error:
            question = f"  {error}; again: "


def _one_of(answer: str, known: Sequence[str]) -> str:
    if answer.upper() in known:
        return answer.upper()
    if not answer and len(known) == 1:
        return known[0]
    raise UsageError(f"{answer!r} is none of {', '.join(known)}")


def _read_spot(answer: str) -> tuple[float, float]:
    numbers = re.findall(r"-?\d+(?:\.\d+)?", answer)
    if len(numbers) == 2:
        lat, lon = map(float, numbers)
        if abs(lat) <= 90 and abs(lon) <= 180:
            return lat, lon
        raise UsageError(f"{answer!r} is not on Earth: latitude first, then longitude")
    near = find_places(answer, limit=1)
    if not near or near[0].score < 0.9:
        raise UsageError(f"no town {answer!r} in the gazetteer; write latitude, longitude")
    return near[0].place.latitude, near[0].place.longitude


def _read_number(answer: str) -> float | None:
    if not answer:
        return None
    value = float(answer.replace(",", ""))
    if not 0 <= value <= 1e6:
        raise UsageError(f"{answer!r} is no number a day")
    return value
