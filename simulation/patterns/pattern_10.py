"""Pattern 10: trust alone, with failure rewarded, has longer long waits than sanctioned targets within five years.

Set-up: the default town under sanctioned targets, and under trust alone, where nothing hangs on figures and part of
the budget follows deficits; nothing is set. Required in the fifth year: more people wait longer than the long wait
under trust alone, and the planned budgets differ by less than 1 %. Sources: Bevan & Wilson 2013; Besley 2009 (Wales
and England; worse on each government's own objectives). The review gives a direction and no size.
"""

from __future__ import annotations

from simulation.patterns.showing import Shown, over, runs, world

EQUAL_MONEY = 0.01


def measure(seed: int) -> Shown:
    """See the module."""
    targets, trust = runs(world("10-trust-alone"), seed)

    def fifth_year(outcome: str) -> tuple[float, float]:
        return over(targets, outcome, 208, 260), over(trust, outcome, 208, 260)

    longs, money, waits = fifth_year("long_waits"), fifth_year("planned_cost"), fifth_year("wait")
    return Shown(longs[1] > longs[0] and abs(money[1] / money[0] - 1) < EQUAL_MONEY, {
        "long waiters per 10,000 under targets": longs[0],
        "long waiters per 10,000 under trust alone": longs[1],
        "planned budget of trust alone, relative difference": money[1] / money[0] - 1,
        "mean wait under trust alone less that under targets, weeks": waits[1] - waits[0]})
