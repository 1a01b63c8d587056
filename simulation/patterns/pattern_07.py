"""Pattern 7: under high stakes and weak audit the record runs 10-25 points ahead of what people say; without, hardly.

Set-up: a town of defaults with a sanctioned target that is hardly audited, and with nothing hanging on the figure, on
the same people; nothing is set. Required in the third year: recorded less perceived compliance (a survey of the same
people) is 10-25 points with the target, and within 3 points of zero without stakes. Sources: Bevan & Hood 2006,
doi:10.1111/j.1467-9299.2006.00600.x (96 % recorded, 77 % reported, England 2004/05). Tolerances: the review's; it
gives none for "near zero", so its tolerance for "no change" (3 points) is taken.
"""

from __future__ import annotations

from simulation.patterns.showing import Shown, over, runs, world

MISSED = ("The gap is about 9 points: 3 are errors of the survey, 4 are people turned away by a raised threshold, and "
          "only 1 is doctored. The target truly brings the doors from about 70 to 88 %, which leaves few breaches to "
          "doctor and, as doctoring follows the gap in the record, little reason to.")
GAP = (0.10, 0.25)
NEAR_ZERO = 0.03


def measure(seed: int) -> Shown:
    """See the module."""
    without, target = runs(world("07-record-and-survey"), seed)

    def year_three(made, outcome: str) -> float:
        return over(made, outcome, 104, 156)

    gaps = [year_three(made, "recorded_performance") - year_three(made, "perceived_performance")
            for made in (without, target)]
    return Shown(abs(gaps[0]) <= NEAR_ZERO and GAP[0] <= gaps[1] <= GAP[1], {
        "recorded less perceived without stakes, share": gaps[0],
        "recorded less perceived with them, share": gaps[1],
        "recorded without stakes, share": year_three(without, "recorded_performance"),
        "recorded less true with them, share": year_three(target, "record_gap"),
        "recorded with them, share": year_three(target, "recorded_performance"),
        "perceived with them, share": year_three(target, "perceived_performance")})
