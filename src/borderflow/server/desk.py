"""Desk: the scenarios that the server knows, their reference runs, and what people asked of them.

Compiled networks and reference members are kept, so that a question costs no more than its own members.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Literal

from borderflow.calibration import Fit, open_fit
from borderflow.comparison import Comparison, carry_settings
from borderflow.errors import ResultsError, UsageError, suggest
from borderflow.flee.directory import is_directory
from borderflow.forecasting import draw_members, known_by, shipped_fit
from borderflow.kernels import cache_folder
from borderflow.ledger import Ledger, read_ledger
from borderflow.network import Network, compile_network, vary_network
from borderflow.results import Run, open_run
from borderflow.revision import changed_yaml
from borderflow.scenario import Scenario, load, shipped
from borderflow.server.jobs import Full, Job, Jobs
from borderflow.server.pictures import comparison_picture, picture
from borderflow.server.problems import NotThere
from borderflow.server.questions import Change, ask
from borderflow.server.samples import HeldRun, Sample, draw_sample, read_sample
from borderflow.server.trails import Base, hours_to_keep
from borderflow.simulation import Setting
from borderflow.snapshots import shared_hours

__all__ = ["Basis", "Desk", "Question", "Result", "Study"]

KEPT_REFERENCES = 3
MOST_COPIES = 20  # working scenarios
#: Whose parameters members have: those of the scenario, or draws of its fit with breaks that nobody knows of yet.
Basis = Literal["scenario", "forecast"]


@dataclass(frozen=True)
class Question:
    """Which members of a scenario are asked for.

    Parameters
    ----------
    members, seed : int
    until : str
        Another end, empty for the scenario's own.
    basis : {'scenario', 'forecast'}
    """

    members: int
    seed: int
    until: str
    basis: Basis


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
    about : mapping
        What the picture says of itself: scenario, what its spread contains, since when.
    comparison : Comparison, optional
        With the reference, where that was asked.
    """

    study: Study
    scenario: Scenario
    sample: Sample
    picture: bytes
    about: Mapping[str, str]
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
            "settings": self.sample.block.values is not None,
            **({"forecast": {"known": self.about["known"]}} if "known" in self.about else {}),
        }
        return HeldRun(self.sample, manifest, self.study.home)

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
        self._references: OrderedDict[tuple[int, int, str, Basis], Sample] = OrderedDict()

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

    @cached_property
    def fit(self) -> Fit:
        """The fit that is shipped with the scenario.

        Raises
        ------
        UsageError
            Where none is.
        """
        folder = shipped_fit(self.scenario)
        if folder is None:
            raise UsageError(f"no fit is shipped with {self.name!r}, so there is no forecast; make one: borderflow fit")
        return open_fit(folder)

    @cached_property
    def forecast_from(self) -> str | None:
        """The last day that the shipped fit knew; None where no forecast can be made."""
        return self.fit.through.isoformat() if shipped_fit(self.scenario) is not None else None

    def settings(self, network: Network, basis: Basis, members: int, seed: int) -> list[Setting] | None:
        """Return what is special about each member on a basis; None where nothing is."""
        return None if basis == "scenario" else draw_members(network, self.fit, members=members, seed=seed)

    def spread(self, question: Question, changed: bool) -> dict[str, str]:
        """Return what the spread of figures contains (``chance``, ``parameters``, ``forecast``), and since when."""
        if question.basis == "forecast":
            return {"spread": "forecast", "known": self.fit.through.isoformat()}
        if self.stored is None or changed or not self.is_stored(question):
            return {"spread": "chance"}
        known = known_by(self.stored)
        if known is not None:
            return {"spread": "forecast", "known": known.isoformat()}
        return {"spread": "chance" if self.stored.store.values is None else "parameters"}

    @property
    def home(self) -> Path:
        """The folder with the ledger: that of the run on disk or of the scenario."""
        if self.stored is not None:
            return self.stored.folder
        assert self.scenario.folder is not None  # a scenario of the page was read from one
        return self.scenario.folder

    def is_stored(self, question: Question) -> bool:
        """Tell whether the members asked for are on disk."""
        whole = not question.until and question.seed == self.seed and question.basis == "scenario"
        return self.stored is not None and whole

    def require_pairs(self) -> None:
        """Make sure that new members can be paired with those of the run on disk.

        Raises
        ------
        UsageError
            Where they cannot: another engine draws otherwise, and breaks and noise of a forecast are not on disk.
        """
        if self.stored is None:
            return
        engine = self.stored.manifest.get("engine")
        if engine != cache_folder().name:
            version = self.stored.manifest.get("borderflow", "?")
            raise UsageError(
                f"{self.name}: was made by another engine ({engine}, borderflow {version}), whose members cannot be "
                f"paired with those of this one ({cache_folder().name}); make the run again"
            )
        if self.stored.store.values is not None:
            raise UsageError(
                f"{self.name}: its members have parameters and breaks of their own, which new members cannot share; "
                "ask the scenario instead, with the forecast as basis"
            )

    def reference(
        self, question: Question, workers: int, job: Job, early: Callable[[Sample], None] | None = None
    ) -> Sample:
        """Return members of the scenario as it is, simulated once and kept; ``early`` as in `draw_sample`."""
        key = (question.members, question.seed, question.until, question.basis)
        if key not in self._references:
            self._references[key] = self._draw_reference(question, workers, job, early)
            while len(self._references) > KEPT_REFERENCES:
                self._references.popitem(last=False)
        else:
            # nobody waits for what is there
            job.total = max(job.total - question.members, 0)
        self._references.move_to_end(key)
        return self._references[key]

    def _draw_reference(
        self, question: Question, workers: int, job: Job, early: Callable[[Sample], None] | None
    ) -> Sample:
        if self.stored is not None and self.is_stored(question):
            job.total -= question.members - min(question.members, self.stored.members)
            return read_sample(self.stored, question.members, job.advance)
        network = compile_network(self.scenario.until(question.until)) if question.until else self.network
        settings = self.settings(network, question.basis, question.members, question.seed)
        # members with parameters of their own may differ from the first hour on
        keep = hours_to_keep(network, question.members) if settings is None else ()
        # one set of kept hours is enough memory
        for key, known in self._references.items():
            self._references[key] = replace(known, trails=None)
        return draw_sample(
            network, range(question.members), seed=question.seed, settings=settings, workers=workers,
            advance=job.advance, keep=keep, early=early,
        )  # fmt: skip


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
        self.jobs = Jobs(weigh=lambda result: result.sample.nbytes + len(result.picture))
        self._folders: dict[str, Path] = dict(shipped())
        self._studies: dict[str, Study] = {}
        self._copies = 0
        self._adopting = threading.Lock()
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
        if is_directory(folder):
            raise UsageError(
                f"{source}: is a Flee directory, which has camps and days instead of crossings and hours; the page "
                "does not show those. Use borderflow run, which writes out.csv and a briefing"
            )
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
        with self._adopting:
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
        until: str = "", basis: Basis = "scenario", compare: bool = False,
    ) -> Job:  # fmt: skip
        """Queue members of a scenario with changes, compared with the reference where asked.

        Raises
        ------
        UsageError, ScenarioError
            At once, where a change makes no sense, or there is no forecast, or nothing to pair with.
        """
        question = Question(members or self.members, study.seed if seed is None else seed, until, basis)
        base = study.scenario.until(until) if until else study.scenario
        changed = ask(base, changes)
        about = {"scenario": study.name, **study.spread(question, bool(changes))}
        if compare and study.is_stored(question):
            study.require_pairs()
        if not changes:
            work = partial(self._show_reference, study, question, base, about)
        elif compare:
            work = partial(self._compare, study, question, changed, about)
        else:
            work = partial(self._show, study, question, changed, about)
        rounds = 2 if compare and changes else 1
        kind = "comparison" if compare else "forecast" if basis == "forecast" else "run"
        request = {
            "scenario": study.name, "changes": [one.model_dump(mode="json") for one in changes], "until": until,
            "basis": basis, "members": question.members, "seed": question.seed,
        }  # fmt: skip
        return self.jobs.submit(kind, rounds * question.members, work, request)

    def _show_reference(
        self, study: Study, question: Question, scenario: Scenario, about: Mapping[str, str], job: Job
    ) -> Result:
        """Simulate a scenario as it is, or take what is known of it."""

        def show(few: Sample) -> None:
            job.show(picture(few, **about, kind=job.kind))

        sample = study.reference(question, self.workers, job, show)
        message = picture(sample, **about, kind=job.kind)
        return Result(study, scenario, replace(sample, hourly={}, trails=None), message, about)

    def _show(self, study: Study, question: Question, changed: Scenario, about: Mapping[str, str], job: Job) -> Result:
        """Simulate a changed scenario."""
        network = compile_network(changed)
        sample = draw_sample(
            network, range(question.members), seed=question.seed, workers=self.workers, advance=job.advance,
            settings=study.settings(network, question.basis, question.members, question.seed),
        )  # fmt: skip
        message = picture(sample, **about, kind=job.kind)
        return Result(study, changed, replace(sample, hourly={}), message, about)

    def _compare(
        self, study: Study, question: Question, changed: Scenario, about: Mapping[str, str], job: Job
    ) -> Result:
        """Simulate the same members with the changes, from the hour on at which they begin to act."""
        reference = study.reference(question, self.workers, job)
        network = vary_network(reference.network, changed)
        settings = carry_settings(reference.settings, reference.network.scenario, changed)
        base = Base.latest(reference.trails, shared_hours(reference.network, network)[0]) if reference.trails else None

        def show(few: Sample) -> None:
            job.show(comparison_picture(reference, few, **about, kind=job.kind)[1])

        sample = draw_sample(
            network, reference.members, seed=reference.seed, settings=settings, workers=self.workers,
            advance=job.advance, base=base, early=show,
        )  # fmt: skip
        comparison, message = comparison_picture(reference, sample, **about, kind=job.kind)
        return Result(study, changed, replace(sample, hourly={}), message, about, comparison)


def _slug(name: str) -> str:
    """Return a name that can stand in an address."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:64] or "scenario"
