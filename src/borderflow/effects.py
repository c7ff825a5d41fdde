"""Effects: what a change does to one figure, and how sure that is, over paired members.

An effect has two spreads, which answer two questions. The *interval of the mean* says how well the mean effect is known
from so many members; it shrinks with more members. The *quantiles over members* say how much the effect itself varies
with chance, and with the parameters where a fit is given; they do not shrink.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from borderflow.results import QUANTILES, QUANTITIES

__all__ = ["EFFECT_COLUMNS", "STATISTICS", "Effect", "PairedFigures", "members_needed", "pair_figures", "reduce_days"]

Floats = NDArray[np.float64]

LEVEL = 0.90  # of the interval of the mean, as wide as q05 to q95
ERROR, POWER = 0.05, 0.90  # of the test behind `members_needed`

#: How the days of a quantity become figures: their sum, the highest day, the last day or the mean of the days.
STATISTICS: Mapping[str, tuple[str, ...]] = {
    name: {
        "flow": ("sum",),
        "stock": ("highest", "mean"),
        "duration": ("highest", "mean"),
        "price": ("mean",),
        "share": ("mean",),
    }[one.kind]
    for name, one in QUANTITIES.items()
} | dict.fromkeys(("arrivals_cumulative", "mobilised_cumulative", "wrongly_drafted_returned", "abroad"), ("last",))

EFFECT_COLUMNS = (
    "quantity", "place", "country", "mode", "statistic", "start", "end", "unit", "reference", "other", "difference",
    "low", "high", "q05", "q25", "q50", "q75", "q95", "members", "members_needed", "members_needed_unpaired",
)  # fmt: skip


@dataclass(frozen=True)
class Effect:
    """The effect of a change on one figure: other scenario less reference, over paired members.

    Parameters
    ----------
    quantity, place, country, mode : str
        As in the summary; country empty: all countries of destination together.
    statistic : {'sum', 'highest', 'last', 'mean'}
        How the days of the period became one figure.
    start, end : date
        First and last local day of the period.
    reference, other, difference : float
        Means over members, in the quantity's unit.
    low, high : float
        90 % interval of the mean difference (Student).
    quantiles : tuple of float
        5, 25, 50, 75 and 95 % quantiles of the difference over members.
    members : int
        Pairs of members behind the figures; those without a value in either scenario are left out.
    members_needed, members_needed_unpaired : float
        Members that a claim of this size needs, with paired and with independent runs; NaN where no member differs. See
        `members_needed`.
    """

    quantity: str
    place: str
    country: str
    mode: str
    statistic: str
    start: date
    end: date
    reference: float
    other: float
    difference: float
    low: float
    high: float
    quantiles: tuple[float, ...]
    members: int
    members_needed: float
    members_needed_unpaired: float

    @property
    def unit(self) -> str:
        """Unit of all figures."""
        return QUANTITIES[self.quantity].unit

    @property
    def label(self) -> str:
        """What the figure is, in words, with its unit."""
        words = _LABELS.get((self.quantity, self.statistic)) or f"{self.quantity} ({self.statistic})"
        return f"{words}, {self.unit}"

    @property
    def where(self) -> str:
        """Place, country or ``all``, and the mode where it is one."""
        return f"{self.place or self.country or 'all'}{'' if self.mode == 'all' else ' ' + self.mode}"

    @property
    def certain(self) -> bool:
        """Whether the interval of the mean leaves zero out."""
        return self.low > 0 or self.high < 0

    @property
    def touched(self) -> bool:
        """Whether any member differs."""
        return bool(np.isfinite(self.members_needed)) or bool(np.nan_to_num([self.difference, *self.quantiles]).any())


#: Words of the figures that readers ask for first, by quantity and statistic.
_LABELS: Mapping[tuple[str, str], str] = {
    ("left_home", "sum"): "left home",
    ("arrivals_daily", "sum"): "arrivals",
    ("abroad", "last"): "abroad on the last day",
    ("turned_back", "sum"): "stopped at exit",
    ("notices_served", "sum"): "notices served",
    ("called_up_at_border", "sum"): "called up at the border",
    ("entry_refused", "sum"): "entry refused",
    ("turned_away_on_road", "sum"): "turned away on the road",
    ("left_the_line", "sum"): "left the line",
    ("person_hours_waiting", "sum"): "in line",
    ("needs_water", "sum"): "water needed in line",
    ("needs_toilets", "highest"): "toilets needed in line, most",
    ("needs_toilets", "mean"): "toilets needed in line, mean of days",
    ("needs_shelter", "highest"): "covered floor needed in line, most",
    ("needs_shelter", "mean"): "covered floor needed in line, mean of days",
    ("beds_short", "highest"): "beds short, most",
    ("beds_short", "mean"): "beds short, mean of days",
    ("queue_persons", "highest"): "longest line",
    ("queue_persons", "mean"): "line, mean of daily peaks",
    ("queue_cars", "highest"): "longest line of cars",
    ("queue_cars", "mean"): "cars, mean of daily peaks",
    ("wait_hours", "highest"): "wait, worst day",
    ("wait_hours", "mean"): "wait, mean of days",
}


def reduce_days(values: Floats, statistic: str) -> Floats:
    """Return one figure per member from its days, shape (member,); NaN where no day has a value."""
    if statistic == "last":
        return values[:, -1]
    if statistic == "sum":
        total: Floats = values.sum(axis=1)
        return total
    known = ~np.isnan(values)
    if statistic == "highest":
        highest = np.where(known, values, -np.inf).max(axis=1)
        return np.where(known.any(axis=1), highest, np.nan)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(known, values, 0.0).sum(axis=1) / np.where(known.any(axis=1), known.sum(axis=1), np.nan)
    return mean


@dataclass(frozen=True)
class PairedFigures:
    """Figures over members, shape (row,); `quantiles` (5, row)."""

    reference: Floats
    other: Floats
    mean: Floats
    low: Floats
    high: Floats
    quantiles: Floats
    count: NDArray[np.int64]
    needed: Floats
    needed_unpaired: Floats


def pair_figures(before: Floats, after: Floats) -> PairedFigures:
    """Return the figures of rows of paired values, shape (row, member); pairs with a NaN are left out."""
    from scipy.special import stdtrit

    difference = after - before
    known = ~np.isnan(difference)
    count = known.sum(axis=1)

    def mean(values: Floats) -> Floats:
        total: Floats = np.where(known, values, 0.0).sum(axis=1) / np.where(count, count, np.nan)
        return total

    def variance(values: Floats) -> Floats:
        centred = np.where(known, values - mean(values)[:, None], 0.0)
        spread: Floats = (centred**2).sum(axis=1) / np.where(count > 1, count - 1, np.nan)
        return spread

    middle, spread = mean(difference), np.sqrt(variance(difference))
    half = stdtrit(np.maximum(count - 1, 1), 0.5 + LEVEL / 2) * spread / np.sqrt(np.maximum(count, 1))
    quantiles = np.full((len(QUANTILES), len(before)), np.nan)
    full = known.all(axis=1)
    if full.any():
        quantiles[:, full] = np.quantile(difference[full], QUANTILES, axis=1)
    for row in np.flatnonzero(~full & (count > 0)):
        quantiles[:, row] = np.quantile(difference[row, known[row]], QUANTILES)
    unpaired = np.sqrt(variance(before) + variance(after))
    return PairedFigures(
        mean(before), mean(after), middle, middle - half, middle + half, quantiles, count,
        members_needed(middle, spread), members_needed(middle, unpaired),
    )  # fmt: skip


def members_needed(difference: Floats | float, deviation: Floats | float) -> Floats:
    r"""Return how many members a claim of a difference of this size needs.

    The smallest number for which a two-sided paired t test with an error rate of 5 % finds such a difference with a
    probability of 90 %, in Guenther's approximation,

    .. math:: n = \left\lceil \frac{(z_{0.975} + z_{0.90})^2}{d^2} + \frac{z_{0.975}^2}{2} \right\rceil,
              \quad d = |\bar\Delta| / s_\Delta .

    Parameters
    ----------
    difference : numpy.ndarray or float
        Mean difference.
    deviation : numpy.ndarray or float
        Standard deviation of the difference between members.

    Returns
    -------
    numpy.ndarray
        At least 2; NaN where the difference is zero or the deviation unknown.

    References
    ----------
    W. C. Guenther (1981), Sample size formulas for normal theory t tests. The American Statistician 35, 243-244.

    Examples
    --------
    >>> members_needed(1.0, 2.0).tolist()
    44.0
    """
    from scipy.special import ndtri

    z_error, z_power = float(ndtri(1 - ERROR / 2)), float(ndtri(POWER))
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.abs(np.asarray(difference, float)) / np.asarray(deviation, float)
        n = np.ceil(((z_error + z_power) / effect) ** 2 + z_error**2 / 2)
    exact = (np.asarray(deviation) == 0) & (np.asarray(difference) != 0)
    return np.where(exact, 2.0, np.where(np.isfinite(n), np.maximum(n, 2.0), np.nan))
