"""JSON Schema of design files, for editors; from the fields of `Design` and the tables of levers and parameters.

`python -m simulation.scenario FOLDER` writes it with the others. An editor finds it by a first line
`# yaml-language-server: $schema=../design.schema.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulation.axes import NAMED, SIZES
from simulation.experiments.design import METHODS, MOST_POINTS, Design
from simulation.experiments.distributions import MOST_STEPS
from simulation.experiments.replications import MOST, Until
from simulation.scenario import known
from simulation.scenario.schema import DRAFT

DESIGN_FILE = "design.schema.json"
_VALUE = {"type": ["number", "string", "boolean"],
          "description": "A value with its unit; 0.5x for half of what the scenario has."}
_NAMES = {"complexity": "The mean complexity of lives.",
          "capacity": "The posts of all organisations, times what the scenario has (0.7x).",
          "frontline": "The posts outside the hospital, times what the scenario has (0.7x)."}


def design_json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a design file."""
    said = {name: field.description for name, field in Design.model_fields.items()}
    plain = {"type": "string"}
    fields: dict[str, Any] = {
        "title": plain, "purpose": plain, "scenario": plain,
        "set": {"type": "object"},
        "regimes": {"type": "array", "items": plain, "minItems": 1, "uniqueItems": True},
        "method": {"enum": list(METHODS)},
        "points": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": MOST_POINTS},
                             {"type": "array", "minItems": 1, "items": _paths({"$ref": "#/$defs/value"})}]},
        "vary": {**_paths({"$ref": "#/$defs/how"}), "minProperties": 1},
        "replications": _replications(),
        "seed": {"type": "integer", "minimum": 0},
        "luck": {"enum": ["own", "shared"]},
        "series": {"enum": ["none", "first", "all"]},
        "outcomes": {"type": "array", "items": {"enum": list(known.outcomes())}, "uniqueItems": True},
    }
    return {
        "$schema": DRAFT, "title": "Design", "type": "object", "additionalProperties": False, "required": ["scenario"],
        "properties": {name: {**field, "description": said[name]} for name, field in fields.items()},
        "allOf": [
            _when("grid", vary=True, points=None),
            *(_when(method, vary=True, points={"type": "integer"}) for method in METHODS[1:-1]),
            _when("list", vary=False, points={"type": "array"}),
        ],
        "dependentRequired": {"vary": ["method"], "points": ["method"]},
        "$defs": {"value": _VALUE, "how": _how()},
    }


def _when(method: str, vary: bool, points: dict[str, Any] | None) -> dict[str, Any]:
    """What goes with a method."""
    needed = [*(["vary"] if vary else []), *(["points"] if points else [])]
    return {"if": {"properties": {"method": {"const": method}}, "required": ["method"]},
            "then": {"required": needed, "properties": {**({} if vary else {"vary": False}),
                                                        "points": points or False}}}


def _how() -> dict[str, Any]:
    value = {"$ref": "#/$defs/value"}
    spread = {"normal": {"type": "array", "items": value, "minItems": 2, "maxItems": 2,
                         "description": "Mean and standard deviation; cut off at from and to."},
              "triangular": {"type": "array", "items": value, "minItems": 3, "maxItems": 3,
                             "description": "Lowest, most likely and highest value."}}
    ends = {"from": {**value, "description": "Lowest value."}, "to": {**value, "description": "Highest value."}}
    return {"anyOf": [
        {"const": "believable", "description": "The range that an informed reader would believe; only for facts."},
        {"type": "array", "items": value, "minItems": 1, "description": "Some values."},
        _mapping({**ends, "scale": {"enum": ["linear", "log"], "description": "Equal steps or equal factors."},
                  "steps": {"type": "integer", "minimum": 2, "maximum": MOST_STEPS,
                            "description": "Only in a grid: how many values."}}, "from", "to"),
        _mapping({"triangular": spread["triangular"]}, "triangular"),
        _mapping({"normal": spread["normal"], **ends}, "normal"),
    ]}


def _mapping(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": list(required)}


def _paths(item: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping of everything that can vary to `item`."""
    properties = {name: _NAMES.get(name, "") for name in NAMED}
    properties |= {f"world.{name}": says for name, (_, _, says) in SIZES.items()}
    properties |= {f"switches.{name}": "A mechanism, on or off." for name in known.mechanisms()}
    properties |= {f"{table}.{p.name}": p.meaning for table, declared in known.tables().items()
                   for p in declared.values()}
    return {
        "type": "object", "additionalProperties": False,
        "properties": {name: {**item, "description": says} for name, says in properties.items()},
        "patternProperties": {rf"^regimes\.[^.]+\.(levers\.)?({'|'.join(known.LEVERS)})$": dict(item),
                              r"^parameters\.[a-z_]+\.[a-z_]+$": dict(item), r"\*": dict(item)},
    }


def _replications() -> dict[str, Any]:
    said = {name: field.description for name, field in Until.model_fields.items()}

    def count(name: str, least: int) -> dict[str, Any]:
        return {"type": "integer", "minimum": least, "maximum": MOST, "description": said[name]}

    until = _mapping({"outcome": {"enum": list(known.outcomes()), "description": said["outcome"]},
                      "half_width": {"type": ["number", "string"], "exclusiveMinimum": 0,
                                     "description": said["half_width"]}}, "outcome", "half_width")
    return {"anyOf": [
        {"type": "integer", "minimum": 1, "maximum": MOST},
        _mapping({"until": until, "start": count("start", 2), "step": count("step", 1), "at_most": count("at_most", 2)},
                 "until"),
    ]}


def write(folder: Path) -> Path:
    """Writes the schema into a folder and says where."""
    path = folder / DESIGN_FILE
    path.write_text(json.dumps(design_json_schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
