"""Learning alone: trials, peers, retraining, revisions of the book, drift."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from simulation import levers as L
from simulation.mechanisms.learning import agreed, better_peer, looks_better, one_of, trial_hazard
from simulation.parameters import WEEKS_PER_YEAR
from simulation.vocabulary import HOSPITAL, NOBODY
from tests.mechanisms.alone import CERTAIN, alone, blank, counted, near, posts, summed, tie
from tests.mechanisms.caring import bits

MENTAL, HOUSING = 1, 3
QUIET = {"trials": 0.0, "trial_length": 6.0, "trial_cases": 10.0, "trial_limit": 52.0, "observation_error": 0.0,
         "memory_of_cases": 26.0, "safety_floor": 0.3, "protection_floor": 0.4, "copying": 0.0, "copy_margin": 0.02,
         "revision": 0.0, "revision_accuracy": 0.5, "local_revision": 0.0, "drift": 0.0, "drift_nation": 0.0,
         "fading": 0.0, "background": 0.0}
LEVERS = {"learning_time": 0.05, "feedback_delay": 4.0, "peer_reflection": 1.0, "retraining": 0.0,
          "local_standards": 0.0}
u8 = np.uint64


def learning(levers=None, staff=None, people: int = 400, places: int = 1, **numbers: float):
    population = {f"staff_{kind}": each for kind, each in (staff or {}).items()}
    return blank(alone("learning", people=people, places=places, levers={**LEVERS, **(levers or {})}, parameters={
        "learning": {**QUIET, **numbers}, "population": population}))


def practised(world, s: int, kind: int) -> int:
    return int(world.staff.practice[s]) >> (10 * kind) & 1023


def test_trials_need_time_protection_and_safety():
    # 1.6 * 0.05 * (0.4 + 0.6 * 0.5) * (0.3 + 0.7 * 0.6)
    assert trial_hazard(1.6, 0.05, 0.5, 0.6, 0.4, 0.3) == pytest.approx(0.08 * 0.7 * 0.72)
    assert trial_hazard(1.6, 0.0, 1.0, 1.0, 0.4, 0.3) == 0.0


def test_what_staff_see_is_the_result_and_an_error():
    # 0.5 + 0.4 * (1.5 - 0.5) * (2 * 0.75 - 1) / sqrt(4) = 0.6
    assert looks_better(0.5, 0.59, 4.0, 0.4, 1.5, 0.5, 0.75)
    assert not looks_better(0.5, 0.61, 4.0, 0.4, 1.5, 0.5, 0.75)
    assert not looks_better(0.5, 0.5, 4.0, 0.0, 1.5, 0.5, 0.9), "equal is not better"


@pytest.mark.parametrize(("cases", "safety", "kept"), [
    # A choice that is worse by 0.1 is kept when error / sqrt(cases) * (2 u - 1) > 0.1
    (1.0, 0.5, 0.375),     # 0.4: u > 0.625
    (4.0, 0.5, 0.25),      # 0.2: u > 0.75
    (16.0, 0.5, 0.0),      # 0.1: never
    (4.0, 1.0, 0.0),       # safety halves the error
    (4.0, 0.0, 1 / 3),     # and fear makes it half as large again: 0.3
])
def test_bad_trials_are_kept_less_often_the_more_cases_and_the_more_safety(cases, safety, kept):
    u = (np.arange(2_000) + 0.5) / 2_000
    found = np.mean([looks_better(0.5, 0.6, cases, 0.4, 1.5, safety, float(each)) for each in u])
    assert found == pytest.approx(kept, abs=1e-3)


def test_one_choice_of_those_that_differ():
    differ = u8(0b1000100010)
    assert [int(one_of(differ, chance)) for chance in (0.0, 0.34, 0.67, 0.999)] == [2, 32, 512, 512]
    assert int(one_of(u8(0), 0.5)) == 0


def test_the_better_peer_is_a_trusted_colleague_of_the_same_organisation():
    tied = np.full((4, 12), NOBODY, np.int32)
    tied[0, :3] = 1, 2, 3
    staff = SimpleNamespace(success=np.array([0.5, 0.51, 0.7, 0.9]), organisation=np.array([0, 0, 0, 1]), tie=tied)
    peer = getattr(better_peer, "py_func", better_peer)
    assert peer(staff, 0, 0.02) == 2
    staff.success[2] = 0.515
    assert peer(staff, 0, 0.02) == NOBODY, "a difference must be seen"


def test_what_most_do_is_what_is_agreed():
    staff = SimpleNamespace(practice=np.array([0b011, 0b001, 0b101, 0b110], u8) << u8(10),
                            vacant_until=np.array([0, 0, 0, 9]))
    settle = getattr(agreed, "py_func", agreed)
    # three present: choice 0 in all, choices 1 and 2 in one of three; other domains stay as they are
    assert int(settle(staff, u8(bits(1, 0b110) | 0b1111), 0, 3, 1, 5)) == bits(1, 0b001) | 0b1111
    staff.vacant_until[2] = 9
    # two present and divided on choice 1: the book stays as it was there
    assert int(settle(staff, u8(bits(1, 0b110)), 0, 4, 1, 5)) == bits(1, 0b011)


# -- trials -----------------------------------------------------------------------------------------------------------


def on_trial(trial: float, usual: float, cases: float = 10.0, begun: int = 0, choice: int = 4, **numbers: float):
    """A housing worker who tries one choice; results so far by hand. The trial lasts 6 weeks and 4 of feedback."""
    world = learning(**numbers)
    s, staff = posts(world, HOUSING)[0], world.staff
    staff.trial_choice[s], staff.trial_since[s] = choice, begun
    staff.trial_cases[s], staff.trial_sum[s] = cases, cases * trial
    staff.usual_cases[s], staff.usual_sum[s] = 20.0, 20.0 * usual
    return world, s


@pytest.mark.parametrize(("trial", "usual", "kept"), [(0.6, 0.5, True), (0.5, 0.6, False), (0.5, 0.5, False)])
def test_a_trial_is_kept_if_it_looks_better(trial, usual, kept):
    world, s = on_trial(trial, usual)
    world.now = 10
    world.step()
    assert world.staff.trial_choice[s] == NOBODY
    assert practised(world, s, HOUSING) == (0b10000 if kept else 0)
    assert counted(world, "trials_kept") == kept
    assert counted(world, "trials_right") == 0, "all zeros are right here"
    assert world.staff.practice[s] == bits(HOUSING, 0b10000) * kept, "no other domain is touched"


def test_a_kept_trial_may_be_right():
    world, s = on_trial(0.6, 0.5)
    world.place.truth[0] = bits(HOUSING, 0b10000)
    world.now = 10
    world.step()
    assert counted(world, "trials_kept") == counted(world, "trials_right") == 1


@pytest.mark.parametrize(("now", "cases", "going_on"), [
    (9, 10.0, True),       # six weeks and four of feedback are not over
    (10, 10.0, False),
    (30, 9.0, True),       # too few cases
    (52, 9.0, True),
    (53, 9.0, False),      # given up
])
def test_a_trial_lasts_until_enough_cases_and_the_feedback_have_come(now, cases, going_on):
    world, s = on_trial(0.6, 0.5, cases=cases)
    world.now = now
    world.step()
    assert (world.staff.trial_choice[s] == 4) == going_on
    if now == 53:
        assert practised(world, s, HOUSING) == 0
        assert counted(world, "trials_kept") == 0


def test_trials_begin_as_often_as_they_should_and_with_any_choice():
    world = learning({"learning_time": 0.2}, staff={"housing": 200.0, "mental_health": 200.0}, people=10_000,
                     trials=2.0)
    world.organisation.mindset[:], world.organisation.safety[:] = 0.5, 0.5
    world.staff.usual_cases[:] = 30.0
    world.staff.usual_cases[posts(world, MENTAL)] = 0.5
    world.step()
    begun = world.staff.trial_choice >= 0
    # 2 * 0.2 * (0.4 + 0.6 * 0.5) * (0.3 + 0.7 * 0.5) = 0.182
    assert near(begun[posts(world, HOUSING)].sum(), 200, 1 - math.exp(-0.182))
    assert not begun[posts(world, MENTAL)].any(), "nobody tries who has seen no cases"
    assert not begun[posts(world, HOSPITAL)].any()
    assert counted(world, "trials") == begun.sum()
    assert world.staff.trial_choice.max() <= 9
    assert len(set(world.staff.trial_choice[begun])) > 4


def test_usual_results_are_forgotten_slowly_but_not_during_a_trial():
    world, s = on_trial(0.6, 0.5)
    other = posts(world, HOUSING)[1]
    world.staff.usual_cases[other], world.staff.usual_sum[other] = 20.0, 10.0
    world.step()
    assert world.staff.usual_cases[other] == pytest.approx(20 * 25 / 26)
    assert world.staff.usual_sum[other] == pytest.approx(10 * 25 / 26)
    assert world.staff.usual_cases[s] == 20


# -- peers and the book -----------------------------------------------------------------------------------------------


def test_one_choice_is_copied_from_the_better_peer():
    world = learning(copying=CERTAIN)
    s, peer = posts(world, HOUSING)
    tie(world, s, peer, 0.5)
    world.staff.success[peer] = 0.9
    world.staff.practice[peer] = bits(HOUSING, 0b111) | bits(MENTAL, 0b1)
    world.step()
    assert practised(world, s, HOUSING).bit_count() == 1
    assert practised(world, s, HOUSING) & ~0b111 == 0
    assert practised(world, s, MENTAL) == 0
    assert practised(world, peer, HOUSING) == 0b111
    assert counted(world, "copies") == 1
    world.step()
    world.step()
    assert practised(world, s, HOUSING) == 0b111
    assert summed(world, "copies") == 3


def test_without_peer_reflection_nobody_copies():
    world = learning({"peer_reflection": 0.0}, copying=CERTAIN)
    s, peer = posts(world, HOUSING)
    tie(world, s, peer, 0.5)
    world.staff.success[peer], world.staff.practice[peer] = 0.9, bits(HOUSING, 0b111)
    world.step()
    assert counted(world, "copies") == 0


def test_retraining_brings_one_choice_back_to_the_book():
    world = learning({"retraining": CERTAIN})
    s = posts(world, HOUSING)[0]
    world.staff.practice[s] = bits(HOUSING, 0b1101) | bits(MENTAL, 0b11)
    world.organisation.standard[:] = bits(HOUSING, 0b0001)
    world.step()
    # the book says 0001, practice 1101: one of choices 2 and 3 goes back
    assert practised(world, s, HOUSING) in (0b0101, 0b1001)
    assert practised(world, s, MENTAL) == 0b11, "only the home domain is trained"
    world.step()
    assert practised(world, s, HOUSING) == 0b0001
    assert counted(world, "retrained") == 1
    world.step()
    assert counted(world, "retrained") == 0


def test_retraining_and_fading_are_one_hazard():
    world = learning({"retraining": 3.0}, staff={"housing": 200.0}, people=10_000, fading=5.0)
    rows = posts(world, HOUSING)
    world.staff.practice[rows] = bits(HOUSING, 0b1)
    world.step()
    back = (world.staff.practice[rows] == 0).sum()
    assert near(back, 200, 1 - math.exp(-8 / WEEKS_PER_YEAR))


def test_the_local_book_follows_what_most_do():
    world = learning({"local_standards": 1.0}, local_revision=CERTAIN, staff={"housing": 200.0}, people=400)
    rows = posts(world, HOUSING)
    world.staff.practice[rows[:5]] = bits(HOUSING, 0b11)
    world.staff.practice[rows[5:]] = bits(HOUSING, 0b10)
    assert len(rows) == 8
    world.staff.vacant_until[rows[5:7]] = 50
    world.step()
    assert world.organisation.standard[HOUSING] == bits(HOUSING, 0b11)
    assert world.organisation.standard[MENTAL] == 0


def test_under_central_standards_the_book_waits_for_the_centre():
    world = learning(local_revision=CERTAIN)
    world.staff.practice[:] = bits(HOUSING, 0b11)
    world.step()
    assert (world.organisation.standard == 0).all()


def test_the_centre_corrects_what_is_wrong_on_average_and_sends_it_round():
    world = learning(revision=CERTAIN, revision_accuracy=1.0, places=2)
    world.nation[0], world.nation[1] = 0b1011, 0b0001
    world.organisation.standard[:] = bits(5, 0b1)
    world.levers[1, :] = world.levers[0, :]
    world.levers[1, L.LOCAL_STANDARDS] = 1.0
    world.step()
    assert world.nation[1] == 0b1011
    # the two choices that were corrected change everywhere; what an organisation had of its own elsewhere stays
    assert (world.organisation.standard[:7] == bits(5, 0b1) | 0b1010).all()
    assert (world.organisation.standard[7:] == bits(5, 0b1)).all(), "a place with its own standards is not asked"


def test_the_centre_sees_part_of_what_is_wrong():
    world = learning(revision=CERTAIN, revision_accuracy=0.25)
    world.nation[0], world.nation[1] = (1 << 60) - 1, 0
    world.step()
    assert near(int(world.nation[1]).bit_count(), 60, 0.25)


def test_drift_by_place_and_by_nation():
    world = learning(places=20, people=8_000, drift=5.0, drift_nation=0.0)
    world.step()
    flipped = sum(int(truth).bit_count() for truth in world.place.truth)
    assert near(flipped, 20 * 60, 1 - math.exp(-5 / WEEKS_PER_YEAR))
    assert world.nation[0] == 0
    world = learning(places=20, people=8_000, drift_nation=20.0)
    world.step()
    assert len(set(world.place.truth.tolist())) == 1
    assert world.place.truth[0] == world.nation[0]
    assert near(int(world.nation[0]).bit_count(), 60, 1 - math.exp(-20 / WEEKS_PER_YEAR))


def test_vacant_posts_learn_nothing():
    world = learning({"retraining": CERTAIN, "learning_time": 0.3}, trials=CERTAIN, copying=CERTAIN)
    world.staff.usual_cases[:] = 9.0
    world.staff.practice[:] = bits(HOUSING, 0b11)
    world.staff.vacant_until[:] = 50
    world.step()
    assert (world.staff.practice == bits(HOUSING, 0b11)).all()
    assert (world.staff.trial_choice == NOBODY).all()
