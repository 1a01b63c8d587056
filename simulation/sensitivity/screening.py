"""Screening by elementary effects (Morris 1991): which of many factors move a result, and which only with others.

A trajectory is a walk through all factors, one step each in an order drawn by lot, from a point drawn by lot on a grid.
What a step changes, divided by its length, is one elementary effect: the change over the whole range if it went on
like that. Over the trajectories, `mu` is their mean, `mu_star` the mean of their sizes (Campolongo, Cariboni & Saltelli
2007, doi:10.1016/j.envsoft.2006.10.004) and `sigma` their standard deviation: large where the effect depends on
everything else. Sampling and analysis are SALib's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulation.sensitivity.library import salib

_KEYS = ("mu", "mu_star", "mu_star_conf", "sigma")
"""What SALib calls the numbers of an `Effect`, in their order."""
LEVELS = 4
"""Points of the grid on every factor: 0, 1/3, 2/3 and 1; a step is 2/3."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one factor does to one result, over its whole range; in the unit of the result.

    Attributes:
        half: half of the 95 % interval of `mu_star` (bootstrap over trajectories).
        trajectories: how many counted; fewer than were walked where runs failed. With none all others are NaN.
    """

    factor: str
    mu: float
    mu_star: float
    half: float
    sigma: float
    trajectories: int


def design(names: Sequence[str], trajectories: int, seed: int) -> np.ndarray:
    """The points to run, (trajectories * (factors + 1), factors), each value in 0..1; trajectory after trajectory.

    The same seed with more trajectories begins with the same ones.
    """
    sample = salib("sample.morris").sample(_problem(names), trajectories, num_levels=LEVELS, seed=seed)
    return np.clip(np.round(sample, 12), 0.0, 1.0)


def effects(names: Sequence[str], points: np.ndarray, results: np.ndarray, seed: int) -> list[Effect]:
    """The effect of every factor on one result, in the order of the names.

    Args:
        points: as `design` gives them. results: one a point; NaN where a run failed. The two effects that such a run
            would have given in its trajectory are left out, nothing else.
        seed: of the bootstrap.
    """
    walks = len(points) // (len(names) + 1)
    walked = results.reshape(walks, len(names) + 1)
    stepped = np.argmax(np.diff(points.reshape(walks, len(names) + 1, -1), axis=1) != 0, axis=2)  # (walks, steps)
    known = np.zeros((walks, len(names)), bool)
    np.put_along_axis(known, stepped, np.isfinite(walked[:, 1:]) & np.isfinite(walked[:, :-1]), axis=1)
    found: list[Effect | None] = [None] * len(names)
    for pattern in np.unique(known.T, axis=0):  # factors with the same trajectories are analysed at once
        use = np.flatnonzero(pattern)
        analysed = _analysed(names, points, walked, use, seed) if len(use) >= 2 else None
        for j in np.flatnonzero((known.T == pattern).all(axis=1)):
            numbers = [math.nan] * 4 if analysed is None else [float(analysed[key][j]) for key in _KEYS]
            found[j] = Effect(names[j], *numbers, len(use))
    return found  # type: ignore[return-value]


def _analysed(names: Sequence[str], points: np.ndarray, walked: np.ndarray, use: np.ndarray, seed: int) -> Any:
    rows = points.reshape(len(walked), len(names) + 1, -1)[use].reshape(-1, len(names))
    # A NaN would spread over its whole trajectory; what a zero in its place spoils is not taken from this analysis.
    results = np.nan_to_num(walked[use], nan=0.0).reshape(-1)
    return salib("analyze.morris").analyze(_problem(names), rows, results, num_levels=LEVELS, seed=seed)


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
