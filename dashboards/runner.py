"""One queue of runs for every visitor: fair turns, progress, cancelling, and limits on what one visitor may ask.

The first pair of everybody comes before the second pair of anybody, so that thirty people who move a lever at once all
see their first lines soon. A run that two visitors want is made once.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dashboards import recordings
from dashboards.choice import steps
from dashboards.recordings import Recordings
from simulation import provenance
from simulation.comparison import Comparison, KeptRun
from simulation.scenario import Regime, Scenario

MOST_WORK = 1.5e9
"""Person-ticks that one question may cost: a minute or two of one processor."""
MOST_WAITING = 400
"""Questions in the queue, at most, of all visitors together."""
RUNS_A_VISITOR = 4
"""Questions of one visitor that may be under way at once; the oldest gives way."""

State = Literal["waiting", "running", "done", "cancelled", "failed"]
log = logging.getLogger(__name__)


class TooMuch(ValueError):
    """A question that would cost the server too much; the message says what would do."""


@dataclass(order=True)
class _Task:
    rank: tuple[int, int, int]
    job: Job = field(compare=False)
    pair: int = field(compare=False)
    regime: Regime = field(compare=False)


class Job:
    """One comparison that is being made.

    Attributes:
        done, total: runs.
        state: `done` when every pair is there; `failed` with `error`.
        complete: pairs that are whole, from the first on; `comparison()` has them.
    """

    def __init__(self, scenario: Scenario, regimes: tuple[Regime, ...], pairs: int, seed: int, visitor: str,
                 durable: bool) -> None:
        self.scenario, self.regimes, self.pairs, self.seed = scenario, regimes, pairs, seed
        self.visitor, self.durable = visitor, durable
        self.total = pairs * len(regimes)
        self.done = 0
        self.state: State = "waiting"
        self.error = ""
        self.complete = 0
        self.stop = threading.Event()
        self._found: dict[tuple[int, str], KeptRun] = {}
        self._listeners: list[Callable[[Job], None]] = []
        self._lock = threading.Lock()
        self._over = threading.Event()

    @property
    def over(self) -> bool:
        return self._over.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it is over within `timeout` seconds."""
        return self._over.wait(timeout)

    def cancel(self) -> None:
        """Stop soon; what is complete stays."""
        self._finish("cancelled")

    def listen(self, told: Callable[[Job], None]) -> Callable[[], None]:
        """Call `told` after every run and at the end, from another thread; the result ends that."""
        with self._lock:
            self._listeners.append(told)
        return lambda: self._listeners.remove(told) if told in self._listeners else None

    def comparison(self) -> Comparison | None:
        """The complete pairs as a comparison; None before the first."""
        with self._lock:
            whole, found = self.complete, dict(self._found)
        if whole == 0:
            return None
        runs = {r.name: tuple(found[pair, r.name] for pair in range(whole)) for r in self.regimes}
        return Comparison(self.scenario, self.regimes, self.seed, self.pairs, runs,
                          {"versions": provenance.versions()})

    def _take(self, pair: int, regime: str, run: KeptRun) -> None:
        with self._lock:
            self._found[pair, regime] = run
            self.done = len(self._found)
            while all((self.complete, r.name) in self._found for r in self.regimes):
                self.complete += 1
        if self.done == self.total:
            self._finish("done")
        else:
            self._tell()

    def _finish(self, state: State, error: str = "") -> None:
        with self._lock:
            if self._over.is_set():
                return
            self.state, self.error = state, error
            self.stop.set()
            self._over.set()
        self._tell()

    def _tell(self) -> None:
        for told in list(self._listeners):
            try:
                told(self)
            except Exception:  # a visitor who left must not stop the others' runs
                log.debug("a listener failed", exc_info=True)


class Runner:
    """The queue.

    Args:
        threads: that run the model; default every processor this process may use.
        kept: where runs are kept.
    """

    def __init__(self, kept: Recordings | None = None, threads: int | None = None) -> None:
        self.kept = Recordings() if kept is None else kept
        self._threads = threads or provenance.cores()
        self._heap: list[_Task] = []
        self._number = itertools.count()
        self._jobs: dict[str, list[Job]] = {}
        self._busy: dict[str, threading.Event] = {}
        self._ready = threading.Condition()
        self._closed = False
        self._workers: list[threading.Thread] = []

    def ask(self, scenario: Scenario, regimes: Sequence[Regime], pairs: int, seed: int, *, visitor: str,
            durable: bool = False, patient: bool = False) -> Job:
        """Put a comparison in the queue; what is kept already is there at once.

        Args:
            visitor: whose question it is; only their latest `RUNS_A_VISITOR` are kept going.
            durable: keep the runs on disk as well.
            patient: behind everybody who is waiting for an answer.

        Raises:
            TooMuch: more work than `MOST_WORK`, or too many questions are waiting.
        """
        check_work(scenario, len(regimes), pairs)
        job = Job(scenario, tuple(regimes), pairs, seed, visitor, durable)
        missing = []
        for pair in range(pairs):
            for regime in job.regimes:
                found = self.kept.find(recordings.key(scenario, regime.name, seed + pair))
                if found is not None:
                    job._take(pair, regime.name, replace(found, regime=regime.name))
                else:
                    missing.append((pair, regime))
        if missing:
            self._queue(job, missing, patient)
        return job

    def _queue(self, job: Job, missing: list[tuple[int, Regime]], patient: bool) -> None:
        with self._ready:
            if self._closed:
                raise TooMuch("the server is stopping")
            self._jobs = {who: mine for who, jobs in self._jobs.items() if (mine := [j for j in jobs if not j.over])}
            mine = self._jobs.setdefault(job.visitor, [])
            if sum(len(jobs) for jobs in self._jobs.values()) >= MOST_WAITING:
                raise TooMuch("too many questions are waiting on this server; try again in a minute")
            old = mine[:max(0, len(mine) + 1 - RUNS_A_VISITOR)]
            mine.append(job)
            for pair, regime in missing:
                rank = (pair + (1_000_000 if patient else 0), len(mine), next(self._number))
                heapq.heappush(self._heap, _Task(rank, job, pair, regime))
            self._start()
            self._ready.notify_all()
        for earlier in old:
            earlier.cancel()

    def leave(self, visitor: str) -> None:
        """A visitor has gone: nothing more is run for them."""
        with self._ready:
            jobs = self._jobs.pop(visitor, [])
        for job in jobs:
            job.cancel()

    def close(self) -> None:
        """Stop everything; returns when the threads have ended."""
        with self._ready:
            self._closed = True
            jobs = [job for jobs in self._jobs.values() for job in jobs]
            self._ready.notify_all()
        for job in jobs:
            job.cancel()
        for worker in self._workers:
            worker.join(timeout=10)

    def start(self) -> None:
        """Start the threads now: before there is a visitor, whose context they would inherit."""
        with self._ready:
            self._start()

    def _start(self) -> None:
        while len(self._workers) < self._threads:
            worker = threading.Thread(target=self._work, name=f"run-{len(self._workers)}", daemon=True)
            self._workers.append(worker)
            worker.start()

    def _work(self) -> None:
        while True:
            with self._ready:
                while not self._heap and not self._closed:
                    self._ready.wait()
                if self._closed:
                    return
                task = heapq.heappop(self._heap)
            if not task.job.over:
                self._one(task)

    def _one(self, task: _Task) -> None:
        from simulation import runs

        job, seed = task.job, task.job.seed + task.pair
        if job.state == "waiting":
            job.state = "running"
        name = recordings.key(job.scenario, task.regime.name, seed)
        with self._ready:
            other = self._busy.get(name)
            mine = other is None
            if mine:
                self._busy[name] = threading.Event()
        try:
            if other is not None:
                other.wait(60)
            found = self.kept.find(name)
            if found is None:
                run = runs.run(job.scenario, task.regime, seed, record_events=False, stop=job.stop)
                found = KeptRun.of(run, task.regime.name, job.scenario.tick_weeks)
                self.kept.put(name, found, durable=job.durable)
            job._take(task.pair, task.regime.name, replace(found, regime=task.regime.name))
        except runs.Interrupted:
            pass
        except Exception as error:
            log.exception("a run failed")
            job._finish("failed", _said(error))
        finally:
            if mine:
                with self._ready:
                    self._busy.pop(name).set()


def check_work(scenario: Scenario, regimes: int, pairs: int) -> None:
    """Refuse what would cost the server too much.

    Raises:
        TooMuch: more than `MOST_WORK` person-ticks; names the number of pairs that would do.
    """
    ticks = steps(scenario)
    one = scenario.world.people * ticks * regimes
    if one * pairs > MOST_WORK:
        fitting = int(MOST_WORK // one)
        advice = (f"ask for {fitting} {'pair' if fitting == 1 else 'pairs'} or fewer" if fitting
                  else "choose fewer people or a shorter time")
        raise TooMuch(f"{pairs} pairs of {scenario.world.people:,} people over {ticks:,} steps is more than "
                      f"this server runs for one visitor; {advice}, or use `regimes compare` on your own machine")


def _said(error: Exception) -> str:
    text: Any = error.args[0] if error.args else ""
    return text if isinstance(text, str) and text else "the run stopped with a fault of the program"
