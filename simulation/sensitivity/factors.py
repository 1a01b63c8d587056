"""Uncertain facts as factors: for each a number from 0 to 1, a place in its believable range; and chance.

A share, and a range that touches or spans zero, is walked in equal steps, any other range in equal factors, so that
half and double are equally far away. Parameters that a scenario sets itself make it what it is, and stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.mechanisms import TABLES
from simulation.parameters import Grade, Table
from simulation.ranges import Basis, believable

if TYPE_CHECKING:
    from simulation.scenario import Scenario

CHANCE = "chance"
"""The factor that stands for luck: which people, which illnesses. It chooses the seed."""
SEEDS = 65_521
"""How many seeds chance chooses from, starting at the first."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One parameter that could believably be otherwise.

    Attributes: low, high, default: in `unit`; low < high.
    """

    table: str
    name: str
    low: float
    high: float
    default: float
    unit: str
    grade: Grade
    basis: Basis

    @property
    def key(self) -> str:
        """Its name, as in `regimes show parameters` and `--set`."""
        return f"{self.table}.{self.name}"

    @property
    def in_factors(self) -> bool:
        """Whether equal steps are equal factors."""
        return self.unit != "share" and self.low > 0

    def value(self, at: float) -> float:
        """The value at a place from 0 (lowest) to 1 (highest)."""
        if self.in_factors:
            found = self.low * (self.high / self.low) ** at
        else:
            found = self.low + (self.high - self.low) * at
        return min(self.high, max(self.low, found))  # not beyond an end by rounding

    def place(self, value: float) -> float:
        """Where a value lies: the inverse of `value`."""
        if self.in_factors:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def factors(scenario: Scenario, tables: Mapping[str, Table] = TABLES) -> tuple[Factor, ...]:
    """Every parameter of the tables that is uncertain and that the scenario leaves at its default, in their order."""
    found = []
    for table, declared in tables.items():
        own = scenario.parameters.get(table, {})
        for p in declared.values():
            range_ = believable(table, p)
            if range_.uncertain and p.name not in own:
                found.append(Factor(table, p.name, range_.low, range_.high, p.default, p.unit, p.grade, range_.basis))
    return tuple(found)


def values(factors: Iterable[Factor], places: Iterable[float]) -> dict[str, float]:
    """Parameters by key for a place of each factor."""
    return {factor.key: factor.value(float(at)) for factor, at in zip(factors, places, strict=True)}


def seed(first: int, at: float) -> int:
    """The seed that chance chooses at a place from 0 to 1."""
    return first + round(at * SEEDS)
