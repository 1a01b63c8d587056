"""Pattern 6: people are seen just before the target, wherever it stands; in the last 20 minutes 3-6 % off, 7-10 % on.

Sources: Dimakou 2009, doi:10.1007/s10729-008-9069-4; Locker & Mason 2005, doi:10.1136/bmj.38440.588449.AE; Mason 2012,
doi:10.1016/j.annemergmed.2011.08.017. The peak and its move, which the catalogue's department tells about, are tested
by themselves there: they must hold whether or not the shares do.
"""

import numpy as np
import pytest

from simulation.patterns.pattern_06 import FOUR_HOURS, TWO_HOURS, seen_after
from simulation.scenario import load
from tests.patterns.looking import looked_for

test_people_are_seen_just_before_the_target_wherever_it_stands = looked_for(6)

DEPARTMENT = load("emergency-department")
SEEDS = (3001, 3002)
LONGEST = 19


def hazard(regime: str) -> np.ndarray:
    """Share of those still waiting who are seen, by ticks waited (20 minutes each), over all seeds."""
    waits = [seen_after(DEPARTMENT, regime, seed, 1.0) for seed in SEEDS]
    assert all(each.sum() > 500 for each in waits)
    together = np.sum(waits, axis=0)
    return (together / np.maximum(1, together[::-1].cumsum()[::-1]))[:LONGEST - 1]


@pytest.mark.parametrize(("regime", "target"), [("targets", FOUR_HOURS), ("two-hours", TWO_HOURS)])
def test_the_hazard_peaks_at_the_target_in_the_catalogues_department(regime, target):
    found = hazard(regime)
    waited = found[1:]  # those whom somebody could see at once did not wait
    assert 1 + waited.argmax() == target
    assert found[target] > 2 * found[1:target - 2].mean(), "before"
    assert found[target] > 2 * found[target + 1:target + 4].mean(), "after the target it is too late to matter"


def test_without_stakes_there_is_no_peak_in_the_catalogues_department():
    found = hazard("without")
    assert found[FOUR_HOURS] < 1.6 * found[6:FOUR_HOURS].mean() and found[TWO_HOURS] < 1.6 * found[1:TWO_HOURS].mean()
