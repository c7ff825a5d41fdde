"""Flee and FabFlee directories: read as they are, with every quirk that changes a result.

Flee [1]_ is the agent-based simulator that humanitarian modellers use. What its files mean, and where it does something
other than it says, is described in ``docs/flee.md``.

References
----------
.. [1] Suleimenova, Bell, Groen (2017). A generalized simulation development approach for predicting refugee
   destinations. Scientific Reports 7, 13377. doi:10.1038/s41598-017-13828-9
"""

from __future__ import annotations

from borderflow.flee.directory import (
    FleeScenario,
    find_directory,
    is_directory,
    load_directory,
    shipped_directories,
)

__all__ = ["FleeScenario", "find_directory", "is_directory", "load_directory", "shipped_directories"]
