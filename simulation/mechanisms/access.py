"""Access: asking for help, the wrong door, the threshold, waiting, chasing, giving up.

For one person and domain, n the need, w the willingness (from trust), all rates per tick::

    asks        1 - exp(-seek * n * w)           w = willing_floor + (1 - willing_floor) * trust
    wrong door  wrong_door * (1 + wrong_door_complexity * complexity)     comes to general practice first
    turned away if n < eligibility + what the organisation has added under pressure
    chases      1 - exp(-chase * n)              while waiting; costs staff time, helps nobody
    gives up    1 - exp(-renege)                 reneging, in the words of queueing theory

Every contact carries its true cause. What came of the last contact about the same need decides it: a new need is value
demand, everything else failure demand (Seddon 2003; Walley 2021).
"""

from __future__ import annotations

import numpy as np

from simulation import levers as L
from simulation import tallies as T
from simulation.chance import happens, unit, word
from simulation.events import CHASED, LEFT_THE_QUEUE, TURNED_AWAY, note
from simulation.kernel import kernel, rule, wide
from simulation.mechanisms.base import Block, Mechanism
from simulation.parameters import Parameter as P
from simulation.parameters import Table
from simulation.vocabulary import (
    BOUNCED,
    GENERAL_PRACTICE,
    HOSPITAL,
    N_DOMAINS,
    N_KINDS,
    NEW_NEED,
    NOBODY,
    NOT_WAITING,
    REFERRED_ON,
    RELAPSED,
    RESULT_NEW,
    RESULT_REFERRED,
    RESULT_RESOLVED,
    RESULT_TURNED_AWAY,
    UNRESOLVED,
)

TABLE = Table("access", "People ask for help, wait, chase, are turned away", (
    P("seek", 1.61, "per week", 0, 10, "judgement",
      "No direct estimate; it decides how soon those who were not helped come back",
      "How soon a fully willing person with need 1 asks."),
    P("seek_floor", 0.102, "share", 0, 1, "judgement", "People live with small needs", "Need below which nobody asks."),
    P("willing_floor", 0.35, "share", 0, 1, "judgement", "Even those without trust ask in the end",
      "Willingness of a person without any trust."),
    P("wrong_door", 0.123, "share", 0, 1, "associated",
      "17 % of care-navigator contacts wrongly resolved first: Boam & Downham 2025; GPs report that 19 % of their time "
      "goes on matters other than health: Citizens Advice 2015",
      "Chance that a need outside general practice comes to general practice first, for a person of complexity 0."),
    P("wrong_door_complexity", 1, "number", 0, 5, "judgement",
      "Tangled lives fit no sign on a door; no direct estimate",
      "How much complexity 1 adds to that chance, as a multiple."),
    P("chase", 0.0679, "per week", 0, 5, "judgement", "Chasing is common where waits are long; no direct estimate",
      "How often a waiting person with need 1 asks where their help is."),
    P("chase_hours", 0.12, "hours", 0, 5, "judgement", "A call, a search, a call back", "Staff time of one chase."),
    P("renege", 0.008, "per week", 0, 1, "judgement", "Few leave a list unasked", "Hazard of giving up waiting."),
    P("assess_hours", 0.25, "hours", 0, 5, "judgement", "An assessment that ends in refusal takes time too",
      "Staff time of turning somebody away."),
    P("refusal_length", 8, "week", 0, 104, "judgement", "People come back after some weeks",
      "How long somebody turned away stays away from that door."),
    P("trust_lost_refusal", 0.05, "share", 0, 1, "judgement", "No direct estimate", "Trust lost by a refusal."),
    P("trust_lost_chase", 0.01, "share", 0, 1, "judgement", "No direct estimate", "Trust lost by having to chase."),
))
AccessNumbers = TABLE.fields("AccessNumbers", __name__)


@rule
def cause_of(last_result):
    """Why a person contacts about this need, given what the last contact came to."""
    if last_result == RESULT_NEW:
        return NEW_NEED
    if last_result == RESULT_TURNED_AWAY:
        return BOUNCED
    if last_result == RESULT_REFERRED:
        return REFERRED_ON
    if last_result == RESULT_RESOLVED:
        return RELAPSED
    return UNRESOLVED


@rule
def admits(door, now):
    """Whether a person may join the queue behind `door`: not waiting there, and no refusal still stands."""
    return door == NOT_WAITING or (door < NOT_WAITING and now >= -2 - door)


@rule
def willingness(trust, floor):
    return floor + (1.0 - floor) * trust


@kernel
def advance_access(person, person_start, organisation, place_tally, levers, complex_cut, n, k_seek, k_door, now, active,
                   queue, queue_n, log_n, log_what, log_value, p0, p1, first_person):
    need, door, last_result = person.need, person.door, person.last_result
    recording = log_what.shape[0] > 0
    for p in range(p0, p1):
        tally = place_tally[p]
        eligibility = levers[p, L.ELIGIBILITY]
        first_organisation = p * N_KINDS
        waiting_here = queue_n[p - p0]
        for o in range(N_KINDS):
            waiting_here[o] = 0
        offset = person_start[p] - first_person
        a, b = person_start[p], person_start[p + 1]
        mark = active[:b - a]
        crisis = door[HOSPITAL, a:b]
        for j in range(len(mark)):
            mark[j] = crisis[j] >= 0
        least = np.float32(n.seek_floor)
        for d in range(N_DOMAINS):
            sizes, states = need[d, a:b], door[d, a:b]
            for j in range(len(mark)):
                mark[j] |= (sizes[j] >= least) | (states[j] >= 0)
        for i in range(a, b):
            if not mark[i - a]:
                continue
            willing = willingness(wide(person.trust[i]), n.willing_floor)
            is_complex = wide(person.complexity[i]) >= complex_cut
            for d in range(N_DOMAINS):
                size = wide(need[d, i])
                state = door[d, i]
                if state < 0 and size < n.seek_floor:
                    continue
                u = unit(word(k_seek, i, d))
                if state >= 0:
                    if happens(n.renege, 1.0 - u):
                        door[d, i] = NOT_WAITING
                        tally[T.RENEGED] += 1.0
                        if recording:
                            note(log_n, log_what, log_value, LEFT_THE_QUEUE, i, first_organisation + d, NOBODY, d, 0,
                                 0.0, size, size)
                    elif now > state and happens(n.chase * size, u):
                        tally[T.CONTACT_CHASED] += 1.0
                        tally[T.HOURS_FAILURE] += n.chase_hours
                        organisation.admin_hours[first_organisation + d] += n.chase_hours
                        person.trust[i] = max(0.0, wide(person.trust[i]) - n.trust_lost_chase)
                        if is_complex:
                            tally[T.CONTACTS_COMPLEX] += 1.0
                            tally[T.FAILURE_COMPLEX] += 1.0
                        else:
                            tally[T.CONTACTS_SIMPLE] += 1.0
                            tally[T.FAILURE_SIMPLE] += 1.0
                        if recording:
                            note(log_n, log_what, log_value, CHASED, i, first_organisation + d, NOBODY, d, 0,
                                 0.0, size, size)
                    continue
                if not happens(n.seek * size * willing, u):
                    continue
                at = d
                if d != GENERAL_PRACTICE:
                    wrong = n.wrong_door * (1.0 + n.wrong_door_complexity * wide(person.complexity[i]))
                    if unit(word(k_door, i, d)) < wrong:
                        at = GENERAL_PRACTICE
                if not admits(door[at, i], now):
                    continue
                threshold = eligibility + organisation.threshold_raise[first_organisation + at]
                if at == d and size < threshold:
                    cause = cause_of(last_result[d, i])
                    tally[T.TURNED_AWAY] += 1.0
                    if cause == NEW_NEED and person.attempts[d, i] == 0:
                        tally[T.FIRST_CONTACTS] += 1.0
                    if size >= eligibility:
                        tally[T.DEFLECTED] += 1.0
                    tally[T.CONTACT_NEW + cause] += 1.0
                    failure = 0.0 if cause == NEW_NEED else 1.0
                    tally[T.HOURS_FAILURE] += failure * n.assess_hours
                    if is_complex:
                        tally[T.CONTACTS_COMPLEX] += 1.0
                        tally[T.FAILURE_COMPLEX] += failure
                    else:
                        tally[T.CONTACTS_SIMPLE] += 1.0
                        tally[T.FAILURE_SIMPLE] += failure
                    organisation.admin_hours[first_organisation + at] += n.assess_hours
                    door[at, i] = -2 - (now + int(n.refusal_length))
                    last_result[d, i] = np.uint8(RESULT_TURNED_AWAY)
                    person.attempts[d, i] = np.uint8(min(255, int(person.attempts[d, i]) + 1))
                    person.trust[i] = max(0.0, wide(person.trust[i]) - n.trust_lost_refusal)
                    if recording:
                        note(log_n, log_what, log_value, TURNED_AWAY, i, first_organisation + at, NOBODY, d,
                             cause, 0.0, size, size)
                else:
                    door[at, i] = now
            for o in range(N_KINDS):
                if door[o, i] >= 0:
                    queue[o, offset + waiting_here[o]] = i
                    waiting_here[o] += 1


def _advance(world, block: Block) -> None:
    w = block.work
    advance_access(world.person, world.person_start, world.organisation, world.tally, world.levers, world.complex_cut,
                   world.numbers["access"], world.key("seeking"), world.key("door"), world.now, w.active,
                   w.queue, w.queue_n, w.log_n, w.log_what, w.log_value, block.first, block.last, block.first_person)


MECHANISM = Mechanism(
    "access", "Who asks, and who is let in?", TABLE,
    reads=("need", "trust", "complexity", "last_result", "threshold_raise", "eligibility"),
    writes=("door", "last_result", "attempts", "trust", "admin_hours"),
    advance=_advance,
)
