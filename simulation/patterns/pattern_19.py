"""Pattern 19: promotion of heroes makes heroic leaders: mindset falls over generations, and recovers slowly.

Set-up: ordinary services, with organisations of the default town's size, over twenty years (about four tenures);
promotion rewards the regard of peers throughout, or visible fixes for ten years and regard from then on. Required:
under visible fixes the mean mindset of leaders falls by at least 0.1 from the start to the tenth year, and lower from
the sixth to the tenth year than from the second to the fifth; it ends below that of the other regime by as much;
three years after the change (a median tenure) less than half of that distance has been made up, and ten years after
it more than half. A hypothesis of the source texts, untested; limits are ours, chosen before looking: 0.1 is two
thirds of what leaders differ by at the start, three years the tenure of chief executives (King's Fund 2018). Smaller
organisations were looked at first: with two to six posts each mindset fell by 0.03.
"""

from __future__ import annotations

from simulation.patterns.showing import Shown, over, runs, world
from simulation.runs import Run

YEAR = 52.18
FALL = 0.1
HALF = 0.5
MISSED = (
    "Mindset falls under visible fixes, ends 0.15 below the other regime, and recovers slowly; but it falls by 0.06 "
    "rather than 0.1, because leaders begin low (0.35) and the best of four to six colleagues is not much lower; "
    "and ten years after the change a quarter of the distance is made up rather than half, because staff have taken "
    "after their leaders and the next ones come from among them.")


def measure(seed: int) -> Shown:
    """See the module."""
    regard, heroes = runs(world("19-heroes-promoted"), seed)

    def mindset(made: Run, first: float, last: float) -> float:
        return over(made, "leader_mindset", first * YEAR, last * YEAR)

    def below(first: float, last: float) -> float:
        return mindset(regard, first, last) - mindset(heroes, first, last)

    start = mindset(heroes, 0, 0.1)
    fall = start - mindset(heroes, 9, 10)
    later = mindset(heroes, 1, 5) - mindset(heroes, 5, 10)
    distance = below(9, 10)
    soon, late = (1 - below(first, last) / distance for first, last in ((12.5, 13.5), (19, 20)))
    return Shown(fall >= FALL and later > 0 and distance >= FALL and soon < HALF < late, {
        "mindset at the start": start,
        "fall of mindset in ten years of visible fixes": fall,
        "fall from years 2 to 5 to years 6 to 10": later,
        "distance from the other regime in the tenth year": distance,
        "share made up three years after the change": soon,
        "share made up ten years after it": late})
