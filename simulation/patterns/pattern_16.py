"""Pattern 16: people whose worker has known them for long have fewer crises than people like them, and come back less.

Set-up: ordinary services. At the end of the fourth year those who have had the same worker for three years or more
are compared with those who have had theirs for a year or less (some because their worker left, some because another
saw them more), over the year that follows, among people of the same twentieth of frailty and fifth of complexity: as
the cohort was adjusted for age and illness, not for what ailed people on the day. Required: odds of any crisis
0.72-0.9, and fewer contacts that leave the need unresolved, so that people have to come back. Sources: Sandvik 2022,
doi:10.3399/BJGP.2021.0340 (2-3 years 0.87-0.88, over 15 years 0.70-0.72, against one year); Kajaria-Montag 2023,
doi:10.1287/mnsc.2021.02015. An association, there as here, and not what a regime would gain by continuity.
"""

from __future__ import annotations

import numpy as np

from simulation.engine import World
from simulation.patterns.showing import Shown, world
from simulation.patterns.strata import odds_ratio, rate_ratio, strata
from simulation.vocabulary import NOBODY

ODDS = (0.72, 0.90)
YEAR = 52
LONG, SHORT, INDEX = 3 * YEAR, YEAR, 4 * YEAR
MISSED = (
    "Whoever has been known for long has as many crises as others like them (odds ratio 0.94-1.07), and comes back "
    "hardly less. Nine crises in ten are acute here and strike whatever services do; knowing a person saves time "
    "and helps to understand what is particular, and neither moves the rest by much.")


def measure(seed: int) -> Shown:
    """See the module."""
    scenario = world("16-continuity")
    model = World(scenario, next(iter(scenario.regimes)), seed)
    person = model.person
    known_by, since = person.known_by.copy(), np.zeros(len(person.known_by), np.int64)
    while model.tick < INDEX:
        model.step()
        since[person.known_by != known_by] = model.tick
        known_by[:] = person.known_by
    length = INDEX - since
    known = known_by != NOBODY
    compared = known & ((length >= LONG) | (length <= SHORT))
    attempts, unresolved = person.attempts.astype(np.int64), np.zeros(len(since), np.int64)
    # The year's visits are cleared at its end, so that its last week is left out.
    while model.tick < INDEX + YEAR - 1:
        model.step()
        unresolved += np.maximum(person.attempts - attempts, 0).sum(axis=0)
        attempts[:] = person.attempts
    model.close()
    long, crisis = (length >= LONG)[compared], (person.visits_year > 0)[compared]
    alike = strata(person)[compared]
    odds, again = odds_ratio(long, crisis, alike), rate_ratio(long, unresolved[compared], alike)
    return Shown(ODDS[0] <= odds <= ODDS[1] and again < 1, {
        "odds of a crisis, known for three years against one": odds,
        "the same without adjustment": odds_ratio(long, crisis, np.zeros_like(alike)),
        "contacts that leave the need unresolved, ratio": again,
        "known for three years or more, share of those known": float((length >= LONG)[known].mean()),
        "known for a year or less, share of those known": float((length <= SHORT)[known].mean())})
