"""Progress with the time left, on stderr, for anything that takes longer than a moment."""

from __future__ import annotations

import sys
import threading
import time

PATIENCE = 1.0
"""Seconds of silence first: what is done by then needs no progress bar."""
LINE_EVERY = 10.0
"""Seconds between lines where there is no terminal to draw a bar on."""


class Meter:
    """Says how far a piece of work is: a bar on a terminal, a line now and then elsewhere, nothing when quiet.

    Call `update(done, total)` from any thread, with a note such as "3 failed" if there is something to say; the first
    second passes in silence. `before` says how much was there at the beginning, which took no time.
    """

    def __init__(self, what: str, quiet: bool = False) -> None:
        self.what = what
        self._quiet = quiet
        self._begun = time.monotonic()
        self._done, self._total = 0, 0
        self._note = ""
        self._before = 0
        self._bar = None
        self._task = None
        self._over = False
        self._lock = threading.Lock()
        self._next_line = self._begun + LINE_EVERY
        self._timer = threading.Timer(PATIENCE, self._show)
        self._timer.daemon = True

    def __enter__(self) -> Meter:
        if not self._quiet:
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._over = True
            if self._bar is not None:
                self._bar.stop()

    def update(self, done: int, total: int, note: str = "", before: int = 0) -> None:
        with self._lock:
            self._done, self._total, self._note, self._before = done, total, note, before
            if self._over or self._quiet:
                return
            if self._bar is not None:
                self._bar.update(self._task, completed=done, total=total or None, description=self._said())
            elif done < total and not _drawable() and time.monotonic() >= self._next_line:
                self._next_line = time.monotonic() + LINE_EVERY
                print(f"{self._said()}: {done} of {total}{self._left()}", file=sys.stderr, flush=True)

    def _said(self) -> str:
        return f"{self.what} ({self._note})" if self._note else self.what

    def _left(self) -> str:
        made = self._done - self._before
        spent = time.monotonic() - self._begun
        return f", about {spent / made * (self._total - self._done):.0f} s left" if made > 0 else ""

    def _show(self) -> None:
        if not _drawable():
            with self._lock:
                if not self._over:
                    print(f"{self.what} ...", file=sys.stderr, flush=True)
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from simulation.cli.screen import console

        bar = Progress(TextColumn("{task.description}"), BarColumn(bar_width=24, complete_style="cyan"),
                       MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("left"), console=console(error=True),
                       transient=True)
        with self._lock:
            if self._over:
                return
            self._task = bar.add_task(self._said(), total=self._total or None, completed=self._done)
            bar.start()
            self._bar = bar


def _drawable() -> bool:
    import os

    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
