"""What the difference hangs on, whatever the shape: the moment-independent measure delta (Borgonovo 2007).

Delta is half the mean area between the density of the response and its density where one factor is known: 0 where the
factor does nothing, 1 where it decides everything. It sees effects that change the spread and not the mean, and needs
no sample of its own. doi:10.1016/j.ress.2006.04.015; from given points, by classes of equal size: Plischke, Borgonovo &
Smith (2013), doi:10.1016/j.ejor.2012.11.047.

One estimate is SALib's (`calc_delta`). Its bias is reduced, and its interval found, by the bootstrap of the same paper.
That is done here and not by SALib's `analyze`: version 1.6 takes the point estimate from one resample in place of the
sample, so that it jumps from seed to seed by more than its interval says (at 100 points of the Ishigami function with a
standard deviation of 0.04 to 0.09), measures the balanced and the stepwise kind as well, and seeds NumPy's global
generator. An estimate from few worlds is too low for a factor whose effect goes up and down several times within its
range, because a class then holds both, and too high where the response falls into clusters far apart, because one
smooth density is laid over all of them. Nothing in it can tell a weak effect from none, so each factor is held against
the same values drawn by lot.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation import wording
from simulation.analysis import sensitivitypictures as drawn
from simulation.analysis.responses import Response, enough, independent, luck_note, response
from simulation.analysis.section import Picture, Section
from simulation.sensitivity.library import salib

if TYPE_CHECKING:
    import pandas as pd

    from simulation.experiments.readings import Readings, Varied

METHOD = "delta"
METHODS = ("latin hypercube", "sobol", "list")
MOST = 1_000
"""Worlds used, at most: time grows with their number."""
RESAMPLES = 30
"""For the bias and the interval."""
LOTS = 39
"""Draws by lot that a factor is held against; one that does nothing is above all of them once in forty times."""
GRID = 100
"""Values of the response at which densities are compared, as SALib's `analyze` takes them."""
NAMED = 3


@dataclass(frozen=True, slots=True)
class Delta:
    """Of one factor.

    Attributes:
        delta: 0..1, with bias reduced, which can take it a little below 0. half: half of its 95 % interval.
        plain: the estimate before that. by_lot: the largest such estimate of the same values drawn by lot.
    """

    factor: str
    delta: float
    half: float
    plain: float
    by_lot: float

    @property
    def beyond_lot(self) -> bool:
        """Whether it is larger than all that the lot gave."""
        return self.plain > self.by_lot


def sections(readings: Readings, outcomes: Sequence[str] | None = None, regime: str | None = None, *,
             own: bool = False) -> list[Section]:
    """A section an outcome; see `section`."""
    return [section(readings, outcome, regime, own=own)
            for outcome in (readings.outcomes if outcomes is None else outcomes)]


def section(readings: Readings, outcome: str, regime: str | None = None, *, own: bool = False) -> Section:
    """Which factors change the distribution of an outcome's difference over worlds.

    Args: regime: compared with the first, default the second. own: the regime's own outcome (default the first's).

    Raises SensitivityError: points on a pattern, too few of them, SALib is not installed, or there is nothing to
    explain.
    """
    found = response(readings, outcome, regime, own=own)
    at = enough(readings, found, METHOD, METHODS)[:MOST]
    measured = deltas(readings.factors, readings.points[at], found.values[at], readings.seed)
    ranked = sorted(measured, key=lambda d: -d.delta)
    name = found.files(METHOD)
    title = _title(found, ranked)
    says = f"{title} A bar a factor with its interval; grey where the same values drawn by lot did as much."

    pictures = (Picture(name, says, lambda: drawn.deltas(ranked)),) if any(d.plain > 0 for d in ranked) else ()
    return Section(name, title, (title, *_lines(found, ranked, at)),
                   {name: _table(found, ranked, {f.name: f for f in readings.factors}, len(at))}, pictures,
                   tuple(_notes(found, at, readings)))


def deltas(factors: Sequence[Varied], points: np.ndarray, values: np.ndarray, seed: int) -> list[Delta]:
    """Delta of every factor, in their order.

    Args:
        points: float64 (points, factors). values: float64 (points,), finite.
        seed: of the bootstrap and the lots; the same numbers give the same result.

    Raises SensitivityError where SALib is not installed.
    """
    calc = salib("analyze.delta").calc_delta
    if np.ptp(values) == 0:
        return [Delta(factor.name, 0.0, 0.0, 0.0, 0.0) for factor in factors]
    with _one_thread():
        return _measured(calc, factors, points, values, seed)


def _measured(calc: Any, factors: Sequence[Varied], points: np.ndarray, values: np.ndarray, seed: int) -> list[Delta]:
    lots: dict[bytes, float] = {}
    measured = []
    for i, factor in enumerate(factors):
        chance = np.random.default_rng([seed, i])
        column = points[:, i]
        if np.ptp(column) == 0:
            measured.append(Delta(factor.name, 0.0, 0.0, 0.0, 0.0))
            continue
        plain = _estimate(calc, values, column, factor)
        again = np.array([_estimate(calc, values[rows], column[rows], factor)
                          for rows in chance.integers(len(values), size=(RESAMPLES, len(values)))])
        key = _classes(column, factor).tobytes()
        if key not in lots:  # what the lot gives depends on the sizes of the classes and on nothing else
            lots[key] = max(_estimate(calc, values, chance.permutation(column), factor) for _ in range(LOTS))
        measured.append(Delta(factor.name, 2 * plain - float(again.mean()), 1.96 * float(again.std(ddof=1)), plain,
                              lots[key]))
    return measured


def _one_thread() -> AbstractContextManager[Any]:
    """Linear algebra on one processor, where threadpoolctl is there to ask for it.

    Each of thousands of densities solves a system of one row: to wake other threads for it takes ten times as long.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ModuleNotFoundError:
        return nullcontext()
    return threadpool_limits(limits=1)


def _estimate(calc: Any, values: np.ndarray, column: np.ndarray, factor: Varied) -> float:
    import warnings

    if np.ptp(values) == 0 or np.ptp(column) == 0:
        return 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of classes without variation, which the notes say
        return float(calc(values, np.linspace(values.min(), values.max(), GRID), column, _classes(column, factor)))


def _classes(column: np.ndarray, factor: Varied) -> np.ndarray:
    """Where classes end, in ranks: the levels of a factor of few values, else parts of equal size, as many as Plischke
    et al. (2013) advise."""
    n = len(column)
    if factor.levels:
        return np.concatenate([[0], np.cumsum(np.unique(column, return_counts=True)[1])]).astype(float)
    power = 2 / (7 + math.tanh((1500 - n) / 500))
    return np.linspace(0, n, min(math.ceil(n**power), 48) + 1)


def _title(found: Response, ranked: Sequence[Delta]) -> str:
    known = [d for d in ranked if d.beyond_lot]
    if not known:
        return f"{found.label}: no factor changes its distribution more than values drawn by lot."
    said = wording.listed([f"{d.factor} ({d.delta:.2f})" for d in known[:NAMED]])
    return f"{found.label}: its distribution over worlds changes most with {said}."


def _lines(found: Response, ranked: Sequence[Delta], at: np.ndarray) -> list[str]:
    values = found.values[at]
    low, high = np.percentile(values, [5, 95])
    lines = [f"Over {len(at):,} worlds: {found.said(float(values.mean()))} on average, {found.said(float(low))} to "
             f"{found.said(float(high))} in nine of ten."]
    lines += [f"{d.factor}: delta {wording.number(d.delta, 2)} ± {d.half:.2f}"
              + ("." if d.beyond_lot else ", no more than by lot.") for d in ranked]
    return lines


def _table(found: Response, ranked: Sequence[Delta], factors: dict[str, Varied], worlds: int) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([{
        **found.columns(), "factor": d.factor, "title": factors[d.factor].title, "delta": d.delta,
        "delta_low": d.delta - d.half, "delta_high": d.delta + d.half, "uncorrected": d.plain, "by_lot": d.by_lot,
        "beyond_lot": d.beyond_lot, "worlds": worlds} for d in ranked])


def _notes(found: Response, at: np.ndarray, readings: Readings) -> list[str]:
    notes = [luck_note(found, found.luck_share(at))]
    drawn = independent(readings)
    known = int(np.isfinite(found.values[drawn]).sum())
    if known > MOST:
        notes.append(f"The first {MOST:,} of {known:,} worlds were used, because the method is slow.")
    if known < len(drawn):
        left = len(drawn) - known
        notes.append(f"{left:,} world{'s' if left > 1 else ''} without a value {'were' if left > 1 else 'was'} left "
                     "out.")
    if flat := [f.name for i, f in enumerate(readings.factors) if _flat(f, readings.points[at, i], found.values[at])]:
        notes.append(f"Delta of {wording.listed(flat)} is too low: at one of its values nothing varies, which "
                     "densities cannot show.")
    return notes


def _flat(factor: Varied, column: np.ndarray, values: np.ndarray) -> bool:
    """Whether the response is the same in all worlds at one of a factor's levels."""
    return bool(factor.levels) and any(np.ptp(values[column == level]) == 0 for level in np.unique(column))
