"""Axes of a map: paths, units, steps, and what is said when one of them is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.axes import Axis, AxisError, read_axis, settable, with_values
from simulation.scenario import load

TOWN = load("town")


def posts(times, without=()):
    """Posts for every 10,000 people, as a label."""
    there = [s for s in settable(TOWN).values() if s.path.startswith("population.staff_") and s.path not in without]
    return f"{times * sum(s.value for s in there):.0f}"


@pytest.mark.parametrize(("text", "values", "labels"), [
    ("population.complexity_mean=4 %..64 %:6", (0.04, 0.16, 0.28, 0.4, 0.52, 0.64),
     ("4 %", "16 %", "28 %", "40 %", "52 %", "64 %")),
    ("complexity=0.04..0.64:3", (0.04, 0.34, 0.64), ("4 %", "34 %", "64 %")),
    ("parameters.population.complexity_mean=5 %,10 %,50 %", (0.05, 0.1, 0.5), ("5 %", "10 %", "50 %")),
    ("world.people=5000..20000:4", (5000, 10000, 15000, 20000), ("5,000", "10,000", "15,000", "20,000")),
    ("regimes.targets.stakes=0..1:3", (0.0, 0.5, 1.0), ("0 %", "50 %", "100 %")),
    ("money.value_hour=£20..£80 per hour:3", (20.0, 50.0, 80.0), ("20", "50", "80")),
    ("need.growth=1 % per week..9 % per week:3", (0.01, 0.05, 0.09), ("1", "5", "9")),
])
def test_values_labels_and_where_the_scenario_stands(text, values, labels):
    axis = read_axis(text, TOWN, "--x")
    assert axis.values == pytest.approx(values, rel=1e-12)
    assert axis.labels == labels
    own = settable(TOWN)[axis.paths[0]].value
    assert axis.home == pytest.approx(np.interp(own, values, range(len(values))))


def test_times_what_the_scenario_has():
    axis = read_axis("need.growth=0.5x..2x:4", TOWN, "--x")
    assert axis.relative and axis.values == (0.5, 1.0, 1.5, 2.0) and axis.labels == ("0.5×", "1×", "1.5×", "2×")
    assert axis.home == 1.0
    assert axis.steps[2]["need.growth"] == pytest.approx(1.5 * settable(TOWN)["need.growth"].value)


def test_half_a_person_is_nobody():
    with pytest.raises(AxisError, match="must rise"):
        read_axis("world.people=5000..5001:3", TOWN, "--x")


def test_the_unit_once_is_enough_and_steps_have_a_default():
    years = read_axis("world.horizon=1..6 years", TOWN, "--y")
    assert len(years.values) == 6 and years.labels == ("1", "2", "3", "4", "5", "6")
    assert years.title.endswith("years") and years.home == pytest.approx(4.0)
    assert years.written[1] == {"world.horizon": "2 years"}
    assert years.steps[4]["world.horizon"] == TOWN.world.horizon
    mixed = read_axis("world.horizon=26 weeks..1 year:2", TOWN, "--y")
    assert mixed.values == pytest.approx((26, 365.25 / 7))


def test_values_that_move_together():
    every = read_axis("capacity=0.5x..1.5x:3", TOWN, "--y")
    assert len(every.paths) == 7 and every.relative and every.home == 1.0
    practice = "population.staff_general_practice"
    assert every.steps[0][practice] == pytest.approx(settable(TOWN)[practice].value / 2)
    assert every.title == "Posts for every 10,000 people"
    assert every.labels == tuple(posts(times) for times in (0.5, 1, 1.5))
    front = read_axis("frontline=0.5x..1.5x:3", TOWN, "--y")
    assert set(every.paths) - set(front.paths) == {"population.staff_hospital"}
    assert front.labels[1] == posts(1, without=("population.staff_hospital",))
    waits = read_axis("regimes.*.target_wait=1 week,2 weeks,4 weeks", TOWN, "--x")
    assert set(waits.paths) == {f"regimes.{name}.target_wait" for name in TOWN.regimes}
    assert waits.home == 2.0 and set(waits.steps[0].values()) == {1.0}
    differ = read_axis("regimes.*.stakes=0..1:3", TOWN, "--x")
    assert differ.home is None, "the regimes differ in stakes, so the scenario is nowhere on this axis"


def test_off_the_axis_the_scenario_has_no_place():
    assert read_axis("complexity=40 %..60 %:3", TOWN, "--x").home is None


@pytest.mark.parametrize(("text", "words"), [
    ("complexity", "not of the form PATH=FROM..TO:STEPS"),
    ("=1..2", "not of the form"),
    ("complexty=1 %..2 %", "did you mean 'complexity'?"),
    ("population.complexity_meen=1 %..2 %", "did you mean 'population.complexity_mean'?"),
    ("complexity_mean=1 %..2 %", "belongs at population.complexity_mean"),
    ("regimes.targetz.stakes=0..1", "belongs at regimes.targets.stakes"),
    ("title=1..2", "unknown path 'title'"),
    ("population.*=1..2", "several units"),
    ("need.growth=1..2", "'1' has no unit"),
    ("need.growth=1..2 per wek", "did you mean 'per week'?"),
    ("need.growth=1..2 per week", "need.growth: '1 per week' is out of range; accepted 0 to 0.3 per week"),
    ("complexity=5 %", "needs FROM..TO"),
    ("complexity=60 %..4 %", "must rise"),
    ("complexity=4 %,4 %", "must rise"),
    ("complexity=4 %..60 %:1", "accepted 2 to 40"),
    ("complexity=4 %..60 %:41", "accepted 2 to 40"),
    ("complexity=4 %..60 %:six", "'six' is not a number of steps"),
    ("complexity=..60 %", "is not a share"),
    ("capacity=20..60", "write for example capacity=0.7x..1.45x"),
    ("capacity=0.01x..1x", "population.staff_general_practice: '0.01x' ("),
])
def test_what_is_wrong_is_said_with_the_option_and_the_fix(text, words):
    with pytest.raises(AxisError) as caught:
        read_axis(text, TOWN, "--x")
    said = str(caught.value)
    assert said.startswith("--x (") and words in said and "\n" not in said


def test_a_world_is_the_one_that_set_makes():
    x, y = (read_axis(text, TOWN, "--x") for text in ("complexity=4 %..64 %:6", "capacity=0.7x..1.45x:6"))
    horizon = read_axis("world.horizon=1..6 years:6", TOWN, "--y")
    lever = read_axis("regimes.targets.stakes=0..1:4", TOWN, "--x")
    for first, second, i, j in ((x, y, 1, 0), (x, y, 5, 4), (lever, horizon, 1, 2)):
        mine = with_values(TOWN, {**first.steps[i], **second.steps[j]})
        theirs = load("town", set={**first.written[i], **second.written[j]})
        assert mine.key == theirs.key and mine.key != TOWN.key
    assert mine.regimes["targets"].levers["stakes"] == pytest.approx(1 / 3)


def test_values_that_cannot_stand_together():
    with pytest.raises(AxisError, match="of paid hours; accepted at most 0.9"):
        with_values(TOWN, {"regimes.targets.reporting": 0.4, "regimes.targets.learning_time": 0.3,
                           "regimes.targets.relationship_time": 0.3})


def test_every_number_of_a_scenario_can_be_an_axis():
    there = settable(TOWN)
    assert {"world.people", "world.horizon", "need.growth", "regimes.targets.audit"} <= set(there)
    assert there["regimes.targets.audit"].value == TOWN.regimes["targets"].levers["audit"]
    changed = settable(load("linked-needs"))
    assert changed["population.complexity_mean"].value == 0.36, "as the scenario has it"


def test_an_axis_can_be_kept_and_read_again():
    axis = read_axis("capacity=0.5x..1.5x:3", TOWN, "--y")
    again = Axis.from_dict(axis.to_dict())
    assert again.to_dict() == axis.to_dict() and again.values == axis.values
