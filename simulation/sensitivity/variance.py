"""Shares of variance (Sobol' 1993): how much of the variation of a result between worlds is owed to which factors.

A few factors are looked at one by one, all the others together as one group, chance as another, so that the shares are
of the whole variation between believable worlds. `first` is the share that would go if a factor alone were known,
`total` the share that would stay if all others were known: what they have beyond each other is joint. Sampling
(Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018) and analysis are SALib's.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulation.sensitivity.library import salib
from simulation.sensitivity.points import SensitivityError

REST = "all other parameters"
"""The group of the factors that are not looked at one by one."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of one factor or group: first-order and total share of the variance, each with half of its 95 % interval.

    Estimates can lie a little below 0 or above 1. All are NaN where the result does not vary or too few runs worked.
    """

    factor: str
    first: float
    first_half: float
    total: float
    total_half: float


def groups(names: Sequence[str], singled: Sequence[str]) -> list[str]:
    """The group of every factor: itself where it is singled out, else `REST`."""
    return [name if name in singled else REST for name in names]


def design(names: Sequence[str], grouped: Sequence[str], worlds: int, seed: int) -> np.ndarray:
    """The points to run, (worlds / 2 * (groups + 2), factors), each value in 0..1, in blocks of groups + 2.

    Args: worlds: how many of them are to be independent; a power of two, or the sequence loses its balance.
    Raises SensitivityError for another number.
    """
    check_worlds(worlds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # SALib's way of seeding SciPy
        sample = salib("sample.sobol").sample(_problem(names, grouped), worlds // 2, calc_second_order=False, seed=seed)
    return np.clip(np.round(sample, 12), 0.0, 1.0)


def check_worlds(worlds: int) -> None:
    """Raises SensitivityError for a number of independent worlds that is no power of two of 16 or more."""
    if worlds < 16 or worlds & (worlds - 1):
        raise SensitivityError(f"{worlds} worlds are no power of two of 16 or more; give 64, 128 or 256, or 0")


def independent(points: int, grouped: Sequence[str]) -> np.ndarray:
    """Which of the points are worlds of their own, drawn with all factors at once: first and last of every block."""
    block = len(set(grouped)) + 2
    first = np.arange(0, points, block)
    return np.sort(np.concatenate([first, first + block - 1]))


def shares(names: Sequence[str], grouped: Sequence[str], results: np.ndarray, seed: int) -> tuple[list[Share], int]:
    """The share of every group, in the order of its first factor; and how many blocks counted.

    Args: results: one a point of `design`; a block with a failed run (NaN) is left out. seed: of the bootstrap.
    """
    order = list(dict.fromkeys(grouped))
    blocks = results.reshape(-1, len(order) + 2)
    used = blocks[np.isfinite(blocks).all(axis=1)]
    if len(used) < 4 or np.ptp(used) == 0:
        return [Share(name, math.nan, math.nan, math.nan, math.nan) for name in order], len(used)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a factor that changes nothing, which its share says as well
        found = salib("analyze.sobol").analyze(_problem(names, grouped), used.reshape(-1), calc_second_order=False,
                                               seed=seed + 1)  # to SALib a seed of 0 is no seed
    return [Share(name, *(float(found[key][i]) for key in ("S1", "S1_conf", "ST", "ST_conf")))
            for i, name in enumerate(order)], len(used)


def _problem(names: Sequence[str], grouped: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "groups": list(grouped), "bounds": [[0.0, 1.0]] * len(names)}
