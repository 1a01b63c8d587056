"""Worker processes on this computer."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path

from simulation.experiments.pools import Lost, Outcome, SweepError
from simulation.experiments.running import Batch, Filled, run_batch

BATCH_SECONDS = 4.0
STILLBORN = 3
"""Times that all workers may die without having begun anything, before it is taken for a fault of the set-up."""

_journal: int | None = None


class LocalPool:
    """So many processes, each with the compiled model from the cache. They end when this process ends, however it ends.

    Each notes in a file which run it begins, so that after a death the run that may have caused it is known.
    """

    def __init__(self, workers: int) -> None:
        self.batch_seconds = BATCH_SECONDS
        self._size = workers
        self._stillborn = 0
        self._pool: ProcessPoolExecutor | None = None
        self._under_way: dict[Future[Filled], Batch] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="care-regimes-")
        self._notes = Path(self._folder.name) / "begun"
        self._start()

    def _start(self) -> None:
        self._notes.write_bytes(b"")
        methods = multiprocessing.get_all_start_methods()
        # Not fork: a copy of this process would take locks of its threads along.
        context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if context.get_start_method() == "forkserver":
            context.set_forkserver_preload(["simulation.engine", "simulation.experiments.localpool", "pyarrow",
                                            "simulation.scenario"])
        self._pool = ProcessPoolExecutor(self._size, mp_context=context, initializer=_begin,
                                         initargs=(str(self._notes),))

    @property
    def workers(self) -> int:
        return self._size

    @property
    def busy(self) -> int:
        return len(self._under_way)

    def submit(self, batch: Batch) -> None:
        assert self._pool is not None
        try:
            self._under_way[self._pool.submit(_work, batch)] = batch
        except BrokenProcessPool as error:  # it died a moment ago; `finished` will hand this back with the others
            broken: Future[Filled] = Future()
            broken.set_exception(error)
            self._under_way[broken] = batch

    def finished(self, timeout: float) -> list[tuple[Batch, Outcome]]:
        done = wait(self._under_way, timeout, return_when=FIRST_COMPLETED).done
        if any(isinstance(future.exception(), BrokenProcessPool) for future in done if not future.cancelled()):
            return self._after_death()
        return [(self._under_way.pop(future), _outcome(future)) for future in done]

    def _after_death(self) -> list[tuple[Batch, Outcome]]:
        """Everything under way, as it ended or as lost; with new workers in place of the dead."""
        wait(self._under_way, 30)  # the pool fails them all, one after the other
        whole = [(batch, future.result()) for future, batch in self._under_way.items()
                 if future.done() and not future.cancelled() and future.exception() is None]
        begun = self._last_begun()
        self._stillborn = 0 if begun or whole else self._stillborn + 1
        if self._stillborn >= STILLBORN:
            raise SweepError("the worker processes end before they begin a run. In a script, call sweep below "
                             "`if __name__ == \"__main__\":`; else see whether there is memory for "
                             f"{self._size} processes, and try --workers 1")
        ended = {id(batch) for batch, _ in whole}
        lost: list[tuple[Batch, Outcome]] = [
            (batch, Lost(begun & {job.run for job in batch.jobs})) for batch in self._under_way.values()
            if id(batch) not in ended]
        self._under_way.clear()
        self._end()
        self._start()
        return [*whole, *lost]

    def _last_begun(self) -> frozenset[str]:
        """The run that each process began last: those under way when the first of them died."""
        last = {}
        for line in self._notes.read_text("ascii", "replace").splitlines():
            process, _, run = line.partition(" ")
            last[process] = run
        return frozenset(last.values())

    def withdraw(self) -> None:
        for future in list(self._under_way):
            if future.cancel():
                del self._under_way[future]

    def _end(self) -> None:
        if self._pool is not None:
            for process in list((getattr(self._pool, "_processes", None) or {}).values()):
                with suppress(OSError, ValueError, AttributeError):
                    process.kill()
            self._pool.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        if self._under_way:
            self._end()
        elif self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        with suppress(OSError):
            self._folder.cleanup()


def _outcome(future: Future[Filled]) -> Outcome:
    if future.cancelled():
        return Lost(frozenset())
    error = future.exception()
    if error is None:
        return future.result()
    return error if isinstance(error, Exception) else SweepError(str(error))


def _begin(notes: str) -> None:
    """In a new worker: Ctrl-C is the parent's business, and without a parent there is nothing to do."""
    global _journal
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _journal = os.open(notes, os.O_WRONLY | os.O_APPEND)


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    from multiprocessing.connection import wait as wait_for

    wait_for([parent.sentinel])
    os._exit(1)


def _note(run: str) -> None:
    if _journal is not None:
        os.write(_journal, f"{os.getpid()} {run}\n".encode())


def _work(batch: Batch) -> Filled:
    return run_batch(batch, _note)
