"""Readings that no model made: as few or as many worlds, regimes and outcomes as a test needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from simulation.experiments.readings import Readings, Varied

GROWTH = Varied("need.growth", "How fast needs grow", "per week", 0.02, 0.1)
CAPACITY = Varied("capacity", "Posts for every 10,000 people", "times", 0.5, 1.5)
SWITCH = Varied("switches.learning", "Learning", "on or off", 0.0, 1.0, (0.0, 1.0))
COMPLEX = Varied("population.complexity_mean", "Complexity of lives, on average", "share", 0.04, 0.64)


def readings(values: Mapping[str, np.ndarray], factors: Sequence[Varied] = (), points: np.ndarray | None = None,
             method: str = "list", luck: str = "own", **about: object) -> Readings:
    """values: outcome to float64 (points, replications, regimes). Regimes are called a, b, c, ..."""
    first = np.asarray(next(iter(values.values())), float)
    count, replications, regimes = first.shape
    points = np.zeros((count, 0)) if points is None else np.asarray(points, float)
    seeds = np.arange(replications) + (0 if luck == "shared" else 1_000 * np.arange(count)[:, None])
    return Readings("made up", method, tuple("abcdefg"[:regimes]), tuple(factors), points, np.zeros_like(points),
                    np.broadcast_to(seeds, (count, replications)).astype(np.int64),
                    {name: np.asarray(each, float) for name, each in values.items()}, about=about)


def one_world(differences: Sequence[float] | np.ndarray, outcome: str = "need", first: float = 0.0) -> Readings:
    """One world, two regimes: the first always `first`, the second that and the difference."""
    apart = np.asarray(differences, float)
    return readings({outcome: np.stack([np.full(len(apart), first), first + apart], axis=1)[None]})
