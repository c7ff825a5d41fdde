"""Runs: a finished run read back from its folder, and its headline per country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from borderflow.cube import Store
from borderflow.errors import ResultsError, UsageError, suggest
from borderflow.folders import locate, options_of, read_json
from borderflow.network import Network, compile_network
from borderflow.results.quantities import QUANTITIES, SUMMARY_COLUMNS
from borderflow.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["FORMAT", "Run", "headline", "open_run"]

FORMAT = 2  # version of the run folder


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, scenario and figures.

    Examples
    --------
    >>> import borderflow as bf
    >>> run = bf.run("russia-2022", members=4, seed=1, until="2022-09-17", out="/tmp/borderflow-doctest-results")
    >>> table = run.quantiles("arrivals_daily", by="country")
    >>> list(table.columns)
    ['country', 'start', 'end', 'mean', 'q05', 'q25', 'q50', 'q75', 'q95']
    """

    folder: Path
    scenario: Scenario
    manifest: Mapping[str, Any]

    @property
    def seed(self) -> int:
        """Scenario seed."""
        return int(self.manifest["seed"])

    @property
    def members(self) -> int:
        """Number of members."""
        return int(self.manifest["members"])

    @property
    def first(self) -> int:
        """Number of the first member; not 0 in a part of a larger run."""
        return int(self.manifest.get("first", 0))

    @cached_property
    def network(self) -> Network:
        """The compiled network (labels of the cube's numbers)."""
        return compile_network(self.scenario)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The tidy summary."""
        import pandas as pd

        path = self.folder / "summary.csv"
        try:
            with path.open(encoding="utf-8") as file:
                figures = dict.fromkeys(SUMMARY_COLUMNS[7:], float)
                table = pd.read_csv(file, keep_default_na=False, na_values={c: [""] for c in figures}, dtype=figures)
        except (ValueError, OSError) as error:
            raise ResultsError(f"{path}: cannot be read: {str(error).splitlines()[0][:200]}; run again") from None
        if tuple(table.columns) != SUMMARY_COLUMNS:
            raise ResultsError(f"{path}: is damaged: its columns are not those of a summary; run again")
        return table

    def cube(self) -> xr.Dataset:
        """Open the cube lazily: hourly and daily arrays by member."""
        import xarray as xr

        path = self.folder / "results.zarr"
        cube: xr.Dataset = xr.open_zarr(str(path), consolidated=False, chunks=None, storage_options=options_of(path))
        return cube

    @cached_property
    def store(self) -> Store:
        """The cube as plain arrays."""
        return Store(self.folder / "results.zarr")

    def quantiles(
        self, quantity: str, *, by: Literal["country", "place"] = "country", mode: str | None = None
    ) -> pd.DataFrame:
        """Return mean and quantiles of one quantity per day.

        Parameters
        ----------
        quantity : str
            A key of `QUANTITIES`.
        by : {'country', 'place'}
            Country totals, or single crossings and routes.
        mode : str, optional
            Only this mode; all modes of the summary otherwise.

        Raises
        ------
        UsageError
            For a quantity that the summary does not have.
        """
        if quantity not in QUANTITIES:
            raise UsageError(f"no quantity {quantity!r}{suggest(quantity, QUANTITIES)}")
        frame = self.summary
        rows = (frame["quantity"] == quantity) & ((frame["place"] == "") == (by == "country"))
        if mode is not None:
            rows &= frame["mode"] == mode
        columns = ["start", "end", *SUMMARY_COLUMNS[7:]]
        head = ["country"] if by == "country" else ["place", "country", "mode"]
        return frame.loc[rows, head + columns].reset_index(drop=True)

    def plot(self, quantity: str, where: str | Sequence[str] | None = None, **options: Any) -> Any:
        """Draw a quantity day by day; see `borderflow.plots.plot_quantity`.

        Parameters
        ----------
        quantity : str
            A key of `QUANTITIES`.
        where : str or sequence of str, optional
            Country codes, or names of crossings and routes; the six with the highest days where not given.
        **options
            ``mode``, and ``path`` of a file to save to (png, svg, pdf).

        Returns
        -------
        matplotlib.figure.Figure
            Needs the extra ``plots``; shows itself in a notebook.
        """
        return _plots().plot_quantity(self, quantity, where, **options)

    def plot_queue(self, where: str | Sequence[str] | None = None, **options: Any) -> Any:
        """Draw lines and waits at crossings hour by hour; see `borderflow.plots.plot_queue`."""
        return _plots().plot_queue(self, where, **options)

    def plot_map(self, day: Any = None, **options: Any) -> Any:
        """Draw the crossings of one day with their lines on a map; see `borderflow.plots.plot_map`."""
        return _plots().plot_map(self, day, **options)


def _plots() -> Any:
    """Load the plots, an extra that stands further down; figures are methods only for the reader's convenience."""
    from importlib import import_module

    return import_module("borderflow.plots")


def open_run(folder: str | Path) -> Run:
    """Open a run folder.

    Raises
    ------
    ResultsError
        Where the folder is missing, incomplete or of another version.
    """
    folder = locate(folder)
    path = folder / "manifest.json"
    if not path.is_file():
        raise ResultsError(f"{folder}: no manifest.json; give the folder of a finished run")
    manifest = read_json(path)
    if manifest.get("format") != FORMAT:
        raise ResultsError(f"{path}: format {manifest.get('format')!r}, this version reads format {FORMAT}; run again")
    try:
        scenario = Scenario.model_validate(manifest.get("scenario"))
    except ValueError:
        raise ResultsError(f"{path}: holds no scenario that this version can read; run again") from None
    for part in ("summary.csv", "results.zarr"):
        if not (folder / part).exists():
            raise ResultsError(f"{folder}: {part} is missing; run again")
    return Run(folder, scenario, manifest)


def headline(run: Run) -> list[dict[str, Any]]:
    """Return one row per country with arrivals since the announcement: for the closing table and the briefing.

    Keys: ``country``, ``name``, ``arrivals`` (mean, q05, q95), ``excess`` (mean), ``peak_queue`` (vehicles, mean,
    q05, q95, place), ``longest_wait`` (hours, mean, place), ``turned_back`` (mean).
    """
    frame = run.summary
    last = frame.loc[frame["quantity"] == "arrivals_cumulative", "end"].max()
    announced = run.scenario.announcement.isoformat()
    out = []
    for country in run.scenario.countries:
        mine = frame[(frame["country"] == country.id) & (frame["end"] >= announced)]
        total = mine[
            (mine["quantity"] == "arrivals_cumulative") & (mine["place"] == "") & (mine["end"] == mine["end"].max())
        ]
        if total.empty:
            continue
        at = total.iloc[0]
        whole = mine[mine["place"] == ""]

        def summed(quantity: str, whole: Any = whole) -> float:
            return float(whole.loc[whole["quantity"] == quantity, "mean"].sum())

        def highest(quantity: str, mine: Any = mine) -> Any:
            rows = mine[(mine["quantity"] == quantity) & (mine["mode"] == "car")]
            return None if rows.empty or rows["mean"].isna().all() else rows.loc[rows["mean"].idxmax()]

        queue, wait = highest("queue_cars"), highest("wait_hours")
        out.append(
            {
                "country": country.id,
                "name": country.name,
                "until": last,
                "arrivals": {key: float(at[key]) for key in ("mean", "q05", "q95")},
                "excess": summed("arrivals_excess_daily"),
                "exodus": summed("arrivals_exodus_daily"),
                "peak_queue": None if queue is None else {k: queue[k] for k in ("mean", "q05", "q95", "place", "end")},
                "longest_wait": None if wait is None else {k: wait[k] for k in ("mean", "q05", "q95", "place", "end")},
                "turned_back": summed("turned_back"),
                "entry_refused": summed("entry_refused"),
            }
        )
    return out
