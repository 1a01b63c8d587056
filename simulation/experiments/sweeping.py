"""The sweep: every run of a design that the store does not have yet, on whatever workers there are, row by row kept.

The same design gives the same rows on any number of workers, here or on a cluster, in one go or in many.
"""

from __future__ import annotations

import pickle
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from simulation import provenance
from simulation.experiments import codecheck
from simulation.experiments.codeversion import code_version
from simulation.experiments.plan import Plan, Task, table
from simulation.experiments.pools import Lost, Pool, SweepError
from simulation.experiments.running import Batch, Filled, Job, failed_rows
from simulation.experiments.store import Store

if TYPE_CHECKING:
    from simulation.experiments.design import Design
    from simulation.experiments.readings import Readings

OtherCodePolicy = Literal["refuse", "apart", "verify"]
"""What to do about runs of another version of the code in the store: stop and say so; make all runs anew, beside them;
or make some of them again, and where every number is the same take the others as they are."""
STRIKES = 3
"""Workers that a run may take with it before it counts as failed."""
WINDOW = 2
"""Batches handed out for each worker: one to do, one to begin at once."""
MOST_IN_BATCH = 500
REFRESH = 5.0
"""Seconds between looks at what other sweeps have added to the store."""
GRACE = 60.0
"""Seconds that batches under way get to come to their end when a sweep is stopped."""
PARTS = 200
"""Batches after which the store's small files are put together."""

Progress = Callable[[int, int, int], None]
"""Called with (runs done, runs asked for so far, runs that failed)."""


@dataclass(frozen=True)
class Swept:
    """How a sweep ended.

    Attributes:
        folder: of the design in the store. asked: runs that the design asks for, or did so far where it stopped.
        before: of these, in the store at the beginning. done: made now, failures among them. failed: without a result,
            now or before. complete: nothing is missing.
        workers: how many there were. model_seconds, seconds: time in runs over all workers; time in all.
        notes: what to know, in plain sentences.
    """

    design: Design
    store: Store
    folder: Path
    code: str
    asked: int
    before: int
    done: int
    failed: int
    complete: bool
    workers: int
    model_seconds: float
    seconds: float
    notes: tuple[str, ...] = ()

    def readings(self, outcomes: Sequence[str] | None = None) -> Readings:
        """What was found, failed runs as NaN. `outcomes`: default those that the design names, else the headline."""
        from simulation.outcomes import HEADLINE

        return self.store.readings(self.folder.name, tuple(outcomes or self.design.outcomes or HEADLINE))


def sweep(design: Design | str | Path, store: Store | str | Path, *, workers: int | None = None,
          cluster: str | None = None, shard: tuple[int, int] | None = None, resume: bool = True,
          retry_failed: bool = False, other_code: OtherCodePolicy = "refuse", progress: Progress | None = None,
          stop: threading.Event | None = None) -> Swept:
    """Make every run that a design asks for and that the store does not have.

    Purpose: from a file to a table that other tools can read, on one computer or many; what was done is never lost.

    Args:
        design: a design, or the name or path of one.
        store: a store, or the folder of one; made where there is none.
        workers: processes; default one for every processor that this process may use.
        cluster: address of a Dask scheduler, or `local`; default processes of this computer.
        shard: (i, n): only the i-th of n parts, 1 <= i <= n, by pairs; for computers that share nothing but the store.
        resume: False refuses a store that has runs of this design already, so that every run is surely new.
        retry_failed: whether runs that failed before are tried again; they mostly fail again.
        other_code: see `OtherCodePolicy`.
        progress: called in this thread, a few times a second at most.
        stop: set it to stop soon: batches under way are finished, others are not begun.

    Raises:
        ScenarioError: anything wrong in the design. StoreError: the store cannot be used or written.
        SweepError: no workers, no scheduler, a shard or version of the code that does not fit.
    """
    from simulation.experiments.reading import load_design

    if isinstance(design, str | Path):
        design = load_design(design)
    if not isinstance(store, Store):
        store = Store.open(store)
    _check_shard(shard, design)
    begun = time.monotonic()
    plan = Plan(design, code_version())
    folder = store.register(design, plan.code)
    notes = codecheck.check(store, plan, other_code)
    loop = _Loop(plan, store, folder, shard, retry_failed, progress, stop)
    if not resume and (kept := loop.count_kept()):
        raise SweepError(f"{store.path} has {kept:,} runs of this design already; leave out --no-resume to go on from "
                         "them, or give another --store")
    try:
        for replications, points in _rounds(design, store, folder, loop):
            loop.ask(replications, points)
            if loop.missing:
                loop.open_pool(lambda: _pool(cluster, workers))
                loop.work(replications, points)
            if loop.stopped:
                break
    finally:
        loop.close()
    store.compact()
    return Swept(design, store, folder, plan.code, loop.asked, loop.before, loop.done, loop.failed, loop.complete,
                 loop.workers, loop.model_seconds, time.monotonic() - begun, (*notes, *loop.notes))


def _pool(cluster: str | None, workers: int | None) -> Pool:
    size = workers or provenance.cores()
    if cluster is not None:
        from simulation.experiments.daskpool import DaskPool

        return DaskPool(cluster, size)
    from simulation.experiments.localpool import LocalPool

    return LocalPool(size)


def _check_shard(shard: tuple[int, int] | None, design: Design) -> None:
    if shard is None:
        return
    if not 1 <= shard[0] <= shard[1]:
        raise SweepError(f"shard {shard[0]}/{shard[1]} does not exist; the first of four is 1/4, the last 4/4")
    if design.replications.until is not None:
        raise SweepError("a part of a sweep cannot tell when there are enough pairs: give the design a fixed number of "
                         "replications, or leave out --shard")


def _rounds(design: Design, store: Store, folder: Path, loop: _Loop) -> Iterator[tuple[range, list[int] | None]]:
    """Replications to make, with the points that need them: all at once, or more where an interval is still too wide.

    What is decided follows from the results alone, so that a sweep that goes on decides as one that was never stopped.
    """
    rule = design.replications.until
    if rule is None:
        yield range(design.replications.fixed), None
        return
    from simulation.experiments.stopping import decide

    have = dict.fromkeys(range(loop.points), 0)
    wanted = dict.fromkeys(have, rule.start)
    told: Counter[str] = Counter()
    while wanted:
        for first, last in sorted({(have[point], upto) for point, upto in wanted.items()}):
            where = [point for point, upto in wanted.items() if (have[point], upto) == (first, last)]
            yield range(first, last), where
        have |= wanted
        values = store.readings(folder.name, (rule.outcome,)).values[rule.outcome]
        decisions = {point: decide(values[point, :have[point]], rule) for point in wanted}
        for point, found in decisions.items():
            if found.enough or found.wanted <= have[point]:
                told.update(found.notes)
        wanted = {point: found.wanted for point, found in decisions.items()
                  if not found.enough and found.wanted > have[point]}
    for note, count in told.items():
        loop.notes.append(note if loop.points == 1 else f"{count} of {loop.points} points: {note}")


class _Loop:
    """What is asked for, under way and done. Used by `sweep` alone."""

    def __init__(self, plan: Plan, store: Store, folder: Path, shard: tuple[int, int] | None, retry_failed: bool,
                 progress: Progress | None, stop: threading.Event | None) -> None:
        self.asked = self.before = self.done = self.failed = self.missing = self.workers = 0
        self.model_seconds = 0.0
        self.notes: list[str] = []
        self._plan, self._store, self._folder, self._shard = plan, store, folder, shard
        self._retry, self._progress, self._stop = retry_failed, progress, stop
        self._codes = (plan.code, *sorted(store.same_codes(plan.code)))
        self._known = store.known()
        self._looked = time.monotonic()
        self._scenario = pickle.dumps(plan.design.base)
        self._where = f"designs/{folder.name}/scenario.yaml"
        self._queue: deque[Job] = deque()
        self._single: deque[Job] = deque()
        self._alone = False
        self._strikes: Counter[str] = Counter()
        self._pending: set[str] = set()
        self._pool: Pool | None = None
        self._per_run = 0.0
        self._parts = 0

    @property
    def points(self) -> int:
        return self._plan.points

    @property
    def stopped(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    @property
    def complete(self) -> bool:
        return not self.stopped and self.missing <= 0

    def open_pool(self, make: Callable[[], Pool]) -> None:
        if self._pool is None:
            self._pool = make()
            self.workers = self._pool.workers

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()

    def count_kept(self) -> int:
        """Runs of the design's first replications that the store has."""
        rule = self._plan.design.replications
        first = range(rule.fixed if rule.until is None else rule.until.start)
        return sum(self._kept(task) for chunk in self._plan.chunks(first) for task in chunk)

    def ask(self, replications: range, points: list[int] | None) -> None:
        """Write down what is asked for, and count what is there."""
        for chunk in self._plan.chunks(replications, points):
            self._store.add_plan(self._folder, table(chunk))
            mine = [task for task in chunk if self._mine(task)]
            kept = [task for task in mine if self._kept(task)]
            self.failed += sum(task.run in self._known.failed for task in kept)
            self.asked += len(mine)
            self.before += len(kept)
            self.missing += len(mine) - len(kept)
        self._tell()

    def work(self, replications: range, points: list[int] | None) -> None:
        """Make what is missing of these; returns when all has come back, or soon after it was stopped."""
        for chunk in self._plan.chunks(replications, points):
            for task in chunk:
                if self._mine(task) and not self._kept(task) and task.run not in self._pending:
                    self._pending.add(task.run)
                    self._queue.append(self._job(task))
                elif self._mine(task) and task.run in self._pending:
                    self.missing -= 1  # the same world twice in one design: one run serves both
                    self.before += 1
            while (len(self._queue) >= MOST_IN_BATCH or self._single) and not self.stopped:
                self._turn()
            if self.stopped:
                break
        while not self.stopped and (self._queue or self._single or self._pool.busy):
            self._turn()
        if self.stopped:
            self._pool.withdraw()
            until = time.monotonic() + GRACE
            while self._pool.busy and time.monotonic() < until:
                self._collect()

    def _turn(self) -> None:
        """Hand out what fits, and take what has come. A suspect runs with nobody beside it, or else whoever runs beside
        the culprit each time would be taken for one."""
        if not self._pool.busy:
            self._alone = bool(self._single)
            if self._alone:
                self._hand_out()
        while self._queue and not self._single and not self._alone and self._pool.busy < WINDOW * self._pool.workers:
            self._hand_out()
        if self._pool.busy:
            self._collect()

    def _hand_out(self) -> None:
        if self._alone:
            jobs = [self._single.popleft()]
        else:
            self._look_again()
            share = -(-len(self._queue) // (WINDOW * self._pool.workers))  # towards the end everybody gets some
            fits = int(self._pool.batch_seconds / self._per_run) if self._per_run else 1
            jobs = []
            while self._queue and len(jobs) < max(1, min(fits, share, MOST_IN_BATCH)):
                job = self._queue.popleft()
                if job.run in self._known and not self._retry:  # another sweep made it in the meantime
                    self._pending.discard(job.run)
                    self.missing -= 1
                    self.before += 1
                else:
                    jobs.append(job)
        if jobs:
            self._pool.submit(Batch(self._scenario, self._plan.design.base.name, self._where, self._plan.code,
                                    tuple(jobs)))

    def _collect(self) -> None:
        for batch, found in self._pool.finished(0.2):
            if isinstance(found, Filled):
                self._keep(batch, found)
            elif isinstance(found, Lost):
                self._lose(batch, found)
            else:
                raise SweepError(f"a worker refused its runs: {found}") from found
        self._tell()

    def _keep(self, batch: Batch, found: Filled) -> None:
        self._store.add(found.rows, found.series, environment=found.environment)
        self._pending.difference_update(job.run for job in batch.jobs)
        self.done += len(batch.jobs)
        self.missing -= len(batch.jobs)
        self.failed += found.failed
        self.model_seconds += found.model_seconds
        self._per_run = found.seconds / len(batch.jobs) if not self._per_run else \
            0.8 * self._per_run + 0.2 * found.seconds / len(batch.jobs)
        self._parts += 1
        if self._parts % PARTS == 0:
            self._store.compact()

    def _lose(self, batch: Batch, found: Lost) -> None:
        """What its worker took along goes back to the queue; a run that is suspected, alone."""
        for job in batch.jobs:
            suspected = len(batch.jobs) == 1 if found.suspects is None else job.run in found.suspects
            if not suspected:
                (self._single if found.suspects is None else self._queue).appendleft(job)
                continue
            self._strikes[job.run] += 1
            # A cluster has tried it several times before it gives up.
            if found.suspects is None or self._strikes[job.run] >= STRIKES:
                self._fail(batch, job)
            else:
                self._single.append(job)

    def _fail(self, batch: Batch, job: Job) -> None:
        one = Batch(batch.scenario, batch.name, batch.where, batch.code, (job,))
        self._store.add(failed_rows(one, f"WorkerLost: the process that ran it died {STRIKES} times, perhaps for want "
                                         "of memory"), None)
        self._pending.discard(job.run)
        self.done += 1
        self.failed += 1
        self.missing -= 1

    def _mine(self, task: Task) -> bool:
        if self._shard is None:
            return True
        part, parts = self._shard
        return (task.replication * self.points + task.point) % parts == part - 1

    def _kept(self, task: Task) -> bool:
        keys = (task.run, *(provenance.key([task.inputs, code]) for code in self._codes[1:]))
        return any(key in self._known and not (self._retry and key in self._known.failed) for key in keys)

    def _job(self, task: Task) -> Job:
        sample, series = self._plan.design.sample, self._plan.design.series
        return Job(task.run, task.inputs, task.regime, task.seed, sample.changes(task.point),
                   tuple(sample.written(task.point)),
                   series == "all" or (series == "first" and task.replication == 0))

    def _look_again(self) -> None:
        if time.monotonic() - self._looked > REFRESH:
            self._known.refresh()
            self._looked = time.monotonic()

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self.asked - max(self.missing, 0), self.asked, self.failed)
