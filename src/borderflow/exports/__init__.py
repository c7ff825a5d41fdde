"""Exports: the figures of a run in the formats that others read.

========  =====================================================================  ==============================
format    what it is                                                             opened in the tests by
========  =====================================================================  ==============================
csv       all figures, one row each, with ISO codes                              pandas
hxl       the same with HXL hashtags in the second row                           libhxl
parquet   the same, typed, metadata in the schema (extra ``tables``)             pandas, pyarrow
hub       forecasts as forecast hubs collect them                                pandas
netcdf    quantity by site, day and quantile, after the CF conventions           xarray
geojson   crossings with line and wait by lane and day                           json, checked by hand
hdx       a folder for the Humanitarian Data Exchange: resources and metadata    libhxl, json
========  =====================================================================  ==============================

Small cells are left out and a sensitivity label is written wherever the format has a place for it; see
`borderflow.disclosure`. A file is whole or not there.

References
----------
HXL standard 1.1, https://hxlstandard.org. Hubverse model output format, https://docs.hubverse.io. CF conventions 1.11,
https://cfconventions.org. RFC 7946 (GeoJSON). Border-wait feed of US Customs and Border Protection (field names).
"""

from borderflow.exports.tables import HUB_COLUMNS, HXL_TAGS
from borderflow.exports.writing import Format, export

__all__ = ["HUB_COLUMNS", "HXL_TAGS", "Format", "export"]
