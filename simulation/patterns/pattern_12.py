"""Pattern 12: services that are nearly full do worse, under any regime: 2-4 points over 88-92 % load, 6-10 by 100 %.

Set-up: a town of defaults under two regimes, each with seven levels of posts outside the hospital, on the same people;
the levels are found run by run, so that services come to be about full. For each run the load of the second year
(hours wanted for each hour there is, over all doors) and the recorded compliance are taken; between runs it is read
off at loads of 0.88, 0.92 and 1. Required under both regimes: compliance falls by 2-4 points from 0.88 to 0.92 and by
6-10 points from 0.88 to 1. Sources: Bagust 1999, doi:10.1136/bmj.319.7203.155; NHS Improvement 2017 (3 points at 88-92
%, 8 at 100 %), association only, hospital beds and four-hour waits. Tolerance: the review's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.patterns.doors import Doors, follow
from simulation.patterns.showing import Shown, world

if TYPE_CHECKING:
    from simulation.scenario import Scenario

MISSED = ("Compliance falls by 0.1 to 0.5 points from 0.88 to 0.92 and by 0.2 to 1.3 by full load. Appointments are "
          "offered later in mere proportion to the load, not ever more steeply as it nears 1; under pressure who is "
          "about to breach goes first; and with too few hours contacts become shorter and resolve less, not fewer.")
MIDDLE, STEPS, AROUND = 0.94, 3, (0.88, 0.96, 1.04, 1.12)
"""The load that is looked for first, in how many steps, and the posts tried then, relative to those it takes."""
YEAR_TWO = 52, 104
LOADS = (0.88, 0.92, 1.0)
NEARLY_FULL = (0.02, 0.04)
FULL = (0.06, 0.10)


def fuller_and_fuller(scenario: Scenario, regime: str, seed: int) -> list[Doors]:
    """Runs with loads about full, each with other posts."""
    runs, posts = [], 1.0
    for _ in range(STEPS):
        runs.append(follow(scenario, regime, seed, posts))
        posts *= runs[-1].load(*YEAR_TWO) / MIDDLE
    return runs + [follow(scenario, regime, seed, posts * more) for more in AROUND]


def measure(seed: int) -> Shown:
    """See the module."""
    scenario = world("12-occupancy")
    figures, holds = {}, True
    for place, regime in zip(("first", "second"), scenario.regimes, strict=True):
        runs = fuller_and_fuller(scenario, regime, seed)
        loads = np.array([run.load(*YEAR_TWO) for run in runs])
        order = loads.argsort()
        at = {}
        for what in ("recorded", "true"):
            compliance = np.array([run.altogether(what, *YEAR_TWO) for run in runs])
            at[what] = np.interp(LOADS, loads[order], compliance[order], left=np.nan, right=np.nan)
        nearly, full = (float(at["recorded"][0] - at["recorded"][n]) for n in (1, 2))
        holds &= NEARLY_FULL[0] <= nearly <= NEARLY_FULL[1] and FULL[0] <= full <= FULL[1]
        figures |= {f"recorded at a load of 0.88, {place} regime, share": float(at["recorded"][0]),
                    f"fall of the record from 0.88 to 0.92, {place} regime, share": nearly,
                    f"fall of the record from 0.88 to 1, {place} regime, share": full,
                    f"fall of true performance from 0.88 to 1, {place} regime, share": float(
                        at["true"][0] - at["true"][2]),
                    f"largest load, {place} regime": float(loads.max()),
                    f"recorded at that load, {place} regime, share": float(runs[order[-1]].altogether(
                        "recorded", *YEAR_TWO))}
    return Shown(holds, figures)
