"""Plans: which members of which scenario a run is made of, and the folder in which it comes to be.

On disk, work happens in ``FOLDER.part``, which becomes ``FOLDER`` only when everything is written: a run folder is
whole or not there. In an object store nothing can be renamed; there, ``manifest.json`` comes last and makes the run.
``claim.json`` says what the run will be: two runs with the same claim write the same bytes, so an interrupted one may
go on, and a worker on another computer learns from it what to compute.
"""

from __future__ import annotations

import hashlib
import json
import operator
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from borderflow.cube import MEMBERS_FILE, Store
from borderflow.errors import ResultsError, UsageError
from borderflow.folders import absolute, is_remote, read_json, remove, sweep, write_whole
from borderflow.kernels import cache_folder
from borderflow.network import Network
from borderflow.results import FORMAT, DailyFigures, open_run, summarise_series, write_summary
from borderflow.simulation import Setting
from borderflow.snapshots import Snapshots

__all__ = [
    "MAX_MEMBERS",
    "MAX_SEED",
    "Plan",
    "begin",
    "choose_numbers",
    "close",
    "difference",
    "finish",
    "goes_on",
    "guarded",
    "part_of",
    "require_ours",
    "settle",
]

MAX_MEMBERS = 1_000_000
MAX_SEED = 2**63 - 1
DEFAULT_MEMBERS = 200


@dataclass(frozen=True)
class Plan:
    """Which members of which scenario."""

    network: Network
    numbers: range
    seed: int
    hours: tuple[int, ...]
    branch: Snapshots | None
    settings: Sequence[Setting] | None

    @property
    def claim(self) -> dict[str, Any]:
        """What must be equal for two runs to write the same bytes; where they branched from is not part of it."""
        scenario = self.network.scenario
        # the name of the kernel cache holds a hash of the engine: bytes of two engines must not mix
        return {
            "digest": scenario.digest(), "seed": self.seed, "members": len(self.numbers), "first": self.numbers.start,
            "format": FORMAT, "engine": cache_folder().name, "settings": _digest_of(self.settings),
        }  # fmt: skip

    @property
    def order(self) -> dict[str, Any]:
        """What a worker elsewhere needs beside the claim."""
        scenario = self.network.scenario.model_dump(mode="json", by_alias=True, exclude={"folder"})
        branch = None if self.branch is None else [str(absolute(self.branch.folder)), self.branch.hour]
        return {"scenario": scenario, "snapshots": self.hours, "branch": branch}


def _digest_of(settings: Sequence[Setting] | None) -> str | None:
    """Return the SHA-256 of what is special about members."""
    if settings is None:
        return None
    digest = hashlib.sha256()
    for one in settings:
        events = [event.model_dump(mode="json", by_alias=True) for event in one.events]
        digest.update(json.dumps([dict(one.values), events], sort_keys=True).encode())
        digest.update(b"" if one.normals is None else one.normals.tobytes())
        digest.update(b"" if one.traffic is None else one.traffic.tobytes())
    return digest.hexdigest()


def choose_numbers(members: int | range | None, seed: int | None, branch: Snapshots | None) -> tuple[range, int]:
    """Return numbers of members and the seed, those of the run branched from where not given."""
    known = None if branch is None else branch.run
    if members is None:
        members = DEFAULT_MEMBERS if known is None else range(known.first, known.first + known.members)
    if seed is None:
        seed = 1 if known is None else known.seed
    seed = _whole("seed", seed)
    members = members if isinstance(members, range) else _whole("members", members)
    numbers = members if isinstance(members, range) else range(members)
    if not isinstance(members, range) and not 1 <= members <= MAX_MEMBERS:
        raise UsageError(f"members must be 1 to {MAX_MEMBERS:,}, got {members}")
    if not 0 <= numbers.start < numbers.stop <= MAX_MEMBERS or numbers.step != 1:
        raise UsageError(f"members A:B must be 0 <= A < B <= {MAX_MEMBERS:,}, got {numbers.start}:{numbers.stop}")
    if not 0 <= seed <= MAX_SEED:
        raise UsageError(f"seed must be 0 to 2**63 - 1, got {seed}")
    if known is not None:
        if seed != known.seed:
            raise UsageError(f"a branch keeps the seed of its run, {known.seed}, got {seed}")
        if numbers.start < known.first or numbers.stop > known.first + known.members:
            raise UsageError(f"the run branched from has members {known.first}:{known.first + known.members}, "
                             f"got {numbers.start}:{numbers.stop}")  # fmt: skip
    return numbers, seed


def _whole(what: str, number: Any) -> int:
    """Return a plain whole number, also of those of numpy, which no JSON holds."""
    try:
        return operator.index(number)
    except TypeError:
        raise UsageError(f"{what} must be a whole number, got {number!r}") from None


def part_of(folder: Path) -> Path:
    """Return the folder in which what is to be in another comes to be."""
    return folder if is_remote(folder) else folder.with_name(folder.name + ".part")


def require_ours(folder: Path, is_ours: Callable[[Path], bool] | None = None, what: str = "run folder") -> None:
    """Make sure that nothing but runs, or what else ``is_ours`` knows, would be replaced."""
    is_ours = is_ours or _is_ours
    if not folder.name and not is_remote(folder):
        raise UsageError(f"{folder} cannot be a {what}; name one with --out")
    beside = () if is_remote(folder) else (part_of(folder), _old_of(folder))
    for place in (folder, *beside):
        try:
            # a link that leads nowhere, or to itself, stands in the way as well
            there = place.exists() if is_remote(place) else os.path.lexists(place)
            foreign = there and not is_ours(place)
        except OSError as error:
            raise ResultsError(f"{place}: cannot be reached: {error.strerror or error}") from None
        if foreign:
            raise UsageError(f"{place} exists and is not a {what}; choose another with --out")


def _is_ours(folder: Path) -> bool:
    """Tell whether a folder may be replaced: a run, finished or begun, or an empty folder."""
    if not folder.is_dir():
        return False
    names = {one.name.removesuffix(".partial") for one in folder.iterdir()}
    # the claim is written last: a run killed before that leaves the beginning of a cube and nothing else
    beginning = folder.suffix == ".part" and all(
        name.startswith(("results.zarr", MEMBERS_FILE, "claim.json")) for name in names
    )
    return bool(names & {"manifest.json", "claim.json"}) or not names or beginning


def begin(folder: Path, plan: Plan, resume: bool) -> Path | None:
    """Return the folder to write to with the cube laid out; None where a resumed run turns out to be finished."""
    part, claim = part_of(folder), plan.claim
    if resume and not goes_on(part, claim, partial(_is_finished, folder, claim), "run"):
        settle(folder)
        return None
    with guarded(part):
        if not resume:
            remove(part)
        sweep(part)
        Store.create(part / "results.zarr", plan.network, len(plan.numbers), first=plan.numbers.start)
        if plan.settings is not None:
            write_whole(part / MEMBERS_FILE, json.dumps({"values": [dict(one.values) for one in plan.settings]}))
        write_whole(part / "claim.json", json.dumps(claim | plan.order))
    return part


def goes_on(part: Path, claim: Mapping[str, Any], is_finished: Callable[[], bool], verb: str) -> bool:
    """Tell whether interrupted work with this claim is there to go on with; False where it turns out to be finished.

    Raises
    ------
    ResultsError
        Where there is nothing to resume, or what was begun is something else.
    """
    claim_file = part / "claim.json"
    if not claim_file.is_file():
        if is_finished():
            return False
        raise ResultsError(f"{part}: nothing to resume; {verb} without --resume")
    try:
        different = difference(claim, read_json(claim_file))
    except ResultsError:
        raise ResultsError(f"{claim_file}: is torn; {verb} without --resume to start afresh") from None
    if different:
        raise ResultsError(f"{part}: was begun with another {different}; {verb} without --resume to start afresh")
    return True


def difference(claim: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Return the first thing in which what is known differs from a claim, in words; empty where nothing does."""
    return next((key.replace("_", " ") for key in claim if known.get(key) != claim[key]), "")


def _is_finished(folder: Path, claim: Mapping[str, Any]) -> bool:
    """Tell whether a folder holds this very run, because it was killed after its last byte."""
    if not (folder / "manifest.json").is_file():
        return False
    manifest = open_run(folder).manifest
    return not difference(claim, {**manifest, "digest": manifest.get("scenario_digest")})


@contextmanager
def guarded(part: Path) -> Iterator[None]:
    """Turn what a disk or a store says into one line."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error).splitlines()[0] or type(error).__name__
        begun = (part / "claim.json").is_file()
        remedy = "; make room and go on with --resume" if begun else ""
        raise ResultsError(f"{part}: cannot be written: {reason}{remedy}") from None


def close(
    part: Path, plan: Plan, store: Store, seconds: float, beside: Mapping[str, str] | None = None
) -> Sequence[DailyFigures]:
    """Write what stands beside a full cube, the manifest last; return the summary."""
    for name, text in (beside or {}).items():
        write_whole(part / name, text)
    sweep(part)
    rows = summarise_series(plan.network, store)
    write_summary(rows, part / "summary.csv")
    scenario = plan.network.scenario
    if scenario.folder is not None and (scenario.folder / "evidence.csv").is_file():
        write_whole(part / "evidence.csv", (scenario.folder / "evidence.csv").read_bytes())
    _write_manifest(part, plan, seconds)
    return rows


def _write_manifest(part: Path, plan: Plan, seconds: float) -> None:
    from borderflow import __version__

    scenario, claim = plan.network.scenario, plan.claim
    manifest = {
        "borderflow": __version__,
        "title": scenario.title,
        "scenario_digest": claim.pop("digest"),
        **claim,
        "start": scenario.start.isoformat(),
        "end": scenario.end.isoformat(),
        "parameters": {name: parameter.value for name, parameter in scenario.parameters.items()},
        "events": [event.id for event in scenario.active_events()],
        "branched_from": None if plan.branch is None else {"run": str(plan.branch.folder), "hour": plan.branch.hour},
        "seconds": round(seconds, 3),
        "scenario": plan.order["scenario"],
    }
    write_whole(part / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))


def finish(part: Path, folder: Path) -> Path:
    """Put the finished run in its place, replacing an older one."""
    if part != folder:
        if folder.exists():
            remove(_old_of(folder))
            folder.rename(_old_of(folder))
        part.rename(folder)
    settle(folder)
    return folder


def settle(folder: Path) -> None:
    """Remove what is kept until a run is in its place, so that one killed between the two renames can be resumed."""
    if not is_remote(folder):
        remove(_old_of(folder))
    (folder / "claim.json").unlink(missing_ok=True)


def _old_of(folder: Path) -> Path:
    return folder.with_name(folder.name + ".old")
