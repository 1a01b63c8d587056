"""A factor: something that varies in a design, how its values are spread, and the world that a point makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from simulation.axes import Setting, multiplied, with_values
from simulation.experiments.readings import Varied
from simulation.scenario.units import written

if TYPE_CHECKING:
    from simulation.scenario import Scenario

Shape = Literal["levels", "uniform", "log", "triangular", "normal"]
"""How values are spread: the same chance for each of some values; for equal steps; for equal factors; highest at a mode
and falling straight to both ends; or normal, cut off at both ends."""

TIMES = "times"
SWITCH = "on or off"
_EXACT = np.array([float(f"1e{power}") for power in range(23)])
"""Powers of ten that a float holds exactly."""


@dataclass(frozen=True)
class Factor:
    """Something that varies, and its distribution.

    Attributes:
        name: how the design calls it. title, unit: for people; `times` and `on or off` are units as well.
        settings: what it moves, together: one or more values of the scenario, all of one unit.
        relative: whether values are so many times what the scenario has.
        low, high: the ends, inclusive, in `unit`.
        levels: rising; only for the shape `levels`.
        mode: of a triangular one. mean, sd: of a normal one before it is cut off.
    """

    name: str
    title: str
    unit: str
    settings: tuple[Setting, ...]
    relative: bool
    low: float
    high: float
    shape: Shape = "uniform"
    levels: tuple[float, ...] = ()
    mode: float = 0.0
    mean: float = 0.0
    sd: float = 0.0

    @property
    def paths(self) -> tuple[str, ...]:
        """The values of the scenario that it moves, as `--set` calls them."""
        return tuple(setting.path for setting in self.settings)

    @property
    def switch(self) -> bool:
        return self.unit == SWITCH

    @property
    def whole(self) -> bool:
        """Whether its own values are whole numbers."""
        return not self.relative and all(setting.whole for setting in self.settings)

    @cached_property
    def varied(self) -> Varied:
        """The same for tables and axes."""
        return Varied(self.name, self.title, self.unit, self.low, self.high, self.levels)

    def values(self, places: np.ndarray) -> np.ndarray:
        """The quantile function: values at places 0..1, never beyond an end, to twelve digits.

        So rounded, a value is the same on every computer, however its mathematics library rounds.
        """
        places = np.asarray(places, float)
        if self.shape == "levels":
            index = np.floor(places * len(self.levels) + 1e-9).astype(int)
            return np.array(self.levels)[np.minimum(index, len(self.levels) - 1)]
        if self.shape == "log":
            found = self.low * (self.high / self.low) ** places
        elif self.shape == "uniform":
            found = self.low + (self.high - self.low) * places
        else:
            found = self.spread().ppf(places)
        found = np.round(found) if self.whole else _rounded(found)
        return np.clip(found, self.low, self.high)

    def places(self, values: np.ndarray) -> np.ndarray:
        """Where values lie, 0..1: the inverse of `values`; of a level, the middle of its part.

        Raises ValueError for a value beyond the ends, or that is none of the levels.
        """
        values = np.asarray(values, float)
        if self.shape == "levels":
            levels = np.array(self.levels)
            nearest = np.abs(values[..., None] - levels).argmin(axis=-1)
            if not np.allclose(values, levels[nearest], rtol=1e-9, atol=1e-12):
                raise ValueError(f"{self.name}: only its levels have a place: {', '.join(map('{:g}'.format, levels))}")
            return (nearest + 0.5) / len(levels)
        if np.any((values < self.low) | (values > self.high)):
            raise ValueError(f"{self.name}: only values from {self.low:g} to {self.high:g} have a place")
        if self.shape == "log":
            found = np.log(values / self.low) / np.log(self.high / self.low)
        elif self.shape == "uniform":
            found = (values - self.low) / (self.high - self.low)
        else:
            found = self.spread().cdf(values)
        return np.clip(found, 0.0, 1.0)

    def value(self, place: float) -> float:
        """The value at a place from 0 to 1; see `values`."""
        return float(self.values(np.array([place]))[0])

    def place(self, value: float) -> float:
        """The place of a value; see `places`."""
        return float(self.places(np.array([value]))[0])

    def changes(self, value: float) -> dict[str, float | bool]:
        """What each path is set to, in its declared unit."""
        if self.switch:
            return {setting.path: bool(value) for setting in self.settings}
        if self.relative:
            return {setting.path: multiplied(value, setting) for setting in self.settings}
        return dict.fromkeys(self.paths, float(value))

    def written(self, value: float) -> dict[str, str]:
        """The same as `--set` takes it, every digit."""
        changes = self.changes(value)
        return {setting.path: said(changes[setting.path], setting.unit) for setting in self.settings}

    def how(self) -> Any:
        """The distribution as a design file says it, every digit."""
        if self.shape == "levels":
            return [self._own(level) for level in self.levels]
        ends = {"from": self._own(self.low), "to": self._own(self.high)}
        if self.shape == "triangular":
            return {"triangular": [self._own(number) for number in (self.low, self.mode, self.high)]}
        if self.shape == "normal":
            return {"normal": [self._own(self.mean), self._own(self.sd)], **ends}
        return {**ends, "scale": "log"} if self.shape == "log" else ends

    def own(self, value: float) -> float | bool | str:
        """One value as a design file says it."""
        return self._own(value)

    def _own(self, value: float) -> float | bool | str:
        if self.switch:
            return bool(value)
        if self.relative:
            return f"{float(value)!r}".removesuffix(".0") + "x"
        unit = self.settings[0].unit
        text = said(value, unit)
        if unit not in ("share", "number", "people"):
            return text
        return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(value)

    def spread(self) -> Any:
        """The distribution of a triangular or normal factor, frozen, of SciPy."""
        from scipy import stats

        if self.shape == "triangular":
            width = self.high - self.low
            return stats.triang((self.mode - self.low) / width, loc=self.low, scale=width)
        return stats.truncnorm((self.low - self.mean) / self.sd, (self.high - self.mean) / self.sd, loc=self.mean,
                               scale=self.sd)


def said(value: float | bool, unit: str) -> str:
    """A value of a declared unit, or of a switch, as `--set` takes it."""
    if unit == SWITCH:
        return "true" if value else "false"
    return written(value, unit)


def world_at(base: Scenario, changes: Mapping[str, float | bool]) -> Scenario:
    """The world of a point: the scenario with these values, by path and in declared units; switches are true or false.

    Raises ValueError (`simulation.axes.AxisError`) where they cannot stand together, such as more hours than there are.
    """
    return with_values(base, changes) if changes else base


def _rounded(values: np.ndarray) -> np.ndarray:
    """To twelve significant digits, each the float that is nearest to the decimal number."""
    size = np.abs(values)
    digits = 11 - np.floor(np.log10(np.where(size > 0, size, 1.0))).astype(int)
    scale = _EXACT[np.clip(digits, 0, len(_EXACT) - 1)]
    return np.round(values * scale) / scale
