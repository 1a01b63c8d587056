"""Leadership: how leaders answer a figure, how they lose their post, and who comes after them.

Each month the recorded figure comes in. With chance (1 - mindset) * (1 - signals_only) a leader answers it as news: if
it is lower than the last, they fix something, which with chance `fix_practice` overwrites one choice of the
standard with their own belief. Otherwise they look for a signal
(a point outside mean -+ 2.66 * mean moving range, the XmR chart of Wheeler 2000) and only then act, bringing one choice
of the standard to what most staff find works. Deming's lesson: answering noise adds variance (the funnel, rule 2).

Leaders go by tenure, or are sacked where stakes are high and the target is missed. The successor is the candidate with
the best score: visible problem-solving, or regard of peers,
as the regime promotes. Their mindset is what they are; staff
slowly take after their leader. Sources: tenure, King's Fund 2018 (median 3 years); replacing a chief executive changes
little, Janke, Propper & Sadun 2019; promotion of heroes is a hypothesis (Shah, quoted by Mezey), untested.
"""

from __future__ import annotations

import math

import numpy as np

from simulation import levers as L
from simulation import tallies as T
from simulation.chance import happens, unit, word
from simulation.columns import FIGURES_KEPT, MAX_TIES
from simulation.events import FIX, LEADER_SACKED, LEADER_SUCCEEDED, note
from simulation.kernel import kernel, rule, wide
from simulation.mechanisms.base import Block, Mechanism
from simulation.mechanisms.helping import domain_bits
from simulation.mechanisms.learning import agreed, one_of
from simulation.mechanisms.measurement import figure_taken
from simulation.mechanisms.turnover import LEAVING, leave
from simulation.parameters import Parameter as P
from simulation.parameters import Table
from simulation.vocabulary import CHOICES, HOSPITAL, N_KINDS, NOBODY

TABLE = Table("leadership", "How leaders answer figures, and who leads next", (
    P("figure", 1, "month", 0.05, 12, "measured", "NHS performance is published monthly", "Time between figures."),
    P("tenure", 0.23, "per year", 0.12, 0.6, "measured",
      "Chief executives' median tenure 3 years: King's Fund 2018, 145 trusts; taken over for every organisation",
      "Hazard of leaving the post for other reasons."),
    P("gap_scale", 0.15, "share", 0.02, 1, "judgement", "As in pressure",
      "Gap to the target at which sacking is likeliest."),
    P("fix_practice", 0.15, "share", 0, 1, "judgement", "Most fixes rearrange work; some change how people are helped",
      "Chance that a fix overwrites one choice of the standard."),
    P("figures_needed", 6, "number", 2, 23, "judgement",
      "A convention of charts: limits from fewer figures are too soft",
      "Earlier figures without which a leader does not look for a signal."),
    P("fixes_seen", 0.15, "share", 0, 1, "judgement", "A fix is talked about for some months",
      "Visible fixes that one month of problem-solving adds."),
    P("fixes_unasked", 0.3, "share", 0, 1, "judgement", "Problem-solvers find something to solve; no direct estimate",
      "Fixes that are seen in a month in which the leader fixed nothing, as a share."),
    P("fixes_fade", 26, "week", 1, 208, "judgement", "Half a year", "How long a fix is remembered."),
    P("taking_after", 260, "week", 10, 2000, "judgement", "Five years; untested",
      "How fast staff take after their leader."),
    P("manner_seen", 0.5, "number", 0, 5, "judgement", "Panels like somebody who acts; no direct estimate",
      "Weight of a candidate's manner of solving problems beside the fixes that were seen."),
    P("regard_enough", 5, "number", 0.5, 12, "judgement", "Nobody needs more references than that; no direct estimate",
      "Ties of full trust that give a candidate full regard."),
    P("candidate_noise", 0.15, "number", 0, 2, "judgement", "Panels err", "Chance in the choice of a successor."),
))
LeadershipNumbers = TABLE.fields("LeadershipNumbers", __name__)


@rule
def is_signal(figures, known, needed):
    """Whether the newest of `known` figures lies below the lower XmR limit of those before it (at least `needed`)."""
    if known <= needed:
        return False
    last = FIGURES_KEPT - 1
    first = FIGURES_KEPT - known
    total, moves = 0.0, 0.0
    for j in range(first, last):
        total += figures[j]
        if j > first:
            moves += abs(figures[j] - figures[j - 1])
    count = last - first
    mean = total / count
    return figures[last] < mean - 2.66 * moves / (count - 1)


@rule
def candidate_score(solver, visible_fixes, regard, promotes_regard, manner_seen):
    """How a candidate looks: fixes made by those who like to fix, or the regard of colleagues."""
    return (1.0 - promotes_regard) * (manner_seen * solver + visible_fixes) + promotes_regard * regard


@rule
def regard_of(staff, s, enough):
    """Regard of peers, 0..1: the trust of colleagues; so many full ties are as much as anybody needs."""
    total = 0.0
    for j in range(MAX_TIES):
        total += wide(staff.tie_trust[s, j])
    return min(1.0, total / enough)


@rule
def successor(staff, first, last, promotes_regard, n, k, now):
    """The member of staff present who scores best on what the regime promotes; -1 nobody."""
    best, found = -1.0, NOBODY
    for s in range(first, last):
        if staff.vacant_until[s] <= now:
            score = candidate_score(wide(staff.solver[s]), wide(staff.visible_fixes[s]),
                                    regard_of(staff, s, n.regard_enough), promotes_regard,
                                    n.manner_seen) + n.candidate_noise * unit(word(k, s, 0))
            if score > best:
                best, found = score, s
    return found


@kernel
def advance_leadership(person, person_start, staff, organisation, organisation_staff, place_tally, levers, n, turnover,
                       hospital_counts, self_interest_power, k_leader, k_succession, k_newcomer, now, work, p0, p1):
    recording = work.log_what.shape[0] > 0
    month = int(max(1.0, n.figure))
    if now % month != 0:
        return
    keep_fixes = math.exp(-month / n.fixes_fade)
    for p in range(p0, p1):
        tally = place_tally[p]
        for o in range(p * N_KINDS, (p + 1) * N_KINDS):
            kind = o - p * N_KINDS
            first, last = organisation_staff[o], organisation_staff[o + 1]
            figures = organisation.figures[o]
            known = min(FIGURES_KEPT, organisation.figures_known[o] + 1)
            previous = figures[FIGURES_KEPT - 1]
            for j in range(FIGURES_KEPT - 1):
                figures[j] = figures[j + 1]
            figures[FIGURES_KEPT - 1] = organisation.recorded[o]
            organisation.figures_known[o] = known

            mindset = organisation.mindset[o]
            fixed = False
            if kind < HOSPITAL and known > 1:
                shift = np.uint64(kind * CHOICES)
                if unit(word(k_leader, o, 0)) < (1.0 - mindset) * (1.0 - levers[p, L.SIGNALS_ONLY]):
                    if figures[FIGURES_KEPT - 1] < previous:
                        fixed = True
                        if unit(word(k_leader, o, 5)) < n.fix_practice:
                            differs = domain_bits(organisation.standard[o] ^ organisation.belief[o], kind)
                            organisation.standard[o] ^= one_of(differs, unit(word(k_leader, o, 1))) << shift
                elif is_signal(figures, known, n.figures_needed):
                    practice = agreed(staff, organisation.standard[o], first, last, kind, now)
                    differs = domain_bits(organisation.standard[o] ^ practice, kind)
                    organisation.standard[o] ^= one_of(differs, unit(word(k_leader, o, 1))) << shift
                    fixed = True
            if fixed:
                tally[T.FIXES] += 1.0
                if recording:
                    note(work.log_n, work.log_what, work.log_value, FIX, NOBODY, o, NOBODY, kind, 0,
                         organisation.recorded[o], 0.0, 0.0)
            example = 1.0 - mindset
            take = 1.0 - math.exp(-month / n.taking_after)
            for s in range(first, last):
                solver = wide(staff.solver[s])
                seen = n.fixes_seen * solver * (1.0 if fixed else n.fixes_unasked) * unit(word(k_leader, s, 2))
                staff.visible_fixes[s] = wide(staff.visible_fixes[s]) * keep_fixes + seen
                staff.solver[s] = solver + take * (example - solver)

            counted = 1.0 if figure_taken(kind, hospital_counts) else 0.0
            gap = counted * min(1.0, max(0.0, levers[p, L.TARGET_LEVEL] - organisation.recorded[o]) / n.gap_scale)
            sacked = happens(levers[p, L.SACKING] * levers[p, L.STAKES] * gap * month, unit(word(k_leader, o, 3)))
            if sacked:
                tally[T.SACKINGS] += 1.0
                if recording:
                    note(work.log_n, work.log_what, work.log_value, LEADER_SACKED, NOBODY, o, NOBODY, 0, 0,
                         organisation.recorded[o], 0.0, 0.0)
            if sacked or happens(n.tenure * month, unit(word(k_leader, o, 4))):
                s = successor(staff, first, last, levers[p, L.PROMOTES_REGARD], n, k_succession, now)
                if s == NOBODY:
                    continue
                organisation.mindset[o] = 1.0 - wide(staff.solver[s])
                organisation.belief[o] = staff.practice[s]
                organisation.leader_since[o] = now
                organisation.leader_from[o] = s
                tally[T.SUCCESSIONS] += 1.0
                if recording:
                    note(work.log_n, work.log_what, work.log_value, LEADER_SUCCEEDED, NOBODY, o, s, 0, 0,
                         organisation.mindset[o], 0.0, 0.0)
                leave(person, person_start[p], person_start[p + 1], staff, organisation, o, s, now + 1 + month,
                      self_interest_power, k_newcomer, turnover)


def _advance(world, block: Block) -> None:
    population = world.numbers["population"]
    advance_leadership(world.person, world.person_start, world.staff, world.organisation, world.organisation_staff,
                       world.tally, world.levers, world.numbers["leadership"], world.numbers["pressure"],
                       world.numbers["measurement"].hospital_counts,
                       1.0 / population.self_interest_mean - 1.0, world.key("leader"), world.key("succession"),
                       world.key("newcomer"), world.now, block.work, block.first, block.last)


MECHANISM = Mechanism(
    "leadership", "Who leads, and how did they get there?", TABLE,
    reads=("recorded", "solver", "visible_fixes", "tie_trust", "practice", "signals_only", "sacking", "stakes",
           "promotes_regard", "target_level"),
    writes=("figures", "figures_known", "standard", "mindset", "belief", "leader_since", "leader_from", *LEAVING),
    advance=_advance,
)
