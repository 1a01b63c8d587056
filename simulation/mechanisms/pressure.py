"""Pressure and motivation: what a measured figure does to organisations and the people who work there.

For an organisation, with gap = max(0, target level - recorded performance) / gap_scale, at most 1::

    pressure  -> (stakes + publicity_weight * publicity) * (hold + (1 - hold) * gap)
    slack     -> slack0 * (1 - slack_used * pressure)                 real effort first: targets work
    rush      -> rush_slope * pressure * max(0, load - rush_load)     then contacts are cut short
    gaming    -> gaming_slope * stakes * gap * (1 - safety_deters * safety) * (1 - audit_deters * audit)
    threshold -> threshold_slope * stakes * gap * (1 - audit_of_thresholds * audit_deters * audit)
    safety    -> safety_base + safety_just * just_culture + safety_mindset * mindset
                 - blame * pressure * (1 - just_culture)

For a member of staff::

    effort     -> 1 - shirking * self-interest * (1 - watched) * (1 + deficits that earn money)
    motivation -> base + autonomy * discretion + competence * success + relatedness * ties - crowding * pressure
    burnout    -> own level + load_burnout * (load - usual_load) + pressure_burnout * pressure
                  - resources * (motivation - usual_motivation + resources_safety * (safety - usual_safety))
    leaving      hazard leave * (1 + leave_burnout if burnt out)
                        * max(leave_floor, 1 + leave_motivation * (usual_motivation - motivation))

Sources: self-determination (Deci, Koestner & Ryan 1999, doi:10.1037/0033-2909.125.6.627; Cerasoli 2014,
doi:10.1037/a0035661), demands and resources (Bakker & Demerouti 2007), burnout and leaving (Hodkinson 2022,
doi:10.1136/bmj-2022-070442). Crowding-out is contested: its range spans zero.
"""

from __future__ import annotations

from simulation import levers as L
from simulation import tallies as T
from simulation.chance import happens, unit, word
from simulation.columns import MAX_TIES
from simulation.events import STAFF_LEFT, note
from simulation.kernel import kernel, rule, wide
from simulation.mechanisms.base import Block, Mechanism
from simulation.mechanisms.measurement import figure_taken
from simulation.mechanisms.turnover import LEAVING, PARAMETERS, leave, vacancy_length
from simulation.parameters import Parameter as P
from simulation.parameters import Table
from simulation.vocabulary import N_KINDS, NOBODY

TABLE = Table("pressure", "What a measured figure does to organisations and staff", (
    P("gap_scale", 0.15, "share", 0.02, 1, "judgement", "Fifteen points below target is full alarm",
      "Gap to the target at which pressure is full."),
    P("hold", 0.25, "share", 0, 1, "judgement", "A figure must be kept, too", "Pressure where the target is met."),
    P("publicity_weight", 0.5, "share", 0, 1, "associated",
      "Reputation works: Bevan, Evans & Nuti 2018, doi:10.1017/S1744133117000561; that it works less than sanction is "
      "judgement", "Weight of publicity beside stakes."),
    P("pressure_settling", 8, "week", 0.1, 104, "judgement", "Weeks, not days", "How fast pressure builds."),
    P("slack_used", 0.9, "share", 0, 1, "associated",
      "Targets with sanctions raised effort: Propper 2008, doi:10.2202/1935-1682.1863; Kelman & Friedman 2009, "
      "doi:10.1093/jopart/mun028",
      "Share of slack that full pressure turns to use."),
    P("rush_slope", 1.5, "number", 0, 10, "judgement", "No direct estimate",
      "Rush for a unit of pressure and overload."),
    P("rush_load", 0.95, "number", 0, 3, "judgement", "Rush begins where there is more work than hours",
      "Load from which contacts are cut short."),
    P("gaming_slope", 0.9, "number", 0, 3, "associated",
      "A third of ambulance trusts 'corrected' times: Bevan & Hood 2006; gamed share 0-0.3 under high stakes",
      "Inclination to doctor records at full stakes and gap."),
    P("safety_deters", 0.5, "share", 0, 1, "judgement",
      "Where bad figures can be said aloud there is less to hide; no direct estimate",
      "Gaming that full psychological safety prevents."),
    P("audit_deters", 0.8, "share", 0, 1, "judgement", "Sure detection deters most", "Gaming that full audit deters."),
    P("gaming_settling", 26, "week", 0.1, 208, "associated",
      "Gaming grew over years: New Zealand 2010 on, Tenbensel 2020, doi:10.15171/ijhpm.2019.98",
      "How fast gaming is learnt and unlearnt."),
    P("threshold_slope", 0.12, "share", 0, 0.6, "judgement", "Thresholds rise quietly; no direct estimate",
      "Rise of the eligibility threshold at full stakes and gap."),
    P("audit_of_thresholds", 0.5, "share", 0, 1, "judgement",
      "Audit looks at records more than at who was turned away; no direct estimate",
      "How far audit deters a raised threshold, compared with a doctored record."),
    P("safety_base", 0.2, "share", 0, 1, "judgement", "No direct estimate; nowhere is there none at all",
      "Psychological safety without a just culture, under a leader who solves every problem."),
    P("safety_just", 0.5, "share", 0, 1, "judgement",
      "Form: Edmondson 1996, doi:10.1177/0021886396321001; 62 % feel safe to speak up (NHS Staff Survey 2023); no size "
      "is known", "Safety that a fully just culture adds."),
    P("safety_mindset", 0.3, "share", 0, 1, "judgement",
      "Form: leaders who frame rather than solve invite speaking up; no direct estimate",
      "Safety that a leader adds who frames problems rather than solving them."),
    P("blame", 0.35, "share", 0, 1, "judgement",
      "40 % could not say they would be treated fairly after an error: NHS Staff Survey 2023",
      "Safety lost by full pressure in a blaming culture."),
    P("safety_settling", 26, "week", 0.1, 208, "judgement", "Trust comes slowly", "How fast safety moves."),
    P("shirking", 0.35, "share", 0, 1, "judgement",
      "Form: knights and knaves (Le Grand 2003); Wales drifted without sanction (Besley 2009); no size is known",
      "Effort that a wholly self-interested, unwatched person withholds."),
    P("watched_stakes", 0.7, "share", 0, 1, "judgement", "What is measured and matters is watched",
      "How far full stakes make effort visible."),
    P("watched_publicity", 0.4, "share", 0, 1, "judgement", "Reputation", "How far publicity makes effort visible."),
    P("watched_peers", 0.6, "share", 0, 1, "judgement", "Colleagues see each other's work",
      "How far full peer reflection makes effort visible."),
    P("effort_settling", 39, "week", 0.1, 208, "judgement", "Habits change within a year", "How fast effort moves."),
    P("autonomy", 0.18, "number", -0.2, 0.5, "judgement",
      "Form: Deci & Ryan 2000, doi:10.1207/S15327965PLI1104_01; more freedom did little for NHS trusts (Verzulli 2011, "
      "2018); no size is known", "Motivation from full discretion."),
    P("competence", 0.3, "number", -0.2, 0.6, "judgement",
      "Form: Deci & Ryan 2000, doi:10.1207/S15327965PLI1104_01; Cerasoli 2014, doi:10.1037/a0035661, shows motivation "
      "with performance, not which comes first",
      "Motivation from success seen in one's own cases."),
    P("relatedness", 0.1, "number", -0.1, 0.4, "judgement",
      "Form: Deci & Ryan 2000, doi:10.1207/S15327965PLI1104_01; no size is known",
      "Motivation from trusted colleagues."),
    P("ties_enough", 3, "number", 0.5, 12, "judgement", "A few trusted colleagues are enough; no direct estimate",
      "Ties of full trust that give all of that."),
    P("crowding", 0.08, "number", -0.1, 0.4, "associated",
      "Contested: d -0.28 to -0.40 (Deci 1999) against small positive effects of pay (2023, "
      "doi:10.1080/25741292.2023.2205756); the range spans zero", "Motivation crowded out by full pressure."),
    P("motivation_base", 0.33, "share", 0, 1, "judgement", "Sets the mean near 0.6",
      "Motivation without any of these."),
    P("motivation_settling", 52, "week", 1, 520, "judgement", "Slow", "How fast motivation moves."),
    P("load_burnout", 0.35, "number", 0, 2, "associated",
      "Job demands-resources: Bakker & Demerouti 2007, doi:10.1108/02683940710733115",
      "Exhaustion from overload."),
    P("usual_load", 0.85, "number", 0, 3, "judgement", "Beds are at risk above 85 %: Bagust 1999; taken over for staff",
      "Load that neither tires nor rests anybody."),
    P("load_most", 2, "number", 0.5, 20, "judgement", "Keeps a runaway queue from deciding everything",
      "Load beyond which more work tires nobody further."),
    P("pressure_burnout", 0.15, "number", -0.2, 1, "associated",
      "Job demands-resources: Bakker & Demerouti 2007, doi:10.1108/02683940710733115; cause not shown",
      "Exhaustion from full pressure."),
    P("resources", 0.2, "number", 0, 1, "associated",
      "Job demands-resources; a programme of data and guidance cut exits by 5.3 % (Moscelli & Sayli, working paper)",
      "Exhaustion that motivation and safety prevent."),
    P("resources_safety", 0.5, "number", 0, 3, "judgement", "No direct estimate",
      "Weight of safety beside motivation in preventing exhaustion."),
    P("usual_motivation", 0.6, "share", 0, 1, "judgement", "Where motivation starts; NHS Staff Survey: about 7 of 10",
      "Motivation at which neither exhaustion nor leaving is more or less than usual."),
    P("usual_safety", 0.5, "share", 0, 1, "judgement", "Where safety starts; no direct estimate",
      "Safety at which exhaustion is neither more nor less than usual."),
    P("burnout_level", 0.454, "share", 0, 1, "associated", "NHS Staff Survey: burnt out 30-34 %",
      "Mean exhaustion in ordinary circumstances."),
    P("burnout_spread", 0.5, "share", 0, 1, "judgement", "Staff bear the same strain differently; no direct estimate",
      "Highest less lowest of staff's own levels of exhaustion, a lasting trait."),
    P("burnout_settling", 39, "week", 1, 520, "judgement", "Months", "How fast exhaustion moves."),
    P("burnt_out", 0.5, "share", 0, 1, "judgement", "Sets the share burnt out near a third",
      "Exhaustion that is burnout."),
    P("leave", 0.0589, "per year", 0, 1, "associated",
      "Nurse leavers 8.8-11.5 % a year, 2019-24 (parliamentary answers), of whom this is the part without burnout",
      "Hazard of leaving for staff who are not burnt out."),
    P("leave_burnout", 1.2, "number", 0, 4, "associated",
      "Turnover intention OR 3.10: Hodkinson 2022, doi:10.1136/bmj-2022-070442; intention is more than leaving",
      "How much burnout adds to the hazard, as a multiple."),
    P("leave_motivation", 1.0, "number", 0, 4, "associated", "1 SD of engagement, 0.16 SD of retention: Moscelli 2025, "
      "doi:10.1111/ecca.12554", "How much low motivation adds."),
    P("leave_floor", 0.2, "share", 0, 1, "judgement",
      "People also leave to move, to retire, to care; no direct estimate",
      "Share of the usual hazard that is left however high motivation is."),
    *PARAMETERS,
))
PressureNumbers = TABLE.fields("PressureNumbers", __name__)


@rule
def toward(value, level, settling):
    """One tick's move of a value toward a level, with a memory of so many ticks; both stay within 0..1."""
    level = min(1.0, max(0.0, level))
    return value + (level - value) / max(1.0, settling)


@rule
def pressure_level(stakes, publicity, gap, weight, hold):
    return min(1.0, stakes + weight * publicity) * (hold + (1.0 - hold) * gap)


@rule
def watched(stakes, publicity, peers, by_stakes, by_publicity, by_peers):
    """How visible effort is to a boss, to the public or to peers: the chance that none of them sees is the product."""
    return 1.0 - (1.0 - by_stakes * stakes) * (1.0 - by_publicity * publicity) * (1.0 - by_peers * peers)


@rule
def effort_level(self_interest, seen, deficits, shirking):
    """Self-interested staff drift to low effort where nobody sees, and further where failure earns money."""
    return 1.0 - shirking * self_interest * (1.0 - seen) * (1.0 + deficits)


@rule
def motivation_level(discretion, success, relatedness, pressure, n):
    return (n.motivation_base + n.autonomy * discretion + n.competence * success + n.relatedness * relatedness
            - n.crowding * pressure)


@rule
def burnout_level(own, load, pressure, motivation, safety, n):
    return (own + n.load_burnout * (min(n.load_most, load) - n.usual_load) + n.pressure_burnout * pressure
            - n.resources * ((motivation - n.usual_motivation) + n.resources_safety * (safety - n.usual_safety)))


@rule
def leaving_hazard(burnout, motivation, n):
    more = n.leave_burnout if burnout > n.burnt_out else 0.0
    return n.leave * (1.0 + more) * max(n.leave_floor, 1.0 + n.leave_motivation
                                             * (n.usual_motivation - motivation))


@kernel
def advance_pressure(person, person_start, staff, organisation, organisation_staff, place_tally, levers, n, slack0,
                     hospital_counts, self_interest_power, k_own, k_leaving, k_newcomer, now, work, p0, p1):
    recording = work.log_what.shape[0] > 0
    for p in range(p0, p1):
        tally = place_tally[p]
        stakes, publicity = levers[p, L.STAKES], levers[p, L.PUBLICITY]
        audit, just = levers[p, L.AUDIT], levers[p, L.JUST_CULTURE]
        discretion, peers = levers[p, L.DISCRETION], levers[p, L.PEER_REFLECTION]
        deficits = levers[p, L.FUNDING_DEFICITS]
        seen = watched(stakes, publicity, peers, n.watched_stakes, n.watched_publicity, n.watched_peers)
        for o in range(p * N_KINDS, (p + 1) * N_KINDS):
            # A figure that nobody takes presses nobody.
            counted = 1.0 if figure_taken(o - p * N_KINDS, hospital_counts) else 0.0
            gap = counted * min(1.0, max(0.0, levers[p, L.TARGET_LEVEL] - organisation.recorded[o]) / n.gap_scale)
            level = counted * pressure_level(stakes, publicity, gap, n.publicity_weight, n.hold)
            pressure = toward(organisation.pressure[o], level, n.pressure_settling)
            organisation.pressure[o] = pressure
            safety = toward(organisation.safety[o],
                            n.safety_base + n.safety_just * just + n.safety_mindset * organisation.mindset[o]
                            - n.blame * pressure * (1.0 - just), n.safety_settling)
            organisation.safety[o] = safety
            load = organisation.load[o]
            organisation.slack[o] = toward(organisation.slack[o], slack0 * (1.0 - n.slack_used * pressure),
                                           n.pressure_settling)
            organisation.rush[o] = toward(organisation.rush[o], n.rush_slope * pressure * max(0.0, load - n.rush_load),
                                          n.pressure_settling)
            organisation.gaming[o] = toward(
                organisation.gaming[o],
                n.gaming_slope * stakes * gap * (1.0 - n.safety_deters * safety) * (1.0 - n.audit_deters * audit),
                n.gaming_settling)
            organisation.threshold_raise[o] = toward(
                organisation.threshold_raise[o],
                n.threshold_slope * stakes * gap * (1.0 - n.audit_of_thresholds * n.audit_deters * audit),
                n.gaming_settling)
            for s in range(organisation_staff[o], organisation_staff[o + 1]):
                if staff.vacant_until[s] > now:
                    continue
                motivation = wide(staff.motivation[s])
                staff.effort[s] = toward(
                    wide(staff.effort[s]), effort_level(wide(staff.self_interest[s]), seen, deficits, n.shirking),
                    n.effort_settling)
                related = 0.0
                for j in range(MAX_TIES):
                    related += wide(staff.tie_trust[s, j])
                motivation = toward(motivation, motivation_level(discretion, wide(staff.success[s]),
                                                                 min(1.0, related / n.ties_enough), pressure, n),
                                    n.motivation_settling)
                staff.motivation[s] = motivation
                own = n.burnout_level + n.burnout_spread * (unit(word(k_own, s, 0)) - 0.5)
                burnout = toward(wide(staff.burnout[s]), burnout_level(own, load, pressure, motivation, safety, n),
                                 n.burnout_settling)
                staff.burnout[s] = burnout
                if happens(leaving_hazard(burnout, motivation, n), unit(word(k_leaving, s, 0))):
                    leave(person, person_start[p], person_start[p + 1], staff, organisation, o, s,
                          now + 1 + int(vacancy_length(unit(word(k_leaving, s, 1)), n)), self_interest_power,
                          k_newcomer, n)
                    tally[T.LEAVERS] += 1.0
                    if recording:
                        note(work.log_n, work.log_what, work.log_value, STAFF_LEFT, NOBODY, o, s, 0, 0, 0.0, 0.0, 0.0)


def _advance(world, block: Block) -> None:
    population = world.numbers["population"]
    advance_pressure(world.person, world.person_start, world.staff, world.organisation, world.organisation_staff,
                     world.tally, world.levers, world.numbers["pressure"], population.slack_start,
                     world.numbers["measurement"].hospital_counts,
                     1.0 / population.self_interest_mean - 1.0, world.fixed_key("population", 9), world.key("leaving"),
                     world.key("newcomer"), world.now, block.work, block.first, block.last)


MECHANISM = Mechanism(
    "pressure", "What do stakes do to organisations and staff?", TABLE,
    reads=("recorded", "load", "mindset", "self_interest", "success", "tie_trust", "stakes", "publicity", "audit",
           "just_culture", "discretion", "peer_reflection", "target_level", "funding_deficits"),
    writes=("pressure", "safety", "slack", "rush", "gaming", "threshold_raise", "effort", "motivation", "burnout",
            *LEAVING),
    advance=_advance,
)
