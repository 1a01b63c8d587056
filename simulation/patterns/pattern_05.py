"""Pattern 5: a sanctioned target raises recorded compliance by ten points or more in three years, and cuts the tail.

Set-up: the same services with and without a sanctioned target, on the same people. Required in the third year: recorded
compliance without a target lies between 79 and 89 % ("from about 84 %"), with it at least 10 points higher, and fewer
people wait longer than the scenario's long wait. The mean wait may fall or not, and is only reported.
Sources: Mason 2012, doi:10.1016/j.annemergmed.2011.08.017 (83.9 to 96.3 %; adjusted stay rose); Propper 2008,
doi:10.2202/1935-1682.1863 (fewer long waits). Tolerance: the review's.
"""

from __future__ import annotations

from simulation.patterns.showing import Shown, over, runs, world

START = (0.79, 0.89)
RISE = 0.10


def measure(seed: int) -> Shown:
    """See the module."""
    without, target = runs(world("05-targets-raise-compliance"), seed)
    before = over(without, "recorded_performance", 104, 156)
    rise = over(target, "recorded_performance", 104, 156) - before
    tail = over(target, "long_waits", 104, 156) - over(without, "long_waits", 104, 156)
    return Shown(START[0] <= before <= START[1] and rise >= RISE and tail < 0, {
        "recorded within the target without one, share": before,
        "rise of the recorded share with it": rise,
        "change of the number of long waits": tail,
        "change of the mean wait, weeks": over(target, "wait", 104, 156) - over(without, "wait", 104, 156)})
