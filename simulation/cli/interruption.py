"""Ctrl-C: the first asks the runs to stop and keeps what is complete, the second ends at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

from simulation.cli.faults import STOPPED

SHOW_CURSOR = "\x1b[?25h"


class Interruption:
    """A context in which Ctrl-C raises KeyboardInterrupt while `at_once` is true, and sets `stop` once it is false.

    It begins with `at_once`, because at first there is nothing complete that could be kept; `kept` says what is kept
    afterwards, `at_second` what is said to whoever presses it twice. Outside the main thread Python gives no signals:
    there the context changes nothing.
    """

    def __init__(self, kept: str = "the complete pairs are kept", at_second: str = "Nothing was written.") -> None:
        self.kept = kept
        self.at_second = at_second
        self.stop = threading.Event()
        self.at_once = True
        self._before: object = None

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self.stop.is_set():
            # Threads are still in compiled code and would hold up a polite exit.
            if sys.stderr.isatty():
                os.write(2, SHOW_CURSOR.encode())
            os.write(2, f"\nStopped at once. {self.at_second}\n".encode())
            os._exit(STOPPED)
        self.stop.set()
        if self.at_once:
            raise KeyboardInterrupt
        os.write(2, f"\nStopping; {self.kept}. Ctrl-C again ends at once.\n".encode())
