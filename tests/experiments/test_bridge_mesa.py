"""Mesa's batch_run and DataCollector, in every version of Mesa: the runs of `run`, paired by their seeds."""

from __future__ import annotations

import inspect
import math

import mesa
import numpy as np
import pandas as pd
import pytest
from experiments import small
from mesa import DataCollector

import simulation
from simulation import CareSystem, Person, StaffMember
from simulation.outcomes import HEADLINE

REGIMES = list(small.REGIMES)
WEEKS = 6
PLAIN = {"scenario": "town", "people": 200, "horizon": WEEKS, "population__burn_in": 2}
TOWN = simulation.load("town", set=small.TINY)
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def batch(model, parameters, **more) -> pd.DataFrame:
    return pd.DataFrame(mesa.batch_run(model, {**PLAIN, **parameters}, display_progress=False, **more))


def trusting(agent) -> float:
    return agent.trust if isinstance(agent, Person) else math.nan


class Watched(CareSystem):
    """What somebody writes who wants agents in the rows of batch_run: a collector of one's own, as Mesa's examples."""

    def __init__(self, **words):
        super().__init__(**words)
        self.datacollector = DataCollector(model_reporters={"tick": "tick", "need": lambda m: m.latest("need")},
                                           agent_reporters={"row": "row", "trust": trusting})
        self.datacollector.collect(self)

    def step(self):
        super().step()
        self.datacollector.collect(self)


# batch_run


@pytest.mark.parametrize("processes", [1, 2])
def test_every_week_of_every_run_is_what_run_gives(processes):
    rows = batch(CareSystem, {"regime": REGIMES, "seed": [1, 2]}, number_processes=processes, data_collection_period=1)
    assert len(rows) == 2 * 2 * WEEKS
    for (regime, seed), mine in rows.groupby(["regime", "seed"]):
        one = simulation.run(TOWN, regime, int(seed))
        for name in HEADLINE:
            assert np.array_equal(mine.sort_values("Step")[name], one.series[name], equal_nan=True)


def test_rows_pair_by_seed_and_seeds_differ():
    rows = batch(CareSystem, {"regime": REGIMES, "seed": [1, 2]}).pivot(index="seed", columns="regime", values="need")
    assert rows.notna().all(axis=None) and rows.nunique().tolist() == [2, 2]
    for seed in (1, 2):
        first, second = (simulation.run(TOWN, regime, seed).series["need"][-1] for regime in REGIMES)
        assert rows.loc[seed, REGIMES[1]] - rows.loc[seed, REGIMES[0]] == second - first


@pytest.mark.skipif("rng" not in inspect.signature(mesa.batch_run).parameters, reason="Mesa 3.5 has rng= in batch_run")
def test_mesas_own_word_for_seeds_pairs_as_well():
    rows = batch(CareSystem, {"regime": REGIMES}, rng=[1, 2])
    for row in rows.itertuples():
        assert row.need == simulation.run(TOWN, row.regime, row.rng).series["need"][-1]


def test_levers_parameters_and_mechanisms_by_keyword():
    rows = batch(CareSystem, {"regime": REGIMES[0], "seed": 3, "stakes": [0.1, 0.9], "need__growth": [0.1, 0.2],
                              "learning": [True, False]})
    assert len(rows) == 8 and rows["need"].nunique() == 8
    for row in rows.itertuples():
        there = simulation.load("town", set={
            **small.TINY, f"regimes.{REGIMES[0]}.stakes": row.stakes, "need.growth": f"{row.need__growth} per week",
            "switches.learning": row.learning})
        assert row.need == simulation.run(there, REGIMES[0], 3).series["need"][-1]


def test_some_weeks_and_the_last():
    some = batch(CareSystem, {"regime": REGIMES[0], "seed": 1}, data_collection_period=2)
    last = batch(CareSystem, {"regime": REGIMES[0], "seed": 1})
    need = simulation.run(TOWN, REGIMES[0], 1).series["need"]
    assert some["need"].tolist()[:3] == need[::2].tolist() and last["need"].tolist() == [need[-1]]


def test_agents_stand_in_the_row_of_their_week():
    rows = batch(Watched, {"regime": REGIMES[0], "seed": 1}, data_collection_period=1)
    with CareSystem(**PLAIN, regime=REGIMES[0], seed=1) as model:
        for tick in range(WEEKS):  # the state after the last tick is in the rows from Mesa 3.5 on
            mine = rows[rows["Step"] == tick]
            assert (mine["tick"] == tick).all() and len(mine) == len(model.agents)
            assert mine["trust"].dropna().tolist() == model.agents_by_type[Person].get("trust")
            assert mine["need"].iloc[0] == pytest.approx(model.latest("need"), nan_ok=True, abs=0)
            model.step()


# collecting data


def test_a_collector_of_agents_types_and_model_has_what_the_model_has():
    model = CareSystem(**PLAIN, regime=REGIMES[1], rng=3)
    collector = DataCollector(
        model_reporters={"need": lambda m: m.latest("need"), "trust": lambda m: m.agents_by_type[Person].agg(
            "trust", np.mean)},
        agent_reporters={"trust": trusting},
        agenttype_reporters={Person: {"trust": "trust"}, StaffMember: {"effort": "effort"}})
    model.datacollector = collector
    seen = []
    for _ in range(3):
        model.step()
        collector.collect(model)
        seen.append((model.agents_by_type[Person].get("trust"), model.agents_by_type[StaffMember].get("effort")))
    by_model = collector.get_model_vars_dataframe()
    assert by_model["need"].tolist() == simulation.run(TOWN, REGIMES[1], 3).series["need"][:3].tolist()
    people, posts = (collector.get_agenttype_vars_dataframe(of) for of in (Person, StaffMember))
    everybody = collector.get_agent_vars_dataframe()
    for step, (trust, effort) in enumerate(seen, start=1):
        assert people.loc[step]["trust"].tolist() == everybody.loc[step]["trust"].dropna().tolist() == trust
        assert posts.loc[step]["effort"].tolist() == effort
        assert by_model["trust"][step - 1] == np.mean(trust)
