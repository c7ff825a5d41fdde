"""A folder for the Humanitarian Data Exchange: resources, their dictionary, the metadata form."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from borderflow.disclosure import COLUMNS
from borderflow.exports.grids import write_geojson
from borderflow.exports.orders import Order
from borderflow.exports.tables import write_hxl
from borderflow.results import QUANTITIES

__all__ = ["write_hdx"]


def write_hdx(order: Order, folder: Path) -> None:
    """Write a folder with resources, their dictionary, and the metadata form of the exchange filled in."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_hxl(order, folder / "figures-hxl.csv")
    write_geojson(order, folder / "crossings.geojson")
    _write_dictionary(folder / "data-dictionary.csv")
    (folder / "methodology.md").write_text(_methodology(order), encoding="utf-8")
    about = {
        "figures-hxl.csv": ("CSV", "All figures by quantity, place, mode and local day, with HXL hashtags"),
        "crossings.geojson": ("GeoJSON", "Crossings with line and wait by lane and day"),
        "data-dictionary.csv": ("CSV", "Meaning, unit, direction and kind of every quantity and column"),
        "methodology.md": ("MD", "How the figures were made, and what they are not"),
    }
    metadata = _hdx_metadata(order) | {
        "resources": [
            {"name": name, "format": kind, "description": text, "resource_type": "file.upload"}
            for name, (kind, text) in about.items()
        ]
    }
    (folder / "metadata.json").write_text(json.dumps(metadata, ensure_ascii=False, indent=1), encoding="utf-8")


def _hdx_metadata(order: Order) -> dict[str, Any]:
    m = order.metadata
    slug = "".join(letter if letter.isalnum() else "-" for letter in str(m["title"]).lower()).strip("-")
    return {
        "name": f"borderflow-{slug}"[:90].strip("-"),
        "title": f"{m['title']}: simulated arrivals, lines and waits",
        "notes": m["description"] or m["title"],
        "dataset_source": m["source"],
        "owner_org": "TO BE FILLED IN by the organisation that publishes",
        "maintainer": "TO BE FILLED IN",
        "dataset_date": f"[{m['start']}T00:00:00 TO {m['last']}T23:59:59]",
        "data_update_frequency": "-2",
        "groups": [{"name": code.lower()} for code in sorted({m["origin"], *m["countries"]})],
        "tags": [{"name": name} for name in ("displacement", "border crossings", "forecasting", "hxl")],
        "license_id": "cc-by",
        "methodology": "Other",
        "methodology_other": m["methodology"],
        "caveats": " ".join(m["caveats"]),
        # whoever publishes decides; until then nobody else sees it
        "private": True,
        "subnational": "1",
        "sensitivity": m["sensitivity"],
        "sensitivity_scheme": m["sensitivity_scheme"],
        "min_cell": m["min_cell"],
        "borderflow": {key: m[key] for key in ("scenario_digest", "seed", "members", "attribution")},
    }


def _write_dictionary(path: Path) -> None:
    import pandas as pd

    rows = [(name, "column", "", "", "", meaning) for name, meaning in COLUMNS.items()]
    rows += [(name, "quantity", q.unit, q.direction, q.kind, q.meaning) for name, q in QUANTITIES.items()]
    columns = ["name", "what", "unit", "direction", "kind", "meaning"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False, lineterminator="\n")


def _methodology(order: Order) -> str:
    m = order.metadata
    caveats = "\n".join(f"* {one}" for one in m["caveats"])
    credits = "\n".join(f"* {one}" for one in m["attribution"])
    return (
        f"# {m['title']}\n\n{m['description']}\n\n## How the figures were made\n\n{m['methodology']}\n\n"
        f"Source: {m['source']}. Scenario {m['scenario_digest'][:12]}, seed {m['seed']}, {m['members']} members.\n\n"
        f"## What they are not\n\n{caveats}\n\n## Sensitivity\n\n{m['sensitivity']} ({m['sensitivity_scheme']}). "
        f"Personal data: {m['personal_data']}.\n\n## Credits\n\n{credits}\n"
    )
