"""Access: how a request gets at the desk, a scenario, a job or its result; names are looked up, never opened."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from pydantic import Field

from borderflow.server.desk import Desk, Result, Study
from borderflow.server.jobs import Job
from borderflow.server.problems import MEDIA_TYPE, Problem

__all__ = ["AtDesk", "Name", "TheJob", "TheResult", "TheStudy", "problems_of", "result_of"]

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
_WORDS = {
    404: "no such thing",
    409: "there is no result yet",
    413: "the body is too large",
    422: "the request makes no sense",
    503: "too many jobs wait",
}


def problems_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of these problems for the interface's documentation."""
    return {one: {"model": Problem, "description": _WORDS[one], "content": {MEDIA_TYPE: {}}} for one in statuses}


def _desk(request: Request) -> Desk:
    return request.app.state.desk  # type: ignore[no-any-return]


AtDesk = Annotated[Desk, Depends(_desk)]


def _study(name: str, desk: AtDesk) -> Study:
    return desk.study(name)


def _job(job_id: str, desk: AtDesk) -> Job:
    job = desk.jobs.find(job_id)
    if job is None:
        raise HTTPException(404, "no such job, or it was forgotten: only the last ones are kept")
    return job


TheStudy = Annotated[Study, Depends(_study)]
TheJob = Annotated[Job, Depends(_job)]


def result_of(job: Job) -> Result:
    """Return what a finished job left behind."""
    if job.state != "done":
        raise HTTPException(409, f"the job is {job.state}; there is a result when it is done")
    return job.result  # type: ignore[no-any-return]


def _result(job: TheJob) -> Result:
    return result_of(job)


TheResult = Annotated[Result, Depends(_result)]
