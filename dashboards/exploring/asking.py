"""The runs of a choice, as a page sees them: at once where they are kept, else as they come; and those before."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import solara

from dashboards.choice import Choice, ChoiceError
from dashboards.telling.recording import Progress, read

if TYPE_CHECKING:
    from dashboards.runner import Job
    from simulation.comparison import Comparison
    from simulation.scenario import Scenario

OFTEN, SELDOM = 0.1, 1.5
"""Seconds between two looks at runs under way, and between two pictures of them."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What a page knows of a choice.

    Attributes:
        scenario: None where the choice is no scenario. problem: why there are no runs; empty where all is well.
        comparison: the latest with a complete pair: of this choice or, until its first pair is there, of the one before
            (`stale`). before: the comparison that was shown before this choice, for a replay of the change.
        cancel, again: stop the runs; go on with those that are missing.
    """

    scenario: Scenario | None
    comparison: Comparison | None
    before: Comparison | None
    stale: bool
    progress: Progress
    problem: str
    cancel: Callable[[], None]
    again: Callable[[], None]


def begin(choice: Choice, visitor: str) -> tuple[Scenario | None, Job | None, str]:
    """The scenario of a choice, its runs in the queue, and what is wrong in words where something is."""
    from dashboards.runner import TooMuch
    from dashboards.services import services

    try:
        scenario = choice.scenario_of()
    except ChoiceError as error:
        return None, None, str(error)
    regimes = [scenario.regimes[name] for name in scenario.compare]
    try:
        return scenario, services().runner.ask(scenario, regimes, scenario.pairs, scenario.seed, visitor=visitor), ""
    except TooMuch as error:
        return scenario, None, str(error)


def use_runs(choice: Choice, token: str) -> Asked:
    """The runs of a choice for as long as it is on the page; a hook.

    Args: `token` tells choices apart; the same token asks nothing again.
    """
    visitor = solara.get_kernel_id()
    attempt, set_attempt = solara.use_state(0)
    asked = f"{attempt} {token}"
    progress, set_progress = solara.use_state((asked, Progress()))
    shown, before = solara.use_ref(None), solara.use_ref(None)  # type: ignore[var-annotated]
    shown_of = solara.use_ref("")
    scenario, job, problem = solara.use_memo(lambda: begin(choice, visitor), [asked])

    def follow() -> Callable[[], None] | None:
        if job is None or job.over:
            return None
        gone = threading.Event()

        def watch() -> None:
            told, pairs = time.monotonic(), 0
            while not gone.is_set():
                over = job.wait(OFTEN)
                if gone.is_set():
                    return
                # The first pair at once, then seldom: every picture of thirty visitors costs the others' time.
                if over or (job.complete and not pairs) or time.monotonic() - told > SELDOM:
                    told, pairs = time.monotonic(), job.complete
                    set_progress((asked, read(job)))
                if over:
                    return

        threading.Thread(target=watch, daemon=True).start()

        def leave() -> None:
            gone.set()
            job.cancel()
        return leave

    solara.use_effect(follow, [asked])
    now = read(job) if job is not None and job.over else progress[1] if progress[0] == asked else Progress()
    found = solara.use_memo(lambda: job.comparison() if job is not None else None, [asked, now.complete])
    if found is not None:
        if shown_of.current != token:
            before.current, shown_of.current = shown.current, token
        shown.current = found

    def cancel() -> None:
        if job is not None:
            job.cancel()

    return Asked(scenario, shown.current, before.current, shown_of.current != token, now, problem, cancel,
                 lambda: set_attempt(attempt + 1))


def leave(visitor: str) -> None:
    """The visitor has left the page: nothing more is run for them."""
    from dashboards.services import services

    services().runner.leave(visitor)
