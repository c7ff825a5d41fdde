"""What events and parameters do to a figure: swings, drawn as tornado charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from borderflow.effects import Effect
from borderflow.errors import UsageError, suggest
from borderflow.results import QUANTITIES

__all__ = ["Study", "Swing", "Tornado", "read_figure"]


@dataclass(frozen=True)
class Swing:
    """One event or parameter, and what it does.

    Parameters
    ----------
    name : str
        Id of the event, or name of the parameter.
    title : str
        In words.
    ends : tuple of str
        What was done: ``("without",)``, or the two values of the parameter.
    effects : tuple of tuple of Effect
        Effects on every figure kept, for each end.
    """

    name: str
    title: str
    ends: tuple[str, ...]
    effects: tuple[tuple[Effect, ...], ...]


@dataclass(frozen=True)
class Tornado:
    """Swings of one figure, the largest first.

    Parameters
    ----------
    figure : Effect
        Any of the effects: its label, place, unit and reference value are those of the figure.
    bars : tuple
        For each event or parameter: name, title, ends, and one effect for each end.
    members : int
    """

    figure: Effect
    bars: tuple[tuple[str, str, tuple[str, ...], tuple[Effect, ...]], ...]
    members: int

    def __str__(self) -> str:
        """Return the bars as a plain table."""
        f = self.figure
        head = f"{f.label}, {f.where}: {f.reference:,.1f} in the reference; differences, mean of {self.members} members"
        width = max([len(name) for name, *_ in self.bars], default=0)
        lines = []
        for name, _, ends, effects in self.bars:
            parts = [f"{e.difference:+14,.1f} ({end})" for end, e in zip(ends, effects, strict=True)]
            lines.append(f"{name:<{width}}  {'  '.join(parts)}")
        return "\n".join([head, *lines]) if lines else f"{head}\nnothing changes it"

    def plot(self, path: str | Path | None = None, **options: Any) -> Any:
        """Draw the tornado; see `borderflow.effect_plots.plot_tornado`."""
        from importlib import import_module

        return import_module("borderflow.effect_plots").plot_tornado(self, path, **options)


@dataclass(frozen=True)
class Study:
    """What each of many events or parameters does, on every figure that matters to readers.

    Examples
    --------
    >>> import borderflow as bf
    >>> from borderflow.sensitivity import study_events
    >>> short = bf.load("russia-2022").until("2022-09-24")
    >>> study = study_events(short, ["mobilisation", "lars-posts-shut"], members=2)
    >>> [name for name, *_ in study.tornado("arrivals_daily@GE").bars]
    ['mobilisation', 'lars-posts-shut']
    """

    swings: tuple[Swing, ...]
    members: int

    def tornado(self, figure: str, statistic: str | None = None, *, bars: int = 15) -> Tornado:
        """Return the swings of one figure, the largest first; those without any effect are left out.

        Parameters
        ----------
        figure : str
            As for `read_figure`, for example ``"wait_hours/car@Verkhny Lars"``.
        statistic : str, optional
            As for `Comparison.effect`.
        bars : int
            How many at most.
        """
        quantity, place_or_country, mode = read_figure(figure)
        rows = []
        sample = None
        for swing in self.swings:
            found = [_pick(effects, quantity, place_or_country, mode, statistic) for effects in swing.effects]
            sample = found[0]
            if any(effect.touched for effect in found):
                rows.append((swing.name, swing.title, swing.ends, tuple(found)))
        if sample is None:
            raise UsageError("the study holds no event or parameter")
        rows.sort(key=lambda row: -max(abs(effect.difference) for effect in row[3]))
        return Tornado(sample, tuple(rows[:bars]), self.members)


def read_figure(text: str) -> tuple[str, str, str]:
    """Read a figure written as ``QUANTITY[/MODE][@PLACE or COUNTRY]``.

    Returns
    -------
    tuple of str
        Quantity, place or country (empty: all countries of destination together), mode (``all`` where not given).

    Examples
    --------
    >>> read_figure("wait_hours/car@Verkhny Lars")
    ('wait_hours', 'Verkhny Lars', 'car')
    >>> read_figure("person_hours_waiting")
    ('person_hours_waiting', '', 'all')
    """
    head, _, where = text.partition("@")
    quantity, _, mode = head.partition("/")
    if quantity not in QUANTITIES:
        raise UsageError(f"no quantity {quantity!r}{suggest(quantity, QUANTITIES)}")
    return quantity, where, mode or "all"


def _pick(effects: Sequence[Effect], quantity: str, where: str, mode: str, statistic: str | None) -> Effect:
    for effect in effects:
        at = effect.place or effect.country
        if (effect.quantity, at, effect.mode) == (quantity, where, mode) and statistic in (None, effect.statistic):
            return effect
    known = {e.place or e.country for e in effects if e.quantity == quantity and e.mode == mode}
    raise UsageError(f"the study has no {quantity}/{mode} of {where or 'all countries'}{suggest(where, known)}")
