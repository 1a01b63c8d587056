"""Whatever is killed whenever: a sweep that goes on ends with the rows of one that nobody disturbed.

CARE_REGIMES_KILLS says how often the parent is killed; the default keeps the test short.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from experiments import small

from simulation.experiments import localpool, sweeping
from simulation.experiments.codeversion import code_version
from simulation.experiments.design import Design
from simulation.experiments.plan import Plan

KILLS = int(os.environ.get("CARE_REGIMES_KILLS", "4"))
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds its victims through /proc")

# Many designs one after the other in one process: what takes long to load is loaded once, and each sweep is a fork.
NURSERY = """
import os, sys
import simulation, simulation.experiments.sweeping, simulation.experiments.localpool
from simulation.experiments.reading import load_design
simulation.warm_up()
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        found = simulation.experiments.sweeping.sweep(load_design(sys.argv[1]), sys.argv[2], workers=2)
        os._exit(0 if found.complete else 3)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Nursery:
    """A process that begins a sweep whenever it is told to."""

    def __init__(self, design: Path, store: Path) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", NURSERY, str(design), str(store)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline().strip() == "ready"

    def begin(self) -> int:
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def ended(self) -> int:
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(30)


def relatives(parent: int) -> list[int]:
    """Processes of the sweep that began as `parent`, itself not among them: they are in its group."""
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError, IndexError):
            after = (folder / "stat").read_text().rpartition(")")[2].split()
            if folder.name.isdecimal() and int(after[2]) == parent and int(folder.name) != parent:
                found.append(int(folder.name))
    return found


def test_killed_at_random_and_gone_on_equals_undisturbed(tmp_path):
    design = tmp_path / "designs" / "small.yaml"
    design.parent.mkdir()
    design.write_text(small.text(replications="60"))
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"

    calm = Nursery(design, undisturbed)
    begun = time.monotonic()
    calm.begin()
    assert calm.ended() == 0
    whole = time.monotonic() - begun
    calm.close()
    expected = small.rows(undisturbed)
    assert len(expected) == 360 and expected["status"].eq("done").all()

    chance = random.Random(20)
    nursery = Nursery(design, disturbed)
    parents = workers = 0
    seen = 0
    while parents < KILLS:
        parent = nursery.begin()
        until = time.monotonic() + chance.uniform(0.3, 1.1) * whole
        while time.monotonic() < until:
            time.sleep(chance.uniform(0.05, 0.4))
            if chance.random() < 0.3 and (there := relatives(parent)):
                with suppress(ProcessLookupError):
                    os.kill(chance.choice(there), signal.SIGKILL)
                    workers += 1
        with suppress(ProcessLookupError):
            os.kill(parent, signal.SIGKILL)
        parents += 1
        nursery.ended()
        orphans_end = time.monotonic() + 20
        while relatives(parent) and time.monotonic() < orphans_end:
            time.sleep(0.05)
        assert not relatives(parent), "workers outlived their parent"
        if (disturbed / "runs").is_dir() and any((disturbed / "runs").glob("*.parquet")):
            kept = small.rows(disturbed)
            assert len(kept) >= seen, "something that was kept is gone"
            assert kept["run"].is_unique
            seen = len(kept)
            pd.testing.assert_frame_equal(
                kept, expected[expected["run"].isin(kept["run"])].reset_index(drop=True), check_exact=True)
    nursery.begin()
    assert nursery.ended() == 0
    nursery.close()
    pd.testing.assert_frame_equal(small.rows(disturbed), expected, check_exact=True)
    assert workers, "no worker was killed"


def test_a_run_that_kills_its_worker_each_time_is_set_apart_and_the_others_go_on(tmp_path, monkeypatch):
    """A watcher plays the part of a run for which there is not enough memory: it kills whoever begins it."""
    poison = {task.run for task in Plan(_two_worlds(), code_version()).tasks(range(1), [1])
              if task.regime == small.REGIMES[0]}
    pools: list[localpool.LocalPool] = []

    def make(cluster, workers):
        pools.append(localpool.LocalPool(2))
        return pools[-1]

    monkeypatch.setattr(sweeping, "_pool", make)
    over, killed = threading.Event(), []

    def watch() -> None:
        while not over.is_set():
            if pools:
                with suppress(OSError):
                    for line in pools[0]._notes.read_text().splitlines():
                        process, run = line.split()
                        if run in poison and int(process) not in killed:
                            killed.append(int(process))
                            os.kill(int(process), signal.SIGKILL)
            over.wait(0.002)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        found = sweeping.sweep(_two_worlds(), tmp_path / "store")
    finally:
        over.set()
        watcher.join()
    assert found.complete and found.failed == 1 and len(killed) == sweeping.STRIKES
    failures = found.store.failures(found.folder.name)
    assert set(failures["run"]) == poison and failures["error"].str.contains("WorkerLost").all()
    assert small.rows(tmp_path / "store")["status"].value_counts().to_dict() == {"done": 15, "failed": 1}


def _two_worlds() -> Design:
    """A small world, and one whose runs take long enough to be caught at."""
    return Design(name="two", scenario="town", set=small.TINY, regimes=list(small.REGIMES), method="list",
                  points=[{"world.people": 200}, {"world.people": 30_000}], replications=4, seed=3)
