"""The kept flip map on the page: every square can be loaded and is the world that was mapped."""

from __future__ import annotations

import json
from dataclasses import replace

import ipywidgets
import pytest
import reacton

from dashboards import flipworlds
from dashboards.choice import Choice, ChoiceError
from dashboards.instruments.squares import check
from dashboards.pages import flips
from dashboards.shipped import shipped
from simulation import flipmap
from simulation.axes import read_axis, with_values
from simulation.comparison import ComparisonError
from simulation.frontier import Cell, Frontier
from simulation.outcomes import BY_NAME
from simulation.scenario import load


@pytest.fixture(scope="module")
def kept() -> Frontier:
    found = flipworlds.kept()
    assert found is not None
    return found


def test_only_four_kept_files_can_be_asked_for():
    assert shipped("frontier")["regimes"]
    with pytest.raises(ValueError, match="recount, frontier, sensitivity, ablations"):
        shipped("../../pyproject")


def test_every_square_loads_the_world_that_was_mapped(kept):
    scenario = load(kept.about["name"])
    x, y = (read_axis(axis.text, scenario, "--x") for axis in (kept.x, kept.y))
    assert len(kept.cells) == 36
    for (i, j), cell in kept.cells.items():
        world = with_values(scenario, {**x.steps[i], **y.steps[j]})
        choice = Choice.from_token(flipworlds.choice_at(kept, (i, j)).token())
        built = choice.scenario_of()
        assert built.compare == kept.regimes
        assert [built.run_key(name) for name in kept.regimes] == [world.run_key(name) for name in kept.regimes]
        assert (built.seed, built.pairs) == (kept.seed, kept.pairs)
        if not flipworlds.doubts(kept):
            assert world.key == cell.key == built.key


def test_axes_of_time_people_and_levers_load_too(kept):
    scenario = load("town")
    first = kept.regimes[0]
    for text in ("world.horizon=1..6 years:4", "world.people=2000..8000:3", f"regimes.{first}.stakes=10 %..90 %:3",
                 "need.growth=0.5x..2x:4"):
        axis = read_axis(text, scenario, "--y")
        found = replace(kept, y=axis)
        for j in range(len(axis.values)):
            built = flipworlds.choice_at(found, (1, j)).scenario_of()
            world = with_values(scenario, {**read_axis(kept.x.text, scenario, "--x").steps[1], **axis.steps[j]})
            assert [built.run_key(n) for n in kept.regimes] == [world.run_key(n) for n in kept.regimes], (text, j)


@pytest.mark.parametrize("text, says", [("world.tick=1..2 weeks:2", "Explore cannot"),
                                        ("world.people=20000..90000:2", "beyond what one visitor")])
def test_what_the_dashboard_cannot_run_says_so(kept, text, says):
    axis = read_axis(text, load("town"), "--y")
    with pytest.raises(ChoiceError, match=says):
        flipworlds.choice_at(replace(kept, y=axis), (0, 1))


def test_an_axis_that_means_something_else_now_is_not_loaded(kept):
    with pytest.raises(ChoiceError, match="means something else"):
        flipworlds.choice_at(replace(kept, y=replace(kept.y, paths=kept.y.paths[:2])), (0, 0))


def test_a_map_of_another_model_or_another_town_says_so(kept):
    other = replace(kept, manifest={"versions": {"model": "0.9"}}, about={**kept.about, "key": "0" * 32})
    first, second = flipworlds.doubts(other)
    assert "version 0.9 of the model" in first and "changed since" in second


def test_the_outcomes_offered_are_those_kept_in_the_groups_of_the_flips(kept):
    grouped = flipworlds.outcomes(kept)
    assert sorted(name for names in grouped.values() for name in names) == sorted(kept.cells[0, 0].standings)
    together = {name for names in flipmap.flips(kept).values() for name in names}
    assert together >= {name for names in grouped.values() for name in names}
    with pytest.raises(ComparisonError, match="no outcome 'cost'"):
        flipworlds.on(kept, "cost")


def test_the_squares_say_what_the_table_says(kept):
    for outcome in kept.cells[0, 0].standings:
        here = flipworlds.on(kept, outcome)
        drawn = check(flips.spec(here))
        table = flipmap.table(here)
        for cell in drawn["cells"]:
            said = table.loc[here.y.labels[cell["row"]], here.x.labels[cell["column"]]]
            assert said.startswith(f"{cell['letter']} {cell['says']}".strip())
        assert {(c["column"], c["row"]) for c in drawn["cells"]} == set(kept.places)
        won = {name: sum(c["area"] == name for c in drawn["cells"]) for name in kept.regimes}
        assert won == dict(kept.counts[outcome])
        patterns = {c["area"]: c["pattern"] for c in drawn["cells"]}
        assert len(set(patterns.values())) == len(patterns)
        assert json.dumps(drawn, allow_nan=False)


def test_a_square_is_told_with_its_verdict_its_values_and_its_interval(kept):
    here = flipworlds.on(kept, kept.outcome)
    clear = next(found for found in here.standings().values() if found.winner)
    verdict, values, gap = flipworlds.standing_says(clear, here.outcome)
    assert verdict.startswith(BY_NAME[here.outcome].better.capitalize()) and clear.winner in verdict
    assert f"{clear.held_in} of {clear.pairs}" in verdict
    assert all(name in values for name in kept.regimes) and "95 % interval" in gap
    open_ = next(found for found in here.standings().values() if not found.winner)
    assert flipworlds.standing_says(open_, here.outcome)[0].startswith("Nobody can tell")
    inside = open_.low <= 0 <= open_.high
    assert ("interval holds zero" in flipworlds.standing_says(open_, here.outcome)[0]) is inside


def test_equal_and_empty_squares_are_told(kept):
    found = kept.cells[0, 0].standings[kept.outcome]
    equal = replace(found, verdict="equal", leader=None, rival=None)
    assert flipworlds.standing_says(equal, kept.outcome)[0] == "Every pair came out equal."
    nothing = replace(found, verdict="nothing", leader=None, rival=None)
    assert flipworlds.standing_says(nothing, kept.outcome) == ("There is no value to compare here.",)
    here = replace(kept, cells={(0, 0): Cell("", {kept.outcome: equal})})
    assert flipworlds.square_says(here, (0, 0)).endswith("nobody can tell")


def test_an_address_can_ask_for_an_outcome_and_a_square_and_nothing_else(kept):
    assert flips._asked(kept, {"outcome": "need", "square": "3,2"}) == ("need", (3, 2))
    for words in ({}, {"outcome": "nonsense", "square": "9,9"}, {"square": "-1,2"}, {"square": "²,1"},
                  {"square": "1" * 5000}):
        assert flips._asked(kept, words) == (kept.outcome, ())


@pytest.mark.parametrize("change, says", [({"cells": [{}]}, "lacks"), ({"columns": []}, "0 columns"),
                                          ({"x": 1}, "'x'")])
def test_squares_refuse_what_they_cannot_draw(kept, change, says):
    with pytest.raises(ValueError, match=says):
        check({**flips.spec(kept), **change})


def test_the_panel_explains_the_rule_until_a_square_is_pressed(kept):
    before = set(ipywidgets.widget._instances)
    _, context = reacton.render(flips.Square(kept, None), handle_error=False)
    found = [w.get_state() for key, w in ipywidgets.widget._instances.items() if key not in before]
    context.close()
    assert flipmap.rule(kept.pairs) in json.dumps(found, default=str, ensure_ascii=False)
