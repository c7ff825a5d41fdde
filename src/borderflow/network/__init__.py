"""Network: a scenario as frozen flat arrays that the kernel walks through.

`compile_network` turns places, lanes, routes and ordinary traffic into arrays that no event changes; what events and
parameter values do is in `borderflow.rules`.
"""

from borderflow.network.arrays import adapt_network, compile_network, vary_network
from borderflow.network.calendars import open_share
from borderflow.network.model import MODES, Network, Station
from borderflow.network.residents import distance_to

__all__ = [
    "MODES",
    "Network",
    "Station",
    "adapt_network",
    "compile_network",
    "distance_to",
    "open_share",
    "vary_network",
]
