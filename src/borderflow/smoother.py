"""Smoother: an iterated ensemble smoother for simulators without gradients (ES-MDA).

The ensemble smoother with multiple data assimilation [1]_ moves an ensemble from the prior towards the posterior in a
few steps. In each step all members are simulated, and each is moved along the covariances that the ensemble itself
shows, with the errors of the data inflated so that the data count once in total: strongly at first, where the members
are far from the data and straight lines say little, by half as much in each step that follows (see `inflations`). For a
linear model with Gaussian errors the result is the posterior; for others it is an approximation that has to be checked
(by simulation-based calibration, see the tests).

With a few hundred members, correlations of up to about ``1 / sqrt(members)`` are chance. Without a remedy every unknown
would seem to be learned a little. So each unknown sees its own data (local analysis, [3]_): not those whose correlation
with it is below ``CUT`` times that, and the others with their error variance divided by the pseudo-optimal factor of
[2]_. The factor must not be put on the covariances of unknowns with data alone: figures that move together, such as a
day and the total that contains it, then pull the wrong way.

A figure that is only a bound is compared with the prediction cut off at the bound, so it moves no member that respects
it.

References
----------
.. [1] Emerick, Reynolds (2013). Ensemble smoother with multiple data assimilation. Computers & Geosciences 55, 3-15.
   doi:10.1016/j.cageo.2012.03.011
.. [2] Furrer, Bengtsson (2007). Estimation of high-dimensional prior and posterior covariance matrices in Kalman filter
   variants. J. Multivariate Anal. 98, 227-255. doi:10.1016/j.jmva.2006.08.003
.. [3] Chen, Oliver (2017). Localization and regularization for iterative ensemble smoothers. Computational Geosciences
   21, 13-30. doi:10.1007/s10596-016-9599-7
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import UsageError
from borderflow.priors import DATA_DRAWS, standard_normals

__all__ = ["CUT", "Data", "cut_at_bounds", "inflations", "smooth", "taper", "update"]

#: Correlations below this many standard errors of chance are taken for chance.
CUT = 1.5


@dataclass(frozen=True)
class Data:
    """What is observed, on the scale of the predictions.

    Parameters
    ----------
    names : tuple of str
        For the draws of perturbations.
    value, error : numpy.ndarray
        Shape (datum,).
    bound : numpy.ndarray
        0 for a measurement, 1 for a lower bound, -1 for an upper bound; shape (datum,).
    """

    names: tuple[str, ...]
    value: NDArray[np.float64]
    error: NDArray[np.float64]
    bound: NDArray[np.int64]

    def __post_init__(self) -> None:
        if not (len(self.names) == self.value.size == self.error.size == self.bound.size):
            raise UsageError("names, values, errors and bounds of the data differ in length")
        if not (self.error > 0).all():
            raise UsageError("every error must be positive")


def cut_at_bounds(data: Data, predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return predictions (datum, member) cut off where they respect a bound."""
    value, bound = data.value[:, None], data.bound[:, None]
    out = np.where(bound > 0, np.minimum(predicted, value), predicted)
    return np.asarray(np.where(bound < 0, np.maximum(out, value), out))


def taper(z: NDArray[np.float64], predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the factor on the covariance of each unknown with each prediction, 0 to 1; shape (unknown, datum).

    ``1 / (1 + (1 + 1/r²) / N)`` where the sample correlation ``r`` stands out from chance, else 0.
    """
    members = z.shape[1]
    a, b = z - z.mean(axis=1, keepdims=True), predicted - predicted.mean(axis=1, keepdims=True)
    scale = np.outer(np.sqrt((a**2).sum(axis=1)), np.sqrt((b**2).sum(axis=1)))
    r2 = np.square(np.divide(a @ b.T, scale, out=np.zeros_like(scale), where=scale > 0))
    shrink = members * r2 / (members * r2 + r2 + 1.0)
    return np.asarray(np.where(r2 > CUT**2 / members, shrink, 0.0))


def update(
    z: NDArray[np.float64],
    predicted: NDArray[np.float64],
    data: Data,
    *,
    inflation: float,
    seed: int,
    step: int,
    mask: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Move the members once.

    Parameters
    ----------
    z : numpy.ndarray
        Shape (unknown, member).
    predicted : numpy.ndarray
        Shape (datum, member).
    data : Data
    inflation : float
        Factor on the error variance in this step; the inverses of all steps add up to 1.
    seed, step : int
        Of the perturbations.
    mask : numpy.ndarray, optional
        Which unknown can touch which datum at all, shape (unknown, datum).
    """
    g = cut_at_bounds(data, predicted)
    error = np.sqrt(inflation) * data.error[:, None]
    noise = standard_normals(data.names, z.shape[1], seed=seed, purpose=DATA_DRAWS, step=step)
    noise -= noise.mean(axis=1, keepdims=True)
    # a member that respects a bound is not asked to move, whatever the perturbation
    held = (data.bound != 0)[:, None] & (g == data.value[:, None])
    gap = np.where(held, 0.0, (data.value[:, None] - g) / error + noise)
    away, spread = z - z.mean(axis=1, keepdims=True), (g - g.mean(axis=1, keepdims=True)) / error
    weight = taper(z, g) * (1.0 if mask is None else mask)
    out = np.array(z, dtype=float)
    for row, its in enumerate(weight):
        seen = its > 0.0
        root = np.sqrt(its[seen])[:, None]
        out[row] += _gain(away[row], root * spread[seen]) @ (root * gap[seen])
    return out


def _gain(away: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far an unknown moves per unit of each gap; deviations of members, data in units of their errors."""
    among = len(away) - 1
    own = spread @ spread.T / among + np.eye(len(spread))
    return np.asarray(np.linalg.solve(own, spread @ away / among))


def inflations(steps: int) -> NDArray[np.float64]:
    """Return the factors on the error variance of each step: each half the one before, their inverses adding up to 1.

    Examples
    --------
    >>> inflations(3).tolist()
    [7.0, 3.5, 1.75]
    """
    return np.asarray((2.0**steps - 1.0) / 2.0 ** np.arange(steps), dtype=np.float64)


def smooth(
    simulate: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    start: NDArray[np.float64],
    data: Data,
    *,
    steps: int,
    seed: int,
    mask: NDArray[np.float64] | None = None,
    done: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]] = (),
    keep: Callable[[int, NDArray[np.float64], NDArray[np.float64]], None] | None = None,
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Run all steps and return members and predictions of each, prior first, posterior last.

    Parameters
    ----------
    simulate : callable
        Members (unknown, member) to predictions (datum, member).
    start : numpy.ndarray
        Members drawn from the prior.
    data : Data
    steps : int
        Number of assimilations, see `inflations`.
    seed : int
    mask : numpy.ndarray, optional
        See `update`.
    done : sequence
        Steps finished by an earlier, interrupted fit.
    keep : callable
        Called with number, members and predictions of each step, to write them down.

    Examples
    --------
    >>> data = Data(("y",), np.array([1.0]), np.array([1.0]), np.array([0]))
    >>> prior = standard_normals(["x"], 400, seed=1, purpose=240)
    >>> posterior = smooth(lambda x: x, prior, data, steps=4, seed=1)[-1][0]
    >>> round(float(posterior.mean()), 1), round(float(posterior.var()), 1)  # exactly: 0.5 and 0.5
    (0.5, 0.5)
    """
    if steps < 1:
        raise UsageError(f"steps must be at least 1, got {steps}")
    history = list(done)
    factors = inflations(steps)
    z = start
    for step in range(len(history), steps + 1):
        if step > 0:
            before, predicted = history[-1]
            z = update(before, predicted, data, inflation=float(factors[step - 1]), seed=seed, step=step, mask=mask)
        history.append((z, simulate(z)))
        if keep is not None:
            keep(step, *history[-1])
    return history
