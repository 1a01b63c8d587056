"""Claims are recounted pair by pair, as the file states them; and what the catalogue claims goes with its worlds."""

from __future__ import annotations

import json
import math
import threading

import numpy as np
import pytest

from simulation import claims
from simulation.comparison import ComparisonError, compare
from simulation.parameters import WEEKS_PER_YEAR
from simulation.provenance import model_version
from simulation.runs import Interrupted
from simulation.scenario import catalogue, load
from simulation.scenario.story import Claim
from tests import fake_runs

WORLD = {"world.people": 400, "world.horizon": "2 years"}


def claim(relation: str, outcome: str = "need", over: str = "whole run", **more) -> Claim:
    return Claim(says="x", outcome=outcome, relation=relation, over=over, **more)


def town(*made: Claim, **changes):
    changed = {**WORLD, "claims": [c.model_dump(by_alias=True) for c in made], **changes}
    return load("town", set=changed)


@pytest.fixture
def series(monkeypatch):
    """Runs in which `need` is what `set` says: regime name -> seed -> value or series."""
    values: dict[str, object] = {}
    ran: list[tuple[str, int]] = []

    def run(scenario, regime, seed, **options):
        ran.append((regime.name, seed))
        found = fake_runs.run(scenario, regime, seed, **options)
        given = values.get(regime.name, 0.0)
        found.series["need"] = np.broadcast_to(given(seed) if callable(given) else given, scenario.ticks).astype(float)
        return found

    fake_runs.install(monkeypatch, run)
    values["ran"] = ran
    return values


# -- one claim, one pair ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("relation", "left", "right", "expected"), [
    ("a > b", 2.0, 1.0, True), ("a > b", 1.0, 1.0, False), ("a > b", 1.0, 2.0, False),
    ("a < b", 1.0, 2.0, True), ("a < b", 1.0, 1.0, False), ("a < b", 2.0, 1.0, False),
    ("a > b by at least 0.5", 1.5, 1.0, True), ("a > b by at least 0.5", 1.25, 1.0, False),
    ("a < b by at least 50 %", 1.0, 1.5, True), ("a < b by at least 0.5", 1.5, 1.0, False),
    ("a = b within 0.5", 1.0, 1.5, True), ("a = b within 0.5", 1.5, 1.0, True), ("a = b within 0.5", 1.0, 1.75, False),
    ("a = b within 0", 1.0, 1.0, True), ("a = b within 0", 1.0, 1.0 + 1e-12, False),
    ("a > b", math.nan, 1.0, False), ("a < b", math.nan, 1.0, False), ("a = b within 9", math.nan, 1.0, False),
])
def test_a_pair(relation, left, right, expected):
    assert claims.holds_for(claim(relation), left, right) is expected


@pytest.mark.parametrize(("in_at_least", "held", "needed", "holds"), [
    (0.9, 9, 9, True), (0.9, 8, 9, False), (0.85, 9, 9, True), (0.81, 8, 9, False), (1, 10, 10, True),
    (0.01, 1, 1, True), (0.7, 7, 7, True), (0.3, 3, 3, True),
])
def test_the_share_of_pairs(in_at_least, held, needed, holds):
    right = tuple([0.0] * held + [2.0] * (10 - held))
    found = claims.Recount("town", claim("a > b", in_at_least=in_at_least), (1.0,) * 10, right)
    assert (found.held_in, found.pairs, found.needed, found.holds) == (held, 10, needed, holds)


def test_no_pairs_hold_nothing():
    found = claims.Recount("town", claim("a > b"), (), ())
    assert not found.holds and math.isnan(found.middle)


def test_the_middle_leaves_out_pairs_without_a_value():
    found = claims.Recount("town", claim("a > b"), (1.0, math.nan, 5.0, 9.0), (0.0, 0.0, 0.0, 0.0))
    assert found.middle == 5.0 and found.held_in == 3


# -- the time of a claim ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("over", "tick", "expected"), [
    ("whole run", "1 week", slice(0, 104)), ("year 1", "1 week", slice(0, 52)), ("year 2", "1 week", slice(52, 104)),
    ("last year", "1 week", slice(52, 104)), ("from 10 weeks to 11 weeks", "1 week", slice(10, 11)),
    ("from 10 weeks to 10.2 weeks", "1 week", slice(10, 11)), ("from 1 day to 1 week", "1 day", slice(1, 7)),
    ("year 2", "1 month", slice(12, 24)),
])
def test_the_ticks_of_a_window(over, tick, expected):
    assert claims.window(claim("a > b", over=over), town(**{"world.tick": tick})) == expected


def test_the_last_tick_is_never_left(series):
    short = load("town", set={"world.people": 400, "world.horizon": "10 weeks", "world.tick": "4 weeks"})
    assert claims.window(claim("a > b", over="from 9.9 weeks to 10 weeks"), short) == slice(1, 2)


def test_an_outcome_is_averaged_over_its_time_and_ticks_without_a_value_do_not_count(series):
    two_years = np.r_[np.full(52, 1.0), np.full(26, 3.0), np.full(26, np.nan)]
    series["targets"], series["trust-and-learning"] = two_years, np.full(104, 2.0)
    found = claims.check(town(claim("targets < trust-and-learning", over="year 1"),
                              claim("targets > trust-and-learning by at least 1", over="year 2"),
                              claim("targets > trust-and-learning", over="from 78 weeks to 104 weeks")), pairs=2)
    assert [r.left for r in found.recounts][:2] == [(1.0, 1.0), (3.0, 3.0)]
    assert [r.held_in for r in found.recounts] == [2, 2, 0]
    assert all(math.isnan(v) for v in found.recounts[2].left)
    assert not found.holds


def test_a_claim_over_the_last_year_of_a_yearly_figure_is_what_a_run_says(series):
    """The mean over a year of yearly rates is the yearly total that a run's summary gives."""
    scenario = town(claim("targets > hybrid", "crises", "last year"))
    found = claims.check(scenario, pairs=1, seed=5)
    run = fake_runs.run(scenario, scenario.regimes["targets"], 5)
    assert found.recounts[0].left[0] == pytest.approx(run.series["crises"][-52:].mean())


# -- a scenario ------------------------------------------------------------------------------------------------------


def test_only_regimes_that_are_claimed_about_are_run_and_each_once(series):
    series["targets"], series["hybrid"], series["trust-alone"] = 3.0, 2.0, 1.0
    scenario = town(claim("hybrid < targets"), claim("hybrid > trust-alone by at least 1"), claim("targets > hybrid"))
    found = claims.check(scenario, pairs=3, seed=40)
    assert sorted(set(series["ran"])) == sorted(series["ran"])
    assert set(series["ran"]) == {(r, s) for r in ("targets", "hybrid", "trust-alone") for s in (40, 41, 42)}
    assert claims.regimes_claimed(scenario) == ["targets", "trust-alone", "hybrid"], "in the order of the scenario"
    assert [(r.held_in, r.pairs, r.holds) for r in found.recounts] == [(3, 3, True)] * 3
    assert found.holds and found.complete and (found.seed, found.pairs, found.asked) == (40, 3, 3)


def test_pairs_are_paired(series):
    """Each pair is compared with itself: values that differ more between pairs than between regimes still count."""
    series["targets"], series["hybrid"] = (lambda seed: 10.0 * seed + 0.5), (lambda seed: 10.0 * seed)
    found = claims.check(town(claim("targets > hybrid by at least 0.5")), pairs=4).recounts[0]
    assert found.held_in == 4 and found.differences == (0.5,) * 4


@pytest.mark.parametrize(("relation", "held"), [
    ("targets > 0.3", 2), ("targets < -0.3", 0), ("targets > +1 by at least 0.5", 1), ("targets = 1.0 within 0.25", 1),
    ("targets < +300", 3)])
def test_a_regime_is_compared_with_a_number(series, relation, held):
    series["targets"] = lambda seed: {1: 0.25, 2: 1.0, 3: 2.0}[seed]
    scenario = town(claim(relation))
    found = claims.check(scenario, pairs=3, seed=1).recounts[0]
    assert claims.regimes_claimed(scenario) == ["targets", "trust-and-learning"], "a comparison needs two"
    assert found.held_in == held


def test_a_false_claim_is_found(series):
    series["targets"], series["hybrid"] = (lambda seed: 1.0 if seed < 3 else -1.0), 0.0
    found = claims.check(town(claim("targets > hybrid", in_at_least=0.5)), pairs=5, seed=1)
    assert (found.recounts[0].held_in, found.holds) == (2, False)


def test_the_scenario_says_how_many_pairs_and_which(series):
    found = claims.check(town(claim("targets > hybrid"), pairs=2, seed=9))
    assert (found.pairs, found.seed) == (2, 9) and {s for _, s in series["ran"]} == {9, 10}


def test_json(series):
    series["targets"] = 1.0
    found = claims.check(town(claim("targets > hybrid"), claim("targets < hybrid")), pairs=2)
    assert json.loads(found.to_json()) == {"model": model_version(), "claims": [
        {"scenario": "town", "claim": "x", "held_in": 2, "pairs": 2, "holds": True},
        {"scenario": "town", "claim": "x", "held_in": 0, "pairs": 2, "holds": False}]}


def test_nothing_runs_where_nothing_is_claimed(series):
    found = claims.check(town())
    assert found.holds and found.complete and found.recounts == () and series["ran"] == []
    assert json.loads(found.to_json()) == {"model": model_version(), "claims": []}


def test_bad_numbers_are_refused(series):
    with pytest.raises(ComparisonError, match="pairs must be a whole number"):
        claims.check(town(claim("targets > hybrid")), pairs=0)
    comparison = compare(town(), ["targets", "hybrid"], 1)
    with pytest.raises(ComparisonError, match="no regime 'laissez-faire'"):
        claims.recount(comparison, claim("laissez-faire > hybrid"))


def test_stopped_it_counts_complete_pairs_only(series):
    stop = threading.Event()

    def progress(done: int, total: int) -> None:
        if done == 4:
            stop.set()

    found = claims.check(town(claim("targets > hybrid")), pairs=500, threads=1, progress=progress, stop=stop)
    assert not found.complete and found.asked == 500 and 2 <= found.pairs < 500
    stop.set()
    with pytest.raises(Interrupted):
        claims.check(town(claim("targets > hybrid")), pairs=2, stop=stop)


# -- the catalogue ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_scenario_tells_a_story(name):
    scenario = load(name)
    assert scenario.title and scenario.purpose and scenario.teaches
    assert all(step.text for step in scenario.story)
    if scenario.claims:
        assert len({c.says for c in scenario.claims}) == len(scenario.claims), "a claim is known by its words"
        assert set(scenario.compare) & set(claims.regimes_claimed(scenario))


CLAIMING = sorted(name for name in catalogue() if load(name).claims)


def test_the_catalogue_claims_something_for_either_side():
    """Nobody can say that only one regime ever wins on what happens to people."""
    harm = {"need", "need_complex", "crises", "deaths"}
    better = {(c.left if c.sign == "<" else c.right) for name in CLAIMING for c in load(name).claims
              if c.outcome in harm and c.sign != "="}
    assert {"targets", "trust-and-learning"} <= better


def test_the_null_world_claims_exact_equality():
    null = load("null")
    assert null.claims and all(c.sign == "=" and c.margin == 0 and c.in_at_least == 1 for c in null.claims)
    found = claims.check(load("null", set={"world.people": 400, "world.horizon": "20 weeks"}), pairs=2)
    assert found.holds and all(r.differences == (0.0, 0.0) for r in found.recounts)


def test_the_world_where_targets_win():
    """Pattern 11, the half that an advocate of trust would leave out; the quickest of the shipped scenarios."""
    found = claims.check(load("urgent-single-need"), pairs=10, seed=2001)
    assert {"need", "crises", "deaths"} <= {r.claim.outcome for r in found.recounts}
    assert found.holds, [r.to_dict() for r in found.recounts if not r.holds]


def test_a_year_is_a_year():
    assert claims.window(claim("a > b", over="year 5"), load("town")).stop == round(5 * WEEKS_PER_YEAR)
