"""Sequential ABC: a second, slower way to a posterior, to check the smoother on a few parameters.

Population Monte Carlo with approximate Bayesian computation [1]_: particles are drawn around those of the generation
before, simulated, and kept when their distance to the data is small; the tolerance falls to the median of the distances
each time, and importance weights undo the proposal. It assumes nothing about linearity, but needs far more simulations
and is hopeless with many unknowns against tight daily figures.

References
----------
.. [1] Beaumont, Cornuet, Marin, Robert (2009). Adaptive approximate Bayesian computation. Biometrika 96, 983-990.
   doi:10.1093/biomet/asp052
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from borderflow.errors import UsageError

__all__ = ["Particles", "sample_abc"]


@dataclass(frozen=True)
class Particles:
    """A weighted sample.

    Parameters
    ----------
    z : numpy.ndarray
        Shape (unknown, particle), on the scale where the prior is standard normal.
    weight : numpy.ndarray
        Shape (particle,), adds up to 1.
    tolerance : float
        Largest distance that was accepted in the last generation.
    simulations : int
        How many runs it took.
    """

    z: NDArray[np.float64]
    weight: NDArray[np.float64]
    tolerance: float
    simulations: int

    def moments(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return weighted mean and standard deviation of each unknown."""
        mean = self.z @ self.weight
        return mean, np.sqrt(np.square(self.z - mean[:, None]) @ self.weight)


def sample_abc(
    distance: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    unknowns: int,
    *,
    particles: int = 200,
    generations: int = 5,
    seed: int = 1,
    most: int = 100_000,
) -> Particles:
    """Sample a posterior by sequential ABC under a standard normal prior.

    Parameters
    ----------
    distance : callable
        Candidates (unknown, candidate) to distances from the data, shape (candidate,).
    unknowns : int
    particles, generations : int
    seed : int
    most : int
        Stop before this many simulations; the generation reached then is returned.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> found = sample_abc(lambda z: abs(z[0] + rng.standard_normal(z.shape[1]) - 1.0), 1, particles=300)
    >>> mean, spread = found.moments()  # exactly: 0.5 and 0.71
    >>> bool(0.3 < mean[0] < 0.7), bool(0.55 < spread[0] < 0.9)
    (True, True)
    """
    if particles < 10 or generations < 1:
        raise UsageError(f"needs at least 10 particles and 1 generation, got {particles} and {generations}")
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((unknowns, 2 * particles))
    gap = distance(z)
    spent = gap.size
    best = np.argsort(gap, kind="stable")[:particles]
    z, gap = z[:, best], gap[best]
    weight = np.full(particles, 1.0 / particles)
    tolerance = float(gap.max())
    for _ in range(1, generations):
        target = float(np.quantile(gap, 0.5))
        mean = z @ weight
        spread = 2.0 * np.atleast_2d((z - mean[:, None]) * weight @ (z - mean[:, None]).T) + 1e-9 * np.eye(unknowns)
        root = np.asarray(np.linalg.cholesky(spread), dtype=np.float64)
        kept: list[NDArray[np.float64]] = []
        gaps: list[float] = []
        while len(gaps) < particles and spent < most:
            parents = rng.choice(particles, size=particles, p=weight)
            candidates = z[:, parents] + root @ rng.standard_normal((unknowns, particles))
            found = distance(candidates)
            spent += particles
            for n in np.flatnonzero(found <= target):
                kept.append(candidates[:, n])
                gaps.append(float(found[n]))
        if len(gaps) < particles:
            break
        new = np.stack(kept[:particles], axis=1)
        weight = _weights(new, z, weight, root)
        z, gap, tolerance = new, np.array(gaps[:particles]), target
    return Particles(z, weight, tolerance, spent)


def _weights(
    new: NDArray[np.float64], old: NDArray[np.float64], weight: NDArray[np.float64], root: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return prior over proposal density of the new particles."""
    log_prior = -0.5 * np.square(new).sum(axis=0)
    steps = np.linalg.solve(root, (new[:, :, None] - old[:, None, :]).reshape(len(new), -1))
    kernel = np.exp(-0.5 * np.square(steps).sum(axis=0)).reshape(new.shape[1], old.shape[1])
    ratio = np.exp(log_prior - log_prior.max()) / np.maximum(kernel @ weight, 1e-300)
    return np.asarray(ratio / ratio.sum())
