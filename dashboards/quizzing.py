"""The four-worlds quiz without its page: worlds dealt without names, clues in figures, what is unveiled at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from simulation.comparison import Comparison
    from simulation.scenario import Regime, Scenario

SCENARIO = "four-worlds"
QUESTION = "In which of the four would you want to live?"
LETTERS = "ABCD"
MOST_ORDER = 9_999
"""Orders in which the worlds can be dealt; 0 is that of the scenario and its handout."""


@dataclass(frozen=True)
class Clue:
    """A step of the quiz: one outcome.

    Attributes:
        row: what the outcome is called in the table of clues.
        domain: of the chart's vertical axis, in the unit as printed; None for the data's own.
    """

    outcome: str
    title: str
    text: str
    row: str
    domain: tuple[float, float] | None = None


CLUES = (
    Clue("recorded_performance", "Four worlds, one headline",
         "The same people, the same luck, the same figure in the papers: the share of people recorded as seen in time.",
         "Recorded as seen in time", (0.0, 100.0)),
    Clue("perceived_performance", "Ask the people",
         "A survey asks people themselves whether they were seen in time.", "People say: seen in time"),
    Clue("turned_away", "Count those who never got in",
         "A figure about people who were seen says nothing about people who were turned away.", "Turned away"),
    Clue("gaming", "Look into the books",
         "Clocks that were stopped, people who were moved to another list, figures that were fudged.",
         "Records doctored"),
    Clue("need_complex", "Look at those with the most complex lives",
         "What is left of the needs of the fifth of people who need the most kinds of help.",
         "Unmet need, most complex fifth"),
)
AFTER = ("true_performance", "need", "deaths")
"""Outcomes that only the unveiling adds."""


def dealt(order: int, worlds: int) -> tuple[int, ...]:
    """Which world of the scenario stands behind each letter; the same for the same order everywhere."""
    if order == 0:
        return tuple(range(worlds))
    return tuple(int(at) for at in np.random.default_rng(order).permutation(worlds))


def order_of(text: str) -> int:
    """The order that an address asks for; 0 for anything that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def masked(comparison: Comparison, order: int) -> Comparison:
    """The same runs under names that say nothing, in the order of the letters.

    What is drawn or written from it cannot give a regime's name away.
    """
    from simulation.scenario import Regime

    regimes, runs = [], {}
    for letter, at in zip(LETTERS, dealt(order, len(comparison.regimes)), strict=False):
        known = comparison.regimes[at]
        name = f"world-{letter.lower()}"
        regimes.append(Regime(name=name, title=f"World {letter}", levers=dict(known.levers)))
        runs[name] = tuple(replace(run, regime=name) for run in comparison.runs[known.name])
    return replace(comparison, regimes=tuple(regimes), runs=runs)


@dataclass(frozen=True)
class Row:
    """One line of the table of clues: a name, its unit, and a figure a world as printed."""

    name: str
    unit: str
    values: tuple[str, ...]


def row(comparison: Comparison, outcome_name: str, name: str = "") -> Row:
    """The mean of every world over the pairs that are there."""
    from simulation import wording
    from simulation.outcomes import BY_NAME

    outcome = BY_NAME[outcome_name]
    means = [float(comparison.values(world, outcome_name).mean()) for world in comparison.names]
    return Row(name or outcome.label, wording.unit(outcome), tuple(wording.value(outcome, mean) for mean in means))


@dataclass(frozen=True)
class Unveiled:
    """A world with its name.

    Attributes:
        unlike: levers in which it differs from what most of the four have: (meaning in a few words, its value, theirs).
    """

    letter: str
    name: str
    summary: str
    unlike: tuple[tuple[str, str, str], ...]


def unveiled(scenario: Scenario, order: int) -> tuple[Unveiled, ...]:
    """Every world behind its letter."""
    regimes = [scenario.regimes[name] for name in scenario.compare]
    return tuple(Unveiled(letter, _in_words(regimes[at].name), regimes[at].summary or "", _unlike(regimes, at))
                 for letter, at in zip(LETTERS, dealt(order, len(regimes)), strict=False))


def _in_words(name: str) -> str:
    return name.replace("-", " ").replace("_", " ").capitalize()


def _unlike(regimes: Sequence[Regime], at: int) -> tuple[tuple[str, str, str], ...]:
    from simulation.levers import LEVERS
    from simulation.report import lever_value

    found = []
    for lever in LEVERS:
        amounts = [regime.levers[lever.name] for regime in regimes]
        usual = max(amounts, key=amounts.count)
        if amounts.count(usual) == 1 or amounts[at] != usual:
            others = lever_value(lever, usual) if amounts.count(usual) > 1 else "each its own"
            if len(set(amounts)) > 1:
                found.append((lever.name.replace("_", " "), lever_value(lever, amounts[at]), others))
    return tuple((name, _unbroken(value), _unbroken(others)) for name, value, others in found)


def _unbroken(text: str) -> str:
    return text.replace(" %", "\u00a0%")


def levers_table(scenario: Scenario, order: int) -> list[tuple[str, tuple[str, ...]]]:
    """Every lever in which not all four agree, with its value in each world in the order of the letters."""
    from simulation.levers import LEVERS
    from simulation.report import lever_value

    regimes = [scenario.regimes[name] for name in scenario.compare]
    order_ = dealt(order, len(regimes))
    return [(lever.meaning, tuple(lever_value(lever, regimes[at].levers[lever.name]) for at in order_))
            for lever in LEVERS if len({regime.levers[lever.name] for regime in regimes}) > 1]


def moved(before: Sequence[int], now: Sequence[int], letters: Sequence[str] = LETTERS) -> str:
    """How a vote moved, in a sentence: `A 5 to 3, D 1 to 3`; empty before there are two counts."""
    if not before or sum(before) == 0 or len(before) != len(now):
        return ""
    changes = [f"{letter} {old} to {new}" for letter, old, new in zip(letters, before, now, strict=False) if old != new]
    return f"Since the last clue: {', '.join(changes)}." if changes else "Since the last clue nobody moved."


def own_way(votes: Sequence[int | None]) -> str:
    """One visitor's votes, a letter a step: `A, A, D`; a step without a new vote keeps the last one."""
    said, last = [], None
    for vote in votes:
        last = last if vote is None else vote
        said.append("–" if last is None else LETTERS[last])
    return ", ".join(said)


def shown(step: int) -> dict[str, Any]:
    """What the room is told about a step, counted from 0; nothing that names a world."""
    of = len(CLUES) + 1
    titles = [*(clue.title for clue in CLUES), "The four worlds unveiled"]
    return {"scenario": SCENARIO, "title": "Four worlds", "number": step + 1, "of": of, "step": titles[step],
            "text": CLUES[step].text if step < len(CLUES) else "", "question": QUESTION if step < len(CLUES) else None,
            "next_step": titles[step + 1] if step + 1 < of else None, "revealed": step >= len(CLUES)}
