"""Money: what everything costs, and whose budget grows.

Every regime spends the same planned sum: conveners and inspection are paid out of the budget of a place, and what they
cost is missing at the front line (`front_share`). Each quarter budgets move between the organisations of a place; the
sum stays what it was. For an organisation, with each score less the mean of its place (an
organisation whose figure is not taken scores the mean)::

    budget -> 1 + sensitivity * (funding_results * recorded + funding_deficits * load + funding_trust * honesty)

honesty is 1 - |recorded - perceived|; deficits that are filled mean that failure earns money (Bevan & Wilson 2013 on
Wales). Crises and agency cover for vacancies come on top and differ between regimes: that is an outcome.
"""

from __future__ import annotations

import numpy as np

from simulation import levers as L
from simulation import tallies as T
from simulation.kernel import kernel, rule, wide
from simulation.mechanisms.base import Block, Mechanism, WorldError
from simulation.mechanisms.measurement import figure_taken
from simulation.parameters import WEEKS_PER_YEAR, Table
from simulation.parameters import Parameter as P
from simulation.vocabulary import HOSPITAL, N_KINDS

TABLE = Table("money", "What everything costs, and whose budget grows", (
    P("value_hour", 45, "pounds per hour", 5, 500, "associated",
      "£43 an hour for a specialist community nurse, £50 with training (PSSRU, 2013-14 prices); taken for all staff",
      "Cost of an hour of staff time, with overheads."),
    P("crisis_cost", 2250, "pounds", 0, 50_000, "associated",
      "£17.0bn for 6m emergency admissions, 29 % of major attenders admitted (Health Foundation, 2016-18), £138 an "
      "attendance (reference costs 2013-14): about £1,000; more at later prices and for longer stays",
      "Hospital cost of one crisis, without the staff time that is counted."),
    P("cashable", 0.3, "share", 0, 1, "judgement",
      "Freed beds refill and overheads stay: savings are rarely cash; gross, net and cashable are kept apart",
      "Share of a crisis's cost that can be withdrawn when it does not happen."),
    P("convener_cost", 60_000, "pounds", 0, 500_000, "judgement", "A senior post with overheads",
      "Cost of one convener a year."),
    P("inspection", 0.02, "share", 0, 0.2, "judgement",
      "National inspection costs well under 1 % of spending; hosting it costs more", "Share of budget for full audit."),
    P("agency_premium", 0.3, "share", 0, 3, "judgement", "Agency cover costs more than a post",
      "Extra cost of vacant hours, as a share of their price."),
    P("sensitivity", 0.25, "number", 0, 2, "judgement", "Budgets move slowly", "How strongly budgets follow scores."),
    P("smallest", 0.75, "share", 0.2, 1, "judgement", "No organisation is starved within years",
      "Smallest budget relative to plan."),
    P("load_most", 2, "number", 0.5, 20, "judgement", "No payer follows a runaway queue all the way",
      "Load beyond which a deficit earns no more."),
    P("front_least", 0.5, "share", 0.05, 0.9, "judgement",
      "A guard against slips: no regime means to spend half of its budget on conveners and inspection",
      "Share of a place's budget that must be left for the front line; less is refused."),
    P("quarter", 13, "week", 1, 104, "judgement", "Quarterly monitoring", "Time between budget reviews."),
))
MoneyNumbers = TABLE.fields("MoneyNumbers", __name__)


@rule
def budget_score(recorded, load, honesty, results, deficits, trust):
    return results * recorded + deficits * load + trust * honesty


@kernel
def review_budgets(organisation, organisation_staff, levers, n, hospital_counts, p0, p1):
    """Move budgets between the organisations of each place; posts times budget sums to posts, as before."""
    for p in range(p0, p1):
        a, b = p * N_KINDS, (p + 1) * N_KINDS
        mean, posts, counted_posts = 0.0, 0.0, 0.0
        for o in range(a, b):
            counted = figure_taken(o - a, hospital_counts)
            size = wide(organisation_staff[o + 1] - organisation_staff[o])
            honesty = 1.0 - abs(organisation.recorded[o] - organisation.perceived[o])
            score = budget_score(organisation.recorded[o], min(n.load_most, organisation.load[o]), honesty,
                                 levers[p, L.FUNDING_RESULTS], levers[p, L.FUNDING_DEFICITS], levers[p,
                                                                                                     L.FUNDING_TRUST])
            organisation.funding[o] = score
            posts += size
            if counted:
                mean += size * score
                counted_posts += size
        mean /= counted_posts
        if not figure_taken(HOSPITAL, hospital_counts):
            organisation.funding[a + HOSPITAL] = mean
        total = 0.0
        for o in range(a, b):
            size = wide(organisation_staff[o + 1] - organisation_staff[o])
            organisation.funding[o] = max(n.smallest, 1.0 + n.sensitivity * (organisation.funding[o] - mean))
            total += size * organisation.funding[o]
        for o in range(a, b):
            organisation.funding[o] *= posts / total


@kernel
def count_money(staff, organisation_staff, person_start, place_tally, levers, n, convener_week, tick_weeks,
                posts_cost, now, p0, p1):
    for p in range(p0, p1):
        tally = place_tally[p]
        people = person_start[p + 1] - person_start[p]
        tally[T.COST_STAFF] += tally[T.HOURS_PAID] * n.value_hour
        tally[T.COST_CONVENERS] += levers[p, L.CONVENERS] * people / 10_000.0 * convener_week * tick_weeks
        tally[T.COST_INSPECTION] += levers[p, L.AUDIT] * n.inspection * posts_cost[p]
        posts = organisation_staff[(p + 1) * N_KINDS] - organisation_staff[p * N_KINDS]
        tally[T.COST_CRISES] += tally[T.HOSPITAL_SERVED] * n.crisis_cost
        for o in range(p * N_KINDS, (p + 1) * N_KINDS):
            vacant = 0
            for s in range(organisation_staff[o], organisation_staff[o + 1]):
                if staff.vacant_until[s] > now:
                    vacant += 1
            tally[T.COST_AGENCY] += n.agency_premium * vacant * posts_cost[p] / posts


def front_share(
    levers: np.ndarray, people: np.ndarray, posts_cost: np.ndarray, numbers, tick_weeks: float
) -> np.ndarray:
    """Share of each place's budget that reaches the front line: what conveners and inspection leave of it.

    `posts_cost`: pounds a tick for all posts of each place. Raises WorldError where less than `front_least` is left.
    """
    conveners = levers[:, L.CONVENERS] * people / 10_000 * numbers.convener_cost / WEEKS_PER_YEAR * tick_weeks
    share = 1.0 - conveners / posts_cost - levers[:, L.AUDIT] * numbers.inspection
    if (share < numbers.front_least).any():
        raise WorldError(
            f"conveners and inspection take {1 - share.min():.0%} of a place's budget; at most "
            f"{1 - numbers.front_least:.0%} can go to them. Lower the levers conveners or audit, or give the place "
            "more staff."
        )
    return share


def _advance(world, block: Block) -> None:
    n = world.numbers["money"]
    count_money(world.staff, world.organisation_staff, world.person_start, world.tally, world.levers,
                n, n.convener_cost / WEEKS_PER_YEAR, world.tick_weeks, world.posts_cost, world.now,
                block.first, block.last)
    if world.now % max(1, int(n.quarter)) == 0:
        hospital_counts = world.numbers["measurement"].hospital_counts
        review_budgets(world.organisation, world.organisation_staff, world.levers, n, hospital_counts, block.first,
                       block.last)


MECHANISM = Mechanism(
    "money", "Who pays, and for what?", TABLE,
    reads=("recorded", "perceived", "load", "vacant_until", "funding_results", "funding_deficits", "funding_trust",
           "conveners", "audit"),
    writes=("funding",),
    advance=_advance,
)
