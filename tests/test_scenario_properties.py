"""Properties of scenario files over generated ones: round trips, exact units, meaningful keys, no other error."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from malformed import RICH

from simulation.levers import LEVERS
from simulation.mechanisms import MECHANISMS, TABLES
from simulation.outcomes import BY_NAME
from simulation.parameters import WEEKS_PER, WEEKS_PER_YEAR
from simulation.scenario import Scenario, ScenarioError, load, regime_library, to_yaml
from simulation.scenario.strictyaml import read_text
from simulation.scenario.units import UnitError, convert, written

QUICK = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
UNITS = sorted({lever.unit for lever in LEVERS} | {p.unit for table in TABLES.values() for p in table.values()})
NUMBERS = st.floats(-1e12, 1e12).filter(lambda x: x == 0 or abs(x) > 1e-12)
WHOLE = st.integers(0, 10**9)


# -- units -------------------------------------------------------------------------------------------------------------


@QUICK
@given(NUMBERS, st.sampled_from(UNITS))
def test_what_is_written_is_read_to_the_last_bit(value, unit):
    assert convert(written(value, unit), unit) == value


@QUICK
@given(WHOLE)
def test_equal_lengths_of_time_are_equal_numbers(n):
    assert convert(f"{n} weeks", "week") == convert(f"{7 * n} days", "week") == convert(f"{168 * n} hours", "week")
    assert convert(f"{n} years", "week") == convert(f"{12 * n} months", "week") == convert(f"{4 * n} quarters", "week")
    assert convert(f"{n} hours", "minute") == 60.0 * n


@QUICK
@given(st.decimals(0, 100, places=6))
def test_per_cent_is_a_hundredth_exactly(percent):
    assert convert(f"{percent} %", "share") == float(percent / Decimal(100)) == convert(float(percent / 100), "share")


@QUICK
@given(st.floats(1e-6, 1e6), st.sampled_from(list(WEEKS_PER)), st.sampled_from(list(WEEKS_PER)))
def test_rates_and_durations_convert_by_the_table_of_units(number, one, other):
    ratio = WEEKS_PER[one] / WEEKS_PER[other]
    assert convert(f"{number!r} {one}s", other) == pytest.approx(number * ratio, rel=1e-12)
    assert convert(f"{number!r} per {one}", f"per {other}") == pytest.approx(number / ratio, rel=1e-12)


@QUICK
@given(st.text(max_size=80) | st.floats() | st.none() | st.booleans() | st.lists(st.integers(), max_size=2),
       st.sampled_from(UNITS))
def test_anything_is_a_finite_number_or_a_unit_error(value, unit):
    try:
        number = convert(value, unit)
    except UnitError as error:
        assert str(error).isprintable()
    else:
        assert abs(number) < float("inf")


# -- YAML --------------------------------------------------------------------------------------------------------------


@QUICK
@given(st.text(max_size=200) | st.text("ab:-#[]{},'\" \n\t&*!|>%@~0.1", max_size=60))
def test_any_text_is_read_or_refused_by_a_scenario_error(text):
    try:
        read_text(text, "f", None)
    except ScenarioError as error:
        assert error.problems and all(str(problem).isprintable() for problem in error.problems)


@QUICK
@given(st.data())
def test_a_file_with_a_few_characters_changed_is_valid_or_refused_by_a_scenario_error(tmp_path, data):
    text = list(RICH)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place] = data.draw(st.sampled_from(["", " ", "\n", ":", "-", "x", "7", "[", "}", "'", "#", "\t", "%"]))
    path = tmp_path / "changed.yaml"
    path.write_text("".join(text), encoding="utf-8")
    try:
        scenario = load(path)
    except ScenarioError as error:
        assert all("changed.yaml" in problem.file for problem in error.problems)
    else:
        assert len(scenario.key) == 32


# -- whole scenarios ---------------------------------------------------------------------------------------------------

WORDS = st.text("abcdefgh no: yes#'\"£%0123", min_size=1, max_size=40).map(lambda t: f"A {t} z")
NAMES = st.lists(st.sampled_from(["alpha", "beta-2", "gamma_x", "delta"]), min_size=2, max_size=4, unique=True)


def _between(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda x: round(x, 9)).filter(lambda x: low <= x <= high)


FREE_LEVERS = [lever for lever in LEVERS if not lever.name.startswith("funding") and lever.high > 0.4]
"""Levers whose values do not have to add up with those of others."""
PARAMETERS = [(name, p) for name, table in TABLES.items() for p in table.values()]


@st.composite
def levers(draw) -> dict[str, object]:
    chosen = draw(st.lists(st.sampled_from(FREE_LEVERS), min_size=1, max_size=5, unique_by=lambda lever: lever.name))
    return {lever.name: _said(draw(_between(lever.low, lever.high)), lever.unit) for lever in chosen}


def _said(value: float, unit: str) -> object:
    text = written(value, unit)
    return value if text == written(value, "number") else text


@st.composite
def events(draw, names: list[str]) -> dict[str, object]:
    at = draw(st.integers(0, 200))
    event: dict[str, object] = {"at": f"{at} weeks"}
    if draw(st.booleans()):
        event["until"] = f"{at + draw(st.integers(4, 50))} weeks"  # a tick has two weeks at most
    if draw(st.booleans()):
        event["regimes"] = [draw(st.sampled_from(names))]
    event |= draw(st.one_of(
        levers().map(lambda found: {"levers": found}), st.sampled_from(names).map(lambda name: {"regime": name}),
        _between(0, 2).map(lambda x: {"staffing": {"hospital": x}}),
        _between(0, 5).map(lambda x: {"surge": {"all": x}})))
    return event


@st.composite
def scenarios(draw) -> dict[str, object]:
    names = draw(NAMES)
    changed = draw(st.lists(st.sampled_from(PARAMETERS), max_size=3, unique_by=lambda found: found[1].name))
    parameters: dict[str, dict[str, object]] = {}
    for table, p in changed:
        parameters.setdefault(table, {})[p.name] = _said(draw(_between(p.low, p.high)), p.unit)
    content: dict[str, object] = {
        "title": draw(WORDS), "purpose": draw(WORDS),
        "world": {"people": draw(st.integers(1000, 10**6)), "places": draw(st.integers(4, 5)),
                  "tick": draw(st.sampled_from(["1 week", "1 day", "2 weeks"])), "horizon": "5 years"},
        "parameters": parameters,
        "switches": {name: draw(st.booleans()) for name in draw(st.sets(st.sampled_from(MECHANISMS), max_size=3))},
        "regimes": {name: {"title": draw(WORDS), "levers": draw(levers())} for name in names},
        "regime_places": draw(st.sampled_from([{}, {names[0]: "25 %", names[1]: 0.5}])),
        "events": draw(st.lists(events(names), max_size=3)),
        "claims": [{"says": draw(WORDS), "outcome": draw(st.sampled_from(sorted(BY_NAME))),
                    "is": f"{names[0]} < {names[1]} by at least 0.01",
                    "over": draw(st.sampled_from(["year 2", "last year"]))}],
        "story": [{"title": draw(WORDS), "text": draw(WORDS), "show": ["need"], "question": draw(WORDS),
                   "predict": draw(st.sampled_from([
                       {"how": "choose", "outcome": "need", "over": "year 3"},
                       {"how": "draw", "outcome": "need", "regime": names[1], "after": "13 weeks"}])),
                   "minutes": draw(st.integers(1, 60)), "discuss": draw(st.lists(WORDS, max_size=2)),
                   "regimes": draw(st.sampled_from([[], list(names)]))}],
        "seed": draw(st.integers(0, 2**63 - 1)),
    }
    return content


def _file(folder: Path, content: object, name: str = "made.yaml") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else _quoted(content), encoding="utf-8")
    return path


def _quoted(content: object) -> str:
    """YAML with every text in quotes, so that only this file's meaning is tested, not what it looks like."""

    class Quoting(yaml.SafeDumper):
        pass

    Quoting.add_representer(str, lambda d, text: d.represent_scalar("tag:yaml.org,2002:str", text, style='"'))
    return yaml.dump(content, Dumper=Quoting, sort_keys=False, allow_unicode=True)


def _shuffled(content: object, dice: random.Random) -> object:
    """The same mappings with their keys in another order, except regimes, whose order is that of comparison."""
    if isinstance(content, dict):
        keys = list(content)
        dice.shuffle(keys)
        return {key: content[key] if key == "regimes" else _shuffled(content[key], dice) for key in keys}
    return [_shuffled(item, dice) for item in content] if isinstance(content, list) else content


@QUICK
@given(scenarios())
def test_a_scenario_survives_writing_and_json(tmp_path, content):
    scenario = load(_file(tmp_path, content))
    again = load(_file(tmp_path, to_yaml(scenario)))
    assert again.model_dump() == scenario.model_dump() and again.key == scenario.key
    from_json = Scenario.model_validate_json(scenario.model_dump_json(by_alias=True))
    assert from_json.model_dump() == scenario.model_dump() and from_json.key == scenario.key


@QUICK
@given(scenarios(), st.randoms(use_true_random=False))
def test_the_key_does_not_depend_on_the_order_of_keys_or_on_prose(tmp_path, content, dice):
    scenario = load(_file(tmp_path, content))
    other = dict(_shuffled(content, dice))  # type: ignore[call-overload]
    other |= {"title": "Other", "seed": 0, "claims": [], "teaches": "Something else."}
    other["events"] = [{**event, "says": "Now."} for event in other["events"]]
    again = load(_file(tmp_path, other))
    assert again.key == scenario.key
    assert {name: again.run_key(name) for name in again.regimes} == {
        name: scenario.run_key(name) for name in scenario.regimes}


@QUICK
@given(scenarios(), st.integers(1, 10**6))
def test_the_key_does_not_depend_on_what_regimes_are_called(tmp_path, content, number):
    scenario = load(_file(tmp_path, content))
    text = _quoted({**content, "title": "x", "purpose": "x", "claims": [], "story": []})
    for name in scenario.regimes:
        text = text.replace(f'"{name}"', f'"called-{number}-{name}"')
    again = load(_file(tmp_path, text))
    assert not set(again.regimes) & set(scenario.regimes) and again.key == scenario.key


@QUICK
@given(st.sampled_from(LEVERS), st.data())
def test_an_override_is_the_same_as_the_value_in_the_file(tmp_path, lever, data):
    high = 0.2 if lever.name.startswith("funding") else lever.high
    value = _said(data.draw(_between(lever.low, high)), lever.unit)
    regime = data.draw(st.sampled_from(sorted(regime_library())))
    if lever.name.startswith("funding") and regime == "trust-alone":
        regime = "targets"
    in_file = load(_file(tmp_path, {"extends": "town", "regimes": {regime: {"levers": {lever.name: value}}}}))
    for changes in ([f"regimes.{regime}.{lever.name}={value}"], {f"regimes.{regime}.levers.{lever.name}": value}):
        overridden = load("town", set=changes)
        assert overridden.key == in_file.key
        assert overridden.regimes[regime] == in_file.regimes[regime]


@QUICK
@given(st.sampled_from(PARAMETERS), st.data())
def test_a_parameter_out_of_range_is_refused_and_one_in_range_is_taken(found, data):
    table, p = found
    inside = data.draw(_between(p.low, p.high))
    path = f"parameters.{table}.{p.name}"
    scenario = load("town", set={path: _said(inside, p.unit)})
    assert scenario.parameters[table][p.name] == inside
    with pytest.raises(ScenarioError) as raised:
        load("town", set={path: _said(p.high * 2 + 1, p.unit)})
    assert f"{path}: " in str(raised.value) and "is out of range; accepted" in str(raised.value)


@QUICK
@given(st.floats(0.01, 90), st.floats(0.1, 4))
def test_ticks_are_the_horizon_in_ticks(years, tick):
    scenario = Scenario(name="x", title="x", purpose="x", regimes={"a": {}},
                        world={"people": 200, "horizon": max(tick, years * WEEKS_PER_YEAR), "tick": tick})
    assert abs(scenario.ticks * tick - scenario.world.horizon) <= tick / 2 + 1e-6
