"""Making results again: the same bytes from the same folder, and what differs is found and said."""

from __future__ import annotations

import json
import shutil
import threading
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from experiments import small

from simulation import differing, provenance, runfolder
from simulation.cli.faults import BAD_INPUT, DONE, FAILED, STOPPED, guarded
from simulation.comparison import compare
from simulation.experiments import again
from simulation.frontier import frontier
from simulation.reproducing import Stopped, find, reproduce
from simulation.runfolder import RunFolderError
from simulation.scenario import load

TINY = {"world.people": 200, "world.horizon": "6 weeks", "population.burn_in": "2 weeks"}
AXES = {"x": "complexity=10 %..30 %:2", "y": "regimes.*.stakes=0.1..0.5:2"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of every kind, of runs that take milliseconds."""
    from simulation import runs

    root = tmp_path_factory.mktemp("made")
    town = load("town", set=TINY)
    # A regime that the scenario does not have, and a pair fewer than asked for.
    library = [*list(town.regimes)[:1], "hybrid"]
    found = replace(compare(town, library, pairs=2, threads=1), asked=3)
    runfolder.write_comparison(found, root / "comparison")
    runfolder.write_run(runs.run(town, None, 5, record_events=True), root / "run")
    whole = frontier(town, pairs=2, **AXES, outcome="need")
    runfolder.write_frontier(whole, root / "map")
    part = replace(whole, cells=dict(list(whole.cells.items())[:3]))
    counts = {o: {n: sum(c.standings[o].winner == n for c in part.cells.values()) for n in whole.regimes}
              for o in whole.counts}
    runfolder.write_frontier(replace(part, counts=counts), root / "part")
    return root


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    from simulation.experiments.sweeping import sweep

    root = tmp_path_factory.mktemp("swept")
    (root / "small.yaml").write_text(small.text("2", "{need.growth: {from: 0.5x, to: 2x, steps: 3}}"))
    return sweep(root / "small.yaml", root / "store", workers=1).folder


def spoil(folder, to, name, change):
    """A copy in which a file is another, and the manifest says that this is how it was written."""
    copy = shutil.copytree(folder, to)
    change(copy / name)
    manifest = json.loads((copy / "manifest.json").read_text())
    data = (copy / name).read_bytes()
    manifest["files"][name] = {"bytes": len(data), "blake2b": provenance.digest(data)}
    (copy / "manifest.json").write_text(json.dumps(manifest))
    return copy


# -- run folders -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["comparison", "run", "map", "part"])
def test_every_kind_is_made_again_byte_for_byte(made, what):
    found = reproduce(made / what / "manifest.json", threads=2)
    assert found.identical and found.same_values and not found.versions and not found.notes
    files = json.loads((made / what / "manifest.json").read_text())["files"]
    assert {part.name for part in found.parts} == {*files, "manifest.json"}
    assert all(part.same for part in found.parts), "nothing is left out, not even the report or a picture"
    assert found.runs == {"comparison": 4, "run": 1, "map": 16, "part": 16}[what]


def test_nothing_is_left_behind_or_changed(made, tmp_path):
    before = sorted(p.name for p in made.iterdir())
    reproduce(made / "run", out=tmp_path / "again")
    assert sorted(p.name for p in made.iterdir()) == before
    assert (tmp_path / "again" / "series.parquet").read_bytes() == (made / "run" / "series.parquet").read_bytes()


def test_another_number_is_found_with_its_row_and_column(made, tmp_path):
    def change(path):
        table = pq.read_table(path)
        values = table["need"].to_numpy().copy()
        values[8] = np.nextafter(values[8], 1)
        pq.write_table(table.set_column(table.column_names.index("need"), "need", pa.array(values)), path)

    copy = spoil(made / "comparison", tmp_path / "a", "series.parquet", change)
    found = reproduce(copy)
    assert not found.identical and not found.same_values
    wrong, = [part for part in found.parts if not part.same]
    assert wrong.name == "series.parquet" and wrong.says.startswith("row 9 (scenario town, regime ")
    assert "tick 2), column need: was 0." in wrong.says and "is now 0." in wrong.says


def test_what_is_packed_otherwise_is_the_same_numbers_in_other_bytes(made, tmp_path):
    copy = spoil(made / "run", tmp_path / "a", "series.parquet",
                 lambda path: pq.write_table(pq.read_table(path), path, compression="none"))
    found = reproduce(copy)
    assert not found.identical and found.same_values and "Every value is the same bit for bit" in found.notes[0]


def test_another_scenario_gives_another_result(made, tmp_path):
    copy = spoil(made / "run", tmp_path / "a", "scenario.yaml",
                 lambda path: path.write_text(path.read_text().replace("people: 200", "people: 201")))
    found = reproduce(copy)
    said = {part.name: part.says for part in found.parts if not part.same}
    assert "series.parquet" in said and "scenario.key was" in said["manifest.json"]
    assert "scenario.yaml" not in said, "it is written from what was read, so it is as it was read"


def test_other_versions_are_named(made, tmp_path):
    copy = shutil.copytree(made / "run", tmp_path / "a")
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["versions"] |= {"numpy": "1.0", "gone": "2"}
    (copy / "manifest.json").write_text(json.dumps(manifest))
    found = reproduce(copy)
    assert found.identical, "versions are no result"
    assert found.versions["numpy"][0] == "1.0" and found.versions["gone"] == ("2", "none")


def test_bad_input(made, store, tmp_path, capsys):
    changed = shutil.copytree(made / "run", tmp_path / "changed")
    (changed / "scenario.yaml").write_text("people: 1")
    odd = tmp_path / "odd"
    odd.mkdir()
    (odd / "manifest.json").write_text('{"kind": "a lunch"}')
    (odd / "broken.json").write_text("{")
    for path, says in [(changed, "scenario.yaml was changed after it was written"),
                       (changed, "Nothing was run again"), (tmp_path / "none", "no such file or folder"),
                       (odd, "of kind 'a lunch'"), (odd / "broken.json", "is not a manifest"),
                       (tmp_path, "has no manifest.json"), (store.parent.parent, f"NAME (there: {store.name})")]:
        with pytest.raises(RunFolderError) as error:
            find(path)
        assert says in str(error.value)
        assert guarded(["reproduce", str(path), "-q"]) == BAD_INPUT
        assert says in capsys.readouterr().err
    assert guarded(["reproduce", str(made / "run"), "--sample", "2"]) == BAD_INPUT
    assert guarded(["reproduce", str(store), "--out", str(tmp_path / "x")]) == BAD_INPUT
    assert guarded(["reproduce", str(made / "run"), "--out", str(odd)]) == BAD_INPUT


def test_the_command(made, tmp_path, capsys):
    assert guarded(["reproduce", str(made / "run"), "-q"]) == DONE
    out = capsys.readouterr().out
    assert "same     events.parquet" in out and "It is the same, byte for byte." in out
    copy = spoil(made / "run", tmp_path / "a", "waits.parquet", lambda path: pq.write_table(
        pq.read_table(path).slice(1), path))
    assert guarded(["reproduce", str(copy), "-q"]) == FAILED
    out = " ".join(capsys.readouterr().out.split())
    assert "DIFFERS waits.parquet: had" in out and "the code itself may have been changed" in out
    assert guarded(["reproduce", str(copy), "-q", "--json"]) == FAILED
    told = json.loads(capsys.readouterr().out)
    assert told["identical"] is False and told["what"] == "run"
    assert [p["name"] for p in told["parts"] if not p["same"]] == ["waits.parquet"]


def test_stopped_before_there_is_anything(made, monkeypatch, capsys):
    stop = threading.Event()
    stop.set()
    for what in ("comparison", "run", "map"):
        with pytest.raises(Stopped):
            reproduce(made / what, stop=stop)
    monkeypatch.setattr("simulation.reproducing.reproduce", lambda *_, **__: (_ for _ in ()).throw(Stopped()))
    assert guarded(["reproduce", str(made / "run"), "-q"]) == STOPPED
    assert "before there was anything to compare" in capsys.readouterr().err


# -- sweeps ------------------------------------------------------------------------------------------------------------


def test_a_sweep_is_made_again_bit_for_bit(store, capsys):
    found = reproduce(store)
    assert found.identical and found.runs == found.asked == 12
    assert [part.name for part in found.parts] == ["points", "seeds", "runs"]
    assert guarded(["reproduce", str(store), "-q", "--sample", "5"]) == DONE
    assert "5 runs of 12 made again" in capsys.readouterr().out


def edited(store, tmp_path, change):
    """A copy of the store with other rows; the folder of its design."""
    root = shutil.copytree(store.parent.parent, tmp_path / "store")
    for path in (root / "runs").glob("*.parquet"):
        table = pq.read_table(path).to_pandas()
        change(table)
        pq.write_table(pa.Table.from_pandas(table, schema=pq.read_schema(path), preserve_index=False), path)
    return root / "designs" / store.name


def test_one_bit_in_one_run_is_found(store, tmp_path, capsys):
    def change(rows):
        at = rows.index[rows["regime"] == small.REGIMES[1]][-1:]
        rows.loc[at, "deaths"] = np.nextafter(rows.loc[at, "deaths"], 1e9)

    folder = edited(store, tmp_path, change)
    if reproduce(folder).identical:  # several parts: each had its last row changed
        pytest.fail("a changed number was not noticed")
    wrong = [part for part in reproduce(folder).parts if part.same is False]
    assert wrong[0].name == "runs" and "of 12 runs made again differ" in wrong[0].says
    assert small.REGIMES[1] in wrong[1].name and wrong[1].says.startswith("deaths was ")
    assert "1 of " in wrong[1].says
    assert guarded(["reproduce", str(folder), "-q"]) == FAILED
    assert "It is not the same." in capsys.readouterr().out


def test_failures_must_fail_again(store, tmp_path):
    def change(rows):
        rows.loc[rows["regime"] == small.REGIMES[0], ["status", "error"]] = ["failed", "ValueError: no such thing"]

    wrong = [part for part in reproduce(edited(store, tmp_path, change)).parts if part.same is False]
    assert len(wrong) == 1 + 6
    assert wrong[1].says == "failed with 'ValueError: no such thing', now has a result"


def test_lost_workers_are_no_matter_of_the_model(store, tmp_path):
    def change(rows):
        rows.loc[rows["regime"] == small.REGIMES[0], ["status", "error"]] = ["failed", "WorkerLost: died"]

    found = reproduce(edited(store, tmp_path, change))
    assert found.identical
    assert [(p.name, p.same) for p in found.parts][-1] == ("lost workers", None)


def test_runs_that_are_missing_are_said(store, tmp_path):
    root = shutil.copytree(store.parent.parent, tmp_path / "store")
    first, *others = sorted((root / "runs").glob("*.parquet"))
    table = pq.read_table(first)
    pq.write_table(table.slice(0, 1), first)
    for path in others:
        path.unlink()
    found = reproduce(root / "designs" / store.name)
    assert found.identical and found.runs == 1
    assert "11 runs that the design asks for are not in the store" in found.notes[0]


def test_a_design_that_was_changed_is_refused(store, tmp_path):
    root = shutil.copytree(store.parent.parent, tmp_path / "store")
    design = root / "designs" / store.name / "design.yaml"
    design.write_text(design.read_text().replace("seed: 7", "seed: 8"))
    with pytest.raises(RunFolderError, match="give another design"):
        reproduce(design.parent)


def test_a_stopped_sweep_compares_what_was_made(store, monkeypatch, capsys):
    monkeypatch.setattr(again, "CHUNK", 2)
    stop = threading.Event()
    found = reproduce(store, stop=stop, progress=lambda done, total: stop.set() if done >= 4 else None)
    assert found.identical and not found.complete and found.runs == 4 and found.asked == 12
    with pytest.raises(Stopped):
        reproduce(store, stop=stop)
    monkeypatch.setattr("simulation.reproducing.reproduce", lambda *_, **__: found)
    assert guarded(["reproduce", str(store), "-q"]) == STOPPED
    assert "4 runs of 12 made again" in capsys.readouterr().out


def test_a_sample_is_spread_over_the_plan():
    places = [(p, r, g) for r in range(10) for p in range(10) for g in range(2)]
    chosen = again.spread(places, 20, seed=1)
    assert len(set(chosen)) == 20 and chosen == sorted(chosen, key=places.index)
    assert {r for _, r, _ in chosen} == set(range(10)), "two of every replication"
    assert len({g for _, _, g in chosen}) == 2, "not of one regime, as every tenth of the plan would be"
    assert again.spread(places, 500, seed=1) == places == again.spread(places, None, seed=1)


# -- where two files part ----------------------------------------------------------------------------------------------


def test_bits_are_compared_and_not_only_values():
    a = np.array([0.0, np.nan, 1.0])
    b = np.array([-0.0, np.frombuffer(b"\x01\x00\x00\x00\x00\x00\xf8\x7f", float)[0], 1.0])
    assert differing.same_bits(a, b).tolist() == [False, True, True]
    assert differing.same_bits(np.array(["x", None], object), np.array(["x", "y"], object)).tolist() == [True, False]


@pytest.mark.parametrize(("name", "before", "after", "says"), [
    ("a.csv", "outcome,low\nneed,1\nwait,2\n", "outcome,low\nneed,1\nwait,3\n",
     "row 2 ('wait'), column low: was '2', is now '3'"),
    ("a.yaml", "a: 1\nb: 2\n", "a: 1\nb: 3\n", "line 2: was 'b: 2', is now 'b: 3'"),
    ("a.yaml", "a: 1\n", "a: 1\nb: 3\n", "had 1 lines and has 2"),
    ("a.yaml", "a: 1\n", "a: 1\r\n", "only the ends of lines differ"),
    ("a.json", '{"a": [{"b": 1}]}', '{"a": [{"b": 2}]}', "a[1].b was 1, is now 2"),
    ("a.json", '{"a": 1}', '{"c": 1}', "a is no longer there"),
    ("a.json", '{"a": 1}', '{ "a": 1}', "the same entries, written otherwise"),
    ("a.json", '{"a": [1]}', '{"a": [1, 2]}', "a had 1 entries and has 2"),
    ("a.png", "abc", "abcd", "the picture differs (3 bytes, now 4)"),
    ("a.yaml", "same", "same", ""),
])
def test_where_texts_part(tmp_path, name, before, after, says):
    for folder, text in (("was", before), ("now", after)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(text.encode())
    assert differing.difference(tmp_path / "was" / name, tmp_path / "now" / name)[0] == says


def test_where_tables_part(tmp_path):
    table = pa.table({"seed": [1, 2], "need": [0.1, 0.2]})
    for name, other, says in [
        ("columns", table.rename_columns(["seed", "want"]), "other columns: without need; with want besides"),
        ("rows", table.slice(1), "had 2 rows and has 1"),
        ("values", table.set_column(1, "need", pa.array([0.5, 0.2])),
         "row 1 (seed 1), column need: was 0.1, is now 0.5"),
        ("kinds", table.set_column(0, "seed", pa.array(["1", "2"])),
         "row 1, column seed: was 1, is now '1'; 2 values in 1 of 2 columns differ"),
    ]:
        was, now = tmp_path / f"{name}-was.parquet", tmp_path / f"{name}-now.parquet"
        pq.write_table(table, was)
        pq.write_table(other, now)
        assert differing.difference(was, now) == (says, False)

