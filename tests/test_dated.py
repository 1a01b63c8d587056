"""Dated events: what they change, for how long, and that everything comes back when they end."""

from __future__ import annotations

import pickle
from types import SimpleNamespace

import numpy as np
import pytest

import simulation
from simulation import tallies as T
from simulation.dated import Calendar, most_conveners
from simulation.engine import World
from simulation.levers import DISCRETION, LEVER_INDEX, RETRAINING, STAKES
from tests.worlds import counted, digest, small

ALONE = {"burn_in": 0.0}


def event(at: float, until: float | None = None, only: tuple[str, ...] = (), **change) -> SimpleNamespace:
    kinds = {"levers": None, "regime": None, "staffing": None, "surge": None}
    return SimpleNamespace(at=at, until=until, happens_to=lambda name: not only or name in only, **{**kinds, **change})


def dated(*events, regime: str = "targets", weeks: int = 12, **changes) -> World:
    """A small town with these events instead of the scenario's."""
    scenario = small(people=400, weeks=weeks, **changes)
    scenario = scenario.model_copy(update={"parameters": {"population": ALONE}})
    world = World(scenario, regime, 1)
    world._calendar = Calendar(SimpleNamespace(events=events), regime, world.tick_weeks)
    return world


def watched(world: World, read) -> list:
    """What `read(world)` gives during each tick of the run."""
    seen = []
    for _ in range(world.ticks):
        world.step()
        seen.append(read(world))
    return seen


def test_a_lever_moves_and_comes_back():
    world = dated(event(3, 7, levers={"stakes": 0.25, "retraining": 2.0}))
    usual, yearly = world.levers[0, STAKES], world.levers[0, RETRAINING]
    seen = watched(world, lambda w: (float(w.levers[0, STAKES]), float(w.levers[0, RETRAINING])))
    moved = (0.25, pytest.approx(2 / (365.25 / 7)))
    assert seen == [(usual, yearly)] * 3 + [moved] * 4 + [(usual, yearly)] * 5


def test_a_change_without_end_stays():
    world = dated(event(3, levers={"stakes": 0.25}))
    usual = world.levers[0, STAKES]
    assert watched(world, lambda w: float(w.levers[0, STAKES])) == [usual] * 3 + [0.25] * 9


def test_an_event_of_other_regimes_does_not_happen():
    world = dated(event(3, levers={"stakes": 0.25}, only=("hybrid",)))
    usual = world.levers[0, STAKES]
    assert watched(world, lambda w: float(w.levers[0, STAKES])) == [usual] * 12


@pytest.mark.parametrize(("first", "second", "expected"), [
    ((2, 6), (4, 9), [9, 9, 1, 1, 2, 2, 2, 2, 2, 9, 9, 9]),         # one ends while the other goes on
    ((2, 9), (4, 6), [9, 9, 1, 1, 2, 2, 1, 1, 1, 9, 9, 9]),         # one within the other
    ((2, 6), (4, None), [9, 9, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2]),      # the later one stays
    ((2, 6), (6, 9), [9, 9, 1, 1, 1, 1, 2, 2, 2, 9, 9, 9]),         # one follows the other
])
def test_events_that_overlap_give_back_what_was_before_both(first, second, expected):
    world = dated(event(*first, levers={"discretion": 0.1}), event(*second, levers={"discretion": 0.2}))
    usual = float(world.levers[0, DISCRETION])
    values = {1: 0.1, 2: 0.2, 9: usual}
    assert watched(world, lambda w: float(w.levers[0, DISCRETION])) == [values[code] for code in expected]


def test_cuts_and_surges_multiply_while_they_last():
    world = dated(event(1, 5, staffing={"all": 0.8}), event(3, 7, staffing={"housing": 0.5}),
                  event(3, 4, surge={"mental": 3.0, "all": 2.0}))
    seen = watched(world, lambda w: (w.staffing[0].tolist(), w.surge[0].tolist()))
    factors = [staffing for staffing, _ in seen]
    assert factors[0] == [1.0] * 7
    assert factors[2] == [0.8] * 7
    assert factors[4] == pytest.approx([0.8, 0.8, 0.8, 0.4, 0.8, 0.8, 0.8])
    assert factors[6] == [1.0, 1.0, 1.0, 0.5, 1.0, 1.0, 1.0]
    assert factors[8] == [1.0] * 7
    assert [surge for _, surge in seen] == [[1.0] * 6] * 3 + [[2.0, 6.0, 2.0, 2.0, 2.0, 2.0]] + [[1.0] * 6] * 8


def test_a_cut_takes_hours_and_a_surge_brings_needs():
    world = dated(event(3, 6, staffing={"all": 0.5}), event(6, 9, surge={"all": 20.0}))
    world.step(12)
    paid, onsets = counted(world)[:, T.HOURS_PAID], counted(world)[:, T.ONSETS]
    np.testing.assert_allclose(paid[3:6], 0.5 * paid[0])
    np.testing.assert_allclose(paid[6:], paid[0])
    assert onsets[6:9].min() > 3 * onsets[:6].max()


def test_a_regime_takes_over_and_goes():
    world = dated(event(3, 7, regime="hybrid"))
    names = watched(world, lambda w: w.regime_names[w.place.regime[0]])
    assert names == ["targets"] * 3 + ["hybrid"] * 4 + ["targets"] * 5
    target = small().regimes["targets"].levers["stakes"]
    assert world.levers[0, LEVER_INDEX["stakes"]] == target


def test_a_run_saved_in_the_middle_of_events_goes_on_as_if_it_had_not_been():
    scenario = simulation.load("town", set={
        "world.people": 400, "world.horizon": "12 weeks", "parameters.population.burn_in": "0 weeks",
        "events": [{"at": "2 weeks", "until": "8 weeks", "levers": {"stakes": "10 %"}, "says": "a pause"},
                   {"at": "3 weeks", "until": "9 weeks", "staffing": {"all": "80 %"}, "says": "a cut"},
                   {"at": "4 weeks", "until": "7 weeks", "regime": "hybrid", "says": "a pilot"}]})
    whole, half = World(scenario, "targets", 1), World(scenario, "targets", 1)
    whole.step(12)
    half.step(5)
    half = pickle.loads(pickle.dumps(half))
    forked = half.fork()
    half.step(7)
    forked.step(7)
    assert digest(half) == digest(whole) == digest(forked)


def test_the_most_conveners_that_any_event_gives():
    events = (event(1, levers={"conveners": 3.0}), event(2, levers={"stakes": 0.5}), event(3, regime="hybrid"))
    assert most_conveners(SimpleNamespace(events=events)) == 3.0
    assert most_conveners(SimpleNamespace(events=())) == 0.0
