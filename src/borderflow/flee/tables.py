"""Tables of a Flee directory: what is in them.

Every quirk that changes a result is kept; what Flee would misread without saying so becomes a warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

__all__ = ["FEW", "Closure", "Place", "Road", "Tables", "TypeChange", "kind_of"]

FEW = 0.005  # below this chance to leave, Flee takes a place for a camp


@dataclass(frozen=True)
class Place:
    """A row of ``locations.csv``; ``population`` and ``capacity`` are divided by ``hasten``."""

    name: str
    region: str
    country: str
    x: float
    y: float
    type: str
    foreign: bool
    population: int
    capacity: int
    conflict_date: int
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Road:
    """One direction of a row of ``routes.csv``, in the order in which Flee makes its links."""

    start: int
    end: int
    km: float
    speed: float | None
    walk_share: float


@dataclass(frozen=True)
class Closure:
    """A row of ``closures.csv``; an end that never comes means for good."""

    kind: str
    first: str
    second: str
    start: int
    end: int
    where: str


@dataclass(frozen=True)
class TypeChange:
    """A row of ``location_changes.csv``."""

    place: int
    type: str
    day: int


@dataclass(frozen=True)
class Tables:
    """Everything of ``input_csv`` but counts."""

    start: date
    days: int
    places: tuple[Place, ...]
    roads: tuple[Road, ...]
    closures: tuple[Closure, ...]
    conflicts: Mapping[int, tuple[float, ...]]  # place -> day
    changes: tuple[TypeChange, ...] = ()
    majors: tuple[tuple[int, ...], ...] = ()  # places along each row of major_routes.csv
    ipc: Mapping[int, tuple[float, ...]] = field(default_factory=dict)  # place -> day, per cent
    flood: Mapping[int, tuple[float, ...]] = field(default_factory=dict)  # place -> day
    groups: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)  # attribute, value, place
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def index(self, name: str) -> int | None:
        """Return the number of a place; the last of two with one name, as in Flee."""
        return next((n for n in range(len(self.places) - 1, -1, -1) if self.places[n].name == name), None)


def kind_of(text: str) -> str:
    """Return what Flee makes of a location type: the first of these words that it contains.

    Examples
    --------
    >>> kind_of("Forwarding_hub"), kind_of("conflict_zone"), kind_of("idpcamp"), kind_of("village")
    ('forward', 'conflict', 'idpcamp', '')
    """
    text = text.lower()
    if "camp" in text:
        return "idpcamp" if "idp" in text else "camp"
    for word, kind in (("conflict", "conflict"), ("forward", "forward"), ("marker", "marker"), ("flood_zone", "flood")):
        if word in text:
            return kind
    return "town" if "default" in text or "town" in text else ""
