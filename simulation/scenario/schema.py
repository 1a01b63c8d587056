"""JSON Schema of scenario and regime files, for editors; made from the models and the tables of levers and parameters.

`python -m simulation.scenario FOLDER` writes both; a test keeps the shipped ones true. An editor finds them by a
first line `# yaml-language-server: $schema=scenario.schema.json`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from simulation.scenario import known
from simulation.scenario.events import levers_schema
from simulation.scenario.fields import number_schema
from simulation.scenario.models import MAY_BE_EMPTY, Scenario

DRAFT = "https://json-schema.org/draft/2020-12/schema"
SCENARIO_FILE = "scenario.schema.json"
REGIME_FILE = "regime.schema.json"
_EXTENDS = {"type": "string", "description": "One parent: a name of the catalogue, or a path from this file."}


def _regime() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "extends": {**_EXTENDS, "description": "One parent: a name of the library, or a path from this file."},
            "title": {"type": "string", "description": "Name for people."},
            "summary": {"type": "string", "description": "What this regime is, in a sentence or two."},
            "levers": {**levers_schema(), "description": "Levers; those not given keep their value or default."},
        },
    }


def regime_json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a regime file."""
    return {"$schema": DRAFT, "title": "Regime", **_regime()}


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a scenario file, with descriptions, ranges and patterns for quantities with units."""
    schema = Scenario.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = schema["$defs"]
    definitions["Regime"] = {**_regime(), "type": ["object", "null"]}
    fields: dict[str, Any] = schema["properties"]
    del fields["name"]
    fields["parameters"] = {"type": "object", "additionalProperties": False,
                            "description": fields["parameters"]["description"],
                            "properties": {name: _table(table) for name, table in known.tables().items()}}
    fields["switches"] = {"type": "object", "additionalProperties": False,
                          "description": fields["switches"]["description"],
                          "properties": {name: {"type": "boolean"} for name in known.mechanisms()}}
    fields["regimes"] = {
        "description": fields["regimes"]["description"],
        "type": ["array", "object"],
        "items": {"type": "string"},
        "minItems": 1,
        "additionalProperties": {"$ref": "#/$defs/Regime"},
    }
    fields["regime_places"] = {"type": "object", "additionalProperties": number_schema("share", 0, 1),
                               "description": fields["regime_places"]["description"]}
    name = {"enum": list(known.outcomes())}
    definitions["Claim"]["properties"]["outcome"] = {**name, "description": "The outcome that is compared."}
    definitions["Prediction"]["properties"]["outcome"] |= name
    step = definitions["Step"]["properties"]
    step["show"] = _one_or_more(step["show"], name)
    for several in ("regimes", "discuss"):
        step[several] = _one_or_more(step[several], {"type": "string"})
    # A file may take every field from its parent, or take one away by leaving it empty.
    schema["properties"] = {"extends": _EXTENDS, **{name: _field(name, field) for name, field in fields.items()}}
    schema.pop("required", None)
    definitions["WorldDescription"].pop("required", None)
    for model in definitions.values():
        for field in model.get("properties", {}).values():
            field.pop("title", None)
    return {"$schema": DRAFT, **schema, "anyOf": [{"required": ["extends"]},
                                                  {"required": ["title", "purpose", "world", "regimes"]}]}


def _table(table: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "description": table.purpose,
            "properties": {p.name: number_schema(p.unit, p.low, p.high, p.meaning) for p in table.values()}}


def _one_or_more(field: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    return {"description": field["description"], "anyOf": [item, {"type": "array", "items": item}]}


def _field(name: str, field: dict[str, Any]) -> dict[str, Any]:
    field = {key: value for key, value in field.items() if key not in ("title", "default")}
    return {**field, "type": [field["type"], "null"]} if name in MAY_BE_EMPTY else field


def write(folder: Path) -> list[Path]:
    """Writes both schemas into a folder and says where."""
    written = []
    for name, schema in ((SCENARIO_FILE, json_schema()), (REGIME_FILE, regime_json_schema())):
        path = folder / name
        path.write_text(json.dumps(schema, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written
