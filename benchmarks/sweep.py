"""How fast a sweep is: runs a minute a core with storage, what the layer around the model costs, memory against the
number of runs, a Dask cluster against the plain process pool, and Mesa's batch_run on the same paired study.

Run it with `python benchmarks/sweep.py [--quick]`. Ratios are of figures from this one run, turn by turn, because other
work on a machine slows everything down. The whole takes about 15 minutes on two cores, --quick about two.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import simulation
from simulation import provenance
from simulation.experiments.design import Design
from simulation.experiments.sweeping import sweep

REGIMES = ["targets", "trust-and-learning"]
SMALL = {"world.people": 200, "world.horizon": "2 weeks", "population.burn_in": "1 week"}


def town(pairs: int, seed: int) -> Design:
    """The default town, 10,000 people over 260 weeks, so many pairs."""
    return Design(name="town", scenario="town", regimes=REGIMES, replications=pairs, seed=seed)


def bare(runs: int) -> float:
    """Seconds a run of the model alone, on one core, median of so many."""
    scenario, found = simulation.load("town"), []
    for k in range(runs):
        begun = time.perf_counter()
        simulation.run(scenario, REGIMES[k % 2], 900_000 + k).summary  # noqa: B018
        found.append(time.perf_counter() - begun)
    return statistics.median(found)


def throughput(pairs: int, workers: int, seed: int, cluster: str | None = None) -> dict[str, float]:
    """Runs a minute of a sweep into a new store; the part of the workers' time that was the model's."""
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    try:
        found = sweep(town(pairs, seed), folder / "store", workers=workers, cluster=cluster)
        assert found.complete and not found.failed
        return {"runs": found.done, "seconds": found.seconds, "runs a minute": 60 * found.done / found.seconds,
                "model's part": found.model_seconds / (workers * found.seconds)}
    finally:
        shutil.rmtree(folder)


def mesa_batch_run(pairs: int, workers: int, seed: int) -> dict[str, float]:
    """The same paired study with Mesa's batch_run: it keeps nothing on disk."""
    import mesa

    begun = time.perf_counter()
    rows = mesa.batch_run(simulation.CareSystem, {"scenario": "town", "regime": REGIMES,
                                                  "seed": list(range(seed, seed + pairs))},
                          number_processes=workers, data_collection_period=-1, max_steps=261, display_progress=False)
    seconds = time.perf_counter() - begun
    return {"runs": len(rows), "seconds": seconds, "runs a minute": 60 * len(rows) / seconds}


class Memory:
    """The most memory that this process held in a block of code, bytes; Linux only, else 0."""

    def __enter__(self) -> Memory:
        self.most, self._over = self._now(), threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.most = max(self.most, self._now())

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    @staticmethod
    def _now() -> int:
        try:
            return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
        except OSError:
            return 0


def memory(runs: int) -> float:
    """Most memory of the parent in a sweep of so many tiny runs, MB; in a process of its own, which keeps nothing of
    earlier ones."""
    words = [sys.executable, __file__, "--memory", str(runs)]
    return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def memory_here(runs: int) -> float:
    """The same in this process."""
    design = Design(name="small", scenario="town", set=SMALL, regimes=REGIMES, replications=runs // 2)
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    try:
        with Memory() as held:
            sweep(design, folder / "store")
        return held.most / 1e6
    finally:
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the runs")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--memory", type=int, metavar="RUNS", help="only the memory of a sweep of so many, MB")
    chosen = parser.parse_args()
    if chosen.memory:
        print(memory_here(chosen.memory))
        return
    simulation.warm_up()
    cores = provenance.cores()
    scale = 10 if chosen.quick else 1
    figures: dict[str, float] = {}

    alone = bare(20)
    one = throughput(200 // scale, 1, 10_000)
    alone = min(alone, bare(20))
    figures["the model alone, runs a minute on one core"] = 60 / alone
    figures["a sweep on one worker with storage, runs a minute"] = one["runs a minute"]
    figures["what is not the model's, part of the worker's time"] = 1 - one["model's part"]

    pairs = 1_000 // scale
    pool = throughput(pairs, cores, 20_000)
    dask = throughput(pairs, cores, 20_000, "local")
    mesa = mesa_batch_run(pairs // 5, cores, 20_000)
    figures[f"process pool, {cores} workers, {pool['runs']:,} runs: runs a minute a core"] = (
        pool["runs a minute"] / cores)
    figures[f"local Dask cluster, {cores} workers, {dask['runs']:,} runs: part of the pool's"] = (
        dask["runs a minute"] / pool["runs a minute"])
    figures[f"Mesa's batch_run, {cores} processes, {mesa['runs']:,} runs: part of the pool's"] = (
        mesa["runs a minute"] / pool["runs a minute"])

    for runs in (10_000 // scale, 100_000 // scale):
        figures[f"memory of the parent, {runs:,} runs, MB"] = memory(runs)
    if chosen.json:
        print(json.dumps({**figures, "versions": provenance.versions(), "machine": provenance.machine()}, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:75} {value:10.3f}")


if __name__ == "__main__":
    main()
