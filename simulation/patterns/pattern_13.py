"""Pattern 13: learning is worse before better, and what it changes in the first year is small.

Set-up: the same large town with and without a dated change of regime after a year. Required against no change: in the
first year after the change failure demand higher by at least half a point and emergency use within 5 %; in the sixth
year after it failure demand lower by at least half a point and emergency use lower by at least 2 %. Sources: North
East Hampshire (emergency use rose over 23 months); Mid-Nottinghamshire (two to six years until attendances were down
by 4.3 % and admissions by 6.7 %). They give directions and an order of size; the limits here are ours, chosen before
looking, the last at half of the smaller effect. A town of 20,000 people and three towns were looked at as well,
before the defaults were calibrated: 30 and 32 worlds of 40.
"""

from __future__ import annotations

from itertools import islice

from simulation.patterns.showing import Shown, over, runs, world

FIRST, SIXTH = (52, 104), (312, 364)
POINTS = 0.005
SMALL = 0.05
FEWER = -0.02
MISSED = (
    "The dip is seen in 39 worlds of 40 and the first year is small, but both gains, in failure demand and in "
    "emergency use, only in 28. What there is to learn hangs on how far the book is wrong, which is chance: where "
    "it is right about nearly everything, the longer waits that bespoke help and time for learning cost are not "
    "made up by better help, and local practice can even fall behind the book.")


def measure(seed: int) -> Shown:
    """See the module."""
    stayed, changed = islice(runs(world("13-worse-before-better"), seed), 2)

    def points(weeks: tuple[int, int]) -> float:
        return over(changed, "failure_demand", *weeks) - over(stayed, "failure_demand", *weeks)

    def share(outcome: str, weeks: tuple[int, int]) -> float:
        return over(changed, outcome, *weeks) / over(stayed, outcome, *weeks) - 1

    worse, better = points(FIRST), points(SIXTH)
    early, late = share("crises", FIRST), share("crises", SIXTH)
    return Shown(worse >= POINTS and better <= -POINTS and abs(early) <= SMALL and late <= FEWER, {
        "failure demand, first year after the change, difference": worse,
        "failure demand, sixth year, difference": better,
        "emergency use, first year, relative change": early,
        "emergency use, sixth year, relative change": late,
        "unmet need, first year, relative change": share("need", FIRST),
        "unmet need, sixth year, relative change": share("need", SIXTH)})
