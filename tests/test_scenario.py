"""Scenarios: what is shipped, how files extend one another, overrides, freezing, and use from Python."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError
from scenario_files import said, write

from simulation.levers import LEVERS
from simulation.parameters import WEEKS_PER_YEAR
from simulation.scenario import (
    Claim,
    Event,
    Regime,
    Scenario,
    ScenarioError,
    catalogue,
    load,
    load_regime,
    regime_library,
)
from simulation.scenario.merge import LONGEST_CHAIN

LIBRARY = ("benchmarking", "hybrid", "laissez-faire", "lead-agency", "targets", "trust-alone", "trust-and-learning")


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty working folder, so that messages show file names alone."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- what is shipped -----------------------------------------------------------------------------------------------


def test_every_shipped_scenario_and_regime_loads():
    assert {"town", "null", "neighbourhoods"} <= set(catalogue())
    assert tuple(regime_library()) == LIBRARY
    for name in catalogue():
        assert load(name).name == name
    for name in regime_library():
        regime = load_regime(name)
        assert regime.name == name and regime.title and regime.summary


def test_every_library_regime_gives_every_lever_with_a_reason():
    for name, path in regime_library().items():
        text = path.read_text(encoding="utf-8")
        for lever in LEVERS:
            assert f"  {lever.name}:" in text, f"{name} says nothing about {lever.name}"
        values = load_regime(name).levers
        for line in text.splitlines():
            lever, _, rest = line.strip().partition(":")
            if lever in values and rest.strip() not in ("0", "0 per year"):
                assert "#" in rest, f"{name}: {lever} has no reason beside it"


def test_all_regimes_are_measured_by_one_yardstick():
    assert {load_regime(name).levers["target_wait"] for name in LIBRARY} == {4.0}


def test_town():
    town = load("town")
    assert (town.world.people, town.world.places, town.ticks, town.pairs, town.seed) == (10_000, 1, 261, 20, 1)
    assert town.tick_weeks == 1.0 and town.world.horizon == 5 * WEEKS_PER_YEAR
    assert set(town.regimes) == set(LIBRARY) and town.compare == ("targets", "trust-and-learning")
    assert 5 <= len(town.story) <= 7
    assert town.origin == catalogue()["town"]


def test_null_switches_off_everything_that_reads_a_lever():
    off = {name for name, on in load("null").switches.items() if not on}
    assert off == {mechanism for lever in LEVERS for mechanism in lever.mechanisms}


def test_no_regime_is_known_to_the_code():
    for path in (Path(__file__).parents[1] / "simulation").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for name in ("trust-and-learning", "trust-alone", "laissez-faire", "lead-agency"):
            assert f'"{name}"' not in text and f"'{name}'" not in text, f"{path} knows {name}"


def test_loading_is_quick_and_brings_no_heavy_libraries():
    code = ("import sys, time; t = time.process_time(); from simulation.scenario import load; load('town'); "
            "print(time.process_time() - t, [m for m in ('numba', 'pandas', 'mesa', 'altair') if m in sys.modules])")
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         cwd=Path(__file__).parents[1]).stdout
    seconds, heavy = out.split(maxsplit=1)
    assert heavy.strip() == "[]"
    assert float(seconds) < 2, "CPU seconds; about 0.3 on an idle machine"


# -- extends -------------------------------------------------------------------------------------------------------


def test_maps_merge_and_lists_replace(here):
    write("extends: town\nworld: {people: 4000}\nstory: [{title: One, text: Only}]\n", "parent.yaml")
    child = load(write("extends: ./parent.yaml\nworld: {places: 2}\nregimes: {targets: {levers: {stakes: 10 %}}}\n"))
    assert (child.world.people, child.world.places, child.ticks) == (4000, 2, 261)
    assert [step.title for step in child.story] == ["One"]
    assert child.regimes["targets"].levers["stakes"] == 0.1
    assert child.regimes["targets"].levers["audit"] == load("town").regimes["targets"].levers["audit"]
    assert list(child.regimes) == list(load("town").regimes)


def test_a_list_of_regimes_picks_from_the_parent_and_the_library(here):
    write("extends: town\nregimes: {mine: {extends: hybrid, levers: {stakes: 1}}}\ncompare: [targets, mine]\n",
          "p.yaml")
    picked = load(write("extends: ./p.yaml\nregimes: [mine, laissez-faire]\n"))
    assert list(picked.regimes) == ["mine", "laissez-faire"] == list(picked.compare)
    assert picked.regimes["mine"].levers["stakes"] == 1
    kept = load(write("extends: ./p.yaml\nregimes: [hybrid, mine, targets]\n"))
    assert kept.compare == ("targets", "mine")


def test_an_empty_field_takes_away_what_the_parent_said(here):
    assert load("town").story
    assert load(write("extends: town\nstory:\ncompare:\n")).story == ()


def test_regimes_inherit_levers_and_keep_a_title_only_with_the_name(here):
    write("extends: hybrid\ntitle: From a file\nsummary: One.\nlevers: {audit: 0.9}\n", "own.yaml")
    scenario = load(write("extends: town\nregimes:\n  own: {extends: ./own.yaml}\n  other-one: {extends: ./own.yaml}\n"
                          "  third: {extends: other-one, levers: {stakes: 0}}\n  new: {title: A new one}\n"))
    own, other, third, new = (scenario.regimes[n] for n in ("own", "other-one", "third", "new"))
    assert (own.title, own.summary, own.levers["audit"]) == ("From a file", "One.", 0.9)
    assert (other.title, other.summary, other.levers) == ("Other one", None, own.levers)
    assert third.levers == {**own.levers, "stakes": 0.0}
    assert dict(new.levers) == {lever.name: lever.default for lever in LEVERS}


def test_a_mistake_in_the_parent_is_reported_there(here):
    write("extends: town\nworld:\n  people: 100\n", "parent.yaml")
    write("levers:\n  stakes: 3\n", "regime.yaml")
    assert said(write("extends: ./parent.yaml\nregimes:\n  own: {extends: ./regime.yaml}\n")) == [
        "parent.yaml:3:11: world.people: 100 is out of range; accepted 200 to 100,000,000 people",
        "regime.yaml:2:11: regimes.own.levers.stakes: 3 is out of range; accepted 0 to 1 (share)"]


def test_circles_are_refused(here):
    write("extends: ./b.yaml\n", "a.yaml")
    write("extends: ./a.yaml\n", "b.yaml")
    assert said("./a.yaml") == ["b.yaml:1:10: extends: extends in a circle: a.yaml -> b.yaml -> a.yaml"]
    assert said(write("extends: ./mine.yaml\n")) == [
        "mine.yaml:1:10: extends: extends in a circle: mine.yaml -> mine.yaml"]
    assert said(write("extends: town\nregimes: {a: {extends: b}, b: {extends: a}}\n"))[0] == (
        "mine.yaml:2:41: regimes.b.extends: extends in a circle: a -> b -> a")
    for i in range(LONGEST_CHAIN + 2):
        write(f"extends: ./{i + 1}.yaml\n", f"{i}.yaml")
    assert said("./0.yaml") == [f"{LONGEST_CHAIN}.yaml:1:10: extends: extends over more than {LONGEST_CHAIN} files"]


# -- overrides -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("changes", "get", "value"), [
    ({"world.people": 5000}, lambda s: s.world.people, 5000),
    (["world.people=5000"], lambda s: s.world.people, 5000),
    ("world.people=5000", lambda s: s.world.people, 5000),
    (["world.horizon=2 years"], lambda s: s.world.horizon, 2 * WEEKS_PER_YEAR),
    (["regimes.targets.stakes=0.5"], lambda s: s.regimes["targets"].levers["stakes"], 0.5),
    (["regimes.targets.levers.stakes=50 %"], lambda s: s.regimes["targets"].levers["stakes"], 0.5),
    (["regimes.targets.stakes=1", "regimes.targets.stakes=0.25"], lambda s: s.regimes["targets"].levers["stakes"],
     0.25),
    (["regimes.targets.extends=hybrid"], lambda s: s.regimes["targets"].levers["target_level"], 0.9),
    (["parameters.need.growth=0.5 per year"], lambda s: s.parameters["need"]["growth"], 0.5 / WEEKS_PER_YEAR),
    (["need.growth=0.5 per year"], lambda s: s.parameters["need"]["growth"], 0.5 / WEEKS_PER_YEAR),
    (["switches.care=false"], lambda s: s.switches, {"care": False}),
    (["regimes=[hybrid, targets]"], lambda s: list(s.compare), ["hybrid", "targets"]),
    (["regimes.mine={extends: hybrid}", "compare=[mine, targets]"], lambda s: s.compare, ("mine", "targets")),
    (["story[2].title=Other"], lambda s: s.story[1].title, "Other"),
    (["events=[{at: 1 year, surge: {all: 2}}]", "events[1].at=2 years"], lambda s: s.events[0].at, 2 * WEEKS_PER_YEAR),
    ({"regimes.targets": {"levers": {"stakes": 1}}}, lambda s: s.regimes["targets"].levers["stakes"], 1.0),
])
def test_overrides(changes, get, value):
    assert get(load("town", set=changes)) == value


def test_claims_that_an_override_makes_void_are_left_out(here):
    path = write("extends: town\nclaims:\n- {says: A, outcome: need, is: targets > hybrid, over: year 4}\n"
                 "- {says: B, outcome: cost, is: targets < hybrid}\n")
    assert [claim.says for claim in load(path).claims] == ["A", "B"]
    assert [claim.says for claim in load(path, set=["world.horizon=2 years"]).claims] == ["B"]
    assert load(path, set=["regimes=[targets, laissez-faire]"]).claims == ()
    assert "claims[1].over: 'year 9'" in said(path, set=["claims[1].over=year 9"])[0]


@pytest.mark.parametrize(("change", "problem"), [
    ("world.peple=5", "world.peple: unknown key 'peple'; did you mean 'world.people'?"),
    ("populaton.people=5", "populaton.people: unknown key 'populaton'; 'people' belongs at world.people"),
    ("people=5", "people: unknown key 'people'; it belongs at world.people"),
    ("stakes=1", "stakes: unknown key 'stakes'; it belongs at regimes.<name>.levers.stakes"),
    ("regimes.targts.stakes=1", "regimes.targts.levers.stakes: the scenario has no regime 'targts'; did you mean "
                                "'targets'?"),
    ("regimes.targets.stakes=2", "regimes.targets.levers.stakes: 2 is out of range; accepted 0 to 1 (share)"),
    ("regimes.targets.staks=0.2", "regimes.targets.staks: unknown key 'staks'; did you mean "
                                  "'regimes.targets.levers.stakes'?"),
    ("need.growt=1 per week", "parameters.need.growt: unknown key 'growt'; did you mean 'parameters.need.growth'?"),
    ("world.horizon=5", "world.horizon: 5 has no unit; write a duration, such as '5 weeks' or '2 years'"),
    ("world.people.x=5", "world.people.x: unknown key 'x'; world.people holds one value, nothing can stand below it"),
    ("switches.care=no", "switches.care: 'no' may be a word or a truth value; write false, or put it in quotes"),
    ("story[99].title=x", "story[99].title: story is a list; accepted: story[1] to story[7]"),
    ("events[1].at=1 year", "events[1].at: events is not a list with items"),
    ("world.people", "is not of the form path=value, such as world.people=5000"),
    ("=5", "'' is not a path; accepted: names with dots, such as world.people or events[1].at"),
    ("extends=null", "extends: 'extends' can be said in a file only"),
    ("world.people=", "world.people: has no value; give one, or leave the line out"),
])
def test_overrides_that_lead_nowhere(change, problem):
    assert said("town", set=[change]) == [f"--set #1 ({change}): {problem}"]


def test_overrides_name_their_number_and_all_are_reported():
    assert said("town", set=["world.people=600", "world.peple=1", "wrld.people=1"]) == [
        "--set #2 (world.peple=1): world.peple: unknown key 'peple'; did you mean 'world.people'?",
        "--set #3 (wrld.people=1): wrld.people: unknown key 'wrld'; 'people' belongs at world.people"]


@pytest.mark.parametrize("changes", [5, {"world.people": object()}, {3: 4}, {"world": {1: 2}}, [4], None])
def test_overrides_of_the_wrong_type(changes):
    assert said("town", set=changes)[0].startswith("--set")


# -- frozen, and in Python -----------------------------------------------------------------------------------------


def test_a_scenario_is_frozen():
    scenario = load("neighbourhoods", set=["parameters.need.growth=0.01 per week"])
    with pytest.raises(ValidationError):
        scenario.seed = 2
    with pytest.raises(ValidationError):
        scenario.world.people = 2
    maps = (scenario.regimes, scenario.regimes["targets"].levers, scenario.parameters, scenario.parameters["need"],
            scenario.switches, scenario.regime_places)
    for frozen in maps:
        for change in (lambda m: m.update(x=1), lambda m: m.__setitem__("x", 1), lambda m: m.clear(),
                       lambda m: m.pop("targets", None), lambda m: m.setdefault("x", 1)):
            with pytest.raises(TypeError, match="a scenario is frozen"):
                change(frozen)


def test_a_scenario_pickles_copies_and_dumps():
    scenario = load("neighbourhoods", set=["events=[{at: 1 year, surge: {all: 2}}]", "switches.care=false"])
    for again in (pickle.loads(pickle.dumps(scenario)), copy.deepcopy(scenario)):
        assert again == scenario and again.key == scenario.key and again.origin == scenario.origin
    again = Scenario.model_validate_json(scenario.model_dump_json(by_alias=True))
    assert again.model_dump() == scenario.model_dump() and again.key == scenario.key


def test_python_takes_plain_numbers_in_declared_units():
    regimes = {"one": {"levers": {"stakes": 0.5, "feedback_delay": 3}}, "two": {"title": "Two"}}
    scenario = Scenario(name="mine", title="Mine", purpose="Try.", world={"people": 500, "horizon": 52},
                        regimes=regimes)
    assert scenario.ticks == 52 and scenario.compare == ("one", "two") and scenario.origin is None
    assert scenario.regimes["one"].levers["feedback_delay"] == 3 and scenario.regimes["one"].title == "One"
    assert scenario.regime("two").title == "Two"
    with pytest.raises(ScenarioError, match="unknown regime 'tow'; did you mean 'two'"):
        scenario.regime("tow")
    with pytest.raises(ValidationError):
        Regime(name="x", levers={"stakes": 2})


def test_ticks_are_rounded():
    assert load("town", set=["world.tick=20 minutes", "world.horizon=1 week"]).ticks == 504
    assert load("town", set=["world.tick=1 week", "world.horizon=10 days"]).ticks == 1


def test_events_come_in_the_order_of_time_and_know_whom_they_happen_to():
    late, early = {"at": "2 years", "surge": {"all": 2}}, {"at": "1 year", "regime": "hybrid", "regimes": ["targets"]}
    first, second = load("town", set={"events": [late, early]}).events
    assert (first.change, second.change) == ("regime", "surge")
    assert first.happens_to("targets") and not first.happens_to("hybrid") and second.happens_to("hybrid")
    assert Event(at=0, levers={"stakes": 1}).levers == {"stakes": 1}


def test_claims_are_taken_apart():
    claim = Claim(**{"says": "x", "outcome": "need", "is": "a-b < c_d by at least 5 %",
                     "over": "from 26 weeks to 1 year"})
    assert (claim.left, claim.sign, claim.right, claim.margin) == ("a-b", "<", "c_d", 0.05)
    assert claim.window(104) == (26, WEEKS_PER_YEAR) and claim.in_at_least == 0.9
    assert claim.number is None and claim.sides == ("a-b", "c_d")
    for written, number in (("0.3", 0.3), ("-0.3", -0.3), (".5", 0.5), ("+300", 300.0), ("12.5%", 0.125)):
        against = Claim(says="x", outcome="need", relation=f"a < {written} by at least 1")
        assert (against.number, against.sides, against.margin) == (number, ("a",), 1.0)
    assert Claim(says="x", outcome="need", relation="a < 300").sides == ("a", "300"), "a name can be digits"
    windows = {over: Claim(says="x", outcome="need", relation="a > b", over=over).window(5 * WEEKS_PER_YEAR)
               for over in ("whole run", "last year", "year 2", "year 5")}
    assert windows == {"whole run": (0, 5 * WEEKS_PER_YEAR), "last year": (4 * WEEKS_PER_YEAR, 5 * WEEKS_PER_YEAR),
                       "year 2": (WEEKS_PER_YEAR, 2 * WEEKS_PER_YEAR),
                       "year 5": (4 * WEEKS_PER_YEAR, 5 * WEEKS_PER_YEAR)}
    with pytest.raises(ValueError, match="after the horizon"):
        Claim(says="x", outcome="need", relation="a > b", over="year 3").window(104)
