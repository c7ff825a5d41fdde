"""What is to be exported, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from borderflow.results import Run

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Order"]


@dataclass(frozen=True)
class Order:
    """What is to be exported, and how."""

    run: Run
    table: pd.DataFrame
    metadata: Mapping[str, Any]
    reference_date: date
    model_id: str
