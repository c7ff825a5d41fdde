"""Revision: a scenario's own file with changes written in, so that comments, order and sources survive."""

from __future__ import annotations

import io
from typing import Any

from borderflow.scenario import HYPOTHETICAL, Event, Scenario

__all__ = ["changed_yaml"]


def changed_yaml(text: str, before: Scenario, after: Scenario) -> str:
    """Return ``scenario.yaml`` with the differences between two scenarios written in; comments and order stay.

    Parameters
    ----------
    text : str
        The file that ``before`` was read from.
    before, after : Scenario

    Examples
    --------
    >>> import borderflow as bf
    >>> scenario = bf.load("russia-2022")
    >>> text = (scenario.folder / "scenario.yaml").read_text(encoding="utf-8")
    >>> "patience: {value: 36.0" in changed_yaml(text, scenario, scenario.with_parameters(patience=36))
    True
    """
    from ruamel.yaml import YAML

    files = YAML(typ="rt")
    files.width = 120
    files.indent(mapping=2, sequence=4, offset=2)
    files.preserve_quotes = True
    tree = files.load(text)
    for name, parameter in after.parameters.items():
        if parameter.value != before.parameters[name].value:
            tree["parameters"][name]["value"] = parameter.value
    if after.end != before.end:
        tree["end"] = _plain(after.end)
    rows = {row["id"]: row for row in tree["events"]}
    old = {event.id: event for event in before.events}
    for event in after.events:
        if event.id not in old:
            tree["events"].append(_row(event))
            continue
        for field in type(event).model_fields:
            value = getattr(event, field)
            if value != getattr(old[event.id], field):
                rows[event.id][field] = _plain(value)
    out = io.StringIO()
    files.dump(tree, out)
    return out.getvalue()


def _row(event: Event) -> dict[str, Any]:
    """Return an event as a person would write it: without what it leaves at its default."""
    row = {name: _plain(getattr(event, name)) for name in type(event).model_fields if name in event.model_fields_set}
    # a file needs to say what each event rests on, a question does not
    return row if row.get("evidence") else row | {"evidence": [HYPOTHETICAL]}


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return f"{value:%Y-%m-%dT%H:%M}Z"
    return list(value) if isinstance(value, tuple) else value
