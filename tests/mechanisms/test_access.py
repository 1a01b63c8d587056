"""Access alone: who asks, the wrong door, the threshold, chasing and giving up, each contact with one cause."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation import tallies as T
from simulation.mechanisms.access import admits, cause_of, willingness
from simulation.vocabulary import (
    BOUNCED,
    HOSPITAL,
    NEW_NEED,
    NOT_WAITING,
    REFERRED_ON,
    RELAPSED,
    RESULT_NEW,
    RESULT_REFERRED,
    RESULT_RESOLVED,
    RESULT_TURNED_AWAY,
    RESULT_UNRESOLVED,
    UNRESOLVED,
)
from tests.mechanisms.alone import CERTAIN, alone, blank, counted, near

MENTAL, DAILY, HOUSING = 1, 2, 3
SIMPLE = {"seek": CERTAIN, "seek_floor": 0.13, "willing_floor": 0.35, "wrong_door": 0.0, "chase": 0.0, "renege": 0.0,
          "chase_hours": 0.12, "assess_hours": 0.25, "refusal_length": 8.0, "trust_lost_refusal": 0.05,
          "trust_lost_chase": 0.01}
CAUSES = {RESULT_NEW: NEW_NEED, RESULT_UNRESOLVED: UNRESOLVED, RESULT_TURNED_AWAY: BOUNCED,
          RESULT_REFERRED: REFERRED_ON, RESULT_RESOLVED: RELAPSED}


def asking(people: int = 400, eligibility: float = 0.0, **numbers: float):
    return blank(alone("access", people=people, parameters={"access": {**SIMPLE, **numbers}},
                       levers={"eligibility": eligibility}))


def contacts(world) -> float:
    return float(world._history[world.tick - 1, T.CONTACT_NEW:T.CONTACT_CRISIS_TURNED_AWAY + 1].sum())


@pytest.mark.parametrize(("last_result", "cause"), CAUSES.items())
def test_the_last_result_decides_the_cause(last_result, cause):
    assert cause_of(last_result) == cause


def test_willingness_grows_with_trust():
    assert willingness(0.6, 0.35) == pytest.approx(0.35 + 0.65 * 0.6)
    assert willingness(0.0, 0.35) == 0.35


@pytest.mark.parametrize(("door", "now", "free"), [
    (-1, 0, True),      # free
    (0, 5, False),      # waiting since tick 0
    (-2 - 8, 7, False),  # turned away until tick 8
    (-2 - 8, 8, True),
    (-2, 0, True),      # turned away until tick 0
])
def test_who_may_join_a_queue(door, now, free):
    assert admits(door, now) == free


def test_asking_follows_need_and_trust():
    world = asking(1_000, seek=1.0)
    world.person.need[MENTAL], world.person.need[HOUSING] = 0.5, 0.8
    world.person.trust[:500], world.person.trust[500:] = 0.4, 1.0
    world.step()
    door = world.person.door
    # hazard 1 a week * 0.5 * (0.35 + 0.65 * 0.4) = 0.305, and 1 * 0.8 * 1 = 0.8
    assert near((door[MENTAL, :500] == 0).sum(), 500, 1 - math.exp(-0.305))
    assert near((door[HOUSING, 500:] == 0).sum(), 500, 1 - math.exp(-0.8))
    assert (door[[0, 2, 4, 5, 6]] == NOT_WAITING).all()
    assert contacts(world) == 0, "to ask is not yet a contact: it is counted when something comes of it"


def test_small_needs_are_lived_with():
    world = asking()
    world.person.need[MENTAL] = 0.125
    world.step()
    assert (world.person.door == NOT_WAITING).all()


def test_everybody_who_waits_is_in_one_queue_a_door_in_the_order_of_rows():
    world = asking()
    world.person.need[MENTAL, 5:300:7] = 0.5
    world.person.door[DAILY, [3, 9, 200]] = 0
    world.person.door[HOSPITAL, [4, 8]] = 0
    world.step()
    work = world._blocks[0].work
    queues = [list(work.queue[kind, :work.queue_n[0, kind]]) for kind in range(7)]
    assert queues == [[], list(range(5, 300, 7)), [3, 9, 200], [], [], [], [4, 8]]


def test_turned_away_below_the_threshold():
    world = asking(eligibility=0.3)
    world.person.need[DAILY] = 0.2
    world.step()
    person = world.person
    assert (person.door[DAILY] == -2 - 8).all()
    assert (person.last_result[DAILY] == RESULT_TURNED_AWAY).all()
    assert (person.attempts[DAILY] == 1).all()
    assert person.trust[0] == pytest.approx(0.55)
    assert counted(world, "turned_away") == counted(world, "contact_new") == contacts(world) == 400
    assert counted(world, "deflected") == 0
    assert counted(world, "hours_failure") == 0, "a first contact is value demand, whatever comes of it"
    assert world.organisation.admin_hours[DAILY] == pytest.approx(400 * 0.25)
    for tick in range(1, 8):
        world.step()
        assert contacts(world) == 0, f"week {tick}: they stay away for eight weeks"
    world.step()
    assert counted(world, "contact_bounced") == contacts(world) == 400
    assert counted(world, "hours_failure") == pytest.approx(400 * 0.25)
    assert (person.attempts[DAILY] == 2).all()


def test_deflected_are_those_whom_only_the_raised_threshold_turns_away():
    world = asking(eligibility=0.15)
    world.organisation.threshold_raise[DAILY] = 0.1
    world.person.need[DAILY, :100], world.person.need[DAILY, 100:160] = 0.2, 0.14
    world.person.need[DAILY, 160:] = 0.26
    world.step()
    assert counted(world, "turned_away") == 160
    assert counted(world, "deflected") == 100
    assert (world.person.door[DAILY, 160:] == 0).all()


def test_each_refusal_has_the_cause_of_its_past_and_counts_in_one_group():
    world = asking(eligibility=0.9)
    world.person.need[DAILY, :150] = 0.5
    for result in range(5):
        world.person.last_result[DAILY, 30 * result:30 * (result + 1)] = result
    world.person.complexity[:10] = 1.0
    world.step()
    row = world._history[0]
    for cause in CAUSES.values():
        assert row[T.CONTACT_NEW + cause] == 30
    assert counted(world, "contacts_complex") == 10
    assert counted(world, "failure_complex") == 0
    assert counted(world, "contacts_simple") == 140
    assert counted(world, "failure_simple") == 120


def test_the_wrong_door_is_general_practice_and_more_often_for_complex_lives():
    world = asking(1_000, eligibility=0.9, wrong_door=0.3)
    world.person.need[HOUSING] = 0.5
    world.person.complexity[:] = 0.5
    world.step()
    wrong = world.person.door[0] == 0
    assert near(wrong.sum(), 1_000, 0.3 * 1.5)
    refused = world.person.door[HOUSING] < NOT_WAITING
    assert (wrong != refused).all(), "everybody comes to one door, and the threshold stands at the right one"


def test_chasing_costs_time_and_trust_and_helps_nobody():
    world = asking(chase=CERTAIN)
    world.person.need[MENTAL, :50] = 0.5
    world.step()
    assert counted(world, "contact_chased") == 0, "nobody chases in the tick of asking"
    world.step()
    assert counted(world, "contact_chased") == counted(world, "failure_simple") == contacts(world) == 50
    assert counted(world, "hours_failure") == pytest.approx(50 * 0.12)
    assert world.organisation.admin_hours[MENTAL] == pytest.approx(50 * 0.12)
    np.testing.assert_allclose(world.person.trust[:50], 0.59, rtol=1e-6)
    assert (world.person.door[MENTAL, :50] == 0).all()


def test_chasing_follows_need():
    world = asking(1_000, chase=0.5, seek=0.0)
    world.person.need[MENTAL] = 0.8
    world.now = 3
    world.person.door[MENTAL] = 0
    world.step()
    assert near(counted(world, "contact_chased"), 1_000, 1 - math.exp(-0.5 * 0.8))


def test_giving_up_is_a_hazard_and_no_contact():
    world = asking(1_000, renege=0.5, seek=0.0)
    world.person.need[MENTAL] = 0.5
    world.person.door[MENTAL] = 0
    world.now = 3
    world.step()
    gone = world.person.door[MENTAL] == NOT_WAITING
    assert near(gone.sum(), 1_000, 1 - math.exp(-0.5))
    assert counted(world, "reneged") == gone.sum()
    assert contacts(world) == 0
    assert world._blocks[0].work.queue_n[0, MENTAL] == 1_000 - gone.sum()


def test_nobody_both_chases_and_gives_up_in_one_tick():
    world = asking(1_000, renege=0.4, chase=0.4, seek=0.0)
    world.person.need[MENTAL] = 1.0
    world.person.door[MENTAL] = 0
    world.now = 3
    world.step()
    trusting = world.person.trust == np.float32(0.6)
    gone = world.person.door[MENTAL] == NOT_WAITING
    assert (trusting | ~gone).all()
    assert counted(world, "contact_chased") == (~trusting).sum() > 0


def test_switched_off_nobody_asks():
    world = blank(alone(parameters={"access": SIMPLE}))
    world.person.need[:] = 1.0
    world.step()
    assert (world.person.door == NOT_WAITING).all()
    assert (world._blocks[0].work.queue_n == 0).all()
