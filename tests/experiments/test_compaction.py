"""Merging parts: fewer files with the same runs, whoever adds, reads, merges or is killed meanwhile."""

from __future__ import annotations

import errno
import os
import random
import signal
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from experiments import made_up_rows as made

from simulation.experiments import compaction, parts
from simulation.experiments.store import Store, StoreError

KILLS = int(os.environ.get("CARE_REGIMES_STORE_KILLS", "25"))
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="begins processes by fork")


def filled(path, parts_of_three: int = 6) -> Store:
    opened = Store.open(path)
    for turn in range(parts_of_three):
        opened.add(made.rows(made.of_round(0, turn)), made.weeks(made.of_round(0, turn)))
    return opened


def files(store: Store, kind: str = "runs") -> list[str]:
    return sorted(path.name for path in (store.path / kind).iterdir())


def frame(store: Store, kind: str = "runs"):
    keys = ["run"] if kind == "runs" else ["run", "tick"]
    return made.read(store.path, kind).to_pandas().sort_values(keys).reset_index(drop=True)


def test_many_parts_become_one_with_the_same_rows(tmp_path):
    opened = filled(tmp_path / "s")
    before = frame(opened), frame(opened, "series")
    known = opened.known()
    assert opened.compact(minimum=6) == 12
    assert len(files(opened)) == len(files(opened, "series")) == 1
    for old, kind in zip(before, ("runs", "series"), strict=True):
        assert frame(opened, kind).equals(old)
    assert pq.read_schema(next((opened.path / "runs").iterdir())).remove_metadata().equals(parts.run_schema())
    opened.add(made.rows([999]))
    known.refresh()
    assert all(made.run(i) in known for i in (*range(18), 999)) and made.run(18) not in known


def test_few_parts_stay_as_they_are(tmp_path):
    opened = filled(tmp_path / "s")
    before = made.contents(tmp_path)
    assert opened.compact(minimum=7) == opened.compact() == 0
    assert made.contents(tmp_path) == before
    assert Store.open(tmp_path / "empty").compact() == 0


def test_large_parts_are_left_alone_and_groups_are_no_larger_than_need_be(tmp_path, monkeypatch):
    opened = filled(tmp_path / "s", 7)
    size = max(path.stat().st_size for path in (opened.path / "runs").iterdir())
    monkeypatch.setattr(compaction, "LARGE", int(2.5 * size))
    opened.compact(minimum=2)
    left = files(opened)
    assert len(left) == 3 and made.read(opened.path).num_rows == 21
    monkeypatch.setattr(compaction, "LARGE", 100)
    assert opened.compact(minimum=2) == 0 and files(opened) == left


def test_a_run_stays_once_and_a_result_counts_before_an_error(tmp_path):
    opened = Store.open(tmp_path / "s")
    opened.add(made.rows([1, 2, 3]), made.weeks([1, 2]))
    opened.add(made.rows([2, 3, 4]), made.weeks([2]))
    opened.add(made.rows([4, 5], status="failed"))
    opened.add(made.rows([5, 6, 7], status="failed"))
    opened.add(made.rows([7]))
    opened.compact(minimum=2)
    found = frame(opened).set_index("run")
    assert len(found) == 7
    done = {i for i in range(1, 8) if found.loc[made.run(i), "status"] == "done"}
    assert done == {1, 2, 3, 4, 7}
    assert len(frame(opened, "series")) == 6


def test_a_part_that_has_all_runs_of_the_others_is_not_removed_with_them(tmp_path):
    opened = Store.open(tmp_path / "s")
    whole = opened.add(made.rows([1, 2, 3]))
    opened.add(made.rows([1]))
    opened.add(made.rows([3], status="failed"))
    assert opened.compact(minimum=2) == 2
    assert files(opened) == [whole.name] and made.read(opened.path).num_rows == 3


def test_outcomes_that_this_version_does_not_know_are_kept(tmp_path):
    opened = Store.open(tmp_path / "s")
    part = opened.add(made.rows([1, 2]))
    pq.write_table(pq.read_table(part).append_column("hope", pa.array([0.5, 0.6])), part)
    opened.add(made.rows([3]))
    opened.compact(minimum=2)
    found = frame(opened).set_index("run")
    assert found.loc[made.run(2), "hope"] == 0.6 and found["hope"].isna().sum() == 1
    assert opened.codes() == {made.CODE: 3}


def test_what_was_not_removed_for_want_of_time_goes_later(tmp_path, monkeypatch):
    opened = filled(tmp_path / "s")
    with monkeypatch.context() as patch:
        patch.setattr(compaction, "_remove", lambda folder, names: 0)
        opened.compact(minimum=2)
    assert len(files(opened)) == 7 and made.read(opened.path).num_rows == 36
    assert opened.codes() == {made.CODE: 18}
    assert opened.compact(minimum=64) == 12
    assert len(files(opened)) == 1 and made.read(opened.path).num_rows == 18


@pytest.mark.parametrize("where", ["os.fsync", "pyarrow.parquet.ParquetWriter.write_table"])
def test_a_full_disk_leaves_everything_as_it_was(tmp_path, monkeypatch, where):
    opened = filled(tmp_path / "s")
    before = made.contents(tmp_path)

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(where, full)
        with pytest.raises(StoreError, match="the disk is full"):
            opened.compact(minimum=2)
    assert made.contents(tmp_path) == before


def test_two_who_merge_the_same_lose_nothing(tmp_path, monkeypatch):
    """The second has chosen its files when the first merges them: before it reads, and after."""
    for late in ("_chosen", "_write"):
        opened = filled(tmp_path / late)
        expected = frame(opened)
        honest, times = getattr(compaction, late), []

        def overtaken(*args, honest=honest, times=times, opened=opened):
            times.append(1)
            if len(times) == 1:
                opened.compact(minimum=2)
            return honest(*args)

        with monkeypatch.context() as patch:
            patch.setattr(compaction, late, overtaken)
            opened.compact(minimum=2)
        assert len(times) > 1
        assert frame(opened).drop_duplicates().reset_index(drop=True).equals(expected)
        assert not list((opened.path / ".writing").iterdir())


@forks
def test_killed_while_merging_loses_no_run_and_no_series(tmp_path):
    chance = random.Random(5)
    Store.open(tmp_path / "s")
    nursery = made.Nursery(tmp_path / "s", compact=2)
    seen: set[str] = set()
    midway = 0
    for child in range(KILLS):
        process = nursery.begin(child)
        time.sleep(chance.uniform(0.02, 0.2))
        os.kill(process, signal.SIGKILL)
        assert nursery.wait() == -signal.SIGKILL
        midway += any((tmp_path / "s" / ".writing").iterdir())
        rows = made.read(tmp_path / "s").to_pandas() if (tmp_path / "s" / "runs").is_dir() else None
        if rows is None:
            continue
        once = rows.drop_duplicates().set_index("run")
        assert once.index.is_unique
        acknowledged = made.acknowledged(nursery.said)
        assert [once["need"].get(made.run(i)) for i in acknowledged] == [i / 7 for i in acknowledged]
        assert seen <= set(once.index), "a run that was there is gone"
        seen = set(once.index)
        ticks = made.read(tmp_path / "s", "series").to_pandas().drop_duplicates().groupby("run").size()
        assert seen <= set(ticks.index) and (ticks == 3).all()
    nursery.close()
    assert midway, "nobody was killed at work"
    opened = Store.open(tmp_path / "s")
    opened.compact(minimum=2)
    assert len(files(opened)) == 1 and set(frame(opened)["run"]) == seen


@forks
def test_readers_see_every_run_while_two_add_and_merge(tmp_path):
    opened = Store.open(tmp_path / "s")
    nursery = made.Nursery(tmp_path / "s", rounds=25, compact=3)
    nursery.begin(1)
    nursery.begin(2)
    known = opened.known()
    for _ in range(8):
        nursery.until_said(4)
        there = made.acknowledged(nursery.said)
        known.refresh()
        fresh = opened.known()
        assert all(made.run(i) in known and made.run(i) in fresh for i in there)
        assert opened.codes()[made.CODE] >= len(there)
    assert nursery.wait() == nursery.wait() == 0
    nursery.close()
    assert opened.codes() == {made.CODE: 150}
