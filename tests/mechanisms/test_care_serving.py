"""Care alone: what one contact does to a person, to staff and to every count, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation import tallies as T
from simulation.parameters import WEEKS_PER_YEAR
from simulation.vocabulary import (
    BOUNCED,
    CRISIS_NEW,
    CRISIS_TURNED_AWAY,
    CRISIS_UNRESOLVED,
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
from tests.mechanisms.alone import QUEUE_ONLY, alone, blank, counted, near, posts, tie
from tests.mechanisms.caring import BESPOKE, BY_THE_BOOK, CARE, bits, caring

MENTAL, HOUSING = 1, 3


def one_person(world, need: float = 0.8, i: int = 7):
    world.person.need[MENTAL, i] = need
    world.person.door[MENTAL, i] = 0
    return world


def contacts(world) -> np.ndarray:
    return world._history[world.tick - 1, T.CONTACT_NEW:T.CONTACT_CRISIS_TURNED_AWAY + 1]


def test_by_the_book_by_hand():
    world = one_person(caring())
    world.organisation.standard[:] = bits(MENTAL, 0b11)
    world.step()
    person, s = world.person, posts(world, MENTAL)[0]
    # Eight of ten choices fit: 0.8 * (1 - 0.95 * (2 * 0.8 - 1)) = 0.8 * 0.43
    assert person.need[MENTAL, 7] == pytest.approx(0.344, abs=1e-6)
    assert person.door[MENTAL, 7] == NOT_WAITING
    assert person.last_result[MENTAL, 7] == RESULT_UNRESOLVED
    assert person.attempts[MENTAL, 7] == 1
    assert person.trust[7] == pytest.approx(0.594)
    assert person.cost_year[7] == pytest.approx(0.55 * 45)
    assert person.known_by[7] == s
    assert person.known_strength[7] == np.float32(0.2)
    assert world.staff.hours_left[s] == pytest.approx(29.45)
    # success: 0.5 + 0.04 * (0.57 - 0.5)
    assert world.staff.success[s] == pytest.approx(0.5028)
    for name, value in {"served": 1, "fit": 0.8, "wait": 0, "contact_new": 1, "first_contacts": 1, "first_resolved": 0,
                        "resolved": 0, "bespoke": 0, "hours_used": 0.55, "hours_failure": 0, "contacts_simple": 1,
                        "failure_simple": 0, "contacts_complex": 0, "known_possible": 0}.items():
        assert counted(world, name) == pytest.approx(value, abs=1e-6), name
    assert contacts(world).sum() == 1


def test_help_that_fits_resolves():
    world = one_person(caring())
    world.step()
    # 0.8 * (1 - 0.95)
    assert world.person.need[MENTAL, 7] == pytest.approx(0.04, abs=1e-6)
    assert world.person.last_result[MENTAL, 7] == RESULT_RESOLVED
    assert world.person.trust[7] == pytest.approx(0.6 + 0.03 * 0.4)
    assert counted(world, "resolved") == counted(world, "first_resolved") == counted(world, "resolved_contacts") == 1


def test_rush_costs_effect_and_saves_time():
    world = one_person(caring())
    world.organisation.rush[MENTAL] = 0.5
    world.step()
    # 0.8 * (1 - 0.95 * (1 - 0.4 * 0.5)), in 0.55 * (1 - 0.3 * 0.5) hours
    assert world.person.need[MENTAL, 7] == pytest.approx(0.8 * 0.24, abs=1e-6)
    assert counted(world, "hours_used") == pytest.approx(0.55 * 0.85, abs=1e-6)


def test_exceptions_are_missed_by_the_book():
    world = one_person(caring())
    world.person.exceptions[7] = bits(MENTAL, 0b111) | bits(HOUSING, 0b1111)
    world.person.known[7] = world.person.exceptions[7]
    world.step()
    assert counted(world, "fit") == pytest.approx(0.7)
    # 0.8 * (1 - 0.95 * 0.4)
    assert world.person.need[MENTAL, 7] == pytest.approx(0.496, abs=1e-6)


@pytest.mark.parametrize(("last_result", "cause"), [
    (RESULT_NEW, NEW_NEED), (RESULT_UNRESOLVED, UNRESOLVED), (RESULT_TURNED_AWAY, BOUNCED),
    (RESULT_REFERRED, REFERRED_ON), (RESULT_RESOLVED, RELAPSED)])
def test_every_contact_has_one_cause(last_result, cause):
    world = one_person(caring())
    world.person.last_result[MENTAL, 7] = last_result
    world.person.attempts[MENTAL, 7] = 2
    world.step()
    assert list(np.flatnonzero(contacts(world))) == [cause]
    failed = 0 if cause == NEW_NEED else 1
    assert counted(world, "failure_simple") == failed
    assert counted(world, "hours_failure") == pytest.approx(0.55 * failed)
    assert counted(world, "first_contacts") == 0, "not the first contact about this need"
    assert counted(world, "resolved") == (0 if last_result == RESULT_RESOLVED else 1), "a need is resolved once"


def test_waits_are_counted_from_asking_to_being_seen():
    world = caring()
    world.now = 10
    world.person.need[MENTAL, :3] = 0.5
    world.person.door[MENTAL, :3] = 10, 7, 2
    world.step()
    assert counted(world, "wait") == 0 + 3 + 8
    assert list(np.flatnonzero(world.waits[10])) == [0, 3, 8]
    assert counted(world, "served") == 3


def test_bespoke_help_by_hand():
    world = one_person(caring(BESPOKE))
    world.person.exceptions[7] = bits(MENTAL, 0b111)
    world.organisation.standard[:] = bits(MENTAL, 0b1111111111)
    world.step()
    s = posts(world, MENTAL)[0]
    # Own practice is right for the usual person, wrong on three exceptions: 0.8 * (1 - 0.95 * 0.4)
    # in 0.55 + 1.5 / 3 hours
    assert world.person.need[MENTAL, 7] == pytest.approx(0.496, abs=1e-6)
    assert counted(world, "bespoke") == 1
    assert counted(world, "hours_used") == pytest.approx(1.05, abs=1e-6)
    assert world.staff.usual_cases[s] == 1
    assert world.staff.usual_sum[s] == pytest.approx(0.38)
    assert world.person.known[7] == 0


def test_a_worker_who_knows_the_person_follows_what_is_understood_and_needs_less_time():
    world = one_person(caring({**BESPOKE, "continuity": 1.0}, handoff_kept=0.0, known_saving=0.2))
    knower = posts(world, MENTAL)[1]
    world.person.exceptions[7] = world.person.known[7] = bits(MENTAL, 0b111)
    world.person.known_by[7], world.person.known_strength[7] = knower, 0.5
    world.step()
    assert counted(world, "fit") == 1.0
    assert counted(world, "known_possible") == counted(world, "known_met") == 1
    assert counted(world, "hours_used") == pytest.approx(1.05 * (1 - 0.2 * 0.5), abs=1e-6)
    assert world.person.known_strength[7] == pytest.approx(0.5 + 0.2 * 0.5)
    assert counted(world, "handoff_losses") == 0


@pytest.mark.parametrize(("handoff_kept", "tied", "fit", "losses"), [
    (0.0, False, 0.7, 1), (1.0, False, 1.0, 0), (0.0, True, 1.0, 0)])
def test_in_a_handoff_what_is_understood_survives_by_chance_or_through_a_tie(handoff_kept, tied, fit, losses):
    world = one_person(caring(BESPOKE, handoff_kept=handoff_kept))
    helper, knower = posts(world, MENTAL)
    world.person.exceptions[7] = world.person.known[7] = bits(MENTAL, 0b111)
    world.person.known_by[7], world.person.known_strength[7] = knower, 0.9
    if tied:
        tie(world, helper, knower, 0.5)
    world.step()
    assert counted(world, "fit") == pytest.approx(fit)
    assert counted(world, "handoff_losses") == losses
    assert world.person.known[7] == bits(MENTAL, 0b111), "the next may hear it again"


def test_listening_finds_exceptions_by_chance():
    world = caring(BESPOKE, listen=0.5, people=400, staff={"mental_health": 200.0})
    world.person.need[MENTAL, :100] = 0.8
    world.person.door[MENTAL, :100] = 0
    world.person.trust[:] = 0.5
    world.person.exceptions[:] = bits(MENTAL, 0b11111) | bits(HOUSING, 0b11111)
    world.step()
    found = sum(int(known).bit_count() for known in world.person.known[:100])
    # 0.5 * (0.4 + 0.6 * 0.5) for each of five exceptions in the domain at hand; elsewhere nobody asked
    assert near(found, 500, 0.35)
    assert all(int(known) & ~bits(MENTAL, 0b11111) == 0 for known in world.person.known)
    # what is found helps at once: the fit of these hundred is 1 - (5 - found) / 10 on average
    assert counted(world, "fit") == pytest.approx(100 - (500 - found) / 10)


def test_a_trial_is_tried_on_people_and_its_results_are_kept_apart():
    world = one_person(caring(BESPOKE))
    s = posts(world, MENTAL)[0]
    world.staff.trial_choice[s] = 4
    world.step()
    # One choice changed for the worse: 0.95 * (2 * 0.9 - 1)
    assert world.staff.trial_cases[s] == 1
    assert world.staff.trial_sum[s] == pytest.approx(0.76)
    assert world.staff.usual_cases[s] == 0
    assert world.person.need[MENTAL, 7] == pytest.approx(0.8 * 0.24, abs=1e-6)


def test_bespoke_help_is_as_frequent_as_discretion_and_motivation_say():
    world = caring({**BESPOKE, "discretion": 0.8}, staff={"mental_health": 200.0})
    world.staff.motivation[:] = 0.5
    world.person.need[MENTAL, :300] = 0.8
    world.person.door[MENTAL, :300] = 0
    world.step()
    assert counted(world, "served") == 300
    assert near(counted(world, "bespoke"), 300, 0.4)


def test_continuity_full_and_none():
    for continuity, met in ((1.0, 40), (0.0, 20)):
        world = caring({**BY_THE_BOOK, "continuity": continuity})
        world.person.need[0, :40] = 0.8
        world.person.door[0, :40] = 0
        world.person.known_by[:40], world.person.known_strength[:40] = posts(world, 0)[0], 0.5
        world.step()
        assert counted(world, "known_possible") == 40
        assert counted(world, "known_met") == met, "in turn, a half meets the knower anyway"
        strength = world.person.known_strength[:40]
        # with the same worker 0.5 + 0.2 * 0.5; with the other 0.5 * 0.88
        assert (strength == np.float32(0.6)).sum() == met
        assert (np.abs(strength - 0.44) < 1e-6).sum() == 40 - met
        assert (world.person.known_by[:40] == posts(world, 0)[0]).all()


def test_a_worker_who_understands_the_person_takes_over_from_one_who_hardly_does():
    world = one_person(caring(BESPOKE))
    knower = posts(world, 0)[0]
    world.person.known_by[7], world.person.known_strength[7] = knower, 0.5
    world.step()
    assert world.person.known_by[7] == posts(world, MENTAL)[0]
    assert world.person.known_strength[7] == np.float32(0.2)


@pytest.mark.parametrize(("wait", "p"), [(0, 0.1), (2, 0.3), (4, 0.5), (9, 0.5)])
def test_non_attendance_rises_with_the_wait(wait, p):
    """0.1 + 0.4 * min(1, weeks / 4)."""
    world = caring(people=1_000, staff={"mental_health": 200.0}, absence_base=0.1, absence_slope=0.4)
    world.now = 10
    world.person.need[MENTAL] = 0.8
    world.person.door[MENTAL] = 10 - wait
    world.step()
    away = world.person.need[MENTAL] == np.float32(0.8)
    assert near(away.sum(), 1_000, p)
    assert counted(world, "not_attended") == away.sum()
    assert counted(world, "served") == contacts(world).sum() == 1_000 - away.sum()
    assert counted(world, "hours_wasted") == pytest.approx(away.sum() * 0.275)
    assert (world.person.door[MENTAL] == NOT_WAITING).all()
    assert (world.person.last_result[MENTAL, away] == RESULT_UNRESOLVED).all()
    assert (world.person.attempts[MENTAL, away] == 0).all()


@pytest.mark.parametrize(("before", "after"), [(RESULT_NEW, RESULT_UNRESOLVED), (RESULT_REFERRED, RESULT_REFERRED),
                                               (RESULT_RESOLVED, RESULT_RESOLVED)])
def test_who_does_not_attend_comes_back_for_the_reason_they_had(before, after):
    world = one_person(caring(absence_base=1.0))
    world.person.last_result[MENTAL, 7] = before
    world.step()
    assert counted(world, "not_attended") == 1
    assert world.person.last_result[MENTAL, 7] == after


def test_the_wrong_door_by_the_book_sends_people_on():
    world = caring()
    world.person.need[MENTAL, 7] = 0.8
    world.person.door[0, 7] = 0
    world.step()
    assert world.person.need[MENTAL, 7] == np.float32(0.8)
    assert world.person.last_result[MENTAL, 7] == RESULT_REFERRED
    assert world.person.door[0, 7] == NOT_WAITING
    assert world.person.door[MENTAL, 7] == 0, "they wait there from now"
    assert counted(world, "wrong_door") == counted(world, "referrals") == counted(world, "contact_new") == 1
    assert counted(world, "hours_used") == pytest.approx(0.2, abs=1e-6)
    world.step()
    assert counted(world, "contact_referred") == counted(world, "failure_simple") == 1
    assert world.person.need[MENTAL, 7] == pytest.approx(0.04, abs=1e-6)


# -- the hospital -----------------------------------------------------------------------------------------------------


def in_crisis(world, i: int = 7):
    world.person.need[MENTAL, i], world.person.need[HOUSING, i] = 0.8, 0.5
    world.person.door[HOSPITAL, i] = 0
    return world


def test_a_hospital_stay_by_hand():
    world = in_crisis(caring())
    world.step()
    person = world.person
    assert person.need[MENTAL, 7] == pytest.approx(0.48)
    assert person.need[HOUSING, 7] == pytest.approx(0.3)
    assert person.cost_year[7] == pytest.approx(1500 + 7 * 45)
    assert person.last_result[MENTAL, 7] == RESULT_UNRESOLVED
    assert person.last_result[HOUSING, 7] == RESULT_NEW
    assert person.door[HOSPITAL, 7] == person.door[MENTAL, 7] == NOT_WAITING
    assert counted(world, "hospital_served") == counted(world, "contact_crisis_new") == contacts(world).sum() == 1
    assert counted(world, "served") == 0, "a stay is not a visit"
    assert counted(world, "hours_used") == 7
    assert person.known_by[7] == -1


def test_after_a_stay_people_are_referred_on():
    world = in_crisis(caring(discharge_referral=1.0))
    world.step()
    assert world.person.last_result[MENTAL, 7] == RESULT_REFERRED
    assert world.person.door[MENTAL, 7] == 0
    assert world.organisation.referred_to[HOSPITAL, MENTAL] == 1


@pytest.mark.parametrize(("until", "door"), [(15, -2 - 15), (5, 10), (10, 10)])
def test_a_referral_ends_a_refusal_that_is_over_but_not_one_that_stands(until, door):
    world = in_crisis(caring(discharge_referral=1.0))
    world.now = 10
    world.person.door[MENTAL, 7] = -2 - until
    world.step()
    assert world.person.door[MENTAL, 7] == door


@pytest.mark.parametrize(("last_result", "waiting", "cause"), [
    (RESULT_NEW, False, CRISIS_NEW), (RESULT_NEW, True, CRISIS_UNRESOLVED),
    (RESULT_UNRESOLVED, False, CRISIS_UNRESOLVED), (RESULT_TURNED_AWAY, False, CRISIS_TURNED_AWAY)])
def test_the_cause_of_a_crisis_is_what_came_before_it(last_result, waiting, cause):
    world = in_crisis(caring(booking_elsewhere=1e9))
    world.person.last_result[MENTAL, 7] = last_result
    if waiting:
        world.person.door[MENTAL, 7] = 0
    world.step()
    assert list(np.flatnonzero(contacts(world))) == [cause]


def test_a_crisis_after_any_refused_need_is_one_after_being_turned_away():
    """Mental need is the worst; it is the smaller need for which the person was turned away."""
    for left, cause in ((0.5, CRISIS_TURNED_AWAY), (0.1, CRISIS_NEW)):
        world = in_crisis(caring())
        world.person.need[HOUSING, 7] = left
        world.person.last_result[HOUSING, 7] = RESULT_TURNED_AWAY
        world.step()
        assert list(np.flatnonzero(contacts(world))) == [cause]


def test_who_waits_in_the_corridor_may_die_of_it():
    world = caring()
    world.organisation.funding[HOSPITAL] = 0.01
    world.person.need[0, :10] = 0.8
    world.person.door[HOSPITAL, :10] = 0
    world.step()
    assert counted(world, "hospital_served") == 2
    # Eight wait through a week, counted as twelve hours: 1 - exp(-0.0017 * 12) each
    harm = 8 * (1 - math.exp(-0.0017 * 12))
    assert counted(world, "delay_deaths") == pytest.approx(harm)
    assert counted(world, "deaths") == pytest.approx(harm)


def test_switched_off_nobody_is_seen():
    world = one_person(blank(alone("access", parameters={"access": QUEUE_ONLY})))
    world.step()
    assert world.person.door[MENTAL, 7] == 0
    assert world.person.need[MENTAL, 7] == np.float32(0.8)
    assert contacts(world).sum() == 0


def test_general_improvement_belongs_to_learning():
    """The yearly improvement of everybody's help comes with learning; with learning switched off there is none."""
    after = {}
    for learning in (False, True):
        on = ("access", "care", "learning") if learning else ("access", "care")
        world = blank(alone(*on, horizon="10 years", levers=BY_THE_BOOK, parameters={
            "access": QUEUE_ONLY, "care": {**CARE, "strength": 0.8}, "learning": {"background": 0.02}}))
        world.now = round(5 * WEEKS_PER_YEAR)
        one_person(world)
        world.person.door[MENTAL, 7] = world.now
        world.step()
        after[learning] = float(world.person.need[MENTAL, 7])
    assert after[False] == pytest.approx(0.8 * 0.2, abs=1e-6)
    # 261 weeks are 5.002 years: 0.8 * (1 + 0.02 * 5.002)
    assert after[True] == pytest.approx(0.8 * (1 - 0.8 * (1 + 0.02 * 261 / WEEKS_PER_YEAR)), abs=1e-6)
