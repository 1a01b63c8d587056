"""Pattern 9: when a target is withdrawn the record falls within a year, at least three times as much as care does.

Set-up: sanctioned targets for two years; then stakes, sanction and payment end and publication goes on; compared with
targets that stay, on the same people. Required in the year after: every door that had breaches to record records less;
and the record of the place falls at least three times as much as its true performance, the share of all who asked who
were truly seen in time. Sources: Minchin 2018, doi:10.1056/NEJMsa1801495 (12 of 12 indicators fell; records of advice
by 62 points, tests and control by 11 to 12). Tolerance: the review's.
"""

from __future__ import annotations

import numpy as np

from simulation.patterns.doors import follow
from simulation.patterns.showing import Shown, world

MISSED = ("The record falls by about 3.6 points and true performance by 1.3, which is less than three times. Hardly "
          "any record had been doctored under this audit, so that nearly all of the fall is care of those let in; "
          "letting more in makes up for part of it, over half a year, while effort goes within weeks.")
TIMES = 3.0
AFTER = 104, 156
"""Weeks of the year after the withdrawal."""
NO_BREACHES = 0.995
"""A door that records this share within the target had nothing to lose."""


def measure(seed: int) -> Shown:
    """See the module."""
    scenario = world("09-target-withdrawn")
    stays, goes = (follow(scenario, name, seed) for name in scenario.regimes)

    def fall(outcome: str) -> float:
        return float(np.nanmean(stays.series[outcome][slice(*AFTER)]) - np.nanmean(goes.series[outcome][slice(*AFTER)]))

    kept = stays.at_each_door("recorded", *AFTER)
    falls = (kept - goes.at_each_door("recorded", *AFTER))[kept < NO_BREACHES]
    record, care = fall("recorded_performance"), fall("true_performance")
    return Shown(bool((falls > 0).all() and record > 0 and record >= TIMES * care), {
        "fall of the record in the year after, share": record,
        "fall of true performance in the year after, share": care,
        "the same of those who were let in, share": (stays.altogether("true", *AFTER)
                                                     - goes.altogether("true", *AFTER)),
        "share of doors with breaches whose record falls": float((falls > 0).mean()),
        "smallest fall of such a door, share": float(falls.min()),
        "change of the mean wait in the year after, weeks": -fall("wait")})
