"""Drafting: a first scenario of a place where something has just happened, from the offline gazetteer.

`draft_scenario` writes a folder that runs at once: origins are the larger towns of a country, crossings come from a
table or from questions, roads are great circles times a detour, and every number that nobody knows yet is a default
pooled from the shipped scenarios (``borderflow/data/defaults.yaml``) whose source begins with ``guess``; see
`borderflow.guesses`. The draft is a frame to be filled, not a forecast.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from borderflow.crossings import Crossing
from borderflow.errors import ResultsError, UsageError
from borderflow.ledger import COLUMNS as CLAIM_COLUMNS
from borderflow.ledger import Claim
from borderflow.places import (
    GazetteerPlace,
    country_name,
    great_circle_km,
    load_gazetteer,
    normalise_name,
)
from borderflow.scenario import (
    ENGINE_PARAMETERS,
    Baseline,
    Lane,
    Link,
    Place,
    load,
    parse_time,
)

__all__ = ["draft_scenario"]

WARM_UP_DAYS = 7  # of ordinary traffic before the announcement
MOST_ORIGINS = 60  # where nobody says how large an origin has to be
NEAR_GATEWAYS = 3  # roads to so many gateways are listed for every origin, to be corrected
RAIL_TOWN = 20_000  # residents from which a town is taken to have a railway station
BUS_SHARE = 0.15  # of ordinary travellers; assumption

Row = dict[str, Any]


@lru_cache(maxsize=1)
def _defaults() -> dict[str, Any]:
    from ruamel.yaml import YAML

    text = (files("borderflow") / "data" / "defaults.yaml").read_text(encoding="utf-8")
    tree: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return tree


# ---------------------------------------------------------------------------------------------------------------------
# The draft


@dataclass
class _Draft:
    """Rows of the tables, and the ids given so far."""

    origin: str
    countries: tuple[str, ...]
    places: list[Row]
    lanes: list[Row]
    links: list[Row]
    baseline: list[Row]
    ids: set[str]

    def name(self, text: str, spare: str) -> str:
        """Return an id that is free, made from a name."""
        plain = re.sub(r"[^a-z0-9]+", "-", normalise_name(text).encode("ascii", "ignore").decode()).strip("-")[:50]
        base = plain or spare
        number, found = 1, base
        while found in self.ids:
            number += 1
            found = f"{base}-{number}"
        self.ids.add(found)
        return found


def draft_scenario(
    name: str,
    *,
    origin: str,
    destinations: Sequence[str],
    crossings: Sequence[Crossing],
    announcement: date | str,
    days: int = 30,
    population: int | None = None,
    residents: int | None = None,
    out: str | Path | None = None,
) -> Path:
    """Write the folder of a new scenario.

    Parameters
    ----------
    name : str
        Of the scenario; also of its folder where ``out`` is not given.
    origin : str
        Country that people leave, ISO 3166-1 alpha-2.
    destinations : sequence of str
        Countries that they enter; the first is the reference of the choice.
    crossings : sequence of Crossing
    announcement : date
        Day of the shock; a week of ordinary traffic runs before it.
    days : int
        How long to go on after it.
    population : int, optional
        Towns with at least so many residents are origins; the 60 largest where not given.
    residents : int, optional
        Residents of the whole country, or of the part that may leave: spread over the origins by size. Without it only
        people of the towns themselves are in.
    out : path, optional
        Folder to write; must not exist or be empty.

    Returns
    -------
    Path

    Raises
    ------
    UsageError, ScenarioError, ResultsError
    """
    origin, countries = _checked_countries(origin, destinations)
    moment = parse_time(announcement)
    if not 1 <= days <= 3650:
        raise UsageError(f"days must be 1 to 3650, got {days}")
    if not crossings:
        raise UsageError("a scenario needs at least one crossing")
    for one in crossings:
        if one.country not in countries:
            raise UsageError(f"crossing {one.name!r} leads into {one.country}, which is none of {', '.join(countries)}")
    folder = Path(out) if out is not None else Path(name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} exists; name a new folder with --out")
    draft = _Draft(origin, countries, [], [], [], [], set())
    towns = _add_origins(draft, population, residents)
    for crossing in crossings:
        _add_crossing(draft, crossing)
    _add_roads(draft, towns)
    texts = {
        "scenario.yaml": _yaml(draft, name, moment, days),
        "places.csv": _table(Place, draft.places),
        "lanes.csv": _table(Lane, draft.lanes),
        "links.csv": _table(Link, draft.links),
        "baseline.csv": _table(Baseline, draft.baseline),
        "evidence.csv": _ledger(draft, moment.date().isoformat()),
        "README.md": _readme(draft, name),
    }
    return _write(folder, texts)


def _checked_countries(origin: str, destinations: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    codes = [one.strip().upper() for one in (origin, *destinations)]
    for one in codes:
        country_name(one)  # says what is wrong with an unknown one
    if not destinations:
        raise UsageError("name at least one country that people enter, with --to")
    if codes[0] in codes[1:] or len(set(codes)) != len(codes):
        raise UsageError(f"countries must differ, got {', '.join(codes)}")
    return codes[0], tuple(codes[1:])


def _write(folder: Path, texts: Mapping[str, str]) -> Path:
    """Write beside the folder, check what was written, and rename."""
    part = folder.with_name(folder.name + ".part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for file, text in texts.items():
            (part / file).write_text(text, encoding="utf-8")
        load(part)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except OSError as error:
        raise ResultsError(f"{folder}: cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            shutil.rmtree(part)
    return folder


def _add_origins(draft: _Draft, population: int | None, residents: int | None) -> list[GazetteerPlace]:
    towns = sorted((p for p in load_gazetteer() if p.country == draft.origin), key=lambda p: -p.population)
    towns = towns[:MOST_ORIGINS] if population is None else [p for p in towns if p.population >= population]
    towns = [town for town in towns if town.population > 0]
    if not towns:
        least = "" if population is None else f" of {population:,} residents or more"
        raise UsageError(f"the gazetteer has no town{least} in {country_name(draft.origin)}; lower --population")
    total = sum(town.population for town in towns)
    if residents is not None and residents < total:
        raise UsageError(f"--residents {residents:,} is fewer than the {total:,} who live in the towns chosen")
    factor = 1.0 if residents is None else residents / total
    for town in towns:
        said = f"GeoNames (CC BY 4.0), id {town.geonameid}; undated"
        more = "; guess: the town alone" if residents is None else f"; guess: times {factor:.2f} for its surroundings"
        draft.places.append(
            {
                "id": draft.name(town.name, f"origin-{town.geonameid}"), "name": town.name, "kind": "origin",
                "country": draft.origin, "lat": town.latitude, "lon": town.longitude, "time_zone": town.time_zone,
                "population": round(town.population * factor), "access": _access(town), "source": said + more,
            }
        )  # fmt: skip
    return towns


def _access(town: GazetteerPlace) -> str:
    return "road;rail" if town.population >= RAIL_TOWN else "road"


def _nearest(country: str | Sequence[str], lat: float, lon: float) -> GazetteerPlace:
    codes = {country} if isinstance(country, str) else set(country)
    towns = [p for p in load_gazetteer() if p.country in codes]
    if not towns:
        raise UsageError(f"the gazetteer has no town in {', '.join(sorted(codes))}")
    there = np.array([(p.latitude, p.longitude) for p in towns])
    return towns[int(np.argmin(great_circle_km(lat, lon, there[:, 0], there[:, 1])))]


def _add_crossing(draft: _Draft, crossing: Crossing) -> None:
    """Add a crossing with its gateway, lanes, ordinary traffic and last legs."""
    default = _defaults()["crossing"]
    town = _nearest(draft.origin, crossing.lat, crossing.lon)
    gateway = next((p["id"] for p in draft.places if p["kind"] == "gateway" and p["name"] == town.name), None)
    if gateway is None:
        gateway = draft.name(f"{town.name} gate", f"gateway-{town.geonameid}")
        draft.places.append(
            {
                "id": gateway, "name": town.name, "kind": "gateway", "country": draft.origin, "lat": town.latitude,
                "lon": town.longitude, "time_zone": town.time_zone, "access": _access(town), "corridor": gateway,
                "source": f"guess: nearest town of the gazetteer, GeoNames (CC BY 4.0), id {town.geonameid}",
            }
        )  # fmt: skip
    here = draft.name(crossing.name, f"crossing-{len(draft.lanes) + 1}")
    zone = _nearest((draft.origin, crossing.country), crossing.lat, crossing.lon).time_zone
    draft.places.append(
        {
            "id": here, "name": crossing.name, "name_local": crossing.name_local, "kind": "crossing",
            "country": crossing.country, "lat": crossing.lat, "lon": crossing.lon, "time_zone": zone,
            "gateway": gateway, "corridor": gateway, "source": crossing.source,
        }
    )  # fmt: skip
    given = {"car": crossing.cars_per_day, "bus": crossing.buses_per_day, "foot": crossing.walkers_per_day}
    fields = {"car": "cars_per_day", "bus": "buses_per_day", "foot": "walkers_per_day"}
    hours = {"opens": crossing.opens, "closes": crossing.closes, "hours_zone": zone} if crossing.opens else {}
    occupancy = {"car": _parameter("car_occupancy"), "bus": _parameter("bus_occupancy"), "foot": 1.0}
    km = float(great_circle_km(town.latitude, town.longitude, crossing.lat, crossing.lon))
    persons = 0.0
    open_modes = []
    for mode, value in given.items():
        guess = default[fields[mode]]
        per_day = guess["value"] if value is None else value
        if per_day <= 0:
            continue
        open_modes.append(mode)
        persons += per_day * occupancy[mode] if mode != "foot" else 0.0
        draft.lanes.append(
            {
                "crossing": here, "direction": "out", "mode": mode, "unit": "persons" if mode == "foot" else "vehicles",
                "exit_per_day": per_day, "entry_per_day": round(per_day * default["entry_over_exit"]["value"], 1),
                "figure": "guess" if value is None else "as given",
                "source": guess["source"] if value is None else crossing.source, **hours,
            }
        )  # fmt: skip
        leg = max(km * default["detour"]["value"], 1.0)
        draft.links.append(
            {"id": f"{gateway}-{here}-{mode}", "from": gateway, "to": here, "mode": mode, "km": round(leg, 1),
             "source": default["detour"]["source"]}
        )  # fmt: skip
    if not open_modes:
        raise UsageError(f"crossing {crossing.name!r} lets nobody through: no lane has a capacity above 0")
    _add_ordinary(draft, crossing, here, open_modes, max(persons, 1.0), hours)


def _add_ordinary(
    draft: _Draft, crossing: Crossing, here: str, modes: Sequence[str], persons: float, hours: Mapping[str, Any]
) -> None:
    guess = _defaults()["crossing"]["ordinary_share"]
    known = crossing.ordinary_persons_per_day
    ordinary = round(persons * guess["value"]) if known is None else known
    source = guess["source"] if known is None else crossing.source
    draft.lanes.append(
        {"crossing": here, "direction": "in", "mode": "all", "unit": "persons", "exit_per_day": round(persons),
         "entry_per_day": round(persons), "figure": "guess", "source": "guess: as the vehicle lanes out", **hours}
    )  # fmt: skip
    shares = {"car": 1.0 - BUS_SHARE, "bus": BUS_SHARE} if {"car", "bus"} <= set(modes) else {modes[0]: 1.0}
    rows = [(mode, "out", ordinary * share) for mode, share in shares.items()]
    rows.append(("all", "in", ordinary))
    for mode, direction, per_day in rows:
        draft.baseline.append(
            {"place": here, "mode": mode, "direction": direction, "persons_per_day": round(per_day, 1),
             "citizen_share": 0.5, "tourist_share": 0.0, "source": f"{source}; guess: half of them citizens"}
        )  # fmt: skip


def _add_roads(draft: _Draft, towns: Sequence[GazetteerPlace]) -> None:
    """List the roads from every origin to its nearest gateways, to be corrected."""
    gateways = [place for place in draft.places if place["kind"] == "gateway"]
    origins = [place for place in draft.places if place["kind"] == "origin"]
    there = np.array([(gate["lat"], gate["lon"]) for gate in gateways])
    default = _defaults()["crossing"]["detour"]
    for origin in origins:
        km = great_circle_km(origin["lat"], origin["lon"], there[:, 0], there[:, 1])
        for n in np.argsort(km, kind="stable")[:NEAR_GATEWAYS]:
            draft.links.append(
                {"id": f"{origin['id']}-{gateways[n]['id']}-car", "from": origin["id"], "to": gateways[n]["id"],
                 "mode": "car", "km": round(max(float(km[n]) * default["value"], 1.0), 1), "source": default["source"]}
            )  # fmt: skip


def _parameter(name: str) -> float:
    return float(_defaults()["parameters"][name]["value"])


# ---------------------------------------------------------------------------------------------------------------------
# Files


def _table(model: type[BaseModel], rows: Sequence[Row]) -> str:
    columns = [field.alias or name for name, field in model.model_fields.items()]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "" if value is None else value for key, value in row.items()} for row in rows)
    return out.getvalue()


def _ledger(draft: _Draft, day: str) -> str:
    """Return a ledger with a place-holder, which the shock cites until there is a report."""
    claim = Claim(
        id="G001",
        date=day,  # type: ignore[arg-type]
        place=country_name(draft.origin),
        country=draft.origin,
        quantity="mass_exit_claim",
        value=1,
        unit="flag",
        claim_status="estimate",
        publisher="nobody yet",
        note="guess: a place-holder; put the report here that says what happened, and rows for what was counted",
        known_on=day,  # type: ignore[arg-type]
    )
    columns = [name for name in Claim.model_fields if name in CLAIM_COLUMNS]
    out = io.StringIO()
    writer = csv.DictWriter(out, CLAIM_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow(
        {name: value for name, value in claim.model_dump(include=set(columns)).items() if value is not None}
    )
    return out.getvalue()


def _yaml(draft: _Draft, name: str, moment: datetime, days: int) -> str:
    """Return the scenario file; JSON texts are YAML texts in flow style."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    default = _defaults()
    midnight = datetime.combine(moment.date(), time(0), UTC)
    pulls = {code: f"pull_{code.lower()}" for code in draft.countries}
    wanted = [*ENGINE_PARAMETERS, "shock_amplitude", "shock_rise", "shock_half_life", "onward_rate", "return_rate"]
    zero = {"shape": "fixed", "low": 0.0, "high": 0.0}
    reference = {"value": 0.0, "prior": zero, "unit": "1", "source": "reference of the choice, zero by definition"}
    others = {key: {"value": 0.0, **default["attractiveness"]} for key in pulls.values()}
    countries = [
        {
            "id": code, "name": country_name(code), "time_zone": _capital_zone(code), "attractiveness": pull,
            "onward_rate": "onward_rate", "return_rate": "return_rate", "source": "guess: everybody is admitted",
        }
        for code, pull in pulls.items()
    ]  # fmt: skip
    parameters = {key: default["parameters"][key] for key in wanted} | others
    parameters[pulls[draft.countries[0]]] = reference
    loader = PackageLoader("borderflow", "templates")
    # YAML, not HTML: every value goes through the filter below
    pages = Environment(loader=loader, undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    pages.filters["text"] = lambda value: json.dumps(value, ensure_ascii=False)
    return pages.get_template("scenario.yaml.j2").render(
        name=name,
        home=country_name(draft.origin),
        origin=draft.origin,
        day=f"{midnight:%Y-%m-%d}",
        start=f"{midnight - timedelta(days=WARM_UP_DAYS):%Y-%m-%dT%H:%MZ}",
        end=f"{midnight + timedelta(days=days):%Y-%m-%dT%H:%MZ}",
        default=default,
        countries=countries,
        parameters={key: default["parameters"][key] for key in wanted}
        | others
        | {pulls[draft.countries[0]]: reference},
    )


def _capital_zone(code: str) -> str:
    towns = [p for p in load_gazetteer() if p.country == code]
    if not towns:
        raise UsageError(f"the gazetteer has no town in {country_name(code)}")
    return max(towns, key=lambda p: p.population).time_zone


def _readme(draft: _Draft, name: str) -> str:
    ways = ", ".join(country_name(code) for code in draft.countries)
    return (
        f"# {name}\n\nA draft: people leave {country_name(draft.origin)} for {ways}.\n\n"
        "Written by `borderflow new`; see the tutorial *A scenario of your own*. Replace guesses in this order; the "
        "first matter\nmost: the shock (`scenario.yaml`, with claims in `evidence.csv`), capacities (`lanes.csv`), "
        "ordinary traffic\n(`baseline.csv`), who lives where (`places.csv`), roads (`links.csv`), how attractive the "
        "countries are.\n\nPlaces and populations: GeoNames, CC BY 4.0.\n"
    )
