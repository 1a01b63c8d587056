"""Live stepping: one world a regime, the same people and the same luck, moved by a frame clock and shown as it moves.

A run is a pure function of its seed, so what was passed can be shown again from memory or, where memory was bounded,
by running it once more.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboards.living import Frame, LivingMap
    from simulation.engine import World
    from simulation.scenario import Scenario

FRAMES_A_SECOND = 10
SPEEDS = (1, 2, 5, 10, 20)
"""Ticks a second."""
MEMORY = 32 * 2**20
"""Bytes of frames that one player keeps, at most."""
IDLE = 600.0
"""Seconds without a word from the page after which playing stops."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Moment:
    """What is on the screen: a tick of every regime. `tick` 0 is the start."""

    tick: int
    ticks: int
    playing: bool
    frames: dict[str, Frame]
    problem: str = ""


class Player:
    """Steps the worlds of a scenario together.

    Args:
        regimes: names, in order. seed: of the run that is shown. nodes: of the living network.
        told: called from the player's thread with every moment to show.
    """

    def __init__(self, scenario: Scenario, regimes: tuple[str, ...], seed: int, nodes: int,
                 told: Callable[[Moment], None]) -> None:
        self._scenario, self._regimes, self._seed, self._nodes, self._told = scenario, regimes, seed, nodes, told
        self.ticks = scenario.ticks
        self.tick = 0
        self.speed = 5
        self.playing = False
        self.problem = ""
        self._worlds: dict[str, World] = {}
        self._maps: dict[str, LivingMap] = {}
        self._kept: OrderedDict[int, dict[str, Frame]] = OrderedDict()
        self._bytes = 0
        self._wanted: int | None = 0
        self._heard = time.monotonic()
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def scenes(self) -> dict[str, dict]:
        """What `Network.scene` takes, by regime; empty before the first moment."""
        return {name: living.scene for name, living in self._maps.items()}

    def play(self, speed: int | None = None) -> None:
        """Go on, at so many ticks a second; from the start if the end had been reached."""
        with self._changed:
            if speed is not None:
                self.speed = min(max(1, int(speed)), SPEEDS[-1])
            if self.tick >= self.ticks:
                self.tick = 0
            self.playing = True
        self._wake()

    def pause(self) -> None:
        with self._changed:
            self.playing = False
        self._wake()

    def seek(self, tick: int) -> None:
        """Show this tick, before or after the present one."""
        with self._changed:
            self._wanted = min(max(0, int(tick)), self.ticks)
            self.playing = False
        self._wake()

    def step(self, ticks: int = 1) -> None:
        """So many ticks on, or back."""
        self.seek(self.tick + ticks)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self.playing = False
            self._changed.notify_all()

    def show(self) -> None:
        """Show the present moment again."""
        self.seek(self.tick)

    def _wake(self) -> None:
        with self._changed:
            self._heard = time.monotonic()
            if self._closed:
                return
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, daemon=True, name="player")
                self._thread.start()
            self._changed.notify_all()

    def _run(self) -> None:
        due, owed = time.monotonic(), 0.0
        while True:
            with self._changed:
                while not self._closed and not self.playing and self._wanted is None:
                    if not self._changed.wait(timeout=IDLE):
                        return  # nobody is watching; the next word starts the thread again
                    due, owed = time.monotonic(), 0.0
                if self._closed:
                    return
                wanted, self._wanted = self._wanted, None
                if time.monotonic() - self._heard > IDLE:
                    self.playing = False
            try:
                if wanted is not None:
                    self._show(wanted)
                    continue
                due += 1 / FRAMES_A_SECOND
                pause = due - time.monotonic()
                if pause > 0:
                    time.sleep(pause)
                else:
                    due = time.monotonic()  # slower than the clock: no catching up
                owed += self.speed / FRAMES_A_SECOND
                if owed >= 1 and self.playing:
                    ahead, owed = int(owed), owed % 1
                    to = min(self.ticks, self.tick + ahead)
                    if to == self.ticks:
                        self.playing = False
                    self._show(to)
            except Exception:
                log.exception("a player failed")
                self.playing, self.problem = False, "Stepping met a fault of the program and has stopped."
                self._tell({})

    def _show(self, tick: int) -> None:
        frames = self.moment(tick)
        if not self._closed:
            self.tick = tick
            self._tell(frames)

    def _tell(self, frames: dict[str, Frame]) -> None:
        self._told(Moment(self.tick, self.ticks, self.playing, frames, self.problem))

    def moment(self, tick: int) -> dict[str, Frame]:
        """The frames of a tick, from memory or by stepping there."""
        if tick in self._kept:
            return self._kept[tick]
        if not self._worlds or any(world.tick > tick for world in self._worlds.values()):
            self._start()
        while True:
            at = next(iter(self._worlds.values())).tick
            frames = {name: self._maps[name].frame(world) for name, world in self._worlds.items()}
            self._keep(at, frames)
            if at >= tick or self._closed:
                return frames
            for world in self._worlds.values():
                world.step()

    def _start(self) -> None:
        from dashboards.living import LivingMap
        from simulation.engine import World

        self._worlds = {name: World(self._scenario, name, self._seed) for name in self._regimes}
        self._maps = {name: LivingMap.of(world, self._nodes) for name, world in self._worlds.items()}

    def _keep(self, tick: int, frames: dict[str, Frame]) -> None:
        if tick in self._kept:
            return
        self._kept[tick] = frames
        self._bytes += sum(len(frame.data) for frame in frames.values())
        while self._bytes > MEMORY and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= sum(len(frame.data) for frame in gone.values())
