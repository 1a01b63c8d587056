"""The runs of a story: asked for when it is opened, shown as they come, cancelled when it is left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import solara

from dashboards.telling import stories

if TYPE_CHECKING:
    from dashboards.runner import Job
    from simulation.comparison import Comparison

OFTEN = 0.5
"""Seconds between two looks at a recording under way."""


@dataclass(frozen=True)
class Progress:
    """How far a recording is.

    Attributes:
        done, total: runs. complete, pairs: pairs that are whole, and that were asked for.
        state: `asking` until the queue has it; then as of `runner.Job`.
        problem: why there is nothing; empty where all is well.
    """

    state: str = "asking"
    done: int = 0
    total: int = 0
    complete: int = 0
    pairs: int = 0
    problem: str = ""

    @property
    def over(self) -> bool:
        return self.state in ("done", "cancelled", "failed")

    @property
    def says(self) -> str:
        """In words for the page; empty when everything is there."""
        if self.problem:
            return self.problem
        if self.state == "done":
            return ""
        if self.state == "cancelled":
            return (f"Recording stopped: {self.done} of {self.total} runs are kept." if self.done else
                    "Recording stopped before the first run.")
        if self.state == "failed":
            return "The recording met a fault of the program."
        if not self.total:
            return "Looking for recorded runs"
        return f"Recording {self.done} of {self.total} runs"


@dataclass(frozen=True, eq=False)
class Recording:
    """A story's runs as a page sees them.

    Attributes:
        comparison: of the pairs that are whole; None before the first.
        cancel, again: stop it; begin again, with what is kept.
    """

    progress: Progress
    comparison: Comparison | None
    cancel: Callable[[], None]
    again: Callable[[], None]


def read(job: Job) -> Progress:
    """How far a job is now."""
    return Progress(job.state, job.done, job.total, job.complete, job.pairs,
                    job.error if job.state == "failed" else "")


def ask(name: str, visitor: str) -> Job:
    """Put a story's runs in the queue; they are kept on disk.

    Raises dashboards.runner.TooMuch where the server takes no more.
    """
    from dashboards.services import services

    scenario = stories.story(name)
    return services().runner.ask(scenario, stories.regimes_needed(scenario), scenario.pairs, scenario.seed,
                                 visitor=visitor, durable=True)


def use_recording(name: str) -> Recording:
    """The recording of a story, for as long as the component is on the page."""
    progress, set_progress = solara.use_state(Progress())
    attempt, set_attempt = solara.use_state(0)
    job = solara.use_ref(None)  # type: ignore[var-annotated]
    visitor = solara.get_kernel_id()

    def follow() -> Callable[[], None]:
        gone = threading.Event()
        # A thread of this visitor's own: what it sets reaches this visitor's page and no other.
        threading.Thread(target=_follow, args=(name, visitor, job, gone, set_progress), daemon=True).start()

        def leave() -> None:
            gone.set()
            if job.current is not None:
                job.current.cancel()
        return leave

    solara.use_effect(follow, [name, attempt])

    def comparison() -> Comparison | None:
        return job.current.comparison() if job.current is not None else None

    found = solara.use_memo(comparison, [name, attempt, progress.complete])

    def cancel() -> None:
        if job.current is not None:
            job.current.cancel()

    def again() -> None:
        set_progress(Progress())
        set_attempt(attempt + 1)

    return Recording(progress, found, cancel, again)


def _follow(name: str, visitor: str, job: solara.Ref, gone: threading.Event,  # type: ignore[name-defined]
            tell: Callable[[Progress], None]) -> None:
    from dashboards.runner import TooMuch

    try:
        asked = ask(name, visitor)
    except TooMuch as error:
        if not gone.is_set():
            tell(replace(Progress("failed"), problem=str(error)))
        return
    job.current = asked
    if gone.is_set():
        asked.cancel()
        return
    while True:
        over = asked.wait(OFTEN)
        if gone.is_set():
            return
        tell(read(asked))
        if over:
            return
