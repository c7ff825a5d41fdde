"""Effect plots: what changes do, day by day, and tornado charts of many changes.

Drawn like `borderflow.plots`: units on every axis, colours that everybody tells apart, figures without global state.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from borderflow.charts import number
from borderflow.errors import UsageError
from borderflow.plots import (
    BLUE,
    INK,
    ORANGE,
    PANELS,
    VERMILION,
    WIDE,
    WORDS,
    Picture,
    add_legend,
    arrange,
    dress,
    finish,
    mark_days,
    wrapped,
)
from borderflow.results import QUANTITIES

# after the plots, which say what to install where matplotlib is missing
from matplotlib.ticker import FuncFormatter, MaxNLocator  # isort: skip

if TYPE_CHECKING:
    from borderflow.comparison import Comparison
    from borderflow.sensitivity import Tornado

__all__ = ["plot_comparison", "plot_tornado"]


def plot_comparison(
    comparison: Comparison,
    path: str | Path | None = None,
    *,
    figures: Sequence[tuple[str, str, str, str]] | None = None,
) -> Picture:
    """Draw what a change does day by day.

    Parameters
    ----------
    comparison : Comparison
    path : path, optional
    figures : sequence of tuple, optional
        (quantity, place, country, mode) of each panel; the figures of `Comparison.main_effects` that change most where
        not given.

    Returns
    -------
    Picture
        For each figure the mean difference with its 90 % interval and the 5-95 % quantiles over members.
    """
    keys = list(figures or _main_figures(comparison))
    names = {one.id: one.name for one in comparison.reference.scenario.countries}
    if not keys:
        raise UsageError("no member differs in any figure: there is nothing to draw")
    figure, axes = arrange(len(keys), 2, WIDE + 0.4)
    for panel, (quantity, place, country, mode) in zip(axes, keys, strict=True):
        daily = comparison.daily(quantity, place, country, mode)
        days = np.array(daily.days, "datetime64[D]")
        panel.fill_between(days, daily.quantiles[0], daily.quantiles[-1], color=BLUE, alpha=0.2, linewidth=0,
                           label="5–95 % of members")  # fmt: skip
        panel.fill_between(days, daily.low, daily.high, color=VERMILION, alpha=0.45, linewidth=0,
                           label="90 % interval of the mean")  # fmt: skip
        panel.plot(days, daily.mean, color=VERMILION, linewidth=1.5, label="mean difference")
        panel.axhline(0.0, color=INK, linewidth=0.8)
        where = place or names.get(country, country) or "all countries"
        meaning = QUANTITIES[quantity]
        flow = " a day" if meaning.kind == "flow" and not quantity.endswith("cumulative") else ""
        title = f"{WORDS.get(quantity, quantity)}, {where}" + ("" if mode == "all" else f", {mode}")
        dress(panel, title, f"{meaning.unit}{flow}, difference", zero=False)
        mark_days(panel)
    add_legend(figure, axes[0])
    spread = ", parameters of their own" if comparison.reference.varied or comparison.other.varied else ""
    title = f"Changed scenario less reference, {len(comparison.members)} paired members{spread}"
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return finish(figure, path)


def _main_figures(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    """Return at most six figures: totals first, then the country and the crossings that change most."""
    found = [(e.quantity, e.place, e.country, e.mode) for e in comparison.main_effects()]
    of_totals = ("arrivals_daily", "turned_back", "person_hours_waiting")
    totals = [key for key in found if not key[1] and key[0] in of_totals]
    places = [key for key in found if key[1] and key[0] in ("queue_persons", "wait_hours")]
    chosen = list(dict.fromkeys([*totals[:4], *places]))
    return chosen[:PANELS] or found[:PANELS]


def _bar_label(title: str, ends: Sequence[str]) -> str:
    """Return what a bar is the effect of: an event is left out, which its title alone does not say."""
    return f"without: {title}" if tuple(ends) == ("without",) else title


def plot_tornado(tornado: Tornado, path: str | Path | None = None) -> Picture:
    """Draw a tornado chart: one bar for each event or parameter, the longest on top.

    Thin lines are the 5-95 % quantiles over members.
    """
    bars = tornado.bars
    if not bars:
        raise UsageError("nothing changes this figure: there is nothing to draw")
    figure = Picture(figsize=(8.2, 0.36 * len(bars) + 1.5), layout="constrained")
    panel = figure.subplots()
    longest = max(abs(effect.difference) for *_, effects in bars for effect in effects)
    two = max(len(ends) for _, _, ends, _ in bars) > 1
    for row, (_, _, ends, effects) in enumerate(bars):
        for n, (end, effect) in enumerate(zip(ends, effects, strict=True)):
            colour = (BLUE, ORANGE)[n]
            panel.barh(row, effect.difference, height=0.66, color=colour, alpha=0.85, hatch=(None, "//")[n],
                       edgecolor="white", linewidth=0)  # fmt: skip
            panel.plot([effect.quantiles[0], effect.quantiles[-1]], [row, row], color=INK, linewidth=1.0)
            if two and abs(effect.difference) > 0.01 * longest:
                right = effect.difference >= 0
                panel.annotate(end, (effect.difference, row), xytext=(4 if right else -4, 0), va="center",
                               textcoords="offset points", ha="left" if right else "right", fontsize=7)  # fmt: skip
    panel.set_yticks(range(len(bars)), [wrapped(_bar_label(title, ends), 46) for _, title, ends, _ in bars], fontsize=8)
    panel.invert_yaxis()
    panel.axvline(0.0, color=INK, linewidth=0.8)
    panel.margins(x=0.12)
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value:+,.10g}" if value else "0"))
    panel.xaxis.set_major_locator(MaxNLocator(6))
    panel.tick_params(labelsize=8, length=3)
    panel.grid(axis="x", color="#dddddd", linewidth=0.6)
    panel.set_axisbelow(True)
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)
    f = tornado.figure
    what = "prior at 5 % (plain) and 95 % (hatched), value at the bar" if two else "with the change less reference"
    panel.set_xlabel(f"difference in {f.unit}; {what}; lines: 5–95 % of members", fontsize=8.5)
    where = "all countries" if f.where == "all" else f.where
    title = f"{f.label.rsplit(',', 1)[0]}, {where}: {number(f.reference, whole=True)} {f.unit}"
    panel.set_title(f"{title} in the reference", loc="left", fontsize=11, color=INK)
    return finish(figure, path)
