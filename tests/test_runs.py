"""One run from Python: its series, its events, its manifest, and the ways in which it refuses."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import simulation
from simulation.outcomes import OUTCOMES
from tests.worlds import small


def test_a_run_has_a_row_a_tick_and_a_column_an_outcome():
    run = simulation.run(small(weeks=20), "targets", seed=1)
    assert list(run.weekly.columns) == ["week", *(o.name for o in OUTCOMES)]
    assert len(run.weekly) == 20
    assert run.weekly["week"].tolist() == [float(week) for week in range(1, 21)]
    assert run.weekly.index.name == "tick"
    assert set(run.summary) == {o.name for o in OUTCOMES}


def test_a_scenario_by_name_with_its_own_first_regime_and_seed():
    run = simulation.run(small(weeks=3))
    assert (run.regime, run.seed) == ("targets", 1)


def test_a_mesa_model_and_a_run_are_the_same_world():
    scenario = small(weeks=12)
    run = simulation.run(scenario, "hybrid", seed=4)
    with simulation.CareSystem(scenario, regime="hybrid", rng=4) as model:
        model.run_model()
        for name in ("need", "crises", "recorded_performance"):
            np.testing.assert_array_equal(model.weekly[name], run.weekly[name])


def test_the_manifest_says_how_to_make_it_again_and_names_nobody():
    scenario = small(weeks=3)
    manifest = simulation.run(scenario, "targets", seed=1).manifest
    assert manifest["scenario_key"] == scenario.key
    assert manifest["seed"] == 1
    assert manifest["levers"] == dict(scenario.regimes["targets"].levers)
    assert {"care-regimes", "python", "numpy", "numba", "model"} <= set(manifest["versions"])
    assert not {"user", "host", "path", "cwd"} & {key.lower() for key in manifest["machine"]}


def test_events_have_causes_that_came_before_them():
    events = simulation.run(small(weeks=20), "targets", seed=1).events
    caused = events[events.caused_by >= 0]
    assert len(caused) > 100
    assert (caused.caused_by < caused.id).all()
    causes = events.set_index("id").loc[caused.caused_by]
    assert (causes.person.to_numpy() == caused.person.to_numpy()).all()
    assert (causes.tick.to_numpy() <= caused.tick.to_numpy()).all()
    assert (events[events.kind == "onset"].caused_by == -1).all()


def test_the_log_agrees_with_the_tallies():
    run = simulation.run(small(weeks=20), "targets", seed=1)
    seen = run.events.kind.isin(["seen_by_the_book", "seen_bespoke"]).sum()
    wrong_door = ((run.events.kind == "referred_on") & ~run.events.id.isin(
        run.events.id[run.events.kind == "seen_bespoke"])).sum()
    assert run.waits.sum() <= seen + wrong_door
    crises = run.weekly.crises.sum() * run.scenario.world.people / 10_000 / 52.17857142857143
    assert (run.events.kind == "crisis").sum() == pytest.approx(crises)


def test_events_can_be_asked_for_afterwards():
    before = simulation.run(small(weeks=6), "targets", seed=1, record_events=True)
    after = simulation.run(small(weeks=6), "targets", seed=1)
    assert after.event_log is None
    assert after.events.equals(before.events)


def test_a_stop_is_heeded_within_a_tick():
    stop = threading.Event()
    seen = []

    def on_tick(done, total):
        seen.append(done)
        if done == 5:
            stop.set()

    with pytest.raises(simulation.Interrupted, match="5 of 20"):
        simulation.run(small(weeks=20), "targets", seed=1, stop=stop, on_tick=on_tick)
    assert seen == [1, 2, 3, 4, 5]


def test_an_unknown_regime_names_the_nearest():
    with pytest.raises(simulation.ScenarioError, match="targets"):
        simulation.run(small(weeks=2), "target", seed=1)


def test_warm_up_reports_every_kernel():
    seen = []
    assert simulation.warm_up(lambda done, total: seen.append((done, total))) > 0
    done, total = seen[-1]
    assert done == total > 10


def test_an_unknown_name_in_the_package_lists_the_api():
    with pytest.raises(AttributeError, match="compare, json_schema"):
        _ = simulation.comparing


def test_ticks_of_a_day_and_of_twenty_minutes_run_too():
    for tick, horizon in (("1 day", "8 weeks"), ("20 minutes", "2 days")):
        scenario = simulation.load("town", set={
            "world.people": 400, "world.tick": tick, "world.horizon": horizon,
            "parameters.population.burn_in": "1 day"})
        run = simulation.run(scenario, "targets", seed=1)
        assert run.weekly.need.between(0, 6).all()
        assert run.weekly.week.iloc[-1] == pytest.approx(scenario.world.horizon)
