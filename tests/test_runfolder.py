"""The run folder: whole or not there, the same bytes for the same inputs, and read back as it was."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import fake_runs
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from simulation import runfolder, wholefolder
from simulation.comparison import compare
from simulation.outcomes import OUTCOMES
from simulation.provenance import command_line
from simulation.runfolder import RunFolderError, load_comparison, read_manifest, write_comparison, write_run

DATA = {"series.parquet", "summary.parquet", "waits.parquet", "table.csv", "scenario.yaml"}


@pytest.fixture(autouse=True)
def _fake(monkeypatch):
    fake_runs.install(monkeypatch)
    monkeypatch.setattr("simulation.report.render", lambda found: f"<p>{found.pairs} pairs, {found.complete}")


@pytest.fixture
def found(_fake):
    return compare(fake_runs.scenario(), pairs=2)


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_in_it(found, tmp_path):
    typed = ["/home/ann/bin/regimes", "compare", "-n", "2"]
    folder = write_comparison(found, tmp_path / "deep" / "here", command=typed)
    assert {path.name for path in folder.iterdir()} == DATA | {"manifest.json", "report.html"}
    assert _left(tmp_path / "deep") == ["here"]
    manifest = read_manifest(folder)
    assert manifest["command"] == "regimes compare -n 2" and manifest["complete"] is True
    assert manifest["seeds"] == [1, 2] and manifest["key"] == found.key
    assert set(manifest["files"]) == DATA | {"report.html"}
    assert manifest["regimes"][0]["levers"]["stakes"] == 0.9
    assert "/home" not in (folder / "manifest.json").read_text()
    series = pq.read_table(folder / "series.parquet")
    assert series.num_rows == 2 * 2 * 60
    assert series.column_names == ["scenario", "regime", "seed", "tick", "week", *(o.name for o in OUTCOMES)]
    assert series.schema.field("wait").metadata[b"unit"] == b"weeks"
    table = pd.read_csv(folder / "table.csv", index_col="outcome")
    assert table.loc["need", "difference"] == pytest.approx(found.table.loc["need", "difference"])


def test_read_back_it_is_the_same_comparison(found, tmp_path):
    again = load_comparison(write_comparison(found, tmp_path / "a", report=False))
    assert again.to_json() == found.to_json()
    for name in found.names:
        for a, b in zip(found.runs[name], again.runs[name], strict=True):
            assert (a.regime, a.seed) == (b.regime, b.seed) and (a.waits == b.waits).all()
            assert all(np.array_equal(a.series[o], b.series[o], equal_nan=True) for o in a.series)
    assert again.scenario.name == "sample"


def test_regimes_from_outside_the_scenario_come_back_too(tmp_path):
    found = compare(fake_runs.scenario(), ["soft", fake_runs.regime("mine", 0.31), "targets"], pairs=1)
    folder = write_comparison(found, tmp_path / "a", report=False)
    again = load_comparison(folder)
    assert again.to_json() == found.to_json() and again.names == ("soft", "mine", "targets")
    repeated = compare(folder / "scenario.yaml")  # what the report says to type
    assert repeated.names == found.names and repeated.pairs == 1 and repeated.seed == found.seed
    pd.testing.assert_frame_equal(repeated.table, found.table)


def test_a_stopped_comparison_says_so(tmp_path):
    def until(done, total):
        if done == 5:
            raise KeyboardInterrupt

    found = compare(fake_runs.scenario(), pairs=100, threads=1, progress=until)
    folder = write_comparison(found, tmp_path / "a")
    manifest = read_manifest(folder)
    assert manifest["complete"] is False and manifest["pairs_asked"] == 100 and manifest["pairs"] == found.pairs
    assert (folder / "report.html").read_text("utf-8") == f"<p>{found.pairs} pairs, False"
    assert not load_comparison(folder).complete


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    folders = [write_comparison(compare(fake_runs.scenario(), pairs=2, threads=n), tmp_path / str(n), report=False)
               for n in (1, 3)]
    for name in DATA:
        assert len({(folder / name).read_bytes() for folder in folders}) == 1, name


@pytest.mark.parametrize("name", sorted(DATA))
def test_a_changed_or_missing_file_is_noticed(found, tmp_path, name):
    folder = write_comparison(found, tmp_path / "a", report=False)
    path = folder / name
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(RunFolderError, match=f"{name} was changed"):
        load_comparison(folder)
    path.unlink()
    with pytest.raises(RunFolderError, match=f"{name} cannot be read"):
        load_comparison(folder)


def test_what_is_no_run_folder(tmp_path, found):
    with pytest.raises(RunFolderError, match="not a run folder"):
        load_comparison(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(RunFolderError, match="not a run folder"):
        load_comparison(tmp_path)
    folder = write_comparison(found, tmp_path / "a", report=False)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(RunFolderError, match="newer version"):
        load_comparison(folder)


def test_a_folder_in_use_is_not_overwritten_by_chance(found, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(RunFolderError, match="already holds something"):
            write_comparison(found, mine, overwrite=overwrite)
    assert _left(mine) == ["thesis.txt"] and _left(tmp_path) == ["mine"]

    folder = write_comparison(found, tmp_path / "run", report=False)
    with pytest.raises(RunFolderError, match="already holds something"):
        write_comparison(found, folder)
    other = compare(fake_runs.scenario(), pairs=1)
    write_comparison(other, folder, report=False, overwrite=True)
    assert load_comparison(folder).pairs == 1 and _left(tmp_path) == ["mine", "run"]


def test_an_empty_folder_is_used(found, tmp_path):
    (tmp_path / "empty").mkdir()
    write_comparison(found, tmp_path / "empty", report=False)
    assert load_comparison(tmp_path / "empty").pairs == 2


def test_a_file_in_the_way(found, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunFolderError, match="is a file; give the name of a folder"):
        write_comparison(found, tmp_path / "file")
    for act in (lambda: write_comparison(found, tmp_path / "file" / "below"),
                lambda: runfolder.check(tmp_path / "file" / "below")):
        with pytest.raises(RunFolderError, match="part of the path is a file"):
            act()
    assert (tmp_path / "file").read_text() == "x" and _left(tmp_path) == ["file"]


@pytest.mark.parametrize("number, hint", [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "no permission"),
                                          (errno.EROFS, "can only be read"), (errno.EIO, "choose a folder")])
@pytest.mark.parametrize("where", ["simulation.runfolder._write_parquet", "simulation.runfolder._write_manifest",
                                   "simulation.wholefolder.os.fsync", "simulation.wholefolder._move_into"])
def test_a_failing_disk_leaves_nothing_behind(found, tmp_path, monkeypatch, number, hint, where):
    def fails(*_, **__):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(where, fails)
        with pytest.raises(RunFolderError, match=hint) as caught:
            write_comparison(found, tmp_path / "a", report=False)
    assert str(tmp_path / "a") in str(caught.value)
    assert _left(tmp_path) == []


def test_a_place_where_nothing_can_be_written(found):
    if not Path("/proc/self").is_dir():
        pytest.skip("needs a folder that refuses even the administrator")
    for act in (lambda: write_comparison(found, "/proc/here"), lambda: runfolder.check("/proc/here")):
        with pytest.raises(RunFolderError, match="cannot write the results to /proc/here"):
            act()


def test_a_disk_that_is_really_full(found):
    if not os.access("/dev/full", os.W_OK):
        pytest.skip("needs /dev/full")
    with pytest.raises(RunFolderError, match="the disk is full"), wholefolder._explained(Path("there")):
        with open("/dev/full", "wb", buffering=0) as file:
            file.write(b"x")


def test_the_old_folder_survives_when_the_new_one_cannot_take_its_place(found, tmp_path, monkeypatch):
    folder = write_comparison(found, tmp_path / "a", report=False)
    rename, done = Path.rename, []

    def once(self, target):
        done.append(self)
        if len(done) == 2:
            raise OSError(errno.EIO, "worn out")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", once)
    with pytest.raises(RunFolderError):
        write_comparison(found, folder, report=False, overwrite=True)
    monkeypatch.undo()
    assert load_comparison(folder).pairs == 2 and _left(tmp_path) == ["a"]


KILLED = """
import os, sys
from pathlib import Path
from simulation.wholefolder import whole
with whole(Path(sys.argv[1]), lambda folder: False) as work:
    (work / "series.parquet").write_text("half")
    os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_in_mid_write_there_is_no_folder_of_that_name(found, tmp_path):
    target = tmp_path / "a"
    done = subprocess.run([sys.executable, "-c", KILLED, str(target)], cwd=Path(__file__).parents[1], check=False)
    assert done.returncode == -9 and not target.exists()
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".a.writing-") and not runfolder.is_run_folder(left)
    assert load_comparison(write_comparison(found, target, report=False)).pairs == 2


def test_ctrl_c_while_writing_leaves_nothing(found, tmp_path, monkeypatch):
    def pressed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("simulation.runfolder._write_manifest", pressed)
    with pytest.raises(KeyboardInterrupt):
        write_comparison(found, tmp_path / "a", report=False)
    assert _left(tmp_path) == []


def test_the_default_folder_is_new_every_time(found, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first, second = (write_comparison(found, report=False) for _ in range(2))
    assert first != second and first.parent == Path("runs") and first.name.startswith("sample-2")
    assert "/" not in runfolder.default_folder("my/../town").name


def test_a_single_run(tmp_path, monkeypatch):
    monkeypatch.undo()
    from simulation import load, run

    town = load("town", set={"world.people": 400, "world.horizon": "3 weeks"})
    made = run(town, "targets", 3, record_events=True)
    folder = write_run(made, tmp_path / "a")
    assert {path.name for path in folder.iterdir()} == {
        "series.parquet", "summary.parquet", "waits.parquet", "events.parquet", "scenario.yaml", "manifest.json"}
    assert read_manifest(folder)["what"] == "run" and read_manifest(folder)["seeds"] == [3]
    assert pq.read_table(folder / "events.parquet").num_rows == len(made.events)
    np.testing.assert_array_equal(pq.read_table(folder / "series.parquet")["need"].to_numpy(), made.series["need"])
    assert read_manifest(folder)["repeat"] == "regimes run scenario.yaml --regime targets --seed 3"
    quiet = write_run(run(town, fake_runs.regime("mine", 0.2), 3), tmp_path / "b")
    assert not (quiet / "events.parquet").exists() and read_manifest(quiet)["regimes"][0]["name"] == "mine"
    assert "mine" in load(quiet / "scenario.yaml").regimes
    with pytest.raises(RunFolderError, match="a single run"):
        load_comparison(folder)


@pytest.mark.parametrize("arguments, text", [
    (["/usr/bin/regimes", "compare", "/home/ann/my town.yaml"], "regimes compare 'my town.yaml'"),
    (["regimes", "compare", "--out=/home/ann/x", "--set", "world.people=500"],
     "regimes compare --out=x --set world.people=500"),
    ([r"C:\Users\ann\regimes.exe", r"C:\Users\ann\a.yaml"], "regimes a.yaml"),
    (["/somewhere/cli/__main__.py", "compare"], "regimes compare"),
])
def test_a_command_line_names_nobody(arguments, text):
    assert command_line(arguments) == text
