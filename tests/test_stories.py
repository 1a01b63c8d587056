"""Stories: what a step may say, what is said about a wrong one, and what every story of the catalogue has."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
from scenario_files import said, write

from simulation.outcomes import BY_NAME
from simulation.parameters import WEEKS_PER_YEAR
from simulation.scenario import Prediction, catalogue, json_schema, load, to_yaml
from simulation.scenario.story import regimes_told

SHIPPED = tuple(catalogue())
LONGEST_STORY = 60
"""Minutes: a workshop has an hour, and people come late."""


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty working folder, so that messages show file names alone."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def story(fields: str) -> str:
    return f"extends: town\nstory:\n- {{title: T, text: X, {fields}}}\n"


# -- what a step may say -----------------------------------------------------------------------------------------------


def test_a_step_with_everything(here):
    scenario = load(write(story(
        "show: [need, wait], regimes: [hybrid, targets], question: 'Where?', notes: Aside, minutes: 7, "
        "discuss: ['A?', 'B?'], "
        "predict: {how: draw, outcome: wait, regime: laissez-faire, after: 2 years}")))
    step = scenario.story[0]
    assert (step.minutes, step.discuss, step.regimes) == (7, ("A?", "B?"), ("hybrid", "targets"))
    assert step.predict is not None
    assert (step.predict.how, step.predict.outcome, step.predict.regime) == ("draw", "wait", "laissez-faire")
    assert step.predict.after == 2 * WEEKS_PER_YEAR
    assert step.lines(scenario) == ("hybrid", "targets", "laissez-faire"), "what is drawn is on the chart"
    assert regimes_told(scenario) == ("targets", "trust-and-learning", "hybrid", "laissez-faire")


def test_a_step_without_a_prediction_is_told_and_discussed(here):
    step = load(write(story("question: 'And you?'"))).story[0]
    assert (step.predict, step.minutes, step.discuss, step.regimes, step.show) == (None, None, (), (), ())
    assert step.lines(load("town")) == load("town").compare


def test_one_name_needs_no_list(here):
    step = load(write(story("show: need, regimes: hybrid, discuss: 'Why?'"))).story[0]
    assert (step.show, step.regimes, step.discuss) == (("need",), ("hybrid",), ("Why?",))


def test_a_choice_has_a_time(here):
    text = "show: need, question: Q, predict: {how: choose, outcome: need, over: year 2}"
    predict = load(write(story(text))).story[0].predict
    assert predict is not None and predict.window(5 * WEEKS_PER_YEAR) == (WEEKS_PER_YEAR, 2 * WEEKS_PER_YEAR)
    assert Prediction(how="choose", outcome="need").window(104) == (0, 104)


def test_no_field_says_which_answer_is_right():
    assert set(Prediction.model_fields) == {"how", "outcome", "regime", "after", "over"}


def test_predictions_survive_writing_and_are_in_no_key(here):
    for name in SHIPPED:
        scenario = load(name)
        again = load(write(to_yaml(scenario), f"{name}.yaml"))
        assert again.story == scenario.story and again.key == scenario.key
    assert load("town", set=["story[2].predict.over=year 4", "story[2].minutes=9"]).key == load("town").key


def test_the_schema_knows_predictions():
    accepts = jsonschema.Draft202012Validator(json_schema()).is_valid
    step = {"title": "x", "text": "x", "show": ["need"], "question": "q"}
    drawn = {"how": "draw", "outcome": "need", "regime": "targets", "after": "1 year"}

    def with_step(**fields: object) -> dict[str, object]:
        return {"extends": "town", "story": [{**step, **fields}]}

    assert accepts(with_step(predict=drawn, minutes=5, discuss=["Why?"], regimes="hybrid"))
    for wrong in ({"predict": {**drawn, "how": "guess"}}, {"predict": {**drawn, "outcome": "ned"}}, {"minutes": 0},
                  {"predict": {**drawn, "right": "targets"}}, {"predict": {**drawn, "after": 52}}, {"discuss": 3}):
        assert not accepts(with_step(**wrong)), wrong


# -- what is said about a wrong one ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fields", "problem"), [
    ("show: need, question: Q, predict: {how: drew, outcome: need, regime: targets}",
     "predict.how: unknown way to predict 'drew'; did you mean 'draw'? Accepted: draw, choose"),
    ("show: need, question: Q, predict: {outcome: need, regime: targets}",
     "predict.how: is missing; 'draw' the line of one regime, or 'choose' the regime under which the outcome is "
     "better."),
    ("show: need, question: Q, predict: {how: draw, outcome: ned, regime: targets}",
     "predict.outcome: unknown outcome 'ned'; did you mean 'need'?"),
    ("show: need, question: Q, predict: {how: draw, outcome: wait, regime: targets}",
     "predict.outcome: 'wait' is not on the chart of the step; accepted: need"),
    ("question: Q, predict: {how: choose, outcome: wait}",
     "predict.outcome: 'wait' is not on the chart of the step; accepted: nothing, because show is empty"),
    ("show: need, predict: {how: choose, outcome: need}",
     "predict: needs a 'question' that says what to predict"),
    ("show: need, question: Q, predict: {how: draw, outcome: need}",
     "predict.regime: is missing; 'draw' needs the regime whose line people draw"),
    ("show: need, question: Q, predict: {how: draw, outcome: need, regime: targts}",
     "predict.regime: unknown regime 'targts'; did you mean 'targets'? Accepted: targets, trust-and-learning, "
     "trust-alone, benchmarking, hybrid, lead-agency, laissez-faire"),
    ("show: need, question: Q, predict: {how: draw, outcome: need, regime: targets, over: year 1}",
     "predict.over: belongs to 'choose'; with 'draw', 'after' says where the drawing begins"),
    ("show: need, question: Q, predict: {how: draw, outcome: need, regime: targets, after: 5 years}",
     "predict.after: 5 years is not before the horizon of 5 years; something must be left to draw"),
    ("show: need, question: Q, predict: {how: draw, outcome: need, regime: targets, after: 52}",
     "predict.after: 52 has no unit; write a duration, such as '5 weeks' or '2 years'"),
    ("show: need, question: Q, predict: {how: choose, outcome: need, regime: targets}",
     "predict.regime: belongs to 'draw'; with 'choose' the options are the regimes of the step"),
    ("show: need, question: Q, predict: {how: choose, outcome: need, over: year 6}",
     "predict.over: 'year 6' ends after the horizon of 5 years"),
    ("show: need, question: Q, predict: {how: choose, outcome: need, over: later}",
     "predict.over: 'later' is not a time; accepted: 'whole run', 'last year', 'year 2', 'from 26 weeks to 1 year'"),
    ("show: pressure, question: Q, predict: {how: choose, outcome: pressure}",
     "predict.outcome: 'pressure' has no better direction, so that no regime does better at it; let people draw it, "
     "or choose about another outcome"),
    ("show: need, regimes: hybrid, question: Q, predict: {how: choose, outcome: need}",
     "predict.how: there is one regime to choose from; name two or more under 'regimes' of the step"),
    ("show: need, question: Q, predict: {how: choose, outcome: need, answer: targets}",
     "predict.answer: unknown key 'answer'; accepted here: how, outcome, regime, after, over"),
    ("show: need, question: Q, predict: {how: choose, outcom: need}",
     "predict.outcom: unknown key 'outcom'; did you mean 'story[1].predict.outcome'?"),
    ("show: need, question: Q, predict: targets",
     "predict: 'targets' is not a mapping; 'field: value' lines are needed"),
    ("regimes: [targets, hybird]", "regimes[2]: unknown regime 'hybird'; did you mean 'hybrid'? Accepted: targets, "
                                   "trust-and-learning, trust-alone, benchmarking, hybrid, lead-agency, laissez-faire"),
    ("regimes: [targets, targets]", "regimes: names a regime twice"),
    ("minutes: 0", "minutes: 0 is out of range; accepted 1 to 60"),
    ("minutes: 2.5", "minutes: 2.5 is not a whole number"),
    ("minutes: 5 minutes", "minutes: '5 minutes' is not a whole number"),
    ("discuss: ['A?', 3]", "discuss[2]: 3 is not text; put it in quotes if it is meant as text"),
    ("minuts: 5", "minuts: unknown key 'minuts'; did you mean 'story[1].minutes'?"),
])
def test_error_texts(here, fields, problem):
    assert problem in [re.sub(r"^mine\.yaml:3:\d+: story\[1\]\.", "", line) for line in said(write(story(fields)))]


def test_a_prediction_that_belongs_elsewhere_is_sent_there(here):
    assert said(write("extends: town\npredict: {how: draw}\nafter: 1 year\n")) == [
        "mine.yaml:2:1: predict: unknown key 'predict'; it belongs at story[1].predict",
        "mine.yaml:3:1: after: unknown key 'after'; it belongs at story[1].predict.after"]


def test_what_no_longer_fits_an_inherited_story_is_left_out(here):
    write(story("show: need, regimes: [targets, hybrid], question: Q, "
                "predict: {how: draw, outcome: need, regime: hybrid, after: 3 years}"), "p.yaml")
    fits = load("./p.yaml").story[0]
    assert load(write("extends: ./p.yaml\ntitle: Same\n")).story[0] == fits
    for other in (load(write("extends: ./p.yaml\nregimes: [targets, laissez-faire]\n")),
                  load("./p.yaml", set=["regimes=[targets, laissez-faire]"])):
        assert (other.story[0].predict, other.story[0].regimes) == (None, ())
        assert other.story[0].lines(other) == ("targets", "laissez-faire")
        assert other.story[0].question == fits.question
    for shorter in (load(write("extends: ./p.yaml\nworld: {horizon: 2 years}\n")),
                    load("./p.yaml", set=["world.horizon=2 years"])):
        assert (shorter.story[0].predict, shorter.story[0].regimes) == (None, fits.regimes)
    assert "story[1].predict.regime: unknown regime 'hybird'" in said(
        "./p.yaml", set=["story[1].predict.regime=hybird"])[0]


# -- the catalogue -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_every_scenario_tells_a_story_that_fits_a_workshop(name):
    scenario = load(name)
    steps = scenario.story
    assert 5 <= len(steps) <= 7
    assert sum(step.predict is not None for step in steps) >= 2
    assert all(step.show and step.minutes for step in steps)
    assert sum(step.minutes or 0 for step in steps) <= LONGEST_STORY
    assert sum(step.notes is not None for step in steps) > len(steps) / 2, "a facilitator has little to go by"
    assert any(step.discuss for step in steps)
    assert len({step.title for step in steps}) == len(steps)
    assert len(regimes_told(scenario)) <= 4, "more lines than a chart can hold"


@pytest.mark.parametrize("name", SHIPPED)
def test_every_prediction_is_about_a_line_on_the_chart(name):
    scenario = load(name)
    for step in scenario.story:
        predict = step.predict
        if predict is None:
            continue
        assert predict.outcome == step.show[0], f"{step.title}: the first chart is the one that is predicted"
        shown = step.regimes or scenario.compare
        if predict.how == "draw":
            assert predict.regime in shown, step.title
            changes = [event.at for event in scenario.events if event.happens_to(predict.regime) and event.at > 0]
            assert predict.after in changes[:1] or not changes, f"{step.title}: drawn from where something happens"
        else:
            assert len(shown) >= 2 and BY_NAME[predict.outcome].better != "neither", step.title


@pytest.mark.parametrize("name", SHIPPED)
def test_no_text_before_a_prediction_holds_a_verdict(name):
    """A weak guard, for slips: what is told before people predict does not say in how many pairs it holds."""
    for step in load(name).story:
        told = step.text.lower()
        assert step.predict is None or not re.search(r"(every|most|all) pairs?|nobody can tell", told), step.title
