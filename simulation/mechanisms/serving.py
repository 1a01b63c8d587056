"""The loop of care: who is seen by whom, in what way, until the people or the hours run out."""

from __future__ import annotations

import math

import numpy as np

from simulation import levers as L
from simulation import tallies as T
from simulation.chance import unit, word
from simulation.events import NOT_ATTENDED, REFERRED_ON, SEEN_BESPOKE, SEEN_BY_THE_BOOK, STABILISED, note
from simulation.kernel import kernel, kernel_part, wide
from simulation.mechanisms.access import admits, cause_of
from simulation.mechanisms.contact import (
    count_contact,
    count_free,
    crisis_cause,
    get_to_know,
    listened,
    observe_result,
    own_practice,
    record_service,
    refused_need,
    understood,
    who_helps,
    worst_need,
)
from simulation.mechanisms.helping import (
    absence_chance,
    bespoke_chance,
    bespoke_time,
    calendar,
    domain_bits,
    fit_of,
    informed,
    share_removed,
)
from simulation.mechanisms.joint import reach, refer, settle
from simulation.mechanisms.triage import order_of_service
from simulation.vocabulary import (
    GENERAL_PRACTICE,
    HOSPITAL,
    N_DOMAINS,
    N_KINDS,
    NOT_WAITING,
    RESULT_NEW,
    RESULT_REFERRED,
    RESULT_UNRESOLVED,
)


@kernel_part
def stabilise(person, organisation, tally, o, i, d, wait, crisis_cost, n, k, now):
    """A hospital stay: every need is eased, none resolved; perhaps the person is referred on. Returns need `d`."""
    for e in range(N_DOMAINS):
        person.need[e, i] = wide(person.need[e, i]) * (1.0 - n.stabilised)
    person.cost_year[i] += np.float32(crisis_cost)
    person.last_result[d, i] = np.uint8(RESULT_UNRESOLVED)
    if unit(word(k, i, 20)) < n.discharge_referral:
        person.last_result[d, i] = np.uint8(RESULT_REFERRED)
        organisation.referred_to[o, d] += np.float32(1.0)
        if admits(person.door[d, i], now):
            person.door[d, i] = now
    tally[T.HOSPITAL_SERVED] += 1.0
    tally[T.HOSPITAL_WAIT] += wait
    return wide(person.need[d, i])


@kernel_part
def harm_of_delay(door, tally, order, due, now, n):
    """Those in crisis whom the hospital has not reached in this tick are in danger."""
    for j in range(due):
        since = door[HOSPITAL, order[j]]
        if since >= 0 and now + 1 - since > n.delay_free:
            harm = 1.0 - math.exp(-n.delay_death * min(1.0, n.delay_longest))
            tally[T.DELAY_DEATHS] += harm
            tally[T.DEATHS] += harm


@kernel
def serve(person, person_start, staff, organisation, organisation_staff, place, place_tally, wait_bins, levers,
          complex_cut, n, strength, value_hour, crisis_cost, k_service, k_triage, k_booking, k_listen, k_handoff, now,
          work, p0, p1, first_person):
    """See people in places p0..p1 until they, or the hours, run out; one flat record of every service in `work`."""
    need, door, last_result = person.need, person.door, person.last_result
    order = work.order
    log_n, log_what, log_value = work.log_n, work.log_what, work.log_value
    recording = log_what.shape[0] > 0
    for p in range(p0, p1):
        tally = place_tally[p]
        truth = place.truth[p]
        base = p * N_KINDS
        discretion, continuity, hub = levers[p, L.DISCRETION], levers[p, L.CONTINUITY], levers[p, L.LEAD_AGENCY]
        offset = person_start[p] - first_person
        for turn in range(N_KINDS):
            kind = (now + turn) % N_KINDS
            o = base + kind
            waiting = work.queue_n[p - p0, kind]
            organisation.not_reached[o] = 0.0
            if waiting == 0:
                continue
            first, last = organisation_staff[o], organisation_staff[o + 1]
            free = count_free(staff, first, last)
            booking = calendar(n.booking_general_practice if kind == GENERAL_PRACTICE else n.booking_elsewhere,
                               organisation.load[o], n.booking_follows)
            due = order_of_service(work.queue[kind, offset:offset + waiting], waiting, order, work.bucket, work.counts,
                                   need, door, person.complexity, kind, now, levers[p, L.TARGET_WAIT],
                                   organisation.pressure[o], levers[p, L.FUNDING_RESULTS], booking, n, k_triage,
                                   k_booking)
            quick = 1.0 - n.rush_saving * organisation.rush[o]
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
                door[kind, i] = NOT_WAITING
                worst, size, total = worst_need(need, i)
                if size == 0.0:
                    tally[T.RENEGED] += 1.0
                    continue
                knower = person.known_by[i]
                cares = unit(word(k_service, i, kind)) < continuity
                s, turn_of = who_helps(staff, tally, o, first, last, knower, cares, turn_of)
                complexity = wide(person.complexity[i])
                is_complex = complexity >= complex_cut
                wrong = (kind != HOSPITAL and worst != kind and size > n.resolved_below
                         and wide(need[min(kind, N_DOMAINS - 1), i]) < n.resolved_below)
                d = worst if wrong or kind == HOSPITAL else kind
                before = wide(need[d, i])
                cause = cause_of(last_result[d, i])
                fit, bespoke = 1.0, False

                if kind == HOSPITAL:
                    cause = crisis_cause(last_result[d, i], door[d, i] >= 0, refused_need(person, i, n.resolved_below))
                    time = n.hospital_hours
                    after = stabilise(person, organisation, tally, o, i, d, wait, crisis_cost, n, k_service, now)
                    if recording:
                        note(log_n, log_what, log_value, STABILISED, i, o, s, d, cause, 0.0, total,
                             total * (1.0 - n.stabilised))
                elif unit(word(k_service, i, 10 + kind)) < absence_chance(wide(wait), n):
                    if last_result[d, i] == RESULT_NEW:
                        last_result[d, i] = np.uint8(RESULT_UNRESOLVED)
                    time = n.absence_hours * quick
                    staff.hours_left[s] = wide(staff.hours_left[s]) - time
                    if staff.hours_left[s] <= 0.0:
                        free -= 1
                    tally[T.NOT_ATTENDED] += 1.0
                    tally[T.HOURS_WASTED] += time
                    if recording:
                        note(log_n, log_what, log_value, NOT_ATTENDED, i, o, s, d, cause, 0.0, before, before)
                    continue
                else:
                    chance = bespoke_chance(discretion, wide(staff.motivation[s]), complexity, organisation.load[o],
                                            n)
                    bespoke = unit(word(k_service, i, 30 + kind)) < chance
                    knows = wide(person.known_strength[i]) if s == knower else 0.0
                    saving = n.known_saving * knows
                    right = domain_bits(truth ^ person.exceptions[i], d)
                    known = understood(person, staff, tally, i, s, knower, d, n.handoff_kept, n.tie_trusted,
                                       k_handoff)
                    if bespoke:
                        known = listened(person, tally, i, d, known, knows, n, k_listen)
                        fit = fit_of(informed(own_practice(staff, s, d, kind), right, known), right)
                        time = bespoke_time(complexity, saving, n) * quick
                        tally[T.BESPOKE] += 1.0
                        if is_complex:
                            tally[T.BESPOKE_COMPLEX] += 1.0
                    else:
                        fit = fit_of(domain_bits(organisation.standard[o], d), right)
                        time = n.book_hours * quick * (1.0 - saving)
                    after = before
                    if wrong and not bespoke:
                        # By the book another organisation's business is sent on, and the person begins again there.
                        time, fit = n.referral_hours, 1.0
                        tally[T.WRONG_DOOR] += 1.0
                        refer(person, organisation, tally, o, i, d, now)
                        if recording:
                            note(log_n, log_what, log_value, REFERRED_ON, i, o, s, d, cause, 0.0, before, before)
                    else:
                        if not wrong:
                            share = share_removed(fit, strength, organisation.rush[o], n.rush_loss)
                            after = before * (1.0 - share)
                            need[d, i] = after
                            observe_result(staff, s, share, bespoke, n.success_memory)
                            settle(person, tally, i, d, before, after, n)
                        if recording:
                            note(log_n, log_what, log_value, SEEN_BESPOKE if bespoke else SEEN_BY_THE_BOOK, i, o, s, d,
                                 cause, 0.0, before, after)
                        if bespoke:
                            for e in range(N_DOMAINS):
                                if wide(need[e, i]) >= n.resolved_below and (e != d or wrong):
                                    reach(person, staff, organisation, organisation_staff, tally, work, n, strength,
                                          truth, hub, levers[p, L.TARGET_WAIT], k_service, k_handoff, base, o, s,
                                          i, e, now, value_hour,
                                          recording)
                                    time += n.reach_hours
                        tally[T.HELPED] += 1.0
                        tally[T.FIT] += fit
                    tally[T.SERVED] += 1.0
                    tally[T.WAIT] += wait
                    wait_bins[p, min(wait, wait_bins.shape[1] - 1)] += 1
                    if is_complex:
                        tally[T.SERVED_COMPLEX] += 1.0
                    get_to_know(person, i, s, knower, bespoke, n)

                staff.hours_left[s] = wide(staff.hours_left[s]) - time
                if staff.hours_left[s] <= 0.0:
                    free -= 1
                person.cost_year[i] += np.float32(time * value_hour)
                count_contact(tally, cause, time, is_complex)
                record_service(work, i, o, s, d, cause, bespoke, wait, before, after, fit)
            organisation.next_staff[o] = turn_of
            if kind == HOSPITAL:
                harm_of_delay(door, tally, order, due, now, n)
