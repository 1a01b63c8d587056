"""What a design says of one factor (a range, some values, a distribution) as a `Factor`; and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.axes import NAMED, AxisError, Setting, in_words, multiplied, settable, settings_at, times
from simulation.experiments.varying import SWITCH, TIMES, Factor, said, world_at
from simulation.scenario import known
from simulation.scenario.errors import nearest, quote, unknown
from simulation.scenario.fields import Complaints
from simulation.scenario.units import UnitError, check_range, convert, show

if TYPE_CHECKING:
    from simulation.scenario import Scenario

MOST_STEPS = 1000
MOST_LEVELS = 12
"""Different values up to which a factor of a list counts as one of levels."""
SPREADS = 3.0
"""Standard deviations after which a normal distribution without ends is cut off."""
_KEYS = ("from", "to", "scale", "steps", "triangular", "normal")
_FORMS = ("a list of values, 'believable', or a mapping with from and to (and scale: log), triangular: [low, mode, "
          "high] or normal: [mean, sd]")

Path = tuple[str | int, ...]


class Reader:
    """Reads factors of one scenario; what is wrong goes to `complaints`, with its place in the design.

    Args: method: of the design. bare: whether a number without unit is in the declared one (Python, never a file).
    """

    def __init__(self, base: Scenario, method: str, bare: bool, complaints: Complaints) -> None:
        self._base, self._method, self._bare, self._complaints = base, method, bare, complaints
        self._there: dict[str, Setting] | None = None

    def vary(self, vary: Mapping[str, Any]) -> tuple[Factor, ...]:
        """The factors of `vary`, those that could be read."""
        found: list[Factor] = []
        for name, how in vary.items():
            path: Path = ("vary", name)
            settings = self._settings(name, path, found)
            if settings is None:
                continue
            before = len(self._complaints.found)
            try:
                factor = self._read(name, settings, how, path)
            except ValueError as error:
                self._complaints.add(path, str(error))
                continue
            if len(self._complaints.found) == before and factor is not None:
                self._check_ends(factor, path)
                found.append(factor)
        return tuple(found)

    def points(self, points: Sequence[Mapping[str, Any]]) -> tuple[tuple[Factor, ...], np.ndarray]:
        """The factors of a list of points, and the points: float64 (points, factors)."""
        factors: list[Factor] = []
        columns = []
        for name in dict.fromkeys(name for point in points for name in point):
            where = [i for i, point in enumerate(points) if name in point]
            settings = self._settings(name, ("points", where[0], name), factors)
            if settings is None:
                continue
            for i in set(range(len(points))).difference(where):
                self._complaints.add(("points", i), f"says nothing of {name}; every point needs a value for the same "
                                     "names")
            given = [points[i][name] for i in where]
            relative = times(given[0]) is not None
            column = [self._number(value, settings, relative, ("points", i, name))
                      for i, value in zip(where, given, strict=True)]
            if None in column:
                continue
            levels = tuple(sorted(set(column)))
            shape = {"shape": "levels", "levels": levels} if len(levels) <= MOST_LEVELS else {}
            factors.append(self._factor(name, settings, relative, levels[0], levels[-1], **shape))
            columns.append(column)
        if self._complaints.found:
            return (), np.empty((len(points), 0))
        values = np.array(columns, float).reshape(len(factors), len(points)).T
        self._check_points(factors, values)
        return tuple(factors), values

    def _settings(self, name: str, path: Path, earlier: Sequence[Factor]) -> list[Setting] | None:
        """What a name moves; None after a complaint."""
        try:
            settings = self._found(name)
        except AxisError as error:
            self._complaints.add(path, str(error), "unknown_key")
            return None
        mine = {setting.path for setting in settings}
        for factor in earlier:
            if both := [p for p in factor.paths if p in mine]:
                self._complaints.add(path, f"moves {both[0]}, which {quote(factor.name)} moves as well; only one "
                                     "of them can say what it is", "unknown_key")
                return None
        return settings

    def _found(self, name: str) -> list[Setting]:
        if self._there is None:
            self._there = settable(self._base)
        head, dot, rest = name.partition(".")
        if head != "switches" and nearest(head, ["switches"]):
            raise AxisError(f"unknown path {quote(name)}; did you mean {f'switches.{rest}'!r}?")
        if head != "switches":
            parts = name.split(".")
            if head == "regimes" and len(parts) > 2 and "*" not in parts[1] and parts[1] not in self._base.regimes:
                raise AxisError(unknown("regime", parts[1], self._base.regimes) + "; only regimes that the design "
                                "compares can vary")
            return [setting for path in NAMED.get(name, (name,))
                    for setting in settings_at(path, self._base, self._there)]
        mechanisms = known.mechanisms()
        if rest not in mechanisms:
            raise AxisError(unknown("mechanism", rest, mechanisms, always_list=True))
        return [Setting(name, SWITCH, float(self._base.switches.get(rest, True)), 0, 1, True, f"The mechanism {rest}")]

    def _factor(self, name: str, settings: Sequence[Setting], relative: bool, low: float, high: float,
                **more: Any) -> Factor:
        unit = TIMES if relative else settings[0].unit
        low, high = (float(f"{end:.12g}") for end in (low, high))  # as all values are
        return Factor(name, in_words(name, list(settings)), unit, tuple(settings), relative, low, high, **more)

    def _read(self, name: str, settings: list[Setting], how: object, path: Path) -> Factor | None:
        """The factor, or None after a complaint. Raises ValueError for what is wrong with all of it."""
        if isinstance(how, str) and how.strip() == "believable":
            return self._believable(name, settings)
        if isinstance(how, str) or not isinstance(how, Sequence | Mapping):
            raise ValueError(f"{quote(how)} does not say how it varies; accepted: {_FORMS}")
        if isinstance(how, Sequence):
            return self._listed(name, settings, how, path)
        return self._mapped(name, settings, how, path)

    def _listed(self, name: str, settings: list[Setting], how: Sequence[Any], path: Path) -> Factor | None:
        if not how:
            raise ValueError("is empty; at least one value is needed")
        relative = times(how[0]) is not None
        numbers = [self._number(item, settings, relative, (*path, i)) for i, item in enumerate(how)]
        for i, number in enumerate(numbers):
            if number is not None and number in numbers[:i]:
                self._complaints.add((*path, i), f"{quote(how[i])} is listed twice")
        if None in numbers:
            return None
        levels = tuple(sorted(numbers))
        return self._factor(name, settings, relative, levels[0], levels[-1], shape="levels", levels=levels)

    def _mapped(self, name: str, settings: list[Setting], how: Mapping[str, Any], path: Path) -> Factor | None:
        before = len(self._complaints.found)
        for key in how:
            if key not in _KEYS:
                self._complaints.add((*path, key), unknown("key", key, _KEYS), "unknown_key")
        if settings[0].unit == SWITCH:
            raise ValueError("is a switch; accepted: [true, false]")
        shapes = [key for key in ("triangular", "normal") if key in how]
        if len(shapes) == 2:
            raise ValueError("is triangular and normal; only one can be")
        if self._method == "grid" and shapes:
            raise ValueError(f"a grid has no distribution, and {shapes[0]} is one; write from, to and steps, or a "
                             "list of values")
        fits = {"triangular": ("triangular",), "normal": ("normal", "from", "to")}.get(
            shapes[0], ()) if shapes else ("from", "to", "scale", "steps")
        for key in how:
            if key in _KEYS and key not in fits:
                self._complaints.add((*path, key), f"does not go with {shapes[0]}", "unknown_key")
        if not shapes:
            for key in ("from", "to"):
                if key not in how:
                    self._complaints.add(path, f"{key} is missing; accepted: {_FORMS}")
        if "steps" in how and self._method != "grid":
            self._complaints.add((*path, "steps"), f"only a grid has steps; how many points {self._method!r} has, "
                                 "'points' says", "unknown_key")
        if len(self._complaints.found) > before:
            return None
        if shapes == ["triangular"]:
            return self._triangular(name, settings, how["triangular"], (*path, "triangular"))
        if shapes == ["normal"]:
            return self._normal(name, settings, how, path)
        return self._range(name, settings, how, path)

    def _range(self, name: str, settings: list[Setting], how: Mapping[str, Any], path: Path) -> Factor | None:
        relative = times(how["from"]) is not None
        low, high = (self._number(how[key], settings, relative, (*path, key)) for key in ("from", "to"))
        if low is None or high is None:
            return None
        self._check_rising(low, high, how["from"], how["to"], (*path, "to"))
        scale = how.get("scale", "linear")
        if scale not in ("linear", "log"):
            self._complaints.add((*path, "scale"), unknown("scale", scale, ("linear", "log")))
        elif scale == "log" and low <= 0:
            self._complaints.add((*path, "scale"), f"equal factors need a range above 0; this begins at {low:g}")
        elif self._method == "grid":
            return self._stepped(name, settings, relative, low, high, scale == "log", how.get("steps"), path)
        shape = "log" if scale == "log" else "uniform"
        return self._factor(name, settings, relative, low, high, shape=shape) if low < high else None

    def _stepped(self, name: str, settings: list[Setting], relative: bool, low: float, high: float, log: bool,
                 steps: object, path: Path) -> Factor | None:
        if steps is None:
            raise ValueError("steps is missing; a grid needs to know how many values there are from end to end")
        if type(steps) is not int or not 2 <= steps <= MOST_STEPS:
            self._complaints.add((*path, "steps"), f"{quote(steps)} is not a number of steps; accepted 2 to "
                                 f"{MOST_STEPS:,}")
            return None
        if low >= high:
            return None
        whole = self._factor(name, settings, relative, low, high, shape="log" if log else "uniform")
        levels = tuple(float(value) for value in whole.values(np.linspace(0, 1, steps)))
        if len(set(levels)) < steps:
            self._complaints.add((*path, "steps"), f"there are fewer than {steps} whole numbers from {low:g} to "
                                 f"{high:g}")
            return None
        return self._factor(name, settings, relative, low, high, shape="levels", levels=levels)

    def _triangular(self, name: str, settings: list[Setting], given: object, path: Path) -> Factor | None:
        if not isinstance(given, Sequence) or isinstance(given, str) or len(given) != 3:
            self._complaints.add(path, f"{quote(given)} is not a list of three: low, mode, high")
            return None
        relative = times(given[0]) is not None
        numbers = [self._number(item, settings, relative, (*path, i)) for i, item in enumerate(given)]
        if None in numbers:
            return None
        low, mode, high = numbers
        if not (low <= mode <= high and low < high):
            self._complaints.add(path, f"{', '.join(map(str, given))} do not rise; low, mode and high are needed")
            return None
        return self._factor(name, settings, relative, low, high, shape="triangular", mode=mode)

    def _normal(self, name: str, settings: list[Setting], how: Mapping[str, Any], path: Path) -> Factor | None:
        given = how["normal"]
        here = (*path, "normal")
        if not isinstance(given, Sequence) or isinstance(given, str) or len(given) != 2:
            self._complaints.add(here, f"{quote(given)} is not a list of two: mean and standard deviation")
            return None
        relative = times(given[0]) is not None
        mean = self._number(given[0], settings, relative, (*here, 0))
        sd = self._number(given[1], settings, relative, (*here, 1), inside=False)
        ends: dict[str, float | None] = {key: self._number(how[key], settings, relative, (*path, key))
                                         for key in ("from", "to") if key in how}
        if mean is None or sd is None or None in ends.values():
            return None
        if sd <= 0:
            self._complaints.add((*here, 1), f"{quote(given[1])} is no standard deviation; it must be above 0")
            return None
        lowest, highest = _accepted(settings, relative)
        low = ends.get("from", max(lowest, mean - SPREADS * sd))
        high = ends.get("to", min(highest, mean + SPREADS * sd))
        if not self._check_rising(low, high, how.get("from", low), how.get("to", high), (*path, "to" if "to" in how else
                                                                                         "from")):
            return None
        if not low <= mean <= high:
            self._complaints.add((*here, 0), f"the mean, {_brief(given[0])}, is not between the ends, {low:g} and "
                                 f"{high:g}")
            return None
        return self._factor(name, settings, relative, low, high, shape="normal", mean=mean, sd=sd)

    def _believable(self, name: str, settings: list[Setting]) -> Factor:
        from simulation.ranges import believable

        ranges = []
        for setting in settings:
            table, _, parameter = setting.path.partition(".")
            if table not in known.tables():
                what = {"regimes": "a lever", "switches": "a switch", "world": "the size of the world"}[table]
                raise ValueError(f"{what} is a choice, and only facts have a believable range; write from and to, or a "
                                 "list of values")
            ranges.append(believable(table, known.tables()[table][parameter]))
        first, unit = ranges[0], settings[0].unit
        if any((other.low, other.high) != (first.low, first.high) for other in ranges):
            raise ValueError(f"moves {len(ranges)} values whose believable ranges differ; write for example "
                             "{from: 0.8x, to: 1.25x}")
        if not first.uncertain:
            raise ValueError(f"has no believable range ({first.why}); write from and to, or a list of values")
        if self._method == "grid":
            raise ValueError(f"a grid needs steps; its believable range is {{from: {show(first.low, unit)}, to: "
                             f"{show(first.high, unit)}, steps: 5}}")
        # Equal factors where half and double are equally far away, as in the analysis of sensitivity.
        log = unit != "share" and first.low > 0
        return self._factor(name, settings, False, first.low, first.high, shape="log" if log else "uniform")

    def _number(self, given: object, settings: Sequence[Setting], relative: bool, path: Path,
                inside: bool = True) -> float | None:
        """A value in the unit of its factor; None after a complaint. `inside`: whether it must be an accepted value."""
        try:
            return self._value(given, settings, relative, inside)
        except ValueError as error:
            self._complaints.add(path, str(error))
            return None

    def _value(self, given: object, settings: Sequence[Setting], relative: bool, inside: bool) -> float:
        first, many = settings[0], times(given)
        if first.unit == SWITCH:
            if not isinstance(given, bool):
                raise ValueError(f"{quote(given)} is not a truth value; accepted: true, false")
            return float(given)
        if (many is not None) != relative:
            beside = "a value without x" if many is not None else "times what the scenario has"
            raise ValueError(f"{quote(given)} stands beside {beside}; either all are so many times (0.5x), or none")
        if not relative and len(settings) > 1 and tuple(setting.path for setting in settings) in NAMED.values():
            raise ValueError(f"{quote(given)}: posts are relative to the scenario's own; write for example 0.7x")
        number = many if many is not None else convert(given, first.unit, bare=self._bare)
        if relative and all(setting.value == 0 for setting in settings):
            raise ValueError(f"the scenario has 0, and {quote(given)} of 0 is 0; give values in its unit")
        if not relative and first.whole and inside and number != round(number):
            raise ValueError(f"{quote(given)} is not a whole number")
        for setting in settings if inside else ():
            value = multiplied(number, setting) if relative else number
            try:
                check_range(value, said(value, setting.unit) if relative else given, setting.low, setting.high,
                            setting.unit)
            except UnitError as error:
                which = f"{setting.path}: " if len(settings) > 1 or relative else ""
                raise ValueError(f"{which}{error}") from None
        return number

    def _check_rising(self, low: float, high: float, start: object, end: object, path: Path) -> bool:
        if low >= high:
            self._complaints.add(path, f"{_brief(end)} is not above {_brief(start)}, so that the range is empty")
        return low < high

    def _check_ends(self, factor: Factor, path: Path) -> None:
        """Whether there can be a world at either end, everything else as it is."""
        for end in dict.fromkeys((factor.low, factor.high)):
            try:
                world_at(self._base, factor.changes(end))
            except ValueError as error:
                self._complaints.add(path, f"at {factor.own(end)} there can be no such world: {error}")
                return

    def _check_points(self, factors: Sequence[Factor], values: np.ndarray) -> None:
        seen: dict[bytes, int] = {}
        for i, row in enumerate(values):
            if (first := seen.setdefault(row.tobytes(), i)) != i:
                self._complaints.add(("points", i), f"is the same as point {first + 1}")
                continue
            changes: dict[str, float | bool] = {}
            for factor, value in zip(factors, row, strict=True):
                changes |= factor.changes(float(value))
            try:
                world_at(self._base, changes)
            except ValueError as error:
                self._complaints.add(("points", i), f"there can be no such world: {error}")


def _accepted(settings: Sequence[Setting], relative: bool) -> tuple[float, float]:
    """The widest ends that every value accepts, in the unit of the factor."""
    if not relative:
        return max(s.low for s in settings), min(s.high for s in settings)
    ends = [sorted((s.low / s.value, s.high / s.value)) for s in settings if s.value]
    return max(low for low, _ in ends), min(high for _, high in ends)


def _brief(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else quote(value)
