"""Need alone: onset, growth, coupling, remission, crises and expected deaths against hand-worked examples."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.mechanisms.need import crisis_hazard, domain_of, grown
from simulation.parameters import WEEKS_PER_YEAR
from simulation.vocabulary import HOSPITAL, RESULT_NEW, RESULT_UNRESOLVED
from tests.mechanisms.alone import CERTAIN, alone, blank, counted, near, summed

ONSETS = ("onset_physical", "onset_mental", "onset_daily_living", "onset_housing", "onset_money", "onset_connection")
NO_ONSET = dict.fromkeys(ONSETS, 0.0)
STILL = {**NO_ONSET, "growth": 0.0, "coupling": 0.0, "remission": 0.0, "crisis": 0.0, "acute": 0.0, "death": 0.0}
GROWING = {**STILL, "growth": 0.03, "coupling": 0.03, "remission": 0.05, "community": 0.4}


def needing(people: int = 400, **numbers: float):
    return blank(alone("need", people=people, parameters={"need": {**STILL, **numbers}}))


@pytest.mark.parametrize(("need", "others", "remission", "expected"), [
    # 0.5 + 0.5 * (0.5 * (0.03 + 0.03 * 0.3) - 0.05) = 0.5 + 0.5 * (0.0195 - 0.05)
    (0.5, 0.3, 0.05, 0.48475),
    # 0.5 + 0.5 * (0.5 * (0.03 + 0.03 * 3) - 0.05) = 0.5 + 0.5 * (0.06 - 0.05): linked needs persist
    (0.5, 3.0, 0.05, 0.505),
    # at 1 growth stops: 1 - 0.05
    (1.0, 5.0, 0.05, 0.95),
    (1.0, 5.0, 0.0, 1.0),
    # 0.0201 * (1 - 0.05 + 0.9799 * 0.03) = 0.0196859, which is over
    (0.0201, 0.0, 0.05, 0.0),
])
def test_one_need_for_one_tick(need, others, remission, expected):
    assert grown(need, others, 0.03, 0.03, remission, 0.02) == pytest.approx(expected, abs=1e-12)


def test_a_crisis_threatens_only_above_the_threshold():
    assert crisis_hazard(0.6, 0.6, 2.0) == 0.0
    assert crisis_hazard(1.1, 0.6, 2.0) == pytest.approx(1.0)


def test_the_domain_of_a_new_need_is_where_the_chance_falls():
    share = np.array([1.0, 1.0, 3.0, 3.0, 3.5, 4.0])
    domain = getattr(domain_of, "py_func", domain_of)
    assert [domain(share, at) for at in (0.0, 0.99, 1.0, 2.99, 3.2, 3.6, 4.0)] == [0, 0, 2, 2, 4, 5, 5]


def test_growth_and_community_by_hand():
    world = needing(**GROWING)
    need = world.person.need
    need[0, 10], need[5, 10], need[5, 9] = 0.4, 0.2, 0.5
    world.step()
    # Neighbours 8, 9, 11, 12: support 1 - 0.25 * 0.5 = 0.875; remission 0.05 * (1 + 0.4 * 0.875) = 0.0675
    # physical   0.4 + 0.4 * (0.6 * (0.03 + 0.03 * 0.2) - 0.0675) = 0.4 + 0.4 * (0.0216 - 0.0675)
    assert need[0, 10] == pytest.approx(0.38164, abs=1e-6)
    # connection 0.2 + 0.2 * (0.8 * (0.03 + 0.03 * 0.4) - 0.0675) = 0.2 + 0.2 * (0.0336 - 0.0675)
    assert need[5, 10] == pytest.approx(0.19322, abs=1e-6)
    # Person 9: support 1 - 0.25 * 0.2 = 0.95; remission 0.069; 0.5 + 0.5 * (0.5 * 0.03 - 0.069)
    assert need[5, 9] == pytest.approx(0.473, abs=1e-6)
    assert counted(world, "need") == pytest.approx(0.38164 + 0.19322 + 0.473, abs=1e-6)
    assert counted(world, "in_need") == 2


@pytest.mark.parametrize("person", range(6))
def test_neighbours_stand_on_a_ring(person):
    """Somebody lonely at the end of the street slows the recovery of exactly the two nearest on each side."""
    alone_there, with_lonely = needing(**GROWING), needing(**GROWING)
    for world in (alone_there, with_lonely):
        world.person.need[0] = 0.5
    with_lonely.person.need[5, -2] = 1.0
    alone_there.step()
    with_lonely.step()
    slower = with_lonely.person.need[0, person] > alone_there.person.need[0, person]
    assert slower == (person == 0)
    assert with_lonely.person.need[0, -1] > alone_there.person.need[0, -1]


def test_every_person_of_a_mixed_town_exactly():
    world = needing(**GROWING)
    rng = np.random.default_rng(5)
    world.person.need[:] = rng.random(world.person.need.shape) ** 3
    before = world.person.need.astype(float)
    world.step()
    n = world.numbers["need"]
    total = sum(before)
    lonely = before[5]
    around = np.roll(lonely, 1) + np.roll(lonely, 2) + np.roll(lonely, -1) + np.roll(lonely, -2)
    remission = n.remission * (1 + n.community * (1 - 0.25 * around))
    after = before + before * ((1 - before) * (n.growth + n.coupling * (total - before)) - remission)
    after = np.where(after < 0.02, 0, np.minimum(after, 1)).astype(np.float32)
    np.testing.assert_array_equal(world.person.need, after)


def test_onsets_follow_frailty_and_other_need():
    world = needing(1_000, onset_mental=6.0, onset_coupling=0.5)
    person = world.person
    person.frailty[:500], person.frailty[500:] = 1.0, 3.0
    found = np.zeros(4)
    for _ in range(8):
        person.need[:] = 0
        person.need[0, 250:500] = person.need[0, 750:] = 0.5
        person.need[3, 250:500] = person.need[3, 750:] = 0.5
        world.step()
        found += [(part > 0).sum() for part in np.split(person.need[1], 4)]
    # hazard = 6 a year / 52.18 weeks * frailty * (1 + 0.5 * total need of 0 or 1)
    for count, frailty, other in zip(found, (1, 1, 3, 3), (0, 1, 0, 1), strict=True):
        p = 1 - math.exp(-6 / WEEKS_PER_YEAR * frailty * (1 + 0.5 * other))
        assert near(count, 8 * 250, p)


def test_a_new_need_has_a_size_and_is_new():
    world = needing(1_000, onset_housing=CERTAIN, severity_least=0.2, severity_spread=0.35)
    world.person.last_result[:] = RESULT_UNRESOLVED
    world.person.attempts[:] = 3
    world.step()
    sizes = world.person.need[3]
    assert sizes.min() >= np.float32(0.2)
    assert sizes.max() < 0.55
    # uniform over 0.35: mean 0.375, standard deviation 0.35 / sqrt(12)
    assert abs(sizes.mean() - 0.375) < 4 * 0.35 / math.sqrt(12 * 1_000)
    assert (world.person.last_result[3] == RESULT_NEW).all()
    assert (world.person.attempts[3] == 0).all()
    assert (world.person.last_result[0] == RESULT_UNRESOLVED).all(), "other domains are as they were"
    assert counted(world, "onsets") == 1_000
    assert counted(world, "need") == pytest.approx(float(sizes.sum(dtype=float)), rel=1e-6)


def test_a_new_need_adds_to_an_old_one_up_to_1():
    world = needing(onset_housing=CERTAIN, severity_least=0.2, severity_spread=0.0)
    world.person.need[3, :200], world.person.need[3, 200:] = 0.25, 0.95
    world.step()
    assert world.person.need[3, 0] == pytest.approx(0.45, abs=1e-6)
    assert (world.person.need[3, 200:] == 1.0).all()
    assert counted(world, "need") == pytest.approx(200 * 0.45 + 200 * 1.0, rel=1e-6)


def test_domains_share_the_onsets_and_a_surge_moves_them():
    world = needing(1_000, onset_physical=CERTAIN, onset_money=CERTAIN)
    world.step()
    assert near((world.person.need[0] > 0).sum(), 1_000, 0.5)
    assert ((world.person.need[0] > 0) != (world.person.need[4] > 0)).all(), "at most one new need in a tick"
    surging = needing(1_000, onset_physical=CERTAIN, onset_money=CERTAIN)
    surging.surge[:, 4] = 3.0
    surging.step()
    assert near((surging.person.need[4] > 0).sum(), 1_000, 0.75)


def test_crises_follow_total_need():
    world = needing(1_000, crisis=50.0, crisis_threshold=0.6)
    world.person.need[0], world.person.need[1] = 0.9, 0.7
    world.person.need[:, 500:] *= 0.375  # a total of 0.6: at the threshold, not beyond it
    world.step()
    # 50 a year / 52.18 weeks * (1.6 - 0.6)
    p = 1 - math.exp(-50 / WEEKS_PER_YEAR)
    in_crisis = world.person.door[HOSPITAL] == 0
    assert near(in_crisis[:500].sum(), 500, p)
    assert not in_crisis[500:].any()
    assert counted(world, "crises") == in_crisis.sum()
    assert counted(world, "crises_acute") == 0
    np.testing.assert_array_equal(world.person.visits_year, in_crisis)


def test_nobody_has_two_crises_at_once_and_visits_are_counted_to_255():
    world = needing(crisis=CERTAIN, crisis_threshold=0.6)
    world.person.need[0] = 1.0
    world.step()
    world.person.visits_year[0] = 255
    world.step()
    assert counted(world, "crises") == 0, "they lie in the hospital already"
    assert (world.person.door[HOSPITAL] == 0).all()
    world.person.door[HOSPITAL] = -1
    world.step()
    assert counted(world, "crises") == 400
    assert world.person.visits_year[0] == 255
    assert (world.person.visits_year[1:] == 2).all()


def test_a_further_need_adds_to_one_that_stands_and_begins_anew_where_there_was_none():
    world = needing(onset_mental=CERTAIN, in_need=0.2)
    world.person.need[1, :100] = 0.3
    world.person.need[1, 100:200] = 0.1
    world.person.last_result[1] = RESULT_UNRESOLVED
    world.person.attempts[1] = 3
    world.step()
    assert (world.person.last_result[1, :100] == RESULT_UNRESOLVED).all()
    assert (world.person.attempts[1, :100] == 3).all()
    assert (world.person.last_result[1, 100:] == RESULT_NEW).all()
    assert (world.person.attempts[1, 100:] == 0).all()
    assert counted(world, "onsets") == 400


def test_an_acute_crisis_brings_a_new_physical_need():
    world = needing(acute=CERTAIN, acute_severity=0.5)
    world.person.need[0, :100] = 0.75
    world.person.last_result[:] = RESULT_UNRESOLVED
    world.step()
    assert (world.person.need[0, :100] == 1.0).all()
    assert (world.person.need[0, 100:] == 0.5).all()
    assert (world.person.last_result[0, 100:] == RESULT_NEW).all()
    assert (world.person.last_result[0, :100] == RESULT_UNRESOLVED).all(), "what failed has still failed"
    assert counted(world, "crises_acute") == counted(world, "crises") == 400
    assert counted(world, "need") == pytest.approx(100 * 1.0 + 300 * 0.5), "the need of this tick, not of the last"
    assert counted(world, "in_need") == 400


def test_acute_crises_are_as_frequent_as_the_frail_are_frail():
    world = needing(1_000, acute=2.0)
    world.person.frailty[:] = 10.0
    world.step()
    assert near(counted(world, "crises_acute"), 1_000, 1 - math.exp(-20 / WEEKS_PER_YEAR))


def test_expected_deaths_follow_frailty_and_need():
    world = needing(death=0.5)
    world.person.need[0, 0], world.person.need[1, 1] = 1.0, 0.5
    world.person.frailty[0], world.person.frailty[1] = 2.0, 4.0
    world.step()
    # 0.5 a year * (2 * 1.0 + 4 * 0.5) / 52.18 weeks; nobody else has any need
    assert counted(world, "deaths") == pytest.approx(0.5 * 4 / WEEKS_PER_YEAR)


def test_needs_are_counted_for_the_groups_they_belong_to():
    world = needing()
    person = world.person
    person.need[2] = 0.25
    person.quintile[:] = 3
    person.quintile[:40], person.quintile[40:50] = 1, 5
    person.complexity[:7] = 1.0
    world.step()
    assert counted(world, "need") == 100
    assert counted(world, "need_deprived") == 10
    assert counted(world, "need_affluent") == 2.5
    assert counted(world, "need_complex") == 7 * 0.25
    assert counted(world, "trust") == pytest.approx(400 * 0.6, rel=1e-6)


def test_seven_days_are_a_week():
    """A rate is converted once: as many needs begin in seven ticks of a day as in one tick of a week."""
    week = alone("need", people=1_000, parameters={"need": {**STILL, "onset_mental": 6.0}})
    day = alone("need", people=1_000, tick="1 day", horizon="4 weeks",
                parameters={"need": {**STILL, "onset_mental": 6.0}})
    minutes = alone("need", tick="20 minutes", horizon="1 week")
    for name in ("onset_mental", "growth", "coupling", "remission", "crisis", "acute", "death"):
        weekly = getattr(alone("need").numbers["need"], name)
        assert getattr(minutes.numbers["need"], name) * 504 == pytest.approx(weekly, rel=1e-12)
    n = 0
    for _ in range(28):
        blank(day)
        day.step()
        n += int(counted(day, "onsets"))
    for _ in range(4):
        blank(week)
        week.step()
    assert near(n, 28_000, 1 - math.exp(-6 / WEEKS_PER_YEAR / 7))
    assert near(summed(week, "onsets"), 4_000, 1 - math.exp(-6 / WEEKS_PER_YEAR))
