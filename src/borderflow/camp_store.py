"""The run folder of a Flee directory: what its figures mean, and a cube that is written and read in pieces.

The cube holds everybody by member, day and place. It is written ten members at a time, in any order, and read some
days at a time, so that neither needs memory for the whole ensemble.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from borderflow.cube import DAMAGE, first_line
from borderflow.errors import ResultsError
from borderflow.flee import FleeScenario
from borderflow.flee.members import Member
from borderflow.folders import locate, read_json, read_table, require_facts
from borderflow.results import SUMMARY_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMAT", "MEMBERS_PER_BLOCK", "CampRun", "CampStore", "Days", "Frame"]

FORMAT = 2
_FACTS = {
    "title": str, "borderflow": str, "scenario_digest": str, "members": int, "first": int, "seed": int, "hasten": int,
    "warnings": list, "settings": dict, "camps": dict,
}  # fmt: skip
MEMBERS_PER_BLOCK = 10
DAYS_PER_CHUNK = 64
_DIMENSIONS = {
    "present": ("member", "day", "place"), "under_way": ("member", "day"), "spawned": ("member", "day"),
    "counted": ("day", "camp"),
}  # fmt: skip
_LARGEST = 8e9  # bytes of a cube: what says that it is larger was not written by us
Floats = NDArray[np.float64]
Counts = NDArray[np.int32]


@dataclass(frozen=True)
class Frame:
    """What is needed to read the figures of a run, besides the cube.

    Parameters
    ----------
    start : date
    days : int
    hasten : int
        Persons that one unit of a count stands for.
    places : tuple of (name, country, foreign)
    camps : tuple of int
        Places with a column in ``out.csv``, in the order of the file.
    raw, debt : tuple of int
        Sum of changes of the counts, and decreases still to be paid, by day.
    displaced_at_home : bool
        Do the settings ask for Flee's column of people displaced within the country?
    """

    start: date
    days: int
    hasten: int
    places: tuple[tuple[str, str, bool], ...]
    camps: tuple[int, ...]
    raw: tuple[int, ...]
    debt: tuple[int, ...]
    displaced_at_home: bool

    @classmethod
    def of(cls, scenario: FleeScenario) -> Frame:
        """Return the frame of a scenario."""
        compiled = scenario.compiled
        return cls(
            start=scenario.start,
            days=scenario.tables.days,
            hasten=scenario.settings.hasten,
            places=tuple((place.name, place.country, place.foreign) for place in scenario.tables.places),
            camps=compiled.camps,
            raw=tuple(compiled.raw.tolist()),
            debt=tuple(compiled.debt.tolist()),
            displaced_at_home=scenario.settings.idp_totals,
        )

    @classmethod
    def read(cls, text: Mapping[str, Any]) -> Frame:
        """Return the frame that `written` gave.

        Raises
        ------
        ResultsError
            Where it is not as it was written.
        """
        try:
            frame = cls(
                start=date.fromisoformat(text["start"]),
                days=text["days"],
                hasten=text["hasten"],
                places=tuple((name, country, bool(foreign)) for name, country, foreign in text["places"]),
                camps=tuple(text["camp_places"]),
                raw=tuple(text["raw"]),
                debt=tuple(text["debt"]),
                displaced_at_home=bool(text["displaced_at_home"]),
            )
            wrong = frame._disagreement()
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            wrong = first_line(error)
        if wrong:
            raise ResultsError(f"manifest.json: is damaged ({wrong}); run again")
        return frame

    def _disagreement(self) -> str:
        """Say which fact does not go with the others; nothing where all do."""
        whole = [self.days, self.hasten, *self.camps, *self.raw, *self.debt]
        if not all(isinstance(number, int) for number in whole):
            return "a number that must be whole is not"
        if self.days < 1 or self.hasten < 1:
            return "days and hasten must be 1 or more"
        if not all(isinstance(text, str) for name, country, _ in self.places for text in (name, country)):
            return "places must have names and countries"
        if not all(0 <= camp < len(self.places) for camp in self.camps):
            return f"camp_places must be below {len(self.places)}, the number of places"
        if not len(self.raw) == len(self.debt) == self.days:
            return f"raw and debt must have {self.days} days"
        _ = self.start + timedelta(days=self.days)  # no calendar goes on for ever
        return ""

    @property
    def written(self) -> dict[str, Any]:
        """The frame for a manifest."""
        return {
            "start": self.start.isoformat(), "days": self.days, "hasten": self.hasten, "places": list(self.places),
            "camp_places": list(self.camps), "raw": list(self.raw), "debt": list(self.debt),
            "displaced_at_home": self.displaced_at_home,
        }  # fmt: skip

    @property
    def home(self) -> str:
        """The country that people leave: that of the first place, as in Flee."""
        return self.places[0][1]

    @property
    def dates(self) -> list[date]:
        """Days of the period."""
        return [self.start + timedelta(days=n) for n in range(self.days)]


@dataclass(frozen=True)
class Days:
    """All members on some consecutive days.

    Parameters
    ----------
    first : int
        The first of the days.
    present : numpy.ndarray
        Shape (member, day, place).
    under_way, spawned : numpy.ndarray
        Shape (member, day).
    """

    first: int
    present: Counts
    under_way: Counts
    spawned: Counts


class CampStore:
    """The cube of a run, by blocks of members."""

    def __init__(self, path: Path) -> None:
        import zarr

        try:
            group: Any = zarr.open_group(str(path), mode="r+")
            self.numbers = np.asarray(group["member"][:])
            size = sum(int(group[name].nbytes) for name in _DIMENSIONS)
            if size > _LARGEST:
                raise ValueError(f"claims to hold {size / 1e9:,.0f} GB")
            for name, dims in _DIMENSIONS.items():
                if group[name].shape != tuple(int(group[dim].shape[0]) for dim in dims):
                    raise ValueError(f"the shape of {name} does not fit its labels")
        except DAMAGE as error:
            raise ResultsError(f"{path}: is damaged ({first_line(error)}); run again") from None
        self._group, self.path = group, path

    @classmethod
    def create(cls, path: Path, frame: Frame, numbers: range, counted: NDArray[np.int64]) -> CampStore:
        """Lay an empty cube; members not yet written are -1."""
        import xarray as xr
        import zarr
        from zarr.codecs import BloscCodec, Crc32cCodec

        codecs = [BloscCodec(cname="lz4", clevel=3, shuffle="shuffle"), Crc32cCodec()]
        unit = "persons" if frame.hasten == 1 else f"{frame.hasten} persons"
        names = [name for name, *_ in frame.places]
        labels = xr.Dataset(
            {"counted": (("day", "camp"), counted, {"unit": unit, "kind": "stock"})},
            coords={
                "member": np.arange(numbers.start, numbers.stop),
                "day": np.array([day.isoformat() for day in frame.dates], dtype=object),
                "place": np.array(names, dtype=object),
                "camp": np.array([names[n] for n in frame.camps], dtype=object),
            },
        )
        encoding = {"counted": {"compressors": codecs}}
        labels.to_zarr(str(path), mode="w", consolidated=False, zarr_format=3, encoding=encoding)
        group: Any = zarr.open_group(str(path), mode="r+")
        for name, kind in (("present", "stock"), ("under_way", "stock"), ("spawned", "flow")):
            dims = _DIMENSIONS[name]
            size = {"member": len(numbers), "day": frame.days, "place": len(names)}
            chunk = {"member": MEMBERS_PER_BLOCK, "day": DAYS_PER_CHUNK, "place": len(names)}
            group.create_array(
                name, shape=[size[one] for one in dims], chunks=[min(size[one], chunk[one]) for one in dims],
                dtype="int32", fill_value=-1, dimension_names=dims, attributes={"unit": unit, "kind": kind},
                compressors=codecs,
            )  # fmt: skip
        return cls(path)

    def write(self, members: Sequence[Member]) -> None:
        """Write consecutive members, the first of which begins a block."""
        row = members[0].number - int(self.numbers[0])
        # people who set out come last: where they are, the block is whole
        for name in ("present", "under_way", "spawned"):
            values = np.array([getattr(one, name) for one in members], np.int32)
            self._group[name][row : row + len(members)] = values

    def whole(self, row: int) -> bool:
        """Tell whether the block that begins at a row has been written."""
        return bool((self.read("spawned", slice(row, row + MEMBERS_PER_BLOCK)) >= 0).all())

    def read(self, name: str, *index: Any) -> NDArray[Any]:
        """Return an array or a part of it.

        Raises
        ------
        ResultsError
            Where it is damaged.
        """
        try:
            return np.asarray(self._group[name][index or slice(None)])
        except DAMAGE as error:
            raise ResultsError(f"{self.path}: is damaged ({first_line(error)}); run again") from None

    def days(self) -> Iterator[Days]:
        """Yield all members, some days at a time."""
        length = self._group["spawned"].shape[1]
        for first in range(0, length, DAYS_PER_CHUNK):
            some = slice(first, min(first + DAYS_PER_CHUNK, length))
            yield Days(first, *(self.read(name, slice(None), some) for name in ("present", "under_way", "spawned")))


@dataclass(frozen=True)
class CampRun:
    """A finished run of a Flee directory.

    Parameters
    ----------
    folder : Path
    manifest : mapping
    """

    folder: Path
    manifest: Mapping[str, Any]

    @classmethod
    def open(cls, folder: str | Path) -> CampRun:
        """Open a run folder.

        Raises
        ------
        ResultsError
            Where it is missing, incomplete or no run of a Flee directory.
        """
        folder = Path(folder)
        if not (folder / "manifest.json").is_file():
            raise ResultsError(f"{folder}: no manifest.json; give the folder of a finished run")
        path = folder / "manifest.json"
        manifest = read_json(path)
        if manifest.get("kind") != "camps" or manifest.get("camp_format") != FORMAT:
            raise ResultsError(f"{folder}: is no run of a Flee directory that this version can read; run again")
        require_facts(path, manifest, _FACTS)
        for part in ("summary.csv", "results.zarr"):
            if not (folder / part).exists():
                raise ResultsError(f"{folder}: {part} is missing; run again")
        run = cls(folder, manifest)
        for camp in run.camps:
            require_facts(path, manifest["camps"], {camp: dict})
            require_facts(path, manifest["camps"][camp], {"country": str, "capacity": int})
        return run

    @staticmethod
    def is_run(folder: str | Path) -> bool:
        """Tell whether a folder holds a run of a Flee directory."""
        path = locate(folder) / "manifest.json"
        return path.is_file() and read_json(path).get("kind") == "camps"

    def cube(self) -> Any:
        """Read the cube: an xarray dataset with dimensions member, day, place and camp.

        Raises
        ------
        ResultsError
            Where a chunk fails its checksum, or the cube says that it is larger than any run of this kind.
        """
        import xarray as xr

        path = self.store.path
        try:
            return xr.open_zarr(str(path), consolidated=False, chunks=None, mask_and_scale=False).load()
        except DAMAGE as error:
            raise ResultsError(f"{path}: is damaged ({first_line(error)}); run again") from None

    @cached_property
    def store(self) -> CampStore:
        """The cube by pieces.

        Raises
        ------
        ResultsError
            Where it is damaged, or its labels are not those of the manifest.
        """
        store = CampStore(self.folder / "results.zarr")
        told: dict[str, Sequence[Any]] = {
            "member": self.numbers,
            "day": [day.isoformat() for day in self.days],
            "place": [name for name, *_ in self.frame.places],
            "camp": self.camps,
        }
        for name, labels in told.items():
            kept = store.read(name).tolist()
            if len(kept) != len(labels) or kept != list(labels):
                raise ResultsError(f"{self.folder}: the {name}s of manifest.json and results.zarr differ; run again")
        return store

    @cached_property
    def frame(self) -> Frame:
        """What the figures mean."""
        return Frame.read(self.manifest)

    @property
    def numbers(self) -> range:
        """Numbers of the members."""
        return range(self.manifest["first"], self.manifest["first"] + self.manifest["members"])

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The tidy summary."""
        table = read_table(self.folder / "summary.csv", SUMMARY_COLUMNS, "run again", SUMMARY_COLUMNS[7:])
        if table.empty:
            raise ResultsError(f"{self.folder / 'summary.csv'}: has no rows; run again")
        return table

    @cached_property
    def days(self) -> list[date]:
        """Days of the period."""
        return self.frame.dates

    @cached_property
    def camps(self) -> list[str]:
        """Names of camps, in the order of the file."""
        return [self.frame.places[n][0] for n in self.frame.camps]

    @cached_property
    def simulated(self) -> Floats:
        """People in each camp in Flee's units (divided by ``hasten``), shape (member, day, camp)."""
        camps = list(self.frame.camps)
        return np.concatenate([days.present[:, :, camps] for days in self.store.days()], axis=1).astype(float)

    @cached_property
    def counted(self) -> Floats:
        """Registrations in Flee's units, shape (day, camp)."""
        return self.store.read("counted").astype(float)
