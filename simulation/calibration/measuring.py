"""Measuring the targets of a plan on many seeds at once, and how far the result is from what is wanted.

The distance of a target is 0 at its value, -1 at the lowest and +1 at the highest value that is believed. With
``miss = max(0, |distance| - 1/2) / (1/2)`` its loss is::

    weight * (miss^2 where miss <= 1, else 2 miss - 1)

so nothing is gained by moving inside the middle half of the range, where the evidence cannot tell values apart, and a
target at the end of its range costs its weight. The half that is left is the margin by which a fit may be worse on
other seeds and still lie in the range. Further out the loss grows in proportion only (Huber 1964), or one target that
cannot be reached would be worth ruining all others for. An anchor costs nothing inside its range; outside, `miss` is
how many twentieths of its range it has left it by. A value that does not exist costs `MISSING`.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np

from simulation.calibration.plan import Plan, Target, Wanted
from simulation.calibration.watching import Watched, watch
from simulation.runs import Interrupted
from simulation.scenario import Regime

SILENT = 0.5
"""Part of the distance to the end of a range in which nothing is to be gained."""
FIRM = 0.05
"""Part of an anchor's range by which leaving it costs as much as a target at the end of its range."""
MISSING = 100.0
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """One wanted number over some seeds.

    Attributes:
        values: one a seed; NaN where it does not exist.
    """

    wanted: Wanted
    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def error(self) -> float:
        """Standard error of the mean over seeds; NaN with one seed."""
        return float(np.std(self.values, ddof=1) / math.sqrt(len(self.values))) if len(self.values) > 1 else math.nan

    @property
    def holds(self) -> bool:
        return self.wanted.holds(self.mean)

    @property
    def loss(self) -> float:
        return loss_of(self.wanted, self.mean)


def distance(target: Target, got: float) -> float:
    """How far a value is from what is wanted: 0 at the value, 1 in size at either end of the range."""
    side = target.high - target.value if got > target.value else target.value - target.low
    return (got - target.value) / side


def loss_of(wanted: Wanted, got: float) -> float:
    """What a value costs; see the module."""
    if math.isnan(got):
        return MISSING
    if isinstance(wanted, Target):
        return wanted.weight * _grown(max(0.0, abs(distance(wanted, got)) - SILENT) / (1.0 - SILENT))
    outside = max(0.0, wanted.low - got, got - wanted.high)
    return _grown(outside / (FIRM * (wanted.high - wanted.low)))


def _grown(miss: float) -> float:
    return miss * miss if miss <= 1.0 else 2.0 * miss - 1.0


def misfit(measured: Iterable[Measured]) -> float:
    """What targets and anchors cost together."""
    return sum(m.loss for m in measured)


def pull(plan: Plan, values: Mapping[str, float]) -> float:
    """What it costs to have moved from the defaults: `pull` times the squared shares of the bounds that were moved."""
    moved = (((values[f.path] - f.default) / (f.high - f.low)) ** 2 for f in plan.free)
    return plan.pull * sum(moved)


def measure(plan: Plan, values: Mapping[str, float], seeds: Iterable[int], regime: Regime | None = None, *,
            threads: int = 1, progress: Progress | None = None,
            stop: threading.Event | None = None) -> tuple[Measured, ...]:
    """Every target and anchor with these parameters, over these seeds.

    Args:
        values: parameters by path, in their units; those not given keep their default.
        regime: else the plan's.
        threads: seeds at once; the numbers are the same on any number of threads.
        progress: called with (runs done, runs in all).
        stop: set it to stop soon.

    Raises: simulation.runs.Interrupted when stopped.
    """
    found = measure_each(plan, [values], seeds, regime, threads=threads, progress=progress, stop=stop)
    if found[0] is None:
        raise Interrupted("stopped before everything was measured")
    return found[0]


def measure_each(plan: Plan, candidates: Sequence[Mapping[str, float]], seeds: Iterable[int],
                 regime: Regime | None = None, *, threads: int = 1, progress: Progress | None = None,
                 stop: threading.Event | None = None) -> list[tuple[Measured, ...] | None]:
    """`measure` for several sets of values; None for one that was not complete when it was stopped."""
    seeds = tuple(seeds)
    regime = regime or plan.regime
    scenarios = [plan.scenario_with(values) for values in candidates]
    halt = threading.Event()

    def one(which: int, seed: int) -> tuple[float, ...]:
        return _numbers(plan, watch(scenarios[which], regime, seed, stop=halt))

    tasks = [(which, seed) for which in range(len(candidates)) for seed in seeds]
    done: dict[tuple[int, int], tuple[float, ...]] = {}
    with ThreadPoolExecutor(max(1, min(threads, len(tasks)))) as pool:
        waiting: dict[Future[tuple[float, ...]], tuple[int, int]] = {pool.submit(one, *task): task for task in tasks}
        try:
            while waiting and not (stop is not None and stop.is_set()):
                for future in wait(waiting, timeout=0.1, return_when=FIRST_COMPLETED).done:
                    task = waiting.pop(future)
                    done[task] = future.result()
                    if progress is not None:
                        progress(len(done), len(tasks))
        finally:
            halt.set()
            pool.shutdown(wait=True, cancel_futures=True)
    return [_collected(plan, [done[which, seed] for seed in seeds]) if all((which, seed) in done for seed in seeds)
            else None for which in range(len(candidates))]


def _numbers(plan: Plan, run: Watched) -> tuple[float, ...]:
    return tuple(item.about.of(run, item.years) for item in plan.wanted)


def _collected(plan: Plan, rows: list[tuple[float, ...]]) -> tuple[Measured, ...]:
    return tuple(Measured(item, column) for item, column in zip(plan.wanted, zip(*rows, strict=True), strict=True))
