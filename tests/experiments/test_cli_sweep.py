"""`regimes sweep` as a person meets it: what it says, returns, and does when it is stopped or misused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from experiments import small

from simulation.cli.faults import guarded


@pytest.fixture
def design(tmp_path):
    path = tmp_path / "designs" / "small.yaml"
    path.parent.mkdir()
    path.write_text(small.text(replications="2"), encoding="utf-8")
    return str(path)


def run(*words: str) -> int:
    return guarded(["sweep", *words])


def test_it_makes_the_runs_and_says_what_is_next(design, tmp_path, capsys):
    store = str(tmp_path / "store")
    assert run(design, "--store", store, "--workers", "1", "--quiet") == 0
    said = capsys.readouterr()
    assert "12 of 12 runs, 0 failed" in said.out and f"regimes analyse {store} small-" in said.out and not said.err
    assert run(design, "--store", store, "--quiet", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["asked"], found["before"], found["done"], found["complete"]) == (12, 12, 0, True)
    assert run(design, "--store", store, "--no-resume", "--quiet") == 2
    assert "12 runs of this design already" in capsys.readouterr().err
    assert run(design, "--store", store, "--set", "replications=3", "--shard", "1/2", "--quiet", "--workers", "1") == 0
    assert "Next:" not in capsys.readouterr().out


def test_a_plan_says_what_would_be_run_and_makes_nothing(design, tmp_path, capsys):
    assert run(design, "--store", str(tmp_path / "store"), "--plan") == 0
    said = capsys.readouterr().out
    assert "3 points" in said and "12 runs" in said and "need.growth" in said
    assert not (tmp_path / "store").exists()
    assert run(design, "--plan", "--json") == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 12


@pytest.mark.parametrize(("words", "says"), [
    (("complexity-and-capcity",), "did you mean 'complexity-and-capacity'"),
    (("{design}", "--set", "need.grwth=0.1"), "did you mean"),
    (("{design}", "--shard", "third"), "not of the form I/N"),
    (("{design}", "--shard", "5/4"), "5/4 does not exist"),
    (("{design}", "--workers", "0"), "whole number of 1 or more"),
    (("{design}", "--other-code", "perhaps"), "accepted: refuse, apart, verify"),
    (("{design}", "--cluster", "tcp://127.0.0.1:9"), "no Dask scheduler"),
    (("{design}", "--store", "{design}"), "is a file"),
    (("{design}", "--store", "{folder}"), "holds other things"),
])
def test_what_cannot_be_is_said_in_one_line(design, tmp_path, capsys, words, says):
    store = () if "--store" in words else ("--store", str(tmp_path / "store"))
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("x")
    filled = [word.format(design=design, folder=folder) for word in words]
    assert run(*filled, *store, "--quiet") == 2
    said = capsys.readouterr()
    assert says in " ".join(said.err.split()) and "Traceback" not in said.err and not said.out


def test_failures_are_told_with_the_command_that_repeats_one(tmp_path, capsys):
    path = tmp_path / "designs" / "hours.yaml"
    path.parent.mkdir()
    who = f"regimes.{small.REGIMES[1]}"
    hours = f"{{{who}.reporting: [2 %, 40 %], {who}.learning_time: [10 %, 30 %], {who}.relationship_time: [5 %, 30 %]}}"
    path.write_text(small.text(replications="1", vary=hours), encoding="utf-8")
    assert run(str(path), "--store", str(tmp_path / "store"), "--workers", "1", "--quiet") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "failed with:" in said and "To repeat the first: cd " in said and " --set " in said


def begin(design: str, store: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "simulation.cli", "sweep", design, "--store", store, "--quiet",
                             "--workers", "2", "--set", "replications=2000"], start_new_session=True, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for_rows(store) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and not any(store.glob("runs/*.parquet")):
        time.sleep(0.05)


@pytest.mark.skipif(os.name != "posix", reason="signals to a group of processes")
def test_ctrl_c_keeps_what_is_done_and_twice_ends_at_once(design, tmp_path):
    store = tmp_path / "store"
    first = begin(design, str(store))
    wait_for_rows(store)
    os.killpg(first.pid, signal.SIGINT)
    out, err = first.communicate(timeout=60)
    assert first.returncode == 130 and "everything done is kept" in err and "goes on from here" in out
    kept = small.rows(store)
    assert 0 < len(kept) < 12_000 and kept["run"].is_unique

    second = begin(design, str(store))
    wait_for_rows(store)
    time.sleep(4)
    os.killpg(second.pid, signal.SIGINT)
    time.sleep(0.2)
    os.killpg(second.pid, signal.SIGINT)
    out, err = second.communicate(timeout=60)
    assert second.returncode == 130 and "Traceback" not in err
    again = small.rows(store)
    assert len(again) >= len(kept)
    pd.testing.assert_frame_equal(again[again["run"].isin(kept["run"])].reset_index(drop=True), kept, check_exact=True)
