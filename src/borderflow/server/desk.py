"""Desk: the scenarios that the server knows, their reference runs, and what people asked of them.

Compiled networks and reference members are kept, so that a question costs no more than its own members.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from borderflow.comparison import Comparison
from borderflow.errors import ResultsError, UsageError, suggest
from borderflow.ledger import Ledger, read_ledger
from borderflow.network import Network, compile_network
from borderflow.results import Run, open_run
from borderflow.revision import changed_yaml
from borderflow.scenario import Scenario, load, shipped
from borderflow.server.jobs import Full, Job, Jobs
from borderflow.server.pictures import compare_samples, effect_rows, pack, picture, unpack
from borderflow.server.problems import NotThere
from borderflow.server.questions import Change, ask
from borderflow.server.samples import HeldRun, Sample, draw_sample, read_sample

__all__ = ["Desk", "Result", "Study"]

KEPT_REFERENCES = 3
MOST_COPIES = 20  # working scenarios


@dataclass(frozen=True)
class Result:
    """What a job leaves behind.

    Parameters
    ----------
    study : Study
    scenario : Scenario
        With the changes.
    sample : Sample
        Without its hourly members, which only a reference needs.
    picture : bytes
    comparison : Comparison, optional
        With the reference, where that was asked.
    """

    study: Study
    scenario: Scenario
    sample: Sample
    picture: bytes
    comparison: Comparison | None = None

    @cached_property
    def run(self) -> HeldRun:
        """The members as a run, for tables and the briefing."""
        from borderflow import __version__

        manifest = {
            "borderflow": __version__,
            "title": self.scenario.title,
            "scenario_digest": self.scenario.digest(),
            "seed": self.sample.seed,
            "members": len(self.sample.members),
        }
        return HeldRun(self.sample, manifest)

    def yaml(self) -> str:
        """Return the scenario file with the changes written in."""
        folder = self.study.folder
        if folder is None:
            raise ResultsError("this run carries no scenario file of its own; serve the scenario instead of the run")
        text = (folder / "scenario.yaml").read_text(encoding="utf-8-sig")
        return changed_yaml(text, self.study.scenario, self.scenario)


class Study:
    """One scenario, or one finished run of it.

    Parameters
    ----------
    name : str
    source : Scenario or Run
    """

    def __init__(self, name: str, source: Scenario | Run) -> None:
        self.name = name
        self.stored = source if isinstance(source, Run) else None
        self.scenario = source.scenario if isinstance(source, Run) else source
        self.seed = int(source.manifest["seed"]) if isinstance(source, Run) else 1
        self._references: OrderedDict[tuple[int, int, str], Sample] = OrderedDict()

    @cached_property
    def folder(self) -> Path | None:
        """The scenario's folder; for a run, the folder of the shipped scenario that it ran, unchanged."""
        if self.scenario.folder is not None:
            return self.scenario.folder
        for folder in shipped().values():
            if load(folder).digest() == self.scenario.digest():
                return folder
        return None

    @cached_property
    def network(self) -> Network:
        """The compiled network."""
        return compile_network(self.scenario)

    @cached_property
    def ledger(self) -> Ledger:
        """The claims beside the scenario or the run; empty where there are none."""
        folders = [self.folder] if self.stored is None else [self.stored.folder, self.folder]
        path = next((one / "evidence.csv" for one in folders if one and (one / "evidence.csv").is_file()), None)
        return Ledger(()) if path is None else read_ledger(path)

    def reference(self, members: int, seed: int, until: str, workers: int, job: Job) -> Sample:
        """Return members of the scenario as it is, simulated once and kept."""
        key = (members, seed, until)
        if key not in self._references:
            if self.stored is not None and not until and seed == self.seed:
                job.total = min(members, int(self.stored.manifest["members"]))
                known = read_sample(self.stored, members, job.advance)
            else:
                network = compile_network(self.scenario.until(until)) if until else self.network
                known = draw_sample(network, range(members), seed=seed, workers=workers, advance=job.advance)
            self._references[key] = known
            while len(self._references) > KEPT_REFERENCES:
                self._references.popitem(last=False)
        else:
            job.advance(members)
        self._references.move_to_end(key)
        return self._references[key]


class Desk:
    """Everything that the server works with.

    Parameters
    ----------
    source : str or Path, optional
        A shipped name, a scenario folder or a run folder; the first shipped scenario where not given.
    members : int
        Of the reference run and of a question that names no number.
    workers : int, optional
        Threads; the number of processors where not given.
    """

    def __init__(self, source: str | Path | None = None, *, members: int = 100, workers: int | None = None) -> None:
        self.members, self.workers = members, workers or os.cpu_count() or 1
        self.jobs = Jobs()
        self._folders: dict[str, Path] = dict(shipped())
        self._studies: dict[str, Study] = {}
        self._copies = 0
        self._home: tempfile.TemporaryDirectory[str] | None = None
        self.first = self._add(source) if source is not None else self._default()

    def _default(self) -> str:
        if not self._folders:
            raise UsageError("no scenario is shipped; name a scenario folder")
        return "russia-2022" if "russia-2022" in self._folders else next(iter(self._folders))

    def _add(self, source: str | Path) -> str:
        """Take a scenario or a run from the command line; never from a client."""
        folder = Path(source)
        if (folder / "manifest.json").is_file():
            name = _slug(folder.name)
            name = name if name not in self._folders else f"{name}-run"
            self._studies[name] = Study(name, open_run(folder))
            return name
        scenario = load(source)
        assert scenario.folder is not None
        known = [name for name, path in self._folders.items() if path.resolve() == scenario.folder.resolve()]
        name = known[0] if known else _slug(scenario.folder.resolve().name)
        self._studies[name] = Study(name, scenario)
        return name

    @property
    def names(self) -> list[str]:
        """Names that clients may use, that of the command line first."""
        return [self.first, *(name for name in {**self._folders, **self._studies} if name != self.first)]

    def study(self, name: str) -> Study:
        """Return a study by name.

        Raises
        ------
        NotThere
            Where no scenario or run has that name.
        """
        if name not in self._studies:
            if name not in self._folders:
                raise NotThere(f"no scenario {name!r}{suggest(name, self.names)}")
            self._studies[name] = Study(name, load(self._folders[name]))
        return self._studies[name]

    def scenario(self, name: str) -> Scenario:
        """Return a scenario by name."""
        return self.study(name).scenario

    def adopt(self, name: str, write: Callable[[Path], Path]) -> str:
        """Take in a working copy that ``write`` writes to a folder of the server's own; returns its name."""
        if self._copies >= MOST_COPIES:
            raise Full(f"there are {MOST_COPIES} working scenarios already; restart the server to be rid of them")
        if self._home is None:
            self._home = tempfile.TemporaryDirectory(prefix="borderflow-")
        self._copies += 1
        base = re.sub(r"-draft-\d+$", "", name)
        copy = f"{base[:50]}-draft-{self._copies}"
        self._studies[copy] = Study(copy, load(write(Path(self._home.name) / copy)))
        return copy

    def close(self) -> None:
        """Cancel what runs and remove working copies."""
        self.jobs.close()
        if self._home is not None:
            self._home.cleanup()

    def run(
        self, study: Study, changes: Sequence[Change] = (), *, members: int | None = None, seed: int | None = None,
        until: str = "", compare: bool = False,
    ) -> Job:  # fmt: skip
        """Queue members of a scenario with changes, compared with the reference where asked.

        Raises
        ------
        UsageError, ScenarioError
            At once, where a change makes no sense.
        """
        members = members or self.members
        seed = study.seed if seed is None else seed
        base = study.scenario.until(until) if until else study.scenario
        changed = ask(base, changes)
        plain = not changes

        def work(job: Job) -> Result:
            reference = study.reference(members, seed, until, self.workers, job) if compare or plain else None
            if plain and reference is not None:
                sample = reference
            else:
                network = compile_network(changed)
                sample = draw_sample(
                    network, range(members if reference is None else len(reference.members)), seed=seed,
                    workers=self.workers, advance=job.advance,
                )  # fmt: skip
            message = picture(sample, scenario=study.name, kind=job.kind)
            comparison = None
            if compare and reference is not None:
                comparison, differences = compare_samples(reference, sample)
                head, arrays = unpack(message)
                message = pack({**head, "effects": effect_rows(comparison, main=True)}, {**arrays, **differences})
            return Result(study, changed, replace(sample, hourly={}), message, comparison)

        rounds = 2 if compare and not plain else 1
        request = {"scenario": study.name, "changes": [one.model_dump(mode="json") for one in changes], "until": until}
        return self.jobs.submit("comparison" if compare else "run", rounds * members, work, request)


def _slug(name: str) -> str:
    """Return a name that can stand in an address."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:64] or "scenario"
