"""Readings of worlds that are not run: outcomes are a known function of the parameters, so that findings are known."""

from __future__ import annotations

import threading
import time

import pytest

from simulation.mechanisms import TABLES
from simulation.outcomes import OUTCOMES
from simulation.sensitivity.factors import Factor
from simulation.sensitivity.points import Pair, Point, Reading

BIG, SMALL, MEASURED = "need.growth", "access.seek", "leadership.tenure"
"""Two judgements, and a parameter that is not one."""


def places(point: Point) -> dict[str, float]:
    """Where the parameters of a point that matter lie in their believable ranges, by key."""
    return {key: found.place(point.parameters.get(key, found.default)) for key in (BIG, SMALL, MEASURED)
            for found in [factor(key)]}


def luck(seed: int) -> float:
    """Between -1 and 1."""
    return (seed * 7919 % 1000) / 500 - 1


def read(pair: Pair, point: Point, stop: threading.Event | None = None) -> Reading:
    """Need: the relative difference hangs on `BIG` (0.4), on `SMALL` (-0.2), on `MEASURED` (0.8) and on chance (0.02).
    Where learning is off, or `BIG` is 0, there is none. Every other outcome is 1 under both."""
    at = places(point)
    apart = 0.4 * (at[BIG] - 0.2) - 0.2 * (at[SMALL] - 0.5) + 0.8 * (at[MEASURED] - 0.5) + 0.01 * luck(point.seed)
    if "learning" in point.off or point.parameters.get("need.coupling") == 0:
        apart = 0.0
    first = {o.name: 1.0 for o in OUTCOMES} | {"contacts": 100_000.0, "crises": 1_500.0, "leaving": 0.1, "burnout": 0.3,
                                               "failure_demand": 0.3, "recorded_performance": 0.9}
    return Reading({**first, "need": 1 - apart / 2}, {**first, "need": 1 + apart / 2})


def install(monkeypatch: pytest.MonkeyPatch, seconds: float = 0) -> list[Point]:
    """Put it in place of the engine; the list grows by every point that is read, each of which takes so long."""
    seen: list[Point] = []

    def noted(pair: Pair, point: Point, stop: threading.Event | None = None) -> Reading:
        seen.append(point)
        time.sleep(seconds)
        return read(pair, point, stop)

    monkeypatch.setattr(Pair, "read", noted)
    monkeypatch.setattr("simulation.runs.warm_up", lambda progress=None: 0.0)
    return seen


def factor(key: str) -> Factor:
    from simulation.ranges import believable

    table, name = key.split(".")
    p = TABLES[table][name]
    found = believable(table, p)
    return Factor(table, name, found.low, found.high, p.default, p.unit, p.grade, found.basis)
