"""Paired statistics on plain arrays: what a difference is, how sure it is, and what pairing bought.

Everything here is a pure function of two arrays of equal length, one value a pair; a pair with a NaN on either side is
left out and the number of pairs says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from simulation.outcomes import Better

CONFIDENCE = 0.95
MANY_PAIRS = 100
"""From here on a t interval of skewed differences covers nearly what it promises (90 % to 93 % in trials)."""
SKEWED = 1.0
"""Absolute sample skewness beyond which a t interval of few pairs is too narrow to be believed as it stands."""
ROUNDING = 1e-9
"""Part of the values below which a difference is the rounding of sums in another order, and counts as none."""
LITTLE_GAIN = 1.5
"""Below this, pairing the runs did little more than independent seeds would have done."""
FAR = 5.0
"""Standard deviations from the rest beyond which a pair lies apart."""
FEW = 0.25
"""Part of the pairs up to which those that lie apart are a rare mode; with more there are two common ones."""


@dataclass(frozen=True, slots=True)
class Paired:
    """One outcome under two regimes, pair by pair.

    Attributes:
        first, second: mean of each regime over the pairs that count.
        difference: mean of second minus first; its sign is that of the outcome, not "better" or "worse".
        low, high: 95 % paired t interval of the difference; NaN with fewer than two pairs.
        better_in: pairs in which the second regime is better; None where better is a matter of view.
        tied: pairs in which the two are equal, but for the rounding of sums.
        pairs: pairs that count.
        effect: mean difference in standard deviations of the differences; NaN where they do not vary.
        variance_reduction: var(first) + var(second) over var(difference): how many times more runs independent seeds
            would have needed. Infinite where the differences do not vary and the runs do; NaN where nothing varies.
        skewness: sample skewness of the differences; NaN with fewer than three pairs or no variation.
        notes: plain sentences about what the numbers cannot bear; empty when there is nothing to say.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    better_in: int | None
    tied: int
    pairs: int
    effect: float
    variance_reduction: float
    skewness: float
    notes: tuple[str, ...]

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of zero; False without an interval."""
        return self.low > 0 or self.high < 0


@cache
def critical_t(degrees: float, confidence: float = CONFIDENCE) -> float:
    """The two-sided critical value of Student's t."""
    from scipy.special import stdtrit  # a quarter of a second to import; scipy.stats takes three times as long

    return float(stdtrit(degrees, 0.5 + confidence / 2))


def skewness(values: np.ndarray) -> float:
    """Sample skewness with the small-sample correction; NaN with fewer than three values or no variation."""
    n = len(values)
    if n < 3 or np.all(values == values[0]):
        return float("nan")
    centred = values - values.mean()
    spread = np.sqrt(np.mean(centred**2))
    if spread == 0:
        return float("nan")
    return float(np.mean((centred / spread) ** 3) * np.sqrt(n * (n - 1)) / (n - 2))


def differences(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """second - first in the arrays' shape; exactly zero where only the rounding of sums parts the two, NaN where either
    is."""
    apart = second - first
    return np.where(np.abs(apart) <= ROUNDING * np.maximum(np.abs(first), np.abs(second)), 0.0, apart)


def rare_mode(differences: np.ndarray) -> int:
    """How many values lie far from the rest, as where a few runs tip into another state; 0 where none or many do.

    A first look takes what is `FAR` standard deviations from the median, judged by the median absolute deviation
    (1.4826 times it; Leys et al. 2013, doi:10.1016/j.jesp.2013.03.013), which few values show only roughly. Of these
    count the ones as far from the mean of all others, in their standard deviations.
    """
    if len(differences) < 3:
        return 0
    off = np.abs(differences - np.median(differences))
    near = off <= FAR * 1.4826 * np.median(off)
    if near.all() or near.sum() < 2:
        return 0
    rest = differences[near]
    count = int((np.abs(differences[~near] - rest.mean()) > FAR * rest.std(ddof=1)).sum())
    return count if count <= FEW * len(differences) else 0


def interval(differences: np.ndarray) -> tuple[float, float]:
    """95 % t interval of a mean; NaN, NaN with fewer than two values, a point where they do not vary."""
    n = len(differences)
    if n < 2:
        return float("nan"), float("nan")
    mean = float(differences.mean())
    if np.all(differences == differences[0]):  # a rounding error in the mean must not become an interval
        return float(differences[0]), float(differences[0])
    half = critical_t(n - 1) * float(differences.std(ddof=1)) / np.sqrt(n)
    return mean - half, mean + half


def variance_reduction(first: np.ndarray, second: np.ndarray) -> float:
    """var(first) + var(second) over var(second - first); see `Paired`."""
    if len(first) < 2:
        return float("nan")
    apart = float(first.var(ddof=1) + second.var(ddof=1))
    together = float((second - first).var(ddof=1))
    if together > 0:
        return apart / together
    return float("inf") if apart > 0 else float("nan")


def notes(n: int, skew: float) -> tuple[str, ...]:
    """What to say about an interval from `n` pairs whose differences have this skewness."""
    if n == 0:
        return ("No pair has a value under both regimes.",)
    if n == 1:
        return ("One pair shows a difference, not how sure it is: there is no interval. Run at least 20 pairs.",)
    if n < MANY_PAIRS and abs(skew) > SKEWED:
        return (f"The differences are skewed ({skew:+.1f}) and there are only {n} pairs, so the interval is likely too "
                f"narrow. Run {MANY_PAIRS} or more pairs.",)
    return ()


def pairing_note(factors: Sequence[float] | np.ndarray) -> str:
    """One plain sentence on what pairing bought over several outcomes; empty where nothing can be said."""
    known = np.asarray(factors, float)
    known = known[~np.isnan(known)]
    if not known.size:
        return ""
    if np.isinf(known).all():
        return "The regimes gave identical differences in every pair, so pairing removed all chance from them."
    middle = float(np.median(known))
    if not np.isfinite(middle):
        return "In more than half of the outcomes every pair gave the same difference."
    if middle < LITTLE_GAIN:
        return (f"Pairing cut the variance of the differences {middle:.1f} times (median over outcomes): hardly more "
                "than independent runs would have given, because over a long horizon small causes part the runs.")
    times = f"{middle:.1f}" if middle < 1000 else "more than 1,000"
    return (f"Pairing cut the variance of the differences {times} times (median over outcomes): about "
            f"{times} times as many independent runs would have been needed for the same intervals.")


def paired(first: Sequence[float] | np.ndarray, second: Sequence[float] | np.ndarray,
           better: Better = "neither") -> Paired:
    """Compare two regimes on one outcome.

    Purpose: the one place where a difference, its interval and "better in N of M" are computed.

    Args:
        first, second: one value a pair, in the same order of pairs; NaN where a run has no value.
        better: which direction is better for people.

    Raises:
        ValueError: the arrays differ in length or are not one-dimensional.
    """
    a, b = np.asarray(first, float), np.asarray(second, float)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"paired values must be two flat arrays of equal length; these are {a.shape} and {b.shape}")
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    n = len(a)
    apart = differences(a, b)
    mean = float(apart.mean()) if n else float("nan")
    if n and np.all(apart == apart[0]):
        mean = float(apart[0])
    low, high = interval(apart)
    sd = float(apart.std(ddof=1)) if n > 1 and low != high else 0.0
    skew = skewness(apart)
    return Paired(
        first=float(a.mean()) if n else float("nan"),
        second=float(b.mean()) if n else float("nan"),
        difference=mean,
        low=low,
        high=high,
        better_in={"lower": int((apart < 0).sum()), "higher": int((apart > 0).sum())}.get(better),
        tied=int((apart == 0).sum()),
        pairs=n,
        effect=mean / sd if sd > 0 else float("nan"),
        variance_reduction=variance_reduction(a, a + apart),
        skewness=skew,
        notes=notes(n, skew),
    )
