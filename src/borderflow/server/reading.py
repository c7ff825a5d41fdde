"""Reading: articles to claims, and claims into a working scenario, over HTTP.

A working scenario is a copy in a folder of the server's own; what is shipped or served is never changed.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import io
import tempfile
import zipfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from borderflow.articles import Article, Finding, read_article, read_evidence
from borderflow.errors import UsageError
from borderflow.evidence import contradictions
from borderflow.proposals import propose
from borderflow.server.access import AtDesk, Name, TheStudy, problems_of

__all__ = ["router"]

MOST_TEXT = 200_000  # letters of a pasted article
MOST_FINDINGS = 200
TYPES = (".txt", ".html", ".htm", ".md", ".pdf")
router = APIRouter(prefix="/api", responses=problems_of(404, 422), tags=["evidence"])

#: Half a surrogate pair is no text.
Words = Annotated[str, StringConstraints(pattern=r"^[^\ud800-\udfff]*$")]


class Given(BaseModel):
    """An article, as text or as a file."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    file: Annotated[str, Field(max_length=500_000)] | None = Field(
        default=None, description="the bytes of a file in base64, instead of text"
    )
    type: Literal[".txt", ".html", ".htm", ".md", ".pdf"] = Field(default=".txt", description="what the file is")
    published: dt.date | None = Field(default=None, description="against which 'on Tuesday' is resolved")
    scenario: Name | None = Field(default=None, description="its announcement is what 'since the announcement' means")


class ReadArticle(BaseModel):
    """The text that was read, and what it claims, each with its span of the text."""

    text: str
    published: dt.date | None
    findings: list[Finding]


class Accepted(BaseModel):
    """Findings to take over into a working scenario."""

    model_config = ConfigDict(extra="forbid")

    scenario: Name
    findings: Annotated[list[Finding], Field(min_length=1, max_length=MOST_FINDINGS)]
    publisher: Annotated[str, Field(min_length=1, max_length=200)]
    url: Annotated[str, Field(max_length=1000)] = ""
    published: dt.date


class WorkingScenario(BaseModel):
    """A copy of a scenario with findings taken over."""

    scenario: str
    title: str
    notes: list[str]
    diff: str = Field(description="what changed, as a unified diff of scenario.yaml and evidence.csv")


@router.post("/articles", summary="What an article claims")
def read_given(given: Given, desk: AtDesk) -> ReadArticle:
    """Read claims and events from an article by rules, each with the exact span that it rests on."""
    article = _article(given)
    announced = None if given.scenario is None else desk.scenario(given.scenario).announcement
    findings = read_evidence(article, published=given.published, announced=announced)
    return ReadArticle(text=article.text, published=given.published or article.published, findings=findings)


def _article(given: Given) -> Article:
    if given.file is None:
        if not given.text.strip():
            raise UsageError("the article holds no text")
        return Article(given.text, "article")
    try:
        data = base64.b64decode(given.file, validate=True)
    except (binascii.Error, ValueError):
        raise UsageError("file: is not base64") from None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"article{given.type}"
        path.write_bytes(data)
        return read_article(path)


@router.post("/working-scenarios", status_code=201, summary="Accept findings into a working scenario")
def accept(accepted: Accepted, desk: AtDesk) -> WorkingScenario:
    """Copy a scenario, add the findings as claims, and the events and priors that they amount to."""
    scenario = desk.scenario(accepted.scenario)
    if scenario.folder is None:
        raise UsageError("a run has no files to change; name the scenario instead")
    proposal = propose(
        accepted.findings, scenario, publisher=accepted.publisher, url=accepted.url, published=accepted.published
    )  # fmt: skip
    name = desk.adopt(accepted.scenario, proposal.accept)
    return WorkingScenario(scenario=name, title=scenario.title, notes=list(proposal.notes), diff=proposal.diff())


@router.get(
    "/scenarios/{name}/files.zip", summary="The files of a scenario",
    responses={200: {"content": {"application/zip": {}}}}, response_class=Response,
)  # fmt: skip
def pack_files(study: TheStudy) -> Response:
    """Return the scenario's folder as a zip archive: scenario.yaml, tables and ledger."""
    if study.scenario.folder is None:
        raise HTTPException(404, "a run carries no scenario files of its own")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(study.scenario.folder.iterdir()):
            if path.is_file() and path.suffix in (".yaml", ".csv", ".md"):
                archive.write(path, f"{study.name}/{path.name}")
    head = {"Content-Disposition": f'attachment; filename="{study.name}.zip"'}
    return Response(packed.getvalue(), media_type="application/zip", headers=head)


@router.get("/scenarios/{name}/contradictions", summary="Claims that cannot all be right")
def list_contradictions(study: TheStudy) -> list[dict[str, Any]]:
    """Return groups of claims about one place, quantity and window that contradict each other, the widest gap first."""
    return [
        {"place": one.place, "country": one.country, "quantity": one.quantity, "first": one.first.isoformat(),
         "last": one.last.isoformat(), "claims": one.claims, "low": one.low, "high": one.high, "unit": one.unit,
         "gap": one.gap}
        for one in contradictions(study.ledger)
    ]  # fmt: skip
