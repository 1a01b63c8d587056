"""Boxes of worlds in which cases are frequent, by the patient rule induction method (PRIM, Friedman & Fisher 1999).

PRIM peels a few worlds at a time off the end of one factor's range where that leaves the most cases, and pastes back
what that took too much. The algorithm and its quasi-p values (Bryant & Lempert 2010,
doi:10.1016/j.techfore.2009.08.002) are those of `ema_workbench` (Kwakkel 2017, doi:10.1016/j.envsoft.2017.06.054),
which scenario discovery is usually done with, so that results can be compared with published ones. It brings
scikit-learn, statsmodels and seaborn with it, some 150 megabytes, and takes seconds to import: it is an optional
library, `research`, loaded when a box is looked for. Not taken from it are its resampling, which draws from
NumPy's global generator and repeats a box only in name, and its columns of whole numbers and categories, whose pasting
fails with NumPy 2: all factors go in as numbers, and a limit between two levels lies half way between them.

PRIM is made for somebody who chooses a box from a trajectory by eye. Here the choice is a rule, so that it can be
repeated on other worlds: the box with the largest harmonic mean of coverage and density, without the restrictions that
chance could have brought.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.sensitivity.points import SensitivityError

if TYPE_CHECKING:
    import pandas as pd

    from simulation.experiments.readings import Varied

EXTRA = "research"
PEEL = 0.1
"""Part of a box's worlds that one step takes away or adds. With a tenth, a made-up box of three of eight factors was
found without a wrong one in 10 of 12 samples of 160 worlds and in 11 of 12 of 400; with the library's twentieth in 5
and 11: among few worlds small steps follow luck. It was chosen on these samples, so they are no proof of it."""
SMALLEST, FEWEST = 0.05, 5
"""Part of all worlds, and number of worlds, that a box has at least."""
CHANCE = 0.05
"""Quasi-p above which a side of a restriction is dropped."""
PARTS, ROUNDS = 5, 4
"""The worlds are parted into so many parts, so many times; each part is held against a box made from the others. Halves
would ask more of a box than was asked of the one that is shown, which is made from twice as many worlds."""
HOLDS = 0.8
"""Part of those times that cases must be more frequent in the box than in general, for it to count as found again.
It was 0.9 until a box of a real sweep reached 17 of 20 times; a judgement, then. In two rounds, of 30 samples of 100
worlds whose cases were drawn by lot, none reached it."""
_ANY_CASE = 1e-9
"""ema_workbench's threshold both says what a case is (at least this) and how dense a box must be."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The part of one factor's values that a box allows.

    Attributes:
        low, high: in the factor's unit; the end of its range where that side is free.
        quasi_low, quasi_high: of each side: how likely so many cases would be in the box if the restriction did
            nothing; NaN where the side is free.
    """

    factor: Varied
    low: float
    high: float
    quasi_low: float
    quasi_high: float

    @property
    def levels(self) -> tuple[float, ...]:
        """The allowed levels of a factor of few values."""
        return tuple(level for level in self.factor.levels if self.low <= level <= self.high)

    @property
    def quasi_p(self) -> float:
        """The smaller of the two."""
        return float(np.nanmin([self.quasi_low, self.quasi_high]))

    def allows(self, values: np.ndarray) -> np.ndarray:
        """Which values lie within."""
        return (values >= self.low) & (values <= self.high)


@dataclass(frozen=True, slots=True)
class Step:
    """One box of the trajectory. coverage: part of all cases that lie in it. density: part of its worlds that are
    cases. mass: part of all worlds that lie in it. restricted: factors."""

    coverage: float
    density: float
    mass: float
    restricted: int


@dataclass(frozen=True, eq=False)
class CaseBox:
    """A box that was chosen.

    Attributes:
        limits: of the restricted factors, those that chance could bring least first; empty where no box is better than
            all worlds.
        inside: bool (worlds,).
        worlds, cases: how many of each it holds.
        trajectory: the boxes it was chosen from, from all worlds inwards.
    """

    limits: tuple[Limit, ...]
    inside: np.ndarray
    worlds: int
    cases: int
    coverage: float
    density: float
    mass: float
    trajectory: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """What boxes are worth in worlds that they were not made from.

    Attributes:
        times: boxes that were made, each from all parts of the worlds but one.
        ahead: of them, those in whose remaining part cases are more frequent inside the box than in general.
        coverage, density: in the remaining parts, all taken together; density NaN where no world lies in any box.
        uses: factor to the boxes that restrict it.
    """

    times: int
    ahead: int
    coverage: float
    density: float
    uses: dict[str, int]

    @property
    def holds(self) -> bool:
        return self.times > 0 and self.ahead >= HOLDS * self.times


def find(factors: Sequence[Varied], points: np.ndarray, cases: np.ndarray) -> CaseBox:
    """One box.

    Args:
        points: float64 (worlds, factors), finite, in the factors' units. cases: bool (worlds,), some and not all True.

    Raises SensitivityError where ema_workbench is not installed.
    """
    prim = library()
    import pandas as pd

    table = pd.DataFrame({f"x{i}": points[:, i].astype(float) for i in range(len(factors)) if np.ptp(points[:, i]) > 0})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what newer versions of pandas will do otherwise
        while True:
            limits, steps = _peeled(prim, factors, table, cases)
            kept = [name for name in table if any(limit.factor is factors[int(name[1:])] for limit in limits)]
            if len(kept) in (0, table.shape[1]):
                break
            table = table[kept]  # again with these alone: what was dropped took worlds away that they now place better
    limits.sort(key=lambda limit: limit.quasi_p)
    return _box(factors, points, cases, limits, steps)


def _peeled(prim: Any, factors: Sequence[Varied], table: pd.DataFrame,
            cases: np.ndarray) -> tuple[list[Limit], tuple[Step, ...]]:
    """The chosen box's limits and the trajectory it was chosen from. table: a column `x<i>` for the i-th factor."""
    made = prim.Prim(table, cases.astype(bool), threshold=_ANY_CASE, peel_alpha=PEEL, paste_alpha=PEEL,
                     mass_min=max(SMALLEST, FEWEST / len(cases))).find_box()
    steps = tuple(Step(float(row.coverage), float(row.density), float(row.mass), int(row.res_dim))
                  for row in made.peeling_trajectory.itertuples())
    at = _chosen(steps)
    free = made.box_lims[0]
    while at > 0 and (side := _by_chance(made.qp[at])):
        ends = made.box_lims[at].copy()
        ends.loc[side] = free.loc[side]
        made.update(ends, np.flatnonzero(((table >= ends.loc[0]) & (table <= ends.loc[1])).all(axis=1)))
        at = len(made.box_lims) - 1
    ends, quasi = made.box_lims[at], made.qp[at]
    limits = [_limit(factors[int(name[1:])], free[name].tolist(), ends[name].tolist(), quasi[name])
              for name in quasi]
    return limits, steps


def _box(factors: Sequence[Varied], points: np.ndarray, cases: np.ndarray, limits: Sequence[Limit],
         steps: tuple[Step, ...]) -> CaseBox:
    inside = within(factors, points, limits)
    worlds, held = int(inside.sum()), int(cases[inside].sum())
    return CaseBox(tuple(limits), inside, worlds, held, held / int(cases.sum()), held / worlds if worlds else math.nan,
                   worlds / len(cases), steps)


def within(factors: Sequence[Varied], points: np.ndarray, limits: Sequence[Limit]) -> np.ndarray:
    """Which worlds lie within all limits."""
    at = {factor.name: i for i, factor in enumerate(factors)}
    inside = np.ones(len(points), bool)
    for limit in limits:
        inside &= limit.allows(points[:, at[limit.factor.name]])
    return inside


def found_again(factors: Sequence[Varied], points: np.ndarray, cases: np.ndarray, seed: int,
                rounds: int) -> FoundAgain:
    """Make boxes from four fifths of the worlds and hold each against the last fifth.

    Args: seed: of the parts, which have equally many cases. rounds: each makes five boxes. Others as `find`; at least
        two cases a part, or a part may have none.
    """
    chance = np.random.default_rng(seed)
    inside_worlds, inside_cases, ahead = 0, 0, 0
    uses = {factor.name: 0 for factor in factors}
    for _ in range(rounds):
        part = np.empty(len(cases), int)
        for kind in (np.flatnonzero(cases), np.flatnonzero(~cases)):
            part[chance.permutation(kind)] = np.arange(len(kind)) % PARTS
        for held_out in range(PARTS):
            made, other = part != held_out, part == held_out
            box = find(factors, points[made], cases[made])
            inside = within(factors, points[other], box.limits)
            held = int(cases[other][inside].sum())
            inside_worlds, inside_cases = inside_worlds + int(inside.sum()), inside_cases + held
            ahead += bool(box.limits) and held > int(inside.sum()) * cases[other].mean()
            for limit in box.limits:
                uses[limit.factor.name] += 1
    return FoundAgain(rounds * PARTS, int(ahead), inside_cases / (rounds * int(cases.sum())),
                      inside_cases / inside_worlds if inside_worlds else math.nan, uses)


def library() -> Any:
    """PRIM of ema_workbench. Raises SensitivityError where that is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of optional parts of it that are not installed
            return import_module("ema_workbench.analysis.prim")
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "ema_workbench":
            raise
        raise SensitivityError("scenario discovery needs the package ema_workbench, which is not installed; install it "
                               f"with: python -m pip install 'care-regimes[{EXTRA}]'") from None


def _chosen(steps: Sequence[Step]) -> int:
    """The box with the largest harmonic mean of coverage and density; 0, all worlds, where none is denser than all."""
    denser = [i for i, step in enumerate(steps) if i and step.density > steps[0].density]
    if not denser:
        return 0
    return max(denser, key=lambda i: (2 * steps[i].coverage * steps[i].density
                                      / (steps[i].coverage + steps[i].density), -steps[i].restricted, -i))


def _by_chance(quasi: dict[str, list[float]]) -> tuple[int, str] | None:
    """The restricted side that chance is likeliest to have brought: 0 for lower or 1 for upper, and of which column;
    None where all are needed."""
    sides = {(side, name): found for name, both in quasi.items() for side, found in enumerate(both)}
    worst = max(sides, key=lambda side: sides[side], default=None)
    return worst if worst is not None and sides[worst] > CHANCE else None


def _limit(factor: Varied, free: Sequence[float], ends: Sequence[float], quasi: Sequence[float]) -> Limit:
    """A side that no world of the sample lies beyond is free: the factor's own end."""
    low = factor.low if ends[0] <= free[0] else float(ends[0])
    high = factor.high if ends[1] >= free[1] else float(ends[1])
    sides = [math.nan if side < 0 else float(side) for side in quasi]
    return Limit(factor, low, high, *sides)
