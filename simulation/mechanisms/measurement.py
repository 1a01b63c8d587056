"""Measurement: what is true, what is recorded, what people say; and the acts that make them differ.

Each person who asks counts once: as met when seen within the target wait, or as a breach in the tick in which the wait
passes the target. Under gaming a breach may be kept out of the record, by one of three acts: the clock is stopped (it
costs staff time), the person is reclassified (and leaves the count), or the record is fudged. With g the organisation's
inclination (set in `pressure`) and h the self-interest of the person who keeps the record::

    chance of an act = g * (act_floor + h)

A person turned away by a raised threshold never reaches the record: true performance counts them as not met. Recorded
minus true is therefore exactly the sum of four acts. A survey asks some of those same people: they know what happened,
give or take. Sources: Bevan & Hood 2006, doi:10.1111/j.1467-9299.2006.00600.x (96 % recorded, 77 % reported);
Bevan & Hamblin 2009, doi:10.1111/j.1467-985X.2008.00557.x.
"""

from __future__ import annotations

import numpy as np

from simulation import levers as L
from simulation import tallies as T
from simulation.chance import unit, word
from simulation.events import BREACH, CLOCK_STOPPED, RECLASSIFIED, RECORD_FUDGED, note
from simulation.kernel import kernel, rule, wide
from simulation.mechanisms.base import Block, Mechanism
from simulation.parameters import Parameter as P
from simulation.parameters import Table
from simulation.vocabulary import CRISIS_NEW, HOSPITAL, N_DOMAINS, N_KINDS, NEW_NEED, NOBODY

TABLE = Table("measurement", "Recorded, true and perceived; and the acts between them", (
    P("hospital_counts", 0, "share", 0, 1, "judgement", "The target of a town is for planned doors; an emergency "
      "department's scenario sets 1", "Whether hospital waits count for the target: 1 they do, 0 they do not."),
    P("act_floor", 0.5, "share", 0, 1, "judgement", "Those told to doctor a record mostly do; no direct estimate",
      "Share of the organisation's inclination that a record keeper without self-interest follows; self-interest adds "
      "to it."),
    P("stop_share", 0.4, "share", 0, 1, "judgement",
      "Acts named in Bevan & Hood 2006, doi:10.1111/j.1467-9299.2006.00600.x",
      "Share of acts that stop a clock."),
    P("reclassify_share", 0.3, "share", 0, 1, "judgement", "Acts named in Bevan & Hood 2006; ambulance categories",
      "Share of acts that reclassify a person; the rest are fudged records."),
    P("stop_hours", 0.15, "hours", 0, 5, "judgement", "A token contact takes time", "Staff time of a stopped clock."),
    P("fudge_hours", 0.05, "hours", 0, 5, "judgement", "A record is changed", "Staff time of a fudged record."),
    P("survey_share", 0.1, "share", 0, 1, "judgement", "A tenth of people answer", "Share of people surveyed."),
    P("survey_error", 0.04, "share", 0, 0.5, "judgement", "Memory errs both ways", "Chance that an answer is wrong."),
    P("coded_missed", 0.45, "share", 0, 1, "associated",
      "General practice codes 19-20 % (two consultancy datasets) to 27 % (Making Time 2015, recalled) as avoidable, "
      "advocates 40-80 %: staff see part of it",
      "Chance that failure demand is coded as value demand."),
    P("coded_false", 0.05, "share", 0, 1, "judgement", "Some value demand is coded as failure",
      "Chance that value demand is coded as failure demand."),
    P("settling", 4, "week", 0.02, 52, "judgement", "Figures are read by the month", "Memory of the running figures."),
    P("survey_memory", 3, "number", 0.25, 52, "judgement", "Surveys are read by the quarter, figures by the month",
      "Memory of the surveyed figure, as a multiple of that of the recorded one."),
    P("error_below", 0.5, "share", 0, 1, "judgement", "Help that fits less than this is an error",
      "Fit below which a contact counts as an error."),
    P("report_base", 0.2, "share", 0, 1, "judgement",
      "No single estimate: 0.2-0.8; with safety between 0.3 and 0.7 the defaults give 0.37 to 0.59",
      "Chance that an error is reported without any safety."),
    P("report_safety", 0.55, "share", -0.2, 0.8, "associated",
      "Safer units report more (Edmondson 1996, doi:10.1177/0021886396321001); contrary: Munn 2016. Range spans zero",
      "What full psychological safety adds to the chance of reporting."),
))
MeasurementNumbers = TABLE.fields("MeasurementNumbers", __name__)


@rule
def figure_taken(kind, hospital_counts):
    """Whether the figure of this kind of organisation is taken: always, but for the hospital's only if it counts."""
    return kind != HOSPITAL or hospital_counts >= 0.5


@rule
def act_chance(gaming, self_interest, floor):
    """Chance that a breach is kept out of the record."""
    return min(1.0, gaming * (floor + self_interest))


@rule
def survey(met, share, error, k, person, draw, organisation, o, tally):
    """Ask a share of people whether they were seen in time; they err a little."""
    if unit(word(k, person, draw)) < share:
        says = met
        if unit(word(k, person, draw + 1)) < error:
            says = 1.0 - met
        organisation.surveyed[o] += 1.0
        organisation.surveyed_met[o] += says
        tally[T.SURVEYED] += 1.0
        tally[T.SURVEYED_MET] += says


@rule
def running(share, weight, met, n, memory):
    """(running share, its weight): each record counts alike and fades with so many ticks of memory, so that the
    length of a tick does not matter, and a tick with few records moves the figure little."""
    weight = weight * (1.0 - 1.0 / max(1.0, memory)) + n
    if weight <= 0.0:
        return share, 0.0
    return share + (met - n * share) / weight, weight


@kernel
def advance_measurement(person, staff, organisation, organisation_staff, place_tally, levers, n, k_gaming, k_survey,
                        k_coding, k_errors, now, work, p0, p1, person_start, first_person):
    recording = work.log_what.shape[0] > 0
    for o in range(p0 * N_KINDS, p1 * N_KINDS):
        # Who was helped jointly before their own appointment came is met here; in a survey they err like others.
        jointly = organisation.joint_met[o]
        organisation.joint_met[o] = 0.0
        organisation.recorded_n[o] = organisation.recorded_met[o] = jointly
        organisation.true_n[o] = organisation.true_met[o] = jointly
        organisation.surveyed[o] = n.survey_share * jointly
        organisation.surveyed_met[o] = n.survey_share * (1.0 - n.survey_error) * jointly
        place_tally[o // N_KINDS, T.SURVEYED] += organisation.surveyed[o]
        place_tally[o // N_KINDS, T.SURVEYED_MET] += organisation.surveyed_met[o]

    # Those who were seen: met if within target; a breach was counted when the wait passed the target.
    for r in range(work.served_n[0]):
        i, o = work.served_person[r], work.served_organisation[r]
        p = o // N_KINDS
        tally = place_tally[p]
        failed = work.served_cause[r] != NEW_NEED and work.served_cause[r] != CRISIS_NEW
        u = unit(word(k_coding, i, o - p * N_KINDS))
        tally[T.CODED_CONTACTS] += 1.0
        if (failed and u >= n.coded_missed) or (not failed and u < n.coded_false):
            tally[T.CODED_FAILURE] += 1.0
        if work.served_fit[r] < np.float32(n.error_below):
            tally[T.ERRORS_MADE] += 1.0
            if unit(word(k_errors, i, o - p * N_KINDS)) < n.report_base + n.report_safety * organisation.safety[o]:
                tally[T.ERRORS_REPORTED] += 1.0
        if not figure_taken(o - p * N_KINDS, n.hospital_counts):
            continue
        if work.served_wait[r] <= levers[p, L.TARGET_WAIT]:
            organisation.true_n[o] += 1.0
            organisation.true_met[o] += 1.0
            organisation.recorded_n[o] += 1.0
            organisation.recorded_met[o] += 1.0
            survey(1.0, n.survey_share, n.survey_error, k_survey, i, 2 * (o - p * N_KINDS), organisation, o, tally)

    # Those who still wait and whose wait passes the target in this tick: a breach, and perhaps an act.
    for p in range(p0, p1):
        tally = place_tally[p]
        target = levers[p, L.TARGET_WAIT]
        offset = person_start[p] - first_person
        for kind in range(N_KINDS):
            if not figure_taken(kind, n.hospital_counts):
                continue
            o = p * N_KINDS + kind
            posts = organisation_staff[o + 1] - organisation_staff[o]
            for j in range(work.queue_n[p - p0, kind]):
                i = work.queue[kind, offset + j]
                since = person.door[kind, i]
                if since < 0 or not (now - since <= target < now + 1 - since):
                    continue
                size = wide(person.need[min(kind, N_DOMAINS - 1), i])
                organisation.true_n[o] += 1.0
                keeper = organisation_staff[o] + int(unit(word(k_gaming, i, 10 + kind)) * posts)
                recorded = 1.0
                what = BREACH
                chance = act_chance(organisation.gaming[o], wide(staff.self_interest[keeper]), n.act_floor)
                if unit(word(k_gaming, i, kind)) < chance:
                    u = unit(word(k_gaming, i, 20 + kind))
                    if u < n.stop_share:
                        tally[T.ACT_STOPPED_CLOCKS] += 1.0
                        organisation.admin_hours[o] += n.stop_hours
                        what = CLOCK_STOPPED
                    elif u < n.stop_share + n.reclassify_share:
                        tally[T.ACT_RECLASSIFIED] += 1.0
                        what = RECLASSIFIED
                    else:
                        tally[T.ACT_FUDGED] += 1.0
                        organisation.admin_hours[o] += n.fudge_hours
                        what = RECORD_FUDGED
                    if unit(word(k_gaming, i, 30 + kind)) < levers[p, L.AUDIT]:
                        tally[T.ACTS_FOUND] += 1.0
                if what == RECLASSIFIED:
                    recorded = 0.0
                organisation.recorded_n[o] += recorded
                if what == CLOCK_STOPPED or what == RECORD_FUDGED:
                    organisation.recorded_met[o] += 1.0
                if recording:
                    note(work.log_n, work.log_what, work.log_value, what, i, o, keeper if what != BREACH else NOBODY,
                         min(kind, N_DOMAINS - 1), 0, wide(now + 1 - since), size, size)
                survey(0.0, n.survey_share, n.survey_error, k_survey, i, 20 + 2 * kind, organisation, o, tally)
        # Those turned away by a threshold raised above the regime's never reach the record.
        deflected = tally[T.DEFLECTED]
        tally[T.ACT_TURNED_AWAY] += deflected
        tally[T.TRUE_N] += deflected
        tally[T.SURVEYED] += n.survey_share * deflected

    for o in range(p0 * N_KINDS, p1 * N_KINDS):
        tally = place_tally[o // N_KINDS]
        tally[T.TRUE_N] += organisation.true_n[o]
        tally[T.TRUE_MET] += organisation.true_met[o]
        tally[T.RECORDED_N] += organisation.recorded_n[o]
        tally[T.RECORDED_MET] += organisation.recorded_met[o]
        organisation.recorded[o], organisation.recorded_weight[o] = running(
            organisation.recorded[o], organisation.recorded_weight[o], organisation.recorded_met[o],
            organisation.recorded_n[o], n.settling)
        organisation.true_performance[o], organisation.true_weight[o] = running(
            organisation.true_performance[o], organisation.true_weight[o], organisation.true_met[o],
            organisation.true_n[o], n.settling)
        organisation.perceived[o], organisation.perceived_weight[o] = running(
            organisation.perceived[o], organisation.perceived_weight[o], organisation.surveyed_met[o],
            organisation.surveyed[o], n.settling * n.survey_memory)


def _advance(world, block: Block) -> None:
    advance_measurement(world.person, world.staff, world.organisation, world.organisation_staff, world.tally,
                        world.levers, world.numbers["measurement"], world.key("gaming"), world.key("survey"),
                        world.key("coding"), world.key("errors"), world.now, block.work, block.first, block.last,
                        world.person_start, block.first_person)


MECHANISM = Mechanism(
    "measurement", "What is measured, and what is true?", TABLE,
    reads=("door", "joint_met", "gaming", "self_interest", "safety", "target_wait", "audit"),
    writes=("recorded", "true_performance", "perceived", "recorded_weight", "true_weight", "perceived_weight",
            "joint_met", "recorded_n", "recorded_met", "true_n", "true_met", "surveyed", "surveyed_met",
            "admin_hours"),
    advance=_advance,
)
