"""Folders: where runs are kept, on this computer's disk or, by an address such as ``s3://bucket/run``, anywhere else.

Addresses go through fsspec and universal-pathlib (extra ``cloud``), which give them the methods of a path. Credentials
and end points are those of the system that keeps them (environment, configuration files); none pass through here.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from borderflow.errors import ResultsError, UsageError

__all__ = ["absolute", "is_remote", "locate", "options_of", "read_json", "remove", "sweep", "write_whole"]


def locate(where: str | Path) -> Path:
    """Return a path on disk, or one with the same methods for an address.

    Raises
    ------
    UsageError
        For an address without the packages that reach it.

    Examples
    --------
    >>> locate("runs/tour").name
    'tour'
    """
    text = str(where)
    if not isinstance(where, str) or "://" not in text:
        return Path(where) if isinstance(where, str) else where
    try:
        from upath import UPath

        path = UPath(text)
        _ = path.fs  # what reaches the store is loaded now, or the first use would fail far from here
        return cast(Path, path)
    except (ImportError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"{text}: {reason}; addresses need the extra: pip install 'borderflow[cloud]'") from None


def is_remote(path: Path) -> bool:
    """Tell whether a path is an address of an object store, where nothing can be renamed.

    Examples
    --------
    >>> is_remote(Path("runs/tour"))
    False
    """
    return hasattr(path, "storage_options")


def absolute(path: Path) -> Path:
    """Return a path that means the same in every process."""
    return path if is_remote(path) else path.resolve()


def options_of(path: Path) -> dict[str, Any] | None:
    """Return what fsspec needs to reach an address, None on disk."""
    return dict(getattr(path, "storage_options")) if is_remote(path) else None  # noqa: B009


def write_whole(path: Path, data: str | bytes) -> None:
    """Write a file so that whoever reads it sees all of it or none."""
    raw = data.encode() if isinstance(data, str) else data
    if is_remote(path):
        path.write_bytes(raw)  # objects appear whole and need no folder; a bucket is not ours to make
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(raw)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def read_json(path: Path) -> Mapping[str, Any]:
    """Return the object in a JSON file.

    Raises
    ------
    ResultsError
        Where it is torn or no object.
    """
    try:
        known = json.loads(path.read_bytes())
    except (ValueError, OSError, RecursionError) as error:
        raise ResultsError(f"{path}: cannot be read: {error}") from None
    if not isinstance(known, dict):
        raise ResultsError(f"{path}: holds {type(known).__name__}, should hold an object")
    return known


def remove(folder: Path) -> None:
    """Remove a folder and everything in it, if it is there."""
    if is_remote(folder):
        if folder.exists():
            cast(Any, folder).fs.rm(cast(Any, folder).path, recursive=True)
    elif folder.exists():
        shutil.rmtree(folder)


def sweep(folder: Path) -> None:
    """Remove what writers that were killed left of files they had not finished."""
    if not is_remote(folder):
        for file in folder.rglob("*.partial"):
            file.unlink(missing_ok=True)
