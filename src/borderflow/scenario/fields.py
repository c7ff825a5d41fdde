"""Fields: kinds of values that all models of a scenario share - times, zones, shares, ids, values by name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from borderflow.errors import UsageError

__all__ = ["Model", "Share", "Slug", "Time", "Value", "Zone", "parse_time"]


class Model(BaseModel):
    """A part of a scenario: unknown keys are errors, nothing changes after reading, numbers are finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"time without an offset: write {value:%Y-%m-%dT%H:%M}Z or {value:%Y-%m-%dT%H:%M}+03:00")
    if not 1900 <= value.year <= 2200:
        raise ValueError(f"must lie between the years 1900 and 2200, got {value.year}")
    return value.astimezone(UTC)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown IANA time zone {value!r}, for example 'Europe/Helsinki'") from None
    return value


Time = Annotated[datetime, AfterValidator(_aware)]
Zone = Annotated[str, AfterValidator(_zone)]
Share = Annotated[float, Field(ge=0, le=1)]


#: A number, or the name of a parameter that holds it.
Value = float | Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]

Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)]


def parse_time(value: datetime | date | str) -> datetime:
    """Return a UTC time from a datetime, a date or ISO text; dates mean 00:00 UTC.

    Examples
    --------
    >>> parse_time("2022-11-13").isoformat()
    '2022-11-13T00:00:00+00:00'
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise UsageError(f"not a date: {value!r}; write 2022-10-15 or 2022-10-15T06:00Z") from None
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if not 1900 <= value.year <= 2200:
        raise UsageError(f"a date must lie between the years 1900 and 2200, got {value.year}")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
