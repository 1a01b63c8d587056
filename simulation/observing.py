"""What is counted at the end of a tick: staff, organisations, ties, who still waits. Observing changes nothing."""

from __future__ import annotations

import numpy as np

from simulation import tallies as T
from simulation.columns import MAX_TIES
from simulation.kernel import kernel, wide
from simulation.mechanisms.helping import domain_bits, fit_of
from simulation.vocabulary import HOSPITAL, N_KINDS, NOBODY


@kernel
def observe(person, person_start, staff, organisation, organisation_staff, place, place_tally, burnt_out, trusted,
            long_wait, now, work, p0, p1, first_person):
    linked = work.linked
    for p in range(p0, p1):
        tally = place_tally[p]
        if place.regime[p] == 0:
            tally[T.OWN_REGIME] += 1.0
        linked[:] = 0
        offset = person_start[p] - first_person
        for o in range(p * N_KINDS, (p + 1) * N_KINDS):
            kind = o - p * N_KINDS
            right = domain_bits(place.truth[p], min(kind, HOSPITAL - 1))
            tally[T.ORGANISATIONS] += 1.0
            tally[T.PRESSURE] += organisation.pressure[o]
            tally[T.SAFETY] += organisation.safety[o]
            tally[T.GAMING] += organisation.gaming[o]
            tally[T.RUSH] += organisation.rush[o]
            tally[T.LOAD] += organisation.load[o]
            tally[T.MINDSET] += organisation.mindset[o]
            if kind != HOSPITAL:
                tally[T.PRACTISING_ORGANISATIONS] += 1.0
                tally[T.STANDARD_QUALITY] += fit_of(domain_bits(organisation.standard[o], kind), right)
            for s in range(organisation_staff[o], organisation_staff[o + 1]):
                tally[T.POSTS] += 1.0
                if staff.vacant_until[s] > now:
                    continue
                tally[T.PRESENT] += 1.0
                tally[T.MOTIVATION] += wide(staff.motivation[s])
                tally[T.BURNOUT] += wide(staff.burnout[s])
                if wide(staff.burnout[s]) > burnt_out:
                    tally[T.BURNT_OUT] += 1.0
                tally[T.EFFORT] += wide(staff.effort[s])
                tally[T.SUCCESS] += wide(staff.success[s])
                if kind != HOSPITAL:
                    quality = fit_of(domain_bits(staff.practice[s], kind), right)
                    tally[T.PRACTITIONERS] += 1.0
                    tally[T.QUALITY] += quality
                    tally[T.QUALITY_SQUARED] += quality * quality
                for j in range(MAX_TIES):
                    other = staff.tie[s, j]
                    if other == NOBODY:
                        continue
                    trust = wide(staff.tie_trust[s, j])
                    tally[T.TIES] += 1.0
                    tally[T.TIE_TRUST] += trust
                    if staff.organisation[other] != o and trust >= trusted:
                        tally[T.TIES_ACROSS] += 1.0
                        linked[kind, staff.organisation[other] - p * N_KINDS] = np.uint8(1)
            waiting = organisation.waiting[o]
            if kind == HOSPITAL:
                tally[T.HOSPITAL_WAITING] += waiting
            else:
                tally[T.WAITING] += waiting
                for j in range(work.queue_n[p - p0, kind]):
                    since = person.door[kind, work.queue[kind, offset + j]]
                    if since >= 0 and now + 1 - since > long_wait:
                        tally[T.WAITING_LONG] += 1.0
        for a in range(N_KINDS):
            for b in range(a + 1, N_KINDS):
                tally[T.POSSIBLE_PAIRS] += 1.0
                if linked[a, b] or linked[b, a]:
                    tally[T.LINKED_PAIRS] += 1.0
