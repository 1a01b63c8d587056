"""Joint help, the lead agency and referrals: one bespoke contact with a person who has a second need."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.vocabulary import NOT_WAITING, RESULT_REFERRED, RESULT_RESOLVED, RESULT_UNRESOLVED
from tests.mechanisms.alone import counted, posts, tie
from tests.mechanisms.caring import BESPOKE, bits, caring

HOUSING = 3
PERSON = 7


def two_needs(world):
    """Somebody who comes to general practice with a physical need of 0.8, and has a housing need of 0.6 as well."""
    world.person.need[0, PERSON], world.person.need[HOUSING, PERSON] = 0.8, 0.6
    world.person.door[0, PERSON] = world.now
    return world


def trust_between(world, a: int, b: int) -> float:
    at = np.flatnonzero(world.staff.tie[a] == b)
    return float(world.staff.tie_trust[a, at[0]]) if len(at) else float("nan")


def test_joint_help_through_a_trusted_tie():
    world = two_needs(caring(BESPOKE))
    worker, colleague = posts(world, 0)[0], posts(world, HOUSING)[1]
    tie(world, worker, colleague, 0.5)
    world.step()
    # 0.6 * (1 - 0.95), at once, with 0.7 hours of the colleague and half a referral's time of the worker
    assert world.person.need[HOUSING, PERSON] == pytest.approx(0.03, abs=1e-6)
    assert world.person.last_result[HOUSING, PERSON] == RESULT_RESOLVED
    assert world.person.door[HOUSING, PERSON] == NOT_WAITING
    assert world.staff.hours_left[colleague] == pytest.approx(29.3)
    assert world.staff.hours_left[worker] == pytest.approx(30 - 1.05 - 0.1)
    # a kept promise: 0.5 + 0.06 * 0.5, alike at both ends
    assert trust_between(world, worker, colleague) == trust_between(world, colleague, worker) == pytest.approx(0.53)
    assert counted(world, "joint") == 1
    assert counted(world, "referrals") == 0
    assert counted(world, "served") == counted(world, "contact_new") == 1, "one contact, two needs"
    assert counted(world, "resolved") == 2
    assert world.person.cost_year[PERSON] == pytest.approx((1.15 + 0.7) * 45)


def test_who_is_helped_jointly_need_not_wait_any_longer():
    world = two_needs(caring(BESPOKE))
    world.person.door[HOUSING, PERSON] = 0
    tie(world, posts(world, 0)[0], posts(world, HOUSING)[0], 0.5)
    world.step()
    assert world.person.door[HOUSING, PERSON] == NOT_WAITING
    assert counted(world, "served") == 1
    assert world.organisation.joint_met[HOUSING] == 1.0, "helped within the target of the door where they waited"


def test_joint_help_after_the_target_is_met_no_more():
    world = two_needs(caring({**BESPOKE, "target_wait": 4.0}))
    world.now = 9
    world.person.door[HOUSING, PERSON] = 4
    tie(world, posts(world, 0)[0], posts(world, HOUSING)[0], 0.5)
    world.step()
    assert counted(world, "joint") == 1
    assert world.organisation.joint_met[HOUSING] == 0.0
    assert counted(world, "joint") == 1


@pytest.mark.parametrize("trust", [None, 0.2])
def test_without_a_trusted_tie_people_are_referred(trust):
    world = two_needs(caring(BESPOKE))
    worker, colleague = posts(world, 0)[0], posts(world, HOUSING)[0]
    if trust is not None:
        tie(world, worker, colleague, trust)
    world.step()
    assert world.person.need[HOUSING, PERSON] == np.float32(0.6)
    assert world.person.last_result[HOUSING, PERSON] == RESULT_REFERRED
    assert world.person.door[HOUSING, PERSON] == 0
    assert counted(world, "referrals") == 1
    assert world.organisation.referred_to[0, HOUSING] == 1
    assert world.staff.hours_left[colleague] == 30


def test_a_colleague_without_time_cannot_join():
    world = two_needs(caring(BESPOKE))
    tie(world, posts(world, 0)[0], posts(world, HOUSING)[0], 0.5)
    world.staff.hours_left[posts(world, HOUSING)[0]] = -31
    world.step()
    assert counted(world, "joint") == 0
    assert counted(world, "referrals") == 1


def test_the_colleague_helps_by_their_own_practice_and_with_all_that_is_understood():
    for known, fit in ((0, 0.6), (0b11, 0.8)):
        world = two_needs(caring(BESPOKE, handoff_kept=0.0))
        worker, colleague = posts(world, 0)[0], posts(world, HOUSING)[0]
        tie(world, worker, colleague, 0.5)
        world.staff.practice[colleague] = bits(HOUSING, 0b1100000000)
        world.person.exceptions[PERSON] = bits(HOUSING, 0b11)
        world.person.known[PERSON] = bits(HOUSING, known)
        world.step()
        # two choices wrong by practice, two exceptions missed unless they are understood
        expected = 0.6 * (1 - 0.95 * (2 * fit - 1))
        assert world.person.need[HOUSING, PERSON] == pytest.approx(expected, abs=1e-6)
        assert world.person.last_result[HOUSING, PERSON] == RESULT_UNRESOLVED


def test_a_referral_may_begin_a_tie():
    world = two_needs(caring(BESPOKE, tie_begins=1.0))
    world.step()
    worker = posts(world, 0)[0]
    tied = [c for c in posts(world, HOUSING) if world.staff.tie[worker, 0] == c]
    assert len(tied) == 1
    assert trust_between(world, worker, tied[0]) == trust_between(world, tied[0], worker) == 0.25


def test_nobody_is_tied_to_a_vacant_post():
    world = two_needs(caring(BESPOKE, tie_begins=1.0))
    world.staff.vacant_until[posts(world, HOUSING)] = 50
    world.step()
    assert counted(world, "referrals") == 1
    assert (world.staff.tie == -1).all()


@pytest.mark.parametrize(("until", "referred"), [(15, 0), (10, 1), (5, 1)])
def test_a_refusal_that_is_over_does_not_stand_in_the_way_of_a_referral(until, referred):
    world = caring(BESPOKE)
    world.now = 10
    two_needs(world)
    world.person.door[HOUSING, PERSON] = -2 - until
    world.step()
    assert counted(world, "referrals") == referred
    assert (world.person.door[HOUSING, PERSON] == 10) == bool(referred)


def test_the_lead_agency_brings_help_without_a_tie_at_the_price_of_two_handoffs():
    for kept, fit in ((1.0, 1.0), (0.0, 0.8)):
        world = two_needs(caring({**BESPOKE, "lead_agency": 1.0}, handoff_kept=kept))
        world.person.exceptions[PERSON] = world.person.known[PERSON] = bits(HOUSING, 0b11)
        world.step()
        assert counted(world, "joint") == 1
        assert counted(world, "referrals") == 0
        expected = 0.6 * (1 - 0.95 * (2 * fit - 1))
        assert world.person.need[HOUSING, PERSON] == pytest.approx(expected, abs=1e-6)
        # general practice is the lead: the worker brokers, which takes a referral's time
        assert world.staff.hours_left[posts(world, 0)[0]] == pytest.approx(30 - 1.05 - 0.1 - 0.2)
        assert world.staff.hours_left[posts(world, HOUSING)[0]] == pytest.approx(29.3)
        assert (world.staff.tie == -1).all()


def test_what_is_understood_passes_the_lead_agency_with_the_chance_of_two_handoffs():
    """Ten exceptions understood; each survives with 0.6 * 0.6; the help fits where it does."""
    world = caring({**BESPOKE, "lead_agency": 1.0}, handoff_kept=0.6, staff={"housing": 200.0})
    world.person.exceptions[:] = world.person.known[:] = bits(HOUSING, 0b1111111111)
    world.person.need[0, :40], world.person.need[HOUSING, :40] = 0.8, 1.0
    world.person.door[0, :40] = 0
    world.step()
    assert counted(world, "joint") == 40
    # need left is 1 - 0.95 * max(0, 2 * heard / 10 - 1): only six or more of ten help at all
    left = np.array([1 - 0.95 * max(0.0, 2 * heard / 10 - 1) for heard in range(11)])
    chance = np.array([math.comb(10, heard) * 0.36**heard * 0.64**(10 - heard) for heard in range(11)])
    mean = (left * chance).sum()
    spread = math.sqrt(((left - mean) ** 2 * chance).sum())
    after = world.person.need[HOUSING, :40].astype(float)
    assert abs(after.mean() - mean) < 4 * spread / math.sqrt(40)
    assert set(np.round(after, 5)) <= set(np.round(left, 5))
