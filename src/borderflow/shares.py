"""Scores of camp counts against registrations: the averaged relative difference of Flee, and baselines for it.

Flee is driven by the observed total, so what it forecasts is how people share themselves among camps. A fair
comparison is therefore with shares seen some days ago: rolling persistence, which knows the same totals.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["ard", "persistence", "rescale"]


def ard(simulated: ArrayLike, counted: ArrayLike) -> NDArray[np.float64]:
    r"""Return the averaged relative difference [1]_.

    .. math:: \frac{1}{T} \sum_t \frac{\sum_c |s_{ct} - d_{ct}|}{\max(1, \sum_c d_{ct})}

    Parameters
    ----------
    simulated : array_like
        People in each camp, shape (..., day, camp); every day counts equally, the first included.
    counted : array_like
        Registrations, shape (day, camp).

    Returns
    -------
    numpy.ndarray
        Shape of the leading dimensions; 0 is perfect, 2 is about the worst with the right total.

    References
    ----------
    .. [1] Suleimenova, Bell, Groen (2017). A generalized simulation development approach for predicting refugee
       destinations. Scientific Reports 7, 13377. doi:10.1038/s41598-017-13828-9

    Examples
    --------
    >>> float(ard([[50, 50]], [[75, 25]]))
    0.5
    """
    s, d = np.asarray(simulated, float), np.asarray(counted, float)
    return np.asarray((np.abs(s - d).sum(axis=-1) / np.maximum(1.0, d.sum(axis=-1))).mean(axis=-1))


def rescale(simulated: ArrayLike, counted: ArrayLike) -> NDArray[np.float64]:
    """Scale each day's camps to the counted total; a day with nobody in any camp stays at nothing.

    Examples
    --------
    >>> rescale([[10, 30]], [[50, 50]]).tolist()
    [[25.0, 75.0]]
    """
    s, d = np.asarray(simulated, float), np.asarray(counted, float)
    total = s.sum(axis=-1, keepdims=True)
    factor = np.divide(d.sum(axis=-1, keepdims=True), total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(s * factor)


def persistence(counted: ArrayLike, days: int) -> NDArray[np.float64]:
    """Return the forecast that camps keep the shares of ``days`` days ago, with each day's counted total.

    Parameters
    ----------
    counted : array_like
        Registrations, shape (day, camp).
    days : int
        How old the shares are; the first ``days`` days are NaN, because nothing was known.

    Examples
    --------
    >>> persistence([[10, 10], [10, 30], [30, 30]], 1).tolist()
    [[nan, nan], [20.0, 20.0], [15.0, 45.0]]
    """
    d = np.asarray(counted, float)
    out = np.full_like(d, np.nan)
    if days < len(d):
        past = d[:-days]
        total = past.sum(axis=1, keepdims=True)
        # nobody counted then: no share is known, so all are alike
        share = np.divide(past, total, out=np.full_like(past, 1.0 / d.shape[1]), where=total > 0)
        out[days:] = share * d[days:].sum(axis=1, keepdims=True)
    return out
