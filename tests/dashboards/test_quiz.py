"""The quiz keeps its secret until the end, deals the same letters for the same number, and counts how a vote moves."""

from __future__ import annotations

import json
from dataclasses import replace

import ipywidgets
import numpy as np
import pytest
import reacton

from dashboards import quizzing
from dashboards.choice import Choice
from dashboards.pages import quiz
from dashboards.quizzing import CLUES, LETTERS
from dashboards.rooms import Rooms, Shown
from simulation.comparison import Comparison, compare
from simulation.outcomes import BY_NAME
from simulation.scenario import load

SECRET = tuple(load(quizzing.SCENARIO).compare)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(Choice.of(load(quizzing.SCENARIO)).model_copy(update={"people": 600, "years": 1.0}).scenario_of(),
                   pairs=2)


@pytest.mark.parametrize("order", [0, 1, 7, 9_999])
def test_a_deal_is_the_same_everywhere_and_loses_no_world(order):
    assert quizzing.dealt(order, 4) == quizzing.dealt(order, 4)
    assert sorted(quizzing.dealt(order, 4)) == [0, 1, 2, 3]


def test_the_first_deal_is_that_of_the_handout_and_others_differ():
    assert quizzing.dealt(0, 4) == (0, 1, 2, 3)
    assert len({quizzing.dealt(order, 4) for order in range(40)}) > 12


@pytest.mark.parametrize("text, order", [("3", 3), ("0", 0), ("", 0), ("-1", 0), ("99999", 0), ("²", 0), ("1e3", 0)])
def test_an_address_asks_for_a_deal(text, order):
    assert quizzing.order_of(text) == order


@pytest.mark.parametrize("order", [0, 3])
def test_the_masked_worlds_have_the_runs_of_the_worlds_behind_them(comparison, order):
    hidden = quizzing.masked(comparison, order)
    assert hidden.names == tuple(f"world-{letter.lower()}" for letter in LETTERS)
    for name, at in zip(hidden.names, quizzing.dealt(order, 4), strict=True):
        behind = comparison.names[at]
        np.testing.assert_array_equal(hidden.values(name, "need"), comparison.values(behind, "need"))
        assert all(run.regime == name for run in hidden.runs[name])
        assert dict(hidden.regimes[hidden.names.index(name)].levers) == dict(comparison.regimes[at].levers)


def shown(element) -> list[dict]:
    """The state of every widget that a browser is sent when the element is shown."""
    before = set(ipywidgets.widget._instances)
    _, context = reacton.render(element, handle_error=False)
    found = [w for key, w in ipywidgets.widget._instances.items() if key not in before]
    states = [w.get_state() for w in found]
    context.close()
    return states


def sent(element) -> str:
    return json.dumps(shown(element), default=str, ensure_ascii=False)


@pytest.mark.parametrize("step", range(len(CLUES)))
def test_no_clue_sends_a_name_a_title_or_a_summary(comparison, step):
    recording = quiz.Recording(quiz_progress(), None, lambda: None, lambda: None)
    text = sent(quiz.Clue(step, quizzing.masked(comparison, 3), recording)).lower()
    assert CLUES[step].title.lower() in text and "world a" in text
    scenario = load(quizzing.SCENARIO)
    for name in SECRET:
        for secret in (name, name.replace("-", " "), name.replace("-", "_"), str(scenario.regimes[name].summary)):
            assert secret.lower() not in text, secret
    later = [clue.row.lower() for clue in CLUES[step + 1:]]
    assert not [row for row in later if row in text]


def quiz_progress():
    from dashboards.telling.recording import Progress

    return Progress("done", 8, 8, 2, 2)


def test_the_unveiling_names_every_world(comparison):
    text = sent(quiz.Unveiled(3, (1, None, None, 3, None, None), ((),) * 6))
    for world in quizzing.unveiled(load(quizzing.SCENARIO), 3):
        assert world.name in text and world.summary in text
    assert "B, B, B, D, D" in text and text.count("You would live here") == 1


def test_what_the_room_is_told_names_no_world():
    for step in range(len(CLUES) + 1):
        told = Shown(**quizzing.shown(step))
        words = json.dumps(quizzing.shown(step)).lower()
        assert (told.number, told.of) == (step + 1, len(CLUES) + 1)
        assert not [name for name in SECRET if name in words or name.replace("-", " ") in words]
    assert Shown(**quizzing.shown(len(CLUES))).revealed


def test_the_table_of_clues_prints_the_means_with_their_unit(comparison):
    hidden = quizzing.masked(comparison, 0)
    row = quizzing.row(hidden, "recorded_performance", "Recorded")
    means = [100 * float(hidden.values(name, "recorded_performance").mean()) for name in hidden.names]
    assert row.values == tuple(f"{mean:.1f} %" for mean in means)
    assert (row.name, row.unit) == ("Recorded", "% within target")
    assert all(clue.outcome in BY_NAME for clue in CLUES) and set(quizzing.AFTER) <= set(BY_NAME)


def test_the_headline_fills_the_axis_from_nothing_to_all(comparison):
    hidden = quizzing.masked(comparison, 0)
    drawn = quiz.chart(hidden, CLUES[0])
    assert drawn["spec"]["y_domain"] == [0.0, 100.0]
    assert [line["label"] for line in drawn["spec"]["lines"]] == [f"World {letter}" for letter in LETTERS]


def test_the_levers_that_set_a_world_apart_are_those_that_most_do_not_share():
    scenario = load(quizzing.SCENARIO)
    regimes = [scenario.regimes[name] for name in scenario.compare]
    for world, regime in zip(quizzing.unveiled(scenario, 0), regimes, strict=True):
        apart = {name.replace(" ", "_") for name, _, _ in world.unlike}
        for lever, amount in regime.levers.items():
            same = sum(other.levers[lever] == amount for other in regimes)
            if same == 1:
                assert lever in apart, (world.name, lever)
            if same >= 3:
                assert lever not in apart, (world.name, lever)
    table = quizzing.levers_table(scenario, 3)
    differing = [name for name in regimes[0].levers if len({r.levers[name] for r in regimes}) > 1]
    assert len(table) == len(differing) and all(len(values) == 4 for _, values in table)


@pytest.mark.parametrize("before, now, says", [
    ((), (1, 0, 0, 0), ""), ((0, 0, 0, 0), (1, 0, 0, 0), ""), ((5, 0, 0, 1), (5, 0, 0, 1), "nobody moved"),
    ((5, 0, 0, 1), (3, 0, 0, 3), "A 5 to 3, D 1 to 3")])
def test_how_a_vote_moved_is_said(before, now, says):
    said = quizzing.moved(before, now)
    assert says in said and bool(says) == bool(said)


def test_one_visitors_way_keeps_the_last_vote():
    assert quizzing.own_way((None, 1, None, 3)) == "–, B, B, D"


def test_votes_of_the_room_are_kept_over_the_clues_and_closed_at_the_end():
    room = Rooms().open()
    number = room.ask(quizzing.QUESTION, quiz.OPTIONS)
    room.vote("first", number, 0)
    quiz._tell(room, 1)
    assert room.counts() == (1, 0, 0, 0) and room.poll is not None and room.poll.open
    room.vote("first", number, 3)
    quiz._tell(room, len(CLUES))
    assert room.counts() == (0, 0, 0, 1) and room.poll is not None and not room.poll.open
    quiz._tell(room, 2)
    assert room.poll is not None and room.poll.open and room.shown is not None and room.shown.number == 3


def test_voting_offers_four_worlds_and_marks_the_vote():
    states = [state for state in shown(quiz.Voting(2, lambda at: None, None, (), lambda: None, ""))
              if "aria-pressed" in state.get("attributes", {})]
    said = {state["children"][0]: state["attributes"]["aria-pressed"] for state in states}
    assert said == {"World A": "false", "World B": "false", "World C": "true", "World D": "false"}


def test_a_card_holds_a_few_levers(comparison):
    world = quizzing.unveiled(load(quizzing.SCENARIO), 0)[0]
    many = replace(world, unlike=tuple((f"lever {i}", "1", "2") for i in range(9)))
    assert quiz.unlike(many).endswith("and 5 more levers")
    assert quiz.unlike(replace(many, unlike=many.unlike[:5])).count("lever ") == 5
