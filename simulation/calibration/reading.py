"""From a name or path to a `Plan`: find, read, validate; each problem where it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from simulation.calibration.plan import Plan
from simulation.scenario.catalogue import SUFFIXES, find, folder
from simulation.scenario.errors import Problem, ScenarioError, field_path, nearest, quote, some
from simulation.scenario.loading import in_order, place_of, without_value
from simulation.scenario.strictyaml import Map, plain, read_file

FOLDER = "calibration"

def plans() -> dict[str, Path]:
    """Every shipped plan: name to file, by name."""
    here = folder() / FOLDER
    return {path.stem: path for path in sorted(here.iterdir()) if path.suffix in SUFFIXES} if here.is_dir() else {}


def load_plan(name_or_path: str | Path) -> Plan:
    """The plan of this name, or in the file at this path.

    Raises: ScenarioError with every problem found, each with file, line, column, field and likely fix.
    """
    path = find(name_or_path, plans(), FOLDER)
    tree = read_file(path)
    problems = without_value(tree, ())
    if "name" in tree.items:
        problems.append(_at(tree, ("name",), "this name is not a field: a plan is called by its file", of_key=True))
    if problems:
        raise ScenarioError(problems)
    data: dict[str, Any] = {"name": path.stem, **plain(tree)}  # type: ignore[dict-item]
    try:
        plan = Plan.model_validate(data, context={"file": True})
    except ValidationError as error:
        raise ScenarioError(in_order(_problem(detail, tree) for detail in error.errors(include_url=False))) from None
    plan._origin = path
    return plan


def _problem(detail: Any, tree: Map) -> Problem:
    """One error of pydantic's as a problem with a place."""
    path, kind, value = tuple(detail["loc"]), detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return _at(tree, path, _unknown(path), of_key=True)
    if kind == "unknown_key":
        return _at(tree, path, detail["msg"], of_key=True)
    if kind == "missing":
        return _at(tree, path, f"is missing; {_described(path)}", of_key=True)
    if "ctx" in detail and "error" in detail["ctx"]:
        message = str(detail["ctx"]["error"])
    elif kind in ("tuple_type", "list_type"):
        message = f"{quote(value)} is not a list; write '- ' before every item"
    elif kind in ("dict_type", "model_type", "model_attributes_type", "mapping_type"):
        message = f"{quote(value)} is not a mapping; 'field: value' lines are needed"
    else:
        message = detail["msg"]
    return _at(tree, path, message)


def _at(tree: Map, path: tuple[str | int, ...], message: str, of_key: bool = False) -> Problem:
    place = place_of(tree, path, of_key=of_key)
    return Problem(place.file, place.line, place.column, field_path(path), message)


def _part(path: tuple[str | int, ...]) -> type[BaseModel]:
    """The model in which the last step of a path stands."""
    part: type[BaseModel] = Plan
    for step in path[:-1]:
        field = part.model_fields.get(str(step))
        part = _model_in(field.annotation) or part if field else part
    return part


def _model_in(kind: Any) -> type[BaseModel] | None:
    """The model of a field, or of the items of its list."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((found for inside in get_args(kind) if (found := _model_in(inside))), None)


def _unknown(path: tuple[str | int, ...]) -> str:
    names = [name for name in _part(path).model_fields if name != "name"]
    near = nearest(str(path[-1]), names)
    return f"unknown key {quote(path[-1])}; " + (f"did you mean {near!r}?" if near else f"accepted here: {some(names)}")


def _described(path: tuple[str | int, ...]) -> str:
    field = _part(path).model_fields.get(str(path[-1]))
    return (field.description or "it is needed") if field else "it is needed"
