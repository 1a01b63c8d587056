"""The command and the Python that a page offers make the figures that it shows."""

from __future__ import annotations

import shlex

import pytest

from dashboards import boards
from dashboards.choice import Choice
from dashboards.exploring import reproducing, side
from simulation.comparison import compare
from simulation.scenario import catalogue, load

MOVED = {"0.stakes": 0.35, "1.conveners": 0.25, "need.growth": 0.02}


def changed() -> Choice:
    """Everything that a visitor can change at once: levers, assumptions, world, shocks, a copy, one of the library."""
    choice = boards.set_knobs(Choice(people=600, years=1.5, pairs=2, seed=9), MOVED)
    choice = side.with_slot(choice, None, "hybrid")
    choice = boards.with_levers(choice, 2, {"audit": 0.77})
    choice = side.with_slot(choice, None, choice.slots[0].regime)
    return side.shocked(side.shocked(choice, "staff", 20), "conveners", 30)


def same_runs(choice: Choice, loaded) -> bool:
    wanted = choice.scenario_of()
    return all(loaded.run_key(name) == wanted.run_key(name) for name in wanted.compare if name in loaded.regimes)


def words(choice: Choice) -> list[str]:
    return shlex.split(reproducing.command(choice).replace("\\\n", " "))


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_scenario_as_a_link_opens_it(name):
    choice = boards.filled(Choice(scenario=name))
    given = reproducing.changes(choice)
    assert given == {}
    assert same_runs(choice, load(name, set=given))


@pytest.mark.parametrize("name", ["town", "shock", "four-worlds", "lead-agency"])
def test_a_shorter_run_with_a_shock_is_the_same_run(name):
    choice = side.shocked(boards.filled(Choice(scenario=name, years=0.75)), "surge", 10)
    assert same_runs(choice, load(name, set=reproducing.changes(choice)))


def test_the_command_says_all_that_was_changed():
    choice = changed()
    said = words(choice)
    assert said[:3] == ["regimes", "compare", "town"]
    given = [said[at + 1] for at, word in enumerate(said) if word == "--set"]
    loaded = load("town", set=given)
    assert same_runs(choice, loaded)
    names = said[said.index("--regimes") + 1].split(",")
    assert tuple(names) == choice.scenario_of().compare and set(names) <= set(loaded.regimes)
    assert said[said.index("--pairs") + 1] == "2" and said[said.index("--seed") + 1] == "9"


def test_a_regime_of_the_library_that_was_not_moved_needs_no_word():
    choice = side.with_slot(Choice(), None, "hybrid")
    assert reproducing.changes(choice) == {}
    assert "hybrid" in words(choice)[4]


def test_the_python_gives_the_same_figures():
    choice = changed()
    said: dict = {}
    exec(reproducing.python(choice).replace("print(found.table)", ""), said)
    scenario = choice.scenario_of()
    wanted = compare(scenario, pairs=scenario.pairs, seed=scenario.seed)
    assert said["found"].table.equals(wanted.table) and said["found"].names == wanted.names
