"""The paired differences of a sweep: at each world, and over all of them with pairs clustered by world."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation import statistics
from simulation.outcomes import BY_NAME, Outcome
from simulation.statistics import Paired

if TYPE_CHECKING:
    from simulation.experiments.readings import Readings

DRAWN = ("latin hypercube", "sobol", "morris")
"""Methods whose worlds are drawn: others could have been, which an interval over worlds takes into account."""
RESAMPLES = 9_999
LIMIT = 2e8
"""Numbers that one bootstrap may draw; above it the resamples are fewer, and below `LEAST_RESAMPLES` there is none."""
LEAST_RESAMPLES = 999
BY_CHANCE = 0.1
"""Part of the worlds that may show skew by chance: of 20 normal differences 4 in 100 do."""
LEAST_FOR_MODES = 10
"""Pairs below which a value apart from the rest is no sign of a rare mode."""
LEAST_ROWS = 3
"""Values below which a bootstrap says nothing at all."""
_BATCH = 2_000_000
_NORMAL = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """A share of pairs with its 95 % interval, all 0..1; NaN where there is none."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Whole:
    """One outcome under two regimes over the whole design, every world counting the same however many pairs it has.

    Attributes:
        first, second: mean of each regime. difference: second minus first, in the outcome's unit.
        low, high: 95 % interval. Where worlds were drawn it is of the mean over all worlds that could have been: a t
            interval of the means of worlds, or of blocks of worlds that were drawn together. Where they were chosen, or
            there is one, it is of these very worlds: see `here_low`.
        here_low, here_high: 95 % interval of the mean over these very worlds, with luck alone left to chance. NaN where
            a world has one pair only.
        over_worlds: whether `low` and `high` are about worlds that could have been drawn.
        effect: mean difference in standard deviations of single pairs.
        better: share of pairs in which the second regime is better, ties counting half (probability of superiority,
            Vargha & Delaney 2000, doi:10.3102/10769986025002101, of pairs); NaN where better is a matter of view.
        same_sign: share of pairs whose difference has the sign of the mean.
        variance_reduction: what pairing achieved within worlds; see `statistics.variance_reduction`.
        skewness: of `units`. pairs, worlds: that have values.
        units: what the interval was made of: float64, differences of pairs for one world, else means of worlds, or of
            blocks of worlds drawn together.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    here_low: float
    here_high: float
    over_worlds: bool
    effect: float
    better: Share
    same_sign: Share
    variance_reduction: float
    skewness: float
    pairs: int
    worlds: int
    units: np.ndarray

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of zero; False without an interval."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, eq=False)
class Contrast:
    """One outcome under one regime against the first.

    Attributes:
        differences: float64 (points, replications), NaN where a pair is not complete.
        at: a `Paired` a point. whole: over the design.
    """

    outcome: Outcome
    regime: str
    first: str
    differences: np.ndarray
    at: tuple[Paired, ...]
    whole: Whole

    @property
    def says(self) -> str:
        """`Unmet need, B minus A`."""
        return f"{self.outcome.label}, {self.regime} minus {self.first}"


def contrasts(readings: Readings, outcomes: Sequence[str] | None = None,
              regime: str | None = None) -> list[Contrast]:
    """Every outcome under every regime against the first: outcomes slowest.

    Args:
        outcomes: default all that were read. regime: default all but the first.

    Raises:
        ValueError: fewer than two regimes. KeyError: an outcome that was not read.
    """
    if len(readings.regimes) < 2:
        raise ValueError(f"the design {readings.design} has one regime, so there is nothing to compare")
    regimes = list(readings.contrasts()) if regime is None else [regime]
    label, drawn, shared = blocks(readings), readings.method in DRAWN, shared_luck(readings)
    found = []
    for name in readings.outcomes if outcomes is None else outcomes:
        outcome = BY_NAME[name]
        first = readings.values[name][:, :, 0]
        for other in regimes:
            second = readings.under(other, name)
            apart = statistics.differences(first, second)
            at = tuple(statistics.paired(a, b, outcome.better) for a, b in zip(first, second, strict=True))
            whole = _whole(outcome, first, second, apart, at, label, drawn, shared)
            found.append(Contrast(outcome, other, readings.regimes[0], apart, at, whole))
    return found


def blocks(readings: Readings) -> np.ndarray:
    """int (points,): which worlds were drawn together. Sobol points come in blocks of factors + 2 that share values,
    Morris points in walks of factors + 1; of the others each is its own."""
    size = {"sobol": len(readings.factors) + 2, "morris": len(readings.factors) + 1}.get(readings.method, 1)
    return np.arange(len(readings.points)) // size


def shared_luck(readings: Readings) -> bool:
    """Whether every world met the same seeds."""
    return len(readings.seeds) > 1 and bool(np.all(readings.seeds == readings.seeds[0]))


def known(values: np.ndarray) -> np.ndarray:
    """What is not NaN, flat."""
    return values[~np.isnan(values)]


def often_skewed(found: Contrast) -> int:
    """Worlds with fewer than a hundred pairs whose differences are skewed; 0 where no more are than chance gives."""
    count = sum(at.pairs < statistics.MANY_PAIRS and abs(at.skewness) > statistics.SKEWED for at in found.at)
    return count if count > BY_CHANCE * len(found.at) else 0


def bootstrap(rows: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """95 % bias-corrected and accelerated bootstrap intervals of means (Efron 1987, doi:10.2307/2289144).

    Args:
        rows: float64 (series, values), NaN where a value is missing. All series of equal count share their resamples.
        seed: of the resamples.

    Returns:
        Two float64 (series,): NaN with fewer than three values, or where drawing would take too long; a point where the
        values do not vary.
    """
    from scipy import stats

    rows = np.atleast_2d(np.asarray(rows, float))
    low, high = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    there = ~np.isnan(rows)
    counts = there.sum(axis=1)
    resamples = int(min(RESAMPLES, LIMIT // max(1, counts.sum())))
    for count in np.unique(counts[counts >= LEAST_ROWS]):
        where = np.flatnonzero(counts == count)
        values = rows[where][there[where]].reshape(len(where), count)
        varies = np.ptp(values, axis=1) > 0
        low[where[~varies]] = high[where[~varies]] = values[~varies, 0]
        if varies.any() and resamples >= LEAST_RESAMPLES:
            found = stats.bootstrap(
                (values[varies],), np.mean, axis=-1, vectorized=True, n_resamples=resamples, method="BCa",
                confidence_level=statistics.CONFIDENCE, batch=max(1, _BATCH // int(varies.sum() * count)),
                random_state=np.random.default_rng(seed)).confidence_interval
            low[where[varies]], high[where[varies]] = found.low, found.high
    return low, high


def _whole(outcome: Outcome, first: np.ndarray, second: np.ndarray, apart: np.ndarray, at: Sequence[Paired],
           label: np.ndarray, drawn: bool, shared: bool) -> Whole:
    counts = np.array([found.pairs for found in at])
    used = counts > 0
    means = np.array([found.difference for found in at])
    alone = len(at) == 1
    units = known(apart[0]) if alone else _by_block(means, label)
    difference = _mean(means)
    here = statistics.interval(units) if alone else _here(apart, at, used, shared)
    between = here if alone else _centred(statistics.interval(units), difference, units)
    over = drawn and not alone or math.isnan(here[0])
    low, high = between if over else here
    every = known(apart)
    sd = float(every.std(ddof=1)) if len(every) > 1 and np.ptp(every) > 0 else 0.0
    sign = {"higher": 1.0, "lower": -1.0}.get(outcome.better, math.nan)
    scores = 0.5 + 0.5 * np.sign(apart) * sign
    same = np.where(np.isnan(apart), np.nan, np.sign(apart) == np.sign(difference))
    return Whole(
        first=_mean(np.array([found.first for found in at])), second=_mean(np.array([found.second for found in at])),
        difference=difference, low=low, high=high, here_low=here[0], here_high=here[1],
        over_worlds=over and not alone, effect=difference / sd if sd > 0 else math.nan,
        better=_share(scores, label), same_sign=_share(same, label), variance_reduction=_reduction(first, apart),
        skewness=statistics.skewness(units), pairs=int(counts.sum()), worlds=int(used.sum()), units=units)


def _mean(values: np.ndarray) -> float:
    there = known(values)
    if not there.size:
        return math.nan
    return float(there[0] if np.all(there == there[0]) else there.mean())


def _by_block(means: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Mean of the worlds of each block that has any."""
    there = ~np.isnan(means)
    count = np.bincount(label[there], minlength=label[-1] + 1)
    total = np.bincount(label[there], weights=means[there], minlength=label[-1] + 1)
    return total[count > 0] / count[count > 0]


def _centred(ends: tuple[float, float], middle: float, units: np.ndarray) -> tuple[float, float]:
    """An interval about the mean over worlds, which is that over blocks unless a world of a block is missing."""
    shift = middle - _mean(units)
    return ends[0] + shift, ends[1] + shift


def _here(apart: np.ndarray, at: Sequence[Paired], used: np.ndarray, shared: bool) -> tuple[float, float]:
    """95 % interval of the mean over these very worlds.

    Worlds of their own luck: the variances of their means added, and the degrees of freedom of Satterthwaite (1946,
    doi:10.2307/3002019). Worlds that share their luck: a t interval of what each replication has on average.
    """
    if not used.any():
        return math.nan, math.nan
    if shared:
        rows = apart[used].mean(axis=0)
        return statistics.interval(known(rows))
    counts = np.array([found.pairs for found in at])[used]
    if counts.min() < 2:
        return math.nan, math.nan
    parts = np.nanvar(apart[used], axis=1, ddof=1) / counts
    middle = _mean(np.array([found.difference for found in at])[used])
    if not parts.sum() > 0:
        return middle, middle
    degrees = float(parts.sum() ** 2 / (parts**2 / (counts - 1)).sum())
    half = statistics.critical_t(degrees) * math.sqrt(parts.sum()) / used.sum()
    return middle - half, middle + half


def _share(scores: np.ndarray, label: np.ndarray) -> Share:
    """Mean of scores 0..1 over worlds with Wilson's interval (1927, doi:10.1080/01621459.1927.10502953), for as
    many pairs as would spread like this if they were independent (Korn & Graubard 1998, Survey Methodology 24)."""
    there = ~np.isnan(scores)
    pairs = int(there.sum())
    if not pairs:
        return Share(math.nan, math.nan, math.nan)
    used = there.any(axis=1)
    by_world = np.full(len(scores), np.nan)
    by_world[used] = np.nansum(scores[used], axis=1) / there[used].sum(axis=1)
    share, n = _mean(by_world), float(pairs)
    if len(scores) > 1:
        units = _by_block(by_world, label)
        spread = float(units.var(ddof=1)) / len(units) if len(units) > 1 else 0.0
        n = min(max(share * (1 - share) / spread, len(units)), pairs) if spread > 0 and 0 < share < 1 else len(units)
    square = _NORMAL**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = _NORMAL / (1 + square / n) * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return Share(share, min(max(0.0, centre - half), share), max(min(1.0, centre + half), share))


def _reduction(first: np.ndarray, apart: np.ndarray) -> float:
    """`statistics.variance_reduction` within worlds: variances are added up over worlds of two pairs or more."""
    first = np.where(np.isnan(apart), np.nan, first)
    several = (~np.isnan(apart)).sum(axis=1) > 1
    if not several.any():
        return math.nan
    before, difference = first[several], apart[several]
    separate = float(np.nanvar(before, axis=1, ddof=1).sum() + np.nanvar(before + difference, axis=1, ddof=1).sum())
    together = float(np.nanvar(difference, axis=1, ddof=1).sum())
    if together > 0:
        return separate / together
    return math.inf if separate > 0 else math.nan
