"""Learning: act and observe, copy from peers, go back to the book, revise the book; and what is right drifts.

A member of staff tries one changed choice, sees what came of their own cases, and keeps it if the result looks better.
The chance to begin is trials * learning time * protection by the leader * (safety_floor + (1 - safety_floor) * safety);
the trial lasts until enough cases have been seen and the feedback has come. Most changes of a good practice are bad, so
a trial usually costs before it pays: worse before better. Observation is as noisy as the cases are different::

    keep if   mean(share of need removed, trial) + error > mean(share removed, usual practice)

Peers: with chance copying * peer reflection, take one choice from a trusted colleague of the same organisation whose
results look better. The book: retraining pulls one choice back to the standard. The centre revises the standard on its
slow calendar toward what is right on average; under local standards it follows what most staff do. Sources: March 1991,
doi:10.1287/orsc.2.1.71; Fang, Lee & Schilling 2010, doi:10.1287/orsc.1090.0468; Knudsen 2019 (PDSA),
Maher 2010 (fading).
"""

from __future__ import annotations

import math

import numpy as np

from simulation import levers as L
from simulation import tallies as T
from simulation.chance import happens, unit, word
from simulation.columns import MAX_TIES
from simulation.events import TRIAL_DROPPED, TRIAL_KEPT, note
from simulation.kernel import kernel, rule, wide
from simulation.mechanisms.base import Block, Mechanism
from simulation.mechanisms.helping import NONE, ONE, domain_bits
from simulation.parameters import Parameter as P
from simulation.parameters import Table
from simulation.vocabulary import CHOICES, HOSPITAL, N_DOMAINS, N_KINDS, NOBODY

TABLE = Table("learning", "Act and observe, peers, the book, and drift", (
    P("trials", 1.2, "per week", 0, 20, "judgement",
      "Trial cycles of 2-26 weeks, central 6, where a tenth of time is protected",
      "Trials that staff would begin if all their time were for learning."),
    P("trial_length", 6, "week", 2, 26, "judgement", "No study of it; improvement cycles of 2-26 weeks, central 6",
      "Shortest trial, before feedback."),
    P("trial_cases", 10, "number", 1, 200, "judgement",
      "Few PDSA cycles count cases: Knudsen 2019, doi:10.1186/s12913-019-4482-6",
      "Cases after which a trial is judged."),
    P("trial_limit", 52, "week", 1, 208, "judgement", "A trial that sees no cases is given up", "Longest trial."),
    P("observation_error", 0.25, "number", 0, 2, "judgement", "Results are seen through other things that happen",
      "Error of one case as staff see it; falls with the square root of cases, and with safety."),
    P("unsafe_error", 1.5, "number", 1, 5, "judgement",
      "Fear hides what goes wrong, openness shows it: form only (Edmondson 1996); no size is known",
      "Multiple of that error where there is no safety; full safety takes 1 off it."),
    P("memory_of_cases", 26, "week", 1, 208, "judgement", "Half a year", "How long usual results are remembered."),
    P("safety_floor", 0.3, "share", 0, 1, "associated", "Safety and learning rho about 0.6: Frazier 2017, "
      "doi:10.1111/peps.12183", "Share of trials that begin even without safety."),
    P("protection_floor", 0.4, "share", 0, 1, "judgement", "Leaders protect learning time or let it go",
      "Share of learning time that survives under a leader who solves every problem."),
    P("copying", 0.03, "per week", 0, 2, "judgement",
      "No rate of copying is known; opinion leaders raised compliance by 0.09 to 0.10 (Cochrane 2007, 2011)",
      "Copies from a peer at full peer reflection."),
    P("copy_margin", 0.02, "share", 0, 0.5, "judgement", "A difference must be seen",
      "Difference that invites copying."),
    P("revision", 0.5, "per year", 0, 12, "judgement", "National standards are revised every few years",
      "Revisions by the centre."),
    P("revision_accuracy", 0.5, "share", 0, 1, "judgement", "Evidence covers part of what matters",
      "Chance that one revision corrects a wrong choice."),
    P("local_revision", 2, "per year", 0, 12, "judgement", "A team agrees twice a year",
      "Revisions by the organisation, under fully local standards."),
    P("drift", 0.004, "per year", 0, 0.5, "judgement", "What is right changes slowly",
      "Drift of each choice, by place."),
    P("drift_nation", 0.004, "per year", 0, 0.5, "judgement", "New evidence, new treatments",
      "Drift of each choice everywhere."),
    P("fading", 0.4, "per year", 0.12, 0.96, "associated",
      "A third of projects are not sustained at one year: Maher 2010; Stirman 2012, doi:10.1186/1748-5908-7-17",
      "Hazard that a choice of one's own slips back to the book."),
    P("background", 0.01, "number", 0, 0.05, "associated",
      "Background improvement 1 % a year (0-5 %): Matching Michigan 2013, doi:10.1136/bmjqs-2012-001325",
      "Yearly improvement of everybody's strength of help, as a share."),
))
LearningNumbers = TABLE.fields("LearningNumbers", __name__)


@rule
def trial_hazard(trials, learning_time, mindset, safety, protection_floor, safety_floor):
    protected = protection_floor + (1.0 - protection_floor) * mindset
    return trials * learning_time * protected * (safety_floor + (1.0 - safety_floor) * safety)


@rule
def looks_better(trial_mean, usual_mean, cases, error, unsafe_error, safety, chance):
    """Whether a trial looks better than usual, seen through the error of so many cases (`chance` uniform)."""
    seen = trial_mean + error * (unsafe_error - safety) * (2.0 * chance - 1.0) / math.sqrt(max(1.0, cases))
    return seen > usual_mean


@rule
def one_of(bits, chance):
    """One set bit out of ten, chosen by `chance` in [0, 1); 0 if none is set."""
    count = 0
    for b in range(CHOICES):
        if bits >> np.uint64(b) & ONE != NONE:
            count += 1
    if count == 0:
        return NONE
    wanted = int(chance * count)
    for b in range(CHOICES):
        if bits >> np.uint64(b) & ONE != NONE:
            if wanted == 0:
                return ONE << np.uint64(b)
            wanted -= 1
    return NONE


@rule
def better_peer(staff, s, margin):
    """The colleague of the same organisation with the best visible results, if clearly better; -1 nobody."""
    best, found = wide(staff.success[s]) + margin, NOBODY
    for j in range(MAX_TIES):
        c = staff.tie[s, j]
        if c != NOBODY and staff.organisation[c] == staff.organisation[s] and wide(staff.success[c]) > best:
            best, found = wide(staff.success[c]), c
    return found


@rule
def agreed(staff, standard, first, last, kind, now):
    """The standard with one domain replaced by what most of the staff present do; a tie leaves a choice as it was."""
    for b in range(CHOICES):
        one = ONE << np.uint64(kind * CHOICES + b)
        balance = 0
        for s in range(first, last):
            if staff.vacant_until[s] <= now:
                balance += 1 if staff.practice[s] & one != NONE else -1
        if balance > 0:
            standard |= one
        elif balance < 0:
            standard &= ~one
    return standard


@kernel
def advance_learning(staff, organisation, organisation_staff, place, place_tally, levers, n, k_trial, k_peers,
                     k_retraining, k_revision, k_drift, now, work, p0, p1):
    recording = work.log_what.shape[0] > 0
    keep_memory = 1.0 - 1.0 / max(1.0, n.memory_of_cases)
    for p in range(p0, p1):
        tally = place_tally[p]
        learning_time, delay = levers[p, L.LEARNING_TIME], levers[p, L.FEEDBACK_DELAY]
        for b in range(N_DOMAINS * CHOICES):
            if happens(n.drift, unit(word(k_drift, p, b))):
                place.truth[p] ^= ONE << np.uint64(b)
        for kind in range(HOSPITAL):
            o = p * N_KINDS + kind
            shift = np.uint64(kind * CHOICES)
            first, last = organisation_staff[o], organisation_staff[o + 1]
            right = domain_bits(place.truth[p], kind)
            begin = trial_hazard(n.trials, learning_time, organisation.mindset[o], organisation.safety[o],
                                 n.protection_floor, n.safety_floor)
            for s in range(first, last):
                if staff.vacant_until[s] > now:
                    continue
                if staff.trial_choice[s] < 0:
                    staff.usual_sum[s] = wide(staff.usual_sum[s]) * keep_memory
                    staff.usual_cases[s] = wide(staff.usual_cases[s]) * keep_memory
                    if happens(begin, unit(word(k_trial, s, 0))) and staff.usual_cases[s] >= 1.0:
                        staff.trial_choice[s] = np.int8(int(unit(word(k_trial, s, 1)) * CHOICES))
                        staff.trial_since[s] = now
                        staff.trial_sum[s] = staff.trial_cases[s] = np.float32(0.0)
                        tally[T.TRIALS] += 1.0
                else:
                    age = now - staff.trial_since[s]
                    cases = wide(staff.trial_cases[s])
                    if cases >= n.trial_cases and age >= n.trial_length + delay:
                        choice = ONE << np.uint64(staff.trial_choice[s])
                        staff.trial_choice[s] = np.int8(NOBODY)
                        kept = looks_better(wide(staff.trial_sum[s]) / cases,
                                            wide(staff.usual_sum[s]) / max(1.0, wide(staff.usual_cases[s])), cases,
                                            n.observation_error, n.unsafe_error, organisation.safety[o],
                                            unit(word(k_trial, s, 2)))
                        if kept:
                            staff.practice[s] ^= choice << shift
                            tally[T.TRIALS_KEPT] += 1.0
                            if (domain_bits(staff.practice[s], kind) ^ right) & choice == NONE:
                                tally[T.TRIALS_RIGHT] += 1.0
                        if recording:
                            note(work.log_n, work.log_what, work.log_value, TRIAL_KEPT if kept else TRIAL_DROPPED,
                                 NOBODY,
                                 o, s, kind, 0, 0.0, 0.0, 0.0)
                    elif age > n.trial_limit:
                        staff.trial_choice[s] = np.int8(NOBODY)
                mine = domain_bits(staff.practice[s], kind)
                if happens(n.copying * levers[p, L.PEER_REFLECTION], unit(word(k_peers, s, 0))):
                    peer = better_peer(staff, s, n.copy_margin)
                    if peer != NOBODY:
                        differs = one_of(mine ^ domain_bits(staff.practice[peer], kind), unit(word(k_peers, s, 1)))
                        if differs != NONE:
                            staff.practice[s] ^= differs << shift
                            tally[T.COPIES] += 1.0
                if happens(levers[p, L.RETRAINING] + n.fading, unit(word(k_retraining, s, 0))):
                    book = domain_bits(organisation.standard[o], kind)
                    differs = one_of(domain_bits(staff.practice[s], kind) ^ book, unit(word(k_retraining, s, 1)))
                    if differs != NONE:
                        staff.practice[s] ^= differs << shift
                        tally[T.RETRAINED] += 1.0
            if happens(n.local_revision * levers[p, L.LOCAL_STANDARDS], unit(word(k_revision, o, 0))):
                organisation.standard[o] = agreed(staff, organisation.standard[o], first, last, kind, now)


@kernel
def revise_everywhere(organisation, place, levers, nation, n, k_drift, k_revision):
    """The nation: new evidence changes what is right everywhere; the centre revises the book, and sends it round.

    `nation` holds what is right on average and the book (two words).
    """
    for b in range(N_DOMAINS * CHOICES):
        if happens(n.drift_nation, unit(word(k_drift, 0, 200 + b))):
            one = ONE << np.uint64(b)
            nation[0] ^= one
            for p in range(place.truth.shape[0]):
                place.truth[p] ^= one
    if happens(n.revision, unit(word(k_revision, 0, 200))):
        for b in range(N_DOMAINS * CHOICES):
            one = ONE << np.uint64(b)
            if (nation[0] ^ nation[1]) & one != NONE and unit(word(k_revision, 0, 300 + b)) < n.revision_accuracy:
                nation[1] ^= one
                for o in range(organisation.standard.shape[0]):
                    if unit(word(k_revision, o, 400 + b)) >= levers[o // N_KINDS, L.LOCAL_STANDARDS]:
                        organisation.standard[o] = (organisation.standard[o] & ~one) | (nation[1] & one)


def _advance(world, block: Block) -> None:
    advance_learning(world.staff, world.organisation, world.organisation_staff, world.place, world.tally, world.levers,
                     world.numbers["learning"], world.key("trial"), world.key("peers"), world.key("retraining"),
                     world.key("revision"), world.key("drift"), world.now, block.work, block.first, block.last)


def _meet(world) -> None:
    revise_everywhere(world.organisation, world.place, world.levers, world.nation, world.numbers["learning"],
                      world.key("drift"), world.key("revision"))


MECHANISM = Mechanism(
    "learning", "Who learns, and how fast?", TABLE,
    reads=("trial_sum", "trial_cases", "usual_sum", "usual_cases", "success", "safety", "mindset", "tie",
           "learning_time", "feedback_delay", "peer_reflection", "retraining", "local_standards"),
    writes=("practice", "standard", "truth", "trial_choice", "trial_since", "trial_sum", "trial_cases", "usual_sum",
            "usual_cases"),
    advance=_advance, meet=_meet,
)
