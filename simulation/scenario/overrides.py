"""`--set path=value`: one value of a scenario changed for one run, without another file.

A path is written with dots, `world.people`; items of lists are counted from 1, `events[1].at`. Two paths have a short
form: a lever below its regime, `regimes.targets.stakes`, and a parameter below its table, `need.growth`. A value is
read as in a file. Claims and predictions that no longer fit (a regime taken away, a shorter horizon) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from simulation.scenario import known
from simulation.scenario.errors import Problem, ScenarioError, field_path, nearest, quote, refuse
from simulation.scenario.merge import merge_scenarios, with_regime_map
from simulation.scenario.shape import REGIME, TOP, Path, children, unknown_key
from simulation.scenario.strictyaml import Items, Leaf, Map, Node, Place, from_python, read_text

Overrides = Mapping[str, object] | Sequence[str]
_STEP = re.compile(r"([^.\[\]]+)((?:\[[0-9]{1,4}\])*)")


@dataclass(frozen=True, slots=True)
class Override:
    """One change: where, to what, and how messages name it."""

    path: Path
    value: Node
    place: Place


def read_overrides(given: Overrides) -> list[Override]:
    """Overrides as a mapping of paths to values, or as texts `path=value`.

    Raises ScenarioError for what has no path, is not valid YAML or is not data.
    """
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, Mapping | Sequence):
        raise refuse("--set", f"{type(given).__name__} is not a mapping of paths to values or a list of 'path=value'")
    found: list[Override] = []
    problems: list[Problem] = []
    for number, item in enumerate(given, 1):
        value = given[item] if isinstance(given, Mapping) else None
        shown = quote(item) if not isinstance(item, str) else item if value is None else f"{item}={_short(value)}"
        label = f"--set #{number} ({' '.join(shown.split())[:120]})"
        try:
            found.append(_read(item, value, isinstance(given, Mapping), label))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def _short(value: object) -> str:
    return value if isinstance(value, str) else quote(value)


def _read(item: object, value: object, is_mapping: bool, label: str) -> Override:
    place = Place(label, folder=FilePath())
    if not isinstance(item, str):
        raise refuse(label, "a path such as 'world.people' is needed")
    path_text, equals, text = (item, "=", "") if is_mapping else item.partition("=")
    if not equals:
        raise refuse(label, "is not of the form path=value, such as world.people=5000")
    path = _path(path_text.strip(), label)
    if is_mapping:
        try:
            return Override(path, from_python(value, place), place)
        except TypeError as error:
            raise refuse(label, str(error), path_text) from None
    try:
        node = read_text(text, label, None)
    except ScenarioError as error:
        # Lines and columns inside one argument help nobody.
        raise ScenarioError(Problem(label, None, None, path_text, p.message) for p in error.problems) from None
    return Override(path, _at(node, place), place)


def _at(node: Node | None, place: Place) -> Node:
    """The node with every place replaced by that of the override."""
    if isinstance(node, Map):
        return Map(place, {k: _at(v, place) for k, v in node.items.items()}, dict.fromkeys(node.items, place))
    if isinstance(node, Items):
        return Items([_at(item, place) for item in node.items], place)
    return Leaf(node.value if node else None, place)


def _path(text: str, label: str) -> Path:
    path: list[str | int] = []
    for part in text.split("."):
        found = _STEP.fullmatch(part.strip())
        if not found:
            raise refuse(label, f"{quote(text)} is not a path; accepted: names with dots, such as world.people or "
                         "events[1].at")
        path.append(found[1].strip())
        path += [int(number) - 1 for number in re.findall("[0-9]+", found[2])]
    return tuple(path)


def apply(scenario: Map, overrides: Sequence[Override]) -> Map:
    """The scenario with all overrides made, in their order. Raises ScenarioError for paths that lead nowhere."""
    problems: list[Problem] = []
    for override in overrides:
        try:
            scenario = _apply(scenario, override)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return scenario


def _apply(scenario: Map, override: Override) -> Map:
    place = override.place
    regimes = scenario.items.get("regimes")
    names = tuple(regimes.items) if isinstance(regimes, Map) else ()
    path = _in_full(override.path)
    _check(path, names, scenario, place)
    node = override.value
    for step in reversed(path):
        if isinstance(step, int):
            break
        node = Map(place, {step: node}, {step: place})
    else:
        return merge_scenarios(with_regime_map(scenario, None), node)  # type: ignore[arg-type]
    return _replace(scenario, path, override.value, place)  # type: ignore[return-value]


def _in_full(path: Path) -> Path:
    """The path that a short form stands for; any other path as it is."""
    if path[0] == "regimes" and len(path) == 3 and path[2] in known.LEVERS and path[2] not in REGIME:
        return (*path[:2], "levers", path[2])
    if len(path) == 2 and path[0] not in TOP and path[0] in known.tables():
        return ("parameters", *path)
    return path


def _check(path: Path, names: tuple[str, ...], scenario: Map, place: Place) -> None:
    """Raises ScenarioError unless something may stand at the path. A new name below `regimes` adds a regime."""
    node: Node | None = scenario
    for i, step in enumerate(path):
        parent = path[:i]
        if isinstance(node, Items) or isinstance(step, int):
            count = len(node.items) if isinstance(node, Items) else 0
            if not isinstance(step, int) or not 0 <= step < count:
                list_name = field_path(parent)
                raise _nowhere(path, place, f"{list_name} is a list; accepted: {list_name}[1] to {list_name}[{count}]"
                               if count else f"{list_name} is not a list with items")
            node = node.items[step]  # type: ignore[union-attr]
            continue
        adds_regime = parent == ("regimes",) and len(path) == 2
        if step not in children(parent, names) and not adds_regime:
            if parent == ("regimes",):
                raise _nowhere(path, place, f"the scenario has no regime {quote(step)}; {_regimes_there(step, names)}")
            leaf = path[-1] if isinstance(path[-1], str) else None
            raise _nowhere(path, place, unknown_key(path[:i + 1], names, leaf))
        node = node.items.get(step) if isinstance(node, Map) else None


def _regimes_there(step: str, names: tuple[str, ...]) -> str:
    near = nearest(step, names)
    return f"did you mean {near!r}?" if near else f"accepted: {', '.join(names)}"


def _nowhere(path: Path, place: Place, message: str) -> ScenarioError:
    return ScenarioError([Problem(place.file, None, None, field_path(path), message)])


def _replace(node: Node, path: Path, value: Node, place: Place) -> Node:
    """A copy of a tree with the value at a path that `_check` has found."""
    if not path:
        return value
    step = path[0]
    if isinstance(step, int):
        items = list(node.items)  # type: ignore[union-attr]
        items[step] = _replace(items[step], path[1:], value, place)
        return Items(items, node.place)
    below = Map(node.place, dict(node.items), dict(node.keys)) if isinstance(node, Map) else Map(place)
    below.put(step, _replace(below.items.get(step, Map(place)), path[1:], value, place), below.keys.get(step, place))
    return below
