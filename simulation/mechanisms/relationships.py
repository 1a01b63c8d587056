"""Relationships: ties begin by working together, by meeting and by introduction; they grow with use and fade without.

For a tie with trust q, per tick::

    q -> q - fading * q + time_gain * relationship_time * (1 - q)          (joint work adds to it in `care`)

A tie below `forgotten` is gone; a post that falls vacant loses all of its ties. A convener introduces two members of
staff of different organisations who serve the same person but have no tie, as far as their view of the landscape
reaches (it takes a year to learn, and is lost with the post); otherwise two whom they happen to know. A share of
introductions reaches into a neighbouring place instead (`nextdoor`). Sources: systems conveners, Wenger-Trayner 2021
(no effect size); brokers, Burt 2004, doi:10.1086/421787; relational coordination, Gittell 2000; the counter-example of
a lead agency, Provan & Milward 1995, doi:10.2307/2393698.
"""

from __future__ import annotations

import numpy as np

from simulation import levers as L
from simulation import tallies as T
from simulation.chance import happens, unit, word
from simulation.columns import MAX_TIES
from simulation.events import INTRODUCED, note
from simulation.kernel import kernel, rule, wide
from simulation.mechanisms.base import Block, Mechanism
from simulation.parameters import Parameter as P
from simulation.parameters import Table
from simulation.relating import drop, link
from simulation.vocabulary import N_DOMAINS, N_KINDS, NOBODY

TABLE = Table("relationships", "Ties between staff begin, grow and fade", (
    P("fading", 0.5, "per year", 0, 5, "judgement",
      "No estimate for ties; gains of improvement projects decay by 0.12-0.96 a year",
      "Trust that an unused tie loses."),
    P("forgotten", 0.06, "share", 0, 0.5, "judgement", "Names are forgotten", "Trust below which a tie is gone."),
    P("time_gain", 0.35, "per week", 0, 10, "judgement", "No direct estimate",
      "Trust that a tie would gain if all time were for colleagues elsewhere."),
    P("meeting", 0.4, "per week", 0, 20, "judgement", "No direct estimate",
      "New acquaintances if all time were for colleagues elsewhere."),
    P("team", 0.02, "per week", 0, 1, "judgement", "Colleagues of one team meet anyway",
      "New ties inside the own organisation."),
    P("introductions", 0.6, "per week", 0, 20, "judgement", "A convener's diary; rarely in a job description",
      "Introductions that one convener makes."),
    P("introduced_trust", 0.35, "share", 0, 1, "judgement", "A good introduction lends trust",
      "Trust of a tie made by a convener."),
    P("met_trust", 0.2, "share", 0, 1, "judgement", "A first meeting is little", "Trust of a tie made by meeting."),
    P("team_trust", 0.3, "share", 0, 1, "judgement", "Colleagues of one team start with more",
      "Trust of a new tie inside the own organisation."),
    P("attempts", 12, "number", 0, 20, "judgement", "A convener thinks of a dozen people before giving up",
      "People whom a convener considers in search of somebody who is shared."),
    P("landscape", 52, "week", 1, 520, "judgement", "It takes a year to know who is who",
      "How long a convener takes to learn the landscape."),
    P("shared_need", 0.15, "share", 0, 1, "judgement", "A need that a service would see",
      "Need from which somebody is shared by two organisations."),
))
RelationshipNumbers = TABLE.fields("RelationshipNumbers", __name__)


@rule
def tie_after(trust, relationship_time, fading, time_gain):
    """Trust of a tie one tick later, without joint work."""
    return trust - fading * trust + time_gain * relationship_time * (1.0 - trust)


@rule
def one_of_row(k, entity, draw, first, last):
    """A row of first..last-1 by chance."""
    return first + int(unit(word(k, entity, draw)) * (last - first))


@kernel
def advance_relationships(person, person_start, staff, organisation_staff, convener, convener_start, place_tally,
                          levers, n, crossing, k, k_crossing, now, work, p0, p1):
    recording = work.log_what.shape[0] > 0
    for p in range(p0, p1):
        tally = place_tally[p]
        relating = levers[p, L.RELATIONSHIP_TIME]
        first, last = organisation_staff[p * N_KINDS], organisation_staff[(p + 1) * N_KINDS]
        for s in range(first, last):
            if staff.vacant_until[s] > now:
                continue
            for j in range(MAX_TIES):
                other = staff.tie[s, j]
                if other != NOBODY:
                    trust = tie_after(wide(staff.tie_trust[s, j]), relating, n.fading, n.time_gain)
                    staff.tie_trust[s, j] = trust
                    if trust < n.forgotten and other > s:
                        drop(staff.tie, staff.tie_trust, s, other)
        # Only then who meets whom, so that a new tie has faded equally often at both ends.
        for s in range(first, last):
            if staff.vacant_until[s] > now:
                continue
            if happens(n.meeting * relating, unit(word(k, s, 0))):
                other = one_of_row(k, s, 1, first, last)
                if staff.organisation[other] != staff.organisation[s] and staff.vacant_until[other] <= now:
                    link(staff.tie, staff.tie_trust, s, other, n.met_trust)
            if happens(n.team, unit(word(k, s, 2))):
                o = staff.organisation[s]
                other = one_of_row(k, s, 3, organisation_staff[o], organisation_staff[o + 1])
                if staff.vacant_until[other] <= now:
                    link(staff.tie, staff.tie_trust, s, other, n.team_trust)

        funded = levers[p, L.CONVENERS] * (person_start[p + 1] - person_start[p]) / 10_000.0
        for c in range(convener_start[p], convener_start[p + 1]):
            share = min(1.0, funded - (c - convener_start[p]))
            if share <= 0.0:
                convener.active[c] = np.uint8(0)
                convener.landscape[c] = np.float32(0.0)
                continue
            convener.active[c] = np.uint8(1)
            view = wide(convener.landscape[c])
            convener.landscape[c] = view + (1.0 - view) / max(1.0, n.landscape)
            if not happens(n.introductions * share, unit(word(k, c, 1000))):
                continue
            if unit(word(k_crossing, c, 0)) < crossing:
                convener.reaching[c] = np.uint8(1)  # places are apart until they meet: `nextdoor` introduces
                continue
            one = other = NOBODY
            if unit(word(k, c, 1001)) < view:
                for attempt in range(int(n.attempts)):
                    i = one_of_row(k, c, 1010 + attempt, person_start[p], person_start[p + 1])
                    s = person.known_by[i]
                    if s == NOBODY:
                        continue
                    d = int(unit(word(k, c, 1030 + attempt)) * N_DOMAINS)
                    o = p * N_KINDS + d
                    if staff.organisation[s] != o and wide(person.need[d, i]) >= n.shared_need:
                        one, other = s, one_of_row(k, c, 1050, organisation_staff[o], organisation_staff[o + 1])
                        break
            if one == NOBODY:
                one, other = one_of_row(k, c, 1002, first, last), one_of_row(k, c, 1003, first, last)
            if (staff.organisation[one] != staff.organisation[other] and staff.vacant_until[one] <= now
                    and staff.vacant_until[other] <= now):
                if link(staff.tie, staff.tie_trust, one, other, n.introduced_trust):
                    convener.introductions[c] += 1
                    tally[T.INTRODUCTIONS] += 1.0
                    if recording:
                        note(work.log_n, work.log_what, work.log_value, INTRODUCED, NOBODY, staff.organisation[one],
                             one,
                             0, other, 0.0, 0.0, 0.0)


def _crossing(world) -> float:
    """Share of introductions that leave their place; none where there is nowhere to go."""
    return world.numbers["spread"].crossing if world.places > 1 and world.switches["spread"] else 0.0


def _advance(world, block: Block) -> None:
    advance_relationships(world.person, world.person_start, world.staff, world.organisation_staff, world.convener,
                          world.convener_start, world.tally, world.levers, world.numbers["relationships"],
                          _crossing(world), world.key("introduction"), world.key("crossing"), world.now,
                          block.work, block.first, block.last)


MECHANISM = Mechanism(
    "relationships", "Who knows and trusts whom?", TABLE,
    reads=("known_by", "need", "vacant_until", "relationship_time", "conveners"),
    writes=("tie", "tie_trust", "landscape", "introductions", "active", "reaching"),
    advance=_advance,
)
