"""Tables: one row for each figure, or for each quantile of a forecast."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from borderflow.disclosure import COLUMNS, FIGURES
from borderflow.errors import UsageError
from borderflow.exports.orders import Order
from borderflow.results import QUANTILES

__all__ = ["HUB_COLUMNS", "HXL_TAGS", "write_csv", "write_hub", "write_hxl", "write_parquet"]

#: Hashtag of every column; ``v_`` names the vocabulary of a code.
HXL_TAGS: Mapping[str, str] = {
    "quantity": "#indicator+code",
    "place": "#loc+border+name",
    "place_code": "#loc+border+code",
    "region_code": "#adm1+code",
    "country": "#country+code+v_iso3",
    "country_code": "#country+code+v_iso2",
    "origin": "#country+origin+code+v_iso3",
    "mode": "#meta+mode",
    "start": "#date+start",
    "end": "#date+end",
    "unit": "#indicator+unit",
    "direction": "#meta+direction",
    "kind": "#meta+kind",
    "mean": "#indicator+value+num+mean",
    **{name: f"#indicator+value+num+{name}" for name in FIGURES[1:]},
    "hidden": "#meta+hidden",
}
HUB_COLUMNS = (
    "model_id", "reference_date", "target", "horizon", "location", "target_end_date", "output_type", "output_type_id",
    "value",
)  # fmt: skip


def write_csv(order: Order, path: Path) -> None:
    """Write all figures, one row each."""
    order.table.to_csv(path, index=False, float_format="%.4f", lineterminator="\n")


def write_hxl(order: Order, path: Path) -> None:
    """Write all figures with a hashtag under the name of every column."""
    header = ",".join(COLUMNS) + "\n" + ",".join(HXL_TAGS[name] for name in COLUMNS) + "\n"
    body = order.table.to_csv(index=False, header=False, float_format="%.4f", lineterminator="\n")
    path.write_text(header + body, encoding="utf-8")


def write_parquet(order: Order, path: Path) -> None:
    """Write all figures with their types, and the metadata in the schema."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UsageError("parquet needs the extra: pip install 'borderflow[tables]'") from None
    table = pa.Table.from_pandas(order.table, preserve_index=False)
    own = {b"borderflow": json.dumps(dict(order.metadata), ensure_ascii=False).encode()}
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), **own}), path)


def write_hub(order: Order, path: Path) -> None:
    """Write quantiles and mean of every day after the reference date, one row each."""
    import pandas as pd

    table = order.table[order.table["end"] > order.reference_date.isoformat()]
    if table.empty:
        raise UsageError(f"hub: no day after the reference date {order.reference_date}")
    kinds = [("mean", "NA", "mean")] + [("quantile", f"{q:g}", f"q{100 * q:02.0f}") for q in QUANTILES]
    horizon = pd.to_datetime(table["end"]) - pd.Timestamp(order.reference_date)
    base = pd.DataFrame(
        {
            "model_id": order.model_id,
            "reference_date": order.reference_date.isoformat(),
            "target": table["quantity"].where(table["mode"] == "all", table["quantity"] + "_" + table["mode"]),
            "horizon": horizon.dt.days,
            "location": table["place_code"].where(table["place"] != "", table["country_code"]),
            "target_end_date": table["end"],
        }
    )
    parts = [
        base.assign(output_type=kind, output_type_id=ident, value=table[column]).dropna(subset="value")
        for kind, ident, column in kinds
    ]
    rows = pd.concat(parts)[list(HUB_COLUMNS)]
    order_by = ["target", "location", "target_end_date", "output_type", "output_type_id"]
    rows.sort_values(order_by).to_csv(path, index=False, float_format="%.4f", lineterminator="\n")
