"""The search: better than the defaults, the same twice, stopped cleanly; what is stored of it, what the page says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulation.calibration import keeping, page
from simulation.calibration.fitting import CalibrationError, Search, rounded, search
from simulation.calibration.measures import MEASURES
from simulation.calibration.measuring import measure
from simulation.calibration.reading import load_plan, plans
from simulation.cli import main
from simulation.mechanisms import TABLES
from tests.test_calibration_plan import PLAN

ROOT = Path(__file__).resolve().parents[1]
TRIES = 12
CHASE = TABLES["access"]["chase"].default


@pytest.fixture
def tiny(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return load_plan(path)


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> Search:
    path = tmp_path_factory.mktemp("plan") / "tiny.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return search(load_plan(path), evaluations=TRIES, seed=1, threads=2)


def test_a_search_is_better_than_the_defaults(found):
    assert found.evaluations == TRIES and found.ended == "evaluations"
    assert found.best.loss < 0.8 * found.defaults.loss
    value = found.best.values["access.chase"]
    assert value == rounded(value) and CHASE < value <= 3
    assert found.best.pull == pytest.approx(0.05 * ((value - CHASE) / 2.98) ** 2)


def test_what_is_kept_is_what_was_tried(found):
    again = measure(found.plan, found.best.values, found.plan.seeds.each)
    assert [m.values for m in again] == [m.values for m in found.best.measured]


def test_the_same_search_twice_whatever_the_threads_and_no_global_chance(found):
    np.random.seed(99)
    before = np.random.get_state()[1].copy()
    ticks: list[tuple[int, int]] = []
    again = search(found.plan, evaluations=TRIES, seed=1, threads=1, progress=lambda *at: ticks.append(at))
    assert (again.best.values, again.best.loss) == (found.best.values, found.best.loss)
    assert (np.random.get_state()[1] == before).all()
    assert ticks[0] == (1, TRIES) and ticks == sorted(ticks)
    other = search(found.plan, evaluations=TRIES, seed=2, threads=2)
    assert other.best.values != found.best.values


def test_one_evaluation_is_the_defaults_and_needs_no_package(tiny, monkeypatch):
    monkeypatch.setitem(sys.modules, "cma", None)
    alone = search(tiny, evaluations=1)
    assert alone.best.values == tiny.defaults and alone.best.pull == 0
    with pytest.raises(CalibrationError, match=r"cma is not installed.*care-regimes\[analysis\]"):
        search(tiny, evaluations=2)


def test_a_search_that_is_stopped_keeps_the_best_so_far(tiny):
    stop = threading.Event()

    def after_the_first_generation(done: int, _: int) -> None:
        if done > 1:
            stop.set()

    found = search(tiny, evaluations=100, threads=2, progress=after_the_first_generation, stop=stop)
    assert found.ended == "stopped" and 1 < found.evaluations < 100
    assert found.best.loss <= found.defaults.loss


# -- what is stored ----------------------------------------------------------------------------------------------------


def test_a_result_is_stored_read_back_and_compared_with_the_defaults(found, monkeypatch):
    plan = found.plan
    assert keeping.read(plan) is None
    data = keeping.result_of(found, measure(plan, found.best.values, plan.held_out.each))
    path = keeping.place_of_fit(plan)
    keeping.write(path, data)
    assert path.name == "tiny.fit.json" and [p.name for p in path.parent.iterdir() if p.name.startswith(".")] == []
    stored = keeping.read(plan)
    assert stored == data and stored.complete
    row = stored.targets[0]
    assert row["pattern"] == 4 and row["fitted"] == pytest.approx(found.best.measured[0].mean, rel=1e-5)
    assert {"defaults", "fitted", "held_out", "held_out_error", "in_range", "distance"} <= set(row)
    assert keeping.current(plan, stored)
    value = found.best.values["access.chase"]
    assert keeping.differing(plan, stored) == [("access.chase", CHASE, value)]
    assert keeping.differing(plan, replace(stored, parameters=[{**stored.parameters[0], "fitted": CHASE}])) == []
    monkeypatch.setattr("simulation.provenance.model_version", lambda: "another")
    assert not keeping.current(plan, stored)


def test_values_at_a_bound_are_named(tiny):
    free = tiny.free[0]
    assert [keeping.at_bound(free, value) for value in (0.02, 0.05, 0.2, 2.99, 3.0)] == [
        "low", "low", None, "high", "high"]


def test_a_damaged_result_is_refused(tiny):
    path = keeping.place_of_fit(tiny)
    for text in ("{", "[]", '{"targets": []}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(CalibrationError, match="is not a stored calibration"):
            keeping.read(tiny)


@pytest.mark.parametrize("name", plans())
def test_the_shipped_result_is_whole_and_of_its_plan(name):
    plan = load_plan(name)
    data = keeping.read(plan)
    assert data is not None and data.complete
    assert [row["measure"] for row in data.targets] == [t.measure for t in plan.targets]
    assert {p["name"] for p in data.parameters} == set(plan.defaults)
    for p in data.parameters:
        assert p["low"] <= p["fitted"] <= p["high"]
    assert len(data.variation) == len(plan.variation.worlds)


def test_the_page_says_what_is_missed():
    shipped = page.context()["plans"][0]
    for row in shipped["stored"].targets:
        assert MEASURES[row["measure"]].label in shipped["fit_table"]
    assert len(shipped["missed"]) == shipped["fit_table"].count("**no**") - sum(
        not row["in_range"] for row in shipped["stored"].anchors)
    assert set(page.states()) == {1, 2, 3, 4}


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def calibrate(tmp_path, monkeypatch, capsys):
    """Runs `regimes calibrate` on the tiny plan; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("simulation.runs.warm_up", lambda progress=None: 0.0)
    (tmp_path / "tiny.yaml").write_text(PLAN, encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["calibrate", *arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return run


def test_measuring_only_writes_nothing(calibrate, tmp_path):
    code, out, err = calibrate("tiny.yaml", "--only-measure", "--quiet")
    assert (code, err) == (0, "")
    assert out.startswith("Tiny: the defaults (under Ordinary targets, seeds 1 to 2)\n  MISS  Failure demand, every")
    assert "70 % to 90 % wanted" in out and "  ok    Contacts" in out
    assert [p.name for p in tmp_path.iterdir()] == ["tiny.yaml"]
    code, out, _ = calibrate("tiny.yaml", "--only-measure", "--quiet", "--json")
    data = json.loads(out)
    assert code == 0 and data["targets"][0]["fitted_in_range"] is False and "parameters" not in data


def test_fit_then_show(calibrate, tmp_path):
    code, _, err = calibrate("tiny.yaml", "--show")
    assert code == 2 and "no calibration is stored there" in err and "regimes calibrate tiny.yaml" in err
    code, out, err = calibrate("tiny.yaml", "--evaluations", "6", "--seed", "4", "--threads", "2", "--quiet")
    assert (code, err) == (0, "")
    flat = " ".join(out.split())
    assert "on other seeds" in flat and "Tried 6 of 6 candidates" in flat and "Stored in tiny.fit.json" in flat
    stored = json.loads((tmp_path / "tiny.fit.json").read_text(encoding="utf-8"))
    assert stored["search"]["seed"] == 4 and stored["complete"]
    code, out, err = calibrate("tiny.yaml", "--show")
    assert (code, err) == (0, "")
    value = stored["parameters"][0]["fitted"]
    assert out.splitlines()[0] == f"access.chase = {value:g} per week   * default {CHASE:g} per week"
    assert "1 of 1 defaults differ" in out
    code, out, _ = calibrate("tiny.yaml", "--show", "--json")
    assert json.loads(out)["differing"] == [{"name": "access.chase", "default": CHASE, "fitted": value}]


def test_one_evaluation_stores_the_defaults(calibrate):
    assert calibrate("tiny.yaml", "-n", "1", "--quiet", "--out", "here.json")[0] == 0
    _, out, _ = calibrate("tiny.yaml", "--show", "--out", "here.json")
    assert out == f"access.chase = {CHASE:g} per week\nThe defaults equal these values.\n"


def test_bad_input(calibrate, tmp_path):
    for arguments, said in (
        (("twon",), "unknown calibration 'twon'; did you mean 'town'"),
        (("tiny.yaml", "--show", "--only-measure"), "give one of them"),
        (("tiny.yaml", "--evaluations", "0"), "'0' is not a whole number of 1 or more"),
        (("tiny.yaml", "--out", "nowhere/fit.json"), "there is no folder 'nowhere'"),
    ):
        code, _, err = calibrate(*arguments)
        assert code == 2 and said in err, err
    (tmp_path / "tiny.yaml").write_text(PLAN.replace("pattern: 4", "pattern: 8"), encoding="utf-8")
    code, _, err = calibrate("tiny.yaml")
    assert code == 2 and "tiny.yaml:10:15: targets[1].pattern: pattern 8 is for use as test" in err


def test_stopped_before_anything_was_complete(calibrate, tmp_path, monkeypatch):
    from simulation.cli.interruption import Interruption

    entered = Interruption.__enter__

    def already_stopped(self):
        self.stop.set()
        return entered(self)

    monkeypatch.setattr(Interruption, "__enter__", already_stopped)
    code, out, err = calibrate("tiny.yaml", "--quiet")
    assert (code, out) == (130, "") and "Nothing was written" in err
    assert not (tmp_path / "tiny.fit.json").exists()


def test_stopped_on_the_way_keeps_the_best_so_far(calibrate, tmp_path, monkeypatch):
    from simulation.calibration import fitting
    from simulation.cli.interruption import Interruption

    heard: list[Interruption] = []
    monkeypatch.setattr(Interruption, "__enter__", lambda self: heard.append(self) or self)
    whole = fitting.search

    def interrupted(plan, *, progress, **how):
        def after_a_while(done: int, total: int) -> None:
            progress(done, total)
            if done > 1:
                heard[0].stop.set()

        return whole(plan, progress=after_a_while, **how)

    monkeypatch.setattr(fitting, "search", interrupted)
    code, out, _ = calibrate("tiny.yaml", "--quiet", "--threads", "2")
    assert code == 130 and "Stopped after" in out
    stored = json.loads((tmp_path / "tiny.fit.json").read_text(encoding="utf-8"))
    assert not stored["complete"] and stored["search"]["ended"] == "stopped"
    assert "held_out" not in stored["targets"][0]


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_keeps_the_best_so_far(tmp_path):
    """As a process of its own, with a search that would take hours."""
    (tmp_path / "tiny.yaml").write_text(PLAN, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; from simulation.cli import main, progress; progress.LINE_EVERY = 0.1; "
         "sys.exit(main())", "calibrate", "tiny.yaml", "--evaluations", "100000"], cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    said = ""
    while " of 100000" not in said and process.poll() is None:
        said += process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err and "the best so far is kept" in err and "Stopped after" in out
    stored = json.loads((tmp_path / "tiny.fit.json").read_text(encoding="utf-8"))
    assert not stored["complete"] and stored["search"]["evaluations"] >= 1


def test_help_has_an_example(capsys):
    assert main(["calibrate", "--help"]) == 0
    assert "Example: regimes calibrate town --only-measure" in capsys.readouterr().out
