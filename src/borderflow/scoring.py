"""Scores of probabilistic forecasts: CRPS, WIS, coverage, PIT, bias, sharpness, Brier, relative skill.

Functions on arrays; the observation comes first, members or quantiles lie along the last axis, lower is better unless
said otherwise. Flows of people span five orders of magnitude, so every score is given twice: raw, in people, and on
``log(1 + x)``, where a factor of two counts the same at a small post and at a large one [4]_.

References
----------
.. [1] Gneiting, Raftery (2007). Strictly proper scoring rules, prediction, and estimation. JASA 102, 359-378.
   doi:10.1198/016214506000001437
.. [2] Bracher, Ray, Gneiting, Reich (2021). Evaluating epidemic forecasts in an interval format. PLoS Comput. Biol.
   17, e1008618. doi:10.1371/journal.pcbi.1008618
.. [3] Zamo, Naveau (2018). Estimation of the CRPS with limited information. Math. Geosci. 50, 209-234.
   doi:10.1007/s11004-017-9709-7
.. [4] Bosse et al. (2023). Scoring epidemiological forecasts on transformed scales. PLoS Comput. Biol. 19, e1011393.
   doi:10.1371/journal.pcbi.1011393
.. [5] Funk et al. (2019). Assessing the performance of real-time epidemic forecasts. PLoS Comput. Biol. 15, e1006785.
   doi:10.1371/journal.pcbi.1006785
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from borderflow.errors import UsageError

__all__ = [
    "LEVELS",
    "WIS_LEVELS",
    "bias",
    "brier_score",
    "coverage",
    "crps_ensemble",
    "interval_score",
    "log_scale",
    "pit",
    "relative_skill",
    "sharpness",
    "weighted_interval_score",
]

#: Central intervals whose coverage is reported.
LEVELS = (0.5, 0.8, 0.9, 0.95)
#: Levels of the central intervals of a WIS from members: those of the forecast hubs [2]_.
WIS_LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)


def log_scale(values: ArrayLike) -> NDArray[np.float64]:
    """Return ``log(1 + x)``; negative values (a net flow) keep their sign: ``sign(x) log(1 + |x|)``.

    Examples
    --------
    >>> log_scale([0.0, np.e - 1.0, 1.0 - np.e]).tolist()
    [0.0, 1.0, -1.0]
    """
    x = np.asarray(values, dtype=float)
    return np.asarray(np.sign(x) * np.log1p(np.abs(x)))


def crps_ensemble(observed: ArrayLike, members: ArrayLike, *, fair: bool = False) -> NDArray[np.float64]:
    r"""Continuous ranked probability score of an ensemble.

    .. math:: \mathrm{CRPS} = \frac1M \sum_i |x_i - y| - \frac{1}{2 M^2} \sum_{i,j} |x_i - x_j|

    the distance between the empirical distribution of the members and the observation, in its unit [1]_; for one
    member it is the absolute error. It is computed from the sorted members.

    Parameters
    ----------
    observed : array_like
        Shape (...).
    members : array_like
        Shape (..., member).
    fair : bool
        Divide the second sum by ``M (M - 1)``: the score that an endless ensemble would have on average [3]_.

    Returns
    -------
    numpy.ndarray
        Shape (...).

    Raises
    ------
    UsageError
        Without members, or with fewer than two for the fair score.

    Examples
    --------
    >>> float(crps_ensemble(3.0, [1.0, 2.0, 5.0]))
    0.7777777777777779
    """
    y, x = np.asarray(observed, dtype=float), np.sort(np.asarray(members, dtype=float), axis=-1)
    count = x.shape[-1]
    if count < (2 if fair else 1):
        raise UsageError(f"needs at least {2 if fair else 1} members, got {count}")
    rank = 2.0 * np.arange(1, count + 1) - count - 1.0
    spread = (x * rank).sum(axis=-1) / (count * (count - 1 if fair else count))
    return np.asarray(np.abs(x - y[..., None]).mean(axis=-1) - spread)


def interval_score(observed: ArrayLike, low: ArrayLike, high: ArrayLike, *, level: float) -> NDArray[np.float64]:
    r"""Score of a central interval: its width and what it misses by.

    .. math:: (u - l) + \frac2\alpha (l - y)^+ + \frac2\alpha (y - u)^+, \qquad \alpha = 1 - \text{level}

    Examples
    --------
    >>> float(interval_score(12.0, 0.0, 10.0, level=0.5))
    18.0
    """
    y, lower, upper = (np.asarray(one, dtype=float) for one in (observed, low, high))
    if not 0 < level < 1:
        raise UsageError(f"level must lie between 0 and 1, got {level}")
    penalty = 2.0 / (1.0 - level)
    return np.asarray((upper - lower) + penalty * np.maximum(lower - y, 0.0) + penalty * np.maximum(y - upper, 0.0))


def weighted_interval_score(
    observed: ArrayLike, members: ArrayLike | None = None, *, quantiles: Sequence[tuple[float, ArrayLike]] = ()
) -> NDArray[np.float64]:
    r"""Weighted interval score of members, or of given quantiles.

    .. math:: \mathrm{WIS} = \frac{1}{K + 1/2} \Big( \frac12 |y - m| + \sum_{k=1}^K \frac{\alpha_k}{2}
              \mathrm{IS}_{\alpha_k} \Big)

    with the median ``m`` and ``K`` central intervals [2]_; it approaches the CRPS as intervals are added.

    Parameters
    ----------
    observed : array_like
        Shape (...).
    members : array_like, optional
        Shape (..., member); scored at the levels `WIS_LEVELS`.
    quantiles : sequence of (probability, values), optional
        Instead of members: the median and pairs of quantiles, values of shape (...).

    Examples
    --------
    >>> float(weighted_interval_score(12.0, quantiles=[(0.25, 0.0), (0.5, 5.0), (0.75, 10.0)]))
    5.333333333333333
    """
    y = np.asarray(observed, dtype=float)
    table = _quantile_table(members, quantiles)
    if 0.5 not in table:
        raise UsageError("the median (probability 0.5) is missing among the quantiles")
    total = 0.5 * np.abs(y - table[0.5])
    levels = sorted({round(1.0 - 2.0 * p, 10) for p in table if p < 0.5})
    for level in levels:
        low, high = round((1.0 - level) / 2.0, 10), round((1.0 + level) / 2.0, 10)
        if high not in table:
            raise UsageError(f"quantile {low:g} has no counterpart {high:g}")
        total = total + (1.0 - level) / 2.0 * interval_score(y, table[low], table[high], level=level)
    return np.asarray(total / (len(levels) + 0.5))


def _quantile_table(
    members: ArrayLike | None, quantiles: Sequence[tuple[float, ArrayLike]]
) -> dict[float, NDArray[np.float64]]:
    if members is None:
        return {round(float(p), 10): np.asarray(values, dtype=float) for p, values in quantiles}
    sides = [(1.0 + sign * level) / 2.0 for level in WIS_LEVELS for sign in (-1, 1)]
    at = sorted({0.5, *sides})
    values = np.quantile(np.asarray(members, dtype=float), at, axis=-1)
    return {round(p, 10): value for p, value in zip(at, values, strict=True)}


def coverage(observed: ArrayLike, members: ArrayLike, levels: Sequence[float] = LEVELS) -> NDArray[np.float64]:
    """Return the share of observations inside the central intervals of the members, one number per level.

    Parameters
    ----------
    observed : array_like
        Shape (n,).
    members : array_like
        Shape (n, member).

    Examples
    --------
    >>> coverage([0.0, 9.0], [[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]], levels=[0.9]).tolist()
    [0.5]
    """
    y, x = np.asarray(observed, dtype=float), np.asarray(members, dtype=float)
    out = []
    for level in levels:
        low, high = np.quantile(x, [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=-1)
        out.append(float(np.mean((low <= y) & (y <= high))) if y.size else float("nan"))
    return np.array(out)


def pit(observed: ArrayLike, members: ArrayLike) -> NDArray[np.float64]:
    """Probability integral transform: where the observation lies among the members, 0 to 1.

    Ties are split in the middle, so that it is deterministic. Uniform for a calibrated forecast; a heap at the ends
    means that forecasts are too narrow.

    Examples
    --------
    >>> pit([2.0], [[1.0, 2.0, 3.0, 4.0]]).tolist()
    [0.4]
    """
    y, x = np.asarray(observed, dtype=float)[..., None], np.asarray(members, dtype=float)
    below, ties = (x < y).sum(axis=-1), (x == y).sum(axis=-1)
    return np.asarray((below + 0.5 * ties + 0.5) / (x.shape[-1] + 1.0))


def bias(observed: ArrayLike, members: ArrayLike) -> NDArray[np.float64]:
    """Return ``P(x > y) - P(x < y)``: 1 where all members are too high, -1 where all are too low, 0 in the middle [5]_.

    Examples
    --------
    >>> bias([0.0], [[1.0, 2.0, -1.0, 3.0]]).tolist()
    [0.5]
    """
    y, x = np.asarray(observed, dtype=float)[..., None], np.asarray(members, dtype=float)
    return np.asarray((x > y).mean(axis=-1) - (x < y).mean(axis=-1))


def sharpness(members: ArrayLike, *, level: float = 0.9) -> NDArray[np.float64]:
    """Return the width of a central interval; a property of the forecast alone.

    Examples
    --------
    >>> float(sharpness(np.arange(101.0), level=0.9))
    90.0
    """
    low, high = np.quantile(np.asarray(members, dtype=float), [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=-1)
    return np.asarray(high - low)


def brier_score(happened: ArrayLike, probability: ArrayLike) -> NDArray[np.float64]:
    """Return ``(p - o)²`` for an event that happened (1) or not (0).

    Examples
    --------
    >>> float(brier_score(1, 0.8))
    0.03999999999999998
    """
    o, p = np.asarray(happened, dtype=float), np.asarray(probability, dtype=float)
    if ((p < 0) | (p > 1)).any():
        raise UsageError("a probability lies between 0 and 1")
    return np.asarray((p - o) ** 2)


def relative_skill(scores: ArrayLike, reference: ArrayLike, *, floor: float = 1e-9) -> float:
    """Return the geometric mean of the ratio of scores, target by target; below 1 means better than the reference.

    Sums of raw scores would let the largest country decide; ratios let every target count once.

    Parameters
    ----------
    scores, reference : array_like
        Scores of the same targets; pairs with a NaN are left out.
    floor : float
        Least score that a ratio is taken of.

    Examples
    --------
    >>> round(relative_skill([1.0, 100.0], [2.0, 50.0]), 9)
    1.0
    """
    one, other = np.asarray(scores, dtype=float), np.asarray(reference, dtype=float)
    both = ~(np.isnan(one) | np.isnan(other))
    if not both.any():
        return float("nan")
    return float(np.exp(np.mean(np.log(np.maximum(one[both], floor)) - np.log(np.maximum(other[both], floor)))))
