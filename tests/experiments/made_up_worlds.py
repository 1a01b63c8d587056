"""Worlds over drawn points whose outcomes a formula gives, so that what they hang on is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import qmc

from simulation.experiments.readings import Readings, Varied
from simulation.sensitivity import screening, variance

FACTORS = (
    Varied("need.growth", "How fast needs grow", "times", 0.5, 2.0),
    Varied("population.complexity_mean", "Complexity of lives", "share", 0.1, 0.9),
    Varied("care.strength", "Strength of care", "per week", 0.1, 0.5),
    Varied("access.seek", "Seeking", "number", 0.0, 1.0),
)
PEOPLE = Varied("world.people", "People", "people", 5_000.0, 20_000.0, (5_000.0, 10_000.0, 20_000.0))
SWITCH = Varied("switches.learning", "Learning", "on or off", 0.0, 1.0, (0.0, 1.0))
Formula = Callable[[np.ndarray], np.ndarray]
"""From places, float64 (points, factors) in 0..1, to the difference."""


def worlds(method: str, points: int, formula: Formula, factors: Sequence[Varied] = FACTORS, *, replications: int = 1,
           noise: float = 0.0, seed: int = 1, luck: str = "own", outcome: str = "need") -> Readings:
    """Two regimes, `a` and `b`; b minus a is the formula plus normal noise of this standard deviation a replication."""
    names = [factor.name for factor in factors]
    places = {"morris": lambda: screening.design(names, points, seed),
              "sobol": lambda: variance.design(names, names, 2 * points, seed),
              "latin hypercube": lambda: qmc.LatinHypercube(len(names), seed=seed).random(points)}[method]()
    chance = np.random.default_rng(seed + 100)
    count = len(places)
    first = chance.normal(size=(count, replications))
    apart = formula(places)[:, None] + noise * chance.normal(size=(count, replications))
    seeds = np.arange(replications) + (0 if luck == "shared" else 1_000 * np.arange(count)[:, None])
    return Readings("made up", method, ("a", "b"), tuple(factors), values(factors, places), places,
                    np.broadcast_to(seeds, (count, replications)).astype(np.int64),
                    {outcome: np.stack([first, first + apart], axis=2)}, seed=seed)


def values(factors: Sequence[Varied], places: np.ndarray) -> np.ndarray:
    """In the factors' units: even over a range, every level equally often."""
    columns = []
    for factor, place in zip(factors, places.T, strict=True):
        levels = np.array(factor.levels)
        columns.append(levels[np.minimum((place * len(levels) + 1e-9).astype(int), len(levels) - 1)] if factor.levels
                       else factor.low + (factor.high - factor.low) * place)
    return np.stack(columns, axis=1)


def ishigami(places: np.ndarray) -> np.ndarray:
    """Ishigami & Homma (1990) with a = 7, b = 0.1, of the first three factors."""
    x = np.pi * (2 * places[:, :3] - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
