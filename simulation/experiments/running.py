"""What a worker does: a batch of runs, each a row whether it comes to its end or not.

Nothing is written here. A worker may be on another computer, without the store's disk.
"""

from __future__ import annotations

import json
import os
import pickle
import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from simulation import provenance

if TYPE_CHECKING:
    import pyarrow as pa

    from simulation.scenario import Scenario


class OtherCode(RuntimeError):
    """A worker has another version of the code than the one that asks it; nothing was run."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run as a worker is told of it.

    Attributes:
        run, inputs: its keys. changes: path to value, in declared units. written: the same as `--set` takes it.
        series: whether its weekly series are kept.
    """

    run: str
    inputs: str
    regime: str
    seed: int
    changes: Mapping[str, float | bool]
    written: tuple[str, ...] = ()
    series: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Runs that go to a worker together.

    Attributes:
        scenario: the design's base scenario, pickled once for all batches.
        name: of the scenario. where: how a command names its file, from the folder of the store.
        code: version of the code that the keys are made with.
    """

    scenario: bytes
    name: str
    where: str
    code: str
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of a batch: its rows, its series (None where none were asked for), the time in runs and in all, s,
    and how many failed. `environment`: versions and machine of the worker."""

    rows: pa.Table
    series: pa.Table | None
    model_seconds: float
    seconds: float
    failed: int
    environment: dict[str, Any]


def environment() -> dict[str, Any]:
    """Versions and machine, for rows made here."""
    return {"versions": provenance.versions(), "machine": provenance.machine()}


@lru_cache(maxsize=2)
def _scenario(pickled: bytes) -> Scenario:
    return pickle.loads(pickled)


@lru_cache(maxsize=1)
def _environment() -> tuple[dict[str, Any], str]:
    found = environment()
    return found, provenance.key(found)


def run_batch(batch: Batch, begins: Callable[[str], None] | None = None) -> Filled:
    """Do every run of a batch. What cannot be run is a row with its error, so that others go on.

    Args: begins: called with the key of each run before it begins.

    Raises OtherCode where this process has another version of the code.
    """
    import pyarrow as pa

    from simulation.experiments.codeversion import code_version
    from simulation.experiments.store import run_schema

    begun = time.perf_counter()
    if code_version() != batch.code:
        raise OtherCode(f"the worker on {os.name} has version {code_version()} of the code, the sweep was asked for "
                        f"with {batch.code}; install the same version everywhere")
    base = _scenario(batch.scenario)
    rows, series = [], []
    spent = 0.0
    for job in batch.jobs:
        if begins is not None:
            begins(job.run)
        clock = time.perf_counter()
        values, kept, error = _run(base, job)
        seconds = time.perf_counter() - clock
        spent += seconds
        rows.append({
            "run": job.run, "inputs": job.inputs, "code": batch.code, "environment": _environment()[1],
            "scenario": batch.name, "regime": job.regime, "seed": job.seed, "changes": json.dumps(dict(job.changes)),
            "status": "failed" if error else "done", "error": error or None, "command": command(batch.where, job),
            "seconds": seconds, "finished": datetime.now(UTC).replace(tzinfo=None), **values,
        })
        if kept is not None:
            series.append(kept)
    table = pa.Table.from_pylist(rows, schema=run_schema())
    return Filled(table, pa.concat_tables(series) if series else None, spent, time.perf_counter() - begun,
                  sum(row["status"] == "failed" for row in rows), _environment()[0])


def failed_rows(batch: Batch, error: str) -> pa.Table:
    """Rows for runs that could not even fail by themselves, because their worker was lost each time."""
    import pyarrow as pa

    from simulation.experiments.store import run_schema

    now = datetime.now(UTC).replace(tzinfo=None)
    return pa.Table.from_pylist([{
        "run": job.run, "inputs": job.inputs, "code": batch.code, "environment": _environment()[1],
        "scenario": batch.name, "regime": job.regime, "seed": job.seed, "changes": json.dumps(dict(job.changes)),
        "status": "failed", "error": error, "command": command(batch.where, job), "seconds": float("nan"),
        "finished": now} for job in batch.jobs], schema=run_schema())


def command(where: str, job: Job) -> str:
    """The command that repeats a run, from the folder of the store."""
    return shlex.join(["regimes", "run", where, "--regime", job.regime, "--seed", str(job.seed),
                       *(part for text in job.written for part in ("--set", text))])


def _run(base: Scenario, job: Job) -> tuple[dict[str, float], pa.Table | None, str]:
    """Outcomes, series if asked for, error if any."""
    from simulation import runs
    from simulation.experiments.varying import world_at

    try:
        found = runs.run(world_at(base, job.changes), job.regime, job.seed)
        return dict(found.summary), _series(found, job.run) if job.series else None, ""
    except Exception as error:  # whatever it is, the others go on
        return {}, None, f"{type(error).__name__}: {(str(error).splitlines() or ['no message'])[0]}"


def _series(found: Any, run: str) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    ticks = len(found.waits)
    week = np.arange(1, ticks + 1) * found.scenario.tick_weeks
    return pa.table({"run": pa.array([run] * ticks), "tick": pa.array(np.arange(ticks, dtype=np.int32)),
                     "week": pa.array(week), **{name: pa.array(values) for name, values in found.series.items()}})
