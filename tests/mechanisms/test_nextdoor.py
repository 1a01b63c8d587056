"""What crosses between neighbouring places, by hand; and that places touch only when they meet."""

from __future__ import annotations

import pickle
from collections import Counter

import numpy as np
import pytest

import simulation
from simulation import engine
from simulation.engine import World
from simulation.mechanisms.nextdoor import acquaint, forget, neighbours, next_door
from simulation.mechanisms.spread import fidelity
from simulation.parameters import WEEKS_PER_YEAR
from simulation.vocabulary import N_KINDS, NOBODY
from tests.mechanisms.alone import CERTAIN, alone, blank, counted, near, posts, tie
from tests.worlds import digest, stepped, with_switches

STAY = {"crossing": 0.0, "staff_next_door": 0.0, "leaders_next_door": 0.0}
CROSS = {"crossing": 0.5, "staff_next_door": 0.5, "leaders_next_door": 0.5}
QUIET = {"fading": 0.0, "forgotten": 0.06, "time_gain": 0.0, "meeting": 0.0, "team": 0.0, "introductions": 0.0}


def places(*mechanisms: str, number: int = 3, people: int = 0, levers=None, **tables) -> World:
    """Places in which nothing happens but what a test says; everybody alike."""
    parameters = {"spread": {**STAY, **tables.pop("spread", {})},
                  "relationships": {**QUIET, **tables.pop("relationships", {})}, **tables}
    world = blank(alone("spread", *mechanisms, people=people or 400 * number, places=number, parameters=parameters,
                        levers={"relationship_time": 0.0, "conveners": 0.0, **(levers or {})}))
    world.organisation.leader_since[:] = -1
    return world


def know(world: World, a: int, b: int, trust: float) -> None:
    world.staff.contact[a], world.staff.contact[b] = b, a
    world.staff.contact_trust[a] = world.staff.contact_trust[b] = trust


def real(number: int = 4, weeks: int = 40, people: int = 1_200, name: str = "neighbourhoods", **spread: float):
    """A whole world of several places, everything on."""
    return simulation.load(name, set={"world.people": people, "world.places": number, "world.horizon": f"{weeks} weeks",
                                      **{f"spread.{key}": value for key, value in spread.items()}})


# -- who is next door, and acquaintance -------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6, 9])
def test_next_door_is_every_neighbour_equally_often(number):
    for place in range(number):
        found = Counter(next_door(place, number, (i + 0.5) / 60) for i in range(60))
        assert sorted(found) == neighbours(place, number)
        assert len(set(found.values())) == 1


def test_one_contact_each_and_the_more_trusted_stays():
    contact, trust = np.full(6, NOBODY, np.int32), np.zeros(6, np.float32)
    assert acquaint(contact, trust, 0, 3, 0.25)
    assert not acquaint(contact, trust, 3, 0, 0.5), "they know each other"
    assert not acquaint(contact, trust, 0, 4, 0.25), "no stranger is trusted more than the contact there is"
    assert acquaint(contact, trust, 0, 4, 0.5)
    assert acquaint(contact, trust, 1, 2, 0.35)
    assert not acquaint(contact, trust, 1, 5, 0.35), "also where float32 rounds"
    forget(contact, trust, 2)
    assert contact.tolist() == [4, NOBODY, NOBODY, NOBODY, 0, NOBODY]
    assert trust.tolist() == [0.5, 0, 0, 0, 0.5, 0]
    forget(contact, trust, 4)
    forget(contact, trust, 1)
    assert (contact == NOBODY).all() and (trust == 0).all()


# -- conveners --------------------------------------------------------------------------------------------------------


def test_all_introductions_cross_or_none_does():
    for crossing in (0.0, 1.0):
        world = places("relationships", number=8, people=8 * 2_500, levers={"conveners": 4.0},
                       relationships={"introductions": CERTAIN}, spread={"crossing": crossing})
        world.step()
        staff, linked = world.staff, np.flatnonzero(world.staff.contact != NOBODY)
        assert (staff.tie != NOBODY).any() == (crossing == 0)
        assert counted(world, "introductions") == len(linked) / 2 + (staff.tie != NOBODY).sum() / 2 > 0
        assert world.convener.introductions.sum() == counted(world, "introductions")
        for a in linked:
            b = staff.contact[a]
            assert staff.contact[b] == a and staff.contact_trust[a] == staff.contact_trust[b] == np.float32(0.35)
            one, other = staff.organisation[a], staff.organisation[b]
            assert one % N_KINDS == other % N_KINDS
            assert other // N_KINDS in neighbours(one // N_KINDS, 8)
        assert (world.convener.reaching == 0).all()


def test_a_share_of_introductions_crosses():
    world = places("relationships", number=40, people=40 * 2_500, levers={"conveners": 4.0},
                   relationships={"introductions": CERTAIN}, spread={"crossing": 0.3})
    before = world.staff.contact.copy()
    world._run_block(world._blocks[0])
    first = world._blocks[0].last
    active = world.convener.place < first
    assert near(world.convener.reaching[active].sum(), int(active.sum()), 0.3)
    np.testing.assert_array_equal(world.staff.contact, before)


def test_a_contact_fades_as_a_tie_does_by_the_time_of_both_places():
    world = places("relationships", relationships={"fading": 0.1 * WEEKS_PER_YEAR, "time_gain": 0.5},
                   spread={"crossing": 0.1})
    a, b, c, d = posts(world, 1)[0], posts(world, 1 + N_KINDS)[0], posts(world, 2)[0], posts(world, 2 + N_KINDS)[0]
    know(world, a, b, 0.4)
    know(world, c, d, 0.06)
    world.set_levers({"relationship_time": 0.2}, place=1)
    world.step()
    # 0.4 - 0.1 * 0.4 + 0.5 * (0 + 0.2) / 2 * 0.6; the other: 0.06 - 0.006 + 0.05 * 0.94
    assert world.staff.contact_trust[a] == world.staff.contact_trust[b] == pytest.approx(0.39)
    assert world.staff.contact_trust[c] == pytest.approx(0.101)
    world.set_levers({"relationship_time": 0.0})
    world.step(6)
    assert world.staff.contact[c] == world.staff.contact[d] == NOBODY, "0.101 * 0.9^5 is below 0.06"
    assert world.staff.contact[a] == b


def test_a_contact_ends_with_the_post():
    world = places("relationships", spread={"crossing": 0.1})
    a, b = posts(world, 1)[0], posts(world, 1 + N_KINDS)[0]
    know(world, a, b, 0.4)
    world.staff.vacant_until[b] = 5
    world.step()
    assert world.staff.contact[a] == world.staff.contact[b] == NOBODY


# -- practice ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("success", "learning", "expected"), [(0.9, True, 0b100), (0.52, True, 0), (0.9, False, 0)])
def test_one_choice_is_copied_from_a_contact_who_does_clearly_better(success, learning, expected):
    world = places(*(["relationships", "learning"] if learning else ["relationships"]), spread={"crossing": 0.1},
                   levers={"peer_reflection": 1.0, "retraining": 0.0, "learning_time": 0.0},
                   learning={"copying": CERTAIN, "copy_margin": 0.02, "fading": 0.0, "drift": 0.0, "drift_nation": 0.0,
                             "revision": 0.0, "local_revision": 0.0})
    a, b = posts(world, 1)[0], posts(world, 1 + N_KINDS)[0]
    know(world, a, b, 1.0)
    world.staff.success[b] = success
    world.staff.practice[b] = np.uint64(0b100 << 10 | 0b1)  # one choice in the home domain, one outside it
    world.step()
    assert world.staff.practice[a] == np.uint64(expected << 10)
    assert world.staff.practice[b] == np.uint64(0b100 << 10 | 0b1), "who does better copies nothing"


def test_newcomers_from_next_door_bring_the_practice_there():
    world = places(number=2, people=2 * 30_000, spread={"staff_next_door": 0.4})
    here, there = slice(*world.staff_start[:2]), slice(*world.staff_start[1:3])
    world.staff.practice[there] = 7
    world.staff.solver[here], world.staff.solver[there] = 0.25, 0.75
    world.staff.vacant_until[here] = world.staff.joined[here] = world.now + 1
    world.step()
    came = world.staff.practice[here] == 7
    assert near(came.sum(), len(came), 0.4)
    np.testing.assert_array_equal(world.staff.solver[here] == 0.75, came)
    assert (world.staff.practice[there] == 7).all(), "who holds a post stays"
    before = world.staff.practice.copy()
    world.step()
    np.testing.assert_array_equal(world.staff.practice, before)


def test_leaders_change_places():
    world = places(number=2, spread={"leaders_next_door": 1.0})
    organisation, o, other = world.organisation, 3, 3 + N_KINDS
    organisation.mindset[:] = 0.5
    organisation.mindset[o], organisation.mindset[other] = 0.2, 0.9
    organisation.belief[o], organisation.belief[other] = 1, 2
    organisation.leader_since[o], organisation.leader_from[o] = world.now, posts(world, o)[0]
    world.step()
    assert (organisation.mindset[o], organisation.mindset[other]) == (0.9, 0.2)
    assert (organisation.belief[o], organisation.belief[other]) == (2, 1)
    assert organisation.leader_since[o] == organisation.leader_since[other] == 0
    assert organisation.leader_from[o] == organisation.leader_from[other] == NOBODY
    world.step()
    assert organisation.mindset[o] == 0.9, "nobody was appointed"


# -- regimes ----------------------------------------------------------------------------------------------------------


def test_a_regime_is_taken_over_more_fully_from_where_staff_know_staff():
    world = places(number=6, spread={"fidelity": 0.4, "fidelity_gain": 0.5})
    mine, theirs = np.arange(*world.staff_start[:2]), np.arange(*world.staff_start[2:4])
    assert fidelity(world, 0, 2) == 0.4
    for a, b in zip(mine[::2], theirs[::2], strict=True):
        know(world, a, b, 0.3)
    known = len(mine[::2]) / len(mine)
    assert fidelity(world, 0, 2) == fidelity(world, 2, 0) == pytest.approx(0.4 + 0.5 * known)
    assert fidelity(world, 0, 1) == 0.4


# -- promises ---------------------------------------------------------------------------------------------------------


def test_with_one_place_nothing_crosses_bit_for_bit():
    one, other = (stepped(real(1, weeks=20, people=800, name="town", **shares)) for shares in (STAY, CROSS))
    assert digest(one) == digest(other)


def test_with_shares_at_zero_and_one_regime_places_are_as_if_nothing_spread():
    scenario = real(weeks=30, name="town", **STAY)
    on, off = stepped(scenario), stepped(with_switches(scenario, spread=False))
    np.testing.assert_array_equal(on._history, off._history)
    for family in ("person", "staff", "organisation", "convener"):
        for column, values in on.columns[family].items():
            np.testing.assert_array_equal(values, off.columns[family][column], err_msg=column)


def test_people_who_cross_make_a_difference():
    assert digest(stepped(real(weeks=30, **STAY))) != digest(stepped(real(weeks=30, **CROSS)))


@pytest.mark.parametrize("threads", [1, 3])
def test_any_number_of_threads_and_any_resumption_give_the_same_bytes(monkeypatch, threads):
    monkeypatch.setattr(engine, "BLOCK_PEOPLE", 300)
    scenario = real(**CROSS, adoption=0.6)
    whole = stepped(scenario, threads=1)
    assert (whole.staff.contact != NOBODY).any()
    assert len(whole._blocks) == 4
    half = pickle.loads(pickle.dumps(stepped(scenario, ticks=15, threads=threads)))
    half.step(25)
    assert digest(half) == digest(whole)
    monkeypatch.setattr(engine, "BLOCK_PEOPLE", 20_000)
    assert digest(stepped(scenario)) == digest(whole), "blocks do not matter"


def test_crossings_are_noted_and_noting_changes_nothing():
    scenario = real(weeks=60, people=4_000, **CROSS)
    world, silent = stepped(scenario, record_events=True), stepped(scenario)
    assert digest(world) == digest(silent)
    log = world.event_log.to_frame()
    introduced = log[log["kind"] == "introduced"]
    place = world.staff.organisation // N_KINDS
    across = introduced[place[introduced["staff"]] != place[introduced["detail"]]]
    assert 0 < len(across) < len(introduced)
    assert (world.staff.organisation[across["staff"]] == across["organisation"]).all()


def test_ties_stay_within_a_place():
    world = stepped(real(weeks=40, people=4_000, **CROSS))
    for a, at in np.argwhere(world.staff.tie != NOBODY):
        b = world.staff.tie[a, at]
        assert world.staff.organisation[a] // N_KINDS == world.staff.organisation[b] // N_KINDS
    contact = world.staff.contact
    held = np.flatnonzero(contact != NOBODY)
    np.testing.assert_array_equal(contact[contact[held]], held)


def test_a_contact_takes_no_room_among_ties():
    world = places("relationships", spread={"crossing": 0.1})
    a, b, c = posts(world, 1)[0], posts(world, 1 + N_KINDS)[0], posts(world, 2)[0]
    tie(world, a, c, 0.5)
    know(world, a, b, 0.4)
    world.step()
    assert (world.staff.tie[a] != NOBODY).sum() == 1 and world.staff.contact[a] == b
