"""A sweep on a Dask cluster: the same rows, whatever happens to its workers and its scheduler."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pandas as pd
import pytest
from experiments import small

from simulation.experiments import sweeping
from simulation.experiments.daskpool import DaskPool
from simulation.experiments.pools import SweepError
from simulation.experiments.reading import load_design
from simulation.experiments.sweeping import sweep

pytest.importorskip("distributed")


@pytest.fixture
def design(tmp_path):
    path = tmp_path / "designs" / "small.yaml"
    path.parent.mkdir()
    path.write_text(small.text(replications="20"))
    return load_design(path)


class Cluster:
    """A scheduler and workers, each a process of its own, as on a real cluster."""

    def __init__(self, workers: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
        self.workers = [self._start("dask_worker", self.address, "--nthreads", "1", "--no-dashboard", "--no-nanny")
                        for _ in range(workers)]
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.1)
        raise AssertionError("the scheduler does not answer")

    @staticmethod
    def _start(what: str, *words: str) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, "-m", f"distributed.cli.{what}", *words],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster():
    made = []

    def make(workers: int = 2) -> Cluster:
        made.append(Cluster(workers))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_local_cluster_gives_the_rows_that_processes_give(design, tmp_path):
    here = sweep(design, tmp_path / "a", workers=2)
    there = sweep(design, tmp_path / "b", workers=2, cluster="local")
    assert here.complete and there.complete and there.workers == 2
    pd.testing.assert_frame_equal(small.rows(tmp_path / "a"), small.rows(tmp_path / "b"), check_exact=True)


def test_workers_that_are_killed_cost_nothing_but_time(design, tmp_path, cluster):
    there = cluster(3)
    killed = []

    def kill(done, asked, failed):
        if done >= 20 * (1 + len(killed)) and len(killed) < 2:
            killed.append(there.workers[len(killed)].pid)
            os.kill(killed[-1], signal.SIGKILL)

    found = sweep(design, tmp_path / "a", cluster=there.address, progress=kill)
    assert found.complete and not found.failed and len(killed) == 2
    sweep(design, tmp_path / "b", workers=2)
    pd.testing.assert_frame_equal(small.rows(tmp_path / "a"), small.rows(tmp_path / "b"), check_exact=True)


def test_a_scheduler_that_dies_ends_it_with_a_word_and_the_rest_is_made_elsewhere(design, tmp_path, cluster):
    there = cluster(2)

    def kill(done, asked, failed):
        if done >= 20 and there.scheduler.poll() is None:
            there.scheduler.kill()
            there.scheduler.wait()

    with pytest.raises(SweepError, match="scheduler at .* was lost.*goes on"):
        sweep(design, tmp_path / "a", cluster=there.address, progress=kill)
    kept = small.rows(tmp_path / "a")
    assert 20 <= len(kept) < 120
    assert sweep(design, tmp_path / "a", workers=2).before == len(kept)
    sweep(design, tmp_path / "b", workers=2)
    pd.testing.assert_frame_equal(small.rows(tmp_path / "a"), small.rows(tmp_path / "b"), check_exact=True)


def test_a_cluster_without_workers_is_not_waited_for_for_ever(design, tmp_path, cluster, monkeypatch):
    there = cluster(1)
    monkeypatch.setattr("simulation.experiments.daskpool.ALONE", 1.0)
    monkeypatch.setattr("simulation.experiments.daskpool.ASK", 0.2)

    def kill(done, asked, failed):
        if done >= 10:
            there.workers[0].kill()

    with pytest.raises(SweepError, match="no workers for 1 s"):
        sweep(design, tmp_path / "a", cluster=there.address, progress=kill)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "tcp://", "tcp://127.0.0.1"])
def test_a_scheduler_that_does_not_answer_is_named(address):
    with pytest.raises(SweepError, match="no Dask scheduler with workers answers at .*dask scheduler"):
        DaskPool(address, 1)


def test_without_the_library_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SweepError, match=r"pip install 'care-regimes\[sweeps\]'"):
        DaskPool("local", 1)


def test_stopping_lets_batches_under_way_end(design, tmp_path, monkeypatch):
    stop = threading.Event()
    monkeypatch.setattr(sweeping, "GRACE", 30.0)
    found = sweep(design, tmp_path / "a", workers=1, cluster="local", stop=stop,
                  progress=lambda done, asked, failed: done >= 10 and stop.set())
    assert not found.complete and 10 <= found.done < 120
    assert len(small.rows(tmp_path / "a")) == found.done
