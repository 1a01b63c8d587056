"""Pattern 20: pilots judged by recorded short-run figures die out even where they do better on real need.

Set-up: the scenario `foothold`: six places, a third of which begin as pilots; commissioners see the recorded figure
of their neighbours once a year and nothing else. Required: in the fifth year no place is a pilot any more (the
regime of the run holds in more than 99 % of places), although the same approach in every place would by then have
left people with less need. Source: a hypothesis of the source texts; fading of improvements, Maher 2010. Tolerance:
ours, set beforehand.
"""

from __future__ import annotations

from simulation.patterns.showing import Shown, over, world
from simulation.runs import run

YEAR_FIVE = (208, 260)
ALL = 0.99


def measure(seed: int) -> Shown:
    """See the module."""
    scenario = world("20-pilots")
    pilots, everywhere = (run(scenario, name, seed) for name in scenario.compare)
    left = 1 - over(pilots, "own_regime", *YEAR_FIVE)
    better = over(everywhere, "need", *YEAR_FIVE) - over(pilots, "need", *YEAR_FIVE)
    return Shown(left < 1 - ALL and better < 0, {
        "places still pilots in year five, share": left,
        "need if all had been pilots, less than as it was": better,
        "recorded share if all had been pilots, less than as it was": (
            over(everywhere, "recorded_performance", *YEAR_FIVE) - over(pilots, "recorded_performance", *YEAR_FIVE))})
