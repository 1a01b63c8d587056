"""Many runs at once on threads, in the order given; when stopped, what came to its end by then is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

Progress = Callable[[int, int], None]
"""Called with (done, in all)."""


def work(tasks: Sequence[Task], do: Callable[[Task, threading.Event], Result], threads: int, *,
         progress: Progress | None = None, stop: threading.Event | None = None
         ) -> tuple[dict[int, Result], KeyboardInterrupt | None]:
    """Do every task, `threads` of them at once.

    Args:
        tasks: begun in this order.
        do: called with a task and an event that is set when the task should end early, by raising something.
        progress: called after every task, in the caller's thread.
        stop: set it to stop soon. It stays the caller's: nothing here sets it.

    Returns:
        Results by position in `tasks`, only of those that came to their end; and the KeyboardInterrupt that stopped
        the work, if one did.

    Raises:
        Whatever a task raises before the work is stopped; the others are told to end and are waited for.
    """
    halt = threading.Event()  # our own: an error or Ctrl-C here must not set an event that belongs to the caller
    done: dict[int, Result] = {}
    interrupted: KeyboardInterrupt | None = None
    with ThreadPoolExecutor(max(1, min(threads, len(tasks))), thread_name_prefix="run") as pool:
        waiting: dict[Future[Result], int] = {pool.submit(do, task, halt): at for at, task in enumerate(tasks)}
        try:
            while waiting and not (stop is not None and stop.is_set()):
                for future in wait(waiting, timeout=0.1, return_when=FIRST_COMPLETED).done:
                    done[waiting.pop(future)] = future.result()
                    if progress is not None:
                        progress(len(done), len(tasks))
        except KeyboardInterrupt as error:
            interrupted = error
        finally:
            halt.set()
            pool.shutdown(wait=True, cancel_futures=True)
        for future, at in waiting.items():  # what was under way and came to its end all the same
            if not future.cancelled() and future.exception() is None:
                done[at] = future.result()
    return done, interrupted
