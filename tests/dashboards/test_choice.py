"""A choice becomes a scenario and a link, and comes back; links of strangers are bounded and checked."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.choice import MOST_LINK, MOST_TEXT, Choice, ChoiceError, Shock, Slot, slot_names, steps
from simulation.scenario import catalogue, load


def token_of(data: object) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(data).encode())).decode().rstrip("=")


def two(scenario) -> tuple[str, str]:
    return scenario.compare[0], scenario.compare[1]


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_an_untouched_choice_has_the_runs_of_the_scenario(name):
    scenario, built = load(name), Choice.of(load(name)).scenario_of()
    assert built.compare == scenario.compare
    assert [built.run_key(r) for r in built.compare] == [scenario.run_key(r) for r in scenario.compare]


def test_what_is_chosen_arrives():
    first, second = two(load("town"))
    choice = Choice(slots=(Slot(regime=first, levers={"stakes": 0.5}), Slot(regime=second)), people=2_000, years=2,
                    pairs=3, seed=9, parameters={"need.growth": 0.05}, shocks=(Shock(kind="staff", week=30),))
    built = choice.scenario_of()
    assert built.world.people == 2_000 and round(built.world.horizon) == 104
    assert built.regimes[first].levers["stakes"] == 0.5
    assert built.regimes[second].levers == load("town").regimes[second].levers
    assert built.parameters["need"]["growth"] == 0.05
    assert (built.pairs, built.seed) == (3, 9)
    assert built.events[0].at == 30 and built.events[0].staffing == {"all": 0.8}


def test_the_same_regime_twice_gets_two_names_and_the_same_runs():
    first, _ = two(load("town"))
    slots = (Slot(regime=first), Slot(regime=first))
    assert slot_names(slots) == [first, f"{first}-2"]
    built = Choice(slots=slots).scenario_of()
    assert built.run_key(first) == built.run_key(f"{first}-2")


def test_events_for_one_regime_also_happen_to_its_copy():
    scenario = load("convener-cut")
    hit = next(e.regimes[0] for e in scenario.events if e.regimes)
    built = Choice(scenario="convener-cut", slots=(Slot(regime=hit), Slot(regime=hit))).scenario_of()
    assert built.run_key(hit) == built.run_key(f"{hit}-2")


def test_a_link_brings_back_the_same_scenario():
    first, second = two(load("town"))
    choice = Choice(slots=(Slot(regime=second), Slot(regime=first, levers={"audit": 0.25})), seed=4)
    token = choice.token()
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    back = Choice.from_token(token)
    assert back.scenario_of().key == choice.scenario_of().key
    assert back.slots == choice.slots and back.model != ""


@pytest.mark.parametrize("token, says", [
    ("x" * (MOST_LINK + 1), "too long"),
    ("!!!", "damaged"),
    ("abcd", "damaged"),
    (token_of({"scenario": "town"})[:-4], "damaged"),
    (token_of({"scenario": "x" * (MOST_TEXT + 10)}), "too large"),
    (token_of({"scenario": "../../etc/passwd"}), "does not fit"),
    (token_of({"scenario": "town", "code": "import os"}), "does not fit"),
    (token_of({"slots": [{"regime": "a"}]}), "two regimes"),
    (token_of({"people": 10**9}), "people"),
    (token_of({"pairs": 10**6}), "pairs"),
    (token_of({"years": float("nan")}), "does not fit"),
    (token_of([1, 2]), "does not fit"),
    (base64.urlsafe_b64encode(zlib.compress(b"\xff\xfe")).decode(), "does not fit"),
])
def test_bad_links_are_refused_in_words(token, says):
    with pytest.raises(ChoiceError, match=says) as caught:
        Choice.from_token(token)
    assert len(str(caught.value)) < 400


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_reading_of_links(text):
    with pytest.raises(ChoiceError):
        Choice.from_token("~" + text)


@pytest.mark.parametrize("choice, says", [
    ({"scenario": "twn"}, "did you mean 'town'"),
    ({"slots": [{"regime": "nobody"}, {"regime": "hybrid"}]}, "unknown regime 'nobody'"),
    ({"parameters": {"need.grwth": 0.1}}, "did you mean 'growth'"),
    ({"parameters": {"need.growth": 100.0}}, "out of range"),
    ({"slots": [{"regime": "hybrid", "levers": {"stake": 1}}, {"regime": "benchmarking"}]}, "did you mean 'stakes'"),
])
def test_what_the_schema_refuses_is_said_with_the_nearest_name(choice, says):
    with pytest.raises(ChoiceError, match=says):
        Choice.model_validate(choice).scenario_of()


@pytest.mark.parametrize("changes", [{"parameters": {"population.burn_in": 520}}, {"years": 10}])
def test_short_ticks_over_a_long_time_are_refused_before_anything_is_made(changes):
    with pytest.raises(ChoiceError, match="this server runs 30,000 at most"):
        Choice(scenario="emergency-department", **changes).scenario_of()


def test_the_time_before_the_clock_starts_is_counted_as_work():
    plain, longer = (Choice(parameters=parameters).scenario_of() for parameters in ({}, {"population.burn_in": 520}))
    assert steps(plain) == plain.ticks + 39 and steps(longer) == longer.ticks + 520
