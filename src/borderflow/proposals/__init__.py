"""From the findings of an article to a reviewable patch of a scenario: claims, events with evidence, wider priors.

Only text is inserted or replaced where the patch says so, so comments and layout of the YAML stay as they are. A patch
is tried on a copy first: what it leads to is loaded and checked before it is shown.

What is proposed: every finding as a row of ``evidence.csv`` (or the id of the row that already gives the same figure);
for events that the engine knows an event, or more evidence for the event that is already there; for planned call-ups a
prior wide enough for the official and the reported figure. Denied events change nothing but the ledger.
"""

from borderflow.proposals.proposing import Proposal, propose

__all__ = ["Proposal", "propose"]
