"""Queue and care: finite hours, an order of service, help by the book or bespoke, alone or jointly.

By the book: short, one domain,
the organisation's standard. Bespoke (with chance discretion x motivation): longer, looks
at the whole person, understands exceptions by listening, applies own practice,
and reaches other domains through trusted
ties, jointly and at once; without a tie it must refer on, and in the handoff information is lost. With d the domain::

    fit = share of the ten choices on which the response is right for this person in this place
    need[d] <- need[d] * (1 - strength * max(0, 2 fit - 1) * (1 - rush_loss * rush))

A contact that is begun is finished: its hours may run into the next tick, which pays them first, so that hours worked
never exceed hours at work. The hospital stabilises a crisis: dear, and nothing is resolved. Sources: I-PASS 2014
(handoffs), Kajaria-Montag 2023 (continuity), Margham 2020,
doi:10.3399/bjgp20X713909 (non-attendance); the form of fit is
March 1991, doi:10.1287/orsc.2.1.71, and Lazer & Friedman 2007, doi:10.2189/asqu.52.4.667.
"""

from __future__ import annotations

from simulation.mechanisms.base import Block, Mechanism
from simulation.mechanisms.serving import serve
from simulation.mechanisms.triage import settle_hours, staff_hours
from simulation.parameters import WEEKS_PER_YEAR, Table
from simulation.parameters import Parameter as P

TABLE = Table("care", "Finite hours, an order of service, help by the book or bespoke", (
    P("hours_per_week", 30, "hours per week", 1, 60, "judgement", "A full-time post less leave, travel and records",
      "Contact hours of one post."),
    P("staff_absence", 0.1, "share", 0, 0.6, "judgement",
      "NHS sickness absence is about 5 % (recalled, not checked); that burnout doubles it is judgement",
      "Share of hours lost to sickness at full exhaustion (half of it on average)."),
    P("book_hours", 0.39, "hours", 0.05, 10, "judgement",
      "A 15-minute appointment with its record, or a form and a call",
      "Staff time of one contact by the book."),
    P("bespoke_hours", 1.5, "hours", 0, 20, "associated",
      "Relational caseloads of 5-12 against 20-60, central 8 against 30 (Changing Futures; Greenwood): nearly four "
      "times the time a person",
      "Time that a bespoke contact adds for a person of complexity 1."),
    P("bespoke_least", 0.33, "share", 0, 1, "judgement", "No direct estimate",
      "Share of that time that it adds for a person of complexity 0."),
    P("bespoke_yields", 1.5, "number", 0, 10, "judgement",
      "Form: under overload front-line staff fall back on routine (Lipsky 1980, Street-Level Bureaucracy); no size is "
      "known",
      "How fast discretion gives way to the book as load passes 1: 1.5 means none is left at a load of 1.67."),
    P("referral_hours", 0.2, "hours", 0, 5, "judgement", "A letter or a form", "Staff time of referring somebody on."),
    P("reach_hours", 0.1, "hours", 0, 5, "judgement", "Half a referral: a call",
      "Time of a bespoke contact for each other need that it turns to."),
    P("joint_hours", 1, "hours", 0, 10, "judgement", "A colleague joins, at once", "Colleague's time in joint help."),
    P("hospital_hours", 7, "hours", 0.1, 100, "judgement", "Staff time of one emergency stay, first-contact staff only",
      "Staff time of stabilising one crisis."),
    P("strength", 0.983, "share", 0.1, 1, "judgement", "Help that fits wholly removes most, not all",
      "Share of need that a contact removes when every choice fits."),
    P("rush_loss", 0.4, "share", 0, 1, "judgement", "No direct estimate",
      "Effect lost when contacts are wholly rushed."),
    P("rush_saving", 0.3, "share", 0, 0.8, "judgement", "No direct estimate", "Time saved when wholly rushed."),
    P("resolved_below", 0.133, "share", 0.02, 0.5, "judgement", "Below this people manage by themselves",
      "Need below which it counts as resolved."),
    P("listen", 0.12, "share", 0, 1, "judgement", "No direct estimate",
      "Chance that a bespoke contact understands one exception, at full trust."),
    P("listen_floor", 0.4, "share", 0, 1, "judgement", "People tell something even to those whom they do not trust",
      "Share of that chance that is left without trust."),
    P("listen_known", 1, "number", 0, 5, "judgement", "No direct estimate",
      "What a worker who knows the person well adds to that chance, as a multiple."),
    P("focus", 0.5, "share", 0, 1, "judgement", "Staff who may choose give their time where lives are complex",
      "How far discretion goes to complex lives: 0 anybody alike, 1 in proportion to complexity."),
    P("focus_at", 0.5, "share", 0.05, 1, "judgement", "The middle of the scale",
      "Complexity for which focus makes no difference."),
    P("handoff_kept", 0.6, "share", 0.2, 0.9, "associated",
      "Complete verbal handoffs rose from 20 to 66 % (I-PASS 2022), errors fell by 23 % (I-PASS 2014, "
      "doi:10.1056/NEJMsa1405556)",
      "Share of what is understood that survives a handoff without a trusted tie."),
    P("success_memory", 0.04, "share", 0, 1, "judgement",
      "The last 25 cases or so shape what staff think of their work",
      "Weight of the newest case in the success that staff see."),
    P("known_gain", 0.38, "share", 0, 1, "judgement", "Knowing grows with contacts",
      "How much one contact adds to knowing."),
    P("known_loss", 0.0419, "share", 0, 1, "judgement", "Being seen by others loosens the bond",
      "Share of knowing lost when somebody else is seen."),
    P("known_yields", 0.5, "share", 0, 1, "judgement", "A long contact with somebody new replaces a loose bond",
      "Knowing below which a bespoke contact with another worker makes that worker the one who knows the person."),
    P("known_saving", 0.15, "share", 0, 0.18, "associated",
      "Revisit interval +18.1 % with the regular doctor, which is 15 % less work; consultations were no shorter: "
      "Kajaria-Montag 2023, doi:10.1287/mnsc.2021.02015",
      "Time saved by a worker who knows the person well; stands in for the longer time until the next visit."),
    P("tie_trusted", 0.25, "share", 0, 1, "judgement", "A tie must bear weight",
      "Trust from which a tie carries joint work."),
    P("tie_gain", 0.06, "share", 0, 1, "judgement", "Kept promises build trust",
      "Trust gained by one piece of joint work."),
    P("tie_begins", 0.003, "share", 0, 1, "judgement", "A referral is also a first acquaintance",
      "Chance that a bespoke referral makes a tie."),
    P("absence_base", 0.019, "share", 0, 0.5, "measured", "GP non-attendance 1.9 % same day: NHS data 2018",
      "Non-attendance without a wait."),
    P("absence_slope", 0.068, "share", 0, 0.5, "associated",
      "8.2-8.9 % beyond a week: NHS data 2018; early and late appointments differ in more than the wait",
      "Non-attendance that a long wait adds."),
    P("absence_levels", 4, "week", 0.2, 52, "judgement", "The sources stop beyond a week; levelling is assumed",
      "Wait from which non-attendance rises no further."),
    P("absence_hours", 0.28, "hours", 0, 10, "judgement", "Half of the appointment is filled with other work",
      "Staff time lost when somebody does not attend."),
    P("booking_general_practice", 0.93, "week", 0, 26, "associated",
      "43 % of GP appointments on the same day, 70 % within a week, 84 % within two (NHS Digital 2017/18): a mean of "
      "about 0.9 weeks, part of it chosen",
      "Mean time from asking to the first appointment offered, in general practice, for the smallest need and where "
      "all hours are taken."),
    P("booking_elsewhere", 6.19, "week", 0, 52, "associated",
      "Waiting lists of about 1,300 for 10,000 people (7.5m, England 2024); one-day booking: Margham 2020",
      "The same at other doors; the hospital takes a crisis at once."),
    P("booking_urgency", 0.83, "share", 0, 1, "judgement", "No direct estimate",
      "Share of that time that a need of 1 is spared."),
    P("booking_follows", 1, "share", 0, 1, "judgement", "A calendar is as full as the week: no direct estimate",
      "How far the time to the first appointment follows the load: 1 in proportion, 0 not at all."),
    P("wait_weight", 0.5, "number", 0, 5, "judgement", "Triage by need first, then by turn", "Weight of waiting."),
    P("wait_counts", 2, "number", 0.1, 20, "judgement", "Beyond that, longer is not seen to be longer",
      "Wait, in target waits, beyond which waiting counts no more in the order of service."),
    P("breach_steepness", 4, "number", 1, 20, "judgement", "The last days before a breach matter most; form assumed",
      "Power with which closeness to a breach rises over the target wait."),
    P("breach_weight", 1.5, "number", 0, 10, "judgement", "Reordering under targets: Besley 2009; Dimakou 2009, "
      "doi:10.1007/s10729-008-9069-4", "Weight of closeness to a breach, under full pressure."),
    P("after_breach", 0.1, "share", 0, 1, "judgement", "A breach counts once", "Closeness once the target is missed."),
    P("triage_noise", 0.1, "number", 0, 1, "judgement", "Triage is not exact", "Chance in the order of service."),
    P("trust_gained", 0.03, "share", 0, 1, "judgement", "No direct estimate", "Trust gained by a need resolved."),
    P("trust_lost", 0.006, "share", 0, 1, "judgement", "No direct estimate",
      "Trust lost by a contact that does not help."),
    P("stabilised", 0.567, "share", 0, 1, "judgement", "Stabilising is not resolving",
      "Share of every need that a hospital stay removes."),
    P("discharge_referral", 0.781, "share", 0, 1, "judgement", "Not every discharge is followed up",
      "Chance that a person is referred on after a crisis."),
    P("overheads_most", 0.9, "share", 0.1, 1, "judgement", "Keeps a rest for people whatever a regime asks for",
      "Largest share of paid hours that reporting, learning and relationships may take."),
    P("load_most", 3, "number", 1, 20, "judgement", "Three weeks' work in a week: worse is not felt to be worse",
      "Load beyond which staff feel no difference."),
    P("load_memory", 4, "week", 0.02, 52, "judgement", "Felt over a month", "Memory of the running load."),
    P("delay_death", 0.0017, "per hour", 0, 0.02, "associated",
      "One death for 82 delayed 6-8 hours: Jones 2022, doi:10.1136/emermed-2021-211572 (critique published)",
      "Hazard of dying while a crisis waits."),
    P("delay_longest", 12, "hour", 1, 72, "judgement",
      "Nobody lies in a corridor for a week: the longest trolley waits",
      "Hours of delay that one tick of waiting can mean, where a tick is longer than that."),
    P("delay_free", 5, "hour", 0, 48, "associated", "Jones 2022, doi:10.1136/emermed-2021-211572",
      "Wait from which delay of a crisis harms."),
))
CareNumbers = TABLE.fields("CareNumbers", __name__)


def _advance(world, block: Block) -> None:
    n, w = world.numbers["care"], block.work
    money, learning = world.numbers["money"], world.numbers["learning"]
    years = world.tick * world.tick_weeks / WEEKS_PER_YEAR
    background = learning.background if world.switches["learning"] else 0.0
    strength = min(1.0, n.strength * (1.0 + background * max(0.0, years)))
    staff_hours(world.staff, world.organisation, world.organisation_staff, world.tally, world.levers, world.front_share,
                world.staffing, n, n.hours_per_week, world.key("absence"), world.now, block.first, block.last)
    serve(world.person, world.person_start, world.staff, world.organisation, world.organisation_staff, world.place,
          world.tally, world.wait_bins, world.levers, world.complex_cut, n, strength, money.value_hour,
          money.crisis_cost,
          world.key("service"), world.key("triage"), world.fixed_key("booking", 0), world.key("listening"),
          world.key("handoff"), world.now, w, block.first, block.last, block.first_person)
    settle_hours(world.staff, world.organisation, world.organisation_staff, world.tally, w.queue_n, world.person.door,
                 w.queue, world.person_start, block.first_person, n, world.tick_weeks, block.first, block.last)


MECHANISM = Mechanism(
    "care", "How are people helped, and what does it change?", TABLE,
    reads=("door", "need", "complexity", "exceptions", "known", "truth", "practice", "standard", "motivation", "effort",
           "burnout", "vacant_until", "tie", "pressure", "rush", "slack", "funding", "admin_hours", "trial_choice",
           "discretion", "continuity", "lead_agency", "target_wait", "funding_results", "reporting", "learning_time",
           "relationship_time"),
    writes=("need", "door", "last_result", "attempts", "known", "known_by", "known_strength", "trust", "cost_year",
            "hours_given", "hours_left", "admin_hours", "success", "trial_sum", "trial_cases", "usual_sum",
            "usual_cases", "tie", "tie_trust", "referred_to", "joint_met", "not_reached", "next_staff", "waiting",
            "load"),
    advance=_advance,
)
