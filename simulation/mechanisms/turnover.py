"""Somebody leaves a post and, after a vacancy, somebody new begins: what goes with the one and comes with the other.

Its parameters stand in the table of `pressure`; those who are promoted leave by the same rule.
"""

from __future__ import annotations

import numpy as np

from simulation.chance import unit, word
from simulation.columns import MAX_TIES
from simulation.kernel import rule, wide
from simulation.parameters import Parameter as P
from simulation.relating import part
from simulation.vocabulary import NOBODY

LEAVING = ("vacant_until", "joined", "tie", "known_by", "known_strength", "known", "practice", "motivation", "burnout",
           "self_interest", "solver", "effort", "success", "visible_fixes", "trial_choice", "trial_sum", "trial_cases",
           "usual_sum", "usual_cases")
"""Columns that change when somebody leaves and a newcomer is drawn."""

PARAMETERS = (
    P("vacancy", 10, "week", 0, 104, "associated",
      "7 % vacant at a turnover of 24.7 % is 15 weeks a post (Skills for Care 2024/25); shorter elsewhere is judgement",
      "How long a post stays vacant."),
    P("vacancy_spread", 1, "share", 0, 1, "judgement", "Some posts are filled at once, some after twice the time",
      "How far single vacancies differ from that length: 0 all alike, 1 evenly from nothing to twice as long."),
    P("handed_over", 0.5, "share", 0, 1, "judgement",
      "No direct estimate of what a colleague takes over; complete verbal handoffs are 20 to 66 % (I-PASS 2022)",
      "Share of knowing a person that passes to a trusted colleague when the worker leaves."),
    P("newcomer_motivation", 0.55, "share", 0, 1, "judgement",
      "No direct estimate; with its spread, a little above the mean of staff at the start",
      "Lowest motivation of a newcomer."),
    P("newcomer_motivation_spread", 0.2, "share", 0, 1, "judgement", "No direct estimate",
      "Highest less lowest motivation of newcomers."),
    P("newcomer_burnout", 0.2, "share", 0, 1, "judgement", "Newcomers are less tired than others; no estimate",
      "Lowest exhaustion of a newcomer."),
    P("newcomer_burnout_spread", 0.2, "share", 0, 1, "judgement", "No direct estimate",
      "Highest less lowest exhaustion of newcomers."),
    P("newcomer_withheld", 0.2, "share", 0, 1, "judgement", "A trial period is watched; no direct estimate",
      "Effort that a wholly self-interested newcomer withholds on the first day."),
    P("newcomer_success", 0.5, "share", 0, 1, "judgement", "Nothing is known yet: the middle of the scale",
      "Success in own cases that a newcomer begins with."),
)
"""What the table of `pressure` says of leaving and beginning."""


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
def vacancy_length(chance, n):
    """Ticks that one post stays vacant, evenly spread around the mean by `chance` in [0, 1)."""
    return n.vacancy * (1.0 - n.vacancy_spread + 2.0 * n.vacancy_spread * chance)


@rule
def leave(person, first_person, last_person, staff, organisation, o, s, vacant_until, self_interest_power, k_newcomer,
          n):
    """The holder of post `s` leaves. Ties break; what is known of people survives only through a trusted colleague.

    The newcomer of the day on which the vacancy ends is drawn now: traits by chance, practice from the book (the
    organisation's memory), nobody known. `n` are the numbers of `pressure`.
    """
    heir = successor_in_care(staff, s)
    for i in range(first_person, last_person):
        if person.known_by[i] == s:
            if heir != NOBODY:
                person.known_by[i] = heir
                person.known_strength[i] = n.handed_over * wide(person.known_strength[i])
            else:
                person.known_by[i] = NOBODY
                person.known_strength[i] = 0.0
                person.known[i] = np.uint64(0)
    part(staff.tie, staff.tie_trust, s)
    staff.vacant_until[s] = vacant_until
    staff.joined[s] = vacant_until
    staff.practice[s] = organisation.standard[o]
    staff.motivation[s] = min(1.0, n.newcomer_motivation
                              + n.newcomer_motivation_spread * unit(word(k_newcomer, s, 0)))
    staff.burnout[s] = min(1.0, n.newcomer_burnout + n.newcomer_burnout_spread * unit(word(k_newcomer, s, 1)))
    staff.self_interest[s] = unit(word(k_newcomer, s, 2)) ** self_interest_power
    staff.solver[s] = unit(word(k_newcomer, s, 3))
    staff.effort[s] = 1.0 - n.newcomer_withheld * wide(staff.self_interest[s])
    staff.success[s] = n.newcomer_success
    staff.visible_fixes[s] = 0.0
    staff.trial_choice[s] = NOBODY
    staff.trial_sum[s] = staff.trial_cases[s] = 0.0
    staff.usual_sum[s] = staff.usual_cases[s] = 0.0
