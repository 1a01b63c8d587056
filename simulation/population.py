"""Everybody at the start: people, staff, organisations and what is right, built from (world, seed) alone.

No regime is known here, so that every regime meets the same people. Chance is addressed by row, so that a person does
not change when another is added behind them.
"""

from __future__ import annotations

import math

import numpy as np

from simulation.chance import first_half, happens, key, second_half, unit, word
from simulation.columns import MAX_TIES
from simulation.kernel import kernel, rule, wide
from simulation.parameters import Parameter, Table
from simulation.relating import link
from simulation.vocabulary import CHOICES, N_DOMAINS, N_KINDS, ORGANISATION_KINDS, RESULT_UNRESOLVED

P = Parameter
_STAFF_SOURCE = ("Judgement, scaled so that hours roughly meet demand; anchors: 2,258 patients for each full-time GP "
                 "(BMA 2024), 1.5m NHS staff and 1.6m care posts for 57.7m people, most of them not in first contact")
_START = "A starting point, which the burn-in moves; no direct estimate"

TABLE = Table("population", "Who lives and works in a place at the start", (
    P("frailty_spread", 1.35, "number", 0.2, 1.6, "associated",
      "Set so that the dearest 5 % carry about half of the cost (Health Foundation 2019, England 2014/15); the spread "
      "itself is not measured",
      "Standard deviation of the logarithm of frailty (mean 1)."),
    P("complexity_mean", 0.28, "share", 0.02, 0.9, "associated",
      "Multimorbidity in 27.2 % of adults: Cassell 2018, doi:10.3399/bjgp18X695465",
      "Mean complexity of lives; a world of simple needs has 0.05, one of linked needs 0.6."),
    P("complexity_frailty", 0.362, "number", 0, 0.95, "associated",
      "Cassell 2018, doi:10.3399/bjgp18X695465 (multimorbidity and use go together)",
      "Correlation of complexity with frailty (of the underlying normal scores)."),
    P("deprivation_frailty", 0.25, "number", 0, 0.6, "associated",
      "Four or more conditions: 28 % in the most deprived fifth against 16 %: Health Foundation 2018",
      "How much frailty rises from the middle to the most deprived quintile, as a share."),
    P("exception_share", 0.15, "share", 0, 0.9, "judgement",
      "No direct estimate; sets how wrong a good standard is for the most complex lives",
      "Share of choices for which the usual right answer is wrong for a person of complexity 1."),
    P("context_dependence", 0.12, "share", 0, 1, "judgement",
      "Levinthal 1997, doi:10.1287/mnsc.43.7.934 (form); size is judgement",
      "Share of choices whose right answer may differ from place to place."),
    P("book_quality", 0.968, "share", 0.5, 1, "judgement", "Standards rest on evidence of what works on average",
      "Chance that the national standard is right on a choice that does not depend on place."),
    P("practice_spread", 0.06, "share", 0, 0.5, "judgement", "Practice differs between staff even under one standard",
      "Chance that a member of staff differs from the standard on a choice at the start."),
    P("trust_start", 0.6, "share", 0, 1, "judgement", "Public trust in local services is moderate to high",
      "Mean trust of people in services at the start."),
    P("trust_spread", 0.15, "share", 0, 0.5, "judgement", _START,
      "Standard deviation of people's trust at the start, before it is kept within 0 and 1."),
    P("continuity_start", 0.448, "share", 0.4, 0.7, "associated",
      "The usual-provider index that comes of it is 0.58; it was 0.61 in England 2011-13: Barker 2017, "
      "doi:10.1136/bmj.j84",
      "Share of people who have a worker who knows them at the start."),
    P("known_least", 0.3, "share", 0, 1, "judgement", _START,
      "How well that worker knows the person at the start, at the least."),
    P("known_spread", 0.4, "share", 0, 1, "judgement", _START, "Best less least knowing at the start."),
    P("self_interest_mean", 0.3, "share", 0.02, 0.9, "judgement",
      "Knights and knaves (Le Grand 2003); Gravelle, Sutton & Ma 2010, doi:10.1111/j.1468-0297.2009.02340.x, "
      "find both gaming and altruism",
      "Mean self-interest of staff, drawn once; most are near 0, some near 1."),
    P("motivation_start", 0.6, "share", 0, 1, "judgement", "NHS Staff Survey: motivation about 7 of 10",
      "Mean intrinsic motivation at the start."),
    P("motivation_spread", 0.12, "share", 0, 0.5, "judgement", _START,
      "Standard deviation of motivation at the start, before it is kept within 0 and 1."),
    P("burnout_start", 0.42, "share", 0, 1, "associated", "NHS Staff Survey: burnt out 33 % (2022), 30 % (2024)",
      "Mean exhaustion at the start."),
    P("burnout_start_spread", 0.16, "share", 0, 0.5, "judgement", _START,
      "Standard deviation of exhaustion at the start, before it is kept within 0 and 1."),
    P("withheld_start", 0.3, "share", 0, 1, "judgement", _START,
      "Effort that a wholly self-interested person withholds at the start."),
    P("success_start", 0.5, "share", 0, 1, "judgement", "Nothing is known yet: the middle of the scale",
      "Success in own cases that everybody begins with."),
    P("ties_inside", 3, "number", 0, 6, "judgement", "Colleagues of one team know each other",
      "Ties to colleagues in the same organisation at the start."),
    P("tie_inside_least", 0.35, "share", 0, 1, "judgement", _START, "Least trust of such a tie."),
    P("tie_inside_spread", 0.3, "share", 0, 1, "judgement", _START, "Most less least trust of such a tie."),
    P("ties_across", 0.8, "number", 0, 6, "judgement", "No measured figure; bridging ties are few (Burt 2004)",
      "Mean ties to colleagues in other organisations at the start."),
    P("tie_across_least", 0.2, "share", 0, 1, "judgement", "Less than inside; " + _START.lower(),
      "Least trust of a tie to another organisation at the start."),
    P("tie_across_spread", 0.3, "share", 0, 1, "judgement", _START, "Most less least trust of such a tie."),
    P("performance_start", 0.85, "share", 0, 1, "judgement",
      "A starting point, which the burn-in moves; 84 % were seen within four hours in 2003 (Mason 2012)",
      "Recorded, true and perceived performance with which every organisation begins."),
    P("safety_start", 0.5, "share", 0, 1, "judgement", "The middle of the scale; " + _START.lower(),
      "Psychological safety of every organisation at the start."),
    P("load_start", 0.9, "number", 0, 3, "judgement", _START,
      "Hours wanted relative to hours there are, at the start."),
    P("slack_start", 0.1, "share", 0, 0.4, "judgement",
      "No estimate; England's gains under targets coincided with large funding growth, so slack does not explain all",
      "Share of hours not turned to use at the start."),
    P("need_start", 23, "week", 0, 520, "judgement", "Long enough that the burn-in ends in a steady state",
      "Weeks of new needs that are still felt at the start."),
    P("need_start_least", 0.1, "share", 0, 1, "judgement", _START, "Smallest size of such a need."),
    P("need_start_spread", 0.6, "share", 0, 1, "judgement", _START, "Largest less smallest size of such a need."),
    P("burn_in", 39, "week", 0, 520, "judgement", "Nine months of ordinary services, the same for every regime",
      "How long the world runs under ordinary levers before the clock of the scenario starts."),
    P("long_wait", 6, "week", 0.01, 208, "judgement",
      "A choice of what to count: England's standards are 6 weeks for talking therapies and 18 for treatment",
      "Wait that counts as long."),
    P("mindset_start", 0.35, "share", 0, 1, "judgement",
      "Problem-solvers are promoted (Shah, quoted by Mezey); only 6 % of board charts show chance: Schmidtke 2017",
      "Mean leader mindset at the start: 0 solves problems, 1 frames them."),
    P("mindset_spread", 0.15, "share", 0, 0.5, "judgement", "Leaders differ; no direct estimate",
      "Standard deviation of leaders' mindset at the start, before it is kept within 0 and 1."),
    P("belief_error", 0.15, "share", 0, 0.5, "judgement", "Leaders' own beliefs about practice differ from the book",
      "Chance that a first leader believes otherwise than the book on a choice."),
    P("staff_general_practice", 16, "people", 2, 200, "judgement", _STAFF_SOURCE, "General practice staff per 10,000."),
    P("staff_mental_health", 6, "people", 2, 200, "judgement", _STAFF_SOURCE, "Mental health staff per 10,000."),
    P("staff_social_care", 4, "people", 2, 200, "judgement", _STAFF_SOURCE, "Social care staff per 10,000."),
    P("staff_housing", 4, "people", 2, 200, "judgement", _STAFF_SOURCE, "Housing staff per 10,000."),
    P("staff_money_advice", 5, "people", 2, 200, "judgement", _STAFF_SOURCE, "Money and work advice staff per 10,000."),
    P("staff_community", 4, "people", 2, 200, "judgement", _STAFF_SOURCE, "Community staff per 10,000."),
    P("staff_hospital", 18, "people", 2, 400, "judgement", _STAFF_SOURCE, "Acute hospital staff per 10,000."),
))
PopulationNumbers = TABLE.fields("PopulationNumbers", __name__)


def staff_in_each(numbers, people: int) -> list[int]:
    """Posts of each organisation of a place with so many people; at least two, so that there is always a colleague."""
    return [max(2, round(getattr(numbers, f"staff_{kind}") * people / 10_000)) for kind in ORGANISATION_KINDS]


@rule
def normal(w):
    """A standard normal value from one word (Box & Muller 1958, doi:10.1214/aoms/1177706645)."""
    return math.sqrt(-2.0 * math.log(first_half(w))) * math.cos(2.0 * math.pi * second_half(w))


@rule
def normal_cdf(z):
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))


@rule
def frailty_of(z, spread, quintile, gradient):
    """Log-normal with mean 1 in the middle quintile, higher where there is deprivation."""
    return math.exp(z * spread - 0.5 * spread * spread) * (1.0 + gradient * (3.0 - quintile) * 0.5)


@rule
def complexity_of(z, mean):
    """A skewed share with the given mean: most lives are near the common case, a few are far from it."""
    return normal_cdf(z) ** (1.0 / mean - 1.0)


@rule
def random_bits(k, entity, draw, share, bits):
    """A word whose lowest `bits` bits are each 1 with chance `share`."""
    out = np.uint64(0)
    for b in range(bits):
        if unit(word(k, entity, draw + b)) < share:
            out |= np.uint64(1) << np.uint64(b)
    return out


@kernel
def make_people(person, person_start, organisation_staff, n, onset, k, p0, p1):
    """People of places p0..p1: their lives, what is exceptional about them, and who knows them."""
    for p in range(p0, p1):
        practice_first = organisation_staff[p * N_KINDS]
        practice_staff = organisation_staff[p * N_KINDS + 1] - practice_first
        r = n.complexity_frailty
        for i in range(person_start[p], person_start[p + 1]):
            quintile = 1.0 + math.floor(5.0 * unit(word(k, i, 0)))
            z = normal(word(k, i, 1))
            complexity = complexity_of(r * z + math.sqrt(1.0 - r * r) * normal(word(k, i, 2)), n.complexity_mean)
            person.quintile[i] = np.uint8(quintile)
            person.frailty[i] = frailty_of(z, n.frailty_spread, quintile, n.deprivation_frailty)
            person.complexity[i] = complexity
            person.exceptions[i] = random_bits(k, i, 100, n.exception_share * complexity, N_DOMAINS * CHOICES)
            for d in range(N_DOMAINS):
                lingering = onset[d] * n.need_start * wide(person.frailty[i])
                if happens(lingering, unit(word(k, i, 10 + d))):
                    size = n.need_start_least + n.need_start_spread * unit(word(k, i, 20 + d))
                    person.need[d, i] = min(1.0, size)
                    person.last_result[d, i] = np.uint8(RESULT_UNRESOLVED)
                    person.attempts[d, i] = np.uint8(1)
            person.trust[i] = min(1.0, max(0.0, n.trust_start + n.trust_spread * normal(word(k, i, 3))))
            if unit(word(k, i, 4)) < n.continuity_start:
                person.known_by[i] = practice_first + int(unit(word(k, i, 5)) * practice_staff)
                person.known_strength[i] = min(1.0, n.known_least + n.known_spread * unit(word(k, i, 6)))


@kernel
def make_staff(staff, organisation, place, nation, organisation_staff, n, k_staff, k_place, k_nation, p0, p1):
    """Places p0..p1 and the nation: what is right there, the book, staff with practice, traits and first ties."""
    all_bits = N_DOMAINS * CHOICES
    truth_nation = random_bits(k_nation, 0, 0, 0.5, all_bits)
    book = truth_nation ^ random_bits(k_nation, 0, 100, 1.0 - n.book_quality, all_bits)
    nation[0], nation[1] = truth_nation, book
    for p in range(p0, p1):
        depends = random_bits(k_place, p, 0, n.context_dependence, all_bits)
        local = random_bits(k_place, p, 100, 0.5, all_bits)
        place.truth[p] = (truth_nation & ~depends) | (local & depends)
        first, last = organisation_staff[p * N_KINDS], organisation_staff[(p + 1) * N_KINDS]
        for o in range(p * N_KINDS, (p + 1) * N_KINDS):
            organisation.kind[o] = np.uint8(o - p * N_KINDS)
            organisation.standard[o] = book
            organisation.funding[o] = 1.0
            organisation.recorded[o] = organisation.true_performance[o] = n.performance_start
            organisation.perceived[o] = n.performance_start
            organisation.safety[o] = n.safety_start
            organisation.slack[o] = n.slack_start
            organisation.load[o] = n.load_start
            organisation.next_staff[o] = organisation_staff[o]
            leader = min(1.0, max(0.0, n.mindset_start + n.mindset_spread * normal(word(k_place, o, 300))))
            organisation.mindset[o] = leader
            organisation.belief[o] = book ^ random_bits(k_place, o, 400, n.belief_error, all_bits)
            organisation.leader_since[o] = 0
            for s in range(organisation_staff[o], organisation_staff[o + 1]):
                staff.organisation[s] = o
                staff.practice[s] = book ^ random_bits(k_staff, s, 200, n.practice_spread, all_bits)
                staff.motivation[s] = min(1.0, max(
                    0.0, n.motivation_start + n.motivation_spread * normal(word(k_staff, s, 0))))
                staff.burnout[s] = min(1.0, max(
                    0.0, n.burnout_start + n.burnout_start_spread * normal(word(k_staff, s, 1))))
                staff.self_interest[s] = unit(word(k_staff, s, 2)) ** (1.0 / n.self_interest_mean - 1.0)
                staff.solver[s] = unit(word(k_staff, s, 3))
                staff.effort[s] = 1.0 - n.withheld_start * wide(staff.self_interest[s])
                staff.success[s] = n.success_start
        for o in range(p * N_KINDS, (p + 1) * N_KINDS):
            mates = organisation_staff[o + 1] - organisation_staff[o]
            for s in range(organisation_staff[o], organisation_staff[o + 1]):
                for j in range(int(n.ties_inside) // 2 + 1):
                    if 2 * j < n.ties_inside:
                        other = organisation_staff[o] + int(unit(word(k_staff, s, 10 + j)) * mates)
                        trust = n.tie_inside_least + n.tie_inside_spread * unit(word(k_staff, s, 20 + j))
                        link(staff.tie, staff.tie_trust, s, other, min(1.0, trust))
                wanted = n.ties_across * 0.5
                for j in range(MAX_TIES // 2):
                    if unit(word(k_staff, s, 30 + j)) < wanted - j:
                        other = first + int(unit(word(k_staff, s, 40 + j)) * (last - first))
                        if staff.organisation[other] != o:
                            trust = n.tie_across_least + n.tie_across_spread * unit(word(k_staff, s, 50 + j))
                            link(staff.tie, staff.tie_trust, s, other, min(1.0, trust))


def keys(seed: int) -> tuple[np.uint64, ...]:
    """The keys of the four families of draws that make a population."""
    return tuple(key(seed, "population", family) for family in range(4))
