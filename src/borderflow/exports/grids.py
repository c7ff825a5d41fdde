"""Grids and maps: NetCDF after the CF conventions, GeoJSON of crossings."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from borderflow.disclosure import FIGURES, alpha3
from borderflow.exports.orders import Order
from borderflow.results import QUANTILES, QUANTITIES

__all__ = ["write_geojson", "write_netcdf"]

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


def write_netcdf(order: Order, path: Path) -> None:
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


def _site_coordinates(order: Order, sites: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Return latitudes, longitudes and names of sites; countries and air routes have no position."""
    places = {place.id: place for place in order.run.scenario.places}
    names = {lane.post: lane.name for lane in order.run.network.lanes}
    names |= {country.id: country.name for country in order.run.scenario.countries}
    ids = [str(site).rsplit("/", 1)[0] for site in sites]
    lat = np.array([places[one].lat if one in places else np.nan for one in ids])
    lon = np.array([places[one].lon if one in places else np.nan for one in ids])
    return lat, lon, np.array([names.get(one, one) for one in ids], str)


def write_geojson(order: Order, path: Path) -> None:
    """Write crossings with line and wait by lane and day."""
    metadata = {**order.metadata, "lanes": "the model has capacities, not lanes: lanes_open and maximum_lanes are null"}
    collection = {"type": "FeatureCollection", "metadata": metadata, "features": list(_features(order))}
    path.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def _features(order: Order) -> Iterator[dict[str, Any]]:
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
    # a figure is hidden because it is small, not because it is zero
    if passed is not None and (passed.q95 > 0 or math.isnan(passed.q95)):
        return "Open"
    return "Closed" if line.q05 > 0 else "No traffic"


def _number(row: Any, name: str, factor: float = 1.0) -> float | None:
    value = math.nan if row is None else factor * float(getattr(row, name))
    return None if math.isnan(value) else round(value, 1)
