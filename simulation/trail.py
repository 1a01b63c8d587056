"""From a claim to what it rests on: the outcome, the counts behind it, the mechanisms that make them, their parameters.

Nothing is declared here. What a formula reads is found by letting it read; which mechanism writes a count is read from
the mechanism's own code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np

from simulation import tallies
from simulation.outcomes import BY_NAME, Outcome

MECHANISMS = Path(__file__).resolve().parent / "mechanisms"


class _Reading:
    """Stands in for the totals of a run and notes what a formula asks for."""

    def __init__(self) -> None:
        self.asked: dict[str, None] = {}

    def __getattr__(self, name: str) -> np.ndarray:
        if name.startswith("_"):
            raise AttributeError(name)
        self.asked[name] = None
        return np.ones(1)


def counts_of(outcome: Outcome) -> tuple[str, ...]:
    """The tallies that an outcome's formula reads, in the order in which it does."""
    reading = _Reading()
    outcome.formula(reading)  # type: ignore[arg-type]
    return tuple(name for name in reading.asked if name in tallies.NAMES)


@cache
def _writers() -> dict[str, tuple[str, ...]]:
    """Each tally with the mechanisms in whose code it is counted, in the order of the tick."""
    from simulation.mechanisms import ORDER

    names = [m.name for m in ORDER]
    modules = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(MECHANISMS.glob("*.py"))}
    written: dict[str, dict[str, None]] = {}
    for name in names:
        for module in _reached(name, modules, names):
            for counting in ast.walk(modules[module]):
                if not isinstance(counting, ast.AugAssign):
                    continue
                for node in ast.walk(counting.target):
                    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "T":
                        written.setdefault(node.attr.lower(), {})[name] = None
    return {tally: tuple(by) for tally, by in written.items()}


def _reached(start: str, modules: dict[str, ast.Module], mechanisms: Iterable[str]) -> list[str]:
    """A mechanism's module and its helpers: those that it imports, however indirectly, and that are no mechanism."""
    found, todo = [start], [start]
    while todo:
        for node in ast.walk(modules[todo.pop()]):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("simulation.mechanisms."):
                other = node.module.rsplit(".", 1)[1]
                if other in modules and other not in mechanisms and other not in found:
                    found.append(other)
                    todo.append(other)
    return found


@cache
def _observed() -> dict[str, tuple[str, ...]]:
    """Each tally that is counted at the end of the tick with the columns from which it is counted."""
    tree = ast.parse((MECHANISMS.parent / "observing.py").read_text(encoding="utf-8"))
    meanings: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name):
            meanings.setdefault(target.id, []).append(node.value)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            meanings.setdefault(target.value.id, []).append(target.slice)  # what it is that is marked
    found: dict[str, dict[str, None]] = {}

    def columns(node: ast.AST, seen: frozenset[str] = frozenset()) -> set[str]:
        named = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and each.id not in seen:
                for meaning in meanings.get(each.id, ()):
                    named |= columns(meaning, seen | {each.id})
        return named

    def visit(body: Iterable[ast.stmt], asked: set[str]) -> None:
        for node in body:
            if isinstance(node, ast.AugAssign):
                tally = next((n.attr for n in ast.walk(node.target) if isinstance(n, ast.Attribute)), None)
                if tally is not None:
                    found.setdefault(tally.lower(), {}).update(dict.fromkeys(sorted(columns(node.value) | asked)))
            elif isinstance(node, ast.If) and isinstance(node.body[-1], ast.Continue):
                asked = asked | columns(node.test)  # whatever follows is counted of the others only
            elif isinstance(node, ast.If):
                visit(node.body, asked | columns(node.test))
                visit(node.orelse, asked)
            elif isinstance(node, ast.For | ast.FunctionDef):
                visit(node.body, set() if isinstance(node, ast.For) else asked)

    visit(tree.body, set())
    return {tally: tuple(names) for tally, names in found.items()}


@cache
def mechanisms_of(outcome: str) -> tuple[str, ...]:
    """The mechanisms that make the counts behind an outcome, or write the columns that are counted, in the order of the
    tick. The share of the dearest has none here: it is taken from the year's costs of people when the year closes.

    Raises KeyError for a name that is no outcome.
    """
    from simulation.mechanisms import ORDER

    found: set[str] = set()
    for tally in counts_of(BY_NAME[outcome]):
        found.update(_writers().get(tally, ()))
        columns = set(_observed().get(tally, ()))
        found.update(m.name for m in ORDER if columns & set(m.writes))
    return tuple(m.name for m in ORDER if m.name in found)


def fed_by(mechanisms: Iterable[str]) -> tuple[str, ...]:
    """The other mechanisms that write what these read, in the order of the tick."""
    from simulation.mechanisms import ORDER

    known = set(mechanisms)
    read = {column for m in ORDER if m.name in known for column in m.reads}
    return tuple(m.name for m in ORDER if m.name not in known and read & set(m.writes))


def anchor(text: str) -> str:
    """The place on a page that a heading with this text makes, as the common Markdown renderers write it."""
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
