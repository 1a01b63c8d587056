"""Pattern 21: with every mechanism off that regimes touch, every regime gives exactly the same numbers.

Set-up: the null world of the catalogue under each of its regimes. Required: every outcome in every week is the same
number to the last bit, needs begin and become crises (so that there is something to compare), and the regimes
themselves differ. Tolerance: none. Source: logic; a difference would be a fault of the program.
"""

from __future__ import annotations

import numpy as np

from simulation.patterns.showing import Shown, runs, world


def measure(seed: int) -> Shown:
    """See the module."""
    scenario = world("21-nothing")
    first, *others = runs(scenario, seed)
    differing = {name for other in others for name, series in first.series.items()
                 if not np.array_equal(series, other.series[name], equal_nan=True)}
    levers = {tuple(regime.levers.items()) for regime in scenario.regimes.values()}
    alive = first.series["need"].min() > 0 and first.series["crises"].sum() > 0
    return Shown(not differing and bool(alive) and len(levers) == len(scenario.regimes) > 1, {
        "regimes": float(len(levers)),
        "outcomes that differ anywhere": float(len(differing)),
        "crises, a year per 10,000 people": float(first.series["crises"].mean())})
