"""What is explained by the factors of a design: one number a point, and how much of its variation is luck.

At every point it is the mean over replications of the paired difference between a regime and the first, or of one
regime's own outcome.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation import statistics, wording
from simulation.outcomes import BY_NAME, Outcome
from simulation.scenario.errors import nearest
from simulation.sensitivity import variance
from simulation.sensitivity.points import SensitivityError

if TYPE_CHECKING:
    from simulation.experiments.readings import Readings

LEAST = 50
"""Worlds below which neither densities nor boxes say anything."""


@dataclass(frozen=True, eq=False)
class Response:
    """One number a point.

    Attributes:
        regime: whose outcome. against: the regime it is compared with; None where it is the regime's own outcome.
        values: float64 (points,), mean over the replications that have a value, in the outcome's unit; NaN where none
            has.
        halves: float64 (points,), half of the 95 % t interval of each mean; NaN with fewer than two replications.
        luck: variance of a point's mean that comes from which seeds were drawn, mean over the points; NaN where no
            point has two replications. Where all points meet the same luck (the same seeds), what this luck does to all
            of them alike is not in it, because it parts no point from another.
        shared: whether all points have the same seeds.
        replications: fewest and most at a point with a value.
    """

    outcome: Outcome
    regime: str
    against: str | None
    values: np.ndarray
    halves: np.ndarray
    luck: float
    shared: bool
    replications: tuple[int, int]

    @property
    def label(self) -> str:
        """`Unmet need, b minus a` or `Unmet need under b`."""
        tail = f" under {self.regime}" if self.against is None else f", {self.regime} minus {self.against}"
        return self.outcome.label + tail

    @property
    def what(self) -> str:
        """`the difference`, or `the outcome`."""
        return "the outcome" if self.against is None else "the difference"

    @property
    def mean(self) -> float:
        """Over all points with a value."""
        return float(np.nanmean(self.values))

    def luck_share(self, among: np.ndarray | None = None) -> float:
        """How much of the variance of the points' means is luck, 0..1; NaN where that cannot be known.

        Args: among: positions of the points, default all: those that are drawn independently of each other.
        """
        values = self.values if among is None else self.values[among]
        values = values[np.isfinite(values)]
        spread = float(values.var(ddof=1)) if len(values) > 1 else 0.0
        return float(np.minimum(1.0, self.luck / spread)) if spread > 0 else math.nan

    def said(self, value: float) -> str:
        """A value with its sign if it is a difference: `−0.031`, `+2.1 points`; `84.2 %` of a regime's own."""
        tell = wording.value if self.against is None else wording.difference
        return tell(self.outcome, value)

    def size(self, *values: float) -> str:
        """How large changes are, all with the same decimals: `0.031`, `2.1 points`, `£36 ± £4`."""
        decimals = wording.places(self.outcome, values)
        return " ± ".join(wording.difference(self.outcome, abs(value), decimals).removeprefix("+") for value in values)

    def unit(self, *, change: bool | None = None) -> str:
        """For an axis: `points`, `£ a person a year`. change: of changes; default where it is a difference."""
        as_change = self.against is not None if change is None else change
        return "points" if as_change and wording.is_share(self.outcome) else wording.unit(self.outcome)

    def files(self, method: str) -> str:
        """The name of what a method finds, for files: small letters, digits and hyphens."""
        parts = [method, self.outcome.name, *([self.regime, "alone"] if self.against is None else [self.regime])]
        return "-".join(re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts)

    def columns(self) -> dict[str, str]:
        """What the first columns of its tables say."""
        return {"outcome": self.outcome.name, "regime": self.regime, "against": self.against or ""}


def response(readings: Readings, outcome: str, regime: str | None = None, *, own: bool = False) -> Response:
    """The number to explain.

    Args:
        regime: default the second; with `own` the first.
        own: the regime's own outcome instead of its difference to the first regime.

    Raises SensitivityError: an outcome or regime that is not there, one regime and nothing to compare it with, no value
    at any point.
    """
    if outcome not in readings.values:
        near = nearest(outcome, readings.outcomes)
        raise SensitivityError(f"no outcome {outcome!r} was read; there are {', '.join(readings.outcomes)}"
                               + (f"; did you mean {near!r}?" if near else ""))
    regime = _regime(readings, regime, own)
    if own:
        values = readings.under(regime, outcome)
    else:
        values = statistics.differences(readings.under(readings.regimes[0], outcome), readings.under(regime, outcome))
    known = np.isfinite(values)
    counts = known.sum(axis=1)
    if not counts.any():
        raise SensitivityError(f"{outcome} has no value at any point, so there is nothing to explain")
    digits = 12 - math.ceil(math.log10(np.nanmax(np.abs(readings.under(regime, outcome))) or 1.0))
    values = np.round(values, digits)  # the rounding of sums in another order must not pass for an effect
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(known, values, 0.0).sum(axis=1) / np.where(counts, counts, np.nan)
        means = np.round(means, digits)
        within = np.where(known, (values - means[:, None]) ** 2, 0.0).sum(axis=1) / np.where(counts > 1, counts - 1,
                                                                                              np.nan)
        t = np.array([statistics.critical_t(int(n) - 1) if n > 1 else math.nan for n in counts])
        halves = t * np.sqrt(within / counts)
    shared = _shared(readings)
    return Response(BY_NAME[outcome], regime, None if own else readings.regimes[0], means, halves,
                    _luck(values, within, counts, shared), shared, (int(counts[counts > 0].min()), int(counts.max())))


def independent(readings: Readings) -> np.ndarray:
    """Positions of the points that were drawn independently: of a sobol design the worlds of their own, else all."""
    if readings.method == "sobol" and readings.factors:
        return variance.independent(len(readings.points), [factor.name for factor in readings.factors])
    return np.arange(len(readings.points))


def enough(readings: Readings, found: Response, method: str, methods: Sequence[str]) -> np.ndarray:
    """Positions of the independent points with a value, for a method that needs many of them.

    Raises SensitivityError: the design is of none of `methods`, or fewer than `LEAST` points are left.
    """
    if readings.method not in methods:
        raise SensitivityError(f"{method} needs points spread over the whole space ({', '.join(methods)}); the design "
                               f"{readings.design} has those of the method {readings.method}")
    if not readings.factors:
        raise SensitivityError(f"nothing varies in the design {readings.design}, so {method} has nothing to look for")
    at = independent(readings)
    at = at[np.isfinite(found.values[at])]
    if len(at) < LEAST:
        raise SensitivityError(f"{method} needs at least {LEAST} worlds with a value, and the design "
                               f"{readings.design} has {len(at)}")
    return at


def share(part: float) -> str:
    """`41 %`; less than one as `0.4 %`."""
    if not math.isfinite(part):
        return wording.MISSING
    return wording.number(100 * part, 0 if abs(part) >= 0.00995 or part == 0 else 1) + " %"


def luck_note(found: Response, part: float) -> str:
    """What the share of luck means, as a sentence."""
    low, high = found.replications
    each = f"{high:,}" if low == high else f"{low:,} to {high:,}"
    if not math.isfinite(part):
        return (f"With {each} replication{'s' if high > 1 else ''} a world it cannot be told how much of this is luck. "
                "Run at least two.")
    return (f"About {share(part)} of the variance between worlds is luck, with {each} replications each"
            + (" that meet the same luck in all worlds." if found.shared else "."))


def _regime(readings: Readings, regime: str | None, own: bool) -> str:
    if regime is None:
        if not own and len(readings.regimes) < 2:
            raise SensitivityError(f"the design {readings.design} has one regime, {readings.regimes[0]}, and nothing "
                                   "to compare it with; ask for the regime's own outcome")
        return readings.regimes[0 if own else 1]
    allowed = readings.regimes if own else readings.regimes[1:]
    if regime not in allowed:
        raise SensitivityError(f"no regime {regime!r} to look at; there are {', '.join(allowed) or 'none'}"
                               + ("" if own else f", each compared with {readings.regimes[0]}"))
    return regime


def _shared(readings: Readings) -> bool:
    """Whether every replication has the same seed at all points that were asked for it."""
    seeds = readings.seeds
    if len(seeds) < 2:
        return False
    known = np.where(seeds >= 0, seeds, seeds.max(axis=0))
    return bool((known == known[0]).all())


def _luck(values: np.ndarray, within: np.ndarray, counts: np.ndarray, shared: bool) -> float:
    """See `Response.luck`. With shared seeds it is what is left beside points and replications, each on its own."""
    whole = counts == values.shape[1]
    if shared and values.shape[1] > 1 and whole.sum() > 1:
        full = values[whole]
        rest = full - full.mean(axis=1, keepdims=True) - full.mean(axis=0) + full.mean()
        points, replications = full.shape
        return float((rest**2).sum() / ((points - 1) * (replications - 1)) / replications)
    known = np.isfinite(within)
    if not known.any():
        return math.nan
    pooled = float((within * (counts - 1))[known].sum() / (counts - 1)[known].sum())
    return pooled * float((1 / counts[counts > 0]).mean())
