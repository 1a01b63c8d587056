"""The playhead and its player at the edges: every moment, bounds, idleness, faults, another world at the same week."""

from __future__ import annotations

import threading

import pytest

from dashboards.exploring import player as module
from dashboards.exploring.player import Moment, Player
from dashboards.exploring.stepping import Playhead
from dashboards.living import LivingMap
from simulation.engine import World
from simulation.scenario import load

NODES = 60


class Seen:
    """What a page is told; waits for the moment it wants."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self._news = threading.Condition()

    def __call__(self, moment: Moment) -> None:
        with self._news:
            self.moments.append(moment)
            self._news.notify_all()

    def until(self, wanted) -> Moment:
        with self._news:
            assert self._news.wait_for(lambda: any(map(wanted, self.moments)), timeout=60), self.moments[-1:]
            return next(moment for moment in self.moments if wanted(moment))

    def tick(self, tick: int) -> Moment:
        return self.until(lambda moment: moment.tick == tick and moment.frames)


@pytest.fixture(scope="module")
def scenario():
    return load("town", set={"world.people": 400, "world.horizon": "12 weeks"})


@pytest.fixture
def made(scenario):
    players: list[Player] = []

    def make(told=lambda moment: None, **more) -> Player:
        players.append(Player(scenario, tuple(scenario.compare), 3, NODES, told, **more))
        return players[-1]

    yield make
    for each in players:
        each.close()
        assert each.join(30)


def data(frames) -> dict[str, bytes]:
    return {name: frame.data for name, frame in frames.items()}


@pytest.fixture(scope="module")
def whole(scenario) -> dict[int, dict[str, bytes]]:
    """Every moment of the uninterrupted run, made without a player."""
    found: dict[int, dict[str, bytes]] = {tick: {} for tick in range(scenario.ticks + 1)}
    for name in scenario.compare:
        world = World(scenario, name, 3)
        living = LivingMap.of(world, NODES)
        for tick in range(scenario.ticks + 1):
            found[tick][name] = living.frame(world).data
            if tick < scenario.ticks:
                world.step()
    return found


def test_every_moment_is_that_of_an_uninterrupted_run_also_back_and_forth(made, scenario, whole):
    player = made()
    for tick in (0, 1, 5, 2, scenario.ticks, 4, 12, 0):
        assert data(player.moment(tick)) == whole[tick], tick


def test_regimes_begin_as_the_same_and_then_part(whole, scenario):
    first, second = scenario.compare[:2]
    assert whole[0][first] == whole[0][second]
    assert whole[scenario.ticks][first] != whole[scenario.ticks][second]


def test_memory_is_bounded_and_what_it_lost_is_the_same_again(made, scenario, whole, monkeypatch):
    bound = 4 * sum(len(each) for each in whole[0].values())
    monkeypatch.setattr(module, "MEMORY", bound)
    player = made()
    player.moment(scenario.ticks)
    assert 0 < player.bytes <= bound and 1 not in player._kept
    assert data(player.moment(1)) == whole[1]
    assert data(player.moment(scenario.ticks)) == whole[scenario.ticks]


def test_steps_in_quick_succession_add_up(made, whole):
    seen = Seen()
    player = made(seen)
    for _ in range(3):
        player.step()
    assert data(seen.tick(3).frames) == whole[3]
    player.step(-1)
    assert data(seen.tick(2).frames) == whole[2]
    player.seek(10_000)
    assert seen.tick(player.ticks)


def test_playing_and_pausing_are_told_at_once(made):
    seen = Seen()
    player = made(seen)
    player.play(1)
    seen.until(lambda moment: moment.playing and moment.tick == 0)
    player.pause()
    seen.until(lambda moment: not moment.playing)
    assert not player.playing


def test_a_player_may_begin_in_the_middle(made, whole):
    seen = Seen()
    made(seen, at=7).play(1)
    assert data(seen.tick(7).frames) == whole[7]
    assert min(moment.tick for moment in seen.moments) == 7


def test_closed_it_keeps_nothing(made):
    seen = Seen()
    player = made(seen)
    player.seek(5)
    seen.tick(5)
    player.close()
    assert player.join(30) and player.bytes == 0
    player.seek(2)
    assert not any(moment.tick == 2 for moment in seen.moments)


def test_nobody_watching_ends_the_thread_and_a_word_starts_it_again(made, whole, monkeypatch):
    monkeypatch.setattr(module, "IDLE", 0.0)
    seen = Seen()
    player = made(seen)
    player.seek(2)
    seen.tick(2)
    assert player.join(30) and player.bytes == 0
    player.seek(1)
    assert data(seen.tick(1).frames) == whole[1]


def test_playing_ends_when_nobody_has_said_a_word_for_long(made, monkeypatch):
    monkeypatch.setattr(module, "IDLE", 0.0)
    seen = Seen()
    player = made(seen)
    player.play(1)
    assert player.join(30)
    assert seen.moments[0].playing and not seen.moments[-1].playing and not player.playing


def test_a_fault_stays_with_its_player_and_the_next_word_begins_afresh(made, monkeypatch, whole):
    seen, others = Seen(), Seen()
    broken, well = made(seen), made(others)
    real = World.step

    def step(world):
        if threading.current_thread() is broken._thread and world.tick == 4:
            raise RuntimeError("made up for this test")
        real(world)

    monkeypatch.setattr(World, "step", step)
    broken.seek(6)
    problem = seen.until(lambda moment: moment.problem)
    assert "fault" in problem.problem and "made up" not in problem.problem and not problem.playing
    well.seek(6)
    assert data(others.tick(6).frames) == whole[6]
    monkeypatch.setattr(World, "step", real)
    seen.moments.clear()
    broken.seek(6)
    after = seen.tick(6)
    assert data(after.frames) == whole[6] and not after.problem


def test_a_newer_wish_ends_a_long_way(made, scenario, monkeypatch):
    seen = Seen()
    player = made(seen)
    real = World.step

    def step(world):
        real(world)
        if player._wanted is None and world.tick == 3:
            player.seek(1)

    monkeypatch.setattr(World, "step", step)
    player.seek(scenario.ticks)
    seen.tick(1)
    assert not any(moment.tick == scenario.ticks for moment in seen.moments)


def test_its_bounds_are_those_that_are_promised():
    assert module.MEMORY == 32 * 2**20 and 10 <= module.FRAMES_A_SECOND <= 15 and module.IDLE == 600


def test_everybody_follows_one_playhead_and_a_changed_world_goes_on_at_the_same_week(scenario):
    playhead, weeks, moments = Playhead(), [], []
    arrived = threading.Event()

    def told(moment: Moment) -> None:
        moments.append(moment)
        arrived.set()

    end, stop = playhead.follow(weeks.append), playhead.watch(told)
    first = playhead.ready(scenario, 3)
    assert playhead.ready(scenario, 3) is first
    first.seek(5)
    while not moments or moments[-1].tick != 5:
        assert arrived.wait(30)
        arrived.clear()
    assert weeks[-1] == 5.0 and playhead.week == 5
    other = load("town", set={"world.people": 500, "world.horizon": "12 weeks"})
    second = playhead.ready(other, 3)
    assert second is not first and first.join(30) and second.tick == 5 and playhead.week == 5
    playhead.whole()
    assert weeks[-1] is None
    end()
    stop()
    said = len(weeks)
    playhead.whole()
    assert len(weeks) == said
    playhead.close()
    assert second.join(30)
