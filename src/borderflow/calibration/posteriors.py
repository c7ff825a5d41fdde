"""A fit that is done: its folder, opened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import ResultsError
from borderflow.fits import FIT_FILE
from borderflow.folders import read_json, read_table, require_facts
from borderflow.priors import is_value

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMAT", "Fit", "open_fit"]

FORMAT = 1
SHOWN = (0.05, 0.25, 0.5, 0.75, 0.95)  # quantiles of predictions
_FACTS: dict[str, type | tuple[type, ...]] = {
    "through": str, "seed": int, "used": int, "learned": int, "model_error": (int, float),
}  # fmt: skip
_PARAMETERS = (
    "name", "kind", "unit", "prior_q05", "prior_q50", "prior_q95", "q05", "q50", "q95", "ratio", "verdict",
    "informed_by",
)  # fmt: skip
_OBSERVATIONS = (
    "id", "claims", "quantity", "label", "start", "end", "value", "error", "bound", "contradicted", "known",
    *(f"{name}_q{round(100 * p):02d}" for name in ("prior", "posterior") for p in SHOWN), "warning",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Fit(Sequence[Mapping[str, float]]):
    """A posterior; as a sequence, the parameter values and factors of each member.

    Parameters
    ----------
    folder : Path
    manifest : mapping
        The content of ``fit.json``.
    names : tuple of str
        Unknowns.
    values : numpy.ndarray
        Shape (unknown, member), in the unknowns' own units.
    """

    folder: Path
    manifest: Mapping[str, Any]
    names: tuple[str, ...]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return int(self.values.shape[1])

    def __getitem__(self, member: Any) -> Any:
        if isinstance(member, slice):
            return [self[n] for n in range(*member.indices(len(self)))]
        if not -len(self) <= member < len(self):
            raise IndexError(member)
        plain = (n for n, name in enumerate(self.names) if is_value(name))
        return {self.names[n]: float(self.values[n, member]) for n in plain}

    @property
    def through(self) -> dt.date:
        """The day by which everything that was used was known."""
        return dt.date.fromisoformat(self.manifest["through"])

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """Prior and posterior of each unknown."""
        return read_table(self.folder / "parameters.csv", _PARAMETERS, "fit again")

    @cached_property
    def observations(self) -> pd.DataFrame:
        """Observations with what was predicted for them."""
        return read_table(self.folder / "observations.csv", _OBSERVATIONS, "fit again")


def open_fit(folder: str | Path) -> Fit:
    """Open the folder of a fit.

    Raises
    ------
    ResultsError
        Where it is missing, torn or of another version.
    """
    folder = Path(folder)
    try:
        manifest = read_json(folder / FIT_FILE)
        with (folder / "posterior.csv").open(encoding="utf-8") as file:
            names = file.readline().rstrip("\n").split(",")
            rows = [line for line in file if line.strip()]
        if not rows:
            raise ValueError("posterior.csv holds no members")
        values = np.loadtxt(rows, delimiter=",", ndmin=2).T
    except (OSError, ValueError, ResultsError) as error:
        raise ResultsError(f"{folder}: is not a finished fit ({error}); make one with borderflow fit") from None
    if manifest.get("format") != FORMAT:
        raise ResultsError(
            f"{folder}: format {manifest.get('format')!r}, this version reads format {FORMAT}; fit again"
        )
    require_facts(folder / FIT_FILE, manifest, _FACTS)
    try:
        dt.date.fromisoformat(manifest["through"])
    except ValueError as error:
        raise ResultsError(f"{folder / FIT_FILE}: through: {error}; the file is damaged") from None
    if len(names) != len(values):
        raise ResultsError(f"{folder / 'posterior.csv'}: {len(values)} columns under {len(names)} names; fit again")
    return Fit(folder, manifest, tuple(names), values)
