"""Pattern 6: people are seen in the last minutes before the target, and the peak follows when the target moves.

Dimakou 2009, doi:10.1007/s10729-008-9069-4 (the hazard of admission peaks at the target and moves with it); Mason 2012,
doi:10.1016/j.annemergmed.2011.08.017 (the last twenty minutes). No outcome counts this; the event log does.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulation.runs import run
from simulation.scenario import load

DEPARTMENT = load("emergency-department")
SEEDS = (3001, 3002)
LONGEST = 19


def hazard(regime: str) -> np.ndarray:
    """Share of those still waiting who are seen, by ticks waited (20 minutes each), over all seeds."""
    seen, at_risk = np.zeros(LONGEST), np.zeros(LONGEST)
    for seed in SEEDS:
        events = run(DEPARTMENT, regime, seed).events
        came = events.loc[events.kind == "crisis", ["tick", "person"]].assign(since=lambda frame: frame.tick)
        left = events.loc[events.kind == "stabilised", ["tick", "person"]]
        both = pd.merge_asof(left, came, on="tick", by="person").dropna()  # who waited from before is left out
        waits = (both.tick - both.since).to_numpy(int)
        assert len(waits) > 500
        seen += np.bincount(np.minimum(waits, LONGEST - 1), minlength=LONGEST)
        at_risk += (waits[:, None] >= np.arange(LONGEST)).sum(axis=0)
    return (seen / at_risk)[:-1]


@pytest.mark.parametrize(("regime", "target"), [("targets", 12), ("two-hours", 6)])
def test_the_hazard_peaks_at_the_target_wherever_it_stands(regime, target):
    found = hazard(regime)
    waited = found[1:]  # those whom somebody could see at once did not wait
    assert 1 + waited.argmax() == target
    assert found[target] > 2 * found[1:target - 2].mean(), "before"
    assert found[target] > 2 * found[target + 1:target + 4].mean(), "after the target it is too late to matter"


def test_without_stakes_there_is_no_peak():
    found = hazard("without")
    assert found[12] < 1.6 * found[6:12].mean() and found[6] < 1.6 * found[1:6].mean()
