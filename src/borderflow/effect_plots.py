"""Effect plots: what changes do, day by day.

Drawn like `borderflow.plots`: units on every axis, colours that everybody tells apart, figures without global state.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from borderflow.errors import UsageError
from borderflow.plots import (
    BLUE,
    INK,
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
)
from borderflow.results import QUANTITIES

# after the plots, which say what to install where matplotlib is missing

if TYPE_CHECKING:
    from borderflow.comparison import Comparison

__all__ = ["plot_comparison"]


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
    spread = "" if comparison.reference.settings is None else ", parameters from the fit"
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
