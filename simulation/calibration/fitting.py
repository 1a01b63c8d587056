"""The search for believable values: CMA-ES over the free parameters, the same seeds for every candidate.

CMA-ES (Hansen & Ostermeier 2001, from the package `cma`) needs no gradient and copes with parameters that act together.
The defaults are the first candidate, so that nothing is found that is worse than they are. Candidates are rounded to
three digits before they are tried: what is kept is what was tried.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulation.calibration.measuring import Measured, measure, measure_each, misfit, pull
from simulation.calibration.plan import Free, Plan
from simulation.runs import Interrupted

DIGITS = 3
STEP = 0.15
"""First step of the search, as a share of the bounds."""
EXTRA = "analysis"


class CalibrationError(ValueError):
    """A calibration that cannot be done as asked."""


@dataclass(frozen=True)
class Candidate:
    """A set of values that was tried.

    Attributes:
        loss: misfit and pull together, which the search makes small.
    """

    values: Mapping[str, float]
    measured: tuple[Measured, ...]
    misfit: float
    pull: float

    @property
    def loss(self) -> float:
        return self.misfit + self.pull


@dataclass(frozen=True)
class Search:
    """What a search found.

    Attributes:
        defaults: the candidate that it began with. best: the one with the smallest loss.
        evaluations: candidates tried. asked: those that were asked for.
        ended: why it ended: `evaluations`, `settled` (no candidate differs from the others any more) or `stopped`.
        seconds: how long it took.
    """

    plan: Plan
    defaults: Candidate
    best: Candidate
    evaluations: int
    asked: int
    seed: int
    ended: str
    seconds: float


def search(plan: Plan, *, evaluations: int | None = None, seed: int = 1, threads: int = 1,
           progress: Callable[[int, int], None] | None = None, stop: threading.Event | None = None) -> Search:
    """Look for values of the free parameters that bring the targets into their ranges.

    The same plan, seed and number of evaluations give the same result, on any number of threads.

    Args:
        evaluations: candidates to try, at least 1 (which is the defaults); default the plan's.
        seed: of the search, at least 0; the runs have the seeds of the plan.
        progress: called with (candidates tried, candidates in all).
        stop: set it to stop soon; the best so far is kept.

    Raises:
        CalibrationError: `cma` is not installed.
        simulation.runs.Interrupted: stopped before even the defaults were measured.
    """
    asked = plan.evaluations if evaluations is None else evaluations
    begun = time.perf_counter()
    engine = _engine(plan.free, seed) if asked > 1 else None
    tried = _try(plan, [plan.defaults], threads, stop)
    if tried[0] is None:
        raise Interrupted("stopped before the defaults were measured")
    defaults = best = tried[0]
    done, ended = 1, "evaluations"
    while done < asked:
        if progress is not None:
            progress(done, asked)
        if engine.stop():
            ended = "settled"
            break
        points = engine.ask()
        tried = _try(plan, [_values(plan.free, point) for point in points[:asked - done]], threads, stop)
        known = [candidate for candidate in tried if candidate is not None]
        best = min([best, *known], key=lambda candidate: candidate.loss)
        done += len(known)
        if stop is not None and stop.is_set():
            ended = "stopped"
            break
        if len(known) == len(points):
            engine.tell(points, [candidate.loss for candidate in known])
    return Search(plan, defaults, best, done, asked, seed, ended, time.perf_counter() - begun)


def defaults_only(plan: Plan, *, threads: int = 1, progress: Callable[[int, int], None] | None = None,
                  stop: threading.Event | None = None) -> Search:
    """A search that tries nothing but the defaults. `progress` counts runs. Raises Interrupted when stopped."""
    begun = time.perf_counter()
    measured = measure(plan, plan.defaults, plan.seeds.each, threads=threads, progress=progress, stop=stop)
    tried = Candidate(plan.defaults, measured, misfit(measured), 0.0)
    return Search(plan, tried, tried, 1, 1, 0, "evaluations", time.perf_counter() - begun)


def _try(plan: Plan, candidates: Sequence[Mapping[str, float]], threads: int,
         stop: threading.Event | None) -> list[Candidate | None]:
    found = measure_each(plan, candidates, plan.seeds.each, threads=threads, stop=stop)
    return [None if measured is None else Candidate(values, measured, misfit(measured), pull(plan, values))
            for values, measured in zip(candidates, found, strict=True)]


def _engine(free: Sequence[Free], seed: int) -> Any:
    """CMA-ES on the unit cube. It draws from a generator of our own, not from the global one that it would seed."""
    try:
        import cma
    except ImportError:
        raise CalibrationError(
            f"the package cma is not installed; it comes with the extra {EXTRA!r}: "
            f"pip install 'care-regimes[{EXTRA}]'. Without it the defaults can be measured: --only-measure") from None
    chance = np.random.default_rng(seed)
    start = [min(0.98, max(0.02, (f.default - f.low) / (f.high - f.low))) for f in free]
    return cma.CMAEvolutionStrategy(start, STEP, {
        "bounds": [0, 1], "randn": lambda *size: chance.standard_normal(size), "seed": math.nan, "verbose": -9})


def _values(free: Sequence[Free], point: Sequence[float]) -> dict[str, float]:
    """The parameters at a point of the unit cube, rounded."""
    return {f.path: min(f.high, max(f.low, rounded(f.low + float(at) * (f.high - f.low))))
            for f, at in zip(free, point, strict=True)}


def rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
