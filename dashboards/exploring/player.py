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
        at: the tick to begin at.
    """

    def __init__(self, scenario: Scenario, regimes: tuple[str, ...], seed: int, nodes: int,
                 told: Callable[[Moment], None], *, at: int = 0) -> None:
        self._scenario, self._regimes, self._seed, self._nodes, self._told = scenario, regimes, seed, nodes, told
        self.ticks = scenario.ticks
        self.tick = min(max(0, int(at)), self.ticks)
        self.speed = 5
        self.playing = False
        self.problem = ""
        self._worlds: dict[str, World] = {}
        self._maps: dict[str, LivingMap] = {}
        self._kept: OrderedDict[int, dict[str, Frame]] = OrderedDict()
        self._bytes = 0
        self._wanted: int | None = None
        self._again = True
        self._heard = time.monotonic()
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._over = True

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
        self.show()

    def pause(self) -> None:
        with self._changed:
            self.playing = False
        self.show()

    def seek(self, tick: int) -> None:
        """Show this tick, before or after the present one."""
        with self._changed:
            self._wanted = min(max(0, int(tick)), self.ticks)
            self.playing = False
        self._wake()

    def step(self, ticks: int = 1) -> None:
        """So many ticks on, or back."""
        with self._changed:
            self.seek((self.tick if self._wanted is None else self._wanted) + ticks)

    def show(self) -> None:
        """Show the present moment again."""
        with self._changed:
            self._again = True
        self._wake()

    def close(self) -> None:
        """Stop for good and keep nothing; a step under way is finished first."""
        with self._changed:
            self._closed = True
            self.playing = False
            if self._over:
                self._forget()
            self._changed.notify_all()

    def join(self, timeout: float) -> bool:
        """Whether nothing of it is running any more, within `timeout` seconds."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    @property
    def bytes(self) -> int:
        """Bytes of frames kept now."""
        return self._bytes

    def _wake(self) -> None:
        with self._changed:
            self._heard = time.monotonic()
            if self._closed:
                return
            self.problem = ""
            if self._over:
                self._over = False
                self._thread = threading.Thread(target=self._run, daemon=True, name="player")
                self._thread.start()
            self._changed.notify_all()

    def _run(self) -> None:
        due, owed = time.monotonic(), 0.0
        while self._waited():
            try:
                if self._asked():
                    due, owed = time.monotonic(), 0.0
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
                self._worlds = {}  # they may stand at different ticks
                self._tell({})

    def _waited(self) -> bool:
        """Wait until there is something to do; False when the thread is to end, with nothing kept of the worlds."""
        with self._changed:
            while not self._closed:
                if self._wanted is not None or self._again:
                    return True
                left = self._heard + IDLE - time.monotonic()
                if self.playing and left > 0:
                    return True
                if left <= 0:  # nobody is watching; the next word starts a thread again
                    if self.playing:
                        self.playing = False
                        self._tell({})
                    break
                self._changed.wait(timeout=left)
            self._forget()
            self._over = True
            return False

    def _asked(self) -> bool:
        """Show what was asked for, if anything was."""
        with self._changed:
            wanted, again = self._wanted, self._again
            self._wanted, self._again = None, False
        if wanted is None and not again:
            return False
        self._show(self.tick if wanted is None else wanted)
        return True

    def _show(self, tick: int) -> None:
        frames = self.moment(tick)
        if frames is not None and not self._closed:
            self.tick = tick
            self._tell(frames)

    def _tell(self, frames: dict[str, Frame]) -> None:
        self._told(Moment(self.tick, self.ticks, self.playing, frames, self.problem))

    def moment(self, tick: int) -> dict[str, Frame] | None:
        """The frames of a tick, from memory or by stepping there; None if another was asked for on the way.

        Every tick on the way is drawn, since a network shows what is new since the one before.
        """
        if tick in self._kept:
            return self._kept[tick]
        if not self._worlds or any(world.tick > tick for world in self._worlds.values()):
            self._start()
        while True:
            at = next(iter(self._worlds.values())).tick
            frames = {name: self._maps[name].frame(world) for name, world in self._worlds.items()}
            self._keep(at, frames)
            if at >= tick:
                return frames
            if self._closed or self._wanted is not None:
                return None
            for world in self._worlds.values():
                world.step()

    def _forget(self) -> None:
        self._worlds, self._kept, self._bytes = {}, OrderedDict(), 0

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
