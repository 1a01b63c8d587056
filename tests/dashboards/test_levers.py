"""Boards and knobs: what they are given follows a choice, and what comes back from a browser is checked."""

from __future__ import annotations

import math

import pytest

from dashboards import boards
from dashboards.choice import Choice, ChoiceError, Slot
from dashboards.instruments import knobs, levers
from simulation import front
from simulation.levers import LEVERS
from simulation.register import parameters


@pytest.fixture(scope="module")
def choice() -> Choice:
    return boards.filled(Choice())


def test_the_board_has_six_rows_and_a_column_for_every_slot(choice):
    board = boards.lever_board(choice)
    assert len(board["questions"]) == 6 and len(board["slots"]) == 2
    assert levers.check(board) is board
    assert all(at["value"] == at["start"] for row in board["questions"] for at in row["slots"])


def test_a_move_sets_exactly_the_levers_of_its_question(choice):
    moved = boards.move(choice, {"slot": 1, "question": "learns", "value": 0.25, "n": 1})
    name = choice.slots[1].regime
    before, after = (c.scenario_of().regimes[name].levers for c in (choice, moved))
    wanted = front.moved(front.BY_QUESTION["learns"], 0.25)
    assert {lever: after[lever] for lever in wanted} == pytest.approx(wanted)
    assert all(before[lever] == after[lever] for lever in before if lever not in wanted)
    at = boards.lever_board(moved)["questions"][2]["slots"]
    assert at[1]["value"] == pytest.approx(0.25) and at[1]["exact"] and at[0]["value"] == at[0]["start"]


def test_back_where_it_was_is_no_change(choice):
    slot = choice.slots[0]
    came = choice.scenario_of().regimes[slot.regime].levers
    moved = boards.with_levers(choice, 0, {"stakes": 0.5})
    assert moved.slots[0].levers == {"stakes": 0.5}
    assert boards.with_levers(moved, 0, {"stakes": came["stakes"]}) == choice


@pytest.mark.parametrize("moved", [{}, {"slot": 2, "question": "learns", "value": 0.5},
                                   {"slot": True, "question": "learns", "value": 0.5},
                                   {"slot": 0, "question": "nothing", "value": 0.5},
                                   {"slot": 0, "question": ["learns"], "value": 0.5},
                                   {"slot": 0, "question": "learns", "value": 1.5},
                                   {"slot": 0, "question": "learns", "value": "half"},
                                   {"slot": 0, "question": "learns", "value": math.nan}])
def test_a_move_from_a_browser_may_hold_anything(choice, moved):
    with pytest.raises(ChoiceError):
        boards.move(choice, moved)


def test_every_parameter_and_lever_is_on_the_knobs_once(choice):
    groups = boards.knob_groups(choice)
    knobs.check(groups)
    rows = [row for group in groups for row in group["rows"]]
    assert len(rows) == len(parameters()) + 2 * len(LEVERS)
    graded = [row for row in rows if row["grade"]]
    assert len(graded) == len(parameters()) and all(row["source"] for row in graded)


def test_knobs_there_and_back(choice):
    changed = {"need.growth": 0.05, "0.stakes": 0.4, "1.audit": 0.9}
    new = boards.set_knobs(choice, changed)
    assert boards.knob_changes(new) == changed
    scenario = new.scenario_of()
    assert scenario.parameters["need"]["growth"] == 0.05
    assert scenario.regimes[new.slots[0].regime].levers["stakes"] == 0.4
    assert boards.set_knobs(new, {}) == choice


@pytest.mark.parametrize("changed, says", [
    ({"need.growth": 99}, "out of range"), ({"need.nothing": 1}, "unknown parameter"), ({"7.stakes": 1}, "no lever"),
    ({"0.nothing": 1}, "no lever"), ({"need.growth": "much"}, "finite number"), ({"need.growth": math.inf}, "finite"),
    ({"../../x": 1}, "no assumption"), ({str(n): 1 for n in range(501)}, "too many")])
def test_knobs_from_a_browser_may_hold_anything(choice, changed, says):
    with pytest.raises(ChoiceError, match=says):
        boards.set_knobs(choice, changed)


def test_four_columns_fit_on_a_board():
    slots = tuple(Slot(regime=name) for name in ("hybrid", "benchmarking", "hybrid", "laissez-faire"))
    board = boards.lever_board(Choice(slots=slots))
    assert [slot["letter"] for slot in board["slots"]] == list("ABCD")
