"""`regimes check`: what it prints, its exit codes, and that it stops when asked."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulation import scenario as scenarios
from simulation.claims import FAST_PAIRS, FULL_PAIRS
from simulation.cli import main
from simulation.provenance import model_version
from tests import fake_runs

ROOT = Path(__file__).resolve().parents[1]
FILE = """\
title: Two
purpose: Two regimes.
world: {{people: 400, horizon: 1 year}}
regimes: [targets, trust-and-learning]
claims:
{claims}
pairs: 3
seed: 7
"""
TRUE = "- {says: The two regimes differ in stakes., outcome: sackings, is: targets > trust-and-learning}\n"
FALSE = ("- {says: Nobody is ever sacked under targets., outcome: sackings, is: targets < trust-and-learning, "
         "over: from 0 weeks to 26 weeks}\n")


@pytest.fixture
def check(capsys, monkeypatch, tmp_path):
    """Runs `regimes check` in an empty folder without the engine; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    fake_runs.install(monkeypatch)
    monkeypatch.setattr("simulation.runs.warm_up", lambda progress=None: 0.0)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["check", *map(str, arguments)])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return run


def write(name: str, *claims: str) -> str:
    Path(name).write_text(FILE.format(claims="".join(claims)))
    return name


def test_a_claim_that_holds(check):
    code, out, err = check(write("two.yaml", TRUE))
    assert (code, err) == (0, "")
    assert out == ("two: Two (seeds 7 to 9)\n"
                   "  ok    held in 3 of 3: The two regimes differ in stakes.\n\n"
                   "1 claim recounted, all held.\n")


def test_a_claim_that_fails_is_shown_with_what_came_out(check):
    code, out, _ = check(write("two.yaml", TRUE, FALSE))
    assert code == 1
    flat = " ".join(out.split())
    assert "  FAILS held in 0 of 3: Nobody is ever sacked under targets.\n" in out
    assert ("sackings: targets < trust-and-learning, from 0 weeks to 26 weeks, in at least 3 of 3; the median of "
            "targets minus trust-and-learning is +0.2") in flat
    assert out.endswith("\n1 of 2 claims failed.\n")


def test_json_and_nothing_else(check):
    code, out, err = check(write("two.yaml", TRUE, FALSE), write("other.yaml", TRUE), "--json", "--quiet")
    assert (code, err) == (1, "")
    assert json.loads(out) == {"model": model_version(), "claims": [
        {"scenario": "two", "claim": "The two regimes differ in stakes.", "held_in": 3, "pairs": 3, "holds": True},
        {"scenario": "two", "claim": "Nobody is ever sacked under targets.", "held_in": 0, "pairs": 3, "holds": False},
        {"scenario": "other", "claim": "The two regimes differ in stakes.", "held_in": 3, "pairs": 3, "holds": True}]}


def test_pairs_and_seed(check):
    file = write("two.yaml", TRUE)
    assert "(seeds 1001 to 1002)" in check(file, "--pairs", "2", "--seed", "1001")[1]
    assert "(seed 7)" in check(file, "--pairs", "1")[1]
    assert f"held in {FAST_PAIRS} of {FAST_PAIRS}" in check(file, "--fast")[1]
    assert f"held in {FULL_PAIRS} of {FULL_PAIRS}" in check(file, "--full")[1]
    assert check(file, file)[1].count("held in") == 1, "a scenario that is given twice is checked once"


def test_a_scenario_that_claims_nothing(check):
    code, out, _ = check(write("two.yaml"))
    assert (code, out) == (0, "two: claims nothing\n\nNo claims.\n")
    assert json.loads(check("two.yaml", "--json")[1]) == {"model": model_version(), "claims": []}


def test_without_an_argument_all_scenarios_that_claim_something(check):
    out = check("--pairs", "1", "--json", "--set-nothing")[1]
    assert out == "", "an unknown option is refused before anything runs"
    named = {c["scenario"] for c in json.loads(check("--pairs", "1", "--json")[1])["claims"]}
    assert named == {name for name in scenarios.catalogue() if scenarios.load(name).claims}
    assert {"town", "urgent-single-need", "linked-needs", "null"} <= named


@pytest.mark.parametrize(("arguments", "words"), [
    (["twon"], "did you mean 'town'?"),
    (["town", "--pairs", "0"], "'0' is not a whole number of 1 or more"),
    (["town", "--pairs", "2", "--fast"], "--pairs, --fast and --full each say how many pairs to run; give one of them"),
    (["town", "--fast", "--full"], "give one of them"),
    (["town", "--seed", "minus one"], "'minus one' is not a whole number"),
    (["missing.yaml"], "missing.yaml"),
])
def test_bad_input(check, arguments, words):
    code, out, err = check(*arguments)
    assert (code, out) == (2, "") and words in err


def test_a_mistake_in_a_claim_is_said_with_its_line(check):
    code, out, err = check(write("two.yaml", "- {says: x, outcome: need, is: targets > hybird}\n"))
    assert (code, out) == (2, "")
    assert "two.yaml:6:" in err and "unknown regime 'hybird'" in err


@pytest.mark.parametrize("columns", ["40", "80"])
def test_no_line_is_wider_than_the_terminal(check, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    out = check(write("two.yaml", TRUE, FALSE))[1]
    assert all(len(line) <= int(columns) for line in out.splitlines())


def test_in_the_middle_ctrl_c_keeps_what_was_counted(check, monkeypatch):
    from simulation.cli.interruption import Interruption

    started: list[Interruption] = []
    enter = Interruption.__enter__
    monkeypatch.setattr(Interruption, "__enter__", lambda self: started.append(self) or enter(self))
    done: list[str] = []

    def run(scenario, regime, seed, **options):
        if scenario.name == "second" and seed == 12:
            started[0].stop.set()
        done.append(scenario.name)
        return fake_runs.run(scenario, regime, seed, **options)

    fake_runs.install(monkeypatch, run)
    code, out, _ = check(write("first.yaml", TRUE), write("second.yaml", TRUE), write("third.yaml", TRUE),
                         "--threads", "1", "--pairs", "400")
    assert code == 130
    assert "first: Two (seeds 7 to 406)" in out and "Stopped." in out
    assert re.search(r"second: Two \(seeds 7 to \d+, stopped after \d+ of 400 pairs\)", " ".join(out.split()))
    assert "third" not in out and "third" not in done


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_stops_cleanly(tmp_path):
    """With the engine itself, as a process of its own."""
    (tmp_path / "long.yaml").write_text(FILE.format(claims=TRUE).replace("people: 400", "people: 3000"))
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; from simulation.cli import main; sys.exit(main())", "check", "long.yaml",
         "--pairs", "100000"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)})
    said = ""
    while "Recounting" not in said and process.poll() is None:
        said += process.stderr.readline()
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err and "Stopping" in err and "Stopped." in out
