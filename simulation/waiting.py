"""How long people waited until they were seen: one histogram a regime, over all runs of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation import wording

if TYPE_CHECKING:
    from simulation.comparison import Comparison
    from simulation.timeline import Timeline

SHOWN = 99.0
"""Per cent of the people seen that must fit before the last bin, where twice the target wait does not need more."""
LEAST = 8
"""Bins shown at least."""


@dataclass(frozen=True, eq=False)
class Waits:
    """Everybody who was seen, in all runs together; those who gave up or were turned away are not among them.

    Attributes:
        unit: of the axis, such as `weeks`. step: width of a bin in it.
        shares: regime to per cent of the people seen, a bin each; the last bin holds every longer wait.
        targets: regime to its target wait in `unit`; None where it lies beyond the bins.
        beyond: regime to the share of people who waited longer than its target, in words.
    """

    unit: str
    step: float
    shares: Mapping[str, np.ndarray]
    targets: Mapping[str, float | None]
    beyond: Mapping[str, str]

    @property
    def centres(self) -> np.ndarray:
        """Where the bins stand: waits of 0, 1, 2 ... ticks."""
        return np.arange(len(next(iter(self.shares.values())))) * self.step

    @classmethod
    def of(cls, comparison: Comparison, timeline: Timeline) -> Waits:
        size, unit = timeline.wait_unit
        shares, targets, beyond = {}, {}, {}
        for regime in comparison.regimes:
            counts = np.sum([run.waits for run in comparison.runs[regime.name][:comparison.pairs]], axis=0)
            share = 100 * counts / max(1, counts.sum())
            ticks = regime.levers["target_wait"] / comparison.scenario.tick_weeks
            in_view = ticks < len(counts) - 1
            part = share[int(np.floor(ticks + 1e-9)) + 1:]
            shares[regime.name] = share
            targets[regime.name] = regime.levers["target_wait"] / size if in_view else None
            # Beyond the bins, all that is known is that they are in the last one.
            beyond[regime.name] = f"{part.sum():.1f} %" if in_view else f"at most {share[-1]:.1f} %"
        step = comparison.scenario.tick_weeks / size
        known = [target for target in targets.values() if target is not None]
        last = max([LEAST, *(int(np.searchsorted(np.cumsum(s), SHOWN)) + 1 for s in shares.values()),
                    *(int(2 * target / step) for target in known)])
        last = min(last, len(next(iter(shares.values()))) - 1)
        cut = {name: np.append(s[:last], s[last:].sum()) for name, s in shares.items()}
        return cls(unit, step, cut, targets, beyond)

    def said(self, comparison: Comparison) -> str:
        """How many waited longer than the target, under every regime, in words."""
        waits = {r.name: wording.duration(r.levers["target_wait"]) for r in comparison.regimes}
        if len(set(waits.values())) == 1:
            return f"longer than {next(iter(waits.values()))} waited " + wording.listed(
                [f"{share} under {name}" for name, share in self.beyond.items()])
        return "longer than their own target waited " + wording.listed(
            [f"{share} under {name} ({waits[name]})" for name, share in self.beyond.items()])
