"""The loop of care: who is seen by whom, in what way, until the people or the hours run out."""

from __future__ import annotations

import math

import numpy as np

from simulation import levers as L
from simulation import tallies as T
from simulation.chance import unit, word
from simulation.events import NOT_ATTENDED, REFERRED_ON, SEEN_BESPOKE, SEEN_BY_THE_BOOK, STABILISED, note
from simulation.kernel import kernel, wide
from simulation.mechanisms.access import cause_of
from simulation.mechanisms.helping import (
    NONE,
    absence_chance,
    bespoke_chance,
    bespoke_time,
    domain_bits,
    fit_of,
    informed,
    listening_chance,
    share_removed,
    some_of,
)
from simulation.mechanisms.joint import reach, refer, settle
from simulation.mechanisms.triage import order_of_service
from simulation.relating import position
from simulation.vocabulary import (
    CHOICES,
    CRISIS_NEW,
    CRISIS_TURNED_AWAY,
    CRISIS_UNRESOLVED,
    GENERAL_PRACTICE,
    HOSPITAL,
    N_DOMAINS,
    N_KINDS,
    NEW_NEED,
    NOBODY,
    NOT_WAITING,
    RESULT_NEW,
    RESULT_REFERRED,
    RESULT_TURNED_AWAY,
    RESULT_UNRESOLVED,
)


@kernel
def serve(person, person_start, staff, organisation, organisation_staff, place, place_tally, wait_bins, levers,
          complex_cut, n, strength, value_hour, crisis_cost, k_service, k_triage, k_booking, k_listen, k_handoff, now,
          tick_weeks,
          work, p0, p1, first_person):
    """See people in places p0..p1 until they, or the hours, run out; one flat record of every service in `work`."""
    need, door, last_result = person.need, person.door, person.last_result
    queue, queue_n, order = work.queue, work.queue_n, work.order
    log_n, log_what, log_value = work.log_n, work.log_what, work.log_value
    recording = log_what.shape[0] > 0
    for p in range(p0, p1):
        tally = place_tally[p]
        truth = place.truth[p]
        base = p * N_KINDS
        target = levers[p, L.TARGET_WAIT]
        discretion, continuity = levers[p, L.DISCRETION], levers[p, L.CONTINUITY]
        hub = levers[p, L.LEAD_AGENCY]
        offset = person_start[p] - first_person
        for turn in range(N_KINDS):
            kind = (now + turn) % N_KINDS
            o = base + kind
            waiting = queue_n[p - p0, kind]
            organisation.not_reached[o] = 0.0
            if waiting == 0:
                continue
            first, last = organisation_staff[o], organisation_staff[o + 1]
            free = 0
            for s in range(first, last):
                if staff.hours_left[s] > 0.0:
                    free += 1
            booking = n.booking_general_practice if kind == GENERAL_PRACTICE else n.booking_elsewhere
            due = order_of_service(queue[kind, offset:offset + waiting], waiting, order, work.bucket, work.counts, need,
                                   door, person.complexity, kind, now, target, organisation.pressure[o],
                                   levers[p, L.FUNDING_RESULTS], booking, n, k_triage, k_booking)
            rush = organisation.rush[o]
            quick = 1.0 - n.rush_saving * rush
            turn_of = organisation.next_staff[o]
            for j in range(due):
                if free == 0:
                    organisation.not_reached[o] = wide(due - j)
                    break
                i = order[j]
                # Joint help earlier in this tick may have brought the person what they were waiting for.
                if door[kind, i] < 0:
                    continue
                wait = now - door[kind, i]
                complexity = wide(person.complexity[i])
                is_complex = complexity >= complex_cut
                worst, size, total = 0, 0.0, 0.0
                for d in range(N_DOMAINS):
                    each = wide(need[d, i])
                    total += each
                    if each > size:
                        worst, size = d, each
                if size == 0.0:
                    door[kind, i] = NOT_WAITING
                    tally[T.RENEGED] += 1.0
                    continue

                # Who helps: the worker who knows the person, if the regime cares and the worker is there.
                knower = person.known_by[i]
                s = NOBODY
                if knower >= 0 and staff.organisation[knower] == o:
                    tally[T.KNOWN_POSSIBLE] += 1.0
                    if staff.hours_left[knower] > 0.0 and unit(word(k_service, i, kind)) < continuity:
                        s = knower
                if s == NOBODY:
                    while staff.hours_left[turn_of] <= 0.0:
                        turn_of = turn_of + 1 if turn_of + 1 < last else first
                    s = turn_of
                    turn_of = turn_of + 1 if turn_of + 1 < last else first
                if s == knower:
                    tally[T.KNOWN_MET] += 1.0

                d = kind
                wrong = False
                if kind == HOSPITAL:
                    d = worst
                elif wide(need[kind, i]) < n.resolved_below and worst != kind and size > n.resolved_below:
                    d = worst
                    wrong = True
                before = wide(need[d, i])
                cause = cause_of(last_result[d, i])
                if kind == HOSPITAL:
                    if last_result[d, i] == RESULT_TURNED_AWAY:
                        cause = CRISIS_TURNED_AWAY
                    elif last_result[d, i] == RESULT_NEW and door[d, i] < 0:
                        cause = CRISIS_NEW
                    else:
                        cause = CRISIS_UNRESOLVED
                time = n.book_hours * quick
                fit = 1.0
                bespoke = False

                if kind != HOSPITAL and unit(word(k_service, i, 10 + kind)) < absence_chance(
                        n.absence_base, n.absence_slope, wait * tick_weeks):
                    door[kind, i] = NOT_WAITING
                    if last_result[d, i] == RESULT_NEW:
                        last_result[d, i] = np.uint8(RESULT_UNRESOLVED)
                    time *= 0.5
                    staff.hours_left[s] = wide(staff.hours_left[s]) - time
                    if staff.hours_left[s] <= 0.0:
                        free -= 1
                    tally[T.NOT_ATTENDED] += 1.0
                    tally[T.HOURS_WASTED] += time
                    if recording:
                        note(log_n, log_what, log_value, NOT_ATTENDED, i, o, s, d, cause, 0.0, before, before)
                    continue

                door[kind, i] = NOT_WAITING
                if kind == HOSPITAL:
                    time = n.hospital_hours
                    for e in range(N_DOMAINS):
                        need[e, i] = wide(need[e, i]) * (1.0 - n.stabilised)
                    person.cost_year[i] += crisis_cost
                    last_result[d, i] = np.uint8(RESULT_UNRESOLVED)
                    if unit(word(k_service, i, 20)) < n.discharge_referral:
                        last_result[d, i] = np.uint8(RESULT_REFERRED)
                        organisation.referred_to[o, d] += np.float32(1.0)
                        if door[d, i] == NOT_WAITING:
                            door[d, i] = now
                    tally[T.HOSPITAL_SERVED] += 1.0
                    tally[T.HOSPITAL_WAIT] += wait
                    after = wide(need[d, i])
                    if recording:
                        note(log_n, log_what, log_value, STABILISED, i, o, s, d, cause, 0.0, total,
                             total * (1.0 - n.stabilised))
                else:
                    chance = bespoke_chance(discretion, wide(staff.motivation[s]), complexity, n.focus,
                                            organisation.load[o],
                                            n.bespoke_yields)
                    bespoke = unit(word(k_service, i, 30 + kind)) < chance
                    knows = wide(person.known_strength[i]) if s == knower else 0.0
                    right = domain_bits(truth ^ person.exceptions[i], d)
                    known = domain_bits(person.known[i], d)
                    if known != NONE and s != knower and not (knower >= 0 and position(staff.tie, s, knower) >= 0):
                        heard = some_of(known, n.handoff_kept, k_handoff, i, d * CHOICES)
                        if heard != known:
                            tally[T.HANDOFF_LOSSES] += 1.0
                        known = heard
                    if bespoke:
                        time = bespoke_time(n.book_hours, n.bespoke_hours, complexity, n.known_saving * knows) * quick
                        unknown = domain_bits(person.exceptions[i], d) & ~known
                        if unknown != NONE:
                            found = some_of(unknown, listening_chance(n.listen, wide(person.trust[i]), knows), k_listen,
                                            i, d * CHOICES)
                            if found != NONE:
                                known |= found
                                person.known[i] |= found << np.uint64(d * CHOICES)
                                tally[T.DISCOVERED] += 1.0
                        practice = domain_bits(staff.practice[s], d)
                        if staff.trial_choice[s] >= 0 and d == kind:
                            practice ^= np.uint64(1) << np.uint64(staff.trial_choice[s])
                        fit = fit_of(informed(practice, right, known), right)
                        tally[T.BESPOKE] += 1.0
                        if is_complex:
                            tally[T.BESPOKE_COMPLEX] += 1.0
                    else:
                        time *= 1.0 - n.known_saving * knows
                        fit = fit_of(domain_bits(organisation.standard[o], d), right)
                    after = before
                    if wrong and not bespoke:
                        # By the book another organisation's business is sent on, and the person begins again there.
                        time = n.referral_hours
                        tally[T.WRONG_DOOR] += 1.0
                        refer(person, organisation, tally, o, i, d, now)
                        if recording:
                            note(log_n, log_what, log_value, REFERRED_ON, i, o, s, d, cause, 0.0, before, before)
                    else:
                        if not wrong:
                            share = share_removed(fit, strength, rush, n.rush_loss)
                            after = before * (1.0 - share)
                            need[d, i] = after
                            staff.success[s] = wide(staff.success[s]) + 0.04 * (share - wide(staff.success[s]))
                            if bespoke:
                                if staff.trial_choice[s] >= 0:
                                    staff.trial_sum[s] += np.float32(share)
                                    staff.trial_cases[s] += np.float32(1.0)
                                else:
                                    staff.usual_sum[s] += np.float32(share)
                                    staff.usual_cases[s] += np.float32(1.0)
                            settle(person, tally, i, d, after, n)
                        if recording:
                            note(log_n, log_what, log_value, SEEN_BESPOKE if bespoke else SEEN_BY_THE_BOOK, i, o, s, d,
                                 cause, 0.0, before, after)
                        if bespoke:
                            for e in range(N_DOMAINS):
                                if wide(need[e, i]) >= n.resolved_below and (e != d or wrong):
                                    reach(person, staff, organisation, organisation_staff, tally, work, n, strength,
                                          truth,
                                          hub, k_service, k_handoff, base, o, s, i, e, now, value_hour, recording)
                                    time += 0.5 * n.referral_hours
                    tally[T.SERVED] += 1.0
                    tally[T.FIT] += fit
                    tally[T.WAIT] += wait
                    wait_bins[p, min(wait, wait_bins.shape[1] - 1)] += 1
                    if is_complex:
                        tally[T.SERVED_COMPLEX] += 1.0
                        tally[T.FIT_COMPLEX] += fit
                    # Knowing each other: grows with the same worker, loosens with others, passes on when it is gone.
                    if s == knower:
                        knows = wide(person.known_strength[i])
                        person.known_strength[i] = knows + n.known_gain * (1.0 - knows)
                    else:
                        left = wide(person.known_strength[i]) * (1.0 - n.known_loss)
                        if knower == NOBODY or left < n.known_gain or (bespoke and left < 0.5):
                            person.known_by[i] = s
                            left = n.known_gain
                        person.known_strength[i] = left

                staff.hours_left[s] = wide(staff.hours_left[s]) - time
                if staff.hours_left[s] <= 0.0:
                    free -= 1
                person.cost_year[i] += np.float32(time * value_hour)
                tally[T.CONTACT_NEW + cause] += 1.0
                failed = 0.0 if cause == NEW_NEED or cause == CRISIS_NEW else 1.0
                tally[T.HOURS_FAILURE] += failed * time
                if is_complex:
                    tally[T.CONTACTS_COMPLEX] += 1.0
                    tally[T.FAILURE_COMPLEX] += failed
                else:
                    tally[T.CONTACTS_SIMPLE] += 1.0
                    tally[T.FAILURE_SIMPLE] += failed
                r = work.served_n[0]
                work.served_person[r], work.served_organisation[r], work.served_staff[r] = i, o, s
                work.served_domain[r], work.served_cause[r], work.served_bespoke[r] = d, cause, bespoke
                work.served_wait[r] = wait
                work.served_before[r], work.served_after[r], work.served_fit[r] = before, after, fit
                work.served_n[0] = r + 1
            organisation.next_staff[o] = turn_of
            if kind == HOSPITAL:
                for j in range(due):
                    i = order[j]
                    if door[kind, i] >= 0 and (now + 1 - door[kind, i]) > n.delay_free:
                        harm = 1.0 - math.exp(-n.delay_death * min(1.0, n.delay_longest))
                        tally[T.DELAY_DEATHS] += harm
                        tally[T.DEATHS] += harm
