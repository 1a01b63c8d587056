"""`regimes frontier`: the map in letters, JSON, the folder with figure and cells, bad input, Ctrl-C."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import invented_worlds
import pyarrow.parquet as pq
import pytest

from simulation import runfolder
from simulation.cli import main
from simulation.frontier import Frontier

ROOT = Path(__file__).resolve().parents[1]
FILE = """\
title: Two
purpose: Two regimes.
world: {people: 3000, horizon: 4 weeks}
parameters: {population: {complexity_mean: 28 %}}
regimes:
  hard: {title: Hard, levers: {stakes: 0.9}}
  soft: {title: Soft, levers: {stakes: 0.05}}
"""
AXES = ("--x", invented_worlds.X, "--y", invented_worlds.Y)


@pytest.fixture
def mapped(capsys, monkeypatch, tmp_path):
    """Runs `regimes frontier` on an invented world in an empty folder; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    invented_worlds.install(monkeypatch)
    monkeypatch.setattr("simulation.runs.warm_up", lambda progress=None: 0.0)
    Path("two.yaml").write_text(FILE)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["frontier", "two.yaml", *AXES, *map(str, arguments)])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return run


def test_the_map_reads_without_colour(mapped):
    code, out, err = mapped("--out", "here", "--quiet")
    assert (code, err) == (0, "")
    grid = out.split("Posts for every 10,000 people\n")[1].split("\n\n")[0]
    low, middle, high = invented_worlds.POSTS
    assert grid == (f"{high}    S    S    S\n"
                    f"{middle}    .   [.]   .\n"
                    f"{low}    H    H    H\n"
                    "   10 % 30 % 50 %\n"
                    "    Complexity of lives, on average")
    flat = " ".join(out.split())
    assert flat.startswith("Expected deaths from unmet need and delay: lower under hard in 3 of 9 worlds and under "
                           "soft in 3; in 3 nobody can tell")
    assert "H lower under hard S lower under soft . nobody can tell" in flat
    assert "Better under hard: mostly at low capacity." in flat and "mostly at high capacity" in flat
    assert "Unmet need 0 9 0" in flat and "Figure: here/frontier.svg" in flat


def test_the_scenario_is_in_brackets(mapped):
    out = mapped("--x", "complexity=4 %..52 %:3", "--out", "here")[1]
    assert f"\n{invented_worlds.POSTS[1]}    .   [.]   .\n" in out and "[ ] two as it is" in out
    out = mapped("--x", "complexity=10 %..50 %:3", "--json", "--out", "there")[1]
    assert json.loads(out)["x"]["home"] == pytest.approx(0.9)
    assert "nearest to two as it is" in mapped("--x", "complexity=10 %..50 %:3", "--out", "again")[1]


@pytest.mark.parametrize("columns", ["28", "40", "80"])
def test_no_line_is_wider_than_the_terminal(mapped, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    out = mapped("--x", "complexity=4 %..64 %:6", "--json", "--quiet")[1]
    assert len(json.loads(out)["cells"]) == 18
    out = mapped("--x", "complexity=4 %..64 %:6", "--out", "here")[1]
    wide = [line for line in out.splitlines() if len(line) > int(columns) and "here/" not in line]
    assert not wide and out.count("H") > 6


def test_json_and_nothing_else(mapped, tmp_path):
    code, out, err = mapped("--json", "--quiet", "--pairs", "5", "--seed", "7")
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert data["pairs"] == 5 and data["seed"] == 7 and len(data["cells"]) == 9
    assert all({"x", "y", "winner", "held_in", "pairs"} <= set(cell) for cell in data["cells"])
    assert {cell["winner"] for cell in data["cells"]} >= {"hard", "soft"}
    assert [path.name for path in tmp_path.iterdir()] == ["two.yaml"]


def test_the_folder_holds_figure_cells_and_manifest(mapped):
    assert mapped("--out", "here", "--pairs", "6")[0] == 0
    folder = Path("here")
    manifest = runfolder.read_manifest(folder)
    assert set(manifest["files"]) == {"cells.csv", "cells.parquet", "runs.parquet", "map.json", "frontier.svg",
                                      "frontier.png", "scenario.yaml"}
    assert manifest["what"] == "map" and manifest["complete"] and manifest["cells"] == manifest["cells_asked"] == 9
    assert manifest["repeat"].startswith("regimes frontier scenario.yaml --x 'complexity=10 %..50 %:3'")
    assert manifest["command"].startswith("regimes frontier two.yaml")
    rows = list(csv.DictReader((folder / "cells.csv").open(encoding="utf-8")))
    assert [row["winner"] for row in rows[::3]] == ["hard", "", "soft"] and rows[0]["pairs"] == "6"
    assert pq.read_table(folder / "cells.parquet").num_rows % 9 == 0
    assert pq.read_table(folder / "runs.parquet").num_rows == 9 * 2 * 6
    kept = Frontier.from_dict(json.loads((folder / "map.json").read_text(encoding="utf-8")))
    assert [standing.winner for standing in kept.standings("need").values()] == ["soft"] * 9
    assert (folder / "frontier.svg").read_text(encoding="utf-8").startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert (folder / "frontier.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(runfolder.RunFolderError, match="holds a map, not a comparison"):
        runfolder.load_comparison(folder)


def test_the_scenario_in_the_folder_makes_the_map_again(mapped):
    first = mapped("--out", "here", "--pairs", "4", "--set", "population.trust_start=50 %")[1]
    assert first
    again = main(["frontier", str(Path("here") / "scenario.yaml"), *AXES, "--pairs", "4", "--out", "there", "--quiet"])
    assert again == 0
    one, two = (json.loads((Path(name) / "map.json").read_text(encoding="utf-8")) for name in ("here", "there"))
    assert one["cells"] == two["cells"] and one["counts"] == two["counts"]


@pytest.mark.parametrize(("arguments", "words"), [
    (["--x", "complexty=1 %..2 %"], "--x (complexty=1 %..2 %): unknown path 'complexty'; did you mean 'complexity'?"),
    (["--y", "need.growth=1..2"], "--y (need.growth=1..2): '1' has no unit"),
    (["--outcome", "deths"], "unknown outcome 'deths'; did you mean 'deaths'?"),
    (["--outcome", "contacts"], "has no better direction"),
    (["--regimes", "hard"], "two regimes or more"),
    (["--regimes", "hard,sofft"], "did you mean 'soft'?"),
    (["--pairs", "0"], "'0' is not a whole number of 1 or more"),
    (["--set", "world.peple=3"], "did you mean 'world.people'?"),
    (["--y", "complexity=10 %..20 %"], "give two different axes"),
])
def test_bad_input(mapped, monkeypatch, tmp_path, arguments, words):
    invented_worlds.install(monkeypatch, lambda *_, **__: pytest.fail("something ran"))
    code, out, err = mapped(*arguments)
    assert (code, out) == (2, "") and words in err
    assert [path.name for path in tmp_path.iterdir()] == ["two.yaml"]


def test_in_the_middle_ctrl_c_keeps_the_complete_cells(mapped, monkeypatch):
    from simulation.cli.interruption import Interruption

    started: list[Interruption] = []
    enter = Interruption.__enter__
    monkeypatch.setattr(Interruption, "__enter__", lambda self: started.append(self) or enter(self))
    done: list[int] = []

    def run(scenario, regime, seed, **how):
        done.append(seed)
        if len(done) == 130:
            started[0].stop.set()
        return invented_worlds.run(scenario, regime, seed)

    invented_worlds.install(monkeypatch, run)
    code, out, _ = mapped("--x", "complexity=10 %..50 %:9", "--threads", "1", "--out", "here")
    flat = " ".join(out.split())
    assert code == 130
    reached = int(re.search(r"stopped after (\d+) of 27 cells", flat)[1])
    assert 4 <= reached < 27 and "An empty place was not reached." in flat
    manifest = runfolder.read_manifest("here")
    assert manifest["complete"] is False and manifest["cells"] == reached and manifest["cells_asked"] == 27


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_from_a_keyboard(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; from simulation.cli import main; sys.exit(main())", "frontier", "town",
         "--set", "world.people=1000", "--horizon", "4 weeks", "--x", "complexity=4 %..64 %:40", "--y",
         "need.growth=1..6 % per week:40", "--pairs", "2", "--out", "here"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert process.stderr is not None
    for line in process.stderr:
        if "Mapping" in line:
            break
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Traceback" not in err and "the complete cells are kept" in err
    manifest = json.loads((tmp_path / "here" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["complete"] is False and 0 < manifest["cells"] < 1600
    assert f"stopped after {manifest['cells']} of 1600 cells" in " ".join(out.split())


def test_stopped_before_the_first_cell(mapped, monkeypatch, tmp_path):
    from simulation import runs

    def stopped(*_: object, **__: object) -> None:
        raise runs.Interrupted("stopped")

    monkeypatch.setattr("simulation.frontier.frontier", stopped)
    code, out, err = mapped()
    assert (code, out) == (130, "") and "Nothing was written" in err
    assert [path.name for path in tmp_path.iterdir()] == ["two.yaml"]


def test_help_has_an_example(capsys):
    assert main(["frontier", "--help"]) == 0
    assert "Example: regimes frontier town" in " ".join(capsys.readouterr().out.split())
