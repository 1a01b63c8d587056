"""The EMA workbench: the same numbers as a sweep, whatever is left out, alone or impossible; and its analyses."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from experiments import made_up_readings as made_up
from experiments import small

import simulation
from simulation.bridges import ema
from simulation.experiments.design import Design
from simulation.experiments.pools import SweepError
from simulation.experiments.sweeping import sweep

REGIMES = list(small.REGIMES)
OUTCOMES = ["need", "crises"]
PAGE = Path(__file__).parents[2] / "docs" / "bridges.md"
GROWTH = {"need.growth": {"from": 0.05, "to": 0.3}}
pytestmark = pytest.mark.filterwarnings("ignore")


def design(**changes) -> Design:
    return Design(**{"name": "small", "scenario": "town", "set": small.TINY, "regimes": REGIMES, "vary": GROWTH,
                     "method": "latin hypercube", "points": 3, "replications": 2, "seed": 7, "outcomes": OUTCOMES,
                     **changes})


@pytest.fixture(scope="module")
def workbench():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("ema_workbench")


def scenarios_at(workbench, asked: Design) -> list:
    """The points of a design as scenarios of the workbench."""
    names = [ema.parameter_name(factor.name) for factor in asked.factors]
    return [workbench.Scenario(f"point {i}", **dict(zip(names, row.tolist(), strict=True)))
            for i, row in enumerate(asked.sample.values)]


# the model


@pytest.mark.parametrize("luck", ["own", "shared"])
def test_the_workbench_and_a_sweep_give_the_same_numbers_at_the_same_points(workbench, tmp_path, luck):
    asked = design(luck=luck, vary={**GROWTH, "switches.learning": [True, False], "world.people": {
        "from": 200, "to": 260}})
    _, found = workbench.perform_experiments(ema.ema_model(asked), scenarios_at(workbench, asked), ema.policies(asked))
    frame, mine = ema.to_ema(sweep(asked, tmp_path / "store", workers=1).readings())
    by_policy = np.argsort(frame["policy"].cat.codes, kind="stable")
    for outcome in OUTCOMES:
        assert np.array_equal(found[outcome], mine[outcome][by_policy])


def test_columns_are_those_that_the_workbench_gives(workbench):
    asked = design(vary={**GROWTH, "access.seek": {"from": 1, "to": 2}})
    theirs, _ = workbench.perform_experiments(ema.ema_model(asked), scenarios=1, policies=ema.policies(asked))
    values = np.zeros((1, 1, 2))
    ours, _ = ema.to_ema(made_up.readings({"need": values}, [f.varied for f in asked.factors], np.ones((1, 2))))
    assert set(ours.columns) == set(theirs.columns)
    assert {name: str(ours[name].dtype) for name in ours} == {name: str(theirs[name].dtype) for name in ours}


def test_what_a_scenario_of_the_workbench_leaves_out_is_as_ours_has_it(workbench):
    model = ema.ema_model(design())
    _, found = workbench.perform_experiments(model, policies=ema.policies(model))
    town = simulation.load("town", set=small.TINY)
    for i, regime in enumerate(REGIMES):
        assert found["need"][i] == np.mean([simulation.run(town, regime, seed).summary["need"] for seed in (7, 8)])


def test_a_policy_has_the_levers_that_the_scenario_has_under_its_regime():
    pytest.importorskip("ema_workbench")
    asked = design(vary={"regimes.*.stakes": {"from": 0.0, "to": 1.0}, "regimes.*.audit": {"from": "0.5x", "to": "2x"}})
    own = {regime: asked.base.regimes[regime].levers["stakes"] for regime in REGIMES}
    assert len(set(own.values())) == 2
    found = ema.policies(asked)
    assert [(policy["regime"], policy["regimes__all__stakes"]) for policy in found] == list(own.items())
    assert {policy["regimes__all__audit"] for policy in found} == {1.0}
    study = ema.ema_model(asked).function
    town = simulation.load("town", set=small.TINY)
    for policy in found:
        plain = [simulation.run(town, policy["regime"], seed).summary["need"] for seed in (7, 8)]
        assert study(**policy)["need"] == pytest.approx(np.mean(plain), rel=1e-12)


def test_one_regime_and_a_factor_of_one_value_are_no_choice(workbench):
    asked = design(regimes=REGIMES[:1], replications=1, vary={"need.growth": [0.2], "access.seek": {
        "from": 1, "to": 2}})
    model = ema.ema_model(asked)
    assert [p.name for p in model.uncertainties] == ["access__seek"] and not list(model.levers)
    study = model.function
    seed = study.seed_of({"access__seek": 1.5}, 0)
    town = simulation.load("town", set={**small.TINY, "need.growth": "0.2 per week", "access.seek": "1.5 per week"})
    assert study(access__seek=1.5)["need"] == simulation.run(town, REGIMES[0], seed).summary["need"]
    _, found = workbench.perform_experiments(model, scenarios=2, policies=ema.policies(model))
    assert found["need"].shape == (2,) and np.isfinite(found["need"]).all()


def test_a_scenario_and_the_rest_by_keyword_are_a_design(workbench):
    vary = {"need.growth": {"from": "0.5x", "to": "2x", "scale": "log"}, "access.seek": {
        "triangular": ["1 per week", "1.5 per week", "2 per week"]}}
    model = ema.ema_model("town", OUTCOMES, regimes=REGIMES, set=small.TINY, vary=vary, replications=1, seed=3)
    by_design = ema.ema_model(design(vary=vary, replications=1, seed=3))
    said = {"need__growth": 1.3, "access__seek": 1.2, "regime": REGIMES[1]}
    assert model.function(**said) == by_design.function(**said)
    assert [policy["regime"] for policy in ema.policies(model)] == REGIMES
    assert ema.ema_model(design(), seed=99).function.seed == 99
    assert all(p.name in repr(p) for p in model.uncertainties)
    with pytest.raises(ValueError, match="need.grwth"):
        ema.ema_model("town", vary={"need.grwth": [0.1, 0.2]})
    with pytest.raises(SweepError, match="'ned'.*did you mean 'need'"):
        ema.ema_model(design(), ["ned"])


def test_a_world_that_cannot_be_is_nan_and_the_others_go_on(workbench):
    hours = {f"regimes.{REGIMES[0]}.{lever}": {"from": 0.0, "to": top}
             for lever, top in (("reporting", 0.35), ("relationship_time", 0.3), ("learning_time", 0.3))}
    model = ema.ema_model(design(vary=hours, replications=1))
    low, high = ({ema.parameter_name(f.name): end for f, end in zip(model.function.factors, ends, strict=True)}
                 for ends in ((0.1, 0.1, 0.1), (0.35, 0.3, 0.3)))
    chosen = [workbench.Policy(name, regime=REGIMES[0], **levers) for name, levers in (("a", low), ("b", high),
                                                                                       ("c", low))]
    _, found = workbench.perform_experiments(model, policies=chosen)
    assert np.isnan(found["need"]).tolist() == [False, True, False] and found["need"][0] == found["need"][2]
    with pytest.warns(RuntimeWarning, match="no such world"):
        nothing = ema.ema_model(design(vary=hours, replications=1), series=True).function(regime=REGIMES[0], **high)
    assert nothing["need"].shape == (6,) and np.isnan(nothing["need"]).all()
    with pytest.raises(simulation.ScenarioError, match="did you mean"):
        model.function(regime=REGIMES[0][:-1], **low)


def test_replications_are_those_of_the_mean_on_any_number_of_processes(workbench):
    asked = design()
    points = scenarios_at(workbench, asked)
    _, mean = workbench.perform_experiments(ema.ema_model(asked), points, ema.policies(asked))
    model = ema.ema_model(asked, replicator=True)
    _, here = workbench.perform_experiments(model, points, ema.policies(asked))
    with workbench.MultiprocessingEvaluator(ema.ema_model(asked, replicator=True), n_processes=2) as evaluator:
        _, there = evaluator.perform_experiments(points, ema.policies(asked))
    assert np.array_equal(here["need_by_replication"], there["need_by_replication"])
    assert np.allclose(here["need_by_replication"].mean(axis=1), mean["need"], rtol=1e-12)


def test_outcomes_say_which_way_is_better_and_series_are_of_one_length():
    workbench = pytest.importorskip("ema_workbench")
    kinds = {o.name: o.kind for o in ema.ema_model(design(), ["need", "first_time", "contacts"]).outcomes}
    outcome = workbench.ScalarOutcome
    assert kinds == {"need": outcome.MINIMIZE, "first_time": outcome.MAXIMIZE, "contacts": outcome.INFO}
    with pytest.raises(SweepError, match="world.horizon varies"):
        ema.ema_model(design(vary={"world.horizon": [4, 8]}), series=True)


# what a sweep found


def planted() -> made_up.Readings:
    """The second regime does better where need grows fast and the switch is on, and a little worse elsewhere."""
    rng = np.random.default_rng(5)
    points = np.column_stack([rng.uniform(0.02, 0.1, 200), rng.uniform(0.5, 1.5, 200), rng.integers(0, 2, 200)])
    better = (points[:, 0] > 0.06) & (points[:, 2] > 0)
    first = rng.normal(0.5, 0.05, (200, 4))
    second = first + np.where(better, -0.1, 0.02)[:, None] + rng.normal(0, 0.001, (200, 4))
    return made_up.readings({"need": np.stack([first, second], axis=2)},
                            [made_up.GROWTH, made_up.CAPACITY, made_up.SWITCH], points, "latin hypercube")


def test_prim_finds_the_worlds_that_differ(workbench):
    from ema_workbench.analysis import prim

    readings = planted()
    experiments, outcomes = ema.to_ema(readings, differences=True)
    assert list(experiments["policy"].unique()) == ["b"]
    assert np.allclose(outcomes["need"], readings.differences("need").mean(axis=1), rtol=1e-12)
    worlds = experiments.drop(columns=["regime", "scenario", "policy", "model"])
    box = prim.Prim(worlds, outcomes["need"] < 0, threshold=0.8).find_box()
    limits = box.inspect(style="data")[0][1]
    assert {"need__growth", "switches__learning"} <= set(limits.index) and "capacity" not in limits.index
    assert limits.loc["need__growth"].iloc[0] == pytest.approx(0.06, abs=0.004)


def test_scores_trees_and_pictures_take_it(workbench):
    import matplotlib

    matplotlib.use("Agg")
    from ema_workbench.analysis import cart, feature_scoring, pairs_plotting
    from matplotlib import pyplot

    readings = planted()
    experiments, outcomes = ema.to_ema(readings, differences=True)
    worlds = experiments.drop(columns=["regime", "scenario", "policy", "model"])
    scores = feature_scoring.get_feature_scores_all(worlds, outcomes)
    assert scores["need"].idxmin() == "capacity"
    tree = cart.CART(worlds, outcomes["need"] < 0)
    tree.build_tree()
    assert len(tree.boxes) > 1
    experiments, outcomes = ema.to_ema(readings)
    outcomes["other"] = 2 * outcomes["need"]
    _, axes = pairs_plotting.pairs_scatter(experiments, outcomes, group_by="policy", legend=False)
    assert len(axes) == 4
    pyplot.close("all")


def test_what_has_no_value_stays_nan():
    values = np.array([[[1.0, 2.0], [3.0, np.nan]], [[np.nan, 1.0], [np.nan, 3.0]]])
    _, outcomes = ema.to_ema(made_up.readings({"need": values}))
    assert np.array_equal(outcomes["need"], [2.0, 2.0, np.nan, 2.0], equal_nan=True)
    _, differences = ema.to_ema(made_up.readings({"need": values}), differences=True)
    assert np.array_equal(differences["need"], [1.0, np.nan], equal_nan=True)


def test_every_block_of_the_page_runs_and_says_what_it_says(workbench, tmp_path):
    pytest.importorskip("h5netcdf")
    if not PAGE.exists():
        pytest.skip("an installation has no docs")
    names = {"store": str(tmp_path / "store"), "__name__": "page"}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        exec(compile(block, str(PAGE), "exec"), names)
    rows = pd.DataFrame(names["rows"])
    assert len(rows) == 2 * 3 * 26 and rows.groupby(["seed", "Step"]).size().eq(2).all()
    assert len(names["trust"]) == 4 * 500 and names["outcomes"]["need"].shape == (20,)
    assert set(names["scores"].index) == {"need__growth", "capacity"}
    assert np.array_equal(names["need"], names["readings"].differences("need"))
    assert (tmp_path / "cube.nc").exists()
