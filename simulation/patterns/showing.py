"""Whether the model shows a pattern: one measurement a seed, counted over seeds, with misses that are known by name.

Each pattern that is tested has a module here, `pattern_NN`, which says in its docstring what is set up and
required, with which tolerance, and where that was seen. Its worlds are scenario files in `scenarios/patterns/`, so that
no code reads a regime's name: a measurement speaks of the first regime of the file, the second and so on.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.runs import Interrupted, Run, run

if TYPE_CHECKING:
    from simulation.scenario import Scenario

REQUIRED = 0.9
"""Share of seeds in which a pattern must be seen."""
QUICK_SEEDS = range(4001, 4011)
"""Seeds of the tests; no calibration and no scenario uses them."""
FULL_SEEDS = range(4001, 4041)
"""Seeds of `regimes check --full`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one seed says.

    Attributes:
        holds: whether the whole pattern is within its tolerance.
        figures: what was measured, in words with their unit, to the number; NaN where nothing of the kind happened.
    """

    holds: bool
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Probe:
    """How one pattern is looked for.

    Attributes:
        number: of the pattern.
        says: the first paragraph of the module's docstring.
        measure: seed to `Shown`; a pure function.
        missed: why the model does not show the pattern; empty where it does. A miss that is shown after all is as much
            a failure as the reverse: the text is then wrong.
    """

    number: int
    says: str
    measure: Callable[[int], Shown]
    missed: str = ""


@dataclass(frozen=True, slots=True)
class Recount:
    """One pattern over seeds, in their order."""

    probe: Probe
    seeds: tuple[int, ...]
    shown: tuple[Shown, ...]

    @property
    def held_in(self) -> int:
        return sum(each.holds for each in self.shown)

    @property
    def holds(self) -> bool:
        """Whether it is seen in at least nine tenths of the seeds."""
        return bool(self.shown) and self.held_in >= math.ceil(REQUIRED * len(self.shown) - 1e-9)

    @property
    def as_expected(self) -> bool:
        """Whether what is written about the pattern is true: seen, or missed where a miss is declared."""
        return self.holds != bool(self.probe.missed)

    @property
    def medians(self) -> dict[str, float]:
        """Every figure's median over the seeds that have one."""
        names = dict.fromkeys(name for each in self.shown for name in each.figures)
        return {name: median([each.figures.get(name, math.nan) for each in self.shown]) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """What machines read of it; figures without a value are None."""
        return {"pattern": self.probe.number, "says": self.probe.says, "held_in": self.held_in,
                "seeds": len(self.seeds), "holds": self.holds, "missed": self.probe.missed,
                "figures": {name: None if math.isnan(value) else value for name, value in self.medians.items()}}


@cache
def probes() -> tuple[Probe, ...]:
    """Every pattern that is looked for, by number: the modules `pattern_NN` of this package."""
    import simulation.patterns as package

    found = []
    for module in iter_modules(package.__path__):
        if module.name.startswith("pattern_"):
            code = import_module(f"simulation.patterns.{module.name}")
            says = (code.__doc__ or "").split("\n\n")[0].replace("\n", " ")
            found.append(Probe(int(module.name.removeprefix("pattern_")), says, code.measure,
                               getattr(code, "MISSED", "")))
    return tuple(sorted(found, key=lambda probe: probe.number))


def recount(probe: Probe, seeds: Sequence[int] = QUICK_SEEDS, *, threads: int | None = None,
            progress: Callable[[int, int], None] | None = None, stop: threading.Event | None = None) -> Recount:
    """Look for one pattern in every seed.

    Args:
        threads: seeds at once; the answer is the same on any number.
        progress: called with (seeds done, seeds in all). stop: checked between seeds.

    Raises:
        simulation.runs.Interrupted: stopped; nothing of it counts.
    """
    from simulation.provenance import cores

    def one(seed: int) -> Shown:
        if stop is not None and stop.is_set():
            raise Interrupted(f"stopped while looking for pattern {probe.number}")
        return probe.measure(seed)

    shown = []
    with ThreadPoolExecutor(threads or cores()) as pool:
        for done, each in enumerate(pool.map(one, seeds), 1):
            shown.append(each)
            if progress is not None:
                progress(done, len(seeds))
    return Recount(probe, tuple(seeds), tuple(shown))


def world(name: str) -> Scenario:
    """A scenario of `scenarios/patterns/`, by the name of its file. Raises ScenarioError where it is wrong."""
    from simulation.scenario import load
    from simulation.scenario.catalogue import folder

    return _loaded(load, folder() / "patterns" / f"{name}.yaml")


@cache
def _loaded(load: Callable[[Path], Scenario], path: Path) -> Scenario:
    return load(path)


def runs(scenario: Scenario, seed: int) -> Iterator[Run]:
    """One run of each regime of the scenario, in the order of the file, on the same people with the same luck."""
    return (run(scenario, name, seed) for name in scenario.regimes)


def over(made: Run, outcome: str, first: float, last: float) -> float:
    """Mean of an outcome of one run from week `first` up to week `last`; NaN where nothing of the kind happened."""
    tick_weeks = made.scenario.tick_weeks
    part = made.series[outcome][round(first / tick_weeks):max(round(last / tick_weeks), round(first / tick_weeks) + 1)]
    known = part[~np.isnan(part)]
    return float(known.mean()) if known.size else math.nan


def median(values: Sequence[float]) -> float:
    """Median of those that are numbers; NaN without any."""
    known = [value for value in values if not math.isnan(value)]
    return float(np.median(known)) if known else math.nan
