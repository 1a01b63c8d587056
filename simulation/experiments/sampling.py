"""The points of a design: which value each factor has where. The same design and seed give the same points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from simulation.experiments.varying import Factor


@dataclass(frozen=True, eq=False)
class Sample:
    """Points, in the order in which they are numbered.

    Attributes:
        places: float64 (points, factors), 0..1, as they were drawn.
        values: float64 (points, factors), in the unit of each factor.
    """

    factors: tuple[Factor, ...]
    places: np.ndarray
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def changes(self, point: int) -> dict[str, float | bool]:
        """What a point sets, path to value in declared units, as `varying.world_at` takes it."""
        found: dict[str, float | bool] = {}
        for factor, value in zip(self.factors, self.values[point], strict=True):
            found |= factor.changes(float(value))
        return found

    def written(self, point: int) -> list[str]:
        """The same as `--set` takes it: `path=value`, a text each."""
        return [f"{path}={text}" for factor, value in zip(self.factors, self.values[point], strict=True)
                for path, text in factor.written(float(value)).items()]


def size(method: str, factors: Sequence[Factor], points: int) -> int:
    """How many points a method makes of a number of points, base samples or trajectories; not for a list."""
    if method == "grid":
        return prod(len(factor.levels) for factor in factors)
    return {"latin hypercube": points, "sobol": points * (len(factors) + 2),
            "morris": points * (len(factors) + 1)}[method]


def sample(method: str, factors: Sequence[Factor], points: int, seed: int) -> Sample:
    """Points by a method that draws or crosses them.

    Purpose: a grid is the full product, the first factor slowest. A Latin hypercube (McKay, Beckman & Conover 1979,
    doi:10.1080/00401706.1979.10489755) has one point in each of so many parts of every factor. Sobol points follow the
    scheme of Saltelli et al. (2010, doi:10.1016/j.cpc.2009.09.018) in blocks of factors + 2, without those for
    second-order shares. Morris points are walks of factors + 1 points on four levels (Morris 1991,
    doi:10.1080/00401706.1991.10484804).

    Args: points: of a Latin hypercube; base samples of Sobol, a power of two; trajectories of Morris; none of a grid.

    Raises SensitivityError where SALib is needed and missing.
    """
    factors = tuple(factors)
    if method == "grid":
        grids = np.meshgrid(*(np.array(factor.levels) for factor in factors), indexing="ij")
        return placed(factors, np.stack([grid.reshape(-1) for grid in grids], axis=1))
    names = [factor.name for factor in factors]
    if method == "latin hypercube":
        from scipy.stats import qmc

        places = qmc.LatinHypercube(len(factors), seed=np.random.default_rng(seed)).random(points)
    elif method == "sobol":
        from simulation.sensitivity import variance

        places = variance.design(names, names, 2 * points, seed)
    else:
        from simulation.sensitivity import screening

        places = screening.design(names, points, seed)
    places = np.clip(np.round(places, 12), 0.0, 1.0)
    values = np.stack([factor.values(places[:, i]) for i, factor in enumerate(factors)], axis=1)
    return Sample(factors, places, values)


def placed(factors: Sequence[Factor], values: np.ndarray) -> Sample:
    """Points whose values are given; `values`: float64 (points, factors)."""
    places = np.empty_like(values)
    for i, factor in enumerate(factors):
        places[:, i] = factor.places(values[:, i])
    return Sample(tuple(factors), places, values)
