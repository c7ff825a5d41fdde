"""Compiled kernels: all numba code of borderflow lives in this folder.

Numba's on-disk cache looks only at the file that holds a function, so an edit in ``draws.py`` would leave stale
machine code of ``border.py`` in use. The cache folder is therefore named by a hash of every source in this folder.
Numba reads its cache folder when a function is decorated, so the setting is changed only while the kernels are
imported and put back afterwards: other packages in the same process keep their own cache.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["cache_folder", "kernel_cache"]


def cache_folder() -> Path:
    """Return the folder of compiled kernels for exactly these sources.

    Returns
    -------
    pathlib.Path
        ``$BORDERFLOW_CACHE`` or ``$XDG_CACHE_HOME/borderflow`` or ``~/.cache/borderflow``, then a hash of the sources.
    """
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    if chosen := os.environ.get("BORDERFLOW_CACHE"):
        root = Path(chosen)
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "borderflow"
    return root / f"kernels-{digest}"


@contextmanager
def kernel_cache() -> Iterator[None]:
    """Let functions decorated inside this block keep their machine code in `cache_folder`."""
    from numba.core import config as numba_config

    config: Any = numba_config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder())
    try:
        yield
    finally:
        config.CACHE_DIR = before
