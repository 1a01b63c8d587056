"""Variation between places and between months: of real departments, and of recorded performance in the model.

Recorded performance of a month is the share of its records that are within target. A check, never a target.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from simulation import tallies
from simulation.calibration.plan import Elsewhere, Plan, Variation, levers_with, with_parameters
from simulation.engine import World
from simulation.parameters import WEEKS_PER
from simulation.runs import Interrupted
from simulation.scenario import load

XMR = 2.66
"""Mean moving ranges from the mean to a natural process limit of an XmR chart (3 / 1.128)."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Variation in a table of months by organisations; shares.

    Attributes:
        spread: standard deviation between organisations of the mean over months.
        quartiles: distance of the quartiles of those means.
        limits: from the mean to a natural process limit, month to month, of the median organisation.
        limits_without_nation: the same after each month's mean of all organisations is taken away.
    """

    spread: float
    quartiles: float
    limits: float
    limits_without_nation: float


NAMES: Mapping[str, str] = {
    "spread": "between places: standard deviation",
    "quartiles": "between places: distance of the quartiles",
    "limits": "month to month: mean to natural process limit",
    "limits_without_nation": "month to month, less the mean of all places",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure of the model beside the real one."""

    figure: str
    real: float
    model: float
    factor: float

    @property
    def ratio(self) -> float:
        return self.model / self.real

    @property
    def same_order(self) -> bool:
        """Whether neither is more than `factor` times the other."""
        return 1 / self.factor <= self.ratio <= self.factor


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen in one world: mean recorded performance, records a month and place, and each figure."""

    world: Elsewhere
    mean: float
    records: float
    comparisons: tuple[Comparison, ...]


def figures(table: np.ndarray) -> Figures:
    """Variation in a table of shares, float (months, organisations), with no value missing.

    Raises ValueError for fewer than two months or organisations, or a missing value.
    """
    if table.ndim != 2 or min(table.shape) < 2 or np.isnan(table).any():
        raise ValueError("variation needs two months and two organisations or more, and a value for every one")
    means = table.mean(axis=0)
    lower, upper = np.quantile(means, (0.25, 0.75))
    return Figures(float(means.std(ddof=1)), float(upper - lower), _limits(table),
                   _limits(table - table.mean(axis=1, keepdims=True)))


def _limits(table: np.ndarray) -> float:
    return float(np.median(XMR * np.abs(np.diff(table, axis=0)).mean(axis=0)))


def look(plan: Plan, values: Mapping[str, float], world: Elsewhere, *, threads: int = 1,
         progress: Callable[[int, int], None] | None = None, stop: threading.Event | None = None) -> Looked:
    """Run one of the plan's worlds of many places and compare its variation with the real one.

    Args:
        values: parameters by path; those that the world's scenario sets itself stay as it has them.
        progress: called with (ticks done, ticks in all).

    Raises: simulation.runs.Interrupted when stopped; ValueError where the plan has no variation.
    """
    if plan.variation is None:
        raise ValueError("the plan has no real variation to compare with")
    met, counted = _by_month(plan, values, world, threads, progress, stop)
    table = met / counted
    found = figures(table)
    return Looked(world, float(met.sum() / counted.sum()), float(counted.mean()), tuple(
        Comparison(name, real_figure(plan.variation, name), getattr(found, name), plan.variation.within_factor)
        for name in NAMES))


def real_figure(variation: Variation, name: str) -> float:
    return getattr(variation, name)


def _by_month(plan: Plan, values: Mapping[str, float], world: Elsewhere, threads: int,
              progress: Callable[[int, int], None] | None,
              stop: threading.Event | None) -> tuple[np.ndarray, np.ndarray]:
    """Records within target and records in all, float64 (months, places)."""
    assert plan.variation is not None
    month = WEEKS_PER["month"]
    scenario = load(world.scenario, set={
        "world.people": world.people, "world.places": world.places, "world.horizon": f"{world.months} months"})
    scenario = with_parameters(scenario, values).model_copy(update={"regime_places": {}, "events": ()})
    running = World(scenario, levers_with(plan.regime, world.levers), plan.variation.seed, threads=threads)
    met, counted = np.zeros((world.months, world.places)), np.zeros((world.months, world.places))
    for done in range(running.ticks):
        if stop is not None and stop.is_set():
            raise Interrupted(f"stopped after {done} of {running.ticks} ticks")
        running.step()
        at = min(int(done * scenario.tick_weeks / month), world.months - 1)
        met[at] += running.tally[:, tallies.RECORDED_MET]
        counted[at] += running.tally[:, tallies.RECORDED_N]
        if progress is not None:
            progress(done + 1, running.ticks)
    running.close()
    return met, counted
