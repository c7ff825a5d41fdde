"""Settings of a Flee run: ``simsetting.yml`` with every key that Flee knows, its default and what we do with it.

A key that changes results and that is not reproduced is an error that names it. A key that Flee itself ignores is a
warning, because whoever wrote it meant something by it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from borderflow.errors import ScenarioError, suggest
from borderflow.flee.documents import Reader, load_yaml, shown

__all__ = ["FloodRules", "Settings", "read_settings"]


@dataclass(frozen=True)
class FloodRules:
    """Flood rules: lists are read by linear interpolation between whole flood levels."""

    movechances: tuple[float, ...]
    location_weights: tuple[float, ...]
    forecaster: bool
    timescale: int
    end_time: int
    forecast_weights: tuple[float, ...]
    awareness_weights: tuple[float, ...]


@dataclass(frozen=True)
class Settings:
    """What governs a run; defaults are Flee's.

    Examples
    --------
    >>> Settings().softening, Settings().max_move_speed
    (10.0, 360.0)
    """

    take_from_population: bool = False
    insert_day0: bool = True
    empty_camps_on_day0: bool = False
    flood_zone_spawning_only: bool = False
    sum_from_camps: bool = True
    starvation_driven_spawning: bool = False
    spawn_mode: str = ""  # of conflict-driven spawning; empty: driven by the counts
    displaced_per_conflict_day: float = 0.0
    flood_spawn_mode: str = ""
    displaced_per_flood_day: tuple[float, ...] = ()
    conflict_spawn_decay: tuple[float, ...] = ()
    conflict_spawn_decay_interval: int = 30
    default_conflict_intensity: int = 1
    max_move_speed: float = 360.0
    max_walk_speed: float = 35.0
    foreign_weight: float = 1.0
    camp_weight: float = 1.0
    conflict_weight: float = 1.0 / math.sqrt(10.0)
    conflict_movechance: float = 1.0
    camp_movechance: float = 0.001
    idpcamp_movechance: float = 0.1
    default_movechance: float = 0.3
    awareness_level: int = 1
    capacity_buffer: float = 0.9
    capacity_scaling: float = 1.0
    avoid_short_stints: bool = False
    start_on_foot: bool = False
    softening: float = 10.0
    weight_softening: float = 0.0
    weight_power: float = 1.0
    distance_power: float = 1.0
    fixed_routes: bool = False
    stay_close_to_home: bool = False
    home_distance_power: float = 0.5
    use_pop_for_loc_weight: bool = False
    pop_power_for_loc_weight: float = 0.1
    movechance_pop_base: float = 10000.0
    movechance_pop_scale_factor: float = 0.0
    pruning_threshold: float = 1.0
    children_avoid_hazards: bool = False
    women_avoid_hazards: bool = False
    elderly_avoid_hazards: bool = False
    boys_take_risk: bool = False
    use_economic_pull: bool = False
    flee_when_starving: bool = False
    avoid_food_deprived_locations: bool = False
    flood_rules: FloodRules | None = None
    hasten: int = 1
    idp_totals: bool = False
    file: str = "simsetting.yml"
    warnings: tuple[str, ...] = field(default=(), compare=False)


_SPAWN = {
    "take_from_population": bool, "insert_day0": bool, "empty_camps_on_day0": bool, "flood_zone_spawning_only": bool,
    "sum_from_camps": bool, "starvation_driven_spawning": bool, "conflict_spawn_decay_interval": int,
}  # fmt: skip
_MOVE = {
    "max_move_speed": float, "max_walk_speed": float, "foreign_weight": float, "camp_weight": float,
    "conflict_weight": float, "conflict_movechance": float, "camp_movechance": float, "idpcamp_movechance": float,
    "default_movechance": float, "awareness_level": int, "capacity_buffer": float, "capacity_scaling": float,
    "avoid_short_stints": bool, "start_on_foot": bool, "softening": float, "weight_softening": float,
    "weight_power": float, "distance_power": float, "stay_close_to_home": bool, "home_distance_power": float,
    "use_pop_for_loc_weight": bool, "pop_power_for_loc_weight": float, "movechance_pop_base": float,
    "movechance_pop_scale_factor": float, "pruning_threshold": float, "use_economic_pull": bool,
    "flee_when_starving": bool, "avoid_food_deprived_locations": bool, "fixed_routes": bool,
}  # fmt: skip
_RENAMED = {
    "ChildrenAvoidHazards": "children_avoid_hazards", "WomenAvoidHazards": "women_avoid_hazards",
    "ElderlyAvoidHazards": "elderly_avoid_hazards", "BoysTakeRisk": "boys_take_risk",
}  # fmt: skip
#: Keys that Flee reads and that change no result.
_INERT = {
    "spawn_rules": {"conflict_zone_spawning_only", "average_social_connectivity"},
    "move_rules": {"max_crossing_speed", "two_system_decision_making", "avg_religion_fraction"},
}
#: Keys that are not reproduced where they are switched on, with the reason.
_REFUSED = {
    "camps_are_sicks": "people who vanish in camps; Flee takes this setting for camps_are_sinks, and stops on a value "
    "of deactivation_probability from a table",
    "read_from_agents_csv_file": "agents.csv lists persons one by one, and borderflow holds counts only",
    "harvest_months": "people who go home for the harvest; a cohort would have to remember its home",
    **dict.fromkeys(
        ("MatchCampReligion", "MatchCampEthnicity", "MatchTownEthnicity", "MatchConflictEthnicity"),
        "Flee itself stops with a KeyError as soon as anybody is on a road",
    ),
}
#: Keys that people write and Flee does not read.
_MISREAD = {
    "camps_are_sinks": "Flee reads camps_are_sicks (sic), so this setting does nothing there",
    "flood_spawn_mode": "Flee looks for spawn_mode, so its flood spawning is always pop_ratio",
}
_TOP = {
    "log_levels", "spawn_rules", "move_rules", "optimisations", "number_of_steps", "conflict_input_file",
    "flood_level_input_file", "default_conflict_intensity",
}  # fmt: skip


def read_settings(path: Path) -> Settings:
    """Read a settings file of Flee.

    Parameters
    ----------
    path : Path
        ``simsetting.yml`` or a preset.

    Returns
    -------
    Settings
        With ``warnings`` about what Flee ignores.

    Raises
    ------
    ScenarioError
        For a file that cannot be read, values of another kind, and settings that are not reproduced.
    """
    tree, text = load_yaml(path)
    reader = Reader(path.name, text)
    for key in tree:
        if key not in _TOP:
            _ignored(reader, "", key, _TOP)
    known: dict[str, Any] = {"file": path.name}
    if "default_conflict_intensity" in tree:
        known["default_conflict_intensity"] = reader.number("default_conflict_intensity", tree, int)
    spawn, move = reader.section(tree, "spawn_rules"), reader.section(tree, "move_rules")
    known |= _read_spawn(reader, spawn)
    known |= _read_move(reader, move)
    speedup = reader.section(tree, "optimisations")
    if "hasten" in speedup:
        known["hasten"] = reader.number("hasten", speedup, int)
    for key in speedup:
        if key != "hasten":
            _ignored(reader, "optimisations", key, ["hasten"])
    known["idp_totals"] = reader.section(tree, "log_levels").get("idp_totals", 0) not in (0, None, False)
    settings = Settings(**known)
    _check(reader, settings)
    if reader.problems:
        raise ScenarioError(reader.problems)
    return replace(settings, warnings=tuple(reader.warnings))


def _ignored(reader: Reader, section: str, key: str, known: Iterable[str]) -> None:
    reason = _MISREAD.get(str(key)) or f"Flee does not know this key and ignores it{suggest(str(key), known)}"
    reader.warnings.append(f"{reader.where(str(key))}: {section + '.' if section else ''}{key}: {reason}")


def _refuse(reader: Reader, key: str, value: Any) -> None:
    if value:
        reader.wrong(key, f"is not supported: {_REFUSED[key]}; remove it or set it to False")


def _read_spawn(reader: Reader, section: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    special = {"conflict_spawn_decay", "conflict_driven_spawning", "flood_driven_spawn_mode"}
    for key, value in section.items():
        if key in _SPAWN:
            out[key] = reader.number(key, section, _SPAWN[key])
        elif key in _REFUSED:
            _refuse(reader, key, value)
        elif key not in special and key not in _INERT["spawn_rules"]:
            _ignored(reader, "spawn_rules", key, [*_SPAWN, *special])
    if section.get("conflict_spawn_decay"):
        out["conflict_spawn_decay"] = reader.numbers("conflict_spawn_decay", section)
    if section.get("conflict_driven_spawning") is not None:
        driven = reader.section(section, "conflict_driven_spawning")
        mode = str(driven.get("spawn_mode", "constant")).lower()
        if mode not in ("constant", "pop_ratio", "poisson"):
            reader.wrong("spawn_mode", f"is {shown(mode)}; constant, pop_ratio or poisson would be right")
        out["spawn_mode"] = mode
        standard = 0.01 if mode == "pop_ratio" else 500.0
        out["displaced_per_conflict_day"] = (
            reader.number("displaced_per_conflict_day", driven, float)
            if "displaced_per_conflict_day" in driven
            else standard
        )
    if section.get("flood_driven_spawn_mode") is not None:
        driven = reader.section(section, "flood_driven_spawn_mode")
        for key in driven:
            if key not in ("spawn_mode", "displaced_per_flood_day"):
                _ignored(reader, "flood_driven_spawn_mode", key, ("spawn_mode", "displaced_per_flood_day"))
        out["flood_spawn_mode"] = str(driven.get("spawn_mode", "pop_ratio")).lower()
        out["displaced_per_flood_day"] = reader.numbers("displaced_per_flood_day", driven)
    return out


def _read_move(reader: Reader, section: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in section.items():
        if key in _MOVE:
            out[key] = reader.number(key, section, _MOVE[key])
        elif key in _RENAMED:
            out[_RENAMED[key]] = bool(value)
        elif key in _REFUSED:
            _refuse(reader, key, value)
        elif key not in ("flood_rules", "use_v1_rules") and key not in _INERT["move_rules"]:
            _ignored(reader, "move_rules", key, [*_MOVE, *_RENAMED])
    if section.get("two_system_decision_making"):
        where = reader.where("two_system_decision_making")
        reader.warnings.append(f"{where}: two_system_decision_making: never takes effect in Flee, nor here")
    if section.get("use_v1_rules"):
        out |= {
            "max_move_speed": 200.0, "start_on_foot": False, "avoid_short_stints": False, "camp_weight": 2.0,
            "conflict_weight": 0.25,
        }  # fmt: skip
    if section.get("flood_rules") is not None:
        out["flood_rules"] = _read_flood(reader, reader.section(section, "flood_rules"))
    return out


def _read_flood(reader: Reader, rules: dict[str, Any]) -> FloodRules:
    known = {
        "max_flood_level", "flood_movechances", "flood_loc_weights", "flood_link_weights", "flood_forecaster",
        "flood_forecaster_timescale", "flood_forecaster_end_time", "flood_forecaster_weights",
        "flood_awareness_weights",
    }  # fmt: skip
    for key in rules:
        if key not in known:
            _ignored(reader, "flood_rules", key, known)
    forecaster = bool(rules.get("flood_forecaster", False))

    def whole(key: str) -> int:
        return int(reader.number(key, rules, int)) if key in rules else 0

    return FloodRules(
        movechances=reader.numbers("flood_movechances", rules),
        location_weights=reader.numbers("flood_loc_weights", rules),
        forecaster=forecaster,
        timescale=whole("flood_forecaster_timescale"),
        end_time=whole("flood_forecaster_end_time"),
        forecast_weights=reader.numbers("flood_forecaster_weights", rules),
        awareness_weights=reader.numbers("flood_awareness_weights", rules),
    )


def _check(reader: Reader, s: Settings) -> None:
    """Check ranges and combinations."""
    for key in ("max_move_speed", "max_walk_speed", "capacity_scaling", "movechance_pop_base"):
        if getattr(s, key) <= 0:
            reader.wrong(key, f"is {getattr(s, key):g}; a number above 0 would be right")
    if s.hasten < 1:
        reader.wrong("hasten", f"is {s.hasten}; a whole number of 1 or more would be right")
    if s.conflict_spawn_decay and s.conflict_spawn_decay_interval < 1:
        reader.wrong("conflict_spawn_decay_interval", "must be 1 day or more")
    if s.flood_rules is not None and not s.flood_spawn_mode:
        reader.wrong("flood_rules", "need spawn_rules.flood_driven_spawn_mode; without it Flee stops")
    if s.flood_spawn_mode:
        if not s.take_from_population:
            reader.wrong("flood_driven_spawn_mode", "needs take_from_population: True; without it Flee stops")
        if s.flood_spawn_mode not in ("constant", "pop_ratio", "poisson"):
            reader.wrong(
                "flood_driven_spawn_mode",
                f"spawn_mode is {shown(s.flood_spawn_mode)}; constant, pop_ratio or poisson would be right",
            )
        if s.flood_rules is None:
            reader.wrong("flood_driven_spawn_mode", "needs move_rules.flood_rules")
    if s.awareness_level == 0:
        where = reader.where("awareness_level")
        reader.warnings.append(f"{where}: awareness_level: is 0, with which nobody ever moves in Flee, nor here")
