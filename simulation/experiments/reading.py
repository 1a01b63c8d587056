"""From a name or path to a `Design`: find, read, change, validate; each problem where it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from simulation.experiments.design import Design
from simulation.experiments.replications import Until
from simulation.scenario.catalogue import SUFFIXES, find, folder
from simulation.scenario.errors import ScenarioError, field_path
from simulation.scenario.loading import in_order, without_value
from simulation.scenario.otherfiles import at, problem
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
        problems.append(at(tree, ("name",), _NAMED, of_key=True))
    if problems:
        raise ScenarioError(problems)
    data: dict[str, Any] = {"name": path.stem, **plain(tree)}  # type: ignore[dict-item]
    try:
        design = Design.model_validate(data, context={"file": True, "folder": path.parent})
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise ScenarioError(in_order(problem(detail, tree, _fields) for detail in details)) from None
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


def _fields(path: tuple[str | int, ...]) -> dict[str, Any]:
    part: type[BaseModel] = Until if path[0] == "replications" else Design
    return {name: field for name, field in part.model_fields.items() if name != "name"}
