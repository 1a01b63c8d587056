"""The six front levers: every lever in one place at most, ends from the library, there and back without a rest."""

from __future__ import annotations

import pytest

from simulation import front
from simulation.front import FRONT
from simulation.levers import LEVERS
from simulation.report import QUESTIONS
from simulation.scenario import load_regime, regime_library

BY_NAME = {lever.name: lever for lever in LEVERS}


def test_one_front_lever_for_each_question_in_order():
    assert [lever.question for lever in FRONT] == list(QUESTIONS)


def test_every_lever_is_moved_by_one_front_lever_at_most_and_of_its_own_question():
    moved = [(name, lever.question) for lever in FRONT for name in lever.ends]
    assert len({name for name, _ in moved}) == len(moved)
    assert all(BY_NAME[name].question == question for name, question in moved)
    assert not {"target_wait", "target_level"} & {name for name, _ in moved}, "the yardstick is the same for everybody"


@pytest.mark.parametrize("lever", FRONT, ids=lambda lever: lever.question)
def test_ends_are_the_lowest_and_highest_of_the_library(lever):
    library = [load_regime(name).levers for name in regime_library()]
    for name, ends in lever.ends.items():
        values = [levers[name] for levers in library]
        assert (min(ends), max(ends)) == (min(values), max(values)), name
        assert BY_NAME[name].low <= min(ends) < max(ends) <= BY_NAME[name].high


@pytest.mark.parametrize("lever", FRONT, ids=lambda lever: lever.question)
@pytest.mark.parametrize("value", [0.0, 0.05, 0.5, 0.873, 1.0])
def test_there_and_back(lever, value):
    found = front.position(lever, front.moved(lever, value))
    assert found.exact and found.value == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("name", sorted(regime_library()))
def test_every_regime_of_the_library_has_a_place(name):
    levers = load_regime(name).levers
    assert all(0 <= front.position(lever, levers).value <= 1 for lever in FRONT)


def test_a_mix_of_its_own_is_the_nearest_point():
    lever = FRONT[1]
    (a, (a0, a1)), (b, (b0, _)) = lever.ends.items()
    found = front.position(lever, {a: a1, b: b0})
    assert not found.exact and found.value == pytest.approx(0.5)
    assert a0 != a1


@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan")])
def test_outside_is_refused(value):
    with pytest.raises(ValueError, match="accepted: 0 to 1"):
        front.moved(FRONT[0], value)
