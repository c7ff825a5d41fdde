"""Exports: the figures of a run in the formats that others read.

========  =====================================================================  ==============================
format    what it is                                                             opened in the tests by
========  =====================================================================  ==============================
csv       all figures, one row each, with ISO codes                              pandas
hxl       the same with HXL hashtags in the second row                           libhxl
parquet   the same, typed, metadata in the schema (extra ``tables``)             pandas, pyarrow
hub       forecasts as forecast hubs collect them                                pandas
netcdf    quantity by site, day and quantile, after the CF conventions           xarray
geojson   crossings with line and wait by lane and day                           json, checked by hand
hdx       a folder for the Humanitarian Data Exchange: resources and metadata    libhxl, json
========  =====================================================================  ==============================

Small cells are left out and a sensitivity label is written wherever the format has a place for it; see
`borderflow.disclosure`. A file is whole or not there.

References
----------
HXL standard 1.1, https://hxlstandard.org. Hubverse model output format, https://docs.hubverse.io. CF conventions 1.11,
https://cfconventions.org. RFC 7946 (GeoJSON). Border-wait feed of US Customs and Border Protection (field names).
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from borderflow.disclosure import COLUMNS, FIGURES, MIN_CELL, alpha3, check_sensitivity, describe, tabulate
from borderflow.errors import ResultsError, UsageError, suggest
from borderflow.forecasting import known_by
from borderflow.results import QUANTILES, QUANTITIES, Run, open_run

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HUB_COLUMNS", "HXL_TAGS", "Format", "export"]

Format = Literal["csv", "hxl", "hub", "parquet", "netcdf", "geojson", "hdx"]

#: Hashtag of every column; ``v_`` names the vocabulary of a code.
HXL_TAGS: Mapping[str, str] = {
    "quantity": "#indicator+code",
    "place": "#loc+border+name",
    "place_code": "#loc+border+code",
    "region_code": "#adm1+code",
    "country": "#country+code+v_iso3",
    "country_code": "#country+code+v_iso2",
    "origin": "#country+origin+code+v_iso3",
    "mode": "#meta+mode",
    "start": "#date+start",
    "end": "#date+end",
    "unit": "#indicator+unit",
    "direction": "#meta+direction",
    "kind": "#meta+kind",
    "mean": "#indicator+value+num+mean",
    **{name: f"#indicator+value+num+{name}" for name in FIGURES[1:]},
    "hidden": "#meta+hidden",
}
HUB_COLUMNS = (
    "model_id", "reference_date", "target", "horizon", "location", "target_end_date", "output_type", "output_type_id",
    "value",
)  # fmt: skip
#: Lane types as in the border-wait feed.
LANE_TYPES = {"car": "passenger_vehicle", "bus": "bus", "foot": "pedestrian", "train": "train", "all": "all"}
#: UDUNITS names; counts of people and prices have none and are dimensionless there.
CF_UNITS = {"hours": "hour", "percent": "percent", "litres": "L", "m2": "m2", "person-hours": "hour"}
#: How a day's figure came about, after CF; flows are sums of the day.
CF_METHODS = {
    "flow": "time: sum",
    "stock": "time: maximum",
    "duration": "time: mean",
    "price": "time: mean",
    "share": "time: mean",
}


@dataclass(frozen=True)
class _Order:
    """What is to be exported, and how."""

    run: Run
    table: pd.DataFrame
    metadata: Mapping[str, Any]
    reference_date: date
    model_id: str


def export(
    run: Run | str | Path,
    format: Format,
    path: str | Path | None = None,
    *,
    min_cell: int = MIN_CELL,
    sensitivity: str = "moderate",
    reference_date: date | str | None = None,
    model_id: str = "borderflow",
) -> Path:
    """Write the figures of a run in a format that others read.

    Parameters
    ----------
    run : Run, str or Path
        A run or forecast, or its folder.
    format : {'csv', 'hxl', 'hub', 'parquet', 'netcdf', 'geojson', 'hdx'}
    path : path, optional
        File, or folder for ``hdx``; beside the other files of the run where not given.
    min_cell : int
        Counts of people above 0 and below this are left out; 0 for use inside a house only.
    sensitivity : {'low', 'moderate', 'high', 'severe'}
        Label in the metadata; ``hdx`` refuses the upper two.
    reference_date : date, optional
        Of the ``hub`` format: the last day known when the forecast was made; the announcement where neither this nor
        the run says it.
    model_id : str
        Of the ``hub`` format.

    Returns
    -------
    Path

    Raises
    ------
    UsageError, ResultsError

    Examples
    --------
    >>> import borderflow as bf
    >>> run = bf.run("russia-2022", members=2, until="2022-09-23", out="/tmp/borderflow-doctest-export")
    >>> export(run, "hxl").name
    'borderflow-doctest-export-hxl.csv'
    """
    if format not in get_args(Format):
        raise UsageError(f"format {format!r}: one of {', '.join(get_args(Format))}{suggest(format, get_args(Format))}")
    run = run if isinstance(run, Run) else open_run(run)
    check_sensitivity(sensitivity)
    if format == "hdx" and sensitivity in ("high", "severe"):
        raise UsageError(f"hdx: data of {sensitivity} sensitivity must not be shared on a public platform")
    known = known_by(run) or run.scenario.announcement
    order = _Order(
        run,
        tabulate(run, min_cell=min_cell),
        describe(run, sensitivity=sensitivity, min_cell=min_cell),
        _day(reference_date if reference_date is not None else known),
        model_id,
    )
    write, ending = _WRITERS[format]
    target = Path(path) if path is not None else run.folder / f"{run.folder.name or 'run'}-{format}{ending}"
    return _whole_or_not(order, write, target, folder=format == "hdx")


def _day(given: date | str) -> date:
    try:
        return given if isinstance(given, date) else date.fromisoformat(given[:10])
    except ValueError:
        raise UsageError(f"not a date: {given!r}; write 2022-09-28") from None


def _whole_or_not(order: _Order, write: Callable[[_Order, Path], None], target: Path, *, folder: bool) -> Path:
    """Write beside the target and rename, so that nothing half-written is left behind."""
    part = target.with_name(target.name + ".part")
    if folder and target.exists() and not (target / "metadata.json").is_file():
        raise UsageError(f"{target} exists and is not an exported folder; choose another path")
    if not folder and target.is_dir():
        raise UsageError(f"{target} is a folder; name a file")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write(order, part)
        if folder and target.exists():
            shutil.rmtree(target)
        part.replace(target)
    except OSError as error:
        raise ResultsError(f"{target}: cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            shutil.rmtree(part) if part.is_dir() else part.unlink()
    return target


# ---------------------------------------------------------------------------------------------------------------------
# Tables


def _write_csv(order: _Order, path: Path) -> None:
    order.table.to_csv(path, index=False, float_format="%.4f", lineterminator="\n")


def _write_hxl(order: _Order, path: Path) -> None:
    header = ",".join(COLUMNS) + "\n" + ",".join(HXL_TAGS[name] for name in COLUMNS) + "\n"
    body = order.table.to_csv(index=False, header=False, float_format="%.4f", lineterminator="\n")
    path.write_text(header + body, encoding="utf-8")


def _write_parquet(order: _Order, path: Path) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UsageError("parquet needs the extra: pip install 'borderflow[tables]'") from None
    table = pa.Table.from_pandas(order.table, preserve_index=False)
    own = {b"borderflow": json.dumps(dict(order.metadata), ensure_ascii=False).encode()}
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **own}), path)


def _write_hub(order: _Order, path: Path) -> None:
    """Write quantiles and mean of every day after the reference date, one row each."""
    import pandas as pd

    table = order.table[order.table["end"] > order.reference_date.isoformat()]
    if table.empty:
        raise UsageError(f"hub: no day after the reference date {order.reference_date}")
    kinds = [("mean", "NA", "mean")] + [("quantile", f"{q:g}", f"q{100 * q:02.0f}") for q in QUANTILES]
    horizon = pd.to_datetime(table["end"]) - pd.Timestamp(order.reference_date)
    base = pd.DataFrame(
        {
            "model_id": order.model_id,
            "reference_date": order.reference_date.isoformat(),
            "target": table["quantity"].where(table["mode"] == "all", table["quantity"] + "_" + table["mode"]),
            "horizon": horizon.dt.days,
            "location": table["place_code"].where(table["place"] != "", table["country_code"]),
            "target_end_date": table["end"],
        }
    )
    parts = [
        base.assign(output_type=kind, output_type_id=ident, value=table[column]).dropna(subset="value")
        for kind, ident, column in kinds
    ]
    rows = pd.concat(parts)[list(HUB_COLUMNS)]
    order_by = ["target", "location", "target_end_date", "output_type", "output_type_id"]
    rows.sort_values(order_by).to_csv(path, index=False, float_format="%.4f", lineterminator="\n")


# ---------------------------------------------------------------------------------------------------------------------
# Grids and maps


def _write_netcdf(order: _Order, path: Path) -> None:
    """Write every quantity over site, day and quantile as a CF discrete sampling geometry in NetCDF-3, 64-bit offsets.

    xarray writes it through scipy, so that no NetCDF library is needed; every reader of NetCDF reads it.
    """
    import xarray as xr

    table = order.table
    site = (table["place_code"].where(table["place"] != "", table["country_code"]) + "/" + table["mode"]).to_numpy()
    sites, row_site = np.unique(site, return_inverse=True)
    days = np.array(sorted(set(table["end"])), "datetime64[D]")
    row_day = np.searchsorted(days, table["end"].to_numpy("datetime64[D]"))
    figures = table[list(FIGURES)].to_numpy(np.float32)
    data: dict[str, Any] = {}
    for quantity in dict.fromkeys(table["quantity"]):
        rows = (table["quantity"] == quantity).to_numpy()
        values = np.full((len(sites), len(days), len(QUANTILES)), np.nan, np.float32)
        mean = np.full((len(sites), len(days)), np.nan, np.float32)
        values[row_site[rows], row_day[rows]] = figures[rows, 1:]
        mean[row_site[rows], row_day[rows]] = figures[rows, 0]
        about = _cf_attributes(quantity)
        coordinates = {"coordinates": "latitude longitude site_name"}
        data[quantity] = (("site", "time", "quantile"), values, {**about, **coordinates})
        data[f"{quantity}_mean"] = (
            ("site", "time"), mean, {**about, **coordinates, "long_name": f"{about['long_name']}, mean over members"},
        )  # fmt: skip
    lat, lon, names = _site_coordinates(order, sites)
    dataset = xr.Dataset(
        data,
        coords={
            "time": ("time", days.astype("datetime64[ns]"), {"standard_name": "time", "axis": "T",
                     "comment": "local day of the place, at its midnight"}),
            "quantile": ("quantile", np.array(QUANTILES), {"long_name": "probability of the quantile over members",
                         "units": "1"}),
            "site_id": ("site", sites.astype(str), {"cf_role": "timeseries_id", "long_name": "place or country/mode"}),
            "site_name": ("site", names, {"long_name": "name of the place or country"}),
            "latitude": ("site", lat, {"standard_name": "latitude", "units": "degrees_north"}),
            "longitude": ("site", lon, {"standard_name": "longitude", "units": "degrees_east"}),
        },
        attrs={"Conventions": "CF-1.11", "featureType": "timeSeries", **_flat_attributes(order.metadata)},
    )  # fmt: skip
    encoding: dict[str, Any] = {name: {"_FillValue": np.float32(np.nan)} for name in data}
    encoding["time"] = {"units": f"days since {days[0]}", "dtype": "int32", "calendar": "proleptic_gregorian"}
    dataset.to_netcdf(path, engine="scipy", format="NETCDF3_64BIT", encoding=encoding)


def _cf_attributes(quantity: str) -> dict[str, str]:
    meaning = QUANTITIES[quantity]
    return {
        "long_name": f"{meaning.meaning} [{meaning.unit}]",
        "units": CF_UNITS.get(meaning.unit, "1"),
        "cell_methods": CF_METHODS[meaning.kind],
        "direction": meaning.direction,
    }


def _flat_attributes(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata as attributes of a file: texts and numbers only."""
    return {name: "; ".join(map(str, value)) if isinstance(value, list) else value for name, value in metadata.items()}


def _site_coordinates(order: _Order, sites: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Return latitudes, longitudes and names of sites; countries and air routes have no position."""
    places = {place.id: place for place in order.run.scenario.places}
    names = {lane.post: lane.name for lane in order.run.network.lanes}
    names |= {country.id: country.name for country in order.run.scenario.countries}
    ids = [str(site).rsplit("/", 1)[0] for site in sites]
    lat = np.array([places[one].lat if one in places else np.nan for one in ids])
    lon = np.array([places[one].lon if one in places else np.nan for one in ids])
    return lat, lon, np.array([names.get(one, one) for one in ids], str)


def _write_geojson(order: _Order, path: Path) -> None:
    metadata = {**order.metadata, "lanes": "the model has capacities, not lanes: lanes_open and maximum_lanes are null"}
    collection = {"type": "FeatureCollection", "metadata": metadata, "features": list(_features(order))}
    path.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def _features(order: _Order) -> Iterator[dict[str, Any]]:
    """Yield one feature for each crossing, lane type and day that has a line, in the words of the border-wait feed."""
    table = order.table
    wanted = table[table["quantity"].isin(["queue_persons", "queue_cars", "wait_hours", "arrivals_daily"])]
    figures: dict[tuple[str, str, str, str], Any] = {
        (str(row.quantity), str(row.place_code), str(row.mode), str(row.end)): row
        for row in wanted.itertuples(index=False)
        if row.place_code
    }
    places = {place.id: place for place in order.run.scenario.places if place.kind == "crossing"}
    for (quantity, code, mode, day), line in figures.items():
        if quantity != "queue_persons" or code not in places or mode == "all":
            continue
        place = places[code]
        wait, cars, passed = (
            figures.get((name, code, mode, day)) for name in ("wait_hours", "queue_cars", "arrivals_daily")
        )
        yield {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
            "properties": {
                "port_number": code,
                "port_name": place.name,
                "crossing_name": place.name_local or place.name,
                "border": f"{alpha3(order.run.scenario.origin_country)}-{alpha3(place.country)}",
                "region_code": place.region,
                "lane_type": LANE_TYPES[str(mode)],
                "date": day,
                "update_time": f"{day}T23:59:59",
                "port_status": _status(line, passed),
                "lanes_open": None,
                "maximum_lanes": None,
                "delay_minutes": _number(wait, "mean", 60.0),
                "delay_minutes_q05": _number(wait, "q05", 60.0),
                "delay_minutes_q95": _number(wait, "q95", 60.0),
                "queue_persons": _number(line, "mean"),
                "queue_persons_q05": _number(line, "q05"),
                "queue_persons_q95": _number(line, "q95"),
                "queue_vehicles": _number(cars, "mean"),
                "persons_admitted": _number(passed, "mean"),
                "hidden": int(line.hidden),
            },
        }


def _status(line: Any, passed: Any) -> str:
    """Return what the day looked like: nobody passed though people stood there, or somebody did."""
    if passed is not None and passed.q95 > 0:
        return "Open"
    return "Closed" if line.q05 > 0 else "No traffic"


def _number(row: Any, name: str, factor: float = 1.0) -> float | None:
    value = math.nan if row is None else factor * float(getattr(row, name))
    return None if math.isnan(value) else round(value, 1)


# ---------------------------------------------------------------------------------------------------------------------
# The Humanitarian Data Exchange


def _write_hdx(order: _Order, folder: Path) -> None:
    """Write a folder with resources, their dictionary, and the metadata form of the exchange filled in."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _write_hxl(order, folder / "figures-hxl.csv")
    _write_geojson(order, folder / "crossings.geojson")
    _write_dictionary(folder / "data-dictionary.csv")
    (folder / "methodology.md").write_text(_methodology(order), encoding="utf-8")
    about = {
        "figures-hxl.csv": ("CSV", "All figures by quantity, place, mode and local day, with HXL hashtags"),
        "crossings.geojson": ("GeoJSON", "Crossings with line and wait by lane and day"),
        "data-dictionary.csv": ("CSV", "Meaning, unit, direction and kind of every quantity and column"),
        "methodology.md": ("MD", "How the figures were made, and what they are not"),
    }
    metadata = _hdx_metadata(order) | {
        "resources": [
            {"name": name, "format": kind, "description": text, "resource_type": "file.upload"}
            for name, (kind, text) in about.items()
        ]
    }
    (folder / "metadata.json").write_text(json.dumps(metadata, ensure_ascii=False, indent=1), encoding="utf-8")


def _hdx_metadata(order: _Order) -> dict[str, Any]:
    m = order.metadata
    slug = "".join(letter if letter.isalnum() else "-" for letter in str(m["title"]).lower()).strip("-")
    return {
        "name": f"borderflow-{slug}"[:90].strip("-"),
        "title": f"{m['title']}: simulated arrivals, lines and waits",
        "notes": m["description"] or m["title"],
        "dataset_source": m["source"],
        "owner_org": "TO BE FILLED IN by the organisation that publishes",
        "maintainer": "TO BE FILLED IN",
        "dataset_date": f"[{m['start']}T00:00:00 TO {m['end']}T00:00:00]",
        "data_update_frequency": "-2",
        "groups": [{"name": code.lower()} for code in sorted({m["origin"], *m["countries"]})],
        "tags": [{"name": name} for name in ("displacement", "border crossings", "forecasting", "hxl")],
        "license_id": "cc-by",
        "methodology": "Other",
        "methodology_other": m["methodology"],
        "caveats": " ".join(m["caveats"]),
        # whoever publishes decides; until then nobody else sees it
        "private": True,
        "subnational": "1",
        "sensitivity": m["sensitivity"],
        "sensitivity_scheme": m["sensitivity_scheme"],
        "min_cell": m["min_cell"],
        "borderflow": {key: m[key] for key in ("scenario_digest", "seed", "members", "attribution")},
    }


def _write_dictionary(path: Path) -> None:
    import pandas as pd

    rows = [(name, "column", "", "", "", meaning) for name, meaning in COLUMNS.items()]
    rows += [(name, "quantity", q.unit, q.direction, q.kind, q.meaning) for name, q in QUANTITIES.items()]
    columns = ["name", "what", "unit", "direction", "kind", "meaning"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False, lineterminator="\n")


def _methodology(order: _Order) -> str:
    m = order.metadata
    caveats = "\n".join(f"* {one}" for one in m["caveats"])
    credits = "\n".join(f"* {one}" for one in m["attribution"])
    return (
        f"# {m['title']}\n\n{m['description']}\n\n## How the figures were made\n\n{m['methodology']}\n\n"
        f"Source: {m['source']}. Scenario {m['scenario_digest'][:12]}, seed {m['seed']}, {m['members']} members.\n\n"
        f"## What they are not\n\n{caveats}\n\n## Sensitivity\n\n{m['sensitivity']} ({m['sensitivity_scheme']}). "
        f"Personal data: {m['personal_data']}.\n\n## Credits\n\n{credits}\n"
    )


_WRITERS: Mapping[str, tuple[Callable[[_Order, Path], None], str]] = {
    "csv": (_write_csv, ".csv"),
    "hxl": (_write_hxl, ".csv"),
    "hub": (_write_hub, ".csv"),
    "parquet": (_write_parquet, ".parquet"),
    "netcdf": (_write_netcdf, ".nc"),
    "geojson": (_write_geojson, ".geojson"),
    "hdx": (_write_hdx, ""),
}
