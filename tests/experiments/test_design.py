"""Designs: read strictly, complete, the same again from their own text; every slip where it was written."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import ValidationError
from typer.testing import CliRunner

from simulation.cli.app import app
from simulation.experiments.design import METHODS, Design
from simulation.experiments.designschema import DESIGN_FILE, design_json_schema
from simulation.experiments.reading import designs, load_design
from simulation.experiments.replications import Replications, Until
from simulation.experiments.varying import world_at
from simulation.mechanisms import TABLES
from simulation.scenario import ScenarioError, load, to_yaml
from simulation.scenario.catalogue import folder

SHIPPED = sorted(designs())
ALL_KINDS = """
title: Every way to vary
purpose: One factor of each kind.
scenario: town
set: {world.people: 5000, regimes.hybrid.stakes: 0.2}
regimes: [targets, hybrid]
method: latin hypercube
points: 12
vary:
  population.complexity_mean: {from: 4 %, to: 64 %}
  need.growth: {from: 0.5x, to: 2x, scale: log}
  world.people: [10000, 5000]
  switches.learning: [true, false]
  care.strength: believable
  need.acute: {triangular: ["8 % per year", 15 % per year, 24 % per year]}
  access.seek: {normal: [1.6 per week, 0.3 per week], from: 1 per week, to: 2 per week}
  regimes.*.target_wait: {from: 1 week, to: 1 month}
  capacity: [0.9x, 1.1x]
replications: {until: {outcome: need, half_width: 0.01}, start: 30, step: 10, at_most: 200}
seed: 7
luck: shared
series: first
outcomes: [need, deaths]
"""
START = "title: T\nscenario: town\nregimes: [targets, trust-and-learning]\n"


def wrote(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# -- what a design says --------------------------------------------------------------------------------------------


def test_a_file_says_everything(tmp_path):
    design = load_design(wrote(tmp_path / "kinds.yaml", ALL_KINDS))
    assert (design.name, design.method, design.points, design.seed, design.luck, design.series) == \
        ("kinds", "latin hypercube", 12, 7, "shared", "first")
    assert design.regime_names == ("targets", "hybrid") and design.outcomes == ("need", "deaths")
    assert design.replications.fixed is None
    assert design.replications.until == Until(outcome="need", half_width=0.01, start=30, step=10, at_most=200)
    assert [factor.shape for factor in design.factors] == [
        "uniform", "log", "levels", "levels", "uniform", "triangular", "normal", "uniform", "levels"]
    assert (design.size, design.runs_asked) == (12, 12 * 2 * 200)
    assert design.base.world.people == 5000 and design.base.regimes["hybrid"].levers["stakes"] == 0.2
    for point in range(design.size):
        world_at(design.base, design.sample.changes(point))


def test_bare_numbers_in_python_are_in_declared_units():
    design = Design(scenario="town", method="grid", vary={"need.growth": [0.1, 0.2]}, replications=3)
    assert design.factors[0].levels == (0.1, 0.2) and design.name == "design"
    assert design.replications == Replications(fixed=3) and design.runs_asked == 2 * 2 * 3
    assert design.regimes == load("town").compare
    assert Design(scenario="town", set=["world.people=400"]).base.world.people == 400


def test_without_vary_it_is_the_scenario_as_it_is():
    design = Design(scenario="town", set={"world.people": 400}, regimes=["targets"])
    assert design.size == 1 and design.factors == () and design.base.world.people == 400
    assert design.base.run_key("targets") == load("town", set={"world.people": 400}).run_key("targets")


def test_regimes_come_from_the_scenario_or_the_library():
    design = Design(scenario="shock", regimes=["targets", "laissez-faire"])
    assert "laissez-faire" not in load("shock").regimes
    assert design.base.regimes["laissez-faire"].levers == load("town").regimes["laissez-faire"].levers
    assert Design(scenario="town", regimes=["hybrid"]).base.compare == ("hybrid",)


@pytest.mark.parametrize("name", ["four-worlds", "lead-agency", "target-withdrawn", "neighbourhoods"])
def test_a_base_keeps_what_a_run_depends_on(name):
    scenario = load(name)
    design = Design(scenario=name)
    assert [design.base.run_key(regime) for regime in design.regimes] == [
        scenario.run_key(regime) for regime in scenario.compare]


# -- the same again ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["kinds", *SHIPPED])
def test_its_text_loads_to_an_equal_design(source, tmp_path):
    design = load_design(wrote(tmp_path / "kinds.yaml", ALL_KINDS) if source == "kinds" else source)
    again = load_design(wrote(tmp_path / f"{design.name}.yaml", design.to_yaml()))
    assert again == design and again.key == design.key and again.to_yaml() == design.to_yaml()
    assert pickle.loads(pickle.dumps(design)) == design
    assert design.changed() == design
    beside = tmp_path / "store"
    beside.mkdir()
    wrote(beside / "scenario.yaml", to_yaml(design.base))
    stored = load_design(wrote(beside / "design.yaml", design.to_yaml(scenario="scenario.yaml")))
    assert stored.key == design.key and not stored.set
    assert stored.factors == design.factors and stored.replications == design.replications
    if design.method in ("grid", "list"):
        assert stored.sample.values.tolist() == design.sample.values.tolist()


def test_the_key_is_of_what_changes_the_plan():
    first = Design(scenario="town", method="sobol", points=16, vary={"need.growth": "believable"})
    same = [first.changed(title="Another", purpose="For the same."), first.changed(replications=3),
            first.changed(series="all", outcomes=["deaths"]), first.changed(name="other"),
            first.changed(vary={"need.growth": {"from": first.factors[0].low, "to": first.factors[0].high,
                                                "scale": "log"}})]
    assert {design.key for design in same} == {first.key}
    others = [first.changed(points=32), first.changed(seed=2), first.changed(luck="shared"),
              first.changed(set={"world.people": 5000}), first.changed(regimes=["targets", "hybrid"]),
              first.changed(method="morris"), first.changed(vary={"need.growth": {"from": 0.01, "to": 0.02}}),
              first.changed(regimes=first.regimes[::-1])]
    assert len({first.key, *(design.key for design in others)}) == 1 + len(others)


def test_a_design_is_frozen():
    design = Design(scenario="town", method="grid", vary={"need.growth": [0.1, 0.2]}, set={"world.people": 400})
    with pytest.raises(ValidationError):
        design.seed = 3  # type: ignore[misc]
    for mapping in (design.vary, design.set):
        with pytest.raises(TypeError):
            mapping["need.growth"] = 1  # type: ignore[index]
    assert len({design, design.changed()}) == 1


def test_a_scenario_is_found_from_the_file(tmp_path):
    wrote(tmp_path / "mine.yaml", "extends: town\nworld: {people: 700}\n")
    design = load_design(wrote(tmp_path / "d.yaml", "scenario: mine.yaml\n"))
    assert design.base.world.people == 700
    assert design.changed(seed=2).base.world.people == 700  # also when it is checked anew
    wrote(tmp_path / "mine.yaml", "extends: town\nworld: {peple: 700}\n")
    with pytest.raises(ScenarioError, match=r"d.yaml:1:11: scenario: .*mine.yaml:2:9: world.peple: unknown key"):
        load_design(tmp_path / "d.yaml")


def test_values_are_changed_from_outside(tmp_path):
    path = wrote(tmp_path / "d.yaml", START + "replications: 20\n")
    design = load_design(path, ["world.people=400", "replications=2", "seed=5", "regimes.targets.stakes=0.1"])
    assert (design.base.world.people, design.replications.fixed, design.seed) == (400, 2, 5)
    assert design.base.regimes["targets"].levers["stakes"] == 0.1
    assert load_design(path, {"world.people": 400}).base.world.people == 400
    with pytest.raises(ScenarioError, match=r"--set #1 \(replications=0\): replications: 0 is out of range"):
        load_design(path, ["replications=0"])
    with pytest.raises(ScenarioError, match=r"--set #1 \(world.peple=4\).*did you mean 'world.people'"):
        load_design(path, ["world.peple=4"])
    until = load_design(wrote(path, START + "replications: {until: {outcome: need, half_width: 0.1}}\n"),
                        ["replications.at_most=50"])
    assert until.replications.until.at_most == 50


# -- slips ---------------------------------------------------------------------------------------------------------

GROWTH = "method: grid\nvary: {need.growth: [1x, 2x]}\n"
LHS = "method: latin hypercube\npoints: 5\nvary: "
SLIPS = {
    "grid with points": ("points: 5\n" + GROWTH, "4:9: points: does not go with a grid"),
    "no points": ("method: morris\nvary: {need.growth: [1x, 2x]}", "points: is missing; 'morris' needs how many traj"),
    "zero points": (LHS.replace("5", "0") + "{need.growth: [1x, 2x]}", "5:9: points: 0 is out of range"),
    "sobol": (LHS.replace("latin hypercube", "sobol").replace("5", "60") + "{need.growth: [1x, 2x]}",
              "5:9: points: 60 is no power of two"),
    "method": ("method: latin hypercub\npoints: 3", "4:9: method: unknown method.*did you mean 'latin hypercube'"),
    "no method": ("vary: {need.growth: [1x, 2x]}", "method: is missing; accepted: grid, latin hypercube, sobol"),
    "nothing varies": ("method: grid\nvary: {}", "5:1: vary: is empty"),
    "empty vary": ("method: grid\nvary:", "5:6: vary: has no value"),
    "a list without points": ("method: list", "points: is missing; the method 'list' needs the points"),
    "empty list": ("method: list\npoints: []", "5:1: points: is empty; at least one point"),
    "a number for a list": ("method: list\npoints: 4", "5:9: points: 4 is a number"),
    "points for a draw": ("method: sobol\npoints: [{need.growth: 1x}]\nvary: {need.growth: [1x]}",
                          "5:1: points: is a list; 'sobol' needs a number"),
    "vary in a list": ("method: list\npoints: [{need.growth: 1x}]\nvary: {need.growth: [1x]}",
                       "6:1: vary: does not go with the method 'list'"),
    "path": (LHS + "{need.grwth: [1x]}", "6:8: vary.need.grwth: unknown path.*did you mean 'need.growth'"),
    "leaf": (LHS + "{growth: [1x]}", "'growth' belongs at need.growth"),
    "switch": (LHS + "{switches.lerning: [true]}", "unknown mechanism 'lerning'; did you mean 'learning'"),
    "switches": (LHS + "{switch.learning: [true]}", "did you mean 'switches.learning'"),
    "not a switch": (LHS + "{switches.learning: [1, 0]}", r"vary.switches.learning\[1\]: 1 is not a truth value"),
    "a switch has no range": (LHS + "{switches.learning: {from: 0, to: 1}}", "is a switch; accepted: .true, false."),
    "regime that is not compared": (LHS + "{regimes.hybrid.stakes: [0.1]}", "unknown regime 'hybrid'.*compares can"),
    "lever": (LHS + "{regimes.targets.staks: [0.1]}", "did you mean 'regimes.targets.stakes'"),
    "empty levels": (LHS + "{need.growth: []}", "vary.need.growth: is empty; at least one value"),
    "twice": (LHS + "{need.growth: [1x, 1x]}", r"6:26: vary.need.growth\[2\]: '1x' is listed twice"),
    "falling": (LHS + "{need.growth: {from: 0.2 per week, to: 0.1 per week}}", "6:46: vary.need.growth.to: .*not abov"),
    "flat": (LHS + "{need.growth: {from: 1x, to: 1x}}", "6:36: vary.need.growth.to: '1x' is not above '1x'"),
    "out of range": (LHS + "{need.growth: {from: 0 per week, to: 9 per week}}",
                     "6:44: vary.need.growth.to: '9 per week' is out of range; accepted 0 to 0.3 per week"),
    "times out of range": (LHS + "{need.growth: {from: 1x, to: 90x}}", "to: need.growth: '2.7.* per week' is out of"),
    "level out of range": (LHS + "{population.complexity_mean: [4 %, 400 %]}", r"\[2\]: '400 %' is out of range"),
    "mode out of range": (LHS + "{need.growth: {triangular: [0 per week, 0.1 per week, 2 per week]}}",
                          r"triangular\[3\]: '2 per week' is out of range"),
    "people": (LHS + "{world.people: {from: 100, to: 5000}}", "at 100 there can be no such world: world.people: 100"),
    "impossible hours": ("set: {regimes.targets.reporting: 0.35, regimes.targets.relationship_time: 0.3}\n" + LHS
                         + "{regimes.targets.learning_time: {from: 0, to: 0.3}}", "at 0.3 there can be no such world"),
    "unit of another kind": (LHS + "{need.growth: [0.1 per week, 4 weeks]}", r"\[2\]: '4 weeks' is a duration, but a"),
    "no unit": (LHS + "{need.growth: {from: 0.1, to: 0.2}}", "6:28: vary.need.growth.from: 0.1 has no unit"),
    "mixed": (LHS + "{need.growth: {from: 1x, to: 0.1 per week}}", "to: '0.1 per week' stands beside times what"),
    "steps outside a grid": (LHS + "{need.growth: {from: 1x, to: 2x, steps: 3}}", "6:40: .*only a grid has steps"),
    "no steps in a grid": ("method: grid\nvary: {need.growth: {from: 1x, to: 2x}}", "steps is missing"),
    "one step": ("method: grid\nvary: {need.growth: {from: 1x, to: 2x, steps: 1}}", "steps: 1 is not a number of step"),
    "too many whole steps": ("method: grid\nvary: {world.people: {from: 400, to: 402, steps: 9}}", "fewer than 9 who"),
    "a grid is no distribution": ("method: grid\nvary: {need.growth: {triangular: [1x, 2x, 3x]}}", "a grid has no dis"),
    "believable in a grid": ("method: grid\nvary: {need.growth: believable}", "from: 0.01515 per week, to: 0.0606 per"),
    "a grid too large": ("method: grid\nvary: {" + ", ".join(
        f"{path}: {{from: 0.9x, to: 1.1x, steps: 200}}" for path in ("need.growth", "need.acute", "need.crisis")) + "}",
        "5:1: vary: makes 8,000,000 points; accepted at most 1,000,000"),
    "log from zero": (LHS + "{need.growth: {from: 0 per week, to: 0.1 per week, scale: log}}", "scale: equal factors"),
    "scale": (LHS + "{need.growth: {from: 1x, to: 2x, scale: lgo}}", "scale: unknown scale 'lgo'; did you mean 'log'"),
    "key": (LHS + "{need.growth: {from: 1x, too: 2x}}", "vary.need.growth.too: unknown key 'too'; did you mean 'to'"),
    "no to": (LHS + "{need.growth: {from: 1x}}", "6:8: vary.need.growth: to is missing"),
    "no how": (LHS + "{need.growth: 4}", "6:21: vary.need.growth: 4 does not say how it varies; accepted: a list"),
    "two shapes": (LHS + "{need.growth: {triangular: [1x, 2x, 3x], normal: [1x, 1x]}}", "is triangular and normal"),
    "triangle with ends": (LHS + "{need.growth: {triangular: [1x, 2x, 3x], from: 1x}}", "from: does not go with tri"),
    "triangle of two": (LHS + "{need.growth: {triangular: [1x, 2x]}}", "is not a list of three: low, mode, high"),
    "crooked triangle": (LHS + "{need.growth: {triangular: [1x, 0.5x, 3x]}}", "do not rise; low, mode and high"),
    "normal of one": (LHS + "{need.growth: {normal: 3x}}", "is not a list of two: mean and standard deviation"),
    "no spread": (LHS + "{need.growth: {normal: [1x, 0x]}}", r"normal\[2\]: '0x' is no standard deviation"),
    "mean outside": (LHS + "{need.growth: {normal: [1x, 0.1x], from: 2x, to: 3x}}", "the mean, '1x', is not between"),
    "two movers": (LHS + "{capacity: [1x, 2x], population.staff_hospital: [1x, 2x]}",
                   "6:28: vary.population.staff_hospital: moves population.staff_hospital, which 'capacity' moves"),
    "absolute posts": (LHS + "{capacity: [10, 20]}", "posts are relative to the scenario's own"),
    "believable lever": (LHS + "{regimes.targets.stakes: believable}", "6:32: .*a lever is a choice"),
    "believable world": (LHS + "{world.people: believable}", "the size of the world is a choice"),
    "believable convention": (LHS + "{population.burn_in: believable}", "has no believable range .How a world begins"),
    "believable posts": (LHS + "{capacity: believable}", "whose believable ranges differ"),
    "unequal points": ("method: list\npoints: [{need.growth: 1x, need.acute: 1x}, {need.growth: 2x}]",
                       r"5:45: points\[2\]: says nothing of need.acute"),
    "equal points": ("method: list\npoints: [{need.growth: 1x}, {need.growth: 1x}]", "is the same as point 1"),
    "mixed points": ("method: list\npoints: [{need.growth: 1x}, {need.growth: 0.1 per week}]", "stands beside times"),
    "no point": ("method: list\npoints: [3]", r"points\[1\]: 3 is not a point"),
    "impossible point": ("method: list\npoints: [{world.people: 400}, {world.people: 20}]",
                         r"points\[2\]: there can be no such world"),
    "unknown in a point": ("method: list\npoints: [{need.grwth: 1x}]", "5:11: .*did you mean 'need.growth'"),
    "no replications": (GROWTH + "replications: 0", "6:15: replications: 0 is out of range"),
    "replications in words": (GROWTH + "replications: many", "6:15: replications: 'many' is not a number of repl"),
    "half width": (GROWTH + "replications: {until: {outcome: need, half_width: 0}}",
                   "6:51: replications.until.half_width: 0 is no half width; it must be above 0"),
    "no half width": (GROWTH + "replications: {until: {outcome: need}}", "replications.until.half_width: is missing"),
    "outcome of a rule": (GROWTH + "replications: {until: {outcome: nead, half_width: 1}}",
                          "6:33: replications.until.outcome: unknown outcome 'nead'; did you mean 'need'"),
    "at most": (GROWTH + "replications: {until: {outcome: need, half_width: 1}, start: 30, at_most: 20}",
                "6:75: replications.at_most: 20 is fewer than there are at the start, 30"),
    "rule": (GROWTH + "replications: {until: {outcome: need, half_width: 1}, stop: 30}",
             "replications.stop: unknown key 'stop'; did you mean 'step'"),
    "outcomes": (GROWTH + "outcomes: [nead]", r"6:12: outcomes\[1\]: unknown outcome 'nead'; did you mean 'need'"),
    "luck": (GROWTH + "luck: good", "6:7: luck: unknown luck 'good'; accepted: own, shared"),
    "series": (GROWTH + "series: some", "6:9: series: unknown series 'some'.*accepted: none, first, all"),
    "set": (GROWTH + "set: {world.peple: 5000}", "6:20: set.world.peple: .*did you mean 'world.people'"),
    "value of set": (GROWTH + "set: {world.people: 5}", "6:21: set.world.people: .*out of range"),
    "unknown field": (GROWTH + "varie: 1", "6:1: varie: unknown key 'varie'; did you mean 'vary'"),
    "name": (GROWTH + "name: mine", "6:1: name: this name is not a field"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_named_where_it_was_made(slip, tmp_path):
    rest, message = SLIPS[slip]
    path = wrote(tmp_path / "slip.yaml", START + rest + "\n")
    with pytest.raises(ScenarioError) as caught:
        load_design(path)
    lines = str(caught.value).splitlines()
    assert any(re.search(message, line) for line in lines), lines
    assert all(re.match(r".*slip\.yaml:[0-9]+:[0-9]+: ", line) for line in lines)


@pytest.mark.parametrize(("text", "message"), [
    ("scenario: twn", "1:11: scenario: unknown scenario 'twn'; did you mean 'town'"),
    ("title: T", "scenario: is missing; The world to begin with"),
    ("scenario: town\nregimes: [targetes]", r"2:11: regimes\[1\]: unknown regime 'targetes'; did you mean 'targets'"),
    ("scenario: town\nregimes: [targets, targets]", r"2:20: regimes\[2\]: 'targets' is listed twice"),
    ("scenario: town\nregimes: targets", "2:10: regimes: 'targets' is not a list"),
    ("scenario: town\nregimes: [targets]\nreplications: {until: {outcome: need, half_width: 1}}",
     "3:16: replications.until: is about a difference between regimes, and there is one"),
])
def test_a_slip_in_what_is_compared(text, message, tmp_path):
    with pytest.raises(ScenarioError, match=message):
        load_design(wrote(tmp_path / "slip.yaml", text + "\n"))


def test_names_are_names_of_folders(tmp_path):
    with pytest.raises(ScenarioError, match="'my design' cannot name a design"):
        load_design(wrote(tmp_path / "my design.yaml", START))
    with pytest.raises(ScenarioError, match="unknown design 'judgement'; did you mean 'judgements'"):
        load_design("judgement")


# -- shipped designs, schema, command line -----------------------------------------------------------------------------


def test_one_design_of_every_method_is_shipped():
    shipped = [load_design(name) for name in SHIPPED]
    assert {design.method for design in shipped if design.factors} == set(METHODS)
    assert any(not design.factors and design.replications.until for design in shipped)
    assert all(design.purpose and design.runs_asked <= 6000 for design in shipped)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_world_of_a_shipped_design_can_be(name):
    design = load_design(name)
    step = max(1, design.size // 60)
    keys = {world_at(design.base, design.sample.changes(point)).run_key(design.regimes[0])
            for point in range(0, design.size, step)}
    assert len(keys) > design.size // step // 2


def test_the_judgements_are_judgements():
    for factor in load_design("judgements").factors:
        table, name = factor.name.split(".")
        assert TABLES[table][name].grade == "judgement"


def test_the_shipped_schema_is_that_of_the_fields():
    shipped = json.loads((folder() / DESIGN_FILE).read_text(encoding="utf-8"))
    assert shipped == design_json_schema(), "stale; renew it with: python -m simulation.scenario scenarios"
    assert set(shipped["properties"]) == set(Design.model_fields) - {"name"}


def test_the_schema_accepts_what_is_shipped_and_refuses_slips(tmp_path):
    validator = jsonschema.Draft202012Validator(design_json_schema())
    validator.check_schema(validator.schema)
    texts = [path.read_text(encoding="utf-8") for path in designs().values()]
    for text in (*texts, ALL_KINDS, START, *(load_design(name).to_yaml() for name in SHIPPED)):
        validator.validate(yaml.safe_load(text))
    caught = [name for name, (rest, _) in SLIPS.items()
              if not validator.is_valid(yaml.safe_load(START + rest))]
    assert {"grid with points", "no points", "method", "nothing varies", "path", "key", "no to", "luck",
            "vary in a list", "no half width", "unknown field", "outcome of a rule", "name", "no method"} <= set(caught)


def test_the_command_line_knows_designs(tmp_path):
    path = wrote(tmp_path / "mine.yaml", ALL_KINDS)
    run = CliRunner().invoke
    assert "design 'mine' is valid" in run(app, ["validate", str(path)]).output
    assert "design 'screening' is valid" in run(app, ["validate", "screening"]).output
    shown = " ".join(run(app, ["show", str(path)]).output.split())
    for words in ("12 points", "in equal factors", "off and on", "same luck", "regimes sweep mine", "0.9x and 1.1x"):
        assert words in shown
    data = json.loads(run(app, ["show", "five-towns", "--json"]).output)
    assert (data["size"], data["runs"], data["method"]) == (5, 600, "list")
    listed = json.loads(run(app, ["scenarios", "--json"]).output)
    assert [found["name"] for found in listed["designs"]] == SHIPPED
    assert json.loads(run(app, ["schema", "--design"]).output) == design_json_schema()
    wrote(path, ALL_KINDS.replace("need.growth", "need.grwth"))
    wrong = run(app, ["validate", str(path), "--json"])
    assert wrong.exit_code == 2 and json.loads(wrong.output)["files"][0]["problems"][0]["line"] == 11
