"""The time axis of a comparison: its unit, the points that are drawn, the parts that a table shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from simulation.parameters import WEEKS_PER, WEEKS_PER_YEAR

if TYPE_CHECKING:
    from simulation.scenario import Scenario

POINTS = 53
"""Points drawn for a series, at most: a year of weeks is drawn week by week, five years in steps of five weeks."""
FEW_POINTS = 13
"""Points drawn for a rate a year of rare happenings, which over shorter times would show nothing but chance."""
PARTS = 6
"""Rows of a data table, about."""


@dataclass(frozen=True)
class Timeline:
    """How the ticks of a run are shown to people.

    Attributes:
        ticks: of the run.
        tick_weeks: length of a tick in weeks.
        points: drawn for a series, at most.
    """

    ticks: int
    tick_weeks: float
    points: int = POINTS

    @classmethod
    def of(cls, scenario: Scenario) -> Timeline:
        return cls(scenario.ticks, scenario.tick_weeks)

    @property
    def weeks(self) -> float:
        return self.ticks * self.tick_weeks

    @property
    def unit(self) -> str:
        """`year` from two years on, then `week`, `day`, `hour`: the largest unit of which there are several."""
        if self.weeks >= 1.98 * WEEKS_PER_YEAR:
            return "year"
        return next((unit for unit in ("week", "day") if self.weeks >= 3 * WEEKS_PER[unit]), "hour")

    @property
    def unit_weeks(self) -> float:
        return WEEKS_PER[self.unit]

    @property
    def title(self) -> str:
        return f"{self.unit}s"

    @property
    def _width(self) -> int:
        return max(1, -(-self.ticks // self.points))

    @property
    def coarse(self) -> Timeline:
        """The same time with few points."""
        return replace(self, points=FEW_POINTS)

    @property
    def point_weeks(self) -> float:
        """How long a time one drawn point is the mean of."""
        return self._width * self.tick_weeks

    @cached_property
    def x(self) -> np.ndarray:
        """Middle of every drawn point, in the unit of the axis."""
        starts = np.arange(0, self.ticks, self._width)
        ends = np.minimum(starts + self._width, self.ticks)
        return (starts + ends) / 2 * self.tick_weeks / self.unit_weeks

    def thin(self, series: np.ndarray) -> np.ndarray:
        """Means over the points, leaving out ticks without a value; NaN where a point has none."""
        starts = np.arange(0, len(series), self._width)
        known = np.isfinite(series)
        total = np.add.reduceat(np.where(known, series, 0.0), starts)
        count = np.add.reduceat(known.astype(float), starts)
        return np.divide(total, count, out=np.full(len(starts), np.nan), where=count > 0)

    @cached_property
    def _edges(self) -> list[int]:
        """Ticks at which the parts begin, and the end: whole units of the axis, grouped so that there are few."""
        units = self.weeks / self.unit_weeks
        size = max(1, round(units / PARTS))
        count = max(1, round(units / size))
        edges = [min(self.ticks, round(i * size * self.unit_weeks / self.tick_weeks)) for i in range(count)]
        return list(dict.fromkeys([*edges, self.ticks]))

    @property
    def parts(self) -> list[slice]:
        return [slice(a, b) for a, b in zip(self._edges, self._edges[1:], strict=False)]

    @property
    def part_names(self) -> list[str]:
        """`1`, `2`, ... where a part is one unit, else `1 to 9`."""
        per = self.tick_weeks / self.unit_weeks
        ends = [max(1, round(edge * per)) for edge in self._edges]
        ends[0] = 0
        return [str(b) if b - a <= 1 else f"{a + 1} to {b}" for a, b in zip(ends, ends[1:], strict=False)]

    @property
    def part_title(self) -> str:
        return self.unit.capitalize()

    @property
    def wait_unit(self) -> tuple[float, str]:
        """Weeks in the unit in which waits are shown, and its name: by the length of a tick."""
        unit = next((u for u in ("week", "day") if self.tick_weeks >= 0.99 * WEEKS_PER[u]), "hour")
        return WEEKS_PER[unit], f"{unit}s"
