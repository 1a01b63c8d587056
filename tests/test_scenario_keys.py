"""What is in the key of a scenario and what is not; the JSON Schema; a scenario written back as a file."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from scenario_files import write

from simulation.levers import LEVERS
from simulation.mechanisms import MECHANISMS, TABLES
from simulation.scenario import catalogue, json_schema, load, regime_json_schema, regime_library, to_yaml
from simulation.scenario.catalogue import folder
from simulation.scenario.schema import REGIME_FILE, SCENARIO_FILE


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty working folder, so that messages show file names alone."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- keys ----------------------------------------------------------------------------------------------------------


def key(*changes: str, name: str = "town") -> str:
    return load(name, set=changes).key


def test_a_key_has_32_hex_digits_and_is_the_same_every_time():
    assert len(key()) == 32 and int(key(), 16) >= 0 and key() == key()


@pytest.mark.parametrize("change", [
    "world.people=10001", "world.places=2", "world.tick=2 weeks", "world.horizon=4 years", "switches.care=false",
    "regimes.targets.stakes=0.5", "parameters.need.growth=0.02 per week", "events=[{at: 1 year, surge: {all: 2}}]",
    "events=[{at: 1 year, regime: hybrid}]", "regimes=[targets, hybrid]",
])
def test_what_changes_a_run_changes_the_key(change):
    assert key(change) != key()


@pytest.mark.parametrize("change", [
    "title=Other", "purpose=Other", "teaches=Other", "story=[]", "pairs=7", "seed=9", "compare=[hybrid, targets]",
    "claims=[{says: x, outcome: need, is: targets > hybrid}]", "regimes.targets.title=Other", "switches.care=true",
    "world.tick=7 days", "world.people=10000 people", "regimes.targets.stakes=90 %", "regimes.targets.reporting=0.080",
    "regimes.targets.retraining=1 per year", f"parameters.need.coupling={TABLES['need']['coupling'].default} per week",
])
def test_what_changes_no_run_does_not_change_the_key(change):
    assert TABLES["need"]["coupling"].unit == "per week"
    assert key(change) == key()


def test_one_and_one_point_zero_and_a_hundred_per_cent_are_the_same():
    assert len({key(f"regimes.targets.stakes={one}") for one in ("1", "1.0", "100 %", "100.0%", "1e0")}) == 1


def test_names_and_order_of_regimes_do_not_change_the_key(here):
    write("extends: town\nregimes: [targets, hybrid]\nevents:\n- {at: 1 year, regimes: [targets], regime: hybrid}\n",
          "a.yaml")
    write("extends: town\nregimes: [hybrid]\n", "base.yaml")
    other = write("extends: ./base.yaml\nregimes:\n  zoo: {extends: targets}\nevents:\n"
                  "- {at: 1 year, regimes: [zoo], regime: hybrid, says: Now.}\n", "b.yaml")
    a, b = load("./a.yaml"), load(other)
    assert a.key == b.key and a.run_key("targets") == b.run_key("zoo") and a.run_key("hybrid") == b.run_key("hybrid")


def test_the_key_of_a_run_stays_when_another_regime_comes_in():
    few, many = load("town", set=["regimes=[targets, hybrid]"]), load("town")
    assert few.run_key("targets") == many.run_key("targets") and few.key != many.key
    cut = "events=[{at: 1 year, regimes: [hybrid], staffing: {all: 0.9}}]"
    hit = load("town", set=[cut])
    assert hit.run_key("targets") == many.run_key("targets") and hit.run_key("hybrid") != many.run_key("hybrid")


def test_equal_levers_under_two_names_have_one_run_key():
    scenario = load("town", set=["regimes.twin={extends: targets}"])
    assert scenario.run_key("twin") == scenario.run_key("targets")


# -- schema and writing --------------------------------------------------------------------------------------------


def test_the_shipped_schemas_are_those_of_the_models():
    for name, schema in ((SCENARIO_FILE, json_schema()), (REGIME_FILE, regime_json_schema())):
        shipped = json.loads((folder() / name).read_text(encoding="utf-8"))
        assert shipped == schema, f"{name} is stale; renew it with: python -m simulation.scenario scenarios"


def test_the_schemas_accept_what_is_shipped_and_refuse_slips():
    scenario = jsonschema.Draft202012Validator(json_schema())
    regime = jsonschema.Draft202012Validator(regime_json_schema())
    for validator, files in ((scenario, catalogue()), (regime, regime_library())):
        validator.check_schema(validator.schema)
        for name, path in files.items():
            assert not list(validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))), name
    for bad in ({"wrld": {}}, {"world": {"horizon": 5}}, {"world": {"horizon": "5 yeers"}}, {"world": {"people": 10}},
                {"regimes": {"a": {"levers": {"stakes": 2}}}}, {"parameters": {"need": {"growth": 3}}},
                {"parameters": {"ned": {}}}, {"switches": {"care": "off"}},
                {"story": [{"title": "x", "show": ["ned"]}]},
                {"events": [{"surge": {"all": 2}}]}, {"claims": [{"says": "x"}]}):
        assert not scenario.is_valid({"extends": "town", **bad}), bad


def test_the_schema_describes_every_parameter_lever_and_mechanism():
    schema = json_schema()
    for name, table in TABLES.items():
        described = schema["properties"]["parameters"]["properties"][name]["properties"]
        assert list(described) == list(table) and all(field["description"] for field in described.values())
    assert list(schema["properties"]["switches"]["properties"]) == list(MECHANISMS)
    levers = schema["$defs"]["Regime"]["properties"]["levers"]["properties"]
    assert list(levers) == [lever.name for lever in LEVERS]


@pytest.mark.parametrize("name", ["town", "null", "neighbourhoods"])
def test_a_scenario_written_out_loads_to_the_same(here, name):
    scenario = load(name, set={"title": "0o17", "purpose": "Is 'it' 12:30: or no?",
                               "parameters.need.growth": "0.01 per week"})
    again = load(write(to_yaml(scenario), f"{name}.yaml"))
    assert again.model_dump() == scenario.model_dump() and again.key == scenario.key
    assert "extends" not in to_yaml(scenario)
