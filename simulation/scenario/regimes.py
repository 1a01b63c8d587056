"""What each regime of a scenario is, once `extends` and the library have been followed.

A regime named as one of the library is that one, with what the scenario adds. A regime of its own says `extends`, or
has a title. Title and summary come along only where the name stays the same: two lines on a chart need two titles.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from simulation.scenario.errors import Problem, ScenarioError, nearest, quote
from simulation.scenario.merge import enter, merge, parent_file
from simulation.scenario.strictyaml import Leaf, Map, Node, plain, read_file


def resolve_regimes(scenario: Map, library: Mapping[str, Path]) -> Map:
    """The scenario with every regime complete after `extends`. Raises ScenarioError with the problems of all."""
    regimes = scenario.items.get("regimes")
    if not isinstance(regimes, Map):
        return scenario
    complete = Map(regimes.place)
    problems: list[Problem] = []
    for name in regimes.items:
        try:
            complete.put(name, _resolve(name, regimes, library, ()), regimes.keys[name])
        except ScenarioError as error:
            problems += [p for p in error.problems if p not in problems]
    if problems:
        raise ScenarioError(problems)
    return Map(scenario.place, {**scenario.items, "regimes": complete}, dict(scenario.keys))


def read_regime(path: Path, library: Mapping[str, Path], trail: tuple[Path, ...] = ()) -> Map:
    """A regime file with everything it extends."""
    root = read_file(path)
    extends = root.items.get("extends")
    if extends is None:
        return root
    root = root.without("extends")
    parent = parent_file(extends, library, "regime")
    trail = enter(path, parent, trail, extends.place)
    return merge(_inherited(read_regime(parent, library, trail), parent.stem, path.stem), root)


def _resolve(name: str, regimes: Map, library: Mapping[str, Path], trail: tuple[str, ...]) -> Node:
    node = regimes.items[name]
    key = regimes.keys[name]
    if isinstance(node, Leaf) and node.value is None:
        node = Map(key)
    if not isinstance(node, Map):
        return node
    extends = node.items.get("extends")
    own = node.without("extends")
    if extends is None:
        if name in library:
            return merge(read_regime(library[name], library), own)
        if "title" in own.items:
            return own
        near = nearest(name, library)
        hint = f"did you mean {near!r}?" if near else f"the library has {', '.join(library)};"
        message = f"unknown regime {quote(name)}; {hint} A regime of your own needs 'extends' or a 'title'"
        raise ScenarioError([Problem(key.file, key.line, key.column, f"regimes.{name}", message)])
    parent = plain(extends)
    try:
        if isinstance(parent, str) and parent in regimes.items and parent != name:
            if parent in trail:
                circle = " -> ".join((*trail[trail.index(parent):], name, parent))
                raise ScenarioError([Problem(extends.place.file, extends.place.line, extends.place.column, "extends",
                                             f"extends in a circle: {circle}")])
            base, stem = _resolve(parent, regimes, library, (*trail, name)), parent
        else:
            path = parent_file(extends, library, "regime")
            base, stem = read_regime(path, library), path.stem
    except ScenarioError as error:
        raise ScenarioError(
            Problem(p.file, p.line, p.column, f"regimes.{name}.extends" if p.field == "extends" else p.field, p.message)
            for p in error.problems) from None
    return merge(_inherited(base, stem, name), own) if isinstance(base, Map) else base


def _inherited(parent: Node, parent_name: str, name: str) -> Map:
    """What a regime takes over from the one that it extends."""
    if not isinstance(parent, Map):
        return Map(parent.place)
    return parent if parent_name == name else parent.without("title", "summary")
