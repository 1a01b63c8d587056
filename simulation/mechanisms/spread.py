"""Spread: a place reviews its regime by what its commissioner can see, and approaches travel to neighbours.

Places stand on a ring; each sees the two nearest on both sides. What a commissioner sees of a place is a mix::

    seen = sees_recorded * recorded + sees_perceived * perceived + sees_crises * (1 - crises relative to all places)

with weights as shares of their sum, recorded and perceived over the planned doors; need is never seen. At its review a
place that sees a better figure next door, under another regime, adopts that regime with chance `adoption`, and only in
part: levers move `fidelity` of the way, further where its own staff know people there. A regime younger than
`trial_period` whose figure has dipped below the last review is dropped for that of the neighbours with the best figure,
as partially.

Besides, people carry what they know across (`nextdoor.py`): conveners introduce colleagues of two places, who copy from
each other; newcomers and leaders come from next door. With one place nothing of this happens. With one regime in all
places only people cross. Sources: imitation as in Bass; his spontaneous adoption is left out, because what comes from
nowhere would be drawn from the scenario's list of regimes, which says nothing about the world. Fidelity: Dixon-Woods
2013, doi:10.1186/1748-5908-8-70 (one unit in 17 transformed). That pilots die of early dips is a hypothesis of the
source texts.
"""

from __future__ import annotations

import numpy as np

from simulation import tallies as T
from simulation.chance import uniform
from simulation.events import INTRODUCED, LEADER_SUCCEEDED, REGIME_CHANGED
from simulation.mechanisms.base import Mechanism
from simulation.mechanisms.nextdoor import come_from_next_door, copy_contacts, keep_contacts, neighbours
from simulation.parameters import Parameter as P
from simulation.parameters import Table
from simulation.vocabulary import N_KINDS

TABLE = Table("spread", "Places review their regime and look next door", (
    P("review", 1, "year", 0.1, 20, "judgement", "Annual planning", "Time between reviews of a place."),
    P("adoption", 0.35, "share", 0.1, 0.6, "judgement",
      "Bass q 0.38 a year for consumer goods (Sultan 1990, recalled); 103 drugs took a median of 8.2 years (Dunn 2012)",
      "Chance to adopt what works better next door, at a review."),
    P("margin", 0.02, "share", 0, 0.5, "judgement", "A difference must be seen",
      "Difference in the figure that is seen."),
    P("fidelity", 0.4, "share", 0.05, 0.9, "judgement",
      "Of 17 units one transformed, five boosted what they did, eleven changed little: Dixon-Woods 2013, "
      "doi:10.1186/1748-5908-8-70; central 0.4",
      "How much of a regime is really taken over."),
    P("trial_period", 2, "year", 0, 20, "judgement", "Pilots are judged early",
      "Age below which a dip kills a regime."),
    P("dip", 0.02, "share", 0, 0.5, "judgement", "A fall that a board sees",
      "Fall of the figure that kills a young regime."),
    P("sees_recorded", 0.8, "number", 0, 1, "judgement",
      "Waiting times and other recorded figures lead the published performance tables of the NHS; no study of weights",
      "Weight of the recorded figure in what a commissioner sees."),
    P("sees_perceived", 0.1, "number", 0, 1, "judgement",
      "Patient surveys are published and take a small part in judging a service; no study of weights",
      "Weight of what surveyed people say in what a commissioner sees."),
    P("sees_crises", 0.1, "number", 0, 1, "judgement",
      "Emergency use is published, but belongs to no one service; no study of weights",
      "Weight of crises, relative to those of all places together, in what a commissioner sees."),
    P("crossing", 0.1, "share", 0, 1, "judgement",
      "Conveners work across boundaries (Wenger-Trayner 2021); nobody counted how often across those of places",
      "Share of introductions that reach into a neighbouring place; they are made instead of one at home."),
    P("fidelity_gain", 0.5, "number", 0, 1, "judgement",
      "What is hard to write down travels with people: form from Burt 2004, doi:10.1086/421787; no size is known",
      "Fidelity added if all of a place's staff knew somebody in the place whose regime it takes over."),
    P("staff_next_door", 0.15, "share", 0, 1, "judgement",
      "Many who leave a post stay in the same work nearby; no count of neighbouring places",
      "Share of newcomers who come from the same service next door, with the practice there."),
    P("leaders_next_door", 0.25, "share", 0, 1, "judgement",
      "Chief executives often led elsewhere before; no count of neighbouring places",
      "Share of appointments in which a leader from next door changes places with the one promoted."),
))
SpreadNumbers = TABLE.fields("SpreadNumbers", __name__)


def figures(world) -> np.ndarray:
    """What commissioners see of each place now, by the weights of the table, from the crises since the last review.

    With all weight on the record that is the mean recorded performance of the planned doors, to the bit. Crises are
    told as such rates are published: relative to all places together, so that 0.05 is a twentieth fewer than there.
    """
    n = world.numbers["spread"]
    total = n.sees_recorded + n.sees_perceived + n.sees_crises
    if total <= 0:
        return np.zeros(world.places)
    seen = n.sees_recorded / total * _doors(world.organisation.recorded)
    if n.sees_perceived > 0:
        seen = seen + n.sees_perceived / total * _doors(world.organisation.perceived)
    crises, people = world.place.crises, np.diff(world.person_start)
    if n.sees_crises > 0 and crises.sum() > 0:
        seen = seen + n.sees_crises / total * (1.0 - crises / people / (crises.sum() / people.sum()))
    return seen


def begin(world) -> None:
    """The scenario begins: commissioners remember the lived-in place as it is now, and count crises from here."""
    world.place.recorded_memory[:] = figures(world)
    world.place.crises[:] = 0.0


def _doors(column: np.ndarray) -> np.ndarray:
    return column.reshape(-1, N_KINDS)[:, :-1].mean(axis=1)


def _meet(world) -> None:
    world.place.crises[:] += world.tally[:, T.CRISES]
    if world.places > 1:
        _people_cross(world)
    every = max(1, int(world.numbers["spread"].review))
    if world.tick >= 0 and world.now % every == 0:
        if (world.place.regime != world.place.regime[0]).any():
            _review(world, figures(world))
        world.place.crises[:] = 0.0


def _review(world, seen: np.ndarray) -> None:
    n = world.numbers["spread"]
    regimes = world.place.regime
    k = world.key("review")
    changes = []
    for p in range(world.places):
        near = neighbours(p, world.places)
        best = max(near, key=lambda q: (seen[q], -q))
        young = world.now - world.place.regime_since[p] < n.trial_period
        dipped = young and seen[p] < world.place.recorded_memory[p] - n.dip
        sees_better = seen[best] > seen[p] + n.margin and uniform(k, p, 0) < n.adoption
        if regimes[best] != regimes[p] and (dipped or sees_better):
            changes.append((p, int(regimes[best]), fidelity(world, p, best)))
    world.place.recorded_memory[:] = seen
    for p, regime, share in changes:
        world.adopt(p, regime, share)
        world.note(REGIME_CHANGED, detail=p)


def fidelity(world, place: int, there: int) -> float:
    """Share of the way that levers move when `place` takes over the regime of `there`: more where staff know staff."""
    n = world.numbers["spread"]
    contacts = world.staff.contact[world.staff_start[place]:world.staff_start[place + 1]]
    first, last = world.staff_start[there], world.staff_start[there + 1]
    known = float(((contacts >= first) & (contacts < last)).mean())
    return min(1.0, n.fidelity + n.fidelity_gain * known)


def _people_cross(world) -> None:
    n, k = world.numbers["spread"], world.key("crossing")
    staff, organisation = world.staff, world.organisation
    before = (staff.contact.copy(), organisation.mindset.copy()) if world.event_log is not None else None
    if world.switches["relationships"] and n.crossing > 0:
        keep_contacts(world.convener, staff, world.organisation_staff, world.tally, world.levers,
                      world.numbers["relationships"], k, world.now)
        if world.switches["learning"]:
            learning = world.numbers["learning"]
            copy_contacts(staff, world.tally, world.levers, learning.copying, learning.copy_margin, k)
    if n.staff_next_door > 0 or n.leaders_next_door > 0:
        come_from_next_door(staff, organisation, world.organisation_staff, world.places, n.staff_next_door,
                            n.leaders_next_door, k, world.now)
    if before is not None:
        for a in np.flatnonzero((staff.contact != before[0]) & (staff.contact > np.arange(len(staff.contact)))):
            world.note(INTRODUCED, int(staff.contact[a]), int(staff.organisation[a]), int(a))
        for o in np.flatnonzero(organisation.mindset != before[1]):
            world.note(LEADER_SUCCEEDED, organisation=int(o))


MECHANISM = Mechanism(
    "spread", "How do approaches find a foothold?", TABLE,
    reads=("recorded", "perceived", "regime", "regime_since", "recorded_memory", "success", "vacant_until", "joined",
           "reaching", "relationship_time", "peer_reflection"),
    writes=("regime", "regime_since", "recorded_memory", "crises", "levers", "contact", "contact_trust", "reaching",
            "introductions", "practice", "solver", "mindset", "belief", "leader_since", "leader_from"),
    advance=None, meet=_meet,
)


def starting_regimes(shares: dict[int, float], places: int) -> np.ndarray:
    """Which regime each place starts with: regimes in turn round the ring, in the given shares."""
    out = np.zeros(places, np.int32)
    given = dict.fromkeys(shares, 0)
    for p in range(places):
        behind = max(shares, key=lambda r: (shares[r] * (p + 1) - given[r], -r))
        out[p] = behind
        given[behind] += 1
    return out
