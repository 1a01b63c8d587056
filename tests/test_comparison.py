"""Comparing: which regimes, which pairs, what is kept, and that nothing depends on threads or on when it is stopped."""

from __future__ import annotations

import json
import math
import threading
import time

import fake_runs
import numpy as np
import pandas as pd
import pytest

from simulation.comparison import ComparisonError, compare
from simulation.outcomes import BY_NAME, OUTCOMES
from simulation.runs import Interrupted


@pytest.fixture(autouse=True)
def _fake(monkeypatch):
    fake_runs.install(monkeypatch)


def _same(a, b):
    return {**a.to_dict(), "manifest": None} == {**b.to_dict(), "manifest": None}


def test_the_table_has_the_promised_shape():
    table = compare(fake_runs.scenario()).table
    assert list(table.columns) == ["hard", "soft", "difference", "low", "high", "better_in", "pairs"]
    assert list(table.index) == [o.name for o in OUTCOMES] and table.index.name == "outcome"
    assert (table["pairs"] == 4).all() and table["better_in"].dtype == pd.Int64Dtype()
    for name, row in table.iterrows():
        assert (row["better_in"] is pd.NA) == (BY_NAME[name].better == "neither")
        assert row["difference"] == pytest.approx(row["soft"] - row["hard"], abs=1e-9)
        assert row["low"] <= row["difference"] <= row["high"]


def test_means_are_those_of_the_runs_of_the_right_seeds():
    scenario = fake_runs.scenario()
    found = compare(scenario, pairs=3, seed=40)
    assert found.seeds == (40, 41, 42)
    for regime in scenario.regimes.values():
        summaries = [fake_runs.run(scenario, regime, seed).summary["need"] for seed in (40, 41, 42)]
        assert found.values(regime.name, "need").tolist() == summaries
        assert found.table.loc["need", regime.name] == pytest.approx(np.mean(summaries))
    kept, run = found.runs["soft"][1], fake_runs.run(scenario, scenario.regimes["soft"], 41)
    assert (kept.waits == run.waits.sum(axis=0)).all()
    assert list(kept.weekly)[0] == "week" and kept.weekly["week"].iloc[-1] == 60
    np.testing.assert_array_equal(kept.weekly["wait"], run.series["wait"])


def test_threads_change_nothing():
    one, many = (compare(fake_runs.scenario(), pairs=6, threads=n) for n in (1, 5))
    assert _same(one, many)


def test_identical_levers_under_two_names_give_identical_runs():
    twins = fake_runs.scenario(fake_runs.regime("a", 0.4), fake_runs.regime("b", 0.4))
    found = compare(twins)
    assert (found.table["difference"] == 0).all() and (found.table["better_in"].dropna() == 0).all()
    for a, b in zip(*found.runs.values(), strict=True):
        assert all(np.array_equal(a.series[o], b.series[o], equal_nan=True) for o in a.series)


def test_regimes_may_be_objects_names_and_entries_of_the_library():
    found = compare(fake_runs.scenario(), ["soft", fake_runs.regime("mine", 0.3), "targets"], pairs=2)
    assert found.names == ("soft", "mine", "targets")
    assert [*found.table.columns[:3]] == ["soft", "mine", "targets"]
    third = found.contrast("targets")
    assert [*third.columns[:2]] == ["soft", "targets"]
    assert third["targets"].tolist() == found.table["targets"].tolist()
    assert set(json.loads(found.to_json())["contrasts"]) == {"mine", "targets"}


@pytest.mark.parametrize("regimes, hint", [
    (["hard", "sofft"], "did you mean 'soft'"), (["hard", "targetz"], "did you mean 'targets'"),
    (["hard"], "two regimes or more"), ([], "two regimes or more"), (["hard", "soft", "hard"], "'hard' is given twice"),
    ("hard,soft", "list"),
])
def test_wrong_regimes_are_refused(regimes, hint):
    with pytest.raises(ComparisonError, match=hint):
        compare(fake_runs.scenario(), regimes)


@pytest.mark.parametrize("wrong", [{"pairs": 0}, {"pairs": -3}, {"pairs": 2.5}, {"pairs": True}, {"seed": -1},
                                   {"seed": 2**64}, {"threads": 0}, {"pairs": "many"}])
def test_wrong_numbers_are_refused(wrong):
    (name, value), = wrong.items()
    with pytest.raises(ComparisonError, match=f"{name} must be a whole number.*not {value!r}"):
        compare(fake_runs.scenario(), **wrong)


def test_unknown_regimes_and_outcomes_of_a_comparison():
    found = compare(fake_runs.scenario(), pairs=1)
    with pytest.raises(ComparisonError, match="did you mean 'soft'"):
        found.contrast("sof")
    with pytest.raises(ComparisonError, match="others are compared with"):
        found.contrast("hard")
    with pytest.raises(ComparisonError, match="did you mean 'crises'"):
        found.values("hard", "crisis")


def test_json_is_stable_complete_and_without_nan():
    text = compare(fake_runs.scenario(), pairs=1).to_json()
    found = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} in JSON"))
    again = json.loads(compare(fake_runs.scenario(), pairs=1).to_json())
    assert {**found, "manifest": 0} == {**again, "manifest": 0} and list(found) == list(again)
    assert found["table"]["need"]["low"] is None and found["table"]["need"]["pairs"] == 1
    assert found["table"]["contacts"]["better_in"] is None
    assert found["regimes"][0]["levers"]["stakes"] == 0.9 and found["seeds"] == [1]
    assert found["manifest"]["machine"]["cores"] >= 1 and "numpy" in found["manifest"]["versions"]


def test_the_key_follows_levers_seeds_and_pairs_but_not_time():
    def key(*regimes, **how):
        return compare(fake_runs.scenario(*regimes), **how).key

    assert key() == key() != key(seed=2)
    assert key(pairs=2) != key(pairs=3)
    assert key() != key(fake_runs.regime("hard", 0.8), fake_runs.regime("soft", 0.05))


def test_long_form_holds_every_run():
    frame = compare(fake_runs.scenario(), pairs=3).to_frame()
    assert list(frame.columns) == ["regime", "pair", "seed", "outcome", "value"]
    assert len(frame) == 2 * 3 * len(OUTCOMES) and set(frame["pair"]) == {1, 2, 3}


def test_progress_counts_every_run_in_the_callers_thread():
    seen = []
    compare(fake_runs.scenario(), pairs=3, progress=lambda *at: seen.append((*at, threading.get_ident())))
    assert [at[:2] for at in seen] == [(n, 6) for n in range(1, 7)]
    assert {at[2] for at in seen} == {threading.get_ident()}


def test_a_stopped_comparison_equals_a_shorter_one(monkeypatch):
    stop = threading.Event()

    def until(done, total):
        if done >= 5:
            stop.set()

    found = compare(fake_runs.scenario(), pairs=500, threads=2, progress=until, stop=stop)
    assert not found.complete and 2 <= found.pairs < 500 and found.asked == 500
    whole = compare(fake_runs.scenario(), pairs=found.pairs)
    assert whole.complete
    pd.testing.assert_frame_equal(found.table, whole.table)
    assert found.key == whole.key


def test_ctrl_c_keeps_complete_pairs():
    def until(done, total):
        if done == 7:
            raise KeyboardInterrupt

    found = compare(fake_runs.scenario(), pairs=300, threads=1, progress=until)
    assert found.pairs >= 3 and not found.complete


def test_stopped_before_the_first_pair_there_is_nothing(monkeypatch):
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted, match="first pair"):
        compare(fake_runs.scenario(), stop=stop)

    def one_only(scenario, regime, seed, *, stop, **_):
        if regime.name == "soft" and stop.wait(20):
            raise Interrupted("stopped")
        return fake_runs.run(scenario, regime, seed)

    def pressed(done, total):
        raise KeyboardInterrupt

    fake_runs.install(monkeypatch, one_only)
    with pytest.raises(KeyboardInterrupt):
        compare(fake_runs.scenario(), progress=pressed)


def test_a_stop_reaches_the_runs_under_way_and_leaves_the_callers_event_alone(monkeypatch):
    def slow(scenario, regime, seed, *, stop, **_):
        if seed > 1:
            assert stop.wait(20), "nobody told this run to stop"
            raise Interrupted("stopped")
        return fake_runs.run(scenario, regime, seed)

    fake_runs.install(monkeypatch, slow)
    begun, stop = time.perf_counter(), threading.Event()
    found = compare(fake_runs.scenario(), pairs=50, threads=2, stop=stop,
                    progress=lambda done, total: done == 2 and stop.set())
    assert found.pairs == 1 and time.perf_counter() - begun < 10

    def breaks(done, total):
        raise RuntimeError("no")

    mine = threading.Event()
    with pytest.raises(RuntimeError):
        compare(fake_runs.scenario(), stop=mine, pairs=2, progress=breaks)
    assert not mine.is_set()


def test_a_failing_run_ends_it_all_and_says_which(monkeypatch):
    def fails(scenario, regime, seed, **how):
        if seed == 2 and regime.name == "soft":
            raise ZeroDivisionError("too much")
        return fake_runs.run(scenario, regime, seed, **how)

    fake_runs.install(monkeypatch, fails)
    with pytest.raises(ZeroDivisionError) as caught:
        compare(fake_runs.scenario(), pairs=50)
    assert caught.value.__notes__ == ["in the run of regime 'soft' with seed 2"]


def test_one_pair_has_no_interval():
    table = compare(fake_runs.scenario(), pairs=1).table
    assert table["low"].isna().all() and table["difference"].notna().all()
    assert math.isfinite(table.loc["need", "difference"])


def test_with_the_engine_itself(monkeypatch):
    monkeypatch.undo()
    from simulation import load, run

    town = load("town", set={"world.people": 400, "world.horizon": "4 weeks"})
    found = compare(town, pairs=2, seed=5)
    first = found.names[0]
    alone = run(town, first, 6, record_events=False)
    pd.testing.assert_frame_equal(found.runs[first][1].weekly, alone.weekly)
    assert found.values(first, "need")[1] == alone.summary["need"]


def test_the_public_function_is_a_function_whatever_was_imported_first():
    import simulation
    import simulation.comparison  # noqa: F401

    assert callable(simulation.compare)
    assert simulation.compare is compare
