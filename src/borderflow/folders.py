"""Folders: what is shipped, and where runs are kept, on disk or, by an address such as ``s3://bucket/run``, elsewhere.

Addresses go through fsspec and universal-pathlib (extra ``cloud``), which give them the methods of a path. Credentials
and end points are those of the system that keeps them (environment, configuration files); none pass through here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from borderflow.errors import ResultsError, UsageError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FLEE_TABLE", "absolute", "is_remote", "locate", "on_disk", "options_of", "read_json", "read_table", "remove",
    "require_facts", "shipped_with", "sweep", "write_whole",
]  # fmt: skip

FLEE_TABLE = "input_csv/locations.csv"  # what a directory in Flee's format holds


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


def on_disk(where: str | Path, what: str) -> Path:
    """Return a path on disk; `Path` alone would make a folder named ``s3:`` of an address.

    Raises
    ------
    UsageError
        For an address, saying what cannot be written there.

    Examples
    --------
    >>> on_disk("fits/tour", "a fit").name
    'tour'
    >>> on_disk("s3://bucket/tour", "a fit")
    Traceback (most recent call last):
    borderflow.errors.UsageError: s3://bucket/tour: a fit is written to a disk, not to an address
    """
    if (isinstance(where, Path) and is_remote(where)) or re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(where)):
        raise UsageError(f"{where}: {what} is written to a disk, not to an address")
    return Path(where)


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


def require_facts(path: Path, known: Mapping[str, Any], facts: Mapping[str, type | tuple[type, ...]]) -> None:
    """Check that the object in a file has what will be asked of it.

    Raises
    ------
    ResultsError
        For the first that is missing or of another kind.

    Examples
    --------
    >>> require_facts(Path("fit.json"), {"seed": "one"}, {"seed": int})
    Traceback (most recent call last):
    borderflow.errors.ResultsError: fit.json: seed is 'one', should be int; the file is damaged
    """
    for name, kind in facts.items():
        value = known.get(name)
        if not isinstance(value, kind) or isinstance(value, bool) or (isinstance(value, int) and abs(value) >= 2**63):
            kinds = " or ".join(one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,)))
            found = f"is {value!r:.80}" if name in known else "is missing"
            raise ResultsError(f"{path}: {name} {found}, should be {kinds}; the file is damaged")


def read_table(path: Path, columns: Sequence[str], remedy: str, numbers: Sequence[str] = ()) -> pd.DataFrame:
    """Return a table that was written as CSV.

    Raises
    ------
    ResultsError
        Where it is torn, a column is missing or one of numbers holds something else, with the remedy.
    """
    import pandas as pd

    try:
        table = pd.read_csv(path, keep_default_na=False)
        if missing := [name for name in columns if name not in table.columns]:
            raise ValueError(f"no column {missing[0]}")
        if wrong := [name for name in numbers if not pd.api.types.is_numeric_dtype(table[name])]:
            raise ValueError(f"column {wrong[0]} holds more than numbers")
    except (ValueError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ResultsError(f"{path}: is damaged ({reason}); {remedy}") from None
    return table


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


def shipped_with(file: str) -> dict[str, Path]:
    """Return the shipped folders that hold a file: name to folder.

    Examples
    --------
    >>> "russia-2022" in shipped_with("scenario.yaml")
    True
    """
    here = Path(__file__).parent
    for root in (here / "scenarios", here.parents[1] / "scenarios"):
        if root.is_dir():
            return {f.name: f for f in sorted(root.iterdir()) if (f / file).is_file()}
    return {}
