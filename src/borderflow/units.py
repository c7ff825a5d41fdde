"""Units of claims: spellings, what they measure, and conversion.

Counts over a day and counts per day are the same number here (``persons`` of one day, ``persons/day``). Currencies are
units of their own: borderflow converts none, because a rate of exchange would be one more claim.
"""

from __future__ import annotations

from collections.abc import Mapping

from borderflow.errors import UsageError, suggest

__all__ = ["CURRENCIES", "UNITS", "convert_unit", "read_unit"]

CURRENCIES = (
    "RUB", "KZT", "EUR", "USD", "GBP", "GEL", "UAH", "PLN", "TRY", "AMD", "AZN", "MDL", "CHF", "SEK", "NOK",
    "AFN", "BOB", "BRL", "CNY", "ETB", "GHS", "GTQ", "HNL", "HTG", "HUF", "IDR", "ILS", "KGS", "KHR", "LAK", "MKD",
    "MMK", "MNT", "MYR", "NGN", "PYG", "THB", "TJS", "UZS", "VND", "XOF", "ZAR", "ZMW",
)  # fmt: skip

#: unit -> (what it measures, how many of the first unit of that kind one of it is)
UNITS: Mapping[str, tuple[str, float]] = {
    "persons": ("persons", 1.0),
    "thousand persons": ("persons", 1e3),
    "million persons": ("persons", 1e6),
    "vehicles": ("vehicles", 1.0),
    "km": ("length", 1.0),
    "m": ("length", 1e-3),
    "miles": ("length", 1.609344),
    "hours": ("time", 1.0),
    "minutes": ("time", 1 / 60),
    "days": ("time", 24.0),
    "weeks": ("time", 168.0),
    "persons/day": ("persons/day", 1.0),
    "persons/hour": ("persons/day", 24.0),
    "persons/week": ("persons/day", 1 / 7),
    "vehicles/day": ("vehicles/day", 1.0),
    "vehicles/hour": ("vehicles/day", 24.0),
    "percent": ("share", 1.0),
    "ratio": ("share", 100.0),
    **{
        name: (name, 1.0)
        for name in (
            "applications", "buses/day", "checkpoints", "children", "crossings", "crossings/month", "flag",
            "flights/day", "lanes", "persons/trip", "persons/train", "persons/vehicle", "places", "points", "regions",
            "requests/day", "trains", "trains/day", "trips", *CURRENCIES,
        )
    },
}  # fmt: skip

_SPELLINGS: Mapping[str, str] = {
    "person": "persons", "people": "persons", "individuals": "persons", "refugees": "persons",
    "car": "vehicles", "cars": "vehicles", "vehicle": "vehicles", "trucks": "vehicles",
    "people/day": "persons/day", "cars/day": "vehicles/day", "people/hour": "persons/hour",
    "cars/hour": "vehicles/hour", "kilometres": "km", "kilometers": "km", "kilometre": "km", "kilometer": "km",
    "metres": "m", "meters": "m", "mile": "miles", "hour": "hours", "h": "hours", "min": "minutes",
    "minute": "minutes", "day": "days", "week": "weeks", "%": "percent", "per cent": "percent",
    "roubles": "RUB", "rubles": "RUB", "euros": "EUR", "euro": "EUR", "dollars": "USD", "tenge": "KZT",
    "pounds": "GBP", "lari": "GEL", "hryvnia": "UAH", "posts": "checkpoints", "crossing": "crossings",
    "thousand": "thousand persons", "million": "million persons",
}  # fmt: skip

#: pairs of kinds that hold the same number when the window is one day
_SAME_OVER_A_DAY = {"persons": "persons/day", "vehicles": "vehicles/day", "trains": "trains/day"}


def read_unit(text: str) -> str:
    """Return the unit that a spelling means.

    Raises
    ------
    UsageError
        If no unit is spelled like that.

    Examples
    --------
    >>> read_unit("people"), read_unit("Kilometres"), read_unit("persons/day")
    ('persons', 'km', 'persons/day')
    """
    plain = " ".join(text.split())
    by_case = {name.casefold(): name for name in UNITS}
    found = by_case.get(plain.casefold()) or _SPELLINGS.get(plain.casefold())
    if found is None:
        raise UsageError(f"unknown unit {text!r}{suggest(plain, [*UNITS, *_SPELLINGS])}")
    return found


def convert_unit(value: float, given: str, wanted: str) -> float:
    """Return a value in another unit of the same kind.

    Raises
    ------
    UsageError
        If the two units measure different things, for example kilometres and hours, or two currencies.

    Examples
    --------
    >>> convert_unit(3.5, "days", "hours")
    84.0
    >>> convert_unit(10, "persons/hour", "persons/day"), convert_unit(31_000, "persons", "persons/day")
    (240.0, 31000.0)
    """
    (kind, factor), (wanted_kind, wanted_factor) = UNITS[read_unit(given)], UNITS[read_unit(wanted)]
    same = kind == wanted_kind or wanted_kind == _SAME_OVER_A_DAY.get(kind) or kind == _SAME_OVER_A_DAY.get(wanted_kind)
    if not same:
        raise UsageError(f"cannot convert {given!r} to {wanted!r}: one measures {kind}, the other {wanted_kind}")
    return value * factor / wanted_factor
