"""What crosses between neighbouring places: who knows whom there, practice seen there, and who comes from there.

Places run in parallel and touch only while they meet, so everything here runs once a tick, on one thread, in the order
of rows. A member of staff knows at most one colleague next door, of the same kind of organisation; the two hold each
other, with one trust. That is kept apart from `tie`, which stays within a place: nobody is helped jointly across.

Everything goes both ways: a contact, a newcomer and a leader carry what they know to whichever side they reach, good or
bad, and what is right here need not be right there.
"""

from __future__ import annotations

import numpy as np

from simulation import levers as L
from simulation import tallies as T
from simulation.chance import happens, unit, word
from simulation.kernel import kernel, rule, wide
from simulation.mechanisms.helping import domain_bits
from simulation.mechanisms.learning import one_of
from simulation.mechanisms.relationships import one_of_row, tie_after
from simulation.vocabulary import CHOICES, HOSPITAL, N_KINDS, NOBODY


def neighbours(place: int, places: int) -> list[int]:
    """The two nearest places on each side of a ring, without the place itself."""
    return sorted({(place + step) % places for step in (-2, -1, 1, 2)} - {place})


@rule
def next_door(place, places, chance):
    """One of `neighbours(place, places)` by chance in [0, 1); `places` is at least 2."""
    if places <= 5:
        return (place + 1 + int(chance * (places - 1))) % places
    step = int(chance * 4.0)
    return (place + (step - 2 if step < 2 else step - 1)) % places


@rule
def forget(contact, trust, a):
    """The contact of `a` next door is gone, at both ends."""
    b = contact[a]
    if b != NOBODY:
        contact[a] = contact[b] = NOBODY
        trust[a] = trust[b] = 0.0


@rule
def acquaint(contact, trust, a, b, strength):
    """`a` and `b` know each other with this trust, unless either has a contact that is trusted as much; whether."""
    as_held = np.float32(strength)  # a strength is rounded when it is stored, and must equal itself afterwards
    if contact[a] == b or trust[a] >= as_held or trust[b] >= as_held:
        return False
    forget(contact, trust, a)
    forget(contact, trust, b)
    contact[a], contact[b] = b, a
    trust[a] = trust[b] = strength
    return True


@kernel
def keep_contacts(convener, staff, organisation_staff, place_tally, levers, n, k, now):
    """Contacts next door fade as ties do and end with the post; then conveners who reached across introduce.

    The time that keeps a contact is the mean of what the two places give to relationships.
    """
    places = place_tally.shape[0]
    for a in range(staff.contact.shape[0]):
        b = staff.contact[a]
        if b < a:  # nobody, or done from the other end
            continue
        relating = 0.5 * (levers[staff.organisation[a] // N_KINDS, L.RELATIONSHIP_TIME]
                          + levers[staff.organisation[b] // N_KINDS, L.RELATIONSHIP_TIME])
        trust = tie_after(wide(staff.contact_trust[a]), relating, n.fading, n.time_gain)
        if staff.vacant_until[a] > now or staff.vacant_until[b] > now or trust < n.forgotten:
            forget(staff.contact, staff.contact_trust, a)
        else:
            staff.contact_trust[a] = staff.contact_trust[b] = trust
    for c in range(convener.place.shape[0]):
        if convener.reaching[c] == 0:
            continue
        convener.reaching[c] = np.uint8(0)
        p = convener.place[c]
        one = one_of_row(k, c, 1, organisation_staff[p * N_KINDS], organisation_staff[(p + 1) * N_KINDS])
        kind = staff.organisation[one] - p * N_KINDS
        o = next_door(p, places, unit(word(k, c, 2))) * N_KINDS + kind
        other = one_of_row(k, c, 3, organisation_staff[o], organisation_staff[o + 1])
        if (staff.vacant_until[one] <= now and staff.vacant_until[other] <= now
                and acquaint(staff.contact, staff.contact_trust, one, other, n.introduced_trust)):
            convener.introductions[c] += 1
            place_tally[p, T.INTRODUCTIONS] += 1.0


@kernel
def copy_contacts(staff, place_tally, levers, copying, margin, k):
    """Take one choice from a contact next door whose own cases come out better: `copying` * peer reflection * trust."""
    for a in range(staff.contact.shape[0]):
        b = staff.contact[a]
        if b == NOBODY:
            continue
        p, kind = staff.organisation[a] // N_KINDS, staff.organisation[a] % N_KINDS
        hazard = copying * levers[p, L.PEER_REFLECTION] * wide(staff.contact_trust[a])
        if (kind != HOSPITAL and happens(hazard, unit(word(k, a, 10)))
                and wide(staff.success[b]) > wide(staff.success[a]) + margin):
            differs = one_of(domain_bits(staff.practice[a], kind) ^ domain_bits(staff.practice[b], kind),
                             unit(word(k, a, 11)))
            if differs != np.uint64(0):
                staff.practice[a] ^= differs << np.uint64(kind * CHOICES)
                place_tally[p, T.COPIES] += 1.0


@kernel
def come_from_next_door(staff, organisation, organisation_staff, places, staff_share, leader_share, k, now):
    """A share of those who begin tomorrow, and of leaders appointed now, come from the same service next door.

    A newcomer from there brings the practice and the temper (`solver`) of a colleague there, picked by chance: that
    stands for one of those who left there, who are counted as leavers already. A leader from there changes places with
    the one who was promoted here: nobody is gained or lost.
    """
    for s in range(staff.vacant_until.shape[0]):
        if staff.vacant_until[s] != now + 1 or staff.joined[s] != now + 1 or unit(word(k, s, 20)) >= staff_share:
            continue
        o = staff.organisation[s]
        there = next_door(o // N_KINDS, places, unit(word(k, s, 21))) * N_KINDS + o % N_KINDS
        other = one_of_row(k, s, 22, organisation_staff[there], organisation_staff[there + 1])
        if staff.vacant_until[other] <= now:
            staff.practice[s] = staff.practice[other]
            staff.solver[s] = staff.solver[other]
    for o in range(organisation.mindset.shape[0]):
        if (organisation.leader_since[o] != now or organisation.leader_from[o] == NOBODY
                or unit(word(k, o, 30)) >= leader_share):
            continue
        there = next_door(o // N_KINDS, places, unit(word(k, o, 31))) * N_KINDS + o % N_KINDS
        if organisation.leader_since[there] == now:
            continue
        mindset, belief = organisation.mindset[o], organisation.belief[o]
        organisation.mindset[o], organisation.belief[o] = organisation.mindset[there], organisation.belief[there]
        organisation.mindset[there], organisation.belief[there] = mindset, belief
        organisation.leader_since[there] = now
        organisation.leader_from[o] = organisation.leader_from[there] = NOBODY
