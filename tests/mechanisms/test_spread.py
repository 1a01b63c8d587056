"""Spread alone: places on a ring review their regime by what their commissioners can see."""

from __future__ import annotations

import numpy as np
import pytest

import simulation
from simulation import outcomes
from simulation.engine import World
from simulation.levers import DISCRETION, STAKES
from simulation.mechanisms import MECHANISMS
from simulation.mechanisms.nextdoor import neighbours
from simulation.mechanisms.spread import figures, starting_regimes
from tests.mechanisms.alone import near

YEAR = 52
NUMBERS = {"review": 1.0, "adoption": 1.0, "margin": 0.02, "fidelity": 0.6, "trial_period": 2.0, "dip": 0.02,
           "sees_recorded": 1.0, "sees_perceived": 0.0, "sees_crises": 0.0}


def town(places: int, second: tuple[int, ...] = (), on: bool = True, record_events: bool = False,
         **numbers: float) -> World:
    """Places under regime 0, some under regime 1; nothing happens but the yearly review (also in the first tick)."""
    scenario = simulation.load("neighbourhoods", set={
        "world.people": 400 * places, "world.places": places, "world.horizon": "10 years"})
    scenario = scenario.model_copy(update={
        "regime_places": {},
        "switches": {name: on and name == "spread" for name in MECHANISMS},
        "parameters": {"spread": {**NUMBERS, **numbers}, "population": {"burn_in": 0.0}}})
    world = World(scenario, "targets", 1, record_events=record_events)
    for place in second:
        world.adopt(place, 1)
    world.organisation.recorded[:] = world.organisation.perceived[:] = 0.8
    world.place.recorded_memory[:] = 0.8
    return world


def figure(world: World, place: int, value: float) -> None:
    """The figure of a place is the mean of its six planned doors; the hospital does not count."""
    doors = slice(7 * place, 7 * place + 6)
    world.organisation.recorded[doors] = value
    world.organisation.recorded_weight[doors] = world.organisation.perceived_weight[doors] = 1e9  # it stays


def test_neighbours_on_a_ring():
    assert neighbours(0, 8) == [1, 2, 6, 7]
    assert neighbours(1, 3) == [0, 2]
    assert neighbours(0, 2) == [1]
    assert neighbours(0, 1) == []


def test_regimes_start_in_turn_round_the_ring():
    assert starting_regimes({0: 0.5, 1: 0.5}, 6).tolist() == [0, 1, 0, 1, 0, 1]
    assert starting_regimes({0: 0.75, 1: 0.25}, 8).tolist().count(1) == 2
    assert starting_regimes({0: 1.0}, 3).tolist() == [0, 0, 0]


def test_a_better_figure_next_door_is_adopted_in_part():
    world = town(8, second=(3,))
    figure(world, 3, 0.9)
    before, theirs = world.levers[2].copy(), world.levers[3].copy()
    world.step()
    assert world.place.regime.tolist() == [0, 1, 1, 1, 1, 1, 0, 0], "those who see place 3 follow it"
    np.testing.assert_allclose(world.levers[2], before + 0.6 * (theirs - before), rtol=1e-12)
    assert theirs[STAKES] < world.levers[2, STAKES] < before[STAKES]
    assert before[DISCRETION] < world.levers[2, DISCRETION] < theirs[DISCRETION]
    assert (world.place.regime_since[[1, 2, 4, 5]] == 0).all()


def test_a_difference_too_small_to_see_moves_nobody():
    world = town(8, second=(3,))
    figure(world, 3, 0.819)
    world.step()
    assert world.place.regime.sum() == 1


def test_the_hospital_is_not_in_the_figure():
    world = town(8, second=(3,))
    world.organisation.recorded[7 * 3 + 6] = 1.0
    world.step()
    assert world.place.regime.sum() == 1


def test_a_better_figure_under_the_same_regime_moves_nobody():
    world = town(8, second=(3,))
    figure(world, 2, 0.99)
    figure(world, 3, 0.99)
    world.place.recorded_memory[3] = 0.99
    world.step()
    # the best neighbour of 1 and 4 is place 2 or 3, whichever row comes first where figures are equal
    assert world.place.regime[0] == 0
    assert world.place.regime[3] == 1


def test_adoption_by_chance():
    world = town(100, second=tuple(range(0, 100, 4)), adoption=0.35)
    for place in range(0, 100, 4):
        figure(world, place, 0.9)
    world.step()
    others = [p for p in range(100) if p % 4]
    assert near(world.place.regime[others].sum(), 75, 0.35)


def test_a_young_regime_whose_figure_dips_is_dropped():
    for age, dropped in ((1, True), (3, False)):
        world = town(8, second=(3,), adoption=0.0)
        world.now = 4 * YEAR
        world.place.regime_since[:] = world.now - age * YEAR
        world.place.recorded_memory[3] = 0.85
        world.step()
        assert (world.place.regime[3] == 0) == dropped
        assert world.place.regime[[0, 1, 2, 4, 5]].sum() == 0, "others have not dipped"


def test_a_dip_too_small_to_see_kills_nothing():
    world = town(8, second=(3,), adoption=0.0)
    world.place.recorded_memory[3] = 0.815
    world.step()
    assert world.place.regime[3] == 1


def test_reviews_come_once_a_year_and_remember_the_figure():
    world = town(8, second=(3,), adoption=0.0)
    world.step()
    figure(world, 1, 0.6)
    world.step(YEAR - 1)
    assert world.place.recorded_memory[1] == pytest.approx(0.8)
    assert world.place.regime[1] == 0
    world.step()
    assert world.place.recorded_memory[1] == pytest.approx(0.6)


def test_places_decide_at_once_by_what_they_saw_before():
    """Two neighbours that see each other's better figure cannot both be right; each decides on the same figures."""
    world = town(2, second=(1,))
    figure(world, 0, 0.7)
    figure(world, 1, 0.9)
    world.place.recorded_memory[:] = 0.7, 0.9
    world.step()
    assert world.place.regime.tolist() == [1, 1]


@pytest.mark.parametrize("case", ["one regime", "switched off"])
def test_nothing_spreads_with_one_regime_or_switched_off(case):
    world = town(8, second=(3,) if case == "switched off" else (), on=case != "switched off")
    figure(world, 3, 0.99)
    before = world.levers.copy()
    world.step(2 * YEAR)
    np.testing.assert_array_equal(world.levers, before)


def test_a_change_of_regime_is_noted():
    world = town(8, second=(3,), record_events=True)
    figure(world, 3, 0.9)
    world.step()
    log = world.event_log.to_frame()
    assert (log["kind"] == "regime_changed").sum() == 4
    assert sorted(log["detail"]) == [1, 2, 4, 5]


# -- what a commissioner sees -----------------------------------------------------------------------------------------


def test_what_is_seen_by_hand():
    world = town(4, sees_recorded=0.5, sees_perceived=0.3, sees_crises=0.2)
    figure(world, 1, 0.9)
    world.organisation.perceived[7 * 2:7 * 2 + 6] = 0.6
    world.place.crises[:] = 3, 5, 4, 4  # of 400 people each: 4 in the mean
    np.testing.assert_allclose(figures(world), [0.64 + 0.2 * 0.25, 0.69 - 0.2 * 0.25, 0.58, 0.64], rtol=1e-12)


def test_weights_are_shares_of_their_sum():
    one, other = town(4, sees_recorded=0.5, sees_perceived=0.3), town(4, sees_recorded=1.0, sees_perceived=0.6)
    for world in (one, other):
        figure(world, 1, 0.9)
    np.testing.assert_allclose(figures(one), figures(other), rtol=1e-12)


@pytest.mark.parametrize("weight", [0.3, 1.0])
def test_with_all_weight_on_the_record_it_is_the_record_to_the_bit(weight):
    world = town(4, sees_recorded=weight)
    world.organisation.recorded[:] = np.random.default_rng(1).random(28)
    world.place.crises[:] = 1, 2, 3, 4
    np.testing.assert_array_equal(figures(world), world.organisation.recorded.reshape(-1, 7)[:, :-1].mean(axis=1))


def test_who_sees_nothing_follows_nobody():
    world = town(8, second=(3,), sees_recorded=0.0)
    figure(world, 3, 0.99)
    world.place.recorded_memory[:] = figures(world)
    world.step()
    assert world.place.regime.sum() == 1


def test_places_without_a_crisis_look_alike():
    world = town(4, sees_recorded=0.0, sees_crises=1.0)
    assert figures(world).tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(("recorded", "followers"), [(1.0, 0), (0.5, 4)])
def test_a_pilot_that_only_surveys_show_is_followed_where_surveys_are_seen(recorded, followers):
    """Pattern 20, both ways: the record is a little worse there, what people say is much better."""
    world = town(8, second=(3,), sees_recorded=recorded, sees_perceived=1.0 - recorded)
    figure(world, 3, 0.79)
    world.organisation.perceived[7 * 3:7 * 3 + 6] = 0.9
    world.step()
    assert world.place.regime.sum() == 1 + followers


def test_a_pilot_dies_of_a_dip_in_the_record_unless_something_else_is_seen():
    """Pattern 20, both ways."""
    for sees_crises, lives in ((0.0, False), (0.5, True)):
        world = town(8, second=(3,), adoption=0.0, sees_recorded=1.0 - sees_crises, sees_crises=sees_crises)
        world.place.recorded_memory[:] = figures(world)
        figure(world, 3, 0.75)
        world.place.crises[:] = 10
        world.place.crises[3] = 8
        world.step()
        assert (world.place.regime[3] == 1) == lives


def test_crises_are_counted_from_review_to_review():
    world = town(4, sees_crises=1.0)
    world.place.crises[:] = 5
    world.step()
    assert (world.place.crises == 0).all()
    world.place.crises[:] = 5
    world.step(YEAR - 1)
    assert (world.place.crises == 5).all(), "nobody falls ill here, and nobody reviews"


def test_the_share_of_places_under_the_regime_of_the_run():
    world = town(8, second=(3,), adoption=1.0)
    figure(world, 3, 0.9)
    world.step(2)
    series = outcomes.series(world.totals())["own_regime"]
    assert series.tolist() == [7 / 8, 3 / 8], "a review at the end of a tick counts from the next"
