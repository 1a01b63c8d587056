"""A workshop's shared state: what the projector shows now, the poll and its votes, and who wants to hear of changes.

Nothing here knows of pages or phones. A vote is a choice under an anonymous ballot token: no name, account or address.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from simulation.scenario import Scenario

MOST_OPTIONS = 6
LONGEST_QUESTION, LONGEST_OPTION = 300, 120
MOST_VOTERS = 500
"""Ballots that one room takes in its life."""
MOST_LISTENERS = 32
"""Windows and projectors that may follow one room at the same time."""

_log = logging.getLogger(__name__)
Reason = Literal["no poll", "late", "closed", "choice", "full"]


class Refused(ValueError):
    """A vote that was not counted. `str()` says to the voter why not; `reason` says it to the program."""

    def __init__(self, reason: Reason, says: str) -> None:
        super().__init__(says)
        self.reason = reason


class RoomsFull(RuntimeError):
    """There are as many workshops as this server keeps, or as many windows as follow one of them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands on the projector.

    Attributes:
        scenario: its name in the catalogue. title: its title.
        number, of: the step shown, counted from 1, and how many there are.
        notes: for the facilitator, never for the projector or a phone. discuss: questions for the room.
        minutes: meant for this step; total_minutes: for all of them; None where nobody said.
        next_step: title of the step after this; None on the last.
        revealed: whether the answer is on the screen.
    """

    scenario: str
    title: str
    number: int
    of: int
    step: str
    text: str = ""
    question: str | None = None
    notes: str | None = None
    discuss: tuple[str, ...] = ()
    minutes: float | None = None
    total_minutes: float | None = None
    next_step: str | None = None
    revealed: bool = False

    @classmethod
    def of_step(cls, scenario: Scenario, number: int, *, revealed: bool = False) -> Shown:
        """The step of a scenario's story with this number, counted from 1. Raises ValueError where there is none."""
        story = scenario.story
        if not 1 <= number <= len(story):
            raise ValueError(f"step {number} of {scenario.name!r} does not exist; accepted: 1 to {len(story)}")
        step = story[number - 1]
        planned = [getattr(each, "minutes", None) for each in story]
        known = [minutes for minutes in planned if minutes is not None]
        return cls(scenario=scenario.name, title=scenario.title, number=number, of=len(story), step=step.title,
                   text=step.text, question=step.question, notes=step.notes,
                   discuss=tuple(getattr(step, "discuss", None) or ()), minutes=planned[number - 1],
                   total_minutes=sum(known) if known else None,
                   next_step=story[number].title if number < len(story) else None, revealed=revealed)


@dataclass(frozen=True, slots=True)
class Poll:
    """A question to the room. `number` tells polls of one room apart; `hidden` keeps the counts from every screen."""

    number: int
    question: str
    options: tuple[str, ...]
    open: bool = True
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """Everything about a room at one moment, consistent in itself.

    Attributes:
        version: grows with every change. counts: votes for each option of the poll, empty without one.
        step_seconds, workshop_seconds: since this step, and the first one, was shown; 0 before.
    """

    version: int
    shown: Shown | None
    poll: Poll | None
    counts: tuple[int, ...]
    step_seconds: float
    workshop_seconds: float

    @property
    def voters(self) -> int:
        return sum(self.counts)


class Room:
    """One workshop. Every method may be called from any thread; listeners are called without the lock held.

    Attributes:
        code: what people type into a phone. key: what opens the facilitator's window; neither leads to the other.
        closed: whether it was culled or closed; a closed room never comes back.
    """

    def __init__(self, code: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.code = code
        self.key = secrets.token_urlsafe(24)
        self.closed = False
        self._clock = clock
        self._lock = threading.RLock()
        self._version = 0
        self._shown: Shown | None = None
        self._began: float | None = None
        self._step_began = 0.0
        self._poll: Poll | None = None
        self._polls = 0
        self._votes: dict[str, int] = {}
        self._ballots: set[str] = set()
        self._listeners: dict[object, Callable[[], None]] = {}
        self.used = clock()

    def look(self) -> View:
        """What is true now."""
        with self._lock:
            now = self._clock()
            began = now if self._began is None else self._began
            return View(self._version, self._shown, self._poll, self.counts(),
                        now - self._step_began if self._shown else 0.0, now - began)

    @property
    def version(self) -> int:
        return self._version

    @property
    def shown(self) -> Shown | None:
        return self._shown

    @property
    def poll(self) -> Poll | None:
        return self._poll

    def show(self, shown: Shown) -> None:
        """Says what the projector shows. The step's clock begins anew with another step, not with a reveal."""
        with self._lock:
            self.touch()
            if shown == self._shown:
                return
            before, now = self._shown, self._clock()
            if before is None or (before.scenario, before.number) != (shown.scenario, shown.number):
                self._step_began = now
            self._began = now if self._began is None else self._began
            self._shown = shown
        self._changed()

    def ask(self, question: str, options: Sequence[str], *, again: bool = False, hidden: bool = False) -> int:
        """Opens a poll and returns its number.

        The same question with the same options goes on with the votes it has, so that a redraw asks nothing twice;
        `again` begins it anew. Votes for an earlier poll are dropped.

        Raises: ValueError for an empty or overlong text, fewer than 2 or more than 6 options, or two that are equal.
        """
        question, texts = " ".join(question.split()), tuple(" ".join(option.split()) for option in options)
        if not 0 < len(question) <= LONGEST_QUESTION:
            raise ValueError(f"a question of {len(question)} letters; accepted: 1 to {LONGEST_QUESTION}")
        if not 2 <= len(texts) <= MOST_OPTIONS:
            raise ValueError(f"{len(texts)} options; accepted: 2 to {MOST_OPTIONS}")
        for text in texts:
            if not 0 < len(text) <= LONGEST_OPTION:
                raise ValueError(f"option {text[:40]!r} has {len(text)} letters; accepted: 1 to {LONGEST_OPTION}")
        if len(set(texts)) < len(texts):
            raise ValueError(f"options {texts!r} are not all different; give each its own words")
        with self._lock:
            self.touch()
            now = self._poll
            if now is not None and not again and (now.question, now.options) == (question, texts):
                return now.number
            self._polls += 1
            self._votes = {}
            self._poll = Poll(self._polls, question, texts, hidden=hidden)
            number = self._polls
        self._changed()
        return number

    def open_poll(self) -> None:
        """Takes votes again. Does nothing without a poll, as the next three do."""
        self._set_poll(open=True)

    def close_poll(self) -> None:
        """Takes no more votes; the counts stay."""
        self._set_poll(open=False)

    def hide_results(self, hidden: bool = True) -> None:
        """Keeps the counts from the projector and the phones, or gives them back."""
        self._set_poll(hidden=hidden)

    def clear_poll(self) -> None:
        """Takes the question off the phones and forgets its votes."""
        with self._lock:
            self.touch()
            if self._poll is None:
                return
            self._poll, self._votes = None, {}
        self._changed()

    def vote(self, ballot: str, poll: int, choice: int) -> None:
        """Counts a ballot's choice (from 0) in the poll of this number, instead of an earlier one of the same ballot.

        Raises: Refused where that poll is not the one asked now, is closed, has no such option, or the room is full.
        """
        with self._lock:
            now = self._poll
            if now is None:
                raise Refused("no poll", "There is no question at the moment. Your vote was not counted.")
            if poll != now.number:
                raise Refused("late", "That question is over and another one has begun. Your vote was not counted; "
                                      "please answer the new question.")
            if not now.open:
                raise Refused("closed", "Voting on this question is closed. Your vote was not counted.")
            if not 0 <= choice < len(now.options):
                raise Refused("choice", f"There is no answer number {choice + 1}; choose one of the "
                                        f"{len(now.options)} on the page.")
            if ballot not in self._ballots:
                if len(self._ballots) >= MOST_VOTERS:
                    raise Refused("full", f"This room has {MOST_VOTERS} voters already and takes no more.")
                self._ballots.add(ballot)
            self.touch()
            if self._votes.get(ballot) == choice:
                return
            self._votes[ballot] = choice
        self._changed()

    def knows(self, ballot: str) -> bool:
        """Whether this ballot has voted in this room."""
        return ballot in self._ballots

    def choice_of(self, ballot: str | None) -> int | None:
        """What this ballot chose in the present poll."""
        return None if ballot is None else self._votes.get(ballot)

    def counts(self) -> tuple[int, ...]:
        """Votes for each option of the present poll, hidden or not; empty without a poll."""
        with self._lock:
            votes = list(self._votes.values())
            return tuple(votes.count(i) for i in range(len(self._poll.options))) if self._poll else ()

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls `callback` after every change, in the thread that made it; the function returned ends that.

        Raises: RoomsFull where too many listen already.
        """
        token = object()
        with self._lock:
            if len(self._listeners) >= MOST_LISTENERS:
                raise RoomsFull(f"{MOST_LISTENERS} windows follow this room already; close one of them")
            self._listeners[token] = callback

        def leave() -> None:
            with self._lock:
                self._listeners.pop(token, None)

        return leave

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def touch(self) -> None:
        """Says that somebody uses the room, which keeps it from being culled."""
        self.used = self._clock()

    def close(self) -> None:
        """Ends the room and tells whoever follows it."""
        self.closed = True
        self._changed()

    def _set_poll(self, **changes: bool) -> None:
        with self._lock:
            self.touch()
            if self._poll is None or (now := replace(self._poll, **changes)) == self._poll:
                return
            self._poll = now
        self._changed()

    def _changed(self) -> None:
        with self._lock:
            self._version += 1
            listeners = list(self._listeners.values())
        for tell in listeners:
            try:
                tell()
            except Exception:  # one listener's fault must reach neither the voter nor another listener
                _log.exception("a window that follows a room failed to redraw")
