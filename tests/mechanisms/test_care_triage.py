"""Before anybody is seen: hours, and the order in which people are served."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.mechanisms.triage import hours_given
from simulation.vocabulary import HOSPITAL, NOT_WAITING
from tests.mechanisms.alone import counted, near, posts, summed
from tests.mechanisms.caring import BY_THE_BOOK, caring

MENTAL = 1


def queued(world, *waits: tuple[float, int], kind: int = MENTAL, now: int = 20):
    """People 0, 1, ... with this need, waiting for so many ticks at one door; returns who was seen in the next tick."""
    world.now = now
    for i, (need, wait) in enumerate(waits):
        world.person.need[kind, i] = need
        world.person.door[kind, i] = now - wait
    world.step()
    return [i for i in range(len(waits)) if world.person.door[kind, i] == NOT_WAITING]


def one_each(world, kind: int = MENTAL):
    """Give each of the two posts of an organisation so few hours that they see one person and no more."""
    world.organisation.funding[kind] = 0.01
    return world


def test_hours_given_by_hand():
    # 30 * (1 - 0.1) * (1 - 0.05) * 0.8 * (1 - 0.1)
    assert hours_given(30.0, 0.1, 0.05, 0.8, 0.1) == pytest.approx(18.468)
    assert hours_given(30.0, 0.1, 1.3, 0.8, 0.1) == 0.0, "nobody is away for more than all of their hours"


def test_hours_of_a_week():
    world = caring({**BY_THE_BOOK, "reporting": 0.05, "learning_time": 0.02, "relationship_time": 0.03})
    world.staff.effort[:] = 0.8
    world.organisation.slack[:] = 0.1
    world.organisation.funding[MENTAL] = 1.1
    vacant = posts(world, 0)[0]
    world.staff.vacant_until[vacant] = 5
    world.step()
    n_posts = len(world.staff.effort)
    assert n_posts == 14
    given = world.staff.hours_given
    assert given[vacant] == 0
    # 30 * (1 - 0.1) * 0.8 * 0.9 = 19.44, and a tenth more where the budget is a tenth more
    np.testing.assert_allclose(given[posts(world, 2)], 19.44, rtol=1e-6)
    np.testing.assert_allclose(given[posts(world, MENTAL)], 21.384, rtol=1e-6)
    assert counted(world, "hours_paid") == pytest.approx(30 * 12 + 33 * 2), "a vacant post is paid for"
    assert counted(world, "hours_available") == pytest.approx(19.44 * 11 + 21.384 * 2)
    assert counted(world, "hours_reporting") == pytest.approx((30 * 11 + 33 * 2) * 0.05)
    assert counted(world, "hours_learning") == pytest.approx((30 * 11 + 33 * 2) * 0.02)
    assert counted(world, "hours_relating") == pytest.approx((30 * 11 + 33 * 2) * 0.03)
    assert counted(world, "hours_used") == 0


def test_sickness_takes_a_tenth_of_the_hours_of_the_exhausted():
    world = caring(staff_absence=0.1, staff={"hospital": 200.0, "general_practice": 200.0}, people=4_000)
    world.staff.burnout[:] = 1.0
    world.step()
    lost = 1 - world.staff.hours_given / 30
    assert lost.min() >= 0
    assert lost.max() <= 0.2
    # uniform over 0..0.2: standard deviation 0.2 / sqrt(12)
    assert abs(lost.mean() - 0.1) < 4 * 0.2 / np.sqrt(12 * len(lost))


def test_work_taken_by_refusals_and_debts_is_paid_first():
    world = caring()
    first, second = posts(world, MENTAL)
    world.organisation.admin_hours[MENTAL] = 6.0
    world.staff.hours_left[second] = -4.0
    world.step()
    assert world.staff.hours_left[first] == 27
    assert world.staff.hours_left[second] == 23
    assert counted(world, "hours_used") == pytest.approx(3 + 3 + 4)
    assert world.organisation.admin_hours[MENTAL] == 0


def test_load_by_hand():
    world = one_each(caring())
    seen = queued(world, *[(0.5, 1)] * 6)
    # Two posts with 0.3 hours each see one person each (0.55 hours): used 0.6, owed 2 * 0.25; four people not reached.
    assert len(seen) == 2
    assert world.organisation.not_reached[MENTAL] == 4
    assert world.organisation.waiting[MENTAL] == 4
    # wanted for each hour there is: (0.6 + 0.5 + 4 * 0.55) / 0.6 = 5.5, taken as 3; a quarter of the way from 0.9
    assert world.organisation.load[MENTAL] == pytest.approx(0.9 + (3 - 0.9) / 4)
    assert world.organisation.load[0] == pytest.approx(0.9 - 0.9 / 4)
    assert counted(world, "hours_used") == pytest.approx(0.6, rel=1e-6)


def test_a_backlog_is_the_work_of_a_week_however_short_a_tick_is():
    """Six people not reached at 0.55 hours are 3.3 hours against the 60 of a week, by the day as well."""
    for tick, weeks in (("1 week", 1.0), ("1 day", 1 / 7)):
        world = caring(tick=tick)
        world.staff.hours_left[posts(world, MENTAL)] = -60
        queued(world, *[(0.5, 0)] * 6)
        given = 30 * weeks
        # all that is given pays debts; owed at the end is 60 less what was given, and the memory is of four weeks
        wanted = (2 * given + (2 * (60 - given) + 6 * 0.55) * weeks) / (2 * given)
        step = weeks / 4
        assert world.organisation.load[MENTAL] == pytest.approx(0.9 + (min(3, wanted) - 0.9) * step, rel=1e-5), tick


def test_a_contact_that_is_begun_is_finished_in_the_next_tick():
    world = caring(staff={"hospital": 50.0})
    world.organisation.funding[HOSPITAL] = 0.1
    world.person.need[0, :6] = 0.5
    world.person.door[HOSPITAL, :6] = 0
    used = []
    for _ in range(4):
        world.step()
        used.append(counted(world, "hours_used"))
    # Two posts, three hours a week each; a stay takes seven hours: one stay each in week 0, the next in week 2.
    assert used == [6.0, 6.0, 6.0, 6.0]
    assert counted(world, "hospital_served") == 0
    assert summed(world, "hospital_served") == 4
    assert (world.person.door[HOSPITAL, :6] >= 0).sum() == 2


def test_greater_need_first():
    assert queued(one_each(caring()), (0.3, 0), (0.9, 0), (0.2, 0), (0.8, 0)) == [1, 3]


def test_those_who_have_waited_longer_go_before_others_with_a_little_more_need():
    # need + 0.5 * wait / 5: 0.5 + 0.3 against 0.7
    assert queued(one_each(caring()), (0.7, 0), (0.5, 3), (0.5, 2), (0.45, 3)) == [1, 3]


def test_under_pressure_those_close_to_a_breach_go_before_those_in_need():
    waits = ((0.9, 0), (0.2, 4), (0.85, 0), (0.21, 4))
    assert queued(one_each(caring()), *waits) == [0, 2]
    pressed = one_each(caring())
    pressed.organisation.pressure[MENTAL] = 1.0
    assert queued(pressed, *waits) == [1, 3]


def test_under_pressure_those_who_have_breached_go_last():
    # After the breach closeness counts a tenth: 0.3 + 0.6 + 0.15 = 1.05 against 0.3 + 0.4 + 1.5
    pressed = one_each(caring())
    pressed.organisation.pressure[MENTAL] = 1.0
    assert queued(pressed, (0.3, 6), (0.3, 4), (0.3, 6), (0.3, 4)) == [1, 3]


def test_where_results_pay_easy_cases_go_first():
    for pay, expected in ((0.0, [0, 1]), (1.0, [2, 3])):
        world = one_each(caring({**BY_THE_BOOK, "funding_results": pay}))
        world.person.complexity[:2] = 1.0
        assert queued(world, (0.6, 0), (0.6, 0), (0.5, 0), (0.5, 0)) == expected


def test_appointments_come_as_they_are_booked():
    """Need 0.2 and a mean of three weeks: due once the wait is 9 u ** 2, so a share sqrt(wait / 9) by each wait."""
    world = caring(people=1_000, booking_elsewhere=3.0, booking_follows=0.0, staff={"mental_health": 200.0},
                   strength=0.1)
    world.person.need[MENTAL] = 0.2
    world.person.door[MENTAL] = 0
    for wait in range(10):
        world.step()
        seen = (world.person.door[MENTAL] == NOT_WAITING).sum()
        if 0 < wait < 9:
            assert near(seen, 1_000, np.sqrt(wait / 9))
        else:
            assert seen == (0 if wait == 0 else 1_000)


def test_pressure_brings_forward_who_is_about_to_breach():
    world = caring(people=1_000, booking_elsewhere=1e9, booking_follows=0.0, staff={"mental_health": 400.0})
    world.organisation.pressure[MENTAL] = 0.4
    world.person.need[MENTAL] = 0.5
    world.person.door[MENTAL] = 0
    for wait in range(8):
        world.step()
        seen = (world.person.door[MENTAL] == NOT_WAITING).sum()
        if wait < 4:
            assert seen == 0
        else:
            assert near(seen, 1_000, 0.4)


def test_the_noise_of_triage_favours_no_row():
    """Equal need and equal wait: who is seen has nothing to do with where people live."""
    rows = []
    for seed in range(60):
        world = one_each(caring(triage_noise=0.1, seed=seed))
        rows += queued(world, *[(0.5, 1)] * 100)
    assert len(rows) == 120
    # uniform over 0..99: mean 49.5, standard deviation about 28.9
    assert abs(np.mean(rows) - 49.5) < 4 * 28.9 / np.sqrt(120)
