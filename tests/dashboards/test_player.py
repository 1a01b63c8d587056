"""Live stepping: the frames are those of an uninterrupted run, backwards as well, and nothing runs on for nobody."""

from __future__ import annotations

import threading
import time

import pytest

from dashboards.choice import Choice
from dashboards.exploring import player as module
from dashboards.exploring.player import Moment, Player
from dashboards.living import LivingMap
from simulation.engine import World

WEEKS = 12


@pytest.fixture(scope="module")
def scenario():
    return Choice(people=500, years=0.25, pairs=1).scenario_of()


class Seen:
    """What a page would be told."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self._told = threading.Condition()

    def __call__(self, moment: Moment) -> None:
        with self._told:
            self.moments.append(moment)
            self._told.notify_all()

    def until(self, true, seconds: float = 30) -> Moment:
        end = time.monotonic() + seconds
        with self._told:
            while not (self.moments and true(self.moments[-1])):
                assert self._told.wait(end - time.monotonic()), "nothing more was told"
            return self.moments[-1]


@pytest.fixture
def made(scenario):
    seen = Seen()
    player = Player(scenario, tuple(scenario.compare), 1, 60, seen)
    yield player, seen
    player.close()


def straight(scenario, tick: int) -> dict[str, bytes]:
    """The frames of a tick in a run that nobody interrupts."""
    found = {}
    for name in scenario.compare:
        world = World(scenario, name, 1)
        living = LivingMap.of(world, 60)
        frame = living.frame(world)
        for _ in range(tick):
            world.step()
            frame = living.frame(world)
        found[name] = frame.data
    return found


def data(moment: Moment) -> dict[str, bytes]:
    return {name: frame.data for name, frame in moment.frames.items()}


def test_steps_forward_and_back_are_those_of_a_straight_run(made, scenario):
    player, seen = made
    player.seek(WEEKS)
    there = data(seen.until(lambda m: m.tick == WEEKS))
    assert there == straight(scenario, WEEKS)
    player.seek(3)
    back = data(seen.until(lambda m: m.tick == 3))
    assert back == straight(scenario, 3) and back != there
    player.step(1)
    assert data(seen.until(lambda m: m.tick == 4)) == straight(scenario, 4)
    player.seek(WEEKS)
    assert data(seen.until(lambda m: m.tick == WEEKS)) == there


def test_what_memory_forgot_is_run_again(made, scenario, monkeypatch):
    monkeypatch.setattr(module, "MEMORY", 1)
    player, seen = made
    player.seek(8)
    seen.until(lambda m: m.tick == 8)
    assert len(player._kept) == 1
    player.seek(2)
    assert data(seen.until(lambda m: m.tick == 2)) == straight(scenario, 2)


def test_it_plays_to_the_end_and_stops_there(made, scenario):
    player, seen = made
    player.play(20)
    last = seen.until(lambda m: m.tick == scenario.ticks)
    assert not last.playing
    ticks = [m.tick for m in seen.moments]
    assert ticks == sorted(ticks)


def test_pause_holds_it(made):
    player, seen = made
    player.play(20)
    seen.until(lambda m: m.tick >= 2)
    player.pause()
    time.sleep(0.3)
    held = player.tick
    time.sleep(0.4)
    assert player.tick == held


def test_a_fault_stops_this_player_with_a_message(made, monkeypatch):
    player, seen = made
    monkeypatch.setattr(player, "moment", lambda tick: 1 / 0)
    player.play(20)
    told = seen.until(lambda m: m.problem != "")
    assert "stopped" in told.problem and not told.playing


def test_a_closed_player_ends_its_thread(made):
    player, seen = made
    player.play(20)
    seen.until(lambda m: m.tick >= 1)
    player.close()
    player._thread.join(5)
    assert not player._thread.is_alive()
    told = len(seen.moments)
    player.play()
    time.sleep(0.2)
    assert len(seen.moments) == told
