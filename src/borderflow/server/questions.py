"""Questions: what somebody asks "what if" about, as small records that turn one scenario into another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from borderflow.changes import alter_event, change_capacity, close_crossing, move_event
from borderflow.errors import UsageError
from borderflow.scenario import Closure, EntryBan, Scenario, Share, Slug, Time

__all__ = ["Change", "Close", "Exempt", "Lanes", "Move", "Open", "Setting", "Switch", "ask"]


class _Change(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Switch(_Change):
    """Switches an event on or off."""

    kind: Literal["switch"]
    event: Slug
    on: bool


class Move(_Change):
    """Moves an event to another start, its end with it."""

    kind: Literal["move"]
    event: Slug
    start: Time


class Close(_Change):
    """Shuts a crossing, both sides, for a time or for good."""

    kind: Literal["close"]
    crossing: Slug
    start: Time
    end: Time | None = None


class Open(_Change):
    """Lifts every closure of a crossing."""

    kind: Literal["open"]
    crossing: Slug


class Lanes(_Change):
    """Multiplies what a crossing can let through on the way out, both sides; two lanes beside four are 1.5."""

    kind: Literal["lanes"]
    crossing: Slug
    factor: Annotated[float, Field(gt=0, le=20)]
    modes: tuple[Literal["car", "bus", "foot", "train"], ...] = ()
    start: Time
    end: Time | None = None


class Exempt(_Change):
    """Changes the share of the barred visa classes whom an entry ban admits all the same.

    Where the ban reads it from a parameter, the parameter changes, and with it every ban that reads it.
    """

    kind: Literal["exempt"]
    event: Slug
    share: Share


class Setting(_Change):
    """Gives a parameter another value."""

    kind: Literal["set"]
    parameter: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
    value: float


Change = Annotated[Switch | Move | Close | Open | Lanes | Exempt | Setting, Field(discriminator="kind")]


def ask(scenario: Scenario, changes: Sequence[Change]) -> Scenario:
    """Return the scenario with all changes made, one after the other.

    Raises
    ------
    UsageError, ScenarioError
        Where a change names what the scenario does not have, or makes no sense there.

    Examples
    --------
    >>> import borderflow as bf
    >>> scenario = bf.load("russia-2022")
    >>> changed = ask(scenario, [Switch(kind="switch", event="lars-draft-office", on=False)])
    >>> len(scenario.active_events()) - len(changed.active_events())
    1
    """
    for change in changes:
        scenario = _make(scenario, change)
    return scenario


def _make(scenario: Scenario, change: Change) -> Scenario:
    match change:
        case Switch():
            return alter_event(scenario, change.event, enabled=change.on)
        case Move():
            return move_event(scenario, change.event, start=change.start)
        case Exempt():
            return _exempt(scenario, change)
        case Setting():
            return scenario.with_parameters(**{change.parameter: change.value})
        case Open():
            return _opened(scenario, change.crossing)
        case Close():
            return close_crossing(scenario, change.crossing, change.start, change.end)
        case Lanes():
            return change_capacity(
                scenario, change.crossing, change.factor, change.start, change.end, modes=change.modes
            )  # fmt: skip


def _exempt(scenario: Scenario, change: Exempt) -> Scenario:
    ban = next((event for event in scenario.events if event.id == change.event), None)
    if ban is not None and not isinstance(ban, EntryBan):
        raise UsageError(f"event {change.event!r} is no entry ban, so it has no exempt share")
    if ban is not None and isinstance(ban.share_admitted, str):
        # a parameter that no event reads any more would be an error of the file
        return scenario.with_parameters(**{ban.share_admitted: change.share})
    return alter_event(scenario, change.event, share_admitted=change.share)


def _opened(scenario: Scenario, crossing: str) -> Scenario:
    """Return the scenario without closures of a crossing; closures of several keep the others shut.

    An opening instead would shut the crossing at all other times.
    """
    shut = [one for one in scenario.active_events() if isinstance(one, Closure) and crossing in one.crossings]
    if not shut:
        raise UsageError(f"{crossing!r} is not shut by any event that is on, so it cannot be opened")
    for event in shut:
        others = tuple(name for name in event.crossings if name != crossing)
        if others:
            scenario = alter_event(scenario, event.id, crossings=others)
        else:
            scenario = alter_event(scenario, event.id, enabled=False)
    return scenario
