"""Money alone: what the plan costs, what is left for the front line, and how budgets move without growing."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.mechanisms.money import budget_score
from simulation.parameters import WEEKS_PER_YEAR
from tests.mechanisms.alone import alone, blank, counted, posts

NUMBERS = {"value_hour": 45.0, "crisis_cost": 1500.0, "convener_cost": 60_000.0, "inspection": 0.02,
           "agency_premium": 0.3, "sensitivity": 0.25, "smallest": 0.75, "quarter": 13.0}
NO_FUNDING = {"funding_results": 0.0, "funding_deficits": 0.0, "funding_trust": 0.0, "conveners": 0.0, "audit": 0.0}


def funded(levers=None, on=("money",), people: int = 10_000, hospital_counts: float = 1.0, **numbers: float):
    return blank(alone(*on, people=people, levers={**NO_FUNDING, **(levers or {})}, parameters={
        "money": {**NUMBERS, **numbers}, "care": {"hours_per_week": 30.0},
        "measurement": {"hospital_counts": hospital_counts}}))


def sizes(world) -> np.ndarray:
    return np.diff(world.organisation_staff).astype(float)


def test_a_score_by_hand():
    # 0.1 * 0.9 + 0.2 * 1.1 + 0.3 * 0.95
    assert budget_score(0.9, 1.1, 0.95, 0.1, 0.2, 0.3) == pytest.approx(0.595)


def test_conveners_and_inspection_are_paid_by_the_front_line():
    world = funded({"conveners": 2.0, "audit": 0.5})
    weekly = len(world.staff.effort) * 30 * 45
    conveners = 2 * 60_000 / WEEKS_PER_YEAR
    assert world.front_share[0] == pytest.approx(1 - conveners / weekly - 0.5 * 0.02)
    world.step()
    assert counted(world, "cost_conveners") == pytest.approx(conveners)
    assert counted(world, "cost_inspection") == pytest.approx(0.01 * weekly)
    assert counted(world, "cost_staff") == 0, "care is off: no hours were paid for"
    assert counted(world, "cost_crises") == 0


def test_the_plan_costs_the_same_whatever_it_is_spent_on():
    planned = []
    for levers in ({}, {"conveners": 3.0, "audit": 1.0}, {"funding_deficits": 0.8, "funding_results": 0.2}):
        world = funded(levers, on=("money", "care"))
        world.organisation.load[:] = np.linspace(0.5, 2, 7)
        total = []
        for _ in range(30):
            world.step()
            total.append(counted(world, "cost_staff") + counted(world, "cost_conveners")
                         + counted(world, "cost_inspection"))
        planned.append(total)
    np.testing.assert_allclose(planned, len(world.staff.effort) * 30 * 45, rtol=1e-12)


def test_a_hospital_whose_figure_is_not_taken_neither_gains_nor_loses():
    world = funded({"funding_results": 1.0}, hospital_counts=0.0)
    world.organisation.recorded[:] = [0.9, 0.8, 0.9, 0.8, 0.9, 0.8, 0.1]
    world.step()
    others = sizes(world)[:6] @ world.organisation.recorded[:6] / sizes(world)[:6].sum()
    assert world.organisation.funding[6] == pytest.approx(1.0)
    assert world.organisation.funding[0] == pytest.approx(1 + 0.25 * (0.9 - others))
    assert sizes(world) @ world.organisation.funding == pytest.approx(sizes(world).sum())


def test_more_than_half_of_the_budget_for_conveners_is_refused():
    with pytest.raises(ValueError, match="take .* of a place's budget; at most 50%"):
        funded({"conveners": 40.0})


def test_with_money_off_conveners_and_inspection_cost_nothing():
    world = funded({"conveners": 40.0, "audit": 1.0}, on=("care",))
    assert world.front_share[0] == 1.0
    world.step()
    assert counted(world, "cost_conveners") == counted(world, "cost_inspection") == 0


def test_vacancies_cost_an_agency_premium():
    world = funded()
    world.staff.vacant_until[posts(world, 3)] = 50
    world.step()
    n = len(posts(world, 3))
    assert counted(world, "cost_agency") == pytest.approx(0.3 * n * 30 * 45)


def test_budgets_follow_scores_by_hand_and_their_sum_stays():
    world = funded({"funding_results": 0.5, "funding_trust": 0.5})
    o = world.organisation
    o.recorded[:] = o.perceived[:] = 0.8
    o.recorded[3] = 1.0
    o.perceived[3] = 0.9
    world.step()
    # scores: 0.5 * 0.8 + 0.5 * 1 = 0.9 for all but housing: 0.5 * 1 + 0.5 * 0.9 = 0.95
    n = sizes(world)
    mean = (0.9 * n.sum() + 0.05 * n[3]) / n.sum()
    expected = 1 + 0.25 * (np.where(np.arange(7) == 3, 0.95, 0.9) - mean)
    np.testing.assert_allclose(o.funding, expected, rtol=1e-12)
    assert (o.funding * n).sum() == pytest.approx(n.sum())


def test_failure_earns_money_where_deficits_are_filled():
    world = funded({"funding_deficits": 1.0})
    world.organisation.load[:] = 0.8
    world.organisation.load[2], world.organisation.load[4] = 1.2, 9.0
    world.step()
    funding = world.organisation.funding
    assert funding[2] > 1 > funding[0]
    assert funding[4] - funding[0] == pytest.approx(0.25 * (2.0 - 0.8)), "a load of more than 2 counts as 2"


def test_no_organisation_is_starved_and_the_sum_still_stays():
    world = funded({"funding_results": 1.0}, sensitivity=2.0)
    world.organisation.recorded[:] = 1.0
    world.organisation.recorded[3] = 0.0
    world.step()
    funding, n = world.organisation.funding, sizes(world)
    assert (funding * n).sum() == pytest.approx(n.sum())
    # 1 + 2 * (0 - mean) would be less than 0.75; the floor is shared out again with the rest
    share = n[3] / n.sum()
    others = 1 + 2 * share
    assert funding[3] == pytest.approx(0.75 / (0.75 * share + others * (1 - share)))


def test_budgets_move_once_a_quarter():
    world = funded({"funding_results": 1.0})
    world.step()
    before = world.organisation.funding.copy()
    world.organisation.recorded[2] = 0.1
    for _ in range(12):
        world.step()
        np.testing.assert_array_equal(world.organisation.funding, before)
    world.step()
    assert world.organisation.funding[2] < before[2]


def test_a_block_grant_moves_nothing():
    world = funded()
    world.organisation.recorded[:] = np.linspace(0, 1, 7)
    world.organisation.load[:] = np.linspace(0, 3, 7)
    world.step()
    np.testing.assert_allclose(world.organisation.funding, 1.0, rtol=1e-12)


def test_a_runaway_queue_earns_no_more_than_a_long_one():
    def funding(load: float, **numbers: float) -> float:
        world = funded({"funding_deficits": 1.0}, **numbers)
        world.organisation.recorded[:] = 0.9
        world.organisation.load[:], world.organisation.load[0] = 1.0, load
        world.step()
        return world.organisation.funding[0]

    assert funding(9.0) == funding(2.0) > funding(1.5)
    assert funding(9.0, load_most=3.0) == funding(3.0, load_most=3.0) > funding(2.0, load_most=3.0)


def test_how_much_must_reach_the_front_line_is_a_parameter():
    assert funded({"conveners": 40.0}, front_least=0.2).front_share[0] == pytest.approx(0.40, abs=0.01)
    with pytest.raises(ValueError, match="at most 10% can go to them"):
        funded({"conveners": 10.0}, front_least=0.9)
