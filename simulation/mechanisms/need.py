"""Need: it begins, grows while unmet, feeds other needs, slowly remits, and sometimes becomes a crisis.

For one person and domain, with n the need and r the sum of the person's other needs (all rates per tick)::

    onset hazard = onset[domain] * frailty * (1 + onset_coupling * total need)     a new need; at most one in a tick
    n' = n + n * ((1 - n) * (growth + coupling * r) - remission * (1 + community * support))
    crisis hazard = crisis * max(0, total need - crisis_threshold) + acute * frailty
    death hazard = death * frailty * total need                                  accumulated; nobody is removed

`support` is how well connected the two nearest neighbours on each side are (1 - their need of connection). The form is
judgement; it makes single needs remit and linked needs persist, as multimorbidity and multiple disadvantage do
(Cassell 2018, doi:10.3399/bjgp18X695465; Bramley 2015). An acute crisis strikes whatever services do, and leaves a new
physical need. Hazards become probabilities as 1 - exp(-hazard).
"""

from __future__ import annotations

import numpy as np

from simulation import tallies as T
from simulation.chance import first_half, happens, second_half, unit, word
from simulation.events import CRISIS, ONSET, note
from simulation.kernel import kernel, kernel_part, rule, wide
from simulation.mechanisms.base import Block, Mechanism
from simulation.parameters import Parameter as P
from simulation.parameters import Table
from simulation.vocabulary import HOSPITAL, N_DOMAINS, NOBODY, RESULT_NEW

_ONSET = ("No direct estimate; with return visits and chasing contacts come to about 5 a person a year, half of "
          "England's 10 (King's Fund 2023/24: 600m contacts, 57.7m people)")

TABLE = Table("need", "Needs begin, grow, feed each other and become crises", (
    P("onset_physical", 2.22, "per year", 0, 6, "judgement", _ONSET, "New physical needs of a person of frailty 1."),
    P("onset_mental", 1.08, "per year", 0, 6, "judgement", _ONSET, "New mental needs."),
    P("onset_daily_living", 0.512, "per year", 0, 6, "judgement", _ONSET, "New needs of help with daily living."),
    P("onset_housing", 0.495, "per year", 0, 6, "judgement", _ONSET, "New housing needs."),
    P("onset_money", 0.627, "per year", 0, 6, "judgement", _ONSET, "New needs of money and work."),
    P("onset_connection", 0.532, "per year", 0, 6, "judgement", _ONSET, "New needs of connection."),
    P("onset_coupling", 0.828, "number", 0, 3, "associated",
      "Needs cluster: Cassell 2018, doi:10.3399/bjgp18X695465; Hard Edges, Bramley 2015; cause not shown",
      "How much a unit of other need raises the hazard of a new one."),
    P("growth", 0.0303, "per week", 0, 0.3, "judgement", "Unmet need grows; no direct estimate",
      "Growth of a small need that stands alone."),
    P("coupling", 0.011, "per week", 0, 0.3, "judgement", "Unmet needs feed each other; no direct estimate",
      "Growth that a unit of other need adds."),
    P("remission", 0.116, "per week", 0, 0.5, "judgement", "Most single needs are self-limiting",
      "How fast need goes by itself."),
    P("community", 0.4, "number", 0, 2, "associated",
      "Frome: emergency admissions -14.0 % against Somerset +28.5 %, one practice that chose itself: Abel 2018, "
      "doi:10.3399/bjgp18X699437",
      "How much full community support adds to remission."),
    P("crisis_threshold", 0.518, "number", 0, 6, "judgement", "Crises come of much need, not of any",
      "Total need above which a crisis threatens."),
    P("crisis", 0.644, "per year", 0, 50, "judgement",
      "Hospital crises come near 2,400 a year per 10,000 people, between emergency admissions (820) and "
      "A&E attendances (2,900): NHS Providers 2023-24",
      "Crises of a person one unit above the threshold."),
    P("acute", 0.22, "per year", 0, 2, "associated",
      "One emergency admission in six (King's Fund 2012) to one in five (QualityWatch 2013) is for a condition that "
      "good care may prevent: so about four crises in five are acute",
      "Acute crises of a person of frailty 1, whatever the need."),
    P("acute_severity", 0.405, "share", 0, 1, "judgement", "An emergency is serious",
      "Physical need that an acute crisis adds."),
    P("death", 0.003, "per year", 0, 0.05, "judgement",
      "Small against all-cause mortality (about 0.009 a year): only deaths that unmet need adds",
      "Deaths of a person of frailty 1 with total need 1."),
    P("severity_least", 0.2, "share", 0, 1, "judgement", "A need that is noticed is not tiny",
      "Smallest size of a new need."),
    P("severity_spread", 0.35, "share", 0, 1, "judgement", "Needs differ in size", "Largest less smallest size."),
    P("gone", 0.02, "share", 0, 0.2, "judgement", "A tenth of the smallest new need is not felt",
      "Need below which it is over."),
    P("in_need", 0.2, "share", 0, 1, "judgement", "A choice of what to count: the smallest size of a new need",
      "Need from which a person is counted as in need, and to which a further need is added without beginning anew."),
))
NeedNumbers = TABLE.fields("NeedNumbers", __name__)


@rule
def grown(need, others, growth, coupling, remission, gone):
    """What becomes of one unmet need in one tick; `remission` already counts the community's support."""
    n = need + need * ((1.0 - need) * (growth + coupling * others) - remission)
    return 0.0 if n < gone else min(1.0, n)


@kernel_part
def domain_of(share, at):
    """The domain in whose part of the cumulated onset hazards `at` falls."""
    for d in range(N_DOMAINS - 1):
        if at < share[d]:
            return d
    return N_DOMAINS - 1


@kernel_part
def grow_everybody(need, n, total, remission, after, worst):
    """Growth and remission of every need of one place, domain by domain.

    Scratch, one value a person: `total` need before, `remission` with the community's support (the two nearest
    neighbours on each side of the ring, less connected when they need connection themselves), `after`, `worst`.
    """
    people = need.shape[1]
    lonely = need[N_DOMAINS - 1]
    for j in range(people):
        total[j] = after[j] = worst[j] = 0.0
    for d in range(N_DOMAINS):
        sizes = need[d]
        for j in range(people):
            total[j] += wide(sizes[j])
    for j in range(people):
        left, right = j + 1, j + 2
        near = (wide(lonely[j - 1]) + wide(lonely[j - 2])
                + wide(lonely[left if left < people else left - people])
                + wide(lonely[right if right < people else right - people]))
        remission[j] = n.remission * (1.0 + n.community * (1.0 - 0.25 * near))
    for d in range(N_DOMAINS):
        sizes = need[d]
        for j in range(people):
            size = wide(sizes[j])
            size = grown(size, total[j] - size, n.growth, n.coupling, remission[j], n.gone)
            sizes[j] = size
            after[j] += size
            worst[j] = max(worst[j], size)


@rule
def crisis_hazard(total, threshold, rate):
    return rate * max(0.0, total - threshold)


@kernel
def advance_need(person, person_start, place_tally, complex_cut, n, onset, surge, k, now, work, p0, p1):
    log_n, log_what, log_value = work.log_n, work.log_what, work.log_value
    recording = log_what.shape[0] > 0
    share, need_of_quintile, scratch = work.of_domain, work.of_quintile, work.person_values
    for p in range(p0, p1):
        a, b = person_start[p], person_start[p + 1]
        people = b - a
        # Slices of this place, walked from 0: the compiler can then leave out its checks for negative positions.
        need, door = person.need[:, a:b], person.door[HOSPITAL, a:b]
        frailty, complexity, quintile = person.frailty[a:b], person.complexity[a:b], person.quintile[a:b]
        trusting = person.trust[a:b]
        total, remission = scratch[0, :people], scratch[1, :people]
        after, worst = scratch[2, :people], scratch[3, :people]
        any_onset = 0.0
        for d in range(N_DOMAINS):
            any_onset += onset[d] * surge[p, d]
            share[d] = any_onset
        grow_everybody(need, n, total, remission, after, worst)
        need_all, need_complex, trust, deaths = 0.0, 0.0, 0.0, 0.0
        need_of_quintile[:] = 0.0
        in_need, onsets, crises, crises_complex, crises_acute = 0, 0, 0, 0, 0
        for j in range(people):
            i = a + j
            w = word(k, i, 0)
            fragile = wide(frailty[j])
            if happens(any_onset * fragile * (1.0 + n.onset_coupling * total[j]), first_half(w)):
                d = domain_of(share, any_onset * unit(word(k, i, 1)))
                before = wide(need[d, j])
                size = min(1.0, before + n.severity_least + n.severity_spread * unit(word(k, i, 2)))
                need[d, j] = size
                after[j] += size - before
                worst[j] = max(worst[j], size)
                if before < n.in_need:  # else it adds to a need whose history goes on: what failed has still failed
                    person.last_result[d, i] = np.uint8(RESULT_NEW)
                    person.attempts[d, i] = np.uint8(0)
                onsets += 1
                if recording:
                    note(log_n, log_what, log_value, ONSET, i, NOBODY, NOBODY, d, 0, 0.0, before, size)
            all_needs = after[j]
            is_complex = 1 if wide(complexity[j]) >= complex_cut else 0
            need_all += all_needs
            need_complex += all_needs * is_complex
            need_of_quintile[quintile[j]] += all_needs
            trust += wide(trusting[j])
            deaths += n.death * fragile * all_needs
            in_need += 1 if worst[j] > n.in_need else 0
            acute = n.acute * fragile
            hazard = acute + crisis_hazard(all_needs, n.crisis_threshold, n.crisis)
            if happens(hazard, second_half(w)) and door[j] < 0:
                door[j] = now
                crises += 1
                crises_complex += is_complex
                if person.visits_year[i] < 255:
                    person.visits_year[i] += np.uint8(1)
                if hazard * unit(word(k, i, 3)) < acute:
                    before = wide(need[0, j])
                    size = min(1.0, before + n.acute_severity)
                    need[0, j] = size
                    need_all += size - before
                    need_complex += (size - before) * is_complex
                    need_of_quintile[quintile[j]] += size - before
                    in_need += 1 if size > n.in_need and worst[j] <= n.in_need else 0
                    if before < n.in_need:
                        person.last_result[0, i] = np.uint8(RESULT_NEW)
                        person.attempts[0, i] = np.uint8(0)
                    crises_acute += 1
                if recording:
                    note(log_n, log_what, log_value, CRISIS, i, NOBODY, NOBODY, 0, 0, 0.0, all_needs, all_needs)
        tally = place_tally[p]
        tally[T.NEED] += need_all
        tally[T.NEED_COMPLEX] += need_complex
        tally[T.NEED_DEPRIVED] += need_of_quintile[1]
        tally[T.NEED_AFFLUENT] += need_of_quintile[5]
        tally[T.IN_NEED] += in_need
        tally[T.TRUST] += trust
        tally[T.DEATHS] += deaths
        tally[T.ONSETS] += onsets
        tally[T.CRISES] += crises
        tally[T.CRISES_COMPLEX] += crises_complex
        tally[T.CRISES_ACUTE] += crises_acute


def onset_by_domain(n) -> np.ndarray:
    """Hazard of a new need a tick, in the order of the domains."""
    return np.array([n.onset_physical, n.onset_mental, n.onset_daily_living, n.onset_housing, n.onset_money,
                     n.onset_connection])


def _advance(world, block: Block) -> None:
    n = world.numbers["need"]
    onset = onset_by_domain(n)
    advance_need(world.person, world.person_start, world.tally, world.complex_cut, n, onset, world.surge,
                 world.key("onset"), world.now, block.work, block.first, block.last)


MECHANISM = Mechanism(
    "need", "What happens to people?", TABLE,
    reads=("need", "frailty", "complexity", "quintile", "trust"),
    writes=("need", "last_result", "attempts", "door", "visits_year"),
    advance=_advance,
)
