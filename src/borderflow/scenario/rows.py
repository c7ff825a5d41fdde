"""Rows of CSV tables, and every mistake in them or in the YAML as one sentence that names the remedy."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from borderflow.errors import Problem, suggest
from borderflow.scenario.documents import read_text
from borderflow.scenario.events import EVENT_KINDS
from borderflow.scenario.parameters import Parameter, Prior
from borderflow.scenario.peoples import Country, Group, Travel, VisaClass

__all__ = ["explain", "read_table"]

_Row = TypeVar("_Row", bound=BaseModel)


def read_table(path: Path, model: type[_Row]) -> tuple[tuple[_Row, ...], list[int], list[Problem]]:
    """Read a CSV table of one model: its rows, the line each stands on, and what is wrong with the file."""
    text = read_text(path)
    problems: list[Problem] = []
    known = [field.alias or name for name, field in model.model_fields.items()]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[_Row] = []
    lines: list[int] = []
    try:
        header = next(reader, None)
        if not header:
            return (), [], [Problem(f"{path.name}:1", "", f"is empty; the first line must be {','.join(known)}")]
        for column in header:
            if column not in known:
                hint = suggest(column, known)
                problems.append(Problem(f"{path.name}:1", column, f"unknown column{hint}"))
            elif header.count(column) > 1:
                problems.append(Problem(f"{path.name}:1", column, "column stands twice"))
        for name, field in model.model_fields.items():
            if field.is_required() and (field.alias or name) not in header:
                problems.append(Problem(f"{path.name}:1", field.alias or name, "column is missing"))
        if problems:
            return (), [], problems
        line = reader.line_num + 1
        for cells in reader:
            if not any(cells):
                line = reader.line_num + 1
                continue
            if len(cells) != len(header):
                wrong = f"has {len(cells)} cells, the header has {len(header)}"
                problems.append(Problem(f"{path.name}:{line}", "", wrong))
            else:
                record = {key: cell for key, cell in zip(header, cells, strict=True) if cell != ""}
                try:
                    rows.append(model.model_validate(record))
                    lines.append(line)
                except ValidationError as error:
                    problems += [explain(one, f"{path.name}:{line}", model) for one in error.errors()]
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(f"{path.name}:{reader.line_num}", "", f"not a valid CSV line: {error}"))
    return tuple(rows), lines, problems


def explain(error: Mapping[str, Any], where: str, model: type[BaseModel]) -> Problem:
    """Turn one pydantic error into a sentence that names the remedy."""
    path = [part for part in error["loc"] if part not in EVENT_KINDS]
    field = ".".join(str(part) for part in path)
    kind, message, given = error["type"], error["msg"], error.get("input")
    if kind == "extra_forbidden":
        hint = suggest(str(path[-1]), _known_keys(model, error["loc"]))
        return Problem(where, field, f"unknown key{hint}")
    if kind == "missing":
        return Problem(where, field, "is missing")
    if kind == "union_tag_invalid":
        tag = str(error["ctx"]["tag"])
        hint = suggest(tag, EVENT_KINDS) or f" (one of {', '.join(sorted(EVENT_KINDS))})"
        return Problem(where, f"{field}.kind", f"unknown event kind {tag!r}{hint}")
    if kind == "union_tag_not_found":
        return Problem(where, field, f"needs a 'kind', one of {', '.join(sorted(EVENT_KINDS))}")
    if kind == "literal_error":
        hint = suggest(str(given), [part.strip(" '") for part in str(error["ctx"]["expected"]).split(",")])
        return Problem(where, field, f"must be {error['ctx']['expected']}, got {_show(given)}{hint}")
    if kind == "value_error":
        return Problem(where, field, str(error["ctx"]["error"]))
    text = message[0].lower() + message[1:]
    return Problem(where, field, f"{text}, got {_show(given)}")


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _known_keys(model: type[BaseModel], loc: Sequence[Any]) -> list[str]:
    """Return the keys allowed where an unknown one was found."""
    homes: dict[Any, type[BaseModel]] = {
        "groups": Group,
        "visa_classes": VisaClass,
        "countries": Country,
        "travel": Travel,
        "parameters": Prior if "prior" in loc else Parameter,
    }
    kinds = [EVENT_KINDS[part] for part in loc if part in EVENT_KINDS]
    home = kinds[0] if kinds else model if len(loc) == 1 else homes.get(loc[0], model)
    return list(home.model_fields)
