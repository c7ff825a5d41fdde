"""The crossings, or the country, that a claim speaks of."""

from __future__ import annotations

import re

from borderflow.errors import UsageError
from borderflow.ledger import Claim
from borderflow.places import normalise_name
from borderflow.results import ALL_COUNTRIES
from borderflow.scenario import Scenario

__all__ = ["PlaceFinder"]

#: Words beside a country's name that still mean the country as a whole.
_WHOLE = {"all", "crossings", "land", "border", "borders", "eastern", "with", "russia", "russian", "the", "total"}


class PlaceFinder:
    """Finds the crossings, or the country, that a claim speaks of."""

    def __init__(self, scenario: Scenario) -> None:
        self.posts: dict[str, tuple[str, str]] = {}
        open_posts = {lane.crossing for lane in scenario.lanes}
        for place in scenario.places:
            if place.kind != "crossing" or place.id not in open_posts:
                continue
            for text in (place.name, place.name_local, place.name_other_side, place.id):
                for piece in re.split(r"[(),]", text or ""):
                    if piece.strip() and normalise_name(piece) not in {c.id.lower() for c in scenario.countries}:
                        self.posts.setdefault(normalise_name(piece), (place.name, place.country))
        self.countries = {normalise_name(c.name): c.id for c in scenario.countries}
        self.home = scenario.origin_country
        self.sides = self._sides(scenario, open_posts)
        # an aside such as "(Abkhazia)" names the whole, not the post
        for name in [*self.countries, "abkhazia"]:
            self.posts.pop(name, None)

    def _sides(self, scenario: Scenario, open_posts: set[str]) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
        """Return the posts by country and the country on their other side, of countries with more than one such."""
        name_of = {country.id: normalise_name(country.name) for country in scenario.countries}
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for place in scenario.places:
            if place.kind == "crossing" and place.id in open_posts:
                far = place.region if place.region in name_of else self.home
                found.setdefault((place.country, far), []).append((place.name, place.country))
        many = [one for one, far in found if far != self.home]
        return {
            (one, word): tuple(posts)
            for (one, far), posts in found.items()
            if one in many
            for word in ((f"{far.lower()} border",) if far == self.home else (f"via {name_of[far]}",))
        }

    def __call__(self, claim: Claim) -> tuple[tuple[tuple[str, str], ...], str]:
        """Return crossings (name, country), a country, or both for a part of its border.

        Raises
        ------
        UsageError
            Where the model has none of them.
        """
        plain = re.sub(r"\([^)]*\)", " ", claim.place)
        asides = [piece for part in re.findall(r"\(([^)]*)\)", claim.place) for piece in part.split(",")]
        listed = [self.posts.get(normalise_name(piece)) for piece in asides]
        if len(listed) > 1 and all(listed):
            return tuple(one for one in listed if one), ""
        for piece in re.split(r"[/,;]", plain):
            found = self.posts.get(normalise_name(piece))
            if found:
                return (found,), ""
        words = set(normalise_name(re.sub(r"[-–,]", " ", plain)).split())
        if claim.quantity == "mobilised_cumulative" and normalise_name(plain) == "russia":
            return (), self.home
        for name, country in self.countries.items():
            inside = set(name.split())
            if inside <= words and words - inside <= _WHOLE and claim.country == country:
                part = [self.sides.get((country, normalise_name(aside))) for aside in asides]
                return next((one for one in part if one), ()), country
        if claim.country == ALL_COUNTRIES and claim.quantity.startswith("arrivals"):
            return (), ALL_COUNTRIES
        raise UsageError(f"no single crossing or country of the model: {claim.place}")
