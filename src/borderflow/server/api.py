"""Interface: scenarios, runs, comparisons and evidence as JSON; the same objects as in Python.

Long work is a job: created with POST, watched with GET (``wait`` holds the answer until something changes), cancelled
with DELETE. Errors are problem details (RFC 9457).
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from borderflow.places import find_places
from borderflow.scenario import Scenario
from borderflow.server.access import AtDesk, Name, TheJob, TheResult, TheStudy, problems_of, result_of
from borderflow.server.desk import Basis, Desk, Result
from borderflow.server.jobs import Job
from borderflow.server.pictures import effect_rows
from borderflow.server.questions import Change
from borderflow.server.views import border_shapes, scenario_view, sources_of, used_in, whole_countries

__all__ = ["add_routes"]

MOST_MEMBERS = 1000
MOST_CHANGES = 50
LONGEST_WAIT = 10.0  # seconds that an answer may be held back

router = APIRouter(prefix="/api", responses=problems_of(404, 422))


def add_routes(app: Any) -> None:
    """Add the interface to an application whose ``state.desk`` is a `Desk`."""
    from borderflow.server import fits, reading

    app.include_router(router)
    app.include_router(reading.router)
    app.include_router(fits.router)


class Question(BaseModel):
    """What to simulate."""

    model_config = ConfigDict(extra="forbid")

    scenario: Name
    changes: Annotated[list[Change], Field(max_length=MOST_CHANGES)] = []
    members: Annotated[int, Field(ge=1, le=MOST_MEMBERS)] | None = Field(
        default=None, description="stochastic runs; the server's own number where not given"
    )
    seed: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = Field(
        default=None, description="another end, exclusive"
    )
    basis: Basis = Field(
        default="scenario",
        description="whose parameters members have: those of the scenario (the spread is chance alone), or draws of "
        "its fit with breaks that nobody knows of yet",
    )


class JobView(BaseModel):
    """A job as clients see it."""

    id: str
    kind: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: int = Field(description="members done so far")
    total: int = Field(description="members in all, the reference included where it has to be simulated first")
    seconds: float = Field(description="how long it took")
    seconds_left: float | None = Field(description="how long it will take at the pace so far")
    error: str
    early: bool = Field(description="whether there is a picture of the first members already")
    version: int = Field(description="grows with every change; give it as `after` to wait for the next one")
    request: dict[str, Any]

    @classmethod
    def of(cls, job: Job) -> JobView:
        """Return the view of a job."""
        names = ("id", "kind", "state", "done", "total", "seconds", "seconds_left", "error", "version")
        return cls(
            request=job.request or {}, early=job.early is not None, **{name: getattr(job, name) for name in names}
        )


# ---------------------------------------------------------------------------------------------------------------------
# Scenarios


@router.get("/scenarios", tags=["scenarios"], summary="What can be simulated")
def list_scenarios(desk: AtDesk) -> list[dict[str, Any]]:
    """Return names and titles, the one that the server was started with first."""
    out = []
    for name in desk.names:
        study = desk.study(name)
        scenario = study.scenario
        out.append(
            {"name": name, "title": scenario.title, "start": scenario.start.isoformat(),
             "end": scenario.end.isoformat(), "members": desk.members, "seed": study.seed}
        )  # fmt: skip
    return out


@router.get("/scenarios/{name}", tags=["scenarios"], summary="Places, ways out, events and parameters")
def show_scenario(study: TheStudy) -> dict[str, Any]:
    """Return a scenario as the page shows it, with events in words and the source of every parameter."""
    return scenario_view(study.scenario, study.name, study.forecast_from)


@router.get("/scenarios/{name}/claims", tags=["evidence"], summary="The ledger of claims")
def list_claims(study: TheStudy) -> dict[str, Any]:
    """Return every claim with where the scenario uses it, and the sources of its numbers in their own words.

    ``whole`` is the country that a claim speaks of as a whole, empty for a crossing or a part of a border.
    """
    used, whole = used_in(study.scenario), whole_countries(study.scenario, study.ledger)
    claims = [
        {**claim.model_dump(mode="json"), "used_in": used.get(claim.id, []), "whole": whole.get(claim.id, "")}
        for claim in study.ledger
    ]
    return {"claims": claims, "sources": sources_of(study.scenario)}


@router.get("/schema", tags=["scenarios"], summary="JSON Schema of scenario.yaml")
def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema that scenario files follow."""
    return Scenario.model_json_schema()


@router.get("/borders", tags=["places"], summary="Land, borders and first-level divisions")
def show_borders() -> dict[str, Any]:
    """Return borders by United Nations practice as GeoJSON, with the disclaimer that a map of them needs."""
    return border_shapes()


@router.get("/places", tags=["places"], summary="Places that a name may mean")
def search_places(
    name: Annotated[str, Query(min_length=1, max_length=100)], limit: Annotated[int, Query(ge=1, le=20)] = 5
) -> list[dict[str, Any]]:
    """Return candidates from the gazetteer, in any script, the likeliest first."""
    return [
        {"name": one.place.name, "country": one.place.country, "lat": one.place.latitude, "lon": one.place.longitude,
         "population": one.place.population, "score": one.score}
        for one in find_places(name, limit=limit)
    ]  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------
# Runs and comparisons


@router.post("/runs", tags=["runs"], status_code=202, summary="Simulate a scenario", responses=problems_of(503))
def create_run(question: Question, desk: AtDesk) -> JobView:
    """Queue members of a scenario, with changes where given."""
    return _submit(question, desk, compare=False)


@router.post("/comparisons", tags=["runs"], status_code=202, summary='Ask "what if"', responses=problems_of(503))
def create_comparison(question: Question, desk: AtDesk) -> JobView:
    """Queue paired members of a scenario with and without changes, and the differences between them."""
    return _submit(question, desk, compare=True)


@router.post("/forecasts", tags=["runs"], status_code=202, summary="Forecast a scenario", responses=problems_of(503))
def create_forecast(question: Question, desk: AtDesk) -> JobView:
    """Queue members that go on from the fit shipped with the scenario, each with breaks of its own.

    The same as a run on the basis ``forecast``.
    """
    return _submit(question.model_copy(update={"basis": "forecast"}), desk, compare=False)


def _submit(question: Question, desk: Desk, *, compare: bool) -> JobView:
    study = desk.study(question.scenario)
    job = desk.run(
        study, question.changes, members=question.members, seed=question.seed, until=question.until or "",
        basis=question.basis, compare=compare,
    )  # fmt: skip
    return JobView.of(job)


@router.get("/runs", tags=["runs"], summary="The last jobs")
def list_runs(desk: AtDesk) -> list[JobView]:
    """Return the jobs that are remembered, the oldest first."""
    return [JobView.of(job) for job in desk.jobs.all()]


@router.get("/runs/{job_id}", tags=["runs"], summary="How far a job is")
async def show_run(
    job: TheJob,
    after: Annotated[int, Query(ge=-1, description="answer once the version is above this")] = -1,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="seconds to wait for that at most")] = 0.0,
) -> JobView:
    """Return a job; with ``wait``, as soon as its version is above ``after``."""
    loop = asyncio.get_running_loop()
    end = loop.time() + wait
    while job.version <= after and not job.over and loop.time() < end:
        await asyncio.sleep(0.02)
    return JobView.of(job)


@router.delete("/runs/{job_id}", tags=["runs"], summary="Cancel a job")
def cancel_run(job: TheJob, desk: AtDesk) -> JobView:
    """Stop a job; members that are being simulated are finished first."""
    desk.jobs.cancel(job)
    return JobView.of(job)


@router.get(
    "/runs/{job_id}/picture", tags=["results"], summary="Hourly and daily quantiles, compact",
    responses={**problems_of(409), 200: {"content": {"application/octet-stream": {}}}}, response_class=Response,
)  # fmt: skip
def show_picture(job: TheJob) -> Response:
    """Return 4 bytes with the length of a JSON header, the header, padding to 8 bytes, 32-bit little-endian arrays.

    Where ``early`` is true, of the first members only: while the job runs, or where it was stopped; ``members`` in the
    header says how many.
    """
    early = None if job.state == "done" else job.early
    return Response(early or result_of(job).picture, media_type="application/octet-stream")


@router.get(
    "/runs/{job_id}/effects", tags=["results"], summary="Differences to the reference", responses=problems_of(409)
)
def show_effects(result: TheResult) -> list[dict[str, Any]]:
    """Return every figure over the period that differs in any pair of members, with intervals."""
    return [] if result.comparison is None else effect_rows(result.comparison, main=False)


@router.get(
    "/runs/{job_id}/summary.csv", tags=["results"], summary="All daily figures as CSV",
    responses={**problems_of(409), 200: {"content": {"text/csv": {}}}}, response_class=Response,
)  # fmt: skip
def export_summary(result: TheResult) -> Response:
    """Return all figures as ``borderflow export --format csv`` writes them: small counts of people are left out."""
    return _exported(result, "csv", f"{result.study.name}.csv")


@router.get(
    "/runs/{job_id}/hxl.csv", tags=["results"], summary="All daily figures with HXL tags",
    responses={**problems_of(409), 200: {"content": {"text/csv": {}}}}, response_class=Response,
)  # fmt: skip
def export_hxl(result: TheResult) -> Response:
    """Return the same figures with a row of HXL hashtags."""
    return _exported(result, "hxl", f"{result.study.name}-hxl.csv")


def _exported(result: Result, kind: Literal["csv", "hxl"], name: str) -> Response:
    from borderflow.exports import export

    with tempfile.TemporaryDirectory() as folder:
        text = export(result.run, kind, Path(folder) / "figures.csv").read_text(encoding="utf-8")
    return _file(text, "text/csv; charset=utf-8", name)


@router.get(
    "/runs/{job_id}/scenario.yaml", tags=["results"], summary="The scenario with its changes",
    responses={**problems_of(409), 200: {"content": {"application/yaml": {}}}}, response_class=Response,
)  # fmt: skip
def export_scenario(result: TheResult) -> Response:
    """Return ``scenario.yaml`` with the changes written in; its tables are those of the scenario."""
    return _file(result.yaml(), "application/yaml; charset=utf-8", "scenario.yaml")


@router.get(
    "/runs/{job_id}/briefing.html", tags=["results"], summary="The situation report",
    responses={**problems_of(409), 200: {"content": {"text/html": {}}}}, response_class=Response,
)  # fmt: skip
def export_briefing(result: TheResult) -> Response:
    """Return the situation report of the run as one HTML file."""
    from borderflow.briefing import write_briefing

    with tempfile.TemporaryDirectory() as folder:
        text = write_briefing(result.run, Path(folder) / "briefing.html").read_text(encoding="utf-8")
    return _file(text, "text/html; charset=utf-8", f"{result.study.name}-briefing.html")


def _file(text: str, kind: str, name: str) -> Response:
    safe = re.sub(r"[^A-Za-z0-9._-]", "-", name)
    return Response(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{safe}"'})
