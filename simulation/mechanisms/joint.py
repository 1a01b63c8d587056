"""Beyond one's own door: joint help through a trusted tie, through a lead agency, or a referral.

These functions receive arrays, unlike rules: they run only for bespoke contacts with people who have other needs.
"""

from __future__ import annotations

import numpy as np

from simulation import tallies as T
from simulation.chance import unit, word
from simulation.columns import MAX_TIES
from simulation.events import REFERRED_ON, SEEN_JOINTLY, note
from simulation.kernel import kernel_part, wide
from simulation.mechanisms.access import admits
from simulation.mechanisms.helping import domain_bits, fit_of, informed, share_removed, some_of
from simulation.relating import link, strengthen
from simulation.vocabulary import (
    CHOICES,
    GENERAL_PRACTICE,
    NOBODY,
    NOT_WAITING,
    RESULT_NEW,
    RESULT_REFERRED,
    RESULT_RESOLVED,
    RESULT_UNRESOLVED,
)


@kernel_part
def settle(person, tally, i, d, before, after, n):
    """What came of a contact about need `d` of person `i`: resolved, perhaps the first time, or not yet; and trust.

    A need that was small enough to live with before the contact is not counted as resolved by it.
    """
    tried = int(person.attempts[d, i])
    if tried == 0 and person.last_result[d, i] == RESULT_NEW and before >= n.resolved_below:
        tally[T.FIRST_CONTACTS] += 1.0
        if after < n.resolved_below:
            tally[T.FIRST_RESOLVED] += 1.0
    if after < n.resolved_below:
        if person.last_result[d, i] != RESULT_RESOLVED and before >= n.resolved_below:
            tally[T.RESOLVED] += 1.0
            tally[T.RESOLVED_CONTACTS] += tried + 1.0
        person.last_result[d, i] = np.uint8(RESULT_RESOLVED)
        person.attempts[d, i] = np.uint8(0)
        person.trust[i] = wide(person.trust[i]) + n.trust_gained * (1.0 - wide(person.trust[i]))
    else:
        person.last_result[d, i] = np.uint8(RESULT_UNRESOLVED)
        person.attempts[d, i] = np.uint8(min(255, tried + 1))
        person.trust[i] = max(0.0, wide(person.trust[i]) - n.trust_lost)


@kernel_part
def refer(person, organisation, tally, o, i, d, now):
    """Send person `i` on to the door of domain `d`: they wait there from now, and what was understood stays behind."""
    tally[T.REFERRALS] += 1.0
    if person.attempts[d, i] == 0 and person.last_result[d, i] == RESULT_NEW:
        tally[T.FIRST_CONTACTS] += 1.0
    organisation.referred_to[o, d] += np.float32(1.0)
    person.last_result[d, i] = np.uint8(RESULT_REFERRED)
    if person.door[d, i] < 0:
        person.door[d, i] = now


@kernel_part
def colleague_for(staff, s, at, trusted):
    """The most trusted colleague of `s` in organisation `at` who has time, -1 nobody."""
    best, found = trusted, NOBODY
    for j in range(MAX_TIES):
        c = staff.tie[s, j]
        if c != NOBODY and staff.organisation[c] == at and staff.hours_left[c] > 0.0:
            if wide(staff.tie_trust[s, j]) >= best:
                best, found = wide(staff.tie_trust[s, j]), c
    return found


@kernel_part
def anybody_free(staff, first, last):
    """The first member of staff of an organisation who has time, -1 nobody."""
    for c in range(first, last):
        if staff.hours_left[c] > 0.0:
            return c
    return NOBODY


@kernel_part
def reach(person, staff, organisation, organisation_staff, tally, work, n, strength, truth, hub, target, k_service,
          k_handoff, base, o, s, i, e, now, value_hour, recording):
    """Worker `s` of `o` brings help for need `e` of person `i`: through a tie, the lead agency, or a referral.

    Joint help comes at once, with the colleague's practice and hours. Through a tie all that is understood goes along;
    through the lead agency it passes two handoffs, and the agency spends time on the brokerage.
    """
    at = base + e
    before = wide(person.need[e, i])
    helper = s if at == o else colleague_for(staff, s, at, n.tie_trusted)
    known = domain_bits(person.known[i], e)
    if helper == NOBODY and hub > 0.0 and unit(word(k_service, i, 50 + e)) < hub:
        lead = base + GENERAL_PRACTICE
        broker = s if o == lead else anybody_free(staff, organisation_staff[lead], organisation_staff[lead + 1])
        helper = anybody_free(staff, organisation_staff[at], organisation_staff[at + 1])
        if broker != NOBODY and helper != NOBODY:
            staff.hours_left[broker] = wide(staff.hours_left[broker]) - n.referral_hours
            known = some_of(known, n.handoff_kept * n.handoff_kept, k_handoff, i, 100 + e * CHOICES)
        else:
            helper = NOBODY
    if helper == NOBODY:
        if admits(person.door[e, i], now):
            refer(person, organisation, tally, o, i, e, now)
            if recording:
                note(work.log_n, work.log_what, work.log_value, REFERRED_ON, i, o, s, e, 0, 0.0, before, before)
            first, last = organisation_staff[at], organisation_staff[at + 1]
            if unit(word(k_service, i, 60 + e)) < n.tie_begins:
                other = first + int(unit(word(k_service, i, 70 + e)) * (last - first))
                if staff.vacant_until[other] <= now:
                    link(staff.tie, staff.tie_trust, s, other, n.tie_trusted)
        return
    right = domain_bits(truth ^ person.exceptions[i], e)
    fit = fit_of(informed(domain_bits(staff.practice[helper], e), right, known), right)
    after = before * (1.0 - share_removed(fit, strength, organisation.rush[at], n.rush_loss))
    person.need[e, i] = after
    settle(person, tally, i, e, before, after, n)
    if person.door[e, i] >= 0:
        if now - person.door[e, i] <= target:
            organisation.joint_met[at] += 1.0
        person.door[e, i] = NOT_WAITING
    if at != o:
        staff.hours_left[helper] = wide(staff.hours_left[helper]) - n.joint_hours
        person.cost_year[i] += np.float32(n.joint_hours * value_hour)
        strengthen(staff.tie, staff.tie_trust, s, helper, n.tie_gain)
    tally[T.JOINT] += 1.0
    if recording:
        note(work.log_n, work.log_what, work.log_value, SEEN_JOINTLY, i, at, helper, e, 0, 0.0, before, after)


