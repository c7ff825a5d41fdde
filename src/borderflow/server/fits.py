"""Fits: what the reports taught about a scenario's parameters, and how well the fit retells them, over HTTP."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from borderflow.errors import UsageError
from borderflow.server.access import TheStudy, problems_of

__all__ = ["router"]

router = APIRouter(prefix="/api", responses=problems_of(404, 422), tags=["scenarios"])
_SPREADS = {"prior_q05": "prior_low", "prior_q50": "prior_median", "prior_q95": "prior_high",
            "q05": "low", "q50": "median", "q95": "high"}  # fmt: skip


@router.get("/scenarios/{name}/fit", summary="What reports taught about the parameters")
def show_fit(study: TheStudy) -> dict[str, Any]:
    """Return prior and posterior (5, 50 and 95 %) of every unknown, and each report beside what the fit says of it."""
    try:
        fit = study.fit
    except UsageError as error:
        raise HTTPException(404, str(error)) from None
    unknowns = fit.parameters.rename(columns=_SPREADS)
    reports = fit.observations
    return {
        "known": fit.through.isoformat(),
        "draws": len(fit),
        "reports": int(fit.manifest["used"]),
        "learned": int(fit.manifest["learned"]),
        "unknowns": _records(unknowns, ["name", "kind", "unit", *_SPREADS.values(), "verdict", "informed_by"]),
        "observations": _records(reports, list(reports.columns)),
    }


def _records(table: Any, columns: list[str]) -> list[dict[str, Any]]:
    plain = table[columns].astype(object).where(table[columns].notna(), None)
    return plain.to_dict("records")  # type: ignore[no-any-return]


@router.get(
    "/scenarios/{name}/fit/{picture}.png", summary="Pictures of the fit",
    responses={200: {"content": {"image/png": {}}}}, response_class=FileResponse,
)  # fmt: skip
def show_fit_picture(study: TheStudy, picture: Literal["predictive", "parameters"]) -> FileResponse:
    """Return a picture: reports beside what the fit says of them (``predictive``), or prior and posterior."""
    try:
        path = study.fit.folder / f"{picture}.png"
    except UsageError as error:
        raise HTTPException(404, str(error)) from None
    if not path.is_file():
        raise HTTPException(404, f"the fit of {study.name} was shipped without this picture")
    return FileResponse(path, media_type="image/png")
