"""The runs of a choice, as a page sees them: at once where they are kept, else as they come; and those before."""

from __future__ import annotations

import threading
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

OFTEN = 0.25
"""Seconds between two looks at runs under way."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What a page knows of a choice.

    Attributes:
        scenario: None where the choice is no scenario; `problem` says why.
        comparison: the latest with a complete pair: of this choice or, until its first pair is there, of the one before
            (`stale`). before: the comparison that was shown before this choice, for a replay of the change.
    """

    scenario: Scenario | None
    comparison: Comparison | None
    before: Comparison | None
    stale: bool
    progress: Progress
    problem: str
    cancel: Callable[[], None]


def begin(choice: Choice, visitor: str) -> tuple[Scenario | None, Job | None, str]:
    """The scenario of a choice and its runs in the queue; or what is wrong, in words."""
    from dashboards.runner import TooMuch
    from dashboards.services import services

    try:
        scenario = choice.scenario_of()
        regimes = [scenario.regimes[name] for name in scenario.compare]
        return scenario, services().runner.ask(scenario, regimes, scenario.pairs, scenario.seed, visitor=visitor), ""
    except (ChoiceError, TooMuch) as error:
        return None, None, str(error)


def use_runs(choice: Choice, token: str) -> Asked:
    """The runs of a choice for as long as it is on the page; a hook.

    Args: `token` tells choices apart; the same token asks nothing again.
    """
    visitor = solara.get_kernel_id()
    progress, set_progress = solara.use_state((token, Progress()))
    shown, before = solara.use_ref(None), solara.use_ref(None)  # type: ignore[var-annotated]
    shown_of = solara.use_ref("")
    scenario, job, problem = solara.use_memo(lambda: begin(choice, visitor), [token])

    def follow() -> Callable[[], None] | None:
        if job is None or job.over:
            return None
        gone = threading.Event()

        def watch() -> None:
            seen = -1
            while not gone.is_set():
                over = job.wait(OFTEN)
                if gone.is_set():
                    return
                if over or job.done != seen:
                    seen = job.done
                    set_progress((token, read(job)))
                if over:
                    return

        threading.Thread(target=watch, daemon=True).start()

        def leave() -> None:
            gone.set()
            job.cancel()
        return leave

    solara.use_effect(follow, [token])
    now = read(job) if job is not None and job.over else progress[1] if progress[0] == token else Progress()
    found = solara.use_memo(lambda: job.comparison() if job is not None else None, [token, now.complete])
    if found is not None:
        if shown_of.current != token:
            before.current, shown_of.current = shown.current, token
        shown.current = found

    def cancel() -> None:
        if job is not None:
            job.cancel()

    return Asked(scenario, shown.current, before.current, found is None, now, problem, cancel)


def leave(visitor: str) -> None:
    """The visitor has left the page: nothing more is run for them."""
    from dashboards.services import services

    services().runner.leave(visitor)
