"""From a name or path to a `Plan`: find, read, validate; each problem where it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from simulation.calibration.plan import Plan
from simulation.scenario.catalogue import SUFFIXES, find, folder
from simulation.scenario.errors import ScenarioError
from simulation.scenario.loading import in_order, without_value
from simulation.scenario.otherfiles import at, problem
from simulation.scenario.strictyaml import plain, read_file

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
        problems.append(at(tree, ("name",), "this name is not a field: a plan is called by its file", of_key=True))
    if problems:
        raise ScenarioError(problems)
    data: dict[str, Any] = {"name": path.stem, **plain(tree)}  # type: ignore[dict-item]
    try:
        plan = Plan.model_validate(data, context={"file": True})
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise ScenarioError(in_order(problem(detail, tree, _fields) for detail in details)) from None
    plan._origin = path
    return plan


def _fields(path: tuple[str | int, ...]) -> dict[str, Any]:
    return _part(path).model_fields


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
