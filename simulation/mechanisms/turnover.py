"""Somebody leaves a post and, after a vacancy, somebody new begins: what goes with the one and comes with the other."""

from __future__ import annotations

import numpy as np

from simulation.chance import unit, word
from simulation.columns import MAX_TIES
from simulation.kernel import rule, wide
from simulation.relating import part
from simulation.vocabulary import NOBODY

LEAVING = ("vacant_until", "joined", "tie", "known_by", "known_strength", "known", "practice", "motivation", "burnout",
           "self_interest", "solver", "effort", "success", "visible_fixes", "trial_choice", "trial_sum", "trial_cases",
           "usual_sum", "usual_cases")
"""Columns that change when somebody leaves and a newcomer is drawn."""


@rule
def successor_in_care(staff, s):
    """The most trusted colleague of `s` in the same organisation, who takes over the people they know; -1 nobody."""
    best, found = 0.0, NOBODY
    for j in range(MAX_TIES):
        c = staff.tie[s, j]
        if c != NOBODY and staff.organisation[c] == staff.organisation[s] and wide(staff.tie_trust[s, j]) > best:
            best, found = wide(staff.tie_trust[s, j]), c
    return found


@rule
def leave(person, first_person, last_person, staff, organisation, o, s, vacant_until, self_interest_power, k_newcomer):
    """The holder of post `s` leaves. Ties break; what is known of people survives only through a trusted colleague.

    The newcomer of the day on which the vacancy ends is drawn now: traits by chance, practice from the book (the
    organisation's memory), nobody known.
    """
    heir = successor_in_care(staff, s)
    for i in range(first_person, last_person):
        if person.known_by[i] == s:
            if heir != NOBODY:
                person.known_by[i] = heir
                person.known_strength[i] = 0.5 * wide(person.known_strength[i])
            else:
                person.known_by[i] = NOBODY
                person.known_strength[i] = 0.0
                person.known[i] = np.uint64(0)
    part(staff.tie, staff.tie_trust, s)
    staff.vacant_until[s] = vacant_until
    staff.joined[s] = vacant_until
    staff.practice[s] = organisation.standard[o]
    staff.motivation[s] = 0.55 + 0.2 * unit(word(k_newcomer, s, 0))
    staff.burnout[s] = 0.2 + 0.2 * unit(word(k_newcomer, s, 1))
    staff.self_interest[s] = unit(word(k_newcomer, s, 2)) ** self_interest_power
    staff.solver[s] = unit(word(k_newcomer, s, 3))
    staff.effort[s] = 1.0 - 0.2 * wide(staff.self_interest[s])
    staff.success[s] = 0.5
    staff.visible_fixes[s] = 0.0
    staff.trial_choice[s] = NOBODY
    staff.trial_sum[s] = staff.trial_cases[s] = 0.0
    staff.usual_sum[s] = staff.usual_cases[s] = 0.0
