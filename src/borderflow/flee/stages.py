"""Kilometres of a day that have the same consequences: what tells people apart who arrive with part of their day left.

After a stage a person may go on if less than a day's travel has been covered. So the kilometres covered so far are only
ever asked whether they, with the stages to come, reach the speed of the last of them. Between two such thresholds of a
place all kilometres lead to the same, and are counted as the least of them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["find_stages"]

MOST_ROWS = 4_000_000


def find_stages(places: int, links: NDArray[np.uint32], speeds: Iterable[Iterable[int]]) -> NDArray[np.int32]:
    """Find the least kilometres of the day with the same consequences.

    Parameters
    ----------
    places : int
        How many.
    links : numpy.ndarray
        Roads, columns start, end, length and speed, in whole units; later columns are not read.
    speeds : iterable of iterables of int
        All speeds at which people may travel each road within a day.

    Returns
    -------
    numpy.ndarray
        Shape (places, greatest speed + 1): what so many kilometres count as. No columns where there would be too many.

    Examples
    --------
    One road of 30 there and back, 100 a day: at either end it matters whether 70, 40 or 10 have been covered.

    >>> links = np.array([[0, 1, 30, 100], [1, 0, 30, 100]], np.uint32)
    >>> find_stages(2, links, [[100], [100]])[0, [5, 10, 39, 40, 69, 70, 99]]
    array([ 0, 10, 10, 40, 40, 70, 70], dtype=int32)
    """
    ways = [(int(a), int(b), int(km), tuple(v)) for (a, b, km, *_), v in zip(links, speeds, strict=True)]
    longest = max((speed for *_, all_speeds in ways for speed in all_speeds), default=0)
    if places * (longest + 1) > MOST_ROWS:
        return np.zeros((places, 0), np.int32)
    matters = np.zeros((places, longest + 1), bool)
    matters[:, 0] = True
    changed = True
    while changed:
        before = matters.copy()
        for start, end, km, all_speeds in ways:
            for speed in all_speeds:
                matters[start, max(speed - km, 0)] = True
            # a threshold at the end of the road is one at its start, sooner by its length
            if km <= longest:
                matters[start, : longest + 1 - km] |= matters[end, km:]
        changed = bool((matters != before).any())
    reached = np.where(matters, np.arange(longest + 1, dtype=np.int32), 0)
    return np.maximum.accumulate(reached, axis=1).astype(np.int32)
