"""How files build on one another: `extends` names one parent; maps merge, everything else replaces.

An empty value (`claims:`) takes away what the parent said, where a field may be empty. Each leaf keeps the place where
it was written, so that a mistake in the parent is reported there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from simulation.scenario.catalogue import SUFFIXES, looks_like_path
from simulation.scenario.errors import Problem, ScenarioError, nearest, quote, unknown
from simulation.scenario.strictyaml import Items, Leaf, Map, Node, Place, plain, read_file, shown

LONGEST_CHAIN = 10


def merge(parent: Map, child: Map) -> Map:
    """The child's map laid over the parent's; neither is changed."""
    merged = Map(child.place, dict(parent.items), dict(parent.keys))
    for key, node in child.items.items():
        below = merged.items.get(key)
        if isinstance(node, Map) and isinstance(below, Map):
            merged.put(key, merge(below, node), child.keys[key])
        else:
            merged.put(key, node, child.keys[key])
    return merged


def _is_empty(node: Node) -> bool:
    return isinstance(node, Leaf) and node.value is None


def merge_scenarios(parent: Map, child: Map) -> Map:
    """`merge`, but a list of regimes picks: each is the parent's regime of that name, or else the library's.

    The parent's `compare` goes with a regime that was not picked.
    """
    parent = with_regime_map(parent, None)
    child = with_regime_map(child, parent.items.get("regimes"))
    picked = child.items.get("regimes")
    if isinstance(picked, PickedRegimes):
        compare = parent.items.get("compare")
        gone = isinstance(compare, Items) and any(plain(item) not in picked.items for item in compare.items)
        parent = parent.without("regimes", *(["compare"] if gone else []))
    elif isinstance(picked, Map):
        # An empty entry adds a regime of the library; it takes nothing away.
        filled = Map(picked.place)
        for name, node in picked.items.items():
            filled.put(name, Map(node.place) if _is_empty(node) else node, picked.keys[name])
        child = Map(child.place, {**child.items, "regimes": filled}, child.keys)
    return merge(parent, child)


class PickedRegimes(Map):
    """Regimes that were given as a list: these and no others."""


def with_regime_map(scenario: Map, known: Node | None) -> Map:
    """The scenario with `regimes: [a, b]` written out as a map; what is not a list of names is left as it is."""
    listed = scenario.items.get("regimes")
    if not isinstance(listed, Items):
        return scenario
    regimes = PickedRegimes(listed.place)
    problems = []
    for number, item in enumerate(listed.items, 1):
        name = plain(item)
        if not isinstance(name, str):
            message = f"{quote(name)} is not the name of a regime; a list of regimes holds names only"
        elif name in regimes.items:
            message = f"{quote(name)} is listed twice"
        else:
            given = known.items.get(name) if isinstance(known, Map) else None
            regimes.put(name, given or Map(item.place), item.place)
            continue
        problems.append(Problem(item.place.file, item.place.line, item.place.column, f"regimes[{number}]", message))
    if problems:
        raise ScenarioError(problems)
    return Map(scenario.place, {**scenario.items, "regimes": regimes}, dict(scenario.keys))


def read_scenario(path: Path, known: Mapping[str, Path], trail: tuple[Path, ...] = ()) -> Map:
    """A scenario file with everything it extends, merged. Raises ScenarioError; circles are refused."""
    root = read_file(path)
    extends = root.items.get("extends")
    if extends is None:
        return with_regime_map(root, None)
    root = root.without("extends")
    parent = parent_file(extends, known, "scenario")
    trail = enter(path, parent, trail, extends.place)
    # Claims are not inherited: they were recounted in the parent's world, and say nothing about another.
    return merge_scenarios(read_scenario(parent, known, trail).without("claims"), root)


def parent_file(node: Node, known: Mapping[str, Path], kind: str) -> Path:
    """The file that an `extends` names: by name among `known`, or by path relative to the file that says so."""
    name = plain(node)
    if not isinstance(name, str) or not name:
        raise _problem(node.place, f"{quote(name)} is not the name or path of one {kind}")
    if name in known:
        return known[name]
    if not looks_like_path(name):
        hint = f"; a file is given by its path, such as './{kind}.yaml'"
        raise _problem(node.place, unknown(kind, name, known) + hint)
    path = (node.place.folder or Path()) / name
    if not path.is_file():
        near = None
        if path.parent.is_dir():
            near = nearest(path.name, [p.name for p in path.parent.iterdir() if p.suffix in SUFFIXES])
        hint = f"; did you mean {Path(name).with_name(near).as_posix()!r}?" if near else ""
        raise _problem(node.place, f"no file {quote(name)}{hint}")
    return path


def enter(path: Path, parent: Path, trail: tuple[Path, ...], place: Place) -> tuple[Path, ...]:
    """The trail with `path` added. Raises ScenarioError if `parent` is on it: a circle."""
    trail = (*trail, path.resolve())
    if parent.resolve() in trail:
        circle = " -> ".join(shown(p) for p in (*trail[trail.index(parent.resolve()):], parent.resolve()))
        raise _problem(place, f"extends in a circle: {circle}")
    if len(trail) > LONGEST_CHAIN:
        raise _problem(place, f"extends over more than {LONGEST_CHAIN} files")
    return trail


def _problem(place: Place, message: str, field: str = "extends") -> ScenarioError:
    return ScenarioError([Problem(place.file, place.line, place.column, field, message)])
