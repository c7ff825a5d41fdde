"""Pictures: what the page draws of a sample, as one compact message of quantiles.

A message is a JSON header and raw little-endian arrays behind it: 4 bytes with the length of the header, the header,
zeros up to a multiple of 8 bytes, the arrays one after the other. The header names each array with its shape and where
it begins. 32-bit floats, NaN where there is no figure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from borderflow.comparison import Comparison, compare
from borderflow.errors import UsageError
from borderflow.pairing import estimate_pairs
from borderflow.results import QUANTILES
from borderflow.server.samples import HOURLY, MODES, Sample, columns_of

__all__ = [
    "STATISTICS", "compare_samples", "comparison_picture", "differences", "effect_rows", "pack", "picture", "unpack",
]  # fmt: skip

#: Rows of every array of figures, over members.
STATISTICS = ("mean", "q05", "q25", "q50", "q75", "q95")
MOST_PAIRS = 150  # pairs of origin and exit that the map draws
Floats = NDArray[np.float32]


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return header and arrays as one message.

    Examples
    --------
    >>> header, arrays = unpack(pack({"seed": 1}, {"line": np.array([[1.0, 2.5]])}))
    >>> header["seed"], arrays["line"].tolist()
    (1, [[1.0, 2.5]])
    """
    plain = {name: np.ascontiguousarray(array, "<f4") for name, array in arrays.items()}
    at, index = 0, {}
    for name, array in plain.items():
        index[name] = {"shape": array.shape, "at": at}
        at += array.nbytes
    text = json.dumps({**header, "arrays": index}, ensure_ascii=False, allow_nan=False).encode()
    padding = b"\0" * (-(len(text) + 4) % 8)
    return b"".join([len(text).to_bytes(4, "little"), text, padding, *(array.tobytes() for array in plain.values())])


def unpack(message: bytes) -> tuple[dict[str, Any], dict[str, Floats]]:
    """Return header and arrays of a message."""
    length = int.from_bytes(message[:4], "little")
    header = json.loads(message[4 : 4 + length])
    begin = 4 + length + (-(length + 4) % 8)
    arrays = {
        name: np.frombuffer(message, "<f4", int(np.prod(one["shape"])), begin + one["at"]).reshape(one["shape"])
        for name, one in header["arrays"].items()
    }
    return header, arrays


def figures(values: NDArray[Any]) -> Floats:
    """Return `STATISTICS` over the first axis, of the members that have a figure; NaN where none has.

    Quantiles are Hyndman and Fan's type 7, as in the summary.
    """
    shape = values.shape[1:]
    # members side by side: sorting short contiguous rows is what processors are good at
    rows = np.ascontiguousarray(values.reshape(len(values), -1).T, np.float32)
    rows.sort(axis=1)  # NaN goes last
    number = np.isfinite(rows).sum(axis=1)
    whole = bool((number == rows.shape[1]).all())
    out = np.empty((len(STATISTICS), len(rows)), np.float32)
    total = rows.sum(axis=1, dtype=np.float64) if whole else np.nansum(rows, axis=1, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        out[0] = total / np.where(number, number, np.nan)
    each = np.arange(len(rows))
    last = np.maximum(number - 1, 0)
    for row, share in enumerate(QUANTILES, 1):
        if whole:
            at = share * (rows.shape[1] - 1)
            below, above = rows[:, int(at)], rows[:, min(int(at) + 1, rows.shape[1] - 1)]
            part: Any = np.float32(at - int(at))
        else:
            places = share * last
            low = places.astype(np.int64)
            below, above = rows[each, low], rows[each, np.minimum(low + 1, last)]
            part = (places - low).astype(np.float32)
        out[row] = below * (1 - part) + above * part
    return out.reshape(len(STATISTICS), *shape)


def _pairs(sample: Sample) -> tuple[list[list[int]], NDArray[np.float64]]:
    """Return the largest pairs of origin and exit, as numbers, and their persons in the whole period (means)."""
    network, scenario = sample.network, sample.network.scenario
    columns = columns_of(network)
    exits = (*columns.posts, *columns.routes)
    ends = {link.service: link.to for link in scenario.links if link.service}
    number = {post: n for n, post in enumerate(exits)}
    passed = sample.block.read("passed_exodus").mean(axis=0).sum(axis=0)
    arrived = np.zeros(len(exits))
    for lane, persons in zip(network.lanes, passed, strict=True):
        if lane.direction == "out" and lane.post in number:
            arrived[number[lane.post]] += persons
    left = sample.block.read("left").mean(axis=0).sum(axis=0)
    # people fly from an airport near them: the road to it is what tells pairs apart, not the way to the hub
    airports = {link.service: link.from_ for link in scenario.links if link.service and link.mode == "air"}
    places = [scenario.place(airports.get(name, ends.get(name, name)) if name in airports else name) for name in exits]
    table = estimate_pairs(scenario, [scenario.place(name) for name in network.origins], places, left, arrived)
    order = np.argsort(-table, axis=None, kind="stable")[:MOST_PAIRS]
    rows, cells = np.unravel_index(order, table.shape)
    keep = table[rows, cells] >= 1.0
    return [[int(o), int(p)] for o, p in zip(rows[keep], cells[keep], strict=True)], table[rows, cells][keep]


def _chosen(sample: Sample) -> Floats:
    """Return mean persons who set out for an exit, by exit, mode and local day."""
    network = sample.network
    columns = columns_of(network)
    number = {post: n for n, post in enumerate((*columns.posts, *columns.routes))}
    chose = sample.block.read("chose").mean(axis=0)
    out = np.zeros((len(number), len(MODES), len(network.days)), np.float32)
    for n, lane in enumerate(network.lanes):
        if lane.direction == "out" and lane.post in number and lane.mode in MODES:
            out[number[lane.post], MODES.index(lane.mode)] += chose[:, n]
    return out


def picture(sample: Sample, **header: Any) -> bytes:
    """Return everything that the page draws of a sample, as a message.

    Arrays: hourly quantities by name (statistic, crossing, hour); ``passed`` (exit, mode, hour), mean persons through;
    ``chosen`` (exit, mode, day), mean persons who set out for it; ``left`` (origin, day), mean persons who set out;
    ``pairs`` (pair,), mean persons; ``daily`` (statistic, series, day) with names in the header.
    """
    head, arrays = _parts(sample)
    return pack({**head, **header}, arrays)


def comparison_picture(reference: Sample, changed: Sample, **header: Any) -> tuple[Comparison, bytes]:
    """Return the paired comparison, and the picture of the changed sample with differences and effects in it."""
    # three things that need nothing of each other; sorting lets other threads go on
    comparison = compare_samples(reference, changed)
    with ThreadPoolExecutor(3) as pool:
        shown, apart = pool.submit(_parts, changed), pool.submit(differences, reference, changed)
        effects = effect_rows(comparison, main=True)
        head, arrays = shown.result()
        return comparison, pack({**head, **header, "effects": effects}, {**arrays, **apart.result()})


def _parts(sample: Sample) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    names, values = sample.daily
    pairs, persons = _pairs(sample)
    arrays: dict[str, NDArray[Any]] = {name: figures(values) for name, values in sample.hourly.items()}
    arrays |= {"passed": sample.passed, "chosen": _chosen(sample), "pairs": persons, "daily": figures(values)}
    arrays["left"] = sample.block.read("left").mean(axis=0).T
    return {**_head(sample), "series": names, "pairs": pairs}, arrays


def _head(sample: Sample) -> dict[str, Any]:
    network = sample.network
    columns = columns_of(network)
    return {
        "members": len(sample.members),
        "seed": sample.seed,
        "start": network.scenario.start.isoformat(),
        "hours": len(network.hours),
        "days": [day.isoformat() for day in network.days],
        "statistics": STATISTICS,
        "modes": MODES,
        "posts": columns.posts,
        "routes": columns.routes,
        "origins": network.origins,
    }


def compare_samples(reference: Sample, changed: Sample) -> Comparison:
    """Return the paired comparison of two samples, over the members of the changed one."""
    return compare(reference.outcome, changed.outcome)


def differences(reference: Sample, changed: Sample) -> dict[str, NDArray[Any]]:
    """Return differences by hour and day, over the members of the changed sample.

    The arrays are named as those of `picture` with ``difference_`` before, and have the same shapes: statistics of the
    differences member by member, changed less reference.
    """
    members = len(changed.members)
    arrays: dict[str, NDArray[Any]] = {}
    for name in HOURLY:
        arrays[f"difference_{name}"] = figures(changed.hourly[name] - reference.hourly[name][:members])
    before, after = reference.daily[1][:members], changed.daily[1]
    arrays["difference_daily"] = figures(after - before)
    return arrays


def effect_rows(comparison: Comparison, *, main: bool) -> list[dict[str, Any]]:
    """Return effects as records: the main ones, or all that any member shows."""
    try:
        effects = comparison.main_effects(places=4) if main else [one for one in comparison.effects if one.touched]
    except UsageError:
        # the period ends before the announcement, from which totals count
        return []
    return [
        {
            "quantity": one.quantity, "place": one.place, "country": one.country, "mode": one.mode,
            "statistic": one.statistic, "label": one.label, "unit": one.unit, "start": one.start.isoformat(),
            "end": one.end.isoformat(), "reference": _known(one.reference), "changed": _known(one.other),
            "difference": _known(one.difference), "mean_interval": [_known(one.low), _known(one.high)],
            "q05": _known(one.quantiles[0]), "q95": _known(one.quantiles[-1]), "certain": one.certain,
            "members": one.members,
        }
        for one in effects
    ]  # fmt: skip


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
