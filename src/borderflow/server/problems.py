"""Problems: errors as RFC 9457 problem details, the same shape for every error of the server."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from borderflow.errors import BorderflowError, ScenarioError
from borderflow.server.jobs import Full


class NotThere(BorderflowError):  # noqa: N818
    """What a request names is not there."""


__all__ = ["Problem", "ProblemResponse", "add_handlers", "problem"]

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str = Field(description="what kind of problem it is")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what is wrong, what came, what would be right")
    errors: list[dict[str, str]] = Field(default_factory=list, description="one entry per mistake: where and what")


class ProblemResponse(JSONResponse):
    """A problem as a response."""

    media_type = MEDIA_TYPE


def problem(
    status: int, detail: str, errors: list[dict[str, str]] | None = None, headers: dict[str, str] | None = None
) -> ProblemResponse:
    """Return a problem as a response."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors or [])
    return ProblemResponse(body.model_dump(), status, headers=headers)


def add_handlers(app: FastAPI) -> None:
    """Turn every error of the application into a problem."""

    @app.exception_handler(Full)
    async def full(_request: Request, error: Full) -> ProblemResponse:
        return problem(503, str(error), headers={"Retry-After": "5"})

    @app.exception_handler(NotThere)
    async def unknown(_request: Request, error: NotThere) -> ProblemResponse:
        return problem(404, str(error))

    @app.exception_handler(ScenarioError)
    async def scenario(_request: Request, error: ScenarioError) -> ProblemResponse:
        errors = [{"where": one.where, "field": one.field, "message": one.message} for one in error.problems]
        return problem(422, str(error.problems[0]) if error.problems else str(error), errors)

    @app.exception_handler(BorderflowError)
    async def ours(_request: Request, error: BorderflowError) -> ProblemResponse:
        return problem(422, str(error))

    @app.exception_handler(RequestValidationError)
    async def request(_request: Request, error: RequestValidationError) -> ProblemResponse:
        errors = [
            {"where": ".".join(str(part) for part in one["loc"]), "message": _clean(one["msg"])}
            for one in error.errors()
        ]
        first = errors[0] if errors else {"where": "", "message": "not a valid request"}
        return problem(422, f"{first['where']}: {first['message']}", errors)

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> ProblemResponse:
        return problem(error.status_code, _clean(error.detail), headers=dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def bug(_request: Request, error: Exception) -> ProblemResponse:
        return problem(500, f"a bug in borderflow: {type(error).__name__}")


def _clean(text: Any) -> str:
    """Return text that any JSON reader takes: half a surrogate pair is no text."""
    return str(text).removeprefix("Value error, ").encode("utf-8", "replace").decode("utf-8")
