"""Charts: static SVG from numbers, without scripts and without anything from elsewhere.

Two kinds: `fan_chart` (quantiles over local days, with claims and events on them) and `map_chart` (places, lines and
borders in Lambert's azimuthal equal-area projection). Colours come from the CSS variables of the page, so that one
drawing serves light, dark and paper. A chart is some 400 units wide: on a phone its text stays readable.
"""

from borderflow.charts.fans import Flag, Mark, Plot, fan_chart
from borderflow.charts.maps import Dot, Route, map_chart
from borderflow.charts.views import View, project, view_around
from borderflow.charts.words import day_name, number

__all__ = [
    "Dot",
    "Flag",
    "Mark",
    "Plot",
    "Route",
    "View",
    "day_name",
    "fan_chart",
    "map_chart",
    "number",
    "project",
    "view_around",
]
