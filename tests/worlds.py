"""Small worlds and exact digests, shared by the tests of the engine."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

import numpy as np

import simulation
from simulation.engine import World
from simulation.scenario import Scenario


def small(people: int = 1_000, weeks: int = 30, **changes: object) -> Scenario:
    """The default town with fewer people and weeks; `changes` are paths with `__` for the dot."""
    return simulation.load("town", set={"world.people": people, "world.horizon": f"{weeks} weeks",
                                        **{path.replace("__", "."): value for path, value in changes.items()}})


def with_switches(scenario: Scenario, **switches: bool) -> Scenario:
    return scenario.model_copy(update={"switches": switches})


def regime(name: str, **levers: float) -> SimpleNamespace:
    """A regime of one's own; levers in their declared units, all others at their default."""
    return SimpleNamespace(name=name, levers=levers)


def stepped(scenario: Scenario, regime: object = "targets", seed: int = 3, ticks: int | None = None, **how) -> World:
    world = World(scenario, regime, seed, **how)
    world.step(scenario.ticks if ticks is None else ticks)
    return world


def counted(world: World) -> np.ndarray:
    """All tallies of all ticks so far: exact equality of these is equality of every outcome."""
    return world._history[:world.tick]


def digest(world: World) -> str:
    """One hash of every column of everybody and every tally so far."""
    out = hashlib.blake2b(digest_size=16)
    for family in world.columns.values():
        for column in family.values():
            out.update(np.ascontiguousarray(column).tobytes())
    out.update(counted(world).tobytes())
    out.update(world.waits[:world.tick].tobytes())
    return out.hexdigest()
