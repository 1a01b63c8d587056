"""One run: a pure function of (scenario, regime, seed, model version), with its series, its events and its manifest."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation import outcomes
from simulation.engine import World
from simulation.kernel import KERNELS

if TYPE_CHECKING:
    import pandas as pd

    from simulation.events import EventLog
    from simulation.scenario import Regime, Scenario


class Interrupted(Exception):
    """A run was asked to stop before its horizon; nothing of it counts."""


@dataclass(frozen=True, eq=False)
class Run:
    """What came out of one run.

    Attributes:
        regime: the name of the regime, for tables; no number depends on it.
        levers: the regime itself.
        series: outcome name to float64 array over ticks; NaN in ticks in which nothing of the kind happened.
        waits: int64 (ticks, bins): people seen by their true wait, one tick a bin.
        manifest: what it takes to make the run again, and how long it took.
    """

    scenario: Scenario
    regime: str
    seed: int
    series: Mapping[str, np.ndarray]
    waits: np.ndarray
    manifest: Mapping[str, Any]
    event_log: EventLog | None
    levers: Regime

    @cached_property
    def summary(self) -> dict[str, float]:
        """Every outcome as one number for the run, by the outcome's own rule (`Outcome.summarise`)."""
        tick_weeks = self.scenario.tick_weeks
        return {o.name: o.summarise(self.series[o.name], tick_weeks) for o in outcomes.OUTCOMES}

    @cached_property
    def weekly(self) -> pd.DataFrame:
        """One row a tick, one column an outcome; the first column, `week`, is the weeks gone by at the tick's end."""
        import pandas as pd

        ticks = len(self.waits)
        week = np.arange(1, ticks + 1) * self.scenario.tick_weeks
        return pd.DataFrame({"week": week, **self.series}).rename_axis("tick")

    @cached_property
    def events(self) -> pd.DataFrame:
        """The event log, one row an event (columns: see `EventLog.to_frame`).

        A run made without it is run again, with it: the same inputs give the same run.
        """
        if self.event_log is None:
            return run(self.scenario, self.levers, self.seed, record_events=True).events
        return self.event_log.to_frame()


def run(
    scenario: Scenario | str,
    regime: Regime | str | None = None,
    seed: int | None = None,
    *,
    record_events: bool = False,
    threads: int = 1,
    stop: threading.Event | None = None,
    on_tick: Callable[[int, int], None] | None = None,
) -> Run:
    """Run one regime once.

    Args:
        scenario: a loaded scenario, or the name or path of one.
        regime: a regime of the scenario by name, or a `Regime`; the scenario's first if not given.
        seed: any integer; the scenario's if not given.
        record_events: keep the event log, which never changes a number; without it, `Run.events` runs once more.
        threads: blocks of places at once; the numbers are the same on any number of threads.
        stop: checked once a tick; when set, `Interrupted` is raised.
        on_tick: called with (ticks done, ticks in all) after each tick.

    Raises ScenarioError for a scenario or regime that does not exist, `Interrupted` when stopped.
    """
    from simulation.scenario import load

    if isinstance(scenario, str):
        scenario = load(scenario)
    if regime is None:
        regime = next(iter(scenario.regimes))
    if isinstance(regime, str):
        regime = scenario.regime(regime)
    seed = scenario.seed if seed is None else int(seed)
    started, clock = datetime.now(UTC), time.perf_counter()
    world = World(scenario, regime, seed, record_events=record_events, threads=threads)
    for done in range(1, world.ticks + 1):
        if stop is not None and stop.is_set():
            raise Interrupted(f"stopped after {done - 1} of {world.ticks} ticks")
        world.step()
        if on_tick is not None:
            on_tick(done, world.ticks)
    series = outcomes.series(world.totals())
    world.close()
    manifest = _manifest(scenario, regime, seed, threads, started, time.perf_counter() - clock)
    return Run(scenario, regime.name, seed, series, world.waits, manifest, world.event_log, regime)


def _manifest(scenario: Scenario, regime: Regime, seed: int, threads: int, started: datetime, seconds: float) -> dict:
    from simulation import provenance

    return {
        "scenario": scenario.name, "scenario_key": scenario.key, "regime": regime.name, "levers": dict(regime.levers),
        "seed": seed, "threads": threads, "ticks": scenario.ticks, "tick_weeks": scenario.tick_weeks,
        "people": scenario.world.people, "places": scenario.world.places,
        "started": started.isoformat(timespec="seconds"), "seconds": round(seconds, 3),
        "versions": provenance.versions(), "machine": provenance.machine(),
    }


def warm_up(progress: Callable[[int, int], None] | None = None) -> float:
    """Compile (or load from the cache) every kernel by running a tiny world; returns the seconds it took.

    `progress` is called with (kernels ready, kernels in all), from this thread or from a watching one.
    """
    from simulation.scenario import load

    def ready() -> int:
        return sum(1 for kernel in KERNELS if getattr(kernel, "signatures", None))

    begun = time.perf_counter()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            progress(min(ready(), len(KERNELS) - 1), len(KERNELS))

    watcher = threading.Thread(target=watch, daemon=True)
    if progress is not None:
        watcher.start()
    try:
        tiny = load("town", set={"world.people": 400, "world.horizon": "2 weeks"})
        for record_events in (False, True):
            World(tiny, next(iter(tiny.regimes)), 0, record_events=record_events).step()
    finally:
        done.set()
        if progress is not None:
            watcher.join()
    if progress is not None:
        progress(len(KERNELS), len(KERNELS))
    return time.perf_counter() - begun
