"""Pressure alone: what a figure does to an organisation and its staff, and what goes when somebody leaves."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from simulation.chance import uniform
from simulation.mechanisms.pressure import (
    burnout_level,
    effort_level,
    leaving_hazard,
    motivation_level,
    pressure_level,
    toward,
    watched,
)
from simulation.parameters import WEEKS_PER_YEAR
from simulation.vocabulary import NOBODY
from tests.mechanisms.alone import CERTAIN, alone, blank, counted, near, posts, tie, ties_are_symmetrical

HOUSING = 3
NUMBERS = {"gap_scale": 0.15, "hold": 0.25, "publicity_weight": 0.5, "pressure_settling": 8.0, "slack_used": 0.9,
           "rush_slope": 1.5, "rush_load": 0.95, "gaming_slope": 0.9, "audit_deters": 0.8, "gaming_settling": 26.0,
           "threshold_slope": 0.12, "blame": 0.35, "safety_settling": 26.0, "shirking": 0.35, "watched_stakes": 0.7,
           "watched_publicity": 0.4, "watched_peers": 0.6, "effort_settling": 39.0, "autonomy": 0.18,
           "competence": 0.3, "relatedness": 0.1, "crowding": 0.08, "motivation_base": 0.33,
           "motivation_settling": 52.0, "load_burnout": 0.35, "pressure_burnout": 0.15, "resources": 0.2,
           "burnout_level": 0.4, "burnout_settling": 39.0, "burnt_out": 0.5, "leave": 0.0, "leave_burnout": 1.2,
           "leave_motivation": 1.0, "vacancy": 10.0, "safety_base": 0.2, "safety_just": 0.5, "safety_mindset": 0.3,
           "safety_deters": 0.5, "audit_of_thresholds": 0.5, "usual_load": 0.85, "load_most": 2.0,
           "usual_motivation": 0.6, "usual_safety": 0.5, "resources_safety": 0.5, "burnout_spread": 0.5,
           "ties_enough": 3.0, "leave_floor": 0.2, "vacancy_spread": 1.0, "handed_over": 0.5,
           "newcomer_motivation": 0.55, "newcomer_motivation_spread": 0.2, "newcomer_burnout": 0.2,
           "newcomer_burnout_spread": 0.2, "newcomer_withheld": 0.2, "newcomer_success": 0.5}
N = SimpleNamespace(**NUMBERS)
LEVERS = {"stakes": 0.6, "publicity": 0.4, "audit": 0.5, "just_culture": 0.4, "discretion": 0.5,
          "peer_reflection": 0.25, "funding_deficits": 0.2, "target_level": 0.95}


def pressed(levers=None, staff=None, people: int = 400, hospital_counts: float = 1.0, **numbers: float):
    population = {f"staff_{kind}": each for kind, each in (staff or {}).items()} | {"slack_start": 0.1}
    return blank(alone("pressure", people=people, levers={**LEVERS, **(levers or {})}, parameters={
        "pressure": {**NUMBERS, **numbers}, "population": population,
        "measurement": {"hospital_counts": hospital_counts}}))


def test_a_figure_that_nobody_takes_presses_nobody():
    """Pressure on the hospital relaxes to nothing where its waits are not counted, whatever its figure says."""
    world = pressed(hospital_counts=0.0)
    world.organisation.recorded[:] = 0.1
    world.organisation.pressure[:] = 0.8
    world.step()
    assert world.organisation.pressure[6] == pytest.approx(0.7)  # 0.8 - 0.8 / 8
    assert (world.organisation.pressure[:6] == world.organisation.pressure[0]).all()
    assert world.organisation.pressure[0] == pytest.approx(0.8)  # 0.8 + (0.8 * 1 - 0.8) / 8
    assert world.organisation.gaming[6] == 0.0


def test_values_move_toward_a_level_within_0_and_1():
    assert toward(0.2, 0.6, 8.0) == pytest.approx(0.25)
    assert toward(0.2, 1.6, 8.0) == pytest.approx(0.3)
    assert toward(0.2, -3.0, 8.0) == pytest.approx(0.175)
    assert toward(0.2, 0.6, 0.5) == pytest.approx(0.6)


def test_pressure_by_hand():
    # (0.6 + 0.5 * 0.4) * (0.25 + 0.75 / 3) = 0.8 * 0.5
    assert pressure_level(0.6, 0.4, 1 / 3, 0.5, 0.25) == pytest.approx(0.4)
    assert pressure_level(0.9, 0.7, 1.0, 0.5, 0.25) == 1.0
    assert pressure_level(0.0, 0.0, 1.0, 0.5, 0.25) == 0.0, "where nothing hangs on it a figure does not press"


def test_effort_is_seen_by_boss_public_or_peers():
    # 1 - (1 - 0.7 * 0.6) * (1 - 0.4 * 0.4) * (1 - 0.6 * 0.25) = 1 - 0.58 * 0.84 * 0.85
    seen = watched(0.6, 0.4, 0.25, 0.7, 0.4, 0.6)
    assert seen == pytest.approx(0.58588)
    # 1 - 0.35 * 0.5 * (1 - 0.58588) * 1.2
    assert effort_level(0.5, seen, 0.2, 0.35) == pytest.approx(0.9130348)
    assert effort_level(0.0, 0.0, 1.0, 0.35) == 1.0, "knights do not shirk"
    assert effort_level(1.0, 1.0, 1.0, 0.35) == 1.0, "nor do knaves who are seen"


def test_motivation_burnout_and_leaving_by_hand():
    rule = [getattr(each, "py_func", each) for each in (motivation_level, burnout_level, leaving_hazard)]
    # 0.33 + 0.18 * 0.5 + 0.3 * 0.6 + 0.1 * 0.5 - 0.08 * 0.4
    assert rule[0](0.5, 0.6, 0.5, 0.4, N) == pytest.approx(0.618)
    # 0.45 + 0.35 * (1.05 - 0.85) + 0.15 * 0.4 - 0.2 * ((0.7 - 0.6) + 0.5 * (0.6 - 0.5))
    assert rule[1](0.45, 1.05, 0.4, 0.7, 0.6, N) == pytest.approx(0.55)
    assert rule[1](0.45, 9.0, 0.4, 0.7, 0.6, N) == rule[1](0.45, 2.0, 0.4, 0.7, 0.6, N)
    n = SimpleNamespace(**{**NUMBERS, "leave": 0.1})
    assert rule[2](0.4, 0.6, n) == pytest.approx(0.1)
    assert rule[2](0.6, 0.4, n) == pytest.approx(0.1 * 2.2 * 1.2)
    assert rule[2](0.4, 1.0, SimpleNamespace(**{**NUMBERS, "leave": 0.1, "leave_motivation": 4.0})) == \
        pytest.approx(0.02), "the best motivated leave too, a fifth as often"


def test_an_organisation_for_one_tick():
    world = pressed()
    o = world.organisation
    o.recorded[:], o.pressure[:], o.safety[:], o.mindset[:], o.load[:] = 0.9, 0.2, 0.5, 0.5, 1.15
    o.slack[:], o.rush[:], o.gaming[:], o.threshold_raise[:] = 0.1, 0.0, 0.1, 0.01
    world.step()
    # gap (0.95 - 0.9) / 0.15 = 1/3; pressure 0.2 + (0.4 - 0.2) / 8
    assert o.pressure[HOUSING] == pytest.approx(0.225)
    # safety toward 0.2 + 0.5 * 0.4 + 0.3 * 0.5 - 0.35 * 0.225 * 0.6 = 0.50275
    assert o.safety[HOUSING] == pytest.approx(0.5 + 0.00275 / 26)
    # slack toward 0.1 * (1 - 0.9 * 0.225) = 0.07975
    assert o.slack[HOUSING] == pytest.approx(0.1 - 0.02025 / 8)
    # rush toward 1.5 * 0.225 * (1.15 - 0.95) = 0.0675
    assert o.rush[HOUSING] == pytest.approx(0.0675 / 8)
    # gaming toward 0.9 * 0.6 / 3 * (1 - safety / 2) * (1 - 0.8 * 0.5) = 0.108 * (1 - safety / 2)
    level = 0.108 * (1 - 0.5 * (0.5 + 0.00275 / 26))
    assert o.gaming[HOUSING] == pytest.approx(0.1 + (level - 0.1) / 26)
    # threshold toward 0.12 * 0.6 / 3 * (1 - 0.4 * 0.5) = 0.0192
    assert o.threshold_raise[HOUSING] == pytest.approx(0.01 + 0.0092 / 26)


def test_a_member_of_staff_for_one_tick():
    world = pressed(burnout_level=0.4)
    s, other, third = posts(world, HOUSING)[0], posts(world, HOUSING)[1], posts(world, 1)[0]
    tie(world, s, other, 0.75)
    tie(world, s, third, 0.75)
    staff, o = world.staff, world.organisation
    o.recorded[:], o.pressure[:], o.safety[:], o.mindset[:], o.load[:] = 0.9, 0.2, 0.5, 0.5, 1.05
    staff.motivation[:], staff.burnout[:], staff.success[:], staff.effort[:] = 0.5, 0.4, 0.6, 1.0
    staff.self_interest[s] = 0.5
    world.step()
    # effort toward 0.9130348 (see above)
    assert staff.effort[s] == pytest.approx(1 - (1 - 0.9130348) / 39, abs=1e-6)
    # motivation toward 0.33 + 0.09 + 0.18 + 0.1 * 1.5 / 3 - 0.08 * 0.225 = 0.632
    assert staff.motivation[s] == pytest.approx(0.5 + 0.132 / 52, abs=1e-6)
    # burnout toward own level + 0.35 * (1.05 - 0.85) + 0.15 * 0.225 - 0.2 * ((motivation - 0.6) + (safety - 0.5) / 2),
    # the own level 0.4 with a lasting trait between -0.25 and 0.25
    own = 0.4 + 0.5 * (uniform(world.fixed_key("population", 9), s, 0) - 0.5)
    level = own + 0.07 + 0.03375 - 0.2 * ((0.5 + 0.132 / 52 - 0.6) + 0.5 * 0.00275 / 26)
    assert staff.burnout[s] == pytest.approx(0.4 + (level - 0.4) / 39, abs=1e-6)
    assert counted(world, "leavers") == 0


def test_a_met_target_still_presses_a_little_and_a_missed_one_fully():
    world = pressed({"stakes": 1.0}, pressure_settling=1.0)
    world.organisation.recorded[:3], world.organisation.recorded[3:] = 0.99, 0.5
    world.step()
    assert world.organisation.pressure.tolist() == [0.25] * 3 + [1.0] * 4
    assert (world.organisation.gaming[:3] == 0).all(), "where the target is met nothing needs doctoring"


def test_without_stakes_there_is_no_gaming_and_no_raised_threshold():
    world = pressed({"stakes": 0.0, "publicity": 1.0})
    world.organisation.recorded[:] = 0.3
    for _ in range(10):
        world.step()
    assert (world.organisation.gaming == 0).all()
    assert (world.organisation.threshold_raise == 0).all()
    assert (world.organisation.pressure > 0.3).all()


def test_safety_and_audit_lower_gaming():
    def gaming(safety, audit):
        world = pressed({"audit": audit}, safety_settling=1e9)
        world.organisation.recorded[:], world.organisation.safety[:] = 0.5, safety
        world.step()
        return world.organisation.gaming[0]

    # 0.9 * 0.6 * 1 * (1 - safety / 2) * (1 - 0.8 * audit), a 26th of it
    assert gaming(0.0, 0.0) == pytest.approx(0.54 / 26)
    assert gaming(1.0, 0.0) == pytest.approx(0.27 / 26)
    assert gaming(0.0, 1.0) == pytest.approx(0.108 / 26)


def test_leaving_is_a_hazard_that_rises_with_burnout():
    world = pressed(staff={"mental_health": 200.0, "housing": 200.0}, people=10_000, leave=6.0, burnout_settling=1e9,
                    motivation_settling=1e9)
    world.staff.motivation[:] = 0.6
    for o, burnout in ((1, 0.4), (HOUSING, 0.6)):
        world.staff.burnout[posts(world, o)] = burnout
    gone = np.zeros(2)
    ticks = 4
    for _ in range(ticks):
        world.staff.vacant_until[:] = 0
        world.staff.motivation[:] = 0.6
        for o, burnout in ((1, 0.4), (HOUSING, 0.6)):
            world.staff.burnout[posts(world, o)] = burnout
        world.step()
        gone += [(world.staff.vacant_until[posts(world, o)] > 0).sum() for o in (1, HOUSING)]
    n = ticks * 200
    assert near(gone[0], n, 1 - math.exp(-6 / WEEKS_PER_YEAR))
    assert near(gone[1], n, 1 - math.exp(-6 * 2.2 / WEEKS_PER_YEAR))


def everybody_leaves():
    """Two colleagues in each of seven organisations; person 0 known by a housing worker who has a trusted colleague."""
    world = pressed(leave=CERTAIN)
    s, heir = posts(world, HOUSING)
    world.staff.vacant_until[:] = 100
    world.staff.vacant_until[s] = 0
    world.organisation.standard[HOUSING] = 0b1010
    return world, s, heir


def test_what_goes_with_somebody_who_leaves_and_comes_with_their_successor():
    world, s, heir = everybody_leaves()
    staff, person = world.staff, world.person
    tie(world, s, heir, 0.5)
    tie(world, s, posts(world, 1)[0], 0.9)
    tie(world, heir, posts(world, 1)[1], 0.4)
    staff.trial_choice[s], staff.trial_cases[s], staff.usual_cases[s], staff.visible_fixes[s] = 3, 4, 5, 1
    person.known_by[:3] = s, s, posts(world, 0)[0]
    person.known_strength[:3] = 0.8
    person.known[:3] = 7
    world.step()
    assert counted(world, "leavers") == 1
    # the colleague of the same organisation takes over, and knows half as well
    assert person.known_by[:3].tolist() == [heir, heir, posts(world, 0)[0]]
    np.testing.assert_allclose(person.known_strength[:3], [0.4, 0.4, 0.8], rtol=1e-6)
    assert (person.known[:3] == 7).all()
    # every tie breaks at both ends, and no other
    assert (staff.tie[s] == NOBODY).all()
    assert not (staff.tie == s).any()
    assert (staff.tie != NOBODY).sum() == 2
    assert ties_are_symmetrical(world)
    # a newcomer: by the book, nothing tried, traits within their ranges
    assert 1 <= staff.vacant_until[s] < 1 + 20
    assert staff.joined[s] == staff.vacant_until[s]
    assert staff.practice[s] == 0b1010
    assert staff.trial_choice[s] == -1
    assert staff.trial_cases[s] == staff.usual_cases[s] == staff.visible_fixes[s] == 0
    assert 0.55 <= staff.motivation[s] <= 0.75
    assert 0.2 <= staff.burnout[s] <= 0.4
    assert 0 <= staff.self_interest[s] <= 1
    assert staff.effort[s] == pytest.approx(1 - 0.2 * staff.self_interest[s], abs=1e-6)


def test_without_a_trusted_colleague_what_was_understood_is_lost():
    world, s, heir = everybody_leaves()
    tie(world, s, posts(world, 1)[0], 0.9)
    world.person.known_by[0], world.person.known_strength[0], world.person.known[0] = s, 0.8, 7
    world.step()
    assert world.person.known_by[0] == NOBODY
    assert world.person.known_strength[0] == 0
    assert world.person.known[0] == 0


def test_a_vacant_post_is_left_alone_until_it_is_filled():
    world, s, heir = everybody_leaves()
    world.step()
    until = int(world.staff.vacant_until[s])
    before = world.staff.motivation.copy()
    for _ in range(until - 1):
        world.step()
        assert counted(world, "leavers") == 0
    np.testing.assert_array_equal(world.staff.motivation, before)
    assert world.now == until
    world.step()
    assert counted(world, "leavers") == 1, "filled, and the newcomer leaves at once in this world"


def test_vacancies_last_as_long_as_they_should_on_average():
    world = pressed(staff={"hospital": 400.0}, people=10_000, leave=CERTAIN, vacancy=10.0)
    world.step()
    length = world.staff.vacant_until - 1
    assert length.min() == 0
    assert length.max() == 19
    # whole weeks from 0 to 19: mean 9.5, standard deviation 5.8
    assert abs(length.mean() - 9.5) < 4 * 5.8 / math.sqrt(len(length))


def test_how_far_single_vacancies_differ_is_a_parameter():
    world = pressed(staff={"hospital": 400.0}, people=10_000, leave=CERTAIN, vacancy=10.0, vacancy_spread=0.0)
    world.step()
    assert (world.staff.vacant_until - 1 == 10).all()


def test_newcomers_are_as_their_parameters_say():
    world = pressed(leave=CERTAIN, newcomer_motivation=0.9, newcomer_motivation_spread=0.0, newcomer_burnout=0.8,
                    newcomer_burnout_spread=1.0, newcomer_withheld=0.0, newcomer_success=0.3)
    world.step()
    staff = world.staff
    for column, expected in ((staff.motivation, 0.9), (staff.effort, 1.0), (staff.success, 0.3)):
        np.testing.assert_allclose(column, expected, rtol=1e-6)
    assert staff.burnout.min() >= np.float32(0.8)
    assert staff.burnout.max() == 1.0, "never more exhausted than wholly"


def test_self_interest_of_newcomers_is_as_in_the_population():
    world = pressed(staff={"hospital": 400.0}, people=10_000, leave=CERTAIN)
    world.step()
    traits = world.staff.self_interest
    assert abs(traits.mean() - 0.3) < 4 * traits.std() / math.sqrt(len(traits))
