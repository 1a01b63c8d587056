"""Who wins: one outcome under two or more regimes over the same pairs, and whether that is sure enough to be said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from simulation import statistics
from simulation.outcomes import Outcome

CONVINCING = 0.8
"""Share of the pairs in which a winner must be ahead. The interval is about the mean, which a few pairs can carry; a
winner has both."""

Verdict = Literal["clear", "unclear", "equal", "nothing"]
"""`unclear`: an interval holds zero, there is none, or too few pairs agree. `equal`: all regimes gave the same in every
pair. `nothing`: no pair has a value under every regime."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the regimes stand to each other on one outcome.

    Attributes:
        leader: the regime with the best mean; None where all are equal or have no value.
        rival: the best of the others.
        held_in: pairs in which the leader did better than every other regime.
        tied: pairs in which leader and rival are equal.
        pairs: pairs that have a value under every regime.
        means: regime to its mean over those pairs, in the order of comparison.
        of, minus: the regimes that `difference` is between: with two regimes the second minus the first, as everywhere
            else; with more, leader minus rival.
        low, high: 95 % paired t interval of the difference; NaN with one pair.
    """

    verdict: Verdict
    leader: str | None
    rival: str | None
    held_in: int
    tied: int
    pairs: int
    means: Mapping[str, float]
    of: str
    minus: str
    difference: float
    low: float
    high: float

    @property
    def winner(self) -> str | None:
        """The leader, where that is clear."""
        return self.leader if self.verdict == "clear" else None

    @property
    def margin(self) -> float:
        """How far the leader is ahead, as a share of the rival's value; NaN where nobody is ahead or that is 0."""
        if self.leader is None or self.rival is None or not self.means[self.rival]:
            return math.nan
        return abs(self.means[self.leader] - self.means[self.rival]) / abs(self.means[self.rival])

    def to_dict(self) -> dict[str, Any]:
        """Plain data, `winner` first; null where there is nobody or no number."""
        return {"winner": self.winner, **{name: _plain(value) for name, value in asdict(self).items()}}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Standing:
        """What `to_dict` gave; other keys are passed over."""
        found = {name: data[name] for name in cls.__slots__}
        for name in ("difference", "low", "high"):
            found[name] = math.nan if found[name] is None else found[name]
        found["means"] = {regime: math.nan if mean is None else mean for regime, mean in found["means"].items()}
        return cls(**found)


def standing(outcome: Outcome, values: Mapping[str, np.ndarray]) -> Standing:
    """Who is ahead on one outcome, and whether it is clear.

    Args:
        outcome: one that has a better direction.
        values: regime to one value a pair, in the same order of pairs; two regimes or more.

    Raises:
        ValueError: the outcome has no better direction, or there are fewer than two regimes.
    """
    if outcome.better == "neither" or len(values) < 2:
        raise ValueError(f"{outcome.name} under {len(values)} regimes: a winner needs two and a better direction")
    names = list(values)
    table = np.array([np.asarray(values[name], float) for name in names])
    table = table[:, ~np.isnan(table).any(axis=0)]
    pairs = table.shape[1]
    rows = dict(zip(names, table, strict=True))
    means = {name: float(row.mean()) if pairs else math.nan for name, row in rows.items()}
    results = {(a, b): statistics.paired(rows[b], rows[a], outcome.better) for a in names for b in names if a != b}
    sign = 1 if outcome.better == "lower" else -1
    ranked = sorted(names, key=lambda name: sign * means[name]) if pairs else names
    leader, rival, others = ranked[0], ranked[1], ranked[1:]
    if pairs == 0 or all(results[a, names[0]].tied == pairs for a in names[1:]):
        of, minus = names[1], names[0]
        paired = results[of, minus]
        return Standing("equal" if pairs else "nothing", None, None, 0, pairs, pairs, means, of, minus,
                        paired.difference, float(paired.low), float(paired.high))
    held_in = int(np.all([_better(rows[leader], rows[other], sign) for other in others], axis=0).sum())
    sure = all(results[leader, other].excludes_zero for other in others)
    clear = sure and held_in >= CONVINCING * pairs
    of, minus = (names[1], names[0]) if len(names) == 2 else (leader, rival)
    paired = results[of, minus]
    return Standing("clear" if clear else "unclear", leader, rival, held_in, results[leader, rival].tied, pairs, means,
                    of, minus, paired.difference, float(paired.low), float(paired.high))


def _better(a: np.ndarray, b: np.ndarray, sign: int) -> np.ndarray:
    """Pairs in which `a` is better than `b` by more than the rounding of sums."""
    return sign * (b - a) > statistics.ROUNDING * np.maximum(np.abs(a), np.abs(b))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
