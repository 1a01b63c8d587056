"""What a number in the model is: its unit, range, default, evidence grade and source, declared once.

Every mechanism owns one `Table` of `Parameter`s; the documents, the dashboard, the scenario files and the kernels
all read that table. Nothing else in the project holds a model constant.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Grade = Literal["measured", "associated", "judgement"]
"""How a value is known: measured (a study or count of that quantity); associated (a correlation whose cause is not
shown, or a measurement of something near it, carried over); judgement (at best the form or direction has a source)."""

WEEKS_PER_YEAR = 365.25 / 7
WEEKS_PER = {
    "minute": 1 / (7 * 24 * 60),
    "hour": 1 / (7 * 24),
    "day": 1 / 7,
    "week": 1.0,
    "month": WEEKS_PER_YEAR / 12,
    "quarter": WEEKS_PER_YEAR / 4,
    "year": WEEKS_PER_YEAR,
}
"""Units of time, in weeks. A year is 365.25 days."""

PLAIN_UNITS = ("share", "number", "hours", "hours per week", "pounds", "pounds per hour", "people", "choices", "words")
"""Units that do not depend on the length of a tick."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the model.

    Purpose: the single declaration that documents, validation, dashboards and kernels read.

    Attributes:
        name: snake_case, unique in its table.
        default: in `unit`.
        unit: one of `PLAIN_UNITS`, a unit of time (`week`, a duration), or `per week`, `per year`, ... (a rate).
        low, high: the accepted range, inclusive, in `unit`; the evidence range where there is one.
        grade: see `Grade`.
        source: publication (with DOI where there is one) or the reasoning behind a judgement.
        meaning: one sentence, for people.
    """

    name: str
    default: float
    unit: str
    low: float
    high: float
    grade: Grade
    source: str
    meaning: str

    def __post_init__(self) -> None:
        if not self.low <= self.default <= self.high:
            raise ValueError(f"{self.name}: the default {self.default} is outside {self.low} to {self.high}")
        if self.unit not in PLAIN_UNITS and self.unit.removeprefix("per ") not in WEEKS_PER:
            raise ValueError(f"{self.name}: unknown unit {self.unit!r}")

    @property
    def is_rate(self) -> bool:
        return self.unit.startswith("per ")

    @property
    def is_duration(self) -> bool:
        return self.unit in WEEKS_PER

    def in_ticks(self, value: float, tick_weeks: float) -> float:
        """`value`, given in this parameter's unit, in the unit of the kernels: per tick, ticks, or unchanged."""
        if self.is_rate:
            return value / WEEKS_PER[self.unit.removeprefix("per ")] * tick_weeks
        if self.is_duration:
            return value * WEEKS_PER[self.unit] / tick_weeks
        if self.unit == "hours per week":
            return value * tick_weeks
        return value


class Table(Mapping[str, Parameter]):
    """The parameters of one room, in order, by name.

    `fields` makes the named tuple in which kernels receive them; `bind` fills it for one scenario.
    """

    def __init__(self, name: str, purpose: str, parameters: Iterable[Parameter]) -> None:
        self.name = name
        self.purpose = purpose
        self._by_name = {p.name: p for p in parameters}

    def __getitem__(self, name: str) -> Parameter:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def fields(self, type_name: str, module: str) -> type:
        """A named tuple class with one field a parameter. Assign it to a module global called `type_name`."""
        return namedtuple(type_name, list(self._by_name), module=module)

    def defaults(self) -> dict[str, float]:
        return {p.name: p.default for p in self.values()}

    def bind(self, into: type, values: Mapping[str, float], tick_weeks: float) -> Any:
        """The named tuple `into`, each value converted once from its declared unit to ticks."""
        return into(*(float(p.in_ticks(values.get(p.name, p.default), tick_weeks)) for p in self.values()))


@dataclass(frozen=True, slots=True)
class Lever:
    """One answer that a regime gives to one of the six questions.

    `mechanisms` names every mechanism that reads the lever: with all of them switched off the lever has no effect.
    """

    name: str
    question: Literal["measured", "decides", "learns", "knows whom", "leads", "pays"]
    default: float
    unit: str
    low: float
    high: float
    mechanisms: tuple[str, ...]
    meaning: str

    @property
    def is_rate(self) -> bool:
        return self.unit.startswith("per ")

    @property
    def is_duration(self) -> bool:
        return self.unit in WEEKS_PER

    in_ticks = Parameter.in_ticks
