"""The page: one self-contained HTML file, filled from the parts before it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from borderflow.briefing.claims import link_claims, natural_order, period_words
from borderflow.briefing.figures import Figures
from borderflow.briefing.headlines import country_table, describe_page, describe_since, headline_cards, list_facts
from borderflow.briefing.maps import draw_maps
from borderflow.briefing.panels import air_panels, arrival_panels, crossing_panels
from borderflow.briefing.tables import compare_sums, held_back, list_events, needs_at_worst, plain_value, prior_words
from borderflow.folders import locate
from borderflow.pages import write_page
from borderflow.places import load_borders
from borderflow.results import Run

__all__ = ["FEW_MEMBERS", "write_briefing"]

FEW_MEMBERS = 20  # below this, 5 and 95 % quantiles say little


def write_briefing(run: Run, path: str | Path | None = None) -> Path:
    """Write the situation report of a run as one HTML file that needs nothing else.

    Parameters
    ----------
    run : Run
        A finished run.
    path : path, optional
        Where to write; ``briefing.html`` in the run folder where not given.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ResultsError
        Where the file cannot be written.

    Examples
    --------
    >>> import borderflow as bf
    >>> run = bf.run("russia-2022", members=4, seed=7, until="2022-09-16", out="/tmp/borderflow-doctest")
    >>> write_briefing(run).name
    'briefing.html'
    """
    target = locate(path) if path is not None else run.folder / "briefing.html"
    return write_page("briefing.html.j2", _contents(run), target)


def _contents(run: Run) -> dict[str, Any]:
    """Return everything that the template shows."""
    f = Figures(run)
    scenario, manifest = run.scenario, run.manifest
    cited = {claim for event in scenario.events for claim in event.evidence}
    sources = [p.source for p in scenario.parameters.values()]
    sources += [g.source for g in scenario.groups] + [c.source for c in scenario.countries]
    cited |= {word for text in sources for word in re.findall(r"\w+", text)}
    f.used |= cited & set(f.claims)
    out: dict[str, Any] = {
        "scenario": scenario,
        "home": f.home_name,
        "facts": list_facts(f),
        "about": describe_page(f),
        "members": int(manifest["members"]),
        "few": int(manifest["members"]) < FEW_MEMBERS,
        "varied": bool(manifest.get("settings")),  # members with values of their own, as in a forecast
        "window": f.window is not None,
        "known": set(f.claims),
        "linked": lambda text: link_claims(text, f.claims),
    }
    if f.window is not None:
        out |= {
            "totals": f.totals,
            "since": describe_since(f),
            "period": period_words(*f.window),
            "cards": headline_cards(f),
            "countries": country_table(f),
            "maps": draw_maps(f),
            "arrivals": arrival_panels(f),
            "cumulative": compare_sums(f),
            "crossings": crossing_panels(f),
            "air": air_panels(f),
            "needs": needs_at_worst(f),
            "standards": [
                (name, scenario.parameters[name])
                for name in ("water_litres", "persons_per_toilet", "shelter_area")
                if name in scenario.parameters
            ],
            "controls": held_back(f),
        }
    out["events"] = list_events(f)
    out["parameters"] = [
        (name, plain_value(p.value), prior_words(p.prior), p.unit, p.source) for name, p in scenario.parameters.items()
    ]
    out["claims"] = [f.claims[name] for name in sorted(f.used, key=natural_order) if name in f.claims]
    out["ledger"] = len(f.claims)
    out["disclaimer"] = load_borders()["disclaimer"]
    return out
