"""The workers of a Dask cluster: one that runs somewhere, by the address of its scheduler, or a small one made here."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from simulation.experiments.pools import Lost, Outcome, SweepError
from simulation.experiments.running import Batch, run_batch

LOCAL = "local"
"""Said in place of an address: a scheduler and workers on this computer."""
BATCH_SECONDS = 10.0
PATIENCE = 10.0
"""Seconds for a scheduler to answer, and for its first worker to come."""
ALONE = 60.0
"""Seconds without any worker after which none is expected any more."""
POLL, ASK = 0.05, 2.0
"""Seconds between looks at tasks, and at how many workers there are."""


class DaskPool:
    """Batches as tasks of `distributed`. What a worker had that dies goes to others by itself.

    Args:
        address: of a scheduler, such as `tcp://10.0.0.5:8786`, or `local`.
        workers: processes of a local cluster.

    Raises SweepError where the library is missing or nobody answers.
    """

    def __init__(self, address: str, workers: int) -> None:
        try:
            import distributed
        except ImportError:
            raise SweepError("--cluster needs Dask: pip install 'care-regimes[sweeps]'") from None
        self.batch_seconds = BATCH_SECONDS
        self._address = address
        self._cluster: Any = None
        self._under_way: dict[Any, Batch] = {}
        self._last_seen = time.monotonic()
        self._asked, self._threads = 0.0, 0
        for name in ("distributed", "distributed.nanny", "distributed.worker", "distributed.scheduler",
                     "distributed.core", "distributed.client", "tornado.application"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said by us, once
        if address != LOCAL:
            _knock(address)
        else:
            with _deaf():
                self._cluster = distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None,
                    silence_logs=logging.CRITICAL)
        try:
            self._client = distributed.Client(self._cluster or address, timeout=PATIENCE, set_as_default=False)
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            with suppress(Exception):
                self._client.close(timeout=1)
            raise SweepError(_unreachable(address, error)) from None

    @property
    def workers(self) -> int:
        """Threads of all workers: each takes one batch at a time."""
        return max(1, self._workers())

    def _workers(self) -> int:
        """Threads of all workers, asked for now and then."""
        if time.monotonic() - self._asked > ASK:
            self._asked = time.monotonic()
            with suppress(Exception):  # a scheduler that is gone is noticed elsewhere
                self._threads = sum(self._client.nthreads().values())
        return self._threads

    @property
    def busy(self) -> int:
        return len(self._under_way)

    def submit(self, batch: Batch) -> None:
        self._still_there()
        # Not pure: two sweeps may ask the same cluster for the same batch, and each must get its own answer.
        self._under_way[self._client.submit(run_batch, batch, pure=False)] = batch

    def finished(self, timeout: float) -> list[tuple[Batch, Outcome]]:
        until = time.monotonic() + timeout
        while True:
            done = [future for future in self._under_way if future.status != "pending"]
            if done or not self._under_way or time.monotonic() >= until:
                break
            time.sleep(POLL)
        self._still_there()
        return [(self._under_way.pop(future), self._outcome(future)) for future in done]

    def _outcome(self, future: Any) -> Outcome:
        import distributed

        try:
            return future.result(timeout=60)
        except distributed.KilledWorker:
            return Lost()
        except (distributed.CancelledError, distributed.comm.CommClosedError, OSError, TimeoutError):
            self._still_there()
            return Lost(frozenset())
        except Exception as error:
            return error

    def _still_there(self) -> None:
        """Raises SweepError where the scheduler is gone, or for long all workers."""
        lost = self._client.status != "running" or any(f.status == "cancelled" for f in self._under_way)
        if not lost and self._workers():
            self._last_seen = time.monotonic()
        elif not lost and time.monotonic() - self._last_seen > ALONE:
            self._under_way.clear()
            raise SweepError(f"the cluster at {self._address} has had no workers for {ALONE:.0f} s. What is in the "
                             "store stays there, and the same command goes on from it")
        if lost:
            self._under_way.clear()
            raise SweepError(f"the scheduler at {self._address} was lost. What is in the store stays there, and the "
                             "same command goes on from it")

    def withdraw(self) -> None:
        """Nothing: what nobody has begun cannot be told from what has, and none of it takes long."""

    def close(self) -> None:
        with suppress(Exception):
            self._client.cancel(list(self._under_way))
        with suppress(Exception):
            self._client.close(timeout=5)
        if self._cluster is not None:
            with suppress(Exception):
                self._cluster.close(timeout=5)


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes that are made meanwhile do not hear Ctrl-C, which is the business of this one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _knock(address: str) -> None:
    """Raises SweepError where nobody listens: a client that was never connected would complain for long as it goes."""
    import socket
    from urllib.parse import urlsplit

    try:
        where = urlsplit(address if "://" in address else f"tcp://{address}")
        if where.scheme not in ("tcp", "tls"):
            return
        if where.hostname is None or where.port is None:
            raise ValueError("it needs a host and a port")
        socket.create_connection((where.hostname, where.port), PATIENCE).close()
    except (OSError, ValueError) as error:
        raise SweepError(_unreachable(address, error)) from None


def _unreachable(address: str, error: Exception) -> str:
    if address == LOCAL:
        return f"no Dask cluster could be started on this computer: {error}"
    return (f"no Dask scheduler with workers answers at {address!r} ({error}). An address is such as "
            "'tcp://10.0.0.5:8786', as `dask scheduler` prints it; or say 'local'")
