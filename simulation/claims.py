"""Recounting claims: in how many of so many paired runs does a scenario's statement hold?

The runs of one comparison over all regimes that are claimed about serve every claim of the scenario. An outcome is
averaged over the claim's time, as `Outcome.summarise` does for a run: ticks without a value do not count.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.comparison import Comparison, compare

if TYPE_CHECKING:
    from simulation.patterns.showing import Recount as PatternRecount
    from simulation.scenario import Scenario
    from simulation.scenario.story import Claim

FAST_PAIRS = 10
"""Pairs of a quick check; with fewer, nine tenths would be all of them, and a true claim would often fail."""
FULL_PAIRS = 50
"""Pairs of a thorough check."""


@dataclass(frozen=True, slots=True)
class Recount:
    """One claim, counted pair by pair.

    Attributes:
        scenario: its name.
        left, right: the outcome over the claim's time under the claim's two regimes (right may be its number), one
            value a pair, in the outcome's unit; NaN in a pair in which nothing of the kind happened.
    """

    scenario: str
    claim: Claim
    left: tuple[float, ...]
    right: tuple[float, ...]

    @property
    def pairs(self) -> int:
        return len(self.left)

    @property
    def differences(self) -> tuple[float, ...]:
        """Left minus right, one a pair."""
        return tuple(a - b for a, b in zip(self.left, self.right, strict=True))

    @property
    def held_in(self) -> int:
        """Pairs in which the claim holds."""
        return sum(holds_for(self.claim, a, b) for a, b in zip(self.left, self.right, strict=True))

    @property
    def needed(self) -> int:
        """Pairs in which it must hold: its `in_at_least` of them."""
        return math.ceil(self.claim.in_at_least * self.pairs - 1e-9)

    @property
    def holds(self) -> bool:
        return self.pairs > 0 and self.held_in >= self.needed

    @property
    def middle(self) -> float:
        """Median difference over the pairs that have one; NaN where none has."""
        known = [d for d in self.differences if not math.isnan(d)]
        return median(known) if known else math.nan

    def to_dict(self) -> dict[str, Any]:
        """What machines read of it."""
        return {"scenario": self.scenario, "claim": self.claim.says, "held_in": self.held_in, "pairs": self.pairs,
                "holds": self.holds}


@dataclass(frozen=True, slots=True)
class Check:
    """All claims of one scenario, recounted.

    Attributes:
        recounts: in the order of the file; empty where the scenario claims nothing.
        seed: of the first pair. asked: pairs that were asked for; fewer were done where it was stopped.
    """

    scenario: Scenario
    recounts: tuple[Recount, ...]
    seed: int
    asked: int

    @property
    def holds(self) -> bool:
        """Whether every claim does."""
        return all(recount.holds for recount in self.recounts)

    @property
    def pairs(self) -> int:
        """Pairs that were counted."""
        return self.recounts[0].pairs if self.recounts else 0

    @property
    def complete(self) -> bool:
        return not self.recounts or self.pairs == self.asked

    def to_json(self) -> str:
        """See `to_json` of this module."""
        return to_json([self])


def to_json(checks: Iterable[Check], patterns: Iterable[PatternRecount] | None = None) -> str:
    """`{"model", "claims": [{"scenario", "claim", "held_in", "pairs", "holds"}, ...]}` as text, in their order.

    Where patterns were looked for, `"patterns"` lists them: `pattern`, `says`, `held_in`, `seeds`, `holds`, `missed`
    (the declared reason for a miss, or empty) and `figures` (medians, null without a value).
    """
    from simulation.provenance import model_version

    found: dict[str, Any] = {"model": model_version(),
                             "claims": [recount.to_dict() for check in checks for recount in check.recounts]}
    if patterns is not None:
        found["patterns"] = [each.to_dict() for each in patterns]
    return json.dumps(found, indent=2, ensure_ascii=False)


def check(scenario: Scenario, pairs: int | None = None, seed: int | None = None, *, threads: int | None = None,
          progress: Callable[[int, int], None] | None = None, stop: threading.Event | None = None) -> Check:
    """Run the regimes that a scenario makes claims about, on the same people, and recount every claim.

    Purpose: the badge of a story, and what keeps it honest. Nothing runs where nothing is claimed.

    Args:
        pairs: at least 1; default the scenario's. seed: of the first pair; default the scenario's.
        threads, progress, stop: as in `compare`; when stopped, complete pairs are counted and no others.

    Raises:
        ComparisonError: pairs, seed or threads out of range.
        simulation.runs.Interrupted: stopped before the first pair was complete.
    """
    seed = scenario.seed if seed is None else seed
    asked = scenario.pairs if pairs is None else pairs
    if not scenario.claims:
        return Check(scenario, (), seed, asked)
    comparison = compare(scenario, regimes_claimed(scenario), asked, seed, threads=threads, progress=progress,
                         stop=stop)
    return Check(scenario, tuple(recount(comparison, claim) for claim in scenario.claims), seed, asked)


def regimes_claimed(scenario: Scenario) -> list[str]:
    """Names of the regimes that any claim is about, in the order of the scenario.

    A comparison needs two, so that where claims hold one regime against numbers another of the scenario comes along.
    """
    named = {name for claim in scenario.claims for name in claim.sides}
    if len(named) == 1:
        named.update([name for name in scenario.regimes if name not in named][:1])
    return [name for name in scenario.regimes if name in named]


def recount(comparison: Comparison, claim: Claim) -> Recount:
    """Count one claim over the pairs of a comparison that has its regimes.

    A regime that is compared with a number is compared with it in every pair. Raises ComparisonError where the
    comparison lacks a regime.
    """
    left = values(comparison, claim.left, claim)
    right = (claim.number,) * len(left) if claim.number is not None else values(comparison, claim.right, claim)
    return Recount(comparison.scenario.name, claim, left, right)


def values(comparison: Comparison, regime: str, claim: Claim) -> tuple[float, ...]:
    """The claim's outcome over the claim's time under one regime, one value a pair.

    Raises ComparisonError for a regime that is not in the comparison.
    """
    comparison.values(regime, claim.outcome)  # says what is wrong with a name
    ticks = window(claim, comparison.scenario)
    return tuple(_mean(run.series[claim.outcome][ticks]) for run in comparison.runs[regime][:comparison.pairs])


def window(claim: Claim, scenario: Scenario) -> slice:
    """The ticks of the claim's time; at least one. A tick counts by its beginning."""
    start, end = claim.window(scenario.world.horizon)
    first = min(round(start / scenario.tick_weeks), scenario.ticks - 1)
    return slice(first, max(first + 1, min(round(end / scenario.tick_weeks), scenario.ticks)))


def holds_for(claim: Claim, left: float, right: float) -> bool:
    """Whether the claim holds in a pair with these two values. Without a value there is nothing to hold."""
    if math.isnan(left) or math.isnan(right):
        return False
    if claim.sign == "=":
        return abs(left - right) <= claim.margin
    more = left - right if claim.sign == ">" else right - left
    return more >= claim.margin if claim.margin > 0 else more > 0


def _mean(part: np.ndarray) -> float:
    known = part[~np.isnan(part)]
    return float(known.mean()) if known.size else math.nan
