"""What is said about a wrong scenario: place, value, what is accepted and the likely fix, word for word."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from scenario_files import said, write

from simulation.scenario import ScenarioError, catalogue, load, load_regime


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty working folder, so that messages show file names alone."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("lines", "problems"), [
    ("world: {people: 100}", ["2:17: world.people: 100 is out of range; accepted 200 to 100,000,000 people"]),
    ("world: {people: 10000, places: 51}", ["2:17: world.people: 10000 people in 51 places; accepted at least "
                                            "200 people for every place"]),
    ("world: {people: 1000000, tick: 1 minute, horizon: 100 weeks}",
     ["2:51: world.horizon: 1,008,000 ticks are too many; accepted at most 1,000,000: a longer tick or a "
      "shorter horizon is needed"]),
    ("world: {people: 100000000, tick: 1 hour}",
     ["2:17: world.people: 100,000,000 people over 43,830 ticks would take days; accepted at most "
      "1,000,000,000,000 people times ticks"]),
    ("populaton: 3\npeople: 5", [
        "2:1: populaton: unknown key 'populaton'; accepted here: title, purpose, teaches, world, parameters, switches, "
        "regimes, compare, regime_places, events, claims, story, pairs, seed",
        "3:1: people: unknown key 'people'; it belongs at world.people"]),
    ("regimes: [targts]", ["2:11: regimes.targts: unknown regime 'targts'; did you mean 'targets'? A regime of "
                           "your own needs 'extends' or a 'title'"]),
    ("regimes: {targets: {levers: {staks: 1, sacking: 5 per week}}}", [
        "2:30: regimes.targets.levers.staks: unknown lever 'staks'; did you mean 'stakes'?",
        "2:49: regimes.targets.levers.sacking: '5 per week' (260.893 per year) is out of range; accepted 0 to 4 "
        "per year"]),
    ("events:\n- {at: 6 years, surge: {all: 2}}\n- {at: 1 year, until: 6 months, staffing: {hospitl: 0}}", [
        "4:44: events[2].staffing.hospitl: unknown organisation kind 'hospitl'; did you mean 'hospital'? Accepted: "
        "general_practice, mental_health, social_care, housing, money_advice, community, hospital, all"]),
    ("events:\n- {at: 6 years, surge: {all: 2}}\n- {at: 1 year, regime: targts}", [
        "3:8: events[1].at: 6 years is not before the horizon of 5 years; an event must happen during the run",
        "4:24: events[2].regime: unknown regime 'targts'; did you mean 'targets'? Accepted: targets, "
        "trust-and-learning, trust-alone, benchmarking, hybrid, lead-agency, laissez-faire"]),
    ("events:\n- {at: 100 days, until: 101 days, surge: {housing: 2}}", [
        "3:25: events[1].until: 101 days falls on the tick in which the event begins; a tick is 1 week"]),
    ("events:\n- {at: 1 year, levers: {funding_trust: 1}}", [
        "3:16: events[1].levers: funding_results, funding_deficits, funding_trust add up to 1.15 of budgets; "
        "accepted at most 1"]),
    ("claims:\n- {says: It helps., outcome: ned, is: targets > hybird, over: year 6}",
     ["3:30: claims[1].outcome: unknown outcome 'ned'; did you mean 'need'?"]),
    ("claims:\n- {says: It helps., outcome: need, is: targets > hybird, over: year 6}", [
        "3:40: claims[1].is: unknown regime 'hybird'; did you mean 'hybrid'? Accepted: targets, trust-and-learning, "
        "trust-alone, benchmarking, hybrid, lead-agency, laissez-faire",
        "3:64: claims[1].over: 'year 6' ends after the horizon of 5 years"]),
    ("parameters: {access: {growth: 1 per year}, ned: {}}", [
        "2:23: parameters.access.growth: unknown key 'growth'; it belongs at parameters.need.growth",
        "2:44: parameters.ned: unknown table of parameters 'ned'; did you mean 'need'?"]),
    ("switches: {care: 0, cair: false}", [
        "2:18: switches.care: 0 is not a truth value; accepted: true, false",
        "2:21: switches.cair: unknown mechanism 'cair'; did you mean 'care'? Accepted: need, access, care, "
        "measurement, pressure, learning, relationships, leadership, money, spread"]),
    ("regime_places: {targets: 0.5, hybrid: 0.75}", [
        "2:1: regime_places: the shares add up to 1.25; accepted at most 1",
        "2:1: regime_places: 2 regimes need at least 2 places; the world has 1"]),
    ("name: mine", ["2:1: name: this name is not a field: a scenario or regime is called by its file or key; "
                    "'title' is the name for people"]),
])
def test_error_texts(here, lines, problems):
    assert said(write(f"extends: town\n{lines}\n")) == [f"mine.yaml:{problem}" for problem in problems]


def test_a_scenario_that_lacks_nearly_everything(here):
    assert said(write("title: A start\n")) == [
        "mine.yaml:1:1: purpose: is missing; What this scenario is for, in one sentence.",
        "mine.yaml:1:1: world: is missing; How many people live where, and how time passes.",
        "mine.yaml:1:1: regimes: is missing; The regimes: names of the library, or a map from names to what "
        "each changes."]


def test_names_and_paths_that_are_no_scenario(here):
    (here / "folder").mkdir()
    (here / "empty.yaml").touch()
    (here / "binary.yaml").write_bytes(bytes(range(256)))
    (here / "latin.yaml").write_bytes(b"title: x\npurpose: caf\xe9\n")
    (here / "large.yaml").write_bytes(b"# filler\n" * 200_000)
    shipped = ", ".join(catalogue())
    assert said("twon") == [f"scenario: unknown scenario 'twon'; did you mean 'town'? Accepted: {shipped}; a "
                            f"file is given by its path, ending in .yaml"]
    assert said("folder")[0].endswith("'folder' here is a folder, and a scenario is one file")
    assert said("town.yaml") == ["town.yaml: no such file; the scenario that comes with the program is called 'town'"]
    assert said("./nothing.yaml") == ["nothing.yaml: no such file"]
    assert said(here / "folder") == ["folder: is a folder; the path of a YAML file is needed"]
    assert said("empty.yaml") == ["empty.yaml: is empty; a scenario has at least a title, a world and regimes"]
    assert said("binary.yaml") == ["binary.yaml: is not text: it holds zero bytes; a UTF-8 text file is needed"]
    assert said("latin.yaml") == ["latin.yaml:2: is not UTF-8 text; save it as UTF-8"]
    assert said("large.yaml") == ["large.yaml: is too large; a scenario file has at most 1,000,000 bytes"]
    assert said("a\0b.yaml")[0].startswith("'a\\x00b.yaml': cannot be read")
    assert said(5) == ["scenario: int is not the name or path of a scenario"]


def test_regime_files(here):
    assert load_regime("hybrid").levers["target_level"] == 0.9
    assert load_regime(write("extends: targets\nlevers: {audit: 1}\n", "strict.yaml")).levers["audit"] == 1
    write("extends: targets\nlever: 1\nlevers: {staks: 1, audit: 3}\n", "bad.yaml")
    with pytest.raises(ScenarioError) as raised:
        load_regime("./bad.yaml")
    assert str(raised.value).splitlines() == [
        "bad.yaml:2:1: lever: unknown key 'lever'; did you mean 'levers'?",
        "bad.yaml:3:10: levers.staks: unknown lever 'staks'; did you mean 'stakes'?",
        "bad.yaml:3:27: levers.audit: 3 is out of range; accepted 0 to 1 (share)"]


def test_an_error_prints_so_many_problems_and_pickles(here):
    lines = "".join(f"unknown-{i}: 1\n" for i in range(40))
    with pytest.raises(ScenarioError) as raised:
        load(write("extends: town\n" + lines))
    assert len(raised.value.problems) == 40
    assert str(raised.value).splitlines()[-1] == "... and 15 more problems"
    again = pickle.loads(pickle.dumps(raised.value))
    assert again.problems == raised.value.problems and isinstance(again, ValueError)


# -- the guide ---------------------------------------------------------------------------------------------------------

GUIDE = Path(__file__).parents[1] / "docs" / "scenarios.md"


def _block(language: str) -> str:
    return GUIDE.read_text(encoding="utf-8").split(f"```{language}\n")[1].split("```")[0]


def test_the_example_of_the_guide_loads(here):
    scenario = load(write(_block("yaml"), "cut.yaml"))
    assert scenario.regimes["gentle-targets"].levers["stakes"] == 0.3
    assert len(scenario.events) == len(scenario.claims) == len(scenario.story) == 1


def test_the_samples_of_errors_in_the_guide_are_true(here):
    first = write("extends: town\nworld:\n  horizon:  5\npeople: 3\n", "my.yaml")
    lines = said(first)
    write("extends: town\nregimes: {mine: {extends: hybrid, levers: {stakes: 1.5, adit: 1}}}\n", "my.yaml")
    lines += said(first)
    write("extends: town\n\n\n\n\n\n\n\n\nevents:\n  - at: 6 years\n    surge: {all: 2}\n", "my.yaml")
    lines += said(first) + said("town", set=["world.peple=5"])
    assert [line.split(": ", 1)[1] for line in lines] == [
        line.split(": ", 1)[1] for line in _block("text").splitlines()]
