"""Finds numbers that stand in formulas instead of in a table of parameters, where no sensitivity analysis reaches them.

The page of limits names what it finds, and a test refuses more of it. Not every number is a judgement: 0 and 1, the
addresses of chance (`draw`), rows of an array, and what `FORM` lists, each with the reason. What it cannot find is a
weight of 1 that a formula leaves out.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parent
BESIDE = ("annual", "observing", "population", "relating")
"""Modules outside `mechanisms` that decide or count what happens."""
NOT_A_MECHANISM = ("__init__", "base")

_UNIT = "a unit: conveners and posts are given per 10,000 people"
_BYTE = "the most that a column of one byte holds"
_CODE = "how a refusal is written into the column `door`"
_RING = "the second neighbour on a ring"
_MEAN = "twice a chance between 0 and 1 has mean 1"
FORM: Mapping[tuple[str, str, float], tuple[int, str]] = {
    ("annual", "", 0.05): (1, "which share is reported as the dearest; it changes nothing"),
    ("access", "admits", 2): (1, _CODE),
    ("access", "advance_access", 2): (1, _CODE),
    ("access", "advance_access", 255): (1, _BYTE),
    ("helping", "share_removed", 2): (1, "2 fit - 1: help right in half of the choices, as by chance, helps nobody"),
    ("helping", "booked_ahead", 3): (1, "3 u^2 has mean 1"),
    ("joint", "settle", 255): (1, _BYTE),
    ("leadership", "is_signal", 2.66): (1, "the constant of the XmR chart: three standard deviations in moving ranges"),
    ("learning", "looks_better", 2): (1, "2 u - 1 lies evenly between -1 and 1"),
    ("measurement", "figure_taken", 0.5): (1, "which of 0 and 1 is meant"),
    ("money", "count_money", 10_000): (1, _UNIT),
    ("money", "front_share", 10_000): (1, _UNIT),
    ("need", "grow_everybody", 2): (1, _RING),
    ("need", "grow_everybody", 0.25): (1, "the mean of four neighbours"),
    ("need", "advance_need", 255): (1, _BYTE),
    ("population", "staff_in_each", 2): (1, "a colleague for everybody: rules ask for one"),
    ("population", "staff_in_each", 10_000): (1, _UNIT),
    ("population", "normal", 2): (2, "Box and Muller's formula"),
    ("population", "normal_cdf", 0.5): (1, "the distribution function of the normal, from `erf`"),
    ("population", "normal_cdf", 2): (1, "the distribution function of the normal, from `erf`"),
    ("population", "frailty_of", 0.5): (2, "half the variance makes the mean of a log-normal 1; the outer fifths "
                                           "are two steps from the middle"),
    ("population", "frailty_of", 3): (1, "the middle fifth"),
    ("population", "make_people", 5): (1, "fifths of deprivation"),
    ("population", "make_staff", 0.5): (3, "a fair coin says which of two answers is right, for the nation and for a "
                                           "place; a tie has two ends"),
    ("population", "make_staff", 2): (3, "a tie has two ends"),
    ("population", "keys", 4): (1, "families of draws"),
    ("pressure", "advance_pressure", 0.5): (1, "u - 1/2 lies evenly around 0"),
    ("relationships", "advance_relationships", 10_000): (1, _UNIT),
    ("nextdoor", "neighbours", 2): (2, _RING),
    ("nextdoor", "next_door", 2): (2, _RING),
    ("nextdoor", "next_door", 4): (1, "two neighbours on each side of a ring"),
    ("nextdoor", "next_door", 5): (1, "places among which everybody is a neighbour of everybody"),
    ("nextdoor", "keep_contacts", 0.5): (1, "the mean of two places"),
    ("triage", "staff_hours", 2): (1, _MEAN),
    ("turnover", "vacancy_length", 2): (1, _MEAN),
}
"""(module, function, number) -> how often it stands there, and why it is no judgement."""


class Buried(NamedTuple):
    """One number in a formula: the module's name, the function ("" outside one), the line, the number."""

    module: str
    function: str
    line: int
    number: float

    @property
    def place(self) -> tuple[str, str, float]:
        return self.module, self.function, self.number


def sources() -> dict[str, Path]:
    """The modules that are searched, by name."""
    found = {path.stem: path for path in sorted((PACKAGE / "mechanisms").glob("*.py"))
             if path.stem not in NOT_A_MECHANISM}
    return found | {name: PACKAGE / f"{name}.py" for name in BESIDE}


def numbers(texts: Mapping[str, str]) -> list[Buried]:
    """Every number in these modules (name -> source) that is neither a parameter's, 0, 1, an address nor a row."""
    trees = {name: ast.parse(text) for name, text in texts.items()}
    draws = {"fixed_key": 1}
    chance = ast.parse((PACKAGE / "chance.py").read_text(encoding="utf-8"))
    for node in (node for tree in (chance, *trees.values()) for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef):
            for at, arg in enumerate(node.args.args):
                if arg.arg == "draw":
                    draws[node.name] = at
    return [found for name, tree in trees.items() for found in _search(name, tree, "", draws, False)]


def judgements(texts: Mapping[str, str] | None = None) -> list[Buried]:
    """Those of `numbers` (by default of the model) that `FORM` does not explain, or explains less often."""
    found = numbers(model() if texts is None else texts)
    times = Counter(each.place for each in found)
    return [each for each in found if times[each.place] > FORM.get(each.place, (0, ""))[0]]


def model() -> dict[str, str]:
    """The text of every module that is searched, by name."""
    return {name: path.read_text(encoding="utf-8") for name, path in sources().items()}


def _search(module: str, node: ast.AST, function: str, draws: Mapping[str, int], address: bool) -> Iterator[Buried]:
    """`address`: an integer here only says which chance or which row is meant."""
    if isinstance(node, ast.FunctionDef):
        function = node.name
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, (int, float)) and value not in (0, 1) and not (address and isinstance(value, int)):
            yield Buried(module, function, node.lineno, value)
        return
    called = ""
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in ("P", "Parameter"):
            return
    for field, child in ast.iter_fields(node):
        for at, part in enumerate(child if isinstance(child, list) else [child]):
            if isinstance(part, ast.AST):
                here = (address or (field == "args" and draws.get(called) == at)
                        or (isinstance(node, ast.Subscript) and field == "slice"))
                yield from _search(module, part, function, draws, here)
