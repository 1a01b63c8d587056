"""A stand-in for the engine: plausible series in no time, so that what stands on it is tested alone."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from simulation.outcomes import OUTCOMES
from simulation.runs import Interrupted
from simulation.scenario import Regime, Scenario
from simulation.tallies import N_WAIT_BINS

STARTS = {
    "recorded_performance": (0.80, +0.10, -0.02), "true_performance": (0.78, -0.06, +0.06),
    "perceived_performance": (0.77, -0.08, +0.05), "need": (0.62, +0.05, -0.06), "crises": (820, 60, -70),
    "long_waits": (35, -12, +4), "failure_demand": (0.42, +0.07, -0.06), "cost": (2410, 40, -30),
    "contacts": (31_000, 900, -700), "ties_across": (2.1, -0.7, 1.4),
}
"""Start, and drift by the end at full and at no stakes."""


def regime(name: str, stakes: float, **levers: float) -> Regime:
    return Regime(name=name, summary=f"Stakes of {stakes:g}.", levers={"stakes": stakes, **levers})


def scenario(*regimes: Regime, weeks: float = 60, **fields) -> Scenario:
    """A scenario of two regimes that differ in stakes, unless others are given."""
    regimes = regimes or (regime("hard", 0.9, discretion=0.1), regime("soft", 0.05, discretion=0.7))
    return Scenario.model_validate({
        "name": "sample", "title": "A sample town", "purpose": "To test what stands on the engine, without it.",
        "teaches": "That 1 < 2 & 2 > 1.", "world": {"people": 2_000, "horizon": weeks, **fields.pop("world", {})},
        "regimes": {r.name: {"title": r.title, "summary": r.summary, "levers": dict(r.levers)} for r in regimes},
        "pairs": 4, "seed": 1, **fields})


def run(scenario, regime, seed, *, record_events=True, threads=1, stop=None, on_tick=None):
    """Series that share the seed's chance between regimes, drift with the stakes, and know nothing of names."""
    if stop is not None and stop.is_set():
        raise Interrupted("stopped")
    stakes, ticks = regime.levers["stakes"], scenario.ticks
    time = np.linspace(0, 1, ticks)
    series = {}
    for number, outcome in enumerate(OUTCOMES):
        start, bad, good = STARTS.get(outcome.name, (0.5, 0.03, -0.02))
        chance = np.random.default_rng([seed, number])
        level = start * (1 + 0.02 * chance.standard_normal())
        drift = (stakes * bad + (1 - stakes) * good) * (1 + 0.25 * chance.standard_normal())
        series[outcome.name] = level + drift * time + start * 0.01 * chance.standard_normal(ticks)
    series["planned_cost"] = np.full(ticks, 2200.0)
    series["sackings"] = np.full(ticks, 0.2 if stakes > 0.5 else 0.0)
    series["wait"][0] = np.nan  # as in a first tick in which nobody is seen
    shape = np.exp(-np.arange(N_WAIT_BINS) / (3 - stakes)) * 150
    waits = np.random.default_rng([seed, 99]).poisson(np.broadcast_to(shape, (ticks, N_WAIT_BINS))).astype(np.int64)
    summary = {o.name: o.summarise(series[o.name], scenario.tick_weeks) for o in OUTCOMES}
    return SimpleNamespace(scenario=scenario, regime=regime.name, seed=seed, series=series, waits=waits,
                           summary=summary, manifest={"seconds": 0.1}, event_log=None)


def install(monkeypatch, fake=run) -> None:
    """Let comparisons call `fake` in place of the engine."""
    monkeypatch.setattr("simulation.runs.run", fake)
