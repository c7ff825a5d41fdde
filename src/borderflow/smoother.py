"""Smoother: an iterated ensemble smoother for simulators without gradients (ES-MDA).

The ensemble smoother with multiple data assimilation [1]_ moves an ensemble from the prior towards the posterior in a
few steps. In each step all members are simulated, and each is moved along the covariances that the ensemble itself
shows, with the errors of the data inflated by the number of steps, so that the data count once in total. For a linear
model with Gaussian errors the result is the posterior; for others it is an approximation that has to be checked (by
simulation-based calibration, see the tests).

With a few hundred members, correlations of up to about ``1 / sqrt(members)`` are chance. Those below ``CUT`` times that
are set to zero, the others shrunk by the pseudo-optimal factor of [2]_, element by element of the covariance between
unknowns and predictions: without that, every unknown would seem to be learned a little.

A figure that is only a bound is compared with the prediction cut off at the bound, so it moves no member that respects
it.

References
----------
.. [1] Emerick, Reynolds (2013). Ensemble smoother with multiple data assimilation. Computers & Geosciences 55, 3-15.
   doi:10.1016/j.cageo.2012.03.011
.. [2] Furrer, Bengtsson (2007). Estimation of high-dimensional prior and posterior covariance matrices in Kalman filter
   variants. J. Multivariate Anal. 98, 227-255. doi:10.1016/j.jmva.2006.08.003
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import UsageError
from borderflow.priors import DATA_DRAWS, standard_normals

__all__ = ["CUT", "Data", "cut_at_bounds", "smooth", "taper", "update"]

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
    members = z.shape[1]
    g = cut_at_bounds(data, predicted)
    a, b = z - z.mean(axis=1, keepdims=True), g - g.mean(axis=1, keepdims=True)
    factor = taper(z, g) * (1.0 if mask is None else mask)
    cross = factor * (a @ b.T) / (members - 1)
    own = b @ b.T / (members - 1) + inflation * np.diag(data.error**2)
    noise = standard_normals(data.names, members, seed=seed, purpose=DATA_DRAWS, step=step)
    noise -= noise.mean(axis=1, keepdims=True)
    wanted = data.value[:, None] + np.sqrt(inflation) * data.error[:, None] * noise
    # a member that respects a bound is not asked to move, whatever the perturbation
    gap = np.where((data.bound != 0)[:, None] & (g == data.value[:, None]), 0.0, wanted - g)
    return np.asarray(z + cross @ np.linalg.solve(own, gap))


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
        Number of assimilations; each uses the errors times ``sqrt(steps)``.
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
    z = start
    for step in range(len(history), steps + 1):
        if step > 0:
            before, predicted = history[-1]
            z = update(before, predicted, data, inflation=float(steps), seed=seed, step=step, mask=mask)
        history.append((z, simulate(z)))
        if keep is not None:
            keep(step, *history[-1])
    return history
