"""From a name or path to a `Scenario`: find, read, extend, override, validate; each problem where it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulation.scenario.catalogue import catalogue, find, regime_library
from simulation.scenario.errors import Problem, ScenarioError, field_path, quote
from simulation.scenario.merge import read_scenario
from simulation.scenario.models import MAY_BE_EMPTY, Regime, Scenario
from simulation.scenario.overrides import Overrides, apply, read_overrides
from simulation.scenario.regimes import read_regime, resolve_regimes
from simulation.scenario.shape import homes, unknown_key
from simulation.scenario.strictyaml import Items, Leaf, Map, Node, Place, plain


def load(name_or_path: str | Path, set: Overrides = ()) -> Scenario:
    """The scenario of the catalogue with this name, or in the file at this path.

    Args: `set` values to change, as `{"world.people": 5000}` or `["world.people=5000"]`; see
        `simulation.scenario.overrides`.
    Raises: ScenarioError with every problem found, each with file, line, column, field and likely fix.
    """
    overrides = read_overrides(set)
    known = catalogue()
    path = find(name_or_path, known, "scenario")
    tree = read_scenario(path, known)
    tree = resolve_regimes(apply(tree, overrides), regime_library())
    touched = {override.path[0] for override in overrides}
    changed = bool(overrides) and "claims" not in touched
    story = tree.items.get("story")
    inherited = story is not None and story.place.file != tree.place.file
    told_elsewhere = (bool(overrides) or inherited) and "story" not in touched
    return validate(tree, path, changed=changed, told_elsewhere=told_elsewhere)


def load_regime(name_or_path: str | Path) -> Regime:
    """The regime of the library with this name, or in the file at this path; levers not given take their default.

    Raises: ScenarioError as `load` does.
    """
    library = regime_library()
    path = find(name_or_path, library, "regime")
    node = read_regime(path, library)
    regimes = Map(node.place, {path.stem: node}, {path.stem: node.place})
    tree = Map(node.place, {"regimes": regimes}, {"regimes": node.place})
    here = ("regimes", path.stem)
    problems = [*without_value(node, here), *_named(tree)]
    if not problems:
        data = {"name": path.stem, **plain(node)}  # type: ignore[dict-item]
        try:
            return Regime.model_validate(data, context={"file": True})
        except ValidationError as error:
            problems = [_problem({**detail, "loc": (*here, *detail["loc"])}, tree)
                        for detail in error.errors(include_url=False)]
    prefix = field_path(here) + "."  # the file is the regime, so nobody needs to hear its path
    raise ScenarioError(in_order(
        Problem(p.file, p.line, p.column, p.field.removeprefix(prefix), p.message.replace(prefix, ""))
        for p in problems))


def validate(tree: Map, path: Path, *, changed: bool = False, told_elsewhere: bool = False) -> Scenario:
    """The scenario that a merged tree says.

    Args: `changed` leaves out claims that an override made void; `told_elsewhere` leaves out predictions and lines on
        charts of a story that was written for other regimes or another horizon.
    Raises: ScenarioError.
    """
    said = {key: node for key, node in tree.items.items()
            if key not in MAY_BE_EMPTY or not isinstance(node, Leaf) or node.value is not None}
    tree = Map(tree.place, said, dict(tree.keys))
    problems = [*without_value(tree, ()), *_named(tree)]
    if problems:
        raise ScenarioError(problems)
    data: dict[str, Any] = {"name": path.stem, **plain(tree)}  # type: ignore[dict-item]
    context = {"file": True, "changed": changed, "told_elsewhere": told_elsewhere}
    try:
        scenario = Scenario.model_validate(data, context=context)
    except ValidationError as error:
        raise ScenarioError(in_order(_problem(detail, tree) for detail in error.errors(include_url=False))) from None
    scenario._origin = path
    return scenario


def in_order(problems: Any) -> list[Problem]:
    """Problems by file and line, each once; files in the order in which they were met."""
    unique = list(dict.fromkeys(problems))
    files = list(dict.fromkeys(p.file for p in unique))
    return sorted(unique, key=lambda p: (files.index(p.file), p.line or 0, p.column or 0))


def without_value(node: Node, path: tuple[str | int, ...]) -> list[Problem]:
    """Fields without a value: YAML says null, and null means nothing here."""
    if isinstance(node, Leaf):
        if node.value is not None:
            return []
        message = "has no value; give one, or leave the line out"
        return [Problem(node.place.file, node.place.line, node.place.column, field_path(path), message)]
    inside = node.items.items() if isinstance(node, Map) else enumerate(node.items)
    return [problem for key, item in inside for problem in without_value(item, (*path, key))]


def _named(tree: Map) -> list[Problem]:
    """`name:` where the name comes from the file or the key."""
    found = [((), tree)]
    regimes = tree.items.get("regimes")
    if isinstance(regimes, Map):
        found += [(("regimes", name), node) for name, node in regimes.items.items() if isinstance(node, Map)]
    return [_at(node.keys["name"], (*path, "name"), unknown_key((*path, "name")))
            for path, node in found if "name" in node.items]


def _at(place: Place, path: tuple[str | int, ...], message: str) -> Problem:
    return Problem(place.file, place.line, place.column, field_path(path), message)


def _problem(detail: Any, tree: Map) -> Problem:
    """One error of pydantic's as a problem with a place."""
    path = tuple(detail["loc"])
    kind, value = detail["type"], detail["input"]
    regimes = tree.items.get("regimes")
    names = tuple(regimes.items) if isinstance(regimes, Map) else ()
    if kind in ("extra_forbidden", "unknown_key"):
        elsewhere = kind == "unknown_key" and path[0] != "regime_places" and homes(str(path[-1]))
        message = unknown_key(path, names) if kind == "extra_forbidden" or elsewhere else detail["msg"]
        return _at(place_of(tree, path, of_key=True), path, message)
    if kind == "missing":
        return _at(place_of(tree, path[:-1], of_key=len(path) > 1), path, f"is missing; {_what(path)}")
    if "ctx" in detail and "error" in detail["ctx"]:
        message = str(detail["ctx"]["error"])
    elif kind in ("tuple_type", "list_type"):
        message = f"{quote(value)} is not a list; write '- ' before every item"
    elif kind in ("dict_type", "model_type", "model_attributes_type", "mapping_type"):
        message = f"{quote(value)} is not a mapping; 'field: value' lines are needed"
    else:
        message = detail["msg"]
    return _at(place_of(tree, path, of_key=False), path, message)


def _what(path: tuple[str | int, ...]) -> str:
    """What a missing field should say."""
    from simulation.scenario.events import Event
    from simulation.scenario.models import WorldDescription
    from simulation.scenario.story import Claim, Prediction, Step

    told = Prediction if "predict" in path[2:-1] else Step
    room = {"world": WorldDescription, "events": Event, "claims": Claim, "story": told}.get(str(path[0]), Scenario)
    fields = {field.alias or name: field for name, field in (room if len(path) > 1 else Scenario).model_fields.items()}
    field = fields.get(str(path[-1]))
    return (field.description if field and field.description else "it is needed")


def place_of(tree: Map, path: tuple[str | int, ...], *, of_key: bool) -> Place:
    """Where a path was written: the key or the value at it, or the nearest thing above that exists."""
    node: Node = tree
    place = tree.place
    for i, step in enumerate(path):
        if isinstance(node, Map) and step in node.items:
            key, node = node.keys[step], node.items[step]
            place = key if of_key and i == len(path) - 1 or isinstance(node, Map | Items) else node.place
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            place = node.place
        else:
            break
    return place
