"""Rows for stores that no model made: run number i has the need i / 7, so that whoever reads it can be checked.

Run as a program, it adds such rows in processes that may be killed: `python made_up_rows.py STORE ROUNDS COMPACT`. A
line on its input begins a process that adds under the number said there; it prints its process id, then each round that
is on the disk, then `end` once it is no more.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulation import provenance

CODE = "1-aaaaaaaa"
OTHER = "1-bbbbbbbb"
ROUNDS = 1_000
"""Rounds of one process at most; its runs are numbered from its own number times this times three."""


def inputs(number: int) -> str:
    return provenance.key(["world", number])


def run(number: int, code: str = CODE) -> str:
    return provenance.key([inputs(number), code])


def rows(numbers: Sequence[int], code: str = CODE, status: str = "done", need: float = 0.0) -> pa.Table:
    """A row a run. need: added to what the run has by its number."""
    count = len(numbers)
    failed = status == "failed"
    return pa.table({
        "run": [run(i, code) for i in numbers], "inputs": [inputs(i) for i in numbers], "code": [code] * count,
        "environment": ["0" * 32] * count, "scenario": ["town"] * count, "regime": ["a"] * count,
        "seed": pa.array(list(numbers), pa.int64()), "changes": ["{}"] * count, "status": [status] * count,
        "error": pa.array(["ValueError: no such world" if failed else None] * count, pa.string()),
        "command": [f"regimes run {i}" for i in numbers], "seconds": [0.1] * count,
        "finished": pa.array([datetime(2026, 1, 1, tzinfo=UTC)] * count, pa.timestamp("ms", tz="UTC")),
        "need": pa.array([None if failed else i / 7 + need for i in numbers], pa.float64()),
        "deaths": pa.array([None if failed else float("nan") if i % 5 == 0 else -float(i) for i in numbers],
                           pa.float64())})


def weeks(numbers: Sequence[int], ticks: int = 3, code: str = CODE) -> pa.Table:
    """Series of the same runs: need i + tick / 10."""
    tick = np.tile(np.arange(ticks, dtype=np.int32), len(numbers))
    number = np.repeat(np.asarray(numbers, float), ticks)
    return pa.table({"run": [run(i, code) for i in numbers for _ in range(ticks)], "tick": tick, "week": tick + 1.0,
                     "need": number + tick / 10})


def contents(store: Path) -> dict[str, bytes]:
    """Every file of a store, unfinished ones as well."""
    return {str(path.relative_to(store)): path.read_bytes() for path in sorted(store.rglob("*")) if path.is_file()}


def read(store: Path, kind: str = "runs") -> pa.Table:
    """Every row of every file, duplicates and all, without the project's code."""
    tables = [pq.ParquetFile(path).read() for path in sorted((store / kind).glob("*.parquet"))]
    return pa.concat_tables(tables)


def of_round(child: int, turn: int) -> list[int]:
    """Numbers of the runs that a process adds in one round."""
    first = (child * ROUNDS + turn) * 3
    return [first, first + 1, first + 2]


def acknowledged(lines: Sequence[str]) -> list[int]:
    """Numbers of the runs in rounds that were said to be on the disk."""
    return [number for line in lines for number in of_round(*map(int, line.split()[1:]))]


class Nursery:
    """A process that begins others which add to a store."""

    def __init__(self, store: Path, rounds: int = ROUNDS, compact: int = 0) -> None:
        here = Path(__file__).resolve()
        self._process = subprocess.Popen(
            [sys.executable, str(here), str(store), str(rounds), str(compact)], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(here.parents[2])})
        self.said: list[str] = []
        assert self._process.stdout.readline() == "ready\n"

    def begin(self, child: int) -> int:
        """Begin a process; its id."""
        self._process.stdin.write(f"{child}\n")
        self._process.stdin.flush()
        while not (line := self._line()).startswith("begun"):
            pass
        return int(line.split()[1])

    def wait(self) -> int:
        """Until a process has ended; how it ended, negative where it was killed. What it said is in `said`."""
        while not (line := self._line()).startswith("end"):
            pass
        return int(line.split()[1])

    def until_said(self, count: int) -> None:
        """Until so many rounds more are on the disk."""
        for _ in range(count):
            line = self._line()
            assert line.startswith("added"), line

    def _line(self) -> str:
        line = self._process.stdout.readline()
        assert line, "the process that begins others has ended"
        if line.startswith("added"):
            self.said.append(line.strip())
        return line.strip()

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(20)


def _add(store: Path, child: int, rounds: int, compact: int) -> None:
    from simulation.experiments.store import Store

    opened = Store.open(store)
    for turn in range(rounds):
        numbers = of_round(child, turn)
        opened.add(rows(numbers), weeks(numbers))
        os.write(1, f"added {child} {turn}\n".encode())
        if compact:
            opened.compact(compact)


def _serve(store: Path, rounds: int, compact: int) -> None:
    import traceback

    # Loaded once here, and not by each.
    import pyarrow.dataset  # noqa: F401

    import simulation.experiments.compaction
    import simulation.experiments.store  # noqa: F401

    os.write(1, b"ready\n")
    for line in sys.stdin:
        if os.fork() == 0:  # a process for each that waits for its end; threads and forks do not go together
            child = os.fork()
            if child == 0:
                try:
                    _add(store, int(line), rounds, compact)
                except BaseException:
                    traceback.print_exc()
                    os._exit(1)
                os._exit(0)
            os.write(1, f"begun {child}\n".encode())
            os.write(1, f"end {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n".encode())
            os._exit(0)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
