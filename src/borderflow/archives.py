"""Archives: named arrays in one file, each with its checksum (CRC-32): what interrupted work goes on from."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from borderflow.folders import write_whole

__all__ = ["read_archive", "write_archive"]

LARGEST = 4e9  # bytes unpacked; what says that it is larger was not written by us
_DAMAGE = (OSError, ValueError, EOFError, KeyError, MemoryError, NotImplementedError, zipfile.BadZipFile, zlib.error)


def write_archive(file: Path, arrays: Mapping[str, NDArray[Any]], *, packed: bool = False) -> None:
    """Write arrays, whole or not at all; packed where most of them is zero."""
    data = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(data, **arrays)  # type: ignore[arg-type]
    write_whole(file, data.getvalue())


def read_archive(file: Path) -> dict[str, NDArray[Any]] | None:
    """Return the arrays; None where the file is missing, torn, or a checksum fails.

    Examples
    --------
    >>> read_archive(Path("nowhere.npz")) is None
    True
    """
    try:
        data = io.BytesIO(file.read_bytes())
        with zipfile.ZipFile(data) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                return None
        with np.load(data, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except _DAMAGE:
        return None
