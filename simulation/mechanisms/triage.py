"""Before anybody is seen: the hours that staff have this tick, and the order in which people will be served."""

from __future__ import annotations

from simulation import levers as L
from simulation import tallies as T
from simulation.chance import first_half, second_half, unit, word
from simulation.kernel import kernel, kernel_part, rule, wide
from simulation.mechanisms.base import BUCKETS
from simulation.mechanisms.helping import booked_ahead, brought_forward, priority
from simulation.vocabulary import HOSPITAL, N_KINDS


@rule
def hours_given(contracted, overheads, sick, effort, slack):
    """Hours one member of staff gives to people: what overheads, sickness, low effort and slack leave of those paid."""
    return contracted * (1.0 - overheads) * (1.0 - min(1.0, sick)) * effort * (1.0 - slack)


@kernel
def staff_hours(staff, organisation, organisation_staff, place_tally, levers, front_share, staffing, n, tick_hours, k,
                now, p0, p1):
    """Hours of every member of staff of places p0..p1; what was owed from the last tick is paid first."""
    for p in range(p0, p1):
        tally = place_tally[p]
        reporting, learning = levers[p, L.REPORTING], levers[p, L.LEARNING_TIME]
        relating = levers[p, L.RELATIONSHIP_TIME]
        overheads = min(n.overheads_most, reporting + learning + relating)
        for o in range(p * N_KINDS, (p + 1) * N_KINDS):
            first, last = organisation_staff[o], organisation_staff[o + 1]
            present = 0
            for s in range(first, last):
                if staff.vacant_until[s] <= now:
                    present += 1
            contracted = tick_hours * organisation.funding[o] * front_share[p] * staffing[p, o - p * N_KINDS]
            admin = organisation.admin_hours[o] / max(1, present)
            organisation.admin_hours[o] = 0.0
            for s in range(first, last):
                tally[T.HOURS_PAID] += contracted
                owed = min(0.0, wide(staff.hours_left[s]))
                if staff.vacant_until[s] > now:
                    staff.hours_given[s] = 0.0
                    staff.hours_left[s] = owed
                    continue
                sick = n.staff_absence * wide(staff.burnout[s]) * 2.0 * unit(word(k, s, 0))
                given = hours_given(contracted, overheads, sick, wide(staff.effort[s]), organisation.slack[o])
                staff.hours_given[s] = given
                staff.hours_left[s] = owed + given - admin
                tally[T.HOURS_AVAILABLE] += given
                tally[T.HOURS_REPORTING] += contracted * reporting
                tally[T.HOURS_LEARNING] += contracted * learning
                tally[T.HOURS_RELATING] += contracted * relating


@kernel_part
def order_of_service(queue, waiting, order, bucket, counts, need, door, complexity, kind, now, target, pressure,
                     payment, booking, n, k, k_booking):
    """Sort the people who are due at one organisation by priority, highest first, in linear time; returns how many.

    Due is who has an appointment by now, or is brought forward because the target is about to be missed.

    Priorities are sorted to 1 part in 1,024 of their range, with a little chance (the noise of triage) added first, so
    that nobody is ahead because of where they live. The order is left at the start of `order`.
    """
    top = 1.0 + n.wait_counts * n.wait_weight + n.breach_weight * pressure + payment
    counts[:] = 0
    due = 0
    for j in range(waiting):
        i = queue[j]
        since = door[kind, i]
        wait = wide(now - since)
        size = 1.0
        if kind != HOSPITAL:
            size = wide(need[kind, i])
            w = word(k_booking, i, since * N_KINDS + kind)
            ahead = booked_ahead(booking, size, first_half(w), n.booking_urgency)
            if wait < ahead and not brought_forward(wait, target, pressure, second_half(w)):
                continue
        value = priority(size, wait, target, wide(complexity[i]), pressure, payment, n)
        value += n.triage_noise * unit(word(k, i, kind))
        b = BUCKETS - 1 - min(BUCKETS - 1, int(value / (top + n.triage_noise) * BUCKETS))
        queue[due], queue[j] = i, queue[due]
        bucket[due] = b
        due += 1
        counts[b + 1] += 1
    for b in range(BUCKETS):
        counts[b + 1] += counts[b]
    for j in range(due):
        b = bucket[j]
        order[counts[b]] = queue[j]
        counts[b] += 1
    return due


@kernel
def settle_hours(staff, organisation, organisation_staff, place_tally, queue_n, person_door, queue, person_start,
                 first_person, n, tick_weeks, p0, p1):
    """Hours worked in the tick: those given, less those left over; what is owed is worked in the next tick.

    Load, the hours wanted for each hour there is, counts the backlog (hours owed, and people whom the hours did not
    reach at the price of a contact by the book) as the work of one week, however short a tick is; it is a running
    figure.
    """
    for p in range(p0, p1):
        offset = person_start[p] - first_person
        for kind in range(N_KINDS):
            o = p * N_KINDS + kind
            given, used, owed = 0.0, 0.0, 0.0
            for s in range(organisation_staff[o], organisation_staff[o + 1]):
                given += wide(staff.hours_given[s])
                left = wide(staff.hours_left[s])
                used += wide(staff.hours_given[s]) - min(wide(staff.hours_given[s]), max(0.0, left))
                owed += max(0.0, -left)
            waiting = 0.0
            for j in range(queue_n[p - p0, kind]):
                if person_door[kind, queue[kind, offset + j]] >= 0:
                    waiting += 1.0
            organisation.waiting[o] = waiting
            place_tally[p, T.HOURS_USED] += used
            if given > 0.0:
                backlog = (owed + organisation.not_reached[o] * n.book_hours) * tick_weeks
                now_load = min(n.load_most, (used + backlog) / given)
                organisation.load[o] += (now_load - organisation.load[o]) / max(1.0, n.load_memory)
