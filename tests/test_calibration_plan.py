"""Calibration plans: what the shipped one wants, and that a wrong one is refused with place, value and likely fix."""

from __future__ import annotations

import pytest

from simulation.calibration.measures import MEASURES
from simulation.calibration.reading import load_plan, plans
from simulation.patterns import PATTERNS
from simulation.scenario import ScenarioError

PLAN = """\
title: Tiny
scenario: town
people: 600
regime: {title: Ordinary targets}
seeds: {first: 1, number: 2}
held_out: {first: 11, number: 2}
evaluations: 20
pull: 0.05
targets:
  - {pattern: 4, measure: failure_demand, value: 80 %, low: 70 %, high: 90 %, over: year 1, source: nobody}
anchors:
  - {measure: contacts, low: 1, high: 30, over: year 1, source: nobody}
free:
  access:
    chase: {low: 0.02 per week, high: 3 per week, because: contacts while waiting}
"""


@pytest.fixture
def plan(tmp_path):
    """Reads the tiny plan with some texts replaced."""

    def read(*changes: tuple[str, str]):
        text = PLAN
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "tiny.yaml"
        path.write_text(text, encoding="utf-8")
        return load_plan(path)

    return read


@pytest.mark.parametrize("name", plans())
def test_shipped_plans_are_valid_and_hold_every_calibration_pattern(name):
    plan = load_plan(name)
    calibrated = {p.number for p in PATTERNS if p.use == "calibrate"}
    assert {t.pattern for t in plan.targets} == calibrated == {1, 2, 3, 4}
    for target in plan.targets:
        assert len(target.source) > 10
    for free in plan.free:
        assert free.declared.grade in ("associated", "judgement")
        assert free.declared.low <= free.low < free.high <= free.declared.high
        assert (free.low, free.high) != (free.declared.low, free.declared.high) or free.name == "continuity_start"


def test_there_is_no_measure_of_a_pattern_that_is_a_test():
    uses = {p.number: p.use for p in PATTERNS}
    assert {uses[m.pattern] for m in MEASURES.values() if m.pattern is not None} == {"calibrate"}


def test_units_are_read_once(plan):
    read = plan(("0.02 per week", "2 per year"))
    assert read.free[0].low == pytest.approx(2 * 7 / 365.25)
    assert read.targets[0].value == 0.8
    assert read.base.world.people == 600 and read.years == 1
    assert read.regime.levers["stakes"] == 0.3, "levers that are not given stand at their default"


def test_parameters_reach_the_run(plan):
    read = plan()
    assert read.scenario_with({"access.chase": 0.2}).parameters == {"access": {"chase": 0.2}}
    assert read.base.parameters == {}


@pytest.mark.parametrize(("old", "new", "said"), [
    ("pattern: 4", "pattern: 5", "nothing is tuned to what is tested; accepted: 1, 2, 3, 4"),
    ("pattern: 4", "pattern: 23", "pattern 23 is for use as output"),
    ("pattern: 4", "pattern: 99", "there is no pattern 99"),
    ("pattern: 4", "pattern: 1", "failure_demand belongs to pattern 4; accepted for pattern 1: cost_share_top5"),
    ("measure: failure_demand,", "measure: failure_demnd,", "did you mean 'failure_demand'?"),
    ("measure: failure_demand,", "measure: crises,", "is a level, not a pattern"),
    ("measure: contacts", "measure: burnt_out", "it can be a target"),
    ("    chase:", "    chaise:", "unknown parameter 'chaise'; did you mean 'chase'?"),
    ("    chase:", "    growth:", "unknown parameter 'growth'; it belongs at need.growth"),
    ("  access:", "  acess:", "unknown table of parameters 'acess'; did you mean 'access'?"),
    ("high: 3 per week", "high: 30 per week", "high: '30 per week' is out of range; accepted 0 to 5 per week"),
    ("low: 0.02 per week", "low: 1 per week", "is not between the bounds 1 and 3; widen them"),
    ("low: 0.02 per week", "low: 0.02", "has no unit"),
    ("low: 0.02 per week", "low: 4 per week", "is not above low"),
    (", because: contacts while waiting", "", "because is missing"),
    ("because: contacts", "becuse: contacts", "unknown key 'becuse'; did you mean 'because'?"),
    ("  access:\n    chase: {low: 0.02 per week, high: 3 per week",
     "  care:\n    absence_base: {low: 0.01, high: 0.03", "was measured"),
    ("value: 80 %", "value: 95 %", "0.95 is not between 0.7 and 0.9"),
    ("low: 70 %", "low: 95 %", "is not above the lowest value"),
    ("over: year 1", "over: first year", "'first year' is not a time; accepted: 'year 2'"),
    ("pattern: 4, measure: failure_demand", "pattern: 1, measure: persistence_top5", "only from year 2 on"),
    ("{first: 11,", "{first: 2,", "what was fitted to cannot be held out"),
    ("scenario: town", "scenario: twon", "unknown scenario 'twon'; did you mean 'town'?"),
    ("evaluations: 20\n", "evaluation: 20\n", "unknown key 'evaluation'; did you mean 'evaluations'?"),
    ("evaluations: 20\n", "", "evaluations: is missing"),
    ("title: Tiny", "title: Tiny\nalso_under: [tragets]", "unknown regime 'tragets'; did you mean 'targets'?"),
    ("{title: Ordinary targets}", "{title: A, levers: {staks: 1}}", "did you mean 'stakes'?"),
    ("title: Tiny", "name: tiny\ntitle: Tiny", "a plan is called by its file"),
    ("title: Tiny", "title:", "has no value"),
    ("anchors:\n  - {measure: contacts, low: 1, high: 30, over: year 1, source: nobody}\n", "variation: {seeed: 1}\n",
     "variation.seeed: unknown key 'seeed'; did you mean 'seed'?"),
    (PLAN[PLAN.index("targets:"):PLAN.index("\nanchors")],
     "targets: []", "targets: is empty; at least one is needed"),
])
def test_a_wrong_plan_is_refused(plan, old, new, said):
    with pytest.raises(ScenarioError) as refused:
        plan((old, new))
    text = str(refused.value)
    assert said in text, text
    assert "tiny.yaml:" in text and all(p.line for p in refused.value.problems)


def test_several_problems_at_once_in_the_order_of_lines(plan):
    with pytest.raises(ScenarioError) as refused:
        plan(("pattern: 4", "pattern: 7"), ("    chase:", "    chaise:"))
    assert [p.field for p in refused.value.problems] == ["targets[1].pattern", "free.access.chaise"]


def test_validate_takes_plans_too(capsys, tmp_path):
    from simulation.cli import main

    folder = tmp_path / "calibration"
    folder.mkdir()
    (folder / "good.yaml").write_text(PLAN, encoding="utf-8")
    (folder / "bad.yaml").write_text(PLAN.replace("pattern: 4", "pattern: 14"), encoding="utf-8")
    assert main(["validate", str(folder / "good.yaml")]) == 0
    assert "calibration 'good' is valid" in capsys.readouterr().out
    assert main(["validate", str(folder / "bad.yaml")]) == 2
    assert "nothing is tuned to what is tested" in capsys.readouterr().err


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(ScenarioError, match="unknown calibration 'twon'; did you mean 'town'"):
        load_plan("twon")


def test_a_parameter_that_the_scenario_sets_itself_is_refused(plan):
    with pytest.raises(ScenarioError, match="sets it itself, so that no default would matter"):
        plan(("scenario: town", "scenario: emergency-department"),
             ("  access:\n    chase: {low: 0.02 per week, high: 3 per week",
              "  need:\n    acute: {low: 0.05 per year, high: 0.5 per year"))


def test_the_key_follows_what_changes_a_fit_and_nothing_else(plan):
    key = plan().key
    assert plan(("title: Tiny", "title: Small"), ("source: nobody", "source: somebody")).key == key
    for old, new in (("80 %", "81 %"), ("number: 2", "number: 3"), ("3 per week", "4 per week"),
                     ("people: 600", "people: 700"), ("pull: 0.05", "pull: 0.1")):
        assert plan((old, new)).key != key
