"""A ledger, as far as it was known by a day, as observations."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from borderflow.errors import UsageError
from borderflow.ledger import Ledger, read_ledger
from borderflow.observations.matching import match_claims
from borderflow.observations.reconciling import observe, reduce_cumulative
from borderflow.observations.targets import Observations
from borderflow.scenario import Scenario

__all__ = ["match_known", "read_observations"]


def read_observations(
    scenario: Scenario, source: str | Path | Ledger | None = None, *, through: dt.date | None = None
) -> Observations:
    """Read a ledger and match it with what the model has, as far as it was known by a day.

    Parameters
    ----------
    scenario : Scenario
    source : path or Ledger, optional
        The ledger of the scenario where not given.
    through : date, optional
        Only what was *known* by that day (``known_on``), whatever day it speaks of.

    Examples
    --------
    >>> import borderflow as bf
    >>> import datetime as dt
    >>> found = read_observations(bf.load("russia-2022"), through=dt.date(2022, 9, 28))
    >>> next(one.value for one in found.used if one.id == "E206")
    10804.0
    """
    if isinstance(source, Ledger):
        ledger = source
    elif source is not None:
        ledger = read_ledger(source)
    elif scenario.folder is not None:
        ledger = read_ledger(scenario.folder)
    else:
        raise UsageError("the scenario has no folder, hence no ledger; name one with --observations")
    return reduce_cumulative(observe(match_known(scenario, ledger, through)))


def match_known(scenario: Scenario, ledger: Ledger, through: dt.date | None) -> Observations:
    """Match the claims of a ledger that can have been known by a day.

    Besides what the ledger says was out later, this leaves out flows over whole days that end with that day: whoever
    wrote down that a day had 142,400 arrivals did so after midnight, whatever date the figure carries.
    """
    if through is None:
        return match_claims(scenario, ledger)
    found = match_claims(scenario, ledger.known_by(through))
    early = tuple(one for one in found.used if one.known <= through)
    late = {
        name: f"covers the whole of {one.target.last}, so it cannot have been known that day"
        for one in found.used
        if one.known > through
        for name in one.claims
    }
    return Observations(early, {**found.unused, **late})
