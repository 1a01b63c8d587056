"""The parts of one contact: who helps, what it is about, what is understood, what it leaves behind.

Rules take numbers; the other parts need columns and are compiled into the loop of `serving.py`, which reads as the
sequence of these.
"""

from __future__ import annotations

import numpy as np

from simulation import tallies as T
from simulation.kernel import kernel_part, rule, wide
from simulation.mechanisms.helping import NONE, ONE, domain_bits, listening_chance, some_of
from simulation.relating import position
from simulation.vocabulary import (
    CHOICES,
    CRISIS_NEW,
    CRISIS_TURNED_AWAY,
    CRISIS_UNRESOLVED,
    N_DOMAINS,
    NEW_NEED,
    NOBODY,
    RESULT_NEW,
    RESULT_TURNED_AWAY,
)


@kernel_part
def count_free(staff, first, last):
    """How many of an organisation's staff still have time this tick."""
    free = 0
    for s in range(first, last):
        if staff.hours_left[s] > 0.0:
            free += 1
    return free


@kernel_part
def worst_need(need, i):
    """(domain of the worst need, its size, all needs together) of one person."""
    worst, size, total = 0, 0.0, 0.0
    for d in range(N_DOMAINS):
        each = wide(need[d, i])
        total += each
        if each > size:
            worst, size = d, each
    return worst, size, total


@kernel_part
def who_helps(staff, tally, o, first, last, knower, cares, turn_of):
    """(staff row, whose turn is next): the worker who knows the person, if the regime cares and they have time, else
    whoever's turn it is. Somebody must have time."""
    if knower >= 0 and staff.organisation[knower] == o:
        tally[T.KNOWN_POSSIBLE] += 1.0
        if cares and staff.hours_left[knower] > 0.0:
            tally[T.KNOWN_MET] += 1.0
            return knower, turn_of
    while staff.hours_left[turn_of] <= 0.0:
        turn_of = turn_of + 1 if turn_of + 1 < last else first
    if turn_of == knower:
        tally[T.KNOWN_MET] += 1.0
    return turn_of, turn_of + 1 if turn_of + 1 < last else first


@kernel_part
def refused_need(person, i, least):
    """Whether a person has a need that nobody has helped with since they were turned away with it."""
    for d in range(N_DOMAINS):
        if person.last_result[d, i] == RESULT_TURNED_AWAY and wide(person.need[d, i]) >= least:
            return True
    return False


@rule
def crisis_cause(last_result, waiting, refused):
    """Why a crisis came: after being turned away with any need, or else by what came of the worst need: out of a new
    one, or out of one that waits or was not resolved."""
    if refused or last_result == RESULT_TURNED_AWAY:
        return CRISIS_TURNED_AWAY
    if last_result == RESULT_NEW and not waiting:
        return CRISIS_NEW
    return CRISIS_UNRESOLVED


@kernel_part
def trusts(staff, s, other, trusted):
    """Whether worker `s` has a tie to `other` that bears weight."""
    j = position(staff.tie, s, other)
    return j >= 0 and wide(staff.tie_trust[s, j]) >= trusted


@kernel_part
def understood(person, staff, tally, i, s, knower, d, kept, trusted, k_handoff):
    """What worker `s` understands of a person in domain `d`: all, if they know the person or trust the one who does;
    otherwise what survives the handoff."""
    known = domain_bits(person.known[i], d)
    if known != NONE and s != knower and not (knower >= 0 and trusts(staff, s, knower, trusted)):
        heard = some_of(known, kept, k_handoff, i, d * CHOICES)
        if heard != known:
            tally[T.HANDOFF_LOSSES] += 1.0
        known = heard
    return known


@kernel_part
def listened(person, tally, i, d, known, knows, n, k_listen):
    """What is understood after a bespoke contact has listened; it is remembered."""
    unknown = domain_bits(person.exceptions[i], d) & ~known
    if unknown != NONE:
        chance = listening_chance(wide(person.trust[i]), knows, n)
        found = some_of(unknown, chance, k_listen, i, d * CHOICES)
        if found != NONE:
            known |= found
            person.known[i] |= found << np.uint64(d * CHOICES)
            tally[T.DISCOVERED] += 1.0
    return known


@kernel_part
def own_practice(staff, s, d, kind):
    """What worker `s` would do in domain `d`, with the choice that is under trial changed."""
    practice = domain_bits(staff.practice[s], d)
    if staff.trial_choice[s] >= 0 and d == kind:
        practice ^= ONE << np.uint64(staff.trial_choice[s])
    return practice


@kernel_part
def observe_result(staff, s, share, bespoke, memory):
    """Worker `s` sees how much of the need has gone; a bespoke case counts for the trial, or for the usual practice."""
    seen = wide(staff.success[s])
    staff.success[s] = seen + memory * (share - seen)
    if bespoke:
        if staff.trial_choice[s] >= 0:
            staff.trial_sum[s] += np.float32(share)
            staff.trial_cases[s] += np.float32(1.0)
        else:
            staff.usual_sum[s] += np.float32(share)
            staff.usual_cases[s] += np.float32(1.0)


@kernel_part
def get_to_know(person, i, s, knower, bespoke, n):
    """Knowing each other grows with the same worker, loosens with others, and passes on when it is weak."""
    knows = wide(person.known_strength[i])
    if s == knower:
        person.known_strength[i] = knows + n.known_gain * (1.0 - knows)
    else:
        left = knows * (1.0 - n.known_loss)
        if knower == NOBODY or left < n.known_gain or (bespoke and left < n.known_yields):
            person.known_by[i] = s
            left = n.known_gain
        person.known_strength[i] = left


@kernel_part
def count_contact(tally, cause, time, is_complex):
    """Every contact has one cause; failure demand is every cause but a new need, or a crisis of one."""
    failed = 0.0 if cause == NEW_NEED or cause == CRISIS_NEW else 1.0
    tally[T.CONTACT_NEW + cause] += 1.0
    tally[T.HOURS_FAILURE] += failed * time
    if is_complex:
        tally[T.CONTACTS_COMPLEX] += 1.0
        tally[T.FAILURE_COMPLEX] += failed
    else:
        tally[T.CONTACTS_SIMPLE] += 1.0
        tally[T.FAILURE_SIMPLE] += failed


@kernel_part
def record_service(work, i, o, s, d, cause, bespoke, wait, before, after, fit):
    """One flat record of a service, for the mechanisms that come later in the tick."""
    r = work.served_n[0]
    work.served_person[r], work.served_organisation[r], work.served_staff[r] = i, o, s
    work.served_domain[r], work.served_cause[r], work.served_bespoke[r] = d, cause, bespoke
    work.served_wait[r] = wait
    work.served_before[r], work.served_after[r], work.served_fit[r] = before, after, fit
    work.served_n[0] = r + 1
