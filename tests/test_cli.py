"""What `regimes` prints, writes and returns: good input, bad input, Ctrl-C, closed pipes, faults. Never a trace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulation import scenario as scenarios
from simulation.cli import faults, main
from simulation.cli.interruption import Interruption
from simulation.cli.progress import Meter
from simulation.levers import LEVERS
from simulation.outcomes import HEADLINE, OUTCOMES

ROOT = Path(__file__).resolve().parents[1]
SMALL = ("--set", "world.people=500", "--horizon", "6 weeks")
posix = pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")


@pytest.fixture
def regimes(capsys, monkeypatch, tmp_path):
    """Runs one command in an empty folder; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return run


def start(*arguments: str, cwd: Path, **environment: str) -> subprocess.Popen[str]:
    """The command as a process of its own."""
    paths = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
    return subprocess.Popen(
        [sys.executable, "-c", "import sys; from simulation.cli import main; sys.exit(main())", *arguments],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": paths, **environment})


# -- help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_lists_every_command_and_needs_nothing_heavy(arguments, tmp_path):
    code = ("import sys; from simulation.cli import main; code = main(sys.argv[1:]);"
            "heavy = {'numba', 'numpy', 'pandas', 'pydantic', 'mesa', 'rich', 'yaml'} & set(sys.modules);"
            "sys.exit(code if not heavy else str(heavy))")
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=tmp_path, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stderr) == (0, "")
    for command in ("compare", "run", "scenarios", "show", "validate", "schema", "warm-up"):
        assert f"\n  {command} " in done.stdout


@pytest.mark.parametrize("command", ["compare", "run", "scenarios", "show", "validate", "schema", "warm-up"])
def test_every_command_has_help_with_an_example(regimes, command):
    code, out, err = regimes(command, "--help")
    assert code == 0 and err == "" and f"Example: regimes {command}" in out


def test_version(regimes):
    assert regimes("--version")[1].startswith("regimes ")


# -- what there is ---------------------------------------------------------------------------------------------------


def test_scenarios_gives_each_with_its_purpose(regimes):
    code, out, _ = regimes("scenarios")
    assert code == 0
    for name in (*scenarios.catalogue(), *scenarios.regime_library()):
        assert f"\n{name} " in out or f"\n{name}\n" in out
    listed = json.loads(regimes("scenarios", "--json")[1])
    assert [s["name"] for s in listed["scenarios"]] == list(scenarios.catalogue())
    assert [r["name"] for r in listed["regimes"]] == list(scenarios.regime_library())


def test_every_scenario_and_regime_can_be_shown(regimes):
    for name in (*scenarios.catalogue(), *scenarios.regime_library()):
        code, out, err = regimes("show", name)
        assert (code, err) == (0, "") and out.startswith(f"{name}: ")
        assert isinstance(json.loads(regimes("show", name, "--json")[1]), dict)


def test_every_regime_can_be_shown_with_every_lever(regimes):
    for name in scenarios.regime_library():
        if name in scenarios.catalogue():
            assert f"regimes show {name} --regime" in regimes("show", name)[1]
        code, out, _ = regimes("show", name, "--regime")
        assert code == 0 and all(f"\n{lever.name}  " in out for lever in LEVERS)


def test_show_tables(regimes):
    out = regimes("show", "outcomes")[1]
    assert all(f"\n{o.name}  {o.label}" in out for o in OUTCOMES)
    parameters = json.loads(regimes("show", "parameters", "--json")[1])
    assert all({"table", "name", "default", "unit", "low", "high", "grade", "source", "meaning"} <= set(p)
               for p in parameters)
    only = json.loads(regimes("show", "parameters", "need", "--json")[1])
    assert only == [p for p in parameters if p["table"] == "need"] != []
    assert [r["name"] for r in json.loads(regimes("show", "tick", "--json")[1])][:2] == ["need", "access"]
    assert len(json.loads(regimes("show", "levers", "stakes", "--json")[1])) == 1


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_no_line_is_wider_than_the_terminal(regimes, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    shown = [["show", name] for name in ("town", "parameters", "levers", "tick", "outcomes")]
    made = [["compare", "--pairs", "2", "--no-report", *SMALL], ["run", "town", *SMALL]]
    for arguments in (["scenarios"], *shown, *made):
        code, out, _ = regimes(*arguments)
        assert code == 0
        wide = [line for line in out.splitlines() if len(line.rstrip()) > int(columns) and " " in line.strip()]
        assert not wide, "\n".join(wide)


# -- compare ---------------------------------------------------------------------------------------------------------


def test_first_screen(regimes, tmp_path):
    code, out, err = regimes("compare", "town", "--pairs", "3", *SMALL, "--out", "here")
    assert code == 0
    town = scenarios.load("town")
    first, second = town.compare or list(town.regimes)[:2]
    assert out.splitlines()[0] == f"{town.title}: {first} against {second}"
    flat = " ".join(out.split())
    for name in HEADLINE:
        label = next(o.label for o in OUTCOMES if o.name == name)
        assert label.split()[0] in flat
    assert "95 % interval" in flat and "better in" in flat and "3 pairs of runs" in flat
    assert f"Report: {Path('here') / 'report.html'}" in out
    assert out.rstrip().endswith("Illustrative, not a forecast.")
    assert (tmp_path / "here" / "report.html").is_file()
    assert "\x1b" not in out + err


def test_json_is_the_same_numbers_as_in_python_and_nothing_else(regimes, tmp_path):
    from simulation.comparison import compare

    code, out, _ = regimes("compare", "town", "--pairs", "2", "--seed", "5", *SMALL, "--json")
    town = scenarios.load("town", set={"world.people": 500, "world.horizon": "6 weeks"})
    expected = compare(town, pairs=2, seed=5)
    found = json.loads(out)
    assert code == 0
    assert found["table"] == json.loads(expected.to_json())["table"]
    assert (found["pairs"], found["seed"], found["complete"]) == (2, 5, True)
    assert list(tmp_path.iterdir()) == [], "with --json and no --out nothing is written"


def test_regimes_pairs_outcomes_and_threads(regimes):
    names = list(scenarios.regime_library())[:3]
    arguments = ["compare", "--regimes", ",".join(names), "--pairs", "2", *SMALL, "--json"]
    one, two = (json.loads(regimes(*arguments, "--threads", n)[1]) for n in ("1", "2"))
    assert [r["name"] for r in one["regimes"]] == names
    assert one["contrasts"] == two["contrasts"] and set(one["contrasts"]) == set(names[1:])
    out = regimes("compare", "--regimes", ",".join(names), "--pairs", "1", *SMALL, "--no-report", "--outcomes",
                  "need,cost")[1]
    assert out.count("Total cost") == 2 and "Crises" not in out and "run more pairs" in out


def test_identical_regimes_differ_in_nothing(regimes, tmp_path):
    town = scenarios.load("town")
    name = next(iter(town.regimes))
    (tmp_path / "twins.yaml").write_text(
        "title: Twins\npurpose: Two names for one regime.\nworld: {people: 500, horizon: 4 weeks}\n"
        f"regimes:\n  a: {{extends: {name}, title: A}}\n  b: {{extends: {name}, title: B}}\n")
    code, out, err = regimes("compare", "twins.yaml", "--pairs", "2", "--no-report")
    assert code == 0, err
    assert "exactly the same figures in 2 pairs" in " ".join(out.split())


def test_no_report_writes_the_rest(regimes, tmp_path):
    code, out, _ = regimes("compare", "--pairs", "1", *SMALL, "--no-report", "--out", "here")
    assert code == 0 and "Results: here" in out
    assert (tmp_path / "here" / "manifest.json").is_file() and not (tmp_path / "here" / "report.html").exists()


def test_run_prints_every_outcome_and_writes_a_folder(regimes, tmp_path):
    name = next(iter(scenarios.load("town").regimes))
    code, out, _ = regimes("run", "town", "--regime", name, "--seed", "3", *SMALL, "--events", "--out", "one")
    assert code == 0 and all(o.label in out for o in OUTCOMES)
    assert (tmp_path / "one" / "manifest.json").is_file()
    found = json.loads(regimes("run", "town", "--regime", name, "--seed", "3", *SMALL, "--json")[1])
    assert (found["regime"], found["seed"]) == (name, 3) and set(found["summary"]) == {o.name for o in OUTCOMES}


def test_warm_up_says_that_it_is_ready(regimes):
    code, out, _ = regimes("warm-up")
    assert code == 0 and "ready" in out


# -- bad input -------------------------------------------------------------------------------------------------------

BAD = {
    "unknown command": (["compair"], "compare"),
    "unknown option": (["compare", "--pears", "3"], "--pears"),
    "not a number": (["compare", "--pairs", "many"], "many"),
    "no pairs": (["compare", "--pairs", "0"], "0"),
    "negative seed": (["compare", "--seed", "-4"], "-4"),
    "no threads": (["compare", "--threads", "0"], "0"),
    "unknown scenario": (["compare", "twon"], "did you mean 'town'"),
    "unknown regime": (["compare", "--regimes", "targest,hybrid"], "did you mean 'targets'"),
    "one regime": (["compare", "--regimes", "targets"], "two regimes"),
    "the same regime twice": (["compare", "--regimes", "targets,targets"], "twice"),
    "unknown outcome": (["compare", "--outcomes", "need,crisis"], "did you mean 'crises'"),
    "unknown path": (["compare", "--set", "world.peple=5"], "did you mean 'world.people'"),
    "unknown unit": (["compare", "--horizon", "3 yeers"], "yeers"),
    "no unit": (["compare", "--horizon", "3"], "unit"),
    "out of range": (["compare", "--set", "world.people=-5"], "-5"),
    "not finite": (["compare", "--set", "need.growth=nan per week"], "nan"),
    "no value": (["compare", "--set", "world.people"], "world.people"),
    "unknown regime of a run": (["run", "town", "--regime", "targest"], "did you mean 'targets'"),
    "scenario missing": (["run"], "SCENARIO"),
    "unknown thing to show": (["show", "twon"], "did you mean 'town'"),
    "unknown table": (["show", "parameters", "cair"], "did you mean 'care'"),
    "unknown lever": (["show", "levers", "staks"], "did you mean 'stakes'"),
    "one word too many": (["show", "town", "need"], "one word too many"),
    "no such file": (["validate", "nowhere.yaml"], "no such file"),
    "a folder": (["validate", "."], "folder"),
    "a report that is not made": (["compare", "--open", "--no-report"], "--no-report"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_one_clear_message_and_code_2(regimes, tmp_path, case):
    arguments, hint = BAD[case]
    code, out, err = regimes(*arguments)
    assert (code, out) == (2, "")
    assert hint in err
    assert len(err.strip().splitlines()) <= 2, err
    assert list(tmp_path.iterdir()) == []


def test_several_problems_are_one_line_each(regimes):
    code, _, err = regimes("compare", "--set", "world.peple=5", "--set", "world.plases=2")
    assert code == 2 and len(err.strip().splitlines()) == 2


def test_validate_names_each_file(regimes, tmp_path):
    (tmp_path / "bad.yaml").write_text("title: Bad\nworld: {peple: 3}\n")
    code, out, err = regimes("validate", "town", "bad.yaml")
    assert code == 2 and "'town' is valid" in out
    assert all(line.startswith("bad.yaml") for line in err.strip().splitlines())
    found = json.loads(regimes("validate", "town", "bad.yaml", "--json")[1])
    assert [f["valid"] for f in found["files"]] == [True, False] and not found["valid"]
    assert found["files"][1]["problems"][0]["file"] == "bad.yaml"


def test_validate_knows_regime_files(regimes, tmp_path):
    library = scenarios.regime_library()
    name = next(iter(library))
    folder = tmp_path / "regimes"
    folder.mkdir()
    (folder / "mine.yaml").write_text(library[name].read_text(encoding="utf-8"), encoding="utf-8")
    code, out, err = regimes("validate", name, Path("regimes") / "mine.yaml")
    assert code == 0, err
    assert out.count("regime ") == 2


def test_schema_is_json(regimes):
    assert json.loads(regimes("schema")[1]) == scenarios.json_schema()
    assert json.loads(regimes("schema", "--regime")[1]) == scenarios.regime_json_schema()


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_run(regimes, tmp_path):
    (tmp_path / "taken").write_text("a file")
    code, _, err = regimes("compare", "--pairs", "1", *SMALL, "--out", Path("taken") / "here")
    assert code == 2 and "taken" in err and len(err.strip().splitlines()) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]


def test_a_world_that_cannot_exist_is_bad_input(regimes):
    name = next(iter(scenarios.load("town").regimes))
    code, out, err = regimes("compare", "--pairs", "1", *SMALL, "--set", f"regimes.{name}.levers.conveners=10",
                             "--set", "money.convener_cost=£500000", "--set", "world.people=4000", "--no-report")
    assert (code, out) == (2, "") and "budget" in err and len(err.strip().splitlines()) == 1


# -- faults of the program -------------------------------------------------------------------------------------------


def test_a_fault_is_an_apology_and_a_trace_only_when_asked_for(regimes, capsys, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the wheels came off")

    monkeypatch.setattr(scenarios, "load", broken)
    code, out, err = regimes("show", "town")
    assert (code, out) == (70, "") and "the wheels came off" in err and "--debug" in err
    assert main(["show", "town", "--debug"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_full_disk_is_not_a_fault_of_the_program(regimes, monkeypatch):
    import errno

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "runs")

    monkeypatch.setattr(scenarios, "load", full)
    code, _, err = regimes("show", "town")
    assert code == 2 and err == "runs: no space left on device.\n"


@posix
def test_a_closed_pipe_is_silent(tmp_path):
    shown = start("show", "parameters", cwd=tmp_path)
    assert shown.stdout is not None and shown.stderr is not None
    shown.stdout.read(1)
    shown.stdout.close()
    said = shown.stderr.read()
    shown.stderr.close()
    assert said == "" and shown.wait(30) in (0, faults.PIPE_CLOSED)


def test_letters_that_the_terminal_lacks_are_replaced(tmp_path):
    done = start("show", "outcomes", cwd=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    out, err = done.communicate(timeout=30)
    assert done.returncode == 0 and err == "" and "GBP " in out


# -- Ctrl-C ----------------------------------------------------------------------------------------------------------


def _wait_for_a_line(process: subprocess.Popen[str], word: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if word in line:
            return
    raise AssertionError(f"never said {word!r}")


@posix
def test_ctrl_c_keeps_the_complete_pairs(tmp_path):
    process = start("compare", "--pairs", "5000", *SMALL, "--out", "here", "--no-report", cwd=tmp_path)
    _wait_for_a_line(process, "Running")
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err and "complete pairs are kept" in err
    manifest = json.loads((tmp_path / "here" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["complete"] is False and 0 < manifest["pairs"] < 5000
    assert f"{manifest['pairs']:,} pair" in " ".join(out.split())
    assert "of 5,000" in " ".join(out.split())


def test_stopped_before_the_first_pair_is_not_a_fault(regimes, monkeypatch, tmp_path):
    from simulation import runs

    def stopped(*_: object, **__: object) -> None:
        raise runs.Interrupted("stopped")

    monkeypatch.setattr("simulation.comparison.compare", stopped)
    code, out, err = regimes("compare", *SMALL)
    assert (code, out) == (130, "") and "Nothing was written" in err and list(tmp_path.iterdir()) == []


@posix
def test_a_second_ctrl_c_ends_at_once(tmp_path):
    code = ("import signal, sys, time\n"
            "from simulation.cli.interruption import Interruption\n"
            "with Interruption() as i:\n"
            "    i.at_once = False\n"
            "    print('ready', flush=True)\n"
            "    while True: time.sleep(0.05)\n")
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=tmp_path)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None, "the first asks, the second ends"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130 and "Traceback" not in err and "at once" in err


@posix
def test_ctrl_c_with_nothing_to_keep_raises_and_the_handler_is_put_back():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), Interruption():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
    assert signal.getsignal(signal.SIGINT) is before


# -- progress --------------------------------------------------------------------------------------------------------


def test_progress_is_silent_for_a_moment_and_then_says_how_far_and_how_long(capsys, monkeypatch):
    from simulation.cli import progress

    with Meter("Working") as meter:
        meter.update(1, 2)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    monkeypatch.setattr(progress, "LINE_EVERY", 0.05)
    with Meter("Working") as meter:
        time.sleep(0.15)
        meter.update(1, 4)
    said = capsys.readouterr()
    assert said.out == "" and "Working ...\n" in said.err and "Working: 1 of 4, about 0 s left\n" in said.err
    with Meter("Working", quiet=True) as meter:
        time.sleep(0.1)
        meter.update(1, 4)
    assert capsys.readouterr().err == ""
