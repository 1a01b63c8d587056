"""Runs in no time whose deaths follow from posts and complexity in a way that is known, for tests of maps."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from simulation.outcomes import OUTCOMES
from simulation.population import TABLE
from simulation.runs import Interrupted
from tests import fake_runs

X, Y = "complexity=10 %..50 %:3", "capacity=0.5x..1.5x:3"
POSTS = [f"{times * sum(p.default for name, p in TABLE.items() if name.startswith('staff_')):.0f}"
         for times in (0.5, 1.0, 1.5)]
"""Labels of the steps of Y."""


def scenario(*regimes):
    return fake_runs.scenario(*regimes, weeks=4)


def run(scenario, regime, seed, *, record_events=True, threads=1, stop=None, on_tick=None):
    """High stakes cost lives where there are posts and save them where there are not; at the usual number of posts only
    luck decides. Complexity costs lives under every regime."""
    if stop is not None and stop.is_set():
        raise Interrupted("stopped")
    changed = scenario.parameters.get("population", {})
    usual = TABLE["staff_general_practice"].default
    posts = changed.get("staff_general_practice", usual) / usual
    complexity = changed.get("complexity_mean", 0.28)
    stakes = regime.levers["stakes"]
    luck, own = np.random.default_rng(seed), np.random.default_rng([seed, round(1000 * stakes)])
    deaths = 20 + 10 * complexity + luck.normal() + 8 * (posts - 1) * stakes + 0.3 * own.normal()
    summary = {o.name: 1.0 for o in OUTCOMES} | {"deaths": float(deaths), "need": float(posts + 0.1 * stakes)}
    return SimpleNamespace(scenario=scenario, regime=regime.name, seed=seed, summary=summary,
                           series={o.name: np.full(scenario.ticks, summary[o.name]) for o in OUTCOMES},
                           waits=np.zeros((scenario.ticks, 3), np.int64), manifest={}, event_log=None)


def install(monkeypatch, invented=run) -> None:
    """Let maps and comparisons call `invented` in place of the engine."""
    monkeypatch.setattr("simulation.runs.run", invented)
