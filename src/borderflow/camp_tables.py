"""Tables of a run of a Flee directory: ``summary.csv`` with quantiles, and ``out.csv`` in Flee's own columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from borderflow.camp_store import CampStore, Counts, Days, Floats, Frame
from borderflow.results import QUANTILES, SUMMARY_COLUMNS

__all__ = ["CAMP_QUANTITIES", "Means", "means_of", "out_csv", "summary_csv"]

#: Quantities of the summary: unit and meaning.
CAMP_QUANTITIES: Mapping[str, tuple[str, str]] = {
    "camp_population": ("persons", "people in a camp, or in all camps of a country, at the end of the day; a stock"),
    "people_under_way": ("persons", "people on roads at the end of the day; a stock"),
    "people_elsewhere": ("persons", "people at places that are no camp at the end of the day; a stock"),
    "left_home": ("persons", "people who set out on the day; a flow"),
}
Means = dict[str, Floats]


def summary_csv(frame: Frame, store: CampStore) -> str:
    """Return the summary: mean and quantiles over members of each quantity, place or country and day, in persons."""
    figures: dict[tuple[str, str, str], list[Floats]] = {}
    for days in store.days():
        for key, values in _series(frame, days):
            people = values * np.float64(frame.hasten)
            some = np.vstack([people.mean(axis=0), np.quantile(people, QUANTILES, axis=0)])
            figures.setdefault(key, []).append(some)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(SUMMARY_COLUMNS)
    dates = [day.isoformat() for day in frame.dates]
    for (quantity, place, country), parts in figures.items():
        unit, rows = CAMP_QUANTITIES[quantity][0], np.concatenate(parts, axis=1).T
        for day, row in zip(dates, rows, strict=True):
            writer.writerow([quantity, place, country, "all", day, day, unit, *(f"{one:.4f}" for one in row)])
    return text.getvalue()


def _series(frame: Frame, days: Days) -> list[tuple[tuple[str, str, str], NDArray[Any]]]:
    """Return quantity, place and country, and values by member and day."""
    places, camps, present = frame.places, frame.camps, days.present
    out: list[tuple[tuple[str, str, str], NDArray[Any]]] = []
    for n in camps:
        out.append((("camp_population", places[n][0], places[n][1]), present[:, :, n]))
    for country in dict.fromkeys(places[n][1] for n in camps):
        mine = [n for n in camps if places[n][1] == country]
        out.append((("camp_population", "", country), present[:, :, mine].sum(axis=2)))
    rest = [n for n in range(len(places)) if n not in camps]
    out.append((("people_under_way", "", frame.home), days.under_way))
    out.append((("people_elsewhere", "", frame.home), present[:, :, rest].sum(axis=2)))
    out.append((("left_home", "", frame.home), days.spawned))
    return out


def means_of(frame: Frame, store: CampStore, row: int | None = None) -> Means:
    """Return what ``out.csv`` shows, by day: the mean over members, or one of them.

    Parameters
    ----------
    frame : Frame
    store : CampStore
    row : int, optional
        The member's row in the cube.

    Returns
    -------
    dict
        ``camps`` (day, camp), ``everyone`` (day) and ``displaced`` (day), people at places of the country they leave.
    """
    parts: dict[str, list[Floats]] = {"camps": [], "everyone": [], "displaced": []}
    home = [n for n, (_, _, foreign) in enumerate(frame.places) if not foreign]
    for days in store.days():
        for name, values in (
            ("camps", days.present[:, :, list(frame.camps)]),
            ("everyone", days.present.sum(axis=2) + days.under_way),
            ("displaced", days.present[:, :, home].sum(axis=2)),
        ):
            parts[name].append(np.asarray(values.mean(axis=0) if row is None else values[row], float))
    return {name: np.concatenate(some) for name, some in parts.items()}


def out_csv(frame: Frame, counted: Counts | NDArray[Any], means: Means) -> str:
    """Return ``out.csv``: Flee's columns, in Flee's units, its date one day ahead of its day included.

    Parameters
    ----------
    frame : Frame
    counted : numpy.ndarray
        Registrations, shape (day, camp).
    means : dict
        What `means_of` returns.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_head(frame))
    for day in range(frame.days):
        here, known, raw = means["camps"][day], counted[day], frame.raw[day]
        row: list[Any] = [day, (frame.start + timedelta(days=day + 1)).isoformat()]
        for count, data in zip(here, known, strict=True):
            row += [_plain(count), int(data), round(abs(count / data - 1.0), 4) if data > 1e-5 else 0.0]
        everyone, in_camps = _plain(means["everyone"][day]), _plain(here.sum())
        if raw > 0:
            error = round(float(np.abs(here - known).sum()) / raw, 4)
            row += [error, int(known.sum()), everyone, raw, in_camps, frame.debt[day]]
        else:
            row += [0.0, 0, everyone, 0, in_camps, 0]
        writer.writerow(row + ([_plain(means["displaced"][day])] if frame.displaced_at_home else []))
    return text.getvalue()


def _head(frame: Frame) -> Sequence[str]:
    names = [frame.places[n][0] for n in frame.camps]
    return [
        "Day", "Date", *(f"{name} {word}" for name in names for word in ("sim", "data", "error")), "Total error",
        "refugees in camps (UNHCR)", "total refugees (simulation)", "raw UNHCR refugee count",
        "refugees in camps (simulation)", "refugee_debt", *(["total IDPs"] if frame.displaced_at_home else []),
    ]  # fmt: skip


def _plain(value: float) -> float | int:
    """Return a count as Flee writes it: whole where it is whole, two decimals for a mean."""
    return int(value) if float(value).is_integer() else round(float(value), 2)
