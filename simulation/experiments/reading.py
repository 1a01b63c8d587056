"""From a name or path to a `Design`: find, read, change, validate; each problem where it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from simulation.experiments.design import Design
from simulation.experiments.replications import Until
from simulation.scenario.catalogue import SUFFIXES, find, folder
from simulation.scenario.errors import Problem, ScenarioError, field_path, nearest, quote, some
from simulation.scenario.loading import in_order, place_of, without_value
from simulation.scenario.overrides import Override, Overrides, read_overrides
from simulation.scenario.strictyaml import Map, plain, read_file

FOLDER = "designs"
_NAMED = "this name is not a field: a design is called by its file; 'title' is the name for people"


def designs() -> dict[str, Path]:
    """Every shipped design: name to file, by name."""
    here = folder() / FOLDER
    return {path.stem: path for path in sorted(here.iterdir()) if path.suffix in SUFFIXES} if here.is_dir() else {}


def load_design(name_or_path: str | Path, set: Overrides = ()) -> Design:
    """The design of this name, or in the file at this path.

    Args: set: values to change, as `["world.people=2000", "replications=5"]` or a mapping. A field of the design, such
        as `points`, `seed` or `replications`, changes the design; every other path changes its scenario.

    Raises ScenarioError with every problem found, each with file, line, column, field and likely fix.
    """
    overrides = read_overrides(set)
    path = find(name_or_path, designs(), "design")
    tree = _changed(read_file(path), overrides)
    problems = without_value(tree, ())
    if "name" in tree.items:
        problems.append(_at(tree, ("name",), _NAMED, of_key=True))
    if problems:
        raise ScenarioError(problems)
    data: dict[str, Any] = {"name": path.stem, **plain(tree)}  # type: ignore[dict-item]
    try:
        design = Design.model_validate(data, context={"file": True, "folder": path.parent})
    except ValidationError as error:
        raise ScenarioError(in_order(_problem(detail, tree) for detail in error.errors(include_url=False))) from None
    design._origin = path
    return design


def _changed(tree: Map, overrides: list[Override]) -> Map:
    """The tree with every override in its place."""
    own = {name for name in Design.model_fields if name not in ("name", "set")}
    for override in overrides:
        head, *rest = override.path
        if head in own and not rest or head == "replications":
            steps = [str(step) for step in override.path]
        else:
            steps = ["set", field_path(override.path)]
        tree = _put(tree, steps, override)
    return tree


def _put(tree: Map, steps: list[str], override: Override) -> Map:
    """A copy with one value put in. Nodes that were read are never changed, because others may hold them."""
    copy = Map(tree.place, dict(tree.items), dict(tree.keys))
    first, *rest = steps
    below = copy.items.get(first)
    node = _put(below if isinstance(below, Map) else Map(override.place), rest, override) if rest else override.value
    copy.put(first, node, copy.keys.get(first, override.place) if rest else override.place)
    return copy


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


def _fields(path: tuple[str | int, ...]) -> dict[str, Any]:
    part: type[BaseModel] = Until if path[0] == "replications" else Design
    return {name: field for name, field in part.model_fields.items() if name != "name"}


def _unknown(path: tuple[str | int, ...]) -> str:
    names = list(_fields(path))
    near = nearest(str(path[-1]), names)
    return f"unknown key {quote(path[-1])}; " + (f"did you mean {near!r}?" if near else f"accepted here: {some(names)}")


def _described(path: tuple[str | int, ...]) -> str:
    field = _fields(path).get(str(path[-1]))
    return (field.description or "it is needed") if field else "it is needed"
