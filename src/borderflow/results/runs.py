"""Runs: a finished run read back from its folder, and its headline per country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from borderflow.cube import Store
from borderflow.errors import ResultsError, UsageError, suggest
from borderflow.folders import locate, options_of, read_json, require_facts
from borderflow.network import Network, compile_network
from borderflow.results.quantities import QUANTITIES, SUMMARY_COLUMNS
from borderflow.results.summaries import DailyFigures, as_table, read_summary
from borderflow.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["FORMAT", "Run", "headline", "open_run"]

FORMAT = 2  # version of the run folder
_By = Literal["country", "place"]


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
    _rows: Sequence[DailyFigures] | None = field(default=None, repr=False, compare=False)

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
    def rows(self) -> Sequence[DailyFigures]:
        """The rows of the summary, those of one quantity at one place together."""
        return read_summary(self.folder / "summary.csv") if self._rows is None else self._rows

    @cached_property
    def figures(self) -> Mapping[tuple[str, str, str, str], DailyFigures]:
        """The same by quantity, place, country and mode."""
        return {one.key: one for one in self.rows}

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The tidy summary."""
        return as_table(self.rows)

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

    def quantiles(self, quantity: str, *, by: _By = "country", mode: str | None = None) -> pd.DataFrame:
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
            For a quantity that the summary does not have, or not by country, by place or of that mode.
        """
        if quantity not in QUANTITIES:
            raise UsageError(f"no quantity {quantity!r}{suggest(quantity, QUANTITIES)}")
        if by not in get_args(_By):
            raise UsageError(f"by {by!r}: one of {', '.join(get_args(_By))}")
        frame = self.summary
        rows = (frame["quantity"] == quantity) & ((frame["place"] == "") == (by == "country"))
        if mode is not None:
            rows &= frame["mode"] == mode
        there = {("place" if one.place else "country", one.mode) for one in self.rows if one.quantity == quantity}
        if not any(kind == by and mode in (None, name) for kind, name in there):
            known = ", ".join(f"by {kind} of mode {name}" for kind, name in sorted(there)) or "nowhere in this run"
            raise UsageError(f"no {quantity} by {by}{f' of mode {mode}' if mode else ''}: it is {known}")
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


def open_run(folder: str | Path, rows: Sequence[DailyFigures] | None = None) -> Run:
    """Open a run folder.

    Parameters
    ----------
    folder : path or address
    rows : sequence of DailyFigures, optional
        Its summary, where it is at hand; read from the folder when asked for otherwise.

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
    if manifest.get("kind") == "camps":
        raise ResultsError(
            f"{folder}: is a run of a Flee directory, with camps and no crossings; brief, score and merge take it, and "
            "its figures are in summary.csv and out.csv"
        )
    if manifest.get("format") != FORMAT:
        raise ResultsError(f"{path}: format {manifest.get('format')!r}, this version reads format {FORMAT}; run again")
    require_facts(path, manifest, {"members": int, "seed": int, "scenario_digest": str, "borderflow": str})
    try:
        scenario = Scenario.model_validate(manifest.get("scenario"))
    except ValueError:
        raise ResultsError(f"{path}: holds no scenario that this version can read; run again") from None
    for part in ("summary.csv", "results.zarr"):
        if not (folder / part).exists():
            raise ResultsError(f"{folder}: {part} is missing; run again")
    return Run(folder, scenario, manifest, rows)


def headline(run: Run) -> list[dict[str, Any]]:
    """Return one row per country with arrivals since the announcement: for the closing table and the briefing.

    Keys: ``country``, ``name``, ``arrivals`` (mean, q05, q95), ``excess`` (mean), ``peak_queue`` (vehicles, mean,
    q05, q95, place), ``longest_wait`` (hours, mean, place), ``turned_back`` (mean).
    """
    announced = run.scenario.announcement.isoformat()
    totals = {c.id: run.figures.get(("arrivals_cumulative", "", c.id, "all")) for c in run.scenario.countries}
    last = max((one.ends[-1] for one in totals.values() if one is not None and one.ends), default="")
    out = []
    for country in run.scenario.countries:
        total = totals[country.id]
        if total is None or not total.ends:
            continue
        mean, q05, *_, q95 = total.values[-1].tolist()
        out.append(
            {
                "country": country.id,
                "name": country.name,
                "until": last,
                "arrivals": {"mean": mean, "q05": q05, "q95": q95},
                "excess": _sum_since(run, announced, "arrivals_excess_daily", country.id),
                "exodus": _sum_since(run, announced, "arrivals_exodus_daily", country.id),
                "peak_queue": _highest_since(run, announced, "queue_cars", country.id),
                "longest_wait": _highest_since(run, announced, "wait_hours", country.id),
                "turned_back": _sum_since(run, announced, "turned_back", country.id),
                "entry_refused": _sum_since(run, announced, "entry_refused", country.id),
            }
        )
    return out


def _sum_since(run: Run, day: str, quantity: str, country: str) -> float:
    """Return the sum of the means of a country's total from a day on."""
    one = run.figures.get((quantity, "", country, "all"))
    return 0.0 if one is None else float(sum(one.values[[end >= day for end in one.ends], 0]))


def _highest_since(run: Run, day: str, quantity: str, country: str) -> dict[str, Any] | None:
    """Return the row of cars with the highest mean at any crossing into a country from a day on."""
    best: dict[str, Any] | None = None
    for one in run.rows:
        if (one.quantity, one.country, one.mode) == (quantity, country, "car"):
            for end, (mean, q05, *_, q95) in zip(one.ends, one.values.tolist(), strict=True):
                if end >= day and (mean > best["mean"] if best else mean == mean):
                    best = {"mean": mean, "q05": q05, "q95": q95, "place": one.place, "end": end}
    return best
