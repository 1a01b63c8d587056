"""Doors for people from the EMA workbench, Mesa and xarray: the same numbers as ours, paired."""

from __future__ import annotations

import pickle
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from experiments import small

import simulation
from simulation.bridges import cube, ema
from simulation.experiments.design import Design
from simulation.experiments.plan import drawn_seed
from simulation.experiments.pools import SweepError
from simulation.experiments.sweeping import sweep

REGIMES = list(small.REGIMES)
OUTCOMES = ["need", "crises"]


def design(**changes) -> Design:
    return Design(**{"name": "small", "scenario": "town", "set": small.TINY, "regimes": REGIMES,
                     "method": "latin hypercube", "points": 4, "replications": 2, "seed": 7, "outcomes": OUTCOMES,
                     "vary": {"need.growth": {"from": 0.05, "to": 0.3}, "switches.learning": [True, False]}, **changes})


@pytest.fixture(scope="module")
def workbench():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("ema_workbench")


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    asked = design(method="grid", points=None, series="first",
                   vary={"need.growth": [0.1, 0.2, 0.3], "switches.learning": [True, False]})
    return sweep(asked, tmp_path_factory.mktemp("bridges") / "store", workers=1)


# the EMA workbench


@pytest.mark.filterwarnings("ignore")
def test_ema_runs_it_and_every_policy_meets_the_same_luck(workbench):
    model = ema.ema_model(design())
    experiments, outcomes = workbench.perform_experiments(model, scenarios=3, policies=ema.policies(design()))
    assert len(experiments) == 6 and set(experiments["policy"]) == set(REGIMES)
    assert set(outcomes) == set(OUTCOMES)
    for at, row in experiments.iterrows():
        growth, learning = float(row["need__growth"]), bool(row["switches__learning"])
        scenario = simulation.load("town", set={**small.TINY, "need.growth": f"{growth!r} per week",
                                                "switches.learning": learning})
        changes = {"need.growth": growth, "switches.learning": learning}
        seeds = [drawn_seed(7, changes, k) for k in range(2)]
        mine = [simulation.run(scenario, row["policy"], seed).summary["need"] for seed in seeds]
        assert outcomes["need"][at] == pytest.approx(np.mean(mine), rel=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_ema_takes_replications_apart_and_series(workbench):
    model = ema.ema_model(design(), replicator=True)
    _, outcomes = workbench.perform_experiments(model, scenarios=2, policies=ema.policies(design()))
    found = outcomes["need_by_replication"]
    assert found.shape == (4, 2) and found[0, 0] != found[0, 1]
    model = ema.ema_model(design(replications=1), series=True)
    _, outcomes = workbench.perform_experiments(model, scenarios=1, policies=ema.policies(design()))
    assert outcomes["need_by_week"].shape == (2, 6)


@pytest.mark.filterwarnings("ignore")
def test_ema_runs_it_on_processes(workbench):
    asked = design()
    model, policies = ema.ema_model(asked), ema.policies(asked)
    with workbench.MultiprocessingEvaluator(model, n_processes=2) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=2, policies=policies)
    study = pickle.loads(pickle.dumps(model.function))
    for at, row in experiments.iterrows():
        again = study(regime=row["policy"], need__growth=row["need__growth"],
                      switches__learning=row["switches__learning"])
        assert again["need"] == outcomes["need"][at]


def test_ema_draws_from_the_ranges_of_the_design(workbench):
    asked = design(vary={"need.growth": {"from": "0.5x", "to": "2x", "scale": "log"}, "world.people": {
        "from": 300, "to": 500}, "access.seek": {"triangular": ["1 per week", "1.5 per week", "2 per week"]},
        f"regimes.{REGIMES[1]}.stakes": {"from": 0.1, "to": 0.4}})
    model = ema.ema_model(asked)
    kinds = {p.name: type(p).__name__ for p in model.uncertainties}
    assert kinds == {"need__growth": "RealParameter", "world__people": "IntegerParameter",
                     "access__seek": "RealParameter"}
    ends = {p.name: (float(p.lower_bound), float(p.upper_bound)) for p in model.uncertainties}
    assert ends["need__growth"] == (0.5, 2.0) and ends["world__people"] == (300, 500)
    lever = ema.parameter_name(f"regimes.{REGIMES[1]}.stakes")
    assert [p.name for p in model.levers] == ["regime", lever]
    policy = ema.policies(asked)[0]
    assert policy[lever] == asked.base.regimes[REGIMES[1]].levers["stakes"]
    study = model.function
    said = {"need__growth": 1.5, "world__people": 400, "access__seek": 1.5, lever: 0.2, "regime": REGIMES[0]}
    assert study.seed_of(said, 0) == study.seed_of({**said, lever: 0.3, "regime": REGIMES[1]}, 0)
    assert study.seed_of(said, 0) != study.seed_of({**said, "need__growth": 1.6}, 0)


@pytest.mark.filterwarnings("ignore")
def test_a_sweep_goes_into_the_analyses_of_ema(workbench, grid):
    from ema_workbench.analysis import feature_scoring

    readings = grid.readings(OUTCOMES)
    experiments, outcomes = ema.to_ema(readings)
    assert len(experiments) == 12 and np.array_equal(
        outcomes["need"], readings.values["need"].mean(axis=1).reshape(-1))
    scores = feature_scoring.get_feature_scores_all(experiments.drop(columns=["scenario", "model"]), outcomes)
    assert set(scores.columns) == set(OUTCOMES)


def test_without_the_workbench_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ema_workbench", None)
    with pytest.raises(SweepError, match=r"care-regimes\[research\]"):
        ema.ema_model(design())
    rule = {"until": {"outcome": "need", "half_width": 0.1}}
    monkeypatch.undo()
    pytest.importorskip("ema_workbench")
    with pytest.raises(SweepError, match="fixed number"):
        ema.ema_model(design(replications=rule))


# Mesa


def test_mesas_batch_run_gives_the_runs_of_run_on_processes_and_by_the_week():
    import mesa

    scenario = simulation.load("town", set=small.TINY)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = pd.DataFrame(mesa.batch_run(
            simulation.CareSystem, {"scenario": [scenario], "regime": REGIMES, "seed": [1, 2]}, number_processes=2,
            data_collection_period=1, max_steps=6, display_progress=False))
    for regime in REGIMES:
        for seed in (1, 2):
            mine = rows[(rows["regime"] == regime) & (rows["seed"] == seed)].sort_values("Step")
            run = simulation.run(scenario, regime, seed)
            assert np.array_equal(mine["need"].dropna().to_numpy(float)[-6:], run.series["need"])


def test_mesas_collector_takes_reporters_of_agents_and_of_the_model():
    import mesa

    model = simulation.CareSystem("town", REGIMES[0], rng=3, people=300, horizon=4)
    model.datacollector = mesa.DataCollector(
        model_reporters={"need": lambda m: m.latest("need")},
        agenttype_reporters={simulation.Person: {"trust": "trust"}})
    for _ in range(3):
        model.step()
        model.datacollector.collect(model)
    found = model.datacollector.get_agenttype_vars_dataframe(simulation.Person)
    assert len(found) == 3 * 300 and found["trust"].between(0, 1).all()
    assert list(model.datacollector.get_model_vars_dataframe()["need"]) == list(model.weekly["need"])


# xarray


def test_a_cube_has_what_the_readings_have(grid, tmp_path):
    xr = pytest.importorskip("xarray")
    readings = grid.readings(OUTCOMES)
    found = cube.to_xarray(readings)
    assert found["need"].dims == ("point", "replication", "regime")
    assert np.array_equal(found["need"].values, readings.values["need"])
    assert found["need"].attrs["units"] and found["crises"].attrs["better"] == "lower"
    spread = cube.to_xarray(readings, by_factor=True)
    assert dict(spread.sizes) == {"need.growth": 3, "switches.learning": 2, "replication": 2, "regime": 2}
    point = readings.points.tolist().index([0.2, 1.0])
    assert np.array_equal(spread["need"].sel({"need.growth": 0.2, "switches.learning": 1.0}).values,
                          readings.values["need"][point])
    pytest.importorskip("h5netcdf")
    for each in (found, spread):
        path = cube.save_netcdf(each, tmp_path / "cube.nc")
        with xr.open_dataset(path, engine="h5netcdf") as again:
            xr.testing.assert_identical(again.load(), each)


def test_weekly_series_become_a_cube(grid):
    pytest.importorskip("xarray")
    found = cube.weekly(grid.store, grid.folder.name, OUTCOMES)
    assert dict(found.sizes) == {"point": 6, "replication": 1, "regime": 2, "week": 6}
    assert list(found["regime"].values) == REGIMES
    readings = grid.readings(OUTCOMES)
    assert np.allclose(found["need"].mean("week").isel(replication=0).values, readings.values["need"][:, 0, :],
                       rtol=1e-12)


def test_a_cube_by_factor_needs_a_grid_and_everything_its_library(grid, monkeypatch):
    pytest.importorskip("xarray")
    readings = grid.readings(OUTCOMES)
    object.__setattr__(readings, "method", "sobol")
    with pytest.raises(SweepError, match="only a grid.*sobol"):
        cube.to_xarray(readings, by_factor=True)
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(SweepError, match=r"care-regimes\[research\]"):
        cube.to_xarray(readings)


@pytest.mark.filterwarnings("ignore")
def test_the_page_about_other_tools_runs_as_it_stands(tmp_path, workbench):
    pytest.importorskip("h5netcdf")
    page = Path(__file__).parents[2] / "docs" / "bridges.md"
    names = {"store": str(tmp_path / "store")}
    for block in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        exec(compile(block, str(page), "exec"), names)
    assert len(names["rows"]) >= 6 and len(names["experiments"]) == 20 and (tmp_path / "cube.nc").exists()
