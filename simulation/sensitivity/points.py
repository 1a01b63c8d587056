"""One world under two regimes: what came out, kept line by line in a file, so that a study can be stopped and resumed.

A *point* is a world that differs from the scenario in some parameters, in what is switched off and in its seed. Reading
it means one run under each regime with that seed: the same people and the same luck.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation import provenance
from simulation.comparison import ComparisonError, choose_regimes
from simulation.workers import work

if TYPE_CHECKING:
    from simulation.scenario import Regime, Scenario

FILE = "points.jsonl"


class SensitivityError(ComparisonError):
    """A study that cannot be made as asked; the message says why and what would do."""


class Stopped(Exception):
    """A study was asked to stop before its end; `kept` of its `asked` points are done."""

    def __init__(self, kept: int, asked: int) -> None:
        super().__init__(f"stopped after {kept} of {asked} points")
        self.kept, self.asked = kept, asked


@dataclass(frozen=True, slots=True)
class Point:
    """A world.

    Attributes:
        parameters: by key (`table.name`), in declared units; only those that differ from the scenario's.
        off: mechanisms that are switched off.
        seed: the same under both regimes.
    """

    parameters: Mapping[str, float] = field(default_factory=dict)
    off: tuple[str, ...] = ()
    seed: int = 1

    @property
    def key(self) -> str:
        return provenance.key([dict(self.parameters), sorted(self.off), self.seed])


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of a point: every outcome of a run under each regime, NaN where it had no value; or an error."""

    first: Mapping[str, float] = field(default_factory=dict)
    second: Mapping[str, float] = field(default_factory=dict)
    error: str = ""

    def difference(self, outcome: str) -> float:
        """Second minus first, in the unit of the outcome; NaN where there is none."""
        return self.second.get(outcome, math.nan) - self.first.get(outcome, math.nan)

    def relative(self, outcome: str) -> float:
        """The difference as a share of the average size of the two: from -2 to 2, 0 where both are zero."""
        first, second = self.first.get(outcome, math.nan), self.second.get(outcome, math.nan)
        size = (abs(first) + abs(second)) / 2
        return 0.0 if size == 0 else (second - first) / size

    def to_data(self) -> dict[str, Any]:
        if self.error:
            return {"error": self.error}
        return {side: {name: value if math.isfinite(value) else None for name, value in found.items()}
                for side, found in (("first", self.first), ("second", self.second))}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Reading:
        sides = [{name: math.nan if value is None else float(value) for name, value in data.get(side, {}).items()}
                 for side in ("first", "second")]
        return cls(sides[0], sides[1], str(data.get("error", "")))


@dataclass(frozen=True)
class Pair:
    """A scenario and the two of its regimes whose difference is studied.

    Raises SensitivityError where there are not exactly two.
    """

    scenario: Scenario
    regimes: tuple[Regime, ...]

    def __post_init__(self) -> None:
        if len(self.regimes) != 2:
            raise SensitivityError(f"a difference is between two regimes; given: "
                                   f"{', '.join(regime.name for regime in self.regimes)}")

    @classmethod
    def of(cls, scenario: Scenario, regimes: Sequence[str | Regime] | None = None) -> Pair:
        """The named regimes, else the first two that the scenario compares. Raises ComparisonError."""
        return cls(scenario, choose_regimes(scenario, regimes)[:2] if regimes is None
                   else choose_regimes(scenario, regimes))

    @property
    def names(self) -> tuple[str, str]:
        return self.regimes[0].name, self.regimes[1].name

    def identity(self) -> dict[str, Any]:
        """What the readings of equal points follow from: world, levers, defaults and version of the model."""
        from simulation.mechanisms import TABLES

        defaults = {table: declared.defaults() for table, declared in TABLES.items()}
        return {"scenario": self.scenario.key, "regimes": [dict(regime.levers) for regime in self.regimes],
                "defaults": provenance.key(defaults), "model": provenance.model_version()}

    def world(self, point: Point) -> Scenario:
        """The scenario with what a point changes. Raises ValueError where a value is not accepted."""
        tables: dict[str, dict[str, float]] = {table: dict(own) for table, own in self.scenario.parameters.items()}
        for key, value in point.parameters.items():
            table, name = key.split(".")
            tables.setdefault(table, {})[name] = value
        fields = {name: getattr(self.scenario, name) for name in type(self.scenario).model_fields}
        switches = {**self.scenario.switches, **dict.fromkeys(point.off, False)}
        return type(self.scenario).model_validate(
            {**fields, "parameters": tables, "switches": switches, "claims": (), "story": ()})

    def read(self, point: Point, stop: threading.Event | None = None) -> Reading:
        """Run a point under both regimes. What cannot be run is a reading with an error, so that others go on.

        Raises simulation.runs.Interrupted when stopped.
        """
        from simulation import runs

        try:
            world = self.world(point)
            found = [runs.run(world, regime, point.seed, stop=stop).summary for regime in self.regimes]
        except (runs.Interrupted, MemoryError):
            raise
        except Exception as error:
            return Reading(error=f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}")
        return Reading(found[0], found[1])


class Kept:
    """Readings by the key of their point, in a file if there is one: a line each, written as soon as it is known."""

    def __init__(self, pair: Pair, folder: Path | None = None) -> None:
        """Raises SensitivityError where the folder's file is of another study, or is no such file."""
        self._readings: dict[str, Reading] = {}
        self._lock = threading.Lock()
        self._path = None if folder is None else folder / FILE
        if self._path is None:
            return
        identity = json.loads(json.dumps(pair.identity()))
        if self._path.exists():
            self._load(self._path, identity)
        else:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(identity) + "\n", encoding="utf-8")

    def _load(self, path: Path, identity: dict[str, Any]) -> None:
        head, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
        try:
            same = json.loads(head) == identity
        except json.JSONDecodeError:
            same = False
        if not same:
            raise SensitivityError(f"{path} has points of another world, other regimes or another version of the "
                                   "model; give another folder with --out, or remove this one")
        whole = [head]
        for line in lines:
            try:
                data = json.loads(line)
                self._readings[data["key"]] = Reading.from_data(data)
                whole.append(line)
            except (json.JSONDecodeError, KeyError, TypeError):
                continue  # a line that was being written when the machine stopped
        if len(whole) <= len(lines):
            path.write_text("\n".join(whole) + "\n", encoding="utf-8")

    def get(self, point: Point) -> Reading | None:
        """What was read at a point; None where it was not read, or failed and may be tried again."""
        reading = self._readings.get(point.key)
        return None if reading is None or reading.error else reading

    def add(self, point: Point, reading: Reading) -> None:
        with self._lock:
            self._readings[point.key] = reading
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"key": point.key, **reading.to_data()}) + "\n")


def read_all(pair: Pair, points: Iterable[Point], kept: Kept, *, threads: int = 1,
             progress: Callable[[int, int], None] | None = None, stop: threading.Event | None = None) -> list[Reading]:
    """A reading for every point, in their order; those that are kept are not read again, nor is any read twice.

    Raises:
        Stopped: `stop` was set or Ctrl-C pressed; what was read is kept.
    """
    points = list(points)
    keys = [point.key for point in points]
    known = {key: kept.get(point) for key, point in zip(keys, points, strict=True)}
    missing = {key: point for key, point in zip(keys, points, strict=True) if known[key] is None}
    before = len(known) - len(missing)
    if stop is not None and stop.is_set():
        raise Stopped(before, len(known))

    def one(point: Point, halt: threading.Event) -> Reading:
        reading = pair.read(point, halt)
        kept.add(point, reading)
        return reading

    if missing:
        told = None if progress is None else lambda done, _: progress(before + done, len(known))
        done, interrupted = work(list(missing.values()), one, threads, progress=told, stop=stop)
        if interrupted is not None or len(done) < len(missing):
            raise Stopped(before + len(done), len(known)) from interrupted
        known.update(zip(missing, (done[at] for at in range(len(missing))), strict=True))
    return [known[key] for key in keys]  # type: ignore[misc]
