"""Relationships alone: ties fade, begin by meeting and by introduction, and are always held at both ends."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.columns import MAX_TIES
from simulation.levers import CONVENERS
from simulation.mechanisms.relationships import tie_after
from simulation.parameters import WEEKS_PER_YEAR
from simulation.relating import drop, link, part, position, room, strengthen
from simulation.vocabulary import NOBODY
from tests.mechanisms.alone import CERTAIN, alone, blank, counted, near, posts, summed, tie, ties_are_symmetrical

MENTAL, HOUSING = 1, 3
QUIET = {"fading": 0.0, "forgotten": 0.06, "time_gain": 0.0, "meeting": 0.0, "team": 0.0, "introductions": 0.0,
         "introduced_trust": 0.35, "landscape": 52.0, "shared_need": 0.15}


def relating(levers=None, people: int = 400, staff=None, seed: int = 1, **numbers: float):
    population = {f"staff_{kind}": each for kind, each in (staff or {}).items()}
    return blank(alone("relationships", people=people, seed=seed, horizon="4 years",
                       levers={"relationship_time": 0.0, "conveners": 0.0, **(levers or {})},
                       parameters={"relationships": {**QUIET, **numbers}, "population": population}))


def number_of_ties(world) -> int:
    return int((world.staff.tie != NOBODY).sum()) // 2


# -- the ties themselves ----------------------------------------------------------------------------------------------


@pytest.fixture
def ties():
    return np.full((20, MAX_TIES), NOBODY, np.int32), np.zeros((20, MAX_TIES), np.float32)


def test_a_tie_is_made_and_dropped_at_both_ends(ties):
    assert link(*ties, 3, 8, 0.5)
    assert position(ties[0], 3, 8) == position(ties[0], 8, 3) == 0
    assert ties[1][3, 0] == ties[1][8, 0] == 0.5
    assert not link(*ties, 8, 3, 0.9), "they are tied already"
    assert not link(*ties, 4, 4, 0.9), "nobody is tied to themselves"
    drop(*ties, 8, 3)
    assert (ties[0] == NOBODY).all()
    assert (ties[1] == 0).all()


def test_the_weakest_tie_gives_way_to_a_stronger_one(ties):
    for other in range(1, 13):
        assert link(*ties, 0, other, 0.2 + 0.05 * other)
    assert room(*ties, 0, 0.25) == -1, "a tie no stronger than the weakest finds no room"
    assert not link(*ties, 0, 15, 0.25)
    assert link(*ties, 0, 15, 0.3)
    assert position(ties[0], 0, 1) == position(ties[0], 1, 0) == -1
    assert position(ties[0], 15, 0) == 0
    assert (ties[0][0] != NOBODY).sum() == MAX_TIES


def test_a_kept_promise_and_a_parting(ties):
    link(*ties, 0, 1, 0.5)
    link(*ties, 2, 1, 0.4)
    strengthen(*ties, 1, 0, 0.06)
    strengthen(*ties, 0, 2, 0.06)
    assert ties[1][0, 0] == ties[1][1, 0] == np.float32(0.53)
    assert ties[1][2, 0] == np.float32(0.4)
    part(*ties, 1)
    assert (ties[0] == NOBODY).all()


# -- fading and meeting -----------------------------------------------------------------------------------------------


def test_a_tie_for_one_tick_by_hand():
    # 0.4 - 0.01 * 0.4 + 0.35 * 0.04 * 0.6
    assert tie_after(0.4, 0.04, 0.01, 0.35) == pytest.approx(0.4044)


def test_ties_fade_alike_at_both_ends_and_are_forgotten():
    world = relating(fading=0.1 * WEEKS_PER_YEAR)
    a, b, c = posts(world, HOUSING)[0], posts(world, MENTAL)[0], posts(world, 0)[0]
    tie(world, a, b, 0.4)
    tie(world, c, a, 0.07)
    world.step()
    assert world.staff.tie_trust[a, 0] == world.staff.tie_trust[b, 0] == pytest.approx(0.36)
    assert number_of_ties(world) == 2
    world.step()
    # 0.07 * 0.9 * 0.9 = 0.0567 is below 0.06
    assert number_of_ties(world) == 1
    assert (world.staff.tie[c] == NOBODY).all()
    assert ties_are_symmetrical(world)


def test_time_for_colleagues_keeps_ties():
    world = relating({"relationship_time": 0.04}, fading=0.5, time_gain=0.35)
    a, b = posts(world, HOUSING)[0], posts(world, MENTAL)[0]
    tie(world, a, b, 0.3)
    for _ in range(200):
        world.step()
    # balance of gain 0.014 and fading 0.5 / 52.18 a week: 0.014 / (0.014 + 0.00958)
    assert world.staff.tie_trust[a, 0] == pytest.approx(0.5937, abs=0.005)


def test_people_of_other_organisations_are_met_in_the_time_there_is_for_it():
    world = relating({"relationship_time": 0.1}, staff={"hospital": 200.0, "housing": 200.0}, people=10_000,
                     meeting=3.0)
    world.step()
    n = len(world.staff.tie)
    # about everybody meets somebody with 1 - exp(-0.3); a meeting within the own organisation does not count
    shares = np.array([len(posts(world, o)) for o in range(7)]) / n
    p = (1 - math.exp(-0.3)) * (1 - (shares ** 2).sum())
    assert near(number_of_ties(world), n, p)
    here = world.staff.organisation
    for a, j in np.argwhere(world.staff.tie != NOBODY):
        assert here[a] != here[world.staff.tie[a, j]]
    assert ties_are_symmetrical(world)


def test_colleagues_of_one_team_meet_anyway():
    world = relating(team=CERTAIN)
    world.step()
    here = world.staff.organisation
    tied = np.argwhere(world.staff.tie != NOBODY)
    assert len(tied) > 0
    assert all(here[a] == here[world.staff.tie[a, j]] for a, j in tied)
    assert set(world.staff.tie_trust[world.staff.tie != NOBODY]) == {np.float32(0.3)}


def test_nobody_meets_a_vacant_post():
    world = relating({"relationship_time": 0.1, "conveners": 100.0}, meeting=CERTAIN, team=CERTAIN,
                     introductions=CERTAIN)
    world.staff.vacant_until[posts(world, HOUSING)] = 50
    for _ in range(20):
        world.step()
    assert (world.staff.tie[posts(world, HOUSING)] == NOBODY).all()
    assert not np.isin(world.staff.tie, posts(world, HOUSING)).any()


def test_after_years_of_meeting_and_fading_every_tie_is_the_same_at_both_ends():
    world = relating({"relationship_time": 0.05, "conveners": 50.0}, staff={"hospital": 100.0}, people=1_000,
                     fading=2.0, time_gain=0.35, meeting=5.0, team=0.2, introductions=3.0)
    for _ in range(150):
        world.step()
    assert number_of_ties(world) > 30
    assert ties_are_symmetrical(world)
    full = (world.staff.tie != NOBODY).sum(axis=1)
    assert full.max() <= MAX_TIES


# -- conveners --------------------------------------------------------------------------------------------------------


def test_a_convener_introduces_people_of_two_organisations():
    world = relating({"conveners": 25.0}, introductions=CERTAIN)
    assert len(world.convener.place) == 1
    for _ in range(30):
        world.step()
    made = int(world.convener.introductions[0])
    assert made == number_of_ties(world) == summed(world, "introductions") > 10
    here = world.staff.organisation
    for a, j in np.argwhere(world.staff.tie != NOBODY):
        assert here[a] != here[world.staff.tie[a, j]]
    assert set(world.staff.tie_trust[world.staff.tie != NOBODY]) == {np.float32(0.35)}


def test_a_convener_who_knows_the_landscape_introduces_those_who_share_people():
    """Everybody is known by one worker and needs somebody of every other domain: that worker is in every new tie."""
    world = relating({"conveners": 25.0}, introductions=CERTAIN)
    knower = posts(world, 0)[1]
    world.person.known_by[:] = knower
    world.person.need[1:] = 0.5
    world.convener.landscape[0] = 1.0
    world.step(20)
    tied = world.staff.tie[knower][world.staff.tie[knower] != NOBODY]
    assert number_of_ties(world) == len(tied) > 3
    assert (world.staff.organisation[tied] > 0).all()


def test_a_convener_new_to_the_landscape_introduces_whoever_they_happen_to_know():
    world = relating({"conveners": 25.0}, introductions=CERTAIN, landscape=1e12)
    world.person.known_by[:] = posts(world, 0)[1]
    world.person.need[1:] = 0.5
    world.step(20)
    assert number_of_ties(world) > (world.staff.tie[posts(world, 0)[1]] != NOBODY).sum()


def test_the_landscape_takes_a_year_to_learn_and_is_lost_with_the_post():
    world = relating({"conveners": 25.0})
    world.step()
    assert world.convener.active[0] == 1
    assert world.convener.landscape[0] == pytest.approx(1 / 52)
    for _ in range(51):
        world.step()
    assert world.convener.landscape[0] == pytest.approx(1 - (51 / 52) ** 52, abs=1e-5)
    world.levers[0, CONVENERS] = 0.0
    world.step()
    assert world.convener.active[0] == 0
    assert world.convener.landscape[0] == 0


def test_part_of_a_convener_introduces_in_part_of_the_weeks():
    world = relating({"conveners": 10.0}, people=1_000, staff={"hospital": 200.0, "housing": 200.0},
                     introductions=1.0, landscape=1e12)
    assert len(world.convener.place) == 1
    for _ in range(100):
        world.staff.tie[:] = NOBODY
        world.staff.tie_trust[:] = 0
        world.step()
    rows = np.array([len(posts(world, o)) for o in range(7)])
    two = 1 - ((rows / rows.sum()) ** 2).sum()
    # ten for every 10,000 is one for a thousand: 1 - exp(-1) a week, where two of different organisations are drawn
    assert near(summed(world, "introductions"), 100, (1 - math.exp(-1)) * two)


def test_no_conveners_no_introductions():
    world = relating({"conveners": 0.0}, introductions=CERTAIN)
    world.step()
    assert number_of_ties(world) == 0
    assert counted(world, "introductions") == 0
