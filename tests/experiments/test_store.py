"""The store: what is added is there whatever happens, what is no store is refused, what is known is found."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from experiments import made_up_rows as made

from simulation import provenance
from simulation.experiments import parts, runkeys, wholefiles
from simulation.experiments.design import Design
from simulation.experiments.reading import load_design
from simulation.experiments.store import Store, StoreError, run_schema

KILLS = int(os.environ.get("CARE_REGIMES_STORE_KILLS", "25"))
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="begins processes by fork")


def design(**changes) -> Design:
    return Design(**{"name": "small", "scenario": "town", "regimes": ["targets", "trust-and-learning"],
                     "method": "grid", "vary": {"need.growth": [0.1, 0.2]}, "replications": 3, **changes})


def plan(replications, points=(0, 1), code: str = made.CODE) -> pa.Table:
    """Runs numbered by point, replication and regime."""
    asked = [(p, r, g, 100 * p + 10 * r + g) for r in replications for p in points for g in (0, 1)]
    return pa.table({
        "point": pa.array([a[0] for a in asked], pa.int32()),
        "replication": pa.array([a[1] for a in asked], pa.int32()),
        "regime": [("targets", "trust-and-learning")[a[2]] for a in asked],
        "seed": pa.array([1000 * a[0] + a[1] for a in asked], pa.int64()),
        "run": [made.run(a[3], code) for a in asked], "inputs": [made.inputs(a[3]) for a in asked]})


# what a folder must be


def test_a_new_store_says_what_it_is(tmp_path):
    path = tmp_path / "deep" / "store"
    Store.open(path)
    assert json.loads((path / "store.json").read_text()) == {"kind": "care-regimes store", "format": 1}
    assert Store.open(path).path == path
    assert Store.open(path, create=False).codes() == {}


def test_an_empty_folder_becomes_one_and_so_does_one_that_was_begun(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "begun" / ".writing").mkdir(parents=True)
    (tmp_path / "begun" / ".writing" / "left").write_text("x")
    for name in ("empty", "begun"):
        Store.open(tmp_path / name).add(made.rows([1]))
        assert made.read(tmp_path / name).num_rows == 1


def _link(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def _mark(text: str):
    def write(path: Path) -> None:
        path.mkdir()
        (path / "store.json").write_text(text)

    return write


@pytest.mark.parametrize(("prepare", "create", "says"), [
    (lambda path: path.write_text("x"), True, "is a file; give a folder"),
    (_link, True, "link that leads nowhere"),
    (lambda path: (path / "thesis").mkdir(parents=True), True, "holds other things and is no store"),
    (lambda path: None, False, "there is no store of runs at .* regimes sweep makes one"),
    (lambda path: path.mkdir(), False, "there is no store of runs"),
    (_mark('{"kind": "care-regimes store", "format": 2}'), True, "newer version of this program .format 2, .*reads 1"),
    (_mark('{"kind": "another", "format": 1}'), True, "no store of runs: store.json says 'another'"),
    (_mark("{"), True, "cannot be read; it should say"),
    (_mark("[]"), False, "cannot be read; it should say"),
])
def test_what_is_no_store_is_refused_and_left_alone(tmp_path, prepare, create, says):
    prepare(tmp_path / "x")
    before = made.contents(tmp_path)
    with pytest.raises(StoreError, match=says) as found:
        Store.open(tmp_path / "x", create=create)
    assert str(tmp_path / "x") in str(found.value)
    assert made.contents(tmp_path) == before


def test_a_path_through_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="part of the path is a file"):
        Store.open(tmp_path / "file" / "store")


@pytest.mark.skipif(sys.platform == "win32", reason="users and permissions of POSIX")
def test_without_permission_it_says_so_and_still_reads(tmp_path):
    Store.open(tmp_path / "store").add(made.rows([1, 2]))
    child = textwrap.dedent("""
        import os, sys
        from simulation.experiments.store import Store, StoreError
        import pyarrow.dataset
        os.chdir(sys.argv[1])
        os.chmod("store", 0o555)
        os.chmod("store/.writing", 0o555)
        if os.geteuid() == 0:
            os.setuid(65534)
        for path in ("store", "another"):
            try:
                Store.open(path)
            except StoreError as error:
                print(error)
        print(Store.open("store", create=False).codes())
    """)
    tmp_path.chmod(0o555)
    try:
        said = subprocess.run([sys.executable, "-c", child, str(tmp_path)], capture_output=True, text=True)
    finally:
        tmp_path.chmod(0o755)
        (tmp_path / "store").chmod(0o755)
        (tmp_path / "store" / ".writing").chmod(0o755)
    lines = said.stdout.splitlines()
    assert said.returncode == 0, said.stderr
    assert lines[0].startswith("cannot write to the store store: there is no permission to write there")
    assert lines[1].startswith("cannot write to the store another: there is no permission to write there")
    assert lines[2] == "{'1-aaaaaaaa': 2}"


# adding


def test_rows_come_back_bit_for_bit_and_missing_outcomes_are_null(tmp_path):
    opened = Store.open(tmp_path / "s")
    part = opened.add(made.rows(range(10)), made.weeks([3, 4]), environment={"versions": {"python": "3"}})
    back = pq.ParquetFile(part).read()
    assert back.schema.equals(run_schema()) and part.parent == tmp_path / "s" / "runs"
    assert back["need"].to_pylist() == [i / 7 for i in range(10)]
    assert np.isnan(back["deaths"][5].as_py()) and back["deaths"][4].as_py() == -4
    assert back["cost"].null_count == 10 and back["finished"].type == pa.timestamp("ms", tz="UTC")
    assert made.read(tmp_path / "s", "series")["tick"].to_pylist() == [0, 1, 2] * 2
    kept = tmp_path / "s" / "environments" / f"{provenance.key({'versions': {'python': '3'}})}.json"
    assert json.loads(kept.read_text()) == {"versions": {"python": "3"}}
    assert not list((tmp_path / "s" / ".writing").iterdir())


def test_the_same_rows_take_the_same_place(tmp_path):
    opened = Store.open(tmp_path / "s")
    assert opened.add(made.rows([1, 2, 3])) == opened.add(made.rows([3, 1, 2]))
    assert made.read(tmp_path / "s").num_rows == 3


def test_an_error_never_takes_the_place_of_a_result(tmp_path):
    opened = Store.open(tmp_path / "s")
    opened.add(made.rows([1, 2]))
    opened.add(made.rows([1, 2], status="failed"))
    known = opened.known()
    assert opened.row(made.run(1))["need"] == 1 / 7 and made.run(1) not in known.failed
    assert opened.codes() == {made.CODE: 2}
    with pytest.raises(KeyError):
        opened.row(made.run(3))


@pytest.mark.parametrize(("table", "says"), [
    (made.rows([]), "no rows"),
    (made.rows([1]).drop(["inputs"]), "no column 'inputs'"),
    (made.rows([1]).append_column("mood", pa.array([1.0])), "does not know: mood"),
    (made.rows([1]).set_column(6, "seed", pa.array(["x"])), "column 'seed' is not int64"),
])
def test_tables_of_another_form_are_refused(tmp_path, table, says):
    opened = Store.open(tmp_path / "s")
    before = made.contents(tmp_path)
    with pytest.raises(ValueError, match=says):
        opened.add(table)
    assert made.contents(tmp_path) == before


@pytest.mark.parametrize("where", ["os.fsync", "pyarrow.parquet.write_table"])
def test_a_full_disk_leaves_the_store_as_it_was(tmp_path, monkeypatch, where):
    opened = Store.open(tmp_path / "s")
    opened.add(made.rows([1, 2, 3]), made.weeks([1]))
    before = made.contents(tmp_path)

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(where, full)
        for trial in (lambda: opened.add(made.rows([4, 5]), made.weeks([4]), environment={"a": 1}),
                      lambda: opened.register(design(), made.CODE)):
            with pytest.raises(StoreError, match="the disk is full; free some space.*still there"):
                trial()
            assert made.contents(tmp_path) == before
    opened.add(made.rows([4, 5]), made.weeks([4]), environment={"a": 1})
    assert len(list((tmp_path / "s" / "environments").iterdir())) == 1
    assert made.read(tmp_path / "s").num_rows == 5


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_file_that_may_not_grow_leaves_the_store_as_it_was(tmp_path):
    Store.open(tmp_path / "s").add(made.rows([1, 2, 3]))
    before = made.contents(tmp_path)
    child = textwrap.dedent("""
        import resource, sys
        from experiments import made_up_rows as made
        from simulation.experiments.store import Store, StoreError
        opened = Store.open(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))
        try:
            opened.add(made.rows(range(10, 2_000)), made.weeks([10]))
        except StoreError as error:
            print(error)
    """)
    said = subprocess.run([sys.executable, "-c", child, str(tmp_path / "s")], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert "a file would be larger than the disk allows" in said.stdout, said.stderr
    assert made.contents(tmp_path) == before


def test_what_somebody_left_unfinished_goes_after_a_day(tmp_path):
    opened = Store.open(tmp_path / "s")
    old, new, folder = (tmp_path / "s" / ".writing" / name for name in ("old", "new", "folder"))
    old.write_text("x")
    new.write_text("x")
    folder.mkdir()
    for path in (old, folder):
        os.utime(path, (time.time() - 100_000,) * 2)
    Store.open(opened.path)
    assert new.exists() and not old.exists() and not folder.exists()


@forks
def test_killed_while_adding_loses_nothing_that_was_acknowledged(tmp_path):
    chance = random.Random(4)
    Store.open(tmp_path / "s")
    nursery = made.Nursery(tmp_path / "s")
    midway = 0
    for child in range(KILLS):
        process = nursery.begin(child)
        if child % 2:  # else a slow machine might kill all of them before they begin
            nursery.until_said(1)
        time.sleep(chance.uniform(0, 0.06))
        os.kill(process, signal.SIGKILL)
        assert nursery.wait() == -signal.SIGKILL
        midway += any((tmp_path / "s" / ".writing").iterdir())
        _check(tmp_path / "s", made.acknowledged(nursery.said))
    nursery.close()
    assert len(nursery.said) >= KILLS // 2 and midway, "nobody was killed at work"
    assert Store.open(tmp_path / "s").codes() == {made.CODE: len(set(made.read(tmp_path / "s")["run"].to_pylist()))}


def _check(path: Path, acknowledged: list[int]) -> None:
    """Every file is whole, every acknowledged run there with its numbers, and every run has its series."""
    if not any((path / "runs").glob("part-*")):
        assert not acknowledged
        return
    rows = made.read(path)
    found = dict(zip(rows["run"].to_pylist(), rows["need"].to_pylist(), strict=True))
    assert len(found) == rows.num_rows
    assert all(found[made.run(number)] == number / 7 for number in acknowledged)
    ticks = Counter(made.read(path, "series")["run"].to_pylist())
    assert set(found) <= set(ticks) and set(ticks.values()) == {3}


@forks
def test_two_processes_add_at_once(tmp_path):
    Store.open(tmp_path / "s")
    nursery = made.Nursery(tmp_path / "s", rounds=30)
    for child in (1, 2):
        nursery.begin(child)
    assert nursery.wait() == nursery.wait() == 0
    nursery.close()
    _check(tmp_path / "s", made.acknowledged(nursery.said))
    assert made.read(tmp_path / "s").num_rows == 180


# what is known


def test_known_reads_only_what_came_since(tmp_path, monkeypatch):
    opened = Store.open(tmp_path / "s")
    opened.add(made.rows([1, 2]))
    opened.add(made.rows([3], status="failed"))
    known = opened.known()
    assert all(made.run(i) in known for i in (1, 2, 3)) and made.run(4) not in known
    assert made.run(3) in known.failed and made.run(1) not in known.failed and made.run(4) not in known.failed
    looked = []
    batches = parts.batches
    monkeypatch.setattr(parts, "batches", lambda paths, *rest: looked.append(len(paths)) or batches(paths, *rest))
    known.refresh()
    opened.add(made.rows([3]))
    opened.add(made.rows([4]))
    assert made.run(4) not in known
    known.refresh()
    assert made.run(4) in known and made.run(3) not in known.failed and looked == [0, 2]


def test_known_of_some_versions_alone(tmp_path):
    opened = Store.open(tmp_path / "s")
    opened.add(made.rows([1]))
    opened.add(made.rows([2], code=made.OTHER))
    assert opened.codes() == {made.CODE: 1, made.OTHER: 1}
    known = opened.known([made.OTHER])
    assert made.run(2, made.OTHER) in known and made.run(1) not in known


def test_a_damaged_part_is_named(tmp_path):
    opened = Store.open(tmp_path / "s")
    opened.add(made.rows([1]))
    (tmp_path / "s" / "runs" / "part-00.parquet").write_bytes(b"PAR1 not really")
    for look in (opened.known, opened.codes, lambda: opened.compact(1)):
        with pytest.raises(StoreError, match="part-00.parquet.*damaged.*the sweep makes its runs again"):
            look()


def test_readers_begin_again_where_a_file_is_gone(tmp_path, monkeypatch):
    opened = Store.open(tmp_path / "s")
    opened.add(made.rows([1, 2, 3]))
    listed, calls = parts.parts, []

    def late(folder):
        calls.append(1)
        gone = [folder / "part-gone.parquet"] if len(calls) < 4 else []
        return [*listed(folder), *gone]

    monkeypatch.setattr(parts, "parts", late)
    assert opened.codes() == {made.CODE: 3} and len(calls) == 4
    calls.clear()
    monkeypatch.setattr(parts, "LOOKS", 3)
    with pytest.raises(StoreError, match="change faster than they can be read"):
        opened.known()


def test_keys_are_exact_with_zeros_wherever_they_stand():
    chance = np.random.default_rng(3)
    raw = chance.integers(0, 256, (500, 16), dtype=np.uint8)
    raw[chance.random(raw.shape) < 0.3] = 0
    raw[:40, 8:] = 0
    raw[0] = 0
    texts = list(dict.fromkeys(bytes(row).hex() for row in raw))
    column = pa.chunked_array([pa.array(["f" * 32, *texts[:200]]).slice(1), pa.array([], pa.string()), texts[200:]])
    keys = runkeys.packed(column)
    assert [bytes(key).ljust(16, b"\0").hex() for key in keys] == texts
    some = np.unique(keys[::3])
    at = runkeys.positions(keys, some)
    assert set(np.flatnonzero(at >= 0)) == set(range(0, len(texts), 3))
    assert (some[at[::3]] == keys[::3]).all()
    assert (runkeys.positions(keys, np.empty(0, "S16")) == -1).all()
    for limit in (0, 100, 10_000):
        few = runkeys.Keys()
        runkeys_recent, runkeys.RECENT = runkeys.RECENT, limit
        try:
            for begin in range(0, len(texts), 60):
                few.add(keys[begin:begin + 60][::3])
        finally:
            runkeys.RECENT = runkeys_recent
        inside = {texts[i] for begin in range(0, len(texts), 60) for i in range(begin, min(begin + 60, len(texts)), 3)}
        assert {text for text in texts if text in few} == inside
    assert "x" * 32 not in few and "00" not in few and 3 not in few


@pytest.mark.parametrize("text", ["ab", "g" * 32, "A" * 32, None])
def test_keys_that_are_none_are_refused(text):
    with pytest.raises(StoreError, match="32 hex digits"):
        runkeys.packed(pa.array(["0" * 32, text], pa.string()))


# versions of the code


def test_versions_that_are_the_same_are_remembered_also_by_way_of_a_third(tmp_path):
    opened = Store.open(tmp_path / "s")
    assert opened.same_codes("a") == frozenset()
    opened.accept("a", "b")
    opened.accept("c", "b")
    opened.accept("b", "a")
    opened.accept("d", "d")
    again = Store.open(tmp_path / "s")
    assert again.same_codes("a") == {"b", "c"} and again.same_codes("b") == {"a", "c"}
    assert again.same_codes("d") == again.same_codes("z") == frozenset()
    assert json.loads((tmp_path / "s" / "same-code.json").read_text()) == {"same": [["a", "b"], ["b", "c"]]}
    (tmp_path / "s" / "same-code.json").write_text("{")
    with pytest.raises(StoreError, match="same-code.json cannot be read"):
        again.same_codes("a")


# designs


def test_a_design_is_written_whole_and_once(tmp_path):
    opened = Store.open(tmp_path / "s")
    folder = opened.register(design(), made.CODE)
    assert {path.name for path in folder.iterdir()} == {
        "design.yaml", "scenario.yaml", "manifest.json", "points.parquet", "places.parquet"}
    before = made.contents(tmp_path)
    assert opened.register(design(), made.CODE) == folder and made.contents(tmp_path) == before
    assert load_design(folder / "design.yaml").key == design().key
    assert pq.read_table(folder / "points.parquet").to_pydict() == {"point": [0, 1], "need.growth": [0.1, 0.2]}
    (found,) = opened.designs()
    assert (found.name, found.code, found.folder) == ("small", made.CODE, folder.name)
    assert found.regimes == ("targets", "trust-and-learning") and found.manifest["key"] == design().key


def test_what_may_change_in_a_design_is_brought_up_to_date(tmp_path):
    opened = Store.open(tmp_path / "s")
    folder = opened.register(design(), made.CODE)
    started = opened.design().manifest["started"]
    assert opened.register(design(replications=50, title="Grown"), made.CODE) == folder
    assert load_design(folder / "design.yaml").replications.fixed == 50
    assert opened.design().title == "Grown" and opened.design().manifest["started"] == started


def test_designs_that_differ_and_versions_that_differ_have_folders_of_their_own(tmp_path):
    opened = Store.open(tmp_path / "s")
    folders = {opened.register(d, code) for d, code in (
        (design(), made.CODE), (design(), made.OTHER), (design(seed=2), made.CODE), (design(name="other"), made.CODE))}
    assert len(folders) == 4
    one = min(folders)
    assert opened.design(one).path == opened.design(one.name).path == one
    assert opened.design("other").name == "other"
    with pytest.raises(StoreError, match="has 3 designs of the name 'small'; say which: small-"):
        opened.design("small")
    with pytest.raises(StoreError, match="has 4 designs; say which"):
        opened.design()
    with pytest.raises(StoreError, match="'smal'.*did you mean 'small'"):
        opened.design("smal")


def test_a_store_without_designs_says_what_makes_one(tmp_path):
    with pytest.raises(StoreError, match="has no designs yet.*regimes sweep"):
        Store.open(tmp_path / "s").design("small")


def test_whoever_registers_second_finds_the_folder_of_the_first(tmp_path):
    place = tmp_path / "designs" / "x"

    def write(folder: Path) -> None:
        (folder / "mine").write_text("second")
        place.mkdir(parents=True)
        (place / "mine").write_text("first")

    assert not wholefiles.put_folder(tmp_path, place, write)
    assert (place / "mine").read_text() == "first" and not list((tmp_path / ".writing").iterdir())


def test_a_manifest_that_is_damaged_is_named(tmp_path):
    opened = Store.open(tmp_path / "s")
    folder = opened.register(design(), made.CODE)
    for text, says in (("{", "manifest.json cannot be read"), ('{"kind": "x", "format": 1}', "is of 'x'")):
        (folder / "manifest.json").write_text(text)
        with pytest.raises(StoreError, match=says):
            opened.designs()


def test_a_plan_grows_and_has_no_row_twice(tmp_path, monkeypatch):
    opened = Store.open(tmp_path / "s")
    folder = opened.register(design(), made.CODE)
    opened.add_plan(folder, plan(range(3)))
    opened.add_plan(folder, plan(range(3)))
    opened.add_plan(folder.name, plan(range(5)))
    Store.open(tmp_path / "s").add_plan(folder, plan(range(2, 6)))
    opened.add_plan(folder, plan(range(6)))
    files = sorted((folder / "plan").iterdir())
    rows = pa.concat_tables([pq.ParquetFile(path).read() for path in files])
    assert len(files) == 3 and rows.num_rows == 24
    assert sorted(rows.to_pylist(), key=str) == sorted(plan(range(6)).to_pylist(), key=str)
    with pytest.raises(ValueError, match="no column 'seed'"):
        opened.add_plan(folder, plan(range(1)).drop(["seed"]))
    strange = plan(range(1)).set_column(2, "regime", pa.array(["x"] * 4))
    with pytest.raises(ValueError, match="regime that the design has not"):
        opened.add_plan(folder, strange)
