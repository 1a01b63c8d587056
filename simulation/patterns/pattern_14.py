"""Pattern 14: answering every move of a stable process doubles its variance; moderate adjustment beats none under
drift.

Set-up: one town in which nothing drifts, with leaders who answer every figure and with leaders who answer signals
only, on the same people; and one where what is right drifts, with leaders who answer signals and with none at all (the
mechanism switched off). Required: (a) the variance of the monthly recorded figures around their mean, all doors
together, is 1.9-2.1 times as large where every figure is answered; (b) under drift the standard is closer to what is
right in the last two years with leaders who answer signals than with none. Sources: Deming's funnel, rule 2, and
arithmetic, 2 / (2 - adjustment). Tolerance: the review's.
"""

from __future__ import annotations

from simulation.patterns.doors import Doors, follow
from simulation.patterns.showing import Shown, world

MISSED = ("The ratio is 1. A fix moves one choice of how people are helped toward the leader's belief, by nothing "
          "that depends on the last figure, and stops once both agree; and the figure is about waits, which hardly "
          "depend on that choice. Under drift a signal in that figure says little about the standard, and brings it "
          "to what most staff do, which is hardly better.")
RATIO = (1.9, 2.1)
MONTH = 4
SETTLED = 52
"""Weeks that pass before figures count: leaders have begun."""


def variance(run: Doors) -> float:
    """Variance of a door's monthly recorded figure around its mean, over the doors whose figure moves at all."""
    met, counted = (run.recorded[SETTLED:, :, which] for which in (0, 1))
    months = len(met) // MONTH
    figures = (met[:months * MONTH].reshape(months, MONTH, -1).sum(axis=1)
               / counted[:months * MONTH].reshape(months, MONTH, -1).sum(axis=1))
    return float(figures.var(axis=0, ddof=1).mean())


def measure(seed: int) -> Shown:
    """See the module."""
    stable, drifting = world("14-tampering"), world("14-drift")
    every, signals = (follow(stable, name, seed) for name in stable.regimes)
    ratio = variance(every) / variance(signals)
    regime = list(drifting.regimes)[1]
    nobody = drifting.model_copy(update={"switches": {**drifting.switches, "leadership": False}})
    wrong = [1 - float(follow(each, regime, seed).series["standard_quality"][156:].mean())
             for each in (drifting, nobody)]
    return Shown(RATIO[0] <= ratio <= RATIO[1] and wrong[0] < wrong[1], {
        "variance where every figure is answered, times that with signals only": ratio,
        "standard deviation of a door's monthly figure with signals only, share": variance(signals) ** 0.5,
        "standard that is wrong under drift with signals answered, share": wrong[0],
        "standard that is wrong under drift with nobody to answer, share": wrong[1]})
