"""Plots: pictures of runs with matplotlib, the extra ``plots``.

Every axis names its unit. Bands are the 5-95 % and 25-75 % quantiles over members. Colours are those of Okabe and Ito,
which people with any common form of colour blindness tell apart; nothing is said by colour alone.

Figures are objects of their own: no global state, no window. They show themselves in notebooks; ``path`` saves them in
the format of its ending (png, svg, pdf).

References
----------
M. Okabe, K. Ito (2008). Color Universal Design. https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from borderflow.charts import day_name, number, project
from borderflow.errors import ResultsError, UsageError, suggest
from borderflow.places import load_borders
from borderflow.results import QUANTITIES, Run

try:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patheffects import withStroke
    from matplotlib.ticker import FuncFormatter, MaxNLocator
except ImportError:
    raise UsageError("plots need the extra: pip install 'borderflow[plots]'") from None

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["Picture", "plot_map", "plot_quantity", "plot_queue"]

Floats = NDArray[np.float64]

BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY = "#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9"
INK, FAINT, LAND, SEA = "#222222", "#8a8a8a", "#f3f1ec", "#dfe8ee"
PANELS = 6  # panels of a plot where nobody says which
WIDE, HIGH = 4.6, 2.7  # inches of a panel
WORDS = {
    "queue_persons": "people in line, highest hour of the day",
    "queue_cars": "cars in line, highest hour of the day",
    "arrivals_daily": "arrivals",
    "turned_back": "stopped at exit",
    "wait_hours": "wait of those who passed",
    "person_hours_waiting": "time in line",
    "left_home": "left home",
}


class Picture(Figure):
    """A matplotlib figure that shows itself in a notebook without any set-up."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()


def arrange(panels: int, columns: int, wide: float = WIDE, high: float = HIGH) -> tuple[Picture, list[Axes]]:
    """Return a picture and its panels in rows."""
    columns = min(columns, panels)
    rows = -(-panels // columns)
    figure = Picture(figsize=(wide * columns, high * rows + 0.5), layout="constrained")
    axes = list(np.ravel(figure.subplots(rows, columns, squeeze=False)))
    for spare in axes[panels:]:
        spare.remove()
    return figure, axes[:panels]


def finish(figure: Picture, path: str | Path | None) -> Picture:
    """Save a picture where a path is given, and return it."""
    if path is None:
        return figure
    path = Path(path)
    known = figure.canvas.get_supported_filetypes()
    if path.suffix.lstrip(".") not in known:
        raise UsageError(f"{path}: ending {path.suffix!r}; a plot can be .png, .svg or .pdf")
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise ResultsError(f"{path}: cannot be written: {error.strerror or error}") from None
    return figure


def dress(axes: Axes, title: str, unit: str, *, zero: bool = True) -> None:
    """Give a panel its title, the unit of its axis, and a light grid."""
    axes.set_title(title, loc="left", fontsize=10, color=INK)
    axes.set_ylabel(unit, fontsize=8.5, color=INK)
    axes.tick_params(labelsize=8, colors=INK, length=3)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value:,.10g}"))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    if zero:
        axes.set_ylim(bottom=min(0.0, axes.dataLim.y0))


def mark_days(axes: Axes) -> None:
    """Mark days in words; matplotlib's own formats follow the locale and name a month only once."""
    low, high = axes.get_xlim()
    step = max(1, -(-int(high - low) // 5))
    first = int(low) + 1
    ticks = range(first, int(high) + 1, step)
    epoch = date(1970, 1, 1).toordinal()  # matplotlib counts days from here
    axes.set_xticks(list(ticks), [day_name(date.fromordinal(epoch + tick), "short") for tick in ticks])


def add_legend(figure: Picture, panel: Axes) -> None:
    """Put the legend of a panel above all panels."""
    handles, labels = panel.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=len(labels), fontsize=8, frameon=False)


def _mark_announcement(axes: Axes, run: Run) -> None:
    day = run.scenario.announcement.toordinal() - date(1970, 1, 1).toordinal()
    axes.axvline(day, color=FAINT, linewidth=0.8, linestyle=":")


def _fan(axes: Axes, days: Any, bands: Any, colour: str) -> None:
    low, inner_low, middle, inner_high, high = bands
    axes.fill_between(days, low, high, color=colour, alpha=0.18, linewidth=0, label="5–95 % of members")
    axes.fill_between(days, inner_low, inner_high, color=colour, alpha=0.30, linewidth=0, label="25–75 %")
    axes.plot(days, middle, color=colour, linewidth=1.6, label="median")


# ---------------------------------------------------------------------------------------------------------------------
# A run


def plot_quantity(
    run: Run,
    quantity: str,
    where: str | Sequence[str] | None = None,
    *,
    mode: str | None = None,
    path: str | Path | None = None,
) -> Picture:
    """Draw a quantity day by day, one panel for each place or country.

    Parameters
    ----------
    run : Run
    quantity : str
        A key of `QUANTITIES`.
    where : str or sequence of str, optional
        Country codes or names of crossings and routes; the six with the highest days where not given, of countries
        where the quantity is given for countries.
    mode : str, optional
        ``all`` where it is there, else the first mode.
    path : path, optional
        File to save to.

    Returns
    -------
    Picture
        A `matplotlib.figure.Figure`.

    Raises
    ------
    UsageError
        For a quantity or place that the summary does not have.
    """
    if quantity not in QUANTITIES:
        raise UsageError(f"no quantity {quantity!r}{suggest(quantity, QUANTITIES)}")
    frame = run.summary[run.summary["quantity"] == quantity]
    if frame.empty:
        raise UsageError(f"this run has no {quantity}")
    groups = _panels(frame, [where] if isinstance(where, str) else where, mode, quantity)
    names = {country.id: country.name for country in run.scenario.countries}
    figure, axes = arrange(len(groups), 3 if len(groups) > 4 else 2)
    meaning = QUANTITIES[quantity]
    flow = " a day" if meaning.kind == "flow" and not quantity.endswith("cumulative") else ""
    for panel, rows in zip(axes, groups, strict=True):
        first = rows.iloc[0]
        days = rows["end"].to_numpy("datetime64[D]")
        _fan(panel, days, [rows[q] for q in ("q05", "q25", "q50", "q75", "q95")], BLUE)
        place = first["place"] or names.get(first["country"], first["country"])
        dress(panel, place + ("" if first["mode"] == "all" else f", {first['mode']}"), f"{meaning.unit}{flow}")
        _mark_announcement(panel, run)
        mark_days(panel)
    add_legend(figure, axes[0])
    figure.suptitle(f"{WORDS.get(quantity, quantity)} ({_kind(quantity)})", x=0.01, ha="left", fontsize=11)
    return finish(figure, path)


def _kind(quantity: str) -> str:
    meaning = QUANTITIES[quantity]
    return meaning.kind if meaning.direction == "-" else f"{meaning.kind}, direction {meaning.direction}"


def _panels(frame: pd.DataFrame, where: Sequence[str] | None, mode: str | None, quantity: str) -> list[pd.DataFrame]:
    """Return the rows of each panel."""
    wanted = mode or ("all" if (frame["mode"] == "all").any() else str(frame["mode"].iloc[0]))
    rows = frame[frame["mode"] == wanted]
    if rows.empty:
        known = ", ".join(sorted(set(frame["mode"])))
        raise UsageError(f"{quantity} has no mode {mode!r}; modes are {known}")
    at = rows["place"].where(rows["place"] != "", rows["country"])
    if where is None:
        if (rows["place"] == "").any():
            rows, at = rows[rows["place"] == ""], at[rows["place"] == ""]
        highest = rows.groupby(at)["mean"].max().sort_values(ascending=False)
        where = [str(name) for name in highest[highest > 0].index[:PANELS]] or [str(highest.index[0])]
    for name in where:
        if name not in set(at):
            raise UsageError(f"no {quantity} of {name!r}{suggest(name, set(at))}")
    return [rows[at == name].sort_values("end") for name in where]


def plot_queue(run: Run, where: str | Sequence[str] | None = None, *, path: str | Path | None = None) -> Picture:
    """Draw the line at crossings hour by hour, and how long those who passed had waited.

    Parameters
    ----------
    run : Run
    where : str or sequence of str, optional
        Names or ids of crossings; the three with the longest lines where not given.
    path : path, optional

    Returns
    -------
    Picture
        For each crossing people in line, all lanes together, and the wait of the car lane, or of the first lane.
    """
    network, store = run.network, run.store
    lanes = [network.lanes[n] for n in network.recorded]
    posts = list(dict.fromkeys(lane.post for lane in lanes if lane.kind == "land"))
    names = {lane.post: lane.name for lane in lanes}
    if where is None:
        peaks = store.read("post_queue_peak").mean(axis=0).max(axis=0)
        chosen = [posts[n] for n in np.argsort(-peaks)[:3] if peaks[n] > 0] or posts[:1]
    else:
        by_name = {names[post]: post for post in posts} | {post: post for post in posts}
        chosen = []
        for name in [where] if isinstance(where, str) else where:
            if name not in by_name:
                raise UsageError(f"no crossing {name!r} with a line{suggest(name, by_name)}")
            chosen.append(by_name[name])
    figure, axes = arrange(2 * len(chosen), 2, WIDE + 0.5)
    hours = network.hours.astype("datetime64[s]")
    for n, post in enumerate(chosen):
        columns = [q for q, lane in enumerate(lanes) if lane.post == post]
        line = sum(_hourly(store, name, q) for name in ("queue_exit", "queue_entry") for q in columns)
        _fan(axes[2 * n], hours, np.quantile(line, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0), BLUE)
        dress(axes[2 * n], f"{names[post]}: people in line", "persons")
        q = next((q for q in columns if lanes[q].mode == "car"), columns[0])
        wait = _hourly(store, "wait_passing", q)
        _fan(axes[2 * n + 1], hours, _known_quantiles(np.where(wait < 0, np.nan, wait)), VERMILION)
        dress(axes[2 * n + 1], f"{names[post]}: wait of those who passed, {lanes[q].mode}", "hours")
    for panel in axes:
        _mark_announcement(panel, run)
        mark_days(panel)
    add_legend(figure, axes[0])
    figure.suptitle("Lines hour by hour (UTC), both sides of the crossing", x=0.01, ha="left", fontsize=11)
    return finish(figure, path)


def _hourly(store: Any, name: str, column: int) -> Floats:
    return np.asarray(store.read(name, slice(None), slice(None), column), float)


def _known_quantiles(values: Floats) -> Floats:
    """Return quantiles over the members that have a value, NaN in hours where fewer than half have one."""
    known = np.isfinite(values).sum(axis=0) * 2 >= len(values)
    out = np.full((5, values.shape[1]), np.nan)
    if known.any():
        out[:, known] = np.nanquantile(values[:, known], (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
    return out


def plot_map(run: Run, day: date | str | None = None, *, path: str | Path | None = None) -> Picture:
    """Draw the crossings with their lines on a map: area by people in line, colour by the wait of cars.

    Parameters
    ----------
    run : Run
    day : date, optional
        Local day; the one with the most people in line where not given.
    path : path, optional

    Returns
    -------
    Picture
        With the disclaimer of the border data, which has to stay on it.
    """
    frame = run.summary
    lines = frame[(frame["quantity"] == "queue_persons") & (frame["mode"] == "all")]
    if lines.empty:
        raise UsageError("this run has no crossing with a line")
    shown = str(day) if day is not None else str(lines.groupby("end")["mean"].sum().idxmax())
    today = lines[lines["end"] == shown].set_index("place")["mean"]
    if today.empty:
        known = sorted(set(lines["end"]))
        raise UsageError(f"no whole day {shown} in this run; days are {known[0]} to {known[-1]}")
    waits = frame[(frame["quantity"] == "wait_hours") & (frame["end"] == shown)]
    wait = waits[waits["mode"] == "car"].set_index("place")["mean"]
    places = {place.name: place for place in run.scenario.places if place.kind == "crossing"}
    spots = {name: place for name, place in places.items() if name in today.index}
    lon = np.array([spots[name].lon for name in spots])
    lat = np.array([spots[name].lat for name in spots])
    people = np.array([today[name] for name in spots])
    hours = np.array([wait.get(name, np.nan) for name in spots], float)
    busy = people >= min(max(5.0, 0.002 * people.max()), people.max())
    centre = float(lon[busy].mean()), float(lat[busy].mean())
    figure = Picture(figsize=(9.2, 6.2), layout="constrained")
    panel = figure.subplots()
    x, y = project(lon, lat, *centre)
    _window(panel, x[busy], y[busy])
    _land(panel, run, centre)
    _crossings(figure, panel, list(spots), x, y, people, hours)
    title = f"People in line on {day_name(date.fromisoformat(shown))}, highest hour of the day, mean of the members"
    panel.set_title(title, loc="left", fontsize=11, color=INK)
    disclaimer = str(load_borders()["disclaimer"])
    figure.supxlabel(wrapped(disclaimer, 150), fontsize=6.5, color=FAINT, x=0.01, ha="left")
    return finish(figure, path)


def wrapped(text: str, width: int) -> str:
    """Break a text into lines."""
    import textwrap

    return "\n".join(textwrap.wrap(text, width))


def _window(panel: Axes, x: Floats, y: Floats) -> None:
    wide, high = max(np.ptp(x) * 1.25, 600.0), max(np.ptp(y) * 1.35, 450.0)
    wide, high = max(wide, high / 0.62), max(high, wide * 0.62)
    middle_x, middle_y = (x.max() + x.min()) / 2, (y.max() + y.min()) / 2
    panel.set_xlim(middle_x - wide / 2, middle_x + wide / 2)
    panel.set_ylim(middle_y - high / 2, middle_y + high / 2)
    panel.set_aspect("equal")
    panel.set_facecolor(SEA)
    panel.set_xticks([])
    panel.set_yticks([])
    for spine in panel.spines.values():
        spine.set_color("#bbbbbb")


def _land(panel: Axes, run: Run, centre: tuple[float, float]) -> None:
    from matplotlib.collections import LineCollection, PolyCollection

    borders = load_borders()
    hosts = {country.id.split("-")[0] for country in run.scenario.countries}

    def flat(line: Iterable[Sequence[float]]) -> Floats:
        lon, lat = np.array(list(line), float).T
        return np.column_stack(project(lon, lat, *centre))

    shapes, colours = [], []
    for country in borders["countries"]:
        for ring in country["rings"]:
            shapes.append(flat(ring))
            colours.append("#ffffff" if country["id"] in hosts else LAND)
    panel.add_collection(PolyCollection(shapes, facecolors=colours, edgecolors="none", zorder=1), autolim=False)
    solid = [flat(line) for line in borders["boundaries"]]
    dashed = [flat(line) for line in borders["disputed"]]
    coast = [flat(line) for line in borders["coast"]]
    panel.add_collection(LineCollection(coast, colors="#9fb3c0", linewidths=0.5, zorder=2), autolim=False)
    panel.add_collection(LineCollection(solid, colors="#999999", linewidths=0.7, zorder=2), autolim=False)
    panel.add_collection(
        LineCollection(dashed, colors="#999999", linewidths=0.7, linestyles="dashed", zorder=2), autolim=False
    )


def _crossings(
    figure: Picture, panel: Axes, names: Sequence[str], x: Floats, y: Floats, people: Floats, hours: Floats
) -> None:
    """Draw the dots, a colour bar, and names where there is room."""
    size = 12.0 + 900.0 * people / max(people.max(), 1.0)
    order = np.argsort(-people)
    known = np.isfinite(hours)
    panel.scatter(x[~known], y[~known], s=size[~known], c="#ffffff", edgecolors=FAINT, linewidths=0.8, zorder=3)
    dots = panel.scatter(
        x[known], y[known], s=size[known], c=hours[known], cmap="cividis_r", vmin=0, edgecolors=INK, linewidths=0.5,
        alpha=0.9, zorder=4,
    )  # fmt: skip
    if known.any():
        bar = figure.colorbar(dots, ax=panel, shrink=0.6, pad=0.01)
        bar.set_label("wait of cars that passed, hours, mean of the day", fontsize=8.5)
        bar.ax.tick_params(labelsize=8)
    span = panel.get_xlim()[1] - panel.get_xlim()[0]
    written: list[tuple[float, float]] = []
    for n in order[:40]:
        if people[n] < max(5.0, 0.01 * people.max()) or len(written) >= 9:
            break
        if any(abs(x[n] - a) < 0.16 * span and abs(y[n] - b) < 0.03 * span for a, b in written):
            continue
        written.append((x[n], y[n]))
        panel.annotate(
            f"{names[n]}\n{number(float(people[n]), whole=True)}", (x[n], y[n]), xytext=(np.sqrt(size[n]) / 2 + 3, 0),
            textcoords="offset points", fontsize=7.5, va="center", color=INK, zorder=6, annotation_clip=True,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )  # fmt: skip
