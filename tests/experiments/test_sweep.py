"""The sweep: what it makes, keeps, goes on from, and says when something is wrong."""

from __future__ import annotations

import json
import shlex
import threading

import numpy as np
import pandas as pd
import pytest
from experiments import small

import simulation
from simulation.experiments import codecheck, localpool, sweeping
from simulation.experiments.codeversion import code_version
from simulation.experiments.design import Design
from simulation.experiments.plan import Plan, drawn_seed
from simulation.experiments.pools import Lost, SweepError
from simulation.experiments.running import Batch, run_batch
from simulation.experiments.store import Store, StoreError
from simulation.experiments.sweeping import sweep

REGIMES = list(small.REGIMES)


def design(**changes) -> Design:
    return Design(**{"name": "small", "scenario": "town", "set": small.TINY, "regimes": REGIMES, "method": "grid",
                     "vary": {"need.growth": [0.1, 0.2, 0.3]}, "replications": 4, "seed": 7, **changes})


class Here:
    """A pool that runs batches in this process, one at a time; quick, and errors can be put in."""

    workers = 1
    batch_seconds = 0.05

    def __init__(self, spoil=None):
        self.waiting, self.batches, self.spoil = [], [], spoil

    @property
    def busy(self):
        return len(self.waiting)

    def submit(self, batch: Batch):
        self.waiting.append(batch)

    def finished(self, timeout):
        batch = self.waiting.pop(0)
        self.batches.append(batch)
        outcome = self.spoil(batch) if self.spoil else None
        return [(batch, outcome or run_batch(batch))]

    def withdraw(self):
        self.waiting.clear()

    def close(self):
        self.waiting.clear()


@pytest.fixture
def here(monkeypatch):
    """Sweeps run in this process; gives the pools that were made."""
    made = []

    def make(cluster, workers):
        made.append(Here(getattr(make, "spoil", None)))
        return made[-1]

    made_by = make
    monkeypatch.setattr(sweeping, "_pool", made_by)
    made_by.pools = made
    return made_by


def test_every_run_is_the_run_that_the_library_makes(here, tmp_path):
    found = sweep(design(replications=2), tmp_path / "store")
    assert found.complete and found.done == found.asked == 12 and not found.failed
    rows = pd.read_parquet(tmp_path / "store" / "runs")
    assert len(rows) == 12
    for row in rows.sample(5, random_state=1).to_dict("records"):
        growth = json.loads(row["changes"])["need.growth"]
        scenario = simulation.load("town", set={**small.TINY, "need.growth": f"{growth} per week"})
        again = simulation.run(scenario, row["regime"], row["seed"]).summary
        for name, value in again.items():
            assert value == row[name] or (np.isnan(value) and np.isnan(row[name]))


def test_pairs_share_their_seed_and_points_do_not(here, tmp_path):
    found = sweep(design(), tmp_path / "store")
    values = found.readings(["need"])
    assert values.seeds.shape == (3, 4) and len(set(values.seeds.ravel())) == 12
    rows = pd.read_parquet(tmp_path / "store" / "runs")
    assert (rows.groupby("seed")["regime"].nunique() == 2).all()
    shared = sweep(design(luck="shared"), tmp_path / "store").readings(["need"])
    assert (shared.seeds == np.arange(7, 11)).all()


def test_one_point_with_no_changes_has_the_pairs_of_compare(here, tmp_path):
    one = Design(name="small", scenario="town", set=small.TINY, regimes=REGIMES, replications=3, seed=7)
    found = sweep(one, tmp_path / "store").readings(["need", "crises"])
    compared = simulation.compare(simulation.load("town", set=small.TINY), REGIMES, 3, 7)
    for name in ("need", "crises"):
        for r, regime in enumerate(REGIMES):
            assert np.array_equal(found.values[name][0, :, r], compared.values(regime, name))


def test_a_seed_follows_the_world_and_not_its_place_in_the_design():
    one = Plan(design(vary={"need.growth": [0.1, 0.3]}), "code")
    more = Plan(design(vary={"need.growth": [0.1, 0.2, 0.3]}), "code")
    assert one.seed(1, 0) == more.seed(2, 0) != more.seed(1, 0)
    assert drawn_seed(7, {"need.growth": 0.1}, 0) != drawn_seed(8, {"need.growth": 0.1}, 0)
    assert 0 <= drawn_seed(7, {"need.growth": 0.1}, 3) < 2**52


def test_what_is_done_is_not_made_again(here, tmp_path):
    first = sweep(design(), tmp_path / "store")
    again = sweep(design(), tmp_path / "store")
    assert (first.done, again.done, again.before) == (24, 0, 24) and again.complete
    grown = sweep(design(replications=5), tmp_path / "store")
    assert (grown.done, grown.before) == (6, 24)
    wider = sweep(design(vary={"need.growth": [0.05, 0.1, 0.2, 0.3]}), tmp_path / "store")
    assert (wider.done, wider.before) == (8, 24)
    with pytest.raises(SweepError, match="32 runs of this design already"):
        sweep(design(vary={"need.growth": [0.05, 0.1, 0.2, 0.3]}), tmp_path / "store", resume=False)


def test_stopped_and_gone_on_gives_the_same_rows(here, tmp_path):
    stop = threading.Event()
    part = sweep(design(), tmp_path / "a", stop=stop, progress=lambda done, asked, failed: done >= 5 and stop.set())
    assert not part.complete and 5 <= part.done < 24
    rest = sweep(design(), tmp_path / "a")
    assert rest.complete and rest.done + part.done == 24
    sweep(design(), tmp_path / "b")
    pd.testing.assert_frame_equal(small.rows(tmp_path / "a"), small.rows(tmp_path / "b"), check_exact=True)


def test_shards_make_the_whole_and_keep_pairs_together(here, tmp_path):
    parts = [sweep(design(), tmp_path / "a", shard=(i, 3)) for i in (1, 2, 3)]
    assert sum(part.done for part in parts) == 24 and all(part.done == 8 and part.complete for part in parts)
    sweep(design(), tmp_path / "b")
    pd.testing.assert_frame_equal(small.rows(tmp_path / "a"), small.rows(tmp_path / "b"), check_exact=True)
    with pytest.raises(SweepError, match="5/4 does not exist"):
        sweep(design(), tmp_path / "a", shard=(5, 4))
    until = {"until": {"outcome": "need", "half_width": 0.5}, "start": 2, "at_most": 4}
    with pytest.raises(SweepError, match="enough pairs"):
        sweep(design(replications=until), tmp_path / "a", shard=(1, 2))


def test_a_world_that_cannot_be_is_a_row_with_its_error_and_command(here, tmp_path):
    hours = {f"regimes.{REGIMES[1]}.reporting": [0.02, 0.4], f"regimes.{REGIMES[1]}.learning_time": [0.1, 0.3],
             f"regimes.{REGIMES[1]}.relationship_time": [0.05, 0.3]}
    found = sweep(design(vary=hours, replications=1), tmp_path / "store")
    assert found.complete and found.asked == 16 and 0 < found.failed < 16
    failures = found.store.failures(found.folder.name)
    assert len(failures) == found.failed
    assert failures["error"].str.contains("hours").all()
    words = shlex.split(failures["command"].iloc[0])
    assert words[:3] == ["regimes", "run", f"designs/{found.folder.name}/scenario.yaml"] and "--set" in words
    values = found.readings(["need"])
    assert values.failures == found.failed and np.isnan(values.values["need"]).sum() == found.failed
    again = sweep(design(vary=hours, replications=1), tmp_path / "store")
    assert (again.done, again.failed) == (0, found.failed)
    retried = sweep(design(vary=hours, replications=1), tmp_path / "store", retry_failed=True)
    assert (retried.done, retried.failed) == (found.failed, found.failed)


def test_the_command_of_a_row_repeats_it(here, tmp_path, monkeypatch, capsys):
    from simulation.cli.faults import guarded

    found = sweep(design(replications=1), tmp_path / "store")
    row = pd.read_parquet(tmp_path / "store" / "runs").iloc[3]
    monkeypatch.chdir(tmp_path / "store")
    assert guarded([*shlex.split(row["command"])[1:], "--json", "--quiet"]) == 0
    summary = json.loads(capsys.readouterr().out)["summary"]
    assert found.complete and all(value is None or value == row[name] for name, value in summary.items())


def test_series_are_kept_where_they_are_asked_for(here, tmp_path):
    found = sweep(design(series="first"), tmp_path / "store")
    weeks = pd.read_parquet(tmp_path / "store" / "series")
    assert weeks["run"].nunique() == 6 and len(weeks) == 6 * 6
    row = pd.read_parquet(tmp_path / "store" / "runs").set_index("run")
    run = weeks["run"].iloc[0]
    mine = weeks[weeks["run"] == run]
    assert np.isclose(mine["need"].mean(), row.loc[run, "need"], rtol=1e-12)
    assert found.complete


def test_it_stops_when_the_interval_is_narrow_enough_and_decides_the_same_after_a_break(here, tmp_path):
    rule = {"until": {"outcome": "need", "half_width": 0.02}, "start": 6, "step": 4, "at_most": 60}
    whole = sweep(design(replications=rule), tmp_path / "a")
    asked = (whole.readings(["need"]).seeds >= 0).sum(axis=1)
    assert whole.complete and (asked >= 10).all() and (asked <= 60).all()
    stop = threading.Event()
    sweep(design(replications=rule), tmp_path / "b", stop=stop, progress=lambda done, *_: done >= 40 and stop.set())
    sweep(design(replications=rule), tmp_path / "b")
    pd.testing.assert_frame_equal(small.rows(tmp_path / "a"), small.rows(tmp_path / "b"), check_exact=True)


def test_two_designs_share_a_store_and_their_runs(here, tmp_path):
    store = Store.open(tmp_path / "store")
    one = sweep(design(), store)
    two = sweep(design(name="other", title="Other", vary={"need.growth": [0.2, 0.3]}), store)
    assert two.done == 0 and two.before == 16 and two.complete
    assert one.folder != two.folder
    narrow, wide = two.readings(["need"]).values["need"], one.readings(["need"]).values["need"]
    assert np.array_equal(narrow, wide[1:])


def test_a_world_that_stands_in_a_design_twice_is_run_once(here, tmp_path):
    both = design(vary={f"regimes.{REGIMES[1]}.stakes": [0.1, 0.2]}, luck="shared", replications=2)
    found = sweep(both, tmp_path / "store")
    assert found.complete and found.asked == 8 and found.done == 6  # the first regime is the same at both points
    assert not np.isnan(found.readings(["need"]).values["need"]).any()


def test_a_run_that_takes_its_worker_with_it_three_times_is_a_failed_row(here, tmp_path):
    poison = drawn_seed(7, {"need.growth": 0.2}, 1)
    lost = []

    def spoil(batch):
        bad = {job.run for job in batch.jobs if job.seed == poison and job.regime == REGIMES[0]}
        if bad:
            lost.append(len(batch.jobs))
            return Lost(frozenset(bad))
        return None

    here.spoil = spoil
    found = sweep(design(), tmp_path / "store")
    assert found.complete and found.failed == 1 and len(lost) == sweeping.STRIKES and lost[-1] == 1
    assert "WorkerLost" in found.store.failures(found.folder.name)["error"].iloc[0]


def test_a_batch_that_a_cluster_gave_up_is_tried_run_by_run(here, tmp_path):
    poison = drawn_seed(7, {"need.growth": 0.2}, 1)

    def spoil(batch):
        return Lost() if any(job.seed == poison and job.regime == REGIMES[0] for job in batch.jobs) else None

    here.spoil = spoil
    found = sweep(design(), tmp_path / "store")
    assert found.complete and found.failed == 1 and found.done == 24


def test_a_full_disk_ends_it_with_a_word_and_loses_nothing(here, tmp_path, monkeypatch):
    store = Store.open(tmp_path / "store")
    add, calls = Store.add, []

    def full(self, *args, **kwargs):
        calls.append(1)
        if len(calls) > 3:
            raise StoreError("cannot write: the disk is full")
        return add(self, *args, **kwargs)

    monkeypatch.setattr(Store, "add", full)
    with pytest.raises(StoreError, match="disk is full"):
        sweep(design(), store)
    kept = small.rows(tmp_path / "store")
    assert len(kept) >= 3
    monkeypatch.setattr(Store, "add", add)
    found = sweep(design(), tmp_path / "store")
    assert found.complete and found.before == len(kept)


def test_runs_of_other_code_are_noticed_kept_apart_or_verified(here, tmp_path, monkeypatch):
    mine = code_version()
    for module in ("sweeping", "running", "codeversion"):
        monkeypatch.setattr(f"simulation.experiments.{module}.code_version", lambda: "1-old00000", raising=False)
    sweep(design(), tmp_path / "store")
    for module in ("sweeping", "running", "codeversion"):
        monkeypatch.setattr(f"simulation.experiments.{module}.code_version", lambda: mine, raising=False)
    with pytest.raises(SweepError, match="24 of version 1-old00000.*--other-code"):
        sweep(design(), tmp_path / "store")
    verified = sweep(design(), tmp_path / "store", other_code="verify")
    assert verified.done == 0 and verified.before == 24 and "bit for bit" in verified.notes[0]
    assert not np.isnan(verified.readings(["need"]).values["need"]).any()
    assert sweep(design(), tmp_path / "store").before == 24


def test_other_numbers_of_other_code_are_not_taken(here, tmp_path, monkeypatch):
    mine = code_version()
    for module in ("sweeping", "running", "codeversion"):
        monkeypatch.setattr(f"simulation.experiments.{module}.code_version", lambda: "1-old00000", raising=False)
    sweep(design(), tmp_path / "store")
    for module in ("sweeping", "running", "codeversion"):
        monkeypatch.setattr(f"simulation.experiments.{module}.code_version", lambda: mine, raising=False)
    monkeypatch.setattr(codecheck, "_equal", lambda a, b: False)
    with pytest.raises(SweepError, match="gives other numbers"):
        sweep(design(), tmp_path / "store", other_code="verify")
    apart = sweep(design(), tmp_path / "store", other_code="apart")
    assert apart.done == 24 and "kept apart" in apart.notes[0]
    assert len(pd.read_parquet(tmp_path / "store" / "runs")) == 48
    with pytest.raises(SweepError, match="'maybe' is no answer"):
        sweep(design(), tmp_path / "store", other_code="maybe")


def test_workers_of_another_version_are_refused(here, tmp_path, monkeypatch):
    monkeypatch.setattr(sweeping, "code_version", lambda: "9-other000")
    with pytest.raises(Exception, match="install the same version everywhere"):
        sweep(design(), tmp_path / "store")


def test_processes_give_the_rows_that_one_process_gives(here, tmp_path, monkeypatch):
    sweep(design(), tmp_path / "one")
    monkeypatch.setattr(sweeping, "_pool", lambda cluster, workers: localpool.LocalPool(2))
    found = sweep(design(), tmp_path / "two")
    assert found.complete and found.workers == 2
    pd.testing.assert_frame_equal(small.rows(tmp_path / "one"), small.rows(tmp_path / "two"), check_exact=True)


def test_a_file_is_no_store(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="file"):
        sweep(design(), tmp_path / "file")
